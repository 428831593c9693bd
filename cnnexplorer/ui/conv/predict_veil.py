"""What the views leave out while something is asked for. Pure, no widgets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core import Step
    from cnnexplorer.labs import Question
    from cnnexplorer.ui.widgets.map_view import Lit

    from .shown import ViewKey

State = Literal["free", "asked", "played", "told"]


@dataclass(frozen=True)
class Veil:
    """What is not to be seen yet.

    Attributes
    ----------
    stage
        The stage of the present step; of the stages after it nothing is shown.
    cells
        How many output cells of that stage are shown, in the order of its steps; None for all.
    products
        How many products of the present step are shown, and not what comes out; None hides nothing of it.
    size
        The first stage whose output size is not told; None tells all.
    unread
        Whether it is told, of the stage and those after it, what they never read: it gives the output's size away.

    Examples
    --------
    >>> veil = Veil(stage=1, cells=5, products=0)
    >>> [veil.filled(("stage", stage), 0, 9) for stage in range(3)], veil.filled(("stage", 1), 1, 9)
    ([None, 5, 0], 0)
    """

    stage: int
    cells: int | None = None
    products: int | None = None
    size: int | None = None
    unread: bool = True

    def filled(self, key: ViewKey, channel: int, count: int) -> int | None:
        """Return how many of the `count` cells of a view are shown, with a channel in it; None for all."""
        kind, index = key
        if kind == "stage" and index == self.stage and self.cells is not None:
            shown = self.cells - channel * count
            return None if shown >= count else max(shown, 0)
        return 0 if self.hides_values(key) else None

    def hides_values(self, key: ViewKey) -> bool:
        """Tell whether a view has values that are not to be seen: then nothing may tell of the whole of it."""
        kind, index = key
        return index > self.stage or (kind == "stage" and index == self.stage and self.cells is not None)

    def hides_inputs(self, stage: int) -> bool:
        """Tell whether a stage reads values that are not to be seen: then its steps are not to be shown."""
        return stage > 0 and self.hides_values(("stage", stage - 1))

    def hides_size(self, key: ViewKey) -> bool:
        """Tell whether the size of a view is not to be told."""
        kind, index = key
        return self.size is not None and (index >= self.size if kind == "stage" else index > self.size)

    def hides_unread(self, stage: int) -> bool:
        """Tell whether it is not to be told what a stage never reads."""
        return self.hides_size(("stage", stage)) or (not self.unread and stage >= self.stage)

    def hides_cell(self, key: ViewKey, channel: int, row: int, column: int, shape: tuple[int, int]) -> bool:
        """Tell whether a cell of a view of a (rows, columns) is not to be seen."""
        filled = self.filled(key, channel, shape[0] * shape[1])
        return filled is not None and row * shape[1] + column >= filled

    def lit(self, lit: Mapping[ViewKey, Lit]) -> dict[ViewKey, Lit]:
        """Return what is lit without what tells the answer: a hidden cell is a frame, the winner has no mark."""
        if self.products is None:
            return {key: replace(spot, hollow=True) if key[1] > self.stage else spot for key, spot in lit.items()}
        output = ("stage", self.stage)
        return {key: replace(spot, mark=None, hollow=key == output or key[1] > self.stage) for key, spot in lit.items()}


def veil_over(
    step: Step, output: NDArray[np.float64], question: Question | None, state: State, played: int
) -> Veil:  # fmt: skip
    """Return what is hidden at a step while Predict is on.

    Parameters
    ----------
    output
        The output of the step's stage.
    question
        What is asked for there, or was; None for nothing.
    state
        How far that is.
    played
        While it is played: how many products, or cells of a map, are shown.
    """
    stage, asked = step.stage_index, state == "asked"
    if question is not None and question.asks == "size":
        return Veil(stage, 0, 0, size=stage) if asked else Veil(stage, size=stage + 1)
    if question is not None and question.asks == "map":
        count = output[0].size
        cells = question.channel * count + (0 if asked else played + 1 if state == "played" else count)
        return Veil(stage, None if cells >= output.size else cells, 0 if asked else None)
    if asked or state == "played":
        return Veil(stage, step.index, played)
    return Veil(stage, None if step.index + 1 >= output.size else step.index + 1)
