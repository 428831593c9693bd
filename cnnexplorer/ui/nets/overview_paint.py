"""Painting of the overview: what stays from picture to picture, what each picture brings, and what is marked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from cnnexplorer.nets.tracing import (
    AVERAGE_POOLING,
    BATCH_NORM,
    CONCATENATION,
    CONVOLUTION,
    FLATTEN,
    LINEAR,
    LOCAL_NORM,
    MAX_POOLING,
    RELU,
)
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import number_font
from cnnexplorer.ui.widgets.cells import draw_cells

from .names import class_title
from .overview_layout import GUESS_HEIGHT, MOST_GUESSES
from .overview_texts import dense_shape, detail, filters_text

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QImage

    from cnnexplorer.nets import Guess, LayerInfo
    from cnnexplorer.ui.theme import Colours

    from .overview_layout import Card, Frame, Layout
    from .overview_pictures import OverviewPictures

_ALIGN = Qt.AlignmentFlag
_GLYPH = 11.0
_GLYPHS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {  # lines in a box of 12 x 12
    CONVOLUTION: (
        ((0, 0), (12, 0), (12, 12), (0, 12), (0, 0)),
        ((4, 0), (4, 12)),
        ((8, 0), (8, 12)),
        ((0, 4), (12, 4)),
        ((0, 8), (12, 8)),
    ),
    RELU: (((0, 10), (6, 10), (12, 1)),),
    MAX_POOLING: (((0, 0), (12, 0), (12, 12), (0, 12), (0, 0)), ((3, 9), (6, 3), (9, 9))),
    AVERAGE_POOLING: (((0, 0), (12, 0), (12, 12), (0, 12), (0, 0)), ((3, 6), (9, 6))),
    LOCAL_NORM: (((0, 11), (3, 10), (6, 2), (9, 10), (12, 11)),),
    BATCH_NORM: (((0, 11), (3, 10), (6, 2), (9, 10), (12, 11)), ((6, 5), (6, 11))),
    FLATTEN: (((4, 0), (8, 0), (8, 12), (4, 12), (4, 0)), ((4, 4), (8, 4)), ((4, 8), (8, 8))),
    LINEAR: (((0, 1), (12, 1), (0, 11), (12, 11), (0, 1)), ((0, 6), (12, 6))),
    CONCATENATION: (((0, 1), (5, 6), (12, 6)), ((0, 11), (5, 6))),
}


def kind_role(layer: LayerInfo) -> str:
    """Return the colour of a layer's kind: a kernel's where it has weights to learn."""
    return "kernel" if layer.parameters else "muted"


def bold(font: QFont) -> QFont:
    """Return a font made bold."""
    font.setBold(True)
    return font


@lru_cache(maxsize=32)
def glyph(kind: str) -> QPainterPath:
    """Return the sign of a kind of layer, in a box of 12 x 12."""
    path = QPainterPath()
    for line in _GLYPHS.get(kind, ()):
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in line]))
    return path


def paint_glyph(painter: QPainter, kind: str, place: QPointF, colour: QColor) -> None:
    """Paint the sign of a kind of layer; `place` is its upper left corner."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(place)
    painter.scale(_GLYPH / 12, _GLYPH / 12)
    painter.setPen(QPen(colour, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(glyph(kind))
    painter.restore()


# what stays


def paint_still(painter: QPainter, layout: Layout, area: QRectF, theme: Colours) -> None:
    """Paint frames, lines and cards, without what depends on the picture."""
    for frame in layout.frames:
        if frame.rect.intersects(area):
            _paint_frame(painter, frame, layout, theme)
    _paint_wires(painter, layout, area, theme)
    for card in layout.cards:
        if card.rect.intersects(area):
            _paint_card(painter, card, layout.metrics.texts, theme)


def _paint_frame(painter: QPainter, frame: Frame, layout: Layout, theme: Colours) -> None:
    _paint_box(painter, frame.rect, theme.colour("window"), theme.colour("line"), 7)
    painter.setFont(bold(number_font(12 if layout.metrics.texts else 10)))
    painter.setPen(theme.colour("text"))
    _paint_text(painter, frame.title, frame.stage.title, _ALIGN.AlignLeft)
    convolution = frame.stage.convolution
    if convolution is not None and not frame.filters.isEmpty():
        painter.setFont(number_font(11))
        painter.setPen(theme.colour("kernel"))
        _paint_text(painter, frame.filters.adjusted(0, 0, -4, 0), filters_text(convolution), _ALIGN.AlignRight)


def _paint_wires(painter: QPainter, layout: Layout, area: QRectF, theme: Colours) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.colour("muted"), 1.4)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    head = 4.5 if layout.metrics.texts else 3.0
    for points, has_head in layout.wires:
        line = QPolygonF(points)
        if not line.boundingRect().adjusted(-5, -5, 5, 5).intersects(area):
            continue
        end = points[-1]
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)
        if has_head:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("muted"))
            painter.drawPolygon(QPolygonF([end, end + QPointF(-1.5 * head, -head), end + QPointF(-1.5 * head, head)]))
    painter.restore()


