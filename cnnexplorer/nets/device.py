"""Where a network computes, and what to do when that place fails."""

from __future__ import annotations

import re

import torch

from cnnexplorer.core.messages import SettingError, UserError

_LOST = re.compile(r"CUDA|cuDNN|CUBLAS|cublas|HIP error|MPS|Metal|NVIDIA|driver", re.IGNORECASE)
_NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory|alloc_cpu", re.IGNORECASE)


class DeviceError(UserError):
    """Trouble with the place of computing: the work went on elsewhere, or there is not enough memory at all."""


def available_devices() -> tuple[str, ...]:
    """Return the devices of this machine, the fastest first; "cpu" is always there."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def choose_device(name: str | torch.device = "auto") -> tuple[torch.device, DeviceError | None]:
    """Return the device to use, and a notice where it is not the one that was asked for.

    Raises
    ------
    SettingError
        A `ValueError`: no such kind of device.

    Examples
    --------
    >>> choose_device("cpu")
    (device(type='cpu'), None)
    """
    available = available_devices()
    if name == "auto":
        return torch.device(available[0]), None
    try:
        device = torch.device(name)
    except RuntimeError:
        raise SettingError("there is no device “{name}”: use auto, cpu, cuda or mps", name=name) from None
    if device.type in ("cuda", "mps") and device.type not in available:
        return torch.device("cpu"), DeviceError(
            "this machine has no device “{name}” that torch can use: the CPU is used", name=device.type
        )
    if device.type == "cuda":
        _compute_in_float32()
    return device, None


def _compute_in_float32() -> None:
    """Keep float32 products at float32: Nvidia's TF32 would leave 10 bits of them, and the sums would not agree."""
    torch.backends.cudnn.conv.fp32_precision = "ieee"  # type: ignore[attr-defined]
    torch.backends.cuda.matmul.fp32_precision = "ieee"


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether memory ran out: on the CPU torch raises a plain RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and _NO_MEMORY.search(str(error)) is not None
    )


def is_device_failure(error: BaseException) -> bool:
    """Tell whether the device failed (memory, lost, an operation that it lacks) and not the program."""
    return (
        is_out_of_memory(error)
        or isinstance(error, NotImplementedError | torch.AcceleratorError)
        or (isinstance(error, RuntimeError) and _LOST.search(str(error)) is not None)
    )


def failure_notice(error: BaseException, device: torch.device) -> DeviceError:
    """Return the sentence for the user when the work goes on on the CPU."""
    if is_out_of_memory(error):
        return DeviceError("the memory of the device {device} is used up: the CPU goes on", device=device.type)
    if isinstance(error, NotImplementedError):
        return DeviceError(
            "the device {device} lacks an operation of this network: the CPU goes on", device=device.type
        )
    return DeviceError(
        "the device {device} does not answer any more: the CPU goes on; start the program anew to use it again",
        device=device.type,
    )
