"""Questions about files, asked so that the window goes on meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget


class Answer(NamedTuple):
    """A button: its word in the program, its text, and its place among the others."""

    id: str
    text: str
    role: QMessageBox.ButtonRole = QMessageBox.ButtonRole.AcceptRole


class Question(QMessageBox):
    """Asks something; `then` gets the id of the answer. Escape is the last answer, Enter the first."""

    def __init__(
        self, window: QWidget, text: str, details: str, answers: Sequence[Answer], then: Callable[[str], object]
    ) -> None:
        super().__init__(QMessageBox.Icon.Question, "CNN Explorer", text, parent=window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setTextFormat(Qt.TextFormat.PlainText)  # a file's name may look like HTML
        self.setInformativeText(details)
        self.buttons_ = {answer.id: self.addButton(answer.text, answer.role) for answer in answers}
        self.setDefaultButton(self.buttons_[answers[0].id])
        self.setEscapeButton(self.buttons_[answers[-1].id])
        self._then = then
        self.finished.connect(self._answered)

    def _answered(self) -> None:
        clicked = self.clickedButton()
        # closed by the window's own button: as Escape
        self._then(next((id_ for id_, button in self.buttons_.items() if button is clicked), [*self.buttons_][-1]))
