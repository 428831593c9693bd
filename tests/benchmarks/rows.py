"""One line of a table of measurements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured, what came out, what it has to reach, and whether it does."""

    what: str
    measured: str
    to_reach: str
    reached: bool
