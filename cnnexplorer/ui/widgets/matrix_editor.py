"""An editable matrix of numbers, painted on the diverging colour map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core import NumberError, format_matrix, format_number, parse_matrix
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.figure_mode import pixel_ratio, shows_focus

from .cell_editor import ARROWS, CellEditor
from .painting import Look, Placement, paint_map

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent

KERNEL_LOOK = Look("diverging", decimals=3)


class MatrixEditor(QWidget):
    """Shows and edits a matrix (rows, columns).

    Click or move to a cell and type; Tab, Enter and the arrow keys go on; the wheel nudges by 1, with Shift by 0.1;
    Ctrl+V pastes a number or a matrix, Ctrl+C copies. A cell that is NaN is shown empty; where `allows_empty` is set,
    Delete empties a cell, else it makes it 0.

    Signals: `edited(row, column, value)`, `pasted(matrix)`, `refused(error)`, `gesture_ended()` after a row of nudges.
    """

    edited = Signal(int, int, float)
    pasted = Signal(object)
    refused = Signal(object)
    gesture_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] = np.zeros((3, 3))
        self._current = (0, 0)
        self.allows_empty = False
        self._editor = CellEditor(self)
        self._editor.accepted.connect(self._accept)
        self._editor.refused.connect(self.refused)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def value(self) -> NDArray[np.float64]:
        """Return the matrix."""
        return self._values

    def setValue(self, values: NDArray[np.float64]) -> None:
        """Show a matrix, without a signal."""
        reshaped = values.shape != self._values.shape
        self._values = values
        if reshaped:
            self._editor.abandon()
            self._current = (0, 0)
            self.updateGeometry()
        self.update()

    @property
    def current(self) -> tuple[int, int]:
        """The cell that typing changes."""
        return self._current

    @property
    def editor(self) -> CellEditor:
        """The line that opens over a cell."""
        return self._editor

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where a cell lies in the widget."""
        return self._placement().rect(row, column)

    def copy(self) -> None:
        """Put the matrix into the clipboard, as spreadsheets read it."""
        QGuiApplication.clipboard().setText(format_matrix(self._values))

    def paste(self) -> None:
        """Take the matrix, or the number, from the clipboard."""
        text = QGuiApplication.clipboard().text()
        try:
            matrix = parse_matrix(text)
        except NumberError as error:
            self.refused.emit(error)
            return
        if matrix.size == 1 and self._values.size > 1:
            self.edited.emit(*self._current, float(matrix[0, 0]))
        else:
            self.pasted.emit(matrix)

    def sizeHint(self) -> QSize:
        """Ask for cells in which numbers can be read, as far as the width goes."""
        return QSize(260, self.heightForWidth(260))

    def minimumSizeHint(self) -> QSize:
        """Return the least."""
        return QSize(120, 60)

    def hasHeightForWidth(self) -> bool:
        """Tell that the height follows the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of square cells."""
        rows, columns = self._values.shape
        cell: float = min((width - 4) / columns, 52.0, 280 / rows if rows > 6 else 52.0)
        return int(cell * rows + 4.5)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cells, and a frame around the current one."""
        painter = QPainter(self)
        theme = colours(self)
        placement = self._placement()
        values = np.nan_to_num(self._values, nan=0.0)
        limits = KERNEL_LOOK.range_for(values, values)
        paint_map(painter, values, KERNEL_LOOK, limits, placement, QRectF(self.rect()), theme, pixel_ratio(self))
        for row, column in np.argwhere(np.isnan(self._values)):
            painter.fillRect(placement.rect(int(row), int(column)).adjusted(1, 1, -1, -1), theme.colour("base"))
        rows, columns = self._values.shape
        painter.setPen(QPen(theme.colour("kernel"), 2))
        painter.drawRect(placement.rect(0, 0, rows, columns))
        if shows_focus(self):
            painter.setPen(QPen(theme.colour("hover"), 3))
            painter.drawRect(placement.rect(*self._current).adjusted(1.5, 1.5, -1.5, -1.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make a cell the current one."""
        cell = self._cell_at(event)
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = cell
            self.gesture_ended.emit()
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a cell."""
        if self._cell_at(event) is not None:
            self._open(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nudge the cell under the mouse, once the matrix has been clicked."""
        if not self.hasFocus():
            event.ignore()
            return
        cell = self._placement().cell_at(event.position().x(), event.position().y())
        rows, columns = self._values.shape
        if not (0 <= cell[0] < rows and 0 <= cell[1] < columns):
            event.ignore()
            return
        self._current = cell
        delta = event.angleDelta().y() or event.angleDelta().x()  # Shift turns the wheel sideways on some systems
        self._nudge(delta / 120 * (0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, type, nudge, copy and paste."""
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif key in ARROWS:
            self._move(*ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._open(None)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._nudge(1.0 if key == Qt.Key.Key_PageUp else -1.0)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.edited.emit(*self._current, math.nan if self.allows_empty else 0.0)
        elif (
            event.text().strip()
            and event.text().isprintable()
            and not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        ):
            self._open(event.text())
        else:
            super().keyPressEvent(event)

    def _placement(self) -> Placement:
        rows, columns = self._values.shape
        scale = min((self.width() - 4) / columns, (self.height() - 4) / rows, 52.0)
        return Placement((self.width() - scale * columns) / 2, (self.height() - scale * rows) / 2, scale)

    def _cell_at(self, event: QMouseEvent) -> tuple[int, int] | None:
        row, column = self._placement().cell_at(event.position().x(), event.position().y())
        rows, columns = self._values.shape
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    def _open(self, text: str | None) -> None:
        held = float(self._values[self._current])
        value = "" if math.isnan(held) else format_number(held, 12)
        self._editor.open(self._current, self.cell_rect(*self._current), value if text is None else text, text is None)

    def _accept(self, row: int, column: int, value: float | None, move: tuple[int, int]) -> None:
        self._current = (row, column)
        if value is not None:
            self.edited.emit(row, column, value)
        self._move(*move)

    def _move(self, rows: int, columns: int) -> None:
        """Go on to a neighbour; past the end of a row to the next one."""
        count_rows, count_columns = self._values.shape
        row, column = self._current[0] + rows, self._current[1] + columns
        if column >= count_columns:
            row, column = row + 1, 0
        elif column < 0:
            row, column = row - 1, count_columns - 1
        self._current = (min(max(row, 0), count_rows - 1), min(max(column, 0), count_columns - 1))
        self.update()

    def _nudge(self, by: float) -> None:
        row, column = self._current
        held = float(self._values[row, column])
        self.edited.emit(row, column, round((0.0 if math.isnan(held) else held) + by, 9))
