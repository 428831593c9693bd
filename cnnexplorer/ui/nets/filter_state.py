"""The filter that is looked at, and what can be done to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnexplorer.core.kernels import preset, resize_kernel
from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets.filter_measures import fitted_kernel
from cnnexplorer.nets.tracing import CONVOLUTION
from cnnexplorer.ui.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cnnexplorer.nets import LayerInfo, Network

    from .model import NetModel

ALL_ALIKE = -1


@dataclass(frozen=True, eq=False)
class FilterState:
    """One filter of a convolution as it is now.

    Attributes
    ----------
    weight
        float32, (planes, kh, kw).
    plane
        Which of its planes is looked at; None for the colours of three, `ALL_ALIKE` for all to be edited together.
    reach
        The size of the weight that the ends of the colour map stand for.
    edited, layer_edited
        Whether this filter, or any of its layer, is no more as it was loaded.
    """

    layer: LayerInfo
    unit: int
    weight: NDArray[np.float32]
    plane: int | None
    reach: float
    edited: bool
    layer_edited: bool

    @property
    def count(self) -> int:
        """How many filters the layer has."""
        return self.layer.output_shape[0]

    @property
    def group(self) -> int:
        """Which of the layer's groups the filter belongs to."""
        return self.unit // (self.count // self.layer.groups)

    @property
    def first_plane(self) -> int:
        """The first of the input maps that the filter's group sees."""
        return self.group * len(self.weight)

    @property
    def is_colour(self) -> bool:
        """Whether its planes are red, green and blue."""
        return len(self.weight) == 3

    @property
    def norm(self) -> float:
        """The root of the sum of its squared weights."""
        return float(np.linalg.norm(self.weight.astype(np.float64)))

    def matrix(self, plane: int | None) -> NDArray[np.float64]:
        """Return a plane as float64 (kh, kw), each number the shortest that float32 tells apart; else the mean."""
        chosen = self.weight.mean(axis=0) if plane is None or plane == ALL_ALIKE else self.weight[plane]
        return np.array(chosen.astype(str), dtype=np.float64)

    @property
    def nudge(self) -> float:
        """A round number by which its weights can sensibly be changed: 2 to 20 percent of the largest."""
        return 10.0 ** math.floor(math.log10(self.reach / 5)) if self.reach > 0 else 0.1


def convolutions(layers: tuple[LayerInfo, ...]) -> tuple[LayerInfo, ...]:
    """Return the layers that have filters."""
    return tuple(layer for layer in layers if layer.kind == CONVOLUTION)


def nearest_convolution(layers: tuple[LayerInfo, ...], name: str) -> LayerInfo | None:
    """Return a layer if it is a convolution, else the one whose maps it was made from, else the first."""
    known = {layer.name: layer for layer in layers}
    layer = known.get(name)
    while layer is not None and layer.kind != CONVOLUTION:
        layer = known.get(layer.inputs[0]) if layer.inputs else None
    return layer or next(iter(convolutions(layers)), None)


