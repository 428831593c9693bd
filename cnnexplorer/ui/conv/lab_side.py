"""What a lab does with the Convolution workspace: set it up, hide outputs, keep to what is free, have cells marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from cnnexplorer.core import step_index
from cnnexplorer.core.messages import mark
from cnnexplorer.labs.freedom import check_allowed
from cnnexplorer.labs.model import At, ConvolutionSetup
from cnnexplorer.ui.widgets.cell_picker import CellPicker

from .predict_veil import Veil
from .workspace import first_experiment

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment, Result
    from cnnexplorer.core import Step as ComputedStep
    from cnnexplorer.labs import Step
    from cnnexplorer.labs.model import ClickTask

    from .shown import Shown, ViewKey
    from .workspace import ConvWorkspace


class ConvLabSide(QObject):
    """The Convolution workspace, as a lab uses it.

    Signals: `changed()` when there is another experiment or result, `cells_picked(cells)`.
    """

    changed = Signal()
    cells_picked = Signal(object)

    def __init__(self, conv: ConvWorkspace) -> None:
        super().__init__(conv)
        self._conv = conv
        self._hidden: frozenset[int] = frozenset()
        self._hides_size = False
        self._awaited: tuple[Experiment, At] | None = None
        self._asked: ClickTask | None = None
        self._picker: CellPicker | None = None
        self._early: set[tuple[int, int]] = set()  # marked before their map was there
        conv.model.computed.connect(self._computed)

    @property
    def experiment(self) -> Experiment:
        """What is worked on."""
        return self._conv.model.experiment

    @property
    def result(self) -> Result:
        """The latest result, perhaps of an experiment before."""
        return self._conv.model.result

    def begin(self) -> None:
        """Show the first example: a lab begins."""
        self._leave()
        self.show_plain()
        self._conv.model.open(first_experiment(self._conv.pictures.peak), lambda: self._conv.player.go(0))
        self._conv.select(("stage", 0))

    def show(self, experiment: Experiment, setup: ConvolutionSetup, solved: bool, size: bool = False) -> None:
        """Show an experiment as a step sets it up; undo takes it back.

        What it hides is seen when the step is `solved`; with `size`, the hidden outputs' size is not told either.
        """
        model = self._conv.model
        self._leave()
        self._awaited = experiment, setup.at or At()
        self._hidden = frozenset() if solved else frozenset(setup.hide)
        self._hides_size = size
        guard, model.guard = model.guard, None
        model.edit(lambda _old: experiment, mark("set up a step of the lab"))
        model.guard = guard
        self._cover()
        if model.shown.result.experiment == experiment:  # nothing was to be computed any more
            self._computed(model.shown)

    def show_plain(self) -> None:
        """Hide nothing any more."""
        self._hidden, self._awaited = frozenset(), None
        self._cover()

    def reveal(self) -> None:
        """Show what was hidden."""
        if self._hidden:
            self._hidden = frozenset()
            self._cover()

    def keep_to(self, step: Step | None) -> None:
        """Refuse edits that a step does not allow; None allows all."""
        self._conv.model.guard = None if step is None else lambda old, new: check_allowed(step, old, new)

    def pick(self, task: ClickTask | None) -> None:
        """Let cells be marked for a task; None ends that."""
        self._asked = task
        self._early = set()
        self._put_picker(set())

    def set_cells(self, cells: set[tuple[int, int]]) -> None:
        """Mark cells."""
        if self._picker is not None:
            self._picker.set_cells(cells)
        else:
            self._early = set(cells)

    # the inside

    def _leave(self) -> None:
        """End what goes on in the workspace: it is to show something else."""
        self._conv.pictures.cancel()
        self._conv.player.pause()
        if self._conv.strip.enlarged is not None:
            self._conv.strip.enlarge(self._conv.strip.enlarged)

    def _computed(self, shown: Shown) -> None:
        experiment = shown.result.experiment
        awaited = self._awaited
        if awaited is not None and experiment == awaited[0]:
            self._awaited = None
            self._go_to(experiment, awaited[1])
        if self._asked is not None:
            self._put_picker(self._picker.cells if self._picker is not None else self._early)
        self.changed.emit()

    def _go_to(self, experiment: Experiment, at: At) -> None:
        if at.stage < len(experiment.stages):
            shape = experiment.shapes[at.stage]
            limits = (1, shape[0], 1) if len(shape) == 1 else shape
            cell = (0, at.column, 0) if len(shape) == 1 else (at.channel, at.row, at.column)
            row = tuple(min(value, limit - 1) for value, limit in zip(cell, limits, strict=True))
            self._conv.player.go_to(at.stage, step_index(shape, (row[0], row[1], row[2])))
            self._conv.select(("stage", at.stage))
            self._reveal(("stage", at.stage))
        else:
            self._conv.select(("input", -1))

    def _reveal(self, key: ViewKey) -> None:
        """Scroll to what is asked for, once the cards have their places."""
        QTimer.singleShot(0, self, lambda: self._conv.strip.reveal(key))

    def _cover(self) -> None:
        """Hide the outputs that are not to be seen."""
        self._conv.draw_curtain(self._veil if self._hidden else None)

    def _veil(self, step: ComputedStep | None) -> Veil | None:
        """Return what is hidden at a step: the first hidden stage's output, and all that is made from it."""
        if not self._hidden:
            return None
        first = min(self._hidden)
        inside = step is not None and step.stage_index >= first
        return Veil(first, 0, 0 if inside else None, first if self._hides_size else None, False)

    def _put_picker(self, cells: set[tuple[int, int]]) -> None:
        if self._picker is not None:
            self._picker.remove()
            self._picker = None
        task = self._asked
        if task is None:
            return
        key: ViewKey = ("input", -1) if task.view < 0 else ("stage", task.view)
        card = self._conv.board.cards.get(key)
        if card is None:
            return
        card.set_channel(task.channel)
        self._reveal(key)
        several = task.receptive_field_of is not None or (task.cells is not None and task.every and len(task.cells) > 1)
        self._picker = CellPicker(card.view, several)
        self._picker.picked.connect(self.cells_picked)
        self._picker.set_cells(cells)
