"""What the workers make for the views, called straight away: pictures of the overview, sheets of maps and of a unit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from cnnexplorer.nets import Perturbation, compute
from cnnexplorer.nets.overview import overview
from cnnexplorer.ui.nets.architecture_reading import Wish, own_size, read
from cnnexplorer.ui.nets.maps_sheet import MapsWish, gap_of, make_maps
from cnnexplorer.ui.nets.overview_layout import vector_grid
from cnnexplorer.ui.nets.overview_pictures import make_pictures
from cnnexplorer.ui.nets.unit_sheet import UnitWish, make_unit
from tests.ui.helpers import close_to, colour_of, pixels

if TYPE_CHECKING:
    from cnnexplorer.nets import Computed, Network
    from cnnexplorer.ui.nets.state import Source


@pytest.fixture(scope="module")
def computed(loaded: Network, scene: Source) -> Computed:
    return compute(loaded, scene.image)


@pytest.fixture(scope="module")
def noisy(loaded: Network, scene: Source) -> Computed:
    return compute(loaded, scene.image, Perturbation(noise=0.3))


class Altered(dict):
    """Activations with another output in them."""

    def __init__(self, computed: Computed, **outputs: torch.Tensor) -> None:
        super().__init__({**computed.activations, **outputs})
        self.layer = computed.activations.layer


def altered(computed: Computed, **outputs: torch.Tensor) -> Computed:
    return replace(computed, activations=Altered(computed, **outputs))


def test_the_overview_s_pictures_hold_its_levels_in_colours(computed: Computed):
    found, plain = make_pictures(computed, 2, "mean"), overview(computed, 2, "mean")
    assert set(found.maps) == set(found.glances) == {glance.layer.name for glance in plain.layers}
    for name, colours in (("conv3", "diverging"), ("relu3", "magma")):
        assert len(found.maps[name]) == 2
        levels, image = found.glances[name].levels[1].astype(float), pixels(found.maps[name][1])
        for row, column in ((0, 0), (6, 7), (12, 12)):
            assert close_to(image[row, column], colour_of(colours, levels[row, column], (1, 255)), 3)
    seen = pixels(found.image).transpose(2, 0, 1)
    assert np.abs(seen - 255 * computed.picture).max() <= 0.51
    (vector,) = found.maps["fc8"]
    assert (vector.height(), vector.width()) == vector_grid(1000)
    assert vector.pixelColor(vector.width() - 1, vector.height() - 1).alpha() == 0, "no value, no colour"
    assert vector.pixelColor(0, 0).alpha() == 255


@pytest.mark.parametrize("value_range", ["map", "shared", (-0.5, 2.0)])
@pytest.mark.parametrize("colour_map", ["diverging", "viridis"])
def test_a_unit_has_the_colours_that_it_has_in_the_mosaic(computed: Computed, value_range: object, colour_map: str):
    wish = MapsWish("conv3", value_range=value_range, colour_map=colour_map)
    mosaic = make_maps(wish, computed).mosaic
    sheet = make_unit(UnitWish("conv3", 7, value_range, colour_map), computed)
    assert sheet.limits == pytest.approx((mosaic.low[7], mosaic.high[7]), rel=1e-5)
    assert np.array_equal(sheet.values, computed.activations["conv3"][7].double().numpy())
    image = pixels(sheet.cells)
    for row, column in ((0, 0), (6, 7), (12, 12)):
        expected = colour_of(colour_map, float(sheet.values[row, column]), sheet.limits)
        assert close_to(image[row, column], expected, 3)


def test_a_map_lies_where_its_values_look(computed: Computed):
    sheet = make_unit(UnitWish("conv1", 3), computed)
    field = computed.activations.layer("conv1").receptive_field
    assert sheet.area.width() == 55 * 4
    for row in (0, 20, 54):
        middle = sheet.area.top() + (row + 0.5) * sheet.area.height() / 55
        assert middle == pytest.approx(field.start[0] + row * field.stride[0] + field.size[0] / 2)
    whole = make_unit(UnitWish("fc8", 3), computed)
    assert whole.single
    assert (whole.area.width(), whole.area.height()) == (224, 224)
    assert whole.limits[0] <= whole.values[0, 0] <= whole.limits[1]


def test_a_unit_s_figures_are_those_of_its_values(computed: Computed):
    values = computed.activations["relu3"]
    figures = make_unit(UnitWish("relu3", 11), computed).figures
    assert figures.maximum == pytest.approx(float(values[11].max()))
    assert figures.zeros == pytest.approx(float((values[11] == 0).float().mean()))
    assert figures.maximum_rank == int((values.amax((1, 2)) > values[11].max()).sum()) + 1
    assert not figures.dead


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_left_out(computed: Computed, bad: float):
    maps = computed.activations["conv3"].clone()
    maps[4] = bad
    maps[5, 0, 0] = bad
    found = altered(computed, conv3=maps)
    nothing, some = make_unit(UnitWish("conv3", 4), found), make_unit(UnitWish("conv3", 5), found)
    assert (nothing.figures.mean, nothing.figures.deviation) == (0, 0)
    assert nothing.limits[0] < nothing.limits[1]
    rest = maps[5].flatten()[1:].double()
    assert some.figures.mean == pytest.approx(float(rest.mean()), abs=1e-6)
    shared = make_unit(UnitWish("conv3", 5, "shared"), altered(computed, conv3=torch.full((384, 13, 13), bad)))
    assert shared.limits == (0, 1)


def test_a_map_of_one_value_everywhere_has_a_range(computed: Computed):
    twos, zeros = (altered(computed, conv3=torch.full((384, 13, 13), value)) for value in (2.0, 0.0))
    assert make_unit(UnitWish("conv3", 0, "map", "grey"), twos).limits == (2, 3)
    assert make_unit(UnitWish("conv3", 0, "map", "diverging"), zeros).limits == (-1, 1)


def test_the_clean_picture_lies_below_clean_maps(computed: Computed, noisy: Computed, loaded: Network):
    clean, disturbed = (make_unit(UnitWish("conv3", 2, clean=flag), noisy) for flag in (True, False))
    assert np.abs(pixels(clean.picture) - pixels(make_unit(UnitWish("conv3", 2), computed).picture)).max() <= 1
    assert np.abs(pixels(disturbed.picture) - pixels(clean.picture)).mean() > 5
    assert np.array_equal(clean.values, computed.activations["conv3"][2].double().numpy())
    as_it_is = compute(
        loaded, np.random.default_rng(1).random((3, 224, 224)), Perturbation(noise=0.3), preprocess=False
    )
    found = pixels(make_unit(UnitWish("conv3", 2, clean=True), as_it_is).picture).transpose(2, 0, 1)
    assert np.abs(found - 255 * as_it_is.clean.input.numpy()).max() <= 0.51


def test_a_value_on_a_gpu_is_read_from_its_colour(computed: Computed):
    sheet = make_maps(MapsWish("conv3", value_range="shared"), computed)
    far = replace(sheet, values=None)  # as where the maps lie on a GPU
    low, high = sheet.limits
    for place in ((0, 0, 0), (7, 6, 5), (383, 12, 12)):
        value, exact = sheet.value(*place)
        read_, exact_there = far.value(*place)
        assert exact
        assert not exact_there
        assert value == float(computed.activations["conv3"][place])
        assert read_ == pytest.approx(value, abs=(high - low) / 254)
    maps = computed.activations["conv3"].clone()
    maps[3, 1, 2] = float("nan")
    there = replace(make_maps(MapsWish("conv3"), altered(computed, conv3=maps)), values=None)
    assert np.isnan(there.value(3, 1, 2)[0])


def test_single_values_have_one_range_and_no_gaps(computed: Computed):
    sheet = make_maps(MapsWish("fc8", order="maximum"), computed)
    assert sheet.single
    assert sheet.value_range == "shared"
    assert sheet.mosaic.gap == gap_of((1, 1)) == 0
    values = computed.activations["fc8"]
    assert sheet.mosaic.units[0] == int(values.argmax())
    assert sheet.value(5, 0, 0) == (float(values[5]), True)


def test_an_architecture_is_read_with_the_lecture_where_it_has_one():
    reading = read(Wish("alexnet2012", own_size("alexnet2012"), "alexnet"))
    assert len(reading.lecture) == 13
    assert reading.layers == reading.architectures[0]
    assert reading.reach[0] == max(layer.parameter_share for found in reading.architectures for layer in found)
    other = read(Wish("vgg16", (96, 64)))
    assert other.lecture == ()
    assert other.lecture_sums is None
