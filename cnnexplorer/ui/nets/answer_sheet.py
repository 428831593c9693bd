"""How a network comes to its answer: the last layer's numbers, their softmax, a unit's inputs. Made on the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.nets.tracing import FLATTEN, LINEAR

from .number_sheet import NumberWish, make_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cnnexplorer.nets import Computed, LayerInfo

    from .number_sheet import NumberSheet


@dataclass(frozen=True)
class AnswerWish:
    """Which fully connected unit is looked at; None for the most probable class."""

    layer: str = ""
    unit: int | None = None


@dataclass(frozen=True, eq=False)
class Softmax:
    """The softmax in float64, step by step: `exponentials` are those of `logits` less the largest of them.

    Taking the largest away leaves every quotient as it is, and no exponential overflows.
    """

    logits: NDArray[np.float64]
    exponentials: NDArray[np.float64]
    total: float
    probabilities: NDArray[np.float64]

    @property
    def order(self) -> list[int]:
        """The classes, the most probable first."""
        return [int(index) for index in np.argsort(-self.logits, kind="stable")]


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """The answer.

    Attributes
    ----------
    categories
        The classes' names; empty where the weights name none.
    unit
        The arithmetic of the unit that is looked at; None where the last layer is not fully connected.
    is_class
        Whether that unit belongs to the last layer: it stands for a class.
    """

    wish: AnswerWish
    softmax: Softmax
    categories: tuple[str, ...]
    unit: NumberSheet | None
    is_class: bool

    def category(self, index: int) -> str | None:
        """Return a class's name."""
        return self.categories[index] if self.categories else None


def softmax(logits: NDArray[np.float64]) -> Softmax:
    """Return the softmax of some numbers.

    >>> softmax(np.log([1.0, 3.0])).probabilities.round(6).tolist()
    [0.25, 0.75]
    """
    exponentials = np.exp(logits - logits.max())
    total = float(exponentials.sum())
    return Softmax(logits, exponentials, total, exponentials / total)


def make_answer(wish: AnswerWish, computed: Computed) -> AnswerSheet:
    """Return how the answer came about."""
    activations = computed.activations
    last = activations.layers[-1]
    found = softmax(activations[last.name].double().cpu().numpy())
    layer = wish.layer or last.name
    unit = int(found.logits.argmax()) if wish.unit is None else wish.unit
    sheet = make_number(NumberWish(layer, unit), computed) if activations.layer(layer).kind == LINEAR else None
    return AnswerSheet(wish, found, computed.network.categories, sheet, layer == last.name)


def flattening(layers: Sequence[LayerInfo]) -> LayerInfo | None:
    """Return the layer that lays the maps in one row."""
    return next((layer for layer in layers if layer.kind == FLATTEN), None)
