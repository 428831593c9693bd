"""Cells of a picture: on the screen one image, in files of lines and areas rectangles that no viewer can blur."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from .figure_mode import draw_later, on_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MAX_RECTANGLES = 16_384
LEAST_CELL = 3.0  # pixels of a cell that is drawn as a rectangle
SHARP_SIDE = 1024  # pixels of the longer side to which a picture of smaller or of too many cells is enlarged
_DENSITY = 4  # pixels of an enlarged picture for each of the screen
_SEAM = 0.5  # pixels that a rectangle reaches below its neighbours, so that no viewer shows a gap between them


class Runs(NamedTuple):
    """Neighbouring cells of one colour in a row, row by row.

    Attributes
    ----------
    rows, firsts, behinds
        (N,): each reaches from column `firsts` to before `behinds`.
    colours
        (N,): 0xAARRGGBB.
    """

    rows: NDArray[np.intp]
    firsts: NDArray[np.intp]
    behinds: NDArray[np.intp]
    colours: NDArray[np.uint32]


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
    runs = runs_of(colours)
    count = len(runs.colours)
    if count > MAX_RECTANGLES:
        _draw_enlarged(painter, target, image)
        return
    opaque = bool((runs.colours >> 24 == 0xFF).all())
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    if opaque and len(np.unique(runs.colours)) > count / 3:
        _draw_in_order(painter, target, runs, colours.shape)
    else:
        for seam in ((_SEAM,) if lined else (_SEAM, 0.0)) if opaque else (0.0,):
            _draw_by_colour(painter, target, runs, colours.shape, seam)
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


def runs_of(colours: NDArray[np.uint32]) -> Runs:
    """Return the runs of a picture (H, W); cells that are wholly transparent are left out.

    Examples
    --------
    >>> runs = runs_of(np.array([[7, 7, 9]], np.uint32) + np.uint32(0xFF000000))
    >>> [part.tolist() for part in runs]
    [[0, 0], [0, 2], [2, 3], [4278190087, 4278190089]]
    """
    starts = np.ones(colours.shape, bool)
    starts[:, 1:] = colours[:, 1:] != colours[:, :-1]
    rows, firsts = np.nonzero(starts)
    same_row = np.append(rows[1:], -1) == rows
    behinds = np.where(same_row, np.append(firsts[1:], 0), colours.shape[1])
    values = colours[rows, firsts]
    seen = values >> 24 > 0
    return Runs(rows[seen], firsts[seen], behinds[seen], values[seen])


def _draw_by_colour(painter: QPainter, target: QRectF, runs: Runs, shape: tuple[int, ...], seam: float) -> None:
    """Draw all cells of one colour as one outline."""
    paths: dict[int, QPainterPath] = {}
    for rect, colour in zip(_rects(runs, target, shape, seam), runs.colours.tolist(), strict=True):
        if colour not in paths:
            paths[colour] = QPainterPath()
            paths[colour].setFillRule(Qt.FillRule.WindingFill)
        paths[colour].addRect(*rect)
    for colour, path in paths.items():
        painter.setBrush(QColor.fromRgba(colour))
        painter.drawPath(path)


def _draw_in_order(painter: QPainter, target: QRectF, runs: Runs, shape: tuple[int, ...]) -> None:
    """Draw cells of many colours one by one: what reaches below the next is covered by it."""
    for rect, colour in zip(_rects(runs, target, shape, _SEAM), runs.colours.tolist(), strict=True):
        painter.fillRect(QRectF(*rect), QColor.fromRgb(colour))


def _rects(runs: Runs, target: QRectF, shape: tuple[int, ...], seam: float) -> Iterator[tuple[float, ...]]:
    """Yield left, top, width and height of runs; they reach a little to the right and down, but for the last."""
    height, width = target.height() / shape[0], target.width() / shape[1]
    right = runs.behinds * width + np.where(runs.behinds < shape[1], seam, 0.0)
    bottom = (runs.rows + 1) * height + np.where(runs.rows + 1 < shape[0], seam, 0.0)
    x, y = runs.firsts * width, runs.rows * height
    return zip(*(part.tolist() for part in (target.left() + x, target.top() + y, right - x, bottom - y)), strict=True)


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
