"""How long the Network workspace holds the GUI thread up: at its first opening, and on a walk through all of it.

Run it with ``python -m tests.benchmarks.nets_gaps [openings] [walk]``. Without a DISPLAY the window is Qt's offscreen
one. A gap is the time between two beats of a timer; how much of it the GUI thread computed is told beside: on a busy
machine the rest is the other programs'.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.nets import entrance
from cnnexplorer.ui.settings import Settings
from cnnexplorer.ui.theme import use_theme
from tests.benchmarks.heartbeat import Heartbeat
from tests.benchmarks.nets_window import choose, network_window, noise, settle, wait
from tests.benchmarks.rows import Row, measured_apart, run_apart, tell

if TYPE_CHECKING:
    from cnnexplorer.ui.nets.workspace import NetWorkspace

    from .heartbeat import Gap

OPENINGS = 3
OPENED = 0.3  # seconds
BLOCKED = 0.05  # seconds
NETWORKS = ("alexnet2012", "alexnet", "vgg16", "googlenet")
PAGES = ("overview", "architecture", "filters", "maps", "number", "answer", "robustness", "why")


def opening() -> None:
    """Open the workspace in this process, and print worst gap, its computing, and seconds from torch to the table."""
    app = QApplication([])
    app.setStyle("fusion")
    use_language("en")
    use_theme("light")
    stamps: dict[str, float] = {}
    load = entrance._import_workspace

    def stamped() -> type[NetWorkspace]:
        import torch  # noqa: F401
        import torchvision  # noqa: F401

        stamps["torch"] = time.perf_counter()
        return load()

    entrance._import_workspace = stamped
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings(Path(folder) / "settings.ini"))
        window.resize(1280, 800)
        window.show()
        settle(app, 1)
        heartbeat = Heartbeat(window)
        window.net.ready.connect(lambda workspace: workspace.show_page("architecture"))
        heartbeat.begin()
        QTimer.singleShot(0, lambda: window.show_workspace("net"))
        wait(app, lambda: _table_shown(window.net.workspace))
        table = time.perf_counter()
        wait(app, lambda: window.net.workspace.model.result is not None)
        settle(app, 0.5)
        heartbeat.stop()
        print(heartbeat.worst.seconds, heartbeat.worst.busy, table - stamps["torch"])
        window.close()


def _table_shown(workspace: NetWorkspace | None) -> bool:
    page = None if workspace is None else workspace.pages.get("architecture")
    return page is not None and bool(page.table_rows())


def opening_rows() -> list[Row]:
    """Open the workspace in fresh processes."""
    said = [run_apart("nets_gaps", "opening") for _ in range(OPENINGS)]
    gaps, busy, tables = zip(*(map(float, text.split()) for text in said), strict=True)
    return [
        Row(
            "the Network workspace opened in a fresh process, longest gap of the window",
            f"median {1e3 * statistics.median(gaps):.0f} ms, of which computed {1e3 * statistics.median(busy):.0f} ms "
            f"({', '.join(f'{1e3 * gap:.0f}' for gap in gaps)})",
            "at most 300 ms",
            statistics.median(gaps) <= OPENED,
        ),
        Row(
            "... from torch imported to the table of the architecture",
            f"median {statistics.median(tables):.2f} s ({', '.join(f'{table:.2f}' for table in tables)})",
            "under 1 s",
            statistics.median(tables) < 1,
        ),
    ]


def walk_rows() -> list[Row]:
    """Go through pages, layers, pictures, themes and languages with each network."""
    found = []
    with network_window(NETWORKS[0]) as (app, workspace):
        heartbeat = Heartbeat(workspace)
        for network in NETWORKS:
            heartbeat.begin(f"{network}: chosen")
            choose(app, workspace, network)
            _walk(app, workspace, heartbeat, network)
            heartbeat.stop()
            found.append(_walk_row(network, heartbeat))
    return found


def _walk(app: QApplication, workspace: NetWorkspace, heartbeat: Heartbeat, network: str) -> None:
    model = workspace.model
    for page in (*PAGES, *PAGES):
        heartbeat.tell(f"to {page}")
        workspace.show_page(page)
        settle(app, 0.4)
    for page in PAGES:
        workspace.show_page(page)
        settle(app, 0.3)
        layers = [layer.name for layer in model.layers]
        for name in layers[:: max(len(layers) // 8, 1)]:
            heartbeat.tell(f"layer on {page}")
            model.visit(layer=name)
            settle(app, 0.1)
        heartbeat.tell(f"picture on {page}")
        before = model.result
        model.set_source(noise(len(page)))
        wait(app, lambda before=before: model.result is not before)
        settle(app, 0.3)
        if network == NETWORKS[0]:
            _dress(app, workspace, heartbeat, page)


def _dress(app: QApplication, workspace: NetWorkspace, heartbeat: Heartbeat, page: str) -> None:
    window = workspace.window()
    assert isinstance(window, MainWindow)
    for theme in ("dark", "light"):
        heartbeat.tell(f"theme on {page}")
        window.set_theme(theme)
        settle(app, 0.2)
    for language in ("es", "en"):
        heartbeat.tell(f"language on {page}")
        window.set_language(language)
        settle(app, 0.2)


def _walk_row(network: str, heartbeat: Heartbeat) -> Row:
    each = sorted(heartbeat.worst_of_each().values(), key=lambda gap: gap.busy, reverse=True)
    long = [gap for gap in each if gap.busy > BLOCKED]
    shown = long or each[:3]
    return Row(
        f"{network}, a walk through its pages: longest gaps of the window, and how much of them it computed",
        "; ".join(map(_gap_text, shown)) + f"; by the clock {_gap_text(heartbeat.worst)}",
        "at most 50 ms computed at a time",
        not long,
    )


def _gap_text(gap: Gap) -> str:
    return f"{gap.label} {1e3 * gap.seconds:.0f} ms ({1e3 * gap.busy:.0f} ms)"


MEASURES = {"openings": opening_rows, "walk": walk_rows}


def rows() -> list[Row]:
    """Measure, each in a process of its own, and return a row for each claim."""
    return [row for name in MEASURES for row in measured_apart("nets_gaps", name)]


if __name__ == "__main__":
    if sys.argv[1:] == ["opening"]:
        opening()
    else:
        for chosen in sys.argv[1:] or MEASURES:
            tell(MEASURES[chosen]())
