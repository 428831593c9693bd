"""What a lab is: frozen values that a TOML file is read into. `resources/labs/FORMAT.en.md` explains them to teachers.

Nothing here is computed: `setups` makes experiments of them, `checking` judges answers, `loading` reads and validates.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

FORMAT = 1  # the version of lab files that this program writes, and the newest that it reads

LONGEST_TEXT = 6_000
MOST_STEPS = 40
MOST_HINTS = 6
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


class PerturbationSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """What is done to the picture before the network sees it; names and units as on the Robustness page."""

    noise: Share = 0.0
    blur: Share = 0.0
    brightness: float = 0.0
    rotation: float = 0.0
    shift: Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] = (0, 0)
    patch_size: Count = 0
    patch: Annotated[tuple[float, ...], Meta(min_length=2, max_length=2)] = (0.5, 0.5)
    seed: Count = 0


class NetworkSetup(Struct, frozen=True, forbid_unknown_fields=True, tag="network", tag_field="workspace"):
    """Settings of the Network workspace; what is left out stays as the student has it."""

    network: Literal["alexnet2012", "alexnet", "vgg16", "googlenet"] = "alexnet2012"
    weights: Literal["bundled", "imagenet", "random"] = "bundled"
    seed: Count = 0
    page: Literal["overview", "architecture", "filters", "maps", "number", "answer", "robustness", "why"] | None = None
    layer: ShortText = ""
    unit: Index = 0
    cell: Cell | None = None
    picture: ShortText = ""
    perturbation: PerturbationSpec | None = None


class SessionSetup(Struct, frozen=True, forbid_unknown_fields=True, tag="session", tag_field="workspace"):
    """A session that was saved into the lab's folder, by its file name."""

    file: Name


Setup = ConvolutionSetup | NetworkSetup | SessionSetup

Lockable = Literal[
    "image", "stages", "kernel", "kernel_size", "filters", "bias", "stride", "padding", "padding_mode", "dilation",
    "groups", "flip", "activation", "pooling", "network", "weights", "picture", "perturbation", "edit_filters",
]  # fmt: skip
LOCKABLE: tuple[str, ...] = Lockable.__args__  # type: ignore[attr-defined]


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


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a lab.

    Attributes
    ----------
    text
        What is told and asked, in the small Markdown of `markdown`.
    setup
        How the workspace is set before the student begins; where there is none it stays as it is.
    locked, free
        What may not be changed; or the only things that may. Not both. Where neither is given nothing is locked, but
        in a step that hides an output everything is: another stage behind it would show the hidden values. What is
        locked is so until the step is solved.
    task
        What is asked; None for a step that is only read.
    hints
        From a nudge to nearly the answer. Where there are none, those that the program computes are given.
    diagnosis
        Whether a wrong answer is explained by the usual mistakes.
    explanation
        Told when the step is solved, or its answer was shown.
    points
        The weight of the step in the score.
    """

    text: Text
    title: Text = Text()
    setup: Setup | None = None
    locked: Annotated[tuple[Lockable, ...], Meta(max_length=40)] | None = None
    free: Annotated[tuple[Lockable, ...], Meta(max_length=40)] | None = None
    task: Task | None = None
    hints: Annotated[tuple[Text, ...], Meta(max_length=MOST_HINTS)] = ()
    diagnosis: bool = True
    explanation: Text = Text()
    points: Annotated[float, Meta(ge=0, le=100)] = 1.0

    @property
    def is_marked(self) -> bool:
        """Whether an answer is right or wrong, so that it counts in the score."""
        return self.task is not None and not isinstance(self.task, TextTask)

    def allows(self, what: str) -> bool:
        """Tell whether the student may change something of `LOCKABLE`.

        >>> Step(Text(en="?"), free=("stride",)).allows("kernel")
        False
        """
        if self.free is not None:
            return what in self.free
        if self.locked is not None:
            return what not in self.locked
        return not (isinstance(self.setup, ConvolutionSetup) and self.setup.hide)


class Lab(Struct, frozen=True, forbid_unknown_fields=True):
    """A lab: what stands in one TOML file."""

    format: Annotated[int, Meta(ge=1)]
    title: Text
    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=MOST_STEPS)]
    level: Literal["beginner", "intermediate", "advanced"] = "beginner"
    minutes: Annotated[int, Meta(ge=1, le=600)] = 15
    aims: Annotated[tuple[Text, ...], Meta(max_length=10)] = ()
    author: ShortText = ""
    licence: ShortText = ""
