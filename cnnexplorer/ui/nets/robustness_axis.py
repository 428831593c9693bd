"""The axes of a chart over a network's depth: where each layer lies, how layers are grouped, and round numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.nets.tracing import (
    AVERAGE_POOLING,
    CONVOLUTION,
    LINEAR,
    MAX_POOLING,
    RELU,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo

SHAPES = {
    CONVOLUTION: "circle",
    RELU: "triangle",
    MAX_POOLING: "square",
    AVERAGE_POOLING: "square",
    LINEAR: "diamond",
}
OTHER_SHAPE = "dot"
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Group:
    """Layers that belong together: places from `first` to `last` on the axis."""

    title: str
    first: int
    last: int


@dataclass(frozen=True)
class Line:
    """From one place to another, the way that the values go; `inside` a branch or on the trunk."""

    start: int
    end: int
    inside: bool


def groups(layers: Sequence[LayerInfo]) -> tuple[Group, ...]:
    """Return a convolution or fully connected layer with all that follows it, and each block of branches as a whole.

    Places are counted from 1: the picture lies at 0.
    """
    found: list[Group] = []
    block: str | None = None
    for place, layer in enumerate(layers, start=1):
        own = layer.branch.block if layer.branch else None
        # what a layer of branches is followed by begins a group, too
        if not found or own != block or (own is None and layer.kind in (CONVOLUTION, LINEAR)):
            found.append(Group(own or _family(layer), place, place))
        else:
            found[-1] = Group(found[-1].title, found[-1].first, place)
        block = own
    return tuple(found)


def lines(layers: Sequence[LayerInfo]) -> tuple[Line, ...]:
    """Return which places are joined: each layer with those that it reads, branches each on their own."""
    places = {layer.name: place for place, layer in enumerate(layers, start=1)}
    return tuple(
        Line(places.get(source, 0), place, layer.branch is not None)
        for place, layer in enumerate(layers, start=1)
        for source in layer.inputs or ("",)
    )


def ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Return round numbers that cover a range, from at or below the lowest to at or above the highest.

    >>> ticks(0, 0.37)
    (0.0, 0.1, 0.2, 0.3, 0.4)
    >>> ticks(0.91, 1)
    (0.9, 0.925, 0.95, 0.975, 1.0)
    """
    span = high - low if high > low else 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    for step in (factor * power for factor in (*_STEPS, *(10 * factor for factor in _STEPS))):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < most:
            break
    return tuple(float(f"{number * step:.10g}") for number in range(first, max(last, first + 1) + 1))


def thinned(starts: Sequence[float], room: float) -> tuple[int, ...]:
    """Return which of some labels can be written without touching, each needing some room.

    >>> thinned([0, 5, 12, 30], 10)
    (0, 2, 3)
    """
    kept: list[int] = []
    for index, start in enumerate(starts):
        if not kept or start - starts[kept[-1]] >= room:
            kept.append(index)
    return tuple(kept)


def _family(layer: LayerInfo) -> str:
    """Return what a layer and those that follow it are called: "conv1" for "conv1.conv"."""
    return layer.label.partition(".")[0] if layer.label == layer.name else layer.label
