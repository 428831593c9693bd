"""The whole network at a glance: of each layer the strongest maps, small, made on the device and brought over once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch.nn import functional

from .mosaic import BACKGROUND, HIGHEST, LOWEST, MIDDLE
from .tracing import BATCH_NORM, CONVOLUTION, DROPOUT, LINEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .architecture import LayerInfo
    from .computed import Computed
    from .network import Guess

Measure = Literal["maximum", "mean"]

LARGEST_SIDE = 64
_SIGNED = (CONVOLUTION, BATCH_NORM, LINEAR)


@dataclass(frozen=True, eq=False)
class LayerGlance:
    """A layer at a glance.

    Attributes
    ----------
    units
        The strongest, the strongest first.
    strengths
        What they were chosen by, in the same order, float32; of a vector the values themselves.
    levels
        Of maps: their pictures, uint8 (units, height, width), from 1 to 255 as in a `Mosaic`. Each map reaches to its
        own largest value: from -reach to reach with zero at 128 where the layer is `signed`, else from zero at 1.
        Of a vector: one level a unit, uint8 (N,), with one reach for all.
    values
        All values of a vector, float32 (N,); None of maps.
    """

    layer: LayerInfo
    signed: bool
    units: tuple[int, ...]
    strengths: NDArray[np.float32]
    levels: NDArray[np.uint8]
    values: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Overview:
    """A network's look at a picture in small: what it saw, each layer but dropout, and its answer."""

    picture: NDArray[np.float32]
    layers: tuple[LayerGlance, ...]
    guesses: tuple[Guess, ...]
    measure: Measure


def shown_layers(layers: Sequence[LayerInfo]) -> tuple[LayerInfo, ...]:
    """Return the layers that an overview shows: all but dropout, which does nothing once a network is trained."""
    return tuple(layer for layer in layers if layer.kind != DROPOUT)


def is_signed(layer: LayerInfo) -> bool:
    """Tell whether a layer's values may lie below zero: weighted sums do, what comes behind their ReLU does not."""
    return layer.kind in _SIGNED


def is_vector(layer: LayerInfo) -> bool:
    """Tell whether a layer gives single values, not maps; maps of one value each are such, too."""
    return math.prod(layer.output_shape[1:]) == 1


def branch_count(count: int) -> int:
    """Return how many maps are shown of a layer in a branch, where there are `count` of the others.

    >>> branch_count(4), branch_count(8)
    (1, 2)
    """
    return max(count // 4, 1)


def overview(computed: Computed, count: int = 4, measure: Measure = "maximum") -> Overview:
    """Return the strongest maps of each layer, scaled down by area to at most 64 pixels, and the vectors.

    Parameters
    ----------
    count
        How many maps of each layer; of those in branches fewer, see `branch_count`.
    measure
        A map's strength: its highest value, or the mean of its values.
    """
    layers = shown_layers(computed.activations.layers)
    of_maps = [layer for layer in layers if not is_vector(layer)]
    of_vectors = [layer for layer in layers if is_vector(layer)]
    outputs = [computed.activations[layer.name] for layer in of_maps]
    wanted = [_wanted(layer, count) for layer in of_maps]
    units, strengths = _strongest(outputs, max(wanted, default=1), measure)
    picked = [
        output.index_select(0, units[row, :number])
        for row, (output, number) in enumerate(zip(outputs, wanted, strict=True))
    ]
    pictures, places = _pictures(picked, [is_signed(layer) for layer in of_maps])
    vectors = [computed.activations[layer.name].flatten().float() for layer in of_vectors]
    brought = _brought([units, strengths, *pictures, *vectors])
    found, strength, drawn = brought[0], brought[1], brought[2 : 2 + len(pictures)]
    glances = {
        layer.name: LayerGlance(
            layer,
            is_signed(layer),
            tuple(found[row, :number].tolist()),
            strength[row, :number],
            drawn[group][start : start + number],
        )
        for row, (layer, number, (group, start)) in enumerate(zip(of_maps, wanted, places, strict=True))
    }
    glances |= {
        layer.name: _vector(layer, values, count)
        for layer, values in zip(of_vectors, brought[2 + len(pictures) :], strict=True)
    }
    return Overview(computed.picture, tuple(glances[layer.name] for layer in layers), computed.guesses, measure)


def _wanted(layer: LayerInfo, count: int) -> int:
    inside = layer.branch is not None and layer.branch.number is not None
    return min(branch_count(count) if inside else count, layer.output_shape[0])


def _strongest(outputs: Sequence[torch.Tensor], most: int, measure: Measure) -> tuple[torch.Tensor, torch.Tensor]:
    """Return each layer's strongest units, int64 (layers, most), and their strengths, float32; all sorted at once."""
    if not outputs:
        return torch.zeros((0, most), dtype=torch.int64), torch.zeros((0, most))
    by_layer = [output.flatten(1).amax(1) if measure == "maximum" else output.flatten(1).mean(1) for output in outputs]
    lowest = torch.finfo(torch.float32).min
    known = torch.cat(by_layer).float().nan_to_num_(nan=lowest, posinf=math.inf, neginf=lowest)
    # the padding is lower than all: where a layer has fewer units than are asked for it comes last
    rows = list(torch.split(known, [len(strengths) for strengths in by_layer]))
    table = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-math.inf)  # (layers, most units)
    strengths, units = table.topk(most, dim=1)
    return units, strengths


