"""What is told of the lab that is chosen in the list, and the way into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.labs import BrokenLab, as_text, parse_markdown
from cnnexplorer.labs.progress import score, scoring
from cnnexplorer.ui.language import Speaking, _, language, translate_count
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.trouble import told

if TYPE_CHECKING:
    from cnnexplorer.labs import LabError

    from .shelf import Entry

LEVELS = {
    "beginner": mark("Beginner"),
    "intermediate": mark("Intermediate"),
    "advanced": mark("Advanced"),
}
WIDTH, LEAST_WIDTH = 330, 234  # pixels


class AboutLab(Speaking, QFrame):
    """Title, aims and progress of a lab, and the buttons that begin it."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(WIDTH)
        self.setAutoFillBackground(True)
        self.title, self.facts, self.aims, self.trouble = QLabel(), QLabel(), QLabel(), QLabel()
        self.scoring = QLabel()
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.title.setFont(font)
        self.start, self.again, self.report = QPushButton(), QPushButton(), QPushButton()
        self.start.setDefault(True)
        self.start.setMinimumHeight(34)
        self.tip(self.start, mark("Begin the lab, or go on where you were"))
        self.say(self.again.setText, mark("Start again"))
        self.tip(self.again, mark("Begin the lab anew; the answers so far are thrown away"))
        self.say(self.report.setText, mark("Report…"))
        self.tip(self.report, mark("Save your answers as a page or as PDF"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        for label in (self.title, self.facts, self.trouble, self.aims):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addSpacing(6)
        column.addWidget(self.start)
        row = QHBoxLayout()
        row.addWidget(self.again)
        row.addWidget(self.report)
        self._more = QWidget()
        row.setContentsMargins(0, 0, 0, 0)
        self._more.setLayout(row)
        column.addWidget(self._more)
        self.scoring.setWordWrap(True)
        column.addWidget(self.scoring)
        column.addStretch(1)
        self.restyle()
        self.show_entry(None)

    def sizeHint(self) -> QSize:
        """Return the usual width."""
        return QSize(WIDTH, super().sizeHint().height())

    def show_entry(self, entry: Entry | None) -> None:
        """Tell of a lab; None where none is chosen."""
        self._entry = entry
        self.retranslate()

    def retranslate(self) -> None:
        """Tell of the lab in the language in use."""
        entry = self._entry
        lab = None if entry is None else entry.lab
        works = lab is not None and not isinstance(lab, BrokenLab)
        begun = entry is not None and entry.progress is not None
        self.start.setVisible(works)
        self._more.setVisible(works and begun)
        self.scoring.setVisible(works)
        self.scoring.setText(scoring(_))
        self.start.setText(_("Go on") if begun and not _finished(entry) else _("Look at it again") if begun
                           else _("Begin"))  # fmt: skip
        for label in (self.facts, self.aims, self.trouble):
            label.clear()
        if entry is None or lab is None:
            self.title.setText(_("Choose a lab"))
        elif isinstance(lab, BrokenLab):
            self.title.setText(lab.name)
            self.trouble.setText(broken_text(lab.error))
        else:
            self.title.setText(lab.lab.title.of(language()))
            self._tell_facts(entry)
            if lab.lab.aims:
                aims = "\n".join(f"•  {as_text(parse_markdown(aim.of(language())))}" for aim in lab.lab.aims)
                self.aims.setText(_("You will learn to") + f"\n{aims}")
            self.trouble.setText(redo_text(entry) if entry.trouble is None else told(entry.trouble))
        for label in (self.facts, self.aims, self.trouble):
            label.setVisible(bool(label.text()))

    def restyle(self) -> None:
        """Take the theme's colours."""
        for label, role in ((self.facts, "muted"), (self.scoring, "muted"), (self.trouble, "error")):
            palette = label.palette()
            palette.setColor(palette.ColorRole.WindowText, colours(self).colour(role))
            label.setPalette(palette)
        palette = self.palette()
        palette.setColor(palette.ColorRole.Window, colours(self).colour("panel"))

    def _tell_facts(self, entry: Entry) -> None:
        assert not isinstance(entry.lab, BrokenLab)
        lab = entry.lab.lab
        lines = [
            _("{level}, {minutes} minutes, {steps} steps").format(
                level=_(LEVELS[lab.level]), minutes=lab.minutes, steps=len(lab.steps)
            )
        ]
        if lab.author:
            lines.append(lab.author + (f", {lab.licence}" if lab.licence else ""))
        if entry.progress is not None:
            lines.append(progress_text(entry))
        self.facts.setText("\n".join(lines))


def broken_text(error: LabError) -> str:
    """Return what is wrong with a lab, below the file, line and field where it is."""
    return "\n".join(part for part in (error.place(), told(error)) if part)


def progress_text(entry: Entry) -> str:
    """Return how far a lab is, in words; empty where it was not begun."""
    progress, lab = entry.progress, entry.lab
    if progress is None or isinstance(lab, BrokenLab):
        return ""
    done = sum(step.done for step in progress.steps)
    text = _("{done} of {count} steps").format(done=done, count=len(progress.steps))
    if progress.finished:
        earned, points = score(lab.lab, progress)
        text = _("done, {earned} of {points} points").format(
            earned=format_number(earned, 1), points=format_number(points, 1)
        )
    shown = sum(step.status == "shown" for step in progress.steps)
    more = translate_count("{count} answer shown", "{count} answers shown", shown) if shown else ""
    return f"{text}, {more}" if more else text


def redo_text(entry: Entry) -> str:
    """Return which steps are to be done anew, because they ask something else by now; empty where none are."""
    numbers = [index + 1 for index in entry.progress.to_redo] if entry.progress is not None else []
    if not numbers:
        return ""
    return translate_count(
        "Step {steps} asks something else since the lab was changed: do it again",
        "Steps {steps} ask something else since the lab was changed: do them again",
        len(numbers),
        steps=", ".join(map(str, numbers)),
    )


def _finished(entry: Entry | None) -> bool:
    return entry is not None and entry.progress is not None and entry.progress.finished
