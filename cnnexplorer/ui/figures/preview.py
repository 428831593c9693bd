"""A small picture of a figure before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnexplorer.ui.theme import LIGHT, colours

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_CHECK = 8  # pixels of a square of what shows through


class Preview(QWidget):
    """Shows a picture as large as it fits, no larger than it is; squares show where it is transparent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._size = QSize(1, 1)
        self.setMinimumSize(260, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_image(self, image: QImage, size: QSize) -> None:
        """Show a picture that on the screen is of some size."""
        self._image, self._size = image, size
        self.update()

    @property
    def image(self) -> QImage:
        """What is shown."""
        return self._image

    @property
    def size_on_screen(self) -> QSize:
        """How large the picture is on the screen."""
        return self._size

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(420, 420)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture in a frame."""
        painter = QPainter(self)
        theme = colours(self)
        painter.fillRect(self.rect(), theme.colour("base"))
        room = self.size() - QSize(24, 24)
        size = self._size
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(QRectF(self.rect()).center())
        if self._image.hasAlphaChannel():
            self._paint_checks(painter, place)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, self._image)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_checks(self, painter: QPainter, place: QRectF) -> None:
        painter.save()
        painter.setClipRect(place)
        painter.fillRect(place, LIGHT.colour("panel"))  # what is on it is in the light theme's colours
        for row in range(int(place.height() // _CHECK) + 1):
            for column in range(row % 2, int(place.width() // _CHECK) + 1, 2):
                square = QRectF(place.left() + column * _CHECK, place.top() + row * _CHECK, _CHECK, _CHECK)
                painter.fillRect(square, LIGHT.colour("line"))
        painter.restore()
