"""Labelled pictures without end: an object of some class over a texture, lit, hidden, blurred and noisy.

A network can be trained on them where there are no photographs. Every picture is a function of its seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from .objects import CLASSES, OBJECTS
from .textures import clouds, color, fill, grating, ramp, texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .outlines import Part
    from .textures import Canvas, Color, Plane

    Generator = np.random.Generator
    Transform = NDArray[np.float64]  # (2, 3): takes an object's own coordinates to pixels

SMALLEST_OBJECT = 40  # pixels: smaller ones have too few cells in AlexNet's maps to be told apart
_SMALLEST, _LARGEST = 0.3, 0.9  # of the picture's side
_SEEN = 150  # pixels: objects are not larger where they can be smaller; a cell of AlexNet's conv5 sees 163


class Difficulty(NamedTuple):
    """How hard the pictures are: 0 for a clean object on a quiet ground, 1 for all that can happen to it."""

    ground: float = 1.0
    angle: float = 1.0
    damage: float = 1.0


FULL = Difficulty()


def draw_labelled(seed: int, size: int = 224, label: int | None = None) -> tuple[NDArray[np.float64], int]:
    """Return a drawn picture (3, size, size) with values from 0 to 1, and which of `CLASSES` it shows.

    The same for the same seed. A `label` asks for a class; without one the seed decides.

    >>> image, label = draw_labelled(7, 96)
    >>> image.shape, CLASSES[label]
    ((3, 96, 96), 'rocket')
    """
    rng = np.random.default_rng(seed)
    chosen = int(rng.integers(len(CLASSES)))
    label = chosen if label is None else label
    picture = compose(rng, texture(rng, size), label)
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float64) / 255, label


def compose(rng: Generator, ground: Canvas, label: int, difficulty: Difficulty = FULL) -> NDArray[np.uint8]:
    """Return a picture (H, W, 3) of an object of a class over a texture of the picture's size."""
    side = len(ground)
    image = np.ascontiguousarray(_quiet(rng, ground, difficulty.ground) * 255, np.uint8)
    if rng.random() < difficulty.ground:
        _litter(rng, image)
    place = place_object(rng, side, difficulty.angle)
    parts = OBJECTS[CLASSES[label]](rng)
    colors = object_colors(rng, image[side // 4 : -side // 4, side // 4 : -side // 4].mean(axis=(0, 1)) / 255)
    mask = _draw_object(rng, image, parts, place, colors)
    if rng.random() < 0.2 * difficulty.damage:
        _hide(rng, image, place)
    return _finished(rng, image, mask, difficulty.damage)


def _quiet(rng: Generator, ground: Canvas, difficulty: float) -> Canvas:
    """Return the ground with less contrast, so that the object is what strikes the eye."""
    middle = ground.mean(axis=(0, 1))
    contrast = np.float32(rng.uniform(0.1, 0.2 + 0.35 * difficulty))
    return np.asarray(middle + (ground - middle) * contrast, np.float32)


def _litter(rng: Generator, image: NDArray[np.uint8]) -> None:
    """Strew small bars and scraps over the ground, which are no objects."""
    side = len(image)
    for _ in range(int(rng.integers(1, 7))):
        corners = rng.uniform(-1, 1, (int(rng.integers(3, 6)), 2)) * side * rng.uniform(0.03, 0.12)
        fill(image, (corners + rng.uniform(0, side, 2),), tuple((color(rng) * 255).tolist()))


def place_object(rng: Generator, side: int, difficulty: float) -> Transform:
    """Return where an object is drawn: its size, angle, proportions and place, about in the middle."""
    smallest = max(SMALLEST_OBJECT, _SMALLEST * side)
    largest = max(min(_LARGEST * side, _SEEN), _SEEN / 224 * side)
    half = smallest / 2 * (largest / smallest) ** rng.random()
    upright = rng.random() < 1 - 0.35 * difficulty
    angle = rng.normal(0, 0.3 * difficulty) if upright else rng.uniform(0, 2 * np.pi)
    mirror = -1 if rng.random() < 0.5 else 1
    stretch = np.exp(rng.normal(0, 0.08))
    shear = rng.normal(0, 0.08 * difficulty)
    c, s = np.cos(angle), np.sin(angle)
    form = np.array([(c, -s), (s, c)]) @ np.array([(mirror * stretch, shear), (0, 1 / stretch)]) * half
    room = max(side / 2 - half * 0.9, 0)
    middle = side / 2 + rng.uniform(-room, room, 2)
    return np.column_stack([form, middle])


def object_colors(rng: Generator, ground: NDArray[np.float64]) -> list[Color]:
    """Return an object's three colours: the first unlike the ground, the others unlike the first."""
    first = _unlike(rng, [np.asarray(ground, np.float32)])
    second = _unlike(rng, [first])
    return [first, second, _unlike(rng, [first, second])]


def _unlike(rng: Generator, others: list[Color]) -> Color:
    """Return the one of six colours that is furthest from the others."""
    found = [color(rng) for _ in range(6)]
    distances = [min(float(np.abs(candidate - other).sum()) for other in others) for candidate in found]
    return found[int(np.argmax(distances))]


def _draw_object(
    rng: Generator, image: NDArray[np.uint8], parts: list[Part], place: Transform, colors: list[Color]
) -> NDArray[np.uint8]:
    """Draw an object and return its shape as a mask, 0 to 255."""
    mask = np.zeros(image.shape[:2], np.uint8)
    paints = [tuple((paint * 255).tolist()) for paint in colors]
    placed = [
        (tuple(outline @ place[:, :2].T + place[:, 2] for outline in part.outlines), part.paint) for part in parts
    ]
    for outlines, _ in placed:
        fill(mask, outlines, 255.0)
    rim = int(rng.choice([0, 0, 1, 2]))
    if rim:  # an outline in the third colour around all of it
        around = np.asarray(cv2.dilate(mask, np.ones((2 * rim + 1, 2 * rim + 1), np.uint8)), np.uint8)
        _blend(image, np.asarray(colors[2] * 255, np.float32), around)
    for outlines, paint in placed:
        fill(image, outlines, paints[paint])
    if rng.random() < 0.5:
        tone = _tone(rng, len(image))
        inside = mask.astype(np.float32) * np.float32(1 / 255)
        _multiply(image, 1 + (tone - 1) * inside)
    return mask


def _blend(image: NDArray[np.uint8], paint: NDArray[np.float32], mask: NDArray[np.uint8]) -> None:
    share = mask[:, :, np.newaxis].astype(np.float32) * np.float32(1 / 255)
    image[:] = np.round(image + (paint - image) * share)


def _multiply(image: NDArray[np.uint8], factor: Plane) -> None:
    image[:] = np.clip(image * factor[:, :, np.newaxis], 0, 255)


def _tone(rng: Generator, side: int) -> Plane:
    """Return a factor for each pixel that gives a surface a texture or a shade."""
    make = (ramp, grating, clouds)[int(rng.integers(3))]
    strength = np.float32(rng.uniform(0.15, 0.5))
    return np.asarray(1 + strength * (2 * make(rng, side) - 1), np.float32)


def _hide(rng: Generator, image: NDArray[np.uint8], place: Transform) -> None:
    """Lay a bar or a scrap over a part of the object, up to about a fifth of it."""
    half = float(np.sqrt(np.abs(np.linalg.det(place[:, :2]))))
    width = half * rng.uniform(0.15, 0.4)
    length = half * rng.uniform(0.3, 2.5)
    angle, away = rng.uniform(0, np.pi), rng.uniform(0, 0.9) * half
    c, s = np.cos(angle), np.sin(angle)
    box = np.array([(-length, -width), (length, -width), (length, width), (-length, width)]) / 2
    middle = place[:, 2] + away * np.array([-s, c]) * rng.choice([-1, 1])
    fill(image, (box @ np.array([(c, s), (-s, c)]) + middle,), tuple((color(rng) * 255).tolist()))


def _finished(
    rng: Generator, image: NDArray[np.uint8], mask: NDArray[np.uint8], difficulty: float
) -> NDArray[np.uint8]:
    """Return the picture lit, blurred and with noise."""
    side = len(image)
    result = image.astype(np.float32)
    if rng.random() < 0.4 * difficulty:
        result *= (np.float32(0.6) + np.float32(0.6) * ramp(rng, side))[:, :, np.newaxis]
    if rng.random() < 0.4 * difficulty:
        result = np.asarray(cv2.GaussianBlur(result, (0, 0), rng.uniform(0.4, 1.2) * side**0.5 / 10), np.float32)
    contrast, middle = np.float32(rng.uniform(0.7, 1.1)), np.float32(rng.uniform(100, 155))
    result = (result - np.float32(127.5)) * contrast + middle
    if rng.random() < 0.5 * difficulty:
        noise = rng.standard_normal(result.shape, np.float32)
        result += noise * np.float32(255 * rng.uniform(0.01, 0.06))
    return np.asarray(np.clip(result, 0, 255), np.uint8)
