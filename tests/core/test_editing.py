"""Edits give experiments whose stages fit."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, SettingError, editing, run

RELU = Activation("relu")
ONE = Convolution(np.ones((2, 1, 3, 3)), [1.0, 2.0])
GREY = Experiment(np.ones((1, 12, 12)), (ONE, RELU, Convolution(np.arange(18.0).reshape(1, 2, 3, 3)), Flatten()))


def test_with_image_gives_kernels_planes():
    colour = editing.with_image(GREY, np.ones((3, 12, 12)))
    assert colour.stages[0].weight.shape == (2, 3, 3, 3)
    np.testing.assert_array_equal(colour.stages[0].bias, [1, 2])
    assert colour.stages[2] is GREY.stages[2]
    back = editing.with_image(colour, np.ones((1, 12, 12)).tolist())
    assert back == GREY
    with pytest.raises(SettingError, match=r"\(2, 2\)"):
        editing.with_image(GREY, np.ones((2, 2)))


def test_stages_come_go_and_move():
    added = editing.insert_stage(GREY, 4, RELU)
    assert added.stages == (*GREY.stages, RELU)
    assert editing.remove_stage(added, 4) == GREY
    moved = editing.move_stage(GREY, 1, 0)
    assert moved.stages[:2] == (RELU, ONE)
    assert editing.move_stage(moved, 0, 1) == GREY
    wide = editing.with_stage(GREY, 0, Convolution(np.ones((3, 1, 3, 3))))
    np.testing.assert_array_equal(wide.stages[2].weight[0, 2], GREY.stages[2].weight[0, 1])
    assert run(wide).shapes == wide.shapes
    with pytest.raises(SettingError, match="before the flattening") as caught:
        editing.move_stage(GREY, 3, 0)
    assert caught.value.stage == 1
    with pytest.raises(SettingError, match="25 stages are too many: use at most 24"):
        editing.with_stages(GREY, (RELU,) * 25)


@pytest.mark.parametrize(
    "edit",
    [
        lambda: editing.with_stage(GREY, 4, RELU), lambda: editing.with_stage(GREY, -1, RELU),
        lambda: editing.insert_stage(GREY, 5, RELU), lambda: editing.remove_stage(GREY, 4),
        lambda: editing.move_stage(GREY, 0, 4), lambda: editing.move_stage(GREY, -1, 0),
        lambda: editing.with_bias(ONE, 2, 1.0), lambda: editing.remove_filter(ONE, 2),
        lambda: editing.with_kernel(ONE, 0, 1, np.ones((3, 3))),
    ],
)  # fmt: skip
def test_no_such_place(edit):
    with pytest.raises(IndexError):
        edit()


def test_groups():
    stage = Convolution(np.arange(4 * 4.0).reshape(4, 4, 1, 1))
    halves = editing.with_groups(stage, 2)
    assert halves.weight.shape == (4, 2, 1, 1)
    assert editing.with_groups(halves, 1).weight.shape == (4, 4, 1, 1)
    for groups in (0, 3):
        with pytest.raises(SettingError, match=f"4 channels and 4 filters .* {groups} groups: use a divisor of both"):
            editing.with_groups(stage, groups)
    with pytest.raises(SettingError, match="3 channels cannot be divided into 2 groups"):
        editing.fit_channels((halves,), 3)
    for edit in (lambda: editing.add_filter(halves, np.ones((1, 1))), lambda: editing.remove_filter(halves, 0)):
        with pytest.raises(SettingError, match=r"2 groups .* use 1 group first"):
            edit()


def test_kernels():
    edited = editing.with_kernel(ONE, 1, 0, np.full((3, 3), 5.0))
    assert edited.weight[:, 0, 0, 0].tolist() == [1, 5]
    assert ONE.weight.max() == 1
    larger = editing.with_kernel(ONE, 0, None, np.full((5, 5), 5.0))
    assert larger.kernel_size == (5, 5)
    assert (larger.weight[0] == 5).all()
    assert larger.weight[1].sum() == 9
    all_planes = editing.with_kernel(GREY.stages[2], 0, None, np.zeros((3, 3)))
    assert not all_planes.weight.any()


def test_biases():
    stage = Convolution(np.ones((2, 1, 3, 3)))
    first = editing.with_bias(stage, 1, 0.5)
    assert first.bias.tolist() == [0, 0.5]
    assert editing.with_bias(first, 0, 1).bias.tolist() == [1, 0.5]
    assert editing.with_bias(first, 1, 0) == stage


def test_filters():
    more = editing.add_filter(ONE, np.zeros((3, 3)))
    assert more.weight.shape == (3, 1, 3, 3)
    assert more.bias.tolist() == [1, 2, 0]
    assert editing.remove_filter(more, 2) == ONE
    small = editing.add_filter(Convolution(np.ones((1, 2, 3, 3))), np.full((1, 1), 7.0))
    assert small.weight[1, :, 1, 1].tolist() == [7, 7]
    assert editing.remove_filter(small, 0).weight.sum() == 14
    with pytest.raises(SettingError, match="16 filters are the most"):
        editing.add_filter(Convolution(np.ones((16, 1, 1, 1))), np.ones((1, 1)))
    with pytest.raises(SettingError, match="the last filter"):
        editing.remove_filter(Convolution(np.ones((1, 1, 1, 1))), 0)


def test_images():
    image = np.arange(6.0).reshape(1, 2, 3)
    assert editing.resize_image(image, 3, 2).tolist() == [[[0, 1], [3, 4], [0, 0]]]
    colour = editing.with_channels(image, 3)
    assert colour.shape == (3, 2, 3)
    np.testing.assert_allclose(editing.with_channels(colour, 1), image, rtol=1e-15)
    assert editing.with_channels(image, 1) is image
    red = np.zeros((3, 1, 1))
    red[0] = 1
    assert editing.with_channels(red, 1).item() == 0.299
    assert np.isnan(editing.with_channels(np.full((3, 1, 1), np.inf) * np.array([1, -1, 1])[:, None, None], 1)).all()
    with pytest.raises(SettingError, match="2 channels cannot become one of 3"):
        editing.with_channels(np.ones((2, 1, 1)), 3)


def test_default_stages():
    kinds = ("convolution", "activation", "max", "average", "flatten")
    stages = [editing.default_stage(kind) for kind in kinds]
    assert [type(stage) for stage in stages] == [Convolution, Activation, Pooling, Pooling, Flatten]
    assert [stage.kind for stage in stages[2:4]] == ["max", "average"]
    with pytest.raises(SettingError, match="“pool”"):
        editing.default_stage("pool")


def test_fitting_image_takes_out_what_does_not_fit():
    stages = (editing.default_stage("convolution"), editing.default_stage("activation"), editing.default_stage("max"))
    start = Experiment(np.zeros((1, 8, 8)), stages)
    for size, kept in ((8, 3), (4, 3), (3, 2), (2, 0)):
        fitted, removed = editing.with_fitting_image(start, np.ones((1, size, size)))
        assert fitted.stages == stages[:kept]
        assert removed == 3 - kept
        assert fitted.image.shape == (1, size, size)
    fitted, removed = editing.with_fitting_image(start, np.ones((3, 8, 8)))
    assert (fitted.stages[0].in_channels, removed) == (3, 0)


def test_fitting_image_refuses_what_no_stage_is_to_blame_for():
    grouped = editing.with_groups(Convolution(np.ones((2, 2, 1, 1))), 2)
    start = Experiment(np.zeros((2, 4, 4)), (grouped,))
    with pytest.raises(SettingError, match="2 groups"):
        editing.with_fitting_image(start, np.ones((3, 4, 4)))
