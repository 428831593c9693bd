"""The Answer page through real events: softmax in numbers, contributions, dense against convolutional."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt

from cnnexplorer.nets import load_network, read_architecture
from cnnexplorer.ui.nets.answer_page import AnswerPage
from cnnexplorer.ui.nets.answer_sheet import softmax
from cnnexplorer.ui.nets.contributions import BIAS, input_place
from cnnexplorer.ui.nets.state import Chosen, Place, Source
from tests.ui.helpers import LEFT, choose, press, type_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.bar_table import BarTable
    from cnnexplorer.ui.nets.model import NetModel


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[AnswerPage]:
    model.visit(page="answer")
    found = AnswerPage(model)
    qtbot.addWidget(found)
    found.resize(1000, 660)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.sheet is not None)
    yield found
    found.leave()


def renewed(qtbot: QtBot, page: AnswerPage, act: Callable[[], object]) -> None:
    before = page.sheet
    act()
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet is not before, timeout=20000)


def click_row(qtbot: QtBot, table: BarTable, place: int) -> None:
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(place, 1)).center())


def test_all_classes_come_in_the_order_of_their_probability(page: AnswerPage, model: NetModel):
    rows = page.classes.rows
    assert len(rows) == 1000
    assert model.result is not None
    expected = torch.softmax(model.result.activations["fc8"].double(), 0)
    assert [row.key for row in rows[:5]] == [guess.index for guess in model.result.guesses]
    assert [row.bar for row in rows] == sorted((row.bar for row in rows), reverse=True)
    assert [row.bar for row in rows] == pytest.approx([float(expected[row.key]) for row in rows])
    assert sum(row.bar for row in rows) == pytest.approx(1)


def test_the_quotient_is_written_with_its_numbers(qtbot: QtBot, page: AnswerPage, model: NetModel):
    renewed(qtbot, page, lambda: click_row(qtbot, page.classes, 2))
    index = page.classes.rows[2].key
    assert (model.place.layer, model.place.unit) == ("fc8", index)
    logits = model.result.activations["fc8"].double().numpy()
    exponential, total, quotient = map(
        float, re.search(r"= ([\d.e-]+) / ([\d.e-]+) = ([\d.e-]+)$", page.quotient.text()).groups()
    )
    assert exponential == pytest.approx(np.exp(logits[index] - logits.max()), rel=1e-4)
    assert total == pytest.approx(np.exp(logits - logits.max()).sum(), rel=1e-4)
    assert quotient == pytest.approx(exponential / total, rel=1e-3)
    assert page.classes.key() == index


def test_a_class_is_found_by_its_number(page: AnswerPage):
    page.search.setFocus()
    type_text(page.search, "571")
    assert [row.key for row in page.classes.rows] == [571]
    page.search.clear()
    assert len(page.classes.rows) == 1000


def test_contributions_and_bias_add_up_to_the_value(page: AnswerPage, model: NetModel):
    rows = page.contributions.rows
    assert page.sheet is not None
    assert page.sheet.unit is not None
    index = int(model.result.activations["fc8"].argmax())
    assert page.sheet.unit.arithmetic.unit == index
    total = page.sheet.softmax.logits[index]
    assert sum(row.bar for row in rows) == pytest.approx(total, abs=1e-4)
    assert rows[-1].key == BIAS
    weight = model.network.module.get_parameter("fc8.weight")[index]
    source = model.result.activations["relu7"]
    first = rows[0]
    assert first.texts[0] == f"relu7, unit {first.key}"
    assert first.bar == pytest.approx(float(weight[first.key]) * float(source[first.key]), rel=1e-5)


def test_enter_leads_from_unit_to_unit_and_to_the_map(qtbot: QtBot, page: AnswerPage, model: NetModel):
    for layer in ("fc7", "fc6"):
        page.contributions.setFocus()
        press(page.contributions, Qt.Key.Key_Home)
        key = page.contributions.key()
        renewed(qtbot, page, lambda: press(page.contributions, Qt.Key.Key_Return))
        assert (model.place.page, model.place.layer, model.place.unit) == ("answer", layer, key)
        assert layer in page.unit_title.text()
    press(page.contributions, Qt.Key.Key_Home)
    unit, cell = divmod(page.contributions.key(), 36)
    press(page.contributions, Qt.Key.Key_Return)
    assert model.place == Place("maps", "pool5", unit, *divmod(cell, 6))


def test_another_layer_begins_at_its_strongest_unit(qtbot: QtBot, page: AnswerPage, model: NetModel):
    renewed(qtbot, page, lambda: choose(page.layer, "fc7"))
    assert model.place.unit == int(model.result.activations["fc7"].argmax())


def test_the_bias_row_leads_nowhere(page: AnswerPage, model: NetModel):
    place = model.place
    page.contributions.setFocus()
    press(page.contributions, Qt.Key.Key_End)
    page.contributions.selectRow(len(page.contributions.rows) - 1)
    press(page.contributions, Qt.Key.Key_Return)
    assert model.place == place


def test_dense_and_convolutional_part_are_counted(page: AnswerPage):
    assert page.parameter_bars.parts == (2_334_080, 58_631_144)
    assert page.mac_bars.parts == (665_784_864, 58_621_952)
    assert "58,631,144 · 96.2 %" in page.parameter_bars.accessibleName()
    assert "256 × 6 × 6" in page.flatten.text()
    assert "9,216" in page.flatten.text()


def test_the_softmax_does_not_overflow():
    soft = softmax(np.array([1000.0, 999.0, -1000.0]))
    assert soft.probabilities.tolist() == pytest.approx([1 / (1 + np.exp(-1)), np.exp(-1) / (1 + np.exp(-1)), 0])
    assert soft.order == [0, 1, 2]


def test_googlenets_inputs_are_named_after_the_pooling():
    layers = read_architecture("googlenet")
    place = input_place(layers, layers[-1], 12)
    assert (place.layer.name, place.unit, place.row, place.column) == ("avgpool", 12, 0, 0)


def test_another_picture_and_network_renew_the_answer(qtbot: QtBot, page: AnswerPage, model: NetModel):
    renewed(qtbot, page, lambda: model.set_source(Source(np.full((3, 64, 64), 0.25), "grey")))
    qtbot.waitUntil(lambda: np.array_equal(page.sheet.softmax.logits, model.result.activations["fc8"].double().numpy()))
    network = load_network("alexnet", "random", device="cpu", seed=3)
    model.adopt(Chosen("alexnet", "random", seed=3, device="cpu"), network)
    assert page.sheet is None
    qtbot.waitUntil(lambda: page.sheet is not None, timeout=20000)
    assert page.sheet.unit is not None
    assert page.sheet.unit.layer.label == "fc8"


def test_a_class_that_looks_like_html_is_written_as_it_is(page: AnswerPage):
    assert page.unit_title.textFormat() == Qt.TextFormat.PlainText
    assert page.quotient.textFormat() == Qt.TextFormat.PlainText
