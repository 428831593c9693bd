"""What networks, weights, devices and classes are called in the interface."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _

if TYPE_CHECKING:
    from .state import Chosen

DEVICES = {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
WEIGHTS = {
    "bundled": mark("trained on drawn pictures (not ImageNet)"),
    "imagenet": mark("ImageNet"),
    "random": mark("random, not trained (seed {seed})"),
}


def class_title(index: int, category: str | None) -> str:
    """Return what a class is called; weights without names have numbers only."""
    return _("class {index}").format(index=index) if category is None else _(category)


def percent_text(share: float) -> str:
    """Return a share from 0 to 1 in percent, with more digits where it is small.

    >>> percent_text(0.4321), percent_text(0.000971), percent_text(0.0)
    ('43.2 %', '0.097 %', '0 %')
    """
    return _("{percent} %").format(percent=f"{100 * share:.1f}" if share >= 0.01 else f"{100 * share:.2g}")


def weights_title(chosen: Chosen) -> str:
    """Return what the weights in use are called."""
    title = WEIGHTS.get(chosen.weights)
    return Path(chosen.weights).name if title is None else _(title).format(seed=chosen.seed)


def device_title(device: str) -> str:
    """Return what a device is called.

    >>> device_title("cuda:0")
    'CUDA'
    """
    return DEVICES.get(device.partition(":")[0], device)
