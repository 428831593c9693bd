"""The program's window without a screen: a session is opened in it, and what it would show can be taken."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import load_session, session_from_bytes
from cnnexplorer.core.metadata import session_in_png

from .language import use_language
from .main_window import MainWindow
from .settings import Settings
from .tasks import LatestTask
from .theme import use_theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core import Session, UserError

_SOON = 1000  # milliseconds: a timer that ends sooner is waited for
_ROUNDS = 3  # looks at the window without anything under way, until it is at rest


def make_application(language: str, theme: str) -> QApplication:
    """Begin as the program does, in a language and a theme."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("cnnexplorer")
    app.setApplicationDisplayName("CNN Explorer")
    app.setStyle("fusion")
    use_language(language)
    use_theme(theme)
    return app


def read_session(path: Path) -> Session:
    """Read a session from its file, or from a picture in which it travels.

    Raises
    ------
    SessionError
        There is none in it.
    """
    carried = session_in_png(path)
    return load_session(path) if carried is None else session_from_bytes(carried, path.name)


class UnseenWindow:
    """A window that nobody sees, in which sessions can be opened."""

    def __init__(self, settings: Settings) -> None:
        self._trouble: list[UserError] = []
        self.window = MainWindow(settings)
        self.window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        self.window.resize(1280, 800)
        self.window.show()
        for source in (self.window.conv, self.window.net, self.window.document):
            source.refused.connect(self._trouble.append)
        self.window.net.ready.connect(lambda net: net.refused.connect(self._trouble.append))

    def open(self, session: Session, folder: Path) -> None:
        """Open a session that lies in a folder, and wait until all of it is shown.

        Raises
        ------
        UserError
            The session asks for what is not there, such as torch, or weights.
        """
        done: list[bool] = []
        self.window.desk.bring_back(session, folder, lambda: done.append(True))
        self._wait(lambda: bool(done))
        self.settle()

    def fit(self, shown: QWidget, width: int, height: int) -> None:
        """Give a widget that grows with the window a size, as far as the window can be as small as that takes."""
        more_width, more_height = width - shown.width(), height - shown.height()
        self.window.resize(self.window.width() + more_width, self.window.height() + more_height)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is under way.

        Raises
        ------
        UserError
            Something could not be.
        """
        quiet = 0
        while quiet < _ROUNDS:
            _turn()
            quiet = 0 if self._busy() else quiet + 1
        self._raise()

    def close(self) -> None:
        """Wait for work under way, and let go of the window."""
        self.window.document.give_up()
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def _wait(self, is_done: Callable[[], bool]) -> None:
        while not is_done():
            _turn()
            self._raise()

    def _busy(self) -> bool:
        timers = self.window.findChildren(QTimer)
        soon = any(timer.isActive() and timer.isSingleShot() and timer.interval() <= _SOON for timer in timers)
        return soon or any(task.busy for task in self.window.findChildren(LatestTask))

    def _raise(self) -> None:
        if self._trouble:
            raise self._trouble[0]


@contextmanager
def unseen_window() -> Iterator[UnseenWindow]:
    """Give a window that nobody sees, with settings that are as at the first start."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(Path(folder) / "settings.ini")
        settings.set("tour_seen", True)
        window = UnseenWindow(settings)
        try:
            yield window
        finally:
            window.close()


def _turn() -> None:
    """Let the window do what waits to be done."""
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    QCoreApplication.sendPostedEvents()
    time.sleep(0.002)  # for the threads that work
