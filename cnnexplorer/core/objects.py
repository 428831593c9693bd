"""The objects that drawn pictures show: what each looks like, as polygons, never twice the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from .messages import mark
from .outlines import Part, bar, box, disc, ellipse, mirrored, points, polar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Generator = np.random.Generator
Parts = list[Part]


def _circle(_rng: Generator) -> Parts:
    return [Part((disc(0, 0, 0.9),))]


def _ring(rng: Generator) -> Parts:
    return [Part((disc(0, 0, 0.95), disc(0, 0, rng.uniform(0.5, 0.68))))]


def _triangle(rng: Generator) -> Parts:
    return [Part((points((rng.uniform(-0.4, 0.4), -0.95), (0.95, 0.8), (-0.95, 0.8)),))]


def _square(_rng: Generator) -> Parts:
    return [Part((box(-0.8, -0.8, 0.8, 0.8),))]


def _star(rng: Generator) -> Parts:
    return [Part((polar([1, rng.uniform(0.36, 0.46)] * 5),))]


def _cross(rng: Generator) -> Parts:
    w = rng.uniform(0.22, 0.34)
    quarter = [(w, -w), (w, -0.95), (-w, -0.95)]
    corners = [(x, y) for x, y in quarter]
    for _ in range(3):
        quarter = [(y, -x) for x, y in quarter]
        corners += quarter
    return [Part((points(*corners),))]


def _crescent(rng: Generator) -> Parts:
    depth = rng.uniform(0.25, 0.5)
    outer = ellipse(0.2, 0, 0.95, 0.95, 60, 300)
    inner = ellipse(0.2 + 0.95 * 0.5, 0, 0.95 * depth + 0.3, 0.95 * np.sin(np.pi / 3), 270, 90)
    return [Part((np.concatenate([outer, inner]),))]


def _heart(_rng: Generator) -> Parts:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [Part((np.stack([x / 17, -y / 17 - 0.05], axis=1),))]


def _arrow(rng: Generator) -> Parts:
    w, neck = rng.uniform(0.14, 0.24), rng.uniform(-0.1, 0.2)
    return [Part((points((-0.95, -w), (neck, -w), (neck, -0.65), (0.98, 0), (neck, 0.65), (neck, w), (-0.95, w)),))]


def _spiral(rng: Generator) -> Parts:
    turns = rng.uniform(2.1, 2.6)
    angle = np.linspace(0.5, turns * 2 * np.pi, 70)
    radius = angle / angle[-1] * 0.9
    width = 0.085
    outer, inner = radius + width, np.maximum(radius - width, 0)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return [Part((np.concatenate([direction * outer[:, None], (direction * inner[:, None])[::-1]]),))]


def _flower(rng: Generator) -> Parts:
    count = int(rng.integers(5, 8))
    angle = np.arange(count) * 2 * np.pi / count
    width = 1.05 * np.sin(np.pi / count) * 0.6
    petals = []
    for turn in angle.tolist():
        petal = ellipse(0.6, 0, 0.38, width)
        c, s = np.cos(turn), np.sin(turn)
        petals.append(Part((petal @ np.array([[c, s], [-s, c]]),)))
    return [*petals, Part((disc(0, 0, 0.3),), 1)]


def _house(rng: Generator) -> Parts:
    side = 0.2 if rng.random() < 0.5 else -0.2
    return [
        Part((box(-0.7, -0.1, 0.7, 0.9),)),
        Part((points((-0.95, -0.08), (0, -0.95), (0.95, -0.08)),), 1),
        Part((box(side * 2 - 0.2, 0.25, side * 2 + 0.2, 0.9),), 2),
        Part((box(-side * 1.6 - 0.2, 0.15, -side * 1.6 + 0.2, 0.5),), 2),
    ]


def _fish(rng: Generator) -> Parts:
    tail = rng.uniform(0.4, 0.55)
    return [
        Part((points((0.45, 0), (0.98, -tail), (0.85, 0), (0.98, tail)),), 1),
        Part((points((-0.2, -0.3), (0.1, -0.75), (0.3, -0.25)),), 1),
        Part((ellipse(-0.2, 0, 0.78, rng.uniform(0.4, 0.5)),)),
        Part((disc(-0.62, -0.1, 0.1),), 2),
    ]


def _tree(rng: Generator) -> Parts:
    w = rng.uniform(0.09, 0.15)
    tiers = [
        Part((points((-s, y + 0.7), (0, y), (s, y + 0.7)),)) for y, s in ((-0.1, 0.75), (-0.5, 0.6), (-0.95, 0.42))
    ]
    return [Part((box(-w, 0.5, w, 0.98),), 1), *tiers]


def _car(rng: Generator) -> Parts:
    lean = rng.uniform(0.1, 0.25)
    roof = points((-0.6, -0.05), (-0.6 + lean, -0.5), (0.35, -0.5), (0.35 + lean, -0.05))
    return [
        Part((roof,)),
        Part((points((-0.46 + lean * 0.3, -0.08), (-0.55 + lean * 1.2, -0.4), (-0.08, -0.4), (-0.08, -0.08)),), 2),
        Part((points((0.0, -0.08), (0.0, -0.4), (0.3, -0.4), (0.3 + lean * 0.6, -0.08)),), 2),
        Part((points((-0.95, -0.05), (0.75, -0.05), (0.95, 0.1), (0.95, 0.35), (-0.95, 0.35)),)),
        Part((disc(-0.5, 0.36, 0.24),), 1),
        Part((disc(0.5, 0.36, 0.24),), 1),
    ]


def _cup(rng: Generator) -> Parts:
    foot = rng.uniform(0.3, 0.45)
    handle = (ellipse(0.5, -0.05, 0.46, 0.45), ellipse(0.5, -0.05, 0.28, 0.27))
    return [
        Part(handle),
        Part((points((-0.75, -0.7), (0.5, -0.7), (0.5 - (0.5 - foot) * 0.6, 0.7), (-0.75 + 0.5 - foot, 0.7)),)),
        Part((ellipse(-0.125, -0.7, 0.625, 0.16),), 1),
    ]


def _key(rng: Generator) -> Parts:
    teeth = rng.uniform(0.25, 0.4)
    return [
        Part((disc(-0.58, 0, 0.4), disc(-0.58, 0, 0.2))),
        Part((box(-0.22, -0.1, 0.97, 0.1),)),
        Part((box(0.5, 0.08, 0.64, teeth),)),
        Part((box(0.8, 0.08, 0.94, teeth),)),
    ]


def _face(rng: Generator) -> Parts:
    eye = rng.uniform(0.11, 0.16)
    mouth = np.concatenate([ellipse(0, 0.1, 0.55, 0.52, 10, 170), ellipse(0, 0.1, 0.5, 0.26, 170, 10)])
    return [
        Part((disc(0, 0, 0.95),)),
        Part((disc(-0.34, -0.25, eye),), 2),
        Part((disc(0.34, -0.25, eye),), 2),
        Part((mouth,), 2),
    ]


def _umbrella(rng: Generator) -> Parts:
    top = np.concatenate(
        [ellipse(0, 0, 0.97, 0.85, 180, 360)]
        + [ellipse(x, 0, 0.97 / 4, 0.13, 0, -180) for x in (0.7275, 0.2425, -0.2425, -0.7275)]
    )
    hook = np.concatenate([ellipse(0.2, 0.72, 0.26, 0.26, 0, 180), ellipse(0.2, 0.72, 0.14, 0.14, 180, 0)])
    middle = np.concatenate(
        [ellipse(0, 0, rng.uniform(0.25, 0.4), 0.85, 180, 360), ellipse(0, 0, 0.2425, 0.13, 0, -180)]
    )
    return [Part((box(-0.06, -0.2, 0.06, 0.74),), 2), Part((hook,), 2), Part((top,)), Part((middle,), 1)]


def _mushroom(rng: Generator) -> Parts:
    w = rng.uniform(0.2, 0.3)
    stem = points((-w, 0), (w, 0), (w * 1.3, 0.9), (-w * 1.3, 0.9))
    cap = np.concatenate([ellipse(0, 0.1, 0.95, 0.95, 180, 360), ellipse(0, 0.1, 0.95, 0.12, 0, 180)])
    return [
        Part((stem,), 1),
        Part((cap,)),
        *(Part((disc(x, y, 0.13),), 1) for x, y in ((-0.5, -0.2), (0, -0.5), (0.45, -0.15))),
    ]


def _butterfly(rng: Generator) -> Parts:
    upper = points((0.05, -0.05), (0.35, -0.75), (0.85, -0.85), (0.98, -0.45), (0.6, 0.05))
    lower = points((0.05, 0.0), (0.6, 0.05), (0.75, 0.45), (0.5, rng.uniform(0.7, 0.9)), (0.2, 0.6))
    dot = disc(0.62, -0.45, 0.17)
    wings = [Part((wing,), paint) for wing, paint in ((upper, 0), (lower, 1), (dot, 2))]
    return [
        *wings,
        *(Part((mirrored(part.outlines[0]),), part.paint) for part in wings),
        Part((ellipse(0, 0, 0.08, 0.6),), 2),
    ]


def _ladder(rng: Generator) -> Parts:
    w, count = rng.uniform(0.32, 0.42), int(rng.integers(4, 6))
    rungs = [Part((box(-w, y - 0.06, w, y + 0.06),)) for y in np.linspace(-0.7, 0.7, count).tolist()]
    return [*rungs, Part((box(-w - 0.08, -0.98, -w + 0.06, 0.98),)), Part((box(w - 0.06, -0.98, w + 0.08, 0.98),))]


def _sailboat(rng: Generator) -> Parts:
    tall = rng.uniform(-0.98, -0.8)
    return [
        Part((box(-0.04, tall, 0.04, 0.5),), 2),
        Part((points((0.1, tall + 0.05), (0.8, 0.3), (0.1, 0.3)),), 1),
        Part((points((-0.1, tall + 0.25), (-0.1, 0.3), (-0.65, 0.3)),), 1),
        Part((points((-0.95, 0.45), (0.95, 0.45), (0.6, 0.9), (-0.6, 0.9)),)),
    ]


def _bottle(rng: Generator) -> Parts:
    w, neck = rng.uniform(0.3, 0.4), rng.uniform(0.1, 0.14)
    half = [(neck, -0.85), (neck, -0.4), (w, -0.1), (w, 0.98)]
    return [
        Part((points(*half, *[(-x, y) for x, y in reversed(half)]),)),
        Part((box(-neck - 0.04, -0.98, neck + 0.04, -0.78),), 2),
        Part((box(-w, 0.15, w, 0.65),), 1),
    ]


def _lightning(rng: Generator) -> Parts:
    d = rng.uniform(-0.05, 0.05)
    return [
        Part((points((0.2, -0.98), (-0.6, 0.15 + d), (-0.08, 0.15), (-0.3, 0.98), (0.6, -0.25 + d), (0.08, -0.25)),))
    ]


def _gear(rng: Generator) -> Parts:
    count, inner = int(rng.integers(7, 10)), rng.uniform(0.68, 0.74)
    return [Part((polar([0.97, 0.97, inner, inner] * count), disc(0, 0, rng.uniform(0.22, 0.36))))]


def _glasses(rng: Generator) -> Parts:
    r = rng.uniform(0.37, 0.42)
    rims = [Part((disc(x, 0, r), disc(x, 0, r - 0.11))) for x in (-0.52, 0.52)]
    arms = [Part((bar((s * 0.88, -0.1), (s * 1.0, -0.55), 0.1),)) for s in (-1, 1)]
    return [Part((box(-0.2, -0.09, 0.2, 0.03),)), *rims, *arms]


def _hourglass(rng: Generator) -> Parts:
    neck = rng.uniform(0.04, 0.1)
    bulbs = points((-0.6, -0.85), (0.6, -0.85), (neck, 0), (0.6, 0.85), (-0.6, 0.85), (-neck, 0))
    return [Part((bulbs,)), Part((box(-0.72, -0.98, 0.72, -0.78),), 1), Part((box(-0.72, 0.78, 0.72, 0.98),), 1)]


def _wheel(rng: Generator) -> Parts:
    count = int(rng.integers(3, 5))
    spokes = []
    for turn in (np.arange(count) * np.pi / count).tolist():
        x, y = 0.85 * np.cos(turn), 0.85 * np.sin(turn)
        spokes.append(Part((bar((-x, -y), (x, y), 0.1),)))
    return [*spokes, Part((disc(0, 0, 0.97), disc(0, 0, 0.8))), Part((disc(0, 0, 0.18),), 1)]


def _anchor(rng: Generator) -> Parts:
    y = rng.uniform(-0.4, -0.3)
    hook = np.concatenate([ellipse(0, 0.15, 0.82, 0.8, 0, 180), ellipse(0, 0.15, 0.62, 0.56, 180, 0)])
    tips = [Part((points((s * 0.5, 0.2), (s * 0.74, -0.15), (s * 0.99, 0.2)),)) for s in (-1, 1)]
    return [
        Part((disc(0, -0.76, 0.22), disc(0, -0.76, 0.1))),
        Part((box(-0.1, -0.58, 0.1, 0.85),)),
        Part((box(-0.45, y - 0.08, 0.45, y + 0.08),)),
        Part((hook,)),
        *tips,
    ]


def _rocket(rng: Generator) -> Parts:
    w = rng.uniform(0.28, 0.36)
    body = np.concatenate([ellipse(0, -0.1, w, 0.88, 180, 360), [(w * 0.8, 0.6), (-w * 0.8, 0.6)]])
    return [
        Part((points((w * 0.8, 0.1), (0.72, 0.75), (w * 0.6, 0.6)),), 1),
        Part((points((-w * 0.8, 0.1), (-0.72, 0.75), (-w * 0.6, 0.6)),), 1),
        Part((points((-0.18, 0.6), (0.18, 0.6), (0, 0.98)),), 2),
        Part((body,)),
        Part((disc(0, -0.25, 0.15),), 2),
    ]


def _snowman(rng: Generator) -> Parts:
    r = rng.uniform(0.48, 0.54)
    return [
        Part((disc(0, 0.45, r),)),
        Part((disc(0, -0.3, 0.36),)),
        Part((box(-0.4, -0.68, 0.4, -0.56),), 1),
        Part((box(-0.24, -0.98, 0.24, -0.6),), 1),
        Part((disc(-0.13, -0.38, 0.06),), 2),
        Part((disc(0.13, -0.38, 0.06),), 2),
        Part((disc(0, 0.3, 0.07),), 2),
        Part((disc(0, 0.58, 0.07),), 2),
    ]


OBJECTS: Mapping[str, Callable[[Generator], Parts]] = MappingProxyType(
    {
        mark("circle"): _circle,
        mark("ring"): _ring,
        mark("triangle"): _triangle,
        mark("square"): _square,
        mark("star"): _star,
        mark("cross"): _cross,
        mark("crescent"): _crescent,
        mark("heart"): _heart,
        mark("arrow"): _arrow,
        mark("spiral"): _spiral,
        mark("flower"): _flower,
        mark("house"): _house,
        mark("fish"): _fish,
        mark("fir tree"): _tree,
        mark("car"): _car,
        mark("cup"): _cup,
        mark("key"): _key,
        mark("face"): _face,
        mark("umbrella"): _umbrella,
        mark("mushroom"): _mushroom,
        mark("butterfly"): _butterfly,
        mark("ladder"): _ladder,
        mark("sailing boat"): _sailboat,
        mark("bottle"): _bottle,
        mark("lightning"): _lightning,
        mark("gearwheel"): _gear,
        mark("glasses"): _glasses,
        mark("hourglass"): _hourglass,
        mark("spoked wheel"): _wheel,
        mark("anchor"): _anchor,
        mark("rocket"): _rocket,
        mark("snowman"): _snowman,
    }
)
"""How each is drawn, by its English name; the names stand in the order of the network's classes."""

CLASSES: tuple[str, ...] = tuple(OBJECTS)
