"""The fields of the dialog that records a page while a disturbance runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox

from cnnexplorer.core.messages import mark
from cnnexplorer.core.sweeps import MAX_VALUES, sweep_values
from cnnexplorer.ui.figures.rendering import MAX_SCALE
from cnnexplorer.ui.recording_form import RecordingForm
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.number_field import NumberField

from .film import sweep_of
from .robustness_controls import KNOBS, PATCH_KNOBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.animation import Timing
    from cnnexplorer.nets import Perturbation
    from cnnexplorer.ui.figures.takeaway import Takeaway
    from cnnexplorer.ui.settings import Settings

    from .film import Sweep
    from .robustness_controls import Knob

_SPEED = 10.0
# the titles of the page's knobs stand under a heading; here they stand alone
TITLES = {knob.id: knob.title for knob in KNOBS} | {
    "patch_size": mark("Side of the grey patch, in pixels"),
    "patch_right": mark("Grey patch across, in percent"),
    "patch_down": mark("Grey patch down, in percent"),
}
_RANGES = {"noise": (0.0, 0.5), "blur": (0.0, 5.0), "brightness": (-0.5, 0.5), "rotation": (-30.0, 30.0)}
_SHARES = {"right": (-0.125, 0.125), "down": (-0.125, 0.125), "patch_size": (0.0, 0.5)}  # of the picture's side
_SCALES = {str(scale): f"{scale}×" for scale in range(1, MAX_SCALE + 1)}


@dataclass(frozen=True)
class Wish:
    """What the user wants recorded: `back` is whether the disturbance returns to where it began."""

    takeaway: Takeaway
    sweep: Sweep
    back: bool
    timing: Timing
    scale: int
    caption: bool
    form: str
    loop: bool


class NetRecordForm(RecordingForm):
    """Asks for all of it.

    Parameters
    ----------
    offers
        The views that can be recorded.
    own
        How the user disturbs the picture.
    side
        Pixels of the picture's larger side.
    """

    def __init__(
        self, offers: Sequence[Takeaway], own: Perturbation, side: int, settings: Settings,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(settings, parent)
        self._offers, self._own, self._side = offers, own, side
        self._knobs = {knob.id: knob for knob in (*KNOBS, *PATCH_KNOBS)}
        self._build_what()
        self.build_time(_SPEED)
        self._build_picture()
        self.build_file()
        self.layout_.addStretch(1)
        self.restore()
        self._choose_knob()

    @property
    def wish(self) -> Wish:
        """What is chosen."""
        values = sweep_values(self.begin.value(), self.end.value(), int(self.values.value()))
        sweep = sweep_of(self.chosen_knob, values, self._own, self._side)
        return Wish(
            self._offers[int(self.view.value())], sweep, self.back.isChecked(), self.timing,
            int(self.scale.value()), self.caption.isChecked(), self.format.value(), self.loop.isChecked(),
        )  # fmt: skip

    @property
    def chosen_knob(self) -> Knob:
        """Which number of the disturbance runs."""
        return self._knobs[self.knob.value()]

    def choices(self) -> dict[str, Choice]:
        """Return the lists whose choice is remembered."""
        return super().choices() | {"disturbance": self.knob, "scale": self.scale}

    def boxes(self) -> dict[str, QCheckBox]:
        """Return the boxes whose state is remembered."""
        return super().boxes() | {"caption": self.caption, "back": self.back}

    def _build_what(self) -> None:
        self.heading(mark("What"))
        self.view = Choice({str(place): offer.title for place, offer in enumerate(self._offers)})
        self.view.activated.connect(self.changed)
        self.row(mark("View"), self.view, mark("Which view of this page is recorded, as it is seen now"))
        self.knob = Choice(TITLES)
        self.knob.activated.connect(self._choose_knob)
        self.row(mark("Disturbance"), self.knob, mark("What is done to the picture, more or less, from value to value"))
        self.begin, self.end = NumberField(0.0, decimals=4), NumberField(1.0, decimals=4)
        self.row(mark("Values"), self.pair((self.begin, self.end)))
        self.tip(self.begin, mark("The value that the disturbance begins with"))
        self.tip(self.end, mark("The value that the disturbance ends with"))
        self.values = NumberField(30, whole=True, minimum=2, maximum=MAX_VALUES, step=10)
        self.watch(self.values)
        self.row(mark("How many"), self.values, mark("In how many values it goes from the first to the last"))
        self.back = QCheckBox()
        self.say(self.back.setText, mark("There and back"))
        self.say(self.back.setToolTip, mark("From the last value the same way back to the first"))
        self.back.toggled.connect(self.changed)
        self.wide(self.back)

    def _build_picture(self) -> None:
        self.heading(mark("Picture"))
        self.scale = Choice(_SCALES)
        self.scale.activated.connect(self.changed)
        self.row(mark("Scale"), self.scale, mark("Pixels of the animation for each one on the screen"))
        self.caption = QCheckBox()
        self.say(self.caption.setText, mark("A line below that tells the value"))
        self.say(self.caption.setToolTip, mark("The disturbance, its value, and which value of how many it is"))
        self.caption.setChecked(True)
        self.caption.toggled.connect(self.changed)
        self.wide(self.caption)

    def _choose_knob(self) -> None:
        """Propose a range in which there is something to see."""
        knob = self.chosen_knob
        low, high = knob.bounds(self._side)
        begin, end = _RANGES.get(knob.id, (low, high))
        if knob.id in _SHARES:
            begin, end = (round(share * self._side) for share in _SHARES[knob.id])
        for field, value in ((self.begin, begin), (self.end, end)):
            field.setRange(low, high)
            field.setValue(value)
        self.changed.emit()
