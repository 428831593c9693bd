"""The page that explains how labs are written."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, language

from .writing import resource_text


class WritingPage(Speaking, QDialog):
    """Shows the description of a lab's file in the language in use."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(760, 600)
        self.say(self.setWindowTitle, mark("How to write labs"))
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.say(self.text.setAccessibleName, mark("How to write labs"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.retranslate()

    def retranslate(self) -> None:
        """Show the page in the language in use."""
        self.text.setMarkdown(resource_text(f"FORMAT.{language()}.md"))
