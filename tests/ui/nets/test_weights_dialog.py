"""The dialog of weights through real events, and its downloads from a server on this machine."""

from __future__ import annotations

import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton, QWidget
from shiboken6 import isValid

from cnnexplorer.nets import CATALOG
from cnnexplorer.ui.nets import weights_dialog
from cnnexplorer.ui.nets.fetching import Download
from cnnexplorer.ui.nets.names import class_title, weights_title
from cnnexplorer.ui.nets.state import Chosen
from cnnexplorer.ui.nets.weights_dialog import WeightsDialog, ask_weights
from tests.ui.helpers import LEFT, enter, heard, press

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.settings import Settings

DATA = os.urandom(900_000)
NAME = f"alexnet-{hashlib.sha256(DATA).hexdigest()[:8]}.pth"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        if self.server.mode == "missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.server.mode != "nosize":
            self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()

    def do_GET(self) -> None:
        server = self.server
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        server.begins.append(begin)
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(DATA) - 1}/{len(DATA)}")
        if server.mode == "nosize":
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(DATA) - begin))
        self.end_headers()
        data = bytes(len(DATA)) if server.mode == "wrong" else DATA
        if server.mode in ("stalled", "cut"):
            self.wfile.write(data[begin : len(DATA) // 2])
            self.wfile.flush()
            if server.mode == "stalled":
                server.release.wait(20)
            self.close_connection = True
            return
        self.wfile.write(data[begin:])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    server.mode, server.begins, server.release = "good", [], threading.Event()
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints" / NAME


@pytest.fixture
def make(
    qtbot: QtBot, settings: Settings, server: ThreadingHTTPServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., WeightsDialog]]:
    url = f"http://127.0.0.1:{server.server_address[1]}/{NAME}"
    monkeypatch.setattr(weights_dialog, "imagenet_url", lambda _id: url)
    monkeypatch.setattr(weights_dialog, "imagenet_file", lambda _id: target)
    monkeypatch.setattr(weights_dialog, "has_bundled_weights", lambda id_: id_ == "alexnet2012")
    made: list[WeightsDialog] = []

    def new(chosen: Chosen | None = None) -> WeightsDialog:
        dialog = WeightsDialog(chosen or Chosen("alexnet", "random", 7), settings)
        qtbot.addWidget(dialog)
        made.append(dialog)
        dialog.show()
        return dialog

    yield new
    for dialog in made:
        dialog.download.close()
        qtbot.waitUntil(lambda dialog=dialog: not dialog.download.running, timeout=10000)


def button(dialog: WeightsDialog, name: str) -> QPushButton:
    return dialog._box.button(getattr(QDialogButtonBox.StandardButton, name))


def fetch(qtbot: QtBot, dialog: WeightsDialog) -> None:
    """Ask how large it is, and download it."""
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(lambda: dialog._size is not None)
    qtbot.mouseClick(dialog.fetch, LEFT)


def choose_kind(qtbot: QtBot, dialog: WeightsDialog, kind: str) -> None:
    dialog.buttons[kind].setFocus()
    press(dialog.buttons[kind], Qt.Key.Key_Space)


# choosing


def test_what_is_in_use_is_chosen_at_first(make: Callable[..., WeightsDialog]):
    dialog = make(Chosen("alexnet", "random", 7))
    assert dialog.kind == "random"
    assert dialog.chosen == Chosen("alexnet", "random", 7)
    assert CATALOG["alexnet"].title in dialog.windowTitle()
    assert make(Chosen("alexnet2012", "bundled")).kind == "bundled"
    assert make(Chosen("alexnet", "/some/weights.pth")).kind == "file"


def test_what_is_not_there_cannot_be_chosen(make: Callable[..., WeightsDialog]):
    dialog = make(Chosen("alexnet2012", "random"))
    assert not dialog.buttons["imagenet"].isEnabled()
    assert not dialog.fetch.isVisible()
    assert dialog.buttons["bundled"].isEnabled()
    other = make(Chosen("alexnet", "random"))
    assert not other.buttons["bundled"].isEnabled()
    assert other.buttons["imagenet"].isEnabled()
    assert other.fetch.isVisible()


def test_random_weights_take_a_seed(qtbot: QtBot, make: Callable[..., WeightsDialog]):
    dialog = make(Chosen("alexnet2012", "bundled"))
    enter(dialog.seed, "12")
    assert dialog.chosen == Chosen("alexnet2012", "random", 12), "a seed typed is a seed wanted"
    another = next(found for found in dialog.findChildren(QPushButton) if found.text() == "Another seed")
    qtbot.mouseClick(another, LEFT)
    assert dialog.chosen.seed == 13
    enter(dialog.seed, "-1")
    assert dialog.seed_trouble.text()
    assert dialog.chosen.seed == 13
    enter(dialog.seed, "14")
    assert dialog.seed_trouble.text() == ""


def test_a_file_is_chosen_and_its_folder_remembered(
    qtbot: QtBot, make: Callable[..., WeightsDialog], settings: Settings, tmp_path: Path, monkeypatch
):
    dialog = make()
    choose_kind(qtbot, dialog, "file")
    assert not button(dialog, "Ok").isEnabled()
    assert dialog.file.text() == "No file chosen yet"
    path = tmp_path / "my weights & more.safetensors"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    choose = next(found for found in dialog.findChildren(QPushButton) if found.text() == "Choose…")
    qtbot.mouseClick(choose, LEFT)
    assert dialog.chosen == Chosen("alexnet", str(path), 7)
    assert button(dialog, "Ok").isEnabled()
    assert settings.get("weights_folder", "") == str(tmp_path)
    assert dialog.file.toolTip() == str(path)
    enter(dialog.seed, "3")
    assert dialog.kind == "file", "a seed is of use to layers that the file lacks"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    qtbot.mouseClick(choose, LEFT)
    assert dialog.chosen.weights == str(path)


def test_the_answer_is_given_once_and_the_dialog_goes(
    qtbot: QtBot, settings: Settings, make: Callable[..., WeightsDialog]
):
    window, used = QWidget(), []
    qtbot.addWidget(window)
    window.show()
    dialog = ask_weights(Chosen("alexnet", "random", 1), settings, used.append, window)
    enter(dialog.seed, "5")
    qtbot.mouseClick(button(dialog, "Ok"), LEFT)
    qtbot.waitUntil(lambda: not isValid(dialog))
    assert used == [Chosen("alexnet", "random", 5)]
    dialog = ask_weights(Chosen("alexnet", "random", 1), settings, used.append, window)
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog))
    assert len(used) == 1


