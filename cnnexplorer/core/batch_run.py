"""The writing of whole layers: the arrays come from whoever asks, and each file is written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .batch import PICTURE, by_planes, digits_of, estimate, file_names, path_of, stem_of
from .batch_pictures import group_limits, paint_sheet, paint_unit, write_picture
from .data_files import DATA_FORMATS, planes
from .data_text import EXACT, ONE_VALUE, RANGE
from .files import atomic_file, save_error
from .messages import Note, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .batch import BatchRequest, Group

    Array = NDArray[Any]
    Reader = Callable[[Group], Array]

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
    """

    written: int
    total: int
    skipped: tuple[UserError, ...] = ()
    stopped: bool = False
    trouble: UserError | None = None
    notes: tuple[Note, ...] = ()


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
    return BatchReport(batch.written, batch.total, tuple(batch.skipped), stopped, trouble, notes)


class _Batch:
    """The writing of a request."""

    def __init__(self, request: BatchRequest, tell: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        self.request, self._tell, self._stop = request, tell, stop
        self.total = estimate(request)[0]
        self.written = self._passed = 0
        self.skipped: list[UserError] = []
        self.notes: dict[str, Note] = {}

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
            self._make_folder(picture)
            if self.request.form == "all":
                self._write_all(picture, read)
            else:
                for group in self.request.groups:
                    self._check()
                    self._write_group(picture, group, read(group))

    def _check(self) -> None:
        if self._stop():
            raise _Stopped

    def _make_folder(self, picture: int) -> None:
        folder = path_of(self.request, picture, "x").parent
        if folder == self.request.folder:  # if it is gone, that is told and not mended
            return
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise save_error(folder, error) from error

    def _write_all(self, picture: int, read: Reader) -> None:
        arrays = {}
        for group in self.request.groups:
            self._check()
            arrays[group.name] = read(group)
        name = stem_of(self.request.prefix, "all") + DATA_FORMATS[self.request.format].suffix
        self._write(picture, name, arrays)

    def _write_group(self, picture: int, group: Group, units: Array) -> None:
        request, names = self.request, file_names(self.request, group)
        if request.format == PICTURE:
            self._paint_group(picture, group, units, names)
        elif request.form == "layer":
            digits = digits_of(group.count)
            apart = request.format == "npz"
            named = {f"{group.name}_{index:0{digits}}": unit for index, unit in enumerate(units)}
            self._write(picture, next(names), named if apart else {group.name: units})
        else:
            limits = group_limits(units, None) if request.shared else None
            single = by_planes(request, group)
            pieces = (plane for unit in units for plane in (_planes(unit) if single else [unit]))
            for name, piece in zip(names, pieces, strict=True):
                self._check()
                stem = name.rpartition(".")[0]
                self._write(picture, name, {stem: piece}, limits, {"Description": group.title})

    def _paint_group(self, picture: int, group: Group, units: Array, names: Iterator[str]) -> None:
        request = self.request
        signed = bool((units < 0).any())
        paint = request.signed if signed else request.unsigned
        assert paint is not None, "pictures without colours"
        shared = group_limits(units, paint) if request.shared else None
        if request.form == "sheet":
            sheet, low, high = paint_sheet(group, units, paint, shared, self._check)
            self._write_picture(picture, next(names), sheet, group.title, (low, high))
            return
        for name, unit in zip(names, units, strict=True):
            self._check()
            limits = shared or group_limits(unit, paint)
            colours = paint_unit(unit, paint, limits, group.colour, request.scale)
            index = name.rpartition(".")[0].rpartition("_")[2]
            self._write_picture(picture, name, colours, f"{group.title}: {index}", limits)

    def _write_picture(self, picture: int, name: str, colours: Array, title: str, limits: tuple[float, float]) -> None:
        write = partial(write_picture, picture=colours, title=title, low=limits[0], high=limits[1])
        self._write_file(picture, name, write)

    def _write(
        self,
        picture: int,
        name: str,
        arrays: dict[str, Array],
        limits: tuple[float, float] | None = None,
        facts: dict[str, str] | None = None,
    ) -> None:
        write = DATA_FORMATS[self.request.format].write
        self._write_file(picture, name, lambda file: write(arrays, file, limits, facts))

    def _write_file(self, picture: int, name: str, write: Callable[[Any], tuple[Note, ...]]) -> None:
        self._check()
        with atomic_file(path_of(self.request, picture, name)) as file:
            notes = write(file)
            self._check()  # what was asked to stop meanwhile is not finished
        for note in notes:
            if note.template not in _QUIET:
                self.notes.setdefault(note.template, note)
        self.written += 1
        self._tell(self.written + self._passed, self.total)


def _planes(unit: Array) -> list[Array]:
    return [plane for _name, plane in planes({"": unit})]
