"""Stages check themselves, and stay what they are."""

from __future__ import annotations

import copy
import dataclasses
import math
import pickle

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, SettingError, run
from cnnexplorer.core.stages import as_real, frozen_array, same_array

ONE = np.ones((1, 1, 3, 3))


def bank(filters=1, planes=1, height=3, width=3):
    return np.ones((filters, planes, height, width))


ILLEGAL = [  # what is made, words of the sentence, what the sentence says to make instead
    (lambda: Convolution(np.ones((3, 3))), ["(3, 3)", "give (out_channels, in_channels, height, width)"],
     lambda: Convolution(np.ones((3, 3))[None, None])),
    (lambda: Convolution(np.ones((0, 1, 3, 3))), ["(0, 1, 3, 3)"], lambda: Convolution(ONE)),
    (lambda: Convolution([[[[1, 2], [3]]]]), ["different lengths", "as many"], lambda: Convolution([[[[1], [3]]]])),
    (lambda: Convolution([[[["a"]]]]), ["<U1", "whole or decimal"], lambda: Convolution([[[[1]]]])),
    (lambda: Convolution([[[[1j]]]]), ["complex128"], lambda: Convolution([[[[1]]]])),
    (lambda: Convolution(bank(height=16)), ["16x3", "at most 15x15"], lambda: Convolution(bank(height=15, width=15))),
    (lambda: Convolution(bank(2), [1.0]), ["(1,)", "2 filters", "one number a filter"],
     lambda: Convolution(bank(2), [1.0, 2.0])),
    (lambda: Convolution(ONE, stride=0), ["stride 0", "1 or more"], lambda: Convolution(ONE, stride=1)),
    (lambda: Convolution(ONE, stride=(1, -1)), ["stride -1", "1 or more"], lambda: Convolution(ONE, stride=(1, 1))),
    (lambda: Convolution(ONE, stride=1.5), ["stride 1.5", "1 or (1, 1)"], lambda: Convolution(ONE, stride=(1, 1))),
    (lambda: Convolution(ONE, stride=True), ["stride True"], lambda: Convolution(ONE, stride=1)),
    (lambda: Convolution(ONE, stride=[1, 1]), ["stride [1, 1]"], lambda: Convolution(ONE, stride=(1, 1))),
    (lambda: Convolution(ONE, stride=np.array([1, 2])), ["stride [1 2]"], lambda: Convolution(ONE, stride=(1, 2))),
    (lambda: Convolution(ONE, stride=(1, 2, 3)), ["stride (1, 2, 3)"], lambda: Convolution(ONE, stride=(1, 2))),
    (lambda: Convolution(ONE, dilation=0), ["dilation 0", "1 or more"], lambda: Convolution(ONE, dilation=1)),
    (lambda: Convolution(ONE, padding=-1), ["padding -1", "0 or more"], lambda: Convolution(ONE, padding=0)),
    (lambda: Convolution(ONE, padding=(1, 2, 3, -4)), ["padding -4"], lambda: Convolution(ONE, padding=(1, 2, 3, 0))),
    (lambda: Convolution(ONE, padding=(1, 2, 3)), ["padding (1, 2, 3)"], lambda: Convolution(ONE, padding=(0, 0))),
    (lambda: Convolution(ONE, padding=False), ["padding False"], lambda: Convolution(ONE, padding=0)),
    (lambda: Convolution(ONE, padding="some"), ["“some”", "valid, same or full"],
     lambda: [Convolution(ONE, padding=name) for name in ("valid", "same", "full")]),
    (lambda: Convolution(ONE, stride=2, padding="same"), ["stride 2", "padding as a number"],
     lambda: Convolution(ONE, stride=2, padding=1)),
    (lambda: Convolution(bank(3), groups=2), ["3 filters", "2 groups", "divisor of 3"],
     lambda: Convolution(bank(3), groups=3)),
    (lambda: Convolution(bank(3), groups=0), ["0 groups", "divisor of 3"], lambda: Convolution(bank(3), groups=1)),
    (lambda: Convolution(bank(2), groups=True), ["True groups"], lambda: Convolution(bank(2), groups=1)),
    (lambda: Convolution(ONE, padding_mode="mirror"), ["“mirror”", "zeros, reflect, replicate or circular"],
     lambda: Convolution(ONE, padding_mode="reflect")),
    (lambda: Activation("rel"), ["“rel”", "relu", "identity"], lambda: Activation("relu")),
    (lambda: Activation("relu", alpha=1), ["“relu”", "“alpha”", "none"], lambda: Activation("relu")),
    (lambda: Activation("softplus", alpha=1), ["“alpha”", "beta, threshold"], lambda: Activation("softplus", beta=1)),
    (lambda: Activation("elu", alpha="1"), ["alpha 1", "finite"], lambda: Activation("elu", alpha=1)),
    (lambda: Activation("elu", alpha=True), ["alpha True"], lambda: Activation("elu", alpha=1)),
    (lambda: Activation("elu", alpha=None), ["alpha None"], lambda: Activation("elu", alpha=1)),
    (lambda: Activation("elu", alpha=math.nan), ["alpha nan", "finite"], lambda: Activation("elu", alpha=0)),
    (lambda: Activation("elu", alpha=10**400), ["alpha 1000", "finite"], lambda: Activation("elu", alpha=10**300)),
    (lambda: Activation("elu", alpha=np.complex128(1)), ["alpha (1+0j)"], lambda: Activation("elu", alpha=1)),
    (lambda: Activation("gelu", approximate="erf"), ["“erf”", "none or tanh"],
     lambda: Activation("gelu", approximate="tanh")),
    (lambda: Activation("softplus", beta=0), ["beta 0", "another number"], lambda: Activation("softplus", beta=1)),
    (lambda: Activation("hardtanh", min_val=2), ["min_val 2", "max_val 1", "swap"],
     lambda: Activation("hardtanh", min_val=1, max_val=2)),
    (lambda: Pooling("mean", 2), ["“mean”", "max or average"], lambda: Pooling("average", 2)),
    (lambda: Pooling("max", 0), ["kernel size 0", "1 or more"], lambda: Pooling("max", 1)),
    (lambda: Pooling("max", 2, 0), ["stride 0", "1 or more"], lambda: Pooling("max", 2, 1)),
    (lambda: Pooling("max", 2, 1, -1), ["padding -1", "0 or more"], lambda: Pooling("max", 2, 1, 0)),
    (lambda: Pooling("max", (5, 3), 1, 2), ["padding 2", "size 3", "1 or less"], lambda: Pooling("max", (5, 3), 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("make", "words", "remedy"), ILLEGAL)
def test_illegal_settings(make, words, remedy):
    with pytest.raises(SettingError) as caught:
        make()
    for word in words:
        assert word in str(caught.value)
    remedy()


MISFITS = [  # shape, stage, words, a stage as the sentence says
    ((1, 4, 4), Convolution(bank(1, 1, 5, 5)), ["5x5", "4x4", "padding 1 or more"],
     Convolution(bank(1, 1, 5, 5), padding=1)),
    ((1, 4, 9), Convolution(bank(1, 1, 8, 3), padding=(1, 0)), ["8x3", "6x9", "padding 2 or more"],
     Convolution(bank(1, 1, 8, 3), padding=2)),
    ((1, 4, 4), Convolution(ONE, dilation=3), ["3x3", "7x7", "4x4", "padding 2 or more"],
     Convolution(ONE, dilation=3, padding=2)),
    ((3, 9, 9), Convolution(ONE), ["1 channels", "input of 3", "3 planes"], Convolution(bank(1, 3))),
    ((4, 9, 9), Convolution(bank(2, 1), groups=2), ["2 channels", "input of 4", "2 planes"],
     Convolution(bank(2, 2), groups=2)),
    ((3, 9, 9), Convolution(bank(2, 1), groups=2), ["3 channels", "2 groups", "1 group", "3 planes"],
     Convolution(bank(2, 3), groups=1)),
    ((1, 5, 5), Convolution(ONE, padding=5, padding_mode="reflect"), ["reflect padding 5", "5 cells", "4 or less"],
     Convolution(ONE, padding=4, padding_mode="reflect")),
    ((1, 9, 5), Convolution(ONE, padding=(0, 0, 6, 0), padding_mode="circular"), ["circular padding 6", "5 or less"],
     Convolution(ONE, padding=5, padding_mode="circular")),
    ((1, 2, 2), Convolution(bank(1, 1, 5, 5), padding_mode="reflect"),
     ["5 cells", "image of 2", "reflect", "4 at most"],
     Convolution(bank(1, 1, 4, 4), padding=1, padding_mode="reflect")),
    ((1, 2, 2), Pooling("max", (3, 2)), ["3x2", "2x2", "2x2 or smaller"], Pooling("max", (2, 2))),
    ((1, 2, 2), Pooling("average", 5, 2, 1, ceil_mode=True), [],  None),
    ((1, 2, 2), Pooling("average", 6, 2, 1, ceil_mode=True), ["6x6", "4x4", "5x5 or smaller"],
     Pooling("average", 5, 2, 1, ceil_mode=True)),
    ((7,), Convolution(ONE), ["convolution", "before the flattening"], None),
    ((7,), Pooling("max", 2), ["pooling", "before the flattening"], None),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "stage", "words", "remedy"), MISFITS)
def test_stages_that_do_not_fit(shape, stage, words, remedy):
    if words:
        with pytest.raises(SettingError) as caught:
            stage.output_shape(shape)
        for word in words:
            assert word in str(caught.value)
    else:
        assert stage.output_shape(shape)
    if remedy is not None:
        assert run(Experiment(np.ones(shape), (remedy,))).shapes == (remedy.output_shape(shape),)


def test_whole_numbers_of_numpy_become_plain():
    stage = Convolution(bank(2), stride=np.int64(2), padding=(np.int8(1), 0), dilation=np.uint8(1), groups=np.int32(2))
    assert stage == Convolution(bank(2), stride=2, padding=(1, 0), groups=2)
    for number in (*stage.strides, *stage.sides, *stage.dilations, stage.groups):
        assert type(number) is int
    assert Pooling("max", np.int64(3)) == Pooling("max", (3, 3), 3)
    assert type(Activation("elu", alpha=np.float32(2)).parameters["alpha"]) is float


def test_sides():
    assert Convolution(ONE).sides == (0, 0, 0, 0)
    assert Convolution(ONE, padding="valid").sides == (0, 0, 0, 0)
    assert Convolution(ONE, padding=2).sides == (2, 2, 2, 2)
    assert Convolution(ONE, padding=(1, 2)).sides == (1, 1, 2, 2)
    assert Convolution(ONE, padding=(1, 2, 3, 4)).sides == (1, 2, 3, 4)
    assert Convolution(bank(1, 1, 2, 4), padding="same", dilation=(1, 2)).sides == (0, 1, 3, 3)
    assert Convolution(bank(1, 1, 2, 4), padding="full").sides == (1, 1, 3, 3)
    assert Pooling("max", 3, padding=(1, 0)).sides == (1, 1, 0, 0)


def test_stages_are_frozen():
    stage = Convolution(ONE, [1.0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        stage.stride = 2
    for array in (stage.weight, stage.bias):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 5
    activation = Activation("elu")
    with pytest.raises(AttributeError, match="frozen"):
        activation.name = "relu"
    with pytest.raises(AttributeError, match="frozen"):
        del activation.name
    with pytest.raises(TypeError):
        activation.parameters["alpha"] = 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pooling("max", 2).kind = "average"


def test_stages_do_not_follow_the_array_that_they_were_made_of():
    weight = np.ones((1, 1, 2, 2))
    stage = Convolution(weight)
    weight[...] = 7
    assert stage.weight.max() == 1
    view = np.ones((2, 1, 2, 2))
    half = view[:1]
    half.flags.writeable = False
    stage = Convolution(half)
    view[...] = 7
    assert stage.weight.max() == 1


def test_arrays_that_are_frozen_already_are_shared():
    stage = Convolution(ONE)
    assert dataclasses.replace(stage, stride=2).weight is stage.weight
    assert frozen_array(stage.weight) is stage.weight
    assert frozen_array(np.asfortranarray(np.ones((2, 3)))).flags.c_contiguous
    assert frozen_array(np.array([True, False])).tolist() == [1.0, 0.0]
    assert as_real(np.float32([1])).dtype == np.float32


def test_equality():
    assert Convolution(ONE) == Convolution(ONE.copy())
    assert Convolution(ONE) != Convolution(2 * ONE)
    assert Convolution(ONE) != Convolution(ONE, [0.0])
    assert Convolution(ONE, [1.0]) != Convolution(ONE)
    assert Convolution(ONE) != Convolution(ONE, stride=2)
    assert Convolution(ONE) != Convolution(np.ones((1, 1, 3, 2)))
    assert Convolution(ONE) != Activation("relu")
    assert Convolution(ONE) != 5
    nan = np.full((1, 1, 1, 1), math.nan)
    assert Convolution(nan) == Convolution(nan.copy())
    assert Convolution(np.zeros((1, 1, 1, 1))) != Convolution(-np.zeros((1, 1, 1, 1)))
    assert Activation("elu") == Activation("elu", alpha=1) != Activation("elu", alpha=2)
    assert Activation("relu") != "relu"
    assert len({Activation("elu"), Activation("elu", alpha=1.0), Pooling("max", 2), Pooling("max", 2, 2)}) == 2
    assert Pooling("max", 2) == Pooling("max", (2, 2), 2)
    assert Flatten() == Flatten()
    assert same_array(None, None)
    assert not same_array(None, nan)


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
@pytest.mark.parametrize(
    "stage",
    [Convolution(ONE, [1.0], (1, 2), "full", 2, 1, "circular", True), Activation("hardtanh", min_val=-2),
     Pooling("average", 3, 2, 1, True, False), Flatten()],
)  # fmt: skip
def test_copies_and_pickles(stage, how):
    getattr(stage, "sides", None)
    twin = how(stage)
    assert twin == stage
    assert repr(twin) == repr(stage)
    if isinstance(twin, Convolution):
        assert not twin.weight.flags.writeable
        assert not twin.bias.flags.writeable


def test_repr_of_an_activation():
    assert repr(Activation("relu")) == "Activation('relu')"
    assert repr(Activation("gelu")) == "Activation('gelu', approximate='none')"
