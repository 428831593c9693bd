"""The board: the cards of all stages, and below them the present step as grids and as arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSplitter, QVBoxLayout, QWidget

from cnnexplorer.core import Convolution
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.widgets.figure_button import FigureButton
from cnnexplorer.ui.widgets.painting import Look

from .contents import same_channels, unvisited_in, view_kind
from .filling import fill, show_in
from .spotlight import display_cell, linked_views, lit_views
from .step_view import ArithmeticView, StepView
from .strip import Strip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QResizeEvent

    from cnnexplorer.core import Step
    from cnnexplorer.ui.widgets.map_view import Lit

    from .card import Card
    from .predict_veil import Veil
    from .shown import Shown, ViewKey

LOOKS: dict[str, Look] = {
    "input": Look("grey"),
    "convolution": Look("diverging"),
    "activation": Look("diverging"),
    "pooling": Look("diverging"),
    "flatten": Look("diverging"),
}

NARROW, LEAST_STACKED = 720, 230  # pixels: a board's width below which the arithmetic stands below, and both's height


@dataclass(frozen=True)
class BoardView:
    """How a board is looked at, beside the result and the step that it shows.

    Attributes
    ----------
    channels
        The channel that each view shows; None for all three as a picture.
    zooms
        Of the views that the user has zoomed or moved: pixels a cell, and the row and column in the middle.
    enlarged
        The view that has all the room.
    heights, widths
        Pixels of the cards and of the step below them, and of the step's grids and its arithmetic; None for the usual.
    split_by_hand
        Whether the user has set the heights: then they are kept in parts on a board of another size.
    """

    channels: Mapping[ViewKey, int | None] = field(default_factory=dict)
    zooms: Mapping[ViewKey, tuple[float, float, float]] = field(default_factory=dict)
    enlarged: ViewKey | None = None
    heights: tuple[int, ...] | None = None
    widths: tuple[int, ...] | None = None
    split_by_hand: bool = False


class Board(QWidget):
    """Shows a result and one of its steps; knows no model and no player, so that it can also be painted unseen.

    Signal: `figure_asked(widget)`.
    """

    figure_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Shown | None = None
        self._looks: Mapping[str, Look] = LOOKS
        self._step: Step | None = None
        self._veil: Veil | None = None
        self._unvisited_for: list[bool] = []
        self._decimals = 2
        self._split_by_hand = self._steps_by_hand = False
        self._with_steps = True
        self.strip = Strip()
        self.step_view, self.arithmetic = StepView(), ArithmeticView()
        self._build()
        self.strip.enlarged_changed.connect(self._show_enlarged)

    @property
    def step(self) -> Step | None:
        """The step that is shown."""
        return self._step

    @property
    def shows_step(self) -> bool:
        """Whether the step may be seen: what it reads is not asked for."""
        return self._step is None or self._veil is None or not self._veil.hides_inputs(self._step.stage_index)

    @property
    def shown(self) -> Shown | None:
        """The result that is shown."""
        return self._shown

    @property
    def veil(self) -> Veil | None:
        """What is not to be seen now, since it is asked for; None hides nothing."""
        return self._veil

    @property
    def cards(self) -> dict[ViewKey, Card]:
        """The cards by what they show."""
        return self.strip.cards

    @property
    def scroll_bars(self) -> list[QScrollBar]:
        """The bars of the cards and of the step below them."""
        return [bar for area in self.findChildren(QScrollArea) for bar in area.findChildren(QScrollBar)]

    def kind_of(self, key: ViewKey) -> str:
        """Return which look a view has."""
        assert self._shown is not None
        return view_kind(self._shown.result.experiment, key)

    def show_result(self, shown: Shown, looks: Mapping[str, Look]) -> None:
        """Show a result, each kind of view in its look; the step is to be shown anew."""
        self._shown, self._looks = shown, dict(looks)
        show_in(self.strip, shown, looks)
        self._show_unvisited()
        self._take_decimals()

    def set_look(self, kind: str, look: Look) -> None:
        """Show the views of a kind in another look; the step is to be shown anew."""
        assert self._shown is not None
        self._looks = {**self._looks, kind: look}
        for key in self.cards:
            if self.kind_of(key) == kind:
                fill(self.cards[key], self._shown, self._looks)
        self._take_decimals()

    def show_step(self, step: Step | None, spotlight: bool, fill: bool, veil: Veil | None = None) -> None:
        """Show a step in every view; `fill` leaves what the steps after it compute empty, a veil what is asked for."""
        assert self._shown is not None
        self._step, self._veil = step, veil
        lit = {} if step is None else lit_views(self._shown.result.experiment, step)
        if veil is not None:
            lit = veil.lit(lit)
        if step is not None:
            self.show_channel(step.stage_index, step.output[0])
        for key, card in self.cards.items():
            card.view.set_lit(lit.get(key) if spotlight else None)
            card.view.set_dimmed(spotlight and step is not None and key not in lit)
            card.set_active(step is not None and key == ("stage", step.stage_index))
            if veil is not None:
                filled = veil.filled(key, card.channel or 0, math.prod(card.view.shape))
            else:
                filled = self._filled(key, card, step) if fill else None
            card.view.set_filled(filled)
            self._hide(card, veil)
        if self._unvisited_for != self._unread_hidden():
            self._show_unvisited()
        self._show_step()
        if step is not None:
            self._follow(step, lit)

    def _show_step(self) -> None:
        """Show the step's grids and its arithmetic, unless it reads what is not to be seen."""
        step, known = self._step, None if self._veil is None else self._veil.products
        if not self.shows_step:
            self.step_view.leave_out()
            self.arithmetic.set_step(None, known)
            return
        source = self._source_card(step)
        self.step_view.set_step(step, source.content.look if source.content else Look(), source.limits, known)
        self.arithmetic.set_step(step, known)

    def show_channel(self, stage: int, channel: int) -> None:
        """Show a channel in every view whose channels are that stage's, one by one."""
        assert self._shown is not None
        for index in same_channels(self._shown.result.experiment, stage):
            self.cards["stage", index].set_channel(channel)

    def show_linked(self, key: ViewKey, cell: tuple[int, int] | None) -> None:
        """Frame what a cell of a view was made from, in every view before it; None frames nothing."""
        assert self._shown is not None
        linked = {} if cell is None else linked_views(self._shown.result.experiment, key, *cell)
        for other, card in self.cards.items():
            card.view.set_linked(linked.get(other))

    def select(self, key: ViewKey) -> None:
        """Frame a card."""
        for other, card in self.cards.items():
            card.set_selected(other == key)

    @property
    def view(self) -> BoardView:
        """How the board is looked at."""
        zooms = {key: card.view.zoom for key, card in self.cards.items()}
        return BoardView(
            {key: card.channel for key, card in self.cards.items()},
            {key: zoom for key, zoom in zooms.items() if zoom is not None},
            self.strip.enlarged,
            tuple(self.columns.sizes()),
            tuple(self.steps.sizes()),
            self._split_by_hand,
        )

    def set_view(self, view: BoardView) -> None:
        """Look at the board as another one is looked at; what is not named is left as it is."""
        if view.enlarged != self.strip.enlarged and (view.enlarged is None or view.enlarged in self.cards):
            self.strip.enlarge(view.enlarged or self.strip.enlarged or ("input", -1))
        for key, channel in view.channels.items():
            if key in self.cards:
                self.cards[key].set_channel(channel)
        self.settle()
        if view.heights is not None and (view.split_by_hand or sum(view.heights) == sum(self.columns.sizes())):
            _split(self.columns, view.heights)
            self._split_by_hand = True
        if view.widths is not None:
            _split(self.steps, view.widths)
            self._steps_by_hand = True
        self.settle()
        for key, zoom in view.zooms.items():
            if key in self.cards:
                self.cards[key].view.set_zoom(zoom)

    def show_steps(self, shown: bool) -> None:
        """Show the step's grids and arithmetic, or leave their room to the cards."""
        self._with_steps = shown
        self._show_enlarged()

    def settle(self) -> None:
        """Lay everything out now, not when Qt comes to it: a board that nobody sees is painted in one go."""
        for _time in range(2):  # the cards' widths decide the heights
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            self.share_height()

    def share_height(self) -> None:
        """Give the stages the height that square maps and what is below them need, and the steps the rest.

        Heights that the user has set stay.
        """
        if not self._split_by_hand:
            height = self.columns.height() - self.columns.handleWidth()
            width = max((card.width() for card in self.cards.values() if not card.isHidden()), default=0)
            stages = min(max(width + 205, self.strip.whole_height, 300), max(height - 200, height // 2))
            self.columns.setSizes([stages, height - stages])
        self._stack_steps()

    def _stack_steps(self) -> None:
        """Put the arithmetic below the grids where the board is narrow, and there is height for both."""
        tall = self.steps.height() >= LEAST_STACKED
        turned = Qt.Orientation.Vertical if self.width() < NARROW and tall else Qt.Orientation.Horizontal
        if turned != self.steps.orientation():
            self.steps.setOrientation(turned)
            self._steps_by_hand = False
            if turned == Qt.Orientation.Horizontal:
                self.steps.setSizes([560, 400])
        if turned == Qt.Orientation.Vertical and not self._steps_by_hand:
            height = self.steps.height()
            words = min(self.arithmetic.needed_height + self.steps.handleWidth(), height // 2)
            self.steps.setSizes([height - words, words])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height anew."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.share_height)  # once the cards have their new width

    def _build(self) -> None:
        self._give_figure_buttons()
        grids = QScrollArea()
        grids.setWidget(self.step_view)
        words = QScrollArea()
        words.setWidget(self.arithmetic)
        for area in (grids, words):
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
        words.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps = QSplitter(Qt.Orientation.Horizontal)
        self.steps.addWidget(grids)
        self.steps.addWidget(words)
        self.steps.setSizes([560, 400])
        self.steps.splitterMoved.connect(self._note_turned)
        self.columns = QSplitter(Qt.Orientation.Vertical)
        self.columns.addWidget(self.strip)
        self.columns.addWidget(self.steps)
        self.columns.splitterMoved.connect(self._note_split)
        self.columns.setStretchFactor(0, 1)
        self.columns.setStretchFactor(1, 1)
        self.columns.setSizes([350, 270])
        for splitter in (self.steps, self.columns):
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.columns)

    def _give_figure_buttons(self) -> None:
        grids = FigureButton(mark("Save the grids of this step as a figure")).put_into_corner(self.step_view)
        words = FigureButton(mark("Save the arithmetic of this step as a figure")).put_into_corner(self.arithmetic)
        grids.clicked.connect(lambda: self.figure_asked.emit(self.step_view))
        words.clicked.connect(lambda: self.figure_asked.emit(self.arithmetic))
        self.figure_buttons = (grids, words)

    def _note_split(self) -> None:
        self._split_by_hand = True
        self._stack_steps()

    def _note_turned(self) -> None:
        self._steps_by_hand = True

    def _show_enlarged(self) -> None:
        """Leave the whole height to an enlarged card."""
        self.steps.setVisible(self._with_steps and self.strip.enlarged is None)

    def _take_decimals(self) -> None:
        decimals = self._looks["convolution"].decimals
        if decimals != self._decimals:
            self._decimals = decimals
            for view in (self.step_view, self.arithmetic):
                view.set_decimals(decimals)

    def _show_unvisited(self) -> None:
        """Hatch what the next stage never reads, unless that would tell what is asked for."""
        assert self._shown is not None
        experiment = self._shown.result.experiment
        self._unvisited_for = self._unread_hidden()
        for key, card in self.cards.items():
            following = key[1] if key[0] == "padding" else key[1] + 1
            told = self._veil is None or not self._veil.hides_unread(following)
            card.view.set_unvisited(*(unvisited_in(experiment, key) if told else ((), ())))

    def _unread_hidden(self) -> list[bool]:
        """Tell of each stage whether what it never reads is not to be told."""
        assert self._shown is not None
        veil = self._veil
        return [veil is not None and veil.hides_unread(stage) for stage in range(len(self._shown.result.outputs))]

    @staticmethod
    def _hide(card: Card, veil: Veil | None) -> None:
        """Hide in a card what a veil leaves out."""
        if veil is None:
            card.set_hidden(False, False, False)
        else:
            key = card.key
            unread = key[0] != "input" and veil.hides_unread(key[1])
            card.set_hidden(veil.hides_values(key), veil.hides_size(key), unread)

    def _filled(self, key: ViewKey, card: Card, step: Step | None) -> int | None:
        """Return how many cells of a view the steps so far have computed; None for all."""
        kind, index = key
        if step is None or kind == "input":
            return None
        if kind == "padding":
            return 0 if index > step.stage_index else None
        if index != step.stage_index:
            return None if index < step.stage_index else 0
        if card.channel != step.output[0]:
            return None if (card.channel or 0) < step.output[0] else 0
        assert self._shown is not None
        row, column = display_cell(self._shown.result.experiment, index, step.output)
        return row * card.view.shape[1] + column + 1

    def _source_card(self, step: Step | None) -> Card:
        """Return the card that a step reads from."""
        if step is None or (step.stage_index == 0 and not isinstance(step.stage, Convolution)):
            return self.cards["input", -1]
        if isinstance(step.stage, Convolution):
            return self.cards["padding", step.stage_index]
        return self.cards["stage", step.stage_index - 1]

    def _follow(self, step: Step, lit: dict[ViewKey, Lit]) -> None:
        """Keep the playing step in sight: in zoomed views, and in a strip that is wider than the window."""
        read = self._source_card(step).key
        for key, spot in lit.items():
            card = self.cards[key]
            if card.view.scale > 1.5:
                # what was made long before may be cut at the edge, rather than be moved and painted at every step
                card.view.follow(spot.frame, whole=key in (read, ("stage", step.stage_index)))
        if step.index == 0:
            self.strip.reveal(("stage", step.stage_index))


def _split(splitter: QSplitter, sizes: tuple[int, ...]) -> None:
    """Share a splitter's room as another one's is shared."""
    room, whole = sum(splitter.sizes()), sum(sizes)
    if room and whole:
        splitter.setSizes([round(size * room / whole) for size in sizes])
