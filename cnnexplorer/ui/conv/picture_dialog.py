"""The dialog that turns a picture file into the input: frame, part, colours and working size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

import cnnexplorer.core
from cnnexplorer.core import ImageError
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.trouble import told
from cnnexplorer.ui.widgets.buttons import Buttons
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.number_field import NumberField
from cnnexplorer.ui.widgets.painting import map_image

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from cnnexplorer.core.images import ImageInfo
    from cnnexplorer.ui.tasks import LatestTask

MAX_SIDE = 2048
PREVIEW_SIDE = 400
SIZES = {
    "native": mark("As it is"),
    "28": "28",
    "64": "64",
    "128": "128",
    "224": "224",
    "512": "512",
    "1024": "1024",
    "2048": "2048",
    "own": mark("Another size"),
}


@dataclass(frozen=True)
class Picture:
    """A picture file (or the bytes of one) and how it is turned into the input.

    `crop` is (left, top, width, height) in pixels of the upright picture, None for all of it.
    """

    source: Path | bytes
    info: ImageInfo
    channels: str = "rgb"
    max_side: int | None = None
    frame: int = 0
    background: tuple[float, float, float] = (1.0, 1.0, 1.0)
    crop: tuple[int, int, int, int] | None = None

    def load(self, max_side: int | None = None) -> NDArray[np.float64]:
        """Read the image (C, H, W), values 0 to 1; `max_side` in place of the picture's own for a preview."""
        return cnnexplorer.core.load_image(
            self.source,
            self.channels,  # type: ignore[arg-type]  # "rgb" or "grey"
            max_side if max_side is not None else self.max_side,
            self.frame,
            self.background,
            self.crop,
            name=self.info.name,
        )


