"""The Filters page: what a convolution has learned, drawn; and what becomes of the answer when it is changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.core.session_pages import FiltersState
from cnnexplorer.nets.tracing import CONVOLUTION
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon

from .filter_answer import AnswerWatch
from .filter_controls import FilterControls, FilterNotes
from .filter_grid import Tile, TileGrid
from .filter_numbers import FilterNumbers
from .filter_panel import FilterPanel
from .filter_planes import FilterPlanes
from .filter_sheet import SheetMaker
from .filter_state import FilterEdits, FilterState, nearest_convolution, open_in_convolution
from .page import LayerPicker, LayersButton, Page

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from cnnexplorer.nets import Computed, LayerInfo

    from .filter_sheet import FilterSheet
    from .model import NetModel
    from .state import Place

_KEY = "filters"


class ConvolutionPicker(LayerPicker):
    """Names the convolution that the page shows, also while another kind of layer is looked at."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, lambda layer: layer.kind == CONVOLUTION, parent)
        self.choice.setMinimumContentsLength(14)

    def _show(self) -> None:
        layer = nearest_convolution(self._model.layers, self._model.place.layer)
        index = -1 if layer is None else self.choice.findData(layer.name)
        self.choice.setCurrentIndex(index)
        self.before.setEnabled(index > 0)
        self.behind.setEnabled(index < len(self._layers) - 1)


