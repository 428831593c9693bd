"""Reading a network layer by layer, without weights and without computing: on torch's `meta` device."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from cnnexplorer.core.messages import SettingError

from . import formulas
from .catalog import CATALOG, Size
from .receptive import IMAGE, Pair, ReceptiveField, field_after
from .tracing import (
    AVERAGE_POOLING,
    BATCH_NORM,
    CONVOLUTION,
    FUNCTION_NAMES,
    LINEAR,
    LOCAL_NORM,
    MAX_POOLING,
    RELU,
    Call,
    Recorder,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor
    from torch.utils.hooks import RemovableHandle

Shape = tuple[int, ...]


class Branch(NamedTuple):
    """Where a layer stands in a block of branches; `number` is None for the concatenation that joins them."""

    block: str
    number: int | None


@dataclass(frozen=True)
class LayerInfo:
    """One layer, in order of execution. Shapes are without the batch: (C, H, W), or (N,) behind `flatten`.

    Attributes
    ----------
    name
        The module's own path ("features.0"); a function without a module is named after the module that calls it
        ("inception3a.branch1.relu").
    label
        What the literature would call it ("conv1"); the name, where there is nothing better.
    kind
        One of the words of `tracing` ("convolution", "ReLU", ...), marked for translation.
    kernel_size, stride, padding
        (height, width) of convolutions and pooling; None where there is none.
    macs
        Multiply-accumulates for one image, from torch's own flop counter; biases are not counted.
    share, parameter_share
        Its part of the network's multiply-accumulates and parameters, 0 to 1.
    inputs
        Names of the layers that it reads; empty where it reads the image.
    """

    name: str
    label: str
    kind: str
    kernel_size: Pair | None
    stride: Pair | None
    padding: Pair | None
    groups: int
    ceil_mode: bool
    has_bias: bool
    input_shape: Shape
    output_shape: Shape
    parameters: int
    macs: int
    receptive_field: ReceptiveField
    inputs: tuple[str, ...]
    branch: Branch | None = None
    share: float = 0.0
    parameter_share: float = 0.0

    @property
    def parameter_formula(self) -> str:
        """How the parameters are counted, such as "96·(11·11·3) + 96 = 34,944"; empty where there are none."""
        return formulas.parameter_formula(self)

    @property
    def mac_formula(self) -> str:
        """How the multiply-accumulates are counted, such as "55·55·96·(11·11·3) = 105,415,200"; or empty."""
        return formulas.mac_formula(self)

    @property
    def size_formula(self) -> str:
        """How the output's height and width come about, such as "⌊(224 + 2·2 − 11) / 4⌋ + 1 = 55"; or empty."""
        return formulas.size_formula(self)


def read_architecture(id: str, input_size: int | Size | None = None) -> tuple[LayerInfo, ...]:
    """Return the layers of a network in order of execution; needs no weights and no time.

    Parameters
    ----------
    id
        A name of the catalogue: "alexnet2012", "alexnet", "vgg16" or "googlenet".
    input_size
        Side of the square input, or (height, width), in pixels; the network's own by default.

    Raises
    ------
    SettingError
        A `ValueError`: no such network, or an input too small for it.

    Examples
    --------
    >>> first = read_architecture("alexnet2012")[0]
    >>> first.name, first.kind, first.output_shape, first.parameters, first.macs
    ('conv1', 'convolution', (96, 55, 55), 34944, 105415200)
    """
    if id not in CATALOG:
        raise SettingError("there is no network “{id}”: use one of {ids}", id=id, ids=", ".join(CATALOG))
    size = CATALOG[id].input_size if input_size is None else input_size
    return trace(id, (size, size) if isinstance(size, int) else (size[0], size[1]))


@lru_cache(maxsize=64)
def trace(id: str, size: Size, classes: int = 1000, pooled: bool = False) -> tuple[LayerInfo, ...]:
    """Return the layers of a network of the catalogue for an input size, a number of classes, and which head it has."""
    entry = CATALOG[id]
    try:
        if min(size) < 1:
            raise RuntimeError("no pixels")
        with torch.device("meta"):
            module = entry.module(size, classes, pooled).eval()
        layers = _trace(module, size)
    except RuntimeError as error:
        raise SettingError(
            "an input of {height}×{width} is too small for {network}: use {minimum}×{minimum} or more",
            height=size[0],
            width=size[1],
            network=entry.title,
            minimum=entry.minimum_size,
        ) from error
    labels = _labels(layers) if id in ("alexnet", "vgg16") else [layer.name for layer in layers]
    parameters, macs = totals(layers)
    return tuple(
        replace(layer, label=label, share=layer.macs / macs, parameter_share=layer.parameters / parameters)
        for layer, label in zip(layers, labels, strict=True)
    )


def totals(layers: Sequence[LayerInfo]) -> tuple[int, int]:
    """Return the parameters and the multiply-accumulates of all layers together.

    >>> totals(read_architecture("alexnet2012"))
    (60965224, 724406816)
    """
    return sum(layer.parameters for layer in layers), sum(layer.macs for layer in layers)


