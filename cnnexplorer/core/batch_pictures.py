"""Maps and filters as pictures in colours, alone and on a contact sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .levels import finite_range, to_indices
from .messages import Note, mark
from .metadata import png_texts
from .numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .batch import Group
    from .metadata import FigureNotes

    Array = NDArray[Any]
    Limits = tuple[float, float]

NO_NUMBER = (204, 0, 102)  # the colour of what is not finite: no colour map here has it
_PAPER = 255


@dataclass(frozen=True, eq=False)
class Paint:
    """The colours of values: a table uint8 (256, 3), and whether zero is its middle."""

    table: NDArray[np.uint8]
    diverging: bool = False


def group_limits(values: Array, paint: Paint | None, colour: bool = False) -> Limits:
    """Return the values at the ends of the colours, from the smallest and the largest finite one.

    `colour` tells whether they are painted as red, green and blue.
    """
    low, high = finite_range(values)
    if colour or (paint is not None and paint.diverging):
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    return low, high


def paint_unit(unit: Array, paint: Paint, limits: Limits, colour: bool = False, scale: int = 1) -> NDArray[np.uint8]:
    """Return a unit as a picture.

    Parameters
    ----------
    unit
        (H, W); (N,), which is laid out in rows; or (planes, kh, kw), which are laid out as tiles.
    limits
        The values at the ends of the colours.
    colour
        Whether three planes are red, green and blue.
    scale
        Pixels a cell.

    Returns
    -------
    uint8 (height, width, 3)
    """
    if unit.ndim == 3 and colour:
        picture = to_indices(unit.astype(np.float64), *limits).transpose(1, 2, 0)  # (3, kh, kw) -> (kh, kw, 3)
    else:
        picture = _tiled(unit, paint, limits)
    return np.ascontiguousarray(picture.repeat(scale, axis=0).repeat(scale, axis=1))


def paint_tiles(
    group: Group, units: Array, paint: Paint, shared: Limits | None, check: Callable[[], None]
) -> list[NDArray[np.uint8]]:
    """Return the tiles of a group's contact sheet.

    Parameters
    ----------
    check
        Is called before each tile, and may raise to end it all.
    """
    tiles = []
    for unit in units:
        check()
        tiles.append(paint_unit(unit, paint, shared or group_limits(unit, paint, group.colour), group.colour))
    return tiles


def sheet_line(template: str, low: float, high: float) -> str:
    """Return what a contact sheet says of its values.

    >>> sheet_line("{low} … {high}", -1.25, 0.5)
    '-1.25 … 0.5'
    """
    return template.format(low=format_number(low, 4), high=format_number(high, 4))


def write_picture(
    file: IO[bytes], picture: NDArray[np.uint8], notes: FigureNotes, limits: Limits | None
) -> tuple[Note, ...]:
    """Write a picture (H, W, 3) as PNG that tells what it is, and of which values where it has one range."""
    from PIL import Image

    info = png_texts(notes)
    for end, value in zip(("lowest", "highest"), limits or (), strict=False):
        info.add_text(f"Value of the {end} colour", repr(value))
    Image.fromarray(picture).save(file, format="PNG", pnginfo=info)
    if (picture == NO_NUMBER).all(axis=2).any():
        return (Note(mark("cells that are no finite numbers are painted in crimson")),)
    return ()


def _tiled(unit: Array, paint: Paint, limits: Limits) -> NDArray[np.uint8]:
    """Return a map, a row laid out in a square, or planes laid out in one, as colours (H, W, 3)."""
    if unit.ndim == 2:
        return _coloured(unit, paint, limits)
    gap = 0
    if unit.ndim == 1:
        cells = unit[:, None, None]
    else:
        cells, gap = unit.reshape(-1, *unit.shape[-2:]), 1
    if cells.shape[1:] == (1, 1):
        gap = 0
    count, height, width = cells.shape
    columns = math.isqrt(count - 1) + 1
    rows = -(-count // columns)
    canvas = np.full((rows * columns, height + gap, width + gap, 3), _PAPER, np.uint8)
    canvas[:count, :height, :width] = _coloured(cells, paint, limits)
    # (rows * columns, h, w, 3) -> (rows, h, columns, w, 3)
    picture = canvas.reshape(rows, columns, height + gap, width + gap, 3).transpose(0, 2, 1, 3, 4)
    whole = picture.reshape(rows * (height + gap), columns * (width + gap), 3)
    return whole[: whole.shape[0] - gap, : whole.shape[1] - gap]


def _coloured(values: Array, paint: Paint, limits: Limits) -> NDArray[np.uint8]:
    colours = paint.table[to_indices(values.astype(np.float64), *limits)]
    wrong = ~np.isfinite(values)
    if wrong.any():
        colours[wrong] = NO_NUMBER
    return colours
