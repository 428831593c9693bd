"""How far a student is: scoring, and a file at every step that nothing can break."""

from __future__ import annotations

import json
import random
from contextlib import suppress

import pytest
from msgspec.structs import replace

from cnnexplorer.labs import ReportError, Verdict, lab_from_text
from cnnexplorer.labs.progress import (
    MOST_SECONDS,
    MOST_TRIES,
    Figure,
    StepProgress,
    answer_shown,
    answered,
    figure_taken,
    hint_taken,
    moved,
    new_progress,
    progress_bytes,
    progress_from_bytes,
    read,
    score,
    spent,
    step_score,
)

SOURCE = """format = 1
title.en = "A lab"
[[steps]]
text.en = "2 + 2"
points = 2
[steps.task]
kind = "number"
answer = 4
[[steps]]
text.en = "read"
[[steps]]
text.en = "write"
[steps.task]
kind = "text"
[[steps]]
text.en = "figure"
[steps.task]
kind = "figure"
"""
LAB = lab_from_text(SOURCE, "sums.toml")
RIGHT, WRONG, AGAIN, NOTED = (Verdict(outcome) for outcome in ("right", "wrong", "again", "noted"))
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_whole_lab():
    progress = new_progress(LAB, "Ana", "2026-01-01T10:00")
    assert (progress.student, progress.started, progress.finished) == ("Ana", "2026-01-01T10:00", False)
    progress = answered(progress, 0, "5", Verdict("wrong", mistakes=("sum",)), "2026-01-01T10:01")
    progress = answered(progress, 0, "abc", AGAIN)
    progress = hint_taken(progress, 0)
    progress = answered(progress, 0, "4", RIGHT)
    assert progress.changed == "2026-01-01T10:01"
    first = progress.steps[0]
    assert (first.status, first.tries, first.hints) == ("solved", 2, 1)
    assert [one.answer for one in first.answers] == ["5", "4"]
    assert first.answers[0].mistakes == ("sum",)
    progress = read(moved(progress, 1), 1)
    progress = answered(answered(progress, 2, "a b c", NOTED), 2, "a b c d", NOTED)
    assert progress.steps[2].answers[0].answer == "a b c d"
    progress = figure_taken(progress, 3, Figure("conv1", PNG))
    progress = answered(progress, 3, "1", RIGHT)
    progress = spent(spent(progress, 3, 4.5), 3, -10)
    assert progress.finished
    assert progress.seconds == 4.5
    assert score(LAB.lab, progress) == (2 * (1 - 0.25 - 0.1) + 1, 3)


def test_a_solved_step_stays_solved_and_costs_nothing_more():
    progress = answered(new_progress(LAB), 0, "4", RIGHT)
    assert answered(progress, 0, "9", WRONG) == progress
    assert hint_taken(progress, 0) == progress
    assert answer_shown(progress, 0) == progress


def test_a_shown_answer_gives_no_points():
    progress = answer_shown(answered(new_progress(LAB), 0, "9", WRONG), 0)
    assert progress.steps[0].status == "shown"
    assert answered(progress, 0, "4", RIGHT) == progress
    assert score(LAB.lab, progress)[0] == 0


@pytest.mark.parametrize(
    ("tries", "hints", "points"), [(1, 0, 2), (2, 0, 1.5), (1, 2, 1.6), (4, 0, 0.5), (5, 0, 0.4), (9, 9, 0.4)]
)
def test_scoring(tries, hints, points):
    assert step_score(LAB.lab.steps[0], StepProgress("solved", tries, hints)) == pytest.approx(points)
    assert step_score(LAB.lab.steps[0], StepProgress("open", tries, hints)) == 0


def test_positions_stay_within_the_lab():
    progress = new_progress(LAB)
    assert moved(progress, 99).position == 3
    assert moved(progress, -1).position == 0


def test_the_file():
    progress = figure_taken(answered(new_progress(LAB, "José"), 0, "5", WRONG), 3, Figure("ñ", PNG))
    data = progress_bytes(progress)
    assert json.loads(data)["student"] == "José"  # any program can read it
    assert progress_from_bytes(data, LAB) == progress


def test_damaged_files_are_told():
    data = progress_bytes(figure_taken(answered(new_progress(LAB, "Ana"), 0, "5", WRONG), 3, Figure("x", PNG)))
    for number in range(200):
        dice = random.Random(number)
        place = dice.randrange(len(data))
        damaged = data[:place] + bytes([dice.randrange(256)]) + data[place + 1 + dice.randrange(3) :]
        with suppress(ReportError):
            found = progress_from_bytes(damaged, LAB)
            assert len(found.steps) == 4
            assert found.position < 4
    for text in (b"", b"{}", b"[" * 100_000, b"null", b"1e999", data.replace(b'"format":1', b'"format":9')):
        with pytest.raises(ReportError):
            progress_from_bytes(text, LAB)


@pytest.mark.parametrize(
    ("field", "value"), [("tries", 10**400), ("hints", 10**400), ("tries", -1), ("seconds", 1e308), ("hints", 10**18)]
)
def test_numbers_that_cannot_be(field, value):
    saved = json.loads(progress_bytes(new_progress(LAB)))
    saved["steps"][0] |= {"status": "solved", field: value}
    with pytest.raises(ReportError, match="damaged"):
        progress_from_bytes(json.dumps(saved).encode(), LAB)


