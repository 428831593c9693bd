"""Damaged and hostile sessions: each is one sentence, soon, in little memory, and nothing is written."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cnnexplorer.core import (
    Activation,
    Convolution,
    Experiment,
    Session,
    SessionError,
    load_session,
    session_bytes,
    session_from_bytes,
)
from cnnexplorer.core.session_file import MAX_FILE

from .test_session import full_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = Session(Experiment([[[1.5, 2.0, 3.0]]], (Convolution([[[[1.0]]]], [0.5]), Activation("relu"))), (0, 1))
MEMBERS = {
    name: zipfile.ZipFile(io.BytesIO(session_bytes(SMALL))).read(name)
    for name in ("image.npy", "session.json", "stage0_bias.npy", "stage0_weight.npy")
}
ENTRY = b"PK\x01\x02\x14\x03\x14\x00"  # of the directory; what follows are flags
SECONDS, MEMORY = 1.0, 64 * 2**20  # of computing


def packed(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _info: None) -> bytes:
    """Return a zip of members, whose entries may be changed before they are written."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            archive.writestr(info, data)
    return file.getvalue()


def with_member(name: str, data: bytes) -> bytes:
    return packed({**MEMBERS, name: data})


def without(name: str) -> bytes:
    return packed({key: data for key, data in MEMBERS.items() if key != name})


def with_json(**changes: Any) -> bytes:
    """Return a session whose JSON has other values: a dot leads into an object, a number into a list."""
    data = json.loads(MEMBERS["session.json"])
    for path, value in changes.items():
        place, *rest = path.split("__")
        target: Any = data
        while rest:
            target, place = target[int(place) if place.isdigit() else place], rest.pop(0)
        if value is GONE:
            del target[place]
        else:
            target[int(place) if isinstance(target, list) else place] = value
    return with_member("session.json", json.dumps(data).encode())


GONE = object()


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def header(text: str, data: bytes = b"\0" * 24, version: bytes = b"\x01\x00") -> bytes:
    """Return an NPY file with a header of one's own."""
    line = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(line)) + line + data


def shaped(shape: str, kind: str = "<f8") -> bytes:
    return header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}")


class Ran:
    """Unpickling this would be seen."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("unpickled",)


def patched(data: bytes, old: bytes, new: bytes, count: int = -1) -> bytes:
    assert old in data
    return data.replace(old, new, count)


def lying(name: str, size: int) -> bytes:
    """Return a session that says a member unpacks to another size: in its own entry, and in the directory."""
    data = bytearray(session_bytes(SMALL))
    real = len(MEMBERS[name])
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(mark)
        while place >= 0:
            if (
                data[place + at : place + at + 4] == struct.pack("<L", real)
                and name.encode() in data[place : place + 90]
            ):
                data[place + at : place + at + 4] = struct.pack("<L", size)
            place = data.find(mark, place + 4)
    return bytes(data)


def bomb(size: int) -> bytes:
    """Return an NPY of zeros: far smaller packed than unpacked."""
    return shaped(f"(1, 1, {size // 8})")[:128] + bytes(size)


def many(count: int) -> bytes:
    return packed({**MEMBERS, **{f"stage{number}_bias.npy": b"" for number in range(1, count)}})


def link(info: zipfile.ZipInfo) -> None:
    if info.filename == "image.npy":
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16


def overlapping() -> bytes:
    """Return a session whose directory names one member's bytes twice."""
    data = session_bytes(SMALL)
    directory = data.find(b"PK\x01\x02")
    first = data.find(b"PK\x01\x02", directory + 4)
    entry = data[directory:first]
    end = bytearray(data[-22:])
    here, count, length, offset = struct.unpack("<2H2L", end[8:20])
    end[8:20] = struct.pack("<2H2L", here + 1, count + 1, length + len(entry), offset)
    return data[:-22] + entry + bytes(end)


def with_zip64() -> bytes:
    data = session_bytes(SMALL)
    end = data[-22:]
    locator = b"PK\x06\x07" + bytes(16)
    length = struct.unpack("<L", end[12:16])[0] + len(locator)
    return data[:-22] + locator + end[:12] + struct.pack("<L", length) + end[16:]


