"""What is said of an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .model import Text
from .sayings import Saying

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from .diagnosis import Judgement, Outcome

Said = Saying | Text


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is said of an answer.

    Attributes
    ----------
    outcome
        "right"; "wrong"; "again": not understood, or something is to be done first; it counts as no try; "noted": taken
        down, nothing checks it.
    sayings
        Sentences of the program (`Saying`) and of the lab's teacher (`Text`), the most helpful first.
    mistakes
        The names of the mistakes that were recognised.
    wrong_cells
        Of a matrix: where it is wrong, booleans (H, W).
    """

    outcome: Outcome
    sayings: tuple[Said, ...] = ()
    mistakes: tuple[str, ...] = ()
    wrong_cells: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, judgement: Judgement) -> Verdict:
        """Return the verdict that follows from a judgement."""
        return cls(judgement.outcome, judgement.sayings, judgement.mistakes, judgement.wrong_cells)

    @classmethod
    def again(cls, saying: Saying) -> Verdict:
        """Return the verdict that something is to be done first; the sentence says what."""
        return cls("again", (saying,))

    @property
    def correct(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"

    @property
    def asked_again(self) -> bool:
        """Whether the answer was not understood, which counts as no try."""
        return self.outcome == "again"

    @property
    def solved(self) -> bool:
        """Whether the step is done with."""
        return self.outcome in ("right", "noted")

    def without_diagnosis(self) -> Verdict:
        """Return the verdict without the program's explanation of a wrong answer."""
        if self.outcome != "wrong":
            return self
        kept = tuple(saying for saying in self.sayings if isinstance(saying, Text))
        return replace(self, sayings=kept, mistakes=(), wrong_cells=None)


def said(saying: Said, language: str, translate: Callable[[str], str]) -> str:
    """Return a sentence in a language; `translate` turns the program's English into it.

    A teacher's text is in the small Markdown of `markdown`, the program's is plain.
    """
    return saying.of(language) if isinstance(saying, Text) else saying.sentence(translate)
