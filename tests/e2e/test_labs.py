"""A lab is played with hands on a real screen, the program is killed, and the answers are still there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.screen import wait_for
from tests.e2e.twin import rest
from tests.lab_texts import BY_HAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.screen import Program

pytestmark = pytest.mark.e2e

BESIDE = (520, 40, 1270, 420)  # where no text cursor blinks


def test_a_lab_is_played_and_survives_a_kill(start: Callable[..., Program], home: Path, tmp_path: Path):
    path = tmp_path / "by_hand.toml"
    path.write_text(BY_HAND, encoding="utf-8")

    def steps() -> list[dict[str, Any]]:
        found = list(tmp_path.rglob("labs/by_hand-*.json"))
        return json.loads(found[0].read_bytes())["steps"] if found else [{}, {}]

    program = start(home, str(path))
    rest(program)
    program.keys("alt+3")
    program.still()
    program.keys("Return")  # the lab that was opened is chosen in the list
    wait_for(lambda: bool(steps()[0]), "the lab that is begun")
    program.still(BESIDE)
    program.type("9")
    program.keys("Return")
    wait_for(lambda: steps()[0].get("tries") == 1, "a try that is counted")
    program.type("abc")
    program.keys("Return")
    program.still(BESIDE)
    program.type("12")
    program.keys("Return")
    wait_for(lambda: steps()[0]["status"] == "solved", "the right answer")
    assert steps()[0]["tries"] == 2
    program.keys("alt+Page_Down")
    program.still(BESIDE)
    program.type("it grows")
    program.keys("ctrl+Return")
    wait_for(lambda: steps()[1]["status"] == "noted", "the words")
    program.process.kill()
    program.process.wait(10)
    assert [step["status"] for step in steps()] == ["solved", "noted"]

    again = start(home, str(path))
    again.still()
    assert "by_hand" in again.settings()
    again.quit()
