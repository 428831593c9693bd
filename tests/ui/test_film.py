"""Films: pictures of a board that is never shown are those of the window, to the pixel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling, SettingError
from cnnexplorer.ui.conv.board import BoardView
from cnnexplorer.ui.conv.film import Film, FilmFrame
from cnnexplorer.ui.conv.reels import StepReel, step_places
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.figures.saving import pixels_of
from cnnexplorer.ui.figures.takeaway import Takeaway
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.theme import use_theme

from .helpers import grab, pictured, set_image, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.main_window import MainWindow

FILTERS = np.random.default_rng(3).integers(-2, 3, (2, 3, 3, 3)).astype(float)


@pytest.fixture
def lab(window: MainWindow) -> MainWindow:
    """A colour picture, two padded filters, ReLU, pooling, flattening."""
    image = np.random.default_rng(4).random((3, 7, 8))
    set_image(
        window, image, Convolution(FILTERS, [1.0, 0.0], padding=1), Activation("relu"), Pooling("max", 2), Flatten()
    )
    window.conv.setFocus()
    settled(window)
    return window


@pytest.fixture
def filmed(lab: MainWindow) -> Iterator[Callable[..., Film]]:
    """Make a film as large as the window's board, of all its steps."""
    films: list[Film] = []

    def make(view: BoardView | None = None, **more: bool) -> Film:
        for _time in range(3):  # a change of width has its consequences one after the other
            settled(lab)
        conv = lab.conv
        shown = conv.model.shown
        places = [(stage, index) for stage, shape in enumerate(shown.result.experiment.shapes)
                  for index in range(int(np.prod(shape)))]  # fmt: skip
        switches = {name: lab.actions_[name].isChecked() for name in ("spotlight", "fill")}
        reel = StepReel(shown, conv.looks, places, **switches)
        frame = FilmFrame(conv.board.width(), conv.board.height(), caption=False, **more)
        films.append(Film(reel, conv.board.view if view is None else view, frame))
        return films[-1]

    yield make
    for film in films:
        film.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def seen(window: MainWindow, position: int) -> np.ndarray:
    """The window's board at a step: the views as they are on the screen, what is around them as Ctrl+E takes it.

    That leaves out buttons, scroll bars and the frame of the chosen card.
    """
    window.conv.player.go(position)
    settled(window)
    picture = pixels_of(Figure(Takeaway(window.conv.board, "board", ""), FigureWish(1)).image())[..., :3]
    screen, board, plain = grab(window.conv.board), window.conv.board, picture.copy()

    def part_of(view: QWidget) -> tuple[slice, ...]:
        area = view.visibleRegion().boundingRect()
        area.moveTopLeft(view.mapTo(board, area.topLeft()))
        return np.s_[area.top() : area.bottom() + 1, area.left() : area.right() + 1]

    for view in (*(card.view for card in board.cards.values()), board.step_view, board.arithmetic):
        picture[part_of(view)] = screen[part_of(view)]
    for button in board.figure_buttons:
        picture[part_of(button)] = plain[part_of(button)]
    return picture


def check(window: MainWindow, film: Film, positions: list[int], name: str) -> None:
    for position in positions:
        picture, expected = film.picture(position), seen(window, position)
        with pictured(name, picture, expected):
            assert picture.shape == expected.shape
            assert (picture == expected).all(), f"step {position}"


STEPS = [0, 1, 9, 55, 56, 100, 112, 120, 223, 224, 240, 247, 248, 271]


@pytest.mark.parametrize("name", ["plain", "filled", "without spotlight", "dark", "spanish"])
def test_a_film_is_what_the_window_shows(lab: MainWindow, filmed: Callable[..., Film], name: str):
    if name == "dark":
        use_theme("dark")
    elif name == "spanish":
        use_language("es")
    elif name != "plain":
        lab.actions_["fill" if name == "filled" else "spotlight"].trigger()
    settled(lab)
    check(lab, filmed(), STEPS, f"film-{name}")


def test_a_film_of_zoomed_views_follows_the_steps(lab: MainWindow, filmed: Callable[..., Film]):
    for key in (("input", -1), ("padding", 0), ("stage", 0)):
        lab.conv.strip.cards[key].view.zoom_to(90.0)
    lab.conv.strip.cards["stage", 1].view.zoom_to(17.0)
    lab.conv.player.go(5)
    lab.conv.player.go(0)
    settled(lab)
    check(lab, filmed(), list(range(0, 60, 3)), "film-zoomed")


def test_a_film_shows_the_channels_of_the_window(lab: MainWindow, filmed: Callable[..., Film]):
    lab.conv.strip.cards["input", -1].thumbnails.chosen.emit(2)
    assert lab.conv.strip.cards["input", -1].channel == 1
    check(lab, filmed(), [0, 60], "film-channel")


def test_a_film_of_an_enlarged_card(lab: MainWindow, filmed: Callable[..., Film]):
    lab.conv.select(("stage", 0))
    lab.actions_["enlarge"].trigger()
    settled(lab)
    check(lab, filmed(), [0, 5, 60], "film-enlarged")


