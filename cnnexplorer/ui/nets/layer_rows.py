"""The rows and columns of the table of an architecture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import CONVOLUTION
from cnnexplorer.ui.language import _, translate_count

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cnnexplorer.nets import LayerInfo


@dataclass(frozen=True)
class LayerRow:
    """A layer, or the heading of a block of branches.

    Attributes
    ----------
    layers
        The layer; for a heading all layers of the block, the last of which joins the branches.
    block
        The block that it heads or stands in; empty outside of blocks.
    branch
        The number of its branch; None outside of branches.
    first, last
        Whether it begins or ends what is shown of its branch.
    folded
        Whether the layers below a heading are hidden.
    """

    layers: tuple[LayerInfo, ...]
    block: str = ""
    branch: int | None = None
    first: bool = False
    last: bool = False
    folded: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it heads a block."""
        return len(self.layers) > 1

    @property
    def layer(self) -> LayerInfo:
        """The layer, or the last of the block."""
        return self.layers[-1]

    @property
    def name(self) -> str:
        """What tells the row from all others."""
        return self.block if self.is_heading else self.layer.name

    @property
    def label(self) -> str:
        """What it is called where nothing around it tells."""
        return self.block if self.is_heading else self.layer.label

    @property
    def short_label(self) -> str:
        """What it is called below its block's heading."""
        return self.label if self.is_heading else self.label.removeprefix(f"{self.block}.")

    @property
    def parameters(self) -> int:
        """Its parameters."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Its multiply-accumulates."""
        return sum(layer.macs for layer in self.layers)

    @property
    def parameter_share(self) -> float:
        """Its part of the network's parameters, 0 to 1."""
        return sum(layer.parameter_share for layer in self.layers)

    @property
    def mac_share(self) -> float:
        """Its part of the network's multiply-accumulates, 0 to 1."""
        return sum(layer.share for layer in self.layers)

    @property
    def branches(self) -> int:
        """How many branches a block has."""
        numbers = {layer.branch.number for layer in self.layers if layer.branch is not None}
        return len(numbers - {None})


class Column(NamedTuple):
    """A column: its id, its heading, what the heading means, and its heading where it stands alone."""

    id: str
    title: str
    tip: str
    alone: str = ""


COLUMNS = (
    Column("name", mark("Layer"), mark("The layers in order of execution, and above branches the block they stand in")),
    Column("kind", mark("Kind"), mark("What the layer does")),
    Column(
        "output",
        mark("Output"),
        mark("Output shape: maps × height × width, or how many values where there are no maps"),
    ),
    Column("parameters", mark("Parameters"), mark("The numbers that training sets: weights and biases")),
    Column(
        "parameter_share",
        mark("Share"),
        mark("Share of the network's parameters; the largest share has the longest bar"),
        mark("Share of parameters"),
    ),
    Column(
        "macs",
        mark("MACs"),
        mark("Multiply-accumulates for one picture: each is one product, added to a sum. Biases are not counted."),
    ),
    Column(
        "mac_share",
        mark("Share"),
        mark("Share of the network's multiply-accumulates; the largest share has the longest bar"),
        mark("Share of MACs"),
    ),
    Column("kernel", mark("Kernel"), mark("Height × width of the window that slides over the maps")),
    Column("stride", mark("Stride"), mark("How many cells the window moves from one value to the next")),
    Column("padding", mark("Padding"), mark("Rows and columns that are added at each border")),
    Column(
        "groups",
        mark("Groups"),
        mark("Into how many groups the maps are split: a filter sees the maps of its own group only"),
    ),
    Column(
        "field",
        mark("Receptive field"),
        mark("Height × width of the part of the picture that one value depends on, in pixels"),
    ),
    Column(
        "field_stride",
        mark("Field stride"),
        mark("How many pixels of the picture lie between the receptive fields of neighbouring values"),
    ),
)
NAME = 0
COLUMN = {column.id: index for index, column in enumerate(COLUMNS)}
SHARES = {COLUMN["parameter_share"]: 0, COLUMN["mac_share"]: 1}  # column -> which of two


def build_rows(
    layers: Sequence[LayerInfo], weights_only: bool = False, folded: Collection[str] = ()
) -> tuple[LayerRow, ...]:
    """Return the rows of a network, with a heading above each block of branches.

    Parameters
    ----------
    weights_only
        Leave out layers without parameters.
    folded
        Blocks of which only the heading is shown.
    """
    rows: list[LayerRow] = []
    for block, members in groupby(layers, lambda layer: layer.branch.block if layer.branch is not None else ""):
        inside = tuple(members)
        if block:
            rows.append(LayerRow(inside, block, folded=block in folded))
        if block in folded:
            continue
        shown = [layer for layer in inside if layer.parameters or not weights_only]
        for number, branch in groupby(shown, lambda layer: layer.branch.number if layer.branch is not None else None):
            found = [LayerRow((layer,), block, number) for layer in branch]
            found[0] = replace(found[0], first=True)
            found[-1] = replace(found[-1], last=True)
            rows += found
    return tuple(rows)


def row_texts(row: LayerRow) -> list[str]:
    """Return what stands in a row, column by column."""
    layer, heading = row.layer, row.is_heading
    size, stride = field_texts(layer)
    return [
        row.label,
        kind_text(row),
        shape(layer.output_shape),
        f"{row.parameters:,}" if row.parameters else "",
        percent(row.parameter_share),
        f"{row.macs:,}" if row.macs else "",
        percent(row.mac_share),
        *(["", "", "", ""] if heading else _window_texts(layer)),
        size,
        stride,
    ]


def kind_text(row: LayerRow) -> str:
    """Return what kind of layer a row stands for."""
    if row.is_heading:
        return translate_count("{count} branch", "{count} branches", row.branches)
    return _(row.layer.kind)


def shape(numbers: Sequence[int]) -> str:
    """Return a shape as it fits into a table.

    >>> shape((96, 55, 55)), shape((4096,))
    ('96×55×55', '4,096')
    """
    return "×".join(f"{number:,}" for number in numbers)


def pair(numbers: tuple[int, int] | None) -> str:
    """Return height and width; one number where they are alike.

    >>> pair((4, 4)), pair((1, 2)), pair(None)
    ('4', '1×2', '')
    """
    if numbers is None:
        return ""
    return f"{numbers[0]:,}" if numbers[0] == numbers[1] else shape(numbers)


def percent(share: float) -> str:
    """Return a share in percent; empty for none."""
    if not share:
        return ""
    if share < 0.0005:
        return _("< {percent} %").format(percent="0.1")
    return _("{percent} %").format(percent=f"{100 * share:.1f}")


def field_texts(layer: LayerInfo) -> tuple[str, str]:
    """Return the size of a layer's receptive field and how far those of neighbours are apart, if it has neighbours."""
    field = layer.receptive_field
    alone = layer.output_shape[1:] in ((), (1, 1))
    return shape(field.size), "" if alone else pair(field.stride)


def _window_texts(layer: LayerInfo) -> list[str]:
    kernel = "" if layer.kernel_size is None else shape(layer.kernel_size)
    return [kernel, pair(layer.stride), pair(layer.padding), str(layer.groups) if layer.kind == CONVOLUTION else ""]
