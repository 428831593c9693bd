"""Why a network gives a class its score: where maps speak for it, and what happens when a part is hidden."""

from __future__ import annotations

import copy
import time
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from cnnexplorer.core.geometry import Rectangle
from cnnexplorer.core.messages import SettingError

from .perturbation import GREY
from .tracing import CONVOLUTION, KINDS, LINEAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from numpy.typing import NDArray
    from torch import nn

    from .computed import Computed
    from .network import Activations
    from .preprocessing import Preprocessing

_CHUNK_SECONDS = 0.1  # the longest that other work with the network is to wait
_PAUSE_SECONDS = 0.001  # in which whoever waits for the network gets it
_MOST_AT_ONCE = 64
_MOST_PIXELS = _MOST_AT_ONCE * 224 * 224


@dataclass(frozen=True, eq=False)
class GradCam:
    """Where a layer's maps speak for a class.

    Attributes
    ----------
    score
        The class's value in the last layer, before the softmax.
    alpha
        The weight of each map, float64 (C,): the mean of the score's gradient over the map.
    means
        The mean of each map, float64 (C,).
    weighted
        The sum of all maps, each times its weight, before the ReLU: float64 (H, W), in units of the score.
    """

    layer: str
    class_index: int
    score: float
    alpha: NDArray[np.float64]
    means: NDArray[np.float64]
    weighted: NDArray[np.float64]

    @property
    def heat(self) -> NDArray[np.float64]:
        """What speaks for the class: the ReLU of the weighted sum, (H, W)."""
        return np.maximum(self.weighted, 0)

    @property
    def contributions(self) -> NDArray[np.float64]:
        """What each unit adds to the mean of the weighted sum: its weight times its map's mean, (C,)."""
        return self.alpha * self.means

    def strongest(self, count: int = 8) -> tuple[int, ...]:
        """Return the units that add most to the weighted sum, the first the most; none that takes away from it."""
        found = self.contributions
        order = np.argsort(-found, kind="stable")[:count]
        return tuple(int(unit) for unit in order if found[unit] > 0)


@dataclass(frozen=True, eq=False)
class OcclusionMap:
    """How probable a class is while a grey square hides a part of the picture, for each place of the square.

    The picture is divided into cells of `stride` × `stride` pixels, from its top left corner; the square stands around
    the middle of a cell, and is cut off at the picture's edges.

    Attributes
    ----------
    size, stride
        Side of the square, and its step, in pixels.
    picture_size
        (height, width) in pixels.
    unhidden
        The class's probability when nothing is hidden.
    probabilities
        The class's probability for each place, float64 (rows, columns); NaN where the square was not yet.
    """

    class_index: int
    size: int
    stride: int
    picture_size: tuple[int, int]
    unhidden: float
    probabilities: NDArray[np.float64]

    @property
    def drops(self) -> NDArray[np.float64]:
        """By how much the probability falls, (rows, columns): negative where it rises, NaN where not known yet."""
        return self.unhidden - self.probabilities

    @property
    def total(self) -> int:
        """How many places there are."""
        return self.probabilities.size

    @property
    def done(self) -> int:
        """How many places were tried."""
        return int(np.isfinite(self.probabilities).sum())

    @property
    def complete(self) -> bool:
        """Whether all places were tried."""
        return self.done == self.total

    def patch(self, row: int, column: int) -> Rectangle:
        """Return which pixels the square hides at a place."""
        return _patch(self.size, self.stride, self.picture_size, row, column)


