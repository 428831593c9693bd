"""The column beside the mosaic: one unit's map over the picture, its figures, and where one can go from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import CONVOLUTION
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.figures import ColourBar, Histogram
from cnnexplorer.ui.widgets.form import Form

from .maps_texts import filters_behind, weights_before
from .unit_view import UnitView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QWheelEvent

    from cnnexplorer.nets import LayerInfo

    from .unit_sheet import UnitSheet

_OPACITY = 75  # percent
_FIGURES = {
    "minimum": (mark("Minimum"), mark("The smallest value of the map")),
    "maximum": (mark("Maximum"), mark("The largest value of the map")),
    "mean": (mark("Mean"), mark("The mean of all values of the map")),
    "deviation": (mark("Deviation"), mark("The standard deviation of the values of the map")),
    "zeros": (mark("Zeros"), mark("The share of values that are exactly zero")),
    "mean_rank": (mark("Rank by mean"), mark("Its rank among the units of the layer: 1 has the highest mean")),
    "maximum_rank": (mark("Rank by maximum"), mark("Its rank among the units of the layer: 1 has the highest maximum")),
}
_NUMBER_TIP = mark(
    "See how one value comes about, product by product: the value that is framed, or else the largest of the map"
)


class QuietSlider(QSlider):
    """A slider that the wheel does not move."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to scrolling: a slider passed by the mouse must not change."""
        event.ignore()


