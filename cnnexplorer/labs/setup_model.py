"""The set-ups of a lab's steps, and what all parts of a lab are made of; see `model`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cnnexplorer.core.session_model import PerturbationState

LONGEST_TEXT = 6_000
MOST_PARTS = 24

ShortText = Annotated[str, Meta(max_length=300)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Index = Annotated[int, Meta(ge=0, le=100_000)]
Share = Annotated[float, Meta(ge=0.0)]
Size = Annotated[int, Meta(ge=1, le=10_000)]
Cell = Annotated[tuple[Index, ...], Meta(min_length=2, max_length=2)]
Numbers = tuple[Any, ...]  # nested rows; checked when an array is made of them


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """A text in the program's languages; where one is missing, the other stands in for it."""

    en: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    es: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""

    def of(self, language: str) -> str:
        """Return the text in a language ("en" or "es").

        >>> Text(en="edge", es="borde").of("es"), Text(en="edge").of("es")
        ('borde', 'edge')
        """
        return (self.es or self.en) if language == "es" else (self.en or self.es)


class ConvolutionSpec(Struct, frozen=True, forbid_unknown_fields=True, tag="convolution", tag_field="kind"):
    """A convolution: `filters` are names of presets ("sobel_vertical"), matrices, or lists of planes."""

    filters: Annotated[tuple[Any, ...], Meta(min_length=1, max_length=16)] = ("sobel_vertical",)
    bias: tuple[float, ...] | None = None
    stride: int | Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = 1
    padding: int | Annotated[tuple[int, ...], Meta(min_length=2, max_length=4)] | Literal["valid", "same", "full"] = 0
    dilation: int | Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = 1
    groups: int = 1
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"
    flip: bool = False


class ActivationSpec(Struct, frozen=True, forbid_unknown_fields=True, tag="activation", tag_field="kind"):
    """An activation, with torch's names and parameters."""

    name: Name = "relu"
    parameters: dict[str, float | str] = {}  # msgspec copies it


class PoolingSpec(Struct, frozen=True, forbid_unknown_fields=True, tag="pooling", tag_field="kind"):
    """A pooling; the stride is the window's size unless given."""

    takes: Literal["max", "average"] = "max"
    size: int | Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = 2
    stride: int | Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] | None = None
    padding: int | Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = 0
    ceil_mode: bool = False
    count_include_pad: bool = True


class FlattenSpec(Struct, frozen=True, forbid_unknown_fields=True, tag="flatten", tag_field="kind"):
    """All values in one row."""


StageSpec = ConvolutionSpec | ActivationSpec | PoolingSpec | FlattenSpec


class Noise(Struct, frozen=True, forbid_unknown_fields=True):
    """Noise on the picture of the Convolution workspace."""

    kind: Literal["gaussian", "salt_pepper"] = "gaussian"
    amount: Share = 0.1
    seed: Count = 0


class At(Struct, frozen=True, forbid_unknown_fields=True):
    """An output cell: which stage (from 0), which map, row and column."""

    stage: Index = 0
    channel: Index = 0
    row: Index = 0
    column: Index = 0


class ConvolutionSetup(Struct, frozen=True, forbid_unknown_fields=True, tag="convolution", tag_field="workspace"):
    """Settings of the Convolution workspace.

    `image` is the name of a sample, a file in the lab's folder ("street.png"), a matrix, or a list of planes. `hide`
    are stages whose output the student does not see until the step is solved. `at` is the step that is shown.
    """

    image: str | Numbers = "digit"
    grey: bool = False
    noise: Noise | None = None
    stages: Annotated[tuple[StageSpec, ...], Meta(max_length=24)] = ()
    hide: Annotated[tuple[Index, ...], Meta(max_length=24)] = ()
    at: At | None = None


class PerturbationSpec(PerturbationState, frozen=True, forbid_unknown_fields=True):
    """What is done to the picture before the network sees it; names and units as on the Robustness page.

    Fields and bounds are those of a session.
    """

    seed: Count = 0


Page = Literal["overview", "architecture", "filters", "maps", "number", "answer", "robustness", "why"]


class NetworkSetup(Struct, frozen=True, forbid_unknown_fields=True, tag="network", tag_field="workspace"):
    """Settings of the Network workspace; what is left out stays as the student has it.

    `hide` are pages that are closed, because they show what the step asks for, until it is solved.
    """

    network: Literal["alexnet2012", "alexnet", "vgg16", "googlenet"] = "alexnet2012"
    weights: Literal["bundled", "imagenet", "random"] = "bundled"
    seed: Count = 0
    page: Page | None = None
    layer: ShortText = ""
    unit: Index = 0
    cell: Cell | None = None
    picture: ShortText = ""
    perturbation: PerturbationSpec | None = None
    hide: Annotated[tuple[Page, ...], Meta(max_length=8)] = ()


class SessionSetup(Struct, frozen=True, forbid_unknown_fields=True, tag="session", tag_field="workspace"):
    """A session that was saved into the lab's folder, by its file name."""

    file: Name


Setup = ConvolutionSetup | NetworkSetup | SessionSetup

Lockable = Literal[
    "image", "stages", "kernel", "kernel_size", "filters", "bias", "stride", "padding", "padding_mode", "dilation",
    "groups", "flip", "activation", "pooling", "network", "weights", "picture", "perturbation", "edit_filters",
]  # fmt: skip
LOCKABLE: tuple[str, ...] = Lockable.__args__  # type: ignore[attr-defined]
