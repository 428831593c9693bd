"""The first layer's filters, learned without labels: what patches of drawn pictures are made of.

Reconstruction ICA (Le, Karpenko, Ngiam and Ng, 2011): of all filters that keep the patches, those whose responses are
sparse. They come out as oriented edges and gratings at several scales and as blobs of colour, as in the paper of 2012.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from cnnexplorer.core.textures import dead_leaves, texture
from cnnexplorer.nets.catalog import IMAGENET_DEVIATION, IMAGENET_MEAN

FILTERS, SIDE = 96, 11
_WINDOW = 3.2  # pixels: the deviation of the window that patches are seen through
_LEAVES = 0.85  # the share of patches from dead leaves; the others are from all textures


def draw_patches(seed: int, count: int) -> torch.Tensor:
    """Return patches of drawn pictures, normalised as the network's input and without their mean: (count, 363)."""
    rng = np.random.default_rng(seed)
    mean, deviation = np.array(IMAGENET_MEAN, np.float32), np.array(IMAGENET_DEVIATION, np.float32)
    patches = []
    each = 200  # of one picture
    for _ in range(-(-count // each)):
        side = 200
        picture = dead_leaves(rng, side, rng.uniform(2, 8)) if rng.random() < _LEAVES else texture(rng, side)
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.2)), np.float32)
        picture = (picture - mean) / deviation
        corners = rng.integers(0, side - SIDE, (each, 2)).tolist()
        patches += [picture[row : row + SIDE, column : column + SIDE] for row, column in corners]
    array = np.stack(patches[:count]).transpose(0, 3, 1, 2).reshape(count, -1)
    flat = torch.from_numpy(np.ascontiguousarray(array))
    return flat - flat.reshape(count, 3, -1).mean(dim=2).repeat_interleave(SIDE**2, dim=1)


def learn_filters(patches: torch.Tensor, seed: int, steps: int = 1500, smoothing: float = 0.6) -> torch.Tensor:
    """Return 96 filters (96, 3, 11, 11) whose responses to the patches are sparse, with a deviation of 1 each.

    Parameters
    ----------
    smoothing
        0 for the filters that whiten as they look, 1 for what they look for (the basis functions); between the two the
        high frequencies, where patches hold little but noise, are weakened in part.
    """
    generator = torch.Generator().manual_seed(seed)
    window = _window().to(patches.device)
    seen = patches * window
    covariance = seen.T @ seen / len(seen)
    values, vectors = torch.linalg.eigh(covariance.double())
    values, vectors = values[-FILTERS:].float(), vectors[:, -FILTERS:].float()
    white = seen @ (vectors / values.sqrt())
    rotation = torch.linalg.qr(torch.randn(FILTERS, FILTERS, generator=generator))[0]
    weight = torch.nn.Parameter(rotation.to(patches.device))
    optimizer = torch.optim.Adam([weight], 0.01)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / steps) + 1e-4
        chosen = torch.randint(len(white), (1000,), generator=generator)
        batch = white[chosen.to(white.device)]
        code = batch @ weight.T
        cost = (code @ weight - batch).square().sum(1).mean() * 0.5 + (code.square() + 1e-3).sqrt().sum(1).mean()
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    rows = torch.nn.functional.normalize(weight.detach(), dim=1)
    filters = rows @ (vectors * values ** (smoothing - 0.5)).T
    filters = blind_to_plain((filters * window).cpu().reshape(FILTERS, 3, SIDE, SIDE))
    responses = patches.cpu() @ filters.flatten(1).T
    return _ordered(filters / responses.std(dim=0)[:, None, None, None])


def blind_to_plain(filters: torch.Tensor, least: float = 0.95) -> torch.Tensor:
    """Return filters (N, 3, 11, 11) of which those that look for edges do not answer where nothing is to be seen.

    The patches have no mean, so that what a filter makes of a plain area is left to chance. Where taking that away, in
    the window's shape, leaves the filter nearly as it was (a cosine of `least`), it is taken away; blobs of colour
    would lose more, and keep it.
    """
    bell = _window().reshape(3, SIDE, SIDE)[0]
    without = filters - filters.sum(dim=(2, 3), keepdim=True) * (bell / bell.sum())
    alike = torch.nn.functional.cosine_similarity(filters.flatten(1), without.flatten(1))
    return torch.where(alike[:, None, None, None] >= least, without, filters)


def _window() -> torch.Tensor:
    """Return a bell of weights (363,) that falls to the rim.

    A filter is slid over all places, so that none needs to look for something at its own rim; with the bell those of
    one pattern at many places become one filter, and there is room for more frequencies and angles.
    """
    steps = torch.arange(SIDE) - (SIDE - 1) / 2
    bell = torch.exp(-(steps**2) / (2 * _WINDOW**2))
    return torch.outer(bell, bell).flatten().repeat(3)


def _ordered(filters: torch.Tensor) -> torch.Tensor:
    """Return the filters from grey to colourful: each half, one group of conv2, has its own kind, as in the paper."""
    grey = filters.mean(dim=1, keepdim=True)
    share = grey.square().sum(dim=(1, 2, 3)) / filters.square().mean(dim=1).sum(dim=(1, 2))
    return filters[share.argsort(descending=True)]
