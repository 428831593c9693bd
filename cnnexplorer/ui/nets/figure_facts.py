"""The lines of captions that the Network workspace's figures share, and what its files are called."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING

from cnnexplorer.ui.figures.facts import colours_fact, program_fact, range_fact
from cnnexplorer.ui.figures.takeaway import Takeaway
from cnnexplorer.ui.language import _
from cnnexplorer.ui.widgets.painting import Look

from .names import weights_title
from .page import layer_title, shape_text
from .robustness_texts import perturbation_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.data_files import Arrays
    from cnnexplorer.nets import LayerInfo, Network
    from cnnexplorer.nets.mosaic import Range

    from .model import NetModel

    Fact = tuple[str, str]

_OTHER = re.compile(r"[^a-z0-9.]+")


def network_facts(model: NetModel) -> list[Fact]:
    """Return what is known of the network and of the picture that it looks at."""
    return [] if model.network is None else [*weights_facts(model, model.network), *picture_facts(model)]


def weights_facts(model: NetModel, network: Network) -> list[Fact]:
    """Return what is known of the network in use."""
    facts = [(_("Network"), network.entry.title), (_("Weights"), weights_title(model.chosen))]
    if edited := network.edited_layers():
        labels = [layer.label for layer in model.layers if layer.name in edited]
        facts.append((_("Edited filters"), ", ".join(labels)))
    return facts


def picture_facts(model: NetModel, file: str | None = None) -> list[Fact]:
    """Return what is known of the picture that the network looks at, or would of another in a file."""
    facts = [(_("Picture"), _(model.source.title) if file is None else file)]
    if model.result is not None and (file is None or model.preprocess):  # else as large as it is
        facts.append((_("What the network sees"), shape_text(model.result.picture.shape)))
    if what := perturbation_text(model.perturbation):
        facts.append((_("Disturbance"), what))
    if not model.preprocess:
        facts.append((_("Preprocessing"), _("none")))
    return facts


def layer_facts(layer: LayerInfo) -> list[Fact]:
    """Return a layer's parameters."""
    facts = [(_("Layer"), layer_title(layer)), (_("Output"), shape_text(layer.output_shape))]
    for label, pair in ((_("Size"), layer.kernel_size), (_("Stride"), layer.stride), (_("Padding"), layer.padding)):
        if pair is not None:
            facts.append((label, shape_text(pair)))
    if layer.groups > 1:
        facts.append((_("Groups"), str(layer.groups)))
    if layer.parameters:
        facts.append((_("Parameters"), f"{layer.parameters:,}"))
    return facts


def map_facts(look: Look, limits: tuple[float, float], values: tuple[float, float]) -> list[Fact]:
    """Return what the values and the colours of maps are."""
    return [range_fact(*values), colours_fact(look, limits)]


def map_look(colour_map: str, value_range: Range) -> Look:
    """Return how maps are shown."""
    if isinstance(value_range, tuple):
        return Look(colour_map, "fixed", *value_range)
    return Look(colour_map, value_range)


def plain_name(label: str) -> str:
    """Return a layer's label as a part of a file's name.

    >>> plain_name("conv2 / 5x5 reduce")
    'conv2-5x5-reduce'
    """
    return _OTHER.sub("-", label.lower()).strip("-")


def unit_name(unit: int, count: int) -> str:
    """Return a unit's number with as many digits as let names sort.

    >>> unit_name(7, 96), unit_name(7, 4096)
    ('007', '0007')
    """
    return f"{unit:0{max(len(str(count - 1)), 3)}}"


class Taker:
    """Makes the takeaways of a page.

    Parameters
    ----------
    page
        What the page is called in names of files.
    """

    def __init__(self, model: NetModel, page: str) -> None:
        self.model, self._page = model, page
        self.network = model.chosen.network

    def stem(self, *parts: str) -> str:
        """Return a file's name from parts behind the network's; empty ones are left out."""
        return "_".join(part for part in (self.network, *parts) if part)

    def take(
        self,
        widget: QWidget,
        view: str,
        title: str,
        facts: Iterable[Fact] = (),
        arrays: Callable[[], Arrays] | None = None,
        *,
        layer: LayerInfo | None = None,
        unit: int | None = None,
        spread: Callable[[], AbstractContextManager[QWidget | None]] = nullcontext,
        buttons: bool = False,
        network: Iterable[Fact] | None = None,
        numbers: str = "",
    ) -> Takeaway:
        """Return a takeaway; `view` is what it is called in names of files, where the unit does not tell.

        Parameters
        ----------
        network
            What is said of the network and its picture, where it is not about the ones in use.
        numbers
            As a takeaway has it.
        """
        about = [] if layer is None else layer_facts(layer)
        label = "" if layer is None else plain_name(layer.label)
        number = "" if unit is None or layer is None else unit_name(unit, layer.output_shape[0])
        if unit is not None:
            about.append((_("Unit"), str(unit)))
        words = {"workspace": "network", "network": self.network, "layer": label, "channel": number, "view": view}
        name = self.stem(label, number, "" if view == "map" else view)
        known = network_facts(self.model) if network is None else network
        caption = (*known, *about, *facts, program_fact())
        return Takeaway(widget, name, title, caption, arrays, words, buttons, spread, numbers)

    def page(self, widget: QWidget, title: str, network: Iterable[Fact] | None = None) -> Takeaway:
        """Return a picture of the page, its controls and all."""
        return self.take(widget, f"{self._page}_page", title, buttons=True, network=network)
