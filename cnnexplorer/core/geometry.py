"""Sizes and positions: the one place that decides what fits where.

Validation, drawing and the formula on screen all ask here, so they cannot disagree.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeGuard

import numpy as np

from .messages import SettingError, Term, term

Pair = tuple[int, int]
Sides = tuple[int, int, int, int]  # top, bottom, left, right


class Rectangle(NamedTuple):
    """A rectangle of cells: `top` and `left` are its first row and column."""

    top: int
    left: int
    height: int
    width: int


def output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Return how many positions a window takes along one axis.

    floor((size + padding before + padding after - reach) / stride) + 1, where the window's reach is
    dilation * (kernel_size - 1) + 1. In `ceil_mode` the last, partial window counts too, as long as it begins inside
    the input or the padding before it (torch's rule).

    Parameters
    ----------
    padding
        The same on both ends, or (before, after).

    Raises
    ------
    SettingError
        A `ValueError` that names the number that is wrong, and what would be right.

    Examples
    --------
    >>> output_size(224, 11, stride=4, padding=2)
    55
    >>> output_size(7, 2, stride=2), output_size(7, 2, stride=2, ceil_mode=True)
    (3, 4)
    """
    size, kernel_size = whole(size, term("size"), 1), whole(kernel_size, term("kernel size"), 1)
    stride, dilation = whole(stride, term("stride"), 1), whole(dilation, term("dilation"), 1)
    before, after = pair(padding, term("padding"), 0)
    room = size + before + after - window_reach(kernel_size, dilation)
    if room < 0 and not (ceil_mode and -room < stride):
        raise SettingError(
            "a kernel that reaches over {reach} cells does not fit the padded input of {size}: use padding {padding} "
            "or more",
            reach=window_reach(kernel_size, dilation),
            size=size + before + after,
            padding=(before + after - room + 1) // 2,
        )
    if not ceil_mode:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + before else count


def window_reach(kernel_size: int, dilation: int) -> int:
    """Return over how many cells a kernel reaches along one axis.

    >>> window_reach(3, 2)
    5
    """
    return dilation * (kernel_size - 1) + 1


@lru_cache(maxsize=256)
def unvisited(
    size: int, kernel_size: int, stride: int, padding: tuple[int, int], dilation: int, count: int
) -> tuple[int, ...]:
    """Return the indices of the padded axis that none of the `count` windows reads.

    >>> unvisited(7, 2, 2, (0, 0), 1, 3)
    (6,)
    """
    visited = {position * stride + tap * dilation for position in range(count) for tap in range(kernel_size)}
    return tuple(index for index in range(size + sum(padding)) if index not in visited)


def pair(value: object, name: Term, minimum: int) -> Pair:
    """Return a setting as (height, width), each a whole number of at least `minimum`; else raise `SettingError`."""
    values = (value, value) if is_whole(value) else value
    if not isinstance(values, tuple) or len(values) != 2 or not all(is_whole(number) for number in values):
        raise SettingError(
            "{name} {number} is not a whole number or a pair of them: use one like {minimum} or ({minimum}, {minimum})",
            name=name,
            number=value,
            minimum=minimum,
        )
    return whole(values[0], name, minimum), whole(values[1], name, minimum)


def whole(value: object, name: Term, minimum: int) -> int:
    """Return a setting as a whole number of at least `minimum`; else raise `SettingError`."""
    if not is_whole(value):
        raise SettingError(
            "{name} {number} is not a whole number: use {minimum} or more", name=name, number=value, minimum=minimum
        )
    if value < minimum:
        raise SettingError(
            "{name} {number} is too small: use {minimum} or more", name=name, number=value, minimum=minimum
        )
    return int(value)


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether a value is a whole number (numpy's included, truth values not)."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)
