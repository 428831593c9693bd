"""Drawing on the device that trains: a GPU learns from more pictures than the CPU's processes can draw.

Objects, places and colours come from `core.pictures`; textures are made, and polygons filled, for many pictures at
once. An order gives other pictures than on the CPU, of the same kind, and always the same ones on the same device.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cnnexplorer.core.objects import CLASSES, OBJECTS
from cnnexplorer.core.pictures import object_colors, place_object
from cnnexplorer.core.textures import color

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

    from .drawing import Pictures
    from .orders import Order

    Generator = np.random.Generator

_BATCH = 64  # pictures that are drawn at once
_SAMPLES = 2  # points a pixel in each direction, for smooth rims
_LEAVES = 100


class Filled(NamedTuple):
    """Outlines in pixels, filled by the even-odd rule in one colour with values from 0 to 1."""

    outlines: tuple[NDArray[np.float64], ...]
    paint: NDArray[np.float32]


class DeviceDrawer:
    """Draws orders on a device, when they are asked for; stands in for `Drawer`."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._orders: deque[Order] = deque()

    def __enter__(self) -> DeviceDrawer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._orders.clear()

    def ask(self, order: Order) -> None:
        """Keep an order."""
        self._orders.append(order)

    def take(self) -> Pictures:
        """Return the pictures of the oldest order, on the device, and their labels."""
        return draw_on(self._device, self._orders.popleft())


def draw_on(device: torch.device, order: Order) -> Pictures:
    """Return an order's pictures (N, 3, H, W) uint8 on a device, and their labels (N,)."""
    rng = np.random.default_rng([order.seed, order.chunk, order.size])
    starts = range(0, order.pictures, _BATCH)
    drawn = [_batch(rng, device, min(_BATCH, order.pictures - start), order) for start in starts]
    pictures, labels = zip(*drawn, strict=True)
    return torch.cat(pictures), torch.cat(labels)


def _batch(rng: Generator, device: torch.device, count: int, order: Order) -> tuple[Tensor, Tensor]:
    ground = textures(rng, count, order.size, device)
    middle = ground.mean(dim=(2, 3), keepdim=True)
    contrast = _numbers(rng.uniform(0.1, 0.2 + 0.35 * order.difficulty.ground, count), device)
    image = middle + (ground - middle) * contrast[:, None]
    around = middle[:, :, 0, 0].double().cpu().numpy()
    labels = rng.integers(len(CLASSES), size=count)
    objects = [_object(rng, order, int(label), tone) for label, tone in zip(labels, around, strict=True)]
    for level in range(max(map(len, objects))):
        image = fill(image, [parts[level] if level < len(parts) else None for parts in objects])
    return (image * 255).round().clamp(0, 255).to(torch.uint8), torch.from_numpy(labels)


def _object(rng: Generator, order: Order, label: int, ground: NDArray[np.float64]) -> list[Filled]:
    """Return the parts of an object of a class where they are to be drawn, the lowest first."""
    place = place_object(rng, order.size, order.difficulty.angle)
    colors = object_colors(rng, ground)
    return [
        Filled(tuple(outline @ place[:, :2].T + place[:, 2] for outline in part.outlines), colors[part.paint])
        for part in OBJECTS[CLASSES[label]](rng)
    ]


def fill(images: Tensor, shapes: list[Filled | None]) -> Tensor:
    """Return images (N, 3, H, W) with one shape filled in each, or none."""
    device, size = images.device, images.shape[-1]
    edges = [_edges(shape) for shape in shapes]
    padded = np.zeros((len(edges), max(map(len, edges)), 4))
    paints = np.zeros((len(edges), 3))
    for row, (found, shape) in enumerate(zip(edges, shapes, strict=True)):
        padded[row, : len(found)] = found
        paints[row] = 0 if shape is None else shape.paint
    cover = coverage(torch.from_numpy(padded).float().to(device), size)
    return torch.lerp(images, _numbers(paints, device), cover[:, None])


def _edges(shape: Filled | None) -> NDArray[np.float64]:
    """Return the edges (x1, y1, x2, y2) of a shape."""
    if shape is None:
        return np.zeros((0, 4))
    return np.concatenate([np.hstack([outline, np.roll(outline, -1, axis=0)]) for outline in shape.outlines])


def coverage(edges: Tensor, size: int) -> Tensor:
    """Return how much of each pixel lies inside polygons: (N, E, 4) -> (N, size, size), from 0 to 1.

    A point lies inside where a ray to its right meets an odd number of edges; edges of no height are met by none.
    """
    steps = (torch.arange(size * _SAMPLES, device=edges.device) + 0.5) / _SAMPLES
    x, y = steps[None, None, :], steps[None, :, None]
    inside = torch.zeros((len(edges), len(steps), len(steps)), dtype=torch.bool, device=edges.device)
    for edge in edges.unbind(dim=1):
        x1, y1, x2, y2 = (part[:, None, None] for part in edge.unbind(dim=1))
        meets = (y1 > y) != (y2 > y)
        height = torch.where(y1 == y2, 1.0, y2 - y1)
        inside ^= meets & (x < x1 + (y - y1) * (x2 - x1) / height)
    return functional.avg_pool2d(inside.float()[:, None], _SAMPLES)[:, 0]


