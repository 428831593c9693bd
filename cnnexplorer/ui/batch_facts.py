"""What pictures of whole layers tell of themselves: captions in their files, and the lines on contact sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from cnnexplorer.core.batch import plain_notes
from cnnexplorer.core.metadata import FigureNotes

from .figures.facts import PROGRAM, program_fact, range_fact, span
from .figures.saving import pixels_of
from .language import _, language
from .widgets.painting import COLOUR_MAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.core.batch import Exhibit
    from cnnexplorer.core.contact_sheet import Colour, Letters

    from .batch_offer import BatchKind

    Fact = tuple[str, str]

_PAPER = QColor(255, 255, 255)


def describer(
    kind: BatchKind, files: tuple[Path, ...], colour_maps: Mapping[str, str], shared: bool
) -> Callable[[Exhibit], FigureNotes]:
    """Return what tells of a picture while files are written, in the language in use.

    Parameters
    ----------
    files
        The pictures that the maps are of; none for the present one.
    colour_maps
        The ids of those for "signed" and "unsigned" values.
    shared
        Whether a layer has one range of values.
    """

    def describe(exhibit: Exhibit) -> FigureNotes:
        facts = [*kind.facts(files[exhibit.picture].name if files else None), *exhibit.group.facts]
        if exhibit.unit is not None:
            facts.append((_(kind.unit), str(exhibit.unit)))
        if exhibit.plane is not None:
            facts.append((_("Plane"), str(exhibit.plane)))
        facts.append(range_fact(*exhibit.values))
        if exhibit.paint != "none":
            facts.append(_colours(exhibit, colour_maps, shared))
        facts.append(program_fact())
        return FigureNotes(plain_notes(exhibit).title, tuple(facts), language(), PROGRAM)

    return describe


def letters(font: QFont) -> Letters:
    """Return what paints lines in a font, with every letter that the system has, on any thread."""

    def paint(text: str, size: int, ink: Colour) -> NDArray[np.uint8]:
        face = QFont(font)
        face.setPixelSize(size)
        metrics = QFontMetrics(face)
        image = QImage(metrics.horizontalAdvance(text) + 2, metrics.height(), QImage.Format.Format_RGB32)
        image.fill(_PAPER)
        painter = QPainter(image)
        painter.setFont(face)
        painter.setPen(QColor(*ink))
        painter.drawText(0, metrics.ascent(), text)
        painter.end()
        return pixels_of(image)

    return paint


def _colours(exhibit: Exhibit, colour_maps: Mapping[str, str], shared: bool) -> Fact:
    """Return the line that tells the colours, and what their ends stand for."""
    if exhibit.paint == "planes":
        name = _("Red, green and blue, grey is zero")
    else:
        id_ = colour_maps.get(exhibit.paint, "grey")
        name = _(COLOUR_MAPS[id_][1])
    mode = (_("One range for a layer") if shared else _("Each its own range")).lower()
    if exhibit.limits is None:
        return _("Colours"), f"{name}, {mode}"
    return _("Colours"), _("{colours}, {span} ({range})").format(colours=name, span=span(*exhibit.limits), range=mode)
