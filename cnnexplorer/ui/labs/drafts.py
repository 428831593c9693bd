"""What stands in the field of a step: saved a moment after it is typed, and shown again when the step is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from cnnexplorer.labs import LiveState

    from .attempt import Attempt
    from .fields import Field

PAUSE = 500  # milliseconds without a key after which what was typed is saved


class Drafts(QObject):
    """Keeps the draft of one field at a time."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._attempt: Attempt | None = None
        self._field: Field | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._take)

    def follow(self, attempt: Attempt | None, field: Field | None) -> None:
        """Keep what is typed into a field from now on; None for none."""
        self._timer.stop()
        self._attempt, self._field = attempt, field
        if field is not None:
            field.edited.connect(self._timer.start)

    def keep(self) -> None:
        """Save now what was typed a moment ago."""
        if self._timer.isActive():
            self._timer.stop()
            self._take()

    def bring_back(self, state: LiveState) -> None:
        """Show the answer that was given to the step in front before, and let what was said of it be said again."""
        attempt, field = self._attempt, self._field
        if attempt is None or field is None or not any(attempt.done.draft) or self._timer.isActive():
            return
        field.bring_back(attempt.done.draft)
        self._timer.stop()
        if attempt.done.judged:
            attempt.recall(field.answer(), state)

    def _take(self) -> None:
        if self._attempt is not None and self._field is not None:
            self._attempt.keep_draft(self._field.draft())
