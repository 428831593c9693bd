"""The widgets that a figure is made of, in the order in which they are painted."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPalette, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QSplitterHandle, QToolButton, QWidget

from cnnexplorer.ui.theme import LIGHT, colours, palette

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QBrush, QPainter

SCREEN_ONLY = (QToolButton, QScrollBar, QSplitterHandle)  # what the window needs and a figure does not
_ALONE = QWidget.RenderFlag(0)  # without children


@dataclass(frozen=True)
class Part:
    """A part of a figure.

    Attributes
    ----------
    origin
        Where its upper left corner lies in the figure.
    seen
        Which part of it is seen, in its own pixels; nothing is to be painted beside it.
    paint
        Paints it where the painter's origin is.
    """

    origin: QPoint
    seen: QRect
    paint: Callable[[QPainter], None]


def find_widgets(root: QWidget, buttons: bool) -> list[tuple[QWidget, QPoint, QRect]]:
    """Return a widget and all that is seen in it: where each lies, and which part of it is seen.

    Parameters
    ----------
    buttons
        Whether small buttons, scroll bars and the handles between columns belong to it: they do on a picture of the
        window, not in the figure of one view.
    """
    found: list[tuple[QWidget, QPoint, QRect]] = []

    def collect(widget: QWidget, origin: QPoint, area: QRect) -> None:
        seen = area & widget.rect().translated(origin)
        if seen.isEmpty():
            return
        found.append((widget, origin, seen.translated(-origin)))
        for child in widget.children():
            if not isinstance(child, QWidget) or child.isWindow() or child.isHidden():
                continue
            if buttons or not isinstance(child, SCREEN_ONLY):
                collect(child, origin + child.pos(), seen)

    collect(root, QPoint(0, 0), root.rect())
    return found


def paint_alone(widget: QWidget, seen: QRect, painter: QPainter) -> None:
    """Paint a part of a widget without its children, where the painter's origin is."""
    widget.render(painter, seen.topLeft(), QRegion(seen), _ALONE)


def find_parts(root: QWidget, buttons: bool, place: QPoint) -> list[Part]:
    """Return the parts of a widget that lies at a place in the figure."""
    return [
        Part(origin + place, seen, partial(paint_alone, widget, seen))
        for widget, origin, seen in find_widgets(root, buttons)
    ]


def ground_of(widget: QWidget) -> QBrush:
    """Return what is seen behind a widget."""
    found: QWidget | None = widget
    while found is not None:
        if found.autoFillBackground() or found.isWindow():
            return found.palette().brush(found.backgroundRole())
        found = found.parentWidget()
    return widget.palette().window()


@contextmanager
def without_grounds(root: QWidget) -> Iterator[None]:
    """Let no widget in a widget fill its ground inside the `with` block."""
    attribute = Qt.WidgetAttribute.WA_NoSystemBackground
    with ExitStack() as stack:
        for widget in (root, *root.findChildren(QWidget)):
            if widget.autoFillBackground() and not widget.testAttribute(attribute):
                widget.setAttribute(attribute, True)
                stack.callback(widget.setAttribute, attribute, False)
        yield


@contextmanager
def dark_ink(root: QWidget) -> Iterator[None]:
    """Let a widget and all in it take the light theme inside the `with` block: what has no ground is put onto white."""
    outer = root.parentWidget()
    if isinstance(outer, QAbstractScrollArea) and outer.viewport() is root:
        root = outer  # which paints on it
    if colours(root) is LIGHT:
        yield
        return
    before = root.palette() if root.testAttribute(Qt.WidgetAttribute.WA_SetPalette) else QPalette()
    root.setPalette(palette(LIGHT))
    try:
        yield
    finally:
        root.setPalette(before)
