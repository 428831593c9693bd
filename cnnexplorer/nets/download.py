"""Downloading a file that the user asked for: with progress, cancel, time-out and resume, checked before use."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import select
import shutil
import ssl
import time
import urllib.error
import urllib.request
from typing import IO, TYPE_CHECKING, NoReturn

from cnnexplorer.core.messages import UserError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from threading import Event

_PIECE = 256 * 1024  # more than a TLS record: nothing is left in the library's buffer after a read
_POLL = 0.1
_AGENT = {"User-Agent": "cnnexplorer"}


class DownloadError(UserError):
    """A download that did not arrive: what happened, and what to do."""


class DownloadCancelled(DownloadError):
    """The user stopped it; what has arrived is kept, and the next try goes on from there."""


def remote_size(url: str, timeout: float = 20.0) -> int | None:
    """Return how many bytes a download has, without downloading; None where the server does not tell."""
    try:
        request = urllib.request.Request(url, method="HEAD", headers=_AGENT)
        with urllib.request.urlopen(request, timeout=timeout) as response:
            length = response.headers.get("Content-Length")
    except (OSError, http.client.HTTPException, ValueError) as error:
        _explain(error, url)
    return int(length) if length and length.isdigit() else None


def download_file(
    url: str,
    target: Path,
    sha256: str = "",
    progress: Callable[[int, int | None], None] | None = None,
    cancel: Event | None = None,
    timeout: float = 20.0,
) -> Path:
    """Download a file and return its path; it appears there whole and checked, or not at all.

    What has arrived lies beside it with ".part" after its name, and the next try goes on from there.

    Parameters
    ----------
    sha256
        The first digits of the file's SHA-256, or all; empty for no check.
    progress
        Called with the bytes that have arrived and all there will be (None where the server does not tell), at most
        some twenty times a second.
    cancel
        Set it to stop; seen within a fraction of a second, also while nothing arrives.
    timeout
        Seconds without a byte after which it is given up.

    Raises
    ------
    DownloadError
        One sentence for the user; `DownloadCancelled` if it was stopped.
    """
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if part.is_fifo():  # opening a pipe would wait for its reader
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(part))
        _fetch(url, part, progress or (lambda _have, _total: None), cancel, timeout)
        if sha256 and not _digest(part).startswith(sha256.lower()):
            part.unlink()
            raise DownloadError(
                "{file} arrived, but it is not the file that was published (its SHA-256 is another): it was deleted; "
                "try again",
                file=target.name,
            )
        part.replace(target)
    except (OSError, http.client.HTTPException, ValueError) as error:
        _explain(error, url)
    return target


def _fetch(
    url: str,
    part: Path,
    progress: Callable[[int, int | None], None],
    cancel: Event | None,
    timeout: float,
) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = _AGENT | ({"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise
        if _total_of(error.headers.get("Content-Range")) == have:  # all of it was there
            return None
        part.unlink()
        return _fetch(url, part, progress, cancel, timeout)
    with response:
        if response.status == http.client.PARTIAL_CONTENT and _begin_of(response.headers.get("Content-Range")) == have:
            mode = "ab"
        else:
            mode, have = "wb", 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length and length.isdigit() else None
        if total is not None and shutil.disk_usage(part.parent).free < total - have:
            raise OSError(errno.ENOSPC, "no space")
        with part.open(mode) as file:
            have = _copy(response, file, have, total, progress, cancel, timeout)
    if total is not None and have < total:
        raise DownloadError(
            "the download of {file} broke off after {have:.1f} of {total:.1f} MB: try again, it goes on from there",
            file=part.stem,
            have=have / 1e6,
            total=total / 1e6,
        )
    return None


def _copy(
    response: http.client.HTTPResponse,
    file: IO[bytes],
    have: int,
    total: int | None,
    progress: Callable[[int, int | None], None],
    cancel: Event | None,
    timeout: float,
) -> int:
    """Copy what arrives into the file, and return how many bytes it has then."""
    told = last = time.monotonic()
    shown = have
    progress(have, total)
    # What came with the headers, or a chunk's length, lies in a buffer that select does not see.
    buffered, polled = True, not response.chunked
    while total is None or have < total:
        if cancel is not None and cancel.is_set():
            raise DownloadCancelled("the download was stopped; the next try goes on from there")
        if polled and not buffered and not select.select([response.fileno()], [], [], _POLL)[0]:
            if time.monotonic() - last > timeout:
                raise TimeoutError
            if have != shown:
                shown = have
                progress(have, total)
            continue
        buffered = False
        piece = response.read1(_PIECE)
        if not piece:
            break
        file.write(piece)
        have += len(piece)
        last = time.monotonic()
        if last - told > 0.05:
            told, shown = last, have
            progress(have, total)
    progress(have, total)
    return have


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _begin_of(content_range: str | None) -> int | None:
    begin = (content_range or "").removeprefix("bytes ").partition("-")[0]
    return int(begin) if begin.isdigit() else None


def _total_of(content_range: str | None) -> int | None:
    total = (content_range or "").rpartition("/")[2]
    return int(total) if total.isdigit() else None


def _explain(error: Exception, url: str) -> NoReturn:
    """Raise a sentence for the user in the place of what the libraries raise."""
    host, file = url.partition("//")[2].partition("/")[0] or url, url.rpartition("/")[2]
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        raise DownloadError(
            "the server {host} does not give {file} (answer {code})", host=host, file=file, code=error.code
        ) from error
    if isinstance(reason, TimeoutError):
        raise DownloadError(
            "the server {host} does not answer: try again, the download goes on where it stopped", host=host
        ) from error
    if isinstance(reason, OSError) and reason.errno in (errno.ENOSPC, errno.EDQUOT):
        raise DownloadError("the disk is full: make room for {file} and try again", file=file) from error
    if isinstance(reason, PermissionError):
        raise DownloadError("{file} may not be written ({path})", file=file, path=str(reason.filename)) from error
    if isinstance(reason, OSError) and reason.filename is not None:
        raise DownloadError(
            "{file} cannot be kept as {path} ({reason}): make torch's cache a folder that can be written to",
            file=file,
            path=str(reason.filename),
            reason=reason.strerror,
        ) from error
    if isinstance(reason, ssl.SSLError):
        raise DownloadError(
            "the connection to {host} is not safe ({reason})", host=host, reason=reason.reason
        ) from error
    raise DownloadError(
        "the connection to {host} failed ({reason}): check the network and try again",
        host=host,
        reason=getattr(reason, "strerror", None) or type(reason).__name__,
    ) from error
