"""Sessions in the window: new, open, save, recent ones, questions, and work that is never lost."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core import (
    Activation,
    Convolution,
    Experiment,
    LookState,
    NetworkState,
    Pooling,
    SaveError,
    Session,
    ShownChannel,
    ViewState,
    files,
    load_session,
    part_files,
    save_session,
    session_bytes,
)
from cnnexplorer.core.metadata import FigureNotes, png_bytes
from cnnexplorer.core.part_files import part_of
from cnnexplorer.core.recovery import Origin, Recovery
from cnnexplorer.ui import documents, main_window, safekeeping
from cnnexplorer.ui.main_window import MainWindow, begin
from cnnexplorer.ui.questions import Question

from .helpers import CONTROL, LEFT, SHIFT, drop, files_data, press, set_image, settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.settings import Settings

NOWHERE = Origin()
RANDOM = np.random.default_rng(7)
COLOUR = RANDOM.integers(0, 256, (3, 9, 8)) / 255
STAGES = (Convolution(RANDOM.normal(size=(4, 3, 3, 3)), padding="same"), Activation("tanh"), Pooling("max", 2))
VIEW = ViewState(
    looks={"input": LookState("viridis", "fixed", -1, 2, 3), "convolution": LookState("magma", "shared", 0, 1, 1),
           "pooling": LookState("cividis")},
    channels=(ShownChannel("input", -1, 1), ShownChannel("padding", 0, 2), ShownChannel("stage", 0, 3),
              ShownChannel("stage", 1, 3), ShownChannel("stage", 2, 3)),
    selected=("stage", 1), enlarged=("stage", 2), spotlight=False, fill=True, loop=False, speed=12.0,
)  # fmt: skip
SESSION = Session(Experiment(COLOUR, STAGES), (1, 3 * 72 + 20), VIEW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.cnnx"
    save_session(SESSION, path)
    return path


def opened(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Open a session whose work takes the place of what is there."""
    window.open_file(path)
    qtbot.waitUntil(lambda: window.document.path == path)


def edit(window: MainWindow, value: float = 1.0) -> None:
    set_image(window, [[value, 2.0], [3.0, 4.0]])


def question(window: MainWindow) -> Question:
    found = [box for box in window.findChildren(Question) if box.isVisible()]
    assert len(found) == 1
    return found[0]


def answer(qtbot: QtBot, window: MainWindow, id_: str) -> str:
    """Wait for a question, click an answer, and return what was asked."""
    qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(Question)))
    box = question(window)
    text = f"{box.text()} {box.informativeText()}"
    qtbot.mouseClick(box.answers[id_], LEFT)
    settled(window)
    return text


def saved(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.document.is_modified)


