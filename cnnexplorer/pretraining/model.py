"""The network while it is trained: AlexNet 2012 with batch normalisation, which becomes part of its weights."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnexplorer.nets.alexnet2012 import AlexNet2012

NORMALISED = ("conv2", "conv3", "conv4", "conv5")


class _ResponseNorm(torch.autograd.Function):
    """The paper's local response normalisation as a product with a band of ones: torch's own takes twice the time."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, band: Tensor) -> Tensor:  # noqa: ANN401  # torch's own kind
        total = functional.conv2d(maps * maps, band).add_(2.0)
        root = total.rsqrt()
        power = root * root.sqrt()  # total ** -0.75
        ctx.save_for_backward(maps, total, power, band)
        return maps * power

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        maps, total, power, band = ctx.saved_tensors
        scaled = gradients[0] * power
        return scaled - 1.5 * maps * functional.conv2d(scaled * maps / total, band), None


class ResponseNorm(nn.Module):
    """As `nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)`."""

    band: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        index = torch.arange(channels)
        near = (index[:, None] - index).abs() <= 2
        self.register_buffer("band", (near * (1e-4 / 5))[:, :, None, None], persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        """Return the normalised maps (N, C, H, W)."""
        result: Tensor = _ResponseNorm.apply(maps, self.band.to(maps.dtype))
        return result


def training_model(filters: Tensor, classes: int, seed: int) -> nn.Sequential:
    """Return the network to train: the first layer's filters as given, the other weights drawn by He's rule."""
    generator = torch.Generator().manual_seed(seed)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for name, layer in AlexNet2012(classes=classes, head="pooled").named_children():
        layers[name] = layer
        if name in ("norm1", "norm2"):
            layers[name] = ResponseNorm(96 if name == "norm1" else 256)
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.Conv2d) and name in NORMALISED:
            layers[f"batch_{name}"] = nn.BatchNorm2d(layer.out_channels)
    model = nn.Sequential(layers)
    first = model.get_submodule("conv1")
    assert isinstance(first, nn.Conv2d)
    with torch.no_grad():
        first.weight.copy_(filters)
        model.get_parameter("fc6.weight").mul_(0.1)
    return model.to(memory_format=torch.channels_last)


def plain_state(model: nn.Sequential) -> dict[str, Tensor]:
    """Return the weights of the plain AlexNet 2012 that computes the same in use: batch normalisation is linear there.

    Each map becomes (map - mean) / deviation * weight + bias; all that can be done to the convolution's own weights.
    """
    state = {key: value.detach().cpu().float() for key, value in model.state_dict().items()}
    plain = {key: value.contiguous() for key, value in state.items() if not key.startswith("batch_")}
    for name in NORMALISED:
        batch = {key: state[f"batch_{name}.{key}"] for key in ("weight", "bias", "running_mean", "running_var")}
        factor = batch["weight"] / (batch["running_var"] + 1e-5).sqrt()
        plain[f"{name}.weight"] = plain[f"{name}.weight"] * factor[:, None, None, None]
        plain[f"{name}.bias"] = (plain[f"{name}.bias"] - batch["running_mean"]) * factor + batch["bias"]
    return plain


def recalibrate(model: nn.Sequential, batches: list[Tensor]) -> None:
    """Take the means and deviations of batch normalisation anew, over some batches, with the weights as they are."""
    norms = [layer for layer in model if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all that follow
    model.train()
    with torch.no_grad():
        for batch in batches:
            model(batch)
    for norm in norms:
        norm.momentum = 0.1
    model.eval()
