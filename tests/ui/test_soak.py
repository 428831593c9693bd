"""Long use: thousands of repaints and of random actions, edits that all come back byte for byte."""

from __future__ import annotations

import dataclasses
import gc
import random

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from cnnexplorer.core.kernels import PRESETS
from cnnexplorer.core.samples import SAMPLES
from cnnexplorer.ui.conv.step_view import StepView
from cnnexplorer.ui.widgets.map_view import MapView

from .helpers import cell_point, click_cell, drag_cells, enter, hover_cell, pick, press, settled, wheel

Key = Qt.Key
STAGES = ("convolution", "activation", "max", "average", "flatten")
SMALL = [name for name in SAMPLES if name != "scene" and not name.startswith("drawn_")]


def state(window) -> tuple[object, ...]:
    """Return everything of an experiment, bit by bit."""
    experiment = window.conv.model.experiment
    parts: list[object] = [experiment.image.shape, experiment.image.tobytes()]
    for stage in experiment.stages:
        names = [field.name for field in dataclasses.fields(stage)] if dataclasses.is_dataclass(stage) else []
        values = [getattr(stage, name) for name in names] or [stage]
        parts.append((type(stage), *(v.tobytes() if isinstance(v, np.ndarray) else repr(v) for v in values)))
    return tuple(parts)


def test_5_000_repaints(qtbot, window):
    """The film of a whole experiment, painted frame by frame, with nothing left over."""
    conv = window.conv
    views = [card.view for card in conv.strip.cards.values()]
    painted = 0
    before = len(window.findChildren(QWidget))
    dice = random.Random(2)
    position = 0
    window.resize(900, 560)
    while painted < 5_000:
        position = (position + dice.randrange(1, 4)) % conv.player.count
        conv.player.go(position)
        for view in views:
            view.repaint()
        painted += len(views)
        if painted % 100 < len(views):
            conv.step_view.repaint()
            conv.arithmetic.repaint()
            conv.transport.repaint()
    assert len(window.findChildren(QWidget)) == before
    assert conv.arithmetic.text() == conv.step.expression(2)


def edits(qtbot, window, dice):
    """Return what a user may do, by name; each is an edit that undo takes back."""
    conv = window.conv
    page, inputs = conv.inspector.convolution, conv.inspector.input

    def some_stage() -> int:
        return dice.randrange(max(len(conv.model.experiment.stages), 1))

    def on_convolution() -> bool:
        found = [i for i, s in enumerate(conv.model.experiment.stages) if type(s).__name__ == "Convolution"]
        if found:
            conv.select(("stage", dice.choice(found)))
        return bool(found)

    def draw() -> None:
        conv.select(("input", -1))
        inputs.tools[dice.choice(["brush", "eraser", "line", "rectangle", "fill"])].click()
        view = conv.strip.cards["input", -1].view
        rows, columns = view.shape
        drag_cells(qtbot, view, *[(dice.randrange(rows), dice.randrange(columns)) for _ in range(3)])
        inputs.tools["select"].click()

    def weight() -> None:
        if on_convolution():
            rows, columns = page.matrix.value().shape
            page.matrix.edited.emit(dice.randrange(rows), dice.randrange(columns), dice.uniform(-3, 3))

    return {
        "draw": draw,
        "sample": lambda: inputs.sample_chosen.emit(dice.choice(SMALL)),
        "resize": lambda: (conv.select(("input", -1)), enter(inputs.size_field.fields[dice.randrange(2)],
                                                             str(dice.randrange(1, 20)))),
        "channels": lambda: (conv.select(("input", -1)), pick(inputs.channels_choice, dice.choice(["grey", "rgb"]))),
        "range": lambda: pick(inputs.range_choice, dice.choice(["1", "255"])),
        "noise": lambda: inputs.noise_button.click(),
        "clear": lambda: inputs.clear_button.click(),
        "add": lambda: conv._insert(dice.choice(STAGES), some_stage()),
        "remove": lambda: conv.model.experiment.stages and conv._remove(some_stage()),
        "move": lambda: conv.model.experiment.stages and conv._move(some_stage(), some_stage()),
        "weight": weight,
        "tool": lambda: on_convolution() and dice.choice([*page.tool_buttons.values(), page.random_button]).click(),
        "filter": lambda: on_convolution() and dice.choice([page.add_button, page.remove_button]).click(),
        "preset": lambda: on_convolution() and pick(page.presets, dice.choice(PRESETS).id),
        "size": lambda: on_convolution() and enter(page.kernel_size.fields[0], str(dice.randrange(1, 6))),
        "stride": lambda: on_convolution() and enter(page.stride.fields[1], str(dice.randrange(1, 4))),
        "bias": lambda: on_convolution() and enter(page.bias, f"{dice.uniform(-2, 2):.3f}"),
        "flip": lambda: on_convolution() and pick(page.flip, dice.choice(["correlation", "convolution"])),
        "default": window.actions_["default"].trigger,
    }  # fmt: skip


