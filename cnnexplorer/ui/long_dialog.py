"""The frame of the dialogs that do something long: what is asked for, what it comes to, how far it is, and the buttons.

While it is under way nothing can be changed, and it can be stopped; closing stops it first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.messages import mark

from .language import Speaking, _
from .theme import colours
from .trouble import told
from .widgets.buttons import Buttons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QLayout


class LongDialog(Speaking, QDialog):
    """A dialog with a foot: a summary, a bar of progress, and buttons that start and stop.

    Who inherits puts its own fields above the foot with `build`, and says what `busy`, `stop_work` and `close_work`
    mean.

    Signals: `closed()` once it is closed and nothing is under way any more.

    Parameters
    ----------
    title, progress, start_tip, stop_tip
        What it is called, what the bar tells of, and what the two buttons do; marked for translation.
    """

    closed = Signal()

    def __init__(
        self, title: str, progress: str, start_tip: str, stop_tip: str, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._leaving = False
        self._inputs: Sequence[QWidget] = ()
        self.say(self.setWindowTitle, title)
        self._build_summary()
        self._build_bar(progress)
        self._build_buttons(start_tip, stop_tip)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        raise NotImplementedError

    def stop_work(self) -> None:
        """Begin to stop; who inherits calls `end` or `fail` when it has stopped."""
        raise NotImplementedError

    def close_work(self) -> None:
        """Stop, and wait for work under way; to be called before the program ends."""
        raise NotImplementedError

    def begin(self) -> None:
        """Let nothing be changed while something is under way."""
        self._show_busy(True)

    def end(self, text: str = "") -> None:
        """Let everything be changed again, and say how it ended; close, if that is what it was stopped for."""
        self._show_busy(False)
        self.tell(text)
        if self._leaving:
            self.reject()

    def fail(self, error: BaseException) -> None:
        """End with a sentence for the user; raise a bug."""
        self.end()
        if not isinstance(error, UserError):
            raise error
        self.complain(error)

    def tell(self, text: str, trouble: bool = False) -> None:
        """Say in the foot what is going to be done, or was."""
        palette = self.summary.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("error" if trouble else "text"))
        self.summary.setPalette(palette)
        self.summary.setText(text)

    def complain(self, error: UserError) -> None:
        """Say in the foot what is in the way."""
        self.tell(told(error), trouble=True)

    def ask_to_stop(self) -> None:
        """Begin to stop, and say so."""
        self.stop_button.setEnabled(False)
        self.tell(_("Stopping…"))
        self.stop_work()

    # Qt's side

    def reject(self) -> None:
        """Close; what is under way is stopped first."""
        if self.busy:
            self._leaving = True
            self.ask_to_stop()
            return
        super().reject()
        self.closed.emit()

    @property
    def is_leaving(self) -> bool:
        """Whether it closes as soon as what is under way has stopped."""
        return self._leaving

    def leave(self) -> None:
        """Close, now or as soon as what is under way has stopped."""
        self._leaving = True
        self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus, and no other."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(button := self.focusWidget(), QPushButton):
            button.click()

    # building

    def build(self, fields: QLayout, inputs: Sequence[QWidget]) -> None:
        """Lay out the fields above the foot; `inputs` are what cannot be changed while something is under way."""
        self._inputs = inputs
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(fields, 1)
        layout.addWidget(self.summary)
        layout.addWidget(self.bar)
        layout.addWidget(self.box)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a list of choices must not start anything

    def _build_summary(self) -> None:
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.summary.setMinimumHeight(2 * self.fontMetrics().lineSpacing())

    def _build_bar(self, progress: str) -> None:
        self.bar = QProgressBar()
        self.say(self.bar.setAccessibleName, progress)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # else what is above it would change its height
        self.bar.setSizePolicy(policy)
        self.bar.hide()

    def _build_buttons(self, start_tip: str, stop_tip: str) -> None:
        self.box = Buttons(QDialogButtonBox.StandardButton.Close)
        self.close_button = self.box.button(QDialogButtonBox.StandardButton.Close)
        self.start_button = self.box.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.tip(self.start_button, start_tip)
        self.stop_button = self.box.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.say(self.stop_button.setText, mark("Stop"))
        self.tip(self.stop_button, stop_tip)
        self.stop_button.hide()
        self.stop_button.clicked.connect(self.ask_to_stop)
        self.box.rejected.connect(self.reject)

    def _show_busy(self, busy: bool) -> None:
        for widget in self._inputs:
            widget.setEnabled(not busy)
        self.bar.setValue(0)
        self.bar.setVisible(busy)
        self.start_button.setVisible(not busy)
        self.stop_button.setVisible(busy)
        self.stop_button.setEnabled(busy)
        (self.stop_button if busy else self.start_button).setFocus()
