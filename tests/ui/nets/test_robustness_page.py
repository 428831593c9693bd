"""The Robustness page through real events: sliders, patch, curves, answers, another picture, maps side by side."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog

from cnnexplorer.core.samples import SAMPLES, make_sample
from cnnexplorer.nets import Perturbation, compare_activations, load_network, read_architecture
from cnnexplorer.ui.language import translate, use_language
from cnnexplorer.ui.nets.input_column import InputForm
from cnnexplorer.ui.nets.robustness_axis import groups, lines, thinned, ticks
from cnnexplorer.ui.nets.robustness_legend import legend, rows
from cnnexplorer.ui.nets.robustness_page import RobustnessPage
from cnnexplorer.ui.nets.robustness_plots import KINDS, make_plots
from cnnexplorer.ui.nets.robustness_texts import correlation_text, percent, perturbation_text
from cnnexplorer.ui.nets.sources import PictureSources
from cnnexplorer.ui.nets.state import Chosen, Source
from cnnexplorer.ui.theme import use_theme
from tests.ui.helpers import LEFT, NONE, choose, enter, grab, heard, pixels, press, settled, wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from cnnexplorer.nets import Network
    from cnnexplorer.ui.nets.model import NetModel
    from cnnexplorer.ui.settings import Settings


@pytest.fixture
def page(qtbot: QtBot, model: NetModel, settings: Settings) -> Iterator[RobustnessPage]:
    found = RobustnessPage(model)
    found.use_settings(settings)
    qtbot.addWidget(found)
    found.resize(960, 640)
    with qtbot.waitExposed(found):
        found.show()
    found.enter()
    qtbot.waitUntil(lambda: found.sheet is not None, timeout=20000)
    yield found
    found.leave()
    found.close_work()


def renewed(qtbot: QtBot, page: RobustnessPage, act: Callable[[], object]) -> None:
    """Do something, and wait until the page shows what the model has computed of it."""
    before = page.sheet
    act()
    qtbot.waitUntil(
        lambda: (
            page.sheet is not None
            and page.sheet is not before
            and page.sheet.perturbation == page.model.perturbation
            and not page.model._task.busy
        ),
        timeout=20000,
    )


def disturbed(qtbot: QtBot, page: RobustnessPage, perturbation: Perturbation) -> None:
    renewed(qtbot, page, lambda: page.model.set_perturbation(perturbation))


def drag_slider(qtbot: QtBot, page: RobustnessPage, knob: str, share: float, steps: int = 1) -> None:
    """Drag a slider's handle from where it is to a share of its length."""
    slider = page.controls.rows[knob].slider
    low, high = slider.minimum(), slider.maximum()
    start = 6 + (slider.value() - low) / (high - low) * (slider.width() - 13)
    end, y = share * slider.width(), slider.height() // 2
    qtbot.mousePress(slider, LEFT, NONE, QPoint(round(start), y))
    for step in range(1, steps + 1):
        qtbot.mouseMove(slider, QPoint(round(start + (end - start) * step / steps), y))
    qtbot.mouseRelease(slider, LEFT, NONE, QPoint(round(end), y))


# the disturbance


def test_nothing_is_disturbed_at_first(page: RobustnessPage):
    assert page.sheet is not None
    assert page.sheet.comparison is not None
    assert {change[1:] for change in page.sheet.comparison.layers} == {(0.0, 1.0)}
    assert "Nothing is disturbed" in page.finding.text()
    assert not page.controls.reset_all.isEnabled()
    assert np.array_equal(pixels(page.pictures.first.image), pixels(page.pictures.present.image))


