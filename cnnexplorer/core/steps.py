"""One step of a stage: which cells it reads, what it does with them, what comes out.

An animation is one number, the step's index; everything seen at that step follows from it here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .geometry import Rectangle
from .numbers import format_number
from .stages import Activation, Convolution, Flatten, Pooling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .experiment import Experiment, Result
    from .stages import Shape, Stage

Cell = tuple[int, int, int]  # channel, row, column


@dataclass(frozen=True, eq=False)
class Step:
    """What happens at one output cell.

    Attributes
    ----------
    stage_index, index
        Which stage, and which of its steps.
    output
        (channel, row, column) of the output cell; a flat output counts along the rows: (0, n, 0).
    window
        Where the window lies, in padded coordinates.
    cells
        For each tap, in the order of `inputs`, the (channel, row, column) that it reads in the stage's input; None in
        padding that holds a constant. Mirrored or repeated padding names the cell that it repeats.
    inputs
        The values read: (planes, kh, kw). Constant padding holds 0, for a maximum -infinity.
    weights, products
        For a convolution, of the same shape as `inputs`; else None.
    bias
        The filter's bias, or None.
    divisor
        By how much an average divides, else None.
    winner
        For a maximum, the index of the tap that won (the first of equals), else None.
    value
        The number in the result.
    """

    stage: Stage
    stage_index: int
    index: int
    output: Cell
    window: Rectangle
    cells: tuple[Cell | None, ...]
    inputs: NDArray[np.float64]
    value: float
    weights: NDArray[np.float64] | None = None
    products: NDArray[np.float64] | None = None
    bias: float | None = None
    divisor: int | None = None
    winner: int | None = None
    input_shape: Shape = ()

    @property
    def subtotals(self) -> tuple[float, ...]:
        """For a convolution, the sum of the products of each plane."""
        with np.errstate(all="ignore"):  # NaN and infinity pass
            return () if self.products is None else tuple(float(plane.sum()) for plane in self.products)

    def expression(self, decimals: int = 3) -> str:
        """Write the arithmetic out, as in the lecture.

        Examples
        --------
        >>> from cnnexplorer.core import Convolution, Experiment, run, step_at
        >>> patch = [[[0, 2, 3], [2, 4, 1], [0, 3, 0]]]
        >>> plus = Convolution([[[[0, 1, 0], [1, 1, 1], [0, 1, 0]]]])
        >>> experiment = Experiment(patch, (plus,))
        >>> step_at(experiment, run(experiment), 0, 0).expression()
        '(0·0) + (2·1) + (3·0) + (2·1) + (4·1) + (1·1) + (0·0) + (3·1) + (0·0) = 12'
        """

        def number(value: float) -> str:
            return format_number(value, decimals)

        value = number(self.value)
        if isinstance(self.stage, Convolution):
            return self._sum_of_products(decimals)
        if isinstance(self.stage, Activation):
            return f"{activation_formula(self.stage, float(self.inputs.item()), decimals)} = {value}"
        if isinstance(self.stage, Flatten):
            return self._place(value)
        if self.stage.kind == "max":
            # constant padding never wins: it is no number of the sum
            read = [x for x, cell in zip(self.inputs.flat, self.cells, strict=True) if cell is not None]
            return f"max({', '.join(number(x) for x in read)}) = {value}"
        return f"({' + '.join(number(x) for x in self._averaged(self.stage))}) / {self.divisor} = {value}"

    def _sum_of_products(self, decimals: int) -> str:
        assert self.weights is not None
        lines = []
        for inputs, weights in zip(self.inputs, self.weights, strict=True):
            pairs = zip(inputs.flat, weights.flat, strict=True)
            lines.append(" + ".join(f"({format_number(x, decimals)}·{format_number(w, decimals)})" for x, w in pairs))
        bias = [] if self.bias is None else [format_number(self.bias, decimals)]
        value = format_number(self.value, decimals)
        if len(lines) == 1:
            return " + ".join(lines + bias) + f" = {value}"
        subtotals = [format_number(subtotal, decimals) for subtotal in self.subtotals]
        lines = [f"{line} = {subtotal}" for line, subtotal in zip(lines, subtotals, strict=True)]
        return "\n".join([*lines, " + ".join(subtotals + bias) + f" = {value}"])

    def _averaged(self, stage: Pooling) -> list[float]:
        """Return the numbers that an average counts, as many as its divisor."""
        if not stage.count_include_pad:
            return [x for x, cell in zip(self.inputs.flat, self.cells, strict=True) if cell is not None]
        rows, columns = _counted(stage, self.window, self.input_shape)
        return list(self.inputs[0, :rows, :columns].flat)

    def _place(self, value: str) -> str:
        if len(self.input_shape) == 1:
            return f"[{self.output[1]}] = {value}"
        cell = self.cells[0]
        assert cell is not None
        _, height, width = self.input_shape
        channel, row, column = cell
        return f"[{channel}·{height * width} + {row}·{width} + {column}] = [{self.output[1]}] = {value}"


def step_count(experiment: Experiment, stage: int) -> int:
    """Return how many steps a stage takes: one for each output cell."""
    return math.prod(experiment.shapes[stage])


def step_at(experiment: Experiment, result: Result, stage: int, index: int) -> Step:
    """Return one step of a stage; `index` runs over output channel, then row, then column.

    The cost does not grow with the image.

    Raises
    ------
    IndexError
        No such stage, or no such step.
    """
    if not 0 <= stage < len(experiment.stages):
        raise IndexError(f"stage {stage} of {len(experiment.stages)}")
    if not 0 <= index < step_count(experiment, stage):
        raise IndexError(f"step {index} of {step_count(experiment, stage)}")
    value = float(result.outputs[stage].flat[index])
    settings = experiment.stages[stage]
    shape = experiment.input_shape(stage)
    image = result.input_of(stage)
    output = _output_cell(experiment.shapes[stage], index)
    if isinstance(settings, Convolution):
        return _convolution_step(settings, image, stage, index, output, value)
    if isinstance(settings, Pooling):
        return _pooling_step(settings, image, stage, index, output, value)
    source = _output_cell(shape, index)  # activation and flattening read the value of the same index
    return Step(
        settings,
        stage,
        index,
        output,
        Rectangle(source[1], source[2], 1, 1),
        (source,),
        np.array([[[image.flat[index]]]]),
        value,
        input_shape=shape,
    )


def lone_step(stage: Convolution | Pooling, image: NDArray[np.float64], output: Cell) -> Step:
    """Return what a stage does at one output cell of an image (C, H, W), computed there alone: no result is needed.

    The value may differ from a result's in the last bits, where that adds up in another order.

    Raises
    ------
    SettingError
        The stage does not fit the image.
    IndexError
        There is no such output cell.

    Examples
    --------
    >>> lone_step(Pooling("max", 2), np.arange(16.0).reshape(1, 4, 4), (0, 1, 0)).value
    13.0
    """
    shape = stage.output_shape(image.shape)
    if any(not 0 <= place < size for place, size in zip(output, shape, strict=True)):
        raise IndexError(f"cell {output} of {shape}")
    index = step_index(shape, output)
    with np.errstate(all="ignore"):  # NaN and infinity pass
        if isinstance(stage, Convolution):
            step = _convolution_step(stage, image, 0, index, output, math.nan)
            return replace(step, value=sum(step.subtotals) + (step.bias or 0.0))
        step = _pooling_step(stage, image, 0, index, output, math.nan)
        value = step.inputs.flat[step.winner] if step.winner is not None else step.inputs.sum() / step.divisor
        return replace(step, value=float(value))


def step_index(shape: Shape, output: Cell) -> int:
    """Return the index of the step that makes an output cell.

    >>> step_index((2, 3, 4), (1, 0, 2))
    14
    """
    if len(shape) == 1:
        return output[1]
    return (output[0] * shape[1] + output[1]) * shape[2] + output[2]


def _output_cell(shape: Shape, index: int) -> Cell:
    if len(shape) == 1:
        return 0, index, 0
    channel, rest = divmod(index, shape[1] * shape[2])
    return channel, *divmod(rest, shape[2])


def _convolution_step(
    stage: Convolution, image: NDArray[np.float64], stage_index: int, index: int, output: Cell, value: float
) -> Step:
    channel, row, column = output
    planes = stage.weight.shape[1]
    first = channel // (stage.out_channels // stage.groups) * planes
    top, left = row * stage.strides[0], column * stage.strides[1]
    (kernel_h, kernel_w), (dilation_h, dilation_w) = stage.kernel_size, stage.dilations
    rows = [_source(top + m * dilation_h - stage.sides[0], image.shape[1], stage.padding_mode) for m in range(kernel_h)]
    columns = [
        _source(left + n * dilation_w - stage.sides[2], image.shape[2], stage.padding_mode) for n in range(kernel_w)
    ]
    cells = _cells(range(first, first + planes), rows, columns)
    inputs = _read(image[first : first + planes], rows, columns, 0.0)
    weights = stage.applied_weight[channel]
    window = Rectangle(top, left, dilation_h * (kernel_h - 1) + 1, dilation_w * (kernel_w - 1) + 1)
    with np.errstate(all="ignore"):
        products = inputs * weights
    bias = None if stage.bias is None else float(stage.bias[channel])
    return Step(
        stage, stage_index, index, output, window, cells, inputs, value, weights, products, bias,
        input_shape=image.shape,
    )  # fmt: skip


def _pooling_step(
    stage: Pooling, image: NDArray[np.float64], stage_index: int, index: int, output: Cell, value: float
) -> Step:
    channel, row, column = output
    (kernel_h, kernel_w), (pad_top, _, pad_left, _) = stage.kernel, stage.sides
    top, left = row * stage.strides[0], column * stage.strides[1]
    rows = [_source(top + m - pad_top, image.shape[1], "zeros") for m in range(kernel_h)]
    columns = [_source(left + n - pad_left, image.shape[2], "zeros") for n in range(kernel_w)]
    cells = _cells([channel], rows, columns)
    window = Rectangle(top, left, kernel_h, kernel_w)
    if stage.kind == "max":
        inputs = _read(image[channel : channel + 1], rows, columns, -math.inf)
        inside = [tap for tap, cell in enumerate(cells) if cell is not None]  # padding never wins
        winner = inside[int(np.argmax(inputs.reshape(-1)[inside]))]  # NaN counts as the largest, as in the result
        return Step(
            stage, stage_index, index, output, window, cells, inputs, value, winner=winner, input_shape=image.shape
        )
    inputs = _read(image[channel : channel + 1], rows, columns, 0.0)
    if stage.count_include_pad:
        divisor = math.prod(_counted(stage, window, image.shape))
    else:
        divisor = sum(cell is not None for cell in cells)
    return Step(
        stage, stage_index, index, output, window, cells, inputs, value, divisor=divisor, input_shape=image.shape
    )


def _counted(stage: Pooling, window: Rectangle, shape: Shape) -> tuple[int, int]:
    """Return how many rows and columns of a window count: what ceil_mode puts past the padding does not."""
    top, bottom, left, right = stage.sides
    return (
        min(window.height, top + shape[1] + bottom - window.top),
        min(window.width, left + shape[2] + right - window.left),
    )


def _source(index: int, size: int, mode: str) -> int | None:
    """Return which cell of an axis a padded position holds, None for a constant."""
    if 0 <= index < size:
        return index
    if mode == "zeros":
        return None
    if mode == "replicate":
        return 0 if index < 0 else size - 1
    if mode == "circular":
        return index % size
    return -index if index < 0 else 2 * (size - 1) - index


def _cells(
    channels: Sequence[int], rows: Sequence[int | None], columns: Sequence[int | None]
) -> tuple[Cell | None, ...]:
    return tuple(
        None if row is None or column is None else (channel, row, column)
        for channel in channels
        for row in rows
        for column in columns
    )


def _read(
    planes: NDArray[np.float64], rows: Sequence[int | None], columns: Sequence[int | None], constant: float
) -> NDArray[np.float64]:
    """Read the cells at rows x columns of every plane; `constant` where there is none."""
    inputs = planes[np.ix_(range(len(planes)), [r or 0 for r in rows], [c or 0 for c in columns])]
    inputs[:, [r is None for r in rows], :] = constant
    inputs[:, :, [c is None for c in columns]] = constant
    return inputs


def activation_formula(stage: Activation, x: float | None, decimals: int = 3) -> str:
    """Write an activation with a value put in, or with the letter x for None.

    >>> activation_formula(Activation("relu"), -3)
    'max(0, -3)'
    >>> activation_formula(Activation("leaky_relu"), -3)
    '0.01·(-3)'
    """
    text = "x" if x is None else format_number(x, decimals)
    factor = f"({text})" if text.startswith("-") else text
    p = {
        key: value if isinstance(value, str) else format_number(value, decimals)
        for key, value in stage.parameters.items()
    }
    positive = x is not None and x > 0
    match stage.name:
        case "relu":
            return f"max(0, {text})"
        case "leaky_relu":
            below = f"{p['negative_slope']}·{factor}"
            return f"x > 0: x; x ≤ 0: {below}" if x is None else text if positive else below
        case "relu6":
            return f"min(max(0, {text}), 6)"
        case "elu":
            below = f"{p['alpha']}·(exp({text}) - 1)"
            return f"x > 0: x; x ≤ 0: {below}" if x is None else text if positive else below
        case "gelu" if p["approximate"] == "tanh":
            return f"0.5·{factor}·(1 + tanh(√(2/π)·({text} + 0.044715·{factor}³)))"
        case "gelu":
            return f"0.5·{factor}·(1 + erf({text}/√2))"
        case "silu":
            return f"{factor} / (1 + exp(-{factor}))"
        case "sigmoid":
            return f"1 / (1 + exp(-{factor}))"
        case "softplus":
            beta = "" if p["beta"] == "1" else f"{p['beta']}·"
            curve = f"ln(1 + exp({beta}{factor if beta else text}))"
            return curve if not beta else f"{curve} / {p['beta']}"
        case "hardtanh":
            return f"min(max({p['min_val']}, {text}), {p['max_val']})"
        case "abs":
            return f"|{text}|"
        case "step":
            return "x > 0: 1; x ≤ 0: 0" if x is None else f"step({text})"
        case "tanh":
            return f"tanh({text})"
        case _:
            return text
