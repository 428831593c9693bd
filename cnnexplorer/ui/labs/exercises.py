"""Exercises of the practice generator as a lab, so that the same player plays them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.catalogue import load_catalogue
from cnnexplorer.core.messages import mark
from cnnexplorer.labs import Lab, LabFile, Step, Text
from cnnexplorer.labs.model import FORMAT, At, ClickTask, ConvolutionSetup, MatrixTask, NumberTask, ShapeTask
from cnnexplorer.labs.practice import Series
from cnnexplorer.labs.sayings import Saying
from cnnexplorer.labs.writing import stages_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.labs.model import Task
    from cnnexplorer.labs.practice import Exercise
    from cnnexplorer.labs.questions import Question

SET = 10  # exercises that are played together
PREFIX = "practice-"
KINDS = {
    "value": mark("One value of an output"),
    "map": mark("A whole small map"),
    "size": mark("The size of an output"),
    "winner": mark("Which cell wins a max pooling"),
    "sign": mark("The sign of a response"),
}
LEVELS = {1: mark("1: with one thing to think of"), 2: mark("2: with stride, padding, bias"),
          3: mark("3: with everything")}  # fmt: skip
_TITLE = mark("Practice {code}: exercises {first} to {last}")
_EXERCISE = mark("Exercise {number}")


def practice_lab(series: Series, part: int = 0) -> LabFile:
    """Return ten exercises of a series as a lab; `part` counts from 0. To be called off the GUI thread."""
    first = part * SET
    steps = tuple(_step(series.exercise(number), number) for number in range(first, first + SET))
    title = _both(Saying(_TITLE, code=series.code, first=first + 1, last=first + SET))
    level = ("beginner", "intermediate", "advanced")[series.level - 1]
    lab = Lab(FORMAT, title, steps, level)  # type: ignore[arg-type]  # one of the three
    return LabFile(lab, f"{PREFIX}{series.code}-{part}", None, series.code, built_in=True)


def is_practice(lab: LabFile) -> bool:
    """Tell whether a lab is made of exercises."""
    return lab.built_in and lab.id.startswith(PREFIX)


def next_part(lab: LabFile) -> LabFile:
    """Return the ten exercises behind those of a practice. To be called off the GUI thread."""
    code, _dash, part = lab.id.removeprefix(PREFIX).rpartition("-")
    return practice_lab(Series.from_code(code), int(part) + 1)


def _step(exercise: Exercise, number: int) -> Step:
    experiment, asked = exercise.experiment, exercise.question
    at = At(asked.stage, asked.channel, asked.row, asked.column)
    shown = At() if asked.asks in ("map", "size") else at
    image = tuple(tuple(map(tuple, plane)) for plane in experiment.image.tolist())
    return Step(
        text=_both(exercise.text),
        title=_both(Saying(_EXERCISE, number=number + 1)),
        setup=ConvolutionSetup(
            image, stages=stages_of(experiment), hide=tuple(range(len(experiment.stages))), at=shown
        ),
        free=(),
        task=_task(asked, at),
    )


def _task(asked: Question, at: At) -> Task:
    if asked.asks == "size":
        return ShapeTask(stage=asked.stage)
    if asked.asks == "map":
        return MatrixTask(stage=asked.stage, channel=asked.channel)
    if asked.asks == "winner":
        return ClickTask(view=asked.stage - 1, channel=asked.channel, winner_of=at)
    return NumberTask(of=at, sign=asked.asks == "sign")


def _both(saying: Saying) -> Text:
    spanish: Callable[[str], str] = load_catalogue("es").gettext
    return Text(saying.sentence(str), saying.sentence(spanish))
