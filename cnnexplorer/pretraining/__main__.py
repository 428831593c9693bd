"""Train the weights of AlexNet 2012 that come with the program, on pictures that it draws itself.

The first layer is learned without labels, in half a minute; then the whole network with labels, in about an hour on two
cores. It can be stopped at any time and goes on with --resume.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from pathlib import Path

import cv2
import torch

from cnnexplorer.nets.device import choose_device

from .device_drawing import DeviceDrawer
from .drawing import Drawer, Pictures, draw_held_out
from .first_layer import draw_patches, learn_filters
from .shipping import ship
from .training import Settings, Training, accuracy

log = logging.getLogger("cnnexplorer.pretraining")
_SAVE_SECONDS, _MEASURE_SECONDS = 120.0, 420.0


def main(arguments: list[str] | None = None) -> None:
    """Train, or go on with a training, and write the weights."""
    options = _options(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s  %(message)s")
    cv2.setNumThreads(1)
    if options.threads:
        torch.set_num_threads(options.threads)
    device, notice = choose_device(options.device)
    if notice is not None:
        log.warning("%s", notice)
    out: Path = options.out
    out.parent.mkdir(parents=True, exist_ok=True)
    pictures = options.steps * options.batch if options.steps else options.pictures
    settings = Settings(options.seed, pictures, options.minutes, options.batch, chunk=options.chunk)
    filters = _first_layer(out.with_name(out.name + ".first_layer"), options, device)
    with Drawer(options.workers) if device.type == "cpu" else DeviceDrawer(device) as drawer:
        training = Training(settings, filters, device, drawer)
        journal = _Journal(training, out.with_name(out.name + ".checkpoint"), draw_held_out(options.held_out))
        if options.resume and journal.checkpoint.exists():
            training.load(journal.checkpoint)
            log.info("going on after %d pictures", training.progress.shown)
        training.run(journal.after_chunk)
    log.info("%s: accuracy %.4f", out, ship(training, out, options.held_out))


class _Journal:
    """Tells how a training goes, and keeps it."""

    def __init__(self, training: Training, checkpoint: Path, held_out: Pictures) -> None:
        self.checkpoint = checkpoint
        self._training, self._held_out = training, held_out
        self._saved = self._measured = time.monotonic()

    def after_chunk(self) -> None:
        done, share = self._training.progress, self._training.share
        log.info(
            "%5.1f %%  %7d pictures  %5.0f pictures a second  loss %.3f  accuracy while training %.3f",
            100 * share,
            done.shown,
            done.shown / max(done.seconds, 1e-9),
            done.loss,
            done.accuracy,
        )
        now = time.monotonic()
        if share >= 1 or now - self._saved > _SAVE_SECONDS:
            self._training.save(self.checkpoint)
            self._saved = now
        if share >= 1 or now - self._measured > _MEASURE_SECONDS:
            reached, _ = accuracy(self._training.model, *self._held_out, self._training.device)
            log.info("accuracy on pictures not trained with, 224 x 224: %.4f", reached)
            self._measured = time.monotonic()


def _first_layer(path: Path, options: argparse.Namespace, device: torch.device) -> torch.Tensor:
    """Return the first layer's filters; with --resume those that were learned before."""
    if options.resume and path.exists():
        filters: torch.Tensor = torch.load(path, weights_only=True)
        return filters
    log.info("learning the first layer from patches")
    patches = draw_patches(options.seed, options.patches).to(device)
    filters = learn_filters(patches, options.seed, options.patch_steps)
    torch.save(filters, path)
    return filters


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cnnexplorer.pretraining", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("alexnet2012.safetensors"), help="the file to write")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=60.0, help="how long to train; the rate falls with the clock")
    length.add_argument("--pictures", type=int, help="how many pictures to show instead: the same gives the same again")
    length.add_argument("--steps", type=int, help="how many batches to show instead")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument(
        "--chunk", type=int, default=1024, help="pictures drawn in one go; it can be stopped after each"
    )
    parser.add_argument("--patches", type=int, default=160_000, help="patches that the first layer is learned from")
    parser.add_argument("--patch-steps", type=int, default=1500, help="steps of the first layer's learning")
    parser.add_argument("--held-out", type=int, default=640, help="pictures that the accuracy is measured on")
    parser.add_argument("--device", default="auto", help='"auto", "cpu", "cuda" or "mps"')
    parser.add_argument(
        "--workers", type=int, default=max(1, (os.cpu_count() or 2) // 2), help="processes that draw; 0 for none"
    )
    parser.add_argument("--threads", type=int, default=0, help="threads of the training on a CPU; 0 for torch's choice")
    parser.add_argument("--resume", action="store_true", help="go on with a training that was stopped")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