# downloading


def test_its_size_is_told_before_anything_is_fetched(
    qtbot: QtBot, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer, target: Path
):
    dialog = make()
    assert "Its size is told before" in dialog.state.text()
    qtbot.mouseClick(dialog.fetch, LEFT)
    assert dialog.kind == "imagenet"
    assert not dialog.fetch.isEnabled()
    assert not button(dialog, "Ok").isEnabled()
    qtbot.waitUntil(lambda: dialog._size is not None)
    assert dialog.state.text().startswith("0.9 MB will be fetched")
    assert dialog.fetch.text() == "Download 0.9 MB"
    assert dialog.fetch.isEnabled()
    assert server.begins == []
    assert not target.exists()


def test_a_download_arrives_and_can_be_used(qtbot: QtBot, make: Callable[..., WeightsDialog], target: Path):
    dialog = make()
    told = heard(dialog.download.progressed)
    fetch(qtbot, dialog)
    assert dialog.bar.isVisible()
    assert dialog.stop.isVisible()
    qtbot.waitUntil(target.is_file)
    qtbot.waitUntil(lambda: button(dialog, "Ok").isEnabled())
    assert target.read_bytes() == DATA
    assert not dialog.bar.isVisible()
    assert not dialog.fetch.isVisible()
    assert dialog.state.text() == f"Downloaded: {NAME}"
    assert told[-1] == (len(DATA), len(DATA))
    assert dialog.bar.value() == 1000
    assert dialog.chosen == Chosen("alexnet", "imagenet", 7)
    assert make().state.text() == f"Downloaded: {NAME}", "it is not fetched again"


