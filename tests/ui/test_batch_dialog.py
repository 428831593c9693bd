"""The dialog that saves whole layers: choosing, saving, stopping, overwriting, and trouble."""

from __future__ import annotations

import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from cnnexplorer.core import Convolution, ImageError, files, format_number
from cnnexplorer.core.batch import FORMS, Group
from cnnexplorer.core.batch_run import BatchReport
from cnnexplorer.ui.batch_controls import BatchControls
from cnnexplorer.ui.batch_dialog import BatchDialog
from cnnexplorer.ui.batch_facts import letters
from cnnexplorer.ui.batch_offer import BatchKind, BatchOffer
from cnnexplorer.ui.batch_texts import progress_text, report_text
from cnnexplorer.ui.figures.facts import PROGRAM
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.theme import use_theme
from tests.ui.helpers import LEFT, NONE, choose, pixels, press, set_image, settled, type_text
from tests.ui.nets.helpers import speak_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.settings import Settings

LIMIT = 8000
DICE = np.random.default_rng(3)
ARRAYS = {
    "conv1": DICE.normal(size=(12, 5, 6)).astype(np.float32),
    "relu1": np.abs(DICE.normal(size=(3, 5, 6))).astype(np.float32),
    "conv1_filters": DICE.normal(size=(4, 3, 2, 2)).astype(np.float32),
}


class Source:
    """Gives the arrays, and can be made to wait or to fail."""

    def __init__(self) -> None:
        self.files: tuple[Path, ...] = ()
        self.go = threading.Event()
        self.go.set()
        self.reading = threading.Event()

    def open(self, files: tuple[Path, ...]) -> Callable[[int], Callable[[Group], np.ndarray]]:
        self.files = files

        def open_picture(index: int) -> Callable[[Group], np.ndarray]:
            if files and files[index].name.startswith("bad"):
                raise ImageError("{name} is damaged", name=files[index].name)

            def read(group: Group) -> np.ndarray:
                self.reading.set()
                assert self.go.wait(10)
                return ARRAYS[group.name]

            return read

        return open_picture

    @staticmethod
    def list(folder: Path) -> tuple[Path, ...]:
        found = tuple(sorted(folder.glob("*.png")))
        if not found:
            raise ImageError("there is no picture in {folder}", folder=folder.name)
        return found


def group(name: str, colour: bool = False) -> Group:
    values = ARRAYS[name]
    return Group(name, f"Net, {name}", len(values), values.shape[1:], colour)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def dialog(qtbot: QtBot, settings: Settings, source: Source, tmp_path: Path) -> Iterator[BatchDialog]:
    out = tmp_path / "out"
    out.mkdir()
    settings.set("save_folder", str(out))
    maps = tuple(replace(group(name), facts=(("Layer", name),)) for name in ("conv1", "relu1"))

    def facts(file: str | None) -> tuple[tuple[str, str], ...]:
        return (("Picture", file or "present"),)

    offer = BatchOffer(
        "net",
        (
            BatchKind(
                "maps", "Maps", maps, ("conv1, 12×5×6", "relu1"), frozenset({"conv1"}), source.open, True, facts=facts
            ),
            BatchKind("filters", "Filters", (group("conv1_filters", True),), ("conv1",), frozenset(), source.open),
        ),
        source.list,
    )
    found = BatchDialog(offer, settings)
    qtbot.addWidget(found)
    with qtbot.waitExposed(found):
        found.open()
    yield found
    source.go.set()
    found.close_work()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def retype(line: QLineEdit, text: str) -> None:
    line.setFocus()
    line.selectAll()
    type_text(line, text)


def save(qtbot: QtBot, dialog: BatchDialog) -> str:
    qtbot.mouseClick(dialog.start_button, LEFT)
    qtbot.waitUntil(lambda: dialog.start_button.isVisible(), timeout=LIMIT)
    return dialog.summary.text()


def answer(monkeypatch: pytest.MonkeyPatch, button: QMessageBox.StandardButton) -> list[str]:
    texts: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: texts.append(box.text()) or button.value)
    return texts


