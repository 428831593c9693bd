"""How long it takes to save and to open a session, and what of it the window feels.

Run it with ``python -m tests.benchmarks.sessions``.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import Activation, Convolution, Experiment, NetworkState, Session, load_session, save_session
from cnnexplorer.core.samples import make_sample
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import Settings
from tests.benchmarks.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 1024
ROUNDS = 7


def rows() -> list[Row]:
    """Measure, and return a row for each claim."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (3, SIDE, SIDE)) / 255
    scene = np.rint(make_sample("scene") * 255) / 255
    scene = np.tile(scene, (1, SIDE // scene.shape[1] + 1, SIDE // scene.shape[2] + 1))[:, :SIDE, :SIDE]
    images = {
        "a drawn picture of 3 x 1024 x 1024": (scene, 0.5, 0.2),
        "a picture of noise of 3 x 1024 x 1024": (noise, 0.5, 0.2),
        "decimal values of 3 x 1024 x 1024": (random.normal(size=(3, SIDE, SIDE)), 1.5, 0.5),
    }
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for what, (image, save_most, load_most) in images.items():
            found += _both(what, _session(image), Path(folder) / "a.cnnx", save_most, load_most)
        found.append(_felt(noise, Path(folder)))
    return found


def _session(image: np.ndarray) -> Session:
    stages = (Convolution(np.random.default_rng(1).normal(size=(8, 3, 5, 5)), padding="same"), Activation("relu"))
    return Session(Experiment(image, stages), (0, 5), network=NetworkState("alexnet2012", image[:, :224, :224]))


def _both(what: str, session: Session, path: Path, save_most: float, load_most: float) -> list[Row]:
    saving = _median(lambda: save_session(session, path))
    loading = _median(lambda: load_session(path))
    size = path.stat().st_size / 2**20
    assert load_session(path) == session
    return [
        Row(f"save {what}", f"{saving:.3f} s, {size:.1f} MB", f"at most {save_most:g} s", saving <= save_most),
        Row(f"open {what}", f"{loading:.3f} s", f"at most {load_most:g} s", loading <= load_most),
    ]


def _felt(image: np.ndarray, folder: Path) -> Row:
    """How long the window waits when a large session is kept: only to take it down, not to pack or write it."""
    app = QApplication.instance() or QApplication([])
    window = MainWindow(Settings(folder / "settings.ini"))
    experiment = _session(image).experiment
    window.conv.model.edit(lambda _old: experiment, "edit")
    while window.conv.model.result.experiment is not experiment:
        app.processEvents()
    taking = _median(window.document.keep_now)
    while not list((folder / "recovery").glob("*.cnnx")):
        app.processEvents()
    window.document.give_up()
    window.close()
    window.deleteLater()
    return Row("keep it for a crash: the window waits", f"{1000 * taking:.2f} ms", "at most 10 ms", taking <= 0.01)


def _median(work: Callable[[], object]) -> float:
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    for row in rows():
        print(row)
