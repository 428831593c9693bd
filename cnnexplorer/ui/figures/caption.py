"""The caption below a figure: its title and its facts, wrapped to the figure's width."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtGui import QAbstractTextDocumentLayout, QTextDocument, QTextOption

from cnnexplorer.ui.theme import number_font

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from cnnexplorer.ui.theme import Colours

    from .takeaway import Takeaway

MARGIN = 12
LEAST_WIDTH = 320  # pixels: a caption in a narrower column is not read
_SIZE = 12


class Caption:
    """A takeaway's title and facts, laid out in a width, in the colours of a theme."""

    def __init__(self, takeaway: Takeaway, width: int, theme: Colours) -> None:
        self._document = QTextDocument()
        self._document.setDocumentMargin(0)
        self._document.setDefaultFont(number_font(_SIZE))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._document.setDefaultTextOption(option)
        facts = "&nbsp; · ".join(
            f'<span style="color:{theme.muted}">{escape(label)}:</span> {escape(value)}'
            for label, value in takeaway.facts
        )
        head = f"<b>{escape(takeaway.title)}</b>"
        self._document.setHtml(
            f'<div style="color:{theme.text}">{head}</div><div style="color:{theme.text}">{facts}</div>'
        )
        self._document.setTextWidth(width - 2 * MARGIN)

    @property
    def height(self) -> int:
        """The height with the margins, in pixels."""
        return round(self._document.size().height()) + 2 * MARGIN

    def paint(self, painter: QPainter) -> None:
        """Paint it; the painter's origin is the upper left corner, margins included."""
        painter.save()
        painter.translate(MARGIN, MARGIN)
        self._document.documentLayout().draw(painter, QAbstractTextDocumentLayout.PaintContext())
        painter.restore()
