"""The student's report: written through the window, and read back by others."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton

from cnnexplorer.core import Convolution, Experiment
from cnnexplorer.labs import built_in_labs
from cnnexplorer.labs.progress import answered as with_answer
from cnnexplorer.labs.progress import new_progress
from cnnexplorer.labs.report import lab_key, read_report, report_html
from cnnexplorer.labs.verdict import Verdict
from cnnexplorer.ui.labs.report_dialog import ReportDialog
from cnnexplorer.ui.labs.report_pdf import pdf_of
from cnnexplorer.ui.language import translate, use_language
from cnnexplorer.ui.questions import Question
from tests.ui.helpers import LEFT, enter, settled, type_text

from .test_playing import answered, give, line, play, ready

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow, lab) -> ReportDialog:
    panel = play(qtbot, window, lab)
    enter(line(panel), "9")
    answered(qtbot, panel, "wrong")
    enter(line(panel), "12")
    answered(qtbot, panel, "right")
    panel.attempt.go(8)
    ready(qtbot, panel)
    give(qtbot, window, panel, right=True)
    answered(qtbot, panel, "right")
    window.actions_["lab_report"].trigger()
    [found] = window.findChildren(ReportDialog)
    found.name.clear()
    type_text(found.name, "Ana Núñez")
    return found


def save(qtbot, dialog, button, path: Path, monkeypatch) -> bytes:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(path.with_suffix("")), ""))
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: path.name in dialog.told.text())
    dialog.close()
    return path.read_bytes()


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_page_is_read_back_and_signed(qtbot, window, lab, dialog, tmp_path, monkeypatch, settings, code):
    use_language(code)
    page = save(qtbot, dialog, dialog.page, tmp_path / "report.html", monkeypatch)
    report = read_report(page)
    assert report.signed_by(lab_key(lab.digest))
    assert report.summary.student == "Ana Núñez"
    assert report.summary.title == lab.lab.title.of(code)
    assert [step.status for step in report.summary.steps][:1] == ["solved"]
    assert report.summary.steps[0].tries == 2
    assert report.summary.steps[8].figures == 1
    assert b"data:image/png;base64," in page
    assert settings.get("lab_student", "") == "Ana Núñez"
    assert window.labs.panel.attempt.progress.student == "Ana Núñez"


def test_the_pdf_has_pages_text_and_pictures(qtbot, dialog, tmp_path, monkeypatch):
    data = save(qtbot, dialog, dialog.pdf, tmp_path / "report.pdf", monkeypatch)
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 1
    assert b"/Subtype /Image" in data or b"/Subtype/Image" in data
    assert b"/Font" in data
    assert "Everything once: Ana Núñez".encode("utf-16-be") in data.replace(b"\\", b"")


def test_a_file_that_is_there_is_asked_about(qtbot, dialog, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(tmp_path / "report"), ""))
    for answer in ("cancel", "overwrite"):
        qtbot.mouseClick(dialog.page, LEFT)
        [box] = [box for box in dialog.findChildren(Question) if box.isVisible()]
        assert path.read_text() == "mine"
        qtbot.mouseClick(box.answers[answer], LEFT)
        settled(dialog)
    qtbot.waitUntil(lambda: "report.html" in dialog.told.text())
    assert read_report(path.read_bytes()).summary.student == "Ana Núñez"
    dialog.close()


def test_a_report_that_cannot_be_written_is_told_of(qtbot, dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(tmp_path / "no" / "where.html"), "")
    )
    qtbot.mouseClick(dialog.page, LEFT)
    qtbot.waitUntil(lambda: "was not saved" in dialog.banner.text)
    dialog.close()


def test_a_report_without_a_name_is_asked_about(qtbot, dialog, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda _parent, _title, start, *_args, **_more: (asked.append(start) or str(tmp_path / "report"), ""),
    )
    dialog.name.clear()
    for answer in ("name", "save"):
        qtbot.mouseClick(dialog.page, LEFT)
        [box] = [box for box in dialog.findChildren(Question) if box.isVisible()]
        assert not asked
        qtbot.mouseClick(box.answers[answer], LEFT)
        settled(dialog)
    qtbot.waitUntil(lambda: "report.html" in dialog.told.text())
    assert read_report((tmp_path / "report.html").read_bytes()).summary.student == ""
    type_text(dialog.name, "Ana Núñez")
    qtbot.mouseClick(dialog.page, LEFT)  # a name is known: nothing is asked but whether to write over it
    assert asked[-1].endswith("everything-Ana_Núñez.html")
    dialog.close()


def test_a_report_saved_to_its_own_name_asks_too(qtbot, dialog, tmp_path, monkeypatch, settings):
    settings.set("report_folder", str(tmp_path))
    path = tmp_path / "everything-Ana_Núñez.html"
    path.write_text("last week's")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda _parent, _title, start, *_args, **_more: (start, ""))
    qtbot.mouseClick(dialog.page, LEFT)
    [box] = [box for box in dialog.findChildren(Question) if box.isVisible()]
    qtbot.mouseClick(box.answers["cancel"], LEFT)
    assert path.read_text() == "last week's"
    dialog.close()


def test_the_dialog_says_what_is_handed_in_and_how_points_are_counted(dialog):
    assert "HTML" in dialog.forms.text()
    assert "25 %" in dialog.scoring.text()
    assert "10 %" in dialog.scoring.text()
    dialog.close()


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_pages_of_the_pdf_are_laid_out(qapp, readers, tmp_path, code):
    use_language(code)
    lab = next(lab for lab in built_in_labs() if lab.id == "02_sliding")
    progress = new_progress(lab, "Ana", "2026-11-26T10:00")
    for index in range(len(lab.lab.steps)):
        progress = with_answer(progress, index, "5", Verdict("wrong", (), ("padding", "stride")))
    page = report_html(lab, progress, code, translate, "1.0", printed=True).decode()
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_of(page, "Report"))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    read = unicodedata.normalize("NFKC", text)  # ligatures apart
    pages = [[line for line in text.splitlines() if line.strip()] for text in read.rstrip("\f").split("\f")]
    assert len(pages) > 1
    head = next(line for line in pages[0] if translate("Tries") in line)
    for word in ("State", "Tries", "Hints", "Time", "Points", "Mistakes that were recognised"):
        assert translate(word) in head, "no word is broken"
    titles = [f"{number}. {step.title.of(code)}" for number, step in enumerate(lab.lab.steps, start=1)]
    headings = [line.strip() for lines in pages for line in lines]
    assert set(titles) <= set(headings)
    for number, lines in enumerate(pages, start=1):
        assert lines[-1].replace(" ", "") == f"{number}/{len(pages)}"
        assert lines[-2].strip() not in titles, "a heading stands alone at the foot of a page"


def test_the_page_is_what_enter_saves(dialog):
    assert [button.text() for button in dialog.findChildren(QPushButton) if button.isDefault()] == [dialog.page.text()]
    dialog.close()


def test_a_report_is_first_saved_among_the_documents_or_at_home(qtbot, dialog, tmp_path, monkeypatch, settings):
    asked = []

    def ask(_parent: object, _title: str, start: str, *_more: object, **_options: object) -> tuple[str, str]:
        asked.append(start)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    for folder in ("", str(tmp_path / "gone"), str(tmp_path)):
        settings.set("report_folder", folder)
        qtbot.mouseClick(dialog.page, LEFT)
    homes = [Path(start).parent for start in asked]
    assert homes[2] == tmp_path
    assert all(home in (Path.home(), *Path.home().iterdir()) for home in homes[:2])
    dialog.close()


def test_a_state_is_told_in_words(qtbot, window):
    lab = next(lab for lab in built_in_labs() if lab.id == "02_sliding")
    panel = play(qtbot, window, lab, 8)
    [convolution] = window.conv.model.experiment.stages

    def solve(old: Experiment) -> Experiment:
        return Experiment(old.image, (Convolution(convolution.weight, stride=2, padding=1),))

    window.conv.model.edit(solve, "a student's")
    qtbot.waitUntil(lambda: panel.attempt.done.status == "solved")
    [told] = (one.answer for one in panel.attempt.done.answers)
    assert "3×3, stride 2, padding 1, zeros, kernel [[" in told
    assert told.endswith("→ 1 × 4 × 4")
