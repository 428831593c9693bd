"""What a figure's file tells of itself: title, facts, program, and the session that it was made in.

A PNG holds them as text chunks, SVG and PDF as RDF. The session travels in a PNG so that opening the picture can bring
it back: `session_in_png`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import stat
import struct
import zlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .messages import storable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.PngImagePlugin import PngInfo

SESSION_KEY = "cnnexplorer-session"
REFERENCE_KEY = "cnnexplorer-session-reference"
MAX_SESSION = 2 * 2**20  # bytes of a session that travels inside a picture
SIGNATURE = b"\x89PNG\r\n\x1a\n"
METRE = 39.3701  # inches

_MAX_TEXT = MAX_SESSION * 4 // 3 + 1024  # of a chunk, packed or not
_MAX_CHUNKS = 20_000  # a picture of 100 megapixels has fewer


@dataclass(frozen=True)
class FigureNotes:
    """What is told of a figure.

    Attributes
    ----------
    title, facts
        In the user's language; facts are (label, value).
    language
        The language's code.
    program
        Name and version of the program.
    session
        The session that it was made in, as the bytes of a session file; None where there is none.
    session_file
        The name of the file in which the session is kept, if it is.
    """

    title: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    language: str = "en"
    program: str = ""
    session: bytes | None = None
    session_file: str = ""

    @property
    def description(self) -> str:
        r"""The facts, a line each.

        >>> FigureNotes(facts=(("Layer", "conv1"), ("Channel", "7"))).description
        'Layer: conv1\nChannel: 7'
        """
        return "\n".join(f"{label}: {value}" for label, value in self.facts)

    @property
    def travelling(self) -> bytes | None:
        """The session, if it is small enough to travel in the file."""
        return self.session if self.session is not None and len(self.session) <= MAX_SESSION else None

    @property
    def reference(self) -> str:
        """What stands in the file for a session that is too large: its hash, and the name of its file; else nothing."""
        if self.session is None or self.travelling is not None:
            return ""
        return f"sha256:{hashlib.sha256(self.session).hexdigest()} {self.session_file}".rstrip()


def png_bytes(pixels: NDArray[np.uint8], notes: FigureNotes, dots: float = 96.0) -> bytes:
    """Return the bytes of a PNG file.

    Parameters
    ----------
    pixels
        (H, W, 3), or (H, W, 4) where some of it is transparent.
    dots
        Pixels an inch, which word processors take the size from.

    Examples
    --------
    >>> import numpy as np
    >>> data = png_bytes(np.zeros((2, 3, 3), np.uint8), FigureNotes("Niños", session=b"abc"))
    >>> data.startswith(SIGNATURE), session_in(io.BytesIO(data))
    (True, b'abc')
    """
    from PIL import Image  # a tenth of the time to the first window

    info = png_texts(notes)
    if notes.travelling is not None:
        info.add_text(SESSION_KEY, base64.b64encode(notes.travelling).decode("ascii"))
    elif notes.reference:
        info.add_itxt(REFERENCE_KEY, storable(notes.reference))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG", pnginfo=info, dpi=(dots, dots))
    return file.getvalue()


def png_texts(notes: FigureNotes) -> PngInfo:
    """Return title, facts and program as the text chunks of a PNG."""
    from PIL.PngImagePlugin import PngInfo  # as above

    info = PngInfo()
    for key, text in texts_of(notes).items():
        info.add_itxt(key, storable(text), notes.language)
    return info


def texts_of(notes: FigureNotes) -> dict[str, str]:
    """Return title, facts and program by the keywords of PNG."""
    texts = {"Title": notes.title, "Description": notes.description, "Software": notes.program}
    return {key: text for key, text in texts.items() if text}


def rdf(notes: FigureNotes) -> str:
    """Return title, facts and program as RDF, as SVG holds them and, inside a packet, PDF."""
    language = notes.language
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"><rdf:Description rdf:about="">'
        f"{_alternatives('title', notes.title, language)}{_alternatives('description', notes.description, language)}"
        f"<xmp:CreatorTool>{xml_text(notes.program)}</xmp:CreatorTool>"
        "</rdf:Description></rdf:RDF>"
    )


def xmp(notes: FigureNotes) -> bytes:
    """Return the XMP packet of a PDF."""
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf(notes)}</x:xmpmeta>'
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{text}\n<?xpacket end="w"?>'.encode()


def session_in_png(path: Path | str) -> bytes | None:
    """Return the session that travels in a PNG file; None where there is none, or where it is damaged.

    Whatever the file holds, this takes little time and a few MB at most. What the bytes mean is not looked at.
    """
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):  # opening a pipe would wait for its writer
            return None
        with Path(path).open("rb") as file:
            return session_in(file)
    except (OSError, ValueError):  # gone, or a name that no file can have: whoever opens it as a picture tells why
        return None


def session_in(file: IO[bytes]) -> bytes | None:
    """Return the session that travels in an open PNG; see `session_in_png`."""
    text = _text(file, SESSION_KEY.encode())
    if text is None:
        return None
    try:
        session = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return session if 0 < len(session) <= MAX_SESSION else None


def _alternatives(name: str, text: str, language: str) -> str:
    text = xml_text(text)
    return (
        f'<dc:{name}><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li>'
        f'<rdf:li xml:lang="{language}">{text}</rdf:li></rdf:Alt></dc:{name}>'
    )


def xml_text(text: str) -> str:
    """Return a text as XML holds it, without the signs that it cannot hold."""
    return escape("".join(sign for sign in text if sign.isprintable() or sign in "\n\t"), quote=False)


def _text(file: IO[bytes], key: bytes) -> bytes | None:
    """Return the first text of a keyword in a PNG, if it is sound and not too long; no other one is unpacked."""
    if file.read(len(SIGNATURE)) != SIGNATURE:
        return None
    for _number in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return None
        length, kind = struct.unpack(">I4s", head)
        if kind == b"IEND" or length >= 2**31:
            return None
        start = file.read(min(length, len(key) + 1)) if kind in (b"tEXt", b"zTXt", b"iTXt") else b""
        if start != key + b"\0":
            file.seek(length - len(start) + 4, io.SEEK_CUR)
            continue
        if length > _MAX_TEXT:
            return None
        rest, check = file.read(length - len(start)), file.read(4)
        sound = zlib.crc32(rest, zlib.crc32(kind + start)) == int.from_bytes(check, "big")
        return _unpacked(kind, rest) if sound and len(check) == 4 else None
    return None


def _unpacked(kind: bytes, rest: bytes) -> bytes | None:
    """Return the text of a chunk; programs that save a picture again may have packed it."""
    if kind == b"tEXt":
        return rest
    packed, flags = True, rest[:1]
    if kind == b"iTXt":
        packed, flags = rest[:1] == b"\1", rest[1:2]
        _language, _, rest = rest[2:].partition(b"\0")
        _keyword, _, rest = rest.partition(b"\0")
    else:
        rest = rest[1:]
    if not packed:
        return rest
    if flags != b"\0":  # the only way of packing that there is
        return None
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(rest, _MAX_TEXT)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail or not unpacker.eof else text
