"""Hints by degrees: from where to look to nearly the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, format_number
from cnnexplorer.core.geometry import window_reach
from cnnexplorer.core.messages import mark

from .questions import Question, check_question, step_of
from .sayings import Saying

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment, Result, Stage, Step


def hints(experiment: Experiment, result: Result, question: Question) -> tuple[Saying, ...]:
    """Return the hints for a question, the gentlest first; none gives the answer itself.

    Raises
    ------
    SettingError
        The question cannot be asked of this experiment.
    """
    check_question(experiment, question)
    if question.asks == "size":
        return _size_hints(experiment, question.stage)
    step = step_of(experiment, result, question)
    if question.asks == "winner":
        return _largest_hints(step)
    if question.asks == "sign":
        return _sign_hints(step)
    if question.asks == "map":
        first = Saying(mark("Begin with row 0, column 0; then move the window by the stride."))
        return (first, *_value_hints(step))
    return _value_hints(step)


def _value_hints(step: Step) -> tuple[Saying, ...]:
    stage = step.stage
    if isinstance(stage, Convolution):
        return _sum_hints(step)
    if isinstance(stage, Pooling):
        if stage.kind == "max":
            return _largest_hints(step)
        rule = Saying(mark("Add them up, and divide by {count}."), count=step.divisor)
        return _window(step, Saying(mark("The mean of its values is asked for."))), _values(step), rule
    if isinstance(stage, Flatten):
        return (
            Saying(mark("Flattening lays the values in one row: map after map, row after row.")),
            Saying(mark("Count from 0: place = map·(height·width) + row·width + column.")),
        )
    return _activation_hints(step, stage)


def _sum_hints(step: Step) -> tuple[Saying, ...]:
    *products, total = step.expression().split("\n")
    if products:  # several channels: each line ends with its subtotal
        blanks = "; ".join(line.rpartition(" = ")[0] for line in products)
        last = Saying(mark("Add the subtotals of the channels: {sum}"), sum=total.rpartition(" = ")[0])
    else:
        blanks = total.rpartition(" = ")[0]
        terms = [format_number(float(product)) for product in step.products.flat] if step.products is not None else []
        if step.bias is not None:
            terms.append(format_number(step.bias))
        last = Saying(mark("Add these up: {terms}"), terms=", ".join(terms))
    first = _window(step, _beginning(step))
    return first, Saying(mark("Multiply value by weight, and add up: {sum}"), sum=blanks), last


def _largest_hints(step: Step) -> tuple[Saying, ...]:
    first = _window(step, Saying(mark("The largest of its values wins.")))
    return first, _values(step), Saying(mark("Which of these is largest? Mind the signs."))


def _beginning(step: Step) -> Saying:
    """Return how to begin with a sum: what need not be reckoned, or what its first part comes to."""
    assert step.products is not None
    assert step.weights is not None
    weights, zeros = step.weights.size, int((step.weights == 0).sum())
    if zeros:
        left = {"zeros": zeros, "count": weights, "left": weights - zeros}
        return Saying(mark("{zeros} of its {count} weights are 0: {left} products are left."), **left)
    if len(step.products) > 1:
        return Saying(mark("It has {count} products in each of {channels} channels."),
                      count=step.products[0].size, channels=len(step.products))  # fmt: skip
    rows = step.products[0]
    first = float(rows[0].sum())
    if len(rows) == 1 or first == step.value:
        return Saying(mark("Each of its values meets the weight at the same place."))
    return Saying(mark("The products of its first row come to {sum}."), sum=format_number(first))


def _window(step: Step, then: Saying) -> Saying:
    """Return where the window lies, and what to do with it."""
    known = [cell for cell in step.cells if cell is not None]
    inside = len(known) == len(step.cells)
    top, left = (known[0][1], known[0][2]) if inside else (step.window.top, step.window.left)
    template = (
        mark("The window of {height}×{width} begins at row {row}, column {column}. {then}")
        if inside
        else mark("The window of {height}×{width} begins at row {row}, column {column} of the padded input: a part of "
                  "it lies in the padding. {then}")
    )  # fmt: skip
    return Saying(template, height=step.window.height, width=step.window.width, row=top, column=left, then=then)


def _values(step: Step) -> Saying:
    known = [float(x) for x, cell in zip(step.inputs.flat, step.cells, strict=True) if cell is not None]
    return Saying(mark("These are its values: {values}"), values=", ".join(format_number(x) for x in known))


def _activation_hints(step: Step, stage: Activation) -> tuple[Saying, ...]:
    value = format_number(float(step.inputs.item()))
    rules = {
        "relu": mark("ReLU keeps what is above 0 and makes everything else 0: max(0, x)."),
        "leaky_relu": mark("What is above 0 stays; what is below is multiplied by a small slope."),
        "abs": mark("The minus sign is dropped."),
        "step": mark("Above 0 it gives 1, else 0."),
    }
    rule = Saying(rules.get(stage.name, mark("The function is applied to each value on its own.")))
    return Saying(mark("Each value is changed on its own: look at the same cell of the input.")), rule, Saying(
        mark("The input there is {value}."), value=value)  # fmt: skip


def _sign_hints(step: Step) -> tuple[Saying, ...]:
    if step.products is None:
        return _value_hints(step)
    above = float(step.products[step.products > 0].sum())
    below = float(step.products[step.products < 0].sum())
    return (
        _window(step, _beginning(step)),
        Saying(mark("Which products are above 0, which below?")),
        Saying(
            mark("The products above 0 add up to {above}, those below to {below}."),
            above=format_number(above),
            below=format_number(below),
        ),
    )


def _size_hints(experiment: Experiment, index: int) -> tuple[Saying, ...]:
    stage = experiment.stages[index]
    if isinstance(stage, Activation):
        return (Saying(mark("An activation changes each value on its own.")), Saying(mark("So the size stays.")))
    assert not isinstance(stage, Flatten)
    formula = Saying(mark("O = (I − k + 2p) / s + 1, rounded down, for height and width alike."))
    numbers = Saying(mark("With the numbers: {formula}"), formula=_formula(stage, experiment.input_shape(index)))
    return formula, numbers, Saying(mark("Divide, round, and add 1."))


def _formula(stage: Stage, shape: tuple[int, ...]) -> str:
    assert isinstance(stage, Convolution | Pooling)
    kernel, dilations = (
        (stage.kernel_size, stage.dilations) if isinstance(stage, Convolution) else (stage.kernel, (1, 1))
    )
    top, bottom, left, right = stage.sides
    lines = []
    axes = zip(shape[1:], kernel, dilations, ((top, bottom), (left, right)), stage.strides, strict=True)
    for size, cells, dilation, sides, stride in axes:
        padding = f" + 2·{sides[0]}" if sides[0] == sides[1] and sides[0] else f" + {sum(sides)}" if sum(sides) else ""
        lines.append(f"({size} − {window_reach(cells, dilation)}{padding}) / {stride} + 1")
    return lines[0] if lines[0] == lines[1] else "; ".join(lines)
