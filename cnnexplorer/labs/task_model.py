"""The tasks of a lab's steps; see `model`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from .setup_model import (
    MOST_PARTS,
    At,
    Cell,
    Index,
    Name,
    Numbers,
    PerturbationSpec,
    Setup,
    Share,
    ShortText,
    Size,
    Text,
)


class KnownMistake(Struct, frozen=True, forbid_unknown_fields=True):
    """A wrong answer that the teacher expects, and what is said to it."""

    answer: float | Annotated[tuple[int, ...], Meta(max_length=3)]
    says: Text


class NumberTask(Struct, frozen=True, forbid_unknown_fields=True, tag="number", tag_field="kind"):
    """A number is typed. The right one is written down, or it is an output cell (`of`) of the step's experiment.

    `sign` asks for the cell's sign only.
    """

    answer: float | None = None
    of: At | None = None
    sign: bool = False
    tolerance: Share = 0.0
    unit: Text = Text()
    mistakes: Annotated[tuple[KnownMistake, ...], Meta(max_length=MOST_PARTS)] = ()


class ShapeTask(Struct, frozen=True, forbid_unknown_fields=True, tag="shape", tag_field="kind"):
    """A size is typed: height and width, or maps, height and width. Written down, or of a stage's output."""

    answer: Annotated[tuple[Size, ...], Meta(min_length=2, max_length=3)] | None = None
    stage: Index | None = None
    maps: bool = False
    mistakes: Annotated[tuple[KnownMistake, ...], Meta(max_length=MOST_PARTS)] = ()


class MatrixTask(Struct, frozen=True, forbid_unknown_fields=True, tag="matrix", tag_field="kind"):
    """A small matrix is typed: written down, or one map of a stage's output."""

    answer: Numbers | None = None
    stage: Index | None = None
    channel: Index = 0
    tolerance: Share = 0.0


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the options of a choice; `says` is told to whoever chooses it."""

    text: Text
    right: bool = False
    says: Text = Text()


class ChoiceTask(Struct, frozen=True, forbid_unknown_fields=True, tag="choice", tag_field="kind"):
    """One option is chosen, or with `several` all that are right. They are shown in another order."""

    options: Annotated[tuple[Option, ...], Meta(min_length=2, max_length=MOST_PARTS)]
    several: bool = False
    shuffle: bool = True


class OrderTask(Struct, frozen=True, forbid_unknown_fields=True, tag="order", tag_field="kind"):
    """Items are put in order; the file gives them in the right one."""

    items: Annotated[tuple[Text, ...], Meta(min_length=2, max_length=MOST_PARTS)]


class ClickTask(Struct, frozen=True, forbid_unknown_fields=True, tag="click", tag_field="kind"):
    """Cells are clicked in a view of the Convolution workspace.

    Exactly one of these says which: `cells` (written down), `winner_of` (an output cell of a max pooling),
    `receptive_field_of` (all cells of the image that an output cell sees; a rectangle is marked), `largest` or
    `smallest` (any cell that holds the extreme of the map).

    `view` is the stage whose output is clicked, -1 for the image; `channel` its map.
    """

    view: Annotated[int, Meta(ge=-1, le=100)] = -1
    channel: Index = 0
    cells: Annotated[tuple[Cell, ...], Meta(min_length=1, max_length=400)] | None = None
    every: bool = True
    winner_of: At | None = None
    receptive_field_of: At | None = None
    largest: bool = False
    smallest: bool = False


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that must hold in the state that is to be reached.

    `what` says what is looked at, `stage` of which stage (from 0; -1 is the last), and exactly one of `equals`,
    `at_least`, `at_most`, `all_zero`, `one_of` what it must be. `says` is told while it does not hold.

    | what | is |
    | --- | --- |
    | "size" | height and width of a stage's output |
    | "shape" | maps, height and width |
    | "value" | an output cell (`channel`, `row`, `column`) |
    | "output" | a whole map (`channel`), or all maps for `all_zero` |
    | "kernel" | a filter's plane (`channel` is the filter, `plane` the plane), or all weights for `all_zero` |
    | "kernel_size", "stride", "padding", "dilation", "bias", "filters", "groups", "flip" | a setting of a stage |
    | "pooling" | "max" or "average" |
    | "activation" | its name |
    | "stages" | the kinds of all stages, in order |
    | "maximum", "minimum", "mean", "zeros" | a figure of one map; "zeros" is the share of zeros |
    | "image" | the image itself, compared with a sample's name or a matrix |
    | "network", "page", "layer", "unit", "picture", "noise", "blur", "brightness", "rotation", "patch_size" | the \
Network workspace's |
    """

    what: Literal[
        "size", "shape", "value", "output", "kernel", "kernel_size", "stride", "padding", "dilation", "bias", "filters",
        "groups", "flip", "pooling", "activation", "stages", "maximum", "minimum", "mean", "zeros", "image", "network",
        "page", "layer", "unit", "picture", "noise", "blur", "brightness", "rotation", "patch_size",
    ]  # fmt: skip
    stage: Annotated[int, Meta(ge=-1, le=100)] = 0
    channel: Index = 0
    plane: Index = 0
    row: Index = 0
    column: Index = 0
    equal: float | bool | str | Numbers | None = field(default=None, name="equals")
    at_least: float | None = None
    at_most: float | None = None
    all_zero: bool | None = None
    one_of: Annotated[tuple[Any, ...], Meta(min_length=1, max_length=MOST_PARTS)] | None = None
    tolerance: Share = 1e-6
    says: Text = Text()


