"""What msgspec found wrong with a field, said in the program's own sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark, term

from .sayings import LabError

if TYPE_CHECKING:
    from .lines import Path

_PLACE = re.compile(r"^(.*?)(?: - at `(?:key in )?\$([^`]*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]|\[\.\.\.\]")
_KINDS = {
    "float": term("a number"),
    "int": term("a whole number"),
    "str": term("a text in quotation marks"),
    "bool": term("true or false"),
    "array": term("a list in brackets"),
    "object": term("a table"),
}
_NEEDED = mark("{kind} is needed")
# fields that hold a text in two languages, and what such a text looks like
_TEXTS = ("title", "text", "says", "explanation", "unit", "hints", "aims", "items")
_TEXT = '{ en = "…", es = "…" }'


def field_error(message: str) -> LabError:
    """Return the sentence for a message of msgspec's, with the path of the field in `.path`.

    >>> error = field_error("Expected `float`, got `str` - at `$.steps[2].task.tolerance`")
    >>> str(error), error.path
    ('a number is needed', ('steps', 2, 'task', 'tolerance'))
    """
    found = _PLACE.match(message)
    assert found is not None
    reason, path = found[1], path_of(found[2] or "")
    for pattern, make in _REASONS:
        if match := re.fullmatch(pattern, reason, re.DOTALL):
            error, more = make(match)
            if reason.startswith("Expected `object`, got") and _name(path) in _TEXTS:
                error = LabError("a table is needed: write {example}; one of the languages will do", example=_TEXT)
            return with_path(error, (*path, *more))
    return with_path(LabError("this cannot be: {reason}", reason=reason), path)


def with_path(error: LabError, path: Path) -> LabError:
    """Give an error the path of its field, with indices from 0."""
    error.path = path
    error.field = field_name(path)
    return error


def path_of(text: str) -> Path:
    """Return msgspec's ".steps[2].task" as a path."""
    return tuple(name or int(index) for name, index in _STEP.findall(text) if name or index)


def _name(path: Path) -> str | int:
    """Return what the innermost field of a path is called, also where it is one of a list."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def field_name(path: Path) -> str:
    """Return a path as people read it, counted from 1.

    >>> field_name(("steps", 2, "task", "tolerance"))
    'steps[3].task.tolerance'
    """
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _expected(match: re.Match[str]) -> tuple[LabError, Path]:
    kinds = [_KINDS[word] for word in match[1].split(" | ") if word in _KINDS]
    if not kinds:
        return LabError("this cannot be: {reason}", reason=match[0]), ()
    if len(kinds) == 1:
        return LabError(_NEEDED, kind=kinds[0]), ()
    if len(kinds) == 2:
        return LabError("{kind} or {other} is needed", kind=kinds[0], other=kinds[1]), ()
    return LabError("{kind}, {other} or {third} is needed", kind=kinds[0], other=kinds[1], third=kinds[2]), ()


def _limited(match: re.Match[str]) -> tuple[LabError, Path]:
    kind, sign, limit = _KINDS.get(match[1], term("a value")), match[2], match[3].removesuffix(".0")
    if sign in (">=", ">"):
        return LabError("{kind} of {limit} or more is needed", kind=kind, limit=limit), ()
    return LabError("{kind} of {limit} or less is needed", kind=kind, limit=limit), ()


def _counted(match: re.Match[str]) -> tuple[LabError, Path]:
    is_text, sign, limit = match[1] == "str", match[2], match[3]
    if sign == ">=":
        template = mark("a text of {limit} or more characters is needed") if is_text else mark(
            "a list of {limit} or more is needed")  # fmt: skip
    elif sign == "<=":
        template = mark("the text is too long: {limit} characters are the most") if is_text else mark(
            "the list is too long: {limit} are the most")  # fmt: skip
    else:
        template = mark("a list of exactly {limit} is needed")
    return LabError(template, limit=limit), ()


def _missing(match: re.Match[str]) -> tuple[LabError, Path]:
    return LabError("this is missing"), (match[1],)


def _unknown(match: re.Match[str]) -> tuple[LabError, Path]:
    return LabError("there is no such field: is it misspelt?"), (match[1],)


def _no_word(match: re.Match[str]) -> tuple[LabError, Path]:
    return LabError("{value} is none of the words that can stand here", value=match[1]), ()


_REASONS = (
    (r"Object missing required field `([^`]*)`", _missing),
    (r"Object contains unknown field `([^`]*)`", _unknown),
    (r"Invalid (?:enum )?value (.*)", _no_word),
    (r"Expected `(\w+)` (>=|<=|>|<) (\S+)", _limited),
    (r"Expected `(str|array|object)` of (?:at least |at most )?length (>=|<=|==)? ?([0-9]+)(?:, got [0-9]+)?",
     _counted),
    (r"Expected `([^`]*)`, got .*", _expected),
)  # fmt: skip
