"""The Maps page: what the units of a layer make of the picture, all at once and one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import SettingError, mark
from cnnexplorer.nets.tracing import CONVOLUTION, LINEAR
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.mosaic_view import MosaicView

from .maps_controls import MapsControls
from .maps_enlarged import EnlargedMap
from .maps_sheet import best_columns, make_maps, tile_of
from .maps_texts import about_text, filters_behind, may_be_negative, sees_text, unit_text, value_text, weights_before
from .page import LayerPicker, LayersButton, Page
from .unit_panel import UnitPanel
from .unit_sheet import UnitWish, make_unit

if TYPE_CHECKING:
    from cnnexplorer.core.session_pages import MapsState
    from cnnexplorer.nets import Computed, LayerInfo

    from .maps_sheet import MapsSheet, MapsWish
    from .model import NetModel
    from .state import Place
    from .unit_sheet import UnitSheet

_MAPS, _UNIT = "maps", "unit"


class MapsPage(Page):
    """All maps of a layer in a mosaic, one of them in the column or over the whole page."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._sheet: MapsSheet | None = None
        self._wish: MapsWish | None = None
        self._unit_wish: UnitWish | None = None
        self._enlarge_next = False  # whether the next map is to have the whole page
        self._told_single = False  # whether the last value that was told lies in the single map
        self._build_tools()
        self._build_body()
        self._build_side()
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        model.computed.connect(self._computed)
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Show the maps of the layer that is looked at."""
        super().enter()
        self._show_clean()
        self._ask()

    def take_focus(self) -> None:
        """Let the keys go to the mosaic, or the enlarged map."""
        (self.enlarged.view if self._is_enlarged else self.view).setFocus()

    def leave(self) -> None:
        """Ask for no more maps."""
        super().leave()
        self._clear()

    def fit(self) -> None:
        """Show all of the mosaic, or of the enlarged map."""
        (self.enlarged.view if self._is_enlarged else self.view).fit()

    def retranslate(self) -> None:
        """Say again what depends on the maps."""
        self._say()

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.clean.setIcon(icon("image-check-outline", self))

    def page_state(self) -> MapsState:
        """Return what the controls are set to, and how the chosen unit is shown."""
        panel = self.panel
        return structs.replace(
            self.controls.state(),
            clean=self.clean.isChecked(),
            opacity=panel.opacity.value() / 100,
            smooth=panel.smooth.isChecked(),
            enlarged=self._is_enlarged or self._enlarge_next,
        )

    def show_page_state(self, state: MapsState) -> None:
        """Set the controls, and show the chosen unit as it was shown."""
        self.controls.show_state(state)
        self.panel.opacity.setValue(round(100 * state.opacity))
        self.panel.smooth.setChecked(state.smooth)
        self.clean.setChecked(state.clean)
        self.stack.setCurrentIndex(0)
        self._enlarge_next, self._unit_wish = state.enlarged, None  # so that the unit comes once more
        self._ask()

    @property
    def sheet(self) -> MapsSheet | None:
        """The maps that are shown."""
        return self._sheet

    # building

    def _build_tools(self) -> None:
        self.picker = LayerPicker(self.model)
        self.picker.choice.setMinimumContentsLength(14)
        self.picker.setMaximumWidth(380)
        self.clean = QToolButton()
        self.clean.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.clean.setCheckable(True)
        self.clean.setAutoRaise(True)
        self.say(self.clean.setText, mark("Clean picture"))
        self.tip(self.clean, mark("Show what the network makes of the picture without noise and other disturbance"))
        self.clean.toggled.connect(lambda _on: self._ask())
        self.clean.hide()
        self.controls = MapsControls()
        self.controls.changed.connect(self._ask)
        self.controls.refused.connect(self.model.refused)
        self.tools.addWidget(self.picker, 10)
        self.tools.addWidget(self.controls.units, 6)
        self.tools.addStretch(1)
        self.tools.addWidget(self.clean)
        self.layers_button = LayersButton(self)
        self.tools.addWidget(self.layers_button)

    def _build_body(self) -> None:
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setContentsMargins(10, 2, 10, 6)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.view = MosaicView()
        self.say(
            self.view.setAccessibleName,
            mark(
                "All maps of the layer: arrow keys go from unit to unit, with Shift from value to value; Enter chooses"
            ),
        )
        self.view.describe = lambda unit: "" if self._sheet is None else unit_text(self._sheet, unit)
        self.view.hovered.connect(lambda _found: self._tell())
        self.view.chosen.connect(self._choose)
        self.view.value_chosen.connect(self._open_value)
        self.view.resized.connect(self._rearrange)
        browser = QWidget()
        column = QVBoxLayout(browser)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.about)
        column.addWidget(self.view, 1)
        self.enlarged = EnlargedMap()
        self.enlarged.hovered.connect(self._tell_cell)
        self.enlarged.value_asked.connect(self._open_cell)
        self.enlarged.closed.connect(self._reduce)
        self.stack = QStackedWidget()
        self.stack.addWidget(browser)
        self.stack.addWidget(self.enlarged)
        self.body.addWidget(self.stack, 1)

    def _build_side(self) -> None:
        self.panel = UnitPanel()
        self.side.form.wide(self.panel)
        self.panel.hovered.connect(self._tell_cell)
        self.panel.value_asked.connect(self._open_cell)
        self.panel.filter_asked.connect(self._open_filter)
        self.panel.number_asked.connect(self._open_number)
        self.panel.enlarge_asked.connect(self._enlarge)

    # following

    def _follow(self, _old: Place, new: Place) -> None:
        if not self.active or new.page != "maps":
            return
        self._mark_value()
        if self._sheet is not None and self._sheet.layer.name == new.layer:
            self.view.set_unit(new.unit)
        self._ask()

    def _network_changed(self) -> None:
        self._clear()
        if self.active:
            self._ask()

    def _computed(self, _computed: Computed) -> None:
        if self.active:
            self._show_clean()
            self._ask()

    def _show_clean(self) -> None:
        self.clean.setVisible(not self.model.perturbation.is_neutral)

    def _clear(self) -> None:
        self.model.derive(_MAPS, None)
        self.model.derive(_UNIT, None)
        self._wish = self._unit_wish = self._sheet = None
        self.view.set_mosaic(None)
        self.panel.show_sheet(None)
        self._say()

    # asking

    def _ask(self) -> None:
        """Have made what the place and the controls tell, unless it is asked for already."""
        layer = self.model.layer(self.model.place.layer)
        if layer is None or not self.active:
            return
        self.controls.suit(layer)
        clean = self.clean.isChecked() and not self.model.perturbation.is_neutral
        wish = self.controls.wish(layer, may_be_negative(self.model.layers, layer), clean, self._room())
        if wish != self._wish:
            self._wish = wish
            self.model.derive(_MAPS, partial(make_maps, wish), self._show, wish.layer)
        unit = min(self.model.place.unit, layer.output_shape[0] - 1)
        unit_wish = UnitWish(layer.name, unit, wish.value_range, wish.colour_map, clean)
        if unit_wish != self._unit_wish:
            self._unit_wish = unit_wish
            self.model.derive(_UNIT, partial(make_unit, unit_wish), self._show_unit)

    def _room(self) -> tuple[int, int]:
        return max(self.view.width(), 1), max(self.view.height(), 1)

    def _rearrange(self) -> None:
        """Ask for other rows of tiles where the new room wants them."""
        layer = None if self._wish is None else self.model.layer(self._wish.layer)
        if layer is None or self._wish is None:
            return
        count, tile = len(self._wish.units) or layer.output_shape[0], tile_of(layer.output_shape)
        if best_columns(count, tile, self._room()) != best_columns(count, tile, self._wish.room):
            self._ask()

    # showing

    def _show(self, sheet: MapsSheet) -> None:
        same = self._sheet is not None and self._sheet.wish == sheet.wish
        old, self._sheet = self._sheet, sheet
        self.view.set_mosaic(sheet.mosaic, sheet.wish.colour_map)
        self.view.set_unit(self.model.place.unit)
        if same:  # another picture: its maps are seen before all else follows
            self.view.repaint()
        if old is not None and old.wish.order != sheet.wish.order:
            self.view.fit()  # the first of them are to be seen
        self.controls.offer_range(sheet.limits)
        self._say()
        if self.view.pointed is not None and not self._told_single:
            self._tell()

    def _show_unit(self, sheet: UnitSheet) -> None:
        self.panel.show_sheet(sheet, self.model.layers)
        self._mark_value()
        if self._enlarge_next and not sheet.single:
            self.enlarged.view.fit()
            self.stack.setCurrentWidget(self.enlarged)
        self._enlarge_next = False
        if self._is_enlarged:
            if sheet.single:
                self._reduce()
            else:
                self.enlarged.show_sheet(sheet)
        cell = self.enlarged.view.pointed_cell if self._is_enlarged else self.panel.view.pointed
        if cell is not None and self._told_single:  # there is another value now
            self._tell_cell(cell)

    def _mark_value(self) -> None:
        place = self.model.place
        self.panel.view.set_marked(None if place.row is None or place.column is None else (place.row, place.column))

    def _say(self) -> None:
        if self._sheet is None:
            self.about.setText(_("Nothing is computed yet."))
        else:
            self.about.setText(about_text(self._sheet, self.model.layers))

    def _tell(self) -> None:
        """Say which value lies under the mouse, and have what it sees lit."""
        self._told_single = False
        found, sheet = self.view.pointed, self._sheet
        if found is None or sheet is None:
            self.model.point_at()
            self.told.emit("")
        else:
            self.model.point_at(sheet.layer.name, *found)
            self.told.emit(value_text(sheet, *found))

    def _tell_cell(self, cell: tuple[int, int] | None) -> None:
        """Say which value of the single map lies under the mouse."""
        sheet = self.panel.sheet
        self._told_single = cell is not None
        if cell is None or sheet is None:
            self.model.point_at()
            self.told.emit("")
            return
        self.model.point_at(sheet.layer.name, sheet.wish.unit, *cell)
        text = _("{layer}, unit {unit}, row {row}, column {column}: {value}")
        value = format_number(float(sheet.values[cell]), 4)
        said = text.format(layer=sheet.layer.label, unit=sheet.wish.unit, row=cell[0], column=cell[1], value=value)
        self.told.emit(said + "; " + sees_text(sheet.layer))

    def _choose(self, unit: int) -> None:
        """Look at a unit; not at one of a layer before, while the maps of the next are on their way."""
        if self._sheet is not None and self._sheet.layer.name == self.model.place.layer:
            self.model.visit(unit=unit)

    # the single map

    @property
    def _is_enlarged(self) -> bool:
        return self.stack.currentWidget() is self.enlarged

    def _enlarge(self) -> None:
        sheet = self.panel.sheet
        if sheet is not None:
            self.enlarged.show_sheet(sheet)
            self.stack.setCurrentWidget(self.enlarged)
            self.enlarged.view.fit()
            self.enlarged.view.setFocus()

    def _reduce(self) -> None:
        self.stack.setCurrentIndex(0)
        self.view.setFocus()

    # ways from here

    def _open_cell(self, row: int, column: int) -> None:
        sheet = self.panel.sheet
        if sheet is not None:
            self._open(sheet.layer, sheet.wish.unit, row, column)

    def _open_value(self, unit: int, row: int, column: int) -> None:
        if self._sheet is not None:
            self._open(self._sheet.layer, unit, row, column)

    def _open(self, layer: LayerInfo, unit: int, row: int, column: int) -> None:
        """Go to a value's arithmetic; where there is none, say which layer before has it."""
        if layer.kind in (CONVOLUTION, LINEAR):
            self.model.visit(page="number", layer=layer.name, unit=unit, row=row, column=column)
            return
        weights = weights_before(self.model.layers, layer)
        if weights is None:
            error = SettingError(
                "{layer} multiplies nothing: choose a convolution or a fully connected layer", layer=layer.label
            )
        else:
            error = SettingError(
                "{layer} multiplies nothing: its values come from {before}, which lies before it; open one there",
                layer=layer.label,
                before=weights.label,
            )
        self.model.refused.emit(error)

    def _open_number(self) -> None:
        sheet, place = self.panel.sheet, self.model.place
        if sheet is None:
            return
        if sheet.layer.kind not in (CONVOLUTION, LINEAR):
            self._open_number_before(sheet)
            return
        row, column = sheet.peak
        if place.row is not None and place.column is not None:
            row, column = place.row, place.column
        self._open(sheet.layer, sheet.wish.unit, row, column)

    def _open_number_before(self, sheet: UnitSheet) -> None:
        """Go to the arithmetic that a layer's values come from: of the same unit, where units keep their numbers."""
        before = weights_before(self.model.layers, sheet.layer)
        if before is not None:
            same = filters_behind(self.model.layers, sheet.layer) is before
            unit = sheet.wish.unit if same else 0
            self.model.visit(page="number", layer=before.name, unit=unit, row=None, column=None)

    def _open_filter(self) -> None:
        sheet = self.panel.sheet
        layer = None if sheet is None else filters_behind(self.model.layers, sheet.layer)
        if sheet is not None and layer is not None:
            self.model.visit(page="filters", layer=layer.name, unit=sheet.wish.unit)