class UnitPanel(Form):
    """Shows one unit.

    Signals: `hovered((row, column) or None)` and `value_asked(row, column)` on the map; `filter_asked()`,
    `number_asked()`, `enlarge_asked()`.
    """

    hovered = Signal(object)
    value_asked = Signal(int, int)
    filter_asked = Signal()
    number_asked = Signal()
    enlarge_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: UnitSheet | None = None
        self._layers: Sequence[LayerInfo] = ()
        self._icons: dict[QPushButton, str] = {}
        self._build_picture()
        self._build_figures()
        self._build_ways()
        self.layout_.addStretch(1)
        self.setEnabled(False)
        self.restyle()

    @property
    def sheet(self) -> UnitSheet | None:
        """What is shown."""
        return self._sheet

    def show_sheet(self, sheet: UnitSheet | None, layers: Sequence[LayerInfo] = ()) -> None:
        """Show a unit of one of some layers."""
        self._sheet, self._layers = sheet, layers
        self.setEnabled(sheet is not None)
        self.view.set_sheet(sheet)
        if sheet is None:
            return
        self.bar.set_range(sheet.wish.colour_map, sheet.limits)
        figures = sheet.figures
        self.histogram.set_counts(sheet.histogram, (figures.minimum, figures.maximum))
        for widget in (self.over, self.bar, self.histogram):
            widget.setVisible(not sheet.single)
        weights = weights_before(layers, sheet.layer)
        self.number_button.setEnabled(weights is not None)
        self.filter_button.setEnabled(filters_behind(layers, sheet.layer) is not None)
        self.enlarge_button.setEnabled(not sheet.single)
        self.before.setVisible(weights is not None and weights is not sheet.layer)
        self.retranslate()

    def retranslate(self) -> None:
        """Name the unit and its figures."""
        self.opacity_value.setText(_("{percent} %").format(percent=self.opacity.value()))
        sheet = self._sheet
        if sheet is None:
            return
        self.title.setText(_("Unit {unit} of {layer}").format(unit=sheet.wish.unit, layer=sheet.layer.label))
        figures, total = sheet.figures, f"{sheet.layer.output_shape[0]:,}"
        texts = {name: format_number(getattr(figures, name), 4) for name in ("minimum", "maximum", "mean", "deviation")}
        texts["zeros"] = _("{percent} %").format(percent=f"{100 * figures.zeros:.1f}")
        for name in ("mean_rank", "maximum_rank"):
            texts[name] = _("{place} of {count}").format(place=f"{getattr(figures, name):,}", count=total)
        hidden = ("minimum", "maximum", "deviation", "zeros", "maximum_rank") if sheet.single else ()
        for name, (label, value) in self.figures.items():
            value.setText(texts[name])
            label.setVisible(name not in hidden)
            value.setVisible(name not in hidden)
        self.figures["mean"][0].setText(_("Value") if sheet.single else _("Mean"))
        self.figures["mean_rank"][0].setText(_("Rank") if sheet.single else _("Rank by mean"))
        self.note.setText(self._note(sheet))
        self.note.setVisible(bool(self.note.text()))
        weights = weights_before(self._layers, sheet.layer)
        if weights is not None and weights is not sheet.layer:
            text = _("{layer} multiplies nothing itself: the arithmetic behind its values is that of {before}.")
            self.before.setText(text.format(layer=sheet.layer.label, before=weights.label))

    def restyle(self) -> None:
        """Take icons from the theme."""
        super().restyle()
        for button, name in self._icons.items():
            button.setIcon(icon(name, self))

    # building

    def _build_picture(self) -> None:
        self.title = self.heading("")
        self.title.setWordWrap(True)
        self.view = UnitView()
        self.say(self.view.setAccessibleName, mark("The map over the picture"))
        self.view.hovered.connect(self.hovered)
        self.view.clicked.connect(self.value_asked)
        self.wide(self.view)
        self.over = QWidget()
        row = QHBoxLayout(self.over)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.opacity = QuietSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(25)
        self.tip(self.opacity, mark("Opacity of the map over the picture"))
        self.opacity_value = QLabel()
        self.opacity_value.setMinimumWidth(self.opacity_value.fontMetrics().horizontalAdvance("100 %"))
        self.opacity_value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.smooth = QCheckBox()
        self.say(self.smooth.setText, mark("Smooth"))
        self.say(self.smooth.setToolTip, mark("Paint between the values; off: each value as a square"))
        self.smooth.toggled.connect(self.view.set_smooth)
        self.opacity.valueChanged.connect(self._change_opacity)
        self.opacity.setValue(_OPACITY)
        row.addWidget(self.opacity, 1)
        row.addWidget(self.opacity_value)
        row.addWidget(self.smooth)
        self.wide(self.over)
        self.bar, self.histogram = ColourBar(), Histogram()
        self.tip(self.bar, mark("The values that the ends of the colours stand for"))
        self.tip(self.histogram, mark("How often values occur in the map, from the smallest to the largest"))
        self.histogram.setFixedHeight(68)
        self.wide(self.bar)
        self.wide(self.histogram)

    def _build_figures(self) -> None:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        self.figures: dict[str, tuple[QLabel, QLabel]] = {}
        for place, (name, (text, tip)) in enumerate(_FIGURES.items()):
            label, value = QLabel(), QLabel()
            self._muted.append(label)
            self.say(label.setText, text)
            for widget in (label, value):
                self.say(widget.setToolTip, tip)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            ranks = name.endswith("rank")  # two long numbers: a row of their own
            row, column = (place - 2, 0) if ranks else divmod(place, 2)
            grid.addWidget(label, row, 3 * column, 1, 4 if ranks else 1)
            grid.addWidget(value, row, 3 * column + (4 if ranks else 1))
            self.figures[name] = label, value
        grid.setColumnMinimumWidth(2, 10)
        for column in (1, 4):
            grid.setColumnStretch(column, 1)
        self.wide(holder)
        self.note = self.hint()
        self.note.hide()

    def _build_ways(self) -> None:
        self.enlarge_button = self._button(
            mark("Enlarge"), "arrow-expand-all", mark("Show this map alone, over the whole page, with its numbers")
        )
        self.number_button = self._button(mark("Down to the number"), "calculator-variant-outline", _NUMBER_TIP)
        self.filter_button = self._button(
            mark("Its filter"), "grid", mark("See the filter that makes this map, on the Filters page")
        )
        self.enlarge_button.clicked.connect(self.enlarge_asked)
        self.number_button.clicked.connect(self.number_asked)
        self.filter_button.clicked.connect(self.filter_asked)
        pair = QWidget()
        grid = QGridLayout(pair)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        for column, button in enumerate((self.enlarge_button, self.filter_button)):
            grid.addWidget(button, 0, column)
            grid.setColumnStretch(column, 1)
        self.wide(pair)
        self.wide(self.number_button)
        self.before = self.hint()
        self.before.hide()

    def _button(self, text: str, image: str, tip: str) -> QPushButton:
        button = QPushButton()
        self.say(button.setText, text)
        self.say(button.setAccessibleName, text)
        self.say(button.setToolTip, tip)
        self._icons[button] = image
        return button

    # the inside

    def _change_opacity(self, percent: int) -> None:
        self.view.set_opacity(percent / 100)
        self.opacity_value.setText(_("{percent} %").format(percent=percent))

    def _note(self, sheet: UnitSheet) -> str:
        """Return what is to be said of a map that tells nothing."""
        if sheet.single:
            return ""
        if sheet.figures.dead:
            return _("Dead: it gives nothing but zeros for this picture. For another picture it may not.")
        if sheet.layer.kind == CONVOLUTION and sheet.figures.maximum <= 0:
            return _("It has no positive value: a ReLU leaves nothing of it.")
        return ""
