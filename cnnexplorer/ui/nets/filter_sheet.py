"""All filters of a convolution as pictures, in order, with their measures and live maps. Made on the worker."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage
from torch.nn import functional

from cnnexplorer.core import format_number
from cnnexplorer.core.kernels import preset
from cnnexplorer.nets import filter_pictures, make_mosaic
from cnnexplorer.nets.filter_measures import colourfulness, norms, responses, similarity, strongest_planes
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.painting import colour_table

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from cnnexplorer.nets import Computed

MAP_SIDE = 64  # pixels of a live map beside its filter
_CLEAR = 0


@dataclass(frozen=True)
class Wish:
    """What is to be seen of a layer's filters.

    Attributes
    ----------
    sort
        "index", "norm", "response", "colourfulness" or "similarity".
    kernel
        The preset that similarity is measured with.
    shared
        Whether all filters reach to the largest weight of all, or each to its own.
    live
        Whether the maps of the present picture are wanted too.
    """

    layer: str
    sort: str = "index"
    kernel: str = "sobel_vertical"
    shared: bool = False
    live: bool = False


@dataclass(frozen=True, eq=False)
class FilterSheet:
    """The filters of a layer; all but `order` by the filter's index.

    Attributes
    ----------
    pictures
        Of three planes in colour; of more the strongest plane; of 1x1 all planes, row after row.
    maps
        What each filter gives for the present picture, before the ReLU; empty where not asked for.
    map_shape
        (height, width) of the maps themselves.
    order
        The filters' indices as they are sorted, the first first.
    values
        What they are sorted by; None for the index.
    edited
        Which filters are no more as they were loaded.
    planes, groups
        How many input maps each filter reads, and in how many groups.
    """

    wish: Wish
    pictures: tuple[QImage, ...]
    maps: tuple[QImage, ...]
    map_shape: tuple[int, int]
    order: tuple[int, ...]
    values: NDArray[np.float32] | None
    norms: NDArray[np.float32]
    responses: NDArray[np.float32]
    colourfulness: NDArray[np.float32] | None
    strongest: NDArray[np.int64]
    edited: frozenset[int]
    planes: int
    groups: int

    def looks_like(self, other: FilterSheet) -> bool:
        """Tell whether another sheet shows the same, whatever the picture was."""
        same = self.wish == other.wish and self.pictures is other.pictures
        return same and not self.maps and self.wish.sort != "response"

    def value_text(self, unit: int) -> str:
        """Return what a filter is sorted by."""
        assert self.values is not None
        return measure_text(self.wish.sort, float(self.values[unit]))

    def describe(self, unit: int, layer: str) -> str:
        """Return what there is to say about a filter."""
        texts = [_("filter {unit} of {layer}").format(unit=unit, layer=layer)]
        texts.append(_("norm {value}").format(value=measure_text("norm", float(self.norms[unit]))))
        texts.append(_("response {value}").format(value=measure_text("response", float(self.responses[unit]))))
        if self.colourfulness is not None:
            share = measure_text("colourfulness", float(self.colourfulness[unit]))
            texts.append(_("colourfulness {value}").format(value=share))
        else:
            texts.append(_("strongest plane {plane}").format(plane=self.first_plane(unit) + int(self.strongest[unit])))
        if self.wish.sort == "similarity" and self.values is not None:
            value = float(self.values[unit])
            text = _("similarity {value}") if value >= 0 else _("similarity {value}, contrast reversed")
            texts.append(text.format(value=measure_text("similarity", value)))
        if unit in self.edited:
            texts.append(_("edited"))
        return ", ".join(texts)

    def first_plane(self, unit: int) -> int:
        """Return the first of the input maps that a filter's group sees."""
        return unit // (len(self.pictures) // self.groups) * self.planes


def measure_text(name: str, value: float) -> str:
    """Return a measure as it is written.

    >>> measure_text("similarity", -0.831), measure_text("norm", 12.3456)
    ('-0.83', '12.346')
    """
    if name == "colourfulness":
        return _("{percent} %").format(percent=f"{100 * value:.0f}")
    if name == "similarity":
        return f"{round(value, 2) + 0.0:.2f}"
    return format_number(value, 3)


@dataclass(frozen=True, eq=False)
class _Still:
    """What depends on the weights alone, not on the picture."""

    weight: torch.Tensor
    shared: bool
    pictures: tuple[QImage, ...]
    norms: NDArray[np.float32]
    colourfulness: NDArray[np.float32] | None
    strongest: NDArray[np.int64]
    edited: frozenset[int]


class SheetMaker:
    """Makes sheets; what depends on the weights alone is kept from one picture to the next."""

    def __init__(self) -> None:
        self._still: _Still | None = None

    def make(self, wish: Wish, computed: Computed) -> FilterSheet:
        """Return the sheet of a layer."""
        weight = computed.activations.weights[wish.layer][0]
        still = self._still
        if still is None or still.weight is not weight or still.shared != wish.shared:
            still = self._still = _still(computed, wish, weight)
        maps = computed.activations[wish.layer]
        found = responses(maps)
        values = _sorted_by(wish, still, found)
        count = len(still.pictures)
        key = None if values is None else np.abs(values) if wish.sort == "similarity" else values
        order = range(count) if key is None else np.argsort(-key, kind="stable").tolist()
        return FilterSheet(
            wish=wish,
            pictures=still.pictures,
            maps=_map_pictures(maps, wish.shared) if wish.live else (),
            map_shape=(int(maps.shape[1]), int(maps.shape[2])),
            order=tuple(order),
            values=values,
            norms=still.norms,
            responses=found,
            colourfulness=still.colourfulness,
            strongest=still.strongest,
            edited=still.edited,
            planes=int(weight.shape[1]),
            groups=computed.activations.layer(wish.layer).groups,
        )


