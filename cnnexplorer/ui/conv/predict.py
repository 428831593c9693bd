"""Predict: the coming output is hidden and asked for, then its arithmetic is played.

What is asked follows the present step, so that playing, stepping, scrubbing and edits need nothing of their own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import Saying, hints
from cnnexplorer.ui.language import _

from .predict_bar import PredictBar
from .predict_judging import judge_cells, judge_text
from .predict_left import LeftOpen
from .predict_place import AnswerPlace
from .predict_questions import ASKED, answer_text, first_index, fitting, next_step, question_at, step_count_of
from .predict_veil import State, Veil, veil_over
from .predict_words import asked_text, sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core import Result, Step
    from cnnexplorer.labs import Judgement, Question
    from cnnexplorer.labs.questions import Asks
    from cnnexplorer.ui.actions import Actions

    from .board import Board
    from .player import Player
    from .predict_field import Tone
    from .shown import ViewKey

MOST_BEATS = 20  # in which a sum is played
BEAT, LONE_BEAT = 100, 350  # milliseconds
PAUSE, LONG_PAUSE = 1300, 2800  # before the next question; longer where something is to be read
BEGINS = "0123456789.,-−+("  # what begins an answer, wherever it is typed


class Predict(QObject):
    """Asks, judges and shows.

    The workspace shows each step through `take`, which returns what is to be hidden.

    Signals: `changed()` when the present step is to be shown anew.

    Attributes
    ----------
    pace
        What the pauses are multiplied by.
    """

    changed = Signal()

    def __init__(
        self, board: Board, player: Player, actions: Actions, is_current: Callable[[Result], bool], home: QWidget
    ) -> None:
        super().__init__(home)
        self._board, self._player, self._actions = board, player, actions
        self._is_current, self._home = is_current, home
        self._on = False
        self._wanted: Asks = "value"
        self._result: Result | None = None
        self._step: Step | None = None
        self._decimals = 2
        self._question: Question | None = None
        self._state: State = "free"
        self._known: set[Question] = set()
        self._left = LeftOpen()
        self._count = 0
        self._hints_given = 0
        self._tries_here = 0
        self._said: tuple[Saying | None, Tone] = (None, "open")
        self._ended = False
        self.first = self.tries = self.shown = 0
        self.pace = 1.0
        self.bar = PredictBar([actions["hint"], actions["show_answer"]])
        self.bar.hide()
        self.bar.asked_for.connect(self.ask_for)
        self.bar.chosen.connect(self.focus)
        self.place = AnswerPlace(board)
        self.place.answered.connect(self._answer)
        self.place.left.connect(lambda: home.setFocus())
        self.place.refused.connect(lambda error: self._again(Saying.of(error)))
        self._beat = QTimer(self)
        self._beat.setSingleShot(True)
        self._beat.timeout.connect(self._go_on)
        self._show_actions()

    # what is asked

    @property
    def question(self) -> Question | None:
        """What is asked for now; None where nothing is."""
        return self._question if self._state == "asked" else None

    @property
    def state(self) -> State:
        """How far it is: "free" (nothing is asked), "asked", "played" (its arithmetic runs), or "told" (it has run)."""
        return self._state

    @property
    def wanted(self) -> Asks:
        """What the user wants to be asked, where it fits."""
        return self._wanted

    def ask_for(self, asks: str) -> None:
        """Choose what is asked."""
        if asks in ASKED:
            self._wanted = asks  # type: ignore[assignment]  # it is one of them
            self.changed.emit()

    def ask_at(self, key: ViewKey) -> None:
        """Ask about the stage of a card that was chosen, unless it is the one in question, or gives the winner."""
        result, step, (kind, stage) = self._result, self._step, key
        if not self._on or result is None or step is None or kind != "stage" or stage == step.stage_index:
            return
        asked = None if self._state == "free" else self._question
        if asked is not None and asked.asks == "winner" and stage == asked.stage - 1:
            return
        place = stage, 0
        if question_at(result.experiment, result, self._wanted, *place) in self._known:
            following = next_step(result.experiment, result, self._wanted, place, self._known, False)
            place = following if following is not None and following[0] == stage else place
        self._player.go_to(*place)
        QTimer.singleShot(0, self, self.focus)

    def switch(self, on: bool) -> None:
        """Begin, with an empty tally, or end."""
        self._on = on
        self._player.pause()
        self._player.by_ones = on
        self._known.clear()
        self.first = self.tries = self.shown = 0
        self.bar.setVisible(on)
        self._begin(None)
        self._left.clear()
        self._result = None
        self.changed.emit()
        if on:
            self.focus()

    def take(self, result: Result, step: Step | None, decimals: int) -> Veil | None:
        """Ask about a step, unless it is asked about already; return what is to be hidden."""
        if not self._on:
            return None
        if self._result is None or result.experiment is not self._result.experiment:
            self._known.clear()
            self._begin(None)
            self._left.clear()
        self._result, self._step, self._decimals = result, step, decimals
        question = None
        if step is not None:
            question = question_at(result.experiment, result, self._wanted, step.stage_index, step.index)
        if question != self._question or self._state == "free":
            self._begin(question)
        veil = self._veil()
        if veil is not None:
            self._count_seen(veil)
        self._say()
        return veil

    def focus(self) -> None:
        """Go to where the answer is typed."""
        if self._state != "free" and self._board.isVisible():
            self.place.focus()

    def take_click(self, key: ViewKey, row: int, column: int) -> bool:
        """Take a click on a cell as the answer, where a cell is asked for; tell whether it was one."""
        question = self.question
        if question is None or question.asks != "winner":
            return False
        if key != (("stage", question.stage - 1) if question.stage else ("input", -1)):
            return False
        self.place.set_answer(f"{row}, {column}")
        self._answer()
        return True

    def take_key(self, event: QKeyEvent) -> bool:
        """Let an answer be begun anywhere; tell whether the key began one."""
        if self._state != "asked" or not event.text() or event.text() not in BEGINS:
            return False
        self.place.take(event.text())
        return True

    def take_play(self) -> bool:
        """Go to the question, or on to the next; tell whether there is one to be gone to."""
        if self._state == "free":
            return False
        self.focus() if self._state == "asked" else self._hurry()
        return True

    def hides_cell(self, key: ViewKey, channel: int, row: int, column: int, shape: tuple[int, int]) -> bool:
        """Tell whether a cell of a view is not to be told of."""
        veil = self._veil()
        return veil is not None and veil.hides_cell(key, channel, row, column, shape)

    def hides_view(self, key: ViewKey) -> bool:
        """Tell whether figures over a whole view are not to be told."""
        veil = self._veil()
        return veil is not None and veil.hides_values(key)

    def hint(self) -> None:
        """Give the next hint."""
        question = self.question
        if question is None or self._result is None:
            return
        known = hints(self._result.experiment, self._result, question)
        self._hints_given = min(self._hints_given + 1, len(known))
        hint = known[self._hints_given - 1]
        template = mark("Hint {number} of {count}: {hint}")
        self._tell(Saying(template, number=self._hints_given, count=len(known), hint=hint), "hint")
        self._show_actions()
        self.focus()

    def show_answer(self) -> None:
        """Give the answer, and count that."""
        if self.question is None or self._result is None:
            return
        self.shown += 1
        self.place.set_answer(answer_text(self._result.experiment, self._result, self.question))
        self._tell(Saying(mark("This is the answer.")), "hint")
        self._play()

    def stop(self) -> None:
        """Stop what runs by itself."""
        self._beat.stop()

    # an answer

    def _answer(self) -> None:
        """Judge what was typed; once it was right, go on."""
        if self._state in ("played", "told"):
            self._hurry()
        if self.question is None or self._result is None or not self._is_current(self._result):
            return
        judgement = self._judgement()
        if judgement.asked_again:
            self._again(judgement.sayings[0])
            return
        self.tries += 1
        if judgement.correct:
            self.first += self._tries_here == 0 and not self._left.was_seen(self.question)
            told = judgement.sayings[0] if judgement.sayings else Saying(mark("Right."))
            self._tell(told, "right")
            self._play()
            return
        self._tries_here += 1
        self.place.set_tone("wrong", judgement.wrong_cells)
        wrong = Saying(mark("That is not right: look at the step again, or take a hint."))
        self._tell(judgement.sayings[0] if judgement.sayings else wrong, "wrong")
        self.bar.count(self.first, self.tries, self.shown)
        if self.question.asks != "map":
            self.place.focus()

    def _judgement(self) -> Judgement:
        assert self._question is not None
        assert self._result is not None
        assert self._step is not None
        if self._question.asks != "map":
            text = self.place.line.text()
            return judge_text(self._result, self._question, self._step, text, self._decimals)
        judgement, unclear = judge_cells(self._result, self._question, self.place.grid.texts())
        if unclear is not None:
            self.place.grid.focus_cell(unclear)
        return judgement

    def _again(self, saying: Saying) -> None:
        self.place.set_tone("open")
        self._tell(saying, "open")
        if self._question is not None and self._question.asks != "map":
            self.place.focus()

    # what follows an answer

    def _play(self) -> None:
        """Play the arithmetic of what was asked."""
        assert self._question is not None
        assert self._result is not None
        self._known.add(self._question)
        self._left.close(self._question)
        self._state, self._count = "played", 0
        self.place.set_tone("right")
        self.place.set_done(True)
        self.bar.count(self.first, self.tries, self.shown)
        if self._question.asks == "map":
            self._player.go_to(self._question.stage, first_index(self._result.experiment, self._question))
        self.changed.emit()
        self._wait(LONE_BEAT if self._beats() == 1 else BEAT)

    def _total(self) -> int:
        """Return how much is to be played: products, or cells of a map."""
        assert self._question is not None
        assert self._result is not None
        if self._question.asks == "map":
            return step_count_of(self._result.experiment, self._question)
        products = None if self._step is None else self._step.products
        return products.size if products is not None and self._question.asks in ("value", "sign") else 1

    def _beats(self) -> int:
        return min(self._total(), MOST_BEATS)

    def _go_on(self) -> None:
        """Play the next term, or ask the next question."""
        if self._state == "told":
            self._ask_next()
        if self._state != "played":
            return
        total = self._total()
        self._count += math.ceil(total / self._beats())
        if self._count >= total:
            self._tell_all()
            return
        if self._question is not None and self._question.asks == "map":
            assert self._result is not None
            first = first_index(self._result.experiment, self._question)
            self._player.go_to(self._question.stage, first + self._count)
        else:
            self.changed.emit()
        self._wait(BEAT)

    def _tell_all(self) -> None:
        self._state = "told"
        self.changed.emit()
        self._wait(PAUSE if self._said[1] == "right" and not self._tries_here else LONG_PAUSE)

    def _hurry(self) -> None:
        """Leave out what is still to be played, or the pause before the next question."""
        if self._state == "played":
            self._tell_all()
        elif self._state == "told":
            self._beat.stop()
            self._ask_next()

    def _ask_next(self) -> None:
        result, step = self._result, self._step
        assert result is not None
        assert step is not None
        here = (step.stage_index, step.index)
        following = next_step(result.experiment, result, self._wanted, here, self._known, self._player.loop)
        if following is None:
            self._ended = True
            self._begin(self._question)
            self.changed.emit()
        else:
            self._player.go_to(*following)

    def _wait(self, milliseconds: float) -> None:
        self._beat.start(round(milliseconds * self.pace))

    # asking

    def _begin(self, question: Question | None) -> None:
        """Ask a question, or none where it is answered already."""
        self._beat.stop()
        had_focus = self.place.has_focus() or QApplication.focusWidget() in (None, self._home)
        self._ended = self._ended and question == self._question
        if self._state == "asked" and self._question is not None:
            self._left.leave(self._question)
        self._question = question
        self._count = self._hints_given = self._tries_here = 0
        self._said = (None, "open")
        if question is None or question in self._known:
            self._state = "free"
            if self.place.has_focus():
                self._home.setFocus()
            self.place.close()
            return
        self._state = "asked"
        self._left.take_up(question)
        self._player.pause()
        assert self._result is not None
        output = self._result.outputs[question.stage]
        shape = (output.shape[-2], output.shape[-1]) if output.ndim == 3 else (len(output), 1)
        self.place.open(question, (question.row, question.column), shape)
        QTimer.singleShot(0, self.place, lambda: self._show_place(question, had_focus))

    def _count_seen(self, veil: Veil) -> None:
        """Count as shown what was left without an answer, and is not hidden any more."""
        assert self._result is not None
        seen = self._left.see(veil, self._result)
        self.shown += seen
        if seen and self._state == "asked":
            self._said = (Saying(mark("What was asked before is seen now: it counts as shown.")), "open")

    def _show_place(self, question: Question, with_focus: bool) -> None:
        """Bring the field into sight once everything has its place."""
        if question != self._question or self._state == "free":
            return
        if self._board.strip.enlarged not in (None, ("stage", question.stage)):
            self._board.strip.enlarge(("stage", question.stage))
        self._board.strip.reveal(("stage", question.stage))
        self.place.settle()
        if with_focus and self._state == "asked":
            self.focus()

    def _tell(self, saying: Saying, tone: Tone) -> None:
        self._said = (saying, tone)
        self.place.tell(sentence(saying, tone), tone)

    def _say(self) -> None:
        """Say everything in the language in use."""
        self._show_actions()
        self.bar.count(self.first, self.tries, self.shown)
        text = _("Add a stage with + to see its steps.")
        if self._result is not None and self._step is not None:
            experiment, stage = self._result.experiment, self._step.stage_index
            text = asked_text(experiment, stage, self._question, self._state, self._ended)
            offered = fitting(experiment, stage)
            self.bar.choice.offer(offered, self._question.asks if self._question is not None else "value")
        self.bar.ask(text)
        if self._state != "free":
            self.place.say(text)
            saying, tone = self._said
            self.place.tell("" if saying is None else sentence(saying, tone), tone)

    def _show_actions(self) -> None:
        asked = self._on and self._state == "asked"
        self._actions["show_answer"].setEnabled(asked)
        more = asked and self._question is not None and self._result is not None
        if more:
            assert self._question is not None
            assert self._result is not None
            more = self._hints_given < len(hints(self._result.experiment, self._result, self._question))
        self._actions["hint"].setEnabled(more)

    def _veil(self) -> Veil | None:
        """Return what is hidden now."""
        question, step = self._question, self._step
        if not self._on or step is None or self._result is None:
            return None
        veil = veil_over(step, self._result.outputs[step.stage_index], question, self._state, self._count)
        if question is not None and question.asks == "size":
            veil = self._left.kept_hidden(veil, self._result)
        return veil
