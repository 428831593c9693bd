"""The writing of whole layers: the arrays come from whoever asks, and each file is written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .batch import PICTURE, Exhibit, by_planes, digits_of, estimate, file_names, path_of, scale_of, whole_name
from .batch_pictures import group_limits, paint_tiles, paint_unit, sheet_line, write_picture
from .contact_sheet import contact_sheet
from .data_files import DATA_FORMATS, planes
from .data_text import EXACT, ONE_VALUE, RANGE
from .files import atomic_file, save_error
from .levels import finite_range
from .messages import Note, UserError
from .metadata import texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from .batch import BatchRequest, Group

    Array = NDArray[Any]
    Limits = tuple[float, float]
    Reader = Callable[[Group], Array]

GREY = ("png8", "png16")
TIFF = "tiff"

_SHOWN_NOTES = 3
_QUIET = (RANGE, ONE_VALUE, EXACT)  # every file tells of that itself


@dataclass(frozen=True)
class BatchReport:
    """What was done.

    Attributes
    ----------
    written, total
        How many files there are, and how many there were to be.
    skipped
        The pictures that could not be read, each with why.
    stopped
        Whether it was asked to stop.
    trouble
        What ended it early, if anything did.
    notes
        What is worth knowing about the files.
    folders
        In which folders they lie.
    """

    written: int
    total: int
    skipped: tuple[UserError, ...] = ()
    stopped: bool = False
    trouble: UserError | None = None
    notes: tuple[Note, ...] = ()
    folders: tuple[Path, ...] = ()


class _Stopped(Exception):
    """It was asked to stop."""


def run_batch(
    request: BatchRequest,
    open_picture: Callable[[int], Reader],
    tell: Callable[[int, int], None] = lambda _done, _total: None,
    stop: Callable[[], bool] = lambda: False,
) -> BatchReport:
    """Write all files.

    Parameters
    ----------
    open_picture
        Takes the index of a picture and returns what reads a group's units from it, (count, ...). A `UserError` of it
        skips the picture; one of the reader ends all.
    tell
        Is told how many files of how many are done.
    stop
        Is asked before each file, and each layer is read, whether to stop.
    """
    batch = _Batch(request, tell, stop)
    trouble, stopped = None, False
    try:
        batch.run(open_picture)
    except _Stopped:
        stopped = True
    except UserError as error:
        trouble = error
    except MemoryError:
        trouble = UserError("there is not enough memory for these files: save fewer layers at once")
    notes = tuple(batch.notes.values())[:_SHOWN_NOTES]
    return BatchReport(batch.written, batch.total, tuple(batch.skipped), stopped, trouble, notes, tuple(batch.folders))


class _Batch:
    """The writing of a request."""

    def __init__(self, request: BatchRequest, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        self.request, self._tell, self._stop = request, tell, stop
        self.total = estimate(request)[0]
        self.written = self._passed = 0
        self.skipped: list[UserError] = []
        self.notes: dict[str, Note] = {}
        self.folders: dict[Path, None] = {}
        self._made = {request.folder}

    def run(self, open_picture: Callable[[int], Reader]) -> None:
        """Write everything, picture by picture."""
        a_picture = self.total // len(self.request.pictures)
        for picture in range(len(self.request.pictures)):
            self._check()
            try:
                read = open_picture(picture)
            except UserError as error:
                self.skipped.append(error)
                self._passed += a_picture
                self._tell(self.written + self._passed, self.total)
                continue
            if self.request.form == "all":
                self._write_all(picture, read)
            else:
                for group in self.request.groups:
                    self._check()
                    self._write_group(picture, group, read(group))

    def _check(self) -> None:
        if self._stop():
            raise _Stopped

    def _make_folder(self, folder: Path) -> None:
        """Make the sub-folders that a file goes to; if the folder itself is gone, that is told and not mended."""
        if folder in self._made:
            return
        self._make_folder(folder.parent)
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise save_error(folder, error) from error
        self._made.add(folder)

    def _write_all(self, picture: int, read: Reader) -> None:
        arrays = {}
        for group in self.request.groups:
            self._check()
            arrays[group.name] = read(group)
        self._write(path_of(self.request, picture, whole_name(self.request)), arrays)

    def _write_group(self, picture: int, group: Group, units: Array) -> None:
        request = self.request
        paths = (path_of(request, picture, name, group) for name in file_names(request, group))
        if request.format == PICTURE:
            self._paint_group(picture, group, units, paths)
        elif request.form == "layer":
            digits = digits_of(group.count)
            apart = request.format == "npz"
            named = {f"{group.name}_{index:0{digits}}": unit for index, unit in enumerate(units)}
            facts = self._facts(group, picture, units) if request.format == TIFF else None
            self._write(next(paths), named if apart else {group.name: units}, None, facts)
        else:
            self._write_units(picture, group, units, paths)

    def _write_units(self, picture: int, group: Group, units: Array, paths: Iterator[Path]) -> None:
        """Write each unit, or each plane of it, as data."""
        shared = group_limits(units, None) if self.request.shared else None
        pieces: Iterable[tuple[int, int | None, Array]] = (
            ((index, part, plane) for index, unit in enumerate(units) for part, plane in enumerate(_planes(unit)))
            if by_planes(self.request, group)
            else ((index, None, unit) for index, unit in enumerate(units))
        )
        for path, (index, part, piece) in zip(paths, pieces, strict=True):
            self._check()
            told = self.request.format in (*GREY, TIFF)
            facts = self._facts(group, picture, piece, index, part, shared) if told else None
            self._write(path, {path.stem: piece}, shared, facts)

    def _facts(
        self, group: Group, picture: int, units: Array, index: int | None = None, part: int | None = None,
        shared: Limits | None = None,
    ) -> dict[str, str]:  # fmt: skip
        """Return what a file of data tells of itself, in formats that can."""
        values = finite_range(units)
        paint = "grey" if self.request.format in GREY else "none"
        return texts_of(self.request.describe(Exhibit(group, picture, index, part, values, shared or values, paint)))

    def _paint_group(self, picture: int, group: Group, units: Array, paths: Iterator[Path]) -> None:
        request, whole = self.request, finite_range(units)
        kind = "signed" if whole[0] < 0 else "unsigned"
        paint = request.signed if kind == "signed" else request.unsigned
        assert paint is not None, "pictures without colours"
        kind = "planes" if group.colour else kind
        shared = group_limits(units, paint, group.colour) if request.shared else None
        if request.form == "sheet":
            notes = request.describe(Exhibit(group, picture, None, None, whole, shared, kind))
            tiles = paint_tiles(group, units, paint, shared, self._check)
            line = sheet_line(request.line, *(shared or whole))
            labels = [str(index) for index in range(len(tiles))]
            sheet = contact_sheet(tiles, labels, group.title, line, request.letters)
            self._write_file(next(paths), partial(write_picture, picture=sheet, notes=notes, limits=shared))
            return
        scale = scale_of(request, group)
        for index, (path, unit) in enumerate(zip(paths, units, strict=True)):
            self._check()
            limits = shared or group_limits(unit, paint, group.colour)
            notes = request.describe(Exhibit(group, picture, index, None, finite_range(unit), limits, kind))
            colours = paint_unit(unit, paint, limits, group.colour, scale)
            self._write_file(path, partial(write_picture, picture=colours, notes=notes, limits=limits))

    def _write(
        self, path: Path, arrays: dict[str, Array], limits: Limits | None = None, facts: dict[str, str] | None = None
    ) -> None:
        write = DATA_FORMATS[self.request.format].write
        self._write_file(path, lambda file: write(arrays, file, limits, facts))

    def _write_file(self, path: Path, write: Callable[[Any], tuple[Note, ...]]) -> None:
        self._check()
        self._make_folder(path.parent)
        with atomic_file(path) as file:
            notes = write(file)
            self._check()  # what was asked to stop meanwhile is not finished
        for note in notes:
            if note.template not in _QUIET:
                self.notes.setdefault(note.template, note)
        self.written += 1
        self.folders[path.parent] = None
        self._tell(self.written + self._passed, self.total)


def _planes(unit: Array) -> list[Array]:
    return [plane for _name, plane in planes({"": unit})]
