"""A session is saved, the program is killed, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnnexplorer.core import Convolution, SessionError, load_session
from tests.e2e.screen import wait_for
from tests.e2e.twin import area, lay_out, rest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnnexplorer.ui.main_window import MainWindow
    from tests.e2e.screen import Program

pytestmark = pytest.mark.e2e


def corner_weight(path: Path) -> float:
    """Return the first weight of the first kernel of a session; NaN where there is no session yet."""
    try:
        stage = load_session(path).experiment.stages[0]
    except SessionError:
        return float("nan")
    assert isinstance(stage, Convolution)
    return float(stage.weight.flat[0])


def test_work_is_saved_and_after_a_kill_the_rest_is_offered(
    start: Callable[..., Program], home: Path, tmp_path: Path, twin: MainWindow
):
    twin.conv.select(("stage", 0))
    lay_out()
    card = area(twin, twin.conv.strip.cards["stage", 0])
    matrix = twin.conv.inspector.convolution.matrix
    corner = matrix.mapTo(twin, matrix.cell_rect(0, 0).center().toPoint())
    path = tmp_path / "lesson.cnnx"
    kept = lambda: list(tmp_path.rglob("recovery/*.cnnx"))  # noqa: E731

    def named(program: Program, name: str) -> None:
        wait_for(lambda: program.screen.call("xdotool", "getwindowname", program.window) == name, name)

    def edit(program: Program, weight: str) -> None:
        program.click((card[0] + 60, card[1] + 16))
        program.click((corner.x(), corner.y()))
        program.type(weight)
        program.keys("Return")

    program = start(home)
    rest(program)
    edit(program, "-7")
    named(program, "Untitled* — CNN Explorer")
    program.keys("ctrl+s")
    program.dialog("Save the session")
    program.type(str(tmp_path / "lesson"))
    program.keys("Return")
    wait_for(lambda: corner_weight(path) == -7, "the session")
    named(program, "lesson.cnnx — CNN Explorer")
    edit(program, "9")
    wait_for(lambda: [corner_weight(found) for found in kept()] == [9], "what is kept for a crash", 10)
    program.process.kill()
    program.process.wait(10)

    again = start(home)
    again.dialog("Work that was kept")
    again.keys("Return")
    named(again, "lesson.cnnx* — CNN Explorer")
    again.keys("ctrl+s")
    wait_for(lambda: corner_weight(path) == 9, "the session with all that was done")
    wait_for(lambda: not kept(), "nothing that is kept any more")
    again.quit()