def textures(rng: Generator, count: int, size: int, device: torch.device) -> Tensor:
    """Return textures (N, 3, size, size) with values from 0 to 1: gradients, gratings, clouds, bricks, dead leaves."""
    planes = torch.stack([make(rng, count, size, device) for make in (_ramps, _gratings, _clouds, _bricks)])
    chosen = planes[torch.from_numpy(rng.integers(4, size=count)).to(device), torch.arange(count, device=device)]
    first, second = (_numbers(np.stack([color(rng) for _ in range(count)]), device) for _ in range(2))
    painted = torch.lerp(first.expand(-1, -1, size, size), second, chosen[:, None])
    leafy = _numbers(rng.random(count) < 0.3, device).bool()
    return torch.where(leafy[:, None], _dead_leaves(rng, count, size, device), painted)


def _numbers(values: NDArray[np.generic], device: torch.device) -> Tensor:
    """Return numbers (N,) as (N, 1, 1), or colours (N, 3) as (N, 3, 1, 1), on a device."""
    return torch.from_numpy(np.asarray(values, np.float32)).to(device)[..., None, None]


def _waves(rng: Generator, count: int, size: int, device: torch.device) -> Tensor:
    """Return how far each pixel lies along some direction, in pixels: (N, size, size)."""
    steps = torch.arange(size, dtype=torch.float32, device=device)
    angle = _numbers(rng.uniform(0, np.pi, count), device)
    return angle.cos() * steps[None, None, :] + angle.sin() * steps[None, :, None]


def _ramps(rng: Generator, count: int, size: int, device: torch.device) -> Tensor:
    along = _waves(rng, count, size, device)
    low, high = along.amin(dim=(1, 2), keepdim=True), along.amax(dim=(1, 2), keepdim=True)
    return (along - low) / (high - low)


def _gratings(rng: Generator, count: int, size: int, device: torch.device) -> Tensor:
    wavelength = _numbers(4 * (size / 8) ** rng.random(count), device)
    phase = _numbers(rng.uniform(0, 2 * np.pi, count), device)
    hardness = _numbers(rng.choice([0.5, 0.5, 2, 8], count), device)
    wave = torch.sin(_waves(rng, count, size, device) * (2 * torch.pi / wavelength) + phase)
    return (0.5 + hardness * wave).clamp(0, 1)


def _clouds(rng: Generator, count: int, size: int, device: torch.device) -> Tensor:
    total = torch.zeros((count, size, size), device=device)
    cells, strength, fall = int(rng.integers(2, 6)), 1.0, rng.uniform(0.4, 0.8)
    while cells < size:
        waves = torch.from_numpy(rng.standard_normal((count, 1, cells, cells), np.float32)).to(device)
        total += functional.interpolate(waves, (size, size), mode="bicubic", align_corners=False)[:, 0] * strength
        cells, strength = cells * 2, strength * fall
    return (0.5 + 0.25 * total).clamp(0, 1)


def _bricks(rng: Generator, count: int, size: int, device: torch.device) -> Tensor:
    steps = torch.arange(size, dtype=torch.float32, device=device)
    height = _numbers(rng.uniform(5, size / 6, count), device)
    width = height * _numbers(rng.uniform(1, 2.5, count), device)
    course = (steps[None, :, None] / height).floor()
    along = (steps[None, None, :] / width + course % 2 * 0.5).floor()
    field = (course * 37 + along * 101).long() % 256
    tones = torch.from_numpy(rng.random((count, 256), np.float32)).to(device)
    return torch.gather(tones, 1, field.flatten(1)).reshape(count, size, size)


def _dead_leaves(rng: Generator, count: int, size: int, device: torch.device, smallest: float = 3.0) -> Tensor:
    """Return discs and boxes that hide each other, with sizes that follow a power law: edges at every scale."""
    steps = torch.arange(size, dtype=torch.float32, device=device)
    image = _numbers(rng.random((count, 3)), device).expand(-1, -1, size, size)
    for _ in range(_LEAVES):
        radius = _numbers(smallest / np.sqrt(1 - rng.random(count) * (1 - (3 * smallest / size) ** 2)), device)
        x, y = (_numbers(rng.uniform(0, size, count), device) for _ in range(2))
        angle, narrow = _numbers(rng.uniform(0, np.pi, count), device), _numbers(rng.uniform(0.2, 1, count), device)
        right, down = steps[None, None, :] - x, steps[None, :, None] - y
        along = angle.cos() * right + angle.sin() * down
        across = angle.cos() * down - angle.sin() * right
        box = torch.maximum(along.abs() / narrow, across.abs())
        round_ = _numbers(rng.random(count) < 0.4, device).bool()
        inside = torch.where(round_, torch.hypot(right, down), box) < radius
        image = torch.where(inside[:, None], _numbers(rng.random((count, 3)), device), image)
    return image
