"""The stages of an experiment, as frozen values.

Names, defaults and shapes are torch's. A stage checks itself when it is made, and its input when it is asked for its
output's shape: so a wrong setting never reaches the arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from .geometry import Pair, Sides, is_whole, output_size, pair, window_reach
from .messages import SettingError, Term, term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

MAX_KERNEL = 15
_FEW = 1009  # of so many values one is looked at first: large arrays that differ seldom do so in a few places

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
_MODES = {
    "zeros": term("zeros"),
    "reflect": term("reflect"),
    "replicate": term("replicate"),
    "circular": term("circular"),
}
Shape = tuple[int, ...]

# torch.nn.functional's parameters and defaults
ACTIVATIONS: dict[str, dict[str, float | str]] = {
    "relu": {},
    "leaky_relu": {"negative_slope": 0.01},
    "relu6": {},
    "elu": {"alpha": 1.0},
    "gelu": {"approximate": "none"},
    "silu": {},
    "sigmoid": {},
    "tanh": {},
    "softplus": {"beta": 1.0, "threshold": 20.0},
    "hardtanh": {"min_val": -1.0, "max_val": 1.0},
    "abs": {},
    "step": {},
    "identity": {},
}


@dataclass(frozen=True, eq=False)
class Convolution:
    """Slide filters over an image and sum the products.

    out[o, i, j] = bias[o]
    + sum over c, m, n of padded[c, i·stride + m·dilation, j·stride + n·dilation] · weight[o, c, m, n]

    That is what mathematics calls cross-correlation; `flip=True` turns each kernel by 180 degrees first: true
    convolution (lecture, section 2).

    Parameters
    ----------
    weight
        (out_channels, in_channels / groups, kh, kw); kernels up to 15 x 15.
    bias
        (out_channels,), or None.
    stride, dilation
        int, or (height, width).
    padding
        int, (height, width), (top, bottom, left, right), "valid", "same" (stride 1 only, as in torch) or "full".
    padding_mode
        "zeros", "reflect", "replicate" or "circular".

    Raises
    ------
    SettingError
        A `ValueError` that names what is wrong.
    """

    weight: NDArray[np.float64]
    bias: NDArray[np.float64] | None = None
    stride: int | Pair = 1
    padding: int | Pair | Sides | Literal["valid", "same", "full"] = 0
    dilation: int | Pair = 1
    groups: int = 1
    padding_mode: PaddingMode = "zeros"
    flip: bool = False

    def __post_init__(self) -> None:
        weight = frozen_array(self.weight)
        if weight.ndim != 4 or 0 in weight.shape:
            raise SettingError(
                "weights of shape {shape} are no filters: give (out_channels, in_channels, height, width)",
                shape=weight.shape,
            )
        height, width = weight.shape[2:]
        if max(height, width) > MAX_KERNEL:
            raise SettingError(
                "a kernel of {height}x{width} is too large: use at most {limit}x{limit}",
                height=height,
                width=width,
                limit=MAX_KERNEL,
            )
        object.__setattr__(self, "weight", weight)
        if self.bias is not None:
            bias = frozen_array(self.bias)
            if bias.shape != weight.shape[:1]:
                raise SettingError(
                    "a bias of shape {shape} does not fit {filters} filters: give one number a filter",
                    shape=bias.shape,
                    filters=len(weight),
                )
            object.__setattr__(self, "bias", bias)
        object.__setattr__(self, "stride", pair(self.stride, term("stride"), 1))
        object.__setattr__(self, "dilation", pair(self.dilation, term("dilation"), 1))
        if not is_whole(self.groups) or self.groups < 1 or len(weight) % self.groups:
            raise SettingError(
                "{filters} filters cannot be divided into {groups} groups: use a divisor of {filters}",
                filters=len(weight),
                groups=self.groups,
            )
        object.__setattr__(self, "groups", int(self.groups))
        if self.padding_mode not in _MODES:
            raise SettingError(
                "there is no padding mode “{mode}”: use zeros, reflect, replicate or circular", mode=self.padding_mode
            )
        object.__setattr__(self, "padding", self._checked_padding())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Convolution) and same_fields(self, other)

    def __reduce__(self) -> tuple[Any, ...]:  # made anew: a pickled array can be written to
        return Convolution, tuple(getattr(self, field.name) for field in fields(self))

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    @property
    def in_channels(self) -> int:
        """How many channels the input must have."""
        return int(self.weight.shape[1]) * self.groups

    @property
    def out_channels(self) -> int:
        """How many filters, and so feature maps, there are."""
        return len(self.weight)

    @property
    def kernel_size(self) -> Pair:
        """Height and width of the kernels."""
        return self.weight.shape[2], self.weight.shape[3]

    @property
    def strides(self) -> Pair:
        """The stride as (height, width)."""
        return cast("Pair", self.stride)  # made a pair on the way in

    @property
    def dilations(self) -> Pair:
        """The dilation as (height, width)."""
        return cast("Pair", self.dilation)

    @cached_property
    def sides(self) -> Sides:
        """The padding in cells: (top, bottom, left, right)."""
        if isinstance(self.padding, tuple):
            return self.padding if len(self.padding) == 4 else _both_ends(self.padding)
        reach_h, reach_w = (window_reach(k, d) - 1 for k, d in zip(self.kernel_size, self.dilations, strict=True))
        if self.padding == "same":
            return reach_h // 2, reach_h - reach_h // 2, reach_w // 2, reach_w - reach_w // 2
        if self.padding == "full":
            return reach_h, reach_h, reach_w, reach_w
        return 0, 0, 0, 0

    @cached_property
    def applied_weight(self) -> NDArray[np.float64]:
        """The weights as they are multiplied: flipped for true convolution."""
        return np.ascontiguousarray(self.weight[:, :, ::-1, ::-1]) if self.flip else self.weight

    @cached_property
    def is_finite(self) -> bool:
        """Whether no weight is infinite or NaN."""
        return bool(np.isfinite(self.weight).all())

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that an input of shape (C, H, W) becomes; raise `SettingError` where it does not fit."""
        channels, height, width = _image_shape(shape, term("convolution"))
        self._check_channels(channels)
        top, bottom, left, right = self.sides
        kernel_h, kernel_w = self.kernel_size
        reach_h, reach_w = (window_reach(k, d) for k, d in zip(self.kernel_size, self.dilations, strict=True))
        padded_h, padded_w = height + top + bottom, width + left + right
        self._check_border((height, reach_h, max(top, bottom)), (width, reach_w, max(left, right)))
        if reach_h > padded_h or reach_w > padded_w:
            missing = max(reach_h - height, reach_w - width)
            if max(self.dilations) == 1:
                raise SettingError(
                    "kernel {kernel_h}x{kernel_w} does not fit the padded input {height}x{width}: use padding "
                    "{padding} or more",
                    kernel_h=kernel_h,
                    kernel_w=kernel_w,
                    height=padded_h,
                    width=padded_w,
                    padding=(missing + 1) // 2,
                )
            raise SettingError(
                "kernel {kernel_h}x{kernel_w}, spread over {reach_h}x{reach_w} by its dilation, does not fit the "
                "padded input {height}x{width}: use padding {padding} or more",
                kernel_h=kernel_h,
                kernel_w=kernel_w,
                reach_h=reach_h,
                reach_w=reach_w,
                height=padded_h,
                width=padded_w,
                padding=(missing + 1) // 2,
            )
        return (
            self.out_channels,
            output_size(height, kernel_h, self.strides[0], (top, bottom), self.dilations[0]),
            output_size(width, kernel_w, self.strides[1], (left, right), self.dilations[1]),
        )

    def _checked_padding(self) -> Sides | str:
        if isinstance(self.padding, str):
            if self.padding not in ("valid", "same", "full"):
                raise SettingError(
                    "there is no padding “{padding}”: use a number, valid, same or full", padding=self.padding
                )
            if self.padding == "same" and self.strides != (1, 1):
                raise SettingError(
                    "padding “same” keeps the size with stride 1 only: stride {stride} needs padding as a number",
                    stride=max(self.strides),
                )
            return self.padding
        if isinstance(self.padding, tuple) and len(self.padding) == 4:
            first, second = self.padding[:2], self.padding[2:]
            top, bottom, left, right = *pair(first, term("padding"), 0), *pair(second, term("padding"), 0)
            return top, bottom, left, right
        return _both_ends(pair(self.padding, term("padding"), 0))

    def _check_channels(self, channels: int) -> None:
        if channels == self.in_channels:
            return
        if channels % self.groups:
            raise SettingError(
                "an input of {channels} channels cannot be divided into {groups} groups: use 1 group, and filters of "
                "{channels} planes",
                channels=channels,
                groups=self.groups,
            )
        raise SettingError(
            "filters for {wanted} channels do not fit an input of {channels}: give each filter {planes} planes",
            wanted=self.in_channels,
            channels=channels,
            planes=channels // self.groups,
        )

    def _check_border(self, *axes: tuple[int, int, int]) -> None:
        """Mirrored cells must exist: reflect needs padding below the image's size, circular at most that size.

        Each axis is (size, reach of the kernel, the larger padding).
        """
        if self.padding_mode in ("zeros", "replicate"):
            return
        mode = _MODES[self.padding_mode]
        for size, reach, padding in axes:
            limit = size - 1 if self.padding_mode == "reflect" else size
            if reach > size + 2 * limit:
                raise SettingError(
                    "a kernel that reaches over {reach} cells does not fit an image of {size} with {mode} padding: "
                    "use another padding mode, or a kernel that reaches over {most} at most",
                    reach=reach,
                    size=size,
                    mode=mode,
                    most=size + 2 * limit,
                )
            if padding > limit:
                raise SettingError(
                    "{mode} padding {padding} is larger than an image of {size} cells allows: use {limit} or less",
                    mode=mode,
                    padding=padding,
                    size=size,
                    limit=limit,
                )


