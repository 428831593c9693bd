"""What makes another picture of a drawn one, on the device that trains: so that each can be shown several times."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

MARGIN = 8  # pixels that a picture is drawn larger than it is shown, to be moved
_ORDERS = torch.tensor([(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])


def augmented(pictures: Tensor, generator: torch.Generator, device: torch.device) -> Tensor:
    """Return pictures (N, 3, H, W) uint8 as floats from 0 to 1, moved, mirrored, in other colours and other light.

    Parameters
    ----------
    generator
        Of the CPU, so that the same seed gives the same on every device.
    """
    count, _, height, width = pictures.shape
    top, left = torch.randint(MARGIN + 1, (2,), generator=generator).tolist()
    pictures = pictures[:, :, top : top + height - MARGIN, left : left + width - MARGIN]
    orders = _ORDERS[torch.randint(6, (count,), generator=generator)].to(device)
    mirror = (torch.rand(count, 1, 1, 1, generator=generator) < 0.5).to(device)
    gain = (0.7 + 0.6 * torch.rand(count, 1, 1, 1, generator=generator)).to(device)
    offset = (0.2 * (torch.rand(count, 3, 1, 1, generator=generator) - 0.5)).to(device)
    images = pictures.to(device).float().mul_(1 / 255)
    images = torch.take_along_dim(images, orders[:, :, None, None], dim=1)
    images = torch.where(mirror, images.flip(3), images)
    return ((images - 0.5) * gain + (0.5 + offset)).clamp_(0, 1)


def damaged(images: Tensor, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Return images (N, 3, H, W), some of them with light from one side, gratings, blur or noise, on their device."""
    count, _, height, width = images.shape
    device = images.device
    rows = torch.linspace(-1, 1, height, device=device)[:, None]
    columns = torch.linspace(-1, 1, width, device=device)

    def some(low: float, high: float, share: float) -> Tensor:
        """Return a number from low to high for a share of the images, and 0 for the others."""
        drawn = low + (high - low) * torch.rand(count, 1, 1, 1, generator=generator)
        chosen = torch.rand(count, 1, 1, 1, generator=generator) < share
        return (drawn * chosen * strength).to(device)

    angle = (2 * torch.pi * torch.rand(2, count, 1, 1, 1, generator=generator)).to(device)
    slope = angle[0].cos() * columns + angle[0].sin() * rows
    images = images * (1 + some(0.1, 0.4, 0.3) * slope)
    waves = (2 * torch.pi * torch.exp(1 + 2 * torch.rand(count, 1, 1, 1, generator=generator))).to(device)
    images = images + some(0.02, 0.1, 0.2) * torch.sin(waves * (angle[1].cos() * columns + angle[1].sin() * rows))
    soft = functional.avg_pool2d(functional.pad(images, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    images = torch.lerp(images, soft, some(0.3, 1, 0.2))
    return (images + some(0.01, 0.06, 0.3) * _noise(images, generator)).clamp_(0, 1)


def _noise(images: Tensor, generator: torch.Generator) -> Tensor:
    """Return normally distributed numbers, drawn where the images are: as many take a CPU long."""
    if images.device.type == "cpu":
        return torch.randn(images.shape, generator=generator)
    own = torch.Generator(images.device).manual_seed(int(torch.randint(2**31, (), generator=generator)))
    return torch.randn(images.shape, generator=own, device=images.device)
