"""What the Why page shows: Grad-CAM made on the worker, and heat in colours over the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from cnnexplorer.nets import grad_cam
from cnnexplorer.ui.widgets.painting import colour_table, finite_range, map_image, to_indices

from .unit_sheet import map_area, photograph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.nets import Computed, GradCam, LayerInfo, OcclusionMap

UNITS = 8  # how many units are listed


@dataclass(frozen=True)
class WhyWish:
    """What is to be explained: a class, None for the most probable; from the maps of a layer, empty for none."""

    class_index: int | None
    layer: str = ""


@dataclass(frozen=True, eq=False)
class UnitShare:
    """What a unit adds to the heat; `contribution` is its weight `alpha` times its map's `mean`."""

    unit: int
    alpha: float
    mean: float
    contribution: float
    map: QImage


@dataclass(frozen=True, eq=False)
class WhySheet:
    """The picture with what Grad-CAM says of it; `cam` and `layer` are None where it was not asked for."""

    wish: WhyWish
    computed: Computed
    class_index: int
    picture: QImage
    cam: GradCam | None = None
    layer: LayerInfo | None = None
    units: tuple[UnitShare, ...] = ()


@dataclass(frozen=True, eq=False)
class Heat:
    """A map in colours over a picture, as `UnitView` shows it.

    Attributes
    ----------
    values
        (rows, columns); NaN where nothing is known.
    limits
        The values at the ends of the colours.
    occlusion
        The occlusion map that these are the drops of, or None.
    plain
        Whether there is nothing to be seen over the picture.
    """

    values: NDArray[np.float64]
    limits: tuple[float, float]
    cells: QImage
    picture: QImage
    area: QRectF
    occlusion: OcclusionMap | None = None
    plain: bool = False

    @property
    def single(self) -> bool:
        """Whether there is nothing to be seen over the picture."""
        return self.plain

    @property
    def peak(self) -> tuple[int, int]:
        """(row, column) of the largest value."""
        row, column = np.unravel_index(np.argmax(np.nan_to_num(self.values, nan=-np.inf)), self.values.shape)
        return int(row), int(column)


def make_why(wish: WhyWish, computed: Computed) -> WhySheet:
    """Return what is to be seen of a class in a picture."""
    index = computed.guesses[0].index if wish.class_index is None else wish.class_index
    picture = photograph(computed.picture)
    if not wish.layer:
        return WhySheet(wish, computed, index, picture)
    cam = grad_cam(computed, wish.layer, index)
    units = []
    for unit in cam.strongest(UNITS):
        values = computed.activations[wish.layer][unit].double().cpu().numpy()
        shown = map_image(values, "grey", *finite_range(values))
        share = UnitShare(unit, float(cam.alpha[unit]), float(cam.means[unit]), float(cam.contributions[unit]), shown)
        units.append(share)
    return WhySheet(wish, computed, index, picture, cam, computed.activations.layer(wish.layer), tuple(units))


def plain_picture(sheet: WhySheet) -> Heat:
    """Return a picture with nothing over it."""
    nothing = np.full((1, 1), np.nan)
    size = sheet.picture.size()
    return Heat(nothing, (0.0, 1.0), QImage(), sheet.picture, QRectF(0, 0, size.width(), size.height()), plain=True)


def cam_heat(sheet: WhySheet, colour_map: str) -> Heat:
    """Return what speaks for the class, in colours."""
    assert sheet.cam is not None
    assert sheet.layer is not None
    values = sheet.cam.heat
    high = finite_range(values)[1] or 1.0
    limits = (-high if colour_map == "diverging" else 0.0, high)
    area = map_area(sheet.layer, sheet.computed.picture.shape[1:])
    return Heat(values, limits, _cells(values, colour_map, limits), sheet.picture, area)


def occlusion_heat(found: OcclusionMap, picture: QImage, colour_map: str) -> Heat:
    """Return by how much the class's probability falls, in colours."""
    values = found.drops
    low, high = finite_range(values)
    if colour_map == "diverging":
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    elif low >= high:
        high = low + 1
    rows, columns = values.shape
    area = QRectF(0, 0, columns * found.stride, rows * found.stride)
    return Heat(values, (low, high), _cells(values, colour_map, (low, high)), picture, area, found)


def same_question(one: Computed, other: Computed) -> bool:
    """Tell whether the same network was asked about the same picture."""
    return one is other or (
        one.network is other.network
        and one.filters_version == other.filters_version
        and one.preprocess == other.preprocess
        and one.picture.shape == other.picture.shape
        and np.allclose(one.picture, other.picture, rtol=0, atol=1e-3)  # devices resize a little differently
    )


def _cells(values: NDArray[np.float64], colour_map: str, limits: tuple[float, float]) -> QImage:
    """Return a picture of a pixel a value, transparent where nothing is known."""
    pixels = np.array(colour_table(colour_map), dtype=np.uint32)[to_indices(values, *limits)]
    pixels[np.isnan(values)] = 0
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
