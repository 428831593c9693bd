"""What the player needs of the live workspaces; the window fills it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.labs import LiveState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnnexplorer.labs.model import ClickTask, ReachTask
    from cnnexplorer.labs.progress import Figure

    from .preparing import Ready

Cell = tuple[int, int]


class Bench(QObject):
    """The live workspaces, as a lab sees them. This one has none: for a preview.

    Signals: `changed()` when the live workspaces show something else, and `cells_picked(cells)` with all that are
    marked for a task that asks for cells.
    """

    changed = Signal()
    cells_picked = Signal(object)

    def state(self) -> LiveState:
        """Return what the workspaces show now."""
        return LiveState()

    def show_step(self, ready: Ready, solved: bool) -> None:
        """Show a step's set-up; until it is `solved`, what it hides is not seen, and what it locks stays as it is."""

    def reveal(self) -> None:
        """Show what the step hid, and let everything be changed."""

    def close_pages(self, pages: Mapping[str, int]) -> None:
        """Keep pages of the Network workspace closed: each with the step, from 1, that asks for what it shows."""

    def closed_by(self) -> int | None:
        """Return the step, from 1, that keeps closed what is in front; None where that is shown."""
        return None

    def release(self) -> None:
        """Leave the workspaces alone: the lab is over."""

    def pick(self, task: ClickTask | None) -> None:
        """Let cells be marked in a view for a task; None ends that."""

    def set_cells(self, cells: set[Cell]) -> None:
        """Mark cells."""

    def show_state(self, ready: Ready) -> None:
        """Show one way to reach the state that is asked for."""

    def in_words(self, task: ReachTask) -> str:
        """Say what a task to reach a state looks at: the settings as they are now."""
        return ""

    def figure(self) -> Callable[[], Figure] | None:
        """Paint what is in front; what is returned makes a figure of it, off the GUI thread. None: there is nothing."""
        return None
