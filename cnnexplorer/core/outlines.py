"""Outlines of drawn objects: ellipses, boxes, bars and stars as polygons, and the parts that are made of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Outline = NDArray[np.float64]  # (N, 2): x to the right and y down, an object fills about -1 to 1


class Part(NamedTuple):
    """A piece of an object in one colour.

    `outlines` are filled by the even-odd rule: a second one inside the first is a hole. `paint` is which of the
    object's three colours.
    """

    outlines: tuple[Outline, ...]
    paint: int = 0


def ellipse(
    x: float = 0, y: float = 0, width: float = 1, height: float = 1, start: float = 0, stop: float = 360
) -> Outline:
    """Return an ellipse, or an arc of it, by its middle and its half axes."""
    count = max(6, round(abs(stop - start) / 10))
    angle = np.radians(np.linspace(start, stop, count, endpoint=abs(stop - start) < 360))
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], axis=1)


def disc(x: float, y: float, radius: float) -> Outline:
    """Return a disc by its middle and its radius."""
    return ellipse(x, y, radius, radius)


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    """Return an upright rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def points(*corners: tuple[float, float]) -> Outline:
    """Return a polygon by its corners."""
    return np.array(corners)


def polar(radii: Outline | list[float], turn: float = -np.pi / 2) -> Outline:
    """Return the polygon whose corners have these radii, at equal angles."""
    angle = turn + np.arange(len(radii)) * 2 * np.pi / len(radii)
    return np.stack([radii * np.cos(angle), radii * np.sin(angle)], axis=1)


def bar(start: tuple[float, float], stop: tuple[float, float], width: float) -> Outline:
    """Return a straight bar as a polygon."""
    a, b = np.array(start), np.array(stop)
    along = (b - a) / np.hypot(*(b - a))
    side = np.array([-along[1], along[0]]) * width / 2
    return np.array([a + side, b + side, b - side, a - side])


def mirrored(outline: Outline) -> Outline:
    """Return an outline with left and right changed."""
    return outline * (-1, 1)
