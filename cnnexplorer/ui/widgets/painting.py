"""Painting of feature maps: colours, cells and numbers, on any painter.

The same code paints on the screen and into files.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from cmap import Colormap
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPaintEngine, QPainter, QPen

from cnnexplorer.core import format_number
from cnnexplorer.core.levels import finite_range as finite_range
from cnnexplorer.core.levels import to_indices as to_indices
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.theme import number_font

from .cells import draw_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.ui.theme import Colours

COLOUR_MAPS: dict[str, tuple[str, str]] = {
    "grey": ("gray", mark("Grey")),
    "diverging": ("vik", mark("Diverging around zero")),
    "viridis": ("viridis", mark("Viridis (perceptual)")),
    "cividis": ("cividis", mark("Cividis (perceptual)")),
    "magma": ("magma", mark("Magma (perceptual)")),
}
RANGES: dict[str, str] = {
    "map": mark("Each map its own"),
    "shared": mark("Shared by all maps"),
    "fixed": mark("Fixed by hand"),
}
GRID_FROM = 6.0  # pixels a cell from which lines are drawn between cells
NUMBER_FROM = 13.0  # pixels a cell from which numbers may fit
TRIPLES_FROM = 34.0  # pixels a cell from which the three numbers of a colour fit
MAX_NUMBERS = 6000
SMALL_SIDE = 512  # pixels of a map that is kept for views of the whole


@dataclass(frozen=True)
class Look:
    """How maps are shown: colour map, what the range is taken from, the fixed range, decimals of the numbers.

    With `even`, all numbers have that many decimals, and those too small for them are written as zero; else a number
    is written shortly, with an exponent where it is very small.
    """

    colour_map: str = "grey"
    range_mode: str = "map"
    low: float = 0.0
    high: float = 1.0
    decimals: int = 2
    even: bool = False

    def text(self, value: float) -> str:
        """Return how a number is written."""
        if not self.even or not value:
            return format_number(value, self.decimals)
        text = f"{value:.{self.decimals}f}"
        return text if float(text) else text.lstrip("-")

    def range_for(self, plane: NDArray[np.float64], maps: NDArray[np.float64]) -> tuple[float, float]:
        """Return the values that the ends of the colour map stand for.

        Around zero where the map is diverging; 0 to 1 (or 0 to 255) for grey images that stay inside that.
        """
        return self.limits(finite_range(maps if self.range_mode == "shared" else plane))

    def limits(self, values: tuple[float, float]) -> tuple[float, float]:
        """Return the values at the ends of the colour map, from the smallest and the largest value shown."""
        if self.range_mode == "fixed":
            return self.low, self.high
        low, high = values
        if self.colour_map == "diverging":
            reach = max(abs(low), abs(high)) or 1.0
            return -reach, reach
        if self.colour_map == "grey" and low >= 0:
            if high <= 1:
                return 0.0, 1.0
            if high > 64 and high <= 255:
                return 0.0, 255.0
        if low == high:
            return low - 0.5, high + 0.5
        return low, high


def _scaled_down(plane: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """Scale a map (H, W), or a picture (H, W, 3), down to (height, width) by area.

    In float32 and by a whole factor first, the rest by interpolation: no eye tells it apart, and it is far faster.
    """
    with np.errstate(over="ignore"):
        scaled: NDArray[Any] = plane.astype(np.float32)
    if math.isinf(scaled.sum(dtype=np.float64)) and not math.isinf(plane.sum()):  # values that only float64 holds
        scaled = plane
    (height, width), (to_height, to_width) = plane.shape[:2], size
    factor = min(height // to_height, width // to_width)
    if factor > 1:
        whole = scaled[: height // factor * factor, : width // factor * factor]
        scaled = cv2.resize(whole, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    if scaled.shape[:2] != size:
        scaled = cv2.resize(scaled, (to_width, to_height), interpolation=cv2.INTER_LINEAR)
    return scaled.astype(np.float64)


@dataclass(frozen=True, eq=False)
class MapSource:
    """Maps (C, H, W) with all that showing them takes from every value, so that it can be made off the GUI thread.

    Attributes
    ----------
    ranges
        The smallest and the largest finite value of each map.
    small
        The maps scaled down by area where they are large, else None: a view of the whole map reads these.
    """

    values: NDArray[np.float64]
    ranges: tuple[tuple[float, float], ...]
    small: NDArray[np.float64] | None

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> MapSource:
        """Prepare maps (C, H, W), or a flat row (N,) as one upright map."""
        maps = values.reshape(1, -1, 1) if values.ndim == 1 else values
        _channels, height, width = maps.shape
        small = None
        if max(height, width) > 1.5 * SMALL_SIDE:
            factor = SMALL_SIDE / max(height, width)
            size = max(round(width * factor), 1), max(round(height * factor), 1)
            small = np.stack([_scaled_down(plane, size[::-1]) for plane in maps])
        return cls(maps, tuple(finite_range(plane) for plane in maps), small)

    def limits(self, look: Look, channel: int | None) -> tuple[float, float]:
        """Return the values at the ends of the colour map, for a channel or (None) a picture of all."""
        if channel is None or look.range_mode == "shared":
            return look.limits((min(low for low, _ in self.ranges), max(high for _, high in self.ranges)))
        return look.limits(self.ranges[channel])


@lru_cache(maxsize=16)
def colour_table(name: str) -> list[int]:
    """Return the 256 colours of a colour map, as Qt's 0xAARRGGBB."""
    table = (Colormap(COLOUR_MAPS[name][0]).lut(256)[:, :3] * 255).round().astype(int)
    return [0xFF000000 | (int(r) << 16) | (int(g) << 8) | int(b) for r, g, b in table]