class Activation:
    """Apply a function to each value on its own.

    Parameters
    ----------
    name
        One of `ACTIVATIONS`: torch.nn.functional's names, and "abs", "step" (1 above zero, else 0) and "identity".
    **parameters
        torch's, with torch's defaults: "leaky_relu" negative_slope=0.01, "elu" alpha=1, "gelu" approximate="none" or
        "tanh", "softplus" beta=1, threshold=20, "hardtanh" min_val=-1, max_val=1.

    Raises
    ------
    SettingError
        A `ValueError`: an unknown name or parameter, or a parameter that is no number.

    Examples
    --------
    >>> dict(Activation("leaky_relu").parameters)
    {'negative_slope': 0.01}
    """

    __slots__ = ("name", "parameters")

    name: str
    parameters: Mapping[str, Any]

    def __init__(self, name: str, /, **parameters: float | str) -> None:
        if name not in ACTIVATIONS:
            raise SettingError("there is no activation “{name}”: use one of {names}", name=name, names=_names())
        merged: dict[str, Any] = {**ACTIVATIONS[name]}
        for key, value in parameters.items():
            if key not in merged:
                raise SettingError(
                    "the activation “{name}” has no parameter “{key}”: it has {names}",
                    name=name,
                    key=key,
                    names=", ".join(merged) or term("none"),
                )
            if key == "approximate":
                if value not in ("none", "tanh"):
                    raise SettingError("gelu's approximation “{value}” is unknown: use none or tanh", value=value)
                merged[key] = value
            elif not _is_finite(value):
                raise SettingError("{key} {value} is not a number: type a finite one", key=key, value=value)
            else:
                merged[key] = float(value)
        if name == "softplus" and merged["beta"] == 0:
            raise SettingError("{key} 0 would divide by zero: use another number", key="beta")
        if name == "hardtanh" and merged["min_val"] > merged["max_val"]:
            raise SettingError(
                "min_val {low} is above max_val {high}: swap them", low=merged["min_val"], high=merged["max_val"]
            )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "parameters", MappingProxyType(merged))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an Activation is frozen: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an Activation is frozen: cannot delete {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _make_activation, (self.name, dict(self.parameters))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Activation) and (self.name, dict(self.parameters)) == (
            other.name,
            dict(other.parameters),
        )

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.parameters.items())))

    def __repr__(self) -> str:
        extra = "".join(f", {key}={value!r}" for key, value in self.parameters.items())
        return f"Activation({self.name!r}{extra})"

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape unchanged."""
        return shape


def _make_activation(name: str, parameters: dict[str, float | str]) -> Activation:
    return Activation(name, **parameters)


@dataclass(frozen=True)
class Pooling:
    """Take the largest value, or the mean, of each window; channels stay apart (lecture, section 8).

    Parameters
    ----------
    kind
        "max" or "average".
    kernel_size, padding
        int, or (height, width); the padding at most half the kernel, as in torch. Padding never wins a maximum.
    stride
        int, or (height, width); the kernel size when None.
    ceil_mode
        Count a last window that only partly fits.
    count_include_pad
        Whether an average divides by the whole window or only by its cells inside the image.

    Raises
    ------
    SettingError
        A `ValueError` that names what is wrong.
    """

    kind: Literal["max", "average"]
    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        if self.kind not in ("max", "average"):
            raise SettingError("there is no pooling “{kind}”: use max or average", kind=self.kind)
        kernel = pair(self.kernel_size, term("kernel size"), 1)
        stride = kernel if self.stride is None else pair(self.stride, term("stride"), 1)
        padding = pair(self.padding, term("padding"), 0)
        for size, cells in zip(kernel, padding, strict=True):
            if cells > size // 2:
                raise SettingError(
                    "pooling padding {padding} is more than half the kernel size {size}: use {limit} or less",
                    padding=cells,
                    size=size,
                    limit=size // 2,
                )
        object.__setattr__(self, "kernel_size", kernel)
        object.__setattr__(self, "stride", stride)
        object.__setattr__(self, "padding", padding)

    @property
    def kernel(self) -> Pair:
        """The kernel size as (height, width)."""
        return cast("Pair", self.kernel_size)  # made a pair on the way in

    @property
    def strides(self) -> Pair:
        """The stride as (height, width)."""
        return cast("Pair", self.stride)

    @property
    def sides(self) -> Sides:
        """The padding in cells: (top, bottom, left, right)."""
        return _both_ends(cast("Pair", self.padding))

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape that an input of shape (C, H, W) becomes; raise `SettingError` where it does not fit."""
        channels, height, width = _image_shape(shape, term("pooling"))
        most: list[int] = []
        for size, kernel, stride, sides in zip(
            (height, width), self.kernel, self.strides, (self.sides[:2], self.sides[2:]), strict=True
        ):
            beyond = stride - 1 if self.ceil_mode else 0  # so far may a partial window reach
            most.append(min(kernel, size + sum(sides) + beyond))
        if tuple(most) != self.kernel:
            raise SettingError(
                "pooling {kernel_h}x{kernel_w} does not fit its padded input {height}x{width}: use a window of "
                "{most_h}x{most_w} or smaller",
                kernel_h=self.kernel[0],
                kernel_w=self.kernel[1],
                height=height + sum(self.sides[:2]),
                width=width + sum(self.sides[2:]),
                most_h=most[0],
                most_w=most[1],
            )
        (top, _, left, _), (kernel_h, kernel_w), (stride_h, stride_w) = self.sides, self.kernel, self.strides
        return (
            channels,
            output_size(height, kernel_h, stride_h, top, 1, self.ceil_mode),
            output_size(width, kernel_w, stride_w, left, 1, self.ceil_mode),
        )


