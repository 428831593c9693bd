"""Measures of filters against filters made by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnexplorer.core.kernels import PRESETS, preset
from cnnexplorer.nets.filter_measures import (
    colourfulness,
    fitted_kernel,
    norms,
    resized,
    responses,
    similarity,
    strongest_planes,
)

SOBEL = np.array(preset("sobel_vertical").matrix)


def ramp(side: int = 11) -> torch.Tensor:
    """A soft vertical edge, dark at the left, fading up and down: Sobel vertical as a network would learn it."""
    line = torch.linspace(-1, 1, side)
    return torch.exp(-(line[:, None] ** 2)) * torch.sin(2 * line)[None, :]


def random_filters(count: int = 40, side: int = 11) -> torch.Tensor:
    return torch.randn((count, 3, side, side), generator=torch.Generator().manual_seed(3))


def test_norms_are_torchs():
    weights = random_filters()
    assert norms(weights) == pytest.approx(weights.flatten(1).norm(dim=1).numpy(), rel=1e-5)


def test_a_response_is_the_mean_behind_a_relu():
    maps = torch.tensor([[[4.0, -100.0], [0.0, 0.0]], [[-1.0, -2.0], [-3.0, -4.0]]])
    assert responses(maps).tolist() == [1.0, 0.0]


def test_colourfulness_is_the_share_of_energy_that_is_not_grey():
    red = torch.zeros(3, 2, 2)
    red[0] = 3  # grey part: 1 in each plane, 3 of 9
    grey = torch.ones(3, 2, 2) * torch.tensor([[1.0, -2.0], [0.5, 0.0]])
    opponent = torch.stack([torch.ones(2, 2), torch.zeros(2, 2), -torch.ones(2, 2)])
    weights = torch.stack([red, grey, opponent, torch.zeros(3, 2, 2)])
    assert colourfulness(weights) == pytest.approx([2 / 3, 0, 1, 0], abs=1e-6)


def test_a_learned_edge_comes_first_for_sobel_vertical():
    weights = random_filters()
    weights[17] = 0.01 * ramp()
    weights[23] = 0.02 * ramp().T  # an edge of the other direction
    found = similarity(weights, SOBEL)
    assert int(np.abs(found).argmax()) == 17
    assert found[17] > 0.9
    assert abs(found[23]) < 0.05
    other = similarity(weights, np.array(preset("sobel_horizontal").matrix))
    assert int(np.abs(other).argmax()) == 23


def test_reversed_contrast_has_the_opposite_sign():
    weights = torch.stack([ramp(), -ramp()])[:, None].expand(-1, 3, -1, -1)
    found = similarity(weights, SOBEL)
    assert found[0] == -found[1] > 0.9


def test_planes_are_summed_to_grey():
    filter_ = torch.zeros(1, 3, 11, 11)
    filter_[0, 0], filter_[0, 1] = 3 * ramp(), -2 * ramp()  # the sum is one ramp
    assert similarity(filter_, SOBEL) == pytest.approx(similarity(ramp()[None, None], SOBEL), abs=1e-6)
    filter_[0, 2] = -ramp()
    assert similarity(filter_, SOBEL) == pytest.approx([0])


@pytest.mark.parametrize("side", [3, 5, 7, 9, 11])
def test_every_size_centred_in_the_filter_is_found(side: int):
    filter_ = torch.zeros(1, 1, 11, 11)
    margin = (11 - side) // 2
    small = resized(torch.tensor(SOBEL), side, side)
    filter_[0, 0, margin : 11 - margin, margin : 11 - margin] = small + 0.0
    assert similarity(filter_, SOBEL) == pytest.approx([1], abs=1e-6)


def test_brightness_does_not_count():
    assert similarity(ramp()[None, None] + 100, SOBEL) == pytest.approx(similarity(ramp()[None, None], SOBEL), abs=1e-4)


def test_what_is_flat_is_like_nothing():
    flat = torch.full((1, 3, 11, 11), 0.1)
    assert similarity(flat, SOBEL).tolist() == [0]
    assert similarity(random_filters(2, 3), np.ones((3, 3))).tolist() == [0, 0]
    assert similarity(torch.randn(4, 16, 1, 1), SOBEL).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("chosen", PRESETS, ids=lambda chosen: chosen.id)
@pytest.mark.parametrize("side", [3, 5, 7, 11])
def test_each_preset_has_a_similarity_within_its_bounds(chosen: object, side: int):
    found = similarity(random_filters(20, side), np.array(chosen.matrix))
    assert found.shape == (20,)
    assert np.abs(found).max() <= 1


def test_the_strongest_plane_has_the_largest_norm():
    weights = torch.randn((6, 48, 5, 5), generator=torch.Generator().manual_seed(0))
    assert strongest_planes(weights).tolist() == weights.flatten(2).norm(dim=2).argmax(dim=1).tolist()


def test_bilinear_resizing_by_hand():
    # centres of the new cells lie at -0.25, 0.25, 0.75 and 1.25 old cells; outside, the border goes on
    assert resized(torch.tensor([[0.0, 4.0], [8.0, 12.0]]), 2, 4).tolist() == [[0, 1, 3, 4], [8, 9, 11, 12]]


def test_a_fitted_kernel_takes_the_filters_size_and_norm():
    like = random_filters(1)[0]
    kernel = fitted_kernel(SOBEL, like)
    assert kernel.shape == (3, 11, 11)
    assert kernel.norm().item() == pytest.approx(like.norm().item(), rel=1e-5)
    assert kernel[0].equal(kernel[1])
    assert similarity(kernel[None], SOBEL) == pytest.approx([1], abs=1e-6)


def test_a_fitted_kernel_may_keep_size_and_numbers():
    like = random_filters(1)[0]
    kernel = fitted_kernel(SOBEL, like, enlarge=False, scale=False)
    assert kernel.tolist() == [SOBEL.tolist()] * 3
    assert fitted_kernel(SOBEL, like, enlarge=False).norm().item() == pytest.approx(like.norm().item(), rel=1e-5)


def test_a_larger_kernel_is_made_smaller():
    laplacian = np.array(preset("laplacian_of_gaussian").matrix)
    kernel = fitted_kernel(laplacian, torch.ones(2, 3, 3), scale=False)
    assert kernel.shape == (2, 3, 3)
    assert kernel[0, 1, 1] == kernel.max()
