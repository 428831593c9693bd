"""What the marks of the chart over depth stand for: a row of names, or more where there is little room."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import number_font

from .robustness_plots import KINDS, paint_mark

if TYPE_CHECKING:
    from collections.abc import Collection

    from PySide6.QtGui import QPainter

    from cnnexplorer.ui.theme import Colours

ROW = 18  # pixels
_MARK, _GAP, _SIZE = 12, 14, 11  # pixels before a name and behind it, and of its letters


class Entry(NamedTuple):
    """A mark and its name: in which row, counted from 0, and where across, in pixels."""

    shape: str
    title: str
    row: int
    left: float
    width: float


def legend(shapes: Collection[str], left: float, right: float) -> tuple[Entry, ...]:
    """Return the names of marks in rows that begin at `left` and end before `right`, in pixels."""
    metrics = QFontMetricsF(number_font(_SIZE))
    entries: list[Entry] = []
    row, x = 0, left
    for shape, title in KINDS:
        if shape not in shapes:
            continue
        width = _MARK + metrics.horizontalAdvance(_(title)) + 2
        if x + width > right and x > left:
            row, x = row + 1, left
        entries.append(Entry(shape, _(title), row, x, width))
        x += width + _GAP
    return tuple(entries)


def rows(entries: tuple[Entry, ...]) -> int:
    """Return how many rows there are; one is kept where nothing is named."""
    return 1 + max((entry.row for entry in entries), default=0)


def paint_legend(painter: QPainter, theme: Colours, entries: tuple[Entry, ...], bottom: float) -> None:
    """Paint names, the last row just above `bottom`."""
    painter.setFont(number_font(_SIZE))
    count = rows(entries)
    for shape, title, row, left, width in entries:
        y = bottom - (count - row - 0.5) * ROW
        paint_mark(painter, shape, QPointF(left + 4, y), 3.6, theme.colour("muted"), theme.colour("panel"))
        painter.setPen(theme.colour("muted"))
        painter.drawText(QRectF(left + _MARK, y - 8, width - _MARK, 16), Qt.AlignmentFlag.AlignVCenter, title)
