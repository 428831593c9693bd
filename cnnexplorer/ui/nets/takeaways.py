"""What can be taken away from the pages about layers: overview, architecture, filters, maps, number."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from cnnexplorer.core import format_number
from cnnexplorer.nets import CATALOG
from cnnexplorer.ui.figures.facts import range_fact, span
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS

from .architecture_reading import LECTURE
from .figure_facts import Taker, map_facts, map_look, plain_name, unit_name
from .filter_controls import how_drawn
from .names import weights_title
from .number_sheet import COLOURS
from .page import shape_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import torch
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.data_files import Arrays
    from cnnexplorer.nets import Activations, LayerInfo
    from cnnexplorer.ui.figures.takeaway import Takeaway

    from .architecture_page import ArchitecturePage
    from .architecture_reading import Reading
    from .filter_state import FilterState
    from .filters_page import FiltersPage
    from .maps_page import MapsPage
    from .model import NetModel
    from .number_page import NumberPage
    from .overview_page import OverviewPage
    from .unit_panel import UnitPanel
    from .unit_sheet import UnitSheet

    Fact = tuple[str, str]


def overview(page: OverviewPage) -> list[Takeaway]:
    """Return what can be taken of the overview: what is seen, all of it in a shape of its own, and the page."""
    taker, view = Taker(page.model, "overview"), page.view
    seen = taker.take(view, "overview", _("The network as on screen"), spread=lambda: nullcontext(view.viewport()))
    whole = taker.take(view, "overview_whole", _("The whole network"), spread=view.spread)
    return [seen, whole, taker.page(page, _("The page"))]


def architecture(page: ArchitecturePage) -> list[Takeaway]:
    """Return what can be taken of the architecture: the tables with all rows, and the page."""
    taker, reading = Taker(page.model, "architecture"), page.reading
    if reading is None:
        return [taker.page(page, _("The page"))]
    known = [_table_facts(page.model, reading, place) for place in range(len(reading.wish.networks))]
    found = []
    if page.lecture.isVisible():
        title = _("The lecture's table")
        facts = [(_("Network"), CATALOG[LECTURE].title)]
        found.append(taker.take(page.lecture, "lecture_table", title, spread=page.lecture.spread, network=facts))
    else:
        for network, facts, table in zip(reading.wish.networks, known, (page.table, page.other), strict=False):
            taker.network = network
            title = _("The table of {network}").format(network=CATALOG[network].title)
            found.append(taker.take(table, "architecture", title, spread=table.spread, network=facts))
    taker.network = page.model.chosen.network
    return [*found, taker.page(page, _("The page"), chain.from_iterable(known))]


def _table_facts(model: NetModel, reading: Reading, place: int) -> list[Fact]:
    """Return what is known of the network of a table; its weights only where the table is of those that are loaded."""
    name, layers, network = reading.wish.networks[place], reading.architectures[place], model.network
    facts = [(_("Network"), CATALOG[name].title)]
    if network is not None and network.id == name and _counts(layers) == _counts(model.layers):
        facts.append((_("Weights"), weights_title(model.chosen)))
    return [*facts, (_("Input"), shape_text(reading.wish.size))]


def _counts(layers: Iterable[LayerInfo]) -> list[tuple[str, int]]:
    return [(layer.name, layer.parameters) for layer in layers]


# filters


def filters(page: FiltersPage) -> list[Takeaway]:
    """Return what can be taken of the filters: all of them, the chosen one, its planes, its numbers."""
    taker, state = Taker(page.model, "filters"), page.state
    found = []
    if state is not None and page.model.network is not None:
        weights = page.model.network.filters(state.layer.name)
        if page.grid.isVisible():
            title = _("All filters of {layer}").format(layer=state.layer.label)
            facts = _bank_facts(page, state, weights)
            bank = {f"{plain_name(state.layer.label)}_weight": weights.numpy()}
            found.append(
                taker.take(page.grid, "filters", title, facts, lambda: bank, layer=state.layer, spread=page.grid.spread)
            )
        if page.planes.isVisible():
            title = _("Kernels of filter {unit}").format(unit=state.unit)
            found.append(
                taker.take(
                    page.planes.grid, "kernels", title, _filter_facts(page, state), _weight(state),
                    layer=state.layer, unit=state.unit, spread=page.planes.grid.spread, numbers=_filter_title(state),
                )
            )  # fmt: skip
        found += _filter(taker, page, state)
    return [*found, taker.page(page, _("The page"))]


def _bank_facts(page: FiltersPage, state: FilterState, weights: torch.Tensor) -> list[Fact]:
    """Return what the values and the colours of all filters are, and as what each is drawn."""
    shared = page.controls.shared
    colours = _("{colours}, {span} ({range})") if shared else _("{colours} ({range})")
    limits = span(-state.reach, state.reach)  # of the whole layer where it is shared
    text = colours.format(colours=_colours_title(state), span=limits, range=page.controls.range_text)
    return [
        range_fact(float(weights.min()), float(weights.max())),
        (_("Colours"), text),
        (_("Drawing"), how_drawn(state.layer, shared, page.live.isChecked())),
    ]


def _filter_facts(page: FiltersPage, state: FilterState) -> list[Fact]:
    """Return what the values and the colours of one filter are."""
    text = _("{colours}, {span} ({range})").format(
        colours=_colours_title(state), span=span(-state.reach, state.reach), range=page.controls.range_text
    )
    return [range_fact(float(state.weight.min()), float(state.weight.max())), (_("Colours"), text)]


def _colours_title(state: FilterState) -> str:
    whole = state.is_colour and (state.plane is None or state.plane < 0)
    return _("Red, green and blue, grey is zero") if whole else _(COLOUR_MAPS["diverging"][1])


def _filter(taker: Taker, page: FiltersPage, state: FilterState) -> list[Takeaway]:
    """Return the filter that is looked at, enlarged at the side, and its numbers."""
    numbers = _("Numbers of filter {unit}").format(unit=state.unit)
    views: tuple[tuple[QWidget, str, str], ...] = (
        (page.panel.view, "filter", _filter_title(state)),
        (page.numbers.colours, "numbers", numbers),
        (page.numbers.matrix, "numbers", numbers),
    )
    facts = [*_filter_facts(page, state), (_("Norm"), format_number(state.norm, 4))]
    if state.plane is not None and state.plane >= 0:
        plane = _(COLOURS[state.plane]) if state.is_colour else str(state.first_plane + state.plane)
        facts.append((_("Plane"), plane))
    if state.edited:
        facts.append((_("Filter"), _("edited")))
    return [
        taker.take(
            view, name, title, facts, _weight(state), layer=state.layer, unit=state.unit, numbers=_filter_title(state)
        )
        for view, name, title in views
        if view.isVisible()
    ]


def _filter_title(state: FilterState) -> str:
    return _("Filter {unit}").format(unit=state.unit)


def _weight(state: FilterState) -> Callable[[], Arrays]:
    name = f"{plain_name(state.layer.label)}_{unit_name(state.unit, state.count)}_weight"
    return lambda: {name: state.weight}


# maps


def maps(page: MapsPage) -> list[Takeaway]:
    """Return what can be taken of the maps: the mosaic, the unit that is looked at, and the page."""
    taker, sheet = Taker(page.model, "maps"), page.sheet
    found = []
    if sheet is not None and page.view.isVisible():
        look = map_look(sheet.wish.colour_map, sheet.value_range)
        stats = sheet.mosaic.stats
        values = float(np.nanmin(stats.minimum)), float(np.nanmax(stats.maximum))
        title = _("All maps of {layer}").format(layer=sheet.layer.label)
        facts, arrays = map_facts(look, sheet.limits, values), _all_maps(page, sheet.layer, sheet.clean)
        found.append(taker.take(page.view, "maps", title, facts, arrays, layer=sheet.layer))
    unit = page.panel.sheet
    if unit is not None and page.enlarged.isVisible():
        found.insert(0, _unit_map(taker, page.enlarged.view, unit))
    if unit is not None and page.panel.isVisible():
        found += _unit(taker, page.panel, unit)
    return [*found, taker.page(page, _("The page"))]


def _all_maps(page: MapsPage, layer: LayerInfo, clean: bool) -> Callable[[], Arrays] | None:
    result = page.model.result
    if result is None:
        return None
    activations: Activations = result.clean if clean else result.activations
    name = plain_name(layer.label)
    return lambda: {name: activations[layer.name].float().cpu().numpy()}


def _unit_map(taker: Taker, view: QWidget, sheet: UnitSheet) -> Takeaway:
    return _of_unit(taker, view, "map", _unit_title(sheet), sheet)


def _unit_title(sheet: UnitSheet) -> str:
    return _("Unit {unit} of {layer}").format(unit=sheet.wish.unit, layer=sheet.layer.label)


def _unit(taker: Taker, panel: UnitPanel, sheet: UnitSheet) -> list[Takeaway]:
    """Return the unit's map over the picture, and the histogram of its values."""
    title = _("Unit {unit} over the picture").format(unit=sheet.wish.unit)
    found = [_of_unit(taker, panel.view, "overlay", title, sheet)]
    if panel.histogram.isVisible():
        found.append(_of_unit(taker, panel.histogram, "histogram", _("Histogram of the map"), sheet))
    return found


