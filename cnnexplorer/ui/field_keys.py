"""The window's shortcuts while a field for text has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from .actions import Actions

FIELDS = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_OF_FIELDS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class FieldKeys(QObject):
    """Gives the window its shortcuts of Ctrl and a letter, also where a field would take them.

    On some systems Qt's fields know the keys of Emacs: Ctrl+E goes to the end of the line, Ctrl+K and Ctrl+D delete.
    What every field knows, such as Ctrl+Z, stays the field's.
    """

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._watch)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the window have a key that a field is asked about."""
        if event.type() == QEvent.Type.ShortcutOverride and self._is_the_windows(event):  # type: ignore[arg-type]
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _watch(self, _before: QWidget | None, now: QWidget | None) -> None:
        if isinstance(now, FIELDS) and self._window.isAncestorOf(now):
            now.installEventFilter(self)  # a second time changes nothing

    def _is_the_windows(self, event: QKeyEvent) -> bool:
        if not Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z or any(event.matches(key) for key in _OF_FIELDS):
            return False
        return self._actions.has_shortcut(QKeySequence(event.keyCombination()))
