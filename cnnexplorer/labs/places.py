"""Files that a lab names: only such as lie in its own folder, by their name alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .sayings import LabError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[^\\/:*?\"<>|\x00-\x1f]{1,120}\.[A-Za-z0-9]{1,8}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\.", re.IGNORECASE)


def is_file_name(text: str) -> bool:
    """Tell whether a text is the plain name of a file: no folder, no address, nothing that leads elsewhere.

    >>> [is_file_name(text) for text in ("street.png", "../street.png", "https://x.org/a.png", "C:a.png", "scene")]
    [True, False, False, False, False]
    """
    return bool(_NAME.fullmatch(text)) and not text.startswith(".") and not _RESERVED.match(text)


def file_in(folder: Path | None, name: str) -> Path:
    """Return the path of a file in a lab's folder.

    Raises
    ------
    LabError
        The name leads out of the folder, also by a link; there is no such file; or the lab has no folder.
    """
    if not is_file_name(name):
        raise LabError("“{name}” is not a file in the lab's folder: give its name alone, without a path", name=name)
    if folder is None:
        raise LabError(
            "“{name}” cannot be found: save the lab in a folder first, and put the file beside it", name=name
        )
    try:
        path = (folder / name).resolve()
        inside = path.parent == folder.resolve()
        found = path.is_file()
    except OSError:
        inside, found = True, False
    if not inside:
        raise LabError("“{name}” leads out of the lab's folder: put the file itself there", name=name)
    if not found:
        raise LabError("there is no file “{name}” in the lab's folder", name=name)
    return path
