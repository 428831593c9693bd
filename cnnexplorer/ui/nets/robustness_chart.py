"""A chart over a network's depth: how far each layer is from the clean picture's, and how alike it still is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.figure_mode import for_figure, paint_ground

from .robustness_axis import OTHER_SHAPE, SHAPES, groups, lines, thinned
from .robustness_legend import ROW, Entry, legend, paint_legend, rows
from .robustness_plots import CORRELATION, DISTANCE, FEW, KINDS, make_plots, paint_mark
from .robustness_texts import change_text, correlation_text, percent, picture_text

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from cnnexplorer.nets import Comparison, LayerInfo
    from cnnexplorer.ui.theme import Colours

    from .robustness_axis import Group, Line
    from .robustness_plots import Plot

LEFT, RIGHT, NAMES, HEAD = 50, 14, 74, 26  # pixels around the plots
_NAME_ROOM = 12.0  # pixels that a slanted name needs along the axis
_MARKS_FROM = 7.0  # pixels a layer from which marks have their full size


class DepthChart(Speaking, QWidget):
    """Two curves over the layers in order: relative distance above, correlation below.

    Signals: `chosen(layer)` for a click on a layer or Enter; `hovered(text)` with what is pointed at.
    """

    chosen = Signal(str)
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._groups: tuple[Group, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self._comparison: Comparison | None = None
        self._plots: tuple[Plot, Plot] | None = None
        self._place: int | None = None
        self._layer = ""
        self._cache: QPixmap | None = None
        self.legend: tuple[Entry, ...] = ()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # no tooltip: it would lie over the curves while they are read
        self.say(
            self.setAccessibleName,
            mark("The change of each layer: click one to see its maps; arrow keys go from layer to layer"),
        )

    # what is shown

    def set_comparison(self, comparison: Comparison | None) -> None:
        """Show the changes of all layers; None for nothing."""
        layers = () if comparison is None else tuple(change.layer for change in comparison.layers)
        if layers != self._layers:
            self._layers, self._groups, self._lines = layers, groups(layers), lines(layers)
            self._place = None
        self._comparison = comparison
        self._make_plots()
        self._tell()

    def set_layer(self, name: str) -> None:
        """Mark the layer that the workspace looks at."""
        if name != self._layer:
            self._layer = name
            self._refresh()

    @property
    def comparison(self) -> Comparison | None:
        """What is shown."""
        return self._comparison

    @property
    def plots(self) -> tuple[Plot, Plot] | None:
        """The two curves: relative distance and correlation."""
        return self._plots

    @property
    def place(self) -> int | None:
        """The place under the mouse or the keys: 0 is the picture, 1 the first layer."""
        return self._place

    def across(self, place: int) -> float:
        """Return where a place lies across the widget."""
        return LEFT + 8 + place * self._pitch

    def box(self, index: int) -> QRectF:
        """Return where one of the two plots lies."""
        height = max((self.height() - rows(self.legend) * ROW - NAMES - 2 * HEAD) / 2, 10)
        return QRectF(LEFT, HEAD + index * (height + HEAD), max(self.width() - LEFT - RIGHT, 20), height)

    def point(self, index: int, place: int) -> QPointF | None:
        """Return where a value lies; None where it is no number."""
        if self._plots is None:
            return None
        plot, box = self._plots[index], self.box(index)
        value = plot.values[place]
        if math.isnan(value):
            return None
        share = min(max((value - plot.low) / (plot.high - plot.low), 0.0), 1.0)
        return QPointF(self.across(place), box.bottom() - share * box.height())

    def description(self, place: int) -> str:
        """Return what is to be said of a place."""
        if self._comparison is None:
            return ""
        return change_text(self._comparison.layers[place - 1]) if place else picture_text(self._comparison)

    # Speaking's side

    def retranslate(self) -> None:
        """Write the titles again."""
        self._make_plots()
        self._tell()

    def restyle(self) -> None:
        """Paint in the theme's colours."""
        self._refresh()

    # Qt's side

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 320)

    def minimumSizeHint(self) -> QSize:
        """Return the least."""
        return QSize(320, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew in the new room."""
        super().resizeEvent(event)
        self._refresh()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the curves, from the cache, and over them what is pointed at."""
        if for_figure():
            self._paint_figure(QPainter(self))
            return
        ratio = self.devicePixelRatioF()
        if self._cache is None or self._cache.devicePixelRatio() != ratio:
            self._cache = QPixmap(self.size() * ratio)
            self._cache.setDevicePixelRatio(ratio)
            self._cache.fill(colours(self).colour("panel"))
            painter = QPainter(self._cache)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter, colours(self))
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._cache)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_pointed(painter, colours(self))
        if self.hasFocus():
            painter.setPen(QPen(colours(self).colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_figure(self, painter: QPainter) -> None:
        """Paint the same for a file, without what is pointed at."""
        paint_ground(painter, self.rect(), colours(self).colour("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, colours(self))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the nearest layer."""
        self._point(self._place_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a layer."""
        place = self._place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place:
            self.chosen.emit(self._layers[place - 1].name)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from layer to layer; choose one."""
        key, last = event.key(), len(self._layers)
        targets = {
            Qt.Key.Key_Left: 0 if self._place is None else max(self._place - 1, 0),
            Qt.Key.Key_Right: 0 if self._place is None else min(self._place + 1, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        target = targets.get(Qt.Key(key))
        if target is not None and self._comparison is not None:
            self._point(target)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._place:
            self.chosen.emit(self._layers[self._place - 1].name)
        else:
            super().keyPressEvent(event)

    # the inside

    @property
    def _pitch(self) -> float:
        return (self.width() - LEFT - RIGHT - 16) / max(len(self._layers), 1)

    @property
    def _shapes(self) -> frozenset[str]:
        """Which marks are painted: where layers lie close together only the few that can be told apart."""
        return frozenset(shape for shape, _title in KINDS if self._pitch >= _MARKS_FROM or shape in FEW)

    def _shape(self, place: int) -> str:
        return SHAPES.get(self._layers[place - 1].kind, OTHER_SHAPE) if place else OTHER_SHAPE

    def _make_plots(self) -> None:
        self._plots = None if self._comparison is None else make_plots(self._comparison)
        self._refresh()

    def _refresh(self) -> None:
        present = self._shapes & {self._shape(place) for place in range(1, len(self._layers) + 1)}
        self.legend = legend(present, LEFT, self.width() - 4)
        self._cache = None
        self.update()

    def _place_at(self, position: QPointF) -> int | None:
        inside = self.box(0).united(self.box(1)).adjusted(-4, 0, 4, NAMES)
        if self._comparison is None or not inside.contains(position):
            return None
        return min(max(round((position.x() - self.across(0)) / self._pitch), 0), len(self._layers))

    def _point(self, place: int | None) -> None:
        if place != self._place:
            self._place = place
            self._tell()
            self.update()

    def _tell(self) -> None:
        text = "" if self._place is None else self.description(self._place)
        self.setAccessibleDescription(text)
        self.hovered.emit(text)

    # painting

    def _paint(self, painter: QPainter, theme: Colours) -> None:
        if self._plots is None:
            return
        self._paint_groups(painter, theme)
        for index, plot in enumerate(self._plots):
            self._paint_axis(painter, theme, plot, self.box(index))
            self._paint_curve(painter, theme, index)
        self._paint_names(painter, theme)
        paint_legend(painter, theme, self.legend, self.height())

    def _paint_groups(self, painter: QPainter, theme: Colours) -> None:
        """Shade every other group of layers, and mark the layer that is looked at."""
        names = [layer.name for layer in self._layers]
        half = self._pitch / 2
        for index in (0, 1):
            box = self.box(index)
            paint_ground(painter, box, theme.colour("base"))
            for group in self._groups[::2]:
                band = QRectF(self.across(group.first) - half, box.top(), 0, box.height())
                band.setRight(self.across(group.last) + half)
                painter.fillRect(band.intersected(box), theme.colour("line", 0.28))
            if self._layer in names:
                x = self.across(names.index(self._layer) + 1)
                width = max(self._pitch, 3.0)
                painter.fillRect(QRectF(x - width / 2, box.top(), width, box.height()), theme.colour("output", 0.22))

    def _paint_axis(self, painter: QPainter, theme: Colours, plot: Plot, box: QRectF) -> None:
        painter.setFont(number_font(11))
        for value, text in zip(plot.marks, plot.texts, strict=True):
            y = box.bottom() - (value - plot.low) / (plot.high - plot.low) * box.height()
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(theme.colour("muted"))
            place = QRectF(0, y - 8, box.left() - 5, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        title = QRectF(box.left() + 22, box.top() - HEAD, box.width() - 22, HEAD - 8)
        painter.setPen(QPen(theme.colour(plot.role), 2))
        painter.drawLine(QPointF(box.left(), title.center().y()), QPointF(box.left() + 16, title.center().y()))
        painter.setFont(number_font(12))
        painter.setPen(theme.colour("text"))
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, plot.title)

    def _paint_curve(self, painter: QPainter, theme: Colours, index: int) -> None:
        assert self._plots is not None
        plot = self._plots[index]
        joined: dict[bool, list[QLineF]] = {True: [], False: []}
        for line in self._lines:
            start, end = self.point(index, line.start), self.point(index, line.end)
            if start is not None and end is not None:
                joined[line.inside].append(QLineF(start, end))
        for inside, width, alpha in ((True, 1.0, 0.5), (False, 1.8, 1.0)):
            painter.setPen(QPen(theme.colour(plot.role, alpha), width))
            painter.drawLines(joined[inside])
        size = 3.6 if self._pitch >= _MARKS_FROM else 1.8
        for place in range(len(self._layers) + 1):
            point, shape = self.point(index, place), self._shape(place)
            if point is not None and shape in self._shapes:
                paint_mark(painter, shape, point, size, theme.colour(plot.role), theme.colour("base"))
                if math.isinf(plot.values[place]):
                    painter.drawText(point + QPointF(4, 10), "∞")

    def _paint_names(self, painter: QPainter, theme: Colours) -> None:
        """Write the names of the layers, or of their groups where those do not fit, or of some."""
        names = [(0, _("picture"))]
        if self._pitch >= _NAME_ROOM:
            names += [(place, layer.label) for place, layer in enumerate(self._layers, start=1)]
        else:
            names += [((group.first + group.last) // 2, group.title) for group in self._groups]
        kept = thinned([self.across(place) for place, _name in names], _NAME_ROOM)
        painter.setFont(number_font(11))
        metrics = QFontMetricsF(painter.font())
        bottom = self.box(1).bottom()
        for index in kept:
            place, name = names[index]
            own = bool(place) and self._layers[place - 1].name == self._layer
            painter.setPen(theme.colour("output" if own else "muted"))
            painter.drawLine(QPointF(self.across(place), bottom), QPointF(self.across(place), bottom + 3))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, NAMES - 8)
            painter.save()
            painter.translate(self.across(place) + metrics.ascent() / 2 - 1, bottom + 6)
            painter.rotate(-90)
            painter.drawText(QPointF(-metrics.horizontalAdvance(text), 0), text)
            painter.restore()

    def _paint_pointed(self, painter: QPainter, theme: Colours) -> None:
        """Draw a line through both plots at what is pointed at, and write both numbers beside it."""
        if self._place is None or self._plots is None:
            return
        x = self.across(self._place)
        painter.setPen(QPen(theme.colour("text"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, self.box(0).top()), QPointF(x, self.box(1).bottom()))
        for index, plot in enumerate(self._plots):
            point = self.point(index, self._place)
            if point is not None:
                painter.setPen(QPen(theme.colour("base"), 1.5))
                painter.setBrush(theme.colour(plot.role))
                painter.drawEllipse(point, 5, 5)
        self._paint_label(painter, theme, x)

    def _paint_label(self, painter: QPainter, theme: Colours, x: float) -> None:
        assert self._plots is not None
        assert self._place is not None
        name = self._layers[self._place - 1].label if self._place else _("picture")
        distance, correlation = (plot.values[self._place] for plot in self._plots)
        rows = [
            (name, "text"),
            (f"{self._plots[0].title}: {percent(distance)}", DISTANCE),
            (f"{self._plots[1].title}: {correlation_text(correlation)}", CORRELATION),
        ]
        painter.setFont(number_font(12))
        metrics = QFontMetricsF(painter.font())
        width = max(metrics.horizontalAdvance(text) for text, _role in rows) + 16
        box = self.box(0)
        left = x + 10 if x + 10 + width <= box.right() else x - 10 - width
        plate = QRectF(max(left, 2.0), box.top() + 4, width, 17 * len(rows) + 6)
        point = self.point(0, self._place)
        if point is not None and point.y() < box.center().y():  # out of the curve's way
            plate.moveBottom(box.bottom() - 4)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("panel", 0.95))
        painter.drawRoundedRect(plate, 4, 4)
        for row, (text, role) in enumerate(rows):
            painter.setPen(theme.colour(role))
            line = QRectF(plate.left() + 8, plate.top() + 3 + 17 * row, width, 17)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
