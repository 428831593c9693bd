"""The table of an architecture: names that stay while the rest scrolls, and totals below."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QScrollBar,
    QSizePolicy,
    QTableView,
    QWidget,
)

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import totals
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.header import Headings

from .layer_rows import COLUMN, COLUMNS, NAME, LayerRow, build_rows
from .layer_table import INDENT, PAD, CellDelegate, LayerTableModel, alignment, tabular

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent

    from cnnexplorer.nets import LayerInfo

ROW_HEIGHT = 24
_SUMS = {COLUMN["parameters"]: 0, COLUMN["macs"]: 1}  # column -> which of the totals


class Table(QTableView):
    """A table of rows that are chosen as a whole, copied with Ctrl+C and opened with Enter.

    Signals: `copied()` when the rows are to be copied, `opened(row)`.
    """

    copied = Signal()
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalHeader(Headings(self))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(8)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    def chosen_rows(self) -> list[int]:
        """Return the rows that are chosen, from the top."""
        return sorted({index.row() for index in self.selectionModel().selectedRows(NAME)})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the chosen rows, or open one."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


SLACK = 3  # pixels of a column: widths of texts are rounded
WIDEST = 150  # pixels of the kinds: they are words, and the numbers behind them matter more
_WIDEST_NAME = 210


class Totals(QWidget):
    """The row below the table, in line with its columns."""

    def __init__(self, view: LayerTable) -> None:
        super().__init__(view)
        self._view = view
        self.values = (0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_values(self, values: tuple[int, int]) -> None:
        """Show other totals: parameters and multiply-accumulates."""
        self.values = values
        self.retranslate()

    def retranslate(self) -> None:
        """Say the totals where they are not read by eye."""
        text = _("Total: {parameters} parameters, {macs} MACs")
        text = text.format(parameters=f"{self.values[0]:,}", macs=f"{self.values[1]:,}")
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a row."""
        return QSize(200, ROW_HEIGHT + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the sums below their columns."""
        painter = QPainter(self)
        theme, names, table = colours(self), self._view.names, self._view.table
        painter.fillRect(self.rect(), theme.colour("line", 0.45))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("line"))
        font = tabular(self.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        box = QRectF(PAD, 0, names.width() - 2 * PAD, self.height())
        painter.drawText(box, alignment(NAME), _("Total"))
        left = table.x()
        painter.setClipRect(QRectF(left, 0, table.viewport().width(), self.height()), Qt.ClipOperation.IntersectClip)
        header = table.horizontalHeader()
        for column, which in _SUMS.items():
            # bold figures may be wider than the column: they may reach into the one before
            end = left + header.sectionViewportPosition(column) + header.sectionSize(column) - PAD
            painter.drawText(QRectF(end - 300, 0, 300, self.height()), alignment(column), f"{self.values[which]:,}")


class LayerTable(Speaking, QWidget):
    """A network's layers in a table.

    Signals
    -------
    chosen(LayerRow)
        Another row was gone to.
    opened(LayerInfo)
        A layer was opened with a double click or Enter.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LayerTableModel(self)
        self.names, self.table, self.totals = Table(self), Table(self), Totals(self)
        self._layers: tuple[LayerInfo, ...] = ()
        self._reach = (1.0, 1.0)
        self._weights_only = self._narrow = self._whole = False
        self._folded: set[str] = set()
        self._bar = QScrollBar(Qt.Orientation.Horizontal)
        self._build()
        self._link()
        self.say(
            self.table.setAccessibleName,
            mark("The layers of the network: Enter shows a layer's maps, Ctrl+C copies the chosen rows"),
        )

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """The rows that are shown."""
        return self.model.rows

    def all_rows(self) -> tuple[LayerRow, ...]:
        """Return all rows that there are, also those that are hidden now."""
        return build_rows(self._layers)

    @property
    def current(self) -> LayerRow | None:
        """The row that is looked at."""
        index = self.table.currentIndex()
        return self.rows[index.row()] if index.isValid() else None

    def set_layers(self, layers: Sequence[LayerInfo], reach: tuple[float, float], narrow: bool = False) -> None:
        """Show a network.

        Parameters
        ----------
        reach
            Which shares of parameters and multiply-accumulates fill a cell with a bar.
        narrow
            Whether the table shares its room with another: then kinds are told by tooltips alone.
        """
        if tuple(layer.name for layer in layers) != tuple(layer.name for layer in self._layers):
            self._folded.clear()
        self._layers, self._reach, self._narrow = tuple(layers), reach, narrow
        self.totals.set_values(totals(layers))
        self._show()

    def set_weights_only(self, weights_only: bool) -> None:
        """Show or hide the layers without parameters."""
        if weights_only != self._weights_only:
            self._weights_only = weights_only
            self._show()

    def select(self, name: str) -> None:
        """Go to a layer, without a signal; to none where it is hidden."""
        current = self.current
        if current is not None and current.name == name:
            return
        block = next((layer.branch.block for layer in self._layers if layer.name == name and layer.branch), "")
        if block in self._folded:
            self._folded.remove(block)
            self._show()
        self._go(self.model.find(name))

    def fold(self, block: str) -> None:
        """Hide the layers of a block of branches, or show them again."""
        self._folded ^= {block}
        self._show()

    def texts(self, rows: Sequence[int] | None = None) -> list[list[str]]:
        """Return what stands in the rows, or in some of them."""
        found = self.model.texts
        return [list(found[place]) for place in (range(len(found)) if rows is None else rows)]

    @contextmanager
    def spread(self) -> Iterator[LayerTable]:
        """Give another table inside the `with` block that is as large as all rows and columns are, and not seen."""
        other = LayerTable()
        other.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        other._whole = True
        other._folded = set(self._folded)
        other._weights_only = self._weights_only
        other._layers = self._layers  # else it would unfold
        other.set_layers(self._layers, self._reach, self._narrow)
        for bar in (other.table.setVerticalScrollBarPolicy, other.names.setVerticalScrollBarPolicy):
            bar(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        other.show()
        header = other.table.horizontalHeader()
        height = header.height() + other.table.verticalHeader().length() + other.totals.height()
        other.resize(other.names.width() + header.length() + 3, height)
        other._grid.activate()  # the scroll bar of the size before is gone, and with it the room that it took
        try:
            yield other
        finally:
            other.close()
            other.deleteLater()

    def copy(self) -> None:
        """Put the chosen rows onto the clipboard, their cells parted by tabs."""
        lines = ["\t".join(texts) for texts in self.texts(self.table.chosen_rows())]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))

    def retranslate(self) -> None:
        """Say all texts again."""
        self.model.retranslate()
        self.totals.retranslate()
        self._fit_columns()

    def restyle(self) -> None:
        """Take colours from the theme."""
        for view in (self.names, self.table):
            view.viewport().update()
        self.totals.update()

    # building

    def _build(self) -> None:
        for view in (self.names, self.table):
            view.setModel(self.model)
            view.setItemDelegate(CellDelegate(self.model, view))
            view.setFont(tabular(view.font()))
            view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
            view.setWordWrap(False)
        self.table.setSelectionModel(self.names.selectionModel())
        self.table.setColumnHidden(NAME, True)
        for column in range(len(COLUMNS)):
            self.names.setColumnHidden(column, column != NAME)
        self.names.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.names.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        line.setFrameShadow(QFrame.Shadow.Plain)
        line.setForegroundRole(line.palette().ColorRole.Mid)
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.names, 0, 0)
        grid.addWidget(line, 0, 1)
        grid.addWidget(self.table, 0, 2)
        grid.addWidget(self.totals, 1, 0, 1, 3)
        grid.addWidget(self._bar, 2, 2)
        grid.setColumnStretch(2, 1)
        self.setFocusProxy(self.table)

    def _link(self) -> None:
        """Let the two tables move as one, with the scroll bar below the totals."""
        names, table, inner = self.names, self.table, self.table.horizontalScrollBar()
        names.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.verticalScrollBar().valueChanged.connect(names.verticalScrollBar().setValue)
        inner.rangeChanged.connect(self._follow_range)
        inner.valueChanged.connect(self._bar.setValue)
        inner.valueChanged.connect(self.totals.update)
        self._bar.valueChanged.connect(inner.setValue)
        self._bar.hide()
        table.horizontalHeader().sectionResized.connect(self.totals.update)
        table.selectionModel().currentRowChanged.connect(self._choose)
        for view in (names, table):
            view.copied.connect(self.copy)
        table.opened.connect(self._open)
        names.opened.connect(lambda place: None if self.rows[place].is_heading else self._open(place))
        names.pressed.connect(self._press_name)

    # showing

    def _show(self) -> None:
        """Show the rows anew, and stay where the table was."""
        current, top = self.current, self.table.verticalScrollBar().value()
        self.model.set_rows(build_rows(self._layers, self._weights_only, self._folded), self._reach)
        self.table.setColumnHidden(COLUMN["kind"], self._narrow)
        self._fit_columns()
        self.table.verticalScrollBar().setValue(top)
        if current is not None:
            self._go(self.model.find(current.name))

    def _fit_columns(self) -> None:
        """Give each column the room that its texts take."""
        font = tabular(self.table.font())
        font.setBold(True)  # headings are
        metrics, heads = QFontMetrics(font), QFontMetrics(self.table.horizontalHeader().font())
        for column in range(len(COLUMNS)):
            texts = {texts[column] for texts in self.model.texts}
            if column == NAME:
                texts = {row.short_label for row in self.rows} | {_("Total")}
            width = max((metrics.horizontalAdvance(text) for text in texts), default=0) + 2 * PAD + SLACK
            if column == NAME:
                indented = any(row.block for row in self.rows)
                width += INDENT if indented else 0
                width = width if self._whole else min(width, _WIDEST_NAME)
                self.names.setColumnWidth(NAME, width)
                self.names.setFixedWidth(width)
                continue
            title = heads.horizontalAdvance(_(COLUMNS[column].title)) + 2 * PAD
            if column == COLUMN["kind"] and not self._whole:
                width = min(width, WIDEST)
            self.table.setColumnWidth(column, max(width, title))
        self._grid.activate()  # the names' new width moves the table: the totals stand below its columns
        self.totals.update()

    def _go(self, place: int) -> None:
        selection = self.table.selectionModel()
        with QSignalBlocker(self):
            if place < 0:
                selection.clear()
                return
            column = self.table.currentIndex().column()
            first = COLUMN["output" if self._narrow else "kind"]
            index = self.model.index(place, column if column > NAME else first)
            flags = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.table.scrollTo(index)

    def _follow_range(self, low: int, high: int) -> None:
        inner = self.table.horizontalScrollBar()
        self._bar.setRange(low, high)
        self._bar.setPageStep(inner.pageStep())
        self._bar.setSingleStep(inner.singleStep())
        self._bar.setVisible(high > low)

    # the user's doing

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.rows[current.row()])

    def _press_name(self, index: QModelIndex) -> None:
        self.table.setFocus(Qt.FocusReason.MouseFocusReason)
        row = self.rows[index.row()]
        if row.is_heading:
            self.fold(row.block)

    def _open(self, place: int) -> None:
        row = self.rows[place]
        if row.is_heading:
            self.fold(row.block)
        else:
            self.opened.emit(row.layer)
