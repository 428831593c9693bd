"""The model of the workspace: edits, refusals, and results that come late."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from cnnexplorer.core import Convolution, Experiment, SettingError, run
from cnnexplorer.core.editing import with_image
from cnnexplorer.ui.conv import model as module
from cnnexplorer.ui.conv.model import AT_ONCE, ConvModel, work

from .helpers import heard, image_of, set_image

LIMIT = 20_000
BOX = np.ones((1, 1, 3, 3))


def experiment(value: float, size: int = 4) -> Experiment:
    return Experiment(np.full((1, size, size), value), (Convolution(BOX),))


@pytest.fixture
def model(qapp):
    found = ConvModel(experiment(0))
    yield found
    found.close()
    found.deleteLater()


def test_an_edit_is_announced_computed_and_remembered(model):
    changed, computed = heard(model.changed), heard(model.computed)
    old, new = model.experiment, experiment(1)
    assert model.edit(lambda _old: new)
    assert changed == [(old, new)]
    assert len(computed) == 1
    assert model.result.experiment is new
    assert model.history.undo_label is not None


def test_a_refused_edit_leaves_everything(model):
    refused, changed = heard(model.refused), heard(model.changed)
    before = model.experiment, model.result, len(model.history)

    def change(_old: Experiment) -> Experiment:
        raise SettingError("no")

    assert not model.edit(change)
    assert (model.experiment, model.result, len(model.history)) == before
    assert len(refused) == 1
    assert not changed


def test_a_bug_in_an_edit_is_no_refusal(model):
    with pytest.raises(ZeroDivisionError):
        model.edit(lambda _old: 1 / 0)
    assert model.history.undo_label is None


def test_an_edit_that_changes_nothing_is_no_step(model):
    model.edit(lambda old: Experiment(old.image, old.stages))
    assert len(model.history) == 0


class Slow:
    """Computes when it is let go, and remembers what it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gates: dict[float, threading.Event] = {}
        self.began: list[float] = []
        usual = module.compute

        def compute(asked: Experiment, known: object = None) -> object:
            value = float(asked.image[0, 0, 0])
            self.began.append(value)
            if value in self.gates:
                assert self.gates[value].wait(10)
            return usual(asked, known)

        monkeypatch.setattr(module, "compute", compute)
        monkeypatch.setattr(module, "AT_ONCE", 0)


def test_a_stale_result_never_shows(qtbot, monkeypatch, model):
    slow = Slow(monkeypatch)
    slow.gates[1.0] = threading.Event()
    seen = heard(model.computed)
    model.edit(lambda _old: experiment(1))
    qtbot.waitUntil(lambda: slow.began == [1.0], timeout=LIMIT)
    model.edit(lambda _old: experiment(2))
    model.edit(lambda _old: experiment(3))
    slow.gates[1.0].set()
    qtbot.waitUntil(lambda: model.result.experiment is model.experiment, timeout=LIMIT)
    assert [shown.result.experiment.image[0, 0, 0] for (shown,) in seen] == [3]
    assert slow.began == [1.0, 3.0]


def test_undo_to_a_small_experiment_beats_a_large_one_under_way(qtbot, monkeypatch, model):
    slow = Slow(monkeypatch)
    monkeypatch.setattr(module, "AT_ONCE", 1000)
    slow.gates[7.0] = threading.Event()
    seen = heard(model.computed)
    model.edit(lambda _old: experiment(7, size=60))
    qtbot.waitUntil(lambda: slow.began == [7.0], timeout=LIMIT)
    model.undo()
    assert model.result.experiment is model.experiment
    slow.gates[7.0].set()
    model._task._pool.waitForDone()
    busy = heard(model.busy_changed)
    model.edit(lambda _old: experiment(5))
    assert [shown.result.experiment.image[0, 0, 0] for (shown,) in seen] == [0, 5]
    assert not busy


def test_too_little_memory_is_told_and_the_earlier_state_stays(qtbot, monkeypatch, model):
    def compute(_asked: Experiment, _known: object = None) -> object:
        raise MemoryError

    monkeypatch.setattr(module, "AT_ONCE", 0)
    monkeypatch.setattr(module, "compute", compute)
    before = model.result
    with qtbot.waitSignal(model.refused, timeout=LIMIT) as told:
        model.edit(lambda _old: experiment(1))
    assert "memory" in str(told.args[0])
    assert model.result is before


