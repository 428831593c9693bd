"""The headings of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QHeaderView, QWidget

from .figure_mode import on_vectors

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel

_PAD = 4


class Headings(QHeaderView):
    """Headings that are also drawn well in lines and areas: the style's own shading is none that a PDF can hold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(False)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Paint a heading."""
        if not on_vectors(painter):
            super().paintSection(painter, rect, logicalIndex)
            return
        model: QAbstractItemModel = self.model()
        role, across = Qt.ItemDataRole, Qt.Orientation.Horizontal
        painter.fillRect(rect, self.palette().brush(QPalette.ColorRole.Button))
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        right, bottom = rect.right() + 0.5, rect.bottom() + 0.5
        painter.drawLine(QPointF(right, rect.top()), QPointF(right, bottom))
        painter.drawLine(QPointF(rect.left(), bottom), QPointF(right, bottom))
        painter.setPen(self.palette().color(QPalette.ColorRole.ButtonText))
        painter.setFont(self.font())
        align = model.headerData(logicalIndex, across, role.TextAlignmentRole)
        given = self.defaultAlignment() if align is None else Qt.AlignmentFlag(int(align))
        text = str(model.headerData(logicalIndex, across, role.DisplayRole) or "")
        painter.drawText(rect.adjusted(_PAD, 0, -_PAD, 0), given | Qt.AlignmentFlag.AlignVCenter, text)
