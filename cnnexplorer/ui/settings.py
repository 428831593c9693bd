"""What the program remembers from one start to the next."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from PySide6.QtCore import QSettings, QStandardPaths

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = TypeVar("Value", bool, int, float, str)
MAX_RECENT = 10


class MyPreset(msgspec.Struct, frozen=True):
    """A kernel that the user saved under a name."""

    title: str
    matrix: tuple[tuple[float, ...], ...]


class Settings:
    """Typed access to the remembered settings.

    Parameters
    ----------
    path
        The file that holds them; the usual place of the system when None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._store = (
            QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cnnexplorer", "cnnexplorer")
            if path is None
            else QSettings(str(path), QSettings.Format.IniFormat)
        )

    def get(self, key: str, default: Value) -> Value:
        """Return a setting, of the type of its default; the default where it is absent or unreadable."""
        # QSettings gives strings back in a new process unless it is told the type.
        value = self._store.value(key, default, type=type(default))
        odd = isinstance(value, float) and not math.isfinite(value)
        return value if isinstance(value, type(default)) and not odd else default

    def set(self, key: str, value: bool | int | float | str) -> None:
        """Remember a setting."""
        self._store.setValue(key, value)

    def bytes(self, key: str) -> bytes:
        """Return remembered bytes, none where there are none."""
        value = self._store.value(key)
        return bytes(value.data()) if hasattr(value, "data") else b""

    def set_bytes(self, key: str, value: object) -> None:
        """Remember a QByteArray."""
        self._store.setValue(key, value)

    def recent_files(self) -> list[Path]:
        """Return the files opened last, the latest first."""
        return [Path(text) for text in self.get("recent", "").split("\n") if text]

    def add_recent(self, path: Path) -> None:
        """Put a file first among the recent ones."""
        self._set_recent([path, *(other for other in self.recent_files() if other != path)])

    def forget_recent(self, path: Path | None = None) -> None:
        """Take a file off the recent ones, or all of them."""
        self._set_recent([other for other in self.recent_files() if path is not None and other != path])

    def my_presets(self) -> list[MyPreset]:
        """Return the kernels that the user saved."""
        try:
            return msgspec.json.decode(self.get("presets", "[]"), type=list[MyPreset])
        except msgspec.DecodeError:  # edited by hand: keep the rest of the program usable
            return []

    def set_my_presets(self, presets: Sequence[MyPreset]) -> None:
        """Remember the user's kernels."""
        self.set("presets", msgspec.json.encode(list(presets)).decode())

    def _set_recent(self, paths: list[Path]) -> None:
        self.set("recent", "\n".join(str(path) for path in paths[:MAX_RECENT]))


def data_folder() -> Path:
    """Return the folder for the program's own files, such as its log; it is made where it is missing."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
