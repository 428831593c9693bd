"""The head of the player: which lab, which step, and the way out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import colours, icon

from .step_bar import StepBar


class PanelHead(Speaking, QWidget):
    """Shows a lab's title and its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.where = QLabel(), QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.title.setWordWrap(True)
        self.title.setMinimumWidth(60)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = StepBar()
        self.leave = QToolButton()
        self.leave.setAutoRaise(True)
        self.tip(self.leave, mark("Leave the lab; your progress is kept, and your own work comes back"))
        top = QHBoxLayout()
        top.addWidget(self.where, 1)
        top.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 4, 8, 6)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.title)
        column.addWidget(self.bar)
        self.restyle()

    def restyle(self) -> None:
        """Take icon and colour from the theme."""
        palette = self.where.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colours(self).colour("muted"))
        self.where.setPalette(palette)
        self.leave.setIcon(icon("close", self, "muted"))


def line() -> QFrame:
    """Return a line between parts of a column."""
    made = QFrame()
    made.setFrameShape(QFrame.Shape.HLine)
    made.setFrameShadow(QFrame.Shadow.Plain)
    made.setForegroundRole(made.palette().ColorRole.Mid)
    return made
