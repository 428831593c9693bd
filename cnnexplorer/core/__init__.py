"""Floor 1: the arithmetic of a convolutional network on frozen values. No Qt, no torch.

Shapes follow torch: channels first, (C, H, W); convolution weights are (out_channels, in_channels / groups, kh, kw);
float64 throughout.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .experiment import Experiment, Result, Stats, map_stats, receptive_field, run, source_rectangles
from .geometry import Rectangle, output_size, unvisited, window_reach
from .messages import DataError, ImageError, NumberError, SaveError, SessionError, SettingError, UserError
from .numbers import format_matrix, format_number, parse_matrix, parse_number
from .stages import ACTIVATIONS, Activation, Convolution, Flatten, Pooling, Stage
from .steps import Step, activation_formula, step_at, step_count, step_index

if TYPE_CHECKING:
    from .data_reading import read_array
    from .images import image_from_pixels, inspect_image, load_image
    from .session import load_session, save_session, session_bytes, session_from_bytes
    from .session_model import LookState, PerturbationState, ShownChannel, ViewState
    from .session_pages import PagesState
    from .session_state import FilterEdit, NetworkState, Session

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Convolution",
    "DataError",
    "Experiment",
    "FilterEdit",
    "Flatten",
    "ImageError",
    "LookState",
    "NetworkState",
    "NumberError",
    "PagesState",
    "PerturbationState",
    "Pooling",
    "Rectangle",
    "Result",
    "SaveError",
    "Session",
    "SessionError",
    "SettingError",
    "ShownChannel",
    "Stage",
    "Stats",
    "Step",
    "UserError",
    "ViewState",
    "activation_formula",
    "format_matrix",
    "format_number",
    "image_from_pixels",
    "inspect_image",
    "load_image",
    "load_session",
    "map_stats",
    "output_size",
    "parse_matrix",
    "parse_number",
    "read_array",
    "receptive_field",
    "run",
    "save_session",
    "session_bytes",
    "session_from_bytes",
    "source_rectangles",
    "step_at",
    "step_count",
    "step_index",
    "unvisited",
    "window_reach",
]

# loaded when first asked for: the image formats alone would make up a tenth of the time to the first window
_LATER = {
    "data_reading": ("read_array",),
    "images": ("image_from_pixels", "inspect_image", "load_image"),
    "session": ("load_session", "save_session", "session_bytes", "session_from_bytes"),
    "session_model": ("LookState", "PerturbationState", "ShownChannel", "ViewState"),
    "session_pages": ("PagesState",),
    "session_state": ("FilterEdit", "NetworkState", "Session"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the module holds
    """Load the module of a name that is seldom needed at the start."""
    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
