"""A lab is played in the real window: solved, failed on purpose, left, and taken up again."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from cnnexplorer.labs import built_in_labs
from cnnexplorer.labs.progress import score
from cnnexplorer.ui.figures.rendering import FigureWish
from cnnexplorer.ui.figures.saving import begin_picture, begin_small_picture
from cnnexplorer.ui.labs.fields import ChoiceField
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow, begin
from cnnexplorer.ui.questions import Question
from tests.ui.helpers import (
    LEFT,
    click_cell,
    drag_cells,
    enter,
    image_of,
    press,
    settled,
    type_text,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.labs import LabFile
    from cnnexplorer.ui.labs.matrix_field import MatrixField
    from cnnexplorer.ui.labs.panel import LabPanel

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


def play(qtbot: QtBot, window: MainWindow, lab: LabFile, step: int = 0) -> LabPanel:
    window.labs.play(lab)
    panel = window.labs.panel
    if step:
        panel.attempt.go(step)
    ready(qtbot, panel)
    return panel


def ready(qtbot: QtBot, panel: LabPanel) -> None:
    qtbot.waitUntil(lambda: panel._ready is not None and panel._ready.step is panel.attempt.step)
    settled(panel)


def answered(qtbot: QtBot, panel: LabPanel, outcome: str) -> str:
    qtbot.waitUntil(lambda: panel.verdict.isVisible() and panel.verdict.kind == outcome)
    return panel.verdict.text


def line(panel: LabPanel) -> object:
    return panel.field.line


def go_on(qtbot: QtBot, panel: LabPanel) -> None:
    qtbot.mouseClick(panel.next, LEFT)
    ready(qtbot, panel)


def give(qtbot: QtBot, window: MainWindow, panel: LabPanel, right: bool) -> None:
    """Answer the present step with the hands of a student."""
    field, view = panel.field, window.conv.board.cards["input", -1].view
    match panel.attempt.position:
        case 0:
            enter(line(panel), "12" if right else "9")
        case 1:
            enter(line(panel), "4 × 4" if right else "6x6")
        case 2:
            fill(field, [[3, 5], [7, 3]] if right else [[3, 5], [7, 4]])
            qtbot.mouseClick(panel.check, LEFT)
        case 3:
            qtbot.mouseClick(field.options[1 if right else 0].button, LEFT)
            qtbot.mouseClick(panel.check, LEFT)
        case 4:
            sort(field, (0, 1, 2) if right else (2, 1, 0))
            press(field.list, Key.Key_Return)
        case 5:
            click_cell(qtbot, view, *((3, 1) if right else (0, 0)))
            qtbot.mouseClick(panel.check, LEFT)
        case 6:
            drag_cells(qtbot, view, (1, 2), (3, 4) if right else (2, 3))
            qtbot.mouseClick(panel.check, LEFT)
        case 7:
            if right:
                window.conv.select(("padding", 0))
                window.conv.model.edit(lambda e: with_padding(e, 0), "a student's")
            else:
                qtbot.mouseClick(panel.check, LEFT)
        case 8:
            if right:
                qtbot.mouseClick(field.button, LEFT)
                qtbot.waitUntil(panel.check.isEnabled)
            qtbot.mouseClick(panel.check, LEFT)
        case 9:
            type_text(field.text, "it grows" if right else "grows")
            qtbot.mouseClick(panel.check, LEFT)


def with_padding(experiment: object, padding: int) -> object:
    from dataclasses import replace

    stage = replace(experiment.stages[0], padding=padding)
    return type(experiment)(experiment.image, (stage, *experiment.stages[1:]))


def fill(field: MatrixField, rows: list[list[int]]) -> None:
    field.matrix.setFocus()
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            QTest.mouseClick(field.matrix, LEFT, Qt.KeyboardModifier.NoModifier,
                             field.matrix.cell_rect(row, column).center().toPoint())  # fmt: skip
            type_text(field.matrix, f"{value:g}")
            press(field.matrix.editor, Key.Key_Return)


def sort(field: object, order: tuple[int, ...]) -> None:
    """Bring the items into an order with the keys."""
    items = field.list
    for place, wanted in enumerate(order):
        row = next(row for row in range(items.count()) if items.item(row).data(Qt.ItemDataRole.UserRole) == wanted)
        items.setCurrentRow(row)
        for _step in range(row - place):
            press(items, Key.Key_Up, Qt.KeyboardModifier.ControlModifier)


OUTCOMES = ["wrong", "wrong", "wrong", "wrong", "wrong", "wrong", "wrong", "missing", "again", "again"]
GOOD = ["right"] * 9 + ["noted"]


@pytest.mark.parametrize("code", ["en", "es"])
def test_a_lab_is_failed_and_then_solved_from_end_to_end(qtbot, window, lab, code):
    use_language(code)
    panel = play(qtbot, window, lab)
    assert panel.title.text() == lab.lab.title.of(code)
    for index, (bad, good) in enumerate(zip(OUTCOMES, GOOD, strict=True)):
        assert panel.attempt.position == index
        give(qtbot, window, panel, right=False)
        answered(qtbot, panel, bad)
        assert (panel.check.isDefault(), panel.next.isDefault()) == (True, False)
        give(qtbot, window, panel, right=True)
        answered(qtbot, panel, good)
        assert (panel.check.isDefault(), panel.next.isDefault()) == (False, True)
        go_on(qtbot, panel)
    progress = panel.attempt.progress
    assert progress.finished
    assert [step.status for step in progress.steps] == [*["solved"] * 9, "noted", "read"]
    assert [step.tries for step in progress.steps] == [*[2] * 7, 1, 1, 1, 0]  # to ask what is missing is free
    assert score(lab.lab, progress) == (7 * 0.75 + 2, 9)
    assert len(progress.steps[8].figures) == 1


def test_a_wrong_answer_is_explained_and_an_unreadable_one_is_not_counted(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    enter(line(panel), "9")
    assert "without the product 3·1" in answered(qtbot, panel, "wrong")
    enter(line(panel), "abc")
    assert "“abc”" in answered(qtbot, panel, "again")
    assert panel.attempt.done.tries == 1
    enter(line(panel), "12,0")
    answered(qtbot, panel, "right")
    assert "The sum is 12." in panel.why.text
    use_language("es")
    assert "La suma es 12." in panel.why.text
    assert "sale" in panel.text.toPlainText()


def test_the_bar_tells_a_step_that_was_tried_from_one_that_was_never_opened(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    never = bar_colours(panel, 0)
    enter(line(panel), "9")
    answered(qtbot, panel, "wrong")
    tried = bar_colours(panel, 0)
    assert "0 are done" in panel.bar.accessibleName()
    assert tried != never
    assert tried != bar_colours(panel, 1)
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    assert bar_colours(panel, 0) not in (never, tried)
    assert "1 are done" in panel.bar.accessibleName()


def bar_colours(panel: LabPanel, index: int) -> list[str]:
    """Return the colours of a step in the bar, above and below its middle."""
    place, image = panel.bar.place(index), panel.bar.grab().toImage()
    return [
        image.pixelColor(round(place.center().x()), round(place.top() + share * place.height())).name()
        for share in (0.25, 0.75)
    ]


def covered(window: MainWindow) -> bool:
    """Tell whether the first stage's output is hidden, in its map and in the arithmetic alike."""
    filled = window.conv.board.cards["stage", 0].view.filled
    arithmetic = window.conv.arithmetic.text()
    assert (filled == 0) == ("?" in arithmetic or not re.search(r"= -?[0-9.]+$", arithmetic))
    return filled == 0


