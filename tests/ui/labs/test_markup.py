"""What a lab writes is shown letter by letter: no markup in it is rendered, and no file that it names is read."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QLabel

from cnnexplorer.labs import BrokenLab, LabError, Text, lab_from_text
from cnnexplorer.labs.model import FigureTask, FindTask, MeasureTask
from cnnexplorer.labs.progress import new_progress
from cnnexplorer.ui.labs.bench import Bench
from cnnexplorer.ui.labs.fields import LineField
from cnnexplorer.ui.labs.lab_tree import LabTree
from cnnexplorer.ui.labs.live_fields import FigureField, FindField, MeasureField
from cnnexplorer.ui.labs.report_dialog import ReportDialog
from cnnexplorer.ui.labs.report_pdf import pdf_of
from cnnexplorer.ui.labs.shelf import Entry, Group

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

MARKUP = "<h2>read</h2><img src='/etc/x.png'>"


MADE = {
    "unit": lambda: LineField("a number", "12", Text(MARKUP)),
    "figure": lambda: FigureField(FigureTask(of=Text(MARKUP)), tuple, lambda: None),
    "measure": lambda: MeasureField(MeasureTask((MARKUP,))),
    "find": lambda: FindField(FindTask(MARKUP), Bench()),
}


@pytest.mark.parametrize("name", MADE)
def test_labels_render_no_markup_of_a_lab(qtbot, name):
    widget = MADE[name]()
    qtbot.addWidget(widget)
    formats = [label.textFormat() for label in widget.findChildren(QLabel) if "<" in label.text()]
    assert formats
    assert set(formats) == {Qt.TextFormat.PlainText}


def tips_of(qtbot: QtBot, group: Group) -> list[str]:
    tree = LabTree()
    qtbot.addWidget(tree)
    tree.show_groups([group])
    top = tree.topLevelItem(0)
    return [top.toolTip(0), *(top.child(row).toolTip(0) for row in range(top.childCount()))]


def broken() -> BrokenLab:
    error = LabError("there is no picture “{name}”", name=MARKUP)
    error.file, error.line, error.field = "bad.toml", 7, "steps[1].setup.image"
    return BrokenLab("bad.toml", error)


def test_tooltips_render_no_markup_of_a_lab(qtbot):
    tips = tips_of(qtbot, Group("a", Path("<b>a"), (Entry(broken()),)))
    seen = [QTextDocumentFragment.fromHtml(tip).toPlainText() if Qt.mightBeRichText(tip) else tip for tip in tips]
    assert "<b>a" in seen[0]
    assert MARKUP in seen[1]


def test_the_tooltip_of_a_broken_lab_tells_where_and_what(qtbot):
    error = LabError("a number is needed")
    error.file, error.line, error.field = "bad.toml", 7, "steps[1].minutes"
    tips = tips_of(qtbot, Group("a", None, (Entry(BrokenLab("bad.toml", error)),), LabError("it cannot be read")))
    assert "bad.toml:7: steps[1].minutes\nA number is needed" in tips


def test_the_report_renders_no_markup_of_a_lab(qtbot, settings):
    lab = lab_from_text(f'format = 1\ntitle.en = "`{MARKUP}`"\n[[steps]]\ntext.en = "a"', "a.toml")
    dialog = ReportDialog(lab, lambda: new_progress(lab), settings)
    qtbot.addWidget(dialog)
    assert dialog.total.text().startswith(f"`{MARKUP}`")
    assert dialog.total.textFormat() == dialog.told.textFormat() == Qt.TextFormat.PlainText


def test_a_report_as_pdf_shows_the_pictures_in_it_and_reads_no_others(tmp_path):
    def widths(address: str) -> list[bytes]:
        return re.findall(rb"/Width ([0-9]+)", pdf_of(f'<p>a</p><img src="{address}">', "a"))

    path = tmp_path / "a.png"
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 10, 10)).save(file, "PNG")
    path.write_bytes(file.getvalue())
    inside = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    assert b"8" in widths(inside)
    for address in (str(path), path.as_uri()):
        assert b"8" not in widths(address)
