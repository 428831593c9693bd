"""The file of a lab that is being written: nothing is put over what another program wrote, unless the user says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import UserError
from cnnexplorer.core.files import FileChanged, write_over
from cnnexplorer.labs.reading import SUFFIX
from cnnexplorer.ui.language import _
from cnnexplorer.ui.questions import CANCEL, DISCARD, Answer, Question
from cnnexplorer.ui.tasks import LatestTask

from .where import ask_where, first_folder

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget


class OwnFile(QObject):
    """Saves a lab.

    Parameters
    ----------
    path
        The lab's file; None where there is none yet.
    digest
        The hash of what was read from it.
    window
        Over which questions are asked.

    Signals: `saved(text)` with what is in the file now, `refused(error)`.
    """

    saved = Signal(str)
    refused = Signal(object)

    def __init__(self, path: Path | None, digest: str, window: QWidget) -> None:
        super().__init__(window)
        self._path, self._digest, self._window = path, digest, window
        self._writing = LatestTask(self)

    @property
    def path(self) -> Path | None:
        """The file; None while there is none."""
        return self._path

    @property
    def name(self) -> str:
        """What the file is called, or will be."""
        return _("new lab") + SUFFIX if self._path is None else self._path.name

    @property
    def folder(self) -> Path | None:
        """Where the file lies."""
        return None if self._path is None else self._path.parent

    def save(self, text: str) -> None:
        """Save to the file, or ask for one."""
        if self._path is None:
            self.save_as(text)
        else:
            self._write(self._path, text, self._digest)

    def save_as(self, text: str) -> None:
        """Ask for a file, and save to it."""
        name = _("my_lab")
        start = self._path or first_folder("") / f"{name}{SUFFIX}"

        def save(path: Path) -> None:
            self._write(path, text, self._digest if path == self._path else None)

        ask_where(self._window, _("Save the lab"), start, _("Labs"), save, self._path)

    def close(self) -> None:
        """Wait for what is being written."""
        self._writing.close()

    def _write(self, path: Path, text: str, digest: str | None) -> None:
        def written(found: str) -> None:
            self._path, self._digest = path, found
            self.saved.emit(text)

        def failed(error: BaseException) -> None:
            if isinstance(error, FileChanged):
                self._ask_about_change(path, text)
            elif isinstance(error, UserError):
                self.refused.emit(error)
            else:
                raise error

        self._writing.start(lambda: write_over(path, text.encode(), digest), written, failed)

    def _ask_about_change(self, path: Path, text: str) -> None:
        Question(
            self._window,
            _("Save the lab"),
            _("{file} was changed by another program.").format(file=path.name),
            _("Overwriting it loses what the other program wrote."),
            (
                Answer("save_as", _("Save &as…"), then=lambda: self.save_as(text)),
                Answer("overwrite", _("&Overwrite"), DISCARD, lambda: self._write(path, text, None)),
                Answer("cancel", _("Cancel"), CANCEL),
            ),
        ).open()
