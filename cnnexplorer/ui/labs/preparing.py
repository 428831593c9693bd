"""Computing what the workspaces are to show for a step, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from cnnexplorer.labs.model import ConvolutionSetup, SessionSetup
from cnnexplorer.labs.setups import session_of
from cnnexplorer.ui.tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cnnexplorer.core import Experiment, Session
    from cnnexplorer.labs import PreparedStep, Step
    from cnnexplorer.labs.verdict import Said


class Ready(NamedTuple):
    """A step whose set-up is computed: what the workspaces are to show, and what can be told of it.

    `source` is the step whose set-up that is, and `source_done` whether that step is done: the step itself, or the
    latest one before it that has a set-up, where the workspaces do not show that yet. None: they stay as they are; or
    with `anew` they are as they were when the lab began, because they show what a step behind this one set up.
    """

    step: Step
    source: Step | None
    source_done: bool
    experiment: Experiment | None
    session: Session | None
    anew: bool = False


class Prepared(NamedTuple):
    """What is known once a step is computed: its set-up, its hints, and the right answer where that was shown."""

    ready: Ready
    hints: tuple[Said, ...]
    right: tuple[Said, ...]


class Preparing(QObject):
    """Computes set-ups of a lab's steps.

    A step without a set-up of its own stands on that of the latest step before it that has one.
    """

    def __init__(self, steps: Sequence[PreparedStep], folder: Path | None, parent: QObject) -> None:
        super().__init__(parent)
        self._steps, self._folder = steps, folder
        self._in_force: int | None = None  # the step whose set-up the workspaces show
        self._task = LatestTask(self)

    def start(
        self,
        index: int,
        gave_up: bool,
        done: Sequence[bool],
        then: Callable[[Prepared], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Compute a step, in place of any other.

        Parameters
        ----------
        gave_up
            Whether the right answer is wanted as well.
        done
            For each step whether it is done.
        """
        base = next((place for place in range(index, -1, -1) if self._steps[place].step.setup is not None), None)
        shown = base if base == index or base != self._in_force else None
        source = None if shown is None else self._steps[shown]
        step, folder = self._steps[index], self._folder
        source_done = shown is not None and done[shown]
        anew = base is None and self._in_force is not None

        def job() -> Prepared:
            setup = None if source is None else source.step.setup
            session = session_of(setup, folder) if isinstance(setup, SessionSetup) else None
            experiment = source.experiment if source is not None and isinstance(setup, ConvolutionSetup) else None
            of = None if source is None else source.step
            ready = Ready(step.step, of, source_done, experiment, session, anew)
            return Prepared(ready, step.hints(), step.right() if gave_up else ())

        def deliver(found: Prepared) -> None:
            self._in_force = base
            then(found)

        self._task.start(job, deliver, failed)

    def close(self) -> None:
        """Wait for work under way."""
        self._task.close()
