"""How far a student is in a lab: frozen, replaced at every answer, and written as JSON so that nothing is ever lost.

Time comes from outside, as seconds and as ISO texts: so everything here is pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from cnnexplorer.core.messages import mark

from .asked import DIGITS, asked_of
from .model import MOST_STEPS
from .sayings import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .loading import LabFile
    from .model import Lab, Step
    from .verdict import Verdict

FORMAT = 1
LARGEST_FILE = 40_000_000  # bytes
LONGEST_ANSWER = 5_000
MOST_KEPT = 50  # wrong answers of a step that are kept
MOST_PARTS = 2_000  # of an answer: cells, options, lines
MOST_FIGURES = 6
LARGEST_FIGURE = 3_000_000  # bytes

PER_TRY = 0.25  # what a wrong answer takes off
PER_HINT = 0.1
LEAST = 0.2  # what a solved step is worth after all

_SCORING = mark(
    "Each wrong answer takes {wrong} % off the points of its step, each hint {hint} %; a step that is solved gives "
    "{least} % at least. An answer that is shown gives no points."
)

_OTHER_LAB = mark("the progress belongs to another lab, or the lab was changed: begin it again")

MOST_TRIES = 100_000
MOST_SECONDS = 1e8  # three years

Seconds = Annotated[float, Meta(ge=0, le=MOST_SECONDS)]
Tries = Annotated[int, Meta(ge=0, le=MOST_TRIES)]
Status = Literal["open", "solved", "noted", "shown", "read"]
Draft = Annotated[tuple[Annotated[str, Meta(max_length=LONGEST_ANSWER)], ...], Meta(max_length=MOST_PARTS)]


class Figure(Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that was taken: a caption and a PNG file."""

    caption: Annotated[str, Meta(max_length=2_000)]
    png: bytes


class Answered(Struct, frozen=True, forbid_unknown_fields=True):
    """One try: what was answered, as people read it, whether it was right, and which mistakes were recognised."""

    answer: Annotated[str, Meta(max_length=LONGEST_ANSWER)]
    right: bool
    mistakes: tuple[str, ...] = ()


class StepProgress(Struct, frozen=True, forbid_unknown_fields=True):
    """How far one step is.

    Attributes
    ----------
    status
        "open"; "solved"; "noted": answered, and nothing checks it; "shown": the answer was shown; "read": seen, where
        nothing is asked.
    tries, answers
        How many answers were judged, and the latest of them.
    hints
        How many hints were read.
    seconds
        Time spent on the step.
    draft, judged
        What stands in the field, as its parts in texts; and whether it is what was judged last.
    anew
        Whether something else was asked when the step was worked on: what was answered then is gone.
    """

    status: Status = "open"
    tries: Tries = 0
    hints: Tries = 0
    seconds: Seconds = 0.0
    answers: tuple[Answered, ...] = ()
    figures: Annotated[tuple[Figure, ...], Meta(max_length=MOST_FIGURES)] = ()
    draft: Draft = ()
    judged: bool = False
    anew: bool = False

    @property
    def done(self) -> bool:
        """Whether there is nothing more to do in it."""
        return self.status != "open"