def test_counts_stay_within_what_can_be_read_again():
    step = StepProgress("open", MOST_TRIES, MOST_TRIES, MOST_SECONDS)
    progress = replace(new_progress(LAB), steps=(step,) * 4)
    progress = spent(answered(hint_taken(progress, 0), 0, "5", WRONG), 0, 1e300)
    assert progress_from_bytes(progress_bytes(progress), LAB) == progress


def test_another_lab():
    other = lab_from_text('format = 1\ntitle.en = "a"\n[[steps]]\ntext.en = "b"', "sums.toml")
    with pytest.raises(ReportError, match="another lab"):
        progress_from_bytes(progress_bytes(new_progress(LAB)), other)


def solved():
    progress = answered(read(answered(new_progress(LAB, "Ana"), 0, "4", RIGHT), 1), 2, "a b c", NOTED)
    return spent(answered(figure_taken(progress, 3, Figure("x", PNG)), 3, "1", RIGHT), 0, 9)


CHANGED = [  # what is changed in the lab, and which steps then ask something else
    ('title.en = "A lab"', 'title.en = "Our lab"', ()),
    ('"2 + 2"', '"How much is 2 + 2?"', ()),
    ("answer = 4", 'answer = 4\ntolerance = 0.1\nmistakes = [{ answer = 5, says.en = "no" }]', ()),
    ("points = 2", "points = 3", ()),
    ("answer = 4", "answer = 5", (0,)),
    ('kind = "number"\nanswer = 4', 'kind = "shape"\nanswer = [2, 2]', (0,)),
    ('text.en = "read"', 'text.en = "read"\ntask = { kind = "text" }', (1,)),
    ('text.en = "write"', 'text.en = "write of something else"', (2,)),
    ('text.en = "figure"', 'text.en = "another figure"', (3,)),
    ("[steps.task]\nkind = \"number\"\nanswer = 4", """[steps.setup]
workspace = "convolution"
image = [[1]]
[steps.task]
kind = "number"
answer = 4""", (0,)),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "steps"), CHANGED)
def test_solved_work_stays_where_the_same_is_asked(old, new, steps):
    assert SOURCE.count(old) == 1
    lab = lab_from_text(SOURCE.replace(old, new), "sums.toml")
    found = progress_from_bytes(progress_bytes(solved()), lab)
    assert found.to_redo == steps
    assert found.digest == lab.digest
    assert progress_from_bytes(progress_bytes(found), lab) == found  # told until the step is done
    for index, (step, before) in enumerate(zip(found.steps, solved().steps, strict=True)):
        assert step.done == (index not in steps)
        assert step == before if index not in steps else (step.answers, step.figures) == ((), ())
        assert step.seconds == before.seconds


def test_options_and_items_are_what_is_asked():
    choice = """format = 1
title.en = "a"
[[steps]]
text.en = "b"
task = { kind = "choice", options = [{ text.en = "x", right = true, says.en = "yes" }, { text.en = "y" }] }
[[steps]]
text.en = "c"
task = { kind = "order", items = [{ en = "x" }, { en = "y" }] }
"""
    lab = lab_from_text(choice, "a.toml")
    progress = answered(answered(new_progress(lab), 0, "x", RIGHT), 1, "x y", RIGHT)
    for old, new, steps in (('"yes"', '"indeed"', ()), ('{ text.en = "y" }', '{ text.en = "z" }', (0,)),
                            ('{ en = "y" }', '{ en = "z" }', (1,))):  # fmt: skip
        changed = lab_from_text(choice.replace(old, new), "a.toml")
        assert progress_from_bytes(progress_bytes(progress), changed).to_redo == steps


def test_steps_that_nobody_worked_on_are_not_told_to_be_done_again():
    lab = lab_from_text(SOURCE.replace("answer = 4", "answer = 5"), "sums.toml")
    found = progress_from_bytes(progress_bytes(spent(new_progress(LAB), 0, 5)), lab)
    assert found.to_redo == ()
    assert answered(found, 0, "5", RIGHT).steps[0].done


def test_a_step_that_was_done_again_is_told_no_longer():
    lab = lab_from_text(SOURCE.replace("answer = 4", "answer = 5"), "sums.toml")
    found = progress_from_bytes(progress_bytes(solved()), lab)
    assert answered(found, 0, "5", RIGHT).to_redo == ()


def test_a_file_that_does_not_tell_what_was_asked_counts_for_the_very_same_lab_only():
    data = json.loads(progress_bytes(solved()))
    del data["asked"]
    old = json.dumps(data).encode()
    assert progress_from_bytes(old, LAB) == solved()
    with pytest.raises(ReportError, match="the lab was changed"):
        progress_from_bytes(old, lab_from_text(SOURCE.replace("answer = 4", "answer = 5"), "sums.toml"))


def test_figures():
    progress = new_progress(LAB)
    for number in range(9):
        progress = figure_taken(progress, 3, Figure(str(number), PNG))
    assert [figure.caption for figure in progress.steps[3].figures] == ["3", "4", "5", "6", "7", "8"]
    with pytest.raises(ReportError, match="no PNG"):
        figure_taken(progress, 3, Figure("x", b"GIF89a"))
    with pytest.raises(ReportError, match="too large"):
        figure_taken(progress, 3, Figure("x", PNG + bytes(4_000_000)))
