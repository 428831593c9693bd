"""Networks, pictures, layers, filters and pages switched in random order on slow workers: stale results never show."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from cnnexplorer.nets import Perturbation, load_network
from cnnexplorer.ui.actions import Actions
from cnnexplorer.ui.nets import answering, maps_page, overview_page
from cnnexplorer.ui.nets.state import Chosen, Source
from cnnexplorer.ui.nets.workspace import NetWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.settings import Settings

STEPS = 50
PAGES = ("overview", "filters", "maps")


@pytest.fixture(scope="module")
def networks() -> dict[str, Network]:
    return {
        name: load_network(name, "random", device="cpu", seed=3, input_size=64 if name == "googlenet" else None)
        for name in ("googlenet", "alexnet2012")
    }


@pytest.fixture
def workspace(
    qtbot: QtBot, settings: Settings, networks: dict[str, Network], monkeypatch: pytest.MonkeyPatch
) -> Iterator[NetWorkspace]:
    for module, name in ((maps_page, "make_maps"), (maps_page, "make_unit"), (overview_page, "make_pictures")):
        monkeypatch.setattr(module, name, slowed(getattr(module, name)))
    monkeypatch.setattr(answering, "load_network", slowed(lambda id_, *_, **__: networks[id_]))
    monkeypatch.setattr(answering, "compute", slowed(answering.compute))
    holder = QWidget()
    qtbot.addWidget(holder)
    found = NetWorkspace(Actions(holder), settings)
    qtbot.addWidget(found)
    found.resize(1100, 640)
    found._show_page("overview")
    found.show()
    yield found
    found.close_work()
    for network in networks.values():
        network.reset()
        network.notices.clear()


def slowed(make: Callable[..., object]) -> Callable[..., object]:
    """Return a function that takes a moment, now longer and now shorter, on whatever thread it runs."""
    waits = random.Random(5)

    def slow(*arguments: object, **options: object) -> object:
        threading.Event().wait(waits.choice((0, 0, 0.002, 0.012)))
        return make(*arguments, **options)

    return slow


class Hand:
    """Does one thing after the other, and knows what must be shown in the end."""

    def __init__(self, workspace: NetWorkspace, seed: int) -> None:
        self.workspace, self.model, self.chance = workspace, workspace.model, random.Random(seed)
        self.given = 0
        self.seen: list[int] = []
        self.model.computed.connect(self._watch)

    def _watch(self, computed: object) -> None:
        assert computed.network is self.model.network
        if computed.perturbation.is_neutral:
            self.seen.append(round(1000 * float(computed.picture.mean())))

    def picture(self) -> None:
        """Give the next picture: each is a little brighter."""
        self.given += 1
        self.model.set_source(Source(np.full((3, 40, 40), self.given / 1000), f"picture {self.given}"))

    def network(self) -> None:
        self.model.choose(Chosen(self.chance.choice(("googlenet", "alexnet2012")), "random", device="cpu"))

    def layer(self) -> None:
        if self.model.layers:
            self.model.visit(layer=self.chance.choice(self.model.layers).name)

    def unit(self) -> None:
        layer = self.model.layer(self.model.place.layer)
        if layer is not None:
            self.model.visit(unit=self.chance.randrange(layer.output_shape[0]))

    def page(self) -> None:
        self.model.visit(page=self.chance.choice(PAGES))

    def way(self) -> None:
        self.chance.choice((self.model.back, self.model.forward))()

    def edit(self) -> None:
        layer = self.model.layers[0].name if self.model.layers else None
        if layer is not None and self.model.network is not None:
            unit = self.chance.randrange(8)
            self.model.edit_filters(layer, lambda network: network.zero_filter(layer, unit), "zero")

    def undo(self) -> None:
        self.chance.choice((self.model.history.undo, self.model.history.redo))()

    def disturb(self) -> None:
        self.model.set_perturbation(self.chance.choice((Perturbation(), Perturbation(brightness=0.1))))

    def act(self) -> None:
        self.chance.choice(
            (self.picture, self.picture, self.network, self.layer, self.layer, self.unit, self.page, self.way,
             self.edit, self.undo, self.disturb)
        )()  # fmt: skip

    def check(self) -> None:
        """Whatever is shown now belongs to the network in use and to what was computed last."""
        model, maps = self.model, self.workspace.pages.get("maps")
        assert self.seen == sorted(self.seen), "an older picture after a newer one"
        if model.result is not None:
            assert model.result.network is model.network
            assert self.workspace.column.form.guesses.guesses == model.result.guesses
        if maps is not None and maps.sheet is not None:
            assert maps.active
            assert maps.sheet.layer in model.layers
            assert maps.view.mosaic is maps.sheet.mosaic
        overview = self.workspace.pages["overview"].view
        if overview.pictures is not None and self.workspace.page is self.workspace.pages["overview"]:
            assert overview.pictures.network is model.network


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_only_what_belongs_together_is_shown(qtbot: QtBot, workspace: NetWorkspace, seed: int):
    hand = Hand(workspace, seed)
    model = workspace.model
    hand.picture()
    model.choose(Chosen("googlenet", "random", device="cpu"))
    qtbot.waitUntil(lambda: model.result is not None, timeout=20000)
    for _step in range(STEPS):
        hand.act()
        for _round in range(hand.chance.randrange(4)):
            QApplication.processEvents()
            hand.check()
    hand.page()
    model.set_perturbation(Perturbation())
    hand.picture()
    last = hand.given

    def at_rest() -> bool:
        hand.check()
        tasks = (model._task, model._loader, *model._derivations.values())
        return not any(task.busy for task in tasks) and bool(hand.seen) and hand.seen[-1] == last

    qtbot.waitUntil(at_rest, timeout=20000)
    picture = workspace.column.form.view._values
    assert round(1000 * float(picture.mean())) == last
    assert model.source.title == f"picture {last}"
    page = workspace.page
    if model.place.page == "maps":
        layer = model.place.layer
        assert page.sheet.layer.name == layer
        assert page.sheet.values is model.result.activations[layer]
        assert page.panel.sheet.wish.unit == min(model.place.unit, len(page.sheet.values) - 1)
        unit = model.result.activations[layer][page.panel.sheet.wish.unit].double().numpy()
        assert np.array_equal(page.panel.sheet.values.ravel(), unit.ravel())
    elif model.place.page == "overview":
        assert page.view.pictures.overview.picture is model.result.picture
    assert model._busy == ""


def test_pictures_that_come_too_fast_leave_no_queue(qtbot: QtBot, workspace: NetWorkspace):
    hand, model = Hand(workspace, 0), workspace.model
    hand.picture()
    model.choose(Chosen("googlenet", "random", device="cpu"))
    qtbot.waitUntil(lambda: model.result is not None, timeout=20000)
    model.visit(page="maps")
    for _picture in range(300):
        hand.picture()
        QApplication.processEvents()
    qtbot.waitUntil(lambda: hand.seen[-1] == hand.given and not model._task.busy, timeout=20000)
    hand.check()
    assert len(hand.seen) < 300, "the newest wins"
    assert model._pending is None
