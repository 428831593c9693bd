"""What tests of figures share."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = ("rsvg-convert", "pdftoppm", "pdftotext", "pdffonts", "pdfinfo", "pdfdetach")


@pytest.fixture(scope="session")
def readers() -> None:
    """Programs that read SVG and PDF."""
    names = [name for name in PROGRAMS if shutil.which(name) is None]
    if names:
        reason = f"not installed: {', '.join(names)} (apt install librsvg2-bin poppler-utils)"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
