"""Predict: each kind of question, right, wrong, and not understood."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, format_number
from cnnexplorer.labs import Question, hints, judge, right_answer
from cnnexplorer.labs.mistakes import map_mistakes, value_mistakes
from cnnexplorer.labs.size_mistakes import size_mistakes, winner_mistakes
from cnnexplorer.ui.conv.predict_questions import answer_text

from .helpers import CONTROL, click_cell, press, settled, type_text
from .predicting import IMAGE, KERNEL, Key, answer, ask_for, begin, convolution, fill, go_to, said

GENERIC = "That is not right: look at the step again, or take a hint."
RNG = np.random.default_rng(8)
THREE = RNG.integers(1, 40, (3, 6, 6)).astype(float)
DEEP = RNG.integers(-5, 6, (2, 3, 3, 3)).astype(float)


# right answers


@pytest.mark.parametrize(
    ("asks", "stage", "index"),
    [
        ("value", 0, 0), ("value", 0, 5), ("value", 1, 3), ("value", 2, 0), ("value", 3, 2),
        ("sign", 0, 0), ("sign", 1, 1), ("sign", 3, 0), ("size", 0, 0), ("size", 1, 0), ("size", 2, 0),
        ("winner", 2, 3),
    ],
)  # fmt: skip
def test_a_right_answer_is_counted_played_and_followed_by_the_next(qtbot, window, asks, stage, index):
    predict = begin(window)
    go_to(window, stage, index)
    if asks != "value":
        ask_for(window, asks)
    question = predict.question
    assert question is not None
    assert (question.asks, question.stage) == (asks, stage)
    assert predict.place.line.isVisible()
    predict.focus()
    result, seen = window.conv.model.result, predict.shown
    answer(predict, answer_text(result.experiment, result, question))
    assert said(predict) == "Right."
    assert (predict.first, predict.tries, predict.shown) == (1, 1, seen)
    assert predict.bar.tally.text() == f"right at once: 1  ·  tries: 1  ·  answers shown: {seen}"
    assert predict.state == "played"
    qtbot.waitUntil(lambda: predict.question not in (None, question))
    settled(window)
    assert predict.place.line.text() == ""
    assert predict.place.line.hasFocus()


def test_a_whole_map(qtbot, window):
    predict = begin(window, asks="map")
    assert predict.question == Question("map", 0, 0)
    grid = predict.place.grid
    assert grid.isVisible()
    assert grid.shape == (4, 4)
    assert not predict.place.line.isVisible()
    right = window.conv.model.result.outputs[0][0]
    fill(predict, [format_number(value) for value in right.ravel()])
    assert said(predict) == "Right."
    seen = []
    window.conv.player.moved.connect(seen.append)
    qtbot.waitUntil(lambda: predict.question == Question("map", 1, 0))
    assert seen[-1] == 16  # each cell of the map was shown, then the next stage's map
    assert seen[:-1] == list(range(1, 16))


def test_enter_goes_through_the_cells_of_a_map(window):
    predict = begin(window, Pooling("max", 3), asks="map")
    grid = predict.place.grid
    assert grid.lines[0].hasFocus()
    for place in range(3):
        type_text(grid.lines[place], "1")
        press(grid.lines[place], Key.Key_Return)
        assert grid.lines[place + 1].hasFocus()
    press(grid.lines[3], Key.Key_Up)
    assert grid.lines[1].hasFocus()
    press(grid.lines[1], Key.Key_Left)
    assert grid.lines[0].hasFocus()


def test_a_map_is_pasted(qapp, window):
    predict = begin(window, Pooling("max", 3), asks="map")
    grid = predict.place.grid
    qapp.clipboard().setText("1\t2,5\n3\t4")
    press(grid.lines[0], Key.Key_V, CONTROL)
    assert grid.texts() == ["1", "2.5", "3", "4"]
    qapp.clipboard().setText("1\t2\t3")
    press(grid.lines[0], Key.Key_V, CONTROL)
    assert grid.texts() == ["1", "2.5", "3", "4"]
    assert "2 × 2 is asked for" in said(predict)


def test_the_winner_is_clicked(qtbot, window):
    predict = begin(window)
    go_to(window, 2, 0)
    ask_for(window, "winner")
    source = window.conv.strip.cards["stage", 1].view
    row, column = right_answer(window.conv.model.experiment, window.conv.model.result, predict.question)
    click_cell(qtbot, source, (row + 1) % 2, column)
    assert predict.tries == 1
    assert said(predict) != "Right."
    click_cell(qtbot, source, row, column)
    assert said(predict) == "Right."
    assert predict.tries == 2
    assert predict.first == 0


# what is offered


@pytest.mark.parametrize(
    ("stages", "stage", "offered"),
    [
        ((convolution(),), 0, ["value", "map", "size", "sign"]),
        ((Pooling("max", 2),), 0, ["value", "map", "size", "winner", "sign"]),
        ((Pooling("average", 2),), 0, ["value", "map", "size", "sign"]),
        ((Flatten(),), 0, ["value", "sign"]),
        ((Convolution(np.ones((1, 1, 1, 1)), padding=3),), 0, ["value", "size", "sign"]),  # 12 × 12 is too large
    ],
)
def test_only_what_fits_the_stage_is_offered(window, stages, stage, offered):
    predict = begin(window, *stages)
    choice = predict.bar.choice
    assert [choice.itemData(place) for place in range(choice.count())] == offered


def test_a_map_that_would_take_long_to_judge_is_not_offered(window):
    rng = np.random.default_rng(2)
    few, many = (Convolution(rng.random((count, 3, 15, 15)).round(2), stride=30) for count in (1, 16))
    predict = begin(window, few, image=rng.random((3, 128, 128)).round(2), asks="map")
    texts = ["1"] * predict.place.grid.shape[0] * predict.place.grid.shape[1]
    predict.place.grid.set_texts(texts)
    press(predict.place.grid.lines[0], Key.Key_Return)
    assert predict.tries == 1
    window.actions_["predict"].trigger()
    predict = begin(window, many, image=rng.random((3, 128, 128)).round(2))
    assert predict.bar.choice.findData("map") < 0


def test_what_does_not_fit_is_asked_again_where_it_does(window):
    predict = begin(window, asks="value")
    go_to(window, 2, 0)
    ask_for(window, "winner")
    assert predict.question.asks == "winner"
    go_to(window, 0, 0)
    assert predict.question.asks == "value"
    assert predict.bar.choice.value() == "value"
    go_to(window, 2, 1)
    assert predict.question.asks == "winner"


# not understood


@pytest.mark.parametrize(
    ("asks", "stage", "text", "expected"),
    [
        ("value", 0, "abc", "“abc” is not a number"),
        ("value", 0, "   ", "Nothing was typed yet"),
        ("value", 0, "1e", "is not a number"),
        ("size", 0, "abc", "is not a size"),
        ("size", 0, "4x4x4", "has 3 numbers"),
        ("winner", 2, "1", "is no cell"),
        ("sign", 0, "perhaps", "is no sign"),
    ],
)
def test_nonsense_is_asked_again_and_not_counted(window, asks, stage, text, expected):
    predict = begin(window)
    go_to(window, stage)
    ask_for(window, asks)
    answer(predict, text)
    assert expected in said(predict)
    assert (predict.tries, predict.state) == (0, "asked")
    assert predict.place.line.hasFocus()
    assert predict.place.line.selectedText() == text or not text.strip()


def test_an_empty_or_strange_cell_of_a_map_is_asked_again(window):
    predict = begin(window, Pooling("max", 3), asks="map")
    grid = predict.place.grid
    grid.focus_cell(0)
    press(grid.lines[0], Key.Key_Return)
    assert "Nothing was typed yet" in said(predict)
    fill(predict, ["1", "2", "no", "4"])
    assert "“no” is not a number" in said(predict)
    assert grid.lines[2].hasFocus()
    assert predict.tries == 0


@pytest.mark.parametrize(("text", "right"), [("-90,5", True), ("−90.5", True), ("-181/2", True), ("90.5", False)])
def test_numbers_are_understood_in_every_way(window, text, right):
    image = np.zeros((3, 3))
    image[1, 1] = 18.1
    predict = begin(window, convolution(), image=image)
    answer(predict, text)
    assert (said(predict) == "Right.") is right


# wrong answers

CASES = {
    "flip": ((convolution(),), IMAGE),
    "padded": ((convolution(padding=1, stride=2, bias=[3.0]),), IMAGE),
    "dilated": ((convolution(dilation=2),), IMAGE),
    "reflected": ((convolution(padding=1, padding_mode="reflect", flip=True),), IMAGE),
    "channels": ((Convolution(DEEP),), THREE),
    "early": ((convolution(bias=[40.0]), Activation("relu")), IMAGE - 30),
    "wide": ((convolution(padding=1),), IMAGE[:4]),
    "leaky": ((Activation("leaky_relu"),), IMAGE - 20),
    "max": ((Pooling("max", 3, 2, 1),), IMAGE - 30),
    "average": ((Pooling("average", 2, 2, 1),), IMAGE),
    "flat": ((Flatten(),), IMAGE),
    "usual": ((convolution(), Activation("relu"), Pooling("max", 2), Flatten()), IMAGE),
}
REACHED = {
    "value": {"flipped", "padding", "stride", "dilation", "bias", "bias_sign", "channel", "one_channel", "transposed",
              "padding_mode", "no_kernel", "mean", "early", "no_activation", "early_input", "early_sum",
              "early_products", "absolute", "as_relu", "average", "maximum", "minimum", "largest_size", "sum",
              "count_pad", "sign", "neighbour", "swapped", "other_map", "product"},
    "size": {"padding", "padding_once", "stride", "dilation", "plus_one", "rounding", "kernel_size",
             "kept", "one_off", "turned"},
    "winner": {"stride", "in_window", "turned", "minimum", "largest_size", "largest_of_all"},
}  # fmt: skip


def text_of(value: object) -> str:
    return f"{value[0]} {value[1]}" if isinstance(value, tuple) else format_number(float(value), 12)


def tried(window, predict, mistakes):
    """Type what each mistake gives; return the names that were recognised, all said in full beside the field."""
    conv, names = window.conv, set()
    for mistake in mistakes:
        question, result = predict.question, conv.model.result
        text = text_of(mistake.answer)
        if "-" in text and question.asks in ("size", "winner"):
            continue  # no size or cell can be typed with a minus
        judgement = judge(result.experiment, result, question, text)
        if judgement.outcome != "wrong":
            continue
        before = predict.tries
        answer(predict, text)
        if predict.state != "asked":
            return names  # near enough to be taken for right
        assert predict.tries == before + 1
        assert said(predict) == (str(judgement.sayings[0]) if judgement.sayings else GENERIC)
        assert predict.place.line.tone == "wrong"
        names |= set(judgement.mistakes)
    return names


@pytest.mark.parametrize("asks", ["value", "size", "winner"])
def test_every_diagnosis_is_reached_in_the_window(window, asks):
    makers = {"value": value_mistakes, "size": size_mistakes, "winner": winner_mistakes}
    begin(window)
    reached = set()
    for stages, image in CASES.values():
        press(window.conv, Key.Key_Escape)
        window.actions_["predict"].trigger()
        predict = begin(window, *stages, image=image)
        for stage in range(len(stages)):
            for index in (0, 1, window.conv.model.result.outputs[stage].size // 2):
                go_to(window, stage, index)
                if predict.bar.choice.findData(asks) >= 0:
                    ask_for(window, asks)
                if predict.question is None or predict.question.asks != asks:
                    continue
                result = window.conv.model.result
                reached |= tried(window, predict, list(makers[asks](result.experiment, result, predict.question)))
    assert REACHED[asks] <= reached


def test_wrong_signs_are_diagnosed(window):
    predict = begin(window, convolution(bias=[40.0]), Activation("relu"), asks="sign")
    right = right_answer(window.conv.model.experiment, window.conv.model.result, predict.question)
    for sign in (1, 0, -1):
        if sign != right:
            answer(predict, "+0-"[1 - sign] if sign else "0")
            assert predict.place.line.tone == "wrong"
    assert predict.tries == 2
    assert predict.first == 0


def test_a_wrong_map_shows_where_and_why(window):
    predict = begin(window, asks="map")
    result = window.conv.model.result
    flipped = next(m for m in map_mistakes(result.experiment, result, predict.question) if m.name == "flipped")
    fill(predict, [format_number(value) for value in flipped.answer.ravel()])
    assert said(predict) == "You would get this map if the kernel were flipped: here it is not."
    right = result.outputs[0][0]
    wrong = [line.tone == "wrong" for line in predict.place.grid.lines]
    assert wrong == (np.abs(flipped.answer - right) > 1e-9).ravel().tolist()
    predict.place.grid.set_texts([format_number(value) for value in right.ravel()])
    predict.place.grid.lines[5].setText("1000")
    press(predict.place.grid.lines[5], Key.Key_Return)
    assert said(predict) == "1 of 16 cells are not right; the first is row 1, column 1."
    assert [place for place, line in enumerate(predict.place.grid.lines) if line.tone == "wrong"] == [5]


# rounding


def test_an_answer_reckoned_from_the_numbers_as_they_are_shown_is_right(window):
    image = np.full((3, 3), 1 / 3)
    predict = begin(window, Convolution([[[[1 / 7, 1, 1], [1, 1, 1], [1, 1, 1 / 7]]]]), image=image)
    answer(predict, "2.3")
    assert said(predict) != "Right."
    shown = 0.33 * 7 + 2 * 0.33 * 0.14  # what two decimals give: 2.4024, not 2.4286
    answer(predict, f"{shown:.4f}")
    assert said(predict) == "Right."


def test_a_map_of_rounded_numbers_is_right(window):
    predict = begin(window, Convolution([[[[1 / 3]]]]), image=[[1, 2], [4, 5]], asks="map")
    fill(predict, ["0.33", "0,667", "4/3", "1.67"])
    assert said(predict) == "Right."


# hints and showing


@pytest.mark.parametrize(("asks", "stage"), [("value", 0), ("map", 0), ("size", 0), ("sign", 0), ("winner", 2)])
def test_hints_come_by_degrees(window, asks, stage):
    predict = begin(window)
    go_to(window, stage)
    ask_for(window, asks)
    result = window.conv.model.result
    known = hints(result.experiment, result, predict.question)
    for number, hint in enumerate(known, start=1):
        assert window.actions_["hint"].isEnabled()
        window.actions_["hint"].trigger()
        assert said(predict) == f"Hint {number} of {len(known)}: {hint}"
    assert not window.actions_["hint"].isEnabled()
    assert predict.tries == 0


@pytest.mark.parametrize("asks", ["value", "map", "size", "sign", "winner"])
def test_the_answer_is_shown_and_counted(qtbot, window, asks):
    predict = begin(window)
    go_to(window, 2)
    ask_for(window, asks)
    question, result, seen = predict.question, window.conv.model.result, predict.shown
    window.actions_["show_answer"].trigger()
    assert (predict.first, predict.tries, predict.shown) == (0, 0, seen + 1)
    texts = predict.place.grid.texts() if asks == "map" else [predict.place.line.text()]
    text = "\n".join("\t".join(texts[place : place + 2]) for place in (0, 2)) if asks == "map" else texts[0]
    assert judge(result.experiment, result, question, text, 1e-4).correct
    assert said(predict) == "This is the answer."
    qtbot.waitUntil(lambda: predict.question not in (None, question))


def test_every_answer_in_a_large_experiment_is_judged(qtbot, window):
    rng = np.random.default_rng(3)
    stages = (Convolution(rng.random((16, 3, 11, 11)).round(2), padding=5), Activation("relu"), Pooling("max", 3, 2))
    predict = begin(window, *stages, image=rng.random((3, 64, 64)).round(2))
    model = window.conv.model
    qtbot.waitUntil(lambda: model.result.experiment is model.experiment)  # it is computed on a thread
    settled(window)
    tries = 0
    for stage, index in ((0, 700), (1, 3000), (2, 5)):
        for asks in ("value", "sign", "size", "winner"):
            go_to(window, stage, index)
            if predict.bar.choice.findData(asks) < 0:
                continue
            ask_for(window, asks)
            if predict.question is None:
                continue
            text = {"value": "12345", "sign": "-", "size": "3x3", "winner": "0, 0"}[asks]
            predict.place.line.setText(text)
            press(predict.place.line, Key.Key_Return)
            tries += 1
            assert predict.tries == tries
    assert tries > 5


def test_the_kernel_of_these_tests_is_told_from_its_mirror_image():
    assert not np.array_equal(KERNEL, KERNEL.T)
    assert not np.array_equal(KERNEL, KERNEL[::-1, ::-1])
