"""Long work that only the GUI thread can do, such as painting, in slices, so that the window stays alive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer

from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Work = Generator[Callable[[], Any] | float | None, Any, None]

_SLICE = 0.012  # seconds between two looks at the window's events


class Slices(QObject):
    """Runs one piece of work: a generator that is gone on with as long as a slice of time lasts.

    What it yields says how to go on: None at once, a number of seconds after that time, and a function when that has
    run on a thread of its own: its answer, or its exception, is what `yield` gives.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: Work | None = None
        self._task = LatestTask(self)
        self._answer: Any = None
        self._running = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._run)

    def start(self, work: Work) -> None:
        """Begin a piece of work, in place of any that is under way."""
        self.stop()
        self._work = work
        self._timer.start(0)

    def stop(self) -> None:
        """Leave the work under way."""
        self._timer.stop()
        self._task.cancel()
        self._answer = None
        work, self._work = self._work, None
        if work is not None and not self._running:  # else it is the work itself that stops
            work.close()

    def close(self) -> None:
        """Leave the work, and wait until the thread is idle; to be called before the program ends."""
        self.stop()
        self._task.close()

    def _run(self) -> None:
        self._go_on(lambda work: work.send(self._answer))

    def _go_on(self, resume: Callable[[Work], Callable[[], Any] | float | None]) -> None:
        until = time.perf_counter() + _SLICE
        while self._work is not None and time.perf_counter() < until:
            work = self._work
            self._running = True
            try:
                wish = resume(work)
            except BaseException as error:
                if self._work is work:
                    self._work = None
                if isinstance(error, StopIteration):
                    return
                raise
            finally:
                self._running = False
            if self._work is not work:  # it was stopped, or another one started, by what it did
                return
            self._answer = None
            resume = _resumed
            if callable(wish):
                self._task.start(wish, self._take, self._throw)
                return
            if wish is not None:
                self._timer.start(round(1000 * wish))
                return
        if self._work is not None:
            self._timer.start(0)

    def _take(self, answer: Any) -> None:  # noqa: ANN401  # whatever the function gives
        self._answer = answer
        self._timer.start(0)

    def _throw(self, error: BaseException) -> None:
        self._go_on(lambda work: work.throw(error))


def _resumed(work: Work) -> Callable[[], Any] | float | None:
    return work.send(None)
