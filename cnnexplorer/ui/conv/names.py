"""What things are called in the interface: stages, channels, shapes and formulas."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cnnexplorer.core import (
    Activation,
    Convolution,
    Flatten,
    Pooling,
    activation_formula,
    unvisited,
    window_reach,
)
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _, translate_count

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment, Stage
    from cnnexplorer.core.stages import Shape

ACTIVATION_NAMES = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "relu6": "ReLU6",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "sigmoid": mark("Sigmoid"),
    "tanh": "tanh",
    "softplus": "Softplus",
    "hardtanh": "Hardtanh",
    "abs": mark("Absolute value"),
    "step": mark("Step"),
    "identity": mark("Identity"),
}
STAGE_ICONS = {"convolution": "grid", "activation": "chart-bell-curve-cumulative", "pooling": "arrow-collapse-all",
               "flatten": "format-list-numbered"}  # fmt: skip


def stage_kind(stage: Stage) -> str:
    """Return "convolution", "activation", "pooling" or "flatten"."""
    return {
        Convolution: "convolution",
        Activation: "activation",
        Pooling: "pooling",
        Flatten: "flatten",
    }[type(stage)]


def stage_title(stage: Stage) -> str:
    """Return a stage's name in the language in use."""
    if isinstance(stage, Convolution):
        return _("Convolution")
    if isinstance(stage, Activation):
        return _(ACTIVATION_NAMES[stage.name])
    if isinstance(stage, Flatten):
        return _("Flatten")
    return _("Max pooling") if stage.kind == "max" else _("Average pooling")


def stage_titles(stages: tuple[Stage, ...]) -> list[str]:
    """Return the names of stages, those of one name numbered."""
    plain = [stage_title(stage) for stage in stages]
    totals, so_far = Counter(plain), Counter[str]()
    titles = []
    for title in plain:
        so_far[title] += 1
        titles.append(f"{title} {so_far[title]}" if totals[title] > 1 else title)
    return titles


def stage_about(stage: Stage) -> str:
    """Return a line that says what a stage does."""
    if isinstance(stage, Convolution):
        return _("A kernel slides over the image; at each place the products are summed.")
    if isinstance(stage, Activation):
        return _("A function of each value on its own; it adds non-linearity.")
    if isinstance(stage, Flatten):
        return _("All values are laid in one row, channel after channel, row after row.")
    if stage.kind == "max":
        return _("The largest value of each region is kept: the map shrinks, the strongest answers stay.")
    return _("The mean of each region is kept: the map shrinks and becomes smoother.")


def stage_settings(stage: Stage) -> str:
    """Return a stage's settings in a few words; what is as usual is left out, but for the stride."""
    if isinstance(stage, Activation):
        return f"f(x) = {activation_formula(stage, None)}"
    if isinstance(stage, Flatten):
        return ""
    if isinstance(stage, Pooling):
        parts = [_sides(stage.kernel), _("stride {cells}").format(cells=_pair(stage.strides))]
        if any(stage.sides):
            parts.append(_("padding {cells}").format(cells=_pair((stage.sides[0], stage.sides[2]))))
        return ", ".join(parts)
    parts = [_sides(stage.kernel_size), _("stride {cells}").format(cells=_pair(stage.strides))]
    if stage.dilations != (1, 1):
        parts.append(_("dilation {cells}").format(cells=_pair(stage.dilations)))
    if stage.groups > 1:
        parts.append(translate_count("{count} group", "{count} groups", stage.groups))
    if stage.flip:
        parts.append(_("flipped"))
    return ", ".join(parts)


def padding_settings(stage: Convolution) -> str:
    """Return a convolution's padding in a few words."""
    if not any(stage.sides):
        return _("none")
    modes = {"zeros": _("zeros"), "reflect": _("reflect"), "replicate": _("replicate"), "circular": _("circular")}
    cells = str(stage.sides[0]) if len(set(stage.sides)) == 1 else "/".join(map(str, stage.sides))
    return f"{stage.padding if isinstance(stage.padding, str) else cells}, {modes[stage.padding_mode]}"


