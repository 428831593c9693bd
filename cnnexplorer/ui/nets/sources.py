"""Where the network's pictures come from: samples, files, folders, the clipboard, the camera, the other workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core import ImageError, NumberError, UserError, image_from_pixels, load_image, parse_matrix
from cnnexplorer.core.messages import CLIPBOARD, mark
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask

from .model import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.settings import Settings

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm")
MAX_SIDE = 1024  # larger pictures are scaled down: every network here sees fewer pixels
CAMERA_SIDE = 256


class PictureSources(QObject):
    """Reads pictures off the GUI thread; the latest one asked for wins.

    Signals
    -------
    taken(Source)
        A picture is there.
    refused(error)
        Expected trouble.
    changed()
        Another kind of source, another place in the folder, or the camera was switched.
    opened(Path)
        A file was opened.
    """

    taken = Signal(object)
    refused = Signal(object)
    changed = Signal()
    opened = Signal(object)

    def __init__(
        self,
        settings: Settings,
        parent: QObject | None = None,
        camera: Callable[[], Any] = lambda: cv2.VideoCapture(0),
    ) -> None:
        super().__init__(parent)
        self._settings, self._make_camera = settings, camera
        self._task, self._frames = LatestTask(self), LatestTask(self)
        self._capture: Any = None
        self._folder: tuple[Path, ...] = ()
        self._index = 0
        self.kind = "sample"

    @property
    def folder(self) -> tuple[Path, ...]:
        """The pictures of the folder that is stepped through, sorted by name; empty when none is."""
        return self._folder if self.kind == "folder" else ()

    @property
    def index(self) -> int:
        """Which picture of the folder is shown."""
        return self._index

    def use_sample(self, id_: str) -> None:
        """Take a picture that comes with the program."""
        self._begin("sample")
        self._deliver(make_sample(id_), SAMPLES[id_].title)

    def use_image(self, image: NDArray[np.float64], title: str) -> None:
        """Take the Convolution workspace's picture."""
        if self.kind != "convolution":
            self._begin("convolution")
        self._deliver(image, title)

    def ask(self, window: QWidget) -> None:
        """Let the user choose a file."""
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        pictures, everything = _("Pictures"), _("All files")
        name, _filter = QFileDialog.getOpenFileName(
            window,
            _("Open a picture"),
            self._settings.get("folder", ""),
            f"{pictures} ({patterns});;{everything} (*)",
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a picture file, or a folder of them."""
        if path.is_dir():
            self.open_folder(path)
            return
        self._read(path, "file")

    def ask_folder(self, window: QWidget) -> None:
        """Let the user choose a folder to step through."""
        name = QFileDialog.getExistingDirectory(
            window, _("Open a folder of pictures"), self._settings.get("folder", "")
        )
        if name:
            self.open_folder(Path(name))

    def open_folder(self, folder: Path) -> None:
        """Step through the pictures of a folder."""

        def listed() -> tuple[Path, ...]:
            try:
                found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
            except OSError as error:
                raise ImageError(
                    "{folder} cannot be read ({reason})", folder=folder.name, reason=error.strerror
                ) from error
            if not found:
                raise ImageError("there is no picture in {folder}: choose a folder that holds some", folder=folder.name)
            return tuple(found)

        def known(files: tuple[Path, ...]) -> None:
            self._folder, self._index = files, 0
            self._settings.set("folder", str(folder.absolute()))
            self._read(files[0], "folder")

        self._task.start(listed, known, self._fail)

    def step(self, by: int) -> None:
        """Show the next picture of the folder, or the one before; behind the last comes the first."""
        if self.folder:
            self._index = (self._index + by) % len(self._folder)
            self._read(self._folder[self._index], "folder")

    def paste(self) -> None:
        """Take the clipboard's picture, file or matrix of numbers."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None where nobody owns the clipboard
        if data is None or not self.take(data):
            self.refused.emit(
                ImageError("there is no picture in the clipboard: copy a picture, or cells of a spreadsheet, first")
            )

    def take(self, data: QMimeData) -> bool:
        """Take what was pasted or dropped; tell whether there was anything of use."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self.open(files[0])
        elif data.hasUrls():
            self.refused.emit(ImageError("only files of this computer can be opened: save the picture first"))
        elif data.hasImage():
            image = data.imageData()
            self._take_pixels(image.toImage() if isinstance(image, QPixmap) else image)
        elif data.hasText() and data.text().strip():
            self._take_matrix(data.text())
        else:
            return False
        return True

    @property
    def camera_on(self) -> bool:
        """Whether the camera's pictures are shown."""
        return self.kind == "camera"

    def set_camera(self, on: bool) -> None:
        """Show the camera's pictures as they come, or stop that."""
        if on == self.camera_on:
            return
        if not on:
            self.let_go()
            return
        self._begin("camera")
        self._frames.start(self._open_camera, self._take_frame, self._camera_failed)

    def let_go(self) -> None:
        """Keep the present picture, and follow the camera, the folder or the other workspace no more."""
        self._begin("kept")

    def close(self) -> None:
        """Wait for work under way, and let the camera go."""
        self._frames.close()
        self._task.close()
        self._release()

    # the inside

    def _begin(self, kind: str) -> None:
        """Another kind of source begins: what was asked for before must not arrive any more."""
        self._task.cancel()
        if self.kind == "camera":
            self._frames.cancel()
            capture, self._capture = self._capture, None
            if capture is not None:
                self._frames.start(capture.release, lambda _nothing: None, self._fail)
        self.kind = kind
        self.changed.emit()

    def _release(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _read(self, path: Path, kind: str) -> None:
        def loaded(image: NDArray[np.float64]) -> None:
            self._begin(kind)
            if kind == "file":
                self._settings.add_recent(path.absolute())
                self._settings.set("folder", str(path.absolute().parent))
                self.opened.emit(path)
            self._deliver(image, path.name)

        self._task.start(lambda: load_image(path, max_side=MAX_SIDE, name=path.name), loaded, self._fail)

    def _take_pixels(self, image: object) -> None:
        if not isinstance(image, QImage) or image.isNull():
            self.refused.emit(ImageError("the clipboard's picture cannot be read: save it as a file and open that"))
            return

        def loaded(pixels: NDArray[np.float64]) -> None:
            self._begin("file")
            self._deliver(pixels, CLIPBOARD)

        self._task.start(lambda: _pixels(image), loaded, self._fail)

    def _take_matrix(self, text: str) -> None:
        try:
            matrix = parse_matrix(text)
        except NumberError as error:
            self.refused.emit(error)
            return
        self._begin("file")
        self._deliver(matrix[None], CLIPBOARD)

    def _open_camera(self) -> NDArray[np.float64]:
        capture = self._make_camera()
        if not capture.isOpened():
            capture.release()
            raise ImageError("no camera answers: connect one, and close other programs that use it")
        self._capture = capture
        return _frame(capture)

    def _take_frame(self, image: NDArray[np.float64]) -> None:
        capture = self._capture
        if capture is not None and self.camera_on:
            self._frames.start(lambda: _frame(capture), self._take_frame, self._camera_failed)
            self._deliver(image, mark("camera"))

    def _camera_failed(self, error: BaseException) -> None:
        self._release()
        self.kind = "kept"
        self.changed.emit()
        self._fail(error)

    def _deliver(self, image: NDArray[np.float64], title: str) -> None:
        self.taken.emit(Source(as_picture(image), title))

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, MemoryError):
            error = ImageError("there is not enough memory for this picture: choose a smaller size for it")
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)


