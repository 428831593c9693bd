"""What is found for the list of labs: whatever one file does, the others are there, and what is left out is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnnexplorer.labs import BrokenLab, load_lab
from cnnexplorer.labs.progress import new_progress, progress_bytes
from cnnexplorer.ui.labs import shelf
from cnnexplorer.ui.labs.attempt import Attempt
from cnnexplorer.ui.labs.shelf import find_labs
from cnnexplorer.ui.labs.store import Store
from tests.lab_texts import BY_HAND

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def store(tmp_path: Path, qapp) -> Store:
    (tmp_path / "progress").mkdir()
    return Store(tmp_path / "progress")


@pytest.fixture
def five(folder: Path) -> Path:
    for letter in "abcd":
        (folder / f"{letter}.toml").write_text(BY_HAND, encoding="utf-8")
    return folder


def test_more_labs_than_are_listed_are_told_of(five, store, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_LABS", 3)
    group = find_labs([five], store)[1]
    assert [entry.path for entry in group.entries] == [five / f"{letter}.toml" for letter in "abc"]
    assert "5 labs" in str(group.error)
    assert "first 3" in str(group.error)
    monkeypatch.setattr(shelf, "MOST_LABS", 5)
    assert find_labs([five], store)[1].error is None


def test_names_in_capitals_lead_to_their_files(folder, store):
    (folder / "everything.toml").rename(folder / "BIG.TOML")
    for places in ([folder], [folder / "BIG.TOML"]):
        [entry] = find_labs(places, store)[1].entries
        assert (entry.path, entry.lab.id) == (folder / "BIG.TOML", "BIG")


def test_impossible_progress_does_not_empty_the_list(five, store):
    lab = load_lab(five / "b.toml")
    saved = json.loads(progress_bytes(new_progress(lab)))
    for step in saved["steps"]:
        step |= {"status": "solved", "hints": 10**400}
    store.path(lab).write_text(json.dumps(saved))
    found = {entry.lab.id: entry for entry in find_labs([five], store)[1].entries}
    assert sorted(found) == ["a", "b", "c", "d", "everything"]
    assert "damaged" in str(found["b"].trouble)
    assert found["c"].trouble is None


def test_progress_over_which_the_program_stumbles_does_not_empty_the_list(five, store, monkeypatch, caplog):
    load = store.load
    monkeypatch.setattr(store, "load", lambda lab: 1 // 0 if lab.id == "b" else load(lab))
    found = {entry.lab.id: entry for entry in find_labs([five], store)[1].entries}
    assert len(found) == 5
    assert "damaged" in str(found["b"].trouble)
    assert "ZeroDivisionError" in caplog.text
    assert not any(isinstance(entry.lab, BrokenLab) for entry in found.values())


def test_a_step_that_was_left_gives_its_memory_back(qtbot: QtBot, lab):
    attempt = Attempt(lab)
    with qtbot.waitSignal(attempt.prepared):
        attempt.begin()
    assert attempt._steps[0].result is not None
    with qtbot.waitSignal(attempt.prepared):
        attempt.go(1)
    assert "result" not in vars(attempt._steps[0])
    assert attempt._steps[0].step is lab.lab.steps[0]
    attempt.close()
