"""The Filters page through real events: the grid, one filter, live maps, deeper layers, edits and undo."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from torch.nn import functional

from cnnexplorer.core.kernels import preset
from cnnexplorer.nets import filter_pictures, load_network
from cnnexplorer.nets.filter_measures import fitted_kernel, norms, responses, similarity
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.nets.filter_sheet import _in_rows, signed_levels
from cnnexplorer.ui.nets.filters_page import FiltersPage
from cnnexplorer.ui.nets.state import Chosen, Place, Source
from cnnexplorer.ui.theme import use_theme
from tests.ui.helpers import (
    LEFT,
    NONE,
    choose,
    click_cell,
    close_to,
    grab,
    heard,
    pictured,
    pixels,
    press,
    settled,
    type_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.nets.filter_grid import TileGrid
    from cnnexplorer.ui.nets.model import NetModel


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[FiltersPage]:
    found = FiltersPage(model)
    qtbot.addWidget(found)
    found.resize(1000, 640)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.sheet is not None)
    yield found
    found.leave()


def renewed(qtbot: QtBot, page: FiltersPage, act: Callable[[], object]) -> None:
    """Do something, and wait until the grid shows what comes of it."""
    before = page.sheet
    act()
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet is not before, timeout=20000)
    settled(page)  # a scroll bar may have come


def click_tile(qtbot: QtBot, grid: TileGrid, unit: int) -> None:
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, grid.picture_rect(unit).center().toPoint())


def shown_units(grid: TileGrid) -> list[int]:
    return [tile.unit for tile in grid.tiles]


def captions(grid: TileGrid) -> list[str]:
    return [tile.lines[-1] for tile in grid.tiles]


# the grid


def test_all_filters_are_drawn_large_enough_without_scrolling(page: FiltersPage):
    grid = page.grid
    assert shown_units(grid) == list(range(96))
    assert "96 of 96 filters, 11 × 11 × 3" in page.notes.about.text()
    area = grid.viewport().rect()
    assert area.width() <= 700
    assert grid.verticalScrollBar().maximum() == 0
    for unit in range(96):
        rect = grid.picture_rect(unit)
        assert rect.width() >= 44
        assert rect.height() >= 44
        assert area.contains(rect.toAlignedRect())


def test_each_filter_is_drawn_in_its_colours(page: FiltersPage, network: Network):
    expected = filter_pictures(network.filters("conv1"))
    image = grab(page.grid.viewport())
    cell = page.grid.side / 11
    with pictured("filters", image):
        for unit in (0, 41, 95):
            rect = page.grid.picture_rect(unit)
            for row, column in ((2, 2), (5, 7), (8, 4)):
                y, x = round(rect.top() + (row + 0.5) * cell), round(rect.left() + (column + 0.5) * cell)
                assert close_to(image[y, x], expected[unit, row, column].astype(np.int64), 1)


def test_filters_grow_with_the_room_and_never_become_too_small(qtbot: QtBot, page: FiltersPage):
    before = page.grid.side
    page.resize(1400, 900)
    qtbot.waitUntil(lambda: page.grid.side > before)
    assert page.grid.verticalScrollBar().maximum() == 0
    page.resize(780, 520)
    qtbot.waitUntil(lambda: page.grid.verticalScrollBar().maximum() > 0)
    assert page.grid.side >= 44
    page.grid.setFocus()
    press(page.grid, Qt.Key.Key_End)
    assert page.grid.viewport().rect().contains(page.grid.picture_rect(95).toAlignedRect())
    assert page.model.place.unit == 95


def test_one_range_for_all_makes_small_filters_pale(qtbot: QtBot, page: FiltersPage, network: Network):
    renewed(qtbot, page, lambda: choose(page.controls.normalisation, "shared"))
    assert "the largest weight of all" in page.notes.about.text()
    expected = filter_pictures(network.filters("conv1"), shared=True)
    assert page.sheet is not None
    for unit in (3, 60):
        assert np.array_equal(pixels(page.sheet.pictures[unit]), expected[unit])


def test_sorting_by_norm_and_by_response(qtbot: QtBot, page: FiltersPage, network: Network, model: NetModel):
    renewed(qtbot, page, lambda: choose(page.controls.sort, "norm"))
    found = norms(network.filters("conv1"))
    assert shown_units(page.grid) == np.argsort(-found, kind="stable").tolist()
    renewed(qtbot, page, lambda: choose(page.controls.sort, "response"))
    assert model.result is not None
    found = responses(model.result.activations["conv1"])
    assert shown_units(page.grid) == np.argsort(-found, kind="stable").tolist()
    assert float(captions(page.grid)[0]) == pytest.approx(found.max(), abs=1e-3)


def test_which_filter_is_nearest_to_sobel_vertical(qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network):
    sobel = np.array(preset("sobel_vertical").matrix)
    kernel = -fitted_kernel(sobel, network.filters("conv1")[33])
    renewed(
        qtbot, page, lambda: model.edit_filters("conv1", lambda net: net.replace_filter("conv1", 33, kernel), "edit")
    )
    assert not page.controls.kernel.isVisible()
    renewed(qtbot, page, lambda: choose(page.controls.sort, "similarity"))
    assert page.controls.kernel.isVisible()
    assert shown_units(page.grid)[0] == 33
    assert captions(page.grid)[0] == "-1.00"
    told = heard(page.told)
    qtbot.mouseMove(page.grid.viewport(), page.grid.picture_rect(33).center().toPoint())
    assert "contrast reversed" in str(told[-1][0])
    renewed(qtbot, page, lambda: choose(page.controls.kernel, "laplacian"))
    found = similarity(network.filters("conv1"), np.array(preset("laplacian").matrix))
    assert shown_units(page.grid) == np.argsort(-np.abs(found), kind="stable").tolist()


def test_colourfulness_is_for_filters_of_three_planes(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: choose(page.controls.sort, "colourfulness"))
    shares = [int(text.removesuffix(" %")) for text in captions(page.grid)]
    assert shares == sorted(shares, reverse=True)
    renewed(qtbot, page, lambda: model.visit(layer="conv3"))
    assert page.controls.sort.value() == "index"
    assert not page.controls.sort.model().item(page.controls.sort.findData("colourfulness")).isEnabled()


# one filter


def test_a_click_chooses_a_filter_and_its_map_is_one_more_away(
    qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network
):
    click_tile(qtbot, page.grid, 41)
    assert (model.place.layer, model.place.unit) == ("conv1", 41)
    assert page.grid.unit == 41
    assert page.panel.title.text() == "Filter 41 of conv1"
    weight = network.filters("conv1")[41]
    assert float(page.panel.figures["norm"].text()) == pytest.approx(weight.norm().item(), abs=1e-4)
    assert float(page.panel.figures["sum"].text()) == pytest.approx(weight.sum().item(), abs=1e-4)
    bias = network.state()["conv1.bias"][41]
    assert float(page.panel.figures["bias"].text()) == pytest.approx(bias.item(), abs=1e-4)
    assert page.panel.figures["colour"].text().endswith("%")
    qtbot.mouseClick(page.panel.map_button, LEFT)
    assert model.place == Place("maps", "conv1", 41)


def test_arrow_keys_go_from_filter_to_filter(page: FiltersPage, model: NetModel):
    page.grid.setFocus()
    for key, unit in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + page.grid.columns),
        (Qt.Key.Key_Left, page.grid.columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, 95),
        (Qt.Key.Key_Down, 95),
        (Qt.Key.Key_Home, 0),
    ):
        press(page.grid, key)
        assert model.place.unit == unit


def test_another_page_s_unit_is_shown(page: FiltersPage, model: NetModel):
    model.visit(unit=50)
    assert page.grid.unit == 50
    model.back()
    assert page.grid.unit == 0


def test_its_planes_are_shown_one_by_one(qtbot: QtBot, page: FiltersPage, network: Network):
    weight = network.filters("conv1")[0].double().numpy()
    assert page.panel.view._values.shape == (3, 11, 11)
    click_tile(qtbot, page.panel.planes, 2)
    assert np.array_equal(page.panel.view._values, weight[1])


def test_hovering_tells_of_a_filter(qtbot: QtBot, page: FiltersPage):
    told = heard(page.told)
    qtbot.mouseMove(page.grid.viewport(), QPoint(1, 1))
    qtbot.mouseMove(page.grid.viewport(), page.grid.picture_rect(12).center().toPoint())
    assert str(told[-1][0]).startswith("filter 12 of conv1, norm ")


# live maps


def test_live_maps_stand_beside_their_filters(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.live, LEFT))
    assert page.sheet is not None
    assert len(page.sheet.maps) == 96
    assert model.result is not None
    plane = model.result.activations["conv1"][20]  # 55 x 55: drawn as it is
    levels = torch.round(128 + 127 * plane / plane.abs().max())
    bright = pixels(page.sheet.maps[20]).sum(axis=2)
    zero = pixels(page.sheet.maps[20])[tuple((levels == 128).nonzero()[0])]
    assert zero.min() > 200, "zero is the pale middle of the diverging colours"
    assert bright[np.unravel_index(int(plane.abs().argmax()), (55, 55))] < 300, "the largest value is dark"
    qtbot.mouseClick(page.grid.viewport(), LEFT, NONE, page.grid.map_rect(3).center().toPoint())
    assert model.place.unit == 3
    assert page.grid.map_rect(3).left() > page.grid.picture_rect(3).right()


def test_the_mouse_on_a_live_map_lights_what_it_sees(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.live, LEFT))
    pointed, told = heard(model.pointed), heard(page.told)
    rect = page.grid.map_rect(2)
    spot = rect.topLeft() + QPointF(rect.width() * 20.5 / 55, rect.height() * 10.5 / 55)
    qtbot.mouseMove(page.grid.viewport(), spot.toPoint())
    seen = pointed[-1][0]
    assert (seen.layer, seen.unit) == ("conv1", 2)
    assert abs(seen.row - 10) <= 1
    assert abs(seen.column - 20) <= 1
    assert model.result is not None
    value = float(model.result.activations["conv1"][2, seen.row, seen.column])
    assert float(str(told[-1][0]).rsplit(" ", 1)[1]) == pytest.approx(value, abs=1e-4)
    qtbot.mouseMove(page.grid.viewport(), page.grid.picture_rect(2).center().toPoint())
    assert pointed[-1][0] is None


def test_live_maps_follow_the_picture(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.live, LEFT))
    assert page.sheet is not None
    before, pictures = pixels(page.sheet.maps[0]), page.sheet.pictures
    renewed(qtbot, page, lambda: model.set_source(Source(np.random.default_rng(0).random((3, 64, 64)), "noise")))
    assert not np.array_equal(pixels(page.sheet.maps[0]), before)
    assert page.sheet.pictures is pictures, "the filters are not drawn anew"


# deeper layers


def test_a_deeper_filter_shows_a_kernel_for_each_map_of_its_group(
    qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network
):
    renewed(qtbot, page, lambda: model.visit(layer="conv2", unit=130))
    assert page.planes.isVisible()
    assert captions(page.planes.grid) == [str(plane) for plane in range(48, 96)]
    assert "maps 48 to 95 of pool1" in page.planes.about.text()
    assert "2 of 2" in page.planes.about.text()
    weight = network.filters("conv2")[130]
    strongest = int(weight.flatten(1).norm(dim=1).argmax())
    assert page.planes.grid.unit == strongest
    assert page.sheet is not None
    tile = pixels(page.sheet.pictures[130])
    with pictured("strongest", tile):
        assert np.array_equal(tile, pixels(page.planes.grid.tiles[strongest].picture))
    click_tile(qtbot, page.planes.grid, 9)
    assert page.state is not None
    assert page.state.plane == 9
    assert np.array_equal(page.panel.view._values, weight[9].double().numpy())


def test_filters_of_single_numbers_show_them_row_after_row():
    values = np.array([[1.0, -1.0, 0.0, 0.5, 0.25]], dtype=np.float32)
    assert _in_rows(values, np.ones((1, 1), dtype=np.float32)).tolist() == [[[255, 1, 128], [192, 160, 0]]]


def test_the_convolution_nearest_to_another_layer_is_shown(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="pool2", unit=200))
    assert model.place.layer == "pool2"
    assert page.picker.choice.currentText().startswith("conv2")
    assert page.grid.unit == 200
    qtbot.mouseClick(page.picker.behind, LEFT)
    assert model.place.layer == "conv3"


# what editing does


def replace_by(page: FiltersPage, preset_id: str) -> None:
    next(action for action in page.panel.menu.actions() if action.data() == preset_id).trigger()


def test_replacing_a_filter_changes_its_map_and_undo_brings_it_back(
    qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network
):
    original = network.filters("conv1")
    assert model.result is not None
    before = model.result.activations["conv1"]
    click_tile(qtbot, page.grid, 5)
    renewed(qtbot, page, lambda: replace_by(page, "sobel_vertical"))
    expected = fitted_kernel(np.array(preset("sobel_vertical").matrix), original[5])
    assert network.filters("conv1")[5].equal(expected)
    after = model.result.activations["conv1"]
    assert not after[5].equal(before[5])
    assert after[6].equal(before[6])
    assert page.grid.marked == {5}
    assert page.panel.title.text() == "Filter 5 of conv1, edited"
    assert page.notes.answer.text().startswith("With the original filters the top guess was class ")
    assert "Sobel vertical" in model.history.undoText()
    renewed(qtbot, page, model.history.undo)
    assert network.filters("conv1").equal(original)
    assert page.grid.marked == set()
    assert not page.notes.answer.isVisible()


def test_a_kernel_may_keep_its_size_and_numbers(page: FiltersPage, network: Network):
    page.panel.enlarge.trigger()
    page.panel.scale.trigger()
    replace_by(page, "laplacian")
    weight = network.filters("conv1")[0]
    assert weight[1, 4:7, 4:7].tolist() == [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]
    assert weight.abs().sum() == 3 * 8


def test_a_kernel_that_does_not_fit_is_told(page: FiltersPage, model: NetModel, network: Network):
    model.visit(layer="conv3")
    page.panel.enlarge.trigger()
    told = heard(model.refused)
    replace_by(page, "gaussian5")
    assert "conv3" in str(told[0][0])
    assert network.edited_layers() == ()


def test_zeroing_and_the_original_one_click_away(qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network):
    original = network.filters("conv1")
    assert not page.panel.restore_button.isEnabled()
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.panel.zero_button, LEFT))
    image, middle = grab(page.panel.view), page.panel.view.placement.rect(5, 5).center()
    assert close_to(image[round(middle.y()), round(middle.x())], np.array([128, 128, 128]), 1)
    click_tile(qtbot, page.grid, 9)
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.panel.zero_button, LEFT))
    assert network.filters("conv1")[[0, 9]].abs().sum() == 0
    assert page.grid.marked == {0, 9}
    assert model.result is not None
    assert model.result.activations["conv1"][9].unique().numel() == 1
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.panel.restore_button, LEFT))
    assert page.grid.marked == {0}
    assert not page.panel.restore_button.isEnabled()
    qtbot.mouseClick(page.panel.restore_all_button, LEFT)
    assert network.filters("conv1").equal(original)
    assert not page.panel.restore_all_button.isEnabled()
    model.history.undo()
    assert network.filters("conv1")[0].abs().sum() == 0


def test_shuffling_all_keeps_each_filters_numbers(qtbot: QtBot, page: FiltersPage, network: Network):
    original = network.filters("conv1").flatten(1)
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.panel.shuffle_button, LEFT))
    shuffled = network.filters("conv1").flatten(1)
    assert not shuffled.equal(original)
    assert shuffled.sort(dim=1).values.equal(original.sort(dim=1).values)
    assert len(page.grid.marked) == 96
    qtbot.mouseClick(page.panel.shuffle_button, LEFT)
    assert not network.filters("conv1").flatten(1).equal(shuffled)


# numbers


def test_enter_opens_the_numbers_and_escape_closes_them(page: FiltersPage):
    page.grid.setFocus()
    press(page.grid, Qt.Key.Key_Return)
    assert page.stack.currentWidget() is page.numbers
    assert page.numbers.stack.currentWidget() is page.numbers.colours
    press(page.numbers.colours, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.browser


def open_plane(qtbot: QtBot, page: FiltersPage, tab: int) -> None:
    qtbot.mouseClick(page.panel.numbers_button, LEFT)
    tabs = page.numbers.tabs
    qtbot.mouseClick(tabs, LEFT, NONE, tabs.tabRect(tab).center())


def type_cell(qtbot: QtBot, page: FiltersPage, row: int, column: int, text: str) -> None:
    matrix = page.numbers.matrix
    click_cell(qtbot, matrix, row, column)
    matrix.setFocus()
    type_text(matrix, text[:1])
    type_text(matrix.editor, text[1:])
    press(matrix.editor, Qt.Key.Key_Return)


def test_a_number_is_typed_into_one_plane(qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network):
    original = network.filters("conv1")
    open_plane(qtbot, page, 2)
    type_cell(qtbot, page, 3, 7, "0,1")
    weights = network.filters("conv1")
    assert weights[0, 1, 3, 7].item() == float(np.float32(0.1))
    assert int((weights != original).sum()) == 1
    assert page.numbers.matrix.value()[3, 7] == 0.1, "not 0.10000000149"
    model.history.undo()
    assert page.numbers.matrix.value()[3, 7] == pytest.approx(original[0, 1, 3, 7].item())


def test_a_number_is_typed_into_all_planes(qtbot: QtBot, page: FiltersPage, network: Network):
    open_plane(qtbot, page, 4)
    type_cell(qtbot, page, 0, 1, "-1")
    assert network.filters("conv1")[0, :, 0, 1].tolist() == [-1, -1, -1]


def test_a_nudge_suits_the_weights(qtbot: QtBot, page: FiltersPage, network: Network):
    open_plane(qtbot, page, 1)
    original = network.filters("conv1")[0, 0, 5, 5].item()
    click_cell(qtbot, page.numbers.matrix, 5, 5)
    page.numbers.matrix.setFocus()
    press(page.numbers.matrix, Qt.Key.Key_PageUp)
    changed = network.filters("conv1")[0, 0, 5, 5].item() - original
    largest = network.original_filters("conv1")[0].abs().max().item()
    assert 0.01 * largest < changed < 0.21 * largest


def test_a_matrix_is_pasted_into_the_middle_or_refused(
    qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network
):
    open_plane(qtbot, page, 3)
    page.numbers.matrix.setFocus()
    QGuiApplication.clipboard().setText("1\t2\t3\n4\t5\t6\n7\t8\t9")
    QTest.keyClick(page.numbers.matrix, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    plane = network.filters("conv1")[0, 2]
    assert plane[4:7, 4:7].tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert plane.sum() == 45
    told = heard(model.refused)
    QGuiApplication.clipboard().setText("\t".join("1" * 12))
    QTest.keyClick(page.numbers.matrix, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "1×12" in str(told[0][0])


def test_a_deeper_filters_numbers_are_chosen_by_input_map(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="conv2", unit=200))
    qtbot.mouseClick(page.panel.numbers_button, LEFT)
    field = page.numbers.input_map
    field.setFocus()
    field.selectAll()
    type_text(field, "60")
    press(field, Qt.Key.Key_Return)
    assert page.state is not None
    assert page.state.plane == 12
    assert page.planes.grid.unit == 12


# on to the Convolution workspace


def test_the_convolution_workspace_gets_what_gives_the_map(qtbot: QtBot, page: FiltersPage, model: NetModel):
    asked = heard(model.convolution_asked)
    click_tile(qtbot, page.grid, 11)
    qtbot.mouseClick(page.panel.convolution_button, LEFT)
    image, weight, bias, stride, padding, cell = asked[0]
    assert image.dtype == np.float64
    assert (stride, padding, cell) == ((4, 4), (2, 2), (0, 0))
    found = functional.conv2d(*map(torch.tensor, (image[None], weight, bias)), stride=stride, padding=padding)[0, 0]
    assert model.result is not None
    assert found.numpy() == pytest.approx(model.result.activations["conv1"][11].numpy(), abs=1e-4)


def test_of_a_deeper_filter_one_kernel_goes_there(qtbot: QtBot, page: FiltersPage, model: NetModel, network: Network):
    renewed(qtbot, page, lambda: model.visit(layer="conv2", unit=200))
    click_tile(qtbot, page.planes.grid, 4)
    asked = heard(model.convolution_asked)
    qtbot.mouseClick(page.panel.convolution_button, LEFT)
    image, weight, bias, _stride, _padding, _cell = asked[0]
    assert model.result is not None
    assert np.array_equal(image[0], model.result.activations["pool1"][52].double().numpy())
    assert np.array_equal(weight[0, 0], network.filters("conv2")[200, 4].double().numpy())
    assert bias.tolist() == [0]
    assert "without the bias" in page.panel.convolution_button.toolTip()


# what is said


def test_random_weights_and_96_or_64_are_explained(qtbot: QtBot, page: FiltersPage, model: NetModel):
    assert page.notes.warning.isVisible()
    assert page.notes.warning.text() == "Random weights: nothing has been trained."
    assert not page.notes.note.isVisible()
    qtbot.mouseClick(page.note_button, LEFT)
    assert "64" in page.notes.note.text()
    assert page.notes.note.isVisible()
    renewed(qtbot, page, lambda: model.visit(layer="conv2"))
    assert not page.note_button.isVisible()
    assert not page.notes.note.isVisible()


def test_another_network_s_filters_take_their_place(qtbot: QtBot, page: FiltersPage, model: NetModel):
    other = load_network("googlenet", "random", device="cpu")
    renewed(qtbot, page, lambda: model.adopt(Chosen("googlenet", "random"), other))
    qtbot.waitUntil(lambda: len(page.grid.tiles) == 64, timeout=20000)
    assert "64 of 64 filters, 7 × 7 × 3" in page.notes.about.text()
    assert not page.note_button.isVisible()
    assert page.panel.figures["bias"].text() == "–"


def test_language_and_theme_are_followed(qtbot: QtBot, page: FiltersPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="conv2"))
    light = grab(page.grid.viewport())[2, 2]
    use_theme("dark")
    use_language("es")
    settled(page)
    assert grab(page.grid.viewport())[2, 2].sum() < light.sum()
    use_language("en")
    assert page.panel.title.text() == "Filter 0 of conv2"


def test_nothing_is_computed_for_a_page_that_was_left(qtbot: QtBot, page: FiltersPage, model: NetModel):
    page.leave()
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(Source(np.zeros((3, 64, 64)), "black"))
    assert page.sheet is None
    model.visit(unit=30)
    page.enter()
    qtbot.waitUntil(lambda: page.sheet is not None)
    assert page.grid.unit == 30


def test_infinite_weights_have_a_colour_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for reach in (np.inf, np.nan, 0.0, 1.0):
            levels = signed_levels(np.array([np.inf, -np.inf, np.nan, 0.0], np.float32), reach)
            assert levels[3] == 128
            assert 1 <= levels.min() <= levels.max() <= 255
