"""Mosaics against the same thing written plainly in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnexplorer.nets import filter_pictures, make_mosaic


def maps(count=7, height=5, width=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(count, height, width, generator=generator)
    values[2] = 0
    values[3].clamp_(min=0)
    return values


def plain(values, low, high):
    span = high - low
    return np.clip(np.rint((values - low) / span * 254 + 1), 1, 255) if span > 0 else np.ones_like(values)


@pytest.mark.parametrize("value_range", ["map", "shared", (-0.5, 1.5)])
@pytest.mark.parametrize("diverging", [False, True])
def test_levels_and_tiles(value_range, diverging):
    values = maps()
    found = make_mosaic(values, value_range=value_range, diverging=diverging, columns=3, gap=2)
    assert found.picture.shape == (3 * 7 - 2, 3 * 6 - 2)
    assert found.picture.dtype == np.uint8
    background = np.ones(found.picture.shape, dtype=bool)
    for unit, values_of_map in enumerate(values.double().numpy()):
        low, high = values_of_map.min(), values_of_map.max()
        if value_range == "shared":
            low, high = values.min().item(), values.max().item()
        elif value_range != "map":
            low, high = value_range
        if diverging:
            low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
        assert found.low[unit] == pytest.approx(low, abs=1e-6)
        assert found.high[unit] == pytest.approx(high, abs=1e-6)
        top, left, height, width = found.rectangle(unit)
        tile = found.picture[top : top + height, left : left + width].astype(int)
        expected = plain(values_of_map, low, high) if high > low or not diverging else np.full((5, 4), 128)
        assert abs(tile - expected).max() <= 1
        background[top : top + height, left : left + width] = False
    assert not found.picture[background].any()
    if diverging:
        zero = found.picture[found.rectangle(2).top, found.rectangle(2).left]
        assert zero == 128


@pytest.mark.parametrize("order", ["index", "mean", "maximum", "zeros"])
@pytest.mark.parametrize("units", [None, [5, 3, 1]])
def test_order_and_subset(order, units):
    values = maps()
    found = make_mosaic(values, order=order, units=units)
    key = {
        "index": lambda unit: 0,
        "mean": lambda unit: -values[unit].mean().item(),
        "maximum": lambda unit: -values[unit].max().item(),
        "zeros": lambda unit: -(values[unit] == 0).float().mean().item(),
    }[order]
    assert found.units.tolist() == sorted(units or range(7), key=key)
    assert len(found.stats.mean) == 7


def test_statistics_and_dead_units():
    values = maps()
    stats = make_mosaic(values).stats
    array = values.numpy()
    np.testing.assert_allclose(stats.minimum, array.min((1, 2)))
    np.testing.assert_allclose(stats.maximum, array.max((1, 2)))
    np.testing.assert_allclose(stats.mean, array.mean((1, 2)), atol=1e-6)
    np.testing.assert_allclose(stats.deviation, array.std((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(stats.zeros, (array == 0).mean((1, 2)))
    assert stats.dead.tolist() == [False, False, True, False, False, False, False]


def test_from_pixel_to_unit_and_back():
    found = make_mosaic(maps(), columns=3, gap=1, units=[6, 0, 2, 4])
    seen = {}
    height, width = found.picture.shape
    for y in range(-1, height + 2):
        for x in range(-1, width + 2):
            place = found.at(y, x)
            if place is not None:
                seen.setdefault(place[0], []).append((y, x))
                top, left, *_ = found.rectangle(place[0])
                assert (y - top, x - left) == place[1:]
    assert {unit: len(places) for unit, places in seen.items()} == {6: 20, 0: 20, 2: 20, 4: 20}
    assert found.rectangle(1) is None
    assert found.rows == 2


def test_values_that_are_no_numbers():
    values = maps()
    values[0, 0, 0], values[1, 0, 0], values[4] = torch.nan, torch.inf, torch.nan
    found = make_mosaic(values, value_range="shared")
    assert np.isfinite(found.low).all()
    assert np.isfinite(found.high).all()
    assert all(np.isfinite(getattr(found.stats, name)).all() for name in ("minimum", "maximum", "mean", "deviation"))
    top, left, *_ = found.rectangle(0)
    assert found.picture[top, left] == 0
    assert found.picture[top, left + 1] > 0
    top, left, *_ = found.rectangle(1)
    assert found.picture[top, left] == 255
    assert found.stats.maximum[1] == values[1][values[1].isfinite()].max()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_and_vectors(dtype):
    found = make_mosaic(torch.arange(10).to(dtype), gap=0, value_range="shared", columns=5)
    assert found.picture.shape == (2, 5)
    assert found.picture[0, 0] == 1
    assert found.picture[1, 4] == 255
    assert found.at(1, 2) == (7, 0, 0)


def test_one_transfer_and_the_maps_stay_as_they_are(monkeypatch):
    values = maps(512, 13, 13)
    before, moved = values.clone(), []
    real = torch.Tensor.cpu
    monkeypatch.setattr(torch.Tensor, "cpu", lambda self: moved.append(self.dtype) or real(self))
    found = make_mosaic(values, order="mean", diverging=True)
    assert moved == [torch.uint8]
    assert torch.equal(values, before)
    height, width = found.picture.shape
    assert 1 < width / height < 1.8


def test_filters_as_pictures():
    weights = torch.randn(8, 3, 11, 11, generator=torch.Generator().manual_seed(0))
    weights[1] *= 0.1
    weights[2] = 0
    each, shared = filter_pictures(weights), filter_pictures(weights, shared=True)
    assert each.shape == (8, 11, 11, 3)
    assert all(abs(each[unit].astype(int) - 128).max() == 127 for unit in (0, 1, 3))
    assert abs(shared[1].astype(int) - 128).max() < 30
    assert (each[2] == 128).all()


def test_a_fixed_range_beyond_float32():
    for ends in ((-1e308, 1e308), (0.0, 1e39), (-1e39, -1e38)):
        assert set(np.unique(make_mosaic(maps(), value_range=ends, gap=0).picture)) <= {0, 1, 128, 255}
