"""A lab with every kind of task that the Convolution workspace has, and its player in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnnexplorer.labs import load_lab
from tests.lab_texts import LAB

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.labs import LabFile


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "labs of mine"
    made.mkdir()
    (made / "everything.toml").write_text(LAB, encoding="utf-8")
    return made


@pytest.fixture
def lab(folder: Path) -> LabFile:
    return load_lab(folder / "everything.toml")
