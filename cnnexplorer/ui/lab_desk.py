"""The teacher's side of labs in the window: editors, the present workspace as a set-up, and the page that explains."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from msgspec import convert
from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import UserError, save_session
from cnnexplorer.labs import BrokenLab, LabError
from cnnexplorer.labs.model import NetworkSetup, PerturbationSpec, SessionSetup
from cnnexplorer.labs.reading import SUFFIX, decoded, read_file
from cnnexplorer.labs.writing import setup_of, template

from .labs.editor import LabEditor
from .labs.writing_page import WritingPage
from .language import _, language
from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core import Experiment, Session, Step
    from cnnexplorer.labs import NetworkView
    from cnnexplorer.labs.model import Setup

    from .desk import Desk
    from .lab_bench import LiveBench
    from .labs.shelf import Entry

WEIGHTS = ("bundled", "imagenet", "random")


class LabDesk(QObject):
    """Opens editors for labs.

    Signals: `tried(LabFile, step)`, `saved(path)`, `refused(error)`.
    """

    tried = Signal(object, int)
    saved = Signal(object)
    refused = Signal(object)

    def __init__(self, bench: LiveBench, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._bench, self._desk, self._window = bench, desk, window
        self.editors: list[LabEditor] = []
        self._reading = LatestTask(self)
        self._page: WritingPage | None = None

    def new(self) -> None:
        """Begin a lab from the template."""
        self._open(template(language()), None)

    def edit(self, entry: Entry) -> None:
        """Edit a lab; one that comes with the program as a copy."""
        if entry.path is None:
            assert not isinstance(entry.lab, BrokenLab)
            source = files("cnnexplorer.resources").joinpath("labs", entry.lab.id + SUFFIX)
            self._open(source.read_text(encoding="utf-8"), None)
            return
        path = entry.path
        self._reading.start(lambda: _read(path), lambda read: self._show(path, *read), self._tell)

    def explain(self) -> None:
        """Show the page that explains how labs are written."""
        if self._page is None:
            self._page = WritingPage(self._window)
        self._page.show()
        self._page.activateWindow()

    def close_editors(self) -> bool:
        """Close all editors; tell whether each could be closed, or one of them asks about what is not saved."""
        return all(editor.close() for editor in list(self.editors))

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._reading.close()
        for editor in self.editors:
            editor.close_work()

    def _show(self, path: Path, text: str, digest: str) -> None:
        """Show a lab in the editor that it has already, or in one of its own."""
        known = next((editor for editor in self.editors if editor.path == path), None)
        if known is None:
            self._open(text, path, digest)
        else:
            known.activateWindow()

    def _tell(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)

    def _open(self, text: str, path: Path | None, digest: str = "") -> None:
        editor = LabEditor(text, path, self._present, self._window, digest)
        self.editors.append(editor)
        editor.tried.connect(self.tried)
        editor.saved.connect(self.saved)
        editor.help_asked.connect(self.explain)
        editor.closed.connect(lambda: self.editors.remove(editor))
        editor.show()

    def _present(self, folder: Path | None, name: str) -> Callable[[], Setup]:
        """Take the workspace in front down; what is returned makes a set-up of it."""
        state = self._bench.state()
        if self._bench.front == "net" and state.network is not None:
            view = state.network
            return lambda: _network_setup(view)
        experiment, step = self._bench.experiment, self._bench.step
        session = self._desk.take_shown()
        return lambda: _set_up(experiment, step, session, folder, name)


def _read(path: Path) -> tuple[str, str]:
    """Return the text in a lab's file, and the hash of the file.

    Raises
    ------
    UserError
        It cannot be read, or is no text, or one that is too long for a lab.
    """
    try:
        data = read_file(path)
        return decoded(data, path.name), hashlib.sha256(data).hexdigest()
    except LabError as error:
        raise UserError("{file} cannot be edited: {error}", file=path.name, error=error.sentence(_)) from error


def _set_up(
    experiment: Experiment, step: Step | None, session: Callable[[], Session], folder: Path | None, name: str
) -> Setup:
    """Return an experiment as a set-up; with a picture too large for that as a session beside the lab."""
    try:
        return setup_of(experiment, step)
    except UserError:
        if folder is None:
            raise
    number = 1
    while (path := folder / f"{name}_{number}.cnnx").exists():
        number += 1
    save_session(session(), path)
    return SessionSetup(path.name)


def _network_setup(view: NetworkView) -> NetworkSetup:
    names = PerturbationSpec.__struct_fields__
    found = {name: value for name, value in view.perturbation.items() if name in names and value}
    changed = {name: int(value) if name in ("patch_size", "seed") else value for name, value in found.items()}
    weights = view.weights if view.weights in WEIGHTS else "random"
    return NetworkSetup(
        view.network, weights, 0, view.page, view.layer, view.unit, None, view.picture,  # type: ignore[arg-type]
        convert(changed, PerturbationSpec) if changed else None,
    )  # fmt: skip
