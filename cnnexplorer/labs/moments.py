"""Times as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTHS = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"), mark("July"),
    mark("August"), mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip
_MOMENT = mark("{day} {month} {year}, {time}")


def moment(text: str, translate: Callable[[str], str]) -> str:
    """Write an ISO time as people read it, in the hours of the place where it was taken; another text as it is.

    >>> moment("2026-11-06T09:05:59+01:00", str), moment("", str)
    ('6 November 2026, 09:05', '')
    """
    try:
        taken = datetime.fromisoformat(text)
    except ValueError:
        return text
    month = translate(_MONTHS[taken.month - 1])
    return translate(_MOMENT).format(day=taken.day, month=month, year=taken.year, time=f"{taken:%H:%M}")
