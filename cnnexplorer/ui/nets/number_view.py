"""What a window reads, the kernel's weights and their products, as three matrices of numbers beside the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from superqt import QElidingLabel

from cnnexplorer.core import Rectangle, format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _, translate_count
from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.map_view import MapView
from cnnexplorer.ui.widgets.painting import Look, number_size

from .bar_table import BarRow, BarTable, Heading
from .number_sheet import exact, product_text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from .number_sheet import NumberSheet

_MOST_DECIMALS, _LEAST_DECIMALS = 6, 2
_PARTS = {
    "inputs": ("input", mark("What the window reads")),
    "weights": ("kernel", mark("The filter's weights")),
    "products": ("output", mark("Their products")),
}
_PLANES = (
    Heading(mark("Plane"), mark("A plane of the window: a colour of the picture, or a map of the layer before"), True),
    Heading(mark("Sum of its products"), mark("What the plane adds to the value")),
)
_SUMS = {
    "products": (mark("all products"), mark("The sum of all planes' products, in float64")),
    "bias": (mark("+ bias"), mark("The number that the filter adds everywhere")),
    "total": (mark("= total, float64"), mark("Summed by this program, with 53 bits of mantissa")),
    "device": (mark("the device's, float32"), mark("What torch computed on the device; it adds in another order")),
    "difference": (mark("difference"), mark("The device's value minus the total")),
    "bound": (mark("rounding may reach"), mark("How far a float32 sum of these products can be off at most")),
}


class NumberMatrix(MapView):
    """A map with as many decimals as fit into its cells, more of them the larger it is zoomed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers: NDArray[np.float64] = np.zeros((1, 1))
        self._reach = 1.0
        self.zoomed.connect(lambda _scale: self._show())

    def show_numbers(self, values: NDArray[np.float64], reach: float) -> None:
        """Show a matrix with zero in the middle of its colours, which end at `reach`."""
        self._numbers, self._reach = values, reach or 1.0
        self.set_map(values, self._look, (-self._reach, self._reach))
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as many decimals as fit now."""
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        extremes = float(self._numbers.min()), float(self._numbers.max())
        for decimals in range(_MOST_DECIMALS, _LEAST_DECIMALS - 1, -1):
            look = Look("diverging", decimals=decimals, even=True)
            if number_size([look.text(value) for value in extremes], self.scale) is not None:
                break
        if look != self._look:
            self.set_map(self._numbers, look, (-self._reach, self._reach))


class Products(Speaking, QWidget):
    """Shows the arithmetic of one value of a convolution, plane by plane.

    Signals: `told(text)` with the product under the mouse.
    """

    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: NumberSheet | None = None
        self._plane = 0
        self.views: dict[str, NumberMatrix] = {}
        self._captions: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 4, 10, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        for place, (part, (_role, text)) in enumerate(_PARTS.items()):
            view = self.views[part] = NumberMatrix()
            self.say(view.setAccessibleName, text)
            view.hovered.connect(self._link)
            grid.addWidget(self._captioned(part, view), *divmod(place, 2))
        grid.addWidget(self._build_sums(), 1, 1)
        for line in (0, 1):
            grid.setRowStretch(line, 1)
            grid.setColumnStretch(line, 1)
        self.restyle()

    # what is shown

    @property
    def plane(self) -> int:
        """Which plane is shown."""
        return self._plane

    def show_sheet(self, sheet: NumberSheet) -> None:
        """Show a value's arithmetic; the same plane as before, where there is that."""
        self._sheet = sheet
        self._plane = min(self._plane, len(sheet.arithmetic.products) - 1)
        self.retranslate()
        self._show_plane()

    def show_plane(self, plane: int) -> None:
        """Show another plane."""
        self._plane = plane
        self.planes.select(plane)
        self._show_plane()

    def retranslate(self) -> None:
        """Name planes and sums."""
        sheet = self._sheet
        if sheet is None:
            return
        arithmetic = sheet.arithmetic
        self.planes.set_rows([
            BarRow(plane, (sheet.plane_title(plane), format_number(value, 6)), value)
            for plane, value in enumerate(arithmetic.subtotals.tolist())
        ])  # fmt: skip
        self.planes.select(self._plane)
        values = {
            "products": exact(arithmetic.total - arithmetic.bias),
            "bias": exact(arithmetic.bias),
            "total": exact(arithmetic.total),
            "device": exact(arithmetic.device_value),
            "difference": f"{arithmetic.difference:.2g}",
            "bound": f"{arithmetic.float32_error:.2g}",
        }
        for name, text in values.items():
            self.sums[name].setText(text)
        self._name_parts()

    def restyle(self) -> None:
        """Colour the captions by their roles."""
        for part, (role, _text) in _PARTS.items():
            _tint(self._captions[part], colours(self).colour(role).name())
        _tint(self.sums["total"], colours(self).colour("output").name())

    # building

    def _captioned(self, part: str, view: QWidget) -> QWidget:
        holder, caption = QWidget(), QElidingLabel()
        self._captions[part] = caption
        caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(caption)
        column.addWidget(view, 1)
        return holder

    def _build_sums(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        self.planes = BarTable(_PLANES)
        self.planes.set_widths(88)
        self.tip(self.planes, mark("The planes and what each adds: choose one to see its products"))
        self.planes.chosen.connect(self.show_plane)
        grid.addWidget(self.planes, 0, 0, 1, 2)
        self.sums: dict[str, QLabel] = {}
        for place, (name, (text, tip)) in enumerate(_SUMS.items(), 1):
            label, value = QLabel(), QLabel()
            self.say(label.setText, text)
            for widget in (label, value):
                self.say(widget.setToolTip, tip)
            value.setFont(number_font(13))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, place, 0)
            grid.addWidget(value, place, 1)
            self.sums[name] = value
        font = self.sums["total"].font()
        font.setBold(True)
        self.sums["total"].setFont(font)
        grid.setRowStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return holder

    # the inside

    def _show_plane(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        arithmetic = sheet.arithmetic
        for part, view in self.views.items():
            values = getattr(arithmetic, part)
            view.show_numbers(values[self._plane], float(np.abs(values).max()))
        rows, columns = np.nonzero(arithmetic.inside)
        inner = None
        if rows.size and not arithmetic.inside.all():
            top, left = int(rows[0]), int(columns[0])
            inner = Rectangle(top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)
        self.views["inputs"].set_padding(inner)
        self._name_parts()

    def _name_parts(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        title, count = sheet.plane_title(self._plane), sheet.arithmetic.products[0].size
        for part, (_role, text) in _PARTS.items():
            self._captions[part].setText(f"{_(text)} · {title}")
        text = translate_count("{count:,} product", "{count:,} products", count)
        subtotal = format_number(float(sheet.arithmetic.subtotals[self._plane]), 6)
        self._captions["products"].setText(f"{_(_PARTS['products'][1])} · {title} · {text}, Σ = {subtotal}")

    def _link(self, cell: tuple[int, int] | None) -> None:
        linked = None if cell is None else Rectangle(*cell, 1, 1)
        for view in self.views.values():
            view.set_linked(linked)
        sheet = self._sheet
        self.told.emit("" if cell is None or sheet is None else product_text(sheet, self._plane, *cell))


def _tint(label: QLabel, colour: str) -> None:
    palette = label.palette()
    palette.setColor(palette.ColorRole.WindowText, colour)
    label.setPalette(palette)