HOSTILE: dict[str, Callable[[], bytes]] = {
    "a name that leads out of the folder": lambda: with_member("../../evil.npy", b"x"),
    "a name with a drive": lambda: with_member("C:\\evil.npy", b"x"),
    "an absolute name": lambda: with_member("/tmp/evil.npy", b"x"),
    "a name with a zero": lambda: patched(with_member("a.npyXevil", b"x"), b"a.npyXevil", b"a.npy\0evil"),
    "a folder": lambda: with_member("folder/", b""),
    "a member that nobody needs": lambda: with_member("stage1_weight.npy", npy(np.zeros((1, 1, 1, 1)))),
    "a picture without a network": lambda: with_member("picture.npy", npy(np.zeros((1, 1, 1)))),
    "a link": lambda: packed(MEMBERS, link),
    "a member twice": lambda: session_bytes(SMALL)[:-22] and overlapping(),
    "65,000 members": lambda: many(65_000),
    "a thousand members": lambda: many(1000),
    "packed by LZMA": lambda: packed(MEMBERS, lambda info: setattr(info, "compress_type", zipfile.ZIP_LZMA)),
    "packed by BZIP2": lambda: packed(MEMBERS, lambda info: setattr(info, "compress_type", zipfile.ZIP_BZIP2)),
    "encrypted": lambda: patched(
        session_bytes(SMALL), b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    ),
    "a directory of the other kind": with_zip64,
    "a comment": lambda: session_bytes(SMALL)[:-2] + b"\x05\x00hello",
    "bytes before": lambda: b"#!/bin/sh\n" + session_bytes(SMALL),
    "bytes behind": lambda: session_bytes(SMALL) + b"more",
    "a bomb of 200 MB": lambda: with_member("image.npy", bomb(200 * 2**20)),
    "a bomb of 120 MB that is damaged": lambda: patched(
        with_member("image.npy", bomb(120 * 2**20)), struct.pack("<L", zlib.crc32(bomb(120 * 2**20))), b"\1\2\3\4"
    ),
    "a bomb of bytes": lambda: with_member("image.npy", shaped("(1, 1, 100000000)", "|u1")[:128] + bytes(10**8)),
    "a bomb in the JSON": lambda: with_member("session.json", b" " * (100 * 2**20) + MEMBERS["session.json"]),
    "a size of 4 GB": lambda: lying("image.npy", 2**32 - 2),
    "a size too small": lambda: lying("image.npy", 100),
    "a size too large": lambda: lying("image.npy", 5000),
    "JSON of a wrong size": lambda: lying("session.json", 17),
    "an object array": lambda: with_member("image.npy", npy(np.array([[[Ran()]]], object), allow_pickle=True)),
    "a pickle": lambda: with_member("image.npy", pickle.dumps(Ran())),
    "big-endian": lambda: with_member("image.npy", npy(np.ones((1, 1, 3), ">f8"))),
    "in the order of Fortran": lambda: with_member("image.npy", npy(np.asfortranarray(np.ones((1, 2, 3))))),
    "complex": lambda: with_member("image.npy", npy(np.ones((1, 1, 3), complex))),
    "whole numbers": lambda: with_member("image.npy", npy(np.ones((1, 1, 3), np.int64))),
    "text": lambda: with_member("image.npy", npy(np.array([[["abc"]]]))),
    "a structure": lambda: with_member("image.npy", npy(np.zeros((1, 1, 1), [("a", "<f8"), ("b", "<f8")]))),
    "NPY of version 2": lambda: with_member("image.npy", npy(np.ones((1, 1, 3)), version=(2, 0))),
    "a flat image": lambda: with_member("image.npy", npy(np.ones((3, 3)))),
    "a number for an image": lambda: with_member("image.npy", npy(np.array(1.0))),
    "no rows": lambda: with_member("image.npy", npy(np.ones((1, 0, 3)))),
    "a NaN for a size": lambda: with_member("image.npy", shaped("(1, 1, nan)")),
    "a negative size": lambda: with_member("image.npy", shaped("(1, 1, -3)")),
    "a decimal size": lambda: with_member("image.npy", shaped("(1, 1, 3.0)")),
    "a huge size": lambda: with_member("image.npy", shaped("(1, 1, 999999999)")),
    "a size without an end": lambda: with_member("image.npy", shaped(f"(1, 1, {'9' * 60})")),
    "a long size of Python 2": lambda: with_member("image.npy", shaped("(1, 1, 3L)")),
    "a shape that is code": lambda: with_member("image.npy", shaped("(1, 1, __import__('os').getpid())")),
    "a header without an end": lambda: with_member("image.npy", b"\x93NUMPY\x01\x00\xff\xff" + b"{" * 70_000),
    "a header of brackets": lambda: with_member("image.npy", header("(" * 100)),
    "a header of numpy's that lacks a key": lambda: with_member("image.npy", header("{'descr': '<f8', 'shape': (3,)}")),
    "an empty array file": lambda: with_member("image.npy", b""),
    "a cut array file": lambda: with_member("image.npy", MEMBERS["image.npy"][:-1]),
    "a longer array file": lambda: with_member("image.npy", MEMBERS["image.npy"] + b"\0"),
    "no image": lambda: without("image.npy"),
    "no weights": lambda: without("stage0_weight.npy"),
    "no biases": lambda: without("stage0_bias.npy"),
    "no JSON": lambda: without("session.json"),
    "JSON that is none": lambda: with_member("session.json", b"{"),
    "JSON that is a list": lambda: with_member("session.json", b"[1]"),
    "JSON of other signs": lambda: with_member("session.json", b'{"version": "\xff"}'),
    "JSON of 200,000 brackets": lambda: with_member("session.json", b"[" * 200_000),
    "JSON of nested objects": lambda: with_member("session.json", b'{"a":' * 100_000),
    "a number of 100,000 digits": lambda: with_member("session.json", b'{"version": ' + b"9" * 100_000 + b"}"),
    "no version": lambda: with_json(version=GONE),
    "version 0": lambda: with_json(version=0),
    "version true": lambda: with_json(version=True),
    "version 1.5": lambda: with_json(version=1.5),
    "a field too many": lambda: with_json(extra=1),
    "a field too few": lambda: with_json(view=GONE),
    "a text for a number": lambda: with_json(view__speed="fast"),
    "a number for a text": lambda: with_json(view__workspace=3),
    "no number": lambda: with_member("session.json", MEMBERS["session.json"].replace(b"2.0", b"NaN")),
    "an endless number": lambda: with_member("session.json", MEMBERS["session.json"].replace(b"2.0", b"1e999")),
    "a stage of no kind": lambda: with_json(stages__0__kind="transformer"),
    "an activation that is none": lambda: with_json(stages__1__name="swish"),
    "a parameter that is none": lambda: with_json(stages__1__parameters={"slope": 1}),
    "a parameter called name": lambda: with_json(stages__1__parameters={"name": 1}),
    "a parameter called self": lambda: with_json(stages__1__parameters={"self": 1}),
    "a parameter that is a word": lambda: with_json(stages__1__parameters={"approximate": "tanh"}),
    "a stride of 0": lambda: with_json(stages__0__stride=[0, 1]),
    "a stride of 2**70": lambda: with_json(stages__0__stride=[2**70, 1]),
    "a padding that needs 100 TB": lambda: with_json(stages__0__padding=[10**6] * 4),
    "a padding that is negative": lambda: with_json(stages__0__padding=[-1, 0, 0, 0]),
    "groups that do not fit": lambda: with_json(stages__0__groups=7),
    "an unknown padding mode": lambda: with_json(stages__0__padding_mode="mirror"),
    "a bias that is not there": lambda: with_json(stages__0__has_bias=False),
    "a step that is not there": lambda: with_json(step=[0, 99]),
    "a stage that is not there": lambda: with_json(step=[9, 0]),
    "an image stored otherwise than is said": lambda: with_json(image="unit"),
    "an unknown way to store": lambda: with_json(image="jpeg"),
    "a million stages": lambda: with_json(stages=[{"kind": "flatten"}] * 30_000),
    "kernels of 16 x 16": lambda: with_member("stage0_weight.npy", npy(np.zeros((1, 1, 16, 16)))),
    "kernels for two channels": lambda: with_member("stage0_weight.npy", npy(np.zeros((1, 2, 1, 1)))),
    "weights in a row": lambda: with_member("stage0_weight.npy", npy(np.zeros(4))),
    "two biases for one filter": lambda: with_member("stage0_bias.npy", npy(np.zeros(2))),
    "an image that nobody can know": lambda: with_member("image.npy", npy(np.zeros((2, 1, 3)))),
    "a zip without members": lambda: packed({}),
    "four bytes": lambda: b"PK\x03\x04",
    "text in place of a zip": lambda: b"hello " * 100,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_session_is_one_sentence(make: Callable[[], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "bad.cnnx"
    path.write_bytes(make())
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    began = time.process_time()
    with pytest.raises(SessionError) as caught:
        load_session(path)
    assert time.process_time() - began < SECONDS
    sentence = str(caught.value)
    assert "bad.cnnx" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 300
    assert ": " in sentence, "it says what to do"
    tracemalloc.start()
    with pytest.raises(SessionError):
        load_session(path)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEMORY
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("channels", "filters"), [(4097, 1), (1, 4097), (2**20, None), (2, 4096), (4096, None)])
def test_more_channels_than_a_window_can_show(channels: int, filters: int | None):
    data = json.loads(MEMBERS["session.json"])
    data["stages"], data["step"] = [{**data["stages"][0], "has_bias": False}] * (filters is not None), None
    members = {"session.json": json.dumps(data).encode(), "image.npy": npy(np.zeros((channels, 1, 1)))}
    if filters is not None:
        members["stage0_weight.npy"] = npy(np.zeros((filters, channels, 1, 1)))
    if max(channels, filters or 1) <= 4096:
        assert len(session_from_bytes(packed(members)).experiment.image) == channels
        return
    with pytest.raises(SessionError, match=r"wide\.cnnx holds what no session holds \(too many channels\)"):
        session_from_bytes(packed(members), "wide.cnnx")


def test_the_helpers_make_sessions_that_are_right():
    """Else all of the above would be refused for another reason."""
    assert session_from_bytes(packed(MEMBERS)) == SMALL
    assert session_from_bytes(with_json(view__speed=2.0)) == SMALL
    assert session_from_bytes(with_member("image.npy", npy(SMALL.experiment.image))) == SMALL
    assert session_from_bytes(with_member("image.npy", shaped("(1, 1, 3)"))).experiment.image.shape == (1, 1, 3)


def test_a_newer_version_says_so():
    for data in (
        with_json(version=2),
        with_json(version=2, stages="of another kind", hologram=True),
        packed({"session.json": b'{"version": 1000}', "something.new": b"x"}),
    ):
        with pytest.raises(SessionError, match=r"^new\.cnnx was saved by a newer version of CNN Explorer: install"):
            session_from_bytes(data, "new.cnnx")


def test_a_file_larger_than_any_session_is_not_read(tmp_path: Path):
    path = tmp_path / "large.cnnx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(MAX_FILE + 1)
    with pytest.raises(SessionError, match="is a file of 195 MB, and sessions have 194 MB at most"):
        load_session(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are Unix's")
def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.cnnx")
    with pytest.raises(SessionError, match="is a folder, a device or a pipe"):
        load_session(tmp_path / "pipe.cnnx")


def test_a_name_from_outside_steers_nothing():
    with pytest.raises(SessionError) as caught:
        session_from_bytes(with_member("a\n\u202eb.npy" + "x" * 5000, b""), "bad.cnnx")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def mutated(dice: random.Random, data: bytes) -> bytes:
    """Return a session damaged in one of the ways in which files are damaged."""
    at, other = dice.randrange(len(data)), dice.randrange(len(data))
    few = dice.randrange(1, 40)
    ways = (
        lambda: data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :],
        lambda: data[:at],
        lambda: data[:at] + data[at + few :],
        lambda: data[:at] + dice.randbytes(few) + data[at:],
        lambda: data[:at] + dice.randbytes(few) + data[at + few :],
        lambda: data[:at] + bytes(few) + data[at + few :],
        lambda: data[:at] + data[other : other + few] + data[at + few :],
        lambda: data[:at] + data[other:],
        lambda: data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :],
    )
    return dice.choice(ways)()


@pytest.mark.parametrize("session", [SMALL, full_session()], ids=["small", "full"])
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_session_is_refused_or_still_the_same(session: Session, seed: int):
    dice, data = random.Random(seed), session_bytes(session)
    sentences = []
    for _round in range(150):
        try:
            found = session_from_bytes(mutated(dice, data), "bad.cnnx")
        except SessionError as error:
            sentences.append(str(error))
        else:
            assert found == session
    assert len(sentences) > 75
    assert all("bad.cnnx" in sentence for sentence in sentences)
