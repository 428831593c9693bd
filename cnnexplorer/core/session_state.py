"""What a session holds, as frozen values."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from .messages import SettingError
from .session_model import PerturbationState, ViewState
from .session_pages import PagesState
from .stages import frozen_array, same_fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .experiment import Experiment


@dataclass(frozen=True, eq=False)
class FilterEdit:
    """Filters of a network's layer that were changed by hand: their numbers in the layer, and their weights.

    `weights` is (len(filters), in_channels / groups, kh, kw), float32.
    """

    layer: str
    filters: tuple[int, ...]
    weights: NDArray[np.float32]

    def __post_init__(self) -> None:
        weights = np.array(self.weights, np.float32)
        if weights.ndim != 4 or len(weights) != len(self.filters) or 0 in weights.shape:
            raise SettingError(
                "weights of shape {shape} are not those of {count} filters: give (filters, in_channels, height, width)",
                shape=weights.shape,
                count=len(self.filters),
            )
        if not np.isfinite(weights).all():
            raise SettingError("a weight of {layer} is no finite number: type another", layer=self.layer)
        weights.flags.writeable = False
        object.__setattr__(self, "weights", weights)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FilterEdit)
            and (self.layer, self.filters, self.weights.shape) == (other.layer, other.filters, other.weights.shape)
            and self.weights.tobytes() == other.weights.tobytes()
        )

    __hash__ = None  # type: ignore[assignment]  # holds an array


@dataclass(frozen=True, eq=False)
class NetworkState:
    """What the Network workspace shows.

    Attributes
    ----------
    id
        The network's, in the catalogue.
    weights
        "bundled", "imagenet", "random" (drawn from `seed`), or "file": then `weights_file` is its name without its
        folder and `weights_sha256` its hash; the weights themselves are not in a session.
    input_size
        Height and width that the network was made for; None for its own.
    side
        Of the square that the network looks at, in pixels; None for its own.
    preprocess
        Whether the picture is resized, cropped and normalised as the weights expect.
    page, layer, unit, row, column
        What is looked at.
    picture, title
        (1 or 3, H, W) with values from 0 to 1, and its name.
    perturbation
        What is done to the picture first.
    asked_class
        The class that is asked about; None for the network's own answer.
    edits
        Filters that were changed by hand.
    pages
        What each page is set to.
    """

    id: str
    picture: NDArray[np.float64]
    title: str = ""
    weights: Literal["bundled", "imagenet", "random", "file"] = "bundled"
    weights_file: str = ""
    weights_sha256: str = ""
    seed: int = 0
    input_size: tuple[int, int] | None = None
    side: int | None = None
    preprocess: bool = True
    page: str = "overview"
    layer: str = ""
    unit: int = 0
    row: int | None = None
    column: int | None = None
    perturbation: PerturbationState = field(default_factory=PerturbationState)
    asked_class: int | None = None
    edits: tuple[FilterEdit, ...] = ()
    pages: PagesState = field(default_factory=PagesState)

    def __post_init__(self) -> None:
        picture = frozen_array(self.picture)
        if picture.ndim != 3 or len(picture) not in (1, 3) or 0 in picture.shape:
            raise SettingError(
                "an array of shape {shape} is no picture: give (channels, height, width), with 1 or 3 channels",
                shape=picture.shape,
            )
        object.__setattr__(self, "picture", picture)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NetworkState) and same_fields(self, other)

    __hash__ = None  # type: ignore[assignment]  # holds an array


@dataclass(frozen=True)
class Session:
    """An experiment, the step that is shown, how it is shown, and what the Network workspace shows.

    `step` is (stage, index), or None where no stage has steps.

    Raises
    ------
    SettingError
        A `ValueError`: a step that the experiment does not have.
    """

    experiment: Experiment
    step: tuple[int, int] | None = None
    view: ViewState = field(default_factory=ViewState)
    network: NetworkState | None = None

    def __post_init__(self) -> None:
        if self.step is None:
            return
        stage, index = self.step
        shapes = self.experiment.shapes
        if not (0 <= stage < len(shapes) and 0 <= index < math.prod(shapes[stage])):
            raise SettingError(
                "there is no step {index} in stage {stage}: use a step that is", index=index, stage=stage
            )

    __hash__ = None  # type: ignore[assignment]  # holds arrays
