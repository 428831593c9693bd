"""What a lab does with the Network workspace: set it up, keep to what is free, tell what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from msgspec import structs
from PySide6.QtCore import QObject, QTimer, Signal

from cnnexplorer.core import UserError, load_image
from cnnexplorer.core.kernels import preset
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.labs import NetworkView
from cnnexplorer.labs.freedom import locked
from cnnexplorer.labs.places import file_in
from cnnexplorer.nets import CATALOG, Perturbation, compare_activations, has_bundled_weights
from cnnexplorer.nets.filter_measures import colourfulness, norms, responses, similarity
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask

from .network_bar import best_weights
from .robustness_texts import perturbation_text
from .sources import MAX_SIDE
from .state import Chosen, Place, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cnnexplorer.labs import Step
    from cnnexplorer.labs.model import FindTask, NetworkSetup
    from cnnexplorer.nets import Computed, Network

    from .workspace import NetWorkspace


class NetLook(NamedTuple):
    """What the workspace shows, frozen; `measures` and `changes` are computed when asked, off the GUI thread."""

    view: NetworkView
    computed: Computed | None

    def measures(self, task: FindTask) -> list[float] | None:
        """Rank the units of a task's layer; None where nothing is computed yet."""
        return None if self.computed is None else _measure(self.computed, task)

    def changes(self) -> Mapping[str, tuple[float, float]]:
        """Return how far each layer is from the clean picture's: (distance, correlation)."""
        return {} if self.computed is None else _Changes(self.computed)


class NetLabSide(QObject):
    """The Network workspace, as a lab uses it.

    Signals: `changed()` when it shows something else, `refused(error)`.
    """

    changed = Signal()
    refused = Signal(object)

    def __init__(self, net: NetWorkspace) -> None:
        super().__init__(net)
        self._net = net
        self._task = LatestTask(self)
        self._wish: Chosen | None = None
        self._setup: NetworkSetup | None = None
        model = net.model
        model.network_changed.connect(self._follow)
        for signal in (model.place_changed, model.settings_changed, model.computed, model.filters_changed):
            signal.connect(lambda *_values: self.changed.emit())

    def look(self) -> NetLook:
        """Return what is shown now."""
        model, computed = self._net.model, self._net.model.result
        title, kind = model.source.title, self._net.sources.kind
        picture = next((id_ for id_, sample in SAMPLES.items() if sample.title == title), title)
        view = NetworkView(
            model.chosen.network, model.chosen.weights, model.place.page, model.place.layer, int(model.place.unit),
            picture if kind != "camera" else "", _numbers(model.perturbation),
        )  # fmt: skip
        fits = computed is not None and computed.perturbation == model.perturbation
        return NetLook(view, computed if fits else None)

    def in_words(self) -> str:
        """Say in a line what is shown: network, page, layer and unit, picture, and what is done to it."""
        model, tabs = self._net.model, self._net.tabs
        done = perturbation_text(model.perturbation)
        parts = (
            CATALOG[model.chosen.network].title, tabs.tabText(tabs.currentIndex()),
            f"{model.place.layer} {model.place.unit}", _(model.source.title), done or _("Clean"),
        )  # fmt: skip
        return ", ".join(parts)

    def begin(self, setup: NetworkSetup, folder: Path | None) -> None:
        """Show what the first step of a lab sets up; what it leaves out is as the program begins."""
        model = self._net.model
        guard, model.guard = model.guard, None
        self._net.start_over()
        self._net.sources.kind = "sample"
        model.guard = guard
        self.show(structs.replace(setup, page=setup.page or Place.page), folder)

    def show(self, setup: NetworkSetup, folder: Path | None) -> None:
        """Show what a step of a lab in a folder sets up; what it leaves out stays."""
        model = self._net.model
        self._setup = setup
        guard, model.guard = model.guard, None
        sources = self._net.sources
        kind = sources.kind
        sources.let_go()
        sources.kind = kind if kind == "sample" else sources.kind
        if setup.perturbation is not None:
            wanted = setup.perturbation
            model.set_perturbation(Perturbation(**{name: getattr(wanted, name) for name in wanted.__struct_fields__}))
        model.guard = guard
        if setup.picture:
            self._task.start(partial(_picture, setup.picture, folder), self._take_picture, self._fail)
        weights = setup.weights
        if weights == "bundled" and not has_bundled_weights(setup.network):
            weights = best_weights(setup.network)  # type: ignore[assignment]  # one of the three
        chosen = Chosen(setup.network, weights, setup.seed, model.chosen.device)
        self._wish = chosen
        if model.network is not None and _same(model.chosen, chosen):
            self._follow()
        else:
            model.guard = None
            model.choose(chosen)
            model.guard = guard

    def keep_to(self, step: Step | None) -> None:
        """Refuse edits that a step does not allow; None allows all."""

        def check(what: str) -> None:
            if step is not None and not step.allows(what):
                raise locked(what)

        self._net.model.guard = None if step is None else check

    def close(self) -> None:
        """Wait for work under way."""
        self._task.close()

    # the inside

    def _follow(self) -> None:
        """Look at what the step says, once its network is there."""
        wish, model = self._wish, self._net.model
        if wish is not None and model.network is not None and _same(model.chosen, wish):
            self._wish = None
            # once everything else knows the network
            QTimer.singleShot(0, self, self._look_there)
        self.changed.emit()

    def _look_there(self) -> None:
        setup, model = self._setup, self._net.model
        if setup is None or model.network is None:
            return
        place = model.place
        if setup.page is not None:
            place = replace(place, page=setup.page)
        layer = model.layer(setup.layer) if setup.layer else None
        if layer is not None:
            row, column = setup.cell or (None, None)
            place = replace(place, layer=layer.name, unit=min(setup.unit, layer.output_shape[0] - 1), row=row,
                            column=column)  # fmt: skip
        elif setup.layer:
            self.refused.emit(
                UserError("{network} has no layer {layer}", network=CATALOG[setup.network].title, layer=setup.layer)
            )
        model.start_at(place)

    def _take_picture(self, found: tuple[Source, bool]) -> None:
        source, is_sample = found
        model = self._net.model
        guard, model.guard = model.guard, None
        self._net.sources.kind = "sample" if is_sample else "kept"
        model.set_source(source)
        model.guard = guard

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)


