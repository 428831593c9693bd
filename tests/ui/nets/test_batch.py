"""Whole layers of the network in use, from its pages into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core import format_number
from cnnexplorer.ui.batch_dialog import BatchDialog
from cnnexplorer.ui.figures.facts import PROGRAM
from cnnexplorer.ui.nets.batch import network_offer
from cnnexplorer.ui.nets.filters_page import FiltersPage
from cnnexplorer.ui.nets.maps_page import MapsPage
from cnnexplorer.ui.nets.state import Source
from tests.ui.helpers import LEFT, choose, heard
from tests.ui.nets.helpers import speak_marked

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.settings import Settings

LIMIT = 20000


def test_maps_and_filters_are_offered_and_what_is_looked_at_is_chosen(model: NetModel):
    model.visit(page="maps", layer="relu2")
    offer = network_offer(model)
    assert offer is not None
    assert (offer.prefix, [kind.id for kind in offer.kinds]) == ("alexnet2012", ["maps", "filters"])
    maps, filters = offer.kinds
    assert (maps.chosen, filters.chosen) == ({"relu2"}, {"conv2_filters"})
    assert maps.labels[0] == "conv1 · convolution, 96×55×55"
    assert filters.labels[0] == "conv1, 96×3×11×11"
    assert maps.groups[0].title == "AlexNet (2012), conv1 · convolution"
    model.visit(page="filters")
    offer = network_offer(model)
    assert offer is not None
    assert [kind.id for kind in offer.kinds] == ["filters", "maps"]


def test_nothing_is_offered_before_anything_is_computed(model: NetModel):
    model._computed = None
    assert network_offer(model) is None


def test_files_hold_what_the_network_computed(
    qtbot: QtBot, model: NetModel, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pictures, out = tmp_path / "pictures", tmp_path / "out"
    pictures.mkdir()
    out.mkdir()
    settings.set("save_folder", str(out))
    pixels = np.random.default_rng(2).integers(0, 256, (240, 230, 3), np.uint8)
    Image.fromarray(pixels).save(pictures / "noise.png")
    offer = network_offer(model)
    assert offer is not None
    dialog = BatchDialog(offer, settings)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    choose(dialog.controls.form_choice, "layer")
    choose(dialog.controls.format, "npy")
    qtbot.mouseClick(dialog.start_button, LEFT)
    qtbot.waitUntil(lambda: "saved" in dialog.summary.text(), timeout=LIMIT)
    assert model.result is not None
    expected = model.result.activations["conv1"].numpy()
    assert (np.load(out / "alexnet2012_conv1.npy") == expected).all()
    choose(dialog.controls.pictures, "folder")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pictures))
    qtbot.mouseClick(dialog.controls.source.button, LEFT)
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=LIMIT)
    qtbot.mouseClick(dialog.start_button, LEFT)
    qtbot.waitUntil(lambda: "saved" in dialog.summary.text(), timeout=LIMIT)
    with qtbot.waitSignal(model.computed, timeout=LIMIT):
        model.set_source(Source(pixels.transpose(2, 0, 1) / 255, "noise"))
    expected = model.result.activations["conv1"].numpy()
    assert (np.load(out / "noise" / "alexnet2012_conv1.npy") == expected).all()
    dialog.close_work()


def test_pictures_tell_of_network_picture_and_layer(
    qtbot: QtBot, model: NetModel, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings.set("save_folder", str(tmp_path))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.fromarray(np.zeros((230, 240, 3), np.uint8)).save(pictures / "señal.png")
    model.visit(page="maps", layer="conv3")
    offer = network_offer(model)
    assert offer is not None
    dialog = BatchDialog(offer, settings)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.open()
    choose(dialog.controls.form_choice, "sheet")

    def told(path: Path) -> dict[str, str]:
        qtbot.mouseClick(dialog.start_button, LEFT)
        qtbot.waitUntil(lambda: "saved" in dialog.summary.text(), timeout=LIMIT)
        with Image.open(path) as image:
            assert image.text["Title"].startswith("AlexNet (2012), conv3 · convolution")
            return dict(line.split(": ", 1) for line in image.text["Description"].splitlines())

    facts = told(tmp_path / "alexnet2012_conv3_sheet.png")
    assert model.result is not None
    values = model.result.activations["conv3"].numpy()
    low, high = (format_number(float(end), 4) for end in (values.min(), values.max()))
    expected = {
        "Network": "AlexNet (2012)", "Weights": "random, seed 1", "Picture": "Scene",
        "What the network sees": "3 × 224 × 224", "Layer": "conv3 · convolution", "Output": "384 × 13 × 13",
        "Size": "3 × 3", "Stride": "1 × 1", "Padding": "1 × 1", "Parameters": "885,120",
        "Values": f"from {low} to {high}", "Colours": "Diverging around zero, each its own range", "Program": PROGRAM,
    }  # fmt: skip
    assert {**facts, "Weights": expected["Weights"]} == expected
    assert facts["Weights"]
    choose(dialog.controls.pictures, "folder")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pictures))
    qtbot.mouseClick(dialog.controls.source.button, LEFT)
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=LIMIT)
    facts = told(tmp_path / "señal" / "alexnet2012_conv3_sheet.png")
    assert (facts["Picture"], facts["What the network sees"]) == ("señal.png", "3 × 224 × 224")
    choose(dialog.layers.kinds, "filters")
    choose(dialog.controls.form_choice, "each")
    facts = told(tmp_path / "alexnet2012_conv3_filters_007.png")
    assert "Picture" not in facts
    assert (facts["Filter"], facts["Layer"]) == ("7", "conv3 · convolution")
    dialog.close_work()


@pytest.mark.parametrize("kind", [MapsPage, FiltersPage])
def test_a_button_of_the_page_asks_for_the_dialog(qtbot: QtBot, model: NetModel, kind: type[MapsPage | FiltersPage]):
    page = kind(model)
    qtbot.addWidget(page)
    wanted = heard(page.layers_wanted)
    qtbot.mouseClick(page.layers_button, LEFT)
    assert len(wanted) == 1
    assert page.layers_button.toolTip()
    page.close_work()


def test_every_text_of_the_dialog_is_translated(
    qtbot: QtBot, model: NetModel, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    speak_marked(monkeypatch)
    offer = network_offer(model)
    assert offer is not None
    dialog = BatchDialog(offer, settings)
    qtbot.addWidget(dialog)
    shown = [dialog.windowTitle(), dialog.summary.text(), dialog.start_button.text(), dialog.stop_button.text()]
    shown += [dialog.layers.kinds.itemText(index) for index in range(dialog.layers.kinds.count())]
    controls = dialog.controls
    for choice in (controls.form_choice, controls.format, controls.colours, controls.range, controls.pictures):
        shown += [choice.itemText(index) for index in range(choice.count())]
        shown += [choice.toolTip(), choice.accessibleName()]
    assert [text for text in shown if not text.startswith("«")] == []
    dialog.close_work()