def test_a_film_keeps_the_heights_that_the_user_chose(lab: MainWindow, filmed: Callable[..., Film]):
    columns = lab.conv.board.columns
    columns.moveSplitter(420, 1)
    settled(lab)
    check(lab, filmed(), [0, 60], "film-split")


def test_no_card_of_a_film_is_cut_where_there_is_room(lab: MainWindow):
    """Eight filters: thumbnails in two rows below each map."""
    image = np.random.default_rng(4).random((1, 28, 28))
    set_image(lab, image, Convolution(np.ones((8, 1, 5, 5))), Activation("relu"), Pooling("max", 2))
    conv = lab.conv
    film = Film(StepReel(conv.model.shown, conv.looks, [(0, 0)]), BoardView(), FilmFrame(900, 700))
    try:
        strip = film.board.strip
        assert strip.row.height() == strip.viewport().height()
        cards = [card for card in strip.cards.values() if not card.isHidden()]
        assert all(card.height() >= card.heightForWidth(card.width()) for card in cards)
    finally:
        film.close()


def test_a_film_can_be_begun_anew(lab: MainWindow, filmed: Callable[..., Film]):
    lab.conv.strip.cards["input", -1].view.zoom_to(90.0)
    film = filmed()
    first = [film.picture(position) for position in range(0, 60, 7)]
    film.picture(200)
    film.rewind()
    assert all((film.picture(7 * number) == picture).all() for number, picture in enumerate(first))


@pytest.mark.parametrize(("width", "scale"), [(1000, 1), (500, 2), (640, 1.5)])
def test_what_does_not_change_need_not_be_painted_again(lab: MainWindow, width: int, scale: float):
    conv = lab.conv
    places = step_places(conv.model.experiment, range(4))
    view = replace(conv.board.view, zooms={("input", -1): (60.0, 3.0, 3.0)})
    films = [Film(StepReel(conv.model.shown, conv.looks, places, fill=True), view,
                  FilmFrame(width, 420, scale=scale)) for _film in range(2)]  # fmt: skip
    try:
        for index in range(0, len(places), round(scale * scale)):
            films[1]._ground = None  # all of it is painted
            one, other = (film.picture(index) for film in films)
            with pictured("film-parts", one, other):
                assert (one == other).all(), f"step {index}"
    finally:
        for film in films:
            film.close()


def test_a_film_begins_with_the_same_picture_wherever_it_was(lab: MainWindow, filmed: Callable[..., Film]):
    film = filmed()
    film.change(film.reel, FilmFrame(500, 900))
    bar = film.board.strip.horizontalScrollBar()
    first = film.picture(0)
    film.picture(film.reel.places.index((3, 0)))
    assert bar.value() > 0
    film.rewind()
    assert (film.picture(0) == first).all()


def test_a_film_is_seen_nowhere_and_changes_nothing(lab: MainWindow, filmed: Callable[..., Film]):
    before, place = grab(lab), lab.conv.player.place
    film = filmed()
    film.picture(120)
    settled(lab)
    assert (grab(lab) == before).all()
    assert lab.conv.player.place == place
    assert [
        widget for widget in QApplication.topLevelWidgets() if widget.isVisible() and widget.windowHandle().isVisible()
    ] == [lab]


def test_a_switch_of_the_theme_is_none_of_the_films(lab: MainWindow, filmed: Callable[..., Film]):
    film = filmed()
    before = film.picture(30)
    use_theme("dark")
    settled(lab)
    assert (film.picture(30) == before).all()


def test_the_caption_tells_the_step(lab: MainWindow):
    shown = lab.conv.model.shown
    reel = StepReel(shown, lab.conv.looks, [(0, 0), (0, 57), (2, 5), (3, 7)])
    told = [reel.caption(index, reel.prepare(index)) for index in range(4)]
    assert told[1] == ("Convolution (3×3, stride 1): channel 1, row 0, column 1", "step 2 of 4")
    assert told[2][0] == "Max pooling (2×2, stride 2): channel 0, row 1, column 1"
    assert told[3] == ("Flatten: value 7", "step 4 of 4")


@pytest.mark.parametrize("steps", [True, False])
def test_caption_and_arithmetic_can_be_left_out(lab: MainWindow, steps: bool):
    shown = lab.conv.model.shown
    film = Film(StepReel(shown, lab.conv.looks, [(0, 3)]), BoardView(), FilmFrame(1000, 600, True, steps))
    picture = film.picture(0)
    assert picture.shape == (600, 1000, 3)
    assert film.board.height() == 570
    assert (film.board.strip.height() == 570) is not steps
    assert film.board.step_view.isVisible() is steps
    bare = Film(StepReel(shown, lab.conv.looks, [(0, 3)]), BoardView(), FilmFrame(1000, 570, False, steps))
    assert (bare.picture(0) == picture[:570]).all()
    for made in (film, bare):
        made.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("size", [(1280, 20), (100, 700), (5000, 700)])
def test_a_size_that_cannot_be(size: tuple[int, int]):
    with pytest.raises(SettingError, match=f"{size[0]} × {size[1]} pixels cannot be: use 480 × 360 to 4096 × 4096"):
        FilmFrame(*size)
