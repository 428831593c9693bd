"""What the Architecture page is asked for: networks, the input's size, and what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.number_field import PairField

from .architecture_reading import LECTURE, Wish

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

LARGEST = 4096
_GAP, _SPACING = 16, 8
_WIDEST = 230  # pixels of a list of networks beside other controls
_FRAME = 34  # pixels of a field beside its number: its frame and its arrows
_TEXTS, _ICONS = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
_TITLES = {entry.id: entry.title for entry in CATALOG.values()}


class ArchitectureControls(Speaking, QWidget):
    """The page's controls, in one row or, where there is no room, in two, at last with icons alone.

    Signals: `wished(Wish)` for another network or size, `changed()` for what is shown of them, `refused(error)`.

    Parameters
    ----------
    *more
        Controls of others that stand last in the row.
    """

    wished = Signal(object)
    changed = Signal()
    refused = Signal(object)

    def __init__(self, *more: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._more = more
        self.network = Choice(_TITLES)
        self.tip(self.network, mark("Which network is read; it need not be loaded"))
        self.label = QLabel()
        self.say(self.label.setText, mark("Input"))
        self.size_field = PairField((224, 224), 1, LARGEST)
        self.label.setBuddy(self.size_field.fields[0])
        for field, text in zip(
            self.size_field.fields,
            (mark("Height of the input in pixels"), mark("Width of the input in pixels")),
            strict=True,
        ):
            self.tip(field, text)
            field.setMaximumWidth(84)
            field.setMinimumWidth(field.fontMetrics().horizontalAdvance(str(LARGEST)) + _FRAME)
        self.compare = Choice({"": mark("Compare with…"), **_TITLES})
        self.tip(self.compare, mark("Another network beside it, for the same input"))
        self.weights_only, self.lecture = self._switch(mark("Weights only")), self._switch(mark("The lecture's table"))
        self.tip(self.weights_only, mark("Hide the layers that have no parameters: ReLU, pooling, dropout and others"))
        self._arrange_widgets()
        for choice in (self.network, self.compare):
            choice.activated.connect(self._wish)
        self.size_field.edited.connect(self._wish)
        self.size_field.refused.connect(self.refused)
        for button in (self.weights_only, self.lecture):
            button.toggled.connect(self.changed)
        self.show_wish(Wish("alexnet2012", (224, 224)))
        self.restyle()

    @property
    def wish(self) -> Wish:
        """What is asked for."""
        return Wish(self.network.value(), self.size_field.value(), self.compare.value())

    def show_wish(self, wish: Wish) -> None:
        """Show what is asked for, without a signal."""
        self.network.setValue(wish.network)
        self.size_field.setValue(wish.size)
        self.compare.setValue(wish.other)
        for place in range(1, self.compare.count()):
            item = self.compare.model().item(place)  # type: ignore[attr-defined]
            item.setEnabled(self.compare.itemData(place) != wish.network)
        if wish.network != LECTURE:
            self.lecture.setChecked(False)
        self.lecture.setEnabled(wish.network == LECTURE)
        self.retranslate()

    def retranslate(self) -> None:
        """Say what the lecture's table is, or why it is not there."""
        tip = _("The table of the lecture (section 12) beside the computed one, and why they differ")
        if not self.lecture.isEnabled():
            tip = _("The lecture has a table of {network} only").format(network=CATALOG[LECTURE].title)
        self.lecture.setToolTip(tip)
        self._measure()
        self._arrange()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.weights_only.setIcon(icon("filter-variant", self))
        self.lecture.setIcon(icon("school-outline", self))

    def minimumSizeHint(self) -> QSize:
        """Return the room that two rows take without the buttons' texts."""
        below = self._size.minimumSizeHint().width() + _GAP + self._widths[_ICONS]
        return QSize(max(self._nets.minimumSizeHint().width(), below), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the controls where there is room."""
        super().resizeEvent(event)
        self._arrange()

    def _switch(self, text: str) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        button.setAutoRaise(True)
        self.say(button.setText, text)
        self.say(button.setAccessibleName, text)
        return button

    def _arrange_widgets(self) -> None:
        self._buttons = (self.weights_only, self.lecture, *self._more)
        self._nets, self._size, self._shown = QWidget(), QWidget(), QWidget()
        for holder, widgets in (
            (self._nets, (self.network, self.compare)),
            (self._size, (self.label, self.size_field)),
            (self._shown, self._buttons),
        ):
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(_SPACING)
            for widget in widgets:
                row.addWidget(widget)
        for choice in (self.network, self.compare):
            choice.setMinimumContentsLength(13)
        self.size_field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(3, 1)
        self._in_first = 0  # how many of the three stand in the first row
        self._measure()
        self._arrange()

    def _measure(self) -> None:
        """Find out how wide the buttons are, with their texts and without."""
        self._widths = {}
        for style in (_ICONS, _TEXTS):
            for button in self._buttons:
                if isinstance(button, QToolButton):
                    button.setToolButtonStyle(style)
            widths = [button.sizeHint().width() for button in self._buttons]
            self._widths[style] = sum(widths) + _SPACING * (len(widths) - 1)

    def _arrange(self) -> None:
        """Put all into one row, or the buttons or the size too into a second one, without texts if need be."""
        nets, size, texts = self._nets.sizeHint().width(), self._size.sizeHint().width(), self._widths[_TEXTS]
        in_first = 3 if self.width() >= nets + size + texts + 2 * _GAP else 2
        if in_first == 2 and self.width() < max(nets + _GAP + size, texts):
            in_first = 1
        style = _TEXTS if in_first > 1 or self.width() >= size + _GAP + texts else _ICONS
        for button in self._buttons:
            if isinstance(button, QToolButton) and button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)
        if in_first == self._in_first:
            return
        self._in_first = in_first
        for choice in (self.network, self.compare):
            choice.setMaximumWidth(_WIDEST if in_first > 1 else 2 * _WIDEST)  # alone in a row they fill it
        for place, holder in enumerate((self._nets, self._size, self._shown)):
            row, column = (0, place) if place < in_first else (1, place - in_first)
            last = place in (in_first - 1, 2)
            side = Qt.AlignmentFlag.AlignLeft if holder is self._shown else Qt.AlignmentFlag(0)
            self._grid.addWidget(holder, row, column, 1, 4 - column if last else 1, side)
        self._grid.setColumnStretch(0, 3 if in_first > 1 else 0)
        self.updateGeometry()

    def _wish(self) -> None:
        wish = self.wish
        if wish.other == wish.network:
            wish = Wish(wish.network, wish.size)
        self.wished.emit(wish)
