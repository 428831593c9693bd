"""The editor for labs: the text, what is wrong with it, and what a student will see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core import UserError
from cnnexplorer.core.messages import mark
from cnnexplorer.labs import LabError, LabFile, lab_from_text, problems_in
from cnnexplorer.labs.lines import step_lines
from cnnexplorer.labs.reading import LARGEST_FILE, MOST_LINES, lab_id
from cnnexplorer.labs.writing import with_setup
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.questions import CANCEL, DISCARD, Answer, Question
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.trouble import Banner

from .attempt import Attempt
from .bench import Bench
from .code_edit import CodeEdit
from .own_file import OwnFile
from .panel import LabPanel
from .problems import Problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QShowEvent

    from cnnexplorer.labs.model import Setup

PAUSE = 300  # milliseconds without a key after which the text is checked
TRY_TIP = mark("Play the lab in the window, from the step shown here on; nothing of it is kept")


class LabEditor(Speaking, QWidget):
    """A window to write a lab in.

    Parameters
    ----------
    text
        What is in the lab's file, or what it begins with.
    path
        The lab's file; None where there is none yet.
    present
        Takes the present workspace down on the GUI thread; what it returns makes a set-up, off it. It is given the
        lab's folder and a word for files that lie beside the lab.
    digest
        The hash of the file that the text was read from.

    Signals: `tried(LabFile, step)` with the step in front, from 0, `saved(path)`, `help_asked()`, `closed()`.
    """

    tried = Signal(object, int)
    saved = Signal(object)
    help_asked = Signal()
    closed = Signal()

    def __init__(
        self,
        text: str,
        path: Path | None,
        present: Callable[[Path | None, str], Callable[[], Setup]],
        parent: QWidget | None = None,
        digest: str = "",
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._file, self._present = OwnFile(path, digest, self), present
        self._lab: LabFile | None = None
        self._leaving = False
        self._is_new = True  # nothing was checked yet
        self._checking, self._making = LatestTask(self), LatestTask(self)
        self.code = CodeEdit()
        self.code.setPlainText(text)
        self.problems = Problems()
        self.state = QLabel()
        self.bench = Bench(self)
        self.preview = LabPanel(self.bench, takes_focus=False)
        self.nothing = QLabel()
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setMargin(24)
        self.say(
            self.nothing.setText,
            mark("What a student sees comes here as soon as everything that is listed on the left is mended."),
        )
        self.side = QStackedWidget()
        self.side.addWidget(self.nothing)
        self.side.addWidget(self.preview)
        self.banner = Banner()
        self.save_button, self.save_as_button = QPushButton(), QPushButton()
        self.setup_button, self.try_button, self.help_button = QPushButton(), QPushButton(), QPushButton()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._build()
        self._connect()
        self.restyle()
        self.retranslate()
        self.check()

    @property
    def path(self) -> Path | None:
        """The lab's file; None while it has none."""
        return self._file.path

    @property
    def is_modified(self) -> bool:
        """Whether something was written that is not saved."""
        return self.code.document().isModified()

    def check(self) -> None:
        """Check the text, off the GUI thread, and show what is wrong and what a student sees."""
        text, name, folder = self.code.toPlainText(), self._file.name, self._file.folder

        def job() -> tuple[LabFile | None, tuple[LabError, ...]]:
            problems = problems_in(text, name, folder)
            return (None if problems else lab_from_text(text, name, folder)), problems

        self._checking.start(job, self._show, self._raise)

    def save(self) -> None:
        """Save to the lab's file, or ask for one."""
        self._file.save(self.code.toPlainText())

    def save_as(self) -> None:
        """Ask for a file, and save to it."""
        self._file.save_as(self.code.toPlainText())

    def use_present(self) -> None:
        """Make the present workspace the set-up of the step that the cursor is in."""
        index = step_at_line(self.code.toPlainText(), self.code.line)
        if index is None:
            self.banner.show_error(LabError("put the cursor into a step first: each begins with [[steps]]"))
            return
        stem = lab_id(self._file.name)

        def made(setup: Setup) -> None:
            try:
                text = with_setup(self.code.toPlainText(), index, setup)
            except UserError as error:
                self.banner.show_error(error)
            else:
                self.banner.clear()
                self.code.replace(text)

        self._making.start(self._present(self._file.folder, f"{stem}_step{index + 1}"), made, self._tell)

    def try_it(self) -> None:
        """Play the lab as a student would, from the step that is shown on; nothing of it is kept."""
        if self._lab is not None and self.preview.attempt is not None:
            self.tried.emit(self._lab, self.preview.attempt.position)

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._timer.stop()
        self.preview.stop()
        for task in (self._checking, self._making, self._file):
            task.close()

    # Qt's side

    def retranslate(self) -> None:
        """Say the title and what is wrong."""
        self.setWindowTitle(_("{name}[*] – lab editor").format(name=self._file.name))
        self.check()

    def restyle(self) -> None:
        """Take icons from the theme."""
        for button, name in (
            (self.save_button, "content-save-outline"), (self.save_as_button, "content-save-edit-outline"),
            (self.setup_button, "import"), (self.try_button, "play"), (self.help_button, "help-circle-outline"),
        ):  # fmt: skip
            button.setIcon(icon(name, self))

    def showEvent(self, event: QShowEvent) -> None:
        """Stand on its own: some systems would keep it over the window in which the lab is tried."""
        super().showEvent(event)
        self.windowHandle().setTransientParent(None)  # type: ignore[arg-type]  # as Qt has it

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is not saved."""
        if self.is_modified and not self._leaving:
            event.ignore()
            Question(
                self,
                _("Unsaved work"),
                _("Save the changes to {name}?").format(name=self._file.name),
                _("They are lost otherwise."),
                (
                    Answer("save", _("&Save"), then=self.save),
                    Answer("discard", _("&Don't save"), DISCARD, self._leave),
                    Answer("cancel", _("Cancel"), CANCEL),
                ),
            ).open()
            return
        self.close_work()
        super().closeEvent(event)
        self.closed.emit()

    # building

    def _build(self) -> None:
        self.resize(1180, 720)
        self.setMinimumSize(760, 480)
        self.tip(self.code, mark("The lab's text, in TOML"))
        tools = QHBoxLayout()
        for button, text, tip in (
            (self.save_button, mark("Save"), mark("Save the lab (Ctrl+S)")),
            (self.save_as_button, mark("Save as…"), mark("Save the lab under another name")),
            (self.setup_button, mark("Use the present workspace"),
             mark("Make what the window shows now the set-up of the step that the cursor is in")),
            (self.try_button, mark("Try as a student"), TRY_TIP),
            (self.help_button, mark("How to write labs"), mark("The parts of a lab, with examples")),
        ):  # fmt: skip
            self.say(button.setText, text)
            self.tip(button, tip)
            tools.addWidget(button)
        self.save_button.setShortcut("Ctrl+S")
        tools.addStretch(1)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.state)
        column.addWidget(self.problems, 1)
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self.code)
        left.addWidget(below)
        left.setSizes([520, 130])
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(left)
        both.addWidget(self.side)
        both.setSizes([800, 380])
        for splitter in (left, both):
            splitter.setChildrenCollapsible(False)
        self.preview.leave.hide()
        whole = QVBoxLayout(self)
        whole.addLayout(tools)
        whole.addWidget(self.banner)
        whole.addWidget(both, 1)

    def _connect(self) -> None:
        self.code.textChanged.connect(self._timer.start)
        self.code.document().modificationChanged.connect(self.setWindowModified)
        self.code.cursorPositionChanged.connect(self._follow_cursor)
        self._timer.timeout.connect(self.check)
        self.problems.line_asked.connect(self._go_to)
        self.save_button.clicked.connect(self.save)
        self.save_as_button.clicked.connect(self.save_as)
        self.setup_button.clicked.connect(self.use_present)
        self.try_button.clicked.connect(self.try_it)
        self.help_button.clicked.connect(self.help_asked)
        self.preview.refused.connect(self.banner.show_error)
        self._file.refused.connect(self.banner.show_error)
        self._file.saved.connect(self._tell_saved)

    # following the text

    def _show(self, found: tuple[LabFile | None, tuple[LabError, ...]]) -> None:
        lab, problems = found
        self._lab = lab
        self.try_button.setEnabled(lab is not None)
        self._say_try()
        self.state.setText(_("Nothing is wrong.") if not problems else _("This is to be mended:"))
        self.problems.show_problems(problems)
        self.code.mark_wrong([problem.line for problem in problems if problem.line is not None])
        if lab is not None:
            self._preview(lab)
        elif self._is_new and problems and problems[0].line is not None:
            self.code.go_to(problems[0].line)
        self._is_new = False

    def _say_try(self) -> None:
        """Say what trying does, or why it cannot be."""
        works = self._lab is not None
        tip = _(TRY_TIP) if works else _(
            "Before it can be tried, everything that is listed below the text is to be mended")  # fmt: skip
        self.try_button.setToolTip(tip)
        self.try_button.setAccessibleName(tip)

    def _preview(self, lab: LabFile) -> None:
        """Show a student's view of the step that the cursor is in."""
        self.side.setCurrentWidget(self.preview)
        self.preview.play(Attempt(lab))
        self._follow_cursor()

    def _follow_cursor(self) -> None:
        attempt, document = self.preview.attempt, self.code.document()
        if attempt is None or document.characterCount() > LARGEST_FILE or document.blockCount() > MOST_LINES:
            return  # there is no lab of that length, and looking through it would take long at every key
        index = step_at_line(self.code.toPlainText(), self.code.line)
        if index is not None:
            attempt.go(index)

    def _go_to(self, line: int) -> None:
        self.code.go_to(line)
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    # files

    def _tell_saved(self, text: str) -> None:
        self.code.document().setModified(self.code.toPlainText() != text)
        self.banner.clear()
        self.retranslate()
        self.saved.emit(self.path)

    def _leave(self) -> None:
        self._leaving = True
        self.close()

    def _tell(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.banner.show_error(error)

    def _raise(self, error: BaseException) -> None:
        raise error


def step_at_line(text: str, line: int) -> int | None:
    r"""Return in which step, from 0, a line lies, from 1; None before the first.

    >>> [step_at_line("format = 1\n[[steps]]\ntext.en = 'a'\n[[steps]]", line) for line in (1, 3, 4)]
    [None, 0, 1]
    """
    found = sum(step.first < line for step in step_lines(text)) - 1
    return found if found >= 0 else None
