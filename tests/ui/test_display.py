"""How maps are shown: colour maps, ranges, decimals, figures, colour bar and histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QScrollArea

from cnnexplorer.core import Activation, Convolution, map_stats
from cnnexplorer.ui.widgets import figures
from cnnexplorer.ui.widgets.figures import HISTOGRAM_BINS, ColourBar, Thumbnails, histogram_counts
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS, Look, colour_table, to_indices

from .helpers import close_to, colour_of, corner_colour, enter, grab, pick, pictured, set_image

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

IMAGE = np.random.default_rng(9).integers(-9, 9, (6, 6)).astype(float)
KERNELS = np.stack([np.ones((1, 3, 3)), -3 * np.ones((1, 3, 3))])


@pytest.fixture
def lab(window):
    set_image(window, IMAGE, Convolution(KERNELS), Activation("relu"))
    window.conv.select(("stage", 0))
    window.actions_["spotlight"].trigger()
    return window


def display(window):
    return window.conv.inspector.display


def card(window, index=0):
    return window.conv.strip.cards["stage", index]


def corner(window, index=0):
    view = card(window, index).view
    return corner_colour(grab(view), view.placement.rect(0, 0))


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_colour_maps(lab, name):
    pick(display(lab).colour_map, name)
    value = lab.conv.model.result.outputs[0][0, 0, 0]
    assert close_to(corner(lab), colour_of(name, value, card(lab).limits))
    assert card(lab, 1).content.look.colour_map == "diverging", "another kind of stage keeps its own"


def test_zero_is_the_middle_of_a_diverging_map(lab):
    low, high = card(lab).limits
    assert low == -high
    assert high == abs(lab.conv.model.result.outputs[0][0]).max()


def test_range_per_map_shared_and_fixed(lab):
    maps = lab.conv.model.result.outputs[0]
    pick(display(lab).colour_map, "viridis")
    assert card(lab).limits == (maps[0].min(), maps[0].max())
    pick(display(lab).range_mode, "shared")
    assert card(lab).limits == (maps.min(), maps.max())
    pick(display(lab).range_mode, "fixed")
    assert display(lab).low.isEnabled()
    enter(display(lab).low, "−5")
    enter(display(lab).high, "2,5")
    assert card(lab).limits == (-5, 2.5)
    pick(display(lab).range_mode, "map")
    assert card(lab).limits == (maps[0].min(), maps[0].max())
    assert not display(lab).low.isEnabled()


@pytest.mark.parametrize(("low", "high"), [("abc", None), (None, "nan"), ("1.2.3", None)])
def test_a_fixed_range_that_cannot_be(lab, low, high):
    pick(display(lab).range_mode, "fixed")
    enter(display(lab).low, "−2")
    enter(display(lab).high, "2")
    before = card(lab).limits
    for field, text in ((display(lab).low, low), (display(lab).high, high)):
        if text is not None:
            enter(field, text)
            assert (text.replace("−", "-") in lab.banner.text) or (text in lab.banner.text)
    assert card(lab).limits == before == (-2, 2)
    assert (display(lab).low.value(), display(lab).high.value()) == before
    english = lab.banner.text
    lab.set_language("es")
    assert lab.banner.text not in ("", english)


def test_the_ends_of_a_fixed_range_never_cross(lab):
    pick(display(lab).range_mode, "fixed")
    enter(display(lab).low, "−2")
    enter(display(lab).high, "2")
    enter(display(lab).low, "5")
    assert card(lab).limits[0] == 5 < card(lab).limits[1]
    enter(display(lab).high, "−5")
    assert card(lab).limits[0] < -5 == card(lab).limits[1]
    assert (display(lab).low.value(), display(lab).high.value()) == card(lab).limits


@pytest.mark.parametrize("text", ["-1", "9", "abc", "1.5"])
def test_decimals_that_cannot_be(lab, text):
    enter(display(lab).decimals, text)
    assert display(lab).decimals.value() == 2
    assert text in lab.banner.text


def test_decimals_reach_cells_and_sums(lab):
    lab.conv.inspector.convolution.matrix.edited.emit(0, 0, 1 / 3)
    enter(display(lab).decimals, "4")
    assert card(lab).content.look.decimals == 4
    assert lab.conv.arithmetic.text() == lab.conv.step.expression(4)


def test_the_figures_are_those_of_the_map(qtbot, lab):
    values = lab.conv.model.result.outputs[0][0]
    stats = map_stats(values)
    figures = display(lab).figures
    both = [f"{stats.minimum:g}", f"{stats.maximum:g}"]
    qtbot.waitUntil(lambda: [figures[name].text() for name in ("minimum", "maximum")] == both, timeout=3000)
    assert float(figures["mean"].text()) == pytest.approx(stats.mean, abs=1e-4)
    assert figures["zeros"].text() == f"{100 * stats.zeros:.1f} %"
    assert display(lab).histogram.counts.sum() == values.size
    lab.conv.select(("stage", 1))
    relu = lab.conv.model.result.outputs[1][0]
    assert values.min() < 0 < relu.max()
    qtbot.waitUntil(lambda: figures["minimum"].text() == "0", timeout=3000)
    assert figures["zeros"].text() == f"{100 * (relu == 0).mean():.1f} %"


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_figures_of_nan_and_infinity_are_shown(qtbot, window, odd):
    image = np.arange(-8.0, 8).reshape(4, 4)
    image[0, 0] = odd
    set_image(window, image)
    window.conv.select(("input", -1))
    figures = window.conv.inspector.display.figures
    qtbot.waitUntil(lambda: str(odd) in (figures["minimum"].text(), figures["maximum"].text()), timeout=3000)
    assert window.conv.inspector.display.histogram.counts.sum() == 15
    grab(window)


@pytest.mark.parametrize("seed", range(5))
def test_the_histogram_counts_every_value_once(seed):
    values = np.random.default_rng(seed).normal(size=(37, 41)) * 10.0 ** (seed - 2)
    counts = histogram_counts(values)
    assert len(counts) == HISTOGRAM_BINS
    assert counts.sum() == values.size
    expected, _edges = np.histogram(values, HISTOGRAM_BINS)
    assert np.abs(counts - expected).sum() <= 6  # float32 may put a value on an edge next door


@pytest.mark.parametrize("values", [np.zeros((3, 3)), np.full((2, 2), 5.0), np.array([[np.nan, 1.0], [np.inf, 2.0]])])
def test_histograms_of_odd_maps(values):
    assert histogram_counts(values).sum() == np.isfinite(values).sum()


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_the_colour_bar_runs_through_the_map(qtbot, name):
    bar = ColourBar()
    qtbot.addWidget(bar)
    bar.resize(300, 24)
    bar.show()
    bar.set_range(name, (-1.0, 3.0))
    shot = grab(bar)
    table = colour_table(name)
    with pictured(f"bar-{name}", shot):
        for share in (0.02, 0.4, 0.6, 0.98):
            rgb = table[round(255 * share)]
            expected = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255]
            assert close_to(shot[4, round(300 * share)], expected, 12)


@pytest.mark.parametrize(
    ("look", "plane", "limits"),
    [
        (Look("grey"), [0.0, 0.5], (0, 1)), (Look("grey"), [0.0, 200.0], (0, 255)), (Look("grey"), [0.0, 7.0], (0, 7)),
        (Look("grey"), [-1.0, 1.0], (-1, 1)), (Look("diverging"), [-1.0, 4.0], (-4, 4)),
        (Look("diverging"), [0.0, 0.0], (-1, 1)), (Look("viridis"), [3.0, 3.0], (2.5, 3.5)),
        (Look("viridis", "fixed", 2, 9), [0.0, 1.0], (2, 9)), (Look("viridis"), [np.nan, 2.0, 3.0], (2, 3)),
    ],
)  # fmt: skip
def test_what_the_ends_of_a_colour_map_stand_for(look, plane, limits):
    plane = np.array([plane])
    assert look.range_for(plane, plane) == limits


def test_values_past_the_ends_have_the_colours_of_the_ends():
    found = to_indices(np.array([-9.0, 0.0, 0.5, 1.0, 9.0, np.nan, np.inf, -np.inf]), 0.0, 1.0)
    assert found.tolist() == [0, 0, 128, 255, 255, 0, 255, 0]


def test_thumbnails_out_of_sight_are_not_painted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    painted = []
    monkeypatch.setattr(figures, "draw_cells", lambda *_what: painted.append(1))
    thumbnails, area = Thumbnails(), QScrollArea()
    thumbnails.set_maps([[np.eye(2)] * 3000], [Look("grey")], 0)
    thumbnails.resize(200, thumbnails.heightForWidth(200))
    area.setWidget(thumbnails)
    qtbot.addWidget(area)
    area.resize(220, 300)
    with qtbot.waitExposed(area):
        area.show()
    painted.clear()
    thumbnails.repaint()
    assert 10 < len(painted) < 200
