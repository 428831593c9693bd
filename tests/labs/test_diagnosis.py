"""Every usual mistake is computed and told; none that gives the right answer is."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, SettingError, run
from cnnexplorer.labs import Question, check_question, hints, judge, right_answer
from cnnexplorer.labs.diagnosis import judge_matrix
from cnnexplorer.labs.mistakes import map_mistakes, value_mistakes
from cnnexplorer.labs.size_mistakes import size_mistakes, winner_mistakes

RNG = np.random.default_rng(5)
# large numbers without a pattern: so that no two mistakes give the same by chance
PICTURE = RNG.integers(-500, 500, (3, 9, 9)).astype(float)
GREY = PICTURE[:1]
WEIGHT = RNG.integers(-50, 50, (2, 3, 3, 3)).astype(float)
KERNEL = WEIGHT[:1, :1]
BIAS = [777.0, 4321.0]
RELU = Activation("relu")


def convolution(**settings):
    return Experiment(PICTURE, (Convolution(WEIGHT, BIAS, **settings),))


def grey(*stages):
    return Experiment(GREY, stages)


def correlate(image, weight, row, column, stride=1, dilation=1):
    """One value by plain loops: (C, H, W), (C, kh, kw)."""
    total = 0.0
    for plane in range(weight.shape[0]):
        for m in range(weight.shape[1]):
            for n in range(weight.shape[2]):
                total += weight[plane, m, n] * image[plane, row * stride + m * dilation, column * stride + n * dilation]
    return total


def padded(image, cells):
    return np.pad(image, ((0, 0), (cells, cells), (cells, cells)))


CELL = Question("value", 0, 1, 2, 1)
FIRST = WEIGHT[1]
# an experiment, a question, the wrong answer by hand, and the mistake
VALUES = [
    (convolution(), CELL, correlate(PICTURE, FIRST[:, ::-1, ::-1], 2, 1) + BIAS[1], "flipped"),
    (convolution(flip=True), CELL, correlate(PICTURE, FIRST, 2, 1) + BIAS[1], "flipped"),
    (convolution(padding=1), CELL, correlate(PICTURE, FIRST, 2, 1) + BIAS[1], "padding"),
    (convolution(stride=2), CELL, correlate(PICTURE, FIRST, 2, 1) + BIAS[1], "stride"),
    (convolution(stride=2, padding=1), CELL, correlate(padded(PICTURE, 1), FIRST, 2, 1) + BIAS[1], "stride"),
    (convolution(dilation=2), CELL, correlate(PICTURE, FIRST, 2, 1) + BIAS[1], "dilation"),
    (convolution(), CELL, correlate(PICTURE, np.swapaxes(FIRST, 1, 2), 2, 1) + BIAS[1], "transposed"),
    (convolution(), CELL, correlate(PICTURE, FIRST, 2, 1), "bias"),
    (convolution(), CELL, correlate(PICTURE, FIRST, 2, 1) - BIAS[1], "bias_sign"),
    (convolution(), CELL, correlate(PICTURE[1:], FIRST[1:], 2, 1) + BIAS[1], "channel"),
    (convolution(), CELL, correlate(PICTURE[2:], FIRST[2:], 2, 1) + BIAS[1], "one_channel"),
    (convolution(padding=1, padding_mode="reflect"), Question("value", 0, 1, 0, 0),
     correlate(padded(PICTURE, 1), FIRST, 0, 0) + BIAS[1], "padding_mode"),
    (convolution(), CELL, PICTURE[:, 2:5, 1:4].sum(), "no_kernel"),
    (convolution(), CELL, (correlate(PICTURE, FIRST, 2, 1) + BIAS[1]) / 27, "mean"),
    (convolution(), CELL, -(correlate(PICTURE, FIRST, 2, 1) + BIAS[1]), "sign"),
    (convolution(), CELL, correlate(PICTURE, FIRST, 2, 2) + BIAS[1], "neighbour"),
    (convolution(), CELL, correlate(PICTURE, FIRST, 1, 2) + BIAS[1], "swapped"),
    (convolution(), CELL, correlate(PICTURE, WEIGHT[0], 2, 1) + BIAS[0], "other_map"),
    (grey(Convolution(KERNEL)), Question("value", 0, 0, 2, 1),
     correlate(GREY, KERNEL[0], 2, 1) - GREY[0, 2, 1] * KERNEL[0, 0, 0, 0], "product"),
    (grey(Pooling("max", 3, 2)), Question("value", 0, 0, 1, 1), GREY[0, 2:5, 2:5].mean(), "average"),
    (grey(Pooling("average", 3, 2)), Question("value", 0, 0, 1, 1), GREY[0, 2:5, 2:5].max(), "maximum"),
    (grey(Pooling("average", 3, 2)), Question("value", 0, 0, 1, 1), GREY[0, 2:5, 2:5].sum(), "sum"),
    (grey(Pooling("max", 3, 2)), Question("value", 0, 0, 1, 1), GREY[0, 2:5, 2:5].min(), "minimum"),
    (grey(Pooling("max", 3, 3)), Question("value", 0, 0, 1, 1), GREY[0, 1:4, 1:4].max(), "stride"),
    (grey(Pooling("average", 3, 3, 1)), Question("value", 0, 0, 1, 1), GREY[0, 3:6, 3:6].mean(), "padding"),
    (grey(Pooling("average", 3, 3, 1)), Question("value", 0, 0, 0, 0), GREY[0, :2, :2].mean(), "count_pad"),
    (grey(Pooling("average", 3, 3, 1, count_include_pad=False)), Question("value", 0, 0, 0, 0),
     GREY[0, :2, :2].sum() / 9, "count_pad"),
]  # fmt: skip


@pytest.mark.parametrize(("experiment", "question", "answer", "mistake"), VALUES, ids=[case[3] for case in VALUES])
def test_values(experiment, question, answer, mistake):
    result = run(experiment)
    judgement = judge(experiment, result, question, repr(float(answer)))
    assert judgement.outcome == "wrong"
    assert judgement.mistakes[0] == mistake
    assert f"{answer:.3f}".rstrip("0").rstrip(".") in str(judgement.sayings[0])
    assert judge(experiment, result, question, repr(float(judgement.right))).correct


NEGATIVE = next(
    (row, column)
    for row in range(7)
    for column in range(7)
    if correlate(GREY, KERNEL[0], row, column) < -300 and GREY[0, row, column] * KERNEL[0, 0, 0, 0] < 0
)
SUM = correlate(GREY, KERNEL[0], *NEGATIVE)
PRODUCTS = GREY[0, NEGATIVE[0] : NEGATIVE[0] + 3, NEGATIVE[1] : NEGATIVE[1] + 3] * KERNEL[0, 0]
AFTER = Question("value", 1, 0, *NEGATIVE)


@pytest.mark.parametrize(
    ("bias", "answer", "mistake"),
    [
        (None, SUM, "no_activation"),
        (None, -SUM, "absolute"),
        (None, np.maximum(PRODUCTS, 0).sum(), "early_products"),
        (None, correlate(np.maximum(GREY, 0), KERNEL[0], *NEGATIVE), "early_input"),
        ([250.0], 250.0, "early_sum"),
    ],
)
def test_relu_forgotten_or_too_early(bias, answer, mistake):
    experiment = grey(Convolution(KERNEL, bias), RELU)
    result = run(experiment)
    assert result.outputs[1][0][NEGATIVE] == 0
    answer = max(answer, 0.0) if mistake == "early_input" else answer
    assert answer != 0
    assert mistake in judge(experiment, result, AFTER, repr(float(answer))).mistakes


def test_relu_too_early_in_the_convolution_itself():
    experiment = grey(Convolution(KERNEL), RELU)
    judgement = judge(experiment, run(experiment), Question("value", 0, 0, *NEGATIVE), "0")
    assert judgement.mistakes == ("early",)
    assert str(judgement.sayings[0]) == "You would get 0 if ReLU were applied too: it comes only in the next stage."


def test_mistakes_of_the_convolution_are_seen_behind_the_activation_as_well():
    experiment = Experiment(
        [[[1, 0, 0], [0, 0, 0], [0, 0, 0]]], (Convolution([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]), RELU)
    )
    judgement = judge(experiment, run(experiment), Question("value", 1), "9")
    assert judgement.mistakes == ("flipped",)


def test_relu_instead_of_another_activation():
    experiment = Experiment([[[-3.0]]], (Activation("leaky_relu", negative_slope=0.5),))
    assert judge(experiment, run(experiment), Question("value", 0), "0").mistakes == ("as_relu",)
    assert judge(experiment, run(experiment), Question("value", 0), "-1,5").correct


def test_largest_by_size():
    experiment = Experiment([[[-9, 2], [5, -7]]], (Pooling("max", 2),))
    assert judge(experiment, run(experiment), Question("value", 0), "-9").mistakes[0] == "minimum"
    experiment = Experiment([[[-9, 2], [5, -10]]], (Pooling("max", 2),))
    assert "largest_size" in judge(experiment, run(experiment), Question("value", 0), "-10").mistakes


def test_flattened():
    experiment = Experiment(PICTURE, (Flatten(),))
    right = float(PICTURE.reshape(-1)[11])
    assert judge(experiment, run(experiment), Question("value", 0, 0, 11), repr(right)).correct
    neighbour = judge(experiment, run(experiment), Question("value", 0, 0, 11), repr(float(PICTURE.reshape(-1)[12])))
    assert neighbour.mistakes == ("neighbour",)
    assert "place 12" in str(neighbour.sayings[0])


SIZES = [
    (Convolution(KERNEL, padding=2), "7x7", "padding"),
    (Convolution(KERNEL, padding=2), "9x9", "padding_once"),
    (Convolution(KERNEL, stride=2), "7x7", "stride"),
    (Convolution(KERNEL, dilation=2), "7x7", "dilation"),
    (Convolution(KERNEL, stride=3), "2x2", "plus_one"),
    (Convolution(np.ones((1, 1, 4, 4)), stride=2), "4x4", "rounding"),
    (Pooling("max", 2, 2, ceil_mode=True), "4x4", "rounding"),
    (Convolution(KERNEL, stride=2), "5x5", "kernel_size"),
    (Convolution(KERNEL, stride=3, padding=2), "7x7", "padding_and_stride"),
    (Convolution(np.ones((1, 1, 3, 5))), "5x7", "turned"),
    (Convolution(KERNEL), "9x9", "kept"),
    (Convolution(KERNEL), "8x8", "one_off"),
    (RELU, "8x8", "one_off"),
]


@pytest.mark.parametrize(("stage", "answer", "mistake"), SIZES, ids=[f"{case[2]}-{case[1]}" for case in SIZES])
def test_sizes(stage, answer, mistake):
    experiment = grey(stage)
    judgement = judge(experiment, run(experiment), Question("size", 0), answer)
    assert judgement.outcome == "wrong"
    assert mistake in judgement.mistakes
    assert answer.replace("x", "×") in str(judgement.sayings[judgement.mistakes.index(mistake)])
    right = "×".join(map(str, experiment.shapes[0][1:]))
    assert judge(experiment, run(experiment), Question("size", 0), right).correct


def test_the_size_that_was_kept():
    experiment = grey(Convolution(np.ones((1, 1, 3, 3)), stride=4))
    assert "kept" in judge(experiment, run(experiment), Question("size", 0), "9x9").mistakes


WINDOWS = np.arange(36.0).reshape(1, 6, 6)
WINDOWS[0, 4, 0] = 100  # the winner at (2, 0)
WINDOWS[0, 5, 5] = 200
WINDOWS[0, 5, 1] = -300


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        ("0 0", "in_window"),
        ("(0, 4)", "turned"),
        ("5, 1", "minimum"),
        ("5 5", "largest_of_all"),
        ("1 1", "outside"),
        ("4 1", "not_largest"),
        ("3 1", "stride"),
    ],
)
def test_winners(answer, mistake):
    experiment = Experiment(WINDOWS, (Pooling("max", 2),))
    result = run(experiment)
    asked = Question("winner", 0, 0, 2, 0)
    assert judge(experiment, result, asked, "4 0").correct
    judgement = judge(experiment, result, asked, answer)
    assert mistake in judgement.mistakes
    assert judgement.outcome == "wrong"
    assert judgement.sayings


def test_the_winner_farthest_from_zero():
    image = np.array([[[-9.0, 2, 0, 0], [3, 1, 0, 0]]])
    experiment = Experiment(image, (Pooling("max", 2),))
    assert "largest_size" in judge(experiment, run(experiment), Question("winner", 0), (0, 0)).mistakes


def test_equal_winners_are_both_right():
    experiment = Experiment([[[7, 1], [2, 7]]], (Pooling("max", 2),))
    result = run(experiment)
    assert judge(experiment, result, Question("winner", 0), "0 0").sayings == ()
    second = judge(experiment, result, Question("winner", 0), "1 1")
    assert second.correct
    assert "either" in str(second.sayings[0])


@pytest.mark.parametrize("answer", ["+", "positive", "positivo", ">0", "1"])
def test_signs(answer):
    image = [[[1, 1, 0], [1, 1, 0], [1, 1, 0]]]
    experiment = Experiment(image, (Convolution([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]]),))
    result = run(experiment)
    judgement = judge(experiment, result, Question("sign", 0), answer)
    assert judgement.mistakes[0] == "flipped"
    assert str(judgement.sayings[0]).startswith("You would get + ")
    assert judge(experiment, result, Question("sign", 0), "−").correct
    assert judge(experiment, result, Question("sign", 0), "hm").asked_again


MAPS = [
    (Convolution(KERNEL), lambda: np.array([[correlate(GREY, KERNEL[0][:, ::-1, ::-1], r, c) for c in range(7)]
                                            for r in range(7)]), "flipped"),
    (Convolution(KERNEL, [5.0]), lambda: run(grey(Convolution(KERNEL))).outputs[0][0], "bias"),
    (Convolution(KERNEL, stride=2), lambda: run(grey(Convolution(KERNEL))).outputs[0][0][:4, :4], "stride"),
    (Convolution(KERNEL), lambda: -run(grey(Convolution(KERNEL))).outputs[0][0], "sign"),
    (Convolution(KERNEL), lambda: run(grey(Convolution(KERNEL))).outputs[0][0].T, "swapped"),
    (Pooling("max", 3), lambda: run(grey(Pooling("average", 3))).outputs[0][0], "average"),
    (RELU, lambda: np.abs(GREY[0]), "absolute"),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "answer", "mistake"), MAPS, ids=[case[2] for case in MAPS])
def test_maps(stage, answer, mistake):
    image = GREY[:, :8, :8] if stage is RELU else GREY
    experiment = Experiment(image, (stage,))
    given = answer()[:8, :8]
    text = "\n".join("\t".join(repr(float(value)) for value in row) for row in given)
    judgement = judge(experiment, run(experiment), Question("map", 0), text)
    assert judgement.mistakes[0] == mistake
    assert judgement.wrong_cells.any()
    assert "his map" in str(judgement.sayings[0])


def test_another_map():
    experiment = Experiment(PICTURE, (Convolution(WEIGHT),))
    result = run(experiment)
    judgement = judge(experiment, result, Question("map", 0, 1), result.outputs[0][0])
    assert judgement.mistakes == ("other_map",)
    assert str(judgement.sayings[0]) == "This map is map 0: another one is asked for."


def test_single_cells_of_a_map():
    experiment = grey(Convolution(KERNEL))
    result = run(experiment)
    given = np.array(result.outputs[0][0])
    given[3, 2] = -given[3, 2]
    judgement = judge(experiment, result, Question("map", 0), given)
    assert judgement.mistakes == ("cells", "sign")
    assert str(judgement.sayings[0]) == "1 of 49 cells are not right; the first is row 3, column 2"
    assert np.argwhere(judgement.wrong_cells).tolist() == [[3, 2]]
    assert judge(experiment, result, Question("map", 0), given[:5]).asked_again


def test_a_written_matrix():
    right = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert judge_matrix(right, "1 2; 3 4").correct
    assert judge_matrix(right, "1 3; 2 4").mistakes == ("swapped",)
    assert judge_matrix(right, "-1 -2; -3 -4").mistakes == ("sign",)
    assert judge_matrix(right, "1 2; 3 5").mistakes == ("cells",)
    assert judge_matrix(right, "1 2 3").asked_again
    assert judge_matrix(right, "hello").asked_again


@pytest.mark.parametrize("seed", range(40))
def test_mistakes_that_give_the_right_answer_are_never_told(seed):
    """Small numbers, so that mistakes often coincide with each other and with the right answer."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 3, (2, 5, 5)).astype(float)
    stages = (
        Convolution(rng.integers(-1, 2, (2, 2, 3, 3)), rng.integers(-1, 2, 2), int(rng.integers(1, 3)), padding=1),
        RELU,
        Pooling(["max", "average"][seed % 2], 2),
    )
    experiment = Experiment(image, stages)
    result = run(experiment)
    for stage in range(3):
        for asks, mistakes in (("value", value_mistakes), ("map", map_mistakes), ("size", size_mistakes)):
            question = Question(asks, stage, 1, 0, 1 if asks == "value" and experiment.shapes[stage][2] > 1 else 0)
            right = right_answer(experiment, result, question)
            assert judge(experiment, result, question, right).correct
            for mistake in mistakes(experiment, result, question):
                judgement = judge(experiment, result, question, mistake.answer)
                same = np.array_equal(np.asarray(mistake.answer), np.asarray(right)) or np.allclose(
                    mistake.answer, right, rtol=1e-9, atol=1e-9
                )
                assert judgement.correct == same
                assert same or mistake.name in judgement.mistakes or len(judgement.mistakes) == 3
                assert len(judgement.mistakes) == len(judgement.sayings) <= 3
                for saying in judgement.sayings:
                    assert "{" not in str(saying)
    question = Question("winner", 2, 0, 0, 0)
    if seed % 2 == 0:
        for mistake in winner_mistakes(experiment, result, question):
            row, column = mistake.answer
            equal = result.outputs[1][0][row, column] == result.outputs[2][0, 0, 0] and row < 2 and column < 2
            assert judge(experiment, result, question, mistake.answer).correct == equal


