"""Judging an answer: right, or which usual mistakes would have given it.

Pure functions of the core's values. A mistake that gives the same as the right answer is never told; of several that
match, the likelier come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cnnexplorer.core import NumberError, Pooling, format_number
from cnnexplorer.core.messages import mark, term

from .answers import Number, read_cell, read_matrix, read_number, read_shape, read_sign
from .mistakes import SIGN, SWAPPED_MAP, Mistake, map_mistakes, value_mistakes
from .questions import Question, right_answer
from .sayings import Saying
from .size_mistakes import chosen_cell, size_mistakes, winner_mistakes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnexplorer.core import Experiment, Result

Outcome = Literal["right", "wrong", "again", "noted"]
MOST_TOLD = 3
THIS_MAP = term("this map")
SIGN_WORDS = {1: "+", 0: "0", -1: "−"}


@dataclass(frozen=True, eq=False)
class Judgement:
    """What is to be said of an answer.

    Attributes
    ----------
    outcome
        "right", "wrong", or "again": not understood, to be asked for again and never counted. ("noted" is for tasks of
        a lab that nothing checks.)
    sayings
        Why it is wrong, the likeliest first; why it is asked again; or what is to be added to a right one. May be
        empty.
    mistakes
        The names of the mistakes that the sayings tell, in the same order.
    right
        The right answer, for whoever shows it.
    wrong_cells
        Of a map: where it is wrong, booleans (H, W).
    """

    outcome: Outcome
    sayings: tuple[Saying, ...] = ()
    mistakes: tuple[str, ...] = ()
    right: Any = None
    wrong_cells: NDArray[np.bool_] | None = None

    @property
    def correct(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"

    @property
    def asked_again(self) -> bool:
        """Whether the answer was not understood, which counts as no try."""
        return self.outcome == "again"


def judge(
    experiment: Experiment, result: Result, question: Question, answer: object, tolerance: float = 0.0
) -> Judgement:
    """Judge an answer.

    Parameters
    ----------
    experiment, result
        The experiment and all that it computes.
    answer
        A text as it was typed; or a value of the kind that `right_answer` gives (of a map, an array).
    tolerance
        How far from the right number a number may be. A number that is typed with two decimals or more is right where
        it is rounded rightly.

    Raises
    ------
    SettingError
        The question cannot be asked of this experiment.

    Examples
    --------
    >>> from cnnexplorer.core import Convolution, Experiment, run
    >>> corner = [[[0, 0, 0], [0, 0, 0], [0, 0, 1]]]
    >>> experiment = Experiment(corner, (Convolution([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]]),))
    >>> judgement = judge(experiment, run(experiment), Question("value", 0), "1")
    >>> judgement.outcome, str(judgement.sayings[0])
    ('wrong', 'You would get 1 if the kernel were flipped: here it is not.')
    """
    right = right_answer(experiment, result, question)
    try:
        given: Any = _read(answer, question, right) if isinstance(answer, str) else answer
    except NumberError as error:
        return Judgement("again", (Saying.of(error),), right=right)
    if question.asks == "map":
        return _judge_map(experiment, result, question, np.asarray(given, dtype=np.float64), tolerance)
    if question.asks == "winner":
        return _judge_winner(experiment, result, question, given)
    if question.asks == "value":
        number = given if isinstance(given, Number) else Number(float(given), None)
        if number.agrees(float(right), tolerance):  # type: ignore[arg-type]
            return Judgement("right", right=right)
        found = [m for m in value_mistakes(experiment, result, question) if number.agrees(m.answer, tolerance)]
        return _wrong([m for m in found if not Number(m.answer, None).agrees(float(right), tolerance)], right)  # type: ignore[arg-type]
    if given == right:
        return Judgement("right", right=right)
    if question.asks == "size":
        found = [m for m in size_mistakes(experiment, result, question) if m.answer == given]
        return _wrong([mistake for mistake in found if mistake.answer != right], right)
    found = [m for m in value_mistakes(experiment, result, question) if m.name not in _NO_SIGN_MISTAKES]
    return _wrong([m for m in found if _sign(m.answer) == given], right, SIGN_WORDS[int(given)])


_NO_SIGN_MISTAKES = ("neighbour", "product", "other_map", "sign")


def _read(text: str, question: Question, right: Any) -> Any:  # noqa: ANN401  # of the question's kind
    match question.asks:
        case "value":
            return read_number(text)
        case "size":
            return read_shape(text, (2,))
        case "winner":
            return read_cell(text)
        case "sign":
            return read_sign(text)
        case "map":
            return read_matrix(text, right.shape)


def judge_matrix(right: NDArray[np.float64], answer: object, tolerance: float = 0.0) -> Judgement:
    """Judge a matrix, (H, W), against one that is written down: diagnosed is only what lies in the numbers."""
    try:
        given = read_matrix(answer, right.shape) if isinstance(answer, str) else np.asarray(answer, dtype=np.float64)
    except NumberError as error:
        return Judgement("again", (Saying.of(error),), right=right)
    if given.shape != right.shape:
        return Judgement("again", (_other_shape(given, right),), right=right)
    wrong = ~_agree(given, right, tolerance)
    if not wrong.any():
        return Judgement("right", right=right, wrong_cells=wrong)
    for name, template, other in (("swapped", SWAPPED_MAP, right.T), ("sign", SIGN, -right)):
        if other.shape == right.shape and _agree(given, other, tolerance).all():
            return Judgement("wrong", (Saying(template, value=THIS_MAP),), (name,), right, wrong)
    return Judgement("wrong", (_wrong_cells(wrong),), ("cells",), right, wrong)


def _other_shape(given: NDArray[np.float64], right: NDArray[np.float64]) -> Saying:
    shapes = {"rows": given.shape[0], "columns": given.shape[-1], "height": right.shape[0], "width": right.shape[1]}
    return Saying(mark("a map of {rows} × {columns} was given, one of {height} × {width} is asked for"), **shapes)


def _wrong_cells(wrong: NDArray[np.bool_]) -> Saying:
    row, column = (int(place) for place in np.argwhere(wrong)[0])
    return Saying(
        mark("{wrong} of {count} cells are not right; the first is row {row}, column {column}"),
        wrong=int(wrong.sum()),
        count=wrong.size,
        row=row,
        column=column,
    )


def _judge_map(
    experiment: Experiment, result: Result, question: Question, given: NDArray[np.float64], tolerance: float
) -> Judgement:
    right = result.outputs[question.stage][question.channel]
    if given.shape != right.shape:
        return Judgement("again", (_other_shape(given, right),), right=right)
    wrong = ~_agree(given, right, tolerance)
    if not wrong.any():
        return Judgement("right", right=right, wrong_cells=wrong)
    found = [
        mistake
        for mistake in map_mistakes(experiment, result, question)
        if _agree(given, mistake.answer, tolerance).all() and not _agree(mistake.answer, right, tolerance).all()
    ]
    if found:
        whole = _wrong(found, right, THIS_MAP)
        return Judgement("wrong", whole.sayings, whole.mistakes, right, wrong)
    row, column = (int(place) for place in np.argwhere(wrong)[0])
    cell = Question("value", question.stage, question.channel, row, column)
    first = judge(experiment, result, cell, float(given[row, column]), tolerance)
    return Judgement("wrong", (_wrong_cells(wrong), *first.sayings[:1]), ("cells", *first.mistakes[:1]), right, wrong)


def _judge_winner(experiment: Experiment, result: Result, question: Question, given: Any) -> Judgement:  # noqa: ANN401
    right = right_answer(experiment, result, question)
    cell = (int(given[0]), int(given[1]))
    wrong = chosen_cell(experiment, result, question, cell)
    if wrong is None:
        stage = experiment.stages[question.stage]
        assert isinstance(stage, Pooling)
        equal = Saying(mark("Two cells hold the same largest value: either is right.")) if cell != right else None
        return Judgement("right", (equal,) if equal else (), right=right)
    found = [m for m in winner_mistakes(experiment, result, question) if m.answer == cell]
    return _wrong([*found, *([] if found else [wrong])], right)


def _wrong(found: list[Mistake], right: Any, value: str | None = None) -> Judgement:  # noqa: ANN401
    told: dict[str, Mistake] = {}
    for mistake in found:
        told.setdefault(mistake.name, mistake)
    chosen = list(told.values())[:MOST_TOLD]
    return Judgement("wrong", tuple(_saying(m, value) for m in chosen), tuple(m.name for m in chosen), right)


def _saying(mistake: Mistake, value: str | None) -> Saying:
    answer = mistake.answer
    if value is None and isinstance(answer, tuple):
        if "{row}" in mistake.template and "{value}" not in mistake.template:
            return Saying(mistake.template, **{"row": answer[0], "column": answer[1], **mistake.values})
        value = "×".join(str(side) for side in answer)
    elif value is None:
        value = format_number(answer)
    return Saying(mistake.template, value=value, **mistake.values)


def _agree(given: NDArray[np.float64], right: NDArray[np.float64], tolerance: float) -> NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        room = np.maximum(tolerance, 1e-9 * np.maximum(np.abs(right), 1.0))
        return np.where(np.isfinite(right), np.abs(given - right) <= room, given == right)


def _sign(value: Any) -> int:  # noqa: ANN401
    return int(value > 0) - int(value < 0)