def test_a_slider_disturbs_and_the_curves_follow(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    renewed(qtbot, page, lambda: drag_slider(qtbot, page, "noise", 0.3))
    noise = model.perturbation.noise
    assert 0.2 < noise < 0.4
    assert page.controls.rows["noise"].field.value() == noise
    assert model.result is not None
    expected = compare_activations(model.result.activations, model.result.clean)
    assert page.chart.comparison == expected
    assert page.chart.plots is not None
    distances, correlations = (plot.values for plot in page.chart.plots)
    assert distances == (expected.picture.distance, *(change.distance for change in expected.layers))
    assert correlations == (expected.picture.correlation, *(change.correlation for change in expected.layers))
    clean, now = pixels(page.pictures.first.image), pixels(page.pictures.present.image)
    assert np.array_equal(now, (model.result.picture.transpose(1, 2, 0) * 255 + 0.5).astype(int))
    assert np.array_equal(clean, (model.result.clean_picture.transpose(1, 2, 0) * 255 + 0.5).astype(int))
    assert not np.array_equal(clean, now)


def test_the_finding_tells_the_actual_numbers(qtbot: QtBot, page: RobustnessPage):
    disturbed(qtbot, page, Perturbation(noise=0.2))
    assert page.sheet is not None
    comparison = page.sheet.comparison
    assert comparison is not None
    text = page.finding.text()
    assert f"The picture changes by {percent(comparison.picture.distance)}" in text
    for name in ("conv1", "conv5", "fc8"):
        assert f"{name} by {percent(comparison.of(name).distance)}" in text
    before, after = (side.guesses[0].index for side in (page.sheet.first, page.sheet.present))
    assert ("stays" in text) == (before == after)
    grows = comparison.layers[-1].distance > comparison.picture.distance
    assert ("grows" if grows else "attenuated") in text


@pytest.mark.parametrize(
    ("knob", "typed", "expected"),
    [
        ("noise", "0,155", Perturbation(noise=0.155)),
        ("blur", "2.5", Perturbation(blur=2.5)),
        ("brightness", "−0.25", Perturbation(brightness=-0.25)),
        ("rotation", "90", Perturbation(rotation=90)),
        ("right", "-12", Perturbation(shift=(0, -12))),
        ("down", "7", Perturbation(shift=(7, 0))),
        ("patch_size", "40", Perturbation(patch_size=40)),
        ("patch_right", "25", Perturbation(patch=(0.5, 0.25))),
        ("patch_down", "10", Perturbation(patch=(0.1, 0.5))),
    ],
)
def test_numbers_are_typed_and_sliders_follow(
    page: RobustnessPage, model: NetModel, knob: str, typed: str, expected: Perturbation
):
    row = page.controls.rows[knob]
    enter(row.field, typed)
    assert model.perturbation == expected
    assert row.slider.value() == round(row.knob.read(expected) / row.knob.step)
    assert row.reset.isEnabled()


@pytest.mark.parametrize(("knob", "typed"), [("noise", "2"), ("noise", "x"), ("down", "1.5"), ("patch_size", "500")])
def test_what_is_no_legal_number_is_told_and_changes_nothing(
    page: RobustnessPage, model: NetModel, knob: str, typed: str
):
    refused = heard(model.refused)
    enter(page.controls.rows[knob].field, typed)
    assert len(refused) == 1
    assert model.perturbation == Perturbation()


def test_keys_move_a_slider(page: RobustnessPage, model: NetModel):
    slider = page.controls.rows["rotation"].slider
    slider.setFocus()
    press(slider, Qt.Key.Key_Right)
    press(slider, Qt.Key.Key_Right)
    assert model.perturbation == Perturbation(rotation=2)


def test_the_wheel_changes_no_slider_that_it_passes(page: RobustnessPage, model: NetModel):
    for row in page.controls.rows.values():
        wheel(row.slider, row.slider.rect().center(), -3)
        wheel(row.field, row.field.rect().center(), -3)
    assert model.perturbation == Perturbation()


def test_a_fast_drag_forms_no_queue_and_the_newest_wins(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    shown: list[float] = []
    model.computed.connect(lambda computed: shown.append(computed.perturbation.noise))
    asked = heard(model.settings_changed)
    drag_slider(qtbot, page, "noise", 0.9, steps=40)
    last = model.perturbation.noise
    assert len(asked) > 20
    qtbot.waitUntil(lambda: bool(shown) and shown[-1] == last, timeout=20000)
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet.perturbation.noise == last, timeout=20000)
    assert len(shown) <= 3
    assert shown == sorted(shown)


def test_the_clean_picture_is_computed_once_for_a_whole_drag(
    qtbot: QtBot, page: RobustnessPage, model: NetModel, network: Network, monkeypatch: pytest.MonkeyPatch
):
    disturbed(qtbot, page, Perturbation(noise=0.01))
    assert model.result is not None
    clean = model.result.clean
    for step in range(2, 12):
        model.set_perturbation(Perturbation(noise=step / 100))
    qtbot.waitUntil(lambda: model.result.perturbation.noise == 0.11, timeout=20000)
    assert model.result.clean is clean


def test_each_number_and_all_go_back(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    model.set_perturbation(Perturbation(noise=0.2, shift=(3, 4), patch_size=20, patch=(0.1, 0.2), seed=3))
    qtbot.mouseClick(page.controls.rows["right"].reset, LEFT)
    assert model.perturbation == Perturbation(noise=0.2, shift=(3, 0), patch_size=20, patch=(0.1, 0.2), seed=3)
    assert not page.controls.rows["right"].reset.isEnabled()
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.controls.reset_all, LEFT))
    assert model.perturbation == Perturbation(seed=3)
    assert not page.controls.reset_all.isEnabled()
    assert all(not row.reset.isEnabled() for row in page.controls.rows.values())
    assert "Nothing is disturbed" in page.finding.text()


