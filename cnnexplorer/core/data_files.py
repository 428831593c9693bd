"""Arrays as files that other programs read: NumPy's own, CSV, TIFF, PNG and Python text.

`DATA_FORMATS` holds all of them. A writer puts arrays, each under its name, into an open file, and returns what whoever
reads the file should know: how values became levels, what was rounded, cut off or replaced.
"""

from __future__ import annotations

import builtins
import io
import keyword
import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np

from .data_text import array_texts, number_text
from .files import atomic_file
from .messages import DataError, Note, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Limits = tuple[float, float] | None

Arrays = Mapping[str, "NDArray[Any]"]

_STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip knows: the same arrays are the same bytes
_UNIX = 3  # what made it, so that it is the same on every system


class Writer(Protocol):
    """Puts arrays into an open file, and returns what is worth knowing about it."""

    def __call__(
        self, arrays: Arrays, file: IO[bytes], limits: Limits = None, facts: Mapping[str, str] | None = None, /
    ) -> tuple[Note, ...]:
        """Write.

        Parameters
        ----------
        arrays
            Numbers of any shape by name.
        limits
            The values of the lowest and the highest level, in pictures; all finite values by default.
        facts
            What the file should tell of itself by keyword, in formats that can.

        Raises
        ------
        DataError
            The format cannot hold these arrays.
        """
        ...


@dataclass(frozen=True)
class DataFormat:
    """A kind of file that holds arrays.

    Attributes
    ----------
    label
        What it is called, marked for translation.
    suffix
        What its files' names end with, such as ".npy".
    several
        Whether it holds more than one array.
    dimensions
        How many dimensions an array in it can have, at most, apart from leading ones of length 1. An array of more
        dimensions counts as several, one for each matrix in it.
    write
        See `Writer`.
    """

    id: str
    label: str
    suffix: str
    several: bool
    dimensions: int
    write: Writer

    def fits(self, arrays: Arrays) -> bool:
        """Tell whether it can hold arrays of these shapes."""
        if self.dimensions > 2:
            return bool(arrays) and (self.several or len(arrays) == 1)
        counts = [math.prod(array.shape[:-2]) for array in arrays.values() if array.size]
        return len(counts) == len(arrays) > 0 and (self.several or sum(counts) == 1)


def save_arrays(
    path: Path | str,
    format_id: str,
    arrays: Arrays,
    limits: Limits = None,
    facts: Mapping[str, str] | None = None,
) -> tuple[Note, ...]:
    r"""Write arrays into a file, whole or not at all, and return what is worth knowing about it; see `Writer`.

    Raises
    ------
    SaveError
        The file cannot be written; a file that was there is unharmed.
    DataError
        The format cannot hold these arrays.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = save_arrays(Path(folder) / "map.csv", "csv", {"map": np.array([[0.5, 2.0]])})
    ...     (Path(folder) / "map.csv").read_text()
    '0.5,2.0\n'
    """
    with atomic_file(path) as file:
        return DATA_FORMATS[format_id].write(arrays, file, limits, facts)


def formats_for(arrays: Arrays) -> tuple[DataFormat, ...]:
    """Return the formats that can hold these arrays.

    >>> [format.id for format in formats_for({"a": np.zeros((2, 3)), "b": np.zeros(4)})]
    ['npz', 'tiff', 'numpy_text', 'torch_text']
    """
    return tuple(format for format in DATA_FORMATS.values() if format.fits(arrays))


def the_array(arrays: Arrays, label: str) -> tuple[str, NDArray[Any]]:
    """Return the one array that there is, and its name; `DataError` with the format's label where there are others."""
    if len(arrays) != 1:
        raise DataError(
            "a {format} file holds one array, and there are {count}: choose NPZ, or save them one by one",
            format=label,
            count=len(arrays),
        )
    name, array = next(iter(arrays.items()))
    return name, numbers(array)


def planes(arrays: Arrays) -> list[tuple[str, NDArray[Any]]]:
    """Return all matrices in arrays with their names: those of one with more dimensions are numbered.

    >>> [(name, plane.shape) for name, plane in planes({"a": np.zeros((2, 3, 4)), "b": np.zeros(5)})]
    [('a_0', (3, 4)), ('a_1', (3, 4)), ('b', (1, 5))]
    """
    found = []
    for name, array in arrays.items():
        if not array.size:
            raise DataError("{name} holds no values: choose another", name=name)
        matrices = numbers(array).reshape((-1, *(1, 1, *array.shape)[-2:]))  # (..., H, W) -> (N, H, W)
        digits = len(str(max(len(matrices) - 1, 0)))
        found += [
            (name if len(matrices) == 1 else f"{name}_{index:0{digits}}", matrix)
            for index, matrix in enumerate(matrices)
        ]
    return found


def the_plane(arrays: Arrays, label: str) -> tuple[str, NDArray[Any]]:
    """Return the one matrix that there is, and its name; `DataError` with the format's label where there are more."""
    found = planes(arrays)
    if len(found) != 1:
        raise DataError(
            "a {format} file holds one map, and there are {count}: choose NPZ, or save them one by one",
            format=label,
            count=len(found),
        )
    return found[0]


