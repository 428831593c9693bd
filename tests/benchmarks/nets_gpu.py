"""How long a picture takes on a GPU, from values on the CPU to a picture of all maps on the CPU. Needs no Qt.

Run it with ``python -m tests.benchmarks.nets_gpu``. The bare forward pass is timed in turns with it: the prepared
picture is on the GPU already, and only the last layer's values are waited for.
"""

from __future__ import annotations

import gc
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnexplorer.nets import compute, load_network, make_mosaic
from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.nets import Network

LIMITS = {"alexnet": ("features.0", 5.0), "alexnet2012": ("conv1", 5.0), "vgg16": ("features.0", 10.0)}
SWITCHES = 1000


def rows() -> list[Row]:
    """Measure where there is a GPU; no rows elsewhere."""
    if not torch.cuda.is_available():
        return []
    found = []
    for id_, (layer, limit) in LIMITS.items():
        network = load_network(id_, "random", "cuda", input_size=224)
        found += _times(network, layer, limit)
        if id_ == "alexnet":
            found.append(_memory(network, layer))
    return found


def _times(network: Network, layer: str, limit: float) -> list[Row]:
    image = np.random.default_rng(0).random((3, 224, 224))
    prepared = network.preprocessing.apply(torch.from_numpy(image).float().cuda())

    def bare() -> None:
        with torch.no_grad():
            network.module(prepared[None])
        torch.cuda.synchronize()

    def ours() -> None:
        make_mosaic(compute(network, image).activations[layer], diverging=True)

    def kept() -> None:  # the same work on the GPU, and every layer's output kept
        network.activations(prepared, preprocess=False)

    whole, alone, keeping = _medians([ours, bare, kept], 200)
    name = torch.cuda.get_device_name()
    return [
        Row(
            f"{network.entry.title} in float32 on {name}: picture to mosaic of {layer}",
            f"{1e3 * whole:.2f} ms (transfer there, forward, tile, transfer back), {1e3 * (whole - alone):.2f} ms more "
            "than the bare forward pass",
            f"under {limit:g} ms",
            1e3 * whole < limit,
        ),
        Row(
            f"{network.entry.title} on {name}: keeping all outputs",
            f"{1e3 * keeping:.2f} ms against {1e3 * alone:.2f} ms bare: {100 * (keeping / alone - 1):.0f} % more",
            "under 25 % more than the bare forward pass",
            keeping / alone < 1.25,
        ),
    ]


def _memory(network: Network, layer: str) -> Row:
    images = np.random.default_rng(1).random((8, 3, 224, 224))
    sizes = []
    for number in range(SWITCHES):
        make_mosaic(compute(network, images[number % len(images)]).activations[layer])
        if number in (49, SWITCHES - 1):
            gc.collect()
            sizes.append(torch.cuda.memory_reserved())
    growth = 100 * (sizes[1] / sizes[0] - 1)
    return Row(
        f"{SWITCHES} pictures on a GPU",
        f"memory {growth:+.2f} % after the first 50 ({sizes[1] / 2**20:.0f} MiB)",
        "under 2 %",
        growth < 2,
    )


def _medians(works: list[Callable[[], None]], repeats: int) -> list[float]:
    times: list[list[float]] = [[] for _work in works]
    for number in range(repeats + 20):
        for work, taken in zip(works, times, strict=True):
            began = time.perf_counter()
            work()
            if number >= 20:
                taken.append(time.perf_counter() - began)
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what} | {row.measured} | {row.to_reach} | {'yes' if row.reached else 'NO'}", flush=True)
