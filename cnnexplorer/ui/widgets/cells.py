"""Cells of a picture: on the screen one image, in files of lines and areas rectangles that no viewer can blur."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from .figure_mode import draw_later, on_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_RECTANGLES = 16_384
LEAST_CELL = 3.0  # pixels of a cell that is drawn as a rectangle
SHARP_SIDE = 1024  # pixels of the longer side to which a picture of smaller or of too many cells is enlarged
_DENSITY = 4  # pixels of an enlarged picture for each of the screen
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
    cell = min(target.width() / image.width(), target.height() / image.height())
    # what shines through shows where rectangles overlap, or where they do not
    if painter.opacity() < 1 or cell < LEAST_CELL or image.width() * image.height() > 4 * MAX_RECTANGLES:
        _draw_enlarged(painter, target, image)
        return
    colours = colours_of(image)
    groups = runs_by_colour(colours)
    count = sum(map(len, groups.values()))
    if count > MAX_RECTANGLES:
        _draw_enlarged(painter, target, image)
        return
    opaque = all(colour >> 24 == 0xFF for colour in groups)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    if opaque and len(groups) > count / 3:
        _draw_in_order(painter, target, groups, colours.shape)
    else:
        for seam in ((_SEAM,) if lined else (_SEAM, 0.0)) if opaque else (0.0,):
            for colour, runs in groups.items():
                painter.setBrush(QColor.fromRgba(colour))
                painter.drawPath(_path(runs, target, colours.shape, seam))
    painter.restore()


def draw_smooth(painter: QPainter, target: QRectF, image: QImage) -> None:
    """Draw a picture, the colours between its pixels mixed, and mixed alike in every viewer."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    size = (target.size() * 2).toSize()
    if on_vectors(painter) and image.width() < size.width():
        ratio, way = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(size, ratio, way)
    painter.drawImage(target, image)
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
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for run in runs:
        path.addRect(_rect(run, target, shape, seam))
    return path


def _draw_in_order(painter: QPainter, target: QRectF, groups: dict[int, list[Run]], shape: tuple[int, ...]) -> None:
    """Draw cells of many colours one by one: what reaches below the next is covered by it."""
    for run, colour in sorted((run, colour) for colour, runs in groups.items() for run in runs):
        painter.fillRect(_rect(run, target, shape, _SEAM), QColor.fromRgb(colour))


def _rect(run: Run, target: QRectF, shape: tuple[int, ...], seam: float) -> QRectF:
    """Return where cells lie; they reach a little to the right and down, but for the last."""
    height, width = target.height() / shape[0], target.width() / shape[1]
    right, bottom = run.behind * width, (run.row + 1) * height
    right += seam if run.behind < shape[1] else 0.0
    bottom += seam if run.row + 1 < shape[0] else 0.0
    x, y = run.first * width, run.row * height
    return QRectF(target.left() + x, target.top() + y, right - x, bottom - y)


def _draw_enlarged(painter: QPainter, target: QRectF, image: QImage) -> None:
    """Draw a picture each of whose cells is several pixels wide: what a viewer blurs is less than a cell."""
    cell = max(target.width() / image.width(), target.height() / image.height())
    times = max(min(math.ceil(_DENSITY * cell), SHARP_SIDE // max(image.width(), image.height())), 1)
    scaled = image.scaled(image.width() * times, image.height() * times)  # each pixel repeated
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    draw_later(painter, target, scaled)
    painter.restore()
