"""Labs about networks: set up, locked, and the user's own network that comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from PySide6.QtWidgets import QToolButton

from cnnexplorer.core.samples import SAMPLES
from cnnexplorer.labs import lab_from_text
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.nets.workspace import PAGE_IDS
from tests.ui.helpers import LEFT, enter, pick

from .test_built_in import LONG, leave, wait_for_network
from .test_playing import answered, line, play, ready
from .test_room import sized

if TYPE_CHECKING:
    from cnnexplorer.labs import LabFile

LAB = """
format = 1
title = { en = "Networks" }
[[steps]]
text = { en = "Look." }
locked = ["network", "weights", "picture", "perturbation", "edit_filters"]
[steps.setup]
workspace = "network"
network = "alexnet2012"
weights = "random"
seed = 5
page = "maps"
layer = "conv2"
unit = 3
picture = "drawn_house"
[steps.setup.perturbation]
noise = 0.1
[steps.task]
kind = "find"
layer = "conv2"
accepted = [3]
"""


@pytest.fixture
def lab() -> LabFile:
    return lab_from_text(LAB, "networks.toml")


def test_a_step_sets_the_network_up_and_locks_it(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    wait_for_network(qtbot, window, panel)
    net = window.net.workspace
    model = net.model
    assert (model.chosen.weights, model.chosen.seed) == ("random", 5)
    assert (model.place.page, model.place.layer, model.place.unit) == ("maps", "conv2", 3)
    assert model.source.title == SAMPLES["drawn_house"].title
    assert net.column.form.samples.value() == "drawn_house"
    assert model.perturbation.noise == 0.1
    assert window._workspace == "net"
    picture, chosen = model.source, model.chosen
    for attempt, stays in (
        (lambda: model.set_perturbation(Perturbation()), lambda: model.perturbation.noise == 0.1),
        (lambda: pick(net.column.form.samples, "scene"), lambda: model.source is picture),
        (lambda: pick(net.bar.network, "vgg16"), lambda: model.chosen == chosen and not model._loader.busy),
        (
            lambda: model.edit_filters("conv1", lambda n: n.zero_filter("conv1", 0), "zero"),
            lambda: not model.history.count(),
        ),
    ):
        window.banner.clear()
        attempt()
        qtbot.waitUntil(lambda: "step of the lab leaves" in window.banner.text)
        assert stays()
    assert net.bar.network.value() == "alexnet2012"
    sized(window, 1024, 680)
    assert not net.column.isVisible(), "in a narrow window the page needs the room"
    assert window._column.wished
    [button] = [one for one in net.findChildren(QToolButton) if one.defaultAction() is window.actions_["column"]]
    qtbot.mouseClick(button, LEFT)
    assert net.column.isVisible(), "it is one click away"
    sized(window, 1400, 680)
    assert net.column.isVisible()
    leave(qtbot, window, panel)
    assert model.guard is None


def test_own_filters_are_no_part_of_a_lab_and_come_back(qtbot, window, lab):
    window.show_workspace("net")
    qtbot.waitUntil(lambda: window.net.workspace is not None, timeout=LONG)
    net = window.net.workspace
    qtbot.waitUntil(lambda: net.memory.is_settled and net.model.result is not None, timeout=LONG)
    model = net.model
    model.edit_filters("conv1", lambda network: network.zero_filter("conv1", 0), "zero")
    assert window.document.is_modified
    [step] = lab.lab.steps
    setup = structs.replace(step.setup, weights="bundled", seed=0, picture="", perturbation=None)
    plain = replace(lab, lab=structs.replace(lab.lab, steps=(structs.replace(step, setup=setup),)))
    panel = play(qtbot, window, plain)
    wait_for_network(qtbot, window, panel)
    assert not model.network.edited_layers()
    assert window.document.is_modified
    leave(qtbot, window, panel)
    qtbot.waitUntil(lambda: bool(model.network.edited_layers()), timeout=LONG)
    assert window.document.is_modified


def test_the_own_network_comes_back_and_nothing_counts_as_changed(qtbot, window, lab):
    window.show_workspace("net")
    qtbot.waitUntil(lambda: window.net.workspace is not None, timeout=LONG)
    net = window.net.workspace
    qtbot.waitUntil(lambda: net.memory.is_settled and net.model.result is not None, timeout=LONG)
    net.sources.use_sample("scene")
    qtbot.waitUntil(lambda: net.model.source.title == SAMPLES["scene"].title)
    net.model.set_perturbation(Perturbation(blur=1.0))
    net.model.visit(page="filters", layer="conv3", unit=7)
    chosen, place, work = net.model.chosen, net.model.place, net.memory.work()
    assert not window.document.is_modified
    panel = play(qtbot, window, lab)
    wait_for_network(qtbot, window, panel)
    assert net.model.chosen != chosen
    assert window.desk.contents().network == work
    leave(qtbot, window, panel)
    qtbot.waitUntil(lambda: net.model.chosen == chosen and net.model.place == replace(place, row=None), timeout=LONG)
    assert net.model.source.title == SAMPLES["scene"].title
    assert net.model.perturbation == Perturbation(blur=1.0)
    assert net.sources.kind == "sample"
    assert not window.document.is_modified


def test_a_session_that_is_opened_ends_the_lab(qtbot, window, lab, tmp_path):
    from tests.ui.nets.test_memory import session_file

    panel = play(qtbot, window, lab)
    wait_for_network(qtbot, window, panel)
    window.open_file(session_file(tmp_path, None, "conv"))
    qtbot.waitUntil(lambda: not window.labs.active)
    assert window.desk._aside is None
    assert window.conv.model.experiment.shapes == ((1, 1, 2),)
    assert not panel.isVisible()
    assert window.conv.model.guard is None


def test_the_chosen_filter_is_the_answer(qtbot, window, lab):
    panel = play(qtbot, window, lab)
    wait_for_network(qtbot, window, panel)
    window.net.workspace.model.visit(unit=4)
    qtbot.mouseClick(panel.check, LEFT)
    qtbot.waitUntil(lambda: panel.verdict.isVisible() and panel.verdict.kind == "wrong")
    window.net.workspace.model.visit(unit=3)
    assert "filter 3 of conv2" in panel.field._says.text()
    qtbot.mouseClick(panel.check, LEFT)
    qtbot.waitUntil(lambda: panel.verdict.kind == "right")
    assert panel.attempt.done.answers[-1].answer == "conv2: 3"


CLOSED = """
format = 1
title.en = "Closed"
[[steps]]
text.en = "How many weights has conv2?"
[steps.setup]
workspace = "network"
weights = "random"
page = "architecture"
layer = "conv2"
hide = ["architecture", "overview"]
[steps.task]
kind = "number"
answer = 307200
[[steps]]
text.en = "Which has more?"
[steps.setup]
workspace = "network"
weights = "random"
page = "filters"
hide = ["overview"]
[steps.task]
kind = "number"
answer = 1
[[steps]]
text.en = "Read it off."
[steps.setup]
workspace = "network"
weights = "random"
page = "architecture"
[steps.task]
kind = "number"
answer = 2
"""


def test_pages_that_show_the_answer_are_closed_until_it_is_given(qtbot, window):
    panel = play(qtbot, window, lab_from_text(CLOSED, "closed.toml"))
    wait_for_network(qtbot, window, panel)
    net = window.net.workspace
    closed = net._closed_page

    def locked() -> list[str]:
        return [id_ for index, id_ in enumerate(PAGE_IDS) if not net.tabs.tabIcon(index).isNull()]

    assert locked() == ["overview", "architecture"]
    assert closed.isVisible()
    assert "step 1" in closed.text.text()
    assert net.page is None
    assert net.takeaways() == []
    panel.take_figure()
    assert "closed until step 1 is answered" in window.banner.text
    qtbot.mouseClick(window._rail["workspace_labs"], LEFT)
    assert not window.banner.text, "it told of what was in front"
    qtbot.mouseClick(window._rail["workspace_net"], LEFT)
    window.actions_["save_layers"].trigger()
    assert "Whole layers" in window.banner.text
    assert net.batch is None
    window.actions_["page_maps"].trigger()
    assert not closed.isVisible()
    net.tabs.setCurrentIndex(0)
    assert closed.isVisible(), "by no way is it opened"
    panel.attempt.go(2)
    ready(qtbot, panel)
    wait_for_network(qtbot, window, panel)
    assert locked() == ["overview", "architecture"]
    assert closed.isVisible(), "going on without an answer opens nothing"
    panel.attempt.go(0)
    ready(qtbot, panel)
    enter(line(panel), "307200")
    answered(qtbot, panel, "right")
    assert locked() == []
    wait_for_network(qtbot, window, panel)
    assert net.page is net.pages["architecture"]
    assert net.page.active
    panel.attempt.go(1)
    ready(qtbot, panel)
    assert locked() == ["overview"]
    play(qtbot, window, lab_from_text('format = 1\ntitle.en = "A"\n[[steps]]\ntext.en = "?"\n', "bare.toml"))
    assert locked() == []
    qtbot.waitUntil(lambda: net.model.chosen.weights == "bundled" and net.model.place.page == "overview", timeout=LONG)
    leave(qtbot, window, panel)
