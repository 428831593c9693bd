"""Numbers and matrices as people type, paste and read them.

A number is written with a point or a comma, in either language. What is not certainly a number is refused: nothing ever
becomes another number silently.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from .messages import NumberError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_PASTE_SIDE = 256
MAX_PASTE_TEXT = 2_000_000  # characters

_MINUS_SIGNS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "\u00a0": " ", "\u202f": " "})
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")
_DIGIT = re.compile(r"[0-9]")
_ZERO = re.compile(r"[+-]?[0.,]+([eE].*)?")

_PLAIN = re.compile(r"[0-9+\-.,;\s\[\](){}]*")


def parse_number(text: str) -> float:
    """Return the number that a text stands for.

    A decimal point or comma, an exponent, a fraction of two numbers, and any minus sign are understood. Words, infinity
    and "nan" are not numbers here, and nor is a text with separators of thousands: a single comma is a decimal comma.

    Raises
    ------
    NumberError
        A `ValueError` with one sentence that quotes the text.

    Examples
    --------
    >>> [parse_number(text) for text in ("0.5", "1,5", "−2", "1e-3", "2/3")]
    [0.5, 1.5, -2.0, 0.001, 0.6666666666666666]
    """
    clean = text.translate(_MINUS_SIGNS).strip()
    parts = [part.strip() for part in clean.split("/")]
    if len(parts) > 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise NumberError("“{text}” is not a number: type one like 0.5, -2, 1e-3 or 2/3", text=_quote(text))
    numbers = [float(part.replace(",", ".")) for part in parts]
    number, nothing = numbers[0], bool(_ZERO.fullmatch(parts[0]))
    if len(parts) == 2:
        if _ZERO.fullmatch(parts[1]):
            raise NumberError("“{text}” divides by zero: type another number", text=_quote(text))
        number = numbers[0] / numbers[1] if numbers[1] and math.isfinite(numbers[1]) else math.nan
    if not math.isfinite(number):
        raise NumberError("“{text}” is too large: the largest number is about 1.8e308", text=_quote(text))
    if number == 0 and not nothing:  # never silently another number
        raise NumberError("“{text}” is too close to zero: the smallest number is about 4.9e-324", text=_quote(text))
    return number


def parse_matrix(text: str) -> NDArray[np.float64]:
    r"""Return the matrix that a text stands for, of shape (rows, columns).

    Understood are cells copied from a spreadsheet (tabs), columns apart by spaces, comma-separated values, values
    apart by semicolons with decimal commas, and brackets as in Python, NumPy, PyTorch or MATLAB. Where a comma may as
    well part two numbers as a number and its decimals, the text is refused.

    Raises
    ------
    NumberError
        A `ValueError` with one sentence, that names the row where there is one to name.

    Examples
    --------
    >>> parse_matrix("[[0, 1], [2, 3.5]]").tolist()
    [[0.0, 1.0], [2.0, 3.5]]
    >>> parse_matrix("1,5\t2\n0\t-1").tolist()
    [[1.5, 2.0], [0.0, -1.0]]
    """
    if len(text) > MAX_PASTE_TEXT:
        raise NumberError(
            "a text of {count} characters is too long for a matrix: paste at most {limit} x {limit} numbers",
            count=len(text),
            limit=MAX_PASTE_SIDE,
        )
    clean = text.translate(_MINUS_SIGNS)
    if not clean.strip():
        raise NumberError("there is no matrix in an empty text: copy cells of a spreadsheet, or type rows of numbers")
    if not _DIGIT.search(clean):
        raise NumberError("“{text}” is not a matrix: write it like [[0, 1], [2, 3]]", text=_quote(text))
    rows = _split_brackets(clean) if re.search(r"[\[({]", clean) else _split_lines(clean)
    if all(len(row) > 1 and not row[-1].strip() for row in rows):  # a separator at the end of every row
        rows = [row[:-1] for row in rows]
    width = len(rows[0])
    if len(rows) > MAX_PASTE_SIDE or width > MAX_PASTE_SIDE:
        raise NumberError(
            "a matrix of {rows} x {columns} is too large: paste at most {limit} x {limit} numbers",
            rows=len(rows),
            columns=width,
            limit=MAX_PASTE_SIDE,
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise NumberError(
                "row {row} has {count} numbers where the first row has {width}: give every row as many",
                row=number,
                count=len(row),
                width=width,
            )
        for column, cell in enumerate(row, start=1):
            if not cell.strip():
                raise NumberError("row {row} has nothing in column {column}: type a number", row=number, column=column)
    if _PLAIN.fullmatch(clean):  # then Python's own float reads the same numbers, many times faster
        try:
            plain = np.array([[float(cell) for cell in row] for row in rows], dtype=np.float64)
        except ValueError:  # decimal commas
            pass
        else:
            if np.isfinite(plain).all():  # else a number is too large, which is told below
                return plain
    return np.array([[parse_number(cell) for cell in row] for row in rows], dtype=np.float64)


def format_number(value: float, decimals: int = 3) -> str:
    """Write a number shortly, with a decimal point, and without zeros that say nothing.

    Examples
    --------
    >>> [format_number(x) for x in (2.0, -0.5, 1 / 3, -1e-9, 123456.7, 2.5e-5, float("nan"))]
    ['2', '-0.5', '0.333', '-1e-09', '123456.7', '2.5e-05', 'nan']
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return str(float(value))
    short = f"{value:.{decimals}f}" if abs(value) < 1e7 else ""
    if short and float(short):
        return _trim(short)
    mantissa, exponent = f"{value:.{max(decimals - 1, 0)}e}".split("e")
    return f"{_trim(mantissa)}e{exponent}"


