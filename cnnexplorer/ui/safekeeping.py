"""Keeps unsaved work for the case of a crash, a few seconds after each change, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from cnnexplorer.core import UserError, session_bytes
from cnnexplorer.core.recovery import Recovery

from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnnexplorer.core import Session
    from cnnexplorer.core.recovery import Keep, Origin

KEEP_AFTER = 5000  # milliseconds from a change until it is kept


class Safekeeping(QObject):
    """Keeps the work of one window.

    Signals: `due()` when there is something to keep, and `refused(error)` when it cannot be kept, once.
    """

    due = Signal()
    refused = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recovery = Recovery(folder)
        self._task = LatestTask(self)
        self._lost: Keep | None = None  # to be adopted before anything else is done
        self._complained = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self.due)

    @property
    def is_due(self) -> bool:
        """Whether work is going to be kept soon."""
        return self._timer.isActive()

    def soon(self) -> None:
        """Let the present work be kept in a moment; what changes until then is kept with it."""
        if not self._timer.isActive():
            self._timer.start()

    def keep(self, make: Callable[[], Session], origin: Origin) -> None:
        """Keep a session, which is made off the GUI thread."""
        self._timer.stop()
        self._run(lambda: self._recovery.keep(session_bytes(make()), origin))

    def clear(self) -> None:
        """Throw away what was kept: it is saved, or not wanted."""
        self._timer.stop()
        self._run(self._recovery.clear)

    def left_behind(self) -> Keep | None:
        """Return the latest work of windows that are no more; it is to be released, removed or adopted."""
        found = self._recovery.left_behind()
        for other in found[1:]:
            other.release()
        return found[0] if found else None

    def adopt(self, lost: Keep) -> None:
        """Go on with work that was left behind as this window's own."""
        self._lost = lost
        self._run(lambda: None)

    def close(self, wanted: bool) -> None:
        """Wait for work under way, before the program ends; throw away what was kept unless it is `wanted`."""
        self._timer.stop()
        self._task.close()
        self._adopt()
        if wanted:
            self._recovery.release()
        else:
            self._recovery.clear()

    def _run(self, job: Callable[[], None]) -> None:
        def work() -> None:
            self._adopt()
            job()

        self._task.start(work, self._done, self._failed)

    def _adopt(self) -> None:
        """Adopt what is to be: the job that was started for it may have been replaced by a later one."""
        lost, self._lost = self._lost, None
        if lost is not None:
            self._recovery.adopt(lost)

    def _done(self, _nothing: object) -> None:
        self._complained = False

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        if not self._complained:
            self._complained = True
            self.refused.emit(error)