@contextmanager
def chosen(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> Iterator[list[object]]:
    """Let the dialog for saving give a path."""
    asked: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr(QFileDialog, "getSaveFileName", lambda *args, **_options: asked.append(args) or (str(path), ""))
        yield asked


def kept(settings: Settings) -> list[Path]:
    return sorted(settings.recovery_folder.glob("*.cnnx"))


# the whole state


def test_a_session_comes_back_as_it_was(qtbot: QtBot, window: MainWindow, file: Path):
    opened(qtbot, window, file)
    conv = window.conv
    assert conv.model.experiment == SESSION.experiment
    assert conv.player.place == SESSION.step
    assert conv.step.value == conv.model.result.outputs[1][3, 2, 4]
    assert {key: card.channel for key, card in conv.board.cards.items()} == {
        (shown.kind, shown.stage): shown.channel for shown in VIEW.channels
    }
    assert (conv.selected, conv.strip.enlarged) == (VIEW.selected, VIEW.enlarged)
    assert [window.actions_[name].isChecked() for name in ("spotlight", "fill", "loop")] == [False, True, False]
    assert conv.player.speed == conv.player.speed == 12.0
    assert conv.player.loop is False
    card = conv.board.cards["stage", 2]
    assert card.isVisible()
    assert card.content.look.colour_map == "cividis"
    assert conv.board.cards["input", -1].limits == (-1, 2)
    assert conv.looks["convolution"].range_mode == "shared"
    assert not window.document.is_modified
    assert window.undo_state() == ("", "") if hasattr(window, "undo_state") else conv.undo_state() == ("", "")
    # taken down again it is the same, but for looks that the file did not name
    again = window.desk.take()()
    assert (again.experiment, again.step, again.network) == (SESSION.experiment, SESSION.step, None)
    assert msgspec.structs.replace(again.view, looks={k: again.view.looks[k] for k in VIEW.looks}) == VIEW


def test_saving_and_opening_gives_the_same_bytes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    edit(window)
    window.conv.player.go(2)
    with chosen(monkeypatch, tmp_path / "a.cnnx"):
        press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    with chosen(monkeypatch, tmp_path / "b.cnnx"):
        window.actions_["new"].trigger()
        opened(qtbot, window, tmp_path / "a.cnnx")
        press(window, Qt.Key.Key_S, CONTROL | SHIFT)
    qtbot.waitUntil((tmp_path / "b.cnnx").exists)
    assert (tmp_path / "a.cnnx").read_bytes() == (tmp_path / "b.cnnx").read_bytes()
    assert load_session(tmp_path / "a.cnnx").experiment == window.conv.model.experiment


def test_a_large_session_is_computed_before_anything_changes(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    image = RANDOM.integers(0, 256, (1, 700, 700)) / 255
    save_session(
        Session(Experiment(image, (Convolution(RANDOM.normal(size=(4, 1, 5, 5))),)), (0, 5)), tmp_path / "a.cnnx"
    )
    before = window.conv.model.experiment
    changes = []
    window.conv.model.changed.connect(lambda old, new: changes.append((old, new)))
    window.conv.model.computed.connect(lambda shown: changes.append(shown.result.experiment))
    opened(qtbot, window, tmp_path / "a.cnnx")
    assert changes[0][0] is before
    assert changes[0][1] is changes[1]
    assert window.conv.player.place == (0, 5)


def test_what_this_version_does_not_know_stays_as_it_is(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    view = ViewState(
        looks={"input": LookState("sunset", "weekly", 3, 3), "hologram": LookState()},
        channels=(ShownChannel("stage", 7, 0), ShownChannel("stage", 0, 99)),
        selected=("stage", 9), enlarged=("padding", 5),
    )  # fmt: skip
    known = window.conv.looks["input"]
    save_session(Session(Experiment([[[1.0]]], ()), None, view), tmp_path / "a.cnnx")
    opened(qtbot, window, tmp_path / "a.cnnx")
    assert window.conv.looks["input"] == known
    assert window.conv.selected == ("input", -1)
    assert window.conv.strip.enlarged is None


# modified, title, undo


def test_the_title_tells_name_and_whether_it_is_saved(qtbot: QtBot, window: MainWindow, file: Path):
    assert (window.windowTitle(), window.isWindowModified()) == ("Untitled[*]", False)
    edit(window)
    assert window.isWindowModified()
    window.conv.model.undo()
    assert not window.isWindowModified()
    opened(qtbot, window, file)
    assert (window.windowTitle(), window.isWindowModified()) == ("lesson.cnnx[*]", False)
    edit(window)
    assert window.isWindowModified()
    press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    window.conv.model.undo()
    assert window.isWindowModified()
    window.conv.model.redo()
    assert not window.isWindowModified()


def test_a_name_with_the_mark_of_the_title_in_it(qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path):
    opened(qtbot, window, file.rename(tmp_path / "a[*].cnnx"))
    assert window.windowTitle() == "a[*][*].cnnx[*]"


def test_work_that_no_session_can_hold_is_told(qtbot: QtBot, window: MainWindow, file: Path, settings: Settings):
    opened(qtbot, window, file)
    set_image(window, [[1.0]], *[Activation("relu")] * 201)
    window.document.keep_now()
    qtbot.waitUntil(lambda: "cannot be saved as a session" in window.banner.text)
    window.banner.clear()
    press(window, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: "cannot be saved as a session" in window.banner.text)
    assert load_session(file) == SESSION
    assert window.document.is_modified


def test_looking_around_is_no_change(qtbot: QtBot, window: MainWindow, file: Path):
    opened(qtbot, window, file)
    window.conv.player.go(5)
    window.actions_["fill"].trigger()
    window.conv.select(("stage", 0))
    assert not window.document.is_modified
    press(window, Qt.Key.Key_S, CONTROL)  # and yet it can be saved
    qtbot.waitUntil(lambda: load_session(file).step == (0, 5))


def test_what_is_edited_while_it_is_saved_is_not_taken_as_saved(qtbot: QtBot, window: MainWindow, file: Path):
    opened(qtbot, window, file)
    edit(window, 5.0)
    press(window, Qt.Key.Key_S, CONTROL)
    edit(window, 6.0)
    qtbot.waitUntil(lambda: load_session(file).experiment.image.flat[0] == 5.0)
    settled(window)
    assert window.document.is_modified


def test_two_saves_in_a_row_are_one_after_the_other(qtbot: QtBot, window: MainWindow, file: Path):
    opened(qtbot, window, file)
    for value in (5.0, 6.0, 7.0):
        edit(window, value)
        press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    assert load_session(file).experiment.image.flat[0] == 7.0
    assert not window.findChildren(Question)


class SlowDisk:
    """Lets a save wait, or fail, until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began, self.go = threading.Event(), threading.Event()
        self.error: SaveError | None = None
        self._write = files.write_file
        monkeypatch.setattr(files, "write_file", self.write)

    def write(self, path: Path, data: bytes) -> None:
        self.began.set()
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error
        self._write(path, data)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    found = SlowDisk(monkeypatch)
    yield found
    found.go.set()


@pytest.mark.parametrize("saves", [1, 2])
@pytest.mark.parametrize("edited", [True, False])
def test_what_is_opened_during_a_save_waits_for_it(
    qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path, disk: SlowDisk, edited: bool, saves: int
):
    other = tmp_path / "other.cnnx"
    other.write_bytes(session_bytes(Session(Experiment([[[7.0]]], ()))))
    opened(qtbot, window, file)
    if edited:
        edit(window, 9.0)
    for _save in range(saves):
        press(window, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(disk.began.is_set)
    window.open_file(other)
    qtbot.wait(80)
    assert window.document.path == file
    disk.go.set()
    qtbot.waitUntil(lambda: window.document.path == other)
    qtbot.wait(80)
    assert window.document.path == other
    assert not window.document.is_modified
    assert window.conv.model.experiment.image.flat[0] == 7.0
    assert load_session(file).experiment.image.flat[0] == (9.0 if edited else SESSION.experiment.image.flat[0])
    assert load_session(other).experiment.image.flat[0] == 7.0
    assert not window.findChildren(Question)


def test_a_save_that_ends_behind_another_session_does_not_take_it_over(
    qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path, disk: SlowDisk
):
    other = tmp_path / "other.cnnx"
    other.write_bytes(session_bytes(Session(Experiment([[[7.0]]], ()))))
    opened(qtbot, window, file)
    window.desk.bring_back(load_session(other), None, lambda: press(window, Qt.Key.Key_S, CONTROL))
    qtbot.waitUntil(disk.began.is_set)
    window.document._begin(Origin(other, "digest"))
    disk.go.set()
    qtbot.waitUntil(lambda: not window.document.is_saving)
    assert window.document.path == other


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("edited", [True, False])
def test_the_window_waits_for_a_save(
    qtbot: QtBot, window: MainWindow, file: Path, disk: SlowDisk, edited: bool, fails: bool
):
    opened(qtbot, window, file)
    if edited:
        edit(window, 9.0)
    if fails:
        disk.error = SaveError("{file} was not saved: the disk is full", file="lesson.cnnx")
    press(window, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(disk.began.is_set)
    for _impatient in range(5):
        window.close()
    assert window.isVisible()
    disk.go.set()
    if not fails:
        qtbot.waitUntil(lambda: not window.isVisible())
        assert load_session(file).experiment.image.flat[0] == (9.0 if edited else SESSION.experiment.image.flat[0])
        return
    qtbot.waitUntil(lambda: "the disk is full" in window.banner.text)
    assert window.isVisible()
    if edited:
        answer(qtbot, window, "cancel")
    assert load_session(file) == SESSION


# questions


@pytest.mark.parametrize("way", ["new", "open", "quit"])
@pytest.mark.parametrize("reply", ["save", "discard", "cancel"])
def test_unsaved_work_is_asked_about(
    qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path, way: str, reply: str
):
    other = tmp_path / "other.cnnx"
    save_session(Session(Experiment([[[7.0]]], ())), other)
    opened(qtbot, window, file)
    edit(window, 9.0)
    if way == "open":
        window.open_file(other)
    elif way == "new":
        press(window, Qt.Key.Key_N, CONTROL)
    else:
        window.close()
    assert "lesson.cnnx" in answer(qtbot, window, reply)
    if reply == "cancel":
        assert window.isVisible()
        assert window.conv.model.experiment.image.flat[0] == 9.0
        assert window.document.is_modified
        assert load_session(file) == SESSION
        return
    gone = {
        "new": lambda: window.document.path is None, "open": lambda: window.document.path == other,
        "quit": lambda: not window.isVisible(),
    }  # fmt: skip
    qtbot.waitUntil(gone[way])
    assert load_session(file).experiment.image.flat[0] == (9.0 if reply == "save" else SESSION.experiment.image.flat[0])
    assert not window.document.is_modified


def test_a_save_that_fails_keeps_the_window_open(qtbot: QtBot, window: MainWindow, tmp_path: Path, file: Path):
    folder = tmp_path / "there"
    folder.mkdir()
    opened(qtbot, window, file.rename(folder / "a.cnnx"))
    edit(window)
    (folder / "a.cnnx").unlink()
    folder.rmdir()
    window.close()
    answer(qtbot, window, "save")
    qtbot.waitUntil(lambda: "is not there any more" in window.banner.text)
    assert window.isVisible()
    assert window.document.is_modified


def test_escape_cancels(qtbot: QtBot, window: MainWindow):
    edit(window)
    window.close()
    press(question(window), Qt.Key.Key_Escape)
    settled(window)
    assert window.isVisible()
    assert window.document.is_modified


@pytest.mark.parametrize("reply", ["overwrite", "cancel"])
def test_a_file_that_is_there_is_not_overwritten_without_a_question(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: str
):
    (tmp_path / "a.cnnx").write_bytes(b"precious")
    edit(window)
    with chosen(monkeypatch, tmp_path / "a") as asked:  # the ending is added
        press(window, Qt.Key.Key_S, CONTROL | SHIFT)
    assert asked
    assert "a.cnnx is already there. Replace it?" in answer(qtbot, window, reply)
    if reply == "cancel":
        assert (tmp_path / "a.cnnx").read_bytes() == b"precious"
        assert window.document.path is None
    else:
        saved(qtbot, window)
        assert load_session(tmp_path / "a.cnnx").experiment == window.conv.model.experiment


@pytest.mark.parametrize("reply", ["overwrite", "save_as", "cancel"])
def test_a_file_that_another_program_changed(
    qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: str
):
    opened(qtbot, window, file)
    edit(window, 9.0)
    foreign = session_bytes(Session(Experiment([[[8.0]]], ())))
    file.write_bytes(foreign)
    with chosen(monkeypatch, tmp_path / "mine.cnnx"):
        press(window, Qt.Key.Key_S, CONTROL)
        assert "changed by another program" in answer(qtbot, window, reply)
    if reply == "cancel":
        assert window.document.is_modified
        assert file.read_bytes() == foreign
        return
    saved(qtbot, window)
    mine = file if reply == "overwrite" else tmp_path / "mine.cnnx"
    assert window.document.path == mine
    assert load_session(mine).experiment.image.flat[0] == 9.0
    assert reply == "overwrite" or file.read_bytes() == foreign


def test_a_file_touched_or_gone_is_saved_without_a_question(qtbot: QtBot, window: MainWindow, file: Path):
    opened(qtbot, window, file)
    edit(window, 9.0)
    os.utime(file, (1, 1))  # the same content
    press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    edit(window, 10.0)
    file.unlink()
    press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    assert load_session(file).experiment.image.flat[0] == 10.0


# opening


DAMAGED = {
    "text": lambda data: b"no session",
    "cut": lambda data: data[: len(data) // 2],
    "flipped": lambda data: data[:200] + bytes([data[200] ^ 8]) + data[201:],
    "empty": lambda data: b"",
}


@pytest.mark.parametrize("how", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_session_leaves_the_open_work_untouched(
    qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path, how: object
):
    (tmp_path / "bad.cnnx").write_bytes(how(file.read_bytes()))
    edit(window, 3.0)
    before = window.conv.model.experiment
    window.open_file(tmp_path / "bad.cnnx")
    qtbot.waitUntil(lambda: "bad.cnnx" in window.banner.text)
    assert window.conv.model.experiment is before
    assert window.document.path is None
    assert window.document.is_modified
    assert window.conv.undo_state()[0]
    assert not window.findChildren(Question)


def test_a_name_that_no_file_can_have(qtbot: QtBot, window: MainWindow):
    window.open_file(Path("a\0b.cnnx"))
    qtbot.waitUntil(lambda: "cannot be read" in window.banner.text)


def test_a_session_is_known_by_its_content(qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path):
    path = file.rename(tmp_path / "lesson.png")
    opened(qtbot, window, path)
    assert window.conv.model.experiment == SESSION.experiment


def test_a_session_of_the_command_line_stands_at_its_step(
    qtbot: QtBot, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
):
    later = []
    monkeypatch.setattr(main_window.QTimer, "singleShot", lambda _wait, _window, work: later.append(work))
    window = MainWindow(settings)
    qtbot.addWidget(window)
    begin(window, settings, file)
    later.pop()()
    assert window.conv.player.playing, "nothing is opened yet"
    monkeypatch.undo()
    qtbot.waitUntil(lambda: window.document.path == file)
    assert not window.conv.player.playing
    later_still = []
    monkeypatch.setattr(main_window.QTimer, "singleShot", lambda _wait, _window, work: later_still.append(work))
    begin(window, settings, None)
    later_still.pop()()
    assert not window.conv.player.playing
    assert window.conv.player.place == SESSION.step
    monkeypatch.undo()
    window.close()
    window.deleteLater()


def test_a_dropped_session_is_opened(qtbot: QtBot, window: MainWindow, file: Path):
    assert drop(window, files_data(file))
    qtbot.waitUntil(lambda: window.document.path == file)


def test_a_session_in_the_dialog_for_opening(
    qtbot: QtBot, window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: asked.append(args[3]) or (str(file), ""))
    press(window, Qt.Key.Key_O, CONTROL)
    qtbot.waitUntil(lambda: window.document.path == file)
    assert "*.cnnx" in asked[0]
    assert "*.png" in asked[0]


def test_a_figure_brings_back_the_session_that_made_it(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    notes = FigureNotes("a figure", session=session_bytes(SESSION))
    (tmp_path / "figure.png").write_bytes(png_bytes(np.zeros((2, 3, 3), np.uint8), notes))
    window.open_file(tmp_path / "figure.png")
    qtbot.waitUntil(lambda: window.conv.model.experiment == SESSION.experiment)
    assert window.document.path is None
    assert not window.document.is_modified


@pytest.mark.parametrize("damaged", [session_bytes(SESSION)[:-9], b"no session"])
def test_a_figure_with_a_damaged_session_is_a_picture(qtbot: QtBot, window: MainWindow, tmp_path: Path, damaged: bytes):
    pixels = np.arange(216, dtype=np.uint8).reshape(9, 8, 3)
    (tmp_path / "figure.png").write_bytes(png_bytes(pixels, FigureNotes("a figure", session=damaged)))
    window.open_file(tmp_path / "figure.png")
    qtbot.waitUntil(lambda: window.banner.text.startswith("The session in figure.png is damaged"))
    assert window.banner.isVisible()
    assert np.array_equal(window.conv.model.experiment.image * 255, pixels.transpose(2, 0, 1))
    assert window.document.path is None


def test_opening_removes_what_a_crash_left_beside_the_file(file: Path):
    part = part_of(file)
    part.write_bytes(b"half")
    os.utime(part, (0, 0))
    part_files._look_into.cache_clear()
    documents._read(file)
    assert list(file.parent.iterdir()) == [file]


def test_a_picture_that_is_chosen_meanwhile_wins(qtbot: QtBot, window: MainWindow, file: Path, tmp_path: Path):
    (tmp_path / "p.pgm").write_bytes(b"P2 9 7 255" + b" 30" * 63)
    window.open_file(file)
    window.open_file(tmp_path / "p.pgm")
    with qtbot.waitSignal(window.conv.pictures.opened):
        pass
    settled(window)
    assert window.document.path is None
    assert window.conv.model.experiment.image.shape == (1, 7, 9)


def test_recent_sessions_come_before_pictures(qtbot: QtBot, window: MainWindow, file: Path, settings: Settings):
    settings.add_recent(Path("/x/picture.png"))
    opened(qtbot, window, file)
    window.recent.aboutToShow.emit()
    assert [action.text() for action in window.recent.actions() if action.text()] == [
        "lesson.cnnx", "picture.png", "Clear this list",
    ]  # fmt: skip
    window.document.new()
    qtbot.waitUntil(lambda: window.document.path is None)
    window.recent.actions()[0].trigger()
    qtbot.waitUntil(lambda: window.document.path == file)
    window.recent.aboutToShow.emit()
    window.recent.actions()[-1].trigger()
    assert settings.recent_files("recent_sessions") == settings.recent_files() == []


def test_a_recent_session_that_is_gone_is_told_and_forgotten(
    qtbot: QtBot, window: MainWindow, file: Path, settings: Settings
):
    settings.add_recent(file, "recent_sessions")
    file.unlink()
    window.open_file(file)
    qtbot.waitUntil(lambda: "was not found" in window.banner.text)
    assert settings.recent_files("recent_sessions") == []


def test_new_begins_with_the_first_example(qtbot: QtBot, window: MainWindow, file: Path):
    first = window.conv.model.experiment
    opened(qtbot, window, file)
    press(window, Qt.Key.Key_N, CONTROL)
    assert window.conv.model.experiment == first
    assert window.document.path is None
    assert window.conv.player.place == (0, 0)
    assert window.conv.selected == ("stage", 0)
    assert window.conv.strip.enlarged is None
    assert window.conv.undo_state() == ("", "")


def test_the_network_of_a_session_waits_without_torch(qtbot: QtBot, window: MainWindow, tmp_path: Path):
    network = NetworkState("vgg16", COLOUR, "a.png", "random", seed=5, page="maps", layer="features.0", unit=3)
    save_session(Session(SESSION.experiment, None, ViewState(), network), tmp_path / "n.cnnx")
    opened(qtbot, window, tmp_path / "n.cnnx")
    assert window.net.workspace is None
    assert window.desk.take()().network == network
    assert not window.document.is_modified


# never lost


def test_a_change_is_kept_soon_and_thrown_away_when_saved(
    qtbot: QtBot, window: MainWindow, file: Path, settings: Settings
):
    opened(qtbot, window, file)
    assert kept(settings) == []
    assert 2 * safekeeping.KEEP_AFTER <= 10_000, "every change is kept in less than ten seconds"
    edit(window, 9.0)
    assert window.document.safe.is_due
    window.document.keep_now()
    qtbot.waitUntil(lambda: len(kept(settings)) == 1)
    assert load_session(kept(settings)[0]).experiment.image.flat[0] == 9.0
    assert not window.document.safe.is_due
    press(window, Qt.Key.Key_S, CONTROL)
    saved(qtbot, window)
    qtbot.waitUntil(lambda: kept(settings) == [])
    assert list(settings.recovery_folder.iterdir()) == []


def test_the_timer_keeps_it(qtbot: QtBot, window: MainWindow, settings: Settings):
    window.document.safe._timer.setInterval(1)
    edit(window, 9.0)
    qtbot.waitUntil(lambda: len(kept(settings)) == 1)
    window.conv.model.undo()
    qtbot.waitUntil(lambda: kept(settings) == [])


def test_a_folder_that_cannot_be_written_is_told_once(qtbot: QtBot, window: MainWindow, settings: Settings):
    settings.recovery_folder.write_text("a file in its place")
    edit(window, 9.0)
    window.document.keep_now()
    qtbot.waitUntil(lambda: "cannot be kept" in window.banner.text)
    window.banner.clear()
    edit(window, 10.0)
    window.document.keep_now()
    qtbot.waitUntil(lambda: not window.document.safe._task.busy)
    assert window.banner.text == ""


def lose(settings: Settings, session: Session, origin: Origin = NOWHERE) -> None:
    """Leave work behind as a window that crashed."""
    code = f"""
import os, sys
from pathlib import Path
from cnnexplorer.core.recovery import Origin, Recovery
data = sys.stdin.buffer.read()
path = {None if origin.path is None else str(origin.path)!r}
Recovery(Path({str(settings.recovery_folder)!r})).keep(data, Origin(path and Path(path), {origin.digest!r}))
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], input=session_bytes(session), check=False)
    assert done.returncode == -9


def test_lost_work_is_offered_and_opened(qtbot: QtBot, window: MainWindow, file: Path, settings: Settings):
    other = Session(Experiment([[[6.0]]], (Activation("relu"),)), (0, 0))
    lose(settings, other, Origin(file, hashlib.sha256(file.read_bytes()).hexdigest()))
    window.document.offer_lost_work()
    text = answer(qtbot, window, "open")
    assert "lesson.cnnx" in text
    assert re.search(r"The work of \d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d was kept", text)
    qtbot.waitUntil(lambda: window.document.path == file)
    assert window.conv.model.experiment == other.experiment
    assert window.document.is_modified
    assert len(kept(settings)) == 1, "it is this window's now"
    window.actions_["save"].trigger()
    saved(qtbot, window)
    assert load_session(file).experiment == other.experiment
    qtbot.waitUntil(lambda: list(settings.recovery_folder.iterdir()) == [])


@pytest.mark.parametrize("reply", ["remove", "later"])
def test_lost_work_is_thrown_away_or_offered_again(qtbot: QtBot, window: MainWindow, settings: Settings, reply: str):
    lose(settings, SESSION)
    window.document.offer_lost_work()
    assert "Untitled" in answer(qtbot, window, reply)
    assert not window.document.is_modified
    assert len(kept(settings)) == (reply == "later")
    window.document.offer_lost_work()
    if reply == "later":
        answer(qtbot, window, "remove")
    settled(window)
    assert not window.findChildren(Question)


@pytest.mark.parametrize(("reply", "moves"), [("remove", True), ("open", False)])
def test_nothing_moves_behind_the_question(
    qtbot: QtBot, window: MainWindow, settings: Settings, monkeypatch: pytest.MonkeyPatch, reply: str, moves: bool
):
    lose(settings, SESSION)
    monkeypatch.setattr(main_window.QTimer, "singleShot", lambda _delay, _window, then: then())
    begin(window, settings, None)
    assert not window.conv.player.playing
    answer(qtbot, window, reply)
    if not moves:
        qtbot.waitUntil(lambda: window.document.is_modified)
    assert window.conv.player.playing == moves


def test_of_several_lost_works_the_latest_is_offered_first(qtbot: QtBot, window: MainWindow, settings: Settings):
    for value in (1.0, 2.0):
        lose(settings, Session(Experiment([[[value]]], ())))
        for path in kept(settings):
            os.utime(path, (path.stat().st_mtime - 100,) * 2)
    window.document.offer_lost_work()
    answer(qtbot, window, "open")
    qtbot.waitUntil(lambda: window.conv.model.experiment.image.flat[0] == 2.0)
    qtbot.waitUntil(lambda: not window.document.safe._task.busy)
    window.document.offer_lost_work()
    answer(qtbot, window, "open")
    qtbot.waitUntil(lambda: window.conv.model.experiment.image.flat[0] == 1.0)


def test_lost_work_that_is_damaged_is_told(qtbot: QtBot, window: MainWindow, settings: Settings):
    lose(settings, SESSION)
    kept(settings)[0].write_bytes(b"PK\x03\x04 and no more")
    window.document.offer_lost_work()
    answer(qtbot, window, "open")
    qtbot.waitUntil(lambda: "is damaged" in window.banner.text)
    assert not window.document.is_modified


def test_a_window_that_lives_keeps_its_own(qtbot: QtBot, window: MainWindow, settings: Settings):
    """Two windows of one process, and one of another process."""
    edit(window, 9.0)
    window.document.keep_now()
    qtbot.waitUntil(lambda: len(kept(settings)) == 1)
    other = MainWindow(settings)
    qtbot.addWidget(other)
    set_image(other, [[8.0]])
    other.document.keep_now()
    qtbot.waitUntil(lambda: len(kept(settings)) == 2)
    code = (
        "import sys; from pathlib import Path; from cnnexplorer.core.recovery import Recovery;"
        "print(len(Recovery(Path(sys.argv[1])).left_behind()))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(settings.recovery_folder)], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "0"
    assert Recovery(settings.recovery_folder).left_behind() == []
    other.document.give_up()
    other.close()
    assert len(kept(settings)) == 1
    assert load_session(kept(settings)[0]).experiment.image.flat[0] == 9.0
    other.deleteLater()


CRASH = """
import os, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from cnnexplorer.core import Experiment
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import Settings
app = QApplication([])
window = MainWindow(Settings(Path(sys.argv[1])))
window.document.safe._timer.setInterval(10)
window.conv.model.edit(lambda _old: Experiment([[[float(sys.argv[2])]]], ()), "edit")
kept = lambda: window.document.safe._recovery._keep is not None and window.document.safe._recovery._keep.work.exists()
while not kept():
    app.processEvents()
print("kept", flush=True)
if sys.argv[3] == "crash":
    os.kill(os.getpid(), 9)
sys.stdin.read(1)
"""


def test_after_a_crash_the_next_start_offers_the_work_of_the_window_that_is_no_more(
    qtbot: QtBot, settings: Settings, tmp_path: Path
):
    """Two programs run, one crashes: only its work is offered, and the other one's stays."""

    def run(value: float, end: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", CRASH, str(tmp_path / "settings.ini"), str(value), end],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip

    living = run(1.0, "wait")
    crashed = run(2.0, "crash")
    try:
        assert living.stdout.readline() == crashed.stdout.readline() == b"kept\n"
        crashed.wait(20)
        assert len(kept(settings)) == 2
        window = MainWindow(settings)
        qtbot.addWidget(window)
        begin(window, settings, None)
        answer(qtbot, window, "open")
        qtbot.waitUntil(lambda: window.conv.model.experiment.image.flat[0] == 2.0)
        window.document.give_up()
        window.close()
        window.deleteLater()
        assert len(kept(settings)) == 1
        assert load_session(kept(settings)[0]).experiment.image.flat[0] == 1.0
    finally:
        for process in (living, crashed):
            process.kill()
            process.communicate()
