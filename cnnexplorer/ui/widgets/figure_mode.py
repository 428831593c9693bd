"""Whether views are painted for a file now: then at its resolution, and without what only the screen needs.

A view that keeps a picture of itself paints straight from its values while a figure is made.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QBrush, QPaintEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QRect, QRectF
    from PySide6.QtGui import QColor, QPainter
    from PySide6.QtWidgets import QWidget

_VECTORS = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture)


@dataclass(frozen=True)
class FigureMode:
    """How a figure is painted.

    Attributes
    ----------
    ratio
        Pixels of the file for each of the screen; in SVG and PDF, what pictures inside are made for.
    ground
        Whether views paint their ground; without, it is transparent.
    """

    ratio: float = 1.0
    ground: bool = True


class _Present:
    """The figure that is being painted; the one thing here that changes."""

    mode: FigureMode | None = None


@contextmanager
def painting_figure(mode: FigureMode) -> Iterator[None]:
    """Let all views paint for a file inside the `with` block."""
    before, _Present.mode = _Present.mode, mode
    try:
        yield
    finally:
        _Present.mode = before


def for_figure() -> bool:
    """Whether a figure is painted now."""
    return _Present.mode is not None


def pixel_ratio(widget: QWidget) -> float:
    """Return how many pixels of the target there are for each of the widget's."""
    return widget.devicePixelRatioF() if _Present.mode is None else _Present.mode.ratio


def shows_focus(widget: QWidget) -> bool:
    """Whether a widget has to show that the keys go to it: in no figure."""
    return widget.hasFocus() and _Present.mode is None


def ground_brush(colour: QColor) -> QBrush:
    """Return what fills a view's ground: nothing, if the figure is to have none."""
    return QBrush(colour) if _Present.mode is None or _Present.mode.ground else QBrush()


def paint_ground(painter: QPainter, area: QRect | QRectF, colour: QColor) -> None:
    """Fill a view's ground, if the figure is to have one."""
    painter.fillRect(area, ground_brush(colour))


def on_vectors(painter: QPainter) -> bool:
    """Whether lines and areas are recorded, not pixels."""
    return painter.paintEngine().type() in _VECTORS
