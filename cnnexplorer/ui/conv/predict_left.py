"""What was asked and left without an answer: once it is seen, it counts as shown. Pure, no widgets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnexplorer.core import Result
    from cnnexplorer.labs import Question

    from .predict_veil import Veil

_FOLLOWS = {"map": ("value", "sign"), "value": ("sign", "winner"), "winner": ("value", "sign")}


class LeftOpen:
    """Keeps questions that were left open, and those of them that were seen since.

    Examples
    --------
    >>> from cnnexplorer.core import Experiment, Pooling, run
    >>> from cnnexplorer.labs import Question
    >>> from cnnexplorer.ui.conv.predict_veil import Veil
    >>> result = run(Experiment([[[1, 2], [3, 4]]], (Pooling("max", 1), Pooling("max", 2))))
    >>> left, question = LeftOpen(), Question("value", 0, row=1)
    >>> left.leave(question)
    >>> [left.see(Veil(0, cells=0), result), left.see(Veil(1, cells=0), result), left.see(Veil(1, cells=0), result)]
    [0, 1, 0]
    >>> left.was_seen(question)
    True
    """

    def __init__(self) -> None:
        self._left: set[Question] = set()
        self._seen: set[Question] = set()

    def clear(self) -> None:
        """Forget everything."""
        self._left.clear()
        self._seen.clear()

    def leave(self, question: Question) -> None:
        """Take down that a question was left open."""
        if question not in self._seen:
            self._left.add(question)

    def take_up(self, question: Question) -> None:
        """Take down that a question is asked again."""
        self._left.discard(question)

    def close(self, question: Question) -> None:
        """Drop what follows from a question that is answered now: that was found, and not merely seen."""
        self._left = {other for other in self._left if not _follows(other, question)}

    def was_seen(self, question: Question) -> bool:
        """Tell whether a question was left open, and then seen."""
        return question in self._seen

    def kept_hidden(self, veil: Veil, result: Result) -> Veil:
        """Return a veil that hides the open values too, and all that is made from them: sizes do not need them."""
        values = [question for question in self._left if question.asks != "size"]
        if not values:
            return veil
        first = min(question.stage for question in values)
        if first > veil.stage:
            return veil
        output = result.outputs[first]
        cells = min(_cells_before(question, output.shape) for question in values if question.stage == first)
        if first == veil.stage and veil.cells is not None:
            cells = min(cells, veil.cells)
        return replace(veil, stage=first, cells=cells, products=0)

    def see(self, veil: Veil, result: Result) -> int:
        """Return how many of the open questions a veil does not hide: they are seen from now on."""
        seen = {question for question in self._left if not _is_hidden(question, veil, result)}
        self._left -= seen
        self._seen |= seen
        return len(seen)


def _cells_before(question: Question, shape: tuple[int, ...]) -> int:
    """Return how many cells of the output come before what a question is about."""
    if len(shape) == 1:
        return question.row
    first = question.channel * shape[1] * shape[2]
    return first if question.asks == "map" else first + question.row * shape[2] + question.column


def _is_hidden(question: Question, veil: Veil, result: Result) -> bool:
    """Tell whether a veil hides the answer to a question; a map is hidden until it is seen whole."""
    key, output = ("stage", question.stage), result.outputs[question.stage]
    if question.asks == "size":
        return veil.hides_size(key)
    shape = (output.shape[-2], output.shape[-1]) if output.ndim == 3 else (len(output), 1)
    if question.asks == "map":
        return veil.filled(key, question.channel, shape[0] * shape[1]) is not None
    return veil.hides_cell(key, question.channel, question.row, question.column, shape)


def _follows(other: Question, answered: Question) -> bool:
    same_map = (other.stage, other.channel) == (answered.stage, answered.channel)
    same = same_map and (answered.asks == "map" or other.cell == answered.cell)
    return same and other.asks in _FOLLOWS.get(answered.asks, ())
