"""Films: what the board shows, picture by picture, painted on a board of its own that is never on the screen."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cnnexplorer.core.messages import SettingError
from cnnexplorer.ui.figures.parts import SCREEN_ONLY
from cnnexplorer.ui.widgets.caption_bar import CaptionBar
from cnnexplorer.ui.widgets.figure_mode import FigureMode, painting_figure

from .board import Board

if TYPE_CHECKING:
    from collections.abc import Generator

    from cnnexplorer.core.animation.pictures import Picture

    from .board import BoardView
    from .reels import Reel

MIN_WIDTH, MIN_HEIGHT, MAX_SIDE = 480, 360, 4096


@dataclass(frozen=True)
class FilmFrame:
    """What a film's pictures look like around the board.

    Attributes
    ----------
    width, height
        In the screen's pixels.
    caption
        Whether a line below tells the step.
    steps
        Whether the step's grids and its arithmetic are shown.
    scale
        Pixels of the pictures for each of these; it gives whole numbers of them.

    Raises
    ------
    SettingError
        Too few or too many pixels.
    """

    width: int = 1280
    height: int = 720
    caption: bool = True
    steps: bool = True
    scale: float = 1

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return round(self.width * self.scale), round(self.height * self.scale)

    def __post_init__(self) -> None:
        if not (MIN_WIDTH <= self.width <= MAX_SIDE and MIN_HEIGHT <= self.height <= MAX_SIDE):
            raise SettingError(
                "{width} × {height} pixels cannot be: use {least_width} × {least_height} to {most} × {most}",
                width=self.width, height=self.height, least_width=MIN_WIDTH, least_height=MIN_HEIGHT, most=MAX_SIDE,
            )  # fmt: skip


class Film:
    """Paints the pictures of a reel, in order; `rewind` begins anew. To be closed at the end.

    Its board looks as the window's does: its language, its colours, and the zooms and channels of `view`.
    """

    def __init__(self, reel: Reel, view: BoardView, frame: FilmFrame) -> None:
        self._view = view
        self._sheet, self._blank = _Sheet(), _Blank()
        self._ground: tuple[object, ...] | None = None
        self.change(reel, frame)

    @property
    def board(self) -> Board:
        """The board that is painted."""
        return self._sheet.board

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.frame.pixels

    @property
    def slow(self) -> bool:
        """Whether what a picture shows is to be computed on another thread."""
        return self.reel.slow

    def change(self, reel: Reel, frame: FilmFrame) -> None:
        """Become another film, from its beginning."""
        self.reel, self.frame = reel, frame
        self._sheet.fit(frame)
        self._image = QImage(*frame.pixels, QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(frame.scale)
        self._ground = None
        self.rewind()

    def rewind(self) -> None:
        """Look at the board as at the beginning; while a film runs, zoomed views follow the steps."""
        board = self.board
        self.reel.begin(board)
        board.set_view(self._view)
        self.reel.begin(board)
        board.strip.horizontalScrollBar().setValue(0)
        if board.step is not None:
            board.strip.reveal(("stage", board.step.stage_index))
        self._blank.add(board)
        board.settle()

    def prepare(self, index: int) -> Any:  # noqa: ANN401  # as the reel has it
        """Compute what a picture shows, on any thread."""
        return self.reel.prepare(index)

    def picture(self, index: int, prepared: Any = None) -> Picture:  # noqa: ANN401  # as the reel has it
        """Paint a picture (H, W, 3) from what `prepare` gave for it; it is asked here where it was not before."""
        if prepared is None:
            prepared = self.prepare(index)
        self.reel.show(self.board, prepared)
        if self.frame.caption:
            self._sheet.caption.set_texts(*self.reel.caption(index, prepared))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        self._paint()
        lines = np.frombuffer(self._image.constBits(), np.uint8)
        lines = lines.reshape(self._image.height(), self._image.bytesPerLine() // 4, 4)
        return cv2.cvtColor(lines[:, : self._image.width()], cv2.COLOR_BGRA2RGB)  # type: ignore[return-value]

    def painting(self, index: int) -> Generator[Any, Any, Picture]:
        """Paint a picture as slices go on: what takes longer than the GUI thread can wait is computed on another."""
        prepared = None
        if self.slow:
            (prepared,) = yield lambda: (self.prepare(index),)
        return self.picture(index, prepared)

    def close(self) -> None:
        """Let go of the board."""
        self._sheet.deleteLater()

    def _paint(self) -> None:
        """Paint what changes from step to step; and all the rest where that has changed too."""
        board = self.board
        views = [card.view for card in board.cards.values()]
        parts = [_Part.of(view, self._sheet) for view in (*views, board.step_view, board.arithmetic)]
        if self.frame.caption:
            parts.append(_Part.of(self._sheet.caption, self._sheet))
        stage = None if board.step is None else board.step.stage_index
        channels = [card.channel for card in board.cards.values()]
        ground = (board.shown, stage, channels, [(part.place, part.seen) for part in parts])
        with ExitStack() as stack:
            if self.frame.scale != self._sheet.devicePixelRatioF():  # what views keep of themselves is for the screen
                stack.enter_context(painting_figure(FigureMode(self.frame.scale)))
            painter = stack.enter_context(QPainter(self._image))
            if ground != self._ground:
                self._sheet.render(painter, QPoint(0, 0))
            else:
                for part in parts:
                    part.paint(painter)
        self._ground = ground


class _Sheet(QWidget):
    """A board and its caption, laid out as if shown."""

    def __init__(self) -> None:
        super().__init__()
        self.board, self.caption = Board(), CaptionBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.board, 1)
        column.addWidget(self.caption)
        self.setPalette(QApplication.palette())  # a switch of the theme is none of the film's
        for attribute in (Qt.WidgetAttribute.WA_DontShowOnScreen, Qt.WidgetAttribute.WA_ShowWithoutActivating):
            self.setAttribute(attribute)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)

    def fit(self, frame: FilmFrame) -> None:
        """Take another size, and show what it asks for."""
        self.board.show_steps(frame.steps)
        self.caption.setVisible(frame.caption)
        self.setFixedSize(QSize(frame.width, frame.height))
        self.show()


class _Blank(QObject):
    """Leaves the places of what only the window needs blank, as figures do."""

    def add(self, board: Board) -> None:
        """Leave those of a board blank."""
        for kind in SCREEN_ONLY:
            for widget in board.findChildren(kind):
                widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let nothing be painted."""
        return event.type() == QEvent.Type.Paint


class _Part(NamedTuple):
    """A widget of the sheet: where it lies, and which part of it is seen."""

    widget: QWidget
    place: QPoint
    seen: QRect

    @classmethod
    def of(cls, widget: QWidget, sheet: QWidget) -> _Part:
        """Return a widget as a part of a sheet."""
        seen = widget.visibleRegion().boundingRect()
        return cls(widget, widget.mapTo(sheet, seen.topLeft()), seen)

    def paint(self, painter: QPainter) -> None:
        """Paint it in its place."""
        if not self.seen.isEmpty():
            self.widget.render(painter, self.place, QRegion(self.seen))
