"""From a takeaway to the bytes of its file: painted on the GUI thread, packed on another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from cnnexplorer.core.files import atomic_file, write_file
from cnnexplorer.core.messages import mark
from cnnexplorer.core.metadata import FigureNotes, png_bytes, rdf, xmp
from cnnexplorer.ui.language import language

from .facts import PROGRAM
from .rendering import DOTS, Figure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from threading import Event

    from numpy.typing import NDArray
    from PySide6.QtGui import QPdfWriter

    from cnnexplorer.core.data_files import Arrays, DataFormat
    from cnnexplorer.core.messages import Note

    from .rendering import FigureWish
    from .takeaway import Takeaway

    Session = Callable[[], bytes | None]

_LEAST_WIDTH = 200  # pixels

PICTURES = {
    "png": mark("Picture in pixels (PNG)"),
    "svg": mark("Drawing in lines and areas (SVG)"),
    "pdf": mark("Page (PDF)"),
}


class GivenUp(Exception):
    """Nobody wants the file any more: nothing of it is left."""


def no_session() -> bytes | None:
    """Return the session where there is none."""
    return None


def notes_of(takeaway: Takeaway) -> FigureNotes:
    """Return what a takeaway's file tells of itself."""
    return FigureNotes(takeaway.title, takeaway.facts, language(), PROGRAM)


def begin_picture(
    takeaway: Takeaway, wish: FigureWish, format_id: str, session: Session = no_session, session_file: str = ""
) -> Callable[[], bytes]:
    """Paint a picture now, and return what packs it into the bytes of its file on any thread.

    Parameters
    ----------
    format_id
        "png", "svg" or "pdf".
    session
        Gives the session that travels in a PNG; called on that thread.
    session_file
        The name of the file in which the session is kept, if it is.
    """
    figure, notes = Figure(takeaway, wish), replace(notes_of(takeaway), session_file=session_file)
    if format_id == "svg":
        document = figure.svg()
        return lambda: document.text(notes.title, notes.description, rdf(notes)).encode()
    if format_id == "pdf":
        page = figure.pdf(partial(_describe, notes))
        return lambda: page
    image = figure.image()
    return lambda: png_bytes(pixels_of(image), replace(notes, session=session()), DOTS * wish.scale)


def begin_small_picture(takeaway: Takeaway, wish: FigureWish, limit: int) -> Callable[[], bytes]:
    """Paint a picture now, and return what packs it as a PNG of at most `limit` bytes: the same one, or a smaller."""
    image, notes = Figure(takeaway, wish).image(), notes_of(takeaway)

    def pack() -> bytes:
        shown = image
        while True:
            data = png_bytes(pixels_of(shown), notes, DOTS * wish.scale * shown.width() / image.width())
            if len(data) <= limit or shown.width() <= _LEAST_WIDTH:
                return data
            width = max(shown.width() * 3 // 4, _LEAST_WIDTH)
            shown = shown.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)

    return pack


def save_picture(pack: Callable[[], bytes], path: Path, cancelled: Event) -> tuple[Note, ...]:
    """Pack a picture and write it, whole or not at all; not where that was cancelled meanwhile. Raises `SaveError`."""
    data = pack()
    if not cancelled.is_set():
        write_file(path, data)
    return ()


def save_data(
    takeaway: Takeaway, format_: DataFormat, arrays: Arrays, path: Path, notes: FigureNotes, cancelled: Event
) -> tuple[Note, ...]:
    """Write arrays, whole or not at all, and return what is worth knowing of the file.

    Raises
    ------
    SaveError, DataError
        The file cannot be written; the format cannot hold these arrays.
    GivenUp
        It was cancelled meanwhile.
    """
    facts = {"Description": notes.description, "Software": notes.program, "Title": notes.title}
    with atomic_file(path) as file:
        told = format_.write(arrays, file, None, facts)  # of all values: colours may spread farther
        if cancelled.is_set():
            raise GivenUp
    return told


def clipboard_image(takeaway: Takeaway, wish: FigureWish) -> QImage:
    """Return a picture for the clipboard, with its title and facts as texts."""
    image, notes = Figure(takeaway, wish).image(), notes_of(takeaway)
    for key, text in (("Title", notes.title), ("Description", notes.description), ("Software", notes.program)):
        image.setText(key, text)
    return image


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Return a picture as (H, W, 4), or (H, W, 3) where nothing of it is transparent."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    lines = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    pixels = lines[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4)
    # a copy: the picture's memory goes with the picture
    return np.array(pixels[..., :3] if pixels[..., 3].min() == 255 else pixels)


def _describe(notes: FigureNotes, writer: QPdfWriter) -> None:
    writer.setTitle(notes.title)
    writer.setCreator(notes.program)
    writer.setDocumentXmpMetadata(xmp(notes))
