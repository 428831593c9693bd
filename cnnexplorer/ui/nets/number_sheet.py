"""One value of a layer with its arithmetic, and what is said of it. Made on the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.nets import explain
from cnnexplorer.nets.tracing import CONVOLUTION, LINEAR
from cnnexplorer.ui.language import _

from .maps_texts import weights_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import Arithmetic, Computed, LayerInfo

COLOURS = (mark("red"), mark("green"), mark("blue"))
_DIGITS = 9  # of written sums: as many as tell any two float32 numbers apart


@dataclass(frozen=True)
class NumberWish:
    """Which value is looked at; without a row and a column, or with some that a map lacks, the largest of the unit."""

    layer: str
    unit: int
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True, eq=False)
class NumberSheet:
    """A value's arithmetic.

    Attributes
    ----------
    source
        What the layer reads; None where that is the picture.
    """

    wish: NumberWish
    layer: LayerInfo
    source: LayerInfo | None
    arithmetic: Arithmetic

    @property
    def is_convolution(self) -> bool:
        """Whether a window slides; else every input has a weight of its own."""
        return self.layer.kind == CONVOLUTION

    @property
    def is_colour(self) -> bool:
        """Whether the planes are the picture's red, green and blue."""
        return self.source is None

    def plane_title(self, plane: int) -> str:
        """Return what a plane of the window is called."""
        if self.is_colour:
            return _(COLOURS[plane])
        return _("map {plane}").format(plane=self.arithmetic.first_plane + plane)


def make_number(wish: NumberWish, computed: Computed) -> NumberSheet:
    """Return the arithmetic of the value that is wished for."""
    activations = computed.activations
    layer = activations.layer(wish.layer)
    row, column, shape = wish.row, wish.column, layer.output_shape
    if len(shape) == 1:
        row = column = 0
    elif row is None or column is None or row >= shape[1] or column >= shape[2]:
        row, column = divmod(int(activations[wish.layer][wish.unit].argmax()), shape[2])
    source = activations.layer(layer.inputs[0]) if layer.inputs else None
    return NumberSheet(wish, layer, source, explain(activations, wish.layer, wish.unit, row, column))


def nearest_weights(layers: Sequence[LayerInfo], name: str) -> LayerInfo | None:
    """Return a layer if it multiplies, else the one before it whose values it works on, else the first that does."""
    layer = next((layer for layer in layers if layer.name == name), None)
    found = None if layer is None else weights_before(layers, layer)
    return found or next((layer for layer in layers if layer.kind in (CONVOLUTION, LINEAR)), None)


def product_text(sheet: NumberSheet, plane: int, row: int, column: int) -> str:
    """Return one product in words and numbers."""
    arithmetic = sheet.arithmetic
    values = [
        format_number(float(part[plane, row, column]), 6)
        for part in (arithmetic.inputs, arithmetic.weights, arithmetic.products)
    ]
    product = f"{values[0]} · {_bracketed(values[1])} = {values[2]}"
    if not arithmetic.inside[row, column]:
        product += "  " + _("(padding)")
    text = _("{plane}, row {row}, column {column} of the window:")
    return text.format(plane=sheet.plane_title(plane), row=row, column=column) + "  " + product


def sum_text(sheet: NumberSheet) -> str:
    """Return the sum in one line: the planes' sub-totals, the bias and the total."""
    arithmetic = sheet.arithmetic
    few = len(arithmetic.subtotals) <= 3
    shown = [format_number(float(value), 6) for value in arithmetic.subtotals[[0, 1, -1][: len(arithmetic.subtotals)]]]
    shown = shown if few else [*shown[:2], "…", shown[2]]
    terms = " + ".join([shown[0], *map(_bracketed, shown[1:]), _bracketed(format_number(arithmetic.bias, 6))])
    return f"{terms} = {exact(arithmetic.total)}"


def written(sheet: NumberSheet) -> str:
    """Return the whole arithmetic as lines of cells parted by tabs, for a spreadsheet: every digit is there."""
    arithmetic = sheet.arithmetic
    heading = (_("plane"), _("row"), _("column"), _("input"), _("weight"), _("product"))
    lines, subtotal = ["\t".join(heading)], _("sub-total")
    planes, rows, columns = arithmetic.products.shape
    for plane in range(planes):
        title = sheet.plane_title(plane)
        lines += [
            "\t".join([title, str(row), str(column), *(
                repr(float(part[plane, row, column]))
                for part in (arithmetic.inputs, arithmetic.weights, arithmetic.products)
            )])
            for row in range(rows) for column in range(columns)
        ]  # fmt: skip
        if rows * columns > 1:
            lines.append(f"{subtotal}\t{title}\t\t\t\t{float(arithmetic.subtotals[plane])!r}")
    for title, value in (
        (_("bias"), arithmetic.bias),
        (_("total"), arithmetic.total),
        (_("device"), arithmetic.device_value),
        (_("difference"), arithmetic.difference),
    ):
        lines.append(f"{title}\t\t\t\t\t{value!r}")
    return "\n".join(lines)


def exact(value: float) -> str:
    """Return a number with as many digits as tell any two float32 numbers apart.

    >>> exact(1 / 3)
    '0.333333333'
    """
    return f"{value:.{_DIGITS}g}"


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
