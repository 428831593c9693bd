"""The fields of the dialog that records: what, how fast, how large, and in which format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QListWidget, QListWidgetItem

from cnnexplorer.core.messages import mark
from cnnexplorer.core.sweeps import MAX_VALUES, present_value, sweep_targets
from cnnexplorer.ui.language import _
from cnnexplorer.ui.recording_form import RecordingForm
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.number_field import NumberField

from .film import MAX_SIDE, MIN_HEIGHT, MIN_WIDTH, FilmFrame
from .names import stage_titles
from .recording import Wish
from .reels import step_places, target_title

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.sweeps import SweepTarget
    from cnnexplorer.ui.settings import Settings

    from .recording import Scene

KINDS = {"steps": mark("The steps of stages"), "sweep": mark("The maps while a number runs")}
_SPEEDS = {"steps": mark("Steps a second"), "sweep": mark("Values a second")}
SIZES = {
    "1280x720": "1280 × 720 (HD)",
    "1920x1080": "1920 × 1080 (Full HD)",
    "2560x1440": "2560 × 1440",
    "960x540": "960 × 540",
    "1080x1080": "1080 × 1080",
    "window": mark("As in the window"),
    "own": mark("Another size"),
}
_SHARPER = {"1920x1080": 1.5, "2560x1440": 2.0}  # times 1280 × 720: as much is shown, and its texts can be read
_LIST_ROWS = 4
_SWEEP_SPEED = 15.0


class RecordForm(RecordingForm):
    """Asks for all of it."""

    def __init__(self, scene: Scene, settings: Settings, speed: float, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        self._scene, self._speed = scene, speed
        self._experiment = scene.shown.result.experiment
        self._targets = sweep_targets(self._experiment, scene.filter_index, scene.plane)
        self._build_what()
        self.build_time(speed)
        self._build_picture()
        self.build_file()
        self.layout_.addStretch(1)
        self.restore()
        self._begin()
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
            self.timing,
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
        scale = _SHARPER.get(size, 1.0)
        if size == "own":
            width, height = (int(field.value()) for field in self.sides)
        elif size == "window":
            width, height = self._window_size
        else:
            width, height = (round(int(side) / scale) for side in size.split("x"))
        return FilmFrame(width, height, self.caption.isChecked(), self.arithmetic.isChecked(), scale)

    @property
    def _window_size(self) -> tuple[int, int]:
        """The size of the window's board, where a film may be as small, or as large."""
        width, height = self._scene.size
        return min(max(width, MIN_WIDTH), MAX_SIDE), min(max(height, MIN_HEIGHT), MAX_SIDE)

    def retranslate(self) -> None:
        """Name the stages and the numbers."""
        for row, title in enumerate(stage_titles(self._experiment.stages)):
            with QSignalBlocker(self.stages):
                self.stages.item(row).setText(title)
        for row, target in enumerate(self._targets):
            self.number.setItemText(row, target_title(self._experiment, target))
        self._name_speed()

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
        self.steps = self.pair((self.first, self.last))
        self.row(mark("Steps"), self.steps)
        self.number = Choice({str(row): "" for row in range(len(self._targets))})
        self.number.setMaxVisibleItems(24)
        self.number.activated.connect(self._choose_number)
        self.row(mark("Number"), self.number, mark("Which number of the experiment runs"))
        self.begin, self.end = NumberField(-1.0, step=0.5), NumberField(1.0, step=0.5)
        self.ends = self.pair((self.begin, self.end))
        self.row(mark("Values"), self.ends)
        self.values = NumberField(60, whole=True, minimum=2, maximum=MAX_VALUES, step=10)
        self.watch(self.values)
        self.row(mark("How many"), self.values, mark("In how many values it goes from the first to the last"))
        for field, tip in (
            (self.first, mark("The first step that is recorded")),
            (self.last, mark("The last step that is recorded")),
            (self.begin, mark("The value that the number begins with")),
            (self.end, mark("The value that the number ends with")),
        ):
            self.tip(field, tip)

    def _build_picture(self) -> None:
        self.heading(mark("Picture"))
        self.size_choice = Choice(SIZES)
        self.size_choice.activated.connect(self._suit)
        self.row(
            mark("Size"), self.size_choice,
            mark("Pixels of the pictures; Full HD and 2560 × 1440 show the same as HD, more sharply"),
        )  # fmt: skip
        self.sides = [
            NumberField(side, whole=True, minimum=least, maximum=MAX_SIDE, step=10)
            for side, least in zip(self._window_size, (MIN_WIDTH, MIN_HEIGHT), strict=True)
        ]
        self.own_size = self.pair(self.sides, "×")
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

    # choosing

    def choices(self) -> dict[str, Choice]:
        """Return the lists whose choice is remembered."""
        return super().choices() | {"size": self.size_choice}

    def boxes(self) -> dict[str, QCheckBox]:
        """Return the boxes whose state is remembered."""
        return super().boxes() | {"caption": self.caption, "arithmetic": self.arithmetic}

    def _begin(self) -> None:
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
        self._name_speed()
        self.set_row_visible(self.own_size, self.size_choice.value() == "own")
        self.changed.emit()

    def _name_speed(self) -> None:
        name = _(_SPEEDS[self.kind.value()])
        self.speed_label.setText(name)
        self.speed.setAccessibleName(name)

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
