"""A step says what the result says, and where each number comes from."""

from __future__ import annotations

import itertools
import math
import tracemalloc

import numpy as np
import pytest

from cnnexplorer.core import (
    Activation,
    Convolution,
    Experiment,
    Flatten,
    Pooling,
    activation_formula,
    run,
    step_at,
    step_count,
    step_index,
)

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def random_convolutions():
    random = np.random.default_rng(20)
    cases = []
    for mode, groups, stride, dilation, padding in itertools.product(
        NUMPY_MODES, (1, 2), (1, (2, 1)), (1, (1, 2)), (0, (1, 2), (0, 2, 1, 3), "full")
    ):
        kernel = tuple(random.integers(1, 4, 2))
        weight = random.normal(size=(4, 4 // groups, *kernel))
        bias = random.normal(size=4) if random.random() < 0.5 else None
        cases.append(Convolution(weight, bias, stride, padding, dilation, groups, mode, bool(random.integers(2))))
    return cases


def expected_cells(stage, shape, mode, window, dilation):
    """Read the numbers of the cells off an image padded by numpy, whose every value is its own index."""
    top, bottom, left, right = stage.sides
    numbers = np.pad(np.arange(shape[1] * shape[2]).reshape(shape[1:]) + 1, ((top, bottom + 99), (left, right + 99)))
    if mode != "zeros":
        numbers = np.pad(
            np.arange(shape[1] * shape[2]).reshape(shape[1:]) + 1, ((top, bottom), (left, right)), NUMPY_MODES[mode]
        )
    return numbers[
        window.top : window.top + window.height : dilation[0], window.left : window.left + window.width : dilation[1]
    ]


def check_cells(step, stage, shape, mode, dilation, channels):
    numbers = expected_cells(stage, shape, mode, step.window, dilation).reshape(-1)
    expected = [
        None if number == 0 else (channel, *divmod(int(number) - 1, shape[2]))
        for channel in channels
        for number in numbers
    ]
    assert list(step.cells) == expected


def every_index(experiment, stage=0):
    count = step_count(experiment, stage)
    assert count == math.prod(experiment.shapes[stage])
    return sorted({0, count - 1, *np.random.default_rng(21).integers(0, count, 40).tolist()})


def test_steps_of_convolutions():
    random = np.random.default_rng(22)
    for stage in random_convolutions():
        image = random.normal(size=(4, 6, 7))
        experiment = Experiment(image, (stage,))
        result = run(experiment)
        for index in every_index(experiment):
            step = step_at(experiment, result, 0, index)
            channel, row, column = step.output
            assert step_index(experiment.shapes[0], step.output) == index == step.index
            assert step.value == result.outputs[0][channel, row, column]
            assert step.window[:2] == (row * stage.strides[0], column * stage.strides[1])
            planes = stage.weight.shape[1]
            first = channel // (4 // stage.groups) * planes
            check_cells(step, stage, image.shape, stage.padding_mode, stage.dilations, range(first, first + planes))
            read = [0.0 if cell is None else image[cell] for cell in step.cells]
            assert step.inputs.reshape(-1).tolist() == read
            np.testing.assert_array_equal(step.weights, stage.applied_weight[channel])
            np.testing.assert_array_equal(step.products, step.inputs * step.weights)
            assert step.bias == (None if stage.bias is None else stage.bias[channel])
            assert sum(step.subtotals) + (step.bias or 0.0) == pytest.approx(step.value, rel=1e-9, abs=1e-12)
            assert step.winner is None
            assert step.divisor is None


def test_steps_of_poolings():
    random = np.random.default_rng(23)
    for kind, kernel, stride, padding, ceil_mode, include in itertools.product(
        ("max", "average"), (2, (3, 2)), (None, 1, 2), (0, 1), (False, True), (True, False)
    ):
        stage = Pooling(kind, kernel, stride, padding, ceil_mode, include)
        image = random.normal(size=(2, 6, 7))
        experiment = Experiment(image, (stage,))
        result = run(experiment)
        for index in every_index(experiment):
            step = step_at(experiment, result, 0, index)
            assert step.value == result.outputs[0][step.output]
            check_cells(step, stage, image.shape, "zeros", (1, 1), [step.output[0]])
            nothing = -math.inf if kind == "max" else 0.0
            read = [nothing if cell is None else image[cell] for cell in step.cells]
            assert step.inputs.reshape(-1).tolist() == read
            if kind == "max":
                assert read[step.winner] == step.value
                assert step.cells[step.winner] is not None
                continue
            assert sum(read) / step.divisor == pytest.approx(step.value, rel=1e-9, abs=1e-12)
            summands = step.expression().split(")")[0].count(" + ") + 1
            assert summands == step.divisor


def test_the_first_of_equals_wins_and_never_the_padding():
    image = np.full((1, 4, 4), -math.inf)
    experiment = Experiment(image, (Pooling("max", 2, padding=1),))
    result = run(experiment)
    for index in range(step_count(experiment, 0)):
        step = step_at(experiment, result, 0, index)
        assert step.cells[step.winner] is not None
    equal = Experiment([[[7, 7], [7, 7]]], (Pooling("max", 2),))
    assert step_at(equal, run(equal), 0, 0).winner == 0
    lost = Experiment([[[1, math.nan], [9, 7]]], (Pooling("max", 2),))
    assert step_at(lost, run(lost), 0, 0).winner == 1


def test_steps_of_activations_and_flattening():
    image = np.random.default_rng(24).normal(size=(2, 3, 4))
    experiment = Experiment(image, (Activation("relu"), Flatten(), Activation("tanh"), Flatten()))
    result = run(experiment)
    for stage, index in itertools.product(range(4), range(24)):
        step = step_at(experiment, result, stage, index)
        assert step.value == result.outputs[stage].flat[index]
        assert step.inputs.item() == result.input_of(stage).flat[index]
        cell = np.unravel_index(index, (2, 3, 4)) if stage < 2 else (0, index, 0)
        assert step.cells == (tuple(cell),)
        assert step.output == (tuple(cell) if stage == 0 else (0, index, 0))
        assert step_index(experiment.shapes[stage], step.output) == index
        assert step.subtotals == ()
    assert step_at(experiment, result, 1, 17).expression().startswith("[1·12 + 1·4 + 1] = [17] = ")
    assert step_at(experiment, result, 3, 17).expression().startswith("[17] = ")


@pytest.mark.parametrize(("stage", "index"), [(-1, 0), (1, 0), (0, -1), (0, 16)])
def test_no_such_step(stage, index):
    experiment = Experiment(np.ones((1, 4, 4)), (Activation("relu"),))
    with pytest.raises(IndexError, match=str(stage if stage else index)):
        step_at(experiment, run(experiment), stage, index)


def test_expressions_of_convolutions():
    def text(image, stage):
        experiment = Experiment(image, (stage,))
        return step_at(experiment, run(experiment), 0, 0).expression()

    assert text([[[1, -2]]], Convolution([[[[3, 0.5]]]])) == "(1·3) + (-2·0.5) = 2"
    assert text([[[1, -2]]], Convolution([[[[3, 0.5]]]], [-1.25])) == "(1·3) + (-2·0.5) + -1.25 = 0.75"
    assert text([[[1]], [[2]]], Convolution([[[[3]], [[-4]]]])) == "(1·3) = 3\n(2·-4) = -8\n3 + -8 = -5"
    assert text([[[1]], [[2]]], Convolution([[[[3]], [[-4]]]], [10])) == "(1·3) = 3\n(2·-4) = -8\n3 + -8 + 10 = 5"
    assert text([[[1, 2]]], Convolution([[[[3, 4]]]], flip=True)) == "(1·4) + (2·3) = 10"
    assert text([[[1 / 3]]], Convolution([[[[1]]]], padding=(0, 0, 0, 1))) == "(0.333·1) = 0.333"
    assert text([[[math.nan, math.inf]]], Convolution([[[[1, 0]]]])) == "(nan·1) + (inf·0) = nan"
    two = text([[[math.inf, -math.inf]], [[1, 1]]], Convolution([[[[1, 1]], [[1, 1]]]]))
    assert two.endswith("nan + 2 = nan")


def test_expressions_of_poolings():
    def text(stage, index=0):
        experiment = Experiment([[[1, 3], [-2, 5]]], (stage,))
        return step_at(experiment, run(experiment), 0, index).expression()

    assert text(Pooling("max", 2)) == "max(1, 3, -2, 5) = 5"
    assert text(Pooling("average", 2)) == "(1 + 3 + -2 + 5) / 4 = 1.75"
    assert text(Pooling("max", 2, padding=1)) == "max(1) = 1"
    assert text(Pooling("average", 2, padding=1)) == "(0 + 0 + 0 + 1) / 4 = 0.25"
    assert text(Pooling("average", 2, padding=1, count_include_pad=False)) == "(1) / 1 = 1"
    assert text(Pooling("average", (1, 2), (1, 1), ceil_mode=True)) == "(1 + 3) / 2 = 2"


FORMULAS = [
    (Activation("relu"), "max(0, -3)", "max(0, 2)", "max(0, x)"),
    (Activation("leaky_relu"), "0.01·(-3)", "2", "x > 0: x; x ≤ 0: 0.01·x"),
    (Activation("relu6"), "min(max(0, -3), 6)", "min(max(0, 2), 6)", "min(max(0, x), 6)"),
    (Activation("elu"), "1·(exp(-3) - 1)", "2", "x > 0: x; x ≤ 0: 1·(exp(x) - 1)"),
    (Activation("gelu"), "0.5·(-3)·(1 + erf(-3/√2))", "0.5·2·(1 + erf(2/√2))", "0.5·x·(1 + erf(x/√2))"),
    (
        Activation("gelu", approximate="tanh"),
        "0.5·(-3)·(1 + tanh(√(2/π)·(-3 + 0.044715·(-3)³)))",
        "0.5·2·(1 + tanh(√(2/π)·(2 + 0.044715·2³)))",
        "0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))",
    ),
    (Activation("silu"), "(-3) / (1 + exp(-(-3)))", "2 / (1 + exp(-2))", "x / (1 + exp(-x))"),
    (Activation("sigmoid"), "1 / (1 + exp(-(-3)))", "1 / (1 + exp(-2))", "1 / (1 + exp(-x))"),
    (Activation("tanh"), "tanh(-3)", "tanh(2)", "tanh(x)"),
    (Activation("softplus"), "ln(1 + exp(-3))", "ln(1 + exp(2))", "ln(1 + exp(x))"),
    (
        Activation("softplus", beta=2),
        "ln(1 + exp(2·(-3))) / 2",
        "ln(1 + exp(2·2)) / 2",
        "ln(1 + exp(2·x)) / 2",
    ),
    (Activation("hardtanh"), "min(max(-1, -3), 1)", "min(max(-1, 2), 1)", "min(max(-1, x), 1)"),
    (Activation("abs"), "|-3|", "|2|", "|x|"),
    (Activation("step"), "step(-3)", "step(2)", "x > 0: 1; x ≤ 0: 0"),
    (Activation("identity"), "-3", "2", "x"),
]


@pytest.mark.parametrize(("stage", "negative", "positive", "general"), FORMULAS)
def test_formulas(stage, negative, positive, general):
    assert activation_formula(stage, -3) == negative
    assert activation_formula(stage, 2) == positive
    assert activation_formula(stage, None) == general
    experiment = Experiment([[[-3.0]]], (stage,))
    text = step_at(experiment, run(experiment), 0, 0).expression()
    assert text.startswith(negative + " = ")


def test_the_cost_does_not_grow_with_the_image():
    stages = (
        Convolution(np.ones((2, 1, 3, 3)), padding=5, padding_mode="reflect"), Activation("relu"),
        Pooling("average", 2, padding=1), Flatten(),
    )  # fmt: skip
    experiment = Experiment(np.ones((1, 700, 700)), stages)
    result = run(experiment)
    for stage in range(len(stages)):
        middle = step_count(experiment, stage) // 2
        step_at(experiment, result, stage, middle)
        tracemalloc.start()
        step_at(experiment, result, stage, middle)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 50_000
