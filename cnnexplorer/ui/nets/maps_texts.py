"""What is said about the maps of a layer: what they are, before or after the ReLU, and how they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.core import format_number
from cnnexplorer.nets.tracing import (
    AVERAGE_POOLING,
    BATCH_NORM,
    CONVOLUTION,
    DROPOUT,
    LINEAR,
    LOCAL_NORM,
    MAX_POOLING,
    RELU,
)
from cnnexplorer.ui.language import _, translate_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import LayerInfo

    from .maps_sheet import MapsSheet

_UNIT_BY_UNIT = (RELU, BATCH_NORM, LOCAL_NORM, MAX_POOLING, AVERAGE_POOLING, DROPOUT)


def may_be_negative(layers: Sequence[LayerInfo], layer: LayerInfo) -> bool:
    """Tell whether a layer can give negative values: no ReLU lies between it and the weights before it."""
    if layer.kind == RELU:
        return False
    if layer.kind in (CONVOLUTION, LINEAR, BATCH_NORM) or not layer.inputs:
        return True
    by_name = {other.name: other for other in layers}
    return any(may_be_negative(layers, by_name[name]) for name in layer.inputs)


def weights_before(layers: Sequence[LayerInfo], layer: LayerInfo) -> LayerInfo | None:
    """Return the convolution or fully connected layer that a layer's values come from: itself, or one before it."""
    by_name = {other.name: other for other in layers}
    found: LayerInfo | None = layer
    while found is not None and found.kind not in (CONVOLUTION, LINEAR):
        found = by_name[found.inputs[0]] if found.inputs else None
    return found


def filters_behind(layers: Sequence[LayerInfo], layer: LayerInfo) -> LayerInfo | None:
    """Return the convolution whose filter makes the map of the same number; None where there is none."""
    by_name = {other.name: other for other in layers}
    found = layer
    while found.kind in _UNIT_BY_UNIT and found.inputs:
        found = by_name[found.inputs[0]]
    return found if found.kind == CONVOLUTION else None


def stage_text(layers: Sequence[LayerInfo], layer: LayerInfo) -> str:
    """Return whether a layer's values are before or after the ReLU, and what else was done to them."""
    by_name = {other.name: other for other in layers}
    steps: list[str] = []
    walk: LayerInfo | None = layer
    while walk is not None and walk.kind not in (CONVOLUTION, LINEAR, RELU):
        steps.insert(0, walk.kind)
        walk = by_name[walk.inputs[0]] if walk.inputs else None
    done = ", ".join(_(kind) for kind in steps)
    if walk is not None and walk.kind == RELU:
        return _("after the ReLU; then {steps}").format(steps=done) if steps else _("after the ReLU")
    if _relu_follows(layers, layer):
        return _("after {steps}, before the ReLU").format(steps=done) if steps else _("before the ReLU")
    if layer is layers[-1]:
        return _("before the softmax, no ReLU")
    return _("after {steps}, no ReLU").format(steps=done) if steps else _("no ReLU behind it")


def about_text(sheet: MapsSheet, layers: Sequence[LayerInfo]) -> str:
    """Return what is shown, in which range, and how many units are dead."""
    count, total = len(sheet.mosaic.units), sheet.layer.output_shape[0]
    if sheet.single:
        maps = translate_count("{count:,} value", "{count:,} values", count)
    else:
        maps = translate_count("{count:,} map", "{count:,} maps", count)
        height, width = sheet.mosaic.tile
        maps = _("{maps} of {height} × {width}").format(maps=maps, height=height, width=width)
    if count < total:
        maps = _("{maps} (filtered from {total})").format(maps=maps, total=f"{total:,}")
    first = _("{layer}: {maps}, {stage}.").format(
        layer=sheet.layer.label, maps=maps, stage=stage_text(layers, sheet.layer)
    )
    sentences = [first, _range_text(sheet), _dead_text(sheet)]
    if sheet.clean:
        sentences.insert(0, _("The clean picture."))
    return " ".join(filter(None, sentences))


def value_text(sheet: MapsSheet, unit: int, row: int, column: int) -> str:
    """Return what is said of a value under the mouse."""
    value, exact = sheet.value(unit, row, column)
    shown = format_number(value, 4) if exact else f"≈ {format_number(value, 3)}"
    if len(sheet.layer.output_shape) == 1:
        text = _("{layer}, unit {unit}: {value}")
        return text.format(layer=sheet.layer.label, unit=unit, value=shown) + "; " + sees_text(sheet.layer)
    text = _("{layer}, unit {unit}, row {row}, column {column}: {value}")
    said = text.format(layer=sheet.layer.label, unit=unit, row=row, column=column, value=shown)
    return said + "; " + sees_text(sheet.layer)


def sees_text(layer: LayerInfo) -> str:
    """Return how large the part of the picture is that one value of a layer sees."""
    height, width = layer.receptive_field.size
    if layer.receptive_field.stride == (0, 0):
        return _("it sees the whole picture")
    text = _("it sees {height} × {width} pixels of the picture")
    return text.format(height=height, width=width)


def unit_text(sheet: MapsSheet, unit: int) -> str:
    """Return what is said of a unit that the mouse rests on."""
    stats = sheet.mosaic.stats
    lines = [_("unit {unit} of {layer}").format(unit=unit, layer=sheet.layer.label)]
    if sheet.single:
        lines.append(format_number(float(stats.mean[unit]), 4))
        return "\n".join(lines)
    text = _("{low} to {high}, mean {mean}")
    low, high, mean = (format_number(float(part[unit]), 3) for part in (stats.minimum, stats.maximum, stats.mean))
    lines.append(text.format(low=low, high=high, mean=mean))
    lines.append(_("{percent} % zeros").format(percent=f"{100 * float(stats.zeros[unit]):.0f}"))
    if stats.dead[unit]:
        lines.append(_("dead: only zeros for this picture"))
    return "\n".join(lines)


def _range_text(sheet: MapsSheet) -> str:
    low, high = (format_number(value, 3) for value in sheet.limits)
    match sheet.value_range:
        case "map" if sheet.wish.colour_map == "diverging":
            return _("Each map in its own range, zero in the middle.")
        case "map":
            return _("Each map in its own range.")
        case "shared":
            return _("One shared range, {low} to {high}.").format(low=low, high=high)
        case _:
            return _("Fixed range, {low} to {high}.").format(low=low, high=high)


def _dead_text(sheet: MapsSheet) -> str:
    dead = int(sheet.mosaic.stats.dead[sheet.mosaic.units].sum())
    if not dead:
        return _("No value is zero.") if sheet.single else _("No unit is dead.")
    if sheet.single:
        return translate_count("{count:,} value is zero.", "{count:,} values are zero.", dead)
    return translate_count(
        "{count:,} unit is dead: only zeros for this picture.",
        "{count:,} units are dead: only zeros for this picture.",
        dead,
    )


def _relu_follows(layers: Sequence[LayerInfo], layer: LayerInfo) -> bool:
    readers = [other for other in layers if layer.name in other.inputs]
    return any(
        other.kind == RELU or (other.kind in (BATCH_NORM, DROPOUT) and _relu_follows(layers, other))
        for other in readers
    )