class _Flops(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts with the formulas of `torch.utils.flop_counter`, without its hooks on all modules."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(self, func: Any, _types: object, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        output = func(*args, **(kwargs or {}))
        count = flop_registry.get(func.overloadpacket)
        if count is not None:
            self.total += count(*args, **(kwargs or {}), out_val=output)
        return output


class _Reader:
    """Follows one forward pass: knows in which module it is, and makes a `LayerInfo` of each call."""

    def __init__(self, module: nn.Module, flops: _Flops) -> None:
        self.layers: list[LayerInfo] = []
        self._flops = flops
        self._counted = 0
        self._inside: list[tuple[str, nn.Module]] = []
        self._sources: dict[int, str] = {}  # id of a tensor (all are kept alive) -> the layer that gave it
        self._handles: list[RemovableHandle] = []
        for name, part in module.named_modules():
            self._handles += [
                part.register_forward_pre_hook(lambda part, _, name=name: self._inside.append((name, part))),
                part.register_forward_hook(lambda *_: self._leave()),
            ]

    def _leave(self) -> None:
        self._inside.pop()

    def add(self, call: Call) -> None:
        """Add the layer that has just run."""
        path, module = self._inside[-1]
        owned = next(module.children(), None) is None
        name = path if owned else ".".join(filter(None, (path, FUNCTION_NAMES[call.kind])))
        inputs = tuple(self._sources[id(tensor)] for tensor in call.inputs if id(tensor) in self._sources)
        macs, self._counted = (self._flops.total - self._counted) // 2, self._flops.total
        self.layers.append(self._layer(name, module if owned else None, call, inputs, macs))
        self._sources[id(call.output)] = name

    def _layer(self, name: str, module: nn.Module | None, call: Call, inputs: tuple[str, ...], macs: int) -> LayerInfo:
        input_shape, output_shape = _shape(call.inputs[0]), _shape(call.output)
        windows = _windows(module, input_shape, output_shape)
        fields = [layer.receptive_field for layer in self.layers if layer.name in inputs] or [IMAGE]
        cells = (input_shape[1], input_shape[2]) if len(input_shape) == 3 else (1, 1)
        return LayerInfo(
            name=name,
            label=name,
            kind=call.kind,
            kernel_size=windows.get("kernel_size"),
            stride=windows.get("stride"),
            padding=windows.get("padding"),
            groups=getattr(module, "groups", 1),
            ceil_mode=getattr(module, "ceil_mode", False),
            has_bias=getattr(module, "bias", None) is not None,
            input_shape=input_shape,
            output_shape=output_shape,
            parameters=sum(part.numel() for part in module.parameters()) if module else 0,
            macs=macs,
            receptive_field=field_after(call.kind, fields, **windows, cells=cells),
            inputs=inputs,
            branch=_branch(name),
        )


def _trace(module: nn.Module, size: Size) -> list[LayerInfo]:
    flops = _Flops()
    reader = _Reader(module, flops)
    image = torch.empty((1, 3, *size), device="meta")
    with torch.no_grad(), Recorder(reader.add) as recorder, flops:
        module(image)
    assert len(recorder.calls) == len({layer.name for layer in reader.layers}), "two layers of one name"
    return reader.layers


def _shape(tensor: Tensor) -> Shape:
    return tuple(tensor.shape[1:])  # without the batch


def _windows(module: nn.Module | None, input_shape: Shape, output_shape: Shape) -> dict[str, Pair]:
    """Return kernel_size, stride and padding of a layer that slides a window; empty for others."""
    if isinstance(module, nn.Conv2d | nn.MaxPool2d):
        return {key: _pair(getattr(module, key)) for key in ("kernel_size", "stride", "padding")}
    if isinstance(module, nn.AdaptiveAvgPool2d):
        # the largest of torch's windows; where they do not fit evenly they overlap, and the stride is rounded
        axes = list(zip(input_shape[1:], output_shape[1:], strict=True))
        return {
            "kernel_size": _pair([max(-(-(i + 1) * n // m) - i * n // m for i in range(m)) for n, m in axes]),
            "stride": _pair([max(n // m, 1) for n, m in axes]),
            "padding": (0, 0),
        }
    return {}


def _pair(value: Any) -> Pair:  # noqa: ANN401  # as torch keeps it
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _branch(name: str) -> Branch | None:
    found = re.match(r"(.+?)\.(?:branch(\d+)\b|concat$)", name)
    return Branch(found[1], int(found[2]) if found[2] else None) if found else None


def _labels(layers: Sequence[LayerInfo]) -> list[str]:
    """Return the usual names of a plain network's layers: by number (conv1, fc6) or by block (conv1_1, fc6)."""
    pools = [index for index, layer in enumerate(layers) if layer.kind == MAX_POOLING]
    by_block = len([layer for layer in layers[: pools[0]] if layer.kind == CONVOLUTION]) > 1
    short = {RELU: "relu", LOCAL_NORM: "norm", BATCH_NORM: "bn", AVERAGE_POOLING: "avgpool"}
    labels, block, number, dense = [], 1, 0, False
    for layer in layers:
        if layer.kind == CONVOLUTION:
            number += 1
            label = f"conv{block}_{number}" if by_block else f"conv{number}"
        elif layer.kind == MAX_POOLING:
            label = f"pool{block if by_block else number}"
            block, number = block + 1, 0 if by_block else number
        elif layer.kind == LINEAR:
            number = number + 1 if dense or not by_block else block
            dense = True
            label = f"fc{number}"
        elif layer.kind == RELU:
            label = f"relu{block}_{number}" if by_block and not dense else f"relu{number}"
        else:
            label = short.get(layer.kind, layer.kind)
        labels.append(label)
    times = Counter(labels)
    return [label if times[label] == 1 else layer.name for label, layer in zip(labels, layers, strict=True)]
