"""Sentences for the user, written in English here and translated above.

The core knows no language but English. An error carries the sentence as a template and the values in it, so that the
interface can say the same in another language.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def mark(template: str) -> str:
    """Mark a sentence for translation, and return it unchanged."""
    return template


class Term(str):
    """A word inside a sentence that is translated too, such as the name of a setting."""

    __slots__ = ()


def term(word: str) -> Term:
    """Mark a word for translation where it stands as a value in a sentence."""
    return Term(word)


CLIPBOARD = term("clipboard")  # what data without a file is called in sentences


_LONGEST = 200


def shown(value: object) -> object:
    """Return a value as it may stand in a sentence: a foreign name on one line, with an end, and nothing that steers.

    >>> shown("a" + chr(10) + "b"), shown("x" * 1000) == "x" * 99 + "…" + "x" * 99
    ('a�b', True)
    """
    if isinstance(value, BaseException):
        value = str(value)
    if not isinstance(value, str) or isinstance(value, Term):
        return value
    if len(value) > _LONGEST:
        value = value[: _LONGEST // 2 - 1] + "…" + value[1 - _LONGEST // 2 :]
    return value if value.isprintable() else "".join(sign if sign.isprintable() else "\ufffd" for sign in value)


def storable(text: str) -> str:
    """Return a text as a file in UTF-8 can hold it: the name of a file may have bytes that are none.

    >>> storable("ni" + chr(0xDCF1) + "o")
    'ni?o'
    """
    return text.encode("utf-8", "replace").decode()


class UserError(Exception):
    """Expected trouble, told in one sentence: what is wrong, which file or number, what to do.

    Parameters
    ----------
    template
        The sentence in English, with named fields in braces.
    **values
        What the fields stand for; foreign texts are kept to one line that can be read.

    Examples
    --------
    >>> str(UserError("stride {stride} is too small: use 1 or more", stride=0))
    'stride 0 is too small: use 1 or more'
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = {key: shown(value) for key, value in values.items()}
        super().__init__(template.format(**self.values))

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (type(self), self.template, self.values), self.__dict__

    def sentence(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`, which turns English templates into that language's."""
        values = {key: translate(value) if isinstance(value, Term) else value for key, value in self.values.items()}
        return translate(self.template).format(**values)


@dataclass(frozen=True)
class Note:
    """Something worth knowing, told in one sentence: an English template, and what its fields stand for.

    >>> Note("{count} values were cut off", {"count": 3}).sentence(str)
    '3 values were cut off'
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`, which turns English templates into that language's."""
        values = {key: translate(value) if isinstance(value, Term) else value for key, value in self.values.items()}
        return translate(self.template).format(**values)


def _remade(kind: type[UserError], template: str, values: dict[str, Any]) -> UserError:
    return kind(template, **values)


class SettingError(UserError, ValueError):
    """A setting that cannot be: raised before anything is computed.

    `stage` is the index of the stage that does not fit, where an experiment knows it.
    """

    stage: int | None = None


class NumberError(UserError, ValueError):
    """A text that is no number, or no matrix of numbers."""


class ImageError(UserError):
    """A file that does not give an image."""


class DataError(UserError):
    """Arrays that cannot be taken from a file, or not be put into one of some format."""


class SaveError(UserError):
    """A file that cannot be written: what was there before is unharmed."""


class SessionError(UserError):
    """A file that is no session, or one that cannot be read: nothing was taken from it."""
