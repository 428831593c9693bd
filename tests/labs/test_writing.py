"""From the workspace into a lab file, and what teachers read."""

from __future__ import annotations

import re
from importlib.resources import files

import numpy as np
import pytest

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling, SettingError, run, step_at
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.labs import LabError, experiment_of, lab_from_text, problems_in
from cnnexplorer.labs.model import NetworkSetup, PerturbationSpec
from cnnexplorer.labs.writing import setup_of, setup_text, template, with_setup

LAB = '''format = 1
title.en = "A lab"
# the first
[[steps]]
text.en = """
[steps.setup]
is not a table here
"""

[[steps]]
text.en = "second" # keep me
[steps.setup]
workspace = "convolution"
image = "patch"
[[steps.setup.stages]]
kind = "convolution"
filters = ["plus"]
# about the task
[steps.task]
kind = "number"
answer = 4

[[steps]]
text.en = "third"
'''
KERNELS = np.arange(54.0).reshape(2, 3, 3, 3) / 7
EXPERIMENTS = [
    Experiment(make_sample("patch"), (Convolution([[[[0, 1, 0], [1, 1, 1], [0, 1, 0]]]]),)),
    Experiment(np.array([[[0.1, -2e-7], [1 / 3, 5]]]), ()),
    Experiment(make_sample("rgb_patch"), (
        Convolution(KERNELS, [0.1, -3], (1, 2), (1, 2), flip=True, padding_mode="reflect"), Activation("relu"),
        Pooling("average", (2, 1), 1, (1, 0), True, False), Flatten())),
    Experiment(make_sample("digit"), (
        Convolution(np.ones((4, 1, 5, 5)), padding="same"), Convolution(np.ones((4, 2, 1, 1)), groups=2),
        Activation("gelu", approximate="tanh"), Activation("hardtanh", min_val=-2.0))),
    Experiment(make_sample("step"), (Convolution(np.ones((1, 1, 3, 3)), padding=(0, 1, 2, 3), dilation=2),)),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(EXPERIMENTS)))
def test_a_set_up_makes_the_experiment_again(number):
    experiment = EXPERIMENTS[number]
    text = f'format = 1\ntitle.en = "a"\n[[steps]]\ntext.en = "b"\n{setup_text(setup_of(experiment))}\n'
    lab = lab_from_text(text, "a.toml").lab
    again = experiment_of(lab.steps[0].setup)
    assert np.array_equal(again.image, experiment.image)
    assert len(again.stages) == len(experiment.stages)
    for mine, theirs in zip(run(again).outputs, run(experiment).outputs, strict=True):
        assert np.array_equal(mine, theirs)
    assert run(again).shapes == run(experiment).shapes


def test_samples_and_presets_are_named():
    text = setup_text(setup_of(EXPERIMENTS[0]))
    assert 'image = "patch"' in text
    assert 'filters = ["plus"]' in text
    for name in SAMPLES:
        assert setup_of(Experiment(make_sample(name), ())).image == name


def test_the_shown_step():
    experiment = EXPERIMENTS[3]
    step = step_at(experiment, run(experiment), 1, 70)
    assert "at = { stage = 1, channel = 1, column = 6 }" in setup_text(setup_of(experiment, step))


def test_what_cannot_be_written():
    with pytest.raises(SettingError, match="too large for a lab file"):
        setup_of(Experiment(np.random.default_rng(0).random((3, 40, 40)), ()))
    with pytest.raises(SettingError, match="infinite"):
        setup_text(setup_of(Experiment([[[np.inf]]], ())))


def test_a_network_set_up():
    setup = NetworkSetup(page="robustness", picture="drawn_car", perturbation=PerturbationSpec(noise=0.1))
    text = setup_text(setup)
    assert 'workspace = "network"\nnetwork = "alexnet2012"' in text
    assert "perturbation = { noise = 0.1 }" in text
    assert lab_from_text(with_setup(LAB, 0, setup), "a.toml").lab.steps[0].setup == setup


@pytest.mark.parametrize("step", [0, 1, 2])
def test_putting_a_set_up_into_a_lab(step):
    setup = setup_of(EXPERIMENTS[2])
    before, text = lab_from_text(LAB, "a.toml").lab, with_setup(LAB, step, setup)
    after = lab_from_text(text, "a.toml").lab
    for index, (old, new) in enumerate(zip(before.steps, after.steps, strict=True)):
        assert (new.text, new.task) == (old.text, old.task)
        if index == step:
            assert run(experiment_of(new.setup)).shapes == run(EXPERIMENTS[2]).shapes
        else:
            assert new.setup == old.setup
    for comment in ("# the first", "# keep me", "# about the task"):
        assert text.count(comment) == 1
    assert with_setup(text, step, setup) == text  # once more changes nothing


def test_where_no_set_up_can_be_put():
    with pytest.raises(LabError, match="no step 9"):
        with_setup(LAB, 8, NetworkSetup())
    with pytest.raises(LabError, match="as a table"):
        with_setup('[[steps]]\nsetup = { workspace = "network" }\n', 0, NetworkSetup())
    with pytest.raises(LabError, match="0 steps"):
        with_setup("broken", 0, NetworkSetup())


@pytest.mark.parametrize("language", ["en", "es"])
def test_templates(language):
    text = template(language)
    lab = lab_from_text(text, "new.toml").lab
    assert len(lab.steps) == 2
    assert lab.title.of(language) in ("My lab", "Mi laboratorio")
    assert problems_in(with_setup(text, 0, setup_of(EXPERIMENTS[0])), "new.toml") == ()


EXAMPLE = re.compile(r"^(`{3,})toml\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_example_on_the_format_page_is_read(language):
    page = files("cnnexplorer.resources").joinpath("labs", f"FORMAT.{language}.md").read_text(encoding="utf-8")
    examples = [example for _fence, example in EXAMPLE.findall(page)]
    assert len(examples) >= 12
    kinds = set()
    for example in examples:
        text = example
        if "[[steps]]" not in text:
            head = "" if "[steps.setup]" in text else CONVOLUTION
            text = f'[[steps]]\ntext.en = "?"\n{head}\n{text}'
        if "format = " not in text:
            text = f'format = 1\ntitle.en = "a"\n{text}'
        for problem in problems_in(text, "example.toml"):
            assert "save the lab in a folder" in str(problem), f"{problem.place()}: {problem}\n{text}"
        kinds |= set(re.findall(r'^kind = "(\w+)"', example, re.MULTILINE))
    assert kinds >= {
        "number",
        "shape",
        "matrix",
        "choice",
        "order",
        "click",
        "reach",
        "find",
        "measure",
        "figure",
        "text",
    }


CONVOLUTION = """[steps.setup]
workspace = "convolution"
image = "digit"
stages = [{ kind = "convolution", filters = ["sobel_vertical"] }, { kind = "pooling" }]"""


def test_the_format_pages_say_the_same():
    pages = [
        files("cnnexplorer.resources").joinpath("labs", f"FORMAT.{code}.md").read_text(encoding="utf-8")
        for code in ("en", "es")
    ]
    english, spanish = ([line for line in page.splitlines() if line.startswith("#")] for page in pages)
    assert len(english) == len(spanish) >= 8
    assert len(EXAMPLE.findall(pages[0])) == len(EXAMPLE.findall(pages[1]))
    words = [set(re.findall(r"`(\w+)`", page)) for page in pages]
    assert words[0] == words[1]
