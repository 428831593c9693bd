"""When each picture of an animation is shown, and for how long: exact fractions of a second, never rounded twice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core.messages import SettingError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_RATE, MAX_SPEED, MAX_PAUSE = 60, 240.0, 60.0


class Shot(NamedTuple):
    """A picture of an animation: which step it shows, and for how many seconds."""

    step: int
    seconds: Fraction


@dataclass(frozen=True)
class Timing:
    """How fast an animation goes.

    Attributes
    ----------
    speed
        Steps a second.
    rate
        Pictures a second, from 1 to 60. At a speed above it steps are left out, as on a screen.
    pause_first, pause_last
        Seconds that the first and the last step are shown longer.

    Raises
    ------
    SettingError
        A number is out of its range.
    """

    speed: float = 2.0
    rate: int = 30
    pause_first: float = 0.5
    pause_last: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.rate <= MAX_RATE:
            raise SettingError("{rate} pictures a second cannot be: use 1 to {most}", rate=self.rate, most=MAX_RATE)
        if not 0 < self.speed <= MAX_SPEED:
            raise SettingError("a speed of {speed} cannot be: use more than 0, and at most {most}", speed=self.speed,
                               most=MAX_SPEED)  # fmt: skip
        for pause in (self.pause_first, self.pause_last):
            if not 0 <= pause <= MAX_PAUSE:
                raise SettingError("a pause of {pause} s cannot be: use 0 to {most} s", pause=pause, most=MAX_PAUSE)


def shots(count: int, timing: Timing) -> list[Shot]:
    """Return the pictures of an animation of `count` steps; the first and the last step are always among them.

    Examples
    --------
    >>> [(shot.step, str(shot.seconds)) for shot in shots(3, Timing(speed=2, rate=10, pause_first=0, pause_last=1))]
    [(0, '1/2'), (1, '1/2'), (2, '3/2')]
    >>> [shot.step for shot in shots(7, Timing(speed=30, rate=10, pause_first=0, pause_last=0))]
    [0, 3, 6]
    """
    first, last = round(timing.pause_first * timing.rate), round(timing.pause_last * timing.rate)
    ticks = max(math.ceil(count * timing.rate / timing.speed - 1e-9), 1)
    # a little more, for a speed that is no whole number of ticks
    steps = [min(math.floor(tick * timing.speed / timing.rate + 1e-9), count - 1) for tick in range(ticks)]
    if steps[-1] != count - 1:
        steps.append(count - 1)
    steps = [0] * first + steps + [count - 1] * last
    found: list[Shot] = []
    begin = 0
    for tick in range(1, len(steps) + 1):
        if tick == len(steps) or steps[tick] != steps[begin]:
            found.append(Shot(steps[begin], Fraction(tick - begin, timing.rate)))
            begin = tick
    return found


def rounded(durations: Sequence[Fraction], unit: Fraction) -> list[int]:
    """Return durations in whole units whose sums are never more than half a unit off: errors do not add up.

    Examples
    --------
    >>> rounded([Fraction(1, 30)] * 6, Fraction(1, 100))  # thirtieths in hundredths of a second
    [3, 4, 3, 3, 4, 3]
    """
    units: list[int] = []
    total, told = Fraction(0), 0
    for seconds in durations:
        total += seconds
        end = math.floor(total / unit + Fraction(1, 2))
        units.append(end - told)
        told = end
    return units
