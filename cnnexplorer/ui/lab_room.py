"""Labs in the window: the list, the player beside the workspaces, and the user's own work that waits meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, Signal

from cnnexplorer.core import UserError
from cnnexplorer.labs import BrokenLab
from cnnexplorer.labs.progress import moved, new_progress
from cnnexplorer.labs.reading import is_lab_name, lab_id

from .lab_bench import LiveBench
from .lab_desk import LabDesk
from .labs.attempt import Attempt
from .labs.exercises import is_practice, next_part, practice_lab
from .labs.panel import LabPanel
from .labs.practice_dialog import PracticeDialog
from .labs.report_dialog import ReportDialog
from .labs.store import Store
from .labs.workspace import LabsWorkspace
from .language import _, language
from .questions import CANCEL, DISCARD, Answer, Question
from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.labs import LabFile
    from cnnexplorer.labs.progress import Progress

    from .actions import Actions
    from .conv.workspace import ConvWorkspace
    from .desk import Desk
    from .labs.shelf import Entry
    from .nets.entrance import NetEntrance
    from .settings import Settings

Front = Literal["conv", "net", "labs"]


class LabRoom(QObject):
    """Joins the labs with the window.

    Signals: `front_asked(workspace)`, `changed()` when a lab begins or ends, `refused(error)`.
    """

    front_asked = Signal(str)
    changed = Signal()
    refused = Signal(object)

    def __init__(
        self,
        conv: ConvWorkspace,
        entrance: NetEntrance,
        desk: Desk,
        actions: Actions,
        settings: Settings,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._desk, self._settings, self._window = desk, settings, window
        self._making = LatestTask(self)
        self.store = Store(settings.labs_folder, self)
        self.bench = LiveBench(conv, entrance, settings)
        self.panel = LabPanel(self.bench)
        self.panel.hide()
        self.workspace = LabsWorkspace(actions, settings, self.store)
        for source in (self.store, self.panel, self.workspace):
            source.refused.connect(self.refused)
        self.bench.front_asked.connect(self.front_asked)
        self.desk = LabDesk(self.bench, desk, window)
        self.desk.refused.connect(self.refused)
        self.desk.tried.connect(self._try)
        self.desk.saved.connect(self._saved)
        self.workspace.edit_asked.connect(self.desk.edit)
        self.panel.leave_asked.connect(self.leave)
        self.panel.report_asked.connect(self._finish)
        self.workspace.start_asked.connect(self._start)
        self.workspace.report_asked.connect(self._report_of)
        desk.taken_over.connect(self._end)

    @property
    def active(self) -> bool:
        """Whether a lab is played."""
        return self.panel.attempt is not None

    def slots(self) -> dict[str, Callable[[], object]]:
        """Return what the actions of the labs do."""
        return {
            "lab_check": self.panel.check_now,
            "lab_hint": self.panel.take_hint,
            "lab_answer": self.panel.ask_answer,
            "lab_set_up": self.panel.set_up_again,
            "lab_next": lambda: self.panel.go(1),
            "lab_back": lambda: self.panel.go(-1),
            "lab_report": self.report,
            "lab_leave": self.leave,
            "practice": self.ask_practice,
            "new_lab": self.desk.new,
            "writing_labs": self.desk.explain,
        }

    def show_front(self, front: Front) -> None:
        """Follow the window to a workspace."""
        if front != "labs":
            self.bench.front = front
        else:
            self.workspace.refresh()
            self.workspace.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        self.panel.setVisible(self.active and front != "labs")

    @staticmethod
    def takes(path: Path, at_labs: bool) -> bool:
        """Tell whether a file is a lab, or a folder that is dropped on the list of labs."""
        return is_lab_name(path.name) or (at_labs and path.is_dir())

    def add(self, path: Path) -> None:
        """Put a lab, or a folder of labs, into the list."""
        self.workspace.add_place(path)

    def play(self, lab: LabFile, progress: Progress | None = None, keep: bool = True) -> None:
        """Play a lab; `keep` its progress."""
        after_lab = self.active
        self.panel.stop()
        self._desk.lay_aside()
        self.bench.folder = lab.folder
        student = self._settings.get("lab_student", "")
        self.bench.begin(after_lab)
        self._settings.set("lab_open", lab.id if keep and not is_practice(lab) else "")
        self.panel.play(Attempt(lab, progress, self.store if keep else None, student))
        self.changed.emit()

    def leave(self) -> None:
        """Leave the lab: its progress is saved, and the user's own work comes back."""
        if not self.active:
            return
        self._end()
        self._desk.take_up(lambda: None)
        self.front_asked.emit("labs")

    def report(self) -> None:
        """Show what was reached in the lab that is played, to be saved."""
        attempt = self.panel.attempt
        self.panel.drafts.keep()
        if attempt is not None:
            dialog = ReportDialog(attempt.lab, lambda: attempt.progress, self._settings, self._window)
            dialog.named.connect(attempt.set_student)
            dialog.open()

    def ask_practice(self) -> None:
        """Let exercises be chosen, and play them."""
        dialog = PracticeDialog(self._window)
        dialog.chosen.connect(lambda series: self._make(lambda: practice_lab(series)))
        dialog.open()

    def return_to_lost(self) -> None:
        """Offer the lab during which the program ended without a word."""
        lost = self._settings.get("lab_open", "")
        if lost and not self.active:
            self._settings.set("lab_open", "")
            self.workspace.refresh(lost)
            self.front_asked.emit("labs")
            self.refused.emit(
                UserError("CNN Explorer ended during the lab that is chosen here: your answers are kept, go on with it")
            )

    def close_work(self) -> None:
        """Save, and wait for work under way; to be called before the program ends."""
        if self.active:
            self._end()
        self.store.flush()
        self._making.close()
        self.workspace.close_work()
        self.desk.close_work()

    def _end(self) -> None:
        """End the lab, whatever becomes of the workspaces."""
        self.panel.stop()
        self.store.flush()
        self._settings.set("lab_open", "")
        self.changed.emit()

    def _try(self, lab: LabFile, step: int) -> None:
        """Play a lab that is being written, from a step on, in front of its editor."""
        self.play(lab, moved(new_progress(lab), step), keep=False)
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()

    def _saved(self, path: Path) -> None:
        """Let a lab that was written stand in the list."""
        places = self._settings.lab_places()
        if path.parent in places:
            self.workspace.refresh(lab_id(path.name))
        else:
            self.workspace.add_place(path)

    def _finish(self) -> None:
        """Go on behind the last step: to more exercises, or to the report."""
        attempt = self.panel.attempt
        if attempt is not None and is_practice(attempt.lab):
            lab = attempt.lab
            self._make(lambda: next_part(lab))
        else:
            self.report()

    def _make(self, job: Callable[[], LabFile]) -> None:
        """Have exercises made, off the GUI thread, and play them."""

        def made(lab: LabFile) -> None:
            try:
                progress = self.store.load(lab)
            except UserError:  # exercises are the same again: nothing is lost with their progress
                progress = None
            self.play(lab, progress)

        self._making.start(job, made, _raised)

    def _report_of(self, entry: Entry) -> None:
        """Show the report of a lab in the list."""
        lab, kept = entry.lab, [entry.progress]
        assert not isinstance(lab, BrokenLab)

        def name(student: str) -> None:
            assert kept[0] is not None
            kept[0] = replace(kept[0], student=student)
            self.store.save(lab, kept[0])

        def progress() -> Progress:
            assert kept[0] is not None
            return kept[0]

        if self.active and self.panel.attempt is not None and self.panel.attempt.lab.id == lab.id:
            self.report()
        elif entry.progress is not None:
            dialog = ReportDialog(lab, progress, self._settings, self._window)
            dialog.named.connect(name)
            dialog.open()

    def _start(self, entry: Entry, anew: bool) -> None:
        assert not isinstance(entry.lab, BrokenLab)
        lab = entry.lab
        if self.active and self.panel.attempt is not None and self.panel.attempt.lab.id == lab.id and not anew:
            self.front_asked.emit(self.bench.front)
        elif entry.trouble is not None or (anew and entry.progress is not None):
            Question(
                self._window,
                _("Start again"),
                _("Begin “{title}” anew?").format(title=lab.lab.title.of(language())),
                _("The answers so far are lost."),
                (
                    Answer("again", _("&Start again"), DISCARD, lambda: self.play(lab)),
                    Answer("cancel", _("Cancel"), CANCEL),
                ),
            ).open()
        else:
            self.play(lab, entry.progress)


def _raised(error: BaseException) -> None:
    raise error