def test_other_noise_of_the_same_strength(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    assert not page.controls.again.isEnabled()
    disturbed(qtbot, page, Perturbation(noise=0.2))
    before = pixels(page.pictures.present.image)
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.controls.again, LEFT))
    assert model.perturbation == Perturbation(noise=0.2, seed=1)
    assert not np.array_equal(pixels(page.pictures.present.image), before)


def test_the_patch_is_dragged_on_the_picture(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    view = page.pictures.present
    place = view.picture_rect()

    def at(row: float, column: float) -> QPoint:
        return (place.topLeft() + QPointF(column * place.width(), row * place.height())).toPoint()

    qtbot.mousePress(view, LEFT, NONE, at(0.25, 0.5))
    assert model.perturbation.patch_size == 56
    assert model.perturbation.patch == pytest.approx((0.25, 0.5), abs=0.01)
    qtbot.mouseMove(view, at(0.75, 0.25))
    assert model.perturbation.patch == pytest.approx((0.75, 0.25), abs=0.01)
    qtbot.mouseMove(view, at(2.0, -1.0))
    qtbot.mouseRelease(view, LEFT, NONE, at(2.0, -1.0))
    assert model.perturbation.patch == (1.0, 0.0)
    assert page.controls.rows["patch_down"].field.value() == 100
    assert page.controls.rows["patch_right"].slider.value() == 0
    view.setFocus()
    press(view, Qt.Key.Key_Up)
    assert model.perturbation.patch == pytest.approx((0.98, 0.0))
    qtbot.waitUntil(lambda: page.sheet.perturbation == model.perturbation, timeout=20000)
    image = pixels(view.image)
    assert (image[215, 5] == 128).all()


def test_the_disturbance_stays_when_the_page_is_left(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    disturbed(qtbot, page, Perturbation(blur=2))
    page.leave()
    assert model.perturbation == Perturbation(blur=2)
    assert page.sheet is None
    page.enter()
    qtbot.waitUntil(lambda: page.sheet is not None)
    assert page.sheet.perturbation == Perturbation(blur=2)


def test_what_another_view_resets_is_seen_here(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    disturbed(qtbot, page, Perturbation(blur=2))
    renewed(qtbot, page, lambda: model.set_perturbation(Perturbation()))
    assert page.controls.rows["blur"].slider.value() == 0
    assert page.controls.rows["blur"].field.value() == 0


# the curves


def test_hovering_tells_the_layer_and_both_numbers(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    disturbed(qtbot, page, Perturbation(noise=0.2))
    told = heard(page.told)
    chart = page.chart
    assert chart.comparison is not None
    y = round(chart.box(1).center().y())
    for place, change in enumerate(chart.comparison.layers, start=1):
        qtbot.mouseMove(chart, QPoint(round(chart.across(place)), y))
        text = str(told[-1][0])
        assert text.startswith(change.layer.label)
        assert f"relative distance {percent(change.distance)}" in text
        assert text.endswith(f"correlation {correlation_text(change.correlation)}")
    qtbot.mouseMove(chart, QPoint(round(chart.across(0)), y))
    assert "picture" in str(told[-1][0])
    qtbot.mouseMove(chart, QPoint(2, 2))
    assert told[-1][0] == ""


def test_a_click_goes_to_the_layer_s_maps(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    chart = page.chart
    point = QPoint(round(chart.across(5)), round(chart.box(0).center().y()))
    qtbot.mouseClick(chart, LEFT, NONE, point)
    assert (model.place.page, model.place.layer) == ("maps", "conv2")


def test_the_curves_by_keyboard(page: RobustnessPage, model: NetModel):
    chart = page.chart
    chart.setFocus()
    press(chart, Qt.Key.Key_End)
    assert chart.place == 23
    assert "fc8" in chart.accessibleDescription()
    press(chart, Qt.Key.Key_Right)
    press(chart, Qt.Key.Key_Left)
    assert chart.place == 22
    press(chart, Qt.Key.Key_Home)
    assert chart.place == 0
    press(chart, Qt.Key.Key_Return)
    assert model.place.page == "overview", "the picture has no maps"
    press(chart, Qt.Key.Key_Right)
    press(chart, Qt.Key.Key_Return)
    assert (model.place.page, model.place.layer) == ("maps", "conv1")


def test_the_curves_lie_where_their_values_are(qtbot: QtBot, page: RobustnessPage):
    disturbed(qtbot, page, Perturbation(noise=0.3))
    chart = page.chart
    assert chart.plots is not None
    for index, plot in enumerate(chart.plots):
        box = chart.box(index)
        assert plot.marks == tuple(sorted(set(plot.marks)))
        for place, value in enumerate(plot.values):
            point = chart.point(index, place)
            assert point is not None
            assert box.adjusted(0, -0.01, 0, 0.01).contains(point)
            share = (value - plot.low) / (plot.high - plot.low)
            assert point.y() == pytest.approx(box.bottom() - share * box.height())
    image = grab(chart)
    point = chart.point(0, 5)
    assert point is not None
    red, green, blue = image[round(point.y()), round(point.x())]
    assert red > green < blue, "the mark of conv2 is filled with the curve's colour"


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_legend_takes_more_rows_where_there_is_little_room(qtbot: QtBot, code: str):
    use_language(code)
    shapes = [shape for shape, _title in KINDS]
    wide, narrow = legend(shapes, 50, 700), legend(shapes, 50, 312)
    assert rows(wide) == 1
    assert rows(narrow) == 2
    assert [entry.title for entry in narrow] == [translate(title) for _shape, title in KINDS]
    assert all(entry.left + entry.width <= 312 for entry in narrow)


def test_infinite_and_missing_numbers_have_a_place(page: RobustnessPage):
    assert page.chart.comparison is not None
    layers = page.chart.comparison.layers
    odd = (
        layers[0]._replace(distance=math.inf, correlation=0.0),
        layers[1]._replace(distance=math.nan, correlation=math.nan),
        *layers[2:],
    )
    page.chart.set_comparison(replace(page.chart.comparison, layers=odd))
    top = page.chart.point(0, 1)
    assert top is not None
    assert top.y() == page.chart.box(0).top()
    assert page.chart.point(0, 2) is None
    grab(page.chart)
    assert "∞" in page.chart.description(1)
    assert "–" in page.chart.description(2)


@pytest.mark.parametrize("id_", ["alexnet2012", "alexnet", "vgg16", "googlenet"])
def test_groups_cover_all_layers_and_lines_follow_the_values(id_: str):
    layers = read_architecture(id_)
    places = [place for group in groups(layers) for place in range(group.first, group.last + 1)]
    assert places == list(range(1, len(layers) + 1))
    titles = [group.title for group in groups(layers)]
    assert len(set(titles)) == len(titles)
    joined = {(line.start, line.end) for line in lines(layers)}
    names = ["", *(layer.name for layer in layers)]
    assert joined == {
        (names.index(name), names.index(layer.name)) for layer in layers for name in layer.inputs or ("",)
    }
    if id_ == "googlenet":
        assert sum(end == names.index("inception3a.concat") for _start, end in joined) == 4


def test_round_numbers():
    for low, high in ((0, 1e-13), (0, 3e-7), (0, 0.9), (0, 47), (0.99, 1), (-1, 1), (-0.31, 1)):
        found = ticks(low, high)
        assert found[0] <= low + 1e-12
        assert found[-1] >= high * (1 - 1e-9)
        assert 2 <= len(found) <= 6
        assert list(found) == sorted(set(found))
    assert thinned([], 5) == ()


def test_a_network_of_200_layers_is_readable(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    network = load_network("googlenet", "random", device="cpu", seed=1, input_size=64)
    model.adopt(Chosen("googlenet", "random", seed=1, device="cpu"), network)
    assert page.sheet is None, "nothing of the network before"
    assert page.chart.comparison is None
    assert page.finding.text() == "Nothing is computed yet."
    qtbot.waitUntil(lambda: page.sheet is not None, timeout=30000)
    assert page.sheet.network is network
    disturbed(qtbot, page, Perturbation(noise=0.2))
    assert page.chart.plots is not None
    assert len(page.chart.plots[0].values) == 198
    assert "inception5b.concat by" in page.finding.text()
    assert page.controls.rows["down"].slider.maximum() == 64
    chart = page.chart
    qtbot.mouseMove(chart, QPoint(round(chart.across(31)), round(chart.box(0).center().y())))
    assert chart.place == 31
    assert "inception3a.concat" in chart.accessibleDescription()
    grab(chart)


# the answers


def test_both_answers_stand_beside_each_other(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    disturbed(qtbot, page, Perturbation(noise=0.4))
    assert model.result is not None
    before, after = model.result.clean.probabilities.numpy(), model.result.probabilities
    rows = page.pictures.answers.rows
    top = {int(index) for values in (before, after) for index in np.argsort(-values, kind="stable")[:5]}
    assert {guess.index for guess, _before, _after in rows} == top
    for guess, one, other in rows:
        assert one == pytest.approx(before[guess.index], rel=1e-5)
        assert other == pytest.approx(after[guess.index], rel=1e-5)
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)
    assert f"class {rows[0][0].index}: {100 * rows[0][1]:.1f} → {100 * rows[0][2]:.1f} %" in (
        page.pictures.answers.accessibleDescription()
    )
    qtbot.mouseClick(page.pictures.answers, LEFT, NONE, page.pictures.answers.row_rect(1).center().toPoint())
    assert model.place.page == "answer"
    model.visit(page="robustness")
    page.pictures.answers.setFocus()
    press(page.pictures.answers, Qt.Key.Key_Down)
    press(page.pictures.answers, Qt.Key.Key_Return)
    assert model.place.page == "answer"


# another picture


def compare_with(qtbot: QtBot, page: RobustnessPage, sample: str) -> None:
    if not page.compare.isChecked():
        qtbot.mouseClick(page.compare, LEFT)
    renewed(qtbot, page, lambda: choose(page.second.samples, sample))
    qtbot.waitUntil(
        lambda: (
            page.second.second is not None
            and page.second.second.source.title == SAMPLES[sample].title
            and page.sheet is not None
            and page.sheet.wish.second is page.second.second
        ),
        timeout=20000,
    )


def test_a_sample_is_compared_layer_by_layer(qtbot: QtBot, page: RobustnessPage, model: NetModel, network: Network):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.compare, LEFT))
    assert not page.controls.isVisible()
    assert page.finding.text() == "Choose the other picture at the right."
    assert page.chart.comparison is None
    assert not page.pictures.present.image.isNull()
    sample = next(id_ for id_ in SAMPLES if id_ != "scene")
    compare_with(qtbot, page, sample)
    assert model.result is not None
    picture = network.picture(make_sample(sample) / max(make_sample(sample).max(), 1))
    other = network.activations(picture, network.preprocessing.normalisation)
    expected = compare_activations(model.result.activations, other)
    assert page.chart.comparison is not None
    for found, change in zip(page.chart.comparison.layers, expected.layers, strict=True):
        assert found[1:] == pytest.approx(change[1:], rel=1e-5)
    assert f"The pictures are {percent(expected.picture.distance)} apart" in page.finding.text()


def test_the_present_picture_is_kept_as_the_other_one(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    disturbed(qtbot, page, Perturbation(noise=0.1))
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.compare, LEFT))
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.second.pin, LEFT))
    assert {change[1:] for change in page.chart.comparison.layers} == {(0.0, 1.0)}
    assert "noise 0.1" in page.second.title.text()
    assert page.still.isVisible()
    assert "noise 0.1" in page.still_text.text()
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.still_reset, LEFT))
    assert not page.still.isVisible()
    assert page.chart.comparison.of("conv1").distance > 0
    kept = pixels(page.pictures.first.image)
    renewed(qtbot, page, lambda: model.set_source(Source(np.full((3, 50, 50), 0.5), "grey")))
    assert np.array_equal(pixels(page.pictures.first.image), kept)


