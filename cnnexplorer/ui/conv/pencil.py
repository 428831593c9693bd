"""Drawing on the input with the mouse, and typing numbers into its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import drawing, format_number
from cnnexplorer.core.editing import with_image
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.widgets.cell_editor import CellEditor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment

    from .card import Card
    from .model import ConvModel

TOOLS = {
    "select": mark("Choose a cell and type its number"),
    "brush": mark("Brush"),
    "eraser": mark("Eraser: draws zeros"),
    "line": mark("Line"),
    "rectangle": mark("Rectangle"),
    "fill": mark("Fill a region of one value"),
}
TOOL_ICONS = {
    "select": "cursor-default-click-outline",
    "brush": "brush",
    "eraser": "eraser",
    "line": "vector-line",
    "rectangle": "rectangle-outline",
    "fill": "format-color-fill",
}


@dataclass(frozen=True)
class Ink:
    """What is drawn with: a tool, a value a channel, and a width in cells."""

    tool: str = "select"
    value: tuple[float, ...] = (1.0,)
    size: int = 1


class Pencil(QObject):
    """Turns strokes over the input's view into edits of the image; a stroke is one step of undo.

    Emits `refused(error)` for what was typed and is no number.
    """

    refused = Signal(object)

    def __init__(self, card: Card, model: ConvModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._card, self._model = card, model
        self.ink = Ink()
        self._strokes = 0
        self._start = (0, 0)
        self._last = (0, 0)
        self._before: NDArray[np.float64] = model.experiment.image
        self._made = self._before
        self.editor = CellEditor(card.view)
        self.editor.accepted.connect(self._typed)
        self.editor.refused.connect(self.refused)
        model.changed.connect(self._image_changed)
        card.view.stroked.connect(self._stroke)
        card.view.clicked.connect(self._click)
        card.view.typed.connect(self._begin_typing)

    def set_ink(self, ink: Ink) -> None:
        """Take another tool, value or width."""
        self.ink = ink
        self._card.view.drawing = ink.tool != "select"

    def _stroke(self, phase: str, row: int, column: int) -> None:
        image = self._model.experiment.image
        shape = image.shape[1], image.shape[2]
        if phase == "press":
            self._strokes += 1
            self._start = self._last = (row, column)
            self._before = self._made = image
        if image is not self._made or shape != self._card.view.shape:
            return  # undone, or replaced, meanwhile: the stroke ends here
        end = (row, column)
        tool = self.ink.tool
        if tool == "fill":
            if phase == "press":
                self._paint(image, drawing.region(image, end))
        elif tool in ("brush", "eraser"):
            self._paint(image, drawing.stroke(shape, self._last, end, self.ink.size))
        else:
            draw = drawing.stroke if tool == "line" else drawing.rectangle
            self._paint(self._before, draw(shape, self._start, end, self.ink.size))
        self._last = end
        if phase == "release":
            self._model.end_gesture()

    def _image_changed(self, old: Experiment, new: Experiment) -> None:
        if new.image.shape != old.image.shape:
            self.editor.abandon()

    def _paint(self, image: NDArray[np.float64], mask: NDArray[np.bool_]) -> None:
        value = (0.0,) if self.ink.tool == "eraser" else self.ink.value
        if len(value) not in (1, len(image)):
            value = value[:1]
        self._model.edit(
            lambda experiment: with_image(experiment, drawing.painted(image, mask, value)),
            mark("draw"),
            ("stroke", self._strokes),
        )
        self._made = self._model.experiment.image

    def _click(self, row: int, column: int) -> None:
        inside = self._card.view.shape == self._model.experiment.image.shape[1:]
        if self.ink.tool == "select" and self._card.view.scale >= 8 and inside:
            value = self._model.experiment.image[self._channel(), row, column]
            self._open(row, column, format_number(float(value), 12), selected=True)

    def _begin_typing(self, row: int, column: int, text: str) -> None:
        self._open(row, column, text, selected=False)

    def _open(self, row: int, column: int, text: str, selected: bool) -> None:
        self._card.view.show_cell(row, column)
        self.editor.open((row, column), self._card.view.placement.rect(row, column), text, selected)

    def _typed(self, row: int, column: int, value: float | None, move: tuple[int, int]) -> None:
        _channels, height, width = self._model.experiment.image.shape
        if row >= height or column >= width:  # the input shrank under the open cell
            return
        if value is not None:
            channels = range(len(self._model.experiment.image)) if self._card.channel is None else [self._channel()]

            def change(image: NDArray[np.float64]) -> NDArray[np.float64]:
                for channel in channels:
                    image = drawing.with_cell(image, channel, row, column, value)
                return image

            self._model.edit(lambda experiment: with_image(experiment, change(experiment.image)), mark("type a value"))
        if move != (0, 0):
            rows, columns = self._card.view.shape
            row, column = row + move[0], column + move[1]
            if column >= columns:
                row, column = row + 1, 0
            if 0 <= row < rows and 0 <= column < columns:
                number = float(self._model.experiment.image[self._channel(), row, column])
                self._open(row, column, format_number(number, 12), selected=True)

    def _channel(self) -> int:
        return self._card.channel or 0
