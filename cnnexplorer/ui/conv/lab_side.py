"""What a lab does with the Convolution workspace: set it up, hide outputs, keep to what is free, have cells marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cnnexplorer.core import step_index
from cnnexplorer.core.messages import mark
from cnnexplorer.labs.freedom import check_allowed
from cnnexplorer.labs.model import At, ConvolutionSetup
from cnnexplorer.ui.widgets.cell_picker import CellPicker
from cnnexplorer.ui.widgets.cover import Cover

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core import Experiment, Result
    from cnnexplorer.labs import Step
    from cnnexplorer.labs.model import ClickTask

    from .card import Card
    from .shown import Shown, ViewKey
    from .workspace import ConvWorkspace

HIDDEN = mark("Hidden until the step is solved")
_HEADER, _EDGE = 34, 4  # pixels of a card's head and frame, which stay in sight


class ConvLabSide(QObject):
    """The Convolution workspace, as a lab uses it.

    Signals: `changed()` when there is another experiment or result, `cells_picked(cells)`.
    """

    changed = Signal()
    cells_picked = Signal(object)

    def __init__(self, conv: ConvWorkspace) -> None:
        super().__init__(conv)
        self._conv = conv
        self._hidden: frozenset[int] = frozenset()
        self._count = 0
        self._covers: list[tuple[Cover, QWidget | None]] = []
        self._awaited: tuple[Experiment, At] | None = None
        self._asked: ClickTask | None = None
        self._picker: CellPicker | None = None
        conv.model.computed.connect(self._computed)
        conv.player.moved.connect(lambda _position: self._cover_step())
        conv.strip.card_added.connect(self._follow)
        for card in conv.board.cards.values():
            self._follow(card)

    @property
    def experiment(self) -> Experiment:
        """What is worked on."""
        return self._conv.model.experiment

    @property
    def result(self) -> Result:
        """The latest result, perhaps of an experiment before."""
        return self._conv.model.result

    def show(self, experiment: Experiment, setup: ConvolutionSetup, solved: bool) -> None:
        """Show an experiment as a step sets it up; undo takes it back."""
        conv, model = self._conv, self._conv.model
        conv.pictures.cancel()
        conv.player.pause()
        if conv.strip.enlarged is not None:
            conv.strip.enlarge(conv.strip.enlarged)
        self._awaited = experiment, setup.at or At()
        self._hidden = frozenset() if solved else frozenset(setup.hide)
        self._count = len(experiment.stages)
        guard, model.guard = model.guard, None
        model.edit(lambda _old: experiment, mark("set up a step of the lab"))
        model.guard = guard
        if model.shown.result.experiment == experiment:  # nothing was to be computed any more
            self._computed(model.shown)

    def show_plain(self) -> None:
        """Hide nothing: the step has no set-up here."""
        self._hidden, self._awaited = frozenset(), None
        self._cover()

    def reveal(self) -> None:
        """Show what was hidden."""
        if self._hidden:
            self._hidden = frozenset()
            self._cover()

    def keep_to(self, step: Step | None) -> None:
        """Refuse edits that a step does not allow; None allows all."""
        self._conv.model.guard = None if step is None else lambda old, new: check_allowed(step, old, new)

    def pick(self, task: ClickTask | None) -> None:
        """Let cells be marked for a task; None ends that."""
        self._asked = task
        self._put_picker(set())

    def set_cells(self, cells: set[tuple[int, int]]) -> None:
        """Mark cells."""
        if self._picker is not None:
            self._picker.set_cells(cells)

    # the inside

    def _follow(self, card: Card) -> None:
        card.selected.connect(self._cover_step)

    def _computed(self, shown: Shown) -> None:
        experiment = shown.result.experiment
        awaited = self._awaited
        if awaited is not None and experiment == awaited[0]:
            self._awaited = None
            self._go_to(experiment, awaited[1])
        self._cover()
        if self._asked is not None:
            self._put_picker(self._picker.cells if self._picker is not None else set())
        self.changed.emit()

    def _go_to(self, experiment: Experiment, at: At) -> None:
        if at.stage < len(experiment.stages):
            shape = experiment.shapes[at.stage]
            limits = (1, shape[0], 1) if len(shape) == 1 else shape
            cell = (0, at.column, 0) if len(shape) == 1 else (at.channel, at.row, at.column)
            row = tuple(min(value, limit - 1) for value, limit in zip(cell, limits, strict=True))
            self._conv.player.go_to(at.stage, step_index(shape, (row[0], row[1], row[2])))
            self._conv.select(("stage", at.stage))
        else:
            self._conv.select(("input", -1))

    def _cover(self) -> None:
        """Cover the cards of hidden stages, and what would tell their values."""
        self._uncover()
        for (kind, index), card in self._conv.board.cards.items():
            if (kind == "stage" and self._hides(index)) or (kind == "padding" and self._hides(index - 1)):
                self._cover_card(card)
        self._cover_step()

    def _cover_card(self, card: Card) -> None:
        card.view.setEnabled(False)
        self._covers.append((Cover(card, HIDDEN, _HEADER, _EDGE), card.view))

    def _cover_step(self) -> None:
        """Cover the arithmetic while it is that of a hidden stage."""
        board, display = self._conv.board, self._conv.inspector.display
        wanted: list[QWidget] = [display] if self._selected_is_hidden(self._conv.selected) else []
        place = self._conv.player.place
        if place is not None and self._hides(place[0]):
            wanted += [board.step_view, board.arithmetic]
        for under in (display, board.step_view, board.arithmetic):
            covers = [cover for cover in under.children() if isinstance(cover, Cover) and not cover.isHidden()]
            if under in wanted and not covers:
                self._covers.append((Cover(under, HIDDEN), None))
            elif under not in wanted:
                for cover in covers:
                    cover.remove()
                    self._covers = [pair for pair in self._covers if pair[0] is not cover]

    def _hides(self, index: int) -> bool:
        """Tell whether the output of a stage is hidden; a stage that was added would tell what is."""
        return index in self._hidden or (bool(self._hidden) and index >= self._count)

    def _selected_is_hidden(self, key: ViewKey) -> bool:
        return key[0] == "stage" and self._hides(key[1])

    def _uncover(self) -> None:
        for cover, view in self._covers:
            cover.remove()
            if view is not None:
                view.setEnabled(True)
        self._covers.clear()

    def _put_picker(self, cells: set[tuple[int, int]]) -> None:
        if self._picker is not None:
            self._picker.remove()
            self._picker = None
        task = self._asked
        if task is None:
            return
        key: ViewKey = ("input", -1) if task.view < 0 else ("stage", task.view)
        card = self._conv.board.cards.get(key)
        if card is None:
            return
        card.set_channel(task.channel)
        several = task.receptive_field_of is not None or (task.cells is not None and task.every and len(task.cells) > 1)
        self._picker = CellPicker(card.view, several)
        self._picker.picked.connect(self.cells_picked)
        self._picker.set_cells(cells)
