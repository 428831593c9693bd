"""Every lab of the program is failed on purpose and solved through the widgets of the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import format_number
from cnnexplorer.labs import PreparedStep, built_in_labs, live_tasks, tasks
from cnnexplorer.labs.model import (
    ChoiceTask,
    ClickTask,
    FigureTask,
    FindTask,
    MatrixTask,
    MeasureTask,
    NetworkSetup,
    NumberTask,
    OrderTask,
    ReachTask,
    ShapeTask,
    TextTask,
)
from cnnexplorer.labs.setups import experiment_of
from cnnexplorer.ui.language import use_language
from tests.ui.helpers import LEFT, type_text

from .test_playing import answered, go_on, sort

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.labs.panel import LabPanel
    from cnnexplorer.ui.main_window import MainWindow

LONG = 60_000


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize("index", range(10))
def test_a_lab_of_the_program_is_failed_and_solved(qtbot, window, index, code):
    use_language(code)
    lab = built_in_labs()[index]
    window.labs.play(lab)
    panel = window.labs.panel
    qtbot.waitUntil(lambda: panel._ready is not None, timeout=LONG)
    for place, step in enumerate(lab.lab.steps):
        assert panel.attempt.position == place
        wait_for_network(qtbot, window, panel)
        if step.task is not None:
            if gives(panel, window, right=False):
                qtbot.mouseClick(panel.check, LEFT)
                answered(qtbot, panel, "missing" if isinstance(step.task, ReachTask) else "wrong")
            gives(panel, window, right=True)
            if not panel.attempt.done.done:
                qtbot.mouseClick(panel.check, LEFT)
            answered(qtbot, panel, "noted" if isinstance(step.task, TextTask) else "right")
        if place < len(lab.lab.steps) - 1:
            go_on(qtbot, panel)
    assert panel.attempt.progress.finished
    assert all(done.status in ("solved", "noted", "read") for done in panel.attempt.progress.steps)
    leave(qtbot, window, panel)


def wait_for_network(qtbot: QtBot, window: MainWindow, panel: LabPanel) -> None:
    """Wait until the Network workspace shows what the step sets up, where it does."""
    setup = panel.attempt.step.setup
    if not isinstance(setup, NetworkSetup):
        return
    qtbot.waitUntil(lambda: window.net.workspace is not None, timeout=LONG)
    net = window.net.workspace

    def there() -> bool:
        return (
            net.model.result is not None
            and not net.model._task.busy
            and not net.model._loader.busy
            and not net.lab_side._task.busy
            and net.lab_side._wish is None
            and net.model.chosen.network == setup.network
            and (setup.page is None or net.model.place.page == setup.page)
            and (not setup.layer or net.model.place.layer == setup.layer)
        )

    qtbot.waitUntil(there, timeout=LONG)


def leave(qtbot: QtBot, window: MainWindow, panel: LabPanel) -> None:
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: window.desk._aside is None)
    net = window.net.workspace
    if net is not None:
        qtbot.waitUntil(lambda: net.memory.is_settled and not net.model._task.busy, timeout=LONG)


def gives(panel: LabPanel, window: MainWindow, right: bool) -> bool:
    """Give an answer, and tell whether there is one of that kind."""
    attempt = panel.attempt
    prepared = PreparedStep(attempt.step, attempt.lab.folder)
    return _GIVE[type(attempt.step.task)](panel, window, prepared, right)


def number(panel, window, prepared, right):
    value = tasks.right_value(prepared.step.task, prepared.experiment, prepared.result)
    if prepared.step.task.sign:
        sign = value if right else (1 if value <= 0 else -1)
        button = panel.field.buttons[{1: "+", 0: "0", -1: "-"}[sign]]
        button.click()
    else:
        panel.field.line.setText(format_number(float(value) + (0 if right else 1234.5), 9))
    return True


def shape(panel, window, prepared, right):
    value = tasks.right_value(prepared.step.task, prepared.experiment, prepared.result)
    panel.field.line.setText("x".join(str(side + (0 if right else 7)) for side in value))
    return True


def matrix(panel, window, prepared, right):
    value = tasks.right_value(prepared.step.task, prepared.experiment, prepared.result)
    panel.field.matrix.pasted.emit(np.asarray(value) + (0 if right else 3))
    return True


def choice(panel, window, prepared, right):
    wanted = {i for i, option in enumerate(prepared.step.task.options) if option.right}
    if not right:
        wanted = {min(set(range(len(prepared.step.task.options))) - wanted)}
    for index, option in panel.field.options.items():
        if option.button.isChecked() != (index in wanted) and (index in wanted or prepared.step.task.several):
            option.button.click()
    return True


def order(panel, window, prepared, right):
    places = tuple(range(len(prepared.step.task.items)))
    sort(panel.field, places if right else places[::-1])
    return True


def click(panel, window, prepared, right):
    cells = set(tasks.right_cells(prepared.step.task, prepared.experiment, prepared.result).cells)
    rows, columns = window.conv.board.cards["input", -1].view.shape
    if not right:
        cells = {next((r, c) for r in range(rows) for c in range(columns) if (r, c) not in cells)}
    elif not tasks.right_cells(prepared.step.task, prepared.experiment, prepared.result).every:
        cells = {min(cells)}
    window.labs.bench.set_cells(cells)
    return True


def reach(panel, window, prepared, right):
    example = prepared.step.task.example
    if right and isinstance(example, NetworkSetup):
        model = window.net.workspace.model
        wanted = example.perturbation
        model.set_perturbation(type(model.perturbation)(**{n: getattr(wanted, n) for n in wanted.__struct_fields__}))
        if example.page:
            model.visit(page=example.page)
    elif right:
        assert window.conv.model.edit(lambda _old: experiment_of(example, None), "a student's")
    return True


def find(panel, window, prepared, right):
    state = window.labs.bench.state()
    units = live_tasks.accepted_units(prepared.step.task, state)
    wanted = units[0] if right else next(unit for unit in range(50, 0, -1) if unit not in units)
    window.net.workspace.model.visit(layer=prepared.step.task.layer, unit=wanted)
    assert str(wanted) in panel.field._says.text()
    return True


def measure(panel, window, prepared, right):
    task, model = prepared.step.task, window.net.workspace.model
    if task.perturbation is not None:
        wanted = task.perturbation
        model.set_perturbation(type(model.perturbation)(**{n: getattr(wanted, n) for n in wanted.__struct_fields__}))
    numbers = live_tasks.measured(task, window.labs.bench.state())
    for line, value in zip(panel.field.lines, numbers, strict=True):
        line.setText(format_number(value + (0 if right else 0.5), 6))
    return True


def figure(panel, window, prepared, right):
    for taken in range(prepared.step.task.count if right else 0):
        panel.field.button.click()
        while len(panel.attempt.done.figures) == taken:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return right


def words(panel, window, prepared, right):
    type_text(panel.field.text, " word" * prepared.step.task.words if right else "")
    return right


_GIVE = {
    NumberTask: number, ShapeTask: shape, MatrixTask: matrix, ChoiceTask: choice, OrderTask: order, ClickTask: click,
    ReachTask: reach, FindTask: find, MeasureTask: measure, FigureTask: figure, TextTask: words,
}  # fmt: skip
