"""Pictures from files, drops and the clipboard, read off the GUI thread."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QDialog

import cnnexplorer.core
from cnnexplorer.core import ImageError, NumberError, UserError, parse_matrix
from cnnexplorer.core.data_reading import SUFFIXES
from cnnexplorer.core.editing import with_image
from cnnexplorer.core.importing import read_image
from cnnexplorer.core.messages import CLIPBOARD, mark
from cnnexplorer.core.stages import frozen_array
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask

from .picture_dialog import MAX_SIDE, Picture, PictureDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.core.messages import Note
    from cnnexplorer.ui.settings import Settings

    from .model import ConvModel

PATTERNS = "*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff *.ppm *.pgm *.pbm *.pnm"
NUMBERS = " ".join(f"*{suffix}" for suffix in SUFFIXES)
SUGGESTED_SIDE = 1024
MAX_OF_ONE = 16.0  # an input with larger values counts as one from 0 to 255


class PictureLoader(QObject):
    """Turns picture files into the model's input.

    A picture goes in as it is when it is small enough and has one frame; else the user is asked.

    Signals: `refused(error)`, `told(text)`, `opened()`, `peak_changed(1 or 255)`, `busy_changed(bool)`.
    """

    refused = Signal(object)
    told = Signal(str)
    opened = Signal()
    peak_changed = Signal(float)
    busy_changed = Signal(bool)

    def __init__(self, model: ConvModel, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._settings = model, settings
        self._task = LatestTask(self)
        self._task.busy_changed.connect(self.busy_changed)
        self._previews = LatestTask(self)
        self.picture: Picture | None = None
        self.peak = remembered_peak(settings)

    def open(self, path: Path, window: QWidget, then: Callable[[], object] = lambda: None) -> None:
        """Open a picture file, or one of numbers; `then` is done when a picture is the input."""
        if path.suffix.lower() in SUFFIXES:
            self._read_numbers(path)
        else:
            self._read(path, path.name, window, then)

    def paste(self, window: QWidget) -> None:
        """Take the clipboard's picture, file or matrix of numbers."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None where nobody owns the clipboard
        if data is None or not self.take(data, window):
            self.refused.emit(
                ImageError("there is no picture in the clipboard: copy a picture, or cells of a spreadsheet, first")
            )

    def take(self, data: QMimeData, window: QWidget) -> bool:
        """Take what was pasted or dropped; tell whether there was anything of use."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self.open(files[0], window)
        elif data.hasUrls():
            self.refused.emit(ImageError("only files of this computer can be opened: save the picture first"))
        elif data.hasImage():
            image = data.imageData()
            self._take_pixels(image.toImage() if isinstance(image, QPixmap) else image, window)
        elif data.hasText() and data.text().strip():
            self._take_matrix(data.text())
        else:
            return False
        return True

    def adjust(self, window: QWidget) -> None:
        """Ask again how the present picture becomes the input."""
        if self.picture is not None:
            self._ask_how(self.picture, window)

    def set_peak(self, peak: float) -> None:
        """Write white as 1 or as 255; the input is converted."""
        if peak != self.peak:
            factor = peak / self.peak
            self._model.edit_image(lambda image: image * factor, mark("change the range of values"))
            self._take_peak(peak)

    def follow(self, largest: float) -> None:
        """Know how white is written from the input's largest value; undo and redo may have changed it."""
        if largest > 0:
            self._take_peak(255.0 if largest > MAX_OF_ONE else 1.0)

    def _take_peak(self, peak: float) -> None:
        if peak != self.peak:
            self.peak = peak
            self._settings.set("peak", peak)
        self.peak_changed.emit(peak)

    def close(self) -> None:
        """Wait for the work under way."""
        self._previews.close()
        self._task.close()

    def cancel(self) -> None:
        """Forget a picture that is being read: something newer became the input."""
        self._task.cancel()

    def _read(
        self, source: Path | bytes, name: str, window: QWidget, then: Callable[[], object] = lambda: None
    ) -> None:
        def inspected(info: object) -> None:
            picture = Picture(source, info)  # type: ignore[arg-type]
            picture = replace(picture, channels=picture.info.channels)
            if picture.info.frames > 1 or max(picture.info.width, picture.info.height) > MAX_SIDE:
                too_large = max(picture.info.width, picture.info.height) > MAX_SIDE
                self._ask_how(replace(picture, max_side=SUGGESTED_SIDE) if too_large else picture, window, then)
            else:
                self._load(picture, then)

        self._task.start(
            lambda: cnnexplorer.core.inspect_image(source, name=name),
            inspected,
            lambda error: self._fail(error, source),
        )

    def _read_numbers(self, path: Path) -> None:
        """Take an array as the input, its numbers as they are."""

        def read(found: tuple[NDArray[np.float64], Note]) -> None:
            image, note = found
            if self._model.edit(lambda e: with_image(e, image), mark("open an array")):
                self._take_file(None, path)
                self.told.emit(note.sentence(_))

        self._task.start(lambda: _numbers(path), read, lambda error: self._fail(error, path))

    def _take_file(self, picture: Picture | None, source: Path | bytes) -> None:
        """Remember where the input comes from."""
        self.picture = picture
        if isinstance(source, Path):
            self._settings.add_recent(source.absolute())
            self._settings.set("folder", str(source.absolute().parent))
        self.opened.emit()

    def _ask_how(self, picture: Picture, window: QWidget, then: Callable[[], object] = lambda: None) -> None:
        dialog = PictureDialog(picture, self._previews, window)
        dialog.finished.connect(lambda answer: self._answered(dialog, answer, then))
        dialog.open()

    def _answered(self, dialog: PictureDialog, answer: int, then: Callable[[], object]) -> None:
        picture = dialog.picture
        dialog.deleteLater()
        if answer == QDialog.DialogCode.Accepted:
            self._load(picture, then)

    def _load(self, picture: Picture, then: Callable[[], object]) -> None:
        def loaded(image: NDArray[np.float64]) -> None:
            if self._model.edit(lambda e: with_image(e, image), mark("open a picture")):
                self._take_file(picture, picture.source)
                then()

        peak = self.peak
        self._task.start(lambda: _scaled(picture.load(), peak), loaded, lambda error: self._fail(error, picture.source))

    def _fail(self, error: BaseException, source: Path | bytes) -> None:
        if isinstance(error, MemoryError):
            error = ImageError("there is not enough memory for this picture: choose a smaller size for it")
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)
        if isinstance(source, Path) and not os.path.lexists(source):
            self._settings.forget_recent(source.absolute())
            self.opened.emit()

    def _take_pixels(self, image: object, window: QWidget) -> None:
        """Take pixels as a picture file in memory, so that frame, part and size can be adjusted as a file's."""
        if not isinstance(image, QImage) or image.isNull():
            self.refused.emit(ImageError("the clipboard's picture cannot be read: save it as a file and open that"))
            return
        self._task.start(
            lambda: _png(image),
            lambda data: self._read(data, CLIPBOARD, window),
            lambda error: self._fail(error, b""),
        )

    def _take_matrix(self, text: str) -> None:
        try:
            matrix = parse_matrix(text)
        except NumberError as error:
            self.refused.emit(error)
            return
        self.cancel()
        if self._model.edit(lambda e: with_image(e, matrix[None]), mark("paste a matrix")):
            self.picture = None
            self.opened.emit()


def remembered_peak(settings: Settings) -> float:
    """Return how white is written, 1 or 255, as it was chosen last."""
    return 255.0 if settings.get("peak", 1.0) == 255 else 1.0


def _numbers(path: Path) -> tuple[NDArray[np.float64], Note]:
    """Return an array as an image that need not be copied again, and what is to be said of it."""
    image, note = read_image(path)
    return frozen_array(image), note


def _scaled(image: NDArray[np.float64], peak: float) -> NDArray[np.float64]:
    """Return an image in the values in use, as an array of its own that need not be copied again."""
    scaled = image * peak
    scaled.flags.writeable = False
    return scaled


def _png(image: QImage) -> bytes:
    """Return a Qt image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 100)  # type: ignore[call-overload]  # text, whatever the stubs say; the quality of a PNG is its speed
    return bytes(buffer.data().data())
