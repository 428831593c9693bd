"""The Number page through real events: 363 products, their sums, the device's value, and ways from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from torch.nn import functional

from cnnexplorer.nets import Network, load_network
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.nets.number_page import NumberPage
from cnnexplorer.ui.nets.number_sheet import product_text
from cnnexplorer.ui.nets.state import Chosen, Place
from tests.ui.helpers import LEFT, choose, enter, grab, heard, hover_cell, press, wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.model import NetModel


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[NumberPage]:
    model.go(Place("number", "conv1", 7, 20, 31))
    found = NumberPage(model)
    qtbot.addWidget(found)
    found.resize(1000, 660)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.sheet is not None)
    yield found
    found.leave()


def renewed(qtbot: QtBot, page: NumberPage, act: Callable[[], object]) -> None:
    before = page.sheet
    act()
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet is not before, timeout=20000)


def texts(page: NumberPage) -> dict[str, float]:
    return {name: float(label.text()) for name, label in page.products.sums.items()}


# the first layer


def test_the_window_has_363_products_in_three_planes(page: NumberPage, model: NetModel, network: Network):
    assert page.sheet is not None
    arithmetic = page.sheet.arithmetic
    assert arithmetic.products.shape == (3, 11, 11)
    assert model.result is not None
    padded = functional.pad(model.result.activations.input.double(), (2, 2, 2, 2))
    window = padded[:, 80:91, 124:135].numpy()
    assert np.array_equal(arithmetic.inputs, window)
    products = window * network.filters("conv1")[7].double().numpy()
    shown = texts(page)
    assert shown["total"] == pytest.approx(products.sum(), rel=1e-8)
    assert shown["products"] + shown["bias"] == pytest.approx(shown["total"], rel=1e-8)
    assert shown["device"] == pytest.approx(float(model.result.activations["conv1"][7, 20, 31]), rel=1e-8)
    assert 0 <= abs(shown["difference"]) <= shown["bound"]
    rows = page.products.planes.rows
    assert [row.texts[0] for row in rows] == ["red", "green", "blue"]
    assert [row.bar for row in rows] == pytest.approx(products.sum(axis=(1, 2)))
    assert "no more than float32's rounding" in page.check.text()
    assert "363 products" in page.about.text()


def test_each_matrix_shows_its_numbers_in_its_cells(page: NumberPage):
    view = page.products.views["weights"]
    assert view.shape == (11, 11)
    assert page.sheet is not None
    assert np.array_equal(view._values, page.sheet.arithmetic.weights[0])
    image = grab(view)
    assert len(np.unique(image.reshape(-1, image.shape[-1]), axis=0)) > 50


def test_zooming_in_writes_more_digits(page: NumberPage):
    view = page.products.views["products"]
    before = view._look.decimals
    wheel(view, view.rect().center(), 5)
    assert view._look.decimals > before


def test_another_plane_is_chosen_in_the_list(qtbot: QtBot, page: NumberPage):
    table = page.products.planes
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(2, 0)).center())
    assert page.products.plane == 2
    assert page.sheet is not None
    assert np.array_equal(page.products.views["inputs"]._values, page.sheet.arithmetic.inputs[2])
    press(table, Qt.Key.Key_Up)
    assert page.products.plane == 1
    assert "green" in page.products._captions["products"].text()


def test_a_cell_lights_its_counterparts_and_says_its_product(qtbot: QtBot, page: NumberPage):
    told = heard(page.told)
    hover_cell(qtbot, page.products.views["products"], 4, 9)
    for view in page.products.views.values():
        assert view.linked is not None
        assert view.linked[:2] == (4, 9)
    assert page.sheet is not None
    assert told[-1] == (product_text(page.sheet, 0, 4, 9),)
    factors = page.sheet.arithmetic.inputs[0, 4, 9], page.sheet.arithmetic.weights[0, 4, 9]
    assert float(told[-1][0].split("= ")[1]) == pytest.approx(factors[0] * factors[1], abs=1e-6)


def test_the_padding_is_hatched_and_named(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(row=0, column=0))
    view = page.products.views["inputs"]
    assert view._inner == (2, 2, 9, 9)
    told = heard(page.told)
    hover_cell(qtbot, view, 0, 0)
    assert "(padding)" in told[-1][0]
    assert told[-1][0].endswith("= 0  (padding)")


def test_row_column_and_unit_are_typed(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: enter(page.fields["row"], "54"))
    assert (model.place.row, model.place.column) == (54, 31)
    refused = heard(model.refused)
    enter(page.fields["row"], "55")
    assert "too large" in str(refused[0][0])
    renewed(qtbot, page, lambda: enter(page.fields["unit"], "95"))
    assert page.sheet is not None
    maps = model.result.activations["conv1"][95]
    assert page.sheet.arithmetic.device_value == float(maps.max())  # another unit begins at its largest value
    assert page.fields["unit"].value() == 95


def test_the_button_goes_to_the_largest_value(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.largest, LEFT))
    assert page.sheet is not None
    assert page.sheet.arithmetic.device_value == float(model.result.activations["conv1"][7].max())


def test_the_window_is_lit_on_the_picture(qtbot: QtBot, page: NumberPage, model: NetModel):
    pointed = heard(model.pointed)
    renewed(qtbot, page, lambda: model.visit(row=10, column=12))
    assert pointed[-1][0].sees == (38, 46, 11, 11)


# other layers


def test_a_grouped_layer_names_the_maps_of_its_group(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="conv2", unit=200))
    rows = page.products.planes.rows
    assert len(rows) == 48
    assert (rows[0].texts[0], rows[-1].texts[0]) == ("map 48", "map 95")
    assert page.sheet is not None
    assert page.sheet.arithmetic.difference == pytest.approx(0, abs=page.sheet.arithmetic.float32_error)


def test_a_relu_leads_to_the_convolution_before_it(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: model.visit(layer="relu3"))
    assert page.picker.choice.currentData() == "conv3"
    assert page.sheet is not None
    assert page.sheet.layer.name == "conv3"


def test_a_fully_connected_unit_is_listed_by_contribution(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: choose(page.picker.choice, "fc6"))
    table = page.contributions
    assert page.stack.currentWidget() is table
    assert not page.fields["row"].isVisible()
    assert page.sheet is not None
    bars = [row.bar for row in table.rows]
    assert sum(bars) == pytest.approx(page.sheet.arithmetic.total)
    sizes = [abs(bar) for bar in bars[:200]]
    assert sizes == sorted(sizes, reverse=True)
    first = table.rows[0]
    unit, cell = divmod(first.key, 36)
    assert first.texts[0] == f"pool5, unit {unit} ({cell // 6}, {cell % 6})"
    assert "9,016 other inputs" in table.rows[200].texts[0]
    table.setFocus()
    press(table, Qt.Key.Key_Home)
    press(table, Qt.Key.Key_Return)
    assert model.place == Place("maps", "pool5", unit, cell // 6, cell % 6)


# ways from here


def test_the_arithmetic_is_copied_with_every_digit(qtbot: QtBot, page: NumberPage):
    qtbot.mouseClick(page.copy_button, LEFT)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    products = [float(line[5]) for line in lines if len(line) == 6 and line[1].isdigit()]
    assert len(products) == 363
    assert page.sheet is not None
    assert np.array_equal(np.array(products).reshape(3, 11, 11), page.sheet.arithmetic.products)
    assert float(lines[-3][-1]) == page.sheet.arithmetic.total


def test_the_convolution_workspace_gets_filter_window_and_cell(qtbot: QtBot, page: NumberPage, model: NetModel):
    asked = heard(model.convolution_asked)
    qtbot.mouseClick(page.open_button, LEFT)
    image, weight, bias, stride, padding, cell = asked[0]
    assert cell == (20, 31)
    found = functional.conv2d(*map(torch.tensor, (image[None], weight, bias)), stride=stride, padding=padding)
    assert page.sheet is not None
    assert float(found[0, 0, 20, 31]) == pytest.approx(page.sheet.arithmetic.total, rel=1e-12)


def test_map_and_filter_are_one_click_away(qtbot: QtBot, page: NumberPage, model: NetModel):
    qtbot.mouseClick(page.filter_button, LEFT)
    assert (model.place.page, model.place.layer, model.place.unit) == ("filters", "conv1", 7)
    qtbot.mouseClick(page.map_button, LEFT)
    assert model.place == Place("maps", "conv1", 7, 20, 31)


# following


def test_an_edited_filter_changes_the_arithmetic(qtbot: QtBot, page: NumberPage, model: NetModel):
    renewed(qtbot, page, lambda: model.edit_filters("conv1", lambda net: net.zero_filter("conv1", 7), "zero"))
    qtbot.waitUntil(lambda: texts(page)["total"] == 0)
    assert not page.sheet.arithmetic.weights.any()
    renewed(qtbot, page, model.history.undo)
    qtbot.waitUntil(lambda: texts(page)["total"] != 0)


def test_another_network_shows_its_own_numbers_only(qtbot: QtBot, page: NumberPage, model: NetModel):
    other = load_network("alexnet", "random", device="cpu", seed=3)
    model.adopt(Chosen("alexnet", "random", seed=3, device="cpu"), other)
    assert page.sheet is None
    assert not page.stack.isEnabled()
    qtbot.waitUntil(lambda: page.sheet is not None, timeout=20000)
    assert np.array_equal(page.sheet.arithmetic.weights, other.filters(page.sheet.layer.name)[0].double().numpy())


def test_the_page_speaks_spanish_at_once(page: NumberPage):
    use_language("es")
    try:
        assert [row.texts[0] for row in page.products.planes.rows] == ["rojo", "verde", "azul"]
        assert "Its map" not in page.map_button.text()
    finally:
        use_language("en")


def test_it_fits_small_windows(page: NumberPage):
    page.resize(700, 480)
    for view in page.products.views.values():
        assert view.width() >= 120
        assert QPointF(view.placement.rect(0, 0, 11, 11).bottomRight()).x() <= view.width() + 1
