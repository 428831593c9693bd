"""What stands in the place of a page that a step of a lab keeps closed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.sign import Sign

MARGIN, SIGN = 60, 40  # pixels


class ClosedPage(Speaking, QWidget):
    """Says why a page is closed, and when it opens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = 0
        self._sign, self.text = Sign(SIGN), QLabel()
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 0, MARGIN, 0)
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.text)
        column.addStretch(3)
        self.restyle()

    def show_step(self, number: int) -> None:
        """Say which step of the lab, from 1, keeps the page closed."""
        self._step = number
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the language in use."""
        self.text.setText(
            _(
                "This page shows what step {number} of the lab asks for. It opens when that step is solved, or its "
                "answer was shown."
            ).format(number=self._step)
        )

    def restyle(self) -> None:
        """Take the theme's colours."""
        self._sign.set_icon(icon("lock-outline", self, "muted"))
        palette = self.text.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
        self.text.setPalette(palette)
