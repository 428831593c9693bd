"""The present step as a picture and as written arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, run, step_at, step_count
from cnnexplorer.ui.conv.step_view import ArithmeticView, StepView, step_tokens
from cnnexplorer.ui.theme import LIGHT, use_theme
from cnnexplorer.ui.widgets.painting import Look

from .helpers import close_to, colour_of, grab, pictured

DICE = np.random.default_rng(3)
GREY = DICE.integers(-3, 9, (1, 6, 7)).astype(float)
RGB = DICE.random((3, 6, 6)).round(3)
PLUS = np.array([[[[0.0, 1, 0], [1, 1, 1], [0, 1, 0]]]])

CASES = {
    "plus": Experiment(GREY, (Convolution(PLUS),)),
    "padded": Experiment(GREY, (Convolution(PLUS, bias=[1.5], padding=1),)),
    "no bias, two filters": Experiment(GREY, (Convolution(DICE.random((2, 1, 2, 3)), stride=2),)),
    "rgb": Experiment(RGB, (Convolution(DICE.random((2, 3, 3, 3)) - 0.5, bias=[0.0, -2.0], padding="same"),)),
    "flipped and dilated": Experiment(GREY, (Convolution(DICE.random((1, 1, 2, 2)), dilation=2, flip=True),)),
    "relu": Experiment(GREY, (Activation("relu"),)),
    "leaky": Experiment(GREY, (Activation("leaky_relu"),)),
    "gelu": Experiment(GREY, (Activation("gelu"),)),
    "max": Experiment(GREY, (Pooling("max", 2),)),
    "max, padded": Experiment(GREY, (Pooling("max", 3, stride=2, padding=1),)),
    "average": Experiment(GREY, (Pooling("average", 2, padding=1),)),
    "average of cells": Experiment(GREY, (Pooling("average", 2, padding=1, count_include_pad=False),)),
    "average, partial": Experiment(GREY, (Pooling("average", 2, ceil_mode=True, padding=1),)),
    "flatten": Experiment(RGB, (Flatten(),)),
    "relu after flatten": Experiment(GREY, (Flatten(), Activation("relu"))),
}


def steps(name):
    experiment = CASES[name]
    result = run(experiment)
    stage = len(experiment.stages) - 1
    return [step_at(experiment, result, stage, index) for index in range(step_count(experiment, stage))]


@pytest.mark.parametrize("decimals", [0, 2, 5])
@pytest.mark.parametrize("name", CASES)
def test_what_is_painted_reads_as_the_lecture_writes_it(name, decimals):
    """The painted pieces, put together, are `Step.expression`, letter by letter."""
    for step in steps(name):
        lines = ["".join(token.text for term in terms for token in term) for terms in step_tokens(step, decimals)]
        expected = step.expression(decimals)
        if len(lines) > 1:  # the channel is named before each line
            names = [line.partition(": ")[0] for line in lines[:-1]]
            assert names == (list("RGB") if len(lines) == 4 else [str(n) for n in range(len(lines) - 1)])
            lines = [line.partition(": ")[2] for line in lines[:-1]] + lines[-1:]
        assert "\n".join(lines) == expected


def test_the_text_of_the_view_is_the_expression(qtbot):
    view = ArithmeticView()
    qtbot.addWidget(view)
    step = steps("padded")[0]
    view.set_step(step)
    assert view.text() == step.expression(2)
    assert view.accessibleName() == view.text()
    view.set_decimals(4)
    assert view.text() == step.expression(4)
    view.set_step(None)
    assert view.text() == ""


@pytest.mark.parametrize("width", [180, 400, 900])
@pytest.mark.parametrize("name", CASES)
def test_the_arithmetic_is_seen_whole(qtbot, name, width):
    """Lines break between terms, so nothing runs out of the view, and it is as high as its lines."""
    use_theme("light")
    view = ArithmeticView()
    qtbot.addWidget(view)
    view.set_step(steps(name)[-1])
    view.resize(width, 2000)
    view.show()
    shot = grab(view)
    ink = np.argwhere((shot != shot[-1, -1]).any(axis=2))
    with pictured(f"arithmetic-{name}-{width}", shot):
        assert len(ink) > 50
        assert ink[:, 0].max() <= view.minimumHeight()
        longest = max(
            sum(len(token.text) for token in term) for terms in step_tokens(steps(name)[-1], 2) for term in terms
        )
        if longest < 16:
            assert ink[:, 1].max() < width


def test_the_pieces_have_the_colours_of_their_views(qtbot):
    use_theme("light")
    view = ArithmeticView()
    qtbot.addWidget(view)
    view.set_step(steps("plus")[0])
    view.resize(900, 200)
    view.show()
    shot = grab(view)
    with pictured("arithmetic-colours", shot):
        for role in ("input", "kernel", "output"):
            colour = getattr(LIGHT, role)
            wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
            assert (np.abs(shot - wanted).max(axis=2) < 40).sum() > 5, role


# the grids


@pytest.fixture
def view(qtbot):
    use_theme("light")
    found = StepView()
    qtbot.addWidget(found)
    found.resize(700, 260)
    found.show()
    return found


def spots(monkeypatch, view):
    """Return the grids that are painted: (values, limits, placement, role)."""
    found = []
    grid = view._grid

    def note(painter, theme, values, look, limits, spot, role):
        found.append((np.array(values), look, limits, spot, role))
        grid(painter, theme, values, look, limits, spot, role)

    monkeypatch.setattr(view, "_grid", note)
    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("index", [0, -1])
def test_grids_hold_the_step_and_are_painted_in_its_colours(view, monkeypatch, name, index):
    step = steps(name)[index]
    grids = spots(monkeypatch, view)
    view.set_step(step, Look("viridis"), (-3.0, 9.0))
    grids.clear()
    view._kernels.clear()
    shot = grab(view)
    roles = [role for *_rest, role in grids]
    if step.weights is not None:
        assert roles == ["input", "kernel", "output"] * len(step.inputs)
        for plane in range(len(step.inputs)):
            inputs, weights, products = (values for values, *_rest in grids[3 * plane : 3 * plane + 3])
            assert (inputs == step.inputs[plane]).all()
            assert (weights == step.weights[plane]).all()
            assert (products == inputs * weights).all()
            # the kernel is painted on a picture of its own, which is put midway
            before, (kernel, kernel_look, limits, spot, role), after = grids[3 * plane : 3 * plane + 3]
            midway = replace(spot, x=(before[3].x + after[3].x) / 2, y=before[3].y)
            grids[3 * plane + 1] = (kernel, kernel_look, limits, midway, role)
        assert (grab(view) == shot).all(), "a kernel that is known is painted the same"
        del grids[3 * len(step.inputs) :]
    else:
        values = grids[0][0]
        inside = np.isfinite(step.inputs[0])
        assert (values[inside] == step.inputs[0][inside]).all()
    with pictured(f"step-{name}-{index}", shot):
        for values, look, limits, spot, role in grids:
            if spot.scale < 12:
                continue
            for (row, column), value in np.ndenumerate(values):
                if role == "input" and step.cells[row * values.shape[1] + column] is None:
                    continue  # hatched
                place = spot.rect(row, column)
                assert place.left() >= 0
                assert place.right() <= view.width()
                assert place.bottom() <= view.height()
                # the winner of a maximum has a thick frame
                shown = shot[round(place.top()) + 4, round(place.left()) + 4]
                if step.winner is None:
                    assert close_to(shown, colour_of(look.colour_map, value, limits)), (role, row, column)


def test_padding_is_visibly_padding(view, monkeypatch):
    grids = spots(monkeypatch, view)
    step = steps("padded")[0]
    view.set_step(step, Look("grey", decimals=2), (-3.0, 9.0))
    grids.clear()
    shot = grab(view)
    spot = grids[0][3]
    with pictured("step-padding", shot):
        for number, cell in enumerate(step.cells):
            place = spot.rect(*divmod(number, 3))
            part = shot[
                round(place.top()) + 3 : round(place.top()) + 11, round(place.left()) + 3 : round(place.left()) + 11
            ]
            assert bool((part != part[0, 0]).any()) is (cell is None), number


def test_the_winner_of_a_maximum_is_framed(view):
    step = next(step for step in steps("max") if step.winner not in (None, 0))
    view.set_step(step, Look("grey"), (-3.0, 9.0))
    shot = grab(view)
    output = np.array([int(LIGHT.output[i : i + 2], 16) for i in (1, 3, 5)])
    with pictured("step-winner", shot):
        assert (np.abs(shot - output).max(axis=2) < 20).sum() > 100


def test_without_stages_it_says_what_to_do(view):
    view.set_step(None, Look(), (0.0, 1.0))
    shot = grab(view)
    assert (shot != shot[0, 0]).any()


@pytest.mark.parametrize("size", [(200, 120), (320, 200), (1600, 900)])
@pytest.mark.parametrize("name", CASES)
def test_every_size_can_be_painted(view, name, size):
    view.resize(*size)
    view.set_step(steps(name)[0], Look("grey"), (-3.0, 9.0))
    grab(view)


def test_a_large_kernel_with_many_planes_asks_for_room(view):
    experiment = Experiment(np.zeros((16, 20, 20)), (Convolution(np.ones((1, 16, 15, 15))),))
    view.set_step(step_at(experiment, run(experiment), 0, 0), Look("grey"), (0.0, 1.0))
    assert view.minimumHeight() > 16 * 15 * 10
    view.set_step(steps("plus")[0], Look("grey"), (0.0, 1.0))
    assert view.minimumHeight() == 120


def test_the_value_of_a_step_is_seen_whole(qtbot):
    """Where there is no room for it beside the products, it stands below what it is the sum of."""
    use_theme("light")
    view = StepView()
    qtbot.addWidget(view)
    experiment = Experiment(GREY, (Convolution(np.ones((1, 1, 5, 5)), bias=[-10.25]),))
    view.set_step(step_at(experiment, run(experiment), 0, 0), Look(), (-3.0, 9.0))
    output = np.array([int(LIGHT.output[i : i + 2], 16) for i in (1, 3, 5)])
    for width in (420, 700):
        view.resize(width, 300)
        ink = (np.abs(grab(view) - output) <= 30).all(axis=2)
        assert not ink[:, -3:].any(), width
        assert ink[:, width - 70 :].any(), width
