"""Maps and filters as pictures in colours, alone and on a contact sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .levels import finite_range, to_indices
from .messages import Note, mark
from .numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .batch import Group

    Array = NDArray[Any]
    Limits = tuple[float, float]

NO_NUMBER = (204, 0, 102)  # the colour of what is not finite: no colour map here has it
_PAPER = 255


@dataclass(frozen=True, eq=False)
class Paint:
    """The colours of values: a table uint8 (256, 3), and whether zero is its middle."""

    table: NDArray[np.uint8]
    diverging: bool = False


def group_limits(values: Array, paint: Paint | None) -> Limits:
    """Return the values at the ends of the colours, from the smallest and the largest finite one."""
    low, high = finite_range(values)
    if paint is not None and paint.diverging:
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
        Whether three planes are red, green and blue; then the middle grey is zero.
    scale
        Pixels a cell.

    Returns
    -------
    uint8 (height, width, 3)
    """
    if unit.ndim == 3 and colour:
        reach = max(abs(limits[0]), abs(limits[1])) or 1.0
        picture = to_indices(unit.astype(np.float64), -reach, reach).transpose(1, 2, 0)  # (3, kh, kw) -> (kh, kw, 3)
    else:
        picture = _tiled(unit, paint, limits)
    return np.ascontiguousarray(picture.repeat(scale, axis=0).repeat(scale, axis=1))


def paint_sheet(
    group: Group, units: Array, paint: Paint, shared: Limits | None, check: Callable[[], None]
) -> tuple[NDArray[np.uint8], float, float]:
    """Return the contact sheet of a group, and the lowest and the highest value at the ends of its colours.

    Parameters
    ----------
    check
        Is called before each tile, and may raise to end it all.
    """
    from .contact_sheet import contact_sheet

    tiles, low, high = [], math.inf, -math.inf
    for unit in units:
        check()
        limits = shared or group_limits(unit, paint)
        tiles.append(paint_unit(unit, paint, limits, group.colour))
        low, high = min(low, limits[0]), max(high, limits[1])
    ends = f"{format_number(low, 4)} … {format_number(high, 4)}"
    about = f"{group.about}: {ends}" if group.about else ends
    return contact_sheet(tiles, [str(index) for index in range(len(tiles))], group.title, about), low, high


def write_picture(file: IO[bytes], picture: NDArray[np.uint8], title: str, low: float, high: float) -> tuple[Note, ...]:
    """Write a picture (H, W, 3) as PNG that tells what it is, and of which values."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    texts = {"Title": title, "Value of the lowest colour": repr(low), "Value of the highest colour": repr(high)}
    for key, text in texts.items():
        info.add_itxt(key, text)
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
