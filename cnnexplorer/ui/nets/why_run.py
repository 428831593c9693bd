"""The occlusion map under way, on a thread of its own."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from cnnexplorer.core import UserError
from cnnexplorer.nets import occlusion_map
from cnnexplorer.ui.tasks import LatestTask

if TYPE_CHECKING:
    from cnnexplorer.nets import Computed, OcclusionMap


class OcclusionRun(QObject):
    """Hides one part of a picture after the other, off the GUI thread.

    Signals: `advanced(map)` with what is known so far, `ended(map)` with all or, where it was stopped, what there is;
    `failed(error)`; `running_changed(bool)`.
    """

    advanced = Signal(object)
    ended = Signal(object)
    failed = Signal(object)
    running_changed = Signal(bool)
    _told = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = LatestTask(self)
        self._task.busy_changed.connect(self.running_changed)
        self._number = 0
        self._cancels = [threading.Event()]
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(partial(_set_all, self._cancels))  # whoever destroys this waits for its thread

    @property
    def running(self) -> bool:
        """Whether an answer is awaited."""
        return self._task.busy

    def start(self, computed: Computed, class_index: int, size: int, stride: int) -> None:
        """Begin anew."""
        self.drop()
        number, report, cancel = self._number, self._told, threading.Event()
        self._cancels[:] = [cancel]

        def job() -> OcclusionMap:
            return occlusion_map(
                computed, class_index, size, stride, progress=lambda found: report.emit(number, found), cancel=cancel
            )

        self._task.start(job, self.ended.emit, self._fail)

    def stop(self) -> None:
        """Stop, and have what is known so far."""
        self._cancels[0].set()

    def drop(self) -> None:
        """Stop, and hear no more of it."""
        self.stop()
        self._number += 1
        self._task.cancel()

    def close(self) -> None:
        """Stop, and wait until the thread is idle."""
        self.drop()
        self._task.close()

    def _tell(self, number: int, found: OcclusionMap) -> None:
        if number == self._number:
            self.advanced.emit(found)

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


def _set_all(events: list[threading.Event], *_destroyed: object) -> None:
    for event in events:
        event.set()
