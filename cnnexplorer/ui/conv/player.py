"""The animation: one number, the step, and the only timer that moves it."""

from __future__ import annotations

import itertools
import math
import time
from bisect import bisect_right

from PySide6.QtCore import QObject, Qt, QTimer, Signal

MIN_SPEED, MAX_SPEED = 0.5, 120.0
_FRAME = 1 / 60


class Player(QObject):
    """Moves through the steps of all stages, one stage after the other.

    `position` counts the steps of all stages together. Signals: `moved(position)`, `playing_changed(bool)`.
    """

    moved = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._offsets = [0, 0]
        self._position = 0
        self._speed = 2.0
        self._last = 0.0
        self._owed = 0.0
        self.loop = True
        self.by_ones = False  # so that no step is left out, however fast the film
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    # the timeline

    def set_counts(self, counts: list[int]) -> None:
        """Set how many steps each stage has; the position stays where it is, as far as there are steps."""
        self._offsets = [0, *itertools.accumulate(counts)]
        self._position = min(self._position, max(self.count - 1, 0))
        if not self.count:
            self.pause()

    @property
    def count(self) -> int:
        """How many steps there are in all."""
        return self._offsets[-1]

    @property
    def offsets(self) -> list[int]:
        """Where each stage's steps begin, and where the last one's end."""
        return self._offsets

    @property
    def position(self) -> int:
        """The present step."""
        return self._position

    @property
    def place(self) -> tuple[int, int] | None:
        """The present step as (stage, index); None without steps."""
        if not self.count:
            return None
        stage = bisect_right(self._offsets, self._position) - 1
        return stage, self._position - self._offsets[stage]

    def position_of(self, stage: int, index: int) -> int:
        """Return the position of a stage's step."""
        return self._offsets[stage] + index

    # moving

    def go(self, position: int) -> None:
        """Go to a step; past the ends to the first or the last."""
        position = min(max(position, 0), max(self.count - 1, 0))
        if position != self._position:
            self._position = position
            self.moved.emit(position)

    def go_to(self, stage: int, index: int) -> None:
        """Go to a stage's step."""
        self.go(self.position_of(stage, index))

    def step(self, by: int) -> None:
        """Pause, and go forward or back."""
        self.pause()
        self.go(self._position + by)

    # playing

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Steps a second."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Set the steps a second, from 0.5 to 120."""
        self._speed = min(max(speed, MIN_SPEED), MAX_SPEED)
        if self.playing:
            self._set_interval()

    def play(self) -> None:
        """Begin to move; from the start where it stands at the end."""
        if self.playing or self.count < 2:
            return
        if self._position == self.count - 1:
            self.go(0)
        self._last, self._owed = time.perf_counter(), 0.0
        self._set_interval()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop moving."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def _set_interval(self) -> None:
        # fast films are looked at twice a frame: one late beat then costs half a frame, not a whole one
        self._timer.setInterval(round(500 * _FRAME) if self._speed > 25 else round(1000 / self._speed))

    def _tick(self) -> None:
        """Move by as many steps as the time since the last tick is worth; a late tick does not slow the film."""
        now = time.perf_counter()
        self._owed += (now - self._last) * self._speed
        self._last = now
        # a timer that fires a moment early must not lose its step, and a long pause must not make a leap
        steps = min(math.floor(self._owed + 0.5), max(round(self._speed / 4), 1))
        a_frame = max(round(self._speed * _FRAME), 1)  # never more often than the screen is drawn
        if self.by_ones:
            steps, a_frame = min(steps, 1), 1
        if steps < a_frame:
            return
        self._owed = max(min(self._owed - steps, a_frame), -0.5)
        target = self._position + steps
        if target < self.count:
            self.go(target)
        elif self.loop:
            self.go(0 if self._position == self.count - 1 else self.count - 1)
        else:
            self.go(self.count - 1)
            self.pause()
