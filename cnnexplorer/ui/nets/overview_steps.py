"""Going through the overview with the arrow keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .overview_layout import Target

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from .overview_layout import Layout


def step(layout: Layout, target: Target, rows: int, columns: int) -> Target:
    """Return what lies beside a target: one to the right or left, or one up or down.

    To the side it goes from card to card, and from a row's end to the next row; up and down through a card's maps
    first, then to the card above or below.
    """
    if rows:
        inside = _inside(layout, target)
        place = inside.index(target) if target in inside else 0
        if 0 <= place + rows < len(inside):
            return inside[place + rows]
    node = _node(layout, target)
    found = _beside(layout, node, rows, columns)
    if found is None and columns:  # a row ends here
        found = min(max(node + columns, 0), len(layout.cards))
    if found is None:
        return target
    new = _inside(layout, _as_target(layout, found))
    if rows:
        return new[0] if rows > 0 or len(new) == 1 else new[-1]
    return _alike(layout, target, found)


def edge(layout: Layout, last: bool) -> Target:
    """Return the first card, or the answer."""
    return Target("answer") if last or not layout.cards else Target("card", 0)


def _inside(layout: Layout, target: Target) -> list[Target]:
    """Return a card and what can be chosen in it, from top to bottom."""
    if target.part == "answer":
        return [target]
    frame = layout.frame_of(target.card)
    has_filters = target.card == frame.cards[0] and not frame.filters.isEmpty()
    return [
        *([Target("filters", target.card)] if has_filters else []),
        Target("card", target.card),
        *(Target("map", target.card, place) for place in range(len(layout.cards[target.card].maps))),
    ]


def _node(layout: Layout, target: Target) -> int:
    return len(layout.cards) if target.part == "answer" else target.card


def _as_target(layout: Layout, node: int) -> Target:
    return Target("card", node) if node < len(layout.cards) else Target("answer")


def _alike(layout: Layout, target: Target, node: int) -> Target:
    """Return what stands in another card where the target stands in its own."""
    new = _as_target(layout, node)
    if target.part == "map" and new.part == "card" and layout.cards[node].maps:
        return Target("map", node, min(target.index, len(layout.cards[node].maps) - 1))
    return new


def _beside(layout: Layout, node: int, rows: int, columns: int) -> int | None:
    """Return the nearest card in a direction that lies at the same height, or in the same column."""
    rects = [*(card.rect for card in layout.cards), layout.answer]
    here = rects[node]
    best: tuple[float, float, int] | None = None
    for index, rect in enumerate(rects):
        ahead, apart, aside = _distances(here, rect, rows, columns)
        if ahead > 0 and apart < 0 and (best is None or (ahead, aside, index) < best):
            best = (ahead, aside, index)
    return None if best is None else best[2]


def _distances(here: QRectF, there: QRectF, rows: int, columns: int) -> tuple[float, float, float]:
    """Return how far one lies ahead, how far apart across (below zero where they overlap), and how far aside."""
    across = here.center().x() - there.center().x() if rows else here.center().y() - there.center().y()
    half = (here.width() + there.width()) / 2 if rows else (here.height() + there.height()) / 2
    down, right = there.center().y() - here.center().y(), there.center().x() - here.center().x()
    ahead = down * rows if rows else right * columns
    return ahead, abs(across) - half, abs(across)
