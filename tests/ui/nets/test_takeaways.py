"""What can be taken of each page: as seen, with what is needed to understand it, and with the numbers behind it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from cnnexplorer.core import format_number
from cnnexplorer.nets import Perturbation
from cnnexplorer.ui.figures.desk import place_of
from cnnexplorer.ui.figures.rendering import Figure, FigureWish
from cnnexplorer.ui.language import use_language
from cnnexplorer.ui.nets.workspace import PAGES
from cnnexplorer.ui.theme import use_theme
from tests.ui.figures.readers import differing, drawn_pdf, drawn_svg
from tests.ui.helpers import NONE, grab, heard, pick, pictured, pixels, press, settled

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.figures.takeaway import Takeaway
    from cnnexplorer.ui.nets.workspace import NetWorkspace

SVG = "{http://www.w3.org/2000/svg}"
IDS = [spec.id for spec in PAGES]


def show(qtbot: QtBot, workspace: NetWorkspace, id_: str) -> None:
    """Show a page, and wait until it has what it is about."""
    workspace.model.visit(layer="conv3", unit=9)
    workspace.open_page(id_)
    workspace.show_inspector(True)
    page = workspace.page
    waits = {
        "overview": lambda: page.view.pictures is not None,
        "architecture": lambda: page.reading is not None,
        "filters": lambda: page.state is not None and len(page.grid.tiles) == 384,
        "maps": lambda: page.sheet is not None and page.panel.sheet is not None,
    }
    qtbot.waitUntil(waits.get(id_, lambda: page.sheet is not None), timeout=20000)
    workspace.setFocus()
    settled(workspace)


def named(workspace: NetWorkspace, name: str) -> Takeaway:
    return {takeaway.name: takeaway for takeaway in workspace.takeaways()}[name]


@pytest.mark.parametrize("id_", IDS)
def test_every_page_can_be_taken(qtbot: QtBot, workspace: NetWorkspace, id_: str):
    show(qtbot, workspace, id_)
    taken = workspace.takeaways()
    names = [takeaway.name for takeaway in taken]
    assert f"alexnet2012_{id_}_page" in names
    assert len(names) > 3
    assert len(set(names)) == len(names)
    for takeaway in taken:
        assert takeaway.name.isascii()
        assert takeaway.name.startswith("alexnet2012_")
        assert takeaway.title
        assert takeaway.widget.isVisible(), takeaway.name
        facts = dict(takeaway.facts)
        assert facts["Network"] == "AlexNet (2012)"
        if id_ != "architecture":
            assert "seed 1" in facts["Weights"]
            assert facts["Picture"] == "Scene"
        assert facts["Program"].startswith("CNN Explorer ")
        if takeaway.arrays is not None:
            arrays = takeaway.arrays()
            assert arrays
            assert all(isinstance(array, np.ndarray) and array.size for array in arrays.values())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("id_", IDS)
def test_each_figure_is_what_the_screen_shows(qtbot: QtBot, workspace: NetWorkspace, id_: str, theme: str):
    use_theme(theme)
    show(qtbot, workspace, id_)
    for takeaway in workspace.takeaways():
        figure = Figure(takeaway, FigureWish(1))
        if figure.size == takeaway.widget.size():
            seen, taken = grab(takeaway.widget), pixels(figure.image())
            with pictured(f"taken-{takeaway.name}-{theme}", seen, taken):
                # bars and small buttons are left away
                assert differing(seen, taken, 24) < 0.05, takeaway.name


def test_the_caption_tells_of_layer_unit_and_disturbance(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "maps")
    workspace.model.set_perturbation(Perturbation(noise=0.25))
    facts = dict(named(workspace, "alexnet2012_conv3_009_overlay").facts)
    assert facts["Disturbance"] == "noise 0.25"
    assert facts["Layer"] == "conv3 · convolution"
    assert facts["Output"] == "384 × 13 × 13"
    assert facts["Size"] == "3 × 3"
    assert facts["Stride"] == facts["Padding"] == "1 × 1"
    assert facts["Parameters"] == "885,120"
    assert facts["Unit"] == "9"
    assert facts["Colours"].startswith("Diverging")


def test_maps_are_given_as_numbers(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "maps")
    computed = workspace.model.result.activations["conv3"].numpy()
    (all_maps,) = named(workspace, "alexnet2012_conv3_maps").arrays().values()
    assert (all_maps == computed).all()
    overlay = named(workspace, "alexnet2012_conv3_009_overlay")
    assert (overlay.arrays()["conv3_009"] == computed[9]).all()
    workspace.page.panel.enlarge_asked.emit()
    enlarged = workspace.takeaways()[0]
    assert enlarged.name == "alexnet2012_conv3_009"
    assert enlarged.widget is workspace.page.enlarged.view
    assert enlarged.words == {
        "workspace": "network", "network": "alexnet2012", "layer": "conv3", "channel": "009", "view": "map",
    }  # fmt: skip


def test_filters_are_given_as_numbers(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "filters")
    weights = workspace.model.network.filters("conv3").numpy()
    assert (named(workspace, "alexnet2012_conv3_filters").arrays()["conv3_weight"] == weights).all()
    assert (named(workspace, "alexnet2012_conv3_009_filter").arrays()["conv3_009_weight"] == weights[9]).all()


@pytest.mark.parametrize(
    ("layer", "range_", "colours", "drawing"),
    [
        (
            "conv2",
            "filter",
            "Diverging around zero (each its own range)",
            "Each is drawn as its strongest plane: orange",
        ),
        ("conv2", "shared", "Diverging around zero, from -{reach} to {reach} (one shared range)", "strongest plane:"),
        ("conv1", "filter", "Red, green and blue, grey is zero (each its own range)", "Zero is middle grey; each"),
    ],
)
def test_the_caption_of_filters_tells_what_is_drawn(
    qtbot: QtBot, workspace: NetWorkspace, layer: str, range_: str, colours: str, drawing: str
):
    show(qtbot, workspace, "filters")
    workspace.model.visit(layer=layer, unit=2)
    pick(workspace.page.controls.normalisation, range_)
    weights = workspace.model.network.filters(layer).numpy()
    reach = format_number(float(np.abs(weights).max()), 4).lstrip("-")
    facts = dict(named(workspace, f"alexnet2012_{layer}_filters").facts)
    assert facts["Values"] == f"from {format_number(weights.min(), 4)} to {format_number(weights.max(), 4)}"
    assert facts["Colours"] == colours.format(reach=reach)
    assert drawing in facts["Drawing"]
    one = dict(named(workspace, f"alexnet2012_{layer}_002_filter").facts)
    assert one["Colours"].startswith(colours.split(" (")[0].split(", from")[0])
    assert one["Colours"].endswith(colours.split(" (")[1])


def test_the_answer_is_given_as_numbers(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "answer")
    arrays = named(workspace, "alexnet2012_answer").arrays()
    assert arrays["probabilities"] == pytest.approx(workspace.model.result.probabilities, abs=1e-6)


def texts(takeaway: Takeaway) -> list[str]:
    root = ET.fromstring(Figure(takeaway, FigureWish(1)).svg().text())
    return ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]


def test_the_whole_overview_is_taken_also_where_it_scrolls(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "overview")
    view = workspace.page.view
    for _turn in range(4):
        view.zoom(1.3)
    view.verticalScrollBar().setValue(80)
    settled(view)
    before, place = grab(view), (view.size(), view.verticalScrollBar().value(), view.layout_.metrics)
    takeaway = named(workspace, "alexnet2012_overview_whole")
    figure = Figure(takeaway, FigureWish(1))
    assert figure.size.height() > view.height() + 100
    labels = texts(takeaway)
    for layer in ("conv1", "pool5", "fc8"):
        assert layer in labels
    settled(view)
    assert (view.size(), view.verticalScrollBar().value(), view.layout_.metrics) == place
    assert differing(before, grab(view), 3) == 0


def test_the_overview_is_first_taken_as_it_is_seen(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "overview")
    view, offers = workspace.page.view, workspace.takeaways()
    assert [offer.name for offer in offers[:2]] == ["alexnet2012_overview", "alexnet2012_overview_whole"]
    window = replace(offers[0], widget=workspace)
    for widget in (view, view.viewport()):  # with the keys, and under the mouse
        assert place_of([*offers, window], widget) == 0
    seen, taken = grab(view.viewport()), pixels(Figure(offers[0], FigureWish(1)).image())
    with pictured("figure-overview", seen, taken):
        assert differing(seen, taken, 3) == 0


def test_all_rows_of_the_architecture_are_taken(qtbot: QtBot, workspace: NetWorkspace):
    workspace.resize(900, 480)
    show(qtbot, workspace, "architecture")
    table = workspace.page.table
    table.table.verticalScrollBar().setValue(60)
    settled(table)
    before = grab(table)
    takeaway = named(workspace, "alexnet2012_architecture")
    figure = Figure(takeaway, FigureWish(1))
    assert figure.size.height() > table.height()
    labels = texts(takeaway)
    for text in ("conv1", "relu7", "fc8", "Total", "60,965,224", "724,406,816", "Receptive field"):
        assert text in labels
    assert differing(before, grab(table), 3) == 0


@pytest.mark.parametrize(("id_", "name"), [("overview", "overview_whole"), ("filters", "conv3_filters")])
def test_a_figure_of_all_has_a_shape_of_its_own(qtbot: QtBot, workspace: NetWorkspace, id_: str, name: str):
    sizes = []
    for room in ((700, 380), (1600, 900)):
        workspace.resize(*room)
        show(qtbot, workspace, id_)
        sizes.append(Figure(named(workspace, f"alexnet2012_{name}"), FigureWish(1)).size)
    assert sizes[0] == sizes[1]
    assert 1.1 < sizes[0].width() / sizes[0].height() < 1.6


@pytest.mark.parametrize("read", ["alexnet2012", "googlenet"])
def test_nothing_of_the_architecture_is_cut(qtbot: QtBot, workspace: NetWorkspace, read: str):
    workspace.resize(700, 380)
    show(qtbot, workspace, "architecture")
    use_language("es")
    settled(workspace)
    page = workspace.page
    pick(page.controls.network, read)
    qtbot.waitUntil(lambda: page.reading.wish.network == read)
    takeaway = named(workspace, f"{read}_architecture")
    with takeaway.spread() as whole:
        table = whole.table
        assert table.viewport().height() >= table.verticalHeader().length()
        assert table.viewport().width() >= table.horizontalHeader().length()
        assert whole.totals.height() >= whole.totals.sizeHint().height()
    labels = texts(takeaway)
    assert not [label for label in labels if "…" in label]
    assert ("normalización de respuesta local" in labels) == (read == "alexnet2012")


def test_all_of_the_lectures_table_is_taken(qtbot: QtBot, workspace: NetWorkspace):
    workspace.resize(700, 380)
    show(qtbot, workspace, "architecture")
    page = workspace.page
    page.controls.lecture.click()
    takeaway = named(workspace, "alexnet2012_lecture_table")
    with takeaway.spread() as whole:
        table = whole.table
        assert table.viewport().height() >= table.verticalHeader().length()
        assert table.viewport().width() >= table.horizontalHeader().length()
    labels = texts(takeaway)
    assert not [label for label in labels if "…" in label]
    assert "Sum" in labels
    assert "60,965,224" in labels
    assert "Weights" not in dict(takeaway.facts)


def test_a_table_tells_of_weights_only_where_they_are_in_it(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "architecture")
    page = workspace.page
    assert "seed 1" in dict(named(workspace, "alexnet2012_architecture").facts)["Weights"]
    assert dict(named(workspace, "alexnet2012_architecture").facts)["Input"] == "224 × 224"
    pick(page.controls.compare, "vgg16")
    qtbot.waitUntil(lambda: page.reading.wish.other == "vgg16")
    facts = dict(named(workspace, "vgg16_architecture").facts)
    assert facts["Network"] == "VGG16"
    assert not {"Weights", "Picture"} & set(facts)


def test_all_filters_are_taken(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "filters")
    grid = workspace.page.grid
    assert grid.verticalScrollBar().maximum() > 0
    before = grab(grid)
    takeaway = named(workspace, "alexnet2012_conv3_filters")
    size = Figure(takeaway, FigureWish(1)).size
    assert size.height() > grid.height() + 100
    labels = texts(takeaway)
    assert {str(unit) for unit in range(384)} <= set(labels)
    settled(grid)
    assert differing(before, grab(grid), 3) == 0


@pytest.mark.e2e
@pytest.mark.usefixtures("readers")
@pytest.mark.parametrize("id_", IDS)
def test_vectors_look_like_the_picture(qtbot: QtBot, workspace: NetWorkspace, tmp_path: Path, id_: str):
    show(qtbot, workspace, id_)
    for number, takeaway in enumerate(workspace.takeaways()):
        figure = Figure(takeaway, FigureWish(1, caption=True))
        picture = pixels(figure.image())
        svg, pdf = tmp_path / f"{number}.svg", tmp_path / f"{number}.pdf"
        svg.write_text(figure.svg().text(), encoding="utf-8")
        found = [drawn_svg(svg, 1)]
        if number == 0:  # painted by the same code: one of each page will do
            pdf.write_bytes(figure.pdf())
            found.append(drawn_pdf(pdf, 1))
        for drawn in found:
            drawn = drawn[: len(picture), : picture.shape[1]]
            with pictured(f"vectors-{takeaway.name}", picture, drawn[..., :3]):
                assert differing(picture, drawn, 90) < 0.06, takeaway.name


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)
def test_tables_open_a_menu_that_others_add_to(qtbot: QtBot, workspace: NetWorkspace):
    show(qtbot, workspace, "architecture")
    added = heard(workspace.menu_opened)
    view = workspace.page.table.table
    place = QPoint(20, 40)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert added == [(menu, view)]
    press(menu, Qt.Key.Key_Escape)
    assert event.modifiers() == NONE