class ReachTask(Struct, frozen=True, forbid_unknown_fields=True, tag="reach", tag_field="kind"):
    """The live workspace is brought into a state where all conditions hold.

    `example` is one way to get there: settings of the Convolution workspace, for the button that shows the answer.
    """

    conditions: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=MOST_PARTS)]
    example: Setup | None = None


class FindTask(Struct, frozen=True, forbid_unknown_fields=True, tag="find", tag_field="kind"):
    """A unit (a filter, a map) of a network's layer is found.

    Either `accepted` writes down which will do, or `measure` ranks them and the first `among` will do: "response" (the
    mean of the map behind a ReLU), "norm" (of the filter), "colourfulness" (the share of the filter's energy that is
    not grey), "similarity" (of the filter to the hand-made `kernel`, the sign ignored): those of the Filters page.
    """

    layer: Name
    accepted: Annotated[tuple[Index, ...], Meta(min_length=1, max_length=500)] | None = None
    measure: Literal["response", "norm", "colourfulness", "similarity"] | None = None
    kernel: ShortText = ""
    among: Annotated[int, Meta(ge=1, le=200)] = 1
    lowest: bool = False


class MeasureTask(Struct, frozen=True, forbid_unknown_fields=True, tag="measure", tag_field="kind"):
    """How far layers are from those of the clean picture is read off on the Robustness page, a number for each layer.

    Where the live workspace can tell the numbers these count, else the ones written down in `answers`. `tolerance` is
    a share of the right number.
    """

    layers: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=8)]
    quantity: Literal["distance", "correlation"] = "distance"
    perturbation: PerturbationSpec | None = None
    answers: Annotated[tuple[float, ...], Meta(max_length=8)] | None = None
    tolerance: Share = 0.05


class FigureTask(Struct, frozen=True, forbid_unknown_fields=True, tag="figure", tag_field="kind"):
    """Figures of what is on screen are taken into the report."""

    count: Annotated[int, Meta(ge=1, le=6)] = 1
    of: Text = Text()


class TextTask(Struct, frozen=True, forbid_unknown_fields=True, tag="text", tag_field="kind"):
    """Free text; nothing checks it but the number of words, and the teacher reads it."""

    words: Annotated[int, Meta(ge=1, le=300)] = 3


Task = (
    NumberTask | ShapeTask | MatrixTask | ChoiceTask | OrderTask | ClickTask | ReachTask | FindTask | MeasureTask
    | FigureTask | TextTask
)  # fmt: skip
