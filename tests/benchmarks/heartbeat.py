"""How long the GUI thread is held up: a timer that should fire every other millisecond, and the gaps between."""

from __future__ import annotations

import time
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL = 2  # milliseconds


class Gap(NamedTuple):
    """Seconds between two beats, how many of them the GUI thread computed, and what was done then."""

    seconds: float
    busy: float
    label: str


class Heartbeat(QObject):
    """Notes the gaps between its beats. `label` names what is done meanwhile."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.label = ""
        self.gaps: list[Gap] = []
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self._beat)

    def begin(self, label: str = "") -> None:
        """Forget what was noted, and begin anew."""
        self.label, self.gaps = label, []
        self._last, self._busy = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        """Beat no more."""
        self._beat()
        self._timer.stop()

    def tell(self, label: str) -> None:
        """From now on something else is done."""
        self._beat()
        self.label = label

    @property
    def worst(self) -> Gap:
        """The longest gap."""
        return max(self.gaps, default=Gap(0.0, 0.0, ""))

    def worst_of_each(self) -> dict[str, Gap]:
        """Return the longest gap of each label."""
        found: dict[str, Gap] = {}
        for gap in self.gaps:
            found[gap.label] = max(gap, found.get(gap.label, gap))
        return found

    def _beat(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        self.gaps.append(Gap(now - self._last, busy - self._busy, self.label))
        self._last, self._busy = now, busy
