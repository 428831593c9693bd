"""On which line of a TOML text a field stands: a guide for the eye, the line around it where that is not sure."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

_TABLE = re.compile(r"\s*(\[\[|\[)\s*([A-Za-z][\w-]*(?:\s*\.\s*[A-Za-z][\w-]*)*)\s*(\]\]|\])\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)$""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_MARKS = ('"""', "'''")


def field_lines(source: str) -> dict[Path, int]:
    r"""Return the line, from 1, of each table and each key of a TOML text; indices count from 0.

    >>> field_lines('title = "a"\n[[steps]]\n[steps.task]\nkind = "number"')[("steps", 0, "task", "kind")]
    4
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for number, line in _outside_texts(source):
        table, key = _TABLE.match(line), _KEY.match(line)
        if table and len(table[1]) == len(table[3]):
            here = _table_path(table[2], table[1] == "[[", counts)
            found.setdefault(here, number)
        elif key:
            found.setdefault((*here, *_parts(key[1])), number)
    return found


class StepLines(NamedTuple):
    """Where a step of a lab stands: its first line, and every line with the head of a table in it, from 0."""

    first: int
    headers: tuple[int, ...]


def step_lines(source: str) -> tuple[StepLines, ...]:
    r"""Return where each step of a lab's text begins, and its tables.

    >>> step_lines('title.en = "a"\n[[steps]]\ntext.en = "b"\n[steps.task]\nkind = "text"')
    (StepLines(first=1, headers=(1, 3)),)
    """
    steps: list[list[int]] = []
    for number, line in _outside_texts(source):
        table = _TABLE.match(line)
        if not table or len(table[1]) != len(table[3]):
            continue
        if table[1] == "[[" and _parts(table[2]) == ("steps",):
            steps.append([])
        if steps:
            steps[-1].append(number - 1)
    return tuple(StepLines(headers[0], tuple(headers)) for headers in steps)


def _outside_texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines, from 1, that do not lie within a text of several lines."""
    inside: str | None = None  # the mark that ends the text
    for number, line in enumerate(source.splitlines(), start=1):
        if inside is not None:
            if inside in line:
                inside = None
            continue
        yield number, line
        inside = _left_open(line)


class FieldLines:
    """Where the fields of a TOML text stand; it is gone through once, when the first is asked for."""

    def __init__(self, source: str) -> None:
        self._source = source

    def of(self, path: Path) -> int | None:
        r"""Return the line of a field, of its first part, or of the nearest thing around it; None where none is known.

        >>> FieldLines('title = "a"\n[[steps]]\ntext.en = "b"').of(("steps", 0, "text", "es"))
        3
        """
        for length in range(len(path), 0, -1):
            here = path[:length]
            known = self._named.get(here) or self._around.get(here)
            if known is not None:
                return known
        return None

    @cached_property
    def _named(self) -> dict[Path, int]:
        return field_lines(self._source)

    @cached_property
    def _around(self) -> dict[Path, int]:
        """The first line with a part of each field."""
        found: dict[Path, int] = {}
        for path, line in self._named.items():
            for length in range(1, len(path)):
                found.setdefault(path[:length], line)
        return found


def _table_path(name: str, is_array: bool, counts: dict[Path, int]) -> Path:
    """Return the path of a table, with the index of the present element of each array on the way."""
    path: Path = ()
    parts = _parts(name)
    for place, part in enumerate(parts):
        path = (*path, part)
        if place == len(parts) - 1 and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(key))


def _left_open(line: str) -> str | None:
    """Return the mark of a text of several lines that begins on this line and does not end on it."""
    for mark in _MARKS:
        if line.count(mark) % 2:
            return mark
    return None
