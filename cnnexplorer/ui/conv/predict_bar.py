"""The line that asks: the question, what is asked for, hints, and the tally."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.widgets.form import Choice

from .predict_questions import ASKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction, QPaintEvent, QResizeEvent


NARROW = 680  # pixels


class AskedChoice(Choice):
    """What is asked for, of what can be asked now.

    Signals: `closed()` once the list is shut again; the arrow keys choose without opening it.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__({"value": ASKED["value"]}, parent)
        self._open = False

    def showPopup(self) -> None:
        """Open the list."""
        self._open = True
        super().showPopup()

    def hidePopup(self) -> None:
        """Shut the list."""
        super().hidePopup()
        if self._open:
            self._open = False
            QTimer.singleShot(0, self, self.closed.emit)  # once what was chosen there is known

    def offer(self, ids: Sequence[str], chosen: str) -> None:
        """Offer some, one of them chosen; without a signal."""
        if list(self._choices) != list(ids):
            self._choices = {id_: ASKED[id_] for id_ in ids}
            self.clear()
            for id_, title in self._choices.items():
                self.addItem(_(title), id_)
        self.setValue(chosen)


class PredictBar(Speaking, QWidget):
    """Asks above the transport while Predict is on.

    Signals: `asked_for(id)` when the user chooses what is to be asked, and `chosen()` once the list of that is shut.
    """

    asked_for = Signal(str)
    chosen = Signal()

    def __init__(self, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallied = (0, 0, 0)
        self.question = QLabel()
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.question.setWordWrap(True)
        font = self.question.font()
        font.setBold(True)
        self.question.setFont(font)
        self.question.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.tally = QLabel()
        self.tally.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tip(self.tally, "Right at the first try, tries in all, and answers that were shown")
        self.choice = AskedChoice()
        self.choice.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.choice.setMinimumContentsLength(16)
        self.tip(self.choice, "What is asked for")
        self.choice.activated.connect(lambda: self.asked_for.emit(self.choice.value()))
        self.choice.closed.connect(self.chosen)
        self._label = QLabel()
        self._label.setBuddy(self.choice)
        self.say(self._label.setText, "Ask for")
        below = QHBoxLayout()
        below.setSpacing(6)
        below.addWidget(self._label)
        below.addWidget(self.choice)
        self.buttons: list[QToolButton] = []
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            below.addWidget(button)
            self.buttons.append(button)
        below.addStretch(1)
        below.addWidget(self.tally)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 6, 12, 2)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.question, 0, 0)
        grid.addLayout(below, 1, 0)
        self.retranslate()
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words of the buttons out where there is no room for them."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self._label.setVisible(not narrow)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in self.buttons:
            button.setToolButtonStyle(style)

    def ask(self, text: str) -> None:
        """Put a question."""
        self.question.setText(text)

    def count(self, first: int, tries: int, shown: int) -> None:
        """Show the tally."""
        self._tallied = first, tries, shown
        self.retranslate()

    def retranslate(self) -> None:
        """Say the tally."""
        first, tries, shown = self._tallied
        text = _("right at once: {first}  ·  tries: {tries}  ·  answers shown: {shown}")
        self.tally.setText(text.format(first=first, tries=tries, shown=shown))

    def restyle(self) -> None:
        """Mute what is no question."""
        for label in (self._label, self.tally):
            palette = label.palette()
            palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
            label.setPalette(palette)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a line that parts it from the board."""
        painter = QPainter(self)
        painter.setPen(QPen(colours(self).colour("line"), 1))
        painter.drawLine(0, 0, self.width(), 0)
