"""Reading lab files. What is wrong is told with file, field and line; nothing is fetched and nothing executed."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .collecting import Collected
from .lines import FieldLines
from .reading import check_length, decoded, lab_id, lab_paths, read_file, values_in
from .sayings import LabError
from .validation import problems_of
from .wrong_fields import with_path

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from .model import Lab

_log = logging.getLogger("cnnexplorer.labs")


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
    return lab_from_bytes(read_file(path), path.name, path.parent)


def lab_or_trouble(path: Path) -> LabFile | BrokenLab:
    """Read a lab file; whatever is wrong with it is told, and hinders nothing else."""
    try:
        return load_lab(path)
    except LabError as error:
        return BrokenLab(path.name, error)
    except Exception as error:  # a bug that one file finds must not hide the other labs
        return BrokenLab(path.name, _unforeseen(error, path.name))


def lab_from_bytes(data: bytes, name: str, folder: Path | None = None) -> LabFile:
    """Read a lab from a file's bytes; see `load_lab`."""
    text = decoded(data, name)
    return lab_from_text(text, name, folder, hashlib.sha256(data).hexdigest())


def lab_from_text(text: str, name: str, folder: Path | None = None, digest: str = "") -> LabFile:
    """Read a lab from a text, such as an editor holds; see `load_lab`."""
    lab, problems = _read_lab(text, name, folder)
    if problems:
        raise problems[0]
    assert lab is not None
    digest = digest or hashlib.sha256(text.encode()).hexdigest()
    return LabFile(lab, lab_id(name), folder, digest)


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
        return problems_in(decoded(read_file(path), path.name), path.name, path.parent)
    except LabError as error:
        return (error,)
    except Exception as error:  # a bug that one file finds must not hide the other labs
        return (_unforeseen(error, path.name),)


def labs_in(folder: Path | str) -> tuple[LabFile | BrokenLab, ...]:
    """Return the labs in a folder by the names of their files; one that is broken does not hinder the others.

    Raises
    ------
    LabError
        The folder cannot be read.
    """
    return tuple(lab_or_trouble(path) for path in lab_paths(folder))


@cache
def built_in_labs() -> tuple[LabFile, ...]:
    """Return the labs that come with the program, in their order.

    Their set-ups are not computed to look for mistakes, as those of others are: tests have done so.
    """
    folder = files("cnnexplorer.resources").joinpath("labs")
    return tuple(_built_in(entry) for entry in sorted(_toml_files(folder), key=lambda entry: entry.name))


def _built_in(entry: Traversable) -> LabFile:
    data = entry.read_bytes()
    text = decoded(data, entry.name)
    collected = Collected(_values(text, entry.name))
    if collected.errors:
        raise _placed(collected.errors[0], entry.name, FieldLines(text))
    assert collected.lab is not None
    return LabFile(collected.lab, lab_id(entry.name), None, hashlib.sha256(data).hexdigest(), built_in=True)


def _toml_files(folder: Traversable) -> list[Traversable]:
    """Return the labs, whose names begin with a number; beside them lies what a teacher begins with."""
    return [entry for entry in folder.iterdir() if re.fullmatch(r"[0-9]{2}_\w+\.toml", entry.name)]


def _read_lab(text: str, name: str, folder: Path | None) -> tuple[Lab | None, tuple[LabError, ...]]:
    try:
        check_length(text, name)
        collected = Collected(_values(text, name))
    except LabError as error:
        return None, (error,)
    errors = collected.errors
    if collected.lab is not None:
        for problem in problems_of(collected.lab, folder):
            place = collected.original(problem.path)
            if collected.is_whole(place):
                errors.append(with_path(problem, place))
    lines = FieldLines(text)
    found = sorted((_placed(problem, name, lines) for problem in errors), key=lambda problem: problem.line or 0)
    return collected.lab, tuple(found)


def _values(text: str, name: str) -> dict[str, Any]:
    """Return what a text says in TOML; `LabError` with the place where it is none, or none for this program."""
    try:
        return values_in(text)
    except LabError as error:
        raise _placed(error, name, FieldLines(text)) from error


def _placed(error: LabError, name: str, lines: FieldLines) -> LabError:
    """Say in which file and on which line an error is."""
    error.file = name
    if error.path:
        error.line = lines.of(error.path)
    return error


def _unforeseen(error: Exception, name: str) -> LabError:
    """Return what is to be told of a lab that the program stumbles over; what happened is logged, to be mended."""
    _log.error("the lab %r broke the program", name, exc_info=error)
    broken = LabError(
        "the program stumbled over this lab ({reason}): please report it, with the lab", reason=type(error).__name__
    )
    broken.file = name
    return broken
