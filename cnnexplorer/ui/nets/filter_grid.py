"""A grid of small pictures to choose from: filters, with their maps beside them or not, or a filter's planes."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.cell_editor import ARROWS
from cnnexplorer.ui.widgets.cells import draw_cells
from cnnexplorer.ui.widgets.figure_mode import for_figure, paint_ground, shows_focus
from cnnexplorer.ui.widgets.spread import ASPECT, spread_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.theme import Colours

MARGIN, GAP, LINE = 6, 6, 12
CAPTION = 2  # pixels between a picture's frame and what is written under it
LARGEST = 132
_WIDTH_ALONE = 1200  # pixels of a picture of all tiles, where that lets them be judged


class Tile(NamedTuple):
    """What one tile shows.

    Attributes
    ----------
    unit
        What choosing the tile tells.
    map
        A picture beside it; None for none.
    lines
        What is written under it.
    """

    unit: int
    picture: QImage
    map: QImage | None
    lines: tuple[str, ...]


class TileGrid(QAbstractScrollArea):
    """Pictures in tiles as large as lets all of them be seen, but never smaller than can be judged: then it scrolls.

    Signals: `chosen(unit)`, `opened(unit)` for a double click or Enter, `hovered(unit or None)`,
    `map_pointed((unit, y, x) or None)` with the place on the map beside it as shares of its height and width.

    Parameters
    ----------
    smallest
        Pixels of a tile's side below which it would not be made.
    role
        The colour of the frame around the chosen tile.
    """

    chosen = Signal(int)
    opened = Signal(int)
    hovered = Signal(object)
    map_pointed = Signal(object)

    def __init__(self, smallest: int = 44, role: str = "kernel", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._smallest, self._role = smallest, role
        self._tiles: tuple[Tile, ...] = ()
        self._places: dict[int, int] = {}
        self._lines = 1
        self._marked: frozenset[int] = frozenset()
        self._unit = 0
        self._hovered: int | None = None
        self._on_map = False
        self._columns, self._side = 1, float(smallest)
        self._is_spread = False
        self.describe: Callable[[int], str] = str
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(24)

    # what is shown

    def set_tiles(self, tiles: Sequence[Tile], marked: Collection[int] = ()) -> None:
        """Show tiles in this order; a dot tells which of them are marked."""
        rearranged = [tile.unit for tile in tiles] != [tile.unit for tile in self._tiles]
        self._tiles, self._marked = tuple(tiles), frozenset(marked)
        self._places = {tile.unit: place for place, tile in enumerate(self._tiles)}
        self._lines = max((len(tile.lines) for tile in self._tiles), default=1)
        self._arrange()
        if rearranged:
            self._hover(None)
            self._show_unit()
        self.viewport().update()

    def set_unit(self, unit: int) -> None:
        """Choose a tile, without a signal."""
        if unit != self._unit:
            old, self._unit = self._unit, unit
            self._show_unit()
            self._repaint(old, unit)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """What is shown, in order."""
        return self._tiles

    @property
    def marked(self) -> frozenset[int]:
        """Which units have a dot."""
        return self._marked

    @property
    def unit(self) -> int:
        """The chosen unit."""
        return self._unit

    @property
    def columns(self) -> int:
        """How many tiles stand in a row."""
        return self._columns

    @property
    def side(self) -> float:
        """The side of a picture in pixels."""
        return self._side

    def tile_rect(self, unit: int) -> QRectF:
        """Return where a unit's tile lies in the viewport; empty where it is not shown."""
        if unit not in self._places:
            return QRectF()
        row, column = divmod(self._places[unit], self._columns)
        width, height = self._step()
        left = (self.viewport().width() - self._columns * width + GAP) / 2
        return QRectF(
            round(left) + column * width,
            MARGIN + row * height - self._top,
            width - GAP,
            height - GAP,
        )

    def picture_rect(self, unit: int) -> QRectF:
        """Return where a unit's own picture lies."""
        return self._inside(unit, 0)

    def map_rect(self, unit: int) -> QRectF:
        """Return where the map beside it lies; empty where there is none."""
        return self._inside(unit, 1) if self._paired else QRectF()

    @contextmanager
    def spread(self) -> Iterator[None]:
        """Show all tiles inside the `with` block, in rows that do not depend on the window."""
        if not self._tiles:
            yield
            return
        before = self._columns, self._side
        self._is_spread = True
        self._side, self._columns = min(
            ((side, columns) for side in self._sides() for columns in [self._columns_alone(side)]),
            key=lambda found: abs(self._extent(*found).width() - _WIDTH_ALONE),
        )
        try:
            with spread_out(self, self._extent(self._side, self._columns)):
                yield
        finally:
            self._is_spread = False
            self._columns, self._side = before

    def _columns_alone(self, side: float) -> int:
        """Return how many tiles of a side stand in a row of a picture that is about as wide as a page."""
        width, height = self._step(side)
        return min(max(round(math.sqrt(len(self._tiles) * ASPECT * height / width)), 1), len(self._tiles))

    def _extent(self, side: float, columns: int) -> QSize:
        """Return the room that all tiles take."""
        width, height = self._step(side)
        rows = math.ceil(len(self._tiles) / columns)
        return QSize(math.ceil(columns * width - GAP + 2 * MARGIN), math.ceil(rows * height - GAP + 2 * MARGIN))

    @property
    def _top(self) -> int:
        """How much is scrolled away."""
        return 0 if self._is_spread else self.verticalScrollBar().value()

    # Qt's side

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(480, 400)

    def minimumSizeHint(self) -> QSize:
        """Return the least: two tiles beside each other."""
        return QSize(2 * self._smallest + 60, self._smallest + 60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put as many tiles in a row as fit, and lose sight of the chosen one no more than before."""
        super().resizeEvent(event)
        if self._is_spread:
            return
        rect = self.tile_rect(self._unit)
        in_view = rect.bottom() > 0 and rect.top() < event.oldSize().height()
        self._arrange()
        if in_view:
            self._show_unit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tiles that are in view."""
        painter = QPainter(self.viewport())
        theme = colours(self)
        area = QRectF(event.rect())
        paint_ground(painter, area, theme.colour("panel"))
        painter.setFont(number_font(10))
        height, top = self._step()[1], MARGIN - self._top
        first = max(int((area.top() - GAP - top) // height), 0) * self._columns
        behind = max(int((area.bottom() + GAP - top) // height) + 1, 0) * self._columns
        for tile in self._tiles[first:behind]:
            rect = self.tile_rect(tile.unit)
            if rect.adjusted(-GAP, -GAP, GAP, GAP).intersects(area):
                self._paint_tile(painter, tile, rect, theme)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        unit = self._unit_at(event.position())
        rect = QRectF() if unit is None else self.map_rect(unit)
        on_map = rect.contains(event.position())
        if self._on_map and not on_map:
            self._hover(None)
        self._hover(unit)
        if on_map:
            y, x = event.position().y() - rect.top(), event.position().x() - rect.left()
            self._on_map = True
            self.map_pointed.emit((unit, y / rect.height(), x / rect.width()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a tile."""
        unit = self._unit_at(event.position())
        if unit is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(unit)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a tile."""
        unit = self._unit_at(event.position())
        if unit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(unit)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the tile under the mouse."""
        super().leaveEvent(event)
        self._hover(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        super().focusInEvent(event)
        self._repaint(self._unit)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keys go elsewhere."""
        super().focusOutEvent(event)
        self._repaint(self._unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from tile to tile; open one with Enter."""
        key = Qt.Key(event.key())
        place = self._places.get(self._unit, 0)
        page = max(int(self.viewport().height() // self._step()[1]), 1) * self._columns
        steps = {Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        steps |= {Qt.Key.Key_Home: -place, Qt.Key.Key_End: len(self._tiles) - 1 - place}
        steps |= {arrow: rows * self._columns + columns for arrow, (rows, columns) in ARROWS.items()}
        if not self._tiles or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not 0 <= place + steps[key] < len(self._tiles):
            event.accept()  # no tile above or below
        elif key in steps:
            self._choose(self._tiles[min(max(place + steps[key], 0), len(self._tiles) - 1)].unit)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self._unit)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Describe the tile that the mouse rests on."""
        if event.type() == event.Type.ToolTip:
            point: QPoint = event.pos()  # type: ignore[attr-defined]
            unit = self._unit_at(QPointF(point))
            if unit is not None:
                area = self.tile_rect(unit).toAlignedRect()
                QToolTip.showText(event.globalPos(), self.describe(unit), self.viewport(), area)  # type: ignore[attr-defined]
                return True
        return super().viewportEvent(event)

    # the inside

    @property
    def _paired(self) -> bool:
        return bool(self._tiles) and self._tiles[0].map is not None

    def _step(self, side: float | None = None) -> tuple[float, float]:
        """Return how far tiles lie apart, to the right and down."""
        side = self._side if side is None else side
        return side * (2 if self._paired else 1) + GAP + (
            2 if self._paired else 0
        ), side + CAPTION + LINE * self._lines + GAP

    def _arrange(self) -> None:
        """Choose the largest tiles of which all can be seen, else the smallest that may be."""
        if not self._tiles:
            self._columns, self._side = 1, float(self._smallest)
            self.verticalScrollBar().setRange(0, 0)
            return
        bar = self.style().pixelMetric(self.style().PixelMetric.PM_ScrollBarExtent)
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        sides = self._sides()
        usual = self._smallest * (1.25 if self._paired else 1)  # where it scrolls anyway, a map is given room
        self._side, room = next((side for side in sides if side >= usual), sides[-1]), width - bar
        for side in sides:
            columns = max(int((width + GAP) // self._step(side)[0]), 1)
            if math.ceil(len(self._tiles) / columns) * self._step(side)[1] - GAP <= height:
                self._side, room = side, width
        self._columns = min(max(int((room + GAP) // self._step()[0]), 1), len(self._tiles))
        rows = math.ceil(len(self._tiles) / self._columns)
        needed = 2 * MARGIN + rows * self._step()[1] - GAP
        self.verticalScrollBar().setPageStep(self.height())
        self.verticalScrollBar().setRange(0, max(math.ceil(needed - self.height()), 0))
        self.viewport().update()

    def _sides(self) -> list[float]:
        """Return the sides that tiles may have: so many whole pixels a cell that all cells are alike."""
        picture = self._tiles[0].picture
        cells = max(picture.width(), picture.height())
        if cells == 1:
            return [float(side) for side in range(self._smallest, LARGEST + 1, 4)]
        first = math.ceil(self._smallest / cells)
        return [float(cells * times) for times in range(first, max(LARGEST // cells, first) + 1)]

    def _inside(self, unit: int, place: int) -> QRectF:
        rect = self.tile_rect(unit)
        tile = self._tiles[self._places[unit]] if unit in self._places else None
        picture = None if tile is None else (tile.picture, tile.map)[place]
        if picture is None:
            return QRectF()
        box = QRectF(rect.left() + place * (self._side + 2), rect.top(), self._side, self._side)
        scale = self._side / max(picture.width(), picture.height())
        inner = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
        inner.moveCenter(box.center())
        return inner

    def _paint_tile(self, painter: QPainter, tile: Tile, rect: QRectF, theme: Colours) -> None:
        picture, beside = self.picture_rect(tile.unit), self.map_rect(tile.unit)
        draw_cells(painter, picture, tile.picture)
        if tile.map is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, tile.map.width() > beside.width())
            draw_cells(painter, beside, tile.map)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        chosen = tile.unit == self._unit
        frames = [(picture, self._role), (beside, "output")] if tile.map is not None else [(picture, self._role)]
        for frame, role in frames:
            outer = frame.adjusted(-1.5, -1.5, 1.5, 1.5) if chosen else frame.adjusted(-0.5, -0.5, 0.5, 0.5)
            painter.setPen(QPen(theme.colour(role if chosen else "line"), 3 if chosen else 1))
            painter.drawRect(outer)
            if tile.unit == self._hovered and not for_figure():
                painter.setPen(QPen(theme.colour("hover"), 2))
                painter.drawRect(frame)
        if chosen and shows_focus(self):
            painter.setPen(QPen(theme.colour("text"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(frames[0][0].united(frames[-1][0]).adjusted(-3.5, -3.5, 3.5, 3.5))
        if tile.unit in self._marked:
            self._paint_mark(painter, picture, theme)
        metrics = QFontMetricsF(painter.font())
        for number, text in enumerate(tile.lines):
            line = QRectF(rect.left(), rect.top() + self._side + CAPTION + number * LINE, rect.width(), LINE)
            painter.setPen(theme.colour("text" if chosen or number else "muted"))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() + 4)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, shown)

    @staticmethod
    def _paint_mark(painter: QPainter, picture: QRectF, theme: Colours) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("panel"), 1.5))
        painter.setBrush(theme.colour("kernel"))
        painter.drawEllipse(picture.topRight() + QPointF(-5, 5), 4.5, 4.5)
        painter.restore()

    def _unit_at(self, position: QPointF) -> int | None:
        width, height = self._step()
        first = self.tile_rect(self._tiles[0].unit) if self._tiles else QRectF()
        column, row = (position.x() - first.left()) // width, (position.y() - first.top()) // height
        place = int(row * self._columns + column)
        if not (0 <= column < self._columns and row >= 0 and place < len(self._tiles)):
            return None
        unit = self._tiles[place].unit
        return unit if self.tile_rect(unit).contains(position) else None

    def _choose(self, unit: int) -> None:
        if unit != self._unit:
            self.set_unit(unit)
            self.chosen.emit(unit)

    def _hover(self, unit: int | None) -> None:
        if self._on_map:
            self._on_map = False
            self.map_pointed.emit(None)
        if unit != self._hovered:
            old, self._hovered = self._hovered, unit
            self._repaint(old, unit)
            self.hovered.emit(unit)

    def _show_unit(self) -> None:
        """Scroll as little as needed for the chosen tile to be in view."""
        rect = self.tile_rect(self._unit)
        bar = self.verticalScrollBar()
        if rect.isEmpty():
            return
        if rect.top() < MARGIN:
            bar.setValue(bar.value() + math.floor(rect.top() - MARGIN))
        elif rect.bottom() > self.height() - MARGIN:
            bar.setValue(bar.value() + math.ceil(rect.bottom() - self.height() + MARGIN))

    def _repaint(self, *units: int | None) -> None:
        for unit in units:
            if unit is not None:
                around: QRect = self.tile_rect(unit).adjusted(-GAP, -GAP, GAP, GAP).toAlignedRect()
                self.viewport().update(around)
