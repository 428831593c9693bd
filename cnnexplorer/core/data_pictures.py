"""Maps as pictures that hold measurements: TIFF with floating-point numbers, PNG with levels of grey."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import AppendingTiffWriter, ImageFileDirectory_v2

from .data_text import EXACT, ONE_VALUE, RANGE
from .messages import DataError, Note, mark, storable
from .numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_PAGE = "Page"
_TIFF_TAGS = {"Title": 269, "Description": 270, _PAGE: 285, "Software": 305}


def write_tiff(
    planes: Sequence[tuple[str, NDArray[Any]]], file: IO[bytes], facts: Mapping[str, str] | None = None
) -> tuple[Note, ...]:
    """Write maps (H, W) as the pages of a TIFF of 32-bit floating-point numbers, each with its name.

    Returns the largest error of rounding to 32 bits, where there is one.

    Parameters
    ----------
    facts
        What the first page tells of the file: "Title", "Description" and "Software".

    Raises
    ------
    DataError
        A number is too large for 32 bits.
    """
    pages, worst = [], 0.0
    for name, plane in planes:
        with np.errstate(over="ignore"):
            single = plane.astype(np.float32)
        finite = np.isfinite(plane)
        if not np.isfinite(single[finite]).all():
            raise DataError(
                "{name} holds {value}, too large for the 32 bits of a TIFF: choose NPY or CSV",
                name=name,
                value=format_number(float(plane[finite][~np.isfinite(single[finite])][0])),
            )
        worst = max(worst, float(np.abs(single[finite].astype(np.float64) - plane[finite]).max(initial=0)))
        pages.append(Image.fromarray(np.ascontiguousarray(single)))
    whole = io.BytesIO()  # Pillow reads what it has written of the pages before
    told = facts or {}
    with AppendingTiffWriter(whole) as writer:
        for (name, _plane), page in zip(planes, pages, strict=True):
            page.save(writer, format="TIFF", tiffinfo=_tags({**told, _PAGE: name}))
            writer.newFrame()
            told = {}
    file.write(whole.getbuffer())
    if worst == 0:
        return (Note(EXACT),)
    return (Note(mark("rounded to 32 bits: off by {error} at most"), {"error": f"{worst:.1e}"}),)


def _tags(facts: Mapping[str, str]) -> ImageFileDirectory_v2:
    """Return facts as the tags of a page, in UTF-8 as most programs read them."""
    tags = ImageFileDirectory_v2()
    for key, text in facts.items():
        if key in _TIFF_TAGS and text:
            tags[_TIFF_TAGS[key]] = storable(text).encode()
    return tags


def write_png(
    plane: NDArray[Any],
    file: IO[bytes],
    bits: int,
    limits: tuple[float, float] | None = None,
    facts: Mapping[str, str] | None = None,
) -> tuple[Note, ...]:
    """Write a map (H, W) as levels of grey, 8 or 16 bits, evenly spread from one value to another.

    The values of black and white stand in the file's text chunks, every digit of them.

    Parameters
    ----------
    limits
        The values of black and white; the lowest and the highest finite value by default.
    facts
        More text chunks.

    Returns
    -------
    the range, and what happened to values outside it and to those that are no finite numbers
    """
    values = plane.astype(np.float64)
    finite = np.isfinite(values)
    low, high = limits if limits is not None else _range(values[finite])
    top = 2**bits - 1
    levels = _levels(values, low, high, top)
    info = PngInfo()
    for key, text in {**(facts or {}), "Value of black": repr(float(low)), "Value of white": repr(float(high))}.items():
        if key.isascii() and text.isascii():
            info.add_text(key, text)
        else:
            info.add_itxt(storable(key), storable(text))
    picture = Image.fromarray(levels.astype(np.uint8 if bits == 8 else np.uint16))
    picture.save(file, format="PNG", pnginfo=info)
    return tuple(_notes(values, finite, low, high, top))


def _range(finite: NDArray[np.float64]) -> tuple[float, float]:
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _levels(values: NDArray[np.float64], low: float, high: float, top: int) -> NDArray[np.float64]:
    """Return the level of each value; a range of nothing is black, and so is what is no number."""
    if not high > low:
        return np.where(values > high, float(top), 0.0)
    span = high / 2 - low / 2  # of halves, whose difference is always finite
    with np.errstate(invalid="ignore"):
        scaled = (values.clip(low, high) / 2 - low / 2) / span * top
    return np.rint(np.nan_to_num(scaled, nan=0.0))


def _notes(values: NDArray[np.float64], finite: NDArray[np.bool_], low: float, high: float, top: int) -> list[Note]:
    ends = {"low": format_number(low, 6), "high": format_number(high, 6)}
    notes = [Note(RANGE, {**ends, "count": f"{top + 1:,}"}) if high > low else Note(ONE_VALUE, ends)]
    outside = int(np.count_nonzero(finite & ((values < low) | (values > high))))
    if outside:
        notes.append(Note(mark("values outside of that were cut off: {count}"), {"count": f"{outside:,}"}))
    if not finite.all():
        notes.append(
            Note(
                mark("not finite: {nan} that are no number and {low} of minus infinity are black, {high} are white"),
                {
                    "nan": int(np.isnan(values).sum()),
                    "low": int(np.isneginf(values).sum()),
                    "high": int(np.isposinf(values).sum()),
                },
            )
        )
    return notes
