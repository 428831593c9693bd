"""How tasks are checked whose answers are typed, chosen or clicked; see `live_tasks` for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cnnexplorer.core import NumberError, SettingError, format_number, receptive_field
from cnnexplorer.core.messages import mark

from .answers import Number, read_number, read_shape, readings
from .diagnosis import judge, judge_matrix
from .model import MatrixTask, NumberTask
from .questions import Question, right_answer
from .sayings import Saying
from .setups import array_of
from .size_mistakes import TURNED
from .units import without_unit
from .verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnexplorer.core import Experiment, Result

    from .model import (
        At,
        ChoiceTask,
        ClickTask,
        KnownMistake,
        OrderTask,
        ShapeTask,
        TextTask,
    )
    from .verdict import Said

Cell = tuple[int, int]
MOST_RIGHT = 10_000  # cells that are right in a task where they are clicked

_FIRST = mark("choose an answer first")
_TWO_WAYS = mark("“{text}” could be {decimal} or {whole}: type it without separating the thousands")


def question_at(at: At, asks: str) -> Question:
    """Return what is asked of an output cell."""
    return Question(asks, at.stage, at.channel, at.row, at.column)  # type: ignore[arg-type]  # one of `Asks`


def right_value(task: NumberTask | ShapeTask | MatrixTask, experiment: Experiment | None, result: Result | None) -> Any:  # noqa: ANN401  # a number, a size or an array
    """Return the right answer of a task: written down, or computed from the set-up's experiment."""
    if task.answer is not None:
        return array_of(task.answer, (2,)) if isinstance(task, MatrixTask) else task.answer
    assert experiment is not None
    assert result is not None
    if isinstance(task, NumberTask):
        assert task.of is not None
        return right_answer(experiment, result, question_at(task.of, "sign" if task.sign else "value"))
    assert task.stage is not None
    if isinstance(task, MatrixTask):
        return right_answer(experiment, result, Question("map", task.stage, task.channel))
    shape = experiment.shapes[task.stage]
    return shape if task.maps else shape[1:]


def check_number(task: NumberTask, answer: Any, experiment: Experiment | None, result: Result | None) -> Verdict:  # noqa: ANN401
    """Check a number, or the sign of one.

    Where a whole number is expected, its thousands may stand apart, as the program writes them itself. What is right in
    neither way of reading, and no known mistake, is asked for again: it may have been typed in the other way.
    """
    if isinstance(answer, str):
        answer = without_unit(answer, task.unit)
    if task.sign:
        assert task.of is not None
        assert experiment is not None
        assert result is not None
        return Verdict.of(judge(experiment, result, question_at(task.of, "sign"), answer))
    right = float(right_value(task, experiment, result))
    try:
        numbers = _numbers(answer, right, written_down=task.of is None)
    except NumberError as error:
        return Verdict.again(Saying.of(error))
    verdicts = [_check_reading(task, number, right, experiment, result) for number in numbers]
    said = next((verdict for verdict in verdicts if verdict.correct or verdict.sayings), None)
    if said is None and len(numbers) > 1:
        values = {"decimal": format_number(numbers[0].value), "whole": format_number(numbers[1].value)}
        return Verdict.again(Saying(_TWO_WAYS, text=answer.strip(), **values))
    return said or verdicts[0]


def _numbers(answer: Any, right: float, written_down: bool) -> tuple[Number, ...]:  # noqa: ANN401
    """Return what an answer may stand for: two numbers only where a whole one is expected, or one of thousands."""
    if not isinstance(answer, str):
        return (Number(float(answer), None),)
    expects_whole = abs(right) >= 1000 or (written_down and right.is_integer())
    return readings(answer) if expects_whole else (read_number(answer),)


def _check_reading(
    task: NumberTask, number: Number, right: float, experiment: Experiment | None, result: Result | None
) -> Verdict:
    told = _told(task.mistakes, lambda known: not isinstance(known, tuple) and number.agrees(known, task.tolerance))
    if task.of is not None:
        assert experiment is not None
        assert result is not None
        judgement = judge(experiment, result, question_at(task.of, "value"), number, task.tolerance)
        if judgement.correct:
            return Verdict.of(judgement)
        return Verdict("wrong", told or judgement.sayings, judgement.mistakes)  # the teacher's words say it better
    if number.agrees(right, task.tolerance):
        return Verdict("right")
    if not told and right and number.agrees(-right, task.tolerance):
        sign = Saying(mark("{value} has the wrong sign only: the size is right."), value=format_number(number.value))
        return Verdict("wrong", (sign,), ("sign",))
    return Verdict("wrong", told)


