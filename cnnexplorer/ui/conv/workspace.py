"""The Convolution workspace: joins the model, the cards, the steps and the inspector."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnexplorer.core import Experiment, UserError, step_at, step_index
from cnnexplorer.core.editing import default_stage, insert_stage, move_stage, remove_stage
from cnnexplorer.core.messages import mark
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.ui.batch_dialog import ask_batch
from cnnexplorer.ui.language import SaidWhenSeen, Speaking, _
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS, Look

from .batch import experiment_offer
from .board import LOOKS, Board
from .contents import describe_cell, same_channels
from .filling import preparing
from .inspector import Inspector
from .model import ConvModel
from .names import stage_titles
from .pencil import Pencil
from .picture_loader import PictureLoader, remembered_peak
from .player import Player
from .predict import Predict
from .record_dialog import ask_recording
from .recording import Scene
from .shown import view_keys
from .takeaways import takeaways
from .transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QKeyEvent

    from cnnexplorer.core import Step
    from cnnexplorer.ui.actions import Actions
    from cnnexplorer.ui.batch_dialog import BatchDialog
    from cnnexplorer.ui.figures.takeaway import Takeaway
    from cnnexplorer.ui.settings import Settings

    from .card import Card
    from .predict_veil import Veil
    from .record_dialog import RecordDialog
    from .shown import Shown, ViewKey

StageKind = Literal["convolution", "activation", "max", "average", "flatten"]
NEW_STAGES: tuple[StageKind, ...] = ("convolution", "activation", "max", "average", "flatten")


def first_experiment(peak: float = 1.0) -> Experiment:
    """Return what a new user sees: a hand-drawn digit, white as `peak`, and Sobel vertical, ReLU, max pooling."""
    stages = tuple(default_stage(kind) for kind in ("convolution", "activation", "max"))
    return Experiment(make_sample("digit") * peak, stages)


class ConvWorkspace(SaidWhenSeen, Speaking, QWidget):
    """The workspace.

    Signals: `refused(error)` for expected trouble, `told(text)` with what lies under the mouse, `zoomed(scale)` in
    pixels a cell, `figure_asked(widget)`, and `menu_opened(menu, widget)` for what others add to a widget's menu.
    """

    refused = Signal(object)
    told = Signal(str)
    zoomed = Signal(float)
    figure_asked = Signal(object)
    menu_opened = Signal(object, object)

    def __init__(self, actions: Actions, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions, self._settings = actions, settings
        self._looks = dict(LOOKS)
        self._selected: ViewKey = ("input", -1)
        self._shown: Shown | None = None
        self._awaited: tuple[Experiment, tuple[int, int]] | None = None
        self._hovered: tuple[ViewKey, tuple[int, int]] | None = None
        self._noted = ""
        self._veil: Veil | None = None
        self._curtain: Callable[[Step | None], Veil | None] | None = None
        self.batch: BatchDialog | None = None
        self.recording: RecordDialog | None = None
        self.model = ConvModel(first_experiment(remembered_peak(settings)), self)
        self.player = Player(self)
        self.pictures = PictureLoader(self.model, settings, self)
        self.board = Board()
        self.model.prepare = lambda shown: preparing(self.board.strip, shown, self._looks)
        self.strip, self.step_view, self.arithmetic = self.board.strip, self.board.step_view, self.board.arithmetic
        self.predict = Predict(
            self.board, self.player, actions, lambda result: result.experiment is self.model.experiment, self
        )
        self.inspector = Inspector(self.model, settings, [actions[id_] for id_ in ("open", "paste", "adjust")])
        buttons = ("first", "back", "play", "forward", "last", "loop", "fill", "spotlight", "predict")
        self.transport = Transport(self.player, [actions[id_] for id_ in buttons])
        self._build()
        self._connect()
        self._show_result(self.model.shown)
        self.pencil = Pencil(self.strip.cards["input", -1], self.model, self)
        self.pencil.refused.connect(self.refused)
        self.inspector.input.ink_changed.connect(self.pencil.set_ink)
        self.select(("stage", 0))

    # what is shown

    @property
    def step(self) -> Step | None:
        """The present step."""
        return self.board.step

    @property
    def selected(self) -> ViewKey:
        """The view whose settings the inspector shows."""
        return self._selected

    def select(self, key: ViewKey) -> None:
        """Choose a view: the inspector shows its settings."""
        if key not in self.strip.cards:
            return
        self._selected = key
        self.board.select(key)
        self.inspector.show_view(key)
        self._show_display()

    # actions

    def slots(self) -> dict[str, Callable[[], object]]:
        """Return what the actions of this workspace do."""
        return {
            "paste": self.paste,
            "adjust": lambda: self.pictures.adjust(self),
            "save_layers": self.save_layers,
            "record": self.record,
            "default": self.start_over,
            "undo": self.model.undo,
            "redo": self.model.redo,
            **{f"add_{kind}": partial(self._append, kind) for kind in NEW_STAGES},
            "remove_stage": self._remove_chosen,
            "copy_arithmetic": self.copy_arithmetic,
            "first": lambda: self._jump(0),
            "back": lambda: self.player.step(-1),
            "play": self._play,
            "forward": lambda: self.player.step(1),
            "last": lambda: self._jump(self.player.count - 1),
            "loop": self._switch_loop,
            "fill": self._show_step,
            "spotlight": self._show_step,
            "predict": lambda: self.predict.switch(self._actions["predict"].isChecked()),
            "hint": self.predict.hint,
            "show_answer": self.predict.show_answer,
            "slower": lambda: self._change_speed(1 / 1.5),
            "faster": lambda: self._change_speed(1.5),
            "fit": self._fit,
            "one_to_one": self._one_to_one,
            "enlarge": lambda: self.strip.enlarge(self._selected),
        }

    def undo_state(self) -> tuple[str, str]:
        """Return what can be undone and redone now; empty where there is nothing."""
        history = self.model.history
        undo, redo = history.undo_label, history.redo_label
        return _(undo) if undo else "", _(redo) if redo else ""

    def takeaways(self) -> list[Takeaway]:
        """Return what of this workspace can be taken away now."""
        return [] if self._shown is None else takeaways(self.board, self._shown, self.inspector.convolution)

    @property
    def looks(self) -> dict[str, Look]:
        """How each kind of view is shown."""
        return dict(self._looks)

    def show_again(self, looks: Mapping[str, Look]) -> None:
        """Show everything anew, in other looks."""
        before, self._looks = self._looks, {**self._looks, **looks}
        if self._looks != before:
            self._show_result(self.model.shown)
        else:
            self._show_step()  # channels and switches may be others

    def start_over(self) -> None:
        """Go back to the first example, at its first step; undo brings the work back."""
        self.pictures.cancel()
        self.model.edit(lambda _old: first_experiment(self.pictures.peak), mark("start over"))
        self.inspector.input.tools["select"].setChecked(True)
        self.player.go(0)
        self.select(("stage", 0))

    def open_experiment(self, experiment: Experiment, cell: tuple[int, int], label: str) -> None:
        """Show another experiment at the step that makes a (row, column) of its first stage; `label` names the edit."""
        self.pictures.cancel()
        self.player.pause()
        self._awaited = experiment, cell
        if self.model.edit(lambda _old: experiment, label):
            self.select(("stage", 0))
        else:
            self._awaited = None

    def draw_curtain(self, curtain: Callable[[Step | None], Veil | None] | None) -> None:
        """Hide at each step what a lab asks for, and let Predict rest meanwhile; None hides nothing."""
        self._curtain = curtain
        predict = self._actions["predict"]
        if curtain is not None and predict.isChecked():
            predict.setChecked(False)
            self.predict.switch(False)
        predict.setEnabled(curtain is None)
        self._show_step()

    def copy_arithmetic(self) -> None:
        """Copy the present step's arithmetic as text."""
        QGuiApplication.clipboard().setText(self.arithmetic.text())

    def paste(self) -> None:
        """Take the clipboard's picture or matrix as the input."""
        self.pictures.paste(self)

    def save_layers(self) -> None:
        """Let the user save the maps and kernels of whole stages; not while something is asked."""
        if self._veil is not None:
            self.refused.emit(UserError("whole layers would show what is asked for: answer it, or stop predicting"))
        elif self._shown is not None:
            self.batch = ask_batch(experiment_offer(self._shown.result, self._selected), self._settings, self)
            self.batch.closed.connect(self._forget_batch)

    def _forget_batch(self) -> None:
        self.batch = None

    def scene(self) -> Scene:
        """Return what is shown now, for recordings."""
        panel, board = self.inspector.convolution, self.board
        return Scene(
            self.model.shown, self.looks, board.view, self.player.place, self._actions["spotlight"].isChecked(),
            self._actions["fill"].isChecked(), (board.width(), board.height()), panel.filter_index, panel.plane or 0,
        )  # fmt: skip

    def record(self) -> None:
        """Let the user record the steps, or the maps while a number runs; not while something is asked."""
        if self._veil is not None:
            self.refused.emit(UserError("a recording would show what is asked for: answer it, or stop predicting"))
            return
        self.player.pause()
        self.recording = ask_recording(self.scene(), self._settings, self.player.speed, self)
        self.recording.closed.connect(self._forget_recording)

    def _forget_recording(self) -> None:
        self.recording = None

    def close_work(self) -> None:
        """Stop the animation and wait for work under way; to be called before the program ends."""
        self.player.pause()
        self.predict.stop()
        if self.batch is not None:
            self.batch.close_work()
        if self.recording is not None:
            self.recording.close_work()
        self.pictures.close()
        self.inspector.display.close_work()
        self.inspector.convolution.files.close_work()
        self.model.close()

    def retranslate(self) -> None:
        """Say every text that depends on the experiment."""
        if self._shown is not None:
            self._show_result(self._shown)

    # building

    def _build(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.board, 1)
        column.addWidget(self.predict.bar)
        column.addWidget(self.transport)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(middle, 1)
        row.addWidget(self.inspector)

    def _connect(self) -> None:
        self.strip.card_added.connect(self._adopt)
        self.strip.add_asked.connect(lambda kind: self._insert(kind, len(self.model.experiment.stages)))
        self.strip.order_asked.connect(self._move)
        self.model.changed.connect(self._experiment_changed)
        self.model.computed.connect(self._show_result)
        self.model.refused.connect(self.refused)
        self.player.moved.connect(lambda _position: self._show_step())
        self.predict.changed.connect(self._show_step)
        self.player.playing_changed.connect(self._actions.show_playing)
        self.inspector.refused.connect(self.refused)
        self.inspector.display.look_chosen.connect(self._set_look)
        self.inspector.convolution.menu_opened.connect(self.menu_opened)
        for part in (self.board, self.inspector.convolution):
            part.figure_asked.connect(self.figure_asked)
        self.inspector.convolution.filter_chosen.connect(self._show_filter)
        self.inspector.input.sample_chosen.connect(self._take_sample)
        self.inspector.input.value_range_chosen.connect(self.pictures.set_peak)
        self.pictures.refused.connect(self.refused)
        self.pictures.told.connect(self._note)
        self.inspector.convolution.told.connect(self._note)
        self.pictures.peak_changed.connect(self.inspector.input.set_value_range)
        self.pictures.opened.connect(lambda: self._actions["adjust"].setEnabled(self.pictures.picture is not None))
        self._actions["adjust"].setEnabled(False)
        self._restore()

    def _restore(self) -> None:
        """Take what was remembered."""
        self._actions["loop"].setChecked(self._settings.get("loop", True))
        self._actions["fill"].setChecked(self._settings.get("fill", False))
        self._actions["spotlight"].setChecked(self._settings.get("spotlight", True))
        self.player.loop = self._actions["loop"].isChecked()
        self.transport.set_speed(self._settings.get("speed", 2.0))
        self.inspector.input.set_value_range(self.pictures.peak)
        for kind, look in LOOKS.items():
            decimals = self._settings.get(f"look/{kind}/decimals", look.decimals)
            colour_map = self._settings.get(f"look/{kind}/colours", look.colour_map)
            if colour_map not in COLOUR_MAPS:  # edited by hand, or of another version
                colour_map = look.colour_map
            self._looks[kind] = Look(colour_map, decimals=min(max(decimals, 0), 8))

    def save_settings(self) -> None:
        """Remember speed, switches and looks."""
        self._settings.set("speed", self.player.speed)
        for name in ("loop", "fill", "spotlight"):
            self._settings.set(name, self._actions[name].isChecked())
        for kind, look in self._looks.items():
            self._settings.set(f"look/{kind}/decimals", look.decimals)
            self._settings.set(f"look/{kind}/colours", look.colour_map)

    def _adopt(self, card: Card) -> None:
        key = card.key
        card.selected.connect(lambda: self.select(key))
        card.selected.connect(lambda: self.predict.ask_at(key))
        card.hovered.connect(lambda cell: self._hover(key, cell))
        card.clicked.connect(lambda row, column: self._click(key, row, column))
        card.channel_chosen.connect(lambda: self._channel_chosen(key))
        card.insert_asked.connect(
            lambda kind, before: self._insert(kind, max(key[1], 0) + (0 if before or key[0] != "stage" else 1))
        )
        card.move_asked.connect(lambda by: self._move(key[1], key[1] + by))
        card.remove_asked.connect(lambda: self._remove(key[1]))
        card.view.zoomed.connect(self.zoomed)
        card.figure_asked.connect(lambda: self.figure_asked.emit(card))
        card.menu_opened.connect(self.menu_opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave an enlarged card with Escape."""
        if event.key() == Qt.Key.Key_Escape and self.strip.enlarged is not None:
            self.strip.enlarge(self.strip.enlarged)
        elif not self.predict.take_key(event):
            super().keyPressEvent(event)

    # from the model to the views

    def _experiment_changed(self, _old: Experiment, new: Experiment) -> None:
        """Show the settings at once; the maps follow when they are computed."""
        self._noted = ""
        if view_keys(new) == list(self.strip.cards):
            self.inspector.refresh(new)
        elif not self.model.is_quick:
            # cards of stages that are no more must not be acted on
            self.strip.setEnabled(False)
            self.inspector.setEnabled(False)

    def _show_result(self, shown: Shown) -> None:
        old, self._shown = self._shown, shown
        self.strip.setEnabled(True)
        self.inspector.setEnabled(True)
        self.pictures.follow(max(high for _low, high in shown.sources["input", -1].ranges))
        result, experiment = shown.result, shown.result.experiment
        place = self.player.place
        output = None if old is None or self.board.step is None else self.board.step.output
        known = old is not None and view_keys(experiment) == list(self.strip.cards)
        self.board.show_result(shown, self._looks)
        self.player.set_counts([math.prod(shape) for shape in experiment.shapes])
        if self._awaited is not None and self._awaited[0] is experiment:
            self._keep_place(experiment, 0, (0, *self._awaited[1]))
            self._awaited = None
        elif output is not None and place is not None:
            self._keep_place(experiment, place[0], output)
        self.transport.set_stages(stage_titles(experiment.stages))
        if self._selected not in self.strip.cards:
            self._selected = ("input", -1)
        if known and experiment is self.model.experiment:
            self._show_display()  # the page has followed the experiment already
        else:
            self.select(self._selected)
        self.inspector.convolution.show_result(result, self._looks["convolution"])
        self._show_step()
        self._tell()

    def _keep_place(self, experiment: Experiment, stage: int, output: tuple[int, int, int]) -> None:
        """Let the animation stand at the same output cell, where there still is one."""
        if stage >= len(experiment.stages):
            return
        shape = experiment.shapes[stage]
        limits = (1, shape[0], 1) if len(shape) == 1 else shape
        cell = tuple(min(value, limit - 1) for value, limit in zip(output, limits, strict=True))
        self.player.blockSignals(True)
        self.player.go_to(stage, step_index(shape, (cell[0], cell[1], cell[2])))
        self.player.blockSignals(False)

    def _show_step(self) -> None:
        """Show the present step in every view."""
        place = self.player.place
        assert self._shown is not None
        result, experiment = self._shown.result, self._shown.result.experiment
        step = None if place is None else step_at(experiment, result, *place)
        for name in ("first", "back", "play", "forward", "last"):
            self._actions[name].setEnabled(place is not None)
        if self._curtain is not None:
            veil = self._curtain(step)
        else:
            veil = self.predict.take(result, step, self._looks["convolution"].decimals)
        self.board.show_step(step, self._actions["spotlight"].isChecked(), self._actions["fill"].isChecked(), veil)
        self.inspector.activation.show_step(step if veil is None or veil.products is None else None)
        self.transport.set_count_hidden(veil is not None and place is not None and veil.hides_size(("stage", place[0])))
        if veil != self._veil:
            self._veil = veil
            self._show_display()
            self._tell()

    def _show_display(self) -> None:
        card = self.strip.cards[self._selected]
        if card.content is not None:
            drawn = self._curtain is not None and self._veil is not None and self._veil.hides_values(self._selected)
            hidden = drawn or self.predict.hides_view(self._selected)
            self.inspector.display.show_map(card.shown, card.content.look, card.limits, hidden)
            self.inspector.convolution.bank.set_veiled(1 if hidden else None)  # the kernels stay

    # from the views to the model

    def _hover(self, key: ViewKey, cell: tuple[int, int] | None) -> None:
        self.board.show_linked(key, cell)
        self._hovered = None if cell is None else (key, cell)
        self._tell()

    def _note(self, text: str) -> None:
        """Tell of something until the next edit, wherever the mouse lies on no map."""
        self._noted = text
        self.told.emit(text)

    def _tell(self) -> None:
        """Tell what lies under the mouse now."""
        known = self._hovered is not None and self._hovered[0] in self.strip.cards
        if self._hovered is None or not known:
            self.told.emit(self._noted)
            return
        key, (row, column) = self._hovered
        rows, columns = self.strip.cards[key].view.shape
        self.told.emit(self._describe(key, row, column) if row < rows and column < columns else "")
        self.zoomed.emit(self.strip.cards[key].view.scale)

    def _describe(self, key: ViewKey, row: int, column: int) -> str:
        """Say where a cell is, its value, and what it sees."""
        assert self._shown is not None
        card = self.strip.cards[key]
        veil = self._veil if self._curtain is not None else self.predict
        hidden = veil is not None and veil.hides_cell(key, card.channel or 0, row, column, card.view.shape)
        return describe_cell(self._shown, key, card.channel, row, column, self._looks[self.board.kind_of(key)], hidden)

    def _click(self, key: ViewKey, row: int, column: int) -> None:
        """Go to the step of an output cell."""
        if self.predict.take_click(key, row, column):
            return
        if key[0] != "stage" or self._shown is None:
            return
        card = self.strip.cards[key]
        shape = self._shown.result.experiment.shapes[key[1]]
        self.player.pause()
        self.player.go_to(key[1], step_index(shape, (card.channel or 0, row, column)))
        self.predict.focus()

    def _channel_chosen(self, key: ViewKey) -> None:
        self.select(key)
        card = self.strip.cards[key]
        step = self.board.step
        if key[0] == "stage" and card.channel is not None:
            assert self._shown is not None
            experiment = self._shown.result.experiment
            self.board.show_channel(key[1], card.channel)
            if step is not None and step.stage_index in same_channels(experiment, key[1]):
                shape = experiment.shapes[step.stage_index]
                target = step_index(shape, (card.channel, step.output[1], step.output[2]))
                self.player.go_to(step.stage_index, target)
            self.inspector.convolution.choose_filter(card.channel)
        self._show_step()

    def _show_filter(self, index: int) -> None:
        """Show a filter's own map when it is chosen in the bank."""
        card = self.strip.cards.get(self._selected)
        if card is not None and self._selected[0] == "stage":
            card.set_channel(index)
            self._channel_chosen(self._selected)

    def _set_look(self, look: Look) -> None:
        kind = self.board.kind_of(self._selected)
        self._looks[kind] = look
        self.board.set_look(kind, look)
        self._show_display()
        self._show_step()

    def _insert(self, kind: StageKind, index: int) -> None:
        stage = default_stage(kind)
        if self.model.edit(lambda e: insert_stage(e, index, stage), mark("add a stage")):
            self.select(("stage", index))
            # once the new card has its place
            QTimer.singleShot(0, self.strip, lambda: self.strip.reveal(("stage", index)))

    def _append(self, kind: StageKind) -> None:
        self._insert(kind, len(self.model.experiment.stages))

    def _remove_chosen(self) -> None:
        if self._selected[0] == "stage":
            self._remove(self._selected[1])

    def _move(self, index: int, target: int) -> None:
        if self.model.edit(lambda e: move_stage(e, index, target), mark("move a stage")):
            self.select(("stage", target))

    def _remove(self, index: int) -> None:
        self.model.edit(lambda e: remove_stage(e, index), mark("remove a stage"))

    def _take_sample(self, id_: str) -> None:
        self.pictures.cancel()
        image = make_sample(id_)
        peak = self.pictures.peak if image.max() <= 1 else 1.0
        self.model.take_image(image * peak, SAMPLES[id_].title)

    # the transport

    def _play(self) -> None:
        if not self.predict.take_play():
            self.player.toggle()

    def _jump(self, position: int) -> None:
        self.player.pause()
        self.player.go(position)

    def _switch_loop(self) -> None:
        self.player.loop = self._actions["loop"].isChecked()

    def _fit(self) -> None:
        for card in self.strip.cards.values():
            card.view.fit()

    def _one_to_one(self) -> None:
        for card in self.strip.cards.values():
            card.view.one_to_one()

    def _change_speed(self, factor: float) -> None:
        self.transport.set_speed(round(self.player.speed * factor, 1))
