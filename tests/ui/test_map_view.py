"""Views of maps as pictures, and zoom, pan, clicks and keys in them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import Rectangle
from cnnexplorer.ui.theme import LIGHT, use_theme
from cnnexplorer.ui.widgets.map_view import MAX_SCALE, Lit, MapView
from cnnexplorer.ui.widgets.painting import COLOUR_MAPS, Look, number_size

from .helpers import (
    cell_pixels,
    cell_point,
    click_cell,
    close_to,
    colour_of,
    corner_colour,
    drag_cells,
    grab,
    heard,
    hover_cell,
    pictured,
    press,
    settled,
    type_text,
    wheel,
)

Key = Qt.Key
VALUES = np.array([[0.0, 0.5, 1.0], [0.25, 0.75, 0.1], [0.9, 0.3, 0.6]])
PANEL = np.array([int(LIGHT.panel[i : i + 2], 16) for i in (1, 3, 5)])


@pytest.fixture
def view(qtbot):
    use_theme("light")
    found = MapView()
    qtbot.addWidget(found)
    found.resize(242, 242)
    with qtbot.waitActive(found):
        found.show()
        found.activateWindow()
    found.set_map(VALUES, Look("grey"), (0.0, 1.0))
    return found


def rect(view, row, column, height=1, width=1):
    return view.placement.rect(row, column, height, width)


# colours


@pytest.mark.parametrize("name", COLOUR_MAPS)
@pytest.mark.parametrize("limits", [(0.0, 1.0), (-1.0, 1.0), (0.25, 0.5)])
def test_every_cell_has_the_colour_of_its_value(view, name, limits):
    view.set_map(VALUES, Look(name), limits)
    image = grab(view)
    with pictured(f"map-{name}", image):
        for (row, column), value in np.ndenumerate(VALUES):
            assert close_to(corner_colour(image, rect(view, row, column)), colour_of(name, value, limits))


def test_a_picture_has_its_own_colours(view):
    image = np.random.default_rng(1).random((3, 4, 5))
    view.set_map(image, Look("viridis"), (0.0, 1.0))
    shot = grab(view)
    with pictured("map-rgb", shot):
        for row in range(4):
            for column in range(5):
                assert close_to(corner_colour(shot, rect(view, row, column)), image[:, row, column] * 255)


@pytest.mark.parametrize("size", [1, 64, 300])
def test_a_map_of_any_size_is_seen_whole(view, size):
    values = np.zeros((size, size))
    values[size // 2 :] = 1.0
    view.set_map(values, Look("grey", decimals=0), (0.0, 1.0))
    shot = grab(view)
    with pictured(f"map-{size}", shot):
        place = rect(view, 0, 0, size, size)
        assert place.width() == pytest.approx(min(240, 160 * size), abs=64)
        x = round(place.center().x()) - 20
        assert close_to(shot[round(place.top()) + 4, x], [0 if size > 1 else 255] * 3)
        assert close_to(shot[round(place.bottom()) - 4, x], [255] * 3)


def test_what_is_no_number_is_crossed_out(view):
    wrong = VALUES.copy()
    wrong[1, 1] = np.nan
    wrong[2, 2] = np.inf
    view.set_map(wrong, Look("grey", decimals=0), (0.0, 1.0))
    shot = grab(view)
    with pictured("map-nan", shot):
        for row, column in ((1, 1), (2, 2)):
            part = cell_pixels(shot, rect(view, row, column))
            reddish = (part[..., 0] - part[..., 2]) > 100
            assert reddish.sum() > 50
        assert not (
            (cell_pixels(shot, rect(view, 0, 0))[..., 0] - cell_pixels(shot, rect(view, 0, 0))[..., 2]) > 50
        ).any()


def test_the_colour_bar_of_a_constant_map_does_not_divide_by_zero(view):
    view.set_map(np.full((3, 3), 5.0), Look("viridis"), Look("viridis").range_for(np.full((3, 3), 5.0), VALUES))
    grab(view)


# numbers


@pytest.mark.parametrize(("scale", "decimals", "fits"), [(60, 2, True), (40, 2, True), (28, 2, True), (14, 2, False),
                                                         (10, 2, False), (28, 8, False), (120, 8, True)])  # fmt: skip
def test_numbers_appear_as_soon_as_they_fit(view, scale, decimals, fits):
    values = np.full((3, 3), 1 / 3)
    view.set_map(values, Look("grey", decimals=decimals), (0.0, 1.0))
    view.zoom_to(scale)
    shot = grab(view)
    inside = cell_pixels(shot, rect(view, 1, 1))
    written = (inside != inside[0, 0]).any()
    with pictured(f"numbers-{scale}-{decimals}", shot):
        assert bool(written) is fits
        assert (number_size([f"{1 / 3:.{decimals}f}"], scale) is not None) is fits


def test_the_chosen_decimals_are_written(view):
    """More decimals are another picture, and the number never leaves its cell."""
    shots = []
    for decimals in (0, 1, 2, 4):
        view.set_map(VALUES / 1.7, Look("grey", decimals=decimals), (0.0, 1.0))
        shots.append(grab(view))
        part = cell_pixels(shots[-1], rect(view, 1, 1), 1)
        assert close_to(part[:, 0], part[0, 0])
        assert close_to(part[:, -1], part[0, 0])
    for one, other in itertools.pairwise(shots):
        assert (one != other).any()


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_numbers_stand_out_from_their_cell(view, value):
    view.set_map(np.full((2, 2), value), Look("grey"), (0.0, 1.0))
    part = cell_pixels(grab(view), rect(view, 0, 0)).sum(axis=2)
    assert part.max() - part.min() > 500


# light and dark in the map


def test_the_rest_is_dimmed(view):
    plain = grab(view)
    view.set_lit(Lit(Rectangle(1, 1, 1, 2), "input"))
    lit = grab(view)
    with pictured("lit", plain, lit):
        for (row, column), _value in np.ndenumerate(VALUES):
            before, after = (corner_colour(shot, rect(view, row, column), 6) for shot in (plain, lit))
            expected = before if row == 1 and column in (1, 2) else (before + PANEL) / 2
            assert close_to(after, expected, 5), (row, column)


def test_the_frame_has_the_colour_of_its_role(view):
    for role, colour in (("input", LIGHT.input), ("output", LIGHT.output)):
        view.set_lit(Lit(Rectangle(0, 0, 2, 2), role))
        shot = grab(view)
        edge = shot[round(rect(view, 0, 0).center().y()), round(rect(view, 0, 2).left())]
        with pictured(f"frame-{role}", shot):
            assert close_to(edge, [int(colour[i : i + 2], 16) for i in (1, 3, 5)], 60)


def test_a_dilated_patch_dims_what_it_skips(view):
    view.set_map(np.full((3, 3), 0.0), Look("grey", decimals=0), (0.0, 1.0))
    taps = tuple(Rectangle(row, column, 1, 1) for row in (0, 2) for column in (0, 2))
    view.set_lit(Lit(Rectangle(0, 0, 3, 3), "input", taps))
    shot = grab(view)
    with pictured("dilated", shot):
        assert close_to(corner_colour(shot, rect(view, 0, 0), 8), [0, 0, 0], 8)
        assert corner_colour(shot, rect(view, 1, 1), 8).min() > 80


def test_filled_hides_later_cells(view):
    view.set_filled(4)
    shot = grab(view)
    with pictured("filled", shot):
        for number, value in enumerate(VALUES.flat):
            row, column = divmod(number, 3)
            expected = colour_of("grey", value, (0, 1)) if number < 4 else PANEL
            assert close_to(corner_colour(shot, rect(view, row, column), 4), expected), number
            if number >= 4:  # not even the number is seen
                part = cell_pixels(shot, rect(view, row, column), 4)
                assert close_to(part, part[0, 0])
    view.set_filled(0)
    assert close_to(cell_pixels(grab(view), rect(view, 0, 0), 4), PANEL)
    view.set_filled(None)
    assert close_to(corner_colour(grab(view), rect(view, 2, 2), 4), colour_of("grey", 0.6, (0, 1)))


def hatched(shot, place) -> bool:
    """Tell whether a cell holds lines of more than one colour."""
    part = cell_pixels(shot, place, 4)
    return bool((part != part[0, 0]).any(axis=2).mean() > 0.05)


def test_padding_is_hatched_and_nothing_else(view):
    view.set_map(np.full((5, 6), -0.123456789), Look("grey", decimals=8), (-1.0, 1.0))  # the numbers do not fit
    view.set_padding(Rectangle(1, 2, 3, 3))
    shot = grab(view)
    with pictured("padding", shot):
        for row in range(5):
            for column in range(6):
                inside = 1 <= row < 4 and 2 <= column < 5
                assert hatched(shot, rect(view, row, column)) is not inside, (row, column)
    view.set_padding(None)
    assert not hatched(grab(view), rect(view, 0, 0))


def test_rows_and_columns_that_are_never_read_are_hatched(view):
    view.set_map(np.full((4, 5), -0.123456789), Look("grey", decimals=8), (-1.0, 1.0))
    view.set_unvisited((3,), (0, 4))
    shot = grab(view)
    with pictured("unvisited", shot):
        for row in range(4):
            for column in range(5):
                assert hatched(shot, rect(view, row, column)) is (row == 3 or column in (0, 4)), (row, column)


def test_a_linked_cell_is_outlined(view):
    plain = grab(view)
    view.set_linked(Rectangle(0, 0, 2, 1))
    shot = grab(view)
    changed = np.argwhere((plain != shot).any(axis=2))
    place = rect(view, 0, 0, 2, 1)
    assert len(changed) > 100
    assert changed[:, 0].max() <= place.bottom() + 2
    assert changed[:, 1].max() <= place.right() + 2
    assert (grab(view) == shot).all()


def test_dark_is_another_picture(view):
    view.resize(300, 242)
    light = grab(view)
    use_theme("dark")
    settled(view)
    dark = grab(view)
    assert light[9, 9].min() > 200
    assert dark[9, 9].max() < 80
    assert close_to(corner_colour(dark, rect(view, 0, 1)), corner_colour(light, rect(view, 0, 1)))


def test_a_step_repaints_no_cell(view, monkeypatch):
    """What changes from step to step is only painted over the cached cells."""
    grab(view)
    painted = []
    monkeypatch.setattr(view, "_paint_cells", lambda *_: painted.append(1))
    for number in range(20):
        view.set_lit(Lit(Rectangle(number % 3, 0, 1, 1), "input"))
        view.set_filled(number % 9)
        view.repaint()
    assert not painted
    view.set_map(VALUES * 0.5, Look("grey"), (0.0, 1.0))
    view.repaint()
    assert painted


# zoom and pan


def middle(view) -> QPointF:
    return QPointF(view.rect().center())


def test_a_fitted_map_lies_in_the_middle(view):
    place = rect(view, 0, 0, 3, 3)
    assert place.center().x() == pytest.approx(121, abs=1)
    assert place.width() == 240
    view.resize(400, 300)
    assert rect(view, 0, 0, 3, 3).height() == pytest.approx(298, abs=2)


def test_the_wheel_zooms_where_the_mouse_is(view):
    view.set_map(np.zeros((40, 40)), Look(), (0, 1))
    zoomed = heard(view.zoomed)
    before = view.scale
    point = cell_point(view, 10, 30)
    wheel(view, point, 3)
    assert view.scale == pytest.approx(before * 1.25**3)
    assert view.placement.cell_at(point.x(), point.y()) == (10, 30)
    assert zoomed == [(view.scale,)]
    wheel(view, point, -3)
    assert view.scale == pytest.approx(before)


def test_zoom_has_ends(view):
    for _turn in range(60):
        wheel(view, view.rect().center(), 2)
    assert view.scale == MAX_SCALE
    for _turn in range(90):
        wheel(view, view.rect().center(), -2)
    assert view.scale == 1.0
    assert rect(view, 0, 0, 3, 3).center().x() == pytest.approx(121, abs=1)


def test_dragging_pans_and_is_no_click(view, qtbot):
    view.set_map(np.zeros((40, 40)), Look(), (0, 1))
    view.zoom_to(20)
    clicked = heard(view.clicked)
    x = view.placement.x
    start, end = QPoint(120, 120), QPoint(80, 120)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, QPoint(100, 120))
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert view.placement.x == x - 40
    assert not clicked


def test_panning_never_loses_the_map(view, qtbot):
    view.set_map(np.zeros((40, 40)), Look(), (0, 1))
    view.zoom_to(20)
    for corner in (QPoint(-5000, -5000), QPoint(5000, 5000)):
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(120, 120))
        qtbot.mouseMove(view, corner)
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=corner)
        place = rect(view, 0, 0, 40, 40)
        assert place.left() <= 1
        assert place.right() >= 240


def test_a_trembling_hand_still_clicks(view, qtbot):
    clicked = heard(view.clicked)
    point = cell_point(view, 2, 1)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=point)
    qtbot.mouseMove(view, point + QPoint(2, 1))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=point + QPoint(2, 1))
    assert clicked == [(2, 1)]


def test_pinching_zooms(view):
    before = view.scale
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2, middle(view), middle(view),
        middle(view), 0.5, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    assert view.scale == pytest.approx(before * 1.5)


def test_fit_and_one_to_one(view):
    view.set_map(np.zeros((40, 40)), Look(), (0, 1))
    fitted = view.scale
    view.one_to_one()
    assert view.scale == 1
    view.fit()
    assert view.scale == fitted


def test_another_value_keeps_the_zoom_and_another_size_fits(view):
    view.zoom_to(20)
    view.set_map(VALUES + 1, Look(), (0, 1))
    assert view.scale == 20
    view.set_map(np.zeros((4, 4)), Look(), (0, 1))
    assert view.scale == 60


# mouse and keys


def test_hovering_tells_the_cell_and_leaving_that_there_is_none(view, qtbot):
    told = heard(view.hovered)
    hover_cell(qtbot, view, 1, 2)
    assert told[-1] == ((1, 2),)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told[-1] == (None,)


@pytest.mark.parametrize("cell", [(0, 0), (1, 2), (2, 1)])
def test_clicking_tells_the_cell(view, qtbot, cell):
    clicked = heard(view.clicked)
    click_cell(qtbot, view, *cell)
    assert clicked == [cell]


def test_outside_the_map_nothing_is_clicked(view, qtbot):
    clicked = heard(view.clicked)
    view.zoom_to(10)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert not clicked


def test_drawing_tells_each_cell_of_the_stroke(view, qtbot):
    view.drawing = True
    told, clicked = heard(view.stroked), heard(view.clicked)
    drag_cells(qtbot, view, (0, 0), (0, 1), (2, 2))
    assert told == [("press", 0, 0), ("move", 0, 1), ("move", 2, 2), ("release", 2, 2)]
    assert not clicked


def test_the_keyboard_reaches_every_cell(view):
    told, clicked, typed = heard(view.hovered), heard(view.clicked), heard(view.typed)
    view.setFocus()
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Left):
        press(view, key)
    assert [cell for (cell,) in told] == [(0, 0), (0, 1), (1, 1), (2, 1), (2, 0)]
    press(view, Key.Key_Return)
    assert clicked == [(2, 0)]
    type_text(view, "−")
    assert typed == [(2, 0, "−")]


def test_the_keyboard_zooms(view):
    before = view.scale
    view.setFocus()
    press(view, Key.Key_Plus)
    assert view.scale > before


def test_a_cell_out_of_view_is_shown_when_keys_go_there(view):
    view.set_map(np.zeros((40, 40)), Look(), (0, 1))
    view.setFocus()
    press(view, Key.Key_Right)
    view.zoom_to(50, QPointF(0, 0))
    for _step in range(12):
        press(view, Key.Key_Right)
    place = rect(view, 0, 12)
    assert place.left() >= 0
    assert place.right() <= view.width() + 1


def test_a_view_follows_all_of_some_cells_or_any_of_others(qtbot):
    view = MapView()
    qtbot.addWidget(view)
    view.resize(170, 170)
    view.set_map(np.zeros((64, 64)), Look(), (0.0, 1.0))
    view.zoom_to(24.0)
    view.follow(Rectangle(10, 10, 3, 3))
    start = view.placement
    assert view.rect().contains(start.rect(10, 10, 3, 3).toAlignedRect())
    cut = Rectangle(10, 15, 3, 3)  # half of it is past the right edge
    view.follow(cut, whole=False)
    assert view.placement == start
    view.follow(cut)
    assert view.rect().contains(view.placement.rect(*cut).toAlignedRect())
    gone = Rectangle(10, 40, 3, 3)
    view.follow(gone, whole=False)
    assert view.rect().contains(view.placement.rect(*gone).toAlignedRect())
