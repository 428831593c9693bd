"""How a layer's numbers come about, written out."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from .tracing import BATCH_NORM, CONVOLUTION, LINEAR, MAX_POOLING

if TYPE_CHECKING:
    from .architecture import LayerInfo


def parameter_formula(layer: LayerInfo) -> str:
    """Return the count of parameters with its numbers; each filter sees its own group's planes only."""
    if layer.kind == BATCH_NORM:
        terms = f"{layer.output_shape[0]:,} + {layer.output_shape[0]:,}"
    elif layer.kind in (CONVOLUTION, LINEAR):
        outputs = f"{layer.output_shape[0]:,}"
        terms = f"{outputs}·{_one_output(layer)}" + (f" + {outputs}" if layer.has_bias else "")
    else:
        return ""
    return f"{terms} = {layer.parameters:,}"


def mac_formula(layer: LayerInfo) -> str:
    """Return the count of multiply-accumulates with its numbers: one product per weight and output cell."""
    if layer.kind not in (CONVOLUTION, LINEAR):
        return ""
    cells = "".join(f"{side:,}·" for side in layer.output_shape[1:])
    return f"{cells}{layer.output_shape[0]:,}·{_one_output(layer)} = {layer.macs:,}"


def size_formula(layer: LayerInfo) -> str:
    """Return how height and width of the output come about; one line where both are alike."""
    if layer.kind not in (CONVOLUTION, MAX_POOLING) or not (layer.kernel_size and layer.stride and layer.padding):
        return ""
    opening, closing = "⌈⌉" if layer.ceil_mode else "⌊⌋"
    lines = []
    for axis in (0, 1):
        size, cells = layer.input_shape[axis + 1], layer.output_shape[axis + 1]
        kernel, step, pad = layer.kernel_size[axis], layer.stride[axis], layer.padding[axis]
        quotient = -(-(size + 2 * pad - kernel) // step) if layer.ceil_mode else (size + 2 * pad - kernel) // step
        # torch drops a last window that would begin behind the padding
        dropped = " − 1" if cells == quotient else ""
        padding = f" + 2·{pad}" if pad else ""
        lines.append(f"{opening}({size}{padding} − {kernel}) / {step}{closing} + 1{dropped} = {cells}")
    return lines[0] if lines[0] == lines[1] else f"{lines[0]}; {lines[1]}"


def filter_shape(layer: LayerInfo) -> tuple[int, ...]:
    """Return what one filter of a convolution spans: (planes of its group, height, width)."""
    if layer.kernel_size is None:
        return layer.input_shape
    return (layer.input_shape[0] // layer.groups, *layer.kernel_size)


def _one_output(layer: LayerInfo) -> str:
    """Return the products of one output cell: "(11·11·3)", or the number of inputs of a fully connected layer."""
    if layer.kind == LINEAR:
        return f"{prod(layer.input_shape):,}"
    planes, height, width = filter_shape(layer)
    return f"({height}·{width}·{planes})"
