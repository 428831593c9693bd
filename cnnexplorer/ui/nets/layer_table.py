"""The table of an architecture for Qt: its model, and how its cells are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.figure_mode import for_figure

from .layer_rows import COLUMN, COLUMNS, NAME, SHARES, LayerRow, kind_text, row_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject, QRect
    from PySide6.QtGui import QColor
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

    from cnnexplorer.ui.theme import Colours

Index = QModelIndex | QPersistentModelIndex
PAD = 7
INDENT = 26
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_NO_INDEX = QModelIndex()


def alignment(column: int) -> int:
    """Return how a column's texts are aligned: words at the left, numbers at the right."""
    return _LEFT if column in (NAME, COLUMN["kind"]) else _RIGHT


def tabular(font: QFont) -> QFont:
    """Return a font with figures of one width."""
    found = QFont(font)
    found.setFeature(QFont.Tag("tnum"), 1)
    return found


class LayerTableModel(QAbstractTableModel):
    """The rows of an architecture as texts."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[LayerRow, ...] = ()
        self._texts: list[list[str]] = []
        self.reach = (1.0, 1.0)

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """The rows that are shown."""
        return self._rows

    @property
    def texts(self) -> list[list[str]]:
        """What stands in the rows."""
        return self._texts

    def set_rows(self, rows: Sequence[LayerRow], reach: tuple[float, float]) -> None:
        """Show other rows; `reach` tells which shares of parameters and multiply-accumulates fill a cell."""
        self.beginResetModel()
        self._rows, self.reach = tuple(rows), reach
        self._texts = [row_texts(row) for row in self._rows]
        self.endResetModel()

    def find(self, name: str) -> int:
        """Return the row of a layer or a block; -1 if it is not shown."""
        return next((place for place, row in enumerate(self._rows) if row.name == name), -1)

    def retranslate(self) -> None:
        """Say all texts again."""
        self._texts = [row_texts(row) for row in self._rows]
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt has it
        """Return a cell's text, its tooltip or its alignment."""
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.row(), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt has it
        """Return a column's heading, what it means, or its alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _(COLUMNS[section].tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        return None

    def _tip(self, place: int, column: int) -> str:
        row, text = self._rows[place], self._texts[place][column]
        if column == NAME:
            return f"{row.label} · {kind_text(row)}"
        if column in SHARES and text:
            share = (row.parameter_share, row.mac_share)[SHARES[column]]
            return _("{percent} %").format(percent=f"{100 * share:.4f}")
        return text


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: brackets around branches in the first column, bars in the columns of shares."""

    def __init__(self, model: LayerTableModel, view: QWidget) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        row, column = self._model.rows[index.row()], index.column()
        theme, rect = colours(self._view), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        if selected:
            painter.fillRect(rect, theme.colour("accent"))
        elif row.is_heading:
            painter.fillRect(rect, theme.colour("line", 0.45))
        strong = row.is_heading or row.parameters
        ink = theme.colour("on_accent" if selected else "text" if strong else "muted")
        left = PAD
        if column == NAME:
            left = self._paint_place(painter, QRectF(rect), row, theme, ink)
        elif column in SHARES:
            self._paint_bar(painter, QRectF(rect), row, SHARES[column], theme.colour("on_accent") if selected else None)
        text = row.short_label if column == NAME else self._model.texts[index.row()][column]
        self._paint_text(painter, option, rect.adjusted(left, 0, -PAD, 0), text, alignment(column), ink, row)
        if option.state & QStyle.StateFlag.State_HasFocus and not for_figure():
            painter.setPen(QPen(ink, 1, Qt.PenStyle.DotLine))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def _paint_text(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        text: str,
        align: int,
        ink: QColor,
        row: LayerRow,
    ) -> None:
        font = QFont(option.font)
        font.setBold(row.is_heading)
        painter.setFont(font)
        painter.setPen(ink)
        elide = Qt.TextElideMode.ElideRight if align == _LEFT else Qt.TextElideMode.ElideMiddle
        elided = painter.fontMetrics().elidedText(text, elide, rect.width())
        painter.drawText(rect, align, elided)

    def _paint_place(self, painter: QPainter, rect: QRectF, row: LayerRow, theme: Colours, ink: QColor) -> int:
        """Paint a heading's triangle, or the bracket around a branch with its number; return where the text begins."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = rect.center().y() + 0.5
        if row.is_heading:
            x = rect.left() + PAD
            corners = ((0, -4), (6, 0), (0, 4)) if row.folded else ((-1, -3), (7, -3), (3, 3))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawPolygon(QPolygonF([QPointF(x + dx, middle + dy) for dx, dy in corners]))
            return PAD + 12
        if row.branch is None:
            return PAD + 12 if row.block else PAD
        line = ink if ink == theme.colour("on_accent") else theme.colour("accent")
        painter.setPen(QPen(line, 2))
        x, top, bottom = rect.left() + PAD + 14, rect.top(), rect.bottom() + 1
        if row.first:
            top += 4
            painter.drawLine(QPointF(x, top), QPointF(x + 5, top))
        if row.last:
            bottom -= 5
            painter.drawLine(QPointF(x, bottom), QPointF(x + 5, bottom))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        if row.first:
            font = QFont(painter.font())
            font.setBold(True)
            painter.setFont(font)
            painter.drawText(QRectF(rect.left() + PAD - 2, rect.top(), 13, rect.height()), _RIGHT, str(row.branch))
        return INDENT + PAD

    def _paint_bar(self, painter: QPainter, rect: QRectF, row: LayerRow, which: int, ink: QColor | None) -> None:
        share, reach = (row.parameter_share, row.mac_share)[which], self._model.reach[which]
        if share:
            colour = colours(self._view).colour(("kernel", "accent")[which]) if ink is None else ink
            colour.setAlphaF(0.3)
            room = rect.adjusted(3, 4, -3, -4)
            room.setWidth(max(room.width() * min(share / reach, 1.0), 1.0))
            painter.fillRect(room, colour)
