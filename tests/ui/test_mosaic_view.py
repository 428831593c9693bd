"""The mosaic's view: what is painted where, pointing, choosing, zoom, keys, dead units."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cnnexplorer.nets.mosaic import make_mosaic
from cnnexplorer.ui.theme import use_theme
from cnnexplorer.ui.widgets import mosaic_view
from cnnexplorer.ui.widgets.mosaic_view import MosaicView
from tests.ui.helpers import (
    CONTROL,
    LEFT,
    NONE,
    SHIFT,
    close_to,
    colour_of,
    double_click,
    grab,
    heard,
    pictured,
    press,
    wheel,
)
from tests.ui.nets.helpers import tooltip


def maps_of(count=12, side=8):
    maps = torch.tensor(np.random.default_rng(3).normal(size=(count, side, side)), dtype=torch.float32)
    maps[4:5] = 0
    return maps


@pytest.fixture
def maps():
    return maps_of()


@pytest.fixture
def view(qtbot, maps):
    found = MosaicView()
    qtbot.addWidget(found)
    found.resize(500, 380)
    with qtbot.waitExposed(found):
        found.show()
    found.set_mosaic(make_mosaic(maps, columns=4), "viridis")
    return found


def point(view, unit, row=4, column=4):
    rect, (height, width) = view.tile_rect(unit), view.mosaic.tile
    return QPoint(
        round(rect.left() + (column + 0.5) * rect.width() / width),
        round(rect.top() + (row + 0.5) * rect.height() / height),
    )


def colour_at(image, place):
    return image[place.y(), place.x()]


def test_every_value_is_painted_in_its_colour(view, maps):
    image = grab(view)
    with pictured("mosaic", image):
        for unit in (0, 3, 11):
            low, high = float(maps[unit].min()), float(maps[unit].max())
            for row, column in ((1, 2), (4, 4), (7, 6)):
                expected = colour_of("viridis", float(maps[unit, row, column]), (low, high))
                assert close_to(colour_at(image, point(view, unit, row, column)), expected, 6)


def test_it_is_seen_whole_and_centred(view):
    rects = [view.tile_rect(unit) for unit in range(12)]
    assert all(view.rect().contains(rect.toAlignedRect()) for rect in rects)
    left, right = rects[0].left(), view.width() - rects[3].right()
    assert abs(left - right) <= 2
    view.resize(700, 500)
    assert view.tile_rect(0).width() > rects[0].width()
    assert view.sizeHint().width() > 0


def test_the_mouse_tells_unit_row_and_column(qtbot, view):
    told = heard(view.hovered)
    qtbot.mouseMove(view, point(view, 6, 2, 5))
    assert told[-1] == ((6, 2, 5),)
    assert view.pointed == (6, 2, 5)
    gap = view.tile_rect(6).topRight().toPoint() + QPoint(max(round(view.scale / 2), 1), 5)
    qtbot.mouseMove(view, gap)
    assert told[-1] == (None,)
    qtbot.mouseMove(view, point(view, 6))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told[-1] == (None,)
    assert view.pointed is None


def test_a_click_chooses_a_unit_and_a_second_on_it_a_value(qtbot, view):
    chosen, values = heard(view.chosen), heard(view.value_chosen)
    view.chosen.connect(view.set_unit)
    qtbot.mouseClick(view, LEFT, NONE, point(view, 7))
    assert (chosen, values) == ([(7,)], [])
    qtbot.mouseClick(view, LEFT, NONE, point(view, 7, 3, 1))
    assert values == [(7, 3, 1)], "cells can be told apart"
    qtbot.mouseClick(view, LEFT, NONE, point(view, 8))
    assert chosen[-1] == (8,)
    qtbot.mouseClick(view, LEFT, NONE, QPoint(2, 2))
    assert len(chosen) == 2


def test_where_cells_cannot_be_told_apart_a_click_never_opens_one(qtbot, view):
    view.set_mosaic(make_mosaic(maps_of(64, 32), columns=8))
    values = heard(view.value_chosen)
    view.set_unit(9)
    qtbot.mouseClick(view, LEFT, NONE, point(view, 9))
    assert values == []
    double_click(view, point(view, 9, 16, 16))
    assert [value[0] for value in values] == [9]
    double_click(view, QPoint(1, 1))
    double_click(view, point(view, 9), Qt.MouseButton.RightButton)
    assert len(values) == 1


def test_the_chosen_unit_is_framed(view):
    before = grab(view)
    view.set_unit(5)
    image = grab(view)
    changed = np.argwhere(np.abs(image - before).max(axis=-1) > 20)
    rect = view.tile_rect(5)
    with pictured("framed", before, image):
        assert len(changed)
        assert changed[:, 0].min() >= rect.top() - 6
        assert changed[:, 0].max() <= rect.bottom() + 6
        assert changed[:, 1].min() >= rect.left() - 6
        assert changed[:, 1].max() <= rect.right() + 6
    view.set_unit(None)
    assert np.array_equal(grab(view), before)


def test_a_dead_unit_is_crossed_out(view):
    image = grab(view)
    dead = view.tile_rect(4).center().toPoint()
    with pictured("dead", image):
        around = image[dead.y() - 4 : dead.y() + 5, dead.x() - 4 : dead.x() + 5].reshape(-1, 3)
        assert (around[:, 0] - around[:, 2]).max() > 80, "a red cross"
    view.set_mosaic(make_mosaic(maps_of()[:4], columns=4), "viridis")
    image = grab(view)
    assert (image[..., 0] - image[..., 2]).max() < 230


def test_numbers_are_written_where_there_is_room(view):
    numbered = grab(view)
    corner = view.tile_rect(11).topLeft().toPoint() + QPoint(2, 2)
    patch = numbered[corner.y() : corner.y() + 9, corner.x() : corner.x() + 12].reshape(-1, 3)
    assert patch.min() < 90, "dark figures"
    assert np.sort(patch.mean(axis=1))[-20:].min() > 120, "on a pale plate"
    view.resize(150, 120)
    assert view.tile_rect(11).width() < mosaic_view.NUMBERED_FROM
    grab(view)


def test_arrow_keys_go_from_unit_to_unit_and_with_shift_from_cell_to_cell(view):
    told = heard(view.hovered)
    view.set_unit(3)  # from the chosen one on
    view.setFocus()
    for key, unit in (
        (Qt.Key.Key_Right, 4),
        (Qt.Key.Key_Left, 3),
        (Qt.Key.Key_Up, 3),
        (Qt.Key.Key_Left, 2),
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_Down, 5),
        (Qt.Key.Key_Left, 4),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
    ):
        press(view, key)
        assert view.pointed[0] == unit, key
    before = view.pointed
    press(view, Qt.Key.Key_Right, SHIFT)
    assert view.pointed == (before[0], before[1], before[2] + 1)
    assert told[-1] == (view.pointed,)


def test_enter_chooses_the_unit_and_then_the_value(view):
    chosen, values = heard(view.chosen), heard(view.value_chosen)
    view.chosen.connect(view.set_unit)
    view.setFocus()
    press(view, Qt.Key.Key_Return)
    assert chosen == []
    press(view, Qt.Key.Key_Right)
    press(view, Qt.Key.Key_Return)
    assert chosen == [(1,)]
    press(view, Qt.Key.Key_Return)
    assert values == [view.pointed]


def test_keys_and_wheel_zoom(qtbot, view):
    scale = view.scale
    press(view, Qt.Key.Key_Plus)
    assert view.scale == pytest.approx(1.25 * scale)
    press(view, Qt.Key.Key_Minus)
    assert view.scale == pytest.approx(scale)
    wheel(view, point(view, 5, 4, 4), 6)
    found = view.mosaic.at(*view._cell(QPointF(point(view, 5, 4, 4))))
    assert found == (5, 4, 4)
    before = view.tile_rect(5)
    qtbot.mousePress(view, LEFT, NONE, QPoint(200, 200))
    qtbot.mouseMove(view, QPoint(190, 200))
    qtbot.mouseMove(view, QPoint(150, 180))
    qtbot.mouseRelease(view, LEFT, NONE, QPoint(150, 180))
    assert view.tile_rect(5).topLeft() != before.topLeft(), "panned"
    press(view, Qt.Key.Key_0)
    assert view.scale == pytest.approx(scale)


def test_keys_of_others_are_left_to_them(qtbot):
    class Parent(QWidget):
        def keyPressEvent(self, event):
            keys.append(event.key())

    keys, parent = [], Parent()
    qtbot.addWidget(parent)
    view = MosaicView(parent)
    for key, modifiers in ((Qt.Key.Key_A, NONE), (Qt.Key.Key_Right, CONTROL), (Qt.Key.Key_Escape, NONE)):
        QTest.keyClick(view, key, modifiers)
    assert [key for key in keys if key != Qt.Key.Key_Control] == [Qt.Key.Key_A, Qt.Key.Key_Right, Qt.Key.Key_Escape]


def test_a_new_picture_s_maps_stay_where_the_old_were_zoomed_to(view):
    view.zoom_to(40.0)
    place = view.tile_rect(0)
    view.set_mosaic(make_mosaic(maps_of() + 1, columns=4), "viridis")
    assert view.tile_rect(0) == place
    view.set_mosaic(make_mosaic(maps_of(20), columns=5), "viridis")
    assert view.rect().contains(view.tile_rect(19).toAlignedRect()), "another layout is seen whole"


def test_what_was_pointed_at_is_forgotten_with_another_layout(qtbot, view):
    told = heard(view.hovered)
    qtbot.mouseMove(view, point(view, 11))
    view.set_mosaic(make_mosaic(maps_of(2), columns=2), "viridis")
    assert told[-1] == (None,)
    assert view.pointed is None
    assert view.tile_rect(11).isEmpty()
    qtbot.mouseMove(view, point(view, 1))
    view.set_mosaic(None)
    assert told[-1] == (None,)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return):
        press(view, key)
    qtbot.mouseClick(view, LEFT, NONE, QPoint(100, 100))
    assert len({tuple(pixel) for pixel in grab(view)[50:60, 50:60].reshape(-1, 3)}) == 1


def test_the_tooltip_describes_the_unit(view, monkeypatch):
    view.describe = lambda unit: f"this is {unit}"
    assert tooltip(view, point(view, 3), mosaic_view, monkeypatch) == "this is 3"
    assert tooltip(view, QPoint(1, 1), mosaic_view, monkeypatch) == ""


def test_units_out_of_order_are_found(qtbot, view, maps):
    told = heard(view.hovered)
    mosaic = make_mosaic(maps, columns=4, units=[9, 2, 5], order="maximum")
    view.set_mosaic(mosaic, "viridis")
    first = int(maps[[2, 5, 9]].amax(dim=(1, 2)).argmax())
    unit = (2, 5, 9)[first]
    assert view.tile_rect(unit).left() < min(view.tile_rect(other).left() for other in (2, 5, 9) if other != unit)
    qtbot.mouseMove(view, point(view, 5, 0, 0))
    assert told[-1] == ((5, 0, 0),)
    assert view.tile_rect(0).isEmpty()
    view.set_unit(0)
    view.setFocus()
    press(view, Qt.Key.Key_Right)
    assert view.pointed[0] in (2, 5, 9)
    assert (view.colour_map, view.unit) == ("viridis", 0)


def test_single_values_are_cells(qtbot, view):
    view.set_mosaic(make_mosaic(torch.linspace(-1, 1, 100), value_range="shared", diverging=True, gap=0), "diverging")
    told = heard(view.hovered)
    qtbot.mouseMove(view, view.tile_rect(42).center().toPoint())
    assert told[-1] == ((42, 0, 0),)
    assert close_to(colour_at(grab(view), view.tile_rect(99).center().toPoint()), colour_of("diverging", 1, (-1, 1)), 8)


def test_the_theme_is_followed(view):
    use_theme("light")
    QApplication.processEvents()
    before = grab(view)[2, 2]
    use_theme("dark")
    QApplication.processEvents()
    assert grab(view)[2, 2].sum() < before.sum() - 200


def test_a_press_on_another_button_chooses_nothing(view):
    chosen = heard(view.chosen)
    place = QPointF(point(view, 5))
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        button = Qt.MouseButton.RightButton
        QApplication.sendEvent(view, QMouseEvent(kind, place, view.mapToGlobal(place), button, button, NONE))
    assert chosen == []
