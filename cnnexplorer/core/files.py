"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .messages import SaveError, UserError
from .part_files import lock, part_of, remove_stale_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEW_MODE = 0o666  # less what the user's umask takes away


class FileChanged(UserError):
    """A file is not what was read from it or written to it last: another program wrote it."""


@contextmanager
def atomic_file(path: Path | str) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes the place of `path` only when all of it is safely on the disk.

    Whatever goes wrong, on a full disk, in a read-only folder, by an exception inside the `with` block or by a crash at
    any moment, a file that was there before stays as it was, byte for byte. What a crash leaves beside it is removed
    when something is next written there.

    Raises
    ------
    SaveError
        The file cannot be written; the sentence says why, and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_file(Path(folder) / "note.txt") as file:
    ...         _ = file.write(b"1 2 3")
    ...     (Path(folder) / "note.txt").read_bytes()
    b'1 2 3'
    """
    given = Path(path)
    part: Path | None = None
    try:
        target = Path(os.path.realpath(given))  # a link keeps pointing at the file that it names
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not os.access(target, os.W_OK):  # replacing it would need no right to write to it
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        remove_stale_parts(target.parent)
        part = part_of(target)
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _NEW_MODE)
        with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor has no path
            with suppress(OSError):  # not every network drive has locks
                lock(file)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(target)
        part = None
        _sync_folder(target.parent)
    except OSError as error:
        raise save_error(given, error) from error
    finally:
        if part is not None:
            with suppress(OSError):  # the folder may be gone: then so is the part
                part.unlink()


def write_file(path: Path | str, data: bytes) -> None:
    """Write a file whole or not at all; see `atomic_file`."""
    with atomic_file(path) as file:
        file.write(data)


def write_over(path: Path | str, data: bytes, digest: str | None) -> str:
    """Write a file whole or not at all, and return its hash.

    Parameters
    ----------
    digest
        The hash of what may be overwritten, as `file_digest` gives it; None for whatever is there.

    Raises
    ------
    FileChanged
        Something else is there.
    SaveError
        The file cannot be written.
    """
    path = Path(path)
    if digest is not None and file_digest(path) not in ("", digest):
        raise FileChanged("{file} was changed by another program", file=path.name)
    write_file(path, data)
    return hashlib.sha256(data).hexdigest()


def file_digest(path: Path | str) -> str:
    """Return the SHA-256 hash of a file, in hexadecimal digits; empty where there is none."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return ""


def save_error(path: Path, error: OSError) -> SaveError:
    """Return the sentence for a file that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return SaveError(
            "{file} was not saved: the disk is full; what was there before is unharmed: make room, or save elsewhere",
            file=path.name,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SaveError(
            "{file} was not saved: it or its folder may not be written to; choose another folder", file=path.name
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return SaveError(
            "{file} was not saved: its folder {folder} is not there any more; choose another folder",
            file=path.name,
            folder=str(path.parent),
        )
    if error.errno == errno.ENAMETOOLONG:
        return SaveError("{file} was not saved: its name is too long; choose a shorter one", file=path.name)
    return SaveError(
        "{file} was not saved: {error}; choose another place", file=path.name, error=error.strerror or error
    )


def _sync_folder(folder: Path) -> None:
    """Let the new name outlive a power cut; where folders cannot be synced, nothing is lost but that."""
    if os.name != "posix":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
