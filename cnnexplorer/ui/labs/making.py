"""The field in which the answer to a task is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import shuffled
from cnnexplorer.labs.model import (
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
    TextTask,
)

from .fields import ChoiceField, LineField, SignField, TextField
from .live_fields import ClickField, FigureField, FindField, MeasureField, ReachField
from .matrix_field import MatrixField
from .order_field import OrderField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnexplorer.core import Experiment
    from cnnexplorer.labs import Step
    from cnnexplorer.labs.progress import Figure

    from .bench import Bench
    from .fields import Field

LARGEST_MATRIX = 20  # rows or columns of one to fill in


def field_for(
    lab_id: str,
    index: int,
    step: Step,
    bench: Bench,
    taken: Callable[[], Sequence[Figure]],
    take: Callable[[], object],
) -> Field | None:
    """Return the field for the task of a step of a lab; None for a step that asks nothing.

    A matrix has its field made by `matrix_field`, once its size is known.

    Parameters
    ----------
    taken, take
        Return the figures that were taken in this step, and take one more.
    """
    task = step.task
    if isinstance(task, NumberTask):
        return SignField() if task.sign else LineField(mark("Your number"), mark("a number, such as 1.5 or 2/3"),
                                                       task.unit)  # fmt: skip
    if isinstance(task, ShapeTask):
        example = mark("maps × height × width") if _with_maps(task) else mark("height × width, such as 7x9")
        return LineField(mark("Your size"), example)
    if isinstance(task, ChoiceTask):
        count = len(task.options)
        return ChoiceField(task, shuffled(lab_id, index, count) if task.shuffle else tuple(range(count)))
    if isinstance(task, OrderTask):
        return OrderField(task, shuffled(lab_id, index, len(task.items)))
    if isinstance(task, ClickTask):
        return ClickField(task, bench)
    if isinstance(task, ReachTask):
        return ReachField(task, bench)
    if isinstance(task, FindTask):
        return FindField(task, bench)
    if isinstance(task, MeasureTask):
        return MeasureField(task)
    if isinstance(task, FigureTask):
        return FigureField(task, taken, take)
    return TextField(task.words) if isinstance(task, TextTask) else None


def matrix_field(task: MatrixTask, experiment: Experiment | None) -> Field:
    """Return the field for a matrix as large as the right one."""
    if task.answer is not None:
        rows, columns = len(task.answer), len(task.answer[0])
    else:
        assert experiment is not None
        assert task.stage is not None
        rows, columns = experiment.shapes[task.stage][-2:]
    return MatrixField(rows, columns)


def _with_maps(task: ShapeTask) -> bool:
    return task.maps or (task.answer is not None and len(task.answer) == 3)
