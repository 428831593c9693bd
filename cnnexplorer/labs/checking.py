"""Checking the answer to a step's task."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import format_matrix, format_number, run
from cnnexplorer.core.messages import mark

from . import live_tasks, tasks
from .hinting import hints
from .model import (
    ChoiceTask,
    ClickTask,
    FigureTask,
    FindTask,
    MatrixTask,
    MeasureTask,
    NumberTask,
    OrderTask,
    ReachTask,
    ShapeTask,
    Step,
    Text,
    TextTask,
)
from .questions import Question
from .sayings import Saying
from .setups import experiment_for
from .state import LiveState
from .verdict import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.core import Experiment, Result

__all__ = ["PreparedStep", "Verdict", "check", "question_of", "shuffled"]


def check(step: Step, answer: object, state: LiveState | None = None, folder: Path | None = None) -> Verdict:
    """Check an answer to a step's task; see `PreparedStep.check`, which is faster for several tries."""
    return PreparedStep(step, folder).check(answer, state)


@dataclass(frozen=True)
class PreparedStep:
    """A step with what its set-up computes, ready to check answers.

    Parameters
    ----------
    step
        The step.
    folder
        The lab's folder, where its files lie.
    """

    step: Step
    folder: Path | None = None

    @cached_property
    def experiment(self) -> Experiment | None:
        """The experiment of the step's set-up, where it has one of the Convolution workspace or a session."""
        return experiment_for(self.step.setup, self.folder)

    @cached_property
    def result(self) -> Result | None:
        """What the set-up's experiment computes."""
        return None if self.experiment is None else run(self.experiment)

    @property
    def question(self) -> Question | None:
        """What is asked of the set-up's experiment, where the program computes the answer."""
        return question_of(self.step)

    def check(self, answer: object, state: LiveState | None = None) -> Verdict:
        """Check an answer.

        Parameters
        ----------
        answer
            number, shape, matrix: the text as it was typed (or a value). choice: the index of the option, or several in
            a set. order: the indices of the items in the order that was chosen. click: the cells, as (row, column).
            reach: None. find: the unit as a text or a number, or None for the one that the live workspace shows.
            measure: a text or number for each layer. figure: how many were taken. text: the text. Indices count from 0
            and in the order of the file.
        state
            The live workspaces, for tasks that look at them.

        Returns
        -------
        Verdict
            An answer that is not understood is asked for again, and counts as no try.
        """
        state = state or LiveState()
        task = self.step.task
        if isinstance(task, NumberTask):
            verdict = tasks.check_number(task, answer, self.experiment, self.result)
        elif isinstance(task, ShapeTask):
            verdict = tasks.check_shape(task, answer, self.experiment, self.result)
        elif isinstance(task, MatrixTask):
            verdict = tasks.check_matrix(task, answer, self.experiment, self.result)
        elif isinstance(task, ChoiceTask):
            verdict = tasks.check_choice(task, answer)
        elif isinstance(task, OrderTask):
            verdict = tasks.check_order(task, answer)
        elif isinstance(task, ClickTask):
            verdict = tasks.check_click(task, answer, self.experiment, self.result)
        elif isinstance(task, ReachTask):
            verdict = live_tasks.check_reach(task, state)
        elif isinstance(task, FindTask):
            verdict = live_tasks.check_find(task, answer, state)
        elif isinstance(task, MeasureTask):
            verdict = live_tasks.check_measure(task, answer, state)
        elif isinstance(task, FigureTask):
            verdict = live_tasks.check_figure(task, answer)
        elif isinstance(task, TextTask):
            verdict = tasks.check_text(task, answer)
        else:
            return Verdict("noted")
        return verdict if self.step.diagnosis else verdict.without_diagnosis()

    def hints(self) -> tuple[Text | Saying, ...]:
        """Return the step's hints, the gentlest first: the teacher's, else those that the program computes."""
        if self.step.hints:
            return self.step.hints
        if self.question is None or self.experiment is None or self.result is None:
            return ()
        return hints(self.experiment, self.result, self.question)

    def right(self, state: LiveState | None = None) -> tuple[Text | Saying, ...]:
        """Return the right answer in words, for whoever gives up; empty where there is none to show."""
        task = self.step.task
        if isinstance(task, NumberTask | ShapeTask | MatrixTask):
            value = tasks.right_value(task, self.experiment, self.result)
            text = format_matrix(np.asarray(value)) if isinstance(task, MatrixTask) else _written(value, task)
            return (Saying(mark("The answer is {value}"), value=text),)
        if isinstance(task, ChoiceTask):
            return tuple(option.text for option in task.options if option.right)
        if isinstance(task, OrderTask):
            return task.items
        if isinstance(task, ClickTask):
            cells = sorted(tasks.right_cells(task, self.experiment, self.result).cells)
            shown = ", ".join(f"({row}, {column})" for row, column in cells[:8]) + ("…" if len(cells) > 8 else "")
            return (Saying(mark("The answer is {value}"), value=shown),)
        if isinstance(task, FindTask):
            units = live_tasks.accepted_units(task, state or LiveState())
            return (Saying(mark("One of these: {units}"), units=", ".join(map(str, units[:8]))),) if units else ()
        if isinstance(task, MeasureTask):
            numbers = live_tasks.measured(task, state or LiveState())
            shown = ", ".join(format_number(number) for number in numbers or ())
            return (Saying(mark("The answer is {value}"), value=shown),) if numbers else ()
        return ()


def question_of(step: Step) -> Question | None:
    """Return what a step asks of its set-up's experiment; None where the answer is written down."""
    task = step.task
    if isinstance(task, NumberTask) and task.of is not None:
        at = task.of
        return Question("sign" if task.sign else "value", at.stage, at.channel, at.row, at.column)
    if isinstance(task, ShapeTask) and task.stage is not None:
        return Question("size", task.stage)
    if isinstance(task, MatrixTask) and task.stage is not None:
        return Question("map", task.stage, task.channel)
    if isinstance(task, ClickTask) and task.winner_of is not None:
        at = task.winner_of
        return Question("winner", at.stage, at.channel, at.row, at.column)
    return None


def shuffled(lab_id: str, step_index: int, count: int) -> tuple[int, ...]:
    """Return in which order the options or items of a step are shown: the same every time, never that of the file.

    >>> shuffled("kernel", 3, 4)
    (3, 1, 2, 0)
    """
    order = list(range(count))
    random.Random(f"{lab_id}/{step_index}").shuffle(order)
    return tuple(order if order != sorted(order) else [*order[1:], order[0]])


def _written(value: Any, task: NumberTask | ShapeTask) -> str:  # noqa: ANN401
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    if isinstance(task, NumberTask) and task.sign:
        return {1: "+", 0: "0", -1: "−"}[int(value)]
    return format_number(float(value), 6)
