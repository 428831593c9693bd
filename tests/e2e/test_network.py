"""The Network workspace in a real window: from the overview to a layer to a unit, an edited filter, undo, Spanish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnnexplorer.ui.nets.overview_layout import Target
from tests.e2e.screen import changed, wait_for
from tests.e2e.twin import area, lay_out, middle, rest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QRectF
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from cnnexplorer.ui.main_window import MainWindow
    from cnnexplorer.ui.nets.workspace import NetWorkspace
    from tests.e2e.screen import Program

    Start = Callable[..., Program]

pytestmark = pytest.mark.e2e
PATIENCE = 60.0  # seconds: importing torch may take long


@pytest.fixture
def network(qtbot: QtBot, twin: MainWindow) -> NetWorkspace:
    """The twin's Network workspace, with its first network."""
    twin.show_workspace("net")
    qtbot.waitUntil(lambda: twin.net.workspace is not None, timeout=60000)
    found = twin.net.workspace
    qtbot.waitUntil(lambda: found.model.result is not None, timeout=60000)
    lay_out()
    return found


def spot(twin: MainWindow, widget: QWidget, rect: QRectF) -> tuple[int, int]:
    place = widget.mapTo(twin, rect.center().toPoint())
    return place.x(), place.y()


def tab(twin: MainWindow, network: NetWorkspace, index: int) -> tuple[int, int]:
    place = network.tabs.mapTo(twin, network.tabs.tabRect(index).center())
    return place.x(), place.y()


def show(qtbot: QtBot, twin: MainWindow, page: str) -> QWidget:
    """Show a page in the twin; return it when it shows what it has."""
    network = twin.net.workspace
    network.show_page(page)
    found = network.pages[page]
    qtbot.waitUntil(lambda: (found.view.pictures if page == "overview" else found.sheet) is not None, timeout=20000)
    lay_out()
    return found


def open_networks(program: Program, twin: MainWindow, network: NetWorkspace) -> None:
    """Open the workspace in the program, and wait until the overview is drawn."""
    picture, overview = area(twin, network.column.form.view), area(twin, network.pages["overview"].view)
    program.click(middle(twin, twin._rail["workspace_net"]))
    program.point_away()
    wait_for(lambda: program.pixels(picture).std() > 30, "what the network sees", PATIENCE)
    # not all of the window: a caret may blink in it
    wait_for(lambda: program.pixels(overview).std() > 40, "the maps", PATIENCE)
    program.still(overview)


def test_from_the_overview_to_a_unit_and_an_edited_filter_undone_in_spanish(
    qtbot: QtBot, start: Start, home: Path, twin: MainWindow, network: NetWorkspace
):
    overview = show(qtbot, twin, "overview")
    card = overview.view.layout_.card_named("conv1")
    first = spot(twin, overview.view.viewport(), overview.view.target_rect(Target("map", card, 0)))
    back = area(twin, overview.view)
    maps = show(qtbot, twin, "maps")
    main, panel = area(twin, maps.view), area(twin, maps.panel.view)
    other = spot(twin, maps.view, maps.view.tile_rect(41))
    see = area(twin, network.column.form.view)
    filters = show(qtbot, twin, "filters")
    place = spot(twin, filters.grid.viewport(), filters.grid.picture_rect(41))
    grid, filter_ = area(twin, filters.grid), area(twin, filters.panel.view)
    zero, page, tabs = middle(twin, filters.panel.zero_button), tab(twin, network, 2), area(twin, network.tabs)

    program = start(home)
    rest(program)
    open_networks(program, twin, network)
    before = program.pixels(back)
    assert before.std() > 20, "maps are drawn"
    program.click(first)
    program.point_away()
    program.wait_for_change(before, back, share=0.1)
    mosaic, unit, seen = program.still(main), program.pixels(panel), program.pixels(see)
    assert mosaic.std() > 20
    program.click(other)
    program.wait_for_change(unit, panel, share=0.02)
    program.wait_for_change(seen, see, share=0.1)  # the mouse rests on a value: what it sees is lit
    program.point_away()
    wait_for(lambda: changed(seen, program.pixels(see)) < 0.002, "the picture as it was")
    for _step in range(2):
        program.keys("alt+Left")
    wait_for(lambda: changed(before, program.pixels(back)) < 0.02, "the overview, as it was", 20)

    overview = program.pixels(grid)
    program.click(page)
    program.point_away()
    program.wait_for_change(overview, grid, share=0.3)
    first = program.still(filter_)
    program.click(place)
    program.wait_for_change(first, filter_, share=0.05)
    program.point_away()
    before = program.still(filter_)
    program.click(zero)
    program.point_away()
    program.wait_for_change(before, filter_, share=0.05)
    assert program.still(filter_).std() < before.std(), "all is grey"
    english = program.pixels(tabs)
    program.keys("ctrl+k")
    program.dialog("Find an action")
    program.type("Espa")
    program.keys("Return")
    program.wait_for_change(english, tabs, share=0.01)
    program.still(filter_)
    program.keys("ctrl+z")
    wait_for(lambda: changed(before, program.pixels(filter_)) < 0.02, "the filter as it was", 20)
    program.quit()
    assert "network=alexnet2012" in program.settings()
    assert "language=es" in program.settings()
