"""One look of a network at a picture: what it saw, what its layers made of that, and what it answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

from .perturbation import Perturbation

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from .network import Activations, Guess, Network


@dataclass(frozen=True, eq=False)
class Computed:
    """What a network made of a picture.

    Attributes
    ----------
    picture
        What the network saw before it was normalised, float32, (3, height, width) with values from 0 to 1.
    clean_picture
        The same without the perturbation; the same object where nothing is perturbed.
    activations
        Of the picture.
    clean
        Of the picture without the perturbation; the same object where nothing is perturbed.
    perturbation
        What was done to the picture.
    probabilities
        The softmax of the last layer, float32: (N,).
    guesses
        The five most probable classes.
    filters_version
        Which state of the network's filters was used.
    milliseconds
        How long it took.
    preprocess
        Whether the picture was normalised before the first layer read it.
    """

    network: Network
    picture: NDArray[np.float32]
    clean_picture: NDArray[np.float32]
    activations: Activations
    clean: Activations
    perturbation: Perturbation
    probabilities: NDArray[np.float32]
    guesses: tuple[Guess, ...]
    filters_version: int
    milliseconds: float
    preprocess: bool = True


class Looks(Protocol):
    """What has activations of a picture, and of it without a perturbation: a `Computed`, or a `Glimpse`."""

    @property
    def activations(self) -> Activations:
        """Of what the network saw."""
        ...

    @property
    def clean(self) -> Activations:
        """Of the picture without the perturbation."""
        ...


@dataclass(frozen=True, eq=False)
class Glimpse:
    """The first layers' activations of an undisturbed picture, while the others are still being computed."""

    activations: Activations

    @property
    def clean(self) -> Activations:
        """The same: nothing is perturbed."""
        return self.activations


def compute(
    network: Network,
    image: torch.Tensor | NDArray[Any],
    perturbation: Perturbation | None = None,
    preprocess: bool = True,
    clean: Activations | None = None,
    watch: tuple[str, Callable[[Glimpse], None]] | None = None,
) -> Computed:
    """Return what a network makes of a picture, (3, H, W) or (1, H, W) with values from 0 to 1.

    Parameters
    ----------
    preprocess
        False to give the picture to the network as it is: not resized, cropped or normalised.
    clean
        Activations of the same picture unperturbed, if they are at hand.
    watch
        A layer's name, and what is called with the activations up to it as soon as they are there, see
        `Network.activations`; of undisturbed pictures only.

    Raises
    ------
    SettingError
        A `ValueError`: the image has a wrong shape, or is too small.
    DeviceError
        Not enough memory even on the CPU.
    """
    perturbation = perturbation or Perturbation()
    normalisation = network.preprocessing.normalisation if preprocess else False

    def work() -> Computed:
        began = time.perf_counter()
        version = network.filters_version
        picture = network.picture(image, preprocess)
        seen = perturbation.apply(picture)
        glimpse = None
        if watch is not None and perturbation.is_neutral:
            glimpse = watch[0], lambda activations: watch[1](Glimpse(activations))
        activations = network.activations(seen, normalisation, glimpse)
        original = activations
        if not perturbation.is_neutral:
            original = clean if _fits(clean, activations) else network.activations(picture, normalisation)
        probabilities = activations.probabilities.cpu()
        shown = seen.cpu().numpy()
        return Computed(
            network=network,
            picture=shown,
            clean_picture=shown if seen is picture else picture.cpu().numpy(),
            activations=activations,
            clean=original,
            perturbation=perturbation,
            probabilities=probabilities.numpy(),
            guesses=network.top_k(probabilities),
            filters_version=version,
            milliseconds=1000 * (time.perf_counter() - began),
            preprocess=preprocess,
        )

    return network.guarded(work)


def _fits(clean: Activations | None, activations: Activations) -> TypeGuard[Activations]:
    """Tell whether activations are at hand, and on the same device and of the same size as others."""
    return clean is not None and clean.device == activations.device and clean.input.shape == activations.input.shape
