"""Which labs there are: those of the program, and those in the teacher's folders; and how far each one is."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import BrokenLab, LabError, LabFile, ReportError, built_in_labs
from cnnexplorer.labs.loading import lab_or_trouble
from cnnexplorer.labs.reading import is_folder, is_lab_name, lab_paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnnexplorer.labs.progress import Progress

    from .store import Store

MOST_LABS = 500  # of a folder that are listed
OF_PROGRAM = mark("With the program")
SINGLE = mark("Single files")

_log = logging.getLogger("cnnexplorer.labs")


class Entry(NamedTuple):
    """A lab in the list; `trouble` is what is wrong with its saved progress."""

    lab: LabFile | BrokenLab
    path: Path | None = None
    progress: Progress | None = None
    trouble: ReportError | None = None


class Group(NamedTuple):
    """The labs of one place. `title` is a folder's name, or an English text that is marked for translation."""

    title: str
    folder: Path | None
    entries: tuple[Entry, ...]
    error: LabError | None = None


def find_labs(places: Sequence[Path], store: Store) -> tuple[Group, ...]:
    """Return all labs; what cannot be read is listed with its error and hinders nothing else.

    Reads files: to be called off the GUI thread.
    """
    program = Group(OF_PROGRAM, None, tuple(_entry(lab, None, store) for lab in built_in_labs()))
    single = [place for place in places if is_lab_name(place.name) and not is_folder(place)]
    groups = [program, *(_group(place, store) for place in places if place not in single)]
    if single:
        groups.append(Group(SINGLE, None, tuple(_entry(lab_or_trouble(path), path, store) for path in single)))
    return tuple(groups)


def _group(folder: Path, store: Store) -> Group:
    error: LabError | None = None
    paths: list[Path] = []
    try:
        paths = lab_paths(folder)
    except LabError as trouble:
        error = trouble
    if len(paths) > MOST_LABS:
        error = LabError("here are {count} labs, and the first {limit} of them are listed: use several folders",
                         count=len(paths), limit=MOST_LABS)  # fmt: skip
    entries = tuple(_entry(lab_or_trouble(path), path, store) for path in paths[:MOST_LABS])
    return Group(folder.name or str(folder), folder, entries, error)


def _entry(lab: LabFile | BrokenLab, path: Path | None, store: Store) -> Entry:
    if isinstance(lab, BrokenLab):
        return Entry(lab, path)
    try:
        return Entry(lab, path, store.load(lab))
    except ReportError as error:
        return Entry(lab, path, None, error)
    except Exception as error:  # a bug that one file finds must not hide the other labs
        _log.error("the progress in the lab %r broke the program", lab.id, exc_info=error)
        return Entry(lab, path, None, ReportError("the saved progress is damaged: begin the lab again"))
