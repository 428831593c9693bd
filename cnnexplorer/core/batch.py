"""Whole layers into files: what is to be saved, and how the files are called.

Nothing here knows networks or windows.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from .contact_sheet import Letters, plain_letters
from .data_files import DATA_FORMATS
from .file_names import DEFAULT, clean_stem, file_stem
from .messages import SettingError, mark
from .metadata import FigureNotes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from .batch_pictures import Paint

PICTURE = "picture"  # the one format that is no array's: a PNG in colours
FORMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "each": (mark("A file for each map or filter"), (PICTURE, "png16", "png8", "npy", "csv", "tiff")),
    "sheet": (mark("A contact sheet for each layer"), (PICTURE,)),
    "layer": (mark("A data file for each layer"), ("npz", "npy", "tiff")),
    "all": (mark("One data file for everything"), ("npz",)),
}
"""How many files there are: id -> (name, formats)."""

_LEAST_DIGITS = 3
_SEEN = 200  # pixels of a picture's longer side that can be looked at
_BYTES = {PICTURE: 1.1, "png8": 0.8, "png16": 1.9, "csv": 19.0, "tiff": 4.0}  # a number, about


@dataclass(frozen=True)
class Group:
    """What is saved under one name: the maps of a layer, or its filters.

    Attributes
    ----------
    name
        For files, such as "conv1".
    title, facts
        What it is, and more about it as (label, value), in the language in use.
    count
        How many units there are.
    shape
        Of one unit: (H, W) of a map, (planes, kh, kw) of a filter, (N,) of single values that belong together.
    colour
        Whether three planes are red, green and blue.
    itemsize
        Bytes of a number.
    """

    name: str
    title: str
    count: int
    shape: tuple[int, ...]
    colour: bool = False
    itemsize: int = 4
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Exhibit:
    """What a picture shows.

    Attributes
    ----------
    picture
        The index of the picture that the values are of.
    unit, plane
        Of the group; None for all of them.
    values
        The smallest and the largest finite value.
    limits
        The values at the ends of the colours; None where each unit has its own.
    paint
        "signed", "unsigned", "grey", or "planes" where three planes are red, green and blue; "none" for bare numbers.
    """

    group: Group
    picture: int
    unit: int | None
    plane: int | None
    values: tuple[float, float]
    limits: tuple[float, float] | None
    paint: str


def plain_notes(exhibit: Exhibit) -> FigureNotes:
    """Return what a picture's file tells of itself where nobody knows more."""
    numbers = [str(index) for index in (exhibit.unit, exhibit.plane) if index is not None]
    return FigureNotes(": ".join([exhibit.group.title, *numbers]), exhibit.group.facts)


@dataclass(frozen=True)
class BatchRequest:
    """What is to be saved, where and how.

    Attributes
    ----------
    prefix
        What every name begins with; may be empty.
    form, format
        See `FORMS`.
    pictures
        The stems of the pictures that the arrays are of; one empty text where they are of the present one.
    apart
        Whether each picture has a sub-folder of its own; else its name comes first in those of its files.
    whole
        What the one file for everything is called.
    by_group
        Whether the files of each group have a sub-folder of their own, where there is one for each unit.
    shared
        Whether the units of a group share one range of values, in pictures; else each has its own.
    scale
        Pixels a cell, in pictures; None for as many as a picture needs to be seen.
    signed, unsigned
        The colours of groups with and without negative values.
    describe
        Returns what a picture's file tells of itself; called while the files are written.
    line
        What a contact sheet says below its title; {low} and {high} stand for the values at the ends of the colours, or
        for the smallest and the largest value where each unit has its own colours.
    letters
        Paints the lines of a contact sheet.
    template, words, now
        What the files are called, as `file_stem` takes it; the words are those that all files share.
    """

    folder: Path
    prefix: str
    form: str
    format: str
    groups: tuple[Group, ...]
    pictures: tuple[str, ...] = ("",)
    apart: bool = True
    whole: str = "all"
    by_group: bool = False
    shared: bool = False
    scale: int | None = 1
    signed: Paint | None = None
    unsigned: Paint | None = None
    describe: Callable[[Exhibit], FigureNotes] = plain_notes
    line: str = "{low} … {high}"
    letters: Letters = plain_letters
    template: str = DEFAULT
    words: Mapping[str, str] = field(default_factory=dict)
    now: datetime = datetime.min


def file_names(request: BatchRequest, group: Group) -> Iterator[str]:
    """Yield the names of a group's files for one picture, in order, without what is put before for the picture.

    >>> from pathlib import Path
    >>> group = Group("conv1", "", 96, (55, 55))
    >>> list(file_names(BatchRequest(Path(), "alexnet2012", "each", "npy", (group,)), group))[7]
    'alexnet2012_conv1_007.npy'
    """
    suffix = ".png" if request.format == PICTURE else DATA_FORMATS[request.format].suffix
    stem = stem_of(request.prefix, group.name)
    if request.form == "sheet":
        yield _named(request, f"{stem}_sheet", group) + suffix
    elif request.form == "layer":
        yield _named(request, stem, group) + suffix
    else:
        yield from (_named(request, f"{stem}_{name}", group, name) + suffix for name in _unit_names(request, group))