def check_shape(task: ShapeTask, answer: Any, experiment: Experiment | None, result: Result | None) -> Verdict:  # noqa: ANN401
    """Check a size: height and width; with the number of maps too where the task wants it, or where they are typed."""
    right = tuple(right_value(task, experiment, result))
    sides = (3,) if len(right) == 3 else (2, 3) if task.stage is not None else (2,)
    try:
        given = read_shape(answer, sides) if isinstance(answer, str) else tuple(answer)
    except NumberError as error:
        return Verdict.again(Saying.of(error))
    told = _told(task.mistakes, lambda known: isinstance(known, tuple) and tuple(known) == given)
    if task.stage is not None:
        assert experiment is not None
        assert result is not None
        judgement = judge(experiment, result, Question("size", task.stage), given[-2:])
        maps = experiment.shapes[task.stage][0]
        if len(given) == 3 and given[0] != maps:
            wrong_maps = Saying(mark("{given} maps are not right: each filter makes one map."), given=given[0])
            return Verdict("wrong", told or (wrong_maps, *judgement.sayings), ("maps", *judgement.mistakes))
        return Verdict(judgement.outcome, told or judgement.sayings, judgement.mistakes)
    if given == right:
        return Verdict("right")
    if not told and given == (*right[:-2], right[-1], right[-2]):
        return Verdict("wrong", (Saying(TURNED, value="×".join(map(str, given))),), ("turned",))
    return Verdict("wrong", told)


def check_matrix(task: MatrixTask, answer: Any, experiment: Experiment | None, result: Result | None) -> Verdict:  # noqa: ANN401
    """Check a small matrix; cells that are empty (NaN) are asked for."""
    if not isinstance(answer, str) and (empty := np.isnan(np.asarray(answer, dtype=np.float64))).any():
        return Verdict("again", (Saying(mark("fill in every cell first; those in the frame are empty")),),
                       wrong_cells=empty)  # fmt: skip
    if task.stage is None:
        return Verdict.of(judge_matrix(right_value(task, None, None), answer, task.tolerance))
    assert experiment is not None
    assert result is not None
    return Verdict.of(judge(experiment, result, Question("map", task.stage, task.channel), answer, task.tolerance))


def check_choice(task: ChoiceTask, answer: Any) -> Verdict:  # noqa: ANN401
    """Check which options were chosen."""
    chosen = {answer} if isinstance(answer, int) else set(answer or ())
    if not chosen:
        return Verdict.again(Saying(_FIRST))
    right = {index for index, option in enumerate(task.options) if option.right}
    says = tuple(task.options[index].says for index in sorted(chosen))
    told = tuple(text for text in says if text.en or text.es)
    if chosen == right:
        return Verdict("right", told)
    if not told and task.several and chosen < right:
        return Verdict("wrong", (Saying(mark("What you chose is right, but there is more.")),), ("incomplete",))
    if not told and task.several and chosen > right:
        return Verdict("wrong", (Saying(mark("Something that you chose is not right.")),), ("too_much",))
    return Verdict("wrong", told)


def check_order(task: OrderTask, answer: Any) -> Verdict:  # noqa: ANN401
    """Check an order; tell how many items stand in their places."""
    given = tuple(answer or ())
    if sorted(given) != list(range(len(task.items))):
        return Verdict.again(Saying(mark("put all the items in order first")))
    placed = sum(place == item for place, item in enumerate(given))
    if placed == len(given):
        return Verdict("right")
    if given == tuple(reversed(range(len(given)))):
        return Verdict("wrong", (Saying(mark("The order is right, but the wrong way round.")),), ("reversed",))
    first = next(place for place, item in enumerate(given) if place != item)
    told = Saying(mark("{placed} of {count} stand in their places; look at place {first}"), placed=placed,
                  count=len(given), first=first + 1)  # fmt: skip
    return Verdict("wrong", (told,), ("order",))


class RightCells(NamedTuple):
    """The cells that may be clicked, and whether all of them must be."""

    cells: frozenset[Cell]
    every: bool


