"""The Why page: what in the picture speaks for a class, by Grad-CAM or by hiding one part after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.core.session_pages import WhyState
from cnnexplorer.ui.theme import icon

from .page import Page
from .why_class import ClassPicker
from .why_controls import HeatControls, MapLayerPicker, OcclusionBar
from .why_panel import CamPanel, OcclusionPanel
from .why_run import OcclusionRun
from .why_sheet import WhyWish, cam_heat, make_why, occlusion_heat, plain_picture, same_question
from .why_texts import CANCELLED, GONE, STOPPED, about_text, news_text, ready_text, value_text
from .why_view import WhyView

if TYPE_CHECKING:
    from cnnexplorer.nets import Computed, OcclusionMap

    from .model import NetModel
    from .state import Place
    from .why_sheet import WhySheet

_KEY = "why"
_GRADCAM, _OCCLUSION = "gradcam", "occlusion"


class WhyPage(Page):
    """The picture with heat over it: what speaks for a class."""

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._sheet: WhySheet | None = None
        self._wish: WhyWish | None = None
        self._index: int | None = None  # the class that was chosen; None follows the most probable
        self._found: OcclusionMap | None = None
        self._asked: tuple[Computed, int] | None = None  # what the occlusion map answers: picture, network and class
        self._settings: tuple[object, ...] = ()  # those in use when the occlusion map was asked for
        self._notices = 0
        self._news = ""
        self._network = model.network
        self.run = OcclusionRun(self)
        self._build_tools()
        self._build_body()
        self._build_side()
        self._connect()
        self._show_method()
        self.restyle()

    # Page's side

    def enter(self) -> None:
        """Explain what the model has now."""
        super().enter()
        self._ask()

    def take_focus(self) -> None:
        """Let the keys go to the picture."""
        self.view.setFocus()

    def leave(self) -> None:
        """Ask for no more explanations; an occlusion map under way goes on."""
        super().leave()
        self.model.derive(_KEY, None)
        self._wish = self._sheet = None
        self._paint()

    def close_work(self) -> None:
        """Stop the occlusion map, and wait for its thread."""
        self.run.close()

    def retranslate(self) -> None:
        """Say again what is shown."""
        self._paint()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.gradcam.setIcon(icon("fire", self))
        self.occlusion.setIcon(icon("square-opacity", self))

    @property
    def method(self) -> str:
        """Which of the two: "gradcam" or "occlusion"."""
        return _OCCLUSION if self.occlusion.isChecked() else _GRADCAM

    @property
    def sheet(self) -> WhySheet | None:
        """What is explained."""
        return self._sheet

    @property
    def found(self) -> OcclusionMap | None:
        """The occlusion map of the present picture, network and class, as far as it is known."""
        return self._found

    @property
    def asked_class(self) -> int | None:
        """The class that was chosen; None follows the most probable."""
        return self._index

    def page_state(self) -> WhyState:
        """Return method, layer, patch, and how the heat is painted."""
        heat = self.controls
        return WhyState(
            self.method, self.picker.picked_layer, *self.bar.values, heat.colours.value(), heat.opacity.value() / 100,
            heat.smooth.isChecked(),
        )  # fmt: skip

    def show_page_state(self, state: WhyState) -> None:
        """Choose method, layer and patch, and paint the heat as it was painted."""
        heat = self.controls
        (self.occlusion if state.method == _OCCLUSION else self.gradcam).setChecked(True)
        self.picker.forget()
        self.picker.take(state.layer)
        self.bar.show_values(state.patch, state.step)
        heat.colours.setKnownValue(state.colours)
        heat.opacity.setValue(round(100 * state.opacity))
        heat.smooth.setChecked(state.smooth)
        self._show_method()

    def ask_class(self, index: int | None) -> None:
        """Choose a class; one that the network does not have leaves the most probable."""
        self._network_changed()  # else it would be forgotten when that is told
        network = self.model.network
        self._choose_class(index if index is not None and network is not None and index < network.classes else None)

    # building

    def _build_tools(self) -> None:
        self.gradcam, self.occlusion = QToolButton(), QToolButton()
        self.methods = QButtonGroup(self)
        for button, text, tip in (
            (self.gradcam, mark("Grad-CAM"), mark("Weigh the maps of a layer by how much they speak for the class")),
            (self.occlusion, mark("Occlusion"), mark("Hide one part of the picture after the other")),
        ):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setCheckable(True)
            button.setAutoRaise(True)
            self.say(button.setText, text)
            self.say(button.setAccessibleName, text)
            self.say(button.setToolTip, tip)
            self.methods.addButton(button)
            self.tools.addWidget(button)
        self.gradcam.setChecked(True)
        self.picker, self.bar = MapLayerPicker(self.model), OcclusionBar()
        self.picker.setMaximumWidth(380)
        self.tools.addWidget(self.picker, 10)
        self.tools.addWidget(self.bar, 10)
        self.tools.addStretch(1)

    def _build_body(self) -> None:
        self.classes = ClassPicker()
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 4)
        row.addWidget(self.classes)
        self.about = QLabel()
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        self.about.setContentsMargins(10, 2, 10, 6)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.view = WhyView()
        self.say(self.view.setAccessibleName, mark("The heat over the picture: the arrow keys go from value to value"))
        self.controls = HeatControls()
        self.view.set_opacity(self.controls.opacity.value() / 100)
        self.body.addLayout(row)
        self.body.addWidget(self.about)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.controls)

    def _build_side(self) -> None:
        self.cam_panel, self.occlusion_panel = CamPanel(), OcclusionPanel()
        self.side.form.wide(self.cam_panel)
        self.side.form.wide(self.occlusion_panel)
        self.side.form.layout_.addStretch(1)

    def _connect(self) -> None:
        model = self.model
        model.place_changed.connect(self._follow)
        model.network_changed.connect(self._network_changed)
        model.settings_changed.connect(self._settings_changed)
        model.filters_changed.connect(lambda _layer: self._drop("filters"))
        model.computed.connect(self._computed)
        self.methods.buttonClicked.connect(lambda _button: self._show_method())
        self.picker.picked.connect(self._ask)
        self.classes.chosen.connect(self._choose_class)
        self.classes.refused.connect(model.refused)
        self.bar.started.connect(self._start)
        self.bar.cancelled.connect(self.run.stop)
        self.bar.edited.connect(self._paint)
        self.bar.refused.connect(model.refused)
        self.run.advanced.connect(self._take)
        self.run.ended.connect(self._end)
        self.run.failed.connect(self._fail)
        self.run.running_changed.connect(self.bar.set_running)
        self.controls.colours_changed.connect(self._paint)
        self.controls.opacity_changed.connect(self.view.set_opacity)
        self.controls.smooth_changed.connect(self.view.set_smooth)
        self.view.hovered.connect(self._tell)
        self.cam_panel.unit_chosen.connect(self._visit)

    # following

    def _follow(self, old: Place, new: Place) -> None:
        if not self.active or old.layer == new.layer or self.model.layer(old.layer) is None:
            return  # with another network the place moves by itself
        if self.picker.take(new.layer):
            self._ask()

    def _network_changed(self) -> None:
        if self.model.network is self._network:
            return  # told again because another could not be loaded
        self._network = self.model.network
        self._drop("network")
        self.picker.forget()
        self._index = self._wish = self._sheet = None
        self.classes.show_classes(None, None)
        self._paint()
        if self.active:
            self._ask()

    def _settings_changed(self) -> None:
        if self._settings != self._present_settings():
            self._drop("picture")

    def _present_settings(self) -> tuple[object, ...]:
        model = self.model
        return model.source, model.perturbation, model.preprocess, model.side

    def _computed(self, computed: Computed) -> None:
        """Keep the occlusion map only if it is of this picture, network and class."""
        if self._asked is not None:
            asked, index = self._asked
            if not same_question(asked, computed):
                self._drop("picture")
            elif index != self._class(computed):
                self._drop("class")
            else:
                self._asked = computed, index
        if self.active:
            self._ask()

    def _class(self, computed: Computed) -> int:
        return int(computed.guesses[0].index) if self._index is None else self._index

    def _choose_class(self, index: int | None) -> None:
        self._index = index
        if self._asked is not None and self._asked[1] != self._class(self._asked[0]):
            self._drop("chosen")
        if self.model.result is not None:
            self.classes.show_classes(self.model.result, index)
        self._ask()

    # asking

    def _ask(self) -> None:
        """Have the present class explained, unless that is asked for already."""
        if not self.active or self.model.network is None:
            return
        wish = WhyWish(self._index, self.picker.layer if self.method == _GRADCAM else "")
        if wish != self._wish:
            self._wish = wish
            self.model.derive(_KEY, partial(make_why, wish), self._show)

    def _start(self) -> None:
        computed = self.model.result
        if computed is None:
            return
        self._news = ""
        self._asked, self._settings = (computed, self._class(computed)), self._present_settings()
        self._found, self._notices = None, len(computed.network.notices)
        self.bar.show_progress(0, self._count(computed))
        self.run.start(*self._asked, *self.bar.values)
        self._paint()

    def _count(self, computed: Computed) -> int:
        height, width = computed.picture.shape[1:]
        stride = self.bar.values[1]
        return int(-(-height // stride) * -(-width // stride))

    # what comes of it

    def _show(self, sheet: WhySheet) -> None:
        self._sheet = sheet
        self.classes.show_classes(sheet.computed, self._index)
        self.bar.suit(min(sheet.computed.picture.shape[1:]))
        self._paint()

    def _take(self, found: OcclusionMap) -> None:
        self._found = found
        self.bar.show_progress(found.done, found.total)
        self._paint()

    def _end(self, found: OcclusionMap) -> None:
        self._news = "" if found.complete else CANCELLED
        self._take(found)
        self._tell_notices()

    def _tell_notices(self) -> None:
        """Have the model compute anew, and tell why, if the device failed meanwhile."""
        network = self.model.network
        if network is not None and len(network.notices) > self._notices:
            self.model.set_source(self.model.source)

    def _fail(self, error: Exception) -> None:
        self._drop("")
        self.model.refused.emit(error)

    def _drop(self, reason: str) -> None:
        """Forget the occlusion map: it answers another question than is asked now."""
        if self._asked is None:
            return
        self._news = (STOPPED if self.run.running else GONE).get(reason, "")
        self.run.drop()
        self._asked = self._found = None
        self._paint()

    # showing

    def _show_method(self) -> None:
        cam = self.method == _GRADCAM
        self.picker.setVisible(cam)
        self.bar.setVisible(not cam)
        self.cam_panel.setVisible(cam)
        self.occlusion_panel.setVisible(not cam)
        self._ask()
        self._paint()

    def _paint(self) -> None:
        """Show the heat of the method in use over its picture."""
        sheet, heat, colour_map = self._sheet, None, ""
        if sheet is None:
            self.view.set_sheet(None)
        elif self.method == _OCCLUSION:
            colour_map = self.controls.colour_map(signed=True)
            if self._found is not None and self._asked is not None and same_question(self._asked[0], sheet.computed):
                heat = occlusion_heat(self._found, sheet.picture, colour_map)
            self.view.set_sheet(heat or plain_picture(sheet))
        elif sheet.cam is not None:
            colour_map = self.controls.colour_map(signed=False)
            heat = cam_heat(sheet, colour_map)
            self.view.set_sheet(heat)
        self.controls.show_heat(heat, colour_map, self._status())
        self.cam_panel.show_sheet(sheet)
        self.occlusion_panel.show_map(self._found)
        self.about.setText(about_text(sheet))
        if self.view.pointed is not None:
            self._tell(self.view.pointed)

    def _status(self) -> str:
        """Return how it stands with the occlusion map, where its colours do not tell."""
        if self.method != _OCCLUSION or self._sheet is None:
            return ""
        if self._news:
            return news_text(self._news, self._found)
        if self._found is not None or self.run.running:
            return ""
        return ready_text(self.bar.values[0], self._count(self._sheet.computed))

    def _tell(self, cell: tuple[int, int] | None) -> None:
        """Say which value lies under the mouse, and have what it sees lit."""
        heat, sheet = self.view.heat, self._sheet
        if cell is None or heat is None or sheet is None:
            self.model.point_at()
            self.told.emit("")
            return
        if sheet.layer is not None:
            self.model.point_at(sheet.layer.name, self.model.place.unit, *cell)
        self.told.emit(value_text(sheet, heat, *cell))

    def _visit(self, unit: int) -> None:
        if self._sheet is not None and self._sheet.layer is not None:
            self.model.visit(page="maps", layer=self._sheet.layer.name, unit=unit)
