"""The arithmetic of each stage on whole arrays, in float64.

Fast where that changes nothing, plain elsewhere; NaN and infinity pass through as torch passes them.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .geometry import window_reach
from .stages import Activation, Convolution, Pooling

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .geometry import Sides
    from .stages import Shape, Stage


_NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
# OpenCV's filter2D turns to a Fourier transform from 50 taps on. That is no faster here and leaves 1e-15 where a plain
# sum leaves 0, so a larger kernel is filtered in blocks of at most 7 x 7 taps.
_BLOCK = 7
_MANY_CELLS = 128**2
_PATCHES_BYTES = 32 * 2**20


def apply_stage(stage: Stage, image: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Return what a stage makes of an image of shape (C, H, W); `shape` is what its `output_shape` said of that."""
    if isinstance(stage, Convolution):
        return convolve(stage, image, shape)
    with np.errstate(all="ignore"):
        if isinstance(stage, Activation):
            return activate(stage, image)
        if isinstance(stage, Pooling):
            return pool(stage, image, shape)
    return image.reshape(-1)


def pad(image: NDArray[np.float64], sides: Sides, mode: str = "zeros", value: float = 0.0) -> NDArray[np.float64]:
    """Return the image with cells added: (C, H, W) -> (C, top + H + bottom, left + W + right)."""
    top, bottom, left, right = sides
    if not any(sides):
        return image
    if mode == "zeros":
        channels, height, width = image.shape
        padded = np.full((channels, top + height + bottom, left + width + right), value)
        padded[:, top : top + height, left : left + width] = image
        return padded
    widths = ((0, 0), (top, bottom), (left, right))
    return np.ascontiguousarray(np.pad(image, widths, mode=_NUMPY_MODES[mode]))  # type: ignore[call-overload]


