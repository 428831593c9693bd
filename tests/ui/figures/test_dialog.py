"""The dialog, the clipboard and the menus, by real events; the files are read back by other programs."""

from __future__ import annotations

import io
import threading
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from datetime import datetime
from typing import IO, TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QStandardPaths, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from cnnexplorer.core import Activation, Experiment, Pooling, SaveError, load_image, session_from_bytes
from cnnexplorer.core.files import atomic_file
from cnnexplorer.core.metadata import session_in_png
from cnnexplorer.ui.figures import dialog as dialogs
from cnnexplorer.ui.figures import saving
from cnnexplorer.ui.figures.choices import remembered
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.saving import FOLDER
from cnnexplorer.ui.widgets.form import Choice
from cnnexplorer.ui.widgets.painting import Look
from tests.ui.helpers import (
    CONTROL,
    LEFT,
    NONE,
    SHIFT,
    click_cell,
    grab,
    pick,
    pixels,
    press,
    set_image,
    settled,
    type_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.figures.dialog import SaveDialog
    from cnnexplorer.ui.main_window import MainWindow
    from cnnexplorer.ui.settings import Settings

SESSION = b"PK the bytes of a session"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    found = tmp_path / "figures"
    found.mkdir()
    settings.set(FOLDER, str(found))
    return found


@pytest.fixture
def desk(window: MainWindow, folder: Path) -> Iterator[MainWindow]:
    """The window, with a folder for its figures; the dialog that it leaves open is closed."""
    yield window
    if window.figures.dialog is not None:
        window.figures.dialog.reject()
    settled(window)


def open_dialog(window: MainWindow) -> SaveDialog:
    window.activateWindow()
    settled(window)
    press(window, Qt.Key.Key_E, CONTROL)
    dialog = window.figures.dialog
    assert dialog is not None
    return dialog


def choose_view(dialog: SaveDialog, title: str) -> None:
    dialog.list.setFocus()
    press(dialog.list, Qt.Key.Key_Home)
    for _step in range(dialog.list.count()):
        if dialog.list.currentItem().text() == title:
            return
        press(dialog.list, Qt.Key.Key_Down)
    raise AssertionError(f"no {title} in the list")


def choose_format(qtbot: QtBot, dialog: SaveDialog, id_: str) -> None:
    qtbot.waitUntil(lambda: dialog.form.format.is_possible(id_))
    pick(dialog.form.format, id_)


def save(qtbot: QtBot, dialog: SaveDialog) -> Path:
    qtbot.waitUntil(dialog.save_button.isEnabled)
    with qtbot.waitSignal(dialog.saved) as heard:
        qtbot.mouseClick(dialog.save_button, LEFT)
    return heard.args[0]


def retype(field: QWidget, text: str) -> None:
    field.setFocus()
    field.selectAll()
    press(field, Qt.Key.Key_Delete)
    type_text(field, text)


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


# what is offered


def test_what_is_on_screen_is_offered(desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    titles = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert titles[0] == "Stages, step and arithmetic"
    assert titles[-1] == "The whole window"
    for title in ("All stages", "Input", "Padding: the map alone", "ReLU", "Step: the grids", "Kernel", "Filters"):
        assert title in titles
    names = [takeaway.name for takeaway in desk.figures.offers()]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and name == name.lower() for name in names)


def test_the_view_with_the_keys_is_chosen(qtbot: QtBot, desk: MainWindow) -> None:
    click_cell(qtbot, desk.conv.strip.cards["stage", 1].view, 0, 0)
    press(desk.conv.strip.cards["stage", 1].view, Qt.Key.Key_E, CONTROL)
    assert desk.figures.dialog.takeaway.title == "ReLU: the map alone"


def test_the_animation_stands_still(qtbot: QtBot, desk: MainWindow) -> None:
    desk.conv.player.play()
    open_dialog(desk)
    assert not desk.conv.player.playing


def test_the_preview_shows_what_is_chosen(desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU: the map alone")
    view = desk.conv.strip.cards["stage", 1].view
    assert (pixels(dialog.preview.image) == pixels(Figure(dialog.takeaway, FigureWish(1)).image())).all()
    assert dialog.size_label.text() == f"{2 * view.width()} × {2 * view.height()} pixels"
    pick(dialog.form.scale, "4")
    assert dialog.size_label.text() == f"{4 * view.width()} × {4 * view.height()} pixels"
    pick(dialog.form.format, "pdf")
    assert dialog.size_label.text().endswith(" mm")
    before = dialog.preview.image.height()
    dialog.form.caption.click()
    assert dialog.preview.image.height() > before


# saving


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_png_is_what_the_screen_shows(qtbot: QtBot, desk: MainWindow, folder: Path, scale: int) -> None:
    view = desk.conv.strip.cards["stage", 0].view
    desk.actions_["spotlight"].trigger()
    settled(desk)
    seen = grab(view)
    dialog = open_dialog(desk)
    choose_view(dialog, "Convolution: the map alone")
    pick(dialog.form.scale, str(scale))
    path = save(qtbot, dialog)
    assert path == folder / "stage1_convolution_map.png"
    image = opened(path)
    assert image.size == (scale * view.width(), scale * view.height())
    assert image.info["dpi"] == pytest.approx((96 * scale, 96 * scale), abs=0.1)
    if scale == 1:
        assert (np.asarray(image.convert("RGB")) == seen).all()
    assert desk.figures.dialog is None
    assert path.name in desk.status_cell.text()


def test_a_png_tells_of_the_stage_and_brings_the_session_back(qtbot: QtBot, desk: MainWindow) -> None:
    desk.figures._take_session = lambda: (lambda: SESSION, "")
    dialog = open_dialog(desk)
    choose_view(dialog, "Convolution")
    path = save(qtbot, dialog)
    told = opened(path).text
    assert told["Title"] == "Convolution"
    for line in (
        "Stage: 1 Convolution", "Stride: 1 × 1", "Dilation: 1 × 1", "Groups: 1", "Values: from -4 to 4",
        "Kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]", "Program: CNN Explorer 0.1.0",
    ):  # fmt: skip
        assert line in told["Description"].splitlines()
    assert any(line.startswith("Colours: Diverging") for line in told["Description"].splitlines())
    assert session_in_png(path) == SESSION


def test_the_whole_board_tells_of_all_values_and_colours(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "Stages, step and arithmetic")
    lines = opened(save(qtbot, dialog)).text["Description"].splitlines()
    for begin, values, colours in (
        ("Input: 1 × 8 × 8; ", "Values from 0 to 1", "Colours Grey"),
        ("1 Convolution: ", "Values from -4 to 4", "Colours Diverging"),
        ("2 ReLU: ", "Values from 0 to 4", "Colours Diverging"),
    ):
        (line,) = [line for line in lines if line.startswith(begin)]
        assert f"; {values}; {colours}" in line


def test_opening_a_figure_brings_the_experiment_back(qtbot: QtBot, desk: MainWindow) -> None:
    set_image(desk, np.eye(5), Activation("abs"), Pooling("max", 2))
    desk.conv.player.go(7)
    made = desk.conv.model.experiment
    dialog = open_dialog(desk)
    choose_view(dialog, "Stages, step and arithmetic")
    path = save(qtbot, dialog)
    assert load_image(path).ndim == 3  # and it is a picture like any other
    session = session_from_bytes(session_in_png(path))
    assert session.experiment == made
    assert session.step == (0, 7)
    desk.conv.model.edit(lambda _old: Experiment(np.zeros((1, 4, 4)), ()), "another")
    desk.document._set_modified(False)
    desk.open_file(path)
    qtbot.waitUntil(lambda: desk.conv.model.experiment == made)
    qtbot.waitUntil(lambda: desk.conv.player.place == (0, 7))


def test_a_transparent_png_with_a_caption(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "Step: the grids")
    pick(dialog.form.ground, "none")
    dialog.form.caption.click()
    image = opened(save(qtbot, dialog))
    assert image.mode == "RGBA"
    alpha = np.asarray(image)[..., 3]
    assert (alpha == 0).mean() > 0.5
    assert (alpha[2 * desk.conv.step_view.height() :] > 0).any()


def test_an_svg_is_sound_and_tells_of_itself(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU")
    choose_format(qtbot, dialog, "svg")
    path = save(qtbot, dialog)
    assert path.suffix == ".svg"
    root = ET.parse(path).getroot()
    names = {element.tag.rsplit("}")[-1] for element in root.iter()}
    assert {"title", "desc", "metadata", "text", "path", "creator"} - {"creator"} <= names
    assert "Function: f(x) = max(0, x)" in root.findtext("{http://www.w3.org/2000/svg}desc")
    assert "CNN Explorer 0.1.0" in path.read_text(encoding="utf-8")


@pytest.mark.e2e
@pytest.mark.usefixtures("readers")
def test_a_pdf_tells_of_itself(qtbot: QtBot, desk: MainWindow) -> None:
    from .readers import run

    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU")
    choose_format(qtbot, dialog, "pdf")
    path = save(qtbot, dialog)
    told = run("pdfinfo", path).decode()
    assert "ReLU" in told
    assert "CNN Explorer 0.1.0" in told
    card = desk.conv.strip.cards["stage", 1]
    assert f"{card.width() * 0.75:.0f} x {card.height() * 0.75:.0f} pts" in told
    packet = run("pdfinfo", "-meta", path).decode()
    assert "f(x) = max(0, x)" in packet
    ET.fromstring(packet[packet.index("<x:xmpmeta") : packet.index("</x:xmpmeta>") + 12])


@pytest.mark.parametrize(
    ("view", "id_", "read"),
    [
        ("ReLU: the map alone", "npy", lambda path: np.load(path, allow_pickle=False)),
        ("ReLU: the map alone", "csv", lambda path: np.loadtxt(path, delimiter=",")),
        ("ReLU", "npy", lambda path: np.load(path, allow_pickle=False)[0]),
        ("All stages", "npz", lambda path: np.load(path, allow_pickle=False)["stage2_relu"][0]),
    ],
)
def test_numbers_are_saved(qtbot: QtBot, desk: MainWindow, view: str, id_: str, read: object) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, view)
    choose_format(qtbot, dialog, id_)
    path = save(qtbot, dialog)
    assert (read(path) == desk.conv.model.result.outputs[1][0]).all()


@pytest.mark.parametrize(("id_", "top"), [("png8", 255), ("png16", 65535)])
def test_grey_pictures_spread_over_the_values_whatever_the_colours(
    qtbot: QtBot, desk: MainWindow, id_: str, top: int
) -> None:
    desk.conv.show_again({kind: Look("diverging", "fixed", -50, 50) for kind in desk.conv.looks})
    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU: the map alone")
    choose_format(qtbot, dialog, id_)
    values = desk.conv.model.result.outputs[1][0]
    with opened(save(qtbot, dialog)) as image:
        assert (float(image.text["Value of black"]), float(image.text["Value of white"])) == (0, values.max())
        levels = np.asarray(image).astype(float)
    assert np.abs(levels / top * values.max() - values).max() <= values.max() / top


def test_only_formats_that_fit_are_offered(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU: the map alone")
    choose_format(qtbot, dialog, "csv")
    choose_view(dialog, "Input and all stages")
    qtbot.waitUntil(lambda: dialog.form.format.is_possible("npz"))
    assert not dialog.form.format.is_possible("csv")
    assert dialog.form.format.value() == "npz"
    pick(dialog.form.format, "svg")
    choose_view(dialog, "The whole window")
    assert dialog.form.format.value() == "svg"
    assert not dialog.form.format.is_possible("npz")


def test_numbers_are_listed_once_and_by_what_they_are(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)

    def listed() -> list[str]:
        rows = map(dialog.list.item, range(dialog.list.count()))
        return [row.text() for row in rows if not row.isHidden()]

    views = listed()
    assert {"ReLU", "ReLU: the map alone", "Step: the grids", "The whole window"} <= set(views)
    choose_view(dialog, "ReLU: the map alone")
    choose_format(qtbot, dialog, "csv")
    numbers = listed()
    assert {"Input and all stages", "ReLU: all channels", "ReLU: channel 0", "Step: its numbers"} <= set(numbers)
    assert len(set(numbers)) == len(numbers)
    assert not {"The whole window", "ReLU"} & set(numbers)
    shapes = {}
    for title in ("ReLU: channel 0", "ReLU: all channels"):
        choose_view(dialog, title)
        qtbot.waitUntil(lambda: "×" in dialog.size_label.text())
        shapes[title] = dialog.size_label.text()
        assert dialog.windowTitle() == "Save the numbers"
    assert shapes["ReLU: all channels"].endswith(f" × {shapes['ReLU: channel 0']}")
    pick(dialog.form.format, "png")
    assert listed() == views


# names and folders


def test_a_template_names_the_file(qtbot: QtBot, desk: MainWindow, folder: Path) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU")
    retype(dialog.form.name.line, "fig {view}-{layer}-{channel}")
    assert dialog.form.result.text() == "fig card-stage2_relu-0.png"
    assert save(qtbot, dialog) == folder / "fig card-stage2_relu-0.png"
    dialog = open_dialog(desk)
    assert dialog.form.name.line.text() == "fig {view}-{layer}-{channel}"


def test_steps_are_named_as_the_transport_counts_them(desk: MainWindow) -> None:
    desk.conv.player.go(15)
    settled(desk)
    names = [offer.name for offer in desk.conv.takeaways()]
    assert desk.conv.transport._place.text().startswith("16 /")
    assert "stage1_convolution_step16_arithmetic" in names


def test_a_field_is_put_in_from_the_menu(desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    retype(dialog.form.name.line, "x ")
    action = next(entry for entry in dialog.form.name.fields.menu().actions() if entry.text().startswith("{date}"))
    action.trigger()
    assert dialog.form.name.line.text() == "x {date}"
    assert dialog.form.result.text() == f"x {datetime.now():%Y-%m-%d}.png"


def test_a_wrong_template_is_told_at_once(qtbot: QtBot, desk: MainWindow, folder: Path) -> None:
    dialog = open_dialog(desk)
    retype(dialog.form.name.line, "{colour}")
    assert "there is no field {colour}" in dialog.trouble.text().lower()
    assert not dialog.trouble.isHidden()
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert list(folder.iterdir()) == []
    retype(dialog.form.name.line, "{view}")
    assert dialog.trouble.isHidden()


def test_choices_are_remembered(qtbot: QtBot, desk: MainWindow, settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other & more"
    other.mkdir()
    dialog = open_dialog(desk)
    pick(dialog.form.format, "svg")
    pick(dialog.form.ground, "none")
    dialog.form.caption.click()
    dialog.form.set_folder(other)
    assert save(qtbot, dialog).parent == other
    dialog = open_dialog(desk)
    choices = dialog.form.choices
    assert (choices.format_id, choices.wish.transparent, choices.wish.caption) == ("svg", True, True)
    assert choices.folder == other
    assert remembered(settings).folder == other


def test_a_folder_that_is_gone_gives_way(settings: Settings, tmp_path: Path) -> None:
    settings.set(FOLDER, str(tmp_path / "gone"))
    settings.set("figure/scale", 99)
    settings.set("figure/format", "exe")
    assert remembered(settings).folder.is_absolute()
    assert remembered(settings).folder != tmp_path / "gone"
    assert remembered(settings).wish.scale == 4


def test_without_a_folder_for_pictures_the_users_own_is_proposed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _place: str(tmp_path / "Pictures"))
    assert remembered(settings).folder == tmp_path
    (tmp_path / "Pictures").mkdir()
    assert remembered(settings).folder == tmp_path / "Pictures"


def test_pictures_and_numbers_remember_their_own_formats(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    assert dialog.windowTitle() == "Save a figure"
    pick(dialog.form.format, "svg")
    save(qtbot, dialog)
    desk.save_figure(desk.conv.strip.cards["stage", 1].view, True)
    dialog = desk.figures.dialog
    assert dialog.form.format.value() == "npy"
    assert dialog.windowTitle() == "Save the numbers"
    choose_format(qtbot, dialog, "csv")
    save(qtbot, dialog)
    dialog = open_dialog(desk)
    assert dialog.form.format.value() == "svg"
    assert dialog.copy_button.isEnabled()
    dialog.reject()
    desk.save_figure(desk.conv.strip.cards["stage", 1].view, True)
    assert desk.figures.dialog.form.format.value() == "csv"


# what is there already


def question(dialog: SaveDialog) -> QMessageBox:
    return dialog.findChild(QMessageBox)


def button(box: QMessageBox, text: str) -> QPushButton:
    return next(found for found in box.findChildren(QPushButton) if text in found.text())


@pytest.fixture
def taken(qtbot: QtBot, desk: MainWindow, folder: Path) -> SaveDialog:
    """The dialog about to overwrite a file."""
    (folder / "stage2_relu.png").write_bytes(b"older")
    dialog = open_dialog(desk)
    choose_view(dialog, "ReLU")
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert "stage2_relu.png" in question(dialog).text()
    return dialog


def test_nothing_is_overwritten_unasked(qtbot: QtBot, taken: SaveDialog, folder: Path) -> None:
    qtbot.mouseClick(button(question(taken), "Cancel"), LEFT)
    assert (folder / "stage2_relu.png").read_bytes() == b"older"
    assert [path.name for path in folder.iterdir()] == ["stage2_relu.png"]
    assert taken.isVisible()


def test_it_can_be_saved_beside(qtbot: QtBot, taken: SaveDialog, folder: Path) -> None:
    with qtbot.waitSignal(taken.saved):
        press(question(taken), Qt.Key.Key_Return)  # the default
    assert (folder / "stage2_relu.png").read_bytes() == b"older"
    opened(folder / "stage2_relu_2.png")


def test_it_can_be_replaced(qtbot: QtBot, taken: SaveDialog, folder: Path) -> None:
    with qtbot.waitSignal(taken.saved):
        qtbot.mouseClick(button(question(taken), "Replace"), LEFT)
    opened(folder / "stage2_relu.png")
    assert len(list(folder.iterdir())) == 1


def test_a_file_that_cannot_be_written_is_told(
    qtbot: QtBot, desk: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise SaveError("{file} was not saved: the disk is full", file="a.png")

    monkeypatch.setattr("cnnexplorer.ui.figures.saving.write_file", refuse)
    dialog = open_dialog(desk)
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(lambda: not dialog.trouble.isHidden())
    assert "the disk is full" in dialog.trouble.text()
    assert dialog.save_button.isEnabled()
    assert list(folder.iterdir()) == []


def test_a_save_that_is_cancelled_writes_nothing(
    qtbot: QtBot, desk: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*_arguments: object) -> object:
        return lambda: go_on.wait(20) and b"data"

    monkeypatch.setattr(dialogs, "begin_picture", slow)
    dialog = open_dialog(desk)
    qtbot.mouseClick(dialog.save_button, LEFT)
    assert not dialog.save_button.isEnabled()
    press(dialog, Qt.Key.Key_Escape)
    assert desk.figures.dialog is None
    go_on.set()
    desk.figures.close_work()
    assert list(folder.iterdir()) == []


def test_numbers_whose_saving_is_cancelled_are_not_written(
    qtbot: QtBot, desk: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()

    @contextmanager
    def slow(path: Path) -> Iterator[IO[bytes]]:
        with atomic_file(path) as file:
            began.set()
            assert go_on.wait(20)
            yield file

    monkeypatch.setattr(saving, "atomic_file", slow)
    dialog = open_dialog(desk)
    choose_format(qtbot, dialog, "npz")
    qtbot.waitUntil(dialog.save_button.isEnabled)
    qtbot.mouseClick(dialog.save_button, LEFT)
    qtbot.waitUntil(began.is_set)
    press(dialog, Qt.Key.Key_Escape)
    go_on.set()
    desk.figures.close_work()
    assert list(folder.iterdir()) == []


# the clipboard


def test_a_picture_is_copied(desk: MainWindow) -> None:
    view = desk.conv.strip.cards["stage", 1].view
    view.setFocus()
    press(view, Qt.Key.Key_E, CONTROL | SHIFT)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (2 * view.width(), 2 * view.height())
    assert "Copied: ReLU: the map alone" in desk.status_cell.text()


def test_the_dialog_copies_what_it_shows(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "Kernel")
    pick(dialog.form.scale, "3")
    qtbot.mouseClick(dialog.copy_button, LEFT)
    assert QGuiApplication.clipboard().image().width() == 3 * desk.conv.inspector.convolution.matrix.width()
    assert dialog.isVisible()


# menus and buttons


def open_menu(window: MainWindow, widget: QWidget, by_key: bool = False) -> QMenu:
    place = widget.rect().center()
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    if by_key:
        widget.setFocus()
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place), NONE))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entries(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


TAKEN = ["Copy the picture", "Save as a figure…", "Save the numbers…"]


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
@pytest.mark.parametrize("by_key", [False, True])
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("map", "ReLU: the map alone"),
        ("card", "ReLU"),
        ("grids", "Step: the grids"),
        ("arithmetic", "Step: the arithmetic"),
        ("kernel", "Kernel"),
        ("filters", "Filters"),
    ],
)
def test_each_view_has_it_in_its_menu(qtbot: QtBot, desk: MainWindow, name: str, title: str, by_key: bool) -> None:
    card = desk.conv.strip.cards["stage", 1]
    panel = desk.conv.inspector.convolution
    widget = {
        "map": card.view, "card": card, "grids": desk.conv.step_view, "arithmetic": desk.conv.arithmetic,
        "kernel": panel.matrix, "filters": panel.bank,
    }[name]  # fmt: skip
    if by_key and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
        pytest.skip("has no keys")
    menu = open_menu(desk, widget, by_key)
    assert entries(menu)[-3:] == TAKEN
    assert ("Enlarge or restore" in entries(menu)) == (name in ("map", "card"))
    assert ("Copy the kernel" in entries(menu)) == (name == "kernel")
    action = next(action for action in menu.actions() if action.text() == "Save as a figure…")
    menu.setActiveAction(action)
    press(menu, Qt.Key.Key_Return)
    assert desk.figures.dialog.takeaway.title == title
    menu.close()


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
def test_a_cards_formula_has_the_menu_of_the_card(desk: MainWindow) -> None:
    card = desk.conv.strip.cards["stage", 0]
    label = next(label for label in card.findChildren(QLabel) if "2·0" in label.text())
    menu = open_menu(desk, label)
    assert entries(menu)[0] == "Copy the formula"
    assert entries(menu)[-3:] == TAKEN
    menu.setActiveAction(menu.actions()[0])
    press(menu, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == label.text()


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
def test_the_menu_offers_the_numbers(qtbot: QtBot, desk: MainWindow) -> None:
    menu = open_menu(desk, desk.conv.strip.cards["stage", 1].view)
    menu.setActiveAction(menu.actions()[-1])
    press(menu, Qt.Key.Key_Return)
    dialog = desk.figures.dialog
    assert dialog.form.format.value() == "npy"
    path = save(qtbot, dialog)
    assert (np.load(path, allow_pickle=False) == desk.conv.model.result.outputs[1][0]).all()


def test_where_there_is_nothing_to_take_there_is_no_menu(desk: MainWindow) -> None:
    rail = desk.centralWidget().findChildren(QToolButton)[0]
    QApplication.sendEvent(
        rail, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(2, 2), rail.mapToGlobal(QPoint(2, 2)))
    )
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize(
    ("tip", "title"),
    [
        ("Save this card as a figure", "Input"),
        ("Save the grids of this step as a figure", "Step: the grids"),
        ("Save the arithmetic of this step as a figure", "Step: the arithmetic"),
        ("Save the kernel as a figure", "Kernel"),
    ],
)
def test_views_have_a_button(qtbot: QtBot, desk: MainWindow, tip: str, title: str) -> None:
    button = next(found for found in desk.findChildren(QToolButton) if found.toolTip() == tip)
    assert button.isVisible()
    assert button.accessibleName() == tip
    button.setFocus(Qt.FocusReason.TabFocusReason)
    press(button, Qt.Key.Key_Space)
    assert desk.figures.dialog.takeaway.title == title


def test_a_picture_of_the_window(qtbot: QtBot, desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    choose_view(dialog, "The whole window")
    pick(dialog.form.scale, "1")
    image = opened(save(qtbot, dialog))
    assert image.size == (desk.width(), desk.height())
    told = io.BytesIO()
    image.save(told, "PNG")


def test_every_control_has_a_name_and_a_tip(desk: MainWindow) -> None:
    dialog = open_dialog(desk)
    form = dialog.form
    controls = [
        dialog.list, form.format, form.scale, form.ground, form.caption, form.name.line, form.name.fields, form.folder,
        dialog.copy_button, dialog.save_button,
    ]  # fmt: skip
    for control in controls:
        assert control.toolTip(), control
        assert control.accessibleName() or control.text(), control


def test_enter_saves_and_escape_leaves(qtbot: QtBot, desk: MainWindow, folder: Path) -> None:
    dialog = open_dialog(desk)
    press(dialog.focusWidget(), Qt.Key.Key_Escape)
    assert desk.figures.dialog is None
    dialog = open_dialog(desk)
    assert dialog.focusWidget() is dialog.list
    with qtbot.waitSignal(dialog.saved):
        press(dialog.form.name.line, Qt.Key.Key_Return)
    assert [path.name for path in folder.iterdir()] == ["experiment.png"]


def test_spanish_figures_tell_in_spanish(qtbot: QtBot, desk: MainWindow) -> None:
    desk.set_language("es")
    dialog = open_dialog(desk)
    dialog.list.setCurrentRow(dialog.list.count() - 1)
    assert opened(save(qtbot, dialog)).text["Title"].lang == "es"


def cut_texts(dialog: QDialog) -> list[str]:
    """Return the entries of lists of choices that have no room when they are chosen."""
    found = []
    for choice in dialog.findChildren(Choice):
        if not choice.isVisible():
            continue
        option = QStyleOptionComboBox()
        choice.initStyleOption(option)
        part = choice.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, choice
        )
        texts = map(choice.itemText, range(choice.count()))
        found += [text for text in texts if choice.fontMetrics().horizontalAdvance(text) + 2 > part.width()]
    return found


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_dialogs_have_room_for_their_texts_and_agree_in_their_buttons(desk: MainWindow, language: str) -> None:
    desk.set_language(language)
    dialogs: list[QDialog] = [open_dialog(desk)]
    for open_another, name in ((desk.conv.record, "recording"), (desk.conv.save_layers, "batch")):
        open_another()
        dialogs.append(getattr(desk.conv, name))
    for dialog in dialogs:
        settled(dialog)
        assert cut_texts(dialog) == []
        (box,) = dialog.findChildren(QDialogButtonBox)
        shown = [button for button in box.buttons() if button.isVisible()]
        assert all(button.icon().isNull() for button in shown)
        in_order = sorted(shown, key=lambda button: button.x())
        roles = [box.buttonRole(button) for button in in_order]
        assert roles[0] == QDialogButtonBox.ButtonRole.AcceptRole
        assert roles[-1] == QDialogButtonBox.ButtonRole.RejectRole
    assert not dialogs[1].start_button.isDefault()
    for dialog in dialogs[1:]:
        dialog.reject()
