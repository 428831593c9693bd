"""A virtual screen, and the program on it, as hands and eyes have it: keys, mouse, pictures, files, exit status."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Found = TypeVar("Found")
Box = tuple[int, int, int, int]  # left, top, right, bottom
NEEDED = ("Xvfb", "xdotool")
SIZE = (1280, 760)
# a question, so that all before it is done: what the next tool does may otherwise come before the button is let go
SETTLE = ("getmouselocation",)
OUTPUT = Path(__file__).parents[1] / "output"


def missing() -> list[str]:
    """What is not installed and needed."""
    return [name for name in NEEDED if shutil.which(name) is None]


def wait_for(look: Callable[[], Found], what: str, seconds: float = 60.0) -> Found:
    """Look again and again until something is there."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)  # between two looks


class Screen:
    """An X server of its own, with a window manager where there is one."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
        command += ["-noreset", "-fbdir", self._folder.name]
        self._server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._server.stdout is not None
        number = self._server.stdout.readline().strip()
        assert number, "Xvfb does not start"
        self.display = f":{number}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("QT_", "WAYLAND_", "XDG_"))},
            "DISPLAY": self.display,
            "LC_ALL": "C.UTF-8",
        }
        self._manager = None
        if shutil.which("openbox"):
            self._manager = subprocess.Popen(
                ["openbox", "--sm-disable"],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                wait_for(lambda: self.call("xdotool", "get_num_desktops"), "the window manager")
            except AssertionError:
                self.close()
                raise

    @property
    def managed(self) -> bool:
        """Whether there is a window manager."""
        return self._manager is not None

    def call(self, *command: str) -> str:
        """Run a tool on this screen; what it prints, nothing where it fails."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def pixels(self) -> NDArray[np.int16]:
        """What is on the screen (height, width, 3): read off the server's memory, which costs no time."""
        data = (Path(self._folder.name) / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])  # X11/XWDFile.h
        start = header[0] + 12 * header[19]  # the pixels come after the colours
        lines = np.frombuffer(data, np.uint8, header[12] * header[5], start).reshape(header[5], header[12] // 4, 4)
        return lines[:, : header[4], 2::-1].astype(np.int16)

    def close(self) -> None:
        """End the screen."""
        for process in (self._manager, self._server):
            if process is not None:
                process.terminate()
                process.wait(10)
        assert self._server.stdout is not None
        self._server.stdout.close()
        self._folder.cleanup()


class Program:
    """The program on a screen, with settings and data in a folder of its own."""

    def __init__(self, screen: Screen, home: Path, *arguments: str) -> None:
        self.screen, self.home = screen, home
        self.settings_file = home / "config" / "cnnexplorer" / "cnnexplorer.ini"
        self.log_file = home / "data" / "cnnexplorer" / "cnnexplorer.log"
        self._errors = home / "stderr.txt"
        environment = {
            **screen.environment,
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "QT_QPA_PLATFORM": "xcb",
        }
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cnnexplorer", *arguments], env=environment, stderr=errors,
                cwd=Path(__file__).parents[2],
            )  # fmt: skip
        self.window = wait_for(self._find, "the window")
        screen.call("xdotool", "windowsize", self.window, *map(str, SIZE))
        screen.call("xdotool", "windowactivate" if screen.managed else "windowfocus", self.window)
        self._corner = (0, 0)
        # a window of the program, not this one: a dialog may stand before it
        wait_for(lambda: screen.call("xdotool", "getwindowfocus", "getwindowpid") == str(self.process.pid), "the keys")
        wait_for(self._placed, "the window at its place")

    def _find(self) -> str:
        assert self.process.poll() is None, f"the program ended: {self.errors()}"
        names = ["--onlyvisible", "--pid", str(self.process.pid), "--name", "CNN Explorer$"]
        return self.screen.call("xdotool", "search", *names).partition("\n")[0]

    def _placed(self) -> bool:
        """Whether the window has its size and stands still; find its corner, inside the frame."""
        script = "getwindowgeometry", "--shell", self.window, "mousemove", "--window", self.window, "0", "0"
        answer = self.screen.call("xdotool", *script, "getmouselocation", "--shell")
        words = [line.partition("=") for line in answer.splitlines()]
        corner = (
            int(next(value for name, _, value in reversed(words) if name == "X")),
            int(next(value for name, _, value in reversed(words) if name == "Y")),
        )
        before, self._corner = self._corner, corner
        sizes = {name: value for name, _, value in words}
        return before == corner and (sizes["WIDTH"], sizes["HEIGHT"]) == (str(SIZE[0]), str(SIZE[1]))

    # hands

    def keys(self, *keys: str) -> None:
        """Press keys, such as "ctrl+k", one after the other."""
        self.screen.call("xdotool", "key", "--delay", "15", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self.screen.call("xdotool", "type", "--delay", "15", "--", text)

    def click(self, point: tuple[int, int]) -> None:
        """Click at a point of the window."""
        move = "mousemove", "--window", self.window, *map(str, point)
        self.screen.call("xdotool", *move, "mousedown", "1", "mouseup", "1", *SETTLE)

    def drag(self, *points: tuple[int, int]) -> None:
        """Press at the first point, go over the others, and let go at the last."""
        moves = [["mousemove", "--window", self.window, str(x), str(y)] for x, y in points]
        command = [*moves[0], "mousedown", "1", *(word for move in moves[1:] for word in move), "mouseup", "1", *SETTLE]
        self.screen.call("xdotool", *command)

    def point_away(self) -> None:
        """Put the mouse where it lights nothing."""
        self.screen.call("xdotool", "mousemove", "--window", self.window, "2", str(SIZE[1] - 4))

    # eyes

    def pixels(self, box: Box | None = None) -> NDArray[np.int16]:
        """What the window, or a part of it, looks like (height, width, 3)."""
        left, top, right, bottom = (0, 0, *SIZE) if box is None else box
        x, y = self._corner
        return self.screen.pixels()[y + top : y + bottom, x + left : x + right]

    def wait_for_change(self, before: NDArray[np.int16], box: Box | None = None, share: float = 0.002) -> None:
        """Wait until a share of the pixels has another colour than before."""
        wait_for(lambda: changed(before, self.pixels(box)) >= share, "a change of what is on the screen")

    def still(self, box: Box | None = None, pause: float = 0.4) -> NDArray[np.int16]:
        """Wait until nothing has moved for a moment; what it looks like then."""
        found = [self.pixels(box)]

        def rests() -> bool:
            before, found[0] = found[0], self.pixels(box)
            return not changed(before, found[0]) and self.rests(found[0], box, pause)

        wait_for(rests, "a still screen")
        return found[0]

    def rests(self, before: NDArray[np.int16], box: Box | None, seconds: float) -> bool:
        """Watch for a while; tell whether everything stays as it was."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if changed(before, self.pixels(box)):
                return False
            time.sleep(0.05)  # between two looks
        return True

    def dialog(self, title: str) -> None:
        """Wait for a window with a title that has the keys."""
        wait_for(
            lambda: title in self.screen.call("xdotool", "getwindowfocus", "getwindowname"), f"the window “{title}”"
        )

    def settings(self) -> str:
        """What the program remembers."""
        return self.settings_file.read_text() if self.settings_file.exists() else ""

    def errors(self) -> str:
        """What the program has printed as errors, and its log."""
        log = self.log_file.read_text() if self.log_file.exists() else ""
        return self._errors.read_text() + log

    # the end

    def quit(self, unsaved: bool = False) -> None:
        """Quit with Ctrl+Q, without saving what is `unsaved`: exit status 0, and no mistake in the log."""
        self.keys("ctrl+q")
        if unsaved:
            self.dialog("Unsaved work")
            self.keys("alt+d")
        assert self.process.wait(15) == 0, self.errors()
        for word in ("Traceback", "CRITICAL", "ERROR"):
            assert word not in self.errors(), self.errors()

    def close(self) -> None:
        """End the program, however it is."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


def changed(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    """The share of pixels whose colour differs visibly."""
    if before.shape != after.shape:
        return 1.0
    return float((np.abs(before - after).max(axis=-1) > 12).mean())
