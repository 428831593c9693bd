"""GIF: one palette for all pictures, no dithering, and only what changes is stored."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import IO, TYPE_CHECKING

import numpy as np
from PIL import Image

from .palette import Palette
from .pictures import Changes
from .timing import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .pictures import Note, Picture

MAX_RATE = 50  # viewers show what is meant to be faster at ten pictures a second
_UNIT = Fraction(1, 100)
_KEEP = 0b0000_0101  # leave the picture in place; there is a transparent colour, 0
_LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


class GifEncoder:
    """Writes a GIF picture by picture.

    A GIF counts time in hundredths of a second: durations are rounded so that the error does not add up.
    """

    def __init__(
        self,
        file: IO[bytes],
        durations: Sequence[Fraction],
        note: Note,
        loop: bool,
        samples: Sequence[Picture],
    ) -> None:
        self._file, self._note, self._loop = file, note, loop
        self._delays = iter(rounded(durations, _UNIT))
        self._palette = Palette(samples)
        self._changes = Changes()
        self._begun = False

    def add(self, picture: Picture) -> None:
        """Write the next picture."""
        if not self._begun:
            self._begin(picture)
        left, top, pixels, changed = self._changes.to(picture)
        where = changed.astype(bool)
        indices = np.zeros(changed.shape, np.uint8)
        indices[where] = self._palette.indices(pixels[where])
        height, width = changed.shape
        self._file.write(b"\x21\xf9\x04" + struct.pack("<BHBB", _KEEP, next(self._delays), 0, 0))
        self._file.write(b"\x2c" + struct.pack("<4HB", left, top, width, height, 0) + _squeezed(indices))

    def finish(self) -> None:
        """Write the end."""
        self._file.write(b"\x3b")

    def _begin(self, picture: Picture) -> None:
        self._begun = True
        height, width = picture.shape[:2]
        self._file.write(b"GIF89a" + struct.pack("<HHBBB", width, height, 0b1111_0111, 0, 0) + self._palette.data)
        if self._loop:
            self._file.write(_LOOP)
        text = str(self._note).encode()
        if text:
            blocks = [text[start : start + 255] for start in range(0, len(text), 255)]
            self._file.write(b"\x21\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00")


def _squeezed(indices: NDArray[np.uint8]) -> bytes:
    """Return a picture's data as GIF packs it: Pillow writes a whole file, of which this is the end."""
    whole = io.BytesIO()
    Image.fromarray(indices).save(whole, "GIF", interlace=False, optimize=False)
    data = whole.getvalue()
    place = 13 + 3 * (2 << (data[10] & 7)) * (data[10] >> 7)
    while data[place] == 0x21:  # extensions, in blocks
        place += 2
        while data[place]:
            place += data[place] + 1
        place += 1
    return data[place + 10 : -1]
