"""From the start of the process to the first painted window, and the memory then, beside a bare window."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .rows import Row

_REPORT = """
import os, time
from PySide6.QtCore import QTimer
def report():
    rss = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")][0]
    print(time.time(), rss, "torch" in sys.modules, flush=True)
    os._exit(0)
"""

BARE = (
    "import sys"
    + _REPORT
    + """
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, report)
app = QApplication([])
window = Window()
window.resize(1280, 720)
window.show()
app.exec()
"""
)

OWN = (
    "import sys"
    + _REPORT
    + """
from cnnexplorer.ui import main_window
class Window(main_window.MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, report)
import cnnexplorer.app
cnnexplorer.app.MainWindow = Window
sys.argv = ["cnnexplorer"]
from cnnexplorer.__main__ import main
main()
"""
)


def _start(code: str) -> tuple[float, float, bool]:
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        if "DISPLAY" not in environment:
            environment["QT_QPA_PLATFORM"] = "offscreen"
        began = time.time()
        answer = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True,
            cwd=Path(__file__).parents[2],
        ).stdout.split()  # fmt: skip
    return float(answer[0]) - began, int(answer[1]) / 1024, answer[2] == "True"


def rows(repeats: int = 9) -> list[Row]:
    pairs = [(_start(BARE), _start(OWN)) for _ in range(repeats + 1)][1:]
    bare, own = (statistics.median(pair[i][0] for pair in pairs) for i in (0, 1))
    bare_memory, own_memory = (statistics.median(pair[i][1] for pair in pairs) for i in (0, 1))
    ratio = statistics.median(b[0] / a[0] for a, b in pairs)
    torch = any(pair[1][2] for pair in pairs)
    return [
        Row(
            "start to first painted window, against a bare QMainWindow with pyqtgraph",
            f"{own:.2f} s against {bare:.2f} s: {ratio:.2f} x, torch {'imported' if torch else 'not imported'}",
            "at most 1.6 x, torch not imported",
            ratio <= 1.6 and not torch,
        ),
        Row(
            "resident memory after start, against the bare window",
            f"{own_memory:.0f} MB against {bare_memory:.0f} MB: {own_memory / bare_memory:.2f} x",
            "at most 1.5 x",
            own_memory <= 1.5 * bare_memory,
        ),
    ]


if __name__ == "__main__":
    for row in rows():
        print(row)