def test_the_other_picture_is_computed_once(
    qtbot: QtBot, page: RobustnessPage, model: NetModel, network: Network, monkeypatch: pytest.MonkeyPatch
):
    compare_with(qtbot, page, next(id_ for id_ in SAMPLES if id_ != "scene"))
    passes: list[int] = []
    forward = network._forward
    monkeypatch.setattr(network, "_forward", lambda *values: passes.append(1) or forward(*values))
    renewed(qtbot, page, lambda: model.set_source(Source(np.full((3, 50, 50), 0.5), "grey")))
    assert len(passes) == 1
    model.edit_filters("conv1", lambda net: net.zero_filter("conv1", 3), "zero")
    qtbot.waitUntil(lambda: len(passes) == 3, timeout=20000)


def test_a_file_is_compared_and_a_bad_one_is_told(
    qtbot: QtBot, page: RobustnessPage, model: NetModel, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(good)
    bad.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n")
    qtbot.mouseClick(page.compare, LEFT)
    files = iter([str(bad), str(good)])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_values: (next(files), ""))
    with qtbot.waitSignal(model.refused, timeout=20000) as told:
        qtbot.mouseClick(page.second.file, LEFT)
    assert "bad.png" in str(told.args[0])
    assert page.second.second is None
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.second.file, LEFT))
    qtbot.waitUntil(lambda: page.sheet.first is not None, timeout=20000)
    assert page.second.title.text() == "good.png"
    assert model.source.title == "Scene"


