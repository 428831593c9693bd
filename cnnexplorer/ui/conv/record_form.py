"""The fields of the dialog that records: what, how fast, how large, and in which format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QWidget

from cnnexplorer.core.animation import FORMATS, Timing
from cnnexplorer.core.animation.timing import MAX_PAUSE, MAX_SPEED
from cnnexplorer.core.messages import mark
from cnnexplorer.core.sweeps import MAX_VALUES, present_value, sweep_targets
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.number_field import NumberField

from .film import MAX_SIDE, MIN_HEIGHT, MIN_WIDTH, FilmFrame
from .names import stage_titles
from .recording import Wish
from .reels import step_places, target_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.core.sweeps import SweepTarget
    from cnnexplorer.ui.settings import Settings

    from .recording import Scene

KINDS = {"steps": mark("The steps of stages"), "sweep": mark("The maps while a number runs")}
SIZES = {
    "1280x720": "1280 × 720 (HD)",
    "1920x1080": "1920 × 1080 (Full HD)",
    "2560x1440": "2560 × 1440",
    "960x540": "960 × 540",
    "1080x1080": "1080 × 1080",
    "window": mark("As in the window"),
    "own": mark("Another size"),
}
RATES = {str(rate): str(rate) for rate in (10, 15, 20, 25, 30, 50, 60)}
_LIST_ROWS = 4
_SWEEP_SPEED = 15.0


class RecordForm(Form):
    """Asks for all of it. Signals: `changed()`, `refused(error)`."""

    changed = Signal()
    refused = Signal(object)

    def __init__(self, scene: Scene, settings: Settings, speed: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene, self._settings, self._speed = scene, settings, speed
        self._experiment = scene.shown.result.experiment
        self._targets = sweep_targets(self._experiment, scene.filter_index, scene.plane)
        self.setMinimumWidth(340)
        self._build_what()
        self._build_time()
        self._build_picture()
        self._build_file()
        self.layout_.addStretch(1)
        self._restore()
        self._suit()

    # what is asked for

    @property
    def wish(self) -> Wish:
        """What is chosen."""
        return Wish(
            "sweep" if self.kind.value() == "sweep" else "steps",
            self.chosen_stages,
            int(self.first.value()) - 1,
            int(self.last.value()) - 1,
            self.target,
            self.begin.value(),
            self.end.value(),
            int(self.values.value()),
            Timing(self.speed.value(), int(self.rate.value()), self.pauses[0].value(), self.pauses[1].value()),
            self.frame,
            self.format.value(),
            self.loop.isChecked(),
        )

    @property
    def chosen_stages(self) -> tuple[int, ...]:
        """The stages that are checked."""
        rows = range(self.stages.count())
        return tuple(row for row in rows if self.stages.item(row).checkState() == Qt.CheckState.Checked)

    @property
    def target(self) -> SweepTarget:
        """The number that is chosen."""
        return self._targets[int(self.number.value())]

    @property
    def frame(self) -> FilmFrame:
        """Size, caption and arithmetic."""
        size = self.size_choice.value()
        if size == "own":
            width, height = (int(field.value()) for field in self.sides)
        elif size == "window":
            width, height = self._window_size
        else:
            width, height = map(int, size.split("x"))
        return FilmFrame(width, height, self.caption.isChecked(), self.arithmetic.isChecked())

    @property
    def _window_size(self) -> tuple[int, int]:
        """The size of the window's board, where a film may be as small, or as large."""
        width, height = self._scene.size
        return min(max(width, MIN_WIDTH), MAX_SIDE), min(max(height, MIN_HEIGHT), MAX_SIDE)

    def remember(self) -> None:
        """Keep what was chosen for the next time."""
        for key, choice in self._choices().items():
            self._settings.set(f"record/{key}", choice.value())
        for key, box in self._boxes().items():
            self._settings.set(f"record/{key}", box.isChecked())
        for place, field in enumerate(self.pauses):
            self._settings.set(f"record/pause{place}", field.value())

    def retranslate(self) -> None:
        """Name the stages and the numbers."""
        for row, title in enumerate(stage_titles(self._experiment.stages)):
            with QSignalBlocker(self.stages):
                self.stages.item(row).setText(title)
        for row, target in enumerate(self._targets):
            self.number.setItemText(row, target_title(self._experiment, target))

    # building

    def _build_what(self) -> None:
        self.heading(mark("What"))
        self.kind = Choice(KINDS).show_whole()
        self.kind.activated.connect(self._choose_kind)
        self.row(mark("Record"), self.kind, mark("What changes from picture to picture"))
        self.stages = QListWidget()
        for _stage in self._experiment.stages:
            item = QListWidgetItem(self.stages)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        lines = min(max(self.stages.count(), 2), _LIST_ROWS)
        self.stages.setFixedHeight(lines * (self.fontMetrics().lineSpacing() + 5) + 6)
        self.stages.itemChanged.connect(self._choose_stages)
        self.row(mark("Stages"), self.stages, mark("Whose steps are recorded: Space checks or unchecks one"))
        self.first, self.last = (NumberField(1, whole=True, minimum=1, maximum=1) for _end in range(2))
        self.steps = self._pair((self.first, self.last))
        self.row(mark("Steps"), self.steps)
        self.number = Choice({str(row): "" for row in range(len(self._targets))})
        self.number.setMaxVisibleItems(24)
        self.number.activated.connect(self._choose_number)
        self.row(mark("Number"), self.number, mark("Which number of the experiment runs"))
        self.begin, self.end = NumberField(-1.0, step=0.5), NumberField(1.0, step=0.5)
        self.ends = self._pair((self.begin, self.end))
        self.row(mark("Values"), self.ends)
        self.values = NumberField(60, whole=True, minimum=2, maximum=MAX_VALUES, step=10)
        self._watch(self.values)
        self.row(mark("How many"), self.values, mark("In how many values it goes from the first to the last"))
        for field, tip in (
            (self.first, mark("The first step that is recorded")),
            (self.last, mark("The last step that is recorded")),
            (self.begin, mark("The value that the number begins with")),
            (self.end, mark("The value that the number ends with")),
        ):
            self.tip(field, tip)

    def _build_time(self) -> None:
        self.heading(mark("Time"))
        self.speed = NumberField(self._speed, minimum=0.1, maximum=MAX_SPEED, decimals=2)
        self._watch(self.speed)
        self.row(mark("Speed"), self.speed, mark("Steps, or values, a second"))
        self.rate = Choice(RATES)
        self.rate.setValue("30")
        self.rate.activated.connect(self.changed)
        self.row(mark("Pictures a second"), self.rate, mark("Where the speed is above it, steps are left out"))
        self.pauses = [NumberField(value, minimum=0, maximum=MAX_PAUSE, step=0.5, decimals=2) for value in (0.5, 1.0)]
        self.row(mark("Pauses (s)"), self._pair(self.pauses))
        self.tip(self.pauses[0], mark("Seconds that the first picture is shown longer"))
        self.tip(self.pauses[1], mark("Seconds that the last picture is shown longer"))
        self.loop = QCheckBox()
        self.say(self.loop.setText, mark("Begin again at the end"))
        self.say(self.loop.setToolTip, mark("Viewers repeat the animation; an MP4 cannot say so"))
        self.loop.setChecked(True)
        self.loop.toggled.connect(self.changed)
        self.wide(self.loop)

    def _build_picture(self) -> None:
        self.heading(mark("Picture"))
        self.size_choice = Choice(SIZES)
        self.size_choice.activated.connect(self._suit)
        self.row(mark("Size"), self.size_choice, mark("Pixels of the pictures"))
        self.sides = [
            NumberField(side, whole=True, minimum=least, maximum=MAX_SIDE, step=10)
            for side, least in zip(self._window_size, (MIN_WIDTH, MIN_HEIGHT), strict=True)
        ]
        self.own_size = self._pair(self.sides, "×")
        self.row(mark("Pixels"), self.own_size)
        self.tip(self.sides[0], mark("Width"))
        self.tip(self.sides[1], mark("Height"))
        self.caption, self.arithmetic = QCheckBox(), QCheckBox()
        self.say(self.caption.setText, mark("A line below that tells the step"))
        self.say(self.caption.setToolTip, mark("Stage, output cell, and which step of how many it is"))
        self.say(self.arithmetic.setText, mark("Grids and arithmetic of the step"))
        self.say(self.arithmetic.setToolTip, mark("Without them the maps have all the room"))
        for box in (self.caption, self.arithmetic):
            box.setChecked(True)
            box.toggled.connect(self.changed)
            self.wide(box)

    def _build_file(self) -> None:
        self.heading(mark("File"))
        self.format = Choice({id_: format_.label for id_, format_ in FORMATS.items()}).show_whole()
        self.format.activated.connect(self.changed)
        self.row(mark("Format"), self.format, mark("Exact ones keep every pixel; GIF and MP4 are known everywhere"))

    def _pair(self, fields: Sequence[NumberField], between: str = "–") -> QWidget:
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
            self._watch(field)
        return holder

    def _watch(self, field: NumberField) -> None:
        field.edited.connect(self.changed)
        field.refused.connect(self.refused)

    # choosing

    def _choices(self) -> dict[str, Choice]:
        return {"rate": self.rate, "size": self.size_choice, "format": self.format}

    def _boxes(self) -> dict[str, QCheckBox]:
        return {"loop": self.loop, "caption": self.caption, "arithmetic": self.arithmetic}

    def _restore(self) -> None:
        for key, choice in self._choices().items():
            known = self._settings.get(f"record/{key}", choice.value())
            if choice.findData(known) >= 0:
                choice.setValue(known)
        for key, box in self._boxes().items():
            box.setChecked(self._settings.get(f"record/{key}", True))
        for place, field in enumerate(self.pauses):
            value = self._settings.get(f"record/pause{place}", field.value())
            field.setValue(min(max(value, 0.0), MAX_PAUSE))
        self.retranslate()
        if not self._experiment.stages:
            self.kind.setValue("sweep")
        self._choose_stages()
        self._choose_number()

    def _choose_kind(self) -> None:
        """Propose the speed of each: a step is to be understood, a map that changes to be seen moving."""
        self.speed.setValue(_SWEEP_SPEED if self.kind.value() == "sweep" else self._speed)
        self._suit()

    def _suit(self) -> None:
        """Ask only what matters."""
        steps = self.kind.value() == "steps"
        for field in (self.stages, self.steps):
            self.set_row_visible(field, steps)
        for field in (self.number, self.ends, self.values):
            self.set_row_visible(field, not steps)
        self.set_row_visible(self.own_size, self.size_choice.value() == "own")
        self.changed.emit()

    def _choose_stages(self) -> None:
        """Record all steps of the stages, until it is said otherwise."""
        count = max(len(step_places(self._experiment, self.chosen_stages)), 1)
        for field, value in ((self.first, 1), (self.last, count)):
            field.setRange(1, count)
            field.setValue(value)
        self.changed.emit()

    def _choose_number(self) -> None:
        """Propose a range around what the number is now."""
        kind, value = self.target.kind, present_value(self._experiment, self.target)
        reach = max(abs(value), 1.0)
        begin, end = (0.0, 1.0) if kind in ("noise", "strength") else (value - reach, value + reach)
        self.begin.setValue(begin)
        self.end.setValue(end)
        self.changed.emit()
