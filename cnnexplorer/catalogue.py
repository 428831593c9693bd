"""The catalogues of texts, without Qt: start-up needs them before Qt can be loaded."""

from __future__ import annotations

import gettext
import io
import os
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "English", "es": "Español"}


@cache
def load_catalogue(code: str) -> gettext.NullTranslations:
    """Read the catalogue of a language, once; English, which is in the source, needs none."""
    if code == "en":
        return gettext.NullTranslations()
    data = files("cnnexplorer.resources").joinpath("translations", f"{code}.mo").read_bytes()
    return gettext.GNUTranslations(io.BytesIO(data))


def console_language(arguments: list[str]) -> str:
    """Return the language for what is written on the console: --lang, else the system's."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang"):
            wanted = argument.partition("=")[2] or "".join(arguments[place + 1 : place + 2])
            if wanted in LANGUAGES:
                return wanted
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            code = os.environ[name][:2]
            return code if code in LANGUAGES else "en"
    return "en"
