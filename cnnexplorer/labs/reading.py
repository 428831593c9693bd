"""Reading files of labs: only real files, only as much of them as a lab may have, and no TOML that takes for ever.

Everything here takes time in proportion to the size of the file.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnexplorer.core.messages import term

from .model import FORMAT
from .sayings import LabError
from .wrong_fields import with_path

if TYPE_CHECKING:
    from .lines import Path as FieldPath

SUFFIX = ".toml"
LARGEST_FILE = 400_000  # bytes
LONGEST_LINE = 8_000
MOST_LINES = 5_000
MOST_DIGITS = 15

# a key of very many parts would keep the parser busy for minutes; a word is looked at from its beginning only
_DEEP_KEY = re.compile(
    r"""(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')(?:[ \t]*+\.[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')){15}"""
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


def is_lab_name(name: str) -> bool:
    """Tell whether a file is meant to be a lab, by its name; small and capital letters are the same.

    >>> is_lab_name("kernel.toml"), is_lab_name("KERNEL.TOML"), is_lab_name("kernel.txt")
    (True, True, False)
    """
    return name.lower().endswith(SUFFIX)


def lab_id(name: str) -> str:
    """Return what progress and reports call a lab: the name of its file without the end.

    >>> lab_id("kernel.toml"), lab_id("KERNEL.TOML")
    ('kernel', 'KERNEL')
    """
    return name[: -len(SUFFIX)] if is_lab_name(name) else name


def is_folder(path: Path) -> bool:
    """Tell whether a path is that of a folder; of one that nobody may look at it is not known, and no error."""
    return os.path.isdir(path)  # noqa: PTH112  # Path's own raises


def lab_paths(folder: Path | str) -> list[Path]:
    """Return the files in a folder that are meant to be labs, by their names.

    Raises
    ------
    LabError
        The folder cannot be read.
    """
    folder = Path(folder)
    try:
        found = [path for path in folder.iterdir() if is_lab_name(path.name)]
    except OSError as error:
        raise _unreadable(folder.name or str(folder), error) from error
    return sorted(path for path in found if not is_folder(path))


def read_file(path: Path | str) -> bytes:
    """Return what is in a lab's file, and one byte more where it is too large for one.

    Raises
    ------
    LabError
        It cannot be read, or is no file: opening a pipe would wait for its writer.
    """
    path = Path(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            broken = LabError("this is a folder, a device or a pipe: a lab is a file")
            broken.file = path.name
            raise broken
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _unreadable(path.name, error) from error


def decoded(data: bytes, name: str) -> str:
    """Return the text in the bytes of a lab's file, with line feeds alone.

    Raises
    ------
    LabError
        It is no text, or one that is too long for a lab; see `check_length`.
    """
    if len(data) > LARGEST_FILE:
        raise _too_large(name)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as broken:
        error = LabError("this is not UTF-8 text (byte {place}): save it as UTF-8", place=broken.start)
        error.file = name
        raise error from broken
    check_length(text, name)
    return text


def check_length(text: str, name: str) -> None:
    """Raise `LabError` where a text has more characters, more lines or a longer line than a lab may have."""
    if len(text) > LARGEST_FILE or len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        raise _too_large(name)
    error: LabError | None = None
    lines = text.split("\n")
    too_long = next((number for number, line in enumerate(lines, start=1) if len(line) > LONGEST_LINE), None)
    if len(lines) > MOST_LINES:
        error = LabError("a lab file has at most {limit} lines: make several labs of it", limit=MOST_LINES)
    elif too_long is not None:
        error = LabError("a line has {count} characters: break it, {limit} are the most",
                         count=len(lines[too_long - 1]), limit=LONGEST_LINE)  # fmt: skip
        error.line = too_long
    if error is not None:
        error.file = name
        raise error


def values_in(text: str) -> dict[str, Any]:
    """Return what a text says in TOML.

    Raises
    ------
    LabError
        It is no TOML, or a lab for a newer program; `.line` or `.path` says where.
    """
    values = _parsed(text)
    _check_numbers(values)
    _check_version(values)
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


def _check_numbers(values: dict[str, Any]) -> None:
    """Refuse whole numbers that no other number can be compared with, and that take long to be written."""
    waiting: list[tuple[Any, Any]] = [(None, values)]  # with each value its place: (that of what holds it, its key)
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((place, key), part) for key, part in value.items()]
        elif isinstance(value, list):
            waiting += [((place, index), part) for index, part in enumerate(value)]
        elif isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
            path: FieldPath = ()
            while place is not None:
                place, key = place
                path = (key, *path)
            raise with_path(LabError("a whole number has at most {limit} digits", limit=MOST_DIGITS), path)


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


def _too_large(name: str) -> LabError:
    error = LabError("a lab file has at most {limit} kB: make several labs of it", limit=LARGEST_FILE // 1000)
    error.file = name
    return error


def _unreadable(name: str, error: OSError) -> LabError:
    broken = LabError("it cannot be read: {reason}", reason=error.strerror or type(error).__name__)
    broken.file = name
    return broken
