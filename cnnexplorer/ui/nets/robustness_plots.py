"""The two curves of the chart over depth, and the marks on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _

from .robustness_axis import ticks

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from cnnexplorer.nets import Comparison

DISTANCE, CORRELATION = "hover", "accent"  # roles of the two curves
FEW = ("circle", "square", "diamond")  # marks that can be told apart when they are small
KINDS = (
    ("circle", mark("convolution")),
    ("triangle", mark("ReLU")),
    ("square", mark("pooling")),
    ("diamond", mark("fully connected")),
    ("dot", mark("other")),
)


@dataclass(frozen=True)
class Plot:
    """One of the two curves: its values, from the picture on, in its own box, from one tick to another."""

    title: str
    role: str
    values: tuple[float, ...]
    marks: tuple[float, ...]
    texts: tuple[str, ...]

    @property
    def low(self) -> float:
        """The value at the bottom."""
        return self.marks[0]

    @property
    def high(self) -> float:
        """The value at the top."""
        return self.marks[-1]


def make_plots(comparison: Comparison) -> tuple[Plot, Plot]:
    """Return the curves of the relative distance and of the correlation."""
    changes = [comparison.picture, *((change.distance, change.correlation) for change in comparison.layers)]
    distances, correlations = (tuple(change[index] for change in changes) for index in (0, 1))
    reach = max((value for value in distances if math.isfinite(value)), default=0.0)
    lowest = min((value for value in correlations if math.isfinite(value)), default=1.0)
    of_distance = ticks(0.0, reach or 1.0)
    of_correlation = ticks(min(lowest, 0.999), 1.0)
    return (
        Plot(_("Relative distance"), DISTANCE, distances, of_distance, _percents(of_distance)),
        Plot(
            _("Correlation"), CORRELATION, correlations, of_correlation,
            tuple(format_number(value, 6) for value in of_correlation),
        ),
    )  # fmt: skip


def _percents(values: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(_("{percent} %").format(percent=format_number(100 * value, 4)) for value in values)


def paint_mark(painter: QPainter, shape: str, point: QPointF, size: float, colour: QColor, inside: QColor) -> None:
    """Paint a mark: convolutions and fully connected layers filled, the others hollow."""
    painter.setPen(QPen(colour, 1.2))
    painter.setBrush(colour if shape in ("circle", "diamond") else inside)
    x, y = point.x(), point.y()
    if shape == "circle":
        painter.drawEllipse(point, size, size)
    elif shape == "square":
        painter.drawRect(QRectF(x - size, y - size, 2 * size, 2 * size))
    elif shape == "triangle":
        top, low = y - 1.2 * size, y + 0.9 * size
        painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x + 1.15 * size, low), QPointF(x - 1.15 * size, low)]))
    elif shape == "diamond":
        reach = 1.35 * size
        corners = [QPointF(x, y - reach), QPointF(x + reach, y), QPointF(x, y + reach), QPointF(x - reach, y)]
        painter.drawPolygon(QPolygonF(corners))
    else:
        painter.drawEllipse(point, 0.5 * size, 0.5 * size)
