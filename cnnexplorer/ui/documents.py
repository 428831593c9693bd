"""The session that is worked on: its file, whether it is saved, and that it is never lost."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from cnnexplorer.core import Session, UserError, load_session, session_bytes
from cnnexplorer.core.files import write_file
from cnnexplorer.core.recovery import Origin, Recovery
from cnnexplorer.core.session import SESSION_SUFFIX

from .conv.picture_loader import PATTERNS
from .language import _, language
from .questions import Answer, Question
from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.recovery import Keep

    from .desk import Contents, Desk
    from .settings import Settings

KEEP_AFTER = 5000  # milliseconds from a change until it is kept for the case of a crash

_DISCARD = QMessageBox.ButtonRole.DestructiveRole
_CANCEL = QMessageBox.ButtonRole.RejectRole


class FileChanged(UserError):
    """The file is not what was opened or saved last: another program wrote it."""


class Document(QObject):
    """The session on the desk.

    Signals: `changed()` when its name is another, or whether it is saved; `recent_changed()`; `refused(error)`.
    """

    changed = Signal()
    recent_changed = Signal()
    refused = Signal(object)

    def __init__(self, desk: Desk, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._settings, self._window = desk, settings, window
        self._origin = Origin()
        self._saved: Contents | None = desk.contents()
        self._modified = False
        self._complained = False
        self._recovery = Recovery(settings.recovery_folder)
        self._reading, self._writing, self._keeping = LatestTask(self), LatestTask(self), LatestTask(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER)
        self._timer.timeout.connect(self.keep_now)
        desk.changed.connect(self._follow)
        desk.settled.connect(self._follow_network)

    @property
    def path(self) -> Path | None:
        """The session's file; None while it has none."""
        return self._origin.path

    @property
    def title(self) -> str:
        """What the session is called."""
        return _("Untitled") if self.path is None else self.path.name

    @property
    def is_modified(self) -> bool:
        """Whether something was made that is not saved."""
        return self._modified

    # opening

    def new(self) -> None:
        """Begin anew, once what is not saved is saved or given up."""
        self.ask_to_leave(lambda: self._desk.clear(lambda: self._begin(Origin())))

    def open(self, path: Path) -> None:
        """Open a session's file; until it is read the present work stays as it is."""
        path = path.absolute()

        def read(found: tuple[Session, str]) -> None:
            session, digest = found
            self.ask_to_leave(
                lambda: self._desk.bring_back(session, path.parent, lambda: self._begin(Origin(path, digest)))
            )

        self._reading.start(partial(_read, path), read, partial(self._not_read, path))

    def cancel(self) -> None:
        """Forget a session that is being read: something newer is wanted."""
        self._reading.cancel()

    # saving

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Save to the session's file, or ask for one; `then` is done when it is saved."""
        if self.path is None:
            self.save_as(then)
        else:
            self._write(self.path, True, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a file and save to it."""
        path = self._ask_where()
        if path is None:
            return
        if os.path.lexists(path) and path != self.path:
            text = _("{file} is there already.").format(file=path.name)
            answers = (Answer("overwrite", _("Overwrite"), _DISCARD), Answer("cancel", _("Cancel"), _CANCEL))
            self._ask(text, _("What is in it now would be lost."), answers, {
                "overwrite": lambda: self._write(path, False, then),
            })  # fmt: skip
        else:
            self._write(path, path == self.path, then)

    def ask_to_leave(self, then: Callable[[], object]) -> None:
        """Do something that takes the present work off the desk, once that is saved or given up."""
        if not self._modified:
            then()
            return
        answers = (
            Answer("save", _("Save")),
            Answer("discard", _("Don't save"), _DISCARD),
            Answer("cancel", _("Cancel"), _CANCEL),
        )
        text = _("Save the changes to {name}?").format(name=self.title)
        self._ask(text, _("They are lost otherwise."), answers, {
            "save": lambda: self.save(then), "discard": then,
        })  # fmt: skip

    def give_up(self) -> None:
        """Take what is not saved as not wanted."""
        self._saved = self._desk.contents()
        self._set_modified(False)

    # in the case of a crash

    def offer_lost_work(self) -> None:
        """Offer the latest work that a window left behind which is no more."""
        found = self._recovery.left_behind()
        for other in found[1:]:
            other.release()
        if not found:
            return
        lost = found[0]
        when = QLocale(language()).toString(
            QDateTime.fromSecsSinceEpoch(int(lost.seconds)), QLocale.FormatType.ShortFormat
        )
        path = lost.origin.path
        text = _("CNN Explorer was closed before {name} was saved. The work of {time} was kept.")
        answers = (
            Answer("open", _("Open it")),
            Answer("remove", _("Throw it away"), _DISCARD),
            Answer("later", _("Decide later"), _CANCEL),
        )
        self._ask(text.format(name=_("Untitled") if path is None else path.name, time=when), "", answers, {
            "open": partial(self._open_lost, lost), "remove": lost.remove, "later": lost.release,
        })  # fmt: skip

    def keep_now(self) -> None:
        """Keep what is not saved for the case of a crash."""
        if not self._modified:
            return
        make, origin = self._desk.take(), self._origin
        self._keeping.start(lambda: self._recovery.keep(session_bytes(make()), origin), self._kept, self._not_kept)

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends. What is not saved stays kept."""
        self._timer.stop()
        for task in (self._reading, self._writing, self._keeping):
            task.close()
        if not self._modified:
            self._recovery.clear()

    # the inside

    def _follow(self) -> None:
        """Know whether there is something to save, and keep it soon."""
        self._set_modified(
            self._saved is None or not self._desk.contents().same_as(self._saved, choices=self.path is not None)
        )
        if self._modified and not self._timer.isActive():
            self._timer.start()

    def _follow_network(self) -> None:
        """Take what the Network workspace shows from the beginning as saved."""
        if self._saved is not None:
            self._saved = replace(self._saved, network=self._desk.contents().network)
        self._follow()

    def _set_modified(self, modified: bool) -> None:
        if modified == self._modified:
            return
        self._modified = modified
        if not modified:
            self._timer.stop()
            self._keeping.start(self._recovery.clear, lambda _nothing: None, self._not_kept)
        self.changed.emit()

    def _begin(self, origin: Origin) -> None:
        """Go on with what is on the desk now."""
        self._origin, self._saved = origin, self._desk.contents()
        self._set_modified(False)
        self._remember()
        self.changed.emit()

    def _remember(self) -> None:
        """Put the file first among the recent ones."""
        if self.path is not None:
            self._settings.add_recent(self.path, "recent_sessions")
            self._settings.set("session_folder", str(self.path.parent))
            self.recent_changed.emit()

    def _not_read(self, path: Path, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        if not os.path.lexists(path):
            self._settings.forget_recent(path, "recent_sessions")
            self.recent_changed.emit()
        self.refused.emit(error)

    def _ask_where(self) -> Path | None:
        """Ask for a session's file; its ending is put behind a name that lacks it."""
        folder = self._settings.get("session_folder", "") or self._settings.get("folder", "")
        suggested = str(self.path or Path(folder) / f"{_('Untitled')}{SESSION_SUFFIX}")
        name, _filter = QFileDialog.getSaveFileName(
            self._window,
            _("Save the session"),
            suggested,
            "{} (*{})".format(_("Sessions"), SESSION_SUFFIX),
            options=QFileDialog.Option.DontConfirmOverwrite,  # asked here: the ending may be added
        )
        if not name:
            return None
        path = Path(name).absolute()
        return path if path.suffix.lower() == SESSION_SUFFIX else path.with_name(path.name + SESSION_SUFFIX)

    def _write(self, path: Path, careful: bool, then: Callable[[], object]) -> None:
        """Save to a file; if `careful`, only over what was opened or saved last."""
        if self._writing.busy:  # then that is what is saved last
            QTimer.singleShot(50, self, lambda: self._write(path, careful, then))
            return
        digest = self._origin.digest if careful else None
        make, contents = self._desk.take(), self._desk.contents()

        def written(found: str) -> None:
            self._origin, self._saved = Origin(path, found), contents
            self._remember()
            self.changed.emit()
            self._follow()
            then()

        def failed(error: BaseException) -> None:
            if isinstance(error, FileChanged):
                self._ask_about_change(path, then)
            elif isinstance(error, UserError):
                self.refused.emit(error)
            else:
                raise error

        self._writing.start(lambda: _write(make(), path, digest), written, failed)

    def _ask_about_change(self, path: Path, then: Callable[[], object]) -> None:
        answers = (
            Answer("save_as", _("Save as…")),
            Answer("overwrite", _("Overwrite"), _DISCARD),
            Answer("cancel", _("Cancel"), _CANCEL),
        )
        text = _("{file} was changed by another program.").format(file=path.name)
        self._ask(text, _("Overwriting it loses what the other program wrote."), answers, {
            "save_as": lambda: self.save_as(then), "overwrite": lambda: self._write(path, False, then),
        })  # fmt: skip

    def _ask(self, text: str, details: str, answers: tuple[Answer, ...], does: dict[str, Callable[[], object]]) -> None:
        Question(self._window, text, details, answers, lambda id_: does.get(id_, lambda: None)()).open()

    def _open_lost(self, lost: Keep) -> None:
        def shown() -> None:
            self._origin, self._saved = lost.origin, None
            self._keeping.start(lambda: self._recovery.adopt(lost), self._kept, self._not_kept)
            self._follow()
            self.changed.emit()

        def failed(error: BaseException) -> None:
            lost.release()
            self._not_read(lost.work, error)

        self._reading.start(
            lambda: load_session(lost.work),
            lambda session: self._desk.bring_back(session, None, shown),
            failed,
        )

    def _kept(self, _nothing: object) -> None:
        self._complained = False

    def _not_kept(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        if not self._complained:
            self._complained = True
            self.refused.emit(error)


def ask_file(window: QWidget, settings: Settings) -> Path | None:
    """Let the user choose a picture or a session to open."""
    both = f"{PATTERNS} *{SESSION_SUFFIX}"
    filters = ((_("Pictures and sessions"), both), (_("Sessions"), f"*{SESSION_SUFFIX}"), (_("All files"), "*"))
    name, _filter = QFileDialog.getOpenFileName(
        window,
        _("Open a picture or a session"),
        settings.get("folder", ""),
        ";;".join(f"{title} ({patterns})" for title, patterns in filters),
    )
    return Path(name) if name else None


def _read(path: Path) -> tuple[Session, str]:
    digest = _digest(path)  # first: what is written meanwhile is another program's
    return load_session(path), digest


def _write(session: Session, path: Path, digest: str | None) -> str:
    """Write a session, and return its hash; with `digest`, only over what has that hash, or where nothing is."""
    data = session_bytes(session)
    if digest is not None and _digest(path) not in ("", digest):
        raise FileChanged("{file} was changed by another program", file=path.name)
    write_file(path, data)
    return hashlib.sha256(data).hexdigest()


def _digest(path: Path) -> str:
    """Return the hash of a file; empty where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