def as_picture(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an image, (3, H, W) or of any number of grey channels, with values from 0 to 1.

    Values to 255 are divided by 255; other values outside are stretched from the smallest to the largest.

    >>> as_picture(np.array([[[0.0, 255.0]]])).tolist()
    [[[0.0, 1.0]]]
    """
    if len(image) not in (1, 3):
        image = image.mean(axis=0, keepdims=True)
    low, high = float(image.min()), float(image.max())
    if low >= 0 and high <= 1:
        return image
    if low >= 0 and high <= 255:
        return image / 255
    return (image - low) / (high - low) if high > low else np.clip(image, 0, 1)


def _pixels(image: QImage) -> NDArray[np.float64]:
    converted = image.convertToFormat(QImage.Format.Format_RGBA8888)
    height, width = converted.height(), converted.width()
    rows = np.frombuffer(converted.constBits(), np.uint8).reshape(height, converted.bytesPerLine())
    return image_from_pixels(np.ascontiguousarray(rows[:, : 4 * width].reshape(height, width, 4)), max_side=MAX_SIDE)


def _frame(capture: Any) -> NDArray[np.float64]:  # noqa: ANN401  # OpenCV's, or a test's
    """Return the camera's next picture: the square in its middle, mirrored as one sees oneself."""
    good, frame = capture.read()
    if not good or frame is None:
        raise ImageError("the camera gives no picture any more: switch it on again")
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = frame[top : top + side, left : left + side][:, ::-1, ::-1]  # BGR -> RGB
    small = cv2.resize(np.ascontiguousarray(square), (CAMERA_SIDE, CAMERA_SIDE), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small.transpose(2, 0, 1)) / 255
