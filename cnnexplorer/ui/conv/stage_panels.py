"""The inspector's pages for padding, activation, pooling and flattening."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from cnnexplorer.core import ACTIVATIONS, Activation, Convolution, Pooling, activation_formula
from cnnexplorer.core.arithmetic import activate
from cnnexplorer.core.editing import with_stage
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.figures import Curve
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.number_field import NumberField, PairField

from .names import ACTIVATION_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.core import Experiment, Stage, Step

    from .model import ConvModel

_PARAMETERS = {
    "negative_slope": mark("Slope below 0"),
    "alpha": mark("Alpha"),
    "approximate": mark("Approximation"),
    "beta": mark("Beta"),
    "threshold": mark("Threshold"),
    "min_val": mark("Least value"),
    "max_val": mark("Greatest value"),
}


class StagePanel(Form):
    """A page of settings of one stage.

    Emits `refused(error)`.
    """

    refused = Signal(object)

    def __init__(self, model: ConvModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._index = 0

    def set_stage(self, index: int) -> None:
        """Show the settings of a stage."""
        self._index = index
        self.refresh(self._model.experiment)

    def stage(self) -> Stage | None:
        """Return the stage that is shown, None where there is no more."""
        stages = self._model.experiment.stages
        return stages[self._index] if self._index < len(stages) else None

    def refresh(self, experiment: Experiment) -> None:
        """Show an experiment's stage."""

    def _edit(self, change: Callable[[], Stage], label: str) -> None:
        index = self._index
        if not self._model.edit(lambda experiment: with_stage(experiment, index, change()), label):
            self.refresh(self._model.experiment)  # the fields show again what is in force


