"""Undo and redo give every byte back, in little memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, editing
from cnnexplorer.core.history import History

LIMIT = 64 * 2**20


def same(left, right):
    assert left == right  # to the bit: see same_array
    assert left.shapes == right.shapes


def brush(experiment, random, size=4):
    image = experiment.image.copy()
    row, column = random.integers(0, image.shape[1] - size), random.integers(0, image.shape[2] - size)
    image[:, row : row + size, column : column + size] = random.choice(
        [0.0, 1.0, -0.0, np.nan, np.inf, random.random()]
    )
    return Experiment(image, experiment.stages)


def edit(experiment, random):
    stage = experiment.stages[0]
    match random.integers(0, 10):
        case 0 | 1 | 2 | 3:
            return brush(experiment, random)
        case 4:
            kernel = stage.weight[0, 0].copy()
            kernel[random.integers(15), random.integers(15)] = random.choice([-0.0, np.nan, random.normal()])
            stage = editing.with_kernel(stage, random.integers(16), random.integers(3), kernel)
        case 5:
            stage = editing.with_bias(stage, random.integers(16), random.normal())
        case 6:
            stage = replace(stage, padding=int(random.integers(0, 8)), stride=int(random.integers(1, 3)))
        case 7:
            if len(experiment.stages) < 8:
                return editing.insert_stage(experiment, 1, Activation("elu", alpha=random.random()))
            return editing.remove_stage(experiment, 1)
        case 8:
            if len(experiment.stages) > 2:
                return editing.move_stage(experiment, 1, len(experiment.stages) - 1)
            return experiment
        case _:
            weight = stage.weight.copy()
            weight[random.integers(16)] *= -1
            stage = replace(stage, weight=weight, flip=bool(random.integers(2)))
    return editing.with_stage(experiment, 0, stage)


def test_five_thousand_edits_in_64_megabytes():
    random = np.random.default_rng(50)
    start = Experiment(
        random.random((3, 64, 64)), (Convolution(random.normal(size=(16, 3, 15, 15))), Activation("relu"))
    )
    history = History(start)
    digests = [digest(start)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(5000):
        history.record(edit(history.experiment, random), f"edit {number}")
        digests.append(digest(history.experiment))
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(history) == 5000
    assert used < LIMIT
    assert history.size < LIMIT
    assert used < 1.2 * history.size + 2**20  # the figure that it limits itself by is an honest one
    end = history.experiment
    for expected in reversed(digests[:-1]):
        assert digest(history.undo()) == expected
    assert history.undo() is None
    assert history.undo_label is None
    same(history.experiment, start)
    for expected in digests[1:]:
        assert digest(history.redo()) == expected
    assert history.redo() is None
    same(history.experiment, end)


def digest(experiment):
    stages = [
        (
            stage.weight.tobytes(),
            None if stage.bias is None else stage.bias.tobytes(),
            stage.sides,
            stage.stride,
            stage.flip,
        )
        if isinstance(stage, Convolution)
        else stage
        for stage in experiment.stages
    ]
    return hash((experiment.image.tobytes(), tuple(stages)))


SOBEL = Convolution([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
START = Experiment(np.random.default_rng(51).random((1, 20, 21)), (SOBEL, Activation("relu"), Pooling("max", 2)))
STEPS = [
    START,
    editing.with_image(START, -START.image),
    editing.with_image(START, np.ones((3, 30, 9))),
    editing.with_stage(START, 0, editing.add_filter(SOBEL, np.ones((3, 3)))),
    editing.with_stage(START, 0, editing.with_kernel(SOBEL, 0, None, np.ones((5, 4)))),
    editing.with_stage(START, 0, replace(SOBEL, weight=-SOBEL.weight)),
    editing.with_stage(START, 0, replace(SOBEL, weight=SOBEL.weight.copy())),
    editing.with_stage(START, 0, Pooling("average", 3)),
    editing.with_stage(START, 2, SOBEL),
    editing.with_stages(START, (SOBEL, SOBEL, SOBEL)),
    editing.with_stages(START, (Flatten(),)),
    Experiment(START.image, ()),
    Experiment(np.zeros((1, 20, 21)), START.stages),
    Experiment(np.full((1, 20, 21), -0.0), START.stages),
    Experiment(np.full((1, 20, 21), np.nan), START.stages),
    Experiment(np.random.default_rng(52).random((1, 400, 500)), START.stages),
    Experiment(np.random.default_rng(53).random((1, 400, 500)), START.stages),
]


def test_every_kind_of_edit_there_and_back():
    for left in STEPS:
        for right in STEPS:
            history = History(left)
            history.record(right, "edit")
            same(history.undo(), left)
            same(history.redo(), right)
            assert not history.experiment.image.flags.writeable
            same(history.undo(), left)


def test_labels_and_new_edits_after_undo():
    history = History(START)
    assert (history.undo_label, history.redo_label, history.undo(), history.redo()) == (None, None, None, None)
    history.record(STEPS[1], "one")
    history.record(STEPS[2], "two")
    assert (history.undo_label, history.redo_label, len(history)) == ("two", None, 2)
    history.undo()
    assert (history.undo_label, history.redo_label) == ("one", "two")
    history.record(STEPS[3], "three")
    assert history.redo_label is None
    history.undo()
    history.undo()
    same(history.experiment, START)


def test_what_did_not_change_stays_the_same_object():
    history = History(START)
    history.record(editing.with_stage(START, 1, Activation("tanh")), "edit")
    history.undo()
    assert history.experiment.image is START.image
    assert history.experiment.stages[0] is START.stages[0]


def test_gestures_become_one_edit():
    random = np.random.default_rng(54)
    history = History(START)
    for _ in range(5):
        history.record(brush(history.experiment, random), "brush", merge="stroke 1")
    first = history.experiment
    for _ in range(5):
        history.record(brush(history.experiment, random), "brush", merge="stroke 2")
    assert len(history) == 2
    assert history.size == sum(entry.size for entry in history._done)
    same(history.undo(), first)
    same(history.undo(), START)
    history.redo()
    history.record(brush(history.experiment, random), "brush", merge="stroke 1")
    assert len(history) == 2
    history.end_gesture()
    history.record(brush(history.experiment, random), "brush", merge="stroke 1")
    assert len(history) == 3
    History(START).end_gesture()


def test_limits():
    random = np.random.default_rng(55)
    history = History(START, max_entries=3)
    for number in range(7):
        history.record(brush(history.experiment, random), str(number))
    assert len(history) == 3
    assert [history.undo_label, history.undo() and history.undo_label] == ["6", "5"]
    tight = History(START, max_bytes=1)
    for number in range(3):
        tight.record(brush(tight.experiment, random), str(number))
    assert len(tight) == 1
    assert tight.undo_label == "2"


def test_large_images():
    random = np.random.default_rng(56)
    start = Experiment(random.random((3, 800, 800)), ())
    history = History(start, max_bytes=20 * 2**20)
    for _ in range(3):
        history.record(brush(history.experiment, random, 30), "brush")
    assert history.size < 500_000
    painted = history.experiment
    history.record(Experiment(1 - painted.image, ()), "invert")  # 15 MB
    assert len(history) == 4
    same(history.undo(), painted)
    while history.undo() is not None:
        pass
    same(history.experiment, start)
    history.record(Experiment(1 - start.image, ()), "invert")
    history.record(Experiment(start.image / 3, ()), "darken")
    assert len(history) == 1  # the oldest is forgotten, the latest never


def test_pictures_are_kept_whole():
    """Another picture, and an edit of one too large to compare, take no time: both arrays are kept as they are."""
    random = np.random.default_rng(57)
    small, large = Experiment(random.random((1, 8, 8)), ()), Experiment(random.random((3, 1500, 1500)), ())
    history = History(small)
    history.record(large, "open")
    history.record(Experiment(1 - large.image, ()), "invert")
    assert history.undo().image is large.image
    same(history.undo(), small)
    assert history.redo().image is large.image
    assert history.size > 3 * large.image.nbytes


def test_a_dropped_edit_cannot_be_redone():
    history = History(START)
    history.drop()  # nothing to drop
    assert history.experiment is START
    kept = brush(START, np.random.default_rng(58))
    history.record(kept, "kept")
    history.record(Experiment(START.image, ()), "dropped")
    history.drop()
    same(history.experiment, kept)
    assert (history.undo_label, history.redo_label) == ("kept", None)
