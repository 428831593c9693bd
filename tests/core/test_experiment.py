"""Experiments, their results, and what a cell sees."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # torch's own habit

from cnnexplorer.core import (
    Activation,
    Convolution,
    Experiment,
    Flatten,
    Pooling,
    Rectangle,
    SettingError,
    receptive_field,
    run,
    source_rectangles,
)

SOBEL = Convolution([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
IMAGE = np.random.default_rng(30).random((1, 12, 13))


def test_shapes():
    experiment = Experiment(IMAGE, (SOBEL, Activation("relu"), Pooling("max", 2), Flatten()))
    assert experiment.shapes == ((1, 10, 11), (1, 10, 11), (1, 5, 5), (25,))
    assert experiment.input_shape(0) == (1, 12, 13)
    assert experiment.input_shape(3) == (1, 5, 5)
    result = run(experiment)
    assert result.shapes == experiment.shapes
    assert result.input_of(0) is experiment.image
    assert result.input_of(2) is result.outputs[1]
    assert run(Experiment(IMAGE, ())).outputs == ()


@pytest.mark.parametrize("image", [np.ones((3, 3)), np.ones((0, 3, 3)), np.ones((1, 1, 3, 3)), 5.0])
def test_no_image(image):
    with pytest.raises(SettingError) as caught:
        Experiment(image, ())
    assert str(np.shape(image)) in str(caught.value)
    assert "(channels, height, width)" in str(caught.value)


def test_the_error_knows_its_stage():
    with pytest.raises(SettingError, match="kernel 3x3 does not fit") as caught:
        Experiment(IMAGE, (Pooling("max", 6), SOBEL))
    assert caught.value.stage == 1
    with pytest.raises(SettingError) as caught:
        Experiment(IMAGE, (Flatten(), Pooling("max", 2)))
    assert caught.value.stage == 1


def test_a_huge_experiment_is_refused_naming_the_gigabytes():
    everything = np.broadcast_to(0.0, (3, 100_000, 100_000))  # takes no memory
    with pytest.raises(SettingError, match=r"needs 223\.5 GB of memory: .*under 4 GB"):
        Experiment(everything, ())
    image = np.zeros((1, 2000, 2000))
    with pytest.raises(SettingError, match=r"29\.8 GB"):
        Experiment(image, (Convolution(np.ones((1000, 1, 1, 1))),))
    with pytest.raises(SettingError, match="GB"):
        Experiment(image, (Convolution(np.ones((1, 1, 1, 1)), padding=20_000, stride=50_000),))
    with pytest.raises(SettingError, match="GB"):
        Experiment(image, (Convolution(np.ones((1, 1, 1, 1)), padding=10**200),))
    assert Experiment(image, (Convolution(np.ones((100, 1, 1, 1))),)).shapes == ((100, 2000, 2000),)


def test_equality_copies_and_pickles():
    experiment = Experiment(IMAGE, (SOBEL, Activation("relu")))
    assert experiment == Experiment(IMAGE.copy(), [SOBEL, Activation("relu")])
    assert experiment != Experiment(IMAGE, (SOBEL,))
    assert experiment != Experiment(-IMAGE, (SOBEL, Activation("relu")))
    assert experiment != 5
    for twin in (copy.deepcopy(experiment), pickle.loads(pickle.dumps(experiment))):
        assert twin == experiment
        assert not twin.image.flags.writeable
        assert twin.shapes == experiment.shapes


def test_known_results_are_taken_over():
    second = Convolution(np.ones((1, 1, 2, 2)))
    experiment = Experiment(IMAGE, (SOBEL, Activation("relu"), second))
    first = run(experiment)
    again = run(experiment, first)
    assert all(a is b for a, b in zip(first.outputs, again.outputs, strict=True))
    changed = Experiment(experiment.image, (SOBEL, Activation("tanh"), second))
    mixed = run(changed, first)
    assert mixed.outputs[0] is first.outputs[0]
    for output, expected in zip(mixed.outputs, run(changed).outputs, strict=True):
        np.testing.assert_array_equal(output, expected)
    longer = run(Experiment(experiment.image, (*experiment.stages, Flatten())), first)
    assert longer.outputs[2] is first.outputs[2]
    np.testing.assert_array_equal(longer.outputs[3], first.outputs[2].reshape(-1))
    elsewhere = run(Experiment(2 * IMAGE, experiment.stages), first)
    assert elsewhere.outputs[0] is not first.outputs[0]


def test_stats():
    image = np.array([[[0.0, 1.0], [2.0, -1.0]], [[0.0, -0.0], [0.0, 4.0]]])
    result = run(Experiment(image, (Activation("identity"), Flatten())))
    assert result.stats == (((-1.0, 2.0, 0.5, 0.25), (0.0, 4.0, 1.0, 0.75)), ((-1.0, 4.0, 0.75, 0.5),))
    strange = run(Experiment([[[math.inf, -math.inf], [math.nan, 0]]], (Activation("identity"),))).stats[0][0]
    assert math.isnan(strange.minimum)
    assert strange.zeros == 0.25
    mean = run(Experiment([[[math.inf, -math.inf]]], (Activation("identity"),))).stats[0][0].mean
    assert math.isnan(mean)


CHAINS = [
    (Convolution(np.ones((1, 1, 3, 3))),),
    (Convolution(np.ones((1, 1, 3, 2)), stride=(2, 1), padding=(1, 0, 2, 1)),),
    (Convolution(np.ones((1, 1, 3, 3)), dilation=2, padding="same"), Pooling("average", 2)),
    (Pooling("average", 3, 2, 1, ceil_mode=True), Convolution(np.ones((1, 1, 2, 2)), padding="full")),
    (Convolution(np.ones((1, 1, 3, 3))), Activation("sigmoid"), Convolution(np.ones((1, 1, 2, 3))),
     Pooling("average", 2)),
]  # fmt: skip


@pytest.mark.parametrize("stages", CHAINS)
def test_receptive_field_by_perturbation(stages):
    image = np.full((1, 9, 9), 0.125)
    plain = run(Experiment(image, stages)).outputs[-1]
    changes = np.zeros((9, 9, *plain.shape[1:]), bool)
    for row, column in np.ndindex(9, 9):
        changed = image.copy()
        changed[0, row, column] += 0.5
        changes[row, column] = (run(Experiment(changed, stages)).outputs[-1] != plain)[0]
    for cell in np.ndindex(plain.shape[1:]):
        field = receptive_field(stages, len(stages) - 1, *cell)
        seen = np.zeros((9, 9), bool)
        rows, columns = (
            slice(max(field.top, 0), field.top + field.height),
            slice(max(field.left, 0), field.left + field.width),
        )
        seen[rows, columns] = True
        if any(isinstance(stage, Convolution) and stage.dilations != (1, 1) for stage in stages):
            assert not (changes[:, :, *cell] & ~seen).any()  # cells inside are skipped
        else:
            np.testing.assert_array_equal(changes[:, :, *cell], seen)


def test_receptive_field_by_autograd():
    stages = (
        Convolution(np.ones((1, 1, 3, 3)), padding=1), Activation("relu"), Pooling("average", 2),
        Convolution(np.ones((1, 1, 5, 5)), stride=2), Pooling("average", 3, 1),
    )  # fmt: skip
    image = torch.ones(1, 1, 40, 40, dtype=torch.float64, requires_grad=True)
    x = F.avg_pool2d(F.relu(F.conv2d(image, torch.ones(1, 1, 3, 3, dtype=torch.float64), padding=1)), 2)
    x = F.avg_pool2d(F.conv2d(x, torch.ones(1, 1, 5, 5, dtype=torch.float64), stride=2), 3, 1)
    for row, column in ((0, 0), (2, 3), (5, 5)):
        [gradient] = torch.autograd.grad(x[0, 0, row, column], image, retain_graph=True)
        rows, columns = np.nonzero(gradient[0, 0].numpy())
        field = receptive_field(stages, 4, row, column)
        assert max(field.top, 0) == rows.min()
        assert min(field.top + field.height, 40) == rows.max() + 1
        assert max(field.left, 0) == columns.min()
        assert min(field.left + field.width, 40) == columns.max() + 1
        assert field.height == field.width == 20


def test_source_rectangles():
    stages = (SOBEL, Activation("relu"), Pooling("max", 2))
    found = source_rectangles(stages, 2, Rectangle(1, 2, 1, 1))
    assert found == [(2, 4, 4, 4), (2, 4, 2, 2), (2, 4, 2, 2), (1, 2, 1, 1)]
    assert source_rectangles(stages, -1, Rectangle(1, 2, 3, 4)) == [(1, 2, 3, 4)]


def test_receptive_field_past_flattening():
    stages = (Convolution(np.ones((2, 1, 3, 3))), Flatten(), Activation("relu"), Flatten())
    shape = (1, 6, 7)
    for channel, row, column in np.ndindex(2, 4, 5):
        flat = channel * 20 + row * 5 + column
        assert receptive_field(stages, 3, flat, 0, shape) == (row, column, 3, 3)
    with pytest.raises(SettingError, match="give it"):
        receptive_field(stages, 1, 0, 0)
