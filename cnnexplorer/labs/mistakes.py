"""The usual mistakes, computed: what each would have given in place of a value, a map or a size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, SettingError, format_number, run
from cnnexplorer.core.arithmetic import activate
from cnnexplorer.core.messages import Term, mark
from cnnexplorer.core.steps import lone_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from cnnexplorer.core import Result, Stage

    from .questions import Question

    Floats = NDArray[np.float64]


MANY_PLANES = 16  # of more, it is not told which one was forgotten
MANY_PRODUCTS = 75  # likewise


@dataclass(frozen=True, eq=False)
class Mistake:
    """A usual mistake.

    Attributes
    ----------
    name
        What it is, in one word for tests and records: "flipped", "padding", "stride", ...
    template
        A sentence with {value} for what the mistake gives, marked for translation.
    answer
        What it gives: a float, an array (H, W), or whole numbers.
    values
        What else stands in the sentence.
    """

    name: str
    template: str
    answer: Any
    values: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Changed:
    """The stage that is asked about as a mistake would have it: stages that follow each other on an image."""

    name: str
    template: str
    image: Floats
    stages: tuple[Stage, ...]
    values: dict[str, Any]

    def at(self, cell: tuple[int, int, int]) -> float | None:
        """Return what it gives at one output cell; None where there is no such cell."""
        image = self.image
        for place, stage in enumerate(self.stages):
            if isinstance(stage, Convolution | Pooling):
                try:
                    value = lone_step(stage, image, cell).value
                except (SettingError, IndexError):
                    return None
                return _activated(value, self.stages[place + 1 :])
            with np.errstate(all="ignore"):
                image = activate(stage, image) if isinstance(stage, Activation) else image
        return float(image[cell])

    def whole(self, channel: int) -> Floats | None:
        """Return the map that it gives; None where it does not fit."""
        try:
            output = run(Experiment(self.image, self.stages)).outputs[-1] if self.stages else self.image
        except SettingError:
            return None
        return output[channel] if channel < len(output) else None


FLIPPED = mark("You would get {value} if the kernel were flipped: here it is not.")
NOT_FLIPPED = mark("You would get {value} if the kernel were not flipped: here it is (true convolution).")
PADDING = mark("You would get {value} without padding: here padding lies around the input.")
PADDING_MODE = mark("You would get {value} with zeros in the padding: here it is filled in another way ({mode}).")
STRIDE = mark("You would get {value} with stride 1: here the stride is {stride}.")
DILATION = mark("You would get {value} with dilation 1: here the taps lie {dilation} cells apart.")
BIAS = mark("You would get {value} without the bias: here it is {bias}.")
BIAS_SIGN = mark("You would get {value} if the bias were taken away: here it is added.")
CHANNEL = mark("You would get {value} without channel {channel}: the sum runs over all {count} channels.")
ONE_CHANNEL = mark("You would get {value} from channel {channel} alone: the sum runs over all {count} channels.")
TRANSPOSED = mark("You would get {value} if rows and columns of the kernel were swapped.")
NO_KERNEL = mark("{value} is the sum of the patch: each value is multiplied by its weight of the kernel first.")
MEAN = mark("You would get {value} if the sum were divided by the number of products: here it is not divided.")
EARLY = mark("You would get {value} if {activation} were applied too: it comes only in the next stage.")
NO_ACTIVATION = mark("{value} is the value before {activation}: it has still to be applied.")
EARLY_INPUT = mark("You would get {value} if {activation} were applied before the convolution: it comes after it.")
EARLY_SUM = mark("You would get {value} if {activation} were applied before the bias is added: it comes after it.")
EARLY_PRODUCTS = mark("You would get {value} if {activation} were applied to each product: it comes after the sum.")
ABSOLUTE = mark("You would get {value} if only the minus sign were dropped: {activation} does something else.")
AS_RELU = mark("You would get {value} with ReLU: here the activation is {activation}.")
AVERAGE = mark("{value} is the average of the window: here its maximum is asked for.")
MAXIMUM = mark("{value} is the maximum of the window: here its average is asked for.")
MINIMUM = mark("{value} is the smallest value of the window: the largest is asked for.")
LARGEST_SIZE = mark("{value} lies farthest from 0, but the sign counts: the largest value is asked for.")
SUM = mark("{value} is the sum of the window: the average divides it by {count}.")
COUNT_PAD = mark("You would get {value} if the cells of the padding were counted: here only those of the image are.")
NOT_COUNT_PAD = mark("You would get {value} if only cells of the image were counted: here the padding counts as well.")
SIGN = mark("{value} has the wrong sign only: the size is right.")
NEIGHBOUR = mark("{value} is the value of the neighbouring cell, row {row}, column {column}.")
SWAPPED = mark("{value} is the value at row {row}, column {column}: row and column were swapped.")
SWAPPED_MAP = mark("{value} is turned: its rows are the columns of the right one.")
OTHER_WHOLE_MAP = mark("{value} is map {channel}: another one is asked for.")
OTHER_MAP = mark("{value} is the value of the same cell in map {channel}.")
PRODUCT = mark("You would get {value} without the product {product}.")


def value_mistakes(experiment: Experiment, result: Result, question: Question) -> Iterator[Mistake]:
    """Yield what the usual mistakes give for one output cell, the likeliest first."""
    stage = experiment.stages[question.stage]
    output = result.outputs[question.stage]
    if isinstance(stage, Flatten):
        yield from _flat_neighbours(output, question.row)
        return
    value = float(output[question.cell]) if output.ndim == 3 else float(output[question.row])
    if output.ndim == 3:
        for change in changes(experiment, result, question):
            answer = change.at(question.cell)
            if answer is not None:
                yield Mistake(change.name, change.template, answer, change.values)
        yield from _of_the_window(experiment, result, question)
    yield Mistake("sign", SIGN, -value, {})
    if output.ndim == 3:
        yield from _elsewhere(output, question)
        yield from _products(experiment, result, question)
    else:
        yield from _flat_neighbours(output, question.row)


def map_mistakes(experiment: Experiment, result: Result, question: Question) -> Iterator[Mistake]:
    """Yield what the usual mistakes give for a whole map, the likeliest first; all have the right map's shape."""
    right = result.outputs[question.stage][question.channel]
    for change in changes(experiment, result, question):
        answer = change.whole(question.channel)
        if answer is not None and answer.shape == right.shape:
            yield Mistake(change.name, change.template, answer, change.values)
        elif answer is not None and all(a >= b for a, b in zip(answer.shape, right.shape, strict=True)):
            yield Mistake(change.name, change.template, answer[: right.shape[0], : right.shape[1]], change.values)
    yield Mistake("sign", SIGN, -right, {})
    if right.shape[0] == right.shape[1]:
        yield Mistake("swapped", SWAPPED_MAP, right.T, {})
    for channel, other in enumerate(result.outputs[question.stage]):
        if channel != question.channel:
            yield Mistake("other_map", OTHER_WHOLE_MAP, other, {"channel": channel})


