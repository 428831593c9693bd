"""Arrays in the window: images from NPY and CSV, kernels loaded, saved and copied."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from cnnexplorer.core import Convolution

from .helpers import LEFT, drop, files_data, heard, image_of, set_image

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 8000
VALUES = np.random.default_rng(1).normal(size=(6, 7))


def panel(window):
    return window.conv.inspector.convolution


def weight(window) -> np.ndarray:
    return window.conv.model.experiment.stages[0].weight


def array_file(folder: Path, values: np.ndarray, name: str = "a.npy") -> Path:
    path = folder / name
    if path.suffix == ".csv":
        path.write_text("\n".join(";".join(map(repr, row)) for row in values.tolist()))
    else:
        with path.open("wb") as file:  # numpy.save would change another end of the name
            np.save(file, values)
    return path


def entry(window, text: str, monkeypatch) -> None:
    """Choose an entry of the kernel's menu."""
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    panel(window).more_button.click()
    menu = panel(window).findChildren(QMenu)[-1]
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.aboutToHide.emit()


# images


@pytest.mark.parametrize("name", ["a.npy", "a.csv", "A.NPY"])
def test_an_array_is_dropped_in_with_its_numbers_as_they_are(qtbot, window, tmp_path, name, settings):
    path = array_file(tmp_path, VALUES, name)
    with qtbot.waitSignal(window.conv.pictures.opened, timeout=LIMIT):
        assert drop(window, files_data(path))
    assert (image_of(window) == VALUES[None]).all()
    assert window.status_cell.text() == f"{name}: 6 × 7, one channel"
    assert settings.recent_files() == [path]
    assert not window.actions_["adjust"].isEnabled()
    assert not window.banner.isVisible()
    window.actions_["undo"].trigger()
    assert image_of(window).shape != (1, 6, 7)
    assert window.status_cell.text() == ""


def test_the_open_dialog_offers_arrays(qtbot, window, tmp_path, monkeypatch):
    path = array_file(tmp_path, np.arange(60, dtype=np.uint8).reshape(4, 5, 3))
    asked = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: asked.append(args) or (str(path), ""))
    with qtbot.waitSignal(window.conv.pictures.opened, timeout=LIMIT):
        window.actions_["open"].trigger()
    assert "*.npy *.csv" in asked[0][3]
    assert image_of(window)[2].tolist() == np.arange(2, 60, 3).reshape(4, 5).tolist()
    assert window.status_cell.text().endswith("channels last: 3")
    assert window.conv.pictures.peak == 255


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.npy", b"no array", "a.npy is not an NPY file"),
        ("a.csv", b"1;x", "“x” in row 1, column 2"),
        ("gone.csv", None, "gone.csv was not found"),
    ],
)
def test_a_file_that_holds_no_numbers_is_told(qtbot, window, tmp_path, name, data, words):
    before = window.conv.model.experiment
    if data is not None:
        (tmp_path / name).write_bytes(data)
    window.open_file(tmp_path / name)
    qtbot.waitUntil(lambda: bool(window.banner.text), timeout=LIMIT)
    assert words in window.banner.text
    assert window.conv.model.experiment is before


# kernels


def load(qtbot, window, path, monkeypatch) -> str:
    told, refused = heard(panel(window).told), heard(panel(window).refused)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    entry(window, "Load kernels from a file…", monkeypatch)
    qtbot.waitUntil(lambda: bool(told or refused), timeout=LIMIT)
    return str((told or refused)[0][0])


@pytest.mark.parametrize("name", ["a.npy", "a.csv"])
def test_a_kernel_is_loaded(qtbot, window, tmp_path, monkeypatch, name):
    path = array_file(tmp_path, VALUES[:5, :5], name)
    assert load(qtbot, window, path, monkeypatch) == f"{name}: a kernel of 5 × 5"
    assert (weight(window)[0, 0] == VALUES[:5, :5]).all()
    assert (panel(window).matrix.value() == VALUES[:5, :5]).all()
    assert window.status_cell.text() == f"{name}: a kernel of 5 × 5"
    window.actions_["undo"].trigger()
    assert weight(window).shape[2:] == (3, 3)


