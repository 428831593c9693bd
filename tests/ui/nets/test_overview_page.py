"""The Overview page through real events: what is drawn, said and opened; zoom, keys, other pictures and networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from cnnexplorer.nets import load_network, totals
from cnnexplorer.nets.overview import overview
from cnnexplorer.ui.nets import overview_view
from cnnexplorer.ui.nets.overview_layout import LEAST_SIDE, MOST_SIDE, Target
from cnnexplorer.ui.nets.overview_page import OverviewPage
from cnnexplorer.ui.nets.state import Chosen, Place, Source
from cnnexplorer.ui.theme import use_theme
from tests.ui.helpers import (
    CONTROL,
    LEFT,
    NONE,
    choose,
    close_to,
    colour_of,
    grab,
    heard,
    pictured,
    pixels,
    press,
    settled,
    wheel,
)
from tests.ui.nets.helpers import speak_marked, tooltip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.nets.overview_view import OverviewView


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[OverviewPage]:
    found = OverviewPage(model)
    qtbot.addWidget(found)
    found.resize(1240, 680)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.view.pictures is not None)
    yield found
    found.leave()


@pytest.fixture(scope="module")
def branched() -> Network:
    return load_network("googlenet", "random", device="cpu", seed=3, input_size=96)


def renewed(qtbot: QtBot, page: OverviewPage, act: Callable[[], object]) -> None:
    """Do something, and wait until other pictures are shown."""
    before = page.view.pictures
    act()
    qtbot.waitUntil(lambda: page.view.pictures is not None and page.view.pictures is not before, timeout=20000)


def target(page: OverviewPage, part: str, layer: str, index: int = 0) -> Target:
    card = page.view.layout_.card_named(layer)
    assert card is not None
    return Target(part, card, index)


def spot(view: OverviewView, target: Target) -> QPoint:
    rect = view.target_rect(target)
    return rect.center().toPoint() if target.part != "card" else QPoint(round(rect.center().x()), round(rect.top()) + 6)


def show(page: OverviewPage, target: Target) -> QPoint:
    """Scroll to something; return where it is."""
    page.view._show(page.view.layout_.rect(target))
    return spot(page.view, target)


def click(qtbot: QtBot, page: OverviewPage, target: Target) -> None:
    qtbot.mouseClick(page.view.viewport(), LEFT, NONE, show(page, target))


# what is shown


def test_all_layers_are_shown_in_order_with_the_network_s_totals(page: OverviewPage, model: NetModel):
    names = [card.layer.name for card in page.view.layout_.cards]
    assert names == [layer.name for layer in model.layers if not layer.name.startswith("drop")]
    parameters, macs = totals(model.layers)
    text = page.summary.text()
    assert f"{parameters:,} parameters" in text
    assert f"{macs:,} MACs" in text
    assert f"{len(model.layers)} layers" in text


def test_each_map_is_drawn_in_its_colours(page: OverviewPage, model: NetModel):
    assert model.result is not None
    glance = next(glance for glance in overview(model.result).layers if glance.layer.name == "conv3")
    for place in range(2):
        spot_ = show(page, target(page, "map", "conv3", place))
        settled(page)
        rect = page.view.target_rect(target(page, "map", "conv3", place))
        assert rect.contains(QPointF(spot_))
        shown = pixels(page.view.pictures.maps["conv3"][place])
        assert shown.shape[:2] == (13, 13)
        levels = glance.levels[place].astype(float)
        for row, column in ((2, 3), (6, 6), (11, 9)):
            colour = colour_of("diverging", levels[row, column], (1.0, 255.0))
            assert close_to(shown[row, column], colour, 6)
        image = grab(page.view.viewport())
        with pictured("overview", image):
            y, x = round(rect.top() + rect.height() * 6.5 / 13), round(rect.left() + rect.width() * 6.5 / 13)
            around = shown[5:8, 5:8].reshape(-1, 3)
            assert (image[y, x] >= around.min(axis=0) - 8).all()
            assert (image[y, x] <= around.max(axis=0) + 8).all()


def test_the_picture_is_drawn_where_the_strip_begins(page: OverviewPage, model: NetModel):
    assert model.result is not None
    rect = page.view.target_rect(Target("image"))
    image = grab(page.view.viewport())
    with pictured("overview-picture", image):
        for y, x in ((60, 60), (112, 112), (180, 40)):
            seen = 255 * model.result.picture[:, y - 6 : y + 7, x - 6 : x + 7].reshape(3, -1)
            found = image[round(rect.top() + rect.height() * y / 224), round(rect.left() + rect.width() * x / 224)]
            assert (found >= seen.min(axis=1) - 12).all()
            assert (found <= seen.max(axis=1) + 12).all()


def test_other_pictures_bring_other_maps(qtbot: QtBot, page: OverviewPage, model: NetModel):
    rect = page.view.target_rect(Target("image")).toRect().adjusted(4, 4, -4, -4)
    renewed(qtbot, page, lambda: model.set_source(Source(np.zeros((3, 50, 50)), "black")))
    image = grab(page.view.viewport())[rect.top() : rect.bottom(), rect.left() : rect.right()]
    assert image.max() == 0
    assert page.view.pictures.overview.guesses == model.result.guesses


def test_while_it_is_not_shown_no_pictures_are_made(qtbot: QtBot, page: OverviewPage, model: NetModel):
    page.leave()
    before = page.view.pictures
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(Source(np.zeros((3, 50, 50)), "black"))
    assert page.view.pictures is before
    renewed(qtbot, page, page.enter)
    assert pixels(page.view.pictures.image).max() == 0


def test_another_network_shows_nothing_of_the_one_before(
    qtbot: QtBot, page: OverviewPage, model: NetModel, branched: Network
):
    model.adopt(Chosen("googlenet", "random", device="cpu"), branched)
    assert page.view.pictures is None
    assert page.view.layout_.card_named("fc8") is None
    grab(page.view)  # painted without maps
    qtbot.waitUntil(lambda: page.view.pictures is not None, timeout=20000)
    assert page.view.pictures.network is branched
    assert "GoogLeNet" in page.summary.text()


def test_the_same_network_with_other_weights_shows_none_of_the_old_maps(
    qtbot: QtBot, page: OverviewPage, model: NetModel
):
    other = load_network("alexnet2012", "random", device="cpu", seed=8)
    layout = page.view.layout_
    model.adopt(Chosen("alexnet2012", "random", seed=8, device="cpu"), other)
    assert page.view.pictures is None
    assert page.view.layout_ is layout, "nothing moves"
    qtbot.waitUntil(lambda: page.view.pictures is not None, timeout=20000)
    assert page.view.pictures.network is other


# choosing


def test_a_click_on_a_map_opens_it(qtbot: QtBot, page: OverviewPage, model: NetModel):
    unit = page.view.pictures.glances["conv4"].units[1]
    click(qtbot, page, target(page, "map", "conv4", 1))
    assert model.place == Place("maps", "conv4", unit)


def test_a_click_on_a_card_opens_its_layer(qtbot: QtBot, page: OverviewPage, model: NetModel):
    click(qtbot, page, target(page, "card", "pool2"))
    assert model.place == Place("maps", "pool2")
    assert model.can_go_back
    model.back()
    assert model.place.page == "overview"


def test_a_click_on_the_filters_opens_them(qtbot: QtBot, page: OverviewPage, model: NetModel):
    click(qtbot, page, target(page, "filters", "conv3"))
    assert model.place == Place("filters", "conv3")


def test_a_click_on_a_value_opens_its_unit(qtbot: QtBot, page: OverviewPage, model: NetModel):
    page.view.zoom(3)
    click(qtbot, page, target(page, "vector", "fc8", 123))
    assert model.place.page == "maps"
    assert model.place.layer == "fc8"
    assert abs(model.place.unit - 123) <= 1


def test_a_click_on_the_answer_opens_it_and_on_the_picture_nothing(qtbot: QtBot, page: OverviewPage, model: NetModel):
    click(qtbot, page, Target("image"))
    assert model.place.page == "overview"
    click(qtbot, page, Target("answer"))
    assert model.place.page == "answer"


def test_a_press_that_is_let_go_elsewhere_chooses_nothing(qtbot: QtBot, page: OverviewPage, model: NetModel):
    view = page.view.viewport()
    one, other = spot(page.view, target(page, "card", "conv1")), spot(page.view, target(page, "card", "relu1"))
    qtbot.mousePress(view, LEFT, NONE, one)
    qtbot.mouseRelease(view, LEFT, NONE, other)
    qtbot.mouseClick(view, Qt.MouseButton.RightButton, NONE, one)
    assert model.place.page == "overview"


def test_maps_asked_for_but_not_there_yet_can_be_hovered_and_clicked(qtbot: QtBot, page: OverviewPage, model: NetModel):
    page.view.set_pictures(None)
    click(qtbot, page, target(page, "map", "conv2", 1))
    assert model.place == Place("maps", "conv2")
    model.back()
    renewed(qtbot, page, page.enter)
    page.view.set_count(8)  # the maps themselves follow
    told = heard(page.told)
    for index in range(8):
        qtbot.mouseMove(page.view.viewport(), show(page, target(page, "map", "conv2", index)))
        grab(page.view)
        page.view.explain(target(page, "map", "conv2", index))
    assert str(told[-1][0]).startswith("conv2")
    click(qtbot, page, target(page, "map", "conv2", 7))
    assert (model.place.page, model.place.layer) == ("maps", "conv2")


# what is said


def test_the_mouse_tells_of_maps_and_values(qtbot: QtBot, page: OverviewPage, model: NetModel):
    told = heard(page.told)
    glance = page.view.pictures.glances["conv1"]
    qtbot.mouseMove(page.view.viewport(), spot(page.view, target(page, "map", "conv1", 0)))
    text = str(told[-1][0])
    assert text.startswith("conv1 · convolution · 96 × 55 × 55")
    assert f"unit {glance.units[0]}: maximum" in text
    assert float(text.rsplit(" ", 1)[1]) == pytest.approx(float(glance.strengths[0]), rel=1e-2)
    assert page.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(page.view.viewport(), spot(page.view, Target("image")))
    assert "3 × 224 × 224" in str(told[-1][0])
    assert page.view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    QApplication.sendEvent(page.view, QEvent(QEvent.Type.Leave))
    assert told[-1] == ("",)
    vector = target(page, "vector", "fc8", 7)
    value = float(model.result.activations["fc8"][7])
    assert float(page.view.describe(vector).rsplit(" ", 1)[1]) == pytest.approx(value, rel=1e-2)
    assert f"{100 * model.result.guesses[0].probability:.1f}" in page.view.describe(Target("answer"))
    assert "96 filters" in page.view.describe(target(page, "filters", "conv1"))


def test_the_tooltip_explains_the_layer(page: OverviewPage, monkeypatch: pytest.MonkeyPatch):
    view = page.view.viewport()
    text = tooltip(view, spot(page.view, target(page, "card", "conv1")), overview_view, monkeypatch)
    for words in (
        "one filter, one map",
        "window 11 × 11, stride 4, padding 2",
        "34,944 parameters",
        "105,415,200 MACs",
    ):
        assert words in text
    assert "2 groups" in page.view.explain(target(page, "card", "conv2"))
    assert tooltip(view, QPoint(1, 1), overview_view, monkeypatch) == ""


def test_the_strongest_by_their_mean_are_others(qtbot: QtBot, page: OverviewPage, model: NetModel):
    renewed(qtbot, page, lambda: choose(page.measure, "mean"))
    means = model.result.activations["conv1"].flatten(1).mean(1)
    assert page.view.pictures.glances["conv1"].units[0] == int(means.argmax())
    assert ": mean " in page.view.describe(target(page, "map", "conv1", 0))


@pytest.mark.parametrize("count", ["2", "8"])
def test_so_many_maps_are_shown(qtbot: QtBot, page: OverviewPage, count: str):
    renewed(qtbot, page, lambda: choose(page.count, count))
    card = page.view.layout_.cards[page.view.layout_.card_named("conv1") or 0]
    assert len(card.maps) == int(count)
    assert len(page.view.pictures.maps["conv1"]) == int(count)
    renewed(qtbot, page, lambda: choose(page.count, "auto"))
    assert page.view.layout_.metrics.count in (2, 3, 4)


def test_it_follows_language_and_theme(page: OverviewPage, monkeypatch: pytest.MonkeyPatch):
    before = grab(page.view)
    speak_marked(monkeypatch)
    assert "«60,965,224 parameters»" in page.summary.text()
    assert page.measure.itemText(0) == "«Highest value»"
    assert page.view.accessibleName() == "«Overview of the network»"
    assert "«convolution»" in page.view.describe(target(page, "card", "conv1"))
    use_theme("dark")
    settled(page)
    assert grab(page.view).mean() < before.mean() - 60


# zoom and keys


def test_ctrl_and_the_wheel_zoom_and_keep_what_lies_under_the_mouse(page: OverviewPage):
    view = page.view
    goal = target(page, "map", "conv3", 0)
    for steps in (4, 3, -2):
        place, side = show(page, goal), view.layout_.metrics.side
        wheel(view.viewport(), place, steps, CONTROL)
        assert (view.layout_.metrics.side > side) is (steps > 0)
    place = show(page, goal)
    wheel(view.viewport(), place, 1, CONTROL)
    bars = view.verticalScrollBar(), view.horizontalScrollBar()
    free = all(0 < bar.value() < bar.maximum() for bar in bars if bar.maximum())
    if free:
        assert view.target_rect(Target("card", goal.card)).contains(QPointF(place))


def test_zoom_has_ends(qtbot: QtBot, page: OverviewPage):
    for _press in range(30):
        press(page.view, Qt.Key.Key_Plus)
    assert page.view.layout_.metrics.side == MOST_SIDE
    for _press in range(40):
        qtbot.mouseClick(page.smaller, LEFT)
    assert page.view.layout_.metrics.side == LEAST_SIDE
    qtbot.mouseClick(page.larger, LEFT)
    assert page.view.layout_.metrics.side > LEAST_SIDE
    press(page.view, Qt.Key.Key_Minus)
    assert page.view.layout_.metrics.side == pytest.approx(LEAST_SIDE)


def test_the_whole_network_in_the_window_and_back(qtbot: QtBot, page: OverviewPage):
    page.resize(900, 420)
    settled(page)
    assert page.view.verticalScrollBar().maximum() > 0
    qtbot.mouseClick(page.whole, LEFT)
    assert page.view.verticalScrollBar().maximum() == page.view.horizontalScrollBar().maximum() == 0
    grab(page.view)  # without texts
    page.resize(900, 500)
    settled(page)
    assert page.view.verticalScrollBar().maximum() == 0, "it stays whole"
    qtbot.mouseClick(page.readable, LEFT)
    assert page.view.verticalScrollBar().maximum() > 0
    page.fit()
    assert page.view.verticalScrollBar().maximum() == 0


def test_the_wheel_alone_scrolls(page: OverviewPage):
    page.resize(900, 420)
    settled(page)
    page.view.verticalScrollBar().setValue(0)
    wheel(page.view.viewport(), QPoint(100, 100), -2)
    assert page.view.verticalScrollBar().value() > 0


def test_the_keys_lead_to_a_map_and_enter_opens_it(page: OverviewPage, model: NetModel):
    view, told = page.view, heard(page.told)
    view.setFocus()
    press(view, Qt.Key.Key_Home)
    assert view.focus_target == Target("card", 0)
    press(view, Qt.Key.Key_Right)
    press(view, Qt.Key.Key_Down)
    assert view.focus_target == Target("map", 1, 0)
    assert str(told[-1][0]).startswith("relu1")
    assert view.accessibleDescription() == told[-1][0]
    press(view, Qt.Key.Key_A)  # nothing
    unit = view.pictures.glances["relu1"].units[0]
    press(view, Qt.Key.Key_Return)
    assert model.place == Place("maps", "relu1", unit)
    press(view, Qt.Key.Key_End)
    assert view.focus_target == Target("answer")
    press(view, Qt.Key.Key_Return)
    assert model.place.page == "answer"
    press(view, Qt.Key.Key_Left, CONTROL)
    assert view.focus_target == Target("answer"), "with Ctrl a key is another's"


def test_the_focus_is_seen(qtbot: QtBot, page: OverviewPage):
    page.count.setFocus()
    before = grab(page.view)
    page.view.setFocus()
    qtbot.waitUntil(page.view.hasFocus)
    assert not np.array_equal(grab(page.view), before)
    assert page.view.focus_target is not None


def test_the_layer_that_is_looked_at_is_marked_and_in_view(page: OverviewPage, model: NetModel):
    page.resize(900, 420)
    settled(page)
    before = grab(page.view)
    model.visit(layer="conv5")
    area = page.view.viewport().rect()
    assert area.contains(spot(page.view, target(page, "card", "conv5")))
    assert page.view.focus_target == target(page, "card", "conv5")
    assert not np.array_equal(grab(page.view), before)
    drop = next(layer.name for layer in model.layers if layer.name.startswith("drop"))
    model.visit(layer=drop)
    names = [layer.name for layer in model.layers]
    shown = page.view.layout_.cards[page.view.focus_target.card].layer.name
    assert names.index(shown) == names.index(drop) - 1, "dropout is not shown: the layer before it is"


def test_resizing_breaks_the_rows_anew(page: OverviewPage):
    frames = [frame.rect.top() for frame in page.view.layout_.frames]
    page.resize(700, 680)
    settled(page)
    assert [frame.rect.top() for frame in page.view.layout_.frames] != frames
    assert page.view.layout_.size.width() <= page.view.width() or page.view.horizontalScrollBar().maximum() > 0


def test_a_page_that_is_left_keeps_no_maps_of_the_network_before(page: OverviewPage, model: NetModel):
    page.leave()
    assert page.view.pictures is not None
    model.adopt(model.chosen, model.network)
    assert page.view.pictures is None