def changes(experiment: Experiment, result: Result, question: Question) -> Iterator[Changed]:
    """Yield the stage that is asked about as the usual mistakes would have it, the likeliest first."""
    index, channel = question.stage, question.channel
    stage, image = experiment.stages[index], result.input_of(index)
    following = experiment.stages[index + 1] if index + 1 < len(experiment.stages) else None
    if isinstance(stage, Convolution):
        yield from _changed_convolution(stage, image, channel)
        if isinstance(following, Activation):
            yield Changed("early", EARLY, image, (stage, following), {"activation": _title(following)})
    elif isinstance(stage, Pooling):
        yield from _changed_pooling(stage, image)
    elif isinstance(stage, Activation):
        yield from _changed_activation(experiment, result, question, stage)


def _changed_convolution(stage: Convolution, image: Floats, channel: int) -> Iterator[Changed]:
    def changed(name: str, template: str, values: dict[str, Any] | None = None, **settings: Any) -> Changed:  # noqa: ANN401
        return Changed(name, template, image, (replace(stage, **settings),), values or {})

    weight = stage.weight
    yield changed("flipped", NOT_FLIPPED if stage.flip else FLIPPED, flip=not stage.flip)
    if any(stage.sides):
        yield changed("padding", PADDING, padding=0)
    if stage.strides != (1, 1):
        yield changed("stride", STRIDE, {"stride": _pair(stage.strides)}, stride=1)
    if stage.dilations != (1, 1):
        yield changed("dilation", DILATION, {"dilation": _pair(stage.dilations)}, dilation=1, padding=stage.sides)
    if stage.bias is not None:
        yield changed("bias", BIAS, {"bias": format_number(stage.bias[channel])}, bias=None)
        yield changed("bias_sign", BIAS_SIGN, bias=-stage.bias)
    planes = weight.shape[1]
    if 1 < planes <= MANY_PLANES:
        for plane in range(planes):
            without = weight.copy()
            without[:, plane] = 0
            yield changed("channel", CHANNEL, {"channel": plane, "count": planes}, weight=without)
    if 2 < planes <= MANY_PLANES:
        for plane in range(planes):
            alone = np.zeros_like(weight)
            alone[:, plane] = weight[:, plane]
            yield changed("one_channel", ONE_CHANNEL, {"channel": plane, "count": planes}, weight=alone)
    if weight.shape[2] == weight.shape[3]:
        yield changed("transposed", TRANSPOSED, weight=np.swapaxes(weight, 2, 3))
    if stage.padding_mode != "zeros":
        yield changed("padding_mode", PADDING_MODE, {"mode": Term(stage.padding_mode)}, padding_mode="zeros")
    yield changed("no_kernel", NO_KERNEL, weight=np.ones_like(weight), bias=None)
    count = weight[0].size
    bias = None if stage.bias is None else stage.bias / count
    yield changed("mean", MEAN, weight=weight / count, bias=bias)


