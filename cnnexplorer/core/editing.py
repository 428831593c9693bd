"""Edits of experiments: each takes one and gives a new one, with the stages after it made to fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from .experiment import Experiment
from .kernels import resize_kernel
from .messages import SettingError
from .stages import Activation, Convolution, Flatten, Pooling, as_real

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .stages import Stage

MAX_STAGES = 24
MAX_FILTERS = 16


def with_image(experiment: Experiment, image: ArrayLike) -> Experiment:
    """Return the experiment with another image; kernels are given as many planes as it has channels."""
    array = as_real(image)
    if array.ndim != 3:
        raise SettingError("an array of shape {shape} is no image: give (channels, height, width)", shape=array.shape)
    return Experiment(array, fit_channels(experiment.stages, array.shape[0]))


def with_fitting_image(experiment: Experiment, image: NDArray[np.float64]) -> tuple[Experiment, int]:
    """Return the experiment with another image, and how many stages at the end had to go because they do not fit it."""
    stages = experiment.stages
    while True:
        try:
            return Experiment(image, fit_channels(stages, image.shape[0])), len(experiment.stages) - len(stages)
        except SettingError as error:
            if error.stage is None:
                raise
            stages = stages[: error.stage]


def with_stages(experiment: Experiment, stages: tuple[Stage, ...]) -> Experiment:
    """Return the experiment with other stages, whose kernels are given the planes that they need."""
    if len(stages) > MAX_STAGES:
        raise SettingError("{count} stages are too many: use at most {limit}", count=len(stages), limit=MAX_STAGES)
    return Experiment(experiment.image, fit_channels(stages, experiment.image.shape[0]))


def with_stage(experiment: Experiment, index: int, stage: Stage) -> Experiment:
    """Return the experiment with one stage replaced."""
    _check_index(index, len(experiment.stages))
    return with_stages(experiment, (*experiment.stages[:index], stage, *experiment.stages[index + 1 :]))


def insert_stage(experiment: Experiment, index: int, stage: Stage) -> Experiment:
    """Return the experiment with a stage put in before position `index`."""
    _check_index(index, len(experiment.stages) + 1)
    return with_stages(experiment, (*experiment.stages[:index], stage, *experiment.stages[index:]))


def remove_stage(experiment: Experiment, index: int) -> Experiment:
    """Return the experiment without a stage."""
    _check_index(index, len(experiment.stages))
    return with_stages(experiment, (*experiment.stages[:index], *experiment.stages[index + 1 :]))


def move_stage(experiment: Experiment, index: int, target: int) -> Experiment:
    """Return the experiment with a stage moved to position `target`."""
    _check_index(index, len(experiment.stages))
    _check_index(target, len(experiment.stages))
    stages = list(experiment.stages)
    stages.insert(target, stages.pop(index))
    return with_stages(experiment, tuple(stages))


def _check_index(index: int, count: int) -> None:
    if not 0 <= index < count:
        raise IndexError(f"stage {index} of {count}")


def fit_channels(stages: tuple[Stage, ...], channels: int) -> tuple[Stage, ...]:
    """Give each convolution as many planes as its input has channels: the first planes are kept, the last repeated."""
    fitted: list[Stage] = []
    for stage in stages:
        if isinstance(stage, Convolution):
            if stage.in_channels != channels:
                stage = _with_planes(stage, channels)
            channels = stage.out_channels
        fitted.append(stage)
    return tuple(fitted)


def _with_planes(stage: Convolution, channels: int) -> Convolution:
    if channels % stage.groups:
        raise SettingError(
            "an input of {channels} channels cannot be divided into {groups} groups: use 1 group first",
            channels=channels,
            groups=stage.groups,
        )
    planes = channels // stage.groups
    kept = np.minimum(np.arange(planes), stage.weight.shape[1] - 1)
    return replace(stage, weight=stage.weight[:, kept])


def with_groups(stage: Convolution, groups: int) -> Convolution:
    """Return a convolution in other groups, with the planes that these need."""
    if groups < 1 or stage.in_channels % groups or stage.out_channels % groups:
        raise SettingError(
            "{channels} channels and {filters} filters cannot be divided into {groups} groups: use a divisor of both",
            channels=stage.in_channels,
            filters=stage.out_channels,
            groups=groups,
        )
    planes = stage.in_channels // groups
    kept = np.minimum(np.arange(planes), stage.weight.shape[1] - 1)
    return replace(stage, weight=stage.weight[:, kept], groups=groups)


def with_kernel(stage: Convolution, filter_index: int, plane: int | None, kernel: NDArray[np.float64]) -> Convolution:
    """Return a convolution with one kernel plane (every plane of the filter for None) replaced.

    For every plane the kernel may be (kh, kw), or (planes, kh, kw) with another for each.

    Where the kernel has another size, every kernel of the bank takes that size, cut or filled up with zeros.
    """
    from_size, to_size = stage.kernel_size, kernel.shape[-2:]
    weight = stage.weight.copy() if from_size == to_size else resize_kernel(stage.weight, *to_size)
    weight[filter_index, slice(None) if plane is None else plane] = kernel
    return replace(stage, weight=weight)


def with_bias(stage: Convolution, filter_index: int, bias: float) -> Convolution:
    """Return a convolution with the bias of one filter set; no bias at all where every one is 0."""
    biases = np.zeros(stage.out_channels) if stage.bias is None else stage.bias.copy()
    biases[filter_index] = bias
    return replace(stage, bias=biases if biases.any() else None)


def add_filter(stage: Convolution, kernel: NDArray[np.float64]) -> Convolution:
    """Return a convolution with one more filter of that kernel, (kh, kw), on every plane; it takes the bank's size."""
    if stage.out_channels >= MAX_FILTERS:
        raise SettingError("the bank is full: {limit} filters are the most", limit=MAX_FILTERS)
    if stage.groups > 1:
        raise SettingError("a bank in {groups} groups takes no single filter: use 1 group first", groups=stage.groups)
    planes = np.broadcast_to(resize_kernel(kernel, *stage.kernel_size), (1, stage.weight.shape[1], *stage.kernel_size))
    bias = None if stage.bias is None else np.append(stage.bias, 0.0)
    return replace(stage, weight=np.concatenate([stage.weight, planes]), bias=bias)


