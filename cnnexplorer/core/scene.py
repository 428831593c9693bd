"""The scene among the samples: a house, a tree and a garden, with the textures and edges of a photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from .drawing import smooth_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Canvas = NDArray[np.float32]
    Color = tuple[float, float, float]

# The scene. Its drawing is made in pixels of the finished picture, on a canvas that is finer by _FINE.
_SIDE = 224
_FINE = 3
_SIZE = _SIDE * _FINE
_HORIZON = 134
_LIGHT = (-0.55, -0.84)  # where the light comes from: from the left, high up


def _noise(rng: np.random.Generator, cells: tuple[float, float], octaves: int = 4) -> Canvas:
    """Return clouds of numbers about 0, the canvas's size: `cells` is how many waves there are in height and width."""
    half = _SIZE // 2
    total = np.zeros((half, half), np.float32)
    for octave in range(octaves):
        grid = [min(half, round(count * 2**octave)) for count in cells]
        waves = rng.random(grid, np.float32) - 0.5
        total += cv2.resize(waves, (half, half), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    return np.asarray(cv2.resize(total, (_SIZE, _SIZE), interpolation=cv2.INTER_LINEAR), np.float32)


def _outline(points: Sequence[tuple[float, float]] | Floats) -> NDArray[np.int32]:
    return np.round(np.asarray(points, np.float64) * _FINE).astype(np.int32)


def _fill(canvas: Canvas, points: Sequence[tuple[float, float]] | Floats, paint: Canvas | Color) -> None:
    """Fill a polygon with one colour, or with the paint (H, W, 3) that lies there."""
    if isinstance(paint, tuple):
        cv2.fillPoly(canvas, [_outline(points)], paint)
        return
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(mask, [_outline(points)], 1)
    cv2.copyTo(paint, mask, canvas)


def _box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _shade(canvas: Canvas, points: Sequence[tuple[float, float]] | Floats, strength: float, blur: float) -> None:
    """Darken a polygon, softly at its rim."""
    outline = _outline(points)
    reach = round(4 * blur * _FINE)
    left, top = np.maximum(outline.min(axis=0) - reach, 0).tolist()
    right, bottom = (outline.max(axis=0) + reach).tolist()
    region = canvas[top:bottom, left:right]
    mask = np.zeros(region.shape[:2], np.float32)
    cv2.fillPoly(mask, [outline], strength, offset=(-left, -top))
    region *= 1 - cv2.GaussianBlur(mask, (0, 0), blur * _FINE)[:, :, np.newaxis]


def _mix(first: Color, second: Color, share: Canvas) -> Canvas:
    """Return the paint between two colours, (H, W) -> (H, W, 3)."""
    part = np.clip(share, 0, 1).astype(np.float32)
    return np.asarray(cv2.merge([start + (stop - start) * part for start, stop in zip(first, second, strict=True)]))


def _grid() -> tuple[Canvas, Canvas]:
    """Return row (H, 1) and column (1, W) of the canvas, in pixels of the finished picture."""
    steps = np.asarray((np.arange(_SIZE) + 0.5) / _FINE, np.float32)
    return steps.reshape(-1, 1), steps.reshape(1, -1)


def _draw_sky(canvas: Canvas, rng: np.random.Generator) -> None:
    row, _ = _grid()
    depth = np.broadcast_to(row / _HORIZON, (_SIZE, _SIZE))
    canvas[:] = _mix((0.22, 0.47, 0.84), (0.80, 0.90, 0.97), depth.astype(np.float32))
    clouds = _noise(rng, (7, 3), octaves=6)
    cover = np.clip((clouds - 0.10) * 3.0, 0, 1) * np.clip(1.25 - depth, 0, 1)
    lit = 0.90 + 0.35 * np.clip(clouds - np.roll(clouds, -6 * _FINE, axis=0), -0.4, 0.25)
    white = np.stack([lit, lit, lit * 1.02], axis=2)
    canvas += (white - canvas) * cover[:, :, np.newaxis]


def _draw_hills(canvas: Canvas, rng: np.random.Generator) -> None:
    x = np.linspace(0, _SIDE, 120)
    for height, size, near, far in (
        (112, 9.0, (0.47, 0.60, 0.71), (0.62, 0.74, 0.83)),
        (122, 6.0, (0.33, 0.50, 0.43), (0.47, 0.62, 0.55)),
    ):
        phases = rng.uniform(0, 6.28, 3)
        waves = [np.sin(x * speed / 36 + phase) / speed for speed, phase in zip((1.0, 2.3, 6.1), phases, strict=True)]
        ridge = np.stack([x, height - size * np.sum(waves, axis=0)], axis=1)
        paint = _mix(near, far, 0.5 + 1.1 * _noise(rng, (40, 24), octaves=3))
        _fill(canvas, [*map(tuple, ridge), (_SIDE, 150), (0, 150)], paint)


def _draw_meadow(canvas: Canvas, rng: np.random.Generator) -> None:
    row, _ = _grid()
    depth = (row - _HORIZON) / (_SIDE - _HORIZON)
    tone = 0.5 + 0.9 * _noise(rng, (30, 10), octaves=4) + 0.25 * (0.4 - depth)
    _fill(
        canvas, _box(0, _HORIZON, _SIDE, _SIDE), _mix((0.20, 0.40, 0.10), (0.52, 0.68, 0.24), tone.astype(np.float32))
    )


def _draw_path(canvas: Canvas, rng: np.random.Generator) -> None:
    row, column = _grid()
    depth = np.maximum(row - 120, 1)  # the stones shrink towards the horizon
    along = 260 * np.log(depth) / 24
    course = np.floor(along)
    across = (column - 110) / depth * 8 + course % 2 * 0.5
    stone = (course * 57 + np.floor(across) * 131).astype(np.int64) % 256
    tone = 0.35 + 0.4 * rng.random(256, np.float32)[stone] + 0.7 * _noise(rng, (60, 40), octaves=3)
    joint = (np.abs(along % 1 - 0.5) > 0.42) | (np.abs(across % 1 - 0.5) > 0.45)
    paint = _mix((0.42, 0.36, 0.30), (0.88, 0.80, 0.68), np.where(joint, tone - 0.5, tone).astype(np.float32))
    left = smooth_curve([(101, 166), (97, 180), (84, 202), (60, 226)])
    right = smooth_curve([(115, 166), (117, 180), (124, 202), (132, 226)])[::-1]
    _fill(canvas, np.concatenate([left, right]), paint)


def _draw_grass(canvas: Canvas, rng: np.random.Generator, count: int, rows: tuple[float, float]) -> None:
    """Draw blades of grass, further ones first, longer towards the front."""
    y = np.sort(rng.uniform(*rows, count))
    x = rng.uniform(-4, _SIDE + 4, count)
    length = 1.2 + 7.5 * ((y - _HORIZON) / (_SIDE - _HORIZON)) ** 1.3 * rng.uniform(0.6, 1.2, count)
    lean = rng.normal(0.15, 0.35, count) * length
    tone = rng.uniform(0.0, 1.0, (count, 1))
    colors = np.array([0.14, 0.33, 0.06]) * (1 - tone) + np.array([0.62, 0.77, 0.28]) * tone
    on_path = (x > 101 - (y - 166) * 0.68 - 2) & (x < 115 + (y - 166) * 0.28 + 2) & (y > 164)
    roots = _outline(np.stack([x, y], axis=1))
    tips = _outline(np.stack([x + lean, y - length], axis=1))
    for index in np.flatnonzero(~on_path).tolist():
        cv2.line(canvas, roots[index].tolist(), tips[index].tolist(), colors[index].tolist(), 1 + (y[index] > 195))


def _bricks(rng: np.random.Generator) -> Canvas:
    row, column = _grid()
    course = np.floor(row / 3.6)
    along = column / 7.6 + course % 2 * 0.5
    number = (course * 37 + np.floor(along) * 101).astype(np.int64) % 512
    tone = rng.random(512, np.float32)[number] * 0.75 + 0.8 * _noise(rng, (90, 90), octaves=2) + 0.15
    paint = _mix((0.49, 0.20, 0.14), (0.80, 0.43, 0.30), tone.astype(np.float32))
    joint = (row % 3.6 < 0.75) | (along % 1 < 0.11)
    paint[joint] = (0.78, 0.73, 0.66)
    return paint


def _tiles(rng: np.random.Generator) -> Canvas:
    row, column = _grid()
    course = np.floor(row / 4.4)
    along = column / 5.2 + course % 2 * 0.5
    number = (course * 53 + np.floor(along) * 89).astype(np.int64) % 512
    bow = 1 - (2 * (along % 1) - 1) ** 2  # each tile is round: light in its middle, and lower there
    down = (row % 4.4) / 4.4
    tone = 0.25 + 0.35 * rng.random(512, np.float32)[number] + 0.35 * bow + 0.25 * down
    tone = np.where(down < 0.30 - 0.22 * bow, 0.0, tone)
    return _mix((0.25, 0.13, 0.13), (0.68, 0.33, 0.25), tone.astype(np.float32))


def _wood(rng: np.random.Generator, dark: Color, light: Color) -> Canvas:
    return _mix(dark, light, 0.5 + 1.3 * _noise(rng, (9, 150), octaves=3))


def _draw_window(canvas: Canvas, left: float, top: float, right: float, bottom: float) -> None:
    _fill(canvas, _box(left - 2.4, bottom + 1, right + 2.4, bottom + 3.2), (0.86, 0.84, 0.80))
    _shade(canvas, _box(left - 2.4, bottom + 3.2, right + 2.4, bottom + 5), 0.4, 0.4)
    _fill(canvas, _box(left - 1.4, top - 1.4, right + 1.4, bottom + 1.4), (0.95, 0.94, 0.90))
    row, column = _grid()
    tone = (row - top) / (bottom - top) * 0.6 + 0.2 * np.sin((row + column) / 3.4)
    _fill(canvas, _box(left, top, right, bottom), _mix((0.13, 0.21, 0.32), (0.58, 0.74, 0.86), tone.astype(np.float32)))
    _shade(canvas, _box(left, top, right, top + 1.6), 0.5, 0.3)
    across, middle = (left + right) / 2, (top + bottom) / 2
    _fill(canvas, _box(across - 0.7, top, across + 0.7, bottom), (0.95, 0.94, 0.90))
    _fill(canvas, _box(left, middle - 0.6, right, middle + 0.6), (0.95, 0.94, 0.90))
    for start in (left - 7.4, right + 1.8):
        _fill(canvas, _box(start, top - 1, start + 5.6, bottom + 1), (0.17, 0.38, 0.33))
        for slat in np.arange(top + 0.6, bottom - 0.4, 2.0).tolist():
            _fill(canvas, _box(start + 0.9, slat, start + 4.7, slat + 0.9), (0.30, 0.54, 0.47))


def _draw_house(canvas: Canvas, rng: np.random.Generator) -> None:
    bricks = _bricks(rng)
    _shade(canvas, [(152, 166), (152, 152), (186, 160), (180, 168)], 0.5, 1.5)
    _fill(canvas, _box(122, 54, 134, 84), bricks)
    _shade(canvas, _box(130, 54, 134, 84), 0.35, 0.5)
    _fill(canvas, _box(120.5, 51, 135.5, 55), (0.62, 0.58, 0.54))
    _shade(bricks, _box(140, 98, 153, 166), 0.22, 5)
    _fill(canvas, _box(58, 100, 152, 166), bricks)
    _fill(canvas, _box(58, 161, 152, 166), _mix((0.42, 0.41, 0.40), (0.66, 0.64, 0.60), 0.5 + _noise(rng, (60, 60))))
    _shade(canvas, _box(54, 98, 156, 107), 0.55, 1.2)
    tiles = _tiles(rng)
    _shade(tiles, [(128, 66), (138, 66), (159, 103), (140, 103)], 0.25, 5)
    _fill(canvas, [(72, 66), (138, 66), (159, 103), (51, 103)], tiles)
    _fill(canvas, _box(71, 64.4, 139, 67), (0.36, 0.17, 0.15))
    _fill(canvas, _box(50, 102.4, 160, 105), (0.90, 0.88, 0.83))
    _draw_window(canvas, 70, 117, 86, 139)
    _draw_window(canvas, 126, 117, 142, 139)
    _fill(canvas, _box(97.4, 118.4, 118.6, 166), (0.95, 0.94, 0.90))
    _fill(canvas, _box(99.4, 120.4, 116.6, 166), _wood(rng, (0.28, 0.15, 0.08), (0.55, 0.33, 0.17)))
    for plank in (103.6, 107.9, 112.2):
        _fill(canvas, _box(plank, 120.4, plank + 0.7, 166), (0.18, 0.09, 0.05))
    _shade(canvas, _box(99.4, 120.4, 116.6, 123), 0.5, 0.6)
    cv2.circle(canvas, _outline([(114.4, 145)])[0].tolist(), round(1.1 * _FINE), (0.93, 0.78, 0.35), -1)
    _fill(canvas, _box(95, 164.6, 121, 168.4), (0.74, 0.71, 0.66))
    _fill(canvas, _box(95, 167.2, 121, 168.4), (0.48, 0.46, 0.43))


def _draw_fence(canvas: Canvas, rng: np.random.Generator, left: float, right: float) -> None:
    planks = _wood(rng, (0.74, 0.71, 0.66), (0.99, 0.98, 0.95))
    _shade(canvas, [(left, 189), (right, 189), (right + 8, 194), (left + 8, 194)], 0.35, 1.0)
    for rail in (171.0, 182.0):
        _fill(canvas, _box(left, rail, right, rail + 2.6), (0.80, 0.77, 0.72))
        _fill(canvas, _box(left, rail + 2.0, right, rail + 2.6), (0.52, 0.49, 0.46))
    for start in np.arange(left + 1, right - 4, 7.0).tolist():
        tall = 163.5 + float(rng.uniform(-0.5, 0.5))
        slat = [(start, tall + 3), (start + 2.2, tall), (start + 4.4, tall + 3), (start + 4.4, 190), (start, 190)]
        _fill(canvas, slat, planks)
        _fill(
            canvas,
            [(start + 3.6, tall + 2), (start + 4.4, tall + 3), (start + 4.4, 190), (start + 3.6, 190)],
            (0.56, 0.54, 0.51),
        )


def _draw_tree(canvas: Canvas, rng: np.random.Generator) -> None:
    _shade(canvas, [(196, 198), (222, 196), (240, 200), (240, 210), (204, 208), (190, 203)], 0.45, 2.5)
    bark = _mix((0.17, 0.11, 0.07), (0.52, 0.40, 0.28), 0.55 + 1.5 * _noise(rng, (18, 110), octaves=3))
    _shade(bark, [(195, 110), (200, 110), (202, 180), (209, 203), (199, 203)], 0.45, 1.5)
    _shade(bark, _box(180, 112, 206, 132), 0.5, 4)
    left = smooth_curve([(185, 110), (188, 150), (187, 180), (181, 203)])
    right = smooth_curve([(198, 110), (199, 150), (201, 180), (208, 203)])[::-1]
    _fill(canvas, np.concatenate([left, right]), bark)
    _fill(canvas, [(190, 128), (172, 104), (175, 102), (195, 120)], bark)
    _fill(canvas, [(193, 126), (212, 104), (215, 106), (198, 130)], bark)
    heaps = [(190, 88, 27), (168, 96, 19), (213, 92, 22), (178, 66, 22), (204, 62, 24), (191, 50, 20), (190, 108, 20)]
    for x, y, radius in heaps:
        cv2.circle(canvas, _outline([(x, y)])[0].tolist(), round(radius * 0.86 * _FINE), (0.08, 0.20, 0.06), -1)
    count = 420
    for x, y, radius in heaps:
        angle = rng.uniform(0, 2 * np.pi, count)
        away = np.sqrt(rng.uniform(0, 1, count))
        dx, dy = away * np.cos(angle), away * np.sin(angle)
        light = np.clip(0.42 + 0.50 * (dx * _LIGHT[0] + dy * _LIGHT[1]) + rng.normal(0, 0.15, count), 0, 1)[
            :, np.newaxis
        ]
        colors = np.array([0.09, 0.22, 0.05]) * (1 - light) + np.array([0.60, 0.74, 0.24]) * light
        centers = _outline(np.stack([x + dx * radius, y + dy * radius], axis=1)).tolist()
        turns = rng.uniform(0, 180, count).tolist()
        for center, turn, color in zip(centers, turns, colors.tolist(), strict=True):
            cv2.ellipse(canvas, center, (5, 3), turn, 0, 360, color, -1)


def _draw_flowers(canvas: Canvas, rng: np.random.Generator) -> None:
    petals: tuple[Color, ...] = ((0.90, 0.16, 0.18), (0.98, 0.83, 0.20), (0.97, 0.97, 0.98), (0.72, 0.38, 0.80))
    y = np.sort(rng.uniform(194, 222, 70))
    x = np.where(rng.random(70) < 0.45, rng.uniform(0, 66, 70), rng.uniform(134, 224, 70))
    for column, row in zip(x.tolist(), y.tolist(), strict=True):
        if row > 205 - (column - 40) * 0.3 and column < 75:
            column -= 14
        size = 0.9 + (row - 194) / 28 * 1.0
        color = petals[int(rng.integers(len(petals)))]
        stem = _outline([(column, row), (column + 0.5, row + 4 * size)])
        cv2.line(canvas, stem[0].tolist(), stem[1].tolist(), (0.16, 0.38, 0.10), 2)
        for angle in np.arange(5) * 2 * np.pi / 5:
            petal = _outline([(column + size * np.cos(angle), row + size * np.sin(angle))])[0].tolist()
            cv2.circle(canvas, petal, round(0.75 * size * _FINE), color, -1)
        heart = (0.98, 0.80, 0.15) if color[2] > 0.5 else (0.45, 0.25, 0.08)
        cv2.circle(canvas, stem[0].tolist(), round(0.6 * size * _FINE), heart, -1)


def draw_scene() -> Floats:
    """Return the scene, (3, 224, 224) with values from 0 to 1."""
    rng = np.random.default_rng(5)
    canvas = np.zeros((_SIZE, _SIZE, 3), np.float32)
    _draw_sky(canvas, rng)
    _draw_hills(canvas, rng)
    _draw_meadow(canvas, rng)
    _draw_grass(canvas, rng, 900, (_HORIZON + 1, 168))
    _draw_house(canvas, rng)
    _draw_path(canvas, rng)
    _draw_grass(canvas, rng, 1500, (168, 192))
    _draw_fence(canvas, rng, -3, 88)
    _draw_fence(canvas, rng, 124, 227)
    _draw_tree(canvas, rng)
    _draw_grass(canvas, rng, 1500, (192, 230))
    _draw_flowers(canvas, rng)
    small = cv2.resize(canvas, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(np.clip(small, 0, 1).transpose(2, 0, 1), np.float64)
