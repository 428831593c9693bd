"""One forward pass keeps what every layer gave, before anything overwrites it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.models.googlenet import BasicConv2d, Inception
from torchvision.transforms import functional as transforms

from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import CATALOG, Preprocessing, load_network, read_architecture
from cnnexplorer.nets import network as network_module


def walk(module, image, name=""):
    """Yield (name, output) of every layer, copied at once; the modules' own in-place ReLUs overwrite what they read."""

    def run(part, tensor, name):
        result = part(tensor)
        found.append((name, result[0].clone()))
        return result

    def sequence(parts, tensor, prefix):
        for key, part in parts:
            path = f"{prefix}.{key}" if prefix else key
            if isinstance(part, BasicConv2d):
                tensor = basic(part, tensor, path)
            elif isinstance(part, Inception):
                outputs = []
                for branch, inner in part.named_children():
                    at = f"{path}.{branch}"
                    if isinstance(inner, BasicConv2d):
                        outputs.append(basic(inner, tensor, at))
                    else:
                        outputs.append(sequence(inner.named_children(), tensor, at))
                tensor = torch.cat(outputs, 1)
                found.append((f"{path}.concat", tensor[0].clone()))
            elif isinstance(part, nn.Sequential):
                tensor = sequence(part.named_children(), tensor, path)
            elif part is not None:
                tensor = run(part, tensor, path)
            if key == "avgpool":
                tensor = torch.flatten(tensor, 1)
                found.append(("flatten", tensor[0].clone()))
        return tensor

    def basic(part, tensor, path):
        tensor = run(part.conv, tensor, f"{path}.conv")
        tensor = run(part.bn, tensor, f"{path}.bn")
        tensor = functional.relu(tensor, inplace=True)
        found.append((f"{path}.relu", tensor[0].clone()))
        return tensor

    found: list[tuple[str, torch.Tensor]] = []
    with torch.no_grad():
        sequence(module.named_children(), image[None].clone(), name)
    return found


@pytest.mark.parametrize("id", CATALOG)
def test_bit_exact_against_a_walk_through_the_modules(id, picture):
    size = {"vgg16": 64}.get(id, 80)
    net = load_network(id, "random", device="cpu", seed=3, input_size=size)
    in_place = [part for part in net.module.modules() if getattr(part, "inplace", False)]
    assert in_place or id == "googlenet"  # whose in-place ReLUs are functions
    activations = net.activations(picture)
    expected = walk(net.module, activations.input)
    assert [name for name, _ in expected] == [*activations]
    for name, output in expected:
        assert torch.equal(activations[name], output), name


@pytest.mark.parametrize("name", ["alexnet2012", "googlenet"])
def test_names_order_and_shapes_are_the_architectures(name, request, picture):
    net = request.getfixturevalue(name)
    activations = net.activations(picture)
    layers = read_architecture(name)
    assert [*activations] == [layer.name for layer in layers]
    assert len(activations) == len(layers)
    assert activations.layers == net.layers == layers
    for layer in layers:
        assert tuple(activations[layer.name].shape) == layer.output_shape
        for tensor in activations.sources(layer.name)[:1]:
            assert tuple(tensor.shape) == layer.input_shape
    assert tuple(activations.input.shape) == (3, 224, 224)
    assert activations.sources(layers[0].name)[0] is activations.input
    assert activations.device == torch.device("cpu")


@pytest.mark.parametrize("name", ["alexnet2012", "googlenet"])
def test_convolutions_hold_negatives_and_relus_are_those_rectified(name, request, picture):
    activations = request.getfixturevalue(name).activations(picture)
    for layer in activations.layers:
        if layer.kind == "convolution":
            assert activations[layer.name].min() < 0, layer.name
        if layer.kind == "ReLU":
            (source,) = activations.sources(layer.name)
            assert torch.equal(activations[layer.name], source.clamp(min=0)), layer.name


def hooks_on(module):
    return [
        part
        for part in module.modules()
        if part._forward_hooks or part._forward_pre_hooks or part._backward_hooks or part._backward_pre_hooks
    ]


