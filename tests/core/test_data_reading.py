"""Arrays from files of NumPy and of spreadsheets, and from files that are none."""

from __future__ import annotations

import io
import os
import pickle
import struct
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core import DataError, data_reading
from cnnexplorer.core.data_files import save_arrays
from cnnexplorer.core.data_reading import read_array

if TYPE_CHECKING:
    from pathlib import Path


def npy(header: str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """Return an NPY file with any header."""
    length = struct.pack("<H" if version == b"\x01\x00" else "<I", len(header))
    return b"\x93NUMPY" + version + length + header.encode() + data


def header(descr: str = "'<f8'", shape: str = "(2,)", order: str = "False") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def saved(values: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    np.save(file, values, **options)
    return file.getvalue()


TYPES = ["<f8", ">f8", "<f4", ">f4", "<f2", "|b1", "|u1", "|i1", "<u2", ">i2", "<i4", ">u4", "<i8", "<u8"]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(6,), (2, 3), (1, 2, 3), (2, 3, 1, 1)])
def test_what_numpy_saves_is_read(tmp_path: Path, dtype: str, shape: tuple[int, ...]):
    values = np.array([0, 1, 0, 1, 1, 0]).astype(dtype).reshape(shape)
    (tmp_path / "a.npy").write_bytes(saved(values))
    found = read_array(tmp_path / "a.npy")
    assert found.dtype == np.float64
    assert found.shape == shape
    assert found.tolist() == values.astype(np.float64).tolist()


def test_any_order_in_memory_and_any_version_is_read(tmp_path: Path):
    values = np.random.default_rng(1).normal(size=(3, 4, 5))
    (tmp_path / "a.npy").write_bytes(saved(np.asfortranarray(values)))
    assert read_array(tmp_path / "a.npy").tobytes() == values.tobytes()
    for version in ((2, 0), (3, 0)):
        with (tmp_path / "a.npy").open("wb") as file:
            np.lib.format.write_array(file, values, version)
        assert read_array(str(tmp_path / "a.npy")).tobytes() == values.tobytes()


def test_what_the_program_writes_is_read_exactly(tmp_path: Path):
    random = np.random.default_rng(2)
    for _ in range(200):
        values = random.integers(0, 2**64, tuple(random.integers(1, 5, 2)), dtype=np.uint64).view(np.float64)
        values = np.where(np.isfinite(values), values, 100.125)
        if random.random() < 0.5:
            values = np.round(random.normal(size=values.shape) * 3) / random.choice([1, 8])
        for id, suffix in (("npy", ".npy"), ("csv", ".csv")):
            save_arrays(tmp_path / f"a{suffix}", id, {"a": values})
            assert read_array(tmp_path / f"a{suffix}").tobytes() == np.ascontiguousarray(values).tobytes()


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


