"""The strip of cards: input, padding, and every stage, from left to right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QToolButton, QWidget

from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import icon

from .card import Card, new_stage_titles

if TYPE_CHECKING:
    from .shown import ViewKey

MANY = 24  # new cards that the window waits for without being held up


class Strip(Speaking, QScrollArea):
    """Holds the cards.

    Signals: `card_added(card)`, `add_asked(kind)` for a stage at the end, `order_asked(stage, target)`,
    `enlarged_changed()`.
    """

    card_added = Signal(object)
    add_asked = Signal(str)
    order_asked = Signal(int, int)
    enlarged_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[ViewKey, Card] = {}
        self._ready: dict[ViewKey, Card] = {}  # cards that are not shown yet
        self._enlarged: ViewKey | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._row = QWidget()
        self._layout = QHBoxLayout(self._row)
        self._layout.setContentsMargins(6, 8, 4, 6)
        self._layout.setSpacing(6)
        self.add_button = QToolButton()
        self.add_button.setAutoRaise(True)
        self.add_button.setMinimumHeight(64)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.tip(self.add_button, "Add a stage at the end")
        self._menu = QMenu(self.add_button)
        self.add_button.setMenu(self._menu)
        self._layout.addWidget(self.add_button)
        self.setWidget(self._row)
        self.retranslate()
        self.restyle()

    def make_ready(self, key: ViewKey) -> Card:
        """Return a card for a view that will be shown soon, made but for showing it."""
        card = self._ready.get(key)
        if card is None:
            card = self._ready[key] = self._new_card(key)
            for widget in (card, *card.findChildren(QWidget)):
                widget.ensurePolished()
        return card

    def set_keys(self, keys: list[ViewKey]) -> None:
        """Show a card for each view; those that stay keep their zoom and channel."""
        many = len([key for key in keys if key not in self.cards]) > MANY
        if many:  # each would have everything laid out anew
            self._row.hide()
        for key in [key for key in self.cards if key not in keys]:
            card = self.cards.pop(key)
            self._layout.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, key in enumerate(keys):
            if key not in self.cards:
                self.cards[key] = self._ready.pop(key) if key in self._ready else self._new_card(key)
            if self._layout.indexOf(self.cards[key]) != place:
                self._layout.removeWidget(self.cards[key])
                self._layout.insertWidget(place, self.cards[key], 1)
        for card in self._ready.values():  # of another experiment, which came to nothing
            card.deleteLater()
        self._ready.clear()
        if self._enlarged is not None and self._enlarged not in self.cards:
            self._enlarged = None
            self.enlarged_changed.emit()
        self._arrange()
        if many:
            self._row.show()

    def enlarge(self, key: ViewKey) -> None:
        """Give a card all the room, or give it back."""
        self._enlarged = None if self._enlarged == key else key
        self._arrange()
        self.enlarged_changed.emit()

    @property
    def row(self) -> QWidget:
        """All cards, also those that are scrolled away."""
        return self._row

    @property
    def whole_height(self) -> int:
        """How high the strip must be for nothing of the cards to be cut, in pixels."""
        cards = max(self._row.heightForWidth(self._row.width()), self._row.minimumSizeHint().height())
        return cards + self.height() - self.viewport().height()

    @property
    def enlarged(self) -> ViewKey | None:
        """The card that has all the room."""
        return self._enlarged

    def reveal(self, key: ViewKey) -> None:
        """Scroll to a card, to the side."""
        if key in self.cards:
            self.ensureWidgetVisible(self.cards[key], 20, 0)
            self.verticalScrollBar().setValue(0)  # the heads of the cards stay in sight where there is little room

    def retranslate(self) -> None:
        """Name the stages in the menu of +."""
        self._menu.clear()
        for kind, title in new_stage_titles().items():
            self._menu.addAction(title, partial(self.add_asked.emit, kind))

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.add_button.setIcon(icon("plus", self))

    def _new_card(self, key: ViewKey) -> Card:
        card = Card(key, self._row)
        card.enlarge_asked.connect(lambda: self.enlarge(key))
        card.dropped.connect(lambda point: self._drop(key, point))
        self.card_added.emit(card)
        return card

    def _arrange(self) -> None:
        for key, card in self.cards.items():
            card.setVisible(self._enlarged in (None, key))
            card.set_enlarged(self._enlarged == key)
        self.add_button.setVisible(self._enlarged is None)

    def _drop(self, key: ViewKey, point: QPoint) -> None:
        """Let a dragged card go to where it was dropped."""
        x = self._row.mapFromGlobal(point).x()
        stages = sorted(stage for kind, stage in self.cards if kind == "stage")
        passed = [s for s in stages if s != key[1] and self.cards["stage", s].geometry().center().x() < x]
        if len(passed) != key[1]:
            self.order_asked.emit(key[1], len(passed))
