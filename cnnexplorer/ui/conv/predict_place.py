"""Keeps the place where the answer is typed, and the sentence beside it, over what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import number_font

from .predict_field import LARGEST, LEAST, LEAST_CELL, PLACEHOLDERS, AnswerGrid, AnswerLine, Bubble, Tone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.labs import Question
    from cnnexplorer.ui.widgets.map_view import MapView

    from .board import Board
    from .shown import ViewKey

_WIDTHS = {"size": 150, "winner": 110, "sign": 92}


class AnswerPlace(QObject):
    """A line or a grid of lines over the board, where an output cell, or the whole map, is.

    Signals: `answered()`, `left()` and `refused(error)`.
    """

    answered = Signal()
    left = Signal()
    refused = Signal(object)

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._board = board
        self._view: MapView | None = None
        self._roomy: ViewKey | None = None  # the card that is wider for what is asked of it
        self._question: Question | None = None
        self._cell = (0, 0)
        self.line, self.grid, self.bubble = AnswerLine(board), AnswerGrid(board), Bubble(board)
        for field in (self.line, self.grid):
            field.hide()
            field.entered.connect(self.answered)
            field.left.connect(self.left)
        self.grid.refused.connect(self.refused)
        board.strip.horizontalScrollBar().valueChanged.connect(self.settle)
        board.strip.enlarged_changed.connect(self._settle_soon)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.settle)

    @property
    def question(self) -> Question | None:
        """What the place is for; None while there is none."""
        return self._question

    def open(self, question: Question, cell: tuple[int, int], shape: tuple[int, int]) -> None:
        """Open for a question, at a cell of its stage's view; `shape` is the map's."""
        self._make_room(None)
        key: ViewKey = ("stage", question.stage)
        self._watch(self._board.cards[key].view)
        self._question, self._cell = question, cell
        whole = question.asks == "map"
        self.line.clear()
        if whole:
            self.grid.set_shape(*shape)
            self._make_room(key, LEAST_CELL.width() * shape[1])
        self.set_done(False)
        self.set_tone("open")
        self.bubble.tell("", "open")
        self._settle_soon()

    def close(self) -> None:
        """Close."""
        self._question = None
        self._make_room(None)
        self._watch(None)
        for widget in (self.line, self.grid, self.bubble):
            widget.hide()

    def say(self, name: str) -> None:
        """Name the field for those who do not see it, in the language in use."""
        if self._question is not None:
            self.line.setPlaceholderText(_(PLACEHOLDERS[self._question.asks]))
        self.line.setAccessibleName(name)
        self.line.setToolTip(name)
        self.grid.setAccessibleName(name)

    def tell(self, text: str, tone: Tone) -> None:
        """Say a sentence beside the field."""
        self.bubble.tell(text, tone)
        self.settle()

    def set_tone(self, tone: Tone, wrong: NDArray[np.bool_] | None = None) -> None:
        """Colour the field; of a map, only the cells that are wrong."""
        self.line.set_tone(tone)
        self.grid.set_wrong(wrong, "open" if tone == "wrong" else tone)

    def set_done(self, done: bool) -> None:
        """Let nothing more be typed, or again."""
        self.line.setReadOnly(done)
        self.grid.set_read_only(done)

    def set_answer(self, text: str) -> None:
        """Fill in an answer: a map's as rows of values apart by tabs."""
        if self._is_map:
            self.grid.set_texts(text.replace("\n", "\t").split("\t"))
        else:
            self.line.setText(text)

    def take(self, text: str) -> None:
        """Go on with what was begun to be typed elsewhere."""
        (self.grid if self._is_map else self.line).take(text)

    def focus(self) -> None:
        """Go to the field."""
        self.settle()
        if self._is_map:
            self.grid.focus_cell(0)
        else:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
            self.line.selectAll()

    def has_focus(self) -> bool:
        """Tell whether the field has the focus."""
        focus = QApplication.focusWidget()
        return focus is not None and (focus is self.line or self.grid.isAncestorOf(focus))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the view."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._settle_soon()
        return super().eventFilter(watched, event)

    def settle(self) -> None:
        """Lie over the cell that is asked for, as far as that is in sight."""
        view, question = self._view, self._question
        seen = view is not None and question is not None and view.isVisibleTo(self._board)
        self.line.setVisible(seen and not self._is_map)
        self.grid.setVisible(seen and self._is_map)
        self.bubble.setVisible(seen and bool(self.bubble.text()))
        if view is None or question is None or not seen:
            return
        viewport = self._board.strip.viewport()
        room = QRect(viewport.mapTo(self._board, QPoint(0, 0)), viewport.size())
        field = self.grid if self._is_map else self.line
        place = self._place_of(view, question, room)
        if field.geometry() != place:
            field.setGeometry(place)
            if self._is_map:
                rows, columns = self.grid.shape
                self.grid.set_cell(place.width() / columns, place.height() / rows)
            else:
                self.line.setFont(number_font(min(15.0, place.height() * 0.5)))
        field.raise_()
        if self.bubble.text():
            self.bubble.place(place, room, self._board.rect().adjusted(6, 6, -6, -6))

    @property
    def _is_map(self) -> bool:
        return self._question is not None and self._question.asks == "map"

    def _place_of(self, view: MapView, question: Question, room: QRect) -> QRect:
        if question.asks == "size":
            rect = QRect(view.rect().center(), QSize(1, 1))
        elif question.asks == "map":
            rect = view.placement.rect(0, 0, *view.shape).toRect()
        else:
            rect = view.placement.rect(*self._cell).toRect() & view.rect()
        if question.asks == "map":
            least = QSize(LEAST_CELL.width() * view.shape[1], LEAST_CELL.height() * view.shape[0])
        else:
            least = QSize(_WIDTHS.get(question.asks, LEAST.width()), LEAST.height())
        size = rect.size() if question.asks == "map" else rect.size().boundedTo(LARGEST)
        place = QRect(QPoint(0, 0), size.expandedTo(least).boundedTo(room.size()))
        if question.asks in ("size", "map"):
            place.moveCenter(view.mapTo(self._board, rect.center()))
        else:  # to the right and below, where nothing is seen yet
            place.moveTopLeft(view.mapTo(self._board, rect.topLeft()))
        inside = QRect(view.mapTo(self._board, QPoint(0, 0)), view.size())
        for area in (inside, room):  # in the view as far as there is room, in sight in any case
            place.moveLeft(max(min(place.left(), area.right() - place.width() + 1), area.left()))
            place.moveTop(max(min(place.top(), area.bottom() - place.height() + 1), area.top()))
        return place

    def _make_room(self, key: ViewKey | None, width: int = 0) -> None:
        """Let a card be as wide as the fields of its map, and the one before as it was."""
        for asked, room in ((self._roomy, 0), (key, width)):
            if asked in self._board.cards:
                self._board.cards[asked].set_room(room)
        self._roomy = key

    def _watch(self, view: MapView | None) -> None:
        if view is self._view:
            return
        if self._view is not None:
            self._view.removeEventFilter(self)
            self._view.placed.disconnect(self._settle_soon)
            self._view.destroyed.disconnect(self._forget)
        self._view = view
        if view is not None:
            view.installEventFilter(self)
            view.placed.connect(self._settle_soon)
            view.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._view = None

    def _settle_soon(self) -> None:
        """Follow once the layout is done."""
        self._soon.start(0)
