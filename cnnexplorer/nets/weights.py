"""Loading a network: weights that come with the program, published ones, a file's, or random ones."""

from __future__ import annotations

import hashlib
import math
import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from cnnexplorer.core.messages import SettingError

from .catalog import CATALOG, Entry, Size
from .network import ENLARGED, Network
from .state_files import WeightsError, as_float32, read_state_dict

if TYPE_CHECKING:
    from torch import nn

State = dict[str, torch.Tensor]
_MOST_CLASSES = 100_000  # a file of a few bytes can claim any number


def load_network(
    id: str,  # the catalogue's word
    weights: str | Path = "bundled",
    device: str | torch.device = "auto",
    seed: int = 0,
    *,
    input_size: int | Size | None = None,
    autocast: bool = False,
) -> Network:
    """Return a network with its weights.

    Parameters
    ----------
    id
        A name of the catalogue.
    weights
        "bundled" (with the program), "imagenet" (torchvision's, downloaded before), "random", or a file's path.
    device
        "auto" (the fastest), "cpu", "cuda" or "mps".
    seed
        Of the random weights: all of them, or those of the layers that a file lacks.
    input_size
        Side or (height, width) of the images; 224 by default.

    Raises
    ------
    WeightsError
        One sentence that names the file and the layer.
    SettingError
        A `ValueError`: no such network, or an input too small for it.
    """
    if id not in CATALOG:
        raise SettingError("there is no network “{id}”: use one of {ids}", id=id, ids=", ".join(CATALOG))
    entry = CATALOG[id]
    size = entry.input_size if input_size is None else input_size
    size = (size, size) if isinstance(size, int) else size
    categories: tuple[str, ...] = ()
    state: State = {}
    metadata: dict[str, Any] = {}
    classes, path = 1000, Path(str(weights))
    if weights == "bundled":
        path, state, metadata = _bundled(entry)
        categories = metadata.get("categories", ())
    elif weights == "imagenet":
        path = checked_imagenet_file(entry)
        state, _ = read_state_dict(path)
        categories = entry.categories
    elif weights != "random":
        path = Path(weights)
        state, metadata = read_state_dict(path)
        categories = metadata.get("categories", entry.categories if is_published_file(entry, path) else ())
    enlarged = ENLARGED if metadata.get("cropped") != "no" else 1.0
    pooled = _has_pooled_head(state, entry)
    if state:
        classes = _classes_in(state, entry, pooled)
    expected = _expected(entry, size, classes, pooled)
    if state:
        state = _fitting(state, expected, entry, path)
    layers = list(dict.fromkeys(_layer_of(key) for key in expected))
    have = {_layer_of(key) for key in state}
    return Network(
        id,
        _completed(state, expected, seed),
        device=device,
        classes=classes,
        categories=categories if len(categories) == classes else (),
        loaded=tuple(layer for layer in layers if layer in have),
        missing=tuple(layer for layer in layers if layer not in have),
        input_size=size,
        autocast=autocast,
        pooled=pooled,
        enlarged=enlarged,
    )


def imagenet_url(id: str) -> str:
    """Return where torchvision publishes a network's ImageNet weights.

    >>> imagenet_url("alexnet")
    'https://download.pytorch.org/models/alexnet-owt-7be5be79.pth'
    """
    published = CATALOG[id].published
    if published is None:
        raise WeightsError("there are no published weights of {network}", network=CATALOG[id].title)
    return str(published.url)


def imagenet_file(id: str) -> Path:
    """Return where torch keeps that file when it is downloaded: its usual cache."""
    return Path(torch.hub.get_dir()) / "checkpoints" / imagenet_url(id).rpartition("/")[2]


def sha256_prefix(name: str) -> str:
    """Return the first digits of the SHA-256 that torch puts into its files' names; empty where there are none.

    >>> sha256_prefix("alexnet-owt-7be5be79.pth")
    '7be5be79'
    """
    found = re.search(r"-([0-9a-f]{8,64})\.", name)
    return found[1] if found else ""


def checked_imagenet_file(entry: Entry) -> Path:
    """Return the downloaded file of published weights, checked against the hash in its name before it is read."""
    if entry.published is None:
        raise WeightsError(
            "there are no published ImageNet weights of {network}: choose random weights or a file of your own",
            network=entry.title,
        )
    path = imagenet_file(entry.id)
    if not path.is_file():
        raise WeightsError(
            "the ImageNet weights of {network} ({file}) are not downloaded yet: download them first",
            network=entry.title,
            file=path.name,
        )
    if not _has_right_hash(path):
        raise WeightsError(
            "{file} is not what torchvision published (its SHA-256 is another): delete it and download it again",
            file=str(path),
        )
    return path


def is_published_file(entry: Entry, path: Path) -> bool:
    """Tell whether a file is torchvision's own, by its name and its hash."""
    return entry.published is not None and path.name == imagenet_file(entry.id).name and _has_right_hash(path)


def _has_right_hash(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256_prefix(path.name))
    except OSError as error:
        raise WeightsError("{file} cannot be read ({reason})", file=path.name, reason=error.strerror) from error


def has_bundled_weights(id: str) -> bool:
    """Tell whether weights of a network come with the program."""
    return (files("cnnexplorer.resources") / "weights" / f"{id}.safetensors").is_file()


