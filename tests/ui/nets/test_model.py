"""The model: loading, computing, live pictures, derived values, places, edits and undo."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.nets import Network, Perturbation, WeightsError, architecture, load_network
from cnnexplorer.ui.nets import answering
from cnnexplorer.ui.nets import model as model_module
from cnnexplorer.ui.nets.model import NetModel
from cnnexplorer.ui.nets.network_bar import NetworkBar
from cnnexplorer.ui.nets.state import Chosen, Place, Source
from tests.ui.helpers import LEFT, heard, pick

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.core import UserError
    from cnnexplorer.nets.computed import Looks


def picture(value: float) -> Source:
    return Source(np.full((3, 60, 80), value), f"grey {value}")


def test_a_picture_is_computed_and_named(model: NetModel):
    assert model.result is not None
    assert model.result.picture.shape == (3, 224, 224)
    assert len(model.result.guesses) == 5
    assert model.place.layer == "conv1"


def test_pictures_that_come_too_fast_form_no_queue(qtbot: QtBot, model: NetModel):
    seen: list[float] = []
    model.computed.connect(lambda computed: seen.append(round(float(computed.picture.mean()), 3)))
    values = [round(0.02 * step, 3) for step in range(1, 41)]
    for value in values:
        model.set_source(picture(value))
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == values[-1], timeout=20000)
    assert len(seen) <= 3
    assert seen == sorted(seen)


def test_frames_are_shown_while_new_ones_keep_coming(qtbot: QtBot, model: NetModel):
    seen: list[float] = []
    model.computed.connect(lambda computed: seen.append(float(computed.picture.mean())))
    sent = 0

    def send() -> bool:
        nonlocal sent
        sent += 1
        model.set_source(picture(sent / 10000))
        return len(seen) >= 5

    qtbot.waitUntil(send, timeout=20000)
    assert seen == sorted(seen)


def test_a_derived_value_is_made_now_and_after_each_pass(qtbot: QtBot, model: NetModel):
    shown: list[float] = []
    model.derive("mean", lambda computed: float(computed.picture.mean()), shown.append)
    qtbot.waitUntil(lambda: len(shown) == 1)
    model.set_source(picture(0.25))
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=20000)
    assert shown[1] == pytest.approx(0.25, abs=1e-6)
    model.derive("mean", None)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(picture(0.5))
    assert len(shown) == 2


def test_a_derived_value_that_was_replaced_is_never_shown(qtbot: QtBot, model: NetModel):
    shown: list[str] = []
    model.derive("view", lambda _computed: "old", shown.append)
    model.derive("view", lambda _computed: "new", shown.append)
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == ["new"]


def test_a_derived_value_asked_for_while_a_pass_is_under_way_comes(qtbot: QtBot, model: NetModel):
    shown: list[float] = []
    model.set_source(picture(0.75))
    model.derive("mean", lambda computed: round(float(computed.picture.mean()), 2), shown.append)
    qtbot.waitUntil(lambda: 0.75 in shown, timeout=20000)
    assert shown[-1] == 0.75


def test_perturbed_and_clean_are_both_there(qtbot: QtBot, model: NetModel):
    clean = model.result.activations["conv1"]
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_perturbation(Perturbation(noise=0.2))
    assert model.result.clean["conv1"].equal(clean)
    assert not model.result.activations["conv1"].equal(clean)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_perturbation(Perturbation(noise=0.3))
    assert model.result.clean["conv1"].equal(clean)


def test_an_edited_filter_changes_its_map_and_undo_brings_it_back(qtbot: QtBot, model: NetModel):
    before = model.result.activations["conv1"]
    with qtbot.waitSignal(model.computed, timeout=20000):
        assert model.edit_filters("conv1", lambda network: network.zero_filter("conv1", 3), "zero")
    after = model.result.activations["conv1"]
    assert after[3].unique().numel() == 1
    assert after[4].equal(before[4])
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.history.undo()
    assert model.result.activations["conv1"].equal(before)
    assert model.network.edited_layers() == ()


def test_an_edit_that_cannot_be_is_told(model: NetModel):
    told: list[UserError] = []
    model.refused.connect(told.append)
    assert not model.edit_filters("conv1", lambda network: network.zero_filter("conv1", 96), "zero")
    assert "conv1" in str(told[0])
    assert model.history.count() == 0


def test_the_clean_picture_is_computed_anew_after_an_edit(qtbot: QtBot, model: NetModel):
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_perturbation(Perturbation(noise=0.2))
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.edit_filters("conv1", lambda network: network.zero_filter("conv1", 3), "zero")
    assert model.result.clean["conv1"][3].unique().numel() == 1


def test_places_are_visited_and_left_again(model: NetModel):
    model.visit(page="maps", layer="conv2")
    model.visit(unit=7)
    model.visit(row=3, column=4)
    assert model.place == Place("maps", "conv2", 7, 3, 4)
    model.visit(layer="conv3")
    assert model.place == Place("maps", "conv3")
    model.back()
    assert model.place == Place("maps", "conv2", 7, 3, 4)
    model.back()
    model.back()
    model.back()
    assert model.place.page == "overview"
    assert not model.can_go_back
    model.forward()
    assert model.place == Place("maps", "conv2")


def test_pointing_tells_what_a_value_sees(model: NetModel):
    seen = []
    model.pointed.connect(seen.append)
    model.point_at("conv1", 5, 10, 20)
    assert seen[0].sees == (38, 78, 11, 11)
    model.point_at()
    assert seen[1] is None


def test_a_network_that_cannot_be_loaded_leaves_the_present_one(qtbot: QtBot, model: NetModel, network: Network):
    with qtbot.waitSignal(model.refused, timeout=20000) as told:
        model.choose(Chosen("vgg16", "/nowhere/weights.pth"))
    assert "weights.pth" in str(told.args[0])
    assert model.network is network
    assert model.chosen.network == "alexnet2012"


def test_a_network_is_read_off_the_gui_thread(qtbot: QtBot, model: NetModel, monkeypatch):
    readers: list[int] = []
    read = architecture._trace
    monkeypatch.setattr(architecture, "_trace", lambda *args: readers.append(threading.get_ident()) or read(*args))
    architecture.trace.cache_clear()
    with qtbot.waitSignal(model.computed, timeout=30000):
        model.choose(Chosen("alexnet", "random", device="cpu"))
    assert readers
    assert threading.get_ident() not in readers


def test_closing_while_work_is_under_way(model: NetModel):
    model.set_source(picture(0.1))
    model.choose(Chosen("googlenet", "random"))
    model.close()


def test_a_gpu_that_fails_under_a_view_lets_the_cpu_go_on(qtbot: QtBot, model: NetModel, monkeypatch):
    given: list[BaseException] = []
    monkeypatch.setattr(model.network, "give_up", lambda error: given.append(error) or True)
    failing = [RuntimeError("CUDA error: unspecified launch failure")]

    def make(computed):
        if failing:
            raise failing.pop()
        return computed

    shown = []
    model.derive("view", make, shown.append)
    qtbot.waitUntil(lambda: bool(shown), timeout=20000)
    assert "CUDA" in str(given[0])
    assert shown == [model.result]


def test_memory_that_runs_out_under_a_view_is_told(qtbot: QtBot, model: NetModel):
    def make(_computed):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory")

    with qtbot.waitSignal(model.refused, timeout=20000) as told:
        model.derive("view", make, lambda _value: None)
    assert "memory" in str(told.args[0])


def test_loading_can_be_cancelled_and_the_network_in_use_stays(qtbot: QtBot, model: NetModel, network: Network):
    gate = threading.Event()
    loads = answering.load_network
    loading = heard(model.loading_changed)

    def slow(*args: object, **kwargs: object) -> Network:
        gate.wait(10)
        return loads(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answering, "load_network", slow)
        bar = NetworkBar(model)
        qtbot.addWidget(bar)
        bar.show()
        bar.network.setFocus()
        pick(bar.network, "alexnet")
        qtbot.waitUntil(lambda: bar.cancel.isVisible())
        assert bar.progress.isVisible()
        qtbot.mouseClick(bar.cancel, LEFT)
        gate.set()
        assert not bar.progress.isVisible()
        assert bar.network.value() == "alexnet2012"
        assert loading == [(True,), (False,)]
        model._loader._pool.waitForDone()
        qtbot.wait(20)
        assert model.network is network


def test_larger_pictures_give_larger_maps(qtbot: QtBot, model: NetModel):
    other = load_network("alexnet", "random", device="cpu", seed=3)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.adopt(Chosen("alexnet", "random", seed=3, device="cpu"), other)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_side(320)
    assert model.result is not None
    assert model.result.picture.shape == (3, 320, 320)
    assert model.layers[0].output_shape == (64, 79, 79)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_perturbation(Perturbation(noise=0.1))
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_side(96)
    assert model.result.clean.input.shape == model.result.activations.input.shape == (3, 96, 96)


def test_weights_that_fit_one_size_only_say_so(qtbot: QtBot, model: NetModel):
    refused = heard(model.refused)
    model.set_side(320)
    assert "fc6" in str(refused[0][0])
    assert model.side == 224
    assert model.result is not None
    assert model.result.picture.shape == (3, 224, 224)


def test_a_value_of_the_first_layers_is_shown_before_the_last_are_there(qtbot: QtBot, model: NetModel):
    shown: list[tuple[float, bool]] = []
    fresh: list[bool] = []

    def show(value: float) -> None:
        assert model.result is not None
        shown.append((value, float(model.result.activations["conv1"].sum()) == value))

    model.derive("sum", lambda seen: float(seen.activations["conv1"].sum()), show, needs="conv1")
    qtbot.waitUntil(lambda: len(shown) == 1)
    model.computed.connect(lambda _computed: fresh.append(len(shown) == 2))
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(picture(0.75))
    assert fresh == [True]  # before the pass was complete
    assert shown[1][1] is False
    assert model.result is not None
    assert shown[1][0] == float(model.result.activations["conv1"].sum())
    assert len(shown) == 2  # and not a second time
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_perturbation(Perturbation(noise=0.2))  # both passes are needed
    assert len(shown) == 3
    assert shown[2] == (float(model.result.activations["conv1"].sum()), True)


@pytest.mark.parametrize(("seconds", "answered"), [(60.0, 1), (0.0, 6)])
def test_a_picture_that_a_newer_one_follows_gives_its_maps_and_no_answer(
    qtbot: QtBot, model: NetModel, monkeypatch: pytest.MonkeyPatch, seconds: float, answered: int
):
    monkeypatch.setattr(model_module, "ANSWER_SECONDS", seconds)
    gate = threading.Semaphore(1)  # a pass goes on when the next picture is known
    shown: list[float] = []
    answers: list[float] = []

    def make(seen: Looks) -> float:
        gate.acquire(timeout=20)
        return float(seen.activations.input.mean())

    model.derive("mean", make, shown.append, needs="conv1")
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=20000)
    model.computed.connect(lambda computed: answers.append(float(computed.activations.input.mean())))
    first, *others = [picture(number / 10) for number in range(6)]
    model.set_source(first)
    for source in others:
        model.set_source(source)
        gate.release()
        qtbot.waitUntil(lambda source=source: model._running.source is source, timeout=20000)
    gate.release()
    qtbot.waitUntil(lambda: not model._task.busy, timeout=20000)
    assert model.result is not None
    assert shown[-1] == answers[-1] == float(model.result.activations.input.mean())
    assert len(answers) == answered
    assert len(shown) == 7
    assert shown[1:] == sorted(shown[1:])


def test_weights_that_do_not_load_at_first_leave_random_ones_and_a_sentence(
    qtbot: QtBot, network: Network, scene: Source, monkeypatch: pytest.MonkeyPatch
):
    def load(_id: str, weights: str, *_args: object, **_options: object) -> Network:
        if weights != "random":
            raise WeightsError("{file} is damaged", file="alexnet2012.safetensors")
        return network

    monkeypatch.setattr(answering, "load_network", load)
    model = NetModel(scene)
    refused = heard(model.refused)
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.choose(Chosen("alexnet2012", "bundled"))
    assert [str(error) for (error,) in refused] == ["alexnet2012.safetensors is damaged"]
    assert model.chosen.weights == "random"
    model.close()
    model.deleteLater()


def test_a_picture_that_is_too_small_without_preprocessing_brings_it_back(qtbot: QtBot, model: NetModel):
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_source(Source(np.full((3, 20, 20), 0.5), "small"))
    with qtbot.waitSignal(model.refused, timeout=20000) as told:
        model.set_preprocess(False)
    assert "too small" in str(told.args[0])
    assert model.preprocess  # as what is still shown was made


def test_a_network_for_which_there_is_no_memory_is_told(qtbot: QtBot, model: NetModel, monkeypatch):
    def load(*_arguments: object, **_settings: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(answering, "load_network", load)
    told, present = heard(model.refused), model.network
    model.choose(Chosen("vgg16", "random"))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert "not enough memory for this network" in str(told[0][0])
    assert model.network is present


def test_a_view_that_comes_while_pictures_are_live_is_soon_served_by_the_pass_itself(qtbot: QtBot, model: NetModel):
    """A value asked for between two passes is made apart once, not for ever."""
    shown: list[float] = []
    fed: list[int] = []

    def feed() -> None:
        fed.append(len(fed))
        model.set_source(picture(0.1 + 0.02 * (len(fed) % 30)))

    model.computed.connect(feed)
    feed()
    qtbot.waitUntil(lambda: len(fed) > 3, timeout=20000)
    model.derive("mean", lambda seen: float(seen.activations["conv1"].mean()), shown.append, needs="conv1")
    begun: list[bool] = []
    start = model._derivations["mean"].start
    model._derivations["mean"].start = lambda *job: (begun.append(True), start(*job))  # type: ignore[method-assign]
    qtbot.waitUntil(lambda: len(fed) > 12, timeout=20000)
    model.computed.disconnect(feed)
    qtbot.waitUntil(lambda: not model._task.busy, timeout=20000)
    assert len(begun) <= 2
    assert len(shown) >= 6
