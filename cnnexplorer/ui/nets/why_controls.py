"""What is asked for on the Why page: the layer, the patch and its step, the colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import CONCATENATION, CONVOLUTION
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.figures import ColourBar
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.number_field import NumberField
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS

from .page import LayerPicker
from .unit_panel import QuietSlider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo

    from .model import NetModel
    from .why_sheet import Heat

_COLOURS = {"auto": mark("Automatic colours")} | {id_: title for id_, (_name, title) in COLOUR_MAPS.items()}
_OPACITY = 60  # percent
SIZE, STRIDE = 32, 16


def has_maps(layer: LayerInfo) -> bool:
    """Tell whether a layer's maps tell of where."""
    return len(layer.output_shape) == 3 and layer.output_shape[1:] != (1, 1)


def usual_layer(layers: Sequence[LayerInfo]) -> LayerInfo | None:
    """Return the layer that Grad-CAM usually explains: the last convolution, or what joins it with its branches."""
    found = next((layer for layer in reversed(layers) if layer.kind == CONVOLUTION), None)
    if found is None or found.branch is None:
        return found
    block = found.branch.block
    joined = (layer for layer in layers if layer.kind == CONCATENATION and layer.branch and layer.branch.block == block)
    return next(joined, found)


class MapLayerPicker(LayerPicker):
    """Names the layer that Grad-CAM reads: the usual one, whatever is looked at elsewhere, until another is picked.

    Emits `picked()`.
    """

    picked = Signal()
    _own = ""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, has_maps, parent)
        self.choice.setMinimumContentsLength(14)
        self.tip(self.choice, mark("The layer whose maps are weighed"))

    @property
    def layer(self) -> str:
        """The layer's name; empty where there is no network."""
        if any(layer.name == self._own for layer in self._layers):
            return self._own
        usual = usual_layer(self._layers)
        return "" if usual is None else usual.name

    @property
    def picked_layer(self) -> str:
        """The layer that was picked; empty while it is the usual one."""
        return self._own

    def take(self, name: str) -> bool:
        """Pick a layer, if it has maps; tell whether it is another."""
        if name == self.layer or all(layer.name != name for layer in self._layers):
            return False
        self._own = name
        self._show()
        return True

    def forget(self) -> None:
        """Return to the usual layer."""
        self._own = ""
        self.refresh()
        self._show()

    def _show(self) -> None:
        index = self.choice.findData(self.layer)
        self.choice.setCurrentIndex(index)
        self.before.setEnabled(index > 0)
        self.behind.setEnabled(index < len(self._layers) - 1)

    def _choose(self) -> None:
        self._pick(self.choice.currentData())

    def _step(self, step: int) -> None:
        index = min(max(self.choice.currentIndex() + step, 0), len(self._layers) - 1)
        self._pick(self._layers[index].name)

    def _pick(self, name: str) -> None:
        self.take(name)
        self._model.visit(layer=name)
        self.picked.emit()


class OcclusionBar(Speaking, QWidget):
    """Patch, step, start and cancel, and how far it is.

    Signals: `started()`, `cancelled()`, `edited()` when patch or step are others, `refused(error)`.
    """

    started = Signal()
    cancelled = Signal()
    edited = Signal()
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = 224  # pixels of a picture's shorter side, until it is known
        self.size_field = NumberField(SIZE, whole=True, minimum=1, maximum=self._side, step=4)
        self.stride_field = NumberField(STRIDE, whole=True, minimum=1, maximum=self._side, step=4)
        self.start, self.cancel, self.progress = QPushButton(), QPushButton(), QProgressBar()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for text, field, tip in (
            (mark("Patch (px)"), self.size_field, mark("Side of the grey patch, in pixels of the picture")),
            (mark("Step (px)"), self.stride_field, mark("How far the patch moves each time, in pixels of the picture")),
        ):
            label = QLabel()
            label.setBuddy(field)
            self.say(label.setText, text)
            self.say(field.setAccessibleName, text)
            self.say(field.setToolTip, tip)
            field.setMaximumWidth(72)
            field.edited.connect(lambda _number: self.edited.emit())
            field.refused.connect(self.refused)
            row.addWidget(label)
            row.addWidget(field, 1)
        self.say(self.start.setText, mark("Start"))
        self.tip(self.start, mark("Hide one part of the picture after the other, and ask the network each time"))
        self.say(self.cancel.setText, mark("Cancel"))
        self.tip(self.cancel, mark("Stop; what is known so far stays"))
        self.tip(self.progress, mark("How many places were tried"))
        self.start.clicked.connect(self.started)
        self.cancel.clicked.connect(self.cancelled)
        row.addWidget(self.start)
        row.addWidget(self.cancel)
        row.addWidget(self.progress, 2)
        self.set_running(False)
        self.restyle()

    @property
    def values(self) -> tuple[int, int]:
        """(side of the patch, step) in pixels."""
        return int(self.size_field.value()), int(self.stride_field.value())

    def show_values(self, size: int, stride: int) -> None:
        """Show a patch and a step in pixels, as far as they are allowed, without a signal."""
        for field, value in ((self.size_field, size), (self.stride_field, stride)):
            field.setValue(min(value, self._side))

    def suit(self, side: int) -> None:
        """Take a picture's shorter side, in pixels: neither patch nor step can be larger."""
        self._side = side
        for field in (self.size_field, self.stride_field):
            field.setRange(1, side)
            if field.value() > side:
                field.setValue(side)

    def set_running(self, running: bool) -> None:
        """Offer to start, or to cancel."""
        had_focus = self.start.hasFocus() or self.cancel.hasFocus()
        self.start.setVisible(not running)
        self.cancel.setVisible(running)
        if had_focus:
            (self.cancel if running else self.start).setFocus()
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setVisible(running)
        self.size_field.setEnabled(not running)
        self.stride_field.setEnabled(not running)

    def show_progress(self, done: int, total: int) -> None:
        """Show how many places were tried."""
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.start.setIcon(icon("play", self))
        self.cancel.setIcon(icon("stop", self))


