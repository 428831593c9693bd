"""The Network workspace: joins the model, the bars, the column with the picture, and the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.messages import mark
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.nets import CATALOG, Network
from cnnexplorer.ui.batch_dialog import ask_batch
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import icon

from . import answer_takeaways, takeaways
from .answer_page import AnswerPage
from .architecture_page import ArchitecturePage
from .batch import network_offer
from .closed_page import ClosedPage
from .crumbs import Crumbs
from .figure_facts import Taker
from .filters_page import FiltersPage
from .input_column import InputColumn
from .lab_side import NetLabSide
from .maps_page import MapsPage
from .memory import NetMemory
from .model import NetModel
from .names import device_title
from .network_bar import ALL_DEVICES, NetworkBar, best_weights
from .number_page import NumberPage
from .overview_page import OverviewPage
from .page_states import PageStates
from .record_dialog import ask_recording
from .robustness_page import RobustnessPage
from .sources import PictureSources
from .state import Chosen, Source
from .weights_dialog import ask_weights
from .why_page import WhyPage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QResizeEvent

    from cnnexplorer.core import NetworkState
    from cnnexplorer.nets import Computed
    from cnnexplorer.ui.actions import Actions
    from cnnexplorer.ui.batch_dialog import BatchDialog
    from cnnexplorer.ui.figures.takeaway import Takeaway
    from cnnexplorer.ui.settings import Settings

    from .page import Page
    from .record_dialog import NetRecordDialog
    from .state import Place

FIRST_SAMPLE = "drawn_umbrella"
ROOM_BESIDE_TABS, ROOM_FOR_CRUMBS = 140, 130  # pixels
LARGEST = 16_777_215  # no limit to a widget's width


@dataclass(frozen=True)
class PageSpec:
    """A page: its id, which is its action's too ("page_maps"), its tab's text, what makes it, what is taken of it."""

    id: str
    title: str
    make: Callable[[NetModel], Page]
    takeaways: Callable[[Any], list[Takeaway]]


PAGES = (
    PageSpec("overview", mark("Overview"), OverviewPage, takeaways.overview),
    PageSpec("architecture", mark("Architecture"), ArchitecturePage, takeaways.architecture),
    PageSpec("filters", mark("Filters"), FiltersPage, takeaways.filters),
    PageSpec("maps", mark("Maps"), MapsPage, takeaways.maps),
    PageSpec("number", mark("Number"), NumberPage, takeaways.number),
    PageSpec("answer", mark("Answer"), AnswerPage, answer_takeaways.answer),
    PageSpec("robustness", mark("Robustness"), RobustnessPage, answer_takeaways.robustness),
    PageSpec("why", mark("Why"), WhyPage, answer_takeaways.why),
)
PAGE_IDS = tuple(spec.id for spec in PAGES)


@cache
def first_picture() -> Source:
    """Return the picture of the first start. Drawn once: that takes longer than the window may wait."""
    return Source(make_sample(FIRST_SAMPLE), SAMPLES[FIRST_SAMPLE].title)


class NetWorkspace(Speaking, QWidget):
    """The workspace.

    Signals
    -------
    refused(error)
        Expected trouble.
    told(text)
        What lies under the mouse.
    history_changed()
        What can be undone is another.
    device_changed(text)
        Where is computed.
    timed(milliseconds)
        How long the last forward pass took.
    busy_changed(bool)
        Whether something is computed or loaded.
    live_changed(bool)
        The Convolution workspace's picture is wanted, or no more.
    convolution_asked(image, weight, bias, stride, padding, (row, column))
        "Open in Convolution".
    menu_opened(menu, widget)
        For what others add to the menu of a widget.
    """

    refused = Signal(object)
    told = Signal(str)
    history_changed = Signal()
    device_changed = Signal(str)
    timed = Signal(float)
    busy_changed = Signal(bool)
    live_changed = Signal(bool)
    convolution_asked = Signal(object, object, object, object, object, object)
    menu_opened = Signal(object, object)

    def __init__(self, actions: Actions, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions, self._settings = actions, settings
        self.model = NetModel(first_picture(), self)
        self.sources = PictureSources(settings, self)
        self.bar = NetworkBar(self.model)
        self.column = InputColumn(
            self.model, self.sources, [actions[id_] for id_ in ("open", "paste", "folder", "camera", "live", "draw")]
        )
        self.crumbs = Crumbs(self.model)
        self.pages: dict[str, Page] = {}
        self._shown: Page | None = None
        self._closed: Mapping[str, int] = {}
        self._closed_page = ClosedPage()
        self.batch: BatchDialog | None = None
        self.recording: NetRecordDialog | None = None
        self.states = PageStates(self.pages)
        self.memory = NetMemory(
            self.model, self.sources, settings, PAGE_IDS, self.states, self._asked_class, self._ask_class, self
        )
        self.lab_side = NetLabSide(self)
        self._build()
        self._connect()
        self.restyle()

    def begin(self, state: NetworkState | None = None, folder: Path | None = None) -> None:
        """Show a state from a session in a folder; else load the network that was used last, or the first of all."""
        id_ = self._settings.get("network", Chosen.network)
        if id_ not in CATALOG:  # edited by hand, or of another version
            id_ = Chosen.network
        device = self._settings.get("device", "auto")
        if device not in ALL_DEVICES:
            device = "auto"
        if state is not None and self.memory.knows(state):
            self._show_page(state.page if state.page in PAGE_IDS else self.model.place.page)
            self.memory.bring_back(state, folder, device)
            return
        self._show_page(self.model.place.page)
        self.model.choose(Chosen(id_, best_weights(id_), 0, device))

    def bring_back(self, state: NetworkState, folder: Path | None) -> None:
        """Show a state from a session in a folder."""
        if self.memory.knows(state):
            self.memory.bring_back(state, folder, self.model.chosen.device)
        else:
            self.start_over()

    def start_over(self) -> None:
        """Show the network in use with its own filters, and the first picture."""
        self.memory.start_over(first_picture())

    def slots(self) -> dict[str, Callable[[], object]]:
        """Return what the actions of this workspace do."""
        return {
            "paste": self.sources.paste,
            "folder": lambda: self.sources.ask_folder(self),
            "picture_before": lambda: self.sources.step(-1),
            "picture_behind": lambda: self.sources.step(1),
            "camera": lambda: self.sources.set_camera(self._actions["camera"].isChecked()),
            "live": self._switch_live,
            "draw": lambda: self.column.form.sketch.set_active(self._actions["draw"].isChecked()),
            "undo": self.model.history.undo,
            "redo": self.model.history.redo,
            "weights": self.ask_weights,
            "reset_filters": self._reset_filters,
            "save_table": self._save_table,
            "save_layers": self.save_layers,
            "record": self.record,
            "go_back": self.model.back,
            "go_forward": self.model.forward,
            "layer_before": lambda: self._step_layer(-1),
            "layer_behind": lambda: self._step_layer(1),
            "fit": self._fit,
            **{f"page_{spec.id}": partial(self.open_page, spec.id) for spec in PAGES},
        }

    def show_page(self, id_: str) -> None:
        """Show a page; `model.back` returns to the one before."""
        self.model.visit(page=id_)

    def open_page(self, id_: str) -> None:
        """Show a page, and let the keys go to what it shows."""
        self.show_page(id_)
        if self._shown is not None:
            self._shown.take_focus()

    def close_pages(self, pages: Mapping[str, int]) -> None:
        """Keep pages closed, each with the step of a lab, from 1, that asks for what it shows."""
        if pages == self._closed:
            return
        self._closed = dict(pages)
        self._show_locks()
        page = self.model.place.page
        if (page in pages) == (self._shown is None):
            self._closed_page.show_step(pages.get(page, 0))
        else:
            self._show_page(page)

    @property
    def page(self) -> Page | None:
        """The page that is shown; None where it is closed."""
        return self._shown

    @property
    def closed_by(self) -> int | None:
        """The step of a lab, from 1, that keeps the page closed that would be shown; None where it is shown."""
        return None if self._shown is not None else self._closed.get(self.model.place.page)

    def open_file(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        """Open a picture file or a folder; `then` is done when a file's picture is shown."""
        self.sources.open(path, then)

    def take(self, data: QMimeData) -> bool:
        """Take what was dropped; tell whether there was anything of use."""
        return self.sources.take(data)

    def take_live(self, image: NDArray[np.float64], title: str) -> None:
        """Take the Convolution workspace's picture."""
        if self._actions["live"].isChecked():
            self.sources.use_image(image, title)

    def ask_weights(self) -> None:
        """Let the user choose weights."""
        ask_weights(self.model.chosen, self._settings, self.model.choose, self)

    def save_layers(self) -> None:
        """Let the user save whole layers, once there are some; their sizes may be what a lab asks for."""
        if self._closed:
            self.refused.emit(
                UserError("whole layers would show what a step of the lab asks for: solve that step first")
            )
            return
        offer = network_offer(self.model)
        if offer is not None:
            self.batch = ask_batch(offer, self._settings, self)
            self.batch.closed.connect(self._forget_batch)

    def record(self) -> None:
        """Let the user record a view of the page while a disturbance runs, once the page shows something."""
        offers = self.takeaways()
        if self.recording is None and self._shown is not None and offers and self.model.result is not None:
            self.recording = ask_recording(self.model, self._shown, offers, self._settings, self)
            self.recording.closed.connect(self._forget_recording)

    def show_inspector(self, visible: bool) -> None:
        """Show or hide the pages' column at the right."""
        for page in self.pages.values():
            page.side.setVisible(visible)

    def show_column(self, visible: bool) -> None:
        """Show or hide the column with the picture at the left."""
        self.column.setVisible(visible)
        self._fit_tabs()

    def undo_state(self) -> tuple[str, str]:
        """Return what can be undone and redone now; empty where there is nothing."""
        history = self.model.history
        return (
            history.undoText() if history.canUndo() else "",
            history.redoText() if history.canRedo() else "",
        )

    def takeaways(self) -> list[Takeaway]:
        """Return what of this workspace can be taken away now."""
        if self._shown is None or self.model.network is None:
            return []
        spec = next(spec for spec in PAGES if self.pages.get(spec.id) is self._shown)
        aside = answer_takeaways.column(self.column.form, Taker(self.model, spec.id))
        return [*spec.takeaways(self._shown), *aside]

    def save_settings(self) -> None:
        """Remember network and device."""
        if self.model.network is not None:
            self._settings.set("network", self.model.chosen.network)
            self._settings.set("device", self.model.chosen.device)

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        if self.batch is not None:
            self.batch.close_work()
        if self.recording is not None:
            self.recording.close_work()
        for page in self.pages.values():
            page.close_work()
        self.memory.close()
        self.lab_side.close()
        self.sources.close()
        self.model.close()

    def retranslate(self) -> None:
        """Name the tabs."""
        for index, spec in enumerate(PAGES):
            self.tabs.setTabText(index, _(spec.title))
            self.tabs.setTabToolTip(index, self._actions[f"page_{spec.id}"].toolTip())
        self._show_device()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.crumbs.restyle()
        self._show_locks()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the tabs the room where there is little: beside a lab, or in a small window."""
        super().resizeEvent(event)
        self._fit_tabs()

    def _fit_tabs(self) -> None:
        beside = 0 if self.column.isHidden() else self.column.width()
        room = self.width() - beside - ROOM_BESIDE_TABS
        fits = room >= self.tabs.sizeHint().width() + ROOM_FOR_CRUMBS
        self.crumbs.setMaximumWidth(LARGEST if fits else 0)
        self.tabs.setUsesScrollButtons(room < self.tabs.sizeHint().width())

    # building

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)  # every page is always in sight
        self.tabs.setExpanding(False)
        self.tip(self.tabs, mark("Page"))
        for spec in PAGES:
            self.tabs.addTab(_(spec.title))
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(4)
        for id_ in ("column", "go_back", "go_forward"):
            button = QToolButton()
            button.setDefaultAction(self._actions[id_])
            button.setAutoRaise(True)
            row.addWidget(button)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.crumbs)
        figure = QToolButton()
        figure.setDefaultAction(self._actions["save_figure"])
        figure.setAutoRaise(True)
        row.addWidget(figure)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._closed_page)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.bar)
        middle.addLayout(row)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Plain)
        line.setForegroundRole(line.palette().ColorRole.Mid)
        middle.addWidget(line)
        middle.addWidget(self._stack, 1)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.column)
        columns.addLayout(middle, 1)
        self.retranslate()

    def _connect(self) -> None:
        model = self.model
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        model.computed.connect(self._computed)
        model.refused.connect(self.refused)
        self.memory.refused.connect(self.refused)
        model.busy_changed.connect(lambda text: self.busy_changed.emit(bool(text)))
        model.convolution_asked.connect(self.convolution_asked)
        model.history.indexChanged.connect(self.history_changed)
        self.lab_side.refused.connect(self.refused)
        self.sources.taken.connect(model.set_source)
        self.sources.refused.connect(self.refused)
        self.sources.changed.connect(self._source_changed)
        self.column.form.sketch.begun.connect(self.sources.let_go)
        self.column.form.sketch.refused.connect(self.refused)
        self.bar.weights_asked.connect(self.ask_weights)
        self.column.told.connect(self.told)
        self.column.class_chosen.connect(self._show_class)
        self.tabs.currentChanged.connect(lambda index: self.show_page(PAGES[index].id))
        self._actions["draw"].toggled.connect(self._show_paper)
        self._follow_history()

    # following

    def _follow(self, old: Place, new: Place) -> None:
        self._follow_history()
        if old.page != new.page or self._shown is None:
            self._show_page(new.page)

    def _follow_history(self) -> None:
        self._actions["go_back"].setEnabled(self.model.can_go_back)
        self._actions["go_forward"].setEnabled(self.model.can_go_forward)

    def _show_page(self, id_: str) -> None:
        page = None if id_ in self._closed else self._page(id_)
        if self._shown is not None and self._shown is not page:
            self._shown.leave()
            self.model.point_at()
            self.told.emit("")
        self._shown = page
        self._closed_page.show_step(self._closed.get(id_, 0))
        self._stack.setCurrentWidget(self._closed_page if page is None else page)
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(PAGE_IDS.index(id_))
        self.tabs.blockSignals(False)
        self._actions[f"page_{id_}"].setChecked(True)
        self._actions["save_table"].setEnabled(isinstance(page, ArchitecturePage))
        if page is not None:
            page.enter()

    def _show_locks(self) -> None:
        """Show on the tabs which pages are closed."""
        lock = icon("lock-outline", self, "muted")
        for index, spec in enumerate(PAGES):
            self.tabs.setTabIcon(index, lock if spec.id in self._closed else QIcon())
        self._fit_tabs()

    def _page(self, id_: str) -> Page:
        """Return a page, made when it is first needed."""
        page = self.pages.get(id_)
        if page is None:
            page = self.pages[id_] = PAGES[PAGE_IDS.index(id_)].make(self.model)
            page.use_settings(self._settings)
            self.states.begin(id_)
            page.told.connect(self.told)
            page.layers_wanted.connect(self.save_layers)
            page.menu_opened.connect(self.menu_opened)
            page.side.setVisible(self._actions["inspector"].isChecked())
            self._stack.addWidget(page)
        return page

    def _asked_class(self) -> int | None:
        page = self.pages.get("why")
        return page.asked_class if isinstance(page, WhyPage) else None

    def _ask_class(self, index: int | None) -> None:
        if index is not None or "why" in self.pages:
            page = self._page("why")
            assert isinstance(page, WhyPage)
            page.ask_class(index)

    def _network_changed(self) -> None:
        self._show_device()
        self.history_changed.emit()

    def _computed(self, computed: Computed) -> None:
        self.timed.emit(computed.milliseconds)
        self._show_device()

    def _show_device(self) -> None:
        network = self.model.network
        device = "cpu" if network is None else str(network.device)
        self.device_changed.emit(
            _("on the CPU") if device == "cpu" else _("on the {device}").format(device=device_title(device))
        )

    def _source_changed(self) -> None:
        self._actions["camera"].setChecked(self.sources.camera_on)
        live = self.sources.kind == "convolution"
        if self._actions["live"].isChecked() != live:
            self._actions["live"].setChecked(live)
        for id_ in ("picture_before", "picture_behind"):
            self._actions[id_].setEnabled(bool(self.sources.folder))

    # actions

    def _show_class(self, index: int) -> None:
        """Show how the network comes to a class's probability."""
        self.model.visit(page="answer", layer=self.model.layers[-1].name, unit=index)

    def _switch_live(self) -> None:
        on = self._actions["live"].isChecked()
        if not on:
            self.sources.let_go()
        self.live_changed.emit(on)

    def _reset_filters(self) -> None:
        network = self.model.network
        if network is not None:
            for layer in network.edited_layers():
                self.model.edit_filters(layer, partial(Network.reset, layer=layer), _("original filters"))

    def _show_paper(self, drawing: bool) -> None:
        """Show the picture while it is drawn on."""
        if drawing:
            self._actions["column"].setChecked(True)

    def _forget_batch(self) -> None:
        self.batch = None

    def _forget_recording(self) -> None:
        self.recording = None

    def _save_table(self) -> None:
        if isinstance(self._shown, ArchitecturePage):
            self._shown.take.save()

    def _fit(self) -> None:
        if self._shown is not None:
            self._shown.fit()

    def _step_layer(self, by: int) -> None:
        names = [layer.name for layer in self.model.layers]
        if self.model.place.layer in names:
            index = min(max(names.index(self.model.place.layer) + by, 0), len(names) - 1)
            self.model.go(replace(self.model.place, layer=names[index], unit=0, row=None, column=None))
