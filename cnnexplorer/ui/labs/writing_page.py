"""The page that explains how labs are written."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, language
from cnnexplorer.ui.widgets.buttons import Buttons


class WritingPage(Speaking, QDialog):
    """Shows the description of a lab's file in the language in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(760, 600)
        self.say(self.setWindowTitle, mark("How to write labs"))
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.say(self.text.setAccessibleName, mark("How to write labs"))
        buttons = Buttons(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the page in the language in use."""
        page = files("cnnexplorer.resources").joinpath("labs", f"FORMAT.{language()}.md")
        self.text.setMarkdown(page.read_text(encoding="utf-8"))
