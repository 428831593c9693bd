"""The session that is worked on: its file, whether it is saved, and that it is never lost."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core import Session, SessionError, UserError, load_session, session_bytes, session_from_bytes
from cnnexplorer.core.files import FileChanged, file_digest, write_over
from cnnexplorer.core.part_files import remove_stale_parts
from cnnexplorer.core.recovery import Origin
from cnnexplorer.core.session import SESSION_SUFFIX

from .conv.picture_loader import NUMBERS, PATTERNS
from .folders import PICTURES, first_folder
from .language import _, language
from .questions import CANCEL, DISCARD, Answer, Question
from .safekeeping import Safekeeping
from .tasks import LatestTask
from .trouble import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.recovery import Keep

    from .desk import Contents, Desk
    from .settings import Settings


class Document(QObject):
    """The session on the desk.

    Signals: `changed()` when its name is another, or whether it is saved, and `refused(error)`.
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, desk: Desk, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._settings, self._window = desk, settings, window
        self._origin = Origin()
        self._work = object()  # another one for other work on the desk: what was begun for the old concerns it no more
        self._saved: Contents | None = desk.contents()
        self._modified = False
        self._reading, self._writing = LatestTask(self), LatestTask(self)
        self._leaving: Callable[[], object] | None = None  # waits for what is being saved
        self.safe = Safekeeping(settings.recovery_folder, self)
        self.safe.refused.connect(self.refused)
        self.safe.due.connect(self.keep_now)
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

    @property
    def is_saving(self) -> bool:
        """Whether a file is being written."""
        return self._writing.busy

    # opening

    def new(self) -> None:
        """Begin anew, once what is not saved is saved or given up."""
        self.ask_to_leave(lambda: self._desk.clear(lambda: self._begin(Origin())))

    def open(self, path: Path) -> None:
        """Open a session's file; until it is read the present work stays as it is."""
        path = path.absolute()

        def read(found: tuple[Session, str]) -> None:
            session, digest = found
            self._offer(session, path.parent, Origin(path, digest))

        self._reading.start(partial(_read, path), read, partial(self._not_read, path))

    def open_bytes(self, data: bytes, name: str, otherwise: Callable[[], object]) -> None:
        """Open a session that came in a file of another kind, of this name; it has no file of its own yet.

        Where the data holds none that can be opened, something else is done.
        """

        def failed(error: BaseException) -> None:
            if not isinstance(error, SessionError):
                raise error
            log.info("no session in %s: %s", name, error)
            otherwise()

        self._reading.start(
            lambda: session_from_bytes(data, name), lambda session: self._offer(session, None, Origin()), failed
        )

    def cancel(self) -> None:
        """Forget a session that is being read: something newer is wanted."""
        self._reading.cancel()

    def _offer(self, session: Session, folder: Path | None, origin: Origin) -> None:
        """Show a session, once what is not saved is saved or given up."""
        self.ask_to_leave(lambda: self._desk.bring_back(session, folder, lambda: self._begin(origin)))

    def _begin(self, origin: Origin) -> None:
        """Go on with what is on the desk now."""
        self._work, self._origin, self._saved = object(), origin, self._desk.contents()
        self._set_modified(False)
        self._remember()
        self.changed.emit()

    def _not_read(self, path: Path | None, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        if path is not None and not os.path.lexists(path):
            self._settings.forget_recent(path, "recent_sessions")
        self.refused.emit(error)

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
        if not os.path.lexists(path) or path == self.path:
            self._write(path, path == self.path, then)
            return
        self._ask(
            _("Replace files"),
            _("{file} is already there. Replace it?").format(file=path.name),
            "",
            Answer("cancel", _("Cancel"), CANCEL),
            Answer("overwrite", _("Replace"), DISCARD, lambda: self._write(path, False, then)),
        )

    def ask_to_leave(self, then: Callable[[], object]) -> None:
        """Do something that takes the present work off the desk, once that is saved or given up."""
        if self._writing.busy:
            self._leaving = then
            return
        if not self._modified:
            then()
            return
        self._ask(
            _("Unsaved work"),
            _("Save the changes to {name}?").format(name=self.title),
            _("They are lost otherwise."),
            Answer("save", _("&Save"), then=lambda: self.save(then)),
            Answer("discard", _("&Don't save"), DISCARD, then),
            Answer("cancel", _("Cancel"), CANCEL),
        )

    def give_up(self) -> None:
        """Take what is not saved as not wanted."""
        self._saved = self._desk.contents()
        self._set_modified(False)

    def _ask_where(self) -> Path | None:
        """Ask for a session's file; its ending is put behind a name that lacks it."""
        folder = first_folder(self._settings.get("session_folder", ""), self._settings.get("folder", ""))
        name, _filter = QFileDialog.getSaveFileName(
            self._window,
            _("Save the session"),
            str(self.path or folder / f"{_('Untitled')}{SESSION_SUFFIX}"),
            "{} (*{})".format(_("Sessions"), SESSION_SUFFIX),
            options=QFileDialog.Option.DontConfirmOverwrite,  # asked here: the ending may be added
        )
        if not name:
            return None
        path = Path(name).absolute()
        return path if path.suffix.lower() == SESSION_SUFFIX else path.with_name(path.name + SESSION_SUFFIX)

    def _write(self, path: Path, careful: bool, then: Callable[[], object]) -> None:
        """Save to a file; if `careful`, only over what was opened or saved last."""
        work = self._work

        def again() -> None:
            if self._work is work:
                self._write(path, careful, then)

        if self._writing.busy:  # then that is what is saved last
            QTimer.singleShot(50, self, again)
            return
        digest = self._origin.digest if careful else None
        make, contents = self._desk.take(), self._desk.contents()

        def written(found: str) -> None:
            leaving, self._leaving = self._leaving, None
            if self._work is not work:
                return
            self._origin, self._saved = Origin(path, found), contents
            self._remember()
            self._follow()
            self.changed.emit()
            if leaving is None:
                then()
            else:
                self.ask_to_leave(leaving)

        def failed(error: BaseException) -> None:
            leaving, self._leaving = self._leaving, None
            if not isinstance(error, UserError):
                raise error
            if isinstance(error, FileChanged) and self._work is work:
                self._ask_about_change(path, then)
                return
            self.refused.emit(error)
            if leaving is not None and self._modified:
                self.ask_to_leave(leaving)

        self._writing.start(lambda: write_over(path, session_bytes(make()), digest), written, failed)

    def _ask_about_change(self, path: Path, then: Callable[[], object]) -> None:
        self._ask(
            _("Save the session"),
            _("{file} was changed by another program.").format(file=path.name),
            _("Overwriting it loses what the other program wrote."),
            Answer("save_as", _("Save &as…"), then=lambda: self.save_as(then)),
            Answer("overwrite", _("&Overwrite"), DISCARD, lambda: self._write(path, False, then)),
            Answer("cancel", _("Cancel"), CANCEL),
        )

    def _remember(self) -> None:
        """Put the file first among the recent ones."""
        if self.path is not None:
            self._settings.add_recent(self.path, "recent_sessions")
            for key in ("session_folder", "folder"):  # pictures and sessions are opened in one dialog
                self._settings.set(key, str(self.path.parent))

    # in the case of a crash

    def keep_now(self) -> None:
        """Keep what is not saved for the case of a crash."""
        if self._modified:
            self.safe.keep(self._desk.take(), self._origin)

    def offer_lost_work(self, otherwise: Callable[[], object] = lambda: None) -> None:
        """Offer the latest work that a window left behind which is no more; where it is not opened, do otherwise."""
        lost = self.safe.left_behind()
        if lost is None:
            otherwise()
            return

        def both(first: Callable[[], object]) -> Callable[[], object]:
            return lambda: (first(), otherwise())

        time = QDateTime.fromSecsSinceEpoch(int(lost.seconds))
        path = lost.origin.path
        self._ask(
            _("Work that was kept"),
            _("CNN Explorer ended before {name} was saved.").format(name=_("Untitled") if path is None else path.name),
            # a month by its name: 11/12 is another day in another country
            _("The work of {time} was kept.").format(time=QLocale(language()).toString(time, _("d MMMM yyyy, HH:mm"))),
            Answer("open", _("&Open it"), then=partial(self._open_lost, lost)),
            Answer("remove", _("&Throw it away"), DISCARD, both(lost.remove)),
            Answer("later", _("&Decide later"), CANCEL, both(lost.release)),
        )

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends. What is not saved stays kept."""
        self._reading.close()
        self._writing.close()
        self.safe.close(wanted=self._modified)

    def _open_lost(self, lost: Keep) -> None:
        def shown() -> None:
            self._work, self._origin, self._saved = object(), lost.origin, None
            self.safe.adopt(lost)
            self._follow()
            self.changed.emit()

        def failed(error: BaseException) -> None:
            lost.release()
            self._not_read(None, error)

        folder = None if lost.origin.path is None else lost.origin.path.parent
        self._reading.start(
            lambda: load_session(lost.work), lambda session: self._desk.bring_back(session, folder, shown), failed
        )

    # following the desk

    def _follow(self) -> None:
        """Know whether there is something to save, and keep it soon."""
        saved, titled = self._saved, self.path is not None
        self._set_modified(saved is None or not self._desk.contents().same_as(saved, choices=titled))
        if self._modified:
            self.safe.soon()

    def _follow_network(self) -> None:
        """Take what the Network workspace shows from the beginning as saved."""
        if self._saved is not None:
            self._saved = replace(self._saved, network=self._desk.contents().network)
        self._follow()

    def _set_modified(self, modified: bool) -> None:
        if modified != self._modified:
            self._modified = modified
            if not modified:
                self.safe.clear()
            self.changed.emit()

    def _ask(self, title: str, text: str, details: str, *answers: Answer) -> None:
        Question(self._window, title, text, details, answers).open()


def damaged_session(path: Path) -> SessionError:
    """Return what is told of a picture whose session cannot be opened."""
    return SessionError(
        "the session in {file} is damaged, or of a newer version of CNN Explorer: only the picture was opened",
        file=path.name,
    )


def ask_file(window: QWidget, settings: Settings) -> Path | None:
    """Let the user choose a picture or a session to open."""
    both = f"{PATTERNS} {NUMBERS} *{SESSION_SUFFIX}"
    filters = ((_("Pictures and sessions"), both), (_("Sessions"), f"*{SESSION_SUFFIX}"), (_("All files"), "*"))
    name, _filter = QFileDialog.getOpenFileName(
        window,
        _("Open a picture or a session"),
        str(first_folder(settings.get("folder", ""), settings.get("session_folder", ""), usual=PICTURES)),
        ";;".join(f"{title} ({patterns})" for title, patterns in filters),
    )
    return Path(name) if name else None


def _read(path: Path) -> tuple[Session, str]:
    remove_stale_parts(path.parent)
    digest = file_digest(path)  # first: what is written meanwhile is another program's
    return load_session(path), digest
