"""On which line of a TOML text a field stands: a guide for the eye, the line around it where that is not sure."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_TABLE = re.compile(r"\s*(\[\[|\[)\s*([^\[\]]+?)\s*(\]\]|\])\s*(#.*)?$")
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
    inside: str | None = None  # the mark that ends a text of several lines
    for number, line in enumerate(source.splitlines(), start=1):
        if inside is not None:
            if inside in line:
                inside = None
            continue
        table, key = _TABLE.match(line), _KEY.match(line)
        if table and len(table[1]) == len(table[3]):
            here = _table_path(table[2], table[1] == "[[", counts)
            found.setdefault(here, number)
        elif key:
            found.setdefault((*here, *_parts(key[1])), number)
            rest = key[2]
        else:
            rest = line
        if not table:
            inside = _left_open(rest)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of a field, or of the nearest thing around it; None where nothing of it is known."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


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


def _left_open(rest: str) -> str | None:
    """Return the mark of a text of several lines that begins on this line and does not end on it."""
    for mark in _MARKS:
        if rest.count(mark) % 2:
            return mark
    return None
