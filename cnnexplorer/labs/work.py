"""How much set-ups make the program compute and hold: counted before anything is computed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core import Activation, Convolution, Pooling, SettingError
from cnnexplorer.core.images import inspect_image

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.core import Experiment

MOST_PRODUCTS = 300_000_000  # of a lab: about a second; no lab may keep the program busy for longer
MOST_VALUES = 6_000_000  # of one set-up: 48 MB, and what is held in between
MOST_ALL_VALUES = 15_000_000  # of a lab

# what takes as long as how many products
_ACTIVATION = 20  # a value of the slowest activation
_PIXEL, _JPEG_PIXEL = 36, 10  # reading a pixel of a picture's file; a JPEG is made smaller while it is decoded
_BYTE = 10  # looking through a file for the frames in it


class Work(NamedTuple):
    """What an experiment takes: the numbers that are held, and the products that are computed."""

    values: int
    products: int


def work_of(experiment: Experiment) -> Work:
    """Return what an experiment takes, the cells of the padding counted along.

    >>> from cnnexplorer.core import Convolution, Experiment
    >>> work_of(Experiment([[[1, 2, 3]]], (Convolution([[[[1, 1]]]], padding=1),)))
    Work(values=30, products=39)
    """
    values, products = experiment.image.size, 0
    for index, (stage, shape) in enumerate(zip(experiment.stages, experiment.shapes, strict=True)):
        padded = 0
        if isinstance(stage, Convolution | Pooling) and any(stage.sides):
            top, bottom, left, right = stage.sides
            channels, height, width = experiment.input_shape(index)
            padded = channels * (height + top + bottom) * (width + left + right)
        each = _ACTIVATION if isinstance(stage, Activation) else 1
        if isinstance(stage, Convolution):
            each = math.prod(stage.weight.shape[1:])
        values += math.prod(shape) + padded
        products += math.prod(shape) * each + padded
    return Work(values, products)


def check_work(experiment: Experiment) -> Work:
    """Return what a set-up takes.

    Raises
    ------
    SettingError
        More than one set-up may take.
    """
    work = work_of(experiment)
    if work.products > MOST_PRODUCTS:
        raise SettingError(
            "this set-up takes {count} million products, and {limit} million are the most: use a smaller picture or "
            "fewer filters",
            count=_millions(work.products),
            limit=MOST_PRODUCTS // 10**6,
        )
    if work.values > MOST_VALUES:
        raise SettingError(
            "this set-up has {count} million numbers, and {limit} million are the most: use a smaller picture, less "
            "padding or fewer filters",
            count=_millions(work.values),
            limit=MOST_VALUES // 10**6,
        )
    return work


def _millions(count: int) -> int:
    return -(-count // 10**6)


class Budget:
    """What the set-ups of one lab may take together."""

    def __init__(self) -> None:
        self._values = self._products = 0

    @property
    def spent(self) -> bool:
        """Whether they take too much."""
        return self._values > MOST_ALL_VALUES or self._products > MOST_PRODUCTS

    def take_picture(self, path: Path) -> None:
        """Count the reading of a picture's file, of which only the header is looked at.

        Raises
        ------
        ImageError
            It is no picture.
        SettingError
            It takes too long, or all so far do together.
        """
        size = path.stat().st_size
        self._products += _BYTE * size
        if not self.spent:
            picture = inspect_image(path)
            each = _JPEG_PIXEL if picture.format == "JPEG" else _PIXEL
            self._products += max(each * picture.width * picture.height - _BYTE * size, 0)
        if self.spent:
            raise SettingError(
                "reading the pictures up to here takes too long for a lab: make them smaller, or make two labs of it"
            )

    def take(self, experiment: Experiment) -> None:
        """Count a set-up.

        Raises
        ------
        SettingError
            It takes too much, or all so far do together.
        """
        work = check_work(experiment)
        self._values += work.values
        self._products += work.products
        if self._products > MOST_PRODUCTS:
            raise SettingError(
                "all set-ups up to here take {count} million products together, and {limit} million are the most of a "
                "lab: use smaller pictures, or make two labs of it",
                count=_millions(self._products),
                limit=MOST_PRODUCTS // 10**6,
            )
        if self._values > MOST_ALL_VALUES:
            raise SettingError(
                "all set-ups up to here have {count} million numbers together, and {limit} million are the most of a "
                "lab: use smaller pictures, or make two labs of it",
                count=_millions(self._values),
                limit=MOST_ALL_VALUES // 10**6,
            )
