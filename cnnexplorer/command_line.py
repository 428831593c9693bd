"""Command lines in the user's language: argparse's own words, too."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Translate = Callable[[str], str]
    Parse = Callable[[list[str], Translate], argparse.Namespace]


def mark(text: str) -> str:
    """Mark a text for translation: the core's own `mark` needs NumPy, which may be what is missing."""
    return text


_WORDS = frozenset(
    (
        mark("usage: "),
        mark("positional arguments"),
        mark("options"),
        mark("show this help message and exit"),
        mark("%(prog)s: error: %(message)s\n"),
        mark("argument %(argument_name)s: %(message)s"),
        mark("the following arguments are required: %s"),
        mark("unrecognized arguments: %s"),
        mark("ambiguous option: %(option)s could match %(matches)s"),
        mark("ignored explicit argument %r"),
        mark("invalid choice: %(value)r (choose from %(choices)s)"),
        mark("invalid %(type)s value: %(value)r"),
        mark("expected one argument"),
        mark("expected at least one argument"),
        mark("expected %s arguments"),
    )
)


def spoken(parse: Parse) -> Parse:
    """Let argparse speak the language of the function that a reader of command lines gets."""

    @wraps(parse)
    def read(arguments: list[str], _: Translate) -> argparse.Namespace:
        with _speaking(_):
            return parse(arguments, _)

    return read


@contextmanager
def _speaking(_: Translate) -> Iterator[None]:
    """Put a translation in the place of those that argparse takes from the system's catalogues."""
    names = vars(argparse)
    before = {name: names[name] for name in ("_", "ngettext")}

    def word(text: str) -> str:
        return _(text) if text in _WORDS else text

    names.update(_=word, ngettext=lambda one, many, count: word(one if count == 1 else many))
    try:
        yield
    finally:
        names.update(before)
