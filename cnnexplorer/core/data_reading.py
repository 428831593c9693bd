"""Arrays out of files of numbers, NPY and CSV, that anyone may have made.

Nothing in a file is run, and nothing is taken from the memory before the file's size and its header have been found to
agree. What is not certainly a number is refused, with the place where it stands.
"""

from __future__ import annotations

import codecs
import csv
import math
import re
import stat
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from .messages import DataError, NumberError
from .numbers import parse_number, role_of_commas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SUFFIXES = (".npy", ".csv")
"""The ends of the names of the files that `read_array` reads."""

MOST_NUMBERS = 2**24
MOST_TABLE_NUMBERS = 2**22
MOST_DIMENSIONS = 4
_MOST_TABLE_BYTES = 128 * 2**20
_PIECE = 2**19  # bytes of a table that are decoded at once: meanwhile no other thread goes on
_MOST_HEADER = 4096
_LONGEST_NUMBER = 1200  # signs: the longest that float64 needs is shorter
_MOST_EXACT = 2**53  # from here on, float64 skips whole numbers

_MAGIC = b"\x93NUMPY"
_TYPE = re.compile(r"'descr'\s*:\s*'([^']{1,40})'")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d,\sL]{0,200})\)")
_PLAIN_TYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248])")

_QUOTED = re.compile(r'"[^"\r\n]*"')
_PLAIN_TABLE = re.compile(r"[0-9+\-.,;\seE]*")
_ZERO = re.compile(r"[+-]?[0.]+([eE].*)?")