def test_a_bank_is_loaded(qtbot, window, tmp_path, monkeypatch):
    set_image(window, np.zeros((3, 8, 8)), Convolution(np.zeros((2, 3, 3, 3))))
    values = np.random.default_rng(2).normal(size=(5, 3, 4, 4))
    assert "a bank of 5 × 3 × 4 × 4" in load(qtbot, window, array_file(tmp_path, values), monkeypatch)
    assert (weight(window) == values).all()


def test_a_bank_that_does_not_fit_is_told_and_changes_nothing(qtbot, window, tmp_path, monkeypatch):
    before = window.conv.model.experiment
    path = array_file(tmp_path, np.zeros((5, 3, 4, 4)))
    assert "the bank here is one of filters × 1 × height" in load(qtbot, window, path, monkeypatch)
    assert window.conv.model.experiment is before
    assert "the bank here is one of filters × 1 × height" in window.banner.text
    path = array_file(tmp_path, np.zeros((20, 20)))
    assert "a kernel of 20x20 cannot be" in load(qtbot, window, path, monkeypatch)


def test_a_kernel_for_a_stage_that_is_gone_is_dropped(qtbot, window, tmp_path):
    path = array_file(tmp_path, VALUES[:3, :3])
    files = panel(window).files
    files.load(path, (0, 0, None))
    set_image(window, np.zeros((8, 8)))
    qtbot.waitUntil(lambda: not files._task.busy, timeout=LIMIT)
    assert not window.banner.isVisible()
    assert window.conv.model.experiment.stages == ()


def save(qtbot, window, path, text, filter_, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: asked.append(args) or (str(path), filter_))
    told = heard(panel(window).told)
    entry(window, text, monkeypatch)
    qtbot.waitUntil(lambda: bool(told), timeout=LIMIT)
    assert told[0][0].startswith(f"{path.name} was saved")


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".py", ".tif", ".png"])
def test_a_kernel_is_saved(qtbot, window, tmp_path, monkeypatch, suffix):
    path = tmp_path / f"kernel{suffix}"
    save(qtbot, window, path, "Save the kernel…", "", monkeypatch)
    expected = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    if suffix == ".npy":
        assert np.load(path).tolist() == expected
    elif suffix == ".csv":
        with path.open(newline="") as file:
            assert [[float(cell) for cell in row] for row in csv.reader(file)] == expected
    elif suffix == ".py":
        assert "kernel = np.array([[-1.0, 0.0, 1.0]," in path.read_text()
    assert path.stat().st_size > 0


def test_the_whole_bank_is_saved_with_its_biases(qtbot, window, tmp_path, monkeypatch):
    values = np.random.default_rng(3).normal(size=(2, 3, 3, 3))
    set_image(window, np.zeros((3, 8, 8)), Convolution(values, [0.5, -1]))
    save(qtbot, window, tmp_path / "bank.npz", "Save the whole bank…", "", monkeypatch)
    with np.load(tmp_path / "bank.npz") as found:
        assert (found["weight"] == values).all()
        assert found["bias"].tolist() == [0.5, -1]


@pytest.mark.parametrize(("text", "library"), [("Copy for NumPy", "np"), ("Copy for PyTorch", "torch")])
def test_a_kernel_is_copied_for_python(window, monkeypatch, text, library):
    entry(window, text, monkeypatch)
    found = eval(QGuiApplication.clipboard().text(), {"np": np, "torch": torch})
    assert found.tolist() == weight(window)[0, 0].tolist()
    panel(window).matrix.paste()
    assert not window.banner.isVisible()


def test_the_matrix_shows_the_menu_on_a_right_click(qtbot, window, monkeypatch):
    places = []
    monkeypatch.setattr(QMenu, "popup", lambda _menu, place: places.append(place))
    matrix, place = panel(window).matrix, QPoint(30, 20)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, matrix.mapToGlobal(place))
    QApplication.sendEvent(matrix, event)
    assert places == [matrix.mapToGlobal(place)]
    menu = panel(window).findChildren(QMenu)[-1]
    assert [action.text() for action in menu.actions() if action.text()][:5] == [
        "Copy the kernel", "Paste a kernel", "Load kernels from a file…", "Save the kernel…", "Save the whole bank…",
    ]  # fmt: skip
    menu.aboutToHide.emit()
    qtbot.mouseClick(matrix, LEFT, Qt.KeyboardModifier.NoModifier, place)
