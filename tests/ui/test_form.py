"""Lists in forms: a title that finds no room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from cnnexplorer.ui.widgets.form import Choice

LONG = "Laplacian of Gaussian, five by five"


def test_a_title_without_room_ends_in_dots_and_is_told_whole(qtbot):
    choice = Choice({"short": "Box", "long": LONG})
    qtbot.addWidget(choice)
    choice.setToolTip("Preset")
    choice.setFixedWidth(150)
    choice.show()
    assert choice.shown_text() == "Box"
    short = choice.grab().toImage()
    choice.setValue("long")
    assert choice.shown_text().endswith("…")
    assert LONG.startswith(choice.shown_text()[:-1])
    assert choice.grab().toImage() != short
    middle = choice.rect().center()
    QApplication.sendEvent(choice, QHelpEvent(QEvent.Type.ToolTip, middle, choice.mapToGlobal(QPoint(5, 5))))
    assert QToolTip.text() == f"Preset: {LONG}"
    QToolTip.hideText()
