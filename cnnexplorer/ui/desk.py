"""What lies on the desk: the state of all workspaces together, as one session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import Experiment, NetworkState, Session

from .conv.model import CHANGED_AT_ONCE
from .conv.view_state import present_step, show_view, view_state
from .conv.workspace import first_experiment
from .tasks import LatestTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.core.history import History

    from .actions import Actions
    from .conv.workspace import ConvWorkspace
    from .nets.entrance import NetEntrance
    from .nets.memory import Work
    from .nets.workspace import NetWorkspace

FLEETING = ("sample",)  # kinds of sources that can be had again


@dataclass(frozen=True, eq=False)
class _Aside:
    """Work that waits while a lab uses the workspaces.

    `picture` is which kind of source the networks' picture came from, `folder` where the network's weights lie.
    """

    contents: Contents
    make: Callable[[], Session]
    history: History
    picture: str
    folder: Path | None


@dataclass(frozen=True, eq=False)
class Contents:
    """What could be lost. `network` is None where nothing is known of it yet."""

    experiment: Experiment
    network: Work | None

    def same_as(self, other: Contents, choices: bool) -> bool:
        """Tell whether nothing was made since; with `choices`, whether nothing was chosen otherwise either."""
        return _same(self.experiment, other.experiment) and (
            self.network is None
            or other.network is None
            or (self.network if choices else self.network.own) == (other.network if choices else other.network.own)
        )


class Desk(QObject):
    """Takes the workspaces' state down, and brings it back.

    The Network workspace may not be there yet: its state waits until it is.

    A lab may use the workspaces: meanwhile the user's own work is laid aside. It is still what could be lost and what
    is saved, and it comes back.

    Signals: `changed()` when something may have been made or chosen, `settled()` when the Network workspace shows what
    it was to show, `front_asked(workspace)`, and `taken_over()` when work that was laid aside is not wanted any more.
    """

    changed = Signal()
    taken_over = Signal()
    settled = Signal()
    front_asked = Signal(str)

    def __init__(
        self, conv: ConvWorkspace, entrance: NetEntrance, actions: Actions, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._conv, self._entrance, self._actions = conv, entrance, actions
        self._waiting: tuple[NetworkState, Path | None] | None = None
        self._aside: _Aside | None = None
        self._returning = ""
        self._task = LatestTask(self)
        self.front: Literal["conv", "net"] = "conv"
        self.brought_back = False  # whether a session was: then its step is the one to see
        conv.model.changed.connect(self.changed)

    def adopt(self, net: NetWorkspace) -> None:
        """Take the Network workspace in, now that it is there, and let it begin."""
        for signal in (net.model.settings_changed, net.model.filters_changed, net.model.network_changed):
            signal.connect(lambda *_values: self.changed.emit())
        net.memory.settled.connect(self._settle)
        if self._waiting is None:
            net.begin()
        else:
            net.begin(*self._waiting)

    def contents(self) -> Contents:
        """Return what could be lost now."""
        if self._aside is not None:
            return self._aside.contents
        net = self._entrance.workspace
        known = net is not None and net.memory.is_settled
        return Contents(self._conv.model.experiment, net.memory.work() if net is not None and known else None)

    def take(self) -> Callable[[], Session]:
        """Take everything down; what is returned makes the session, off the GUI thread."""
        return self.take_shown() if self._aside is None else self._aside.make

    def take_shown(self) -> Callable[[], Session]:
        """Take down what the workspaces show, also where that is a lab's."""
        experiment, net = self._conv.model.experiment, self._entrance.workspace
        step = present_step(self._conv, experiment)
        view = view_state(self._conv, self._actions, self.front)
        network = net.memory.take() if net is not None and self._waiting is None else None
        waiting = None if self._waiting is None else self._waiting[0]
        return lambda: Session(experiment, step, view, waiting if network is None else network())

    def bring_back(self, session: Session, folder: Path | None, done: Callable[[], None]) -> None:
        """Show a session, which lies in a folder; until its maps are computed nothing changes, and then it is done."""

        def opened() -> None:
            self.brought_back = True
            if self._aside is not None:
                self._aside = None
                self.taken_over.emit()
            show_view(self._conv, self._actions, session)
            self._bring_network_back(session.network, folder)
            self.front_asked.emit(session.view.workspace)
            done()

        self._conv.pictures.cancel()
        self._conv.player.pause()
        self._conv.model.open(session.experiment, opened)

    def lay_aside(self) -> None:
        """Keep the present work, with what can be undone in it, while a lab uses the workspaces."""
        if self._aside is not None:
            return
        self._conv.pictures.cancel()
        net = self._entrance.workspace
        weights = "" if net is None else net.model.chosen.weights
        folder = Path(weights).parent if len(Path(weights).parts) > 1 else None
        kind = "" if net is None else net.sources.kind
        contents, make = self.contents(), self.take()
        self._aside = _Aside(contents, make, self._conv.model.lay_aside(), kind, folder)

    def take_up(self, done: Callable[[], None]) -> None:
        """Show the work again that was laid aside."""
        aside = self._aside
        if aside is None:
            done()
            return

        def made(session: Session) -> None:
            def opened() -> None:
                self._aside = None
                show_view(self._conv, self._actions, session)
                self._take_network_up(aside, session.network)
                done()

            self._conv.model.open(aside.history.experiment, opened, aside.history)

        self._conv.pictures.cancel()
        self._conv.player.pause()
        self._task.start(aside.make, made, _raised)

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._task.close()

    def clear(self, done: Callable[[], None]) -> None:
        """Show the first example, in the looks and with the switches that are in use."""
        experiment = first_experiment(self._conv.pictures.peak)
        view = view_state(self._conv, self._actions, self.front)
        view = msgspec.structs.replace(view, channels=(), selected=("stage", 0), enlarged=None)
        self.bring_back(Session(experiment, (0, 0), view), None, done)

    def _bring_network_back(self, state: NetworkState | None, folder: Path | None) -> None:
        net = self._entrance.workspace
        self._waiting = None if state is None else (state, folder)
        if net is not None and state is not None:
            net.bring_back(state, folder)
        elif net is not None:
            net.start_over()

    def _take_network_up(self, aside: _Aside, state: NetworkState | None) -> None:
        """Let the Network workspace show again what it showed, as far as a lab changed it."""
        net = self._entrance.workspace
        if net is None:
            return
        before, now = aside.contents.network, net.memory.work()
        if state is None:
            net.start_over()
        elif before is not None and before == now:
            net.states.bring_back(state.pages)
            net.model.visit(page=state.page, layer=state.layer, unit=state.unit, row=state.row, column=state.column)
        else:
            self._returning = aside.picture
            net.bring_back(state, aside.folder)

    def _settle(self) -> None:
        self._waiting = None
        net = self._entrance.workspace
        if self._returning and net is not None:  # what was not saved before the lab is not saved now
            if self._returning in FLEETING:
                net.sources.kind = self._returning
            self._returning = ""
            self.changed.emit()
        elif self._aside is None:  # what a lab shows is nobody's work
            self.settled.emit()


def _raised(error: BaseException) -> None:
    raise error


def _same(one: Experiment, other: Experiment) -> bool:
    """Tell whether two experiments are the same; large pictures are not compared, only known again."""
    if one is other:
        return True
    return (one.image is other.image or one.image.size <= CHANGED_AT_ONCE) and one == other
