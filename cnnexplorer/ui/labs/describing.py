"""From what a workspace shows back to a lab's settings, and those as TOML."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling
from cnnexplorer.core.kernels import PRESETS
from cnnexplorer.core.messages import UserError
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.labs.model import ActivationSpec, ConvolutionSetup, ConvolutionSpec, FlattenSpec, PoolingSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Stage
    from cnnexplorer.labs.model import NetworkSetup, StageSpec

MOST_WRITTEN = 400  # numbers of an image that stand in a lab's file
LARGEST_COMPARED = 400_000  # values of an image that is compared with the samples


def setup_of(experiment: Experiment, for_file: bool = True) -> ConvolutionSetup:
    """Return the settings that make an experiment.

    Parameters
    ----------
    for_file
        Whether they are to be written down: then a sample is called by its name, and other images are small. Draws
        all samples: to be called off the GUI thread.

    Raises
    ------
    UserError
        The image is too large to be written down.

    Examples
    --------
    >>> from cnnexplorer.core import Experiment
    >>> experiment = Experiment([[[0, 1], [2, 3]]], (Activation("relu"),))
    >>> setup_of(experiment).image
    ((0, 1), (2, 3))
    """
    image = _named(experiment.image) if for_file else _nested(experiment.image)
    return ConvolutionSetup(image, stages=tuple(_spec(stage) for stage in experiment.stages))


def as_toml(setup: ConvolutionSetup | NetworkSetup) -> str:
    """Return settings as the lines of a TOML table; what is as it is by itself is left out.

    >>> print(as_toml(ConvolutionSetup("stripes", stages=(ActivationSpec("relu"),))))
    workspace = "convolution"
    image = "stripes"
    stages = [
      { kind = "activation", name = "relu" },
    ]
    """
    lines = []
    for key, value in _shortened(setup).items():
        if key == "stages":
            rows = "".join(f"  {_value(stage)},\n" for stage in value)
            lines.append(f"stages = [\n{rows}]")
        elif key == "image" and not isinstance(value, str):
            rows = "".join(f"  {_value(row)},\n" for row in value)
            lines.append(f"image = [\n{rows}]")
        else:
            lines.append(f"{key} = {_value(value)}")
    return "\n".join(lines)


def _named(image: NDArray[np.float64]) -> str | tuple[Any, ...]:
    for id_ in SAMPLES if image.size <= LARGEST_COMPARED else ():
        if np.array_equal(make_sample(id_), image):
            return id_
    if image.size > MOST_WRITTEN:
        raise UserError(
            "the picture has {count} numbers, too many for a lab's file: save it as a picture beside it, and write "
            "its name there",
            count=image.size,
        )
    return _nested(image)


def _nested(image: NDArray[np.float64]) -> tuple[Any, ...]:
    rows = _rows(image)
    return rows[0] if len(rows) == 1 else rows  # type: ignore[no-any-return]


def _rows(array: NDArray[np.float64]) -> Any:  # noqa: ANN401  # nested tuples
    if array.ndim:
        return tuple(_rows(part) for part in array)
    return _number(float(array))


def _number(value: float) -> float | int:
    return int(value) if math.isfinite(value) and value == int(value) else value


def _spec(stage: Stage) -> StageSpec:
    if isinstance(stage, Activation):
        return ActivationSpec(stage.name, dict(stage.parameters))
    if isinstance(stage, Flatten):
        return FlattenSpec()
    if isinstance(stage, Pooling):
        top, bottom, left, right = stage.sides
        assert (top, left) == (bottom, right)  # poolings pad both sides alike
        return PoolingSpec(
            stage.kind, _pair(stage.kernel), None if stage.strides == stage.kernel else _pair(stage.strides),
            _pair((top, left)), stage.ceil_mode, stage.count_include_pad,
        )  # fmt: skip
    return _convolution(stage)


def _convolution(stage: Convolution) -> ConvolutionSpec:
    bias = None if stage.bias is None or not np.any(stage.bias) else tuple(_number(float(b)) for b in stage.bias)
    padding: Any = stage.padding
    if isinstance(padding, tuple) and len(set(padding)) == 1:
        padding = padding[0]
    return ConvolutionSpec(
        tuple(_filter(planes) for planes in stage.weight), bias, _pair(stage.strides), padding,
        _pair(stage.dilations), stage.groups, stage.padding_mode, stage.flip,
    )  # fmt: skip


def _filter(planes: NDArray[np.float64]) -> Any:  # noqa: ANN401  # a name, or nested tuples
    if len(planes) == 1 or all(np.array_equal(planes[0], plane) for plane in planes):
        for known in PRESETS:
            if np.array_equal(np.array(known.matrix), planes[0]):
                return known.id
        return _rows(planes[0])
    return _rows(planes)


def _pair(values: tuple[int, int]) -> Any:  # noqa: ANN401  # one number for both
    return values[0] if values[0] == values[1] else values


def _shortened(value: msgspec.Struct) -> dict[str, Any]:
    """Return a setting as a dictionary, without what is as it is by itself."""
    config = value.__struct_config__
    found: dict[str, Any] = {}
    if config.tag is not None:
        found[str(config.tag_field)] = config.tag
    for name, default in zip(value.__struct_fields__, _defaults(value), strict=True):
        mine = getattr(value, name)
        if name in ("image", "name", "filters", "takes", "size") or mine != default:
            found[name] = mine
    return found


def _defaults(value: msgspec.Struct) -> list[Any]:
    fields = msgspec.structs.fields(value)
    return [
        field.default_factory() if field.default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT
        else field.default
        for field in fields
    ]  # fmt: skip


def _value(value: object) -> str:
    if isinstance(value, msgspec.Struct):
        value = _shortened(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
