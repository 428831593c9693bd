"""A text field for TOML, with line numbers, colours, and marks on lines that are wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import code_font, colours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent, QResizeEvent, QTextDocument

# no part is looked at twice, so that lines of any length are coloured at once; a text that does not end takes the rest
_PARTS = re.compile(
    r'(?P<text>"""|"(?:\\.|[^"\\])*+"?|\'[^\']*+\'?)|(?P<note>#.*)|(?P<table>^\s*+\[++[^\]]*+\]+)|'
    r"(?P<key>(?<![\w.-])[\w.-]++(?=\s*+=))"
)
_ROLES = {"text": "output", "note": "muted", "table": "accent", "key": "kernel"}
_INSIDE = 1  # the state of a line that ends inside a text of several lines


class CodeEdit(Speaking, QPlainTextEdit):
    """Edits a lab's text."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(code_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setTabChangesFocus(True)
        self._wrong: tuple[int, ...] = ()
        self._numbers = _Numbers(self)
        self._colours = _Colours(self.document())
        self.blockCountChanged.connect(lambda _count: self._make_room())
        self.updateRequest.connect(self._scroll)
        self._make_room()
        self.restyle()

    @property
    def line(self) -> int:
        """The line of the cursor, from 1."""
        return self.textCursor().blockNumber() + 1

    def go_to(self, line: int) -> None:
        """Put the cursor on a line."""
        block = self.document().findBlockByNumber(line - 1)
        if block.isValid():
            self.setTextCursor(QTextCursor(block))
            self.centerCursor()

    def replace(self, text: str) -> None:
        """Replace the whole text as one edit that can be undone; the cursor stays near."""
        line = self.line
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.endEditBlock()
        self.go_to(line)

    def mark_wrong(self, lines: Sequence[int]) -> None:
        """Mark lines on which something is wrong."""
        self._wrong = tuple(lines)
        marks = []
        for line in lines:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(colours(self).colour("error", 0.15))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            block = self.document().findBlockByNumber(line - 1)
            mark.cursor = QTextCursor(block)
            marks.append(mark)
        self.setExtraSelections(marks)
        self._numbers.update()

    def restyle(self) -> None:
        """Take the theme's colours."""
        theme = colours(self)
        self._colours.use({kind: theme.colour(role) for kind, role in _ROLES.items()})
        self.mark_wrong(self._wrong)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the numbers at the left."""
        super().resizeEvent(event)
        area = self.contentsRect()
        self._numbers.setGeometry(QRect(area.left(), area.top(), self.numbers_width(), area.height()))

    def numbers_width(self) -> int:
        """Return the width of the numbers."""
        digits = len(str(max(self.blockCount(), 100)))
        return 16 + self.fontMetrics().horizontalAdvance("9") * digits

    def paint_numbers(self, event: QPaintEvent) -> None:
        """Paint the numbers of the lines in sight."""
        painter, theme = QPainter(self._numbers), colours(self)
        painter.fillRect(event.rect(), theme.colour("panel"))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            number = block.blockNumber() + 1
            painter.setPen(theme.colour("error" if number in self._wrong else "muted"))
            area = QRect(0, round(top), self._numbers.width() - 8, self.fontMetrics().height())
            painter.drawText(area, Qt.AlignmentFlag.AlignRight, str(number))
            top += self.blockBoundingRect(block).height()
            block = block.next()

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    def _scroll(self, rect: QRect, by: int) -> None:
        if by:
            self._numbers.scroll(0, by)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())


class _Numbers(QWidget):
    def __init__(self, editor: CodeEdit) -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_numbers(event)


class _Colours(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}

    def use(self, found: dict[str, QColor]) -> None:
        for kind, colour in found.items():
            self._formats[kind] = QTextCharFormat()
            self._formats[kind].setForeground(colour)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        start = 0
        self.setCurrentBlockState(0)
        if self.previousBlockState() == _INSIDE:
            start = self._go_through(text, 0)
            if start < 0:
                return
        for found in _PARTS.finditer(text, start):
            kind = found.lastgroup or "text"
            if found[0] == '"""':
                end = self._go_through(text, found.end())
                self.setFormat(found.start(), 3, self._formats["text"])
                if end < 0:
                    return
                continue
            self.setFormat(found.start(), len(found[0]), self._formats[kind])

    def _go_through(self, text: str, start: int) -> int:
        """Colour a text of several lines; return where it ends, -1 where it goes on."""
        end = text.find('"""', start)
        until = len(text) if end < 0 else end + 3
        self.setFormat(start, until - start, self._formats["text"])
        if end < 0:
            self.setCurrentBlockState(_INSIDE)
            return -1
        return until
