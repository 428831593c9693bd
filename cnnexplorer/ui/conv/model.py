"""The state of the Convolution workspace: one frozen experiment, its history and its result."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import Activation, Convolution, Experiment, Pooling, Result, UserError
from cnnexplorer.core.editing import with_fitting_image, with_image
from cnnexplorer.core.history import History
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.slices import Slices
from cnnexplorer.ui.tasks import LatestTask

from .shown import Shown, compute

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.ui.slices import Work

CHANGED_AT_ONCE = 200_000  # values of an image that a tool changes in a few milliseconds
CHEAP_ACTIVATIONS = ("relu", "leaky_relu", "relu6", "hardtanh", "abs", "step", "identity")
AT_ONCE = 4_000_000  # multiplications: a few milliseconds, less than handing them to a thread and back feels like
A_STAGE = 100_000  # multiplications that take as long as all that a stage takes besides


class OutOfMemory(UserError):
    """The computer had too little memory for an experiment."""


class ConvModel(QObject):
    """Holds the experiment; replaces it whole, and computes what follows.

    Signals: `changed(old, new)` with experiments; `computed(shown)`, whose experiment may for a moment be older than
    the latest; `refused(error)` where an edit cannot be; `history_changed()`; `busy_changed(bool)`.
    """

    changed = Signal(object, object)
    computed = Signal(object)
    refused = Signal(object)
    history_changed = Signal()
    busy_changed = Signal(bool)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = History(experiment)
        self._task = LatestTask(self)
        self._changes = LatestTask(self)
        self._slices = Slices(self)
        for task in (self._task, self._changes):
            task.busy_changed.connect(self._show_busy)
        self._shown = compute(experiment)
        # asked before each edit with the experiments before and after; refuses by raising `UserError`
        self.guard: Callable[[Experiment, Experiment], None] | None = None
        # asked before another experiment takes the place of this one: what makes the views ready, or None
        self.prepare: Callable[[Shown], Work | None] = lambda _shown: None

    @property
    def experiment(self) -> Experiment:
        """The experiment in force."""
        return self._history.experiment

    @property
    def result(self) -> Result:
        """The latest result; its `experiment` says what it belongs to."""
        return self._shown.result

    @property
    def shown(self) -> Shown:
        """The latest result made ready for the views."""
        return self._shown

    @property
    def is_quick(self) -> bool:
        """Whether the experiment is computed at once, not on a thread."""
        return work(self.experiment) <= AT_ONCE

    @property
    def history(self) -> History:
        """What can be undone and redone."""
        return self._history

    def edit(
        self, change: Callable[[Experiment], Experiment], label: str = mark("edit"), merge: Hashable = None
    ) -> bool:
        """Replace the experiment by what `change` makes of it; tell whether it could be.

        Edits that follow each other with the same `merge` are one step of undo. A change that raises `UserError`
        leaves everything as it is.
        """
        old = self.experiment
        try:
            new = change(old)
            if self.guard is not None and new != old:
                self.guard(old, new)
        except UserError as error:
            self.refused.emit(error)
            return False
        if new == old:
            return True
        self._history.record(new, label, merge)
        self._announce(old)
        return True

    def edit_image(self, change: Callable[[NDArray[np.float64]], NDArray[np.float64]], label: str) -> None:
        """Replace the image by what a pure function makes of it, off the GUI thread where it is large.

        A change of a large image is dropped when the experiment was replaced meanwhile.
        """
        old = self.experiment
        if old.image.size <= CHANGED_AT_ONCE:
            self.edit(lambda experiment: with_image(experiment, change(experiment.image)), label)
            return

        def changed(new: Experiment) -> None:
            if self.experiment is old:
                self.edit(lambda _old: new, label)

        self._changes.start(lambda: with_image(old, change(old.image)), changed, self._fail)

    def take_image(self, image: NDArray[np.float64], label: str) -> bool:
        """Replace the image by another picture; stages at the end that do not fit it go, and the user is told."""
        removed = 0

        def change(experiment: Experiment) -> Experiment:
            nonlocal removed
            changed, removed = with_fitting_image(experiment, image)
            return changed

        done = self.edit(change, label)
        if removed:
            self.refused.emit(
                UserError(
                    "the last {count} stages do not fit an input of {height} × {width} and were taken out: undo brings "
                    "them back",
                    count=removed,
                    height=image.shape[1],
                    width=image.shape[2],
                )
                if removed > 1
                else UserError(
                    "the last stage does not fit an input of {height} × {width} and was taken out: undo brings it back",
                    height=image.shape[1],
                    width=image.shape[2],
                )
            )
        return done

    def open(self, experiment: Experiment, opened: Callable[[], None], history: History | None = None) -> None:
        """Work on another experiment, with a history of its own, or with one that was laid aside.

        Until it is computed, and the views are ready for it, nothing changes.
        """

        def take(shown: Shown) -> None:
            old = self.experiment
            self._history = History(experiment) if history is None else history
            self.changed.emit(old, experiment)
            self.history_changed.emit()
            self._take(shown)
            opened()

        def prepare(shown: Shown) -> None:
            preparing = self.prepare(shown)
            if preparing is None:
                take(shown)
            else:
                self._slices.start(_followed(preparing, lambda: take(shown)))

        def failed(error: BaseException) -> None:
            if isinstance(error, MemoryError):
                error = OutOfMemory("there is not enough memory for this session: close other programs first")
            self._fail(error)

        self._changes.cancel()
        self._slices.stop()
        if work(experiment) + A_STAGE * len(experiment.stages) <= AT_ONCE:
            self._task.cancel()
            prepare(compute(experiment))
        else:
            self._task.start(lambda: compute(experiment), prepare, failed)

    def lay_aside(self) -> History:
        """Return the history of the present work, and go on with the same experiment and a history of its own."""
        kept, self._history = self._history, History(self._history.experiment)
        self.history_changed.emit()
        return kept

    def end_gesture(self) -> None:
        """Let the next edit be a step of undo of its own."""
        self._history.end_gesture()

    def undo(self) -> None:
        """Take the latest edit back."""
        old = self.experiment
        if self._history.undo() is not None:
            self._announce(old)

    def redo(self) -> None:
        """Do what was undone again."""
        old = self.experiment
        if self._history.redo() is not None:
            self._announce(old)

    def close(self) -> None:
        """Wait for the work under way; to be called before the program ends."""
        self._changes.close()
        self._slices.close()
        self._task.close()

    def _announce(self, old: Experiment) -> None:
        self.changed.emit(old, self.experiment)
        self.history_changed.emit()
        self._slices.stop()
        experiment, known = self.experiment, self._shown
        if self.is_quick:
            self._task.cancel()
            self._take(compute(experiment, known))
        else:
            self._task.start(lambda: compute(experiment, known), self._take, self._fail)

    def _take(self, shown: Shown) -> None:
        self._shown = shown
        self.computed.emit(shown)

    def _show_busy(self) -> None:
        self.busy_changed.emit(self._task.busy or self._changes.busy)

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, UserError):
            self.refused.emit(error)
            return
        if isinstance(error, MemoryError):
            old = self.experiment
            self._history.drop()
            self.changed.emit(old, self.experiment)
            self.history_changed.emit()
            self.computed.emit(self._shown)
            self.refused.emit(
                OutOfMemory(
                    "there is not enough memory for this experiment: make the image smaller or use fewer filters"
                )
            )
            return
        raise error


def _followed(work: Work, then: Callable[[], None]) -> Work:
    yield from work
    then()


def work(experiment: Experiment) -> int:
    """Return roughly how many multiplications an experiment takes."""
    total = 0
    for stage, shape in zip(experiment.stages, experiment.shapes, strict=True):
        size = math.prod(shape)
        if isinstance(stage, Convolution):
            size *= math.prod(stage.weight.shape[1:])
        elif isinstance(stage, Pooling):
            size *= sum(stage.kernel)
        elif isinstance(stage, Activation) and stage.name not in CHEAP_ACTIVATIONS:
            size *= 20  # exponentials
        total += size
    return total