def test_what_cannot_be_asked():
    experiment = grey(Convolution(np.ones((1, 1, 1, 1))), Pooling("average", 2), Flatten())
    for question in (
        Question("value", 3),
        Question("value", 0, 1),
        Question("value", 0, 0, 9, 0),
        Question("winner", 0),
        Question("winner", 1),
        Question("map", 0),
        Question("size", 2),
        Question("value", 2, 0, 16),
    ):
        with pytest.raises(SettingError):
            check_question(experiment, question)
        with pytest.raises(SettingError):
            hints(experiment, run(experiment), question)


@pytest.mark.parametrize("asks", ["value", "map", "size", "winner", "sign"])
def test_hints_by_degrees(asks):
    stages = {"winner": (Pooling("max", 2),)}.get(asks, (Convolution(KERNEL, [3.0], padding=1, stride=2),))
    experiment = grey(*stages)
    result = run(experiment)
    question = Question(asks, 0)
    told = [str(hint) for hint in hints(experiment, result, question)]
    assert len(told) >= 3
    assert len(set(told)) == len(told)
    if asks == "value":
        right = right_answer(experiment, result, question)
        assert not any(f"{right:g}" in hint.split() for hint in told)
        assert "padding" in told[0]
        assert "first row come to 0." in told[0]
        assert told[2].startswith("Add these up: ")
        assert sum(float(term) for term in told[2].split(": ")[1].split(", ")) == right
    if asks == "size":
        assert "(9 − 3 + 2·1) / 2 + 1" in told[1]


