"""How much of a network is fully connected, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours

from .architecture_reading import Parts
from .layer_rows import percent
from .layer_table import tabular

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_ROWS = (mark("Convolutional part"), mark("Fully connected layers"))
_BAR = 7


class PartBars(Speaking, QWidget):
    """Shows a count in its two parts: each with its number, its share, and a bar."""

    def __init__(self, title: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._role = title, role
        self._parts = Parts(0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    @property
    def parts(self) -> Parts:
        """What is shown."""
        return self._parts

    def set_parts(self, parts: Parts) -> None:
        """Show another count."""
        self._parts = parts
        self.retranslate()

    def lines(self) -> list[tuple[str, str]]:
        """Return the words and the figures of both parts."""
        whole = self._parts.whole or 1
        return [
            (_(title), f"{count:,} · {percent(count / whole)}") for title, count in zip(_ROWS, self._parts, strict=True)
        ]

    def retranslate(self) -> None:
        """Say what is shown where it is not read by eye."""
        text = "\n".join([_(self._title), *(f"{words}: {figures}" for words, figures in self.lines())])
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the title and, for each part, its words, its figures and its bar."""
        return QSize(200, self._line() * 5 + 2 * (_BAR + 6))

    def _line(self) -> int:
        return self.fontMetrics().height() + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the two parts, one below the other."""
        painter = QPainter(self)
        theme, line, width = colours(self), self._line(), self.width()
        bold, plain = tabular(self.font()), tabular(self.font())
        bold.setBold(True)
        painter.setPen(theme.colour("text"))
        painter.setFont(bold)
        painter.drawText(QRectF(0, 0, width, line), Qt.AlignmentFlag.AlignLeft, _(self._title))
        painter.setFont(plain)
        top, whole = float(line), self._parts.whole or 1
        for (words, figures), count in zip(self.lines(), self._parts, strict=True):
            painter.setPen(theme.colour("muted"))
            painter.drawText(QRectF(0, top, width, line), Qt.AlignmentFlag.AlignLeft, words)
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(0, top + line, width, line), Qt.AlignmentFlag.AlignRight, figures)
            top += 2 * line
            painter.fillRect(QRectF(0, top, width, _BAR), theme.colour("line", 0.6))
            painter.fillRect(QRectF(0, top, width * count / whole, _BAR), theme.colour(self._role, 0.75))
            top += _BAR + 6
