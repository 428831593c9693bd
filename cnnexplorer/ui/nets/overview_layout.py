"""Where each part of the overview lies: the strip of layers, in rows like a text."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF

from cnnexplorer.nets.overview import branch_count, is_vector
from cnnexplorer.ui.widgets.spread import ASPECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo

    from .overview_stages import Stage

MARGIN = 14.0  # at the left and the right, where the line runs around to the next row
TOP, ROW_GAP = 4.0, 12.0
FULL_SIDE = 44.0  # pixels of a map from which all texts are shown
LEAST_SIDE, MOST_SIDE = 10.0, 176.0
_LARGEST_AUTOMATIC = 96.0
_UNFITTING_SIDE = 60.0
_MOST_SPARE = 24.0
ANSWER_WIDTH, GUESS_HEIGHT = 172.0, 25.0
MOST_GUESSES = 5
_VECTOR_ASPECT = 4  # a vector is drawn that many times as high as wide


class Target(NamedTuple):
    """A part of the overview that can be looked at or chosen.

    `part` is "image", "answer", "filters", "card", "map" or "vector"; `card` is a card's index; `index` is the place of
    a map in its card, or the unit of a vector.
    """

    part: str
    card: int = -1
    index: int = 0  # type: ignore[assignment]  # nobody searches in a target


@dataclass(frozen=True)
class Metrics:
    """How large all is: the side of a map in pixels, and how many maps a layer has."""

    side: float
    count: int

    @property
    def texts(self) -> bool:
        """Whether there is room for a card's texts."""
        return self.side >= FULL_SIDE

    @property
    def scale(self) -> float:
        """How far distances shrink where maps are tiny."""
        return min(self.side / FULL_SIDE, 1.0)

    @property
    def pad(self) -> float:
        """Between a frame and what is in it."""
        return round(4 * self.scale) + 1

    @property
    def gap(self) -> float:
        """Between two cards."""
        return round(8 * self.scale) + 2

    @property
    def stage_gap(self) -> float:
        """Between two stages."""
        return round(16 * self.scale) + 2

    @property
    def head(self) -> float:
        """The height of a stage's title."""
        return 20.0 if self.texts else 14.0

    @property
    def card_width(self) -> float:
        """The width of a card."""
        return self.side + 2 * self.pad

    @property
    def fork(self) -> float:
        """The room in which branches part, and in which they meet."""
        return round(18 * self.scale) + 4

    @property
    def map_gap(self) -> float:
        """Between two maps of a card."""
        return 3.0 if self.texts else 1.0

    def column(self, maps: int) -> float:
        """Return the height of maps below each other."""
        return maps * (self.side + self.map_gap) - self.map_gap

    def above(self, compact: bool) -> float:
        """Return the height of what a card tells above its maps."""
        return self.pad + 2 if not self.texts else 18 if compact else 30

    @property
    def below(self) -> float:
        """The height of what a card tells below its maps."""
        return 21 if self.texts else self.pad

    def card_height(self, maps: int, compact: bool) -> float:
        """Return the height of a card with that many maps."""
        return self.above(compact) + self.column(maps) + self.below

    @property
    def image_side(self) -> float:
        """The side of the picture at the strip's beginning."""
        return max(round(2 * self.side), 40)


@dataclass(frozen=True)
class Card:
    """A layer.

    Attributes
    ----------
    compact
        Whether it stands in a branch, with fewer texts and maps.
    content
        Where its maps are.
    maps
        Where each of them is; empty for a vector.
    """

    layer: LayerInfo
    label: str
    rect: QRectF
    content: QRectF
    maps: tuple[QRectF, ...]
    compact: bool

    @property
    def vector(self) -> QRectF:
        """Where the values of a vector lie."""
        rows, columns = vector_grid(self.layer.output_shape[0])
        scale = min(self.content.width() / columns, self.content.height() / rows)
        rect = QRectF(0, self.content.top(), columns * scale, rows * scale)
        rect.moveLeft(self.content.center().x() - rect.width() / 2)
        return rect

    def unit_at(self, point: QPointF) -> int | None:
        """Return which value of a vector lies at a point."""
        rect, count = self.vector, self.layer.output_shape[0]
        rows, columns = vector_grid(count)
        if self.maps or not rect.contains(point):
            return None
        row = min(int((point.y() - rect.top()) / rect.height() * rows), rows - 1)
        column = min(int((point.x() - rect.left()) / rect.width() * columns), columns - 1)
        return min(row * columns + column, count - 1)

    def value_rect(self, unit: int) -> QRectF:
        """Return where a value of a vector lies."""
        rect = self.vector
        rows, columns = vector_grid(self.layer.output_shape[0])
        row, column = divmod(unit, columns)
        width, height = rect.width() / columns, rect.height() / rows
        return QRectF(rect.left() + column * width, rect.top() + row * height, width, height)


