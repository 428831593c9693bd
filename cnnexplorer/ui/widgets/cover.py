"""Something laid over a view that is not to be seen yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, number_font

from .painting import paint_hatching

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_LARGE = 90  # pixels of height from which there is room for words


class Cover(Speaking, QWidget):
    """Lies over a widget and says why.

    Parameters
    ----------
    text
        An English text that is marked for translation.
    top, edge
        Pixels that stay in sight at the top, and at the other sides.
    """

    def __init__(self, under: QWidget, text: str, top: int = 0, edge: int = 0) -> None:
        super().__init__(under)
        self._under, self._text, self._top, self._edge = under, text, top, edge
        under.installEventFilter(self)
        self._fit()
        self.retranslate()
        self.show()
        self.raise_()

    def remove(self) -> None:
        """Let what is under it be seen."""
        self._under.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def retranslate(self) -> None:
        """Say why to those who hear it."""
        self.setAccessibleName(_(self._text))
        self.setToolTip(_(self._text))
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what is covered."""
        if watched is self._under and event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a hatched ground, a question mark and the reason."""
        painter, theme = QPainter(self), colours(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        area = QRectF(self.rect()).adjusted(6, 4, -6, -6)
        paint_hatching(painter, area, theme.colour("line"), 9)
        painter.setPen(theme.colour("muted"))
        if area.height() >= _LARGE:
            painter.setFont(number_font(30))
            painter.drawText(area.adjusted(0, 0, 0, -area.height() / 2), Qt.AlignmentFlag.AlignHCenter
                             | Qt.AlignmentFlag.AlignBottom, "?")  # fmt: skip
            area = area.adjusted(8, area.height() / 2 + 4, -8, 0)
            painter.setFont(number_font(12))
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            bounds = painter.boundingRect(area, flags, _(self._text))
            painter.fillRect(bounds.adjusted(-4, -2, 4, 2), theme.colour("panel"))
            painter.drawText(area, flags, _(self._text))
        else:
            painter.setFont(number_font(16))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "?")

    def _fit(self) -> None:
        top, edge = max(self._top, self._edge), self._edge
        width, height = self._under.width() - 2 * edge, self._under.height() - top - edge
        self.setGeometry(edge, top, max(width, 0), max(height, 0))
