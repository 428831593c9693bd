"""The controls of the disturbance: a slider with a field for each number, and a way back for each and for all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QSlider, QToolButton, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.widgets.form import Form
from cnnexplorer.ui.widgets.number_field import NumberField

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent, QWheelEvent

    from cnnexplorer.ui.theme import Colours

SIDE = 224  # pixels of the picture's sides until they are known


@dataclass(frozen=True)
class Knob:
    """One number of a disturbance.

    Attributes
    ----------
    sides
        Bounds in sides of the picture, where it is a number of pixels; otherwise `low` and `high` bound it.
    step
        What the slider goes by; the field takes finer numbers unless `whole`.
    read, write
        Take it from a perturbation, and put it in.
    """

    id: str
    title: str
    tip: str
    low: float
    high: float
    step: float
    read: Callable[[Perturbation], float]
    write: Callable[[Perturbation, float], Perturbation]
    whole: bool = False
    sides: tuple[int, int] | None = None

    @property
    def neutral(self) -> float:
        """The number that changes nothing."""
        return self.read(Perturbation())

    def bounds(self, side: int) -> tuple[float, float]:
        """Return the lowest and the highest number for a picture whose larger side has that many pixels."""
        return (self.low, self.high) if self.sides is None else (self.sides[0] * side, self.sides[1] * side)


KNOBS = (
    Knob(
        "noise", mark("Noise"), mark("Gaussian noise: its standard deviation, where black is 0 and white is 1"),
        0, 1, 0.01, lambda p: p.noise, lambda p, value: replace(p, noise=value),
    ),
    Knob(
        "blur", mark("Blur, in pixels"), mark("Gaussian blur: its standard deviation in pixels"),
        0, 10, 0.1, lambda p: p.blur, lambda p, value: replace(p, blur=value),
    ),
    Knob(
        "brightness", mark("Brightness"), mark("Added to every value, where black is 0 and white is 1"),
        -1, 1, 0.01, lambda p: p.brightness, lambda p, value: replace(p, brightness=value),
    ),
    Knob(
        "rotation", mark("Rotation, in degrees"), mark("Counterclockwise around the middle; what comes in is black"),
        -180, 180, 1, lambda p: p.rotation, lambda p, value: replace(p, rotation=value),
    ),
    Knob(
        "right", mark("Shift to the right, in pixels"), mark("Negative numbers shift to the left"),
        0, 0, 1, lambda p: p.shift[1], lambda p, value: replace(p, shift=(p.shift[0], int(value))), True, (-1, 1),
    ),
    Knob(
        "down", mark("Shift down, in pixels"), mark("Negative numbers shift up"),
        0, 0, 1, lambda p: p.shift[0], lambda p, value: replace(p, shift=(int(value), p.shift[1])), True, (-1, 1),
    ),
)  # fmt: skip
PATCH_KNOBS = (
    Knob(
        "patch_size", mark("Side, in pixels"), mark("The side of a grey square that hides a part; 0 for none"),
        0, 0, 1, lambda p: p.patch_size, lambda p, value: replace(p, patch_size=int(value)), True, (0, 1),
    ),
    Knob(
        "patch_right", mark("Across, in percent"), mark("Where the middle of the square lies: 0 is the left border"),
        0, 100, 1, lambda p: 100 * p.patch[1], lambda p, value: replace(p, patch=(p.patch[0], value / 100)),
    ),
    Knob(
        "patch_down", mark("Down, in percent"), mark("Where the middle of the square lies: 0 is the upper border"),
        0, 100, 1, lambda p: 100 * p.patch[0], lambda p, value: replace(p, patch=(value / 100, p.patch[1])),
    ),
)  # fmt: skip


class StillSlider(QSlider):
    """A slider that leaves the wheel to scrolling: one passed by the mouse must not change.

    One with zero inside its range is not filled from its left end, and has a notch at zero.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def restyle(self, theme: Colours) -> None:
        """Fill the groove, or not, in the colours of a theme."""
        palette = self.palette()
        role = "line" if self.minimum() < 0 else "accent"
        palette.setColor(palette.ColorRole.Highlight, theme.colour(role))
        self.setPalette(palette)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the notch under the slider."""
        if self.minimum() < 0 < self.maximum():
            x = self.width() * -self.minimum() / (self.maximum() - self.minimum())
            QPainter(self).fillRect(QRectF(x - 1, 0, 2, self.height()), colours(self).colour("muted", 0.6))
        super().paintEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the column scroll."""
        event.ignore()


