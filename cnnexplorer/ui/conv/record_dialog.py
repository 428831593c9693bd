"""The dialog that records the steps of an experiment, or its maps while a number runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.ui.recording_dialog import RecordingDialog

from .film import Film
from .record_form import RecordForm
from .recording import order_of, reel_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.recorder import Order
    from cnnexplorer.ui.settings import Settings

    from .recording import Scene


class RecordDialog(RecordingDialog):
    """Asks what of an experiment is to be recorded, and records it."""

    form: RecordForm

    def __init__(self, scene: Scene, settings: Settings, speed: float, parent: QWidget | None = None) -> None:
        self._scene = scene
        super().__init__(RecordForm(scene, settings, speed), settings, parent)

    def make(self, film: Film | None) -> tuple[Film, Order]:
        """Return the film of what is chosen, and what becomes of it."""
        wish = self.form.wish
        reel = reel_of(self._scene, wish)
        order = order_of(self._scene, wish, reel)
        if film is None:
            film = Film(reel, self._scene.view, wish.frame)
        else:
            film.change(reel, wish.frame)
        return film, order

    @property
    def stem(self) -> str:
        """What the file is called where nothing else is said."""
        return "sweep" if self.form.kind.value() == "sweep" else "steps"


def ask_recording(scene: Scene, settings: Settings, speed: float, parent: QWidget) -> RecordDialog:
    """Open the dialog over a window."""
    dialog = RecordDialog(scene, settings, speed, parent)
    dialog.closed.connect(dialog.deleteLater)
    dialog.open()
    return dialog
