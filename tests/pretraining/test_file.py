"""The weights that come with the program."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files

import numpy as np
import pytest
import torch
from safetensors import safe_open

from cnnexplorer.core.objects import CLASSES
from cnnexplorer.core.pictures import draw_labelled
from cnnexplorer.core.samples import make_sample
from cnnexplorer.nets import has_bundled_weights, load_network, read_architecture
from cnnexplorer.nets.architecture import totals
from cnnexplorer.nets.number import explain
from cnnexplorer.nets.preprocessing import Preprocessing
from cnnexplorer.pretraining.drawing import draw_held_out
from cnnexplorer.pretraining.training import accuracy

FOLDER = files("cnnexplorer.resources") / "weights"
NAME = "alexnet2012.safetensors"
CPU = torch.device("cpu")
SHAPES = {
    "conv1": (96, 3, 11, 11),
    "conv2": (256, 48, 5, 5),
    "conv3": (384, 256, 3, 3),
    "conv4": (384, 192, 3, 3),
    "conv5": (256, 192, 3, 3),
    "fc6": (len(CLASSES), 256),
}


@pytest.fixture(scope="module")
def net():
    return load_network("alexnet2012", device="cpu")


@pytest.fixture(scope="module")
def metadata():
    with safe_open(str(FOLDER / NAME), framework="pt") as file:
        return file.metadata()


def test_the_file_is_small_and_is_what_its_hash_says():
    content = (FOLDER / NAME).read_bytes()
    assert len(content) < 6_000_000
    digest, name = (FOLDER / f"{NAME}.sha256").read_text(encoding="ascii").split()
    assert name == NAME
    assert hashlib.sha256(content).hexdigest() == digest


def test_the_file_tells_how_it_was_made(metadata):
    assert json.loads(metadata["categories"]) == list(CLASSES)
    assert "drawn by the program (not ImageNet)" in metadata["made"]
    assert "cnnexplorer.pretraining, version" in metadata["script"]
    assert metadata["licence"] == "MIT"
    assert int(metadata["seed"]) >= 0
    assert float(metadata["accuracy"].split()[0]) >= 0.9


def test_tensors_have_their_shapes_and_are_float16():
    with safe_open(str(FOLDER / NAME), framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # not a dict
    expected = {f"{name}.weight": shape for name, shape in SHAPES.items()}
    expected |= {f"{name}.bias": shape[:1] for name, shape in SHAPES.items()}
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == expected
    for tensor in tensors.values():
        assert tensor.dtype == torch.float16
        assert tensor.isfinite().all()


def test_it_is_the_default_of_alexnet_2012(net):
    assert has_bundled_weights("alexnet2012")
    assert (net.missing, net.notices, net.pooled) == ((), [], True)
    assert net.loaded == tuple(SHAPES)
    assert net.categories == CLASSES
    assert net.classes == len(CLASSES)
    assert net.preprocessing == Preprocessing(224, (224, 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def test_the_convolutions_are_the_papers_and_the_head_is_small(net):
    paper = {layer.name: layer for layer in read_architecture("alexnet2012")}
    own = {layer.name: layer for layer in net.layers}
    for name in list(SHAPES)[:-1]:
        assert own[name] == paper[name].__class__(
            **{**vars(paper[name]), "share": own[name].share, "parameter_share": own[name].parameter_share}
        )
    assert [layer.name for layer in net.layers][-4:] == ["pool5", "pool6", "flatten", "fc6"]
    assert own["pool6"].output_shape == (256, 1, 1)
    convolutions = sum(layer.parameters for layer in paper.values() if layer.name.startswith("conv"))
    macs = sum(layer.macs for layer in paper.values() if layer.name.startswith("conv"))
    assert totals(net.layers) == (convolutions + 257 * len(CLASSES), macs + 256 * len(CLASSES))
    assert totals(tuple(paper.values()))[0] == 60_965_224


def test_it_names_what_is_drawn(net):
    pictures, labels = draw_held_out(96, first=100_000)  # not those that the file's own figure was measured on
    torch.set_num_threads(2)  # so many large pictures gain from both cores
    reached, answers = accuracy(net.module, pictures, labels, CPU)
    torch.set_num_threads(1)
    assert reached >= 0.88
    assert len(answers.unique()) == len(CLASSES)


@pytest.mark.parametrize("name", ["star", "house", "fish", "car", "butterfly", "umbrella"])
def test_it_names_the_samples(net, name):
    found = net.activations(make_sample(f"drawn_{name}"))
    first, *others = net.top_k(found.probabilities)
    assert first.category == name
    assert first.probability > 0.5 > others[0].probability
    assert len(others) == 4


def test_every_number_can_be_explained(net):
    image, _ = draw_labelled(3)
    found = net.activations(image)
    for layer in SHAPES:
        cell = tuple(size // 2 for size in found[layer].shape)
        assert explain(found, layer, *cell).total == pytest.approx(float(found[layer][cell]), rel=1e-3, abs=1e-3)


def test_other_sizes_of_pictures_can_be_shown(net):
    image, _ = draw_labelled(3, 320)
    assert net.activations(image, preprocess=False)["fc6"].shape == (len(CLASSES),)


def test_maps_answer_to_things(net):
    images = np.stack([draw_labelled(seed)[0] for seed in range(6)])
    for name in ("conv1", "conv3", "conv5"):
        maps = torch.stack([net.activations(image)[name] for image in images]).clamp(min=0).amax(dim=(2, 3))
        assert (maps > 0).any(dim=0).float().mean() > 0.9  # hardly any filter never answers
        assert (maps.std(dim=0) > 0).float().mean() > 0.9
