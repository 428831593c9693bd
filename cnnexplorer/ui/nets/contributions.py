"""What the inputs of a fully connected unit add to its value, the largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _, translate_count

from .bar_table import BarRow, BarTable, Heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.nets import LayerInfo

    from .number_sheet import NumberSheet

MOST_ROWS = 200
REST, BIAS = -1, -2  # keys of the rows that stand for no single input
_HEADINGS = (
    Heading(mark("Input"), mark("Which number of the layer before"), True),
    Heading(mark("Value x"), mark("What the layer before gave")),
    Heading(mark("Weight w"), mark("The number that was learned for it")),
    Heading(mark("Product w · x"), mark("What it adds to the unit's value; the largest first, whatever their sign")),
)


class InputPlace(NamedTuple):
    """Where an input of a fully connected layer comes from: a layer's unit and, if that is a map, one of its values."""

    layer: LayerInfo
    unit: int
    row: int | None = None
    column: int | None = None


class ContributionTable(BarTable):
    """The table; the keys of its rows are the inputs' numbers, or `REST` and `BIAS`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_HEADINGS, parent)
        self.set_widths(170)
        self.tip(self, mark("What each input adds to the unit's value: open one with a double click or Enter"))

    def show_sheet(self, sheet: NumberSheet, layers: Sequence[LayerInfo]) -> None:
        """Show the inputs of a unit that weigh most, the sum of the others, and the bias."""
        rows = contribution_rows(sheet, layers)
        self.set_rows(rows, max((abs(row.bar) for row in rows if row.key >= 0), default=0.0) or None)


def contribution_rows(sheet: NumberSheet, layers: Sequence[LayerInfo]) -> list[BarRow]:
    """Return a row for each of the inputs that weigh most, one for all others, and one for the bias."""
    arithmetic = sheet.arithmetic
    largest = [plane for plane, _row, _column in arithmetic.largest(MOST_ROWS)]
    rows = []
    for plane in largest:
        product = float(arithmetic.products[plane, 0, 0])
        values = float(arithmetic.inputs[plane, 0, 0]), float(arithmetic.weights[plane, 0, 0]), product
        title = input_title(input_place(layers, sheet.layer, plane))
        rows.append(BarRow(plane, (title, *(format_number(value, 5) for value in values)), product))
    others = len(arithmetic.products) - len(largest)
    if others:
        rest = arithmetic.total - arithmetic.bias - float(arithmetic.products[largest].sum())
        title = translate_count("{count:,} other input", "{count:,} other inputs", others)
        rows.append(BarRow(REST, (title, "", "", format_number(rest, 5)), rest))
    rows.append(BarRow(BIAS, (_("bias"), "", "", format_number(arithmetic.bias, 5)), arithmetic.bias))
    return rows


def input_place(layers: Sequence[LayerInfo], layer: LayerInfo, index: int) -> InputPlace:
    """Return where an input of a fully connected layer comes from: through a flattening, the value of a map."""
    by_name = {other.name: other for other in layers}
    source = by_name[layer.inputs[0]]
    walk = source
    while len(walk.output_shape) == 1 and walk.inputs and len(walk.input_shape) == 1 and walk.parameters == 0:
        walk = by_name[walk.inputs[0]]  # a dropout, a ReLU: it keeps the numbers' places
    if len(walk.input_shape) == 3 and len(walk.output_shape) == 1 and walk.inputs:  # the flattening
        _channels, height, width = walk.input_shape
        unit, cell = divmod(index, height * width)
        return InputPlace(by_name[walk.inputs[0]], unit, *divmod(cell, width))
    return InputPlace(source, index)


def input_title(place: InputPlace) -> str:
    """Return what an input is called."""
    if place.row is None or place.layer.output_shape[1:] == (1, 1):
        return _("{layer}, unit {unit}").format(layer=place.layer.label, unit=place.unit)
    text = _("{layer}, unit {unit} ({row}, {column})")
    return text.format(layer=place.layer.label, unit=place.unit, row=place.row, column=place.column)
