"""How fast the Network workspace answers on the CPU: pictures, layers, live frames; and its memory.

Run it with ``python -m tests.benchmarks.nets_ui [NAME ...]``. Without a DISPLAY the window is Qt's offscreen one. Times
end when the maps have been painted.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.ui.nets.camera import Camera
from tests.benchmarks.conv_ui import Paints, p95, resident
from tests.benchmarks.nets_window import SIDE, Source, maps_page, network_window, noise, settle, wait
from tests.benchmarks.rows import Row, measured_apart, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QApplication

    from cnnexplorer.ui.nets.workspace import NetWorkspace

PICTURES = 60
LAYER_VISITS = 120
WARM_UP = 10
LIVE_SECONDS = 6.0
SWITCHES = 1000
MOUSE_SECONDS = 0.008  # between two moves of a mouse
CAMERA_SECONDS = 1 / 30  # between two frames: what most cameras give


def picture_rows() -> list[Row]:
    """From another picture to its painted maps, against torchvision's bare forward pass, in turns."""
    with network_window("alexnet") as (app, workspace):
        import torch  # the program has set it up
        import torchvision

        bare = torchvision.models.alexnet(weights=None).eval()
        prepared = torch.rand(1, 3, SIDE, SIDE)

        def forward() -> None:
            with torch.inference_mode():
                bare(prepared)

        convolutions = [layer.name for layer in workspace.model.layers if layer.kind == "convolution"]
        return [_picture_row(app, workspace, layer, forward) for layer in (convolutions[0], convolutions[-1])]


def _picture_row(app: QApplication, workspace: NetWorkspace, layer: str, forward: Callable[[], None]) -> Row:
    page, model = maps_page(workspace), workspace.model
    model.visit(layer=layer)
    settle(app)
    painted = Paints(page.view)
    alone, whole = [], []
    for number in range(PICTURES + WARM_UP):
        source, before = noise(number), page.sheet
        began = time.perf_counter()
        forward()
        alone.append(time.perf_counter() - began)
        settle(app, 0.02)
        painted.times.clear()
        began = time.perf_counter()
        model.set_source(source)
        wait(app, lambda before=before: page.sheet is not before and bool(painted.times))
        whole.append(time.perf_counter() - began)
        settle(app, 0.02)
    alone, whole = alone[WARM_UP:], whole[WARM_UP:]
    ratio = statistics.median(whole) / statistics.median(alone)
    paired = statistics.median(ours / bare for ours, bare in zip(whole, alone, strict=True))
    return Row(
        f"AlexNet, another picture to the painted maps of {layer}",
        f"median {1e3 * statistics.median(whole):.1f} ms, p95 {1e3 * p95(whole):.1f} ms; torchvision's bare pass "
        f"{1e3 * statistics.median(alone):.1f} ms, p95 {1e3 * p95(alone):.1f} ms: {ratio:.2f} x (pair by pair "
        f"{paired:.2f} x)",
        "at most 1.3 x",
        ratio <= 1.3,
    )


def layer_rows() -> list[Row]:
    """From another layer chosen to its 512 painted maps, without a forward pass."""
    times = []
    with network_window("vgg16") as (app, workspace):
        page, model = maps_page(workspace), workspace.model
        layers = [layer.name for layer in model.layers if layer.output_shape[0] == 512]
        passes: list[object] = []
        model.computed.connect(passes.append)
        painted = Paints(page.view)
        for number in range(LAYER_VISITS + WARM_UP):
            before = page.sheet
            settle(app, 0.02)
            painted.times.clear()
            began = time.perf_counter()
            model.visit(layer=layers[number % len(layers)])
            wait(app, lambda before=before: page.sheet is not before and bool(painted.times))
            times.append(time.perf_counter() - began)
        assert not passes, "a forward pass ran"
    times = times[WARM_UP:]
    return [
        Row(
            "VGG16, another layer chosen to its 512 painted maps",
            f"median {1e3 * statistics.median(times):.1f} ms, p95 {1e3 * p95(times):.1f} ms",
            "p95 under 33 ms, no forward pass",
            p95(times) < 0.033,
        )
    ]