@dataclass(frozen=True)
class Frame:
    """A stage: where it lies, its title, and what leads to its filters; `cards` are the indices of its cards."""

    stage: Stage
    rect: QRectF
    title: QRectF
    filters: QRectF
    cards: range


@dataclass
class Layout:
    """Where all lies, in pixels from the strip's upper left corner.

    `wires` are lines from what gives to what reads; those told True end in an arrow.
    """

    metrics: Metrics
    image: QRectF = field(default_factory=QRectF)
    answer: QRectF = field(default_factory=QRectF)
    cards: list[Card] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    wires: list[tuple[tuple[QPointF, ...], bool]] = field(default_factory=list)
    size: QSizeF = field(default_factory=QSizeF)

    def frame_of(self, card: int) -> Frame:
        """Return the stage that a card stands in."""
        return next(frame for frame in self.frames if card in frame.cards)

    def card_named(self, layer: str) -> int | None:
        """Return the card of a layer."""
        return next((index for index, card in enumerate(self.cards) if card.layer.name == layer), None)

    def rect(self, target: Target) -> QRectF:
        """Return where a target lies."""
        if target.part == "image":
            return self.image
        if target.part == "answer":
            return self.answer
        if target.part == "filters":
            return self.frame_of(target.card).filters
        card = self.cards[target.card]
        if target.part == "vector":
            return card.value_rect(target.index)
        return card.maps[target.index] if target.part == "map" else card.rect

    def at(self, point: QPointF) -> Target | None:
        """Return what lies at a point."""
        for part, rect in (("image", self.image), ("answer", self.answer)):
            if rect.contains(point):
                return Target(part)
        for frame in self.frames:
            if not frame.rect.contains(point):
                continue
            if frame.filters.contains(point):
                return Target("filters", frame.cards[0])
            for index in frame.cards:
                card = self.cards[index]
                if card.rect.contains(point):
                    return _inside(card, index, point)
        return None


def _inside(card: Card, index: int, point: QPointF) -> Target:
    unit = card.unit_at(point)
    if unit is not None:
        return Target("vector", index, unit)
    place = next((place for place, rect in enumerate(card.maps) if rect.contains(point)), None)
    return Target("card", index) if place is None else Target("map", index, place)


@dataclass(frozen=True)
class _Item:
    """Something in the strip before it has a place: its size, and how far below its top the strip's line runs."""

    stage: Stage | None
    width: float
    height: float
    axis: float


def maps_shown(layer: LayerInfo, count: int, compact: bool) -> int:
    """Return how many maps a layer's card has; none for a vector."""
    return 0 if is_vector(layer) else min(branch_count(count) if compact else count, layer.output_shape[0])


