"""Reading lab files. What is wrong is told with file, field and line; nothing is fetched and nothing executed."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnexplorer.core.messages import term

from .collecting import Collected
from .lines import field_lines, line_of
from .model import FORMAT
from .sayings import LabError
from .validation import problems_of
from .wrong_fields import with_path

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from .model import Lab

LARGEST_FILE = 400_000  # bytes
LONGEST_LINE = 8_000
MOST_LABS = 500
SUFFIX = ".toml"

# a key of very many parts would keep the parser busy for minutes
_DEEP_KEY = re.compile(
    r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')(?:[ \t]*+\.[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')){15}"""
)


# how tomllib begins its reasons, and what they are called here
_TOML_REASONS = {
    "Invalid statement": term("a line begins with something that is neither a key nor a table"),
    "Expected '='": term("a key needs = and a value"),
    "Expected newline": term("there is something more behind the value: one key a line"),
    "Expected \"'": term("a text does not end: a quotation mark is missing"),
    "Unterminated string": term("a text does not end: a quotation mark is missing"),
    "Unclosed array": term("a list does not end: ] is missing"),
    "Unclosed inline table": term("a table does not end: its closing brace is missing"),
    "Invalid value": term("a value is missing or unknown: texts need quotation marks"),
    "Cannot overwrite": term("the same key is there twice"),
    "Duplicate inline table key": term("the same key is there twice"),
    "Cannot declare": term("the same table is there twice"),
    "Cannot mutate": term("a table in braces cannot be added to"),
    "Expected ']": term("the name of a table needs ] at its end"),
    "Invalid initial character": term("a key is missing"),
    "Illegal character": term("there is a character that cannot stand here"),
    "Found invalid character": term("there is a character that cannot stand here"),
    "Unescaped": term("a backslash in a text needs a second one"),
    "Invalid date": term("there is no such date"),
}


@dataclass(frozen=True)
class LabFile:
    """A lab and where it comes from.

    Attributes
    ----------
    id
        What progress and reports call it: the file's name without its end.
    folder
        Where the files that it names lie; None for the built-in labs and for a text that is not saved yet.
    digest
        SHA-256 of the file, as hexadecimal digits: what keys the signature of reports.
    """

    lab: Lab
    id: str
    folder: Path | None
    digest: str
    built_in: bool = False


@dataclass(frozen=True)
class BrokenLab:
    """A file in a folder of labs that is none: its name, and what is wrong with it."""

    name: str
    error: LabError


def load_lab(path: Path | str) -> LabFile:
    """Read a lab file.

    Raises
    ------
    LabError
        One sentence about the first thing that is wrong; `.field` and `.line` say where.
    """
    path = Path(path)
    return lab_from_bytes(_read(path), path.name, path.parent)


def lab_from_bytes(data: bytes, name: str, folder: Path | None = None) -> LabFile:
    """Read a lab from a file's bytes; see `load_lab`."""
    text = _decoded(data, name)
    return lab_from_text(text, name, folder, hashlib.sha256(data).hexdigest())


def lab_from_text(text: str, name: str, folder: Path | None = None, digest: str = "") -> LabFile:
    """Read a lab from a text, such as an editor holds; see `load_lab`."""
    lab, problems = _read_lab(text, name, folder)
    if problems:
        raise problems[0]
    assert lab is not None
    digest = digest or hashlib.sha256(text.encode()).hexdigest()
    return LabFile(lab, name.removesuffix(SUFFIX), folder, digest)


def problems_in(text: str, name: str, folder: Path | None = None) -> tuple[LabError, ...]:
    """Return all that is wrong with a lab's text, in the order of its lines; empty where nothing is.

    A text that is no TOML has one problem: what comes after cannot be told. Of a step with a field of the wrong kind
    only such fields are told.
    """
    return _read_lab(text, name, folder)[1]


def check_file(path: Path | str) -> tuple[LabError, ...]:
    """Return all that is wrong with a lab file."""
    path = Path(path)
    try:
        text = _decoded(_read(path), path.name)
    except LabError as error:
        return (error,)
    return problems_in(text, path.name, path.parent)


def labs_in(folder: Path | str) -> tuple[LabFile | BrokenLab, ...]:
    """Return the labs in a folder by the names of their files; one that is broken does not hinder the others.

    Raises
    ------
    LabError
        The folder cannot be read.
    """
    folder = Path(folder)
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == SUFFIX and not path.is_dir())
    except OSError as error:
        raise _unreadable(folder.name, error) from error
    found: list[LabFile | BrokenLab] = []
    for path in paths[:MOST_LABS]:
        try:
            found.append(load_lab(path))
        except LabError as error:
            found.append(BrokenLab(path.name, error))
    return tuple(found)


