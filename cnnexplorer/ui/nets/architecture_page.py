"""The Architecture page: a network read layer by layer, without weights; two of them; and the lecture's table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.session_pages import ArchitectureState
from cnnexplorer.nets import CATALOG
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.theme import colours

from .architecture_controls import ArchitectureControls
from .architecture_reading import Wish, own_size, read
from .architecture_table import layers_table, lecture_table_of
from .layer_details import LayerDetails, NetworkDetails
from .layer_rows import COLUMN, COLUMNS, LayerRow
from .layer_texts import difference_text, totals_text
from .layer_view import LayerTable
from .lecture_view import LectureView
from .page import Page
from .table_button import TableButton

if TYPE_CHECKING:
    from cnnexplorer.nets import LayerInfo
    from cnnexplorer.nets.tables import Table
    from cnnexplorer.ui.settings import Settings

    from .architecture_reading import Reading
    from .model import NetModel
    from .state import Place


class _Captioned(QWidget):
    """A table, below the name of its network where there are two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption, self.table = QLabel(), LayerTable()
        self.caption.setWordWrap(True)
        self.caption.setContentsMargins(8, 3, 8, 5)
        self.caption.setMinimumWidth(40)
        self.caption.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.caption)
        column.addWidget(self.table, 1)


class ArchitecturePage(Page):
    """Shows the layers of a network of the catalogue in a table; it need not be loaded."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._reading: Reading | None = None
        self._asked: Wish | None = None
        self._in_use = self._compare = ""
        self._shown: tuple[int, LayerRow] | None = None
        self._task = LatestTask(self)
        self._build_tools()
        self._build_body()
        self._build_side()
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Read the network in use, or show again what was read."""
        super().enter()
        self._network_changed()
        self._follow_place()

    def close_work(self) -> None:
        """Wait for what is being read or written."""
        self._task.close()
        self.take.close_work()

    def use_settings(self, settings: Settings) -> None:
        """Take where tables are saved."""
        self.take.use_settings(settings)

    def take_focus(self) -> None:
        """Let the keys go to the table."""
        self.table.table.setFocus()

    def retranslate(self) -> None:
        """Say again what depends on the networks."""
        self._say_networks()

    def restyle(self) -> None:
        """Take colours from the theme."""
        palette = self.difference.palette()
        palette.setColor(palette.ColorRole.Window, colours(self).colour("panel"))
        self.difference.setPalette(palette)

    def page_state(self) -> ArchitectureState:
        """Return what the network is compared with, and the switches."""
        controls = self.controls
        return ArchitectureState(controls.wish.other, controls.weights_only.isChecked(), controls.lecture.isChecked())

    def show_page_state(self, state: ArchitectureState) -> None:
        """Compare with another network, and set the switches; before a network is read, once it is."""
        self._compare = state.compare if state.compare in CATALOG else ""
        self.controls.weights_only.setChecked(state.weights_only)
        self.controls.lecture.setChecked(state.lecture and self.controls.lecture.isEnabled())
        if self._in_use:
            self._ask(self._wish(self.controls.wish.network, self.controls.wish.size))

    @property
    def reading(self) -> Reading | None:
        """What was read and is shown."""
        return self._reading

    def table_rows(self) -> list[list[str]]:
        """Return the table as it is shown: the headings first, the totals last; of two networks one below the other."""
        if self._reading is None:
            return []
        if self.stack.currentWidget() is self.lecture:
            return self.lecture.texts()
        heads = [_(column.alone or column.title) for column in COLUMNS]
        if not self._reading.wish.other:
            return [heads, *_with_totals(self.table)]
        rows = [
            [CATALOG[network].title, *texts]
            for network, table in zip(self._reading.wish.networks, (self.table, self.other), strict=True)
            for texts in _with_totals(table)
        ]
        return [[_("Network"), *heads], *rows]

    def take_table(self) -> tuple[Table, str] | None:
        """Return the table as it is shown, and what its file might be called; None before there is one."""
        if self._reading is None:
            return None
        if self.stack.currentWidget() is self.lecture:
            return lecture_table_of(self.lecture.texts()), "alexnet2012_lecture"
        tables = (self.table, self.other)[: len(self._reading.wish.networks)]
        return layers_table(self._reading, tables), "_".join((*self._reading.wish.networks, "architecture"))

    # building

    def _build_tools(self) -> None:
        self.take = TableButton(self.take_table)
        self.take.refused.connect(self.model.refused)
        self.take.told.connect(self.told)
        self.take.menu_opened.connect(self.menu_opened)
        self.controls = ArchitectureControls(self.take)
        self.controls.wished.connect(self._ask)
        self.controls.changed.connect(self._show_tables)
        self.controls.refused.connect(self.model.refused)
        self.tools.addWidget(self.controls, 1)

    def _build_body(self) -> None:
        self.difference = QLabel()
        self.difference.setWordWrap(True)
        self.difference.setContentsMargins(10, 4, 10, 4)
        self.difference.setAutoFillBackground(True)
        self.difference.hide()
        self._halves = _Captioned(), _Captioned()
        self.table, self.other = (half.table for half in self._halves)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        for place, half in enumerate(self._halves):
            self.splitter.addWidget(half)
            self.splitter.setStretchFactor(place, 1)
            half.table.chosen.connect(partial(self._choose, place))
            half.table.opened.connect(partial(self._open, place))
            for view in (half.table.names, half.table.table):
                self.take.serve(view)
        self._halves[1].hide()
        self.lecture = LectureView()
        self.lecture.chosen.connect(self._choose_lecture)
        self.lecture.opened.connect(lambda _name: self._see_maps())
        self.take.serve(self.lecture.table)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.splitter)
        self.stack.addWidget(self.lecture)
        self.body.addWidget(self.difference)
        self.body.addWidget(self.stack, 1)

    def _build_side(self) -> None:
        self.details, self.about = LayerDetails(), NetworkDetails()
        self.details.maps_asked.connect(self._see_maps)
        form = self.side.form
        form.wide(self.details)
        form.layout_.addSpacing(10)
        form.wide(self.about)
        form.layout_.addStretch(1)

    # reading

    def _network_changed(self) -> None:
        """Read the network in use where it is another than before."""
        if not self.active:
            return
        if self._in_use != self.model.chosen.network:
            self._in_use = self.model.chosen.network
            self._ask(self._wish(self._in_use, self._size_in_use()))
        else:
            self._show_details()  # its number of classes may be another

    def _wish(self, network: str, size: tuple[int, int]) -> Wish:
        """Return what is to be read, beside it what a session compares with."""
        other, self._compare = self._compare, ""
        return Wish(network, size, "" if other == network else other)

    def _size_in_use(self) -> tuple[int, int]:
        network = self.model.network
        return own_size(self._in_use) if network is None else network.input_size

    def _ask(self, wish: Wish) -> None:
        """Read what is asked for, off the GUI thread."""
        self.controls.show_wish(wish)
        if wish != self._asked:
            self._asked = wish
            self._task.start(partial(read, wish), self._take, self._fail)

    def _take(self, reading: Reading) -> None:
        old, self._reading = self._reading, reading
        place, row = self._shown if self._shown is not None else (0, None)
        same = old is not None and old.wish.network == reading.wish.network
        for table, layers in zip((self.table, self.other), reading.architectures, strict=False):
            table.set_layers(layers, reading.reach, narrow=bool(reading.wish.other))
        if reading.lecture_sums is not None:
            self.lecture.set_rows(reading.lecture, reading.lecture_sums)
        self._shown = None
        self._show_tables()
        if not (same and row is not None and place == 0 and self._show_again(row.name)):
            self._begin()

    def _fail(self, error: BaseException) -> None:
        """Tell why it cannot be read, and show the controls as they were."""
        if not isinstance(error, UserError):
            raise error
        self.model.refused.emit(error)
        self._asked = None
        if self._reading is not None:
            self._asked = self._reading.wish
            self.controls.show_wish(self._reading.wish)

    # showing

    def _show_tables(self) -> None:
        """Show what the switches ask for."""
        if self._reading is None:
            return
        two = bool(self._reading.wish.other)
        for half in self._halves:
            half.table.set_weights_only(self.controls.weights_only.isChecked())
            half.caption.setVisible(two)
        self._halves[1].setVisible(two)
        lecture = self.controls.lecture.isChecked()
        self.controls.weights_only.setEnabled(not lecture)
        self.stack.setCurrentWidget(self.lecture if lecture else self.splitter)
        self._say_networks()
        if self._shown is not None:
            self._show_row(*self._shown)

    def _say_networks(self) -> None:
        reading = self._reading
        self.difference.setVisible(reading is not None and bool(reading.wish.other))
        if reading is None:
            return
        if reading.wish.other:
            self.difference.setText(difference_text(reading))
            for half, network, layers in zip(self._halves, reading.wish.networks, reading.architectures, strict=True):
                half.caption.setText(f"<b>{CATALOG[network].title}</b><br>{totals_text(layers)}")
        self._show_details()

    def _begin(self) -> None:
        """Show the layer that is looked at, or the first."""
        if not self._follow_place() and self.table.rows:
            self._show_row(0, self.table.rows[0])

    def _show_again(self, name: str) -> bool:
        """Show a layer or a block of the network that is read; tell whether it has it."""
        row = next((row for row in self.table.all_rows() if row.name == name), None)
        if row is not None:
            self._show_row(0, row)
        return row is not None

    def _show_row(self, place: int, row: LayerRow) -> None:
        """Show a row of one of the tables, chosen in it and on the side."""
        self._shown = place, row
        (self.table, self.other)[place].select(row.name)
        if place == 0:
            self.lecture.select(row.name)
        self._show_details()

    def _show_details(self) -> None:
        reading, network = self._reading, self.model.network
        if reading is None:
            return
        # with the small head it is another network behind the convolutions, which the notes say
        same = network is not None and network.id == reading.wish.network and not network.pooled
        self.about.show_reading(reading, network.classes if same and network is not None else None)
        if self._shown is not None:
            place, row = self._shown
            unread = "" if self._in_model(place, row.layer) else CATALOG[reading.wish.networks[place]].title
            self.details.show_row(row, reading, place, unread)

    # following

    def _follow(self, _old: Place, _new: Place) -> None:
        if self.active:
            self._follow_place()

    def _follow_place(self) -> bool:
        """Show the layer that is looked at, where its network is read; tell whether."""
        reading, network = self._reading, self.model.network
        if reading is None or network is None or network.id != reading.wish.network:
            return False
        return self._show_again(self.model.place.layer)

    def _in_model(self, place: int, layer: LayerInfo) -> bool:
        """Whether a layer of one of the tables belongs to the network in use."""
        network = self.model.network
        return network is not None and self._reading is not None and self._reading.wish.networks[place] == network.id

    # the user's doing

    def _choose(self, place: int, row: LayerRow) -> None:
        self._show_row(place, row)
        if not row.is_heading and self._in_model(place, row.layer):
            self.model.visit(layer=row.layer.name)

    def _choose_lecture(self, name: str) -> None:
        row = next((row for row in self.table.all_rows() if row.name == name), None)
        if row is not None:
            self._choose(0, row)

    def _open(self, place: int, layer: LayerInfo) -> None:
        if self._in_model(place, layer):
            self.model.visit(page="maps", layer=layer.name)

    def _see_maps(self) -> None:
        if self._shown is not None:
            self._open(self._shown[0], self._shown[1].layer)


def _with_totals(table: LayerTable) -> list[list[str]]:
    """Return a table's texts with its totals below."""
    sums = [""] * len(COLUMNS)
    sums[0] = _("Total")
    for column, value in zip(("parameters", "macs"), table.totals.values, strict=True):
        sums[COLUMN[column]] = f"{value:,}"
    return [*table.texts(), sums]
