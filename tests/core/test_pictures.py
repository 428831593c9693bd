"""Drawn pictures: the same for the same seed, of every class, with the object on them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from cnnexplorer.core.objects import CLASSES, OBJECTS
from cnnexplorer.core.pictures import Difficulty, compose, draw_labelled
from cnnexplorer.core.textures import bricks, clouds, dead_leaves, grating, ramp, texture

QUIET = Difficulty(0, 0, 0)


def test_there_are_enough_classes_each_with_a_name_of_its_own():
    assert len(CLASSES) == len(set(CLASSES)) >= 30
    assert list(OBJECTS) == list(CLASSES)


def test_the_seed_decides_everything():
    image, label = draw_labelled(11, 64)
    again, same = draw_labelled(11, 64)
    other, _ = draw_labelled(12, 64)
    np.testing.assert_array_equal(image, again)
    assert label == same
    assert np.abs(image - other).mean() > 0.02
    assert image.shape == (3, 64, 64)
    assert image.dtype == np.float64
    assert image.flags.c_contiguous
    assert 0 <= image.min() < image.max() <= 1


def test_the_state_of_numpys_own_generator_is_left_alone():
    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    draw_labelled(3, 48)
    assert np.random.rand() == expected


def test_every_class_comes_up_by_itself_and_can_be_asked_for():
    labels = [draw_labelled(seed, 40)[1] for seed in range(400)]
    assert set(labels) == set(range(len(CLASSES)))
    assert draw_labelled(5, 40, label=3)[1] == 3


@pytest.mark.parametrize("label", range(len(CLASSES)), ids=CLASSES)
def test_an_object_covers_some_of_the_picture_and_never_looks_the_same_twice(label):
    ground = np.full((96, 96, 3), 0.5, np.float32)
    first, second = (compose(np.random.default_rng(seed), ground, label, QUIET) for seed in (1, 2))
    assert (first != second).any()
    for picture in (first, second):
        corner = picture[0, 0].astype(int)
        covered = (np.abs(picture.astype(int) - corner).sum(axis=2) > 30).mean()
        assert 0.02 < covered < 0.8


@pytest.mark.parametrize("label", range(len(CLASSES)), ids=CLASSES)
def test_an_objects_parts_lie_in_its_square_and_have_one_of_three_colours(label):
    for seed in range(5):
        parts = OBJECTS[CLASSES[label]](np.random.default_rng(seed))
        corners = np.concatenate([outline for part in parts for outline in part.outlines])
        assert np.abs(corners).max() < 1.05
        assert np.ptp(corners, axis=0).max() > 1.5
        assert {part.paint for part in parts} <= {0, 1, 2}


def test_harder_pictures_are_less_clean():
    ground = texture(np.random.default_rng(2), 96)

    def roughness(difficulty):
        found = [compose(np.random.default_rng(seed), ground, 0, difficulty).astype(float) for seed in range(20)]
        return np.mean([np.abs(np.diff(picture, axis=1)).mean() for picture in found])

    assert roughness(Difficulty(1, 1, 1)) > 1.5 * roughness(QUIET)


@pytest.mark.parametrize("make", [ramp, grating, clouds, bricks])
def test_textures_have_values_from_0_to_1_and_vary(make):
    for seed in range(6):
        plane = make(np.random.default_rng(seed), 64)
        assert plane.shape == (64, 64)
        assert plane.dtype == np.float32
        assert 0 <= plane.min() < plane.max() <= 1


def test_dead_leaves_have_flat_faces_and_edges_of_all_sizes():
    picture = dead_leaves(np.random.default_rng(1), 128)
    steps = np.abs(np.diff(picture, axis=1)).sum(axis=2)
    assert (steps == 0).mean() > 0.5
    assert (steps > 0.2).mean() > 0.02
    spectrum = np.abs(np.fft.fft2(picture.mean(axis=2) - picture.mean())) ** 2
    low, high = spectrum[1:5, 1:5].mean(), spectrum[20:40, 20:40].mean()
    assert low > 20 * high  # strength falls with frequency, as in photographs


def test_drawing_is_not_slow():
    cv2.setNumThreads(1)
    draw_labelled(0, 96)
    clock = cv2.TickMeter()
    clock.start()
    for seed in range(20):
        draw_labelled(seed, 96)
    clock.stop()
    assert clock.getTimeMilli() / 20 < 100  # about 3 on an idle machine
