"""How well filters are described by what is known of first layers: Gabor functions and centre-surround blobs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_STEPS = 250


@dataclass(frozen=True)
class Fits:
    """The best Gabor function and the best blob of each of N filters, by least squares.

    Attributes
    ----------
    gabor, blob
        R²: 1 for a perfect description, 0 for one no better than the filter's mean. (N,)
    orientation
        Of the Gabor function's waves, in degrees, 0 to 180: the direction in which they follow each other. (N,)
    frequency
        Waves a pixel. (N,)
    """

    gabor: Tensor
    blob: Tensor
    orientation: Tensor
    frequency: Tensor

    @property
    def best(self) -> Tensor:
        """The better of the two descriptions."""
        return torch.maximum(self.gabor, self.blob)


def fit(filters: Tensor, seed: int = 0) -> Fits:
    """Fit filters (N, 3, H, W).

    A Gabor function has one place, size, angle, frequency and phase for all colours, and a strength in each: 7 + 3
    numbers for 363 weights. A blob is a round Gaussian in a wider one, each with a strength in each colour: 4 + 6.
    """
    gabor, form = _best(filters, _gabor_starts(filters, seed), _gabor)
    blob, _ = _best(filters, _blob_starts(filters, seed), _blob)
    angle, frequency = form[:, 4], form[:, 5]
    angle = torch.where(frequency < 0, angle + torch.pi, angle)
    return Fits(gabor, blob, torch.rad2deg(angle) % 180, frequency.abs())


def _grid(filters: Tensor) -> tuple[Tensor, Tensor]:
    down, across = (torch.arange(side) - (side - 1) / 2 for side in filters.shape[2:])
    return across.expand(len(down), -1).flatten(), down[:, None].expand(-1, len(across)).flatten()


def _gabor(form: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Return the functions (..., 1, cells) of forms (..., 7): x, y, two log deviations, angle, frequency, phase."""
    x, y, along, beside, angle, frequency, phase = (part[..., None] for part in form.unbind(-1))
    u = (across - x) * angle.cos() + (down - y) * angle.sin()
    v = (down - y) * angle.cos() - (across - x) * angle.sin()
    bell = torch.exp(-0.5 * ((u / along.exp()) ** 2 + (v / beside.exp()) ** 2))
    return (bell * torch.cos(2 * torch.pi * frequency * u + phase))[..., None, :]


def _blob(form: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Return two bells (..., 2, cells) of forms (..., 4): x, y, log deviation, log of how much wider the second is."""
    x, y, inner, wider = (part[..., None] for part in form.unbind(-1))
    square = (across - x) ** 2 + (down - y) ** 2
    outer = inner + torch.nn.functional.softplus(wider) + 0.1
    return torch.stack([torch.exp(-0.5 * square / deviation.exp() ** 2) for deviation in (inner, outer)], dim=-2)


def _explained(filters: Tensor, functions: Tensor) -> Tensor:
    """Return R² of filters (N, 3, cells) as sums of functions (N, S, K, cells), the strengths by least squares."""
    gram = functions @ functions.transpose(-1, -2)
    gram = gram + 1e-4 * torch.diag_embed(gram.diagonal(dim1=-2, dim2=-1) + 1e-6)
    product = functions @ filters[:, None].transpose(-1, -2)  # (N, S, K, 3)
    strengths = torch.linalg.solve(gram, product)
    residual = filters[:, None] - strengths.transpose(-1, -2) @ functions
    total = (filters - filters.mean(dim=(1, 2), keepdim=True)).square().sum(dim=(1, 2))
    return 1 - residual.square().sum(dim=(-1, -2)) / total[:, None]


def _best(filters: Tensor, starts: Tensor, function: object) -> tuple[Tensor, Tensor]:
    """Return the best R² of each filter over its starts (N, S, P), each led uphill, and the numbers that give it."""
    across, down = _grid(filters)
    flat = filters.detach().float().flatten(2)
    form = starts.clone().requires_grad_()
    optimizer = torch.optim.Adam([form], 0.1)
    for step in range(_STEPS):
        optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / _STEPS) + 0.002
        optimizer.zero_grad()
        (-_explained(flat, function(form, across, down)).sum()).backward()
        optimizer.step()
    with torch.no_grad():
        quality, place = _explained(flat, function(form, across, down)).nan_to_num(-1.0).max(dim=1)
    return quality, form.detach()[torch.arange(len(form)), place]


def _middles(filters: Tensor) -> Tensor:
    """Return where each filter's strength has its middle: (N, 2)."""
    strength = filters.detach().square().sum(dim=1).flatten(1)
    return torch.stack([(strength * steps).sum(1) / strength.sum(1) for steps in _grid(filters)], dim=1)


def _gabor_starts(filters: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    angles = torch.arange(8) * (torch.pi / 8)
    frequencies = torch.tensor([0.05, 0.11, 0.18, 0.28])
    angle, frequency = (part.flatten() for part in torch.meshgrid(angles, frequencies, indexing="ij"))
    starts = torch.zeros(len(filters), len(angle), 7)
    starts[:, :, :2] = _middles(filters)[:, None] + 0.3 * torch.randn(*starts.shape[:2], 2, generator=generator)
    starts[:, :, 2:4] = 0.7
    starts[:, :, 4], starts[:, :, 5] = angle, frequency
    starts[:, :, 6] = 2 * torch.pi * torch.rand(*starts.shape[:2], generator=generator)
    return starts


def _blob_starts(filters: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    starts = torch.zeros(len(filters), 8, 4)
    starts[:, :, :2] = _middles(filters)[:, None] + 0.6 * torch.randn(*starts.shape[:2], 2, generator=generator)
    starts[:, :, 2] = torch.linspace(0, 1, 8)
    return starts
