"""The command palette, the page of shortcuts, the page about the program, and the tour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QTableWidget

from cnnexplorer.ui.actions import ACTIONS, plain, shortcut_text
from cnnexplorer.ui.help_pages import TOUR, AboutPage, CommandPalette, ShortcutsPage
from cnnexplorer.ui.main_window import begin

from .helpers import CONTROL, grab, press, type_text

Key = Qt.Key


@pytest.fixture
def palette(window):
    press(window, Key.Key_K, CONTROL)
    found = window.findChild(CommandPalette)
    assert found is not None
    assert found.isVisible()
    yield found
    for left in window.findChildren(CommandPalette):
        left.close()


def visible(palette):
    return [palette.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(palette.list.count())
            if not palette.list.item(row).isHidden()]  # fmt: skip


def test_the_palette_lists_every_action(palette):
    here = {"network", "folder", "picture_before", "picture_behind", "camera", "live", "draw", "column", "lab"}
    assert sorted(visible(palette)) == sorted(spec.id for spec in ACTIONS if not {spec.id, spec.menu} & here)


@pytest.mark.parametrize(
    ("text", "id_"),
    [("dark", "theme_dark"), ("keyb sho", "shortcuts"), ("SPOTLIGHT", "spotlight"), ("start over", "default")],
)
def test_words_find_an_action(palette, text, id_):
    type_text(palette.search, text)
    assert id_ in visible(palette)
    assert len(visible(palette)) < len(ACTIONS) / 2


def test_enter_runs_what_is_found(window, palette):
    type_text(palette.search, "&Dark".strip("&"))
    press(palette.search, Key.Key_Return)
    assert window.actions_["theme_dark"].isChecked()
    assert (
        window.palette().window().color().lightness() < 80 or QApplication.palette().window().color().lightness() < 80
    )


def test_arrow_keys_choose(window, palette):
    type_text(palette.search, "step")
    first = palette.list.currentRow()
    press(palette.search, Key.Key_Down)
    assert palette.list.currentRow() > first
    press(palette.search, Key.Key_Up)
    assert palette.list.currentRow() == first


def test_what_cannot_be_done_now_is_not_run(window, palette):
    assert not window.actions_["undo"].isEnabled()
    type_text(palette.search, "undo latest")
    press(palette.search, Key.Key_Return)
    assert window.conv.model.history.redo_label is None


def test_nothing_found_runs_nothing(window, palette):
    before = window.conv.model.experiment
    type_text(palette.search, "qqqq")
    assert visible(palette) == []
    press(palette.search, Key.Key_Return)
    assert window.conv.model.experiment is before


def test_accents_need_not_be_typed(window):
    window.set_language("es")
    palette = CommandPalette(window.actions_, window)
    target = next(i for i in range(palette.list.count()) if "ó" in palette.list.item(i).text())
    word = palette.list.item(target).text().split("    ")[0]
    type_text(palette.search, word.lower().translate(str.maketrans("áéíóúñ", "aeioun")))
    assert not palette.list.item(target).isHidden()
    palette.close()


def test_the_shortcuts_page_has_every_shortcut(window):
    press(window, Key.Key_F1)
    page = window.findChild(ShortcutsPage)
    assert page.isVisible()
    table = page.findChild(QTableWidget)
    rows = {table.item(row, 1).text(): table.item(row, 2).text() for row in range(table.rowCount())}
    for spec in ACTIONS:
        if spec.shortcuts:
            assert rows[plain(spec.text)] == shortcut_text(spec)
    page.close()


def test_the_page_about_the_program(window):
    window.actions_["about"].trigger()
    page = window.findChild(AboutPage)
    text = page.findChild(QLabel).text()
    for part in ("CNN Explorer", "Python", "PySide6", "torch", "MIT", "Log file"):
        assert part in text
    page.close()


# the tour


def test_the_tour_has_five_steps_and_ends(qtbot, window, settings):
    assert len(TOUR) == 5
    settings.set("tour_seen", False)
    window.actions_["tour"].trigger()
    tour = window.tour
    seen = []
    for number in range(5):
        assert tour.step == number
        seen.append(tour._title.text())
        assert tour._count.text() == f"{number + 1} / 5"
        assert window.rect().contains(tour._card.geometry())
        lit = tour._lit()
        assert lit.width() > 50
        assert lit.height() > 20
        assert lit.intersected(tour._card.geometry()).width() * lit.height() < lit.width() * lit.height()
        grab(tour)
        qtbot.mouseClick(tour.next, Qt.MouseButton.LeftButton)
    assert window.tour is None
    assert len(set(seen)) == 5
    assert settings.get("tour_seen", False)


def test_the_tour_goes_back(qtbot, window):
    window.actions_["tour"].trigger()
    assert not window.tour.back.isEnabled()
    qtbot.mouseClick(window.tour.next, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.tour.back, Qt.MouseButton.LeftButton)
    assert window.tour.step == 0
    window.tour.end()


@pytest.mark.parametrize("way", ["button", "escape"])
def test_the_tour_is_skipped_and_called_again(qtbot, window, way):
    for _turn in range(2):
        window.actions_["tour"].trigger()
        assert window.tour is not None
        window.actions_["tour"].trigger()
        if way == "button":
            qtbot.mouseClick(window.tour.skip, Qt.MouseButton.LeftButton)
        else:
            press(window.tour.next, Key.Key_Escape)
        assert window.tour is None


def test_the_tour_follows_the_window(window):
    window.actions_["tour"].trigger()
    for size in ((1000, 600), (900, 560), (1600, 900)):
        window.resize(*size)
        assert window.tour.size() == window.size()
        assert window.rect().contains(window.tour._card.geometry())
    window.tour.end()


def test_the_tour_speaks_the_language(window):
    window.actions_["tour"].trigger()
    english = window.tour._title.text()
    window.set_language("es")
    assert window.tour._title.text() != english
    window.tour.end()


def test_the_tour_opens_at_the_first_start_only(qtbot, window, settings):
    settings.set("tour_seen", False)
    begin(window, settings, None)
    qtbot.waitUntil(lambda: window.tour is not None, timeout=3000)
    window.tour.end()
    begin(window, settings, None)
    qtbot.waitUntil(lambda: window.conv.player.playing, timeout=3000)
    assert window.tour is None
    window.conv.player.pause()
