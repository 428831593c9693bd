"""What is asked for on the Filters page, and what is to be said above the filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from cnnexplorer.core.kernels import PRESETS
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _, translate_count
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.form import Choice

from .filter_sheet import Wish
from .page import shape_text

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from cnnexplorer.nets import LayerInfo

    from .model import NetModel

SORTS = {
    "index": mark("Sorted by index"),
    "norm": mark("Sorted by norm"),
    "response": mark("Sorted by response"),
    "colourfulness": mark("Sorted by colourfulness"),
    "similarity": mark("Sorted by similarity to"),
}
NARROW = 560
_NORMALISATIONS = {"filter": mark("Each its own range"), "shared": mark("One shared range")}
_NOTED = ("alexnet2012", "alexnet")  # their first note tells 96 filters from 64


class FilterControls(Speaking, QWidget):
    """The order of the filters and their range. Emits `changed()`."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sort = Choice(SORTS)
        self.tip(
            self.sort,
            mark(
                "Norm: the size of the weights. Response: the mean of the map behind a ReLU, for the present picture. "
                "Colourfulness: the share of the weights that is not grey. Similarity: the correlation with a "
                "hand-made kernel, whose sign tells the contrast."
            ),
        )
        self.kernel = Choice({preset.id: preset.title for preset in PRESETS}, self)
        self.tip(self.kernel, mark("The hand-made kernel that the filters are compared with"))
        self.kernel.hide()
        self.normalisation = Choice(_NORMALISATIONS)
        self.tip(self.normalisation, mark("Normalisation: the weights that the ends of the colours stand for"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 4, 10, 4)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        for choice in (self.sort, self.kernel, self.normalisation):
            choice.setMinimumWidth(96)
            choice.setMaximumWidth(260)
            choice.activated.connect(self._change)
        self._arrange()

    @property
    def shared(self) -> bool:
        """Whether one range serves all filters."""
        return self.normalisation.value() == "shared"

    @property
    def range_text(self) -> str:
        """What the range is called, inside a sentence."""
        return _(_NORMALISATIONS[self.normalisation.value()]).lower()

    def suit(self, layer: LayerInfo) -> None:
        """Offer what a layer's filters can be sorted by."""
        self._enable("colourfulness", layer.input_shape[0] == 3)
        self._enable("similarity", layer.kernel_size != (1, 1))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the lists where there is room."""
        super().resizeEvent(event)
        if (event.oldSize().width() < NARROW) != (event.size().width() < NARROW):
            self._arrange()

    def wish(self, layer: LayerInfo, live: bool) -> Wish:
        """Return what is asked for."""
        return Wish(layer.name, self.sort.value(), self.kernel.value(), self.shared, live)

    def choose(self, sort: str, kernel: str, normalisation: str) -> None:
        """Choose an order, the kernel of an order by similarity, and a range, without a signal."""
        self.sort.setKnownValue(sort)
        self.kernel.setKnownValue(kernel)
        self.normalisation.setKnownValue(normalisation)
        self._arrange()

    def _enable(self, name: str, possible: bool) -> None:
        item = self.sort.model().item(self.sort.findData(name))  # type: ignore[attr-defined]
        item.setEnabled(possible)
        if not possible and self.sort.value() == name:
            self.sort.setValue("index")

    def _arrange(self) -> None:
        """Offer kernels where they are asked for; in a row of their own where there is no room for three lists."""
        compared, narrow = self.sort.value() == "similarity", self.width() < NARROW
        places = {self.sort: (0, 0), self.kernel: (1, 0) if narrow else (0, 1)}
        places[self.normalisation] = (0, 2) if compared and not narrow else (0, 1)
        if not compared:
            del places[self.kernel]
            self._grid.removeWidget(self.kernel)
        self.kernel.setVisible(compared)
        for choice, place in places.items():
            self._grid.addWidget(choice, *place)
        for column in range(4):  # the last takes what the lists leave
            used = any(place[1] == column for place in places.values())
            self._grid.setColumnStretch(column, 10 if used else column == 3)

    def _change(self) -> None:
        self._arrange()
        self.changed.emit()


class FilterNotes(Speaking, QWidget):
    """Says whether anything was trained, why 96 filters or 64, and what editing has made of the answer.

    `about`, which says what is drawn and how, belongs beside the drawing: whoever makes the notes places it.
    """

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.warning, self.note, self.answer, self.about = QLabel(), QLabel(), QLabel(), QLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for label in (self.warning, self.note, self.answer, self.about):
            label.setAutoFillBackground(True)
            label.setWordWrap(True)
            label.setContentsMargins(10, 3, 10, 3)
            label.hide()
            if label is not self.about:
                column.addWidget(label)
        self.restyle()

    def set_answer(self, text: str) -> None:
        """Say what editing has made of the answer; nothing hides it."""
        self.answer.setText(text)
        self.answer.setVisible(bool(text))

    def tell(self, layer: LayerInfo | None, shared: bool, live: bool, noted: bool) -> None:
        """Say what is to be said of a layer.

        Parameters
        ----------
        shared, live
            Whether one range serves all filters, and whether their maps are shown.
        noted
            Whether "96 or 64?" is asked for.
        """
        if layer is None:
            for label in (self.warning, self.note, self.about):
                label.hide()
            return
        warning, note = self._untrained(layer), self.explanation(layer) if noted else ""
        for label, text in ((self.warning, warning), (self.note, note), (self.about, _about(layer, shared, live))):
            label.setText(text)
            label.setVisible(bool(text))

    def explanation(self, layer: LayerInfo | None) -> str:
        """Return why there are 96 filters, or 64; empty where nobody asks."""
        network = self._model.network
        if layer is None or network is None or network.id not in _NOTED or layer.inputs:
            return ""
        return _(network.entry.notes[0])

    def restyle(self) -> None:
        """Take colours from the theme."""
        theme = colours(self)
        for label, text, back in (
            (self.warning, "warning_text", "warning"),
            (self.note, "text", "panel"),
            (self.answer, "text", "panel"),
            (self.about, "muted", "window"),
        ):
            palette = label.palette()
            palette.setColor(palette.ColorRole.WindowText, theme.colour(text))
            palette.setColor(palette.ColorRole.Window, theme.colour(back))
            label.setPalette(palette)

    def _untrained(self, layer: LayerInfo) -> str:
        network = self._model.network
        if self._model.chosen.weights == "random":
            return _("Random weights: nothing has been trained.")
        if network is not None and layer.name in network.missing:
            return _("Random weights: the file has none for this layer.")
        return ""


def _about(layer: LayerInfo, shared: bool, live: bool) -> str:
    """Return how many filters there are, of which size, and how they are drawn."""
    assert layer.kernel_size is not None
    count, planes = layer.output_shape[0], layer.input_shape[0] // layer.groups
    many = translate_count("{count} of {count} filters", "{count} of {count} filters", count)
    return f"{many}, {shape_text((*layer.kernel_size, planes))}. {how_drawn(layer, shared, live)}"


def how_drawn(layer: LayerInfo, shared: bool, live: bool) -> str:
    """Return what a layer's filters are drawn as, and what the ends of their colours stand for."""
    sentences = []
    if layer.input_shape[0] // layer.groups == 3:
        sentences.append(
            _("Zero is middle grey; all filters reach to the largest weight of all.")
            if shared
            else _("Zero is middle grey; each filter reaches to its own largest weight.")
        )
    else:
        sentences.append(
            _("Each is drawn as its numbers, one for each input map, row after row:")
            if layer.kernel_size == (1, 1)
            else _("Each is drawn as its strongest plane:")
        )
        sentences.append(
            _("orange above zero, blue below, to the largest weight of the layer.")
            if shared
            else _("orange above zero, blue below, to the filter's own largest weight.")
        )
    if live:
        sentences.append(
            _("Beside it its map, before the ReLU, around zero; one range for all.")
            if shared
            else _("Beside it its map, before the ReLU, around zero; each its own range.")
        )
    return " ".join(sentences)