class HeatControls(Speaking, QWidget):
    """The legend of the heat, and how it is painted.

    Signals: `colours_changed()`, `opacity_changed(share)`, `smooth_changed(bool)`.
    """

    colours_changed = Signal()
    opacity_changed = Signal(float)
    smooth_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self.note = ColourBar(), QLabel()
        self.tip(self.bar, mark("The values that the ends of the colours stand for"))
        self.note.setWordWrap(True)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        policy = self.bar.sizePolicy()  # the picture must not jump when the legend comes
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self.colours = Choice(_COLOURS)
        self.tip(self.colours, mark("Colour map. Automatic: diverging around zero where there are negative values"))
        self.colours.setMaximumWidth(230)
        self.colours.activated.connect(self.colours_changed)
        self.opacity = QuietSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(25)
        self.opacity.setValue(_OPACITY)
        self.opacity.setMaximumWidth(200)
        self.tip(self.opacity, mark("Opacity of the map over the picture"))
        self.opacity.valueChanged.connect(self._change_opacity)
        self.percent = QLabel()
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("100 %"))
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.smooth = QCheckBox()
        self.say(self.smooth.setText, mark("Smooth"))
        self.say(self.smooth.setToolTip, mark("Paint between the values; off: each value as a square"))
        self.smooth.toggled.connect(self.smooth_changed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.colours, 3)
        row.addWidget(self.opacity, 2)
        row.addWidget(self.percent)
        row.addWidget(self.smooth)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 8)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addLayout(row)
        self.retranslate()
        self.restyle()

    def colour_map(self, signed: bool) -> str:
        """Return the colour map to use for values that may be negative, or may not."""
        chosen = self.colours.value()
        return ("diverging" if signed else "magma") if chosen == "auto" else chosen

    def show_heat(self, heat: Heat | None, colour_map: str, news: str = "") -> None:
        """Show what the colours stand for, and what else there is to be said; None where there is no heat."""
        self.bar.setVisible(heat is not None)
        if heat is None:
            self.note.setText(news)
            return
        self.bar.set_range(colour_map, heat.limits)
        if heat.occlusion is None:
            what = _("What speaks for the class, in units of its score.")
            how = _("Normalisation: from 0 to the largest value of this map.")
        else:
            what = _("By how much the class's probability falls when the place is hidden (1 is 100 %).")
            how = _("Normalisation: from the smallest to the largest value of this map.")
        if colour_map == "diverging":
            how = _("Normalisation: equally far to both sides of 0, to the largest value of this map.")
        self.note.setText(" ".join(filter(None, (news, what, how))))

    def retranslate(self) -> None:
        """Say how opaque the map is."""
        self.percent.setText(_("{percent} %").format(percent=self.opacity.value()))

    def restyle(self) -> None:
        """Mute the note."""
        palette = self.note.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
        self.note.setPalette(palette)

    def _change_opacity(self, percent: int) -> None:
        self.retranslate()
        self.opacity_changed.emit(percent / 100)
