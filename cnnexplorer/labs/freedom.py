"""What a change of the experiment changed, so that what a step locks can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import Activation, Convolution, Pooling
from cnnexplorer.core.messages import mark, term
from cnnexplorer.core.stages import same_array

from .sayings import LabError

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment, Stage

    from .model import Step

_NAMES = {
    "image": term("the image"),
    "stages": term("the order of the stages"),
    "kernel": term("the kernel"),
    "kernel_size": term("the kernel's size"),
    "filters": term("the number of filters"),
    "bias": term("the bias"),
    "stride": term("the stride"),
    "padding": term("the padding"),
    "padding_mode": term("the padding mode"),
    "dilation": term("the dilation"),
    "groups": term("the groups"),
    "flip": term("the flip of the kernel"),
    "activation": term("the activation"),
    "pooling": term("the pooling"),
    "network": term("the network"),
    "weights": term("the weights"),
    "picture": term("the picture"),
    "perturbation": term("the disturbance"),
    "edit_filters": term("the network's filters"),
}


class Locked(LabError):
    """An edit that the present step does not allow."""


def changed(before: Experiment, after: Experiment) -> frozenset[str]:
    """Return which of `LOCKABLE` differ between two experiments.

    >>> from cnnexplorer.core import Convolution, Experiment
    >>> image, kernel = [[[1, 2], [3, 4]]], [[[[1]]]]
    >>> first = Experiment(image, (Convolution(kernel),))
    >>> sorted(changed(first, Experiment(image, (Convolution(kernel, stride=2, padding=1),))))
    ['padding', 'stride']
    """
    found: set[str] = set()
    if not same_array(before.image, after.image):
        found.add("image")
    if [_kind(stage) for stage in before.stages] != [_kind(stage) for stage in after.stages]:
        return frozenset(found | {"stages"})
    recoloured = len(before.image) != len(after.image)  # kernels take as many planes as the image has
    for old, new in zip(before.stages, after.stages, strict=True):
        if isinstance(old, Convolution) and isinstance(new, Convolution):
            found |= _convolution_changes(old, new, recoloured)
        elif old != new:
            found.add("activation" if isinstance(old, Activation) else "pooling")
    return frozenset(found)


def check_allowed(step: Step, before: Experiment, after: Experiment) -> None:
    """Raise `Locked` where a step does not let the student change this; what is changed *back* is an edit too."""
    refused = sorted(name for name in changed(before, after) if not step.allows(name))
    if refused:
        raise locked(refused[0])


def locked(what: str) -> Locked:
    """Return the sentence for something of `LOCKABLE` that may not be changed."""
    return Locked(mark("this step of the lab leaves {what} as it is"), what=_NAMES[what])


def _convolution_changes(old: Convolution, new: Convolution, recoloured: bool) -> set[str]:
    found = set()
    if old.kernel_size != new.kernel_size:
        found.add("kernel_size")
    if old.out_channels != new.out_channels:
        found.add("filters")
    if old.weight.shape == new.weight.shape:
        differs = not same_array(old.weight, new.weight)
    else:  # then the numbers follow from the size, the number of filters, the groups or the image's channels
        differs = not (found or recoloured or old.groups != new.groups)
    if differs:
        found.add("kernel")
    if old.out_channels == new.out_channels and not same_array(old.bias, new.bias):
        found.add("bias")
    settings = {"stride": (old.strides, new.strides), "padding": (old.padding, new.padding),
                "dilation": (old.dilations, new.dilations), "groups": (old.groups, new.groups),
                "padding_mode": (old.padding_mode, new.padding_mode), "flip": (old.flip, new.flip)}  # fmt: skip
    return found | {name for name, (one, other) in settings.items() if one != other}


def _kind(stage: Stage) -> type:
    return Pooling if isinstance(stage, Pooling) else type(stage)
