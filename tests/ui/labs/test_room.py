"""A lab in a narrow window: the inspector steps aside, the grids and the asked card are in sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from cnnexplorer.labs import built_in_labs
from tests.ui.helpers import LEFT, settled

from .test_playing import play, ready

LABS = {lab.id: lab for lab in built_in_labs()}


def sized(window, width: int, height: int) -> None:
    window.setMinimumSize(640, 480)  # as on a small screen
    window.resize(width, height)
    settled(window)


def test_the_inspector_steps_aside_and_comes_back(qtbot, window):
    sized(window, 1024, 680)
    assert window.conv.inspector.isVisible()
    panel = play(qtbot, window, LABS["02_sliding"])
    sized(window, 1024, 680)
    assert not window.conv.inspector.isVisible()
    panel.attempt.go(5)
    ready(qtbot, panel)
    assert window.conv.inspector.isVisible(), "this step is solved by settings"
    panel.attempt.go(6)
    ready(qtbot, panel)
    assert not window.conv.inspector.isVisible()
    window.actions_["inspector"].trigger()
    assert window.conv.inspector.isVisible(), "by hand it can be had"
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: window.desk._aside is None)
    assert window.actions_["inspector"].isChecked()
    assert window._side.wished


def test_a_wide_window_keeps_the_inspector(qtbot, window):
    sized(window, 1280, 800)
    play(qtbot, window, LABS["02_sliding"])
    assert window.conv.inspector.isVisible()


@pytest.mark.parametrize(("lab", "step"), [("01_kernel", 7), ("02_sliding", 8), ("04_relu", 2)])
def test_the_asked_card_is_in_sight(qtbot, window, lab, step):
    sized(window, 1024, 680)
    play(qtbot, window, LABS[lab], step)
    sized(window, 1024, 680)
    strip = window.conv.strip
    key = ("stage", min(LABS[lab].lab.steps[step].setup.hide, default=0) if lab != "04_relu" else 0)
    card = strip.cards[key]

    def in_sight() -> bool:
        left = card.mapTo(strip.viewport(), QPoint(0, 0)).x()
        return left >= -1 and left + card.width() <= strip.viewport().width() + 25

    qtbot.waitUntil(in_sight)


def test_the_arithmetic_stands_below_the_grids_where_the_board_is_narrow(qtbot, window):
    sized(window, 1280, 800)
    board = window.conv.board
    QTest.qWait(0)
    assert board._steps.orientation() == Qt.Orientation.Horizontal
    play(qtbot, window, LABS["01_kernel"], 7)
    qtbot.waitUntil(lambda: board._steps.orientation() == Qt.Orientation.Vertical)
    assert board.step_view.width() > 0.9 * board.width()
    assert board.arithmetic.mapTo(board, QPoint(0, 0)).y() > board.step_view.mapTo(board, QPoint(0, 0)).y() + 100
