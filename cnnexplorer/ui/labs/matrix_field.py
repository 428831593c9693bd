"""A matrix to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnexplorer.core import NumberError, UserError, format_matrix, parse_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.matrix_editor import MatrixEditor

from .fields import Field

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

    from cnnexplorer.labs import Verdict


class MatrixField(Field):
    """A matrix to fill in, empty at first; cells that are wrong or empty are framed once it was checked."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.matrix = MatrixEditor()
        self.matrix.allows_empty = True
        self.matrix.setValue(np.full((rows, columns), np.nan))
        self.tip(self.matrix, mark("Your matrix: click a cell and type; Ctrl+V pastes"))
        self.matrix.edited.connect(self._edit)
        self.matrix.pasted.connect(self._paste)
        self.matrix.refused.connect(self.refused)
        self._marks = _WrongCells(self.matrix)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.matrix)
        self.setFocusProxy(self.matrix)

    def answer(self) -> object:
        """Return the matrix (H, W), NaN where a cell is empty."""
        return self.matrix.value()

    def written(self) -> str:
        """Return the matrix as rows of numbers."""
        return format_matrix(self.matrix.value())

    def draft(self) -> tuple[str, ...]:
        """Return the cells row by row; an empty text for an empty one."""
        return tuple("" if np.isnan(cell) else repr(float(cell)) for cell in self.matrix.value().flat)

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Fill the cells again."""
        here = self.matrix.value()
        try:
            cells = [parse_number(part) if part else np.nan for part in draft]
        except NumberError:
            return
        if len(cells) == here.size:
            self._take(np.array(cells).reshape(here.shape))

    def show_verdict(self, verdict: Verdict) -> None:
        """Frame the cells that are wrong."""
        self._marks.show_cells(verdict.wrong_cells)

    def _edit(self, row: int, column: int, value: float) -> None:
        values = self.matrix.value().copy()
        values[row, column] = value
        self._take(values)

    def _paste(self, values: NDArray[np.float64]) -> None:
        here = self.matrix.value().shape
        if values.shape == here:
            self._take(values)
        else:
            self.refused.emit(
                UserError(
                    "a matrix of {rows} × {columns} was pasted; {height} × {width} are wanted",
                    rows=values.shape[0],
                    columns=values.shape[1],
                    height=here[0],
                    width=here[1],
                )
            )

    def _take(self, values: NDArray[np.float64]) -> None:
        self.matrix.setValue(values)
        self._marks.show_cells(None)
        self.edited.emit()


class _WrongCells(QWidget):
    """Frames cells of a matrix editor, over it."""

    def __init__(self, editor: MatrixEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._cells: NDArray[np.bool_] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_cells(self, cells: NDArray[np.bool_] | None) -> None:
        self._cells = cells
        self.resize(self._editor.size())
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._cells is None:
            return
        self.resize(self._editor.size())
        painter = QPainter(self)
        painter.setPen(QPen(colours(self).colour("error"), 3))
        for row, column in np.argwhere(self._cells):
            painter.drawRect(self._editor.cell_rect(int(row), int(column)).adjusted(2.5, 2.5, -2.5, -2.5))
