"""The way into the Network workspace: torch is imported off the GUI thread when the workspace is first shown."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.ui.help_pages import has_torch
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.tasks import LatestTask

if TYPE_CHECKING:
    from cnnexplorer.ui.actions import Actions
    from cnnexplorer.ui.settings import Settings

    from .workspace import NetWorkspace

SWITCH_SECONDS = 0.002  # how long the importing thread may hold the interpreter while the window waits for it


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
        self._text, self._bar, self._again = QLabel(), QProgressBar(), QPushButton()
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(280)
        self.say(self._text.setText, "Loading torch, which computes the networks. This takes a few seconds, once.")
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

    def open(self) -> None:
        """Load torch, unless it is there or under way, and then the workspace."""
        if self.workspace is not None or self._task.busy:
            return
        if not has_torch():
            self._failed(
                UserError("torch is not installed, so networks are not available: run pip install torch torchvision")
            )
            return
        self._bar.show()
        self._again.hide()
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._task.start(_import_workspace, self._loaded, self._failed)

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._task.close()
        if self.workspace is not None:
            self.workspace.close_work()

    def _loaded(self, made: type[NetWorkspace]) -> None:
        sys.setswitchinterval(self._interval)
        self.workspace = made(self._actions, self._settings)
        self._stack.addWidget(self.workspace)
        self._stack.setCurrentWidget(self.workspace)
        self.ready.emit(self.workspace)

    def _failed(self, error: BaseException) -> None:
        if hasattr(self, "_interval"):
            sys.setswitchinterval(self._interval)
        self._bar.hide()
        self._again.show()
        if isinstance(error, ImportError | OSError):  # a broken installation of torch
            error = UserError("torch cannot be loaded ({reason}): install it anew", reason=str(error))
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)


def _import_workspace() -> type[NetWorkspace]:
    """Import torch and all that needs it, and wake the GPU, whose first question takes seconds too."""
    nets = importlib.import_module("cnnexplorer.nets")
    nets.available_devices()
    workspace: type[NetWorkspace] = importlib.import_module("cnnexplorer.ui.nets.workspace").NetWorkspace
    return workspace
