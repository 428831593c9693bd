"""Every control of the labs has a name and a tooltip, and is reached by keyboard; pictures in texts are shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QTreeWidget,
    QWidget,
)

from cnnexplorer.labs import lab_from_text
from cnnexplorer.ui.labs.practice_dialog import PracticeDialog
from cnnexplorer.ui.labs.report_dialog import ReportDialog
from cnnexplorer.ui.widgets.matrix_editor import MatrixEditor
from tests.ui.helpers import press

from .test_playing import play

CONTROLS = (QAbstractButton, QLineEdit, QListWidget, QPlainTextEdit, QTreeWidget, MatrixEditor)


def controls(root: QWidget) -> list[QWidget]:
    """Return what a user works with, without Qt's own parts of other controls."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and widget.isVisible()
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), MatrixEditor)
        and type(widget.parent()).__name__ not in ("QHeaderView", "QAbstractItemView", "QTreeWidget", "QTableWidget")
    ]


def check(root: QWidget) -> None:
    found = controls(root)
    assert found
    for widget in found:
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        assert name, widget
        says_it = isinstance(widget, QAbstractButton) and widget.text()
        assert widget.toolTip() or says_it, (widget, name)


@pytest.mark.parametrize("step", range(11))
def test_the_controls_of_a_step_have_names_and_tooltips(qtbot, window, lab, step):
    check(play(qtbot, window, lab, step))


def test_the_controls_of_the_list_and_the_dialogs_have_names_and_tooltips(qtbot, window, lab):
    play(qtbot, window, lab)
    window.actions_["lab_report"].trigger()
    window.actions_["practice"].trigger()
    for kind in (ReportDialog, PracticeDialog):
        [dialog] = window.findChildren(kind)
        check(dialog)
        dialog.close()
    window.show_workspace("labs")
    check(window.labs.workspace)
    window.actions_["new_lab"].trigger()
    [editor] = window.labs.desk.editors
    check(editor)
    editor.close()


def test_tab_reaches_every_control_of_a_step(qtbot, window, lab):
    panel = play(qtbot, window, lab, 3)
    tab = Qt.FocusPolicy.TabFocus
    wanted = {widget for widget in controls(panel) if widget.isEnabled() and widget.focusPolicy() & tab}
    # of the options that exclude each other Tab reaches one, the arrows the others
    options = {option.button for option in panel.field.options.values()}
    start = widget = panel.check
    start.setFocus()
    reached = set()
    for _step in range(300):
        reached.add(widget)
        press(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is start:
            break
    assert wanted - options <= reached
    assert options & reached


def test_a_picture_in_a_text_is_shown_and_what_is_no_picture_leaves_its_words(qtbot, window, tmp_path):
    picture = QImage(20, 10, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.red)
    assert picture.save(str(tmp_path / "red.png"))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    text = "![red](red.png)\n\n![a broken one](broken.png)"
    text = f"format = 1\ntitle.en = 'Pictures'\n[[steps]]\ntext.en = '''\n{text}\n'''\n"
    panel = play(qtbot, window, lab_from_text(text, "pictures.toml", tmp_path))
    qtbot.waitUntil(lambda: "lab:red.png" in panel.text.toHtml())
    assert "[a broken one]" in panel.text.toPlainText()
    seen = panel.text.grab().toImage()
    assert any(seen.pixelColor(x, y) == Qt.GlobalColor.red for x in range(0, 40, 3) for y in range(0, 20, 2))
