"""The Network workspace's state, taken down for a session and brought back."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from PySide6.QtCore import QObject, QTimer, Signal

from cnnexplorer.core import FilterEdit, NetworkState, PagesState, PerturbationState, UserError
from cnnexplorer.nets import CATALOG, Perturbation, has_bundled_weights, imagenet_file
from cnnexplorer.ui.tasks import LatestTask

from .names import WEIGHTS
from .network_bar import best_weights
from .sources import as_picture
from .state import Chosen, Place, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.settings import Settings

    from .model import NetModel
    from .page_states import PageStates
    from .sources import PictureSources

_FLEETING = ("sample", "camera", "convolution")  # pictures that nobody made here


class Work(NamedTuple):
    """What could be lost: `own` was made by the user, `choices` are only chosen. Two are compared by ==."""

    own: tuple[object, ...]
    choices: tuple[object, ...]


@dataclass(frozen=True)
class _Taken:
    """All that a `NetworkState` is made from, frozen when it is asked for."""

    chosen: Chosen
    source: Source
    perturbation: Perturbation
    preprocess: bool
    side: int
    place: Place
    asked_class: int | None
    pages: PagesState
    filters: tuple[tuple[str, torch.Tensor, torch.Tensor], ...]


class NetMemory(QObject):
    """Takes the state down, and brings it back.

    Parameters
    ----------
    pages
        The ids of the pages that there are.
    states
        What each of them is set to.
    asked_class, ask_class
        Return, and set, the class that the Why page asks about.

    Signals: `settled()` when a state is brought back, or cannot be, and `refused(error)`.
    """

    settled = Signal()
    refused = Signal(object)

    def __init__(
        self,
        model: NetModel,
        sources: PictureSources,
        settings: Settings,
        pages: Sequence[str],
        states: PageStates,
        asked_class: Callable[[], int | None],
        ask_class: Callable[[int | None], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._sources, self._settings = model, sources, settings
        self._pages, self._states = pages, states
        self._asked_class, self._ask_class = asked_class, ask_class
        self._task = LatestTask(self)
        self._awaited: NetworkState | None = None
        self._wish: Chosen | None = None
        self._unsettled = True  # until the first network is there
        self._troubles: list[UserError] = []
        model.network_changed.connect(self._follow)
        model.refused.connect(self._note)

    @property
    def is_settled(self) -> bool:
        """Whether no state is on its way."""
        return not self._unsettled

    def work(self) -> Work:
        """Return what could be lost now."""
        model, kind = self._model, self._sources.kind
        network, source = model.network, model.source
        edited = () if network is None or not network.edited_layers() else (network, network.filters_version)
        picture = kind if kind in ("camera", "convolution") else source.title if kind == "sample" else source
        chosen = replace(model.chosen, device="auto", autocast=False)
        return Work(
            (edited, None if kind in _FLEETING else source),
            (chosen, picture, model.own_perturbation, model.preprocess, model.side),
        )

    def take(self) -> Callable[[], NetworkState]:
        """Take the state down; what is returned makes it, off the GUI thread."""
        model = self._model
        network = model.network
        layers = () if network is None else network.edited_layers()
        taken = _Taken(
            model.chosen,
            model.source,
            model.own_perturbation,
            model.preprocess,
            model.side,
            model.place,
            self._asked_class(),
            self._states.take(),
            tuple((name, network.filters(name), network.original_filters(name)) for name in layers if network),
        )
        return partial(_state, taken)

    def knows(self, state: NetworkState) -> bool:
        """Tell whether a state's network is one that the program has; else tell the user, too."""
        if state.id not in CATALOG:
            self._troubles.append(
                UserError("this session's network {network} is unknown here: another is shown", network=state.id)
            )
        return state.id in CATALOG

    def bring_back(self, state: NetworkState, folder: Path | None, device: str) -> None:
        """Show a state on a device; `folder` is where its session lies, and perhaps its weights."""
        self._awaited, self._wish, self._unsettled = state, None, True
        folders = [Path(name) for name in (self._settings.get("weights_folder", ""), folder) if name]
        self._task.start(partial(_find_weights, state, folders), partial(self._choose, device), self._failed)

    def start_over(self, picture: Source) -> None:
        """Show the network in use with its own filters, and the first picture, undisturbed."""
        self._task.cancel()
        model, network = self._model, self._model.network
        if self._awaited is not None and network is not None:
            model.cancel_loading()
        model.history.clear()
        if network is not None:
            layers = network.edited_layers()
            network.reset()
            for layer in layers:
                model.filters_changed.emit(layer)
        model.set_perturbation(Perturbation())
        model.set_preprocess(True)
        self._put_picture(picture)
        self._ask_class(None)
        model.visit(page=Place.page)
        self._settle()

    def close(self) -> None:
        """Wait for work under way."""
        self._task.close()

    def _choose(self, device: str, weights: str | None) -> None:
        """Load the network, with other weights than the session's where those are not there."""
        state = self._awaited
        assert state is not None
        if weights is None:
            self._troubles.append(
                UserError(
                    "the weights {file} of this session are not on this computer: others are shown instead; choose "
                    "them yourself",
                    file=state.weights_file or state.weights,
                )
            )
            weights = best_weights(state.id)
        autocast = self._model.chosen.autocast
        self._wish = Chosen(state.id, weights, state.seed, device, state.input_size, autocast)
        self._put_picture(Source(as_picture(state.picture), state.title))
        self._model.set_preprocess(state.preprocess)
        self._model.set_perturbation(Perturbation(**_fields(state.perturbation)))
        self._model.choose(self._wish)

    def _put_picture(self, picture: Source) -> None:
        self._sources.let_go()
        self._model.set_source(picture)

    def _failed(self, error: BaseException) -> None:
        self._settle()
        raise error

    def _follow(self) -> None:
        """Go on when the network is there; or stop waiting, when another came or it cannot be loaded."""
        state, wish, network = self._awaited, self._wish, self._model.network
        if state is None:
            if self._unsettled and network is not None:
                self._settle()
        elif wish is not None:
            self._awaited = self._wish = None
            if network is None:  # that one cannot be loaded
                self._model.choose(Chosen(state.id, best_weights(state.id), 0, wish.device))
            elif self._model.chosen == wish:
                self._put_filters(state, network)
                # once everything else knows the network
                QTimer.singleShot(0, self, partial(self._complete, state))
            else:
                self._settle()

    def _put_filters(self, state: NetworkState, network: Network) -> None:
        """Edit the filters before anything is computed with them."""
        network.reset()
        for edit in state.edits:
            try:
                weights = network.filters(edit.layer)
                fits = weights.shape[1:] == edit.weights.shape[1:]
                if fits:
                    weights[list(edit.filters)] = torch.tensor(edit.weights)
                    network.set_filters(edit.layer, weights)
            except (UserError, IndexError, RuntimeError):
                fits = False
            if not fits:  # of other weights than those that were edited
                self._troubles.append(
                    UserError(
                        "the edited filters of {layer} do not fit these weights: they are left out", layer=edit.layer
                    )
                )

    def _complete(self, state: NetworkState) -> None:
        """Look at what was looked at."""
        if self._model.network is not None and self._awaited is None:  # nothing newer is on its way
            self._model.start_at(self._possible(Place(state.page, state.layer, state.unit, state.row, state.column)))
            self._ask_class(state.asked_class)
            self._states.bring_back(state.pages)
            if state.side is not None:
                self._model.set_side(state.side)  # last: a sentence that it cannot be stays
            self._settle()

    def _possible(self, place: Place) -> Place:
        """Return a place as far as the network has it."""
        if place.page not in self._pages:
            place = replace(place, page=Place.page)
        layer = self._model.layer(place.layer)
        if layer is None:
            return Place(place.page, self._model.layers[0].name)
        shape = (*layer.output_shape, 1, 1)[:3]
        cell = (place.row, place.column)
        inside = all(at is not None and at < size for at, size in zip(cell, shape[1:], strict=True))
        row, column = cell if inside and place.unit < shape[0] else (None, None)
        return Place(place.page, place.layer, min(place.unit, shape[0] - 1), row, column)

    def _settle(self) -> None:
        self._awaited = self._wish = None
        self._unsettled = False
        self.settled.emit()
        QTimer.singleShot(0, self, self._tell)  # what moves now clears what was told before

    def _note(self, error: UserError) -> None:
        """Tell again later what is told while things move: that clears it."""
        if self._awaited is not None:
            self._troubles.append(error)

    def _tell(self) -> None:
        troubles, self._troubles = self._troubles, []
        for trouble in troubles:
            self.refused.emit(trouble)