def _changed_pooling(stage: Pooling, image: Floats) -> Iterator[Changed]:
    def changed(name: str, template: str, values: dict[str, Any] | None = None, **settings: Any) -> Changed:  # noqa: ANN401
        return Changed(name, template, image, (replace(stage, **settings),), values or {})

    if stage.kind == "max":
        yield changed("average", AVERAGE, kind="average")
    else:
        yield changed("maximum", MAXIMUM, kind="max")
    if stage.strides != (1, 1):
        yield changed("stride", STRIDE, {"stride": _pair(stage.strides)}, stride=1)
    if any(stage.sides):
        yield changed("padding", PADDING, padding=0)
        if stage.kind == "average":
            template = NOT_COUNT_PAD if stage.count_include_pad else COUNT_PAD
            yield changed("count_pad", template, count_include_pad=not stage.count_include_pad)


def _changed_activation(
    experiment: Experiment, result: Result, question: Question, stage: Activation
) -> Iterator[Changed]:
    index = question.stage
    image = result.input_of(index)
    values = {"activation": _title(stage)}
    if image.ndim != 3:
        return
    yield Changed("no_activation", NO_ACTIVATION, image, (), values)
    before = experiment.stages[index - 1] if index else None
    if isinstance(before, Convolution):
        source = result.input_of(index - 1)
        yield Changed("early_input", EARLY_INPUT, source, (stage, before), values)
        for change in _changed_convolution(before, source, question.channel):
            yield replace(change, stages=(*change.stages, stage))
    yield Changed("absolute", ABSOLUTE, image, (Activation("abs"),), values)
    if stage.name != "relu":
        yield Changed("as_relu", AS_RELU, image, (Activation("relu"),), values)


