"""Hand-made kernels under honest names, and tools that make one kernel from another (lecture, section 3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .messages import SettingError, mark
from .stages import MAX_KERNEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Matrix = list[list[float]]


@dataclass(frozen=True)
class KernelPreset:
    """A kernel with a name: `matrix` has rows of numbers, `about` says in a line what it does."""

    id: str
    title: str
    matrix: tuple[tuple[float, ...], ...]
    about: str


def _preset(id: str, title: str, matrix: Matrix, about: str) -> KernelPreset:  # the field's name
    return KernelPreset(id, title, tuple(tuple(float(value) for value in row) for row in matrix), about)


def box_kernel(size: int) -> NDArray[np.float64]:
    """Return a (size, size) kernel that takes the mean."""
    return np.full((size, size), 1 / size**2)


def gaussian_kernel(size: int, sigma: float) -> NDArray[np.float64]:
    """Return a (size, size) Gaussian of standard deviation `sigma` cells that sums to 1."""
    _check_deviation(sigma)
    offsets = np.arange(size) - (size - 1) / 2
    line = np.exp(-(offsets**2) / (2 * sigma**2))
    return np.asarray(np.outer(line, line) / line.sum() ** 2)


def laplacian_of_gaussian_kernel(size: int, sigma: float) -> NDArray[np.float64]:
    """Return a (size, size) Laplacian of a Gaussian, positive in the middle, that sums to 0.

    Gonzalez and Woods, Digital Image Processing, section 10.2; the sign is the lecture's Laplacian's.
    """
    _check_deviation(sigma)
    if size < 3:
        raise SettingError("a Laplacian of {size}x{size} has no surroundings: use 3x3 or more", size=size)
    offsets = np.arange(size) - (size - 1) / 2
    squares = np.add.outer(offsets**2, offsets**2)
    kernel = (2 * sigma**2 - squares) / sigma**4 * np.exp(-squares / (2 * sigma**2))
    kernel -= kernel.mean()
    return np.asarray(kernel / np.abs(kernel).max())


def _check_deviation(sigma: float) -> None:
    if not 0.1 <= sigma <= 100:  # outside, a Gaussian is one weight, or all weights are equal
        raise SettingError("a standard deviation of {sigma} cells cannot be: use 0.1 to 100", sigma=sigma)


def random_kernel(height: int, width: int, seed: int) -> NDArray[np.float64]:
    """Return a (height, width) kernel drawn as a network's weights are before training (He et al. 2015)."""
    deviation = math.sqrt(2 / (height * width))
    return np.round(np.random.default_rng(seed).normal(0, deviation, (height, width)), 3)


