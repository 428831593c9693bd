"""What can be asked of an experiment, and the right answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from cnnexplorer.core import Pooling, SettingError, step_at, step_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Result, Step

    Answer = float | int | tuple[int, ...] | NDArray[np.float64]

Asks = Literal["value", "map", "size", "winner", "sign"]
ASKS: tuple[Asks, ...] = ("value", "map", "size", "winner", "sign")
LARGEST_MAP = 64  # cells of a map that may be asked for whole


@dataclass(frozen=True)
class Question:
    """Something that is asked of one stage of an experiment.

    Attributes
    ----------
    asks
        "value": the value of an output cell. "map": one whole output map, of `LARGEST_MAP` cells at most. "size":
        height and width of the output. "winner": which cell of the stage's input wins a maximum. "sign": whether an
        output cell is above, at or below 0.
    stage, channel, row, column
        Which stage (from 0), which of its maps, and which cell of that. Of a flat output, `row` counts along it.
    """

    asks: Asks
    stage: int
    channel: int = 0
    row: int = 0
    column: int = 0

    @property
    def cell(self) -> tuple[int, int, int]:
        """The output cell as (channel, row, column)."""
        return self.channel, self.row, self.column


def check_question(experiment: Experiment, question: Question) -> None:
    """Raise `SettingError` where a question cannot be asked of an experiment."""
    count = len(experiment.stages)
    if not 0 <= question.stage < count:
        raise SettingError(
            "there is no stage {stage}: the experiment has {count}, counted from 0", stage=question.stage, count=count
        )
    shape = experiment.shapes[question.stage]
    flat = len(shape) == 1
    if flat and question.asks in ("map", "size", "winner"):
        raise SettingError("a flattened output is a row of numbers: ask for one of its values")
    wanted = (question.row,) if flat else question.cell if question.asks != "size" else (0, 0, 0)
    if any(not 0 <= place < size for place, size in zip(wanted, shape, strict=True)):
        raise SettingError("there is no cell {cell} in an output of shape {shape}", cell=wanted, shape=shape)
    stage = experiment.stages[question.stage]
    if question.asks == "winner" and not (isinstance(stage, Pooling) and stage.kind == "max"):
        raise SettingError("only a max pooling has a winner: ask for the value")
    if question.asks == "map" and shape[1] * shape[2] > LARGEST_MAP:
        raise SettingError(
            "a map of {height} × {width} is too large to be typed: ask for at most {limit} cells",
            height=shape[1],
            width=shape[2],
            limit=LARGEST_MAP,
        )


def step_of(experiment: Experiment, result: Result, question: Question) -> Step:
    """Return the step that makes the cell that is asked about."""
    shape = experiment.shapes[question.stage]
    place = (0, question.row, 0) if len(shape) == 1 else question.cell
    return step_at(experiment, result, question.stage, step_index(shape, place))


def right_answer(experiment: Experiment, result: Result, question: Question) -> Answer:
    """Return the right answer.

    "value": a float. "map": an array (H, W). "size": (height, width). "winner": (row, column) in the stage's input.
    "sign": 1, 0 or -1.

    Raises
    ------
    SettingError
        The question cannot be asked of this experiment.
    """
    check_question(experiment, question)
    if question.asks == "size":
        return experiment.shapes[question.stage][1:]
    if question.asks == "map":
        return np.asarray(result.outputs[question.stage][question.channel])
    step = step_of(experiment, result, question)
    if question.asks == "winner":
        assert step.winner is not None
        winner = step.cells[step.winner]
        assert winner is not None
        return winner[1], winner[2]
    if question.asks == "sign":
        numbers = step.inputs if step.products is None else step.products
        least = 1e-12 * float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))  # below it is rounding
        return int(step.value > least) - int(step.value < -least)
    return step.value
