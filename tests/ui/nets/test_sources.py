"""Where pictures come from: samples, files, folders, pastes, drops, the camera, the Convolution workspace; hostile."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnexplorer.core import ImageError, UserError
from cnnexplorer.core.samples import make_sample
from cnnexplorer.ui.nets.camera import CAMERA_SIDE, Camera, open_camera
from cnnexplorer.ui.nets.sources import MAX_SIDE, PictureSources, as_picture
from tests.ui.helpers import files_data, heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.state import Source
    from cnnexplorer.ui.settings import Settings


class Capture:
    """A camera: frames of one colour each, blue growing; `broken` makes it fail."""

    def __init__(self, opens: bool = True, broken: str = "") -> None:
        self.opens, self.broken, self.count, self.released = opens, broken, 0, 0

    def isOpened(self) -> bool:
        return self.opens

    def read(self) -> tuple[bool, np.ndarray | None]:
        self.count += 1
        if self.broken == "raises":
            raise cv2.error("unplugged")
        if self.broken == "ends":
            return False, None
        frame = np.zeros((120, 160, 3), np.uint8)
        frame[..., 0] = min(self.count, 255)  # BGR
        frame[:, :80, 2] = 200  # the left half is red
        return True, frame

    def release(self) -> None:
        self.released += 1


@pytest.fixture
def capture() -> Capture:
    return Capture()


@pytest.fixture
def sources(settings: Settings, capture: Capture) -> Iterator[PictureSources]:
    found = PictureSources(settings, camera=lambda: capture)
    yield found
    found.close()
    found.deleteLater()


def save(path: Path, values: np.ndarray) -> Path:
    Image.fromarray(values.astype(np.uint8)).save(path)
    return path


def colour(path: Path, red: int, size: tuple[int, int] = (6, 9)) -> Path:
    values = np.zeros((*size, 3))
    values[..., 0] = red
    return save(path, values)


def taken(qtbot: QtBot, sources: PictureSources, act: object) -> Source:
    with qtbot.waitSignal(sources.taken, timeout=10000) as found:
        act()
    return found.args[0]


def refused(qtbot: QtBot, sources: PictureSources, act: object) -> str:
    with qtbot.waitSignal(sources.refused, timeout=10000) as found:
        act()
    assert isinstance(found.args[0], UserError)
    return str(found.args[0])


# samples and files


def test_a_sample_is_made(qtbot: QtBot, sources: PictureSources):
    source = taken(qtbot, sources, lambda: sources.use_sample("stripes"))
    assert np.array_equal(source.image, as_picture(make_sample("stripes")))
    assert sources.kind == "sample"


def test_a_file_is_read_and_remembered(qtbot: QtBot, sources: PictureSources, settings: Settings, tmp_path: Path):
    path, opened, order = colour(tmp_path / "año.png", 255), heard(sources.opened), []
    sources.taken.connect(lambda _source: order.append("taken"))
    source = taken(qtbot, sources, lambda: sources.open(path, lambda: order.append("then")))
    assert order == ["taken", "then"], "what is told of a picture is told when all has followed it"
    assert source.title == "año.png"
    assert source.image.shape == (3, 6, 9)
    assert source.image[0].min() == 1
    assert opened == [(path,)]
    assert settings.get("folder", "") == str(tmp_path)
    assert sources.kind == "file"


def test_a_large_file_is_scaled_down(qtbot: QtBot, sources: PictureSources, tmp_path: Path):
    path = colour(tmp_path / "large.png", 80, (60, 1500))
    source = taken(qtbot, sources, lambda: sources.open(path))
    assert max(source.image.shape) == MAX_SIDE


HOSTILE = {
    "empty.png": b"",
    "text.png": b"no picture at all",
    "half.png": None,
    "bomb.png": None,
    "script.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "noise.jpg": bytes(range(256)) * 40,
    "numbers.gif": b"GIF89a\xff\xff\xff\xff\x00\x00\x00",
}


def hostile(path: Path) -> Path:
    data = HOSTILE[path.name]
    if path.name == "half.png":
        colour(path, 9, (300, 300))
        data = path.read_bytes()[: path.stat().st_size // 2]
    elif path.name == "bomb.png":
        colour(path, 9)
        data = bytearray(path.read_bytes())
        data[16:24] = (2**31 - 1).to_bytes(4, "big") * 2
    path.write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_in_one_sentence_and_the_picture_stays(
    qtbot: QtBot, sources: PictureSources, tmp_path: Path, name: str
):
    got = heard(sources.taken)
    text = refused(qtbot, sources, lambda: sources.open(hostile(tmp_path / name)))
    assert name in text
    assert "\n" not in text
    assert got == []
    assert sources.kind == "sample"


def test_a_file_that_is_gone_leaves_the_recent_ones(
    qtbot: QtBot, sources: PictureSources, settings: Settings, tmp_path: Path
):
    path = colour(tmp_path / "gone.png", 1)
    taken(qtbot, sources, lambda: sources.open(path))
    assert path in settings.recent_files()
    path.unlink()
    opened = heard(sources.opened)
    assert "gone.png" in refused(qtbot, sources, lambda: sources.open(path))
    assert path not in settings.recent_files()
    assert opened == [(path,)]


@pytest.mark.parametrize("name", ["x" * 300 + ".png", "a\0b.png"])
def test_a_name_that_no_file_has_is_told(qtbot: QtBot, sources: PictureSources, tmp_path: Path, name: str):
    assert refused(qtbot, sources, lambda: sources.open(tmp_path / name))


def test_the_last_file_asked_for_wins(qtbot: QtBot, sources: PictureSources, tmp_path: Path):
    paths = [colour(tmp_path / f"{number}.png", number) for number in range(1, 9)]
    got = heard(sources.taken)
    for path in paths:
        sources.open(path)
    qtbot.waitUntil(lambda: bool(got) and got[-1][0].title == "8.png")
    assert len(got) <= 2


def test_dialogs_open_files_and_folders(
    qtbot: QtBot, sources: PictureSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    window = QWidget()
    qtbot.addWidget(window)
    path = colour(tmp_path / "one.png", 3)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    assert taken(qtbot, sources, lambda: sources.ask(window)).title == "one.png"
    taken(qtbot, sources, lambda: sources.ask_folder(window))
    assert sources.folder == (path,)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    got = heard(sources.taken)
    sources.ask(window)
    sources.ask_folder(window)
    assert got == []


# folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "pictures"
    found.mkdir()
    for number in (2, 1, 3):
        colour(found / f"{number}.png", 10 * number)
    (found / "notes.txt").write_text("no picture")
    (found / "4.PNG").mkdir()
    return found


def test_a_folder_is_stepped_through_in_order_and_around(qtbot: QtBot, sources: PictureSources, folder: Path):
    changed = heard(sources.changed)
    assert taken(qtbot, sources, lambda: sources.open(folder)).title == "1.png"
    assert [path.name for path in sources.folder] == ["1.png", "2.png", "3.png"]
    assert changed
    for by, name, index in ((1, "2.png", 1), (1, "3.png", 2), (1, "1.png", 0), (-1, "3.png", 2)):
        assert taken(qtbot, sources, lambda by=by: sources.step(by)).title == name
        assert sources.index == index
    taken(qtbot, sources, lambda: sources.use_sample("stripes"))
    assert sources.folder == ()
    got = heard(sources.taken)
    sources.step(1)
    assert got == []


def test_behind_a_broken_picture_the_others_are_reached(qtbot: QtBot, sources: PictureSources, folder: Path):
    (folder / "2.png").write_bytes(b"broken")
    taken(qtbot, sources, lambda: sources.open(folder))
    assert "2.png" in refused(qtbot, sources, lambda: sources.step(1))
    assert sources.index == 1
    assert taken(qtbot, sources, lambda: sources.step(1)).title == "3.png"


def test_many_quick_steps_end_at_the_last(qtbot: QtBot, sources: PictureSources, folder: Path):
    taken(qtbot, sources, lambda: sources.open(folder))
    got = heard(sources.taken)
    for _step in range(7):
        sources.step(1)
    qtbot.waitUntil(lambda: bool(got) and got[-1][0].title == "2.png")
    assert sources.index == 1
    assert len(got) <= 2


def test_a_folder_without_pictures_or_that_is_gone_is_told(qtbot: QtBot, sources: PictureSources, tmp_path: Path):
    assert "no picture in" in refused(qtbot, sources, lambda: sources.open(tmp_path))
    assert "cannot be read" in refused(qtbot, sources, lambda: sources.open_folder(tmp_path / "nowhere"))
    assert sources.kind == "sample"


@pytest.mark.skipif(os.name == "nt" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root may read all")
def test_a_folder_that_may_not_be_read_is_told(qtbot: QtBot, sources: PictureSources, folder: Path):
    folder.chmod(0)
    try:
        assert "cannot be read" in refused(qtbot, sources, lambda: sources.open_folder(folder))
    finally:
        folder.chmod(0o700)


# the clipboard, and what is dropped


def test_a_copied_picture_is_pasted(qtbot: QtBot, sources: PictureSources):
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(0xFF00FF00)
    QGuiApplication.clipboard().setImage(image)
    source = taken(qtbot, sources, sources.paste)
    assert source.image.shape == (3, 3, 4)
    assert source.image[:, 0, 0].tolist() == [0, 1, 0]
    data = QMimeData()
    data.setImageData(QPixmap.fromImage(image))
    assert taken(qtbot, sources, lambda: sources.take(data)).image.shape == (3, 3, 4)


def test_a_matrix_is_pasted(qtbot: QtBot, sources: PictureSources):
    QGuiApplication.clipboard().setText("0\t51\n102\t255")
    assert taken(qtbot, sources, sources.paste).image.tolist() == [[[0, 0.2], [0.4, 1]]]


@pytest.mark.parametrize("text", ["hello", "1\t2\n3", "nan\tinf", "1e400\t0"])
def test_a_text_that_is_no_matrix_is_told(qtbot: QtBot, sources: PictureSources, text: str):
    QGuiApplication.clipboard().setText(text)
    assert refused(qtbot, sources, sources.paste)


def test_an_empty_clipboard_is_told(qtbot: QtBot, sources: PictureSources):
    QGuiApplication.clipboard().clear()
    assert "no picture in the clipboard" in refused(qtbot, sources, sources.paste)
    QGuiApplication.clipboard().setText("  \n")
    assert "no picture in the clipboard" in refused(qtbot, sources, sources.paste)


def test_files_and_addresses_are_dropped(qtbot: QtBot, sources: PictureSources, tmp_path: Path):
    path = colour(tmp_path / "dropped.png", 7)
    assert taken(qtbot, sources, lambda: sources.take(files_data(path))).title == "dropped.png"
    data = QMimeData()
    data.setUrls([QUrl("https://example.com/cat.png")])
    assert "only files of this computer" in refused(qtbot, sources, lambda: sources.take(data))
    assert not sources.take(QMimeData())


def test_an_empty_picture_is_told(qtbot: QtBot, sources: PictureSources):
    assert "cannot be read" in refused(qtbot, sources, lambda: sources._take_pixels(QImage()))


def test_a_picture_too_large_for_memory_is_told(
    qtbot: QtBot, sources: PictureSources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def full(*_arguments: object, **_options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("cnnexplorer.ui.nets.sources.load_image", full)
    assert "not enough memory" in refused(qtbot, sources, lambda: sources.open(colour(tmp_path / "a.png", 1)))


def test_a_mistake_while_reading_is_raised(
    qtbot: QtBot, sources: PictureSources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("cnnexplorer.ui.nets.sources.load_image", broken)
    with qtbot.capture_exceptions() as raised:
        sources.open(colour(tmp_path / "a.png", 1))
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError


# the Convolution workspace


def test_the_convolution_workspace_s_picture_is_taken_at_once(qtbot: QtBot, sources: PictureSources):
    got, changed = heard(sources.taken), heard(sources.changed)
    for value in (0.25, 0.5):
        sources.use_image(np.full((2, 4, 4), value), "its picture")
    assert [float(source.image.mean()) for (source,) in got] == [0.25, 0.5]
    assert got[0][0].image.shape == (1, 4, 4), "channels that are no colours become grey"
    assert sources.kind == "convolution"
    assert len(changed) == 1
    sources.let_go()
    assert sources.kind == "kept"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 0.5, 1], [0, 0.5, 1]),
        ([0, 2, 8], [0, 0.25, 1]),
        ([0, 51, 255], [0, 0.2, 1]),
        ([-1, 0, 3], [0, 0.25, 1]),
        ([0, 500, 1000], [0, 0.5, 1]),
        ([-7, -7, -7], [0, 0, 0]),
        ([300, 300, 300], [1, 1, 1]),
        ([-1e308, 0, 1e308], [0, 0.5, 1]),
    ],
)
def test_values_of_any_range_become_a_picture(values: list[float], expected: list[float]):
    assert as_picture(np.array([[values]])).ravel().tolist() == pytest.approx(expected)


# the camera


def test_the_camera_s_pictures_come_as_they_are_made(qtbot: QtBot, sources: PictureSources, capture: Capture):
    got = heard(sources.taken)
    sources.set_camera(True)
    assert sources.camera_on
    sources.set_camera(True)
    qtbot.waitUntil(lambda: len(got) >= 5)
    blues = [float(source.image[2].mean()) * 255 for (source,) in got]
    assert blues == sorted(blues)
    image = got[0][0].image
    assert image.shape == (3, CAMERA_SIDE, CAMERA_SIDE)
    assert image[0, 100, 250] > 0.5, "mirrored: the left is at the right"
    assert image[0, 100, 5] < 0.1
    sources.set_camera(False)
    qtbot.waitUntil(lambda: capture.released == 1)
    assert sources.kind == "kept"
    count = len(got)
    qtbot.waitUntil(lambda: not sources._frames.busy)
    assert len(got) == count, "no frame comes any more"


def test_another_source_stops_the_camera(qtbot: QtBot, sources: PictureSources, capture: Capture):
    got = heard(sources.taken)
    sources.set_camera(True)
    qtbot.waitUntil(lambda: len(got) >= 2)
    sources.use_sample("stripes")
    qtbot.waitUntil(lambda: sources.kind == "sample")
    qtbot.waitUntil(lambda: capture.released == 1)
    assert got[-1][0].title != "camera"


@pytest.mark.parametrize(
    ("opens", "broken", "text"),
    [(False, "", "no camera answers"), (True, "ends", "no picture any more"), (True, "raises", "no picture any more")],
)
def test_a_camera_that_fails_is_told_and_let_go(
    qtbot: QtBot, sources: PictureSources, capture: Capture, opens: bool, broken: str, text: str
):
    capture.opens, capture.broken = opens, broken
    assert text in refused(qtbot, sources, lambda: sources.set_camera(True))
    assert not sources.camera_on
    assert capture.released == 1
    capture.opens, capture.broken = True, ""
    taken(qtbot, sources, lambda: sources.set_camera(True))
    assert sources.camera_on, "it can be switched on again"


def test_closing_lets_the_camera_go(qtbot: QtBot, sources: PictureSources, capture: Capture):
    taken(qtbot, sources, lambda: sources.set_camera(True))
    sources.close()
    assert capture.released == 1


def test_a_slow_camera_never_holds_the_window(qtbot: QtBot, settings: Settings):
    gate = threading.Event()

    def slow() -> Capture:
        gate.wait(20)
        return Capture()

    sources = PictureSources(settings, camera=slow)
    try:
        sources.set_camera(True)
        source = taken(qtbot, sources, lambda: sources.use_sample("stripes"))
        assert source.title != "camera"
    finally:
        gate.set()
        sources.close()
        sources.deleteLater()


def test_one_camera_is_opened_once():
    made: list[Capture] = []

    def make() -> Capture:
        made.append(Capture())
        return made[-1]

    camera = Camera(make)
    first, second = camera.picture(), camera.picture()
    assert len(made) == 1
    assert second[2].mean() > first[2].mean()
    camera.release()
    camera.release()
    assert made[0].released == 1
    camera.picture()
    assert len(made) == 2


@pytest.mark.parametrize("shape", [(48, 64), (48, 64, 1), (48, 64, 4)])
def test_cameras_without_colours_or_with_more(monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...]):
    capture = Capture()
    monkeypatch.setattr(capture, "read", lambda: (True, np.full(shape, 51, np.uint8)))
    shown = Camera(lambda: capture).picture()
    assert shown.shape == (3, CAMERA_SIDE, CAMERA_SIDE)
    assert np.allclose(shown, 0.2)


@pytest.mark.parametrize("broken", ["shut", "ends", "raises"])
def test_a_broken_camera_is_opened_anew_the_next_time(monkeypatch: pytest.MonkeyPatch, broken: str):
    captures = [Capture(opens=broken != "shut", broken=broken), Capture()]
    monkeypatch.setattr(cv2, "VideoCapture", lambda number: captures.pop(number))
    camera, first = Camera(open_camera), captures[0]
    with pytest.raises(ImageError):
        camera.picture()
    assert first.released == 1
    assert camera.picture().shape == (3, CAMERA_SIDE, CAMERA_SIDE)
    camera.release()
