"""Files that are not whole yet, beside the files that they will become; and what a crash has left of them.

Each is locked while it is written. The system lets go of the lock when a process ends, however that comes: so what is
not locked, and is not of just now, was left behind.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
import time
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SUFFIX = ".cnnexplorer.part"
_NAME = 40  # signs of a name: with what is put around them never too long, at four bytes a sign
_PATTERN = re.compile(rf"\..{{1,{_NAME}}}\.[0-9a-f]{{8}}{re.escape(_SUFFIX)}", re.DOTALL)
_STALE = 600  # seconds without a change: until then a lock may be on its way, or not be seen on a network
_PAUSE = 60  # seconds until a folder is looked into again
_MOST = 20_000  # files of a folder that are looked at


def part_of(target: Path) -> Path:
    """Return a new name beside a file that is to be written.

    >>> from pathlib import Path
    >>> part_of(Path("lesson.cnnx")).name.startswith(".lesson.cnnx.")
    True
    """
    return target.with_name(f".{target.name[:_NAME]}.{secrets.token_hex(4)}{_SUFFIX}")


def lock(file: IO[bytes]) -> None:
    """Lock an open file until it is closed.

    Raises
    ------
    OSError
        Another process has it, or files cannot be locked here.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_stale_parts(folder: Path) -> None:
    """Remove what programs that are no more have left in a folder; it is looked into once a minute at most.

    What cannot be removed, or belongs to another user, stays without a word.
    """
    _look_into(os.fspath(folder), int(time.monotonic() // _PAUSE))


@lru_cache(maxsize=64)
def _look_into(folder: str, _minute: int) -> None:
    with suppress(OSError), os.scandir(folder) as entries:
        names = [entry.path for entry in islice(entries, _MOST) if _PATTERN.fullmatch(entry.name)]
        for name in names:
            _remove(name)


def _remove(name: str) -> None:
    with suppress(OSError):
        # a link or a pipe of that name is neither followed nor waited for
        flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(name, flags), "r+b") as file:
            status = os.fstat(file.fileno())
            mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if not (stat.S_ISREG(status.st_mode) and mine and time.time() - status.st_mtime > _STALE):
                return
            lock(file)
        os.unlink(name)  # noqa: PTH108  # after it is closed: else Windows refuses
