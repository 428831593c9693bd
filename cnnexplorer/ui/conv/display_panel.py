"""The inspector's lower part: how a map is shown, and its figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnnexplorer.core import Stats, format_number, map_stats
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.widgets.figures import Histogram, histogram_counts
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.number_field import NumberField
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS, RANGES, Look

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNTED_AT_ONCE = 200_000  # values: a few milliseconds
_STATS = {
    "minimum": mark("Minimum"),
    "maximum": mark("Maximum"),
    "mean": mark("Mean"),
    "zeros": mark("Zeros"),
}


class DisplayPanel(Form):
    """Colour map, range and decimals of the maps of one kind; minimum, maximum, mean, zeros and histogram of one map.

    Signals: `look_chosen(look)`, `refused(error)`.
    """

    look_chosen = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._limits = (0.0, 1.0)
        self._values: NDArray[np.float64] | None = None
        self._hidden = False
        self.heading(mark("Display"))
        self.colour_map = Choice({id_: title for id_, (_name, title) in COLOUR_MAPS.items()})
        self.colour_map.activated.connect(lambda: self._choose(colour_map=self.colour_map.value()))
        self.row(mark("Colours"), self.colour_map)
        self.range_mode = Choice(RANGES)
        self.range_mode.activated.connect(self._choose_range)
        self.row(mark("Range"), self.range_mode, mark("Which values the ends of the colour map stand for"))
        self.low, self.high = NumberField(0.0, step=0.1, decimals=4), NumberField(1.0, step=0.1, decimals=4)
        self.low.edited.connect(self._choose_low)
        self.high.edited.connect(self._choose_high)
        for field in (self.low, self.high):
            field.refused.connect(self.refused)
        self.row(mark("From"), self.low)
        self.row(mark("To"), self.high)
        self.decimals = NumberField(2, whole=True, minimum=0, maximum=8)
        self.decimals.edited.connect(lambda value: self._choose(decimals=int(value)))
        self.decimals.refused.connect(self.refused)
        self.row(mark("Decimals"), self.decimals, mark("Maximum number of decimals in cells and sums"))
        self.heading(mark("This map"))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        self.figures: dict[str, QLabel] = {}
        for number, (name, title) in enumerate(_STATS.items()):
            label, value = QLabel(), QLabel()
            self.say(label.setText, title)
            self._muted.append(label)
            value.setTextInteractionFlags(value.textInteractionFlags().TextSelectableByMouse)
            grid.addWidget(label, number // 2, number % 2 * 2)
            grid.addWidget(value, number // 2, number % 2 * 2 + 1)
            self.figures[name] = value
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        holder = QWidget()
        holder.setLayout(grid)
        self.wide(holder)
        self.histogram = Histogram()
        self.tip(self.histogram, "How often values occur; heights are square roots, so that rare values are seen")
        self.wide(self.histogram)
        # counting a large map takes a few milliseconds: while a field is being turned, only the last one is counted
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(60)
        self._count.timeout.connect(self._count_values)
        self._task = LatestTask(self)
        self.restyle()

    def show_map(
        self, values: NDArray[np.float64], look: Look, limits: tuple[float, float], hidden: bool = False
    ) -> None:
        """Show the look and the figures of a map (H, W), or of an image (3, H, W); `hidden` leaves the figures out."""
        if hidden:
            limits = look.low, look.high
        if hidden != self._hidden:
            self._hidden = hidden
            self._count.start()
        self._look, self._limits = look, limits
        self.colour_map.setValue(look.colour_map)
        self.range_mode.setValue(look.range_mode)
        fixed = look.range_mode == "fixed"
        for field, value in ((self.low, limits[0]), (self.high, limits[1])):
            field.setEnabled(fixed)
            field.setValue(value)
        self.decimals.setValue(look.decimals)
        if values is not self._values:
            self._values = values
            self._count.start()

    def close_work(self) -> None:
        """Wait for the counting under way; to be called before the program ends."""
        self._count.stop()
        self._task.close()

    def retranslate(self) -> None:
        """Write the figures again."""
        self._count_values()

    def _choose(self, **changes: object) -> None:
        self.look_chosen.emit(replace(self._look, **changes))  # type: ignore[arg-type]

    def _choose_range(self) -> None:
        low, high = self._limits
        self._choose(range_mode=self.range_mode.value(), low=low, high=high)

    def _choose_low(self, low: float) -> None:
        """Begin the range elsewhere; its end keeps its distance where it would be passed."""
        span = self._look.high - self._look.low
        self._choose(low=low, high=self._look.high if low < self._look.high else low + span)

    def _choose_high(self, high: float) -> None:
        span = self._look.high - self._look.low
        self._choose(high=high, low=self._look.low if high > self._look.low else high - span)

    def _count_values(self) -> None:
        if self._hidden:
            self._task.cancel()
            self._show_nothing("?")
            return
        if self._values is None:
            return
        values = self._values
        if values.size > COUNTED_AT_ONCE:
            self._task.start(lambda: count(values), self._show_counts, self._fail)
        else:
            self._task.cancel()
            self._show_counts(count(values))

    def _show_counts(self, counted: tuple[Stats, NDArray[np.float64]]) -> None:
        stats, counts = counted
        for name, text in (
            ("minimum", format_number(stats.minimum, 4)),
            ("maximum", format_number(stats.maximum, 4)),
            ("mean", format_number(stats.mean, 4)),
            ("zeros", f"{100 * stats.zeros:.1f} %"),
        ):
            self.figures[name].setText(text)
        self.histogram.set_counts(counts, (stats.minimum, stats.maximum))
        self.histogram.setAccessibleDescription(
            _("from {low} to {high}").format(low=format_number(stats.minimum), high=format_number(stats.maximum))
        )

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, MemoryError):
            raise error
        self._show_nothing("–")

    def _show_nothing(self, text: str) -> None:
        for figure in self.figures.values():
            figure.setText(text)
        self.histogram.set_counts(np.zeros(1), (0.0, 0.0))
        self.histogram.setAccessibleDescription("")


def count(values: NDArray[np.float64]) -> tuple[Stats, NDArray[np.float64]]:
    """Return the figures of a map, and how many of its values fall into each bin of the histogram."""
    return map_stats(values), histogram_counts(values)