def moves(qtbot, window, dice):
    """Return what a user may do that edits nothing."""
    conv = window.conv

    def some_card():
        return conv.strip.cards[dice.choice(list(conv.strip.cards))]

    def look() -> None:
        card = some_card()
        rows, columns = card.view.shape
        row, column = dice.randrange(rows), dice.randrange(columns)
        dice.choice([lambda: hover_cell(qtbot, card.view, row, column),
                     lambda: click_cell(qtbot, card.view, row, column) if card.key[0] != "input" else None,
                     lambda: wheel(card.view, cell_point(card.view, row, column), dice.choice([-2, -1, 1, 3])),
                     card.view.fit, card.view.one_to_one])()  # fmt: skip

    actions = [
        "first",
        "back",
        "play",
        "forward",
        "last",
        "loop",
        "fill",
        "spotlight",
        "slower",
        "faster",
        "fit",
        "enlarge",
        "inspector",
        "copy_arithmetic",
        "theme_dark",
        "theme_light",
        "language_es",
        "language_en",
    ]
    return {
        "look": look,
        "select": lambda: conv.select(some_card().key),
        "action": lambda: window.actions_[dice.choice(actions)].trigger(),
        "scrub": lambda: conv.transport.scrubber.scrubbed.emit(dice.randrange(max(conv.player.count, 1))),
        "key": lambda: press(some_card().view, dice.choice([Key.Key_Left, Key.Key_Down, Key.Key_Plus, Key.Key_Return])),
        "channel": lambda: press(some_card().thumbnails, Key.Key_Right),
        "resize": lambda: window.resize(dice.randrange(900, 1500), dice.randrange(560, 900)),
        "events": QApplication.processEvents,
    }


def test_1_000_random_actions(qtbot, window):
    """No exception, and what is shown is always what the experiment gives."""
    dice = random.Random(1)
    conv = window.conv
    things = {**edits(qtbot, window, dice), **{f"{name} ": act for name, act in moves(qtbot, window, dice).items()}}
    done = []
    for number in range(1000):
        name = dice.choice([*things, "look ", "action ", "undo", "undo", "redo"])
        done.append(name)
        if name in ("undo", "redo"):
            window.actions_[name].trigger()
        else:
            things[name]()
        assert conv.model.result.experiment is conv.model.experiment, done[-5:]
        if conv.step is not None:
            assert conv.arithmetic.text() == conv.step.expression(conv.arithmetic._decimals), done[-5:]
            output = conv.model.result.outputs[conv.step.stage_index]
            assert np.array_equal(conv.step.value, output.flat[conv.step.index], equal_nan=True), done[-5:]
        if number % 25 == 0:
            settled(window)  # what is laid out anew is so before Qt paints it
            window.repaint()
    conv.player.pause()
    assert len(set(done)) > 25


@pytest.mark.parametrize("seed", [5, 6])
def test_every_edit_comes_back_byte_for_byte(qtbot, window, seed):
    dice = random.Random(seed)
    things = edits(qtbot, window, dice)
    model = window.conv.model
    states = [state(window)]
    for _number in range(150):
        before = len(model.history)
        things[dice.choice(list(things))]()
        model.end_gesture()
        states += [state(window)] * (len(model.history) - before)  # an act may be two edits: only the last is seen
        if model.history.redo_label is not None:
            raise AssertionError("an edit leaves nothing to redo")
    final = state(window)
    undone = 0
    while model.history.undo_label is not None:
        window.actions_["undo"].trigger()
        undone += 1
    assert undone >= 50
    assert state(window) == states[0]
    while model.history.redo_label is not None:
        window.actions_["redo"].trigger()
    assert state(window) == final
    for wanted in reversed(states[: undone + 1]):
        if state(window) != wanted and states.count(wanted) == 1 and undone == len(states) - 1:
            raise AssertionError("a state on the way back is another one")
        window.actions_["undo"].trigger()
    assert state(window) == states[0]


def test_windows_come_and_go_without_leaving_anything(qtbot, settings):
    """Ten windows opened, used and closed: no widget and no timer outlives them."""
    from cnnexplorer.ui.main_window import MainWindow

    def alive() -> dict[str, int]:
        gc.collect()
        found: dict[str, int] = {}
        for thing in gc.get_objects():
            if issubclass(type(thing), MapView | StepView | MainWindow | QTimer) and shiboken6.isValid(thing):
                found[type(thing).__name__] = found.get(type(thing).__name__, 0) + 1
        return found

    def use() -> None:
        window = MainWindow(settings)
        window.show()
        window.conv.player.play()
        window.conv.inspector.convolution.tool_buttons["negate"].click()
        window.conv._insert("convolution", 1)
        window.conv._remove(1)
        window.start_tour()
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, 52)  # DeferredDelete
        QApplication.processEvents()

    use()
    widgets = len(QApplication.allWidgets())
    before = alive()
    for _turn in range(9):
        use()
    assert len(QApplication.allWidgets()) <= widgets
    after = alive()
    assert all(after[name] <= before.get(name, 0) + 2 for name in after), (before, after)
