"""Predict among everything else: steps, playing, edits, undo, languages, themes, the keyboard."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QToolButton

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, format_number, run
from cnnexplorer.labs import Question
from cnnexplorer.ui.conv.predict_questions import next_step

from .helpers import CONTROL, SHIFT, choose, click_cell, heard, press, set_image, settled, type_text
from .predicting import IMAGE, Key, answer, ask_for, begin, convolution, go_to, said, usual


def right(window) -> str:
    return format_number(window.conv.step.value, 6)


# off, nothing is in the way


def test_nothing_is_seen_of_it_while_it_is_off(window):
    conv = window.conv
    set_image(window, IMAGE, *usual())
    settled(window)
    for widget in (conv.predict.bar, conv.predict.place.line, conv.predict.place.grid, conv.predict.place.bubble):
        assert not widget.isVisible()
    assert not window.actions_["hint"].isEnabled()
    assert not window.actions_["show_answer"].isEnabled()
    assert all(card.view.filled is None for card in conv.strip.cards.values())
    assert not conv.predict.take_play()


def test_switching_it_off_brings_everything_back(window):
    conv = window.conv
    begin(window)
    go_to(window, 1, 4)
    window.actions_["predict"].trigger()
    assert all(card.view.filled is None for card in conv.strip.cards.values())
    assert conv.arithmetic.text() == conv.step.expression(2)
    assert not any(card.bar.veiled for card in conv.strip.cards.values())
    assert not conv.predict.bar.isVisible()
    assert not conv.predict.place.line.isVisible()
    assert conv.player.by_ones is False


def test_it_is_in_the_transport_and_the_menu(window):
    action = window.actions_["predict"]
    assert action.isCheckable()
    assert action in window._menus["steps"].actions()
    assert action in [button.defaultAction() for button in window.conv.transport.findChildren(QToolButton)]


# steps


def test_the_question_follows_the_steps(window):
    predict = begin(window)
    for name, position in (("forward", 1), ("forward", 2), ("back", 1), ("last", 39), ("first", 0)):
        window.actions_[name].trigger()
        settled(window)
        assert window.conv.player.position == position
        channel, row, column = window.conv.step.output
        stage = window.conv.step.stage_index
        assert predict.question == Question("value", stage, channel, row, column)


def test_scrubbing_and_clicking_ask_there(qtbot, window):
    predict = begin(window)
    window.conv.transport.scrubber.scrubbed.emit(9)
    settled(window)
    assert predict.question.cell == (0, 2, 1)
    click_cell(qtbot, window.conv.strip.cards["stage", 0].view, 0, 3)
    assert predict.question.cell == (0, 0, 3)
    assert predict.place.line.hasFocus()


def test_scrubbing_by_keyboard_keeps_its_focus(window):
    predict = begin(window)
    scrubber = window.conv.transport.scrubber
    scrubber.setFocus()
    press(scrubber, Key.Key_Right)
    settled(window)
    assert predict.question.cell == (0, 0, 1)
    assert scrubber.hasFocus()
    press(scrubber, Key.Key_7)  # what begins a number goes to the answer
    assert predict.place.line.hasFocus()
    assert predict.place.line.text() == "7"


def test_an_answered_cell_is_not_asked_again(qtbot, window):
    predict = begin(window)
    answer(predict, right(window))
    qtbot.waitUntil(lambda: window.conv.player.position == 1)
    window.actions_["back"].trigger()
    settled(window)
    assert predict.state == "free"
    assert not predict.place.line.isVisible()
    assert window.conv.arithmetic.text() == window.conv.step.expression(2)
    assert window.conv.strip.cards["stage", 0].view.filled == 1
    assert "This is answered: go on." in predict.bar.question.text()


def test_playing_pauses_at_each_question(qtbot, window):
    predict = begin(window)
    for _place in range(2):
        here = window.conv.player.position
        answer(predict, right(window))
        qtbot.waitUntil(lambda here=here: window.conv.player.position == here + 1)
    go_to(window, 0, 0)
    assert predict.state == "free"
    window.conv.player.set_speed(120)
    positions = heard(window.conv.player.moved)
    window.actions_["play"].trigger()
    qtbot.waitUntil(lambda: not window.conv.player.playing)
    assert [position for (position,) in positions] == [1, 2]
    assert predict.state == "asked"
    window.actions_["play"].trigger()  # goes to the question
    assert not window.conv.player.playing
    settled(window)
    assert predict.place.line.hasFocus()


def test_the_end_of_all(qtbot, window):
    predict = begin(window, Pooling("max", 3))
    window.actions_["loop"].setChecked(False)
    window.conv.player.loop = False
    for position in range(4):
        assert window.conv.player.position == position
        answer(predict, right(window))
        if position < 3:
            qtbot.waitUntil(lambda position=position: window.conv.player.position == position + 1)
    qtbot.waitUntil(lambda: predict.state == "free")
    assert predict.bar.question.text() == "Max pooling: That was the last one: all is answered."
    assert (predict.first, predict.tries) == (4, 4)


def test_with_the_loop_it_begins_again_with_what_is_left(qtbot, window):
    predict = begin(window, Pooling("max", 3))
    go_to(window, 0, 3)
    answer(predict, right(window))
    qtbot.waitUntil(lambda: window.conv.player.position == 0)
    assert predict.question.cell == (0, 0, 0)


def test_enter_leaves_out_what_is_played(window):
    predict = begin(window)
    predict.pace = 1000.0
    line = predict.place.line
    answer(predict, right(window))
    assert predict.state == "played"
    assert line.isReadOnly()
    press(line, Key.Key_Return)
    assert predict.state == "told"
    assert window.conv.arithmetic.text() == window.conv.step.expression(2)
    press(line, Key.Key_Return)
    assert predict.state == "asked"
    assert window.conv.player.position == 1
    assert not line.isReadOnly()
    assert predict.tries == 1


def test_the_sum_is_played_term_by_term(qtbot, window):
    predict = begin(window)
    texts = []
    predict.changed.connect(lambda: texts.append(window.conv.arithmetic.text()))
    products = window.conv.step.products.ravel()
    answer(predict, right(window))
    whole = window.conv.step.expression(2)
    qtbot.waitUntil(lambda: window.conv.player.position == 1)
    for count in range(1, 9):
        assert f"… = {format_number(float(products[:count].sum()), 2)}" in "\n".join(texts)
    assert texts[0].endswith("= ?")
    assert texts[-1] == whole


# edits


def test_an_edit_while_asked_asks_anew(window):
    predict = begin(window)
    go_to(window, 0, 6)
    answer(predict, "1")
    type_text(predict.place.line, "12")
    before = right(window)
    window.conv.inspector.convolution.tool_buttons["negate"].click()
    settled(window)
    assert predict.state == "asked"
    assert predict.place.line.text() == ""
    assert said(predict) == ""
    assert window.conv.player.position == 6
    assert right(window) == format_number(-float(before), 6)
    answer(predict, right(window))
    assert said(predict) == "Right."
    assert predict.first == 1


def test_undo_while_asked(window):
    predict = begin(window)
    window.conv.inspector.convolution.tool_buttons["negate"].click()
    settled(window)
    predict.focus()
    negated = right(window)
    press(predict.place.line, Key.Key_Z, CONTROL)  # nothing was typed: the edit is undone
    settled(window)
    assert right(window) == format_number(-float(negated), 6)
    predict.focus()
    type_text(predict.place.line, "12")
    press(predict.place.line, Key.Key_Z, CONTROL)  # now it is the typing
    assert predict.place.line.text() == ""
    assert right(window) == format_number(-float(negated), 6)


@pytest.mark.parametrize("asks", ["value", "map", "size", "sign"])
def test_another_experiment_while_asked(window, asks):
    predict = begin(window, asks=asks)
    set_image(window, np.ones((9, 9)), Pooling("average", 3), Flatten())
    settled(window)
    assert predict.state == "asked"
    assert predict.question.asks == asks
    window.conv.model.edit(lambda e: type(e)(e.image, ()), "nothing is left")
    settled(window)
    assert predict.question is None
    assert not predict.place.line.isVisible()
    assert not predict.place.grid.isVisible()
    window.conv.model.undo()
    settled(window)
    assert predict.state == "asked"


def test_a_stage_taken_out_takes_its_question_along(window):
    predict = begin(window)
    go_to(window, 2, 1)
    ask_for(window, "winner")
    window.conv.strip.cards["stage", 2].remove_asked.emit()
    settled(window)
    assert predict.question is not None
    assert predict.question.stage < 3
    window.conv.model.undo()
    settled(window)
    assert predict.state == "asked"


def test_a_new_session_while_asked(window):
    predict = begin(window)
    window.document.give_up()
    window.actions_["new"].trigger()
    settled(window)
    assert predict.state == "asked"
    assert predict.question.stage == 0


def test_answers_wait_for_the_maps_of_a_changed_experiment(window):
    predict = begin(window)
    predict._is_current = lambda _result: False
    answer(predict, right(window))
    assert predict.tries == 0
    assert predict.state == "asked"


def test_numbers_that_are_none_are_not_asked_for(window):
    predict = begin(window, Convolution([[[[1e308]]]]), image=np.array([[1e308, 2], [3, 4]]))
    assert predict.question is None
    assert "no number" in predict.bar.question.text()
    window.actions_["forward"].trigger()
    assert predict.question is None or np.isfinite(window.conv.step.value)


# language, theme, size


def test_the_language_changes_while_asked(window):
    predict = begin(window)
    answer(predict, "abc")
    type_text(predict.place.line, "12")
    english = (predict.bar.question.text(), said(predict), predict.bar.tally.text())
    predict.place.line.setText("12")
    window.set_language("es")
    settled(window)
    assert predict.place.line.text() == "12"
    assert predict.state == "asked"
    window.set_language("en")
    settled(window)
    assert (predict.bar.question.text(), said(predict), predict.bar.tally.text()) == english


def test_the_theme_changes_while_asked(window):
    predict = begin(window)
    answer(predict, "1")
    assert predict.place.line.tone == "wrong"
    light = predict.place.line.palette().base().color()
    window.set_theme("dark")
    settled(window)
    assert predict.place.line.palette().base().color().lightness() < light.lightness()
    assert predict.place.line.tone == "wrong"


@pytest.mark.parametrize("size", [(900, 560), (1280, 760), (1800, 1000)])
@pytest.mark.parametrize("asks", ["value", "map", "size", "winner"])
def test_the_field_and_its_sentence_lie_inside_the_board(window, size, asks):
    window.resize(*size)
    predict = begin(window)
    for stage in range(3):
        go_to(window, stage, window.conv.model.result.outputs[stage].size - 1)
        ask_for(window, asks) if predict.bar.choice.findData(asks) >= 0 else None
        window.actions_["hint"].trigger()
        settled(window)
        board = window.conv.board.rect()
        field = predict.place.grid if predict.question.asks == "map" else predict.place.line
        assert board.contains(field.geometry())
        assert board.contains(predict.place.bubble.geometry())
        assert not field.geometry().intersects(predict.place.bubble.geometry()) or predict.question.asks == "map"


def test_the_field_follows_zoom_and_enlarging(window):
    predict = begin(window)
    view = window.conv.strip.cards["stage", 0].view
    before = predict.place.line.geometry()
    view.zoom_to(view.scale * 3)
    settled(window)
    cell = view.placement.rect(0, 0).toRect()
    assert predict.place.line.geometry() != before
    window.conv.select(("stage", 0))
    window.actions_["enlarge"].trigger()
    settled(window)
    assert predict.place.line.isVisible()
    assert view.rect().contains(view.mapFrom(window.conv.board, predict.place.line.geometry().center()))
    window.conv.select(("input", -1))
    window.actions_["enlarge"].trigger()
    settled(window)
    assert not predict.place.line.isVisible()
    window.actions_["enlarge"].trigger()
    settled(window)
    assert predict.place.line.isVisible()
    assert not cell.isEmpty()


# the keyboard alone


def test_by_keyboard_alone(qtbot, window):
    predict = begin(window)
    line = predict.place.line
    assert line.hasFocus()
    press(line, Key.Key_H, CONTROL)
    assert said(predict).startswith("Hint 1 of 3")
    press(line, Key.Key_H, CONTROL | SHIFT)
    assert predict.shown == 1
    qtbot.waitUntil(lambda: predict.state == "asked")
    settled(window)
    assert line.hasFocus()
    press(line, Key.Key_Right, CONTROL)
    settled(window)
    assert window.conv.player.position == 2
    assert line.hasFocus()
    choose(predict.bar.choice, "size")
    settled(window)
    assert predict.question.asks == "size"
    assert predict.bar.choice.hasFocus()
    press(window.conv, Key.Key_4)
    assert line.text() == "4"
    press(line, Key.Key_Escape)
    assert window.conv.hasFocus()
    press(window.conv, Key.Key_P)
    assert not window.actions_["predict"].isChecked()
    assert not line.isVisible()


def test_every_control_has_a_name_and_a_tip(window):
    predict = begin(window)
    for widget in (predict.place.line, predict.bar.choice, predict.bar.tally, *predict.bar.buttons):
        assert widget.toolTip()
    assert predict.place.line.accessibleName() == predict.bar.question.text()
    ask_for(window, "map")
    assert predict.place.grid.lines[5].accessibleName() == "row 1, column 1"


def test_the_tally_begins_anew_when_it_is_switched_on(window):
    predict = begin(window)
    answer(predict, "1")
    assert predict.tries == 1
    window.actions_["predict"].trigger()
    window.actions_["predict"].trigger()
    assert (predict.first, predict.tries, predict.shown) == (0, 0, 0)
    assert predict.bar.tally.text() == "right at once: 0  ·  tries: 0  ·  answers shown: 0"


def test_what_is_asked_for_by_size_goes_from_stage_to_stage(qtbot, window):
    predict = begin(window, convolution(), Activation("relu"), Pooling("max", 2), asks="size")
    for stage, text in enumerate(("4x4", "(4, 4)", "2")):
        assert predict.question == Question("size", stage)
        answer(predict, text)
        assert said(predict) == "Right."
        if stage < 2:
            qtbot.waitUntil(lambda stage=stage: predict.question == Question("size", stage + 1))
            assert window.conv.player.place == (stage + 1, 0)


def test_leaving_the_workspace_keeps_the_question(window):
    predict = begin(window)
    window.show_workspace("net")
    settled(window)
    window.show_workspace("conv")
    settled(window)
    assert predict.state == "asked"
    assert predict.place.line.isVisible()
    assert QApplication.focusWidget() is not None


@pytest.mark.parametrize(
    ("wanted", "place", "again", "expected"),
    [
        ("value", (0, 3), False, (0, 4)),
        ("value", (0, 15), False, (1, 0)),
        ("map", (0, 5), False, (1, 0)),
        ("size", (0, 5), False, (1, 0)),
        ("size", (2, 0), False, (3, 0)),  # a flat output has no size to be asked for: its values are left
        ("size", (2, 0), True, (0, 0)),
        ("winner", (0, 3), False, (2, 0)),
        ("winner", (2, 3), True, (2, 0)),
        ("winner", (2, 3), False, (3, 0)),
        ("value", (3, 3), False, None),
        ("value", (3, 3), True, (0, 0)),
    ],
)
def test_where_the_next_question_is(wanted, place, again, expected):
    experiment = Experiment(IMAGE[None], usual())
    assert next_step(experiment, run(experiment), wanted, place, set(), again) == expected


def test_what_is_answered_is_passed_over():
    experiment = Experiment(IMAGE[None], usual())
    answered = {Question("value", 0, 0, 0, column) for column in (1, 2)}
    assert next_step(experiment, run(experiment), "value", (0, 0), answered, again=False) == (0, 3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_anything_may_happen_while_it_asks(window, seed):
    """Whatever is done, in any order: what is asked belongs to the step that is shown, and its result is hidden."""
    dice = random.Random(seed)
    conv, predict = window.conv, begin(window)
    tools = conv.inspector.convolution.tool_buttons

    def ask_something() -> None:
        choice = predict.bar.choice
        ask_for(window, choice.itemData(dice.randrange(choice.count())))

    deeds = {
        "step": lambda: window.actions_[dice.choice(["forward", "back", "first", "last", "play", "play"])].trigger(),
        "scrub": lambda: conv.transport.scrubber.scrubbed.emit(dice.randrange(max(conv.player.count, 1))),
        "ask": ask_something,
        "answer": lambda: answer(predict, dice.choice(["1", "2x2", "abc", "-", "0, 1", right(window)])),
        "help": lambda: window.actions_[dice.choice(["hint", "show_answer"])].trigger(),
        "edit": lambda: tools[dice.choice(["negate", "rotate"] if "rotate" in tools else ["negate"])].click(),
        "undo": conv.model.undo,
        "stages": lambda: window.actions_[dice.choice(["add_max", "add_flatten", "remove_stage"])].trigger(),
        "select": lambda: conv.select(dice.choice(list(conv.strip.cards))),
        "enlarge": lambda: window.actions_["enlarge"].trigger(),
        "language": lambda: window.set_language(dice.choice(["en", "es"])),
        "switch": lambda: window.actions_["predict"].trigger(),
    }
    for _deed in range(120):
        name = dice.choice(list(deeds))
        if conv.step is not None or name in ("undo", "switch"):
            deeds[name]()
        settled(window)
        if predict.question is None:
            continue
        assert predict.question.stage == conv.step.stage_index, name
        assert not conv.player.playing, name
        if predict.question.asks != "size":
            assert conv.arithmetic.text().endswith("= ?"), name
            filled = conv.strip.cards["stage", predict.question.stage].view.filled
            assert filled is not None, name
            assert filled <= conv.step.index, name
        else:
            assert conv.strip.cards["stage", predict.question.stage].view.covered, name
