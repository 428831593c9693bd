"""What is said about a layer beside the table, and about two networks against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG, totals
from cnnexplorer.nets.tracing import AVERAGE_POOLING, BATCH_NORM, CONCATENATION, CONVOLUTION, DROPOUT, FLATTEN, LINEAR
from cnnexplorer.ui.language import _

from .layer_rows import pair, shape
from .overview_texts import DEFINITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo

    from .architecture_reading import Reading
    from .layer_rows import LayerRow

_DROPOUT = mark("Sets random values to zero in training, so that none is relied upon; here it changes nothing.")
_SIZE = mark("⌊(input + 2 · padding − kernel) / stride⌋ + 1")
_SIZE_UP = mark("⌈(input + 2 · padding − kernel) / stride⌉ + 1")
_PARAMETERS = {
    CONVOLUTION: mark("filters · (kernel height · width · input maps)"),
    LINEAR: mark("units · inputs"),
    BATCH_NORM: mark("a factor and a summand for each map"),
}
_BIASES = mark("{weights} + biases")
_MACS = {
    CONVOLUTION: mark("output height · width · filters · (kernel height · width · input maps)"),
    LINEAR: mark("units · inputs"),
}


class Formula(NamedTuple):
    """How a number comes about: in words, and with the numbers put in; either may be empty."""

    words: str
    numbers: str


def definition(layer: LayerInfo) -> str:
    """Return in one line what a layer of its kind does."""
    return _(_DROPOUT) if layer.kind == DROPOUT else _(DEFINITIONS[layer.kind])


def output_formula(layer: LayerInfo, layers: Sequence[LayerInfo]) -> Formula:
    """Return how the output's shape comes about; `layers` are all of the network."""
    if layer.size_formula:
        return Formula(_(_SIZE_UP if layer.ceil_mode else _SIZE), layer.size_formula)
    if layer.kind == AVERAGE_POOLING:
        return Formula(_("The windows are made so that this many cells come out:"), shape(layer.output_shape[1:]))
    if layer.kind == FLATTEN:
        return Formula(_("maps · height · width"), f"{product(layer.input_shape)} = {layer.output_shape[0]:,}")
    if layer.kind == LINEAR:
        return Formula(_("one value for each unit"), f"{layer.output_shape[0]:,}")
    if layer.kind == CONCATENATION:
        maps = {found.name: found.output_shape[0] for found in layers}
        counts = [maps[name] for name in layer.inputs]
        return Formula(_("the maps of all branches"), f"{' + '.join(map(str, counts))} = {layer.output_shape[0]}")
    return Formula(_("the same as its input"), shape(layer.output_shape))


def parameter_formula(layer: LayerInfo) -> Formula:
    """Return how the parameters are counted."""
    if not layer.parameter_formula:
        return Formula(_("none: there is nothing to train"), "")
    words = _(_PARAMETERS[layer.kind])
    if layer.has_bias and layer.kind != BATCH_NORM:
        words = _(_BIASES).format(weights=words)
    return Formula(words, layer.parameter_formula)


def mac_formula(layer: LayerInfo) -> Formula:
    """Return how the multiply-accumulates are counted."""
    if not layer.mac_formula:
        return Formula(_("none are counted: it sums no products of inputs and weights"), "")
    return Formula(_(_MACS[layer.kind]), layer.mac_formula)


def field_text(layer: LayerInfo, image: tuple[int, int]) -> str:
    """Return what the layer's values see of an image of (height, width)."""
    field = layer.receptive_field
    if len(layer.output_shape) == 1:
        return _("It sees the whole picture.")
    size = shape(field.size)
    if layer.output_shape[1:] == (1, 1):
        text = _("Each value sees {size} pixels.").format(size=size)
    elif field.stride == (1, 1):
        text = _("Each value sees {size} pixels, neighbours are 1 pixel apart.").format(size=size)
    else:
        text = _("Each value sees {size} pixels, neighbours are {stride} pixels apart.")
        text = text.format(size=size, stride=pair(field.stride))
    if field.size[0] > image[0] or field.size[1] > image[1]:
        text += " " + _("That is more than the picture has: the rest is padding.")
    return text


def groups_text(layer: LayerInfo) -> str:
    """Return what the groups of a convolution are good for; empty where there is one only."""
    if layer.groups == 1:
        return ""
    text = _(
        "The maps are split into {groups} groups: each filter sees {seen} of the {maps} input maps. With no groups "
        "there would be {groups} times as many weights and MACs."
    )
    return text.format(groups=layer.groups, seen=layer.input_shape[0] // layer.groups, maps=layer.input_shape[0])


def block_text(row: LayerRow) -> str:
    """Return what a block of branches does."""
    join, ends = row.layer, {layer.name: layer for layer in row.layers}
    counts = [ends[name].output_shape[0] for name in join.inputs]
    text = _(
        "{count} branches side by side: each reads the same {maps} maps. What they give is put behind each other: "
        "{sum} = {all} maps of {size}."
    )
    return text.format(
        count=row.branches,
        maps=row.layers[0].input_shape[0],
        sum=" + ".join(map(str, counts)),
        all=join.output_shape[0],
        size=shape(join.output_shape[1:]),
    )


def difference_text(reading: Reading) -> str:
    """Return in one sentence how two networks differ in parameters and multiply-accumulates."""
    one, other = (totals(layers) for layers in reading.architectures)
    text = _(
        "{other} against {network}: {parameters} parameters ({parameter_times} times as many) and {macs} MACs "
        "({mac_times} times as many)."
    )
    return text.format(
        other=CATALOG[reading.wish.other].title,
        network=CATALOG[reading.wish.network].title,
        parameters=_signed(other[0] - one[0]),
        parameter_times=f"{other[0] / one[0]:.2f}",
        macs=_signed(other[1] - one[1]),
        mac_times=f"{other[1] / one[1]:.2f}",
    )


def totals_text(layers: Sequence[LayerInfo]) -> str:
    """Return how many parameters and multiply-accumulates a network has."""
    parameters, macs = totals(layers)
    return _("{parameters} parameters, {macs} MACs").format(parameters=f"{parameters:,}", macs=f"{macs:,}")


def classes_text(classes: int, layer: LayerInfo) -> str:
    """Return that the network in use ends in another number of classes than the one that is read."""
    text = _(
        "The network in use tells {classes} classes apart, not {published}: its {layer} has {parameters} parameters."
    )
    inputs = layer.input_shape[0]
    return text.format(
        classes=f"{classes:,}",
        published=f"{layer.output_shape[0]:,}",
        layer=layer.label,
        parameters=f"{(inputs + 1) * classes:,}",
    )


def product(numbers: Sequence[int]) -> str:
    """Return a product as it is written.

    >>> product((256, 6, 6))
    '256·6·6'
    """
    return "·".join(f"{number:,}" for number in numbers)


def _signed(number: int) -> str:
    """Return a number with its sign.

    >>> _signed(-1234)
    '−1,234'
    """
    return f"{'+' if number >= 0 else '−'}{abs(number):,}"
