"""All measurements in one table: `python -m tests.benchmarks [--only NAME] [--seconds S]`."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import time
from pathlib import Path

import cv2
import numpy as np
import PySide6

NAMES = (
    "startup",
    "core",
    "conv_ui",
    "nets_ui",
    "nets_gaps",
    "nets_gpu",
    "pretraining",
    "sessions",
    "animation",
    "labs",
)


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or "unknown processor",
    )
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    window = f"DISPLAY {os.environ['DISPLAY']}" if "DISPLAY" in os.environ else "offscreen window"
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')} | {model}, {len(os.sched_getaffinity(0))} cores, load {load} | "
        f"{platform.platform()} | Python {platform.python_version()}, Qt {PySide6.__version__}, "
        f"NumPy {np.__version__}, OpenCV {cv2.__version__} | {window}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", choices=NAMES, help="measure only this")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the animation plays (60)")
    options = parser.parse_args()
    print(machine(), flush=True)
    print("\n| what | measured | to reach | reached |\n| --- | --- | --- | --- |", flush=True)
    for name in NAMES if options.only is None else (options.only,):
        module = importlib.import_module(f"{__package__}.{name}")
        found = module.rows(options.seconds) if name == "conv_ui" else module.rows()
        for row in found:
            print(f"| {row.what} | {row.measured} | {row.to_reach} | {'yes' if row.reached else 'NO'} |", flush=True)


if __name__ == "__main__":
    main()
