"""The maps of the same units for both pictures, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _, translate_count
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.mosaic_view import MosaicView

from .page import LayerPicker
from .robustness_sheet import PairsWish
from .robustness_texts import correlation_text, percent

if TYPE_CHECKING:
    from .model import NetModel
    from .robustness_sheet import PairsSheet

ORDERS = {
    "changed": mark("Most changed first"),
    "strongest": mark("Strongest first"),
    "index": mark("By index"),
}


class PairsView(Speaking, QWidget):
    """A layer's units, each with two maps in one tile: of the picture that is compared with, and of the present one.

    Signals: `changed()` when other maps are wished for, `chosen(unit)` for a click, `told(text)`.
    """

    changed = Signal()
    chosen = Signal(int)
    told = Signal(str)

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._sheet: PairsSheet | None = None
        self.picker = LayerPicker(model)
        self.picker.choice.setMinimumContentsLength(12)
        self.order = Choice(ORDERS)
        self.order.setMaximumWidth(220)
        self.tip(self.order, mark("Which units are shown, and in which order"))
        self.order.activated.connect(self.changed)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.view = MosaicView()
        self.say(self.view.setAccessibleName, mark("Maps of the same units for both pictures"))
        self.view.describe = self.unit_text
        self.view.hovered.connect(self._hover)
        self.view.chosen.connect(self.chosen)
        self.view.resized.connect(self.changed)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.picker, 3)
        row.addWidget(self.order, 2)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.about)
        column.addWidget(self.view, 1)

    def wish(self) -> PairsWish:
        """Return what is to be seen."""
        room = max(self.view.width(), 1) // 20 * 20 + 20, max(self.view.height(), 1) // 20 * 20 + 20
        return PairsWish(self._model.place.layer, self.order.value(), room)

    def show_sheet(self, sheet: PairsSheet | None) -> None:
        """Show maps; None for nothing."""
        self._sheet = sheet
        self.view.set_mosaic(None if sheet is None else sheet.mosaic, "grey" if sheet is None else sheet.colour_map)
        self.retranslate()

    @property
    def sheet(self) -> PairsSheet | None:
        """What is shown."""
        return self._sheet

    def retranslate(self) -> None:
        """Say what is shown."""
        if self._sheet is None:
            self.about.setText("")
            return
        shown = len(self._sheet.mosaic.units)
        count = translate_count("{count} unit", "{count} units", shown)
        text = _("{count} of {total}; left the picture compared with, right the present one, in the same colours.")
        self.about.setText(text.format(count=count, total=self._sheet.layer.output_shape[0]))

    def unit_text(self, unit: int) -> str:
        """Return what is to be said of a unit."""
        if self._sheet is None:
            return ""
        changes = self._sheet.changes
        text = _("unit {unit} of {layer}: relative distance {distance}, correlation {correlation}")
        return text.format(
            unit=unit,
            layer=self._sheet.layer.label,
            distance=percent(float(changes.distance[unit])),
            correlation=correlation_text(float(changes.correlation[unit])),
        )

    def _hover(self, found: tuple[int, int, int] | None) -> None:
        """Tell of the unit, and have lit what the value sees."""
        sheet = self._sheet
        if found is None or sheet is None:
            self._model.point_at()
            self.told.emit("")
            return
        unit, row, column = found
        between = sheet.mosaic.tile[1] - 2 * sheet.width
        inside = column if column < sheet.width else column - sheet.width - between
        if 0 <= inside < sheet.width:
            self._model.point_at(sheet.layer.name, unit, row, inside)
        else:
            self._model.point_at()
        self.told.emit(self.unit_text(unit))
