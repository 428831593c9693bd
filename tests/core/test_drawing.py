"""Which cells the drawing tools touch."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.core.drawing import painted, rectangle, region, smooth_curve, stroke, with_cell

IMAGE = np.zeros((1, 5, 6))
IMAGE.flags.writeable = False


def cells(mask):
    return {tuple(cell) for cell in np.argwhere(mask).tolist()}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((1, 1), (1, 1), {(1, 1)}),
        ((0, 0), (0, 5), {(0, column) for column in range(6)}),
        ((4, 2), (0, 2), {(row, 2) for row in range(5)}),
        ((4, 4), (0, 0), {(k, k) for k in range(5)}),
        ((2, -3), (2, 1), {(2, 0), (2, 1)}),  # begun outside the image
        ((9, 9), (9, 12), set()),
    ],
)
def test_stroke_of_one_cell(start, end, expected):
    assert cells(stroke((5, 6), start, end)) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (2, {(2, 3), (2, 4), (3, 3), (3, 4)}),
        (3, {(row, column) for row in (1, 2, 3) for column in (2, 3, 4)}),
        (4, {(row, column) for row in (1, 2, 3, 4) for column in (2, 3, 4, 5)}
            - {(1, 2), (1, 5), (4, 2), (4, 5)}),
    ],
)  # fmt: skip
def test_dab_of_a_round_brush(size, expected):
    assert cells(stroke((5, 6), (2, 3), (2, 3), size)) == expected


def test_wide_stroke_has_no_gaps_and_stays_inside():
    mask = stroke((40, 60), (5, -4), (35, 70), 3)
    assert mask.shape == (40, 60)
    assert mask.any(axis=0).all()
    assert mask.sum() < 40 * 60 / 4


def test_rectangle_grows_inwards_and_may_lie_outside():
    assert cells(rectangle((5, 6), (3, 4), (1, 1))) == {
        *((1, column) for column in range(1, 5)),
        *((3, column) for column in range(1, 5)),
        (2, 1),
        (2, 4),
    }
    assert rectangle((5, 6), (0, 0), (4, 5), 9).all()
    assert cells(rectangle((5, 6), (-2, -2), (1, 1))) == {(1, 0), (1, 1), (0, 1)}


def test_region_is_of_one_value_and_joined_by_sides():
    image = np.array([[[0, 0, 1], [1, 0, 1], [0, 1, 0]]], dtype=float)
    assert cells(region(image, (0, 0))) == {(0, 0), (0, 1), (1, 1)}
    assert cells(region(image, (2, 2))) == {(2, 2)}
    colours = np.stack([image[0], np.eye(3), np.zeros((3, 3))])
    assert cells(region(colours, (0, 1))) == {(0, 1)}


def test_region_of_not_a_number_is_its_own_cell():
    image = np.full((1, 3, 3), np.nan)
    assert cells(region(image, (1, 2))) == {(1, 2)}


def test_painted_leaves_the_image_and_gives_a_frozen_one():
    mask = stroke((5, 6), (0, 0), (0, 1))
    grey = painted(IMAGE, mask, (0.5,))
    assert not IMAGE.any()
    assert not grey.flags.writeable
    assert grey.sum() == 1.0
    colour = painted(np.zeros((3, 5, 6)), mask, (1.0, 0.5, 0.25))
    assert colour[:, 0, 0].tolist() == [1.0, 0.5, 0.25]
    assert painted(np.zeros((3, 5, 6)), mask, (2.0,))[:, 0, 1].tolist() == [2.0, 2.0, 2.0]
    with pytest.raises(ValueError, match="zip"):
        painted(np.zeros((3, 5, 6)), mask, (1.0, 2.0))


def test_with_cell():
    changed = with_cell(IMAGE, 0, 4, 5, -2.0)
    assert changed[0, 4, 5] == -2.0
    assert np.count_nonzero(changed) == 1
    assert not changed.flags.writeable


def test_smooth_curve_passes_its_points():
    points = [(0.0, 0.0), (3.0, 1.0), (4.0, 5.0)]
    curve = smooth_curve(points, count=10)
    assert curve.shape == (21, 2)
    np.testing.assert_allclose(curve[[0, 10, 20]], points)
