"""The button that takes the architecture's table away: into a file, or onto the clipboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton

from cnnexplorer.core.files import write_file
from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tables import TABLE_FORMATS
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.saving import Saver, ask_where, saved_text
from cnnexplorer.ui.theme import icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.nets.tables import Table
    from cnnexplorer.ui.settings import Settings

_COPIES = {
    "csv": mark("Copy as CSV"),
    "markdown": mark("Copy as Markdown"),
    "latex": mark("Copy as LaTeX"),
}


class TableButton(Speaking, QToolButton):
    """Opens a menu that saves or copies a table; views show the same menu on a right click.

    Signals: `refused(error)`, `told(text)`; `menu_opened(menu, view)` for what others add to the menu of a view.

    Parameters
    ----------
    table
        What returns the table, and the stem of its file's name; None while there is none.
    """

    refused = Signal(object)
    told = Signal(str)
    menu_opened = Signal(object, object)

    def __init__(self, table: Callable[[], tuple[Table, str] | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._settings: Settings | None = None
        self._saver = Saver(self)
        self._saver.saved.connect(lambda path, notes: self.told.emit(saved_text(path, notes)))
        self._saver.refused.connect(self.refused)
        menu = QMenu(self)
        self.save_action = menu.addAction("", self.save)
        self.say(self.save_action.setText, mark("Save the table…"))
        menu.addSeparator()
        self.copy_actions = {id_: menu.addAction("", partial(self.copy, id_)) for id_ in _COPIES}
        for id_, text in _COPIES.items():
            self.say(self.copy_actions[id_].setText, text)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setAutoRaise(True)
        self.say(self.setText, mark("Save"))
        self.tip(self, mark("Save the table as it is shown, or copy it: CSV, Markdown or LaTeX"))
        self.restyle()

    def serve(self, view: QWidget) -> None:
        """Show the menu on a right click on a view, too."""
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(partial(self._popup, view))

    def use_settings(self, settings: Settings) -> None:
        """Remember the folder of what is saved."""
        self._settings = settings

    def close_work(self) -> None:
        """Wait for what is being written."""
        self._saver.close()

    def save(self) -> None:
        """Let the user choose a file, and write the table into it."""
        found = self._table()
        if found is None or self._settings is None:
            return
        table, stem = found
        kinds = {id_: (_(format_.label), format_.suffix) for id_, format_ in TABLE_FORMATS.items()}
        where = ask_where(self.window(), self._settings, _("Save the table"), stem, kinds)
        if where is not None:
            path, kind = where
            self._saver.save(path, lambda: write_file(path, TABLE_FORMATS[kind].file(table)))

    def copy(self, kind: str) -> None:
        """Put the table onto the clipboard."""
        found = self._table()
        if found is not None:
            QGuiApplication.clipboard().setText(TABLE_FORMATS[kind].text(found[0]))
            self.told.emit(_("The table is in the clipboard"))

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.setIcon(icon("tray-arrow-up", self))

    def _popup(self, view: QWidget, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.menu().actions())
        self.menu_opened.emit(menu, view)
        menu.popup(view.mapToGlobal(place))
