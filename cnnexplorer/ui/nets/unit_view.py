"""A unit's map over the picture that the network saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.cell_editor import ARROWS
from cnnexplorer.ui.widgets.cells import draw_cells, draw_smooth
from cnnexplorer.ui.widgets.figure_mode import for_figure, shows_focus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPaintEvent

_LEAST = 5.0  # pixels of a frame, so that it can be found


class MapOverPicture(Protocol):
    """What the view shows; a `UnitSheet` is one."""

    @property
    def values(self) -> NDArray[np.float64]:
        """The map, (H, W)."""

    @property
    def cells(self) -> QImage:
        """The map as a picture, a pixel a value."""

    @property
    def picture(self) -> QImage:
        """What lies below it."""

    @property
    def area(self) -> QRectF:
        """Where the map lies on the picture, in the picture's pixels."""

    @property
    def single(self) -> bool:
        """Whether the map is a single value, and tells nothing of where."""

    @property
    def peak(self) -> tuple[int, int]:
        """(row, column) where the arrow keys begin."""


class UnitView(QWidget):
    """Shows a map over its picture. Signals: `hovered((row, column) or None)`, `clicked(row, column)`."""

    hovered = Signal(object)
    clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: MapOverPicture | None = None
        self._opacity, self._smooth = 1.0, False
        self._cursor: tuple[int, int] | None = None
        self._marked: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # what is shown

    def set_sheet(self, sheet: MapOverPicture | None) -> None:
        """Show another map, or the same of another picture."""
        if sheet is None or (self._sheet is not None and sheet.values.shape != self._sheet.values.shape):
            self._hover(None)
        resized = sheet is not None and (self._sheet is None or sheet.picture.size() != self._sheet.picture.size())
        self._sheet = sheet
        if resized:
            self.updateGeometry()
        self.update()

    def set_opacity(self, opacity: float) -> None:
        """Let the map cover the picture: 0 not at all, 1 wholly."""
        if opacity != self._opacity:
            self._opacity = opacity
            self.update()

    def set_smooth(self, smooth: bool) -> None:
        """Paint between the values, or each value as a square."""
        if smooth != self._smooth:
            self._smooth = smooth
            self.update()

    def set_marked(self, cell: tuple[int, int] | None) -> None:
        """Frame the chosen value."""
        if cell != self._marked:
            self._marked = cell
            self.update()

    @property
    def pointed(self) -> tuple[int, int] | None:
        """The (row, column) under the mouse or the keys."""
        return self._cursor

    def map_rect(self) -> QRectF:
        """Return where the map lies in the widget."""
        if self._sheet is None:
            return QRectF()
        place, scale = self._picture_rect(), self._scale()
        area = self._sheet.area
        return QRectF(
            place.left() + area.left() * scale,
            place.top() + area.top() * scale,
            area.width() * scale,
            area.height() * scale,
        )

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a value lies in the widget."""
        if self._sheet is None:
            return QRectF()
        place, (rows, columns) = self.map_rect(), self._sheet.values.shape
        width, height = place.width() / columns, place.height() / rows
        return QRectF(place.left() + column * width, place.top() + row * height, width, height)

    # Qt's side

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(260, self.heightForWidth(260))

    def minimumSizeHint(self) -> QSize:
        """Return the least."""
        return QSize(96, 96)

    def hasHeightForWidth(self) -> bool:
        """Tell that the height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Keep the picture's shape."""
        if self._sheet is None:
            return width
        picture = self._sheet.picture
        return max(min(round((width - 2) * picture.height() / picture.width()) + 2, 2 * width), 48)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, the map over it, and what is pointed at."""
        painter = QPainter(self)
        theme = colours(self)
        if self._sheet is not None:
            place = self._picture_rect()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._sheet.picture)
            self._paint_map(painter, self._sheet)
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
            cursor = None if for_figure() else self._cursor
            for cell, role in ((self._marked, "output"), (cursor, "hover")):
                if cell is not None:
                    rect = self.cell_rect(*cell)
                    grow_x, grow_y = (max(_LEAST - side, 0) / 2 for side in (rect.width(), rect.height()))
                    painter.setPen(QPen(theme.colour(role), 2))
                    painter.drawRect(rect.adjusted(-grow_x, -grow_y, grow_x, grow_y))
        if shows_focus(self):
            painter.setPen(QPen(theme.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        self._hover(self._cell(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a value."""
        cell = self._cell(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the value under the mouse."""
        super().leaveEvent(event)
        self._hover(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from value to value; choose one."""
        key = Qt.Key(event.key())
        if key in ARROWS and self._sheet is not None:
            rows, columns = self._sheet.values.shape
            row, column = self._cursor or self._marked or self._sheet.peak
            if self._cursor is not None:
                row, column = row + ARROWS[key][0], column + ARROWS[key][1]
            self._hover((min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.clicked.emit(*self._cursor)
        else:
            super().keyPressEvent(event)

    # the inside

    def _scale(self) -> float:
        assert self._sheet is not None
        picture = self._sheet.picture
        return min((self.width() - 2) / picture.width(), (self.height() - 2) / picture.height())

    def _picture_rect(self) -> QRectF:
        assert self._sheet is not None
        scale, picture = self._scale(), self._sheet.picture
        place = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
        place.moveCenter(QRectF(self.rect()).center())
        return place

    def _paint_map(self, painter: QPainter, sheet: MapOverPicture) -> None:
        if sheet.single:  # one value for all of the picture shows nothing of where
            return
        painter.save()
        painter.setClipRect(self._picture_rect(), Qt.ClipOperation.IntersectClip)
        painter.setOpacity(self._opacity)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        draw = draw_smooth if self._smooth else draw_cells
        draw(painter, self.map_rect(), sheet.cells)
        painter.restore()

    def _cell(self, position: QPointF) -> tuple[int, int] | None:
        place = self.map_rect()
        if self._sheet is None or not place.contains(position) or not self._picture_rect().contains(position):
            return None
        rows, columns = self._sheet.values.shape
        row = int((position.y() - place.top()) / place.height() * rows)
        column = int((position.x() - place.left()) / place.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def _hover(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cursor:
            self._cursor = cell
            self.hovered.emit(cell)
            self.update()
