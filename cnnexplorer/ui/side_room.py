"""The inspector beside a lab: where the window is too narrow for both it steps aside, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.labs.model import ReachTask

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from .lab_room import LabRoom

ROOMY = {"conv": 1240, "net": 1500}  # pixels: the window's least width for a lab, a workspace and the inspector


class SideRoom:
    """Hides the inspector while a lab leaves it no room. By hand it can be had all the same, until that changes.

    Parameters
    ----------
    action
        Shows the inspector, while it is checked.
    """

    def __init__(self, action: QAction, labs: LabRoom) -> None:
        self._action, self._labs = action, labs
        self._wished: bool | None = None

    @property
    def wished(self) -> bool:
        """Whether the inspector is wanted where there is room for it."""
        return self._action.isChecked() if self._wished is None else self._wished

    def fit(self, workspace: str, width: int) -> None:
        """Check or clear the action as a window of a width in pixels has room, once that is another."""
        cramped = self._labs.active and width < ROOMY.get(workspace, 0) and not self._is_needed()
        if cramped and self._wished is None:
            self._wished = self._action.isChecked()
            self._action.setChecked(False)
        elif not cramped and self._wished is not None:
            wished, self._wished = self._wished, None
            self._action.setChecked(wished)

    def _is_needed(self) -> bool:
        """Tell whether the step in front is solved by settings."""
        attempt = self._labs.panel.attempt
        return attempt is not None and (bool(attempt.step.free) or isinstance(attempt.step.task, ReachTask))