SPARSE = [[[[0, 1, 0], [1, 1, 1], [0, 1, 0]]]]


@pytest.mark.parametrize(
    ("stage", "begins"),
    [
        (Convolution(SPARSE), "4 of its 9 weights are 0: 5 products are left."),
        (Convolution([[[[1, 2]]]]), "Each of its values meets the weight at the same place."),
        (Pooling("max", 2), "The largest of its values wins."),
        (Pooling("average", 2), "The mean of its values is asked for."),
    ],
)
def test_the_first_hint_tells_more_than_where_the_window_lies(stage, begins):
    experiment = grey(stage)
    told = hints(experiment, run(experiment), Question("value", 0))
    assert str(told[0]).endswith(f"begins at row 0, column 0. {begins}")


def test_the_first_hint_never_gives_the_sum():
    experiment = Experiment([[[1, 2], [3, 4]]], (Convolution([[[[1, 1], [4, -3]]]]),))  # the second row comes to 0
    told = hints(experiment, run(experiment), Question("value", 0))
    assert str(told[0]).endswith("Each of its values meets the weight at the same place.")


def test_what_a_chosen_cell_holds_is_written_as_the_views_write_it():
    experiment = Experiment([[[1, 2], [0, 4]]], (Pooling("max", 2),))
    judgement = judge(experiment, run(experiment), Question("winner", 0), "0, 1")
    assert "(0, 1) holds 2, which" in str(judgement.sayings[0])


@pytest.mark.parametrize(
    "stage",
    [RELU, Activation("abs"), Activation("step"), Activation("leaky_relu"), Activation("gelu"), Flatten(),
     Pooling("average", 2), Pooling("max", 2)],
    ids=str,
)  # fmt: skip
def test_hints_of_every_stage(stage):
    experiment = grey(stage)
    told = hints(experiment, run(experiment), Question("value", 0, 0, 1, 0))
    assert len(told) >= 2
    assert all("{" not in str(hint) for hint in told)
