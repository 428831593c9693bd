"""The strip of layers: painted, scrolled, zoomed; each card and each map leads into the network."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.cell_editor import ARROWS
from cnnexplorer.ui.widgets.figure_mode import for_figure, paint_ground, pixel_ratio
from cnnexplorer.ui.widgets.spread import spread_out

from .names import class_title
from .overview_layout import (
    FULL_SIDE,
    LEAST_SIDE,
    MOST_SIDE,
    Layout,
    Metrics,
    Target,
    best_metrics,
    lay_out,
    lay_out_alone,
)
from .overview_paint import paint_live, paint_marks, paint_still
from .overview_stages import read_stages
from .overview_steps import edge, step
from .overview_texts import filters_text, layer_facts, layer_line, percent, unit_line, value_line
from .page import shape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.nets import LayerInfo
    from cnnexplorer.ui.theme import Colours

    from .overview_pictures import OverviewPictures

AUTOMATIC_COUNTS = (4, 3, 2)
ZOOM_STEP = 1.15
_SHOWN_AROUND = 24


class OverviewView(Speaking, QAbstractScrollArea):
    """The whole network, from the picture to the answer.

    It shows all of it where that leaves the maps large enough to judge, and scrolls otherwise; `fit` shows all of it
    in any case, and zooming keeps what is under the mouse in its place.

    Signals
    -------
    layer_chosen(name), map_chosen(name, unit), filters_chosen(name), answer_chosen()
        A click, or Enter.
    told(text)
        What lies under the mouse; empty where nothing does.
    """

    layer_chosen = Signal(str)
    map_chosen = Signal(str, int)
    filters_chosen = Signal(str)
    answer_chosen = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._stages = read_stages(())
        self._layout = Layout(Metrics(FULL_SIDE, AUTOMATIC_COUNTS[0]))
        self._pictures: OverviewPictures | None = None
        self._counts: tuple[int, ...] = AUTOMATIC_COUNTS
        self._side: float | None = None  # chosen by hand
        self._fitted = False
        self._present = ""
        self._hovered: Target | None = None
        self._pressed: Target | None = None
        self._focus: Target | None = None
        self._still: QPixmap | None = None
        self._is_spread = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(32)
        self.horizontalScrollBar().setSingleStep(32)

    # what is shown

    def set_layers(self, layers: Sequence[LayerInfo]) -> None:
        """Show another network, or the same at another input size; its maps follow."""
        if tuple(layers) != self._layers:
            self._layers = tuple(layers)
            self._stages = read_stages(self._layers)
            self._pictures, self._hovered, self._focus = None, None, None
            self._arrange()

    def set_pictures(self, pictures: OverviewPictures | None) -> None:
        """Show what the network made of another picture."""
        self._pictures = pictures
        self.viewport().update()

    def set_count(self, count: int | None) -> None:
        """Show so many maps of each layer; None for as many as let the whole network be seen."""
        self._counts = AUTOMATIC_COUNTS if count is None else (count,)
        self._arrange()

    def set_present(self, layer: str) -> None:
        """Mark the layer that is looked at; one that is not shown gives way to the last shown before it."""
        self._present = layer
        self.viewport().update()

    def show_present(self) -> None:
        """Scroll to the layer that is looked at, and set the keys there."""
        card = self._present_card()
        if card is not None:
            self._focus = Target("card", card)
            self._show(self._layout.cards[card].rect)
            self.viewport().update()

    @property
    def layout_(self) -> Layout:
        """Where all lies, from the strip's upper left corner."""
        return self._layout

    @property
    def pictures(self) -> OverviewPictures | None:
        """What is shown."""
        return self._pictures

    @property
    def focus_target(self) -> Target | None:
        """Where the keys are."""
        return self._focus

    def target_rect(self, target: Target) -> QRectF:
        """Return where something lies in the viewport."""
        return self._layout.rect(target).translated(self._origin())

    @contextmanager
    def spread(self) -> Iterator[None]:
        """Be as large as the whole strip inside the `with` block, in rows of any window's width, at a zoom by hand."""
        before = self._layout
        by_hand = before.metrics.side if self._side is not None else FULL_SIDE
        self._is_spread = True
        self._layout = lay_out_alone(self._stages, Metrics(by_hand, self._counts[0]))
        try:
            with spread_out(self, self._layout.size.toSize() + QSize(1, 1)):
                yield
        finally:
            self._is_spread = False
            self._layout = before

    # zoom

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Show the maps larger or smaller; what lies at a point of the viewport stays there."""
        point = QPointF(self.viewport().rect().center()) if around is None else around
        side = min(max(self._layout.metrics.side * factor, LEAST_SIDE), MOST_SIDE)
        if side != self._layout.metrics.side:
            self._side, self._fitted = side, False
            self._arrange(point)

    def fit(self) -> None:
        """Show the whole network, however small that is."""
        self._side, self._fitted = None, True
        self._arrange()

    def show_readable(self) -> None:
        """Show the maps as large as can be judged, the whole network if it fits."""
        self._side, self._fitted = None, False
        self._arrange()

    # Qt's side

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(700, 560)

    def minimumSizeHint(self) -> QSize:
        """Return the least: a few cards."""
        return QSize(240, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the strip into rows anew."""
        super().resizeEvent(event)
        if not self._is_spread:
            self._arrange()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Paint another part."""
        self._still = None
        self._hover(None)
        self.viewport().update()

    def retranslate(self) -> None:
        """Say the texts again."""
        self._still = None
        self.viewport().update()

    def restyle(self) -> None:
        """Take the colours from the theme again."""
        self._still = None
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is in view; what does not depend on the picture is kept."""
        painter = QPainter(self.viewport())
        theme = colours(self)
        if for_figure():
            self._paint_figure(painter, theme)
            return
        if self._still is None or self._still.devicePixelRatio() != self.devicePixelRatio():
            self._still = self._painted_still()
        exposed = QRectF(event.rect())
        ratio = self._still.devicePixelRatio()
        source = QRectF(exposed.x() * ratio, exposed.y() * ratio, exposed.width() * ratio, exposed.height() * ratio)
        painter.drawPixmap(exposed, self._still, source)
        if not self._layers:
            return
        origin = self._origin()
        painter.translate(origin)
        paint_live(painter, self._layout, self._pictures, exposed.translated(-origin), theme, pixel_ratio(self))
        hovered = None if self._hovered is None else self._layout.rect(self._hovered)
        focus = self._layout.rect(self._focus) if self._focus is not None and self.hasFocus() else None
        paint_marks(painter, self._layout, self._present_card(), hovered, focus, theme)

    def _paint_figure(self, painter: QPainter, theme: Colours) -> None:
        """Paint the same for a file, without what is pointed at."""
        area = QRectF(self.viewport().rect())
        paint_ground(painter, area, theme.colour("panel"))
        if self._layers:
            origin = self._origin()
            painter.translate(origin)
            area = area.translated(-origin)
            paint_still(painter, self._layout, area, theme)
            paint_live(painter, self._layout, self._pictures, area, theme, pixel_ratio(self))
            paint_marks(painter, self._layout, self._present_card(), None, None, theme)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what lies under the mouse."""
        self._hover(self._layout.at(event.position() - self._origin()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember what is pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._layout.at(event.position() - self._origin())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Go into what was pressed, if the mouse is still there."""
        pressed, self._pressed = self._pressed, None
        released = self._layout.at(event.position() - self._origin())
        if event.button() == Qt.MouseButton.LeftButton and pressed is not None and pressed == released:
            self._enter(pressed)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was under the mouse."""
        super().leaveEvent(event)
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; scroll otherwise."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys go."""
        super().focusInEvent(event)
        if self._focus is None and self._layout.cards:
            self._focus = Target("card", self._present_card() or 0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keys go elsewhere."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from card to card and through their maps; Enter goes in, + and - zoom."""
        key = Qt.Key(event.key())
        focus = self._focus
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif focus is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self._set_focus(step(self._layout, focus, *ARROWS[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._set_focus(edge(self._layout, last=key == Qt.Key.Key_End))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(focus)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Explain what the mouse rests on."""
        if event.type() == event.Type.ToolTip:
            point: QPoint = event.pos()  # type: ignore[attr-defined]
            target = self._layout.at(QPointF(point) - self._origin())
            if target is not None:
                area = self.target_rect(target).toAlignedRect()
                QToolTip.showText(event.globalPos(), self.explain(target), self.viewport(), area)  # type: ignore[attr-defined]
                return True
        return super().viewportEvent(event)

    # texts

    def describe(self, target: Target) -> str:
        """Return a target in one line."""
        if target.part == "image":
            image = None if self._pictures is None else self._pictures.image
            size = "" if image is None else " · " + shape_text((3, image.height(), image.width()))
            return _("What the network sees of the picture") + size
        if target.part == "answer":
            guesses = () if self._pictures is None else self._pictures.overview.guesses
            best = [f"{class_title(guess.index, guess.category)} {percent(guess.probability)}" for guess in guesses[:1]]
            return " · ".join([_("What the network takes the picture for"), *best])
        layer = self._layout.cards[target.card].layer
        if target.part == "filters":
            return _("Look at the filters of {layer}").format(layer=layer.label) + " · " + filters_text(layer)
        line = layer_line(layer)
        pictures = self._pictures
        if pictures is None or target.part == "card":
            return line
        glance = pictures.glances[layer.name]
        if target.part == "vector":
            return f"{line} · {value_line(glance, target.index)}"
        if self._unit(target) is None:
            return line
        return f"{line} · {unit_line(glance, target.index, pictures.overview.measure)}"

    def explain(self, target: Target) -> str:
        """Return what the tooltip of a target tells."""
        if target.part in ("image", "answer", "filters"):
            return self.describe(target)
        return "\n".join([self.describe(target), *layer_facts(self._layout.cards[target.card].layer)])

    # the inside

    def _origin(self) -> QPointF:
        """Return where the strip begins in the viewport: it stands in the middle where there is room."""
        if self._is_spread:
            return QPointF(0, 0)
        room = self.viewport().size()
        left, top = (room.width() - self._layout.size.width()) / 2, (room.height() - self._layout.size.height()) / 2
        return QPointF(
            round(max(left, 0)) - self.horizontalScrollBar().value(),
            round(max(top, 0)) - self.verticalScrollBar().value(),
        )

    def _arrange(self, around: QPointF | None = None) -> None:
        """Lay all out for the present size and zoom."""
        anchor = None if around is None else self._nearest(around)
        before = QRectF() if anchor is None else self.target_rect(Target("card", anchor))
        bar = self.style().pixelMetric(self.style().PixelMetric.PM_ScrollBarExtent)
        room = QSizeF(max(self.width() - bar, 1), max(self.height(), 1))
        self._layout = lay_out(self._stages, self._metrics(room), room)
        self._still = None
        for scroll, needed, there in (
            (self.verticalScrollBar(), self._layout.size.height(), self.height()),
            (self.horizontalScrollBar(), self._layout.size.width(), self.width()),
        ):
            scroll.setPageStep(there)
            scroll.setRange(0, max(round(needed - there), 0))
        if anchor is not None and around is not None:
            self._scroll_to(self._layout.cards[anchor].rect, before, around)
        self._hover(None)
        self.viewport().update()

    def _metrics(self, room: QSizeF) -> Metrics:
        if self._side is not None:
            return Metrics(self._side, self._layout.metrics.count if len(self._counts) > 1 else self._counts[0])
        if self._fitted:
            return best_metrics(self._stages, room, self._counts[:1], LEAST_SIDE)
        return best_metrics(self._stages, room, self._counts)

    def _nearest(self, point: QPointF) -> int | None:
        """Return the card that is nearest to a point of the viewport."""
        place = point - self._origin()
        distances = [
            ((card.rect.center() - place).manhattanLength(), index) for index, card in enumerate(self._layout.cards)
        ]
        return min(distances)[1] if distances else None

    def _scroll_to(self, rect: QRectF, before: QRectF, around: QPointF) -> None:
        """Scroll so that a card's point that was under the mouse is there again."""
        x = rect.left() + (around.x() - before.left()) / before.width() * rect.width()
        y = rect.top() + (around.y() - before.top()) / before.height() * rect.height()
        self.horizontalScrollBar().setValue(round(x - around.x()))
        self.verticalScrollBar().setValue(round(y - around.y()))

    def _show(self, rect: QRectF) -> None:
        """Scroll as little as shows a rectangle of the strip."""
        for scroll, begin, end, room in (
            (self.horizontalScrollBar(), rect.left(), rect.right(), self.viewport().width()),
            (self.verticalScrollBar(), rect.top(), rect.bottom(), self.viewport().height()),
        ):
            first, last = round(begin - _SHOWN_AROUND), round(end + _SHOWN_AROUND - room)
            scroll.setValue(min(max(scroll.value(), last), first))

    def _painted_still(self) -> QPixmap:
        ratio = self.devicePixelRatio()
        size = self.viewport().size()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        theme = colours(self)
        pixmap.fill(theme.colour("panel"))
        origin = self._origin()
        painter = QPainter(pixmap)
        painter.translate(origin)
        paint_still(painter, self._layout, QRectF(QPointF(), QSizeF(size)).translated(-origin), theme)
        painter.end()
        return pixmap

    def _present_card(self) -> int | None:
        card = self._layout.card_named(self._present)
        if card is None:
            names = [layer.name for layer in self._layers]
            before = names[: names.index(self._present)] if self._present in names else []
            found = (self._layout.card_named(name) for name in reversed(before))
            card = next((index for index in found if index is not None), None)
        return card

    def _hover(self, target: Target | None) -> None:
        if target == self._hovered:
            return
        for changed in (self._hovered, target):
            if changed is not None:
                self.viewport().update(self._around(changed))
        self._hovered = target
        opens = target is not None and target.part != "image"
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor)
        self.told.emit("" if target is None else self.describe(target))

    def _around(self, target: Target) -> QRect:
        return self.target_rect(target).adjusted(-6, -6, 6, 6).toAlignedRect()

    def _set_focus(self, target: Target) -> None:
        if target != self._focus:
            self._focus = target
            self._show(self._layout.rect(target))
            self.setAccessibleDescription(self.describe(target))
            self.told.emit(self.describe(target))
            self.viewport().update()

    def _enter(self, target: Target) -> None:
        if target.part == "answer":
            self.answer_chosen.emit()
        elif target.part != "image":
            layer = self._layout.cards[target.card].layer.name
            if target.part == "filters":
                self.filters_chosen.emit(layer)
            elif target.part == "vector":
                self.map_chosen.emit(layer, target.index)
            elif (unit := self._unit(target)) is not None:
                self.map_chosen.emit(layer, unit)
            else:
                self.layer_chosen.emit(layer)

    def _unit(self, target: Target) -> int | None:
        """Return which unit a map shows; None of a place where none is drawn yet."""
        if target.part != "map" or self._pictures is None:
            return None
        units = self._pictures.glances[self._layout.cards[target.card].layer.name].units
        return units[target.index] if target.index < len(units) else None
