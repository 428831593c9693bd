"""The container of a session: a zip of one JSON text and of NumPy arrays, read as if it were hostile.

Everything about a file is checked before memory is taken for what it holds, nothing is written to the disk, and no
object is ever unpickled.
"""

from __future__ import annotations

import io
import math
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .messages import SessionError, SettingError, Term, term

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

TEXT_NAME = "session.json"
SUFFIX = ".npy"
MAX_MEMBERS = 500
MAX_TEXT = 2**20
MAX_VALUES = 2**24  # of one array: an input of 3 x 2048 x 2048, and a network's layer of 64 x 448 x 448
MAX_ALL_VALUES = 3 * 2**23
MAX_FILE = 8 * MAX_ALL_VALUES + 2**21

_START, _END, _END64_LOCATOR = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
_END_FORMAT = struct.Struct("<4s4H2LH")
_LOCATOR_SIZE = 20
_MAX_DIRECTORY = MAX_MEMBERS * 200
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _RIGHTS = 3, 0o100644 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK = 2**16
_EASY = 2**22  # bytes up to which packing well takes no time
# all that zipfile and zlib raise about foreign bytes
_FOREIGN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, IndexError, TypeError, RuntimeError,
    OverflowError,
)  # fmt: skip
_WRONG = term("its directory is wrong")

# The NPY format, version 1.0: as `numpy.save` writes it for arrays in C order. Its own reader would evaluate the header
_NPY_MAGIC = b"\x93NUMPY\x01\x00"
_NPY_HEADER = re.compile(
    rb"\{'descr': '(<f8|<f4|\|u1)', 'fortran_order': False, 'shape': \(((?:[0-9]{1,9}, ?)*[0-9]{0,9})\), *\} *\n"
)
_KINDS = {"float64": "<f8", "float32": "<f4", "uint8": "|u1"}
_NPY_ALIGNED = 64
_MAX_NPY_HEADER = 512


