"""Drawing on the network's picture with the mouse, while the maps follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QIcon, QPixmap, QUndoCommand
from PySide6.QtWidgets import QColorDialog, QGridLayout, QPushButton, QWidget

from cnnexplorer.core import drawing
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.widgets.number_field import NumberField

from .model import Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.ui.widgets.map_view import MapView

    from .model import NetModel

BLANK_SIDE = 224
TITLE = mark("drawing")


class Sketch(Speaking, QWidget):
    """The tools, and what a stroke over the view of the picture does. A stroke is one step of undo.

    Signals: `begun()` when a drawing takes the place of a sample, a camera or whatever it was; `refused(error)`.
    """

    begun = Signal()
    refused = Signal(object)

    def __init__(self, model: NetModel, view: MapView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._view = model, view
        self._colour = QColor("#ffffff")
        self._before: Source | None = None
        self._last = (0.0, 0.0)
        self.size_field = NumberField(9, whole=True, minimum=1, maximum=64)
        self.tip(self.size_field, mark("Thickness, in pixels of what the network sees"))
        self.size_field.refused.connect(self.refused)
        self.colour_button, self.blank_button = QPushButton(), QPushButton()
        self.say(self.colour_button.setText, "Colour…")
        self.say(self.colour_button.setToolTip, "Colour to draw with")
        self.say(self.blank_button.setText, "Blank")
        self.say(self.blank_button.setToolTip, "Begin with a black picture")
        self.colour_button.clicked.connect(self._ask_colour)
        self.blank_button.clicked.connect(self._blank)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.addWidget(self.colour_button, 0, 0)
        grid.addWidget(self.size_field, 0, 1)
        grid.addWidget(self.blank_button, 0, 2)
        view.stroked.connect(self._stroke)
        self.set_active(False)
        self.restyle()

    def set_active(self, active: bool) -> None:
        """Draw with the mouse, or let it point again."""
        self._view.drawing = active
        self.setVisible(active)

    def set_colour(self, colour: QColor) -> None:
        """Draw with a colour."""
        if colour.isValid():
            self._colour = colour
            self.restyle()

    def restyle(self) -> None:
        """Show the colour."""
        swatch = QPixmap(16, 16)
        swatch.fill(self._colour)
        self.colour_button.setIcon(QIcon(swatch))

    def _stroke(self, phase: str, row: int, column: int) -> None:
        network = self._model.network
        if network is None:
            return
        source = self._model.source
        if phase == "press" or self._before is None:
            self._before = source
            self._last = (row, column)
        height, width = source.image.shape[1:]
        if self._model.preprocess:
            place = network.preprocessing.source_position
            start, end = place((height, width), *self._last), place((height, width), row, column)
            scale = place((height, width), 1, 0)[0] - place((height, width), 0, 0)[0]
        else:
            start, end, scale = self._last, (float(row), float(column)), 1.0
        self._last = (row, column)
        size = max(round(self.size_field.value() * scale), 1)
        mask = drawing.stroke((height, width), _whole(start), _whole(end), size)
        value = (self._colour.redF(), self._colour.greenF(), self._colour.blueF())
        self._model.set_source(Source(drawing.painted(_coloured(source.image), mask, value), TITLE))
        if phase == "release":
            self._keep(self._before)
            self._before = None

    def _blank(self) -> None:
        before = self._model.source
        self._model.set_source(Source(np.zeros((3, BLANK_SIDE, BLANK_SIDE)), TITLE))
        self._keep(before)

    def _keep(self, before: Source) -> None:
        self.begun.emit()
        self._model.history.push(_SourceCommand(self._model, before, self._model.source, _("draw")))

    def _ask_colour(self) -> None:
        self.set_colour(QColorDialog.getColor(self._colour, self, _("Colour to draw with")))


class _SourceCommand(QUndoCommand):
    def __init__(self, model: NetModel, before: Source, after: Source, text: str) -> None:
        super().__init__(text)
        self._model, self._before, self._after = model, before, after

    def undo(self) -> None:
        self._model.set_source(self._before)

    def redo(self) -> None:
        if self._model.source is not self._after:  # when it is done first it is there already
            self._model.set_source(self._after)


def _coloured(image: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.repeat(image, 3, axis=0) if len(image) == 1 else image


def _whole(place: tuple[float, float]) -> tuple[int, int]:
    return round(place[0]), round(place[1])