def test_pictures_of_two_sizes_are_not_compared_but_told(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    network = load_network("googlenet", "random", device="cpu", seed=1, input_size=64)
    model.set_source(Source(np.random.default_rng(0).random((3, 80, 80)), "noise"))
    with qtbot.waitSignal(model.computed, timeout=30000):
        model.adopt(Chosen("googlenet", "random", seed=1, device="cpu"), network)
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.compare, LEFT))
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.second.pin, LEFT))
    model.set_source(Source(np.random.default_rng(0).random((3, 64, 96)), "noise"))
    renewed(qtbot, page, lambda: model.set_preprocess(False))
    qtbot.waitUntil(lambda: page.sheet is not None and page.sheet.refusal is not None, timeout=20000)
    assert "64×96" in page.finding.text()
    assert page.chart.comparison is None
    assert not page.pictures.present.image.isNull()
    model.set_preprocess(True)
    qtbot.waitUntil(lambda: page.chart.comparison is not None, timeout=20000)


# maps side by side


def test_maps_of_both_pictures_stand_side_by_side(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    disturbed(qtbot, page, Perturbation(noise=0.3))
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.maps, LEFT))
    qtbot.waitUntil(lambda: page.pairs.sheet is not None)
    sheet = page.pairs.sheet
    assert model.result is not None
    now, clean = model.result.activations["conv1"].double(), model.result.clean["conv1"].double()
    changed = (now - clean).flatten(1).norm(dim=1)
    assert sheet.mosaic.units.tolist() == changed.argsort(descending=True, stable=True)[:24].tolist()
    for unit in sheet.mosaic.units[[0, 7, 23]].tolist():
        top, left, height, width = sheet.mosaic.rectangle(unit)
        tile = sheet.mosaic.picture[top : top + height, left : left + width].astype(int)
        assert height == 55
        assert sheet.width == 55
        reach = float(max(now[unit].abs().max(), clean[unit].abs().max()))
        for values, start in ((clean, 0), (now, width - 55)):
            expected = np.rint(128 + 127 * values[unit].numpy() / reach)
            assert np.abs(tile[:, start : start + 55] - expected).max() <= 1
        assert not tile[:, 55 : width - 55].any()
    told = heard(page.told)
    unit = int(sheet.mosaic.units[3])
    qtbot.mouseMove(page.pairs.view, page.pairs.view.tile_rect(unit).center().toPoint() + QPoint(20, 0))
    assert str(told[-1][0]).startswith(f"unit {unit} of conv1")
    assert percent(float(sheet.changes.distance[unit])) in str(told[-1][0])
    qtbot.mouseClick(page.pairs.view, LEFT, NONE, page.pairs.view.tile_rect(unit).center().toPoint() + QPoint(20, 0))
    assert (model.place.page, model.place.layer, model.place.unit) == ("maps", "conv1", unit)