def read_array(path: Path | str) -> NDArray[np.float64]:
    r"""Read the numbers in a file.

    Understood are NPY files of one to four dimensions, and CSV tables with numbers between commas, semicolons, tabs or
    spaces; a table's decimals may stand behind a point or, where that is certain, a comma.

    Returns
    -------
    float64, in the file's shape; (rows, columns) of a table. Every number is exactly the file's, and finite.

    Raises
    ------
    DataError
        With one sentence: the file's name, what is wrong, and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "kernel.csv"
    ...     _ = path.write_text("0,5;1\n-2;0,25\n")
    ...     read_array(path).tolist()
    [[0.5, 1.0], [-2.0, 0.25]]
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise DataError("{name} is not a file of numbers that can be read here: choose an NPY or CSV file",
                        name=path.name)  # fmt: skip
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise DataError("{name} is a folder: choose an NPY or CSV file in it", name=path.name)
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its writer
            raise DataError("{name} is a device or a pipe: choose an NPY or CSV file", name=path.name)
        if status.st_size == 0:
            raise DataError("{name} is empty: choose another file", name=path.name)
        with path.open("rb") as file:
            if path.suffix.lower() == ".npy":
                return _read_npy(file, status.st_size, path.name)
            return _read_csv(file, status.st_size, path.name)
    except csv.Error as error:
        raise DataError("{name} is not a table: save it as CSV again", name=path.name) from error
    except FileNotFoundError as error:
        raise DataError("{name} was not found: check that the file is still there", name=path.name) from error
    except PermissionError as error:
        raise DataError(
            "{name} may not be read: allow reading it, or copy it to a folder of your own", name=path.name
        ) from error
    except (OSError, MemoryError) as error:
        raise DataError(
            "{name} cannot be read ({reason}): choose another file", name=path.name, reason=error
        ) from error


def _read_npy(file: BinaryIO, size: int, name: str) -> NDArray[np.float64]:
    """Read an NPY file. Its header is Python text, of which only what NumPy itself writes is understood."""
    header = _header(file, name)
    kind, shape = _TYPE.search(header), _SHAPE.search(header)
    order = _ORDER.search(header)
    if kind is None and "'descr'" in header and order is not None and shape is not None:
        raise DataError("{name} holds records of several fields: save a plain array of numbers", name=name)
    if kind is None or order is None or shape is None:
        raise _damaged(name)
    dtype = _checked_type(kind[1], name)
    sides = [int(side) for side in re.findall(r"\d+", shape[1])]
    _check_shape(sides, name)
    count = math.prod(sides)
    if count * dtype.itemsize != size - file.tell():
        raise DataError(
            "{name} is damaged: it says {shape} numbers, and holds {bytes} bytes of them; save it again",
            name=name,
            shape=" × ".join(map(str, sides)),
            bytes=f"{size - file.tell():,}",
        )
    raw = np.fromfile(file, dtype, count)
    if len(raw) != count:  # it was cut while it was being read
        raise _damaged(name)
    return _checked_numbers(raw.reshape(sides, order="F" if order[1] == "True" else "C"), name)


def _header(file: BinaryIO, name: str) -> str:
    start = file.read(8)
    if start[:6] != _MAGIC:
        raise DataError("{name} is not an NPY file: save the array with numpy.save", name=name)
    width = 2 if start[6:7] == b"\x01" else 4
    length = int.from_bytes(file.read(width), "little")
    if start[6:8] not in (b"\x01\x00", b"\x02\x00", b"\x03\x00") or not 0 < length <= _MOST_HEADER:
        raise DataError(
            "{name} has a header that no plain array needs: save the array again with numpy.save", name=name
        )
    header = file.read(length)
    if len(header) != length:
        raise _damaged(name)
    return header.decode("latin-1")


def _damaged(name: str) -> DataError:
    return DataError("{name} is damaged or incomplete: save the array again with numpy.save", name=name)


def _checked_type(text: str, name: str) -> np.dtype[np.generic]:
    if _PLAIN_TYPE.fullmatch(text):
        return np.dtype(text)
    letter = text.lstrip("<>|=")[:1]
    if letter == "O":
        raise DataError(
            "{name} holds Python objects, which could run a program when read: save a plain array of numbers", name=name
        )
    if letter == "c":
        raise DataError(
            "{name} holds complex numbers: save their real part, or their size, as an array of its own", name=name
        )
    raise DataError(
        "{name} holds values of the type {type}, not numbers that can be read here: save it as float64",
        name=name,
        type=text,
    )


def _check_shape(sides: list[int], name: str) -> None:
    if not 1 <= len(sides) <= MOST_DIMENSIONS:
        raise DataError(
            "{name} has {count} dimensions, and 1 to {limit} can be read: save a part of it, such as array[0]",
            name=name,
            count=len(sides),
            limit=MOST_DIMENSIONS,
        )
    if 0 in sides:
        raise DataError("{name} holds no numbers: choose another file", name=name)
    if math.prod(sides) > MOST_NUMBERS:
        raise DataError(
            "{name} holds {shape} numbers, and the most is {limit}: save a part of it",
            name=name,
            shape=" × ".join(map(str, sides)),
            limit=f"{MOST_NUMBERS:,}",
        )


def _checked_numbers(raw: NDArray[np.generic], name: str) -> NDArray[np.float64]:
    """Return numbers as float64; refuse what would become another number, or is none."""
    values = np.ascontiguousarray(raw, dtype=np.float64)
    if raw.dtype.kind in "iu" and raw.dtype.itemsize == 8 and np.abs(values).max() >= _MOST_EXACT:
        raise DataError(
            "{name} holds whole numbers of 2 to the power of 53 or more, which would be rounded: divide them first",
            name=name,
        )
    if not np.isfinite(values).all():
        raise DataError(
            "{name} holds infinite values, or such that are no numbers: replace them and save it again", name=name
        )
    return values


def _read_csv(file: BinaryIO, size: int, name: str) -> NDArray[np.float64]:
    if size > _MOST_TABLE_BYTES:
        raise DataError(
            "{name} is a file of {size} MB, and a table may have {limit} MB: save it as NPY",
            name=name,
            size=-(-size // 2**20),
            limit=_MOST_TABLE_BYTES // 2**20,
        )
    lines = [line for line in _lines(file, name) if line.strip(" \t;,\"")]  # fmt: skip
    told = re.fullmatch(r'"?sep=([,;\t])"?', lines[0].strip(" ")) if lines else None  # a spreadsheet's own first line
    if told is not None:
        del lines[0]
    if not lines:
        raise DataError("{name} holds no numbers: choose another file", name=name)
    separator = told[1] if told is not None else _separator(lines, name)
    if sum(line.count(separator) for line in lines) + len(lines) > MOST_TABLE_NUMBERS:
        raise DataError(
            "{name} holds more than {limit} numbers, the most for a table: save it as NPY",
            name=name,
            limit=f"{MOST_TABLE_NUMBERS:,}",
        )
    return _table(_cells(lines, separator), name)


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    """Yield the lines of a table, without their ends."""
    begun: list[str] = []
    for text in _texts(file, name):
        for part in text.splitlines(keepends=True):
            line = part.splitlines()[0]
            begun.append(line)
            if line != part:
                yield "".join(begun)
                begun.clear()
    if begun:
        yield "".join(begun)


def _texts(file: BinaryIO, name: str) -> Iterator[str]:
    """Yield a text piece by piece; no piece ends between the two signs of a line's end."""
    wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
    carried, data = "", b"more"
    while data:
        data = file.read(_PIECE)
        try:
            text = carried + decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise DataError("{name} is not a text: save the table as CSV in UTF-8", name=name) from error
        if "\0" in text:
            raise DataError("{name} is not a text: save the table as CSV in UTF-8", name=name)
        carried = "\r" if data and text.endswith("\r") else ""
        yield text[: len(text) - len(carried)].translate(_SIGNS)


