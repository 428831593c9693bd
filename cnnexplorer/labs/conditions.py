"""Whether the live workspace is in the state that a task asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, SettingError, format_number, map_stats
from cnnexplorer.core.kernels import preset
from cnnexplorer.core.messages import mark
from cnnexplorer.core.samples import SAMPLES, make_sample

from .sayings import Saying
from .setups import array_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Result, Stage

    from .model import Condition
    from .state import LiveState, NetworkView

NETWORK = ("network", "page", "layer", "unit", "picture", "noise", "blur", "brightness", "rotation", "patch_size")
NUMBERS = (
    "value", "maximum", "minimum", "mean", "zeros", "groups", "filters", "unit", "noise", "blur", "brightness",
    "rotation", "patch_size", "bias",
)  # fmt: skip
PAIRS = ("size", "kernel_size", "stride", "dilation")
ARRAYS = ("output", "kernel", "image")
WORDS = ("pooling", "activation", "network", "page", "layer", "picture")


def holds(condition: Condition, state: LiveState) -> bool:
    """Tell whether a condition holds; it does not where what it looks at is not there."""
    try:
        found = looked_at(condition, state)
    except _Absent:
        return False
    if condition.all_zero is not None:
        return bool(np.all(np.asarray(found) == 0)) == condition.all_zero
    if condition.one_of is not None:
        return any(_equals(condition, found, wanted) for wanted in condition.one_of)
    if condition.equal is not None:
        return _equals(condition, found, condition.equal)
    numbers = np.asarray(found, dtype=np.float64)
    low = condition.at_least is None or bool((numbers >= condition.at_least - condition.tolerance).all())
    high = condition.at_most is None or bool((numbers <= condition.at_most + condition.tolerance).all())
    return low and high


def missing(condition: Condition, state: LiveState) -> Saying:
    """Return in a sentence what does not hold yet, and what is there instead."""
    try:
        found: object = _written(looked_at(condition, state))
    except _Absent:
        return Saying(mark("not yet: there is no such stage"))
    if condition.all_zero is not None:
        return Saying(mark("not yet: every value should be 0") if condition.all_zero else mark(
            "not yet: not every value should be 0"))  # fmt: skip
    if condition.what in ARRAYS:
        return Saying(mark("not yet: the numbers are not the right ones"))
    if condition.equal is not None:
        return Saying(mark("not yet: it is {found}, it should be {wanted}"), found=found,
                      wanted=_written(_plain(condition.equal)))  # fmt: skip
    return Saying(mark("not yet: it is {found}"), found=found)


class _Absent(Exception):
    """What a condition looks at is not there."""


def looked_at(condition: Condition, state: LiveState) -> Any:  # noqa: ANN401  # of many kinds
    """Return what a condition looks at: a number, a pair, an array, a word or a truth value."""
    if condition.what in NETWORK:
        if state.network is None:
            raise _Absent
        return _of_network(condition, state.network)
    experiment, result = state.experiment, state.result
    if experiment is None or result is None:
        raise _Absent
    if condition.what == "image":
        return experiment.image
    if condition.what == "stages":
        return tuple(_kind(stage) for stage in experiment.stages)
    index = condition.stage if condition.stage >= 0 else len(experiment.stages) + condition.stage
    if not 0 <= index < len(experiment.stages):
        raise _Absent
    if condition.what in ("size", "shape", "value", "output", "maximum", "minimum", "mean", "zeros"):
        return _of_output(condition, experiment, result, index)
    return _of_stage(condition, experiment.stages[index])


def _of_network(condition: Condition, view: NetworkView) -> object:
    if condition.what in ("network", "page", "layer", "unit", "picture"):
        return getattr(view, condition.what)
    return float(view.perturbation.get(condition.what, 0.0))


def _of_output(condition: Condition, experiment: Experiment, result: Result, index: int) -> Any:  # noqa: ANN401
    shape, output = experiment.shapes[index], result.outputs[index]
    if condition.what == "shape":
        return shape
    if condition.what == "size":
        return shape[1:]
    if condition.what == "output" and condition.all_zero is not None:
        return output
    if output.ndim != 3 or condition.channel >= len(output):
        raise _Absent
    plane = output[condition.channel]
    if condition.what == "output":
        return plane
    if condition.what == "value":
        if condition.row >= plane.shape[0] or condition.column >= plane.shape[1]:
            raise _Absent
        return float(plane[condition.row, condition.column])
    return getattr(map_stats(plane), condition.what)


def _of_stage(condition: Condition, stage: Stage) -> Any:  # noqa: ANN401
    if isinstance(stage, Activation):
        if condition.what == "activation":
            return stage.name
        raise _Absent
    if isinstance(stage, Pooling):
        known = {"pooling": stage.kind, "kernel_size": stage.kernel, "stride": stage.strides, "padding": stage.sides}
        if condition.what in known:
            return known[condition.what]
        raise _Absent
    if not isinstance(stage, Convolution) or condition.what in ("pooling", "activation"):
        raise _Absent
    if condition.what == "kernel":
        return _kernel(condition, stage)
    if condition.what == "bias":
        return 0.0 if stage.bias is None else float(stage.bias[min(condition.channel, len(stage.bias) - 1)])
    return {
        "kernel_size": stage.kernel_size, "stride": stage.strides, "padding": stage.sides, "dilation": stage.dilations,
        "filters": stage.out_channels, "groups": stage.groups, "flip": stage.flip,
    }[condition.what]  # fmt: skip


def _kernel(condition: Condition, stage: Convolution) -> NDArray[np.float64]:
    if condition.all_zero is not None:
        return stage.weight
    if condition.channel >= stage.out_channels or condition.plane >= stage.weight.shape[1]:
        raise _Absent
    return np.asarray(stage.weight[condition.channel, condition.plane])


def _equals(condition: Condition, found: Any, wanted: Any) -> bool:  # noqa: ANN401
    if isinstance(found, bool | str):
        return bool(found == wanted)
    if condition.what == "stages":
        return tuple(found) == tuple(wanted)
    if isinstance(wanted, str):
        wanted = named_array(condition.what, wanted)
    try:
        numbers = np.asarray(wanted, dtype=np.float64)
        there = np.asarray(found, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return False
    if numbers.ndim == 0 and condition.what in (*PAIRS, "padding"):
        numbers = np.full(there.shape, float(numbers))
    if condition.what == "padding" and numbers.shape == (2,):
        numbers = np.repeat(numbers, 2)
    if condition.what == "image" and numbers.ndim == 2:
        numbers = numbers[None]
    return numbers.shape == there.shape and bool((np.abs(numbers - there) <= condition.tolerance).all())


def named_array(what: str, name: str) -> NDArray[np.float64]:
    """Return the kernel preset or the sample picture of a name; `SettingError` where there is none."""
    if what == "kernel":
        return np.array(preset(name).matrix)
    if what == "image" and name in SAMPLES:
        return make_sample(name)
    raise SettingError("there is no picture “{name}”: use one of {names}", name=name, names=", ".join(SAMPLES))


def check_value(condition: Condition, wanted: Any) -> None:  # noqa: ANN401  # whatever the file holds
    """Raise `SettingError` where a value cannot be what a condition compares with."""
    what = condition.what
    if what == "flip":
        fits = isinstance(wanted, bool)
    elif what in WORDS:
        fits = isinstance(wanted, str)
    elif what in NUMBERS:
        fits = _is_number(wanted)
    elif what in (*PAIRS, "padding", "shape"):
        counts = {"padding": (2, 4), "shape": (1, 3)}.get(what, (2,))
        fits = (_is_number(wanted) and what != "shape") or (
            isinstance(wanted, list | tuple) and len(wanted) in counts and all(map(_is_number, wanted))
        )
    elif what == "stages":
        fits = isinstance(wanted, list | tuple) and all(word in KINDS for word in wanted)
    elif isinstance(wanted, str) and what != "output":
        named_array(what, wanted)
        return
    else:
        fits = isinstance(wanted, list | tuple)
        if fits:
            array_of(wanted, (2, 3) if what == "image" else (2,))
    if not fits:
        raise SettingError("“{what}” cannot be compared with this value", what=what)


KINDS = ("convolution", "activation", "pooling", "flatten")


def _kind(stage: Stage) -> str:
    if isinstance(stage, Convolution):
        return "convolution"
    if isinstance(stage, Activation):
        return "activation"
    return "flatten" if isinstance(stage, Flatten) else "pooling"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Any:  # noqa: ANN401
    return tuple(value) if isinstance(value, list) else value


def _written(value: Any) -> object:  # noqa: ANN401
    """Write a found value shortly."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, tuple):
        if len(value) == 4 and len(set(value)) == 1:
            value = value[:1]
        return "×".join(part if isinstance(part, str) else format_number(part) for part in value)
    return format_number(float(value)) if np.ndim(value) == 0 else ""
