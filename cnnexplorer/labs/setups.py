"""From a step's settings to the experiment that the Convolution workspace shows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core import (
    Activation,
    Convolution,
    Experiment,
    Flatten,
    Pooling,
    SettingError,
    load_image,
    load_session,
)
from cnnexplorer.core.editing import fit_channels, with_channels
from cnnexplorer.core.kernels import preset, resize_kernel
from cnnexplorer.core.samples import SAMPLES, add_noise, make_sample
from cnnexplorer.core.stages import as_real, frozen_array

from .model import ActivationSpec, ConvolutionSetup, ConvolutionSpec, FlattenSpec, PoolingSpec, SessionSetup
from .places import file_in, is_file_name
from .sayings import LabError
from .work import MOST_VALUES, check_work

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from cnnexplorer.core import Session, Stage

    from .model import Setup, StageSpec

LONGEST_SIDE = 1024  # pixels of a picture from the lab's folder, or cells of one in the file
MOST_PLANES = 512  # of a picture in the file: each has a place in the window


def experiment_of(setup: ConvolutionSetup, folder: Path | None = None) -> Experiment:
    """Return the experiment that a set-up describes.

    Parameters
    ----------
    folder
        The lab's folder, where a picture file lies.

    Raises
    ------
    SettingError
        A stage cannot be, or does not fit; `.stage` is its index where it is known.
    LabError, ImageError
        The picture is unknown or cannot be read.

    Examples
    --------
    >>> experiment_of(ConvolutionSetup(image="stripes", stages=(ConvolutionSpec(filters=("plus",)),))).shapes
    ((1, 4, 4),)
    """
    image = image_of(setup, folder)
    stages: list[Stage] = []
    channels = len(image)
    for index, spec in enumerate(setup.stages):
        try:
            stage = stage_of(spec, channels)
            stages += fit_channels((stage,), channels)
        except SettingError as error:
            error.stage = index
            raise
        if isinstance(stage, Convolution):
            channels = stage.out_channels
    experiment = Experiment(image, tuple(stages))
    check_work(experiment)
    return experiment


def experiment_for(setup: Setup | None, folder: Path | None) -> Experiment | None:
    """Return what a set-up shows in the Convolution workspace; None where it is none of that."""
    if isinstance(setup, SessionSetup):
        return session_of(setup, folder).experiment
    return experiment_of(setup, folder) if isinstance(setup, ConvolutionSetup) else None


def session_of(setup: SessionSetup, folder: Path | None) -> Session:
    """Return the session in the lab's folder that a set-up names.

    Raises
    ------
    LabError, SessionError
        It is none.
    SettingError
        It takes more work than a set-up may.
    """
    session = load_session(file_in(folder, setup.file), MOST_VALUES)
    check_work(session.experiment)
    return session


def image_of(setup: ConvolutionSetup, folder: Path | None = None) -> NDArray[np.float64]:
    """Return the picture of a set-up: (C, H, W)."""
    if not isinstance(setup.image, str):
        image = array_of(setup.image, (2, 3))
        image = image[None] if image.ndim == 2 else image
        _check_size(image)
    elif setup.image in SAMPLES:
        image = _sample(setup.image)
    elif is_file_name(setup.image):
        image = load_image(file_in(folder, setup.image), max_side=LONGEST_SIDE)
    else:
        raise LabError(
            "there is no picture “{name}”: use one of {names}, or a file in the lab's folder",
            name=setup.image,
            names=", ".join(SAMPLES),
        )
    if setup.grey:
        image = with_channels(image, 1)
    if setup.noise is not None:
        image = add_noise(image, setup.noise.kind, setup.noise.amount, setup.noise.seed)
    return image


def _check_size(image: NDArray[np.float64]) -> None:
    """Refuse a picture that no window can show: of very many planes, or of a very long side."""
    planes, height, width = image.shape
    if planes > MOST_PLANES:
        raise SettingError(
            "a picture has {limit} planes at most, and this one {count}", limit=MOST_PLANES, count=planes
        )
    if max(height, width) > LONGEST_SIDE:
        raise SettingError("a picture has sides of {limit} at most, and this one is {height} × {width}",
                           limit=LONGEST_SIDE, height=height, width=width)  # fmt: skip


@cache
def _sample(name: str) -> NDArray[np.float64]:
    """Draw a sample once for the many steps of a lab that show it."""
    return frozen_array(make_sample(name))


def stage_of(spec: StageSpec, channels: int = 1) -> Stage:
    """Return the stage that a part of a lab file describes, for an input of that many channels."""
    if isinstance(spec, ActivationSpec):
        return Activation(spec.name, **spec.parameters)
    if isinstance(spec, PoolingSpec):
        return Pooling(
            spec.takes,
            _pair(spec.size),
            _pair(spec.stride),
            _pair(spec.padding),
            spec.ceil_mode,
            spec.count_include_pad,
        )
    if isinstance(spec, FlattenSpec):
        return Flatten()
    return Convolution(
        _weights(spec, channels),
        None if spec.bias is None else np.array(spec.bias),
        _pair(spec.stride),
        spec.padding,  # type: ignore[arg-type]  # the convolution checks it
        _pair(spec.dilation),
        spec.groups,
        spec.padding_mode,
        spec.flip,
    )


def array_of(rows: Any, dimensions: tuple[int, ...]) -> NDArray[np.float64]:  # noqa: ANN401  # whatever the file holds
    """Return nested rows of finite numbers as an array with one of the allowed numbers of dimensions."""
    array = as_real(rows)
    if array.ndim not in dimensions or array.dtype.kind == "b":
        raise SettingError("this is no matrix: write it like [[0, 1], [2, 3]]")
    if 0 in array.shape or not np.isfinite(array).all():
        raise SettingError("a matrix needs finite numbers, one or more in each row")
    return np.asarray(array, dtype=np.float64)


def _weights(spec: ConvolutionSpec, channels: int) -> NDArray[np.float64]:
    """Return the weights (filters, planes, kh, kw): a matrix stands on every plane of its filter."""
    kernels = [_kernel(value) for value in spec.filters]
    sizes = {kernel.shape[-2:] for kernel in kernels}
    if len(sizes) > 1:  # a small hand-made kernel among larger ones lies in their middle
        largest = (max(size[0] for size in sizes), max(size[1] for size in sizes))
        kernels = [resize_kernel(kernel, *largest) for kernel in kernels]
    planes = {len(kernel) for kernel in kernels if kernel.ndim == 3} or {max(channels // max(spec.groups, 1), 1)}
    if len(planes) > 1:
        raise SettingError("the filters have different numbers of planes: give each of them as many")
    [count] = planes
    return np.stack([np.broadcast_to(kernel, (count, *kernel.shape[-2:])) for kernel in kernels])


def _kernel(value: Any) -> NDArray[np.float64]:  # noqa: ANN401
    return np.array(preset(value).matrix) if isinstance(value, str) else array_of(value, (2, 3))


def _pair(value: Any) -> Any:  # noqa: ANN401  # checked by the stage
    return tuple(value) if isinstance(value, list | tuple) else value
