"""The Overview page: the whole network as a strip of layers, from the picture to the answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton
from superqt import QElidingLabel

from cnnexplorer.core.messages import mark
from cnnexplorer.core.session_pages import OverviewState
from cnnexplorer.nets import read_architecture, totals
from cnnexplorer.nets.catalog import SMALL_HEAD
from cnnexplorer.ui.language import _, translate_count
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.form import Choice

from .overview_legend import ColourLegend, ShareLegend, SignLegend
from .overview_pictures import SIGNED_COLOURS, UNSIGNED_COLOURS, make_pictures
from .overview_texts import MEASURES
from .overview_view import AUTOMATIC_COUNTS, ZOOM_STEP, OverviewView
from .page import Page

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.nets.overview import Measure

    from .model import NetModel
    from .overview_pictures import OverviewPictures
    from .state import Place

_KEY = "overview"
_AUTOMATIC = "auto"
COUNTS = {
    _AUTOMATIC: mark("As many as fit"),
    **{str(count): str(count) for count in range(2, 9)},
}


class OverviewPage(Page):
    """All layers in order with their strongest maps; a click goes into one."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.view = OverviewView()
        self.body.addWidget(self.view)
        self._build_tools()
        self._build_side()
        self._connect()
        self.restyle()
        self.retranslate()

    # Page's side

    def enter(self) -> None:
        """Show the network that is in use, scrolled to the layer that was looked at."""
        super().enter()
        self._show_network()
        self._ask()
        self.view.show_present()

    def take_focus(self) -> None:
        """Let the keys go to the cards."""
        self.view.setFocus()

    def leave(self) -> None:
        """Ask for no more pictures."""
        super().leave()
        self.model.derive(_KEY, None)

    def fit(self) -> None:
        """Show the whole network."""
        self.view.fit()

    def retranslate(self) -> None:
        """Say again what the network is."""
        network = self.model.network
        if network is None:
            self.summary.setText("")
            return
        parameters, macs = totals(self.model.layers)
        self.summary.setText(
            " · ".join(
                [
                    network.entry.title,
                    translate_count("{count} layer", "{count} layers", len(self.model.layers)),
                    _("{count} parameters").format(count=f"{parameters:,}"),
                    _("{count} MACs").format(count=f"{macs:,}"),
                ]
            )
        )
        tip = self.summary.text()
        if network.pooled:
            full = f"{totals(read_architecture(network.id))[0]:,}"
            self.summary.setText(
                self.summary.text() + " · " + _("small head; the paper's net: {full}").format(full=full)
            )
            tip = self.summary.text() + "\n" + _(SMALL_HEAD)
        self.summary.setToolTip(tip)

    def restyle(self) -> None:
        """Take icons and colours from the theme."""
        for button, name in (
            (self.smaller, "magnify-minus-outline"),
            (self.larger, "magnify-plus-outline"),
            (self.readable, "restore"),
            (self.whole, "fit-to-page-outline"),
        ):
            button.setIcon(icon(name, self))
        palette = self.summary.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
        self.summary.setPalette(palette)

    def page_state(self) -> OverviewState:
        """Return which maps are chosen."""
        return OverviewState(self.count.value(), self.measure.value())

    def show_page_state(self, state: OverviewState) -> None:
        """Choose maps."""
        self.count.setKnownValue(state.count)
        self.measure.setKnownValue(state.measure)
        self._count_changed()

    # building

    def _build_tools(self) -> None:
        self.summary = QElidingLabel()
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.tools.addWidget(self.summary, 1)
        self.smaller, self.larger = QToolButton(), QToolButton()
        self.readable, self.whole = QToolButton(), QToolButton()
        for button, tip, slot in (
            (self.smaller, mark("Smaller (−, or Ctrl and the wheel)"), lambda: self.view.zoom(1 / ZOOM_STEP)),
            (self.larger, mark("Larger (+, or Ctrl and the wheel)"), lambda: self.view.zoom(ZOOM_STEP)),
            (self.readable, mark("Maps large enough to judge"), self.view.show_readable),
            (self.whole, mark("The whole network in the window"), self.view.fit),
        ):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.tip(button, tip)
            button.clicked.connect(lambda _checked=False, slot=slot: slot())
            self.tools.addWidget(button)

    def _build_side(self) -> None:
        form = self.side.form
        form.heading(mark("The whole network"))
        form.hint(
            mark(
                "The picture enters at the top left; each card is a layer and shows its strongest maps, with their "
                "numbers. Click a map or a card to go in."
            )
        )
        form.hint(
            mark(
                "The first layers detect simple edges. Deeper maps are smaller and stand for more: they tell less of "
                "the picture, and more of its class."
            )
        )
        form.heading(mark("Maps"))
        self.count = Choice(COUNTS)
        form.row(mark("Maps a layer"), self.count, mark("How many maps of each layer; in branches fewer"))
        self.measure = Choice(MEASURES)
        form.row(mark("Strongest by"), self.measure, mark("What makes a map strong: its highest value, or its mean"))
        self.count.activated.connect(lambda _index: self._count_changed())
        self.measure.activated.connect(lambda _index: self._ask())
        form.heading(mark("Colours"))
        form.wide(ColourLegend(SIGNED_COLOURS, mark("negative"), mark("0"), mark("positive")))
        form.hint(mark("Weighted sums: convolutions, fully connected layers and their normalisation"))
        form.wide(ColourLegend(UNSIGNED_COLOURS, mark("0"), "", mark("highest")))
        form.hint(mark("What comes behind a ReLU: nothing below zero"))
        form.hint(
            mark("Normalisation: each map reaches to its own largest value, so that colours of two maps don't compare.")
        )
        form.heading(mark("Cards"))
        form.wide(SignLegend())
        form.wide(ShareLegend())
        form.layout_.addStretch(1)

    def _connect(self) -> None:
        model, view = self.model, self.view
        self.say(view.setAccessibleName, mark("Overview of the network"))
        view.told.connect(self.told)
        view.layer_chosen.connect(lambda layer: model.visit(page="maps", layer=layer))
        view.map_chosen.connect(lambda layer, unit: model.visit(page="maps", layer=layer, unit=unit))
        view.filters_chosen.connect(lambda layer: model.visit(page="filters", layer=layer))
        view.answer_chosen.connect(lambda: model.visit(page="answer"))
        model.network_changed.connect(self._network_changed)
        model.place_changed.connect(self._follow)

    # following

    def _network_changed(self) -> None:
        if self.active:
            self._show_network()
        elif self.model.result is None:  # maps of the network before would keep it in memory
            self.view.set_pictures(None)

    def _follow(self, old: Place, new: Place) -> None:
        if self.active and old.layer != new.layer:
            self.view.set_present(new.layer)
            self.view.show_present()

    def _show_network(self) -> None:
        """Show the layers of the network in use, without maps until they come."""
        self.view.set_layers(self.model.layers)
        self.view.set_present(self.model.place.layer)
        self.retranslate()
        pictures, result = self.view.pictures, self.model.result
        if pictures is not None and (result is None or pictures.network is not result.network):
            self.view.set_pictures(None)

    def _count_changed(self) -> None:
        value = self.count.value()
        self.view.set_count(None if value == _AUTOMATIC else int(value))
        self._ask()

    def _ask(self) -> None:
        """Have the pictures made, now and of each new picture."""
        value = self.count.value()
        count = AUTOMATIC_COUNTS[0] if value == _AUTOMATIC else int(value)
        if self.active:
            make = partial(make_pictures, count=count, measure=cast("Measure", self.measure.value()))
            self.model.derive(_KEY, make, self._show)

    def _show(self, pictures: OverviewPictures) -> None:
        self.view.set_layers(self.model.layers)
        self.view.set_pictures(pictures)
