"""Pictures that come with the program, drawn by its own code, and noise to put on a picture.

The small ones have few and simple values, so that every product and sum of a convolution can be followed by hand; the
scene has the textures and edges of a photograph. All are the same at every start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from .drawing import smooth_curve
from .messages import SettingError, mark
from .objects import CLASSES
from .pictures import draw_labelled
from .scene import draw_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A picture that comes with the program.

    Parameters
    ----------
    id
        The name that sessions and labs call it.
    title, description
        In English, marked for translation.
    make
        Draws it: array (C, H, W) of float64.
    """

    id: str
    title: str
    description: str
    make: Callable[[], Floats]


def make_sample(id: str) -> Floats:
    """Draw the picture with this id, an array (C, H, W) of float64.

    Raises
    ------
    ValueError
        If no picture has this id.

    Examples
    --------
    >>> make_sample("patch")
    array([[[0., 2., 3.],
            [2., 4., 1.],
            [0., 3., 0.]]])
    """
    if id not in SAMPLES:
        raise ValueError(f'sample "{id}" is unknown: use one of {", ".join(SAMPLES)}')
    return SAMPLES[id].make()


def add_noise(image: Floats, kind: str, amount: float, seed: int) -> Floats:
    """Return the image (C, H, W) with noise on it, the same for the same seed everywhere.

    Parameters
    ----------
    kind
        "gaussian": normally distributed numbers are added to each value. The result is not clipped, so it can leave the
        range of the image. "salt_pepper": some pixels, all their channels together, become the image's minimum or its
        maximum, as many the one as the other.
    amount
        gaussian: the standard deviation, in the image's units. salt_pepper: the share of the pixels, 0 to 1, rounded
        to whole pixels.
    seed
        A whole number, 0 or more.

    Raises
    ------
    SettingError
        If the kind is unknown, or the amount or the seed cannot be.

    Examples
    --------
    >>> add_noise(np.array([[[0.0, 1.0, 2.0, 3.0]]]), "salt_pepper", 1.0, seed=0)
    array([[[0., 3., 0., 3.]]])
    """
    if kind not in ("gaussian", "salt_pepper"):
        raise SettingError('noise "{kind}" is unknown: use "gaussian" or "salt_pepper"', kind=kind)
    if not np.isfinite(amount):
        raise SettingError("noise amount {amount} is no finite number: use 0 or more", amount=amount)
    if amount < 0:
        raise SettingError("noise amount {amount} is negative: use 0 or more", amount=amount)
    if kind == "salt_pepper" and amount > 1:
        raise SettingError("noise amount {amount} is more than all pixels: use 0 to 1", amount=amount)
    if seed < 0:
        raise SettingError("seed {seed} is negative: use 0 or more", seed=seed)
    rng = np.random.default_rng(seed)
    if kind == "gaussian":
        with np.errstate(over="ignore", invalid="ignore"):
            noisy = image + amount * rng.standard_normal(image.shape)
        if np.isinf(noisy).any() and not np.isinf(image).any():
            raise SettingError("noise amount {amount} makes infinite values: use less", amount=amount)
        return noisy
    noisy = np.array(image, np.float64)
    pixels = noisy.reshape(len(noisy), -1)  # (C, H, W) -> (C, H * W), the same memory
    count = round(amount * pixels.shape[1])
    chosen = rng.permutation(pixels.shape[1])[:count]
    pepper = (count + int(rng.integers(2))) // 2  # of an odd number, chance gives the last one to either
    pixels[:, chosen[:pepper]] = image.min()
    pixels[:, chosen[pepper:]] = image.max()
    return noisy


def _rows(*rows: str) -> Floats:
    """Return a picture (1, H, W) from rows of text: "." is 0, "+" a half and "#" 1."""
    return np.array([[[".+#".index(sign) / 2 for sign in row] for row in rows]])


def _digit() -> Floats:
    return _rows(
        "........",
        ".######.",
        ".######.",
        "....+##.",
        "...+##+.",
        "...##+..",
        "..+##...",
        "..##+...",
    )


def _patch() -> Floats:
    return np.array([[[0.0, 2.0, 3.0], [2.0, 4.0, 1.0], [0.0, 3.0, 0.0]]])


def _stripes() -> Floats:
    return _rows("......", "######", "......", "######", "......", "######")


def _checkerboard() -> Floats:
    return _rows(*[".#.#.#.#", "#.#.#.#."] * 4)


def _step() -> Floats:
    return _rows(*["....####"] * 8)


def _ramp() -> Floats:
    return np.tile(np.arange(8) / 8, (1, 8, 1))


def _disc() -> Floats:
    fine = (np.arange(16 * 8) + 0.5) / 8 - 8  # 8 x 8 points in each pixel: a share of 64ths
    inside = fine**2 + fine[:, np.newaxis] ** 2 <= 5.5**2
    return np.asarray(inside.reshape(1, 16, 8, 16, 8).mean(axis=(2, 4)))


