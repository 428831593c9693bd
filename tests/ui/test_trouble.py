"""Trouble: the banner, the bug dialog, and the log."""

from __future__ import annotations

import logging
import sys

import pytest
from PySide6.QtCore import QObject, QTimer, QtMsgType, Signal, qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QWidget

from cnnexplorer.core import SettingError, UserError
from cnnexplorer.core.messages import term
from cnnexplorer.ui import trouble
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.trouble import Banner, BugDialog, BugReporter, start_logging, told

LIMIT = 5000


@pytest.fixture
def log_path(tmp_path, monkeypatch):
    """A log of the test's own; logging and Qt's handler are put back."""
    logger, level, raising = trouble.log, trouble.log.level, logging.raiseExceptions
    before = list(logger.handlers)
    monkeypatch.setattr(trouble, "data_folder", lambda: tmp_path)
    path = start_logging()
    assert path is not None
    yield path
    logging.raiseExceptions = raising
    qInstallMessageHandler(None)
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


@pytest.fixture
def reporter(qapp, log_path):
    found = BugReporter(log_path)
    usual, sys.excepthook = sys.excepthook, found
    yield found
    sys.excepthook = usual
    if found.dialog is not None:
        found.dialog.close()


class Source(QObject):
    fired = Signal()


class Broken(QWidget):
    def paintEvent(self, _event: object) -> None:
        raise RuntimeError("boom in paintEvent")


def in_slot(qtbot) -> None:
    source = Source()

    def slot() -> None:
        raise RuntimeError("boom in slot")

    source.fired.connect(slot)
    source.fired.emit()


def in_timer(qtbot) -> None:
    def late() -> None:
        raise RuntimeError("boom in timer")

    QTimer.singleShot(0, late)
    qtbot.waitUntil(lambda: sys.excepthook.dialog is not None, timeout=LIMIT)


def in_paint_event(qtbot) -> None:
    widget = Broken()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: sys.excepthook.dialog is not None, timeout=LIMIT)
    widget.hide()


def in_job(qtbot) -> None:
    task = LatestTask()

    def fail(error: BaseException) -> None:
        raise error

    def job() -> None:
        raise RuntimeError("boom in job")

    task.start(job, fail, fail)
    qtbot.waitUntil(lambda: sys.excepthook.dialog is not None, timeout=LIMIT)
    task.close()
    task.deleteLater()


@pytest.mark.parametrize("act", [in_slot, in_timer, in_paint_event, in_job], ids=lambda act: act.__name__)
def test_an_exception_reaches_the_dialog_and_the_log(qtbot, reporter, log_path, act):
    act(qtbot)
    place = {"in_slot": "slot", "in_timer": "timer", "in_paint_event": "paintEvent", "in_job": "job"}[act.__name__]
    dialog = reporter.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible, timeout=LIMIT)
    details = dialog._details.toPlainText()
    assert f"RuntimeError: boom in {place}" in details
    assert "Traceback" in details
    assert "PySide6" in details
    written = log_path.read_text("utf-8")
    assert f"boom in {place}" in written
    assert "Traceback" in written
    dialog.reject()
    assert reporter.dialog is None


def test_a_mistake_that_repeats_shows_one_dialog_and_logs_all(qtbot, reporter, log_path):
    for number in range(5):
        try:
            raise ValueError(f"number {number}")
        except ValueError as error:
            reporter(type(error), error, error.__traceback__)
    assert "number 0" in reporter.dialog._details.toPlainText()
    assert sum(isinstance(widget, BugDialog) for widget in QApplication.topLevelWidgets()) == 1
    written = log_path.read_text("utf-8")
    assert all(f"number {number}" in written for number in range(5))
    reporter.dialog.reject()
    in_slot(qtbot)
    assert "boom in slot" in reporter.dialog._details.toPlainText(), "the next mistake has a dialog again"


