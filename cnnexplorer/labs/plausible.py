"""Whether the numbers of a report can be: whoever forges a signature must count rightly, too."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .progress import worth

if TYPE_CHECKING:
    from .model import Lab
    from .report import StepSummary, Summary

_CLOSE = 1e-6  # points


def can_be(summary: Summary, lab: Lab | None) -> bool:
    """Tell whether the points of a report follow from tries and hints, and are those of its lab where it is here."""
    if not all(_can_step_be(step) for step in summary.steps):
        return False
    for total, parts in (
        (summary.earned, [step.earned for step in summary.steps]),
        (summary.points, [step.points for step in summary.steps]),
    ):
        if not math.isclose(total, sum(parts), abs_tol=_CLOSE):
            return False
    return lab is None or [(step.marked, step.points) for step in summary.steps] == [
        (step.is_marked, step.points if step.is_marked else 0.0) for step in lab.steps
    ]


def _can_step_be(step: StepSummary) -> bool:
    solved = step.marked and step.status == "solved"
    right = worth(step.points, step.tries, step.hints) if solved else 0.0
    return math.isclose(step.earned, right, abs_tol=_CLOSE) and (step.marked or step.points == 0)
