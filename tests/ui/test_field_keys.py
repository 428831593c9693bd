"""Shortcuts of Ctrl and a letter reach the window also from fields that know the keys of Emacs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from cnnexplorer.ui.widgets.number_field import NumberField

from .helpers import CONTROL, SHIFT, heard, press

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.main_window import MainWindow


def greedy(kind: type[QWidget]) -> type[QWidget]:
    """Return a field that wants every key, as those of an X11 desktop want Ctrl+E."""

    class Greedy(kind):
        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            return super().event(event)

    return Greedy


@pytest.mark.parametrize("kind", [QLineEdit, NumberField, QPlainTextEdit])
def test_fields_leave_the_window_its_shortcuts(window: MainWindow, kind: type[QWidget]) -> None:
    field = greedy(kind)(parent=window)
    field.show()
    field.setFocus()
    ids = ("save_figure", "palette", "record", "save_layers", "undo", "redo", "forward")
    for id_ in ids:
        window.actions_[id_].triggered.disconnect()
    told = {id_: heard(window.actions_[id_].triggered) for id_ in ids}
    for key in (Qt.Key.Key_E, Qt.Key.Key_K, Qt.Key.Key_R, Qt.Key.Key_Z, Qt.Key.Key_Y, Qt.Key.Key_Right):
        press(field, key, CONTROL)
    press(field, Qt.Key.Key_L, CONTROL | SHIFT)
    assert [id_ for id_ in ids if told[id_]] == ["save_figure", "palette", "record", "save_layers"]
