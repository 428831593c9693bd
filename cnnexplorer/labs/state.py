"""The state of the live workspaces, as far as a task looks at it. The interface fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cnnexplorer.core import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnexplorer.core import Experiment, Result

    from .model import FindTask


def _measures_nothing(_task: FindTask) -> None:
    return None


@dataclass(frozen=True)
class NetworkView:
    """What the Network workspace shows.

    Attributes
    ----------
    network, weights, page, layer, unit
        Their ids and names; `unit` counts from 0.
    picture
        The id of a sample, or a file's name.
    perturbation
        The fields of `nets.Perturbation` by their names ("noise", "blur", ...); what is left out is 0.
    """

    network: str = "alexnet2012"
    weights: str = "bundled"
    page: str = "overview"
    layer: str = ""
    unit: int = 0
    picture: str = ""
    perturbation: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class LiveState:
    """What the student sees at the moment.

    Attributes
    ----------
    experiment, known
        The Convolution workspace's experiment, and its result where that is at hand already.
    network
        The Network workspace's state, where there is one.
    measures
        Ranks the units of a layer for a task that lets one be found: a number for each unit, in the order of the
        units, or None where the network is not computed yet.
    changes
        From the name of a layer to (distance, correlation) of its output from the clean picture's, for the perturbation
        in force; empty where it is not computed.
    """

    experiment: Experiment | None = None
    known: Result | None = None
    network: NetworkView | None = None
    measures: Callable[[FindTask], Sequence[float] | None] = _measures_nothing
    changes: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def result(self) -> Result | None:
        """The result of the experiment, computed if it is not known yet."""
        if self.experiment is None:
            return None
        return (
            self.known if self.known and self.known.experiment is self.experiment else run(self.experiment, self.known)
        )
