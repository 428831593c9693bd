"""Where the network's pictures come from: samples, files, folders, the clipboard, the camera, the other workspace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.core import ImageError, UserError, image_from_pixels, load_image, parse_matrix
from cnnexplorer.core.data_reading import SUFFIXES as NUMBERS
from cnnexplorer.core.importing import read_image
from cnnexplorer.core.messages import CLIPBOARD, mark
from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.ui.folders import PICTURES, first_folder
from cnnexplorer.ui.language import _
from cnnexplorer.ui.tasks import LatestTask

from .camera import Camera, open_camera
from .state import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtCore import QMimeData
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.settings import Settings

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm")
MAX_SIDE = 1024  # larger pictures are scaled down: every network here sees fewer pixels
MAX_OF_ONE = 16.0  # values up to that are no grey levels of 8 bits: the largest of them is white


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
        A file was opened, or is gone: the list of recent files is another.
    """

    taken = Signal(object)
    refused = Signal(object)
    changed = Signal()
    opened = Signal(object)

    def __init__(
        self,
        settings: Settings,
        parent: QObject | None = None,
        camera: Callable[[], Any] = open_camera,
    ) -> None:
        super().__init__(parent)
        self._settings, self._camera = settings, Camera(camera)
        self._task, self._frames = LatestTask(self), LatestTask(self)
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
        self._load(lambda: make_sample(id_), "sample", SAMPLES[id_].title)

    def use_image(self, image: NDArray[np.float64], title: str) -> None:
        """Take the Convolution workspace's picture."""
        if self.kind != "convolution":
            self._begin("convolution")
        self._deliver(as_picture(image), title)

    def ask(self, window: QWidget) -> None:
        """Let the user choose a file."""
        patterns = " ".join(f"*{suffix}" for suffix in (*SUFFIXES, *NUMBERS))
        pictures, everything = _("Pictures"), _("All files")
        name, _filter = QFileDialog.getOpenFileName(
            window,
            _("Open a picture"),
            str(first_folder(self._settings.get("folder", ""), usual=PICTURES)),
            f"{pictures} ({patterns});;{everything} (*)",
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path, then: Callable[[], object] = lambda: None) -> None:
        """Open a picture file, an array of numbers, or a folder; `then` is done when a file's picture is taken."""
        if _is_folder(path):
            self.open_folder(path)
            return

        def opened() -> None:
            self._settings.add_recent(path.absolute())
            self._settings.set("folder", str(path.absolute().parent))
            self.opened.emit(path)

        def failed(error: BaseException) -> None:
            self._fail(error)
            if not os.path.lexists(path):
                self._settings.forget_recent(path.absolute())
                self.opened.emit(path)

        self._load(lambda: _read(path), "file", path.name, opened, failed, then)

    def ask_folder(self, window: QWidget) -> None:
        """Let the user choose a folder to step through."""
        start = first_folder(self._settings.get("folder", ""), usual=PICTURES)
        name = QFileDialog.getExistingDirectory(window, _("Open a folder of pictures"), str(start))
        if name:
            self.open_folder(Path(name))

    def open_folder(self, folder: Path) -> None:
        """Step through the pictures of a folder."""

        def known(files: tuple[Path, ...]) -> None:
            self._folder = files
            self._settings.set("folder", str(folder.absolute()))
            self._begin("folder")
            self._show_file(0)

        self._task.start(lambda: pictures_of(folder), known, self._fail)

    def step(self, by: int) -> None:
        """Show the next picture of the folder, or the one before; behind the last comes the first."""
        if self.folder:
            self._show_file((self._index + by) % len(self._folder))

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
        elif data.hasImage():  # a browser gives an address too
            image = data.imageData()
            self._take_pixels(image.toImage() if isinstance(image, QPixmap) else image)
        elif data.hasUrls():
            self.refused.emit(ImageError("only files of this computer can be opened: save the picture first"))
        elif data.hasText() and data.text().strip():
            text = data.text()
            self._load(lambda: parse_matrix(text)[None], "file", CLIPBOARD)
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
        self._frames.start(self._camera.picture, self._take_frame, self._camera_failed)

    def let_go(self) -> None:
        """Keep the present picture, and follow the camera, the folder or the other workspace no more."""
        self._begin("kept")

    def close(self) -> None:
        """Wait for work under way, and let the camera go."""
        self._frames.close()
        self._task.close()
        self._camera.release()

    # the inside

    def _begin(self, kind: str) -> None:
        """Another kind of source begins: what was asked for before must not arrive any more."""
        self._task.cancel()
        if self.kind == "camera":
            self._frames.start(self._camera.release, lambda _nothing: None, self._fail)
        self.kind = kind
        self.changed.emit()

    def _load(
        self,
        make: Callable[[], NDArray[np.float64]],
        kind: str,
        title: str,
        opened: Callable[[], object] = lambda: None,
        failed: Callable[[BaseException], None] | None = None,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Make a picture on the worker; what was shown before stays until it is there."""

        def loaded(picture: NDArray[np.float64]) -> None:
            self._begin(kind)
            opened()
            self._deliver(picture, title)
            then()

        self._task.start(lambda: as_picture(make()), loaded, failed or self._fail)

    def _show_file(self, index: int) -> None:
        """Read a picture of the folder; behind one that cannot be read the others can still be stepped to."""
        self._index = index
        path = self._folder[index]

        def failed(error: BaseException) -> None:
            self.changed.emit()
            self._fail(error)

        self._load(lambda: load_image(path, max_side=MAX_SIDE), "folder", path.name, failed=failed)

    def _take_pixels(self, image: object) -> None:
        if not isinstance(image, QImage) or image.isNull():
            self.refused.emit(ImageError("the clipboard's picture cannot be read: save it as a file and open that"))
            return

        self._load(lambda: _pixels(image), "file", CLIPBOARD)

    def _take_frame(self, picture: NDArray[np.float64]) -> None:
        self._frames.start(self._camera.picture, self._take_frame, self._camera_failed)
        self._deliver(picture, mark("camera"))

    def _camera_failed(self, error: BaseException) -> None:
        self.kind = "kept"
        self.changed.emit()
        self._fail(error)

    def _deliver(self, picture: NDArray[np.float64], title: str) -> None:
        self.taken.emit(Source(picture, title))

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, MemoryError):
            error = ImageError("there is not enough memory for this picture: choose a smaller size for it")
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)


def as_picture(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an image, (3, H, W) or of any number of grey channels, with values from 0 to 1.

    Values from 0 to 16 are divided by the largest, those to 255 by 255; others are stretched from the smallest to the
    largest.

    >>> as_picture(np.array([[[0.0, 51.0, 255.0]]])).tolist()
    [[[0.0, 0.2, 1.0]]]
    >>> as_picture(np.array([[[0.0, 1.0, 4.0]]])).tolist()
    [[[0.0, 0.25, 1.0]]]
    >>> as_picture(np.array([[[-2.0, 0.0, 2.0]]])).tolist()
    [[[0.0, 0.5, 1.0]]]
    """
    if len(image) not in (1, 3):
        image = image.mean(axis=0, keepdims=True)
    low, high = float(image.min()), float(image.max())
    if low >= 0 and high <= 1:
        return image
    if low >= 0 and high <= 255:
        return image / (255 if high > MAX_OF_ONE else high)
    span = high / 2 - low / 2  # halves: the difference of huge numbers is infinite
    return (image / 2 - low / 2) / span if span > 0 else np.clip(image, 0, 1)


def pictures_of(folder: Path) -> tuple[Path, ...]:
    """Return the picture files in a folder, sorted by name.

    Raises
    ------
    ImageError
        The folder cannot be read, or there is no picture in it.
    """
    name = folder.name or str(folder)
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError as error:
        raise ImageError("{folder} cannot be read ({reason})", folder=name, reason=error.strerror) from error
    if not found:
        raise ImageError("there is no picture in {folder}: choose a folder that holds some", folder=name)
    return tuple(found)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, or a folder that may not be entered: reading it tells
        return False


def _read(path: Path) -> NDArray[np.float64]:
    return read_image(path)[0] if path.suffix.lower() in NUMBERS else load_image(path, max_side=MAX_SIDE)


def _pixels(image: QImage) -> NDArray[np.float64]:
    converted = image.convertToFormat(QImage.Format.Format_RGBA8888)
    if converted.isNull():
        raise MemoryError
    height, width = converted.height(), converted.width()
    rows = np.frombuffer(converted.constBits(), np.uint8).reshape(height, converted.bytesPerLine())
    return image_from_pixels(np.ascontiguousarray(rows[:, : 4 * width].reshape(height, width, 4)), max_side=MAX_SIDE)
