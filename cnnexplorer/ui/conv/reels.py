"""What films show: the steps of an experiment, or its maps while one of its numbers runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from cnnexplorer.core import format_number, step_at
from cnnexplorer.core.sweeps import with_value
from cnnexplorer.ui.language import _

from .model import AT_ONCE, work
from .names import channel_name, stage_settings, stage_titles
from .shown import compute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnexplorer.core import Experiment, Step
    from cnnexplorer.core.sweeps import SweepTarget
    from cnnexplorer.ui.widgets.painting import Look

    from .board import Board
    from .shown import Shown

    Place = tuple[int, int]

_DECIMALS = 3


class Reel(Protocol):
    """What a film shows, picture by picture.

    `slow` tells whether `prepare` may take longer than the GUI thread can wait.
    """

    @property
    def slow(self) -> bool:
        """Whether pictures are to be computed on another thread."""

    @property
    def count(self) -> int:
        """How many pictures there are."""

    def begin(self, board: Board) -> None:
        """Let a board show what it has to show before the first picture."""

    def prepare(self, index: int) -> Any:  # noqa: ANN401  # each kind of reel has its own
        """Compute what a picture shows, on any thread."""

    def show(self, board: Board, prepared: Any) -> None:  # noqa: ANN401
        """Let a board show what was prepared for a picture."""

    def caption(self, index: int, prepared: Any) -> tuple[str, str]:  # noqa: ANN401
        """Return what stands below a picture, at the left and at the right."""


@dataclass(frozen=True, eq=False)
class StepReel:
    """Steps of a result, by (stage, index), as the player shows them.

    Attributes
    ----------
    looks
        By kind of view.
    spotlight, fill
        Whether the step's cells are lit, and whether maps fill cell by cell.
    """

    shown: Shown
    looks: Mapping[str, Look]
    places: Sequence[Place]
    spotlight: bool = True
    fill: bool = False
    slow: ClassVar[bool] = False

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.places)

    def begin(self, board: Board) -> None:
        """Let a board show the first step."""
        self.show(board, self.prepare(0))

    def prepare(self, index: int) -> Step:
        """Compute a step."""
        return step_at(self.shown.result.experiment, self.shown.result, *self.places[index])

    def show(self, board: Board, prepared: Step) -> None:
        """Let a board show a step."""
        if board.shown is not self.shown:
            board.show_result(self.shown, self.looks)
        board.show_step(prepared, self.spotlight, self.fill)

    def caption(self, index: int, prepared: Step) -> tuple[str, str]:
        """Return the stage and the output cell, and which step of how many it is."""
        counted = _("step {step} of {count}").format(step=index + 1, count=self.count)
        return step_caption(self.shown.result.experiment, prepared), counted


@dataclass(frozen=True, eq=False)
class SweepReel:
    """An experiment whose number runs, at one step.

    Attributes
    ----------
    shown
        The result as it is, which the others are computed from.
    place
        The step that is shown, as (stage, index); None for none.
    """

    shown: Shown
    looks: Mapping[str, Look]
    target: SweepTarget
    values: Sequence[float]
    place: Place | None = None
    spotlight: bool = True

    @property
    def slow(self) -> bool:
        """Whether pictures are to be computed on another thread."""
        return work(self.shown.result.experiment) > AT_ONCE

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.values)

    def begin(self, board: Board) -> None:
        """Let a board show the result as it is."""
        self.show(board, self.shown)

    def prepare(self, index: int) -> Shown:
        """Compute the result for a value."""
        return compute(with_value(self.shown.result.experiment, self.target, self.values[index]), self.shown)

    def show(self, board: Board, prepared: Shown) -> None:
        """Let a board show a result."""
        board.show_result(prepared, self.looks)
        step = None if self.place is None else step_at(prepared.result.experiment, prepared.result, *self.place)
        board.show_step(step, self.spotlight, fill=False)

    def caption(self, index: int, prepared: Shown) -> tuple[str, str]:  # as every reel's
        """Return the number and its value, and which value of how many it is."""
        title = target_title(self.shown.result.experiment, self.target)
        text = f"{title} = {format_number(self.values[index], _DECIMALS)}"
        return text, _("value {number} of {count}").format(number=index + 1, count=self.count)


def step_caption(experiment: Experiment, step: Step) -> str:
    """Return a step's stage and output cell in one line."""
    shape, settings = experiment.shapes[step.stage_index], stage_settings(step.stage)
    channel, row, column = step.output
    name = stage_titles(experiment.stages)[step.stage_index] + (f" ({settings})" if settings else "")
    if len(shape) == 1:
        return f"{name}: " + _("value {index}").format(index=row)
    where = _("row {row}, column {column}").format(row=row, column=column)
    if shape[0] > 1:
        where = _("channel {channel}").format(channel=channel_name(channel, shape[0])) + f", {where}"
    return f"{name}: {where}"


def target_title(experiment: Experiment, target: SweepTarget) -> str:
    """Return what a number that can run is called, in the language in use."""
    if target.kind == "noise":
        return _("Noise on the input")
    title = stage_titles(experiment.stages)[target.stage]
    if target.kind == "parameter":
        return f"{title}: {target.name}"
    filters, planes = experiment.stages[target.stage].weight.shape[:2]  # type: ignore[union-attr]  # a convolution's
    which = title if filters == 1 else f"{title}, " + _("filter {filter}").format(filter=target.place[0])
    if target.kind == "bias":
        return f"{which}: " + _("bias")
    if target.kind == "strength":
        return f"{which}: " + _("strength of the kernel")
    if planes > 1:
        which += ", " + _("plane {plane}").format(plane=channel_name(target.place[1], planes))
    return f"{which}: " + _("kernel cell [{row}, {column}]").format(row=target.place[2], column=target.place[3])


def step_places(experiment: Experiment, stages: Sequence[int]) -> list[Place]:
    """Return all steps of some stages, one after the other."""
    return [(stage, index) for stage in stages for index in range(math.prod(experiment.shapes[stage]))]
