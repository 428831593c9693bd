"""Live pictures: the column sets no texts that are the same, and shows all that is another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core.samples import SAMPLES
from cnnexplorer.ui.nets.input_column import InputForm
from cnnexplorer.ui.nets.sources import PictureSources
from cnnexplorer.ui.nets.state import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.settings import Settings


@pytest.fixture
def form(qtbot: QtBot, model: NetModel, settings: Settings) -> Iterator[InputForm]:
    sources = PictureSources(settings, model)
    found = InputForm(model, sources, [])
    qtbot.addWidget(found)
    yield found
    sources.close()


def show(qtbot: QtBot, model: NetModel, title: str, side: int = 30) -> None:
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(Source(np.random.default_rng(0).random((3, side, side)), title))


def test_the_same_texts_are_not_set_again(qtbot: QtBot, model: NetModel, form: InputForm, monkeypatch):
    show(qtbot, model, "camera")
    set_again: list[str] = []
    monkeypatch.setattr(form.title, "setText", set_again.append)
    show(qtbot, model, "camera")
    assert set_again == []
    show(qtbot, model, "camera", side=40)
    assert set_again == ["camera, 40 × 40"]


def test_controls_that_were_changed_show_the_state_again(qtbot: QtBot, model: NetModel, form: InputForm):
    show(qtbot, model, SAMPLES["scene"].title)
    assert form.samples.value() == "scene"
    form.samples.setValue("")
    show(qtbot, model, SAMPLES["scene"].title)
    assert form.samples.value() == "scene"
