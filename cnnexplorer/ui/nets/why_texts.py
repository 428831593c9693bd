"""What is said on the Why page about the class, and about the value under the mouse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cnnexplorer.core import format_number
from cnnexplorer.ui.language import _

from .names import class_title, percent_text

if TYPE_CHECKING:
    from .why_sheet import Heat, WhySheet


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
