"""A lab in a narrow window: the inspector steps aside, the grids and the asked card are in sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from cnnexplorer.core import UserError
from cnnexplorer.labs import built_in_labs, experiment_of, lab_from_text
from cnnexplorer.labs.model import ConvolutionSetup
from cnnexplorer.ui.conv.workspace import first_experiment
from cnnexplorer.ui.labs.panel import LEAST_WIDTH, WIDTH
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.main_window import WITH_LAB
from cnnexplorer.ui.side_room import FOR_BOTH, FOR_PICTURE, needs_picture, needs_settings, room_for_picture
from tests.ui.helpers import LEFT, settled

from .test_list import items, opened
from .test_playing import play, ready

LABS = {lab.id: lab for lab in built_in_labs()}


def sized(window, width: int, height: int) -> None:
    window.setMinimumSize(640, 480)  # as on a small screen
    window.resize(width, height)
    settled(window)


def test_the_inspector_steps_aside_and_comes_back(qtbot, window):
    sized(window, 1024, 680)
    assert window.conv.inspector.isVisible()
    panel = play(qtbot, window, LABS["02_sliding"])
    sized(window, 1024, 680)
    assert not window.conv.inspector.isVisible()
    panel.attempt.go(5)
    ready(qtbot, panel)
    assert window.conv.inspector.isVisible(), "this step is solved by settings"
    panel.attempt.go(6)
    ready(qtbot, panel)
    assert not window.conv.inspector.isVisible()
    window.actions_["inspector"].trigger()
    assert window.conv.inspector.isVisible(), "by hand it can be had"
    qtbot.mouseClick(panel.leave, LEFT)
    qtbot.waitUntil(lambda: window.desk._aside is None)
    assert window.actions_["inspector"].isChecked()
    assert window._side.wished


def test_a_wide_window_keeps_the_inspector(qtbot, window):
    sized(window, 1280, 800)
    play(qtbot, window, LABS["02_sliding"])
    assert window.conv.inspector.isVisible()


@pytest.mark.parametrize(("lab", "step"), [("01_kernel", 7), ("02_sliding", 8), ("04_relu", 2)])
def test_the_asked_card_is_in_sight(qtbot, window, lab, step):
    sized(window, 1024, 680)
    play(qtbot, window, LABS[lab], step)
    sized(window, 1024, 680)
    strip = window.conv.strip
    key = ("stage", min(LABS[lab].lab.steps[step].setup.hide, default=0) if lab != "04_relu" else 0)
    card = strip.cards[key]

    def in_sight() -> bool:
        left = card.mapTo(strip.viewport(), QPoint(0, 0)).x()
        return left >= -1 and left + card.width() <= strip.viewport().width() + 25

    qtbot.waitUntil(in_sight)


def test_the_arithmetic_stands_below_the_grids_where_the_board_is_narrow(qtbot, window):
    sized(window, 1280, 800)
    board = window.conv.board
    QTest.qWait(0)
    assert board.steps.orientation() == Qt.Orientation.Horizontal
    play(qtbot, window, LABS["01_kernel"], 7)
    qtbot.waitUntil(lambda: board.steps.orientation() == Qt.Orientation.Vertical)
    assert board.step_view.width() > 0.9 * board.width()
    assert board.arithmetic.mapTo(board, QPoint(0, 0)).y() > board.step_view.mapTo(board, QPoint(0, 0)).y() + 100


@pytest.mark.parametrize("code", ["en", "es"])
def test_titles_are_whole_in_a_narrow_list(qtbot, window, code):
    use_language(code)
    opened(qtbot, window)
    sized(window, 1024, 680)
    tree = window.labs.workspace.tree
    assert tree.horizontalScrollBar().maximum() == 0
    for item in items(window):
        place = tree.visualItemRect(item)
        room = QRect(0, 0, place.width() - 8, 1000)
        text = tree.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text(0))
        assert text.width() <= room.width()
        assert text.height() <= place.height(), item.text(0)
    one_line = tree.visualItemRect(items(window)[0]).height()
    sized(window, 1600, 800)
    assert not tree.isColumnHidden(1)
    assert tree.visualItemRect(items(window)[0]).height() <= one_line


@pytest.mark.parametrize("width", [900, 1024, 1280])
def test_the_buttons_of_the_list_are_whole_in_spanish(qtbot, window, width):
    use_language("es")
    opened(qtbot, window)
    window.show_workspace("labs")
    sized(window, width, 680)
    labs = window.labs.workspace
    for button in labs.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width(), button.text()
    assert labs.about.width() >= 234
    assert labs.edit.icon().isNull() == (width < 1100)


def test_the_banner_covers_no_button_of_the_list(qtbot, window):
    opened(qtbot, window)
    labs = window.labs.workspace
    for width in (1024, 1500):
        sized(window, width, 700)
        window.show_trouble(UserError("something is not as it should be, and this sentence takes its room: mend it"))
        banner = window.banner.geometry().translated(window._center.mapTo(window, QPoint(0, 0)))
        buttons = [button for button in labs.findChildren(QPushButton) if button.isVisible()]
        assert labs.edit in buttons
        for button in buttons:
            assert not banner.intersects(QRect(button.mapTo(window, QPoint(0, 0)), button.size())), button.text()
        window.banner.clear()


def test_the_banner_is_as_high_as_its_lines(qtbot, window):
    window.show_workspace("labs")
    sized(window, 1280, 700)
    line = window.fontMetrics().lineSpacing()
    for words, lines in ((3, 1), (40, 2)):
        window.show_trouble(UserError("mend it " * words))
        text = window.banner._text
        settled(window)
        assert text.heightForWidth(text.width()) <= text.height(), "all of it can be read"
        assert window.banner.height() < max(lines * line, 20) + 30
    window.banner.clear()


BARE = """
format = 1
title.en = "Bare"
[[steps]]
text.en = "Look."
[[steps]]
text.en = "This one sets something up."
[steps.setup]
workspace = "convolution"
image = "stripes"
[[steps]]
text.en = "Is it still there?"
"""


def test_a_lab_begins_where_the_program_begins(qtbot, window):
    play(qtbot, window, LABS["02_sliding"])
    model = window.conv.model
    bare = lab_from_text(BARE, "bare.toml")
    panel = play(qtbot, window, bare)
    assert model.experiment == first_experiment()
    assert window.conv.board.veil is None
    window.conv.model.undo()
    assert model.experiment == first_experiment(), "what another lab did cannot be brought back"
    panel.attempt.go(2)
    ready(qtbot, panel)
    stripes = bare.lab.steps[1].setup
    assert isinstance(stripes, ConvolutionSetup)
    assert model.experiment == experiment_of(stripes), "the step is shown with what the one before it set up"
    window.actions_["default"].trigger()
    panel.attempt.go(1)
    ready(qtbot, panel)
    window.actions_["default"].trigger()
    panel.attempt.go(2)
    ready(qtbot, panel)
    assert model.experiment == first_experiment(), "what the student did to it stays"


def test_a_lab_leaves_the_window_its_size(qtbot, window):
    window.resize(1024, 680)
    settled(window)
    play(qtbot, window, LABS["02_sliding"], 5)
    assert (window.width(), window.height()) == (1024, 680)
    sized(window, WITH_LAB, 560)
    inspector = window.conv.inspector
    assert inspector.isVisible()
    right = inspector.mapTo(window, inspector.rect().topRight()).x()
    assert right < window.width(), "nothing is cut in the narrowest window"


@pytest.mark.parametrize(("width", "wanted"), [(1024, LEAST_WIDTH), (1280, WIDTH), (1500, WIDTH)])
def test_the_buttons_that_go_on_stay_in_their_places(qtbot, window, width, wanted):
    use_language("es")
    sized(window, width, 700)
    panel = play(qtbot, window, LABS["02_sliding"])
    place = panel.next.mapTo(window, QPoint(0, 0))
    assert panel.width() == wanted, "whatever the widest page of the workspaces needs"
    for step in (5, 10):  # the first of them with the inspector beside it
        panel.attempt.go(step)
        ready(qtbot, panel)
        assert panel.next.mapTo(window, QPoint(0, 0)) == place


def test_the_panel_follows_the_width_of_the_window(qtbot, window):
    sized(window, 1400, 700)
    panel = play(qtbot, window, LABS["02_sliding"])
    sized(window, 1200, 700)
    assert panel.width() == LEAST_WIDTH
    window._columns.setSizes([400, 700])  # as by hand
    sized(window, 1250, 700)
    assert panel.width() == 400


def test_nothing_of_the_panel_is_cut_in_a_narrow_window_in_spanish(qtbot, window):
    use_language("es")
    sized(window, 1024, 680)
    panel = play(qtbot, window, LABS["02_sliding"], 10)
    body = panel.body
    room = LEAST_WIDTH - body.verticalScrollBar().sizeHint().width()
    left = len(panel.attempt.hints)
    for _hint in range(left + 1):
        assert body.widget().minimumSizeHint().width() <= room, panel.hint.text()
        qtbot.mouseClick(panel.hint, LEFT)
    assert not panel.hint.isEnabled()
    assert panel.title.heightForWidth(panel.title.width()) <= panel.title.height()
    assert panel.title.height() > 1.5 * panel.title.fontMetrics().height(), "on two lines"


def test_the_transport_leaves_the_scrubber_its_room(qtbot, window):
    sized(window, 1024, 680)
    play(qtbot, window, LABS["02_sliding"], 5)
    transport = window.conv.transport
    assert transport.width() < 400
    scrubber = transport.scrubber
    assert scrubber.width() >= scrubber.minimumWidth()
    assert scrubber.geometry().right() <= transport.rect().right()
    sized(window, 1280, 680)
    assert all(button.isVisible() for button in transport._buttons)


def test_where_settings_are_asked_for_the_picture_steps_aside_first():
    asks, reads = LABS["10_noise"].lab.steps[3:5]
    assert room_for_picture("net", asks) == FOR_BOTH["net"] > 1280
    assert room_for_picture("net", reads) == FOR_PICTURE["net"] < 1280
    assert not needs_picture(asks)
    answers = LABS["09_seeing"].lab.steps[7]
    assert needs_picture(answers), "the classes that are read off stand below it"
    assert room_for_picture("net", answers) < 1280
    assert not needs_settings(answers), "the inspector is not needed beside it"
