"""No step of a lab of the program shows what a step before it asks for: going on without an answer gives none away."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core import Convolution, Experiment, Pooling
from cnnexplorer.labs import PreparedStep, built_in_labs
from cnnexplorer.labs.model import ChoiceTask, ConvolutionSetup, NetworkSetup, NumberTask, OrderTask, ShapeTask
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


@pytest.mark.parametrize("name", LABS)
def test_a_count_that_a_hidden_output_tells_hides_its_size_too(name):
    for number, setup, experiment in experiments(LABS[name]):
        step = LABS[name].lab.steps[number - 1]
        if isinstance(step.task, NumberTask) and step.task.of is None:
            told = [stage for stage, shape in enumerate(experiment.shapes) if np.prod(shape) == step.task.answer]
            assert not told or (step.asks_size and min(told) >= min(setup.hide, default=99)), number


def test_such_a_step_would_be_found():
    lab = LABS["01_kernel"]
    asked = lab.lab.steps[7]
    shown = type(asked)(text=asked.text, setup=type(asked.setup)(asked.setup.image, stages=asked.setup.stages))
    spoilt = replace(lab, lab=type(lab.lab)(1, lab.lab.title, (asked, shown)))
    assert spoilers(spoilt) == ["step 2 shows the output that step 1 hides"]


# which pages of the Network workspace show what a step with a typed or chosen answer asks for
TABLES = {"overview", "architecture"}
SHOWN = {
    ("07_why_not_dense", 9): {*TABLES, "answer"},
    ("08_reading_alexnet", 1): {*TABLES, "maps", "number"},
    ("08_reading_alexnet", 2): {*TABLES, "maps"},
    ("08_reading_alexnet", 3): TABLES,
    ("08_reading_alexnet", 4): {*TABLES, "filters", "number"},
    ("08_reading_alexnet", 5): {"architecture"},
    ("08_reading_alexnet", 6): TABLES,
    ("09_seeing", 1): {*TABLES, "answer"},
    ("09_seeing", 5): {"architecture", "number"},
    ("09_seeing", 9): {"architecture", "number"},
    ("10_noise", 9): {"robustness"},
}
READS = ("read", "look at", "compare", "from the table")  # the words of steps whose figures are read off
GENERAL = {("08_reading_alexnet", 10)}  # asks for nothing that the network shows


@pytest.mark.parametrize("name", LABS)
def test_a_step_about_a_network_closes_what_shows_its_answer_or_says_that_it_is_read(name):
    at_network = False
    for number, step in enumerate(LABS[name].lab.steps, 1):
        at_network = isinstance(step.setup, NetworkSetup) if step.setup is not None else at_network
        if not isinstance(step.task, NumberTask | ShapeTask | ChoiceTask | OrderTask) or not at_network:
            assert (name, number) not in SHOWN
            continue
        shown = SHOWN.get((name, number))
        reads = any(word in step.text.en.lower() for word in READS)
        if shown is None:
            assert reads or (name, number) in GENERAL, (number, step.text.en)
        else:
            assert shown <= set(step.closes), number


@pytest.mark.parametrize("name", LABS)
def test_what_is_read_off_is_not_closed_by_the_step_itself(name):
    """After solving a step, its page is there to be seen."""
    for step in LABS[name].lab.steps:
        if step.closes:
            assert step.is_marked
            assert step.setup.page in step.closes or step.setup.page == "filters"


@pytest.mark.parametrize("name", LABS)
def test_no_step_begins_at_a_page_that_one_before_it_may_keep_closed_without_saying_so(name):
    closed: set[str] = set()
    for number, step in enumerate(LABS[name].lab.steps, 1):
        if isinstance(step.setup, NetworkSetup):
            if "opens once" in step.text.en:
                closed.discard(step.setup.page)  # it says so, for itself and those behind it
            assert step.setup.page not in closed or step.setup.page in step.closes, number
        closed |= set(step.closes)


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
