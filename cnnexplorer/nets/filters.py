"""Changing a network's filters: replace, zero, shuffle, and back. "Trained, not programmed" can be tried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from cnnexplorer.core.messages import SettingError

from .device import is_device_failure

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FilterEditing:
    """Holds a network's weights on the CPU: the original ones, never changed, and what was put in their place."""

    module: nn.Module
    device: torch.device

    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        self._original = state
        self._edits: dict[str, torch.Tensor] = {}
        self.filters_version = 0  # one more with each edit

    def state(self) -> dict[str, torch.Tensor]:
        """Return all weights as they are now, on the CPU."""
        return {**self._original, **self._edits}

    def filters(self, layer: str) -> torch.Tensor:
        """Return a copy of a convolution's filters as they are now: (out_channels, in_channels / groups, kh, kw)."""
        return self._current(layer).clone()

    def original_filters(self, layer: str) -> torch.Tensor:
        """Return a copy of a convolution's filters as they were loaded."""
        return self._original[self._key(layer)].clone()

    def edited_layers(self) -> tuple[str, ...]:
        """Return the names of the convolutions whose filters differ from the loaded ones."""
        return tuple(key.removesuffix(".weight") for key in self._edits)

    def set_filters(self, layer: str, weights: torch.Tensor | NDArray[Any]) -> None:
        """Put other filters in the place of all of a layer's; what `filters` gave brings an earlier state back."""
        key, values = self._key(layer), torch.as_tensor(weights, dtype=torch.float32).detach().cpu().clone()
        if values.shape != self._original[key].shape:
            raise _wrong_shape(layer, tuple(values.shape), tuple(self._original[key].shape))
        if torch.equal(values, self._original[key]):
            self._edits.pop(key, None)
        else:
            self._edits[key] = values
        self._install(layer, key)

    def replace_filter(self, layer: str, index: int, kernel: torch.Tensor | NDArray[Any]) -> None:
        """Put a kernel in the place of one filter.

        Parameters
        ----------
        kernel
            (planes, kh, kw), or (kh, kw) for the same on every plane. A smaller one is put in the middle, zeros around.

        Raises
        ------
        SettingError
            A `ValueError`: no convolution of that name, no such filter, or a kernel that does not fit.
        """
        weights = self.filters(layer)
        self._check_index(layer, index, len(weights))
        weights[index] = _fitted(layer, torch.as_tensor(np.asarray(kernel), dtype=torch.float32), weights[index])
        self.set_filters(layer, weights)

    def zero_filter(self, layer: str, index: int) -> None:
        """Make all numbers of one filter zero; its bias stays."""
        weights = self.filters(layer)
        self._check_index(layer, index, len(weights))
        weights[index] = 0
        self.set_filters(layer, weights)

    def shuffle_filters(self, layer: str, seed: int = 0) -> None:
        """Shuffle the numbers inside each filter of a layer: the same numbers, without what training put into them."""
        weights = self.filters(layer)
        generator = torch.Generator().manual_seed(seed)
        flat = weights.flatten(1)
        places = torch.rand(flat.shape, generator=generator).argsort(dim=1)
        self.set_filters(layer, flat.gather(1, places).reshape(weights.shape))

    def reset(self, layer: str | None = None) -> None:
        """Bring the loaded filters back, of one convolution or of all."""
        for name in self.edited_layers() if layer is None else (layer,):
            key = self._key(name)
            if self._edits.pop(key, None) is not None:
                self._install(name, key)

    def _key(self, layer: str) -> str:
        key = f"{layer}.weight"
        if key not in self._original or self._original[key].ndim != 4:
            raise SettingError("{layer} is not a convolution: choose one that has filters", layer=layer)
        return key

    def _current(self, layer: str) -> torch.Tensor:
        key = self._key(layer)
        return self._edits.get(key, self._original[key])

    def _check_index(self, layer: str, index: int, count: int) -> None:
        if not 0 <= index < count:
            raise SettingError(
                "{layer} has no filter {index}: use 0 to {last}", layer=layer, index=index, last=count - 1
            )

    def _install(self, layer: str, key: str) -> None:
        # a new parameter, never a changed one: what recorded activations used stays as it was
        self.filters_version += 1
        part = self.module.get_submodule(layer)
        try:
            weight = self._current(layer).to(self.device)
        except Exception as error:
            if not is_device_failure(error):
                raise
            return  # the next forward pass fails too, and goes on on the CPU with all edits
        part.weight = nn.Parameter(weight, requires_grad=False)


def _fitted(layer: str, kernel: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    planes, height, width = place.shape
    if kernel.ndim == 2:
        kernel = kernel.expand(planes, -1, -1)
    fits = kernel.ndim == 3 and kernel.shape[0] == planes and kernel.shape[1] <= height and kernel.shape[2] <= width
    if not fits:
        raise _wrong_shape(layer, tuple(kernel.shape), tuple(place.shape))
    top, left = (height - kernel.shape[1]) // 2, (width - kernel.shape[2]) // 2
    values = torch.zeros_like(place)
    values[:, top : top + kernel.shape[1], left : left + kernel.shape[2]] = kernel
    return values


def _wrong_shape(layer: str, shape: tuple[int, ...], right: tuple[int, ...]) -> SettingError:
    return SettingError(
        "a kernel of shape {shape} does not fit {layer}, whose filters are {right}",
        shape="×".join(map(str, shape)),
        layer=layer,
        right="×".join(map(str, right)),
    )
