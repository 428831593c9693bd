"""The buttons of a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialogButtonBox, QPushButton

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QAbstractButton, QWidget


def take_icons(buttons: Iterable[QAbstractButton]) -> None:
    """Take the style's icons from buttons that Qt itself has made."""
    for button in buttons:
        button.setIcon(QIcon())


class Buttons(QDialogButtonBox):
    """Buttons without icons: the style knows some for a few of them only, black in a dark window too.

    A button that may not be the default is none: the style would make the first that accepts one.
    """

    def __init__(self, standard: QDialogButtonBox.StandardButton, parent: QWidget | None = None) -> None:
        super().__init__(standard, parent)
        take_icons(self.buttons())

    def event(self, event: QEvent) -> bool:
        """Take back a default that nobody asked for."""
        found = super().event(event)
        if event.type() == QEvent.Type.Show:
            for button in self.findChildren(QPushButton):
                if not button.autoDefault():
                    button.setDefault(False)
        return bool(found)
