"""What is said of an answer, a hint, or an explanation: in a box with a coloured edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.labs.sayings import Saying
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.sign import Sign

from .prose import Prose

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent

    from cnnexplorer.labs import Verdict
    from cnnexplorer.labs.verdict import Said

# kind -> icon, colour and heading
KINDS = {
    "right": ("check-circle", "output", mark("That is right")),
    "wrong": ("close-circle", "error", mark("Not right yet")),
    "missing": ("help-circle", "warning_text", mark("Not there yet; this does not count")),
    "again": ("help-circle", "warning_text", mark("Once more; this does not count")),
    "noted": ("pencil-circle", "accent", mark("Written down")),
    "shown": ("eye-circle", "kernel", mark("The answer; this step gives no points")),
    "hint": ("lightbulb-on-outline", "kernel", mark("Hint {number}")),
    "why": ("information-outline", "accent", mark("Why")),
}
_AGAIN = mark("Look at the step again.")
_AGAIN_OR_HINT = mark("Look at the step again, or take a hint.")
_EDGE = 4


class SaidBox(Speaking, QFrame):
    """A box with an icon, a heading and texts.

    Parameters
    ----------
    folder
        The lab's folder, where pictures in the texts lie.
    """

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._kind, self._number = "right", 0
        self._sign = Sign(20)
        self._heading = QLabel()
        font = self._heading.font()
        font.setBold(True)
        self._heading.setFont(font)
        self._heading.setWordWrap(True)
        self.prose = Prose(folder)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._sign)
        top.addWidget(self._heading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12 + _EDGE, 8, 10, 8)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.prose)
        self.retranslate()
        self.hide()

    @property
    def kind(self) -> str:
        """What kind of thing is said; see `KINDS`."""
        return self._kind

    @property
    def text(self) -> str:
        """What is said, the heading first."""
        return "\n".join(part for part in (self._heading.text(), self.prose.accessibleName()) if part)

    def say_so(self, kind: str, sayings: tuple[Said, ...], number: int = 0) -> None:
        """Say something."""
        self._kind, self._number = kind, number
        self.prose.show_texts(*sayings)
        self.prose.setVisible(bool(sayings))
        self.retranslate()
        self.restyle()
        self.show()

    def say_verdict(self, verdict: Verdict, hints_left: bool, counts: bool = True) -> None:
        """Say a verdict; of a wrong answer that is no usual mistake, where to look.

        Parameters
        ----------
        counts
            Whether a wrong answer counts as a try.
        """
        sayings: tuple[Said, ...] = verdict.sayings
        if verdict.outcome == "wrong" and not sayings:
            sayings = (Saying(_AGAIN_OR_HINT if hints_left else _AGAIN),)
        self.say_so("missing" if verdict.outcome == "wrong" and not counts else verdict.outcome, sayings)

    def retranslate(self) -> None:
        """Say the heading."""
        self._heading.setText(_(KINDS[self._kind][2]).format(number=self._number))
        self.setAccessibleName(self._heading.text())

    def restyle(self) -> None:
        """Take icon and colours from the theme."""
        name, role, _heading = KINDS[self._kind]
        self._sign.set_icon(icon(name, self, role))
        palette = self._heading.palette()
        palette.setColor(QPalette.ColorRole.WindowText, colours(self).colour(role))
        self._heading.setPalette(palette)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ground, and the edge in the colour of what is said."""
        painter, theme = QPainter(self), colours(self)
        colour = KINDS[self._kind][1]
        painter.fillRect(self.rect(), theme.colour("base"))
        painter.fillRect(self.rect(), theme.colour(colour, 0.08))
        painter.fillRect(QRectF(0, 0, _EDGE, self.height()), theme.colour(colour))


class HintBoxes(QWidget):
    """The hints that were read, a box for each."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[SaidBox] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)

    def show_hints(self, hints: tuple[Said, ...], folder: Path | None) -> None:
        """Show hints of a lab in a folder."""
        while len(self.boxes) < len(hints):
            self.boxes.append(SaidBox())
            self._column.addWidget(self.boxes[-1])
        for number, box in enumerate(self.boxes):
            box.prose.set_folder(folder)
            if number < len(hints):
                box.say_so("hint", (hints[number],), number + 1)
            else:
                box.hide()
        self.setVisible(bool(hints))
