"""The dialogs that open and save begin where the user was, or where such files usually lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core.recovery import Origin
from cnnexplorer.ui.documents import ask_file
from cnnexplorer.ui.folders import DOCUMENTS, PICTURES, first_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.ui.main_window import MainWindow

    Usual = Callable[[dict[object, Path]], None]


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Usual:
    """Give the system's folders; the user's own is `tmp_path`."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)

    def give(places: dict[object, Path]) -> None:
        monkeypatch.setattr(QStandardPaths, "writableLocation", lambda kind: str(places.get(kind, tmp_path / "none")))

    return give


def test_the_first_folder_that_is_there_is_taken(usual: Usual, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    usual({DOCUMENTS: one})
    for remembered, expected in (((str(other), ""), one), ((str(other), str(one)), one), (("relative", ""), one)):
        assert first_folder(*remembered) == expected
    assert first_folder(str(other), usual=PICTURES) == tmp_path
    other.mkdir()
    assert first_folder("", str(other)) == other


def test_sessions_are_opened_and_saved_where_the_last_one_was(
    window: MainWindow, usual: Usual, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *given, **_more: asked.append(Path(given[2])) or ("", ""))
    documents, lessons, photos = (tmp_path / name for name in ("documents", "lessons", "photos"))
    for folder in (documents, lessons, photos):
        folder.mkdir()
    usual({DOCUMENTS: documents})

    def begins() -> tuple[Path, Path]:
        window.actions_["save"].trigger()
        ask_file(window, window._settings)
        return asked[-2].parent, asked[-1]

    assert begins() == (documents, tmp_path)  # there is no folder for pictures
    window._settings.set("folder", str(photos))
    window.document._origin = Origin(lessons / "a.cnnx")
    window.document._remember()
    window.document._origin = Origin()
    assert begins() == (lessons, lessons)
