"""What sets filters apart: how large, how responsive, how colourful, and how like a hand-made kernel they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Size = tuple[int, int]


def norms(weights: torch.Tensor) -> NDArray[np.float32]:
    """Return the norm of each filter, the root of the sum of its squared weights: (O, C, kh, kw) -> (O,).

    >>> norms(torch.tensor([[[[3.0, 4.0]]], [[[0.0, 0.0]]]])).tolist()
    [5.0, 0.0]
    """
    return _numbers(torch.linalg.vector_norm(weights.detach().float().flatten(1), dim=1))


def responses(maps: torch.Tensor) -> NDArray[np.float32]:
    """Return how strongly each filter responds, the mean of its map behind a ReLU: (O, H, W) -> (O,).

    The mean, not the maximum: one lucky cell is no response of the whole picture.

    >>> responses(torch.tensor([[[-8.0, 2.0]], [[-1.0, -1.0]]])).tolist()
    [1.0, 0.0]
    """
    return _numbers(maps.detach().float().relu().mean(dim=(1, 2)))


def colourfulness(weights: torch.Tensor) -> NDArray[np.float32]:
    """Return the share of each filter's energy that is not grey, 0 to 1: (O, 3, kh, kw) -> (O,).

    A filter's grey part has in every plane the mean of the planes; the energy is the sum of the squared weights. A
    filter of zeros has no colour.

    >>> colourfulness(torch.tensor([[[[2.0]], [[2.0]], [[2.0]]], [[[1.0]], [[0.0]], [[-1.0]]]])).tolist()
    [0.0, 1.0]
    """
    values = weights.detach().cpu().double()  # Apple's GPUs have no float64
    energy = values.square().sum(dim=(1, 2, 3))
    colour = (values - values.mean(dim=1, keepdim=True)).square().sum(dim=(1, 2, 3))
    return _numbers(torch.where(energy > 0, colour / energy, 0.0))


def similarity(weights: torch.Tensor, kernel: torch.Tensor | NDArray[Any]) -> NDArray[np.float32]:
    """Return how like a hand-made kernel each filter is, -1 to 1: (O, C, kh, kw), (h, w) -> (O,).

    The filter's planes are summed to grey. The kernel is enlarged (bilinear) to the filter's size, and to each smaller
    size that lies centred in it with zeros around, down to its own. The means are taken away from both and both are
    scaled to norm 1; then the sum of their products is their correlation. Of all sizes the one with the largest
    absolute correlation counts. The sign is kept: -1 is the kernel with its contrast reversed. What has the same
    number everywhere is like nothing: 0.

    >>> edge = torch.tensor([[-1.0, 0.0, 1.0]] * 3)
    >>> filters = torch.stack([5 * edge + 7, -edge, edge.T, torch.ones(3, 3)])[:, None]
    >>> similarity(filters, edge).round(3).tolist()
    [1.0, -1.0, 0.0, 0.0]
    """
    matrix = torch.as_tensor(np.asarray(kernel), dtype=torch.float64)
    size = (int(weights.shape[2]), int(weights.shape[3]))
    templates = torch.stack([_centred(resized(matrix, *own), size) for own in _sizes(_size(matrix), size)])
    values = weights.detach().cpu().double()
    grey, sizes = values.sum(dim=1), torch.linalg.vector_norm(values.flatten(1), dim=1)  # (O, kh, kw), (O,)
    found = _directions(grey.flatten(1), sizes) @ _directions(templates.flatten(1)).T  # (O, sizes)
    best = found.abs().argmax(dim=1, keepdim=True)
    return _numbers(found.gather(1, best)[:, 0].clamp(-1, 1))


def strongest_planes(weights: torch.Tensor) -> NDArray[np.int64]:
    """Return which plane of each filter has the largest norm: (O, C, kh, kw) -> (O,).

    >>> strongest_planes(torch.tensor([[[[1.0]], [[-2.0]]]])).tolist()
    [1]
    """
    strongest: NDArray[np.int64] = weights.detach().float().square().sum(dim=(2, 3)).argmax(dim=1).cpu().numpy()
    return strongest


def resized(kernel: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return a kernel enlarged, or made smaller, by bilinear interpolation: (h, w) -> (height, width).

    >>> resized(torch.tensor([[0.0, 2.0]]), 1, 4).tolist()
    [[0.0, 0.5, 1.5, 2.0]]
    """
    shaped = functional.interpolate(
        kernel[None, None], (height, width), mode="bilinear", align_corners=False, antialias=True
    )
    return shaped[0, 0]


def fitted_kernel(
    kernel: NDArray[np.float64], like: torch.Tensor, enlarge: bool = True, scale: bool = True
) -> torch.Tensor:
    """Return a hand-made kernel for a filter's place, alike on every plane: (h, w), (C, kh, kw) -> (C, height, width).

    Parameters
    ----------
    like
        The filter that it replaces.
    enlarge
        Whether it takes the filter's whole size; else it keeps its own.
    scale
        Whether it gets the filter's norm, so that what the two give can be compared; else it keeps its numbers.

    Examples
    --------
    >>> fitted_kernel(np.array([[-2.0, 2.0]]), torch.tensor([[[3.0, 4.0]], [[0.0, 0.0]]]), scale=False).tolist()
    [[[-2.0, 2.0]], [[-2.0, 2.0]]]
    """
    matrix = torch.as_tensor(kernel, dtype=torch.float64)
    if enlarge:
        matrix = resized(matrix, int(like.shape[1]), int(like.shape[2]))
    planes = matrix.expand(len(like), -1, -1)
    own = torch.linalg.vector_norm(planes)
    if scale and own > 0:
        planes = planes * (torch.linalg.vector_norm(like.double()) / own)
    return planes.float()


def _sizes(own: Size, largest: Size) -> Iterator[Size]:
    """Yield the filter's size and the smaller ones that share its centre, down to the kernel's own size."""
    height, width = largest
    yield height, width
    while height - 2 >= own[0] and width - 2 >= own[1]:
        height, width = height - 2, width - 2
        yield height, width


def _centred(kernel: torch.Tensor, size: Size) -> torch.Tensor:
    height, width = (size[0] - kernel.shape[0]) // 2, (size[1] - kernel.shape[1]) // 2
    return functional.pad(kernel, (width, width, height, height))


def _directions(rows: torch.Tensor, sizes: torch.Tensor | None = None) -> torch.Tensor:
    """Take the mean from each row and scale it to norm 1; a row of equal numbers becomes zeros.

    `sizes` are the norms of what the rows were added up from, where they were.
    """
    rest = rows - rows.mean(dim=1, keepdim=True)
    length = torch.linalg.vector_norm(rest, dim=1)
    # what is left of numbers that are equal, or cancel, is float32's rounding
    varied = length > 1e-6 * (torch.linalg.vector_norm(rows, dim=1) if sizes is None else sizes)
    return torch.where(varied[:, None], rest / torch.where(varied, length, 1.0)[:, None], 0.0)


def _size(matrix: torch.Tensor) -> Size:
    return int(matrix.shape[0]), int(matrix.shape[1])


def _numbers(values: torch.Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = values.float().cpu().numpy()
    return numbers
