"""The menu of the files that were opened last: sessions, and pictures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from .language import _
from .theme import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from .settings import RecentKind, Settings

KINDS: tuple[tuple[RecentKind, str], ...] = (("recent_sessions", "file-document-outline"), ("recent", "image-outline"))


class RecentMenu(QMenu):
    """Offers the files that were opened last. Signal: `chosen(path)`."""

    chosen = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Say what there is now."""
        self.clear()
        for kind, name in KINDS:
            for path in self._settings.recent_files(kind):
                action = self.addAction(icon(name, self, "muted"), path.name.replace("&", "&&"))
                action.setStatusTip(str(path))
                action.triggered.connect(partial(self._choose, path))
            if self.actions() and not self.actions()[-1].isSeparator():
                self.addSeparator()
        if self.actions():
            self.addAction(_("Clear this list"), self._forget)
        else:
            none = QAction(_("None yet"), self)
            none.setEnabled(False)
            self.addAction(none)

    def _choose(self, path: object) -> None:
        self.chosen.emit(path)

    def _forget(self) -> None:
        for kind, _name in KINDS:
            self._settings.forget_recent(kind=kind)
