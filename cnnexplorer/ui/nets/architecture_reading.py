"""What the Architecture page reads: one network or two, and the lecture's table where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.nets import CATALOG, lecture_table, lecture_totals, read_architecture, totals
from cnnexplorer.nets.tracing import LINEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo, LectureRow, LectureTotals

LECTURE = "alexnet2012"  # the network of the lecture's table


@dataclass(frozen=True)
class Wish:
    """Which network is read, for which (height, width) of its input, and which other beside it; "" for none."""

    network: str
    size: tuple[int, int]
    other: str = ""

    @property
    def networks(self) -> tuple[str, ...]:
        """The ids of the networks that are read."""
        return (self.network, self.other) if self.other else (self.network,)


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read; the lecture's rows are there for its own network only."""

    wish: Wish
    architectures: tuple[tuple[LayerInfo, ...], ...]
    lecture: tuple[LectureRow, ...] = ()
    lecture_sums: LectureTotals | None = None

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layers of the network that is read."""
        return self.architectures[0]

    @property
    def reach(self) -> tuple[float, float]:
        """The largest share of the parameters and of the multiply-accumulates that a layer has, in either network."""
        layers = [layer for architecture in self.architectures for layer in architecture]
        return max(layer.parameter_share for layer in layers), max(layer.share for layer in layers)


class Parts(NamedTuple):
    """A count of all layers, parted into what is fully connected and what stands before it."""

    convolutional: int
    dense: int

    @property
    def whole(self) -> int:
        """Both together."""
        return self.convolutional + self.dense


def read(wish: Wish) -> Reading:
    """Read what is asked for.

    Raises
    ------
    SettingError
        The input is too small for one of the networks.
    """
    architectures = tuple(read_architecture(network, wish.size) for network in wish.networks)
    if wish.network != LECTURE:
        return Reading(wish, architectures)
    return Reading(wish, architectures, lecture_table(), lecture_totals())


def own_size(network: str) -> tuple[int, int]:
    """Return the input that a network of the catalogue was made for."""
    return CATALOG[network].input_size


def parts(layers: Sequence[LayerInfo]) -> tuple[Parts, Parts]:
    """Return the parameters and the multiply-accumulates, each in parts.

    >>> parts(read_architecture("alexnet2012"))
    (Parts(convolutional=2334080, dense=58631144), Parts(convolutional=665784864, dense=58621952))
    """
    dense = [layer for layer in layers if layer.kind == LINEAR]
    (parameters, macs), (dense_parameters, dense_macs) = totals(layers), totals(dense)
    return Parts(parameters - dense_parameters, dense_parameters), Parts(macs - dense_macs, dense_macs)
