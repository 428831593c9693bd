"""Choosing exercises: kind, level, and the code that a class shares."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.messages import mark
from cnnexplorer.labs.practice import LARGEST_SEED, Series
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.trouble import Banner
from cnnexplorer.ui.widgets.buttons import Buttons
from cnnexplorer.ui.widgets.form import Choice, Form

from .exercises import KINDS, LEVELS


class PracticeDialog(Speaking, QDialog):
    """Asks for a kind and a level, or for a code.

    Signals: `chosen(series)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None, code: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self.say(self.setWindowTitle, mark("Practice"))
        self.kind = Choice(KINDS)
        self.level = Choice({str(level): text for level, text in LEVELS.items()})
        self.code = QLineEdit()
        self.code.setMaxLength(40)
        self.another = QPushButton()
        self.banner = Banner()
        form = Form()
        form.row(mark("What is asked"), self.kind)
        form.row(mark("Level"), self.level)
        form.row(mark("Code"), self.code, mark("The same code gives the same exercises on every computer"))
        form.hint(
            mark("Exercises without end, checked and explained like a lab's. Share the code, and a whole class has the "
                 "same ones.")
        )  # fmt: skip
        self.buttons = Buttons(QDialogButtonBox.StandardButton.Cancel)
        self.begin = self.buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.say(self.begin.setText, mark("Begin"))
        self.tip(self.begin, mark("Begin with ten of these exercises"))
        self.buttons.addButton(self.another, QDialogButtonBox.ButtonRole.ActionRole)
        self.say(self.another.setText, mark("Other numbers"))
        self.tip(self.another, mark("Draw other exercises of this kind and level"))
        self._column = column = QVBoxLayout(self)
        column.addWidget(form)
        column.addWidget(self.banner)
        column.addStretch(1)
        column.addWidget(self.buttons)
        for choice in (self.kind, self.level):
            choice.activated.connect(self._draw)
        self.another.clicked.connect(self._draw)
        self.code.textEdited.connect(self._follow_code)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self._draw()
        if code:
            self.code.setText(code)
            self._follow_code(code)

    def _draw(self) -> None:
        """Draw a seed for the kind and the level."""
        seed = random.SystemRandom().randint(0, LARGEST_SEED)
        series = Series(self.kind.value(), int(self.level.value()), seed)  # type: ignore[arg-type]  # one of `Asks`
        self.code.setText(series.code)
        self.banner.clear()

    def _follow_code(self, code: str) -> None:
        try:
            series = Series.from_code(code)
        except UserError:
            return  # it is still being typed
        self.kind.setValue(series.asks)
        self.level.setValue(str(series.level))
        self.banner.clear()

    def _tell(self, error: UserError) -> None:
        """Tell of trouble; the dialog grows by what that takes."""
        self.banner.show_error(error)
        self._column.activate()
        self.resize(self.width(), max(self.height(), self._column.totalHeightForWidth(self.width())))

    def _accept(self) -> None:
        try:
            series = Series.from_code(self.code.text())
        except UserError as error:
            self._tell(error)
            return
        self.chosen.emit(series)
        self.accept()
