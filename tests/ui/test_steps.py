"""Steps in the window: the transport, what is lit, filling, and the linked views."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QToolButton

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, Rectangle, step_at
from cnnexplorer.ui.conv.transport import slider_of, speed_of

from .helpers import CONTROL, click_cell, heard, hover_cell, press, set_image

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
BOX = np.ones((1, 1, 3, 3))


@pytest.fixture
def lab(window):
    """5 x 6, padded convolution, ReLU, max pooling, flattening."""
    image = np.random.default_rng(4).integers(-5, 9, (5, 6)).astype(float)
    set_image(window, image, Convolution(BOX, padding=1), Activation("relu"), Pooling("max", 2), Flatten())
    return window


def player(window):
    return window.conv.player


def view(window, kind, index):
    return window.conv.strip.cards[kind, index].view


def run(window, *names):
    for name in names:
        window.actions_[name].trigger()


COUNT = 30 + 30 + 6 + 6


def test_the_steps_of_all_stages_follow_each_other(lab):
    assert player(lab).count == COUNT
    run(lab, "first")
    places = [player(lab).place]
    for _step in range(COUNT + 3):
        run(lab, "forward")
        places.append(player(lab).place)
    expected = [(s, i) for s, n in enumerate((30, 30, 6, 6)) for i in range(n)]
    assert places[:COUNT] == expected
    assert places[COUNT:] == [(3, 5)] * 4
    run(lab, "back")
    assert player(lab).place == (3, 4)
    run(lab, "first")
    assert player(lab).place == (0, 0)
    run(lab, "back")
    assert player(lab).place == (0, 0)
    run(lab, "last")
    assert player(lab).place == (3, 5)


@pytest.mark.parametrize(
    ("key", "modifiers", "place"),
    [
        (Key.Key_End, CONTROL, (3, 5)),
        (Key.Key_Home, CONTROL, (0, 0)),
        (Key.Key_Right, CONTROL, (0, 8)),
        (Key.Key_Left, CONTROL, (0, 6)),
    ],
)
def test_shortcuts_of_the_steps(lab, key, modifiers, place):
    player(lab).go(7)
    view(lab, "stage", 0).setFocus()
    press(view(lab, "stage", 0), key, modifiers)
    assert player(lab).place == place


def test_space_plays_and_pauses(qtbot, lab):
    view(lab, "stage", 0).setFocus()
    player(lab).set_speed(120)
    with qtbot.waitSignal(player(lab).moved, timeout=3000):
        press(view(lab, "stage", 0), Key.Key_Space)
    assert player(lab).playing
    press(view(lab, "stage", 0), Key.Key_Space)
    assert not player(lab).playing


def test_a_button_that_has_the_focus_keeps_space_for_itself(lab):
    button = lab.conv.inspector.convolution.tool_buttons["negate"]
    before = lab.conv.model.experiment
    button.setFocus()
    press(button, Key.Key_Space)
    assert not player(lab).playing
    assert lab.conv.model.experiment is not before


def test_the_play_button_shows_what_it_will_do(lab):
    still = lab.actions_["play"].icon().cacheKey()
    run(lab, "play")
    assert lab.actions_["play"].icon().cacheKey() != still
    run(lab, "play")
    assert lab.actions_["play"].icon().cacheKey() == still


@pytest.mark.parametrize("place", range(101))
def test_the_slider_and_the_speed_agree(place):
    assert 0.5 <= speed_of(place) <= 120
    assert slider_of(speed_of(place)) == pytest.approx(place, abs=8 if speed_of(place) < 3 else 2)


def test_speed_from_half_to_120(lab):
    slider = lab.conv.transport.speed
    slider.setFocus()
    press(slider, Key.Key_End)
    assert player(lab).speed == 120
    press(slider, Key.Key_Home)
    assert player(lab).speed == 0.5
    for _turn in range(20):
        run(lab, "faster")
    assert player(lab).speed == 120
    assert slider.value() == slider.maximum()
    for _turn in range(20):
        run(lab, "slower")
    assert player(lab).speed == 0.5
    assert slider.value() == 0
    assert "0.5" in lab.conv.transport._speed_text.text()


def test_the_loop_is_switched(lab):
    assert player(lab).loop is lab.actions_["loop"].isChecked()
    run(lab, "loop")
    assert player(lab).loop is lab.actions_["loop"].isChecked() is False


@pytest.mark.parametrize("position", [0, 1, 29, 30, 59, 60, 65, 66, COUNT - 1])
def test_scrubbing_reaches_every_stage(qtbot, lab, position):
    scrubber = lab.conv.transport.scrubber
    player(lab).go(40 if position != 40 else 41)
    point = scrubber.rect().center()
    point.setX(round(scrubber.x_of(position)))
    qtbot.mouseClick(scrubber, LEFT, pos=point)
    step = 1 if scrubber._part_width() > 60 else 2
    assert abs(player(lab).position - position) <= step
    assert not player(lab).playing


def test_dragging_the_scrubber_stops_the_film(qtbot, lab):
    scrubber = lab.conv.transport.scrubber
    run(lab, "play")
    middle = scrubber.rect().center()
    qtbot.mousePress(scrubber, LEFT, pos=middle)
    assert not player(lab).playing
    seen = heard(player(lab).moved)
    for x in range(20, scrubber.width() - 20, 15):
        middle.setX(x)
        qtbot.mouseMove(scrubber, middle)
    qtbot.mouseRelease(scrubber, LEFT, pos=middle)
    positions = [position for (position,) in seen]
    assert positions[1:] == sorted(positions[1:])
    assert positions[-1] >= 66


def test_the_scrubber_by_keyboard(lab):
    scrubber = lab.conv.transport.scrubber
    player(lab).go(5)
    scrubber.setFocus()
    for key, position in ((Key.Key_Right, 6), (Key.Key_Left, 5), (Key.Key_PageDown, 6), (Key.Key_End, COUNT - 1),
                          (Key.Key_Home, 0), (Key.Key_Left, 0)):  # fmt: skip
        press(scrubber, key)
        assert player(lab).position == position


@pytest.mark.parametrize(("stage", "cell", "index"), [(0, (4, 5), 29), (1, (0, 3), 3), (2, (1, 2), 5), (3, (4, 0), 4)])
def test_clicking_an_output_cell_goes_to_its_step(qtbot, lab, stage, cell, index):
    run(lab, "play")
    click_cell(qtbot, view(lab, "stage", stage), *cell)
    assert player(lab).place == (stage, index)
    assert not player(lab).playing


@pytest.mark.parametrize("position", [0, 17, 29, 30, 45, 60, 63, 66, 71])
def test_the_text_is_the_step_s_expression(lab, position):
    player(lab).go(position)
    conv = lab.conv
    step = step_at(conv.model.experiment, conv.model.result, *player(lab).place)
    assert conv.arithmetic.text() == step.expression(2)
    run(lab, "copy_arithmetic")
    assert QGuiApplication.clipboard().text() == step.expression(2)
    assert conv.transport._place.text() == f"{player(lab).place[1] + 1} / {(30, 30, 6, 6)[player(lab).place[0]]}"


# what is lit

LIT = [
    ((0, 0), {("stage", 0): (0, 0, 1, 1), ("padding", 0): (0, 0, 3, 3), ("input", -1): (0, 0, 2, 2)}),
    ((0, 14), {("stage", 0): (2, 2, 1, 1), ("padding", 0): (2, 2, 3, 3), ("input", -1): (1, 1, 3, 3)}),
    ((1, 14), {("stage", 1): (2, 2, 1, 1), ("stage", 0): (2, 2, 1, 1), ("input", -1): (1, 1, 3, 3)}),
    ((2, 4), {("stage", 2): (1, 1, 1, 1), ("stage", 1): (2, 2, 2, 2), ("stage", 0): (2, 2, 2, 2),
              ("padding", 0): (2, 2, 4, 4), ("input", -1): (1, 1, 4, 4)}),
    ((3, 4), {("stage", 3): (4, 0, 1, 1), ("stage", 2): (1, 1, 1, 1), ("stage", 1): (2, 2, 2, 2)}),
]  # fmt: skip


@pytest.mark.parametrize(("place", "expected"), LIT)
def test_patch_and_output_are_lit_and_the_later_views_are_not(lab, place, expected):
    player(lab).go_to(*place)
    for key, frame in expected.items():
        assert view(lab, *key).lit.frame == Rectangle(*frame), key
        assert view(lab, *key).lit.role == ("output" if key == ("stage", place[0]) else "input")
    for key in lab.conv.strip.cards:
        if key[1] > place[0]:
            assert view(lab, *key).lit is None, key


def test_the_winner_of_a_maximum_is_pointed_out(lab):
    player(lab).go_to(2, 0)
    mark = view(lab, "stage", 1).lit.mark
    values = lab.conv.model.result.outputs[1][0]
    assert values[mark.top, mark.left] == values[:2, :2].max()


def test_the_spotlight_is_switched(lab):
    run(lab, "spotlight")
    assert all(card.view.lit is None for card in lab.conv.strip.cards.values())
    run(lab, "spotlight")
    assert view(lab, "stage", 0).lit is not None


def test_filling_cell_by_cell_or_whole(lab):
    assert all(card.view.filled is None for card in lab.conv.strip.cards.values())
    run(lab, "fill")
    player(lab).go_to(1, 7)
    expected = {("input", -1): None, ("padding", 0): None, ("stage", 0): None, ("stage", 1): 8, ("stage", 2): 0,
                ("stage", 3): 0}  # fmt: skip
    assert {key: card.view.filled for key, card in lab.conv.strip.cards.items()} == expected
    run(lab, "last")
    assert view(lab, "stage", 3).filled == 6
    run(lab, "fill")
    assert view(lab, "stage", 2).filled is None


def test_the_present_filter_is_the_one_that_is_seen(window):
    set_image(window, np.ones((5, 5)), Convolution(np.ones((3, 1, 3, 3))))
    player(window).go_to(0, 9 + 4)
    card = window.conv.strip.cards["stage", 0]
    assert card.channel == 1
    assert window.conv.step.output == (1, 1, 1)


def test_an_edit_keeps_the_step_where_it_is(lab):
    player(lab).go_to(2, 4)
    lab.conv.inspector.convolution.tool_buttons["negate"].click()
    assert player(lab).place == (2, 4)
    lab.conv.strip.cards["stage", 1].remove_asked.emit()
    assert player(lab).place is not None


# linked views

LINKS = [
    (("stage", 3), (4, 0), {("stage", 2): (1, 1, 1, 1), ("stage", 1): (2, 2, 2, 2), ("stage", 0): (2, 2, 2, 2),
                            ("padding", 0): (2, 2, 4, 4), ("input", -1): (1, 1, 4, 4)}),
    (("stage", 2), (0, 0), {("stage", 1): (0, 0, 2, 2), ("stage", 0): (0, 0, 2, 2), ("padding", 0): (0, 0, 4, 4),
                            ("input", -1): (0, 0, 3, 3)}),
    (("stage", 0), (4, 5), {("padding", 0): (4, 5, 3, 3), ("input", -1): (3, 4, 2, 2)}),
    (("padding", 0), (1, 1), {("input", -1): (0, 0, 1, 1)}),
    (("padding", 0), (0, 0), {}),
    (("input", -1), (2, 2), {}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "cell", "expected"), LINKS)
def test_hovering_lights_the_counterparts_in_every_stage_before(qtbot, lab, key, cell, expected):
    hover_cell(qtbot, view(lab, *key), *cell)
    found = {other: card.view.linked for other, card in lab.conv.strip.cards.items() if card.view.linked is not None}
    assert found == {other: Rectangle(*frame) for other, frame in expected.items()}
    QApplication.sendEvent(view(lab, *key), QEvent(QEvent.Type.Leave))
    assert all(card.view.linked is None for card in lab.conv.strip.cards.values())
    assert lab.status_cell.text() == ""


def test_value_position_and_channel_are_told(qtbot, window):
    image = np.random.default_rng(4).random((3, 5, 6)).round(3)
    set_image(window, image, Convolution(np.random.default_rng(5).random((2, 3, 3, 3)).round(2)))
    hover_cell(qtbot, view(window, "input", -1), 2, 3)
    text = window.status_cell.text()
    assert "row 2" in text
    assert "column 3" in text
    for name, plane in zip("RGB", image, strict=True):
        assert f"{name} {plane[2, 3]:g}" in text
    card = window.conv.strip.cards["stage", 0]
    card.thumbnails.setFocus()
    press(card.thumbnails, Key.Key_Right)
    hover_cell(qtbot, card.view, 1, 2)
    text = window.status_cell.text()
    assert "channel 1, row 1, column 2" in text
    assert f"{window.conv.model.result.outputs[0][1, 1, 2]:.4f}".rstrip("0") in text
    assert "rows 1–3, columns 2–4" in text


def test_the_keyboard_hovers_too(lab):
    target = view(lab, "stage", 2)
    target.setFocus()
    press(target, Key.Key_Right)
    assert view(lab, "input", -1).linked == Rectangle(0, 0, 3, 3)
    press(target, Key.Key_Return)
    assert player(lab).place == (2, 0)


# zoom of all, and the transport's buttons


def test_fit_and_one_to_one_of_all_maps(lab):
    run(lab, "one_to_one")
    assert all(card.view.scale == 1 for card in lab.conv.strip.cards.values())
    assert "1 px" in lab.status_zoom.text()
    run(lab, "fit")
    assert all(card.view.scale > 4 for key, card in lab.conv.strip.cards.items())


def test_the_transport_has_a_button_for_each(lab):
    actions = [button.defaultAction() for button in lab.conv.transport.findChildren(QToolButton)]
    for name in ("first", "back", "play", "forward", "last", "loop", "fill"):
        assert lab.actions_[name] in actions


def test_playing_through_is_what_stepping_shows(qtbot, lab):
    """Every position that the film shows has its own step on screen, and the end comes after the last."""
    run(lab, "first", "loop")
    shown = []
    player(lab).moved.connect(lambda position: shown.append((position, lab.conv.step.index)))
    player(lab).set_speed(120)
    with qtbot.waitSignal(player(lab).playing_changed, timeout=8000, check_params_cb=lambda playing: not playing):
        run(lab, "play")
        run(lab, "play")
    run(lab, "play")
    qtbot.waitUntil(lambda: not player(lab).playing, timeout=8000)
    assert player(lab).position == COUNT - 1
    assert shown
    offsets = player(lab).offsets
    for position, index in shown:
        stage = max(s for s in range(4) if offsets[s] <= position)
        assert index == position - offsets[stage]
