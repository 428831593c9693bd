"""The input: drawing, typing into cells, size, channels, values, samples, noise."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from cnnexplorer.core.samples import SAMPLES, add_noise, make_sample

from .helpers import (
    cell_point,
    click_cell,
    drag_cells,
    enter,
    image_of,
    pick,
    press,
    set_image,
    type_text,
)

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(window):
    """The window with an empty 6 x 6 input, its card and page in front."""
    set_image(window, np.zeros((6, 6)))
    window.conv.select(("input", -1))
    window.conv.strip.enlarge(("input", -1))
    return window


def page(window):
    return window.conv.inspector.input


def view(window):
    return window.conv.strip.cards["input", -1].view


def take(qtbot, window, tool, value=None, size=None):
    qtbot.mouseClick(page(window).tools[tool], LEFT)
    if value is not None:
        enter(page(window).value_field, str(value))
    if size is not None:
        enter(page(window).brush_size, str(size))


def drawn(window):
    return image_of(window)[0].tolist()


# drawing


def test_the_brush_draws_its_value(qtbot, canvas):
    take(qtbot, canvas, "brush", "0,5")
    drag_cells(qtbot, view(canvas), (1, 1), (1, 4))
    expected = np.zeros((6, 6))
    expected[1, 1:5] = 0.5
    assert drawn(canvas) == expected.tolist()


@pytest.mark.parametrize(("size", "count"), [(1, 1), (2, 4), (3, 9), (5, 21)])
def test_the_brush_is_as_wide_as_its_size(qtbot, canvas, size, count):
    take(qtbot, canvas, "brush", 1, size)
    click_cell(qtbot, view(canvas), 2, 2)
    painted = np.argwhere(image_of(canvas)[0])
    height, width = painted.max(axis=0) - painted.min(axis=0) + 1
    assert (height, width) == (size, size)
    assert len(painted) == count


def test_the_eraser_draws_zeros(qtbot, canvas):
    set_image(canvas, np.ones((6, 6)))
    take(qtbot, canvas, "eraser", size=1)
    drag_cells(qtbot, view(canvas), (0, 0), (5, 5))
    assert drawn(canvas) == (np.ones((6, 6)) - np.eye(6)).tolist()


def test_a_line_follows_the_mouse_and_only_its_end_counts(qtbot, canvas):
    take(qtbot, canvas, "line", 1)
    drag_cells(qtbot, view(canvas), (0, 0), (5, 0), (0, 5))
    expected = np.zeros((6, 6))
    expected[0] = 1
    assert drawn(canvas) == expected.tolist()


def test_a_rectangle(qtbot, canvas):
    take(qtbot, canvas, "rectangle", 2)
    drag_cells(qtbot, view(canvas), (4, 4), (1, 2))
    expected = np.zeros((6, 6))
    expected[1:5, 2:5] = 2
    expected[2:4, 3] = 0
    assert drawn(canvas) == expected.tolist()


def test_fill_stops_at_the_border_of_another_value(qtbot, canvas):
    image = np.zeros((6, 6))
    image[:, 3] = 1
    set_image(canvas, image)
    take(qtbot, canvas, "fill", 7)
    click_cell(qtbot, view(canvas), 5, 0)
    expected = image.copy()
    expected[:, :3] = 7
    assert drawn(canvas) == expected.tolist()


def test_a_stroke_outside_the_map_is_cut(qtbot, canvas):
    take(qtbot, canvas, "brush", 1)
    start = cell_point(view(canvas), 3, 5)
    qtbot.mousePress(view(canvas), LEFT, pos=start)
    qtbot.mouseMove(view(canvas), start + start)
    qtbot.mouseRelease(view(canvas), LEFT, pos=start + start)
    assert image_of(canvas)[0, 3, 5] == 1


def test_a_stroke_is_one_step_of_undo(qtbot, canvas):
    before = image_of(canvas)
    take(qtbot, canvas, "brush", 1)
    drag_cells(qtbot, view(canvas), (0, 0), (0, 5), (5, 5))
    first = image_of(canvas)
    drag_cells(qtbot, view(canvas), (3, 0), (3, 3))
    canvas.actions_["undo"].trigger()
    assert (image_of(canvas) == first).all()
    canvas.actions_["undo"].trigger()
    assert (image_of(canvas) == before).all()
    canvas.actions_["redo"].trigger()
    assert (image_of(canvas) == first).all()


def test_colour_is_drawn_in_three_channels(qtbot, canvas, monkeypatch):
    pick(page(canvas).channels_choice, "rgb")
    assert image_of(canvas).shape == (3, 6, 6)
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor(255, 0, 51))
    qtbot.mouseClick(page(canvas).colour_button, LEFT)
    take(qtbot, canvas, "brush")
    click_cell(qtbot, view(canvas), 2, 3)
    assert image_of(canvas)[:, 2, 3] == pytest.approx([1, 0, 0.2], abs=1e-4)


def test_a_colour_that_was_not_chosen_changes_nothing(qtbot, canvas, monkeypatch):
    pick(page(canvas).channels_choice, "rgb")
    before = page(canvas).ink()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    qtbot.mouseClick(page(canvas).colour_button, LEFT)
    assert page(canvas).ink() == before


def test_clear_sets_every_cell_to_zero(qtbot, canvas):
    set_image(canvas, np.ones((6, 6)))
    qtbot.mouseClick(page(canvas).clear_button, LEFT)
    assert not image_of(canvas).any()


def test_drawing_reaches_every_stage_at_once(qtbot, window):
    window.conv.select(("input", -1))
    window.conv.strip.enlarge(("input", -1))
    before = window.conv.model.result.outputs[-1]
    take(qtbot, window, "brush", -50)
    drag_cells(qtbot, view(window), (0, 0), (10, 10))
    result = window.conv.model.result
    assert result.experiment is window.conv.model.experiment
    assert (result.outputs[-1] != before).any()


# typing into cells


def editor(window):
    return window.conv.pencil.editor


def test_a_cell_is_clicked_and_its_number_typed(qtbot, canvas):
    click_cell(qtbot, view(canvas), 2, 4)
    assert editor(canvas).isVisible()
    assert editor(canvas).text() == "0"
    type_text(editor(canvas), "−1,25")
    press(editor(canvas), Key.Key_Return)
    assert image_of(canvas)[0, 2, 4] == -1.25
    assert editor(canvas).isVisible(), "Enter goes on to the cell below"
    press(editor(canvas), Key.Key_Escape)
    assert np.count_nonzero(image_of(canvas)) == 1


@pytest.mark.parametrize(
    ("start", "key", "end"),
    [((0, 5), Key.Key_Tab, (1, 0)), ((0, 0), Key.Key_Tab, (0, 1)), ((2, 2), Key.Key_Down, (3, 2)),
     ((2, 2), Key.Key_Up, (1, 2)), ((2, 2), Key.Key_Backtab, (2, 1)), ((5, 5), Key.Key_Tab, None),
     ((0, 0), Key.Key_Up, None)],
)  # fmt: skip
def test_keys_go_on_to_the_next_cell(qtbot, canvas, start, key, end):
    click_cell(qtbot, view(canvas), *start)
    type_text(editor(canvas), "1")
    press(editor(canvas), key)
    assert image_of(canvas)[0][start] == 1
    assert editor(canvas).isVisible() is (end is not None)
    if end is not None:
        type_text(editor(canvas), "2")
        press(editor(canvas), Key.Key_Return)
        assert image_of(canvas)[0][end] == 2


@pytest.mark.parametrize("text", ["abc", "1.2.3", "nan", "1/0", "1,000,000"])
def test_what_is_no_number_changes_no_cell(qtbot, canvas, text):
    before = canvas.conv.model.experiment
    click_cell(qtbot, view(canvas), 2, 4)
    type_text(editor(canvas), text)
    press(editor(canvas), Key.Key_Return)
    assert canvas.conv.model.experiment is before
    assert text in canvas.banner.text


def test_digits_over_a_cell_of_the_keyboard_begin_a_number(canvas):
    view(canvas).setFocus()
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down):
        press(view(canvas), key)
    type_text(view(canvas), "4")
    type_text(editor(canvas), "2")
    press(editor(canvas), Key.Key_Return)
    assert image_of(canvas)[0, 1, 1] == 42


def test_an_open_cell_survives_that_the_input_shrinks_under_it(qtbot, canvas):
    """Undo makes the input small while a cell past its new end is being typed into."""
    set_image(canvas, np.zeros((2, 2)))
    set_image(canvas, np.zeros((6, 6)))
    click_cell(qtbot, view(canvas), 5, 5)
    type_text(editor(canvas), "3")
    canvas.conv.model.undo()
    press(editor(canvas), Key.Key_Return)
    assert image_of(canvas).shape == (1, 2, 2)
    assert not image_of(canvas).any()
    assert not editor(canvas).isVisible()


def test_a_channel_is_typed_into_alone_and_the_picture_as_a_whole(qtbot, canvas):
    set_image(canvas, np.zeros((3, 6, 6)))
    card = canvas.conv.strip.cards["input", -1]
    assert card.channel is None
    click_cell(qtbot, view(canvas), 0, 0)
    type_text(editor(canvas), "1")
    press(editor(canvas), Key.Key_Return)
    press(editor(canvas), Key.Key_Escape)
    assert image_of(canvas)[:, 0, 0].tolist() == [1, 1, 1]
    card.thumbnails.setFocus()
    press(card.thumbnails, Key.Key_Right)
    press(card.thumbnails, Key.Key_Right)
    assert card.channel == 1
    click_cell(qtbot, view(canvas), 0, 1)
    type_text(editor(canvas), "1")
    press(editor(canvas), Key.Key_Return)
    press(editor(canvas), Key.Key_Escape)
    assert image_of(canvas)[:, 0, 1].tolist() == [0, 1, 0]


# size, channels, values


@pytest.mark.parametrize("size", [(1, 1), (3, 9), (64, 64), (64, 1), (6, 7)])
def test_the_canvas_keeps_its_content(canvas, size):
    image = np.arange(36.0).reshape(6, 6)
    set_image(canvas, image)
    field = page(canvas).size_field
    for part, number in zip(field.fields, size, strict=True):
        enter(part, str(number))
    found = image_of(canvas)[0]
    assert found.shape == size
    kept = min(6, size[0]), min(6, size[1])
    assert (found[: kept[0], : kept[1]] == image[: kept[0], : kept[1]]).all()
    assert found.sum() == image[: kept[0], : kept[1]].sum()


@pytest.mark.parametrize("text", ["0", "65", "abc", "2,5", "−3", "1e3", ""])
def test_a_size_that_cannot_be_is_refused(canvas, text):
    before = canvas.conv.model.experiment
    enter(page(canvas).size_field.fields[0], text or " ")
    assert canvas.conv.model.experiment is before
    assert page(canvas).size_field.value() == (6, 6)
    assert canvas.banner.isVisible()
    assert text in canvas.banner.text


def test_a_size_that_the_stages_do_not_fit_is_refused_and_shown_as_it_is(window):
    window.conv.select(("input", -1))
    before = window.conv.model.experiment
    enter(page(window).size_field.fields[0], "2")
    assert window.conv.model.experiment is before
    assert page(window).size_field.value()[0] == before.image.shape[1]
    assert "fit" in window.banner.text


def test_grey_and_colour(canvas):
    image = np.random.default_rng(1).random((6, 6))
    set_image(canvas, image)
    pick(page(canvas).channels_choice, "rgb")
    assert (image_of(canvas) == image).all()
    assert len(image_of(canvas)) == 3
    pick(page(canvas).channels_choice, "grey")
    assert image_of(canvas)[0] == pytest.approx(image)


def test_the_kernels_follow_the_channels(window):
    window.conv.select(("input", -1))
    pick(page(window).channels_choice, "rgb")
    assert window.conv.model.experiment.stages[0].weight.shape == (1, 3, 3, 3)
    assert window.conv.inspector.convolution is not None


def test_values_from_0_to_255_and_back(canvas):
    image = np.random.default_rng(1).integers(0, 256, (6, 6)) / 255
    set_image(canvas, image)
    pick(page(canvas).range_choice, "255")
    assert image_of(canvas)[0] == pytest.approx(image * 255)
    assert page(canvas).value_field.value() == 255
    pick(page(canvas).range_choice, "1")
    assert image_of(canvas)[0] == pytest.approx(image)


# samples and noise


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_taken(window, name):
    window.conv.select(("input", -1))
    pick(page(window).sample_choice, name)
    assert (image_of(window) == make_sample(name)).all()
    assert page(window).sample_choice.currentIndex() == 0
    window.conv.model._task._pool.waitForDone()


def test_noise_is_the_same_for_a_seed(qtbot, canvas):
    before = image_of(canvas)
    enter(page(canvas).noise_amount, "0,25")
    enter(page(canvas).noise_seed, "7")
    qtbot.mouseClick(page(canvas).noise_button, LEFT)
    noisy = image_of(canvas)
    assert (noisy == add_noise(before, "gaussian", 0.25, 7)).all()
    assert (noisy != before).any()
    canvas.actions_["undo"].trigger()
    assert (image_of(canvas) == before).all()
    qtbot.mouseClick(page(canvas).noise_button, LEFT)
    assert (image_of(canvas) == noisy).all()
    canvas.actions_["undo"].trigger()
    enter(page(canvas).noise_seed, "8")
    qtbot.mouseClick(page(canvas).noise_button, LEFT)
    assert (image_of(canvas) != noisy).any()


def test_salt_and_pepper(qtbot, canvas):
    image = np.full((6, 6), 0.5)
    image[0, :2] = 0, 1
    set_image(canvas, image)
    pick(page(canvas).noise_kind, "salt_pepper")
    enter(page(canvas).noise_amount, "0.5")
    qtbot.mouseClick(page(canvas).noise_button, LEFT)
    assert set(np.unique(image_of(canvas))) <= {0.0, 0.5, 1.0}
    assert (image_of(canvas) != image).any()


@pytest.mark.parametrize(("kind", "field", "text"), [
    ("gaussian", "noise_amount", "-1"), ("gaussian", "noise_amount", "x"), ("salt_pepper", "noise_amount", "1,5"),
    ("gaussian", "noise_seed", "-1"), ("gaussian", "noise_seed", "1.5"),
])  # fmt: skip
def test_noise_that_cannot_be_is_refused(canvas, kind, field, text):
    pick(page(canvas).noise_kind, kind)
    target = getattr(page(canvas), field)
    before = target.value()
    enter(target, text)
    assert target.value() == before
    assert text in canvas.banner.text


def test_a_large_image_cannot_be_drawn_on_and_that_is_said(window):
    window.conv.select(("input", -1))
    set_image(window, np.zeros((1, 1300, 1300)))
    assert not page(window).tools["brush"].isEnabled()
    assert page(window).tools["select"].isChecked()
    assert page(window)._too_large.isVisible()
    assert not page(window).size_field.isEnabled()
    window.conv.model._task._pool.waitForDone()


def test_each_sample_says_what_it_is(window):
    choice = window.conv.inspector.input.sample_choice
    said = [choice.itemData(place, Qt.ItemDataRole.ToolTipRole) for place in range(1, choice.count())]
    assert said == [sample.description for sample in SAMPLES.values()]
    window.set_language("es")
    spanish = [choice.itemData(place, Qt.ItemDataRole.ToolTipRole) for place in range(1, choice.count())]
    assert all(text and text != english for text, english in zip(spanish, said, strict=True))
