"""Predict: what is asked for can be read nowhere, until it is answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint
from PySide6.QtGui import QAction, QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from cnnexplorer.core import Activation, Convolution, Pooling, format_number
from cnnexplorer.labs import Question, right_answer
from cnnexplorer.ui.conv.predict_veil import Veil
from cnnexplorer.ui.widgets.figure_mode import FigureMode, painting_figure

from .helpers import LEFT, grab, heard, hover_cell, set_image, settled
from .predicting import IMAGE, answer, ask_for, begin, convolution, go_to, said, usual

if TYPE_CHECKING:
    from cnnexplorer.ui.main_window import MainWindow

GETTERS = ("text", "toolTip", "accessibleName", "accessibleDescription", "statusTip", "whatsThis", "placeholderText",
           "windowTitle", "title")  # fmt: skip
NUMBER = re.compile(r"[-−]?\d+(?:\.\d+)?")


def texts_of(widget: object) -> list[str]:
    found = [getter() for name in GETTERS if callable(getter := getattr(widget, name, None))]
    if isinstance(widget, QComboBox):
        found += [widget.itemText(place) for place in range(widget.count())]
    return [text for text in found if isinstance(text, str)]


def painted(widget: QWidget) -> str:
    """Return what is painted for a file, as SVG: it holds every text, also one that is covered."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    with painting_figure(FigureMode()), QPainter(generator) as painter:
        widget.render(painter, QPoint(0, 0))
    return "\n".join(re.findall(r"<text[^>]*>([^<]*)</text>", bytes(data.data()).decode()))


def all_texts(qtbot, window: MainWindow) -> str:
    """Return all that can be read in the window: texts, tips, what is painted, hovered, copied and taken away."""
    settled(window)
    conv = window.conv
    conv.inspector.display._count_values()
    found = [text for widget in window.findChildren(QWidget) for text in texts_of(widget)]
    found += [text for action in window.findChildren(QAction) for text in texts_of(action)]
    found.append(painted(conv))
    for card in conv.strip.cards.values():
        for row in range(card.view.shape[0]):
            for column in range(card.view.shape[1]):
                hover_cell(qtbot, card.view, row, column)
                found.append(window.status_cell.text())
    window.actions_["copy_arithmetic"].trigger()
    found.append(QGuiApplication.clipboard().text())
    for takeaway in conv.takeaways():
        found += [takeaway.name, takeaway.title, *(part for fact in takeaway.facts for part in fact)]
        if takeaway.arrays is not None:
            found += [format_number(v, 4) for array in takeaway.arrays().values() for v in np.ravel(array).tolist()]
    return "\n".join(found)


def is_told(text: str, value: float) -> bool:
    numbers = set(NUMBER.findall(text))
    return any(format_number(value, decimals) in numbers for decimals in (2, 3, 4, 6, 12))


@pytest.mark.parametrize("asks", ["value", "map", "sign"])
@pytest.mark.parametrize("bank", [1, 2])
def test_no_text_tells_a_hidden_value(qtbot, window, asks, bank):
    kernels = np.array([[[[1, 2, 0], [3, -5, 7], [0, 4, -2]]], [[[2, 0, 1], [1, 1, -6], [9, 2, 3]]]])[:bank] * 1.7
    predict = begin(window, Convolution(kernels, bias=np.array([3.313, 5.919])[:bank]), Activation("leaky_relu"),
                    Pooling("max", 2, 1), asks=asks)  # fmt: skip
    output = window.conv.model.result.outputs[0]
    hidden = [float(value) for value in output[0].ravel()]
    limits = float(output.min()), float(output.max())
    sums = window.conv.step.products.sum(axis=(1, 2)).tolist()
    for selected in (("stage", 1), ("input", -1), ("stage", 0)):
        window.conv.select(selected)
        window.conv.strip.cards["stage", 0].view.fit()
        text = all_texts(qtbot, window)
        assert not [value for value in (*hidden, *limits, *sums) if is_told(text, value)], selected
    predict.switch(False)
    text = all_texts(qtbot, window)  # or the test could not fail
    assert all(is_told(text, value) for value in hidden)


def test_asking_for_the_size_does_not_show_the_value_that_was_left_open(qtbot, window):
    predict = begin(window, convolution(bias=[3.313]), Activation("leaky_relu"), image=IMAGE[:4, :4])
    hidden = [float(value) for value in window.conv.model.result.outputs[0].ravel()]
    ask_for(window, "size")
    for _stage in range(2):
        assert predict.question.asks == "size"
        told = all_texts(qtbot, window)
        answer(predict, "2x2")
        assert said(predict) == "Right."
        told += all_texts(qtbot, window)
        assert not [value for value in hidden if is_told(told, value)]
        predict.take_play()
        settled(window)
    go_to(window, 0)
    ask_for(window, "value")
    assert predict.question == Question("value", 0)
    assert (predict.first, predict.shown) == (2, 0)


