"""All maps of a layer as they are asked for and as they are shown. Made on the worker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import make_mosaic
from cnnexplorer.nets.mosaic import HIGHEST, LOWEST

if TYPE_CHECKING:
    import torch

    from cnnexplorer.nets import Activations, LayerInfo, Looks, Mosaic
    from cnnexplorer.nets.mosaic import Order, Range

CELLS_A_GAP = 28  # cells of a map's side for each cell between the tiles
_UNITS = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


@dataclass(frozen=True)
class MapsWish:
    """What is to be seen of a layer's maps.

    Attributes
    ----------
    order, value_range
        As `make_mosaic` takes them; single values are never each in a range of their own.
    units
        Which units; all where it is empty.
    clean
        Of the picture without the perturbation.
    room
        (width, height) in pixels that the tiles are laid out for.
    """

    layer: str
    order: str = "index"
    value_range: Range = "map"
    colour_map: str = "grey"
    units: tuple[int, ...] = ()
    clean: bool = False
    room: tuple[int, int] = (800, 600)


@dataclass(frozen=True, eq=False)
class MapsSheet:
    """All maps of a layer, or some, in one picture.

    Attributes
    ----------
    clean
        Whether these are the maps of an undisturbed picture while a disturbed one is looked at.
    values
        The maps themselves; None where they lie on another device than the CPU, which had to be waited for.
    """

    wish: MapsWish
    layer: LayerInfo
    mosaic: Mosaic
    clean: bool
    values: torch.Tensor | None

    @property
    def single(self) -> bool:
        """Whether each map is a single value."""
        return self.mosaic.tile == (1, 1)

    @property
    def value_range(self) -> Range:
        """Which values the ends of the colours stand for."""
        return _fitting_range(self.wish, self.mosaic.tile)

    @property
    def limits(self) -> tuple[float, float]:
        """The values at the ends of the colours, over all maps that are shown."""
        units = self.mosaic.units
        return float(self.mosaic.low[units].min()), float(self.mosaic.high[units].max())

    def value(self, unit: int, row: int, column: int) -> tuple[float, bool]:
        """Return a value, and whether it is exact: one that lies on a GPU is read from its colour."""
        if self.values is not None:
            return float(self.values[(unit, row, column)[: self.values.ndim]]), True
        tile = self.mosaic.rectangle(unit)
        assert tile is not None, "a unit that is not shown"
        level = int(self.mosaic.picture[tile.top + row, tile.left + column])
        low, high = float(self.mosaic.low[unit]), float(self.mosaic.high[unit])
        share = (level - LOWEST) / (HIGHEST - LOWEST)
        return (low + share * (high - low) if level else float("nan")), False


def make_maps(wish: MapsWish, computed: Looks) -> MapsSheet:
    """Return the maps that are wished for."""
    activations = chosen_activations(computed, wish.clean)
    maps = activations[wish.layer]
    tile = tile_of(tuple(maps.shape))
    mosaic = make_mosaic(
        maps,
        order=cast("Order", wish.order),
        value_range=_fitting_range(wish, tile),
        diverging=wish.colour_map == "diverging",
        columns=best_columns(len(wish.units) or len(maps), tile, wish.room),
        gap=gap_of(tile),
        units=wish.units or None,
    )
    clean = activations is not computed.activations
    return MapsSheet(wish, activations.layer(wish.layer), mosaic, clean, maps if maps.device.type == "cpu" else None)


def chosen_activations(computed: Looks, clean: bool) -> Activations:
    """Return what is looked at: the picture's activations, or those without the perturbation."""
    return computed.clean if clean else computed.activations


def tile_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return height and width of a tile for an output (C, H, W), or (N,) of single values."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def gap_of(tile: tuple[int, int]) -> int:
    """Return how many cells lie between tiles: as wide for the eye whatever the tiles' size."""
    return 0 if tile == (1, 1) else max(round(max(tile) / CELLS_A_GAP), 1)


def best_columns(count: int, tile: tuple[int, int], room: tuple[int, int]) -> int:
    """Return how many tiles in a row make all of them largest in (width, height).

    >>> best_columns(96, (55, 55), (800, 600)), best_columns(96, (55, 55), (400, 900))
    (11, 7)
    """
    columns = np.arange(1, count + 1)
    rows = -(-count // columns)
    gap = gap_of(tile)
    across, down = columns * (tile[1] + gap) - gap, rows * (tile[0] + gap) - gap
    return int(columns[np.minimum(room[0] / across, room[1] / down).argmax()])


def parse_units(text: str, count: int, layer: str) -> tuple[int, ...]:
    """Return the units of a layer that a text names, in order; none for an empty text.

    Raises
    ------
    SettingError
        Something else than units, or one that the layer lacks.

    Examples
    --------
    >>> parse_units("40, 0-3 2", 96, "conv1")
    (0, 1, 2, 3, 40)
    """
    units: set[int] = set()
    tight = re.sub(r"\s*[-–−]\s*", "-", text.strip())
    for word in filter(None, re.split(r"[,;\s]+", tight)):
        found = _UNITS.fullmatch(word)
        if found is None:
            raise SettingError("“{text}” names no units: type them like 0-15, 40, 96", text=word[:40])
        first, last = sorted((int(found[1]), int(found[2] or found[1])))
        if last >= count:
            raise SettingError(
                "there is no unit {unit}: {layer} has the units 0 to {last}", unit=last, layer=layer, last=count - 1
            )
        units.update(range(first, last + 1))
    return tuple(sorted(units))


def _fitting_range(wish: MapsWish, tile: tuple[int, int]) -> Range:
    return "shared" if tile == (1, 1) and wish.value_range == "map" else wish.value_range