@lru_cache(maxsize=16)
def bright_indices(name: str) -> tuple[bool, ...]:
    """Tell for each of the 256 colours whether dark text reads better on it."""
    return tuple(QColor.fromRgb(value).lightnessF() > 0.5 for value in colour_table(name))


def map_image(
    values: NDArray[np.float64], name: str, low: float, high: float, size: tuple[int, int] | None = None
) -> QImage:
    """Return a picture of a map (H, W), or of an image (3, H, W) in its own colours.

    Parameters
    ----------
    size
        (height, width) in pixels to scale down to, by area; None for a pixel a cell.
    """
    coloured = len(values) == 3 and values.ndim == 3
    cells: NDArray[Any] = cv2.merge(tuple(values)) if coloured else values.reshape(values.shape[-2:])
    if size is not None:
        cells = _scaled_down(cells, size)
    indices = np.ascontiguousarray(to_indices(cells, low, high))
    height, width = indices.shape[:2]
    if coloured:
        return QImage(indices.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    image = QImage(indices.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(colour_table(name))
    return image.convertToFormat(QImage.Format.Format_RGB32)


@dataclass(frozen=True)
class Placement:
    """Where cells lie: cell (0, 0) begins at (x, y), each is `scale` pixels wide and high."""

    x: float
    y: float
    scale: float

    def rect(self, top: float, left: float, height: float = 1, width: float = 1) -> QRectF:
        """Return where a rectangle of cells lies."""
        return QRectF(self.x + left * self.scale, self.y + top * self.scale, width * self.scale, height * self.scale)

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """Return the (row, column) at a point, which may lie outside the map."""
        return math.floor((y - self.y) / self.scale), math.floor((x - self.x) / self.scale)

    def visible(self, shape: tuple[int, int], area: QRectF) -> tuple[slice, slice]:
        """Return which rows and columns of a map touch an area."""
        row0, column0 = self.cell_at(area.left(), area.top())
        row1, column1 = self.cell_at(area.right(), area.bottom())
        return (
            slice(min(max(row0, 0), shape[0]), max(min(row1 + 1, shape[0]), 0)),
            slice(min(max(column0, 0), shape[1]), max(min(column1 + 1, shape[1]), 0)),
        )


def paint_map(
    painter: QPainter,
    values: NDArray[np.float64],
    look: Look,
    limits: tuple[float, float],
    placement: Placement,
    area: QRectF,
    theme: Colours,
    ratio: float = 1.0,
    small: NDArray[np.float64] | None = None,
) -> None:
    """Paint a map (H, W) or an image (3, H, W): cells, the lines between them, and numbers where they fit.

    Parameters
    ----------
    limits
        The values at the ends of the colour map.
    ratio
        Device pixels a pixel, so that what is scaled down stays sharp.
    small
        The same map scaled down, read where that is fine enough.
    """
    shape = values.shape[-2], values.shape[-1]
    rows, columns = placement.visible(shape, area)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if height <= 0 or width <= 0:
        return
    pixels = placement.scale * ratio
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    if small is not None and pixels * shape[1] <= small.shape[-1]:
        _paint_small(painter, small, shape, look, limits, placement, ratio)
        return
    part = values[..., rows, columns]
    target = placement.rect(rows.start, columns.start, height, width)
    size = None if pixels >= 1 else (max(round(height * pixels), 1), max(round(width * pixels), 1))
    lined = placement.scale >= GRID_FROM
    draw_cells(painter, target, map_image(part, look.colour_map, *limits, size), lined)
    if lined:
        _paint_not_finite(painter, part, rows.start, columns.start, placement, theme)
        _paint_grid(painter, rows, columns, placement, theme, ratio)
    if part.ndim == 2:
        _paint_numbers(painter, part, rows.start, columns.start, look, limits, placement)
    elif placement.scale >= TRIPLES_FROM:
        _paint_triples(painter, part, rows.start, columns.start, look, limits, placement)


def _paint_small(
    painter: QPainter,
    small: NDArray[np.float64],
    shape: tuple[int, int],
    look: Look,
    limits: tuple[float, float],
    placement: Placement,
    ratio: float,
) -> None:
    """Paint a whole map of `shape` from its scaled-down copy."""
    target = placement.rect(0, 0, *shape)
    size = max(round(target.height() * ratio), 1), max(round(target.width() * ratio), 1)
    draw_cells(painter, target, map_image(small, look.colour_map, *limits, size))


def paint_hatching(painter: QPainter, rect: QRectF, colour: QColor, spacing: float = 6.0) -> None:
    """Hatch a rectangle with diagonal lines."""
    painter.save()
    painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
    painter.setPen(QPen(colour, 1))
    start = rect.left() - rect.height()
    for step in range(math.ceil((rect.width() + rect.height()) / spacing) + 1):
        x = start + step * spacing
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()))
    painter.restore()


