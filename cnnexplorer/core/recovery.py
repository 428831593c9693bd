"""Unsaved work, kept for the case that the program ends without a word.

Each window keeps its work in a file of its own and locks it as long as it lives. The system lets go of the lock when a
process ends, however that comes: so what is not locked was left behind, and what is locked is left alone.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote_to_bytes

from .files import write_file
from .messages import SaveError
from .part_files import lock

_WORK, _NOTE, _LOCK = ".cnnx", ".from", ".lock"


@dataclass(frozen=True)
class Origin:
    """The file that work was opened from, and the hash of what was in it then; None for work never saved."""

    path: Path | None = None
    digest: str = ""


class Keep:
    """A place for the work of one window: the file, where it is from, and the lock.

    Raises
    ------
    OSError
        The place cannot be had, or another process has it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._lock: IO[bytes] | None = _locked(self._path(_LOCK))

    @property
    def work(self) -> Path:
        """The file with the work."""
        return self._path(_WORK)

    @property
    def seconds(self) -> float:
        """When it was kept, in seconds since 1970.

        Raises
        ------
        OSError
            Nothing is kept here.
        """
        return self.work.stat().st_mtime

    @property
    def origin(self) -> Origin:
        """Where the work is from."""
        try:
            path, _, digest = self._path(_NOTE).read_text("ascii").partition("\n")
        except (OSError, ValueError):  # work is worth more than the name of its file
            return Origin()
        return Origin(Path(os.fsdecode(unquote_to_bytes(path))) if path else None, digest)

    def write(self, data: bytes, origin: Origin) -> None:
        """Keep work in place of what was kept before."""
        path = "" if origin.path is None else quote(os.fsencode(origin.path))
        write_file(self._path(_NOTE), f"{path}\n{origin.digest}".encode("ascii"))
        write_file(self.work, data)

    def release(self) -> None:
        """Leave the work for another window, or another start."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Throw the work away, and give the place up."""
        # the lock last: until then nobody else looks at the rest
        rest = [path for path in self._folder.glob(f"*{self._name}*") if path != self._path(_LOCK)]
        for path in rest:
            with suppress(OSError):
                path.unlink()
        if os.name == "nt":  # there an open file cannot be removed
            self.release()
        with suppress(OSError):
            self._path(_LOCK).unlink()
        self.release()

    def _path(self, suffix: str) -> Path:
        return self._folder / f"{self._name}{suffix}"


class Recovery:
    """Keeps one window's unsaved work, and finds what windows that are no more have left.

    Its methods may be called from any thread, by one at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keep: Keep | None = None

    def keep(self, data: bytes, origin: Origin) -> None:
        """Keep work in place of what was kept before.

        Raises
        ------
        SaveError
            It cannot be kept.
        """
        try:
            if self._keep is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._keep = Keep(self._folder, secrets.token_hex(8))
            self._keep.write(data, origin)
        except (OSError, SaveError) as error:
            raise SaveError(
                "unsaved work cannot be kept for the case of a crash ({folder} cannot be written to): save it yourself",
                folder=str(self._folder),
            ) from error

    def clear(self) -> None:
        """Throw away what was kept: it is saved, or not wanted."""
        if self._keep is not None:
            self._keep.remove()
            self._keep = None

    def release(self) -> None:
        """Leave what was kept for another window, or another start."""
        if self._keep is not None:
            self._keep.release()
            self._keep = None

    def left_behind(self) -> list[Keep]:
        """Return the work of windows that are no more, the latest first; each is to be released, removed or adopted."""
        found: list[tuple[float, Keep]] = []
        names = {path.stem for suffix in (_WORK, _LOCK) for path in self._folder.glob(f"*{suffix}")}
        for name in sorted(names):
            try:
                keep = Keep(self._folder, name)
            except OSError:  # a window that lives has it
                continue
            try:
                found.append((keep.seconds, keep))
            except OSError:  # nothing was kept in it
                keep.remove()
        return [keep for _time, keep in sorted(found, key=lambda pair: -pair[0])]

    def adopt(self, keep: Keep) -> None:
        """Go on with work that was left behind as this window's own."""
        self.clear()
        self._keep = keep


def _locked(path: Path) -> IO[bytes]:
    """Return a file that this process alone has."""
    file = path.open("ab")
    try:
        lock(file)
        if not os.path.samestat(os.fstat(file.fileno()), path.stat()):  # removed meanwhile by another
            raise FileNotFoundError
    except BaseException:
        file.close()
        raise
    return file
