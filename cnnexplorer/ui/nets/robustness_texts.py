"""What the Robustness page says: the disturbance, a layer's change, and what was found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cnnexplorer.core import format_number
from cnnexplorer.core.messages import mark
from cnnexplorer.nets.tracing import CONCATENATION, CONVOLUTION
from cnnexplorer.ui.language import _

from .names import class_title
from .page import layer_title

if TYPE_CHECKING:
    from cnnexplorer.nets import Comparison, LayerChange, Perturbation

    from .robustness_sheet import RobustnessSheet, Side

_ALIKE = 0.1  # a distance that differs by less than that share is about the same
LOOK_FOR = (
    mark("Predict first: which layers will change most, the first or the last? Then move a slider."),
    mark(
        "Noise differs from pixel to pixel. Each value of a map sums up a whole patch, and pooling sums up more: noise "
        "partly cancels out. Does the curve of the distance fall from the picture on? Then these layers attenuate "
        "noise."
    ),
    mark(
        "Edges are long and the same on all their pixels, so they are preserved: a correlation near 1 says that the "
        "maps still show the same. Blur takes the edges away: compare noise and blur that change the picture equally."
    ),
    mark(
        "A shift moves the maps of the first layers along, and value by value they differ much. Which layers care less?"
    ),
)
COMPARE_FOR = (
    mark(
        "Two pictures of the same thing, or of different things: from which layer on do they look alike to the network?"
    ),
    mark(
        "The first layers answer to edges, wherever they are. Deeper layers tell less of the picture and more of its "
        "class: with trained weights, pictures of one class should come closer with depth."
    ),
)


def percent(share: float) -> str:
    """Return a share as percent, with as many digits as tell something.

    >>> percent(0.1234), percent(0.0123), percent(2.5), percent(float("inf"))
    ('12 %', '1.2 %', '250 %', '∞')
    """
    if math.isinf(share):
        return "∞"
    if math.isnan(share):
        return "–"
    value = 100 * share
    text = f"{value:.0f}" if value >= 9.95 or value == 0 else f"{value:.1f}" if value >= 0.095 else f"{value:.2g}"
    return _("{percent} %").format(percent=text)


def correlation_text(value: float) -> str:
    """Return a correlation as it is written.

    >>> correlation_text(0.98765), correlation_text(1), correlation_text(0.99999)
    ('0.988', '1', '0.99999')
    """
    if math.isnan(value):
        return "–"
    text = f"{value:.3f}"
    return format_number(value, 6 if abs(float(text)) == 1 else 3)


def perturbation_text(perturbation: Perturbation) -> str:
    """Return in short what is done to a picture; empty where nothing is."""
    parts = []
    if perturbation.noise:
        parts.append(_("noise {value}").format(value=format_number(perturbation.noise)))
    if perturbation.blur:
        parts.append(_("blur {value} px").format(value=format_number(perturbation.blur)))
    if perturbation.brightness:
        sign = "+" if perturbation.brightness > 0 else ""
        parts.append(_("brightness {value}").format(value=sign + format_number(perturbation.brightness)))
    if perturbation.rotation:
        parts.append(_("rotation {value}°").format(value=format_number(perturbation.rotation)))
    if perturbation.shift != (0, 0):
        down, right = perturbation.shift
        parts.append(_("shift {down} px down, {right} px to the right").format(down=down, right=right))
    if perturbation.patch_size:
        parts.append(_("patch of {size} px").format(size=perturbation.patch_size))
    return ", ".join(parts)


def change_text(change: LayerChange) -> str:
    """Return what is to be said of a layer's change."""
    text = _("{layer}: relative distance {distance}, correlation {correlation}")
    return text.format(
        layer=layer_title(change.layer),
        distance=percent(change.distance),
        correlation=correlation_text(change.correlation),
    )


def picture_text(comparison: Comparison) -> str:
    """Return what is to be said of the pictures' own distance."""
    text = _("picture, as the first layer gets it: relative distance {distance}, correlation {correlation}")
    return text.format(
        distance=percent(comparison.picture.distance), correlation=correlation_text(comparison.picture.correlation)
    )


def finding(sheet: RobustnessSheet) -> str:
    """Return in one or two sentences what was found, in the numbers of this picture and this network."""
    comparison = sheet.comparison
    if comparison is None or sheet.first is None:
        return ""
    if sheet.wish.second is None and sheet.perturbation.is_neutral:
        return _("Nothing is disturbed yet: the picture is the clean one, and every layer is at distance 0.")
    shares = [(change.layer.label, percent(change.distance)) for change in landmarks(comparison)]
    picture = percent(comparison.picture.distance)
    if sheet.wish.second is not None:
        layers = ", ".join(_("{layer} {distance}").format(layer=layer, distance=share) for layer, share in shares)
        first = _("The pictures are {picture} apart, {layers}.").format(picture=picture, layers=layers)
        return " ".join([first, _answers(sheet.first, sheet.present)])
    layers = ", ".join(_("{layer} by {distance}").format(layer=layer, distance=share) for layer, share in shares)
    first = _("The picture changes by {picture}, {layers}.").format(picture=picture, layers=layers)
    return " ".join(filter(None, [first, _verdict(comparison), _answer(sheet.first, sheet.present)]))


def landmarks(comparison: Comparison) -> list[LayerChange]:
    """Return the first and the last convolution, or what joins the last branches, and the last layer."""
    maps = [
        change
        for change in comparison.layers
        if change.layer.kind == CONCATENATION or (change.layer.kind == CONVOLUTION and change.layer.branch is None)
    ]
    return list(dict.fromkeys([maps[0], maps[-1], comparison.layers[-1]]))


def _verdict(comparison: Comparison) -> str:
    """Return what becomes of the disturbance on its way; nothing where it stays about what it was."""
    before, after = comparison.picture.distance, comparison.layers[-1].distance
    if after < (1 - _ALIKE) * before:
        return _("On its way through the layers the disturbance is attenuated.")
    if after > (1 + _ALIKE) * before:
        return _("On its way through the layers the disturbance grows.")
    return ""


def _answers(first: Side, present: Side) -> str:
    """Return what both pictures are taken for."""
    one, other = (class_title(side.guesses[0].index, side.guesses[0].category) for side in (first, present))
    if one == other:
        return _("Both answers are {name}.").format(name=one)
    return _("The answers are {one} and {other}.").format(one=one, other=other)


def _answer(first: Side, present: Side) -> str:
    one, other = first.guesses[0], present.guesses[0]
    names = [class_title(guess.index, guess.category) for guess in (one, other)]
    if one.index == other.index:
        return _("The answer stays {name}.").format(name=names[0])
    return _("The answer turns from {before} to {after}.").format(before=names[0], after=names[1])
