"""Marking cells of a map, with the mouse or the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from cnnexplorer.ui.theme import colours

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from .map_view import MapView

Cell = tuple[int, int]
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CellPicker(QWidget):
    """Lies over a map and marks cells of it.

    A click marks a cell, or takes the mark off; a drag marks a rectangle. With the keys: the arrows move, Enter marks,
    Shift+Enter marks the rectangle from the cell marked last.

    Parameters
    ----------
    several
        Whether more than one cell can be marked.

    Signals: `picked(cells)` with all that are marked.
    """

    picked = Signal(object)

    def __init__(self, view: MapView, several: bool) -> None:
        super().__init__(view)
        self._view, self._several = view, several
        self.cells: set[Cell] = set()
        self._anchor: Cell | None = None
        self._dragged = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        view.installEventFilter(self)
        view.setCursor(Qt.CursorShape.CrossCursor)
        self.resize(view.size())
        self.show()
        self.raise_()

    def remove(self) -> None:
        """End the marking."""
        self._view.removeEventFilter(self)
        self._view.unsetCursor()
        self.hide()
        self.deleteLater()

    def set_cells(self, cells: set[Cell]) -> None:
        """Mark cells."""
        self.cells = set(cells)
        self.update()
        self.picked.emit(set(self.cells))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take presses and Enter from the map."""
        if watched is not self._view:
            return False
        kind = event.type()
        if kind == QEvent.Type.Resize:
            self.resize(self._view.size())
        elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return self._press(event)  # type: ignore[arg-type]
        elif kind == QEvent.Type.MouseMove and self._anchor is not None:
            self._drag(event)  # type: ignore[arg-type]
        elif kind == QEvent.Type.MouseButtonRelease and self._anchor is not None:
            return self._release(event)  # type: ignore[arg-type]
        elif kind == QEvent.Type.KeyPress:
            return self._key(event)  # type: ignore[arg-type]
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the marks."""
        painter, theme = QPainter(self), colours(self)
        place = self._view.placement.rect
        painter.setPen(QPen(theme.colour("hover"), 2))
        painter.setBrush(theme.colour("hover", 0.25))
        for row, column in self.cells:
            painter.drawRect(place(row, column).adjusted(1, 1, -1, -1))

    def _press(self, event: QMouseEvent) -> bool:
        cell = self._at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or cell is None:
            return False
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._anchor, self._dragged = cell, False
        return True

    def _drag(self, event: QMouseEvent) -> None:
        cell = self._at(event.position())
        if self._several and cell is not None and (cell != self._anchor or self._dragged):
            assert self._anchor is not None
            self._dragged = True
            self.cells = rectangle(self._anchor, cell)
            self.update()

    def _release(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        self._drag(event)  # a quick hand moves and lets go at once
        anchor, self._anchor = self._anchor, None
        assert anchor is not None
        if self._dragged:
            self.set_cells(self.cells)
        elif self._at(event.position()) == anchor:
            self._toggle(anchor)
        return True

    def _key(self, event: QKeyEvent) -> bool:
        cell = self._view.pointed_cell
        if Qt.Key(event.key()) not in _ENTER or cell is None:
            return False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._several and self.cells:
            self.set_cells(rectangle(min(self.cells), cell))
        elif not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._toggle(cell)
        else:
            return False
        return True

    def _toggle(self, cell: Cell) -> None:
        if self._several:
            self.set_cells(self.cells ^ {cell})
        else:
            self.set_cells({cell})

    def _at(self, point: QPointF) -> Cell | None:
        row, column = self._view.placement.cell_at(point.x(), point.y())
        rows, columns = self._view.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None


def rectangle(one: Cell, other: Cell) -> set[Cell]:
    """Return all cells of the rectangle with two cells at its corners.

    >>> sorted(rectangle((1, 2), (0, 1)))
    [(0, 1), (0, 2), (1, 1), (1, 2)]
    """
    rows = range(min(one[0], other[0]), max(one[0], other[0]) + 1)
    columns = range(min(one[1], other[1]), max(one[1], other[1]) + 1)
    return {(row, column) for row in rows for column in columns}
