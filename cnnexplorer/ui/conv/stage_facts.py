"""Every parameter of a stage as lines of a caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, format_number
from cnnexplorer.ui.language import _, translate_count

from .names import channel_name, padding_settings, shape_text, stage_settings, stage_titles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Stage

    Fact = tuple[str, str]

MAX_WEIGHTS = 75  # numbers of a filter that a caption writes out: a 5x5 of three planes
_DIGITS = 6


def stage_facts(stage: Stage, channel: int | None) -> list[Fact]:
    """Return a stage's parameters; of a convolution those of one filter, where a channel is given."""
    if isinstance(stage, Convolution):
        return _convolution_facts(stage, channel)
    if isinstance(stage, Pooling):
        return _pooling_facts(stage)
    if isinstance(stage, Flatten):
        return []
    assert isinstance(stage, Activation)
    numbers = [(name, format_value(value)) for name, value in stage.parameters.items()]
    return [(_("Function"), stage_settings(stage)), *numbers]


def _convolution_facts(stage: Convolution, channel: int | None) -> list[Fact]:
    facts = [
        (_("Size"), shape_text(stage.kernel_size)),
        (_("Stride"), shape_text(stage.strides)),
        (_("Padding"), padding_settings(stage)),
        (_("Dilation"), shape_text(stage.dilations)),
        (_("Groups"), str(stage.groups)),
        (_("Filters"), str(stage.out_channels)),
    ]
    if stage.flip:
        facts.append((_("Convolution"), _("Mathematical: kernel flipped")))
    if channel is None and stage.out_channels > 1:
        return facts
    place = channel or 0
    if stage.bias is not None:
        facts.append((_("Bias"), format_number(float(stage.bias[place]), _DIGITS)))
    facts += weight_facts(stage.weight[place])
    return facts


def weight_facts(weight: NDArray[np.float64]) -> list[Fact]:
    """Return the numbers of a filter (planes, kh, kw), where they are not too many for a caption."""
    if weight.size > MAX_WEIGHTS:
        return []
    planes = len(weight)
    return [
        (
            _("Kernel") if planes == 1 else _("Kernel, plane {plane}").format(plane=channel_name(plane, planes)),
            matrix_text(matrix),
        )
        for plane, matrix in enumerate(weight)
    ]


def _pooling_facts(stage: Pooling) -> list[Fact]:
    top, _bottom, left, _right = stage.sides
    facts = [
        (_("Size"), shape_text(stage.kernel)),
        (_("Stride"), shape_text(stage.strides)),
        (_("Padding"), shape_text((top, left))),
        (_("Rounding"), _("Up: partial ones too") if stage.ceil_mode else _("Down: whole windows")),
    ]
    if stage.kind == "average":
        counted = _("The whole window") if stage.count_include_pad else _("Only cells of the image")
        facts.append((_("Divided by"), counted))
    return facts


def matrix_text(matrix: NDArray[np.float64]) -> str:
    """Write a matrix in a line.

    >>> import numpy as np
    >>> matrix_text(np.array([[1.0, -0.5], [0.0, 2.0]]))
    '[[1, -0.5], [0, 2]]'
    """
    rows = (", ".join(format_number(value, _DIGITS) for value in row) for row in matrix.tolist())
    return "[" + ", ".join(f"[{row}]" for row in rows) + "]"


def in_words(experiment: Experiment) -> str:
    """Return an experiment's settings in words: a line for the image, and one for each stage with its output's size."""
    lines = [f"{_('Input')}: {shape_text(experiment.image.shape)}"]
    for title, stage, shape in zip(stage_titles(experiment.stages), experiment.stages, experiment.shapes, strict=True):
        parts = [stage_settings(stage), *(_convolution_words(stage) if isinstance(stage, Convolution) else ())]
        lines.append(f"{title}: {', '.join(part for part in parts if part)} → {shape_text(shape)}")
    return "\n".join(lines)


def _convolution_words(stage: Convolution) -> list[str]:
    parts = [_("padding {cells}").format(cells=padding_settings(stage))]
    if stage.out_channels > 1:
        parts.append(translate_count("{count} filter", "{count} filters", stage.out_channels))
    if stage.bias is not None and stage.bias.any():
        parts.append(f"{_('Bias').lower()} {', '.join(format_number(bias, _DIGITS) for bias in stage.bias.tolist())}")
    if stage.out_channels == 1 and stage.weight.size <= MAX_WEIGHTS:
        parts.append(f"{_('Kernel').lower()} {' '.join(matrix_text(plane) for plane in stage.weight[0])}")
    return parts


def format_value(value: float | str) -> str:
    """Write a parameter, which may be a word."""
    return value if isinstance(value, str) else format_number(float(value), _DIGITS)
