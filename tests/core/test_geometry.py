"""Sizes and positions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from cnnexplorer.core import SettingError, output_size, unvisited, window_reach
from cnnexplorer.core.geometry import is_whole, pair
from cnnexplorer.core.messages import term


def test_sizes_by_counting():
    for size, kernel, stride, before, after, dilation in itertools.product(
        range(1, 9), range(1, 5), range(1, 4), range(3), range(3), range(1, 4)
    ):
        reach = window_reach(kernel, dilation)
        starts = [start for start in range(0, size + before + after, stride) if start + reach <= size + before + after]
        if starts:
            assert output_size(size, kernel, stride, (before, after), dilation) == len(starts)
        else:
            with pytest.raises(SettingError, match=f"{reach} cells"):
                output_size(size, kernel, stride, (before, after), dilation)


def test_ceil_mode_is_that_of_torch():
    for size, kernel, stride, padding in itertools.product(range(1, 12), range(1, 6), range(1, 5), range(3)):
        if padding > kernel // 2:
            continue
        image = torch.zeros(1, 1, size, 1)
        try:
            expected = torch.nn.functional.max_pool2d(
                image, (kernel, 1), (stride, 1), (padding, 0), ceil_mode=True
            ).shape[2]
        except RuntimeError:
            with pytest.raises(SettingError, match="does not fit"):
                output_size(size, kernel, stride, padding, ceil_mode=True)
        else:
            assert output_size(size, kernel, stride, padding, ceil_mode=True) == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0, 3), ["size 0", "1 or more"]),
        ((5, 0), ["kernel size 0", "1 or more"]),
        ((5, 3, 0), ["stride 0", "1 or more"]),
        ((5, 3, -2), ["stride -2", "1 or more"]),
        ((5, 3, 1, -1), ["padding -1", "0 or more"]),
        ((5, 3, 1, (0, -4)), ["padding -4", "0 or more"]),
        ((5, 3, 1, 0, 0), ["dilation 0", "1 or more"]),
        ((5, 3, 1.5), ["stride 1.5", "whole number"]),
        ((5, True), ["kernel size True", "whole number"]),
        ((5, 3, 1, "1"), ["padding 1", "whole number"]),
        ((4, 5), ["5 cells", "input of 4", "padding 1 or more"]),
        ((2, 3, 1, 1, 3), ["7 cells", "input of 4", "padding 3 or more"]),
    ],
)
def test_illegal(arguments, words):
    with pytest.raises(SettingError) as caught:
        output_size(*arguments)
    for word in words:
        assert word in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_the_remedy_works():
    for size, kernel, dilation in itertools.product(range(1, 6), range(1, 8), range(1, 4)):
        try:
            output_size(size, kernel, dilation=dilation)
        except SettingError as error:
            remedy = error.values["padding"]
            assert output_size(size, kernel, padding=remedy, dilation=dilation) >= 1
            with pytest.raises(SettingError):
                output_size(size, kernel, padding=remedy - 1, dilation=dilation)


def test_numpy_numbers():
    eight = np.int64(8)
    assert output_size(eight, np.int32(3), np.uint8(2), np.int64(1)) == 4
    assert type(output_size(eight, 3)) is int
    assert pair((np.int64(1), 2), term("stride"), 1) == (1, 2)


@pytest.mark.parametrize(
    ("value", "whole"),
    [(1, True), (np.int8(1), True), (True, False), (np.True_, False), (1.0, False), (np.array([1, 2]), False),
     (np.array(1), False), ("1", False), (None, False), (torch.tensor(1), False)],
)  # fmt: skip
def test_whole_numbers(value, whole):
    assert is_whole(value) is whole


def test_unvisited():
    assert unvisited(7, 2, 2, (0, 0), 1, 3) == (6,)
    assert unvisited(5, 1, 2, (1, 1), 1, 4) == (1, 3, 5)
    assert unvisited(5, 2, 1, (0, 0), 2, 3) == ()
    assert unvisited(6, 2, 3, (0, 0), 1, 2) == (2, 5)
