"""How fast the core convolves, against torch.nn.functional.conv2d in float64 on the same machine.

Run it with ``python -m tests.benchmarks.core``. The two are timed in turns, so that a busy machine slows both alike.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnexplorer.core import Convolution, Experiment, run
from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (28, 224, 512, 1024, 2048)
KERNELS = (3, 5, 11)


def rows() -> list[Row]:
    """Measure, and return a row for each claim."""
    found = [_single(1024, 3, at_least=5.0)]
    found += [_single(size, kernel, at_least=1.0) for size in SIZES for kernel in KERNELS]
    found.append(_first_layer(at_most=3.0))
    return found


def _single(size: int, kernel: int, at_least: float) -> Row:
    random = np.random.default_rng(0)
    ours, theirs = _both(random.random((1, size, size)), random.normal(size=(1, 1, kernel, kernel)), 1)
    core, peer = _medians(ours, theirs, repeats=max(9, min(2001, 4_000_000 // (size * kernel) ** 2 * 40 + 9)))
    return Row(
        f"one {kernel}x{kernel} on {size}x{size}",
        f"{core * 1e3:.3f} ms, torch {peer * 1e3:.3f} ms: {peer / core:.1f} times as fast",
        f"at least {at_least:g} times as fast as torch",
        peer / core >= at_least,
    )


def _first_layer(at_most: float) -> Row:
    random = np.random.default_rng(0)
    ours, theirs = _both(random.random((3, 224, 224)), random.normal(size=(96, 3, 11, 11)), 4)
    core, peer = _medians(ours, theirs, repeats=31)
    return Row(
        "96 filters 11x11x3, stride 4, on 3x224x224",
        f"{core * 1e3:.1f} ms, torch {peer * 1e3:.1f} ms: {core / peer:.2f} times torch's time",
        f"at most {at_most:g} times torch's time",
        core / peer <= at_most,
    )


def _both(image: np.ndarray, weight: np.ndarray, stride: int) -> tuple[Callable[[], object], Callable[[], object]]:
    experiment = Experiment(image, (Convolution(weight, stride=stride),))
    tensor, filters = torch.from_numpy(image)[None], torch.from_numpy(weight)

    def theirs() -> object:
        with torch.inference_mode():
            return torch.nn.functional.conv2d(tensor, filters, stride=stride)

    return lambda: run(experiment), theirs


def _medians(first: Callable[[], object], second: Callable[[], object], repeats: int) -> tuple[float, float]:
    for warm_up in (first, second, first, second):
        warm_up()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for call, spent in zip((first, second), times, strict=True):
            start = time.perf_counter()
            call()
            spent.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    for row in rows():
        print("ok  " if row.reached else "SLOW", row.what, "|", row.measured, "|", row.to_reach)
