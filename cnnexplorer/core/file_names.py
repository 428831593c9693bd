"""Names of files, made from templates such as "{network}_{layer}_{channel}"."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING

from .messages import SettingError, mark

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

FIELDS: dict[str, str] = {
    "name": mark("the usual name"),
    "workspace": mark("the workspace"),
    "network": mark("the network"),
    "layer": mark("the layer or stage"),
    "channel": mark("the channel or unit"),
    "view": mark("the kind of view"),
    "date": mark("the date"),
    "time": mark("the time"),
}
DEFAULT = "{name}"
MAX_LENGTH = 120
MAX_BYTES = 160  # with a layer's name and numbers behind it fewer than the 255 that systems take

_FIELD = re.compile(r"\{([^{}]*)\}")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_BETWEEN = "_- "
_RESERVED = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


def file_stem(template: str, words: Mapping[str, str], now: datetime) -> str:
    """Return a file's name, without its suffix, from a template.

    What a field has no word for is left out, with the sign beside it. The result is a name on every system.

    Parameters
    ----------
    template
        Text with the names of `FIELDS` in braces.
    words
        What the fields stand for, but for date and time.

    Raises
    ------
    SettingError
        The template names a field that there is not, or a brace stands alone.

    Examples
    --------
    >>> from datetime import datetime
    >>> noon = datetime(2026, 3, 1, 12)
    >>> file_stem("{network}_{layer}_{channel}", {"network": "alexnet2012", "channel": "007"}, noon)
    'alexnet2012_007'
    >>> file_stem("{date} a/b: {view}?", {"view": "map"}, noon)
    '2026-03-01 a-b- map-'
    """
    known = {**words, "date": f"{now:%Y-%m-%d}", "time": f"{now:%H%M%S}"}
    pieces: list[str] = []
    place = 0
    for found in _FIELD.finditer(template):
        pieces.append(_plain(template, template[place : found.start()]))
        name = found.group(1)
        if name not in FIELDS:
            raise SettingError(
                "there is no field {{{name}}} for file names: use {fields}",
                name=name,
                fields=", ".join(f"{{{field}}}" for field in FIELDS),
            )
        pieces.append(known.get(name, ""))
        place = found.end()
    pieces.append(_plain(template, template[place:]))
    return clean_stem(_joined(pieces))


def clean_stem(text: str) -> str:
    """Return a text as a file's name without suffix that every system takes.

    >>> clean_stem(" con "), clean_stem("a:b" + chr(10)), clean_stem("..")
    ('con_', 'a-b', 'figure')
    """
    text = unicodedata.normalize("NFC", text).strip()
    text = _FORBIDDEN.sub("-", text)
    text = "".join(sign for sign in text if sign.isprintable())
    text = text[:MAX_LENGTH].encode()[:MAX_BYTES].decode(errors="ignore").strip(" .")
    if text.split(".")[0].strip().lower() in _RESERVED:
        text += "_"
    return text or "figure"


def free_path(path: Path) -> Path:
    """Return a path that is not taken: the path itself, or with the first number behind its name that is free.

    >>> from pathlib import Path
    >>> free_path(Path("there/is/no/such/figure.png")).name
    'figure.png'
    """
    number, free = 2, path
    while os.path.lexists(free):
        free = path.with_name(f"{path.stem}_{number}{path.suffix}")
        number += 1
    return free


def _plain(template: str, text: str) -> str:
    if "{" in text or "}" in text:
        raise SettingError("a brace stands alone in {text}: write a field's name between two", text=template)
    return text


def _joined(pieces: list[str]) -> str:
    """Return text and words, alternating, as one; an empty word takes a sign between words with it."""
    result = pieces[0]
    for word, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if word:
            result += word
        elif not text:
            result = result.rstrip(_BETWEEN)
        elif text[0] in _BETWEEN and (not result or result[-1] in _BETWEEN):
            text = text[1:]
        result += text
    return result
