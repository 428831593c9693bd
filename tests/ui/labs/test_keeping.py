"""Answers come back: judged ones with their verdict, the others as drafts; and no verdict of a step that was left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnexplorer.labs import built_in_labs
from cnnexplorer.labs.report import report_html
from cnnexplorer.ui.labs.panel import LIVE_PAUSE
from cnnexplorer.ui.questions import Question
from tests.ui.helpers import LEFT, click_cell, enter, press, settled, type_text

from .test_playing import answered, fill, give, go_on, line, play, ready, sort

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.labs import LabFile
    from cnnexplorer.ui.labs.panel import LabPanel
    from cnnexplorer.ui.main_window import MainWindow

Key = Qt.Key


def killed_and_back(qtbot: QtBot, window: MainWindow, lab: LabFile, panel: LabPanel) -> None:
    """Take the lab up again from what lies on the disk, as after a crash: nothing was closed."""
    index = panel.attempt.position
    qtbot.waitUntil(lambda: not panel.drafts._timer.isActive())
    window.labs.store._task._pool.waitForDone()
    found = window.labs.store.load(lab)
    assert found.position == index
    window.labs.play(lab, found)
    ready(qtbot, panel)
    qtbot.waitUntil(lambda: not panel.attempt._recalling.busy)


CELLS = {(1, 2), (1, 3), (2, 2), (2, 3)}


@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize(
    ("index", "wrong_answer", "right_answer"),
    [
        (0, "9", "12"),
        (1, "6x6", "4 × 4"),
        (2, [[3, 5], [7, 4]], [[3, 5], [7, 3]]),
        (3, {0}, {1}),
        (4, (2, 1, 0), (0, 1, 2)),
        (5, {(0, 0)}, {(3, 1)}),
        (6, CELLS, None),
    ],
)
def test_an_answer_comes_back_with_its_verdict(qtbot, window, lab, index, right, wrong_answer, right_answer):
    panel = play(qtbot, window, lab, index)
    give(qtbot, window, panel, right)
    outcome = "right" if right else "wrong"
    said = answered(qtbot, panel, outcome)
    settled(panel)
    given, tries = panel.field.answer(), panel.attempt.done.tries
    expected = right_answer if right else wrong_answer
    if expected is not None:
        assert np.array_equal(given, expected) if index == 2 else given == expected
    killed_and_back(qtbot, window, lab, panel)
    assert np.array_equal(panel.field.answer(), given) if index == 2 else panel.field.answer() == given
    assert answered(qtbot, panel, outcome) == said
    assert panel.attempt.done.tries == tries


def test_an_answer_is_there_when_a_step_is_gone_back_to(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    go_on(qtbot, panel)
    type_text(line(panel), "5x")
    qtbot.mouseClick(panel.back, LEFT)
    ready(qtbot, panel)
    assert line(panel).text() == "12"
    answered(qtbot, panel, "right")
    go_on(qtbot, panel)
    assert line(panel).text() == "5x"
    assert not panel.verdict.isVisible()
    assert panel.attempt.done.tries == 0


def test_what_solved_a_step_is_kept_whatever_is_tried_for_fun(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    enter(line(panel), "9")
    answered(qtbot, panel, "wrong")
    killed_and_back(qtbot, window, lab, panel)
    assert line(panel).text() == "12"
    answered(qtbot, panel, "right")


def test_drafts_are_kept_and_stand_in_the_report(qtbot, window, lab):
    panel = play(qtbot, window, lab, 9)
    type_text(panel.field.text, "not <yet>")
    killed_and_back(qtbot, window, lab, panel)
    assert panel.field.text.toPlainText() == "not <yet>"
    assert panel.attempt.done.status == "open"
    page = report_html(lab, panel.attempt.progress, "en", str, "1").decode()
    assert "not &lt;yet&gt;" in page
    assert "not handed in" in page
    type_text(panel.field.text, " more")
    qtbot.mouseClick(panel.check, LEFT)
    answered(qtbot, panel, "noted")
    assert "not handed in" not in report_html(lab, panel.attempt.progress, "en", str, "1").decode()


def test_the_number_of_words_is_said_beforehand(qtbot, window, lab):
    panel = play(qtbot, window, lab, 9)
    assert panel.field.count.text().startswith("2 words or more")
    type_text(panel.field.text, "one two three")
    assert panel.field.count.text().endswith("now 3")


@pytest.mark.parametrize("index", range(10))
def test_a_draft_that_does_not_fit_is_left_out(qtbot, window, lab, index):
    panel = play(qtbot, window, lab, index)
    for draft in (("x",), ("1", "2", "3"), ("9", "", "", "nan"), ("-1",) * 4000):
        panel.field.bring_back(draft)
        settled(panel)


def test_the_check_of_a_step_that_was_left_is_dropped(qtbot, window, lab):
    panel = play(qtbot, window, lab, 6)
    qtbot.mouseClick(panel.next, LEFT)  # onto the step that looks at the workspace
    ready(qtbot, panel)
    panel._bench.changed.emit()
    qtbot.mouseClick(panel.back, LEFT)
    ready(qtbot, panel)
    qtbot.wait(LIVE_PAUSE + 100)  # a bug would be raised in here
    panel.attempt.reached(panel._bench.state(), "here")  # and however it should come
    assert not panel.attempt._checking.busy
    assert panel.attempt.done.status == "open"
    assert not panel.verdict.isVisible()


def test_an_answer_under_way_says_nothing_to_the_next_step(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    enter(line(panel), "9")
    panel.attempt.go(1)
    ready(qtbot, panel)
    qtbot.waitUntil(lambda: not panel.attempt._checking.busy)
    assert not panel.verdict.isVisible()
    assert [step.tries for step in panel.attempt.progress.steps[:2]] == [0, 0]


def test_an_empty_cell_is_asked_for_and_counts_as_no_try(qtbot, window, lab):
    panel = play(qtbot, window, lab, 2)
    assert np.isnan(panel.field.answer()).all()
    fill(panel.field, [[3, 5], [7, 3]])
    panel.field.matrix.setFocus()
    panel.field.matrix._current = (1, 0)
    press(panel.field.matrix, Key.Key_Delete)
    qtbot.mouseClick(panel.check, LEFT)
    assert "every cell" in answered(qtbot, panel, "again")
    assert panel.attempt.done.tries == 0
    assert panel.field._marks._cells.tolist() == [[False, False], [True, False]]
    killed_and_back(qtbot, window, lab, panel)
    assert np.array_equal(panel.field.answer(), [[3, 5], [np.nan, 3]], equal_nan=True)


def test_nothing_moves_when_cells_are_marked(qtbot, window, lab):
    panel = play(qtbot, window, lab, 6)
    place = panel.check.mapTo(panel, panel.check.rect().topLeft())
    click_cell(qtbot, window.conv.board.cards["input", -1].view, 1, 2)
    settled(panel)
    assert panel.field.answer() == {(1, 2)}
    assert place == panel.check.mapTo(panel, panel.check.rect().topLeft())


def test_items_moved_by_hand_come_back_in_their_order(qtbot, window, lab):
    panel = play(qtbot, window, lab, 4)
    sort(panel.field, (1, 0, 2))
    killed_and_back(qtbot, window, lab, panel)
    assert panel.field.answer() == (1, 0, 2)


def test_a_wrong_answer_without_a_diagnosis_says_where_to_look(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    qtbot.waitUntil(panel.hint.isVisible)
    enter(line(panel), "7654.25")
    assert "or take a hint" in answered(qtbot, panel, "wrong")
    while panel.hint.isEnabled():
        left = len(panel.attempt.hints) - len(panel.attempt.hints_read)
        assert panel.hint.text() == ("Last hint" if left == 1 else f"Hint ({left} left)")
        qtbot.mouseClick(panel.hint, LEFT)
    assert panel.verdict.text.endswith("Look at the step again.")


def test_a_mistake_that_the_lab_names_is_not_told_twice(qtbot, window):
    panel = play(qtbot, window, built_in_labs()[0])
    enter(line(panel), "15")
    said = answered(qtbot, panel, "wrong")
    assert "sum of all nine values" in said
    assert len(said.split("\n")) == 2


def test_an_answer_that_was_shown_is_shown_again(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    qtbot.mouseClick(panel.show_it, LEFT)
    [box] = [box for box in window.findChildren(Question) if box.isVisible()]
    qtbot.mouseClick(box.answers["show"], LEFT)
    qtbot.waitUntil(lambda: panel.attempt.done.status == "shown")
    killed_and_back(qtbot, window, lab, panel)
    assert "no points" in panel.answer.text
    assert "12" in panel.answer.text
