"""What of an experiment can be saved a whole stage at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import Activation, Convolution, Pooling
from cnnexplorer.core.batch import Group
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.batch_offer import BatchKind, BatchOffer
from cnnexplorer.ui.language import _

from .names import stage_kind, stage_titles

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from cnnexplorer.core import Result, Stage
    from cnnexplorer.ui.batch_offer import Opener, Reader

    from .shown import ViewKey

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
    chosen = stems[max(selected[1], -1) + 1] if selected[1] < len(stages) else stems[0]
    kinds = [_kind("maps", mark("Maps of the stages"), arrays, named, chosen)]
    if kernels:
        named |= {name: named[name.removesuffix("_kernels")] for name in kernels}
        near = f"{chosen}_kernels" if f"{chosen}_kernels" in kernels else next(iter(kernels))
        kinds.append(_kind("filters", mark("Kernels of the convolutions"), kernels, named, near))
    return BatchOffer("", tuple(kinds))


def _kind(id_: str, title: str, arrays: dict[str, NDArray[Any]], titles: dict[str, str], chosen: str) -> BatchKind:
    groups = tuple(
        Group(name, titles[name], len(units), units.shape[1:], itemsize=_ITEMSIZE) for name, units in arrays.items()
    )
    labels = tuple(f"{group.title}, {'×'.join(map(str, (group.count, *group.shape)))}" for group in groups)

    def opener(_files: tuple[Path, ...]) -> Opener:
        def read(_picture: int) -> Reader:
            return lambda group: arrays[group.name]

        return read

    return BatchKind(id_, title, groups, labels, frozenset({chosen}), opener)


def _units(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return maps (C, H, W) as they are, and a row (N,) as one unit."""
    return values[np.newaxis] if values.ndim == 1 else values


def _word(stage: Stage) -> str:
    """Return what a stage is called in file names."""
    if isinstance(stage, Activation):
        return stage.name
    return f"{stage.kind}_pooling" if isinstance(stage, Pooling) else stage_kind(stage)
