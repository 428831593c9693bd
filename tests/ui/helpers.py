"""Hands and eyes of the interface tests: real events in, pictures and texts out."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnexplorer.ui.language import SaidWhenSeen
from cnnexplorer.ui.widgets.painting import colour_table, to_indices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PySide6.QtCore import QObject
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow

OUTPUT = Path(__file__).parent.parent / "output"
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def type_text(widget: QWidget, text: str) -> None:
    """Type into a widget; unlike `keyClicks` also what is not Latin-1, such as the minus sign U+2212."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, ord(letter.upper()) & 0x7F, NONE, letter))


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(widget, key, modifiers)


def double_click(widget: QWidget, place: QPoint | None = None, button: Qt.MouseButton = LEFT) -> None:
    """Double-click, and let the button go, which `mouseDClick` alone does not."""
    place = widget.rect().center() if place is None else place
    QTest.mouseDClick(widget, button, NONE, place)
    QTest.mouseRelease(widget, button, NONE, place)


def enter(field: QWidget, text: str) -> None:
    """Put a text into a field in place of what is there, and press Enter."""
    field.setFocus()
    field.selectAll()
    type_text(field, text)
    press(field, Qt.Key.Key_Return)


def choose(choice: QWidget, value: str) -> None:
    """Choose an entry of a list as a user does: with the keyboard."""
    choice.setFocus()
    target = choice.findData(value)
    assert target >= 0, f"no {value} in the list"
    press(choice, Qt.Key.Key_Home)
    for _step in range(choice.count() + 1):
        if choice.currentIndex() == target:
            break
        press(choice, Qt.Key.Key_Down)
    if choice.currentIndex() != target:
        raise AssertionError(f"{value} cannot be reached by keyboard")
    # the first entry may have been chosen all along: then nothing was activated
    press(choice, Qt.Key.Key_Return)


def pick(choice: QWidget, value: str) -> None:
    """Choose an entry straight away, as a click on it in the open list does."""
    index = choice.findData(value)
    assert index >= 0, f"no {value} in the list"
    choice.setCurrentIndex(index)
    choice.activated.emit(index)


def cell_point(view: QWidget, row: int, column: int) -> QPoint:
    rect = view.placement.rect(row, column) if hasattr(view, "placement") else view.cell_rect(row, column)
    return rect.center().toPoint()


def click_cell(qtbot: QtBot, view: QWidget, row: int, column: int) -> None:
    qtbot.mouseClick(view, LEFT, NONE, cell_point(view, row, column))


def hover_cell(qtbot: QtBot, view: QWidget, row: int, column: int) -> None:
    # away and back, or a mouse that lies there already would not move
    qtbot.mouseMove(view, QPoint(0, 0))
    qtbot.mouseMove(view, cell_point(view, row, column))


def drag_cells(qtbot: QtBot, view: QWidget, *cells: tuple[int, int]) -> None:
    qtbot.mousePress(view, LEFT, NONE, cell_point(view, *cells[0]))
    for cell in cells[1:]:
        qtbot.mouseMove(view, cell_point(view, *cell))
    qtbot.mouseRelease(view, LEFT, NONE, cell_point(view, *cells[-1]))


def wheel(widget: QWidget, point: QPoint, steps: float = 1, modifiers: Qt.KeyboardModifier = NONE) -> None:
    event = QWheelEvent(
        QPointF(point), QPointF(widget.mapToGlobal(point)), QPoint(), QPoint(0, round(120 * steps)),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def files_data(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(widget: QWidget, data: QMimeData) -> bool:
    """Drag data over a widget and drop it; tell whether it was taken."""
    middle = widget.rect().center()
    action, button = Qt.DropAction.CopyAction, LEFT
    QApplication.sendEvent(widget, QDragEnterEvent(middle, action, data, button, NONE))
    event = QDropEvent(QPointF(middle), action, data, button, NONE)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def catch_up(root: QWidget) -> None:
    """Let what is hidden say what it puts off until it is seen."""
    for part in [root, *root.findChildren(QWidget)]:
        if isinstance(part, SaidWhenSeen):
            part.catch_up()


def pixels(image: QImage) -> NDArray[np.int64]:
    """Return a picture as (H, W, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(np.int64)


def grab(widget: QWidget) -> NDArray[np.int64]:
    return pixels(widget.grab().toImage())


@contextmanager
def pictured(name: str, *images: NDArray[np.int64]) -> Iterator[None]:
    """Save the pictures to tests/output when what is said about them is not so."""
    try:
        yield
    except AssertionError:
        OUTPUT.mkdir(exist_ok=True)
        for number, image in enumerate(images):
            data = np.ascontiguousarray(image.astype(np.uint8))
            height, width = data.shape[:2]
            picture = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            picture.save(str(OUTPUT / f"{name}-{number}.png"))
        raise


def colour_of(name: str, value: float, limits: tuple[float, float]) -> NDArray[np.int64]:
    """Return the colour that stands for a value."""
    colour = QColor.fromRgb(colour_table(name)[int(to_indices(np.array([value]), *limits)[0])])
    return np.array([colour.red(), colour.green(), colour.blue()])


def cell_pixels(image: NDArray[np.int64], rect: object, inset: int = 3) -> NDArray[np.int64]:
    """Return the pixels inside a cell, without its outline."""
    top, left = round(rect.top()) + inset, round(rect.left()) + inset
    bottom, right = round(rect.bottom()) - inset, round(rect.right()) - inset
    return image[top:bottom, left:right]


def corner_colour(image: NDArray[np.int64], rect: object, inset: int = 3) -> NDArray[np.int64]:
    """Return the colour of a cell beside its number: in its upper left corner."""
    return image[round(rect.top()) + inset, round(rect.left()) + inset]


def close_to(one: NDArray[np.int64], other: NDArray[np.int64], tolerance: int = 4) -> bool:
    return bool((np.abs(np.asarray(one) - np.asarray(other)) <= tolerance).all())


def image_of(window: MainWindow) -> NDArray[np.float64]:
    return window.conv.model.experiment.image


def set_image(window: MainWindow, values: object, *stages: object) -> None:
    """Give the window an experiment of its own."""
    from cnnexplorer.core import Experiment

    array = np.array(values, dtype=float)
    array = array[None] if array.ndim == 2 else array
    experiment = Experiment(array, stages)
    window.conv.model.edit(lambda _old: experiment, "a test's own")


def heard(signal: object) -> list[tuple[object, ...]]:
    """Return a list that fills with what a signal tells."""
    told: list[tuple[object, ...]] = []
    signal.connect(lambda *values: told.append(values))
    return told


def settled(widget: QObject) -> None:
    """Let posted events be done, without waiting for time to pass."""
    QApplication.sendPostedEvents()
    QApplication.processEvents()
