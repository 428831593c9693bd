"""What a session's JSON holds, as validated values; and how older versions of it become the present one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .session_pages import PagesState

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
"""The version that is written; all versions up to it are read."""

# from each older version, as plain values, to the one after it
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}

MAX_STAGES = 200
MAX_CHANNELS = 4096  # of an input, and filters of a stage: no layer of a network has more
MAX_NUMBER = 10**6  # of cells, channels, units: none is larger
MAX_TEXT_LENGTH = 500
MAX_SIDE = 2**14  # of a picture

Count = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
Size = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
Side = Annotated[int, Meta(ge=1, le=MAX_SIDE)]
Shift = Annotated[int, Meta(ge=-MAX_SIDE, le=MAX_SIDE)]
Share = Annotated[float, Meta(ge=0, le=1)]
Steps = Annotated[int, Meta(ge=0, le=2**53)]
Word = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=MAX_TEXT_LENGTH)]
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Speed = Annotated[float, Meta(gt=0, le=1000)]
Decimals = Annotated[int, Meta(ge=0, le=20)]

ViewKind = Literal["input", "padding", "stage"]
ViewKey = tuple[ViewKind, Annotated[int, Meta(ge=-1, le=MAX_STAGES)]]
"""A view of the Convolution workspace: ("input", -1), ("padding", stage) or ("stage", stage)."""

ImageCode = Literal["float", "unit", "byte"]
"""How an image's values are stored: as they are; or as bytes k that stand for k / 255, or for k."""


class LookState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the maps of one kind are shown: names of colour map and range, the fixed range, and decimals of numbers."""

    colour_map: Word = "grey"
    range_mode: Word = "map"
    low: float = 0.0
    high: float = 1.0
    decimals: Decimals = 2


class ShownChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which channel a view shows; None for all three as a picture."""

    kind: ViewKind
    stage: Annotated[int, Meta(ge=-1, le=MAX_STAGES)]
    channel: Count | None


class ViewState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the Convolution workspace shows an experiment, and which workspace is in front.

    Attributes
    ----------
    workspace
        "conv" or "net".
    looks
        By kind of view: "input", "convolution", "activation", "pooling", "flatten".
    channels
        The channel that each view shows; views that are not named show their first.
    selected, enlarged
        The view whose settings are shown, and the one that has all the room; None for none.
    spotlight, fill, loop
        Whether the present step is lit, maps fill cell by cell, and the steps begin again at the end.
    speed
        Steps a second.
    """

    workspace: Literal["conv", "net"] = "conv"
    looks: dict[Word, LookState] = {}
    channels: Annotated[tuple[ShownChannel, ...], Meta(max_length=2 * MAX_STAGES + 1)] = ()
    selected: ViewKey | None = None
    enlarged: ViewKey | None = None
    spotlight: bool = True
    fill: bool = False
    loop: bool = True
    speed: Speed = 2.0


class PerturbationState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done to the picture before a network sees it: the fields of `cnnexplorer.nets.Perturbation`."""

    noise: Annotated[float, Meta(ge=0, le=10)] = 0.0
    blur: Annotated[float, Meta(ge=0, le=100)] = 0.0
    brightness: Annotated[float, Meta(ge=-10, le=10)] = 0.0
    rotation: Annotated[float, Meta(ge=-3600, le=3600)] = 0.0
    shift: tuple[Shift, Shift] = (0, 0)
    patch_size: Annotated[int, Meta(ge=0, le=MAX_SIDE)] = 0
    patch: tuple[Share, Share] = (0.5, 0.5)
    seed: Seed = 0


class EditData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which filters of a layer were edited; their weights are an array."""

    layer: Word
    filters: Annotated[tuple[Count, ...], Meta(min_length=1, max_length=10_000)]


class NetworkData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of `NetworkState`, but for its arrays: of the picture there is only how it is stored."""

    id: Word
    weights: Literal["bundled", "imagenet", "random", "file"]
    weights_file: Text
    weights_sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    seed: Seed
    input_size: tuple[Side, Side] | None
    side: Side | None
    preprocess: bool
    page: Word
    layer: Word
    unit: Count
    row: Count | None
    column: Count | None
    title: Text
    perturbation: PerturbationState
    asked_class: Count | None
    picture: ImageCode
    edits: Annotated[tuple[EditData, ...], Meta(max_length=200)]
    pages: PagesState = PagesState()


class ConvolutionData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="convolution"):
    """A convolution, but for its weights and biases, which are arrays."""

    stride: tuple[Size, Size]
    padding: tuple[Count, Count, Count, Count] | Literal["valid", "same", "full"]
    dilation: tuple[Size, Size]
    groups: Size
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"]
    flip: bool
    has_bias: bool


class ActivationData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="activation"):
    """An activation."""

    name: Word
    parameters: dict[Word, float | Word]


class PoolingData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="pooling"):
    """A pooling; `operation` is "max" or "average"."""

    operation: Literal["max", "average"]
    kernel_size: tuple[Size, Size]
    stride: tuple[Size, Size]
    padding: tuple[Count, Count]
    ceil_mode: bool
    count_include_pad: bool


class FlattenData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="flatten"):
    """A flattening."""


StageData = ConvolutionData | ActivationData | PoolingData | FlattenData


class SessionData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole JSON, in the present version. Fields are never renamed or removed without a new version."""

    version: int
    image: ImageCode
    stages: Annotated[tuple[StageData, ...], Meta(max_length=MAX_STAGES)]
    step: tuple[Count, Steps] | None
    view: ViewState
    network: NetworkData | None


class NewerVersion(Exception):
    """The data is of a version that this program does not know."""


def encode(data: SessionData) -> bytes:
    """Return the data as JSON, the same bytes for the same values, for people to read too.

    Raises
    ------
    ValueError
        The data holds what could not be read back, such as a number that is not finite.
    """
    # read back first: what cannot be is told now, and 2 and 2.0 become the same
    checked = decode(msgspec.json.encode(data))
    return msgspec.json.format(msgspec.json.encode(checked, order="deterministic"), indent=1)


def decode(text: bytes) -> SessionData:
    """Return the data in JSON of any version up to the present one.

    Raises
    ------
    NewerVersion
        It is of a later version.
    ValueError
        It is none: `msgspec.ValidationError` and `msgspec.DecodeError` among others.
    """
    try:
        plain = msgspec.json.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(plain, dict) or type(plain.get("version")) is not int or plain["version"] < 1:
        raise ValueError("no version")
    if plain["version"] > VERSION:
        raise NewerVersion
    for version in range(plain["version"], VERSION):
        plain = MIGRATIONS[version](plain)
    return msgspec.convert(plain, SessionData)