def _paint_card(painter: QPainter, card: Card, texts: bool, theme: Colours) -> None:
    rect, layer = card.rect, card.layer
    role = theme.colour(kind_role(layer))
    _paint_box(painter, rect, theme.colour("base"), theme.colour("line"), 4)
    painter.fillRect(QRectF(rect.left() + 2, rect.top(), rect.width() - 4, 3 if texts else 2), role)
    for place in card.maps or (card.vector,):
        painter.fillRect(place, theme.colour("line", 0.5))
    if not texts:
        return
    line = QRectF(rect.left() + 3, rect.top() + 4, rect.width() - 6, 14)
    paint_glyph(painter, layer.kind, QPointF(line.left() + 1, line.top() + 2), role)
    painter.setFont(number_font(10))
    painter.setPen(theme.colour("text"))
    title = (detail(layer) if layer.kernel_size else _short_kind(layer)) if card.compact else card.label
    _paint_text(painter, line.adjusted(_GLYPH + 5, 0, 1, 0), title, _ALIGN.AlignLeft)
    painter.setPen(theme.colour("muted"))
    if not card.compact:
        painter.setFont(number_font(9))
        _paint_text(painter, line.translated(0, 12), detail(layer), _ALIGN.AlignHCenter)
    below = QRectF(rect.left() + 1, card.content.bottom() + 0.5, rect.width() - 2, 12)
    _paint_text(painter, below, dense_shape(layer), _ALIGN.AlignHCenter, number_sizes=(10, 9, 8))
    for number, (share, colour) in enumerate(((layer.share, "accent"), (layer.parameter_share, "kernel"))):
        if layer.parameters:
            bar = QRectF(card.content.left(), below.bottom() + 1 + 4 * number, card.content.width(), 3)
            painter.fillRect(bar, theme.colour("line", 0.7))
            bar.setWidth(max(bar.width() * share, 1.0))
            painter.fillRect(bar, theme.colour(colour))


def _short_kind(layer: LayerInfo) -> str:
    return {RELU: "ReLU", BATCH_NORM: "BN"}.get(layer.kind, _(layer.kind))


# what each picture brings


def paint_live(
    painter: QPainter,
    layout: Layout,
    pictures: OverviewPictures | None,
    area: QRectF,
    theme: Colours,
    ratio: float,
) -> None:
    """Paint the picture, the maps with their units' numbers, and the answer, on `ratio` device pixels a pixel."""
    if layout.image.adjusted(-4, -20, 4, 20).intersects(area):
        _paint_image(painter, layout, None if pictures is None else pictures.image, theme)
    if layout.answer.intersects(area):
        _paint_answer(painter, layout, () if pictures is None else pictures.overview.guesses, theme)
    if pictures is None:
        return
    painter.setFont(number_font(9))
    width = QFontMetricsF(painter.font()).horizontalAdvance("0")
    for card in layout.cards:
        if not card.rect.intersects(area):
            continue
        images = pictures.maps.get(card.layer.name, ())
        units = pictures.glances[card.layer.name].units if images else ()
        for rect, image in zip(card.maps or (card.vector,), images, strict=False):
            smooth = image.width() > rect.width() * ratio or (not card.maps and image.width() * 2 > rect.width())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            if smooth:
                painter.drawImage(rect, image)
            else:
                draw_cells(painter, rect, image)
        if layout.metrics.texts:
            for rect, unit in zip(card.maps, units, strict=False):
                _paint_chip(painter, rect, str(unit), width, theme)


