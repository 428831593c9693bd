"""What can follow the program's name instead of a file: `cnnexplorer NAME ...`. Each is loaded when it is asked for.

A command is a module with `run(arguments: list[str]) -> int`, which gets what follows its name and returns the exit
status. It knows the language from `cnnexplorer.catalogue.console_language(arguments)` and tells expected trouble in
one sentence on standard error. A file of the same name is opened as `./NAME`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Command(NamedTuple):
    """A command: the module that runs it, whether that module needs Qt, and what it does, in one line."""

    module: str
    needs_qt: bool
    summary: str


def commands(_: Callable[[str], str]) -> dict[str, Command]:
    """Return the commands by name; `_` translates what they do."""
    return {
        "render": Command("cnnexplorer.ui.render_command", True, _("make pictures, animations and data of a session")),
        "check-lab": Command("cnnexplorer.labs.check_command", False, _("tell what is wrong with lab files")),
        "grade": Command("cnnexplorer.labs.grade_command", False, _("collect the reports of a class into one table")),
    }


def load(command: Command) -> Callable[[list[str]], int]:
    """Import a command's module and return its `run`."""
    run: Callable[[list[str]], int] = import_module(command.module).run
    return run
