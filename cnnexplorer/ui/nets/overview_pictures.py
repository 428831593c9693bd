"""The pictures of an overview, made on the worker: what is left to do for the interface is to draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from cnnexplorer.nets.overview import overview
from cnnexplorer.ui.widgets.painting import colour_table

from .overview_layout import vector_grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.nets import Computed, Network
    from cnnexplorer.nets.overview import LayerGlance, Measure, Overview

SIGNED_COLOURS, UNSIGNED_COLOURS = "diverging", "magma"
_CLEAR = 0


@dataclass(frozen=True, eq=False)
class OverviewPictures:
    """An overview as Qt's pictures.

    Attributes
    ----------
    image
        What the network saw.
    maps
        By a layer's name: one picture a unit; of a vector one for all, a pixel a value, row after row.
    glances
        By a layer's name.
    """

    network: Network
    overview: Overview
    image: QImage
    maps: dict[str, tuple[QImage, ...]]
    glances: dict[str, LayerGlance]


def make_pictures(computed: Computed, count: int = 4, measure: Measure = "maximum") -> OverviewPictures:
    """Return the overview of what was computed, in pictures."""
    found = overview(computed, count, measure)
    return OverviewPictures(
        computed.network,
        found,
        _photograph(found.picture),
        {glance.layer.name: _pictures(glance) for glance in found.layers},
        {glance.layer.name: glance for glance in found.layers},
    )


def _pictures(glance: LayerGlance) -> tuple[QImage, ...]:
    table = colour_table(SIGNED_COLOURS if glance.signed else UNSIGNED_COLOURS)
    if glance.values is None:
        return tuple(_indexed(levels, table) for levels in glance.levels)
    rows, columns = vector_grid(len(glance.levels))
    levels = np.full(rows * columns, _CLEAR, dtype=np.uint8)
    levels[: len(glance.levels)] = glance.levels
    return (_indexed(levels.reshape(rows, columns), [0, *table[1:]]),)


def _indexed(levels: NDArray[np.uint8], table: list[int]) -> QImage:
    height, width = levels.shape
    image = QImage(np.ascontiguousarray(levels).data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _photograph(picture: NDArray[np.float32]) -> QImage:
    levels = np.ascontiguousarray((picture.transpose(1, 2, 0).clip(0, 1) * 255 + 0.5).astype(np.uint8))
    height, width = levels.shape[:2]
    return QImage(levels.data, width, height, 3 * width, QImage.Format.Format_RGB888).convertToFormat(
        QImage.Format.Format_RGB32
    )
