"""A network's layers in stages: a layer with weights and what follows it, or a block of branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.nets.overview import shown_layers
from cnnexplorer.nets.tracing import CONVOLUTION, FLATTEN, LINEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo


@dataclass(frozen=True)
class Stage:
    """Layers that are drawn in one frame.

    Attributes
    ----------
    layers
        One behind the other; of a block of branches only what joins them.
    lanes
        The layers of each branch; empty where there are none.
    """

    title: str
    layers: tuple[LayerInfo, ...]
    lanes: tuple[tuple[LayerInfo, ...], ...] = ()

    @property
    def all_layers(self) -> tuple[LayerInfo, ...]:
        """The layers in order of execution."""
        return (*(layer for lane in self.lanes for layer in lane), *self.layers)

    @property
    def convolution(self) -> LayerInfo | None:
        """The convolution that the stage begins with; None where there is none, or where there are several."""
        first = self.layers[0]
        return first if not self.lanes and first.kind == CONVOLUTION else None

    def short_label(self, layer: LayerInfo) -> str:
        """Return a layer's label without what the stage's title tells already."""
        return layer.label.removeprefix(self.title + ".")


def read_stages(layers: Sequence[LayerInfo]) -> tuple[Stage, ...]:
    """Return the stages of a network, without dropout.

    A convolution or fully connected layer begins a stage, and what has no weights of its own follows in the same;
    `flatten` belongs to what reads it. A block of branches is a stage of its own.
    """
    stages: list[Stage] = []
    group: list[LayerInfo] = []
    branched: list[LayerInfo] = []

    def close() -> None:
        if group:
            stages.append(_plain(group))
            group.clear()

    for layer in shown_layers(layers):
        if layer.branch is not None and layer.branch.number is not None:
            close()
            branched.append(layer)
        elif branched:
            stages.append(_block(branched, layer))
            branched.clear()
        else:
            joins_flatten = layer.kind == LINEAR and len(group) == 1 and group[0].kind == FLATTEN
            if layer.kind in (CONVOLUTION, LINEAR, FLATTEN) and not joins_flatten:
                close()
            group.append(layer)
    close()
    return tuple(stages)


def _plain(layers: Sequence[LayerInfo]) -> Stage:
    named = next((layer for layer in layers if layer.kind in (CONVOLUTION, LINEAR)), layers[0])
    return Stage(named.label.removesuffix(".conv"), tuple(layers))


def _block(layers: Sequence[LayerInfo], join: LayerInfo) -> Stage:
    lanes: dict[int, list[LayerInfo]] = {}
    for layer in layers:
        assert layer.branch is not None
        assert layer.branch.number is not None
        lanes.setdefault(layer.branch.number, []).append(layer)
    title = join.branch.block if join.branch is not None else join.label
    return Stage(title, (join,), tuple(tuple(lane) for lane in lanes.values()))
