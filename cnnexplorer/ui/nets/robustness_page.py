"""The Robustness page: how much each layer's maps change when the picture is disturbed, or is another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QLabel, QPushButton, QStackedWidget, QToolButton

from cnnexplorer.core.messages import mark
from cnnexplorer.core.session_pages import RobustnessState
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.trouble import told
from cnnexplorer.ui.widgets.form import Form

from .page import Page
from .robustness_chart import DepthChart
from .robustness_controls import SIDE, DisturbanceForm
from .robustness_pairs import PairsView
from .robustness_pictures import PicturesRow
from .robustness_second import SecondForm
from .robustness_sheet import RobustnessWish, SheetMaker
from .robustness_texts import COMPARE_FOR, LOOK_FOR, finding, perturbation_text

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.settings import Settings

    from .model import NetModel
    from .robustness_sheet import RobustnessSheet
    from .state import Place

_KEY = "robustness"
_PICTURES = 0.36  # of the page's height
_FIRST_PATCH = 4  # the patch that the first click puts is a quarter of the picture's side


class RobustnessPage(Page):
    """Two pictures and their answers, the change of each layer as curves over depth, and maps side by side."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._sheet: RobustnessSheet | None = None
        self._wish: RobustnessWish | None = None
        self._maker = SheetMaker()
        self._build_tools()
        self._build_body()
        self._build_side()
        model.settings_changed.connect(self._show_settings)
        model.network_changed.connect(self._network_changed)
        model.place_changed.connect(self._follow)
        self._show_settings()
        self._show_mode()
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Show how far the layers are apart now."""
        super().enter()
        self._show_settings()
        self._ask()

    def take_focus(self) -> None:
        """Let the keys go to the curves."""
        self.chart.setFocus()

    def leave(self) -> None:
        """Ask for nothing more; the disturbance stays."""
        super().leave()
        self._clear()

    def fit(self) -> None:
        """Show all of the maps side by side."""
        self.pairs.view.fit()

    def use_settings(self, settings: Settings) -> None:
        """Open files where the last was opened."""
        self.second.use_settings(settings)

    def close_work(self) -> None:
        """Wait for a picture that is being read."""
        self.second.close_work()

    def retranslate(self) -> None:
        """Say again what was found."""
        self._say()

    def restyle(self) -> None:
        """Take icons from the theme."""
        for button, name in (
            (self.disturb, "tune-variant"),
            (self.compare, "compare"),
            (self.curve, "chart-line"),
            (self.maps, "view-grid-outline"),
        ):
            button.setIcon(icon(name, self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the pictures a part of the height."""
        super().resizeEvent(event)
        self.pictures.set_room(round(_PICTURES * self.height()))

    def page_state(self) -> RobustnessState:
        """Return whether maps are shown, and their order."""
        return RobustnessState(self.maps.isChecked(), self.pairs.order.value())

    def show_page_state(self, state: RobustnessState) -> None:
        """Show maps, in an order, or curves."""
        self.pairs.order.setKnownValue(state.order)
        (self.maps if state.maps else self.curve).setChecked(True)
        self._ask()

    @property
    def sheet(self) -> RobustnessSheet | None:
        """What is shown."""
        return self._sheet

    # building

    def _build_tools(self) -> None:
        self.disturb, self.compare, self.curve, self.maps = (QToolButton() for _place in range(4))
        texts = (
            (self.disturb, mark("Disturb the picture"), mark("Compare the present picture with itself, undisturbed")),
            (self.compare, mark("Compare with another"), mark("Compare the present picture with another picture")),
            (self.curve, mark("Curves"), mark("The change of every layer as curves over the depth of the network")),
            (self.maps, mark("Maps"), mark("Maps of one layer for both pictures, side by side")),
        )
        for button, text, tip in texts:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setAutoRaise(True)
            self.say(button.setText, text)
            self.say(button.setToolTip, tip)
        for first, other, slot in (
            (self.disturb, self.compare, self._show_mode),
            (self.curve, self.maps, self._show_view),
        ):
            group = QButtonGroup(self)
            group.addButton(first)
            group.addButton(other)
            first.setChecked(True)
            other.toggled.connect(lambda _on, slot=slot: slot())
        for button in (self.disturb, self.compare):
            self.tools.addWidget(button)
        self.tools.addStretch(1)
        for button in (self.curve, self.maps):
            self.tools.addWidget(button)

    def _build_body(self) -> None:
        self.finding = QLabel()
        self.finding.setWordWrap(True)
        self.finding.setTextFormat(Qt.TextFormat.PlainText)
        self.finding.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.finding.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.pictures = PicturesRow()
        self.pictures.present.pressed.connect(self._place_patch)
        self.pictures.answers.chosen.connect(lambda _index: self.model.visit(page="answer"))
        self.chart = DepthChart()
        self.chart.hovered.connect(self.told)
        self.chart.chosen.connect(lambda layer: self.model.visit(page="maps", layer=layer))
        self.pairs = PairsView(self.model)
        self.pairs.changed.connect(self._ask)
        self.pairs.told.connect(self.told)
        self.pairs.chosen.connect(self._open_unit)
        self.stack = QStackedWidget()
        self.stack.setMinimumHeight(240)
        self.stack.addWidget(self.chart)
        self.stack.addWidget(self.pairs)
        self.body.setContentsMargins(12, 2, 8, 8)
        self.body.setSpacing(8)
        self.body.addWidget(self.finding)
        self.body.addWidget(self.pictures)
        self.body.addWidget(self.stack, 1)

    def _build_side(self) -> None:
        form = self.side.form
        self.controls = DisturbanceForm()
        self.controls.edited.connect(self.model.set_perturbation)
        self.controls.refused.connect(self.model.refused)
        self.second = SecondForm(self.model)
        self.second.changed.connect(self._ask)
        self.second.refused.connect(self.model.refused)
        self.still = Form()
        self.still_text = self.still.hint()
        self.still_reset = QPushButton()
        self.say(self.still_reset.setText, mark("Undo the disturbance"))
        self.say(self.still_reset.setToolTip, mark("Show the clean picture again"))
        self.still_reset.clicked.connect(lambda: self.model.set_perturbation(Perturbation()))
        self.still.wide(self.still_reset)
        form.wide(self.controls)
        form.wide(self.second)
        form.wide(self.still)
        form.heading(mark("What to look for"))
        self.hints = [[form.hint(text) for text in texts] for texts in (LOOK_FOR, COMPARE_FOR)]
        form.hint(
            mark(
                "Relative distance: ‖a − b‖ / ‖b‖ over all values of a layer, a of the present picture, b of the one "
                "compared with. Correlation: 1 where both go up and down together, 0 where they have nothing in common."
            )
        )
        form.layout_.addStretch(1)

    # following

    def _network_changed(self) -> None:
        self._clear()
        if self.active:
            self._ask()

    def _follow(self, old: Place, new: Place) -> None:
        self.chart.set_layer(new.layer)
        if self.active and old.layer != new.layer:
            self._ask()

    def _show_settings(self) -> None:
        """Show the disturbance as it is."""
        perturbation = self.model.perturbation
        self.controls.show_perturbation(perturbation)
        self.pictures.present.set_placing(not self._comparing, perturbation.patch)
        self._show_still()

    def _show_still(self) -> None:
        """Say in the other mode, too, that the present picture is disturbed."""
        text = perturbation_text(self.model.perturbation)
        self.still.setVisible(self._comparing and bool(text))
        self.still_text.setText(_("The present picture is disturbed: {what}.").format(what=text))

    def _show_mode(self) -> None:
        comparing = self._comparing
        self.controls.setVisible(not comparing)
        self.second.setVisible(comparing)
        for hints, visible in zip(self.hints, (not comparing, comparing), strict=True):
            for hint in hints:
                hint.setVisible(visible)
        self._show_settings()
        self._clear()
        self._ask()

    def _show_view(self) -> None:
        self.stack.setCurrentWidget(self.pairs if self.maps.isChecked() else self.chart)
        self._ask()

    @property
    def _comparing(self) -> bool:
        return self.compare.isChecked()

    # asking and showing

    def _ask(self) -> None:
        """Have made what the controls tell, unless it is asked for already."""
        if not self.active:
            return
        second = self.second.second if self._comparing else None
        pairs = self.pairs.wish() if self.maps.isChecked() else None
        wish = RobustnessWish(second, alone=self._comparing and second is None, pairs=pairs)
        if wish != self._wish:
            self._wish = wish
            self.model.derive(_KEY, partial(self._maker.make, wish), self._show)

    def _clear(self) -> None:
        self.model.derive(_KEY, None)
        self._maker.forget()
        self._wish = self._sheet = None
        self._show_sheet()

    def _show(self, sheet: RobustnessSheet) -> None:
        self._sheet = sheet
        self.controls.suit(max(sheet.present.picture.shape[1:]))
        self._show_sheet()

    def _show_sheet(self) -> None:
        sheet = self._sheet
        first = None if sheet is None else sheet.first
        present = None if sheet is None else sheet.present
        self.pictures.first.set_picture(None if first is None else first.picture)
        self.pictures.present.set_picture(None if present is None else present.picture)
        self.pictures.answers.set_sides(first, present)
        self.chart.set_layer(self.model.place.layer)
        self.chart.set_comparison(None if sheet is None else sheet.comparison)
        self.pairs.show_sheet(None if sheet is None else sheet.pairs)
        self._say()

    def _say(self) -> None:
        sheet = self._sheet
        if self._comparing:
            self.pictures.set_titles(self.second.name, _("Present picture"), _("Answer: other → present"))
        else:
            self.pictures.set_titles(_("Clean"), _("Disturbed"), _("Answer: clean → disturbed"))
        self._show_still()
        if sheet is None:
            text = _("Nothing is computed yet.")
        elif sheet.wish.alone:
            text = _("Choose the other picture at the right.")
        elif sheet.refusal is not None:
            text = told(sheet.refusal) + "."
        else:
            text = finding(sheet)
        self.finding.setText(text)

    # actions

    def _place_patch(self, row: float, column: float) -> None:
        """Put the patch where the user points; the first has a size of its own."""
        perturbation = replace(self.model.perturbation, patch=(row, column))
        if not perturbation.patch_size:
            side = SIDE if self._sheet is None else min(self._sheet.present.picture.shape[1:])
            perturbation = replace(perturbation, patch_size=max(side // _FIRST_PATCH, 1))
        self.model.set_perturbation(perturbation)

    def _open_unit(self, unit: int) -> None:
        if self.pairs.sheet is not None:
            self.model.visit(page="maps", layer=self.pairs.sheet.layer.name, unit=unit)