def remove_filter(stage: Convolution, filter_index: int) -> Convolution:
    """Return a convolution without one filter; the last one stays."""
    if stage.out_channels == 1:
        raise SettingError("the last filter cannot be removed: a convolution needs one")
    if stage.groups > 1:
        raise SettingError(
            "a bank in {groups} groups gives up no single filter: use 1 group first", groups=stage.groups
        )
    bias = None if stage.bias is None else np.delete(stage.bias, filter_index)
    return replace(stage, weight=np.delete(stage.weight, filter_index, axis=0), bias=bias)


def resize_image(image: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Cut an image or fill it up with zeros at the right and bottom: (C, H, W) -> (C, height, width)."""
    resized = np.zeros((image.shape[0], height, width))
    kept_h, kept_w = min(height, image.shape[1]), min(width, image.shape[2])
    resized[:, :kept_h, :kept_w] = image[:, :kept_h, :kept_w]
    return resized


def with_channels(image: NDArray[np.float64], channels: int) -> NDArray[np.float64]:
    """Turn an image grey (ITU-R 601 luma) or into three equal channels: (C, H, W) -> (channels, H, W)."""
    if image.shape[0] == channels:
        return image
    if channels == 1 and image.shape[0] == 3:
        with np.errstate(all="ignore"):  # NaN and infinity pass
            return np.asarray(np.tensordot([0.299, 0.587, 0.114], image, axes=1)[None])
    if image.shape[0] == 1:
        return np.repeat(image, channels, axis=0)
    raise SettingError(
        "an image of {count} channels cannot become one of {channels}: turn 3 into 1, or 1 into any number",
        count=image.shape[0],
        channels=channels,
    )


def default_stage(kind: Literal["convolution", "activation", "max", "average", "flatten"]) -> Stage:
    """Return the stage that + puts in."""
    if kind == "convolution":
        return Convolution(np.array([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]]]))
    if kind == "activation":
        return Activation("relu")
    if kind == "flatten":
        return Flatten()
    return Pooling(kind, 2)
