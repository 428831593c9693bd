"""The architecture's table taken away: saved, copied, in the language in use."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from cnnexplorer.nets import CATALOG, read_architecture
from cnnexplorer.ui.nets.architecture_page import ArchitecturePage
from tests.ui.helpers import LEFT, choose, heard, settled
from tests.ui.nets.helpers import speak_marked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.settings import Settings


@pytest.fixture
def page(qtbot: QtBot, model: NetModel, settings: Settings) -> Iterator[ArchitecturePage]:
    found = ArchitecturePage(model)
    qtbot.addWidget(found)
    found.resize(1300, 760)
    found.use_settings(settings)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.reading is not None)
    settled(found)
    yield found
    found.leave()
    found.close_work()


def save(qtbot: QtBot, page: ArchitecturePage, path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: asked.append(given) or (str(path), ""))
    told = heard(page.told)
    page.take.save_action.trigger()
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(f"{path.name} was saved",)]
    return asked


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def test_the_table_is_saved_as_it_is_shown(
    qtbot: QtBot, page: ArchitecturePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = save(qtbot, page, tmp_path / "a.csv", monkeypatch)
    assert str(asked[0][2]).endswith("alexnet2012_architecture.csv")
    heads, *rows, sums = read(tmp_path / "a.csv")
    layers = read_architecture("alexnet2012")
    assert heads[:5] == ["Layer", "Kind", "Output", "Parameters", "Share of parameters (%)"]
    assert heads[-2:] == ["Receptive field (pixels)", "Field stride (pixels)"]
    assert [row[0] for row in rows] == [layer.name for layer in layers]
    assert [int(row[3] or 0) for row in rows] == [layer.parameters for layer in layers]
    assert [int(row[5] or 0) for row in rows] == [layer.macs for layer in layers]
    assert rows[0][6] == f"{100 * layers[0].share:.6g}"
    assert rows[0][7:] == ["11×11", "4", "2", "1", "11×11", "4"]
    assert (sums[0], sums[3], sums[5]) == ("Total", "60965224", "724406816")
    qtbot.mouseClick(page.controls.weights_only, LEFT)
    save(qtbot, page, tmp_path / "a.csv", monkeypatch)
    assert [row[0] for row in read(tmp_path / "a.csv")[1:-1]] == [layer.name for layer in layers if layer.parameters]


def test_two_networks_stand_one_below_the_other(
    qtbot: QtBot, page: ArchitecturePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = page.reading
    choose(page.controls.compare, "vgg16")
    qtbot.waitUntil(lambda: page.reading is not before)
    asked = save(qtbot, page, tmp_path / "a.csv", monkeypatch)
    assert str(asked[0][2]).endswith("alexnet2012_vgg16_architecture.csv")
    heads, *rows = read(tmp_path / "a.csv")
    assert heads[:2] == ["Network", "Layer"]
    titles = [CATALOG[id_].title for id_ in ("alexnet2012", "vgg16")]
    assert [row[0] for row in rows if row[1] == "Total"] == titles
    assert len(rows) == sum(len(read_architecture(id_)) + 1 for id_ in ("alexnet2012", "vgg16"))


def test_the_lectures_table_is_taken_with_its_reasons(
    qtbot: QtBot, page: ArchitecturePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    qtbot.mouseClick(page.controls.lecture, LEFT)
    asked = save(qtbot, page, tmp_path / "a.csv", monkeypatch)
    assert str(asked[0][2]).endswith("alexnet2012_lecture.csv")
    heads, *rows, sums = read(tmp_path / "a.csv")
    assert heads[:2] == ["The lecture's row", "Parameters: lecture"]
    row = next(row for row in rows if row[0].startswith("conv2"))
    assert row[1:5] == ["307K", "307456", "223M", "223948800"]
    assert "5×5 in the paper" in row[5]
    assert sums[2] == "60965224"


@pytest.mark.parametrize(
    ("kind", "words"), [("csv", "Layer,Kind"), ("markdown", "| Layer "), ("latex", "Layer & Kind")]
)
def test_the_table_is_copied(page: ArchitecturePage, kind: str, words: str):
    told = heard(page.told)
    page.take.copy_actions[kind].trigger()
    assert words in QGuiApplication.clipboard().text()
    assert told == [("The table is in the clipboard",)]


def test_every_table_shows_the_menu_on_a_right_click(
    qtbot: QtBot, page: ArchitecturePage, monkeypatch: pytest.MonkeyPatch
):
    shown, opened = [], heard(page.menu_opened)
    monkeypatch.setattr(QMenu, "popup", lambda menu, _place: shown.append(menu))
    for view in (page.table.names, page.table.table, page.lecture.table):
        if view is page.lecture.table:
            qtbot.mouseClick(page.controls.lecture, LEFT)
        place = QPoint(20, 40)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place))
        QApplication.sendEvent(view.viewport(), event)
        menu = shown.pop()
        assert menu.actions()[0] is page.take.save_action
        assert menu.actions()[2:] == list(page.take.copy_actions.values())
        assert opened.pop() == (menu, view)
        menu.deleteLater()


def test_a_folder_that_may_not_be_written_is_told(
    qtbot: QtBot, page: ArchitecturePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "gone" / "a.md"), ""))
    refused = heard(page.model.refused)
    page.take.save()
    qtbot.waitUntil(lambda: bool(refused))
    assert "is not there any more" in str(refused[0][0])


def test_headings_and_caption_are_translated(page: ArchitecturePage, monkeypatch: pytest.MonkeyPatch):
    speak_marked(monkeypatch)
    page.take.copy("markdown")
    caption, _empty, heads, *rows = QGuiApplication.clipboard().text().splitlines()
    assert caption.startswith("«")
    assert all(cell.strip().startswith("«") for cell in heads.split("|")[1:-1])
    assert rows[-1].startswith("| **«Total»**")
    assert "«convolution»" in rows[1]
