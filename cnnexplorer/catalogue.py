"""The catalogues of texts, without Qt: start-up needs them before Qt can be loaded."""

from __future__ import annotations

import gettext
import io
from importlib.resources import files

LANGUAGES = {"en": "English", "es": "Español"}


def load_catalogue(code: str) -> gettext.NullTranslations:
    """Read the catalogue of a language; English, which is in the source, needs none."""
    if code == "en":
        return gettext.NullTranslations()
    data = files("cnnexplorer.resources").joinpath("translations", f"{code}.mo").read_bytes()
    return gettext.GNUTranslations(io.BytesIO(data))
