"""The most probable classes as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import colours

from .names import class_title

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from cnnexplorer.nets import Guess

ROW = 30
COUNT = 5


class GuessBars(QWidget):
    """The five most probable classes, each with its probability as a bar. A click emits `chosen(class index)`."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guesses: tuple[Guess, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_guesses(self, guesses: tuple[Guess, ...]) -> None:
        """Show other guesses."""
        if guesses != self._guesses:
            self._guesses = guesses
            self.setAccessibleDescription("; ".join(self._texts(guess)[0] for guess in guesses))
            self.update()

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """What is shown."""
        return self._guesses

    def sizeHint(self) -> QSize:
        """Return the height of five rows."""
        return QSize(180, COUNT * ROW + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint name, percentage and bar of each class."""
        painter = QPainter(self)
        theme = colours(self)
        metrics = QFontMetricsF(self.font())
        for place, guess in enumerate(self._guesses[:COUNT]):
            name, share = self._texts(guess)
            line = QRectF(1, place * ROW, self.width() - 2, ROW - 10)
            painter.setPen(theme.colour("text" if place == 0 else "muted"))
            room = line.width() - metrics.horizontalAdvance(share) - 8
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)
            bar = QRectF(1, line.bottom() + 1, self.width() - 2, 5)
            painter.fillRect(bar, theme.colour("line", 0.6))
            bar.setWidth(bar.width() * guess.probability)
            painter.fillRect(bar, theme.colour("output" if place == 0 else "accent", 0.9))
        if self.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a class."""
        place = int(event.position().y() // ROW)
        if place < len(self._guesses):
            self.chosen.emit(self._guesses[place].index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the most probable class."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._guesses:
            self.chosen.emit(self._guesses[0].index)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the theme."""
        super().changeEvent(event)
        self.update()

    @staticmethod
    def _texts(guess: Guess) -> tuple[str, str]:
        share = _("{percent} %").format(percent=f"{100 * guess.probability:.1f}")
        return class_title(guess.index, guess.category), share
