"""What is asked at a step, how it is put, and how exact the answer must be. Pure, no widgets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.core import Activation, Convolution, Pooling, SettingError, format_number, step_index
from cnnexplorer.core.arithmetic import activate
from cnnexplorer.core.messages import mark
from cnnexplorer.labs import ASKS, Question, Saying, check_question, right_answer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cnnexplorer.core import Experiment, Result, Step
    from cnnexplorer.labs.questions import Asks

ASKED: dict[str, str] = {
    "value": mark("A value"),
    "map": mark("A whole map"),
    "size": mark("The output size"),
    "winner": mark("The winner"),
    "sign": mark("The sign"),
}
MOST_PRODUCTS = 20_000_000  # what a mistake in a whole map may take to be computed, in some 20 ms
LONGEST_SIDE = 10  # cells of a map that is typed, so that its fields find room
SIGNS = {1: "+", 0: "0", -1: "−"}


def fitting(experiment: Experiment, stage: int) -> tuple[Asks, ...]:
    """Return what can be asked of a stage."""
    found: list[Asks] = []
    for asks in ASKS:
        try:
            check_question(experiment, Question(asks, stage))
        except SettingError:
            continue
        if asks != "map" or _is_typed(experiment, stage):
            found.append(asks)
    return tuple(found)


def _is_typed(experiment: Experiment, index: int) -> bool:
    """Tell whether a whole map can be typed, and judged at once: also as it would be with stride 1."""
    stage, shape = experiment.stages[index], experiment.input_shape(index)
    filters = stage.weight.size if isinstance(stage, Convolution) else 1
    return max(experiment.shapes[index][1:]) <= LONGEST_SIDE and shape[-2] * shape[-1] * filters <= MOST_PRODUCTS


def question_at(experiment: Experiment, result: Result, wanted: Asks, stage: int, index: int) -> Question | None:
    """Return what is asked at a step: what is wanted where that fits, else its value; None for no number at all."""
    asks: Asks = wanted if wanted in fitting(experiment, stage) else "value"
    shape = experiment.shapes[stage]
    place = tuple(int(i) for i in np.unravel_index(index, shape))
    channel, row, column = place if len(shape) == 3 else (0, place[0], 0)
    if asks == "size":
        return Question(asks, stage)
    output = result.outputs[stage]
    if asks == "map":
        return Question(asks, stage, channel) if np.isfinite(output[channel]).all() else None
    return Question(asks, stage, channel, row, column) if math.isfinite(output[place]) else None


def first_index(experiment: Experiment, question: Question) -> int:
    """Return the first step that a question is about."""
    shape = experiment.shapes[question.stage]
    return step_index(shape, (0, question.row, 0) if len(shape) == 1 else question.cell)


def step_count_of(experiment: Experiment, question: Question) -> int:
    """Return how many steps a question is about, one after the other."""
    shape = experiment.shapes[question.stage]
    if question.asks == "size":
        return math.prod(shape)
    return shape[1] * shape[2] if question.asks == "map" else 1


def next_step(
    experiment: Experiment, result: Result, wanted: Asks, place: tuple[int, int], answered: Collection[Question],
    again: bool,
) -> tuple[int, int] | None:  # fmt: skip
    """Return the (stage, index) where the next question is that is not answered yet; None where there is none.

    Stages that cannot be asked for what is wanted are passed over, unless nothing else is left. `again` goes on at the
    beginning once the end is reached.
    """
    stages = range(len(experiment.stages))
    suited = [stage for stage in stages if wanted in fitting(experiment, stage)]
    for chosen in (suited, stages):
        for stage, index in _steps_from(experiment, result, wanted, place, chosen, again):
            question = question_at(experiment, result, wanted, stage, index)
            if question is not None and question not in answered:
                return stage, index
    return None


def _steps_from(
    experiment: Experiment, result: Result, wanted: Asks, place: tuple[int, int], stages: Collection[int], again: bool
) -> Iterator[tuple[int, int]]:
    """Yield the first steps of the questions behind a step; then, with `again`, of all from the beginning."""
    for beginning in (False, True) if again else (False,):
        for stage in stages:
            if not beginning and stage < place[0]:
                continue
            here = place[1] if stage == place[0] and not beginning else 0
            while here < math.prod(experiment.shapes[stage]):
                question = question_at(experiment, result, wanted, stage, here)
                first = here if question is None else first_index(experiment, question)
                if beginning or (stage, first) > place:
                    yield stage, first
                here = first + (1 if question is None else step_count_of(experiment, question))


def put(experiment: Experiment, question: Question) -> Saying:
    """Return a question as a sentence."""
    shape = experiment.shapes[question.stage]
    values = {"channel": question.channel, "row": question.row, "column": question.column}
    several = len(shape) == 3 and shape[0] > 1
    if question.asks == "size":
        return Saying(mark("How large is the output: height × width?"))
    if question.asks == "map":
        one_map = mark("Fill the map: {height} × {width} values.")
        template = mark("Fill map {channel}: {height} × {width} values.") if several else one_map
        return Saying(template, channel=question.channel, height=shape[1], width=shape[2])
    if len(shape) == 1:
        flat = {
            "value": mark("What is the value at place {row} (counted from 0)?"),
            "sign": mark("Which sign has place {row} (counted from 0)?"),
        }
        return Saying(flat[question.asks], row=question.row)
    one = {
        "value": mark("What is the value at row {row}, column {column} (counted from 0)?"),
        "winner": mark("Which input cell wins at row {row}, column {column}? Click it, or type its row and column "
                       "(counted from 0)."),
        "sign": mark("Which sign has row {row}, column {column} (counted from 0): +, − or 0?"),
    }  # fmt: skip
    many = {
        "value": mark("What is the value at map {channel}, row {row}, column {column} (counted from 0)?"),
        "winner": mark("Which input cell wins at map {channel}, row {row}, column {column}? Click it, or type its row "
                       "and column (counted from 0)."),
        "sign": mark("Which sign has map {channel}, row {row}, column {column} (counted from 0): +, − or 0?"),
    }  # fmt: skip
    return Saying((many if several else one)[question.asks], **values)


def answer_text(experiment: Experiment, result: Result, question: Question) -> str:
    """Return the right answer as it is typed; of a map, the rows apart by line breaks and the values by tabs."""
    right = right_answer(experiment, result, question)
    if isinstance(right, np.ndarray):
        return "\n".join("\t".join(format_number(float(value), 4) for value in row) for row in right)
    if isinstance(right, tuple):
        return f"{right[0]}{' × ' if question.asks == 'size' else ', '}{right[1]}"
    return SIGNS[int(right)] if question.asks == "sign" else format_number(float(right), 4)


def room_for(step: Step, decimals: int) -> float:
    """Return how far from the value an answer may be that was reckoned from the numbers as they are shown.

    0 where these are shown in full: then only the very number is right.

    Examples
    --------
    >>> from cnnexplorer.core import Convolution, Experiment, run, step_at
    >>> experiment = Experiment([[[0.125, 1]]], (Convolution([[[[2, 1]]]]),))
    >>> step = step_at(experiment, run(experiment), 0, 0)
    >>> room_for(step, 3), round(room_for(step, 2), 6)
    (0.0, 0.015)
    """
    known = [step.inputs, np.array([step.value, step.bias or 0.0])]
    if step.weights is not None:
        known.append(step.weights)
    numbers = np.concatenate([array.ravel() for array in known])
    numbers = numbers[np.isfinite(numbers)]
    if np.all(np.abs(np.round(numbers, decimals) - numbers) <= 1e-9 * np.maximum(np.abs(numbers), 1.0)):
        return 0.0
    return float(0.5 * 10.0**-decimals * (1 + 1e-6) + abs(_from_shown(step, decimals) - step.value))


def _from_shown(step: Step, decimals: int) -> float:
    """Return what the numbers that are shown give."""
    inputs = np.round(step.inputs, decimals)
    if step.weights is not None:
        return float((inputs * np.round(step.weights, decimals)).sum()) + round(step.bias or 0.0, decimals)
    if isinstance(step.stage, Activation):
        with np.errstate(all="ignore"):
            return float(activate(step.stage, inputs).item())
    if isinstance(step.stage, Pooling) and step.divisor is not None:
        return float(inputs.sum()) / step.divisor
    return round(step.value, decimals)
