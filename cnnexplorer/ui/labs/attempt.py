"""A student's way through one lab: where it stands, what was answered, and that it is saved. No widgets."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import UserError
from cnnexplorer.labs import PreparedStep
from cnnexplorer.labs.model import ReachTask
from cnnexplorer.labs.progress import (
    answer_shown,
    answered,
    drafted,
    figure_taken,
    hint_taken,
    moved,
    new_progress,
    read,
    spent,
)
from cnnexplorer.ui.tasks import LatestTask

from .preparing import Prepared, Preparing

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.labs import LabFile, LiveState, Step, Verdict
    from cnnexplorer.labs.progress import Figure, Progress, StepProgress
    from cnnexplorer.labs.verdict import Said

    from .store import Store

LONGEST_PAUSE = 900.0  # seconds on a step that count at once: who is away longer does not work


class Attempt(QObject):
    """Goes through a lab.

    Parameters
    ----------
    store
        Where the progress is saved; None to save nothing, as for a teacher who tries a lab.

    Signals
    -------
    leaving()
        The step in front is about to be left: what was typed is to be kept.
    moved()
        Another step is in front.
    prepared(Ready)
        The set-up of the step in front is computed, and is to be shown.
    changed()
        Tries, hints, status or verdict of the step in front are others.
    judged(Verdict)
        An answer was judged.
    recalled(Verdict)
        An answer that was kept was judged again, without being counted.
    refused(error)
        Expected trouble.
    busy_changed(bool)
        Whether an answer is being judged, or a figure being made.
    """

    leaving = Signal()
    moved = Signal()
    prepared = Signal(object)
    changed = Signal()
    judged = Signal(object)
    recalled = Signal(object)
    refused = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self,
        lab: LabFile,
        progress: Progress | None = None,
        store: Store | None = None,
        student: str = "",
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lab, self._store, self._clock = lab, store, clock
        self.progress = progress or new_progress(lab, student, _now())
        self._steps = [PreparedStep(step, lab.folder) for step in lab.lab.steps]
        self._verdicts: dict[int, Verdict] = {}
        self._hints: dict[int, int] = {}
        self._shown: dict[int, tuple[Said, ...]] = {}
        self._known_hints: dict[int, tuple[Said, ...]] = {}
        self._preparing = Preparing(self._steps, lab.folder, self)
        self._checking, self._recalling = LatestTask(self), LatestTask(self)
        self._taking = LatestTask(self)
        for task in (self._checking, self._taking):
            task.busy_changed.connect(lambda _busy: self.busy_changed.emit(self._checking.busy or self._taking.busy))
        self._since = clock()

    # what is in front

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    @property
    def position(self) -> int:
        """The step in front, from 0."""
        return self.progress.position

    @property
    def step(self) -> Step:
        """The step in front."""
        return self._steps[self.position].step

    @property
    def done(self) -> StepProgress:
        """How far the step in front is."""
        return self.progress.steps[self.position]

    @property
    def verdict(self) -> Verdict | None:
        """What was said of the latest answer to the step in front, since the lab was opened."""
        return self._verdicts.get(self.position)

    @property
    def hints(self) -> tuple[Said, ...]:
        """All hints of the step in front, as far as they are known yet."""
        return self._known_hints.get(self.position, ())

    @property
    def hints_read(self) -> tuple[Said, ...]:
        """The hints that were asked for."""
        return self.hints[: max(self._hints.get(self.position, 0), self.done.hints)]

    @property
    def answer(self) -> tuple[Said, ...]:
        """The right answer in words, where it was shown."""
        return self._shown.get(self.position, ())

    @property
    def closed_pages(self) -> dict[str, int]:
        """The pages of the Network workspace that are closed, each with the step, from 1, that asks for what it shows.

        A step that was passed without an answer keeps its pages closed: those behind it do not give it away.
        """
        found: dict[str, int] = {}
        for place in range(self.position, -1, -1):
            if not self.progress.steps[place].done:
                found |= {page: place + 1 for page in self._steps[place].step.closes if page not in found}
        return found

    # going

    def begin(self) -> None:
        """Show the step where the student stopped."""
        self._arrive()

    def go(self, position: int) -> None:
        """Show another step."""
        position = min(max(position, 0), self.count - 1)
        if position != self.position:
            self.leaving.emit()
            self._count_time()
            left = self._steps[self.position]
            self._steps[self.position] = PreparedStep(left.step, left.folder)  # what it computed takes memory
            self.progress = moved(self.progress, position, _now())
            self._arrive()

    def set_up_again(self) -> None:
        """Have the set-up of the step in front shown anew."""
        self._prepare()

    def close(self) -> None:
        """Save, and wait for work under way."""
        self.leaving.emit()
        self._count_time()
        self._save()
        for task in (self._preparing, self._checking, self._recalling, self._taking):
            task.close()

    # answering

    def check(self, answer: object, written: str, state: LiveState, draft: tuple[str, ...] = ()) -> None:
        """Judge an answer, off the GUI thread; nothing is said of it once the step was left.

        Parameters
        ----------
        written, draft
            The answer as people read it, and as the field takes it back.
        """
        index, prepared = self.position, self._steps[self.position]
        self._recalling.cancel()

        def judge(verdict: Verdict) -> None:
            if not verdict.asked_again and self.done.status != "solved":
                self.progress = drafted(self.progress, index, draft, True, _now())
            self._judge(index, written, verdict)

        self._checking.start(lambda: prepared.check(answer, state), judge, self._fail)

    def reached(self, state: LiveState, written: str) -> None:
        """Take the step as solved if the live workspace is where it is to be; else nothing is said and counted.

        Parameters
        ----------
        written
            The state as people read it.
        """
        index, prepared = self.position, self._steps[self.position]
        if not isinstance(self.step.task, ReachTask) or self.done.done or self._checking.busy:
            return

        def judge(verdict: Verdict) -> None:
            if verdict.correct:
                self._judge(index, written, verdict)

        self._checking.start(lambda: prepared.check(None, state), judge, self._fail)

    def recall(self, answer: object, state: LiveState) -> None:
        """Judge an answer that was judged before, to tell its verdict again: it is not counted anew."""
        index, prepared = self.position, self._steps[self.position]

        def tell(verdict: Verdict) -> None:
            if not verdict.asked_again:
                self._verdicts[index] = verdict
                self.changed.emit()
                self.recalled.emit(verdict)

        self._recalling.start(lambda: prepared.check(answer, state), tell, self._fail)

    def keep_draft(self, draft: tuple[str, ...]) -> None:
        """Save what stands in the field of the step in front."""
        self.progress = drafted(self.progress, self.position, draft, now=_now())
        self._save()

    def take_hint(self) -> None:
        """Read one hint more."""
        read_now = len(self.hints_read)
        if read_now < len(self.hints):
            self.progress = hint_taken(self.progress, self.position, _now())
            self._hints[self.position] = read_now + 1
            self._changed()

    def show_answer(self, state: LiveState) -> None:
        """Show the right answer; it is counted."""
        index, prepared = self.position, self._steps[self.position]

        def show(right: tuple[Said, ...]) -> None:
            self._shown[index] = right
            self.progress = answer_shown(self.progress, index, _now())
            self._changed()

        self._checking.start(lambda: prepared.right(state), show, self._fail)

    def take_figure(self, make: Callable[[], Figure]) -> None:
        """Put a figure, which is made off the GUI thread, into the report; not another while one is made."""
        index = self.position

        def taken(figure: Figure) -> None:
            try:
                self.progress = figure_taken(self.progress, index, figure, _now())
            except UserError as error:
                self.refused.emit(error)
            else:
                self._changed()

        if not self._taking.busy:
            self._taking.start(make, taken, self._fail)

    def set_student(self, name: str) -> None:
        """Say who the student is."""
        self.progress = replace(self.progress, student=name)
        self._save()

    # the inside

    def _arrive(self) -> None:
        self._checking.cancel()
        self._recalling.cancel()
        self._verdicts.pop(self.position, None)  # comes back with the answer that it was said of
        self._since = self._clock()
        if self.step.task is None and not self.done.done:
            self.progress = read(self.progress, self.position)
        self._save()
        self.moved.emit()
        self._prepare()

    def _prepare(self) -> None:
        index, prepared = self.position, self._steps[self.position]
        done = [step.done for step in self.progress.steps]

        def ready(found: Prepared) -> None:
            known, self._known_hints[index], right = found
            if right:
                self._shown.setdefault(index, right)
            self.prepared.emit(known)
            self.changed.emit()

        def failed(error: BaseException) -> None:
            self._known_hints.setdefault(index, prepared.step.hints)
            self.changed.emit()
            self._fail(error)

        self._preparing.start(index, self.done.status == "shown", done, ready, failed)

    def _judge(self, index: int, written: str, verdict: Verdict) -> None:
        self._verdicts[index] = verdict
        asks_state = isinstance(self._steps[index].step.task, ReachTask)
        if verdict.correct or not asks_state:  # what is missing is told for free
            self.progress = answered(self.progress, index, written, verdict, _now())
        self._changed()
        self.judged.emit(verdict)

    def _changed(self) -> None:
        self._count_time()
        self._save()
        self.changed.emit()

    def _count_time(self) -> None:
        now = self._clock()
        if not self.progress.finished:
            self.progress = spent(self.progress, self.position, min(now - self._since, LONGEST_PAUSE))
        self._since = now

    def _save(self) -> None:
        if self._store is not None:
            self._store.save(self.lab, self.progress)

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
