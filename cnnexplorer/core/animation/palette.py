"""One palette for all pictures of an animation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from .pictures import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .pictures import Picture

COLOURS = 255  # the 256th stands for "as before"
_KEPT = 96  # that many of the commonest colours are kept exactly
_LEVELS = 256


class Palette:
    """Finds for every colour the nearest of 255 that the samples need most. No dithering: flat areas stay flat.

    Up to 255 colours are kept exactly. Index 0 is no colour: it stands for pixels that do not change.
    """

    def __init__(self, samples: Sequence[Picture]) -> None:
        changes = Changes()
        # what does not change from one to the next is counted once
        used = [part.pixels[part.changed.astype(bool)] for part in map(changes.to, samples)]
        colours, counts = np.unique(_packed(np.concatenate(used)), return_counts=True)
        if len(colours) > COLOURS:
            common = np.argsort(counts, kind="stable")[::-1]
            kept, others = colours[common[:_KEPT]], colours[common[_KEPT:]]
            colours = np.concatenate([kept, _reduced(others, COLOURS - _KEPT)])
        self._table = _unpacked(colours)  # (N, 3)
        self._known = np.zeros(_LEVELS**3, np.uint8)
        self._known[colours] = np.arange(1, len(colours) + 1)

    @property
    def data(self) -> bytes:
        """The table as red, green, blue of 256 entries."""
        table = np.zeros((COLOURS + 1, 3), np.uint8)
        table[1 : len(self._table) + 1] = self._table
        return table.tobytes()

    def indices(self, pixels: Picture) -> NDArray[np.uint8]:
        """Return the index, from 1 on, of the nearest colour of each pixel (N, 3)."""
        packed = _packed(pixels)
        unknown = np.unique(packed[self._known[packed] == 0])
        for start in range(0, len(unknown), 4096):  # that many at once, for the memory's sake
            some = unknown[start : start + 4096]
            distance = ((_unpacked(some)[:, None].astype(np.int32) - self._table) ** 2).sum(axis=2)
            self._known[some] = distance.argmin(axis=1) + 1
        found: NDArray[np.uint8] = self._known[packed]
        return found


def _packed(pixels: Picture) -> NDArray[np.uint32]:
    """Return the colour of each pixel (..., 3) as one number."""
    red, green, blue = np.moveaxis(pixels.reshape(-1, 3), 1, 0).astype(np.uint32)
    packed: NDArray[Any] = red << 16 | green << 8 | blue
    return packed


def _unpacked(colours: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)


def _reduced(colours: NDArray[np.uint32], count: int) -> NDArray[np.uint32]:
    """Return at most `count` colours that are near to all those given."""
    line = Image.fromarray(_unpacked(colours)[None])
    few = line.quantize(count, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return np.unique(_packed(np.asarray(few)))
