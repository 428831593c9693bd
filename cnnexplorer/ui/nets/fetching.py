"""Downloading weights that the user asked for, off the GUI thread."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import UserError
from cnnexplorer.nets import download_file, remote_size, sha256_prefix
from cnnexplorer.ui.tasks import LatestTask

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import SignalInstance


class Download(QObject):
    """The download of a file off the GUI thread: asked size, progress, cancel; it goes on where it stopped.

    Parameters
    ----------
    url
        Where it is.
    target
        Where it goes; the name carries the first digits of its SHA-256, as those of torch's files do.

    Signals: `size_known(bytes, or -1 where the server does not tell)`, `progressed(bytes, bytes of all or -1)`,
    `finished()`, `failed(error)`, `closed()` when its thread is idle after `close`.
    """

    size_known = Signal(float)  # floats: a C++ int would overflow beyond 2 GB
    progressed = Signal(float, float)
    finished = Signal()
    failed = Signal(object)
    closed = Signal()

    def __init__(self, url: str, target: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._url, self._target = url, target
        self._task = LatestTask(self)
        self._task.busy_changed.connect(self._tell_closed)
        self._cancels = [threading.Event()]
        self._closing = False
        self.destroyed.connect(partial(_set_all, self._cancels))  # whoever destroys this waits for its thread

    @property
    def running(self) -> bool:
        """Whether something is asked of the server."""
        return self._task.busy

    def ask_size(self) -> None:
        """Ask how large the file is."""
        url = self._url
        self._task.start(
            lambda: remote_size(url), lambda size: self.size_known.emit(-1 if size is None else size), self._fail
        )

    def start(self) -> None:
        """Download the file."""
        url, target = self._url, self._target
        cancel = threading.Event()
        self._cancels[:] = [cancel]
        report: SignalInstance = self.progressed

        def progress(have: int, total: int | None) -> None:
            report.emit(have, -1 if total is None else total)

        self._task.start(
            lambda: download_file(url, target, sha256_prefix(target.name), progress, cancel),
            lambda _path: self.finished.emit(),
            self._fail,
        )

    def cancel(self) -> None:
        """Stop; what has arrived is kept for the next try."""
        self._cancels[0].set()

    def close(self) -> None:
        """Stop for good. A server that does not answer may hold the thread for some seconds: this does not wait."""
        self._closing = True
        self.cancel()
        self._tell_closed(self._task.busy)

    def _tell_closed(self, busy: bool) -> None:
        if self._closing and not busy:
            self.closed.emit()

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.failed.emit(error)


def _set_all(events: list[threading.Event], *_destroyed: object) -> None:
    for event in events:
        event.set()
