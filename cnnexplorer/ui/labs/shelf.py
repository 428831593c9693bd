"""Which labs there are: those of the program, and those in the teacher's folders; and how far each one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import BrokenLab, LabError, LabFile, ReportError, built_in_labs, labs_in, load_lab
from cnnexplorer.labs.loading import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnnexplorer.labs.progress import Progress

    from .store import Store

OF_PROGRAM = mark("With the program")
SINGLE = mark("Single files")


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
    groups = [Group(OF_PROGRAM, None, tuple(_entry(lab, None, store) for lab in built_in_labs()))]
    single = [place for place in places if place.suffix.lower() == SUFFIX and not place.is_dir()]
    for folder in [place for place in places if place not in single]:
        try:
            labs = labs_in(folder)
        except LabError as error:
            groups.append(Group(folder.name or str(folder), folder, (), error))
        else:
            entries = tuple(_entry(lab, folder / _file_name(lab), store) for lab in labs)
            groups.append(Group(folder.name or str(folder), folder, entries))
    if single:
        groups.append(Group(SINGLE, None, tuple(_single(path, store) for path in single)))
    return tuple(groups)


def _single(path: Path, store: Store) -> Entry:
    try:
        lab: LabFile | BrokenLab = load_lab(path)
    except LabError as error:
        lab = BrokenLab(path.name, error)
    return _entry(lab, path, store)


def _file_name(lab: LabFile | BrokenLab) -> str:
    return lab.name if isinstance(lab, BrokenLab) else lab.id + SUFFIX


def _entry(lab: LabFile | BrokenLab, path: Path | None, store: Store) -> Entry:
    if isinstance(lab, BrokenLab):
        return Entry(lab, path)
    try:
        return Entry(lab, path, store.load(lab))
    except ReportError as error:
        return Entry(lab, path, None, error)
