"""From a trained model to the file that comes with the program."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save
from torch import Tensor

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.nets.alexnet2012 import AlexNet2012
from cnnexplorer.nets.catalog import IMAGENET_DEVIATION, IMAGENET_MEAN

from .augment import MARGIN, augmented
from .drawing import draw, draw_held_out
from .model import plain_state, recalibrate
from .orders import Order
from .training import accuracy, normalised

if TYPE_CHECKING:
    from pathlib import Path

    from .training import Training

VERSION = "1"  # of the script: raised where the same settings give other weights
_SIZE = 224  # pixels, at which the program shows the network's pictures


def ship(training: Training, path: Path, held_out: int = 2000) -> float:
    """Write a training's weights as float16, with what is to be known of them and their SHA-256 in a file beside.

    Returns the accuracy of what was written, on pictures that no training sees.
    """
    _settle(training, min(24, 1 + held_out // 32))
    state = {key: value.to(torch.float16) for key, value in plain_state(training.model).items()}
    pictures, labels = draw_held_out(held_out, _SIZE)
    reached, _ = accuracy(plain_model(state).to(training.device), pictures, labels, training.device)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = save(state, metadata=_metadata(training, reached, held_out))
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return reached


def plain_model(state: dict[str, Tensor]) -> AlexNet2012:
    """Return the network as `cnnexplorer.nets` has it, with weights."""
    model = AlexNet2012(classes=len(CLASSES), head="pooled")
    model.load_state_dict({key: value.float() for key, value in state.items()})
    return model.eval()


def _settle(training: Training, batches: int) -> None:
    """Take the means of batch normalisation at the size at which the network is used."""
    seed = training.settings.seed
    pictures, _ = draw(Order(seed, training.progress.chunk + 1, batches * 32, _SIZE + MARGIN))
    generator = torch.Generator().manual_seed(seed)
    parts = (augmented(part, generator, training.device) for part in torch.split(pictures, 32))
    recalibrate(training.model, [normalised(part) for part in parts])


def _metadata(training: Training, reached: float, held_out: int) -> dict[str, str]:
    settings, progress = training.settings, training.progress
    return {
        "network": "AlexNet 2012: its convolutions, and one fully connected layer on the mean of each of the last maps",
        "made": "trained on pictures drawn by the program (not ImageNet): the first layer by reconstruction ICA on "
        "patches, then all of it with labels; the training's batch normalisation is part of the weights",
        "script": f"python -m cnnexplorer.pretraining, version {VERSION}",
        "seed": str(settings.seed),
        "pictures": f"{progress.shown} shown, each drawn one shown {settings.reuse} times",
        "accuracy": f"{reached:.4f} of {held_out} pictures that were not trained with, at {_SIZE} x {_SIZE}",
        "input": f"(value - {list(IMAGENET_MEAN)}) / {list(IMAGENET_DEVIATION)}, values from 0 to 1",
        "cropped": "no",  # in use a picture is made as large as the input, and not larger first
        "licence": "MIT",
        "categories": json.dumps(CLASSES),
    }
