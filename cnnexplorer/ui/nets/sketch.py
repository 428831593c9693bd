"""Drawing on the network's picture with the mouse, while the maps follow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QUndoCommand
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QPushButton, QToolButton, QWidget

from cnnexplorer.core import drawing
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.number_field import NumberField

from .state import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cnnexplorer.nets import Network, Perturbation
    from cnnexplorer.ui.widgets.map_view import MapView

    from .model import NetModel

BLANK_SIDE = 224
TITLE = mark("drawing")


class Sketch(Speaking, QWidget):
    """The tools, and what a stroke over the view of the picture does. A stroke is one step of undo.

    Signals: `begun()` before a drawing takes the place of a sample, a camera or whatever it was; `refused(error)`.
    """

    begun = Signal()
    refused = Signal(object)

    def __init__(self, model: NetModel, view: MapView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._view = model, view
        self._colour = QColor("#ffffff")
        self._before: Source | None = None
        self._drawn = model.source
        self._last = (0, 0)
        self.size_field = NumberField(9, whole=True, minimum=1, maximum=64)
        self.tip(self.size_field, mark("Thickness, in pixels of what the network sees"))
        self.size_field.refused.connect(self.refused)
        self.colour_button, self.blank_button = QToolButton(), QPushButton()
        self.tip(self.colour_button, mark("Colour to draw with"))
        self.say(self.blank_button.setText, "Blank")
        self.say(self.blank_button.setToolTip, "Begin with a black picture")
        self.colour_button.clicked.connect(self._ask_colour)
        self.blank_button.clicked.connect(self._blank)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.colour_button)
        row.addWidget(self.size_field, 1)
        row.addWidget(self.blank_button)
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
        swatch.fill(colours(self).colour("muted"))  # the rim: white is seen on white
        with QPainter(swatch) as painter:
            painter.fillRect(swatch.rect().adjusted(1, 1, -1, -1), self._colour)
        self.colour_button.setIcon(QIcon(swatch))

    def _stroke(self, phase: str, row: int, column: int) -> None:
        network = self._model.network
        if network is None:
            return
        if phase == "press" or self._before is None:
            self.begun.emit()
            self._before = self._drawn = self._model.source
            self._last = (row, column)
        elif phase == "move" and (row, column) == self._last:
            return
        # on what this stroke has drawn, whatever became the picture meanwhile: live pictures leave no gaps in it
        height, width = self._drawn.image.shape[1:]
        start, end = self._in_source(network, *self._last), self._in_source(network, row, column)
        self._last = (row, column)
        size = max(round(self.size_field.value() * self._scale(network)), 1)
        mask = drawing.stroke((height, width), start, end, size)
        value = (self._colour.redF(), self._colour.greenF(), self._colour.blueF())
        self._drawn = Source(drawing.painted(_coloured(self._drawn.image), mask, value), TITLE)
        self._model.set_source(self._drawn)
        if phase == "release":
            self._keep(self._before, self._drawn)
            self._before = None

    def _in_source(self, network: Network, row: float, column: float) -> tuple[int, int]:
        """Return which pixel of the picture as it was given is shown at a place."""
        row, column = _undisturbed(self._model.perturbation, self._view.shape, row, column)
        if self._model.preprocess:
            height, width = self._drawn.image.shape[1:]
            row, column = network.preprocessing.source_position((height, width), row, column)
        return round(row), round(column)

    def _scale(self, network: Network) -> float:
        """Return how many pixels of the picture as it was given make one of those that are shown."""
        if not self._model.preprocess:
            return 1.0
        height, width = self._drawn.image.shape[1:]
        place = network.preprocessing.source_position
        return place((height, width), 1, 0)[0] - place((height, width), 0, 0)[0]

    def _blank(self) -> None:
        self.begun.emit()
        before, blank = self._model.source, Source(np.zeros((3, BLANK_SIDE, BLANK_SIDE)), TITLE)
        self._model.set_source(blank)
        self._keep(before, blank)

    def _keep(self, before: Source, after: Source) -> None:
        self._model.history.push(_SourceCommand(self._put, before, after, _("draw")))

    def _put(self, source: Source) -> None:
        if self._model.source is not source:  # when it is done first it is there already
            self.begun.emit()
            self._model.set_source(source)

    def _ask_colour(self) -> None:
        self.set_colour(QColorDialog.getColor(self._colour, self, _("Colour to draw with")))


class _SourceCommand(QUndoCommand):
    def __init__(self, put: Callable[[Source], None], before: Source, after: Source, text: str) -> None:
        super().__init__(text)
        self._put, self._before, self._after = put, before, after

    def undo(self) -> None:
        self._put(self._before)

    def redo(self) -> None:
        self._put(self._after)


def _coloured(image: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.repeat(image, 3, axis=0) if len(image) == 1 else image


def _undisturbed(perturbation: Perturbation, shape: tuple[int, int], row: float, column: float) -> tuple[float, float]:
    """Return where a pixel of a turned and shifted picture was before.

    >>> from cnnexplorer.nets import Perturbation
    >>> _undisturbed(Perturbation(shift=(2, 3)), (9, 9), 5, 5)
    (3.0, 2.0)
    """
    middle = (shape[0] - 1) / 2, (shape[1] - 1) / 2
    y, x = row - middle[0] - perturbation.shift[0], column - middle[1] - perturbation.shift[1]
    angle = math.radians(perturbation.rotation)
    cos, sin = math.cos(angle), math.sin(angle)
    return sin * x + cos * y + middle[0], cos * x - sin * y + middle[1]