def number_size(texts: list[str], scale: float) -> float | None:
    """Return the pixel height at which the longest text fits in a cell, or None where none is legible."""
    if scale < NUMBER_FROM:
        return None
    widest = max((_ems(text) for text in texts), default=1.0)
    size = min(15.0, scale * 0.46, (scale - 3) / widest)
    return size if size >= 7.0 else None


def _ems(text: str) -> float:
    """Return about how wide a number is, in heights of its font: signs and points are half as wide as digits."""
    return sum(0.36 if sign in "-." else 0.64 for sign in text)


def _paint_numbers(
    painter: QPainter,
    part: NDArray[np.float64],
    top: int,
    left: int,
    look: Look,
    limits: tuple[float, float],
    placement: Placement,
) -> None:
    if placement.scale < NUMBER_FROM or part.size > MAX_NUMBERS:
        return
    texts = [[look.text(value) for value in row] for row in part.tolist()]
    size = number_size([text for row in texts for text in row], placement.scale)
    if size is None:
        return
    painter.setFont(number_font(size))
    bright = bright_indices(look.colour_map)
    indices = to_indices(part, *limits).tolist()
    for dark_text, colour in ((True, QColor("#101317")), (False, QColor("#f5f6f8"))):
        painter.setPen(colour)
        for row, (line, places) in enumerate(zip(texts, indices, strict=True)):
            for column, (text, place) in enumerate(zip(line, places, strict=True)):
                if bright[place] is dark_text:
                    painter.drawText(placement.rect(top + row, left + column), Qt.AlignmentFlag.AlignCenter, text)


def _paint_triples(
    painter: QPainter,
    part: NDArray[np.float64],
    top: int,
    left: int,
    look: Look,
    limits: tuple[float, float],
    placement: Placement,
) -> None:
    """Write R, G and B of each pixel below each other."""
    texts = [[[format_number(value, look.decimals) for value in row] for row in plane] for plane in part.tolist()]
    longest = [text for plane in texts for row in plane for text in row]
    size = number_size(longest, placement.scale)
    if size is None or part.size > MAX_NUMBERS:
        return
    painter.setFont(number_font(min(size, placement.scale / 4.2)))
    bright = to_indices(np.tensordot([0.299, 0.587, 0.114], part, axes=1), *limits) > 127
    for row, line in enumerate(bright.tolist()):
        for column, is_bright in enumerate(line):
            painter.setPen(QColor("#101317" if is_bright else "#f5f6f8"))
            text = "\n".join(plane[row][column] for plane in texts)
            painter.drawText(placement.rect(top + row, left + column), Qt.AlignmentFlag.AlignCenter, text)


def _paint_grid(
    painter: QPainter, rows: slice, columns: slice, placement: Placement, theme: Colours, ratio: float
) -> None:
    colour = theme.colour("line", 0.85 if placement.scale > 12 else 0.45)
    area = placement.rect(rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start)
    lines = [
        QRectF(area.left(), round((placement.y + row * placement.scale) * ratio) / ratio, area.width(), 1)
        for row in range(rows.start, rows.stop + 1)
    ]
    lines += [
        QRectF(round((placement.x + column * placement.scale) * ratio) / ratio, area.top(), 1, area.height())
        for column in range(columns.start, columns.stop + 1)
    ]
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        for line in lines:
            painter.fillRect(line, colour)
        return
    # on the screen Qt blends a stretched picture of one pixel 30 times as fast as a line, but only with this hint
    pixel = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    pixel.fill(colour)
    smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for line in lines:
        painter.drawImage(line, pixel)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)


def _paint_not_finite(
    painter: QPainter, part: NDArray[np.float64], top: int, left: int, placement: Placement, theme: Colours
) -> None:
    """Mark cells that hold NaN or infinity: no colour of the map stands for them."""
    wrong = ~np.isfinite(part if part.ndim == 2 else part.sum(axis=0))
    if wrong.any():
        brush = QBrush(theme.colour("error"), Qt.BrushStyle.DiagCrossPattern)
        for row, column in np.argwhere(wrong).tolist():
            painter.fillRect(placement.rect(top + row, left + column), brush)
