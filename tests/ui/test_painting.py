"""Pictures of maps: three planes become red, green and blue, and are scaled down like single maps."""

from __future__ import annotations

import numpy as np
import pytest

from cnnexplorer.ui.widgets.painting import map_image


def pixels(image):
    return [
        [image.pixelColor(column, row).getRgb()[:3] for column in range(image.width())] for row in range(image.height())
    ]


def test_planes_are_colours():
    image = np.array([[[1.0, 0.0]], [[0.0, 0.5]], [[0.25, np.nan]]])
    assert pixels(map_image(image, "grey", 0.0, 1.0)) == [[(255, 0, 64), (0, 128, 0)]]


@pytest.mark.parametrize("size", [(10, 10), (7, 9), (3, 30)])
def test_each_plane_is_scaled_down_as_a_map_is(size: tuple[int, int]):
    image = np.random.default_rng(0).random((3, 30, 41))
    whole = np.array(pixels(map_image(image, "grey", 0.0, 1.0, size)))
    assert whole.shape == (*size, 3)
    for channel, plane in enumerate(image):
        alone = np.array(pixels(map_image(plane, "grey", 0.0, 1.0, size)))
        assert np.abs(whole[..., channel] - alone[..., 0]).max() <= 1
