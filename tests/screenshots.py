"""Draws the README's pictures with the program itself: `python -m tests.screenshots`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import Convolution
from cnnexplorer.core.editing import with_stage
from cnnexplorer.core.kernels import preset
from cnnexplorer.labs import built_in_labs
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import Settings
from cnnexplorer.ui.theme import use_theme

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent.parent / "resources" / "screenshots"
BANK = ("sobel_vertical", "sobel_horizontal", "laplacian", "gaussian")
PICTURES = (
    ("convolution", "en", "light"),
    ("filters", "es", "dark"),
    ("network_overview", "en", "light"),
    ("network_filters", "en", "light"),
    ("network_maps", "es", "dark"),
    ("network_number", "en", "light"),
    ("lab", "en", "light"),
)
PLACES: dict[str, dict[str, object]] = {
    "overview": {},
    "filters": {"unit": 0},
    "maps": {"layer": "relu1", "unit": 0},
    "number": {"unit": 0},
}


def draw(name: str, language: str, theme: str, folder: Path) -> None:
    use_theme(theme)
    use_language(language)
    window = MainWindow(Settings(folder / f"{name}.ini"))
    window.resize(1280, 720)
    window.show()
    {"convolution": _steps, "filters": _bank, "lab": _lab}.get(name, lambda shown: _network(shown, name))(window)
    QTest.qWait(300)
    picture = window.grab().toImage()
    FOLDER.mkdir(exist_ok=True)
    picture.save(str(FOLDER / f"{name}.png"))
    window.close()
    window.deleteLater()
    QTest.qWait(0)


def _steps(window: MainWindow) -> None:
    window.conv.player.go(20)


def _bank(window: MainWindow) -> None:
    workspace = window.conv
    weight = np.array([np.repeat(np.array(preset(id_).matrix)[None], 3, axis=0) for id_ in BANK])
    workspace.inspector.input.sample_chosen.emit("scene")
    workspace.model.edit(lambda experiment: with_stage(experiment, 0, Convolution(weight, padding=1)))
    _wait(lambda: workspace.model.result.experiment is workspace.model.experiment)
    workspace.select(("stage", 0))
    workspace.player.go_to(0, 3 * 224 * 50 + 120 * 224 + 96)


def _network(window: MainWindow, name: str) -> None:
    window.show_workspace("net")
    _wait(lambda: window.net.workspace is not None and window.net.workspace.model.result is not None)
    model = window.net.workspace.model
    page = name.removeprefix("network_")
    model.visit(**PLACES[page], page=page)
    _wait(lambda: getattr(window.net.workspace.page, "sheet", model) is not None)
    QTest.qWait(1500)


def _lab(window: MainWindow) -> None:
    """The second lab, where a question is answered as if the padding had been forgotten."""
    window.labs.play(built_in_labs()[1], keep=False)
    panel = window.labs.panel
    panel.go(3)
    _wait(lambda: window.conv.model.experiment.stages[0].padding != 0)
    QTest.qWait(300)
    panel.field.line.setText("3x3")
    panel.check_now()
    _wait(panel.check.isEnabled)


def _wait(done: Callable[[], bool]) -> None:
    while not done():
        QTest.qWait(20)


def main() -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setStyle("fusion")
    with tempfile.TemporaryDirectory() as folder:
        for name, language, theme in PICTURES:
            draw(name, language, theme, Path(folder))


if __name__ == "__main__":
    main()
