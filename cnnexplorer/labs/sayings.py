"""Sentences of the labs: written in English here, said in any language above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnexplorer.core.messages import Term, UserError, shown

if TYPE_CHECKING:
    from collections.abc import Callable


class Saying:
    """A sentence with its values, as `UserError` holds one: a template in English that is marked for translation.

    Two sayings are equal where template and values are. A value may be a `Term` or a saying itself: it is translated
    too.

    Examples
    --------
    >>> str(Saying("You would get {value} without the bias", value="9"))
    'You would get 9 without the bias'
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = {key: shown(value) for key, value in values.items()}

    @classmethod
    def of(cls, error: UserError) -> Saying:
        """Return what an error says."""
        saying = cls(error.template)
        saying.values = dict(error.values)
        return saying

    def sentence(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`, which turns English templates into that language's."""
        text = translate(self.template).format(**{key: _said(value, translate) for key, value in self.values.items()})
        return text[:1].upper() + text[1:]  # a sentence may begin with one of its values

    def __str__(self) -> str:
        return self.sentence(str)

    def __repr__(self) -> str:
        return f"Saying({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Saying) and (self.template, self.values) == (other.template, other.values)

    __hash__ = None  # type: ignore[assignment]  # holds a dictionary


def _said(value: object, translate: Callable[[str], str]) -> object:
    if isinstance(value, Saying):
        return value.sentence(translate)
    return translate(value) if isinstance(value, Term) else value


class LabError(UserError):
    """A lab file that cannot be used, or a part of it that is wrong.

    Attributes
    ----------
    file
        The file's name.
    field
        Where in it, counted from 1: "steps[3].task.tolerance"; empty where it is the whole file.
    line
        The line of the file, from 1, where it could be found.
    path
        The field as names and indices, counted from 0.
    """

    file: str = ""
    field: str = ""
    line: int | None = None
    path: tuple[str | int, ...] = ()

    def place(self) -> str:
        """Return where it is, such as "kernel.toml:41: steps[3].task.tolerance"."""
        line = "" if self.line is None else f":{self.line}"
        return f"{shown(self.file)}{line}: {shown(self.field)}" if self.field else f"{shown(self.file)}{line}"


class ReportError(UserError):
    """A report or a saved progress that cannot be read."""
