"""The desk from which figures are taken: the dialog, the clipboard, and the menus of the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from cnnexplorer.ui.language import _
from cnnexplorer.ui.saving import saved_text
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.theme import icon

from .choices import remembered
from .dialog import SaveDialog
from .facts import program_fact
from .saving import clipboard_image, no_session
from .takeaway import Takeaway

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtCore import QPoint

    from cnnexplorer.core.messages import Note
    from cnnexplorer.ui.settings import Settings

    from .rendering import FigureWish
    from .saving import Session


class FigureDesk(QObject):
    """Takes pictures and numbers of what is on screen.

    Parameters
    ----------
    window
        The window: it can be taken too.
    takeaways
        Gives what can be taken of the workspace in front, what matters most first.
    session
        Gives, on the GUI thread, what makes the bytes of the present session on any other, and the name of the file in
        which it is kept, if it is.

    Signals: `told(text)` for the status bar; `asked(widget, data)` where the dialog is asked for in a menu.
    """

    told = Signal(str)
    asked = Signal(object, bool)

    def __init__(
        self,
        window: QWidget,
        settings: Settings,
        takeaways: Callable[[], Sequence[Takeaway]],
        session: Callable[[], tuple[Session, str]] = lambda: (no_session, ""),
    ) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._takeaways, self._take_session = takeaways, session
        self._looking, self._saving = LatestTask(self), LatestTask(self)
        self.dialog: SaveDialog | None = None

    def offers(self) -> list[Takeaway]:
        """Return all that can be taken now; the window comes last."""
        found = [takeaway for takeaway in self._takeaways() if takeaway.widget.isVisibleTo(self._window)]
        window = Takeaway(
            self._window, "window", _("The whole window"), (program_fact(),), words={"view": "window"}, buttons=True
        )
        return [*found, window]

    def save(self, widget: QWidget | None = None, data: bool = False) -> None:
        """Open the dialog at what a widget shows; at the view in use for None."""
        if self.dialog is not None:
            return
        offers = self.offers()
        place = place_of(offers, QApplication.focusWidget() if widget is None else widget) or 0
        dialog = SaveDialog(offers, place, self._settings, (self._looking, self._saving), data, self._window)
        dialog.session, dialog.session_file = self._take_session()
        dialog.copy_asked.connect(self._copy)
        dialog.saved.connect(self._tell_saved)
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        dialog.open()

    def copy(self, widget: QWidget | None = None) -> None:
        """Put a picture of what a widget shows onto the clipboard, looking as figures were saved last."""
        offers = self.offers()
        place = place_of(offers, QApplication.focusWidget() if widget is None else widget) or 0
        self._copy(offers[place], remembered(self._settings).wish)

    def add_to(self, menu: QMenu, widget: QWidget) -> None:
        """Add to a menu what can be taken of a widget, if anything can."""
        offers = self.offers()
        place = place_of(offers, widget)
        if place is None:
            return
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(icon("content-copy", menu), _("Copy the picture"), lambda: self.copy(widget))
        menu.addAction(icon("image-outline", menu), _("Save as a figure…"), lambda: self.asked.emit(widget, False))
        data = menu.addAction(
            icon("table-arrow-down", menu), _("Save the numbers…"), lambda: self.asked.emit(widget, True)
        )
        data.setEnabled(offers[place].arrays is not None)

    def popup(self, widget: QWidget, point: QPoint) -> None:
        """Open a menu of what can be taken of a widget at a point of the screen, if anything can."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_to(menu, widget)
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(point)

    def close_work(self) -> None:
        """Wait for files that are being written; to be called before the program ends."""
        self._looking.close()
        self._saving.close()

    def _copy(self, takeaway: Takeaway, wish: FigureWish) -> None:
        QGuiApplication.clipboard().setImage(clipboard_image(takeaway, wish))
        self.told.emit(_("Copied: {title}").format(title=takeaway.title))

    def _tell_saved(self, path: Path, notes: tuple[Note, ...]) -> None:
        self.told.emit(saved_text(path, notes))

    def _forget(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def place_of(offers: Sequence[Takeaway], widget: QWidget | None) -> int | None:
    """Return which of several takeaways shows a widget: the smallest of which it is a part; None where none does.

    The last one is the window, which is never meant by what is in it.
    """
    places = {offer.widget: place for place, offer in reversed(list(enumerate(offers[:-1])))}
    while widget is not None:
        if widget in places:
            return places[widget]
        widget = widget.parentWidget()
    return None
