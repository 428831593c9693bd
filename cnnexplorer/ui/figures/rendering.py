"""Rendering of any widget as a picture of 1 to 4 times its size, as SVG and as PDF."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter

from cnnexplorer.ui.theme import LIGHT, colours
from cnnexplorer.ui.widgets.figure_mode import FigureMode, painting_figure

from .caption import LEAST_WIDTH, MARGIN, Caption
from .parts import Part, dark_ink, find_parts, ground_of, without_grounds
from .svg import SvgDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .takeaway import Takeaway

MAX_SCALE = 4
DOTS = 96  # an inch: what the screen's pixels are counted as in SVG and PDF
_VECTOR_RATIO = 3.0  # pixels of pictures inside SVG and PDF for each of the screen


@dataclass(frozen=True)
class FigureWish:
    """How a figure is to look.

    Attributes
    ----------
    scale
        Pixels of the file for each of the screen, where it is made of pixels.
    transparent
        Whether nothing is painted behind it; it is in the light theme's colours then.
    caption
        Whether title and facts stand below it.
    """

    scale: int = 2
    transparent: bool = False
    caption: bool = False


class Figure:
    """A takeaway on its way into a file."""

    def __init__(self, takeaway: Takeaway, wish: FigureWish) -> None:
        self._takeaway, self._wish = takeaway, wish
        with takeaway.spread() as other:
            widget = other or takeaway.widget
            self._room = widget.size()
        width, height = self._room.width(), self._room.height()
        self._place = QPoint(0, 0)  # of what is shown
        if wish.caption:
            width = max(width, LEAST_WIDTH)
            beside = (width - self._room.width()) // 2
            self._place = QPoint(beside, min(beside, MARGIN))
            self._caption = Caption(takeaway, width, LIGHT if wish.transparent else colours(takeaway.widget))
            height += self._place.y() + self._caption.height
        self.size = QSize(width, height)

    def image(self) -> QImage:
        """Return the figure as pixels."""
        scale = self._wish.scale
        image = QImage(self.size * scale, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        self._paint(painter, scale)
        painter.end()
        image.setDevicePixelRatio(1)
        return image

    def pdf(self, describe: Callable[[QPdfWriter], None] | None = None) -> bytes:
        """Return the figure as a PDF of one page as large as the figure.

        Parameters
        ----------
        describe
            Writes title and metadata, before anything is painted.
        """
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(DOTS)
        points = QSizeF(self.size) * (72 / DOTS)
        writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        if describe is not None:
            describe(writer)
        painter = QPainter(writer)
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        self._paint(painter, _VECTOR_RATIO)
        painter.end()
        buffer.close()
        return bytes(data.data())

    def svg(self) -> SvgDocument:
        """Return the figure as SVG."""
        document = SvgDocument(self.size, DOTS)
        with self._parts(_VECTOR_RATIO, document.later) as parts:
            if not self._wish.transparent:
                document.fill(ground_of(self._takeaway.widget).color())
            for part in parts:
                document.add(part)
        document.take_fonts()
        return document

    def _paint(self, painter: QPainter, ratio: float) -> None:
        """Paint all parts, each inside its own borders."""
        with self._parts(ratio) as parts:
            if not self._wish.transparent:
                # and a little more: the page of a PDF is rounded to whole points
                painter.fillRect(QRect(QPoint(0, 0), self.size + QSize(2, 2)), ground_of(self._takeaway.widget))
            for part in parts:
                painter.save()
                painter.translate(part.origin)
                painter.setClipRect(part.seen)
                part.paint(painter)
                painter.restore()

    @contextmanager
    def _parts(self, ratio: float, later: list[QImage] | None = None) -> Iterator[list[Part]]:
        """Give the parts of the figure, which can be painted inside the `with` block."""
        with ExitStack() as stack:
            widget = stack.enter_context(self._takeaway.spread()) or self._takeaway.widget
            stack.enter_context(painting_figure(FigureMode(ratio, not self._wish.transparent, later)))
            if self._wish.transparent:
                stack.enter_context(without_grounds(widget))
                stack.enter_context(dark_ink(widget))
            parts = find_parts(widget, self._takeaway.buttons, self._place)
            if self._wish.caption:
                area = QRect(0, 0, self.size.width(), self._caption.height)
                below = QPoint(0, self._place.y() + self._room.height())
                parts.append(Part(below, area, self._caption.paint))
            yield parts