@cache
def built_in_labs() -> tuple[LabFile, ...]:
    """Return the labs that come with the program, in their order.

    Their set-ups are not computed to look for mistakes, as those of others are: tests have done so.
    """
    folder = files("cnnexplorer.resources").joinpath("labs")
    return tuple(_built_in(entry) for entry in sorted(_toml_files(folder), key=lambda entry: entry.name))


def _built_in(entry: Traversable) -> LabFile:
    data = entry.read_bytes()
    text = _decoded(data, entry.name)
    collected = Collected(_values(text, entry.name))
    if collected.errors:
        raise _placed(collected.errors[0], entry.name, text)
    assert collected.lab is not None
    name = entry.name.removesuffix(SUFFIX)
    return LabFile(collected.lab, name, None, hashlib.sha256(data).hexdigest(), built_in=True)


def _toml_files(folder: Traversable) -> list[Traversable]:
    """Return the labs, whose names begin with a number; beside them lies what a teacher begins with."""
    return [entry for entry in folder.iterdir() if re.fullmatch(r"[0-9]{2}_\w+\.toml", entry.name)]


def _read_lab(text: str, name: str, folder: Path | None) -> tuple[Lab | None, tuple[LabError, ...]]:
    try:
        collected = Collected(_values(text, name))
    except LabError as error:
        return None, (error,)
    errors = collected.errors
    if collected.lab is not None:
        for problem in problems_of(collected.lab, folder):
            place = collected.original(problem.path)
            if collected.is_whole(place):
                errors.append(with_path(problem, place))
    found = sorted((_placed(problem, name, text) for problem in errors), key=lambda problem: problem.line or 0)
    return collected.lab, tuple(found)


def _values(text: str, name: str) -> dict[str, Any]:
    """Return what a text says in TOML; `LabError` with the place where it is none, or none for this program."""
    try:
        values = _parsed(text)
        _check_version(values)
    except LabError as error:
        raise _placed(error, name, text) from error
    return values


def _parsed(text: str) -> dict[str, Any]:
    too_deep = LabError("the values are nested too deeply: no part of a lab needs that")
    if _DEEP_KEY.search(text):
        raise too_deep
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(error, text) from error
    except RecursionError:
        raise too_deep from None
    except ValueError as error:  # a number of thousands of digits, a date that does not exist
        raise LabError("a value cannot be read: {reason}", reason=error) from error


def _toml_error(error: tomllib.TOMLDecodeError, text: str) -> LabError:
    found = re.search(r"^(.*?) \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$", str(error), re.DOTALL)
    if found is None:
        return LabError("this is not TOML: {reason}", reason=error)
    reason = next((said for begin, said in _TOML_REASONS.items() if found[1].startswith(begin)), found[1])
    if found[2] is None:
        broken = LabError("this is not TOML: {reason}", reason=reason)
        broken.line = max(text.count("\n", 0, len(text.rstrip())) + 1, 1)  # the trouble shows at the end
        return broken
    broken = LabError("this is not TOML at column {column}: {reason}", column=int(found[3]), reason=reason)
    broken.line = int(found[2])
    return broken


def _check_version(values: dict[str, Any]) -> None:
    version = values.get("format")
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT:
        error = LabError(
            "this lab was written for a newer version of the program (format {version}; this one reads {known}): "
            "update CNN Explorer",
            version=version,
            known=FORMAT,
        )
        raise with_path(error, ("format",))


def _placed(error: LabError, name: str, text: str) -> LabError:
    """Say in which file and on which line an error is."""
    error.file = name
    if error.path:
        error.line = line_of(field_lines(text), error.path)
    return error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _unreadable(path.name, error) from error
    return data


def _unreadable(name: str, error: OSError) -> LabError:
    broken = LabError("it cannot be read: {reason}", reason=error.strerror or type(error).__name__)
    broken.file = name
    return broken


def _decoded(data: bytes, name: str) -> str:
    error: LabError | None = None
    text = ""
    if len(data) > LARGEST_FILE:
        error = LabError("a lab file has at most {limit} kB: make several labs of it", limit=LARGEST_FILE // 1000)
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            error = LabError("this is not UTF-8 text (byte {place}): save it as UTF-8", place=broken.start)
    if error is None:
        for number, line in enumerate(text.splitlines(), start=1):
            if len(line) > LONGEST_LINE:
                error = LabError("a line has {count} characters: break it, {limit} are the most", count=len(line),
                                 limit=LONGEST_LINE)  # fmt: skip
                error.line = number
                break
    if error is not None:
        error.file = name
        raise error
    return text.replace("\r\n", "\n")
