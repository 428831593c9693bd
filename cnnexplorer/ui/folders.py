"""Where the dialogs that open and save files begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths

DOCUMENTS = QStandardPaths.StandardLocation.DocumentsLocation
PICTURES = QStandardPaths.StandardLocation.PicturesLocation


def first_folder(*remembered: str, usual: QStandardPaths.StandardLocation = DOCUMENTS) -> Path:
    """Return the first of some remembered folders that is there, else the system's usual one, else the user's own."""
    for text in (*remembered, QStandardPaths.writableLocation(usual)):
        folder = Path(text)
        if folder.is_absolute() and folder.is_dir():
            return folder
    return Path.home()