def _bundled(entry: Entry) -> tuple[Path, State, dict[str, Any]]:
    resource = files("cnnexplorer.resources") / "weights" / f"{entry.id}.safetensors"
    if not resource.is_file():
        raise WeightsError(
            "no weights of {network} come with the program: choose random weights, a file of your own, or the "
            "published ImageNet weights where there are some",
            network=entry.title,
        )
    with as_file(resource) as path:
        return path, *read_state_dict(path)


def _built(entry: Entry, size: Size, classes: int, pooled: bool) -> nn.Module:
    try:
        with torch.device("meta"):
            return entry.module(size, classes, pooled)
    except RuntimeError as error:
        raise SettingError(
            "an input of {height}×{width} is too small for {network}: use {minimum}×{minimum} or more",
            height=size[0],
            width=size[1],
            network=entry.title,
            minimum=entry.minimum_size,
        ) from error


def _expected(entry: Entry, size: Size, classes: int, pooled: bool = False) -> State:
    return dict(_built(entry, size, classes, pooled).state_dict())


def _layer_of(key: str) -> str:
    return key.rpartition(".")[0]


def _has_pooled_head(state: State, entry: Entry) -> bool:
    """Tell whether a file is of the network's variant with the small head: its last layer is there, and fits."""
    if entry.build_pooled is None:
        return False
    *_, (name, weight), _ = _expected(entry, entry.input_size, 1000, pooled=True).items()
    found = state.get(name)
    return found is not None and found.ndim == 2 and found.shape[1:] == weight.shape[1:]


def _classes_in(state: State, entry: Entry, pooled: bool) -> int:
    """Return the number of classes: as many as the file's last layer has, if the rest of it fits; else 1000."""
    weight, expected = next(reversed(_expected(entry, entry.input_size, 1000, pooled).items()))
    last = f"{_layer_of(weight)}.weight"
    found, bias = state.get(last), state.get(weight)
    if found is None or bias is None or found.ndim != 2 or bias.shape != found.shape[:1]:
        return len(expected)
    return len(found) if 1 <= len(found) <= _MOST_CLASSES else len(expected)


def _fitting(state: State, expected: State, entry: Entry, path: Path) -> State:
    """Return the file's tensors as float32, each of the right shape; whole layers may be missing."""
    state = {key: value for key, value in state.items() if not key.startswith(entry.unused or ("\0",))}
    if not state.keys() & expected.keys():
        raise _another_network(state, entry, path)
    for key, value in state.items():
        if key not in expected:
            raise WeightsError("{file}: {network} has no layer {layer}", file=path.name, network=entry.title, layer=key)
        if value.shape != expected[key].shape:
            raise WeightsError(
                "{file}: {layer} is {shape}, but {right} in {network}",
                file=path.name,
                layer=key,
                shape=_written(value),
                right=_written(expected[key]),
                network=entry.title,
            )
    layers = {_layer_of(key) for key in state}
    for key in expected:
        if _layer_of(key) in layers and key not in state and not key.endswith("num_batches_tracked"):
            raise WeightsError("{file}: {layer} is missing, though its layer is there", file=path.name, layer=key)
    fitting = {
        key: value if key.endswith("num_batches_tracked") else as_float32(value, key, path)
        for key, value in state.items()
    }
    for key, value in fitting.items():
        if not value.isfinite().all():
            raise WeightsError("{file}: {layer} holds infinite numbers or none at all", file=path.name, layer=key)
    return fitting


def _another_network(state: State, entry: Entry, path: Path) -> WeightsError:
    fitting = {}
    for other in CATALOG.values():
        expected = _expected(other, other.input_size, 1000)
        fitting[other.title] = sum(key in expected and expected[key].shape == state[key].shape for key in state)
    best = max(fitting, key=lambda title: fitting[title])
    if fitting[best]:
        return WeightsError(
            "{file} holds weights of {other}, not of {network}: open that network first",
            file=path.name,
            other=best,
            network=entry.title,
        )
    return WeightsError(
        "{file} holds no layer of {network}: its first is {layer}",
        file=path.name,
        network=entry.title,
        layer=next(iter(state), "–"),
    )


def _written(tensor: torch.Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "1"


def _completed(state: State, expected: State, seed: int) -> State:
    """Return all weights in the module's order; what is missing is drawn at random, each tensor with its own seed."""
    return {
        key: state[key] if key in state else _drawn(key, tuple(shape.shape), seed * 1000 + index)
        for index, (key, shape) in enumerate(expected.items())
    }


def _drawn(key: str, shape: tuple[int, ...], seed: int) -> torch.Tensor:
    """Return weights as He et al. (2015) draw them, uniformly; biases 0, normalisation that changes nothing."""
    if key.endswith("num_batches_tracked"):
        return torch.zeros((), dtype=torch.long)
    if len(shape) == 1:
        one = key.endswith(("running_var", "bn.weight"))
        return torch.ones(shape) if one else torch.zeros(shape)
    bound = math.sqrt(6 / math.prod(shape[1:]))
    return torch.empty(shape).uniform_(-bound, bound, generator=torch.Generator().manual_seed(seed % 2**63))
