"""The command: `cnnexplorer [FILE] [--lang es|en]`, or `python -m cnnexplorer`."""

from __future__ import annotations

import argparse
import ctypes
import importlib.metadata
import os
import sys
from pathlib import Path

from . import __version__

APT = (
    "apt install libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
)


class CannotStart(Exception):
    """Something that the program needs is missing; the message says what to install."""


def check_qt() -> None:
    """Refuse a PySide6 that would crash on this Python."""
    try:
        version = importlib.metadata.version("PySide6_Essentials")
    except importlib.metadata.PackageNotFoundError:
        raise CannotStart("PySide6 is not installed: run  pip install 'PySide6-Essentials>=6.8,<6.12'") from None
    if version.startswith("6.12.0") and sys.version_info < (3, 12):
        raise CannotStart(
            f"PySide6 {version} crashes on Python {sys.version_info.major}.{sys.version_info.minor}: run  "
            "pip install 'PySide6-Essentials>=6.8,<6.12'  or use Python 3.12 or later"
        )


def check_libraries() -> None:
    """Find system libraries that are missing; Qt itself would abort, or name the wrong one."""
    try:
        import PySide6.QtWidgets  # noqa: F401  # what it needs is what is being asked
    except ImportError as error:
        raise CannotStart(f"Qt cannot be loaded ({error}): run  {APT}") from error


def check_display() -> None:
    """Make sure that there is a screen to open a window on (Linux)."""
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if not sys.platform.startswith("linux") or platform not in ("", "xcb", "wayland"):
        return
    if platform != "xcb" and os.environ.get("WAYLAND_DISPLAY"):
        return
    if not os.environ.get("DISPLAY"):
        raise CannotStart(
            "there is no screen to open a window on (DISPLAY is not set): start it from a desktop, with  ssh -X , or "
            "under  xvfb-run"
        )
    _check_xcb()


def _check_xcb() -> None:
    import PySide6  # after check_libraries

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        missing = str(error).partition(":")[0]
        raise CannotStart(f"the library {missing} is missing, without which Qt opens no window: run  {APT}") from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(ctypes.c_void_p(connection))
    xcb.xcb_disconnect(ctypes.c_void_p(connection))
    if failed:
        raise CannotStart(
            f"the screen {os.environ['DISPLAY']} (DISPLAY) cannot be reached: start it from a desktop, with  ssh -X , "
            "or under  xvfb-run"
        )


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="cnnexplorer", description="See how a convolutional network works, step by step."
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a picture to open")
    parser.add_argument("--lang", choices=("en", "es"), help="the language: English or Spanish")
    parser.add_argument("--version", action="version", version=f"CNN Explorer {__version__}")
    return parser.parse_args(arguments)


def main() -> int:
    """Start the program."""
    options = parse(sys.argv[1:])
    try:
        check_qt()
        check_libraries()
        check_display()
        from .app import run  # nothing of it can be imported before the checks
    except CannotStart as error:
        print(f"CNN Explorer cannot start: {error}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(
            f"CNN Explorer cannot start: {error.name or error} is missing or broken: run  pip install -e .  again",
            file=sys.stderr,
        )
        return 1
    return run(options.file, options.lang)


if __name__ == "__main__":
    sys.exit(main())