class KnobRow(Speaking, QWidget):
    """A knob's name, its number, a way back, and a slider below.

    Signals: `edited(value)` and `refused(error)`.
    """

    edited = Signal(float)
    refused = Signal(object)

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.say(self.label.setText, knob.title)
        self.field = NumberField(knob.neutral, whole=knob.whole, step=knob.step, decimals=4)
        self.field.setFixedWidth(74)
        self.slider = StillSlider()
        for control in (self.field, self.slider):
            self.say(control.setAccessibleName, knob.title)
            self.say(control.setToolTip, knob.tip)
        self.reset = QToolButton()
        self.reset.setAutoRaise(True)
        self.tip(self.reset, mark("Back to no change"))
        self.label.setBuddy(self.field)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        self._grid = grid
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.field, 0, 2)
        grid.addWidget(self.reset, 0, 3)
        grid.addWidget(self.slider, 1, 0, 1, 4)
        grid.setColumnStretch(0, 1)
        self.slider.valueChanged.connect(lambda steps: self._edit(round(steps * knob.step, 9)))
        self.field.edited.connect(self._edit)
        self.field.refused.connect(self.refused)
        self.reset.clicked.connect(lambda: self._edit(knob.neutral))
        self.suit(SIDE)
        self.show_value(knob.neutral)
        self.restyle()

    def add_button(self, button: QToolButton) -> None:
        """Put a button before the number."""
        self._grid.addWidget(button, 0, 1)

    def suit(self, side: int) -> None:
        """Set the bounds for a picture; a number that lies beyond them stays."""
        low, high = self.knob.bounds(side)
        self.slider.blockSignals(True)
        self.slider.setRange(round(low / self.knob.step), round(high / self.knob.step))
        self.slider.setPageStep(max(round((high - low) / self.knob.step / 20), 1))
        self.slider.blockSignals(False)
        self.field.setRange(low, high)

    def show_value(self, value: float) -> None:
        """Show a number, without a signal."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(value / self.knob.step))
        self.slider.blockSignals(False)
        self.field.setValue(round(value, 9))
        self.reset.setEnabled(value != self.knob.neutral)

    def restyle(self) -> None:
        """Take icon and colours from the theme."""
        self.reset.setIcon(icon("restore", self))
        self.slider.restyle(colours(self))

    def _edit(self, value: float) -> None:
        self.show_value(value)
        self.edited.emit(value)


class DisturbanceForm(Form):
    """All controls of the disturbance. Signals: `edited(Perturbation)` and `refused(error)`."""

    edited = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._perturbation = Perturbation()
        self.rows: dict[str, KnobRow] = {}
        self.heading(mark("Disturbance"))
        self.reset_all = QPushButton()
        self.say(self.reset_all.setText, mark("Reset all"))
        self.say(self.reset_all.setToolTip, mark("Show the clean picture again"))
        self.reset_all.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.reset_all.clicked.connect(lambda: self._take(Perturbation(seed=self._perturbation.seed)))
        self.wide(self.reset_all)
        self.again = QToolButton()
        self.again.setAutoRaise(True)
        self.tip(self.again, mark("Draw other noise of the same strength"))
        for knob in KNOBS:
            self._add(knob)
            if knob.id == "noise":
                self.again.clicked.connect(self._draw_again)
                self.rows[knob.id].add_button(self.again)
        self.heading(mark("Grey patch"))
        self.hint(mark("Click or drag on the picture to place it."))
        for knob in PATCH_KNOBS:
            self._add(knob)
        self.show_perturbation(Perturbation())
        self.restyle()

    def show_perturbation(self, perturbation: Perturbation) -> None:
        """Show a disturbance, without a signal."""
        self._perturbation = perturbation
        for row in self.rows.values():
            row.show_value(row.knob.read(perturbation))
        self.reset_all.setEnabled(perturbation != Perturbation(seed=perturbation.seed))
        self.again.setEnabled(perturbation.noise > 0)

    def restyle(self) -> None:
        """Take the icon from the theme."""
        super().restyle()
        if hasattr(self, "again"):
            self.again.setIcon(icon("dice-multiple-outline", self))

    def suit(self, side: int) -> None:
        """Set the bounds for a picture whose larger side has that many pixels."""
        for row in self.rows.values():
            if row.knob.sides is not None:
                row.suit(side)
                row.show_value(row.knob.read(self._perturbation))

    def _add(self, knob: Knob) -> None:
        row = self.rows[knob.id] = KnobRow(knob)
        row.edited.connect(lambda value: self._take(knob.write(self._perturbation, value)))
        row.refused.connect(self.refused)
        self.wide(row)

    def _draw_again(self) -> None:
        self._take(replace(self._perturbation, seed=self._perturbation.seed + 1))

    def _take(self, perturbation: Perturbation) -> None:
        self.show_perturbation(perturbation)
        self.edited.emit(perturbation)
