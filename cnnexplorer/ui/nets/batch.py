"""What of the network can be saved a whole layer at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG
from cnnexplorer.nets.batch import FILTERS, LayerReader, filter_groups, map_groups
from cnnexplorer.ui.batch_offer import BatchKind, BatchOffer
from cnnexplorer.ui.language import _

from .figure_facts import layer_facts, picture_facts, weights_facts
from .filter_state import convolutions, nearest_convolution
from .layer_rows import shape
from .page import layer_title
from .sources import pictures_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cnnexplorer.core.batch import Group
    from cnnexplorer.nets import LayerInfo
    from cnnexplorer.ui.batch_offer import Opener

    from .model import NetModel

    Fact = tuple[str, str]


def network_offer(model: NetModel) -> BatchOffer | None:
    """Return what of the network in use can be saved; None before anything is computed.

    Filters come first on their page, maps elsewhere; what is looked at is chosen at first.
    """
    computed = model.result
    if computed is None:
        return None
    network, layers = computed.network, computed.activations.layers
    convolved = convolutions(layers)
    titles = {layer.name: _title(network.id, layer) for layer in layers}
    maps, filters = map_groups(layers, titles), filter_groups(convolved, titles)
    maps, filters = _told(maps, layers), _told(filters, convolved)
    weights, present = tuple(weights_facts(model, network)), tuple(picture_facts(model))
    (picture, _name), *rest = picture_facts(model, "")

    def map_facts(file: str | None) -> tuple[Fact, ...]:
        return (*weights, *(present if file is None else ((picture, file), *rest)))

    names = {group.name: layer.name for group, layer in zip(maps, layers, strict=True)}
    names |= {group.name: layer.name for group, layer in zip(filters, convolved, strict=True)}
    preprocess, perturbation = model.preprocess, model.perturbation

    def opener(files: tuple[Path, ...]) -> Opener:
        return LayerReader(network, names, files, computed, perturbation, preprocess).open

    place = model.layer(model.place.layer)
    near = nearest_convolution(layers, model.place.layer)
    kinds = [
        BatchKind(
            "maps",
            mark("Maps of the layers"),
            maps,
            tuple(f"{layer_title(layer)}, {shape(layer.output_shape)}" for layer in layers),
            frozenset({place.label} if place is not None else ()),
            opener,
            of_pictures=True,
            unit=mark("Unit"),
            facts=map_facts,
        ),
        BatchKind(
            "filters",
            mark("Filters of the convolutions"),
            filters,
            tuple(
                f"{layer.label}, {shape((group.count, *group.shape))}"
                for layer, group in zip(convolved, filters, strict=True)
            ),
            frozenset({near.label + FILTERS} if near is not None else ()),
            opener,
            whole="filters",
            unit=mark("Filter"),
            facts=lambda _file: weights,
        ),
    ]
    if model.place.page == "filters":
        kinds.reverse()
    return BatchOffer(network.id, tuple(kinds), pictures_of)


def _told(groups: tuple[Group, ...], layers: Sequence[LayerInfo]) -> tuple[Group, ...]:
    """Return groups with their layers' parameters."""
    return tuple(replace(group, facts=tuple(layer_facts(layer))) for group, layer in zip(groups, layers, strict=True))


def _title(network: str, layer: LayerInfo) -> str:
    return _("{network}, {layer}").format(network=CATALOG[network].title, layer=layer_title(layer))
