"""The overview against the activations themselves: which maps, how strong, drawn at which levels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnexplorer.nets import compute
from cnnexplorer.nets.mosaic import BACKGROUND, HIGHEST, LOWEST, MIDDLE
from cnnexplorer.nets.overview import branch_count, is_signed, is_vector, overview, shown_layers
from cnnexplorer.nets.tracing import CONVOLUTION, DROPOUT, LINEAR, RELU


@pytest.fixture(scope="module")
def computed(alexnet2012):
    return compute(alexnet2012, np.random.default_rng(7).random((3, 60, 80)))


@pytest.fixture(scope="module")
def branched(googlenet):
    return compute(googlenet, np.random.default_rng(7).random((3, 60, 80)))


class Altered(dict):
    """Activations with other outputs in them."""

    def __init__(self, computed, **outputs):
        super().__init__({**computed.activations, **outputs})
        self.layers = computed.activations.layers


def glances_of(found):
    return {glance.layer.name: glance for glance in found.layers}


@pytest.mark.parametrize("measure", ["maximum", "mean"])
@pytest.mark.parametrize("count", [1, 4])
def test_the_strongest_maps_of_each_layer_come_in_their_order(computed, measure, count):
    glances = glances_of(overview(computed, count, measure))
    for name in ("conv1", "relu1", "norm1", "pool1", "conv3", "conv5", "pool5"):
        flat = computed.activations[name].flatten(1)
        strengths = flat.amax(1) if measure == "maximum" else flat.mean(1)
        expected = strengths.sort(descending=True).values[:count]
        assert glances[name].strengths.tolist() == expected.tolist()
        assert strengths[list(glances[name].units)].tolist() == expected.tolist()
        assert len(glances[name].levels) == count


def test_every_layer_but_dropout_is_shown(computed):
    names = [glance.layer.name for glance in overview(computed).layers]
    kinds = {layer.name: layer.kind for layer in computed.activations.layers}
    assert [name for name, kind in kinds.items() if kind != DROPOUT] == names
    assert DROPOUT in kinds.values()
    assert len(shown_layers(computed.activations.layers)) == len(names)


def test_a_map_reaches_to_its_own_largest_value_with_zero_in_the_middle(computed):
    glance = glances_of(overview(computed))["conv3"]  # 13 x 13: drawn as it is
    for place, unit in enumerate(glance.units):
        values = computed.activations["conv3"][unit].double().numpy()
        expected = np.floor(MIDDLE + 127 * values / np.abs(values).max() + 0.5)
        assert np.abs(glance.levels[place].astype(int) - expected).max() <= 1
        assert {HIGHEST, LOWEST} & set(glance.levels[place].flat)
    assert glance.signed


def test_behind_a_relu_zero_is_the_lowest_level(computed):
    glance = glances_of(overview(computed))["relu3"]
    values = computed.activations["relu3"][glance.units[0]].numpy()
    levels = glance.levels[0]
    assert not glance.signed
    assert (levels[values == 0] == LOWEST).all()
    assert levels[np.unravel_index(values.argmax(), values.shape)] == HIGHEST


def test_large_maps_are_scaled_down_by_area(branched):
    glance = glances_of(overview(branched))["conv1.conv"]
    whole = branched.activations["conv1.conv"][glance.units[0]]  # 112 x 112
    assert glance.levels.shape[1:] == (56, 56)
    small = whole.reshape(56, 2, 56, 2).mean(dim=(1, 3)).numpy()
    expected = np.floor(MIDDLE + 127 * small / np.abs(small).max() + 0.5)
    assert np.abs(glance.levels[0].astype(int) - expected).max() <= 1


def test_in_branches_fewer_maps_are_shown(branched):
    glances = glances_of(overview(branched, 8))
    for glance in glances.values():
        if glance.values is not None:
            continue
        inside = glance.layer.branch is not None and glance.layer.branch.number is not None
        assert len(glance.units) == (branch_count(8) if inside else 8), glance.layer.name
    assert len(glance.units) == 8


def test_a_vector_keeps_all_its_values(computed):
    glance = glances_of(overview(computed, 5))["fc8"]
    values = computed.activations["fc8"].numpy()
    assert np.array_equal(glance.values, values)
    assert glance.units == tuple(np.argsort(-values)[:5].tolist())
    assert glance.strengths.tolist() == values[list(glance.units)].tolist()
    reach = np.abs(values).max()
    expected = np.floor(MIDDLE + 127 * values.astype(np.float64) / reach + 0.5)
    assert np.abs(glance.levels.astype(int) - expected).max() <= 1


def test_what_is_a_vector_and_what_has_signs(computed, branched):
    by_name = {layer.name: layer for layer in computed.activations.layers}
    assert is_vector(by_name["fc6"])
    assert is_vector(by_name["flatten"])
    assert not is_vector(by_name["pool5"])
    assert {layer.kind for layer in by_name.values() if is_signed(layer)} == {CONVOLUTION, LINEAR}
    assert not is_signed(by_name["relu1"])
    assert by_name["relu1"].kind == RELU
    pooled = next(layer for layer in branched.activations.layers if layer.output_shape == (1024, 1, 1))
    assert is_vector(pooled), "maps of a value each are single values"


def test_values_that_are_no_numbers_spoil_nothing(computed):
    maps = computed.activations["conv3"].clone()
    maps[0] = math.nan
    maps[1, 2, 3] = math.inf
    maps[2] = -math.inf
    values = computed.activations["fc8"].clone()
    values[5], values[6] = math.nan, math.inf
    altered = replace(computed, activations=Altered(computed, conv3=maps, fc8=values))
    glances = glances_of(overview(altered, 384))
    glance = glances["conv3"]
    assert glance.units[0] == 1, "the infinite value is the highest"
    levels = dict(zip(glance.units, glance.levels, strict=True))
    assert (levels[0] == BACKGROUND).all()
    assert levels[1][2, 3] == HIGHEST
    assert (levels[2] == LOWEST).all()
    assert {0, 2} == set(glance.units[-2:])
    vector = glances["fc8"]
    assert vector.levels[5] == BACKGROUND
    assert 5 not in vector.units[: len(vector.units) // 2]


def test_a_map_of_zeros_is_drawn_in_the_colour_of_zero(computed):
    outputs = {"conv3": torch.zeros(384, 13, 13), "relu3": torch.zeros(384, 13, 13)}
    altered = replace(computed, activations=Altered(computed, **outputs))
    glances = glances_of(overview(altered))
    assert (glances["conv3"].levels == MIDDLE).all()
    assert (glances["relu3"].levels == LOWEST).all()


def test_the_picture_and_the_answer_are_those_of_the_pass(computed):
    found = overview(computed, measure="mean")
    assert found.picture is computed.picture
    assert found.guesses == computed.guesses
    assert found.measure == "mean"


def test_a_network_of_vectors_alone_has_an_overview(computed):
    activations = Altered(computed)
    activations.layers = tuple(layer for layer in activations.layers if layer.name.startswith("fc"))
    assert [glance.layer.name for glance in overview(replace(computed, activations=activations)).layers] == [
        "fc6",
        "fc7",
        "fc8",
    ]
