"""Pictures on their way into a file, and what changes from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]  # (H, W, 3): red, green, blue


class Note(NamedTuple):
    """What a file says about itself, where its format can: a title, and any number of lines."""

    title: str = ""
    text: str = ""

    def __str__(self) -> str:
        return "\n".join(part for part in self if part)


class Change(NamedTuple):
    """The part of a picture that differs from the picture before: where it lies, its colours, and which pixels.

    `changed` is (H, W): 255 where a pixel changed, else 0. It is valid until the next picture.
    """

    left: int
    top: int
    pixels: Picture
    changed: NDArray[np.uint8]


class Changes:
    """Finds what changes from each picture to the next.

    It keeps what it works on: memory that is asked for and given back at every picture takes longer than the work.
    """

    def __init__(self) -> None:
        self._before: Picture | None = None
        self._layers: list[NDArray[np.uint8]] = []

    def to(self, picture: Picture, even: bool = False) -> Change:
        """Return what differs from the picture before, as the smallest rectangle; all of the first picture.

        Where nothing differs it is one pixel that did not change: a frame needs one. With `even` it begins at an even
        row and column, as some formats ask for.
        """
        before, self._before = self._before, picture
        height, width = picture.shape[:2]
        if before is None:
            self._layers = [np.empty_like(picture), np.empty((height, width), np.uint8)]
            return Change(0, 0, picture, np.full((height, width), 255, np.uint8))
        difference, changed = self._layers
        cv2.absdiff(before, picture, difference)
        cv2.bitwise_not(cv2.inRange(difference, (0, 0, 0), (0, 0, 0), changed), changed)
        left, top, wide, high = cv2.boundingRect(changed)
        right, bottom = left + max(wide, 1), top + max(high, 1)
        if even:
            left, top = left & ~1, top & ~1
        part = np.s_[top:bottom, left:right]
        return Change(left, top, picture[part], changed[part])


class Layers:
    """Turns changes into pictures with transparency: what did not change is transparent black."""

    def __init__(self) -> None:
        self._room: list[NDArray[np.uint8]] = []

    def of(self, change: Change) -> NDArray[np.uint8]:
        """Return (H, W, 4), valid until the next one."""
        height, width = change.changed.shape
        size = 4 * height * width
        if not self._room or len(self._room[0]) < size:
            self._room = [np.empty(size, np.uint8) for _layer in range(2)]
        opaque, found = (layer[:size].reshape(height, width, 4) for layer in self._room)
        cv2.cvtColor(change.pixels, cv2.COLOR_RGB2RGBA, opaque)
        found[:] = 0
        cv2.copyTo(opaque, change.changed, found)
        return found