def plane_pictures(planes: NDArray[np.float64], reach: float) -> tuple[QImage, ...]:
    """Return maps (N, H, W) in the diverging colours, from -reach to reach."""
    return _images(signed_levels(planes, reach))


def signed_levels(values: NDArray[np.floating], reach: float) -> NDArray[np.uint8]:
    """Return the place of each value on the colour map: 1 to 255, 128 for zero.

    >>> signed_levels(np.array([-2.0, 0.0, 1.0]), 2.0).tolist()
    [1, 128, 192]
    """
    with np.errstate(invalid="ignore"):  # a filter may hold infinite numbers: 1e39 is one as float32
        scaled = values / reach if reach > 0 else np.zeros_like(values)
    return np.asarray(np.rint(128 + 127 * np.clip(np.nan_to_num(scaled), -1, 1)).astype(np.uint8))


def colour_picture(planes: NDArray[np.uint8]) -> QImage:
    """Return a picture (H, W, 3) as Qt's."""
    height, width = planes.shape[:2]
    return QImage(planes.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _still(computed: Computed, wish: Wish, weight: torch.Tensor) -> _Still:
    weights = weight.detach().cpu()
    strongest = strongest_planes(weights)
    colour = weights.shape[1] == 3
    return _Still(
        weight=weight,
        shared=wish.shared,
        pictures=_filter_pictures(weights, strongest, wish.shared),
        norms=norms(weights),
        colourfulness=colourfulness(weights) if colour else None,
        strongest=strongest,
        edited=_edited(computed, wish.layer, weights),
    )


def _filter_pictures(weights: torch.Tensor, strongest: NDArray[np.int64], shared: bool) -> tuple[QImage, ...]:
    if weights.shape[1] == 3:
        return tuple(colour_picture(picture) for picture in filter_pictures(weights, shared))
    values = weights.float().numpy()
    reaches = np.abs(values).max(axis=(1, 2, 3), keepdims=True)[:, 0]  # (O, 1, 1)
    if shared:
        reaches = np.broadcast_to(reaches.max(), reaches.shape)
    if values.shape[2:] == (1, 1):
        return _images(_in_rows(values[:, :, 0, 0], reaches[:, 0]))
    planes = values[np.arange(len(values)), strongest]  # (O, kh, kw)
    return _images(signed_levels(planes / np.where(reaches > 0, reaches, 1.0), 1.0))


def _in_rows(values: NDArray[np.float32], reaches: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay each filter's single numbers out row after row in a square, what is left of it clear: (O, C) -> (O, n, n)."""
    count = values.shape[1]
    side = math.isqrt(count - 1) + 1
    levels = np.full((len(values), side * side), _CLEAR, dtype=np.uint8)
    levels[:, :count] = signed_levels(values / np.where(reaches > 0, reaches, 1.0), 1.0)
    used = -(-count // side)
    return np.ascontiguousarray(levels.reshape(len(values), side, side)[:, :used])


def _images(levels: NDArray[np.uint8]) -> tuple[QImage, ...]:
    """Return levels (N, H, W) as pictures in the diverging colours; the level 0 is clear."""
    table = [0, *colour_table("diverging")[1:]]
    _count, height, width = levels.shape
    pictures = []
    for plane in np.ascontiguousarray(levels):
        indexed = QImage(plane.data, width, height, width, QImage.Format.Format_Indexed8)
        indexed.setColorTable(table)
        pictures.append(indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))
    return tuple(pictures)


def _edited(computed: Computed, layer: str, weights: torch.Tensor) -> frozenset[int]:
    if layer not in computed.network.edited_layers():
        return frozenset()
    changed = (weights != computed.network.original_filters(layer)).flatten(1).any(dim=1)
    return frozenset(changed.nonzero()[:, 0].tolist())


def _sorted_by(wish: Wish, still: _Still, found: NDArray[np.float32]) -> NDArray[np.float32] | None:
    if wish.sort == "similarity":
        weights = still.weight.detach().cpu()
        if weights.shape[1] != 3:  # as they are drawn
            weights = weights[np.arange(len(weights)), still.strongest][:, None]
        return similarity(weights, np.array(preset(wish.kernel).matrix))
    return {"norm": still.norms, "response": found, "colourfulness": still.colourfulness}.get(wish.sort)


def _map_pictures(maps: torch.Tensor, shared: bool) -> tuple[QImage, ...]:
    """Return maps (O, H, W) scaled down and normalised on the device: one transfer."""
    factor = -(-max(maps.shape[1:]) // MAP_SIDE)
    small = maps.float()
    if factor > 1:
        small = functional.avg_pool2d(small[None], factor, ceil_mode=True)[0]
    mosaic = make_mosaic(small, value_range="shared" if shared else "map", diverging=True, columns=1, gap=0)
    return _images(mosaic.picture.reshape(-1, *mosaic.tile))