PRESETS: tuple[KernelPreset, ...] = (
    _preset("sobel_vertical", mark("Sobel vertical"), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
            mark("Responds to vertical edges: right minus left")),
    _preset("sobel_horizontal", mark("Sobel horizontal"), [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
            mark("Responds to horizontal edges: below minus above")),
    _preset("laplacian", mark("Laplacian"), [[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
            mark("Responds to edges of every direction, and to points")),
    _preset("prewitt_diagonal_lecture", mark("Prewitt diagonal (as in the lecture)"),
            [[1, 0, -1], [0, 0, 0], [-1, 0, 1]], mark("Responds to corners and crossings of diagonals")),
    _preset("prewitt_diagonal", mark("Prewitt diagonal (usual)"), [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]],
            mark("Responds to diagonal edges: upper right minus lower left")),
    _preset("prewitt_vertical", mark("Prewitt vertical"), [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
            mark("Responds to vertical edges, all rows alike")),
    _preset("prewitt_horizontal", mark("Prewitt horizontal"), [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
            mark("Responds to horizontal edges, all columns alike")),
    _preset("scharr_vertical", mark("Scharr vertical"), [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
            mark("Vertical edges, with better symmetry than Sobel")),
    _preset("scharr_horizontal", mark("Scharr horizontal"), [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
            mark("Horizontal edges, with better symmetry than Sobel")),
    _preset("edge_rising", mark("Edge diagonal, rising"), [[-1, -1, 2], [-1, 2, -1], [2, -1, -1]],
            mark("Responds to lines that rise to the right")),
    _preset("edge_falling", mark("Edge diagonal, falling"), [[2, -1, -1], [-1, 2, -1], [-1, -1, 2]],
            mark("Responds to lines that fall to the right")),
    _preset("laplacian_of_gaussian", mark("Laplacian of Gaussian 5x5"),
            [[0, 0, -1, 0, 0], [0, -1, -2, -1, 0], [-1, -2, 16, -2, -1], [0, -1, -2, -1, 0], [0, 0, -1, 0, 0]],
            mark("Edges of every direction, after a blur that calms noise")),
    _preset("plus", mark("Plus"), [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
            mark("Adds a cell and its four neighbours: the lecture's first example")),
    _preset("identity", mark("Identity"), [[0, 0, 0], [0, 1, 0], [0, 0, 0]], mark("Leaves the image as it is")),
    _preset("box", mark("Box blur"), box_kernel(3).tolist(), mark("The mean of nine cells")),
    _preset("gaussian", mark("Gaussian blur"),
            [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
            mark("A mean that weights the middle most")),
    _preset("gaussian5", mark("Gaussian blur 5x5"), gaussian_kernel(5, 1.0).tolist(),
            mark("A wider Gaussian, standard deviation 1")),
    _preset("sharpen", mark("Sharpen"), [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
            mark("The image plus its Laplacian")),
    _preset("emboss", mark("Emboss"), [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
            mark("Light from the upper left: a relief")),
)  # fmt: skip


def preset(id: str) -> KernelPreset:  # the field's name
    """Return the preset of an id; `SettingError` where there is none."""
    for candidate in PRESETS:
        if candidate.id == id:
            return candidate
    raise SettingError(
        "there is no kernel preset “{id}”: use one of {names}", id=id, names=", ".join(known.id for known in PRESETS)
    )


def normalise(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale a kernel so that its weights sum to 1, or, where they sum to 0, so that their sizes sum to 1.

    Raises
    ------
    SettingError
        Every weight is 0.
    """
    total = float(kernel.sum())
    size = float(np.abs(kernel).sum())
    if size == 0:
        raise SettingError("a kernel of zeros cannot be normalised: type a weight first")
    # what is left of a sum that cancels is rounding, not a sum
    return kernel / (size if abs(total) < 1e-12 * size else total)


KERNEL_TOOLS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "normalise": normalise,
    "negate": lambda kernel: 0.0 - kernel,
    "flip_horizontal": lambda kernel: kernel[..., :, ::-1],
    "flip_vertical": lambda kernel: kernel[..., ::-1, :],
    "rotate": lambda kernel: np.rot90(kernel, -1, axes=(-2, -1)),
    "transpose": lambda kernel: np.swapaxes(kernel, -1, -2),
    "zero": np.zeros_like,
}


def resize_kernel(kernel: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Cut or fill up with zeros around the middle: (..., kh, kw) -> (..., height, width).

    >>> resize_kernel(np.ones((1, 1)), 3, 3).tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    if not (1 <= height <= MAX_KERNEL and 1 <= width <= MAX_KERNEL):
        raise SettingError(
            "a kernel of {height}x{width} cannot be: use 1x1 to {limit}x{limit}",
            height=height,
            width=width,
            limit=MAX_KERNEL,
        )
    resized = np.zeros((*kernel.shape[:-2], height, width))
    (from_h, to_h), (from_w, to_w) = _middle(kernel.shape[-2], height), _middle(kernel.shape[-1], width)
    resized[..., to_h, to_w] = kernel[..., from_h, from_w]
    return resized


def _middle(old: int, new: int) -> tuple[slice, slice]:
    """Return which part of the old axis goes where on the new one, middles together."""
    count = min(old, new)
    start_old, start_new = (old - count) // 2, (new - count) // 2
    return slice(start_old, start_old + count), slice(start_new, start_new + count)
