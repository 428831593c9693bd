"""Weights files: what is in them, or one sentence that says what is wrong. Nothing in a file is ever executed."""

from __future__ import annotations

import json
import pickle
import re
import stat
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from cnnexplorer.core.messages import UserError, shown

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 4 * 2**30
_MOST_TENSORS = 10_000
_MOST_PICKLED = 16 * 2**20  # the names and shapes; the numbers lie beside them
_MOST_WRAPPED = 8  # dictionaries in each other; one that holds itself has no end
_MOST_UNFOLDED = 4  # times the file's size
_WRAPPERS = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.")
_PROGRAM = re.compile(
    r"un(?:supported|recognized) (?:global: )?(?:GLOBAL|class|function) (?:<.*? )?([\w.]+)", re.IGNORECASE
)


class WeightsError(UserError):
    """Weights that cannot be used: which file, which layer, and what to do."""


def read_state_dict(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Return a weights file's tensors by name, as they lie in it but for prefixes, and its metadata.

    Reads `.safetensors`, and torch's files (old and new format) with `weights_only=True`: a state dict, or a dictionary
    that holds one as "state_dict". Names that all begin with "module." lose that.

    Raises
    ------
    WeightsError
        The file is not there, empty, cut, damaged, a program, or holds something other than named tensors.
    """
    try:
        start = _start_of(path)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise WeightsError("{file} cannot be read ({reason})", file=path.name, reason=_reason(error)) from error
    if not start:
        raise WeightsError("{file} is empty: copy or download it again", file=path.name)
    if start.lstrip()[:1] == b"<" or start.startswith(b"version https://git-lfs"):
        raise WeightsError("{file} is a text, not weights: the download gave a page in their place", file=path.name)
    if path.suffix.lower() == ".safetensors":
        tensors, metadata = _read_safetensors(path)
    else:
        tensors, metadata = _state_dict_in(_read_torch(path, start), path), {}
    if not tensors:
        raise WeightsError("{file} holds no weights: choose a file with a state dict", file=path.name)
    if len(tensors) > _MOST_TENSORS:
        raise WeightsError(
            "{file} holds {count} tensors, more than any network here has: choose another file",
            file=path.name,
            count=len(tensors),
        )
    return tensors, metadata


def as_float32(tensor: torch.Tensor, name: str, path: Path) -> torch.Tensor:
    """Return a weight as float32, whatever precision it was kept in."""
    if tensor.is_meta:
        raise WeightsError(
            "{file}: {layer} has a shape but no numbers: save the weights of a network that holds some",
            file=path.name,
            layer=name,
        )
    if not tensor.is_floating_point() or tensor.layout != torch.strided or tensor.is_quantized:
        raise WeightsError(
            "{file}: {layer} holds {type} numbers: weights are float16, bfloat16, float32 or float64",
            file=path.name,
            layer=name,
            type=str(tensor.dtype).removeprefix("torch."),
        )
    return tensor.detach().to("cpu", torch.float32).contiguous()


def _start_of(path: Path) -> bytes:
    """Return a file's first bytes; what could keep a reader waiting or fill the memory is refused before it is opened.

    A folder is left to the system, which says what it is.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise WeightsError("{file} is a device or a pipe: choose a file of weights", file=path.name)
    if status.st_size > _MOST_BYTES:
        raise WeightsError(
            "{file} is a file of {size:.1f} GB, and the most is {limit:.1f} GB: save a state dict without the rest",
            file=path.name,
            size=status.st_size / 1e9,
            limit=_MOST_BYTES / 1e9,
        )
    with path.open("rb") as file:
        return file.read(64)


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    # Read, not mapped into memory: who writes a mapped file anew changes the weights in use, or ends the program.
    try:
        data = path.read_bytes()
        tensors = safetensors.torch.load(data)
        metadata = dict(json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")]).get("__metadata__") or {})
    except (SafetensorError, OSError, ValueError, RuntimeError, LookupError, AssertionError) as error:
        raise _damaged(path) from error
    try:
        metadata["categories"] = tuple(str(shown(str(name))) for name in json.loads(metadata["categories"]))
    except (KeyError, ValueError, TypeError, RecursionError):
        metadata.pop("categories", None)
    return _without_prefix(tensors), metadata


def _read_torch(path: Path, start: bytes) -> Any:  # noqa: ANN401  # whatever the file holds
    if start.startswith(b"PK"):
        _check_archive(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        found = _PROGRAM.search(str(error))
        if found is None:
            raise _damaged(path) from error
        raise WeightsError(
            "{file} holds more than weights ({what}) and could run a program, so it was not opened: save its state "
            "dict only",
            file=path.name,
            what=found[1],
        ) from error
    except Exception as error:  # a foreign file can break the reader in any way
        raise _damaged(path) from error


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
        size = path.stat().st_size
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error
    pickled = sum(part.file_size for part in parts if part.filename.endswith(".pkl"))
    if pickled > _MOST_PICKLED or sum(part.file_size for part in parts) > _MOST_UNFOLDED * size:
        raise WeightsError(
            "{file} unfolds to far more than weights: choose a file that was written by torch.save", file=path.name
        )
    names = [part.filename for part in parts]
    if any(name.endswith("constants.pkl") for name in names):
        raise WeightsError(
            "{file} is a TorchScript program, not weights: save its state dict with torch.save", file=path.name
        )


def _damaged(path: Path) -> WeightsError:
    return WeightsError(
        "{file} is no weights file, or is cut or damaged: copy or download it again (.pth, .pt or .safetensors)",
        file=path.name,
    )


def _state_dict_in(content: object, path: Path) -> dict[str, torch.Tensor]:
    for _depth in range(_MOST_WRAPPED):
        if not isinstance(content, dict):
            break
        inner = next((content[key] for key in _WRAPPERS if isinstance(content.get(key), dict)), None)
        if inner is None:
            break
        content = inner
    if not isinstance(content, dict):
        raise WeightsError(
            "{file} holds {what}, not a state dict: names with tensors", file=path.name, what=type(content).__name__
        )
    tensors = {str(name): value for name, value in content.items() if isinstance(value, torch.Tensor)}
    return _without_prefix(tensors)


def _without_prefix(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    for prefix in _PREFIXES:
        if tensors and all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): value for name, value in tensors.items()}
    return tensors
