"""The most probable classes as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.figure_mode import shows_focus

from .names import class_title

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from cnnexplorer.nets import Guess

ROW = 27
COUNT = 5


class GuessBars(QWidget):
    """The five most probable classes, each with its probability as a bar.

    Emits `chosen(class index)` for a click on one, or Enter on the one that the arrow keys lead to.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guesses: tuple[Guess, ...] = ()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_guesses(self, guesses: tuple[Guess, ...]) -> None:
        """Show other guesses."""
        if guesses != self._guesses:
            self._guesses = guesses
            self._describe()
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
        if shows_focus(self):
            painter.setPen(theme.colour("accent"))
            frame = QRectF(0, self._current * ROW, self.width(), ROW) if self._guesses else QRectF(self.rect())
            painter.drawRect(frame.adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a class."""
        place = self._place(event.position().y())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = place
            self.chosen.emit(self._guesses[place].index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the end of a click, which nobody else is to see."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from class to class, and choose one."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        last = min(len(self._guesses), COUNT) - 1
        if step is not None and last >= 0:
            self._current = min(max(self._current + step, 0), last)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._current <= last:
            self.chosen.emit(self._guesses[self._current].index)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the whole name where the mouse rests: a long one does not fit."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place(event.pos().y())
            if place is not None:
                name, share = self._texts(self._guesses[place])
                QToolTip.showText(event.globalPos(), f"{name}: {share}\n{self.toolTip()}", self)
                return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()
        self.update()

    def _place(self, y: float) -> int | None:
        """Return which row lies at a height, if there is a class in it."""
        place = int(y // ROW)
        return place if 0 <= place < min(len(self._guesses), COUNT) else None

    def _describe(self) -> None:
        self.setAccessibleDescription("; ".join(": ".join(self._texts(guess)) for guess in self._guesses[:COUNT]))

    @staticmethod
    def _texts(guess: Guess) -> tuple[str, str]:
        share = _("{percent} %").format(percent=f"{100 * guess.probability:.1f}")
        return class_title(guess.index, guess.category), share
