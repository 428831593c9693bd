"""What each view says and shows of a result. Pure, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnexplorer.core import Convolution, Pooling, Rectangle, format_number
from cnnexplorer.ui.language import _

from .names import (
    STAGE_ICONS,
    channel_name,
    padding_settings,
    shape_text,
    size_formula,
    stage_about,
    stage_kind,
    stage_settings,
    stage_titles,
    unvisited_cells,
    unvisited_text,
)
from .spotlight import linked_views

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.core import Experiment
    from cnnexplorer.ui.widgets.painting import Look, MapSource

    from .shown import Shown, ViewKey


@dataclass(frozen=True)
class CardContent:
    """What a card shows; `colour` tells that its three channels are a picture's R, G, B."""

    title: str
    icon: str
    about: str
    source: MapSource
    shape: str
    settings: str
    formula: str
    note: str
    look: Look
    colour: bool = False


def view_kind(experiment: Experiment, key: ViewKey) -> str:
    """Return which look a view has: "input", or the kind of its stage; padding looks like what it surrounds."""
    kind, index = key
    if kind == "padding":
        return view_kind(experiment, ("stage", index - 1) if index else ("input", -1))
    return kind if kind == "input" else stage_kind(experiment.stages[index])


def card_content(shown: Shown, key: ViewKey, look: Look, titles: Sequence[str] = ()) -> CardContent:
    """Return what the card of a view shows; `titles` are the stages' where they are known."""
    experiment, source = shown.result.experiment, shown.sources[key]
    kind, index = key
    if kind == "input":
        image = experiment.image
        about = _("The image, or the drawing, that everything is made from.")
        return CardContent(
            _("Input"), "image-outline", about, source, shape_text(image.shape), "", "", "", look, len(image) == 3
        )
    if kind == "padding":
        return _padding_content(shown, index, look)
    stage = experiment.stages[index]
    before: ViewKey = ("stage", index - 1) if index else ("input", -1)
    note = unvisited_text(*unvisited_in(experiment, before))  # named as it is hatched there
    return CardContent(
        (titles or stage_titles(experiment.stages))[index],
        STAGE_ICONS[stage_kind(stage)],
        stage_about(stage),
        source,
        shape_text(experiment.shapes[index]),
        stage_settings(stage),
        size_formula(experiment, index),
        note,
        look,
    )


def inside_padding(experiment: Experiment, key: ViewKey) -> Rectangle | None:
    """Return where the image lies in a view of padding; None in other views, and where there is no padding."""
    kind, index = key
    stage = experiment.stages[index] if kind == "padding" else None
    if not isinstance(stage, Convolution) or not any(stage.sides):
        return None
    _channels, height, width = experiment.input_shape(index)
    return Rectangle(stage.sides[0], stage.sides[2], height, width)


def unvisited_in(experiment: Experiment, key: ViewKey) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows and columns of a view that the next stage never reads.

    A convolution reads its padding view. A pooling's own padding is shown nowhere, so it is taken off.
    """
    kind, index = key
    if kind == "padding":
        return unvisited_cells(experiment, index)
    following = index + 1
    stage = experiment.stages[following] if following < len(experiment.stages) else None
    if not isinstance(stage, Pooling):
        return (), ()
    rows, columns = unvisited_cells(experiment, following)
    _channels, height, width = experiment.input_shape(following)
    return (
        tuple(row - stage.sides[0] for row in rows if 0 <= row - stage.sides[0] < height),
        tuple(column - stage.sides[2] for column in columns if 0 <= column - stage.sides[2] < width),
    )


def same_channels(experiment: Experiment, stage: int) -> list[int]:
    """Return the stages whose channels are the same as a stage's: from a convolution to what comes before the next."""
    first = stage
    while first > 0 and not isinstance(experiment.stages[first], Convolution):
        first -= 1
    last = stage
    while last + 1 < len(experiment.stages) and not isinstance(experiment.stages[last + 1], Convolution):
        last += 1
    return [index for index in range(first, last + 1) if len(experiment.shapes[index]) == 3]


def describe_cell(
    shown: Shown, key: ViewKey, channel: int | None, row: int, column: int, look: Look, hidden: bool = False
) -> str:
    """Say where a cell is, its value (each channel's for None; a ? where hidden), and what it sees of the input."""
    maps = shown.sources[key].values
    decimals = max(look.decimals, 4)
    if hidden:
        values = "?"
    elif channel is None:
        values = ", ".join(
            f"{channel_name(c, len(maps))} {format_number(float(plane[row, column]), decimals)}"
            for c, plane in enumerate(maps)
        )
    else:
        values = format_number(float(maps[channel, row, column]), decimals)
    where = _("row {row}, column {column}").format(row=row, column=column)
    if len(maps) > 1 and channel is not None:
        where = _("channel {channel}").format(channel=channel_name(channel, len(maps))) + f", {where}"
    experiment = shown.result.experiment
    text = f"{card_content(shown, key, look).title}: {where}: {values}"
    field = linked_views(experiment, key, row, column).get(("input", -1))
    if field is not None and (field.height, field.width) != (1, 1):
        text += "   ·   " + _("sees rows {top}–{bottom}, columns {left}–{right} of the input").format(
            top=field.top, bottom=field.top + field.height - 1, left=field.left, right=field.left + field.width - 1
        )
    return text


def _padding_content(shown: Shown, index: int, look: Look) -> CardContent:
    experiment, padded = shown.result.experiment, shown.sources["padding", index]
    stage = experiment.stages[index]
    assert isinstance(stage, Convolution)
    top, bottom, left, right = stage.sides
    channels, height, width = experiment.input_shape(index)
    _channels, padded_h, padded_w = padded.values.shape
    if top == bottom == left == right and height == width:
        formula = f"{height} + 2·{top} = {padded_h}" if top else ""
    else:
        down, across = _("height"), _("width")
        formula = f"{down}: {top} + {height} + {bottom} = {padded_h}\n{across}: {left} + {width} + {right} = {padded_w}"
    return CardContent(
        _("Padding"),
        "border-outside",
        _("Cells around the image, so that the kernel can reach its border."),
        padded,
        shape_text(padded.values.shape),
        padding_settings(stage),
        formula if any(stage.sides) else "",
        unvisited_text(*unvisited_cells(experiment, index)),
        look,
        colour=index == 0 and channels == 3,
    )
