"""What of a network can be saved a whole layer at once: its maps, of one picture or of many, and its filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnexplorer.core.batch import Group
from cnnexplorer.core.images import load_image

from .computed import compute
from .device import DeviceError
from .tracing import CONVOLUTION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from .architecture import LayerInfo
    from .computed import Computed
    from .network import Network
    from .perturbation import Perturbation

    Array = NDArray[Any]
    Reader = Callable[[Group], Array]

FILTERS = "_filters"  # behind a layer's name, so that its maps and filters can lie in one folder
_LARGEST_SIDE = 1024  # larger pictures are scaled down, as on screen


def map_groups(layers: Sequence[LayerInfo], titles: Mapping[str, str] | None = None) -> tuple[Group, ...]:
    """Return what is saved of layers' outputs.

    The values of a layer without maps belong together.

    Parameters
    ----------
    titles
        What a layer is called above a contact sheet, by its name.

    Examples
    --------
    >>> from cnnexplorer.nets import read_architecture
    >>> groups = map_groups(read_architecture("alexnet2012"))
    >>> [(group.name, group.count, group.shape) for group in (groups[0], groups[-1])]
    [('conv1', 96, (55, 55)), ('fc8', 1, (1000,))]
    """
    found = []
    for layer in layers:
        flat = len(layer.output_shape) == 1
        count, shape = (1, layer.output_shape) if flat else (layer.output_shape[0], layer.output_shape[1:])
        title = (titles or {}).get(layer.name, layer.label)
        found.append(Group(layer.label, title, count, shape))
    return tuple(found)


def filter_groups(layers: Sequence[LayerInfo], titles: Mapping[str, str] | None = None) -> tuple[Group, ...]:
    """Return what is saved of the filters of those layers that are convolutions.

    >>> from cnnexplorer.nets import read_architecture
    >>> filter_groups(read_architecture("alexnet2012"))[0].shape
    (3, 11, 11)
    """
    found = []
    for layer in layers:
        if layer.kind == CONVOLUTION and layer.kernel_size is not None:
            planes = layer.input_shape[0] // layer.groups
            title = (titles or {}).get(layer.name, layer.label)
            count = layer.output_shape[0]
            found.append(
                Group(layer.label + FILTERS, title, count, (planes, *layer.kernel_size), colour=not layer.inputs)
            )
    return tuple(found)


@dataclass(frozen=True, eq=False)
class LayerReader:
    """Reads layers' maps, or filters, for the files of a batch.

    Attributes
    ----------
    names
        The layers' names by those of their groups.
    files
        The pictures that are looked at; empty for the one that was looked at last.
    computed
        What the network made of that one.
    perturbation, preprocess
        What is done to pictures first.
    """

    network: Network
    names: Mapping[str, str]
    files: tuple[Path, ...] = ()
    computed: Computed | None = None
    perturbation: Perturbation | None = None
    preprocess: bool = True

    def open(self, index: int) -> Reader:
        """Return what reads the groups of a picture.

        Raises
        ------
        ImageError
            The file is no picture.
        SettingError, DeviceError
            The network cannot look at it.
        """
        computed = self.computed
        if self.files:
            image = load_image(self.files[index], max_side=_LARGEST_SIDE)
            computed = compute(self.network, image, self.perturbation, self.preprocess)

        def read(group: Group) -> Array:
            name = self.names[group.name]
            if group.name.endswith(FILTERS):
                return self.network.filters(name).numpy()
            assert computed is not None, "maps of no picture"
            values = self._brought(computed.activations[name])
            return values[np.newaxis] if values.ndim == 1 else values

        return read

    def _brought(self, values: torch.Tensor) -> Array:
        """Return values as an array, float32."""
        try:
            return values.detach().float().cpu().numpy()
        except RuntimeError as error:
            if self.network.give_up(error):
                raise DeviceError(
                    "the device failed while maps were read from it: save them again, the CPU computes from now on"
                ) from error
            raise