def test_what_is_looked_at_is_saved(qtbot: QtBot, dialog: BatchDialog, tmp_path: Path):
    assert dialog.summary.text().startswith("12 files, about ")
    assert dialog.summary.text().endswith("such as net_conv1_000.png")
    assert save(qtbot, dialog) == "12 files were saved in out."
    assert names(tmp_path / "out") == [f"net_conv1_{index:03}.png" for index in range(12)]


def test_layers_are_checked_by_keyboard_and_by_mouse(qtbot: QtBot, dialog: BatchDialog):
    dialog.layers.list.setFocus()
    dialog.layers.list.setCurrentRow(0)
    press(dialog.layers.list, Qt.Key.Key_Down)
    press(dialog.layers.list, Qt.Key.Key_Space)
    assert dialog.summary.text().startswith("15 files")
    qtbot.mouseClick(dialog.layers.none_button, LEFT)
    assert dialog.summary.text() == "Check a layer."
    assert not dialog.start_button.isEnabled()
    qtbot.mouseClick(dialog.layers.all_button, LEFT)
    assert dialog.summary.text().startswith("15 files")
    choose(dialog.layers.kinds, "filters")
    assert dialog.layers.list.count() == 1
    assert dialog.summary.text() == "Check a layer."
    assert not dialog.controls.pictures.isVisible()
    choose(dialog.layers.kinds, "maps")
    assert dialog.summary.text().startswith("15 files"), "what was checked is kept"


@pytest.mark.parametrize("form", list(FORMS))
def test_each_form_offers_its_formats_and_fields(qtbot: QtBot, dialog: BatchDialog, tmp_path: Path, form: str):
    controls = dialog.controls
    choose(controls.form_choice, form)
    offered = [controls.format.itemData(index) for index in range(controls.format.count())]
    assert offered == list(FORMS[form][1])
    for format_ in offered:
        choose(controls.format, format_)
        pictured = format_ == "picture"
        assert controls.colours.isVisible() == pictured
        assert controls.range.isVisible() == (pictured or format_.startswith("png"))
        assert controls.scale.isVisible() == (pictured and form == "each")
        request = dialog.request()
        assert (request.form, request.format) == (form, format_)
    assert "saved in out." in save(qtbot, dialog)
    assert names(tmp_path / "out")


def test_what_was_chosen_is_remembered(qtbot: QtBot, dialog: BatchDialog, settings: Settings, tmp_path: Path):
    choose(dialog.controls.form_choice, "each")
    for choice, value in (("format", "csv"), ("range", "shared")):
        getattr(dialog.controls, choice).setValue(value)
    save(qtbot, dialog)
    again = BatchControls(settings)
    qtbot.addWidget(again)
    assert again.format.value() == "csv"
    assert again.shared
    assert again.folder.path == tmp_path / "out"


def test_the_files_are_called_as_is_said(qtbot: QtBot, dialog: BatchDialog, settings: Settings, tmp_path: Path):
    line = dialog.controls.name.line
    retype(line, "lesson {colour}")
    assert "there is no field {colour}" in dialog.summary.text().lower()
    assert not dialog.start_button.isEnabled()
    retype(line, "lesson {layer}")
    assert dialog.summary.text().startswith("Several files would be called lesson conv1.png: put {name}, or")
    assert not dialog.start_button.isEnabled()
    retype(line, "lesson {layer} {channel}")
    assert dialog.summary.text().endswith("such as lesson conv1 000.png")
    save(qtbot, dialog)
    assert names(tmp_path / "out") == [f"lesson conv1 {index:03}.png" for index in range(12)]
    again = BatchControls(settings)
    qtbot.addWidget(again)
    assert again.name.template == "lesson {layer} {channel}"


@pytest.mark.parametrize("replaced", [True, False])
def test_nothing_is_overwritten_without_one_question(
    qtbot: QtBot, dialog: BatchDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replaced: bool
):
    old = [tmp_path / "out" / f"net_conv1_{index:03}.png" for index in (2, 5)]
    for path in old:
        path.write_bytes(b"old")
    buttons = QMessageBox.StandardButton
    texts = answer(monkeypatch, buttons.Yes if replaced else buttons.Cancel)
    text = save(qtbot, dialog)
    assert texts == [
        "2 of these files are already there, the first is net_conv1_002.png. Replace them all?",
    ]
    assert [path.read_bytes() == b"old" for path in old] == [not replaced] * 2
    assert len(names(tmp_path / "out")) == (12 if replaced else 2)
    assert text.startswith("12 files" if replaced else "12 files, about")


