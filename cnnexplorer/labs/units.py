"""The unit that stands beside an answer: a student may type it along, and none may be taken for part of the number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sayings import LabError

if TYPE_CHECKING:
    from .model import Text

_OF_NUMBERS = frozenset("0123456789+-−–.,/'’eE ")


def check_unit(unit: Text) -> None:
    """Raise `LabError` where a unit could be the end of a number: it would be cut off what was typed."""
    for word in (unit.en, unit.es):
        short = word.strip()
        if short and (short[0] in _OF_NUMBERS - {"e", "E"} or short[0].isdecimal() or _OF_NUMBERS.issuperset(short)):
            raise LabError("“{unit}” could be part of a number: a unit begins with a letter or a sign of its own",
                           unit=short[:40])  # fmt: skip


def without_unit(answer: str, unit: Text) -> str:
    """Return what was typed without the unit that stands beside the field anyway.

    >>> from .model import Text
    >>> without_unit("12 Millones", Text("million", "millones"))
    '12 '
    """
    short = answer.strip()
    for word in (unit.en, unit.es):
        if word and short.lower().endswith(word.lower()):
            return short[: -len(word)]
    return short
