"""What the first layer makes of real photographs, beside Sobel's and Gabor's filters. They are never shipped."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from cnnexplorer.pretraining.training import normalised
from tests.benchmarks.filter_fits import fit

NAMES = ("china.jpg", "flower.jpg")  # of scikit-learn


def photographs() -> Tensor | None:
    """Return squares of the photographs (N, 3, 224, 224), values from 0 to 1; None without scikit-learn."""
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "datasets" / "images"  # its own import would take seconds
    squares = []
    for name in NAMES:
        with Image.open(folder / name, formats=["JPEG"]) as image:
            picture = np.asarray(image.convert("RGB"), np.float32) / 255
        height, width, _ = picture.shape
        squares += [
            cv2.resize(picture[:, left : left + height], (224, 224), interpolation=cv2.INTER_AREA)
            for left in (0, width - height)
        ]
    return torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2).contiguous()


def likeness(filters: Tensor) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return how like hand-made ones filters (96, 3, 11, 11) answer to photographs; None without photographs.

    The strength of a filter's map is correlated over places with that of Sobel's derivative along the filter's own
    angle, and across it; then with that of the Gabor function of its frequency, of its own angle and across. Anything
    without a mean answers where there is contrast: it is the difference between the two that tells a filter with an
    angle. Strengths are means over 3 x 3 cells; each number is the median over the greyest half of the filters.
    """
    images = photographs()
    if images is None:
        return None
    maps = _strength(functional.conv2d(normalised(images), filters, stride=4, padding=2).square())
    grey = images.mean(dim=1, keepdim=True)
    chosen = filters.mean(dim=1).square().sum(dim=(1, 2)).argsort(descending=True)[: len(filters) // 2]
    fits = fit(filters[chosen])
    found = []
    for index, angle, frequency in zip(
        chosen.tolist(), fits.orientation.tolist(), fits.frequency.tolist(), strict=True
    ):
        own = maps[:, index : index + 1]
        hand_made = [_sobel(angle), _sobel(angle + 90), _gabor(angle, frequency), _gabor(angle + 90, frequency)]
        strengths = [_strength(_convolved(grey, kernels).square().sum(dim=1, keepdim=True)) for kernels in hand_made]
        found.append([_correlation(own, strength) for strength in strengths])
    along, across, wave, crossing = np.median(found, axis=0).tolist()
    return (along, across), (wave, crossing)


def _sobel(angle: float) -> Tensor:
    """Return Sobel's derivative along an angle in degrees, in the middle of (1, 11, 11)."""
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    kernel = float(np.cos(np.radians(angle))) * across + float(np.sin(np.radians(angle))) * across.T
    return functional.pad(kernel[None], (4, 4, 4, 4))


def _gabor(angle: float, frequency: float) -> Tensor:
    """Return OpenCV's Gabor functions of two phases, (2, 11, 11), without their mean."""
    wavelength = 1 / max(frequency, 1 / 22)  # no slower than two windows' side
    pair = [cv2.getGaborKernel((11, 11), 2.2, np.radians(angle), wavelength, 1.0, phase) for phase in (0.0, np.pi / 2)]
    kernels = torch.from_numpy(np.stack(pair)).float()
    return kernels - kernels.mean(dim=(1, 2), keepdim=True)


def _convolved(images: Tensor, kernels: Tensor) -> Tensor:
    return functional.conv2d(images, kernels[:, None], stride=4, padding=2)


def _strength(squares: Tensor) -> Tensor:
    return functional.avg_pool2d(squares, 3, stride=1).sqrt()


def _correlation(first: Tensor, second: Tensor) -> float:
    """Return the mean over the images of the correlation over places."""
    pairs = zip(first.flatten(1), second.flatten(1), strict=True)
    return float(torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in pairs]).mean())