def _rgb_patch() -> Floats:
    picture = np.full((3, 8, 8), 1.0)
    picture[:, 1:4, 1:4] = [[[1.0]], [[0.0]], [[0.0]]]  # a red square
    picture[:, 1:4, 5:7] = [[[0.0]], [[0.5]], [[0.0]]]  # a green bar
    picture[:, 5:7, 1:7] = [[[0.0]], [[0.25]], [[1.0]]]  # a blue bar
    picture[:, 5:7, 3:5] = [[[1.0]], [[0.75]], [[0.0]]]  # and yellow in its middle
    return picture


# The pen's way, in pixels of a picture of 28 x 28, smoothed into curves
_STROKES: dict[int, Sequence[Sequence[tuple[float, float]]]] = {
    3: [[(8.5, 8), (11, 5.2), (15, 4.6), (18.6, 7), (18, 10.8), (13.2, 13)],
        [(13.2, 13), (18.2, 14.2), (20, 18), (17.6, 22), (13, 23.2), (8, 20.6)]],
    5: [[(19.4, 5.4), (10, 5.6)], [(10, 5.6), (9, 13)],
        [(9, 13), (13.4, 11.6), (18.2, 13.6), (19.4, 17.8), (16.6, 22), (12, 23), (7.8, 20.8)]],
    8: [[(14.4, 13.2), (10, 10.6), (10, 6.6), (14, 4.6), (18.2, 6.4), (18, 10.4), (14.4, 13.2),
         (9.6, 16.4), (9, 20.4), (13.4, 23.4), (18.4, 21.4), (19, 17), (14.4, 13.2)]],
}  # fmt: skip


def _written_digit(digit: int) -> Floats:
    """Return the digit, 28 x 28, drawn with a pen that trembles a little."""
    scale = 8
    rng = np.random.default_rng(digit)
    canvas = np.zeros((28 * scale, 28 * scale), np.float32)
    for stroke in _STROKES[digit]:
        wobbled = [
            (x + dx, y + dy) for (x, y), (dx, dy) in zip(stroke, rng.normal(0, 0.12, (len(stroke), 2)), strict=True)
        ]
        way = np.round(smooth_curve(wobbled) * scale).astype(np.int32)
        cv2.polylines(canvas, [way], False, 1.0, thickness=round(2.6 * scale))
    soft = cv2.GaussianBlur(canvas, (0, 0), 0.35 * scale)
    small = cv2.resize(soft, (28, 28), interpolation=cv2.INTER_AREA)
    # in 255ths, like the scanned digits that networks are trained with
    return np.asarray(np.round(np.clip(small, 0, 1) * 255)[np.newaxis], np.float64) / 255


def _three() -> Floats:
    return _written_digit(3)


def _five() -> Floats:
    return _written_digit(5)


def _eight() -> Floats:
    return _written_digit(8)


def _drawn(name: str, title: str, seed: int) -> Sample:
    """Return the sample of an object's class, drawn as the pictures that the program's network was trained on."""

    def make() -> Floats:
        picture, _ = draw_labelled(seed, 224, CLASSES.index(name))
        return picture

    return Sample(
        f"drawn_{name}",
        title,
        mark("224 x 224 in colour: drawn by the program, as those that AlexNet 2012 was trained on"),
        make,
    )


SAMPLES: dict[str, Sample] = {
    sample.id: sample
    for sample in (
        Sample(
            "digit",
            mark("Digit 7"),
            mark("8 x 8: horizontal, vertical and diagonal edges, values 0, 0.5 and 1"),
            _digit,
        ),
        Sample("patch", mark("Patch of the lecture"), mark("3 x 3: small whole numbers, to calculate by hand"), _patch),
        Sample("stripes", mark("Stripes"), mark("6 x 6: alternating rows of 0 and 1"), _stripes),
        Sample(
            "checkerboard", mark("Checkerboard"), mark("8 x 8: 0 and 1 alternate in both directions"), _checkerboard
        ),
        Sample("step", mark("Step"), mark("8 x 8: one vertical edge between 0 and 1"), _step),
        Sample("ramp", mark("Ramp"), mark("8 x 8: brighter by an eighth from column to column"), _ramp),
        Sample("disc", mark("Disc"), mark("16 x 16: a round edge in every direction"), _disc),
        Sample("rgb_patch", mark("Coloured patch"), mark("8 x 8 in colour: red, green, blue and yellow"), _rgb_patch),
        Sample("digit28_3", mark("Handwritten 3"), mark("28 x 28: drawn with a pen"), _three),
        Sample("digit28_5", mark("Handwritten 5"), mark("28 x 28: drawn with a pen"), _five),
        Sample("digit28_8", mark("Handwritten 8"), mark("28 x 28: drawn with a pen"), _eight),
        Sample(
            "scene",
            mark("House and garden"),
            mark("224 x 224 in colour: bricks, tiles, leaves and grass"),
            draw_scene,
        ),
        _drawn("star", mark("Drawn star"), 12),
        _drawn("house", mark("Drawn house"), 4),
        _drawn("fish", mark("Drawn fish"), 3),
        _drawn("car", mark("Drawn car"), 9),
        _drawn("butterfly", mark("Drawn butterfly"), 15),
        _drawn("umbrella", mark("Drawn umbrella"), 8),
    )
}
"""All pictures by their id, in the order in which a menu shows them."""
