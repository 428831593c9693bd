"""What was chosen for figures, as it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.core.data_files import DATA_FORMATS
from cnnexplorer.core.file_names import DEFAULT
from cnnexplorer.ui.folders import PICTURES as PICTURES_FOLDER
from cnnexplorer.ui.folders import first_folder
from cnnexplorer.ui.saving import FOLDER

from .rendering import MAX_SCALE, FigureWish
from .saving import PICTURES

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.ui.settings import Settings


@dataclass(frozen=True)
class Choices:
    """How figures are made, or which file the numbers go into, and where they go."""

    format_id: str
    wish: FigureWish
    template: str
    folder: Path


def remembered(settings: Settings, data: bool = False) -> Choices:
    """Return what was chosen last: the format of a picture, or of numbers."""
    folder = first_folder(settings.get(FOLDER, ""), usual=PICTURES_FOLDER)
    wish = FigureWish(
        min(max(settings.get("figure/scale", 2), 1), MAX_SCALE),
        settings.get("figure/transparent", False),
        settings.get("figure/caption", False),
    )
    formats, usual = (DATA_FORMATS, "npy") if data else (PICTURES, "png")
    format_id = settings.get(_format_key(data), usual)
    return Choices(
        format_id if format_id in formats else usual, wish, settings.get("figure/template", DEFAULT) or DEFAULT, folder
    )


def _format_key(data: bool) -> str:
    return "figure/data_format" if data else "figure/format"


def remember(settings: Settings, choices: Choices) -> None:
    """Keep what was chosen."""
    settings.set(_format_key(choices.format_id in DATA_FORMATS), choices.format_id)
    settings.set("figure/scale", choices.wish.scale)
    settings.set("figure/transparent", choices.wish.transparent)
    settings.set("figure/caption", choices.wish.caption)
    settings.set("figure/template", choices.template)
    settings.set(FOLDER, str(choices.folder))
