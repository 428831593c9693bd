"""A view of one map: zoom, pan, numbers, and what is lit in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core import Rectangle
from cnnexplorer.ui.theme import colours

from .cell_editor import ARROWS
from .figure_mode import for_figure, paint_ground, pixel_ratio
from .painting import Look, Placement, paint_hatching, paint_map
from .partial import paint_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import (
        QKeyEvent,
        QMouseEvent,
        QNativeGestureEvent,
        QPaintEvent,
        QResizeEvent,
        QWheelEvent,
    )

MAX_SCALE = 256.0
MAX_FITTED = 160.0
ROW_SCALE = 40.0  # pixels a cell of a single row or column
_DRAG_FROM = 4  # pixels that make a press a drag


@dataclass(frozen=True)
class Lit:
    """Cells that are lit while the rest is dimmed.

    `frame` is outlined in the colour of `role`; `cells` are the rectangles inside it that stay bright (all of it when
    empty); `mark` is one cell to point out, such as the winner of a maximum. Where it is `hollow`, only the frame is
    painted: what it holds is not to be seen yet.
    """

    frame: Rectangle
    role: str
    cells: tuple[Rectangle, ...] = ()
    mark: Rectangle | None = None
    hollow: bool = False


class MapView(QWidget):
    """Shows a map (H, W), or an image (3, H, W) in its own colours.

    Signals: `hovered((row, column) or None)`, `clicked(row, column)`, `stroked(phase, row, column)` with the phases
    "press", "move" and "release" while `drawing` is on, `typed(row, column, text)` when a number is begun over a cell,
    `zoomed(pixels a cell)`, `placed()` whenever the cells may lie elsewhere.
    """

    hovered = Signal(object)
    clicked = Signal(int, int)
    stroked = Signal(str, int, int)
    typed = Signal(int, int, str)
    zoomed = Signal(float)
    placed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] = np.zeros((1, 1))
        self._look = Look()
        self._limits = (0.0, 1.0)
        self._small: NDArray[np.float64] | None = None
        self._inner: Rectangle | None = None
        self._unvisited: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
        self._lit: Lit | None = None
        self._dimmed = False
        self._linked: Rectangle | None = None
        self._cursor: tuple[int, int] | None = None
        self._filled: int | None = None
        self._covered = False
        self._placement = Placement(0, 0, 1)
        self._fitted = True
        self._cache: QPixmap | None = None
        self._dim_cache: QPixmap | None = None
        self._press: QPointF | None = None
        self._panning = False
        self._stroking = False
        self.drawing = False
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # spares the card behind each repaint
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # what is shown

    def set_map(
        self,
        values: NDArray[np.float64],
        look: Look,
        limits: tuple[float, float],
        small: NDArray[np.float64] | None = None,
    ) -> None:
        """Show a map, or an image, with the values that the ends of its colour map stand for.

        `small` is the same, scaled down, for a view of the whole; None for a small map.
        """
        resized = values.shape[-2:] != self._values.shape[-2:]
        self._values, self._look, self._limits, self._small = values, look, limits, small
        if resized:
            self._cursor = None
            self._fitted = True
        if self._fitted:
            self._fit()
        self._refresh()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the map."""
        return self._values.shape[-2], self._values.shape[-1]

    @property
    def scale(self) -> float:
        """Pixels a cell."""
        return self._placement.scale

    @property
    def pointed_cell(self) -> tuple[int, int] | None:
        """The (row, column) under the mouse or the keys."""
        return self._cursor

    @property
    def placement(self) -> Placement:
        """Where the cells lie in the widget."""
        return self._placement

    def set_padding(self, inner: Rectangle | None) -> None:
        """Hatch what lies outside `inner`: it is padding."""
        if inner != self._inner:
            self._inner = inner
            self._refresh()

    def set_unvisited(self, rows: Sequence[int], columns: Sequence[int]) -> None:
        """Hatch the rows and columns that no window of the next stage reads."""
        unvisited = (tuple(rows), tuple(columns))
        if unvisited != self._unvisited:
            self._unvisited = unvisited
            self._refresh()

    def set_lit(self, lit: Lit | None) -> None:
        """Light cells, and dim the rest."""
        if lit != self._lit:
            self._lit = lit
            self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Dim the whole map: the present step has nothing to do with it."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    @property
    def dimmed(self) -> bool:
        """Whether the whole map is dimmed."""
        return self._dimmed

    @property
    def lit(self) -> Lit | None:
        """What is lit."""
        return self._lit

    def set_linked(self, cells: Rectangle | None) -> None:
        """Outline the counterpart of a cell that is hovered elsewhere."""
        if cells != self._linked:
            self._linked = cells
            self.update()

    @property
    def linked(self) -> Rectangle | None:
        """The counterpart that is outlined."""
        return self._linked

    def set_filled(self, count: int | None) -> None:
        """Show only the first `count` cells, row after row; None for all."""
        if count != self._filled:
            self._filled = count
            self.update()

    @property
    def filled(self) -> int | None:
        """How many cells are shown."""
        return self._filled

    def set_covered(self, covered: bool) -> None:
        """Show nothing at all, not even how many cells there are."""
        if covered != self._covered:
            self._covered = covered
            self._hover(None)
            self.update()

    @property
    def covered(self) -> bool:
        """Whether nothing is shown."""
        return self._covered

    # zoom

    def fit(self) -> None:
        """Show the whole map as large as it goes."""
        self._fitted = True
        self._fit()
        self._refresh()
        self.zoomed.emit(self.scale)

    def one_to_one(self) -> None:
        """Show one pixel a cell."""
        self.zoom_to(1.0)

    def zoom_to(self, scale: float, center: QPointF | None = None) -> None:
        """Show `scale` pixels a cell, with what lies at `center` (the middle for None) kept in place."""
        center = QPointF(self.rect().center()) if center is None else center
        smallest = min(1.0, self._fit_scale())
        scale = min(max(scale, smallest), MAX_SCALE)
        factor = scale / self.scale
        self._fitted = False
        self._place(
            center.x() - (center.x() - self._placement.x) * factor,
            center.y() - (center.y() - self._placement.y) * factor,
            scale,
        )
        self._refresh()
        self.zoomed.emit(self.scale)

    @property
    def zoom(self) -> tuple[float, float, float] | None:
        """Pixels a cell, and the row and column in the middle, where the user has zoomed or moved the map."""
        if self._fitted:
            return None
        x, y, scale = self._placement.x, self._placement.y, self.scale
        return scale, (self.height() / 2 - y) / scale, (self.width() / 2 - x) / scale

    def set_zoom(self, zoom: tuple[float, float, float] | None) -> None:
        """Show the map as another view of it does that told its `zoom`, without a signal."""
        self._fitted = zoom is None
        if zoom is None:
            self._fit()
        else:
            scale, row, column = zoom
            self._place(self.width() / 2 - column * scale, self.height() / 2 - row * scale, scale)
        self._refresh()

    def show_cell(self, row: int, column: int) -> None:
        """Pan as little as needed for a cell to be in view."""
        rect = self._placement.rect(row, column)
        dx = max(0.0, -rect.left()) - max(0.0, rect.right() - self.width())
        dy = max(0.0, -rect.top()) - max(0.0, rect.bottom() - self.height())
        if dx or dy:
            self._place(self._placement.x + dx, self._placement.y + dy, self.scale)
            self._refresh()

    def follow(self, cells: Rectangle, whole: bool = True) -> None:
        """Bring cells that leave the view to its left or top: steps go right and down, so most of them move nothing.

        They leave it when not the whole of them is in view, or else when nothing of them is.
        """
        rect, area, before = self._placement.rect(*cells), QRectF(self.rect()), self._placement
        if rect.width() > area.width() or rect.height() > area.height():
            rect = QRectF(rect.center(), QSizeF(1, 1))
        if not whole and rect.intersects(area):
            return
        x, y, margin = before.x, before.y, before.scale / 2
        if rect.left() < 0 or rect.right() > area.width():
            x += margin - rect.left()
        if rect.top() < 0 or rect.bottom() > area.height():
            y += margin - rect.top()
        self._place(x, y, before.scale)
        if self._placement != before:
            self._refresh()

    # Qt's side

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(200, 200)

    def heightForWidth(self, width: int) -> int:
        """Ask for a square."""
        return width

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the map fitted, or where it was."""
        super().resizeEvent(event)
        if self._fitted:
            self._fit()
        else:
            self._place(self._placement.x, self._placement.y, self.scale)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells from the cache, and over them what changes from step to step."""
        painter = QPainter(self)
        if self._covered:
            self._paint_cover(painter)
            return
        if for_figure():
            self._paint_figure(painter)
            return
        ratio = self.devicePixelRatioF()
        if self._cache is None or self._cache.size() != self.size() * ratio:
            self._dim_cache = None
            self._cache = QPixmap(self.size() * ratio)
            self._cache.setDevicePixelRatio(ratio)
            with QPainter(self._cache) as cached:
                self._paint_cells(cached, ratio)
        base = self._cache
        if self._cursor is None and (self._lit is not None or self._dimmed):
            base = self._dim_picture(self._cache)  # what is pointed at, or drawn on, is seen in full
        painter.drawPixmap(event.rect(), base, QRectF(
            event.rect().x() * ratio, event.rect().y() * ratio,
            event.rect().width() * ratio, event.rect().height() * ratio,
        ).toRect())  # fmt: skip
        self._paint_overlay(painter)
        if self.hasFocus():
            painter.setPen(QPen(colours(self).colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_cover(self, painter: QPainter) -> None:
        theme = colours(self)
        area = QRectF(self.rect())
        paint_ground(painter, area, theme.colour("panel"))
        painter.setPen(QPen(theme.colour("line"), 1, Qt.PenStyle.DashLine))
        side = min(area.width(), area.height()) - 2
        painter.drawRect(QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side))

    def _paint_figure(self, painter: QPainter) -> None:
        """Paint the same for a file: from the values, without what is pointed at."""
        theme = colours(self)
        painter.setClipRect(self.rect(), Qt.ClipOperation.IntersectClip)
        self._paint_cells(painter, pixel_ratio(self))
        if self._lit is not None or self._dimmed:
            dim = QPainterPath()
            dim.addRect(self._placement.rect(0, 0, *self.shape))
            bright = QPainterPath()
            bright.setFillRule(Qt.FillRule.WindingFill)
            for rect in () if self._lit is None else self._lit_rects(self._lit):
                bright.addRect(rect)
            painter.fillPath(dim - bright, theme.colour("panel", 0.5))
        self._paint_overlay(painter)

    def _dim_picture(self, bright: QPixmap) -> QPixmap:
        """Return the cached cells dimmed; made once for all steps over them."""
        if self._dim_cache is None:
            self._dim_cache = bright.copy()
            with QPainter(self._dim_cache) as painter:
                painter.fillRect(self._placement.rect(0, 0, *self.shape), colours(self).colour("panel", 0.5))
        return self._dim_cache

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a drag or a stroke."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        cell = self._cell(event.position())
        if event.button() == Qt.MouseButton.LeftButton and self.drawing and cell is not None:
            self._stroking = True
            self.stroked.emit("press", *cell)
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press = event.position()
            self._panning = event.button() == Qt.MouseButton.MiddleButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse; pan or draw while a button is held."""
        cell = self._cell(event.position())
        if self._stroking:
            row, column = self._placement.cell_at(event.position().x(), event.position().y())
            self.stroked.emit("move", row, column)
        elif self._press is not None:
            moved = event.position() - self._press
            if self._panning or moved.manhattanLength() >= _DRAG_FROM:
                self._panning = True
                self._press = event.position()
                self._place(self._placement.x + moved.x(), self._placement.y + moved.y(), self.scale)
                self._refresh()
        self._hover(cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click, a drag or a stroke."""
        cell = self._cell(event.position())
        if self._stroking and event.button() == Qt.MouseButton.LeftButton:
            self._stroking = False
            row, column = self._placement.cell_at(event.position().x(), event.position().y())
            self.stroked.emit("release", row, column)
        elif self._press is not None:
            if not self._panning and cell is not None and event.button() == Qt.MouseButton.LeftButton:
                self.clicked.emit(*cell)
            self._press = None
            self._panning = False

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the hovered cell."""
        super().leaveEvent(event)
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse."""
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom_to(self.scale * 1.25**steps, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Zoom by pinching, on touch pads and touch screens."""
        if event.type() == QEvent.Type.NativeGesture:
            gesture: QNativeGestureEvent = event  # type: ignore[assignment]
            if gesture.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_to(self.scale * (1 + gesture.value()), gesture.position())
                return True
        elif event.type() == QEvent.Type.Gesture:
            pinch = event.gesture(Qt.GestureType.PinchGesture)  # type: ignore[attr-defined]
            if pinch is not None:
                self.zoom_to(
                    self.scale * pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint()))
                )
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from cell to cell, take one, type a number over it, zoom."""
        plain = not self._covered and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
        )
        key = Qt.Key(event.key())
        if plain and key in ARROWS:
            row, column = self._cursor or (0, 0)
            if self._cursor is not None:
                row, column = row + ARROWS[key][0], column + ARROWS[key][1]
            row, column = min(max(row, 0), self.shape[0] - 1), min(max(column, 0), self.shape[1] - 1)
            self.show_cell(row, column)
            self._hover((row, column))
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.clicked.emit(*self._cursor)
        elif plain and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_to(self.scale * 1.25)
        elif plain and event.text() and event.text() in "0123456789.,-−" and self._cursor is not None:
            self.typed.emit(*self._cursor, event.text())
        else:
            super().keyPressEvent(event)

    # the inside

    def _cell(self, position: QPointF) -> tuple[int, int] | None:
        row, column = self._placement.cell_at(position.x(), position.y())
        inside = not self._covered and 0 <= row < self.shape[0] and 0 <= column < self.shape[1]
        return (row, column) if inside else None

    def _hover(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cursor:
            self._cursor = cell
            self.hovered.emit(cell)
            self.update()

    def _fit_scale(self) -> float:
        rows, columns = self.shape
        scale = min((self.width() - 2) / columns, (self.height() - 2) / rows)
        if min(rows, columns) == 1:  # a row of numbers is read from its beginning, not seen as a line
            scale = max(scale, min(ROW_SCALE, self.width() - 2.0))
        return min(float(math.floor(scale)) if scale >= 4 else max(scale, 0.001), MAX_FITTED)

    def _fit(self) -> None:
        scale = self._fit_scale()
        rows, columns = self.shape
        self._place((self.width() - columns * scale) / 2, (self.height() - rows * scale) / 2, scale)

    def _place(self, x: float, y: float, scale: float) -> None:
        """Put the map there, but never out of sight: what is smaller than the view is centred."""
        rows, columns = self.shape
        placed = []
        for offset, view, size in ((x, self.width(), columns * scale), (y, self.height(), rows * scale)):
            inside = (view - size) / 2 if size <= view else min(max(offset, view - size - 1), 1.0)
            placed.append(float(round(inside)))
        self._placement = Placement(placed[0], placed[1], scale)

    def _refresh(self) -> None:
        self._cache = None
        self.update()
        self.placed.emit()

    def _paint_cells(self, painter: QPainter, ratio: float) -> None:
        theme = colours(self)
        area = QRectF(self.rect())
        paint_ground(painter, area, theme.colour("panel"))
        values, look, limits, where = self._values, self._look, self._limits, self._placement
        if for_figure() and self._filled is not None:  # what is not to be seen must not be in the file
            paint_first(painter, values, self._filled, look, limits, where, area, theme, ratio)
        else:
            paint_map(painter, values, look, limits, where, area, theme, ratio, self._small)
        rows, columns = self.shape
        place = self._placement.rect
        if self._inner is not None:
            top, left, height, width = self._inner
            bottom, right = rows - top - height, columns - left - width
            for rect in (
                place(0, 0, top, columns),
                place(top + height, 0, bottom, columns),
                place(top, 0, height, left),
                place(top, left + width, height, right),
            ):
                if not rect.isEmpty():
                    painter.fillRect(rect, theme.colour("panel", 0.45))
                    paint_hatching(painter, rect & area, theme.colour("input", 0.55), 7)
            painter.setPen(QPen(theme.colour("input"), 1.5))
            if (top, left, height, width) != (0, 0, rows, columns):
                painter.drawRect(place(top, left, height, width))
        self._paint_unvisited(painter, area)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(place(0, 0, rows, columns).adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_unvisited(self, painter: QPainter, area: QRectF) -> None:
        """Hatch what is never read: one pass over all of it that is in view."""
        rows, columns = self.shape
        seen = self._placement.visible(self.shape, area)
        never = QPainterPath()
        never.setFillRule(Qt.FillRule.WindingFill)
        for start, count in _runs(self._unvisited[0], seen[0]):
            never.addRect(self._placement.rect(start, 0, count, columns) & area)
        for start, count in _runs(self._unvisited[1], seen[1]):
            never.addRect(self._placement.rect(0, start, rows, count) & area)
        if never.isEmpty():
            return
        theme = colours(self)
        painter.save()
        painter.setClipPath(never, Qt.ClipOperation.IntersectClip)
        painter.fillPath(never, theme.colour("panel", 0.4))
        paint_hatching(painter, self._placement.rect(0, 0, rows, columns) & area, theme.colour("error", 0.8), 5)
        painter.restore()

    def _paint_overlay(self, painter: QPainter) -> None:
        theme = colours(self)
        place = self._placement.rect
        rows, columns = self.shape
        if self._filled is not None:
            row, column = divmod(self._filled, columns)
            empty = theme.colour("panel")
            painter.fillRect(place(row + 1, 0, rows - row - 1, columns), empty)
            if row < rows:
                painter.fillRect(place(row, column, 1, columns - column), empty)
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawRect(place(0, 0, rows, columns))
        if self._lit is not None:
            self._paint_lit(painter, self._lit)
        if for_figure():
            return
        if self._linked is not None:
            self._outline(painter, self._linked, theme.colour("hover"), 2)
        if self._cursor is not None:
            self._outline(painter, Rectangle(*self._cursor, 1, 1), theme.colour("hover"), 2)

    def _paint_lit(self, painter: QPainter, lit: Lit) -> None:
        theme = colours(self)
        ratio = self.devicePixelRatioF()
        for rect in () if for_figure() or lit.hollow else self._lit_rects(lit):
            source = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
            assert self._cache is not None
            painter.drawPixmap(rect, self._cache, source)
        for cells in lit.cells:
            self._outline(painter, cells, theme.colour(lit.role), 1)
        self._outline(painter, lit.frame, theme.colour(lit.role), 2.5)
        if lit.mark is not None:
            self._outline(painter, lit.mark, theme.colour("output"), 3, inset=2.5)

    def _lit_rects(self, lit: Lit) -> list[QRectF]:
        """Return what stays bright, in whole pixels: Qt takes a part less than a pixel wide for all the rest."""
        area = QRectF(self.rect())
        places = (self._placement.rect(*cells) for cells in lit.cells or (lit.frame,))
        return [QRectF(place.intersected(area).toAlignedRect()) for place in places]

    def _outline(self, painter: QPainter, cells: Rectangle, colour: QColor, width: float, inset: float = 0.0) -> None:
        rect = self._placement.rect(*cells)
        least = 5.0  # so that a cell of a large image can be found
        if rect.width() < least or rect.height() < least:
            grow_x, grow_y = max(least - rect.width(), 0) / 2, max(least - rect.height(), 0) / 2
            rect.adjust(-grow_x, -grow_y, grow_x, grow_y)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        solid, cap, join = Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin
        if width >= 2:  # a pale line inside, so that the frame is seen on any colour of the map
            painter.setPen(QPen(QColor("#ffffff"), 1, solid, cap, join))
            inner = inset + width / 2 + 0.5
            painter.drawRect(rect.adjusted(inner, inner, -inner, -inner))
        painter.setPen(QPen(colour, width, solid, cap, join))
        painter.drawRect(rect.adjusted(inset, inset, -inset, -inset))


def _runs(indices: Sequence[int], seen: slice) -> list[tuple[int, int]]:
    """Return the runs of neighbouring indices inside a slice as (first, count)."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if not seen.start <= index < seen.stop:
            continue
        if runs and index == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((index, 1))
    return runs
