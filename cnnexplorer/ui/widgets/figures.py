"""Small painted figures: a row of thumbnails, a colour bar, a histogram, a curve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.ui.theme import colours, number_font

from .cells import draw_cells
from .figure_mode import paint_ground, shows_focus
from .painting import Look, colour_table, finite_range, map_image

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

HISTOGRAM_BINS = 48


class Thumbnails(QWidget):
    """A row of small maps, one of them chosen.

    Emits `chosen(index)`. With more than fit in a row it wraps.
    """

    chosen = Signal(int)

    def __init__(self, side: int = 28, role: str = "output", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side, self._role = side, role
        self._rows: list[list[tuple[NDArray[np.float64], Look, tuple[float, float]]]] = []
        self._index = 0
        self._veiled: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_maps(
        self, rows: Sequence[Sequence[NDArray[np.float64]]], looks: Sequence[Look], index: int, shared: bool = False
    ) -> None:
        """Show maps: each row of `rows` holds one map an entry (a kernel above its feature map, say), each with a look.

        Parameters
        ----------
        index
            Which entry is chosen.
        shared
            Whether one range serves all maps of a row.
        """
        count = len(self)
        self._rows = []
        for maps, look in zip(rows, looks, strict=True):
            small = [_shrunk(plane, 2 * self._side) for plane in maps]
            pool = np.concatenate([plane.ravel() for plane in small]) if shared and small else None
            self._rows.append(
                [(plane, look, look.range_for(plane, plane if pool is None else pool)) for plane in small]
            )
        self._index = index
        if len(self) != count:
            self.updateGeometry()
        self.update()

    def set_veiled(self, row: int | None) -> None:
        """Show nothing of the maps of a row, and of those below it; None shows all."""
        if row != self._veiled:
            self._veiled = row
            self.update()

    @property
    def veiled(self) -> int | None:
        """The row from which on no maps are shown."""
        return self._veiled

    def __len__(self) -> int:
        return len(self._rows[0]) if self._rows else 0

    @property
    def index(self) -> int:
        """Which entry is chosen."""
        return self._index

    def set_index(self, index: int) -> None:
        """Choose an entry, without a signal."""
        if index != self._index:
            self._index = index
            self.update()

    def entry_rect(self, index: int) -> QRectF:
        """Return where an entry lies."""
        columns = self._columns(self.width())
        row, column = divmod(index, columns)
        height = self._side * len(self._rows) + 6
        return QRectF(column * (self._side + 6) + 1, row * (height + 2) + 1, self._side + 4, height - 1)

    def sizeHint(self) -> QSize:
        """Ask for one row."""
        return QSize(4 * (self._side + 6), self.heightForWidth(4 * (self._side + 6)))

    def minimumSizeHint(self) -> QSize:
        """Return the least."""
        return QSize(self._side + 8, self._side + 8)

    def hasHeightForWidth(self) -> bool:
        """Tell that the height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of as many rows as are needed."""
        lines = math.ceil(len(self) / self._columns(width)) if len(self) else 0
        return lines * (self._side * len(self._rows) + 8) + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the maps that are in sight, and a frame around the chosen one."""
        painter = QPainter(self)
        theme = colours(self)
        sight = QRectF(event.rect())
        for index in range(len(self)):
            rect = self.entry_rect(index)
            if not rect.adjusted(-1, -1, 1, 1).intersects(sight):
                continue
            for number, row in enumerate(self._rows[: self._veiled]):
                plane, look, limits = row[index]
                box = QRectF(rect.left() + 2, rect.top() + 2 + number * self._side, self._side, self._side - 1)
                height, width = plane.shape[-2:]
                scale = min(box.width() / width, box.height() / height)
                target = QRectF(0, 0, width * scale, height * scale)
                target.moveCenter(box.center())
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
                draw_cells(painter, target, map_image(plane, look.colour_map, *limits))
            chosen = index == self._index
            painter.setPen(QPen(theme.colour(self._role if chosen else "line"), 2 if chosen else 1))
            painter.drawRect(rect)
        if shows_focus(self) and len(self):
            painter.setPen(QPen(theme.colour("hover"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.entry_rect(self._index).adjusted(-1, -1, 1, 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an entry."""
        for index in range(len(self)):
            if self.entry_rect(index).contains(event.position()):
                self._choose(index)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with the arrow keys."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not len(self):
            super().keyPressEvent(event)
        else:
            self._choose(min(max(self._index + step, 0), len(self) - 1))

    def event(self, event: QEvent) -> bool:
        """Tell the number of the entry under the mouse."""
        if event.type() == event.Type.ToolTip:
            for index in range(len(self)):
                if self.entry_rect(index).contains(QPointF(event.pos())):  # type: ignore[attr-defined]
                    QToolTip.showText(event.globalPos(), str(index), self)  # type: ignore[attr-defined]
                    return True
        return super().event(event)

    def _choose(self, index: int) -> None:
        if index != self._index:
            self._index = index
            self.update()
            self.chosen.emit(index)

    def _columns(self, width: int) -> int:
        return max((width - 2) // (self._side + 6), 1)


class ColourBar(QWidget):
    """The colour map with the values that its ends stand for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour_map = "grey"
        self._limits = (0.0, 1.0)
        self._veiled = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_veiled(self, veiled: bool) -> None:
        """Leave the numbers out."""
        if veiled != self._veiled:
            self._veiled = veiled
            self.update()

    @property
    def veiled(self) -> bool:
        """Whether the numbers are left out."""
        return self._veiled

    def set_range(self, colour_map: str, limits: tuple[float, float]) -> None:
        """Show a colour map from one value to another."""
        if (colour_map, limits) != (self._colour_map, self._limits):
            self._colour_map, self._limits = colour_map, limits
            self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the bar and its numbers."""
        return QSize(120, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the gradient, the numbers at its ends, and 0 where it lies between."""
        painter = QPainter(self)
        theme = colours(self)
        bar = QRectF(0.5, 0.5, self.width() - 1, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = colour_table(self._colour_map)
        for place in range(0, 256, 15):
            gradient.setColorAt(place / 255, QColor.fromRgb(table[place]))
        painter.fillRect(bar, gradient)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(bar)
        if self._veiled:
            return
        painter.setPen(theme.colour("muted"))
        painter.setFont(number_font(10))
        low, high = self._limits
        line = QRectF(0, 10, self.width(), 14)
        left, right = _paint_ends(painter, line, low, high)
        if low < 0 < high:
            x = bar.left() + bar.width() * -low / (high - low)
            painter.drawLine(QPointF(x, 6), QPointF(x, 11))
            if left + 8 < x < right - 8:
                painter.drawText(QRectF(x - 20, 10, 40, 14), Qt.AlignmentFlag.AlignHCenter, "0")


class Histogram(QWidget):
    """How often values occur in a map, on its colour map's own axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.float64] = np.zeros(1)
        self._range = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_counts(self, counts: NDArray[np.float64], limits: tuple[float, float]) -> None:
        """Show how many values fall into each bin between two values."""
        self._counts, self._range = counts, limits
        self.update()

    @property
    def counts(self) -> NDArray[np.float64]:
        """How many values fall into each of the bins."""
        return self._counts

    def sizeHint(self) -> QSize:
        """Return a small chart's size."""
        return QSize(200, 84)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars (their heights as square roots, so that rare values are seen), the ends and 0."""
        painter = QPainter(self)
        theme = colours(self)
        box = QRectF(0.5, 2.5, self.width() - 1, self.height() - 18)
        paint_ground(painter, box, theme.colour("base"))
        heights = np.sqrt(self._counts / max(float(self._counts.max()), 1.0))
        width = box.width() / len(heights)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for index, height in enumerate(heights.tolist()):
            bar = QRectF(
                box.left() + index * width, box.bottom() - height * box.height(), width - 0.5, height * box.height()
            )
            painter.fillRect(bar, theme.colour("accent", 0.8))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(box)
        low, high = self._range
        painter.setFont(number_font(10))
        painter.setPen(theme.colour("muted"))
        line = QRectF(0, self.height() - 14, self.width(), 14)
        left, right = _paint_ends(painter, line, low, high)
        if low < 0 < high:
            x = box.left() + box.width() * -low / (high - low)
            painter.setPen(QPen(theme.colour("text"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.setPen(theme.colour("muted"))
            if left + 8 < x < right - 8:
                painter.drawText(QRectF(x - 20, self.height() - 14, 40, 14), Qt.AlignmentFlag.AlignHCenter, "0")


def histogram_counts(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count values in `HISTOGRAM_BINS` equal bins from the smallest to the largest; what is not finite is left out."""
    low, high = finite_range(values)
    if not math.isfinite(float(values.sum())):
        values = values[np.isfinite(values)]
    # as shares of the range, in halves: the range may be wider than a float holds, and values beyond float32
    span = high / 2 - low / 2
    shares = (values / 2 - low / 2) / span if span > 0 else np.full(values.shape, 0.5)
    flat = np.ascontiguousarray(shares, dtype=np.float32).reshape(-1, 1)
    top = float(np.nextafter(np.float32(1), np.float32(2)))  # calcHist's upper bound is open
    counts = cv2.calcHist([flat], [0], None, [HISTOGRAM_BINS], [0.0, top])
    return np.asarray(counts, dtype=np.float64).ravel()


class Curve(QWidget):
    """A function's curve, with one point of it marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._function: Callable[[NDArray[np.float64]], NDArray[np.float64]] = np.copy
        self._point: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_function(self, function: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
        """Show another function."""
        self._function = function
        self.update()

    def set_point(self, point: tuple[float, float] | None) -> None:
        """Mark a point (x, y)."""
        if point != self._point:
            self._point = point
            self.update()

    def sizeHint(self) -> QSize:
        """Return a small chart's size."""
        return QSize(200, 110)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the axes, the curve and the point."""
        painter = QPainter(self)
        theme = colours(self)
        box = QRectF(0.5, 0.5, self.width() - 1, self.height() - 1)
        paint_ground(painter, box, theme.colour("base"))
        reach = 4.0
        if self._point is not None and all(map(math.isfinite, self._point)):
            reach = min(max(reach, abs(self._point[0]) * 1.15, abs(self._point[1]) * 1.15), 1e6)
        unit = box.height() / (2.2 * reach)
        center = QPointF(box.center().x(), box.center().y() + box.height() * 0.15)
        xs = np.linspace(-box.width() / 2 / unit, box.width() / 2 / unit, 241)
        ys = np.clip(self._function(xs), -1e5 * reach, 1e5 * reach)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(box.left(), center.y()), QPointF(box.right(), center.y()))
        painter.drawLine(QPointF(center.x(), box.top()), QPointF(center.x(), box.bottom()))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
        path = QPainterPath()
        path.addPolygon(QPolygonF([
            QPointF(center.x() + x * unit, center.y() - y * unit) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)
        ]))  # fmt: skip
        painter.setPen(QPen(theme.colour("output"), 2))
        painter.drawPath(path)
        if self._point is not None and all(map(math.isfinite, self._point)):
            point = QPointF(center.x() + self._point[0] * unit, center.y() - self._point[1] * unit)
            painter.setBrush(theme.colour("hover"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(point, 4, 4)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(box)


def _paint_ends(painter: QPainter, line: QRectF, low: float, high: float) -> tuple[float, float]:
    """Write the values at the ends of an axis; return where the first ends and the second begins."""
    metrics = painter.fontMetrics()
    texts = format_number(low, 2), format_number(high, 2)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft, texts[0])
    painter.drawText(line, Qt.AlignmentFlag.AlignRight, texts[1])
    return line.left() + metrics.horizontalAdvance(texts[0]), line.right() - metrics.horizontalAdvance(texts[1])


def _shrunk(plane: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Take every n-th cell, so that a thumbnail of a large map costs nothing."""
    step = max(min(plane.shape[-2:]) // side, 1)
    return plane[..., ::step, ::step]
