"""The measure of filters that the benchmark uses: it must find what is there, and nothing in noise."""

from __future__ import annotations

import math

import pytest
import torch

from tests.benchmarks.filter_fits import fit


def gabor(degrees, frequency, colours, phase=0.7, size=2.2):
    steps = torch.arange(11) - 5.0
    x, y = steps[None] - 0.6, steps[:, None] + 0.4
    angle = math.radians(degrees)
    along = x * math.cos(angle) + y * math.sin(angle)
    wave = torch.exp(-(x**2 + y**2) / (2 * size**2)) * torch.cos(2 * math.pi * frequency * along + phase)
    return torch.stack([strength * wave for strength in colours])


def blob():
    steps = torch.arange(11) - 5.0
    square = steps[None] ** 2 + steps[:, None] ** 2
    inner, outer = torch.exp(-square / 4), torch.exp(-square / 18)
    return torch.stack([inner - 0.4 * outer, -inner, 0.2 * outer])


@pytest.fixture(scope="module")
def fits():
    noise = torch.randn(2, 3, 11, 11, generator=torch.Generator().manual_seed(0))
    waves = [gabor(20, 0.2, (1, 1, 1)), gabor(110, 0.12, (1, -1, 0.1))]
    return fit(torch.stack([*waves, blob(), *noise]))


def test_gabor_functions_are_found_with_their_angle_and_frequency(fits):
    assert fits.gabor[:2].min() > 0.98
    assert fits.orientation[:2].tolist() == pytest.approx([20, 110], abs=2)
    assert fits.frequency[:2].tolist() == pytest.approx([0.2, 0.12], abs=0.01)


def test_a_blob_is_a_blob(fits):
    assert fits.blob[2] > 0.98
    assert fits.best[2] == torch.maximum(fits.gabor, fits.blob)[2]
    assert fits.blob[0] < 0.5


def test_noise_is_neither(fits):
    assert fits.best[3:].max() < 0.3
