"""Recording: what is written is what the board shows, and whatever goes wrong leaves nothing half written."""

from __future__ import annotations

from fractions import Fraction
from queue import Queue
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer

from cnnexplorer.core import SaveError, UserError
from cnnexplorer.core.animation import FORMATS, Note, Shot, Timing, mp4, shots
from cnnexplorer.ui.conv.board import BoardView
from cnnexplorer.ui.conv.film import Film, FilmFrame
from cnnexplorer.ui.conv.reels import StepReel
from cnnexplorer.ui.recorder import Estimator, Order, Recorder
from tests.core.test_animation import path_of, read_frames, read_video

from .helpers import heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow

NOTE = Note("Steps", "of a convolution")
TIMING = Timing(speed=10, rate=20, pause_first=0.1, pause_last=0.2)


@pytest.fixture
def film(window: MainWindow) -> Iterator[Film]:
    """The last four steps of the first stage and the first five of the second."""
    shown = window.conv.model.shown
    places = [(0, index) for index in range(32, 36)] + [(1, index) for index in range(5)]
    made = Film(StepReel(shown, window.conv.looks, places), BoardView(), FilmFrame(900, 560))
    yield made
    made.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def recorder(window: MainWindow) -> Iterator[Recorder]:
    made = Recorder(window)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    made = tmp_path / "films"
    made.mkdir()
    return made


def order(form: str, count: int = 9) -> Order:
    return Order(tuple(shots(count, TIMING)), form, NOTE)


def long_order(form: str) -> Order:
    """The same pictures again and again: it is not done before it is stopped."""
    return Order(tuple(Shot(number % 9, Fraction(1, 20)) for number in range(3000)), form, NOTE)


def record(qtbot: QtBot, recorder: Recorder, film: Film, wish: Order, path: Path) -> None:
    with qtbot.waitSignal(recorder.finished, timeout=20_000):
        recorder.start(film, wish, path)
    assert not recorder.busy


@pytest.mark.parametrize("form", FORMATS)
def test_a_recording_is_what_the_board_shows(qtbot: QtBot, film: Film, recorder: Recorder, folder: Path, form: str):
    path, told = path_of(folder, form), heard(recorder.progressed)
    if form == "mp4":
        pytest.importorskip("av")
    record(qtbot, recorder, film, order(form), path)
    assert [values[0] for values in told] == list(range(1, 10))
    film.rewind()
    pictures = [film.picture(step) for step in range(9)]
    found, seconds = read_video(path)[:2] if form == "mp4" else read_frames(path, form)
    if form == "mp4":
        assert seconds[:3] == pytest.approx([0.0, 0.2, 0.3], abs=0.001)
    elif form != "png":
        assert seconds == pytest.approx([0.2, *[0.1] * 7, 0.3])
    for one, other in zip(found, pictures, strict=False):
        difference = np.abs(one.astype(int) - other)
        if FORMATS[form].exact:
            assert not difference.any()
        else:
            assert difference.mean() < (3 if form == "mp4" else 0.5)
    assert len({picture.tobytes() for picture in pictures}) == 9


@pytest.mark.parametrize("form", ["gif", "apng", "png"])
@pytest.mark.parametrize("after", [0, 1, 6])
def test_a_recording_can_be_stopped(qtbot: QtBot, film: Film, recorder: Recorder, folder: Path, form: str, after: int):
    path = path_of(folder, form)
    ended, told = heard(recorder.finished), heard(recorder.progressed)
    recorder.start(film, long_order(form), path)
    qtbot.waitUntil(lambda: len(told) >= after)
    with qtbot.waitSignal(recorder.cancelled, timeout=20_000):
        recorder.cancel()
    assert not recorder.busy
    assert list(folder.iterdir()) == []
    assert ended == []
    record(qtbot, recorder, film, order(form), path)  # and it can begin again
    assert path.exists()


