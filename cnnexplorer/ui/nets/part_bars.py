"""The convolutional and the dense part of a network beside each other: parameters and multiply-accumulates as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours

from .answer_sheet import Parts

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_ROW = 32
_TITLES = (
    mark("Convolutions, parameters"),
    mark("Fully connected, parameters"),
    mark("Convolutions, MACs"),
    mark("Fully connected, MACs"),
)


class PartBars(Speaking, QWidget):
    """Four bars: the parameters of both parts, and the multiply-accumulates (MACs) of both."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = Parts(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.tip(self, mark("What the convolutions and what the fully connected layers need"))

    def set_parts(self, parts: Parts) -> None:
        """Show other numbers."""
        if parts != self._parts:
            self._parts = parts
            self.retranslate()
            self.update()

    def retranslate(self) -> None:
        """Say the numbers to who cannot see the bars."""
        self.setAccessibleDescription("; ".join(f"{title}: {value}" for title, value in self._lines()))

    def sizeHint(self) -> QSize:
        """Return the height of four rows."""
        return QSize(200, 4 * _ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint title, number and bar of each."""
        painter, theme = QPainter(self), colours(self)
        for place, (title, value) in enumerate(self._lines()):
            line = QRectF(0, place * _ROW, self.width(), 18)
            painter.setPen(theme.colour("muted"))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
            painter.setPen(theme.colour("text"))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)
            most = max(self._parts[place // 2 * 2 : place // 2 * 2 + 2]) or 1
            bar = QRectF(0, line.bottom() + 1, self.width(), 6)
            painter.fillRect(bar, theme.colour("line", 0.6))
            bar.setWidth(bar.width() * self._parts[place] / most)
            painter.fillRect(bar, theme.colour("accent" if place % 2 else "kernel", 0.9))

    def _lines(self) -> list[tuple[str, str]]:
        return [(_(title), f"{value:,}") for title, value in zip(_TITLES, self._parts, strict=True)]
