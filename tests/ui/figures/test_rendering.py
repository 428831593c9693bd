"""Figures show what the screen shows: pixel by pixel, sharp at every size, without what only the screen needs."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import ImageFont
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from cnnexplorer.core import Activation, Convolution, Pooling, Rectangle
from cnnexplorer.ui.figures.fonts import Style, find_faces, style_sheet
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.figures.takeaway import Takeaway
from cnnexplorer.ui.theme import code_font, use_theme
from cnnexplorer.ui.widgets.cells import LEAST_CELL
from cnnexplorer.ui.widgets.map_view import Lit, MapView
from cnnexplorer.ui.widgets.painting import Look
from tests.ui.helpers import close_to, colour_of, corner_colour, grab, hover_cell, pictured, pixels, set_image, settled

from .readers import differing, drawn_pdf, drawn_svg, opened, pdf_fonts, pdf_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow

SVG = "{http://www.w3.org/2000/svg}"
FACTS = (("Netz <&>", "AlexNet 2012"), ("Kanal", "7"), ("Núcleo", "[[0, −1.5], [2, ½]]"))
RANDOM = np.random.default_rng(5)


def figure(widget: QWidget, **wish: object) -> Figure:
    return Figure(Takeaway(widget, "test", "A test <b> ñ", FACTS), FigureWish(**wish))


def rgba(image: QImage) -> NDArray[np.int64]:
    image = image.convertToFormat(image.Format.Format_RGBA8888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).astype(np.int64)


@pytest.fixture
def view(qtbot: QtBot) -> MapView:
    found = MapView()
    qtbot.addWidget(found)
    found.resize(230, 170)
    return found


def show_map(view: MapView, values: NDArray[np.float64], look: Look | None = None) -> tuple[float, float]:
    look = look or Look("viridis")
    limits = look.range_for(values, values)
    view.set_map(values, look, limits)
    view.show()
    settled(view)
    return limits


VIEWS: dict[str, Callable[[MainWindow], QWidget]] = {
    "input": lambda window: window.conv.strip.cards["input", -1].view,
    "stage": lambda window: window.conv.strip.cards["stage", 0].view,
    "bar": lambda window: window.conv.strip.cards["stage", 0].bar,
    "thumbnails": lambda window: window.conv.strip.cards["input", -1].thumbnails,
    "grids": lambda window: window.conv.step_view,
    "arithmetic": lambda window: window.conv.arithmetic,
    "kernel": lambda window: window.conv.inspector.convolution.matrix,
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_picture_of_the_screens_size_is_what_the_screen_shows(window: MainWindow, name: str, theme: str) -> None:
    use_theme(theme)
    window.conv.select(("stage", 1))
    kernel = Convolution(RANDOM.standard_normal((2, 3, 3, 3)), padding=1)
    set_image(window, RANDOM.random((3, 8, 9)), kernel, Activation("relu"), Pooling("max", 2))
    window.conv.player.go(7)
    window.setFocus()
    settled(window)
    view = VIEWS[name](window)
    for button in view.findChildren(QToolButton):
        button.hide()  # is on the screen only
    seen, taken = grab(view), pixels(figure(view, scale=1).image())
    with pictured(f"figure-{name}-{theme}", seen, taken):
        assert differing(seen, taken, 3) == 0


def test_a_whole_window_is_what_the_screen_shows(window: MainWindow) -> None:
    window.setFocus()
    settled(window)
    seen = grab(window)
    taken = pixels(Figure(Takeaway(window, "window", "", buttons=True), FigureWish(1)).image())
    with pictured("figure-window", seen, taken):
        assert differing(seen, taken, 8) < 0.002  # but for the frame of the chosen card


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_cells_have_one_colour_up_to_their_edges(view: MapView, scale: int) -> None:
    values = RANDOM.random((31, 42))
    limits = show_map(view, values, Look("magma"))
    assert view.scale == 5  # neither lines nor numbers
    taken = pixels(figure(view, scale=scale).image())
    place, side = view.placement, 5 * scale
    for row, column in [(0, 0), (3, 17), (30, 41), (12, 0), (13, 40)]:
        top, left = round((place.y + row * 5) * scale), round((place.x + column * 5) * scale)
        cell = taken[top : top + side, left : left + side].reshape(-1, 3)
        assert (cell == colour_of("magma", values[row, column], limits)).all(), (row, column)


def test_numbers_are_drawn_anew_at_a_larger_scale(view: MapView) -> None:
    show_map(view, RANDOM.random((3, 3)))
    small, large = (pixels(figure(view, scale=scale).image()) for scale in (1, 4))
    repeated = small.repeat(4, axis=0).repeat(4, axis=1)
    assert differing(large, repeated) > 0.005  # finer than the screen's pixels made larger


@pytest.mark.parametrize("scale", [1, 3])
def test_without_ground_only_the_cells_are_there(view: MapView, scale: int) -> None:
    show_map(view, np.eye(4))
    taken = rgba(figure(view, scale=scale, transparent=True).image())
    rect = view.placement.rect(0, 0, 4, 4)
    inside = taken[
        round(rect.top() * scale) + 1 : round(rect.bottom() * scale) - 1,
        round(rect.left() * scale) + 1 : round(rect.right() * scale) - 1,
    ]
    assert (inside[..., 3] == 255).all()
    assert not taken[:, : (round(rect.left()) - 2) * scale, 3].any()
    assert (rgba(figure(view, scale=scale).image())[..., 3] == 255).all()


def test_a_cards_ground_can_be_left_away(window: MainWindow) -> None:
    card = window.conv.strip.cards["stage", 1]
    taken = rgba(figure(card, scale=1, transparent=True).image())
    assert (taken[..., 3] == 0).mean() > 0.2
    assert (rgba(figure(card, scale=1).image())[..., 3] == 255).all()
    before = grab(card)
    assert differing(before, grab(card), 0) == 0  # and is there on the screen as before


def test_without_ground_it_is_in_colours_that_are_seen_on_white(window: MainWindow) -> None:
    board = window.conv.board
    for widget in (board, board.strip.cards["stage", 1], board.step_view, board.arithmetic):
        use_theme("light")
        light = rgba(figure(widget, scale=1, transparent=True, caption=True).image())
        use_theme("dark")
        settled(window)
        seen = grab(widget)
        dark = rgba(figure(widget, scale=1, transparent=True, caption=True).image())
        with pictured(f"ink-{type(widget).__name__}", light[..., :3], dark[..., :3]):
            assert (dark == light).all()
        settled(window)
        assert differing(seen, grab(widget), 0) == 0  # and dark on the screen as before


def test_what_is_pointed_at_is_not_taken(qtbot: QtBot, view: MapView) -> None:
    show_map(view, RANDOM.random((4, 4)))
    plain = pixels(figure(view).image())
    view.setFocus()
    hover_cell(qtbot, view, 1, 1)
    view.set_linked(Rectangle(2, 2, 1, 1))
    settled(view)
    assert view.pointed_cell == (1, 1)
    assert (pixels(figure(view).image()) == plain).all()


def test_what_is_lit_is_taken(view: MapView) -> None:
    show_map(view, np.ones((4, 4)) * [0, 1, 2, 3])
    plain = pixels(figure(view).image())
    view.set_lit(Lit(Rectangle(1, 1, 2, 2), "input"))
    taken = pixels(figure(view).image())
    places = view.placement.rect(0, 0).center(), view.placement.rect(1, 1).center()
    dimmed, lit = ((round(2 * point.y() - 16), round(2 * point.x() - 16)) for point in places)
    assert (taken[dimmed] != plain[dimmed]).any()
    assert (taken[lit] == plain[lit]).all()


def test_buttons_belong_to_the_window_only(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    layout = QVBoxLayout(box)
    button = QToolButton()
    button.setText("XXXX")
    layout.addWidget(button)
    box.show()
    without, with_them = (
        pixels(Figure(Takeaway(box, "a", "", buttons=buttons), FigureWish(1)).image()) for buttons in (False, True)
    )
    assert len(np.unique(without.reshape(-1, 3), axis=0)) == 1
    assert differing(with_them, without, 8) > 0.01


def test_handles_between_columns_belong_to_the_window_only(window: MainWindow) -> None:
    board = window.conv.board
    handles = [splitter.handle(1) for splitter in (board.columns, board.steps)]
    taken = pixels(Figure(Takeaway(board, "board", ""), FigureWish(1)).image())
    for handle in handles:
        place = QRect(handle.mapTo(board, QPoint(0, 0)), handle.size())
        area = taken[place.top() : place.bottom() + 1, place.left() : place.right() + 1].reshape(-1, 3)
        assert len(np.unique(area, axis=0)) == 1


def offered(window: MainWindow, widget: QWidget) -> Takeaway:
    return next(offer for offer in window.conv.takeaways() if offer.widget is widget)


@pytest.mark.parametrize("alone", [True, False], ids=["map", "stage"])
def test_a_stage_of_its_own_is_in_full_colours(window: MainWindow, alone: bool) -> None:
    set_image(window, RANDOM.random((1, 8, 8)), Convolution(np.ones((1, 1, 3, 3))), Activation("relu"))
    window.conv.player.go(3)
    settled(window)
    card = window.conv.strip.cards["stage", 1]
    assert card.view.dimmed
    before = grab(card)
    taken = pixels(Figure(offered(window, card.view if alone else card), FigureWish(1)).image())
    place = QPoint(0, 0) if alone else card.view.mapTo(card, QPoint(0, 0))
    for row, column in ((0, 0), (5, 2)):
        cell = card.view.placement.rect(row, column).translated(QPointF(place))
        seen = corner_colour(taken, cell)
        assert close_to(seen, colour_of("diverging", card.shown[row, column], card.limits))
    settled(window)
    assert (grab(card) == before).all()  # nothing of it is seen on the screen


def test_a_board_is_taken_whole(window: MainWindow) -> None:
    """Where cards, grids or arithmetic are cut on the screen, the figure has room for them."""
    kernels = Convolution(RANDOM.standard_normal((4, 1, 5, 5)).round(2), [0.5] * 4)
    set_image(window, RANDOM.random((1, 9, 9)), kernels, Activation("relu"), Pooling("max", 2), Activation("abs"))
    window.resize(900, 600)
    settled(window)
    board = window.conv.board
    before, view = grab(board), board.view
    offer = offered(window, board)
    assert Figure(replace(offer, spread=nullcontext), FigureWish(1)).size == board.size()
    with offer.spread():
        for area in board.findChildren(QScrollArea):
            room, needed = area.viewport().size(), area.widget().size()
            assert room.width() >= needed.width()
            assert room.height() >= needed.height()
        size = board.size()
    assert Figure(offer, FigureWish(1)).size == size
    settled(window)
    assert board.view == view
    assert (grab(board) == before).all()


def test_a_board_on_which_nothing_is_cut_is_taken_as_it_is(window: MainWindow) -> None:
    set_image(window, RANDOM.random((1, 6, 6)), Activation("relu"))
    settled(window)
    board = window.conv.board
    offer = offered(window, board)
    images = [Figure(found, FigureWish(1)).image() for found in (offer, replace(offer, spread=nullcontext))]
    assert images[0] == images[1]


def test_the_arithmetic_ends_with_its_last_line(window: MainWindow) -> None:
    settled(window)
    view = window.conv.arithmetic
    size = view.size()
    assert size.height() > view.needed_height
    assert Figure(offered(window, view), FigureWish(1)).size.height() == view.needed_height
    settled(window)
    assert view.size() == size


def test_what_is_scrolled_away_stays_away(qtbot: QtBot) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    inner = QLabel("\n".join(f"line {number}" for number in range(60)))
    area.setWidget(inner)
    outer = QWidget()
    qtbot.addWidget(outer)
    area.setParent(outer)
    area.setGeometry(40, 40, 120, 100)
    outer.resize(200, 180)
    outer.show()
    area.verticalScrollBar().setValue(300)
    settled(outer)
    screen = Figure(Takeaway(outer, "a", "", buttons=True), FigureWish(1))
    assert differing(grab(outer), pixels(screen.image()), 3) == 0
    text = figure(outer).svg().text()
    clips = [element.attrib["height"] for element in ET.fromstring(text).iterfind(f".//{SVG}clipPath/{SVG}rect")]
    assert clips
    assert all(float(height) <= 180 for height in clips)


def test_the_caption_stands_below(view: MapView) -> None:
    show_map(view, np.eye(3))
    plain, told = figure(view), figure(view, caption=True)
    assert told.size.width() == 320
    assert told.size.height() > plain.size.height() + 40
    taken, above = pixels(told.image()), 2 * 12  # as where the caption begins, since there is room beside, too
    assert len(np.unique(taken[:above].reshape(-1, 3), axis=0)) == 1
    below = taken[above + 2 * plain.size.height() :]
    assert len(np.unique(below.reshape(-1, 3), axis=0)) > 10
    middle = taken[above : above + 2 * plain.size.height(), 90:-90]
    assert differing(middle, pixels(plain.image()), 3) == 0


def texts_of(svg: str) -> str:
    return " ".join("".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text"))


def test_svg_has_cells_as_areas_and_numbers_as_text(view: MapView) -> None:
    values = np.round(RANDOM.random((4, 4)), 2)
    show_map(view, values, Look("viridis"))
    document = ET.fromstring(figure(view, caption=True).svg().text("tïtle <", "more", "<x/>"))
    assert document.find(f"{SVG}title").text == "tïtle <"
    assert list(document.iter(f"{SVG}image")) == []
    text = texts_of(figure(view, caption=True).svg().text())
    for value in values.flat:
        assert f"{value:g}" in text
    for words in ("A test <b> ñ", "Netz <&>:", "[[0, −1.5], [2, ½]]"):
        assert words in text


@pytest.mark.parametrize(("side", "images"), [(42, 0), (170, 1)])
def test_svg_has_a_picture_only_of_many_or_small_cells(view: MapView, side: int, images: int) -> None:
    values = RANDOM.random((side, side))
    limits = show_map(view, values, Look("magma"))
    assert (view.scale < LEAST_CELL) == bool(images)
    document = ET.fromstring(figure(view).svg().text())
    found = list(document.iter(f"{SVG}image"))
    assert len(found) == images
    for element in found:
        data = element.attrib["{http://www.w3.org/1999/xlink}href"].removeprefix("data:image/png;base64,")
        inside = opened(base64.b64decode(data))
        times = inside.shape[0] // side
        assert inside.shape == (times * side, times * side, 4)
        assert times >= 4
        assert (
            inside[3 * times : 4 * times, 5 * times : 6 * times, :3] == colour_of("magma", values[3, 5], limits)
        ).all()


def embedded(svg: str) -> dict[tuple[str, str, str], list[bytes]]:
    """Return the font files of an SVG by family, weight and slant."""
    found: dict[tuple[str, str, str], list[bytes]] = {}
    rule = r"@font-face{font-family:'(.*?)';font-weight:(.*?);font-style:(.*?);.*?base64,(.*?)\)}"
    for *style, data in re.findall(rule, ET.fromstring(svg).findtext(f"{SVG}style")):
        found.setdefault(tuple(style), []).append(base64.b64decode(data))
    return found


def test_svg_holds_the_signs_of_its_fonts(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    layout = QVBoxLayout(box)
    sans, mono = QLabel("plain ñ½ <b>bold × →</b> <i>slanted &lt;&amp;</i>"), QLabel("f(x) = 3 · −0.5")
    mono.setFont(code_font())
    layout.addWidget(sans)
    layout.addWidget(mono)
    box.resize(300, 80)
    box.show()
    settled(box)
    svg = figure(box).svg().text()
    faces = embedded(svg)
    assert len(faces) == 4
    for element in ET.fromstring(svg).iter(f"{SVG}text"):
        family = element.attrib["font-family"].split(", ")[0]
        style = family, element.attrib["font-weight"], element.attrib["font-style"]
        font = QFont(family, weight=int(style[1]), italic=style[2] == "italic")
        font.setPixelSize(100)
        for sign in "".join(element.itertext()):
            (file,) = [file for file in faces[style] if ord(sign) in TTFont(io.BytesIO(file)).getBestCmap()]
            width = ImageFont.truetype(io.BytesIO(file), 100).getlength(sign)
            assert width == pytest.approx(QFontMetricsF(font).horizontalAdvance(sign), abs=1)
    assert len(svg) < 60_000  # and no more than the signs
    assert figure(box).svg().text() == svg


@pytest.mark.usefixtures("qapp")
def test_a_sign_is_taken_from_the_font_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    family = QFontInfo(QFont()).family()
    used = {Style(family, "400", "normal"): {"a", "\U000f0000"}}  # no letter of any alphabet
    assert [face.signs for face in find_faces(used)] == [{"a"}]
    monkeypatch.setattr(QRawFont, "supportsCharacter", lambda _self, _code: False)
    assert find_faces(used) == []
    assert style_sheet([]) == ""


@pytest.mark.usefixtures("qapp")
def test_what_is_odd_in_a_font_is_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    (face,) = find_faces({Style(QFontInfo(QFont()).family(), "400", "normal"): {"a"}})
    head = TTFont(io.BytesIO(face.file)).reader.tables["head"].offset
    odd = face.file[: head + 20] + bytes(8) + face.file[head + 28 :]  # made in the year 1904
    assert "base64" in style_sheet([replace(face, file=odd)])
    assert caplog.records == []


# read by independent programs


@pytest.mark.e2e
@pytest.mark.usefixtures("readers")
@pytest.mark.parametrize(("theme", "wish"), [("light", {}), ("dark", {"caption": True})])
@pytest.mark.parametrize("name", ["card", "grids", "arithmetic", "strip", "window"])
def test_vectors_look_like_the_picture(
    window: MainWindow, tmp_path: Path, name: str, theme: str, wish: dict[str, bool]
) -> None:
    use_theme(theme)
    window.conv.player.go(5)
    settled(window)
    widget = {
        "card": lambda: window.conv.strip.cards["stage", 1],
        "strip": lambda: window.conv.strip.widget(),
        "window": lambda: window,
        **{name: lambda name=name: VIEWS[name](window) for name in ("grids", "arithmetic")},
    }[name]()
    taken = Figure(Takeaway(widget, name, "Figura", FACTS, buttons=name == "window"), FigureWish(2, **wish))
    picture = pixels(taken.image())
    svg, pdf = tmp_path / "a.svg", tmp_path / "a.pdf"
    svg.write_text(taken.svg().text(), encoding="utf-8")
    pdf.write_bytes(taken.pdf())
    for drawn in (drawn_svg(svg, 2), drawn_pdf(pdf, 2)):
        drawn = drawn[: len(picture), : picture.shape[1]]
        with pictured(f"vector-{name}-{theme}", picture, drawn[..., :3]):
            assert differing(picture, drawn, 60) < 0.05


@pytest.mark.e2e
@pytest.mark.usefixtures("readers")
def test_no_viewer_shows_gaps_between_cells(view: MapView, tmp_path: Path) -> None:
    show_map(view, np.ones((33, 41)) + np.arange(41) % 2 * 1e-3, Look("grey", "fixed", 0, 1.2))
    svg, pdf = tmp_path / "a.svg", tmp_path / "a.pdf"
    svg.write_text(figure(view).svg().text())
    pdf.write_bytes(figure(view).pdf())
    rect = view.placement.rect(1, 1, 31, 39)
    for scale in (1, 1.37, 2.6):
        area = np.s_[
            round(rect.top() * scale) : round(rect.bottom() * scale),
            round(rect.left() * scale) : round(rect.right() * scale),
        ]
        for drawn in (drawn_svg(svg, scale), drawn_pdf(pdf, scale)):
            assert np.ptp(drawn[area][..., :3]) <= 3, scale


@pytest.mark.e2e
@pytest.mark.usefixtures("readers")
@pytest.mark.parametrize("side", [9, 60, 200])
def test_cells_are_sharp_in_every_viewer(view: MapView, tmp_path: Path, side: int) -> None:
    view.resize(402, 402)
    checks = np.indices((side, side)).sum(axis=0) % 2 * 1.0
    show_map(view, checks, Look("grey", decimals=0))
    svg, pdf = tmp_path / "a.svg", tmp_path / "a.pdf"
    svg.write_text(figure(view).svg().text())
    pdf.write_bytes(figure(view).pdf())
    for drawn in (drawn_svg(svg, 5), drawn_pdf(pdf, 5)):
        for row in range(0, side, max(side // 7, 1)):
            rect = view.placement.rect(row, row // 2)
            top, left = round(5 * rect.top()), round(5 * rect.left())
            edge = max(round(5 * rect.width() * 0.2), 2)
            middle = drawn[top + edge : top + 2 * edge, left + edge : left + 2 * edge, 0]
            assert np.abs(middle - 255 * checks[row, row // 2]).max() <= 12


@pytest.mark.e2e
@pytest.mark.usefixtures("readers")
def test_pdf_has_real_text_in_fonts_of_its_own(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(figure(window.conv.strip.cards["stage", 0], caption=True).pdf())
    text = "".join(pdf_text(path).split())  # it tells narrow spaces by guessing
    for words in ("Convolution", "1×6×6", "Atest<b>ñ", "AlexNet2012", "−1.5"):
        assert words in text
    fonts = pdf_fonts(path)
    assert fonts
    assert all(words[-5] == "yes" for words in fonts), fonts


def test_a_widget_never_shown_can_be_taken(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    view = MapView()
    layout.addWidget(view)
    box.resize(200, 200)
    show = np.eye(5)
    view.set_map(show, Look("grey"), (0, 1))
    taken = pixels(figure(box, scale=1).image())
    assert not box.isVisible()
    middle = view.mapTo(box, QPoint(0, 0)) + view.placement.rect(2, 2).center().toPoint()
    assert (taken[middle.y() - 12, middle.x() - 12] == 255).all()
    assert box.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide) is False
