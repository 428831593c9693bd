"""Work off the GUI thread: the only thread code of the program."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

if TYPE_CHECKING:
    from collections.abc import Callable


class LatestTask(QObject):
    """Runs one job at a time on a thread of its own; only the latest one's answer arrives.

    A job is a function without arguments over frozen values. Its answer, or its exception, comes back on the GUI
    thread. A job that was replaced before it began never runs; one replaced later runs to its end, unheard.
    """

    _finished = Signal(int, object, object)
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._request = 0
        self._busy = False
        self._waiting: _Job | None = None
        self._on_success: Callable[[Any], None] | None = None
        self._on_failure: Callable[[BaseException], None] | None = None
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._busy

    def start(
        self,
        job: Callable[[], Any],
        on_success: Callable[[Any], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        """Run a job in place of any that is under way."""
        self._request += 1
        self._on_success, self._on_failure = on_success, on_failure
        self._clear()
        self._waiting = _Job(self._finished, self._request, job)
        self._pool.start(self._waiting)
        self._set_busy(True)

    def cancel(self) -> None:
        """Forget the job under way."""
        self._request += 1
        self._on_success = self._on_failure = None  # what they hold, such as a network, is of no use any more
        self._clear()
        self._set_busy(False)

    def close(self) -> None:
        """Forget the job under way and wait until its thread is idle; to be called before the program ends."""
        self.cancel()
        self._pool.waitForDone()

    def _deliver(self, request: int, value: object, error: BaseException | None) -> None:
        if request != self._request:
            return
        on_success, on_failure = self._on_success, self._on_failure
        assert on_success is not None
        assert on_failure is not None
        self._on_success = self._on_failure = None
        self._set_busy(False)
        if error is None:
            on_success(value)
        else:
            on_failure(error)

    def _clear(self) -> None:
        self._pool.clear()
        if self._waiting is not None:
            self._waiting.forget()
            self._waiting = None

    def _set_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)


class _Job(QRunnable):
    def __init__(self, finished: Any, request: int, job: Callable[[], Any]) -> None:  # noqa: ANN401  # a bound signal
        super().__init__()
        self._finished, self._request = finished, request
        self._job: Callable[[], Any] | None = job

    def forget(self) -> None:
        """Let go of what the job holds, such as a network: PySide keeps this object longer than it is of use."""
        self._job = None

    def run(self) -> None:
        job, value, trouble = self._job, None, None
        self.forget()
        if job is None:
            return
        try:
            value = job()
        except BaseException as error:  # handed to the GUI thread, which shows or raises it
            trouble = error
        with suppress(RuntimeError):  # the task was destroyed meanwhile: nobody waits for the answer
            self._finished.emit(self._request, value, trouble)
