"""Lines that captions of all workspaces share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer import __version__
from cnnexplorer.core import format_number
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS, RANGES

if TYPE_CHECKING:
    from cnnexplorer.ui.widgets.painting import Look

    Fact = tuple[str, str]

PROGRAM = f"CNN Explorer {__version__}"


def program_fact() -> Fact:
    """Return the line that tells program and version."""
    return _("Program"), PROGRAM


def range_fact(low: float, high: float) -> Fact:
    """Return the line that tells the smallest and the largest value."""
    return _("Values"), span(low, high)


def colours_fact(look: Look, limits: tuple[float, float]) -> Fact:
    """Return the line that tells the colour map, and what its ends stand for."""
    text = _("{colours}, {span} ({range})").format(
        colours=_(COLOUR_MAPS[look.colour_map][1]), span=span(*limits), range=_(RANGES[look.range_mode]).lower()
    )
    return _("Colours"), text


def span(low: float, high: float) -> str:
    """Return a range of values as it is written."""
    return _("from {low} to {high}").format(low=format_number(low, 4), high=format_number(high, 4))
