"""What the Network workspace is about: network, picture, what was computed, and the place that is looked at."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from cnnexplorer.core import UserError
from cnnexplorer.nets import (
    CATALOG,
    Computed,
    DeviceError,
    Network,
    Perturbation,
    is_out_of_memory,
    receptive_rectangle,
)
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask

from .answering import Derived, Request, Superseded, answer, load
from .state import Chosen, Place, Pointed, Source
from .trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from PySide6.QtCore import SignalInstance

    from cnnexplorer.nets import LayerInfo

DEFAULT_SIDE = 224
ANSWER_SECONDS = 0.1  # the longest that live pictures' answers may wait for the sake of more maps a second


class NetModel(QObject):
    """The workspace's state, and the only one that computes.

    Signals
    -------
    network_changed()
        Another network, other weights or another device; `computed` follows.
    computed(Computed)
        There are new activations.
    place_changed(old Place, new Place)
    pointed(Pointed or None)
        What lies under the mouse, in any view.
    filters_changed(layer)
        Filters were edited; `computed` follows.
    settings_changed()
        Picture, perturbation or preprocessing were changed; `computed` follows.
    busy_changed(text)
        What is under way, for the user; empty when nothing is.
    loading_changed(bool)
        Whether a network is loaded or moved, which can be cancelled.
    refused(error)
        Expected trouble, for the banner.
    convolution_asked(image, weight, bias, stride, padding, (row, column))
        "Open in Convolution".
    """

    network_changed = Signal()
    computed = Signal(object)
    place_changed = Signal(object, object)
    pointed = Signal(object)
    filters_changed = Signal(str)
    settings_changed = Signal()
    busy_changed = Signal(str)
    loading_changed = Signal(bool)
    refused = Signal(object)
    _glimpsed = Signal(object, str, object)
    convolution_asked = Signal(object, object, object, object, object, object)

    def __init__(self, source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._perturbation, self._preprocess = Perturbation(), True
        self._own_perturbation: Perturbation | None = None  # the user's, while another is lent
        self._chosen = Chosen()
        self._network: Network | None = None
        self._computed: Computed | None = None
        self._place = Place()
        self._trail = Trail()
        self._derived: dict[str, Derived] = {}
        self._derivations: dict[str, LatestTask] = {}
        self._loader, self._task = LatestTask(self), LatestTask(self)
        self._loader.busy_changed.connect(self.loading_changed)
        self._glimpsed.connect(self._show_glimpse, Qt.ConnectionType.QueuedConnection)
        self._running: Request | None = None
        self._shown_glimpse: object = None
        self._pending: Request | None = None
        self._told = 0
        self._answered = 0.0
        self._busy = self._loading = ""
        self.history = QUndoStack(self)
        # asked before "network", "weights", "picture", "perturbation" or "edit_filters" is changed; refuses by raising
        # `UserError`
        self.guard: Callable[[str], None] | None = None

    # network

    @property
    def chosen(self) -> Chosen:
        """What the present network was made from."""
        return self._chosen

    @property
    def network(self) -> Network | None:
        """The network in use; None until the first is loaded."""
        return self._network

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """The layers of the network in use, in order of execution; of what was computed last where there is that."""
        if self._computed is not None and self._computed.network is self._network:
            return self._computed.activations.layers
        return () if self._network is None else self._network.layers

    def layer(self, name: str) -> LayerInfo | None:
        """Return what is known of a layer of the network in use."""
        return next((layer for layer in self.layers if layer.name == name), None)

    def choose(self, chosen: Chosen) -> None:
        """Load another network, or the same with other weights or elsewhere; on failure the present one stays."""
        old, what = self._chosen, "network" if chosen.network != self._chosen.network else "weights"
        same = (chosen.network, chosen.weights, chosen.seed) == (old.network, old.weights, old.seed)
        if self._network is not None and not same and not self._allows(what, self.network_changed):
            return
        title = CATALOG[chosen.network].title
        self._say_loading(_("loading {network}…").format(network=title))
        self._loader.start(
            partial(load, chosen),
            partial(self.adopt, chosen),
            partial(self._not_loaded, chosen=chosen),
        )

    def cancel_loading(self) -> None:
        """Stay with the network in use."""
        self._loader.cancel()
        self._say_what_goes_on()
        self.network_changed.emit()  # the controls show again what is in use

    def adopt(self, chosen: Chosen, network: Network) -> None:
        """Use a network that is loaded."""
        self._loader.cancel()
        self._task.cancel()
        self._running = self._pending = None
        self._chosen, self._network, self._computed = chosen, network, None
        self._told = 0
        self.history.clear()
        names = [layer.name for layer in network.layers]
        self.network_changed.emit()
        if self._place.layer not in names:
            self._move(replace(self._place, layer=names[0], unit=0, row=None, column=None))
        self._trail.begin(self._place)
        self._tell_notices()
        self._ask()

    def move_to(self, device: str) -> None:
        """Compute elsewhere, with the same weights and edits."""
        network = self._network
        if network is None:
            return
        self._say_loading(_("moving the network…"))

        def moved(_nothing: object) -> None:
            self._chosen = replace(self._chosen, device=device)
            self._tell_notices()
            self._ask()

        self._loader.start(lambda: network.move_to(device), moved, self._not_loaded)

    # picture

    @property
    def source(self) -> Source:
        """The picture, as it was given."""
        return self._source

    def set_source(self, source: Source) -> None:
        """Look at another picture. Pictures may come faster than they can be computed: the newest wins."""
        if not self._allows("picture", self.settings_changed):
            return
        self._source = source
        self._ask()  # first: the worker has begun while the views follow
        self.settings_changed.emit()

    @property
    def perturbation(self) -> Perturbation:
        """What is done to the picture before the network sees it."""
        return self._perturbation

    def set_perturbation(self, perturbation: Perturbation) -> None:
        """Disturb the picture."""
        if perturbation != self._perturbation:
            if not self._allows("perturbation", self.settings_changed):
                return
            self._own_perturbation = None
            self._disturb(perturbation)

    @property
    def own_perturbation(self) -> Perturbation:
        """What the user does to the picture, also while something else is lent."""
        return self._perturbation if self._own_perturbation is None else self._own_perturbation

    @property
    def lends_perturbation(self) -> bool:
        """Whether the picture is disturbed in another way than the user asked for."""
        return self._own_perturbation is not None

    def lend_perturbation(self, perturbation: Perturbation) -> None:
        """Disturb the picture in another way for a while; the user's own way is kept until it is taken back.

        Raises
        ------
        UserError
            The picture may not be disturbed now.
        """
        if self.guard is not None:
            self.guard("perturbation")
        self._own_perturbation = self.own_perturbation
        if perturbation != self._perturbation:
            self._disturb(perturbation)

    def take_perturbation_back(self) -> None:
        """Disturb the picture as the user asked for."""
        own, self._own_perturbation = self._own_perturbation, None
        if own is not None and own != self._perturbation:
            self._disturb(own)

    def _disturb(self, perturbation: Perturbation) -> None:
        self._perturbation = perturbation
        self.settings_changed.emit()
        self._ask()

    @property
    def preprocess(self) -> bool:
        """Whether pictures are resized, cropped and normalised as the weights expect."""
        return self._preprocess

    def set_preprocess(self, preprocess: bool) -> None:
        """Switch the preprocessing on or off."""
        if preprocess != self._preprocess:
            self._preprocess = preprocess
            self.settings_changed.emit()
            self._ask()

    @property
    def side(self) -> int:
        """The side of the square that the network looks at, in pixels."""
        crop = None if self._network is None else self._network.preprocessing.crop
        return DEFAULT_SIDE if crop is None else crop[0]

    def set_side(self, side: int) -> None:
        """Look at larger or smaller pictures; where the weights fit one size only, that is told and nothing changes."""
        if self._network is None or side == self.side:
            return
        try:
            self._network.set_crop((side, side))
        except UserError as error:
            self.settings_changed.emit()  # the field shows again what is in use
            self.refused.emit(error)
        else:
            self.settings_changed.emit()
            self._ask()

    # what was computed

    @property
    def result(self) -> Computed | None:
        """What was computed last for the network in use."""
        return self._computed

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way, and what was computed last is what was asked for and has been shown."""
        tasks = (self._loader, self._task, *self._derivations.values())
        return self._pending is None and not any(task.busy for task in tasks)

    def derive(
        self,
        key: str,
        make: Callable[[Any], Any] | None,
        show: Callable[[Any], None] | None = None,
        needs: str = "",
    ) -> None:
        """Let a view have a value made from what is computed, on the worker, now and after each forward pass.

        Parameters
        ----------
        key
            The view's own word; asking again under the same word replaces what was asked before.
        make
            A pure function of what was computed, run off the GUI thread; None to ask no more.
        show
            Called on the GUI thread with what `make` gave, if it still is what was asked for last.
        needs
            The layer up to which `make` looks: then it may be given a `Glimpse`, before the other layers are computed.
        """
        task = self._derivations.setdefault(key, LatestTask(self))
        task.cancel()
        if make is None or show is None:
            self._derived.pop(key, None)
            return
        self._derived[key] = Derived(make, show, needs)
        self._make_now(key)

    def _make_now(self, key: str) -> None:
        """Have a view's value made from what was computed last."""
        derived, computed = self._derived[key], self._computed
        if computed is not None:
            self._derivations[key].start(
                lambda: derived.make(computed),
                partial(self._show_derived, key, derived, computed),
                self._derivation_failed,
            )

    # place

    @property
    def place(self) -> Place:
        """What is looked at."""
        return self._place

    def go(self, place: Place) -> None:
        """Look at something else; `back` returns."""
        if place == self._place:
            return
        self._trail.go(place)
        self._move(place)

    def visit(self, **changes: Any) -> None:  # noqa: ANN401  # fields of Place
        """Look at something else that shares the rest with the present place.

        Another layer begins at its unit 0, another unit without a chosen value.
        """
        if changes.get("layer", self._place.layer) != self._place.layer:
            changes = {"unit": 0, "row": None, "column": None} | changes
        elif changes.get("unit", self._place.unit) != self._place.unit:
            changes = {"row": None, "column": None} | changes
        self.go(replace(self._place, **changes))

    def start_at(self, place: Place) -> None:
        """Look at something else, from which no way leads back."""
        self._trail.begin(place)
        self._move(place)

    def back(self) -> None:
        """Look at what was looked at before."""
        if self.can_go_back:
            self._move(self._trail.step(-1))

    def forward(self) -> None:
        """Take `back` back."""
        if self.can_go_forward:
            self._move(self._trail.step(1))

    @property
    def can_go_back(self) -> bool:
        """Whether something was looked at before."""
        return self._trail.can_go_back

    @property
    def can_go_forward(self) -> bool:
        """Whether `back` was used."""
        return self._trail.can_go_forward

    def point_at(self, layer: str = "", unit: int = 0, row: int = 0, column: int = 0) -> None:
        """Tell all views what lies under the mouse; no layer when nothing does."""
        if not layer or self._computed is None:
            self.pointed.emit(None)
            return
        sees = receptive_rectangle(self._computed.activations.layers, layer, row, column)
        self.pointed.emit(Pointed(layer, unit, row, column, sees))

    # filters

    def edit_filters(self, layer: str, edit: Callable[[Network], None], text: str) -> bool:
        """Change filters through one of the network's own methods; `text` names the edit for undo.

        Returns
        -------
        bool
            Whether anything was changed; trouble was told where not.
        """
        network = self._network
        if network is None or not self._allows("edit_filters"):
            return False
        before = network.filters(layer)
        try:
            edit(network)
        except UserError as error:
            self.refused.emit(error)
            return False
        after = network.filters(layer)
        if bool((before == after).all()):
            return False
        network.set_filters(layer, before)
        self.history.push(_FilterCommand(self, layer, before, after, text))
        return True

    def _put_filters(self, layer: str, weights: torch.Tensor) -> None:
        if self._network is not None:
            self._network.set_filters(layer, weights)
            self.filters_changed.emit(layer)
            self._ask()

    # the end

    def close(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._pending = None
        for task in (self._loader, self._task, *self._derivations.values()):
            task.close()

    # the inside

    def _allows(self, what: str, changed: SignalInstance | None = None) -> bool:
        """Tell whether something may be changed; else tell the user, once the controls show again what is in use."""
        try:
            if self.guard is not None:
                self.guard(what)
        except UserError as error:
            if changed is not None:
                changed.emit()
            self.refused.emit(error)
            return False
        return True

    def _move(self, place: Place) -> None:
        old, self._place = self._place, place
        self.place_changed.emit(old, place)

    def _ask(self) -> None:
        """Compute what is asked for now; while the last is under way only the newest waits, and no queue grows."""
        if self._network is None:
            return
        clean = None
        last = self._running or None
        if self._computed is not None and last is not None and self._same_but_disturbed(last):
            clean = self._computed.clean
        request = Request(
            self._network,
            self._source,
            self._perturbation,
            self._preprocess,
            self._network.preprocessing,
            clean,
            dict(self._derived),
        )
        if self._task.busy:
            self._pending = request
        else:
            self._start(request)

    def _same_but_disturbed(self, last: Request) -> bool:
        """Whether the clean picture's activations can be used again: same picture, network and filters."""
        return (
            not self._task.busy
            and last.network is self._network
            and last.source is self._source
            and last.preprocess == self._preprocess
            and last.preprocessing == self._network.preprocessing
            and self._computed is not None
            and self._computed.filters_version == self._network.filters_version
            and self._computed.clean.device == self._network.device
        )

    def _start(self, request: Request) -> None:
        self._running, self._pending = request, None
        self._task.start(partial(answer, request, self._glimpsed.emit, self._is_superseded), self._take, self._fail)
        self._say_what_goes_on()

    def _is_superseded(self) -> bool:
        """Whether a newer picture waits, and the last whole answer is young; asked on the worker."""
        return self._pending is not None and time.perf_counter() - self._answered < ANSWER_SECONDS

    def _take(self, answer: tuple[Computed, dict[str, Any]]) -> None:
        self._answered = time.perf_counter()
        computed, values = answer
        running, pending = self._running, self._pending
        assert running is not None
        self._computed = computed
        if pending is not None:
            clean = computed.clean if self._same_but_disturbed(running) else None
            self._start(replace(pending, clean=clean, derived=dict(self._derived)))
        else:
            self._say_what_goes_on()
        self._tell_notices()
        self.computed.emit(computed)
        for key, derived in list(self._derived.items()):
            if running.derived.get(key) is derived:
                if values[key] is not self._shown_glimpse:
                    derived.show(values[key])
            elif self._computed is computed:  # asked for while this was under way
                self._make_now(key)  # the same value: a pass that has begun already makes it, too
        self._shown_glimpse = None

    def _show_glimpse(self, request: Request, key: str, value: object) -> None:
        """Show what was made of the first layers while the others are computed."""
        derived = self._derived.get(key)
        if request is self._running and derived is not None and request.derived.get(key) is derived:
            self._shown_glimpse = value
            derived.show(value)

    def _show_derived(self, key: str, derived: Derived, computed: Computed, value: object) -> None:
        if self._derived.get(key) is derived and self._computed is computed:
            derived.show(value)

    def _fail(self, error: BaseException) -> None:
        self._say_what_goes_on()
        computed, running = self._computed, self._running
        if self._pending is not None:
            self._shown_glimpse = None
            self._start(replace(self._pending, derived=dict(self._derived)))
        elif computed is not None and running is not None and running.preprocess != computed.preprocess:
            self._preprocess = computed.preprocess  # what is still shown was made with it
            self.settings_changed.emit()
        self._tell_notices()
        if not isinstance(error, Superseded):
            self._tell(error)

    def _derivation_failed(self, error: BaseException) -> None:
        """Tell of it; where the device failed, compute all anew on the CPU."""
        network = self._network

        def moved(gave_up: bool) -> None:
            self._tell_notices()
            if gave_up:
                self._ask()
            else:
                self._tell(error)

        if network is None or isinstance(error, UserError):
            self._tell(error)
        else:
            self._loading = ""
            self._loader.start(lambda: network.give_up(error), moved, self._not_loaded)

    def _tell(self, error: BaseException) -> None:
        if is_out_of_memory(error):
            error = DeviceError("there is not enough memory for this: use a smaller picture or another layer")
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)

    def _not_loaded(self, error: BaseException, chosen: Chosen | None = None) -> None:
        self._say_what_goes_on()
        if is_out_of_memory(error):
            error = DeviceError("there is not enough memory for this network: close other programs and try again")
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)
        if self._network is None and chosen is not None and chosen.weights != "random":
            self.choose(replace(chosen, weights="random"))  # better than a workspace with nothing in it
        else:
            self.network_changed.emit()  # the controls show again what is in use

    def _tell_notices(self) -> None:
        if self._network is not None:
            notices = self._network.notices[self._told :]
            self._told += len(notices)
            for notice in notices:
                self.refused.emit(notice)

    def _say_loading(self, text: str) -> None:
        self._loading = text
        self._say_busy(text)

    def _say_what_goes_on(self) -> None:
        """Say what is under way: a picture that was computed is not the end of loading."""
        if self._loader.busy:
            self._say_busy(self._loading)
        else:
            self._say_busy(_("computing…") if self._task.busy else "")

    def _say_busy(self, text: str) -> None:
        if text != self._busy:
            self._busy = text
            self.busy_changed.emit(text)


class _FilterCommand(QUndoCommand):
    def __init__(self, model: NetModel, layer: str, before: torch.Tensor, after: torch.Tensor, text: str) -> None:
        super().__init__(text)
        self._model, self._layer, self._before, self._after = model, layer, before, after

    def undo(self) -> None:
        self._model._put_filters(self._layer, self._before)

    def redo(self) -> None:
        self._model._put_filters(self._layer, self._after)