def test_stopping_keeps_what_is_saved(qtbot: QtBot, dialog: BatchDialog, source: Source, tmp_path: Path):
    qtbot.mouseClick(dialog.layers.all_button, LEFT)
    source.go.clear()
    qtbot.mouseClick(dialog.start_button, LEFT)
    qtbot.waitUntil(source.reading.is_set, timeout=LIMIT)
    qtbot.waitUntil(dialog.bar.isVisible, timeout=LIMIT)
    assert not dialog.layers.list.isEnabled()
    assert not dialog.controls.isEnabled()
    assert "0 of 15 files" in dialog.summary.text()
    qtbot.mouseClick(dialog.stop_button, LEFT)
    assert dialog.summary.text() == "Stopping…"
    source.go.set()
    qtbot.waitUntil(dialog.start_button.isVisible, timeout=LIMIT)
    assert dialog.summary.text() == "Stopped. 0 of 15 files were saved in out."
    assert names(tmp_path / "out") == []
    assert not dialog.bar.isVisible()
    assert save(qtbot, dialog) == "15 files were saved in out, in 2 folders."


def test_closing_stops_first(qtbot: QtBot, dialog: BatchDialog, source: Source, tmp_path: Path):
    source.go.clear()
    qtbot.mouseClick(dialog.start_button, LEFT)
    qtbot.waitUntil(source.reading.is_set, timeout=LIMIT)
    press(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.closed, timeout=LIMIT):
        source.go.set()
    assert not dialog.isVisible()
    assert names(tmp_path / "out") == []


def test_a_full_disk_is_told_with_what_was_saved(
    qtbot: QtBot, dialog: BatchDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    count = [0]

    def full(_descriptor: int) -> None:
        count[0] += 1
        if count[0] > 5:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_sync_folder", lambda _folder: None)
    monkeypatch.setattr(files.os, "fsync", full)
    text = save(qtbot, dialog)
    assert text.startswith("net_conv1_005.png was not saved: the disk is full")
    assert text.endswith(". 5 of 12 files were saved in out.")
    assert names(tmp_path / "out") == [f"net_conv1_{index:03}.png" for index in range(5)]


def test_all_pictures_of_a_folder(
    qtbot: QtBot, dialog: BatchDialog, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.png", "bad.png", "c.png"):
        (pictures / name).write_bytes(b"")
    controls = dialog.controls
    choose(controls.pictures, "folder")
    assert dialog.summary.text() == "Choose the folder with the pictures."
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pictures))
    qtbot.mouseClick(controls.source.button, LEFT)
    qtbot.waitUntil(lambda: controls.found.text() == "3 pictures", timeout=LIMIT)
    assert dialog.summary.text().startswith("36 files")
    assert dialog.summary.text().endswith("such as a/net_conv1_000.png")
    text = save(qtbot, dialog)
    assert text == "24 files were saved in out, in 2 folders.\n1 picture was skipped: bad.png is damaged."
    assert {name.split("/")[0] for name in names(tmp_path / "out")} == {"a", "c"}
    assert [path.name for path in source.files] == ["a.png", "bad.png", "c.png"]
    choose(controls.place, "prefix")
    assert dialog.summary.text().endswith("such as a_net_conv1_000.png")
    choose(controls.pictures, "present")
    assert dialog.summary.text().startswith("12 files")


