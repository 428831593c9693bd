"""The Answer page: every class with its exponential and its probability, and what a fully connected unit adds up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import LINEAR
from cnnexplorer.ui.language import _, translate_count
from cnnexplorer.ui.theme import code_font, icon
from cnnexplorer.ui.widgets.form import Choice

from .answer_sheet import AnswerWish, flattening, make_answer
from .architecture_parts import PartBars
from .architecture_reading import parts
from .bar_table import BarRow, BarTable, Heading
from .contributions import ContributionTable, input_place
from .layer_details import DENSE_EXAMPLE
from .names import class_title
from .number_sheet import exact, sum_text
from .page import Page, shape_text

if TYPE_CHECKING:
    from cnnexplorer.nets import Computed, LayerInfo

    from .answer_sheet import AnswerSheet
    from .model import NetModel
    from .state import Place

_KEY = "answer"
_CLASSES = (
    Heading(mark("Rank"), mark("1 is the most probable class"), True),
    Heading(mark("Class"), mark("What the last layer's unit stands for"), True),
    Heading(mark("Value z"), mark("What the last layer gave: a sum that may be negative")),
    Heading(mark("exp(z − m)"), mark("The exponential; m is the largest value, so that none is larger than 1")),
    Heading(mark("Probability"), mark("The exponential, divided by the sum of all of them")),
)


class AnswerPage(Page):
    """The classes above, the chosen unit's contributions below."""

    def __init__(self, model: NetModel) -> None:
        super().__init__(model)
        self._sheet: AnswerSheet | None = None
        self._wish: AnswerWish | None = None
        self._build_tools()
        self._build_body()
        self._build_side()
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        model.computed.connect(self._computed)
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Show the answer, and the fully connected unit that is looked at."""
        super().enter()
        self._ask()

    def take_focus(self) -> None:
        """Let the keys go to the list of classes."""
        self.classes.setFocus()

    def leave(self) -> None:
        """Ask for no more answers."""
        super().leave()
        self.model.derive(_KEY, None)
        self._wish = None

    def retranslate(self) -> None:
        """Say again what depends on the answer."""
        if self._sheet is not None:
            self._show(self._sheet)

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self._search_action.setIcon(icon("magnify", self, "muted"))

    @property
    def sheet(self) -> AnswerSheet | None:
        """What is shown."""
        return self._sheet

    # building

    def _build_tools(self) -> None:
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(280)
        self._search_action = self.search.addAction(
            icon("magnify", self, "muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.say(self.search.setPlaceholderText, mark("Find a class"))
        self.tip(self.search, mark("Show only the classes whose name or number holds this text"))
        self.search.textChanged.connect(lambda _text: self._show_classes())
        self.tools.addWidget(self.search)
        self.tools.addStretch(1)

    def _build_body(self) -> None:
        self.classes = BarTable(_CLASSES)
        self.classes.set_widths(52)
        self.tip(self.classes, mark("All classes: choose one to see its softmax and what its value is made of"))
        self.classes.chosen.connect(self._choose_class)
        self.quotient = QLabel()
        self.quotient.setTextFormat(Qt.TextFormat.PlainText)
        self.quotient.setFont(code_font())
        self.quotient.setWordWrap(True)
        self.quotient.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.quotient.setContentsMargins(10, 4, 10, 6)
        self.unit_title = QLabel()
        self.unit_title.setTextFormat(Qt.TextFormat.PlainText)
        font = self.unit_title.font()
        font.setBold(True)
        self.unit_title.setFont(font)
        self.unit_title.setContentsMargins(10, 6, 10, 0)
        self.sum = QLabel()
        self.sum.setWordWrap(True)
        self.sum.setContentsMargins(10, 0, 10, 4)
        self.sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.contributions = ContributionTable()
        self.contributions.opened.connect(self._open_input)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(_column(self.classes, self.quotient))
        self.splitter.addWidget(_column(self.unit_title, self.sum, self.contributions))
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        self.body.addWidget(self.splitter, 1)

    def _build_side(self) -> None:
        form = self.side.form
        form.heading(mark("Softmax"))
        form.hint(
            mark(
                "The last layer gives each class a number z. Each becomes an exponential, so that none is negative; "
                "divided by the sum of all of them, they add up to 1. The largest value m is taken from all first: "
                "that changes no quotient, and no exponential grows too large."
            )
        )
        self.formula = form.hint()
        form.heading(mark("Flatten"))
        self.flatten = form.hint()
        form.heading(mark("Fully connected"))
        form.hint(
            mark(
                "Each unit multiplies all numbers of the layer before by weights of its own. Open a row, by a double "
                "click or Enter, to go to the unit that it came from."
            )
        )
        self.layer = Choice({})
        form.row(mark("Layer"), self.layer, mark("The fully connected layer whose unit is shown"))
        self.layer.activated.connect(lambda _index: self._choose_layer())
        form.heading(mark("Dense against convolutional"))
        self.parameter_bars = PartBars(mark("Parameters"), "kernel")
        self.mac_bars = PartBars(mark("MACs"), "accent")
        form.wide(self.parameter_bars)
        form.wide(self.mac_bars)
        form.hint(DENSE_EXAMPLE)
        self.first = form.hint()
        form.layout_.addStretch(1)

    # following

    def _follow(self, _old: Place, new: Place) -> None:
        if self.active and new.page == "answer":
            self._ask()

    def _network_changed(self) -> None:
        self._sheet = self._wish = None
        self.splitter.setEnabled(False)
        if self.active:
            self._ask()

    def _computed(self, _computed: Computed) -> None:
        if self.active:
            self._ask()

    def _ask(self) -> None:
        layer = self.model.layer(self.model.place.layer)
        wish = AnswerWish()
        if layer is not None and layer.kind == LINEAR:
            wish = AnswerWish(layer.name, min(self.model.place.unit, layer.output_shape[0] - 1))
        if wish != self._wish and self.model.layers:
            self._wish = wish
            self.model.derive(_KEY, partial(make_answer, wish), self._show)

    # showing

    def _show(self, sheet: AnswerSheet) -> None:
        self._sheet = sheet
        self.splitter.setEnabled(True)
        self._show_classes()
        self._show_unit(sheet)
        self._say_parts()

    def _show_classes(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        soft, wanted = sheet.softmax, self.search.text().strip().casefold()
        rows = []
        for rank, index in enumerate(soft.order, 1):
            title = class_title(index, sheet.category(index))
            if wanted in title.casefold() or wanted == str(index):
                probability = float(soft.probabilities[index])
                texts = (
                    f"{rank:,}",
                    title,
                    format_number(float(soft.logits[index]), 4),
                    f"{soft.exponentials[index]:.4g}",
                    _percent(probability),
                )
                rows.append(BarRow(index, texts, probability))
        self.classes.set_rows(rows, 1.0)
        self._show_quotient(sheet)

    def _show_quotient(self, sheet: AnswerSheet) -> None:
        soft = sheet.softmax
        unit = sheet.unit
        index = unit.arithmetic.unit if sheet.is_class and unit is not None else int(soft.logits.argmax())
        self.classes.select(index)
        exponent = float(soft.logits[index] - soft.logits.max())
        self.quotient.setText(
            f"exp({format_number(float(soft.logits[index]), 4)} − {_bracketed(float(soft.logits.max()))}) / Σ"
            f" = exp({format_number(exponent, 4)}) / Σ"
            f" = {soft.exponentials[index]:.5g} / {soft.total:.5g} = {soft.probabilities[index]:.5g}"
        )
        text = _("m = {largest}; the sum of the {count} exponentials is Σ = {total}")
        self.formula.setText(
            text.format(
                largest=format_number(float(soft.logits.max()), 4),
                count=f"{len(soft.logits):,}",
                total=exact(soft.total),
            )
        )

    def _show_unit(self, sheet: AnswerSheet) -> None:
        unit = sheet.unit
        self.contributions.setEnabled(unit is not None)
        if unit is None:
            self.contributions.set_rows(())
            return
        title = _("{layer}, unit {unit}").format(layer=unit.layer.label, unit=unit.arithmetic.unit)
        if sheet.is_class:
            title += f": {class_title(unit.arithmetic.unit, sheet.category(unit.arithmetic.unit))}"
        self.unit_title.setText(title)
        products = unit.arithmetic.products.ravel()
        text = _("{positive} from {up} and {negative} from {down}, with the bias {bias}, make {total}.")
        self.sum.setText(
            text.format(
                positive=format_number(float(products[products > 0].sum()), 4),
                up=translate_count("{count:,} positive product", "{count:,} positive products", _count(products > 0)),
                negative=format_number(float(products[products < 0].sum()), 4),
                down=translate_count("{count:,} negative product", "{count:,} negative products", _count(products < 0)),
                bias=format_number(unit.arithmetic.bias, 4),
                total=exact(unit.arithmetic.total),
            )
        )
        self.sum.setToolTip(sum_text(unit))
        self.contributions.show_sheet(unit, self.model.layers)
        self._offer_layers(unit.layer)

    def _offer_layers(self, shown: LayerInfo) -> None:
        layers = [layer for layer in self.model.layers if layer.kind == LINEAR]
        if [self.layer.itemData(place) for place in range(self.layer.count())] != [layer.name for layer in layers]:
            self.layer.clear()
            for layer in layers:
                self.layer.addItem(layer.label, layer.name)
        self.layer.setValue(shown.name)

    def _say_parts(self) -> None:
        layers = self.model.layers
        for bars, part in zip((self.parameter_bars, self.mac_bars), parts(layers), strict=True):
            bars.set_parts(part)
        flat = flattening(layers)
        if flat is not None:
            text = _("{layer} lays {shape} numbers in one row of {count}: map after map, row after row.")
            self.flatten.setText(
                text.format(layer=flat.label, shape=shape_text(flat.input_shape), count=f"{flat.output_shape[0]:,}")
            )
        first = layers[0]
        text = _("{layer} looks at the whole picture with {formula} parameters: its filters are shared by all places.")
        self.first.setText(text.format(layer=first.label, formula=first.parameter_formula))

    # the user's doing

    def _choose_class(self, index: int) -> None:
        self.model.visit(layer=self.model.layers[-1].name, unit=index)

    def _choose_layer(self) -> None:
        name = self.layer.value()
        sheet = self._sheet
        if sheet is not None and (sheet.unit is None or sheet.unit.layer.name != name):
            computed = self.model.result
            unit = 0 if computed is None else int(computed.activations[name].argmax())
            self.model.visit(layer=name, unit=unit)

    def _open_input(self, key: int) -> None:
        """Go to where an input comes from: another fully connected unit, whose inputs then are shown, or a map."""
        sheet = self._sheet
        if sheet is None or sheet.unit is None or key < 0:
            return
        place = input_place(self.model.layers, sheet.unit.layer, key)
        if place.row is not None:
            self.model.visit(page="maps", layer=place.layer.name, unit=place.unit, row=place.row, column=place.column)
            return
        by_name = {layer.name: layer for layer in self.model.layers}
        layer = place.layer
        while layer.kind != LINEAR and layer.inputs:
            layer = by_name[layer.inputs[0]]
        self.model.visit(layer=layer.name, unit=place.unit)


def _column(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for widget in widgets:
        column.addWidget(widget, int(isinstance(widget, BarTable)))
    return holder


def _count(which: np.ndarray) -> int:
    return int(np.count_nonzero(which))


def _percent(share: float) -> str:
    percent = 100 * share
    return _("{percent} %").format(percent=f"{percent:.2f}" if percent >= 0.01 or percent == 0 else f"{percent:.1e}")


def _bracketed(value: float) -> str:
    text = format_number(value, 4)
    return f"({text})" if text.startswith("-") else text
