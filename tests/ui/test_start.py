"""Start-up: what is imported, the command line, and clear words where something is missing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cnnexplorer
from cnnexplorer import __main__ as command

ROOT = Path(cnnexplorer.__file__).parent


def modules_after(code: str) -> set[str]:
    code += "\nimport sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    return set(done.stdout.split())


def test_nothing_on_the_way_to_the_window_imports_torch():
    found = modules_after("import cnnexplorer.app")
    assert "PySide6.QtWidgets" in found
    assert not {"torch", "torchvision", "scipy", "matplotlib", "pyqtgraph"} & found


def test_the_command_alone_imports_no_qt():
    found = modules_after("import cnnexplorer.__main__")
    assert not any(name.startswith(("PySide6", "numpy", "cnnexplorer.ui")) for name in found)


@pytest.mark.parametrize("name", ["cnnexplorer.ui.conv.workspace", "cnnexplorer.ui.widgets.matrix_editor"])
def test_a_workspace_does_not_know_the_window(name):
    found = modules_after(f"import {name}")
    assert "cnnexplorer.ui.main_window" not in found
    assert not {"torch", "torchvision"} & found


def imports_of(path: Path) -> set[str]:
    """Return every module that a file names in an import, in full."""
    package = ["cnnexplorer", *path.relative_to(ROOT).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{name.name}" for name in node.names)}
    return found


FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


@pytest.mark.parametrize("name", FILES)
def test_a_floor_knows_only_the_floors_below(name):
    found = imports_of(ROOT / name)

    def some(*prefixes: str) -> set[str]:
        return {module for module in found if module.startswith(prefixes)}

    floor = name.split("/")[0]
    if floor == "core":
        assert not some("PySide6", "torch", "cnnexplorer.ui", "cnnexplorer.nets", "cnnexplorer.labs", "pyqtgraph")
    elif floor in ("nets", "labs"):
        assert not some("PySide6", "cnnexplorer.ui")
    elif floor == "ui":
        assert not some("torch", "torchvision") or "nets" in name
        parts = name.split("/")
        if len(parts) > 2:  # a workspace, or the shared widgets
            assert not some("cnnexplorer.ui.main_window", "cnnexplorer.app")
            for other in {"conv", "nets", "labs"} - {parts[1]}:
                assert not some(f"cnnexplorer.ui.{other}")


# the command line


def ran(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cnnexplorer", *arguments], capture_output=True, text=True, timeout=30,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
    )  # fmt: skip


def test_version_and_help():
    assert ran("--version").stdout.strip() == f"CNN Explorer {cnnexplorer.__version__}"
    assert "FILE" in ran("--help").stdout


def test_a_wrong_language_is_refused():
    done = ran("--lang", "fr")
    assert done.returncode == 2
    assert "es" in done.stderr


def test_without_a_screen_it_says_so_in_one_line():
    done = ran(QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert "cannot start" in done.stderr
    assert "DISPLAY" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_screen_that_cannot_be_reached():
    done = ran(QT_QPA_PLATFORM="xcb", DISPLAY=":4242", WAYLAND_DISPLAY="")
    assert done.returncode == 1
    assert "cannot start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("qt", "python", "refused"),
    [("6.12.0", (3, 11), True), ("6.12.0", (3, 12), False), ("6.11.3", (3, 11), False), ("6.12.0.1", (3, 10), True)],
)
def test_the_broken_pair_of_qt_and_python_is_refused(monkeypatch, qt, python, refused):
    monkeypatch.setattr(command.importlib.metadata, "version", lambda _name: qt)
    monkeypatch.setattr(command, "sys", type("Sys", (), {"version_info": type("V", (tuple,), {
        "major": python[0], "minor": python[1]})((*python, 0))}))  # fmt: skip
    if refused:
        with pytest.raises(command.CannotStart, match="pip install"):
            command.check_qt()
    else:
        command.check_qt()


def test_without_qt_it_says_what_to_install(monkeypatch):
    def gone(_name: str) -> str:
        raise command.importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(command.importlib.metadata, "version", gone)
    with pytest.raises(command.CannotStart, match="pip install"):
        command.check_qt()


def test_the_whole_program_starts_opens_a_file_and_quits(tmp_path):
    """In a process of its own, as a user starts it: the file is shown, the log is written, the exit is clean."""
    code = """
import sys
from pathlib import Path
from PIL import Image
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from cnnexplorer import app
from cnnexplorer.ui.main_window import MainWindow
path = Path(sys.argv[1]) / "p.png"
Image.new("L", (7, 5), 128).save(path)
usual = app.begin
def begin(window, settings, file):
    usual(window, settings, file)
    def opened():
        print(window.conv.model.experiment.image.shape, window.isVisible())
        1 / 0
    window.conv.pictures.opened.connect(opened)
    window.conv.pictures.opened.connect(window.document.give_up)
    window.conv.pictures.opened.connect(lambda: QTimer.singleShot(0, window.close))
app.begin = begin
sys.exit(app.run(path, "es"))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "d"),
             "XDG_CONFIG_HOME": str(tmp_path / "c")},
    )  # fmt: skip
    assert done.stdout.strip() == "(1, 5, 7) True"
    logs = list(tmp_path.rglob("*.log"))
    assert len(logs) == 1
    assert "ZeroDivisionError" in logs[0].read_text("utf-8")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
