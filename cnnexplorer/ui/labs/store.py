"""Where the progress of students is kept: a file for each lab, written off the GUI thread."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import UserError
from cnnexplorer.core.files import write_file
from cnnexplorer.core.messages import SaveError
from cnnexplorer.labs import ReportError
from cnnexplorer.labs.progress import LARGEST_FILE, progress_bytes, progress_from_bytes
from cnnexplorer.ui.tasks import LatestTask

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.labs import LabFile
    from cnnexplorer.labs.progress import Progress


class Store(QObject):
    """Keeps and finds progress.

    Parameters
    ----------
    folder
        Where the files lie; it is made when the first is written.

    Signals: `refused(error)` when something cannot be written.
    """

    refused = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._task = LatestTask(self)
        self._waiting: tuple[LabFile, Progress] | None = None

    def path(self, lab: LabFile) -> Path:
        """Return the file of a lab's progress; labs of one name in two folders have one each."""
        place = hashlib.sha256(f"{lab.folder}\0{lab.id}\0{lab.built_in}".encode()).hexdigest()[:12]
        return self._folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', lab.id)[:60]}-{place}.json"

    def load(self, lab: LabFile) -> Progress | None:
        """Return the progress in a lab; None where it was not begun.

        Raises
        ------
        ReportError
            The file is damaged, or of another version of the lab.
        """
        try:
            with self.path(lab).open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ReportError(
                "the saved progress cannot be read: {reason}", reason=error.strerror or type(error).__name__
            ) from error
        return progress_from_bytes(data, lab)

    def save(self, lab: LabFile, progress: Progress) -> None:
        """Write a progress soon; of several that wait only the latest is written."""
        if self._waiting is not None and self._waiting[0] is not lab:
            self.flush()
        self._waiting = lab, progress
        self._task.start(lambda: self._write(lab, progress), self._written, self._failed)

    def flush(self) -> None:
        """Wait until everything is written."""
        waiting = self._waiting
        self._task.close()
        if waiting is not None:
            try:
                self._write(*waiting)
            except UserError as error:
                self._failed(error)
            else:
                self._written(None)

    def _write(self, lab: LabFile, progress: Progress) -> None:
        path = self.path(lab)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SaveError(
                "{file} was not saved: {error}; choose another place", file=path.name, error=error.strerror
            ) from error
        write_file(path, progress_bytes(progress))

    def _written(self, _nothing: object) -> None:
        self._waiting = None

    def _failed(self, error: BaseException) -> None:
        self._waiting = None
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)
