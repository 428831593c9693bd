"""Where to save, what may be overwritten, and the writing itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnnexplorer.core import SaveError
from cnnexplorer.core.files import write_file
from cnnexplorer.ui import saving
from cnnexplorer.ui.saving import Saver, ask_where
from tests.ui.helpers import heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.settings import Settings

KINDS = {"csv": ("Table", ".csv"), "png8": ("Eight", ".png"), "png16": ("Sixteen", ".png")}


@pytest.fixture
def saver(qtbot: QtBot) -> Iterator[Saver]:
    found = Saver()
    yield found
    found.close()
    found.deleteLater()


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.mark.parametrize(
    ("typed", "filter_", "name", "kind"),
    [
        ("a.csv", "Table (*.csv)", "a.csv", "csv"),
        ("a", "Sixteen (*.png)", "a.png", "png16"),
        ("a.png", "Sixteen (*.png)", "a.png", "png16"),
        ("a.png", "Table (*.csv)", "a.png", "png8"),
        ("a.CSV", "Eight (*.png)", "a.CSV", "csv"),
        ("conv1.weight", "Table (*.csv)", "conv1.weight.csv", "csv"),
        ("a", "", "a.csv", "csv"),
    ],
)
def test_the_kind_is_what_was_typed_or_chosen(
    place: QWidget, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    typed: str, filter_: str, name: str, kind: str,
):  # fmt: skip
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *given: asked.append(given) or (str(tmp_path / typed), filter_)
    )
    settings.set("save_folder", str(tmp_path))
    assert ask_where(place, settings, "Save", "stem", KINDS) == (tmp_path / name, kind)
    assert asked[0][1:] == ("Save", str(tmp_path / "stem.csv"), "Table (*.csv);;Eight (*.png);;Sixteen (*.png)")
    assert settings.get("save_folder", "") == str(tmp_path)


def test_nothing_is_chosen(place: QWidget, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    assert ask_where(place, settings, "Save", "stem", KINDS) is None
    assert settings.get("save_folder", "none") == "none"


@pytest.mark.parametrize("answer", ["Replace", "Cancel"])
def test_a_name_that_only_becomes_that_of_a_file_is_asked_about(
    place: QWidget, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
):
    (tmp_path / "a.csv").write_text("old")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a"), "Table (*.csv)"))
    texts = []

    def run(box: QMessageBox) -> int:
        texts.append(box.text())
        button = next(button for button in box.buttons() if button.text().replace("&", "") == answer)
        button.click()
        return box.standardButton(button).value

    monkeypatch.setattr(QMessageBox, "exec", run)
    found = ask_where(place, settings, "Save", "stem", KINDS)
    assert texts == ["a.csv is already there. Replace it?"]
    assert found == ((tmp_path / "a.csv", "csv") if answer == "Replace" else None)


def test_one_question_for_all(place: QWidget, monkeypatch: pytest.MonkeyPatch):
    texts = []
    monkeypatch.setattr(
        QMessageBox, "exec", lambda box: texts.append(box.text()) or QMessageBox.StandardButton.Yes.value
    )
    assert saving.may_overwrite(place, ["a<b>.png", "b.png", "c.png"])
    assert texts == ["3 of these files are already there, the first is a<b>.png. Replace them all?"]


def test_files_are_written_one_after_the_other(qtbot: QtBot, saver: Saver, tmp_path: Path):
    saved, refused = heard(saver.saved), heard(saver.refused)
    threads = []

    def write(path: Path) -> None:
        threads.append(threading.get_ident())
        write_file(path, b"x")

    for name in ("a", "b", "gone/c", "d"):
        saver.save(tmp_path / name, lambda path=tmp_path / name: write(path))
    qtbot.waitUntil(lambda: len(saved) + len(refused) == 4)
    assert [values[0].name for values in saved] == ["a", "b", "d"]
    assert isinstance(refused[0][0], SaveError)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a", "b", "d"]
    assert threading.get_ident() not in threads


def test_closing_writes_what_was_asked_for(qtbot: QtBot, saver: Saver, tmp_path: Path):
    begun, go = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        go.wait(10)
        write_file(tmp_path / "a", b"1")

    saver.save(tmp_path / "a", slow)
    saver.save(tmp_path / "b", lambda: write_file(tmp_path / "b", b"2"))
    saver.save(tmp_path / "gone" / "c", lambda: write_file(tmp_path / "gone" / "c", b"3"))
    assert begun.wait(10)
    go.set()
    saver.close()
    assert (tmp_path / "a").read_bytes() == b"1"
    assert (tmp_path / "b").read_bytes() == b"2"
