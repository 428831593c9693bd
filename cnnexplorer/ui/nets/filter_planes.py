"""All kernels of a filter of a deeper layer: one for each input map that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours

from .filter_grid import Tile, TileGrid
from .filter_sheet import plane_pictures

if TYPE_CHECKING:
    from .filter_state import FilterState


class FilterPlanes(Speaking, QWidget):
    """Signals: `plane_chosen(plane)`, `opened()`, `told(text)`."""

    plane_chosen = Signal(int)
    opened = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: FilterState | None = None
        self._source = ""
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setContentsMargins(8, 2, 8, 2)
        self.grid = TileGrid(28)
        self.tip(self.grid, mark("The chosen filter's kernels: choose one to enlarge it, read its numbers with Enter"))
        self.grid.describe = self._describe
        self.grid.chosen.connect(self.plane_chosen)
        self.grid.opened.connect(self.opened)
        self.grid.hovered.connect(lambda plane: self.told.emit("" if plane is None else self._describe(plane)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.about)
        column.addWidget(self.grid, 1)
        self.restyle()

    def show_state(self, state: FilterState, source: str) -> None:
        """Show a filter's kernels.

        Parameters
        ----------
        source
            What the layer reads is called.
        """
        old, self._state, self._source = self._state, state, source
        if old is None or old.reach != state.reach or not np.array_equal(old.weight, state.weight):
            pictures = plane_pictures(state.weight.astype(np.float64), state.reach)
        else:
            pictures = tuple(tile.picture for tile in self.grid.tiles)
        first = state.first_plane
        self.grid.set_tiles([
            Tile(plane, picture, None, (str(first + plane),)) for plane, picture in enumerate(pictures)
        ])  # fmt: skip
        self.grid.set_unit(max(state.plane or 0, 0))
        self.retranslate()

    def retranslate(self) -> None:
        """Say which input maps the filter reads."""
        state = self._state
        if state is None:
            return
        names = {
            "unit": state.unit,
            "first": state.first_plane,
            "last": state.first_plane + len(state.weight) - 1,
            "source": self._source,
            "group": state.group + 1,
            "groups": state.layer.groups,
        }
        if state.layer.groups > 1:
            text = _(
                "Filter {unit} has a kernel for each of the maps {first} to {last} of {source}: those of its group, "
                "{group} of {groups}."
            )
        else:
            text = _("Filter {unit} has a kernel for each of the maps {first} to {last} of {source}.")
        self.about.setText(text.format(**names))

    def restyle(self) -> None:
        """Mute the explanation."""
        palette = self.about.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
        self.about.setPalette(palette)

    def _describe(self, plane: int) -> str:
        state = self._state
        if state is None:
            return ""
        kernel = state.weight[plane].astype(np.float64)
        text = _("input map {plane}: norm {norm}, sum {sum}")
        return text.format(
            plane=state.first_plane + plane,
            norm=format_number(float(np.linalg.norm(kernel)), 4),
            sum=format_number(float(kernel.sum()), 4),
        )
