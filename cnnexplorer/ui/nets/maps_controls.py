"""What is asked for on the Maps page: order, range, colours, and which units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.messages import SettingError, mark
from cnnexplorer.core.session_pages import MapsState
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.number_field import NumberField
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS

from .maps_sheet import MapsWish, parse_units

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from cnnexplorer.nets import LayerInfo
    from cnnexplorer.nets.mosaic import Range

ORDERS = {
    "index": mark("Sorted by index"),
    "mean": mark("Sorted by mean"),
    "maximum": mark("Sorted by maximum"),
    "zeros": mark("Sorted by share of zeros"),
}
_RANGES = {
    "map": mark("Each its own range"),
    "shared": mark("One shared range"),
    "fixed": mark("Fixed range"),
}
_COLOURS = {"auto": mark("Automatic colours")} | {id_: title for id_, (_name, title) in COLOUR_MAPS.items()}
SIGNED_COLOURS, UNSIGNED_COLOURS = "diverging", "magma"
NARROW = 600
_WIDEST = 250


class MapsControls(Speaking, QWidget):
    """The order, the range and the colours. Signals: `changed()`, `refused(error)`.

    Attributes
    ----------
    units
        The line that filters by index; whoever makes the controls places it.
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: LayerInfo | None = None
        self._units: tuple[int, ...] = ()
        self._written = ""  # the text that the units were read from
        self._waiting = ""  # one that is still to be read
        self._limits = (0.0, 1.0)
        self._present = (0.0, 1.0)
        self._build_choices()
        self._build_units()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 0, 10, 4)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._arrange()
        self.restyle()

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self._filter_action.setIcon(icon("filter-outline", self, "muted"))

    def suit(self, layer: LayerInfo) -> None:
        """Take a layer: units that it lacks are not asked for any more."""
        self._layer = layer
        if self._waiting:
            self._read_waiting(layer)
        if self._units and self._units[-1] >= layer.output_shape[0]:
            self._forget_units()

    def state(self) -> MapsState:
        """Return what is chosen, as far as it is chosen here."""
        return MapsState(
            self.order.value(), self.range.value(), *self._limits, self.colours.value(), self._waiting or self._written
        )

    def show_state(self, state: MapsState) -> None:
        """Choose, without a signal; the units are read once a layer is there."""
        self.order.setKnownValue(state.order)
        self.range.setKnownValue(state.value_range)
        self.colours.setKnownValue(state.colours)
        if state.low < state.high:
            self._limits = (state.low, state.high)
            self._show_limits()
        self._waiting = state.units
        if not state.units:
            self._forget_units()
        self._arrange()

    def offer_range(self, limits: tuple[float, float]) -> None:
        """Keep the range that is shown: a fixed one begins with it."""
        self._present = limits

    def colour_map(self, signed: bool) -> str:
        """Return the colour map for values with or without negative ones among them."""
        chosen = self.colours.value()
        if chosen != "auto":
            return chosen
        return SIGNED_COLOURS if signed else UNSIGNED_COLOURS

    def value_range(self) -> Range:
        """Return which values the ends of the colours stand for, as `make_mosaic` takes it."""
        match self.range.value():
            case "fixed":
                return self._limits
            case "shared":
                return "shared"
            case _:
                return "map"

    def wish(self, layer: LayerInfo, signed: bool, clean: bool, room: tuple[int, int]) -> MapsWish:
        """Return what is asked for."""
        return MapsWish(
            layer=layer.name,
            order=self.order.value(),
            value_range=self.value_range(),
            colour_map=self.colour_map(signed),
            units=self._units,
            clean=clean,
            room=room,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the fields where there is room."""
        super().resizeEvent(event)
        if (event.oldSize().width() < NARROW) != (event.size().width() < NARROW):
            self._arrange()

    # building

    def _build_choices(self) -> None:
        self.order, self.range, self.colours = Choice(ORDERS), Choice(_RANGES), Choice(_COLOURS)
        self.tip(self.order, mark("The order of the maps; of the three measures the highest comes first"))
        self.tip(self.range, mark("Normalisation: the values that the ends of the colours stand for"))
        self.tip(
            self.colours,
            mark(
                "Colour map. Automatic: diverging around zero where there are negative values, from dark to "
                "bright after a ReLU"
            ),
        )
        for choice in (self.order, self.range, self.colours):
            choice.setMinimumWidth(96)
            choice.setMaximumWidth(_WIDEST)
        self.order.activated.connect(self.changed)
        self.colours.activated.connect(self.changed)
        self.range.activated.connect(self._change_range)
        self.low, self.high = NumberField(0.0, step=0.1), NumberField(1.0, step=0.1)
        self.tip(self.low, mark("The value at the lower end of the colours"))
        self.tip(self.high, mark("The value at the upper end of the colours"))
        self.limits = QWidget(self)
        row = QHBoxLayout(self.limits)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.low, QLabel("…"), self.high):
            row.addWidget(widget)
            if isinstance(widget, NumberField):
                widget.edited.connect(lambda _number: self._change_limits())
                widget.refused.connect(self.refused)
        self.limits.setMaximumWidth(_WIDEST)
        self.limits.hide()

    def _build_units(self) -> None:
        self.units = QLineEdit()
        self.units.setClearButtonEnabled(True)
        self.units.setMaximumWidth(_WIDEST)
        self.units.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._filter_action = self.units.addAction(
            icon("filter-outline", self, "muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.say(self.units.setPlaceholderText, mark("All; or 0-15, 40"))
        self.say(self.units.setAccessibleName, mark("Filter by index"))
        self.say(self.units.setToolTip, mark("Filter by index: show only these units, such as 0-15, 40, 96"))
        self.units.editingFinished.connect(self._change_units)
        self.units.textChanged.connect(lambda text: None if text else self._change_units())

    def _arrange(self) -> None:
        """Lay the fields out in one row, or in two where there is no room."""
        fixed, narrow = self.range.value() == "fixed", self.width() < NARROW
        fields: list[QWidget] = [self.order, self.range, self.colours]
        if fixed:
            fields.insert(2, self.limits)
        self.limits.setVisible(fixed)
        across = 2 if narrow else len(fields)
        for place, field in enumerate(fields):
            self._grid.removeWidget(field)
            self._grid.addWidget(field, place // across, place % across)
        for column in range(6):  # the last takes what the fields leave
            self._grid.setColumnStretch(column, 10 if column < across else column == 5)

    # what is entered

    def _change_range(self) -> None:
        if self.range.value() == "fixed":
            self._limits = _widened(*self._present)
            self._show_limits()
        self._arrange()
        self.changed.emit()

    def _change_limits(self) -> None:
        low, high = self.low.value(), self.high.value()
        if low >= high:
            self._show_limits()
            self.refused.emit(
                SettingError(
                    "the range from {low} to {high} is empty: begin below its end", low=f"{low:g}", high=f"{high:g}"
                )
            )
            return
        self._limits = (low, high)
        self.changed.emit()

    def _show_limits(self) -> None:
        self.low.setValue(self._limits[0])
        self.high.setValue(self._limits[1])

    def _read_waiting(self, layer: LayerInfo) -> None:
        """Read the units that wait for a layer; all are shown where it has not got them."""
        text, self._waiting = self._waiting, ""
        try:
            units = parse_units(text, layer.output_shape[0], layer.label)
        except UserError:  # of another network than the session's
            self._forget_units()
            return
        self._units, self._written = units, text
        self.units.setText(text)

    def _forget_units(self) -> None:
        self._units, self._written = (), ""
        self.units.clear()

    def _change_units(self) -> None:
        if self._layer is None:
            return
        try:
            units = parse_units(self.units.text(), self._layer.output_shape[0], self._layer.label)
        except UserError as error:
            self.units.setText(self._written)
            self.refused.emit(error)
            return
        self._written = self.units.text()
        if units != self._units:
            self._units = units
            self.changed.emit()


def _widened(low: float, high: float) -> tuple[float, float]:
    """Return a range with ends that can be read, such as -3.1 and 4.7; never an empty one."""
    low, high = float(f"{low:.3g}"), float(f"{high:.3g}")
    return (low, high) if low < high else (low - 1, low + 1)
