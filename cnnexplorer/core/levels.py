"""From values to the places that they have on a colour map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def to_indices(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    """Return the place of each value on a colour map from `low` to `high`, 0 to 255; NaN stands at 0.

    >>> to_indices(np.array([-1.0, 0.0, 0.5, 2.0, np.nan]), 0, 1).tolist()
    [0, 0, 128, 255, 0]
    """
    if math.isinf(high - low):  # a range wider than a float holds
        values, low, high = values / 2, low / 2, high / 2
    scale = 255.0 / (high - low) if high > low else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values - low) * scale
        scaled += 0.5
        # fmax takes the number where the other is NaN
        return np.asarray(np.fmin(np.fmax(scaled, 0.0, out=scaled), 255.0, out=scaled), np.uint8)


def finite_range(values: NDArray[np.floating]) -> tuple[float, float]:
    """Return the smallest and the largest value that is a finite number; (0, 0) where there is none."""
    low, high = float(values.min()), float(values.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
