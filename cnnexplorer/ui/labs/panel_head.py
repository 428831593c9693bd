"""The head of the player: which lab, which step, and the way out."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget
from superqt import QElidingLabel

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import icon

from .step_bar import StepBar


class PanelHead(Speaking, QWidget):
    """Shows a lab's title and its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.where = QElidingLabel(), QLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.bar = StepBar()
        self.leave = QToolButton()
        self.leave.setAutoRaise(True)
        self.tip(self.leave, mark("Leave the lab; your progress is kept, and your own work comes back"))
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.where)
        top.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 6)
        column.addLayout(top)
        column.addWidget(self.bar)
        self.restyle()

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.leave.setIcon(icon("close", self, "muted"))


def line() -> QFrame:
    """Return a line between parts of a column."""
    made = QFrame()
    made.setFrameShape(QFrame.Shape.HLine)
    made.setFrameShadow(QFrame.Shadow.Plain)
    made.setForegroundRole(made.palette().ColorRole.Mid)
    return made
