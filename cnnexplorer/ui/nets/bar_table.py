"""A table of numbers, one of which is drawn as a bar in each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QTableView

from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.figure_mode import for_figure
from cnnexplorer.ui.widgets.header import Headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent
    from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 24
_PAD = 6
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_NO_INDEX = QModelIndex()


@dataclass(frozen=True)
class Heading:
    """A column: its title and tip, marked for translation; `words` stand at the left, numbers at the right."""

    title: str
    tip: str
    words: bool = False


@dataclass(frozen=True)
class BarRow:
    """A row: its texts, and the number that its bar stands for.

    Attributes
    ----------
    key
        What the row stands for; the table's signals carry it.
    """

    key: int
    texts: tuple[str, ...]
    bar: float


class _BarModel(QAbstractTableModel):
    def __init__(self, headings: Sequence[Heading]) -> None:
        super().__init__()
        self.headings = tuple(headings)
        self.rows: tuple[BarRow, ...] = ()
        self.reach = 1.0
        self.signed = False

    def set_rows(self, rows: tuple[BarRow, ...], reach: float | None) -> None:
        self.beginResetModel()
        self.rows = rows
        self.reach = reach or max((abs(row.bar) for row in rows), default=0.0) or 1.0
        self.signed = any(row.bar < 0 for row in rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt has it
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()].texts[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt has it
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _(self.headings[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _(self.headings[section].tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        return None

    def alignment(self, column: int) -> int:
        return _LEFT if self.headings[column].words else _RIGHT


class _BarDelegate(QStyledItemDelegate):
    """Paints a cell; the bar lies behind the last column's number, from the middle where some are negative."""

    def __init__(self, model: _BarModel, view: QWidget) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, rect = colours(self._view), QRectF(option.rect)
        row, column = self._model.rows[index.row()], index.column()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        if selected:
            painter.fillRect(rect, theme.colour("accent"))
        if column == len(self._model.headings) - 1:
            self._paint_bar(painter, rect.adjusted(_PAD, 5, -_PAD, -5), row.bar, selected)
        painter.setPen(theme.colour("on_accent" if selected else "text"))
        align = Qt.AlignmentFlag(self._model.alignment(column))
        if not self._model.headings[column].words:
            painter.setFont(number_font(12))
        room = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        text = painter.fontMetrics().elidedText(row.texts[column], Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, align, text)
        if option.state & QStyle.StateFlag.State_HasFocus and not for_figure():
            painter.setPen(QPen(theme.colour("muted"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_bar(self, painter: QPainter, room: QRectF, value: float, selected: bool) -> None:
        theme, model = colours(self._view), self._model
        share = min(max(value / model.reach, -1.0), 1.0)
        if model.signed:
            middle = room.center().x()
            width = abs(share) * room.width() / 2
            bar = QRectF(middle - width if share < 0 else middle, room.top(), width, room.height())
            painter.fillRect(QRectF(middle - 0.5, room.top() - 3, 1, room.height() + 6), theme.colour("line"))
        else:
            bar = QRectF(room.left(), room.top(), room.width() * share, room.height())
        role = "on_accent" if selected else "input" if share < 0 else "kernel"
        painter.fillRect(bar, theme.colour(role, 0.35))


class BarTable(Speaking, QTableView):
    """Shows rows of texts; the last column has a bar behind its number. A positive bar is orange, a negative one blue.

    Signals: `chosen(key)` when a row is chosen by the user, `opened(key)` for a double click or Enter.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, headings: Sequence[Heading], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalHeader(Headings(self))
        self._model = _BarModel(headings)
        self.setModel(self._model)
        self.setItemDelegate(_BarDelegate(self._model, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(36)
        for column in range(len(headings)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self._selecting = False
        self.selectionModel().currentRowChanged.connect(self._tell)

    def set_widths(self, *widths: int) -> None:
        """Give the first columns fixed widths in pixels; the others share the rest."""
        header = self.horizontalHeader()
        for column, width in enumerate(widths):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)

    def set_rows(self, rows: Sequence[BarRow], reach: float | None = None) -> None:
        """Show other rows; `reach` is the number whose bar fills the column, the largest of the rows for None.

        The row that was chosen stays so, where its key is still there.
        """
        key = self.key()
        self._selecting = True
        self._model.set_rows(tuple(rows), reach)
        self._selecting = False
        self.select(key)

    @property
    def rows(self) -> tuple[BarRow, ...]:
        """The rows that are shown."""
        return self._model.rows

    def key(self) -> int | None:
        """Return the chosen row's key."""
        place = self.currentIndex().row()
        return self._model.rows[place].key if 0 <= place < len(self._model.rows) else None

    def select(self, key: int | None) -> None:
        """Choose a row by its key, without a signal."""
        place = next((place for place, row in enumerate(self._model.rows) if row.key == key), None)
        self._selecting = True
        if place is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif place != self.currentIndex().row():
            self.selectRow(place)
        self._selecting = False

    def text(self) -> str:
        """Return the table as lines of cells parted by tabs, with its headings."""
        lines = [[_(heading.title) for heading in self._model.headings], *(row.texts for row in self._model.rows)]
        return "\n".join("\t".join(line) for line in lines)

    def retranslate(self) -> None:
        """Name the columns again."""
        self._model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._model.headings) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the chosen row with Enter."""
        key = self.key()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and key is not None:
            self.opened.emit(key)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row under the mouse."""
        place = self.indexAt(event.position().toPoint()).row()
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self._model.rows[place].key)

    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._selecting and current.isValid():
            self.chosen.emit(self._model.rows[current.row()].key)
