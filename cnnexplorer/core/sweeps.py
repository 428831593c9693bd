"""One number of an experiment that runs from a value to another, as if a slider moved."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from .editing import with_stage
from .experiment import Experiment
from .messages import SettingError
from .stages import Activation, Convolution

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_VALUES = 5000
_NOISE_SEED = 20260


@dataclass(frozen=True)
class SweepTarget:
    """A number of an experiment.

    Attributes
    ----------
    kind
        "cell" of a kernel, "bias" of a filter, "strength" that a filter's weights are multiplied by, "parameter" of an
        activation, or "noise": the spread of what is added to the image.
    stage
        Which stage; -1 for the image.
    place
        Filter, plane, row and column of a cell; the filter alone of a bias or a strength.
    name
        Of a parameter.
    """

    kind: Literal["cell", "bias", "strength", "parameter", "noise"]
    stage: int = -1
    place: tuple[int, ...] = ()
    name: str = ""


def sweep_targets(experiment: Experiment, filter_index: int = 0, plane: int = 0) -> list[SweepTarget]:
    """Return the numbers that can run: of each convolution those of one filter and one of its planes.

    A stage with fewer filters or planes gives those of its last one.
    """
    targets = []
    for index, stage in enumerate(experiment.stages):
        if isinstance(stage, Convolution):
            filters, planes, rows, columns = stage.weight.shape
            chosen, of_it = min(filter_index, filters - 1), min(plane, planes - 1)
            targets += [
                SweepTarget("cell", index, (chosen, of_it, row, column))
                for row in range(rows)
                for column in range(columns)
            ]
            targets += [SweepTarget("strength", index, (chosen,)), SweepTarget("bias", index, (chosen,))]
        elif isinstance(stage, Activation):
            targets += [
                SweepTarget("parameter", index, name=name)
                for name, value in stage.parameters.items()
                if not isinstance(value, str)
            ]
    return [*targets, SweepTarget("noise")]


def present_value(experiment: Experiment, target: SweepTarget) -> float:
    """Return what the number is now.

    >>> from cnnexplorer.core import Activation
    >>> target = SweepTarget("parameter", 0, name="negative_slope")
    >>> present_value(Experiment([[[1.0]]], (Activation("leaky_relu", negative_slope=0.2),)), target)
    0.2
    """
    stage = experiment.stages[target.stage] if target.stage >= 0 else None
    if isinstance(stage, Convolution) and target.kind == "cell":
        return float(stage.weight[target.place])
    if isinstance(stage, Convolution) and target.kind == "bias":
        return 0.0 if stage.bias is None else float(stage.bias[target.place[0]])
    if isinstance(stage, Activation):
        return float(stage.parameters[target.name])
    return 1.0 if target.kind == "strength" else 0.0


def with_value(experiment: Experiment, target: SweepTarget, value: float) -> Experiment:
    """Return the experiment with another value for the number.

    Raises
    ------
    SettingError
        The number cannot have it.

    Examples
    --------
    >>> from cnnexplorer.core import run
    >>> experiment = Experiment([[[1.0, 2.0]]], (Convolution([[[[3.0]]]]),))
    >>> run(with_value(experiment, SweepTarget("bias", 0, (0,)), 10)).outputs[0].tolist()
    [[[13.0, 16.0]]]
    """
    if target.kind == "noise":
        # the same noise for every strength: it grows, and does not flicker
        noise = np.random.default_rng(_NOISE_SEED).standard_normal(experiment.image.shape)
        return Experiment(experiment.image + value * noise, experiment.stages)
    stage = experiment.stages[target.stage]
    if isinstance(stage, Activation):
        return with_stage(experiment, target.stage, Activation(stage.name, **{**stage.parameters, target.name: value}))
    assert isinstance(stage, Convolution)
    if target.kind == "bias":
        bias = np.zeros(stage.out_channels) if stage.bias is None else stage.bias.copy()
        bias[target.place[0]] = value
        return with_stage(experiment, target.stage, replace(stage, bias=bias))
    weight = stage.weight.copy()
    if target.kind == "strength":
        weight[target.place[0]] *= value
    else:
        weight[target.place] = value
    return with_stage(experiment, target.stage, replace(stage, weight=weight))


def sweep_values(first: float, last: float, count: int) -> Sequence[float]:
    """Return `count` values from the first to the last, as evenly as numbers of floating point go.

    Raises
    ------
    SettingError
        Too few or too many values, or one that is not finite.

    Examples
    --------
    >>> sweep_values(0, 1, 5)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    if not 2 <= count <= MAX_VALUES:
        raise SettingError("{count} values cannot be: use 2 to {most}", count=count, most=MAX_VALUES)
    if not (math.isfinite(first) and math.isfinite(last)):
        raise SettingError("{value} is not a number: type a finite one",
                           value=last if math.isfinite(first) else first)  # fmt: skip
    values: list[float] = np.linspace(first, last, count).tolist()
    return values
