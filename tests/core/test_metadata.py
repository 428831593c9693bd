"""What figures tell of themselves: read back by Pillow and by an XML parser; damaged and hostile files harm nobody."""

from __future__ import annotations

import base64
import io
import os
import struct
import time
import tracemalloc
import xml.etree.ElementTree as ET
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cnnexplorer.core.metadata import (
    MAX_SESSION,
    REFERENCE_KEY,
    SESSION_KEY,
    FigureNotes,
    png_bytes,
    rdf,
    session_in_png,
    xmp,
)

if TYPE_CHECKING:
    from pathlib import Path

FACTS = (("Capa", "conv1 · 11×11"), ("Núcleo", "[[−1, ½], [😀, <&>]]"), ("日本", "語"))
PIXELS = np.random.default_rng(1).integers(0, 256, (6, 5, 4), dtype=np.uint8)
SESSION = bytes(range(256)) * 50


def png(**notes: object) -> bytes:
    return png_bytes(PIXELS, FigureNotes("Título <1>", FACTS, "es", "CNN Explorer 9.9", **notes), 192)


def test_a_picture_tells_title_facts_and_program() -> None:
    with Image.open(io.BytesIO(png())) as image:
        image.load()
        assert (np.asarray(image) == PIXELS).all()
        assert image.text["Title"] == "Título <1>"
        assert image.text["Description"].splitlines() == [f"{label}: {value}" for label, value in FACTS]
        assert image.text["Software"] == "CNN Explorer 9.9"
        assert image.text["Title"].lang == "es"
        assert image.info["dpi"] == pytest.approx((192, 192), abs=0.1)
        assert SESSION_KEY not in image.text


def test_the_session_travels_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(session=SESSION))
    assert session_in_png(path) == SESSION
    with Image.open(path) as image:
        assert base64.b64decode(image.text[SESSION_KEY]) == SESSION


def test_a_large_session_is_referred_to(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(session=b"x" * (MAX_SESSION + 1), session_file="mío.cnnx"))
    assert session_in_png(path) is None
    with Image.open(path) as image:
        assert SESSION_KEY not in image.text
        kind, name = image.text[REFERENCE_KEY].split(" ", 1)
        assert name == "mío.cnnx"
        assert kind.startswith("sha256:")
    path.write_bytes(png(session=b"x" * MAX_SESSION))
    assert session_in_png(path) == b"x" * MAX_SESSION


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("method", ["add_text", "add_itxt"])
def test_a_picture_saved_again_still_has_it(tmp_path: Path, method: str, packed: bool) -> None:
    path, info = tmp_path / "a.png", PngInfo()
    getattr(info, method)(SESSION_KEY, base64.b64encode(SESSION).decode(), zip=packed)
    Image.new("L", (3, 3)).save(path, pnginfo=info)
    assert session_in_png(path) == SESSION


def test_a_name_that_is_no_utf8_is_told_as_far_as_it_can_be() -> None:
    name = os.fsdecode(b"ni\xf1o.png")
    for session in (None, bytes(MAX_SESSION + 1)):
        notes = FigureNotes(name, (("Picture", name),), session=session, session_file=name)
        with Image.open(io.BytesIO(png_bytes(PIXELS, notes))) as image:
            assert image.text["Description"] == "Picture: ni?o.png"
        for told in (rdf(notes), xmp(notes).decode()):
            assert "Picture: nio.png" in told


def test_rdf_holds_any_text() -> None:
    notes = FigureNotes("a\x00b\x0b<", FACTS, "es", "P & Q")
    root = ET.fromstring(rdf(notes))
    texts = [element.text for element in root.iter() if element.text]
    assert texts.count("ab<") == 2
    assert notes.description in texts
    assert "P & Q" in texts
    packet = xmp(notes).decode()
    assert packet.startswith("<?xpacket begin=")
    ET.fromstring(packet)


# foreign files


def chunk(kind: bytes, data: bytes, length: int | None = None, check: int | None = None) -> bytes:
    crc = zlib.crc32(kind + data) if check is None else check
    return struct.pack(">I4s", len(data) if length is None else length, kind) + data + struct.pack(">I", crc)


