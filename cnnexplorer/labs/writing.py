"""From the present workspace to a lab file: a step's set-up as TOML, put into the text; and a lab to begin with."""

from __future__ import annotations

import json
import math
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, SettingError
from cnnexplorer.core.kernels import PRESETS
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.core.stages import ACTIVATIONS, same_array

from .lines import step_lines
from .model import (
    ActivationSpec,
    At,
    ConvolutionSetup,
    ConvolutionSpec,
    FlattenSpec,
    NetworkSetup,
    PoolingSpec,
)
from .sayings import LabError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Stage
    from cnnexplorer.core.steps import Step as CoreStep

    from .model import Setup, StageSpec

LARGEST_IMAGE = 32 * 32 * 3  # values of a picture that are written into the file

_HEADER = re.compile(r"\s*\[+\s*(steps\.setup(?:\.[\w.]+)?)\s*\]+\s*(#.*)?$")
_INLINE = re.compile(r"\s*setup(\s*=|\s*\.)")


def template(language: str) -> str:
    """Return a small lab with an explanation beside each part, for a teacher to begin with."""
    code = language if language in ("en", "es") else "en"
    return files("cnnexplorer.resources").joinpath("labs", f"template.{code}.toml").read_text(encoding="utf-8")


def setup_of(experiment: Experiment, step: CoreStep | None = None) -> ConvolutionSetup:
    """Return the set-up that makes an experiment again, exactly; `step` is the one that is shown.

    Raises
    ------
    SettingError
        The picture is no sample, and too large to be written into the file: it can be saved beside it as a session.
    """
    at = None if step is None else At(step.stage_index, *step.output)
    return ConvolutionSetup(_image(experiment.image), stages=stages_of(experiment), at=at)


def stages_of(experiment: Experiment) -> tuple[StageSpec, ...]:
    """Return the stages of an experiment as a lab file describes them."""
    return tuple(map(_spec, experiment.stages))


def setup_text(setup: Setup) -> str:
    """Return a set-up as TOML: the table `[steps.setup]`, with what has its usual value left out.

    >>> print(setup_text(ConvolutionSetup(image="patch", stages=(ConvolutionSpec(filters=("plus",), padding=1),))))
    [steps.setup]
    workspace = "convolution"
    image = "patch"
    stages = [
      { kind = "convolution", filters = ["plus"], padding = 1 },
    ]
    """
    lines = ["[steps.setup]"]
    for key, value in _given(setup).items():
        if key == "stages":
            lines += ["stages = [", *(f"  {_toml(stage)}," for stage in value), "]"]
        else:
            lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines)


def with_setup(text: str, step: int, setup: Setup) -> str:
    """Return a lab's text with the set-up of one of its steps (from 0) put in or replaced; all else stays as it is.

    Raises
    ------
    LabError
        The text has no such step, or its set-up is written inside a line, where it cannot be told apart.
    """
    lines = text.splitlines()
    steps = step_lines(text)
    if step >= len(steps):
        raise LabError("the text has {count} steps: there is no step {number}", count=len(steps), number=step + 1)
    first = steps[step].first
    last = steps[step + 1].first if step + 1 < len(steps) else len(lines)
    before, after = _around_setup(lines, steps[step].headers, first, last)
    written = setup_text(setup).splitlines()
    if after:
        joined = [*lines[:first], *before, *written, *after, *lines[last:]]
    else:
        while before and not before[-1].strip():
            before.pop()
        joined = [*lines[:first], *before, *written, *([""] if last < len(lines) else []), *lines[last:]]
    return "\n".join(joined) + "\n"