def test_a_folder_without_pictures_is_told(
    qtbot: QtBot, dialog: BatchDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(dialog.controls.pictures, "folder")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    qtbot.mouseClick(dialog.controls.source.button, LEFT)
    qtbot.waitUntil(lambda: "There is no picture in" in dialog.summary.text(), timeout=LIMIT)
    assert not dialog.start_button.isEnabled()


def test_without_a_folder_nothing_can_be_saved(qtbot: QtBot, settings: Settings, source: Source, tmp_path: Path):
    settings.set("save_folder", str(tmp_path / "gone"))
    kind = BatchKind("maps", "Maps", (group("conv1"),), ("conv1",), frozenset({"conv1"}), source.open)
    found = BatchDialog(BatchOffer("net", (kind,)), settings)
    qtbot.addWidget(found)
    assert found.summary.text() == "Choose the folder that the files are saved in."
    assert not found.start_button.isEnabled()
    found.close_work()


def test_enter_presses_the_button_that_has_the_focus_and_no_other(qtbot: QtBot, dialog: BatchDialog, tmp_path: Path):
    for widget in (dialog.layers.kinds, dialog.layers.list, dialog.controls.format):
        widget.setFocus()
        press(widget, Qt.Key.Key_Return)
        assert dialog.start_button.isVisible()
    dialog.layers.none_button.setFocus()
    press(dialog.layers.none_button, Qt.Key.Key_Return)
    assert dialog.summary.text() == "Check a layer."
    dialog.layers.all_button.setFocus()
    press(dialog.layers.all_button, Qt.Key.Key_Enter)
    dialog.start_button.setFocus()
    press(dialog.start_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.summary.text() == "15 files were saved in out, in 2 folders.", timeout=LIMIT)
    assert len(names(tmp_path / "out")) == 15


def test_the_dialog_speaks_spanish_and_back(dialog: BatchDialog):
    use_language("es")
    settled(dialog)
    assert dialog.stop_button.text() == "Detener"
    use_language("en")
    assert dialog.stop_button.text() == "Stop"


def test_the_time_left_is_told():
    assert progress_text(0, 100, 5.0) == "0 of 100 files"
    assert progress_text(25, 100, 5.0) == "25 of 100 files, about 15 s left"
    assert progress_text(1000, 100000, 10.0) == "1,000 of 100,000 files, about 16 min left"


def test_the_report_names_the_folder_that_was_made(tmp_path: Path):
    made = tmp_path / "net" / "conv1"
    for folders, place in (
        ((), "."),
        ((tmp_path,), "."),
        ((made,), "/net/conv1."),
        ((made, tmp_path), ", in 2 folders."),
    ):
        report = BatchReport(3, 3, folders=folders)
        assert report_text(report, tmp_path) == f"3 files were saved in {tmp_path.name}{place}"


def test_several_layers_have_folders_until_it_is_said_otherwise(qtbot: QtBot, dialog: BatchDialog, tmp_path: Path):
    controls = dialog.controls
    assert controls.apart.isVisible()
    assert not controls.apart.isChecked()
    assert dialog.start_button.text() == "Save 12 files"
    qtbot.mouseClick(dialog.layers.all_button, LEFT)
    assert controls.apart.isChecked()
    assert dialog.start_button.text() == "Save 15 files"
    assert dialog.summary.text().endswith("such as net_conv1/net_conv1_000.png")
    assert save(qtbot, dialog) == "15 files were saved in out, in 2 folders."
    assert names(tmp_path / "out")[-1] == "net_relu1/net_relu1_002.png"
    press(controls.apart, Qt.Key.Key_Space)
    assert dialog.summary.text().endswith("such as net_conv1_000.png")
    qtbot.mouseClick(dialog.layers.none_button, LEFT)
    assert dialog.start_button.text() == "Save"
    qtbot.mouseClick(dialog.layers.all_button, LEFT)
    assert not controls.apart.isChecked()
    choose(controls.form_choice, "sheet")
    assert not controls.apart.isVisible()
    assert dialog.start_button.text() == "Save 2 files"


def test_pictures_can_be_seen_and_tell_what_they_are(qtbot: QtBot, dialog: BatchDialog, tmp_path: Path):
    save(qtbot, dialog)
    reach = format_number(float(np.abs(ARRAYS["conv1"][4]).max()), 4)
    low, high = (format_number(float(end), 4) for end in (ARRAYS["conv1"][4].min(), ARRAYS["conv1"][4].max()))
    with Image.open(tmp_path / "out" / "net_conv1_004.png") as image:
        assert image.size == (6 * 34, 5 * 34)
        assert image.text["Title"] == "Net, conv1: 4"
        assert image.text["Software"] == PROGRAM
        assert image.text["Description"].splitlines() == [
            "Picture: present",
            "Layer: conv1",
            "Channel: 4",
            f"Values: from {low} to {high}",
            f"Colours: Diverging around zero, from -{reach} to {reach} (each its own range)",
            f"Program: {PROGRAM}",
        ]


@pytest.mark.parametrize(("form", "format_"), [("each", "picture"), ("each", "png16"), ("sheet", "picture")])
def test_pictures_tell_it_in_the_language_in_use(
    qtbot: QtBot, dialog: BatchDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, format_: str
):
    speak_marked(monkeypatch)
    choose(dialog.controls.form_choice, form)
    choose(dialog.controls.format, format_)
    save(qtbot, dialog)
    with Image.open(next((tmp_path / "out").iterdir())) as image:
        lines = image.text["Description"].splitlines()
        if format_ == "picture":
            assert image.text["Description"].lang == "es"
    assert [line for line in lines if not line.startswith(("«", "Picture", "Layer"))] == []
    assert len(lines) == (5 if form == "sheet" else 6)


def test_a_line_of_a_sheet_has_every_letter(qapp: QApplication):
    paint = letters(qapp.font())
    with ThreadPoolExecutor(1) as pool:  # the files are written on a worker
        found = {sign: pool.submit(paint, sign, 20, (26, 29, 33)).result() for sign in "óñáéíúü¿·−×…o-x\U0010ffff"}
    assert all(picture.min() < 80 for picture in found.values()), "a sign is blank"
    shapes = [(picture.shape, picture.tobytes()) for picture in found.values()]
    assert len(set(shapes)) == len(shapes), "two signs look alike: one is missing"


def test_boxes_that_are_not_checked_are_seen(qtbot: QtBot, dialog: BatchDialog):
    for theme in ("light", "dark"):
        use_theme(theme)
        settled(dialog)
        rect = dialog.layers.list.visualItemRect(dialog.layers.list.item(1))
        row = pixels(dialog.layers.list.viewport().grab(rect).toImage())[2:-2]
        away = np.abs(row[:, :24] - row[:, -8:].mean(axis=(0, 1))).max(axis=2)
        assert (away > 40).sum() >= 16, f"no frame in the {theme} theme"


# the Convolution workspace


def test_stages_and_kernels_of_an_experiment(qtbot: QtBot, window, tmp_path: Path, settings: Settings):
    weight = DICE.normal(size=(2, 1, 3, 3))
    set_image(window, DICE.normal(size=(6, 6)), Convolution(weight))
    settings.set("save_folder", str(tmp_path))
    window.actions_["save_layers"].trigger()
    found = window.conv.batch
    assert found is not None
    assert [found.layers.list.item(row).text() for row in range(found.layers.list.count())] == [
        "Input, 1×6×6",
        "Convolution, 2×4×4",
    ]
    qtbot.mouseClick(found.layers.all_button, LEFT, NONE)
    choose(found.controls.form_choice, "all")
    assert save(qtbot, found) == f"1 file was saved in {tmp_path.name}."
    with np.load(tmp_path / "maps.npz") as arrays:
        assert (arrays["input"] == window.conv.model.experiment.image).all()
        assert (arrays["stage1_convolution"] == window.conv.model.result.outputs[0]).all()
    choose(found.layers.kinds, "filters")
    choose(found.controls.form_choice, "each")
    choose(found.controls.format, "csv")
    save(qtbot, found)
    read = np.loadtxt(tmp_path / "stage1_convolution_kernels_001.csv", delimiter=",")
    assert (read == weight[1, 0]).all()
    choose(found.controls.form_choice, "sheet")
    save(qtbot, found)
    with Image.open(tmp_path / "stage1_convolution_kernels_sheet.png") as image:
        facts = dict(line.split(": ", 1) for line in image.text["Description"].splitlines())
    assert facts["Stage"] == "1 Convolution"
    assert facts["Input"] == "1 × 6 × 6"
    assert (facts["Size"], facts["Stride"], facts["Filters"]) == ("3 × 3", "1 × 1", "2")
    assert facts["Colours"] == "Diverging around zero, each its own range"
    low, high = (format_number(float(end), 4) for end in (weight.min(), weight.max()))
    assert facts["Values"] == f"from {low} to {high}"
    qtbot.mouseClick(found.close_button, LEFT)
    assert window.conv.batch is None