@pytest.mark.parametrize("after", [0, 4])
def test_closing_half_way_leaves_nothing(qtbot: QtBot, film: Film, recorder: Recorder, folder: Path, after: int):
    told = heard(recorder.progressed)
    recorder.start(film, long_order("apng"), folder / "film.png")
    qtbot.waitUntil(lambda: len(told) >= after)
    recorder.close()
    assert list(folder.iterdir()) == []


def test_trouble_with_the_file_is_told(qtbot: QtBot, film: Film, recorder: Recorder, folder: Path):
    with qtbot.waitSignal(recorder.failed, timeout=20_000) as told:
        recorder.start(film, order("gif"), folder / "nowhere" / "film.gif")
    assert isinstance(told.args[0], SaveError)
    assert "folder" in str(told.args[0])
    assert not recorder.busy


def test_video_without_pyav_is_told_at_once(
    film: Film, recorder: Recorder, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mp4, "find_spec", lambda _name: None)
    with pytest.raises(UserError, match="pip install av"):
        recorder.start(film, order("mp4"), folder / "film.mp4")
    assert not recorder.busy


class Slow:
    """A film whose pictures are computed on another thread, and of which one cannot be."""

    size = (4, 4)

    def __init__(self, broken: int = -1) -> None:
        self.asked: Queue[int] = Queue()
        self._broken = broken

    def prepare(self, index: int) -> Any:
        if index == self._broken:
            raise UserError("picture {index} cannot be", index=index)
        self.asked.put(index)
        return 10 * index

    def painting(self, index: int) -> Any:
        (prepared,) = yield lambda: (self.prepare(index),)
        assert prepared == 10 * index
        return np.full((4, 4, 3), prepared, np.uint8)

    def rewind(self) -> None:
        pass


def test_pictures_that_take_long_are_computed_elsewhere(qtbot: QtBot, recorder: Recorder, folder: Path):
    record(qtbot, recorder, Slow(), order("apng"), folder / "film.png")
    found, _seconds = read_frames(folder / "film.png", "apng")
    assert [int(picture[0, 0, 0]) for picture in found] == list(range(0, 90, 10))


def test_a_picture_that_cannot_be_ends_it(qtbot: QtBot, recorder: Recorder, folder: Path):
    with qtbot.waitSignal(recorder.failed, timeout=20_000) as told:
        recorder.start(Slow(broken=6), order("webp"), folder / "film.webp")
    assert str(told.args[0]) == "picture 6 cannot be"
    assert list(folder.iterdir()) == []


def test_the_window_lives_meanwhile(qtbot: QtBot, film: Film, recorder: Recorder, folder: Path):
    """Something else that waits for its turn gets it after a few pictures."""
    turns, told = [], heard(recorder.progressed)
    timer = QTimer(recorder)
    timer.timeout.connect(lambda: turns.append(len(told)))
    timer.start(0)
    wish = Order(long_order("gif").shots[:120], "gif", NOTE)
    record(qtbot, recorder, film, wish, folder / "film.gif")
    timer.stop()
    assert len(told) == 120
    assert max(np.diff(turns)) <= 15


@pytest.mark.parametrize("form", FORMATS)
def test_an_estimate_comes_near(qtbot: QtBot, film: Film, recorder: Recorder, folder: Path, form: str):
    if form == "mp4":
        pytest.importorskip("av")
    estimator, path = Estimator(recorder), path_of(folder, form)
    with qtbot.waitSignal(estimator.estimated, timeout=20_000) as told:
        estimator.start(film, order(form))
    record(qtbot, recorder, film, order(form), path)
    size = sum(file.stat().st_size for file in (path.iterdir() if form == "png" else [path]))
    assert size / 2 < told.args[0].size < size * 2
    assert 0 < told.args[0].seconds < 60
    estimator.close()


def test_an_estimate_of_one_picture(qtbot: QtBot, film: Film, recorder: Recorder):
    estimator = Estimator(recorder)
    with qtbot.waitSignal(estimator.estimated, timeout=20_000) as told:
        estimator.start(film, order("gif", 1))
    assert told.args[0].size > 1000
    estimator.close()
