"""The dialog that records: what is chosen becomes the file, and the window lives meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from cnnexplorer.core import Activation, Convolution, Pooling, run
from cnnexplorer.core.animation import FORMATS, mp4
from cnnexplorer.core.sweeps import SweepTarget, with_value
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.questions import Question
from tests.core.test_animation import read_frames

from .helpers import choose, enter, heard, image_of, pixels, press, set_image, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.conv.record_dialog import RecordDialog
    from cnnexplorer.ui.main_window import MainWindow

KERNEL = np.arange(9.0).reshape(1, 1, 3, 3)


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow) -> Iterator[RecordDialog]:
    """The dialog over 5 x 6, a convolution of 3 x 3, Leaky ReLU, and max pooling: 12 + 12 + 2 steps."""
    image = np.random.default_rng(4).integers(-5, 9, (5, 6)).astype(float)
    set_image(window, image, Convolution(KERNEL), Activation("leaky_relu"), Pooling("max", 2))
    window.actions_["record"].trigger()
    found = window.conv.recording
    assert found is not None
    choose(found.form.size_choice, "own")
    enter(found.form.sides[0], "720")
    enter(found.form.sides[1], "400")
    calm(qtbot, found)
    yield found
    if isValid(found) and found.isVisible():
        found.reject()
        qtbot.waitUntil(lambda: window.conv.recording is None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "films"
    made.mkdir()
    return made


def calm(qtbot: QtBot, dialog: RecordDialog) -> None:
    """Wait until the preview and the estimate have followed."""
    qtbot.waitUntil(lambda: "about" in dialog.summary.text() and dialog.start_button.isEnabled(), timeout=20_000)


def record(qtbot: QtBot, dialog: RecordDialog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record into a file that is chosen in the system's dialog."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
    with qtbot.waitSignal(dialog.saved, timeout=20_000):
        dialog.start_button.click()
    assert path.name in dialog.summary.text()


def check_row(dialog: RecordDialog, row: int) -> None:
    """Check or uncheck a stage as a user does."""
    dialog.form.stages.setFocus()
    dialog.form.stages.setCurrentRow(row)
    press(dialog.form.stages, Qt.Key.Key_Space)


def test_the_steps_that_are_chosen_are_recorded(
    qtbot: QtBot, window: MainWindow, dialog: RecordDialog, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    check_row(dialog, 0)
    assert dialog.form.last.value() == 14
    enter(dialog.form.first, "11")
    enter(dialog.form.last, "13")
    enter(dialog.form.speed, "5")
    enter(dialog.form.pauses[0], "0.3")
    enter(dialog.form.pauses[1], "0,5")
    choose(dialog.form.format, "webp")
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / "film.webp", monkeypatch)
    found, seconds = read_frames(folder / "film.webp", "webp")
    assert seconds == pytest.approx([0.5, 0.2, 0.7])
    assert found[0].shape == (400, 720, 3)
    places = [(1, 10), (1, 11), (2, 0)]
    film = dialog._film
    assert [film.reel.places[index] for index in range(film.reel.count)] == places
    film.rewind()
    for index, picture in enumerate(found):
        assert (film.picture(index) == picture).all()
    assert film.board.step.stage_index == 2


def test_a_number_that_runs_is_recorded(
    qtbot: QtBot, window: MainWindow, dialog: RecordDialog, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    form = dialog.form
    choose(form.kind, "sweep")
    titles = [form.number.itemText(row) for row in range(form.number.count())]
    assert titles[4] == "Convolution: kernel cell [1, 1]"
    assert titles[9:] == [
        "Convolution: strength of the kernel", "Convolution: bias", "Leaky ReLU: negative_slope", "Noise on the input",
    ]  # fmt: skip
    choose(form.number, "4")
    assert (form.begin.value(), form.end.value()) == (0.0, 8.0)
    assert form.speed.value() == 15.0
    enter(form.begin, "-2")
    enter(form.end, "2")
    enter(form.values, "5")
    choose(form.format, "apng")
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / "film.png", monkeypatch)
    found, _seconds = read_frames(folder / "film.png", "apng")
    assert len(found) == 5
    assert len({picture.tobytes() for picture in found}) == 5
    film = dialog._film
    outputs = film.board.shown.result.outputs[0]
    changed = with_value(window.conv.model.experiment, SweepTarget("cell", 0, (0, 0, 1, 1)), 2.0)
    assert np.array_equal(outputs, run(changed).outputs[0])
    assert film.reel.caption(0, None) == ("Convolution: kernel cell [1, 1] = -2", "value 1 of 5")
    assert window.conv.model.experiment.stages[0].weight[0, 0, 1, 1] == 4.0  # the work on the desk is as it was


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_chosen(
    qtbot: QtBot, dialog: RecordDialog, folder: Path, monkeypatch: pytest.MonkeyPatch, form: str
):
    if form == "mp4":
        pytest.importorskip("av")
    enter(dialog.form.last, "3")
    choose(dialog.form.format, form)
    calm(qtbot, dialog)
    record(qtbot, dialog, folder / f"film{FORMATS[form].suffix}", monkeypatch)
    assert (folder / f"film{FORMATS[form].suffix}").exists()


def test_the_preview_follows(qtbot: QtBot, window: MainWindow, dialog: RecordDialog):
    film = dialog._film
    for place in (0, 17, 25):
        dialog.slider.setValue(place)
        film.rewind()
        shown = film.picture(place)
        qtbot.waitUntil(lambda shown=shown: np.array_equal(pixels(dialog.preview.image), shown), timeout=5000)
        assert dialog.place.text().startswith(f"{place + 1} / 26")
    dialog.form.caption.click()
    dialog.form.arithmetic.click()
    calm(qtbot, dialog)
    qtbot.waitUntil(lambda: film.board.height() == 400)
    assert not film.board.step_view.isVisible()


def test_what_cannot_be_is_told(qtbot: QtBot, dialog: RecordDialog, monkeypatch: pytest.MonkeyPatch):
    choose(dialog.form.rate, "60")
    qtbot.waitUntil(lambda: "GIF shows at most 50 pictures a second" not in dialog.summary.text())
    enter(dialog.form.speed, "60")
    qtbot.waitUntil(lambda: "GIF shows at most 50 pictures a second" in dialog.summary.text(), timeout=5000)
    assert not dialog.start_button.isEnabled()
    choose(dialog.form.format, "apng")
    calm(qtbot, dialog)
    monkeypatch.setattr(mp4, "find_spec", lambda _name: None)
    choose(dialog.form.format, "mp4")
    qtbot.waitUntil(lambda: "pip install av" in dialog.summary.text(), timeout=5000)
    assert not dialog.start_button.isEnabled()
    choose(dialog.form.format, "webp")
    for row in range(3):
        check_row(dialog, row)
    qtbot.waitUntil(lambda: "There are no steps to record: choose a stage" in dialog.summary.text(), timeout=5000)


def begin_long(qtbot: QtBot, dialog: RecordDialog, path: Path) -> None:
    """Begin to record many pictures."""
    choose(dialog.form.kind, "sweep")
    enter(dialog.form.values, "3000")
    choose(dialog.form.format, "apng")
    calm(qtbot, dialog)
    told = heard(dialog.recorder.progressed)
    dialog.record(path)
    qtbot.waitUntil(lambda: len(told) >= 3, timeout=10_000)
    assert dialog.recorder.busy


def test_a_recording_is_stopped(qtbot: QtBot, dialog: RecordDialog, folder: Path):
    begin_long(qtbot, dialog, folder / "film.png")
    assert "pictures" in dialog.summary.text()
    dialog.stop_button.click()
    qtbot.waitUntil(lambda: dialog.summary.text() == "Stopped.", timeout=10_000)
    assert list(folder.iterdir()) == []
    assert dialog.start_button.isVisible()
    assert dialog.form.isEnabled()


def test_a_dialog_that_is_closed_half_way_asks_and_stops(
    qtbot: QtBot, window: MainWindow, dialog: RecordDialog, folder: Path
):
    begin_long(qtbot, dialog, folder / "film.png")
    told = heard(dialog.recorder.progressed)
    press(dialog, Qt.Key.Key_Escape)
    question = dialog.findChild(Question)
    assert question.text() == "Stop the recording?"
    press(question, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(told) >= 3 and not isValid(question), timeout=10_000)
    assert dialog.busy
    dialog.close_button.click()
    dialog.findChild(Question).answers["stop"].click()
    qtbot.waitUntil(lambda: window.conv.recording is None, timeout=10_000)
    assert list(folder.iterdir()) == []


def test_a_question_that_is_overtaken_is_taken_back(qtbot: QtBot, dialog: RecordDialog, folder: Path):
    enter(dialog.form.last, "6")
    choose(dialog.form.format, "apng")
    calm(qtbot, dialog)
    with qtbot.waitSignal(dialog.saved, timeout=20_000):
        dialog.record(folder / "film.png")
        dialog.close_button.click()
        assert dialog.findChild(Question).isVisible()
    qtbot.waitUntil(lambda: dialog.findChild(Question) is None)
    assert dialog.isVisible()
    assert (folder / "film.png").exists()


def test_a_window_that_is_closed_half_way_stops(qtbot: QtBot, window: MainWindow, dialog: RecordDialog, folder: Path):
    begin_long(qtbot, dialog, folder / "film.png")
    window.document.give_up()
    window.close()
    assert not window.isVisible()
    assert list(folder.iterdir()) == []


def test_a_window_that_is_resized_half_way_changes_nothing(
    qtbot: QtBot, window: MainWindow, dialog: RecordDialog, folder: Path
):
    enter(dialog.form.last, "20")
    choose(dialog.form.format, "apng")
    calm(qtbot, dialog)
    told = heard(dialog.recorder.progressed)
    with qtbot.waitSignal(dialog.saved, timeout=20_000):
        dialog.record(folder / "film.png")
        qtbot.waitUntil(lambda: len(told) >= 3, timeout=10_000)
        window.resize(1000, 600)
        window.conv.model.edit(lambda e: with_value(e, SweepTarget("bias", 0, (0,)), 50.0), "meanwhile")
    found, _seconds = read_frames(folder / "film.png", "apng")
    dialog._film.rewind()
    assert all((dialog._film.picture(place) == picture).all() for place, picture in enumerate(found))
    assert len(found) == 20


def test_enter_presses_no_other_button(qtbot: QtBot, dialog: RecordDialog, folder: Path):
    enter(dialog.form.first, "2")
    press(dialog.form.format, Qt.Key.Key_Return)
    assert not dialog.recorder.busy
    assert dialog.isVisible()


def test_what_was_chosen_is_remembered(qtbot: QtBot, window: MainWindow, dialog: RecordDialog):
    choose(dialog.form.format, "webp")
    choose(dialog.form.size_choice, "960x540")
    choose(dialog.form.rate, "25")
    enter(dialog.form.pauses[1], "2.5")
    dialog.form.caption.click()
    dialog.form.loop.click()
    dialog.reject()
    settled(window)
    window.actions_["record"].trigger()
    again = window.conv.recording
    wish = again.form.wish
    assert (wish.form, wish.frame.width, wish.frame.caption, wish.loop) == ("webp", 960, False, False)
    assert (wish.timing.rate, wish.timing.pause_last) == (25, 2.5)
    again.reject()


def test_larger_pictures_show_the_same_more_sharply(dialog: RecordDialog):
    sizes = {"1280x720": (1280, 720), "1920x1080": (1280, 720), "2560x1440": (1280, 720), "960x540": (960, 540)}
    for size, shown in sizes.items():
        choose(dialog.form.size_choice, size)
        frame = dialog.form.frame
        assert frame.pixels == tuple(map(int, size.split("x")))
        assert (frame.width, frame.height) == shown


def test_the_dialog_says_what_the_speed_counts_and_fits_its_screen(dialog: RecordDialog):
    form = dialog.form
    assert (form.speed_label.text(), form.speed.accessibleName()) == ("Steps a second", "Steps a second")
    use_language("es")
    use_language("en")
    assert form.speed_label.text() == "Steps a second"
    choose(form.kind, "sweep")
    assert form.speed_label.text() == "Values a second"
    room = dialog.screen().availableSize().width()
    assert room < 1040
    assert dialog.width() <= max(room, dialog.minimumSizeHint().width())


def test_the_texts_follow_the_language(qtbot: QtBot, dialog: RecordDialog):
    use_language("es")
    assert dialog.form.stages.item(0).text() == "Convolución"


def test_nothing_is_recorded_that_is_asked_for(window: MainWindow):
    window.actions_["predict"].trigger()
    window.actions_["record"].trigger()
    assert window.conv.recording is None
    assert "would show what is asked for" in window.banner.text


def test_noise_grows_and_does_not_flicker(window: MainWindow):
    experiment = window.conv.model.experiment
    one, two = (with_value(experiment, SweepTarget("noise"), value).image - image_of(window) for value in (0.1, 0.2))
    assert np.allclose(2 * one, two)
    assert one.std() > 0
