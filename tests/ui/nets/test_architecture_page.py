"""The Architecture page through real events: table, totals, bars, formulas, input size, two networks, the lecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest

from cnnexplorer.core import SettingError
from cnnexplorer.nets import CATALOG, load_network, read_architecture, totals
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.nets import architecture_page
from cnnexplorer.ui.nets.architecture_page import ArchitecturePage
from cnnexplorer.ui.nets.architecture_reading import Wish
from cnnexplorer.ui.nets.layer_rows import COLUMN, COLUMNS, build_rows, percent, row_texts
from cnnexplorer.ui.nets.layer_view import LayerTable
from cnnexplorer.ui.nets.state import Chosen, Place
from cnnexplorer.ui.theme import use_theme
from tests.ui.helpers import LEFT, NONE, choose, double_click, enter, grab, heard, pictured, press, settled
from tests.ui.nets.helpers import speak_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QTableView
    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.nets.model import NetModel


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[ArchitecturePage]:
    found = ArchitecturePage(model)
    qtbot.addWidget(found)
    found.resize(1300, 760)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.reading is not None)
    settled(found)
    yield found
    found.leave()
    found.close_work()


def read(qtbot: QtBot, page: ArchitecturePage, act: Callable[[], object]) -> None:
    """Do something, and wait until another reading is shown."""
    before = page.reading
    act()
    qtbot.waitUntil(lambda: page.reading is not before)
    settled(page)


def click_row(qtbot: QtBot, table: LayerTable, name: str, view: QTableView | None = None) -> None:
    view = table.table if view is None else view
    index = table.model.index(table.model.find(name), 0 if view is table.names else COLUMN["output"])
    view.scrollTo(index)
    qtbot.mouseClick(view.viewport(), LEFT, NONE, view.visualRect(index).center())


def cell(table: LayerTable, name: str, column: str) -> str:
    return table.model.texts[table.model.find(name)][COLUMN[column]]


# the table


def test_every_layer_stands_in_order_with_its_figures(page: ArchitecturePage):
    layers = read_architecture("alexnet2012")
    assert [row.name for row in page.table.rows] == [layer.name for layer in layers]
    expected = {
        "kind": "convolution", "output": "96×55×55", "parameters": "34,944", "parameter_share": "0.1 %",
        "macs": "105,415,200", "mac_share": "14.6 %", "kernel": "11×11", "stride": "4", "padding": "2", "groups": "1",
        "field": "11×11", "field_stride": "4",
    }  # fmt: skip
    assert {name: cell(page.table, "conv1", name) for name in expected} == expected
    assert cell(page.table, "conv2", "groups") == "2"
    assert cell(page.table, "relu1", "parameters") == ""
    assert cell(page.table, "relu1", "groups") == ""
    assert cell(page.table, "fc6", "output") == "4,096"
    assert cell(page.table, "fc6", "field_stride") == ""
    assert cell(page.table, "pool1", "stride") == "2"


def test_the_totals_are_the_sums_of_the_columns(page: ArchitecturePage):
    columns = [
        [int(text.replace(",", "")) for texts in page.table.texts() if (text := texts[COLUMN[name]])]
        for name in ("parameters", "macs")
    ]
    assert page.table.totals.values == tuple(map(sum, columns)) == (60_965_224, 724_406_816)
    assert page.table.totals.toolTip() == "Total: 60,965,224 parameters, 724,406,816 MACs"
    assert page.table_rows()[-1][COLUMN["macs"]] == "724,406,816"
    assert page.table_rows()[0][COLUMN["mac_share"]] == "Share of MACs"


def test_the_longest_bar_is_that_of_the_largest_share(page: ArchitecturePage):
    table, image = page.table.table, None
    widths = {}
    for name in ("fc6", "fc8", "conv2"):
        index = page.table.model.index(page.table.model.find(name), COLUMN["parameter_share"])
        table.clearSelection()
        table.scrollTo(index)
        settled(page)
        rect = table.visualRect(index)
        image = grab(table.viewport())
        line = image[rect.top() + 5, rect.left() + 4 : rect.right() - 4].astype(int)
        widths[name] = int((np.abs(line - line[-1]).max(axis=-1) > 8).sum()) if name != "fc6" else len(line)
        if name == "fc6":
            assert np.abs(line - image[rect.top() + 1, rect.left() + 20]).max(axis=-1).min() > 8, "filled to its end"
    layers = {layer.name: layer for layer in read_architecture("alexnet2012")}
    with pictured("bars", image):
        for name in ("fc8", "conv2"):
            share = layers[name].parameter_share / layers["fc6"].parameter_share
            assert widths[name] == pytest.approx(share * widths["fc6"], abs=2.5)


def test_weights_only_hides_the_others(qtbot: QtBot, page: ArchitecturePage):
    qtbot.mouseClick(page.controls.weights_only, LEFT)
    assert [row.name for row in page.table.rows] == [*(f"conv{n}" for n in range(1, 6)), "fc6", "fc7", "fc8"]
    assert page.table.totals.values == (60_965_224, 724_406_816)
    qtbot.mouseClick(page.controls.weights_only, LEFT)
    assert len(page.table.rows) == len(read_architecture("alexnet2012"))


def test_names_stay_while_the_rest_scrolls(page: ArchitecturePage):
    page.resize(820, 420)
    settled(page)
    names, table = page.table.names, page.table.table
    assert page.table._bar.isVisible()
    page.table._bar.setValue(page.table._bar.maximum())
    assert table.horizontalScrollBar().value() == page.table._bar.maximum() > 0
    table.verticalScrollBar().setValue(60)
    assert names.verticalScrollBar().value() == 60
    names.verticalScrollBar().setValue(20)
    assert table.verticalScrollBar().value() == 20
    assert names.horizontalScrollBar().value() == 0
    grab(page.table)


def test_tooltips_tell_what_a_cell_and_a_heading_mean(page: ArchitecturePage):
    model = page.table.model
    role = Qt.ItemDataRole.ToolTipRole
    place = model.find("conv1")
    assert model.data(model.index(place, 0), role) == "conv1 · convolution"
    layer = read_architecture("alexnet2012")[0]
    assert model.data(model.index(place, COLUMN["mac_share"]), role) == f"{100 * layer.share:.4f} %"
    assert model.data(model.index(place, COLUMN["kernel"]), role) == "11×11"
    assert model.data(model.index(place, 0), Qt.ItemDataRole.DecorationRole) is None
    assert "one product" in model.headerData(COLUMN["macs"], Qt.Orientation.Horizontal, role)
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.DecorationRole) is None


# choosing


def test_a_click_on_a_row_shows_its_formulas_with_the_numbers(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    click_row(qtbot, page.table, "conv2")
    assert (model.place.page, model.place.layer) == ("overview", "conv2")
    details = page.details
    assert details.title.text() == "conv2 · convolution"
    assert "(27 + 2·2 − 5) / 1" in details.sections["output"].numbers.text()
    assert "307,456" in details.sections["parameters"].numbers.text()
    assert "223,948,800" in details.sections["macs"].numbers.text()
    assert "51×51 pixels" in details.sections["field"].words.text()
    assert "neighbours are 8 pixels apart" in details.sections["field"].words.text()
    assert "2 groups: each filter sees 48 of the 96" in details.sections["groups"].words.text()
    click_row(qtbot, page.table, "relu1")
    assert "none: there is nothing to train" in details.sections["parameters"].words.text()
    assert "the same as its input" in details.sections["output"].words.text()
    assert not details.sections["groups"].caption.isVisible()


@pytest.mark.parametrize(
    ("layer", "output"),
    [
        ("pool5", "⌊(13 − 3) / 2⌋ + 1 = 6"),
        ("flatten", "256·6·6 = 9,216"),
        ("fc6", "4,096"),
        ("dropout6", "9,216"),
    ],
)
def test_other_kinds_have_formulas_too(page: ArchitecturePage, model: NetModel, layer: str, output: str):
    model.visit(layer=layer)
    assert page.table.current.name == layer
    assert output in page.details.sections["output"].numbers.text()
    if layer in ("fc6", "flatten", "dropout6"):
        assert page.details.sections["field"].words.text() == "It sees the whole picture."


def test_the_keys_go_from_row_to_row_and_enter_opens_the_maps(page: ArchitecturePage, model: NetModel):
    page.table.table.setFocus()
    press(page.table.table, Qt.Key.Key_Down)
    assert model.place.layer == "relu1"
    press(page.table.table, Qt.Key.Key_Return)
    assert model.place == Place("maps", "relu1")


def test_a_double_click_or_the_button_opens_the_maps(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    table = page.table.table
    index = page.table.model.index(page.table.model.find("conv3"), COLUMN["output"])
    qtbot.mouseClick(table.viewport(), LEFT, NONE, table.visualRect(index).center())
    double_click(table.viewport(), table.visualRect(index).center())
    assert model.place == Place("maps", "conv3")
    model.back()
    click_row(qtbot, page.table, "conv1", page.table.names)
    qtbot.mouseClick(page.details.maps_button, LEFT)
    assert model.place == Place("maps", "conv1")


def test_rows_are_copied_for_a_spreadsheet(page: ArchitecturePage):
    page.table.table.setFocus()
    press(page.table.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    press(page.table.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keySequence(page.table.table, QKeySequence(QKeySequence.StandardKey.Copy))
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    assert [line[0] for line in lines] == ["conv1", "relu1"]
    assert all(len(line) == len(COLUMNS) for line in lines)
    assert lines[0][COLUMN["macs"]] == "105,415,200"


def test_the_layer_of_another_page_is_shown(page: ArchitecturePage, model: NetModel):
    model.visit(layer="conv4")
    assert page.table.current.name == "conv4"
    page.leave()
    model.visit(layer="conv5")
    assert page.table.current.name == "conv4"
    page.enter()
    assert page.table.current.name == "conv5"


# another size, another network


def test_another_input_size_changes_shapes_and_products(qtbot: QtBot, page: ArchitecturePage):
    height, width = page.controls.size_field.fields
    read(qtbot, page, lambda: enter(height, "320"))
    assert page.reading.wish.size == (320, 320)
    qtbot.mouseClick(page.controls.size_field.link, LEFT)
    read(qtbot, page, lambda: enter(width, "160"))
    layers = read_architecture("alexnet2012", (320, 160))
    assert cell(page.table, "conv1", "output") == "×".join(map(str, layers[0].output_shape))
    assert page.table.totals.values == totals(layers)
    assert page.table.totals.values != (60_965_224, 724_406_816)


def test_a_size_too_small_is_told_and_the_table_stays(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    before = page.reading
    with qtbot.waitSignal(model.refused) as told:
        enter(page.controls.size_field.fields[0], "20")
    assert isinstance(told.args[0], SettingError)
    assert page.reading is before
    assert page.controls.wish == Wish("alexnet2012", (224, 224))
    read(qtbot, page, lambda: enter(page.controls.size_field.fields[0], "256"))


def test_a_size_that_is_no_number_is_told(page: ArchitecturePage, model: NetModel):
    told = heard(model.refused)
    enter(page.controls.size_field.fields[0], "many")
    assert told
    assert page.controls.wish.size == (224, 224)


def test_another_network_is_read_without_being_loaded(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    read(qtbot, page, lambda: choose(page.controls.network, "vgg16"))
    assert page.table.totals.values == (138_357_544, 15_470_264_320)
    assert model.chosen.network == "alexnet2012"
    assert page.table.current is not None
    assert not page.details.maps_button.isEnabled()
    assert "VGG16" in page.details.maps_button.toolTip()
    click_row(qtbot, page.table, page.table.rows[3].name)
    press(page.table.table, Qt.Key.Key_Return)
    assert model.place == Place("overview", "conv1"), "nothing to open"
    assert not page.controls.lecture.isEnabled()


def test_the_network_in_use_is_read_when_it_is_another(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    other = load_network("googlenet", "random", device="cpu", seed=3, input_size=96)
    read(qtbot, page, lambda: model.adopt(Chosen("googlenet", "random", device="cpu"), other))
    assert page.reading.wish == Wish("googlenet", (96, 96))
    assert page.table.totals.values == totals(read_architecture("googlenet", (96, 96)))


def test_branches_are_seen_as_branches_and_fold(qtbot: QtBot, page: ArchitecturePage):
    read(qtbot, page, lambda: choose(page.controls.network, "googlenet"))
    block = next(row for row in page.table.rows if row.is_heading)
    assert block.branches == 4
    place = page.table.model.find(block.name)
    inside = [row for row in page.table.rows if row.block == block.name and not row.is_heading]
    numbers = [row.branch for row in inside]
    assert {1, 2, 3, 4} <= set(numbers)
    for number in (1, 2, 3, 4):
        rows = [row for row in inside if row.branch == number]
        assert [row.first for row in rows] == [True, *[False] * (len(rows) - 1)]
        assert [row.last for row in rows] == [*[False] * (len(rows) - 1), True]
    grab(page.table)
    click_row(qtbot, page.table, block.name)
    assert "4 branches side by side" in page.details.about.text()
    assert not page.details.maps_button.isVisible()
    before = len(page.table.rows)
    click_row(qtbot, page.table, block.name, page.table.names)
    assert page.table.rows[place].folded
    assert len(page.table.rows) == before - len(inside)
    assert page.table.rows[place].parameters == sum(row.parameters for row in inside)
    page.table.table.setFocus()
    press(page.table.table, Qt.Key.Key_Return)
    assert not page.table.rows[place].folded
    press(page.table.table, Qt.Key.Key_Return)
    page.table.select(inside[2].name)
    assert page.table.current.name == inside[2].name, "what is chosen unfolds its block"


def test_two_networks_stand_side_by_side(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    read(qtbot, page, lambda: choose(page.controls.compare, "alexnet"))
    assert page.other.isVisible()
    assert page.other.totals.values == (61_100_840, 714_188_480)
    text = page.difference.text()
    assert "+135,616 parameters (1.00 times as many)" in text
    assert "−10,218,336 MACs (0.99 times as many)" in text
    assert page.table.table.isColumnHidden(COLUMN["kind"])
    name = page.other.rows[0].name
    click_row(qtbot, page.other, name)
    assert page.details.title.text().startswith("AlexNet (torchvision")
    assert not page.details.maps_button.isEnabled()
    assert model.place.layer == "conv1"
    assert page.table.model.reach == page.other.model.reach
    rows = page.table_rows()
    assert rows[0][0] == "Network"
    assert {row[0] for row in rows[1:]} == {CATALOG[id_].title for id_ in ("alexnet2012", "alexnet")}
    read(qtbot, page, lambda: choose(page.controls.compare, ""))
    assert not page.other.isVisible()
    assert not page.difference.isVisible()


def test_a_network_is_not_compared_with_itself(qtbot: QtBot, page: ArchitecturePage):
    read(qtbot, page, lambda: choose(page.controls.compare, "vgg16"))
    read(qtbot, page, lambda: choose(page.controls.network, "vgg16"))
    assert page.reading.wish == Wish("vgg16", (224, 224))
    item = page.controls.compare.model().item(page.controls.compare.findData("vgg16"))
    assert not item.isEnabled()


def test_only_the_last_of_many_wishes_is_shown(qtbot: QtBot, page: ArchitecturePage):
    shown = []
    original = page._take
    page._take = lambda reading: shown.append(reading.wish) or original(reading)
    for network in ("vgg16", "googlenet", "alexnet"):
        page.controls.network.setValue(network)
        page.controls._wish()
    qtbot.waitUntil(lambda: page.reading.wish.network == "alexnet")
    assert shown[-1].network == "alexnet"
    assert page.controls.network.value() == "alexnet"
    assert page.table.totals.values == (61_100_840, 714_188_480)


def test_a_mistake_while_reading_is_raised(qtbot: QtBot, page: ArchitecturePage, monkeypatch: pytest.MonkeyPatch):
    def broken(_wish: Wish) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(architecture_page, "read", broken)
    with qtbot.capture_exceptions() as raised:
        choose(page.controls.network, "vgg16")
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError


# the lecture


def test_the_lecture_s_table_is_reconciled_row_by_row(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    qtbot.mouseClick(page.controls.lecture, LEFT)
    assert page.stack.currentWidget() is page.lecture
    assert not page.controls.weights_only.isEnabled()
    texts = page.table_rows()
    assert texts[0][-1] == "Why"
    by_layer = {row[0].partition(" ")[0]: row for row in texts[1:-1]}
    assert by_layer["conv2"][1:5] == ["307K", "307,456", "223M", "223,948,800"]
    assert "5×5 in the paper, not 11×11" in by_layer["conv2"][5]
    assert by_layer["conv4"][3:5] == ["224M", "112,140,288"]
    assert "Without groups: 1,327,488 parameters, 224,280,576 MACs." in by_layer["conv4"][5]
    millions = sum(int(row[3].removesuffix("M") or 0) for row in texts[1:-1])
    assert millions == 832
    assert texts[-1][:5] == ["Sum", "", "60,965,224", "832M", "724,406,816"]
    assert "832" in page.lecture.intro.text()
    assert page.lecture.model.differs(2 * [row.layer for row in page.lecture.model.rows].index("conv4"))
    assert not page.lecture.model.differs(2 * [row.layer for row in page.lecture.model.rows].index("conv5"))
    grab(page.lecture)


def test_a_row_of_the_lecture_leads_to_its_layer(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    qtbot.mouseClick(page.controls.lecture, LEFT)
    settled(page)
    place = [row.layer for row in page.lecture.model.rows].index("conv3")
    table = page.lecture.table
    for row in (2 * place, 2 * place + 1):
        index = page.lecture.model.index(row, 0)
        table.scrollTo(index)
        model.visit(layer="fc7")
        qtbot.mouseClick(table.viewport(), LEFT, NONE, table.visualRect(index).center())
        assert model.place.layer == "conv3"
        assert page.details.title.text().startswith("conv3")
    table.setFocus()
    QTest.keySequence(table, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QGuiApplication.clipboard().text().startswith("conv3 · conv 3x3 / ReLU, 384 maps\t884K\t")
    press(table, Qt.Key.Key_Return)
    assert model.place == Place("maps", "conv3")


def test_a_layer_that_the_lecture_lacks_is_not_chosen_there(qtbot: QtBot, page: ArchitecturePage, model: NetModel):
    qtbot.mouseClick(page.controls.lecture, LEFT)
    model.visit(layer="conv5")
    assert page.lecture.table.chosen_rows() == [2 * [row.layer for row in page.lecture.model.rows].index("conv5")]
    model.visit(layer="dropout6")
    assert page.lecture.table.chosen_rows() == []
    QGuiApplication.clipboard().setText("before")
    page.lecture.copy()
    assert QGuiApplication.clipboard().text() == "before"


def test_another_network_has_no_table_of_the_lecture(qtbot: QtBot, page: ArchitecturePage):
    qtbot.mouseClick(page.controls.lecture, LEFT)
    read(qtbot, page, lambda: choose(page.controls.network, "vgg16"))
    assert not page.controls.lecture.isChecked()
    assert page.stack.currentWidget() is page.splitter
    assert "AlexNet (2012) only" in page.controls.lecture.toolTip()


# the side, the looks


def test_dense_and_convolutional_parts_are_told(page: ArchitecturePage, model: NetModel):
    assert page.about.parameter_bars.parts == (2_334_080, 58_631_144)
    assert page.about.mac_bars.parts == (665_784_864, 58_621_952)
    assert "58,631,144 · 96.2 %" in page.about.parameter_bars.toolTip()
    assert "AlexNet (2012)" in page.about.title.text()
    image = grab(page.about.parameter_bars)
    assert np.unique(image.reshape(-1, 3), axis=0).shape[0] > 3


def test_a_network_with_other_classes_says_so(
    page: ArchitecturePage, network: Network, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(network, "classes", 10)
    page.enter()
    assert "tells 10 classes apart, not 1,000: its fc8 has 40,970 parameters" in page.about.notes.text()
    monkeypatch.undo()
    page.enter()
    assert "classes apart" not in page.about.notes.text()


def test_narrow_pages_put_the_controls_into_two_rows(page: ArchitecturePage):
    def height() -> int:
        return page.controls._shown.y()

    page.resize(1500, 700)
    settled(page)
    assert height() == 0
    page.resize(760, 700)
    settled(page)
    assert height() > 0


@pytest.mark.parametrize("width", [1500, 980, 760, 690])
def test_no_control_is_crushed(page: ArchitecturePage, width: int):
    use_language("es")
    page.resize(width, 600)
    settled(page)
    controls = page.controls
    assert controls.width() >= controls.minimumSizeHint().width()
    for button in (controls.weights_only, controls.lecture, page.take):
        assert button.width() >= button.sizeHint().width(), button.text()
        assert controls.rect().contains(button.mapTo(controls, button.rect().bottomRight()))
    for field in controls.size_field.fields:
        assert field.lineEdit().width() >= field.fontMetrics().horizontalAdvance("4096")
    texts = controls.weights_only.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    assert texts == (width > 800)


def test_language_and_theme_are_followed(page: ArchitecturePage, monkeypatch: pytest.MonkeyPatch):
    before = grab(page.table)
    speak_marked(monkeypatch)
    assert cell(page.table, "conv1", "kind") == "«convolution»"
    assert page.details.title.text() == "conv1 · «convolution»"
    assert page.table.totals.toolTip().startswith("«Total: ")
    assert page.controls.weights_only.text() == "«Weights only»"
    assert page.lecture.intro.text().startswith("«")
    assert page.details.sections["output"].words.text().startswith("«")
    use_theme("dark")
    settled(page)
    assert grab(page.table).mean() < before.mean() - 60


# rows as values


def test_rows_can_be_folded_and_filtered_together():
    layers = read_architecture("googlenet")
    blocks = [row.name for row in build_rows(layers) if row.is_heading]
    rows = build_rows(layers, weights_only=True, folded=blocks[:1])
    assert [row.name for row in rows if row.is_heading] == blocks
    assert not any(row.block == blocks[0] and not row.is_heading for row in rows)
    assert all(row.parameters for row in rows if not row.is_heading)
    assert len(row_texts(rows[0])) == len(COLUMNS)
    assert sum(row.parameters for row in build_rows(layers) if not row.is_heading) == totals(layers)[0]


@pytest.mark.parametrize(("share", "text"), [(0, ""), (0.0001, "< 0.1 %"), (0.1234, "12.3 %"), (1, "100.0 %")])
def test_shares_are_written_so_that_they_can_be_read(share: float, text: str):
    assert percent(share) == text


def test_what_is_hidden_cannot_be_chosen(page: ArchitecturePage):
    page.table.set_weights_only(True)
    page.table.select("relu1")
    assert page.table.current is None
    QGuiApplication.clipboard().setText("before")
    page.table.copy()
    assert QGuiApplication.clipboard().text() == "before", "nothing is chosen"


def test_the_small_head_of_the_bundled_weights_is_not_taken_for_the_paper_s(
    qtbot: QtBot, page: ArchitecturePage, model: NetModel
):
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.adopt(Chosen("alexnet2012", "bundled", device="cpu"), load_network("alexnet2012", device="cpu"))
    assert model.network is not None
    assert model.network.pooled
    assert "classes apart" not in page.about.notes.text()
    assert "one small fully connected layer" in page.about.notes.text()


def test_the_totals_are_painted_below_their_columns_at_once(qtbot: QtBot):
    table = LayerTable()
    qtbot.addWidget(table)
    table.resize(650, 400)
    with qtbot.waitExposed(table):
        table.show()
    table.set_layers(read_architecture("alexnet2012"), (1.0, 1.0))
    # without another turn of the events: the next thing may be a paint
    assert 0 < table.table.x() - table.names.width() < 5  # the line between them
