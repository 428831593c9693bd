"""Painting the first cells of a map and nothing of the rest: in a file, what is only covered could be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .painting import Look, Placement, paint_map

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from cnnexplorer.ui.theme import Colours


def paint_first(
    painter: QPainter,
    values: NDArray[np.float64],
    count: int,
    look: Look,
    limits: tuple[float, float],
    placement: Placement,
    area: QRectF,
    theme: Colours,
    ratio: float = 1.0,
) -> None:
    """Paint the first `count` cells, row after row, of a map (H, W) or an image (3, H, W), as `paint_map` does."""
    rows, columns = divmod(min(count, values.shape[-2] * values.shape[-1]), values.shape[-1])
    if rows:
        paint_map(painter, values[..., :rows, :], look, limits, placement, area, theme, ratio)
    if columns:
        below = Placement(placement.x, placement.y + rows * placement.scale, placement.scale)
        paint_map(painter, values[..., rows : rows + 1, :columns], look, limits, below, area, theme, ratio)
