"""How the workspace shows an experiment, taken down for a session and brought back."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import msgspec

from cnnexplorer.core import LookState, ShownChannel, ViewState
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS, RANGES, Look

if TYPE_CHECKING:
    from typing import Literal

    from cnnexplorer.core import Experiment, Session
    from cnnexplorer.core.session_model import ViewKey
    from cnnexplorer.ui.actions import Actions

    from .shown import ViewKey as ShownKey
    from .workspace import ConvWorkspace

MOST_DECIMALS = 8


def view_state(conv: ConvWorkspace, actions: Actions, front: Literal["conv", "net"]) -> ViewState:
    """Return how the workspace shows its experiment; `front` is the workspace that is in front."""
    return ViewState(
        workspace=front,
        looks={
            kind: LookState(look.colour_map, look.range_mode, look.low, look.high, look.decimals)
            for kind, look in conv.looks.items()
        },
        channels=tuple(ShownChannel(*_named(key), card.channel) for key, card in conv.board.cards.items()),
        selected=_named(conv.selected),
        enlarged=None if conv.strip.enlarged is None else _named(conv.strip.enlarged),
        spotlight=actions["spotlight"].isChecked(),
        fill=actions["fill"].isChecked(),
        loop=actions["loop"].isChecked(),
        speed=conv.player.speed,
    )


def present_step(conv: ConvWorkspace, experiment: Experiment) -> tuple[int, int] | None:
    """Return the step that is shown, as (stage, index), as far as the experiment has it."""
    place = conv.player.place
    if place is None or place[0] >= len(experiment.stages):
        return None
    stage, index = place
    return stage, min(index, math.prod(experiment.shapes[stage]) - 1)


def show_view(conv: ConvWorkspace, actions: Actions, session: Session) -> None:
    """Show the present experiment as a session says; what is not known here stays as it is."""
    view = session.view
    for name in ("spotlight", "fill", "loop"):
        actions[name].setChecked(getattr(view, name))
    conv.player.loop = view.loop
    conv.transport.set_speed(view.speed)
    conv.player.go_to(*(session.step or (0, 0)))
    for shown in view.channels:
        card = conv.board.cards.get((shown.kind, shown.stage))
        if card is not None:
            card.set_channel(shown.channel)
    conv.show_again({kind: _look(state, conv.looks[kind]) for kind, state in view.looks.items() if kind in conv.looks})
    if view.selected is not None:
        conv.select(view.selected)
    wanted = view.enlarged if view.enlarged in conv.board.cards else None
    switched = wanted or conv.strip.enlarged
    if switched is not None and wanted != conv.strip.enlarged:
        conv.strip.enlarge(switched)  # what is enlarged already goes back


def _named(key: ShownKey) -> ViewKey:
    return cast("ViewKey", key)  # its first part is one of three words


def _look(state: LookState, known: Look) -> Look:
    """Return a look; a colour map or a range that this version does not have stays as it is known."""
    if state.low >= state.high:
        state = msgspec.structs.replace(state, low=known.low, high=known.high)
    return replace(
        known,
        colour_map=state.colour_map if state.colour_map in COLOUR_MAPS else known.colour_map,
        range_mode=state.range_mode if state.range_mode in RANGES else known.range_mode,
        low=state.low,
        high=state.high,
        decimals=min(state.decimals, MOST_DECIMALS),
    )
