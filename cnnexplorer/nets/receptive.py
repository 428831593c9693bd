"""What a cell of a layer sees of the image."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core.geometry import Rectangle

from .tracing import AVERAGE_POOLING, CONVOLUTION, FLATTEN, LINEAR, MAX_POOLING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .architecture import LayerInfo

Pair = tuple[int, int]


class ReceptiveField(NamedTuple):
    """The window of the image that a cell of a layer sees, each as (height, width) in pixels.

    The cell at row r and column c sees the pixels from start + stride * (r, c) on; `start` is negative where the first
    cells look into the padding. Where every cell sees the whole image the stride is 0. For the exact pixels of one cell
    (clipped at the border, and for adaptive pooling) ask `receptive_rectangle`.
    """

    size: Pair
    stride: Pair
    start: Pair


IMAGE = ReceptiveField((1, 1), (1, 1), (0, 0))


def after_window(field: ReceptiveField, kernel_size: Pair, stride: Pair, padding: Pair) -> ReceptiveField:
    """Return the receptive field behind a window that slides over a layer.

    >>> after_window(IMAGE, (11, 11), (4, 4), (2, 2))
    ReceptiveField(size=(11, 11), stride=(4, 4), start=(-2, -2))
    """
    axes = zip(*field, kernel_size, stride, padding, strict=True)
    sizes, strides, starts = zip(
        *(
            (size + (kernel - 1) * jump, jump * step, start - pad * jump)
            for size, jump, start, kernel, step, pad in axes
        ),
        strict=True,
    )
    return ReceptiveField(sizes, strides, starts)


def after_everything(field: ReceptiveField, cells: Pair) -> ReceptiveField:
    """Return the receptive field behind a layer that reads all cells of another, such as a fully connected one."""
    height, width = (
        size + (count - 1) * jump for size, jump, count in zip(field.size, field.stride, cells, strict=True)
    )
    return ReceptiveField((height, width), (0, 0), field.start)


def joined(fields: Sequence[ReceptiveField]) -> ReceptiveField:
    """Return the window around those of several branches."""
    starts = tuple(min(field.start[axis] for field in fields) for axis in (0, 1))
    ends = tuple(max(field.start[axis] + field.size[axis] for field in fields) for axis in (0, 1))
    return ReceptiveField((ends[0] - starts[0], ends[1] - starts[1]), fields[0].stride, (starts[0], starts[1]))


def receptive_rectangle(
    layers: Sequence[LayerInfo], name: str, row: int, column: int, height: int = 1, width: int = 1
) -> Rectangle:
    """Return exactly which pixels of the image a cell of a layer (or a rectangle of cells) sees.

    Walks back from the cell to the image, clipped at the borders of every map on the way: padding is not seen.

    Parameters
    ----------
    layers
        What `read_architecture` gave; the first layer reads the image.
    name, row, column
        Which layer, and which of its cells. For a layer without rows and columns the whole image is returned.

    Raises
    ------
    KeyError
        If no layer has that name.
    """
    by_name = {layer.name: layer for layer in layers}
    target = by_name[name]
    first = layers[0].input_shape
    if len(target.output_shape) == 1:
        return Rectangle(0, 0, first[1], first[2])
    windows = {name: (row, row + height, column, column + width)}
    image: tuple[int, int, int, int] | None = None
    for layer in reversed(layers):
        window = windows.pop(layer.name, None)
        if window is None:
            continue
        top, bottom = _read_by(layer, 0, window[0], window[1])
        left, right = _read_by(layer, 1, window[2], window[3])
        read = (top, bottom, left, right)
        if not layer.inputs:
            image = _around(image, read)
        for source in layer.inputs:
            windows[source] = _around(windows.get(source), read)
    if image is None:
        return Rectangle(0, 0, 0, 0)
    top, bottom, left, right = image
    return Rectangle(top, left, max(bottom - top, 0), max(right - left, 0))


def _read_by(layer: LayerInfo, axis: int, first: int, end: int) -> Pair:
    """Return which cells of its input the cells first..end of a layer read along one axis."""
    size, cells = layer.input_shape[axis + 1], layer.output_shape[axis + 1]
    if layer.kind == AVERAGE_POOLING:  # adaptive: torch's windows
        return first * size // cells, -(-end * size // cells)
    if layer.kind in (CONVOLUTION, MAX_POOLING) and layer.kernel_size and layer.stride and layer.padding:
        step, pad = layer.stride[axis], layer.padding[axis]
        return max(first * step - pad, 0), min((end - 1) * step - pad + layer.kernel_size[axis], size)
    return first, end


def _around(window: tuple[int, int, int, int] | None, other: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if window is None:
        return other
    return (
        min(window[0], other[0]),
        max(window[1], other[1]),
        min(window[2], other[2]),
        max(window[3], other[3]),
    )


def field_after(layer_kind: str, fields: Sequence[ReceptiveField], **settings: Pair) -> ReceptiveField:
    """Return a layer's receptive field from those of the layers that it reads."""
    field = joined(fields)
    if layer_kind in (FLATTEN, LINEAR):
        return after_everything(field, settings["cells"])
    if "kernel_size" in settings:
        return after_window(field, settings["kernel_size"], settings["stride"], settings["padding"])
    return field
