"""The frozen values that the Network workspace's state is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core import Rectangle


@dataclass(frozen=True)
class Chosen:
    """Which network, with which weights ("bundled", "imagenet", "random" or a file's path), and where it computes."""

    network: str = "alexnet2012"
    weights: str = "bundled"
    seed: int = 0
    device: str = "auto"
    input_size: tuple[int, int] | None = None
    autocast: bool = False


@dataclass(frozen=True, eq=False)
class Source:
    """A picture, (3, H, W) or (1, H, W) with values from 0 to 1, and its name.

    The name is a file's, or an English text marked for translation.
    """

    image: NDArray[np.float64]
    title: str


@dataclass(frozen=True)
class Place:
    """What is looked at: a page of the workspace, a layer, one of its units, and one of that unit's values."""

    page: str = "overview"
    layer: str = ""
    unit: int = 0
    row: int | None = None
    column: int | None = None


class Pointed(NamedTuple):
    """A value of a layer under the mouse, and the pixels that it sees of the picture."""

    layer: str
    unit: int
    row: int
    column: int
    sees: Rectangle
