"""How tasks are checked that look at the live workspaces: reach, find, measure, figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import NumberError, format_number
from cnnexplorer.core.messages import mark, term

from .answers import Number, read_number
from .conditions import holds, missing
from .sayings import Saying
from .verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import FigureTask, FindTask, MeasureTask, PerturbationSpec, ReachTask
    from .state import LiveState, NetworkView
    from .verdict import Said

_PERTURBATIONS = {
    "noise": term("noise"), "blur": term("blur"), "brightness": term("brightness"), "rotation": term("rotation"),
    "patch_size": term("the grey patch"),
}  # fmt: skip


def check_reach(task: ReachTask, state: LiveState) -> Verdict:
    """Check whether the live workspace is in the state that is asked for; tell all that is missing."""
    told: list[Said] = []
    for condition in task.conditions:
        if not holds(condition, state):
            says = condition.says
            told.append(says if says.en or says.es else missing(condition, state))
    return Verdict("wrong", tuple(told), ("state",)) if told else Verdict("right")


def check_find(task: FindTask, answer: Any, state: LiveState) -> Verdict:  # noqa: ANN401
    """Check which unit of a layer was found."""
    if answer is None:
        if state.network is None or state.network.layer != task.layer:
            return Verdict.again(Saying(mark("choose a filter of {layer} first"), layer=task.layer))
        unit = state.network.unit
    else:
        try:
            unit = int(answer) if isinstance(answer, int) else _whole(str(answer))
        except NumberError as error:
            return Verdict.again(Saying.of(error))
    accepted = accepted_units(task, state)
    if accepted is None:
        return Verdict.again(Saying(mark("the network is not computed yet: wait a moment, and try again")))
    if unit in accepted:
        return Verdict("right")
    values = None if task.measure is None else state.measures(task)
    if values is None or not 0 <= unit < len(values):
        return Verdict("wrong")
    place = _ranking(task, values).index(unit) + 1
    told = Saying(mark("{unit} comes at place {place} of {count}: look further."), unit=unit, place=place,
                  count=len(values))  # fmt: skip
    return Verdict("wrong", (told,), ("rank",))


def accepted_units(task: FindTask, state: LiveState) -> tuple[int, ...] | None:
    """Return which units are right; None where the network is not computed yet."""
    if task.accepted is not None:
        return task.accepted
    values = state.measures(task)
    return None if values is None else tuple(_ranking(task, values)[: task.among])


def _ranking(task: FindTask, values: Sequence[float]) -> list[int]:
    numbers = np.asarray(values, dtype=np.float64)
    if task.measure == "similarity":  # a kernel with its contrast reversed is like it, too
        numbers = np.abs(numbers)
    return [int(unit) for unit in np.argsort(numbers if task.lowest else -numbers, kind="stable")]


def check_measure(task: MeasureTask, answer: Any, state: LiveState) -> Verdict:  # noqa: ANN401
    """Check numbers that were read off, one for each layer."""
    wanted = measured(task, state)
    if wanted is None:
        return Verdict.again(_to_be_set(task.perturbation, state.network))
    given = [answer] if isinstance(answer, str | int | float) else list(answer or ())
    if len(given) != len(task.layers):
        return Verdict.again(Saying(mark("type a number for each layer")))
    try:
        numbers = [_share(one) if isinstance(one, str) else Number(float(one), None) for one in given]
    except NumberError as error:
        return Verdict.again(Saying.of(error))
    fits = [
        number.agrees(right, task.tolerance * abs(right)) or _as_percent(number, right, task.tolerance)
        for number, right in zip(numbers, wanted, strict=True)
    ]
    if all(fits):
        return Verdict("right")
    first = task.layers[fits.index(False)]
    return Verdict(
        "wrong", (Saying(mark("The number of {layer} is not the one on the page."), layer=first),), ("reading",)
    )


def measured(task: MeasureTask, state: LiveState) -> tuple[float, ...] | None:
    """Return the right numbers: the live workspace's, else those written down; None where neither is there."""
    place = 0 if task.quantity == "distance" else 1
    is_set = task.perturbation is None or (
        state.network is not None and not _differences(task.perturbation, state.network)
    )
    if is_set and all(layer in state.changes for layer in task.layers):
        return tuple(state.changes[layer][place] for layer in task.layers)
    return task.answers if state.network is None or is_set else None


def _as_percent(number: Number, right: float, tolerance: float) -> bool:
    return right != 0 and Number(number.value / 100, None).agrees(right, tolerance * abs(right))


def _share(text: str) -> Number:
    """Read a share, also as a percentage: "12 %" is 0.12."""
    short = text.strip()
    if not short.endswith("%"):
        return read_number(text)
    percent = read_number(short.removesuffix("%"))
    return Number(percent.value / 100, None if percent.decimals is None else percent.decimals + 2)


def _differences(wanted: PerturbationSpec, view: NetworkView) -> list[tuple[str, float]]:
    names = ("noise", "blur", "brightness", "rotation", "patch_size")
    return [
        (name, getattr(wanted, name))
        for name in names
        if abs(float(view.perturbation.get(name, 0.0)) - getattr(wanted, name)) > 1e-6
    ]


def _to_be_set(wanted: PerturbationSpec | None, view: NetworkView | None) -> Saying:
    different = _differences(wanted, view) if wanted is not None and view is not None else []
    if not different:
        return Saying(mark("the network is not computed yet: wait a moment, and try again"))
    name, value = different[0]
    return Saying(mark("set {name} to {value} first"), name=_PERTURBATIONS[name], value=format_number(value))


def check_figure(task: FigureTask, answer: Any) -> Verdict:  # noqa: ANN401
    """Check whether enough figures were taken."""
    count = int(answer or 0)
    if count < task.count:
        return Verdict.again(Saying(mark("take {count} first: there are {taken}"), count=task.count, taken=count))
    return Verdict("right")


def _whole(text: str) -> int:
    number = read_number(text)
    if not number.value.is_integer() or number.value < 0:
        raise NumberError("“{text}” is no number of a filter: they count from 0", text=text.strip()[:40])
    return int(number.value)
