"""The command `cnnexplorer grade FOLDER --out table.csv`: the reports of a class in one table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cnnexplorer.catalogue import LANGUAGES, console_language, load_catalogue
from cnnexplorer.command_line import spoken
from cnnexplorer.core import UserError
from cnnexplorer.core.files import write_file
from cnnexplorer.core.messages import shown

from .grading import grade_folder, passed_over, remark, table
from .loading import LabFile, built_in_labs, labs_in

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_NAMED = 20  # files that are not graded


def run(arguments: list[str]) -> int:
    """Grade a folder of reports; return 0 where every one could be read and was not changed, else 1."""
    _ = load_catalogue(console_language(arguments)).gettext
    options = _parsed(arguments, _)
    try:
        labs = [*built_in_labs(), *(lab for folder in options.labs for lab in labs_in(folder))]
        rows = grade_folder(options.folder, [lab for lab in labs if isinstance(lab, LabFile)])
        others = passed_over(options.folder)
        text = table(rows, _)
        if options.out is None:
            print(text, end="")
        elif options.out.exists() and not options.force:
            print(
                _("{file} is there already: add --force to replace it").format(file=options.out.name), file=sys.stderr
            )
            return 1
        else:
            write_file(options.out, text.encode("utf-8-sig"))  # the mark tells spreadsheets that it is UTF-8
    except UserError as error:
        print(error.sentence(_), file=sys.stderr)
        return 1
    for row in rows:
        if said := remark(row, _):
            print(f"{shown(row.file)}: {said}", file=sys.stderr)
    for name in others[:MOST_NAMED]:
        print(_("{file}: not graded, for it is no page (HTML)").format(file=shown(name)), file=sys.stderr)
    if len(others) > MOST_NAMED:
        print(_("and {count} files more").format(count=len(others) - MOST_NAMED), file=sys.stderr)
    doubtful = sum(row.signature != "right" for row in rows)
    counts = _("{count} reports, {doubtful} of them broken, changed or of an unknown lab")
    print(counts.format(count=len(rows), doubtful=doubtful), file=sys.stderr)
    return 1 if doubtful else 0


@spoken
def _parsed(arguments: list[str], _: Callable[[str], str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cnnexplorer grade", description=_("Collect the reports of a class into one table (CSV).")
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=_("the folder with the reports (HTML)"))
    parser.add_argument("--out", type=Path, metavar="TABLE", help=_("the table to write; without it, it is printed"))
    parser.add_argument("--force", action="store_true", help=_("replace a table that is there already"))
    parser.add_argument(
        "--labs", type=Path, action="append", default=[], metavar="FOLDER",
        help=_("a folder with your own labs, whose reports are checked too; can be given several times"),
    )  # fmt: skip
    parser.add_argument("--lang", choices=tuple(LANGUAGES), help=_("the language: English or Spanish"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
