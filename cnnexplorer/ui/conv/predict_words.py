"""What Predict says, in the language in use. Pure, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _

from .names import stage_titles
from .predict_questions import put

if TYPE_CHECKING:
    from cnnexplorer.core import Experiment
    from cnnexplorer.labs import Question, Saying

    from .predict_field import Tone
    from .predict_veil import State

ENDED = mark("That was the last one: all is answered.")
ANSWERED = mark("This is answered: go on.")


def asked_text(experiment: Experiment, stage: int, question: Question | None, state: State, ended: bool) -> str:
    """Return what the bar says at a stage; `ended` tells that nothing is left to be asked."""
    title = stage_titles(experiment.stages)[stage]
    if question is None:
        return f"{title}: " + _("There is no number here that could be asked for.")
    if state == "free":
        return f"{title}: " + _(ENDED if ended else ANSWERED)
    return f"{title}: {put(experiment, question).sentence(_)}"


def sentence(saying: Saying, tone: Tone) -> str:
    """Say it with a full stop; but none after the numbers that a hint ends with."""
    text = saying.sentence(_)
    return text if tone == "hint" or text.endswith(".") else f"{text}."
