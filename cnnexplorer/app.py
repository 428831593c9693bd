"""Start-up: the application, its log, its handler of bugs, and the window."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from cnnexplorer.catalogue import LANGUAGES

from .ui.language import system_language, use_language
from .ui.main_window import MainWindow, begin
from .ui.settings import Settings
from .ui.theme import use_theme
from .ui.trouble import BugReporter, start_logging

if TYPE_CHECKING:
    from pathlib import Path


def run(file: Path | None, language: str | None) -> int:
    """Open the window and return the exit status when it is closed."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("cnnexplorer")
    app.setApplicationDisplayName("CNN Explorer")
    app.setStyle("fusion")
    log_path = start_logging()
    BugReporter(log_path).install()
    settings = Settings()
    if language is not None:
        settings.set("language", language)
    remembered = settings.get("language", "")
    use_language(remembered if remembered in LANGUAGES else system_language())
    use_theme(settings.get("theme", "system"))
    window = MainWindow(settings, log_path)
    begin(window, settings, file)
    gc.freeze()  # the collector need not walk through what lives as long as the program
    status = app.exec()
    # a window that dies with the interpreter can take a running thread, or the interpreter, with it
    window.conv.close_work()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return status