def test_an_output_is_hidden_until_the_step_is_solved(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    assert covered(window)
    assert "12" not in window.conv.arithmetic.text()
    assert not window.actions_["predict"].isEnabled()
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    assert not covered(window)
    assert window.conv.arithmetic.text().endswith("= 12")
    go_on(qtbot, panel)
    assert covered(window)
    panel.bar.setFocus()
    press(panel.bar, Key.Key_Left)
    ready(qtbot, panel)
    assert not covered(window)


def test_what_is_locked_stays_until_the_step_is_solved_and_a_sentence_tells(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    before = window.conv.model.experiment
    matrix = window.conv.inspector.convolution.matrix
    matrix.setFocus()
    QTest.mouseClick(matrix, LEFT, Qt.KeyboardModifier.NoModifier, matrix.cell_rect(0, 0).center().toPoint())
    type_text(matrix, "5")
    press(matrix.editor, Key.Key_Return)
    assert window.conv.model.experiment is before
    assert "step of the lab leaves" in window.banner.text
    assert matrix.value()[0, 0] == 0
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    QTest.mouseClick(matrix, LEFT, Qt.KeyboardModifier.NoModifier, matrix.cell_rect(0, 0).center().toPoint())
    matrix.setFocus()
    type_text(matrix, "5")
    press(matrix.editor, Key.Key_Return)
    assert window.conv.model.experiment.stages[0].weight[0, 0, 0, 0] == 5


def test_own_work_waits_and_comes_back_with_its_history(qtbot, window, lab):
    conv = window.conv
    conv.model.edit(lambda e: type(e)(e.image * 0.5, e.stages[:1]), "mine")
    mine = conv.model.experiment
    assert window.document.is_modified
    panel = play(qtbot, window, lab)
    assert image_of(window).shape == (1, 3, 3)
    assert window.document.is_modified
    assert window.desk.take()().experiment == mine
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: conv.model.experiment == mine)
    assert not panel.isVisible()
    assert conv.model.guard is None
    assert window.labs.workspace.isVisible()
    window.show_workspace("conv")
    conv.model.undo()
    assert len(conv.model.experiment.stages) == 3


def test_a_set_up_is_one_step_of_undo(qtbot, window, lab):
    panel = play(qtbot, window, lab, 7)
    step = window.conv.model.experiment
    window.conv.model.edit(lambda e: with_padding(e, 2), "a student's")
    assert window.conv.model.experiment != step
    qtbot.mouseClick(panel.again, LEFT)
    qtbot.waitUntil(lambda: window.conv.model.experiment == step)
    window.actions_["undo"].trigger()
    assert window.conv.model.experiment.stages[0].sides == (2, 2, 2, 2)


def test_progress_survives_a_crash(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    enter(line(panel), "9")
    answered(qtbot, panel, "wrong")
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    go_on(qtbot, panel)
    qtbot.waitUntil(lambda: (found := window.labs.store.load(lab)) is not None and found.position == 1)
    # nothing was closed: another window finds what is on the disk
    found = window.labs.store.load(lab)
    assert (found.steps[0].status, found.steps[0].tries) == ("solved", 2)
    window.labs.play(lab, found)
    ready(qtbot, window.labs.panel)
    assert window.labs.panel.attempt.position == 1


def test_a_lab_during_which_the_program_ended_is_offered(qtbot, window, settings, monkeypatch):
    lab = built_in_labs()[2]
    play(qtbot, window, lab)
    assert settings.get("lab_open", "") == lab.id
    second = MainWindow(settings)  # the first one was never closed
    try:
        second.show()
        begin(second, settings, None)
        qtbot.waitUntil(lambda: second.labs.workspace.entry is not None)
        assert second.labs.workspace.isVisible()
        assert second.labs.workspace.entry.lab.id == lab.id
        assert "ended during the lab" in second.banner.text
    finally:
        second.close()
        second.deleteLater()
    qtbot.mouseClick(window.labs.panel.leave, LEFT)
    assert settings.get("lab_open", "x") == ""


def test_hints_come_one_by_one_and_the_answer_is_counted(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    qtbot.waitUntil(panel.hint.isVisible)
    qtbot.mouseClick(panel.hint, LEFT)
    assert [box.isVisible() for box in panel.hints.boxes] == [True]
    assert "3×3" in panel.hints.boxes[0].text
    press(panel, Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert panel.attempt.done.hints == 2
    place = panel.show_it.mapTo(panel, panel.show_it.rect().center())
    for answer, status in (("cancel", "open"), ("show", "shown")):
        qtbot.mouseClick(panel.show_it, LEFT)
        [box] = [box for box in window.findChildren(Question) if box.isVisible()]
        assert "no points" in box.informativeText()
        qtbot.mouseClick(box.answers[answer], LEFT)
        qtbot.waitUntil(lambda status=status: panel.attempt.done.status == status)
        settled(window)
        assert place == panel.show_it.mapTo(panel, panel.show_it.rect().center())
    assert "12" in panel.answer.text
    assert panel.attempt.done.status == "shown"
    assert not panel.hint.isVisible()
    assert not covered(window)


def test_a_reached_state_is_seen_by_itself_and_an_example_is_shown(qtbot, window, lab):
    panel = play(qtbot, window, lab, 7)
    qtbot.mouseClick(panel.show_it, LEFT)
    [box] = [box for box in window.findChildren(Question) if box.isVisible()]
    qtbot.mouseClick(box.answers["show"], LEFT)
    qtbot.waitUntil(lambda: panel.attempt.done.status == "shown")
    assert window.conv.model.experiment.shapes == ((1, 3, 3),)


def test_cells_are_marked_with_the_keys(qtbot, window, lab):
    panel = play(qtbot, window, lab, 6)
    view = window.conv.board.cards["input", -1].view
    view.setFocus()
    press(view, Key.Key_Right)
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_Right):
        press(view, key)
    press(view, Key.Key_Return)
    assert panel.field.answer() == {(1, 2)}
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Right, Key.Key_Right):
        press(view, key)
    press(view, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    press(panel, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    answered(qtbot, panel, "right")


def test_options_and_items_are_shuffled_the_same_way_each_time(qtbot, window, lab):
    panel = play(qtbot, window, lab, 3)
    assert isinstance(panel.field, ChoiceField)
    assert list(panel.field.options) != [0, 1, 2]
    first = list(panel.field.options)
    panel.attempt.go(4)
    panel.attempt.go(3)
    ready(qtbot, panel)
    assert list(panel.field.options) == first


def test_a_figure_is_what_saving_one_would_give(qtbot, window, lab):
    panel = play(qtbot, window, lab, 8)
    qtbot.mouseClick(panel.field.button, LEFT)
    assert not panel.check.isEnabled()
    qtbot.waitUntil(lambda: bool(panel.attempt.done.figures))
    [figure] = panel.attempt.done.figures
    offer = window.figures.offers()[0]
    saved = begin_picture(offer, FigureWish(scale=2), "png")()
    pictures = [np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) for data in (figure.png, saved)]
    assert np.array_equal(*pictures)
    assert len(np.unique(pictures[0])) > 10
    assert figure.caption == f"{offer.title}\n{offer.caption}"


def test_a_figure_too_large_for_a_report_is_made_smaller(window):
    offer = window.figures.offers()[0]
    sizes = [len(begin_small_picture(offer, FigureWish(scale=2), limit)()) for limit in (10**9, 50_000)]
    assert sizes[0] > 50_000 >= sizes[1]
