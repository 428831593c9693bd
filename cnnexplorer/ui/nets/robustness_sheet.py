"""What the Robustness page shows: two looks at a picture, or at two, and how far they are apart. Made on the worker."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnexplorer.core import UserError
from cnnexplorer.nets import Perturbation, compare_activations, compare_units, compute, make_mosaic
from cnnexplorer.nets.mosaic import MapStats

from .maps_controls import SIGNED_COLOURS, UNSIGNED_COLOURS
from .maps_sheet import best_columns, gap_of, tile_of
from .maps_texts import may_be_negative

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.nets import Activations, Comparison, Computed, Guess, LayerInfo, Mosaic, Network
    from cnnexplorer.nets.robustness import UnitChanges

    from .state import Source

PAIRS = 24  # units of a layer that are shown side by side


@dataclass(frozen=True, eq=False)
class Second:
    """A picture to compare with, and what is done to it."""

    source: Source
    perturbation: Perturbation = field(default_factory=Perturbation)


@dataclass(frozen=True)
class PairsWish:
    """Which layer's maps are to be seen side by side, and in which order; `room` as of `MapsWish`."""

    layer: str
    order: str = "changed"
    room: tuple[int, int] = (600, 300)


@dataclass(frozen=True)
class RobustnessWish:
    """What is to be seen: against the clean picture, or against a second one; `pairs` only where they are shown.

    `alone`: nothing to compare with is chosen yet.
    """

    second: Second | None = None
    alone: bool = False
    pairs: PairsWish | None = None


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two looks: the picture, float32 (3, H, W), and the answer."""

    picture: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    guesses: tuple[Guess, ...]


@dataclass(frozen=True, eq=False)
class PairsSheet:
    """Maps of the same units for both pictures: each tile holds that of the first picture, and right of it the other.

    Attributes
    ----------
    changes
        Of all units of the layer.
    width
        Of one map, in cells; a tile is twice as wide and `between` cells more.
    """

    wish: PairsWish
    layer: LayerInfo
    mosaic: Mosaic
    colour_map: str
    changes: UnitChanges
    width: int


@dataclass(frozen=True, eq=False)
class RobustnessSheet:
    """Two looks and how far they are apart; where they cannot be compared, `refusal` tells why.

    Attributes
    ----------
    first
        The clean picture, or the second one that is compared with; None where that cannot be shown.
    present
        The picture that the whole workspace looks at.
    """

    wish: RobustnessWish
    network: Network
    perturbation: Perturbation
    first: Side | None
    present: Side
    comparison: Comparison | None
    pairs: PairsSheet | None
    refusal: UserError | None = None


class SheetMaker:
    """Makes sheets; keeps what the second picture gave, so that only the first sheet has to wait for it."""

    def __init__(self) -> None:
        self._kept: tuple[Second, Computed] | None = None

    def make(self, wish: RobustnessWish, computed: Computed) -> RobustnessSheet:
        """Return what is wished for."""
        present = Side(computed.picture, computed.probabilities, computed.guesses)
        sheet = RobustnessSheet(wish, computed.network, computed.perturbation, None, present, None, None)
        if wish.alone:
            return sheet
        try:
            first, clean = self._first(wish, computed)
            comparison = compare_activations(computed.activations, clean)
        except UserError as error:  # of this page's second picture: the present one is shown all the same
            return replace(sheet, refusal=error)
        known = wish.pairs is not None and wish.pairs.layer in clean
        pairs = make_pairs(wish.pairs, computed.activations, clean) if wish.pairs is not None and known else None
        return replace(sheet, first=first, comparison=comparison, pairs=pairs)

    def forget(self) -> None:
        """Let go of what is kept."""
        self._kept = None

    def _first(self, wish: RobustnessWish, computed: Computed) -> tuple[Side, Activations]:
        if wish.second is not None:
            other = self._second(wish.second, computed)
            return Side(other.picture, other.probabilities, other.guesses), other.activations
        if computed.clean is computed.activations:
            return Side(computed.picture, computed.probabilities, computed.guesses), computed.clean
        probabilities = computed.clean.probabilities.cpu()
        guesses = computed.network.top_k(probabilities)
        return Side(computed.clean_picture, probabilities.numpy(), guesses), computed.clean

    def _second(self, second: Second, computed: Computed) -> Computed:
        if self._kept is not None:
            of, kept = self._kept
            same = kept.network is computed.network and kept.filters_version == computed.filters_version
            alike = kept.preprocess == computed.preprocess and kept.activations.device == computed.activations.device
            # of another size: the side that the network looks at was changed
            sized = kept.activations.input.shape == computed.activations.input.shape or not computed.preprocess
            if of is second and same and alike and sized:
                return kept
        found = compute(computed.network, second.source.image, second.perturbation, computed.preprocess)
        self._kept = second, found
        return found


def make_pairs(wish: PairsWish, present: Activations, first: Activations) -> PairsSheet:
    """Return the maps of the units that matter most, of both pictures, each pair in one range of its own."""
    one, other, layer = first[wish.layer], present[wish.layer], present.layer(wish.layer)
    height, width = tile_of(tuple(one.shape))
    changes = compare_units(other, one)
    units = _chosen(wish.order, changes, one, other)
    picked = torch.as_tensor(units, device=one.device)
    maps, others = (values[picked].float().reshape(-1, height, width) for values in (one, other))
    single = (height, width) == (1, 1)
    between = maps.new_full((len(units), height, 0 if single else gap_of((height, width))), float("nan"))
    tiles = torch.cat([maps, between, others], dim=2)  # (n, H, 2 W + between)
    signed = may_be_negative(present.layers, layer)
    tile = int(tiles.shape[1]), int(tiles.shape[2])
    mosaic = make_mosaic(
        tiles,
        value_range="shared" if single else "map",
        diverging=signed,
        columns=best_columns(len(units), tile, wish.room),
        gap=3 * gap_of(tile),
    )
    return PairsSheet(
        wish=wish,
        layer=layer,
        mosaic=_renumbered(mosaic, units, len(one)),
        colour_map=SIGNED_COLOURS if signed else UNSIGNED_COLOURS,
        changes=changes,
        width=width,
    )


def _chosen(order: str, changes: UnitChanges, one: torch.Tensor, other: torch.Tensor) -> NDArray[np.int32]:
    """Return the units that are shown, the first first."""
    count = len(changes.difference)
    if order == "index":
        key = -np.arange(count, dtype=np.float64)
    elif order == "changed":
        key = changes.difference
    else:
        highest = torch.stack([values.reshape(count, -1).amax(dim=1).float() for values in (one, other)]).amax(dim=0)
        key = highest.cpu().double().numpy()
    return np.argsort(-np.nan_to_num(key, nan=-np.inf), kind="stable")[:PAIRS].astype(np.int32)


def _renumbered(mosaic: Mosaic, units: NDArray[np.int32], count: int) -> Mosaic:
    """Return a mosaic of some units with their numbers in the whole layer of `count`."""

    def spread(values: NDArray[np.float32]) -> NDArray[np.float32]:
        whole = np.zeros(count, dtype=np.float32)
        whole[units] = values
        return whole

    stats = mosaic.stats
    parts = (stats.minimum, stats.maximum, stats.mean, stats.deviation, stats.zeros)
    return replace(
        mosaic,
        units=units[mosaic.units],
        low=spread(mosaic.low),
        high=spread(mosaic.high),
        stats=MapStats(*(spread(values) for values in parts)),
    )
