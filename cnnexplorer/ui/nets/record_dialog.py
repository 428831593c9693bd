"""The dialog that records a view of a page while a disturbance of the picture runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import UserError
from cnnexplorer.core.animation import Note, Shot, check_format, shots
from cnnexplorer.ui.figures.facts import program_fact
from cnnexplorer.ui.language import _
from cnnexplorer.ui.recorder import Order
from cnnexplorer.ui.recording_dialog import RecordingDialog

from .figure_facts import network_facts
from .film import CHANGED, NetFilm, surroundings
from .record_form import TITLES, NetRecordForm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.animation import Timing
    from cnnexplorer.ui.figures.takeaway import Takeaway
    from cnnexplorer.ui.settings import Settings

    from .model import NetModel
    from .record_form import Wish


class NetRecordDialog(RecordingDialog):
    """Asks what of a page is to be recorded, and records it.

    Parameters
    ----------
    page
        The page that is shown.
    offers
        What can be taken of it; not empty.
    """

    form: NetRecordForm

    def __init__(
        self, model: NetModel, page: QWidget, offers: Sequence[Takeaway], settings: Settings,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        assert model.result is not None
        self._model, self._page = model, page
        self._before = surroundings(model, page)
        self._facts = network_facts(model)
        side = max(model.result.picture.shape[1:])
        super().__init__(NetRecordForm(offers, model.own_perturbation, side, settings), settings, parent)

    def make(self, film: NetFilm | None) -> tuple[NetFilm, Order]:
        """Return the film of what is chosen, and what becomes of it."""
        wish = self.form.wish
        if surroundings(self._model, self._page) != self._before:
            raise UserError(CHANGED)
        found = NetFilm(self._model, self._page, wish.takeaway, wish.sweep, self._before, wish.scale, wish.caption)
        try:
            order = self._order_of(wish, found)
        except UserError:
            found.close()
            raise
        if film is not None:
            film.close()
        return found, order

    @property
    def stem(self) -> str:
        """What the file is called where nothing else is said."""
        wish = self.form.wish
        return f"{wish.takeaway.name}_{wish.sweep.knob.id}"

    def record(self, path: Path) -> None:
        """Record what is chosen into a file."""
        assert isinstance(self._film, NetFilm)
        self._film.held = True
        super().record(path)

    def end(self, text: str = "") -> None:
        """Let the film go its way again, and say how the recording ended."""
        if isinstance(self._film, NetFilm):
            self._film.held = False
        super().end(text)

    def _order_of(self, wish: Wish, film: NetFilm) -> Order:
        taken = swept(len(wish.sweep.values), wish.timing, wish.back, wish.loop)
        check_format(wish.form, film.size, [shot.seconds for shot in taken])
        return Order(taken, wish.form, self._note(wish, taken), wish.loop)

    def _note(self, wish: Wish, taken: Sequence[Shot]) -> Note:
        """Return what the file says of itself: what runs, and all that the maps depend on."""
        values = wish.sweep.values
        title = _("{number} from {begin} to {end}").format(
            number=_(TITLES[wish.sweep.knob.id]), begin=f"{values[0]:g}", end=f"{values[-1]:g}"
        )
        seconds = float(sum(shot.seconds for shot in taken))
        facts = [
            (_("View"), wish.takeaway.title),
            *self._facts,
            (_("Pictures"), _("{count} in {seconds} s").format(count=len(taken), seconds=f"{seconds:.4g}")),
            program_fact(),
        ]
        return Note(title, "\n".join(f"{label}: {value}" for label, value in facts))


def swept(count: int, timing: Timing, back: bool, loop: bool) -> tuple[Shot, ...]:
    """Return the pictures of `count` values, and on wish those of the way back.

    One that begins again at the end need not show the first picture there once more.

    >>> from cnnexplorer.core.animation import Timing
    >>> timing = Timing(speed=2, rate=10, pause_first=0, pause_last=1)
    >>> [(shot.step, str(shot.seconds)) for shot in swept(3, timing, back=True, loop=True)]
    [(0, '1/2'), (1, '1/2'), (2, '3/2'), (1, '1/2')]
    """
    there = shots(count, timing)
    if not back:
        return tuple(there)
    return (*there, *there[-2 : None if not loop else 0 : -1])


def ask_recording(
    model: NetModel, page: QWidget, offers: Sequence[Takeaway], settings: Settings, parent: QWidget
) -> NetRecordDialog:
    """Open the dialog over a window."""
    dialog = NetRecordDialog(model, page, offers, settings, parent)
    dialog.closed.connect(dialog.deleteLater)
    dialog.open()
    return dialog
