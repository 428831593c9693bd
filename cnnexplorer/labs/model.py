"""What a lab is: frozen values that a TOML file is read into. `resources/labs/FORMAT.en.md` explains them to teachers.

Nothing here is computed: `setups` makes experiments of them, `checking` judges answers, `loading` reads and validates.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from .setup_model import (
    LOCKABLE,
    LONGEST_TEXT,
    MOST_PARTS,
    ActivationSpec,
    At,
    ConvolutionSetup,
    ConvolutionSpec,
    FlattenSpec,
    Lockable,
    NetworkSetup,
    Noise,
    PerturbationSpec,
    PoolingSpec,
    SessionSetup,
    Setup,
    ShortText,
    StageSpec,
    Text,
)
from .task_model import (
    ChoiceTask,
    ClickTask,
    Condition,
    FigureTask,
    FindTask,
    KnownMistake,
    MatrixTask,
    MeasureTask,
    NumberTask,
    Option,
    OrderTask,
    ReachTask,
    ShapeTask,
    Task,
    TextTask,
)

__all__ = [
    "FORMAT",
    "LOCKABLE",
    "LONGEST_TEXT",
    "MOST_HINTS",
    "MOST_PARTS",
    "MOST_STEPS",
    "ActivationSpec",
    "At",
    "ChoiceTask",
    "ClickTask",
    "Condition",
    "ConvolutionSetup",
    "ConvolutionSpec",
    "FigureTask",
    "FindTask",
    "FlattenSpec",
    "KnownMistake",
    "Lab",
    "Lockable",
    "MatrixTask",
    "MeasureTask",
    "NetworkSetup",
    "Noise",
    "NumberTask",
    "Option",
    "OrderTask",
    "PerturbationSpec",
    "PoolingSpec",
    "ReachTask",
    "SessionSetup",
    "Setup",
    "ShapeTask",
    "StageSpec",
    "Step",
    "Task",
    "Text",
    "TextTask",
]

FORMAT = 1  # the version of lab files that this program writes, and the newest that it reads

MOST_STEPS = 40
MOST_HINTS = 6


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a lab.

    Attributes
    ----------
    text
        What is told and asked, in the small Markdown of `markdown`.
    setup
        How the workspace is set before the student begins; where there is none it stays as it is. Pages that it hides
        stay closed until the step is done, also in the steps behind it.
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

    @property
    def asks_size(self) -> bool:
        """Whether the size of an output that is hidden tells what is asked for.

        A map that is asked for whole is as large as its answer, and a number that is written down may count its values.
        """
        task = self.task
        return isinstance(task, ShapeTask | MatrixTask) or (isinstance(task, NumberTask) and task.of is None)

    @property
    def closes(self) -> tuple[str, ...]:
        """The pages of the Network workspace that show what is asked for."""
        return self.setup.hide if isinstance(self.setup, NetworkSetup) else ()


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