def vector_grid(count: int) -> tuple[int, int]:
    """Return in how many rows and columns the values of a vector stand.

    >>> vector_grid(4096)
    (128, 32)
    """
    columns = math.ceil(math.sqrt(count / _VECTOR_ASPECT))
    return -(-count // columns), columns


_WIDTHS = (400, 4001, 40)  # pixels: which ones are tried for a picture of its own


def lay_out(stages: Sequence[Stage], metrics: Metrics, room: QSizeF) -> Layout:
    """Return where all lies in rows that fill a room's width; what is wider than a row stands alone in one."""
    layout = Layout(metrics)
    rows = _rows(_items(stages, metrics), metrics, room.width())
    spare = room.height() - _extent(rows, metrics).height()
    row_gap = ROW_GAP + min(max(spare / (len(rows) + 1), 0), _MOST_SPARE)
    top, right, before = TOP, 0.0, None
    for row in rows:
        axis = top + max(item.axis for item in row)
        left = MARGIN
        for item in row:
            rect = QRectF(left, axis - item.axis, item.width, item.height)
            if before is not None:
                layout.wires.append((_way(before, QPointF(left, axis), top - row_gap / 2), True))
            _place(layout, item, rect, axis, is_first=before is None)
            before = QPointF(rect.right(), axis)
            left += item.width + metrics.stage_gap
        right = max(right, left - metrics.stage_gap)
        top = axis + max(item.height - item.axis for item in row) + row_gap
    layout.size = QSizeF(right + MARGIN, top - row_gap + TOP)
    return layout


def lay_out_alone(stages: Sequence[Stage], metrics: Metrics) -> Layout:
    """Return where all lies in a picture of its own, about as wide as a page in a document is."""

    def distance(width: int) -> float:
        size = _extent(_rows(_items(stages, metrics), metrics, width), metrics)
        return abs(math.log(size.width() / size.height() / ASPECT))

    return lay_out(stages, metrics, QSizeF(min(range(*_WIDTHS), key=distance), 0))


def best_metrics(stages: Sequence[Stage], size: QSizeF, counts: Sequence[int], least: float = FULL_SIDE) -> Metrics:
    """Return the largest maps with which the whole strip can be seen.

    Parameters
    ----------
    counts
        How many maps a layer may have, the best first; the next is tried where all can't be seen.
    least
        Smaller maps are not tried; where all can't be seen even so, as large ones as need no more rows.
    """
    sides = [float(side) for side in range(int(_LARGEST_AUTOMATIC), int(least) - 1, -2)]

    def extent(side: float, count: int) -> tuple[QSizeF, int]:
        metrics = Metrics(side, count)
        rows = _rows(_items(stages, metrics), metrics, size.width())
        return _extent(rows, metrics), len(rows)

    for count in counts:
        for side in sides:
            needed, _rows_needed = extent(side, count)
            if needed.width() <= size.width() and needed.height() <= size.height():
                return Metrics(side, count)
    found = max(least, LEAST_SIDE)
    fewest = extent(found, counts[0])[1]
    for side in reversed(sides):
        needed, rows_needed = extent(side, counts[0])
        if side > _UNFITTING_SIDE or needed.width() > size.width() or rows_needed > fewest:
            break
        found = side
    return Metrics(found, counts[0])


def _extent(rows: Sequence[Sequence[_Item]], metrics: Metrics) -> QSizeF:
    """Return the room that rows take at least."""
    widths = [sum(item.width for item in row) + (len(row) - 1) * metrics.stage_gap for row in rows]
    heights = [max(item.axis for item in row) + max(item.height - item.axis for item in row) for row in rows]
    return QSizeF(max(widths) + 2 * MARGIN, sum(heights) + (len(rows) - 1) * ROW_GAP + 2 * TOP)


def _items(stages: Sequence[Stage], metrics: Metrics) -> list[_Item]:
    image, answer = metrics.image_side, metrics.head + MOST_GUESSES * GUESS_HEIGHT + 4
    caption = 16.0
    return [
        _Item(None, image, image + 2 * caption, caption + image / 2),
        *(_stage_item(stage, metrics) for stage in stages),
        _Item(None, ANSWER_WIDTH, answer, answer / 2),
    ]


def _stage_item(stage: Stage, metrics: Metrics) -> _Item:
    pad, gap, card = metrics.pad, metrics.gap, metrics.card_width
    height = metrics.card_height(metrics.count, compact=False)
    if not stage.lanes:
        width = 2 * pad + len(stage.layers) * (card + gap) - gap
        return _Item(stage, width, metrics.head + height + pad, metrics.head + height / 2)
    columns = max(len(lane) for lane in stage.lanes)
    lanes = len(stage.lanes) * (_lane_height(metrics) + metrics.gap / 2) - metrics.gap / 2
    inner = max(lanes, height)
    width = 2 * pad + 2 * metrics.fork + columns * (card + gap) - gap + card
    return _Item(stage, width, metrics.head + inner + pad, metrics.head + inner / 2)


def _lane_height(metrics: Metrics) -> float:
    return metrics.card_height(branch_count(metrics.count), compact=True)


def _rows(items: Sequence[_Item], metrics: Metrics, width: float) -> list[list[_Item]]:
    rows: list[list[_Item]] = []
    used = 0.0
    for item in items:
        if not rows or used + metrics.stage_gap + item.width > width - 2 * MARGIN:
            rows.append([])
            used = -metrics.stage_gap
        rows[-1].append(item)
        used += metrics.stage_gap + item.width
    return rows


def _way(before: QPointF, end: QPointF, turn: float) -> tuple[QPointF, ...]:
    """Return the line to the next in the strip: straight, or between two rows to the beginning of the next."""
    if before.y() == end.y() and before.x() < end.x():
        return before, end
    out, back = before.x() + MARGIN / 2, end.x() - MARGIN * 0.8
    return (
        before,
        QPointF(out, before.y()),
        QPointF(out, turn),
        QPointF(back, turn),
        QPointF(back, end.y()),
        end,
    )


def _place(layout: Layout, item: _Item, rect: QRectF, axis: float, is_first: bool) -> None:
    metrics = layout.metrics
    if item.stage is not None:
        _place_stage(layout, item.stage, rect, axis)
    elif is_first:
        side = metrics.image_side
        layout.image = QRectF(rect.left(), axis - side / 2, side, side)
    else:
        layout.answer = rect


def _place_stage(layout: Layout, stage: Stage, rect: QRectF, axis: float) -> None:
    metrics = layout.metrics
    first = len(layout.cards)
    x = rect.left() + metrics.pad
    if stage.lanes:
        x = _place_lanes(layout, stage, rect, axis)
    height = metrics.card_height(metrics.count, compact=False)
    for index, layer in enumerate(stage.layers):
        box = QRectF(x, axis - height / 2, metrics.card_width, height)
        layout.cards.append(_card(layer, stage.short_label(layer), box, metrics, compact=False))
        if index:
            layout.wires.append(((QPointF(x - metrics.gap, axis), QPointF(x, axis)), True))
        x += metrics.card_width + metrics.gap
    title = QRectF(rect.left() + metrics.pad + 1, rect.top(), rect.width() - 2 * metrics.pad - 2, metrics.head)
    filters = QRectF()
    if stage.convolution is not None and metrics.texts:
        half = rect.width() * 0.52
        filters = QRectF(rect.right() - half, rect.top() + 1, half - 2, metrics.head - 2)
        title.setRight(filters.left())
    layout.frames.append(Frame(stage, rect, title, filters, range(first, len(layout.cards))))


def _place_lanes(layout: Layout, stage: Stage, rect: QRectF, axis: float) -> float:
    """Place the branches of a block; return where what joins them begins."""
    metrics = layout.metrics
    height, step = _lane_height(metrics), metrics.card_width + metrics.gap
    left = rect.left() + metrics.pad + metrics.fork
    join = rect.right() - metrics.pad - metrics.card_width
    turn_in, turn_out = rect.left() + metrics.pad + metrics.fork * 0.4, join - metrics.fork * 0.55
    top = axis - (len(stage.lanes) * (height + metrics.gap / 2) - metrics.gap / 2) / 2
    for lane in stage.lanes:
        middle = top + height / 2
        fork = (QPointF(rect.left(), axis), QPointF(turn_in, axis), QPointF(turn_in, middle), QPointF(left, middle))
        layout.wires.append((fork, True))
        for index, layer in enumerate(lane):
            box = QRectF(left + index * step, top, metrics.card_width, height)
            layout.cards.append(_card(layer, stage.short_label(layer), box, metrics, compact=True))
            if index:
                layout.wires.append(((QPointF(box.left() - metrics.gap, middle), QPointF(box.left(), middle)), True))
        end = QPointF(left + len(lane) * step - metrics.gap, middle)
        corner = QPointF(turn_out, middle), QPointF(turn_out, axis)
        layout.wires.append(((end, *corner, QPointF(join, axis)), lane is stage.lanes[-1]))
        top += height + metrics.gap / 2
    return join


def _card(layer: LayerInfo, label: str, box: QRectF, metrics: Metrics, compact: bool) -> Card:
    above = metrics.above(compact)
    content = QRectF(box.left() + metrics.pad, box.top() + above, metrics.side, box.height() - above - metrics.below)
    step = metrics.side + metrics.map_gap
    maps = tuple(
        QRectF(content.left(), content.top() + place * step, metrics.side, metrics.side)
        for place in range(maps_shown(layer, metrics.count, compact))
    )
    return Card(layer, label, box, content, maps, compact)
