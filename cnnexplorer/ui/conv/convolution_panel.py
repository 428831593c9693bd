"""The inspector's page for a convolution: its bank of filters, the kernel as a matrix, and its settings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QPushButton, QTabBar, QToolButton, QWidget

from cnnexplorer.core import Convolution, SettingError
from cnnexplorer.core.editing import add_filter, remove_filter, with_bias, with_groups, with_kernel, with_stage
from cnnexplorer.core.kernels import KERNEL_TOOLS, PRESETS, random_kernel, resize_kernel
from cnnexplorer.core.messages import mark
from cnnexplorer.core.stages import MAX_KERNEL
from cnnexplorer.ui.language import _
from cnnexplorer.ui.settings import MyPreset
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.buttons import take_icons
from cnnexplorer.ui.widgets.figure_button import FigureButton
from cnnexplorer.ui.widgets.figures import Thumbnails
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.matrix_editor import KERNEL_LOOK, MatrixEditor
from cnnexplorer.ui.widgets.number_field import NumberField, PairField

from .kernel_files import KernelFiles
from .names import channel_name

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint

    from cnnexplorer.core import Experiment, Result
    from cnnexplorer.ui.settings import Settings
    from cnnexplorer.ui.widgets.painting import Look

    from .model import ConvModel

_TOOLS = {
    "normalise": ("division", mark("Normalise: make the weights sum to 1")),
    "negate": ("plus-minus-variant", mark("Negate every weight")),
    "flip_horizontal": ("flip-horizontal", mark("Flip left and right")),
    "flip_vertical": ("flip-vertical", mark("Flip up and down")),
    "rotate": ("rotate-right", mark("Rotate by 90 degrees")),
    "transpose": ("axis-arrow", mark("Transpose: swap rows and columns")),
    "zero": ("numeric-0-box-outline", mark("Set every weight to 0")),
}
_MY = "my:"


class ConvolutionPanel(Form):
    """Settings of a convolution.

    Signals: `filter_chosen(index)`, `refused(error)`, `told(text)`, `figure_asked(widget)`; `menu_opened(menu, widget)`
    for what others add to the menu of the kernel.
    """

    filter_chosen = Signal(int)
    menu_opened = Signal(object, object)
    figure_asked = Signal(object)
    refused = Signal(object)
    told = Signal(str)

    def __init__(self, model: ConvModel, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._settings = model, settings
        self._index = 0
        self._filter = 0
        self._seed = 0
        self.files = KernelFiles(model, settings, self)
        self.files.refused.connect(self.refused)
        self.files.told.connect(self.told)
        self._build_bank()
        self._build_kernel()
        self._build_settings()
        self.layout_.addStretch(1)
        self.restyle()

    # what is shown

    def set_stage(self, index: int) -> None:
        """Show the settings of a stage."""
        if index != self._index:
            self._index, self._filter = index, 0
        self.refresh(self._model.experiment)

    @property
    def stage(self) -> Convolution | None:
        """The convolution that is shown, None where there is no more."""
        stages = self._model.experiment.stages
        stage = stages[self._index] if self._index < len(stages) else None
        return stage if isinstance(stage, Convolution) else None

    @property
    def filter_index(self) -> int:
        """Which filter's kernel is shown."""
        return self._filter

    @property
    def plane(self) -> int | None:
        """Which plane of the filter is shown and edited; None for all alike."""
        plane: int | None = self.planes.tabData(self.planes.currentIndex())
        return plane

    def refresh(self, experiment: Experiment) -> None:
        """Show an experiment's convolution."""
        stage = self.stage
        if stage is None:
            return
        self._filter = min(self._filter, stage.out_channels - 1)
        self._refresh_planes(stage, experiment.input_shape(self._index)[0])
        self.matrix.setValue(stage.weight[self._filter, self.plane or 0])
        self._show_preset()
        self.kernel_size.setValue(stage.kernel_size)
        self.bias.setValue(0.0 if stage.bias is None else float(stage.bias[self._filter]))
        self.stride.setValue(stage.strides)
        self.dilation.setValue(stage.dilations)
        self.groups.setValue(stage.groups)
        self.flip.setValue("convolution" if stage.flip else "correlation")
        self.add_button.setEnabled(stage.out_channels < 16)
        self.remove_button.setEnabled(stage.out_channels > 1)

    def show_result(self, result: Result, look: Look) -> None:
        """Show the bank: each filter's kernel above its feature map."""
        stages = result.experiment.stages
        if self._index >= len(stages) or not isinstance(stages[self._index], Convolution):
            return
        stage = stages[self._index]
        assert isinstance(stage, Convolution)
        plane = min(self.plane or 0, stage.weight.shape[1] - 1)
        kernels = [weight[plane] for weight in stage.weight]
        maps = list(result.outputs[self._index])
        self.bank.set_maps([kernels, maps], [KERNEL_LOOK, look], min(self._filter, len(maps) - 1))

    def choose_filter(self, index: int) -> None:
        """Show a filter of the bank, without a signal."""
        stage = self.stage
        if stage is not None and index != self._filter and 0 <= index < stage.out_channels:
            self._filter = index
            self.bank.set_index(index)
            self.refresh(self._model.experiment)

    def retranslate(self) -> None:
        """Name what depends on more than the language."""
        self._fill_presets()
        for place in range(self.planes.count()):
            if self.planes.tabData(place) is None:
                self.planes.setTabText(place, _("All"))
        self.refresh(self._model.experiment)

    def restyle(self) -> None:
        """Take icons from the theme."""
        super().restyle()
        if not hasattr(self, "more_button"):
            return
        for name, button in self.tool_buttons.items():
            button.setIcon(icon(_TOOLS[name][0], self))
        self.random_button.setIcon(icon("dice-5-outline", self))
        self.more_button.setIcon(icon("dots-horizontal", self))
        self.add_button.setIcon(icon("plus", self))
        self.remove_button.setIcon(icon("minus", self))

    # building

    def _build_bank(self) -> None:
        self.heading(mark("Filters"))
        self.bank = Thumbnails(30, "kernel")
        self.tip(self.bank, "The bank: each filter's kernel above its feature map")
        self.bank.chosen.connect(self._choose)
        self.wide(self.bank)
        self.add_button = self._tool(mark("Add a filter like this one"), self._add)
        self.remove_button = self._tool(mark("Remove this filter"), self._remove)
        self._buttons([self.add_button, self.remove_button])

    def _build_kernel(self) -> None:
        heading = self.heading(mark("Kernel"))
        self.figure_button = FigureButton(mark("Save the kernel as a figure")).put_into_corner(heading)
        self.presets = Choice({})
        self.presets.activated.connect(self._choose_preset)
        self.row(mark("Preset"), self.presets)
        self.planes = QTabBar()
        self.planes.setDocumentMode(True)
        self.planes.setDrawBase(False)
        self.planes.setExpanding(False)
        self.tip(self.planes, "The kernel has a plane for each input channel; “All” edits them alike")
        self.planes.currentChanged.connect(lambda: self.refresh(self._model.experiment))
        self.wide(self.planes)
        self.matrix = MatrixEditor()
        self.tip(
            self.matrix,
            "Type numbers; Tab and the arrow keys move on; the wheel changes by 1 (with Shift by 0.1); Ctrl+V pastes",
        )
        self.figure_button.clicked.connect(lambda: self.figure_asked.emit(self.matrix))
        self.matrix.edited.connect(self._edit_cell)
        self.matrix.pasted.connect(self._paste)
        self.matrix.refused.connect(self.refused)
        self.matrix.gesture_ended.connect(self._model.end_gesture)
        self.matrix.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.matrix.customContextMenuRequested.connect(lambda place: self._open_more(self.matrix.mapToGlobal(place)))
        self.wide(self.matrix)
        self.tool_buttons = {
            name: self._tool(tip, partial(self._apply_tool, name)) for name, (_icon, tip) in _TOOLS.items()
        }
        self.random_button = self._tool(mark("Random weights, as before training"), self._randomise)
        self.more_button = self._tool(
            mark("Copy, paste, load or save the kernel"),
            lambda: self._open_more(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft())),
        )
        self._buttons([*self.tool_buttons.values(), self.random_button, self.more_button])
        self.kernel_size = PairField((3, 3), 1, MAX_KERNEL)
        self.kernel_size.edited.connect(self._resize)
        self.kernel_size.refused.connect(self.refused)
        self.row(mark("Size"), self.kernel_size, mark("Height and width of every kernel of the bank, 1 to 15"))
        self.bias = NumberField(0.0, step=0.5)
        self.bias.edited.connect(
            lambda value: self._edit(lambda s: with_bias(s, self._filter, value), mark("edit the bias"))
        )
        self.bias.refused.connect(self.refused)
        self.row(mark("Bias"), self.bias, mark("A number added to every sum of this filter"))
        self._fill_presets()

    def _build_settings(self) -> None:
        self.heading(mark("Convolution"))
        self.stride = PairField((1, 1), 1, 64)
        self.stride.edited.connect(
            lambda value: self._edit(lambda s: replace(s, stride=value), mark("edit the stride"))
        )
        self.row(mark("Stride"), self.stride, mark("The step with which the kernel slides"))
        self.dilation = PairField((1, 1), 1, 64)
        self.dilation.edited.connect(
            lambda value: self._edit(lambda s: replace(s, dilation=value), mark("edit the dilation"))
        )
        self.row(mark("Dilation"), self.dilation, mark("The distance between the cells that the kernel reads"))
        self.groups = NumberField(1, whole=True, minimum=1, maximum=64)
        self.groups.edited.connect(
            lambda value: self._edit(lambda s: with_groups(s, int(value)), mark("edit the groups"))
        )
        self.row(mark("Groups"), self.groups, mark("Each group of filters sees only its part of the channels"))
        for field in (self.stride, self.dilation, self.groups):
            field.refused.connect(self.refused)
        self.flip = Choice({"correlation": mark("As in deep learning"), "convolution": mark("Mathematical (flipped)")})
        self.flip.activated.connect(
            lambda: self._edit(lambda s: replace(s, flip=self.flip.value() == "convolution"), mark("flip the kernel"))
        )
        self.row(mark("Convolution"), self.flip)
        self.hint(
            "Deep learning slides the kernel as it is: mathematics calls that cross-correlation. "
            "True convolution turns the kernel by 180 degrees first."
        )

    def _tool(self, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setIconSize(QSize(20, 20))
        self.tip(button, tip)
        button.clicked.connect(slot)
        return button

    def _buttons(self, buttons: list[QToolButton]) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        holder = QWidget()
        holder.setLayout(row)
        self.wide(holder)

    def _fill_presets(self) -> None:
        self.presets.clear()
        self.presets.addItem(_("Choose a kernel…"), "")
        for preset in PRESETS:
            self.presets.addItem(_(preset.title), preset.id)
            self.presets.setItemData(self.presets.count() - 1, _(preset.about), 3)
        mine = self._settings.my_presets()
        if mine:
            self.presets.insertSeparator(self.presets.count())
        for number, own in enumerate(mine):
            self.presets.addItem(own.title, f"{_MY}{number}")
        self.presets.setCurrentIndex(0)

    def _show_preset(self) -> None:
        """Name the kernel in the list where it has a name."""
        rows = tuple(tuple(row) for row in self.matrix.value().tolist())
        named = next((preset.id for preset in PRESETS if preset.matrix == rows), "")
        self.presets.setCurrentIndex(max(self.presets.findData(named), 0))

    def _refresh_planes(self, stage: Convolution, channels: int) -> None:
        count = stage.weight.shape[1]
        self.planes.setVisible(count > 1)
        wanted = [None, *range(count)] if count > 1 else [None]
        if [self.planes.tabData(i) for i in range(self.planes.count())] == wanted:
            return
        self.planes.blockSignals(True)
        while self.planes.count():
            self.planes.removeTab(0)
        for plane in wanted:
            place = self.planes.addTab(_("All") if plane is None else channel_name(plane, channels))
            self.planes.setTabData(place, plane)
        self.planes.blockSignals(False)

    # editing

    def _edit(self, change: Callable[[Convolution], Convolution], label: str, merge: Hashable = None) -> None:
        index, stage = self._index, self.stage
        if stage is None:
            return
        if not self._model.edit(lambda e: with_stage(e, index, change(stage)), label, merge):
            self.refresh(self._model.experiment)  # the fields show again what is in force

    def _edit_kernel(
        self, change: Callable[[NDArray[np.float64]], NDArray[np.float64]], label: str, merge: Hashable = None
    ) -> None:
        """Change the kernel that is shown: the plane, or with “All” every plane."""

        def changed(stage: Convolution) -> Convolution:
            planes = range(stage.weight.shape[1]) if self.plane is None else [self.plane]
            new = [change(stage.weight[self._filter, plane]) for plane in planes]
            if new[0].shape != stage.kernel_size:
                stage = replace(stage, weight=resize_kernel(stage.weight, *new[0].shape))
            for plane, kernel in zip(planes, new, strict=True):
                stage = with_kernel(stage, self._filter, plane, kernel)
            return stage

        self._edit(changed, label, merge)

    def _edit_cell(self, row: int, column: int, value: float) -> None:
        def change(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
            kernel = kernel.copy()
            kernel[row, column] = value
            return kernel

        merge = ("weight", self._index, self._filter, self.plane, row, column)
        self._edit_kernel(change, mark("edit a weight"), merge)

    def _paste(self, matrix: NDArray[np.float64]) -> None:
        self._edit_kernel(lambda _kernel: matrix, mark("paste a kernel"))

    def _resize(self, size: tuple[int, int]) -> None:
        self._edit(lambda s: replace(s, weight=resize_kernel(s.weight, *size)), mark("resize the kernels"))

    def _apply_tool(self, name: str) -> None:
        self._edit_kernel(lambda kernel: np.ascontiguousarray(KERNEL_TOOLS[name](kernel)), _TOOLS[name][1])

    def _randomise(self) -> None:
        self._seed += 1
        seed = self._seed
        self._edit_kernel(lambda kernel: random_kernel(kernel.shape[0], kernel.shape[1], seed), mark("random weights"))

    def _choose_preset(self) -> None:
        id_ = str(self.presets.currentData() or "")
        if id_.startswith(_MY):
            rows = self._settings.my_presets()[int(id_.removeprefix(_MY))].matrix
        elif id_:
            rows = next(preset.matrix for preset in PRESETS if preset.id == id_)
        else:
            return
        matrix = np.array(rows)
        self._edit_kernel(lambda _kernel: matrix, mark("choose a preset"))

    def _choose(self, index: int) -> None:
        self._filter = index
        self.bank.set_index(index)
        self.refresh(self._model.experiment)
        self.filter_chosen.emit(index)

    def _add(self) -> None:
        stage = self.stage
        if stage is None:
            return
        kernel = stage.weight[self._filter]
        self._edit(lambda s: add_filter(s, kernel), mark("add a filter"))
        stage = self.stage
        if stage is not None:
            self._choose(stage.out_channels - 1)

    def _remove(self) -> None:
        self._edit(lambda s: remove_filter(s, self._filter), mark("remove a filter"))

    def _open_more(self, corner: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(_("Copy the kernel"), self.matrix.copy)
        menu.addAction(_("Paste a kernel"), self.matrix.paste)
        menu.addSeparator()
        self.files.fill(menu, (self._index, self._filter, self.plane))
        menu.addSeparator()
        menu.addAction(_("Save as my preset…"), self._ask_preset_name)
        mine = self._settings.my_presets()
        if mine:
            forget = menu.addMenu(_("Delete a preset of mine"))
            for preset in mine:
                forget.addAction(preset.title, partial(self.forget_preset, preset.title))
        self.menu_opened.emit(menu, self.matrix)
        menu.popup(corner)
        menu.aboutToHide.connect(menu.deleteLater)

    def _ask_preset_name(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(_("Save as my preset"))
        dialog.setLabelText(_("Name of the kernel:"))
        dialog.textValueSelected.connect(self.save_preset)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        take_icons(dialog.findChildren(QPushButton))

    def save_preset(self, title: str) -> None:
        """Save the kernel that is shown under a name; an older one of that name is replaced."""
        title = title.strip()
        if not title:
            self.refused.emit(SettingError("a preset needs a name: type one"))
            return
        rows = tuple(tuple(row) for row in self.matrix.value().tolist())
        others = [preset for preset in self._settings.my_presets() if preset.title != title]
        self._settings.set_my_presets([*others, MyPreset(title, rows)])
        self._fill_presets()

    def forget_preset(self, title: str) -> None:
        """Delete a kernel that was saved under a name."""
        self._settings.set_my_presets([preset for preset in self._settings.my_presets() if preset.title != title])
        self._fill_presets()
