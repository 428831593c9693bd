"""One virtual screen for all these tests; a picture of it is kept where one fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.e2e.screen import OUTPUT, SIZE, Program, Screen, missing
from tests.e2e.twin import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from cnnexplorer.ui.main_window import MainWindow

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    if names := missing():
        reason = f"not installed: {', '.join(names)} (apt install xvfb xauth xdotool openbox)"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    found = Screen()
    yield found
    found.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for settings and data; the animation is quick."""
    folder = tmp_path / "config" / "cnnexplorer"
    folder.mkdir(parents=True)
    (folder / "cnnexplorer.ini").write_text("[General]\nspeed=30\n")
    return tmp_path


@pytest.fixture
def start(request: pytest.FixtureRequest, screen: Screen) -> Iterator[Callable[..., Program]]:
    """Start the program: start(home, *arguments)."""
    programs: list[Program] = []

    def begin(home: Path, *arguments: str) -> Program:
        programs.append(Program(screen, home, *arguments))
        return programs[-1]

    yield begin
    if request.node.stash.get(FAILED, False):
        OUTPUT.mkdir(exist_ok=True)
        Image.fromarray(screen.pixels().astype("uint8")).save(OUTPUT / f"{request.node.name}.png")
    for program in programs:
        program.close()


@pytest.fixture
def twin(window: MainWindow) -> MainWindow:
    """The same window in this process, to tell where to point."""
    window.resize(*SIZE)
    lay_out()
    return window
