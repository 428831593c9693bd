"""The start: what is told where something is missing, the command line, the wheel, and PySide6's reference counts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnnexplorer import __main__ as command
from cnnexplorer import __version__
from cnnexplorer.ui import help_pages
from cnnexplorer.ui.main_window import MainWindow, begin

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.settings import Settings

ROOT = Path(__file__).parents[1]

# runs the program after `{before}`; where the window would open it prints instead
BEFORE = """
import ctypes, importlib.metadata, sys
{before}
sys.argv = ["cnnexplorer"]
from cnnexplorer.__main__ import main
sys.exit(main())
"""
FINDER = """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise {error}
sys.meta_path.insert(0, Finder())
"""


def start(*arguments: str, code: str | None = None, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run the program, or a code that runs it, with some variables of the environment set, or (None) taken away."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": None, "WAYLAND_DISPLAY": None, **variables}
    what = ["-m", "cnnexplorer", *arguments] if code is None else ["-c", code]
    return subprocess.run(
        [sys.executable, *what], env={name: value for name, value in environment.items() if value is not None},
        capture_output=True, text=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that a program that cannot start has written."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_without_a_screen():
    sentence = refused(start(DISPLAY=None))
    assert sentence.startswith("CNN Explorer cannot start: there is no screen to open a window on (DISPLAY is not set)")
    assert "xvfb-run" in sentence


def test_without_a_screen_in_spanish():
    assert "cannot start" not in refused(start("--lang", "es", DISPLAY=None))


def test_with_a_screen_that_cannot_be_reached():
    sentence = refused(start(DISPLAY=":4791"))
    assert "the screen :4791 (DISPLAY) cannot be reached" in sentence
    assert "xvfb-run" in sentence


def test_without_a_library_of_the_window_system():
    broken = """
real = ctypes.CDLL
def CDLL(name, *more, **options):
    if "xcb" in str(name):
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")
    return real(name, *more, **options)
ctypes.CDLL = CDLL
"""
    sentence = refused(start(code=BEFORE.format(before=broken), DISPLAY=":4791"))
    assert "the library libxcb-cursor.so.0 is missing" in sentence
    assert "apt install" in sentence
    assert "libxcb-cursor0" in sentence


@pytest.mark.parametrize(("library", "package"), [("libEGL.so.1", "libegl1"), ("libGL.so.1", "libgl1")])
def test_without_a_library_of_qt(library: str, package: str):
    error = f"ImportError({library + ': cannot open shared object file: No such file or directory'!r})"
    finder = FINDER.format(name="PySide6", error=error)
    sentence = refused(start(code=BEFORE.format(before=finder), DISPLAY=":4791"))
    assert f"Qt cannot be loaded ({library}: cannot open shared object file" in sentence
    assert f"apt install {'' if package == 'libgl1' else 'libgl1 '}{package}" in sentence


def test_without_pyside6(monkeypatch: pytest.MonkeyPatch):
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    with pytest.raises(command.CannotStart, match=r"PySide6 is not installed: run  pip install 'PySide6-Essentials"):
        command.check_qt()


def test_without_pyside6_the_program_ends():
    finder = FINDER.format(name="PySide6", error="ModuleNotFoundError('No module named PySide6')")
    lost = "def lost(name): raise importlib.metadata.PackageNotFoundError(name)\nimportlib.metadata.version = lost\n"
    sentence = refused(start(code=BEFORE.format(before=finder + lost)))
    assert "PySide6 is not installed: run  pip install" in sentence


@pytest.mark.parametrize(
    ("version", "python", "works"),
    [("6.12.0", (3, 11), False), ("6.12.0", (3, 12), True), ("6.11.3", (3, 11), True), ("6.12.1", (3, 11), True)],
)
def test_the_pyside6_that_crashes(monkeypatch: pytest.MonkeyPatch, version: str, python: tuple[int, int], works: bool):
    class Version(tuple):
        major, minor = python

    monkeypatch.setattr("importlib.metadata.version", lambda _name: version)
    monkeypatch.setattr(sys, "version_info", Version((*python, 0, "final", 0)))
    if works:
        command.check_qt()
        return
    with pytest.raises(command.CannotStart) as caught:
        command.check_qt()
    assert "PySide6 6.12.0 crashes on Python 3.11: run  pip install" in str(caught.value)


@pytest.mark.parametrize("name", ["cv2", "superqt", "qtawesome", "cmap", "msgspec", "numpy"])
def test_without_another_package(name: str):
    finder = FINDER.format(name=name, error=f"ModuleNotFoundError(\"No module named '{name}'\", name={name!r})")
    sentence = refused(start(code=BEFORE.format(before=finder), QT_QPA_PLATFORM="offscreen"))
    assert f"{name} is missing or broken" in sentence
    assert "pip install -e ." in sentence


def test_without_torch_everything_here_works(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, settings: Settings):
    monkeypatch.setattr(help_pages.importlib.util, "find_spec", lambda _name: None)
    window = MainWindow(settings)
    qtbot.addWidget(window)
    window.show()
    assert "pip install torch torchvision" in window.banner.text
    before = window.conv.model.result.outputs[0].copy()
    window.conv.inspector.convolution.matrix.edited.emit(0, 0, 5.0)
    assert (window.conv.model.result.outputs[0] != before).any()
    assert window.conv.player.count > 0
    window.close()


def test_help():
    done = start("--help", DISPLAY=None)
    assert done.returncode == 0
    assert "--lang {en,es}" in done.stdout
    assert "FILE" in done.stdout
    assert done.stderr == ""


def test_help_in_spanish():
    done = start("--lang", "es", "--help", DISPLAY=None)
    assert done.returncode == 0
    assert "una imagen" in done.stdout.lower()


def test_version():
    done = start("--version", DISPLAY=None)
    assert (done.returncode, done.stdout) == (0, f"CNN Explorer {__version__}\n")


@pytest.mark.parametrize(("arguments", "word"), [(["--fast"], "--fast"), (["--lang", "fr"], "fr"), (["a", "b"], "b")])
def test_an_option_that_does_not_exist(arguments: list[str], word: str):
    done = start(*arguments, DISPLAY=None)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("needs_qt", "status"), [(False, 7), (True, 1)])
def test_a_command_runs_without_a_window(tmp_path: Path, needs_qt: bool, status: int):
    (tmp_path / "weigh.py").write_text("def run(arguments):\n    print(arguments)\n    return 7\n")
    before = (
        FINDER.format(name="PySide6", error="ImportError('libEGL.so.1 is not there')")
        + f"""
