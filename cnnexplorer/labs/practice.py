"""Endless exercises of a chosen kind and level: the same code gives the same ones everywhere, so a class can share it.

The numbers come from Python's own generator, which a text seeds the same way on every machine.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from cnnexplorer.core import Activation, Convolution, Experiment, Pooling, SettingError, run
from cnnexplorer.core.kernels import preset
from cnnexplorer.core.messages import mark

from .diagnosis import judge
from .hinting import hints
from .questions import ASKS, Asks, Question, right_answer
from .sayings import Saying

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.core import Result, Stage

    from .diagnosis import Judgement

LEVELS = (1, 2, 3)
LARGEST_SEED = 999_999
_CODE = re.compile(r"([a-z]+)-([1-3])-([0-9]{1,6})")
_KERNELS = ("plus", "sobel_vertical", "sobel_horizontal", "laplacian", "prewitt_diagonal_lecture", "prewitt_vertical",
            "sharpen", "prewitt_diagonal")  # fmt: skip
ASKED = {
    "value": mark("Which value stands at row {row}, column {column} of map {channel} (counted from 0)?"),
    "map": mark("What does the whole map {channel} look like?"),
    "size": mark("Which height and width does the output have?"),
    "winner": mark("Which cell of the input wins at row {row}, column {column} of map {channel} (counted from 0)?"),
    "sign": mark("Is the value at row {row}, column {column} of map {channel} (counted from 0) above 0, below 0, or "
                 "0?"),
}  # fmt: skip


@dataclass(frozen=True)
class Series:
    """A series of exercises: what is asked, how hard (1 to 3), and the seed that decides all the rest."""

    asks: Asks
    level: int
    seed: int

    def __post_init__(self) -> None:
        if self.asks not in get_args(Asks) or self.level not in LEVELS or not 0 <= self.seed <= LARGEST_SEED:
            raise SettingError("there is no such series of exercises: a code looks like value-2-1234")

    @property
    def code(self) -> str:
        """What a class shares: "value-2-1234"."""
        return f"{self.asks}-{self.level}-{self.seed}"

    @classmethod
    def from_code(cls, code: str) -> Series:
        """Return the series of a code; `SettingError` where it is none.

        >>> Series.from_code(" Value-2-1234 ").seed
        1234
        """
        found = _CODE.fullmatch(code.strip().lower())
        if found is None or found[1] not in ASKS:
            raise SettingError("there is no such series of exercises: a code looks like value-2-1234")
        return cls(found[1], int(found[2]), int(found[3]))

    def exercise(self, number: int) -> Exercise:
        """Return an exercise of the series, counted from 0; there is no last one.

        >>> first = Series("value", 1, 7).exercise(0)
        >>> first.judge(str(first.right)).correct
        True
        """
        for attempt in range(50):  # one that says nothing, such as a map of zeros, is drawn anew
            made = _make(self, number, random.Random(f"{self.code}/{number}/{attempt}"))
            if made is not None:
                return made
        raise AssertionError(f"no exercise {number} in {self.code}")


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise: an experiment and what is asked of it."""

    experiment: Experiment
    question: Question

    @cached_property
    def result(self) -> Result:
        """What the experiment computes."""
        return run(self.experiment)

    @property
    def right(self) -> object:
        """The right answer; see `right_answer`."""
        return right_answer(self.experiment, self.result, self.question)

    @property
    def text(self) -> Saying:
        """What is asked, in words."""
        asked = self.question
        return Saying(ASKED[asked.asks], row=asked.row, column=asked.column, channel=asked.channel)

    def judge(self, answer: object) -> Judgement:
        """Judge an answer, with the diagnosis of `judge`."""
        return judge(self.experiment, self.result, self.question, answer)

    def hints(self) -> tuple[Saying, ...]:
        """Return the hints, the gentlest first."""
        return hints(self.experiment, self.result, self.question)


def _make(series: Series, number: int, dice: random.Random) -> Exercise | None:
    try:
        experiment = Experiment(*_PARTS[series.asks](series.level, dice))
    except SettingError:  # a window larger than the picture
        return None
    result = run(experiment)
    stage = len(experiment.stages) - 1
    _, height, width = experiment.shapes[stage]
    if series.asks == "map" and height * width > (9, 16, 25)[series.level - 1]:
        return None
    channel = dice.randrange(experiment.shapes[stage][0]) if series.asks != "size" else 0
    cell = (0, 0) if series.asks in ("size", "map") else (dice.randrange(height), dice.randrange(width))
    exercise = Exercise(experiment, Question(series.asks, stage, channel, *cell))
    if not _says_something(exercise, result, dice):
        return None
    return exercise


def _says_something(exercise: Exercise, result: Result, dice: random.Random) -> bool:
    """Tell whether an exercise teaches: most values that are 0 are drawn anew, and a winner must be the only one."""
    asked = exercise.question
    if asked.asks == "value":
        return bool(result.outputs[asked.stage][asked.cell]) or dice.random() < 0.15
    if asked.asks == "map":
        return bool(np.any(result.outputs[asked.stage][asked.channel]))
    if asked.asks == "sign":
        return bool(result.outputs[asked.stage][asked.cell]) or dice.random() < 0.3
    if asked.asks == "winner":
        stage = exercise.experiment.stages[asked.stage]
        assert isinstance(stage, Pooling)
        row, column = asked.row * stage.strides[0], asked.column * stage.strides[1]
        window = result.input_of(asked.stage)[asked.channel][
            row : row + stage.kernel[0], column : column + stage.kernel[1]
        ]
        return int((window == window.max()).sum()) == 1
    return True


