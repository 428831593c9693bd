"""Predict: the answer's fields lie over the cells, and the keys go to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from cnnexplorer.core import Activation

from .helpers import LEFT, press, settled
from .predicting import ask_for, begin, convolution, usual

if TYPE_CHECKING:
    from cnnexplorer.ui.conv.predict_bar import AskedChoice


def choose_in_list(choice: AskedChoice, value: str) -> None:
    """Open the list, and choose there with Enter."""
    choice.setFocus()
    choice.showPopup()
    view = choice.view()
    view.setCurrentIndex(choice.model().index(choice.findData(value), 0))
    press(view, Qt.Key.Key_Return)


def test_the_fields_of_a_map_are_as_wide_as_its_cells(qtbot, window):
    predict = begin(window, convolution(padding=1), Activation("relu"), asks="map")
    board = window.conv.board
    grid, card, following = predict.place.grid, board.cards["stage", 0], board.cards["stage", 1]
    assert grid.shape == (6, 6)
    assert grid.geometry().left() >= card.mapTo(board, QPoint(0, 0)).x()
    assert grid.geometry().right() < following.mapTo(board, QPoint(0, 0)).x()
    assert abs(grid.width() - card.view.placement.rect(0, 0, 6, 6).width()) <= 2
    for line in grid.lines:
        line.setText("-88")
        assert line.fontMetrics().horizontalAdvance("-88") <= line.width() - 2


@pytest.mark.parametrize("size", [(1280, 800), (1024, 680), (900, 560)])
def test_the_fields_of_a_large_map_lie_in_its_card(window, size):
    window.resize(*size)
    predict = begin(window, *usual(), image=np.arange(100).reshape(10, 10) % 7, asks="map")
    board, grid = window.conv.board, predict.place.grid
    card = board.cards["stage", 0]
    inside = QRect(card.mapTo(board, QPoint(0, 0)), card.size())
    assert grid.shape == (8, 8)
    assert inside.contains(grid.geometry())
    wide = card.width()
    ask_for(window, "value")
    assert card.width() < wide


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the list of a window that is nowhere
def test_choosing_what_is_asked_goes_to_the_field(qtbot, window):
    predict = begin(window)
    choose_in_list(predict.bar.choice, "map")
    qtbot.waitUntil(lambda: predict.place.grid.isAncestorOf(window.focusWidget()))
    choose_in_list(predict.bar.choice, "size")
    qtbot.waitUntil(lambda: window.focusWidget() is predict.place.line)


def test_choosing_another_card_asks_there(qtbot, window):
    predict = begin(window, *usual())
    assert predict.question.stage == 0
    card = window.conv.board.cards["stage", 2]
    qtbot.mouseClick(card, LEFT, pos=QPoint(card.width() // 2, 14))
    settled(window)
    assert predict.question.stage == 2
    assert window.conv.selected == ("stage", 2)
    qtbot.waitUntil(predict.place.line.hasFocus)


def test_choosing_the_input_asks_no_other_question(qtbot, window):
    predict = begin(window, *usual())
    before = predict.question
    card = window.conv.board.cards["input", -1]
    qtbot.mouseClick(card, LEFT, pos=QPoint(card.width() // 2, 14))
    assert predict.question == before
