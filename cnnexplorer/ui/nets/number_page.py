"""The Number page: how one value of a layer comes about, product by product, beside what the device computed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QToolButton

from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import CONVOLUTION, LINEAR
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import code_font, icon
from cnnexplorer.ui.widgets.number_field import NumberField

from .contributions import ContributionTable, input_place
from .filter_state import open_in_convolution
from .maps_texts import sees_text
from .number_sheet import NumberWish, make_number, nearest_weights, sum_text, written
from .number_view import Products
from .page import LayerPicker, Page, shape_text

if TYPE_CHECKING:
    from cnnexplorer.nets import Computed, LayerInfo

    from .model import NetModel
    from .number_sheet import NumberSheet
    from .state import Place

_KEY = "number"


class WeightsPicker(LayerPicker):
    """Names the layer whose arithmetic is shown, also while another kind of layer is looked at."""

    def __init__(self, model: NetModel) -> None:
        super().__init__(model, lambda layer: layer.kind in (CONVOLUTION, LINEAR))
        self.choice.setMinimumContentsLength(12)

    def _show(self) -> None:
        layer = nearest_weights(self._model.layers, self._model.place.layer)
        index = -1 if layer is None else self.choice.findData(layer.name)
        self.choice.setCurrentIndex(index)
        self.before.setEnabled(index > 0)
        self.behind.setEnabled(index < len(self._layers) - 1)


class NumberPage(Page):
    """The arithmetic of one value."""

    def __init__(self, model: NetModel) -> None:
        super().__init__(model)
        self._sheet: NumberSheet | None = None
        self._wish: NumberWish | None = None
        self._build_tools()
        self._build_body()
        self._build_side()
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        model.computed.connect(self._computed)
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Show the value that is looked at, or the largest of its unit."""
        super().enter()
        self._ask()

    def take_focus(self) -> None:
        """Let the keys go to the matrices, or the list of inputs."""
        first = self.products.views["inputs"]
        (self.contributions if self.stack.currentWidget() is self.contributions else first).setFocus()

    def leave(self) -> None:
        """Ask for no more numbers."""
        super().leave()
        self.model.derive(_KEY, None)
        self._wish = None

    def fit(self) -> None:
        """Show the matrices as large as they go."""
        for view in self.products.views.values():
            view.fit()

    def retranslate(self) -> None:
        """Say again what depends on the value."""
        if self._sheet is not None:
            self._say(self._sheet)

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.largest.setIcon(icon("arrow-up-bold-box-outline", self))
        self.open_button.setIcon(icon("open-in-app", self))
        self.copy_button.setIcon(icon("content-copy", self))
        self.map_button.setIcon(icon("view-grid-outline", self))
        self.filter_button.setIcon(icon("grid", self))

    @property
    def sheet(self) -> NumberSheet | None:
        """The value that is shown."""
        return self._sheet

    # building

    def _build_tools(self) -> None:
        self.picker = WeightsPicker(self.model)
        self.picker.setMaximumWidth(300)
        self.tools.addWidget(self.picker, 4)
        self.fields: dict[str, NumberField] = {}
        self._names: dict[str, QLabel] = {}
        for name, text, tip in (
            ("unit", mark("Unit"), mark("Which unit of the layer: which filter, which map")),
            ("row", mark("Row"), mark("Which row of the map")),
            ("column", mark("Column"), mark("Which column of the map")),
        ):
            label, field = QLabel(), NumberField(0, whole=True, minimum=0, maximum=0)
            self.say(label.setText, text)
            self.tip(field, tip)
            field.setMaximumWidth(90)
            field.edited.connect(lambda _value, name=name: self._enter_field(name))
            field.refused.connect(self.model.refused)
            self.tools.addWidget(label)
            self.tools.addWidget(field, 1)
            self.fields[name], self._names[name] = field, label
        self.largest = QToolButton()
        self.largest.setAutoRaise(True)
        self.tip(self.largest, mark("Go to the largest value of the map"))
        self.largest.clicked.connect(lambda: self._go(row=None, column=None))
        self.tools.addWidget(self.largest)
        self.tools.addStretch(1)

    def _build_body(self) -> None:
        self.sum = QLabel()
        self.sum.setFont(code_font())
        self.sum.setWordWrap(True)
        self.sum.setContentsMargins(10, 2, 10, 4)
        self.sum.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tip(self.sum, mark("The sum: what each plane adds, the bias, and the total"))
        self.products = Products()
        self.products.told.connect(self.told)
        self.contributions = ContributionTable()
        self.contributions.opened.connect(self._open_input)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.products)
        self.stack.addWidget(self.contributions)
        self.body.addWidget(self.sum)
        self.body.addWidget(self.stack, 1)

    def _build_side(self) -> None:
        form = self.side.form
        self.title = form.heading("")
        self.title.setWordWrap(True)
        self.about = form.hint()
        form.heading(mark("Check it by hand"))
        self.check = form.hint()
        self.how = form.hint(
            mark("Point at a cell to see its product in the status bar; zoom with the wheel for more digits.")
        )
        self.open_button, self.copy_button = QPushButton(), QPushButton()
        self.map_button, self.filter_button = QPushButton(), QPushButton()
        for button, text, tip in (
            (self.open_button, mark("Open in Convolution"),
             mark("Carry what the layer reads and this filter to the Convolution workspace, to see every step")),
            (self.copy_button, mark("Copy the arithmetic"),
             mark("Copy every product, the sub-totals, the bias and the total, for a spreadsheet")),
            (self.map_button, mark("Its map"), mark("See the unit's map on the Maps page")),
            (self.filter_button, mark("Its filter"),
             mark("See the filter that makes this map, on the Filters page")),
        ):  # fmt: skip
            self.say(button.setText, text)
            self.say(button.setAccessibleName, text)
            self.say(button.setToolTip, tip)
            form.wide(button)
        self.open_button.clicked.connect(self._open_in_convolution)
        self.copy_button.clicked.connect(self._copy)
        self.map_button.clicked.connect(lambda: self._go(page="maps"))
        self.filter_button.clicked.connect(lambda: self._go(page="filters"))
        form.layout_.addStretch(1)

    # following

    def _follow(self, _old: Place, new: Place) -> None:
        if self.active and new.page == "number":
            self._ask()

    def _network_changed(self) -> None:
        self._sheet = self._wish = None
        self.stack.setEnabled(False)
        if self.active:
            self._ask()

    def _computed(self, _computed: Computed) -> None:
        if self.active:
            self._ask()

    def _ask(self) -> None:
        """Have made what the place tells, unless it is asked for already."""
        place = self.model.place
        layer = nearest_weights(self.model.layers, place.layer)
        if layer is None:
            return
        unit = min(place.unit, layer.output_shape[0] - 1)
        row, column = (place.row, place.column) if layer.name == place.layer else (None, None)
        if row is not None and column is not None and not _has(layer, row, column):
            row = column = None
        wish = NumberWish(layer.name, unit, row, column)
        if wish != self._wish:
            self._wish = wish
            self.model.derive(_KEY, partial(make_number, wish), self._show)

    # showing

    def _show(self, sheet: NumberSheet) -> None:
        self._sheet = sheet
        self.stack.setEnabled(True)
        arithmetic, shape = sheet.arithmetic, sheet.layer.output_shape
        values = {"unit": arithmetic.unit, "row": arithmetic.row, "column": arithmetic.column}
        for place, (name, field) in enumerate(self.fields.items()):
            there = place < len(shape)
            field.setVisible(there)
            self._names[name].setVisible(there)
            field.setRange(0, shape[place] - 1 if there else 0)
            field.setValue(values[name])
        convolution = sheet.is_convolution
        self.largest.setVisible(convolution)
        self.open_button.setVisible(convolution)
        self.filter_button.setVisible(convolution)
        if convolution:
            self.products.show_sheet(sheet)
            self.stack.setCurrentWidget(self.products)
        else:
            self.contributions.show_sheet(sheet, self.model.layers)
            self.stack.setCurrentWidget(self.contributions)
        self._say(sheet)
        self.model.point_at(sheet.layer.name, arithmetic.unit, arithmetic.row, arithmetic.column)

    def _say(self, sheet: NumberSheet) -> None:
        arithmetic, layer = sheet.arithmetic, sheet.layer
        self.sum.setText(sum_text(sheet))
        if sheet.is_convolution:
            text = _("{layer}, unit {unit}, row {row}, column {column}")
        else:
            text = _("{layer}, unit {unit}")
        names = {"layer": layer.label, "unit": arithmetic.unit, "row": arithmetic.row, "column": arithmetic.column}
        self.title.setText(text.format(**names))
        source = _("the picture, as it was prepared") if sheet.source is None else sheet.source.label
        count = f"{arithmetic.products.size:,}"
        if sheet.is_convolution:
            text = _(
                "The filter lies over {shape} numbers of {source}. Each is multiplied by its weight; the {count} "
                "products and the bias add up to the value, and {sees}."
            )
        else:
            text = _(
                "Every one of the {count} numbers of {source} has a weight of its own; the products and the bias add "
                "up to the value."
            )
        shape = shape_text(arithmetic.products.shape)
        self.about.setText(text.format(shape=shape, source=source, count=count, sees=sees_text(layer)))
        self.check.setText(self._check_text(sheet))
        self.how.setVisible(sheet.is_convolution)

    def _check_text(self, sheet: NumberSheet) -> str:
        arithmetic = sheet.arithmetic
        right = abs(arithmetic.difference) <= arithmetic.float32_error
        if right:
            text = _(
                "The total, summed in float64, and what the device computed differ by {difference}: no more than "
                "float32's rounding may ({bound})."
            )
        else:
            text = _(
                "The total, summed in float64, and what the device computed differ by {difference}: more than "
                "float32's rounding may ({bound}). Mixed precision computes more coarsely."
            )
        return text.format(difference=f"{abs(arithmetic.difference):.2g}", bound=f"{arithmetic.float32_error:.2g}")

    # the user's doing

    def _enter_field(self, name: str) -> None:
        values = {key: int(field.value()) for key, field in self.fields.items()}
        if name == "unit":
            self._go(unit=values["unit"])
        else:
            self._go(**values)

    def _go(self, **changes: object) -> None:
        """Look at something else from the value that is shown, which the place may not name yet."""
        sheet = self._sheet
        if sheet is None:
            return
        arithmetic = sheet.arithmetic
        shown: dict[str, object] = {"layer": sheet.layer.name, "unit": arithmetic.unit}
        if sheet.is_convolution and changes.get("unit", arithmetic.unit) == arithmetic.unit:
            shown |= {"row": arithmetic.row, "column": arithmetic.column}
        self.model.visit(**(shown | changes))

    def _open_input(self, key: int) -> None:
        """Go to where an input of a fully connected unit comes from."""
        sheet = self._sheet
        if sheet is None or key < 0:
            return
        place = input_place(self.model.layers, sheet.layer, key)
        self.model.visit(page="maps", layer=place.layer.name, unit=place.unit, row=place.row, column=place.column)

    def _open_in_convolution(self) -> None:
        sheet = self._sheet
        if sheet is not None:
            cell = sheet.arithmetic.row, sheet.arithmetic.column
            open_in_convolution(self.model, sheet.layer, sheet.arithmetic.unit, self.products.plane, cell)

    def _copy(self) -> None:
        if self._sheet is not None:
            QGuiApplication.clipboard().setText(written(self._sheet))
            self.told.emit(_("The arithmetic was copied."))


def _has(layer: LayerInfo, row: int, column: int) -> bool:
    shape = layer.output_shape
    return len(shape) == 3 and row < shape[1] and column < shape[2]
