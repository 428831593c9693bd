"""What lies beside a workspace, and a lab: where the window is too narrow for all it steps aside, and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.labs.model import ReachTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from cnnexplorer.labs import Step

    from .lab_room import LabRoom

# pixels, by workspace: the window's least width for a lab, a workspace, and the inspector or the picture's column; and
# for both of them
FOR_INSPECTOR = {"conv": 1240, "net": 1500}
FOR_PICTURE = {"net": 1240}
FOR_BOTH = {"net": 1500}


def room_for_inspector(workspace: str, _step: Step) -> int:
    """Return the window's least width for the inspector beside a lab, in pixels."""
    return FOR_INSPECTOR.get(workspace, 0)


def room_for_picture(workspace: str, step: Step) -> int:
    """Return the window's least width for the picture's column beside a lab, in pixels: settings come first."""
    return (FOR_BOTH if needs_settings(step) else FOR_PICTURE).get(workspace, 0)


class SideRoom:
    """Hides a column while a lab leaves it no room. By hand it can be had all the same, until that changes.

    Parameters
    ----------
    action
        Shows the column, while it is checked.
    roomy
        Tells the window's least width in pixels for it, in a workspace at a step of a lab.
    is_needed
        Tells whether a step of a lab cannot do without it.
    """

    def __init__(
        self, action: QAction, labs: LabRoom, roomy: Callable[[str, Step], int], is_needed: Callable[[Step], bool]
    ) -> None:
        self._action, self._labs = action, labs
        self._roomy, self._is_needed = roomy, is_needed
        self._wished: bool | None = None

    @property
    def wished(self) -> bool:
        """Whether the column is wanted where there is room for it."""
        return self._action.isChecked() if self._wished is None else self._wished

    def fit(self, workspace: str, width: int) -> None:
        """Check or clear the action as a window of a width in pixels has room, once that is another."""
        attempt = self._labs.panel.attempt if self._labs.active else None
        step = None if attempt is None else attempt.step
        cramped = step is not None and width < self._roomy(workspace, step) and not self._is_needed(step)
        if cramped and self._wished is None:
            self._wished = self._action.isChecked()
            self._action.setChecked(False)
        elif not cramped and self._wished is not None:
            wished, self._wished = self._wished, None
            self._action.setChecked(wished)


def needs_settings(step: Step) -> bool:
    """Tell whether a step is solved by settings; another picture is no setting, it is chosen in its own column."""
    return any(what != "picture" for what in step.free or ()) or isinstance(step.task, ReachTask)


def needs_picture(step: Step) -> bool:
    """Tell whether a step is solved by another picture."""
    wanted = [one.what for one in step.task.conditions] if isinstance(step.task, ReachTask) else []
    return "picture" in wanted or (step.free is not None and "picture" in step.free)
