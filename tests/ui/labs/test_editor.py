"""The teacher's editor: errors with line and field, the preview, the present workspace, trying, saving."""

from __future__ import annotations

import time
import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core import Convolution
from cnnexplorer.labs import experiment_of, load_lab
from cnnexplorer.labs.reading import LARGEST_FILE
from cnnexplorer.labs.writing import template
from cnnexplorer.ui.labs.code_edit import CodeEdit
from cnnexplorer.ui.labs.writing_page import WritingPage
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.questions import Question
from tests.lab_texts import LAB
from tests.ui.helpers import LEFT, press, set_image, settled, type_text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.labs.editor import LabEditor
    from cnnexplorer.ui.main_window import MainWindow

Key = Qt.Key
RECURSIVE = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive


@pytest.fixture
def editor(qtbot: QtBot, window) -> LabEditor:
    window.actions_["new_lab"].trigger()
    [found] = window.labs.desk.editors
    checked(qtbot, found)
    yield found
    if window.labs.desk.editors:
        found.code.document().setModified(False)
        found.close()


def checked(qtbot: QtBot, editor: LabEditor) -> None:
    qtbot.waitUntil(lambda: not editor._timer.isActive() and not editor._checking.busy)


def opened(qtbot: QtBot, window: MainWindow) -> LabEditor:
    """Edit the chosen lab."""
    qtbot.mouseClick(window.labs.workspace.edit, LEFT)
    qtbot.waitUntil(lambda: len(window.labs.desk.editors) == 1)
    [editor] = window.labs.desk.editors
    checked(qtbot, editor)
    return editor


def write(qtbot: QtBot, editor: LabEditor, text: str) -> None:
    editor.code.selectAll()
    editor.code.insertPlainText(text)
    checked(qtbot, editor)


def problems(editor: LabEditor) -> list[tuple[str, str, str]]:
    tree = editor.problems
    return [
        tuple(tree.topLevelItem(row).text(column) for column in range(3)) for row in range(tree.topLevelItemCount())
    ]


NASTY = ["a" * 7900, '"' + '\\"' * 3900, "'" * 7901, "[" * 7900, "a" + " " * 7900, "a " * 3900, '"""' * 2600]


@pytest.mark.parametrize("line", NASTY, ids=range(len(NASTY)))
def test_lines_of_any_kind_are_coloured_at_once(qtbot, line):
    code = CodeEdit()
    qtbot.addWidget(code)
    began = time.process_time()
    code.setPlainText("\n".join([line] * 10))
    assert time.process_time() - began < 0.5


def test_files_that_are_no_labs_are_not_opened(qtbot, window, settings, folder):
    """Of a file that never ends only so much is read as a lab may have, and not on the GUI thread."""
    (folder / "endless.toml").symlink_to("/dev/zero")
    (folder / "large.toml").write_bytes(b"#" * (LARGEST_FILE + 1))
    (folder / "latin.toml").write_bytes(b"# \xf1")
    settings.set_lab_places([folder])
    window.actions_["workspace_labs"].trigger()
    tree = window.labs.workspace.tree
    for name, says in (("endless", "a pipe"), ("large", "at most 400 kB"), ("latin", "not UTF-8")):
        qtbot.waitUntil(lambda name=name: bool(tree.findItems(f"{name}.toml", RECURSIVE)))
        tree.setCurrentItem(tree.findItems(f"{name}.toml", RECURSIVE)[0])
        qtbot.mouseClick(window.labs.workspace.edit, LEFT)
        qtbot.waitUntil(lambda says=says: says in window.banner.text)
        assert f"{name}.toml cannot be edited" in window.banner.text
    assert not window.labs.desk.editors


def test_capital_letters_at_the_end_of_a_name(qtbot, window, folder):
    (folder / "everything.toml").rename(folder / "BIG.TOML")
    window.open_file(folder / "BIG.TOML")
    qtbot.waitUntil(lambda: window.labs.workspace.entry is not None and window.labs.workspace.entry.path is not None)
    editor = opened(qtbot, window)
    assert (editor.path, problems(editor)) == (folder / "BIG.TOML", [])
    editor.close()


def test_the_template_is_a_lab_and_is_previewed(qtbot, editor):
    assert problems(editor) == []
    assert "Nothing is wrong" in editor.state.text()
    assert editor.preview.attempt.lab.lab.title.en == "My lab"
    assert editor.preview.title.text() == "My lab"


