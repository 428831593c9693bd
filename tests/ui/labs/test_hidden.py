"""What a step asks for stays hidden, also when the student goes on without an answer."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel

from cnnexplorer.labs import built_in_labs
from tests.ui.helpers import LEFT, enter

from .test_playing import answered, fill, go_on, play, ready

LABS = {lab.id: lab for lab in built_in_labs()}


def shown_texts(card: object) -> str:
    return "\n".join(label.text() for label in card.findChildren(QLabel) if label.isVisibleTo(card))


def test_a_step_without_a_set_up_leaves_hidden_what_the_one_before_asks_for(qtbot, window):
    panel = play(qtbot, window, LABS["01_kernel"], 7)
    assert panel.field is not None
    assert window.conv.board.veil.hides_values(("stage", 0))
    go_on(qtbot, panel)
    assert panel.attempt.step.setup is None
    assert window.conv.board.veil.hides_values(("stage", 0))
    panel.field.text.setPlainText("Training with many labelled pictures decides them, step by step.")
    qtbot.mouseClick(panel.check, LEFT)
    answered(qtbot, panel, "noted")
    assert window.conv.board.veil.hides_values(("stage", 0)), "the answer to one step must not show that of another"
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: window.conv.board.veil is None)


def test_what_was_answered_is_seen_in_the_steps_after_it(qtbot, window, lab):
    panel = play(qtbot, window, lab, 2)
    fill(panel.field, [[3, 5], [7, 3]])
    qtbot.mouseClick(panel.check, LEFT)
    answered(qtbot, panel, "right")
    go_on(qtbot, panel)
    assert panel.attempt.step.setup is None
    assert window.conv.board.veil is None


@pytest.mark.parametrize("step", [6, 7])
def test_what_no_window_reads_is_not_told_while_it_gives_the_answer_away(qtbot, window, step):
    panel = play(qtbot, window, LABS["02_sliding"], step)
    card = window.conv.board.cards["padding", 0]
    assert "28" in shown_texts(card) or "8×8" in shown_texts(card).replace(" ", "")
    assert "row" not in shown_texts(card)
    assert card.view._unvisited == ((), ())
    if step == 6:
        enter(panel.field.line, "13x13")
    else:
        right = next(i for i, option in enumerate(panel.attempt.step.task.options) if option.right)
        qtbot.mouseClick(panel.field.options[right].button, LEFT)
        qtbot.mouseClick(panel.check, LEFT)
    answered(qtbot, panel, "right")
    assert "row" in shown_texts(card)
    assert card.view._unvisited[0]


def test_the_size_is_not_told_where_the_values_are_to_be_counted(qtbot, window):
    panel = play(qtbot, window, LABS["07_why_not_dense"], 1)
    card = window.conv.board.cards["stage", 0]
    assert "192" not in shown_texts(card)
    assert "192" not in card.view.accessibleName()
    enter(panel.field.line, "192")
    answered(qtbot, panel, "right")
    assert "192" in shown_texts(card)


def test_back_before_the_first_set_up_the_workspace_is_as_the_lab_began(qtbot, window, lab):
    plain = replace(lab.lab.steps[0], setup=None, task=None, free=None)
    own = dataclasses.replace(lab, lab=replace(lab.lab, steps=(plain, *lab.lab.steps[1:])))
    panel = play(qtbot, window, own)
    began = window.conv.model.experiment
    go_on(qtbot, panel)
    assert window.conv.model.experiment != began
    assert window.conv.board.veil is not None
    qtbot.mouseClick(panel.back, LEFT)
    ready(qtbot, panel)
    assert window.conv.model.experiment == began
    assert window.conv.board.veil is None
