"""Independent readers of figures: Poppler and librsvg, as Debian has them."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def run(*command: object) -> bytes:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=60).stdout


def opened(data: bytes) -> NDArray[np.int64]:
    """Return a PNG's pixels as (H, W, 4)."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA")).astype(np.int64)


def drawn_svg(path: Path, scale: int) -> NDArray[np.int64]:
    return opened(run("rsvg-convert", "--zoom", scale, path))


def drawn_pdf(path: Path, scale: int) -> NDArray[np.int64]:
    return opened(run("pdftoppm", "-r", 96 * scale, "-png", "-singlefile", path))


def pdf_text(path: Path) -> str:
    return run("pdftotext", "-layout", path, "-").decode()


def pdf_fonts(path: Path) -> list[list[str]]:
    """Return a line of words for each font of a PDF."""
    return [line.split() for line in run("pdffonts", path).decode().splitlines()[2:]]


def differing(one: NDArray[np.int64], other: NDArray[np.int64], tolerance: int = 40) -> float:
    """Return the share of pixels that differ by more than the tolerance in any colour."""
    assert one.shape[:2] == other.shape[:2], (one.shape, other.shape)
    return float((np.abs(one[..., :3] - other[..., :3]).max(axis=-1) > tolerance).mean())
