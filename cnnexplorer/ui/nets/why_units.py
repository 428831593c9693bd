"""The units that add most to the heat, as bars with their maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.cells import draw_cells
from cnnexplorer.ui.widgets.figure_mode import shows_focus

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from .why_sheet import UnitShare

ROW = 34
_SIDE = 28


class UnitBars(QWidget):
    """Shows units with their maps, weights and what they add; emits `chosen(unit)` for a click, or Enter on one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._units: tuple[UnitShare, ...] = ()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_units(self, units: tuple[UnitShare, ...]) -> None:
        """Show other units."""
        resized = len(units) != len(self._units)
        self._units = units
        self._current = min(self._current, max(len(units) - 1, 0))
        if resized:
            self.updateGeometry()
        self._describe()
        self.update()

    @property
    def units(self) -> tuple[UnitShare, ...]:
        """What is shown."""
        return self._units

    def row_rect(self, place: int) -> QRectF:
        """Return where a unit's row lies."""
        return QRectF(0, place * ROW, self.width(), ROW)

    def sizeHint(self) -> QSize:
        """Return the height of the rows."""
        return QSize(200, max(len(self._units), 1) * ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint each unit's map, number, weight, and a bar of what it adds."""
        painter = QPainter(self)
        theme = colours(self)
        most = max((share.contribution for share in self._units), default=0) or 1.0
        painter.setFont(number_font(12))
        for place, share in enumerate(self._units):
            row = self.row_rect(place)
            picture = QRectF(1, row.top() + 3, _SIDE, _SIDE)
            draw_cells(painter, picture, share.map)
            painter.setPen(theme.colour("line"))
            painter.drawRect(picture)
            line = QRectF(_SIDE + 10, row.top() + 2, row.width() - _SIDE - 12, 18)
            painter.setPen(theme.colour("text"))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._name(share))
            painter.setPen(theme.colour("muted"))
            weight = f"α = {share.alpha:.3g}"
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, weight)
            bar = QRectF(line.left(), line.bottom() + 3, line.width(), 5)
            painter.fillRect(bar, theme.colour("line", 0.6))
            bar.setWidth(bar.width() * share.contribution / most)
            painter.fillRect(bar, theme.colour("output", 0.9))
        if shows_focus(self) and self._units:
            painter.setPen(theme.colour("accent"))
            painter.drawRect(self.row_rect(self._current).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a unit."""
        place = self._place(event.position().y())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = place
            self.chosen.emit(self._units[place].unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from unit to unit, and choose one."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._units:
            self._current = min(max(self._current + step, 0), len(self._units) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._units:
            self.chosen.emit(self._units[self._current].unit)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell the numbers of the unit under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place(event.pos().y())
            if place is not None:
                QToolTip.showText(event.globalPos(), f"{self._text(self._units[place])}\n{self.toolTip()}", self)
                return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._describe()
        self.update()

    def _place(self, y: float) -> int | None:
        place = int(y // ROW)
        return place if 0 <= place < len(self._units) else None

    def _describe(self) -> None:
        self.setAccessibleDescription("; ".join(map(self._text, self._units)))

    @staticmethod
    def _name(share: UnitShare) -> str:
        return _("unit {unit}").format(unit=share.unit)

    def _text(self, share: UnitShare) -> str:
        numbers = (f"{value:.3g}" for value in (share.alpha, share.mean, share.contribution))
        alpha, mean, contribution = numbers
        text = _("{unit}: weight {alpha} · mean of its map {mean} = {contribution}")
        return text.format(unit=self._name(share), alpha=alpha, mean=mean, contribution=contribution)
