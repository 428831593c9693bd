"""What the program remembers from one start to the next."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import quote, unquote_to_bytes

import msgspec
from PySide6.QtCore import QSettings, QStandardPaths

from cnnexplorer.core.stages import MAX_KERNEL

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = TypeVar("Value", bool, int, float, str)
RecentKind = Literal["recent", "recent_sessions"]
MAX_RECENT = 10


class MyPreset(msgspec.Struct, frozen=True):
    """A kernel that the user saved under a name."""

    title: str
    matrix: tuple[tuple[float, ...], ...]

    @property
    def is_kernel(self) -> bool:
        """Whether the matrix is a kernel: rows of one length, from 1x1 to 15x15, of numbers."""
        widths = {len(row) for row in self.matrix}
        return (
            len(widths) == 1
            and 1 <= len(self.matrix) <= MAX_KERNEL
            and 1 <= widths.pop() <= MAX_KERNEL
            and all(math.isfinite(value) for row in self.matrix for value in row)
        )


class Settings:
    """Typed access to the remembered settings.

    Parameters
    ----------
    path
        The file that holds them; the usual place of the system when None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._store = (
            QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cnnexplorer", "cnnexplorer")
            if path is None
            else QSettings(str(path), QSettings.Format.IniFormat)
        )

    @property
    def recovery_folder(self) -> Path:
        """Where unsaved work is kept: among the program's own files, or beside the settings' own file."""
        return (data_folder() if self._path is None else self._path.absolute().parent) / "recovery"

    @property
    def labs_folder(self) -> Path:
        """Where the progress in labs is kept: among the program's own files, or beside the settings' own file."""
        return (data_folder() if self._path is None else self._path.absolute().parent) / "labs"

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

    def recent_files(self, kind: RecentKind = "recent") -> list[Path]:
        """Return the pictures, or the sessions, opened last, the latest first."""
        return [Path(os.fsdecode(unquote_to_bytes(text))) for text in self.get(kind, "").split() if text]

    def add_recent(self, path: Path, kind: RecentKind = "recent") -> None:
        """Put a file first among the recent ones."""
        self._set_recent([path, *(other for other in self.recent_files(kind) if other != path)], kind)

    def forget_recent(self, path: Path | None = None, kind: RecentKind = "recent") -> None:
        """Take a file off the recent ones, or all of them."""
        self._set_recent([other for other in self.recent_files(kind) if path is not None and other != path], kind)

    def lab_places(self) -> list[Path]:
        """Return the folders and files of labs that the user added, in their order."""
        return [Path(os.fsdecode(unquote_to_bytes(text))) for text in self.get("lab_places", "").split() if text]

    def set_lab_places(self, places: Sequence[Path]) -> None:
        """Remember the folders and files of labs."""
        self.set("lab_places", " ".join(quote(os.fsencode(path)) for path in places))

    def my_presets(self) -> list[MyPreset]:
        """Return the kernels that the user saved."""
        try:
            presets = msgspec.json.decode(self.get("presets", "[]"), type=list[MyPreset])
        except msgspec.DecodeError:  # edited by hand: keep the rest of the program usable
            return []
        return [preset for preset in presets if preset.is_kernel]

    def set_my_presets(self, presets: Sequence[MyPreset]) -> None:
        """Remember the user's kernels."""
        self.set("presets", msgspec.json.encode(list(presets)).decode())

    def _set_recent(self, paths: list[Path], kind: RecentKind) -> None:
        # quoted: a file name may hold any sign, line ends too
        self.set(kind, " ".join(quote(os.fsencode(path)) for path in paths[:MAX_RECENT]))


def data_folder() -> Path:
    """Return the folder for the program's own files, such as its log; it is made where it is missing."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