def convolve(stage: Convolution, image: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Convolve an image of shape (C, H, W) with the stage's filters, to (out_channels, H', W')."""
    padded = pad(image, stage.sides, stage.padding_mode)
    weight = stage.applied_weight
    way = _best_way(stage, shape)
    # OpenCV skips a tap whose weight is 0, but 0 times infinity is NaN; a product finds any such value in one pass.
    if way is _filter_planes and not (stage.is_finite and _is_finite(padded)):
        way = _multiply_patches
    if way is _filter_planes and stage.bias is None:  # nothing here warns
        return way(stage, padded, weight, shape)
    with np.errstate(all="ignore"):
        output = way(stage, padded, weight, shape)
        if stage.bias is not None:
            output += stage.bias[:, None, None]
    return output


def _is_finite(image: NDArray[np.float64]) -> bool:
    """Tell in one pass whether no value is infinite or NaN (or, rarely, that the sum is too large to tell)."""
    if image.size < 8192:  # above, BLAS would wake its threads, and they get in the way of OpenCV's
        return math.isfinite(np.vdot(image, image))
    with np.errstate(all="ignore"):
        return math.isfinite(np.add.reduce(image, axis=None))


def _best_way(stage: Convolution, shape: Shape) -> Callable[..., NDArray[np.float64]]:
    """Return the fastest way (measured): a bank as one matrix product, a few planes by OpenCV or by their rows."""
    _, planes, kernel_h, kernel_w = stage.weight.shape
    cells = shape[1] * shape[2]
    stride_h, stride_w = stage.strides
    if shape[0] * planes * stride_h * stride_w > 8 or cells < 64:
        return _multiply_patches
    if kernel_h * kernel_w <= _BLOCK**2 or cells >= _MANY_CELLS:
        return _filter_planes
    return _multiply_rows if stage.strides == (1, 1) and stage.groups == 1 else _multiply_patches


def _filter_planes(
    stage: Convolution, padded: NDArray[np.float64], weight: NDArray[np.float64], shape: Shape
) -> NDArray[np.float64]:
    """Convolve plane by plane: best for few filters."""
    out_channels, height, width = shape
    if weight.shape[:2] == (1, 1) and stage.strides == (1, 1):  # the commonest case, without the copies
        return _filter_plane(padded[0], _spread(weight[0, 0], stage.dilations))[None]
    stride_h, stride_w = stage.strides
    per_group = out_channels // stage.groups
    planes = weight.shape[1]
    rows = (height - 1) * stride_h + window_reach(weight.shape[2], stage.dilations[0])
    columns = (width - 1) * stride_w + window_reach(weight.shape[3], stage.dilations[1])
    output = np.empty(shape)
    for out_channel in range(out_channels):
        first = out_channel // per_group * planes
        for plane in range(planes):
            source = padded[first + plane, :rows, :columns]
            filtered = _filter_plane(source, _spread(weight[out_channel, plane], stage.dilations))
            if plane == 0:
                output[out_channel] = filtered[::stride_h, ::stride_w]
            else:
                output[out_channel] += filtered[::stride_h, ::stride_w]
    return output


def _filter_plane(source: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlate a plane with a kernel, only where the kernel fits: (H, W) -> (H - kh + 1, W - kw + 1)."""
    kernel_h, kernel_w = kernel.shape
    height, width = source.shape[0] - kernel_h + 1, source.shape[1] - kernel_w + 1
    if max(kernel_h, kernel_w) <= _BLOCK:
        return _filter_block(source, kernel)[:height, :width]
    total: NDArray[np.float64] | None = None
    for top in range(0, kernel_h, _BLOCK):
        for left in range(0, kernel_w, _BLOCK):
            block = kernel[top : top + _BLOCK, left : left + _BLOCK]
            if not block.any():
                continue
            part = source[top : top + height + block.shape[0] - 1, left : left + width + block.shape[1] - 1]
            filtered = _filter_block(part, block)[:height, :width]
            total = filtered if total is None else np.add(total, filtered, out=total)
    return np.zeros((height, width)) if total is None else total


def _filter_block(source: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlate a plane with a small kernel; the anchor at its first tap puts the valid cells first."""
    # by position: names would take a tenth of the time of a small image
    return cv2.filter2D(source, -1, kernel, None, (0, 0), 0.0, cv2.BORDER_CONSTANT)  # type: ignore[return-value]


def _spread(kernel: NDArray[np.float64], dilations: tuple[int, int]) -> NDArray[np.float64]:
    """Return the kernel with its taps apart by the dilation, zeros between."""
    if dilations == (1, 1):
        return np.ascontiguousarray(kernel)
    spread = np.zeros([window_reach(k, d) for k, d in zip(kernel.shape, dilations, strict=True)])
    spread[:: dilations[0], :: dilations[1]] = kernel
    return spread


def _multiply_patches(
    stage: Convolution, padded: NDArray[np.float64], weight: NDArray[np.float64], shape: Shape
) -> NDArray[np.float64]:
    """Convolve as one matrix product over the patches: best for banks of filters."""
    out_channels, height, width = shape
    _, planes, kernel_h, kernel_w = weight.shape
    (stride_h, stride_w), (dilation_h, dilation_w) = stage.strides, stage.dilations
    per_group = out_channels // stage.groups
    taps = planes * kernel_h * kernel_w
    matrix = np.ascontiguousarray(weight).reshape(stage.groups, per_group, taps)
    output = np.empty(shape)
    # the patches are made in tiles, so that they never take much memory
    columns_at_once = min(width, max(1, _PATCHES_BYTES // (taps * 8)))
    rows_at_once = max(1, _PATCHES_BYTES // (taps * columns_at_once * 8))
    for row, column, group in itertools.product(
        range(0, height, rows_at_once), range(0, width, columns_at_once), range(stage.groups)
    ):
        rows, columns = min(rows_at_once, height - row), min(columns_at_once, width - column)
        source = padded[group * planes : (group + 1) * planes, row * stride_h :, column * stride_w :]
        # every tap's cells as a view: (planes, kh, kw, rows, columns); an axis of one cell needs no true step
        plane, down, across = source.strides
        patches = np.lib.stride_tricks.as_strided(
            source,
            (planes, kernel_h, kernel_w, rows, columns),
            (
                plane,
                down * dilation_h if kernel_h > 1 else down,
                across * dilation_w if kernel_w > 1 else across,
                down * stride_h if height > 1 else down,
                across * stride_w if width > 1 else across,
            ),
            writeable=False,
        )
        product = matrix[group] @ patches.reshape(taps, rows * columns)
        output[group * per_group : (group + 1) * per_group, row : row + rows, column : column + columns] = (
            product.reshape(per_group, rows, columns)
        )
    return output


def _multiply_rows(
    stage: Convolution, padded: NDArray[np.float64], weight: NDArray[np.float64], shape: Shape
) -> NDArray[np.float64]:
    """Convolve with stride 1: each row of a kernel with the whole image, then add what the rows give.

    Best for large kernels on small images, because each cell is copied kw times and not kh * kw times.
    """
    out_channels, height, width = shape
    _, planes, kernel_h, kernel_w = weight.shape
    dilation_h, dilation_w = stage.dilations
    padded = np.ascontiguousarray(padded)
    rows = padded.shape[1]
    plane, down, across = padded.strides
    # every column of taps as a view: (planes, kw, rows, columns); ndarray checks the bounds
    patches: NDArray[np.float64] = np.ndarray(
        (planes, kernel_w, rows, width), np.float64, padded, 0, (plane, across * dilation_w, down, across)
    )
    matrix = weight.transpose(0, 2, 1, 3).reshape(out_channels * kernel_h, planes * kernel_w)
    product = matrix @ patches.reshape(planes * kernel_w, rows * width)
    # what each row of taps gives, moved up to the output cell that it belongs to
    kernel_row, step = product.strides[0], width * product.itemsize
    moved: NDArray[np.float64] = np.ndarray(
        (out_channels, kernel_h, height * width),
        np.float64,
        product,
        0,
        (kernel_h * kernel_row, kernel_row + dilation_h * step, product.itemsize),
    )
    return np.asarray(np.add.reduce(moved, axis=1)).reshape(shape)


def pool(stage: Pooling, image: NDArray[np.float64], shape: Shape) -> NDArray[np.float64]:
    """Pool an image of shape (C, H, W) to (C, H', W')."""
    _, out_h, out_w = shape
    (kernel_h, kernel_w), (stride_h, stride_w) = stage.kernel, stage.strides
    top, _, left, _ = stage.sides
    _, height, width = image.shape
    # The last window of ceil_mode may reach past the padding: the cells below and to the right are as many as it needs.
    bottom = max((out_h - 1) * stride_h + kernel_h - top - height, 0)
    right = max((out_w - 1) * stride_w + kernel_w - left - width, 0)
    sides = (top, bottom, left, right)
    if stage.kind == "max":
        padded = pad(image, sides, value=-math.inf)
        rows = _slide(np.maximum, padded, 1, kernel_h, stride_h, out_h)
        return _slide(np.maximum, rows, 2, kernel_w, stride_w, out_w)
    rows = _slide(np.add, pad(image, sides), 1, kernel_h, stride_h, out_h)
    sums = _slide(np.add, rows, 2, kernel_w, stride_w, out_w)
    return sums / np.multiply.outer(
        _divisors(height, kernel_h, stride_h, top, out_h, stage.count_include_pad),
        _divisors(width, kernel_w, stride_w, left, out_w, stage.count_include_pad),
    )


def _slide(
    combine: np.ufunc, image: NDArray[np.float64], axis: int, kernel_size: int, stride: int, count: int
) -> NDArray[np.float64]:
    """Combine the cells of each window along one axis."""
    reach = (count - 1) * stride + 1
    index: list[slice] = [slice(None)] * 3
    index[axis] = slice(0, reach, stride)
    result = image[tuple(index)].copy()
    for offset in range(1, kernel_size):
        index[axis] = slice(offset, offset + reach, stride)
        combine(result, image[tuple(index)], out=result)
    return result


def _divisors(
    size: int, kernel_size: int, stride: int, padding: int, count: int, count_include_pad: bool
) -> NDArray[np.float64]:
    """Return by how many cells each window along one axis divides; cells past the padding never count, as in torch."""
    starts = np.arange(count) * (stride if count > 1 else 1) - padding
    ends = np.minimum(starts + kernel_size, size + padding)
    if not count_include_pad:
        starts, ends = np.maximum(starts, 0), np.minimum(ends, size)
    return (ends - starts).astype(np.float64)


def activate(stage: Activation, image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Apply an activation to every value."""
    with np.errstate(all="ignore"):
        return _FUNCTIONS[stage.name](image, **stage.parameters)


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    # exp of a negative number only: nothing overflows, and small results keep their digits
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _erf(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), dtype=np.float64)


def _gelu(x: NDArray[np.float64], approximate: str) -> NDArray[np.float64]:
    if approximate == "tanh":
        bend = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    else:
        bend = _erf(x / math.sqrt(2))
    return np.asarray(0.5 * x * (1 + bend))


def _softplus(x: NDArray[np.float64], beta: float, threshold: float) -> NDArray[np.float64]:
    scaled = x * beta
    # np.exp is only asked where the threshold leaves the line
    curve = np.log1p(np.exp(np.where(scaled > threshold, 0.0, scaled))) / beta
    return np.where(scaled > threshold, x, curve)


def _elu(x: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, 0.0, x)))


_FUNCTIONS: dict[str, Callable[..., NDArray[np.float64]]] = {
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x, negative_slope: np.where(x > 0, x, x * negative_slope),
    "relu6": lambda x: np.clip(x, 0.0, 6.0),
    "elu": _elu,
    "gelu": _gelu,
    "silu": lambda x: x * _sigmoid(x),
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "softplus": _softplus,
    "hardtanh": lambda x, min_val, max_val: np.clip(x, min_val, max_val),
    "abs": np.abs,
    "step": lambda x: np.heaviside(x, 0.0),
    "identity": np.copy,
}