@pytest.mark.parametrize("layer", ["relu3", "fc8", "pool5", "flatten"])
def test_maps_of_every_kind_of_layer(qtbot: QtBot, page: RobustnessPage, model: NetModel, layer: str):
    qtbot.mouseClick(page.maps, LEFT)
    renewed(qtbot, page, lambda: model.visit(layer=layer))
    qtbot.waitUntil(lambda: page.pairs.sheet is not None and page.pairs.sheet.layer.name == layer)
    assert len(page.pairs.sheet.mosaic.units) == 24
    renewed(qtbot, page, lambda: choose(page.pairs.order, "index"))
    assert page.pairs.sheet.mosaic.units.tolist() == list(range(24))
    renewed(qtbot, page, lambda: choose(page.pairs.order, "strongest"))
    grab(page.pairs)


def test_the_layer_is_chosen_beside_the_maps(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.maps, LEFT))
    renewed(qtbot, page, lambda: qtbot.mouseClick(page.pairs.picker.behind, LEFT))
    assert model.place.layer == "relu1"
    qtbot.waitUntil(lambda: page.pairs.sheet is not None and page.pairs.sheet.layer.name == "relu1")


# language, theme, size


def test_every_control_has_a_name_and_a_tooltip(page: RobustnessPage):
    for comparing in (False, True):
        (page.compare if comparing else page.disturb).click()
        controls = [page.pictures.present, page.chart, page.pictures.answers]
        controls += [w for w in page.findChildren(QAbstractButton) if not w.objectName().startswith("qt_")]
        controls += list(page.findChildren(QComboBox))
        controls += [part for row in page.controls.rows.values() for part in (row.slider, row.field, row.reset)]
        for control in controls:
            text = control.text() if isinstance(control, QAbstractButton) else ""
            assert control.accessibleName() or text, control
            if control not in controls[:2]:
                assert control.toolTip(), control


