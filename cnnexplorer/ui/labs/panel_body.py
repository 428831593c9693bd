"""The player's middle: what a step says and asks, the buttons below, and what is said of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.labs.progress import PER_HINT
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import icon

from .prose import Prose
from .verdict_box import HintBoxes, SaidBox

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.labs import Text


class PanelBody(Speaking, QScrollArea):
    """Holds the widgets of a step, one below the other; the player says what is in them.

    Attributes
    ----------
    place
        Where the field for the answer lies.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QLabel()
        self.text = Prose()
        self.place = QVBoxLayout()
        self.check, self.hint, self.show_it = QPushButton(), QPushButton(), QPushButton()
        self.again = QToolButton()
        self.verdict, self.answer, self.why = SaidBox(), SaidBox(), SaidBox()
        self.hints = HintBoxes()
        self._build()
        self.restyle()

    def show_text(self, text: Text, folder: Path | None) -> None:
        """Show what a step of a lab in a folder says, and nothing of what was said of the step before."""
        self.text.hide()  # until it is whole: a text that grows in sight jumps
        self.text.set_folder(folder)
        self.text.show_texts(text)
        self.text.show()
        for box in (self.verdict, self.answer, self.why):
            box.prose.set_folder(folder)
            box.hide()

    def say_hints_left(self, left: int) -> None:
        """Say how many hints there are yet, and what one costs."""
        self.hint.setText(_("Last hint") if left == 1 else _("Hint ({count} left)").format(count=left))
        costs = _("Show a hint; each takes {percent} % off the points of this step (Ctrl+Shift+T)")
        self.hint.setToolTip(costs.format(percent=round(100 * PER_HINT)))
        self.hint.setAccessibleName(self.hint.toolTip())

    def restyle(self) -> None:
        """Take icons from the theme."""
        for button, name in (
            (self.hint, "lightbulb-on-outline"), (self.show_it, "eye-outline"), (self.again, "restore"),
        ):  # fmt: skip
            button.setIcon(icon(name, self))

    def _build(self) -> None:
        font = self.heading.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.heading.setFont(font)
        self.heading.setWordWrap(True)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        for button, text, tip in (
            (self.check, mark("Check"), mark("See whether the answer is right (Ctrl+Enter)")),
            (self.show_it, mark("Show the answer"), mark("Show the right answer; the step then gives no points")),
        ):
            self.say(button.setText, text)
            self.tip(button, tip)
        self.tip(self.again, mark("Put the workspace as this step began; undo takes it back"))
        buttons, helps = QHBoxLayout(), QHBoxLayout()
        buttons.addWidget(self.check)
        buttons.addWidget(self.hint)
        buttons.addStretch(1)
        helps.addWidget(self.show_it)
        helps.addStretch(1)
        helps.addWidget(self.again)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(self.heading)
        column.addWidget(self.text)
        column.addLayout(self.place)
        column.addLayout(buttons)
        column.addLayout(helps)  # above all that comes and goes: nothing moves it under the mouse
        for box in (self.verdict, self.answer, self.why, self.hints):
            column.addWidget(box)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
