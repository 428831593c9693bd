"""What was chosen for figures, as it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths

from cnnexplorer.core.file_names import DEFAULT
from cnnexplorer.ui.saving import FOLDER

from .rendering import MAX_SCALE, FigureWish

if TYPE_CHECKING:
    from cnnexplorer.ui.settings import Settings


@dataclass(frozen=True)
class Choices:
    """How figures are made, and where they go."""

    format_id: str
    wish: FigureWish
    template: str
    folder: Path


def remembered(settings: Settings) -> Choices:
    """Return what was chosen last."""
    folder = Path(settings.get(FOLDER, ""))
    if not folder.is_absolute() or not folder.is_dir():
        place = QStandardPaths.StandardLocation.PicturesLocation
        folder = Path(QStandardPaths.writableLocation(place) or Path.home())
    wish = FigureWish(
        min(max(settings.get("figure/scale", 2), 1), MAX_SCALE),
        settings.get("figure/transparent", False),
        settings.get("figure/caption", False),
    )
    return Choices(
        settings.get("figure/format", "png"), wish, settings.get("figure/template", DEFAULT) or DEFAULT, folder
    )


def remember(settings: Settings, choices: Choices) -> None:
    """Keep what was chosen."""
    settings.set("figure/format", choices.format_id)
    settings.set("figure/scale", choices.wish.scale)
    settings.set("figure/transparent", choices.wish.transparent)
    settings.set("figure/caption", choices.wish.caption)
    settings.set("figure/template", choices.template)
    settings.set(FOLDER, str(choices.folder))
