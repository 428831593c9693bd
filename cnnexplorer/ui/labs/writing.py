"""Changing the text of a lab: where its steps are, and giving one another set-up. Pure, no widgets."""

from __future__ import annotations

import re
from importlib.resources import files

_STEP = re.compile(r"\s*\[\[\s*steps\s*\]\]")
_HEADER = re.compile(r"\s*\[")
_SETUP = re.compile(r"\s*\[+\s*steps\.setup[\s.\]]")
_OWN_KEY = re.compile(r"\s*setup\s*[.=]")
_MARKS = ('"""', "'''")


def resource_text(name: str) -> str:
    """Return a text that comes with the program for those who write labs, such as "template.en.toml"."""
    return files("cnnexplorer.resources").joinpath("labs", name).read_text(encoding="utf-8")


def step_at_line(text: str, line: int) -> int | None:
    r"""Return in which step, from 0, a line lies, from 1; None before the first.

    >>> [step_at_line("format = 1\n[[steps]]\ntext.en = 'a'\n[[steps]]", line) for line in (1, 3, 4)]
    [None, 0, 1]
    """
    begun = [number for number, row in _code_lines(text) if _STEP.match(row)]
    found = sum(number <= line for number in begun) - 1
    return found if found >= 0 else None


def line_of_step(text: str, index: int) -> int:
    """Return the line, from 1, where a step begins; the first line where there is no such step."""
    begun = [number for number, row in _code_lines(text) if _STEP.match(row)]
    return begun[index] if 0 <= index < len(begun) else 1


def with_setup(text: str, index: int, setup: str) -> str:
    r"""Return a lab's text with another set-up in a step; the rest stays as it is, comments and all.

    Parameters
    ----------
    setup
        The lines of the table [steps.setup].

    Examples
    --------
    >>> print(with_setup("[[steps]]\ntext.en = 'a'\n[steps.task]\nkind = 'text'", 0, 'image = "digit"'))
    [[steps]]
    text.en = 'a'
    [steps.setup]
    image = "digit"
    [steps.task]
    kind = 'text'
    """
    lines = text.split("\n")
    first, end = _block(text, index)
    code = dict(_code_lines(text))
    old = _old_setup(code, first, end)
    kept = [number for number in range(first, end) if number not in old]
    if old and _HEADER.match(code.get(min(old), "")):
        place = sum(number < min(old) for number in kept)
    else:
        headers = [at for at, number in enumerate(kept) if at and _HEADER.match(code.get(number, ""))]
        place = headers[0] if headers else _last_filled(lines, kept)
    block = [lines[number - 1] for number in kept]
    block[place:place] = ["[steps.setup]", *setup.split("\n")]
    return "\n".join([*lines[: first - 1], *block, *lines[end - 1 :]])


def _block(text: str, index: int) -> tuple[int, int]:
    """Return the first line of a step and the one behind its last."""
    begun = [number for number, row in _code_lines(text) if _STEP.match(row)]
    end = begun[index + 1] if index + 1 < len(begun) else text.count("\n") + 2
    return begun[index], end


def _old_setup(code: dict[int, str], first: int, end: int) -> set[int]:
    """Return the lines of the set-up that a step has."""
    found: set[int] = set()
    inside, depth = False, 0
    for number in range(first + 1, end):
        row = code.get(number, "")
        if depth > 0:
            found.add(number)
            depth += _depth(row)
            continue
        if _HEADER.match(row):
            inside = bool(_SETUP.match(row))
        if inside or _OWN_KEY.match(row):
            found.add(number)
            depth = 0 if _HEADER.match(row) else max(_depth(row), 0)
    return {number for number in found if not _is_comment_after(code, number, found)}


def _is_comment_after(code: dict[int, str], number: int, found: set[int]) -> bool:
    """Tell whether only comments and blank lines follow in a set-up: they tell of what comes next."""
    while number in found:
        row = code.get(number, "").strip()
        if row and not row.startswith("#"):
            return False
        number += 1
    return True


def _depth(row: str) -> int:
    """Return how many brackets a line opens and does not close, without those in texts and comments."""
    plain = re.sub(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*', "", row)
    return sum(plain.count(sign) for sign in "[{") - sum(plain.count(sign) for sign in "]}")


def _last_filled(lines: list[str], kept: list[int]) -> int:
    place = len(kept)
    while place > 1 and not lines[kept[place - 1] - 1].strip():
        place -= 1
    return place


def _code_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines, numbered from 1, that do not lie inside a text of several lines."""
    found: list[tuple[int, str]] = []
    inside: str | None = None
    for number, row in enumerate(text.split("\n"), start=1):
        if inside is not None:
            if inside in row:
                inside = None
            continue
        found.append((number, row))
        inside = next((mark for mark in _MARKS if row.count(mark) % 2), None)
    return found