def numbers(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of real numbers as it is; of others, no file can be made that is safe to open."""
    if array.dtype.kind not in "fiub":
        raise TypeError(f"an array of {array.dtype} holds no real numbers")
    return array


def unique_names(names: Sequence[str], plain: Callable[[str], str]) -> list[str]:
    """Return names made plain by a function, those that became alike told apart by a number.

    >>> unique_names(["a b", "a/b", "c"], lambda name: name.replace(" ", "_").replace("/", "_"))
    ['a_b', 'a_b_2', 'c']
    """
    taken: set[str] = set()
    result = []
    for name in map(plain, names):
        free, number = name, 2
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        result.append(free)
    return result


def _write_npy(
    arrays: Arrays, file: IO[bytes], _limits: Limits = None, _facts: Mapping[str, str] | None = None
) -> tuple[Note, ...]:
    """Write one array of any shape in NumPy's format."""
    np.lib.format.write_array(file, np.ascontiguousarray(the_array(arrays, "NPY")[1]), allow_pickle=False)
    return ()


def _write_npz(
    arrays: Arrays, file: IO[bytes], _limits: Limits = None, _facts: Mapping[str, str] | None = None
) -> tuple[Note, ...]:
    """Write arrays in NumPy's format for several; the same arrays give the same bytes."""
    names = unique_names(list(arrays), _member_name)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in zip(names, arrays.values(), strict=True):
            member = zipfile.ZipInfo(f"{name}.npy", _STAMP)
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, _UNIX
            with archive.open(member, "w", force_zip64=True) as inside:
                np.lib.format.write_array(inside, np.ascontiguousarray(numbers(array)), allow_pickle=False)
    return ()


def _member_name(name: str) -> str:
    """Return a name without the signs that are folders in an archive, or steer text."""
    return "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "_" for sign in name) or "array"


def _write_csv(
    arrays: Arrays, file: IO[bytes], _limits: Limits = None, _facts: Mapping[str, str] | None = None
) -> tuple[Note, ...]:
    """Write one map as rows of numbers between commas, with decimal points, and no digit lost."""
    for row in the_plane(arrays, "CSV")[1]:
        file.write((",".join(map(number_text, row.tolist())) + "\n").encode("ascii"))
    return ()


def _write_text(library: str) -> Writer:
    def write(
        arrays: Arrays, file: IO[bytes], _limits: Limits = None, _facts: Mapping[str, str] | None = None
    ) -> tuple[Note, ...]:
        """Write a Python module with a line for each array."""
        names = unique_names(list(arrays), _identifier)
        lines = io.StringIO()
        lines.write("import numpy as np\n" if library == "np" else "import torch\n")
        for name, array in zip(names, arrays.values(), strict=True):
            lines.write(f"\n{name} = ")
            lines.writelines(array_texts(numbers(array), library))
            lines.write("\n")
        file.write(lines.getvalue().encode())
        return ()

    return write


def _identifier(name: str) -> str:
    """Return a name that can stand before an equals sign.

    >>> [_identifier(name) for name in ("conv1.weight", "3x3", "np", "lambda", "input", "")]
    ['conv1_weight', 'array_3x3', 'array_np', 'array_lambda', 'array_input', 'array_']
    """
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain.isidentifier() and plain not in _TAKEN else f"array_{plain}"


_TAKEN = {"np", "torch", *dir(builtins), *keyword.kwlist}


def _write_tiff(
    arrays: Arrays, file: IO[bytes], _limits: Limits = None, facts: Mapping[str, str] | None = None
) -> tuple[Note, ...]:
    from . import data_pictures  # Pillow is a tenth of the time to the first window

    return data_pictures.write_tiff(planes(arrays), file, facts)


def _write_png(bits: int) -> Writer:
    def write(
        arrays: Arrays, file: IO[bytes], limits: Limits = None, facts: Mapping[str, str] | None = None
    ) -> tuple[Note, ...]:
        """Write one map as levels of grey."""
        from . import data_pictures  # as above

        name, plane = the_plane(arrays, "PNG")
        return data_pictures.write_png(plane, file, bits, limits, {"Title": name, **(facts or {})})

    return write


_ANY = 64  # as many dimensions as NumPy can have

DATA_FORMATS: dict[str, DataFormat] = {
    format.id: format
    for format in (
        DataFormat("npy", mark("NumPy array (NPY)"), ".npy", False, _ANY, _write_npy),
        DataFormat("npz", mark("NumPy arrays with names (NPZ)"), ".npz", True, _ANY, _write_npz),
        DataFormat("csv", mark("Table of numbers (CSV)"), ".csv", False, 2, _write_csv),
        DataFormat("tiff", mark("Floating-point picture (TIFF, 32 bits)"), ".tif", True, 2, _write_tiff),
        DataFormat("png8", mark("Grey picture (PNG, 8 bits)"), ".png", False, 2, _write_png(8)),
        DataFormat("png16", mark("Grey picture (PNG, 16 bits)"), ".png", False, 2, _write_png(16)),
        DataFormat("numpy_text", mark("Python text for NumPy"), ".py", True, _ANY, _write_text("np")),
        DataFormat("torch_text", mark("Python text for PyTorch"), ".py", True, _ANY, _write_text("torch")),
    )
}
"""All formats by their ids."""
