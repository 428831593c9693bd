"""Whole layers of a network: the same numbers as it computes, of one picture or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from cnnexplorer.core import ImageError
from cnnexplorer.core.batch import BatchRequest
from cnnexplorer.core.batch_run import run_batch
from cnnexplorer.core.samples import make_sample
from cnnexplorer.nets import DeviceError, Perturbation, compute, load_network, read_architecture
from cnnexplorer.nets.batch import FILTERS, LayerReader, filter_groups, map_groups

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.nets import Network


@pytest.fixture(scope="module")
def network() -> Network:
    return load_network("alexnet2012", "random", device="cpu", seed=3)


def reader(network: Network, **more: object) -> LayerReader:
    layers = network.layers
    names = {group.name: layer.name for group, layer in zip(map_groups(layers), layers, strict=True)}
    names |= {layer.label + FILTERS: layer.name for layer in layers}
    return LayerReader(network, names, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("id", ["alexnet2012", "vgg16", "googlenet"])
def test_groups_tell_what_a_layer_has(id: str):
    layers = read_architecture(id)
    maps = map_groups(layers)
    assert len({group.name for group in maps}) == len(layers)
    for group, layer in zip(maps, layers, strict=True):
        shape = layer.output_shape
        assert (group.count, *group.shape) == (shape if len(shape) == 3 else (1, *shape))
    filters = filter_groups(layers)
    assert sum(group.count * int(np.prod(group.shape)) for group in filters) == sum(
        layer.parameters - layer.output_shape[0] * layer.has_bias for layer in layers if layer.kind == "convolution"
    )
    assert [group.colour for group in filters][:2] == [True, False]


def test_maps_and_filters_are_the_networks_own(network: Network):
    computed = compute(network, make_sample("scene"))
    opened = reader(network, computed=computed).open(0)
    layers = network.layers
    for group, layer in zip(map_groups(layers), layers, strict=True):
        values = opened(group)
        assert values.shape == (group.count, *group.shape)
        assert (values.reshape(-1) == computed.activations[layer.name].numpy().reshape(-1)).all()
    for group in filter_groups(layers):
        assert (opened(group) == network.filters(group.name.removesuffix(FILTERS)).numpy()).all()
    assert opened(map_groups(layers)[0]).min() < 0, "maps of a convolution before its ReLU"


def test_pictures_of_a_folder_are_looked_at_as_the_present_one(network: Network, tmp_path: Path):
    pixels = np.random.default_rng(1).integers(0, 256, (80, 90, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    perturbation = Perturbation(noise=0.2)
    one = reader(network, files=(tmp_path / "a.png", tmp_path / "b.png"), perturbation=perturbation)
    groups = map_groups(network.layers)[:1]
    expected = compute(network, pixels.transpose(2, 0, 1) / 255, perturbation)
    assert (one.open(0)(groups[0]) == expected.activations["conv1"].numpy()).all()
    with pytest.raises(ImageError, match=r"b\.png is not an image"):
        one.open(1)
    out = tmp_path / "out"
    out.mkdir()
    request = BatchRequest(out, "alexnet2012", "layer", "npy", groups, pictures=("a", "b"))
    report = run_batch(request, one.open)
    assert (report.written, report.total, len(report.skipped)) == (1, 2, 1)
    assert (np.load(out / "a" / "alexnet2012_conv1.npy") == expected.activations["conv1"].numpy()).all()


def test_a_device_that_fails_is_told(network: Network, monkeypatch: pytest.MonkeyPatch):
    computed = compute(network, make_sample("scene"))
    opened = reader(network, computed=computed).open(0)

    def lost(_tensor: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("CUDA error: device lost")

    monkeypatch.setattr(torch.Tensor, "float", lost)
    with pytest.raises(RuntimeError, match="device lost"):
        opened(map_groups(network.layers)[0])
    monkeypatch.setattr(network, "give_up", lambda _error: True)
    with pytest.raises(DeviceError, match="the device failed while maps were read"):
        opened(map_groups(network.layers)[0])
