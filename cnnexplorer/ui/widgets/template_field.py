"""A field for a template of file names, with a list of the fields that can stand in it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from cnnexplorer.core.file_names import DEFAULT, FIELDS
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import icon


class TemplateField(Speaking, QWidget):
    """Asks for a template. Signal: `edited()`."""

    edited = Signal()

    def __init__(self, template: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(template)
        self.line.textEdited.connect(self.edited)
        self.tip(self.line, mark("Name of the file: text, and fields in braces"))
        self.fields = QToolButton()
        self.tip(self.fields, mark("Put in what changes from figure to figure"))
        self.fields.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.fields.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.fields)
        self.setFocusProxy(self.line)
        self.restyle()
        self.retranslate()

    @property
    def template(self) -> str:
        """The template; the usual one where nothing is entered."""
        return self.line.text().strip() or DEFAULT

    def retranslate(self) -> None:
        """Name the fields again."""
        menu = QMenu(self.fields)
        for name, title in FIELDS.items():
            menu.addAction(f"{{{name}}}  {_(title)}", partial(self._insert, name))
        before = self.fields.menu()
        self.fields.setMenu(menu)
        if before is not None:
            before.deleteLater()

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.fields.setIcon(icon("code-braces", self))

    def _insert(self, name: str) -> None:
        self.line.insert(f"{{{name}}}")
        self.line.setFocus()
        self.edited.emit()