class PaddingPanel(StagePanel):
    """Padding of a convolution: how many cells on each side, and what they hold."""

    def __init__(self, model: ConvModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.heading(mark("Padding"))
        self.kind = Choice(
            {
                "number": mark("A number of cells"),
                "valid": mark("Valid: none"),
                "same": mark("Same: keeps the size"),
                "full": mark("Full: every overlap"),
            }
        )
        self.kind.activated.connect(self._choose_kind)
        self.row(mark("How much"), self.kind)
        self.sides = [NumberField(0, whole=True, minimum=0, maximum=512) for _side in range(4)]
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        tips = (mark("Top"), mark("Bottom"), mark("Left"), mark("Right"))
        for field, tip, place in zip(self.sides, tips, ((0, 1), (2, 1), (1, 0), (1, 2)), strict=True):
            self.tip(field, tip)
            field.refused.connect(self.refused)
            grid.addWidget(field, *place)
        for number, field in enumerate(self.sides):
            field.edited.connect(lambda value, number=number: self._edit_side(number, int(value)))
        self.link = QToolButton()
        self.link.setCheckable(True)
        self.link.setChecked(True)
        self.link.setAutoRaise(True)
        self.link.toggled.connect(self.restyle)
        self.tip(self.link, "Keep all four sides equal")
        grid.addWidget(self.link, 1, 1)
        holder = QWidget()
        holder.setLayout(grid)
        self.wide(holder)
        self.mode = Choice(
            {
                "zeros": mark("Zeros (zero padding)"),
                "reflect": mark("Reflect: mirrored"),
                "replicate": mark("Replicate: the edge repeated"),
                "circular": mark("Circular: from the other side"),
            }
        )
        self.mode.activated.connect(self._choose_mode)
        self.row(mark("Filled with"), self.mode)
        self.hint("Padding lets the output keep its size and makes the border count.")
        self.layout_.addStretch(1)
        self.restyle()

    def refresh(self, experiment: Experiment) -> None:
        """Show the padding."""
        stage = self.stage()
        if not isinstance(stage, Convolution):
            return
        self.kind.setValue(stage.padding if isinstance(stage.padding, str) else "number")
        for field, cells in zip(self.sides, stage.sides, strict=True):
            field.setValue(cells)
        if len(set(stage.sides)) > 1:
            self.link.setChecked(False)
        self.mode.setValue(stage.padding_mode)

    def restyle(self) -> None:
        """Show whether the sides are linked."""
        super().restyle()
        if hasattr(self, "link"):
            linked = self.link.isChecked()
            name = "link-variant" if linked else "link-variant-off"
            self.link.setIcon(icon(name, self, "accent" if linked else "muted"))

    def _convolution(self) -> Convolution:
        stage = self.stage()
        assert isinstance(stage, Convolution)
        return stage

    def _choose_kind(self) -> None:
        kind = self.kind.value()
        padding: Any = self._convolution().sides if kind == "number" else kind
        self._edit(lambda: replace(self._convolution(), padding=padding), mark("edit the padding"))

    def _choose_mode(self) -> None:
        mode: Any = self.mode.value()
        self._edit(lambda: replace(self._convolution(), padding_mode=mode), mark("edit the padding"))

    def _edit_side(self, number: int, cells: int) -> None:
        sides = [cells] * 4 if self.link.isChecked() else list(self._convolution().sides)
        sides[number] = cells
        top, bottom, left, right = sides
        self._edit(lambda: replace(self._convolution(), padding=(top, bottom, left, right)), mark("edit the padding"))


class ActivationPanel(StagePanel):
    """Which function, its parameters, and its curve with the present step's value on it."""

    def __init__(self, model: ConvModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.heading(mark("Activation"))
        self.function = Choice(ACTIVATION_NAMES)
        self.function.activated.connect(
            lambda: self._edit(lambda: Activation(self.function.value()), mark("choose an activation"))
        )
        self.row(mark("Function"), self.function)
        self.fields: dict[str, NumberField] = {}
        for name, title in _PARAMETERS.items():
            if name != "approximate":
                self.fields[name] = NumberField(0.0, step=0.1)
                self.fields[name].refused.connect(self.refused)
                self.fields[name].edited.connect(lambda value, name=name: self._set(name, value))
                self.row(title, self.fields[name])
        self.approximation = Choice({"none": mark("Exact (erf)"), "tanh": "tanh"})
        self.approximation.activated.connect(lambda: self._set("approximate", self.approximation.value()))
        self.row(_PARAMETERS["approximate"], self.approximation)
        self.curve = Curve()
        self.tip(self.curve, "The function's curve; the dot is the present step's value")
        self.wide(self.curve)
        self.formula = self.hint()
        self.layout_.addStretch(1)

    def refresh(self, experiment: Experiment) -> None:
        """Show the activation."""
        stage = self.stage()
        if not isinstance(stage, Activation):
            return
        self.function.setValue(stage.name)
        for name, field in self.fields.items():
            self.set_row_visible(field, name in ACTIVATIONS[stage.name])
            if name in stage.parameters:
                field.setValue(stage.parameters[name])
        self.set_row_visible(self.approximation, "approximate" in stage.parameters)
        self.approximation.setValue(stage.parameters.get("approximate", "none"))
        self.curve.set_function(lambda xs: activate(stage, xs))
        self.formula.setText(f"f(x) = {activation_formula(stage, None)}")

    def show_step(self, step: Step | None) -> None:
        """Mark the present step's value on the curve."""
        shown = step is not None and step.stage_index == self._index and isinstance(step.stage, Activation)
        self.curve.set_point((float(step.inputs.item()), step.value) if shown and step is not None else None)

    def _set(self, name: str, value: float | str) -> None:
        stage = self.stage()
        if isinstance(stage, Activation):
            self._edit(lambda: Activation(stage.name, **{**stage.parameters, name: value}), mark("edit the activation"))


class PoolingPanel(StagePanel):
    """Window, stride and padding of a pooling."""

    def __init__(self, model: ConvModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.heading(mark("Pooling"))
        self.kind = Choice({"max": mark("Maximum"), "average": mark("Average")})
        self.kind.activated.connect(lambda: self._set(kind=self.kind.value()))
        self.row(mark("Operation"), self.kind)
        self.window_size = PairField((2, 2), 1, 64)
        self.window_size.edited.connect(self._set_window)
        self.row(mark("Window"), self.window_size)
        self.stride = PairField((2, 2), 1, 64)
        self.stride.edited.connect(lambda value: self._set(stride=value))
        self.row(mark("Stride"), self.stride)
        self.padding = PairField((0, 0), 0, 32)
        self.padding.edited.connect(lambda value: self._set(padding=value))
        self.row(mark("Padding"), self.padding)
        for field in (self.window_size, self.stride, self.padding):
            field.refused.connect(self.refused)
        self.rounding = Choice({"floor": mark("Down: whole windows"), "ceil": mark("Up: partial ones too")})
        self.rounding.activated.connect(lambda: self._set(ceil_mode=self.rounding.value() == "ceil"))
        self.row(mark("Rounding"), self.rounding)
        self.count = Choice({"yes": mark("The whole window"), "no": mark("Only cells of the image")})
        self.count.activated.connect(lambda: self._set(count_include_pad=self.count.value() == "yes"))
        self.row(mark("Average over"), self.count)
        self.hint("Each map is pooled separately.")
        self.layout_.addStretch(1)

    def refresh(self, experiment: Experiment) -> None:
        """Show the pooling."""
        stage = self.stage()
        if not isinstance(stage, Pooling):
            return
        self.kind.setValue(stage.kind)
        self.window_size.setValue(stage.kernel)
        self.stride.setValue(stage.strides)
        self.padding.setValue((stage.sides[0], stage.sides[2]))
        self.rounding.setValue("ceil" if stage.ceil_mode else "floor")
        self.count.setValue("yes" if stage.count_include_pad else "no")
        self.set_row_visible(self.count, stage.kind == "average")

    def _set(self, **settings: object) -> None:
        stage = self.stage()
        if isinstance(stage, Pooling):
            self._edit(lambda: replace(stage, **settings), mark("edit the pooling"))  # type: ignore[arg-type]

    def _set_window(self, size: tuple[int, int]) -> None:
        """Set the window; a stride that equals the window follows it."""
        stage = self.stage()
        if isinstance(stage, Pooling):
            follow = {"stride": size} if stage.strides == stage.kernel else {}
            self._set(kernel_size=size, **follow)


class FlattenPanel(StagePanel):
    """Flattening has nothing to set."""

    def __init__(self, model: ConvModel, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.heading(mark("Flatten"))
        self.hint(
            "There is nothing to set: every value goes to the place channel · height · width + row · width + column. "
            "Fully connected layers read this row."
        )
        self.layout_.addStretch(1)
