"""The first layer before any label is seen."""

from __future__ import annotations

import torch

from cnnexplorer.nets.filter_measures import colourfulness
from cnnexplorer.pretraining.first_layer import draw_patches, learn_filters


def test_patches_are_repeatable_normalised_and_without_a_mean_in_each_colour():
    patches = draw_patches(1, 500)
    assert patches.shape == (500, 3 * 11 * 11)
    assert torch.equal(patches, draw_patches(1, 500))
    assert not torch.equal(patches, draw_patches(2, 500))
    assert patches.reshape(500, 3, -1).mean(dim=2).abs().max() < 1e-4
    assert 0.2 < patches.std() < 1


def test_filters_are_repeatable_smooth_and_respond_with_a_deviation_of_1(filters):
    patches = draw_patches(0, 8000)
    assert filters.shape == (96, 3, 11, 11)
    assert torch.equal(filters, learn_filters(patches, 0, steps=60))
    torch.testing.assert_close((patches @ filters.flatten(1).T).std(dim=0), torch.ones(96), atol=1e-3, rtol=0)
    flat = filters.flatten(2) - filters.flatten(2).mean(dim=2, keepdim=True)
    planes = flat.reshape(filters.shape)
    neighbours = (planes[..., 1:] * planes[..., :-1]).sum() / planes.square().sum()
    assert neighbours > 0.3  # random weights: 0
    edge = filters[..., [0, -1]].square().mean() / filters.square().mean()
    assert edge < 0.3  # strong in the middle


def test_the_grey_ones_come_first(filters):
    colours = torch.from_numpy(colourfulness(filters))
    assert torch.equal(colours, colours.sort().values)
    assert colours[:20].mean() < 0.4 < 0.7 < colours[-20:].mean()
