"""The way into the Network workspace: torch missing, broken, slow, there at the second try."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cnnexplorer.core import UserError
from cnnexplorer.ui.actions import Actions
from cnnexplorer.ui.nets import entrance
from cnnexplorer.ui.nets.entrance import NetEntrance
from tests.ui.helpers import LEFT, heard
from tests.ui.nets.helpers import speak_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.settings import Settings


class Workspace(QWidget):
    """Stands in for the workspace."""

    device_changed = Signal(str)

    def __init__(self, _actions: Actions, _settings: Settings) -> None:
        super().__init__()
        self.closed = False

    def close_work(self) -> None:
        self.closed = True


@pytest.fixture
def door(qtbot: QtBot, settings: Settings) -> Iterator[NetEntrance]:
    holder = QWidget()
    qtbot.addWidget(holder)
    found = NetEntrance(Actions(holder), settings)
    qtbot.addWidget(found)
    found.show()
    interval = sys.getswitchinterval()
    yield found
    found.close_work()
    assert sys.getswitchinterval() == interval


def importing(monkeypatch: pytest.MonkeyPatch, job: Callable[[], type]) -> None:
    monkeypatch.setattr(entrance, "_import_workspace", job)


def test_the_workspace_takes_the_place_of_the_entrance(
    qtbot: QtBot, door: NetEntrance, monkeypatch: pytest.MonkeyPatch
):
    gate, calls = threading.Event(), []

    def slow() -> type:
        calls.append(threading.get_ident())
        gate.wait(20)
        return Workspace

    importing(monkeypatch, slow)
    ready = heard(door.ready)
    door.open()
    door.open()
    assert door._bar.isVisible()
    assert "Loading torch" in door._text.text()
    assert not door._again.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: bool(ready))
    assert ready == [(door.workspace,)]
    assert door.workspace.isVisible()
    assert len(calls) == 1
    assert calls[0] != threading.get_ident()
    door.open()
    assert len(ready) == 1
    door.close_work()
    assert door.workspace.closed


def test_without_torch_it_says_how_to_get_it_and_tries_again(
    qtbot: QtBot, door: NetEntrance, monkeypatch: pytest.MonkeyPatch
):
    importing(monkeypatch, lambda: Workspace)
    monkeypatch.setattr(entrance, "has_torch", lambda: False)
    told = heard(door.refused)
    door.open()
    assert "pip install torch torchvision" in str(told[0][0])
    assert "pip install torch torchvision" in door._text.text()
    assert door._again.isVisible()
    assert not door._bar.isVisible()
    monkeypatch.setattr(entrance, "has_torch", lambda: True)
    with qtbot.waitSignal(door.ready):
        qtbot.mouseClick(door._again, LEFT)


@pytest.mark.parametrize(
    "error", [ImportError("libcudart.so: cannot open\nmore lines"), OSError("a broken file."), RuntimeError("nms")]
)
def test_a_broken_torch_is_told_in_one_sentence(
    qtbot: QtBot, door: NetEntrance, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    real = importlib.import_module

    def broken(name: str) -> object:
        if name == "torchvision":
            raise error
        return real(name)

    monkeypatch.setattr(importlib, "import_module", broken)
    with qtbot.waitSignal(door.refused) as told:
        door.open()
    text = str(told.args[0])
    assert text.startswith("torch cannot be loaded (")
    assert str(error).split("\n")[0].rstrip(".") in text
    assert "more lines" not in text
    assert door._again.isVisible()
    assert door.workspace is None
    monkeypatch.setattr(importlib, "import_module", real)
    importing(monkeypatch, lambda: Workspace)
    with qtbot.waitSignal(door.ready):
        qtbot.mouseClick(door._again, LEFT)
    assert door.workspace.isVisible()


def test_the_real_workspace_is_imported():
    assert entrance._import_workspace().__name__ == "NetWorkspace"


def test_a_broken_module_of_its_own_is_told_too(qtbot: QtBot, door: NetEntrance, monkeypatch: pytest.MonkeyPatch):
    def missing() -> type:
        raise ModuleNotFoundError("No module named 'something'")

    importing(monkeypatch, missing)
    with qtbot.waitSignal(door.refused) as told:
        door.open()
    assert isinstance(told.args[0], UserError)
    assert "No module named 'something'" in door._text.text()


def test_a_mistake_is_raised(qtbot: QtBot, door: NetEntrance, monkeypatch: pytest.MonkeyPatch):
    def broken() -> type:
        raise ZeroDivisionError("a bug")

    importing(monkeypatch, broken)
    with qtbot.capture_exceptions() as raised:
        door.open()
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError
    assert door._again.isVisible()


def test_closing_while_it_loads_waits(door: NetEntrance, monkeypatch: pytest.MonkeyPatch):
    done = []

    def slow() -> type:
        done.append(True)
        return Workspace

    importing(monkeypatch, slow)
    door.open()
    door.close_work()
    assert door.workspace is None


def test_the_language_is_followed(door: NetEntrance, monkeypatch: pytest.MonkeyPatch):
    speak_marked(monkeypatch)
    assert door._text.text().startswith("«Loading torch")
    monkeypatch.setattr(entrance, "has_torch", lambda: False)
    door.open()
    assert door._text.text().startswith("«Torch is not installed") or door._text.text().startswith("«torch is not")
    assert door._again.text() == "«Try again»"