class FilterEdits:
    """Changes a model's filters; each change can be undone. What cannot be is told by the model."""

    def __init__(self, model: NetModel) -> None:
        self._model = model
        self._seed = 0

    def replace(self, state: FilterState, preset_id: str, enlarge: bool, scale: bool) -> None:
        """Put a hand-made kernel in a filter's place, on every plane."""
        kernel = preset(preset_id)
        layer, unit = state.layer.name, state.unit

        def edit(network: Network) -> None:
            original = network.original_filters(layer)[unit]
            network.replace_filter(layer, unit, fitted_kernel(np.array(kernel.matrix), original, enlarge, scale))

        text = _("replace filter {unit} of {layer} by {kernel}")
        self._do(state, edit, text.format(unit=unit, layer=state.layer.label, kernel=_(kernel.title)))

    def zero(self, state: FilterState) -> None:
        """Make all numbers of a filter zero."""
        text = _("zero filter {unit} of {layer}").format(unit=state.unit, layer=state.layer.label)
        self._do(state, lambda network: network.zero_filter(state.layer.name, state.unit), text)

    def shuffle(self, state: FilterState) -> None:
        """Shuffle the numbers within each filter of the layer."""
        self._seed += 1
        seed = self._seed
        text = _("shuffle the filters of {layer}").format(layer=state.layer.label)
        self._do(state, lambda network: network.shuffle_filters(state.layer.name, seed), text)

    def restore(self, state: FilterState) -> None:
        """Bring one filter back as it was loaded."""
        text = _("original filter {unit} of {layer}").format(unit=state.unit, layer=state.layer.label)

        def edit(network: Network) -> None:
            weights = network.filters(state.layer.name)
            weights[state.unit] = network.original_filters(state.layer.name)[state.unit]
            network.set_filters(state.layer.name, weights)

        self._do(state, edit, text)

    def restore_all(self, state: FilterState) -> None:
        """Bring all filters of the layer back as they were loaded."""
        text = _("original filters of {layer}").format(layer=state.layer.label)
        self._do(state, lambda network: network.reset(state.layer.name), text)

    def set_cell(self, state: FilterState, row: int, column: int, value: float) -> None:
        """Change one number of the plane that is looked at, or of all."""

        def change(planes: torch.Tensor) -> None:
            planes[:, row, column] = value

        self._change(state, change)

    def set_plane(self, state: FilterState, matrix: NDArray[np.float64]) -> None:
        """Put a matrix in the place of the plane that is looked at, or of all; a smaller one in the middle."""
        height, width = state.weight.shape[1:]
        if matrix.shape[0] > height or matrix.shape[1] > width:
            error = SettingError(
                "a matrix of {rows}×{columns} does not fit a kernel of {height}×{width}",
                rows=matrix.shape[0],
                columns=matrix.shape[1],
                height=height,
                width=width,
            )
            self._model.refused.emit(error)
            return
        values = torch.as_tensor(resize_kernel(matrix, height, width), dtype=torch.float32)

        def change(planes: torch.Tensor) -> None:
            planes[:] = values

        self._change(state, change)

    def _change(self, state: FilterState, change: Callable[[torch.Tensor], None]) -> None:
        alike = state.plane is None or state.plane == ALL_ALIKE
        chosen = slice(None) if alike else slice(state.plane, (state.plane or 0) + 1)

        def edit(network: Network) -> None:
            weights = network.filters(state.layer.name)
            change(weights[state.unit, chosen])
            network.set_filters(state.layer.name, weights)

        text = _("edit filter {unit} of {layer}").format(unit=state.unit, layer=state.layer.label)
        self._do(state, edit, text)

    def _do(self, state: FilterState, edit: Callable[[Network], None], text: str) -> None:
        self._model.edit_filters(state.layer.name, edit, text)


def open_in_convolution(
    model: NetModel, layer: LayerInfo, unit: int, plane: int | None, cell: tuple[int, int] = (0, 0)
) -> None:
    """Carry a filter to the Convolution workspace, with what it read; `cell` is the value to begin at.

    A filter of more than three planes is carried as its one plane that is looked at, with what that reads, and without
    the bias.
    """
    computed = model.result
    if computed is None:
        return
    source = computed.activations.sources(layer.name)[0]
    weights, biases = computed.activations.weights[layer.name]
    kernels, bias = weights[unit], np.zeros(1)
    first = unit // (layer.output_shape[0] // layer.groups) * len(kernels)
    if len(kernels) <= 3:
        inputs = source[first : first + len(kernels)]
        bias = bias if biases is None else biases[unit].detach().cpu().double().numpy().reshape(1)
    else:
        chosen = max(plane or 0, 0)
        kernels, inputs = kernels[chosen : chosen + 1], source[first + chosen : first + chosen + 1]
    image = inputs.detach().cpu().double().numpy()
    weight = kernels.detach().cpu().double().numpy()[None]
    model.convolution_asked.emit(image, weight, bias, layer.stride, layer.padding, cell)
