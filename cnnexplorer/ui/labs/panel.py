"""The player: text, task, verdict and hints of a lab's step, in a column beside the live workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import LabError
from cnnexplorer.labs.model import ClickTask, FigureTask, FindTask, MatrixTask, MeasureTask, ReachTask
from cnnexplorer.ui.language import Speaking, _, language
from cnnexplorer.ui.theme import icon

from .asking import ask_to_show
from .drafts import Drafts
from .exercises import is_practice
from .making import field_for, matrix_field
from .panel_body import PanelBody
from .panel_head import PanelHead, line
from .step_bar import state_of

if TYPE_CHECKING:
    from cnnexplorer.labs import Verdict
    from cnnexplorer.labs.progress import Figure

    from .attempt import Attempt
    from .bench import Bench
    from .fields import Field
    from .preparing import Ready

WIDTH, LEAST_WIDTH = 350, 290
ROOMY = 1280  # pixels: the window's least width for a panel of the usual width
LIVE_TASKS = (ReachTask, FindTask, MeasureTask, ClickTask)  # whose answers are given in the workspaces
LIVE_PAUSE = 400  # milliseconds without a change after which the state is looked at


class LabPanel(Speaking, QWidget):
    """Plays a lab.

    Parameters
    ----------
    takes_focus
        Whether an answer can be typed at once when a step is shown.

    Signals: `refused(error)`, `report_asked()`, `leave_asked()`.
    """

    refused = Signal(object)
    report_asked = Signal()
    leave_asked = Signal()

    def __init__(self, bench: Bench, takes_focus: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._takes_focus = bench, takes_focus
        self.attempt: Attempt | None = None
        self.field: Field | None = None
        self._ready: Ready | None = None
        self.setMinimumWidth(LEAST_WIDTH)
        self.head = PanelHead()
        self.title, self.bar, self.leave = self.head.title, self.head.bar, self.head.leave
        self.body = PanelBody()
        self.heading, self.text, self.hints = self.body.heading, self.body.text, self.body.hints
        self.check, self.hint, self.show_it = self.body.check, self.body.hint, self.body.show_it
        self.verdict, self.answer, self.why = self.body.verdict, self.body.answer, self.body.why
        self.again = self.body.again
        self.back, self.next = QPushButton(), QPushButton()
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(LIVE_PAUSE)
        self._live.timeout.connect(self._look)
        self.drafts = Drafts(self)
        self._build()
        self._connect()
        self.restyle()

    def play(self, attempt: Attempt) -> None:
        """Show a lab, at the step where its student is."""
        self.stop()
        self.attempt = attempt
        attempt.setParent(self)
        attempt.leaving.connect(self.drafts.keep)
        attempt.moved.connect(self._arrive)
        attempt.prepared.connect(self._prepared)
        attempt.changed.connect(self._show_state)
        attempt.judged.connect(self._judged)
        attempt.recalled.connect(self._recalled)
        attempt.refused.connect(self.refused)
        attempt.busy_changed.connect(self._show_busy)
        attempt.begin()

    def stop(self) -> None:
        """Leave the lab; its progress is saved."""
        self._live.stop()
        self.drafts.keep()
        if self.attempt is not None:
            attempt, self.attempt = self.attempt, None
            attempt.close()
            attempt.deleteLater()
            self._set_field(None)
            self._bench.pick(None)
            self._bench.release()

    # what the actions do

    def check_now(self) -> None:
        """Have the answer judged."""
        if self.attempt is None or self.field is None or not self.check.isEnabled():
            return
        if self._ready is None and isinstance(self.attempt.step.task, LIVE_TASKS):
            return  # the workspaces still show the step before
        self._live.stop()
        self.drafts.keep()
        field = self.field
        self.attempt.check(field.answer(), field.written(), self._bench.state(), field.draft())

    def take_hint(self) -> None:
        """Show one hint more."""
        if self.attempt is not None and self.hint.isEnabled() and self.hint.isVisibleTo(self):
            self.attempt.take_hint()

    def ask_answer(self) -> None:
        """Show the right answer, if the student says once more that it is wanted: it costs the points of the step."""
        attempt = self.attempt
        if attempt is None or not self.show_it.isEnabled() or not self.show_it.isVisibleTo(self):
            return
        position = attempt.position

        def show() -> None:
            if self.attempt is attempt and attempt.position == position and not attempt.done.done:
                self._show_answer(attempt)

        ask_to_show(self.window(), show)

    def go(self, by: int) -> None:
        """Go to the next step, or to the one before; behind the last there is the report."""
        if self.attempt is None:
            return
        if by > 0 and self.attempt.position == self.attempt.count - 1:
            self.report_asked.emit()
        else:
            self.attempt.go(self.attempt.position + by)

    def set_up_again(self) -> None:
        """Show the set-up of the step anew."""
        if self.attempt is not None:
            self.attempt.set_up_again()

    def take_figure(self) -> None:
        """Take a figure of the live workspace into the report."""
        make = self._bench.figure()
        if self.attempt is None:
            return
        if make is not None:
            self.attempt.take_figure(make)
            return
        step = self._bench.closed_by()
        self.refused.emit(
            LabError("nothing is shown yet that a figure could be taken of: open a page, or wait a moment")
            if step is None
            else LabError("this page is closed until step {step} is answered: do that first, or open another page",
                          step=step)
        )  # fmt: skip

    def _show_answer(self, attempt: Attempt) -> None:
        attempt.show_answer(self._bench.state())
        if self._ready is not None and isinstance(attempt.step.task, ReachTask):
            self._bench.show_state(self._ready)

    # Qt's side

    @staticmethod
    def width_in(window: int) -> int:
        """Return how wide the panel is in a window of a width, in pixels: whatever lies beside it."""
        return WIDTH if window >= ROOMY else LEAST_WIDTH

    def sizeHint(self) -> QSize:
        """Return the usual width."""
        return QSize(WIDTH, 600)

    def retranslate(self) -> None:
        """Say what is in front."""
        attempt = self.attempt
        if attempt is None:
            return
        self.title.setText(attempt.lab.lab.title.of(language()))
        self.head.where.setText(_("Step {number} of {count}").format(number=attempt.position + 1, count=attempt.count))
        heading = attempt.step.title.of(language())
        self.heading.setText(heading)
        self.heading.setVisible(bool(heading) and not is_practice(attempt.lab))
        if is_practice(attempt.lab):  # numbered through all the exercises, and not through these ten
            self.head.where.setText(heading)
        last = attempt.position == attempt.count - 1
        ending = _("More…") if is_practice(attempt.lab) else _("Report…")
        self.next.setText(ending if last else _("Next"))
        self.body.say_hints_left(len(attempt.hints) - len(attempt.hints_read))

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.back.setIcon(icon("chevron-left", self))

    # building

    def _build(self) -> None:
        self.say(self.back.setText, mark("Back"))
        self.tip(self.back, mark("Go to the step before (Alt+PgUp)"))
        self.tip(self.next, mark("Go on to the next step (Alt+PgDown)"))
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 8, 14, 8)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(line())
        column.addWidget(self.body, 1)
        column.addWidget(line())
        column.addLayout(foot)

    def _connect(self) -> None:
        self.check.clicked.connect(self.check_now)
        self.hint.clicked.connect(self.take_hint)
        self.show_it.clicked.connect(self.ask_answer)
        self.again.clicked.connect(self.set_up_again)
        self.back.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        self.leave.clicked.connect(self.leave_asked)
        self.bar.chosen.connect(self._go_to)
        self._bench.changed.connect(self._workspace_changed)

    # following the lab

    def _arrive(self) -> None:
        """Show the step in front."""
        attempt = self.attempt
        assert attempt is not None
        self._live.stop()
        self._ready = None
        self.body.show_text(attempt.step.text, attempt.lab.folder)
        self._bench.pick(None)
        step = attempt.step
        self._set_field(
            None
            if isinstance(step.task, MatrixTask)
            else field_for(attempt.lab.id, attempt.position, step, self._bench, self._figures, self.take_figure)
        )
        self.body.verticalScrollBar().setValue(0)
        self._show_state()

    def _prepared(self, ready: Ready) -> None:
        """Show the set-up in the live workspace, and let the answer begin."""
        attempt = self.attempt
        assert attempt is not None
        arrived, self._ready = self._ready is None, ready
        task = ready.step.task
        self._bench.show_step(ready, attempt.done.done)
        if isinstance(task, MatrixTask) and self.field is None:
            session = ready.session
            experiment = ready.experiment if session is None else session.experiment
            self._set_field(matrix_field(task, experiment))
        if isinstance(task, ClickTask):
            self._bench.pick(task)
        self._show_state()
        if arrived:
            self.drafts.bring_back(self._bench.state())
        if self.field is not None and self._takes_focus:
            self.field.begin()

    def _recalled(self, verdict: Verdict) -> None:
        if self.field is not None:
            self.field.show_verdict(verdict)

    def _set_field(self, field: Field | None) -> None:
        if self.field is not None:
            self.body.place.removeWidget(self.field)
            self.field.hide()
            self.field.deleteLater()
        self.field = field
        self.drafts.follow(self.attempt, field)
        if field is not None:
            field.given.connect(self.check_now)
            field.refused.connect(self.refused)
            self.body.place.addWidget(field)

    def _go_to(self, index: int) -> None:
        if self.attempt is not None:
            self.attempt.go(index)

    def _figures(self) -> tuple[Figure, ...]:
        return () if self.attempt is None else self.attempt.done.figures

    def _show_state(self) -> None:
        """Show how far the step is."""
        attempt = self.attempt
        if attempt is None:
            return
        step, done, verdict = attempt.step, attempt.done, attempt.verdict
        self._bench.close_pages(attempt.closed_pages)
        asks = step.task is not None
        self.bar.show_steps([state_of(one) for one in attempt.progress.steps], attempt.position)
        self.check.setVisible(asks)
        self.check.setDefault(not done.done)  # the button to go on with stands out
        self.next.setDefault(done.done)
        self.again.setVisible(step.setup is not None)
        self.back.setEnabled(attempt.position > 0)
        self.hint.setVisible(asks and not done.done and bool(attempt.hints))
        self.hint.setEnabled(len(attempt.hints_read) < len(attempt.hints))
        self.show_it.setVisible(step.is_marked and not done.done and not isinstance(step.task, FigureTask))
        if verdict is not None:
            hints_left = len(attempt.hints_read) < len(attempt.hints)
            self.verdict.say_verdict(verdict, hints_left, counts=not isinstance(step.task, ReachTask))
        elif done.status == "solved":
            self.verdict.say_so("right", ())
        else:
            self.verdict.hide()
        if attempt.answer or done.status == "shown":
            self.answer.say_so("shown", attempt.answer)
        explanation = step.explanation
        if done.done and (explanation.en or explanation.es):
            self.why.say_so("why", (explanation,))
        else:
            self.why.hide()
        self.hints.show_hints(attempt.hints_read, attempt.lab.folder)
        if done.done and self._ready is not None:
            self._bench.reveal()
        if isinstance(step.task, FigureTask) and self.field is not None:
            self.field.retranslate()
        self.retranslate()

    def _judged(self, verdict: Verdict) -> None:
        if self.field is not None:
            self.field.show_verdict(verdict)
        shown = self.why if self.why.isVisibleTo(self) else self.verdict
        # once the boxes have their places
        QTimer.singleShot(0, self, lambda: self.body.ensureWidgetVisible(shown, 0, 8))
        task = None if self.attempt is None else self.attempt.step.task
        if isinstance(task, ReachTask | FindTask):  # the student is at work elsewhere
            return
        if verdict.solved:
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.field is not None:
            self.field.begin()

    def _show_busy(self, busy: bool) -> None:
        self.check.setEnabled(not busy)

    def _workspace_changed(self) -> None:
        if self.attempt is not None and isinstance(self.attempt.step.task, ReachTask) and not self.attempt.done.done:
            self._live.start()

    def _look(self) -> None:
        """See whether the live workspace is where it is to be."""
        attempt, field = self.attempt, self.field
        if attempt is not None and field is not None and self._ready is not None and self._ready.step is attempt.step:
            attempt.reached(self._bench.state(), field.written())
