"""Down to the number: how one value of a layer came about, product by product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.core.messages import SettingError

from .tracing import CONVOLUTION, LINEAR

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from .architecture import LayerInfo
    from .network import Activations


@dataclass(frozen=True)
class Arithmetic:
    """The arithmetic of one value of a convolution, or of a fully connected layer (each input a plane of 1 x 1).

    Attributes
    ----------
    top, left
        Where the window begins in the layer's input; negative in the padding.
    first_plane
        The first plane of the input that this filter sees (its group's).
    inputs, weights, products
        float64, (planes, kh, kw); 0 is read in the padding.
    inside
        (kh, kw): which cells lie inside the input, not in the padding.
    subtotals
        The sum of each plane's products: (planes,).
    total
        The bias and all products, summed in float64.
    device_value
        What the device computed.
    """

    layer: str
    unit: int
    row: int
    column: int
    top: int
    left: int
    first_plane: int
    inputs: NDArray[np.float64]
    weights: NDArray[np.float64]
    products: NDArray[np.float64]
    inside: NDArray[np.bool_]
    subtotals: NDArray[np.float64]
    bias: float
    total: float
    device_value: float

    @property
    def difference(self) -> float:
        """What the device's value differs from the float64 sum."""
        return self.device_value - self.total

    @property
    def float32_error(self) -> float:
        """How far a float32 sum of these products can be off at most, in any order of adding."""
        return float((self.products.size + 1) * 2.0**-24 * (np.abs(self.products).sum() + abs(self.bias)))

    def largest(self, count: int = 10) -> tuple[tuple[int, int, int], ...]:
        """Return (plane, row, column) of the products that weigh most, whatever their sign, the largest first."""
        order = np.argsort(-np.abs(self.products), axis=None, kind="stable")[:count]
        places = np.unravel_index(order, self.products.shape)
        return tuple((int(plane), int(row), int(column)) for plane, row, column in zip(*places, strict=True))


def explain(activations: Activations, layer: str, unit: int, row: int = 0, column: int = 0) -> Arithmetic:
    """Return the arithmetic of one value that a forward pass computed.

    Raises
    ------
    SettingError
        A `ValueError`: the layer has no weights to multiply with, or no such value.
    """
    try:
        info = activations.layer(layer)
    except KeyError:
        raise SettingError("there is no layer {layer}", layer=layer) from None
    if info.kind not in (CONVOLUTION, LINEAR):
        raise SettingError("{layer} multiplies nothing: choose a convolution or a fully connected layer", layer=layer)
    output, source = activations[layer], activations.sources(layer)[0]
    weight, bias = activations.weights[layer]
    place = (unit, row, column)[: output.ndim]
    if any(not 0 <= index < size for index, size in zip(place, output.shape, strict=True)):
        raise SettingError(
            "{layer} has no value at {place}: its shape is {shape}",
            layer=layer,
            place=place,
            shape=tuple(output.shape),
        )
    weights = weight[unit].double().cpu().numpy()
    if info.kind == LINEAR:
        top = left = first = 0
        weights = weights[:, None, None]
        inputs = source.double().cpu().numpy()[:, None, None]
        inside = np.ones((1, 1), dtype=bool)
    else:
        top, left, first, inputs, inside = _window(info, source, unit, row, column)
    products = inputs * weights
    subtotals = products.sum(axis=(1, 2))
    offset = 0.0 if bias is None else float(bias[unit])
    return Arithmetic(
        layer=layer,
        unit=unit,
        row=row,
        column=column,
        top=top,
        left=left,
        first_plane=first,
        inputs=inputs,
        weights=weights,
        products=products,
        inside=inside,
        subtotals=subtotals,
        bias=offset,
        total=float(subtotals.sum() + offset),
        device_value=float(output[place]),
    )


def _window(
    info: LayerInfo, source: torch.Tensor, unit: int, row: int, column: int
) -> tuple[int, int, int, NDArray[np.float64], NDArray[np.bool_]]:
    """Return where a convolution's window lies, and what it reads: only the window leaves the device."""
    assert info.kernel_size is not None
    assert info.stride is not None
    assert info.padding is not None
    (kernel_h, kernel_w), (channels, height, width) = info.kernel_size, source.shape
    planes = channels // info.groups
    first = unit // (info.output_shape[0] // info.groups) * planes
    top, left = row * info.stride[0] - info.padding[0], column * info.stride[1] - info.padding[1]
    rows, columns = np.arange(top, top + kernel_h), np.arange(left, left + kernel_w)
    inside_h, inside_w = (rows >= 0) & (rows < height), (columns >= 0) & (columns < width)
    inside = inside_h[:, None] & inside_w
    inputs = np.zeros((planes, kernel_h, kernel_w))
    if inside.any():
        cells = source[first : first + planes, rows[inside_h][0] : rows[inside_h][-1] + 1]
        cells = cells[:, :, columns[inside_w][0] : columns[inside_w][-1] + 1]
        inputs[:, inside] = cells.double().cpu().numpy().reshape(planes, -1)
    return top, left, first, inputs, inside
