"""Watching a forward pass: which layer functions run, in which order, on which tensors.

A `Recorder` sees torch's functions before they run, in its own thread only. It runs every in-place function out of
place, so that what it keeps is never overwritten: a convolution's output keeps its negative values although the ReLU
behind it was told to work in place. Nothing is hung onto the module, so nothing can be left behind on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch.overrides import TorchFunctionMode

from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

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
        if kind is not None:
            inputs = tuple(args[0]) if kind == CONCATENATION else (args[0],)
            weight, bias = (args[1], args[2]) if kind in (CONVOLUTION, LINEAR) else (None, None)
            call = Call(kind, inputs, output, weight, bias)
            self.calls.append(call)
            if self._on_call is not None:
                self._on_call(call)
        return output
