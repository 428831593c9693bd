"""The way from the network to the number, as buttons: layer, unit, value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _

if TYPE_CHECKING:
    from .model import NetModel


LABEL_WIDTH = 110  # pixels: the tabs beside it must keep theirs


class Crumbs(Speaking, QWidget):
    """Says which layer, unit and value is looked at; each is a button that leads to it."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.layer, self.unit, self.value = QToolButton(), QToolButton(), QToolButton()
        self._arrows = QLabel("›"), QLabel("›")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for widget in (self.layer, self._arrows[0], self.unit, self._arrows[1], self.value):
            row.addWidget(widget)
            if isinstance(widget, QToolButton):
                widget.setAutoRaise(True)
                widget.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            else:
                widget.setForegroundRole(widget.palette().ColorRole.PlaceholderText)
        self.say(self.layer.setToolTip, mark("All maps of this layer"))
        self.say(self.unit.setToolTip, mark("The map of this unit"))
        self.say(self.value.setToolTip, mark("The arithmetic of this value"))
        self.layer.clicked.connect(lambda: model.visit(page="maps", row=None, column=None))
        self.unit.clicked.connect(lambda: model.visit(page="maps"))
        self.value.clicked.connect(lambda: model.visit(page="number"))
        model.place_changed.connect(lambda _old, _new: self.retranslate())
        model.network_changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Say where one is."""
        place = self._model.place
        layer = self._model.layer(place.layer)
        self.setVisible(layer is not None)
        if layer is None:
            return
        metrics = self.layer.fontMetrics()
        self.layer.setText(metrics.elidedText(layer.label, Qt.TextElideMode.ElideMiddle, LABEL_WIDTH))
        self.unit.setText(_("unit {unit}").format(unit=place.unit))
        shown = place.row is not None and place.column is not None
        self.value.setText(_("({row}, {column})").format(row=place.row, column=place.column) if shown else "")
        self.value.setVisible(shown)
        self._arrows[1].setVisible(shown)
