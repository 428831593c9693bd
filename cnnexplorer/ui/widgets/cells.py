"""Cells of a picture: on the screen one image, in files of lines and areas rectangles that no viewer can blur."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from .figure_mode import on_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_RECTANGLES = 16_384
MAX_COLOURS = 1024
SHARP_SIDE = 2048  # pixels of the longer side to which a picture of too many cells is enlarged
MAX_ENLARGED = 16
_SEAM = 0.5  # pixels that a rectangle reaches below its neighbours, so that no viewer shows a gap between them


class Run(NamedTuple):
    """Neighbouring cells of one colour: columns `first` to before `behind` of a row."""

    row: int
    first: int
    behind: int


def draw_cells(painter: QPainter, target: QRectF, image: QImage, lined: bool = False) -> None:
    """Draw a picture, a pixel a cell, every cell sharp.

    Parameters
    ----------
    lined
        Whether lines will cover the right and the lower edge of every cell.
    """
    if not on_vectors(painter):
        painter.drawImage(target, image)
        return
    colours = colours_of(image)
    groups = runs_by_colour(colours) if colours.size <= 4 * MAX_RECTANGLES else {}
    if not groups or len(groups) > MAX_COLOURS or sum(map(len, groups.values())) > MAX_RECTANGLES:
        _draw_enlarged(painter, target, image)
        return
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    opaque = all(colour >> 24 == 0xFF for colour in groups)
    for seam in ((_SEAM,) if lined else (_SEAM, 0.0)) if opaque else (0.0,):
        for colour, runs in groups.items():
            painter.setBrush(QColor.fromRgba(colour))
            painter.drawPath(_path(runs, target, colours.shape, seam))
    painter.restore()


def colours_of(image: QImage) -> NDArray[np.uint32]:
    """Return a picture's colours as 0xAARRGGBB, (H, W)."""
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)
    lines = np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), plain.bytesPerLine() // 4)
    return lines[:, : plain.width()].copy()


def runs_by_colour(colours: NDArray[np.uint32]) -> dict[int, list[Run]]:
    """Return for each colour of a picture (H, W) the runs of it; cells that are wholly transparent are left out.

    Examples
    --------
    >>> runs_by_colour(np.array([[7, 7, 9]], np.uint32) + np.uint32(0xFF000000))
    {4278190087: [Run(row=0, first=0, behind=2)], 4278190089: [Run(row=0, first=2, behind=3)]}
    """
    starts = np.ones(colours.shape, bool)
    starts[:, 1:] = colours[:, 1:] != colours[:, :-1]
    rows, firsts = np.nonzero(starts)
    same_row = np.append(rows[1:], -1) == rows
    behinds = np.where(same_row, np.append(firsts[1:], 0), colours.shape[1])
    groups: dict[int, list[Run]] = {}
    for colour, row, first, behind in zip(
        colours[rows, firsts].tolist(), rows.tolist(), firsts.tolist(), behinds.tolist(), strict=True
    ):
        if colour >> 24:
            groups.setdefault(colour, []).append(Run(row, first, behind))
    return groups


def _path(runs: list[Run], target: QRectF, shape: tuple[int, ...], seam: float) -> QPainterPath:
    """Return the outline of all cells of one colour."""
    height, width = target.height() / shape[0], target.width() / shape[1]
    left, top = target.left(), target.top()
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for row, first, behind in runs:
        right, bottom = left + behind * width, top + (row + 1) * height
        if behind < shape[1]:
            right += seam
        if row + 1 < shape[0]:
            bottom += seam
        x, y = left + first * width, top + row * height
        path.addRect(x, y, right - x, bottom - y)
    return path


def _draw_enlarged(painter: QPainter, target: QRectF, image: QImage) -> None:
    """Draw a picture each of whose cells is several pixels wide: what a viewer blurs is less than a cell."""
    times = min(max(math.ceil(SHARP_SIDE / max(image.width(), image.height())), 1), MAX_ENLARGED)
    scaled = image.scaled(image.width() * times, image.height() * times)  # each pixel repeated
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(target, scaled)
    painter.restore()
