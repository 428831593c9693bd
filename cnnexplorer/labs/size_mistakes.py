"""The usual mistakes with sizes, with the winner of a maximum, and what they would have given."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.core import Convolution, Pooling, SettingError, format_number
from cnnexplorer.core.geometry import window_reach
from cnnexplorer.core.messages import mark
from cnnexplorer.core.steps import lone_step

from .mistakes import Mistake
from .questions import step_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnexplorer.core import Experiment, Result

    from .questions import Question

Pair = tuple[int, int]

NO_PADDING = mark("You would get {value} without padding: here it is {padding}.")
ONE_SIDE = mark("You would get {value} if the padding counted once: it lies on both sides, so it counts twice.")
NO_STRIDE = mark("You would get {value} with stride 1: here the stride is {stride}.")
NO_DILATION = mark("You would get {value} with dilation 1: here the kernel reaches over {reach} cells.")
NO_ONE = mark("You would get {value} without the + 1 of the formula: the first position counts too.")
CEIL = mark("You would get {value} by rounding up: the formula rounds down.")
FLOOR = mark("You would get {value} by rounding down: here the last, partial window counts too (ceil mode).")
KEPT = mark("{value} is the size of the input: here the output has another one.")
NO_KERNEL_SIZE = mark("You would get {value} if the kernel's size were not taken off: here it is {kernel}.")
P_AND_S = mark("You would get {value} with padding and stride swapped: padding is {padding}, the stride {stride}.")
TURNED = mark("{value} is turned: the height comes first, then the width.")
ONE_OFF = mark("{value} is one off: the first position counts too, and the last must fit whole.")
OUTSIDE = mark("({row}, {column}) lies outside the window, which begins at row {top}, column {left}.")
IN_WINDOW = mark("({row}, {column}) is the place within the window: count in the whole map, where the window begins at "
                 "row {top}, column {left}.")  # fmt: skip
TURNED_CELL = mark("({row}, {column}) is turned: the row comes first, then the column.")
SMALLEST = mark("({row}, {column}) holds the smallest value of the window: the largest wins.")
LARGEST_SIZE = mark("({row}, {column}) holds the value farthest from 0, but the sign counts: the largest value wins.")
LARGEST_OF_ALL = mark("({row}, {column}) holds the largest value of the whole map: the winner is sought in the window.")
STRIDE_WINDOW = mark("({row}, {column}) would win with stride 1: here the window moves by {stride}.")
NOT_LARGEST = mark("({row}, {column}) holds {held}, which is less than another value of the window.")


def size_mistakes(experiment: Experiment, _result: Result, question: Question) -> Iterator[Mistake]:
    """Yield what the usual mistakes give for an output's (height, width), the likeliest first."""
    stage = experiment.stages[question.stage]
    shape = experiment.input_shape(question.stage)[1:]
    right = experiment.shapes[question.stage][1:]
    if isinstance(stage, Convolution | Pooling):
        yield from _formula_mistakes(_Axes(stage, (shape[0], shape[1])))
    if right[0] != right[1]:
        yield Mistake("turned", TURNED, (right[1], right[0]), {})
    yield Mistake("kept", KEPT, tuple(shape), {})
    for off in (1, -1):
        yield Mistake("one_off", ONE_OFF, (right[0] + off, right[1] + off), {})


class _Axes:
    """The numbers of the formula for both axes: O = (I - k + 2p) / s + 1."""

    def __init__(self, stage: Convolution | Pooling, size: Pair) -> None:
        kernel = stage.kernel_size if isinstance(stage, Convolution) else stage.kernel
        dilations = stage.dilations if isinstance(stage, Convolution) else (1, 1)
        top, bottom, left, right = stage.sides
        self.size = size
        self.kernel = (int(kernel[0]), int(kernel[1]))
        self.reach = (window_reach(self.kernel[0], dilations[0]), window_reach(self.kernel[1], dilations[1]))
        self.padding = ((top, bottom), (left, right))
        self.stride = stage.strides
        self.dilated = dilations != (1, 1)
        self.ceil = isinstance(stage, Pooling) and stage.ceil_mode

    def sizes(
        self,
        *,
        reach: Pair | None = None,
        padding: tuple[Pair, Pair] | None = None,
        stride: Pair | None = None,
        ceil: bool | None = None,
        plus: int = 1,
    ) -> Pair:
        """Return the formula's result with some of its numbers changed."""
        reach, padding, stride = reach or self.reach, padding or self.padding, stride or self.stride
        rounded = math.ceil if (self.ceil if ceil is None else ceil) else math.floor
        first, second = (
            rounded((size + sum(pads) - window) / step) + plus
            for size, pads, window, step in zip(self.size, padding, reach, stride, strict=True)
        )
        return first, second


