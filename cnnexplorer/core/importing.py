"""Images and kernels out of arrays that someone else made: what is taken for what, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .data_reading import read_array
from .editing import MAX_FILTERS, with_kernel
from .messages import DataError, Note, mark
from .session_model import MAX_CHANNELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .stages import Convolution

MAX_SIDE = 2048  # as of pictures
_COLOURS = (1, 3)  # channels that stand last in arrays of pictures
_SMALLEST_PICTURE = 16  # maps smaller than that may have four columns


def read_image(path: Path | str) -> tuple[NDArray[np.float64], Note]:
    """Read an image (C, H, W) from an NPY or CSV file, its numbers as they are, and say what was taken for what.

    Raises
    ------
    DataError
        The file is none of numbers, or they make no image.
    """
    return as_image(read_array(path), Path(path).name)


def as_image(array: NDArray[np.float64], name: str) -> tuple[NDArray[np.float64], Note]:
    """Return an array as an image (C, H, W), and say what was taken for what.

    A matrix is one channel. Three dimensions are channels, height and width; only where the last is 1 or 3 and the
    first is not, the channels stand last. A fourth dimension of length 1 before them is left out.

    >>> [as_image(np.zeros(shape), "a")[0].shape for shape in ((4, 5), (3, 4, 5), (4, 5, 3), (1, 7, 4, 5))]
    [(1, 4, 5), (3, 4, 5), (3, 4, 5), (7, 4, 5)]
    """
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim not in (2, 3):
        raise DataError(
            "{name} has the shape {shape}, which is no image: save a matrix, or channels × height × width",
            name=name,
            shape=_shape(array),
        )
    image, template = array, mark("{name}: {height} × {width}, channels first: {channels}")
    if array.ndim == 2:
        image, template = array[None], mark("{name}: {height} × {width}, one channel")
    elif array.shape[2] in _COLOURS and array.shape[0] not in _COLOURS:
        image = np.ascontiguousarray(array.transpose(2, 0, 1))  # (H, W, C) -> (C, H, W)
        template = mark("{name}: {height} × {width}, channels last: {channels}")
    elif array.shape[2] == 4 and min(array.shape[:2]) >= _SMALLEST_PICTURE:
        raise DataError(
            "{name} has the shape {shape}, with transparency: save it without, as array[:, :, :3]",
            name=name,
            shape=_shape(array),
        )
    channels, height, width = image.shape
    if channels > MAX_CHANNELS:
        raise DataError(
            "{name} has {count} channels, and an image has {limit} at most: save a part of it, such as array[:{limit}]",
            name=name,
            count=channels,
            limit=MAX_CHANNELS,
        )
    if max(height, width) > MAX_SIDE:
        raise DataError(
            "{name} is an image of {height} × {width}, and the longest side is {limit}: save a part of it",
            name=name,
            height=height,
            width=width,
            limit=MAX_SIDE,
        )
    return image, Note(template, {"name": name, "channels": channels, "height": height, "width": width})


def with_kernels(
    stage: Convolution, filter_index: int, plane: int | None, array: NDArray[np.float64], name: str
) -> tuple[Convolution, Note]:
    """Return a convolution with the weights of a file in place of its own, and say what was taken for what.

    Parameters
    ----------
    filter_index, plane
        Where a single kernel goes: a filter of the bank, and one of its planes, or every plane for None.
    array
        (kh, kw): a kernel. (planes, kh, kw): a filter, or a bank of filters where each has one plane.
        (filters, planes, kh, kw): a bank, which takes the place of the whole old one; the bias stays where there are
        as many filters as before.
    name
        What sentences call the file.

    Raises
    ------
    DataError
        The array does not fit the convolution.
    SettingError
        The kernels are too large.
    """
    planes = stage.weight.shape[1]
    if array.ndim == 1:
        array = array[None]
    if array.ndim == 2:
        note = Note(mark("{name}: a kernel of {height} × {width}"), _numbers(array, name))
        return with_kernel(stage, filter_index, plane, array), note
    if array.ndim == 3 and len(array) == planes:
        note = Note(mark("{name}: a filter of {planes} × {height} × {width}"), _numbers(array[None], name))
        return with_kernel(stage, filter_index, None, array), note
    bank = array if array.ndim == 4 else array[:, None]
    if array.ndim not in (3, 4) or bank.shape[1] != planes:
        raise DataError(
            "{name} has the shape {shape}, and the bank here is one of filters × {planes} × height × width: save it "
            "so, with a plane for each channel that a filter reads",
            name=name,
            shape=_shape(array),
            planes=planes,
        )
    if len(bank) > MAX_FILTERS:
        raise DataError(
            "{name} holds {count} filters, and a bank has {limit} at most: save a part of it, such as weight[:{limit}]",
            name=name,
            count=len(bank),
            limit=MAX_FILTERS,
        )
    bias = stage.bias if len(bank) == stage.out_channels else None
    note = Note(mark("{name}: a bank of {count} × {planes} × {height} × {width}"), _numbers(bank, name))
    return replace(stage, weight=bank, bias=bias), note


def _numbers(array: NDArray[np.float64], name: str) -> dict[str, object]:
    count, planes, height, width = (1, 1, 1, 1, *array.shape)[-4:]
    return {"name": name, "count": count, "planes": planes, "height": height, "width": width}


def _shape(array: NDArray[np.float64]) -> str:
    return " × ".join(map(str, array.shape))