class Progress(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a student is in a lab; `asked` are the digests of what its steps ask, see `asked_of`."""

    lab: Annotated[str, Meta(max_length=200)]
    digest: Annotated[str, Meta(max_length=64)]
    steps: Annotated[tuple[StepProgress, ...], Meta(min_length=1, max_length=MOST_STEPS)]
    student: Annotated[str, Meta(max_length=200)] = ""
    position: Tries = 0
    started: Annotated[str, Meta(max_length=40)] = ""
    changed: Annotated[str, Meta(max_length=40)] = ""
    format: int = FORMAT
    asked: Annotated[tuple[Annotated[str, Meta(max_length=DIGITS)], ...], Meta(max_length=MOST_STEPS)] = ()

    @property
    def finished(self) -> bool:
        """Whether every step is done with."""
        return all(step.done for step in self.steps)

    @property
    def seconds(self) -> float:
        """The time spent on all steps, each to a tenth as reports have it."""
        return sum(round(step.seconds, 1) for step in self.steps)

    @property
    def to_redo(self) -> tuple[int, ...]:
        """The steps, from 0, that ask something else since they were worked on, and are not done yet."""
        return tuple(index for index, step in enumerate(self.steps) if step.anew and not step.done)


def new_progress(lab: LabFile, student: str = "", now: str = "") -> Progress:
    """Return the progress of a student who begins a lab."""
    steps = (StepProgress(),) * len(lab.lab.steps)
    return Progress(lab.id, lab.digest, steps, student, 0, now, now, asked=asked_of(lab.lab))


def moved(progress: Progress, position: int, now: str = "") -> Progress:
    """Return the progress at another step; a step without a task that was seen counts as read."""
    position = min(max(position, 0), len(progress.steps) - 1)
    return replace(progress, position=position, changed=now or progress.changed)


def read(progress: Progress, index: int) -> Progress:
    """Return the progress with a step that asks nothing taken as read."""
    return _with_step(progress, index, replace(progress.steps[index], status="read"))


def spent(progress: Progress, index: int, seconds: float) -> Progress:
    """Return the progress with time added to a step."""
    step = progress.steps[index]
    return _with_step(progress, index, replace(step, seconds=min(step.seconds + max(seconds, 0.0), MOST_SECONDS)))


def answered(progress: Progress, index: int, answer: str, verdict: Verdict, now: str = "") -> Progress:
    """Return the progress after an answer; one that is asked for again changes nothing.

    A step that is done stays done: trying on for fun costs nothing.
    """
    step = progress.steps[index]
    if verdict.outcome == "again":
        return progress
    if step.status in ("solved", "shown") or (step.status == "noted" and verdict.outcome != "noted"):
        return progress
    if verdict.outcome == "noted":
        kept = Answered(answer[:LONGEST_ANSWER], True)
        noted = replace(step, status="noted", tries=1, answers=(kept,))  # free text may be written anew
        return _with_step(progress, index, noted, now)
    one = Answered(answer[:LONGEST_ANSWER], verdict.correct, tuple(verdict.mistakes))
    changed = replace(
        step,
        status="solved" if verdict.correct else "open",
        tries=min(step.tries + 1, MOST_TRIES),
        answers=(*step.answers, one)[-MOST_KEPT:],
    )
    return _with_step(progress, index, changed, now)


def drafted(progress: Progress, index: int, draft: tuple[str, ...], judged: bool = False, now: str = "") -> Progress:
    """Return the progress with what stands in the field of a step; the answer that solved a step stays."""
    step = progress.steps[index]
    if step.status == "solved" and not judged:
        return progress
    short = tuple(part[:LONGEST_ANSWER] for part in draft[:MOST_PARTS])
    if short == step.draft and (step.judged or not judged):
        return progress
    return _with_step(progress, index, replace(step, draft=short, judged=judged), now)


def hint_taken(progress: Progress, index: int, now: str = "") -> Progress:
    """Return the progress after one more hint; after the step is done hints are free."""
    step = progress.steps[index]
    if step.done:
        return progress
    return _with_step(progress, index, replace(step, hints=min(step.hints + 1, MOST_TRIES)), now)


def answer_shown(progress: Progress, index: int, now: str = "") -> Progress:
    """Return the progress after the answer was shown: the step is done, for no points."""
    step = progress.steps[index]
    return progress if step.done else _with_step(progress, index, replace(step, status="shown"), now)


def figure_taken(progress: Progress, index: int, figure: Figure, now: str = "") -> Progress:
    """Return the progress with a figure more in a step; the oldest goes where there are too many.

    Raises
    ------
    ReportError
        The figure is no PNG, or too large.
    """
    if not figure.png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ReportError("the figure is no PNG picture")
    if len(figure.png) > LARGEST_FIGURE:
        raise ReportError("the figure is too large for a report: take it at a smaller scale")
    step = progress.steps[index]
    return _with_step(progress, index, replace(step, figures=(*step.figures, figure)[-MOST_FIGURES:]), now)


def step_score(step: Step, progress: StepProgress) -> float:
    """Return what a step has earned, 0 to its points: each wrong answer and each hint takes something off."""
    if not step.is_marked or progress.status != "solved":
        return 0.0
    return worth(step.points, progress.tries, progress.hints)


def worth(points: float, tries: int, hints: int) -> float:
    """Return what a solved step gives of its points after a number of tries, the right one counted along, and hints.

    >>> worth(2, 2, 1)
    1.3
    """
    return points * max(1 - PER_TRY * max(tries - 1, 0) - PER_HINT * hints, LEAST)


def scoring(translate: Callable[[str], str]) -> str:
    """Return how points are counted, in words."""
    return translate(_SCORING).format(wrong=round(100 * PER_TRY), hint=round(100 * PER_HINT), least=round(100 * LEAST))


def score(lab: Lab, progress: Progress) -> tuple[float, float]:
    """Return what was earned, and what could be: steps that nothing checks count for neither."""
    earned = sum(step_score(step, done) for step, done in zip(lab.steps, progress.steps, strict=True))
    return earned, sum(step.points for step in lab.steps if step.is_marked)


def progress_bytes(progress: Progress) -> bytes:
    """Return a progress as JSON: what is saved after every change."""
    return msgspec.json.encode(progress)


def progress_from_bytes(data: bytes, lab: LabFile) -> Progress:
    """Read a saved progress for a lab. Steps that ask something else by now are to be done anew.

    Raises
    ------
    ReportError
        The file is damaged, or the lab was changed so that it has other steps now.
    """
    if len(data) > LARGEST_FILE:
        raise ReportError("the saved progress is too large: begin the lab again")
    try:
        progress = msgspec.json.decode(data, type=Progress)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise ReportError("the saved progress is damaged: begin the lab again") from error
    if progress.format > FORMAT:
        raise ReportError("the progress was saved by a newer version of the program: update CNN Explorer")
    if progress.lab != lab.id or len(progress.steps) != len(lab.lab.steps) or progress.position >= len(progress.steps):
        raise ReportError(_OTHER_LAB)
    asked = asked_of(lab.lab)
    if progress.digest == lab.digest:
        return replace(progress, asked=asked)
    if len(progress.asked) != len(asked):
        raise ReportError(_OTHER_LAB)
    steps = tuple(
        done if before == now or _is_untouched(done) else StepProgress(seconds=done.seconds, anew=True)
        for done, before, now in zip(progress.steps, progress.asked, asked, strict=True)
    )
    return replace(progress, digest=lab.digest, steps=steps, asked=asked)


def _is_untouched(step: StepProgress) -> bool:
    return replace(step, seconds=0.0) == StepProgress()


def _with_step(progress: Progress, index: int, step: StepProgress, now: str = "") -> Progress:
    steps = (*progress.steps[:index], step, *progress.steps[index + 1 :])
    return replace(progress, steps=steps, changed=now or progress.changed)
