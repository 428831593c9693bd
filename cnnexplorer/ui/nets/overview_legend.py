"""What the colours, signs and bars of the overview mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import (
    AVERAGE_POOLING,
    BATCH_NORM,
    CONCATENATION,
    CONVOLUTION,
    FLATTEN,
    LINEAR,
    LOCAL_NORM,
    MAX_POOLING,
    RELU,
)
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.painting import colour_table

from .overview_paint import paint_glyph

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_LINE = 18
_ALIGN = Qt.AlignmentFlag
_WITH_WEIGHTS = (CONVOLUTION, LINEAR, BATCH_NORM)
_WITHOUT = (RELU, MAX_POOLING, AVERAGE_POOLING, LOCAL_NORM, FLATTEN, CONCATENATION)
_SHARES = (("accent", mark("share of all multiply-accumulates (MACs)")), ("kernel", mark("share of all parameters")))


class _Legend(Speaking, QWidget):
    """Painted lines that follow language and theme."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def sizeHint(self) -> QSize:
        """Return its height."""
        return QSize(200, self._height)

    def retranslate(self) -> None:
        """Say the texts again."""
        self.setAccessibleName("; ".join(self.texts()))
        self.update()

    def restyle(self) -> None:
        """Take the colours again."""
        self.update()

    def texts(self) -> list[str]:
        """Return what is written."""
        return []

    def _write(self, painter: QPainter, rect: QRectF, text: str, align: Qt.AlignmentFlag) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.drawText(rect, align | _ALIGN.AlignVCenter, shown)


class ColourLegend(_Legend):
    """A colour map with what its ends and its middle stand for."""

    def __init__(self, name: str, low: str, middle: str, high: str, parent: QWidget | None = None) -> None:
        self._name, self._marks = name, (low, middle, high)
        super().__init__(12 + _LINE, parent)

    def texts(self) -> list[str]:
        """Return what is written."""
        return [_(text) for text in self._marks if text]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the colours, and the texts below."""
        painter = QPainter(self)
        theme = colours(self)
        bar = QRectF(0, 0, self.width() - 1, 12)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = colour_table(self._name)
        for place in range(0, 256, 15):
            gradient.setColorAt(place / 255, QColor.fromRgb(table[place]))
        painter.fillRect(bar, gradient)
        painter.setPen(theme.colour("line"))
        painter.drawRect(bar)
        painter.setPen(theme.colour("muted"))
        line = QRectF(0, 12, self.width(), _LINE)
        for text, align in zip(self._marks, (_ALIGN.AlignLeft, _ALIGN.AlignHCenter, _ALIGN.AlignRight), strict=True):
            if text:
                self._write(painter, line, _(text), align)


class SignLegend(_Legend):
    """The signs of the kinds of layers: in orange those with weights that are learned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_LINE * (2 + len(_WITH_WEIGHTS) + len(_WITHOUT)) + 6, parent)

    def texts(self) -> list[str]:
        """Return what is written."""
        with_weights, without = self._headings()
        return [with_weights, *map(_, _WITH_WEIGHTS), without, *map(_, _WITHOUT)]

    @staticmethod
    def _headings() -> tuple[str, str]:
        return _("With weights, which are trained:"), _("Without weights:")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a sign and its kind a line."""
        painter = QPainter(self)
        theme = colours(self)
        top = 0.0
        for heading, kinds, role in zip(self._headings(), (_WITH_WEIGHTS, _WITHOUT), ("kernel", "muted"), strict=True):
            painter.setPen(theme.colour("muted"))
            self._write(painter, QRectF(0, top, self.width(), _LINE), heading, _ALIGN.AlignLeft)
            top += _LINE
            for kind in kinds:
                paint_glyph(painter, kind, QPointF(4, top + 3), theme.colour(role))
                painter.setPen(theme.colour("text"))
                self._write(painter, QRectF(24, top, self.width() - 24, _LINE), _(kind), _ALIGN.AlignLeft)
                top += _LINE
            top += 6


class ShareLegend(_Legend):
    """The two bars of a card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_LINE * len(_SHARES), parent)

    def texts(self) -> list[str]:
        """Return what is written."""
        return [_(text) for _role, text in _SHARES]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a bar and what it tells a line."""
        painter = QPainter(self)
        theme = colours(self)
        for place, (role, text) in enumerate(_SHARES):
            top = place * _LINE
            bar = QRectF(0, top + _LINE / 2 - 1.5, 18, 3)
            painter.fillRect(bar, theme.colour("line", 0.7))
            bar.setWidth(11)
            painter.fillRect(bar, theme.colour(role))
            painter.setPen(theme.colour("text"))
            self._write(painter, QRectF(24, top, self.width() - 24, _LINE), _(text), _ALIGN.AlignLeft)