def pack(text: bytes, arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a session's file: the same bytes for the same content, wherever and whenever.

    Raises
    ------
    SettingError
        More values than a session may hold.
    """
    sizes = [array.size for array in arrays.values()]
    if max(sizes) > MAX_VALUES or sum(sizes) > MAX_ALL_VALUES or len(sizes) >= MAX_MEMBERS or len(text) > MAX_TEXT:
        raise SettingError(
            "this work is too large for a session, whose pictures and kernels have {limit} million numbers at most: "
            "use a smaller picture, or fewer stages",
            limit=MAX_VALUES // 10**6,
        )
    contents = {TEXT_NAME: text, **{name + SUFFIX: _npy(array) for name, array in arrays.items()}}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in sorted(contents.items()):
            member = zipfile.ZipInfo(name, _DATE)
            member.create_system, member.external_attr = _UNIX, _RIGHTS
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, 6 if len(content) <= _EASY else 1)
    return file.getvalue()


def _npy(array: NDArray[Any]) -> bytes:
    kind = _KINDS[array.dtype.name]
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {array.shape}, }}".encode()
    start = len(_NPY_MAGIC) + 2
    header = header.ljust(-(start + len(header) + 1) % _NPY_ALIGNED + len(header)) + b"\n"
    return _NPY_MAGIC + struct.pack("<H", len(header)) + header + array.astype(np.dtype(kind), copy=False).tobytes()


class Container:
    """A session's file, opened for reading.

    Parameters
    ----------
    file
        A file that can be sought in.
    label
        What sentences call it.

    Raises
    ------
    SessionError
        It is no session, or damaged, or holds what no session holds; so do all methods.
    """

    def __init__(self, file: IO[bytes], label: str) -> None:
        self._label = label
        with self._foreign(_WRONG):
            self._size = self._checked_size(file)
            self._archive = zipfile.ZipFile(file)
        self._members = {member.orig_filename: member for member in self._archive.infolist()}
        if TEXT_NAME not in self._members:
            raise _no_session(label)

    def text(self) -> bytes:
        """Return the JSON text."""
        member = self._members[TEXT_NAME]
        if member.file_size > MAX_TEXT:
            raise self.excess(TEXT_NAME)
        with self._foreign(TEXT_NAME), self._archive.open(member) as file:
            return file.read()

    def shapes(self, names: set[str], most_values: int = MAX_ALL_VALUES) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the arrays of these names, of which all must be there, and no other.

        Every byte in the file is checked, once it is known that there are not too many; little memory is needed.
        """
        self._check_members({TEXT_NAME, *(name + SUFFIX for name in names)})
        shapes = {name: self._shape(name + SUFFIX) for name in sorted(names)}
        sizes = [math.prod(shape) for shape in shapes.values()]
        if max(sizes) > MAX_VALUES or sum(sizes) > MAX_ALL_VALUES:
            raise self.excess(max(shapes, key=lambda name: math.prod(shapes[name])) + SUFFIX)
        if sum(sizes) > most_values:
            raise SessionError(
                "{file} holds {count} million numbers, and {limit} million are the most here: use smaller pictures",
                file=self._label,
                count=-(-sum(sizes) // 10**6),
                limit=most_values // 10**6,
            )
        for name in shapes:
            self._check_bytes(name + SUFFIX)
        return shapes

    def array(self, name: str) -> NDArray[Any]:
        """Return an array, float64, float32 or uint8, that nobody can write to."""
        with self._foreign(name), self._archive.open(self._members[name + SUFFIX]) as file:
            dtype, shape = self._header(file, name)
            array = np.empty(shape, dtype)
            rest = memoryview(array.reshape(-1).view(np.uint8).data)
            while rest:
                part = file.read(min(len(rest), 2**20))
                if not part:
                    raise self.damaged(name)
                rest[: len(part)] = part
                rest = rest[len(part) :]
        array.flags.writeable = False
        return array

    def damaged(self, what: str) -> SessionError:
        """Return the sentence for a file that is damaged; `what` is a `Term` or the name of a member."""
        return SessionError("{file} is damaged ({what}): open an earlier copy of it", file=self._label, what=what)

    def excess(self, member: str) -> SessionError:
        """Return the sentence for what is too large or should not be there."""
        return SessionError(
            "{file} holds what no session holds ({member}): open only sessions of people whom you know",
            file=self._label,
            member=member,
        )

    def out_of_memory(self) -> SessionError:
        """Return the sentence for what the memory does not hold."""
        return SessionError("{file} needs more memory than is free: close other programs first", file=self._label)

    def _checked_size(self, file: IO[bytes]) -> int:
        """Return the file's size; first check its last record, which says what zipfile is going to believe."""
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        if file.read(len(_START)) != _START:
            raise _no_session(self._label)
        file.seek(max(size - _END_FORMAT.size - _LOCATOR_SIZE, 0))
        tail = file.read()
        if len(tail) < _END_FORMAT.size + _LOCATOR_SIZE:
            raise self.damaged(_WRONG)
        mark, disk, first, here, count, length, offset, comment = _END_FORMAT.unpack(tail[_LOCATOR_SIZE:])
        if mark != _END:
            raise self.damaged(term("its end is wrong"))
        if max(here, count) > MAX_MEMBERS or length > _MAX_DIRECTORY:
            raise self.excess(term("too many parts"))
        if disk or first or comment or here != count or offset + length != size - _END_FORMAT.size:
            raise self.damaged(_WRONG)
        if tail.startswith(_END64_LOCATOR):
            raise self.damaged(_WRONG)
        return size

    def _check_members(self, names: set[str]) -> None:
        members = self._archive.infolist()
        packed = 0
        for member in members:
            name = member.orig_filename
            kind = stat.S_IFMT(member.external_attr >> 16)
            packed += member.compress_size
            if (
                name not in names
                or kind not in (0, stat.S_IFREG)
                or member.compress_type not in _METHODS
                or member.file_size > 8 * MAX_VALUES + _MAX_NPY_HEADER
                or packed > self._size
            ):
                raise self.excess(name)
        if len(members) > len(self._members):
            raise self.damaged(_WRONG)
        if missing := names - {*self._members}:
            raise self.damaged(min(missing))

    def _shape(self, name: str) -> tuple[int, ...]:
        """Return what an array's header says, checked against its size."""
        member = self._members[name]
        with self._foreign(name), self._archive.open(member) as file:
            dtype, shape = self._header(file, name)
            if file.tell() + dtype.itemsize * math.prod(shape) != member.file_size:
                raise self.damaged(name)
        return shape

    def _check_bytes(self, name: str) -> None:
        """Check all bytes of an array against their checksum."""
        with self._foreign(name), self._archive.open(self._members[name]) as file:
            while file.read(_CHUNK):
                pass

    def _header(self, file: IO[bytes], name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
        start = file.read(len(_NPY_MAGIC) + 2)
        length = int.from_bytes(start[-2:], "little")
        header = _NPY_HEADER.fullmatch(file.read(min(length, _MAX_NPY_HEADER)))
        if start[:-2] != _NPY_MAGIC or length > _MAX_NPY_HEADER or header is None:
            raise self.damaged(name)
        shape = tuple(int(side) for side in header[2].replace(b" ", b"").split(b",") if side)
        if 0 in shape:
            raise self.damaged(name)
        return np.dtype(header[1].decode()), shape

    @contextmanager
    def _foreign(self, what: str | Term) -> Iterator[None]:
        """Make one kind of error of all that foreign bytes may raise."""
        try:
            yield
        except MemoryError as error:
            raise self.out_of_memory() from error
        except _FOREIGN as error:
            raise self.damaged(what) from error


def _no_session(label: str) -> SessionError:
    return SessionError("{file} is no session of CNN Explorer: choose a file that ends in .cnnx", file=label)
