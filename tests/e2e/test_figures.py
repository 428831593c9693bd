"""Figures from the real window: what is saved is what the X server shows, and opening it brings the work back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from cnnexplorer.core import session_from_bytes
from cnnexplorer.core.metadata import session_in_png
from tests.e2e.screen import SIZE, wait_for
from tests.e2e.twin import rest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.screen import Program

    Start = Callable[..., Program]

pytestmark = pytest.mark.e2e


def test_the_window_is_saved_as_it_is_seen(start: Start, home: Path):
    folder = home / "figures"
    folder.mkdir()
    settings = home / "config" / "cnnexplorer" / "cnnexplorer.ini"
    with settings.open("a") as file:
        file.write(f"save_folder={folder}\n[figure]\nscale=1\n")
    program = start(home)
    rest(program)
    program.keys("ctrl+Right", "ctrl+Right", "ctrl+Right")
    program.point_away()
    seen = program.still()
    program.keys("ctrl+e")
    program.dialog("Save a figure")
    program.keys("End", "Return")
    path = folder / "window.png"
    wait_for(path.exists, "the file")
    with Image.open(path) as image:
        taken = np.asarray(image.convert("RGB")).astype(np.int16)
        assert image.text["Title"] == "The whole window"
    assert taken.shape == (SIZE[1], SIZE[0], 3)
    # but for the frame of the chosen card, and where the keys go
    assert (np.abs(taken - seen).max(axis=-1) > 8).mean() < 0.01
    session = session_from_bytes(session_in_png(path))
    assert session.step == (0, 3)
    program.keys("ctrl+Home")
    before = program.still()
    program.quit()

    again = start(home, str(path))
    again.wait_for_change(before)
    wait_for(lambda: (np.abs(again.pixels() - seen).max(axis=-1) > 8).mean() < 0.01, "the step that was saved")
    again.quit()
