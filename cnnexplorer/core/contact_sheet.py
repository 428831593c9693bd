"""Many pictures as tiles of one, each with its label below it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Colour = tuple[int, int, int]
Letters = Callable[[str, int, Colour], NDArray[np.uint8]]
"""Paints a line of text on white, of a height in pixels and in a colour: uint8 (h, w, 3)."""

SMALLEST, LARGEST = 64, 512  # pixels of a tile's longer side
MOST_PIXELS = 64_000_000
_PAPER, _INK, _MUTED = (255, 255, 255), (26, 29, 33), (96, 103, 112)
_MARGIN, _GAP, _LINE, _TITLE, _LABEL = 24, 10, 4, 20, 13


def plain_letters(text: str, size: int, ink: Colour) -> NDArray[np.uint8]:
    """Paint a line in Pillow's own font, which has the letters of English and few others."""
    from PIL import Image, ImageDraw, ImageFont  # a tenth of the time to the first window

    font = ImageFont.load_default(size)
    line = Image.new("RGB", (max(math.ceil(font.getlength(text)), 1), math.ceil(size * 1.3)), _PAPER)
    ImageDraw.Draw(line).text((0, 0), text, ink, font)
    return np.asarray(line)


def contact_sheet(
    tiles: Sequence[NDArray[np.uint8]],
    labels: Sequence[str],
    title: str = "",
    about: str = "",
    letters: Letters = plain_letters,
) -> NDArray[np.uint8]:
    """Lay pictures of one size out in rows, on white.

    Small ones are enlarged by a whole factor, pixel by pixel; large ones are made smaller by averaging.

    Parameters
    ----------
    tiles
        uint8 (h, w, 3) each.
    labels
        What stands below each.
    title, about
        Lines above all, the second smaller.
    letters
        Paints them, and the labels.

    Returns
    -------
    uint8 (H, W, 3)

    Examples
    --------
    >>> contact_sheet([np.zeros((2, 2, 3), np.uint8)] * 4, ["0", "1", "2", "3"]).shape
    (226, 260, 3)
    """
    size = _tile_size(tiles[0].shape[:2], len(tiles))
    columns = _columns(len(tiles), size)
    rows = -(-len(tiles) // columns)
    heads = [
        letters(text, height, ink) for text, height, ink in ((title, _TITLE, _INK), (about, _LABEL, _MUTED)) if text
    ]
    names = [letters(label, _LABEL, _MUTED) for label in labels]
    below = max(len(name) for name in names)
    cell = size[0] + below + 3 + _GAP, size[1] + _GAP
    top = _MARGIN + sum(len(head) + _LINE for head in heads) + _GAP * bool(heads)
    width = max(columns * cell[1] - _GAP, *(head.shape[1] for head in heads), 0) + 2 * _MARGIN
    sheet = np.full((top + rows * cell[0] - _GAP + _MARGIN, width, 3), _PAPER, np.uint8)
    y = _MARGIN
    for head in heads:
        _paste(sheet, head, y, _MARGIN)
        y += len(head) + _LINE
    for place, (tile, name) in enumerate(zip(tiles, names, strict=True)):
        row, column = divmod(place, columns)
        left, y = _MARGIN + column * cell[1], top + row * cell[0]
        _paste(sheet, _resized(tile, size), y, left)
        _paste(sheet, name, y + size[0] + 3, left + (size[1] - name.shape[1]) // 2)
    return sheet


def _paste(sheet: NDArray[np.uint8], part: NDArray[np.uint8], top: int, left: int) -> None:
    """Put a part where it belongs, without what would lie outside of the sheet."""
    left = max(left, 0)
    room = sheet[top : top + part.shape[0], left : left + part.shape[1]]
    room[:] = part[: room.shape[0], : room.shape[1]]


def _tile_size(shape: tuple[int, ...], count: int) -> tuple[int, int]:
    """Return height and width of a tile such that it can be seen, and all of them fit into the memory."""
    longer = max(shape)
    if longer < SMALLEST:
        factor = -(-SMALLEST // longer)
        return shape[0] * factor, shape[1] * factor
    most = min(LARGEST, math.isqrt(MOST_PIXELS // count))
    if longer <= most:
        return shape[0], shape[1]
    return max(round(shape[0] * most / longer), 1), max(round(shape[1] * most / longer), 1)


def _columns(count: int, size: tuple[int, int]) -> int:
    """Return how many tiles in a row make the sheet a little wider than high."""
    wished = math.sqrt(count * 4 / 3 * (size[0] + _LABEL + _GAP) / (size[1] + _GAP))
    return min(max(round(wished), 1), count)


def _resized(tile: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    if tile.shape[:2] == size:
        return tile
    way = cv2.INTER_NEAREST if tile.shape[0] < size[0] else cv2.INTER_AREA
    return np.asarray(cv2.resize(tile, size[::-1], interpolation=way), np.uint8)
