"""An icon that stands beside a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from .figure_mode import pixel_ratio

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Sign(QWidget):
    """Shows an icon, sharp at any resolution."""

    def __init__(self, side: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._side = QIcon(), side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: QIcon) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        """Return the icon's size."""
        return QSize(self._side, self._side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon, in as many pixels as the target has."""
        picture = self._icon.pixmap(self.size(), pixel_ratio(self))
        QPainter(self).drawPixmap(self.rect(), picture)
