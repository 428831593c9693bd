"""Lossless animated WebP: exact, and only what changes is stored."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import IO, TYPE_CHECKING
from xml.sax.saxutils import escape

from PIL import Image

from .pictures import Changes, Layers
from .timing import rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from .pictures import Note, Picture

MAX_SIDE = 16383
_UNIT = Fraction(1, 1000)
_EFFORT = {"quality": 0, "method": 1}  # a fifth larger than with all effort, and many times as fast
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></dc:description>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)


class WebpEncoder:
    """Writes an animated WebP picture by picture.

    It counts time in thousandths of a second: durations are rounded so that the error does not add up.
    """

    def __init__(self, file: IO[bytes], durations: Sequence[Fraction], note: Note, loop: bool) -> None:
        self._file, self._note, self._loop = file, note, loop
        self._delays = iter(rounded(durations, _UNIT))
        self._changes, self._layers = Changes(), Layers()
        self._begun = False
        self._began = 0

    def add(self, picture: Picture) -> None:
        """Write the next picture."""
        if not self._begun:
            self._begin(picture)
        part = self._changes.to(picture, even=True)
        height, width = part.changed.shape
        place = b"".join(
            _three(number) for number in (part.left // 2, part.top // 2, width - 1, height - 1, next(self._delays))
        )
        self._file.write(_chunk(b"ANMF", place + b"\x00" + _still(self._layers.of(part))))

    def finish(self) -> None:
        """Write the end, and at the beginning how long all of it is."""
        if any(self._note):
            title, text = escape(self._note.title), escape(self._note.text)
            self._file.write(_chunk(b"XMP ", _XMP.format(title=title, text=text).encode()))
        end = self._file.tell()
        self._file.seek(self._began + 4)
        self._file.write(struct.pack("<I", end - self._began - 8))
        self._file.seek(end)

    def _begin(self, picture: Picture) -> None:
        height, width = picture.shape[:2]
        self._begun = True
        self._began = self._file.tell()
        flags = 0b0001_0010 | (0b100 if any(self._note) else 0)  # transparency, animation, XMP
        extended = _chunk(b"VP8X", struct.pack("<I", flags) + _three(width - 1) + _three(height - 1))
        loops = 0 if self._loop else 1
        self._file.write(b"RIFF\0\0\0\0WEBP" + extended + _chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, loops)))


def _still(pixels: NDArray[np.uint8]) -> bytes:
    """Return the VP8L chunk of a picture (H, W, 4)."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", lossless=True, **_EFFORT)
    whole = file.getvalue()
    place = 12
    while whole[place : place + 4] != b"VP8L":
        place += 8 + struct.unpack_from("<I", whole, place + 4)[0]
    size = struct.unpack_from("<I", whole, place + 4)[0]
    return whole[place : place + 8 + size + size % 2]


def _three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)
