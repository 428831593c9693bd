"""Exercises in the player: solved, failed on purpose, shared by a code."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from cnnexplorer.labs.practice import Series
from cnnexplorer.ui.labs.practice_dialog import PracticeDialog
from tests.ui.helpers import LEFT, click_cell, enter, settled, type_text

from .test_playing import answered, fill, line, ready

Key = Qt.Key


@pytest.fixture
def dialog(window) -> PracticeDialog:
    window.actions_["practice"].trigger()
    [found] = window.findChildren(PracticeDialog)
    return found


def begin(qtbot, window, dialog, code: str):
    dialog.code.clear()
    type_text(dialog.code, code)
    qtbot.mouseClick(dialog.begin, LEFT)
    qtbot.waitUntil(lambda: window.labs.active)
    ready(qtbot, window.labs.panel)
    return window.labs.panel


@pytest.mark.parametrize("asks", ["value", "map", "size", "winner", "sign"])
def test_each_kind_is_solved_in_the_player(qtbot, window, dialog, asks):
    series = Series(asks, 1, 7)
    panel = begin(qtbot, window, dialog, series.code)
    right, card = series.exercise(0).right, window.conv.board.cards["input", -1]
    assert panel.attempt.count == 10
    if asks == "map":
        fill(panel.field, right.tolist())
    elif asks == "winner":
        click_cell(qtbot, card.view, *right)
    elif asks == "sign":
        qtbot.mouseClick(panel.field.buttons[{1: "+", 0: "0", -1: "-"}[right]], LEFT, pos=QPoint(8, 8))
    else:
        line(panel).setText("x".join(map(str, right)) if asks == "size" else str(right))
    qtbot.mouseClick(panel.check, LEFT)
    answered(qtbot, panel, "right")


def test_the_same_code_gives_the_same_exercises_and_there_are_always_more(qtbot, window, dialog):
    panel = begin(qtbot, window, dialog, "value-2-1234")
    series = Series("value", 2, 1234)
    assert window.conv.model.experiment == series.exercise(0).experiment
    panel.attempt.go(9)
    ready(qtbot, panel)
    assert panel.next.text() == "More…"
    qtbot.mouseClick(panel.next, LEFT)
    qtbot.waitUntil(lambda: panel.attempt.lab.id.endswith("-1"))
    ready(qtbot, panel)
    assert window.conv.model.experiment == series.exercise(10).experiment
    assert panel.head.where.text() == "Exercise 11"
    assert not panel.heading.isVisible(), "one number is enough"


def test_a_wrong_answer_is_diagnosed_and_nothing_can_be_changed(qtbot, window, dialog):
    panel = begin(qtbot, window, dialog, "size-1-3")
    enter(line(panel), "100x100")
    answered(qtbot, panel, "wrong")
    before = window.conv.model.experiment
    window.actions_["add_max"].trigger()
    assert window.conv.model.experiment is before
    assert "step of the lab leaves" in window.banner.text


def test_a_code_that_is_none_is_told_of(qtbot, dialog):
    dialog.code.clear()
    type_text(dialog.code, "value-9-1")
    qtbot.mouseClick(dialog.begin, LEFT)
    assert "there is no such series" in dialog.banner.text.lower()
    settled(dialog)
    for field in (dialog.kind, dialog.level, dialog.code):
        assert field.height() >= field.sizeHint().height(), "the dialog grows, and squeezes nothing"
    dialog.reject()


def test_kind_and_level_make_a_code_and_a_code_sets_them(qtbot, dialog):
    dialog.code.clear()
    type_text(dialog.code, "sign-3-42")
    assert (dialog.kind.value(), dialog.level.value()) == ("sign", "3")
    qtbot.mouseClick(dialog.another, LEFT)
    assert dialog.code.text().startswith("sign-3-")
    assert dialog.code.text() != "sign-3-42"
    dialog.reject()