def test_a_download_is_stopped_and_goes_on_where_it_was(
    qtbot: QtBot, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer, target: Path
):
    server.mode = "stalled"
    dialog = make()
    fetch(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.bar.value() > 400)
    assert dialog.bar.text() == "0.5 of 0.9 MB"
    qtbot.mouseClick(dialog.stop, LEFT)
    assert not dialog.stop.isEnabled()
    qtbot.waitUntil(lambda: not dialog.bar.isVisible())
    assert dialog.state.text() == "Stopped; the next try goes on from there."
    assert dialog.fetch.text() == "Go on"
    assert not button(dialog, "Ok").isEnabled()
    server.mode = "good"
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(target.is_file)
    assert server.begins == [0, len(DATA) // 2]
    assert target.read_bytes() == DATA


@pytest.mark.parametrize(("mode", "text"), [("cut", "broke off"), ("wrong", "not the file that was published")])
def test_what_goes_wrong_is_told_and_can_be_tried_again(
    qtbot: QtBot, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer, target: Path, mode: str, text: str
):
    server.mode = mode
    dialog = make()
    fetch(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.fetch.text() == "Try again")
    assert text in dialog.state.text()
    assert "\n" not in dialog.state.text()
    assert dialog.state.isVisible()
    assert not target.exists()
    assert not button(dialog, "Ok").isEnabled()
    server.mode = "good"
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(target.is_file)


def test_a_server_without_the_file_is_told(
    qtbot: QtBot, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer
):
    server.mode = "missing"
    dialog = make()
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(lambda: "answer 404" in dialog.state.text())
    assert dialog.fetch.text() == "Try again"
    assert dialog.fetch.isEnabled()
    server.mode = "good"
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(lambda: dialog._size == len(DATA))


def test_no_server_at_all_is_told(
    qtbot: QtBot, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weights_dialog, "imagenet_url", lambda _id: f"http://127.0.0.1:1/{NAME}")
    dialog = make()
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(lambda: "check the network and try again" in dialog.state.text())


def test_a_size_that_is_not_told_is_no_hindrance(
    qtbot: QtBot, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer, target: Path
):
    server.mode = "nosize"
    dialog = make()
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(lambda: dialog._size is not None)
    assert "does not tell how large" in dialog.state.text()
    qtbot.mouseClick(dialog.fetch, LEFT)
    qtbot.waitUntil(target.is_file)
    qtbot.waitUntil(lambda: not dialog.bar.isVisible())
    assert dialog.bar.text() == "0.9 MB" or dialog.bar.format() == "0.9 MB"


def test_a_dialog_closed_while_it_downloads_stops_that(
    qtbot: QtBot, settings: Settings, make: Callable[..., WeightsDialog], server: ThreadingHTTPServer, target: Path
):
    server.mode = "stalled"
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    dialog = ask_weights(Chosen("alexnet", "random", 1), settings, lambda _chosen: None, window)
    fetch(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.bar.value() > 400)
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog), timeout=10000)
    assert not target.exists()


def test_a_mistake_while_fetching_is_raised(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(_url: str) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("cnnexplorer.ui.nets.fetching.remote_size", broken)
    download = Download("http://127.0.0.1:1/x-00000000.pth", tmp_path / "x-00000000.pth")
    with qtbot.capture_exceptions() as raised:
        download.ask_size()
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError
    download.deleteLater()


# what the model makes of it


@pytest.mark.parametrize("content", ["empty", "text", "wrong shapes"])
def test_a_file_that_does_not_fit_leaves_the_network_in_use(
    qtbot: QtBot, model: NetModel, tmp_path: Path, content: str
):
    path, before, result = tmp_path / "mine.pth", model.network, model.result
    if content == "wrong shapes":
        torch.save({"conv1.weight": torch.zeros(3, 3)}, path)
    else:
        path.write_bytes(b"" if content == "empty" else b"no weights")
    with qtbot.waitSignal(model.refused, timeout=20000) as told:
        model.choose(Chosen("alexnet2012", str(path)))
    assert "mine.pth" in str(told.args[0])
    assert "\n" not in str(told.args[0])
    assert model.network is before
    assert model.result is result
    assert model.chosen.weights == "random"


def test_what_weights_and_classes_are_called():
    assert weights_title(Chosen("alexnet", "imagenet")) == "ImageNet"
    assert weights_title(Chosen("alexnet", "random", 9)) == "random, not trained (seed 9)"
    assert weights_title(Chosen("alexnet", "/a/b/mine.pth")) == "mine.pth"
    assert class_title(7, None) == "class 7"
    assert class_title(7, "cat") == "cat"
