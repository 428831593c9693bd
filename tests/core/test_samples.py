"""The pictures that come with the program, and noise."""

import hashlib

import numpy as np
import pytest

from cnnexplorer.core.messages import SettingError
from cnnexplorer.core.samples import SAMPLES, add_noise, make_sample

SHAPES = {
    "digit": (1, 8, 8),
    "patch": (1, 3, 3),
    "stripes": (1, 6, 6),
    "checkerboard": (1, 8, 8),
    "step": (1, 8, 8),
    "ramp": (1, 8, 8),
    "disc": (1, 16, 16),
    "rgb_patch": (3, 8, 8),
    "digit28_3": (1, 28, 28),
    "digit28_5": (1, 28, 28),
    "digit28_8": (1, 28, 28),
    "scene": (3, 224, 224),
    "drawn_star": (3, 224, 224),
    "drawn_house": (3, 224, 224),
    "drawn_fish": (3, 224, 224),
    "drawn_car": (3, 224, 224),
    "drawn_butterfly": (3, 224, 224),
    "drawn_umbrella": (3, 224, 224),
}
IMAGE = np.arange(2 * 40 * 50, dtype=np.float64).reshape(2, 40, 50) / 4000


def test_order_of_the_menu():
    assert list(SAMPLES) == list(SHAPES)


@pytest.mark.parametrize("id", SHAPES)
def test_shape_range_and_repeatability(id):
    sample = SAMPLES[id]
    picture = make_sample(id)
    assert sample.id == id
    assert sample.title
    assert sample.description
    assert picture.shape == SHAPES[id]
    assert picture.dtype == np.float64
    assert picture.min() >= 0
    assert picture.max() <= (4 if id == "patch" else 1)
    assert picture.flags.c_contiguous
    np.testing.assert_array_equal(picture, make_sample(id))


def test_every_call_gives_a_new_array():
    make_sample("patch")[:] = 9
    assert make_sample("patch").max() == 4


def test_unknown_sample():
    with pytest.raises(ValueError, match=r'"cat" is unknown.*digit'):
        make_sample("cat")


def test_patch_of_the_lecture():
    assert make_sample("patch").tolist() == [[[0, 2, 3], [2, 4, 1], [0, 3, 0]]]


def test_simple_pictures():
    row, column = np.indices((8, 8))
    assert make_sample("stripes")[0].tolist() == [[0] * 6, [1] * 6] * 3
    np.testing.assert_array_equal(make_sample("checkerboard")[0], (row + column) % 2)
    np.testing.assert_array_equal(make_sample("step")[0], column >= 4)
    np.testing.assert_array_equal(make_sample("ramp")[0], column / 8)


def test_digit_has_values_that_can_be_read_in_cells():
    digit = make_sample("digit")
    np.testing.assert_array_equal(digit * 2, np.round(digit * 2))
    np.testing.assert_array_equal(make_sample("rgb_patch") * 4, np.round(make_sample("rgb_patch") * 4))
    differences = {(0, 1), (1, 0), (1, 1), (1, -1)}
    for down, right in differences:  # edges in every direction
        assert np.any(digit != np.roll(digit, (down, right), axis=(1, 2)))


def test_disc_is_round_and_smooth_at_its_rim():
    disc = make_sample("disc")[0]
    np.testing.assert_array_equal(disc, disc.T)
    np.testing.assert_array_equal(disc, disc[::-1])
    assert abs(disc.sum() - np.pi * 5.5**2) < 0.5
    assert ((disc > 0) & (disc < 1)).sum() > 16


@pytest.mark.parametrize("id", ["digit28_3", "digit28_5", "digit28_8"])
def test_written_digits_look_like_scanned_ones(id):
    digit = make_sample(id)[0]
    np.testing.assert_allclose(digit * 255, np.round(digit * 255), atol=1e-9)
    assert digit.max() > 0.95
    assert 0.08 < digit.mean() < 0.3
    assert np.pad(digit[2:-2, 2:-2], 2).sum() == digit.sum()  # nothing at the rim
    assert ((digit > 0.1) & (digit < 0.9)).sum() > 40


