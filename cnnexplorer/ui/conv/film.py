"""Films: what the board shows, picture by picture, painted on a board of its own that is never on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import cv2
import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from cnnexplorer.core import step_at
from cnnexplorer.core.messages import SettingError
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import colours

from .board import Board, BoardView
from .names import channel_name, stage_settings, stage_titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QPaintEvent

    from cnnexplorer.core import Step
    from cnnexplorer.core.animation.pictures import Picture
    from cnnexplorer.ui.widgets.painting import Look

    from .shown import Shown

MIN_WIDTH, MIN_HEIGHT, MAX_SIDE = 480, 360, 4096
_CAPTION_HEIGHT, _MARGIN = 30, 12


class Reel(Protocol):
    """What a film shows, picture by picture.

    `slow` tells whether `prepare` may take longer than the GUI thread can wait.
    """

    slow: bool

    @property
    def count(self) -> int:
        """How many pictures there are."""

    def prepare(self, index: int) -> Any:  # noqa: ANN401  # each kind of reel has its own
        """Compute what a picture shows, on any thread."""

    def show(self, board: Board, prepared: Any) -> None:  # noqa: ANN401
        """Let a board show what was prepared for a picture."""

    def caption(self, index: int, prepared: Any) -> tuple[str, str]:  # noqa: ANN401
        """Return what stands below a picture, at the left and at the right."""


@dataclass(frozen=True, eq=False)
class StepReel:
    """Steps of a result, by (stage, index), as the player shows them.

    Attributes
    ----------
    looks
        By kind of view.
    spotlight, fill
        Whether the step's cells are lit, and whether maps fill cell by cell.
    """

    shown: Shown
    looks: Mapping[str, Look]
    places: Sequence[tuple[int, int]]
    spotlight: bool = True
    fill: bool = False
    slow: ClassVar[bool] = False

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(self.places)

    def prepare(self, index: int) -> Step:
        """Compute a step."""
        return step_at(self.shown.result.experiment, self.shown.result, *self.places[index])

    def show(self, board: Board, prepared: Step) -> None:
        """Let a board show a step."""
        if board.shown is not self.shown:
            board.show_result(self.shown, self.looks)
        board.show_step(prepared, self.spotlight, self.fill)

    def caption(self, index: int, prepared: Step) -> tuple[str, str]:
        """Return the stage and the output cell, and which step of how many it is."""
        counted = _("step {step} of {count}").format(step=index + 1, count=self.count)
        return step_caption(self.shown, prepared), counted


def step_caption(shown: Shown, step: Step) -> str:
    """Return a step's stage and output cell in one line."""
    experiment = shown.result.experiment
    shape, settings = experiment.shapes[step.stage_index], stage_settings(step.stage)
    channel, row, column = step.output
    name = stage_titles(experiment.stages)[step.stage_index] + (f" ({settings})" if settings else "")
    if len(shape) == 1:
        return f"{name}: " + _("value {index}").format(index=row)
    where = _("row {row}, column {column}").format(row=row, column=column)
    if shape[0] > 1:
        where = _("channel {channel}").format(channel=channel_name(channel, shape[0])) + f", {where}"
    return f"{name}: {where}"


@dataclass(frozen=True)
class FilmFrame:
    """What a film's pictures look like around the board.

    Attributes
    ----------
    width, height
        In pixels.
    caption
        Whether a line below tells the step.
    steps
        Whether the step's grids and its arithmetic are shown.

    Raises
    ------
    SettingError
        Too few or too many pixels.
    """

    width: int = 1280
    height: int = 720
    caption: bool = True
    steps: bool = True

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
        self.reel, self.frame = reel, frame
        self._view = view
        self._sheet = _Sheet(frame)
        self._image = QImage(self._sheet.size(), QImage.Format.Format_RGB32)
        self.rewind()

    @property
    def board(self) -> Board:
        """The board that is painted."""
        return self._sheet.board

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.frame.width, self.frame.height

    @property
    def slow(self) -> bool:
        """Whether what a picture shows is to be computed on another thread."""
        return self.reel.slow

    def prepare(self, index: int) -> Any:  # noqa: ANN401  # as the reel has it
        """Compute what a picture shows, on any thread."""
        return self.reel.prepare(index)

    def rewind(self) -> None:
        """Look at the board as at the beginning; while a film runs, zoomed views follow the steps."""
        board, prepared = self.board, self.reel.prepare(0)
        self.reel.show(board, prepared)
        board.set_view(self._view)
        self.reel.show(board, prepared)
        if board.step is not None:
            board.strip.reveal(("stage", board.step.stage_index))
        board.settle()

    def picture(self, index: int, prepared: Any = None) -> Picture:  # noqa: ANN401  # as the reel has it
        """Paint a picture (H, W, 3) from what `prepare` gave for it; it is asked here where it was not before."""
        if prepared is None:
            prepared = self.prepare(index)
        self.reel.show(self.board, prepared)
        if self.frame.caption:
            self._sheet.caption.set_texts(*self.reel.caption(index, prepared))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        return rendered(self._sheet, self._image)

    def close(self) -> None:
        """Let go of the board."""
        self._sheet.deleteLater()


class CaptionBar(QWidget):
    """A line of text below a film's board: what is left, and at the right which step it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left = self._right = ""
        self.setFixedHeight(_CAPTION_HEIGHT)

    def set_texts(self, left: str, right: str) -> None:
        """Show two texts; the left one is cut where there is no room for it."""
        self._left, self._right = left, right
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the texts, under a line."""
        painter = QPainter(self)
        theme = colours(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(QRect(0, 0, self.width(), 1), theme.colour("line"))
        metrics = QFontMetrics(self.font())
        area = self.rect().adjusted(_MARGIN, 1, -_MARGIN, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, self._right)
        room = area.width() - metrics.horizontalAdvance(self._right) - 2 * _MARGIN
        painter.setPen(theme.colour("text"))
        text = metrics.elidedText(self._left, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, text)


class _Sheet(QWidget):
    """A board and its caption, laid out as if shown."""

    def __init__(self, frame: FilmFrame) -> None:
        super().__init__()
        self.board, self.caption = Board(), CaptionBar()
        self.board.show_steps(frame.steps)
        self.caption.setVisible(frame.caption)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.board, 1)
        column.addWidget(self.caption)
        self.setPalette(QApplication.palette())  # a switch of the theme is none of the film's
        for attribute in (Qt.WidgetAttribute.WA_DontShowOnScreen, Qt.WidgetAttribute.WA_ShowWithoutActivating):
            self.setAttribute(attribute)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setFixedSize(QSize(frame.width, frame.height))
        self.show()


def rendered(widget: QWidget, image: QImage) -> Picture:
    """Paint a widget on an image of its size, RGB32, that can be used again, and return the picture (H, W, 3)."""
    widget.render(image)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return cv2.cvtColor(lines[:, : image.width()], cv2.COLOR_BGRA2RGB)  # type: ignore[return-value]  # uint8 too
