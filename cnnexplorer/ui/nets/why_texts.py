"""What is said on the Why page about the class, and about the value under the mouse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _

from .names import class_title, percent_text

if TYPE_CHECKING:
    from cnnexplorer.nets import OcclusionMap

    from .why_sheet import Heat, WhySheet


# Why the occlusion map was stopped, or forgotten: what it answers is not asked any more.
STOPPED = {
    "picture": mark("Stopped: the picture changed. Start again."),
    "network": mark("Stopped: the network changed. Start again."),
    "filters": mark("Stopped: the filters changed. Start again."),
    "chosen": mark("Stopped: another class was chosen. Start again."),
    "class": mark("Stopped: another class is the most probable now. Start again."),
}
GONE = {
    "picture": mark("The picture changed: start again for this one."),
    "network": mark("The network changed: start again for this one."),
    "filters": mark("The filters changed: start again with these."),
    "class": mark("Another class is the most probable now: start again for it."),
}
CANCELLED = mark("Cancelled after {done} of {total} places.")


def about_text(sheet: WhySheet | None) -> str:
    """Return what is explained."""
    if sheet is None:
        return _("Nothing is computed yet.")
    index, categories = sheet.class_index, sheet.computed.network.categories
    name = class_title(index, categories[index] if categories else None)
    probability = percent_text(float(sheet.computed.probabilities[index]))
    if sheet.layer is None:
        text = _("How much “{name}” (probability {probability}) needs each part of the picture.")
        return text.format(name=name, probability=probability)
    text = _("What in the maps of {layer} speaks for “{name}” (probability {probability}).")
    return text.format(layer=sheet.layer.label, name=name, probability=probability)


def value_text(sheet: WhySheet, heat: Heat, row: int, column: int) -> str:
    """Return what is to be said of a value of the heat."""
    value = float(heat.values[row, column])
    if heat.occlusion is None:
        label = "" if sheet.layer is None else sheet.layer.label
        text = _("{layer}, row {row}, column {column}: heat {value}")
        return text.format(layer=label, row=row, column=column, value=format_number(value, 4))
    if math.isnan(value):
        return _("not tried yet")
    patch, probability = heat.occlusion.patch(row, column), float(heat.occlusion.probabilities[row, column])
    if value < 0:
        text = _(
            "rows {top} to {bottom}, columns {left} to {right} hidden: probability {probability}, a rise of {value}"
        )
    else:
        text = _(
            "rows {top} to {bottom}, columns {left} to {right} hidden: probability {probability}, a fall of {value}"
        )
    return text.format(
        top=patch.top,
        bottom=patch.top + patch.height - 1,
        left=patch.left,
        right=patch.left + patch.width - 1,
        probability=percent_text(probability),
        value=format_number(abs(value), 4),
    )


def ready_text(size: int, count: int) -> str:
    """Return what a start would do."""
    text = _("Start hides {size} × {size} pixels at {count} places, one after the other.")
    return text.format(size=size, count=f"{count:,}")


def news_text(news: str, found: OcclusionMap | None) -> str:
    """Return what became of the occlusion map: one of the sentences above, in the language in use."""
    return _(news) if found is None else _(news).format(done=found.done, total=found.total)
