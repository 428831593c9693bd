"""Questions about files, asked so that the window goes on meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

DISCARD = QMessageBox.ButtonRole.DestructiveRole
CANCEL = QMessageBox.ButtonRole.RejectRole


class Answer(NamedTuple):
    """A button: its word in the program, its text, its place among the others, and what follows."""

    id: str
    text: str
    role: QMessageBox.ButtonRole = QMessageBox.ButtonRole.AcceptRole
    then: Callable[[], object] = lambda: None


class Question(QMessageBox):
    """Asks something. Enter is the first answer; Escape, or closing the window, the one that cancels."""

    def __init__(self, window: QWidget, title: str, text: str, details: str, answers: Sequence[Answer]) -> None:
        super().__init__(QMessageBox.Icon.Question, title, text, parent=window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)  # a file's name may look like HTML
        self.setInformativeText(details)
        self.answers = {answer.id: self.addButton(answer.text, answer.role) for answer in answers}
        self._then = {answer.id: answer.then for answer in answers}
        self.setDefaultButton(self.answers[answers[0].id])
        self._cancel = next(answer.id for answer in answers if answer.role == CANCEL)
        self.setEscapeButton(self.answers[self._cancel])
        self.finished.connect(self._answered)

    def _answered(self) -> None:
        clicked = self.clickedButton()
        self._then[next((id_ for id_, button in self.answers.items() if button is clicked), self._cancel)]()
