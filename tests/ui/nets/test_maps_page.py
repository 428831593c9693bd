"""The Maps page through real events: mosaic, order, filter, ranges, colours, one unit, ways on, other pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import UserError, format_number
from cnnexplorer.nets import Perturbation, load_network
from cnnexplorer.ui.nets.maps_controls import NARROW, _widened
from cnnexplorer.ui.nets.maps_page import MapsPage
from cnnexplorer.ui.nets.maps_sheet import best_columns, parse_units
from cnnexplorer.ui.nets.maps_texts import filters_behind, may_be_negative, stage_text, weights_before
from cnnexplorer.ui.nets.state import Chosen, Place, Source
from cnnexplorer.ui.theme import use_theme
from cnnexplorer.ui.widgets import mosaic_view
from tests.ui.helpers import (
    LEFT,
    NONE,
    choose,
    click_cell,
    close_to,
    colour_of,
    double_click,
    enter,
    grab,
    heard,
    hover_cell,
    pictured,
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
    from cnnexplorer.ui.nets.unit_sheet import UnitSheet


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[MapsPage]:
    model.visit(page="maps", layer="conv3")
    found = MapsPage(model)
    qtbot.addWidget(found)
    found.resize(1100, 700)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    ready(qtbot, found)
    yield found
    found.leave()


def ready(qtbot: QtBot, page: MapsPage) -> None:
    """Wait until the maps and the unit are those that are wished for."""

    def there() -> bool:
        sheet, unit = page.sheet, page.panel.sheet
        return sheet is not None and unit is not None and sheet.wish == page._wish and unit.wish == page._unit_wish

    qtbot.waitUntil(there, timeout=20000)
    settled(page)


def renewed(qtbot: QtBot, page: MapsPage, act: Callable[[], object]) -> None:
    """Do something, and wait until other maps are shown, and all that is computed with them."""
    before = page.sheet
    act()
    qtbot.waitUntil(
        lambda: page.sheet is not None and page.sheet is not before and not page.model._task.busy, timeout=20000
    )
    ready(qtbot, page)


def shown_units(page: MapsPage) -> list[int]:
    return page.view.mosaic.units.tolist()


def spot(page: MapsPage, unit: int, row: int = 6, column: int = 6) -> QPoint:
    rect, (height, width) = page.view.tile_rect(unit), page.view.mosaic.tile
    return QPoint(
        round(rect.left() + (column + 0.5) * rect.width() / width),
        round(rect.top() + (row + 0.5) * rect.height() / height),
    )


def values_of(model: NetModel, layer: str) -> torch.Tensor:
    assert model.result is not None
    return model.result.activations[layer]


def sheet_of(page: MapsPage) -> UnitSheet:
    assert page.panel.sheet is not None
    return page.panel.sheet


# all maps


def test_all_maps_are_shown_and_what_they_are(page: MapsPage):
    assert shown_units(page) == list(range(384))
    text = page.about.text()
    assert text.startswith("conv3: 384 maps of 13 × 13, before the ReLU.")
    assert "Each map in its own range, zero in the middle." in text
    assert "No unit is dead." in text
    area = page.view.rect()
    assert all(area.contains(page.view.tile_rect(unit).toAlignedRect()) for unit in (0, 200, 383))


def test_each_map_is_painted_in_its_colours(page: MapsPage, model: NetModel):
    image, maps = grab(page.view), values_of(model, "conv3")
    with pictured("maps", image):
        for unit in (0, 77, 383):
            rect = page.view.tile_rect(unit)
            reach = float(maps[unit].abs().max())
            row, column = np.unravel_index(int(maps[unit].abs().argmax()), (13, 13))
            expected = colour_of("diverging", float(maps[unit, row, column]), (-reach, reach))
            tile = image[round(rect.top()) : round(rect.bottom()) + 1, round(rect.left()) : round(rect.right()) + 1]
            # the strongest colour of the tile is there, less what its neighbours mix in
            assert np.abs(tile.reshape(-1, 3) - expected).sum(axis=1).min() < 150
            assert page.view.mosaic.picture[page.view.mosaic.rectangle(unit).top + row][
                page.view.mosaic.rectangle(unit).left + column
            ] in (1, 255)


@pytest.mark.parametrize("order", ["mean", "maximum", "zeros"])
def test_maps_are_sorted_the_highest_first(qtbot: QtBot, page: MapsPage, model: NetModel, order: str):
    renewed(qtbot, page, lambda: model.visit(layer="relu3"))
    renewed(qtbot, page, lambda: choose(page.controls.order, order))
    flat = values_of(model, "relu3").flatten(1)
    key = {"mean": flat.mean(1), "maximum": flat.amax(1), "zeros": (flat == 0).float().mean(1)}[order]
    found = key[shown_units(page)].tolist()
    assert found == sorted(found, reverse=True)
    assert sorted(shown_units(page)) == list(range(384))
    renewed(qtbot, page, lambda: choose(page.controls.order, "index"))
    assert shown_units(page) == list(range(384))


def test_units_are_filtered_by_index(qtbot: QtBot, page: MapsPage):
    renewed(qtbot, page, lambda: enter(page.controls.units, "40, 0-3 2"))
    assert shown_units(page) == [0, 1, 2, 3, 40]
    assert "5 maps of 13 × 13 (filtered from 384)" in page.about.text()
    assert page.view.tile_rect(0).width() > 100, "few maps are large"
    renewed(qtbot, page, page.controls.units.clear)
    assert len(shown_units(page)) == 384


@pytest.mark.parametrize("text", ["384", "0-900", "all", "1..3", "-4", "1-2-3", "٣", "1" * 5000])
def test_units_that_are_none_are_told_and_the_field_is_as_before(page: MapsPage, model: NetModel, text: str):
    told, before = heard(model.refused), page.sheet
    enter(page.controls.units, text)
    assert len(told) >= 1
    assert isinstance(told[0][0], UserError)
    assert page.controls.units.text() == ""
    assert page.sheet is before


def test_units_that_the_next_layer_lacks_are_not_asked_for(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed(qtbot, page, lambda: enter(page.controls.units, "300-383"))
    renewed(qtbot, page, lambda: model.visit(layer="conv1"))
    assert page.controls.units.text() == ""
    assert len(shown_units(page)) == 96
    renewed(qtbot, page, lambda: enter(page.controls.units, "5"))
    renewed(qtbot, page, lambda: model.visit(layer="relu1"))
    assert shown_units(page) == [5], "what both have stays"


def test_one_range_for_all_and_a_fixed_one(qtbot: QtBot, page: MapsPage, model: NetModel):
    maps = values_of(model, "conv3")
    reach = float(maps.abs().max())
    renewed(qtbot, page, lambda: choose(page.controls.range, "shared"))
    assert page.sheet.limits == pytest.approx((-reach, reach))
    assert f"One shared range, {format_number(-reach, 3)} to {format_number(reach, 3)}." in page.about.text()
    assert sheet_of(page).limits == pytest.approx((-reach, reach))
    assert not page.controls.limits.isVisible()
    renewed(qtbot, page, lambda: choose(page.controls.range, "fixed"))
    assert page.controls.limits.isVisible()
    assert page.controls.high.value() == pytest.approx(reach, rel=0.01), "it begins with what was shown"
    renewed(qtbot, page, lambda: enter(page.controls.high, "0,5"))
    renewed(qtbot, page, lambda: choose(page.controls.colours, "viridis"))
    assert page.sheet.limits == pytest.approx((page.controls.low.value(), 0.5))
    assert "Fixed range" in page.about.text()
    told = heard(model.refused)
    enter(page.controls.low, "2")
    assert "the range from 2 to 0.5 is empty" in str(told[0][0])
    assert page.controls.low.value() < 0.5
    enter(page.controls.low, "much")
    assert len(told) >= 2


def test_colours_follow_the_signs_unless_they_are_chosen(qtbot: QtBot, page: MapsPage, model: NetModel):
    assert page.view.colour_map == "diverging"
    renewed(qtbot, page, lambda: model.visit(layer="relu3"))
    assert page.view.colour_map == "magma"
    assert "after the ReLU" in page.about.text()
    assert "Each map in its own range." in page.about.text()
    renewed(qtbot, page, lambda: choose(page.controls.colours, "grey"))
    assert page.view.colour_map == sheet_of(page).wish.colour_map == "grey"
    renewed(qtbot, page, lambda: model.visit(layer="conv3"))
    assert page.view.colour_map == "grey"


def test_dead_units_are_told_and_marked(
    qtbot: QtBot, page: MapsPage, model: NetModel, network: Network, monkeypatch: pytest.MonkeyPatch
):
    unit = int(network.state()["conv3.bias"].argmin())
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.edit_filters("conv3", lambda net: net.zero_filter("conv3", unit), "zero")
    renewed(qtbot, page, lambda: model.visit(layer="relu3", unit=unit))
    flat = values_of(model, "relu3").flatten(1)
    dead = int((flat == 0).all(1).sum())
    assert bool((flat[unit] == 0).all())
    assert f"{dead} unit" in page.about.text()
    assert "only zeros for this picture" in page.about.text()
    assert page.panel.note.text().startswith("Dead: it gives nothing but zeros")
    assert page.panel.figures["zeros"][1].text() == "100.0 %"
    assert "dead: only zeros" in tooltip(page.view, spot(page, unit), mosaic_view, monkeypatch)


def renewed_unit(qtbot: QtBot, page: MapsPage, act: Callable[[], object]) -> None:
    before = page.panel.sheet
    act()
    qtbot.waitUntil(lambda: page.panel.sheet is not before, timeout=20000)
    ready(qtbot, page)


def test_single_values_are_shown_in_one_range(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="fc8", unit=5))
    assert page.sheet.single
    assert page.about.text().startswith("fc8: 1,000 values, before the softmax, no ReLU.")
    assert "One shared range" in page.about.text()
    assert "No value is zero." in page.about.text()
    value = float(values_of(model, "fc8")[5])
    assert page.panel.figures["mean"][0].text() == "Value"
    assert float(page.panel.figures["mean"][1].text()) == pytest.approx(value, abs=1e-3)
    rank = int((values_of(model, "fc8") > value).sum()) + 1
    assert page.panel.figures["mean_rank"][1].text() == f"{rank:,} of 1,000"
    assert not page.panel.figures["minimum"][1].isVisible()
    assert not page.panel.histogram.isVisible()
    assert not page.panel.enlarge_button.isEnabled()
    told = heard(page.told)
    qtbot.mouseMove(page.view, page.view.tile_rect(5).center().toPoint())
    assert str(told[-1][0]) == f"fc8, unit 5: {format_number(value, 4)}; it sees the whole picture"
    renewed(qtbot, page, lambda: model.visit(layer="relu7"))
    zeros = int((values_of(model, "relu7") == 0).sum())
    assert f"{zeros:,} values are zero." in page.about.text()


# pointing and choosing


def test_the_mouse_tells_the_value_and_lights_what_it_sees(qtbot: QtBot, page: MapsPage, model: NetModel):
    pointed, told = heard(model.pointed), heard(page.told)
    qtbot.mouseMove(page.view, spot(page, 0))  # the mouse may have been left where it is to go
    qtbot.mouseMove(page.view, spot(page, 100, 3, 9))
    seen = pointed[-1][0]
    assert (seen.layer, seen.unit) == ("conv3", 100)
    assert abs(seen.row - 3) <= 1
    assert abs(seen.column - 9) <= 1
    value = float(values_of(model, "conv3")[100, seen.row, seen.column])
    text = str(told[-1][0])
    assert text.startswith(f"conv3, unit 100, row {seen.row}, column {seen.column}: {format_number(value, 4)};")
    field = model.layer("conv3").receptive_field
    assert text.endswith(f"it sees {field.size[0]} × {field.size[1]} pixels of the picture")
    QApplication.sendEvent(page.view, QEvent(QEvent.Type.Leave))
    assert pointed[-1] == (None,)
    assert told[-1] == ("",)


def test_the_tooltip_sums_up_a_unit(page: MapsPage, model: NetModel, monkeypatch: pytest.MonkeyPatch):
    text = tooltip(page.view, spot(page, 17), mosaic_view, monkeypatch)
    mean = float(values_of(model, "conv3")[17].mean())
    assert text.startswith("unit 17 of conv3\n")
    assert f"mean {format_number(mean, 3)}" in text
    assert "0 % zeros" in text


def test_a_click_chooses_a_unit(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed_unit(qtbot, page, lambda: qtbot.mouseClick(page.view, LEFT, NONE, spot(page, 42)))
    assert model.place == Place("maps", "conv3", 42)
    assert page.view.unit == 42
    values = values_of(model, "conv3")[42].double()
    panel = page.panel
    assert panel.title.text() == "Unit 42 of conv3"
    for name, expected in (
        ("minimum", values.min()),
        ("maximum", values.max()),
        ("mean", values.mean()),
        ("deviation", values.std(correction=0)),
    ):
        assert float(panel.figures[name][1].text()) == pytest.approx(float(expected), abs=2e-4), name
    means = values_of(model, "conv3").flatten(1).mean(1)
    assert panel.figures["mean_rank"][1].text() == f"{int((means > means[42]).sum()) + 1} of 384"
    assert sheet_of(page).histogram.sum() == 169
    assert np.unravel_index(int(values.argmax()), (13, 13)) == sheet_of(page).peak


def test_a_click_in_a_mosaic_that_is_being_replaced_chooses_nothing(qtbot: QtBot, page: MapsPage, model: NetModel):
    place = spot(page, 380)
    model.visit(layer="conv1")  # 96 units; its maps are on their way
    assert page.sheet.layer.name == "conv3"
    qtbot.mouseClick(page.view, LEFT, NONE, place)
    assert model.place == Place("maps", "conv1")
    ready(qtbot, page)
    assert model.place.unit < 96


def test_the_keys_choose_and_open(qtbot: QtBot, page: MapsPage, model: NetModel):
    page.view.setFocus()
    press(page.view, Qt.Key.Key_Right)
    unit = page.view.pointed[0]
    renewed_unit(qtbot, page, lambda: press(page.view, Qt.Key.Key_Return))
    assert model.place == Place("maps", "conv3", unit)
    press(page.view, Qt.Key.Key_Return)
    assert model.place == Place("number", "conv3", unit, 6, 6)


def test_a_double_click_opens_the_value(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed(qtbot, page, lambda: enter(page.controls.units, "0-3"))
    double_click(page.view, spot(page, 2, 5, 8))
    assert model.place == Place("number", "conv3", 2, 5, 8)


def test_a_value_that_multiplies_nothing_leads_to_the_layer_before(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="pool2"))
    told = heard(model.refused)
    double_click(page.view, spot(page, 2))
    assert "pool2 multiplies nothing: its values come from conv2" in str(told[-1][0])
    assert model.place.page == "maps"
    assert page.panel.before.text().endswith("the arithmetic behind its values is that of conv2.")
    assert page.panel.filter_button.isEnabled()
    qtbot.mouseClick(page.panel.number_button, LEFT)
    assert model.place == Place("number", "conv2", 0)


def test_the_mouse_zooms_and_fit_shows_all(page: MapsPage):
    before = page.view.scale
    wheel(page.view, spot(page, 10), 3)
    assert page.view.scale > before
    page.fit()
    assert page.view.scale == pytest.approx(before)


# one map


def test_the_unit_s_map_lies_over_the_picture(qtbot: QtBot, page: MapsPage, model: NetModel):
    view = page.panel.view
    assert view.hasHeightForWidth()
    full = grab(view)
    page.panel.opacity.setFocus()
    press(page.panel.opacity, Qt.Key.Key_Home)
    assert page.panel.opacity_value.text() == "0 %"
    picture = grab(view)
    seen = model.result.picture
    rect = view._picture_rect()
    with pictured("unit", full, picture):
        for y, x in ((60, 60), (112, 130)):
            around = 255 * seen[:, y - 5 : y + 6, x - 5 : x + 6].reshape(3, -1)
            found = picture[round(rect.top() + y / 224 * rect.height()), round(rect.left() + x / 224 * rect.width())]
            assert (found >= around.min(axis=1) - 10).all()
            assert (found <= around.max(axis=1) + 10).all()
        assert not np.array_equal(full, picture)
    press(page.panel.opacity, Qt.Key.Key_End)
    opaque, sheet = grab(view), sheet_of(page)
    for row, column in ((6, 6), (3, 8)):
        expected = colour_of("diverging", float(sheet.values[row, column]), sheet.limits)
        place = view.cell_rect(row, column).center().toPoint()
        assert close_to(opaque[place.y(), place.x()], expected, 8)
    qtbot.mouseClick(page.panel.smooth, LEFT)
    assert not np.array_equal(grab(view), opaque)


def test_the_wheel_over_the_opacity_scrolls(page: MapsPage):
    wheel(page.panel.opacity, QPoint(5, 5), 2)
    assert page.panel.opacity.value() == 75


def test_values_of_the_unit_s_map_are_told_and_opened(qtbot: QtBot, page: MapsPage, model: NetModel):
    pointed, told, view = heard(model.pointed), heard(page.told), page.panel.view
    hover_cell(qtbot, view, 4, 7)
    value = float(values_of(model, "conv3")[0, 4, 7])
    assert str(told[-1][0]).startswith(f"conv3, unit 0, row 4, column 7: {format_number(value, 4)};")
    assert pointed[-1][0][:4] == ("conv3", 0, 4, 7)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told[-1] == ("",)
    click_cell(qtbot, view, 4, 7)
    assert model.place == Place("number", "conv3", 0, 4, 7)
    model.visit(page="maps")
    assert view._marked == (4, 7)
    qtbot.mouseClick(page.panel.number_button, LEFT)
    assert model.place == Place("number", "conv3", 0, 4, 7), "the framed value"


def test_what_lies_under_the_mouse_follows_the_picture(qtbot: QtBot, page: MapsPage, model: NetModel):
    told = heard(page.told)
    hover_cell(qtbot, page.panel.view, 4, 7)
    renewed(qtbot, page, lambda: model.set_source(Source(np.full((3, 50, 50), 0.3), "grey")))
    value = float(values_of(model, "conv3")[0, 4, 7])
    assert f"column 7: {format_number(value, 4)};" in str(told[-1][0])
    qtbot.mouseMove(page.view, spot(page, 100, 3, 9))
    renewed(qtbot, page, lambda: model.set_source(Source(np.full((3, 50, 50), 0.6), "grey")))
    unit, row, column = page.view.pointed
    value = float(values_of(model, "conv3")[unit, row, column])
    assert f": {format_number(value, 4)};" in str(told[-1][0])


def test_the_keys_go_through_the_unit_s_map(qtbot: QtBot, page: MapsPage, model: NetModel):
    view, sheet = page.panel.view, sheet_of(page)
    view.setFocus()
    press(view, Qt.Key.Key_Return)
    press(view, Qt.Key.Key_Right)
    assert view.pointed == sheet.peak, "from the largest on"
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Left):
        for _press in range(14):
            press(view, key)
    assert view.pointed == (0, 0)
    grab(view)
    press(view, Qt.Key.Key_A)
    press(view, Qt.Key.Key_Return)
    assert model.place == Place("number", "conv3", 0, 0, 0)


def test_down_to_the_number_of_the_largest_value(qtbot: QtBot, page: MapsPage, model: NetModel):
    qtbot.mouseClick(page.panel.number_button, LEFT)
    assert model.place == Place("number", "conv3", 0, *sheet_of(page).peak)


def test_its_filter_is_one_click_away(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="pool5", unit=9))
    qtbot.mouseClick(page.panel.filter_button, LEFT)
    assert model.place == Place("filters", "conv5", 9)


def test_enlarged_it_fills_the_page_and_follows(qtbot: QtBot, page: MapsPage, model: NetModel):
    qtbot.mouseClick(page.panel.enlarge_button, LEFT)
    enlarged = page.enlarged
    assert page.stack.currentWidget() is enlarged
    assert enlarged.title.text() == "Unit 0 of conv3, 13 × 13"
    told = heard(page.told)
    hover_cell(qtbot, enlarged.view, 2, 3)
    assert "unit 0, row 2, column 3" in str(told[-1][0])
    image, sheet = grab(enlarged.view), sheet_of(page)
    rect = enlarged.view.placement.rect(5, 5)
    expected = colour_of("diverging", float(sheet.values[5, 5]), sheet.limits)
    assert close_to(image[round(rect.top()) + 3, round(rect.left()) + 3], expected, 6)
    page.fit()
    renewed_unit(qtbot, page, lambda: model.visit(unit=7))
    assert enlarged.title.text() == "Unit 7 of conv3, 13 × 13"
    click_cell(qtbot, enlarged.view, 2, 3)
    assert model.place == Place("number", "conv3", 7, 2, 3)
    model.back()
    press(enlarged, Qt.Key.Key_A)
    press(enlarged, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is not enlarged
    qtbot.mouseClick(page.panel.enlarge_button, LEFT)
    qtbot.mouseClick(enlarged.back, LEFT)
    assert page.stack.currentWidget() is not enlarged


def test_enlarged_single_values_do_not_exist(qtbot: QtBot, page: MapsPage, model: NetModel):
    qtbot.mouseClick(page.panel.enlarge_button, LEFT)
    renewed(qtbot, page, lambda: model.visit(layer="fc8"))
    assert page.stack.currentWidget() is not page.enlarged


def test_the_value_under_the_mouse_follows_when_enlarged(qtbot: QtBot, page: MapsPage, model: NetModel):
    qtbot.mouseClick(page.panel.enlarge_button, LEFT)
    told = heard(page.told)
    hover_cell(qtbot, page.enlarged.view, 2, 3)
    renewed(qtbot, page, lambda: model.set_source(Source(np.full((3, 50, 50), 0.3), "grey")))
    value = float(values_of(model, "conv3")[0, 2, 3])
    assert f"column 3: {format_number(value, 4)};" in str(told[-1][0])


def test_a_map_without_positive_values_says_what_the_relu_leaves(qtbot: QtBot, page: MapsPage, model: NetModel):
    below = -torch.ones(256, 3, 3)  # on maps behind a ReLU
    renewed(qtbot, page, lambda: model.edit_filters("conv3", lambda net: net.replace_filter("conv3", 0, below), "edit"))
    assert page.panel.note.text() == "It has no positive value: a ReLU leaves nothing of it."


# other pictures, networks, pages


def test_the_picker_leads_from_layer_to_layer(qtbot: QtBot, page: MapsPage, model: NetModel):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.picker.behind, LEFT))
    assert model.place.layer == "relu3"
    renewed(qtbot, page, lambda: choose(page.picker.choice, "conv1"))
    assert model.place.layer == "conv1"
    assert not page.picker.before.isEnabled()
    assert page.picker.choice.currentText() == "conv1 · convolution"


def test_the_clean_picture_is_one_click_away(qtbot: QtBot, page: MapsPage, model: NetModel):
    assert not page.clean.isVisible()
    clean = values_of(model, "conv3")
    renewed(qtbot, page, lambda: model.set_perturbation(Perturbation(noise=0.3)))
    assert page.clean.isVisible()
    noisy = sheet_of(page).values
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.clean, LEFT))
    assert page.about.text().startswith("The clean picture.")
    assert sheet_of(page).values == pytest.approx(clean[0].double().numpy())
    assert not np.allclose(sheet_of(page).values, noisy)
    renewed(qtbot, page, lambda: model.set_perturbation(Perturbation()))
    assert not page.clean.isVisible()
    assert "clean" not in page.about.text()


def test_another_network_shows_nothing_of_the_one_before(qtbot: QtBot, page: MapsPage, model: NetModel):
    other = load_network("googlenet", "random", device="cpu", seed=3, input_size=96)
    model.adopt(Chosen("googlenet", "random", device="cpu"), other)
    assert page.sheet is None
    assert page.view.mosaic is None
    assert page.about.text() == "Nothing is computed yet."
    assert not page.panel.isEnabled()
    ready(qtbot, page)
    assert page.sheet.layer.name == model.place.layer
    name = next(layer.name for layer in other.layers if layer.branch is not None and layer.branch.number is None)
    renewed(qtbot, page, lambda: model.visit(layer=name))
    assert not page.panel.filter_button.isEnabled(), "the maps of several convolutions"


def test_it_follows_the_layer_that_was_chosen_elsewhere(qtbot: QtBot, page: MapsPage, model: NetModel):
    page.leave()
    assert page.view.mosaic is None
    model.visit(page="filters", layer="conv2", unit=200)
    assert page.sheet is None
    model.visit(page="maps")
    page.enter()
    ready(qtbot, page)
    assert page.sheet.layer.name == "conv2"
    assert page.view.unit == 200


def test_other_room_makes_other_rows(qtbot: QtBot, page: MapsPage):
    columns = page.view.mosaic.columns
    renewed(qtbot, page, lambda: page.resize(760, 900))
    assert page.view.mosaic.columns < columns
    assert page.controls.width() < NARROW
    grid = page.controls._grid
    assert grid.getItemPosition(grid.indexOf(page.controls.colours))[0] == 1, "the fields take two rows"


def test_language_and_theme_are_followed(qtbot: QtBot, page: MapsPage, monkeypatch: pytest.MonkeyPatch):
    before = grab(page.view)[2, 2].sum()
    speak_marked(monkeypatch)
    assert page.about.text().startswith("««conv3" if page.about.text().startswith("««") else "«conv3")
    assert page.panel.title.text() == "«Unit 0 of conv3»"
    assert page.controls.order.itemText(0) == "«Sorted by index»"
    assert page.controls.units.accessibleName() == "«Filter by index»"
    assert "«convolution»" in page.picker.choice.currentText()
    use_theme("dark")
    settled(page)
    assert grab(page.view)[2, 2].sum() < before - 200


# plain values


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", ()),
        ("7", (7,)),
        ("3-1", (1, 2, 3)),
        ("1 – 3; 2,5", (1, 2, 3, 5)),
        (" 9−11 ", (9, 10, 11)),
        ("0-95", tuple(range(96))),
    ],
)
def test_units_are_read(text: str, units: tuple[int, ...]):
    assert parse_units(text, 96, "conv1") == units


@pytest.mark.parametrize(
    ("limits", "expected"), [((0, 0), (-1, 1)), ((-3.14159, 4.7123), (-3.14, 4.71)), ((2, 1), (1, 3))]
)
def test_a_fixed_range_is_never_empty(limits: tuple[float, float], expected: tuple[float, float]):
    assert _widened(*limits) == expected


def test_tiles_are_as_large_as_the_room_lets_them(network: Network):
    assert best_columns(1, (13, 13), (500, 500)) == 1
    assert best_columns(4, (10, 10), (1000, 100)) == 4
    assert best_columns(4, (10, 10), (100, 1000)) == 1


def test_what_is_said_of_a_layer_s_place(network: Network):
    layers = network.layers
    by_name = {layer.name: layer for layer in layers}
    for name, text in (
        ("conv1", "before the ReLU"),
        ("relu1", "after the ReLU"),
        ("pool5", "after the ReLU; then max pooling"),
        ("fc8", "before the softmax, no ReLU"),
    ):
        assert stage_text(layers, by_name[name]) == text
    assert may_be_negative(layers, by_name["conv1"])
    assert not may_be_negative(layers, by_name["pool1"])
    assert weights_before(layers, by_name["pool5"]) is by_name["conv5"]
    assert filters_behind(layers, by_name["pool5"]) is by_name["conv5"]
    assert filters_behind(layers, by_name["fc6"]) is None