def _named(request: BatchRequest, usual: str, group: Group | None = None, unit: str = "") -> str:
    """Return a file's stem as the template makes it from the usual one; raises `SettingError` where it cannot."""
    if request.template == DEFAULT:
        return usual
    layer = "" if group is None else group.name
    words = {"view": request.whole, **request.words, "name": usual, "layer": layer, "channel": unit}
    return file_stem(request.template, words, request.now)


def targets(request: BatchRequest) -> Iterator[Path]:
    """Yield the paths of all files, in the order in which they are written."""
    for picture in range(len(request.pictures)):
        if request.form == "all":
            yield path_of(request, picture, whole_name(request))
            continue
        for group in request.groups:
            for name in file_names(request, group):
                yield path_of(request, picture, name, group)


def existing(request: BatchRequest, stop: Callable[[], bool] = lambda: False) -> list[Path]:
    """Return those of the files that are there already.

    Raises
    ------
    SettingError
        The template gives no name, or two files the same.
    """
    found: list[Path] = []
    seen: set[Path] = set()
    for path in targets(request):
        if stop():
            break
        if path in seen:
            raise same_name(path)
        seen.add(path)
        if os.path.lexists(path):
            found.append(path)
    return found


def same_name(path: Path) -> SettingError:
    """Return what is to be said of a template that calls two files alike."""
    return SettingError(
        "several files would be called {name}: put {{name}}, or {{layer}} and {{channel}}, into it",
        name=path.name,
    )


def estimate(request: BatchRequest) -> tuple[int, float]:
    """Return how many files there will be, and about how many bytes they will take."""
    files = 1 if request.form == "all" else sum(_count(request, group) for group in request.groups)
    size = 300.0 * files
    for group in request.groups:
        numbers = group.count * math.prod(group.shape)
        grown = (0.6 + 0.4 * scale_of(request, group)) if request.format == PICTURE else 1.0
        size += numbers * _BYTES.get(request.format, group.itemsize * 0.95) * grown
    return files * len(request.pictures), size * len(request.pictures)


def _count(request: BatchRequest, group: Group) -> int:
    if request.form != "each":
        return 1
    return group.count * (math.prod(group.shape[:-2]) if by_planes(request, group) else 1)


def stem_of(prefix: str, name: str) -> str:
    """Return the stem of a group's files."""
    return clean_stem("_".join(filter(None, (prefix, name))))


def whole_name(request: BatchRequest) -> str:
    """Return the name of the one file for everything."""
    return _named(request, stem_of(request.prefix, request.whole)) + DATA_FORMATS[request.format].suffix


def path_of(request: BatchRequest, picture: int, name: str, group: Group | None = None) -> Path:
    """Return where a file goes: one of a picture, and of a group unless it is of all groups."""
    stem, folder = request.pictures[picture], request.folder
    if stem and request.apart:
        folder /= stem
    elif stem:
        name = f"{stem}_{name}"
    if group is not None and request.by_group and request.form == "each":
        folder /= stem_of(request.prefix, group.name)
    return folder / name


def scale_of(request: BatchRequest, group: Group) -> int:
    """Return how many pixels a cell has in the pictures of a group.

    >>> from pathlib import Path
    >>> groups = [Group("a", "", 1, shape) for shape in ((55, 55), (13, 13), (224, 100), (1000,))]
    >>> request = BatchRequest(Path(), "", "each", PICTURE, tuple(groups), scale=None)
    >>> [scale_of(request, group) for group in groups]
    [4, 16, 1, 7]
    """
    if request.scale is not None:
        return request.scale
    sides = group.shape
    if len(sides) == 1 or (len(sides) == 3 and not group.colour):
        columns = math.isqrt(sides[0] - 1) + 1  # laid out in a square
        sides = tuple(columns * side for side in sides[1:]) or (columns,)
    return -(-_SEEN // max(sides[-2:]))


def digits_of(count: int) -> int:
    """Return how many digits the numbers of so many units have in names, so that names sort."""
    return max(_LEAST_DIGITS, len(str(count - 1)))


def by_planes(request: BatchRequest, group: Group) -> bool:
    """Tell whether each plane of a unit takes a file of its own, as the format holds one matrix."""
    form = DATA_FORMATS.get(request.format)
    return form is not None and form.dimensions == 2 and not form.several and len(group.shape) > 2


def _unit_names(request: BatchRequest, group: Group) -> Iterator[str]:
    digits = digits_of(group.count)
    parts = math.prod(group.shape[:-2]) if by_planes(request, group) else 1
    for index in range(group.count):
        if parts == 1:
            yield f"{index:0{digits}}"
        else:
            yield from (f"{index:0{digits}}_plane{part:0{len(str(parts - 1))}}" for part in range(parts))
