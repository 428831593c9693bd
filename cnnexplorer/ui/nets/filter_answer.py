"""What editing filters has made of the answer: the network's first guess before and now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.ui.language import _

from .names import class_title

if TYPE_CHECKING:
    from cnnexplorer.nets import Computed, Guess

    from .model import NetModel


class AnswerWatch:
    """Keeps what the original filters answered last, to compare with what edited ones answer to the same picture."""

    def __init__(self, model: NetModel) -> None:
        self._model = model
        self._original: Computed | None = None

    def take(self, computed: Computed) -> None:
        """Keep an answer that no edited filter had a part in."""
        network = computed.network
        if not network.edited_layers() and computed.filters_version == network.filters_version:
            self._original = computed

    def forget(self) -> None:
        """Forget the network."""
        self._original = None

    def sentence(self) -> str:
        """Return what the original filters guessed first and what the present ones do; empty without edits."""
        before, now, network = self._original, self._model.result, self._model.network
        if now is None or network is None or not network.edited_layers():
            return ""
        if before is None or before is now or not np.array_equal(before.picture, now.picture):
            return _("Now the top guess is {now}.").format(now=_guess(now.guesses[0]))
        old, new = before.guesses[0], now.guesses[0]
        if old.index == new.index:
            text = _("With the original filters the top guess was {before}; now it has {percent} %.")
            return text.format(before=_guess(old), percent=f"{100 * new.probability:.1f}")
        text = _("With the original filters the top guess was {before}; now it is {now}, and that one has {percent} %.")
        left = float(now.probabilities[old.index])
        return text.format(before=_guess(old), now=_guess(new), percent=f"{100 * left:.1f}")


def _guess(guess: Guess) -> str:
    title = class_title(guess.index, guess.category)
    return _("{title} with {percent} %").format(title=title, percent=f"{100 * guess.probability:.1f}")
