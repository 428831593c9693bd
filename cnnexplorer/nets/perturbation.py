"""What can be done to a picture before a network sees it, to find out what its layers make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from cnnexplorer.core.messages import SettingError

GREY = 0.5


@dataclass(frozen=True)
class Perturbation:
    """A disturbance of a picture with values from 0 to 1. The defaults change nothing.

    Applied in this order: rotation and shift, blur, brightness, noise, patch.

    Attributes
    ----------
    noise
        Standard deviation of Gaussian noise, in units of the picture's values.
    blur
        Standard deviation of a Gaussian blur, in pixels.
    brightness
        Added to every value.
    rotation
        Counterclockwise, in degrees, around the middle; what comes in from outside is black.
    shift
        (down, right), in pixels; what comes in from outside is black.
    patch_size
        Side of a grey square that hides a part, in pixels; 0 for none.
    patch
        (row, column) of the square's middle, as shares of the height and the width.
    seed
        Of the noise: the same seed gives the same noise.
    """

    noise: float = 0.0
    blur: float = 0.0
    brightness: float = 0.0
    rotation: float = 0.0
    shift: tuple[int, int] = (0, 0)
    patch_size: int = 0
    patch: tuple[float, float] = (0.5, 0.5)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**63:
            raise SettingError("the seed {seed} is none: use a whole number from 0 to 2^63 - 1", seed=self.seed)

    @property
    def is_neutral(self) -> bool:
        """Whether it changes nothing."""
        return self == Perturbation(patch=self.patch, seed=self.seed)

    def apply(self, image: torch.Tensor) -> torch.Tensor:
        """Return a picture disturbed: (3, H, W) -> (3, H, W), with values from 0 to 1, on the same device.

        >>> Perturbation(brightness=0.25).apply(torch.tensor([[[0.5, 0.9]]])).tolist()
        [[[0.75, 1.0]]]
        """
        if self.is_neutral:
            return image
        if self.rotation or self.shift != (0, 0):
            image = _moved(image, self.rotation, self.shift)
        if self.blur:
            image = _blurred(image, self.blur)
        if self.brightness:
            image = image + self.brightness
        if self.noise:
            # drawn on the CPU: the same seed gives the same noise on every device
            generator = torch.Generator().manual_seed(self.seed)
            image = image + self.noise * torch.randn(image.shape, generator=generator).to(image.device)
        image = image.clamp(0, 1)
        if self.patch_size:
            image = _patched(image, self.patch_size, self.patch)
        return image


def _moved(image: torch.Tensor, degrees: float, shift: tuple[int, int]) -> torch.Tensor:
    _planes, height, width = image.shape
    down, right = shift
    if not degrees:  # whole pixels stay what they are
        result = torch.zeros_like(image)
        rows, columns = max(height - abs(down), 0), max(width - abs(right), 0)
        if rows and columns:
            to_y, to_x = max(down, 0), max(right, 0)
            from_y, from_x = max(-down, 0), max(-right, 0)
            result[:, to_y : to_y + rows, to_x : to_x + columns] = image[
                :, from_y : from_y + rows, from_x : from_x + columns
            ]
        return result
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    # where each pixel comes from, in pixels from the middle: y points down, so that the sign of the sine is turned
    ys = torch.arange(height, device=image.device) - (height - 1) / 2 - down
    xs = torch.arange(width, device=image.device) - (width - 1) / 2 - right
    sources_x = (cos * xs[None, :] - sin * ys[:, None]) * 2 / width
    sources_y = (sin * xs[None, :] + cos * ys[:, None]) * 2 / height
    grid = torch.stack([sources_x, sources_y], dim=-1)[None].to(image.dtype)  # (1, H, W, 2)
    return functional.grid_sample(image[None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[0]


def _blurred(image: torch.Tensor, deviation: float) -> torch.Tensor:
    radius = max(math.ceil(3 * deviation), 1)
    offsets = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
    weights = torch.exp(-(offsets**2) / (2 * deviation**2))
    weights = (weights / weights.sum()).expand(image.shape[0], 1, 1, -1)
    planes = functional.pad(image[None], (radius,) * 4, mode="replicate")
    planes = functional.conv2d(planes, weights, groups=image.shape[0])
    return functional.conv2d(planes, weights.transpose(2, 3), groups=image.shape[0])[0]


def _patched(image: torch.Tensor, side: int, middle: tuple[float, float]) -> torch.Tensor:
    _planes, height, width = image.shape
    top, left = round(middle[0] * height - side / 2), round(middle[1] * width - side / 2)
    image = image.clone()
    image[:, max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)] = GREY
    return image
