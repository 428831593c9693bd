"""What the overview says about layers, maps and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.nets.overview import is_vector
from cnnexplorer.nets.tracing import (
    AVERAGE_POOLING,
    BATCH_NORM,
    CONCATENATION,
    CONVOLUTION,
    FLATTEN,
    LINEAR,
    LOCAL_NORM,
    MAX_POOLING,
    RELU,
)
from cnnexplorer.ui.language import _, translate_count

from .page import shape_text

if TYPE_CHECKING:
    from cnnexplorer.nets import LayerInfo
    from cnnexplorer.nets.overview import LayerGlance

MEASURES = {"maximum": mark("Highest value"), "mean": mark("Mean of the values")}
DEFINITIONS = {
    CONVOLUTION: mark("Slides each filter over the maps before it: one filter, one map."),
    RELU: mark("Keeps what is above zero; what is below becomes zero."),
    MAX_POOLING: mark("Keeps the largest value of each window."),
    AVERAGE_POOLING: mark("Takes the mean of each window."),
    LOCAL_NORM: mark("Divides each value by how strongly the maps beside it answer at the same place."),
    BATCH_NORM: mark("Shifts and scales each map by numbers learned in training."),
    FLATTEN: mark("Puts all values of all maps into one row."),
    LINEAR: mark("Each of its values is a weighted sum of all values before it."),
    CONCATENATION: mark("Puts the maps of all branches behind each other."),
}
_FORMULAS = {RELU: "max(0, x)", LINEAR: "Σ w·x + b", BATCH_NORM: "(x − μ) / σ"}


def detail(layer: LayerInfo) -> str:
    """Return what a layer does, in a few signs: the window and its step, or the formula."""
    if layer.kernel_size is None or layer.stride is None:
        return _FORMULAS.get(layer.kind, "")
    window = "×".join(map(str, layer.kernel_size))
    return window if layer.stride == (1, 1) else f"{window} /{layer.stride[0]}"


def dense_shape(layer: LayerInfo) -> str:
    """Return the shape as it fits into a card."""
    return "×".join(map(str, layer.output_shape))


def percent(share: float) -> str:
    """Return a share in percent, with as many decimals as it takes to see it."""
    decimals = 1 if share >= 0.0995 or share == 0 else 2
    return _("{percent} %").format(percent=f"{100 * share:.{decimals}f}")


def filters_text(layer: LayerInfo) -> str:
    """Return how many filters a convolution has."""
    return translate_count("{count} filter", "{count} filters", layer.output_shape[0])


def layer_line(layer: LayerInfo) -> str:
    """Return a layer in one line."""
    return f"{layer.label} · {_(layer.kind)} · {shape_text(layer.output_shape)}"


def unit_line(glance: LayerGlance, place: int, measure: str) -> str:
    """Return one of a layer's strongest units in one line."""
    value = format_number(float(glance.strengths[place]), 3)
    if is_vector(glance.layer):
        return _("unit {unit}: {value}").format(unit=glance.units[place], value=value)
    text = _("unit {unit}: mean {value}") if measure == "mean" else _("unit {unit}: maximum {value}")
    return text.format(unit=glance.units[place], value=value)


def value_line(glance: LayerGlance, unit: int) -> str:
    """Return a value of a vector in one line."""
    assert glance.values is not None
    return _("unit {unit}: {value}").format(unit=unit, value=format_number(float(glance.values[unit]), 3))


def layer_facts(layer: LayerInfo) -> list[str]:
    """Return what the tooltip of a layer tells, line by line."""
    lines = [_(DEFINITIONS[layer.kind])] if layer.kind in DEFINITIONS else []
    if layer.kernel_size is not None and layer.stride is not None and layer.padding is not None:
        lines.append(
            _("window {kernel}, stride {stride}, padding {padding}").format(
                kernel=shape_text(layer.kernel_size), stride=_pair(layer.stride), padding=_pair(layer.padding)
            )
        )
    if layer.groups > 1:
        lines.append(translate_count("{count} group", "{count} groups", layer.groups))
    if layer.parameters:
        lines.append(
            _("{count} parameters: {share} of all").format(
                count=f"{layer.parameters:,}", share=percent(layer.parameter_share)
            )
        )
    if layer.macs:
        lines.append(_("{count} MACs: {share} of all").format(count=f"{layer.macs:,}", share=percent(layer.share)))
    return lines


def _pair(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else shape_text(pair)
