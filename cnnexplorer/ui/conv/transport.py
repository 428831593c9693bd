"""The transport: play, pause, step, speed, and a scrubber over the steps of all stages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, number_font

from .player import MAX_SPEED, MIN_SPEED, Player

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

_SLIDER_STEPS = 100
ROOM_FOR_ALL_BUTTONS, ROOM_FOR_PLACE, ROOM_FOR_SPEED, ROOM_FOR_WORDS = 470, 600, 720, 800  # pixels
SPARE = (0, 4, 5)  # buttons that go where there is little room: first and last, which the scrubber does too, and loop


class Scrubber(Speaking, QWidget):
    """All steps on a line, a part for each stage.

    Emits `scrubbed(position)`. Every stage gets an equal part, so that a short one can be hit beside a long one.
    """

    scrubbed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offsets = [0]
        self._titles: list[str] = []
        self._position = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(80)
        self.tip(self, "Steps of all stages: drag to go to any of them")

    def set_stages(self, offsets: list[int], titles: list[str]) -> None:
        """Show the stages: where each one's steps begin (and the last one's end), and their names."""
        self._offsets, self._titles = list(offsets), list(titles)
        self.update()

    def set_position(self, position: int) -> None:
        """Show the present step."""
        self._position = position
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a line with names."""
        return QSize(360, 34)

    def x_of(self, position: int) -> float:
        """Return where a step lies."""
        for number, (start, end) in enumerate(zip(self._offsets, self._offsets[1:], strict=False)):
            if start <= position < end:
                width = self._part_width()
                share = (position - start) / (end - start - 1) if end - start > 1 else 0.5
                return 6 + number * width + 4 + share * (width - 8)
        return 6.0

    def position_at(self, x: float) -> int:
        """Return the step at a point."""
        width = self._part_width()
        parts = len(self._offsets) - 1
        number = min(max(int((x - 6) / width), 0), parts - 1)
        start, end = self._offsets[number], self._offsets[number + 1]
        share = min(max((x - 6 - number * width - 4) / (width - 8), 0.0), 1.0)
        return start + round(share * (end - start - 1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a part for each stage, what is passed filled, and the knob."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = colours(self)
        width = self._part_width()
        y = self.height() - 11.0
        x = self.x_of(self._position)
        painter.setFont(number_font(11))
        for number, title in enumerate(self._titles):
            part = QRectF(6 + number * width + 2, y - 3, width - 4, 6)
            current = self._offsets[number] <= self._position < self._offsets[number + 1]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(part, 3, 3)
            if part.left() < x:
                painter.setBrush(theme.colour("output", 0.9))
                passed = QRectF(part.left(), part.top(), min(part.right(), x) - part.left(), part.height())
                painter.drawRoundedRect(passed, 3, 3)
            painter.setPen(theme.colour("text" if current else "muted"))
            text = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(width - 6))
            painter.drawText(QRectF(part.left(), 1, part.width(), 16), Qt.AlignmentFlag.AlignCenter, text)
        if self._titles:
            painter.setPen(QPen(theme.colour("hover" if self.hasFocus() else "panel"), 2))
            painter.setBrush(theme.colour("output"))
            painter.drawEllipse(QRectF(x - 7, y - 7, 14, 14))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step under the mouse."""
        self._scrub(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys."""
        count = self._offsets[-1]
        row = max(count // 50, 1)
        moves = {
            Qt.Key.Key_Left: self._position - 1,
            Qt.Key.Key_Right: self._position + 1,
            Qt.Key.Key_PageUp: self._position - row,
            Qt.Key.Key_PageDown: self._position + row,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: count - 1,
        }
        key = Qt.Key(event.key())
        if key in moves and count:
            self.scrubbed.emit(min(max(moves[key], 0), count - 1))
        else:
            super().keyPressEvent(event)

    def _scrub(self, event: QMouseEvent) -> None:
        if self._offsets[-1]:
            self.scrubbed.emit(self.position_at(event.position().x()))

    def _part_width(self) -> float:
        return max(self.width() - 12, 10) / max(len(self._offsets) - 1, 1)


class PlaceText(QWidget):
    """The number of the present step. A label would lay the whole window out again at each step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setFixedWidth(self.fontMetrics().horizontalAdvance("0000000 / 0000000"))

    def text(self) -> str:
        """Return what is shown."""
        return self._text

    def setText(self, text: str) -> None:
        """Show a text."""
        self._text = text
        self.setAccessibleName(text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the text."""
        painter = QPainter(self)
        painter.setPen(colours(self).colour("text"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._text)


class Transport(Speaking, QWidget):
    """The buttons, the scrubber and the speed.

    Parameters
    ----------
    actions
        The actions of the buttons, in order: first, back, play, forward, last, loop, fill.
    """

    def __init__(self, player: Player, actions: list[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._count_hidden = False
        self.scrubber = Scrubber()
        self.scrubber.scrubbed.connect(self._scrub)
        self._place = PlaceText()
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(0, _SLIDER_STEPS)
        self.speed.setFixedWidth(96)
        self.tip(self.speed, "Speed: steps a second")
        self.speed.setValue(slider_of(player.speed))
        self.speed.valueChanged.connect(self._set_speed)
        self._speed_text = QLabel()
        self._speed_text.setMinimumWidth(self._speed_text.fontMetrics().horizontalAdvance("120 000000/s"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 2, 10, 4)
        layout.setSpacing(4)
        self._buttons = [QToolButton() for _action in actions]
        for button, action in zip(self._buttons, actions, strict=True):
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setIconSize(QSize(22, 22))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            layout.addWidget(button)
        layout.addWidget(self.scrubber, 1)
        layout.addWidget(self._place)
        layout.addSpacing(6)
        layout.addWidget(self.speed)
        layout.addWidget(self._speed_text)
        player.moved.connect(self.show_position)
        self.retranslate()

    def minimumSizeHint(self) -> QSize:
        """Return the least: where there is little room, the speed goes first, and some of the buttons last."""
        return QSize(320, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what finds no room."""
        super().resizeEvent(event)
        for place in SPARE:
            self._buttons[place].setVisible(self.width() >= ROOM_FOR_ALL_BUTTONS)
        self._speed_text.setVisible(self.width() >= ROOM_FOR_WORDS)
        self.speed.setVisible(self.width() >= ROOM_FOR_SPEED)
        self._place.setVisible(self.width() >= ROOM_FOR_PLACE)

    def set_stages(self, titles: list[str]) -> None:
        """Show the player's stages under their names."""
        self.scrubber.set_stages(self._player.offsets, titles)
        self.show_position()

    def show_position(self) -> None:
        """Show the player's present step."""
        self.scrubber.set_position(self._player.position)
        place = self._player.place
        if place is None:
            self._place.setText("")
            return
        stage, index = place
        count = self._player.offsets[stage + 1] - self._player.offsets[stage]
        self._place.setText(f"{index + 1} / {'?' if self._count_hidden else count}")

    def set_count_hidden(self, hidden: bool) -> None:
        """Leave out how many steps the present stage has: the size of its output is asked for."""
        if hidden != self._count_hidden:
            self._count_hidden = hidden
            self.show_position()

    def set_speed(self, speed: float) -> None:
        """Set the speed, from 0.5 to 120 steps a second."""
        speed = min(max(speed, MIN_SPEED), MAX_SPEED)
        self.speed.setValue(slider_of(speed))
        self._player.set_speed(speed)
        self.retranslate()

    def retranslate(self) -> None:
        """Say the speed."""
        self._speed_text.setText(_("{speed} steps/s").format(speed=format_number(self._player.speed, 1)))

    def _set_speed(self, place: int) -> None:
        if slider_of(self._player.speed) != place:
            self._player.set_speed(speed_of(place))
        self.retranslate()

    def _scrub(self, position: int) -> None:
        self._player.pause()
        self._player.go(position)


def speed_of(place: int) -> float:
    """Return the speed of a place of the slider: as many places to double it anywhere."""
    speed: float = MIN_SPEED * (MAX_SPEED / MIN_SPEED) ** (place / _SLIDER_STEPS)
    return float(round(speed)) if speed >= 10 else round(speed * 2) / 2


def slider_of(speed: float) -> int:
    """Return the place of a speed on the slider."""
    return round(_SLIDER_STEPS * math.log(speed / MIN_SPEED) / math.log(MAX_SPEED / MIN_SPEED))
