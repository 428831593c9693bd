"""No step of a lab of the program shows what a step before it asks for: going on without an answer gives none away."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core import Convolution, Experiment, Pooling
from cnnexplorer.labs import PreparedStep, built_in_labs
from cnnexplorer.labs.model import ConvolutionSetup, NumberTask, ShapeTask
from cnnexplorer.labs.tasks import right_value

if TYPE_CHECKING:
    from cnnexplorer.labs import LabFile

LABS = {lab.id: lab for lab in built_in_labs()}
WIDEST = 32  # signs of a line of numbers or of a formula that the narrowest panel shows whole


def experiments(lab: LabFile) -> list[tuple[int, ConvolutionSetup, Experiment]]:
    """Return what the steps set up in the Convolution workspace. One that sets nothing up hides what was hidden."""
    found = []
    for number, step in enumerate(lab.lab.steps, 1):
        if isinstance(step.setup, ConvolutionSetup):
            experiment = PreparedStep(step).experiment
            assert experiment is not None
            found.append((number, step.setup, experiment))
    return found


def first_stages(experiment: Experiment, count: int) -> Experiment:
    return Experiment(experiment.image, experiment.stages[:count])


def geometry(experiment: Experiment, stage: int) -> tuple[object, ...]:
    """Return what decides the size of a stage's output."""
    found: list[object] = [experiment.image.shape[1:]]
    for one in experiment.stages[: stage + 1]:
        if isinstance(one, Convolution):
            found.append((one.weight.shape[2:], one.strides, one.sides, one.dilation))
        elif isinstance(one, Pooling):
            found.append((one.kernel_size, one.strides, one.sides, one.ceil_mode))
    return tuple(found)


def spoilers(lab: LabFile) -> list[str]:
    """Name each pair of steps of which the later one shows what the earlier one asks for."""
    found, known = [], experiments(lab)
    for place, (number, setup, experiment) in enumerate(known):
        task = lab.lab.steps[number - 1].task
        for later, other_setup, other in known[place + 1 :]:
            hidden = min(other_setup.hide, default=len(other.stages))
            found += [
                f"step {later} shows the output that step {number} hides"
                for stage in setup.hide
                if stage < hidden and first_stages(experiment, stage + 1) == first_stages(other, stage + 1)
            ]
            if isinstance(task, ShapeTask) and task.stage is not None and task.stage < len(other.stages):
                size_hidden = isinstance(lab.lab.steps[later - 1].task, ShapeTask) and task.stage >= hidden
                if not size_hidden and geometry(experiment, task.stage) == geometry(other, task.stage):
                    found.append(f"step {later} shows the size that step {number} asks for")
    return found


@pytest.mark.parametrize("name", LABS)
def test_no_step_shows_what_one_before_it_asks_for(name):
    assert not spoilers(LABS[name])


def test_such_a_step_would_be_found():
    lab = LABS["01_kernel"]
    asked = lab.lab.steps[7]
    shown = type(asked)(text=asked.text, setup=type(asked.setup)(asked.setup.image, stages=asked.setup.stages))
    spoilt = replace(lab, lab=type(lab.lab)(1, lab.lab.title, (asked, shown)))
    assert spoilers(spoilt) == ["step 2 shows the output that step 1 hides"]


@pytest.mark.parametrize("name", LABS)
def test_no_title_tells_the_answer(name):
    for step in LABS[name].lab.steps:
        if isinstance(step.task, NumberTask) and not step.task.sign:
            prepared = PreparedStep(step)
            value = float(np.asarray(right_value(step.task, prepared.experiment, prepared.result)))
            for title in (step.title.en, step.title.es):
                assert f"{value:g}" not in re.findall(r"[\d.]+", title)


@pytest.mark.parametrize("name", LABS)
def test_formulas_and_matrices_fit_the_panel(name):
    for step in LABS[name].lab.steps:
        for text in (step.text.en, step.text.es):
            for block in text.split("```")[1::2]:
                assert max(map(len, block.splitlines())) <= WIDEST, block
