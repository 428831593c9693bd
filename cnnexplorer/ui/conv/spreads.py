"""Views of the Convolution workspace as figures need them: for a moment, and nothing is seen of it on the screen."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnexplorer.ui.widgets.map_view import MapView

    from .board import Board
    from .step_view import ArithmeticView

_ROUNDS = 3  # a new width breaks lines anew, and that asks for another height


@contextmanager
def in_full_colours(view: MapView) -> Iterator[None]:
    """Show a map without the step inside the `with` block: nothing of it is lit, nothing dimmed."""
    lit, dimmed = view.lit, view.dimmed
    view.set_lit(None)
    view.set_dimmed(False)
    try:
        yield
    finally:
        view.set_lit(lit)
        view.set_dimmed(dimmed)


@contextmanager
def whole_board(board: Board) -> Iterator[None]:
    """Let a board be as large as all of its cards and the step take, inside the `with` block.

    A board on which nothing is cut stays as it is.
    """
    size, heights, widths = board.size(), board.columns.sizes(), board.steps.sizes()
    scrolled = [(bar, bar.value()) for bar in board.scroll_bars]
    try:
        for _round in range(_ROUNDS):
            _grow(board)
        yield
    finally:
        board.resize(size)
        board.columns.setSizes(heights)
        board.steps.setSizes(widths)
        _lay_out()
        for bar, value in scrolled:
            bar.setValue(value)


@contextmanager
def whole_arithmetic(view: ArithmeticView) -> Iterator[None]:
    """Let the arithmetic be as high as its lines inside the `with` block."""
    size, most = view.size(), view.maximumHeight()
    view.setMaximumHeight(view.needed_height)  # a mere size its scroll area would undo
    try:
        yield
    finally:
        view.setMaximumHeight(most)
        view.resize(size)


def _grow(board: Board) -> None:
    """Give each part of a board the room that it asks for, first from where there is too much."""
    row, columns = board.strip.row, board.columns
    least = row.minimumSizeHint()
    width = board.width() + max(least.width() - board.strip.viewport().width(), 0)
    cards, steps = columns.sizes()
    between = board.height() - cards - steps
    least_cards = max(row.heightForWidth(max(row.width(), least.width())), least.height())
    least_steps = _steps_height(board) if board.steps.isVisibleTo(board) else 0
    height = max(board.height(), least_cards + least_steps + between)
    board.resize(width, height)
    if least_steps:
        cards = max(least_cards, min(cards, height - between - least_steps))
        columns.setSizes([cards, height - between - cards])
    _lay_out()


def _steps_height(board: Board) -> int:
    """Return how high the grids and the arithmetic have to be."""
    grids, words = board.step_view.minimumHeight(), board.arithmetic.needed_height
    if board.steps.orientation() == Qt.Orientation.Horizontal:
        return max(grids, words)
    return grids + words + board.steps.handleWidth()


def _lay_out() -> None:
    """Lay out now, not when Qt comes to it."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
