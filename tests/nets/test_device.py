"""Devices that fail: the work goes on on the CPU, with a notice. torch's `meta` stands in for a GPU here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnexplorer.nets import DeviceError, available_devices, load_network
from cnnexplorer.nets import network as network_module
from cnnexplorer.nets.device import choose_device, is_device_failure

FAILURES = {
    "out of memory": (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "is used up"),
    "out of memory, as on Apple's": (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), "is used up"),
    "lost": (torch.AcceleratorError("CUDA error: device-side assert triggered", 1), "does not answer any more"),
    "lost, as older": (RuntimeError("CUDA error: unspecified launch failure"), "does not answer any more"),
    "no cuDNN": (RuntimeError("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR"), "does not answer any more"),
    "lacking": (
        NotImplementedError("The operator 'aten::x' is not implemented for the MPS device"),
        "lacks an operation",
    ),
}


@pytest.fixture
def on_gpu(small, picture):
    expected = small.activations(picture)["fc"]
    small.move_to("meta")
    assert small.device.type == "meta"
    assert small.notices == []
    return small, expected


@pytest.mark.parametrize("failure", FAILURES)
def test_the_work_goes_on_on_the_cpu(on_gpu, picture, monkeypatch, failure):
    small, expected = on_gpu
    error, words = FAILURES[failure]

    def fail(*_):
        raise error

    monkeypatch.setattr(small.module, "forward", fail)
    activations = small.activations(picture)
    assert torch.equal(activations["fc"], expected)
    assert small.device == torch.device("cpu")
    (notice,) = small.notices
    assert isinstance(notice, DeviceError)
    assert words in str(notice)
    assert "the CPU goes on" in str(notice)
    small.activations(picture)
    assert len(small.notices) == 1
    small.move_to("meta")  # a lost device is never tried again
    assert (small.device.type == "cpu") == ("answer" in words)


def test_edited_filters_come_along(on_gpu, picture, monkeypatch):
    small, expected = on_gpu
    small.zero_filter("conv1.conv", 0)

    def fail(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(small.module, "forward", fail)
    activations = small.activations(picture)
    assert not activations["conv1.conv"][0].any()
    small.reset()
    assert torch.equal(small.activations(picture)["fc"], expected)


def test_a_device_that_fails_while_loading(small, monkeypatch):
    real = network_module.Network._placed

    def placed(self, device):
        if device.type != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(self, device)

    monkeypatch.setattr(network_module.Network, "_placed", placed)
    net = load_network("googlenet", "random", device="meta", input_size=64)
    assert net.device.type == "cpu"
    assert "is used up" in str(net.notices[0])


def test_errors_of_the_program_are_not_hidden(on_gpu, picture, monkeypatch):
    small, _ = on_gpu

    def fail(*_):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(small.module, "forward", fail)
    with pytest.raises(RuntimeError, match="mat1"):
        small.activations(picture)
    assert small.device.type == "meta"
    assert not is_device_failure(ValueError("CUDA"))


@pytest.mark.parametrize(
    "error", [RuntimeError("[enforce fail at alloc_cpu.cpp] can't allocate memory"), MemoryError()]
)
def test_too_little_memory_even_on_the_cpu(small, picture, monkeypatch, error):
    def fail(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(small.module, "forward", fail)
        with pytest.raises(DeviceError, match="not enough memory for this image: use a smaller one"):
            small.activations(picture)
    small.activations(picture)


def test_devices_chosen_and_automatic(monkeypatch):
    assert available_devices()[-1] == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto") == (torch.device("cpu"), None)
    device, notice = choose_device("cuda:1")
    assert device.type == "cpu"
    assert "no device “cuda”" in str(notice)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device("auto")[0].type == "mps"
    net = load_network("googlenet", "random", device="cuda", input_size=32)
    assert (net.device.type, len(net.notices)) == ("cpu", 1)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("autocast", [False, True])
def test_a_real_gpu_gives_what_the_cpu_gives(alexnet2012, autocast):
    image = np.random.default_rng(0).random((3, 256, 256))
    net = load_network("alexnet2012", "random", device="cuda", seed=1, autocast=autocast)
    expected, found = alexnet2012.activations(image), net.activations(image)
    tolerance = 5e-2 if autocast else 1e-4
    for name, tensor in expected.items():
        assert found[name].device.type == "cuda"
        scale = float(tensor.abs().max())
        assert float((found[name].float().cpu() - tensor).abs().max()) <= tolerance * scale, name