def grad_cam(computed: Computed, layer: str, class_index: int) -> GradCam:
    """Return where the maps of a layer speak for a class.

    Computed from the layer's kept maps on: what lies before the layer is not computed again, and filters that were
    edited meanwhile play no part.

    Parameters
    ----------
    layer
        One with maps, (C, H, W).
    class_index
        Of the class whose score is explained, from 0.

    Raises
    ------
    SettingError
        A `ValueError`: no such layer or class, or a layer without maps.
    DeviceError
        Not enough memory even on the CPU.

    Notes
    -----
    Selvaraju et al.: Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization, ICCV 2017,
    equations 1 and 2. In float32 on every device.
    """
    _check_class(computed, class_index)
    if layer not in computed.activations:
        raise SettingError("there is no layer {layer}", layer=layer)
    if computed.activations[layer].ndim != 3:
        raise SettingError("{layer} has no maps: choose a layer before the flattening", layer=layer)
    network = computed.network

    def work() -> GradCam:
        module = network.module
        device = next(module.parameters()).device
        activations = computed.activations
        if activations.device != device:  # the device failed, and took the kept maps along
            activations = network.activations(computed.picture, _normalisation(computed) or False)
        maps = activations[layer].detach().float()[None].requires_grad_()  # (1, C, H, W)
        with torch.enable_grad(), _Continuation(activations, layer, maps):
            score = module(activations.input[None])[0, class_index]
            (gradient,) = torch.autograd.grad(score, maps)
        alpha = gradient[0].double().mean(dim=(1, 2))  # (C,)
        values = maps.detach()[0].double()
        return GradCam(
            layer=layer,
            class_index=class_index,
            score=float(score.detach()),
            alpha=alpha.cpu().numpy(),
            means=values.mean(dim=(1, 2)).cpu().numpy(),
            weighted=torch.einsum("c,chw->hw", alpha, values).cpu().numpy(),
        )

    return network.guarded(work)


class _Continuation(TorchFunctionMode):
    """Runs a network from one layer's maps on, so that the gradient with respect to them can be taken.

    While it is entered, a layer that does not depend on those maps gives what it gave in the recorded pass, at once;
    one that does is computed, out of place, with the weights of that pass.
    """

    def __init__(self, activations: Activations, layer: str, maps: torch.Tensor) -> None:
        super().__init__()
        self._activations, self._layer, self._maps = activations, layer, maps
        self._names = iter(activations)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        _types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401  # whatever the function gives
        """Run one function of torch, or give what is known of it."""
        kwargs = kwargs or {}
        kind = KINDS.get(getattr(func, "__name__", ""))
        if kind is None:
            return func(*args, **kwargs)
        name = next(self._names)
        if name == self._layer:
            return self._maps
        inputs = args[0] if isinstance(args[0], list | tuple) else args[:1]
        if not any(tensor.requires_grad for tensor in inputs):
            return self._activations[name].float()[None]
        if kind in (CONVOLUTION, LINEAR):
            args = (args[0], *self._activations.weights[name], *args[3:])
        if kwargs.get("inplace"):
            kwargs = {**kwargs, "inplace": False}
        return func(*args, **kwargs)


