"""An experiment: an image and the stages that it passes; and its result."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arithmetic import apply_stage
from .geometry import Rectangle, window_reach
from .messages import SettingError
from .stages import Activation, Convolution, Flatten, Pooling, as_real, frozen_array, same_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .stages import Shape, Stage

MAX_BYTES = 4 * 2**30


@dataclass(frozen=True, eq=False)
class Experiment:
    """An image of shape (C, H, W) and the stages that it passes, in order.

    Making one checks everything: each stage accepts the shape before it, and the whole fits in memory.

    Raises
    ------
    SettingError
        A `ValueError`: a stage that does not fit (`.stage` is its index), or more than 4 GB needed.

    Examples
    --------
    >>> from cnnexplorer.core import Activation, Convolution, Experiment, run
    >>> patch = [[[0, 2, 3], [2, 4, 1], [0, 3, 0]]]
    >>> plus = [[[[0, 1, 0], [1, 1, 1], [0, 1, 0]]]]
    >>> run(Experiment(patch, (Convolution(plus), Activation("relu")))).outputs[0].item()
    12.0
    """

    image: NDArray[np.float64]
    stages: tuple[Stage, ...]
    shapes: tuple[Shape, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        image = as_real(self.image)
        if image.ndim != 3 or 0 in image.shape:
            raise SettingError(
                "an array of shape {shape} is no image: give (channels, height, width)", shape=image.shape
            )
        object.__setattr__(self, "stages", tuple(self.stages))
        shapes: list[Shape] = [image.shape]
        needed = 8 * image.size
        for index, stage in enumerate(self.stages):
            try:
                shapes.append(stage.output_shape(shapes[-1]))
            except SettingError as error:
                error.stage = index
                raise
            needed += 8 * math.prod(shapes[-1]) + _padded_bytes(stage, shapes[-2])
        if needed > MAX_BYTES:
            raise SettingError(
                "this experiment needs {needed:.1f} GB of memory: make the image smaller or use fewer filters, to stay "
                "under {limit:.0f} GB",
                needed=min(needed, 2**80) / 2**30,
                limit=MAX_BYTES / 2**30,
            )
        object.__setattr__(self, "image", frozen_array(image))
        object.__setattr__(self, "shapes", tuple(shapes[1:]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and same_array(self.image, other.image) and self.stages == other.stages

    __hash__ = None  # type: ignore[assignment]  # holds arrays

    def __reduce__(self) -> tuple[Any, ...]:
        return Experiment, (self.image, self.stages)

    def input_shape(self, stage: int) -> Shape:
        """Return the shape of what a stage is given."""
        return self.shapes[stage - 1] if stage else self.image.shape


class Stats(NamedTuple):
    """Figures of one feature map. `zeros` is the share of values that are exactly 0."""

    minimum: float
    maximum: float
    mean: float
    zeros: float


@dataclass(frozen=True, eq=False)
class Result:
    """What every stage of an experiment gives.

    `outputs` has one array a stage: (C, H, W), or (N,) after flattening.
    """

    experiment: Experiment
    outputs: tuple[NDArray[np.float64], ...]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shape of each output."""
        return tuple(output.shape for output in self.outputs)

    @cached_property
    def stats(self) -> tuple[tuple[Stats, ...], ...]:
        """Figures of each feature map: a tuple of `Stats` for each stage, one a channel (one in all for a flat one)."""
        return tuple(
            tuple(map_stats(plane) for plane in (output if output.ndim == 3 else output[None]))
            for output in self.outputs
        )

    def input_of(self, stage: int) -> NDArray[np.float64]:
        """Return what a stage was given."""
        return self.outputs[stage - 1] if stage else self.experiment.image


def map_stats(plane: NDArray[np.float64]) -> Stats:
    """Return the figures of one map."""
    with np.errstate(all="ignore"):  # NaN and infinity pass
        return Stats(
            float(plane.min()),
            float(plane.max()),
            float(plane.mean()),
            float(plane.size - np.count_nonzero(plane)) / plane.size,
        )


