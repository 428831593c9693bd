"""Experiments and hands for the tests of Predict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling

from .helpers import pick, press, set_image, settled, type_text

if TYPE_CHECKING:
    from cnnexplorer.core import Stage
    from cnnexplorer.ui.conv.predict import Predict
    from cnnexplorer.ui.main_window import MainWindow

Key = Qt.Key
KERNEL = np.array([[1, 2, 0], [3, -5, 7], [0, 4, -2]], dtype=float)
IMAGE = np.array(
    [
        [13, 2, 7, 31, 5, 11],
        [4, 17, 23, 6, 19, 3],
        [8, 1, 29, 14, 12, 9],
        [37, 10, 15, 41, 18, 16],
        [20, 43, 21, 22, 24, 47],
        [25, 26, 53, 27, 28, 30],
    ],
    dtype=float,
)


def convolution(**settings: object) -> Convolution:
    return Convolution(KERNEL[None, None], **settings)  # type: ignore[arg-type]


def usual() -> tuple[Stage, ...]:
    return convolution(), Activation("relu"), Pooling("max", 2), Flatten()


def begin(window: MainWindow, *stages: Stage, image: object = IMAGE, asks: str = "value") -> Predict:
    """Open an experiment, and switch Predict on with its key."""
    set_image(window, image, *(stages or usual()))
    window.conv.player.go(0)
    window.conv.predict.pace = 0.0
    window.conv.setFocus()
    press(window.conv, Key.Key_P)
    settled(window)
    if asks != "value":
        ask_for(window, asks)
    return window.conv.predict


def ask_for(window: MainWindow, asks: str) -> None:
    pick(window.conv.predict.bar.choice, asks)
    settled(window)


def go_to(window: MainWindow, stage: int, index: int = 0) -> None:
    window.conv.player.go_to(stage, index)
    settled(window)


def answer(predict: Predict, text: str) -> None:
    """Type an answer in place of what is there, and press Enter."""
    line = predict.place.line
    line.setFocus()
    line.selectAll()
    type_text(line, text)
    press(line, Key.Key_Return)


def fill(predict: Predict, texts: list[str]) -> None:
    """Type a map, cell by cell with the keyboard alone, and press Enter in the last."""
    grid = predict.place.grid
    for place, text in enumerate(texts):
        grid.focus_cell(place)
        type_text(grid.lines[place], text)
        if place + 1 == len(texts):
            press(grid.lines[place], Key.Key_Return)


def said(predict: Predict) -> str:
    return predict.place.bubble.text()