def _pictures(
    picked: Sequence[torch.Tensor], signed: Sequence[bool]
) -> tuple[list[torch.Tensor], list[tuple[int, int]]]:
    """Return maps as levels, those of the same size together, and where each layer's begin: (group, index)."""
    groups: dict[tuple[int, int, bool], list[torch.Tensor]] = {}
    places = []
    for maps, sign in zip(picked, signed, strict=True):
        group = groups.setdefault((maps.shape[1], maps.shape[2], sign), [])
        places.append((list(groups).index((maps.shape[1], maps.shape[2], sign)), sum(len(other) for other in group)))
        group.append(maps)
    return [_levels(torch.cat(maps).float(), sign) for (_height, _width, sign), maps in groups.items()], places


def _levels(maps: torch.Tensor, signed: bool) -> torch.Tensor:
    """Return maps (n, H, W) as levels, scaled down by area: uint8."""
    factor = -(-max(maps.shape[1:]) // LARGEST_SIDE)
    if factor > 1:
        maps = functional.avg_pool2d(maps[None], factor, ceil_mode=True)[0]
    reach = maps.nan_to_num(nan=0.0, posinf=0.0, neginf=0.0).abs().amax(dim=(1, 2), keepdim=True)
    base, span = (MIDDLE, HIGHEST - MIDDLE) if signed else (LOWEST, HIGHEST - LOWEST)
    scaled = maps / torch.where(reach > 0, reach, 1.0) * span + (base + 0.5)  # rounded by cutting off
    return scaled.clamp_(LOWEST, HIGHEST + 0.5).nan_to_num_(nan=BACKGROUND).to(torch.uint8)


def _brought(tensors: Sequence[torch.Tensor]) -> list[NDArray[Any]]:
    """Return tensors as arrays, carried over from the device together."""
    packed = torch.cat([tensor.contiguous().view(-1).view(torch.uint8) for tensor in tensors]).cpu().numpy()
    arrays: list[NDArray[Any]] = []
    begin = 0
    for tensor in tensors:
        end = begin + tensor.numel() * tensor.element_size()
        dtype = {torch.uint8: np.uint8, torch.int64: np.int64, torch.float32: np.float32}[tensor.dtype]
        # copied: what is packed before it may leave it at an odd address
        arrays.append(np.frombuffer(packed[begin:end].tobytes(), dtype=dtype).reshape(tensor.shape))
        begin = end
    return arrays


def _vector(layer: LayerInfo, values: NDArray[np.float32], count: int) -> LayerGlance:
    signed = is_signed(layer)
    known = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    reach = float(np.abs(known).max()) or 1.0
    base, span = (MIDDLE, HIGHEST - MIDDLE) if signed else (LOWEST, HIGHEST - LOWEST)
    levels = np.floor(np.clip(values / reach * span + (base + 0.5), LOWEST, HIGHEST))
    levels[np.isnan(levels)] = BACKGROUND
    number = min(count, len(values))
    best = np.argpartition(-known, number - 1)[:number]
    units = best[np.lexsort((best, -known[best]))]
    return LayerGlance(layer, signed, tuple(units.tolist()), values[units], levels.astype(np.uint8), values)
