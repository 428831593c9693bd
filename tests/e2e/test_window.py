"""The real window on a real X server, driven by keys and mouse, judged by what is seen from outside.

Where to point is read off a twin of the window, made in this process and never shown on that screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tests.e2e.screen import changed, wait_for
from tests.e2e.twin import area, lay_out, middle, rest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnnexplorer.ui.main_window import MainWindow
    from tests.e2e.screen import Program

    Start = Callable[..., Program]

pytestmark = pytest.mark.e2e


def test_the_tour_shows_at_the_first_start_only(start: Start, tmp_path: Path):
    program = start(tmp_path)
    bright = program.screen.call("xdotool", "getwindowname", program.window)
    assert bright == "Untitled — CNN Explorer"
    dimmed = program.still()
    program.keys("Escape")
    program.wait_for_change(dimmed, share=0.05)
    program.quit()
    assert "tour_seen=true" in program.settings()
    again = start(tmp_path)
    # without the tour the animation begins by itself
    again.wait_for_change(again.pixels(), share=0.0005)
    assert changed(dimmed, again.pixels()) > 0.05
    again.quit()


def test_a_drawing_changes_the_maps(start: Start, home: Path, twin: MainWindow):
    cards = twin.conv.strip.cards
    canvas, title = (
        cards["input", -1].view,
        (area(twin, cards["input", -1])[0] + 60, area(twin, cards["input", -1])[1] + 20),
    )
    boxes = [area(twin, cards[key].view) for key in (("input", -1), ("stage", 0), ("stage", 2))]
    twin.conv.select(("input", -1))
    lay_out()
    brush = middle(twin, twin.conv.inspector.input.tools["brush"])
    x, y = middle(twin, canvas)

    program = start(home)
    rest(program)
    program.click(title)
    program.click(brush)
    program.point_away()
    program.still()
    before = [program.pixels(box) for box in boxes]
    program.drag((x - 40, y - 55), (x - 10, y - 52), (x + 20, y - 55), (x + 45, y - 50))
    program.point_away()
    for image, box in zip(before, boxes, strict=True):
        program.wait_for_change(image, box, share=0.01)
    drawn = program.still(boxes[0])
    program.keys("ctrl+z")
    program.wait_for_change(drawn, boxes[0], share=0.01)
    assert changed(before[0], program.still(boxes[0])) < 0.002, "undo takes the whole stroke back"
    program.quit()


def test_a_picture_given_on_the_command_line_is_shown(start: Start, home: Path, twin: MainWindow):
    path = home / "two colours.png"
    pixels = np.zeros((12, 12, 3), np.uint8)
    pixels[:, :6], pixels[:, 6:] = (220, 20, 30), (10, 40, 200)
    Image.fromarray(pixels).save(path)
    x, y = middle(twin, twin.conv.strip.cards["input", -1].view)
    program = start(home, str(path))

    def shows(at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
        patch = program.pixels((at[0] - 9, at[1] - 9, at[0] + 9, at[1] + 9)).reshape(-1, 3)
        return bool((np.abs(patch - colour).max(axis=-1) < 20).mean() > 0.3)

    rest(program)
    program.keys("s")  # without the spotlight nothing is dimmed
    wait_for(lambda: shows((x - 40, y), (220, 20, 30)) and shows((x + 40, y), (10, 40, 200)), "the picture")
    program.quit(unsaved=True)
    assert "colours.png" in program.settings()


def test_a_weight_typed_into_the_kernel_changes_the_maps(start: Start, home: Path, twin: MainWindow):
    twin.conv.select(("stage", 0))
    lay_out()
    card = area(twin, twin.conv.strip.cards["stage", 0])
    matrix = twin.conv.inspector.convolution.matrix
    corner = matrix.mapTo(twin, matrix.cell_rect(0, 0).center().toPoint())
    boxes = [area(twin, matrix), area(twin, twin.conv.strip.cards["stage", 0].view), area(twin, twin.conv.step_view)]
    program = start(home)
    rest(program)
    program.click((card[0] + 60, card[1] + 16))
    program.point_away()
    program.still()
    before = [program.pixels(box) for box in boxes]
    program.click((corner.x(), corner.y()))
    program.type("-7,5")
    program.keys("Return")
    program.point_away()
    for image, box in zip(before, boxes, strict=True):
        program.wait_for_change(image, box, share=0.01)
    program.keys("ctrl+z")
    wait_for(lambda: changed(before[1], program.pixels(boxes[1])) < 0.002, "the map as it was")
    program.quit()


def test_it_plays_pauses_and_steps(start: Start, home: Path, twin: MainWindow):
    steps = area(twin, twin.conv.step_view)
    program = start(home)
    rest(program)
    program.point_away()
    before = program.pixels(steps)
    program.keys("space")
    program.wait_for_change(before, steps)
    program.keys("space")
    paused = program.still()
    program.keys("ctrl+Right")
    program.wait_for_change(paused, steps)
    program.keys("ctrl+Left")
    wait_for(lambda: changed(paused, program.pixels()) < 0.0005, "the step before")
    program.keys("space")
    program.wait_for_change(paused, share=0.005)
    program.quit()


def test_language_and_theme_are_switched_from_the_palette_and_remembered(start: Start, home: Path, twin: MainWindow):
    menus = area(twin, twin.menuBar())
    program = start(home)
    rest(program)
    english = program.pixels(menus)
    program.keys("ctrl+k")
    program.dialog("Find an action")
    program.type("Espa")
    program.keys("Return")
    program.wait_for_change(english, menus, share=0.005)
    spanish = program.still(menus)
    assert english.mean() > 150
    program.keys("ctrl+k")
    program.dialog("Buscar")
    program.type("oscuro")
    program.keys("Return")
    wait_for(lambda: program.pixels(menus).mean() < 90, "dark colours")
    program.quit()
    assert "language=es" in program.settings()
    assert "theme=dark" in program.settings()
    again = start(home)
    wait_for(lambda: again.pixels(menus).mean() < 90, "dark colours at the next start")
    bright = again.pixels(menus).mean(axis=-1) > 140
    words = spanish.mean(axis=-1) < 140
    assert np.corrcoef(bright.ravel(), words.ravel())[0, 1] > 0.7, "the menus are still Spanish"
    again.quit()
