"""A session: all that is needed to go on working later, or on another computer, as one value and as one file.

A `.cnnx` file is a zip of `session.json` and of NumPy arrays: `image.npy`, `stage0_weight.npy`, `stage0_bias.npy`,
`picture.npy`, `edit0.npy`. Any program that reads zip, JSON and NPY can read it.
"""

from __future__ import annotations

import io
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast

import msgspec
import numpy as np

from .experiment import Experiment
from .files import write_file
from .messages import CLIPBOARD, SessionError, SettingError, storable, term
from .session_file import MAX_ALL_VALUES, MAX_FILE, Container, pack
from .session_model import (
    MAX_CHANNELS,
    MAX_TEXT_LENGTH,
    VERSION,
    ActivationData,
    ConvolutionData,
    EditData,
    FlattenData,
    ImageCode,
    NetworkData,
    NewerVersion,
    PoolingData,
    SessionData,
    StageData,
    decode,
    encode,
)
from .session_state import FilterEdit, NetworkState, Session
from .stages import Activation, Convolution, Flatten, Pooling, Stage, same_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .geometry import Sides

    Arrays = dict[str, NDArray[Any]]

SESSION_SUFFIX = ".cnnx"
_ZIP = b"PK"
_LEVELS: dict[ImageCode, NDArray[np.float64]] = {"unit": np.arange(256) / 255, "byte": np.arange(256.0)}


def save_session(session: Session, path: Path | str) -> None:
    """Write a session's file, whole or not at all; see `cnnexplorer.core.files.atomic_file`.

    Raises
    ------
    SaveError
        The file cannot be written; what was there before is unharmed.
    """
    write_file(path, session_bytes(session))


def load_session(path: Path | str, most_values: int = MAX_ALL_VALUES) -> Session:
    """Read a session's file.

    Parameters
    ----------
    most_values
        How many numbers its arrays may have together.

    Raises
    ------
    SessionError
        There is no session in it; the sentence says why, and what to do.
    """
    path = Path(path)
    label = path.name or str(path)
    with _opened(path, label) as file:
        return _read(file, label, most_values)


def session_bytes(session: Session) -> bytes:
    """Return a session as the bytes of its file: the same session gives the same bytes.

    Raises
    ------
    SettingError
        A `ValueError`: it holds more, or other numbers, than a session may.

    Examples
    --------
    >>> from cnnexplorer.core import Activation, Experiment, Session, session_bytes, session_from_bytes
    >>> session = Session(Experiment([[[1.0, -2.0]]], (Activation("relu"),)), step=(0, 1))
    >>> session_from_bytes(session_bytes(session)) == session
    True
    """
    if max(map(_channels, (session.experiment.image.shape, *session.experiment.shapes))) > MAX_CHANNELS:
        raise SettingError(
            "this work is too large for a session, whose maps have {limit} channels at most: use fewer filters",
            limit=MAX_CHANNELS,
        )
    arrays: Arrays = {}
    code, arrays["image"] = _code(session.experiment.image)
    stages = tuple(_stage_data(stage, index, arrays) for index, stage in enumerate(session.experiment.stages))
    network = None if session.network is None else _network_data(session.network, arrays)
    data = SessionData(VERSION, code, stages, session.step, session.view, network)
    try:
        text = encode(data)
    except ValueError as error:  # more stages, or other numbers, than a session may hold
        raise SettingError(
            "this cannot be saved as a session, which would not be opened again: {reason}", reason=error
        ) from error
    return pack(text, arrays)


def session_from_bytes(data: bytes, name: str = CLIPBOARD) -> Session:
    """Return the session in the bytes of a file; `name` is what sentences call them. Raises `SessionError`."""
    _check_size(len(data), name)
    return _read(io.BytesIO(data), name)


