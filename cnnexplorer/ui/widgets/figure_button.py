"""The small button on a view that saves it as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_SIZE = QSize(20, 18)


class FigureButton(Speaking, QToolButton):
    """Says with `text` what is saved. It is on the screen only, and in no figure."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(14, 14))
        self.setFixedSize(_SIZE)
        self.tip(self, text)
        self.restyle()

    def put_into_corner(self, view: QWidget) -> FigureButton:
        """Lie over the upper right corner of a view that has no children."""
        row = QHBoxLayout(view)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self, 0, Qt.AlignmentFlag.AlignTop)
        return self

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.setIcon(icon("image-outline", self, "muted"))
