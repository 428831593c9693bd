"""Drawing on images: which cells a tool touches, and the image with them changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Position = tuple[int, int]  # row, column; may lie outside the image
MAX_DRAWN = 1_500_000  # values in an image that can be drawn on without a wait


def stroke(shape: Position, start: Position, end: Position, size: int = 1) -> NDArray[np.bool_]:
    """Return the cells of a straight stroke of a round brush, `size` cells wide, as a mask (H, W).

    >>> stroke((3, 3), (0, 0), (2, 2)).astype(int).tolist()
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    mask = np.zeros(shape, np.uint8)
    # far outside the image there is nothing to draw
    start, end = _near(start, shape, size), _near(end, shape, size)
    if size == 1:
        cv2.line(mask, start[::-1], end[::-1], 1)
        return mask.astype(bool)
    # one dab of the brush at each cell of the line: cv2's own thick lines grow with the angle
    (row0, column0), (row1, column1) = start, end
    count = max(abs(row1 - row0), abs(column1 - column0), 1)
    offsets = np.arange(size) - (size - 1) // 2
    middle = (size - 1) / 2 - (size - 1) // 2
    down, across = np.meshgrid(offsets, offsets, indexing="ij")
    disc = (down - middle) ** 2 + (across - middle) ** 2 <= (size / 2) ** 2
    for part in range(count + 1):
        rows = round(row0 + (row1 - row0) * part / count) + down[disc]
        columns = round(column0 + (column1 - column0) * part / count) + across[disc]
        inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
        mask[rows[inside], columns[inside]] = 1
    return mask.astype(bool)


def _near(cell: Position, shape: Position, margin: int) -> Position:
    return min(max(cell[0], -margin), shape[0] + margin), min(max(cell[1], -margin), shape[1] + margin)


def rectangle(shape: Position, start: Position, end: Position, size: int = 1) -> NDArray[np.bool_]:
    """Return the outline of a rectangle between two corners, `size` cells wide and growing inwards, as a mask (H, W).

    >>> rectangle((3, 3), (0, 0), (2, 2)).astype(int).tolist()
    [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    """
    top, bottom = sorted((start[0], end[0]))
    left, right = sorted((start[1], end[1]))
    rows, columns = np.indices(shape)
    depth = np.minimum.reduce([rows - top, bottom - rows, columns - left, right - columns])
    inside: NDArray[np.bool_] = (depth >= 0) & (depth < size)
    return inside


def region(image: NDArray[np.float64], cell: Position) -> NDArray[np.bool_]:
    """Return the cells of the same value that hang together with a cell, as a mask (H, W); image (C, H, W)."""
    same = (image == image[:, cell[0], cell[1], None, None]).all(axis=0)
    if not same[cell]:  # NaN is equal to nothing
        same = np.zeros_like(same)
        same[cell] = True
    _, labels = cv2.connectedComponents(same.astype(np.uint8), connectivity=4)
    joined: NDArray[np.bool_] = labels == labels[cell]
    return joined


def painted(image: NDArray[np.float64], mask: NDArray[np.bool_], value: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the image (C, H, W) with the masked cells set to a value a channel (or one for all)."""
    result = image.copy()
    for plane, number in zip(result, value * len(result) if len(value) == 1 else value, strict=True):
        plane[mask] = number
    result.flags.writeable = False
    return result


def with_cell(image: NDArray[np.float64], channel: int, row: int, column: int, value: float) -> NDArray[np.float64]:
    """Return the image with one value changed."""
    result = image.copy()
    result[channel, row, column] = value
    result.flags.writeable = False
    return result


def smooth_curve(points: Sequence[tuple[float, float]], count: int = 12) -> NDArray[np.float64]:
    """Return the Catmull-Rom curve through the points, (N, 2)."""
    knots = np.array([points[0], *points, points[-1]])
    t = np.arange(count)[:, np.newaxis] / count
    before, start, stop, after = knots[:-3], knots[1:-2], knots[2:-1], knots[3:]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(before, start, stop, after, strict=True)
    ]
    return np.concatenate([*pieces, knots[-1:]])