def run(experiment: Experiment, known: Result | None = None) -> Result:
    """Compute every stage of an experiment.

    Parameters
    ----------
    known
        An earlier result: what it shares with this experiment, from the image on, is taken from it.
    """
    outputs: list[NDArray[np.float64]] = []
    image = experiment.image
    reusable = known is not None and known.experiment.image is image
    for index, stage in enumerate(experiment.stages):
        reusable = (
            reusable and known is not None and index < len(known.outputs) and known.experiment.stages[index] is stage
        )
        if reusable and known is not None:
            output = known.outputs[index]
        else:
            output = apply_stage(stage, image, experiment.shapes[index])
            output.flags.writeable = False
        outputs.append(output)
        image = output
    return Result(experiment, tuple(outputs))


def receptive_field(
    stages: tuple[Stage, ...], stage: int, row: int, column: int, image_shape: Shape | None = None
) -> Rectangle:
    """Return the rectangle of the image that one output cell sees.

    Where it reaches into the padding it reaches past the image: `top` and `left` may be negative. With dilation, cells
    inside it may be skipped.

    Parameters
    ----------
    stages, stage
        The stages, and the index of the one whose output cell at (row, column) is meant; -1 is the image itself.
    image_shape
        Needed only past a `Flatten`, where `row` counts along the flat row.

    Raises
    ------
    SettingError
        Past a `Flatten` without the image's shape.

    Examples
    --------
    >>> from cnnexplorer.core import Activation, Convolution, Pooling, receptive_field
    >>> stages = (Convolution([[[[1, 1, 1]] * 3]]), Activation("relu"), Pooling("max", 2))
    >>> receptive_field(stages, 2, 1, 0)
    Rectangle(top=2, left=0, height=4, width=4)
    """
    return source_rectangles(stages, stage, Rectangle(row, column, 1, 1), image_shape)[0]


def source_rectangles(
    stages: tuple[Stage, ...], stage: int, cells: Rectangle, image_shape: Shape | None = None
) -> list[Rectangle]:
    """Return what a rectangle of output cells sees, in the image and in the output of every stage up to its own.

    Element 0 is in the image, element k + 1 in the output of stage k; the last one is `cells` itself.
    """
    found = [cells]
    for index in range(stage, -1, -1):
        found.insert(0, _seen_by(stages, index, found[0], image_shape))
    return found


def _seen_by(stages: tuple[Stage, ...], index: int, cells: Rectangle, image_shape: Shape | None) -> Rectangle:
    stage = stages[index]
    if isinstance(stage, Activation):
        return cells
    if isinstance(stage, Flatten):
        return _before_flattening(stages[:index], cells, image_shape)
    kernel, dilations = (
        (stage.kernel_size, stage.dilations) if isinstance(stage, Convolution) else (stage.kernel, (1, 1))
    )
    top, _, left, _ = stage.sides
    return Rectangle(
        cells.top * stage.strides[0] - top,
        cells.left * stage.strides[1] - left,
        (cells.height - 1) * stage.strides[0] + window_reach(kernel[0], dilations[0]),
        (cells.width - 1) * stage.strides[1] + window_reach(kernel[1], dilations[1]),
    )


def _before_flattening(before: tuple[Stage, ...], cells: Rectangle, image_shape: Shape | None) -> Rectangle:
    if image_shape is None:
        raise SettingError("where a flattened value comes from depends on the image's shape: give it")
    shape = image_shape
    for stage in before:
        shape = stage.output_shape(shape)
    if len(shape) == 1:  # flattened twice
        return cells
    row, column = divmod(cells.top % (shape[1] * shape[2]), shape[2])
    return Rectangle(row, column, 1, 1)


def _padded_bytes(stage: Stage, shape: Shape) -> int:
    if isinstance(stage, Convolution | Pooling) and any(stage.sides):
        top, bottom, left, right = stage.sides
        return 8 * shape[0] * (shape[1] + top + bottom) * (shape[2] + left + right)
    return 0
