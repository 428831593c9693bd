"""Floor 2: the networks, in torch. No Qt."""

from __future__ import annotations

from .architecture import Branch, LayerInfo, read_architecture, totals
from .attribution import GradCam, OcclusionMap, grad_cam, occlusion_map
from .catalog import CATALOG, Entry
from .computed import Computed, Glimpse, Looks, compute
from .device import DeviceError, available_devices, is_out_of_memory
from .download import DownloadCancelled, DownloadError, download_file, remote_size
from .lecture import LectureRow, LectureTotals, lecture_table, lecture_totals
from .mosaic import MapStats, Mosaic, filter_pictures, make_mosaic
from .network import Activations, Guess, Network
from .number import Arithmetic, explain
from .perturbation import Perturbation
from .preprocessing import Preprocessing
from .receptive import ReceptiveField, receptive_rectangle
from .robustness import Comparison, LayerChange, compare_activations, compare_units
from .state_files import WeightsError
from .weights import has_bundled_weights, imagenet_file, imagenet_url, load_network, sha256_prefix

__all__ = [
    "CATALOG",
    "Activations",
    "Arithmetic",
    "Branch",
    "Comparison",
    "Computed",
    "DeviceError",
    "DownloadCancelled",
    "DownloadError",
    "Entry",
    "Glimpse",
    "GradCam",
    "Guess",
    "LayerChange",
    "LayerInfo",
    "LectureRow",
    "LectureTotals",
    "Looks",
    "MapStats",
    "Mosaic",
    "Network",
    "OcclusionMap",
    "Perturbation",
    "Preprocessing",
    "ReceptiveField",
    "WeightsError",
    "available_devices",
    "compare_activations",
    "compare_units",
    "compute",
    "download_file",
    "explain",
    "filter_pictures",
    "grad_cam",
    "has_bundled_weights",
    "imagenet_file",
    "imagenet_url",
    "is_out_of_memory",
    "lecture_table",
    "lecture_totals",
    "load_network",
    "make_mosaic",
    "occlusion_map",
    "read_architecture",
    "receptive_rectangle",
    "remote_size",
    "sha256_prefix",
    "totals",
]
