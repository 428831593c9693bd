"""The command `cnnexplorer check-lab FILE...`: what is wrong with lab files, a line for each problem."""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from cnnexplorer.catalogue import LANGUAGES, console_language, load_catalogue
from cnnexplorer.command_line import spoken
from cnnexplorer.core.messages import shown

from .loading import check_file
from .reading import SUFFIX, is_folder, lab_paths
from .sayings import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def run(arguments: list[str]) -> int:
    """Check lab files, or all in a folder; return 0 where nothing is wrong, else 1."""
    _ = load_catalogue(console_language(arguments)).gettext
    options = _parsed(arguments, _)
    wrong = 0
    for name, problems in chain.from_iterable(map(_checked, options.files)):
        wrong += len(problems)
        for problem in problems:
            print(f"{problem.place()}: {problem.sentence(_)}")
        if not problems:
            print(_("{file}: nothing is wrong").format(file=shown(name)))
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


def _checked(given: Path) -> Iterator[tuple[str, tuple[LabError, ...]]]:
    """Yield the name of each lab and what is wrong with it: of a file, or of all in a folder."""
    if not is_folder(given):
        yield given.name, check_file(given)
        return
    try:
        paths = lab_paths(given)
        if not paths:
            raise LabError("there is no lab in this folder: their names end in {suffix}", suffix=SUFFIX)
    except LabError as error:
        error.file = given.name or str(given)
        yield error.file, (error,)
        return
    for path in paths:
        yield path.name, check_file(path)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