def test_the_language_is_switched(qtbot: QtBot, page: RobustnessPage):
    disturbed(qtbot, page, Perturbation(noise=0.2))
    assert page.chart.plots is not None
    english = page.chart.plots[0].title, page.finding.text()
    use_language("es")
    settled(page)
    assert page.chart.plots[0].title
    use_language("en")
    assert (page.chart.plots[0].title, page.finding.text()) == english


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(860, 520), (1900, 1100)])
def test_it_is_painted_in_both_themes_and_every_size(
    qtbot: QtBot, page: RobustnessPage, theme: str, size: tuple[int, int]
):
    disturbed(qtbot, page, Perturbation(noise=0.2))
    use_theme(theme)
    page.resize(*size)
    settled(page)
    image = grab(page)
    dark = image[page.chart.y() + 60, 5].mean() < 128
    assert dark == (theme == "dark")
    first, present = page.pictures.first.geometry(), page.pictures.present.geometry()
    assert first.size() == present.size()
    assert first.width() >= 150
    assert page.pictures.answers.geometry().right() <= page.pictures.width()
    assert page.chart.height() >= 240


def test_disturbances_in_words():
    assert perturbation_text(Perturbation()) == ""
    everything = Perturbation(0.2, 1.5, -0.1, 30, (2, -3), 40)
    assert perturbation_text(everything) == (
        "noise 0.2, blur 1.5 px, brightness -0.1, rotation 30°, shift 2 px down, -3 px to the right, patch of 40 px"
    )


