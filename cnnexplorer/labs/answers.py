"""What students type, understood. What is not understood is asked for again, and never marked wrong."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core import NumberError, parse_matrix, parse_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 5_000  # characters of an answer
_ABOUT_EXACT = 1e-9
# thousands apart by a sign, always the same: "49,152", "49.152", "49 152", "3'145'728"
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?P<apart>[.,'’ ])[0-9]{3}((?P=apart)[0-9]{3})*")
_DECIMALS = re.compile(r"[.,]([0-9]*)$")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_BETWEEN = re.compile(r"\s*(?:[x×X*·;,]|\bby\b|\bpor\b)\s*|\s+")
_SIGNS = {
    "+": 1, "positive": 1, "positivo": 1, "positiva": 1, "pos": 1, ">0": 1, "> 0": 1, "+1": 1, "1": 1, "plus": 1,
    "más": 1, "mas": 1,
    "-": -1, "negative": -1, "negativo": -1, "negativa": -1, "neg": -1, "<0": -1, "< 0": -1, "-1": -1, "minus": -1,
    "menos": -1,
    "0": 0, "zero": 0, "cero": 0, "none": 0, "ninguno": 0, "=0": 0, "= 0": 0, "nothing": 0, "nada": 0,
}  # fmt: skip
_MINUS = str.maketrans({"−": "-", "–": "-", "﹣": "-", "－": "-", "＋": "+"})
_SPACES = str.maketrans("\u00a0\u202f\u2009", "   ")


class Number(NamedTuple):
    """A number as it was typed: its value, and how many decimals were written (None for a fraction or an exponent)."""

    value: float
    decimals: int | None

    def agrees(self, right: float, tolerance: float = 0.0) -> bool:
        """Tell whether it is the number `right`: within a tolerance, or rounded to two decimals or more.

        What is rounded to nothing but zeros says nothing of a number that is not 0.

        >>> Number(0.33, 2).agrees(1 / 3), Number(0.3, 1).agrees(1 / 3), Number(3.0, 0).agrees(3.25)
        (True, False, False)
        """
        if not math.isfinite(right):
            return self.value == right
        room = max(tolerance, _ABOUT_EXACT * max(abs(right), 1.0))
        if self.decimals is not None and self.decimals >= 2 and self.value:
            room = max(room, 0.5 * 10.0**-self.decimals * (1 + 1e-6))
        return abs(self.value - right) <= room


def read_number(text: str) -> Number:
    """Return the number that a text stands for: "1,5", "−2", "1e-3" and "2/3" are understood.

    Raises
    ------
    NumberError
        One sentence that asks for it again.

    Examples
    --------
    >>> read_number("−1,50")
    Number(value=-1.5, decimals=2)
    """
    short = _checked(text)
    value = parse_number(short)
    if any(sign in short for sign in "/eE"):
        return Number(value, None)
    found = _DECIMALS.search(short)
    return Number(value, len(found[1]) if found else 0)


def readings(text: str) -> tuple[Number, ...]:
    """Return the numbers that a text may stand for where whole numbers, with their thousands apart, are expected.

    There are two where a single comma or point may part decimals as well: first comes the one with decimals.

    Raises
    ------
    NumberError
        It stands for none.

    Examples
    --------
    >>> [[number.value for number in readings(text)] for text in ("49,152", "3 145 728", "1,5")]
    [[49.152, 49152.0], [3145728.0], [1.5]]
    """
    short = _checked(text).translate(_MINUS).translate(_SPACES)
    found = _GROUPED.fullmatch(short)
    if found is None:
        return (read_number(text),)
    whole = Number(float(short.replace(found["apart"], "")), 0)
    return (read_number(text), whole) if found["apart"] in ".," and short.count(found["apart"]) == 1 else (whole,)


def read_shape(text: str, sides: tuple[int, ...] = (2, 3)) -> tuple[int, ...]:
    """Return a size: "4x4", "4 × 4", "(4, 4)", "4 4" and, with three numbers, "96x55x55" are understood.

    A single number stands for a square where two numbers are possible.

    Parameters
    ----------
    sides
        How many numbers there may be.

    Raises
    ------
    NumberError
        No size, or a side that is no whole number of 1 or more.

    Examples
    --------
    >>> read_shape("4 × 4"), read_shape("(4, 4)"), read_shape("7"), read_shape("96x55x55")
    ((4, 4), (4, 4), (7, 7), (96, 55, 55))
    """
    short = _checked(text)
    parts = _parts(short)
    if not all(re.fullmatch(r"[0-9]+", part) for part in parts):
        raise NumberError("“{text}” is not a size: write it like 4x4", text=_quoted(text))
    numbers = tuple(int(part) for part in parts if len(part) <= 9)
    if len(numbers) < len(parts) or 0 in numbers:
        raise NumberError("“{text}” is no size that can be: every side is 1 or more", text=_quoted(text))
    if len(numbers) == 1 and 2 in sides and 1 not in sides:
        return numbers * 2
    if len(numbers) not in sides:
        if sides == (3,):
            raise NumberError(
                "“{text}” is not complete: write maps, height and width, like 96x55x55", text=_quoted(text)
            )
        raise NumberError("“{text}” has {count} numbers: write height and width, like 4x4", text=_quoted(text),
                          count=len(numbers))  # fmt: skip
    return numbers


def read_matrix(text: str, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return a matrix of an expected shape, typed or pasted in any of the ways that `parse_matrix` knows.

    Raises
    ------
    NumberError
        No matrix, or one of another shape: it is asked for again.

    Examples
    --------
    >>> read_matrix("1 2; 3 4", (2, 2)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    matrix = parse_matrix(_checked(text))
    if matrix.shape != shape:
        raise NumberError(
            "a matrix of {rows} × {columns} was typed, one of {wanted_rows} × {wanted_columns} is asked for",
            rows=matrix.shape[0],
            columns=matrix.shape[1],
            wanted_rows=shape[0],
            wanted_columns=shape[1],
        )
    return matrix


def read_cell(text: str) -> tuple[int, int]:
    """Return a cell as (row, column), counted from 0: "(1, 2)", "1 2" and "1;2" are understood.

    >>> read_cell("(1, 2)")
    (1, 2)
    """
    short = _checked(text)
    parts = _parts(short)
    if len(parts) != 2 or not all(re.fullmatch(r"[0-9]{1,9}", part) for part in parts):
        raise NumberError("“{text}” is no cell: write row and column, like 1, 2", text=_quoted(text))
    return int(parts[0]), int(parts[1])


def read_sign(text: str) -> int:
    """Return 1, 0 or -1 for a sign: "+", "-", "0", "positive", "negativo" and the like are understood.

    >>> read_sign("−"), read_sign("Positivo"), read_sign("0")
    (-1, 1, 0)
    """
    word = " ".join(_checked(text).translate(_MINUS).lower().split())
    if word not in _SIGNS:
        raise NumberError("“{text}” is no sign: answer +, − or 0", text=_quoted(text))
    return _SIGNS[word]


def _parts(short: str) -> list[str]:
    """Return what stands between the signs that part numbers; an empty part where there is a sign too many."""
    if short.endswith(_BRACKETS.get(short[0], " ")):
        short = short[1:-1].strip()
    return _BETWEEN.split(short.lower())


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        raise NumberError("an answer of {count} characters is too long: write at most {limit}", count=len(text),
                          limit=LONGEST)  # fmt: skip
    short = text.strip()
    if not short:
        raise NumberError("nothing was typed yet: type the answer")
    return short


def _quoted(text: str) -> str:
    short = " ".join(text.split())
    return short if len(short) <= 40 else short[:39] + "…"
