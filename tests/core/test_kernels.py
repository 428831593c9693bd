"""Presets and tools for kernels."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core import Convolution, SettingError
from cnnexplorer.core.kernels import (
    KERNEL_TOOLS,
    PRESETS,
    box_kernel,
    gaussian_kernel,
    laplacian_of_gaussian_kernel,
    normalise,
    preset,
    random_kernel,
    resize_kernel,
)

SUM_0 = [
    "sobel_vertical",
    "sobel_horizontal",
    "laplacian",
    "prewitt_diagonal_lecture",
    "prewitt_diagonal",
    "prewitt_vertical",
    "prewitt_horizontal",
    "scharr_vertical",
    "scharr_horizontal",
    "edge_rising",
    "edge_falling",
    "laplacian_of_gaussian",
]
SUM_1 = ["identity", "box", "gaussian", "gaussian5", "sharpen", "emboss"]


def test_presets_are_kernels_under_names_of_their_own():
    assert len({entry.id for entry in PRESETS}) == len({entry.title for entry in PRESETS}) == len(PRESETS)
    assert len({entry.matrix for entry in PRESETS}) == len(PRESETS)
    for entry in PRESETS:
        assert Convolution([[entry.matrix]]).kernel_size in ((3, 3), (5, 5))
        assert entry.about
        assert preset(entry.id) is entry
    for id in SUM_0:
        assert np.sum(preset(id).matrix) == 0
    for id in SUM_1:
        assert np.sum(preset(id).matrix) == pytest.approx(1)
    with pytest.raises(SettingError, match=r"“none”.*sobel_vertical"):
        preset("none")


def test_turned_presets():
    for one, other in (("sobel_vertical", "sobel_horizontal"), ("prewitt_vertical", "prewitt_horizontal"),
                       ("scharr_vertical", "scharr_horizontal")):  # fmt: skip
        np.testing.assert_array_equal(np.transpose(preset(one).matrix), preset(other).matrix)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 15])
def test_made_kernels(size):
    assert box_kernel(size).sum() == pytest.approx(1)
    for sigma in (0.1, 1.0, 30.0):
        gaussian = gaussian_kernel(size, sigma)
        assert gaussian.sum() == pytest.approx(1)
        np.testing.assert_array_equal(gaussian, gaussian[::-1, ::-1])
        np.testing.assert_array_equal(gaussian, gaussian.T)
    if size >= 3:
        kernel = laplacian_of_gaussian_kernel(size, 1.4)
        assert kernel.sum() == pytest.approx(0, abs=1e-12)
        assert np.abs(kernel).max() == 1
        assert kernel[size // 2, size // 2] > 0
    else:
        with pytest.raises(SettingError, match=f"{size}x{size} has no surroundings: use 3x3"):
            laplacian_of_gaussian_kernel(size, 1.4)


@pytest.mark.parametrize("sigma", [0.0, -1.0, float("nan"), float("inf"), 0.05])
def test_deviations_that_cannot_be(sigma):
    for make in (gaussian_kernel, laplacian_of_gaussian_kernel):
        with pytest.raises(SettingError, match=rf"deviation of {sigma} cells cannot be: use 0.1 to 100"):
            make(5, sigma)


def test_gaussian_by_hand():
    e = np.exp(-0.5)
    line = np.array([e, 1, e]) / (1 + 2 * e)
    np.testing.assert_allclose(gaussian_kernel(3, 1.0), np.outer(line, line), rtol=1e-14)


def test_random_kernels_repeat():
    kernel = random_kernel(3, 5, 7)
    assert kernel.shape == (3, 5)
    np.testing.assert_array_equal(kernel, random_kernel(3, 5, 7))
    assert (kernel != random_kernel(3, 5, 8)).any()
    np.testing.assert_array_equal(kernel, np.round(kernel, 3))


def test_normalise():
    np.testing.assert_allclose(normalise(np.full((3, 3), 4.0)), np.full((3, 3), 1 / 9))
    sobel = np.array(preset("sobel_vertical").matrix)
    np.testing.assert_allclose(normalise(sobel), sobel / 8)
    nearly = np.array([[0.1, 0.2, -0.3]])  # sums to rounding
    np.testing.assert_allclose(normalise(nearly), nearly / 0.6)
    assert normalise(np.array([[-1.0, -1.0]])).sum() == 1
    with pytest.raises(SettingError, match="type a weight first"):
        normalise(np.zeros((3, 3)))


KERNEL = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 0.0]])


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("normalise", KERNEL / 15), ("negate", [[-1, -2, -3], [-4, -5, 0]]),
        ("flip_horizontal", [[3, 2, 1], [0, 5, 4]]),
        ("flip_vertical", [[4, 5, 0], [1, 2, 3]]), ("rotate", [[4, 1], [5, 2], [0, 3]]),
        ("transpose", [[1, 4], [2, 5], [3, 0]]), ("zero", [[0, 0, 0], [0, 0, 0]]),
    ],
)  # fmt: skip
def test_tools(tool, expected):
    np.testing.assert_array_equal(KERNEL_TOOLS[tool](KERNEL), expected)
    assert not np.signbit(KERNEL_TOOLS["negate"](KERNEL)[1, 2])
    if tool != "normalise":
        np.testing.assert_array_equal(KERNEL_TOOLS[tool](np.stack([KERNEL, KERNEL]))[1], expected)


def test_resize():
    np.testing.assert_array_equal(resize_kernel(KERNEL, 2, 5), [[0, 1, 2, 3, 0], [0, 4, 5, 0, 0]])
    np.testing.assert_array_equal(resize_kernel(KERNEL, 2, 1), [[2], [5]])
    np.testing.assert_array_equal(resize_kernel(resize_kernel(KERNEL, 8, 7), 2, 3), KERNEL)
    assert resize_kernel(np.ones((4, 3, 3, 3)), 15, 1).shape == (4, 3, 15, 1)
    for height, width in ((0, 3), (3, 16), (-1, 3)):
        with pytest.raises(SettingError, match=f"{height}x{width} cannot be: use 1x1 to 15x15"):
            resize_kernel(KERNEL, height, width)
