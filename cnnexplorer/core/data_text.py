"""Arrays as text that reads back as the same numbers: for tables, and ready to paste into Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .messages import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

# what is said about files that are as they should be
RANGE = mark("black is {low}, white is {high}, in {count} levels")
ONE_VALUE = mark("black is {low}: there is no other value")
EXACT = mark("the 32-bit numbers are exact")


def number_text(value: float) -> str:
    """Write a number with a decimal point and every digit that counts.

    There is a point in every finite number, so that commas between such numbers can only be separators.

    >>> [number_text(value) for value in (1, 0.1, 1e22, -5e-324, float("nan"))]
    ['1.0', '0.1', '1.0e+22', '-5.0e-324', 'nan']
    """
    text = repr(float(value))
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def python_text(array: NDArray[Any], library: str = "np") -> str:
    """Return an array as an expression in Python that gives the same numbers.

    The type is the shortest that keeps them: for NumPy it is the array's own; for PyTorch it is float32, torch's
    default, unless that would round a number.

    Parameters
    ----------
    array
        Real numbers of any shape.
    library
        "np" for `np.array`, "torch" for `torch.tensor`.

    Examples
    --------
    >>> print(python_text(np.array([[0.5, -1.0], [2.0, 0.0]])))
    np.array([[0.5, -1.0],
              [2.0, 0.0]])
    >>> print(python_text(np.array([0.1]), "torch"))
    torch.tensor([0.1], dtype=torch.float64)
    >>> print(python_text(np.array([0.1], np.float32), "torch"))
    torch.tensor([0.1])
    """
    return "".join(array_texts(array, library))


def array_texts(array: NDArray[Any], library: str) -> Iterator[str]:
    """Yield the pieces of `python_text`."""
    head = "np.array(" if library == "np" else "torch.tensor("
    single = array.dtype in (np.float32, np.float16)
    yield head
    if array.size:
        yield from _nested(array, len(head), _single_text if single else _double_text)
    else:
        yield str(array.tolist())
    yield f"{_type_text(array, library, single)})"


def _type_text(array: NDArray[Any], library: str, single: bool) -> str:
    if library == "np":
        return ", dtype=np.float32" if single else ", dtype=float" if not array.size else ""
    return "" if single or _fits_single(array) else ", dtype=torch.float64"


def _fits_single(array: NDArray[Any]) -> bool:
    with np.errstate(over="ignore"):
        rounded = array.astype(np.float32)
    return bool(np.array_equal(rounded.astype(np.float64), array.astype(np.float64), equal_nan=True))


def _nested(array: NDArray[Any], indent: int, text: Any) -> Iterator[str]:  # noqa: ANN401  # a function of a number
    """Yield an array in brackets, each of its rows on a line of its own below the first."""
    if array.ndim == 0:
        yield text(array[()])
        return
    yield "["
    if array.ndim == 1:
        yield ", ".join(map(text, array))
    else:
        gap = "," + "\n" * (array.ndim - 1) + " " * (indent + 1)
        for index, part in enumerate(array):
            if index:
                yield gap
            yield from _nested(part, indent + 1, text)
    yield "]"


def _double_text(value: float) -> str:
    number = float(value)
    return repr(number) if math.isfinite(number) else f'float("{number}")'


def _single_text(value: np.float32) -> str:
    """Return the shortest text that is the same number in 32 bits, though Python reads it in 64 bits first."""
    single = np.float32(value)
    if not np.isfinite(single):
        return _double_text(float(single))
    short = str(single)
    return short if np.float32(float(short)) == single else _double_text(float(single))