def occlusion_map(
    computed: Computed,
    class_index: int,
    size: int = 32,
    stride: int = 16,
    *,
    at_once: int | None = None,
    progress: Callable[[OcclusionMap], None] | None = None,
    cancel: Event | None = None,
) -> OcclusionMap:
    """Return how probable a class is while a grey square hides one part of the picture after another.

    With the filters that the network has when it begins; those that are edited meanwhile play no part. Other work
    with the network gets its turn between the chunks.

    Parameters
    ----------
    size, stride
        Side of the square, and its step, in pixels of the picture that the network saw.
    at_once
        How many pictures go through the network together; by default as many as take about a tenth of a second.
    progress
        Called after each chunk with the map as far as it is known.
    cancel
        Set it to stop; seen after each chunk.

    Returns
    -------
    OcclusionMap
        Not complete if it was stopped.

    Raises
    ------
    SettingError
        A `ValueError`: no such class, a square without pixels or larger than the picture, or a step without pixels.
    DeviceError
        Not enough memory even on the CPU.

    Notes
    -----
    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2.
    """
    _check_class(computed, class_index)
    height, width = computed.picture.shape[1:]
    if not 1 <= size <= min(height, width):
        raise SettingError("a patch of {size} pixels: use 1 to {limit}", size=size, limit=min(height, width))
    if not 1 <= stride <= min(height, width):
        raise SettingError("a step of {stride} pixels: use 1 to {limit}", stride=stride, limit=min(height, width))
    hiding = _Hiding(computed, class_index)
    probabilities = np.full((-(-height // stride), -(-width // stride)), np.nan)
    places = [(row, column) for row in range(probabilities.shape[0]) for column in range(probabilities.shape[1])]
    most = max(min(_MOST_PIXELS // (height * width), _MOST_AT_ONCE), 1)
    count, first = at_once or min(4, most), 0

    def so_far() -> OcclusionMap:
        unhidden = float(computed.probabilities[class_index])
        return OcclusionMap(class_index, size, stride, (height, width), unhidden, probabilities.copy())

    while first < len(places) and not (cancel is not None and cancel.is_set()):
        began = time.perf_counter()
        chunk = places[first : first + count]
        found = hiding.probabilities([_patch(size, stride, (height, width), *place) for place in chunk])
        probabilities.flat[first : first + len(chunk)] = found
        first += len(chunk)
        if progress is not None:
            progress(so_far())
        if at_once is None:
            each = (time.perf_counter() - began) / len(chunk)
            count = max(min(round(_CHUNK_SECONDS / each), 2 * count, most), 1)
        time.sleep(_PAUSE_SECONDS)
    return so_far()


class _Hiding:
    """Asks a network for a class's probability while parts of a picture are hidden."""

    def __init__(self, computed: Computed, class_index: int) -> None:
        self._network, self._class = computed.network, class_index
        self._picture = torch.from_numpy(computed.picture)
        self._normalisation = _normalisation(computed)
        self._followed: nn.Module | None = None

    def probabilities(self, patches: list[Rectangle]) -> NDArray[np.float64]:
        """Return the probability with each of some patches hidden: (N,)."""
        return self._network.guarded(lambda: self._ask(patches))

    def _ask(self, patches: list[Rectangle]) -> NDArray[np.float64]:
        if self._network.module is not self._followed:  # at first, and where the network was moved
            self._settle(self._network.module)
        pictures = self._base.repeat(len(patches), 1, 1, 1)  # (N, 3, H, W)
        for picture, patch in zip(pictures, patches, strict=True):
            rows = slice(patch.top, patch.top + patch.height)
            picture[:, rows, patch.left : patch.left + patch.width] = self._grey
        half = self._network.autocast and pictures.device.type in ("cuda", "mps")
        with torch.no_grad(), torch.autocast(pictures.device.type, torch.float16) if half else nullcontext():
            scores = self._module(pictures)  # (N, classes)
        return torch.softmax(scores.float(), dim=1)[:, self._class].double().cpu().numpy()

    def _settle(self, module: nn.Module) -> None:
        """Take the network as it is: a copy that shares the weights, so that another filter goes unnoticed."""
        shared: dict[int, Any] = {id(held): held for held in chain(module.parameters(), module.buffers())}
        self._followed, self._module = module, copy.deepcopy(module, shared)
        device = next(module.parameters()).device
        grey = torch.full((3, 1, 1), GREY)
        self._base, self._grey = (
            (picture if self._normalisation is None else self._normalisation.apply(picture)).to(device)
            for picture in (self._picture, grey)
        )


def _normalisation(computed: Computed) -> Preprocessing | None:
    return computed.network.preprocessing.normalisation if computed.preprocess else None


def _check_class(computed: Computed, class_index: int) -> None:
    count = len(computed.probabilities)
    if not 0 <= class_index < count:
        raise SettingError("there is no class {index}: use 0 to {last}", index=class_index, last=count - 1)


def _patch(size: int, stride: int, picture: tuple[int, int], row: int, column: int) -> Rectangle:
    """Return the pixels of a square around the middle of a cell, cut off at the picture's edges."""
    (top, bottom), (left, right) = (
        _span(size, place * stride, min((place + 1) * stride, end), end)
        for place, end in zip((row, column), picture, strict=True)
    )
    return Rectangle(top, left, bottom - top, right - left)


def _span(size: int, begin: int, end: int, last: int) -> tuple[int, int]:
    first = (begin + end - size) // 2
    return max(first, 0), min(first + size, last)
