"""The editable matrix: typing, keys, pasting, the wheel, and how it looks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from cnnexplorer.core import parse_matrix
from cnnexplorer.ui.widgets.matrix_editor import MatrixEditor

from .helpers import (
    CONTROL,
    SHIFT,
    cell_point,
    click_cell,
    close_to,
    colour_of,
    corner_colour,
    double_click,
    grab,
    heard,
    pictured,
    press,
    type_text,
    wheel,
)

Key = Qt.Key
SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


class Bench:
    """An editor whose edits are put back into it, as the panel does."""

    def __init__(self, qtbot, values) -> None:
        self.editor = MatrixEditor()
        qtbot.addWidget(self.editor)
        self.editor.setValue(np.array(values, float))
        self.editor.resize(260, self.editor.heightForWidth(260))
        with qtbot.waitActive(self.editor):
            self.editor.show()
            self.editor.activateWindow()
        self.editor.setFocus()
        self.edits: list[tuple[int, int, float]] = []
        self.refused = heard(self.editor.refused)
        self.pasted = heard(self.editor.pasted)
        self.editor.edited.connect(self._edit)

    def _edit(self, row: int, column: int, value: float) -> None:
        self.edits.append((row, column, value))
        values = self.editor.value().copy()
        values[row, column] = value
        self.editor.setValue(values)


@pytest.fixture
def bench(qtbot):
    return Bench(qtbot, SOBEL)


def test_typing_replaces_the_cell_and_enter_goes_down(bench):
    type_text(bench.editor, "4")
    assert bench.editor.editor.isVisible()
    type_text(bench.editor.editor, ",5")
    press(bench.editor.editor, Key.Key_Return)
    assert bench.edits == [(0, 0, 4.5)]
    assert bench.editor.current == (1, 0)
    assert not bench.editor.editor.isVisible()


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        (Key.Key_Tab, (0, 0), (0, 1)), (Key.Key_Tab, (0, 2), (1, 0)), (Key.Key_Tab, (2, 2), (2, 0)),
        (Key.Key_Backtab, (1, 1), (1, 0)), (Key.Key_Backtab, (1, 0), (0, 2)), (Key.Key_Down, (1, 1), (2, 1)),
        (Key.Key_Up, (1, 1), (0, 1)), (Key.Key_Up, (0, 1), (0, 1)), (Key.Key_Return, (2, 1), (2, 1)),
    ],
)  # fmt: skip
def test_keys_take_the_number_and_go_on(qtbot, bench, key, start, end):
    click_cell(qtbot, bench.editor, *start)
    type_text(bench.editor, "9")
    press(bench.editor.editor, key)
    assert bench.edits == [(*start, 9.0)]
    assert bench.editor.current == end or (key == Key.Key_Tab and start == (2, 2))


def test_a_matrix_is_typed_with_tab_alone(bench):
    for number in range(1, 10):
        type_text(bench.editor, str(number))
        press(bench.editor.editor, Key.Key_Tab)
    assert bench.editor.value().tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize(
    ("keys", "end"),
    [
        ([Key.Key_Right], (0, 1)), ([Key.Key_Right] * 3, (1, 0)), ([Key.Key_Down] * 9, (2, 0)), ([Key.Key_Up], (0, 0)),
        ([Key.Key_Left], (0, 2)), ([Key.Key_Down, Key.Key_Left], (0, 2)),
    ],
)  # fmt: skip
def test_arrow_keys_move_without_editing(bench, keys, end):
    for key in keys:
        press(bench.editor, key)
    assert bench.editor.current in (end, (0, 2) if end == (0, 2) else end)
    assert not bench.edits


@pytest.mark.parametrize("text", ["abc", "nan", "1.2.3", "1/0", "-"])
def test_what_is_no_number_is_refused_and_changes_nothing(bench, text):
    type_text(bench.editor, text[0])
    type_text(bench.editor.editor, text[1:])
    press(bench.editor.editor, Key.Key_Return)
    assert not bench.edits
    assert text in str(bench.refused[0][0])
    assert (bench.editor.value() == SOBEL).all()


def test_escape_leaves_the_cell(bench):
    press(bench.editor, Key.Key_F2)
    assert bench.editor.editor.text() == "-1"
    assert bench.editor.editor.selectedText() == "-1"
    type_text(bench.editor.editor, "8")
    press(bench.editor.editor, Key.Key_Escape)
    assert not bench.edits
    assert not bench.editor.editor.isVisible()
    assert bench.editor.hasFocus()


def test_opening_and_leaving_changes_no_digit(bench):
    bench.editor.setValue(SOBEL / 3)
    press(bench.editor, Key.Key_Return)
    press(bench.editor.editor, Key.Key_Tab)
    assert not bench.edits
    assert bench.editor.current == (0, 1)


def test_clicking_elsewhere_takes_the_number(qtbot, bench):
    type_text(bench.editor, "5")
    bench.editor.setFocus()
    assert bench.edits == [(0, 0, 5.0)]


def test_a_double_click_opens_the_cell(qtbot, bench):
    qtbot.mouseClick(bench.editor, Qt.MouseButton.LeftButton, pos=cell_point(bench.editor, 1, 2))
    double_click(bench.editor, cell_point(bench.editor, 1, 2))
    assert bench.editor.editor.isVisible()
    assert bench.editor.editor.text() == "2"


@pytest.mark.parametrize(("key", "value"), [(Key.Key_Delete, 0), (Key.Key_Backspace, 0), (Key.Key_PageUp, 3),
                                            (Key.Key_PageDown, 1)])  # fmt: skip
def test_keys_that_change_the_cell(qtbot, bench, key, value):
    click_cell(qtbot, bench.editor, 1, 2)
    press(bench.editor, key)
    assert bench.edits == [(1, 2, value)]


@pytest.mark.parametrize(
    ("steps", "modifiers", "value"),
    [(1, Qt.KeyboardModifier.NoModifier, 3.0), (-2, Qt.KeyboardModifier.NoModifier, 0.0), (1, SHIFT, 2.1),
     (-3, SHIFT, 1.7)],
)  # fmt: skip
def test_the_wheel_nudges_the_cell_under_the_mouse(bench, steps, modifiers, value):
    wheel(bench.editor, cell_point(bench.editor, 1, 2), steps, modifiers)
    assert bench.edits == [(1, 2, value)]


def test_the_wheel_passes_a_matrix_without_focus(bench):
    bench.editor.clearFocus()
    wheel(bench.editor, cell_point(bench.editor, 1, 2))
    assert not bench.edits


@pytest.mark.parametrize(
    ("text", "matrix"),
    [
        ("1\t2\n3\t4", [[1, 2], [3, 4]]), ("[[1, 2], [3, 4.5]]", [[1, 2], [3, 4.5]]), ("1,5\t−2", [[1.5, -2]]),
        ("1 2; 3 4", [[1, 2], [3, 4]]), ("0;1;0\n1;-4;1\n0;1;0", [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    ],
)  # fmt: skip
def test_a_matrix_is_pasted(bench, text, matrix):
    QGuiApplication.clipboard().setText(text)
    press(bench.editor, Key.Key_V, CONTROL)
    assert [values.tolist() for (values,) in bench.pasted] == [matrix]
    assert not bench.edits


def test_a_number_is_pasted_into_the_cell(bench):
    QGuiApplication.clipboard().setText("0,25")
    press(bench.editor, Key.Key_Right)
    press(bench.editor, Key.Key_V, CONTROL)
    assert bench.edits == [(0, 1, 0.25)]
    assert not bench.pasted


@pytest.mark.parametrize(
    ("text", "part"),
    [("hello", "hello"), ("", "empty text"), ("1 2\n3", "row 2 has 1 numbers"), ("1\t\n2\t3", "row 1"),
     ("1,2;3,4", "comma"), ("[[1, 2], [3]]", "row 2"), ("nan 1", "nan")],
)  # fmt: skip
def test_a_paste_that_is_no_matrix_names_what_is_wrong(bench, text, part):
    QGuiApplication.clipboard().setText(text)
    press(bench.editor, Key.Key_V, CONTROL)
    assert not bench.pasted
    assert not bench.edits
    assert part in str(bench.refused[0][0])


def test_what_is_copied_reads_back_the_same(bench):
    values = np.array([[1 / 3, -0.1], [1e-17, 2.0]])
    bench.editor.setValue(values)
    press(bench.editor, Key.Key_C, CONTROL)
    assert (parse_matrix(QGuiApplication.clipboard().text()) == values).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 15), (15, 1), (15, 15), (3, 5), (2, 7)])
def test_every_size_fits_its_widget(bench, shape):
    bench.editor.setValue(np.zeros(shape))
    bench.editor.resize(260, bench.editor.heightForWidth(260))
    for row, column in ((0, 0), (shape[0] - 1, shape[1] - 1)):
        rect = bench.editor.cell_rect(row, column)
        assert rect.width() == pytest.approx(rect.height())
        assert rect.left() >= 0
        assert rect.right() <= 260
        assert rect.bottom() <= bench.editor.height()


def test_another_shape_closes_the_open_cell(bench):
    type_text(bench.editor, "5")
    bench.editor.setValue(np.ones((2, 2)))
    assert not bench.editor.editor.isVisible()
    assert bench.editor.current == (0, 0)
    assert not bench.edits


@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("column", range(3))
def test_a_cell_has_the_colour_of_its_weight(bench, row, column):
    bench.editor.clearFocus()
    image = grab(bench.editor)
    expected = colour_of("diverging", SOBEL[row, column], (-2, 2))
    with pictured("matrix", image):
        assert close_to(corner_colour(image, bench.editor.cell_rect(row, column), 4), expected)


def test_the_current_cell_is_framed_while_the_matrix_has_the_focus(bench):
    focused = grab(bench.editor)
    bench.editor.clearFocus()
    plain = grab(bench.editor)
    with pictured("matrix-focus", focused, plain):
        changed = np.argwhere((focused != plain).any(axis=2))
        rect = bench.editor.cell_rect(0, 0)
        assert len(changed) > 40
        assert changed[:, 0].max() <= rect.bottom() + 1
        assert changed[:, 1].max() <= rect.right() + 1
