"""What the dialogs that record ask for in every workspace: how fast, and in which format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

from cnnexplorer.core.animation import FORMATS, Timing
from cnnexplorer.core.animation.timing import MAX_PAUSE, MAX_SPEED
from cnnexplorer.core.messages import mark

from .widgets.form import Choice, Form
from .widgets.number_field import NumberField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .settings import Settings

RATES = {str(rate): str(rate) for rate in (10, 15, 20, 25, 30, 50, 60)}


class RecordingForm(Form):
    """A form that asks what is to be recorded. Signals: `changed()`, `refused(error)`.

    Who inherits builds its own fields around `build_time` and `build_file`, and then lets `restore` bring back what was
    chosen the last time.
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setMinimumWidth(340)

    @property
    def timing(self) -> Timing:
        """How fast the animation goes."""
        return Timing(self.speed.value(), int(self.rate.value()), self.pauses[0].value(), self.pauses[1].value())

    def choices(self) -> dict[str, Choice]:
        """Return the lists whose choice is remembered."""
        return {"rate": self.rate, "format": self.format}

    def boxes(self) -> dict[str, QCheckBox]:
        """Return the boxes whose state is remembered."""
        return {"loop": self.loop}

    def remember(self) -> None:
        """Keep what was chosen for the next time."""
        for key, choice in self.choices().items():
            self._settings.set(f"record/{key}", choice.value())
        for key, box in self.boxes().items():
            self._settings.set(f"record/{key}", box.isChecked())
        for place, field in enumerate(self.pauses):
            self._settings.set(f"record/pause{place}", field.value())

    def restore(self) -> None:
        """Choose what was chosen the last time."""
        for key, choice in self.choices().items():
            known = self._settings.get(f"record/{key}", choice.value())
            if choice.findData(known) >= 0:
                choice.setValue(known)
        for key, box in self.boxes().items():
            box.setChecked(self._settings.get(f"record/{key}", box.isChecked()))
        for place, field in enumerate(self.pauses):
            value = self._settings.get(f"record/pause{place}", field.value())
            field.setValue(min(max(value, 0.0), MAX_PAUSE))

    def build_time(self, speed: float) -> None:
        """Ask how fast it goes."""
        self.heading(mark("Time"))
        self.speed = NumberField(speed, minimum=0.1, maximum=MAX_SPEED, decimals=2)
        self.watch(self.speed)
        self.speed_label = self.row(mark("Values a second"), self.speed, mark("How fast the animation goes"))
        self.rate = Choice(RATES)
        self.rate.setValue("30")
        self.rate.activated.connect(self.changed)
        self.row(
            mark("Pictures a second"), self.rate,
            mark("The most that are shown: of faster steps some are left out; for slower ones it changes nothing"),
        )  # fmt: skip
        self.pauses = [NumberField(value, minimum=0, maximum=MAX_PAUSE, step=0.5, decimals=2) for value in (0.5, 1.0)]
        self.row(mark("Pauses (s)"), self.pair(self.pauses))
        self.tip(self.pauses[0], mark("Seconds that the first picture is shown longer"))
        self.tip(self.pauses[1], mark("Seconds that the last picture is shown longer"))
        self.loop = QCheckBox()
        self.say(self.loop.setText, mark("Begin again at the end"))
        self.say(self.loop.setToolTip, mark("Viewers repeat the animation; an MP4 cannot say so"))
        self.loop.setChecked(True)
        self.loop.toggled.connect(self.changed)
        self.wide(self.loop)

    def build_file(self) -> None:
        """Ask for the format."""
        self.heading(mark("File"))
        self.format = Choice({id_: format_.label for id_, format_ in FORMATS.items()}).show_whole()
        self.format.activated.connect(self.changed)
        self.row(mark("Format"), self.format, mark("Exact ones keep every pixel; GIF and MP4 are known everywhere"))

    def pair(self, fields: Sequence[NumberField], between: str = "–") -> QWidget:
        """Return two fields beside each other."""
        one, other = fields
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(one, 1)
        row.addWidget(QLabel(between))
        row.addWidget(other, 1)
        holder.setFocusProxy(one)
        for field in fields:
            self.watch(field)
        return holder

    def watch(self, field: NumberField) -> None:
        """Follow what is typed into a field."""
        field.edited.connect(self.changed)
        field.refused.connect(self.refused)