def _fields(perturbation: PerturbationState) -> dict[str, Any]:
    return {name: getattr(perturbation, name) for name in PerturbationState.__struct_fields__}


def _state(taken: _Taken) -> NetworkState:
    chosen, place = taken.chosen, taken.place
    path = None if chosen.weights in WEIGHTS else Path(chosen.weights)
    return NetworkState(
        chosen.network,
        taken.source.image,
        taken.source.title,
        "file" if path else chosen.weights,  # type: ignore[arg-type]  # one of WEIGHTS
        path.name if path else "",
        _hash(path) if path else "",
        chosen.seed,
        chosen.input_size,
        taken.side,
        taken.preprocess,
        place.page,
        place.layer,
        int(place.unit),
        None if place.row is None else int(place.row),
        None if place.column is None else int(place.column),
        PerturbationState(**asdict(taken.perturbation)),
        taken.asked_class,
        tuple(_edits(taken)),
        taken.pages,
    )


def _edits(taken: _Taken) -> Iterator[FilterEdit]:
    for layer, now, original in taken.filters:
        changed = tuple((now != original).flatten(1).any(dim=1).nonzero().flatten().tolist())
        yield FilterEdit(layer, changed, now[list(changed)].numpy())


def _find_weights(state: NetworkState, folders: list[Path]) -> str | None:
    """Return what the weights of a state are called here; None where they are not to be had."""
    if state.weights == "file":
        found = (folder / state.weights_file for folder in folders if "/" not in state.weights_file)
        return next((str(path) for path in found if _hash(path) == state.weights_sha256 != ""), None)
    if state.weights == "bundled":
        there = has_bundled_weights(state.id)
    elif state.weights == "imagenet":
        there = CATALOG[state.id].published is not None and imagenet_file(state.id).is_file()
    else:
        there = True
    return state.weights if there else None


def _hash(path: Path) -> str:
    """Return the hash of a file of weights; empty where it is gone, or is no file."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its writer
            return ""
        return _known_hash(path, status.st_size, status.st_mtime_ns)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return ""


@lru_cache(maxsize=8)
def _known_hash(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