@pytest.mark.parametrize("by", ["card", "step"])
def test_a_value_that_is_seen_without_an_answer_counts_as_shown(qtbot, window, by):
    predict = begin(window, convolution(), Pooling("max", 2))
    value = float(window.conv.step.value)
    assert not is_told(all_texts(qtbot, window), value)
    if by == "card":
        qtbot.mouseClick(window.conv.strip.cards["stage", 1]._title, LEFT)
    else:
        window.actions_["forward"].trigger()
    settled(window)
    assert is_told(all_texts(qtbot, window), value)
    assert predict.shown == 1
    assert "it counts as shown" in said(predict)
    go_to(window, 0)
    assert predict.question == Question("value", 0)
    answer(predict, format_number(value))
    assert (predict.first, predict.tries, predict.shown) == (0, 1, 1)  # right, but not found at once


def test_what_follows_from_an_answer_does_not_count_as_shown(window):
    predict = begin(window)
    ask_for(window, "sign")
    ask_for(window, "value")
    answer(predict, format_number(window.conv.step.value))
    assert (predict.first, predict.tries, predict.shown) == (1, 1, 0)


def test_the_sums_of_the_channels_are_not_told(qtbot, window):
    rng = np.random.default_rng(4)
    image, kernel = rng.integers(11, 97, (3, 4, 4)).astype(float), rng.integers(-30, 30, (1, 3, 3, 3)).astype(float)
    begin(window, Convolution(kernel), image=image)
    step = window.conv.step
    text = all_texts(qtbot, window)
    assert not any(is_told(text, subtotal) for subtotal in (*step.subtotals, step.value))
    assert window.conv.arithmetic.text().count("?") == 7


def test_earlier_cells_are_seen_and_later_ones_are_not(qtbot, window):
    predict = begin(window, convolution(bias=[0.137]), *usual()[1:])
    go_to(window, 0, 5)
    output = window.conv.model.result.outputs[0].ravel()
    text = all_texts(qtbot, window)
    assert all(is_told(text, float(value)) for value in output[:5])
    later = set(output[5:].tolist()) - set(output[:5].tolist())
    assert not [value for value in later if is_told(text, float(value))]
    view = window.conv.strip.cards["stage", 0].view
    assert view.filled == 5
    assert view.lit.hollow
    assert [window.conv.strip.cards["stage", stage].view.filled for stage in (1, 2, 3)] == [0, 0, 0]
    assert predict.place.line.placeholderText() == "?"


def test_the_pixels_of_the_hidden_cells_do_not_depend_on_them(window):
    """Two experiments that differ only in what is hidden look the same."""
    pictures = []
    for factor in (1, 3):
        begin(window, convolution(bias=[factor * 7.0]), *usual()[1:])
        window.conv.strip.cards["stage", 0].setFocus()
        cards = [window.conv.strip.cards["stage", stage] for stage in range(4)]
        window.conv.predict.place.line.hide()
        pictures.append([grab(card) for card in cards])
        window.actions_["predict"].trigger()
    for one, other in zip(*pictures, strict=True):
        assert np.array_equal(one, other)


def test_the_pixels_behind_a_hidden_output_do_not_depend_on_it(window):
    pictures = []
    for factor in (1, 3):
        set_image(window, IMAGE, convolution(bias=[factor * 7.0]), Activation("relu"))
        window.conv.draw_curtain(lambda _step: Veil(0, 0, 0, unread=False))
        go_to(window, 1, int(window.conv.model.result.outputs[0].argmax()))
        pictures.append([grab(window.conv.strip.cards["stage", stage]) for stage in range(2)])
        window.conv.draw_curtain(None)
        settled(window)
        seen = grab(window.conv.strip.cards["stage", 1])
        assert not np.array_equal(seen, pictures[-1][1])
    for one, other in zip(*pictures, strict=True):
        assert np.array_equal(one, other)


def test_the_winner_is_pointed_out_nowhere(window):
    predict = begin(window)
    go_to(window, 2, 0)
    for asks in ("value", "winner", "sign", "map"):
        ask_for(window, asks)
        conv = window.conv
        assert conv.strip.cards["stage", 1].view.lit.mark is None
        roles = {token.role for term in conv.arithmetic._lines[0][0:] for token in term if token.text != "?"}
        assert roles == {"text", "input"}
    before = grab(window.conv.step_view)
    predict.switch(False)
    assert not np.array_equal(before, grab(window.conv.step_view))