def test_nothing_outlives_the_call_even_when_it_fails(small, picture, monkeypatch):
    part = small.module.inception4c.branch2[1].conv
    with monkeypatch.context() as patch:
        patch.setattr(part, "forward", lambda _image: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.activations(picture)
    assert not hooks_on(small.module)
    assert torch.overrides._get_current_function_mode_stack() == []
    assert torch.is_grad_enabled()
    watched = small.activations(picture)["fc"]
    assert torch.equal(small.activations(picture)["fc"], watched)


@pytest.mark.parametrize("name", ["alexnet2012", "googlenet"])
def test_a_replayed_pass_gives_what_a_watched_one_gives(name, request, picture):
    network = request.getfixturevalue(name)
    other = picture[:, ::-1].copy()
    network.activations(picture)
    network._replays.clear()
    watched = network.activations(other)
    network.activations(picture)
    replayed = network.activations(other)
    assert len(network._replays) == 1
    assert list(watched) == list(replayed)
    for layer, tensor in watched.items():
        assert torch.equal(replayed[layer], tensor), layer
    for layer, (weight, _bias) in watched.weights.items():
        assert replayed.weights[layer][0] is weight, layer


def test_a_replayed_pass_uses_edited_filters(small, picture):
    layer = small.layers[0].name
    before = small.activations(picture)[layer]
    small.zero_filter(layer, 3)
    after = small.activations(picture)[layer]
    assert not before[3].eq(0).all()
    assert after[3].eq(0).all()
    assert torch.equal(after[4], before[4])


def test_no_more_sizes_are_kept_than_are_of_use(small):
    for side in range(64, 75):
        small.activations(np.zeros((3, side, side)), preprocess=False)
    assert len(small._replays) <= 8
    assert all(not parameter.requires_grad for parameter in small.module.parameters())


def test_two_threads_at_once_do_not_mix(small, picture):
    images = [picture, picture[::-1].copy()]
    expected = [small.activations(image)["fc"] for image in images]
    results = [None, None]

    def work(index):
        for _ in range(3):
            results[index] = small.activations(images[index])["fc"]

    threads = [threading.Thread(target=work, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for found, right in zip(results, expected, strict=True):
        assert torch.equal(found, right)


def test_preprocessing_is_torchvisions(picture):
    image = torch.from_numpy(picture).float()
    resized = transforms.resize(image, 32, antialias=True)
    expected = transforms.normalize(transforms.center_crop(resized, [28, 30]), (0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    found = Preprocessing(32, (28, 30), (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)).apply(image)
    torch.testing.assert_close(found, expected)
    padded = Preprocessing(None, (71, 95), None).apply(image)
    assert torch.equal(padded, transforms.center_crop(image, [71, 95]))
    assert len(Preprocessing().sentences()) == 3
    assert Preprocessing(None, None, None).sentences() == ()
    assert Preprocessing().sentences()[0] == ("resized: the shorter side to {side} pixels", {"side": 256})


def test_googlenets_normalisation_is_what_torchvision_does_inside(picture):
    image = torch.from_numpy(picture).float()
    usual = transforms.normalize(image, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    with torch.device("meta"):
        torchvisions = CATALOG["googlenet"].build((224, 224), 10)
    torchvisions.transform_input = True
    entry = CATALOG["googlenet"]
    found = Preprocessing(None, None, entry.mean, entry.deviation).apply(image)
    torch.testing.assert_close(found, torchvisions._transform_input(usual[None])[0], atol=1e-6, rtol=1e-5)


def test_preprocessing_can_be_turned_off_and_sizes_follow(small, picture):
    activations = small.activations(picture, preprocess=False)
    assert torch.equal(activations.input, torch.from_numpy(picture).float())
    assert activations["conv1.conv"].shape == (64, 30, 40)
    assert [layer.name for layer in activations.layers] == [*activations]
    larger = small.activations(picture, preprocess=small.with_crop((96, 128)))
    assert larger.input.shape == (3, 96, 128)
    assert small.activations(picture).input.shape == (3, 64, 64)


@pytest.mark.parametrize("convert", [np.asarray, torch.from_numpy, lambda grey: np.asarray(grey, np.float32)])
def test_grey_images_and_tensors_are_taken(small, convert):
    grey = np.random.default_rng(1).random((1, 40, 40))
    activations = small.activations(convert(grey), preprocess=False)
    assert torch.equal(activations.input[0], activations.input[2])
    backwards = small.activations(grey[:, ::-1], preprocess=False)
    assert torch.equal(backwards.input, activations.input.flip(1))


@pytest.mark.parametrize("shape", [(40, 40), (2, 40, 40), (40, 40, 3), (3, 0, 40), (1, 3, 40, 40)])
def test_images_of_wrong_shape_are_refused(small, shape):
    with pytest.raises(SettingError, match="does not fit: use"):
        small.activations(np.zeros(shape))


def test_sizes_that_do_not_fit_are_refused(alexnet2012, small, monkeypatch):
    with pytest.raises(SettingError, match=r"fc6 of AlexNet \(2012\) fits images of 224×224 only, not 300×300"):
        alexnet2012.activations(np.zeros((3, 300, 300)), preprocess=False)
    with pytest.raises(SettingError, match="8×40 is too small for GoogLeNet: use 15×15 or more"):
        small.activations(np.zeros((3, 8, 40)), preprocess=False)
    monkeypatch.setattr(network_module, "_MOST_BYTES", 10**6)
    with pytest.raises(SettingError, match="would need 0 GB: use a smaller one"):
        small.activations(np.zeros((3, 64, 64)), preprocess=False)


def test_top_k_and_categories(small, picture):
    activations = small.activations(picture)
    assert float(activations.probabilities.sum()) == pytest.approx(1, abs=1e-5)
    best = small.top_k(activations.probabilities)
    assert len(best) == 5
    assert best[0].index == int(activations["fc"].argmax())
    assert [guess.category for guess in best] == [None] * 5
    assert [guess.probability for guess in best] == sorted((guess.probability for guess in best), reverse=True)
    small.categories = tuple(f"class {index}" for index in range(1000))
    assert small.top_k(activations.probabilities, 1)[0].category == f"class {best[0].index}"
    assert len(small.top_k(torch.tensor([0.2, 0.8]), 5)) == 2


def test_the_package_needs_no_qt():
    import subprocess
    import sys

    code = "import sys, cnnexplorer.nets; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"torch", "torchvision", "safetensors"} <= {*found}
    assert not {"PySide6", "shiboken6", "pyqtgraph"} & {*found}
    assert Path(network_module.__file__).parent.name == "nets"


def test_the_first_layers_are_shown_before_the_others_are_computed(small):
    image = torch.rand(3, 96, 96, generator=torch.Generator().manual_seed(5))
    seen = []
    first = small.activations(image, preprocess=False, watch=("conv2.conv", seen.append))
    assert not seen  # the first pass of a size is watched, not replayed
    again = small.activations(image, preprocess=False, watch=("conv2.conv", seen.append))
    (glimpse,) = seen
    assert list(glimpse) == list(again)[: len(glimpse)]
    assert list(glimpse)[-1] == "conv2.conv"
    for name, values in glimpse.items():
        assert torch.equal(values, first[name])
        assert values.data_ptr() == again[name].data_ptr()