def test_a_bug_in_a_computation_is_no_refusal(qtbot, monkeypatch, model):
    def compute(_asked: Experiment, _known: object = None) -> object:
        raise ZeroDivisionError("bug")

    monkeypatch.setattr(module, "AT_ONCE", 0)
    monkeypatch.setattr(module, "compute", compute)
    refused = heard(model.refused)
    with qtbot.captureExceptions() as caught:
        model.edit(lambda _old: experiment(1))
        qtbot.waitUntil(lambda: bool(caught), timeout=LIMIT)
    assert caught[0][0] is ZeroDivisionError
    assert not refused


def test_closing_while_a_computation_runs(monkeypatch):
    model = ConvModel(experiment(0))
    slow = Slow(monkeypatch)
    slow.gates[1.0] = threading.Event()
    model.edit(lambda _old: experiment(1))
    opening = threading.Timer(0.03, slow.gates[1.0].set)
    opening.start()
    model.close()
    assert slow.gates[1.0].is_set() or not slow.began
    model.deleteLater()
    opening.join()


def test_a_large_image_that_is_edited_quickly_ends_at_the_newest(qtbot, window):
    """Twenty edits of a large image, faster than they can be computed: what is seen in the end is the last."""
    set_image(window, np.random.default_rng(1).random((1, 1100, 1100)), *window.conv.model.experiment.stages)
    assert work(window.conv.model.experiment) > AT_ONCE
    seen = []
    window.conv.model.computed.connect(lambda shown: seen.append(shown.result.experiment))
    matrix = window.conv.inspector.convolution.matrix
    for number in range(20):
        matrix.edited.emit(1, 1, float(number))
    qtbot.waitUntil(lambda: window.conv.model.result.experiment is window.conv.model.experiment, timeout=LIMIT)
    newest = window.conv.model.experiment
    assert newest.stages[0].weight[0, 0, 1, 1] == 19
    assert seen[-1] is newest
    assert len(seen) < 20, "each one was waited for"
    assert (window.conv.strip.cards["stage", 0].shown == run(newest).outputs[0][0]).all()
    assert (window.conv.inspector.convolution.matrix.value() == newest.stages[0].weight[0, 0]).all()


def test_edits_between_a_large_and_a_small_image(qtbot, window):
    """Settings are shown at once, maps when they are there; hovering and clicking meanwhile is safe."""
    small = image_of(window)
    set_image(window, np.zeros((1, 1100, 1100)), *window.conv.model.experiment.stages)
    for key, card in window.conv.strip.cards.items():
        card.hovered.emit((1, 1))
        card.clicked.emit(0, 0)
        window.conv.select(key)
    window.conv.model.edit(lambda e: with_image(e, small))
    assert window.conv.model.result.experiment is window.conv.model.experiment
    assert (window.conv.strip.cards["input", -1].shown == small[0]).all()
    window.conv.model._task._pool.waitForDone()


def test_removing_stages_while_a_large_image_is_computed(qtbot, window):
    set_image(window, np.zeros((1, 1100, 1100)), *window.conv.model.experiment.stages)
    for _stage in range(3):
        window.conv._remove(0)
        window.conv.player.step(1)
    qtbot.waitUntil(lambda: window.conv.model.result.experiment is window.conv.model.experiment, timeout=LIMIT)
    assert list(window.conv.strip.cards) == [("input", -1)]


def test_tools_of_a_large_image_are_dropped_when_it_was_replaced(qtbot, window):
    large = np.random.default_rng(1).random((1, 600, 600))
    set_image(window, large)
    window.conv.select(("input", -1))
    window.conv.inspector.input.noise_button.click()
    set_image(window, np.zeros((4, 4)))
    window.conv.model._changes._pool.waitForDone()
    qtbot.waitUntil(lambda: not window.conv.model._changes.busy, timeout=LIMIT)
    assert image_of(window).shape == (1, 4, 4)
    window.conv.model._task._pool.waitForDone()
