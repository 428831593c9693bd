"""Where an answer is typed: a line over the output cell, or a grid of lines over a whole map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QPainter, QPalette, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QWidget

from cnnexplorer.core import NumberError, parse_matrix
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours, number_font

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QPaintEvent

Tone = Literal["open", "right", "wrong", "hint"]
LEAST, LARGEST = QSize(72, 30), QSize(170, 44)
LEAST_CELL = QSize(22, 20)  # a number of three digits is still read in it
_STEPPING = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PLACEHOLDERS = {
    "value": "?",
    "size": mark("height × width"),
    "winner": mark("row, column"),
    "sign": "+  −  0",
    "map": "?",
}


class AnswerLine(QLineEdit):
    """A line whose Enter answers and whose Escape leaves; Ctrl with the arrow keys goes on moving the steps.

    Signals: `entered()`, `left()`.
    """

    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tone: Tone = "open"
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextMargins(0, 0, 0, 0)

    def set_tone(self, tone: Tone) -> None:
        """Colour the line: wrong, right, or neither."""
        self.tone = tone
        theme = colours(self)
        palette = QPalette()
        if tone == "wrong":
            palette.setColor(QPalette.ColorRole.Base, theme.colour("invalid"))
        elif tone == "right":
            palette.setColor(QPalette.ColorRole.Text, theme.colour("output"))
        self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        """Take the tone's colours from another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_tone(self.tone)

    def event(self, event: QEvent) -> bool:
        """Leave the keys of the steps, and of undoing when nothing was typed, to the window."""
        if event.type() == QEvent.Type.ShortcutOverride:
            pressed: QKeyEvent = event  # type: ignore[assignment]
            stepping = (
                bool(pressed.modifiers() & Qt.KeyboardModifier.ControlModifier)
                and not pressed.modifiers() & Qt.KeyboardModifier.ShiftModifier
                and pressed.key() in _STEPPING
            )
            undoing = pressed.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable()
            redoing = pressed.matches(QKeySequence.StandardKey.Redo) and not self.isRedoAvailable()
            if stepping or undoing or redoing:
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer with Enter, leave with Escape."""
        if event.key() in _ENTER:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a frame in the colour of outputs, and keep the placeholder in sight while nothing is typed.

        Qt takes the placeholder away from a centred line that has the focus.
        """
        super().paintEvent(event)
        theme, painter = colours(self), QPainter(self)
        if self.hasFocus() and not self.text():
            painter.setPen(theme.colour("muted", 0.8))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.placeholderText())
        painter.setPen(QPen(theme.colour("error" if self.tone == "wrong" else "output"), 2 if self.hasFocus() else 1))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1) if self.hasFocus() else self.rect().adjusted(0, 0, -1, -1))

    def take(self, text: str) -> None:
        """Go on with what was begun elsewhere."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.insert(text)


class AnswerGrid(Speaking, QWidget):
    """A line for each cell of a map. Enter goes to the next empty one, and answers once none is.

    Signals: `entered()`, `left()`, `refused(error)` for a pasted text that is no such matrix.
    """

    entered = Signal()
    left = Signal()
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[GridLine] = []
        self._columns = 1
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)

    def set_shape(self, rows: int, columns: int) -> None:
        """Make empty lines for a map."""
        for line in self.lines:
            self._grid.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._columns = columns
        self.lines = [GridLine(self) for _cell in range(rows * columns)]
        for place, line in enumerate(self.lines):
            self._grid.addWidget(line, *divmod(place, columns))
            line.entered.connect(lambda place=place: self._go_on(place))
            line.left.connect(self.left)
            line.moved.connect(lambda by, place=place: self._move(place, *by))
            line.pasted.connect(self._paste)
            line.show()
        self.retranslate()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.lines) // self._columns, self._columns

    def texts(self) -> list[str]:
        """Return what was typed, row after row."""
        return [line.text() for line in self.lines]

    def set_texts(self, texts: list[str]) -> None:
        """Fill the lines."""
        for line, text in zip(self.lines, texts, strict=True):
            line.setText(text)

    def set_wrong(self, wrong: NDArray[np.bool_] | None, tone: Tone = "open") -> None:
        """Colour the lines that are wrong, and the others in a tone."""
        flags = [False] * len(self.lines) if wrong is None else wrong.ravel().tolist()
        for line, flag in zip(self.lines, flags, strict=True):
            line.set_tone("wrong" if flag else tone)

    def set_read_only(self, read_only: bool) -> None:
        """Let nothing be typed, or again."""
        for line in self.lines:
            line.setReadOnly(read_only)

    def set_cell(self, width: float, height: float) -> None:
        """Choose the font for cells of a size."""
        font = number_font(min(14.0, height * 0.55, width * 0.42))
        for line in self.lines:
            line.setFont(font)

    def focus_cell(self, place: int) -> None:
        """Go to a cell."""
        self.lines[place].setFocus(Qt.FocusReason.OtherFocusReason)
        self.lines[place].selectAll()

    def take(self, text: str) -> None:
        """Go on with what was begun elsewhere, in the first empty cell."""
        place = next((place for place, line in enumerate(self.lines) if not line.text()), 0)
        self.lines[place].take(text)

    def retranslate(self) -> None:
        """Name the cells."""
        for place, line in enumerate(self.lines):
            row, column = divmod(place, self._columns)
            line.setAccessibleName(_("row {row}, column {column}").format(row=row, column=column))

    def _go_on(self, place: int) -> None:
        count = len(self.lines)
        order = [*range(place + 1, count), *range(place)]
        empty = next((other for other in order if not self.lines[other].text().strip()), None)
        if empty is None or not self.lines[place].text().strip():
            self.entered.emit()
        else:
            self.focus_cell(empty)

    def _move(self, place: int, rows: int, columns: int) -> None:
        row, column = divmod(place, self._columns)
        row, column = row + rows, column + columns
        if 0 <= row < self.shape[0] and 0 <= column < self.shape[1]:
            self.focus_cell(row * self._columns + column)

    def _paste(self, text: str) -> None:
        try:
            matrix = parse_matrix(text)
        except NumberError as error:
            self.refused.emit(error)
            return
        if matrix.shape != self.shape:
            self.refused.emit(
                NumberError(
                    "a matrix of {rows} × {columns} was typed, one of {wanted_rows} × {wanted_columns} is asked for",
                    rows=matrix.shape[0],
                    columns=matrix.shape[1],
                    wanted_rows=self.shape[0],
                    wanted_columns=self.shape[1],
                )
            )
            return
        self.set_texts([f"{value:.12g}" for value in matrix.ravel()])


class GridLine(AnswerLine):
    """A cell's line: the arrow keys go to the neighbours, a matrix can be pasted.

    Signals: `moved((rows, columns))`, `pasted(text)`.
    """

    moved = Signal(object)
    pasted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("?")
        self.setMinimumSize(10, 10)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Ignored)
        policy.setVerticalPolicy(policy.Policy.Ignored)
        self.setSizePolicy(policy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move from cell to cell; paste a matrix over all."""
        text = QGuiApplication.clipboard().text() if event.matches(QKeySequence.StandardKey.Paste) else ""
        key, at, end = event.key(), self.cursorPosition(), len(self.text())
        moves = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if at == 0 or self.selectedText():
            moves[Qt.Key.Key_Left] = (0, -1)
        if at == end or self.selectedText():
            moves[Qt.Key.Key_Right] = (0, 1)
        if len(text.split()) > 1:
            self.pasted.emit(text)
        elif key in moves and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(moves[Qt.Key(key)])
        else:
            super().keyPressEvent(event)


class Bubble(QLabel):
    """The sentence beside the place where the answer is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone: Tone = "open"
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setMargin(9)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.hide()

    def tell(self, text: str, tone: Tone) -> None:
        """Say a sentence, in the colour of a tone; nothing closes it."""
        self._tone = tone
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def place(self, beside: QRect, stages: QRect, room: QRect) -> None:
        """Lie below a place and to its right, where nothing is seen yet, or else above it over the stages."""
        natural = self.fontMetrics().horizontalAdvance(self.text()) + 2 * self.margin() + 6
        width = min(max(min(room.right() - beside.left(), 370), 150), natural)
        height = self.heightForWidth(width)
        x = min(max(beside.left(), room.left()), room.right() - width)
        below, above = beside.bottom() + 6, beside.top() - 6 - height
        fits = below + height <= stages.bottom() or (above < stages.top() and below + height <= room.bottom())
        y = below if fits else max(above, room.top())
        self.setGeometry(x, y, width, height)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and a frame in the tone's colour."""
        theme = colours(self)
        role = {"right": "output", "wrong": "error", "hint": "input", "open": "muted"}[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(role), 1.5))
        painter.setBrush(theme.colour("base"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 6, 6)
        painter.end()
        super().paintEvent(event)