HEAD = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
KEY = SESSION_KEY.encode()
CODED = base64.b64encode(SESSION)
BOMB = zlib.compress(b"A" * 300_000_000, 9)
HOSTILE = {
    "empty": b"",
    "no picture": b"PK\x03\x04" + bytes(100),
    "signature only": HEAD[:8],
    "cut head": HEAD[:11],
    "cut chunk": HEAD + chunk(b"tEXt", KEY + b"\0" + CODED)[:-9],
    "cut check": HEAD + chunk(b"tEXt", KEY + b"\0" + CODED)[:-2],
    "wrong check": HEAD + chunk(b"tEXt", KEY + b"\0" + CODED, check=7),
    "long length": HEAD + chunk(b"tEXt", KEY + b"\0" + CODED, length=2**31 - 1),
    "negative length": HEAD + chunk(b"tEXt", KEY + b"\0" + CODED, length=2**32 - 1),
    "no base64": HEAD + chunk(b"tEXt", KEY + b"\0" + b"???"),
    "no ascii": HEAD + chunk(b"tEXt", KEY + b"\0" + "ñ".encode() * 9),
    "nothing in it": HEAD + chunk(b"tEXt", KEY + b"\0"),
    "no separator": HEAD + chunk(b"tEXt", KEY),
    "too large": HEAD + chunk(b"tEXt", KEY + b"\0" + base64.b64encode(bytes(MAX_SESSION + 1))),
    "far too large": HEAD + chunk(b"tEXt", KEY + b"\0" + b"A" * 20_000_000),
    "bomb": HEAD + chunk(b"zTXt", KEY + b"\0\0" + BOMB),
    "bomb in iTXt": HEAD + chunk(b"iTXt", KEY + b"\0\1\0\0\0" + BOMB),
    "not packed": HEAD + chunk(b"zTXt", KEY + b"\0\0" + CODED),
    "cut packing": HEAD + chunk(b"zTXt", KEY + b"\0\0" + zlib.compress(CODED)[:-6]),
    "other packing": HEAD + chunk(b"zTXt", KEY + b"\0\7" + zlib.compress(CODED)),
    "empty packing": HEAD + chunk(b"zTXt", KEY + b"\0"),
    "behind the end": HEAD + chunk(b"IEND", b"") + chunk(b"tEXt", KEY + b"\0" + CODED),
    "many chunks": HEAD + chunk(b"tEXt", b"a\0b") * 300_000 + chunk(b"tEXt", KEY + b"\0" + CODED),
    "many bombs": HEAD + chunk(b"zTXt", b"other\0\0" + BOMB) * 3,
}
LITTLE_BOMB = zlib.compress(b"?" * MAX_SESSION, 9)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_holds_no_session(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(HOSTILE[name])
    tracemalloc.start()
    began = time.process_time()
    assert session_in_png(path) is None
    assert time.process_time() - began < 5
    assert tracemalloc.get_traced_memory()[1] < 32 * 2**20
    tracemalloc.stop()


@pytest.mark.parametrize("key", [b"other", KEY])
def test_thousands_of_little_bombs_take_no_time(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(HEAD + chunk(b"zTXt", key + b"\0\0" + LITTLE_BOMB) * 2000)
    began = time.perf_counter()
    assert session_in_png(path) is None
    assert time.perf_counter() - began < 1  # unpacking all of them takes 10 s and more


def test_every_flipped_bit_gives_the_session_or_none(tmp_path: Path) -> None:
    path, data = tmp_path / "a.png", bytearray(png(session=b"0123456789"))
    for place in range(len(data) - 300):
        data[place] ^= 1 << (place % 8)
        path.write_bytes(data)
        assert session_in_png(path) in (None, b"0123456789")
        data[place] ^= 1 << (place % 8)


def test_what_is_no_file_holds_none(tmp_path: Path) -> None:
    assert session_in_png(tmp_path / "none.png") is None
    assert session_in_png(tmp_path) is None
    assert session_in_png("a\0b") is None
    os.mkfifo(tmp_path / "pipe.png")
    assert session_in_png(tmp_path / "pipe.png") is None