def test_plots_of_nothing_disturbed_have_axes(page: RobustnessPage):
    assert page.chart.comparison is not None
    distance, correlation = make_plots(page.chart.comparison)
    assert (distance.low, distance.high) == (0, 1)
    assert correlation.high == 1
    assert correlation.low < 1


def test_the_input_column_names_the_disturbance_and_undoes_it(qtbot: QtBot, model: NetModel, settings: Settings):
    sources = PictureSources(settings)
    form = InputForm(model, sources, [])
    qtbot.addWidget(form)
    form.show()
    assert not form.disturbance.isVisible()
    assert not form.disturbed.isVisible()
    with qtbot.waitSignal(model.computed, timeout=20000):
        model.set_perturbation(Perturbation(rotation=30, noise=0.1))
    assert form.disturbance.isVisible()
    assert form.disturbance.text() == "Disturbed: noise 0.1, rotation 30°"
    with qtbot.waitSignal(model.computed, timeout=20000):
        qtbot.mouseClick(form.disturbed, LEFT)
    assert model.perturbation == Perturbation()
    assert not form.disturbance.isVisible()
    sources.close()
    sources.deleteLater()


def test_another_side_is_compared_with_another_side(qtbot: QtBot, page: RobustnessPage, model: NetModel):
    network = load_network("googlenet", "random", device="cpu", seed=1, input_size=64)
    with qtbot.waitSignal(model.computed, timeout=30000):
        model.adopt(Chosen("googlenet", "random", seed=1, device="cpu"), network)
    compare_with(qtbot, page, next(id_ for id_ in SAMPLES if id_ != "scene"))
    model.set_side(96)

    def follows() -> bool:
        sheet = page.sheet
        return sheet is not None and sheet.first is not None and sheet.first.picture.shape == (3, 96, 96)

    qtbot.waitUntil(follows, timeout=20000)
    assert page.chart.comparison is not None
    assert page.sheet.present.picture.shape == (3, 96, 96)