def live_rows() -> list[Row]:
    """A drawing, and a camera's frames, to AlexNet's painted maps."""
    found = []
    with network_window("alexnet") as (app, workspace):
        view = workspace.column.form.view
        workspace.model.set_source(Source(np.zeros((3, SIDE, SIDE)), "drawing"))
        settle(app, 0.5)

        def move(number: int) -> None:
            view.stroked.emit("move" if number else "press", 20 + number * 7 % 180, 20 + number * 3 % 180)

        def release() -> None:
            view.stroked.emit("release", 100, 100)

        found.append(_live_row(app, workspace, "a drawing", move, release))
        sources = workspace.sources
        sources._camera = Camera(_Capture)
        sources.set_camera(True)
        found.append(_live_row(app, workspace, "a camera", lambda _number: None, sources.let_go))
    return found


def _live_row(
    app: QApplication, workspace: NetWorkspace, what: str, feed: Callable[[int], None], end: Callable[[], None]
) -> Row:
    page, model = maps_page(workspace), workspace.model
    painted = Paints(page.view)
    pictures: list[object] = []
    model.settings_changed.connect(lambda: pictures.append(model.source))
    frames = _painted_frames(app, painted, lambda: page.sheet, feed)
    given = len(pictures)
    passes: list[object] = []
    model.computed.connect(passes.append)
    end()
    began = time.perf_counter()
    wait(app, lambda: not model._task.busy)
    last = time.perf_counter() - began
    rate = frames / LIVE_SECONDS
    return Row(
        f"AlexNet, {what} to painted maps, live",
        f"{rate:.1f} frames a second of {given / LIVE_SECONDS:.0f} pictures a second; {len(passes)} passes after the "
        f"last picture, {1e3 * last:.0f} ms",
        "at least 25 frames a second; no queue: at most 2 passes",
        rate >= 25 and len(passes) <= 2,
    )


def _painted_frames(
    app: QApplication, painted: Paints, sheet: Callable[[], object], feed: Callable[[int], None]
) -> int:
    """Feed pictures as a mouse does, and count the sheets that get painted."""
    frames, shown, number, begin = 0, sheet(), 0, time.perf_counter()
    while (now := time.perf_counter()) < begin + LIVE_SECONDS:
        if now >= begin + number * MOUSE_SECONDS:
            feed(number)
            number += 1
        app.processEvents()
        if sheet() is not shown and painted.times:
            shown = sheet()
            frames += 1
            painted.times.clear()
        time.sleep(0.0005)
    return frames


class _Capture:
    """A camera of 640 x 480."""

    def __init__(self) -> None:
        self._frames = np.random.default_rng(0).integers(0, 256, (8, 480, 640, 3), dtype=np.uint8)
        self._count, self._next = 0, time.perf_counter()

    def isOpened(self) -> bool:
        return True

    def read(self) -> tuple[bool, NDArray[np.uint8]]:
        self._count += 1
        self._next = max(self._next + CAMERA_SECONDS, time.perf_counter())  # frames come on the camera's own clock
        time.sleep(max(self._next - time.perf_counter(), 0))
        return True, self._frames[self._count % len(self._frames)]

    def release(self) -> None:
        pass


def memory_rows() -> list[Row]:
    """Resident memory while pictures are switched."""
    sizes = []
    with network_window("alexnet") as (app, workspace):
        page, model = maps_page(workspace), workspace.model
        pictures = [noise(seed) for seed in range(8)]
        passes: list[object] = []
        model.computed.connect(lambda _computed: passes.append(None))
        for number in range(SWITCHES):
            before = page.sheet
            model.set_source(pictures[number % len(pictures)])
            # the maps come before the pass is complete
            wait(app, lambda before=before, number=number: page.sheet is not before and len(passes) > number)
            if number == 49 or number >= SWITCHES - 10:
                gc.collect()
                sizes.append(resident())
    growth = 100 * (statistics.median(sizes[1:]) / sizes[0] - 1)
    return [
        Row(
            f"AlexNet, {SWITCHES} pictures",
            f"memory {growth:+.2f} % after the first 50 ({sizes[-1]:.0f} MB)",
            "under 2 %",
            growth < 2,
        )
    ]


MEASURES = {"picture": picture_rows, "layer": layer_rows, "live": live_rows, "memory": memory_rows}


def rows() -> list[Row]:
    """Measure, each in a process of its own, and return a row for each claim."""
    return [row for name in MEASURES for row in measured_apart("nets_ui", name)]


if __name__ == "__main__":
    for chosen in sys.argv[1:] or MEASURES:
        tell(MEASURES[chosen]())
