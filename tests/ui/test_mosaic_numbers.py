"""The numbers on the tiles of a mosaic are painted once for pictures that are laid out alike, and anew for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnnexplorer.nets import make_mosaic
from cnnexplorer.ui.theme import DARK, colours, use_theme
from cnnexplorer.ui.widgets.mosaic_view import MosaicView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_numbers_follow_units_zoom_and_theme(qtbot: QtBot):
    view = MosaicView()
    qtbot.addWidget(view)
    use_theme("light")
    view.resize(300, 240)
    with qtbot.waitExposed(view):
        view.show()
    maps = torch.rand(6, 20, 20)
    view.set_mosaic(make_mosaic(maps))
    first = view.grab().toImage()
    numbers = view._numbers[1]
    view.set_mosaic(make_mosaic(maps))
    assert view.grab().toImage() == first
    assert view._numbers[1] is numbers
    view.set_mosaic(make_mosaic(maps, order="mean"))
    view.grab()
    ordered = view._numbers[1]
    assert ordered.toImage() != numbers.toImage()
    view.zoom_to(view.scale * 1.5)
    view.grab()
    assert view._numbers[1].toImage() != ordered.toImage()
    zoomed = view._numbers[1]
    use_theme("dark")
    qtbot.waitUntil(lambda: colours(view) is DARK)
    view.grab()
    assert view._numbers[1].toImage() != zoomed.toImage()
