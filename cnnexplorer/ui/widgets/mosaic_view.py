"""A view of all maps of a layer in tiles: zoom, pan, and the unit and cell under the mouse or the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetricsF, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QToolTip

from cnnexplorer.core import Rectangle
from cnnexplorer.ui.theme import colours, number_font

from .cell_editor import ARROWS
from .cells import draw_cells
from .figure_mode import for_figure, has_ground, on_vectors, paint_ground
from .map_view import MAX_FITTED, MapView
from .painting import GRID_FROM, colour_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.nets.mosaic import Mosaic
    from cnnexplorer.ui.theme import Colours

NUMBERED_FROM = 44.0  # pixels a tile from which its unit's number is written on it
MARKED_FROM = 7.0  # pixels a tile from which a dead unit is marked
MARGIN = 8  # pixels around a mosaic that is seen whole, for the frame of the chosen unit
_TURN = 1.25  # what a key zooms by


class MosaicView(MapView):
    """Shows a mosaic of maps.

    Signals: `hovered((unit, row, column) or None)`, `chosen(unit)`, `value_chosen(unit, row, column)` for a double
    click, and for a click on a cell of the chosen unit where single cells can be told apart; `zoomed(pixels a cell)`,
    `resized()`.

    Attributes
    ----------
    describe
        What the tooltip says about a unit.
    """

    chosen = Signal(int)
    value_chosen = Signal(int, int, int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mosaic: Mosaic | None = None
        self._image = QImage()
        self._pixels = np.empty((1, 1, 4), np.uint8)
        self._numbers: tuple[object, QPixmap] = (None, QPixmap())
        self._colour_map = "grey"
        self._laid: tuple[tuple[int, ...], tuple[int, int]] = ((1, 1), (1, 1))  # the picture's size and a tile's
        self._unit: int | None = None
        self.describe: Callable[[int], str] = str
        self.clicked.connect(self._click)

    # what is shown

    def set_mosaic(self, mosaic: Mosaic | None, colour_map: str = "grey") -> None:
        """Show a mosaic. One that is laid out as the last was stays where that was zoomed and panned to."""
        self._mosaic, self._colour_map = mosaic, colour_map
        if mosaic is None:
            self._image = QImage()
            self._hover(None)
        else:
            height, width = mosaic.picture.shape
            # over the mosaic's own memory, which is kept with it
            self._image = QImage(mosaic.picture.data, width, height, width, QImage.Format.Format_Indexed8)
            laid = (mosaic.picture.shape, mosaic.tile)
            if laid != self._laid:
                self._laid, self._fitted = laid, True
                self._hover(None)
        if self._fitted:
            self._fit()
        self._refresh()

    @property
    def mosaic(self) -> Mosaic | None:
        """What is shown."""
        return self._mosaic

    @property
    def colour_map(self) -> str:
        """The colour map in use."""
        return self._colour_map

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the mosaic's picture."""
        return self._laid[0][0], self._laid[0][1]

    @property
    def unit(self) -> int | None:
        """The chosen unit."""
        return self._unit

    def set_unit(self, unit: int | None) -> None:
        """Choose a unit, without a signal."""
        if unit != self._unit:
            self._unit = unit
            self.update()

    @property
    def pointed(self) -> tuple[int, int, int] | None:
        """The (unit, row, column) under the mouse or the keys."""
        return None if self._mosaic is None or self._cursor is None else self._mosaic.at(*self._cursor)

    def tile_rect(self, unit: int) -> QRectF:
        """Return where a unit's tile lies in the widget; empty where it is not shown."""
        found = None if self._mosaic is None else self._mosaic.rectangle(unit)
        return QRectF() if found is None else self._placement.rect(*found)

    # Qt's side

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 480)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell that there is other room."""
        super().resizeEvent(event)
        self.resized.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose a value."""
        cell = self._cell(event.position())
        found = None if cell is None or self._mosaic is None else self._mosaic.at(*cell)
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.value_chosen.emit(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from unit to unit, with Shift from cell to cell; choose, zoom."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        shift = modifiers & Qt.KeyboardModifier.ShiftModifier
        if modifiers & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            event.ignore()
        elif key in ARROWS and self._mosaic is not None:
            self._move(ARROWS[key], by_cell=bool(shift))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pointed is not None:
            if self.pointed[0] == self._unit:
                self.value_chosen.emit(*self.pointed)
            else:
                self.chosen.emit(self.pointed[0])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_to(self.scale * _TURN)
        elif key == Qt.Key.Key_Minus:
            self.zoom_to(self.scale / _TURN)
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        """Describe the unit that the mouse rests on."""
        if event.type() == event.Type.ToolTip and self._mosaic is not None:
            cell = self._cell(QPointF(event.pos()))  # type: ignore[attr-defined]
            found = None if cell is None else self._mosaic.at(*cell)
            if found is None:
                QToolTip.hideText()
            else:
                area = self.tile_rect(found[0]).toAlignedRect()
                QToolTip.showText(event.globalPos(), self.describe(found[0]), self, area)  # type: ignore[attr-defined]
            return True
        return super().event(event)

    # the inside

    def _click(self, row: int, column: int) -> None:
        found = None if self._mosaic is None else self._mosaic.at(row, column)
        if found is None:
            return
        if found[0] == self._unit and self.scale >= GRID_FROM:
            self.value_chosen.emit(*found)
        else:
            self.chosen.emit(found[0])

    def _hover(self, cell: tuple[int, int] | None) -> None:
        found = None if cell is None or self._mosaic is None else self._mosaic.at(*cell)
        cursor = None if found is None else cell
        if cursor != self._cursor:
            self._cursor = cursor
            self.hovered.emit(found)
            self.update()

    def _move(self, step: tuple[int, int], by_cell: bool) -> None:
        """Point at the next tile, at the same cell of it; or at the next cell of the same tile."""
        mosaic = self._mosaic
        assert mosaic is not None
        (height, width), units = mosaic.tile, mosaic.units
        first = int(units[0]) if self._unit is None or self._unit not in units else self._unit
        unit, row, column = self.pointed or (first, height // 2, width // 2)
        if by_cell:
            row, column = min(max(row + step[0], 0), height - 1), min(max(column + step[1], 0), width - 1)
        else:
            place = int(np.flatnonzero(units == unit)[0]) + step[0] * mosaic.columns + step[1]
            unit = int(units[place]) if 0 <= place < len(units) else unit
        tile = mosaic.rectangle(unit)
        assert tile is not None
        cell = tile.top + row, tile.left + column
        self.follow(Rectangle(*cell, 1, 1) if by_cell else tile)
        self._hover(cell)

    def _fit_scale(self) -> float:
        rows, columns = self.shape
        scale = min((self.width() - 2 * MARGIN) / columns, (self.height() - 2 * MARGIN) / rows)
        return float(min(max(scale, 0.001), MAX_FITTED))

    def _paint_cells(self, painter: QPainter, ratio: float) -> None:
        theme = colours(self)
        paint_ground(painter, self.rect(), theme.colour("panel"))
        if self._mosaic is None:
            return
        self._paint_picture(painter, ratio, theme)
        height, width = (side * self.scale for side in self._mosaic.tile)
        if self._mosaic.tile != (1, 1) and min(height, width) >= MARKED_FROM:
            self._paint_dead(painter, self._mosaic, theme)
        if width >= NUMBERED_FROM and for_figure():
            self._paint_numbers(painter, self._mosaic, theme)
        elif width >= NUMBERED_FROM:
            painter.drawPixmap(0, 0, self._number_picture(self._mosaic, ratio, theme))

    def _paint_picture(self, painter: QPainter, ratio: float, theme: Colours) -> None:
        """Paint what is in view; each pixel is the mean of the cells, or parts of cells, that it covers."""
        rows, columns = self._placement.visible(self.shape, QRectF(self.rect()))
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if height <= 0 or width <= 0:
            return
        part = self._image.copy(QRect(columns.start, rows.start, width, height))
        between = theme.colour("panel").rgb() if has_ground() else 0
        part.setColorTable([between, *colour_table(self._colour_map)[1:]])
        kind = QImage.Format.Format_RGB32 if has_ground() else QImage.Format.Format_ARGB32_Premultiplied
        part = part.convertToFormat(kind)
        place = self._placement.rect(rows.start, columns.start, height, width)
        if on_vectors(painter) and self.scale * ratio >= 1:
            draw_cells(painter, place, part)
            return
        left, top, right, bottom = (
            round(side * ratio) for side in (place.left(), place.top(), place.right(), place.bottom())
        )
        cells = np.frombuffer(part.constBits(), np.uint8).reshape(height, width, 4)
        size = max(right - left, 1), max(bottom - top, 1)
        if self._pixels.shape[:2] != size[::-1]:  # new memory takes longer than the scaling
            self._pixels = np.empty((*size[::-1], 4), np.uint8)
        # by area: cells stay square and sharp where they are enlarged, and none is lost where they are reduced
        cv2.resize(cells, size, dst=self._pixels, interpolation=cv2.INTER_AREA)
        image = QImage(self._pixels.data, *size, 4 * size[0], kind)
        painter.drawImage(QRectF(left / ratio, top / ratio, size[0] / ratio, size[1] / ratio), image)

    def _tiles_in_view(self, mosaic: Mosaic) -> Iterator[tuple[int, QRectF]]:
        rows, columns = self._placement.visible(self.shape, QRectF(self.rect()))
        step_y, step_x = mosaic.tile[0] + mosaic.gap, mosaic.tile[1] + mosaic.gap
        for row in range(rows.start // step_y, -(-rows.stop // step_y)):
            for column in range(columns.start // step_x, min(-(-columns.stop // step_x), mosaic.columns)):
                place = row * mosaic.columns + column
                if place < len(mosaic.units):
                    yield int(mosaic.units[place]), self._placement.rect(row * step_y, column * step_x, *mosaic.tile)

    def _paint_dead(self, painter: QPainter, mosaic: Mosaic, theme: Colours) -> None:
        """Hatch the maps that hold nothing but zeros, and cross them out."""
        dead = mosaic.stats.dead
        if not dead.any():
            return
        hatching = QBrush(theme.colour("muted", 0.7), Qt.BrushStyle.BDiagPattern)
        lines = []
        for unit, rect in self._tiles_in_view(mosaic):
            if dead[unit]:
                painter.fillRect(rect, hatching)
                arm, middle = min(min(rect.width(), rect.height()) * 0.25, 7.0), rect.center()
                lines += [
                    QLineF(middle + QPointF(-arm, -arm), middle + QPointF(arm, arm)),
                    QLineF(middle + QPointF(-arm, arm), middle + QPointF(arm, -arm)),
                ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((theme.colour("panel", 0.8), 4), (theme.colour("error"), 2)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _number_picture(self, mosaic: Mosaic, ratio: float, theme: Colours) -> QPixmap:
        """Return the tiles' numbers; painted once for all pictures that are laid out alike."""
        place = self._placement, mosaic.tile, mosaic.gap, mosaic.columns, mosaic.units.tobytes()
        look = self.size(), ratio, theme.colour("panel").rgb(), theme.colour("text").rgb()
        if self._numbers[0] != (place, look):
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            with QPainter(picture) as painter:
                self._paint_numbers(painter, mosaic, theme)
            self._numbers = (place, look), picture
        return self._numbers[1]

    def _paint_numbers(self, painter: QPainter, mosaic: Mosaic, theme: Colours) -> None:
        painter.setFont(number_font(10))
        metrics = QFontMetricsF(painter.font())
        plate = theme.colour("panel", 0.75)
        painter.setPen(theme.colour("text"))
        for unit, rect in self._tiles_in_view(mosaic):
            text = str(unit)
            label = QRectF(rect.left(), rect.top(), metrics.horizontalAdvance(text) + 6, 13)
            painter.fillRect(label, plate)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_overlay(self, painter: QPainter) -> None:
        """Frame the chosen unit, and what is pointed at."""
        if self._mosaic is None:
            return
        theme = colours(self)
        chosen = None if self._unit is None else self._mosaic.rectangle(self._unit)
        if chosen is not None:
            self._outline(painter, chosen, theme.colour("output"), 3, inset=-1.5)
        pointed = self.pointed
        if pointed is not None and self._cursor is not None and not for_figure():
            tile = self._mosaic.rectangle(pointed[0])
            assert tile is not None
            self._outline(painter, tile, theme.colour("hover"), 1, inset=-0.5)
            self._outline(painter, Rectangle(*self._cursor, 1, 1), theme.colour("hover"), 2)
