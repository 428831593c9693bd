"""The line of text below the pictures of an animation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from cnnexplorer.ui.theme import colours

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

CAPTION_HEIGHT = 30
_MARGIN = 12


class CaptionBar(QWidget):
    """A line of text below a picture: what is left, and at the right which one it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left = self._right = ""
        self.setFixedHeight(CAPTION_HEIGHT)

    def set_texts(self, left: str, right: str) -> None:
        """Show two texts; the left one is cut where there is no room for it."""
        self._left, self._right = left, right
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the texts, under a line."""
        painter = QPainter(self)
        theme = colours(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(QRect(0, 0, self.width(), 1), theme.colour("line"))
        metrics = QFontMetrics(self.font())
        area = self.rect().adjusted(_MARGIN, 1, -_MARGIN, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, self._right)
        room = area.width() - metrics.horizontalAdvance(self._right) - 2 * _MARGIN
        painter.setPen(theme.colour("text"))
        text = metrics.elidedText(self._left, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, text)
