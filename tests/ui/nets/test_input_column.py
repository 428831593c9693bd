"""The column with the picture, through real events: picture, samples, folder, preprocessing, lit pixels, drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QColor, QTextDocument
from PySide6.QtWidgets import QApplication, QColorDialog

from cnnexplorer.core.samples import SAMPLES
from cnnexplorer.nets import Guess, Perturbation, load_network
from cnnexplorer.ui.nets import guesses as guesses_module
from cnnexplorer.ui.nets.guesses import ROW
from cnnexplorer.ui.nets.input_column import InputColumn, _breakable
from cnnexplorer.ui.nets.sketch import BLANK_SIDE, TITLE
from cnnexplorer.ui.nets.sources import PictureSources
from cnnexplorer.ui.nets.state import Chosen, Source
from cnnexplorer.ui.theme import use_theme
from tests.ui.helpers import (
    LEFT,
    NONE,
    choose,
    drag_cells,
    enter,
    grab,
    heard,
    hover_cell,
    pictured,
    press,
    settled,
)
from tests.ui.nets.helpers import speak_marked, tooltip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.nets.input_column import InputForm
    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.settings import Settings


@pytest.fixture
def sources(model: NetModel, settings: Settings) -> Iterator[PictureSources]:
    found = PictureSources(settings)
    found.taken.connect(model.set_source)
    yield found
    found.close()
    found.deleteLater()


@pytest.fixture
def column(qtbot: QtBot, model: NetModel, sources: PictureSources) -> Iterator[InputColumn]:
    found = InputColumn(model, sources, [QAction("Open", model)])
    qtbot.addWidget(found)
    found.form.sketch.begun.connect(sources.let_go)
    found.resize(found.width(), 900)
    found.form._show(model.result)
    with qtbot.waitExposed(found):
        found.show()
    return found


@pytest.fixture
def form(column: InputColumn) -> InputForm:
    return column.form


def computed(qtbot: QtBot, model: NetModel, act: Callable[[], object]) -> None:
    with qtbot.waitSignal(model.computed, timeout=20000):
        act()


def middle(form: InputForm) -> QPoint:
    return form.view.rect().center()


# the picture


def test_the_picture_is_shown_as_the_network_sees_it(form: InputForm, model: NetModel):
    image, seen = grab(form.view), model.result.picture
    with pictured("input", image):
        for row, column in ((30, 40), (112, 112), (200, 60)):
            place = form.view.placement.rect(row, column).center().toPoint()
            around = 255 * seen[:, row - 2 : row + 3, column - 2 : column + 3].reshape(3, -1)
            assert (image[place.y(), place.x()] >= around.min(axis=1) - 6).all()
            assert (image[place.y(), place.x()] <= around.max(axis=1) + 6).all()
    height, width = model.source.image.shape[1:]
    assert form.title.text() == f"Scene, {height} × {width}"


def test_a_sample_is_chosen(qtbot: QtBot, form: InputForm, model: NetModel):
    computed(qtbot, model, lambda: choose(form.samples, "stripes"))
    assert form.title.text().startswith(SAMPLES["stripes"].title)
    assert form.samples.value() == "stripes"
    form.samples.setCurrentIndex(0)
    form.samples.activated.emit(0)
    assert model.source.title == SAMPLES["stripes"].title, "the first entry is none"


def test_the_mouse_tells_the_three_colours(qtbot: QtBot, column: InputColumn, model: NetModel):
    told = heard(column.told)
    hover_cell(qtbot, column.form.view, 50, 60)
    text = str(told[-1][0])
    row, col = (int(text.split(word)[1].split(",")[0].split(":")[0]) for word in ("row ", "column "))
    assert abs(row - 50) <= 1
    assert abs(col - 60) <= 1
    red, green, blue = model.result.picture[:, row, col]
    assert text.endswith(f": red {red:.3f}, green {green:.3f}, blue {blue:.3f}")
    QApplication.sendEvent(column.form.view, QEvent(QEvent.Type.Leave))
    assert told[-1] == ("",)


def test_what_a_value_sees_is_lit(form: InputForm, model: NetModel):
    before = grab(form.view)
    model.point_at("conv1", 5, 10, 20)
    assert form.view.lit.frame == (38, 78, 11, 11)
    image = grab(form.view)
    changed = np.abs(image - before).max(axis=-1)
    inside = form.view.placement.rect(41, 81, 5, 5)
    with pictured("lit", before, image):
        box = slice(round(inside.top()), round(inside.bottom())), slice(round(inside.left()), round(inside.right()))
        assert changed[box].max() <= 2, "bright as before"
        assert changed[20:40, 20:200].mean() > 5, "the rest is dimmed"
    model.point_at()
    assert form.view.lit is None
    assert np.array_equal(grab(form.view), before)


def test_preprocessing_is_told_and_can_be_switched_off(qtbot: QtBot, form: InputForm, model: NetModel):
    assert "the shorter side to 256 pixels" in form.steps.text()
    assert "224×224 from the middle" in form.steps.text()
    noise = Source(np.random.default_rng(3).random((3, 224, 224)), "noise")
    computed(qtbot, model, lambda: model.set_source(noise))
    computed(qtbot, model, lambda: qtbot.mouseClick(form.preprocess, LEFT, NONE, QPoint(8, 8)))
    assert not model.preprocess
    assert np.array_equal(model.result.picture, model.source.image.astype(np.float32))
    assert "as it is" in form.steps.text()
    computed(qtbot, model, lambda: press(form.preprocess, Qt.Key.Key_Space))
    assert model.preprocess


def test_another_side_makes_larger_pictures_or_is_refused(qtbot: QtBot, form: InputForm, model: NetModel):
    assert form.side.value() == 224
    told = heard(model.refused)
    enter(form.side, "320")
    assert "224×224 only" in str(told[0][0]), "dense layers fit one size"
    assert form.side.value() == 224
    other = load_network("googlenet", "random", device="cpu", seed=3, input_size=64)
    computed(qtbot, model, lambda: model.adopt(Chosen("googlenet", "random", device="cpu"), other))
    assert form.side.value() == 64
    computed(qtbot, model, lambda: enter(form.side, "96"))
    assert model.result.picture.shape == (3, 96, 96)
    assert "96×96 from the middle" in form.steps.text()


def test_a_disturbance_is_undone_with_a_click(qtbot: QtBot, form: InputForm, model: NetModel):
    assert not form.disturbed.isVisible()
    computed(qtbot, model, lambda: model.set_perturbation(Perturbation(noise=0.3)))
    assert form.disturbed.isVisible()
    computed(qtbot, model, lambda: qtbot.mouseClick(form.disturbed, LEFT))
    assert model.perturbation.is_neutral
    assert not form.disturbed.isVisible()


def test_a_folder_s_buttons_step_through_it(
    qtbot: QtBot, form: InputForm, model: NetModel, sources: PictureSources, tmp_path: Path
):
    for number in range(3):
        Image.new("RGB", (30, 20), (80 * number, 0, 0)).save(tmp_path / f"{number}.png")
    assert not form._folder.isVisible()
    computed(qtbot, model, lambda: sources.open_folder(tmp_path))
    assert form.place.text() == "1 of 3"
    computed(qtbot, model, lambda: qtbot.mouseClick(form.behind, LEFT))
    assert form.place.text() == "2 of 3"
    assert form.title.text() == "1.png, 30 × 20"
    computed(qtbot, model, lambda: qtbot.mouseClick(form.before, LEFT))
    computed(qtbot, model, lambda: qtbot.mouseClick(form.before, LEFT))
    assert form.place.text() == "3 of 3"
    assert form.samples.value() == ""


def test_a_long_name_breaks_and_is_told_whole(form: InputForm, model: NetModel):
    name = "a_very_long_name_" * 12 + ".png"
    model.set_source(Source(np.zeros((3, 20, 30)), name))
    assert form.title.toolTip() == f"{name}, 30 × 20"
    assert "…" in form.title.text()
    assert form.title.width() <= form.view.width()
    assert _breakable("short words stay") == "short words stay"


def test_what_is_under_way_is_told_after_a_while(qtbot: QtBot, form: InputForm):
    form._say_busy("loading…")
    assert form.busy.text() == ""
    qtbot.waitUntil(lambda: form.busy.text() == "loading…", timeout=3000)
    form._say_busy("computing…")
    assert form.busy.text() == "computing…"
    form._say_busy("")
    assert form.busy.text() == ""
    form._say_busy("computing…")
    form._say_busy("")
    assert not form._patience.isActive(), "a quick pass is not told of"


# the answer


def test_the_five_best_guesses_are_shown(qtbot: QtBot, column: InputColumn, model: NetModel, monkeypatch):
    bars = column.form.guesses
    assert bars.guesses == model.result.guesses
    first = model.result.guesses[0]
    text = f"class {first.index}: {100 * first.probability:.1f} %"
    assert bars.accessibleDescription().startswith(text)
    assert column.form.unnamed.text() == "These weights name no classes."
    assert tooltip(bars, QPoint(20, 5), guesses_module, monkeypatch).startswith(text)
    chosen = heard(column.class_chosen)
    qtbot.mouseClick(bars, LEFT, NONE, QPoint(20, 2 * ROW + 8))
    assert chosen == [(model.result.guesses[2].index,)]
    qtbot.mouseClick(bars, Qt.MouseButton.RightButton, NONE, QPoint(20, 8))
    qtbot.mouseClick(bars, LEFT, NONE, QPoint(20, bars.height() - 1))
    bars.setFocus()
    press(bars, Qt.Key.Key_Up)
    press(bars, Qt.Key.Key_Return)
    assert chosen[1:] == [(model.result.guesses[1].index,)]
    for _press in range(6):
        press(bars, Qt.Key.Key_Down)
    press(bars, Qt.Key.Key_Enter)
    assert chosen[-1] == (model.result.guesses[4].index,)
    press(bars, Qt.Key.Key_A)
    grab(bars)


def test_bars_are_as_long_as_their_share(form: InputForm):
    form.guesses.set_guesses((Guess(1, "cat", 0.5), Guess(2, "dog", 0.25)))
    image = grab(form.guesses)
    lengths = []
    for place in range(2):
        line = image[place * ROW + ROW - 7].astype(int)
        lengths.append(int((np.abs(line - line[-4]).max(axis=-1) > 20)[2:].sum()))
    width = form.guesses.width() - 2
    assert lengths == [pytest.approx(width / 2, abs=4), pytest.approx(width / 4, abs=4)]


def test_another_network_clears_the_answer(qtbot: QtBot, form: InputForm, model: NetModel):
    model.point_at("conv1", 5, 10, 20)
    other = load_network("googlenet", "random", device="cpu", seed=3, input_size=96)
    model.adopt(Chosen("googlenet", "random", device="cpu"), other)
    assert form.guesses.guesses == ()
    assert form.view.lit is None
    grab(form.guesses)
    qtbot.waitUntil(lambda: form.guesses.guesses != ())
    assert form.view.shape == (96, 96)


# drawing


def drawing(form: InputForm, colour: str = "#00ff00", size: str = "11") -> None:
    form.sketch.set_active(True)
    form.sketch.set_colour(QColor(colour))
    enter(form.sketch.size_field, size)


def test_a_stroke_is_drawn_where_the_mouse_goes_and_the_maps_follow(qtbot: QtBot, form: InputForm, model: NetModel):
    before = model.result
    drawing(form)
    computed(qtbot, model, lambda: drag_cells(qtbot, form.view, (60, 50), (60, 100), (60, 150)))
    qtbot.waitUntil(lambda: bool(model.result.picture[1, 60, 140] > 0.95))
    seen = model.result.picture
    for column in (55, 75, 125, 148):
        assert seen[:, 60, column] == pytest.approx([0, 1, 0], abs=0.05), column
        assert seen[:, 57, column] == pytest.approx([0, 1, 0], abs=0.05), "as thick as chosen"
    assert np.array_equal(seen[:, 90], before.picture[:, 90])
    assert not model.result.activations["conv1"].equal(before.activations["conv1"])
    assert model.source.title == TITLE
    assert form.title.text().startswith("drawing")


def test_undo_takes_a_whole_stroke_back(qtbot: QtBot, form: InputForm, model: NetModel):
    before = model.source
    drawing(form)
    drag_cells(qtbot, form.view, (60, 50), (60, 100), (90, 150))
    drag_cells(qtbot, form.view, (20, 20), (30, 30))
    assert model.history.count() == 2
    assert model.history.undoText() == "draw"
    drawn = model.source
    model.history.undo()
    computed(qtbot, model, model.history.undo)
    assert model.source is before
    model.history.redo()
    computed(qtbot, model, model.history.redo)
    assert model.source is drawn


def test_a_stroke_out_of_the_picture_is_cut(qtbot: QtBot, form: InputForm, model: NetModel):
    drawing(form)
    view = form.view
    start = view.placement.rect(100, 200).center().toPoint()
    qtbot.mousePress(view, LEFT, NONE, start)
    qtbot.mouseMove(view, QPoint(view.width() + 300, start.y()))
    qtbot.mouseRelease(view, LEFT, NONE, QPoint(view.width() + 300, start.y()))
    qtbot.waitUntil(lambda: bool(model.result.picture[1, 100, 222] > 0.95))
    assert model.history.count() == 1


def test_one_click_makes_a_dot(qtbot: QtBot, form: InputForm, model: NetModel):
    drawing(form, size="5")
    before = model.result.picture
    computed(qtbot, model, lambda: drag_cells(qtbot, form.view, (100, 100)))
    qtbot.waitUntil(lambda: not np.array_equal(model.result.picture, before))
    changed = np.argwhere(np.abs(model.result.picture - before).max(axis=0) > 0.1)
    low, high = changed.min(axis=0), changed.max(axis=0)
    assert ((high - low) <= 8).all()
    assert (np.abs((low + high) / 2 - 100) <= 3).all()


def test_drawing_lets_a_live_picture_go(qtbot: QtBot, form: InputForm, model: NetModel, sources: PictureSources):
    sources.use_image(np.full((1, 40, 40), 0.5), "live")
    drawing(form)
    qtbot.waitUntil(lambda: model.result.picture.shape[1] == 224)
    drag_cells(qtbot, form.view, (60, 50), (60, 100))
    assert sources.kind == "kept"
    assert model.source.image.shape == (3, 40, 40), "grey takes colour"
    assert model.source.image[1].max() == 1


def test_a_turned_and_shifted_picture_is_drawn_on_where_it_is_seen(qtbot: QtBot, form: InputForm, model: NetModel):
    computed(qtbot, model, lambda: model.set_source(Source(np.zeros((3, 224, 224)), "black")))
    computed(qtbot, model, lambda: model.set_perturbation(Perturbation(rotation=20, shift=(12, -9))))
    drawing(form)
    drag_cells(qtbot, form.view, (80, 150))
    qtbot.waitUntil(lambda: bool(model.result.picture[1].max() > 0.5))
    seen = np.argwhere(model.result.picture[1] > 0.5)
    assert np.abs(seen.mean(axis=0) - (80, 150)).max() <= 2


def test_without_preprocessing_a_pixel_is_a_pixel(qtbot: QtBot, form: InputForm, model: NetModel):
    computed(qtbot, model, lambda: model.set_source(Source(np.zeros((3, 224, 224)), "black")))
    computed(qtbot, model, lambda: model.set_preprocess(False))
    drawing(form, size="1")
    drag_cells(qtbot, form.view, (30, 40))
    assert model.source.image[1].sum() <= 4
    row, column = np.argwhere(model.source.image[1] > 0)[0]
    assert abs(row - 30) <= 1
    assert abs(column - 40) <= 1


def test_blank_begins_with_black_and_can_be_undone(qtbot: QtBot, form: InputForm, model: NetModel):
    before = model.source
    form.sketch.set_active(True)
    computed(qtbot, model, lambda: qtbot.mouseClick(form.sketch.blank_button, LEFT))
    assert model.source.image.shape == (3, BLANK_SIDE, BLANK_SIDE)
    assert model.result.picture.max() == 0
    computed(qtbot, model, model.history.undo)
    assert model.source is before


def test_a_colour_is_chosen(qtbot: QtBot, form: InputForm, monkeypatch: pytest.MonkeyPatch):
    form.sketch.set_active(True)
    before = form.sketch.colour_button.icon().pixmap(16, 16).toImage().pixelColor(8, 8)
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#123456"))
    qtbot.mouseClick(form.sketch.colour_button, LEFT)
    after = form.sketch.colour_button.icon().pixmap(16, 16).toImage().pixelColor(8, 8)
    assert after.name() == "#123456" != before.name()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    qtbot.mouseClick(form.sketch.colour_button, LEFT)
    assert form.sketch._colour.name() == "#123456", "cancelled"


def test_a_thickness_that_is_none_is_told(form: InputForm):
    form.sketch.set_active(True)
    told = heard(form.sketch.refused)
    enter(form.sketch.size_field, "thick")
    assert told
    assert form.sketch.size_field.value() == 9


def test_without_drawing_the_mouse_only_points(qtbot: QtBot, form: InputForm, model: NetModel):
    assert not form.sketch.isVisible()
    before = model.source
    drag_cells(qtbot, form.view, (60, 50), (60, 100))
    form.sketch.set_active(True)
    form.sketch.set_active(False)
    drag_cells(qtbot, form.view, (60, 50), (60, 100))
    assert model.source is before


# the looks


def test_language_and_theme_are_followed(form: InputForm, monkeypatch: pytest.MonkeyPatch):
    speak_marked(monkeypatch)
    assert form.title.text().startswith("««Scene»") or form.title.text().startswith("««")
    assert form.preprocess.text() == "«Resize, crop, normalise»"
    assert "«resized: the shorter side to 256 pixels»" in form.steps.text()
    assert "«class" in form.guesses.accessibleDescription()
    assert form.unnamed.text() == "«These weights name no classes.»"
    assert form.samples.itemData(1, Qt.ItemDataRole.ToolTipRole).startswith("«")
    before = grab(form)
    use_theme("dark")
    settled(form)
    assert grab(form).mean() < before.mean() - 40


def test_a_name_that_looks_like_html_is_shown_as_it_is(form: InputForm, model: NetModel):
    model.set_source(Source(np.zeros((3, 8, 8)), "<img src=x> & <b>.png"))
    assert form.title.textFormat() == Qt.TextFormat.PlainText
    assert form.title.text().startswith("<img src=x> & <b>.png")
    document = QTextDocument()
    document.setHtml(form.title.toolTip())
    assert document.toPlainText().startswith("<img src=x> & <b>.png")
