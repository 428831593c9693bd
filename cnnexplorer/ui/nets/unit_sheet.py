"""One unit's map with its figures, and the picture that it was made from. Made on the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from cnnexplorer.ui.widgets.figures import histogram_counts
from cnnexplorer.ui.widgets.painting import finite_range, map_image

from .maps_sheet import chosen_activations, tile_of

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from cnnexplorer.nets import Computed, LayerInfo
    from cnnexplorer.nets.mosaic import Range


@dataclass(frozen=True)
class UnitWish:
    """Which unit is looked at, and how; see `MapsWish`."""

    layer: str
    unit: int
    value_range: Range = "map"
    colour_map: str = "grey"
    clean: bool = False


@dataclass(frozen=True)
class UnitFigures:
    """Figures of a map; values that are no finite numbers are left out. `zeros` is the share of exact zeros.

    The ranks say how many of the layer's units have a higher mean or maximum, and this one counted in: 1 is the first.
    """

    minimum: float
    maximum: float
    mean: float
    deviation: float
    zeros: float
    mean_rank: int
    maximum_rank: int

    @property
    def dead(self) -> bool:
        """Whether the unit gave nothing but zeros."""
        return self.zeros == 1


@dataclass(frozen=True, eq=False)
class UnitSheet:
    """A unit's map.

    Attributes
    ----------
    values
        (H, W); (1, 1) for a layer of single values.
    limits
        The values at the ends of the colours.
    cells
        The map as a picture, a pixel a value.
    picture
        What the network saw.
    area
        Where the map lies on the picture: each value in the middle of what it sees.
    histogram
        How many values fall into each bin from the minimum to the maximum.
    peak
        (row, column) of the largest value.
    """

    wish: UnitWish
    layer: LayerInfo
    values: NDArray[np.float64]
    limits: tuple[float, float]
    cells: QImage
    picture: QImage
    area: QRectF
    figures: UnitFigures
    histogram: NDArray[np.float64]
    peak: tuple[int, int]

    @property
    def single(self) -> bool:
        """Whether the map is a single value."""
        return self.values.size == 1


def make_unit(wish: UnitWish, computed: Computed) -> UnitSheet:
    """Return what is to be seen of a unit."""
    activations = chosen_activations(computed, wish.clean)
    maps, layer = activations[wish.layer], activations.layer(wish.layer)
    values = maps[wish.unit].double().cpu().numpy().reshape(tile_of(tuple(maps.shape)))
    limits = _limits(wish, values, maps)
    picture = _seen(computed, wish.clean)
    return UnitSheet(
        wish=wish,
        layer=layer,
        values=values,
        limits=limits,
        cells=map_image(values, wish.colour_map, *limits),
        picture=photograph(picture),
        area=map_area(layer, picture.shape[1:]),
        figures=_figures(values, maps, wish.unit),
        histogram=histogram_counts(values),
        peak=_peak(values),
    )


def _limits(wish: UnitWish, values: NDArray[np.float64], maps: torch.Tensor) -> tuple[float, float]:
    """Return the values at the ends of the colours, the same as in the mosaic."""
    if isinstance(wish.value_range, tuple):
        low, high = wish.value_range
    elif wish.value_range == "shared" or values.size == 1:
        low, high = _layer_range(maps)
    else:
        low, high = finite_range(values)
    if wish.colour_map == "diverging":
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    return (low, high) if low < high else (low, low + 1)


def _layer_range(maps: torch.Tensor) -> tuple[float, float]:
    finite = maps[maps.isfinite()]
    return (float(finite.amin()), float(finite.amax())) if finite.numel() else (0.0, 0.0)


def _figures(values: NDArray[np.float64], maps: torch.Tensor, unit: int) -> UnitFigures:
    finite = values[np.isfinite(values)]
    flat = maps.reshape(len(maps), -1).float()
    means, maxima = flat.mean(dim=1), flat.amax(dim=1)
    low, high = finite_range(values)
    return UnitFigures(
        minimum=low,
        maximum=high,
        mean=float(finite.mean()) if finite.size else 0.0,
        deviation=float(finite.std()) if finite.size else 0.0,
        zeros=float((values == 0).mean()),
        mean_rank=int((means > means[unit]).sum()) + 1,
        maximum_rank=int((maxima > maxima[unit]).sum()) + 1,
    )


def _peak(values: NDArray[np.float64]) -> tuple[int, int]:
    row, column = np.unravel_index(np.argmax(np.nan_to_num(values, nan=-np.inf)), values.shape)
    return int(row), int(column)


def map_area(layer: LayerInfo, size: tuple[int, ...]) -> QRectF:
    """Return where a map lies on the picture: over the middle of what its values see, in steps of their stride."""
    field = layer.receptive_field
    if len(layer.output_shape) != 3 or layer.output_shape[1:] == (1, 1):
        return QRectF(0, 0, size[1], size[0])
    top, left = (field.start[axis] + (field.size[axis] - field.stride[axis]) / 2 for axis in (0, 1))
    height, width = (field.stride[axis] * layer.output_shape[axis + 1] for axis in (0, 1))
    return QRectF(left, top, width, height)


def _seen(computed: Computed, clean: bool) -> NDArray[np.float32]:
    """Return the picture that the network saw, (3, H, W) with values from 0 to 1."""
    if not clean or computed.clean is computed.activations:
        return computed.picture
    image = computed.clean.input.cpu().numpy()
    steps = computed.network.preprocessing
    as_it_is = np.array_equal(computed.activations.input.cpu().numpy(), computed.picture)
    if steps.mean is None or as_it_is:
        return image
    mean, deviation = (np.array(values, dtype=np.float32)[:, None, None] for values in (steps.mean, steps.deviation))
    return np.asarray(image * deviation + mean, dtype=np.float32)


def photograph(picture: NDArray[np.float32]) -> QImage:
    """Return a picture, (3, H, W) with values from 0 to 1, for painting."""
    levels = cv2.merge([cv2.convertScaleAbs(np.maximum(plane, 0), alpha=255) for plane in picture])
    height, width = levels.shape[:2]
    image = QImage(levels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
