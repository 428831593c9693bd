"""Where to point: read off a twin of the window, made in this process and never shown on the program's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from tests.e2e.screen import wait_for

if TYPE_CHECKING:
    from cnnexplorer.ui.main_window import MainWindow
    from tests.e2e.screen import Box, Program


def lay_out() -> None:
    """Let the twin take its places."""
    for _round in range(5):
        QApplication.processEvents()


def area(twin: MainWindow, widget: QWidget) -> Box:
    """Where a widget lies in the window, without its rim, where the focus shows."""
    corner, rim = widget.mapTo(twin, QPoint(0, 0)), 4
    return corner.x() + rim, corner.y() + rim, corner.x() + widget.width() - rim, corner.y() + widget.height() - rim


def middle(twin: MainWindow, widget: QWidget) -> tuple[int, int]:
    left, top, right, bottom = area(twin, widget)
    return (left + right) // 2, (top + bottom) // 2


def rest(program: Program) -> None:
    """End the tour of the first start, and stop the animation that begins after it."""

    def ended() -> bool:
        program.keys("Escape")
        return "tour_seen=true" in program.settings()

    wait_for(ended, "the end of the tour")
    program.keys("ctrl+Home")
    program.still()
