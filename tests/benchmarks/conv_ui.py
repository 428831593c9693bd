"""How fast the Convolution workspace answers: a step, an edited weight, and a minute of playing, on the real window.

Run it with ``python -m tests.benchmarks.conv_ui``. Every time ends when the window has been painted. Without a DISPLAY
the window is Qt's offscreen one.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from cnnexplorer.core.editing import with_image
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import Settings
from cnnexplorer.ui.theme import use_theme
from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

STEPS_A_STAGE = 150
EDITS = 60
ZOOM = 24.0  # pixels a cell: numbers show
WARM_UP = 10


class Paints(QObject):
    """Notes when a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times: list[float] = []
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.times.append(time.perf_counter())
        return False


@contextmanager
def _window(size: int) -> Iterator[tuple[QApplication, MainWindow]]:
    """The program's window with a noise image of size x size and the stages of the first start."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setStyle("fusion")
    use_language("en")
    use_theme("light")
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings(Path(folder) / "settings.ini"))
        window.resize(1280, 720)
        window.show()
        model = window.conv.model
        image = np.random.default_rng(0).random((1, size, size))
        model.edit(lambda experiment: with_image(experiment, image))
        while model.result.experiment is not model.experiment:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        _settle(app)
        yield app, window
        window.close()
        window.deleteLater()
        app.processEvents()


def _settle(app: QApplication, seconds: float = 0.2) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()


def step_times(size: int, zoom: float | None) -> list[float]:
    """Seconds a step of playing takes until it is painted: in the middle of each stage, over the end of a row."""
    with _window(size) as (app, window):
        workspace = window.conv
        player = workspace.player
        for card in workspace.strip.cards.values():
            if zoom is not None:
                card.view.zoom_to(zoom)
        painted = Paints(workspace.step_view)
        _settle(app)
        player.play()  # so that zoomed views follow
        player._timer.setInterval(10**8)  # the steps come from here
        found = []
        for stage, shape in enumerate(workspace.model.experiment.shapes):
            first = (shape[1] // 2) * shape[2] + max(shape[2] - STEPS_A_STAGE // 2, 0)
            for index in range(first - WARM_UP, first + STEPS_A_STAGE):
                app.processEvents()
                painted.times.clear()
                began = time.perf_counter()
                player.go_to(stage, index)
                app.processEvents()
                spent = time.perf_counter() - began
                assert painted.times, "the step was not painted"
                if index >= first:
                    found.append(spent)
        player.pause()
    return found


def edit_times(size: int) -> list[float]:
    """Seconds from a weight typed into the kernel's matrix to the painted feature maps."""
    with _window(size) as (app, window):
        workspace = window.conv
        model, matrix = workspace.model, workspace.inspector.convolution.matrix
        workspace.select(("stage", 0))  # the kernel's page is open
        painted = Paints(workspace.strip.cards["stage", len(model.experiment.stages) - 1].view)
        found = []
        for number in range(EDITS + WARM_UP):
            _settle(app, 0.01)
            painted.times.clear()
            began = time.perf_counter()
            matrix.edited.emit(number % 3, number // 3 % 3, number / 7 - 3)
            while model.result.experiment is not model.experiment or not painted.times:
                app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if number >= WARM_UP:
                found.append(time.perf_counter() - began)
    return found


def play(seconds: float) -> tuple[list[float], list[float]]:
    """Play the first experiment at 60 steps a second; return the gaps between paints, and MB of memory each second."""
    with _window(28) as (app, window):
        workspace = window.conv
        workspace.transport.set_speed(60.0)
        painted = Paints(workspace.step_view)
        memory: list[float] = []
        sampler = QTimer(window)
        sampler.timeout.connect(lambda: memory.append(resident()))
        workspace.player.play()
        _run(app, 1.0)
        painted.times.clear()
        sampler.start(1000)
        _run(app, seconds)
        sampler.stop()
        workspace.player.pause()
        memory.append(resident())
    return [after - before for before, after in zip(painted.times, painted.times[1:], strict=False)], memory


def _run(app: QApplication, seconds: float) -> None:
    loop = QEventLoop(app)  # app.quit() would close the window
    QTimer.singleShot(round(1000 * seconds), loop, loop.quit)
    loop.exec()


def resident() -> float:
    """Resident memory in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[94]


def rows(seconds: float = 60.0) -> list[Row]:
    """Measure, and return a row for each claim."""
    return [*_step_rows(), *_edit_rows(), _play_row(seconds)]


def _step_rows() -> list[Row]:
    cases = (("64x64, numbers shown", 64, ZOOM), ("1024x1024, numbers shown", 1024, ZOOM), ("1024x1024", 1024, None))
    found, medians = [], []
    for name, size, zoom in cases:
        times = step_times(size, zoom)
        medians.append(statistics.median(times))
        found.append(
            Row(
                f"one animation step, computed and painted: {name}",
                f"median {1e3 * medians[-1]:.2f} ms, p95 {1e3 * p95(times):.2f} ms, max {1e3 * max(times):.1f} ms",
                "p95 under 4 ms",
                p95(times) < 0.004,
            )
        )
    growth = medians[1] / medians[0]
    found.append(Row("... 1024x1024 against 64x64", f"{growth:.2f} x", "does not grow: at most 1.25 x", growth <= 1.25))
    return found


def _edit_rows() -> list[Row]:
    found = []
    for size, limit in ((512, 0.016), (1024, 0.033)):
        times = edit_times(size)
        found.append(
            Row(
                f"a weight edited to feature maps painted, {size}x{size}",
                f"median {1e3 * statistics.median(times):.1f} ms, p95 {1e3 * p95(times):.1f} ms",
                f"p95 under {1e3 * limit:g} ms",
                p95(times) < limit,
            )
        )
    return found


def _play_row(seconds: float) -> Row:
    gc.collect()
    gaps, memory = play(seconds)
    third = max(len(memory) // 3, 1)
    growth = statistics.median(memory[-third:]) - statistics.median(memory[:third])
    late = sum(gap > 0.033 for gap in gaps)
    return Row(
        f"60 steps a second for {seconds:g} s",
        f"{len(gaps) / seconds:.1f} frames a second, median {1e3 * statistics.median(gaps):.1f} ms, p95 "
        f"{1e3 * p95(gaps):.1f} ms, max {1e3 * max(gaps):.1f} ms, {late} over 33 ms; memory {memory[-1]:.0f} MB, "
        f"{growth:+.1f} MB",
        "no frame over 33 ms, memory flat (within 2 MB)",
        late == 0 and growth < 2,
    )


if __name__ == "__main__":
    for row in rows(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0):
        print("ok  " if row.reached else "SLOW", row.what, "|", row.measured, "|", row.to_reach)
