"""Trouble: expected trouble is a sentence in a banner, a bug is a dialog and an entry in the log."""

from __future__ import annotations

import logging
import platform
import sys
import traceback
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QCoreApplication, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
)

from cnnexplorer import __version__
from cnnexplorer.core.messages import Term

from .language import Speaking, _
from .settings import data_folder
from .theme import code_font, colours, icon
from .widgets.buttons import Buttons

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core import UserError

log = logging.getLogger("cnnexplorer")


def told(error: UserError) -> str:
    """Return an error's sentence in the language in use, its first letter large unless it is that of a file's name."""
    sentence = error.sentence(_)
    field, brace, _rest = _(error.template).removeprefix("{").partition("}")
    if brace and _(error.template).startswith("{") and not isinstance(error.values.get(field), Term):
        return sentence
    return sentence[:1].upper() + sentence[1:]


class Banner(Speaking, QFrame):
    """A line over the window that tells of expected trouble, until it is closed or mended.

    It lies over what is there: a line that pushed the rest aside would move it from under the mouse.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._error: UserError | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self.tip(self._close, "Close this message")
        self._close.clicked.connect(self.clear)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        self.restyle()
        self.hide()

    def show_error(self, error: UserError) -> None:
        """Tell of trouble."""
        log.info("told the user: %s", error)
        self._error = error
        self.retranslate()
        self.show()

    def clear(self) -> None:
        """Close the message."""
        self._error = None
        self.hide()

    @property
    def text(self) -> str:
        """What the banner says; nothing while it is closed."""
        return self._text.text() if self._error is not None else ""

    def retranslate(self) -> None:
        """Say the sentence in the language in use."""
        if self._error is not None:
            sentence = told(self._error)
            self._text.setText(sentence + ("" if sentence.endswith(".") else "."))

    def restyle(self) -> None:
        """Take the theme's colours."""
        theme = colours(self)
        self._icon.setPixmap(icon("alert-circle-outline", self, "warning_text").pixmap(20, 20))
        self._close.setIcon(icon("close", self, "warning_text"))
        text = self._text.palette()
        text.setColor(QPalette.ColorRole.WindowText, theme.colour("warning_text"))
        self._text.setPalette(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the warning colour: a palette of its own would stop the banner from following the theme."""
        QPainter(self).fillRect(self.rect(), colours(self).colour("warning"))


class BugDialog(Speaking, QDialog):
    """Tells of a bug, with the details to copy."""

    def __init__(self, details: str, log_path: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(560, 360)
        self.say(self.setWindowTitle, "Something went wrong in the program")
        message = QLabel()
        message.setWordWrap(True)
        self.say(
            message.setText,
            "This is a mistake of the program, not yours. Your work is still there, and you can go on. "
            "Please send the details below to whoever looks after the program.",
        )
        self._details = QPlainTextEdit(details)
        self._details.setReadOnly(True)
        self._details.setFont(code_font())
        self.tip(self._details, "Details of the mistake")
        where = QLabel("" if log_path is None else str(log_path))
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        where.setWordWrap(True)
        buttons = Buttons(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self.say(copy.setText, "Copy details")
        copy.clicked.connect(self.copy_details)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(message)
        layout.addWidget(self._details, 1)
        layout.addWidget(where)
        layout.addWidget(buttons)

    def copy_details(self) -> None:
        """Put the details into the clipboard."""
        QGuiApplication.clipboard().setText(self._details.toPlainText())


class BugReporter:
    """Takes every exception that nobody caught: logs it, and tells of the first in a dialog.

    PySide6 hands what is raised in slots, timers and events to `sys.excepthook`, and goes on.
    """

    def __init__(self, log_path: Path | None = None) -> None:
        self._log_path = log_path
        self.dialog: BugDialog | None = None

    def install(self) -> None:
        """Become the handler of exceptions."""
        sys.excepthook = self

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an exception and show it."""
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        log.critical("not caught", exc_info=(kind, error, trace))
        if self.dialog is not None or QApplication.instance() is None:
            return  # a mistake that repeats must not bury the screen; the log has every one
        details = "".join(traceback.format_exception(kind, error, trace))
        about = (
            f"CNN Explorer {__version__}, Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
            f"{platform.platform()}"
        )
        self.dialog = BugDialog(f"{about}\n\n{details}", self._log_path, QApplication.activeWindow())
        self.dialog.finished.connect(self._closed)
        # shown once the event that failed is over
        QTimer.singleShot(0, self.dialog, self.dialog.show)

    def _closed(self) -> None:
        self.dialog = None


def start_logging() -> Path | None:
    """Log to a file of at most 1 MB, with two older ones kept, and Qt's own messages too.

    Returns the file; None where the system gives no place for it, and the program runs without.
    """
    log.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk must not print a traceback for every entry
    qInstallMessageHandler(_log_qt_message)
    try:
        path = data_folder() / "cnnexplorer.log"
        handler = RotatingFileHandler(
            path, maxBytes=2**20, backupCount=2, encoding="utf-8", delay=True, errors="backslashreplace"
        )
    except OSError:
        log.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log.addHandler(handler)
    return path


def _log_qt_message(kind: QtMsgType, _context: object, message: str) -> None:
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
    }
    log.getChild("qt").log(levels.get(kind, logging.CRITICAL), "%s", message)