def _around_setup(lines: list[str], headers: tuple[int, ...], first: int, last: int) -> tuple[list[str], list[str]]:
    """Return a step's lines before its set-up and behind it; all of them before, where it has none."""
    before: list[str] = []
    after: list[str] = []
    comments: list[str] = []  # those at the end of the set-up belong to what comes next
    inside = met = False
    own_keys = True  # before the first table within the step
    for place in range(first, last):
        if place in headers and place > first:
            inside, own_keys = bool(_HEADER.match(lines[place])), False
            met = met or inside
            after += comments
            comments = []
        elif own_keys and place > first and _INLINE.match(lines[place]):
            raise LabError("the set-up of this step is written as “setup = …”: write it as a table [steps.setup] first")
        if not inside:
            (after if met else before).append(lines[place])
        elif lines[place].strip() and not lines[place].lstrip().startswith("#"):
            comments = []
        else:
            comments.append(lines[place])
    return before, after + comments


def _given(value: Any) -> dict[str, Any]:  # noqa: ANN401  # a part of a lab
    """Return the fields of a struct that differ from their defaults, its tag first."""
    found: dict[str, Any] = {}
    config = value.__struct_config__
    if config.tag is not None:
        found[config.tag_field] = config.tag
    for info in msgspec.structs.fields(value):
        part = getattr(value, info.name)
        usual = info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory()
        if info.required or part != usual or (isinstance(value, NetworkSetup) and info.name == "network"):
            found[info.encode_name] = part
    return found


def _toml(value: Any) -> str:  # noqa: ANN401  # whatever a lab holds
    if isinstance(value, msgspec.Struct):
        return _toml(_given(value))
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return _number(float(value))


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise SettingError("a number that is infinite or none cannot stand in a lab file")
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)


def _image(image: NDArray[np.float64]) -> str | tuple[Any, ...]:
    for name in SAMPLES:
        if same_array(make_sample(name), image):
            return name
    if image.size > LARGEST_IMAGE:
        raise SettingError(
            "a picture of {height} × {width} is too large for a lab file: use a sample, or save a session beside it",
            height=image.shape[1],
            width=image.shape[2],
        )
    planes = _rows(image)
    return planes[0] if len(planes) == 1 else planes


def _rows(array: NDArray[np.float64]) -> tuple[Any, ...]:
    return tuple(tuple(tuple(row) for row in plane) for plane in array.tolist())


def _spec(stage: Stage) -> StageSpec:
    if isinstance(stage, Activation):
        usual = ACTIVATIONS[stage.name]
        given = {key: value for key, value in stage.parameters.items() if value != usual[key]}
        return ActivationSpec(stage.name, given)
    if isinstance(stage, Flatten):
        return FlattenSpec()
    if isinstance(stage, Pooling):
        stride = None if stage.strides == stage.kernel else _short(stage.strides)
        padding = _short((stage.sides[0], stage.sides[2]))
        size = _short(stage.kernel)
        return PoolingSpec(stage.kind, size, stride, padding, stage.ceil_mode, stage.count_include_pad)
    bias = None if stage.bias is None else tuple(stage.bias.tolist())
    return ConvolutionSpec(
        tuple(_filter(stage, index) for index in range(stage.out_channels)), bias, _short(stage.strides),
        _padding(stage), _short(stage.dilations), stage.groups, stage.padding_mode, stage.flip,
    )  # fmt: skip


def _filter(stage: Convolution, index: int) -> str | tuple[Any, ...]:
    """Return one filter: the name of a preset or one matrix where all planes are alike, else its planes."""
    planes = _rows(stage.weight[index : index + 1, :].reshape(-1, *stage.kernel_size))
    if any(plane != planes[0] for plane in planes):
        return planes
    return next((preset.id for preset in PRESETS if preset.matrix == planes[0]), planes[0])


def _padding(stage: Convolution) -> Any:  # noqa: ANN401  # as the stage has it
    if isinstance(stage.padding, str):
        return stage.padding
    top, bottom, left, right = stage.sides
    if top == bottom and left == right:
        return _short((top, left))
    return top, bottom, left, right


def _short(pair: tuple[int, int]) -> int | tuple[int, int]:
    return pair[0] if pair[0] == pair[1] else pair
