"""The workspace as a whole, through real events: pages, crumbs, back and forward, the bar, live pictures, undo."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from cnnexplorer.nets import CATALOG, DeviceError, load_network
from cnnexplorer.ui.main_window import SHARED
from cnnexplorer.ui.nets import answering, network_bar
from cnnexplorer.ui.nets.network_bar import best_weights
from cnnexplorer.ui.nets.overview_layout import Target
from cnnexplorer.ui.nets.state import Chosen, Place, Source
from cnnexplorer.ui.nets.workspace import PAGES, NetWorkspace
from tests.ui import helpers
from tests.ui.helpers import LEFT, NONE, choose, drag_cells, files_data, heard, press, set_image, settled
from tests.ui.nets.helpers import IN_USE, speak_marked

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.main_window import MainWindow
    from cnnexplorer.ui.settings import Settings


@pytest.fixture(scope="module")
def small() -> Network:
    return load_network("googlenet", "random", device="cpu", seed=3, input_size=64)


def click_tab(qtbot: QtBot, workspace: NetWorkspace, id_: str) -> None:
    index = [spec.id for spec in PAGES].index(id_)
    qtbot.mouseClick(workspace.tabs, LEFT, NONE, workspace.tabs.tabRect(index).center())


# pages, crumbs, back and forward


@pytest.mark.parametrize("id_", [spec.id for spec in PAGES])
def test_each_tab_shows_its_page(qtbot: QtBot, workspace: NetWorkspace, id_: str):
    click_tab(qtbot, workspace, "maps" if id_ == "overview" else "overview")
    click_tab(qtbot, workspace, id_)
    assert workspace.model.place.page == id_
    assert workspace.page is workspace.pages[id_]
    assert workspace.page.isVisible()
    assert workspace._actions[f"page_{id_}"].isChecked()
    assert [page.active for page in workspace.pages.values()].count(True) == 1
    workspace._fit()


def test_actions_show_pages_and_step_through_layers(workspace: NetWorkspace):
    actions = workspace._actions
    actions["page_maps"].trigger()
    assert workspace.model.place == Place("maps", "conv1")
    actions["layer_behind"].trigger()
    assert workspace.model.place.layer == "relu1"
    actions["layer_before"].trigger()
    actions["layer_before"].trigger()
    assert workspace.model.place.layer == "conv1"
    actions["go_back"].trigger()
    assert workspace.model.place.layer == "relu1"


def test_back_and_forward_go_through_all_that_was_visited(qtbot: QtBot, workspace: NetWorkspace):
    model, actions = workspace.model, workspace._actions
    assert not actions["go_back"].isEnabled()
    click_tab(qtbot, workspace, "maps")
    model.visit(layer="conv3", unit=9)
    model.visit(row=4, column=5)
    model.visit(page="number")
    visited = [model.place]
    while actions["go_back"].isEnabled():
        actions["go_back"].trigger()
        visited.append(model.place)
        assert workspace.page is workspace.pages[model.place.page]
    assert [place.page for place in visited] == ["number", "maps", "maps", "maps", "overview"]
    assert workspace.tabs.currentIndex() == 0
    while actions["go_forward"].isEnabled():
        actions["go_forward"].trigger()
    assert model.place == visited[0]
    assert workspace.tabs.tabText(workspace.tabs.currentIndex()) == "Number"


def test_crumbs_say_where_one_is_and_lead_up(qtbot: QtBot, workspace: NetWorkspace):
    crumbs, model = workspace.crumbs, workspace.model
    model.go(Place("number", "conv3", 9, 4, 5))
    assert [button.text() for button in (crumbs.layer, crumbs.unit, crumbs.value)] == ["conv3", "unit 9", "(4, 5)"]
    qtbot.mouseClick(crumbs.unit, LEFT)
    assert model.place == Place("maps", "conv3", 9, 4, 5)
    qtbot.mouseClick(crumbs.value, LEFT)
    assert model.place == Place("number", "conv3", 9, 4, 5)
    qtbot.mouseClick(crumbs.layer, LEFT)
    assert model.place == Place("maps", "conv3", 9)
    assert not crumbs.value.isVisible()
    model.back()
    assert crumbs.value.isVisible()


def test_the_way_from_overview_to_number_and_back(qtbot: QtBot, workspace: NetWorkspace):
    model = workspace.model
    view = workspace.pages["overview"].view
    qtbot.waitUntil(lambda: view.pictures is not None)
    card = view.layout_.card_named("conv1")
    place = view.target_rect(Target("map", card, 1)).center().toPoint()
    unit = view.pictures.glances["conv1"].units[1]
    qtbot.mouseClick(view.viewport(), LEFT, NONE, place)
    assert model.place == Place("maps", "conv1", unit)
    maps = workspace.pages["maps"]
    qtbot.waitUntil(lambda: maps.panel.sheet is not None)
    peak = maps.panel.sheet.peak
    qtbot.mouseClick(maps.panel.number_button, LEFT)
    assert model.place == Place("number", "conv1", unit, *peak)
    for _step in range(2):
        workspace._actions["go_back"].trigger()
    assert workspace.page is workspace.pages["overview"]
    qtbot.waitUntil(lambda: view.pictures is not None)


def test_nothing_stays_lit_when_another_page_is_shown(qtbot: QtBot, workspace: NetWorkspace):
    told = heard(workspace.told)
    workspace.model.point_at("conv1", 5, 10, 20)
    assert workspace.column.form.view.lit is not None
    click_tab(qtbot, workspace, "maps")
    assert workspace.column.form.view.lit is None
    assert told[-1] == ("",)


def test_the_inspector_hides_the_pages_columns(qtbot: QtBot, workspace: NetWorkspace):
    workspace.show_inspector(False)
    assert not workspace.page.side.isVisible()
    workspace._actions["inspector"].setChecked(False)
    click_tab(qtbot, workspace, "maps")
    assert not workspace.page.side.isVisible()
    workspace.show_inspector(True)
    assert workspace.page.side.isVisible()


# the bar


def test_the_bar_says_what_is_in_use(workspace: NetWorkspace):
    bar = workspace.bar
    assert bar.network.value() == "alexnet2012"
    assert bar.weights.text() == "random, not trained (seed 1)"
    assert bar.device.text() == "CPU"
    assert CATALOG["alexnet2012"].paper in bar.network.toolTip()
    assert "96" in bar.about.toolTip()


def test_another_network_is_chosen(qtbot: QtBot, workspace: NetWorkspace, small: Network, monkeypatch):
    monkeypatch.setattr(answering, "load_network", lambda *_, **__: small)
    busy = heard(workspace.busy_changed)
    with qtbot.waitSignal(workspace.model.computed, timeout=20000):
        choose(workspace.bar.network, "googlenet")
    assert workspace.model.network is small
    assert workspace.bar.network.value() == "googlenet"
    assert busy[0] == (True,)
    assert busy[-1] == (False,)
    workspace.save_settings()
    assert workspace._settings.get("network", "") == "googlenet"


def test_while_one_is_loaded_that_is_told_until_it_is_there(
    qtbot: QtBot, workspace: NetWorkspace, small: Network, monkeypatch
):
    gate = threading.Event()
    monkeypatch.setattr(answering, "load_network", lambda *_, **__: gate.wait(20) and small)
    told = heard(workspace.model.busy_changed)
    choose(workspace.bar.network, "googlenet")
    assert told[-1] == (f"loading {CATALOG['googlenet'].title}…",)
    with qtbot.waitSignal(workspace.model.computed, timeout=20000):
        workspace.model.set_source(Source(np.zeros((3, 40, 40)), "black"))
    settled(workspace)
    assert told[-1] == (f"loading {CATALOG['googlenet'].title}…",), "a picture that was computed is not the end of it"
    gate.set()
    qtbot.waitUntil(lambda: workspace.model.network is small and told[-1] == ("",), timeout=20000)


def test_going_back_to_the_network_in_use_keeps_its_edits(
    qtbot: QtBot, workspace: NetWorkspace, small: Network, monkeypatch
):
    model, gate = workspace.model, threading.Event()
    model.edit_filters("conv1", lambda net: net.zero_filter("conv1", 3), "zero")
    model.visit(page="maps")
    network = model.network
    monkeypatch.setattr(answering, "load_network", lambda *_, **__: gate.wait(20) and small)
    choose(workspace.bar.network, "googlenet")
    choose(workspace.bar.network, "alexnet2012")
    gate.set()
    qtbot.waitUntil(lambda: not model._task.busy and not model._loader.busy, timeout=20000)
    settled(workspace)
    assert model.network is network
    assert workspace.bar.network.value() == "alexnet2012"
    assert model.history.canUndo(), "the edit can still be undone"
    assert model.can_go_back
    assert model._busy == ""


def test_loading_shows_its_progress_and_is_cancelled(
    qtbot: QtBot, workspace: NetWorkspace, small: Network, monkeypatch
):
    gate, network = threading.Event(), workspace.model.network
    monkeypatch.setattr(answering, "load_network", lambda *_, **__: gate.wait(20) and small)
    choose(workspace.bar.network, "googlenet")
    assert not workspace.bar.progress.isVisible(), "a quick one is not told of"
    qtbot.waitUntil(workspace.bar.progress.isVisible)
    assert not workspace.bar.about.isVisible()
    qtbot.mouseClick(workspace.bar.cancel, LEFT)
    assert not workspace.bar.progress.isVisible()
    assert workspace.bar.network.value() == "alexnet2012"
    gate.set()
    workspace.model._loader._pool.waitForDone()
    settled(workspace)
    assert workspace.model.network is network, "what was cancelled does not come"


def test_a_network_that_cannot_be_loaded_leaves_the_bar_as_it_was(qtbot: QtBot, workspace: NetWorkspace, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise DeviceError("there is not enough memory for this network")

    monkeypatch.setattr(answering, "load_network", broken)
    with qtbot.waitSignal(workspace.refused):
        choose(workspace.bar.network, "vgg16")
    assert workspace.bar.network.value() == "alexnet2012"
    assert workspace.model.chosen == IN_USE


def test_devices_are_offered_as_they_are_there(qtbot: QtBot, workspace: NetWorkspace, monkeypatch):
    monkeypatch.setattr(network_bar, "available_devices", lambda: ("cpu",))
    menu = workspace.bar.device.menu()
    menu.aboutToShow.emit()
    by_text = {action.text(): action for action in menu.actions()}
    assert [text for text in by_text if text] == [
        "Automatic (CPU)",
        "CPU",
        "CUDA",
        "MPS",
        "Mixed precision (float16)",
    ]
    assert by_text["CPU"].isChecked()
    assert not by_text["CUDA"].isEnabled()
    assert not by_text["Mixed precision (float16)"].isEnabled()
    with qtbot.waitSignal(workspace.model.computed, timeout=20000):
        by_text["Automatic (CPU)"].trigger()
    assert workspace.model.chosen.device == "auto"


def test_a_device_chosen_while_another_network_loads_is_for_that(
    qtbot: QtBot, workspace: NetWorkspace, small: Network, monkeypatch
):
    asked: list[str] = []

    def load(_id: str, _weights: str, device: str, *_: object, **__: object) -> Network:
        asked.append(device)
        return small

    monkeypatch.setattr(answering, "load_network", load)
    choose(workspace.bar.network, "googlenet")
    workspace.bar.device.menu().aboutToShow.emit()
    next(action for action in workspace.bar.device.menu().actions() if action.text() == "CPU").trigger()
    workspace.bar._switch_precision(True)
    qtbot.waitUntil(lambda: workspace.model.network is small, timeout=20000)
    assert asked[-1] == "cpu"
    assert workspace.model.chosen.autocast
    assert workspace.model.chosen.device == "cpu"


def test_layers_that_the_file_lacks_are_named(workspace: NetWorkspace, network: Network, monkeypatch):
    monkeypatch.setattr(network, "missing", ("fc7", "fc8"))
    workspace.model.adopt(Chosen("alexnet2012", "/a/mine & yours.pth", device="cpu"), network)
    assert workspace.bar.weights.text() == "mine && yours.pth"
    assert "fc7, fc8" in workspace.bar.weights.toolTip()


def test_the_best_weights_at_hand_are_opened(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(network_bar, "has_bundled_weights", lambda id_: id_ == "vgg16")
    monkeypatch.setattr(network_bar, "imagenet_file", lambda _id: tmp_path / "there.pth")
    assert best_weights("vgg16") == "bundled"
    assert best_weights("googlenet") == "random"
    (tmp_path / "there.pth").write_bytes(b"")
    assert best_weights("googlenet") == "imagenet"
    assert best_weights("alexnet2012") == "random", "nobody publishes them"


def test_the_weights_button_asks(qtbot: QtBot, workspace: NetWorkspace, monkeypatch):
    asked = []
    monkeypatch.setattr("cnnexplorer.ui.nets.workspace.ask_weights", lambda *arguments: asked.append(arguments))
    qtbot.mouseClick(workspace.bar.weights, LEFT)
    assert asked[0][0] == IN_USE


# pictures and undo


def test_live_pictures_are_taken_while_that_is_switched_on(workspace: NetWorkspace):
    wanted, image = heard(workspace.live_changed), np.full((1, 20, 20), 0.5)
    workspace.take_live(image, "its picture")
    assert workspace.model.source.title != "its picture"
    workspace._actions["live"].setChecked(True)
    workspace._switch_live()
    assert wanted == [(True,)]
    for value in (0.25, 0.75):
        workspace.take_live(np.full((1, 20, 20), value), "its picture")
    assert workspace.model.source.image.mean() == 0.75
    assert workspace.sources.kind == "convolution"
    workspace._actions["live"].trigger()
    assert wanted[-1] == (False,)
    assert workspace.sources.kind == "kept"


def test_another_picture_switches_live_off(qtbot: QtBot, workspace: NetWorkspace, tmp_path: Path):
    path = tmp_path / "one.png"
    Image.new("RGB", (30, 20), (250, 0, 0)).save(path)
    workspace._actions["live"].setChecked(True)
    workspace._switch_live()
    workspace.take_live(np.full((1, 20, 20), 0.25), "its picture")
    with qtbot.waitSignal(workspace.model.computed, timeout=20000):
        assert workspace.take(files_data(path))
    qtbot.waitUntil(lambda: workspace.model.source.title == "one.png")
    assert not workspace._actions["live"].isChecked()


def test_drawing_and_edits_share_one_undo(qtbot: QtBot, workspace: NetWorkspace):
    model, changed = workspace.model, heard(workspace.history_changed)
    assert workspace.undo_state() == ("", "")
    workspace._actions["draw"].setChecked(True)
    workspace.slots()["draw"]()
    source = model.source
    drag_cells(qtbot, workspace.column.form.view, (60, 50), (60, 100))
    assert workspace.undo_state() == ("draw", "")
    model.edit_filters("conv1", lambda net: net.zero_filter("conv1", 3), "zero a filter")
    assert workspace.undo_state() == ("zero a filter", "")
    assert changed
    workspace._actions["undo"].trigger()
    assert model.network.edited_layers() == ()
    assert workspace.undo_state() == ("draw", "zero a filter")
    workspace._actions["undo"].trigger()
    assert model.source is source


def test_all_filters_are_reset_at_once(workspace: NetWorkspace):
    model = workspace.model
    for layer in ("conv1", "conv3"):
        model.edit_filters(layer, lambda net, layer=layer: net.zero_filter(layer, 3), "zero")
    workspace._reset_filters()
    assert model.network.edited_layers() == ()
    model.history.undo()
    model.history.undo()
    assert set(model.network.edited_layers()) == {"conv1", "conv3"}


def test_the_language_is_followed(workspace: NetWorkspace, monkeypatch):
    speak_marked(monkeypatch)
    assert [workspace.tabs.tabText(index) for index in range(2)] == ["«Overview»", "«Architecture»"]
    assert workspace.crumbs.unit.text() == "«unit 0»"
    assert workspace.bar.weights.text() == "«random, not trained (seed 1)»"
    assert workspace.bar.device.accessibleName().startswith("«Computed on: CPU.")


# in the window


def test_the_window_opens_the_workspace_and_closes_while_it_works(qtbot: QtBot, window: MainWindow, monkeypatch):
    loaded = load_network("googlenet", "random", device="cpu", seed=3, input_size=64)
    asked = []
    monkeypatch.setattr(answering, "load_network", lambda *arguments, **_: asked.append(arguments) or loaded)
    window._settings.set("network", "no such network")
    window._settings.set("device", "[no such device")
    qtbot.mouseClick(window._rail["workspace_net"], LEFT)
    qtbot.waitUntil(lambda: window.net.workspace is not None, timeout=30000)
    workspace = window.net.workspace
    qtbot.waitUntil(lambda: workspace.model.result is not None, timeout=30000)
    assert asked[0][0] == "alexnet2012", "what the settings name is not there"
    assert asked[0][2] == "auto"
    assert "CPU" in window.status_device.text()
    assert "ms" in window.status_time.text()
    window.actions_["page_maps"].trigger()
    maps = workspace.pages["maps"]
    qtbot.waitUntil(lambda: maps.sheet is not None, timeout=20000)
    rect = maps.view.tile_rect(3)
    qtbot.mouseMove(maps.view, rect.center().toPoint())
    assert "unit 3" in window.status_cell.text()
    spy = QSignalSpy(workspace.model.settings_changed)
    window.actions_["live"].trigger()
    assert spy.count() >= 1
    assert workspace.sources.kind == "convolution"
    signed = np.linspace(-1.8, 2.6, 64).reshape(1, 8, 8)  # as a network's first layer reads
    set_image(window, signed)
    assert workspace.model.source.title.endswith("its values brought to 0 to 1")
    assert workspace.model.source.image.min() == 0
    assert workspace.model.source.image.max() == pytest.approx(1)
    window.actions_["live"].trigger()
    before = workspace.model.source
    set_image(window, np.full((1, 8, 8), 0.5))
    assert workspace.model.source is before, "nobody asked for it"
    press(window, Qt.Key.Key_Escape)
    workspace.model.set_source(Source(np.zeros((3, 40, 40)), "black"))
    window.close()


def test_actions_of_both_workspaces_do_what_the_shown_one_does(
    qtbot: QtBot, window: MainWindow, network: Network, monkeypatch
):
    monkeypatch.setattr(answering, "load_network", lambda *_args, **_more: network)
    window.show_workspace("net")
    qtbot.waitUntil(lambda: window.net.workspace is not None and window.net.workspace.model.result is not None)
    net = window.net.workspace
    assert set(window.conv.slots()) & set(net.slots()) <= set(SHARED)
    press(window, Qt.Key.Key_L, helpers.CONTROL | helpers.SHIFT)
    assert (window.conv.batch, net.batch is not None) == (None, True)
    assert net.batch.isVisible()
    net.batch.reject()
    window.show_workspace("conv")
    press(window, Qt.Key.Key_L, helpers.CONTROL | helpers.SHIFT)
    assert (window.conv.batch is not None, net.batch) == (True, None)
    window.conv.batch.reject()


def test_closing_stops_what_saves_whole_layers(
    qtbot: QtBot, workspace: NetWorkspace, settings: Settings, tmp_path: Path
):
    settings.set("save_folder", str(tmp_path))
    workspace.save_layers()
    dialog = workspace.batch
    assert dialog is not None
    qtbot.mouseClick(dialog.layers.all_button, LEFT)
    qtbot.mouseClick(dialog.start_button, LEFT)
    workspace.close_work()
    assert not dialog._task.busy
    there = sorted(tmp_path.iterdir())
    qtbot.wait(50)
    assert sorted(tmp_path.iterdir()) == there
    assert not [path for path in there if path.name.endswith(".part")]