def _formula_mistakes(axes: _Axes) -> Iterator[Mistake]:
    padded = axes.padding != ((0, 0), (0, 0))
    padding, stride = axes.padding[0][0], _pair(axes.stride)
    if padded:
        yield Mistake("padding", NO_PADDING, axes.sizes(padding=((0, 0), (0, 0))), {"padding": padding})
        once = ((axes.padding[0][0], 0), (axes.padding[1][0], 0))
        yield Mistake("padding_once", ONE_SIDE, axes.sizes(padding=once), {})
    if axes.stride != (1, 1):
        yield Mistake("stride", NO_STRIDE, axes.sizes(stride=(1, 1)), {"stride": stride})
    if axes.dilated:
        yield Mistake("dilation", NO_DILATION, axes.sizes(reach=axes.kernel), {"reach": _pair(axes.reach)})
    yield Mistake("plus_one", NO_ONE, axes.sizes(plus=0), {})
    yield Mistake("rounding", FLOOR if axes.ceil else CEIL, axes.sizes(ceil=not axes.ceil), {})
    yield Mistake("kernel_size", NO_KERNEL_SIZE, axes.sizes(reach=(0, 0)), {"kernel": _times(axes.kernel)})
    if padded and axes.stride != (axes.padding[0][0], axes.padding[1][0]) and axes.padding[0][0] and axes.padding[1][0]:
        swapped = axes.sizes(
            padding=((axes.stride[0],) * 2, (axes.stride[1],) * 2), stride=(axes.padding[0][0], axes.padding[1][0])
        )
        yield Mistake("padding_and_stride", P_AND_S, swapped, {"padding": padding, "stride": stride})


def winner_mistakes(experiment: Experiment, result: Result, question: Question) -> Iterator[Mistake]:
    """Yield the cells that the usual mistakes choose for the winner of a maximum, the likeliest first."""
    stage = experiment.stages[question.stage]
    assert isinstance(stage, Pooling)
    step = step_of(experiment, result, question)
    image = result.input_of(question.stage)
    inside = [(tap, cell) for tap, cell in enumerate(step.cells) if cell is not None]
    values = np.array([step.inputs.flat[tap] for tap, _cell in inside])
    assert step.winner is not None
    winner = step.cells[step.winner]
    assert winner is not None
    begins = inside[0][1]
    place = {"top": begins[1], "left": begins[2]}
    if stage.strides != (1, 1):
        moved = _winner_with_stride_1(stage, image, question)
        if moved is not None:
            yield Mistake("stride", STRIDE_WINDOW, moved, {"stride": _pair(stage.strides)})
    yield Mistake("in_window", IN_WINDOW, divmod(step.winner, step.window.width), place)
    yield Mistake("turned", TURNED_CELL, (winner[2], winner[1]), {})
    smallest, farthest = inside[int(values.argmin())][1], inside[int(np.abs(values).argmax())][1]
    yield Mistake("minimum", SMALLEST, smallest[1:], {})
    yield Mistake("largest_size", LARGEST_SIZE, farthest[1:], {})
    row, column = divmod(int(image[question.channel].argmax()), image.shape[2])
    yield Mistake("largest_of_all", LARGEST_OF_ALL, (row, column), {})


def chosen_cell(experiment: Experiment, result: Result, question: Question, cell: Pair) -> Mistake | None:
    """Return what is wrong with a cell that is no winner and no usual mistake; None where it does win, as an equal."""
    step = step_of(experiment, result, question)
    held = {known[1:]: float(step.inputs.flat[tap]) for tap, known in enumerate(step.cells) if known is not None}
    begins = next(known for known in step.cells if known is not None)
    if cell not in held:
        return Mistake("outside", OUTSIDE, cell, {"top": begins[1], "left": begins[2]})
    value = format_number(held[cell])
    return None if held[cell] == step.value else Mistake("not_largest", NOT_LARGEST, cell, {"held": value})


def _winner_with_stride_1(
    stage: Pooling, image: np.ndarray[tuple[int, ...], np.dtype[np.float64]], question: Question
) -> Pair | None:
    moved = Pooling(stage.kind, stage.kernel, 1, stage.padding, stage.ceil_mode, stage.count_include_pad)
    try:
        step = lone_step(moved, image, question.cell)
    except (SettingError, IndexError):
        return None
    cell = None if step.winner is None else step.cells[step.winner]
    return None if cell is None else cell[1:]


def _pair(pair: Pair) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"({pair[0]}, {pair[1]})"


def _times(pair: Pair) -> str:
    return f"{pair[0]}×{pair[1]}"
