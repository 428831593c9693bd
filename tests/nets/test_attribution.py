"""Grad-CAM against autograd on plain modules, and the occlusion map against a plain loop."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from cnnexplorer.core import Rectangle
from cnnexplorer.core.messages import SettingError
from cnnexplorer.nets import Perturbation, compute, grad_cam, load_network, occlusion_map

SIZES = {"alexnet2012": 96, "alexnet": 64, "vgg16": 32, "googlenet": 64}
INSIDE = {  # a convolution's, a ReLU's, a pooling's or a branch's maps
    "alexnet2012": ("conv1", "relu1", "norm1", "pool2", "conv5"),
    "alexnet": ("features.0", "features.1", "features.2", "features.10"),
    "vgg16": ("features.0", "features.3", "features.4", "features.28"),
    "googlenet": ("conv1.conv", "maxpool1", "inception3a.branch3.1.conv", "inception5b.branch1.conv"),
}


@pytest.fixture(scope="module")
def made():
    """Make each network once, small, and what it makes of a picture."""
    found = {}

    def make(id):
        if id not in found:
            side = SIZES[id]
            network = load_network(id, "random", device="cpu", seed=3, input_size=side)
            found[id] = compute(network, np.random.default_rng(5).random((3, side, side)))
        return found[id]

    return make


def by_hand(computed, layer, index):
    """Take the gradient in the module itself, with every in-place operation turned off."""
    network = computed.network
    with torch.device("meta"):
        module = network.entry.build(network.input_size, network.classes).eval()
    module.load_state_dict({name: values.clone() for name, values in network.state().items()}, assign=True)
    for part in module.modules():
        if hasattr(part, "inplace"):
            part.inplace = False
    kept = []

    def keep(_part, _inputs, output):
        output.retain_grad()
        kept.append(output)

    module.get_submodule(layer).register_forward_hook(keep)
    score = module(computed.activations.input[None].clone().requires_grad_())[0, index]
    score.backward()
    # a functional ReLU behind a hooked layer may work in place on what was kept: the recorded maps did not suffer
    alpha = kept[0].grad[0].mean(dim=(1, 2))
    return alpha, (alpha[:, None, None] * computed.activations[layer]).sum(0), score


@pytest.mark.parametrize("id", SIZES)
def test_grad_cam_is_what_autograd_gives_by_hand(made, id, monkeypatch):
    plain = functional.relu
    computed = made(id)
    for layer in INSIDE[id]:
        found = grad_cam(computed, layer, 7)
        with monkeypatch.context() as patch:  # GoogLeNet calls it in place
            patch.setattr(functional, "relu", lambda values, inplace=False: plain(values))
            alpha, weighted, score = by_hand(computed, layer, 7)
        assert found.score == pytest.approx(score.item(), rel=1e-4, abs=1e-5)
        assert found.alpha == pytest.approx(alpha.numpy(), rel=1e-3, abs=1e-4 * float(alpha.abs().max()))
        exact = weighted.detach().numpy()
        assert found.weighted == pytest.approx(exact, rel=1e-3, abs=1e-4 * float(np.abs(exact).max()))
        assert np.array_equal(found.heat, np.maximum(found.weighted, 0))
        assert found.weighted.shape == tuple(computed.activations[layer].shape[1:])


@pytest.mark.parametrize("id", SIZES)
def test_nothing_is_left_on_the_network(made, id):
    computed = made(id)
    kept = {name: values.clone() for name, values in computed.activations.items()}
    grad_cam(computed, INSIDE[id][0], 0)
    occlusion_map(computed, 0, 16, 16, at_once=5)
    module = computed.network.module
    assert not module.training
    for part in module.modules():
        assert not part._forward_hooks
        assert not part._forward_pre_hooks
        assert not part._backward_hooks
    for held in module.parameters():
        assert held.grad is None
        assert not held.requires_grad
    for name, values in computed.activations.items():
        assert not values.requires_grad
        assert torch.equal(values, kept[name])


def test_a_net_that_can_be_worked_out_on_paper(small, monkeypatch):
    """Two maps, a ReLU in place, and two sums of their means: the gradients are the weights over the count of cells."""
    net = _Paper()
    monkeypatch.setattr(small, "module", net)
    image = torch.tensor([[1.0, 2.0], [3.0, -4.0]]).expand(3, -1, -1)
    computed = _Watched(small, net, image)
    found = grad_cam(computed, "conv", 1)
    # maps [[1, 2], [3, -4]] and its negative; behind the ReLU means 6/4 and 4/4; class 1: 2 x first - 3 x second
    assert found.score == pytest.approx(2 * 1.5 - 3 * 1.0)
    # d score / d A is weight / 4 where the ReLU lets through: three cells of the first, one of the second
    assert found.alpha == pytest.approx([2 / 4 * 3 / 4, -3 / 4 * 1 / 4])
    weighted = 0.375 * np.array([[1, 2], [3, -4]]) + 0.1875 * np.array([[1, 2], [3, -4]])
    assert found.weighted == pytest.approx(weighted)
    assert found.heat == pytest.approx(np.maximum(weighted, 0))
    assert found.means == pytest.approx([0.5, -0.5])
    assert found.contributions == pytest.approx([0.375 * 0.5, 0.1875 * 0.5])
    assert found.contributions.sum() == pytest.approx(weighted.mean())
    assert found.strongest() == (0, 1)
    behind = grad_cam(computed, "relu", 1)
    assert behind.alpha == pytest.approx([0.5, -0.75])
    assert behind.strongest() == (0,)


class _Paper(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1, bias=False)
        self.conv.weight = nn.Parameter(torch.tensor([[1.0, 0, 0], [-1, 0, 0]])[:, :, None, None], requires_grad=False)
        self.fc = nn.Linear(2, 2, bias=False)
        self.fc.weight = nn.Parameter(torch.tensor([[1.0, 0], [2, -3]]), requires_grad=False)

    def forward(self, image):
        maps = functional.relu(self.conv(image), inplace=True)
        return self.fc(torch.flatten(functional.adaptive_avg_pool2d(maps, 1), 1))


class _Watched:
    """Stands for `Computed` of a module that is in no catalogue."""

    def __init__(self, network, module, image):
        maps = functional.conv2d(image[None], module.conv.weight)[0]
        means = functional.relu(maps).mean(dim=(1, 2))
        self.network, self.preprocess, self.picture = network, False, image.numpy()
        self.activations = _Kept(
            conv=maps, relu=functional.relu(maps), pool=means[:, None, None], flatten=means, fc=module.fc(means)
        )
        self.activations.input, self.activations.device = image, image.device
        self.activations.weights = {"conv": (module.conv.weight, None), "fc": (module.fc.weight, None)}
        self.probabilities = self.activations["fc"].softmax(0).numpy()


class _Kept(dict):
    pass


def test_filters_edited_later_play_no_part(small):
    image = np.random.default_rng(3).random((3, 64, 64))
    computed = compute(small, image)
    before = grad_cam(computed, "inception4b.concat", 2).weighted
    small.zero_filter("inception5a.branch1.conv", 0)
    assert np.array_equal(grad_cam(computed, "inception4b.concat", 2).weighted, before)
    edited = compute(small, image)
    assert not np.array_equal(grad_cam(edited, "inception4b.concat", 2).weighted, before)
    hidden = occlusion_map(edited, 2, 16, 32, at_once=2).probabilities
    put_back = occlusion_map(edited, 2, 16, 32, at_once=2, progress=lambda _map: small.reset()).probabilities
    assert np.array_equal(put_back, hidden)
    assert not np.array_equal(occlusion_map(compute(small, image), 2, 16, 32, at_once=2).probabilities, hidden)


def test_what_cannot_be_explained_is_refused(made):
    computed = made("alexnet")
    for index in (-1, 1000):
        with pytest.raises(SettingError, match=f"there is no class {index}: use 0 to 999"):
            grad_cam(computed, "features.0", index)
        with pytest.raises(SettingError, match=f"there is no class {index}: use 0 to 999"):
            occlusion_map(computed, index)
    with pytest.raises(SettingError, match=r"no layer features\.99"):
        grad_cam(computed, "features.99", 0)
    with pytest.raises(SettingError, match=r"classifier\.1 has no maps"):
        grad_cam(computed, "classifier.1", 0)
    for size, stride in ((0, 8), (65, 8)):
        with pytest.raises(SettingError, match=f"a patch of {size} pixels: use 1 to 64"):
            occlusion_map(computed, 0, size, stride)
    for stride in (0, 65):
        with pytest.raises(SettingError, match=f"a step of {stride} pixels: use 1 to 64"):
            occlusion_map(computed, 0, 8, stride)


def hidden_by_hand(computed, index, size, stride):
    """Hide one square after the other in the picture, and ask the network anew each time."""
    _planes, height, width = computed.picture.shape
    found = []
    for row in range(0, height, stride):
        found.append([])
        for column in range(0, width, stride):
            picture = computed.picture.copy()
            spans = []
            for begin, end in ((row, height), (column, width)):
                first = (begin + min(begin + stride, end) - size) // 2
                spans.append(slice(max(first, 0), min(first + size, end)))
            picture[:, spans[0], spans[1]] = 0.5
            steps = computed.network.preprocessing.normalisation if computed.preprocess else False
            seen = computed.network.activations(picture, steps)
            found[-1].append(float(seen.probabilities[index]))
    return np.array(found)


@pytest.mark.parametrize(("size", "stride"), [(16, 16), (24, 13), (5, 20), (64, 40)])
def test_the_occlusion_map_is_what_a_plain_loop_gives(made, size, stride):
    computed = made("alexnet")
    for at_once in (1, 3, None):
        found = occlusion_map(computed, 4, size, stride, at_once=at_once)
        assert found.complete
        exact = hidden_by_hand(computed, 4, size, stride)
        assert found.probabilities == pytest.approx(exact, rel=1e-4)
        assert found.drops == pytest.approx(float(computed.probabilities[4]) - exact, abs=1e-6)


def test_the_occlusion_map_of_a_disturbed_and_of_a_raw_picture(made):
    network = made("googlenet").network
    image = np.random.default_rng(9).random((3, 64, 64))
    for computed in (
        compute(network, image, Perturbation(noise=0.2, brightness=0.1)),
        compute(network, image, preprocess=False),
    ):
        found = occlusion_map(computed, 11, 32, 32, at_once=4)
        assert found.probabilities == pytest.approx(hidden_by_hand(computed, 11, 32, 32), rel=1e-3)


def test_patches_stand_around_their_cells_and_are_cut_off_at_the_edges(made):
    found = occlusion_map(made("alexnet"), 0, 20, 16, at_once=16)
    assert found.probabilities.shape == (4, 4)
    assert found.patch(0, 0) == Rectangle(0, 0, 18, 18)
    assert found.patch(1, 2) == Rectangle(14, 30, 20, 20)
    assert found.patch(3, 3) == Rectangle(46, 46, 18, 18)
    thin = occlusion_map(made("alexnet"), 0, 2, 63, at_once=4)  # the last cells are one pixel wide
    assert thin.patch(1, 1) == Rectangle(62, 62, 2, 2)


def test_progress_grows_and_what_is_told_stays(made):
    told = []
    found = occlusion_map(made("alexnet"), 0, 16, 16, at_once=3, progress=told.append)
    assert [part.done for part in told] == [3, 6, 9, 12, 15, 16]
    assert not any(part.complete for part in told[:-1])
    for part in told:
        assert np.array_equal(part.probabilities.flat[: part.done], found.probabilities.flat[: part.done])
        assert np.isnan(part.probabilities.flat[part.done :]).all()


def test_it_stops_when_told_to(made):
    cancel, told = threading.Event(), []

    def progress(part):
        told.append(part)
        if part.done == 4:
            cancel.set()

    found = occlusion_map(made("alexnet"), 0, 16, 16, at_once=2, progress=progress, cancel=cancel)
    assert found.done == 4
    assert len(told) == 2
    assert not found.complete
    assert occlusion_map(made("alexnet"), 0, 16, 16, cancel=cancel).done == 0


def test_a_device_that_fails_leaves_the_work_to_the_cpu(small, monkeypatch):
    """The network believes to be on a GPU, whose first answer is that it is out of memory."""
    computed = compute(small, np.random.default_rng(3).random((3, 64, 64)))
    exact = grad_cam(computed, "inception3a.concat", 1).weighted
    failed = []

    def fail(*_args, **_kwargs):
        failed.append(True)
        raise torch.OutOfMemoryError("CUDA out of memory")

    for work in (
        lambda: grad_cam(computed, "inception3a.concat", 1).weighted,
        lambda: occlusion_map(computed, 1, 32, 32, at_once=2).probabilities,
    ):
        monkeypatch.setattr(small, "device", torch.device("cuda"))
        small.module.forward = fail  # the module that goes on on the CPU is another
        found = work()
        assert failed
        assert small.device.type == "cpu"
        assert "the CPU goes on" in str(small.notices.pop())
        failed.clear()
        if found.shape == exact.shape:
            assert found == pytest.approx(exact, rel=1e-5)
        assert np.isfinite(found).all()


class _Lost(dict):
    """Maps on a device that does not answer any more."""

    device = torch.device("meta")


def test_maps_that_were_lost_with_their_device_are_computed_anew(made):
    computed = made("googlenet")
    exact = grad_cam(computed, "inception4a.concat", 5)
    lost = _Lost({name: values.to("meta") for name, values in computed.activations.items()})
    found = grad_cam(replace(computed, activations=lost), "inception4a.concat", 5)
    assert found.weighted == pytest.approx(exact.weighted, rel=1e-5)