def test_scene_has_colours_edges_and_textures():
    scene = make_sample("scene")
    sky, roof, meadow = scene[:, 10, 215], scene[:, 80, 100], scene[:, 150, 20]
    assert sky[2] > sky[0]
    assert roof[0] > roof[1]
    assert meadow[1] > max(meadow[0], meadow[2])
    grey = scene.mean(axis=0)
    assert np.abs(np.diff(grey, axis=0)).mean() > 0.02
    assert np.abs(np.diff(grey, axis=1)).mean() > 0.02
    assert len(np.unique(np.round(grey * 255))) > 200
    assert grey[195:].std() > 0.08


def test_gaussian_noise_has_the_deviation_and_is_not_clipped():
    noisy = add_noise(IMAGE, "gaussian", 0.5, seed=3)
    noise = noisy - IMAGE
    assert noisy.shape == IMAGE.shape
    assert abs(noise.mean()) < 0.03
    assert abs(noise.std() - 0.5) < 0.02
    assert noisy.min() < IMAGE.min()
    assert noisy.max() > IMAGE.max()


@pytest.mark.parametrize(("share", "count"), [(0, 0), (0.1, 200), (0.5, 1000), (1, 2000)])
def test_salt_and_pepper_changes_that_share_of_pixels(share, count):
    image = IMAGE + 1
    image[:, 0, 0], image[:, -1, -1] = 0, 9
    noisy = add_noise(image, "salt_pepper", share, seed=1)
    same_extremes = noisy[:, 1:-1, 1:-1]
    pepper, salt = (same_extremes == 0).all(axis=0), (same_extremes == 9).all(axis=0)
    untouched = (same_extremes == image[:, 1:-1, 1:-1]).all(axis=0)
    assert np.all(pepper.astype(int) + salt + untouched == 1)
    if share in (0, 1):
        assert (~untouched).all() if share else untouched.all()
    changed = (noisy == 0).all(axis=0).sum() + (noisy == 9).all(axis=0).sum()
    assert count <= changed <= count + 2
    assert abs(int((noisy[0] == 0).sum()) - int((noisy[0] == 9).sum())) <= 2


def test_salt_and_pepper_of_an_odd_number_favours_neither():
    counts = [add_noise(np.array([[[0.0, 0.5, 1.0]]]), "salt_pepper", 1, seed)[0].sum() for seed in range(40)]
    assert set(counts) == {1, 2}


def test_image_is_left_alone():
    for kind in ("gaussian", "salt_pepper"):
        image = IMAGE.copy()
        add_noise(image, kind, 0.3, seed=0)
        np.testing.assert_array_equal(image, IMAGE)
        np.testing.assert_array_equal(add_noise(image, kind, 0, seed=0), IMAGE)


def test_noise_is_the_same_everywhere():
    first = add_noise(IMAGE, "salt_pepper", 0.3, seed=11)
    np.testing.assert_array_equal(first, add_noise(IMAGE, "salt_pepper", 0.3, seed=11))
    assert np.any(first != add_noise(IMAGE, "salt_pepper", 0.3, seed=12))
    assert hashlib.sha256(first.astype("<f8").tobytes()).hexdigest()[:12] == "e136d814f3ec"
    gaussian = add_noise(np.zeros((1, 1, 3)), "gaussian", 1.0, seed=0)
    np.testing.assert_allclose(gaussian, [[[0.12573022, -0.13210486, 0.64042265]]], atol=1e-8)


@pytest.mark.parametrize(
    ("kind", "amount", "seed", "sentence"),
    [
        ("snow", 0.1, 0, 'noise "snow" is unknown'),
        ("gaussian", -0.1, 0, "amount -0.1 is negative"),
        ("salt_pepper", -0.1, 0, "amount -0.1 is negative"),
        ("salt_pepper", 1.01, 0, "amount 1.01 is more than all pixels"),
        ("gaussian", float("nan"), 0, "amount nan is no finite number"),
        ("salt_pepper", float("inf"), 0, "amount inf is no finite number"),
        ("gaussian", 0.1, -1, "seed -1 is negative"),
    ],
)
def test_wrong_noise(kind, amount, seed, sentence):
    with pytest.raises(SettingError, match=sentence):
        add_noise(IMAGE, kind, amount, seed)


def test_noise_beyond_every_number_is_refused():
    with pytest.raises(SettingError, match=r"1e[+]308 makes infinite values: use less"):
        add_noise(np.zeros((1, 8, 8)), "gaussian", 1e308, 1)
    infinite = np.full((1, 2, 2), np.inf)
    assert np.isinf(add_noise(infinite, "gaussian", 1.0, 1)).all()