def is_session(path: Path) -> bool:
    """Tell whether a file is meant to be a session, by how it begins, else by its name; it may yet be damaged."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return file.read(2) == _ZIP or path.suffix.lower() == SESSION_SUFFIX
    except (OSError, ValueError):  # gone, or a name that no file can have: opening it will tell
        return path.suffix.lower() == SESSION_SUFFIX


# reading


@contextmanager
def _opened(path: Path, label: str) -> Iterator[IO[bytes]]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its writer
            raise SessionError("{file} is a folder, a device or a pipe: choose a file that ends in .cnnx", file=label)
        _check_size(status.st_size, label)
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise SessionError("{file} was not found: check that the file is still there", file=label) from error
    except PermissionError as error:
        raise SessionError(
            "{file} may not be read: allow reading it, or copy it to a folder of your own", file=label
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise SessionError("{file} cannot be read ({reason}): choose another file", file=label, reason=error) from error


def _check_size(size: int, label: str) -> None:
    if size == 0:
        raise SessionError("{file} is empty: choose another file", file=label)
    if size > MAX_FILE:
        raise SessionError(
            "{file} is a file of {size} MB, and sessions have {limit} MB at most: choose another file",
            file=label,
            size=-(-size // 2**20),
            limit=MAX_FILE // 2**20,
        )


def _read(file: IO[bytes], label: str, most_values: int = MAX_ALL_VALUES) -> Session:
    container = Container(file, label)
    try:
        data = decode(container.text())
    except NewerVersion as error:
        raise SessionError(
            "{file} was saved by a newer version of CNN Explorer: install that version to open it", file=label
        ) from error
    except ValueError as error:
        raise container.damaged("session.json") from error
    shapes = container.shapes(_names(data), most_values)
    try:
        stages = tuple(_stage(stage, index, container) for index, stage in enumerate(data.stages))
        shape = shapes["image"]
        most = _channels(shape)
        for stage in stages:  # before memory is taken for the image
            shape = stage.output_shape(shape)
            most = max(most, _channels(shape))
        if most > MAX_CHANNELS:  # each has a place in the window
            raise container.excess(term("too many channels"))
        network = data.network
        return Session(
            Experiment(_image(data.image, container.array("image")), stages),
            data.step,
            data.view,
            None if network is None else _network(network, container),
        )
    except SettingError as error:
        raise container.damaged(term("its settings do not fit each other")) from error
    except MemoryError as error:
        raise container.out_of_memory() from error


def _channels(shape: tuple[int, ...]) -> int:
    """Return the number of maps of a shape; a row of values has one."""
    return shape[0] if len(shape) == 3 else 1


def _names(data: SessionData) -> set[str]:
    """Return the arrays that belong to the data."""
    names = {"image"}
    if data.network is not None:
        names |= {"picture", *map(_edit_name, range(len(data.network.edits)))}
    for index, stage in enumerate(data.stages):
        if isinstance(stage, ConvolutionData):
            names.add(_weight_name(index))
            if stage.has_bias:
                names.add(_bias_name(index))
    return names


def _image(code: ImageCode, array: NDArray[Any]) -> NDArray[np.float64]:
    """Return an image from how it is stored."""
    if (array.dtype == np.uint8) != (code != "float"):
        raise SettingError("the numbers of this session's image are not of the kind that it says")
    if code == "float":
        return array
    image: NDArray[np.float64] = np.take(_LEVELS[code], array)
    image.flags.writeable = False
    return image


def _stage(data: StageData, index: int, container: Container) -> Stage:
    if isinstance(data, ConvolutionData):
        return Convolution(
            container.array(_weight_name(index)),
            container.array(_bias_name(index)) if data.has_bias else None,
            data.stride,
            data.padding,
            data.dilation,
            data.groups,
            data.padding_mode,
            data.flip,
        )
    if isinstance(data, ActivationData):
        return Activation(data.name, **data.parameters)
    if isinstance(data, PoolingData):
        return Pooling(
            data.operation, data.kernel_size, data.stride, data.padding, data.ceil_mode, data.count_include_pad
        )
    return Flatten()


def _network(data: NetworkData, container: Container) -> NetworkState:
    edits = tuple(
        FilterEdit(edit.layer, edit.filters, container.array(_edit_name(index)))
        for index, edit in enumerate(data.edits)
    )
    picture = _image(data.picture, container.array("picture"))
    return NetworkState(**{**msgspec.structs.asdict(data), "picture": picture, "edits": edits})


# writing


def _code(image: NDArray[np.float64]) -> tuple[ImageCode, NDArray[Any]]:
    """Return how an image is stored, and what: in an eighth of the bytes where it has the values of a picture file."""
    high = float(image.max())
    for code, levels in _LEVELS.items():
        if high <= levels[-1] and float(image.min()) >= 0:
            numbers = np.rint(image * (255 / levels[-1])).astype(np.uint8)
            if same_array(np.take(levels, numbers), image):
                return code, numbers
    return "float", image


def _stage_data(stage: Stage, index: int, arrays: Arrays) -> StageData:
    """Return a stage without its arrays, which go to `arrays`."""
    if isinstance(stage, Convolution):
        arrays[_weight_name(index)] = stage.weight
        if stage.bias is not None:
            arrays[_bias_name(index)] = stage.bias
        return ConvolutionData(
            stage.strides,
            cast("Sides | Literal['valid', 'same', 'full']", stage.padding),
            stage.dilations,
            stage.groups,
            stage.padding_mode,
            stage.flip,
            stage.bias is not None,
        )
    if isinstance(stage, Activation):
        return ActivationData(stage.name, dict(stage.parameters))
    if isinstance(stage, Pooling):
        top, _, left, _ = stage.sides
        return PoolingData(
            stage.kind, stage.kernel, stage.strides, (top, left), stage.ceil_mode, stage.count_include_pad
        )
    return FlattenData()


def _network_data(state: NetworkState, arrays: Arrays) -> NetworkData:
    """Return what a network's state says without the picture's pixels, which go to `arrays`."""
    code, arrays["picture"] = _code(state.picture)
    values = {name: getattr(state, name) for name in NetworkData.__struct_fields__}
    texts = {name: _text(value) for name, value in values.items() if isinstance(value, str)}
    for index, edit in enumerate(state.edits):
        arrays[_edit_name(index)] = edit.weights
    edits = tuple(EditData(edit.layer, edit.filters) for edit in state.edits)
    return NetworkData(**{**values, **texts, "picture": code, "edits": edits})


def _text(text: str) -> str:
    """Return a text as a session can hold it: a file's name may be long, and hold bytes that are no UTF-8."""
    return storable(text)[:MAX_TEXT_LENGTH]


def _weight_name(stage: int) -> str:
    return f"stage{stage}_weight"


def _bias_name(stage: int) -> str:
    return f"stage{stage}_bias"


def _edit_name(index: int) -> str:
    return f"edit{index}"
