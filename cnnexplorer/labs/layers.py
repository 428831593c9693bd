"""The names of the networks' layers, as far as a lab file may name them; and which of them a lab names wrongly.

The labs stand below torch and cannot ask the networks themselves: a test compares the two.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from .model import FindTask, MeasureTask, NetworkSetup, ReachTask, SessionSetup, Step
from .sayings import LabError
from .wrong_fields import with_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .lines import Path
    from .model import Lab

MOST_NAMED = 6


def _numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}.{number}" for number in range(count))


def _unit(name: str) -> tuple[str, ...]:
    return tuple(f"{name}.{part}" for part in ("conv", "bn", "relu"))


def _inception(name: str) -> tuple[str, ...]:
    """Return the layers of a block of GoogLeNet's."""
    branches = [f"{name}.branch{part}" for part in ("1", "2.0", "2.1", "3.0", "3.1", "4.0", "4.1")]
    layers = [(branch,) if branch.endswith("4.0") else _unit(branch) for branch in branches]
    return (*(layer for branch in layers for layer in branch), f"{name}.concat")


def _inceptions(number: int, letters: str) -> tuple[str, ...]:
    return tuple(layer for letter in letters for layer in _inception(f"inception{number}{letter}"))


LAYER_NAMES: dict[str, tuple[str, ...]] = {
    "alexnet2012": (
        "conv1", "relu1", "norm1", "pool1", "conv2", "relu2", "norm2", "pool2", "conv3", "relu3", "conv4", "relu4",
        "conv5", "relu5", "pool5", "flatten", "dropout6", "fc6", "relu6", "dropout7", "fc7", "relu7", "fc8",
    ),
    "alexnet": (*_numbered("features", 13), "avgpool", "flatten", *_numbered("classifier", 7)),
    "vgg16": (*_numbered("features", 31), "avgpool", "flatten", *_numbered("classifier", 7)),
    "googlenet": (
        *_unit("conv1"), "maxpool1", *_unit("conv2"), *_unit("conv3"), "maxpool2", *_inceptions(3, "ab"), "maxpool3",
        *_inceptions(4, "abcde"), "maxpool4", *_inceptions(5, "ab"), "avgpool", "flatten", "dropout", "fc",
    ),
}  # fmt: skip


def layer_problems(lab: Lab) -> Iterator[LabError]:
    """Find names of layers that the network in force, or any network where none is known, does not have."""
    network = ""
    for index, step in enumerate(lab.steps):
        if isinstance(step.setup, NetworkSetup):
            network = step.setup.network
        elif isinstance(step.setup, SessionSetup):
            network = ""  # whatever the session holds
        for known, layer, place in _named(step, network):
            names = LAYER_NAMES.get(known) or {name: None for names in LAYER_NAMES.values() for name in names}
            if layer not in names:
                near = get_close_matches(layer, names, MOST_NAMED, 0.5) or list(names)[:MOST_NAMED]
                yield with_path(_error(known, layer, ", ".join(near)), ("steps", index, *place))


def _error(network: str, layer: str, near: str) -> LabError:
    if not network:
        return LabError("no network has a layer “{layer}”: there are {names}, …", layer=layer, names=near)
    return LabError("{network} has no layer “{layer}”: there are {names}, …", network=network, layer=layer, names=near)


def _named(step: Step, network: str) -> Iterator[tuple[str, str, Path]]:
    """Give the layers that a step names: of which network, the name, and where it stands."""
    task = step.task
    if isinstance(step.setup, NetworkSetup) and step.setup.layer:
        yield network, step.setup.layer, ("setup", "layer")
    if isinstance(task, FindTask):
        yield network, task.layer, ("task", "layer")
    elif isinstance(task, MeasureTask):
        for place, layer in enumerate(task.layers):
            yield network, layer, ("task", "layers", place)
    elif isinstance(task, ReachTask):
        yield from _named_by_conditions(task, network)


def _named_by_conditions(task: ReachTask, network: str) -> Iterator[tuple[str, str, Path]]:
    """Give the layers that are to be reached; of any network where that is to be reached, too."""
    network = "" if any(condition.what == "network" for condition in task.conditions) else network
    for place, condition in enumerate(task.conditions):
        here: Path = ("task", "conditions", place)
        if condition.what == "layer" and isinstance(condition.equal, str):
            yield network, condition.equal, (*here, "equals")
        elif condition.what == "layer":
            for number, layer in enumerate(condition.one_of or ()):
                yield network, str(layer), (*here, "one_of", number)
    if isinstance(task.example, NetworkSetup) and task.example.layer:
        yield task.example.network, task.example.layer, ("task", "example", "layer")