def _of_unit(taker: Taker, view: QWidget, name: str, title: str, sheet: UnitSheet) -> Takeaway:
    look = map_look(sheet.wish.colour_map, sheet.wish.value_range)
    figures, values = sheet.figures, sheet.values
    facts = [
        *map_facts(look, sheet.limits, (figures.minimum, figures.maximum)),
        (_("Mean"), format_number(figures.mean, 4)),
    ]
    key = f"{plain_name(sheet.layer.label)}_{unit_name(sheet.wish.unit, sheet.layer.output_shape[0])}"
    return taker.take(
        view, name, title, facts, lambda: {key: values}, layer=sheet.layer, unit=sheet.wish.unit,
        numbers=_unit_title(sheet),
    )  # fmt: skip


# number


def number(page: NumberPage) -> list[Takeaway]:
    """Return what can be taken of a value's arithmetic: the matrices together and one by one, and the lists."""
    taker, sheet = Taker(page.model, "number"), page.sheet
    if sheet is None:
        return [taker.page(page, _("The page"))]
    arithmetic = sheet.arithmetic
    facts = [(_("Value"), repr(arithmetic.device_value)), (_("Bias"), repr(arithmetic.bias))]
    if sheet.is_convolution:
        text = _("row {row}, column {column}")
        facts.insert(0, (_("Place"), text.format(row=arithmetic.row, column=arithmetic.column)))
    parts = {"inputs": arithmetic.inputs, "weights": arithmetic.weights, "products": arithmetic.products}
    found = []
    take = partial(taker.take, layer=sheet.layer, unit=arithmetic.unit)
    if page.products.isVisible():
        found.append(take(page.products, "number", _("All of the arithmetic"), facts, lambda: dict(parts)))
        plane = page.products.plane
        for part, view in page.products.views.items():
            own = [*facts, (_("Plane"), sheet.plane_title(plane))]
            found.append(take(view, part, view.accessibleName(), own, partial(dict, {part: parts[part][plane]})))
    if page.contributions.isVisible():
        title = _("What adds to the value")
        found.append(take(page.contributions, "contributions", title, facts, lambda: dict(parts)))
    return [*found, taker.page(page, _("The page"))]