@dataclass(frozen=True)
class Flatten:
    """Lay all values in one row: channel after channel, row after row."""

    def output_shape(self, shape: Shape) -> Shape:
        """Return (C·H·W,)."""
        return (math.prod(shape),)


Stage = Convolution | Activation | Pooling | Flatten


def as_real(values: ArrayLike) -> NDArray[Any]:
    """Return values as an array of real numbers, not copied where it is one; else raise `SettingError`."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise SettingError("rows of different lengths make no array: give every row as many numbers") from error
    if array.dtype.kind not in "biuf":
        raise SettingError("values of type {kind} are no real numbers: give whole or decimal ones", kind=array.dtype)
    return array


def frozen_array(values: ArrayLike) -> NDArray[np.float64]:
    """Return values as a float64 array that nobody can write to; an array that is one already is not copied."""
    array = as_real(values)
    if array.dtype != np.float64 or not array.flags.c_contiguous or array.flags.writeable or array.base is not None:
        array = np.array(array, dtype=np.float64, order="C")
        array.flags.writeable = False
    return array


def same_array(left: NDArray[np.float64] | None, right: NDArray[np.float64] | None) -> bool:
    """Tell whether two frozen arrays are the same to the bit; NaN equals itself here."""
    if left is None or right is None or left is right:
        return left is right
    if left.shape != right.shape:
        return False
    one, other = left.reshape(-1).view(np.uint64), right.reshape(-1).view(np.uint64)
    few = slice(None, None, _FEW)
    return bool((one[few] == other[few]).all() and (one == other).all())


def same_fields(left: Any, right: Any) -> bool:  # noqa: ANN401  # two values of one dataclass
    """Compare two values of one dataclass field by field, arrays to the bit."""
    for name in left.__dataclass_fields__:
        a, b = getattr(left, name), getattr(right, name)
        if not (same_array(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else a == b):
            return False
    return True


def _both_ends(padding: Pair) -> Sides:
    return padding[0], padding[0], padding[1], padding[1]


def _image_shape(shape: Shape, stage: Term) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise SettingError(
            "{stage}: an image is needed here, but after flattening there is only a row of numbers; move this stage "
            "before the flattening",
            stage=stage,
        )
    return shape[0], shape[1], shape[2]


def _is_finite(value: object) -> bool:
    try:
        if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
            return False
        return math.isfinite(value)
    except OverflowError:  # a whole number larger than a float holds
        return False


def _names() -> str:
    return ", ".join(ACTIVATIONS)
