"""Textures that drawn pictures lie on: gradients, gratings, clouds, bricks and dead leaves, in any colours."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.float32]  # (H, W, 3), values from 0 to 1
Plane = NDArray[np.float32]  # (H, W)
Color = NDArray[np.float32]  # (3,)
Generator = np.random.Generator
_SHIFT = 4  # OpenCV takes corners in whole sixteenths of a pixel


def color(rng: Generator) -> Color:
    """Return a colour: any hue, from grey to full, from dark to light."""
    grey = rng.random(dtype=np.float32)
    full = rng.random(3, np.float32)
    return np.asarray(grey + (full - grey) * rng.random(dtype=np.float32) ** 0.5, np.float32)


def mixed(first: Color, second: Color, share: Plane) -> Canvas:
    """Return the paint between two colours, (H, W) -> (H, W, 3)."""
    return np.asarray(first + (second - first) * share[:, :, np.newaxis], np.float32)


def fill(image: NDArray[np.uint8], outlines: tuple[NDArray[np.float64], ...], paint: tuple[float, ...] | float) -> None:
    """Fill polygons by the even-odd rule, smoothly at the rim: corners (x, y) in pixels, colours from 0 to 255."""
    corners = [np.round((outline - 0.5) * 2**_SHIFT).astype(np.int32) for outline in outlines]
    value = (paint,) if isinstance(paint, float) else paint
    cv2.fillPoly(image, corners, value, cv2.LINE_AA, _SHIFT)


def ramp(rng: Generator, side: int) -> Plane:
    """Return numbers from 0 to 1 that rise in some direction."""
    across, down = _directions(rng, side)
    plane = across + down
    low, high = float(plane.min()), float(plane.max())
    return np.asarray((plane - low) / (high - low), np.float32)


def grating(rng: Generator, side: int) -> Plane:
    """Return sine waves, or stripes with sharp edges, from 0 to 1; the wavelength is 4 pixels to half the side."""
    across, down = _directions(rng, side)
    wavelength = 4 * (side / 8) ** rng.random()
    wave = np.sin((across + down) * np.float32(2 * np.pi / wavelength) + np.float32(rng.uniform(0, 2 * np.pi)))
    hardness = np.float32(rng.choice([0.5, 0.5, 2, 8]))
    return np.asarray(np.clip(0.5 + hardness * wave, 0, 1), np.float32)


def _directions(rng: Generator, side: int) -> tuple[Plane, Plane]:
    angle = rng.uniform(0, np.pi)
    steps = np.arange(side, dtype=np.float32)
    return steps[np.newaxis] * np.float32(np.cos(angle)), steps[:, np.newaxis] * np.float32(np.sin(angle))


def clouds(rng: Generator, side: int) -> Plane:
    """Return noise about 0.5 whose waves are as strong as they are long, to a random power."""
    total = np.zeros((side, side), np.float32)
    cells, strength, fall = int(rng.integers(2, 6)), 1.0, rng.uniform(0.4, 0.8)
    while cells < side:
        waves = rng.standard_normal((cells, cells), np.float32)
        total += cv2.resize(waves, (side, side), interpolation=cv2.INTER_CUBIC) * np.float32(strength)
        cells, strength = cells * 2, strength * fall
    return np.asarray(np.clip(0.5 + total * np.float32(0.25), 0, 1), np.float32)


def bricks(rng: Generator, side: int) -> Plane:
    """Return courses of bricks (or a chessboard's fields), each in its own tone."""
    height = rng.uniform(5, side / 6)
    width = height * rng.uniform(1, 2.5)
    steps = np.arange(side, dtype=np.float32)
    course = np.floor(steps / np.float32(height)).astype(np.int64)
    along = steps[np.newaxis] / np.float32(width) + (course % 2)[:, np.newaxis] * np.float32(0.5)
    field = (course[:, np.newaxis] * 37 + np.floor(along).astype(np.int64) * 101) % 256
    tones = rng.random(256, np.float32)
    if rng.random() < 0.3:
        tones = np.asarray(np.arange(256) % 2, np.float32)
    plane = tones[field]
    return np.asarray(plane.T if rng.random() < 0.5 else plane, np.float32)


def dead_leaves(rng: Generator, side: int, smallest: float = 3.0) -> Canvas:
    """Return discs, triangles and boxes that hide each other, with sizes that follow a power law.

    As many leaves of a size as make every size cover as much: then edges are at every scale, as in photographs.
    """
    image = np.empty((side, side, 3), np.uint8)
    image[:] = np.round(color(rng) * 255)
    largest = side / 3
    count = int(rng.integers(60, 240))
    # a density of r^-3 between the two radii, by its inverse distribution
    radii = smallest / np.sqrt(1 - rng.random(count) * (1 - (smallest / largest) ** 2))
    middles = rng.uniform(0, side, (count, 2))
    kinds = rng.integers(0, 3, count)
    for radius, middle, kind in zip(radii.tolist(), middles, kinds.tolist(), strict=True):
        paint = tuple((color(rng) * 255).tolist())
        corners = (24, 3, 4)[kind]
        angle = rng.uniform(0, 2 * np.pi) + np.arange(corners) * (2 * np.pi / corners)
        outline = np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius
        if kind == 2:
            outline[:, 0] *= rng.uniform(0.2, 1)
            outline = outline @ _turn(rng.uniform(0, np.pi))
        fill(image, (middle + outline,), paint)
    return np.asarray(image / np.float32(255), np.float32)


def _turn(angle: float) -> NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([(c, s), (-s, c)])


def texture(rng: Generator, side: int) -> Canvas:
    """Return a square of some texture, or of two that are laid over each other."""
    if rng.random() < 0.3:
        return dead_leaves(rng, side)
    plane: Plane = _PLANES[int(rng.integers(len(_PLANES)))](rng, side)
    if rng.random() < 0.3:
        other = _PLANES[int(rng.integers(len(_PLANES)))](rng, side)
        share = np.float32(rng.uniform(0.2, 0.8))
        plane = np.asarray(plane * share + other * (1 - share), np.float32)
    return mixed(color(rng), color(rng), plane)


_PLANES = (ramp, grating, clouds, bricks, clouds)
