"""The steps of a lab in a row: which are done, and which is in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from cnnexplorer.labs.progress import StepProgress

ROLES = {"open": "line", "tried": "error", "solved": "output", "noted": "output", "read": "output", "shown": "kernel"}
STATES = {
    "open": mark("Step {number}: not done yet"),
    "tried": mark("Step {number}: tried, and not right yet"),
    "solved": mark("Step {number}: solved"),
    "noted": mark("Step {number}: answered"),
    "read": mark("Step {number}: read"),
    "shown": mark("Step {number}: the answer was shown"),
}
UNDONE = ("open", "tried")
_HEIGHT, _GAP = 18, 3.0


def state_of(step: StepProgress) -> str:
    """Return the state of a step, one of `STATES`."""
    return "tried" if step.status == "open" and step.tries else step.status


class StepBar(Speaking, QWidget):
    """Shows how far each step is; a click, or the arrow keys, go to a step.

    Signals: `chosen(index)`.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._states: tuple[str, ...] = ("open",)
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.retranslate()

    def show_steps(self, states: Sequence[str], current: int) -> None:
        """Show the state of each step, and which is in front."""
        self._states, self._current = tuple(states), current
        self.retranslate()
        self.update()

    def retranslate(self) -> None:
        """Say where the student is, to those who hear it."""
        done = sum(state not in UNDONE for state in self._states)
        self.setAccessibleName(
            _("Step {number} of {count}; {done} are done").format(
                number=self._current + 1, count=len(self._states), done=done
            )
        )

    def place(self, index: int) -> QRectF:
        """Return where a step lies in the widget."""
        count = len(self._states)
        width = (self.width() - _GAP * (count - 1)) / count
        return QRectF(index * (width + _GAP), (self.height() - 10) / 2, width, 10)

    def sizeHint(self) -> QSize:
        """Return a flat bar."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a piece for each step.

        The one in front is framed, an answer that was shown is marked with a dot, one that was tried is filled halfway.
        """
        painter, theme = QPainter(self), colours(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, state in enumerate(self._states):
            place = self.place(index)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line" if state == "tried" else ROLES[state]))
            painter.drawRoundedRect(place, 3, 3)
            if state == "tried":
                painter.setBrush(theme.colour(ROLES[state]))
                painter.drawRoundedRect(place.adjusted(0, place.height() / 2, 0, 0), 3, 3)
            if state == "shown":
                painter.setBrush(theme.colour("panel"))
                painter.drawEllipse(QPointF(place.center()), 2, 2)
            if index == self._current:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.colour("accent" if self.hasFocus() else "text"), 2))
                painter.drawRoundedRect(place.adjusted(1, -2, -1, 2), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step under the mouse."""
        index = self._at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back and on with the arrow keys."""
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        elif 0 <= self._current + by < len(self._states):
            self.chosen.emit(self._current + by)

    def event(self, event: QEvent) -> bool:
        """Tell the state of the step under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            asked: QHelpEvent = event  # type: ignore[assignment]
            index = self._at(QPointF(asked.pos()))
            if index is not None:
                QToolTip.showText(asked.globalPos(), _(STATES[self._states[index]]).format(number=index + 1), self)
            return True
        return super().event(event)

    def _at(self, point: QPointF) -> int | None:
        return next((i for i in range(len(self._states)) if self.place(i).adjusted(0, -4, 3, 4).contains(point)), None)