def _same(one: Chosen, other: Chosen) -> bool:
    return (one.network, one.weights, one.seed) == (other.network, other.weights, other.seed)


def _picture(name: str, folder: Path | None) -> tuple[Source, bool]:
    """Return a picture, and whether it is a sample."""
    if name in SAMPLES:
        image = make_sample(name)
        return Source(image / max(float(image.max()), 1.0), SAMPLES[name].title), True
    return Source(load_image(file_in(folder, name), max_side=MAX_SIDE), name), False


def _numbers(perturbation: Perturbation) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(perturbation).items() if isinstance(value, int | float)}


def _measure(computed: Computed, task: FindTask) -> list[float] | None:
    activations = computed.activations
    if task.layer not in activations:
        return None

    def work() -> Any:  # noqa: ANN401  # an array
        if task.measure == "response":
            return responses(activations[task.layer])
        weight = activations.weights[task.layer][0]
        if task.measure == "norm":
            return norms(weight)
        return (
            colourfulness(weight)
            if task.measure == "colourfulness"
            else similarity(weight, np.array(preset(task.kernel).matrix))
        )

    network: Network = computed.network
    return [float(value) for value in network.guarded(work)]


class _Changes(Mapping[str, tuple[float, float]]):
    """How far layers are from the clean picture's, computed when it is first looked at."""

    def __init__(self, computed: Computed) -> None:
        self._computed = computed

    def __getitem__(self, name: str) -> tuple[float, float]:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    @cached_property
    def _known(self) -> dict[str, tuple[float, float]]:
        comparison = compare_activations(self._computed.activations, self._computed.clean)
        return {change.layer.name: (change.distance, change.correlation) for change in comparison.layers}
