"""Writing on a console, which may know fewer signs than the program says."""

from __future__ import annotations

import io
import sys


def let_console_write() -> None:
    """Have a console write what it has no sign for as its number, where it would raise an error else."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a window's program may have none, or one of another kind
            stream.reconfigure(errors="backslashreplace")
