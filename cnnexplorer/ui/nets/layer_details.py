"""The column beside the table of an architecture: the chosen layer, and the network as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import code_font, icon
from cnnexplorer.ui.widgets.form import Form

from .architecture_parts import PartBars
from .architecture_reading import parts
from .layer_texts import (
    Formula,
    block_text,
    classes_text,
    definition,
    field_text,
    groups_text,
    mac_formula,
    output_formula,
    parameter_formula,
)

if TYPE_CHECKING:
    from .architecture_reading import Reading
    from .layer_rows import LayerRow

_SECTIONS = {
    "output": (mark("Output size"), mark("How many maps come out, and how large")),
    "parameters": (mark("Parameters"), mark("The numbers that training sets: weights and biases")),
    "macs": (
        mark("Multiply-accumulates (MACs)"),
        mark("Each is one product, added to a sum; biases are not counted"),
    ),
    "field": (mark("Receptive field"), mark("The part of the picture that one value depends on")),
    "groups": (mark("Groups"), mark("A filter sees the maps of its own group only")),
}
DENSE_EXAMPLE = mark(
    "A fully connected layer takes a picture as one row of numbers: 128×128×3 = 49,152 inputs. 64 of its units need "
    "64·49,152 = 3,145,728 weights. 64 filters of 3×3×3 need 64·27 = 1,728, and the same ones serve the whole picture."
)


class _Section:
    """A caption, a line of words and a line of numbers."""

    def __init__(self, form: Form, id_: str) -> None:
        text, tip = _SECTIONS[id_]
        self.caption = form.heading(text)
        form.say(self.caption.setToolTip, tip)
        self.words = form.hint()
        self.numbers = QLabel()
        self.numbers.setFont(code_font())
        self.numbers.setWordWrap(True)
        self.numbers.setMinimumWidth(40)
        self.numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        form.wide(self.numbers)

    def show(self, formula: Formula) -> None:
        """Show a text or a formula; hide the section where there is neither."""
        self.caption.setVisible(any(formula))
        for label, text in ((self.words, formula.words), (self.numbers, formula.numbers)):
            label.setText(text)
            label.setVisible(bool(text))


class LayerDetails(Form):
    """Explains a layer of the table, or a block of branches. Emits `maps_asked()`."""

    maps_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: LayerRow | None = None
        self._reading: Reading | None = None
        self._which = 0
        self._unread = ""
        self.title = self.heading("")
        self.title.setWordWrap(True)
        self.about = self.hint()
        self.maps_button = QPushButton()
        self.say(self.maps_button.setText, mark("See its maps"))
        self.say(self.maps_button.setAccessibleName, mark("See its maps"))
        self.maps_button.clicked.connect(self.maps_asked)
        self.wide(self.maps_button)
        self.sections = {id_: _Section(self, id_) for id_ in _SECTIONS}
        self.hide()
        self.restyle()

    def show_row(self, row: LayerRow, reading: Reading, which: int, unread: str) -> None:
        """Show a row.

        Parameters
        ----------
        which
            Which of the networks of the reading it belongs to.
        unread
            The network that must be in use before there are maps; empty where they can be seen.
        """
        self._row, self._reading, self._which, self._unread = row, reading, which, unread
        self.show()
        self.retranslate()

    def retranslate(self) -> None:
        """Say again what the layer does."""
        row, reading = self._row, self._reading
        if row is None or reading is None:
            return
        layer, sections = row.layer, self.sections
        nothing = Formula("", "")
        title = row.label if row.is_heading else f"{layer.label} · {_(layer.kind)}"
        if reading.wish.other:
            title = f"{CATALOG[reading.wish.networks[self._which]].title}: {title}"
        self.title.setText(title)
        self.about.setText(block_text(row) if row.is_heading else definition(layer))
        field = nothing if row.is_heading else Formula(field_text(layer, reading.wish.size), "")
        for section, formula in (
            ("output", nothing if row.is_heading else output_formula(layer, reading.architectures[self._which])),
            ("parameters", nothing if row.is_heading else parameter_formula(layer)),
            ("macs", nothing if row.is_heading else mac_formula(layer)),
            ("field", field),
            ("groups", nothing if row.is_heading else Formula(groups_text(layer), "")),
        ):
            sections[section].show(formula)
        self._say_button()

    def restyle(self) -> None:
        """Take icons and colours from the theme."""
        super().restyle()
        if hasattr(self, "maps_button"):
            self.maps_button.setIcon(icon("view-grid-outline", self))

    def _say_button(self) -> None:
        assert self._row is not None
        self.maps_button.setVisible(not self._row.is_heading)
        self.maps_button.setEnabled(not self._unread)
        if self._unread:
            tip = _("To see its maps, choose {network} in the bar above the pages").format(network=self._unread)
        else:
            tip = _("See what this layer makes of the present picture (Enter in the table)")
        self.maps_button.setToolTip(tip)


class NetworkDetails(Form):
    """Tells about the network that is read, and how much of it is fully connected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        self._classes: int | None = None
        self.title = self.heading("")
        self.title.setWordWrap(True)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setMinimumWidth(40)
        self.wide(self.about)
        self.notes = self.hint()
        self.heading(mark("Dense against convolutional"))
        self.parameter_bars = PartBars(mark("Parameters"), "kernel")
        self.mac_bars = PartBars(mark("MACs"), "accent")
        self.wide(self.parameter_bars)
        self.wide(self.mac_bars)
        self.hint(DENSE_EXAMPLE)
        self.hide()

    def show_reading(self, reading: Reading, classes: int | None) -> None:
        """Show a network; `classes` is how many the network in use tells apart, where it is the same."""
        self._reading, self._classes = reading, classes
        self.show()
        parameters, macs = parts(reading.layers)
        self.parameter_bars.set_parts(parameters)
        self.mac_bars.set_parts(macs)
        self.retranslate()

    def retranslate(self) -> None:
        """Say again what is known of the network."""
        if self._reading is None:
            return
        entry, last = CATALOG[self._reading.wish.network], self._reading.layers[-1]
        self.title.setText(entry.title)
        self.about.setText(_(entry.about))
        notes = [_(note) for note in entry.notes]
        if self._classes is not None and self._classes != last.output_shape[0]:
            notes.insert(0, classes_text(self._classes, last))
        self.notes.setText("\n\n".join([*notes, f"{entry.paper} ({entry.year})"]))
