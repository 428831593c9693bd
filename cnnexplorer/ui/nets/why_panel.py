"""The column of the Why page: what Grad-CAM and the occlusion map are, in plain words and with the present numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.form import Form

from .names import percent_text
from .why_units import UnitBars

if TYPE_CHECKING:
    from cnnexplorer.nets import OcclusionMap

    from .why_sheet import WhySheet

_FIGURES = {
    "unhidden": (mark("Nothing hidden"), mark("The class's probability for the whole picture")),
    "lowest": (mark("Lowest"), mark("The class's probability where hiding a place takes most away")),
    "highest": (mark("Highest"), mark("The class's probability where hiding a place helps most")),
    "places": (mark("Places tried"), mark("How many places of the patch were tried, of all there are")),
}


class CamPanel(Form):
    """Explains Grad-CAM, and lists the units that count most. Emits `unit_chosen(unit)`."""

    unit_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet: WhySheet | None = None
        self.heading(mark("Grad-CAM"))
        self.hint(
            mark(
                "Each map of the layer gets a weight: how much the class's score grows when the map's values grow, on "
                "average over the map. The sum of all maps, each times its weight, is the heat; the ReLU keeps what "
                "speaks for the class."
            )
        )
        self.formulas = QLabel()
        self.formulas.setWordWrap(True)
        self.formulas.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.say(
            self.formulas.setText,
            mark(
                "α<sub>k</sub> = mean of ∂score / ∂A<sub>k</sub><br>"
                "heat = ReLU(Σ<sub>k</sub> α<sub>k</sub> · A<sub>k</sub>)"
            ),
        )
        self.say(self.formulas.setToolTip, mark("A k: the map of unit k; score: the class's value before the softmax"))
        self.wide(self.formulas)
        self.numbers = self.hint()
        self.hint(
            mark(
                "Each value lies in the middle of what it sees, so the heat may not reach the edge. Deep layers tell "
                "of the class in coarse cells; earlier ones are finer, and tell less of it."
            )
        )
        self.heading(mark("Units that count most"))
        self.units = UnitBars()
        self.tip(self.units, mark("The units that add most to the heat: click one to see its map on the Maps page"))
        self.units.chosen.connect(self.unit_chosen)
        self.wide(self.units)
        self.note = self.hint()

    def show_sheet(self, sheet: WhySheet | None) -> None:
        """Show another explanation."""
        self._sheet = sheet
        self.units.set_units(() if sheet is None else sheet.units)
        self.retranslate()

    def retranslate(self) -> None:
        """Say the numbers again."""
        sheet = self._sheet
        cam = None if sheet is None else sheet.cam
        self.numbers.setVisible(cam is not None)
        self.units.setVisible(cam is not None and bool(self.units.units))
        if sheet is None or cam is None:
            self.note.setText("")
            return
        rows, columns = cam.weighted.shape
        text = _("Here: {maps} maps of {rows} × {columns} values, score {score}.")
        self.numbers.setText(
            text.format(maps=len(cam.alpha), rows=rows, columns=columns, score=format_number(cam.score, 3))
        )
        if not cam.heat.any():
            self.note.setText(_("Nothing in these maps speaks for this class: the ReLU leaves nothing of the sum."))
        elif not self.units.units:
            self.note.setText(_("No unit adds to the mean of the sum; only single places do."))
        else:
            self.note.setText(_("The bars: each unit's weight times the mean of its map."))


class OcclusionPanel(Form):
    """Explains the occlusion map, and says its figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: OcclusionMap | None = None
        self.heading(mark("Occlusion"))
        self.hint(
            mark(
                "A grey patch hides one part of the picture after the other. Each time the network is asked anew: "
                "where the class's probability falls much, there lies what it needs to see."
            )
        )
        self.formula = QLabel()
        self.formula.setWordWrap(True)
        self.say(self.formula.setText, mark("fall = probability with nothing hidden − with the patch"))
        self.wide(self.formula)
        self.hint(
            mark(
                "Negative: hiding this place makes the class more probable. A smaller step gives more places, and "
                "takes longer; a small patch may hide too little to matter."
            )
        )
        self.heading(mark("Probability of the class"))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        self.figures: dict[str, QLabel] = {}
        for row, (name, (text, tip)) in enumerate(_FIGURES.items()):
            label, value = QLabel(), QLabel()
            self._muted.append(label)
            self.say(label.setText, text)
            for widget in (label, value):
                self.say(widget.setToolTip, tip)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
            self.figures[name] = value
        self.wide(holder)
        self.hint(mark("Move the mouse over the picture: the patch stands there, with the probability that it leaves."))
        self.restyle()
        self.show_map(None)

    def show_map(self, found: OcclusionMap | None) -> None:
        """Show another map, or one that has grown."""
        self._found = found
        self.retranslate()

    def retranslate(self) -> None:
        """Say the figures again."""
        found = self._found
        texts = dict.fromkeys(_FIGURES, "–")
        if found is not None:
            texts["unhidden"] = percent_text(found.unhidden)
            texts["places"] = _("{place} of {count}").format(place=f"{found.done:,}", count=f"{found.total:,}")
            if found.done:
                texts["lowest"] = percent_text(float(np.nanmin(found.probabilities)))
                texts["highest"] = percent_text(float(np.nanmax(found.probabilities)))
        for name, label in self.figures.items():
            label.setText(texts[name])
