"""What of an experiment can be saved a whole stage at once."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import Activation, Convolution, Pooling
from cnnexplorer.core.batch import Group
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.batch_offer import BatchKind, BatchOffer
from cnnexplorer.ui.language import _

from .names import shape_text, stage_kind, stage_titles
from .stage_facts import stage_facts
from .takeaways import experiment_facts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from cnnexplorer.core import Result, Stage
    from cnnexplorer.ui.batch_offer import Opener, Reader

    from .shown import ViewKey

    Fact = tuple[str, str]

_ITEMSIZE = 8  # bytes of a float64


def experiment_offer(result: Result, selected: ViewKey) -> BatchOffer:
    """Return what of a result can be saved: the maps of its input and its stages, and its kernels.

    The view that is selected is chosen at first.
    """
    stages = result.experiment.stages
    titles = [_("Input"), *stage_titles(stages)]
    values = [result.experiment.image, *result.outputs]
    stems = ["input", *(f"stage{index}_{_word(stage)}" for index, stage in enumerate(stages, start=1))]
    arrays = dict(zip(stems, map(_units, values), strict=True))
    kernels = {
        f"{stem}_kernels": stage.weight
        for stem, stage in zip(stems[1:], stages, strict=True)
        if isinstance(stage, Convolution)
    }
    named = dict(zip(stems, titles, strict=True))
    told = dict(zip(stems, map(partial(_stage_facts, result), range(-1, len(stages))), strict=True))
    told |= {name: told[name.removesuffix("_kernels")] for name in kernels}
    about = tuple(experiment_facts(result.experiment))
    chosen = stems[max(selected[1], -1) + 1] if selected[1] < len(stages) else stems[0]
    groups = _groups(arrays, named, told)
    kinds = [_kind("maps", mark("Maps of the stages"), arrays, groups, chosen, about)]
    if kernels:
        named |= {name: named[name.removesuffix("_kernels")] for name in kernels}
        near = f"{chosen}_kernels" if f"{chosen}_kernels" in kernels else next(iter(kernels))
        groups = _groups(kernels, named, told)
        kinds.append(
            replace(
                _kind("filters", mark("Kernels of the convolutions"), kernels, groups, near, about),
                whole="kernels",
                unit=mark("Filter"),
            )
        )
    return BatchOffer("", tuple(kinds))


def _groups(
    arrays: dict[str, NDArray[Any]], titles: dict[str, str], facts: dict[str, tuple[Fact, ...]]
) -> tuple[Group, ...]:
    return tuple(
        Group(name, titles[name], len(units), units.shape[1:], itemsize=_ITEMSIZE, facts=facts[name])
        for name, units in arrays.items()
    )


def _stage_facts(result: Result, index: int) -> tuple[Fact, ...]:
    """Return what is known of a stage, or of the input for -1."""
    experiment = result.experiment
    if index < 0:
        return ((_("Stage"), _("Input")), (_("Shape"), shape_text(experiment.image.shape)))
    stage, title = experiment.stages[index], stage_titles(experiment.stages)[index]
    facts = stage_facts(stage, None)
    return ((_("Stage"), f"{index + 1} {title}"), (_("Shape"), shape_text(experiment.shapes[index])), *facts)


def _kind(
    id_: str,
    title: str,
    arrays: dict[str, NDArray[Any]],
    groups: tuple[Group, ...],
    chosen: str,
    about: tuple[Fact, ...],
) -> BatchKind:
    labels = tuple(f"{group.title}, {'×'.join(map(str, (group.count, *group.shape)))}" for group in groups)

    def opener(_files: tuple[Path, ...]) -> Opener:
        def read(_picture: int) -> Reader:
            return lambda group: arrays[group.name]

        return read

    return BatchKind(id_, title, groups, labels, frozenset({chosen}), opener, facts=lambda _picture: about)


def _units(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return maps (C, H, W) as they are, and a row (N,) as one unit."""
    return values[np.newaxis] if values.ndim == 1 else values


def _word(stage: Stage) -> str:
    """Return what a stage is called in file names."""
    if isinstance(stage, Activation):
        return stage.name
    return f"{stage.kind}_pooling" if isinstance(stage, Pooling) else stage_kind(stage)
