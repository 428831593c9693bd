"""The program's window with a network at work, for the measurements of the Network workspace.

Nothing here imports torch: the program does that itself, when the workspace is opened.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.nets.state import Chosen, Source
from cnnexplorer.ui.settings import Settings
from cnnexplorer.ui.theme import use_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnexplorer.ui.nets.maps_page import MapsPage
    from cnnexplorer.ui.nets.workspace import NetWorkspace

SIDE = 224
PATIENCE = 60.0  # seconds until something that does not happen is given up


@contextmanager
def network_window(network: str) -> Iterator[tuple[QApplication, NetWorkspace]]:
    """Show the window with a network of random weights on the CPU and its Maps page open."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setStyle("fusion")
    use_language("en")
    use_theme("light")
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings(Path(folder) / "settings.ini"))
        window.resize(1280, 800)
        window.show()
        window.show_workspace("net")
        wait(app, lambda: window.net.workspace is not None)
        workspace = window.net.workspace
        assert workspace is not None
        choose(app, workspace, network)
        workspace.show_page("maps")
        wait(app, lambda: maps_page(workspace).sheet is not None)
        settle(app, 0.5)
        yield app, workspace
        window.close()
        window.deleteLater()
        settle(app)


def choose(app: QApplication, workspace: NetWorkspace, network: str) -> None:
    """Load a network, and wait for what it makes of the picture."""
    model = workspace.model
    model.choose(Chosen(network, "random", device="cpu"))
    wait(app, lambda: model.network is not None and model.network.id == network and model.result is not None)


def maps_page(workspace: NetWorkspace) -> MapsPage:
    """Return the Maps page, which is open."""
    page: MapsPage = workspace.pages["maps"]  # type: ignore[assignment]
    return page


def wait(app: QApplication, done: Callable[[], bool]) -> None:
    """Let the window work until something has happened."""
    end = time.perf_counter() + PATIENCE
    while not done():
        assert time.perf_counter() < end, "it never happened"
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def settle(app: QApplication, seconds: float = 0.2) -> None:
    """Let the window work for a while."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.001)


def noise(seed: int) -> Source:
    """Return a picture of noise."""
    return Source(np.random.default_rng(seed).random((3, SIDE, SIDE)), "noise")
