"""The student's report: who it is, what was reached, and saving it as a page or as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer import __version__
from cnnexplorer.core import UserError, format_number
from cnnexplorer.core.files import write_file
from cnnexplorer.core.messages import mark
from cnnexplorer.labs.progress import score, scoring, step_score
from cnnexplorer.labs.report import duration, report_html
from cnnexplorer.ui.language import Speaking, _, language
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.trouble import Banner
from cnnexplorer.ui.widgets.buttons import Buttons
from cnnexplorer.ui.widgets.form import Form

from .asking import ask_without_name
from .report_pdf import pdf_of
from .where import ask_where, first_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnnexplorer.labs import LabFile
    from cnnexplorer.labs.progress import Progress
    from cnnexplorer.ui.settings import Settings

HEADERS = (mark("Step of the lab"), mark("State"), mark("Tries"), mark("Hints"), mark("Time"), mark("Points"))
STATES = {
    "open": mark("not solved"),
    "solved": mark("solved"),
    "noted": mark("answered"),
    "shown": mark("the answer was shown"),
    "read": mark("read"),
}


class ReportDialog(Speaking, QDialog):
    """Shows what was reached in a lab and saves the report.

    Parameters
    ----------
    progress
        Returns the progress; the report is made of what it gives when it is saved.

    Signals: `named(student)` when the student says who they are.
    """

    named = Signal(str)

    def __init__(
        self, lab: LabFile, progress: Callable[[], Progress], settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lab, self._progress, self._settings = lab, progress, settings
        self._task = LatestTask(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(620, 480)
        self.say(self.setWindowTitle, mark("Report"))
        self.name = QLineEdit(progress().student or settings.get("lab_student", ""))
        self.name.setMaxLength(120)
        self.name.editingFinished.connect(self._take_name)
        self.total, self.told, self.scoring, self.forms = QLabel(), QLabel(), QLabel(), QLabel()
        for label in (self.total, self.told, self.scoring, self.forms):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.table = QTableWidget(0, len(HEADERS))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.tip(self.table, mark("Your steps"))
        self.banner = Banner()
        self.buttons = Buttons(QDialogButtonBox.StandardButton.Close)
        self.pdf = self.buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self.page = self.buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self._build()
        self.retranslate()

    def retranslate(self) -> None:
        """Say what was reached."""
        progress, lab = self._progress(), self._lab.lab
        earned, points = score(lab, progress)
        title = lab.title.of(language())
        self.total.setText(
            _("{title}: {earned} of {points} points in {time}").format(
                title=title,
                earned=format_number(earned, 2),
                points=format_number(points, 2),
                time=duration(progress.seconds),
            )
        )
        self.scoring.setText(scoring(_))
        self.table.setHorizontalHeaderLabels([_(text) for text in HEADERS])
        self.table.setRowCount(len(lab.steps))
        for row, (step, done) in enumerate(zip(lab.steps, progress.steps, strict=True)):
            name = step.title.of(language()) or _("Step {number}").format(number=row + 1)
            got = format_number(step_score(step, done), 2)
            worth = f"{got} / {format_number(step.points, 2)}" if step.is_marked else "–"
            cells = (f"{row + 1}. {name}", _(STATES[done.status]), str(done.tries), str(done.hints),
                     duration(done.seconds), worth)  # fmt: skip
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))

    def done(self, result: int) -> None:
        """Wait for a report that is being written."""
        self._take_name()
        self._task.close()
        super().done(result)

    def _build(self) -> None:
        font = self.total.font()
        font.setBold(True)
        self.total.setFont(font)
        form = Form()
        form.row(mark("Name or number"), self.name, mark("Stands in the report; asked once"))
        self.say(
            self.forms.setText,
            mark("Hand in the page (HTML): it is what teachers collect and grade. The PDF is to be read or printed."),
        )
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for button, text, tip, suffix in (
            (self.page, mark("Save as a page…"), mark("One HTML file for any browser; teachers collect these"),
             ".html"),
            (self.pdf, mark("Save as PDF…"), mark("A PDF to read or print; it can neither be checked nor graded"),
             ".pdf"),
        ):  # fmt: skip
            self.say(button.setText, text)
            self.tip(button, tip)
            button.clicked.connect(lambda _checked=False, suffix=suffix: self._save(suffix))
        for button in (self.pdf, self.buttons.button(QDialogButtonBox.StandardButton.Close)):
            button.setAutoDefault(False)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.total)
        column.addWidget(form)
        column.addWidget(self.table, 1)
        column.addWidget(self.scoring)
        column.addWidget(self.forms)
        column.addWidget(self.banner)
        column.addWidget(self.told)
        column.addWidget(self.buttons)
        self.page.setDefault(True)  # of this dialog: the buttons have to lie in it

    def _take_name(self) -> None:
        name = self.name.text().strip()
        if name != self._progress().student:
            self._settings.set("lab_student", name)
            self.named.emit(name)

    def _save(self, suffix: str) -> None:
        """Save, with the student's name in the file and in its name."""
        if self.name.text().strip():
            self._save_as(suffix)
        else:
            ask_without_name(self, self.name.setFocus, lambda: self._save_as(suffix))

    def _save_as(self, suffix: str) -> None:
        self._take_name()
        folder = first_folder(self._settings.get("report_folder", ""))
        stem = "-".join(part for part in (self._lab.id, _plain(self.name.text())) if part)
        start = folder / f"{stem}{suffix}"
        ask_where(self, _("Save the report"), start, suffix[1:].upper(), self._write)

    def _write(self, target: Path) -> None:
        self._settings.set("report_folder", str(target.parent))
        lab, progress, code = self._lab, self._progress(), language()
        title = ": ".join(part for part in (lab.lab.title.of(code), progress.student) if part)

        def job() -> None:
            printed = target.suffix.lower() != ".html"
            page = report_html(lab, progress, code, _, __version__, printed)
            write_file(target, pdf_of(page.decode(), title) if printed else page)

        self._task.start(job, lambda _nothing: self._saved(target), self._failed)

    def _saved(self, path: Path) -> None:
        self.banner.clear()
        self.told.setText(_("Saved: {file}").format(file=path.name))

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.banner.show_error(error)


def _plain(name: str) -> str:
    """Return a name as it may stand in a file's name."""
    return "".join(letter if letter.isalnum() else "_" for letter in name.strip())[:40]
