"""What arrays of others are taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core import Convolution, DataError, SettingError
from cnnexplorer.core.importing import as_image, read_image, with_kernels

if TYPE_CHECKING:
    from pathlib import Path

IMAGES = [
    ((4, 5), (1, 4, 5), "a: 4 × 5, one channel"),
    ((3, 4, 5), (3, 4, 5), "a: 4 × 5, channels first: 3"),
    ((4, 5, 3), (3, 4, 5), "a: 4 × 5, channels last: 3"),
    ((4, 5, 1), (1, 4, 5), "a: 4 × 5, channels last: 1"),
    ((3, 4, 3), (3, 4, 3), "a: 4 × 3, channels first: 3"),
    ((1, 4, 3), (1, 4, 3), "a: 4 × 3, channels first: 1"),
    ((7, 4, 4), (7, 4, 4), "a: 4 × 4, channels first: 7"),
    ((1, 3, 4, 5), (3, 4, 5), "a: 4 × 5, channels first: 3"),
]


@pytest.mark.parametrize(("shape", "expected", "text"), IMAGES)
def test_images(shape: tuple[int, ...], expected: tuple[int, ...], text: str):
    array = np.random.default_rng(1).normal(size=shape)
    image, note = as_image(array, "a")
    assert image.shape == expected
    assert sorted(image.ravel()) == sorted(array.ravel())
    assert note.sentence(str) == text


def test_channels_that_stand_last_are_the_same_pixels():
    array = np.random.default_rng(2).normal(size=(4, 5, 3))
    image, _note = as_image(array, "a")
    assert all((image[channel] == array[:, :, channel]).all() for channel in range(3))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((5,), "a has the shape 5, which is no image"),
        ((2, 3, 4, 5), "a has the shape 2 × 3 × 4 × 5, which is no image"),
        ((20, 30, 4), r"with transparency: save it without, as array\[:, :, :3\]"),
        ((4097, 2, 2), "a has 4097 channels, and an image has 4096 at most"),
        ((1, 2049), "an image of 1 × 2049, and the longest side is 2048"),
    ],
)
def test_no_images(shape: tuple[int, ...], words: str):
    with pytest.raises(DataError, match=words):
        as_image(np.zeros(shape), "a")


def test_an_image_is_read_with_its_numbers_as_they_are(tmp_path: Path):
    values = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
    np.save(tmp_path / "a.npy", values)
    image, note = read_image(tmp_path / "a.npy")
    assert (image == values.transpose(2, 0, 1)).all()
    assert note.sentence(str).startswith("a.npy: 6 × 7, channels last: 3")


def bank(filters: int = 2, planes: int = 3, bias: bool = True) -> Convolution:
    weight = np.random.default_rng(4).normal(size=(filters, planes, 3, 3))
    return Convolution(weight, np.arange(1.0, filters + 1) if bias else None)


NEW = np.random.default_rng(5).normal


def test_a_kernel_goes_where_it_is_wanted():
    stage, kernel = bank(), NEW(size=(3, 3))
    changed, note = with_kernels(stage, 1, 2, kernel, "a")
    assert (changed.weight[1, 2] == kernel).all()
    expected = stage.weight.copy()
    expected[1, 2] = kernel
    assert (changed.weight == expected).all()
    assert note.sentence(str) == "a: a kernel of 3 × 3"
    changed, _note = with_kernels(stage, 1, None, kernel, "a")
    assert all((changed.weight[1, plane] == kernel).all() for plane in range(3))
    assert (changed.weight[0] == stage.weight[0]).all()


def test_a_filter_fills_all_planes():
    stage, kernel = bank(), NEW(size=(3, 5, 5))
    changed, note = with_kernels(stage, 0, 1, kernel, "a")
    assert (changed.weight[0] == kernel).all()
    assert changed.kernel_size == (5, 5)
    assert (changed.weight[1, :, 1:4, 1:4] == stage.weight[1]).all()
    assert note.sentence(str) == "a: a filter of 3 × 5 × 5"


@pytest.mark.parametrize(("filters", "kept"), [(2, True), (5, False)])
def test_a_bank_takes_the_place_of_the_old_one(filters: int, kept: bool):
    stage, weight = bank(), NEW(size=(filters, 3, 5, 4))
    changed, note = with_kernels(stage, 1, None, weight, "a")
    assert (changed.weight == weight).all()
    assert (changed.bias is not None) == kept
    assert note.sentence(str) == f"a: a bank of {filters} × 3 × 5 × 4"


def test_matrices_are_a_bank_where_filters_have_one_plane():
    changed, note = with_kernels(bank(2, 1), 0, None, NEW(size=(4, 3, 3)), "a")
    assert changed.weight.shape == (4, 1, 3, 3)
    assert note.sentence(str) == "a: a bank of 4 × 1 × 3 × 3"


@pytest.mark.parametrize(
    ("shape", "error", "words"),
    [
        ((2, 3, 3), DataError, "has the shape 2 × 3 × 3, and the bank here is one of filters × 3 × height"),
        ((4, 2, 3, 3), DataError, "has the shape 4 × 2 × 3 × 3, and the bank here is one of filters × 3 × height"),
        ((17, 3, 3, 3), DataError, r"holds 17 filters, and a bank has 16 at most: .* weight\[:16\]"),
        ((16, 16), SettingError, "a kernel of 16x16 cannot be"),
        ((1, 3, 20, 20), SettingError, "20"),
    ],
)
def test_weights_that_do_not_fit(shape: tuple[int, ...], error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        with_kernels(bank(), 0, None, NEW(size=shape), "a")