class FiltersPage(Page):
    """Filters in a grid, with their maps beside them if wanted; one of them in the column, or in numbers."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._layer: LayerInfo | None = None
        self._state: FilterState | None = None
        self._sheet: FilterSheet | None = None
        self._weights: torch.Tensor | None = None
        self._original: torch.Tensor | None = None
        self._plane: int | None = None
        self._maker = SheetMaker()
        self._edits = FilterEdits(model)
        self._watch = AnswerWatch(model)
        self._build_tools()
        self._build_body()
        self._build_side()
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        model.filters_changed.connect(self._filters_changed)
        model.computed.connect(self._computed)
        if model.result is not None:
            self._watch.take(model.result)
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Show the filters of the layer that is looked at, or of the convolution nearest to it."""
        super().enter()
        self._show_layer()

    def take_focus(self) -> None:
        """Let the keys go to the filters."""
        self.grid.setFocus()

    def leave(self) -> None:
        """Ask for no more pictures."""
        super().leave()
        self.model.derive(_KEY, None)
        self._sheet = None  # old when the page is entered again
        self._show_grid()

    def fit(self) -> None:
        """Show the enlarged filter as a whole."""
        self.panel.view.fit()
        self.numbers.colours.fit()

    def retranslate(self) -> None:
        """Say again what depends on layer and network."""
        self._say_layer()
        self.notes.set_answer(self._watch.sentence())

    def restyle(self) -> None:
        """Take icons and colours from the theme."""
        self.live.setIcon(icon("image-multiple-outline", self))
        self.note_button.setIcon(icon("information-outline", self))

    def page_state(self) -> FiltersState:
        """Return order, range, and whether maps are shown."""
        controls = self.controls
        return FiltersState(
            controls.sort.value(), controls.kernel.value(), controls.normalisation.value(), self.live.isChecked()
        )

    def show_page_state(self, state: FiltersState) -> None:
        """Choose order and range, as far as the layer has them, and show maps or not."""
        self.controls.choose(state.sort, state.kernel, state.normalisation)
        if self._layer is not None:
            self.controls.suit(self._layer)
        self.live.setChecked(state.live)
        self._ask()

    @property
    def sheet(self) -> FilterSheet | None:
        """The filters that the grid shows."""
        return self._sheet

    @property
    def state(self) -> FilterState | None:
        """The filter that is looked at."""
        return self._state

    # building

    def _build_tools(self) -> None:
        self.picker = ConvolutionPicker(self.model)
        self.live, self.note_button = QToolButton(), QToolButton()
        for button in (self.live, self.note_button):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setAutoRaise(True)
        self.say(self.live.setText, mark("Live maps"))
        self.tip(self.live, mark("Show beside each filter what it makes of the present picture, before the ReLU"))
        self.live.toggled.connect(lambda _on: self._ask())
        self.say(self.note_button.setText, mark("96 or 64?"))
        self.tip(self.note_button, mark("Why some say that AlexNet has 96 filters in its first layer, and some 64"))
        self.note_button.toggled.connect(lambda _on: self._say_layer())
        self.picker.setMaximumWidth(380)
        self.tools.addWidget(self.picker, 10)
        self.tools.addStretch(1)
        self.tools.addWidget(self.note_button)
        self.tools.addWidget(self.live)
        self.layers_button = LayersButton(self)
        self.tools.addWidget(self.layers_button)

    def _build_body(self) -> None:
        self.controls = FilterControls()
        self.controls.changed.connect(self._ask)
        self.notes = FilterNotes(self.model)
        self.grid = TileGrid(44)
        self.tip(self.grid, mark("The filters: choose one with a click or the arrow keys, read its numbers with Enter"))
        self.grid.describe = self._describe
        self.grid.chosen.connect(self._choose)
        self.grid.opened.connect(self._open_numbers)
        self.grid.hovered.connect(lambda unit: self.told.emit("" if unit is None else self._describe(unit)))
        self.grid.map_pointed.connect(self._point)
        self.planes = FilterPlanes()
        self.planes.plane_chosen.connect(self._choose_plane)
        self.planes.opened.connect(lambda: self._open_numbers())
        self.planes.told.connect(self.told)
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        for place, widget in enumerate((self.grid, self.planes)):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(place, 1)
        self.numbers = FilterNumbers()
        self.numbers.plane_chosen.connect(self._choose_plane)
        self.numbers.edited.connect(self._edit_cell)
        self.numbers.pasted.connect(self._paste)
        self.numbers.refused.connect(self.model.refused)
        self.numbers.told.connect(self.told)
        self.numbers.closed.connect(self._close_numbers)
        self.browser = QWidget()
        column = QVBoxLayout(self.browser)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.notes.about)
        column.addWidget(self.splitter, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.browser)
        self.stack.addWidget(self.numbers)
        self.body.addWidget(self.notes)
        self.body.addWidget(self.stack, 1)

    def _build_side(self) -> None:
        self.panel = FilterPanel(self._edits)
        self.side.form.wide(self.panel)
        self.panel.plane_chosen.connect(self._choose_plane)
        self.panel.numbers_asked.connect(self._toggle_numbers)
        self.panel.map_asked.connect(partial(self._visit, page="maps"))
        self.panel.convolution_asked.connect(self._open_in_convolution)
        self.panel.told.connect(self.told)

    # following

    def _follow(self, old: Place, new: Place) -> None:
        if not self.active:
            return
        if nearest_convolution(self.model.layers, new.layer) != self._layer:
            self._show_layer()
        elif old.unit != new.unit:
            if self._state is not None and not self._state.is_colour:
                self._plane = None  # another filter's strongest plane is another
            self._show_filter()

    def _network_changed(self) -> None:
        self._layer, self._sheet, self._original = None, None, None
        self._watch.forget()
        if self.active:
            self._show_layer()

    def _filters_changed(self, layer: str) -> None:
        if self.active and self._layer is not None and layer == self._layer.name:
            self._read_weights()
            self._show_filter()

    def _computed(self, computed: Computed) -> None:
        self._watch.take(computed)
        if self.active:
            self.notes.set_answer(self._watch.sentence())

    # showing

    def _show_layer(self) -> None:
        """Show the layer that is looked at, or the convolution nearest to it."""
        layer = nearest_convolution(self.model.layers, self.model.place.layer)
        if layer != self._layer:
            self._plane, self._sheet, self._original = None, None, None
            self._show_grid()
        self._layer = layer
        self._read_weights()
        self.note_button.setVisible(bool(self.notes.explanation(layer)))
        self.notes.set_answer(self._watch.sentence())
        if layer is None:
            self.model.derive(_KEY, None)
            self._say_layer()
            return
        self.controls.suit(layer)
        self.planes.setVisible(layer.input_shape[0] != 3)
        self._ask()

    def _read_weights(self) -> None:
        network = self.model.network
        if network is None or self._layer is None:
            self._weights = self._original = None
            return
        self._weights = network.filters(self._layer.name)
        if self._original is None:
            self._original = network.original_filters(self._layer.name)

    def _ask(self) -> None:
        """Have the pictures made as the controls tell."""
        if self._layer is None or not self.active:
            return
        self._say_layer()
        self._show_filter()
        wish = self.controls.wish(self._layer, self.live.isChecked())
        self.model.derive(_KEY, partial(self._maker.make, wish), self._show_sheet)

    def _say_layer(self) -> None:
        self.notes.tell(self._layer, self.controls.shared, self.live.isChecked(), self.note_button.isChecked())

    def _show_sheet(self, sheet: FilterSheet) -> None:
        old, self._sheet = self._sheet, sheet
        if old is None or not sheet.looks_like(old):
            self._show_grid()
        if self._state is not None:
            self.panel.set_figures(self._figures(self._state.unit))
            self.grid.setAccessibleDescription(self._describe(self._state.unit))

    def _show_grid(self) -> None:
        sheet = self._sheet
        if sheet is None:
            self.grid.set_tiles(())
            return
        tiles = []
        for unit in sheet.order:
            lines = (str(unit),) if sheet.values is None else (str(unit), sheet.value_text(unit))
            tiles.append(Tile(unit, sheet.pictures[unit], sheet.maps[unit] if sheet.maps else None, lines))
        self.grid.set_tiles(tiles, sheet.edited)

    def _show_filter(self) -> None:
        """Show the chosen filter in the column, in its planes and in numbers."""
        layer, weights, original, network = self._layer, self._weights, self._original, self.model.network
        if layer is None or weights is None or original is None or network is None:
            return
        unit = min(self.model.place.unit, len(weights) - 1)
        weight = weights[unit].numpy()
        plane = self._plane
        if plane is None and len(weight) != 3:
            plane = int(np.square(weight).sum(axis=(1, 2)).argmax())
        self._state = state = FilterState(
            layer=layer,
            unit=unit,
            weight=weight,
            plane=plane,
            reach=float((weights if self.controls.shared else weights[unit]).abs().max()),
            edited=not bool((weights[unit] == original[unit]).all()),
            layer_edited=layer.name in network.edited_layers(),
        )
        self.grid.set_unit(unit)
        self.grid.setAccessibleDescription(self._describe(unit))
        self.panel.show_state(state, self._figures(unit))
        if self.stack.currentWidget() is self.numbers:
            self.numbers.show_state(state)
        if not state.is_colour:
            source = self.model.layer(layer.inputs[0]) if layer.inputs else None
            self.planes.show_state(state, _("the picture") if source is None else source.label)

    def _figures(self, unit: int) -> dict[str, float]:
        """Return what is known of a filter from the last forward pass."""
        sheet, result, layer = self._sheet, self.model.result, self._layer
        figures: dict[str, float] = {}
        if layer is None or result is None:
            return figures
        bias = result.activations.weights[layer.name][1]
        if bias is not None:
            figures["bias"] = float(bias[unit])
        if sheet is not None:
            figures["response"] = float(sheet.responses[unit])
            if sheet.colourfulness is not None:
                figures["colour"] = float(sheet.colourfulness[unit])
        return figures

    def _describe(self, unit: int) -> str:
        """Return what is to be said of a filter under the mouse."""
        sheet, layer = self._sheet, self._layer
        return "" if sheet is None or layer is None else sheet.describe(unit, layer.label)

    def _point(self, place: tuple[int, float, float] | None) -> None:
        """Tell which value of a live map lies under the mouse, and have what it sees lit."""
        sheet, result, layer = self._sheet, self.model.result, self._layer
        if place is None or sheet is None or result is None or layer is None:
            self.model.point_at()
            return
        unit, height, width = place[0], *sheet.map_shape
        row, column = min(int(place[1] * height), height - 1), min(int(place[2] * width), width - 1)
        self.model.point_at(layer.name, unit, row, column)
        value = float(result.activations[layer.name][unit, row, column])
        text = _("map {unit} of {layer}, row {row}, column {column}: {value}")
        self.told.emit(text.format(unit=unit, layer=layer.label, row=row, column=column, value=format_number(value, 4)))

    # actions

    def _visit(self, **changes: object) -> None:
        """Look at something of the filter that is shown."""
        if self._state is not None:
            self.model.visit(**{"layer": self._state.layer.name, "unit": self._state.unit, **changes})

    def _choose(self, unit: int) -> None:
        self._visit(unit=unit)

    def _choose_plane(self, plane: int | None) -> None:
        self._plane = plane
        self._show_filter()

    def _toggle_numbers(self) -> None:
        if self.stack.currentWidget() is self.numbers:
            self._close_numbers()
        else:
            self._open_numbers()

    def _open_numbers(self) -> None:
        if self._state is not None:
            self.numbers.show_state(self._state)
            self.stack.setCurrentWidget(self.numbers)
            self.numbers.take_focus()

    def _close_numbers(self) -> None:
        self.stack.setCurrentWidget(self.browser)
        self.grid.setFocus()

    def _edit_cell(self, row: int, column: int, value: float) -> None:
        if self._state is not None:
            self._edits.set_cell(self._state, row, column, value)

    def _paste(self, matrix: NDArray[np.float64]) -> None:
        if self._state is not None:
            self._edits.set_plane(self._state, matrix)

    def _open_in_convolution(self) -> None:
        if self._state is not None:
            open_in_convolution(self.model, self._state.layer, self._state.unit, self._state.plane)
