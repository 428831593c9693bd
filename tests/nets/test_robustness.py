"""Changes of layers against the same in NumPy, and the disturbances themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import Perturbation, compare_activations, compare_units, compute, load_network
from cnnexplorer.nets.robustness import Change


def plain(one, other):
    """Relative distance and Pearson correlation, in NumPy and float64."""
    a, b = (np.asarray(values, dtype=np.float64).ravel() for values in (one, other))
    return np.linalg.norm(a - b) / np.linalg.norm(b), np.corrcoef(a, b)[0, 1]


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64])
def test_a_seed_that_torch_does_not_take(seed):
    with pytest.raises(SettingError, match="the seed"):
        Perturbation(noise=0.1, seed=seed)


@pytest.mark.parametrize("id_", ["alexnet2012", "googlenet"])
def test_every_layer_against_numpy(request, picture, id_):
    network = request.getfixturevalue(id_)
    computed = compute(network, picture, Perturbation(noise=0.2))
    found = compare_activations(computed.activations, computed.clean)
    assert [change.layer for change in found.layers] == list(computed.activations.layers)
    assert found.picture == pytest.approx(plain(computed.activations.input, computed.clean.input), rel=1e-12)
    for change in found.layers:
        expected = plain(computed.activations[change.layer.name], computed.clean[change.layer.name])
        assert change[1:] == pytest.approx(expected, rel=1e-9)
        assert found.of(change.layer.name) is change


def test_nothing_disturbed_is_exactly_0_and_1(alexnet2012, picture):
    computed = compute(alexnet2012, picture)
    assert computed.clean_picture is computed.picture
    found = compare_activations(computed.activations, computed.clean)
    assert found.picture == Change(0.0, 1.0)
    assert {change[1:] for change in found.layers} == {(0.0, 1.0)}
    again = compute(alexnet2012, picture)
    found = compare_activations(again.activations, computed.activations)
    assert {change[1:] for change in found.layers} == {(0.0, 1.0)}


def test_any_two_pictures_of_one_network(alexnet2012, picture):
    one, other = compute(alexnet2012, picture), compute(alexnet2012, picture[:, ::-1].copy())
    found = compare_activations(one.activations, other.activations)
    back = compare_activations(other.activations, one.activations)
    for change, reverse in zip(found.layers, back.layers, strict=True):
        name = change.layer.name
        assert change[1:] == pytest.approx(plain(one.activations[name], other.activations[name]), rel=1e-9)
        assert change.correlation == pytest.approx(reverse.correlation, rel=1e-12)


def test_the_clean_picture_is_kept(alexnet2012, picture):
    clean = compute(alexnet2012, picture).picture
    found = compute(alexnet2012, picture, Perturbation(brightness=0.25))
    assert np.array_equal(found.clean_picture, clean)
    assert np.allclose(found.picture, np.clip(clean + 0.25, 0, 1), atol=1e-7)


def test_maps_of_zeros(alexnet2012, small, picture):
    computed = compute(small, picture, Perturbation(noise=0.3))
    name = small.layers[0].name
    small.set_filters(name, torch.zeros_like(small.filters(name)))
    zeros = compute(small, picture, Perturbation(noise=0.3))
    assert not zeros.activations[name].any()
    found = compare_activations(zeros.activations, zeros.clean).of(name)
    assert found[1:] == (0.0, 1.0)
    found = compare_activations(computed.activations, zeros.activations).of(name)
    assert found[1:] == (math.inf, 0.0)
    found = compare_activations(zeros.activations, computed.activations).of(name)
    assert found[1:] == (1.0, 0.0)


def test_pictures_of_two_sizes_are_refused(small, picture):
    one, other = compute(small, picture), compute(small, np.ones((3, 80, 80)), preprocess=False)
    with pytest.raises(SettingError, match=r"64×64 and 80×80"):
        compare_activations(one.activations, other.activations)


def test_networks_that_differ_are_refused(alexnet2012, googlenet, picture):
    one, other = compute(alexnet2012, picture), compute(googlenet, picture)
    with pytest.raises(SettingError):
        compare_activations(one.activations, other.activations)


def test_units_one_by_one():
    generator = torch.Generator().manual_seed(0)
    clean = torch.randn(6, 4, 5, generator=generator)
    changed = clean + 0.3 * torch.randn(6, 4, 5, generator=generator)
    changed[2], clean[3], clean[4], changed[4] = clean[2], 0.0, 2.0, 3.0
    found = compare_units(changed, clean)
    for unit in (0, 1, 5):
        expected = plain(changed[unit], clean[unit])
        assert (found.distance[unit], found.correlation[unit]) == pytest.approx(expected, rel=1e-12)
        difference = (changed[unit].double() - clean[unit].double()).norm().item()
        assert found.difference[unit] == pytest.approx(difference, rel=1e-12)
    assert (found.distance[2], found.correlation[2]) == (0.0, 1.0)
    assert (found.distance[3], found.correlation[3]) == (math.inf, 0.0)
    assert (found.distance[4], found.correlation[4]) == (0.5, 0.0)


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_small_and_large_values_keep_their_accuracy(scale):
    clean = torch.randn(1, 50, 50, generator=torch.Generator().manual_seed(1))
    changed = clean * (1 + 1e-6)
    one, other = changed * scale, clean * scale
    found = compare_units(one, other)
    assert found.distance[0] == pytest.approx(plain(one, other)[0], rel=1e-9)
    assert found.correlation[0] == pytest.approx(1.0, abs=1e-12)
    assert found.correlation[0] <= 1
    found = compare_units(-other, other)
    assert (found.distance[0], found.correlation[0]) == (2.0, pytest.approx(-1.0, abs=1e-14))


def test_maps_of_very_different_sizes_keep_their_correlation():
    small = torch.randn(1, 4000, generator=torch.Generator().manual_seed(2))
    large = 1e12 * (small + torch.randn(1, 4000, generator=torch.Generator().manual_seed(4)))
    for one, other in ((small, large), (large, small)):
        found = compare_units(one[:, None], other[:, None])
        assert (found.distance[0], found.correlation[0]) == pytest.approx(plain(one, other), rel=1e-12)


def test_a_large_common_part_does_not_hide_the_correlation():
    noise = torch.randn(2, 1, 400, generator=torch.Generator().manual_seed(3))
    values = (1e4 + noise).float()
    assert compare_units(values[:1], values[1:]).correlation[0] == pytest.approx(
        plain(values[0], values[1])[1], rel=1e-6
    )


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_values_that_are_no_numbers_give_no_change(value):
    found = compare_units(torch.tensor([[[1.0, value]]]), torch.tensor([[[1.0, 2.0]]]))
    assert np.isnan([found.distance[0], found.correlation[0]]).all()
    found = compare_units(torch.tensor([[[1.0, value]]]), torch.tensor([[[1.0, value]]]))
    assert np.isnan(found.distance[0])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA")
def test_the_same_on_a_gpu(picture):
    network = load_network("alexnet2012", "random", device="cuda", seed=1)
    computed = compute(network, picture, Perturbation(noise=0.2))
    for change in compare_activations(computed.activations, computed.clean).layers:
        name = change.layer.name
        expected = plain(computed.activations[name].cpu(), computed.clean[name].cpu())
        assert change[1:] == pytest.approx(expected, rel=1e-9)


# the disturbances


@pytest.fixture
def photo():
    return torch.rand((3, 30, 40), generator=torch.Generator().manual_seed(5))


def test_neutral_disturbances_change_nothing(photo):
    assert Perturbation().apply(photo) is photo
    assert Perturbation(patch=(0.1, 0.9), seed=7).is_neutral
    assert not Perturbation(shift=(0, 1)).is_neutral


def test_noise_has_its_deviation_and_its_seed():
    grey = torch.full((3, 200, 200), 0.5)
    noise = Perturbation(noise=0.1).apply(grey) - grey
    assert noise.std().item() == pytest.approx(0.1, rel=0.02)
    assert abs(noise.mean().item()) < 0.002
    assert Perturbation(noise=0.1).apply(grey).equal(Perturbation(noise=0.1).apply(grey))
    assert not Perturbation(noise=0.1, seed=1).apply(grey).equal(grey + noise)
    strong = Perturbation(noise=2.0).apply(grey)
    assert (strong.min().item(), strong.max().item()) == (0.0, 1.0)


@pytest.mark.parametrize("deviation", [0.1, 0.5, 2.0, 10.0])
def test_blur_spreads_a_point_and_keeps_its_sum(deviation):
    point = torch.zeros((3, 81, 81))
    point[:, 40, 40] = 1
    blurred = Perturbation(blur=deviation).apply(point)
    assert blurred.sum(dim=(1, 2)).tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    assert blurred.equal(blurred.flip(1))
    assert torch.allclose(blurred, blurred.transpose(1, 2))
    if deviation == 2.0:
        offsets = torch.arange(-40.0, 41)
        variance = (blurred[0].sum(dim=0) * offsets**2).sum().item()
        assert variance == pytest.approx(4.0, rel=0.03)
    grey = torch.full((3, 20, 30), 0.3)
    assert torch.allclose(Perturbation(blur=deviation).apply(grey), grey), "borders stay as bright"


def test_brightness_is_added_and_cut_off(photo):
    assert Perturbation(brightness=0.3).apply(photo).equal((photo + 0.3).clamp(max=1))
    assert Perturbation(brightness=-0.3).apply(photo).equal((photo - 0.3).clamp(min=0))


@pytest.mark.parametrize("shift", [(3, 0), (-2, 5), (0, -7), (29, 39), (30, 0), (500, -500)])
def test_a_shift_is_exact(photo, shift):
    down, right = shift
    expected = torch.zeros_like(photo)
    for row in range(30):
        for column in range(40):
            if 0 <= row - down < 30 and 0 <= column - right < 40:
                expected[:, row, column] = photo[:, row - down, column - right]
    assert Perturbation(shift=shift).apply(photo).equal(expected)


@pytest.mark.parametrize("turns", [1, 2, 3, -1])
def test_a_quarter_turn_is_exact(turns):
    square = torch.rand((3, 21, 21), generator=torch.Generator().manual_seed(6))
    found = Perturbation(rotation=90 * turns).apply(square)
    assert torch.allclose(found, torch.rot90(square, turns, (1, 2)), atol=1e-5)


def test_a_rotation_and_a_shift_together():
    square = torch.rand((3, 21, 21), generator=torch.Generator().manual_seed(6))
    found = Perturbation(rotation=90, shift=(2, -3)).apply(square)
    turned = torch.rot90(square, 1, (1, 2))
    assert torch.allclose(found, Perturbation(shift=(2, -3)).apply(turned), atol=1e-5)


def test_a_patch_is_grey_where_it_is_put(photo):
    found = Perturbation(patch_size=10, patch=(0.5, 0.25)).apply(photo)
    changed = (found != photo).any(dim=0)
    rows, columns = changed.any(dim=1).nonzero().flatten(), changed.any(dim=0).nonzero().flatten()
    assert (rows.min().item(), rows.max().item()) == (10, 19)
    assert (columns.min().item(), columns.max().item()) == (5, 14)
    assert set(found[:, 10:20, 5:15].flatten().tolist()) == {0.5}
    assert Perturbation(patch_size=10, patch=(0.0, 0.0)).apply(photo)[:, :5, :5].eq(0.5).all()
    assert Perturbation(patch_size=500).apply(photo).eq(0.5).all()


def test_the_patch_hides_what_is_noisy(photo):
    found = Perturbation(noise=0.3, patch_size=8).apply(photo)
    assert found[:, 11:19, 16:24].eq(0.5).all()
