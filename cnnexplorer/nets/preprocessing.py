"""From a picture to what a network expects: resize, crop, normalise."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from cnnexplorer.core.messages import SettingError, mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .catalog import Size, Triple

_LONG = 8  # a side that is that many times as long as the other


@dataclass(frozen=True)
class Preprocessing:
    """What is done to a picture with values from 0 to 1 before a network sees it. None leaves a step out.

    Attributes
    ----------
    resize
        The shorter side becomes that long, in pixels.
    crop
        (height, width) of the piece that is cut out of the middle; zeros around what is smaller.
    mean, deviation
        Each colour channel becomes (value - mean) / deviation.
    """

    resize: int | None = 256
    crop: Size | None = (224, 224)
    mean: Triple | None = (0.485, 0.456, 0.406)
    deviation: Triple = (0.229, 0.224, 0.225)

    @property
    def geometry(self) -> Preprocessing:
        """Resizing and cropping alone."""
        return replace(self, mean=None)

    @property
    def normalisation(self) -> Preprocessing:
        """Normalising alone."""
        return replace(self, resize=None, crop=None)

    def apply(self, image: torch.Tensor) -> torch.Tensor:
        """Return the picture as the network wants it: (3, H, W) -> (3, height, width), on the same device."""
        if self.resize is not None:
            image = image if self.crop is None else _without_ends(image, self.resize, self.crop)
            height, width = image.shape[1:]
            shorter = min(height, width)
            size = [self.resize * height // shorter, self.resize * width // shorter]
            if size != [height, width]:
                image = functional.interpolate(
                    image[None], size=size, mode="bilinear", align_corners=False, antialias=True
                )[0]
        if self.crop is not None:
            image = _cropped(image, self.crop)
        if self.mean is not None:
            mean, deviation = (torch.tensor(values, device=image.device)[:, None, None] for values in self._channels())
            image = (image - mean) / deviation
        return image

    def _channels(self) -> tuple[Triple, Triple]:
        assert self.mean is not None
        return self.mean, self.deviation

    def source_position(self, size: Size, row: float, column: float) -> tuple[float, float]:
        """Return which pixel (row, column) of a picture of a size a pixel of the prepared one comes from.

        >>> Preprocessing(resize=4, crop=(2, 2)).source_position((8, 8), 0, 0)
        (2.5, 2.5)
        """
        height, width = size
        shorter = min(height, width)
        resized = size if self.resize is None else (self.resize * height // shorter, self.resize * width // shorter)
        top, left = (0, 0) if self.crop is None else _corner(resized, self.crop)
        return (row + top + 0.5) * height / resized[0] - 0.5, (column + left + 0.5) * width / resized[1] - 0.5

    def sentences(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Return what is done, step by step: English templates, marked for translation, and their values."""
        steps: list[tuple[str, dict[str, Any]]] = []
        if self.resize is not None:
            steps.append((mark("resized: the shorter side to {side} pixels"), {"side": self.resize}))
        if self.crop is not None:
            steps.append(
                (
                    mark("cropped: {height}×{width} from the middle"),
                    {"height": self.crop[0], "width": self.crop[1]},
                )
            )
        if self.mean is not None:
            steps.append(
                (
                    mark("normalised: (value − {mean}) / {deviation} in red, green and blue"),
                    {
                        "mean": ", ".join(map(str, self.mean)),
                        "deviation": ", ".join(map(str, self.deviation)),
                    },
                )
            )
        return tuple(steps)


def _without_ends(image: torch.Tensor, resize: int, crop: Size) -> torch.Tensor:
    """Return a long thin picture without most of what is cropped anyway: resized, it would take gigabytes."""
    shorter = min(image.shape[1:])
    for axis, wanted in enumerate(crop, start=1):
        have, needed = image.shape[axis], -(-wanted * shorter // resize) + 8
        if have > _LONG * shorter and have > needed:
            ends = (have - needed) // 2  # the same at both: the middle stays the middle
            image = image.narrow(axis, ends, have - 2 * ends)
    return image


def _cropped(image: torch.Tensor, crop: Size) -> torch.Tensor:
    height, width = image.shape[1:]
    missing_h, missing_w = max(crop[0] - height, 0), max(crop[1] - width, 0)
    if missing_h or missing_w:
        sides = (missing_w // 2, (missing_w + 1) // 2, missing_h // 2, (missing_h + 1) // 2)
        image = functional.pad(image, sides)
        height, width = image.shape[1:]
    top, left = _corner((height, width), crop)
    return image[:, top : top + crop[0], left : left + crop[1]]


def _corner(size: Size, crop: Size) -> tuple[int, int]:
    """Return where the piece in the middle begins; negative where it is larger than the picture."""
    top, left = (
        round((have - wanted) / 2) if have >= wanted else -((wanted - have) // 2)
        for have, wanted in zip(size, crop, strict=True)
    )
    return top, left


def as_picture(image: torch.Tensor | NDArray[Any]) -> torch.Tensor:
    """Return a picture as a float32 tensor of shape (3, H, W); grey is repeated for the three colours.

    Raises
    ------
    SettingError
        A `ValueError`: not of shape (3, H, W) or (1, H, W), or without pixels.
    """
    # copied: arrays are often read-only, which torch warns of
    tensor = image if isinstance(image, torch.Tensor) else torch.from_numpy(np.array(image, np.float32, order="C"))
    if tensor.ndim != 3 or tensor.shape[0] not in (1, 3) or math.prod(tensor.shape) == 0:
        raise SettingError(
            "an image of shape {shape} does not fit: use (3, height, width) in colour or (1, height, width) in grey",
            shape=tuple(tensor.shape),
        )
    tensor = tensor.detach().to(torch.float32)
    return tensor.expand(3, -1, -1) if tensor.shape[0] == 1 else tensor