sys.path.insert(0, {str(tmp_path)!r})
import cnnexplorer.commands as table
table.commands = lambda _: {{"weigh": table.Command("weigh", {needs_qt}, "")}}
"""
    )
    code = BEFORE.format(before=before).replace('["cnnexplorer"]', '["cnnexplorer", "weigh", "--heavy", "a file"]')
    done = start(code=code, DISPLAY=None)
    assert done.returncode == status, done.stderr
    assert done.stdout == ("" if needs_qt else "['--heavy', 'a file']\n")
    assert ("Qt cannot be loaded" in done.stderr) == needs_qt


def test_a_language_on_the_command_line(tmp_path: Path):
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import cnnexplorer.app as app
begin = app.begin
def first(window, *more):
    begin(window, *more)
    QTimer.singleShot(0, lambda: (print(window.menuBar().actions()[0].text()), window.close()))
app.begin = first
sys.argv = ["cnnexplorer", "--lang", "es"]
from cnnexplorer.__main__ import main
sys.exit(main())
"""
    home = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    done = start(code=code, QT_QPA_PLATFORM="offscreen", **home)
    assert (done.returncode, done.stdout) == (0, "&Archivo\n"), done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_does_not_exist(qtbot: QtBot, window: MainWindow, settings: Settings, tmp_path: Path):
    begin(window, settings, tmp_path / "nowhere.png")
    qtbot.waitUntil(lambda: "nowhere.png" in window.banner.text)
    assert window.isVisible()


def test_a_wheel_holds_the_resources(tmp_path: Path):
    pytest.importorskip("setuptools", minversion="77")
    source = tmp_path / "source"
    kept = shutil.ignore_patterns("__pycache__")
    for folder in ("cnnexplorer", "resources"):
        shutil.copytree(ROOT / folder, source / folder, ignore=kept)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command_line = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(tmp_path), "."]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command_line],
        cwd=source,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wheel = next(tmp_path.glob("cnnexplorer-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        points = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / "cnnexplorer").rglob("*.py")}
    wanted |= {f"cnnexplorer/resources/translations/es.{kind}" for kind in ("mo", "po")}
    wanted.add("cnnexplorer/resources/__init__.py")
    assert not wanted - names, "missing from the wheel"
    assert not [name for name in names if name.startswith("tests")]
    assert "cnnexplorer.__main__:main" in points


def test_pyside6_keeps_its_counts_of_none_and_true():
    """PySide6 6.12.0 on Python 3.11 drops a reference to None or True with each call, until the interpreter aborts."""
    code = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget
class Sender(QObject):
    sent = Signal(int)
app = QApplication([])
sender, widget, heard = Sender(), QWidget(), []
sender.sent.connect(heard.append)
for number in range(20_000):
    sender.sent.emit(number)
    widget.update()
assert heard == list(range(20_000))
print("alive")
"""
    done = start(code=code, QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr
