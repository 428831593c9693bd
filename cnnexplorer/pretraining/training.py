"""The training itself: from drawn pictures to weights, resumable at every chunk of pictures."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.core.pictures import Difficulty
from cnnexplorer.nets.catalog import IMAGENET_DEVIATION, IMAGENET_MEAN

from .augment import MARGIN, augmented, damaged
from .model import training_model
from .orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .device_drawing import DeviceDrawer
    from .drawing import Drawer

_WARM_UP = 0.01
_SIZES = ((0.2, 96), (0.6, 128), (0.88, 176), (1.0, 224))  # until which share of the training which size


@dataclass(frozen=True)
class Settings:
    """What a training is made of. The same settings with `pictures` give the same weights on the same machine.

    Attributes
    ----------
    pictures
        How many are shown in all; None where time decides.
    minutes
        How long to train, where `pictures` is None: the learning rate then falls with the clock.
    reuse
        How often each drawn picture is shown, each time moved, mirrored and coloured anew. More than once saves
        drawing, but the network then learns by heart.
    chunk
        How many pictures are drawn in one go, at most, in whole batches; after each the training can be stopped.
    size
        The pictures' side all the time; None for small ones first and 224 pixels at the end.
    first_rate
        The learning rate of the first layer as a share of the others': it is to stay clean.
    """

    seed: int = 0
    pictures: int | None = None
    minutes: float = 60.0
    batch: int = 32
    reuse: int = 1
    chunk: int = 1024
    rate: float = 1e-3
    first_rate: float = 0.02
    smoothing: float = 0.05
    size: int | None = None

    def size_at(self, progress: float) -> int:
        """Return the pictures' side at a share of the training."""
        return self.size or next((size for until, size in _SIZES if progress < until), _SIZES[-1][1])

    def rate_at(self, progress: float) -> float:
        """Return the learning rate: up quickly, then down along a cosine to a hundredth."""
        if progress < _WARM_UP:
            return self.rate * (0.05 + 0.95 * progress / _WARM_UP)
        share = min((progress - _WARM_UP) / (1 - _WARM_UP), 1.0)
        return self.rate * (0.01 + 0.99 * (1 + math.cos(math.pi * share)) / 2)


def difficulty_at(progress: float) -> Difficulty:
    """Return how hard the pictures are: all that can happen to them does from a fifth of the training on."""
    share = min(progress / 0.2, 1.0)
    return Difficulty(0.3 + 0.7 * share, 0.2 + 0.8 * share, 0.2 + 0.8 * share)


@dataclass
class Progress:
    """Where a training stands, and the last chunk's figures."""

    chunk: int = 0
    shown: int = 0
    seconds: float = 0.0
    steps: int = 0
    loss: float = math.nan
    accuracy: float = math.nan
    losses: list[float] = field(default_factory=list)  # of the last chunk's steps


class Training:
    """One training, from its start or from a checkpoint."""

    def __init__(
        self, settings: Settings, filters: Tensor, device: torch.device, drawer: Drawer | DeviceDrawer
    ) -> None:
        self.settings, self.device = settings, device
        self.progress = Progress()
        self.model = training_model(filters, len(CLASSES), settings.seed).to(device)
        self._optimizer = _optimizer(self.model, settings)
        self._drawer = drawer
        self._asked: Order | None = None

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        if self.settings.pictures is not None:
            return self.progress.shown / self.settings.pictures
        return self.progress.seconds / (60 * self.settings.minutes)

    def run(self, after_chunk: Callable[[], None]) -> None:
        """Train until the end; something is done after every chunk."""
        while self.share < 1:
            self.run_chunk()
            after_chunk()

    def run_chunk(self) -> None:
        """Train on the next chunk of pictures, while the one after it is drawn."""
        if self._asked is None:
            self._ask()
        order = self._asked
        assert order is not None
        started = time.monotonic()
        pictures, labels = self._drawer.take()
        self.progress.seconds += time.monotonic() - started
        self.progress.chunk += 1
        self._ask(len(labels) * self.settings.reuse)
        self._train_on(pictures, labels, order)

    def _ask(self, ahead: int = 0) -> None:
        """Have the next chunk drawn: for the share of the training that will be done after so many pictures more."""
        share = self.share
        if self.settings.pictures is not None:
            share += ahead / self.settings.pictures
        size = self.settings.size_at(share)
        fitting = self.settings.chunk * min(128**2 / size**2, 1)  # fewer large pictures, for the memory's sake
        count = max(int(fitting) // self.settings.batch, 1) * self.settings.batch
        self._asked = Order(self.settings.seed, self.progress.chunk, count, size + MARGIN, difficulty_at(share))
        self._drawer.ask(self._asked)

    def _train_on(self, pictures: Tensor, labels: Tensor, order: Order) -> None:
        generator = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + order.chunk)
        self.model.train()
        self.progress.losses, right, seen = [], 0, 0
        for turn in range(self.settings.reuse):
            for chosen in torch.split(torch.randperm(len(labels), generator=generator), self.settings.batch):
                started = time.monotonic()
                images = augmented(pictures[chosen.to(pictures.device)], generator, self.device)
                if turn or self.device.type != "cpu":  # drawn ones are damaged already, and a CPU has enough to do
                    images = damaged(images, generator, order.difficulty.damage)
                expected = labels[chosen].to(self.device)
                loss, found = self._step(images, expected)
                right += int((found == expected).sum())
                seen += len(chosen)
                self.progress.losses.append(loss)
                self.progress.shown += len(chosen)
                self.progress.steps += 1
                self.progress.seconds += time.monotonic() - started
                if self.share >= 1:
                    break
        self.progress.loss = sum(self.progress.losses) / len(self.progress.losses)
        self.progress.accuracy = right / seen

    def _step(self, images: Tensor, expected: Tensor) -> tuple[float, Tensor]:
        rate = self.settings.rate_at(self.share)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["share"]
        with torch.autocast(self.device.type, torch.bfloat16):
            answer = self.model(normalised(images))
        loss = functional.cross_entropy(answer.float(), expected, label_smoothing=self.settings.smoothing)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self._optimizer.step()
        return float(loss.detach()), answer.detach().argmax(dim=1)

    def save(self, path: Path) -> None:
        """Write a checkpoint; the old one is there until the new one is."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "progress": vars(self.progress),
            "asked": None if self._asked is None else (*self._asked[:4], *self._asked.difficulty),
        }
        fresh = path.with_name(path.name + ".part")
        torch.save(state, fresh)
        fresh.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint, as if there had been no break."""
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(**state["progress"])
        if state["asked"] is not None:
            seed, chunk, count, size, *difficulty = state["asked"]
            self._asked = Order(seed, chunk, count, size, Difficulty(*difficulty))
            self._drawer.ask(self._asked)


def normalised(images: Tensor) -> Tensor:
    """Return images with values from 0 to 1 as the network's input: (N, 3, H, W), channels last in memory."""
    mean, deviation = (
        torch.tensor(values, device=images.device)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_DEVIATION)
    )
    return ((images - mean) / deviation).contiguous(memory_format=torch.channels_last)


def _optimizer(model: nn.Sequential, settings: Settings) -> torch.optim.AdamW:
    first: list[nn.Parameter] = []
    weights: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if name.startswith("conv1."):
            first.append(parameter)
        else:
            (weights if parameter.ndim > 1 else others).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": first, "share": settings.first_rate, "weight_decay": 0.0},
            {"params": weights, "share": 1.0, "weight_decay": 0.02},
            {"params": others, "share": 1.0, "weight_decay": 0.0},
        ],
        lr=settings.rate,
        fused=True,
    )


def accuracy(model: nn.Module, pictures: Tensor, labels: Tensor, device: torch.device) -> tuple[float, Tensor]:
    """Return the share of pictures (N, 3, H, W) uint8 that a model names rightly, and what it called each."""
    model.eval()
    with torch.no_grad():
        found = [
            model(normalised(part.to(device).float() / 255)).argmax(dim=1).cpu() for part in torch.split(pictures, 16)
        ]
    answers = torch.cat(found)
    return float((answers == labels).float().mean()), answers
