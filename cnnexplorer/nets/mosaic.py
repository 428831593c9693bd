"""All maps of a layer as one picture of levels: normalised and tiled on the device, brought over once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from cnnexplorer.core.geometry import Rectangle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Order = Literal["index", "mean", "maximum", "zeros"]
Range = Literal["map", "shared"] | tuple[float, float]

BACKGROUND = 0
LOWEST, MIDDLE, HIGHEST = 1, 128, 255
_LARGEST = 1e38  # the maps are float32, and so is the distance of the ends


@dataclass(frozen=True)
class MapStats:
    """Statistics of each map by unit, float32 (C,); `zeros` is the share of values that are exactly 0."""

    minimum: NDArray[np.float32]
    maximum: NDArray[np.float32]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    zeros: NDArray[np.float32]

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Which units gave nothing but zeros."""
        return np.equal(self.zeros, 1)


@dataclass(frozen=True)
class Mosaic:
    """A picture of maps in tiles, and what is where.

    Attributes
    ----------
    picture
        uint8, (rows * (H + gap) - gap, columns * (W + gap) - gap): 0 between the tiles and for values that are no
        number, 1 to 255 from the lowest to the highest value; 128 is zero where the colours diverge.
    units
        Which unit each tile shows, from the top left on.
    low, high
        The values of the levels 1 and 255, by unit: (C,).
    """

    picture: NDArray[np.uint8]
    units: NDArray[np.int32]
    columns: int
    tile: tuple[int, int]
    gap: int
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    stats: MapStats

    @property
    def rows(self) -> int:
        """How many rows of tiles there are."""
        return -(-len(self.units) // self.columns)

    def rectangle(self, unit: int) -> Rectangle | None:
        """Return where a unit's tile lies in the picture; None if it is not shown."""
        places = np.flatnonzero(self.units == unit)
        if not len(places):
            return None
        row, column = divmod(int(places[0]), self.columns)
        return Rectangle(row * (self.tile[0] + self.gap), column * (self.tile[1] + self.gap), *self.tile)

    def at(self, y: int, x: int) -> tuple[int, int, int] | None:
        """Return (unit, row, column) of a pixel of the picture; None between the tiles."""
        (row, inner_y), (column, inner_x) = divmod(y, self.tile[0] + self.gap), divmod(x, self.tile[1] + self.gap)
        place = row * self.columns + column
        if y < 0 or x < 0 or column >= self.columns or place >= len(self.units):
            return None
        if inner_y >= self.tile[0] or inner_x >= self.tile[1]:
            return None
        return int(self.units[place]), inner_y, inner_x


def make_mosaic(
    maps: torch.Tensor,
    *,
    order: Order = "index",
    value_range: Range = "map",
    diverging: bool = False,
    columns: int | None = None,
    gap: int = 1,
    units: Sequence[int] | None = None,
    aspect: float = 4 / 3,
) -> Mosaic:
    """Return all maps of a layer, or some, as one picture of levels.

    Parameters
    ----------
    maps
        (C, H, W) on any device, or (N,) of a fully connected layer: then each value is a tile of one pixel.
    order
        By the unit's index, or by a statistic, the highest first.
    value_range
        Each map from its own lowest to its own highest value, all from the lowest to the highest of all, or fixed.
    diverging
        The range reaches equally far to both sides of zero, and zero is the level 128.
    columns
        Tiles in a row; by default such that the picture is about `aspect` times as wide as high.
    units
        Which units to show; all by default.

    Examples
    --------
    >>> make_mosaic(torch.tensor([[[0.0, 1.0]], [[2.0, 4.0]]]), value_range="shared", columns=1, gap=0).picture
    array([[  1,  65],
           [128, 255]], dtype=uint8)
    """
    try:
        return _mosaic(maps, order, value_range, diverging, columns, gap, units, aspect)
    except torch.OutOfMemoryError:
        return _mosaic(maps.cpu(), order, value_range, diverging, columns, gap, units, aspect)


def _mosaic(
    maps: torch.Tensor,
    order: Order,
    value_range: Range,
    diverging: bool,
    columns: int | None,
    gap: int,
    units: Sequence[int] | None,
    aspect: float,
) -> Mosaic:
    if maps.ndim == 1:
        maps = maps[:, None, None]
    count, height, width = maps.shape
    flat = maps.detach().reshape(count, -1).float()  # (C, H * W)
    stats = _stats(flat)  # (5, C)
    low, high = _range(stats, value_range, diverging)
    shown = torch.arange(count, device=flat.device) if units is None else torch.tensor(list(units), device=flat.device)
    if order != "index":
        key = stats[{"maximum": 1, "mean": 2, "zeros": 4}[order]]
        shown = shown[torch.argsort(key[shown], descending=True, stable=True)]
    tiles = len(shown)
    if columns is None:
        columns = max(round(math.sqrt(tiles * aspect * (height + gap) / (width + gap))), 1)
    columns = max(min(columns, tiles), 1)
    rows = -(-tiles // columns)
    levels = _levels(flat, low, high, diverging)
    if units is not None or order != "index":
        levels = levels[shown]
    canvas = torch.zeros((rows * columns, height + gap, width + gap), dtype=torch.uint8, device=flat.device)
    canvas[:tiles, :height, :width] = levels.reshape(tiles, height, width)
    # (rows * columns, h, w) -> (rows, h, columns, w)
    picture = canvas.reshape(rows, columns, height + gap, width + gap).permute(0, 2, 1, 3)
    numbers = torch.cat([stats, low[None], high[None]]).contiguous()
    packed = torch.cat([picture.flatten(), numbers.view(torch.uint8).flatten(), shown.int().view(torch.uint8)])
    brought = packed.cpu().numpy()  # the one transfer
    pixels, rest = brought[: canvas.numel()], brought[canvas.numel() :].tobytes()
    table = np.frombuffer(rest, dtype=np.float32, count=7 * count).reshape(7, count)
    whole = pixels.reshape(rows * (height + gap), columns * (width + gap))
    return Mosaic(
        picture=np.ascontiguousarray(whole[: whole.shape[0] - gap, : whole.shape[1] - gap]),
        units=np.frombuffer(rest, dtype=np.int32, offset=4 * 7 * count),
        columns=columns,
        tile=(height, width),
        gap=gap,
        low=table[5],
        high=table[6],
        stats=MapStats(table[0], table[1], table[2], table[3], table[4]),
    )


def _stats(flat: torch.Tensor) -> torch.Tensor:
    """Return minimum, maximum, mean, standard deviation and share of zeros of each map: (C, n) -> (5, C).

    Values that are no finite numbers are left out of all but the zeros.
    """
    low, high = flat.amin(dim=1), flat.amax(dim=1)  # twenty times as fast as aminmax
    zeros = (flat == 0).view(torch.uint8).sum(dim=1, dtype=torch.int32) / flat.shape[1]
    if bool((low.isfinite() & high.isfinite()).all()):
        mean = flat.mean(dim=1)
        # seven times as fast as torch.std
        deviation = torch.linalg.vector_norm(flat - mean[:, None], dim=1) / math.sqrt(flat.shape[1])
    else:
        finite = flat.isfinite()
        known = finite.sum(dim=1).clamp(min=1)
        inside = torch.where(finite, flat, 0.0)
        mean = inside.sum(dim=1) / known
        deviation = (torch.where(finite, (flat - mean[:, None]) ** 2, 0.0).sum(dim=1) / known).sqrt()
        low = torch.where(finite, flat, math.inf).amin(dim=1)
        high = torch.where(finite, flat, -math.inf).amax(dim=1)
        low, high = (torch.where(finite.any(dim=1), values, 0.0) for values in (low, high))
    return torch.stack([low, high, mean, deviation, zeros])


def _range(stats: torch.Tensor, value_range: Range, diverging: bool) -> tuple[torch.Tensor, torch.Tensor]:
    low, high = stats[0], stats[1]
    if value_range == "shared":
        low, high = low.amin().expand_as(low), high.amax().expand_as(high)
    elif isinstance(value_range, tuple):
        ends = np.clip(value_range, -_LARGEST, _LARGEST).tolist()
        low, high = torch.full_like(low, ends[0]), torch.full_like(high, ends[1])
    if diverging:
        high = torch.maximum(low.abs(), high.abs())
        low = -high
    return low, high


def _levels(flat: torch.Tensor, low: torch.Tensor, high: torch.Tensor, diverging: bool) -> torch.Tensor:
    """Return the level of each value: uint8, 1 to 255, and 0 for what is no number."""
    span = high - low
    flat_map = span <= 0
    scale = torch.where(flat_map, 0.0, (HIGHEST - LOWEST) / torch.where(flat_map, 1.0, span))
    base = torch.where(flat_map, MIDDLE if diverging else LOWEST, LOWEST - low * scale) + 0.5  # rounded by cutting off
    levels = torch.addcmul(base[:, None], flat, scale[:, None]).clamp_(LOWEST, HIGHEST + 0.5)
    return levels.nan_to_num_(nan=BACKGROUND).to(torch.uint8)


def filter_pictures(weights: torch.Tensor, shared: bool = False) -> NDArray[np.uint8]:
    """Return a first layer's filters as colour pictures: (O, 3, kh, kw) -> uint8 (O, kh, kw, 3).

    Zero is the middle grey. Each filter reaches to its own largest weight, or all to the largest of all (`shared`).

    Examples
    --------
    >>> filter_pictures(torch.tensor([[[[0.0]], [[0.5]], [[-0.5]]]])).tolist()
    [[[[128, 255, 1]]]]
    """
    values = weights.detach().float().cpu().numpy()
    largest = np.abs(values).max(axis=None if shared else (1, 2, 3), keepdims=True)
    scaled = np.divide(values, largest, out=np.zeros_like(values), where=largest > 0)
    return np.ascontiguousarray(np.rint(MIDDLE + 127 * scaled).astype(np.uint8).transpose(0, 2, 3, 1))