def test_details_are_copied(qtbot, reporter):
    in_slot(qtbot)
    buttons = reporter.dialog.findChild(QDialogButtonBox)
    copy = next(b for b in buttons.buttons() if b.text() == "Copy details")
    copy.click()
    assert "boom in slot" in QGuiApplication.clipboard().text()


def test_a_mistake_in_the_window_leaves_the_work(qtbot, window, reporter):
    before = window.conv.model.experiment
    window.conv.model.changed.connect(lambda *_: 1 / 0)
    window.conv.inspector.convolution.tool_buttons["negate"].click()
    assert "ZeroDivisionError" in reporter.dialog._details.toPlainText()
    assert window.conv.model.experiment is not before
    assert window.conv.model.result.experiment is window.conv.model.experiment
    reporter.dialog.reject()


def test_expected_trouble_is_no_bug(window, reporter, log_path):
    window.show_trouble(SettingError("stride {stride} is too small: use 1 or more", stride=0))
    assert reporter.dialog is None
    assert "stride 0 is too small" in log_path.read_text("utf-8")
    assert "Traceback" not in log_path.read_text("utf-8")


def test_qt_s_own_messages_are_logged(log_path, monkeypatch):
    messages = []
    monkeypatch.setattr(trouble.log.getChild("qt"), "log", lambda level, _form, text: messages.append((level, text)))
    for kind, level in ((QtMsgType.QtWarningMsg, logging.WARNING), (QtMsgType.QtCriticalMsg, logging.ERROR),
                        (QtMsgType.QtFatalMsg, logging.CRITICAL)):  # fmt: skip
        trouble._log_qt_message(kind, None, "hello")
        assert messages[-1] == (level, "hello")
    qWarning("by the handler")
    assert messages[-1] == (logging.WARNING, "by the handler")


def test_without_a_place_for_the_log_the_program_still_runs(monkeypatch):
    def nowhere() -> None:
        raise OSError("read-only")

    monkeypatch.setattr(trouble, "data_folder", nowhere)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    before = list(trouble.log.handlers)
    assert start_logging() is None
    trouble.log.info("into nothing")
    qInstallMessageHandler(None)
    for handler in set(trouble.log.handlers) - set(before):
        trouble.log.removeHandler(handler)


def test_the_log_rotates(log_path):
    for _line in range(3 * 2**20 // 1000 + 300):
        trouble.log.info("x" * 1000)
    files = sorted(path.name for path in log_path.parent.glob("cnnexplorer.log*"))
    assert files == ["cnnexplorer.log", "cnnexplorer.log.1", "cnnexplorer.log.2"]
    assert all(path.stat().st_size <= 2**20 for path in log_path.parent.glob("cnnexplorer.log*"))


# the banner


@pytest.fixture
def banner(qtbot):
    found = Banner()
    qtbot.addWidget(found)
    return found


def test_the_banner_says_a_sentence_and_is_closed(qtbot, banner):
    assert not banner.isVisible()
    assert banner.text == ""
    banner.show_error(UserError("something is {what}: mend it", what="odd"))
    assert banner.isVisible()
    assert banner.text == "Something is odd: mend it."
    banner._close.click()
    assert not banner.isVisible()
    assert banner.text == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UserError("{name} is a folder: choose a file", name="cat.png"), "cat.png is a folder: choose a file"),
        (UserError("{name} {n} is too small", name=term("stride"), n=0), "Stride 0 is too small"),
        (UserError("{number} is too small", number="1e3"), "1e3 is too small"),
        (UserError("it is {{odd}}"), "It is {odd}"),
    ],
)
def test_a_sentence_begins_large_but_a_name_stays_as_it_is(qapp, error, text):
    use_language("en")
    assert told(error) == text


def test_marks_of_rich_text_are_shown_as_they_are(banner):
    banner.show_error(UserError("{name} is odd", name="<b>bold</b>.png"))
    assert "<b>" in banner.text
    assert banner._text.textFormat().name == "PlainText"