HOSTILE_NPY = {
    "empty": (b"", "is empty"),
    "no header": (b"\x93NUM", "is not an NPY file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "is not an NPY file"),
    "a pickle": (pickle.dumps(Bomb()), "is not an NPY file"),
    "objects": (saved(np.array([Bomb()]), allow_pickle=True), "Python objects"),
    "complex": (saved(np.array([1j])), "complex numbers"),
    "text": (saved(np.array(["1"])), "values of the type <U1"),
    "dates": (saved(np.array(["2020-01-01"], "M8[D]")), r"values of the type <M8\[D\]"),
    "longdouble": (npy(header("'<f16'"), b"0" * 32), "values of the type <f16"),
    "records": (saved(np.zeros(2, [("a", "<f8"), ("b", "<f8")])), "records of several fields"),
    "one number": (saved(np.array(3.0)), "has 0 dimensions, and 1 to 4"),
    "five dimensions": (saved(np.zeros((1, 1, 1, 1, 1))), "has 5 dimensions"),
    "no numbers": (saved(np.zeros((0, 3))), "holds no numbers"),
    "nan": (saved(np.array([1.0, np.nan])), "holds infinite values"),
    "infinite": (saved(np.array([1.0, -np.inf])), "holds infinite values"),
    "whole numbers that would be rounded": (saved(np.array([2**53 + 1])), "2 to the power of 53 or more"),
    "version 9": (npy(header(), b"0" * 16, b"\x09\x00"), "header that no plain array needs"),
    "endless header": (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "header that no plain array needs"),
    "cut header": (npy(header())[:20], "damaged or incomplete"),
    "no shape": (npy("{'descr': '<f8', 'fortran_order': False}"), "damaged or incomplete"),
    "negative": (npy(header(shape="(-1,)"), b"0" * 8), "damaged or incomplete"),
    "a call": (npy(header(shape="(__import__('os').mkdir('exploded'),)")), "damaged or incomplete"),
    "brackets": (npy("(" * 4000), "damaged or incomplete"),
    "cut numbers": (saved(np.zeros(100))[:-3], "is damaged: it says 100 numbers"),
    "more numbers": (saved(np.zeros(3)) + b"\0", "is damaged: it says 3 numbers"),
    "bomb": (npy(header(shape="(100000, 100000, 100000)"), b"0" * 16), "and the most is 16,777,216"),
    "overflow": (npy(header(shape=f"({2**63}, {2**63})"), b"0" * 16), "and the most is 16,777,216"),
}


@pytest.mark.parametrize("case", list(HOSTILE_NPY))
def test_hostile_npy_files_are_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str):
    data, words = HOSTILE_NPY[case]
    path = tmp_path / "evil.npy"
    path.write_bytes(data)
    monkeypatch.chdir(tmp_path)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=words) as caught:
            read_array(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
    assert str(caught.value).startswith("evil.npy ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["evil.npy"]


def test_damaged_npy_files_end_in_the_same_error(tmp_path: Path):
    random = np.random.default_rng(3)
    good = saved(np.arange(12.0).reshape(3, 4))
    refused = 0
    for _ in range(400):
        data = bytearray(good)
        for _flip in range(int(random.integers(1, 4))):
            data[int(random.integers(len(data)))] ^= 1 << int(random.integers(8))
        (tmp_path / "a.npy").write_bytes(bytes(data[: int(random.integers(1, len(data) + 1))]))
        try:
            assert np.isfinite(read_array(tmp_path / "a.npy")).all()
        except DataError:
            refused += 1
    assert refused > 200


M2 = [[1.0, 2.0], [3.0, 4.0]]
TABLES = [
    ("1,2,3\n4,5,6\n", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    ("1, 2\n3, 4\n", M2),
    ("1;2\r\n3;4\r\n", M2),
    ("1\t2\n3\t4", M2),
    ("1 2\n3  4", M2),
    ("1;2;\n3;4;\n", M2),
    ("1,2,\n3,4,\n", M2),
    ("\n1;2\n\n3;4\n;\n\n", M2),
    ("0,5;1,25\n-2;1e-3", [[0.5, 1.25], [-2.0, 0.001]]),
    ("0,5\t1.25", [[0.5, 1.25]]),
    ("0,5 1,25\n2 3", [[0.5, 1.25], [2.0, 3.0]]),
    ('"0,5",1,"2,5"\n1,2,3\n', [[0.5, 1.0, 2.5], [1.0, 2.0, 3.0]]),
    ('"1";"2"\n"3";"4"', M2),
    ("0.5,1\n2,3", [[0.5, 1.0], [2.0, 3.0]]),
    ("1,0\n0,-1", [[1.0, 0.0], [0.0, -1.0]]),
    ("sep=;\n1;2\n3;4", M2),
    ("\ufeff1;2\n3;4", M2),
    ("1\n2\n3", [[1.0], [2.0], [3.0]]),
    ("−1;1/2", [[-1.0, 0.5]]),
    ("7", [[7.0]]),
    ("-0.0,0.0,1e-400\n".replace("1e-400", "0e9"), [[-0.0, 0.0, 0.0]]),
]


@pytest.mark.parametrize(("text", "expected"), TABLES)
def test_tables_are_read(tmp_path: Path, text: str, expected: list[list[float]]):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="")
    assert read_array(tmp_path / "a.csv").tolist() == expected


@pytest.mark.parametrize("piece", range(1, 9))
@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16"])
def test_a_table_is_read_in_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int, code: str):
    """Wherever a piece ends: between the signs of a line's end, or in the middle of a letter."""
    monkeypatch.setattr(data_reading, "_PIECE", piece)
    text = "\r\n1,5;−2\r\n\r\n\u00a03;4\r5;6\n7;8\u20289;10"
    (tmp_path / "a.csv").write_bytes(text.encode(code))
    assert read_array(tmp_path / "a.csv").tolist() == [[1.5, -2], [3, 4], [5, 6], [7, 8], [9, 10]]


def test_a_table_in_wide_letters_is_read(tmp_path: Path):
    (tmp_path / "a.CSV").write_text("1\t2\r\n3\t4\r\n", encoding="utf-16")
    assert read_array(tmp_path / "a.CSV").tolist() == M2


BAD_TABLES = [
    ("\n \n;;\n", "holds no numbers"),
    ("a;b\n1;2", "“a” in row 1, column 1 is not a number"),
    ("1;2\n3;x", "“x” in row 2, column 2 is not a number"),
    ("1;2\n3", "row 2 has 1 numbers where the first row has 2"),
    ("1;;2", "there is nothing in row 1, column 2"),
    ("1,5\n2,5", "commas that could separate numbers or decimals"),
    ("1,5", "commas that could separate numbers or decimals"),
    ("1,234.5\n2,345.6", "commas that could separate"),
    ("1.234,5;1", "“1.234,5” in row 1, column 1"),
    ("nan;1", "“nan”"),
    ("inf;1", "“inf”"),
    ("1e999;1", "“1e999”"),
    ("1e-999;1", "“1e-999”"),
    ("1_0;1", "“1_0”"),
    ("0x10;1", "“0x10”"),
    ("=1+1;2", "“=1\\+1”"),
    ("١;2", "“١”"),
    ('"1;2\n3;4', "is not a number"),
    ("1;" + "9" * 5000, "is not a number"),
    ("1\0;2", "is not a text"),
]


@pytest.mark.parametrize(("text", "words"), BAD_TABLES)
def test_bad_tables_are_refused_with_the_place(tmp_path: Path, text: str, words: str):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="")
    with pytest.raises(DataError, match=words) as caught:
        read_array(tmp_path / "a.csv")
    assert str(caught.value).startswith("a.csv")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("data", [b"\x93NUMPY\x01\x00v\x00", b"\xff\xfe1", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes):
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(DataError, match="is not a text"):
        read_array(tmp_path / "a.csv")


@pytest.mark.parametrize(
    "data",
    [b"1;" * 10**6, b"1\n" * 10**6, b"1." * 10**6, b'"' * 10**6, b"1" * 10**6, b"1 " * 10**6],
)
def test_endless_tables_are_refused(tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(data_reading, "MOST_TABLE_NUMBERS", 10**5)
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(DataError):
        read_array(tmp_path / "a.csv")


def test_files_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "folder.npy").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, words in (
        ("gone.npy", "was not found"),
        ("folder.npy", "is a folder"),
        ("pipe.csv", "a device or a pipe"),
        ("a.xlsx", "choose an NPY or CSV file"),
        ("a.npz", "choose an NPY or CSV file"),
    ):
        with pytest.raises(DataError, match=words):
            read_array(tmp_path / name)


def test_a_table_too_large_is_refused_by_its_size(tmp_path: Path):
    with (tmp_path / "a.csv").open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(DataError, match="is a file of 200 MB, and a table may have 128 MB"):
        read_array(tmp_path / "a.csv")
