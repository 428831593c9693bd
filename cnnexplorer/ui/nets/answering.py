"""What the Network workspace has computed at once: a request that is frozen when it is asked for, and its answer.

All of it runs on the worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnexplorer.nets import Computed, Network, Perturbation, compute, load_network

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.nets import Activations, Glimpse, Preprocessing

    from .state import Chosen, Source


class Superseded(Exception):
    """A newer picture waits, and the maps that are looked at have been made: the rest need not be computed."""


@dataclass(frozen=True)
class Derived:
    """A value that a view takes from what was computed; made on the worker.

    `needs` names the layer up to which it looks; empty where it needs all of them.
    """

    make: Callable[[Any], Any]
    show: Callable[[Any], None]
    needs: str = ""


@dataclass(frozen=True, eq=False)
class Request:
    """All that a computation reads, frozen when it is asked for."""

    network: Network
    source: Source
    perturbation: Perturbation
    preprocess: bool
    preprocessing: Preprocessing
    clean: Activations | None
    derived: dict[str, Derived] = field(default_factory=dict)

    @property
    def first(self) -> str | None:
        """The key of a value that can be made before all layers are computed."""
        return next((key for key, derived in self.derived.items() if derived.needs), None)


def load(chosen: Chosen) -> Network:
    """Load a network, and have its layers read: of GoogLeNet that takes longer than the window may wait."""
    network = load_network(
        chosen.network,
        chosen.weights,
        chosen.device,
        chosen.seed,
        input_size=chosen.input_size,
        autocast=chosen.autocast,
    )
    assert network.layers
    return network


def answer(
    request: Request, tell: Callable[[Request, str, object], None], is_superseded: Callable[[], bool]
) -> tuple[Computed, dict[str, Any]]:
    """Compute what a request asks for.

    Parameters
    ----------
    request
        What to compute, and the values that views take from it.
    tell
        Called with the request, a key and the value, once a value can be made before the last layers are computed.
    is_superseded
        Asked after that: whether the rest is of no use any more.

    Returns
    -------
    tuple
        What was computed, and the views' values by key.

    Raises
    ------
    Superseded
        The rest was of no use.
    """

    def work() -> tuple[Computed, dict[str, Any]]:
        made: dict[str, Any] = {}
        key, watch = request.first, None
        if key is not None:
            derived = request.derived[key]

            def glimpse(seen: Glimpse) -> None:
                made[key] = derived.make(seen)
                tell(request, key, made[key])
                if is_superseded():
                    raise Superseded

            watch = derived.needs, glimpse
        image = request.source.image
        computed = compute(request.network, image, request.perturbation, request.preprocess, request.clean, watch)
        made |= {key: derived.make(computed) for key, derived in request.derived.items() if key not in made}
        return computed, made

    return request.network.guarded(work)  # a GPU may fail while a view takes its values, too
