"""One filter over the whole page, with numbers that can be read and edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.map_view import MapView
from cnnexplorer.ui.widgets.matrix_editor import MatrixEditor
from cnnexplorer.ui.widgets.number_field import NumberField
from cnnexplorer.ui.widgets.painting import Look, Placement

from .filter_state import ALL_ALIKE

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from .filter_state import FilterState

COLOUR_PLANES = (mark("Red"), mark("Green"), mark("Blue"))
LARGEST_CELL = 96.0
TITLED = 640  # pixels of width from which there is room for a title
COLOUR_LOOK = Look("diverging", decimals=3)
_TABS: tuple[tuple[int | None, str], ...] = (
    (None, mark("Colours")),
    *enumerate(COLOUR_PLANES),
    (ALL_ALIKE, mark("All alike")),
)


class WeightEditor(MatrixEditor):
    """A matrix that takes all the room, and whose numbers are nudged by steps that suit them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step = 0.1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, 420)

    def hasHeightForWidth(self) -> bool:
        """Tell that any height will do."""
        return False

    def _placement(self) -> Placement:
        rows, columns = self.value().shape
        scale = min((self.width() - 4) / columns, (self.height() - 4) / rows, LARGEST_CELL)
        return Placement((self.width() - scale * columns) / 2, (self.height() - scale * rows) / 2, scale)

    def _nudge(self, by: float) -> None:
        super()._nudge(by * self.step)


class FilterNumbers(Speaking, QWidget):
    """Shows the numbers of a filter: of its three planes at once in colour, or of one plane to edit.

    Signals: `plane_chosen(plane)`, see `FilterState.plane`; `edited(row, column, value)`, `pasted(matrix)`,
    `refused(error)`, `told(text)`, `closed()`.
    """

    plane_chosen = Signal(object)
    edited = Signal(int, int, float)
    pasted = Signal(object)
    refused = Signal(object)
    told = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: FilterState | None = None
        self.close_button = QToolButton()
        self.close_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.close_button.setAutoRaise(True)
        self.say(self.close_button.setText, mark("All filters"))
        self.tip(self.close_button, mark("Back to all filters (Esc)"))
        self.close_button.clicked.connect(self.closed)
        self.title = QLabel()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tip(self.tabs, mark("Which plane is shown; “All alike” edits the three together and shows their mean"))
        for plane, text in _TABS:
            self.tabs.setTabData(self.tabs.addTab(_(text)), plane)
        self.tabs.currentChanged.connect(lambda index: self.plane_chosen.emit(self.tabs.tabData(index)))
        self.input_label = QLabel()
        self.say(self.input_label.setText, mark("Input map"))
        self.input_map = NumberField(0, whole=True, minimum=0, maximum=0)
        self.input_map.setMaximumWidth(110)
        self.tip(self.input_map, mark("Which of the maps that the filter reads; each has a kernel of its own"))
        self.input_map.edited.connect(self._choose_input)
        self.input_map.refused.connect(self.refused)
        self.colours = MapView()
        self.say(self.colours.setAccessibleName, mark("The filter's three planes in numbers: red, green, blue"))
        self.colours.hovered.connect(self._tell)
        self.matrix = WeightEditor()
        self.say(self.matrix.setAccessibleName, mark("The numbers of one plane"))
        self.matrix.edited.connect(self.edited)
        self.matrix.pasted.connect(self.pasted)
        self.matrix.refused.connect(self.refused)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self._build()
        self.restyle()

    def show_state(self, state: FilterState) -> None:
        """Show a filter."""
        self._state = state
        colour = state.is_colour
        self.tabs.setVisible(colour)
        self.input_label.setVisible(not colour)
        self.input_map.setVisible(not colour)
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(next(i for i in range(len(_TABS)) if not colour or _TABS[i][0] == state.plane))
        self.tabs.blockSignals(False)
        self.input_map.setRange(state.first_plane, state.first_plane + len(state.weight) - 1)
        self.input_map.setValue(state.first_plane + max(state.plane or 0, 0))
        if state.plane is None:
            reach = state.reach or 1.0  # zeros lie in the middle of some range
            self.stack.setCurrentWidget(self.colours)
            self.colours.set_map(state.weight.astype(np.float64), COLOUR_LOOK, (-reach, reach))
        else:
            self.stack.setCurrentWidget(self.matrix)
            self.matrix.step = state.nudge
            self.matrix.setValue(state.matrix(state.plane))
        self.retranslate()

    def take_focus(self) -> None:
        """Have the keys go to what is shown."""
        (self.matrix if self.stack.currentWidget() is self.matrix else self.colours).setFocus()

    def retranslate(self) -> None:
        """Name the filter, and say how its numbers are changed."""
        for index, (_plane, text) in enumerate(_TABS):
            self.tabs.setTabText(index, _(text))
        state = self._state
        if state is None:
            return
        self.title.setText(_("Filter {unit} of {layer}").format(unit=state.unit, layer=state.layer.label))
        if state.plane is None:
            self.about.setText(
                _("Each cell with its three numbers, red above green above blue. Choose a plane to edit numbers.")
            )
        else:
            text = _(
                "Type numbers; Tab and the arrow keys move on; the wheel changes by {step} (with Shift by {fine}); "
                "Ctrl+V pastes. Undo takes an edit back."
            )
            steps = {"step": format_number(state.nudge, 6), "fine": format_number(state.nudge / 10, 6)}
            self.about.setText(text.format(**steps))

    def restyle(self) -> None:
        """Take icon and colours from the theme."""
        self.close_button.setIcon(icon("arrow-left", self))
        palette = self.about.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
        self.about.setPalette(palette)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Name the filter where there is room; the column beside this names it too."""
        super().resizeEvent(event)
        self.title.setVisible(self.width() >= TITLED)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return to all filters with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.close_button, self.tabs, self.input_label, self.input_map):
            row.addWidget(widget)
        row.insertWidget(1, self.title)
        row.addStretch(1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.colours)
        self.stack.addWidget(self.matrix)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 4, 10, 8)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        column.addWidget(self.about)

    def _choose_input(self, number: float) -> None:
        if self._state is not None:
            self.plane_chosen.emit(int(number) - self._state.first_plane)

    def _tell(self, cell: tuple[int, int] | None) -> None:
        state = self._state
        if cell is None or state is None:
            self.told.emit("")
        else:
            self.told.emit(cell_text(state, *cell))


def cell_text(state: FilterState, row: int, column: int) -> str:
    """Return what stands in a cell of the planes that are looked at."""
    values = [format_number(value, 4) for value in state.weight[:, row, column].tolist()]
    if state.plane is None:
        text = _("row {row}, column {column}: red {red}, green {green}, blue {blue}")
        return text.format(row=row, column=column, red=values[0], green=values[1], blue=values[2])
    shown = state.matrix(state.plane)[row, column]
    text = _("row {row}, column {column}: {value}")
    return text.format(row=row, column=column, value=format_number(float(shown), 4))
