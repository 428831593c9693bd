"""Collecting the reports of a class into one table."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark

from .plausible import can_be
from .reading import is_folder
from .report import LARGEST_REPORT, Summary, duration, lab_key, read_report
from .sayings import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .loading import LabFile
    from .model import Lab

MOST_REPORTS = 2_000
SUFFIXES = (".html", ".htm")
NO_PAGE = ".pdf"  # what students hand in instead: it stands in the table, with the reason

Signature = Literal["right", "wrong", "unknown"]
_SAME = mark("the same work as in {file}")
_FORMULAS = frozenset("=+-@|%")
SIGNATURES: dict[Signature, str] = {
    "right": mark("unchanged"),
    "wrong": mark("changed by hand"),
    "unknown": mark("another lab or version: cannot be checked"),
}


class Graded(NamedTuple):
    """One file of a class: its report, or why it is none.

    `signature` is "right"; "wrong": the file was changed after it was written, or its numbers cannot be; "unknown": the
    lab that keys it is not here. `same_as` is another file with the same work in it, whoever's name it bears.
    """

    file: str
    summary: Summary | None
    signature: Signature | None
    error: ReportError | None
    same_as: str = ""


def grade_folder(folder: Path, labs: Iterable[LabFile]) -> tuple[Graded, ...]:
    """Read all reports in a folder and in its subfolders, one level down, in the order of their names.

    A PDF cannot be graded, but has its row too: somebody handed it in. Where the page lies beside it, that is enough.

    Parameters
    ----------
    labs
        Those that are known: a report of any other cannot be checked.

    Raises
    ------
    ReportError
        The folder cannot be read, or holds too many files.
    """
    known = {lab.digest: lab.lab for lab in labs}
    try:
        if not folder.is_dir():
            raise ReportError("there is no folder “{name}”", name=folder.name)
        paths = _handed_in(folder)
    except OSError as error:
        raise ReportError("the folder cannot be read: {reason}", reason=error.strerror or error) from error
    if len(paths) > MOST_REPORTS:
        raise ReportError("there are more than {limit} reports: grade them folder by folder", limit=MOST_REPORTS)
    return _compared([_graded(path, str(path.relative_to(folder)), known) for path in paths])


def _compared(rows: list[Graded]) -> tuple[Graded, ...]:
    """Note where the same work was handed in twice: begun in the same second, with the same times on all steps."""
    first: dict[object, str] = {}
    compared = []
    for row in rows:
        work = row.summary
        if work is not None and work.started:
            earlier = first.setdefault((work.digest, work.started, work.changed, work.steps), row.file)
            row = row._replace(same_as="" if earlier == row.file else earlier)
        compared.append(row)
    return tuple(compared)


def passed_over(folder: Path) -> tuple[str, ...]:
    """Return the names of the files in a folder, and one level down, that are not looked at; hidden ones are not told.

    Raises
    ------
    ReportError
        The folder cannot be read.
    """
    try:
        found = [path for path in _files(folder) if path.suffix.lower() not in (*SUFFIXES, NO_PAGE)]
    except OSError as error:
        raise ReportError("the folder cannot be read: {reason}", reason=error.strerror or error) from error
    return tuple(str(path.relative_to(folder)) for path in found if not path.name.startswith("."))


def _handed_in(folder: Path) -> list[Path]:
    """Return the pages, and the PDFs without a page of the same name beside them."""
    paths = [path for path in _files(folder) if path.suffix.lower() in (*SUFFIXES, NO_PAGE)]
    pages = {path.with_suffix("") for path in paths if path.suffix.lower() in SUFFIXES}
    return [path for path in paths if path.suffix.lower() in SUFFIXES or path.with_suffix("") not in pages]


def _files(folder: Path) -> list[Path]:
    """Return the files in a folder and one level down; a folder that nobody may look into raises `OSError`."""
    found = list(folder.iterdir())  # Path.glob would pass over it without a word
    for path in found[:]:
        if is_folder(path):
            found += path.iterdir()
    return sorted(path for path in found if path.is_file())


def table(rows: tuple[Graded, ...], translate: Callable[[str], str]) -> str:
    """Return the table as CSV, for a spreadsheet: one row a report, then what became of each step.

    A cell that a spreadsheet would take for a formula is kept from it by an apostrophe.
    """
    steps = max((len(row.summary.steps) for row in rows if row.summary), default=0)
    heads = (
        mark("File"), mark("Student"), mark("Lab"), mark("Score in %"), mark("Points"), mark("Possible points"),
        mark("Solved"), mark("Tries"), mark("Hints"), mark("Answers shown"), mark("Time"), mark("Begun"),
        mark("Last change"), mark("Signature"), mark("Remark"),
    )  # fmt: skip
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    numbers = [translate(mark("Step {number}")).format(number=place) for place in range(1, steps + 1)]
    writer.writerow([*map(translate, heads), *numbers])
    for row in rows:
        writer.writerow([guarded(cell) for cell in _cells(row, translate)])
    return file.getvalue()


def remark(row: Graded, translate: Callable[[str], str]) -> str:
    """Return what is to be said of a file; empty where nothing is."""
    if row.error is not None:
        return row.error.sentence(translate)
    return translate(_SAME).format(file=row.same_as) if row.same_as else ""


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, also where it splits cells at semicolons.

    >>> guarded("=HYPERLINK(1)"), guarded("Ana"), guarded("-2"), guarded("Ana;=1")
    ("'=HYPERLINK(1)", 'Ana', "'-2", "Ana;'=1")
    """
    short = "".join(sign if sign.isprintable() else " " for sign in cell)
    return ";".join(f"'{part}" if _begins_formula(part) else part for part in short.split(";"))


def _begins_formula(part: str) -> bool:
    first = part.lstrip(' "')[:1]
    return bool(first) and normalize("NFKC", first) in _FORMULAS  # full-width signs count as well


def _graded(path: Path, name: str, known: dict[str, Lab]) -> Graded:
    if path.suffix.lower() == NO_PAGE:
        told = ReportError("this is a PDF, which cannot be graded: ask for the page (HTML)")
        return Graded(name, None, None, told)
    try:
        with path.open("rb") as file:
            report = read_report(file.read(LARGEST_REPORT + 1))
    except ReportError as error:
        return Graded(name, None, None, error)
    except OSError as error:
        broken = ReportError("it cannot be read: {reason}", reason=error.strerror or type(error).__name__)
        return Graded(name, None, None, broken)
    signed = report.signed_by(lab_key(report.summary.digest))
    lab = known.get(report.summary.digest)
    honest = signed and can_be(report.summary, lab)
    return Graded(name, report.summary, "wrong" if not honest else "unknown" if lab is None else "right", None)


def _cells(row: Graded, translate: Callable[[str], str]) -> list[str]:
    if row.summary is None or row.signature is None:
        return [row.file, *[""] * 13, remark(row, translate)]
    summary = row.summary
    solved = sum(step.status == "solved" for step in summary.steps)
    shown = sum(step.status == "shown" for step in summary.steps)
    totals = [
        row.file, summary.student, summary.title, format_number(summary.percent, 1), format_number(summary.earned, 2),
        format_number(summary.points, 2), str(solved), str(sum(step.tries for step in summary.steps)),
        str(sum(step.hints for step in summary.steps)), str(shown), duration(summary.seconds), summary.started,
        summary.changed, translate(SIGNATURES[row.signature]), remark(row, translate),
    ]  # fmt: skip
    return totals + [format_number(step.earned, 2) if step.marked else "" for step in summary.steps]
