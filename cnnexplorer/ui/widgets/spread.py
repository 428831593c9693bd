"""Scroll areas that for a moment are as large as what they show, to be painted as a whole."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QAbstractScrollArea

ASPECT = 4 / 3  # width to height of a picture of all that there is


@contextmanager
def spread_out(area: QAbstractScrollArea, size: QSize) -> Iterator[None]:
    """Give a scroll area a size and no bars inside the `with` block; nothing is seen of it on the screen."""
    before = area.size(), area.verticalScrollBarPolicy(), area.horizontalScrollBarPolicy()
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.resize(size)
    try:
        yield
    finally:
        area.setVerticalScrollBarPolicy(before[1])
        area.setHorizontalScrollBarPolicy(before[2])
        area.resize(before[0])
