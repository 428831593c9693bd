"""Every stage against torch in float64, in every way that the core takes to a result."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # torch's own habit

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, arithmetic, run

MODES = ("zeros", "reflect", "replicate", "circular")
TORCH_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
SPECIAL = [math.inf, -math.inf, math.nan, 0.0, -0.0, 1.0, -1.0, 5e-324, 1e300, -1e300, 710.0, -710.0, 20.0, 1e-8]


def output_of(stage, image):
    return run(Experiment(image, (stage,))).outputs[0]


def torch_convolution(stage, image):
    top, bottom, left, right = stage.sides
    padded = F.pad(
        torch.from_numpy(np.array(image))[None], (left, right, top, bottom), mode=TORCH_MODES[stage.padding_mode]
    )
    weight = torch.from_numpy(np.array(stage.weight))
    if stage.flip:
        weight = weight.flip(2, 3)
    bias = None if stage.bias is None else torch.from_numpy(np.array(stage.bias))
    return F.conv2d(
        padded, weight, bias, stride=stage.strides, dilation=stage.dilations, groups=stage.groups
    )[0].numpy()  # fmt: skip


def torch_pooling(stage, image):
    tensor = torch.from_numpy(np.array(image))[None]
    padding = stage.padding
    if stage.kind == "max":
        pooled = F.max_pool2d(tensor, stage.kernel, stage.strides, padding, ceil_mode=stage.ceil_mode)
    else:
        pooled = F.avg_pool2d(
            tensor, stage.kernel, stage.strides, padding, stage.ceil_mode, stage.count_include_pad
        )  # fmt: skip
    return pooled[0].numpy()


def same(actual, expected):
    assert actual.shape == expected.shape
    assert actual.dtype == np.float64
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-12)


GRID = list(
    itertools.product(
        (1, 2, (2, 3)),
        (0, 1, (1, 2), (0, 1, 2, 3), "valid", "same", "full"),
        (1, 2, (1, 3)),
        MODES,
        ((1, 1, 1), (3, 2, 1), (4, 2, 2), (2, 20, 2)),
        (False, True),
    )
)


@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 4)])
def test_grid_of_convolutions(kernel):
    random = np.random.default_rng(kernel)
    for stride, padding, dilation, mode, (in_channels, out_channels, groups), flip in GRID:
        if padding == "same" and stride != 1:
            continue
        image = random.normal(size=(in_channels, 11, 13))
        stage = Convolution(
            random.normal(size=(out_channels, in_channels // groups, *kernel)),
            random.normal(size=out_channels) if out_channels > 1 else None,
            stride, padding, dilation, groups, mode, flip,
        )  # fmt: skip
        same(output_of(stage, image), torch_convolution(stage, image))


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_same_padding_is_that_of_torch():
    random = np.random.default_rng(1)
    for kernel, dilation in itertools.product((1, 2, 3, 4, 5), (1, 2, 3)):
        image, weight = random.normal(size=(1, 9, 9)), random.normal(size=(1, 1, kernel, kernel))
        expected = F.conv2d(torch.from_numpy(image), torch.from_numpy(weight), padding="same", dilation=dilation)
        same(output_of(Convolution(weight, padding="same", dilation=dilation), image), expected.numpy())


LARGE = [  # size, (in, out, groups), kernel, stride, dilation, padding
    ((70, 75), (1, 1, 1), (3, 3), 1, 1, 1),
    ((140, 150), (1, 1, 1), (11, 11), 1, 1, 5),
    ((140, 150), (2, 2, 1), (15, 15), 1, 1, "full"),
    ((140, 150), (2, 2, 2), (8, 15), 1, 1, 0),
    ((150, 160), (1, 1, 1), (9, 7), 1, (2, 3), (3, 0, 0, 5)),
    ((90, 95), (2, 3, 1), (3, 5), 1, (4, 3), 2),
    ((90, 95), (2, 1, 1), (3, 3), 2, 1, 1),
    ((90, 95), (1, 1, 1), (5, 4), (3, 2), 2, 0),
    ((40, 45), (1, 1, 1), (11, 11), 1, 1, 0),
    ((40, 45), (2, 3, 1), (9, 15), 1, (2, 1), "same"),
    ((60, 65), (2, 2, 2), (11, 11), 1, 1, 0),
    ((60, 65), (1, 1, 1), (11, 11), 2, 1, 0),
    ((30, 35), (3, 16, 1), (15, 15), 1, 1, 7),
    ((64, 64), (3, 32, 1), (11, 11), 4, 1, 2),
    ((9, 9), (1, 1, 1), (8, 8), 1, 1, 0),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("size", "channels", "kernel", "stride", "dilation", "padding"), LARGE)
def test_large_convolutions(size, channels, kernel, stride, dilation, padding, mode):
    random = np.random.default_rng(2)
    in_channels, out_channels, groups = channels
    image = random.normal(size=(in_channels, *size))
    weight = random.normal(size=(out_channels, in_channels // groups, *kernel))
    stage = Convolution(weight, random.normal(size=out_channels), stride, padding, dilation, groups, mode, flip=True)
    same(output_of(stage, image), torch_convolution(stage, image))


WAYS = (arithmetic._filter_planes, arithmetic._multiply_patches, arithmetic._multiply_rows)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_gives_the_same(way, monkeypatch):
    monkeypatch.setattr(arithmetic, "_best_way", lambda stage, shape: way)
    random = np.random.default_rng(3)
    for kernel, dilation, planes in itertools.product(((1, 1), (3, 2), (9, 8), (15, 15)), (1, 2, (2, 1)), (1, 3)):
        image = random.normal(size=(planes, 40, 37))
        stage = Convolution(random.normal(size=(2, planes, *kernel)), None, 1, 1, dilation)
        same(output_of(stage, image), torch_convolution(stage, image))


def test_zeros_stay_zeros_in_blocks():
    weight = np.zeros((1, 1, 15, 15))
    image = np.random.default_rng(4).normal(size=(1, 150, 150))
    assert not output_of(Convolution(weight), image).any()
    weight[0, 0, 8, 3] = 1.0
    np.testing.assert_array_equal(output_of(Convolution(weight), image)[0], image[0, 8:144, 3:139])
    weight[0, 0, 1, 14] = 2.0
    np.testing.assert_allclose(
        output_of(Convolution(weight), image)[0], image[0, 8:144, 3:139] + 2 * image[0, 1:137, 14:], rtol=1e-12
    )


@pytest.mark.parametrize("limit", [8, 2000, 20000])
def test_patches_in_tiles(limit, monkeypatch):
    random = np.random.default_rng(5)
    for stride, dilation, groups in ((1, 1, 1), ((2, 3), (3, 2), 2)):
        image = random.normal(size=(4, 20, 23))
        stage = Convolution(random.normal(size=(6, 4 // groups, 3, 4)), None, stride, 1, dilation, groups)
        whole = output_of(stage, image)
        with monkeypatch.context() as patch:
            patch.setattr(arithmetic, "_PATCHES_BYTES", limit)
            same(output_of(stage, image), whole)


@pytest.mark.parametrize("huge", [2**31, 2**62, 10**30])
def test_huge_strides_and_dilations_of_one_tap(huge):
    image = np.arange(20.0).reshape(1, 4, 5)
    assert output_of(Convolution(np.full((1, 1, 2, 2), 1.0), stride=huge), image).tolist() == [[[12.0]]]
    np.testing.assert_array_equal(output_of(Convolution([[[[2.0]]]], dilation=huge), image), 2 * image)
    assert output_of(Pooling("average", 2, huge), image).tolist() == [[[3.0]]]
    assert output_of(Pooling("max", 2, (huge, 1)), image).tolist() == [[[6.0, 7.0, 8.0, 9.0]]]


@pytest.mark.parametrize("size", [5, 20, 140])
@pytest.mark.parametrize("kernel", [3, 9])
@pytest.mark.parametrize("filters", [1, 12])
def test_nan_and_infinity_in_the_image(size, kernel, filters):
    if kernel > size:
        size = 9
    random = np.random.default_rng(6)
    image = random.normal(size=(1, size, size))
    for value in (math.nan, math.inf, -math.inf):
        image[0, random.integers(size), random.integers(size)] = value
    weight = random.normal(size=(filters, 1, kernel, kernel))
    weight[:, :, 0, 1] = 0.0  # 0 times infinity is NaN
    for mode in MODES:
        stage = Convolution(weight, padding=1, padding_mode=mode)
        same(output_of(stage, image), torch_convolution(stage, image))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("size", [5, 20, 140])
def test_nan_and_infinity_in_the_weights(value, size):
    image = np.random.default_rng(7).normal(size=(1, size, size))
    image[0, 2, 3] = 0.0
    weight = np.ones((1, 1, 3, 3))
    weight[0, 0, 1, 1] = value
    stage = Convolution(weight, [value])
    same(output_of(stage, image), torch_convolution(stage, image))


def test_numbers_too_large_for_the_check_still_come_out_right():
    image = np.full((1, 20, 20), 1e200)
    same(output_of(Convolution(np.ones((1, 1, 3, 3))), image), np.full((1, 18, 18), 9e200))
    assert np.isinf(output_of(Convolution(np.full((1, 1, 3, 3), 1e200)), image)).all()


def test_chains_read_views_rightly():
    random = np.random.default_rng(8)
    stages = (
        Convolution(random.normal(size=(1, 1, 3, 3))), Convolution(random.normal(size=(1, 1, 11, 11))),
        Activation("relu"), Convolution(random.normal(size=(2, 1, 3, 3)), stride=2), Pooling("max", 2), Flatten(),
    )  # fmt: skip
    image = random.normal(size=(1, 40, 44))
    outputs = run(Experiment(image, stages)).outputs
    step1 = torch_convolution(stages[0], image)
    step2 = np.maximum(torch_convolution(stages[1], step1), 0)
    pooled = torch_pooling(stages[4], torch_convolution(stages[3], step2))
    same(outputs[5], pooled.reshape(-1))


POOLINGS = [
    (kind, kernel, stride, padding, ceil_mode, include)
    for kind, kernel, stride, padding, ceil_mode, include in itertools.product(
        ("max", "average"), (1, 2, 3, (2, 3), (5, 4)), (None, 1, 2, (3, 2)), (0, 1, (1, 0), 2), (False, True),
        (True, False)
    )
    if all(
        p <= k // 2
        for p, k in zip(
            padding if isinstance(padding, tuple) else (padding,) * 2,
            kernel if isinstance(kernel, tuple) else (kernel,) * 2,
            strict=True,
        )
    )
]  # fmt: skip


@pytest.mark.parametrize("size", [(5, 5), (7, 10), (6, 9)])
def test_grid_of_poolings(size):
    image = np.random.default_rng(size).normal(size=(2, *size))
    assert len(POOLINGS) > 150
    for settings in POOLINGS:
        stage = Pooling(*settings)
        same(output_of(stage, image), torch_pooling(stage, image))


def test_pooling_passes_nan_and_infinity():
    image = np.random.default_rng(9).normal(size=(1, 9, 9))
    image[0, 1, 1], image[0, 5, 5], image[0, 7, 2], image[0, 5, 6] = math.nan, math.inf, -math.inf, -math.inf
    for kind in ("max", "average"):
        for padding in (0, 1):
            stage = Pooling(kind, 3, 2, padding, ceil_mode=True)
            same(output_of(stage, image), torch_pooling(stage, image))
    lowest = np.full((1, 4, 4), -math.inf)
    same(output_of(Pooling("max", 2, padding=1), lowest), torch_pooling(Pooling("max", 2, padding=1), lowest))


@pytest.mark.parametrize("ceil_size", [(1, 2, 2), (1, 3, 3), (2, 3, 2), (3, 4, 3)])
def test_ceil_mode_takes_a_window_larger_than_its_input_as_torch_does(ceil_size):
    size, kernel, stride = ceil_size
    image = np.random.default_rng(10).normal(size=(1, size, size))
    for kind, include in itertools.product(("max", "average"), (True, False)):
        stage = Pooling(kind, kernel, stride, 0, ceil_mode=True, count_include_pad=include)
        same(output_of(stage, image), torch_pooling(stage, image))


ACTIVATION_CASES = [
    ("relu", {}), ("leaky_relu", {}), ("leaky_relu", {"negative_slope": 0.3}), ("leaky_relu", {"negative_slope": 0}),
    ("relu6", {}), ("elu", {}), ("elu", {"alpha": 2.5}), ("gelu", {}), ("gelu", {"approximate": "tanh"}), ("silu", {}),
    ("sigmoid", {}), ("tanh", {}), ("softplus", {}), ("softplus", {"beta": 2.0, "threshold": 5.0}),
    ("softplus", {"beta": -1.5}), ("hardtanh", {}), ("hardtanh", {"min_val": -3, "max_val": 0.5}),
    ("hardtanh", {"min_val": 1, "max_val": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters"), ACTIVATION_CASES)
def test_activations(name, parameters):
    values = np.concatenate([SPECIAL, np.linspace(-30, 30, 1201), np.random.default_rng(11).normal(size=200)])
    image = values.reshape(1, 1, -1)
    expected = getattr(F, name)(torch.from_numpy(image), **parameters).numpy()
    stage = Activation(name, **parameters)
    same(output_of(stage, image), expected)
    for index in (0, 2, 50, 700):
        one = arithmetic.activate(stage, values[index : index + 1])[0]
        np.testing.assert_array_equal(one, output_of(stage, image).flat[index])


def test_own_activations():
    image = np.array(SPECIAL).reshape(1, 2, 7)
    np.testing.assert_array_equal(output_of(Activation("abs"), image), np.abs(image))
    np.testing.assert_array_equal(output_of(Activation("identity"), image), image)
    assert np.signbit(output_of(Activation("identity"), image)[0, 0, 4])
    step = output_of(Activation("step"), image).reshape(-1)
    np.testing.assert_array_equal(step[:7], [1, 0, np.nan, 0, 0, 1, 0])


def test_negative_zero_is_no_other_number():
    image = np.full((1, 10, 10), -0.0)
    for stage in (
        Convolution(np.ones((1, 1, 3, 3))), Convolution(np.ones((9, 1, 3, 3))), Pooling("max", 2),
        Pooling("average", 2), Activation("relu"), Activation("leaky_relu"), Flatten(),
    ):  # fmt: skip
        assert not output_of(stage, image).any()
    assert np.signbit(output_of(Flatten(), image)).all()


def test_outputs_cannot_be_written_to():
    image = np.ones((1, 10, 10))
    for stage in (Convolution(np.ones((1, 1, 3, 3))), Pooling("max", 2), Activation("identity"), Flatten()):
        output = output_of(stage, image)
        with pytest.raises(ValueError, match="read-only"):
            output[...] = 1
