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
_KEPT = 64  # that many of the commonest colours are kept exactly
_LEVELS = 256
_CELLS = 64**3
_AT_ONCE = 8192  # cells, for the memory's sake


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
            kept, others = common[:_KEPT], common[_KEPT:]
            few = _reduced(colours[others], np.sqrt(counts[others]).astype(int), COLOURS - _KEPT)
            colours = np.concatenate([colours[kept], np.setdiff1d(few, colours[kept])])
        self._table = _unpacked(colours)  # (N, 3)
        self._nearest = np.zeros(_CELLS, np.uint8)
        self._known = np.zeros(_LEVELS**3, np.uint8)
        self._known[colours] = np.arange(1, len(colours) + 1)

    @property
    def data(self) -> bytes:
        """The table as red, green, blue of 256 entries."""
        table = np.zeros((COLOURS + 1, 3), np.uint8)
        table[1 : len(self._table) + 1] = self._table
        return table.tobytes()

    def indices(self, pixels: Picture) -> NDArray[np.uint8]:
        """Return the index, from 1 on, of the nearest colour of each pixel (N, 3).

        Colours that are not in the palette are looked up by their first six bits: that is exact but for a colour that
        lies between two, and takes no longer for photographs.
        """
        packed = _packed(pixels)
        found: NDArray[np.uint8] = self._known[packed]
        unknown = found == 0
        if unknown.any():
            cells = _cells(packed[unknown])
            wanted = np.zeros(len(self._nearest), bool)
            wanted[cells] = True
            self._look_up(np.flatnonzero(wanted & (self._nearest == 0)))
            found[unknown] = self._nearest[cells]
        return found

    def _look_up(self, cells: NDArray[np.intp]) -> None:
        """Find the nearest colours of the middles of cells."""
        table = self._table.astype(np.float32)
        for start in range(0, len(cells), _AT_ONCE):
            some = cells[start : start + _AT_ONCE]
            middles = np.stack([some >> 12, some >> 6 & 63, some & 63], axis=1).astype(np.float32) * 4 + 1.5
            # the squares of the distances, but for what is the same for all colours of the table
            distances = (table**2).sum(axis=1) - 2 * (middles @ table.T)
            self._nearest[some] = distances.argmin(axis=1) + 1


def _packed(pixels: Picture) -> NDArray[np.uint32]:
    """Return the colour of each pixel (..., 3) as one number."""
    red, green, blue = np.moveaxis(pixels.reshape(-1, 3), 1, 0).astype(np.uint32)
    packed: NDArray[Any] = red << 16 | green << 8 | blue
    return packed


def _cells(packed: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the first six bits of red, green and blue as one number."""
    cells: NDArray[Any] = (packed >> 6 & 0x3F000) | (packed >> 4 & 0xFC0) | (packed >> 2 & 0x3F)
    return cells


def _unpacked(colours: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)


def _reduced(colours: NDArray[np.uint32], weights: NDArray[np.int_], count: int) -> NDArray[np.uint32]:
    """Return at most `count` colours that are near to all those given, and nearer to those of more weight."""
    line = Image.fromarray(_unpacked(np.repeat(colours, weights))[None])
    few = line.quantize(count, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return np.unique(_packed(np.asarray(few)))
