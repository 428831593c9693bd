"""A value's products and sums, against torch in float64 and against what the device computed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import explain


@pytest.fixture(scope="module")
def activations(alexnet2012):
    return alexnet2012.activations(np.random.default_rng(3).random((3, 240, 260)))


def test_the_first_layers_363_products_give_the_devices_value(activations):
    for unit, row, column in ((0, 20, 30), (95, 0, 0), (47, 54, 54), (10, 0, 27)):
        found = explain(activations, "conv1", unit, row, column)
        assert found.products.shape == (3, 11, 11)
        assert found.products.size == 363
        assert found.subtotals == pytest.approx(found.products.sum((1, 2)))
        assert found.total == pytest.approx(found.subtotals.sum() + found.bias, abs=1e-15)
        assert found.device_value == float(activations["conv1"][unit, row, column])
        assert abs(found.difference) <= found.float32_error < 1e-3
        assert (found.top, found.left) == (4 * row - 2, 4 * column - 2)


@pytest.mark.parametrize(("layer", "unit"), [("conv2", 3), ("conv2", 255), ("conv3", 7), ("conv4", 200), ("conv5", 0)])
def test_deeper_layers_and_groups(alexnet2012, activations, layer, unit):
    part = alexnet2012.module.get_submodule(layer)
    source = activations.sources(layer)[0]
    exact = functional.conv2d(
        source.double()[None], part.weight.double(), part.bias.double(), part.stride, part.padding, 1, part.groups
    )[0]
    for row, column in ((0, 0), (6, 5), (exact.shape[1] - 1, exact.shape[2] - 1)):
        found = explain(activations, layer, unit, row, column)
        assert found.total == pytest.approx(float(exact[unit, row, column]), rel=1e-12, abs=1e-13)
        assert abs(found.difference) <= found.float32_error
        assert found.first_plane == (source.shape[0] // 2 if part.groups == 2 and unit >= exact.shape[0] // 2 else 0)
    assert not found.inside[-1, -1]
    assert not found.inputs[:, ~found.inside].any()


def test_fully_connected_units_and_their_largest_contributions(activations):
    found = explain(activations, "fc8", 123)
    assert found.products.shape == (4096, 1, 1)
    assert abs(found.difference) <= found.float32_error
    best = found.largest(5)
    assert len(best) == 5
    weights = [abs(found.products[place]) for place in best]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == abs(found.products).max()


def test_convolutions_without_bias(googlenet):
    activations = googlenet.activations(np.random.default_rng(3).random((3, 64, 64)))
    found = explain(activations, "conv1.conv", 5, 30, 31)
    assert found.bias == 0
    assert found.products.size == 147
    assert abs(found.difference) <= found.float32_error


def test_later_editing_does_not_touch_what_was_computed(small):
    image = np.random.default_rng(3).random((3, 64, 64))
    activations = small.activations(image)
    before = explain(activations, "conv1.conv", 0, 5, 5)
    small.zero_filter("conv1.conv", 0)
    after = explain(activations, "conv1.conv", 0, 5, 5)
    assert np.array_equal(before.products, after.products)
    assert after.device_value == before.device_value
    assert explain(small.activations(image), "conv1.conv", 0, 5, 5).total == 0


def test_what_has_no_arithmetic_is_refused(activations):
    with pytest.raises(SettingError, match="relu1 multiplies nothing"):
        explain(activations, "relu1", 0, 0, 0)
    with pytest.raises(SettingError, match="no layer conv6"):
        explain(activations, "conv6", 0, 0, 0)
    for place in ((96, 0, 0), (0, 55, 0), (0, 0, -1)):
        with pytest.raises(SettingError, match=r"conv1 has no value at .*: its shape is \(96, 55, 55\)"):
            explain(activations, "conv1", *place)
    assert torch.is_tensor(activations.input)