def _of_the_window(experiment: Experiment, result: Result, question: Question) -> Iterator[Mistake]:
    """Yield mistakes that are made with the numbers of one window."""
    stage = experiment.stages[question.stage]
    image = result.input_of(question.stage)
    if isinstance(stage, Pooling):
        step = lone_step(stage, image, question.cell)
        read = np.array([x for x, cell in zip(step.inputs.flat, step.cells, strict=True) if cell is not None])
        if stage.kind == "max":
            yield Mistake("minimum", MINIMUM, float(read.min()), {})
            yield Mistake("largest_size", LARGEST_SIZE, float(read[np.argmax(np.abs(read))]), {})
        else:
            yield Mistake("sum", SUM, float(read.sum()), {"count": step.divisor})
    before = experiment.stages[question.stage - 1] if question.stage else None
    if isinstance(stage, Activation) and isinstance(before, Convolution):
        step = lone_step(before, result.input_of(question.stage - 1), question.cell)
        values = {"activation": _title(stage)}
        assert step.products is not None
        activated = _activated_all(step.products, stage)
        yield Mistake("early_products", EARLY_PRODUCTS, float(activated.sum()) + (step.bias or 0.0), values)
        if step.bias:
            early = _activated(sum(step.subtotals), (stage,)) + step.bias
            yield Mistake("early_sum", EARLY_SUM, early, values)


def _elsewhere(output: Floats, question: Question) -> Iterator[Mistake]:
    """Yield the values of the cell with row and column swapped, of neighbouring cells, and of other maps."""
    channel, row, column = question.cell
    _, height, width = output.shape
    if row != column and column < height and row < width:
        values = {"row": column, "column": row}
        yield Mistake("swapped", SWAPPED, float(output[channel, column, row]), values)
    for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)):
        there = row + down, column + right
        if 0 <= there[0] < height and 0 <= there[1] < width:
            values = {"row": there[0], "column": there[1]}
            yield Mistake("neighbour", NEIGHBOUR, float(output[channel, *there]), values)
    for other in range(len(output)):
        if other != channel:
            yield Mistake("other_map", OTHER_MAP, float(output[other, row, column]), {"channel": other})


def _products(experiment: Experiment, result: Result, question: Question) -> Iterator[Mistake]:
    """Yield what a convolution gives with one of its products left out."""
    stage = experiment.stages[question.stage]
    if not isinstance(stage, Convolution) or stage.weight[0].size > MANY_PRODUCTS:
        return
    step = lone_step(stage, result.input_of(question.stage), question.cell)
    assert step.products is not None
    assert step.weights is not None
    for x, weight, product in zip(step.inputs.flat, step.weights.flat, step.products.flat, strict=True):
        if product:
            yield Mistake(
                "product", PRODUCT, step.value - float(product), {"product": f"{_factor(x)}·{_factor(weight)}"}
            )


def _flat_neighbours(output: Floats, place: int) -> Iterator[Mistake]:
    for there in (place + 1, place - 1):
        if 0 <= there < len(output):
            yield Mistake("neighbour", mark("{value} is the value at place {place}: count from 0."),
                          float(output[there]), {"place": there})  # fmt: skip


def _activated(value: float, stages: tuple[Stage, ...]) -> float:
    numbers = np.array([[[value]]])
    for stage in stages:
        if isinstance(stage, Activation):
            numbers = _activated_all(numbers, stage)
    return float(numbers.item())


def _activated_all(numbers: Floats, stage: Activation) -> Floats:
    with np.errstate(all="ignore"):
        return activate(stage, numbers)


def _factor(number: float) -> str:
    text = format_number(number)
    return f"({text})" if text.startswith("-") else text


def _title(stage: Activation) -> str:
    return "ReLU" if stage.name == "relu" else stage.name


def _pair(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"({pair[0]}, {pair[1]})"
