"""Recordings of a page while a disturbance runs: the frames are what the page shows, and the user's own comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from cnnexplorer.core import UserError
from cnnexplorer.core.animation import Timing
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.nets.record_dialog import swept
from cnnexplorer.ui.nets.state import Source
from cnnexplorer.ui.questions import Question
from tests.core.test_animation import read_frames
from tests.ui.helpers import choose, enter, heard, pixels, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.record_dialog import NetRecordDialog
    from cnnexplorer.ui.nets.workspace import NetWorkspace

OWN = Perturbation(blur=1.5, seed=3)
LIMIT = 60_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "films"
    made.mkdir()
    return made


def open_page(qtbot: QtBot, workspace: NetWorkspace, id_: str = "maps") -> None:
    """Show a page of a layer with few values, blurred as the user wants it."""
    workspace.model.visit(layer="conv3", unit=9)
    workspace.open_page(id_)
    workspace.show_inspector(True)
    workspace.model.set_perturbation(OWN)
    shown(qtbot, workspace, OWN)


def shown(qtbot: QtBot, workspace: NetWorkspace, wanted: Perturbation) -> None:
    """Wait until the page shows the maps of a disturbance."""
    model = workspace.model
    qtbot.waitUntil(lambda: model.is_settled and model.result.perturbation == wanted, timeout=LIMIT)
    assert model.perturbation == wanted
    settled(workspace)


def calm(qtbot: QtBot, dialog: NetRecordDialog) -> None:
    """Wait until the preview and the estimate have followed."""

    def followed() -> None:
        assert "about" in dialog.summary.text()
        assert dialog.start_button.isEnabled()

    qtbot.waitUntil(followed, timeout=LIMIT)


@pytest.fixture
def dialog(qtbot: QtBot, workspace: NetWorkspace) -> Iterator[NetRecordDialog]:
    """The dialog over the page of maps: five strengths of noise."""
    open_page(qtbot, workspace)
    yield opened(qtbot, workspace)
    found = workspace.recording
    if found is not None and isValid(found) and found.isVisible():
        found.reject()
        qtbot.waitUntil(lambda: workspace.recording is None, timeout=LIMIT)


def opened(qtbot: QtBot, workspace: NetWorkspace) -> NetRecordDialog:
    workspace.slots()["record"]()
    found = workspace.recording
    assert found is not None
    enter(found.form.values, "5")
    choose(found.form.scale, "1")
    calm(qtbot, found)
    return found


def record(qtbot: QtBot, dialog: NetRecordDialog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
    with qtbot.waitSignal(dialog.saved, timeout=LIMIT):
        dialog.start_button.click()
    assert path.name in dialog.summary.text()


def leave(qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog) -> None:
    dialog.reject()
    qtbot.waitUntil(lambda: workspace.recording is None, timeout=LIMIT)


def test_the_maps_of_each_noise_become_a_gif(
    qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(dialog.form.format, "gif")
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / "film.gif", monkeypatch)
    frames, seconds = read_frames(folder / "film.gif", "gif")
    assert len(frames) == 5
    assert seconds == pytest.approx([0.6, 0.1, 0.1, 0.1, 1.1])
    assert len({frame.tobytes() for frame in frames}) == 5


@pytest.mark.slow
@pytest.mark.parametrize(("page", "view"), [
    ("maps", "conv3_maps"), ("robustness", "robustness"),
])  # fmt: skip
def test_each_frame_is_what_the_view_shows(
    qtbot: QtBot, workspace: NetWorkspace, folder: Path, monkeypatch: pytest.MonkeyPatch, page: str, view: str
):
    open_page(qtbot, workspace, page)
    dialog = opened(qtbot, workspace)
    names = [offer.name for offer in dialog.form._offers]
    place = next(place for place, name in enumerate(names) if name.endswith(view))
    choose(dialog.form.view, str(place))
    dialog.form.caption.setChecked(False)
    choose(dialog.form.knob, "noise")
    enter(dialog.form.values, "3")
    enter(dialog.form.begin, "0")
    enter(dialog.form.end, "0.5")
    choose(dialog.form.scale, "2")
    choose(dialog.form.format, "apng")
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / "film.png", monkeypatch)
    frames, _seconds = read_frames(folder / "film.png", "apng")
    leave(qtbot, workspace, dialog)
    shown(qtbot, workspace, OWN)
    assert len(frames) == 3
    for frame, noise in zip(frames, (0, 0.25, 0.5), strict=True):
        wanted = Perturbation(noise=noise, blur=1.5, seed=3)
        workspace.model.set_perturbation(wanted)
        shown(qtbot, workspace, wanted)
        takeaway = next(one for one in workspace.takeaways() if one.name == names[place])
        picture = pixels(Figure(takeaway, FigureWish(2)).image())
        assert frame.shape == picture.shape
        assert not np.abs(frame.astype(int) - picture).any(), noise
    assert (frames[0] != frames[2]).any()


@pytest.mark.slow
def test_the_caption_tells_the_value_and_takes_nothing_of_the_view(
    qtbot: QtBot, dialog: NetRecordDialog, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(dialog.form.format, "webp")
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / "with.webp", monkeypatch)
    dialog.form.caption.click()
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / "without.webp", monkeypatch)
    told, plain = (read_frames(folder / f"{name}.webp", "webp")[0] for name in ("with", "without"))
    height = plain[0].shape[0]
    for one, other in zip(told, plain, strict=True):
        assert one.shape[0] == height + 30
        assert (one[:height] == other).all()
    assert len({one[height:].tobytes() for one in told}) == 5
    assert dialog._film.sweep.caption(2) == ("Noise = 0.25", "value 3 of 5")


def test_there_and_back():
    timing = Timing(speed=10, rate=10, pause_first=0.5, pause_last=1)
    there = [(0, 0.6), (1, 0.1), (2, 1.1)]
    cases = {
        (False, True): there,
        (False, False): there,
        (True, True): [*there, (1, 0.1)],
        (True, False): [*there, (1, 0.1), (0, 0.6)],
    }
    for (back, loop), wanted in cases.items():
        found = [(shot.step, float(shot.seconds)) for shot in swept(3, timing, back, loop)]
        assert found == wanted, (back, loop)


@pytest.mark.slow
@pytest.mark.parametrize(("knob", "read"), [
    ("blur", lambda p: p.blur), ("right", lambda p: p.shift[1]), ("patch_size", lambda p: p.patch_size),
])  # fmt: skip
def test_every_number_of_a_disturbance_can_run(
    qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog, knob: str, read: object
):
    choose(dialog.form.knob, knob)
    enter(dialog.form.begin, "3")
    enter(dialog.form.end, "9")
    enter(dialog.form.values, "3")
    sweep = dialog.form.wish.sweep
    assert [read(sweep.at(index)) for index in range(3)] == pytest.approx([3, 6, 9])  # type: ignore[operator]
    assert sweep.at(1).blur == (6 if knob == "blur" else 1.5)
    assert sweep.at(1).patch_size > 0 or not knob.startswith("patch")
    calm(qtbot, dialog)
    dialog.slider.setValue(2)
    qtbot.waitUntil(lambda: workspace.model.perturbation == sweep.at(2), timeout=LIMIT)


@pytest.mark.slow
def test_looking_at_the_dialog_leaves_the_disturbance_as_it_was(
    qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog
):
    kept = workspace.memory.work()
    dialog.slider.setValue(4)
    qtbot.waitUntil(lambda: workspace.model.perturbation.noise == 0.5, timeout=LIMIT)
    assert workspace.model.own_perturbation == OWN
    assert workspace.memory.work() == kept  # what is saved meanwhile is the user's own
    shown(qtbot, workspace, OWN)  # after a moment, with the dialog open
    leave(qtbot, workspace, dialog)
    assert workspace.model.perturbation == OWN


def begin_long(qtbot: QtBot, dialog: NetRecordDialog, folder: Path) -> None:
    """Record many values, and wait until some are done."""
    enter(dialog.form.values, "200")
    calm(qtbot, dialog)
    told = heard(dialog.recorder.progressed)
    dialog.record(folder / "film.gif")
    qtbot.waitUntil(lambda: len(told) >= 2, timeout=LIMIT)


def test_a_recording_can_be_stopped(qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog, folder: Path):
    begin_long(qtbot, dialog, folder)
    dialog.stop_button.click()
    qtbot.waitUntil(lambda: not dialog.recorder.busy, timeout=LIMIT)
    assert dialog.summary.text() == "Stopped."
    assert list(folder.iterdir()) == []
    shown(qtbot, workspace, OWN)


@pytest.mark.slow
def test_closing_half_way(qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog, folder: Path):
    begin_long(qtbot, dialog, folder)
    dialog.reject()
    dialog.findChild(Question).answers["stop"].click()
    qtbot.waitUntil(lambda: workspace.recording is None, timeout=LIMIT)
    assert list(folder.iterdir()) == []
    shown(qtbot, workspace, OWN)


@pytest.mark.slow
def test_the_program_ends_half_way(qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog, folder: Path):
    begin_long(qtbot, dialog, folder)
    workspace.close_work()
    assert list(folder.iterdir()) == []
    assert workspace.model.perturbation == OWN
    dialog.hide()


CHANGES = {
    "page": lambda workspace, _scene: workspace.open_page("answer"),
    "picture": lambda workspace, scene: workspace.model.set_source(scene),
    "size": lambda workspace, _scene: workspace.resize(1000, 640),
    "disturbance": lambda workspace, _scene: workspace.model.set_perturbation(Perturbation(rotation=9)),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_meanwhile_stops_it_with_a_sentence(
    qtbot: QtBot, workspace: NetWorkspace, dialog: NetRecordDialog, folder: Path, what: str
):
    begin_long(qtbot, dialog, folder)
    CHANGES[what](workspace, Source(np.zeros((3, 240, 240)), "Black"))
    qtbot.waitUntil(lambda: not dialog.recorder.busy, timeout=LIMIT)
    assert "is another now" in dialog.summary.text()
    assert list(folder.iterdir()) == []
    own = Perturbation(rotation=9) if what == "disturbance" else OWN
    shown(qtbot, workspace, own)


def test_a_lab_may_forbid_it(qtbot: QtBot, workspace: NetWorkspace):
    open_page(qtbot, workspace)

    def guard(what: str) -> None:
        raise UserError("not {what} now", what=what)

    workspace.model.guard = guard
    workspace.slots()["record"]()
    dialog = workspace.recording
    assert dialog is not None
    qtbot.waitUntil(lambda: "not perturbation now" in dialog.summary.text().lower(), timeout=LIMIT)
    assert not dialog.start_button.isEnabled()
    assert workspace.model.perturbation == OWN
    leave(qtbot, workspace, dialog)
