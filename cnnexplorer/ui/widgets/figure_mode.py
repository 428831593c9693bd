"""Whether views are painted for a file now: then at its resolution, and without what only the screen needs.

A view that keeps a picture of itself paints straight from its values while a figure is made.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QBrush, QColor, QImage, QPaintEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QRect, QRectF
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

_STAND_IN = 0x01A50000  # a colour that no view paints: as good as transparent
_MOST_LATER = 0x10000
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
    later
        Large pictures that are packed when all is painted, on another thread; None to pack each at once.
    """

    ratio: float = 1.0
    ground: bool = True
    later: list[QImage] | None = None


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


def has_ground() -> bool:
    """Whether views paint their ground: not where a figure is to have none."""
    return _Present.mode is None or _Present.mode.ground


def ground_brush(colour: QColor) -> QBrush:
    """Return what fills a view's ground: nothing, if the figure is to have none."""
    return QBrush(colour) if has_ground() else QBrush()


def paint_ground(painter: QPainter, area: QRect | QRectF, colour: QColor) -> None:
    """Fill a view's ground, if the figure is to have one."""
    painter.fillRect(area, ground_brush(colour))


def draw_later(painter: QPainter, target: QRectF, image: QImage) -> None:
    """Draw a large picture; where such are packed later, draw what stands for it: `later_number` knows it again."""
    later = None if _Present.mode is None else _Present.mode.later
    if later is not None:
        image, stand_in = QImage(1, 1, QImage.Format.Format_ARGB32), image
        image.fill(QColor.fromRgba(_STAND_IN + len(later)))
        later.append(stand_in)
    painter.drawImage(target, image)


def later_number(image: QImage) -> int | None:
    """Return for which of the pictures that are packed later another stands, if it does."""
    if image.width() != 1 or image.height() != 1:
        return None
    number = image.pixel(0, 0) - _STAND_IN
    return number if 0 <= number < _MOST_LATER else None


def on_vectors(painter: QPainter) -> bool:
    """Whether lines and areas are recorded, not pixels."""
    return painter.paintEngine().type() in _VECTORS
