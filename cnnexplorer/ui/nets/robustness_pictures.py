"""The two pictures beside each other, and both answers beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _, plain
from cnnexplorer.ui.theme import colours, number_font
from cnnexplorer.ui.widgets.cell_editor import ARROWS
from cnnexplorer.ui.widgets.figure_mode import paint_ground, shows_focus

from .names import class_title

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from cnnexplorer.nets import Guess

    from .robustness_sheet import Side

TITLE, GAP, ANSWER = 22, 12, 206
LARGEST = 520  # pixels of a picture's side
LEAST = 190  # pixels of the row's height
_NUDGE = 0.02  # of the picture's side


class PictureView(QWidget):
    """A picture, fitted into the widget.

    Emits `pressed(row, column)`, shares of the height and the width from 0 to 1, for a press, a drag and an arrow key
    where `placing` is on.
    """

    pressed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._middle = (0.5, 0.5)
        self._placing = False

    def set_picture(self, picture: NDArray[np.float32] | None) -> None:
        """Show a picture (3, H, W) with values from 0 to 1."""
        self._image = QImage() if picture is None else _image(picture)
        self.update()

    def set_placing(self, placing: bool, middle: tuple[float, float] = (0.5, 0.5)) -> None:
        """Let the user point at places in the picture; `middle` is where the arrow keys start."""
        self._placing, self._middle = placing, middle
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if placing else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.CrossCursor if placing else Qt.CursorShape.ArrowCursor)

    @property
    def image(self) -> QImage:
        """What is shown."""
        return self._image

    def picture_rect(self) -> QRectF:
        """Return where the picture lies."""
        if self._image.isNull():
            return QRectF()
        scale = min((self.width() - 2) / self._image.width(), (self.height() - 2) / self._image.height())
        place = QRectF(0, 0, self._image.width() * scale, self._image.height() * scale)
        place.moveCenter(QRectF(self.rect()).center())
        return place

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture with a frame."""
        painter = QPainter(self)
        theme = colours(self)
        if self._image.isNull():
            paint_ground(painter, self.rect(), theme.colour("panel"))
            return
        place = self.picture_rect()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._image)
        focused = shows_focus(self)
        painter.setPen(QPen(theme.colour("accent" if focused else "line"), 2 if focused else 1))
        painter.drawRect(place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Point at a place."""
        if event.button() == Qt.MouseButton.LeftButton and self.picture_rect().contains(event.position()):
            self._point(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag to a place."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._point(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrow keys."""
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or not self._placing:
            super().keyPressEvent(event)
        else:
            self._emit(self._middle[0] + _NUDGE * step[0], self._middle[1] + _NUDGE * step[1])

    def _point(self, position: QPointF) -> None:
        place = self.picture_rect()
        if self._placing and not place.isEmpty():
            self._emit((position.y() - place.top()) / place.height(), (position.x() - place.left()) / place.width())

    def _emit(self, row: float, column: float) -> None:
        self._middle = round(min(max(row, 0.0), 1.0), 4), round(min(max(column, 0.0), 1.0), 4)
        self.pressed.emit(*self._middle)


class AnswerChanges(Speaking, QWidget):
    """The most probable classes of both pictures: two bars and both probabilities each, the present answer on top.

    Emits `chosen(class index)` for a click on one, or Enter on the one that the arrow keys lead to.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[Guess, float, float], ...] = ()
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_sides(self, first: Side | None, present: Side | None) -> None:
        """Show both answers."""
        rows: list[tuple[Guess, float, float]] = []
        if first is not None and present is not None:
            guesses = {guess.index: guess for side in (first, present) for guess in side.guesses}
            rows = [
                (guess, float(first.probabilities[index]), float(present.probabilities[index]))
                for index, guess in guesses.items()
            ]
        self._rows = tuple(sorted(rows, key=lambda row: (-row[2], row[0].index)))
        self._current = min(self._current, max(len(rows) - 1, 0))
        self.retranslate()

    @property
    def rows(self) -> tuple[tuple[Guess, float, float], ...]:
        """The classes with their probability for the first and for the present picture."""
        return self._rows

    def row_rect(self, row: int) -> QRectF:
        """Return where a class lies."""
        height = min(self.height() / max(len(self._rows), 1), 34.0)
        return QRectF(0, row * height, self.width(), height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint name, both percentages and both bars of each class."""
        painter = QPainter(self)
        theme = colours(self)
        for place, (guess, before, after) in enumerate(self._rows):
            rect = self.row_rect(place)
            painter.setFont(number_font(12 if rect.height() >= 24 else 10.5))
            metrics = QFontMetricsF(painter.font())
            line = QRectF(rect.left(), rect.top(), rect.width(), max(rect.height() - 11, 10.0))
            share = _shares(before, after)
            painter.setPen(theme.colour("text" if place == 0 else "muted"))
            room = line.width() - metrics.horizontalAdvance(share) - 8
            name = metrics.elidedText(class_title(guess.index, guess.category), Qt.TextElideMode.ElideRight, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)
            for row, (probability, role) in enumerate(((before, "muted"), (after, "output"))):
                bar = QRectF(rect.left(), line.bottom() + 1 + 4 * row, rect.width(), 3)
                painter.fillRect(bar, theme.colour("line", 0.5))
                bar.setWidth(bar.width() * probability)
                painter.fillRect(bar, theme.colour(role, 0.9))
        if shows_focus(self) and self._rows:
            painter.setPen(theme.colour("accent"))
            painter.drawRect(self.row_rect(self._current).adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a class."""
        for place, (guess, _before, _after) in enumerate(self._rows):
            if self.row_rect(place).contains(event.position()) and event.button() == Qt.MouseButton.LeftButton:
                self.chosen.emit(guess.index)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from class to class, and choose one."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self._rows:
            self._current = min(max(self._current + step, 0), len(self._rows) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._rows:
            self.chosen.emit(self._rows[self._current][0].index)
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        """Name the classes again."""
        texts = [f"{class_title(guess.index, guess.category)}: {_shares(*both)}" for guess, *both in self._rows]
        self.setAccessibleDescription("; ".join(texts))
        self.setToolTip(plain("\n".join([_("Both answers; click for the arithmetic"), *texts])))
        self.update()


class PicturesRow(Speaking, QWidget):
    """The first picture, the present one, and both answers, as large as the room allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first, self.present = PictureView(self), PictureView(self)
        self.answers = AnswerChanges(self)
        self.titles = [QLabel(self) for _place in range(3)]
        for title in self.titles:
            title.setTextFormat(Qt.TextFormat.PlainText)
        self.say(self.first.setAccessibleName, mark("The picture that is compared with"))
        self.say(self.present.setAccessibleName, mark("The present picture; arrow keys move the grey patch"))
        self.say(self.answers.setAccessibleName, mark("Both answers"))
        self._names: tuple[str, str, str] = ("", "", "")
        self._room = LEAST
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_titles(self, first: str, present: str, answers: str) -> None:
        """Name the three parts."""
        self._names = first, present, answers
        self._arrange()

    def set_room(self, height: int) -> None:
        """Take at most some height, and no more than the pictures need at this width."""
        self._room = height
        self.setFixedHeight(max(min(TITLE + min(self._widest(), LARGEST), height), LEAST))

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(640, 220)

    def minimumSizeHint(self) -> QSize:
        """Return the least."""
        return QSize(480, LEAST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the parts out."""
        super().resizeEvent(event)
        self.set_room(self._room)
        self._arrange()
        self._arrange()

    def _widest(self) -> int:
        return max((self.width() - ANSWER - 2 * GAP) // 2, 150)

    def _arrange(self) -> None:
        side = max(min(self._widest(), self.height() - TITLE, LARGEST), 40)
        lefts = (0, side + GAP, 2 * (side + GAP))
        widths = (side, side, min(self.width() - lefts[2], 420))
        for part, left, width, title, text in zip(
            (self.first, self.present, self.answers), lefts, widths, self.titles, self._names, strict=True
        ):
            part.setGeometry(left, TITLE, width, side)
            title.setGeometry(left, 0, width, TITLE)
            title.setText(title.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width))
            title.setToolTip(plain(text))


def _shares(before: float, after: float) -> str:
    return _("{before} → {after} %").format(before=f"{100 * before:.1f}", after=f"{100 * after:.1f}")


def _image(picture: NDArray[np.float32]) -> QImage:
    levels = np.ascontiguousarray((picture.transpose(1, 2, 0).clip(0, 1) * 255 + 0.5).astype(np.uint8))
    height, width = levels.shape[:2]
    image = QImage(levels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
