"""The Why page through real events: Grad-CAM, classes, layers, the occlusion map with cancel, and what becomes old."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QSlider, QWidget

from cnnexplorer.core.samples import make_sample
from cnnexplorer.nets import CATALOG, Perturbation, grad_cam, load_network, occlusion_map, read_architecture
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.nets.names import percent_text
from cnnexplorer.ui.nets.state import Chosen, Source
from cnnexplorer.ui.nets.why_controls import usual_layer
from cnnexplorer.ui.nets.why_page import WhyPage
from cnnexplorer.ui.nets.why_units import UnitBars
from cnnexplorer.ui.nets.why_view import WhyView
from cnnexplorer.ui.theme import use_theme
from cnnexplorer.ui.widgets.number_field import NumberField
from tests.ui.helpers import (
    LEFT,
    NONE,
    choose,
    close_to,
    colour_of,
    enter,
    grab,
    heard,
    hover_cell,
    pick,
    pictured,
    press,
    settled,
    type_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.nets.model import NetModel

# what the search offers pops up
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)


@pytest.fixture
def page(qtbot: QtBot, model: NetModel) -> Iterator[WhyPage]:
    found = WhyPage(model)
    qtbot.addWidget(found)
    found.resize(1000, 640)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.sheet is not None)
    settled(found)
    yield found
    found.leave()
    found.close_work()


def renewed(qtbot: QtBot, page: WhyPage, act: Callable[[], object]) -> None:
    """Do something, and wait until the page explains what comes of it."""
    before = page.sheet
    act()
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet is not before, timeout=20000)


def click(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, LEFT)


def coarse(qtbot: QtBot, page: WhyPage, size: int = 64, stride: int = 112) -> None:
    """Turn to the occlusion map, with few places."""
    renewed(qtbot, page, lambda: click(qtbot, page.occlusion))
    enter(page.bar.size_field.lineEdit(), str(size))
    enter(page.bar.stride_field.lineEdit(), str(stride))


def hidden(qtbot: QtBot, page: WhyPage) -> None:
    """Start the occlusion map, and wait for all of it."""
    click(qtbot, page.bar.start)
    qtbot.waitUntil(lambda: page.found is not None and page.found.complete, timeout=20000)
    qtbot.waitUntil(lambda: not page.run.running)


def begun(qtbot: QtBot, page: WhyPage) -> None:
    """Start an occlusion map of many places, and wait for the first of them."""
    coarse(qtbot, page, 32, 8)
    click(qtbot, page.bar.start)
    qtbot.waitUntil(lambda: page.found is not None, timeout=20000)
    assert page.run.running


# Grad-CAM


def test_the_most_probable_class_is_explained_by_the_last_convolution(page: WhyPage, model: NetModel):
    assert model.result is not None
    assert page.sheet is not None
    best = model.result.guesses[0]
    exact = grad_cam(model.result, "conv5", best.index)
    assert page.sheet.cam is not None
    assert np.array_equal(page.sheet.cam.heat, exact.heat)
    assert model.place.layer == "conv1"  # looked at elsewhere
    assert page.picker.choice.currentData() == "conv5"
    assert "conv5" in page.about.text()
    assert f"class {best.index}" in page.about.text()
    assert [share.unit for share in page.sheet.units] == list(exact.strongest(8))
    assert page.cam_panel.units.units == page.sheet.units
    assert "score" in page.cam_panel.numbers.text()


@pytest.mark.parametrize(
    ("id", "layer"),
    [
        ("alexnet2012", "conv5"),
        ("alexnet", "features.10"),
        ("vgg16", "features.28"),
        ("googlenet", "inception5b.concat"),
    ],
)
def test_the_usual_layer_of_each_network(id, layer):
    assert id in CATALOG
    found = usual_layer(read_architecture(id))
    assert found is not None
    assert found.name == layer


def test_only_layers_with_maps_are_offered(page: WhyPage):
    names = [page.picker.choice.itemData(place) for place in range(page.picker.choice.count())]
    assert names[0] == "conv1"
    assert "pool5" in names
    assert not {"fc6", "fc8", "flatten"} & set(names)


def test_another_layer_by_list_by_button_and_by_the_way(qtbot: QtBot, page: WhyPage, model: NetModel):
    renewed(qtbot, page, lambda: pick(page.picker.choice, "conv3"))
    assert page.sheet is not None
    assert page.sheet.layer is not None
    assert page.sheet.layer.name == model.place.layer == "conv3"
    renewed(qtbot, page, lambda: click(qtbot, page.picker.behind))
    assert page.sheet.layer.name == model.place.layer == "relu3"
    renewed(qtbot, page, model.back)
    assert page.sheet.layer.name == "conv3"
    model.visit(layer="fc6")  # it has no maps: what is shown stays
    assert page.picker.layer == "conv3"
    page.leave()
    model.visit(layer="conv2")
    page.enter()
    qtbot.waitUntil(lambda: page.sheet is not None)
    assert page.picker.layer == "conv3"


def test_the_heat_is_painted_in_its_colours_over_what_it_sees(qtbot: QtBot, page: WhyPage):
    page.controls.opacity.setFocus()
    press(page.controls.opacity, Qt.Key.Key_End)
    heat = page.view.heat
    assert heat is not None
    assert heat.limits == (0, heat.values.max())
    image = grab(page.view)
    with pictured("why", image):
        for row, column in ((0, 0), (5, 7), (12, 12), heat.peak):
            point = page.view.cell_rect(row, column).center()
            expected = colour_of("magma", float(heat.values[row, column]), heat.limits)
            assert close_to(image[int(point.y()), int(point.x())], expected, 2)
    pick(page.controls.colours, "viridis")
    with pictured("why-viridis", grab(page.view)):
        point = page.view.cell_rect(*heat.peak).center()
        expected = colour_of("viridis", heat.limits[1], heat.limits)
        assert close_to(grab(page.view)[int(point.y()), int(point.x())], expected, 2)
    press(page.controls.opacity, Qt.Key.Key_Home)
    point = page.view.cell_rect(*heat.peak).center()
    assert not close_to(grab(page.view)[int(point.y()), int(point.x())], expected, 8)


def test_the_legend_names_the_normalisation(page: WhyPage):
    assert page.controls.bar.isVisible()
    assert "from 0 to the largest value" in page.controls.note.text()
    pick(page.controls.colours, "diverging")
    assert "equally far to both sides of 0" in page.controls.note.text()


def test_a_value_under_the_mouse_is_told_and_lights_what_it_sees(qtbot: QtBot, page: WhyPage, model: NetModel):
    told, pointed = heard(page.told), heard(model.pointed)
    hover_cell(qtbot, page.view, 6, 4)
    assert page.sheet is not None
    assert page.sheet.cam is not None
    assert "conv5, row 6, column 4: heat" in told[-1][0]
    assert pointed[-1][0].layer == "conv5"
    assert (pointed[-1][0].row, pointed[-1][0].column) == (6, 4)
    page.view.setFocus()
    press(page.view, Qt.Key.Key_Right)
    assert "row 6, column 5" in told[-1][0]
    QApplication.sendEvent(page.view, QEvent(QEvent.Type.Leave))
    assert told[-1][0] == ""
    assert pointed[-1][0] is None


def test_a_unit_that_counts_leads_to_its_map(qtbot: QtBot, page: WhyPage, model: NetModel):
    bars = page.cam_panel.units
    qtbot.mouseClick(bars, LEFT, NONE, bars.row_rect(2).center().toPoint())
    assert (model.place.page, model.place.layer, model.place.unit) == ("maps", "conv5", bars.units[2].unit)
    model.visit(page="why")
    bars.setFocus()
    press(bars, Qt.Key.Key_Up)
    press(bars, Qt.Key.Key_Return)
    assert (model.place.page, model.place.unit) == ("maps", bars.units[1].unit)


# classes


def test_the_most_probable_class_follows_the_picture_until_another_is_chosen(
    qtbot: QtBot, page: WhyPage, model: NetModel
):
    assert page.classes.choice.currentText().startswith("Most probable: class")
    renewed(qtbot, page, lambda: model.set_source(Source(np.random.default_rng(2).random((3, 224, 224)), "noise")))
    assert model.result is not None
    assert page.sheet is not None
    assert page.sheet.class_index == model.result.guesses[0].index
    third = model.result.guesses[2].index
    renewed(qtbot, page, lambda: pick(page.classes.choice, third))
    assert page.sheet.class_index == page.classes.index == third
    renewed(qtbot, page, lambda: model.set_source(Source(make_sample("scene"), "scene")))
    assert page.sheet.class_index == third
    assert page.classes.choice.currentData() == third
    renewed(qtbot, page, lambda: pick(page.classes.choice, -1))
    assert page.sheet.class_index == model.result.guesses[0].index


def test_any_class_is_found_by_its_number(qtbot: QtBot, page: WhyPage):
    renewed(qtbot, page, lambda: enter(page.classes.search, "734"))
    assert page.sheet is not None
    assert page.sheet.class_index == 734
    assert page.classes.choice.currentText().startswith("class 734: ")
    assert page.classes.search.text() == ""


def test_a_class_is_chosen_from_what_the_search_offers(qtbot: QtBot, page: WhyPage):
    page.classes.search.setFocus()
    type_text(page.classes.search, "s 99")
    popup = page.classes.completer.popup()
    qtbot.waitUntil(popup.isVisible)
    assert popup.model().rowCount() == 11  # 99, and 990 to 999
    popup.setCurrentIndex(popup.model().index(3, 0))
    renewed(qtbot, page, lambda: press(popup, Qt.Key.Key_Return))
    assert page.sheet is not None
    assert page.sheet.class_index == 992
    qtbot.waitUntil(lambda: page.classes.search.text() == "")


def test_a_class_that_is_not_there_is_refused(page: WhyPage, model: NetModel):
    refused = heard(model.refused)
    index = page.sheet.class_index if page.sheet else None
    enter(page.classes.search, "1000")
    assert str(refused[-1][0]) == "there is no class 1000: use 0 to 999"
    enter(page.classes.search, "unicorn")
    assert "no class is called “unicorn”" in str(refused[-1][0])
    enter(page.classes.search, "9" * 5000)
    assert "no class is called" in str(refused[-1][0])
    enter(page.classes.search, "class 99x")
    assert "no class is called" in str(refused[-1][0])
    enter(page.classes.search, "class")
    assert "1000 classes have “class” in their names" in str(refused[-1][0])
    assert page.sheet is not None
    assert page.sheet.class_index == index


def test_classes_with_names_are_found_by_a_part_of_them(page: WhyPage, model: NetModel, network: Network):
    network.categories = (*(f"animal {index}" for index in range(998)), "tabby cat", "Persian cat")
    try:
        page.classes.show_classes(None, None)
        page.classes.show_classes(model.result, None)
        assert page.classes.class_of("PERSIAN") == 999
        assert page.classes.class_of("tabby  cat") == 998
        assert page.classes.class_of("998 · tabby cat") == 998
        assert page.classes.class_of("animal 7") == 7  # the whole name, though others begin with it
    finally:
        network.categories = ()


# the occlusion map


def test_the_occlusion_map_is_started_and_shown(qtbot: QtBot, page: WhyPage, model: NetModel):
    coarse(qtbot, page)
    assert not page.picker.isVisible()
    assert "Start hides 64 × 64 pixels at 4 places" in page.controls.note.text()
    assert page.found is None
    parts = heard(page.run.advanced)
    hidden(qtbot, page)
    assert model.result is not None
    index = model.result.guesses[0].index
    exact = occlusion_map(model.result, index, 64, 112)
    assert page.found is not None
    assert page.found.probabilities == pytest.approx(exact.probabilities, rel=1e-4)
    done = [part.done for (part,) in parts]
    assert done == sorted(set(done))
    assert done[-1] == 4
    heat = page.view.heat
    assert heat is not None
    reach = float(np.abs(page.found.drops).max())
    assert heat.limits == (-reach, reach)
    assert "equally far" in page.controls.note.text()
    assert page.occlusion_panel.figures["places"].text() == "4 of 4"
    assert page.bar.start.isVisible()
    assert not page.bar.progress.isVisible()


def test_the_patch_stands_under_the_mouse_with_what_it_leaves(qtbot: QtBot, page: WhyPage):
    coarse(qtbot, page)
    hidden(qtbot, page)
    told = heard(page.told)
    hover_cell(qtbot, page.view, 0, 1)
    assert page.found is not None
    assert "rows 24 to 87, columns 136 to 199 hidden: probability" in told[-1][0]
    assert percent_text(float(page.found.probabilities[0, 1])) in told[-1][0]
    rect = page.view.patch_rect()
    assert rect is not None
    side = page.view.map_rect().width() * 64 / 224
    assert rect.width() == pytest.approx(side)
    image = grab(page.view)
    with pictured("patch", image):
        assert close_to(image[int(rect.top() + 5), int(rect.left() + 5)], np.array([128, 128, 128]), 2)


def test_what_is_not_tried_yet_is_not_painted(qtbot: QtBot, page: WhyPage):
    begun(qtbot, page)
    click(qtbot, page.bar.cancel)
    qtbot.waitUntil(lambda: not page.run.running, timeout=20000)
    assert page.found is not None
    heat = page.view.heat
    assert heat is not None
    last = heat.values.shape[0] - 1, heat.values.shape[1] - 1
    assert np.isnan(heat.values[last])
    assert heat.cells.pixelColor(last[1], last[0]).alpha() == 0
    assert heat.cells.pixelColor(0, 0).alpha() == 255
    told = heard(page.told)
    hover_cell(qtbot, page.view, *last)
    assert told[-1][0] == "not tried yet"


def test_cancel_keeps_what_is_known_and_says_so(qtbot: QtBot, page: WhyPage):
    begun(qtbot, page)
    assert page.bar.progress.isVisible()
    assert page.bar.progress.maximum() == 28 * 28
    assert not page.bar.size_field.isEnabled()
    click(qtbot, page.bar.cancel)
    qtbot.waitUntil(lambda: not page.run.running, timeout=20000)
    assert page.found is not None
    done = page.found.done
    assert 0 < done < 28 * 28
    assert f"Cancelled after {done} of 784 places." in page.controls.note.text()
    assert page.bar.start.isVisible()
    assert page.bar.size_field.isEnabled()
    QTest.qWait(300)
    assert page.found.done == done


def test_the_result_is_kept_while_the_question_is_the_same(qtbot: QtBot, page: WhyPage, model: NetModel):
    coarse(qtbot, page)
    hidden(qtbot, page)
    found = page.found
    renewed(qtbot, page, lambda: click(qtbot, page.gradcam))
    assert page.sheet is not None
    assert page.sheet.cam is not None
    renewed(qtbot, page, lambda: click(qtbot, page.occlusion))
    pick(page.controls.colours, "viridis")
    page.leave()
    page.enter()
    qtbot.waitUntil(lambda: page.sheet is not None)
    assert page.found is found
    assert page.view.heat is not None
    assert page.view.heat.occlusion is found
    assert model.result is not None
    pick(page.classes.choice, model.result.guesses[0].index)  # the same class, now by choice
    assert page.found is found


def test_the_result_is_dropped_when_the_question_changes(qtbot: QtBot, page: WhyPage, model: NetModel):
    coarse(qtbot, page)
    assert model.result is not None
    changes: list[Callable[[], object]] = [
        lambda: model.set_source(Source(np.random.default_rng(2).random((3, 224, 224)), "noise")),
        lambda: model.set_perturbation(Perturbation(brightness=0.1)),
        lambda: model.edit_filters("conv1", lambda network: network.zero_filter("conv1", 0), "zero"),
        model.history.undo,
        lambda: enter(page.classes.search, "3"),
    ]
    for change in changes:
        hidden(qtbot, page)
        renewed(qtbot, page, change)
        assert page.found is None
        assert page.view.heat is not None
        assert page.view.heat.occlusion is None
        assert not page.controls.bar.isVisible()


def test_a_setting_that_is_refused_drops_nothing(qtbot: QtBot, page: WhyPage, model: NetModel):
    coarse(qtbot, page)
    hidden(qtbot, page)
    found, refused = page.found, heard(model.refused)
    model.set_side(300)  # the fully connected layers fit one size only
    assert len(refused) == 1
    assert page.found is found
    model.network_changed.emit()  # as when another network could not be loaded
    assert page.found is found


def test_a_changed_picture_stops_it_at_once_and_is_computed(qtbot: QtBot, page: WhyPage, model: NetModel):
    begun(qtbot, page)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(Source(np.random.default_rng(2).random((3, 224, 224)), "noise"))
        assert page.found is None
        assert not page.run.running
        assert page.controls.note.text() == "Stopped: the picture changed. Start again."
    QTest.qWait(300)
    assert page.found is None  # what was under way is not heard of any more
    assert page.view.heat is not None
    assert page.view.heat.occlusion is None
    hidden_again = heard(page.run.advanced)
    click(qtbot, page.bar.start)
    qtbot.waitUntil(lambda: len(hidden_again) > 0, timeout=20000)
    assert "Stopped" not in page.controls.note.text()


def test_a_start_before_the_new_picture_is_computed_comes_to_nothing(qtbot: QtBot, page: WhyPage, model: NetModel):
    coarse(qtbot, page, 32, 8)
    model.set_source(Source(np.random.default_rng(2).random((3, 224, 224)), "noise"))
    click(qtbot, page.bar.start)  # the last result is the old picture's
    with qtbot.waitSignal(model.computed, timeout=20000):
        pass
    assert not page.run.running
    assert page.found is None
    assert "the picture changed" in page.controls.note.text()


def test_another_class_stops_it(qtbot: QtBot, page: WhyPage):
    begun(qtbot, page)
    renewed(qtbot, page, lambda: enter(page.classes.search, "3"))
    assert not page.run.running
    assert page.controls.note.text() == "Stopped: another class was chosen. Start again."


def test_another_network_begins_anew(qtbot: QtBot, page: WhyPage, model: NetModel):
    renewed(qtbot, page, lambda: enter(page.classes.search, "734"))
    renewed(qtbot, page, lambda: pick(page.picker.choice, "conv3"))
    begun(qtbot, page)
    other = load_network("googlenet", "random", device="cpu", seed=1)
    model.adopt(Chosen("googlenet", "random", seed=1, device="cpu"), other)
    assert page.found is None
    assert not page.run.running
    qtbot.waitUntil(lambda: page.sheet is not None, timeout=20000)
    assert model.result is not None
    assert page.sheet is not None
    assert page.sheet.class_index == model.result.guesses[0].index
    renewed(qtbot, page, lambda: click(qtbot, page.gradcam))
    assert page.sheet.layer is not None
    assert page.sheet.layer.name == "inception5b.concat"


def test_it_goes_on_while_another_page_is_looked_at_and_ends_with_the_program(qtbot: QtBot, page: WhyPage):
    begun(qtbot, page)
    page.leave()
    assert page.found is not None
    done = page.found.done
    qtbot.waitUntil(lambda: page.found is not None and page.found.done > done, timeout=20000)
    assert page.run.running
    page.close_work()
    assert not page.run.running


def test_a_device_that_fails_meanwhile_is_told_of(
    qtbot: QtBot, page: WhyPage, model: NetModel, network: Network, monkeypatch: pytest.MonkeyPatch
):
    """The network believes to be on a GPU, which is out of memory."""
    coarse(qtbot, page)

    def fail(*_args: object, **_kwargs: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    refused = heard(model.refused)
    monkeypatch.setattr(network, "device", torch.device("cuda"))
    monkeypatch.setattr(network.module, "forward", fail)
    with qtbot.waitSignal(model.computed, timeout=20000):
        hidden(qtbot, page)
    assert "the CPU goes on" in str(refused[-1][0])
    assert page.found is not None
    assert page.found.complete


def test_numbers_that_make_no_patch_are_refused(qtbot: QtBot, page: WhyPage, model: NetModel):
    refused = heard(model.refused)
    coarse(qtbot, page)
    enter(page.bar.size_field.lineEdit(), "0")
    enter(page.bar.stride_field.lineEdit(), "225")
    assert len(refused) == 2
    assert page.bar.values == (64, 112)


def test_by_keyboard_in_spanish_and_in_the_dark(qtbot: QtBot, page: WhyPage):
    coarse(qtbot, page)
    page.bar.start.setFocus()
    press(page.bar.start, Qt.Key.Key_Space)
    assert page.bar.cancel.hasFocus()
    qtbot.waitUntil(lambda: page.found is not None and page.found.complete, timeout=20000)
    choose(page.controls.colours, "cividis")
    use_theme("dark")
    use_language("es")
    settled(page)
    assert grab(page).mean() < 128
    page.view.setFocus()
    press(page.view, Qt.Key.Key_Right)
    assert page.view.patch_rect() is not None


def test_every_control_has_a_name_and_a_tooltip_and_is_reached_by_tab(qtbot: QtBot, page: WhyPage):
    for method in (page.gradcam, page.occlusion):
        if not method.isChecked():
            renewed(qtbot, page, lambda button=method: click(qtbot, button))
        kinds = (QAbstractButton, QComboBox, NumberField, QSlider, QLineEdit, WhyView, UnitBars)
        controls = []
        for widget in page.findChildren(QWidget):
            inside = isinstance(widget.parent(), QComboBox | NumberField | QLineEdit)
            own = widget.objectName().startswith("qt_")
            if isinstance(widget, kinds) and widget.isVisible() and not inside and not own:
                controls.append(widget)
        assert len(controls) >= 9
        for widget in controls:
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, widget
            assert widget.toolTip() or isinstance(widget, WhyView), widget
        page.view.setFocus()
        reached, widget = set(), page.view
        for _step in range(100):
            reached.add(widget)
            press(widget, Qt.Key.Key_Tab)
            widget = QApplication.focusWidget()
            if widget is page.view:
                break
        rest = {found for found in controls if found.isEnabled()} - reached
        assert len(rest) == 1  # of the two methods Tab reaches one, and the arrow keys lead to the other
        assert rest < {page.gradcam, page.occlusion}
    page.gradcam.setFocus()
    press(page.gradcam, Qt.Key.Key_Space)
    assert page.method == "gradcam"
    press(page.gradcam, Qt.Key.Key_Right)
    assert page.occlusion.hasFocus()
    assert page.method == "occlusion"
    assert page.bar.isVisible()
