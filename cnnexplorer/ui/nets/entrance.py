"""The way into the Network workspace: torch is imported off the GUI thread when the workspace is first shown."""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.ui.help_pages import has_torch
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.trouble import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnexplorer.ui.actions import Actions
    from cnnexplorer.ui.settings import Settings

    from .workspace import NetWorkspace

# how long a thread may hold the interpreter while another waits: the window for torch's import, and later a forward
# pass, which asks for it at each layer, for the window
SWITCH_SECONDS = 0.001


class NetEntrance(Speaking, QWidget):
    """Stands in for the workspace until torch is there.

    Signals: `ready(workspace)` once, `refused(error)`.
    """

    ready = Signal(object)
    refused = Signal(object)

    def __init__(self, actions: Actions, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions, self._settings = actions, settings
        self._task = LatestTask(self)
        self.workspace: NetWorkspace | None = None
        self._error: UserError | None = None
        self._interval = sys.getswitchinterval()
        self._text, self._bar, self._again = QLabel(), QProgressBar(), QPushButton()
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(280)
        self.say(self._bar.setAccessibleName, "Loading torch")
        self.say(self._again.setText, "Try again")
        self._again.clicked.connect(self.open)
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.addStretch(1)
        column.addWidget(self._text)
        for widget in (self._bar, self._again):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._again.hide()
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(waiting)
        self.retranslate()

    def retranslate(self) -> None:
        """Say what is under way, or what went wrong."""
        self._text.setText(
            _("Loading torch, which computes the networks. This takes a few seconds, once.")
            if self._error is None
            else told(self._error)
        )

    def open(self) -> None:
        """Load torch, unless it is there or under way, and then the workspace."""
        if self.workspace is not None or self._task.busy:
            return
        importlib.invalidate_caches()  # it may have been installed since
        if not has_torch():
            self._failed(
                UserError("torch is not installed, so networks are not available: run pip install torch torchvision")
            )
            return
        self._error = None
        self._bar.show()
        self._again.hide()
        self.retranslate()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._task.start(_import_workspace, self._loaded, self._failed)

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._task.close()
        sys.setswitchinterval(self._interval)
        if self.workspace is not None:
            self.workspace.close_work()

    def _loaded(self, made: type[NetWorkspace]) -> None:
        self.workspace = made(self._actions, self._settings)
        self._stack.addWidget(self.workspace)
        self._stack.setCurrentWidget(self.workspace)
        self.ready.emit(self.workspace)

    def _failed(self, error: BaseException) -> None:
        sys.setswitchinterval(self._interval)
        self._bar.hide()
        self._again.show()
        if isinstance(error, ImportError | OSError):  # a broken installation of torch
            error = _broken(error)
        if not isinstance(error, UserError):
            raise error
        self._error = error
        self.retranslate()
        self.refused.emit(error)


def _import_workspace() -> type[NetWorkspace]:
    """Import torch and all that needs it, wake the GPU, whose first question takes seconds too, and draw a picture."""
    _share_cores()
    _load_library()
    with _kept_for_good():
        try:
            for name in ("torch", "torchvision"):
                importlib.import_module(name)
        except Exception as error:  # torch and a torchvision that do not fit each other fail in any way
            raise _broken(error) from error
        nets = importlib.import_module("cnnexplorer.nets")
        nets.available_devices()
        workspace = importlib.import_module("cnnexplorer.ui.nets.workspace")
    workspace.first_picture()
    made: type[NetWorkspace] = workspace.NetWorkspace
    return made


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """Keep the collector of garbage from walking through all that is imported in the `with` block, now and later.

    A walk through torch takes a third of a second, in which the window stands still: it holds the interpreter.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def _share_cores() -> None:
    """Keep threads that wait from spinning on cores that the window, or another program, needs.

    With a core too few a forward pass would take ten times as long, and so would scaling a picture for the window. To
    be called before torch is imported.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    cv2.setNumThreads(1)  # what is scaled here is small: more threads are no faster


def _load_library() -> None:
    """Load the largest part of torch in a call that leaves the interpreter to the window, as its import does not.

    Where the file is not found, or does not load, the import does what it always does.
    """
    torch = importlib.util.find_spec("torch")
    if sys.platform == "linux" and torch is not None and torch.origin is not None:
        library = Path(torch.origin).parent / "lib" / "libtorch_cpu.so"
        ctypes.CDLL(None).dlopen(os.fsencode(library), os.RTLD_NOW)


def _broken(error: Exception) -> UserError:
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return UserError("torch cannot be loaded ({reason}): install it anew", reason=reason)
