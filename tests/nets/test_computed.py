"""One look of a network at a picture, disturbed or not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import Perturbation, compute


def test_it_holds_what_the_network_saw_gave_and_answered(alexnet2012, picture):
    found = compute(alexnet2012, picture)
    assert found.network is alexnet2012
    assert found.picture.dtype == np.float32
    assert np.array_equal(found.picture, alexnet2012.picture(picture).numpy())
    expected = alexnet2012.activations(picture)
    assert all(found.activations[name].equal(expected[name]) for name in expected)
    assert found.probabilities == pytest.approx(torch.softmax(expected["fc8"], 0).numpy(), abs=1e-7)
    assert found.guesses[0].index == int(found.probabilities.argmax())
    assert [guess.probability for guess in found.guesses] == sorted(found.probabilities, reverse=True)[:5]
    assert found.clean is found.activations, "nothing is disturbed"
    assert found.perturbation == Perturbation()
    assert found.filters_version == alexnet2012.filters_version
    assert found.milliseconds > 0


def test_disturbed_and_clean_are_both_computed(alexnet2012, picture):
    clean = compute(alexnet2012, picture)
    noisy = compute(alexnet2012, picture, Perturbation(noise=0.2))
    assert not noisy.activations["conv1"].equal(clean.activations["conv1"])
    assert noisy.clean["fc8"].equal(clean.activations["fc8"])
    assert not np.array_equal(noisy.picture, clean.picture)


def test_clean_activations_at_hand_are_not_computed_again(alexnet2012, picture):
    clean = compute(alexnet2012, picture).activations
    assert compute(alexnet2012, picture, Perturbation(blur=2.0), clean=clean).clean is clean


def test_without_preprocessing_the_picture_is_taken_as_it_is(alexnet2012):
    picture = np.random.default_rng(3).random((3, 224, 224))
    found = compute(alexnet2012, picture, preprocess=False)
    assert np.array_equal(found.picture, picture.astype(np.float32))
    assert np.array_equal(found.activations.input.numpy(), found.picture), "not normalised"
    prepared = compute(alexnet2012, picture)
    assert not np.array_equal(prepared.activations.input.numpy(), prepared.picture)


def test_grey_is_taken_for_all_three_colours(alexnet2012):
    grey = np.random.default_rng(3).random((1, 60, 80))
    assert np.array_equal(compute(alexnet2012, grey).picture, compute(alexnet2012, grey.repeat(3, axis=0)).picture)


@pytest.mark.parametrize("shape", [(2, 60, 80), (60, 80), (3, 0, 80)])
def test_what_is_no_picture_is_refused(alexnet2012, shape):
    with pytest.raises(SettingError, match="shape"):
        compute(alexnet2012, np.zeros(shape))


def test_a_picture_too_small_is_refused(alexnet2012):
    with pytest.raises(SettingError):
        compute(alexnet2012, np.zeros((3, 8, 8)), preprocess=False)


@pytest.mark.parametrize("shape", [(1, 18), (20, 1), (3, 40), (1, 9)])
def test_the_middle_of_a_long_thin_picture_is_seen(alexnet2012, shape):
    thin = np.random.default_rng(5).random((3, *shape))
    whole = torch.tensor(thin, dtype=torch.float32)[None]
    size = [256 * side // min(shape) for side in shape]
    resized = functional.interpolate(whole, size=size, mode="bilinear", align_corners=False, antialias=True)[0]
    top, left = (round((side - 224) / 2) for side in size)
    expected = resized[:, top : top + 224, left : left + 224].numpy()
    found = compute(alexnet2012, thin).picture
    assert found == pytest.approx(expected, abs=1e-5 if min(shape) == 1 else 0.05)


def test_a_long_thin_picture_takes_no_more_memory_than_another(alexnet2012, monkeypatch):
    sizes = []
    resize = functional.interpolate
    monkeypatch.setattr(functional, "interpolate", lambda *a, **k: sizes.append(k["size"]) or resize(*a, **k))
    compute(alexnet2012, np.zeros((3, 1, 2048)))
    compute(alexnet2012, np.zeros((1, 2048, 2)))
    assert sizes
    assert max(map(max, sizes)) < 4096


def test_an_edit_of_filters_is_told_by_the_version(alexnet2012, picture):
    before = compute(alexnet2012, picture)
    alexnet2012.zero_filter("conv1", 3)
    after = compute(alexnet2012, picture)
    alexnet2012.reset()
    assert after.filters_version != before.filters_version
    assert after.activations["conv1"][3].unique().numel() == 1


def test_a_picture_that_may_not_be_written_to_is_read_without_a_warning(alexnet2012, picture):
    frozen = picture.copy()
    frozen.flags.writeable = False
    assert np.array_equal(compute(alexnet2012, frozen).picture, compute(alexnet2012, picture).picture)
