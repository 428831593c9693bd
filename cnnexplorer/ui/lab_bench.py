"""The live workspaces as a lab sees them: the real ones of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from cnnexplorer.labs import LiveState
from cnnexplorer.labs.conditions import NETWORK
from cnnexplorer.labs.model import At, ConvolutionSetup, NetworkSetup, ReachTask, SessionSetup
from cnnexplorer.labs.progress import LARGEST_FIGURE, Figure
from cnnexplorer.labs.setups import experiment_of

from .conv.lab_side import ConvLabSide
from .conv.stage_facts import in_words
from .figures.choices import remembered
from .figures.rendering import FigureWish
from .figures.saving import begin_small_picture
from .labs.bench import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cnnexplorer.core import Experiment, Session, Step
    from cnnexplorer.labs import Step as LabStep
    from cnnexplorer.labs.model import ClickTask

    from .conv.workspace import ConvWorkspace
    from .labs.bench import Cell
    from .labs.preparing import Ready
    from .nets.entrance import NetEntrance
    from .nets.workspace import NetWorkspace
    from .settings import Settings

LONGEST_CAPTION = 2_000


class LiveBench(Bench):
    """Joins a lab with the Convolution and the Network workspace.

    Signals: `front_asked(workspace)`, besides those of `Bench`.
    """

    front_asked = Signal(str)

    def __init__(self, conv: ConvWorkspace, entrance: NetEntrance, settings: Settings) -> None:
        super().__init__(conv)
        self._conv, self._entrance, self._settings = conv, entrance, settings
        self._side = ConvLabSide(conv)
        self._step: LabStep | None = None
        self._waiting: NetworkSetup | None = None
        self._sets_up = False
        self._closed: Mapping[str, int] = {}
        self._net_is_old = True  # whether the Network workspace shows what was there before the lab
        self.folder: Path | None = None
        self.front = "conv"
        self._side.changed.connect(self.changed)
        self._side.cells_picked.connect(self.cells_picked)

    @property
    def experiment(self) -> Experiment:
        """What the Convolution workspace shows."""
        return self._side.experiment

    @property
    def step(self) -> Step | None:
        """The step that it shows."""
        return self._conv.step

    def state(self) -> LiveState:
        """Return what both workspaces show now."""
        net = self._entrance.workspace
        look = None if net is None else net.lab_side.look()
        if look is None:
            return LiveState(self._side.experiment, self._side.result)
        return LiveState(self._side.experiment, self._side.result, look.view, look.measures, look.changes())

    def begin(self, after_lab: bool) -> None:
        """Begin a lab where the program begins: nothing of what the workspaces showed is left in it.

        What the user did in the Network workspace stays until a step needs that; what another lab did there does not.
        """
        net, used = self._entrance.workspace, not self._net_is_old
        self._waiting, self._net_is_old, self.front = None, True, "conv"
        self._side.begin()
        if after_lab and used and net is not None:
            net.lab_side.begin(NetworkSetup(), None)

    def show_step(self, ready: Ready, solved: bool) -> None:
        """Bring a step's set-up into the workspaces, and the one that it is about to the front.

        A step that sets nothing up in the Convolution workspace leaves hidden there what a step before it asks for.
        """
        setup = None if ready.source is None else ready.source.setup
        self._sets_up = ready.source is ready.step and isinstance(setup, ConvolutionSetup | SessionSetup)
        if isinstance(setup, ConvolutionSetup):
            assert ready.source is not None
            assert ready.experiment is not None
            self._side.show(ready.experiment, setup, ready.source_done, ready.source.asks_size)
            self.front_asked.emit("conv")
        elif isinstance(setup, SessionSetup):
            assert ready.session is not None
            self._show_session(ready.session)
        elif isinstance(setup, NetworkSetup):
            self._show_network(setup)
            self.front_asked.emit("net")
        elif ready.anew:
            self._side.begin()
            self.front_asked.emit("conv")
        else:
            self.front_asked.emit(self.front)
        self._keep_to(None if solved else ready.step)

    def reveal(self) -> None:
        """Show what the step hid, and let everything be changed."""
        if self._sets_up:
            self._side.reveal()
        self._keep_to(None)

    def close_pages(self, pages: Mapping[str, int]) -> None:
        """Keep pages of the Network workspace closed."""
        self._closed = pages
        if self._entrance.workspace is not None:
            self._entrance.workspace.close_pages(pages)

    def closed_by(self) -> int | None:
        """Return the step, from 1, that keeps the page in front closed; None where it is shown."""
        net = self._entrance.workspace if self.front == "net" else None
        return None if net is None else net.closed_by

    def release(self) -> None:
        """Leave the workspaces alone."""
        self._waiting = None
        self.close_pages({})
        self._side.show_plain()
        self._keep_to(None)

    def pick(self, task: ClickTask | None) -> None:
        """Let cells of a map of the Convolution workspace be marked."""
        self._side.pick(task)

    def set_cells(self, cells: set[Cell]) -> None:
        """Mark cells."""
        self._side.set_cells(cells)

    def show_state(self, ready: Ready) -> None:
        """Show the example that the lab gives."""
        task = ready.step.task
        example = task.example if isinstance(task, ReachTask) else None
        if isinstance(example, ConvolutionSetup):
            self._side.show(experiment_of(example, self.folder), example, True)
            self.front_asked.emit("conv")
        elif isinstance(example, NetworkSetup):
            self._show_network(example)
            self.front_asked.emit("net")

    def in_words(self, task: ReachTask) -> str:
        """Say the settings of the workspace that a task looks at."""
        net = self._entrance.workspace
        if net is not None and any(condition.what in NETWORK for condition in task.conditions):
            return net.lab_side.in_words()
        return in_words(self._side.experiment)

    def figure(self) -> Callable[[], Figure] | None:
        """Paint what is in front as it would be saved; what is returned makes the figure, off the GUI thread."""
        net = self._entrance.workspace if self.front == "net" else None
        front = self._conv if net is None else net
        taken = next((offer for offer in front.takeaways() if offer.widget.isVisibleTo(front)), None)
        if taken is None:
            return None
        wish = FigureWish(remembered(self._settings).wish.scale)
        pack = begin_small_picture(taken, wish, LARGEST_FIGURE)
        caption = f"{taken.title}\n{taken.caption}"[:LONGEST_CAPTION]
        return lambda: Figure(caption, pack())

    def adopt(self, net: NetWorkspace) -> None:
        """Join the Network workspace, now that it is there and has begun."""
        net.lab_side.changed.connect(self.changed)
        if self._waiting is not None:
            setup, self._waiting = self._waiting, None
            net.lab_side.show(setup, self.folder)
        net.lab_side.keep_to(self._step)
        net.close_pages(self._closed)

    # the inside

    def _keep_to(self, step: LabStep | None) -> None:
        """Refuse edits that a step does not allow; None allows all."""
        self._step = step
        self._side.keep_to(step)
        if self._entrance.workspace is not None:
            self._entrance.workspace.lab_side.keep_to(step)

    def _show_session(self, session: Session) -> None:
        stage, index = session.step or (0, 0)
        at = At(stage, *_place(session, stage, index)) if stage < len(session.experiment.stages) else At()
        self._side.show(session.experiment, ConvolutionSetup(at=at), True)
        net = self._entrance.workspace
        if session.network is not None and net is not None:
            net.lab_side.keep_to(None)
            net.bring_back(session.network, self.folder)
            self._net_is_old = False
        self.front_asked.emit(session.view.workspace)

    def _show_network(self, setup: NetworkSetup) -> None:
        net = self._entrance.workspace
        if net is None:
            self._waiting = setup
        elif self._net_is_old:
            net.lab_side.begin(setup, self.folder)
        else:
            net.lab_side.show(setup, self.folder)
        self._net_is_old = False


def _place(session: Session, stage: int, index: int) -> tuple[int, int, int]:
    shape = session.experiment.shapes[stage]
    if len(shape) == 1:
        return 0, 0, index
    channel, cell = divmod(index, shape[1] * shape[2])
    return channel, *divmod(cell, shape[2])
