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
_TITLES = {entry.id: entry.title for entry in CATALOG.values()}


class ArchitectureControls(Speaking, QWidget):
    """The page's controls, in one row or, where there is no room, in two.

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
        self._arrange()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.weights_only.setIcon(icon("filter-variant", self))
        self.lecture.setIcon(icon("school-outline", self))

    def minimumSizeHint(self) -> QSize:
        """Return the room that two rows take, so that they come about when the page gets narrow."""
        parts = self._asked.minimumSizeHint(), self._shown.minimumSizeHint()
        return QSize(max(part.width() for part in parts), super().minimumSizeHint().height())

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
        self._asked, self._shown = QWidget(), QWidget()
        for holder, widgets in (
            (self._asked, (self.network, self.label, self.size_field, self.compare)),
            (self._shown, (self.weights_only, self.lecture, *self._more)),
        ):
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            for widget in widgets:
                row.addWidget(widget)
        for choice in (self.network, self.compare):
            choice.setMaximumWidth(230)
            choice.setMinimumContentsLength(13)
        self.size_field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        self._in_rows = 0
        self._arrange()

    def _arrange(self) -> None:
        wanted = self._asked.sizeHint().width() + 16 + self._shown.sizeHint().width()
        in_rows = 1 if self.width() >= wanted else 2
        if in_rows != self._in_rows:
            self._in_rows = in_rows
            place = (0, 1) if in_rows == 1 else (1, 0)
            self._grid.addWidget(self._asked, 0, 0, 1, 1 if in_rows == 1 else 3)  # alone in its row it may grow
            self._grid.setColumnStretch(0, 3 if in_rows == 1 else 0)
            self._grid.addWidget(self._shown, *place, Qt.AlignmentFlag.AlignLeft)
            self.updateGeometry()

    def _wish(self) -> None:
        wish = self.wish
        if wish.other == wish.network:
            wish = Wish(wish.network, wish.size)
        self.wished.emit(wish)