def _sides(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _pair(numbers: tuple[int, int]) -> str:
    return str(numbers[0]) if numbers[0] == numbers[1] else f"{numbers[0]}×{numbers[1]}"


def channel_name(channel: int, channels: int) -> str:
    """Return a channel's name: R, G, B for images of three, else its number."""
    return "RGB"[channel] if channels == 3 else str(channel)


def shape_text(shape: Shape) -> str:
    """Write a shape shortly: channels × height × width."""
    return " × ".join(str(size) for size in shape)


def size_formula(experiment: Experiment, index: int) -> str:
    """Write the size formula of a stage with its numbers put in, for height and width.

    floor((I - k + p + p) / s) + 1, where k is the kernel's reach; with the floor and what it cuts off.
    """
    stage = experiment.stages[index]
    shape = experiment.input_shape(index)
    if isinstance(stage, Flatten):
        return " · ".join(str(size) for size in shape) + f" = {experiment.shapes[index][0]}"
    if isinstance(stage, Activation) or len(shape) != 3:
        return ""
    kernel = stage.kernel_size if isinstance(stage, Convolution) else stage.kernel
    dilations = stage.dilations if isinstance(stage, Convolution) else (1, 1)
    top, bottom, left, right = stage.sides
    ceil = isinstance(stage, Pooling) and stage.ceil_mode
    lines = [
        _axis_formula(size, k, d, s, before, after, out, ceil)
        for size, k, d, s, before, after, out in zip(
            shape[1:], kernel, dilations, stage.strides, (top, left), (bottom, right), experiment.shapes[index][1:],
            strict=True,
        )
    ]  # fmt: skip
    if lines[0] == lines[1]:
        return _unbroken(lines[0])
    height, width = _("height"), _("width")
    return _unbroken(f"{height}: {lines[0]}\n{width}: {lines[1]}")


def _unbroken(formula: str) -> str:
    """Let a formula break only between its parts, as far as these are short enough for a narrow card."""
    parts = formula.split(",  ")
    return ",  ".join(part.replace(" ", "\u00a0") if len(part) <= 20 else part for part in parts)


def _axis_formula(
    size: int, kernel: int, dilation: int, stride: int, before: int, after: int, out: int, ceil: bool
) -> str:
    reach = window_reach(kernel, dilation)
    padding = f"2·{before}" if before == after else f"{before} + {after}"
    window = f"({dilation}·({kernel} - 1) + 1)" if dilation > 1 else str(kernel)
    room = size + before + after - reach
    text = f"{size} - {window} + {padding} = {room}"
    if stride == 1:
        return f"{text},  {room} + 1 = {out}"
    whole = out - 1
    if room % stride == 0:
        division = f"{room}/{stride} = {whole}"
    else:
        left, right = ("⌈", "⌉") if ceil and whole * stride > room else ("⌊", "⌋")
        division = f"{left}{room}/{stride}{right} = {left}{room / stride:.3g}{right} = {whole}"
    return f"{text},  {division},  {whole} + 1 = {out}"


def unvisited_cells(experiment: Experiment, index: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows and columns of a stage's padded input that none of its windows reads."""
    stage = experiment.stages[index]
    if not isinstance(stage, Convolution | Pooling):
        return (), ()
    _channels, height, width = experiment.input_shape(index)
    kernel = stage.kernel_size if isinstance(stage, Convolution) else stage.kernel
    dilations = stage.dilations if isinstance(stage, Convolution) else (1, 1)
    top, bottom, left, right = stage.sides
    _, rows, columns = experiment.shapes[index]
    return (
        unvisited(height, kernel[0], stage.strides[0], (top, bottom), dilations[0], rows),
        unvisited(width, kernel[1], stage.strides[1], (left, right), dilations[1], columns),
    )


def unvisited_text(rows: tuple[int, ...], columns: tuple[int, ...]) -> str:
    """Name the rows and columns that are never read; nothing where there are none."""
    parts = []
    if rows:
        name = translate_count("row", "rows", len(rows))
        parts.append(f"{name} {_listed(rows)}")
    if columns:
        name = translate_count("column", "columns", len(columns))
        parts.append(f"{name} {_listed(columns)}")
    return _("Never read: {cells}").format(cells=", ".join(parts)) if parts else ""


def _listed(numbers: tuple[int, ...]) -> str:
    """Write indices shortly: runs as a-b, long lists cut."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}–{numbers[-1]}"
    return ", ".join(map(str, numbers)) if len(numbers) <= 6 else f"{', '.join(map(str, numbers[:5]))}, …"