class CropView(QWidget):
    """A preview on which a part can be framed with the mouse.

    Emits `framed(QRectF)` in shares of the picture's width and height.
    """

    framed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QPixmap | None = None
        self._frame = QRectF(0, 0, 1, 1)
        self._start: tuple[float, float] | None = None
        self.setMinimumSize(PREVIEW_SIDE, PREVIEW_SIDE * 3 // 4)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def set_image(self, image: QPixmap) -> None:
        """Show a preview of the whole picture."""
        self._image = image
        self.update()

    def set_frame(self, frame: QRectF) -> None:
        """Show which part is taken, in shares of the picture."""
        self._frame = frame
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, with what is left out dimmed."""
        painter = QPainter(self)
        theme = colours(self)
        painter.fillRect(self.rect(), theme.colour("base"))
        if self._image is None:
            painter.setPen(theme.colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("Reading the picture…"))
            return
        area = self._area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(area, self._image, QRectF(self._image.rect()))
        kept = QRectF(
            area.x() + self._frame.x() * area.width(), area.y() + self._frame.y() * area.height(),
            self._frame.width() * area.width(), self._frame.height() * area.height(),
        )  # fmt: skip
        shade = QColor(0, 0, 0, 130)
        for rect in (
            QRectF(area.left(), area.top(), area.width(), kept.top() - area.top()),
            QRectF(area.left(), kept.bottom(), area.width(), area.bottom() - kept.bottom()),
            QRectF(area.left(), kept.top(), kept.left() - area.left(), kept.height()),
            QRectF(kept.right(), kept.top(), area.right() - kept.right(), kept.height()),
        ):
            painter.fillRect(rect, shade)
        painter.setPen(QPen(theme.colour("input"), 2))
        painter.drawRect(kept)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a frame."""
        self._start = self._share(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the frame."""
        if self._start is None:
            return
        x, y = self._share(event)
        left, right = sorted((self._start[0], x))
        top, bottom = sorted((self._start[1], y))
        if right - left > 0.01 and bottom - top > 0.01:
            self.framed.emit(QRectF(left, top, right - left, bottom - top))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End the frame."""
        self._start = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Take the whole picture again."""
        self.framed.emit(QRectF(0, 0, 1, 1))

    def _share(self, event: QMouseEvent) -> tuple[float, float]:
        area = self._area()
        x = (event.position().x() - area.x()) / area.width()
        y = (event.position().y() - area.y()) / area.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _area(self) -> QRectF:
        if self._image is None:
            return QRectF(self.rect())
        size = QSize(self._image.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        area = QRectF(0, 0, size.width(), size.height())
        area.moveCenter(QRectF(self.rect()).center())
        return area


class PictureDialog(Speaking, QDialog):
    """Asks how a picture becomes the input. After `accept`, `picture` holds the answer.

    Emits `refused(error)` for wrong entries and unreadable frames.
    """

    refused = Signal(object)

    def __init__(self, picture: Picture, task: LatestTask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = picture
        self._task = task
        self._error: ImageError | None = None
        self.say(self.setWindowTitle, "Adjust the picture")
        self.crop_view = CropView()
        self.tip(self.crop_view, "Drag a rectangle around the part to take; double-click for all of it")
        self.crop_view.framed.connect(self._frame)
        self._about = QLabel()
        self._trouble = QLabel()
        self._trouble.setWordWrap(True)
        self._trouble.hide()
        form = Form()
        self.size_choice = Choice(SIZES)
        self.size_choice.activated.connect(self._choose_size)
        form.row(mark("Longer side"), self.size_choice, mark("Working size in pixels; the proportions are kept"))
        self.own_size = NumberField(224, whole=True, minimum=1, maximum=MAX_SIDE)
        self.own_size.edited.connect(lambda value: self._set(max_side=int(value)))
        form.row(mark("Pixels"), self.own_size)
        self.channels = Choice({"rgb": mark("Colour: R, G, B"), "grey": mark("Grey: 1 channel")})
        self.channels.activated.connect(lambda: self._set(channels=self.channels.value()))
        form.row(mark("Channels"), self.channels)
        self.frame = NumberField(1, whole=True, minimum=1, maximum=max(picture.info.frames, 1))
        self.frame.edited.connect(lambda value: self._set(frame=int(value) - 1))
        form.row(mark("Frame"), self.frame, mark("Which picture of an animation or of several pages"))
        self.background = QPushButton()
        self.background.clicked.connect(self._ask_background)
        form.row(mark("Background"), self.background, mark("What shows through where the picture is transparent"))
        for field in (self.own_size, self.frame):
            field.refused.connect(self._complain)
        form.set_row_visible(self.frame, picture.info.frames > 1)
        form.set_row_visible(self.background, picture.info.has_alpha)
        form.hint("Drag on the picture to take a part of it; double-click for all of it.")
        form.layout_.addStretch(1)
        self._form = form
        self.buttons = Buttons(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        columns = QHBoxLayout()
        columns.addWidget(self.crop_view, 1)
        form.setMinimumWidth(250)
        columns.addSpacing(8)
        columns.addWidget(form)
        layout = QVBoxLayout(self)
        layout.addWidget(self._about)
        layout.addLayout(columns, 1)
        layout.addWidget(self._trouble)
        layout.addWidget(self.buttons)
        self._show_settings()
        self._preview()

    def done(self, result: int) -> None:
        """Forget the preview under way."""
        self._task.cancel()
        super().done(result)

    def retranslate(self) -> None:
        """Say what picture this is, and what is wrong with it."""
        self._show_settings()
        if self._error is not None:
            self._trouble.setText(told(self._error))

    def output_size(self) -> tuple[int, int]:
        """Return (height, width) of the input that this gives."""
        _left, _top, width, height = self.picture.crop or (0, 0, self.picture.info.width, self.picture.info.height)
        side = self.picture.max_side
        if side is None or max(width, height) <= side:
            return height, width
        factor = side / max(width, height)
        return max(round(height * factor), 1), max(round(width * factor), 1)

    def _show_settings(self) -> None:
        picture, info = self.picture, self.picture.info
        height, width = self.output_size()
        self._about.setText(
            _("{name}: {format}, {width} × {height} pixels. The input will be {out_width} × {out_height}.").format(
                name=info.name, format=info.format, width=info.width, height=info.height, out_width=width,
                out_height=height,
            )
        )  # fmt: skip
        own = self.size_choice.value() == "own" or str(picture.max_side) not in SIZES
        size = "native" if picture.max_side is None else "own" if own else str(picture.max_side)
        self.size_choice.setValue(size)
        self._form.set_row_visible(self.own_size, size == "own")
        if picture.max_side is not None:
            self.own_size.setValue(picture.max_side)
        self.channels.setValue(picture.channels)
        self.frame.setValue(picture.frame + 1)
        swatch = QPixmap(18, 18)
        swatch.fill(QColor.fromRgbF(*picture.background))
        self.background.setIcon(QIcon(swatch))
        left, top, part_width, part_height = picture.crop or (0, 0, info.width, info.height)
        self.crop_view.set_frame(
            QRectF(left / info.width, top / info.height, part_width / info.width, part_height / info.height)
        )
        fits = max(height, width) <= MAX_SIDE
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(fits)
        if fits:
            self._trouble.hide()
            self._error = None
        else:
            self._complain(
                ImageError(
                    "{width} × {height} pixels are too many: choose a longer side of {limit} or less",
                    width=width,
                    height=height,
                    limit=MAX_SIDE,
                )
            )

    def _set(self, **changes: object) -> None:
        old = self.picture
        self.picture = replace(old, **changes)  # type: ignore[arg-type]
        self._show_settings()
        if {"frame", "channels", "background"} & set(changes):
            self._preview()

    def _choose_size(self) -> None:
        size = self.size_choice.value()
        if size == "own":
            self._form.set_row_visible(self.own_size, True)
            self._set(max_side=int(self.own_size.value()))
        else:
            self._set(max_side=None if size == "native" else int(size))

    def _frame(self, frame: QRectF) -> None:
        info = self.picture.info
        left, top = int(frame.x() * info.width), int(frame.y() * info.height)
        width = min(max(round(frame.width() * info.width), 1), info.width - left)
        height = min(max(round(frame.height() * info.height), 1), info.height - top)
        whole = (width, height) == (info.width, info.height)
        self._set(crop=None if whole else (left, top, width, height))

    def _ask_background(self) -> None:
        colour = QColorDialog.getColor(QColor.fromRgbF(*self.picture.background), self, _("Background"))
        if colour.isValid():
            self._set(background=(colour.redF(), colour.greenF(), colour.blueF()))

    def _preview(self) -> None:
        whole = replace(self.picture, crop=None)
        self._task.start(lambda: whole.load(PREVIEW_SIDE), self._show_preview, self._fail)

    def _show_preview(self, image: NDArray[np.float64]) -> None:
        shown = image if len(image) == 3 else image[0]
        self.crop_view.set_image(QPixmap.fromImage(map_image(shown, "grey", 0.0, 1.0)))

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, ImageError):
            raise error
        self._complain(error)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)

    def _complain(self, error: ImageError) -> None:
        palette = self._trouble.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("error"))
        self._trouble.setPalette(palette)
        self._error = error
        self._trouble.setText(told(error))
        self._trouble.show()
        self.refused.emit(error)

    def _accept(self) -> None:
        if self.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled():
            self.accept()
