"""The Network workspace in a session: all of it comes back, and what is not there is told."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from safetensors.torch import save_file

from cnnexplorer.core import (
    Activation,
    Experiment,
    FilterEdit,
    NetworkState,
    PagesState,
    PerturbationState,
    Session,
    ViewState,
    load_session,
    save_session,
)
from cnnexplorer.core import session_pages as pages
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.nets.state import Chosen, Place
from tests.ui.helpers import CONTROL, press, settled
from tests.ui.test_documents import answer, chosen, saved

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow
    from cnnexplorer.ui.nets.workspace import NetWorkspace

LONG = 60_000
PICTURE = np.random.default_rng(2).integers(0, 256, (3, 70, 90)) / 255
EDIT = FilterEdit("conv1", (3, 41), np.full((2, 3, 11, 11), 0.25))
PAGES = PagesState(
    pages.OverviewState("5", "mean"),
    pages.ArchitectureState("vgg16", weights_only=True),
    pages.FiltersState("similarity", "laplacian", "shared", live=True),
    pages.MapsState("zeros", "fixed", -2.5, 40.0, "viridis", "0-7, 41", True, 0.35, True, True),
    pages.RobustnessState(True, "index"),
    pages.WhyState("occlusion", "conv3", 24, 12, "cividis", 0.15, True),
)
STATE = NetworkState(
    "alexnet2012", PICTURE, "beach.png", "random", seed=4, preprocess=True, page="maps", layer="conv1", unit=3, row=5,
    column=6, perturbation=PerturbationState(noise=0.25, shift=(3, -2), seed=8), asked_class=7, edits=(EDIT,), side=224,
    pages=PAGES,
)  # fmt: skip
EXPERIMENT = Experiment([[[1.0, 2.0]]], (Activation("relu"),))


def session_file(folder: Path, state: NetworkState | None, front: str = "net") -> Path:
    path = folder / "lesson.cnnx"
    save_session(Session(EXPERIMENT, (0, 1), ViewState(front), state), path)
    return path


def networks(qtbot: QtBot, window: MainWindow) -> NetWorkspace:
    """Wait until the Network workspace shows what it is to show."""
    qtbot.waitUntil(lambda: window.net.workspace is not None and window.net.workspace.memory.is_settled, timeout=LONG)
    workspace = window.net.workspace
    qtbot.waitUntil(lambda: workspace.model.result is not None, timeout=LONG)
    return workspace


def shows(workspace: NetWorkspace, state: NetworkState) -> None:
    """Check that a workspace shows a state."""
    model = workspace.model
    assert (model.chosen.network, model.chosen.weights, model.chosen.seed) == (state.id, state.weights, state.seed)
    assert np.array_equal(model.source.image, state.picture)
    assert model.source.title == state.title
    assert model.place == Place(state.page, state.layer, state.unit, state.row, state.column)
    assert workspace.page is workspace.pages[state.page]
    assert model.perturbation == Perturbation(
        **{name: getattr(state.perturbation, name) for name in PerturbationState.__struct_fields__}
    )
    assert model.preprocess == state.preprocess
    assert workspace.pages["why"].asked_class == state.asked_class
    assert workspace.states.take() == state.pages
    for edit in state.edits:
        found = model.network.filters(edit.layer)
        assert torch.equal(found[list(edit.filters)], torch.tensor(edit.weights))
        others = [index for index in range(len(found)) if index not in edit.filters]
        assert torch.equal(found[others], model.network.original_filters(edit.layer)[others])


def test_a_network_comes_back_as_it_was(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    window.open_file(session_file(tmp_path, STATE))
    workspace = networks(qtbot, window)
    shows(workspace, STATE)
    assert not window.document.is_modified
    assert window._workspace == "net"
    # what is computed is computed with the edited filters
    assert workspace.model.result.filters_version == workspace.model.network.filters_version
    # taken down again it is the same, before and after each page was seen
    assert window.desk.take()().network == STATE
    for id_ in (*PagesState.__struct_fields__, "maps"):
        workspace.show_page(id_)
    architecture, filters, maps, why = (workspace.pages[id_] for id_ in ("architecture", "filters", "maps", "why"))
    qtbot.waitUntil(lambda: None not in (architecture.reading, maps.sheet, maps.panel.sheet), timeout=LONG)
    assert maps.stack.currentWidget() is maps.enlarged
    assert window.desk.take()().network == STATE
    assert set(maps.sheet.mosaic.units) == {*range(8), 41}
    assert (maps.sheet.wish.order, maps.sheet.wish.value_range, maps.controls.units.text()) == (
        "zeros", (-2.5, 40.0), "0-7, 41",
    )  # fmt: skip
    assert filters.controls.kernel.isVisibleTo(filters)
    assert (why.method, why.picker.layer, why.bar.values) == ("occlusion", "conv3", (24, 12))
    assert architecture.reading.wish.other == "vgg16"
    # another session while it is there, and the first one again
    with chosen(monkeypatch, tmp_path / "other.cnnx"):
        workspace.model.visit(page="answer", layer="conv2", unit=9)
        press(window, Qt.Key.Key_S, CONTROL | Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil((tmp_path / "other.cnnx").exists)
    other = replace(STATE, page="answer", layer="conv2", unit=9, row=None, column=None)
    assert load_session(tmp_path / "other.cnnx").network == other
    window.open_file(tmp_path / "lesson.cnnx")
    qtbot.waitUntil(lambda: workspace.model.place.layer == "conv1", timeout=LONG)
    shows(networks(qtbot, window), STATE)
    assert not workspace.model.history.canUndo()


def test_new_puts_network_and_picture_back(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    window.open_file(session_file(tmp_path, STATE))
    workspace = networks(qtbot, window)
    window.document.new()
    qtbot.waitUntil(lambda: window.document.path is None)
    assert workspace.model.network.edited_layers() == ()
    assert workspace.model.perturbation == Perturbation()
    assert workspace.model.source.title != STATE.title
    assert workspace.model.place.page == "overview"
    assert workspace.pages["why"].asked_class is None
    assert not window.document.is_modified


def test_what_is_made_is_unsaved_and_what_is_only_looked_at_is_not(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    window.show_workspace("net")
    workspace = networks(qtbot, window)
    assert not window.document.is_modified
    workspace.model.visit(page="maps", layer="conv1", unit=2)
    with qtbot.waitSignal(workspace.sources.taken):
        workspace.sources.use_sample("scene")
    workspace.model.set_perturbation(Perturbation(blur=1.0))
    assert not window.document.is_modified, "another sample is chosen in no time"
    workspace.model.edit_filters("conv1", lambda network: network.zero_filter("conv1", 2), "zero")
    assert window.document.is_modified
    workspace.model.history.undo()
    assert not window.document.is_modified
    # with a file of its own even a choice is one that would be lost
    path = tmp_path / "a.cnnx"
    window.document._write(path, False, lambda: None)
    qtbot.waitUntil(lambda: window.document.path == path)
    assert not window.document.is_modified
    workspace.model.set_perturbation(Perturbation(blur=2.0))
    assert window.document.is_modified
    window.close()
    answer(qtbot, window, "save")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert load_session(path).network.perturbation.blur == 2.0


def test_weights_of_a_file_are_found_by_name_and_hash(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, network: object
):
    weights = {name: value.clone() for name, value in network.state().items()}
    save_file(weights, tmp_path / "mine.safetensors")
    digest = hashlib.sha256((tmp_path / "mine.safetensors").read_bytes()).hexdigest()
    state = replace(STATE, weights="file", weights_file="mine.safetensors", weights_sha256=digest, edits=(), seed=0)
    window.open_file(session_file(tmp_path, state))
    workspace = networks(qtbot, window)
    assert workspace.model.chosen.weights == str(tmp_path / "mine.safetensors")
    assert window.banner.text == ""
    taken = window.desk.take()().network
    assert (taken.weights, taken.weights_file, taken.weights_sha256) == ("file", "mine.safetensors", digest)
    # a file of that name, but not the one
    window.open_file(session_file(tmp_path, replace(state, weights_sha256="0" * 64)))
    qtbot.waitUntil(lambda: "mine.safetensors" in window.banner.text, timeout=LONG)
    qtbot.waitUntil(lambda: workspace.model.chosen.weights == "bundled", timeout=LONG)
    assert networks(qtbot, window).model.place.layer == "conv1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "resnet1000"}, "resnet1000 is unknown here"),
        ({"weights": "imagenet"}, "imagenet"),
        ({"weights": "file", "weights_file": "../secret", "weights_sha256": "0" * 64}, "../secret"),
        ({"edits": (FilterEdit("conv1", (500,), np.ones((1, 3, 11, 11))),)}, "edited filters of conv1"),
        ({"edits": (FilterEdit("conv1", (5,), np.ones((1, 9, 2, 2))),)}, "edited filters of conv1"),
        ({"edits": (FilterEdit("conv1", (5,), np.ones((1, 1, 1, 1))),)}, "edited filters of conv1"),
        ({"weights": "file", "weights_file": "n" * 400}, "weights nnn"),
        ({"edits": (FilterEdit("softmax", (5,), np.ones((1, 9, 2, 2))),)}, "edited filters of softmax"),
        ({"layer": "conv77", "page": "hologram"}, ""),
        ({"unit": 10**6, "row": 10**5, "column": 10**5, "asked_class": 10**6}, ""),
        ({"side": 16_000}, "16000×16000"),
        ({"perturbation": PerturbationState(10, 100, -10, 3600, (16_000, -16_000), 16_000, (1, 0), 2**60)}, ""),
        ({"input_size": (7, 16_000)}, "7×16000 is too small"),
        ({"seed": 2**63 - 1}, ""),
        ({"picture": np.array([[[-1e308, 0.0, 1e308]]])}, ""),
    ],
)  # fmt: skip
def test_what_is_not_to_be_had_is_told_and_the_rest_is_shown(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, change: dict[str, object], told: str
):
    texts = []
    window.open_file(session_file(tmp_path, replace(STATE, **{"edits": (), **change})))
    qtbot.waitUntil(lambda: window.net.workspace is not None, timeout=LONG)
    window.net.workspace.refused.connect(lambda error: texts.append(str(error)))
    workspace = networks(qtbot, window)
    settled(window)
    assert workspace.page is not None
    assert workspace.model.layer(workspace.model.place.layer) is not None
    assert window.conv.model.experiment == EXPERIMENT
    assert workspace.model.source.image.min() >= 0
    assert workspace.model.source.image.max() <= 1
    assert any(told in text for text in texts) == bool(told), texts
    assert not told or told in window.banner.text


def test_a_session_that_is_opened_while_another_is_loading(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    (tmp_path / "a").mkdir()
    first = session_file(tmp_path / "a", replace(STATE, seed=1, edits=()))
    second = session_file(tmp_path, replace(STATE, unit=8, row=1, column=1))
    window.show_workspace("net")
    workspace = networks(qtbot, window)
    window.open_file(first)
    qtbot.waitUntil(lambda: window.document.path == first)
    window.open_file(second)
    qtbot.waitUntil(lambda: window.document.path == second)
    qtbot.waitUntil(lambda: workspace.model.chosen.seed == 4, timeout=LONG)
    shows(networks(qtbot, window), replace(STATE, unit=8, row=1, column=1))
    assert not window.document.is_modified


def test_an_unopened_network_is_saved_as_it_came(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    path = session_file(tmp_path, STATE, "conv")
    window.open_file(path)
    qtbot.waitUntil(lambda: window.document.path == path)
    assert window.net.workspace is None
    window.conv.model.edit(lambda _old: Experiment([[[5.0]]], ()), "edit")
    press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    assert load_session(path).network == STATE
    window.show_workspace("net")
    shows(networks(qtbot, window), STATE)


def test_what_is_chosen_before_the_first_network_is_there(qtbot: QtBot, window: MainWindow):
    """A session that is taken while the first network is on its way says so."""
    window.show_workspace("net")
    qtbot.waitUntil(lambda: window.net.workspace is not None, timeout=LONG)
    state = window.desk.take()().network
    assert state is None or state.id == Chosen.network
    networks(qtbot, window)
