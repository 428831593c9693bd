"""PNG pictures and animated PNG: exact, and only what changes is stored."""

from __future__ import annotations

import struct
import zlib
from typing import IO, TYPE_CHECKING

import numpy as np

from .pictures import Changes, Layers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from .pictures import Change, Note, Picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PLAIN, _WITH_ALPHA = 2, 6
_LEVEL = 6
_QUICK = 3  # for whole pictures: a quarter larger, and more than twice as fast
_OVER = 1


def png_bytes(picture: Picture, note: Note) -> bytes:
    """Return a picture (H, W, 3) as a PNG file."""
    height, width = picture.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each after a byte that says "as they are"
    rows[:, 1:] = picture.reshape(height, -1)
    data = chunk(b"IDAT", zlib.compress(rows.data, _QUICK))
    return b"".join((SIGNATURE, _header(height, width, _PLAIN), _texts(note), data, chunk(b"IEND")))


class ApngEncoder:
    """Writes an animated PNG picture by picture. Durations are kept as fractions, and so are exact."""

    def __init__(self, file: IO[bytes], durations: Sequence[Fraction], note: Note, loop: bool) -> None:
        self._file, self._durations, self._note, self._loop = file, durations, note, loop
        self._changes, self._layers = Changes(), Layers()
        self._room = np.zeros(0, np.uint8)
        self._shown = 0
        self._number = 0

    def add(self, picture: Picture) -> None:
        """Write the next picture."""
        part = self._changes.to(picture)
        if not self._shown:
            self._begin(*picture.shape[:2])
        self._control(part.left, part.top, *part.changed.shape)
        data = self._squeezed(part)
        self._file.write(chunk(b"fdAT", self._next() + data) if self._shown else chunk(b"IDAT", data))
        self._shown += 1

    def finish(self) -> None:
        """Write the end."""
        self._file.write(chunk(b"IEND"))

    def _begin(self, height: int, width: int) -> None:
        self._room = np.empty(height * (1 + 4 * width), np.uint8)
        plays = 0 if self._loop else 1
        self._file.write(SIGNATURE + _header(height, width, _WITH_ALPHA) + _texts(self._note))
        self._file.write(chunk(b"acTL", struct.pack(">II", len(self._durations), plays)))

    def _control(self, left: int, top: int, height: int, width: int) -> None:
        seconds = self._durations[self._shown].limit_denominator(0xFFFF)
        blend = _OVER if self._shown else 0
        numbers = struct.pack(
            ">IIIIHHBB", width, height, left, top, seconds.numerator, seconds.denominator, 0, blend
        )  # fmt: skip
        self._file.write(chunk(b"fcTL", self._next() + numbers))

    def _squeezed(self, part: Change) -> bytes:
        """Return a change's rows, each after a byte that says "as they are", compressed."""
        height, width = part.changed.shape
        rows = self._room[: height * (1 + 4 * width)].reshape(height, -1)
        rows[:, 0] = 0
        rows[:, 1:] = self._layers.of(part).reshape(height, -1)
        return zlib.compress(rows.data, _LEVEL)

    def _next(self) -> bytes:
        """Return the next number in the sequence of all chunks of the animation."""
        self._number += 1
        return struct.pack(">I", self._number - 1)


def chunk(name: bytes, data: bytes = b"") -> bytes:
    """Return a chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _header(height: int, width: int, colour_type: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0))


def _texts(note: Note) -> bytes:
    texts = (("Title", note.title), ("Description", note.text))
    return b"".join(
        chunk(b"iTXt", name.encode() + b"\x00\x00\x00\x00\x00" + text.encode()) for name, text in texts if text
    )