_SIGNS = str.maketrans({"−": "-", "\u00a0": " ", "\u202f": " "})


def _separator(lines: list[str], name: str) -> str:
    """Return what stands between the numbers of a table; a space for any number of spaces, and for one column."""
    bare = [_QUOTED.sub("0", line).strip(" ") for line in lines]
    for sign in "\t;":
        if any(sign in line for line in bare):
            return sign
    if not any("," in line for line in bare):
        return " "
    if bare != [line.strip(" ") for line in lines]:  # with decimal commas between quotes, those outside part numbers
        return ","
    role = role_of_commas(bare)
    if role == "unclear" or (role == "decimal" and not any(" " in line for line in bare)):
        raise DataError(
            "{name} has commas that could separate numbers or decimals: put semicolons between the numbers", name=name
        )
    return "," if role == "separator" else " "


def _cells(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Yield the texts of each row's cells, without an empty one behind a last separator."""
    if separator == " ":
        return (line.split() for line in lines)
    if any('"' in line for line in lines):
        return csv.reader(lines, delimiter=separator)
    return (line.split(separator) for line in lines)


def _table(rows: Iterator[list[str]], name: str) -> NDArray[np.float64]:
    """Return the numbers of a table's rows, which must be equally long."""
    found = array("d")
    width, ended = 0, True  # whether every row so far ends in an empty cell
    for number, row in enumerate(rows, start=1):
        ended = ended and len(row) > 1 and not row[-1].strip()
        cells = row[:-1] if ended else row
        if number > 1 and len(cells) != width:
            raise DataError(
                "{name}: row {row} has {count} numbers where the first row has {width}; give every row as many",
                name=name,
                row=number,
                count=len(cells),
                width=width,
            )
        width = len(cells)
        found.extend(_row(cells, number, name))
    return np.array(found).reshape(-1, width)


def _row(cells: list[str], row: int, name: str) -> list[float]:
    if _PLAIN_TABLE.fullmatch("".join(cells)) and max(map(len, cells)) <= _LONGEST_NUMBER:
        try:
            values = [float(cell) for cell in cells]
        except ValueError:  # decimal commas, or no numbers
            pass
        else:
            if all(map(math.isfinite, values)) and all(
                value or _ZERO.fullmatch(cell.strip()) for cell, value in zip(cells, values, strict=True)
            ):
                return values
    return [_number(cell, row, column, name) for column, cell in enumerate(cells, start=1)]


def _number(cell: str, row: int, column: int, name: str) -> float:
    try:
        return parse_number(cell if len(cell) <= _LONGEST_NUMBER else "")
    except NumberError as error:
        if cell.strip():
            raise DataError(
                "{name}: “{text}” in row {row}, column {column} is not a number; leave only numbers in the table",
                name=name,
                text=cell.strip()[:40],
                row=row,
                column=column,
            ) from error
        raise DataError(
            "{name}: there is nothing in row {row}, column {column}; type a number",
            name=name,
            row=row,
            column=column,
        ) from error
