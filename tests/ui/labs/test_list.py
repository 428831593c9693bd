"""The list of labs: those of the program, folders and files of the teacher's, and broken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.labs import BrokenLab, built_in_labs
from cnnexplorer.labs.progress import new_progress
from cnnexplorer.ui.labs.lab_tree import ENTRY
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.questions import Question
from cnnexplorer.ui.theme import colours
from tests.ui.helpers import LEFT, drop, enter, files_data, press, settled

from .test_playing import answered, line, ready

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QTreeWidgetItem
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow

Key = Qt.Key


def items(window: MainWindow) -> list[QTreeWidgetItem]:
    tree = window.labs.workspace.tree
    tops = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [top.child(row) for top in tops for row in range(top.childCount())]


def texts(window: MainWindow) -> list[str]:
    return [item.text(0) for item in items(window)]


def opened(qtbot: QtBot, window: MainWindow) -> None:
    built_in_labs()  # checked once
    window.actions_["workspace_labs"].trigger()
    qtbot.waitUntil(lambda: len(items(window)) >= 10)


def choose(window: MainWindow, name: str) -> None:
    tree = window.labs.workspace.tree
    tree.setCurrentItem(next(item for item in items(window) if item.text(0) == name))


def test_the_labs_of_the_program_are_there_in_both_languages(qtbot, window):
    opened(qtbot, window)
    labs = built_in_labs()
    assert texts(window)[: len(labs)] == [lab.lab.title.en for lab in labs]
    use_language("es")
    assert texts(window)[: len(labs)] == [lab.lab.title.es for lab in labs]
    assert window.labs.workspace.about.title.text() == labs[0].lab.title.es


def test_a_folder_is_dropped_and_broken_labs_hinder_nothing(qtbot, window, folder):
    (folder / "broken.toml").write_text("format = 1\nminutes = 'many'\n")
    (folder / "newer.toml").write_text("format = 99\n")
    opened(qtbot, window)
    assert drop(window.labs.workspace, files_data(folder))
    qtbot.waitUntil(lambda: "Everything once" in texts(window))
    assert {"broken.toml", "newer.toml"} <= set(texts(window))
    choose(window, "broken.toml")
    about = window.labs.workspace.about
    assert "broken.toml" in about.trouble.text()
    assert not about.start.isVisible()
    choose(window, "newer.toml")
    assert "newer version" in about.trouble.text()
    choose(window, "Everything once")
    assert about.start.isVisible()
    window.labs.workspace.tree.setCurrentItem(items(window)[-1].parent())
    qtbot.mouseClick(window.labs.workspace.remove, LEFT)
    qtbot.waitUntil(lambda: "Everything once" not in texts(window))


def test_a_lab_file_is_dropped_on_the_window(qtbot, window, folder):
    assert drop(window, files_data(folder / "everything.toml"))
    qtbot.waitUntil(lambda: "Everything once" in texts(window))
    assert window.labs.workspace.entry.lab.id == "everything"
    assert window.labs.workspace.isVisible()


def test_a_folder_that_is_gone_is_told_of(qtbot, window, settings, tmp_path):
    settings.set_lab_places([tmp_path / "gone"])
    opened(qtbot, window)
    qtbot.waitUntil(lambda: any("cannot be read" in text for text in texts(window)))


def test_a_folder_is_chosen(qtbot, window, folder, monkeypatch):
    opened(qtbot, window)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(folder))
    qtbot.mouseClick(window.labs.workspace.add, LEFT)
    qtbot.waitUntil(lambda: "Everything once" in texts(window))


def begun(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    window.open_file(folder / "everything.toml")
    qtbot.waitUntil(lambda: "Everything once" in texts(window))
    choose(window, "Everything once")
    press(window.labs.workspace.tree, Key.Key_Return)
    ready(qtbot, window.labs.panel)


def test_a_lab_is_begun_left_and_gone_on_with(qtbot, window, folder):
    begun(qtbot, window, folder)
    panel, about = window.labs.panel, window.labs.workspace.about
    assert panel.isVisible()
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: any(item.text(3) == "1 of 11 steps" for item in items(window)))
    assert about.start.text() == "Go on"
    qtbot.mouseClick(about.start, LEFT)
    ready(qtbot, panel)
    assert panel.attempt.progress.steps[0].status == "solved"


def test_an_answer_that_was_shown_is_no_solved_one(qtbot, window, lab, folder):
    solved = new_progress(lab)
    steps = [replace(step, status="solved") for step in solved.steps]
    looks = []
    for statuses in (steps, [replace(steps[0], status="shown"), *steps[1:]]):
        window.labs.store.save(lab, replace(solved, steps=tuple(statuses)))
        window.labs.store.flush()
        window.open_file(folder / "everything.toml")
        shown = statuses is not steps
        qtbot.waitUntil(lambda shown=shown: any(
            item.text(0) == "Everything once" and ("1 answer shown" in item.text(3)) == shown for item in items(window)
        ))  # fmt: skip
        choose(window, "Everything once")
        entry = window.labs.workspace.tree.currentItem()
        looks.append(entry.icon(3).pixmap(16, 16, QIcon.Mode.Normal).toImage())
        marked = entry.icon(3).pixmap(16, 16, QIcon.Mode.Selected).toImage()
        colours_ = {marked.pixelColor(x, y).name() for x in range(16) for y in range(16)
                    if marked.pixelColor(x, y).alpha() > 200}  # fmt: skip
        assert colours_ == {colours(window).on_accent}
    assert looks[0] != looks[1]
    assert "25 %" in window.labs.workspace.about.scoring.text()


def test_starting_again_asks_first(qtbot, window, folder):
    begun(qtbot, window, folder)
    panel, about = window.labs.panel, window.labs.workspace.about
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(about.again.isVisible)
    for answer, status in (("cancel", None), ("again", "open")):
        qtbot.mouseClick(about.again, LEFT)
        [box] = [box for box in window.findChildren(Question) if box.isVisible()]
        qtbot.mouseClick(box.answers[answer], LEFT)
        settled(window)
        if status is None:
            assert not window.labs.active
    ready(qtbot, panel)
    assert panel.attempt.progress.steps[0].status == "open"


def test_damaged_progress_is_told_of_and_the_lab_can_be_begun_anew(qtbot, window, lab, folder):
    path = window.labs.store.path(lab)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{ not whole")
    window.open_file(folder / "everything.toml")
    qtbot.waitUntil(lambda: "Everything once" in texts(window))
    choose(window, "Everything once")
    assert "damaged" in window.labs.workspace.about.trouble.text()
    press(window.labs.workspace.tree, Key.Key_Return)
    [box] = [box for box in window.findChildren(Question) if box.isVisible()]
    qtbot.mouseClick(box.answers["again"], LEFT)
    ready(qtbot, window.labs.panel)
    qtbot.waitUntil(lambda: b"not whole" not in path.read_bytes())


def test_steps_of_a_lab_that_was_changed_are_told_to_be_done_again(qtbot, window, lab, folder):
    done = tuple(replace(step, status="solved") for step in new_progress(lab).steps)
    window.labs.store.save(lab, replace(new_progress(lab), steps=done))
    window.labs.store.flush()
    path = folder / "everything.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"plus"', '"sobel_vertical"', 1), encoding="utf-8")
    window.open_file(path)
    qtbot.waitUntil(lambda: "Everything once" in texts(window))
    choose(window, "Everything once")
    about = window.labs.workspace.about
    assert about.trouble.text() == "Step 1 asks something else since the lab was changed: do it again"
    assert about.start.text() == "Go on"
    assert window.labs.workspace.tree.currentItem().text(3) == "10 of 11 steps"


def test_progress_that_cannot_be_written_is_told(qtbot, window, lab, settings):
    settings.labs_folder.write_text("a file where the folder should be")
    window.labs.play(lab)
    ready(qtbot, window.labs.panel)
    enter(line(window.labs.panel), "9")
    qtbot.waitUntil(lambda: "was not saved" in window.banner.text)


@pytest.mark.parametrize("workspace", ["conv", "net"])
def test_the_panel_stays_beside_both_workspaces_and_hides_behind_the_list(qtbot, window, lab, workspace, monkeypatch):
    monkeypatch.setattr(window.net, "open", lambda: None)
    window.labs.play(lab)
    ready(qtbot, window.labs.panel)
    window.show_workspace(workspace)
    assert window.labs.panel.isVisible()
    window.show_workspace("labs")
    assert not window.labs.panel.isVisible()
    assert window.labs.active


def test_entries_know_their_labs(qtbot, window):
    opened(qtbot, window)
    assert not any(isinstance(item.data(0, ENTRY).lab, BrokenLab) for item in items(window))
