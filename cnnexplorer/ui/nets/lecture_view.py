"""The lecture's table of AlexNet beside the computed one, each row with what makes the two differ."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QPainter
from PySide6.QtWidgets import QHeaderView, QLabel, QStyle, QStyledItemDelegate, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours

from .layer_rows import Column
from .layer_table import PAD, Index, tabular
from .layer_view import ROW_HEIGHT, SLACK, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QStyleOptionViewItem

    from cnnexplorer.nets import LectureRow, LectureTotals

_COLUMNS = (
    Column("title", mark("The lecture's row"), mark("Top to bottom as in the lecture: from the answer to the picture")),
    Column("lecture_parameters", mark("Parameters:\nlecture"), mark("As printed in the lecture")),
    Column(
        "parameters", mark("Parameters:\ncomputed"), mark("Of the network of the paper, with its groups and biases")
    ),
    Column("lecture_macs", mark("MACs:\nlecture"), mark("Multiply-accumulates, as printed in the lecture")),
    Column("macs", mark("MACs:\ncomputed"), mark("Of the network of the paper, with its groups")),
)
_COMPUTED = (2, 4)
_NO_INDEX = QModelIndex()
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class LectureModel(QAbstractTableModel):
    """The rows in pairs: figures, and below them over all columns the explanation. The sum stands last, alone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[LectureRow, ...] = ()
        self._sums: LectureTotals | None = None

    def set_rows(self, rows: Sequence[LectureRow], sums: LectureTotals) -> None:
        """Show the table."""
        self.beginResetModel()
        self.rows, self._sums = tuple(rows), sums
        self.endResetModel()

    def retranslate(self) -> None:
        """Say all texts again."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(_COLUMNS) - 1)
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(2 * len(self.rows), len(_COLUMNS) - 1))

    def is_explanation(self, place: int) -> bool:
        """Whether a row of Qt's holds an explanation."""
        return place % 2 == 1

    def is_sum(self, place: int) -> bool:
        """Whether a row of Qt's holds the sums."""
        return place == 2 * len(self.rows)

    def differs(self, place: int) -> bool:
        """Whether the lecture's figure is not the computed one, rounded down."""
        if self.is_sum(place):
            return True
        row = self.rows[place // 2]
        return row.macs // 10**6 != row.lecture_millions

    def explanation(self, place: int) -> str:
        """Return why a row differs, or that it does not."""
        row = self.rows[place]
        text = _(row.explanation)
        if row.ungrouped_macs != row.macs:
            without = _("Without groups: {parameters} parameters, {macs} MACs.")
            text += " " + without.format(parameters=f"{row.ungrouped_parameters:,}", macs=f"{row.ungrouped_macs:,}")
        return text

    def figures(self, place: int) -> list[str]:
        """Return what stands in a row of the lecture, or behind the last in the row of sums."""
        if place == len(self.rows):
            assert self._sums is not None
            return [
                _("Sum"),
                "",
                f"{self._sums.parameters:,}",
                f"{self._sums.lecture_millions}M",
                f"{self._sums.macs:,}",
            ]
        row = self.rows[place]
        return [
            f"{row.layer} · {_(row.title)}",
            row.lecture_parameters,
            f"{row.parameters:,}" if row.parameters else "",
            row.lecture_macs,
            f"{row.macs:,}" if row.macs else "",
        ]

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many rows Qt sees."""
        return 0 if parent.isValid() or not self.rows else 2 * len(self.rows) + 1

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt has it
        """Return a cell's text, also as its tooltip."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        place, explained = divmod(index.row(), 2)
        return self.explanation(place) if explained else self.figures(place)[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401  # as Qt has it
        """Return a column's heading, what it means, or its alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _(_COLUMNS[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _(_COLUMNS[section].tip)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        return None


class _Cells(QStyledItemDelegate):
    """Paints the figures, and marks those that the lecture has otherwise."""

    def __init__(self, model: LectureModel, view: QWidget) -> None:
        super().__init__(view)
        self._model, self._view = model, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        place, column, rect = index.row(), index.column(), option.rect
        explained, theme = self._model.is_explanation(place), colours(self._view)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        differs = column in _COMPUTED and not explained and self._model.differs(place)
        painter.save()
        if selected:
            painter.fillRect(rect, theme.colour("accent"))
        elif differs:
            painter.fillRect(rect, theme.colour("warning"))
        elif self._model.is_sum(place):
            painter.fillRect(rect, theme.colour("line", 0.45))
        font = QFont(option.font)
        font.setBold(self._model.is_sum(place))
        painter.setFont(font)
        ink = "on_accent" if selected else "muted" if explained else "warning_text" if differs else "text"
        painter.setPen(theme.colour(ink))
        text = str(index.data())
        if explained:
            painter.drawText(rect.adjusted(PAD + 12, 0, -PAD, 0), _WRAPPED, text)
        else:
            box = rect.adjusted(PAD, 0, -PAD, 0)
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, _RIGHT if column else _LEFT, text)
        painter.restore()


class LectureView(Speaking, QWidget):
    """Shows the two tables in one, with the reconciliation of their sums. Emits `chosen(layer)` with a layer's name."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LectureModel(self)
        self.intro = QLabel()
        self.intro.setWordWrap(True)
        self.intro.setContentsMargins(10, 4, 10, 8)
        self.intro.setMinimumWidth(40)
        self.table = Table()
        self.table.setModel(self.model)
        self.table.setItemDelegate(_Cells(self.model, self.table))
        self.table.setFont(tabular(self.table.font()))
        self.table.setAlternatingRowColors(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.say(self.table.setAccessibleName, mark("The lecture's table beside the computed one"))
        self.table.copied.connect(self.copy)
        self.table.opened.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.intro)
        column.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def set_rows(self, rows: Sequence[LectureRow], sums: LectureTotals) -> None:
        """Show the table."""
        if rows == self.model.rows:
            return
        self.model.set_rows(rows, sums)
        self.table.clearSpans()
        for place in range(len(rows)):
            self.table.setSpan(2 * place + 1, 0, 1, len(_COLUMNS))
        self._sums = sums
        self.retranslate()

    def select(self, layer: str) -> None:
        """Go to the row of a layer, without a signal; to none where the lecture has none."""
        place = next((2 * place for place, row in enumerate(self.model.rows) if row.layer == layer), -1)
        current = self.table.currentIndex()
        if current.isValid() and 0 <= place == current.row() // 2 * 2:
            return
        selection, flags = self.table.selectionModel(), QItemSelectionModel.SelectionFlag
        with QSignalBlocker(self):
            if place < 0:
                selection.clear()
            else:
                selection.setCurrentIndex(self.model.index(place, 0), flags.ClearAndSelect | flags.Rows)

    def texts(self) -> list[list[str]]:
        """Return the table with its headings, the explanation of each row last."""
        heads = [" ".join(_(column.title).split("\n")) for column in _COLUMNS]
        if not self.model.rows:
            return [heads]
        rows = [[*self.model.figures(place), self.model.explanation(place)] for place in range(len(self.model.rows))]
        return [[*heads, _("Why")], *rows, [*self.model.figures(len(rows)), _(self._sums.explanation)]]

    @contextmanager
    def spread(self) -> Iterator[LectureView]:
        """Give another view inside the `with` block that is as large as the whole table is, and not seen."""
        other = LectureView()
        other.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        other.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        other.set_rows(self.model.rows, self._sums)
        other.show()
        width = max(self.width(), other._whole_width())
        other.resize(width, self.height())  # the explanations take their heights
        rows = other.table.horizontalHeader().height() + other.table.verticalHeader().length()
        other.resize(width, other.intro.heightForWidth(width) + rows)
        try:
            yield other
        finally:
            other.close()
            other.deleteLater()

    def copy(self) -> None:
        """Put the chosen rows onto the clipboard, their cells parted by tabs."""
        places = sorted({place // 2 for place in self.table.chosen_rows()})
        lines = ["\t".join(self.texts()[place + 1]) for place in places]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))

    def retranslate(self) -> None:
        """Say all texts again."""
        if self.model.rows:
            self.intro.setText(_(self._sums.explanation))
            self.model.retranslate()
            self._fit()

    def restyle(self) -> None:
        """Take colours from the theme."""
        self.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the explanations the room that they take."""
        super().resizeEvent(event)
        self._fit()

    def _whole_width(self) -> int:
        """Return the width in which no text of a row is cut."""
        header, metrics = self.table.horizontalHeader(), QFontMetrics(self.table.font())
        names = (self.model.figures(place)[0] for place in range(len(self.model.rows)))
        name = max(metrics.horizontalAdvance(text) for text in names) + 2 * PAD + SLACK
        scroll = self.table.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        return name + scroll + header.length() - header.sectionSize(0)

    def _fit(self) -> None:
        """Give the figures their room, the first column the rest, and the explanations their height."""
        rows = len(self.model.rows)
        if not rows:
            return
        font = QFont(self.table.font())
        font.setBold(True)
        metrics, heads = QFontMetrics(font), QFontMetrics(self.table.horizontalHeader().font())
        figures = [self.model.figures(place) for place in range(rows + 1)]
        scroll = self.table.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        rest = whole = self.width() - scroll
        for column in range(1, len(_COLUMNS)):
            title = max(heads.horizontalAdvance(line) for line in _(_COLUMNS[column].title).split("\n"))
            width = max(title, *(metrics.horizontalAdvance(texts[column]) for texts in figures)) + 2 * PAD + SLACK
            self.table.setColumnWidth(column, width)
            rest -= width
        self.table.setColumnWidth(0, max(rest, 80))
        plain = QFontMetrics(self.table.font())
        room = QRect(0, 0, max(whole - 2 * PAD - 12, 80), 10_000)
        for place in range(rows):
            self.table.setRowHeight(2 * place, ROW_HEIGHT)
            height = plain.boundingRect(room, _WRAPPED, self.model.explanation(place)).height()
            self.table.setRowHeight(2 * place + 1, height + 8)
        self.table.setRowHeight(2 * rows, ROW_HEIGHT + 4)

    def _layer(self, place: int) -> str:
        return "" if self.model.is_sum(place) else self.model.rows[place // 2].layer

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        layer = self._layer(current.row()) if current.isValid() else ""
        if layer:
            self.chosen.emit(layer)

    def _open(self, place: int) -> None:
        layer = self._layer(place)
        if layer:
            self.opened.emit(layer)
