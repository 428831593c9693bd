"""The student's report on pages of A4, to be read or printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE_WIDTH = 480  # pixels, 96 an inch
_MARGIN = 18.0  # millimetres around a page
_FOOT = 0.04  # of a page's height, for its number
_TEXT, _CELL = 10.0, 8.5  # points
_LINES = 20.0  # dots of the file, 1200 an inch
# a report holds its pictures itself: whatever else a page may name is not read
_FOREIGN = re.compile(r"<img(?![^>]* src=\"data:image/)[^>]*>", re.IGNORECASE)
_WHOLE = QTextLength(QTextLength.Type.PercentageLength, 100)


def pdf_of(page: str, title: str) -> bytes:
    """Return a report's page as PDF, on A4. May be called off the GUI thread.

    Parameters
    ----------
    page
        HTML, as `report_html` makes it to be printed.
    title
        What the file says that it is called.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    margins = QMarginsF(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
        )
    )
    writer.setTitle(title)
    writer.setCreator("CNN Explorer")
    _paint(_document(page, writer), writer)
    buffer.close()
    return bytes(data.data())


class _Page(QTextDocument):
    """A report's page, which holds its pictures itself: whatever else it may name is not read."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        url = QUrl(name)
        if url.scheme() == "data":
            return super().loadResource(kind, url)
        empty = QImage(1, 1, QImage.Format.Format_ARGB32)  # where there is none, Qt looks for a file itself
        empty.fill(Qt.GlobalColor.transparent)
        return empty


def _document(page: str, writer: QPdfWriter) -> QTextDocument:
    document = _Page()
    document.documentLayout().setPaintDevice(writer)
    font = QFont(document.defaultFont())
    font.setPointSizeF(_TEXT)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    page = _FOREIGN.sub("", page)
    document.setHtml(page.replace('<img src="data:', f'<img width="{PICTURE_WIDTH}" src="data:'))
    for table in _tables(document):
        _lay_out(table)
    document.setPageSize(QSizeF(writer.width(), writer.height() * (1 - _FOOT)))
    _keep_headings(document)
    return document


def _tables(document: QTextDocument) -> Iterator[QTextTable]:
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            yield frame


def _lay_out(table: QTextTable) -> None:
    """Let a table begin where the text does; one of many columns takes the whole width, and repeats its heads."""
    form = table.format()
    form.setMargin(0)
    if table.columns() > 2:
        form.setWidth(_WHOLE)
        form.setHeaderRowCount(1)
        small = QTextCharFormat()
        small.setFontPointSize(_CELL)
        for row in range(table.rows()):
            for column in range(table.columns()):
                cell = table.cellAt(row, column)
                cursor = cell.firstCursorPosition()
                cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(small)
    table.setFormat(form)


def _keep_headings(document: QTextDocument) -> None:
    """Begin a page before each heading that would stand alone at the foot of one."""
    while (block := _lone_heading(document)) is not None:
        form = QTextBlockFormat()
        form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        QTextCursor(block).mergeBlockFormat(form)
        document.markContentsDirty(0, document.characterCount())  # else what comes behind keeps its old place


def _lone_heading(document: QTextDocument) -> QTextBlock | None:
    layout, height = document.documentLayout(), document.pageSize().height()
    block = document.begin()
    while block.isValid():
        following = block.next()
        if block.blockFormat().headingLevel() and following.isValid():
            top = layout.blockBoundingRect(block).top()
            first = following.layout().lineAt(0)
            end = layout.blockBoundingRect(following).top() + (first.height() if first.isValid() else 0)
            if top // height != end // height and not block.blockFormat().pageBreakPolicy():
                return block
        block = following
    return None


def _paint(document: QTextDocument, writer: QPdfWriter) -> None:
    """Paint all pages, each with its number."""
    size, count = document.pageSize(), document.pageCount()
    painter = QPainter(writer)
    painter.setFont(document.defaultFont())
    for number in range(count):
        if number:
            writer.newPage()
        top = number * size.height()
        painter.save()
        painter.translate(0, -top)
        # lines of tables are drawn half outside, and a picture on the next page begins a dot or two too early
        document.drawContents(painter, QRectF(-_LINES, top, size.width() + 2 * _LINES, size.height() - _LINES))
        painter.restore()
        foot = QRectF(0, size.height(), size.width(), writer.height() - size.height())
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, f"{number + 1} / {count}")
    painter.end()
