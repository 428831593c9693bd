"""What is wrong with a lab that has all its fields: texts, set-ups, tasks that nobody could solve."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from cnnexplorer.core import SettingError, UserError
from cnnexplorer.core.kernels import preset

from .checking import PreparedStep
from .conditions import check_value, holds
from .layers import layer_problems
from .markdown import Picture, parse_markdown
from .model import (
    ChoiceTask,
    ClickTask,
    Condition,
    FindTask,
    Lab,
    MatrixTask,
    MeasureTask,
    NumberTask,
    OrderTask,
    ReachTask,
    ShapeTask,
    Step,
    Text,
)
from .places import file_in
from .questions import LARGEST_MAP, Question, check_question
from .sayings import LabError
from .setup_checks import SetUps
from .setups import array_of, experiment_for
from .state import LiveState
from .tasks import question_at, right_cells, right_value
from .units import check_unit
from .wrong_fields import with_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FolderPath

    from cnnexplorer.core import Experiment

    from .lines import Path


def problems_of(lab: Lab, folder: FolderPath | None) -> list[LabError]:
    """Return all that is wrong with a lab, each with the path of its field."""
    found = [*_numbers(lab, ()), *_texts(lab, (), folder)]
    if not (lab.title.en or lab.title.es):
        found.append(with_path(LabError("a title is needed, in one language at least"), ("title",)))
    set_ups = SetUps(folder)
    for index, step in enumerate(lab.steps):
        path: Path = ("steps", index)
        if not (step.text.en or step.text.es):
            found.append(with_path(LabError("a text is needed, in one language at least"), (*path, "text")))
        found += _step(step, path, set_ups)
    return [*found, *layer_problems(lab)]


def _numbers(value: Any, path: Path) -> Iterator[LabError]:  # noqa: ANN401  # any part of a lab
    """Find numbers that are infinite or none: TOML can write them."""
    if isinstance(value, float) and not math.isfinite(value):
        yield with_path(LabError("a number that is finite is needed"), path)
    for key, part in _parts(value):
        yield from _numbers(part, (*path, key))


def _texts(value: Any, path: Path, folder: FolderPath | None) -> Iterator[LabError]:  # noqa: ANN401
    """Find texts that are not of the small Markdown, or name pictures that are not there."""
    if isinstance(value, Text):
        for language in ("en", "es"):
            try:
                for block in parse_markdown(getattr(value, language)):
                    if isinstance(block, Picture):
                        file_in(folder, block.file)
            except LabError as error:
                yield with_path(error, (*path, language))
        return
    for key, part in _parts(value):
        yield from _texts(part, (*path, key), folder)


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:  # noqa: ANN401
    if isinstance(value, msgspec.Struct):
        for name, written in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield written, getattr(value, name)
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


def _step(step: Step, path: Path, set_ups: SetUps) -> Iterator[LabError]:
    if step.locked is not None and step.free is not None:
        yield with_path(LabError("“locked” and “free” exclude each other: keep one"), (*path, "free"))
    prepared = PreparedStep(step, set_ups.folder)
    try:
        experiment = set_ups.experiment(step.setup, (*path, "setup"), lambda: prepared.experiment)
    except LabError as error:
        yield error
        return
    if step.task is None or set_ups.spent:
        return
    try:
        _TASKS.get(type(step.task), _nothing)(step.task, prepared, experiment, set_ups)
    except _Wrong as wrong:
        yield with_path(wrong.error, (*path, "task", *wrong.path))


class _Wrong(Exception):
    """Something is wrong with a field of a task."""

    def __init__(self, error: UserError, *path: str | int) -> None:
        self.error = error if isinstance(error, LabError) else LabError(error.template, **error.values)
        self.path = path


def _needed(experiment: Experiment | None, field: str) -> Experiment:
    if experiment is None:
        raise _Wrong(
            LabError("this is computed from the step's set-up: give it a set-up of the Convolution workspace"), field
        )
    return experiment


def _one_of(task: Any, *fields: str) -> None:  # noqa: ANN401
    given = [field for field in fields if getattr(task, field) is not None and getattr(task, field) is not False]
    if len(given) != 1:
        names = ", ".join(fields)
        if not given:
            raise _Wrong(LabError("one of these is needed: {names}", names=names))
        raise _Wrong(LabError("only one of these can be given: {names}", names=names), given[1])


def _asked(experiment: Experiment, question: Question, field: str) -> None:
    try:
        check_question(experiment, question)
    except SettingError as error:
        raise _Wrong(error, field) from error


def _nothing(*_given: object) -> None:
    """Tasks with nothing more to check."""


def _number(task: NumberTask, prepared: PreparedStep, experiment: Experiment | None, *_rest: object) -> None:
    _one_of(task, "answer", "of")
    try:
        check_unit(task.unit)
    except LabError as error:
        raise _Wrong(error, "unit") from error
    if task.of is not None:
        _asked(_needed(experiment, "of"), question_at(task.of, "value"), "of")
        _finite(prepared, task.of.stage, "of")
    elif task.sign:
        raise _Wrong(LabError("“sign” goes with “of” only"), "sign")
    _mistakes(task, prepared)


def _shape(task: ShapeTask, prepared: PreparedStep, experiment: Experiment | None, *_rest: object) -> None:
    _one_of(task, "answer", "stage")
    if task.stage is not None:
        _asked(_needed(experiment, "stage"), Question("size", task.stage), "stage")
    _mistakes(task, prepared)


def _mistakes(task: NumberTask | ShapeTask, prepared: PreparedStep) -> None:
    """Look for wrong answers that are right."""
    right = right_value(task, prepared.experiment, prepared.result)
    for place, mistake in enumerate(task.mistakes):
        answer = mistake.answer
        if isinstance(answer, tuple) != isinstance(task, ShapeTask):
            raise _Wrong(LabError("an answer of the task's own kind is needed"), "mistakes", place, "answer")
        if answer == right or (isinstance(answer, float) and math.isclose(answer, float(right), abs_tol=1e-12)):
            raise _Wrong(LabError("this is the right answer: it is no mistake"), "mistakes", place, "answer")


def _finite(prepared: PreparedStep, stage: int, field: str) -> None:
    """See that a stage (-1 for the image) gives numbers that can be told from others."""
    if stage >= 0 and prepared.result is not None and not np.isfinite(prepared.result.outputs[stage]).all():
        raise _Wrong(LabError("what comes out is no finite number: use smaller ones"), field)


def _matrix(task: MatrixTask, prepared: PreparedStep, experiment: Experiment | None, *_rest: object) -> None:
    _one_of(task, "answer", "stage")
    if task.stage is not None:
        _asked(_needed(experiment, "stage"), Question("map", task.stage, task.channel), "stage")
        _finite(prepared, task.stage, "stage")
        return
    try:
        size = array_of(task.answer, (2,)).size
    except SettingError as error:
        raise _Wrong(error, "answer") from error
    if size > LARGEST_MAP:
        raise _Wrong(LabError("a matrix that is typed has at most {limit} cells", limit=LARGEST_MAP), "answer")


def _choice(task: ChoiceTask, *_rest: object) -> None:
    right = sum(option.right for option in task.options)
    if not right:
        raise _Wrong(LabError("one of the options must be right: write  right = true"), "options")
    if right > 1 and not task.several:
        raise _Wrong(LabError("several options are right: write  several = true, or keep one"), "options")
    for place, option in enumerate(task.options):
        if not (option.text.en or option.text.es):
            raise _Wrong(LabError("a text is needed, in one language at least"), "options", place, "text")


def _order(task: OrderTask, *_rest: object) -> None:
    seen: set[tuple[str, str]] = set()
    for place, item in enumerate(task.items):
        if (item.en, item.es) in seen or not (item.en or item.es):
            raise _Wrong(LabError("every item needs a text of its own"), "items", place)
        seen.add((item.en, item.es))


def _click(task: ClickTask, prepared: PreparedStep, experiment: Experiment | None, *_rest: object) -> None:
    _one_of(task, "cells", "winner_of", "receptive_field_of", "largest", "smallest")
    known = _needed(experiment, "view")
    if task.view >= len(known.stages) or (task.view >= 0 and len(known.shapes[task.view]) != 3):
        raise _Wrong(LabError("there is no map to be clicked in stage {stage}", stage=task.view), "view")
    shape = known.image.shape if task.view < 0 else known.shapes[task.view]
    if task.channel >= shape[0]:
        raise _Wrong(LabError("there is no map {channel}: there are {count}, counted from 0", channel=task.channel,
                              count=shape[0]), "channel")  # fmt: skip
    if task.winner_of is not None:
        _asked(known, question_at(task.winner_of, "winner"), "winner_of")
        if task.view != task.winner_of.stage - 1:
            raise _Wrong(LabError("the winner is clicked in what the pooling reads: view = {view}",
                                  view=task.winner_of.stage - 1), "view")  # fmt: skip
    if task.receptive_field_of is not None:
        _asked(known, question_at(task.receptive_field_of, "value"), "receptive_field_of")
        if task.view != -1:
            raise _Wrong(LabError("a receptive field is marked in the image: view = -1"), "view")
    _finite(prepared, task.view, "view")
    try:
        right = right_cells(task, prepared.experiment, prepared.result)
    except SettingError as error:
        raise _Wrong(error) from error
    for row, column in right.cells:
        if row >= shape[1] or column >= shape[2]:
            raise _Wrong(LabError("there is no cell ({row}, {column}) in a map of {height} × {width}", row=row,
                                  column=column, height=shape[1], width=shape[2]), "cells")  # fmt: skip


def _reach(task: ReachTask, prepared: PreparedStep, experiment: Experiment | None, set_ups: SetUps) -> None:
    for place, condition in enumerate(task.conditions):
        _condition(condition, place)
    begin = LiveState(experiment)
    if experiment is not None and all(holds(one, begin) for one in task.conditions):
        raise _Wrong(LabError("the set-up is in this state already: there is nothing to do"), "conditions")
    if task.example is None:
        return
    try:
        example = set_ups.experiment(task.example, ("example",), lambda: experiment_for(task.example, prepared.folder))
    except LabError as error:
        raise _Wrong(error, *error.path) from error
    if example is None:
        return
    reached = LiveState(example)
    for place, condition in enumerate(task.conditions):
        if not holds(condition, reached):
            raise _Wrong(LabError("the example does not meet this condition"), "conditions", place)


def _condition(condition: Condition, place: int) -> None:
    here = ("conditions", place)
    ranged = condition.at_least is not None or condition.at_most is not None
    others = [name for name in ("equal", "all_zero", "one_of") if getattr(condition, name) is not None]
    if len(others) + ranged != 1:
        names = "equals, at_least, at_most, all_zero, one_of"
        raise _Wrong(LabError("one of these is needed: {names}", names=names), *here)
    if condition.all_zero is not None and condition.what not in ("output", "kernel"):
        raise _Wrong(LabError("“all_zero” goes with “output” and “kernel” only"), *here, "all_zero")
    if ranged and condition.what in ("flip", "pooling", "activation", "stages", "network", "page", "layer", "picture"):
        raise _Wrong(LabError("“{what}” cannot be compared with this value", what=condition.what), *here)
    wanted = condition.one_of or ((condition.equal,) if condition.equal is not None else ())
    for value in wanted:
        try:
            check_value(condition, value)
        except SettingError as error:
            raise _Wrong(error, *here, "one_of" if condition.one_of else "equals") from error


def _find(task: FindTask, *_rest: object) -> None:
    _one_of(task, "accepted", "measure")
    if (task.measure == "similarity") != bool(task.kernel):
        raise _Wrong(LabError("“kernel” goes with the measure “similarity”, which needs it"), "kernel")
    if task.kernel:
        try:
            preset(task.kernel)
        except SettingError as error:
            raise _Wrong(error, "kernel") from error


def _measure(task: MeasureTask, *_rest: object) -> None:
    if task.answers is not None and len(task.answers) != len(task.layers):
        raise _Wrong(LabError("give one answer for each layer: {count}", count=len(task.layers)), "answers")


_TASKS: dict[type, Callable[..., None]] = {
    NumberTask: _number,
    ShapeTask: _shape,
    MatrixTask: _matrix,
    ChoiceTask: _choice,
    OrderTask: _order,
    ClickTask: _click,
    ReachTask: _reach,
    FindTask: _find,
    MeasureTask: _measure,
}
