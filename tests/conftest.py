"""What every test gets: an offscreen screen, settings of its own, and a check that nothing is left behind."""

from __future__ import annotations

import gc
import os
import sys
import threading
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "PYTEST_XDIST_WORKER" in os.environ:  # a worker for each core: more threads would wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import Settings
from cnnexplorer.ui.theme import use_theme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

gc.disable()  # until all is imported: see `pytest_collection_finish`


def pytest_collection_finish() -> None:
    """Leave all that is imported out of the collector's walks: they took a fifth of the time of the suite."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on widgets, timers and threads that outlive a test, and put language and theme back."""
    threads = set(threading.enumerate())
    hook = sys.excepthook
    yield
    sys.excepthook = hook
    app = QApplication.instance()
    if isinstance(app, QApplication):
        # the next test's slider would ignore a press while another button seems held
        assert app.mouseButtons() == Qt.MouseButton.NoButton, "a mouse button was pressed and never let go"
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        left = [widget for widget in app.topLevelWidgets() if widget.parent() is None]
        assert not left, f"widgets left behind: {left}"
        running = [timer for timer in app.findChildren(QTimer) if timer.isActive()]
        assert not running, f"timers left behind: {running}"
        assert QThreadPool.globalInstance().activeThreadCount() == 0
        app.clipboard().clear()
        use_language("en")
        use_theme("light")
    assert set(threading.enumerate()) <= threads, "threads left behind"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(tmp_path / "settings.ini")
    found.set("tour_seen", True)
    return found


@pytest.fixture
def window(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    """The program's window, shown, in English and light, nothing playing."""
    QApplication.setStyle("fusion")
    use_language("en")
    use_theme("light")
    main = MainWindow(settings)
    main.resize(1280, 760)
    with qtbot.waitActive(main):
        main.show()
        main.activateWindow()
    yield main
    main.document.give_up()
    main.close()
    main.deleteLater()
