"""A result made ready for the views, off the GUI thread where it is large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.core import Convolution, run
from cnnexplorer.core.arithmetic import pad
from cnnexplorer.ui.widgets.painting import MapSource

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment, Result

ViewKey = tuple[str, int]  # ("input", -1), ("padding", stage) or ("stage", stage)


@dataclass(frozen=True, eq=False)
class Shown:
    """A result, and for each view the maps that it shows, in the views' order."""

    result: Result
    sources: dict[ViewKey, MapSource]


def view_keys(experiment: Experiment) -> list[ViewKey]:
    """Return the views of an experiment in order: the input, and each stage with the padding before a convolution."""
    keys: list[ViewKey] = [("input", -1)]
    for index, stage in enumerate(experiment.stages):
        if isinstance(stage, Convolution):
            keys.append(("padding", index))
        keys.append(("stage", index))
    return keys


def compute(experiment: Experiment, known: Shown | None = None) -> Shown:
    """Compute an experiment and make its maps ready; what an earlier one shares with it is taken from there."""
    result = run(experiment, None if known is None else known.result)
    sources: dict[ViewKey, MapSource] = {}
    for key in view_keys(experiment):
        before = None if known is None else known.sources.get(key)
        kind, index = key
        if kind == "padding":
            source = sources["input", -1] if index == 0 else sources["stage", index - 1]
            sources[key] = _padded(experiment, index, source, before, known)
            continue
        values = experiment.image if kind == "input" else result.outputs[index]
        unchanged = before is not None and (before.values is values or before.values.base is values)
        sources[key] = before if unchanged and before is not None else MapSource.of(values)
    return Shown(result, sources)


def _padded(
    experiment: Experiment, index: int, source: MapSource, before: MapSource | None, known: Shown | None
) -> MapSource:
    """Return a convolution's padded input: the input itself where nothing is added."""
    stage = experiment.stages[index]
    assert isinstance(stage, Convolution)
    if not any(stage.sides):
        return source
    if before is not None and known is not None:
        old = known.result.experiment.stages[index]
        same_input = known.result.input_of(index) is source.values
        if (
            isinstance(old, Convolution)
            and same_input
            and (old.sides, old.padding_mode)
            == (
                stage.sides,
                stage.padding_mode,
            )
        ):
            return before
    return MapSource.of(pad(source.values, stage.sides, stage.padding_mode))
