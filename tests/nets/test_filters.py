"""Changing filters, and back."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnexplorer.core.messages import SettingError

FIRST = "conv1.conv"
SOBEL = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])


def test_a_hand_made_kernel_takes_a_filters_place(small, picture):
    before = small.activations(picture)
    small.replace_filter(FIRST, 4, SOBEL)
    after = small.activations(picture)
    filters = small.filters(FIRST)
    assert torch.equal(filters[4, 1, 2:5, 2:5], torch.from_numpy(SOBEL).float())
    assert filters[4].abs().sum() == 3 * 8
    assert not torch.equal(after[FIRST][4], before[FIRST][4])
    others = [unit for unit in range(64) if unit != 4]
    assert torch.equal(after[FIRST][others], before[FIRST][others])
    assert not torch.equal(after["fc"], before["fc"])
    assert small.edited_layers() == (FIRST,)
    small.reset(FIRST)
    assert small.edited_layers() == ()
    assert torch.equal(small.activations(picture)["fc"], before["fc"])


def test_zero_shuffle_and_reset_all(small, picture):
    before = small.activations(picture)["fc"]
    original = small.filters(FIRST)
    small.zero_filter(FIRST, 0)
    assert not small.activations(picture)[FIRST][0].any()
    small.shuffle_filters("conv3.conv", seed=3)
    shuffled = small.filters("conv3.conv")
    kept = small.original_filters("conv3.conv")
    assert not torch.equal(shuffled, kept)
    assert torch.equal(shuffled.flatten(1).sort().values, kept.flatten(1).sort().values)
    small.reset("conv3.conv")
    small.shuffle_filters("conv3.conv", seed=3)
    assert torch.equal(small.filters("conv3.conv"), shuffled)
    assert {*small.edited_layers()} == {FIRST, "conv3.conv"}
    small.reset()
    assert torch.equal(small.filters(FIRST), original)
    assert torch.equal(small.activations(picture)["fc"], before)


def test_an_earlier_state_can_be_brought_back_for_undo(small):
    states = [small.filters(FIRST)]
    small.zero_filter(FIRST, 1)
    states.append(small.filters(FIRST))
    small.replace_filter(FIRST, 1, np.ones((3, 7, 7)))
    small.set_filters(FIRST, states[1])
    assert torch.equal(small.filters(FIRST), states[1])
    small.set_filters(FIRST, states[0])
    assert small.edited_layers() == ()
    states[0].zero_()
    assert small.filters(FIRST).any()  # copies, both ways


def test_what_does_not_fit_is_refused(small):
    with pytest.raises(SettingError, match=r"conv1\.bn is not a convolution"):
        small.filters("conv1.bn")
    with pytest.raises(SettingError, match="fc is not a convolution"):
        small.zero_filter("fc", 0)
    with pytest.raises(SettingError, match=r"conv1\.conv has no filter 64: use 0 to 63"):
        small.zero_filter(FIRST, 64)
    for shape in ((9, 9), (2, 3, 3), (3,), (1, 3, 7, 7)):
        with pytest.raises(
            SettingError, match=r"a kernel of shape .* does not fit conv1\.conv, whose filters are 3×7×7"
        ):
            small.replace_filter(FIRST, 0, np.ones(shape))
    with pytest.raises(SettingError, match="does not fit"):
        small.set_filters(FIRST, np.ones((64, 3, 7)))
    assert small.edited_layers() == ()