def _picture(
    dice: random.Random, channels: int, height: int, width: int, low: int = 0, high: int = 4
) -> NDArray[np.float64]:
    values = [dice.randint(low, high) for _ in range(channels * height * width)]
    return np.array(values, dtype=np.float64).reshape(channels, height, width)


def _kernels(dice: random.Random, filters: int, planes: int) -> NDArray[np.float64]:
    """Return small whole kernels (filters, planes, 3, 3): known ones, or drawn with zeros among them."""
    made = []
    for _ in range(filters * planes):
        if dice.random() < 0.4:
            made.append(np.array(preset(dice.choice(_KERNELS)).matrix))
        else:
            made.append(np.array([dice.choice((-1, 0, 0, 1, 1, 2)) for _ in range(9)], dtype=np.float64).reshape(3, 3))
    return np.array(made).reshape(filters, planes, 3, 3)


def _for_value(level: int, dice: random.Random) -> tuple[NDArray[np.float64], tuple[Stage, ...]]:
    if level == 1:
        return _picture(dice, 1, 4, 4), (Convolution(_kernels(dice, 1, 1)),)
    if level == 2:
        bias = np.array([float(dice.randint(-3, 3))])
        settings: dict[str, Any] = {"padding": dice.choice((0, 1)), "stride": dice.choice((1, 2))}
        stages: tuple[Stage, ...] = (Convolution(_kernels(dice, 1, 1), bias, **settings),)
        return _picture(dice, 1, 5, 5), (*stages, Activation("relu")) if dice.random() < 0.5 else stages
    return _hard_value(dice)


def _hard_value(dice: random.Random) -> tuple[NDArray[np.float64], tuple[Stage, ...]]:
    planes = dice.choice((2, 3))
    bias = np.array([float(dice.randint(-4, 4)) for _ in range(2)])
    settings: dict[str, Any] = {
        "padding": dice.choice((0, 1)),
        "stride": dice.choice((1, 2)),
        "dilation": dice.choice((1, 1, 2)),
    }
    convolution = Convolution(_kernels(dice, 2, planes), bias, **settings, flip=dice.random() < 0.15)
    last: tuple[Stage, ...] = (Activation("relu"),) if dice.random() < 0.5 else ()
    return _picture(dice, planes, 6, 6), (convolution, *last)


def _for_map(level: int, dice: random.Random) -> tuple[NDArray[np.float64], tuple[Stage, ...]]:
    if level == 1:
        return _picture(dice, 1, 4, 4, 0, 2), (Convolution(_kernels(dice, 1, 1)),)
    if level == 2:
        if dice.random() < 0.5:
            return _picture(dice, 1, 6, 6, -5, 9), (Pooling(_pooled(dice), 2),)
        return _picture(dice, 1, 5, 5, 0, 2), (Convolution(_kernels(dice, 1, 1)), Activation("relu"))
    settings: dict[str, Any] = {"padding": 1, "stride": dice.choice((1, 2))}
    return _picture(dice, 1, 5, 5, 0, 3), (Convolution(_kernels(dice, 1, 1), np.array([1.0]), **settings),)


def _for_size(level: int, dice: random.Random) -> tuple[NDArray[np.float64], tuple[Stage, ...]]:
    kernel = dice.choice((1, 2, 3, 5) if level == 1 else (2, 3, 4, 5, 7, 11))
    side = dice.randint(kernel, 12 if level == 1 else 64)
    if level == 1:
        return np.zeros((1, side, side)), (Convolution(np.ones((1, 1, kernel, kernel))),)
    if level == 2:
        padding, stride = dice.randint(0, 3), dice.randint(1, 4)
        return np.zeros((1, side, side)), (Convolution(np.ones((1, 1, kernel, kernel)), None, stride, padding),)
    wide = dice.randint(kernel, 64)
    if dice.random() < 0.4:
        size, stride = dice.choice((2, 3)), dice.choice((1, 2, 3))
        return np.zeros((1, side, wide)), (Pooling(_pooled(dice), size, stride, 0, dice.random() < 0.5),)
    settings: dict[str, Any] = {
        "stride": dice.randint(1, 4),
        "padding": dice.randint(0, 4),
        "dilation": dice.choice((1, 2, 3)),
    }
    return np.zeros((1, side, wide)), (Convolution(np.ones((1, 1, kernel, kernel)), None, **settings),)


def _for_winner(level: int, dice: random.Random) -> tuple[NDArray[np.float64], tuple[Stage, ...]]:
    if level == 1:
        return _picture(dice, 1, 4, 4, 0, 9), (Pooling("max", 2),)
    if level == 2:
        return _picture(dice, 1, 6, 6, -9, 9), (Pooling("max", dice.choice((2, 3))),)
    return _picture(dice, 2, 7, 7, -9, 3), (Pooling("max", 3, 2),)


def _for_sign(level: int, dice: random.Random) -> tuple[NDArray[np.float64], tuple[Stage, ...]]:
    side, top = (4, 2) if level == 1 else (6, 4)
    bias = np.array([float(dice.randint(-6, 6))]) if level == 3 else None
    return _picture(dice, 1, side, side, 0, top), (Convolution(_kernels(dice, 1, 1), bias),)


def _pooled(dice: random.Random) -> Literal["max", "average"]:
    return "max" if dice.random() < 0.5 else "average"


_PARTS = {"value": _for_value, "map": _for_map, "size": _for_size, "winner": _for_winner, "sign": _for_sign}
