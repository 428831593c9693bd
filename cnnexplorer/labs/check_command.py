"""The command `cnnexplorer check-lab FILE...`: what is wrong with lab files, a line for each problem."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cnnexplorer.catalogue import LANGUAGES, console_language, load_catalogue
from cnnexplorer.command_line import spoken

from .loading import SUFFIX, check_file

if TYPE_CHECKING:
    from collections.abc import Callable


def run(arguments: list[str]) -> int:
    """Check lab files, or all in a folder; return 0 where nothing is wrong, else 1."""
    _ = load_catalogue(console_language(arguments)).gettext
    options = _parsed(arguments, _)
    wrong = 0
    for path in _files(options.files):
        problems = check_file(path)
        wrong += len(problems)
        for problem in problems:
            print(f"{problem.place()}: {problem.sentence(_)}")
        if not problems:
            print(_("{file}: nothing is wrong").format(file=path.name))
    return 1 if wrong else 0


@spoken
def _parsed(arguments: list[str], _: Callable[[str], str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cnnexplorer check-lab",
        description=_("Tell what is wrong with lab files, with line and field, so that students never meet it."),
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_("a lab file, or a folder of them"))
    parser.add_argument("--lang", choices=tuple(LANGUAGES), help=_("the language: English or Spanish"))
    return parser.parse_args(arguments)


def _files(given: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in given:
        found += sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    return found


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
