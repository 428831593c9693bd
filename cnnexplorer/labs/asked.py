"""What each step of a lab asks, as a short digest: by it a saved answer is known to be one to the same question."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from .model import FigureTask, TextTask

if TYPE_CHECKING:
    from .model import Lab, Step

DIGITS = 16  # hexadecimal
# how a task is talked about, checked and begun, and not what it asks
_ASIDE = frozenset(("says", "mistakes", "example", "tolerance", "shuffle", "at", "hide", "page"))


def asked_of(lab: Lab) -> tuple[str, ...]:
    """Return a digest of what each step asks, as hexadecimal digits.

    It is of the task and the set-up. The text of a step may be worded anew, but where nothing else says what is wanted:
    of a figure, and of an answer in words.
    """
    return tuple(_digest(step) for step in lab.steps)


def _digest(step: Step) -> str:
    if step.task is None:
        return "0" * DIGITS
    told = step.text if isinstance(step.task, TextTask | FigureTask) else None
    asked = _without_aside(msgspec.to_builtins((step.task, step.setup, told)))
    return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()[:DIGITS]


def _without_aside(value: Any) -> Any:  # noqa: ANN401  # any part of a step
    if isinstance(value, dict):
        return {name: _without_aside(part) for name, part in value.items() if name not in _ASIDE}
    return [_without_aside(part) for part in value] if isinstance(value, list | tuple) else value