def right_cells(task: ClickTask, experiment: Experiment | None, result: Result | None) -> RightCells:
    """Return which cells are right.

    Raises
    ------
    SettingError
        More than anybody would click.
    """
    if task.cells is not None:
        return RightCells(frozenset((cell[0], cell[1]) for cell in task.cells), task.every)
    assert experiment is not None
    assert result is not None
    if task.winner_of is not None:
        cell = right_answer(experiment, result, question_at(task.winner_of, "winner"))
        return RightCells(frozenset({cell}), True)  # type: ignore[arg-type]  # (row, column)
    if task.receptive_field_of is not None:
        at = task.receptive_field_of
        field = receptive_field(experiment.stages, at.stage, at.row, at.column, experiment.image.shape)
        _, height, width = experiment.image.shape
        rows = range(max(field.top, 0), min(field.top + field.height, height))
        columns = range(max(field.left, 0), min(field.left + field.width, width))
        _check_count(len(rows) * len(columns))
        return RightCells(frozenset((row, column) for row in rows for column in columns), True)
    plane = (experiment.image if task.view < 0 else result.outputs[task.view])[task.channel]
    right = plane == (plane.max() if task.largest else plane.min())
    _check_count(int(np.count_nonzero(right)))
    return RightCells(frozenset((int(r), int(c)) for r, c in np.argwhere(right)), False)


def _check_count(count: int) -> None:
    if count > MOST_RIGHT:
        raise SettingError("{count} cells are right, and {limit} are the most: ask for something rarer", count=count,
                           limit=MOST_RIGHT)  # fmt: skip


def check_click(task: ClickTask, answer: Any, experiment: Experiment | None, result: Result | None) -> Verdict:  # noqa: ANN401
    """Check which cells were clicked or marked."""
    given = {(int(row), int(column)) for row, column in answer or ()}
    if not given:
        return Verdict.again(Saying(mark("click a cell first")))
    if task.winner_of is not None and len(given) == 1:
        assert experiment is not None
        assert result is not None
        return Verdict.of(judge(experiment, result, question_at(task.winner_of, "winner"), next(iter(given))))
    right = right_cells(task, experiment, result)
    if given == right.cells or (not right.every and given <= right.cells):
        return Verdict("right")
    return Verdict("wrong", *_about_cells(given, right.cells, task.receptive_field_of is not None))


def _about_cells(
    given: set[Cell], right: frozenset[Cell], is_field: bool
) -> tuple[tuple[Saying, ...], tuple[str, ...]]:
    if is_field and len(given) == 1 and given <= right:
        return (Saying(mark("This cell is one of them: mark all that the output cell sees.")),), ("one_cell",)
    if {(column, row) for row, column in given} == right:
        return (Saying(mark("Row and column were swapped.")),), ("turned",)
    if is_field and len(given) > 1:
        sizes = [_extent(cells) for cells in (given, right)]
        if sizes[0] == sizes[1]:
            return (Saying(mark("The size is right, but not the place: mind padding and stride.")),), ("moved",)
        text = mark("{rows} × {columns} is not the size of what the output cell sees: "
                    "each layer before it makes that larger.")  # fmt: skip
        return (Saying(text, rows=sizes[0][0], columns=sizes[0][1]),), ("size",)
    near = any(abs(r - row) <= 1 and abs(c - column) <= 1 for row, column in given for r, c in right)
    if near and not given & right:
        return (Saying(mark("Very near: it is a neighbouring cell.")),), ("neighbour",)
    if given < right:
        return (Saying(mark("What you chose is right, but there is more.")),), ("incomplete",)
    return (), ()


def _extent(cells: Iterable[Cell]) -> Cell:
    rows, columns = zip(*cells, strict=True)
    return max(rows) - min(rows) + 1, max(columns) - min(columns) + 1


def check_text(task: TextTask, answer: Any) -> Verdict:  # noqa: ANN401
    """Take free text down; only its length is looked at."""
    words = len(str(answer or "").split())
    if words < task.words:
        return Verdict.again(Saying(mark("write a little more: {count} words or more"), count=task.words))
    return Verdict("noted")


def _told(mistakes: tuple[KnownMistake, ...], matches: Any) -> tuple[Said, ...]:  # noqa: ANN401  # a predicate
    return tuple(mistake.says for mistake in mistakes if matches(mistake.answer))
