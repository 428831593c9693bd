"""What can be taken away from the pages about the answer: answer, robustness, why; and from the picture's column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.painting import finite_range

from .figure_facts import Taker, map_facts, map_look, plain_name
from .names import class_title, percent_text
from .robustness_texts import perturbation_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnexplorer.core.data_files import Arrays
    from cnnexplorer.nets import Guess
    from cnnexplorer.ui.figures.takeaway import Takeaway

    from .answer_page import AnswerPage
    from .input_column import InputForm
    from .robustness_page import RobustnessPage
    from .robustness_sheet import RobustnessSheet
    from .why_page import WhyPage

    Fact = tuple[str, str]

_BEST = 3  # classes that a caption names


def answer(page: AnswerPage) -> list[Takeaway]:
    """Return what can be taken of the answer: the classes with their softmax, and what makes a unit's value."""
    taker, sheet = Taker(page.model, "answer"), page.sheet
    if sheet is None:
        return [taker.page(page, _("The page"))]
    soft = sheet.softmax
    arrays = {"logits": soft.logits, "probabilities": soft.probabilities}
    best = [
        f"{class_title(index, sheet.category(index))} {percent_text(float(soft.probabilities[index]))}"
        for index in soft.order[:_BEST]
    ]
    facts = [(_("Answer"), ", ".join(best))]
    found = [
        taker.take(page.splitter, "answer", _("Classes and what they are made of"), facts, lambda: arrays),
        taker.take(page.classes, "classes", _("The classes"), facts, lambda: arrays),
    ]
    unit = sheet.unit
    if unit is not None:
        made = unit.arithmetic
        parts = {"inputs": made.inputs.ravel(), "weights": made.weights.ravel(), "products": made.products.ravel()}
        found.append(
            taker.take(
                page.contributions, "contributions", _("What adds to the value"),
                [*facts, (_("Value"), repr(made.device_value)), (_("Bias"), repr(made.bias))], lambda: dict(parts),
                layer=unit.layer, unit=made.unit,
            )
        )  # fmt: skip
    return [*found, taker.page(page, _("The page"))]


# robustness


def robustness(page: RobustnessPage) -> list[Takeaway]:
    """Return what can be taken of two pictures' comparison: the curves or the maps, the pictures, the answers."""
    taker, sheet = Taker(page.model, "robustness"), page.sheet
    if sheet is None or sheet.comparison is None:
        return [taker.page(page, _("The page"))]
    facts = _compared(page, sheet)
    found = []
    if page.chart.isVisible():
        found.append(taker.take(page.chart, "robustness", _("The change of every layer"), facts, _curves(page, sheet)))
    pairs = page.pairs.sheet
    if pairs is not None and page.pairs.isVisible():
        look = map_look(pairs.colour_map, "map")
        limits = float(np.nanmin(pairs.mosaic.low)), float(np.nanmax(pairs.mosaic.high))
        found.append(
            taker.take(
                page.pairs.view, "pairs", _("Maps of both pictures"), [*facts, *map_facts(look, limits, limits)],
                layer=pairs.layer,
            )
        )  # fmt: skip
    row = page.pictures
    pictures = {"present": sheet.present.picture}
    if sheet.first is not None:
        pictures["first"] = sheet.first.picture
        first = {"first": sheet.first.picture}
        found.append(taker.take(row.first, "picture_first", row.titles[0].text(), facts, lambda: first))
    present = {"present": sheet.present.picture}
    found += [
        taker.take(row.present, "picture_present", row.titles[1].text(), facts, lambda: present),
        taker.take(row, "pictures", _("Both pictures and their answers"), facts, lambda: pictures),
        taker.take(row.answers, "answers", _("Both answers"), facts),
    ]
    return [*found, taker.page(page, _("The page"))]


def _compared(page: RobustnessPage, sheet: RobustnessSheet) -> list[Fact]:
    second = sheet.wish.second
    if second is None:
        return [(_("Compared with"), _("the clean picture"))]
    what = perturbation_text(second.perturbation)
    return [(_("Compared with"), _(second.source.title) + (f" ({what})" if what else ""))]


def _curves(page: RobustnessPage, sheet: RobustnessSheet) -> Callable[[], Arrays]:
    changes = () if sheet.comparison is None else sheet.comparison.layers
    distance = np.array([change.distance for change in changes])
    correlation = np.array([change.correlation for change in changes])
    return lambda: {"distance": distance, "correlation": correlation}


# why


def why(page: WhyPage) -> list[Takeaway]:
    """Return what can be taken of an explanation: the heat over the picture, and the units that count most."""
    taker, sheet, heat = Taker(page.model, "why"), page.sheet, page.view.heat
    if sheet is None:
        return [taker.page(page, _("The page"))]
    computed = sheet.computed
    name = computed.network.categories[sheet.class_index] if computed.network.categories else None
    share = percent_text(float(computed.probabilities[sheet.class_index]))
    facts: list[Fact] = [(_("Class"), f"{class_title(sheet.class_index, name)} {share}")]
    cam = page.method == "gradcam"
    found = []
    if heat is not None and not heat.plain:
        facts.append((_("Method"), "Grad-CAM" if cam else _("Occlusion")))
        occlusion = heat.occlusion
        if occlusion is not None:
            text = _("{size} px, every {stride} px")
            facts.append((_("Patch"), text.format(size=occlusion.size, stride=occlusion.stride)))
        look = map_look(page.controls.colour_map(signed=not cam), "map")
        facts += map_facts(look, heat.limits, finite_range(heat.values))
        values, key = heat.values, plain_name(page.method)
        found.append(
            taker.take(
                page.view, page.method, _("What speaks for the class"), facts, lambda: {key: values},
                layer=sheet.layer if cam else None,
            )
        )  # fmt: skip
    else:
        found.append(taker.take(page.view, "picture", _("The picture"), facts))
    if cam and sheet.cam is not None and page.cam_panel.units.isVisible():
        shares = {"alpha": sheet.cam.alpha, "contributions": sheet.cam.contributions}
        units = page.cam_panel.units
        found.append(taker.take(units, "units", _("Units that count most"), facts, lambda: shares, layer=sheet.layer))
    return [*found, taker.page(page, _("The page"))]


# the picture's column


def column(form: InputForm, taker: Taker) -> list[Takeaway]:
    """Return what can be taken of the column at the left: what the network sees, and its answer."""
    result = taker.model.result
    if result is None or not form.isVisible():
        return []
    picture = result.picture
    return [
        taker.take(form.view, "picture", _("What the network sees"), (), lambda: {"picture": picture}),
        taker.take(form.guesses, "guesses", _("The five most probable classes"), _guessed(result.guesses)),
    ]


def _guessed(guesses: Sequence[Guess]) -> list[Fact]:
    texts = (f"{class_title(guess.index, guess.category)} {percent_text(guess.probability)}" for guess in guesses)
    return [(_("Answer"), ", ".join(texts))]
