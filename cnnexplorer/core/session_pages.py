"""What the pages of the Network workspace are set to, as a session's JSON holds it.

Words are ids of choices; a page leaves as it is what it does not know. Fields are never renamed or removed without a
new version of the session.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Word = Annotated[str, Meta(max_length=200)]
Line = Annotated[str, Meta(max_length=500)]
Share = Annotated[float, Meta(ge=0, le=1)]
Pixels = Annotated[int, Meta(ge=1, le=2**14)]


class OverviewState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many maps the Overview page shows of a layer, "auto" for as many as fit, and what makes one strong."""

    count: Word = "auto"
    measure: Word = "maximum"


class ArchitectureState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Architecture page: the network compared with, "" for none, and its two switches."""

    compare: Word = ""
    weights_only: bool = False
    lecture: bool = False


class FiltersState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Filters page: the order, the kernel of an order by similarity, the range, and whether maps are shown."""

    sort: Word = "index"
    kernel: Word = ""
    normalisation: Word = "filter"
    live: bool = False


class MapsState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Maps page.

    Attributes
    ----------
    order, value_range, colours
        Ids of choices.
    low, high
        The ends of a fixed range; an empty one is left out.
    units
        The filter by index as it is typed: "0-15, 40"; empty for all.
    clean
        Whether the picture is shown without its disturbance.
    opacity, smooth
        Of the chosen unit's map over the picture, and whether it is painted between its values.
    enlarged
        Whether that map has the whole page.
    """

    order: Word = "index"
    value_range: Word = "map"
    low: float = 0.0
    high: float = 1.0
    colours: Word = "auto"
    units: Line = ""
    clean: bool = False
    opacity: Share = 0.75
    smooth: bool = False
    enlarged: bool = False


class RobustnessState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Robustness page: whether maps are shown in place of curves, and their order."""

    maps: bool = False
    order: Word = ""


class WhyState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Why page; the class that is asked about is the session's.

    Attributes
    ----------
    method
        "gradcam" or "occlusion".
    layer
        The layer that Grad-CAM reads; empty for the usual one.
    patch, step
        Of an occlusion, in pixels.
    colours, opacity, smooth
        How the heat is painted.
    """

    method: Word = "gradcam"
    layer: Word = ""
    patch: Pixels = 32
    step: Pixels = 16
    colours: Word = "auto"
    opacity: Share = 0.6
    smooth: bool = False


class PagesState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of each page by its id; None for those of which nothing is known: they stay as they are."""

    overview: OverviewState | None = None
    architecture: ArchitectureState | None = None
    filters: FiltersState | None = None
    maps: MapsState | None = None
    robustness: RobustnessState | None = None
    why: WhyState | None = None
