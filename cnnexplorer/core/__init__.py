"""Floor 1: the arithmetic of a convolutional network on frozen values. No Qt, no torch.

Shapes follow torch: channels first, (C, H, W); convolution weights are (out_channels, in_channels / groups, kh, kw);
float64 throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .experiment import Experiment, Result, Stats, map_stats, receptive_field, run, source_rectangles
from .geometry import Rectangle, output_size, unvisited, window_reach
from .messages import DataError, ImageError, NumberError, SaveError, SettingError, UserError
from .numbers import format_matrix, format_number, parse_matrix, parse_number
from .stages import ACTIVATIONS, Activation, Convolution, Flatten, Pooling, Stage
from .steps import Step, activation_formula, step_at, step_count, step_index

if TYPE_CHECKING:
    from .data_reading import read_array
    from .images import image_from_pixels, inspect_image, load_image

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Convolution",
    "DataError",
    "Experiment",
    "Flatten",
    "ImageError",
    "NumberError",
    "Pooling",
    "Rectangle",
    "Result",
    "SaveError",
    "SettingError",
    "Stage",
    "Stats",
    "Step",
    "UserError",
    "activation_formula",
    "format_matrix",
    "format_number",
    "image_from_pixels",
    "inspect_image",
    "load_image",
    "map_stats",
    "output_size",
    "parse_matrix",
    "parse_number",
    "read_array",
    "receptive_field",
    "run",
    "source_rectangles",
    "step_at",
    "step_count",
    "step_index",
    "unvisited",
    "window_reach",
]

_IMAGES = ("image_from_pixels", "inspect_image", "load_image")


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the module holds
    """Load the image formats when first asked for: they would make up a tenth of the time to the first window."""
    if name in _IMAGES:
        from . import images

        return getattr(images, name)
    if name == "read_array":
        from .data_reading import read_array

        return read_array
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
