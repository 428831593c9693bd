"""The inspector's page for the input: picture, size, drawing, noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QButtonGroup, QColorDialog, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from cnnexplorer.core.drawing import MAX_DRAWN
from cnnexplorer.core.editing import resize_image, with_channels, with_image
from cnnexplorer.core.messages import mark
from cnnexplorer.core.samples import SAMPLES, add_noise
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.number_field import NumberField, PairField

from .pencil import TOOL_ICONS, TOOLS, Ink

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from cnnexplorer.core import Experiment

    from .model import ConvModel

MAX_CANVAS = 64
NOISES = {"gaussian": mark("Gaussian"), "salt_pepper": mark("Salt and pepper")}


class InputPanel(Form):
    """Settings of the input.

    Signals: `ink_changed(ink)`, `sample_chosen(id)`, `value_range_chosen(1 or 255)`, `refused(error)`.
    """

    ink_changed = Signal(object)
    sample_chosen = Signal(str)
    value_range_chosen = Signal(float)
    refused = Signal(object)

    def __init__(self, model: ConvModel, file_actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._colour = QColor("#ff8c00")
        self._peak = 1.0
        self._build_picture(file_actions)
        self._build_drawing()
        self._build_noise()
        self.layout_.addStretch(1)
        self.refresh(model.experiment)
        self.restyle()

    def refresh(self, experiment: Experiment) -> None:
        """Show an experiment's input."""
        channels, height, width = experiment.image.shape
        small = max(height, width) <= MAX_CANVAS
        self.size_field.setRange(1, MAX_CANVAS if small else max(height, width))
        self.size_field.setValue((height, width))
        self.size_field.setEnabled(small)
        self.channels_choice.setValue("rgb" if channels == 3 else "grey")
        drawable = experiment.image.size <= MAX_DRAWN
        for id_, button in self.tools.items():
            button.setEnabled(drawable or id_ == "select")
        if not drawable and not self.tools["select"].isChecked():
            self.tools["select"].setChecked(True)
        self._too_large.setVisible(not drawable)
        self.colour_button.setVisible(channels == 3)
        self.value_field.setVisible(channels != 3)

    def ink(self) -> Ink:
        """Return what is drawn with."""
        tool = next(id_ for id_, button in self.tools.items() if button.isChecked())
        if self.channels_choice.value() == "rgb":
            parts = (self._colour.redF(), self._colour.greenF(), self._colour.blueF())
            value = tuple(part * self._peak for part in parts)
        else:
            value = (self.value_field.value(),)
        return Ink(tool, value, int(self.brush_size.value()))

    def set_value_range(self, peak: float) -> None:
        """Show whether pictures are loaded as 0 to 1 or as 0 to 255."""
        if peak != self._peak:
            self.value_field.setValue(self.value_field.value() * peak / self._peak)
            self._peak = peak
        self.range_choice.setValue("255" if peak == 255 else "1")
        self._emit_ink()

    def set_colour(self, colour: QColor) -> None:
        """Draw with a colour."""
        if colour.isValid():
            self._colour = colour
            self.restyle()
            self._emit_ink()

    def retranslate(self) -> None:
        """Say what each sample is where the mouse rests on it."""
        for place, sample in enumerate(SAMPLES.values(), start=1):
            self.sample_choice.setItemData(place, _(sample.description), Qt.ItemDataRole.ToolTipRole)

    def restyle(self) -> None:
        """Take icons from the theme."""
        super().restyle()
        if not hasattr(self, "clear_button"):
            return
        for id_, button in self.tools.items():
            button.setIcon(icon(TOOL_ICONS[id_], self))
        swatch = QPixmap(18, 18)
        swatch.fill(self._colour)
        self.colour_button.setIcon(QIcon(swatch))

    def _build_picture(self, file_actions: list[QAction]) -> None:
        self.heading(mark("Picture"))
        self.sample_choice = Choice({"": mark("Choose a sample…")} | {s.id: s.title for s in SAMPLES.values()})
        self.sample_choice.activated.connect(self._choose_sample)
        self.row(mark("Sample"), self.sample_choice)
        self.retranslate()
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for action in file_actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        holder = QWidget()
        holder.setLayout(buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        self.wide(holder)
        self.size_field = PairField((8, 8), 1, MAX_CANVAS)
        self.size_field.link.setChecked(False)
        self.size_field.edited.connect(self._resize)
        self.size_field.refused.connect(self.refused)
        self.row(mark("Size"), self.size_field, mark("Height and width in cells; what is drawn stays"))
        self.channels_choice = Choice({"grey": mark("Grey: 1 channel"), "rgb": mark("Colour: R, G, B")})
        self.channels_choice.activated.connect(self._choose_channels)
        self.row(mark("Channels"), self.channels_choice)
        self.range_choice = Choice({"1": mark("0 to 1"), "255": mark("0 to 255")})
        self.range_choice.activated.connect(lambda: self.value_range_chosen.emit(float(self.range_choice.value())))
        self.row(
            mark("Values"), self.range_choice, mark("Which numbers stand for black and white; the picture is converted")
        )

    def _build_drawing(self) -> None:
        self.heading(mark("Draw"))
        self.tools: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for id_, tip in TOOLS.items():
            button = QToolButton()
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setIconSize(QSize(20, 20))
            self.tip(button, tip)
            group.addButton(button)
            row.addWidget(button)
            self.tools[id_] = button
        self.tools["select"].setChecked(True)
        group.buttonToggled.connect(self._emit_ink)
        row.addStretch(1)
        self.clear_button = QToolButton()
        self.say(self.clear_button.setText, "Clear")
        self.say(self.clear_button.setToolTip, "Set every cell to 0")
        self.clear_button.clicked.connect(self._clear)
        row.addWidget(self.clear_button)
        holder = QWidget()
        holder.setLayout(row)
        self.wide(holder)
        ink = QHBoxLayout()
        ink.setContentsMargins(0, 0, 0, 0)
        self.value_field = NumberField(1.0, step=0.25)
        self.value_field.edited.connect(self._emit_ink)
        self.value_field.refused.connect(self.refused)
        self.tip(self.value_field, "Value to draw")
        self.colour_button = QPushButton()
        self.say(self.colour_button.setText, "Colour…")
        self.colour_button.clicked.connect(self._ask_colour)
        ink.addWidget(self.value_field, 1)
        ink.addWidget(self.colour_button, 1)
        inks = QWidget()
        inks.setLayout(ink)
        self.row(mark("Draw with"), inks)
        self.brush_size = NumberField(1, whole=True, minimum=1, maximum=32)
        self.brush_size.edited.connect(self._emit_ink)
        self.brush_size.refused.connect(self.refused)
        self.row(mark("Thickness"), self.brush_size, mark("Thickness of brush, eraser, line and outline, in cells"))
        self._too_large = self.hint("This picture is too large to draw on: make it smaller with “Adjust”.")

    def _build_noise(self) -> None:
        self.heading(mark("Noise"))
        self.noise_kind = Choice(NOISES)
        self.noise_kind.activated.connect(self._suggest_amount)
        self.row(mark("Kind"), self.noise_kind)
        self.noise_amount = NumberField(0.1, minimum=0, step=0.05)
        self.noise_amount.refused.connect(self.refused)
        self.row(mark("Amount"), self.noise_amount, mark("Standard deviation, or the share of cells that is changed"))
        self.noise_seed = NumberField(1, whole=True, minimum=0, maximum=2**31 - 1)
        self.noise_seed.refused.connect(self.refused)
        self.row(mark("Seed"), self.noise_seed, mark("The same seed gives the same noise"))
        self.noise_button = QPushButton()
        self.say(self.noise_button.setText, "Add noise")
        self.noise_button.clicked.connect(self._add_noise)
        self.wide(self.noise_button)

    def _choose_sample(self) -> None:
        if self.sample_choice.value():
            self.sample_chosen.emit(self.sample_choice.value())
        self.sample_choice.setCurrentIndex(0)

    def _resize(self, size: tuple[int, int]) -> None:
        self._model.edit(lambda e: with_image(e, resize_image(e.image, *size)), mark("resize the input"))
        self.refresh(self._model.experiment)

    def _choose_channels(self) -> None:
        channels = 3 if self.channels_choice.value() == "rgb" else 1
        self._model.edit_image(lambda image: with_channels(image, channels), mark("change the channels"))
        self.refresh(self._model.experiment)
        self._emit_ink()

    def _clear(self) -> None:
        self._model.edit_image(np.zeros_like, mark("clear the input"))

    def _suggest_amount(self) -> None:
        self.noise_amount.setRange(0, 1 if self.noise_kind.value() == "salt_pepper" else None)
        if self.noise_kind.value() == "salt_pepper":
            self.noise_amount.setValue(min(self.noise_amount.value(), 1.0))

    def _add_noise(self) -> None:
        kind, amount, seed = self.noise_kind.value(), self.noise_amount.value(), int(self.noise_seed.value())
        self._model.edit_image(lambda image: add_noise(image, kind, amount, seed), mark("add noise"))

    def _ask_colour(self) -> None:
        self.set_colour(QColorDialog.getColor(self._colour, self, _("Colour to draw with")))

    def _emit_ink(self, *_changed: object) -> None:
        self.ink_changed.emit(self.ink())
