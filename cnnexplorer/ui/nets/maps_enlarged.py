"""One map over the whole page, to be zoomed down to its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.map_view import MapView
from cnnexplorer.ui.widgets.painting import Look

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from .unit_sheet import UnitSheet

_DECIMALS = 2


class EnlargedMap(Speaking, QWidget):
    """Shows one map. Signals: `hovered((row, column) or None)`, `value_asked(row, column)`, `closed()`."""

    hovered = Signal(object)
    value_asked = Signal(int, int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: UnitSheet | None = None
        self.back, self.title = QToolButton(), QLabel()
        self.back.setAutoRaise(True)
        self.back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.say(self.back.setText, mark("All maps"))
        self.tip(self.back, mark("Back to all maps of the layer (Escape)"))
        self.back.clicked.connect(self.closed)
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.view = MapView()
        self.say(self.view.setAccessibleName, mark("The map of one unit"))
        self.view.hovered.connect(self.hovered)
        self.view.clicked.connect(self.value_asked)
        bar = QHBoxLayout()
        bar.setContentsMargins(10, 4, 10, 4)
        bar.addWidget(self.back)
        bar.addWidget(self.title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        self.restyle()

    def show_sheet(self, sheet: UnitSheet) -> None:
        """Show a map; one as large as the last stays where that was zoomed and panned to."""
        self._sheet = sheet
        self.view.set_map(sheet.values, Look(sheet.wish.colour_map, decimals=_DECIMALS), sheet.limits)
        self.retranslate()

    def retranslate(self) -> None:
        """Name the unit."""
        sheet = self._sheet
        if sheet is not None:
            text = _("Unit {unit} of {layer}, {height} × {width}")
            height, width = sheet.values.shape
            self.title.setText(text.format(unit=sheet.wish.unit, layer=sheet.layer.label, height=height, width=width))

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.back.setIcon(icon("arrow-left", self))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
