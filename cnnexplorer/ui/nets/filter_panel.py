"""The column beside the filters: one filter enlarged, in planes and figures, and what can be done to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QPushButton, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.kernels import PRESETS
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.figures import ColourBar
from cnnexplorer.ui.widgets.form import Form
from cnnexplorer.ui.widgets.map_view import MapView

from .filter_grid import Tile, TileGrid
from .filter_numbers import COLOUR_LOOK, COLOUR_PLANES, cell_text
from .filter_sheet import colour_picture, plane_pictures, signed_levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .filter_state import FilterEdits, FilterState

_PLANES: tuple[int | None, ...] = (None, 0, 1, 2)
_FIGURES = {
    "norm": (mark("Norm"), mark("The root of the sum of its squared weights")),
    "mean": (mark("Mean"), mark("The mean of its weights")),
    "sum": (mark("Sum"), mark("The sum of its weights: what an area of ones gives, without the bias")),
    "bias": (mark("Bias"), mark("The number that is added to each sum of products")),
    "colour": (mark("Colour"), mark("Colourfulness: the share of its squared weights that is not grey")),
    "response": (mark("Response"), mark("The mean of its map behind a ReLU, for the present picture")),
}
_CONVOLUTION_TIP = mark("See it slide over what it reads, step by step, in the Convolution workspace")
_PLANE_TIP = mark(
    "See one kernel slide in the Convolution workspace: of this filter's planes only the chosen one, over the input "
    "map that it reads, and without the bias"
)
_REPLACE_TIP = mark(
    "Put a hand-made kernel in its place, on every plane; enlarged to the filter's size and scaled to its norm, so "
    "that what the two give can be compared (the list switches both)"
)


class FilterPanel(Form):
    """Shows one filter.

    Signals: `plane_chosen(plane)`, see `FilterState.plane`; `numbers_asked()`, `map_asked()`, `convolution_asked()`,
    `told(text)`.
    """

    plane_chosen = Signal(object)
    numbers_asked = Signal()
    map_asked = Signal()
    convolution_asked = Signal()
    told = Signal(str)

    def __init__(self, edits: FilterEdits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits = edits
        self._state: FilterState | None = None
        self._figures: Mapping[str, float] = {}
        self._build_pictures()
        self._build_figures()
        self._build_ways()
        self._build_edits()
        self.setEnabled(False)
        self.restyle()

    # what is shown

    def show_state(self, state: FilterState, figures: Mapping[str, float]) -> None:
        """Show a filter; `figures` are its bias, colour and response, as far as they are known."""
        self._state, self._figures = state, figures
        self.setEnabled(True)
        weight = state.weight.astype(np.float64)
        whole = state.is_colour and (state.plane is None or state.plane < 0)
        shown = weight if whole else weight[state.plane or 0]
        reach = state.reach or 1.0  # zeros lie in the middle of some range
        self.view.set_map(shown, COLOUR_LOOK, (-reach, reach))
        self.bar.set_range("diverging", (-state.reach, state.reach))
        self.planes.setVisible(state.is_colour)
        self.shown.setVisible(not state.is_colour)
        small = state.weight.shape[1:] == (1, 1)
        self.replace_button.setEnabled(not small)
        self.restore_button.setEnabled(state.edited)
        self.restore_all_button.setEnabled(state.layer_edited)
        self.retranslate()

    def set_figures(self, figures: Mapping[str, float]) -> None:
        """Show other figures of the same filter."""
        state = self._state
        if state is None:
            return
        self._figures = figures
        self.convolution_button.setEnabled("response" in figures)
        weight = state.weight.astype(np.float64)
        values = {"norm": state.norm, "mean": weight.mean(), "sum": weight.sum(), **self._figures}
        for name, label in self.figures.items():
            value = values.get(name)
            if value is None:
                label.setText("–")
            elif name == "colour":
                label.setText(_("{percent} %").format(percent=f"{100 * value:.0f}"))
            else:
                label.setText(format_number(float(value), 4))

    def retranslate(self) -> None:
        """Name the filter and its figures."""
        state = self._state
        if state is None:
            return
        text = _("Filter {unit} of {layer}") if not state.edited else _("Filter {unit} of {layer}, edited")
        self.title.setText(text.format(unit=state.unit, layer=state.layer.label))
        if state.is_colour:
            self._show_planes(state)
        else:
            text = _("Its kernel for input map {plane}")
            self.shown.setText(text.format(plane=state.first_plane + (state.plane or 0)))
        self.set_figures(self._figures)
        few = len(state.weight) <= 3
        self.convolution_button.setToolTip(_(_CONVOLUTION_TIP if few else _PLANE_TIP))
        small = state.weight.shape[1:] == (1, 1)
        none = _("A filter of 1×1 has one number for each input map: no room for a kernel")
        self.replace_button.setToolTip(none if small else _(_REPLACE_TIP))

    def restyle(self) -> None:
        """Take icons from the theme."""
        super().restyle()
        for button, name in getattr(self, "_icons", {}).items():
            button.setIcon(icon(name, self))

    # building

    def _build_pictures(self) -> None:
        self._icons: dict[QPushButton, str] = {}
        self.title = self.heading("")
        self.title.setWordWrap(True)
        self.view = MapView()
        self.view.setMinimumHeight(160)
        self.view.setMaximumHeight(272)
        self.say(self.view.setAccessibleName, mark("The filter, enlarged"))
        self.view.hovered.connect(self._tell)
        self.layout_.addWidget(self.view, 100)
        self.shown = self.hint()
        self.planes = TileGrid(44, "kernel")
        self.planes.setFixedHeight(84)
        self.tip(self.planes, mark("Its planes: choose one to enlarge it"))
        self.planes.chosen.connect(lambda place: self.plane_chosen.emit(_PLANES[place]))
        self.wide(self.planes)
        self.bar = ColourBar()
        self.tip(self.bar, mark("The weights that the ends of the colours stand for"))
        self.wide(self.bar)

    def _build_figures(self) -> None:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self.figures: dict[str, QLabel] = {}
        for place, (name, (text, tip)) in enumerate(_FIGURES.items()):
            label, value = QLabel(), QLabel("–")
            self._muted.append(label)
            self.say(label.setText, text)
            for widget in (label, value):
                self.say(widget.setToolTip, tip)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row, column = divmod(place, 2)
            grid.addWidget(label, row, 3 * column)
            grid.addWidget(value, row, 3 * column + 1)
            self.figures[name] = value
        grid.setColumnMinimumWidth(2, 10)
        for column in (1, 4):
            grid.setColumnStretch(column, 1)
        self.wide(holder)

    def _build_ways(self) -> None:
        self.numbers_button = self._button(
            mark("Numbers…"), "numeric", mark("Read and edit its numbers, over the whole page")
        )
        self.map_button = self._button(mark("Its map"), "view-grid-outline", mark("See its map on the Maps page"))
        self.convolution_button = self._button(mark("Open in Convolution"), "open-in-app", _CONVOLUTION_TIP)
        self.numbers_button.clicked.connect(self.numbers_asked)
        self.map_button.clicked.connect(self.map_asked)
        self.convolution_button.clicked.connect(self.convolution_asked)
        self._pair(self.numbers_button, self.map_button)
        self.wide(self.convolution_button)

    def _build_edits(self) -> None:
        self.heading(mark("Trained, not programmed"))
        self.replace_button = self._button(mark("Replace by…"), "shape-square-plus", _REPLACE_TIP)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.replace_button.setMenu(self.menu)
        self.enlarge = self.menu.addAction("")
        self.scale = self.menu.addAction("")
        for action, text, tip in (
            (self.enlarge, mark("Enlarge to the filter's size"), mark("Off: the kernel's own size, in the middle")),
            (self.scale, mark("Scale to the filter's norm"), mark("Off: the kernel's own numbers")),
        ):
            self.say(action.setText, text)
            self.say(action.setToolTip, tip)
            action.setCheckable(True)
            action.setChecked(True)
        self.menu.addSeparator()
        for preset in PRESETS:
            entry = self.menu.addAction(_kernel_icon(preset.matrix), "")
            self.say(entry.setText, preset.title)
            self.say(entry.setToolTip, preset.about)
            entry.setData(preset.id)
            entry.triggered.connect(partial(self._replace, preset.id))
        self.zero_button = self._button(mark("Zero"), "numeric-0-box-outline", mark("Make all its numbers zero"))
        self.restore_button = self._button(
            mark("Original"), "backup-restore", mark("Bring this filter back as it was loaded")
        )
        self.shuffle_button = self._button(
            mark("Shuffle all"),
            "shuffle-variant",
            mark("Shuffle the numbers within each filter of the layer: the same numbers, without what was learned"),
        )
        self.restore_all_button = self._button(
            mark("All original"), "backup-restore", mark("Bring all filters of the layer back as they were loaded")
        )
        self._pair(self.replace_button, self.zero_button)
        self._pair(self.shuffle_button, self.restore_button)
        self.wide(self.restore_all_button)
        for button, edit in (
            (self.zero_button, self._edits.zero),
            (self.shuffle_button, self._edits.shuffle),
            (self.restore_button, self._edits.restore),
            (self.restore_all_button, self._edits.restore_all),
        ):
            button.clicked.connect(lambda _checked=False, edit=edit: self._state is not None and edit(self._state))
        self.layout_.addStretch(1)

    def _button(self, text: str, image: str, tip: str) -> QPushButton:
        button = QPushButton()
        self.say(button.setText, text)
        self.say(button.setAccessibleName, text)
        self.say(button.setToolTip, tip)
        self._icons[button] = image
        return button

    def _pair(self, *buttons: QPushButton) -> None:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        for column, button in enumerate(buttons):
            grid.addWidget(button, 0, column)
            grid.setColumnStretch(column, 1)
        self.wide(holder)

    def _show_planes(self, state: FilterState) -> None:
        colour = signed_levels(state.weight.transpose(1, 2, 0), state.reach)
        pictures = (
            colour_picture(np.ascontiguousarray(colour)),
            *plane_pictures(state.weight.astype(np.float64), state.reach),
        )
        names = (_("Colours"), *map(_, COLOUR_PLANES))
        self.planes.describe = names.__getitem__
        self.planes.set_tiles([
            Tile(place, picture, None, (name,))
            for place, (picture, name) in enumerate(zip(pictures, names, strict=True))
        ])  # fmt: skip
        self.planes.set_unit(_PLANES.index(state.plane) if state.plane in _PLANES else 0)

    # actions

    def _replace(self, preset_id: str) -> None:
        if self._state is not None:
            self._edits.replace(self._state, preset_id, self.enlarge.isChecked(), self.scale.isChecked())

    def _tell(self, cell: tuple[int, int] | None) -> None:
        self.told.emit("" if cell is None or self._state is None else cell_text(self._state, *cell))


def _kernel_icon(matrix: tuple[tuple[float, ...], ...]) -> QIcon:
    """Return a kernel as a picture for a menu."""
    values = np.array(matrix)
    picture = plane_pictures(values[None], float(np.abs(values).max()))[0]
    return QIcon(QPixmap.fromImage(picture.scaled(30, 30)))
