"""Judging what was typed at the place of an answer. Pure, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.core import NumberError
from cnnexplorer.labs import Judgement, Saying, judge
from cnnexplorer.labs.answers import read_number

from .predict_questions import room_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.core import Result, Step
    from cnnexplorer.labs import Question


def judge_text(result: Result, question: Question, step: Step, text: str, decimals: int) -> Judgement:
    """Judge an answer of one line; a value may be reckoned from the numbers as they are shown, to some decimals."""
    room = room_for(step, decimals) if question.asks == "value" else 0.0
    return judge(result.experiment, result, question, text, room)


def judge_cells(result: Result, question: Question, texts: Sequence[str]) -> tuple[Judgement, int | None]:
    """Judge a map from what was typed in each of its cells, row after row; each may be rounded.

    With the judgement comes which cell was not understood, if one was not.
    """
    right = result.outputs[question.stage][question.channel]
    given, room = np.zeros(right.size), 0.0
    for place, (text, value) in enumerate(zip(texts, right.ravel().tolist(), strict=True)):
        try:
            number = read_number(text)
        except NumberError as error:
            return Judgement("again", (Saying.of(error),)), place
        given[place] = value if number.agrees(value) else number.value
        if number.decimals is not None and number.decimals >= 2:
            room = max(room, 0.5 * 10.0**-number.decimals)
    return judge(result.experiment, result, question, given.reshape(right.shape), room), None
