"""How far a network's layers are from each other for two pictures: one disturbed and one clean, or any two."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from cnnexplorer.core.messages import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .architecture import LayerInfo
    from .network import Activations

_PIECE = 2**15  # values


class Change(NamedTuple):
    """How far values a are from values b, all of a layer's together.

    Attributes
    ----------
    distance
        ‖a − b‖ / ‖b‖: 0 where nothing differs; infinite where b is all zeros and a is not.
    correlation
        Pearson's: 1 where nothing differs, else 0 where one of the two is the same everywhere.
    """

    distance: float
    correlation: float


class LayerChange(NamedTuple):
    """A layer and how much its output differs."""

    layer: LayerInfo
    distance: float
    correlation: float


@dataclass(frozen=True)
class Comparison:
    """Two looks of one network.

    Attributes
    ----------
    picture
        How far the pictures are from each other, as the first layer gets them.
    layers
        How far each layer's output is, in order of execution.
    """

    picture: Change
    layers: tuple[LayerChange, ...]

    def of(self, name: str) -> LayerChange:
        """Return the change of a layer."""
        return next(change for change in self.layers if change.layer.name == name)


@dataclass(frozen=True, eq=False)
class UnitChanges:
    """How much each unit of a layer differs, float64 (C,): `distance` and `correlation` as in `Change`.

    `difference` is ‖a − b‖, not divided by anything.
    """

    difference: NDArray[np.float64]
    distance: NDArray[np.float64]
    correlation: NDArray[np.float64]


def compare_activations(changed: Activations, clean: Activations) -> Comparison:
    """Return how far the activations `changed` are from the activations `clean` of the same network.

    All sums are in float64 and on the device; values that are no numbers give changes that are none.

    Raises
    ------
    SettingError
        A `ValueError`: the pictures are not of one size, or the networks not the same.
    """
    if changed.input.shape != clean.input.shape or list(changed) != list(clean):
        raise SettingError(
            "the layers for pictures of {height}×{width} and {other_height}×{other_width} cannot be compared value by "
            "value: switch “Resize, crop, normalise” on",
            height=changed.input.shape[1],
            width=changed.input.shape[2],
            other_height=clean.input.shape[1],
            other_width=clean.input.shape[2],
        )
    pairs = [(changed.input, clean.input), *((changed[name], clean[name]) for name in changed)]
    picture, *rest = _brought([_sums(_rows(one, 1), _rows(other, 1)) for one, other in pairs])
    layers = tuple(LayerChange(layer, *row) for layer, row in zip(changed.layers, rest, strict=True))
    return Comparison(picture, layers)


def compare_units(changed: torch.Tensor, clean: torch.Tensor) -> UnitChanges:
    """Return how far each unit's map is from the one of another picture; both (C, H, W) or (N,).

    >>> compare_units(torch.tensor([3.0, 0.0]), torch.tensor([2.0, 0.0])).distance.tolist()
    [0.5, 0.0]
    """
    sums = _sums(_rows(changed, len(changed)), _rows(clean, len(clean))).cpu().numpy()  # (5, C)
    changes = np.array([_change(*column) for column in sums.T.tolist()]).reshape(-1, 2)
    return UnitChanges(np.sqrt(sums[0]), changes[:, 0], changes[:, 1])


def _rows(values: torch.Tensor, count: int) -> torch.Tensor:
    """Return values as (count, n), where float64 can be computed: not on Apple's GPUs."""
    flat = values.detach().reshape(count, -1)
    return flat.cpu() if flat.device.type == "mps" else flat


def _sums(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return the five sums of squares and products that the changes are made of: (R, n), (R, n) -> (5, R)."""
    rows, count = one.shape
    mean, other_mean = _means(one), _means(other)
    sums = torch.zeros((5, rows), dtype=torch.float64, device=one.device)
    # on the CPU by pieces that stay in its cache, which is several times as fast
    step = max(_PIECE // rows, 1) if one.device.type == "cpu" else count
    for start in range(0, count, step):
        a, b = (values[:, start : start + step].to(torch.float64, copy=True) for values in (one, other))
        apart = a - b
        sums[0] += _products(apart, apart)
        sums[1] += _products(b, b)
        a -= mean
        b -= other_mean
        sums[2] += _products(a, a)
        sums[3] += _products(b, b)
        sums[4] += _products(a, b)
    return sums


def _products(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return the sum of the products of each row: (R, n), (R, n) -> (R,)."""
    return torch.dot(one[0], other[0])[None] if len(one) == 1 else torch.linalg.vecdot(one, other)


def _means(values: torch.Tensor) -> torch.Tensor:
    """Return the mean of each row, float64 (R, 1); exactly the value where all are the same."""
    low, high = values.amin(dim=1, keepdim=True), values.amax(dim=1, keepdim=True)
    return torch.where(low == high, low.double(), values.mean(dim=1, keepdim=True, dtype=torch.float64))


def _brought(sums: Sequence[torch.Tensor]) -> list[Change]:
    """Return one change for each (5, 1), all carried over from the device together."""
    return [_change(*row) for row in torch.cat(list(sums), dim=1).T.tolist()]


def _change(difference: float, size: float, spread: float, other_spread: float, together: float) -> Change:
    if not (math.isfinite(difference) and math.isfinite(size)):
        return Change(math.nan, math.nan)
    if difference == 0:
        return Change(0.0, 1.0)
    distance = math.sqrt(difference / size) if size > 0 else math.inf
    # the roots apart: a product of tiny sums would be zero
    scale = math.sqrt(spread) * math.sqrt(other_spread)
    return Change(distance, min(max(together / scale, -1.0), 1.0) if scale > 0 else 0.0)
