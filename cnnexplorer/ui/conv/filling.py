"""Lets the cards of a strip show a result; many new ones are made bit by bit before that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .contents import card_content, inside_padding, view_kind
from .names import stage_titles
from .shown import view_keys
from .strip import MANY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnexplorer.ui.slices import Work
    from cnnexplorer.ui.widgets.painting import Look

    from .card import Card
    from .shown import Shown, ViewKey
    from .strip import Strip


def show_in(strip: Strip, shown: Shown, looks: Mapping[str, Look]) -> None:
    """Show a result in a strip, each kind of view in its look."""
    strip.set_keys(view_keys(shown.result.experiment))
    titles = stage_titles(shown.result.experiment.stages)
    for card in strip.cards.values():
        fill(card, shown, looks, titles)


def preparing(strip: Strip, shown: Shown, looks: Mapping[str, Look]) -> Work | None:
    """Return what makes ready, bit by bit, the cards that a result needs; None where they are few."""
    new = [key for key in view_keys(shown.result.experiment) if key not in strip.cards]
    return _making(strip, new, shown, looks) if len(new) > MANY else None


def fill(card: Card, shown: Shown, looks: Mapping[str, Look], titles: Sequence[str] = ()) -> None:
    """Let a card show its view of a result; `titles` are the stages' where they are known."""
    experiment, (kind, index) = shown.result.experiment, card.key
    stage, last = kind == "stage", len(experiment.stages) - 1
    content = card_content(shown, card.key, looks[view_kind(experiment, card.key)], titles)
    card.set_content(content, (stage and index > 0, stage and index < last))
    card.view.set_padding(inside_padding(experiment, card.key))


def _making(strip: Strip, keys: list[ViewKey], shown: Shown, looks: Mapping[str, Look]) -> Work:
    titles = stage_titles(shown.result.experiment.stages)
    for key in keys:
        card = strip.make_ready(key)
        yield None
        fill(card, shown, looks, titles)
        yield None
