"""Watching a forward pass: which layer functions run, in which order, on which tensors.

A `Recorder` sees torch's functions before they run, in its own thread only. It runs every in-place function out of
place, so that what it keeps is never overwritten: a convolution's output keeps its negative values although the ReLU
behind it was told to work in place. Nothing is hung onto the module, so nothing can be left behind on it.

Watching takes time, for small pictures on a GPU more than computing. So a pass that was watched once can be replayed
for other pictures of the same size: the same functions on the same weights, called one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch.overrides import TorchFunctionMode

from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor, nn

CONVOLUTION = mark("convolution")
RELU = mark("ReLU")
MAX_POOLING = mark("max pooling")
AVERAGE_POOLING = mark("average pooling")
LOCAL_NORM = mark("local response normalisation")
BATCH_NORM = mark("batch normalisation")
DROPOUT = mark("dropout")
FLATTEN = mark("flatten")
LINEAR = mark("fully connected")
CONCATENATION = mark("concatenation")

KINDS = {
    "conv2d": CONVOLUTION,
    "relu": RELU,
    "max_pool2d": MAX_POOLING,
    "adaptive_avg_pool2d": AVERAGE_POOLING,
    "local_response_norm": LOCAL_NORM,
    "batch_norm": BATCH_NORM,
    "dropout": DROPOUT,
    "flatten": FLATTEN,
    "linear": LINEAR,
    "cat": CONCATENATION,
}
# What a function is called that no module of its own stands for, after the name of the module that calls it.
FUNCTION_NAMES = {RELU: "relu", FLATTEN: "flatten", CONCATENATION: "concat"}


@dataclass(frozen=True, slots=True)
class Call:
    """One layer at work: its kind, what it read, what it gave, and the weights that it used."""

    kind: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    weight: Tensor | None
    bias: Tensor | None


class Recorder(TorchFunctionMode):
    """Keeps what every layer function reads and gives while it is entered.

    Parameters
    ----------
    on_call
        Called after each layer.
    """

    def __init__(self, on_call: Callable[[Call], None] | None = None) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.steps: list[Step] = []
        self._on_call = on_call

    def __torch_function__(
        self,
        func: Callable[..., Any],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  # whatever the function gives
        """Run one function of torch, out of place, and keep what it gives if it is a layer's."""
        kwargs = kwargs or {}
        if kwargs.get("inplace"):
            kwargs = {**kwargs, "inplace": False}
        output = func(*args, **kwargs)
        kind = KINDS.get(getattr(func, "__name__", ""))
        if isinstance(output, torch.Tensor):
            self.steps.append(Step(func, args, kwargs, kind, output))
        if kind is not None:
            call = _call(kind, args, output)
            self.calls.append(call)
            if self._on_call is not None:
                self._on_call(call)
        return output


def _call(kind: str, args: Sequence[Any], output: Tensor) -> Call:
    inputs = tuple(args[0]) if kind == CONCATENATION else (args[0],)
    weight, bias = (args[1], args[2]) if kind in (CONVOLUTION, LINEAR) else (None, None)
    return Call(kind, inputs, output, weight, bias)


@dataclass(frozen=True, slots=True)
class Step:
    """A function as it was called; `kind` is None where it is no layer."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    kind: str | None
    output: Tensor


class _Made(NamedTuple):
    """Stands for what an earlier step gave; -1 for the picture."""

    place: int


class _Held(NamedTuple):
    """Stands for a weight or a buffer, asked for anew at each replay: filters may have been edited."""

    module: nn.Module
    name: str


class Replay:
    """A pass that was watched, to be run again without watching.

    Raises
    ------
    LookupError
        A function used a tensor of unknown origin: this pass cannot be replayed.
    """

    def __init__(self, recorder: Recorder, module: nn.Module, image: Tensor) -> None:
        known: dict[int, Any] = {
            id(tensor): _Held(part, name)
            for part in module.modules()
            for name, tensor in (*part.named_parameters(recurse=False), *part.named_buffers(recurse=False))
        }
        known[id(image)] = _Made(-1)
        self._steps: list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str | None]] = []
        for index, step in enumerate(recorder.steps):
            args = tuple(_known(value, known) for value in step.args)
            kwargs = {name: _known(value, known) for name, value in step.kwargs.items()}
            self._steps.append((step.function, args, kwargs, step.kind))
            known[id(step.output)] = _Made(index)

    def run(self, image: Tensor, on_call: Callable[[list[Call]], None] | None = None) -> list[Call]:
        """Return what each layer reads and gives for another picture of the same shape, (1, 3, H, W).

        `on_call` is called after each layer, with all calls so far.
        """
        made: list[Tensor] = []
        calls = []
        for function, args, kwargs, kind in self._steps:
            values = [_value(value, made, image) for value in args]
            named = {name: _value(value, made, image) for name, value in kwargs.items()}
            output = function(*values, **named)
            made.append(output)
            if kind is not None:
                calls.append(_call(kind, values, output))
                if on_call is not None:
                    on_call(calls)
        return calls


def _known(value: Any, known: dict[int, Any]) -> Any:  # noqa: ANN401  # whatever a function takes
    if isinstance(value, torch.Tensor):
        return known[id(value)]
    if isinstance(value, list | tuple):
        return [_known(part, known) for part in value]
    return value


def _value(value: Any, made: list[Tensor], image: Tensor) -> Any:  # noqa: ANN401  # whatever a function takes
    kind = type(value)
    if kind is _Made:
        return image if value.place < 0 else made[value.place]
    if kind is _Held:
        return getattr(value.module, value.name)
    if kind is list:
        return [_value(part, made, image) for part in value]
    return value
