"""Pictures from files, drops, the clipboard, the command line and the recent ones; and what is no picture."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog

from cnnexplorer.ui.conv.picture_dialog import PictureDialog
from cnnexplorer.ui.main_window import begin

from .helpers import double_click, drop, enter, files_data, grab, heard, image_of, pick, pictured

LIMIT = 8000
DICE = np.random.default_rng(11)
GREY = DICE.integers(0, 256, (9, 12), np.uint8)
RGB = DICE.integers(0, 256, (9, 12, 3), np.uint8)


def saved(folder: Path, pixels: np.ndarray, name: str = "picture.png") -> Path:
    path = folder / name
    Image.fromarray(pixels).save(path)
    return path


def opened(qtbot, window, act) -> np.ndarray:
    with qtbot.waitSignal(window.conv.pictures.opened, timeout=LIMIT):
        act()
    qtbot.waitUntil(lambda: window.conv.model.result.experiment is window.conv.model.experiment, timeout=LIMIT)
    return image_of(window)


def dialog_of(qtbot, window) -> PictureDialog:
    qtbot.waitUntil(lambda: any(d.isVisible() for d in window.findChildren(PictureDialog)), timeout=LIMIT)
    dialog = next(d for d in window.findChildren(PictureDialog) if d.isVisible())
    qtbot.waitUntil(lambda: not dialog._task.busy, timeout=LIMIT)
    return dialog


def say_ok(qtbot, dialog) -> None:
    qtbot.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)


# ways in


def test_the_open_dialog(qtbot, window, tmp_path, monkeypatch, settings):
    path = saved(tmp_path, GREY)
    asked = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: asked.append(args) or (str(path), ""))
    found = opened(qtbot, window, window.actions_["open"].trigger)
    assert found == pytest.approx(GREY[None] / 255)
    assert "*.png" in asked[0][3]
    opened(qtbot, window, window.actions_["open"].trigger)
    assert asked[1][2] == str(tmp_path), "the folder is remembered"


def test_a_dialog_that_is_cancelled_changes_nothing(window, monkeypatch):
    before = window.conv.model.experiment
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    window.actions_["open"].trigger()
    assert window.conv.model.experiment is before
    assert not window.conv.pictures._task.busy


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "webp", "tif", "ppm"])
def test_every_format_is_dropped_in(qtbot, window, tmp_path, suffix):
    path = saved(tmp_path, RGB, f"picture.{suffix}")
    found = opened(qtbot, window, lambda: drop(window, files_data(path)))
    assert found.shape == (3, 9, 12)
    if suffix in ("png", "bmp", "tif", "ppm"):
        assert found == pytest.approx(RGB.transpose(2, 0, 1) / 255)
    assert not window.banner.isVisible()


def test_a_matrix_is_dropped_in(window):
    data = QMimeData()
    data.setText("1 2 3 4\n5 6 7 8\n1 1 1 1\n2 2 2 2")
    assert drop(window, data)
    assert image_of(window)[0, 1].tolist() == [5, 6, 7, 8]


def test_a_drop_of_nothing_useful_is_told(window):
    before = window.conv.model.experiment
    data = QMimeData()
    data.setText("   ")
    assert not drop(window, data)
    assert window.conv.model.experiment is before
    assert "picture" in window.banner.text


def test_a_link_to_the_web_is_no_file(window):
    before = window.conv.model.experiment
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/cat.png")])
    drop(window, data)
    assert window.conv.model.experiment is before
    assert window.banner.isVisible()


@pytest.mark.parametrize("grey", [True, False])
def test_the_clipboard_s_picture(qtbot, window, grey):
    pixels = np.ascontiguousarray(GREY if grey else RGB)
    kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    image = QImage(pixels.data, 12, 9, pixels.strides[0], kind).copy()
    QGuiApplication.clipboard().setImage(image)
    found = opened(qtbot, window, window.actions_["paste"].trigger)
    expected = GREY[None] if grey else RGB.transpose(2, 0, 1)
    assert found == pytest.approx(expected / 255)


def test_the_clipboard_s_file_and_matrix(qtbot, window, tmp_path):
    QGuiApplication.clipboard().setMimeData(files_data(saved(tmp_path, GREY)))
    assert opened(qtbot, window, window.actions_["paste"].trigger).shape == (1, 9, 12)
    QGuiApplication.clipboard().setText("0,5\t−1\t2\t1\n3\t4\t5\t1\n1\t1\t1\t1\n1\t1\t1\t1")
    assert opened(qtbot, window, window.actions_["paste"].trigger)[0, 0].tolist() == [0.5, -1, 2, 1]


def test_the_command_line(qtbot, window, tmp_path, settings):
    path = saved(tmp_path, GREY)
    found = opened(qtbot, window, lambda: begin(window, settings, path))
    assert found.shape == (1, 9, 12)
    window.conv.player.pause()


def test_recent_files_are_offered_the_latest_first(qtbot, window, tmp_path, settings):
    first, second = saved(tmp_path, GREY, "one.png"), saved(tmp_path, RGB, "two.png")
    for path in (first, second, first):
        opened(qtbot, window, lambda path=path: window.open_file(path))
    assert settings.recent_files() == [first, second]
    window.recent.aboutToShow.emit()
    entries = window.recent.actions()
    assert [entry.text() for entry in entries[:2]] == ["one.png", "two.png"]
    found = opened(qtbot, window, entries[1].trigger)
    assert len(found) == 3
    window.recent.aboutToShow.emit()
    window.recent.actions()[-1].trigger()
    assert settings.recent_files() == []


def test_a_recent_file_that_is_gone_is_told_and_forgotten(qtbot, window, tmp_path, settings):
    path = saved(tmp_path, GREY)
    opened(qtbot, window, lambda: window.open_file(path))
    path.unlink()
    before = window.conv.model.experiment
    with qtbot.waitSignal(window.conv.pictures.refused, timeout=LIMIT):
        window.open_file(path)
    assert "picture.png was not found" in window.banner.text
    assert settings.recent_files() == []
    assert window.conv.model.experiment is before


def test_opening_is_one_step_of_undo(qtbot, window, tmp_path):
    before = image_of(window)
    opened(qtbot, window, lambda: window.open_file(saved(tmp_path, GREY)))
    window.actions_["undo"].trigger()
    assert (image_of(window) == before).all()


def test_pictures_are_written_in_the_chosen_range(qtbot, window, tmp_path):
    window.conv.select(("input", -1))
    pick(window.conv.inspector.input.range_choice, "255")
    found = opened(qtbot, window, lambda: window.open_file(saved(tmp_path, GREY)))
    assert found[0] == pytest.approx(GREY.astype(float))


def test_a_picture_that_the_stages_do_not_fit_is_refused(qtbot, window, tmp_path, settings):
    before = window.conv.model.experiment
    with qtbot.waitSignal(window.conv.refused, timeout=LIMIT):
        window.open_file(saved(tmp_path, GREY[:3, :3]))
    assert window.conv.model.experiment is before
    assert "fit" in window.banner.text
    assert settings.recent_files() == []


# the dialog: grey or colour, size, crop, frame, background


@pytest.fixture
def adjusted(qtbot, window, tmp_path):
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[:, 100:] = 255, 0, 0
    opened(qtbot, window, lambda: window.open_file(saved(tmp_path, pixels)))
    window.actions_["adjust"].trigger()
    dialog = dialog_of(qtbot, window)
    yield dialog
    for left in window.findChildren(PictureDialog):
        left.reject()


def test_adjusting_needs_a_picture(window):
    assert not window.actions_["adjust"].isEnabled()


def test_grey_and_working_size(qtbot, window, adjusted):
    pick(adjusted.channels, "grey")
    pick(adjusted.size_choice, "28")
    assert "28 × 14" in adjusted._about.text()
    assert opened(qtbot, window, lambda: say_ok(qtbot, adjusted)).shape == (1, 14, 28)


def test_a_size_of_one_s_own(qtbot, window, adjusted):
    pick(adjusted.size_choice, "own")
    assert adjusted.own_size.isVisible()
    enter(adjusted.own_size, "50")
    assert opened(qtbot, window, lambda: say_ok(qtbot, adjusted)).shape == (3, 25, 50)


@pytest.mark.parametrize("text", ["0", "abc", "2049", "1,5", "−2"])
def test_a_size_that_cannot_be(adjusted, text):
    pick(adjusted.size_choice, "own")
    enter(adjusted.own_size, text)
    assert adjusted.isVisible(), "Enter in a field must not close the dialog"
    assert text in adjusted._trouble.text()
    assert adjusted._trouble.isVisible()
    assert adjusted.own_size.value() == 200 or adjusted.picture.max_side is not None


def test_a_part_is_framed_with_the_mouse(qtbot, window, adjusted):
    area = adjusted.crop_view._area()
    start = area.topLeft().toPoint() + QPoint(round(area.width() * 0.5), 2)
    end = area.bottomRight().toPoint() - QPoint(2, round(area.height() * 0.5))
    qtbot.mousePress(adjusted.crop_view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(adjusted.crop_view, end)
    qtbot.mouseRelease(adjusted.crop_view, Qt.MouseButton.LeftButton, pos=end)
    found = opened(qtbot, window, lambda: say_ok(qtbot, adjusted))
    assert found.shape == (3, pytest.approx(50, abs=3), pytest.approx(99, abs=3))
    assert found[0, :, 2:].min() == 1.0


def test_a_double_click_takes_all_again(qtbot, adjusted):
    adjusted._frame(adjusted.crop_view._frame.adjusted(0.2, 0.2, -0.2, -0.2))
    assert adjusted.picture.crop is not None
    double_click(adjusted.crop_view)
    assert adjusted.picture.crop is None


def test_the_preview_shows_the_picture_and_dims_what_is_left_out(qtbot, adjusted):
    area = adjusted.crop_view._area()
    adjusted._frame(type(adjusted.crop_view._frame)(0.5, 0, 0.5, 1))
    shot = grab(adjusted.crop_view)
    y = round(area.center().y())
    with pictured("crop", shot):
        assert shot[y, round(area.left() + area.width() * 0.75)].tolist() == [255, 0, 0]
        assert shot[y, round(area.left() + area.width() * 0.25)].max() < 30


def test_cancelling_leaves_the_input(window, adjusted):
    before = window.conv.model.experiment
    pick(adjusted.size_choice, "28")
    adjusted.reject()
    assert window.conv.model.experiment is before


def test_a_picture_of_20_000_pixels_is_offered_scaled(qtbot, window, tmp_path):
    path = saved(tmp_path, np.zeros((120, 20_000), np.uint8), "wide.png")
    before = window.conv.model.experiment
    window.open_file(path)
    dialog = dialog_of(qtbot, window)
    assert window.conv.model.experiment is before
    assert "20000" in dialog._about.text()
    pick(dialog.size_choice, "native")
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    assert "2048" in dialog._trouble.text()
    pick(dialog.size_choice, "1024")
    assert ok.isEnabled()
    assert opened(qtbot, window, lambda: say_ok(qtbot, dialog)).shape == (1, 6, 1024)


def test_frames_of_an_animation(qtbot, window, tmp_path):
    frames = [Image.fromarray(np.full((9, 9), value, np.uint8)) for value in (0, 128, 255)]
    path = tmp_path / "film.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    window.open_file(path)
    dialog = dialog_of(qtbot, window)
    assert dialog.frame.isVisible()
    enter(dialog.frame, "4")
    assert "too large" in dialog._trouble.text()
    enter(dialog.frame, "3")
    qtbot.waitUntil(lambda: not dialog._task.busy, timeout=LIMIT)
    assert opened(qtbot, window, lambda: say_ok(qtbot, dialog)).min() == 1.0


# what is no picture


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def whole(folder: Path, kind: str) -> bytes:
    return saved(folder, RGB, f"whole.{kind}").read_bytes()


BAD = {
    "truncated.png": lambda f: whole(f, "png")[:-120],
    "truncated.jpg": lambda f: whole(f, "jpg")[:-200],
    "corrupt.png": lambda f: whole(f, "png")[:60] + b"\0" * 60 + whole(f, "png")[120:],
    "text.png": lambda _f: b"this is no picture\n" * 40,
    "document.pdf": lambda _f: b"%PDF-1.4\n%%EOF",
    "page.png": lambda _f: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n",
    "empty.png": lambda _f: b"",
    "zero.png": lambda _f: png(0, 5, zlib.compress(b"")),
    "bomb.png": lambda _f: png(400_000, 400_000, zlib.compress(b"\0" * 1000)),
    "picture.svg": lambda _f: b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_sentence_and_changes_nothing(qtbot, window, tmp_path, name, caplog):
    path = tmp_path / name
    path.write_bytes(BAD[name](tmp_path))
    before = window.conv.model.experiment
    with qtbot.waitSignal(window.conv.pictures.refused, timeout=LIMIT) as told:
        window.open_file(path)
    error = told.args[0]
    check_sentence(window, name, error)
    assert window.conv.model.experiment is before
    assert not any(record.exc_info for record in caplog.records)


def check_sentence(window, name, error) -> None:
    """The sentence names the file, says what to do, and shows in both languages."""
    english = window.banner.text
    assert window.banner.isVisible()
    assert name in english
    assert ":" in english
    assert "Traceback" not in english
    assert len(english) < 250
    window.set_language("es")
    assert name in window.banner.text
    assert window.banner.text != english, "the sentence is not translated"
    window.set_language("en")
    assert window.banner.text == english


@pytest.mark.parametrize("kind", ["folder", "fifo", "gone", "forbidden"])
def test_what_is_no_file_to_read(qtbot, window, tmp_path, monkeypatch, kind):
    path = tmp_path / "thing.png"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "forbidden":
        saved(tmp_path, GREY, "thing.png")
        usual = Path.open

        def refuse(self, *args, **kwargs):  # root may read everything, so the system's answer is given here
            if self == path:
                raise PermissionError(13, "Permission denied", str(path))
            return usual(self, *args, **kwargs)

        monkeypatch.setattr(Path, "open", refuse)
    before = window.conv.model.experiment
    with qtbot.waitSignal(window.conv.pictures.refused, timeout=LIMIT) as told:
        window.open_file(path)
    check_sentence(window, "thing.png", told.args[0])
    assert window.conv.model.experiment is before


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (None, "no picture in the clipboard"),
        ("  ", "no picture in the clipboard"),
        ("hello", "hello"),
        ("1 2\n3", "row 2"),
        ("1\tx", "x"),
    ],
)
def test_a_clipboard_without_picture(window, text, part):
    before = window.conv.model.experiment
    QGuiApplication.clipboard().clear()
    if text is not None:
        QGuiApplication.clipboard().setText(text)
    window.actions_["paste"].trigger()
    assert part in window.banner.text.lower()
    assert window.conv.model.experiment is before
    english = window.banner.text
    window.set_language("es")
    assert window.banner.text != english


def test_the_next_edit_closes_the_message(window):
    window.actions_["paste"].trigger()
    assert window.banner.isVisible()
    window.conv.inspector.convolution.tool_buttons["negate"].click()
    assert not window.banner.isVisible()


def test_a_picture_that_comes_late_does_not_replace_a_newer_one(qtbot, window, tmp_path):
    """Two files opened one after the other: the second stays."""
    large = saved(tmp_path, DICE.integers(0, 256, (1500, 1500, 3), np.uint8), "large.png")
    small = saved(tmp_path, GREY, "small.png")
    told = heard(window.conv.pictures.opened)
    window.open_file(large)
    found = opened(qtbot, window, lambda: window.open_file(small))
    assert found.shape == (1, 9, 12)
    window.conv.pictures._task._pool.waitForDone()
    qtbot.wait(1)
    assert image_of(window).shape == (1, 9, 12)
    assert len(told) == 1


def test_closing_the_window_while_a_picture_is_read(window, tmp_path):
    path = saved(tmp_path, DICE.integers(0, 256, (2000, 2000, 3), np.uint8), "large.png")
    window.open_file(path)
    window.close()
    assert not window.conv.pictures._task.busy
