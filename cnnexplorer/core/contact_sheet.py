"""Many pictures as tiles of one, each with its label below it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SMALLEST, LARGEST = 64, 512  # pixels of a tile's longer side
MOST_PIXELS = 64_000_000
_PAPER, _INK, _MUTED = (255, 255, 255), (26, 29, 33), (96, 103, 112)
_MARGIN, _GAP, _TITLE, _LABEL = 24, 10, 20, 13


def contact_sheet(
    tiles: Sequence[NDArray[np.uint8]], labels: Sequence[str], title: str = "", about: str = ""
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

    Returns
    -------
    uint8 (H, W, 3)

    Examples
    --------
    >>> contact_sheet([np.zeros((2, 2, 3), np.uint8)] * 4, ["0", "1", "2", "3"]).shape
    (218, 260, 3)
    """
    size = _tile_size(tiles[0].shape[:2], len(tiles))
    columns = _columns(len(tiles), size)
    rows = -(-len(tiles) // columns)
    title_font, label_font = ImageFont.load_default(_TITLE), ImageFont.load_default(_LABEL)
    heads = [(title, title_font, _INK, _TITLE + 10)] * bool(title) + [(about, label_font, _MUTED, _LABEL + 9)] * bool(
        about
    )
    cell = size[0] + _LABEL + 3 + _GAP, size[1] + _GAP
    top = _MARGIN + sum(height for _text, _font, _ink, height in heads)
    width = columns * cell[1] - _GAP + 2 * _MARGIN
    widest = max((math.ceil(font.getlength(text)) for text, font, _ink, _height in heads), default=0)
    sheet = Image.new("RGB", (max(width, widest + 2 * _MARGIN), top + rows * cell[0] - _GAP + _MARGIN), _PAPER)
    draw = ImageDraw.Draw(sheet)
    y = _MARGIN
    for text, font, ink, height in heads:
        draw.text((_MARGIN, y), text, ink, font)
        y += height
    for place, (tile, label) in enumerate(zip(tiles, labels, strict=True)):
        row, column = divmod(place, columns)
        left, y = _MARGIN + column * cell[1], top + row * cell[0]
        sheet.paste(Image.fromarray(_resized(tile, size)), (left, y))
        draw.text((left + size[1] / 2, y + size[0] + 3), label, _MUTED, label_font, anchor="mt")
    return np.asarray(sheet)


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
