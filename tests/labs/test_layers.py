"""Names of layers in lab files: the networks' own, and told where they are not."""

from __future__ import annotations

import pytest

from cnnexplorer.labs import problems_in
from cnnexplorer.labs.layers import LAYER_NAMES
from cnnexplorer.nets import CATALOG, read_architecture

LAB = """format = 1
title.en = "Layers"
[[steps]]
text.en = "Look."
[steps.setup]
workspace = "network"
network = "alexnet2012"
layer = "conv1"
[[steps]]
text.en = "Find it."
[steps.task]
kind = "find"
layer = "conv2"
accepted = [3]
[[steps]]
text.en = "Read them off."
[steps.task]
kind = "measure"
layers = ["conv1", "pool5"]
[[steps]]
text.en = "Go there."
[steps.task]
kind = "reach"
conditions = [{ what = "page", equals = "maps" }, { what = "layer", equals = "conv3" }]
[steps.task.example]
workspace = "network"
layer = "conv3"
[[steps]]
text.en = "Go to one of them."
[steps.setup]
workspace = "network"
network = "vgg16"
[steps.task]
kind = "reach"
conditions = [{ what = "layer", one_of = ["features.0", "features.30"] }]
"""


def test_a_lab_with_the_networks_names_has_no_problem():
    assert problems_in(LAB, "layers.toml") == ()


@pytest.mark.parametrize("network", LAYER_NAMES)
def test_the_names_are_those_of_the_networks(network):
    assert LAYER_NAMES[network] == tuple(layer.name for layer in read_architecture(network))


def test_every_network_is_known():
    assert list(LAYER_NAMES) == list(CATALOG)


@pytest.mark.parametrize(
    ("old", "new", "field", "part"),
    [
        ('layer = "conv1"', 'layer = "conv9"', "steps[1].setup.layer", "alexnet2012 has no layer “conv9”"),
        ('layer = "conv2"', 'layer = "features.3"', "steps[2].task.layer", "alexnet2012 has no layer"),
        ('"pool5"]', '"pool6"]', "steps[3].task.layers[2]", "pool5"),
        ('equals = "conv3"', 'equals = "conv33"', "steps[4].task.conditions[2].equals", "conv3"),
        ('network"\nlayer = "conv3"', 'network"\nlayer = "con"', "steps[4].task.example.layer", "alexnet2012"),
        ('"features.30"]', '"features.31"]', "steps[5].task.conditions[1].one_of[2]", "vgg16 has no layer"),
        ('network = "vgg16"', 'network = "alexnet"', "steps[5].task.conditions[1].one_of[2]", "alexnet has no layer"),
        ('network = "alexnet2012"\nlayer = "conv1"', 'network = "vgg16"', "steps[2].task.layer", "vgg16 has no layer"),
        ('"maps" }, { what', '"maps" }, { what = "network", equals = "vgg16" }, { what', "", ""),
    ],
)
def test_a_name_that_is_none_is_told_with_its_field(old, new, field, part):
    text = LAB.replace(old, new, 1)
    assert text != LAB
    problems = problems_in(text, "layers.toml")
    assert [problem.field for problem in problems][:1] == ([field] if field else [])
    if field:
        assert part in str(problems[0])
        assert problems[0].line is not None


def test_where_no_network_is_set_up_any_of_them_will_do():
    bare = 'format = 1\ntitle.en = "A"\n[[steps]]\ntext.en = "?"\n[steps.task]\nkind = "find"\naccepted = [0]\n'
    assert problems_in(bare + 'layer = "inception4a.concat"\n', "a.toml") == ()
    [problem] = problems_in(bare + 'layer = "inception4f.concat"\n', "a.toml")
    assert "no network has a layer" in str(problem)
    assert "inception4a.concat" in str(problem)
