"""The fonts of a drawing, cut down to the signs that it needs, so that every viewer shows the same."""

from __future__ import annotations

import base64
import io
import logging
import re
import struct
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QFont, QFontInfo, QRawFont, QTextLayout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEXT = re.compile(
    r'<text [^>]*font-family="([^"]*)" font-size="[^"]*" font-weight="(\d+)" font-style="(\w+)"[^>]*>([^<]*)</text>'
)
_TABLES = (
    "CFF ", "CFF2", "GDEF", "GPOS", "GSUB", "HVAR", "MVAR", "OS/2", "STAT", "VORG", "avar", "cmap", "cvt ", "fpgm",
    "fvar", "glyf", "gvar", "head", "hhea", "hmtx", "kern", "loca", "maxp", "name", "post", "prep",
)  # fmt: skip
_PIXELS = 12  # of any size: a font's file is the same at all of them
_PRINTABLE = frozenset(range(0x20, 0x7F))  # always kept: cutting takes long, and so one cut serves most figures
_RESTRICTED, _NO_SUBSETS, _BITMAPS_ONLY = 0x0002, 0x0100, 0x0200  # of the table OS/2: what its maker does not allow


class Style(NamedTuple):
    """How a text is set: the family that it asks for, and its weight and slant as SVG has them."""

    family: str
    weight: str
    slant: str


@dataclass(frozen=True, eq=False)
class Face:
    """A font's file as a whole, and the signs that texts of a style take from it."""

    style: Style
    signs: frozenset[str]
    file: bytes


def used_signs(svgs: Iterable[str]) -> dict[Style, set[str]]:
    """Return the signs of all texts of several SVG documents, by their style.

    >>> used_signs(['<text x="0" font-family="A" font-size="9" font-weight="700" font-style="italic" >a&lt;a</text>'])
    {Style(family='A', weight='700', slant='italic'): {...}}
    """
    found: dict[Style, set[str]] = defaultdict(set)
    for svg in svgs:
        for family, weight, slant, text in _TEXT.findall(svg):
            found[Style(unescape(family), weight, slant)].update(unescape(text))
    return dict(found)


def find_faces(used: Mapping[Style, set[str]]) -> list[Face]:
    """Return the fonts that Qt takes signs from, more than one for a style whose font lacks some of them.

    To be called on the GUI thread; what is returned is of use on any.
    """
    found = []
    for style, signs in used.items():
        font = QFont(style.family, -1, int(style.weight), style.slant != "normal")
        font.setPixelSize(_PIXELS)
        files: dict[bytes, set[str]] = defaultdict(set)
        for raw, its in _sources("".join(sorted(signs)), font):
            files[_file(raw)] |= its
        named = style._replace(family=QFontInfo(font).family())
        found += [Face(named, frozenset(signs), file) for file, signs in files.items() if file]
    return found


def style_sheet(faces: Iterable[Face]) -> str:
    """Return CSS that holds the fonts, each with the signs that are used and those of ASCII; on any thread."""
    return "\n".join(filter(None, map(_rule, faces)))


def _sources(text: str, font: QFont) -> list[tuple[QRawFont, set[str]]]:
    """Return the fonts that the signs of a text are taken from: the one asked for, and those that stand in for it."""
    own = QRawFont.fromFont(font)
    found = [(own, {sign for sign in text if own.supportsCharacter(ord(sign))})]
    missing = set(text) - found[0][1]
    layout = QTextLayout("".join(sorted(missing)), font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    flags = QTextLayout.GlyphRunRetrievalFlag
    runs = layout.glyphRuns(-1, -1, flags.RetrieveGlyphIndexes | flags.RetrieveString)
    for raw in (run.rawFont() for run in runs):
        signs = {sign for sign in missing if raw.supportsCharacter(ord(sign))}
        missing -= signs
        found.append((raw, signs))
    return [(raw, signs) for raw, signs in found if signs]


def _file(raw: QRawFont) -> bytes:
    """Put a font's file together again from its tables; empty where it has no outlines, or is not to be given away."""
    tables = {tag: bytes(raw.fontTable(tag).data()) for tag in _TABLES}
    tables = {tag: data for tag, data in tables.items() if data}
    rights = struct.unpack_from(">H", tables.get("OS/2", b""), 8)[0] if len(tables.get("OS/2", b"")) >= 10 else 0
    forbidden = rights & 0xF == _RESTRICTED or rights & (_NO_SUBSETS | _BITMAPS_ONLY)
    if forbidden or not tables.keys() & {"glyf", "CFF ", "CFF2"} or not tables.keys() >= {"cmap", "head", "maxp"}:
        return b""
    kind = b"\0\1\0\0" if "glyf" in tables else b"OTTO"
    count, place = len(tables), 12 + 16 * len(tables)
    power = count.bit_length() - 1
    head = struct.pack(">4sHHHH", kind, count, 16 << power, power, 16 * count - (16 << power))
    entries, body = b"", b""
    for tag, data in sorted(tables.items()):
        entries += struct.pack(">4sLLL", tag.encode(), 0, place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return head + entries + body


def _rule(face: Face) -> str:
    codes = sorted(map(ord, face.signs))
    data = _cut_down(face.file, frozenset(codes) | _PRINTABLE)
    if not data:
        return ""
    text = base64.b64encode(data).decode()
    family = escape(face.style.family, quote=False).replace("\\", "\\\\").replace("'", "\\'")
    return (
        f"@font-face{{font-family:'{family}';font-weight:{face.style.weight};font-style:{face.style.slant};"
        f"unicode-range:{','.join(f'U+{code:X}' for code in codes)};src:url(data:font/woff;base64,{text})}}"
    )


@lru_cache(maxsize=8)
def _cut_down(file: bytes, codes: frozenset[int]) -> bytes:
    """Return a font with no more than some signs, as WOFF; empty where the font is broken."""
    # slow to load, and not needed before something is saved
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont, TTLibError

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # what is odd in a font that works is not the user's trouble
    options = Options(hinting=False, notdef_outline=True, name_IDs=[], drop_tables=["DSIG", "STAT"])
    font = TTFont(io.BytesIO(file), recalcTimestamp=False, lazy=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(codes))
    try:
        subsetter.subset(font)
    except TTLibError:  # the viewer takes another
        return b""
    font.flavor = "woff"
    data = io.BytesIO()
    font.save(data, reorderTables=False)
    return data.getvalue()
