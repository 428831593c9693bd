"""Draws the README's pictures with the program itself: `python -m tests.screenshots`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import Convolution
from cnnexplorer.core.editing import with_stage
from cnnexplorer.core.kernels import preset
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import Settings
from cnnexplorer.ui.theme import use_theme

FOLDER = Path(__file__).parent.parent / "resources" / "screenshots"
BANK = ("sobel_vertical", "sobel_horizontal", "laplacian", "gaussian")


def draw(name: str, language: str, theme: str, folder: Path) -> None:
    use_theme(theme)
    use_language(language)
    window = MainWindow(Settings(folder / f"{name}.ini"))
    window.resize(1280, 720)
    window.show()
    workspace = window.conv
    if name == "filters":
        weight = np.array([np.repeat(np.array(preset(id_).matrix)[None], 3, axis=0) for id_ in BANK])
        workspace.inspector.input.sample_chosen.emit("scene")
        workspace.model.edit(lambda experiment: with_stage(experiment, 0, Convolution(weight, padding=1)))
        while workspace.model.result.experiment is not workspace.model.experiment:
            QTest.qWait(20)
        workspace.select(("stage", 0))
        workspace.player.go_to(0, 3 * 224 * 50 + 120 * 224 + 96)
    else:
        workspace.player.go(20)
    QTest.qWait(300)
    picture = window.grab().toImage()
    FOLDER.mkdir(exist_ok=True)
    picture.save(str(FOLDER / f"{name}.png"))
    window.close()
    window.deleteLater()
    QTest.qWait(0)


def main() -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setStyle("fusion")
    with tempfile.TemporaryDirectory() as folder:
        draw("convolution", "en", "light", Path(folder))
        draw("filters", "es", "dark", Path(folder))


if __name__ == "__main__":
    main()
