"""A line to type a number into a cell of a painted grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtWidgets import QLineEdit

from cnnexplorer.core import NumberError, parse_number
from cnnexplorer.ui.theme import number_font

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent
    from PySide6.QtWidgets import QWidget

ARROWS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
MOVES = {
    Qt.Key.Key_Return: (1, 0),
    Qt.Key.Key_Enter: (1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Tab: (0, 1),
    Qt.Key.Key_Backtab: (0, -1),
}


class CellEditor(QLineEdit):
    """Opens over a cell; Enter, Tab and the up and down keys take the number and move on, Escape leaves it.

    Signals: `accepted(row, column, value or None for the old one, (rows, columns) to move by)`, `refused(error)`.
    """

    accepted = Signal(int, int, object, object)
    refused = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._cell = (0, 0)
        self._before = ""
        self._abandoned = False
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextMargins(0, 0, 0, 0)
        self.hide()

    def open(self, cell: tuple[int, int], rect: QRectF, text: str, selected: bool) -> None:
        """Open over a cell at `rect`, with a text that is selected or goes on being typed."""
        self._cell, self._before = cell, text if selected else ""
        width, height = max(rect.width(), 56), max(rect.height(), 26)
        x = min(max(rect.center().x() - width / 2, 0), self._over.width() - width)
        y = min(max(rect.center().y() - height / 2, 0), self._over.height() - height)
        self.setGeometry(round(x), round(y), round(width), round(height))
        self.setFont(number_font(min(15.0, height * 0.55)))
        self.setText(text)
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if selected:
            self.selectAll()

    def abandon(self) -> None:
        """Close without taking what was typed: the cell is no more."""
        self._abandoned = True
        self.hide()
        self._abandoned = False

    def event(self, event: QEvent) -> bool:
        """Catch Tab before Qt moves the focus with it."""
        if event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())  # type: ignore[attr-defined]
            if key in MOVES:
                self._take(MOVES[key])
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the number when the user clicks elsewhere."""
        super().focusOutEvent(event)
        if self.isVisible() and not self._abandoned and event.reason() != Qt.FocusReason.PopupFocusReason:
            self._take((0, 0))

    def _take(self, move: tuple[int, int]) -> None:
        text = self.text()
        if text == self._before or not text.strip():
            self._close()
            if move != (0, 0):
                self.accepted.emit(*self._cell, None, move)
            return
        try:
            value = parse_number(text)
        except NumberError as error:
            if self.hasFocus():
                self.selectAll()  # to be typed again
            else:
                self.hide()
            self.refused.emit(error)
            return
        self._close()
        self.accepted.emit(*self._cell, value, move)

    def _close(self) -> None:
        self.hide()
        self._over.setFocus(Qt.FocusReason.OtherFocusReason)
