"""The command: `cnnexplorer [FILE] [--lang es|en]` or `cnnexplorer COMMAND ...`, or `python -m cnnexplorer`."""

from __future__ import annotations

import argparse
import ctypes
import importlib.metadata
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__
from .catalogue import LANGUAGES, console_language, load_catalogue
from .command_line import spoken
from .commands import commands, load
from .console import let_console_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .commands import Command

APT = (
    "apt install libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"
)
PIP = "pip install 'PySide6-Essentials>=6.8,<6.12'"


class CannotStart(Exception):
    """Something that the program needs is missing; the sentence says what to install.

    As `cnnexplorer.core.UserError`, which cannot be used here: what it is imported with may be what is missing.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template.format(**values))
        self.template, self.values = template, values

    def sentence(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in a language."""
        return translate(self.template).format(**self.values)


def check_qt() -> None:
    """Refuse a PySide6 that would crash on this Python."""
    try:
        version = importlib.metadata.version("PySide6_Essentials")
    except importlib.metadata.PackageNotFoundError:
        raise CannotStart("PySide6 is not installed: run  {command}", command=PIP) from None
    if version.startswith("6.12.0") and sys.version_info < (3, 12):
        raise CannotStart(
            "PySide6 {version} crashes on Python {python}: run  {command}  or use Python 3.12 or later",
            version=version,
            python=f"{sys.version_info.major}.{sys.version_info.minor}",
            command=PIP,
        )


def check_libraries() -> None:
    """Find system libraries that are missing; Qt itself would abort, or name the wrong one."""
    try:
        import PySide6.QtWidgets  # noqa: F401  # what it needs is what is being asked
    except ImportError as error:
        raise CannotStart("Qt cannot be loaded ({error}): run  {command}", error=error, command=APT) from error


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
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        ctypes.CDLL(str(plugin))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise CannotStart(
            "the library {library} is missing, without which Qt opens no window: run  {command}",
            library=str(error).partition(":")[0],
            command=APT,
        ) from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        raise CannotStart(
            "the screen {display} (DISPLAY) cannot be reached: start it from a desktop, with  ssh -X , or under  "
            "xvfb-run",
            display=os.environ["DISPLAY"],
        )


@spoken
def parse(arguments: list[str], _: Callable[[str], str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="cnnexplorer",
        description=_("See how a convolutional network works, step by step."),
        epilog=_commands_help(_),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=_("a picture or a session to open"))
    parser.add_argument("--lang", choices=tuple(LANGUAGES), help=_("the language: English or Spanish"))
    parser.add_argument(
        "--version",
        action="version",
        version=f"CNN Explorer {__version__}",
        help=_("show the program's version and exit"),
    )
    return parser.parse_args(arguments)


def _commands_help(_: Callable[[str], str]) -> str:
    """Return the lines of --help that name the commands."""
    table = commands(_)
    wide = max(map(len, table), default=0)
    lines = [f"  {name:{wide}}  {command.summary}" for name, command in table.items()]
    return "\n".join([_("commands (each has its own --help):"), *lines]) if lines else ""


@contextmanager
def _whole_installation() -> Iterator[None]:
    """Tell a package that cannot be imported from a bug."""
    try:
        yield
    except ImportError as error:
        raise CannotStart(
            "{package} is missing or broken ({error}): run  pip install -e .  again",
            package=error.name or "a package",
            error=error,
        ) from error


def _run_command(command: Command, arguments: list[str]) -> int:
    """Do what a command says, with the arguments after its name."""
    if command.needs_qt:
        check_qt()
        check_libraries()
    with _whole_installation():
        work = load(command)
    return work(arguments)


def _open_window(options: argparse.Namespace) -> int:
    check_qt()
    check_libraries()
    check_display()
    with _whole_installation():
        from .app import run
    return run(options.file, options.lang)


def main() -> int:
    """Start the program, or do what the command after its name says."""
    let_console_write()
    arguments = sys.argv[1:]
    _ = load_catalogue(console_language(arguments)).gettext
    command = commands(_).get(arguments[0]) if arguments else None
    try:
        return _open_window(parse(arguments, _)) if command is None else _run_command(command, arguments[1:])
    except CannotStart as error:
        print(_("CNN Explorer cannot start: {sentence}").format(sentence=error.sentence(_)), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