@pytest.mark.parametrize(
    ("before", "after", "where", "says"),
    [
        ('kind = "number"\nof = { stage = 0 }', 'kind = "number"\nof = { stage = 7 }', "steps[1].task", "no stage 7"),
        ("minutes = 5", 'minutes = "five"', "minutes", "number"),
        ("words = 2", "words = 2\nwoods = 3", "steps[10].task", "no such field"),
        ("format = 1", "format = 1 =", "", "not TOML"),
        ('filters = ["plus"]', 'filters = ["plush"]', "steps[1].setup", "no kernel preset"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_field(qtbot, editor, before, after, where, says):
    text = LAB.replace(before, after, 1)
    assert text != LAB
    write(qtbot, editor, text)
    line, field, sentence = problems(editor)[0]
    assert where in field
    assert says in sentence
    wrong = next(n for n, (a, b) in enumerate(zip(LAB.split("\n"), text.split("\n"), strict=False), 1) if a != b)
    assert abs(int(line) - wrong) <= 2
    assert not editor.try_button.isEnabled()
    item = editor.problems.topLevelItem(0)
    editor.problems.setCurrentItem(item)
    press(editor.problems, Key.Key_Return)
    assert editor.code.line == int(line)
    use_language("es")
    checked(qtbot, editor)
    assert problems(editor)


def test_typing_goes_on_while_the_preview_follows(qtbot, editor):
    write(qtbot, editor, LAB)
    editor.code.setFocus()
    editor.code.go_to(LAB.split("\n").index("minutes = 5") + 1)
    press(editor.code, Key.Key_End)
    type_text(editor.code, "5 # ")
    checked(qtbot, editor)
    type_text(editor.code, "much")
    assert "minutes = 55 # much" in editor.code.toPlainText()
    row = LAB.split("\n").index('text = { en = "In order.", es = "En orden." }') + 1
    editor.code.go_to(row)
    assert editor.preview.attempt.position == 4


def test_the_present_workspace_becomes_the_set_up_of_a_step(qtbot, window, editor):
    write(qtbot, editor, LAB)
    set_image(window, [[1, 2, 3], [4, 5, 6], [7, 8, 9]], Convolution(np.ones((2, 1, 2, 2)), [1, -1], padding=1))
    lines = LAB.split("\n")
    editor.code.go_to(lines.index('text = { en = "Choose.", es = "Elige." }') + 1)
    qtbot.mouseClick(editor.setup_button, LEFT)
    qtbot.waitUntil(lambda: editor.code.toPlainText() != LAB)
    checked(qtbot, editor)
    assert problems(editor) == []
    values = tomllib.loads(editor.code.toPlainText())
    assert values["steps"][3]["setup"]["image"] == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    made = experiment_of(editor.preview.attempt.lab.lab.steps[3].setup)
    assert made == window.conv.model.experiment
    assert values["steps"][2] == tomllib.loads(LAB)["steps"][2]


def test_before_the_first_step_there_is_nothing_to_set_up(qtbot, editor):
    editor.code.go_to(1)
    qtbot.mouseClick(editor.setup_button, LEFT)
    assert "put the cursor into a step" in editor.banner.text.lower()


def test_a_large_picture_becomes_a_session_beside_the_lab(qtbot, window, folder):
    window.open_file(folder / "everything.toml")
    qtbot.waitUntil(lambda: window.labs.workspace.entry is not None)
    qtbot.waitUntil(lambda: window.labs.workspace.entry.path is not None)
    editor = opened(qtbot, window)
    set_image(window, np.random.default_rng(1).random((3, 64, 64)))
    editor.code.go_to(LAB.split("\n").index('text = { en = "Choose.", es = "Elige." }') + 1)
    qtbot.mouseClick(editor.setup_button, LEFT)
    qtbot.waitUntil(lambda: 'workspace = "session"' in editor.code.toPlainText())
    checked(qtbot, editor)
    assert problems(editor) == []
    assert [path.name for path in folder.glob("*.cnnx")] == ["everything_step4_1.cnnx"]
    editor.code.document().setModified(False)
    editor.close()


def test_a_lab_is_tried_and_nothing_of_it_is_kept(qtbot, window, editor):
    write(qtbot, editor, LAB)
    qtbot.mouseClick(editor.try_button, LEFT)
    assert window.labs.active
    panel = window.labs.panel
    qtbot.waitUntil(lambda: panel._ready is not None)
    assert panel.attempt.lab.lab.title.en == "Everything once"
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: window.desk._aside is None)
    assert not list(window.labs.store._folder.glob("*"))


def test_a_lab_is_tried_from_the_step_that_is_shown_on(qtbot, window, editor):
    write(qtbot, editor, LAB)
    editor.code.go_to(next(n for n, line in enumerate(LAB.splitlines(), start=1) if "Fill it in." in line))
    shown = editor.preview.attempt.position
    assert shown == 2
    assert editor.windowHandle().transientParent() is None, "else it stays over the window"
    window.showMinimized()
    qtbot.mouseClick(editor.try_button, LEFT)
    assert window.labs.panel.attempt.position == shown
    assert not window.isMinimized()
    assert all(step.status == "open" for step in window.labs.panel.attempt.progress.steps)
    qtbot.waitUntil(lambda: window.labs.panel._ready is not None)


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_template_fits_its_preview(qtbot, window, editor, code):
    use_language(code)
    editor.code.setPlainText(template(code))
    checked(qtbot, editor)
    settled(editor)
    assert editor.preview.body.text.horizontalScrollBar().maximum() == 0


def test_a_lab_is_saved_and_stands_in_the_list(qtbot, window, editor, tmp_path, monkeypatch):
    write(qtbot, editor, LAB)
    target = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_more: (str(target), ""))
    assert editor.isWindowModified()
    press(editor, Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not editor.isWindowModified())
    assert load_lab(tmp_path / "mine.toml").lab.title.en == "Everything once"
    assert editor.path == tmp_path / "mine.toml"
    qtbot.waitUntil(lambda: window.labs.workspace.entry is not None)


def test_closing_asks_about_what_is_not_saved(qtbot, window, editor):
    type_text(editor.code, "#")
    assert not window.labs.desk.close_editors()
    [box] = [box for box in editor.findChildren(Question) if box.isVisible()]
    qtbot.mouseClick(box.answers["cancel"], LEFT)
    assert editor.isVisible()
    editor.close()
    [box] = [box for box in editor.findChildren(Question) if box.isVisible()]
    qtbot.mouseClick(box.answers["discard"], LEFT)
    settled(window)
    assert not window.labs.desk.editors


def test_what_another_program_wrote_meanwhile_is_overwritten_on_a_second_word_only(qtbot, window, folder):
    path = folder / "everything.toml"
    window.open_file(path)
    qtbot.waitUntil(lambda: window.labs.workspace.entry is not None and window.labs.workspace.entry.path is not None)
    editor = opened(qtbot, window)

    def save_and_answer(answer: str) -> None:
        qtbot.mouseClick(editor.save_button, LEFT)
        qtbot.waitUntil(lambda: any(box.isVisible() for box in editor.findChildren(Question)))
        [box] = [box for box in editor.findChildren(Question) if box.isVisible()]
        qtbot.mouseClick(box.answers[answer], LEFT)

    editor.code.go_to(1)
    type_text(editor.code, "# mine")
    qtbot.mouseClick(editor.save_button, LEFT)
    qtbot.waitUntil(lambda: not editor.is_modified)
    path.write_text("# theirs", encoding="utf-8")
    type_text(editor.code, " again")
    save_and_answer("cancel")
    assert path.read_text(encoding="utf-8") == "# theirs"
    assert editor.is_modified
    save_and_answer("overwrite")
    qtbot.waitUntil(lambda: not editor.is_modified)
    assert path.read_text(encoding="utf-8") == editor.code.toPlainText()
    type_text(editor.code, "!")
    qtbot.mouseClick(editor.save_button, LEFT)
    qtbot.waitUntil(lambda: not editor.is_modified)
    editor.close()


@pytest.mark.parametrize(("code", "word"), [("en", "How to write labs"), ("es", "laboratorio")])
def test_the_page_about_writing_follows_the_language(window, code, word):
    use_language(code)
    window.actions_["writing_labs"].trigger()
    [page] = window.findChildren(WritingPage)
    assert word in page.text.toPlainText()
    assert "steps" in page.text.toPlainText()
    page.close()


def test_a_broken_lab_is_opened_at_what_is_wrong(qtbot, window, folder):
    text = LAB.replace("words = 2", 'words = "two"').replace('kind = "order"', f'kind = "{"very " * 60}long"')
    (folder / "broken.toml").write_text(text, encoding="utf-8")
    window.open_file(folder / "broken.toml")
    qtbot.waitUntil(lambda: window.labs.workspace.entry is not None and window.labs.workspace.entry.path is not None)
    editor = opened(qtbot, window)
    settled(editor)
    assert [field for _line, field, _text in problems(editor)] == ["steps[5].task.kind", "steps[10].task.words"]
    assert editor.code.line == int(problems(editor)[0][0])
    assert not editor.code.hasFocus() or editor.code.cursorRect().top() < editor.code.viewport().height()
    assert not editor.preview.isVisible()
    assert editor.nothing.isVisible()
    assert "mended" in editor.try_button.toolTip()
    first, second = (editor.problems.visualItemRect(editor.problems.topLevelItem(row)) for row in (0, 1))
    assert first.height() > 1.5 * second.height()  # a long sentence takes several lines
    write(qtbot, editor, LAB)
    assert editor.preview.isVisible()
    assert "mended" not in editor.try_button.toolTip()
    editor.code.document().setModified(False)
    editor.close()
