"""Saving a file: where to, in which format, and the writing off the GUI thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from cnnexplorer.core import UserError
from cnnexplorer.core.messages import Note

from .folders import PICTURES, first_folder
from .language import _
from .tasks import LatestTask
from .trouble import log
from .widgets.buttons import take_icons

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

    from .settings import Settings

    Kinds = Mapping[str, tuple[str, str]]  # id -> (name, what file names end with)

FOLDER = "save_folder"


def ask_where(window: QWidget, settings: Settings, title: str, stem: str, kinds: Kinds) -> tuple[Path, str] | None:
    """Let the user choose a place and a kind of file; no file is overwritten without a question.

    Parameters
    ----------
    title
        The dialog's, in the language in use.
    stem
        The name that is proposed, without its end.
    kinds
        What can be chosen from; the first is proposed. Names in the language in use.

    Returns
    -------
    the file and the kind's id; None where the user thought better of it
    """
    filters = {f"{name} (*{suffix})": id_ for id_, (name, suffix) in kinds.items()}
    first = next(iter(kinds.values()))
    proposed = first_folder(settings.get(FOLDER, ""), usual=PICTURES) / (stem + first[1])
    name, chosen = QFileDialog.getSaveFileName(window, title, str(proposed), ";;".join(filters))
    if not name:
        return None
    path = Path(name)
    kind = filters.get(chosen, next(iter(kinds)))
    typed = [id_ for id_, (_name, suffix) in kinds.items() if path.suffix.lower() == suffix]
    if typed:
        kind = kind if kind in typed else typed[0]  # an end that was typed by hand counts more than the filter
    else:
        path = path.with_name(path.name + kinds[kind][1])
        if os.path.lexists(path) and not may_overwrite(window, [path.name]):  # the dialog asked about another name
            return None
    settings.set(FOLDER, str(path.absolute().parent))
    return path, kind


def may_overwrite(window: QWidget, names: list[str]) -> bool:
    """Ask once whether files that are there may be replaced."""
    text = (
        _("{file} is already there. Replace it?").format(file=names[0])
        if len(names) == 1
        else _("{count} of these files are already there, the first is {file}. Replace them all?").format(
            count=len(names), file=names[0]
        )
    )
    buttons = QMessageBox.StandardButton
    box = QMessageBox(QMessageBox.Icon.Question, _("Replace files"), "", buttons.Yes | buttons.Cancel, window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.button(buttons.Yes).setText(_("Replace"))
    take_icons(box.buttons())
    box.setDefaultButton(buttons.Cancel)
    answer = box.exec()
    box.deleteLater()
    return answer == buttons.Yes


def saved_text(path: Path, notes: object) -> str:
    """Return the sentence that a file was saved, with the notes about it where there are any."""
    text = _("{file} was saved").format(file=path.name)
    told = [note.sentence(_) for note in notes if isinstance(note, Note)] if isinstance(notes, tuple) else []
    return f"{text}: {'; '.join(told)}" if told else text


class Saver(QObject):
    """Writes files off the GUI thread, one at a time; a file that is being written is not given up for another.

    Signals
    -------
    saved(Path, result)
        A file is there; what the function that wrote it has returned.
    refused(error)
        Expected trouble.
    """

    saved = Signal(object, object)
    refused = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._task = LatestTask(self)
        self._jobs: list[_Job] = []  # the first is under way

    def save(self, path: Path, write: Callable[[], object]) -> None:
        """Run what writes a file."""
        self._jobs.append(_Job(path, write))
        if len(self._jobs) == 1:
            self._begin()

    def close(self) -> None:
        """Write what is still to be written, and wait for it; to be called before the program ends."""
        self._task.close()
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            if not job.begun:
                try:
                    job()
                except UserError as error:  # nobody is there any more to be told
                    log.warning("not saved: %s", error)

    def _begin(self) -> None:
        job = self._jobs[0]
        self._task.start(job, lambda result: self._end(job, result), lambda error: self._end(job, None, error))

    def _end(self, job: _Job, result: object, error: BaseException | None = None) -> None:
        del self._jobs[0]
        if self._jobs:
            self._begin()
        if error is None:
            self.saved.emit(job.path, result)
        elif isinstance(error, UserError):
            self.refused.emit(error)
        else:
            raise error


class _Job:
    def __init__(self, path: Path, write: Callable[[], object]) -> None:
        self.path, self._write, self.begun = path, write, False

    def __call__(self) -> object:
        self.begun = True
        return self._write()
