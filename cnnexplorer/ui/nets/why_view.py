"""The picture at large with heat over it, and the patch that hides a part of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from cnnexplorer.nets.perturbation import GREY
from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.figure_mode import for_figure

from .names import percent_text
from .unit_view import UnitView
from .why_sheet import Heat

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

_GREY = QColor.fromRgbF(GREY, GREY, GREY)
_CAPTION = 13.0  # pixels


class WhyView(UnitView):
    """A `UnitView` that takes all the room; over an occlusion map it shows the patch under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def heat(self) -> Heat | None:
        """What is shown."""
        return self._sheet if isinstance(self._sheet, Heat) else None

    def hasHeightForWidth(self) -> bool:
        """Tell that the picture fits into any room."""
        return False

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, 420)

    def patch_rect(self) -> QRectF | None:
        """Return where the patch lies that the mouse or the keys lead to."""
        heat, cell = self.heat, self.pointed
        if heat is None or heat.occlusion is None or cell is None:
            return None
        patch, place, scale = heat.occlusion.patch(*cell), self._picture_rect(), self._scale()
        return QRectF(
            place.left() + patch.left * scale,
            place.top() + patch.top * scale,
            patch.width * scale,
            patch.height * scale,
        )

    def _hover(self, cell: tuple[int, int] | None) -> None:
        super()._hover(None if self.heat is None or self.heat.single else cell)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture with the heat, then the patch with the probability that it leaves."""
        super().paintEvent(event)
        heat, rect, cell = self.heat, self.patch_rect(), self.pointed
        if heat is None or heat.occlusion is None or rect is None or cell is None or for_figure():
            return
        painter = QPainter(self)
        theme = colours(self)
        painter.fillRect(rect, _GREY)
        painter.setPen(QPen(theme.colour("hover"), 2))
        painter.drawRect(rect)
        probability = float(heat.occlusion.probabilities[cell])
        if math.isnan(probability):  # not tried yet
            return
        text = percent_text(probability)
        font = number_font(_CAPTION)
        font.setBold(True)
        metrics = QFontMetricsF(font)
        box = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 6)
        box.moveCenter(rect.center())
        if box.width() > rect.width() or box.height() > rect.height():  # beside it, where it hides nothing
            below = rect.bottom() + 4 + box.height() < self.height()
            box.moveTop(rect.bottom() + 4 if below else rect.top() - 4 - box.height())
        box.moveLeft(min(max(box.left(), 1), self.width() - box.width() - 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("panel", 0.92))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.colour("text"))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