def test_no_text_tells_the_size_that_is_asked_for(qtbot, window):
    image = np.ones((17, 23))
    predict = begin(window, convolution(stride=2), Activation("relu"), Pooling("max", 2), image=image, asks="size")
    assert right_answer(window.conv.model.experiment, window.conv.model.result, predict.question) == (8, 11)
    text = all_texts(qtbot, window)
    assert "88" not in NUMBER.findall(text)
    for shown in ("8 × 11", "8×11", "4 × 5", "= 8", "= 11"):
        assert shown not in text, shown
    window.conv.strip.cards["stage", 0].view.setFocus()
    predict.switch(False)
    text = all_texts(qtbot, window)
    assert "1 × 8 × 11" in text
    assert "/ 88" in text


def test_what_is_never_read_does_not_tell_the_size(window):
    predict = begin(window, Pooling("max", 3, 2), image=np.ones((6, 6)))
    view = window.conv.strip.cards["input", -1].view
    assert view._unvisited == ((5,), (5,))
    ask_for(window, "size")
    assert view._unvisited == ((), ())
    predict.switch(False)
    assert view._unvisited == ((5,), (5,))


def test_the_curve_does_not_point_at_the_answer(window):
    begin(window)
    window.conv.select(("stage", 1))
    go_to(window, 1, 2)
    curve = window.conv.inspector.activation.curve
    assert curve._point is None
    window.actions_["predict"].trigger()
    assert curve._point == (window.conv.step.inputs.item(), window.conv.step.value)


def test_the_figures_come_back(window):
    begin(window)
    window.conv.select(("stage", 0))
    display = window.conv.inspector.display
    display._count_values()
    assert {label.text() for label in display.figures.values()} == {"?"}
    assert display.histogram.counts.sum() == 0
    window.actions_["predict"].trigger()
    display._count_values()
    output = window.conv.model.result.outputs[0]
    assert display.figures["maximum"].text() == format_number(float(output.max()), 4)
    assert display.histogram.counts.sum() == output.size


def test_the_look_of_a_hidden_map_does_not_take_its_range(window):
    """Choosing a fixed range begins at the range that is shown: while the map is hidden that is not the map's."""
    begin(window, image=IMAGE * 100)
    window.conv.select(("stage", 0))
    display = window.conv.inspector.display
    display.range_mode.setValue("fixed")
    display._choose_range()
    assert (display.low.value(), display.high.value()) == (0.0, 1.0)


@pytest.mark.parametrize(("action", "dialog"), [("save_layers", "batch"), ("record", "recording")])
def test_what_would_show_whole_maps_is_refused(window, action, dialog):
    predict = begin(window)
    refused = heard(window.conv.refused)
    window.actions_[action].trigger()
    assert getattr(window.conv, dialog) is None
    assert "would show what is asked for" in str(refused[0][0])
    assert window.banner.isVisible()
    predict.switch(False)
    window.actions_[action].trigger()
    assert getattr(window.conv, dialog).isVisible()
    getattr(window.conv, dialog).reject()


def test_the_menus_give_no_numbers_of_a_hidden_map(window):
    predict = begin(window)
    conv = window.conv
    places = {"hidden": conv.strip.cards["stage", 0], "seen": conv.strip.cards["input", -1], "all": conv.strip.row}
    offered = {}
    for name, widget in places.items():
        menu = QMenu(window)
        window.figures.add_to(menu, widget)
        numbers = next(action for action in menu.actions() if action.text() == "Save the numbers…")
        offered[name] = numbers.isEnabled()
    assert offered == {"hidden": False, "seen": True, "all": False}
    predict.switch(False)
    window.figures.add_to(menu, places["hidden"])
    assert menu.actions()[-1].isEnabled()


def test_a_step_that_reads_hidden_values_is_not_shown(qtbot, window):
    """A lab hides an output; the steps after it would show it as what they read."""
    set_image(window, IMAGE, convolution(bias=[0.137]), Activation("relu"))
    window.conv.draw_curtain(lambda _step: Veil(0, 0, 0, unread=False))
    output = window.conv.model.result.outputs[0]
    go_to(window, 1, int(output.argmax()))  # where the ReLU lets it through
    hidden = output.ravel().tolist()
    text = all_texts(qtbot, window)
    assert "This step reads values that are asked for." in text
    assert not [value for value in hidden if is_told(text, value)]
    assert not [offer.name for offer in window.conv.takeaways() if "step" in offer.name]
    window.conv.draw_curtain(None)
    text = all_texts(qtbot, window)
    assert all(is_told(text, value) for value in hidden)