def _paint_chip(painter: QPainter, rect: QRectF, text: str, width: float, theme: Colours) -> None:
    chip = QRectF(rect.left(), rect.bottom() - 11, width * len(text) + 4, 11)
    painter.fillRect(chip, theme.colour("panel", 0.82))
    painter.setPen(theme.colour("text"))
    painter.drawText(chip, _ALIGN.AlignCenter, text)


def _paint_image(painter: QPainter, layout: Layout, image: QImage | None, theme: Colours) -> None:
    rect = layout.image
    if image is None:
        painter.fillRect(rect, theme.colour("line", 0.5))
    else:
        scale = min(rect.width() / image.width(), rect.height() / image.height())
        fitted = QRectF(0, 0, image.width() * scale, image.height() * scale)
        fitted.moveCenter(rect.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(fitted, image)
        painter.setFont(number_font(10))
        painter.setPen(theme.colour("muted"))
        below = QRectF(rect.left() - 8, rect.bottom() + 2, rect.width() + 16, 14)
        _paint_text(painter, below, f"3×{image.height()}×{image.width()}", _ALIGN.AlignHCenter)
    painter.setFont(bold(number_font(12)))
    painter.setPen(theme.colour("input"))
    title = QRectF(rect.left() - 8, rect.top() - 18, rect.width() + 16, 16)
    _paint_text(painter, title, _("Picture"), _ALIGN.AlignHCenter)
    painter.setPen(QPen(theme.colour("input"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)


def _paint_answer(painter: QPainter, layout: Layout, guesses: tuple[Guess, ...], theme: Colours) -> None:
    rect = layout.answer
    _paint_box(painter, rect, theme.colour("window"), theme.colour("output"), 7)
    painter.setFont(bold(number_font(12)))
    painter.setPen(theme.colour("output"))
    head = layout.metrics.head
    _paint_text(painter, QRectF(rect.left() + 8, rect.top(), rect.width() - 16, head), _("Answer"), _ALIGN.AlignLeft)
    painter.setFont(number_font(11))
    for place, guess in enumerate(guesses[:MOST_GUESSES]):
        line = QRectF(rect.left() + 8, rect.top() + head + place * GUESS_HEIGHT - 2, rect.width() - 16, 16)
        share = _("{percent} %").format(percent=f"{100 * guess.probability:.1f}")
        painter.setPen(theme.colour("text" if place == 0 else "muted"))
        room = QFontMetricsF(painter.font()).horizontalAdvance(share) + 6
        _paint_text(painter, line, share, _ALIGN.AlignRight)
        _paint_text(painter, line.adjusted(0, 0, -room, 0), class_title(guess.index, guess.category), _ALIGN.AlignLeft)
        bar = QRectF(line.left(), line.bottom() + 1, line.width(), 4)
        painter.fillRect(bar, theme.colour("line", 0.7))
        bar.setWidth(bar.width() * guess.probability)
        painter.fillRect(bar, theme.colour("output" if place == 0 else "accent", 0.9))


# what is marked


def paint_marks(
    painter: QPainter, layout: Layout, present: int | None, hovered: QRectF | None, focus: QRectF | None, theme: Colours
) -> None:
    """Paint frames around the layer that is looked at, what is under the mouse, and where the keys are."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if present is not None:
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawRoundedRect(layout.cards[present].rect, 4, 4)
    if hovered is not None:
        painter.setPen(QPen(theme.colour("hover"), 2))
        painter.drawRect(hovered.adjusted(-1, -1, 1, 1))
    if focus is not None:
        painter.setPen(QPen(theme.colour("text"), 1.5, Qt.PenStyle.DotLine))
        painter.drawRect(focus.adjusted(-3, -3, 3, 3))


def _paint_box(painter: QPainter, rect: QRectF, fill: QColor, line: QColor, radius: float) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()


def _paint_text(
    painter: QPainter, rect: QRectF, text: str, align: Qt.AlignmentFlag, number_sizes: tuple[int, ...] = ()
) -> None:
    """Write a line, elided where it is too long; in the first of some sizes that fits, where there are some."""
    for size in number_sizes:
        painter.setFont(number_font(size))
        if QFontMetricsF(painter.font()).horizontalAdvance(text) <= rect.width():
            break
    shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width() + 1)
    painter.drawText(rect, align | _ALIGN.AlignVCenter | Qt.TextFlag.TextDontClip | Qt.TextFlag.TextSingleLine, shown)