def format_matrix(matrix: NDArray[np.float64]) -> str:
    r"""Write a matrix of shape (rows, columns) as tab-separated text, exactly: every finite number reads back the same.

    >>> format_matrix(np.array([[1.0, 0.1], [-2.5, 3.0]]))
    '1\t0.1\n-2.5\t3'
    """
    return "\n".join("\t".join(_exact(value) for value in row) for row in matrix.tolist())


def _exact(value: float) -> str:
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)


def _trim(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _quote(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= 40 else short[:39] + "…"


def _split_lines(text: str) -> list[list[str]]:
    """Split a text without brackets into the texts of its cells; which sign parts them is decided once for all."""
    # spaces say nothing at the ends of a line, but a tab there stands before or after an empty cell
    lines = [line for line in (line.strip(" ") for line in text.splitlines()) if line]
    while not lines[0].strip():
        del lines[0]
    while not lines[-1].strip():
        del lines[-1]
    if "\t" in "".join(lines):
        return [line.split("\t") for line in lines]
    ends = [line.removesuffix(";") for line in lines]
    pieces = [piece.strip() for line in ends for piece in line.split(";")]
    if any(";" in line for line in lines) and (not any(";" in line for line in ends) or any(map(_several, pieces))):
        lines = pieces  # MATLAB's way, where a semicolon ends a row: "1 2; 3 4"
    if any(";" in line for line in lines):
        if len(lines) == 1 and all("," in piece for piece in pieces):  # "1,2;3,4": a row, or MATLAB's two
            raise _unclear()
        return [line.split(";") for line in lines]
    match role_of_commas(lines):
        case "unclear":
            raise _unclear()
        case "separator":
            return [line.removesuffix(",").split(",") for line in lines]
        case _:
            return [line.split() for line in lines]


def _unclear() -> NumberError:
    return NumberError("a comma could separate numbers or decimals here: put spaces or tabs between the numbers")


# "1.5,-2": no decimals begin with a sign, end in an exponent, or are groups of thousands that are not three digits
_SURE_SEPARATOR = re.compile(
    r"\.[^,\s]{0,40},[^,\s]{0,40}\. | ,[+-] | [eE][+-]?\d+, | \.(\d{0,2}|\d{4,}),\S | ,(\d{0,2}|\d{4,})\.", re.VERBOSE
)


def _several(piece: str) -> bool:
    return len(piece.split()) > 1 or piece.count(",") > 1


def role_of_commas(lines: list[str]) -> str:
    """Tell what the commas of all lines without semicolons and tabs are: "separator", "decimal" or "unclear".

    >>> role_of_commas(["0,5 1"]), role_of_commas(["1,0", "0,-1"]), role_of_commas(["1,5", "2,5"])
    ('decimal', 'separator', 'unclear')
    """
    inner = [line.removesuffix(",") for line in lines]
    spaced = any(re.search(r",\s|\s,", line) for line in inner) or inner != lines
    tight = any(re.search(r"\S,\S", line) for line in inner)
    if spaced:
        # "0,5, 1,5" has commas of both kinds, or is "0, 5, 1, 5" in a hurry
        return "unclear" if tight and any(" " in line for line in inner) else "separator"
    if any((line.count(",") > 1 and " " not in line) or _SURE_SEPARATOR.search(line) for line in lines):
        return "separator"
    if len(lines) > 1 and all("," in line and " " not in line for line in lines):
        return "unclear"
    return "decimal"


_ARRAY_NAME = re.compile(r"^\s*([A-Za-z_]\w*\s*=\s*)?((np|numpy|torch)\.)?(array|tensor|matrix)?\s*(?=[\[({])")
_ARRAY_OPTIONS = re.compile(r",\s*[a-z_]+=[^\[\]{}]*\)$")
_ROW = re.compile(r"\[([^\[\]]*)\]")


def _split_brackets(text: str) -> list[list[str]]:
    """Split rows in brackets into the texts of their cells; a comma parts numbers here, as in all such notations."""
    plain = _ARRAY_NAME.sub("", text).strip().removesuffix(";").rstrip()  # "k = np.array([[1, 2]], dtype=float)"
    plain = _ARRAY_OPTIONS.sub(")", plain).translate(str.maketrans("(){}", "[][]"))
    rows = _ROW.findall(plain)
    outline = re.sub(r"\s+", "", _ROW.sub("r", plain))  # such as "[r,r]"
    around = re.fullmatch(r"(\[*)r(?:[,;]?r)*,?(\]*)", outline)
    if around is None or len(around[1]) != len(around[2]) or not any(map(_DIGIT.search, rows)):
        raise NumberError("the brackets do not make a matrix: write it like [[0, 1], [2, 3]]")
    if len(rows) == 1:  # MATLAB's way: a semicolon or the end of a line ends a row, unless a comma goes on
        ends = r"\s*(?:;|\n)\s*" if outline == "r" else r"\s*;\s*"
        rows = [row for row in re.split(ends, re.sub(r",\s*\n", ", ", rows[0].strip())) if row.strip()]
    return [_split_row(row.strip()) for row in rows]


def _split_row(row: str) -> list[str]:
    row = row.removesuffix(",")
    return row.split(",") if "," in row else row.split()
