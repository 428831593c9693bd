"""Stages, layout and key steps of the overview: plain values, no widget."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from cnnexplorer.nets import CATALOG, read_architecture
from cnnexplorer.nets.tracing import CONCATENATION, DROPOUT, FLATTEN
from cnnexplorer.ui.nets.overview_layout import (
    FULL_SIDE,
    LEAST_SIDE,
    Metrics,
    Target,
    best_metrics,
    lay_out,
    maps_shown,
    vector_grid,
)
from cnnexplorer.ui.nets.overview_stages import read_stages
from cnnexplorer.ui.nets.overview_steps import edge, step

if TYPE_CHECKING:
    from cnnexplorer.ui.nets.overview_layout import Layout

ROOM = QSizeF(1000, 640)


def layout_of(network: str, side: float = FULL_SIDE, count: int = 4, room: QSizeF = ROOM) -> Layout:
    return lay_out(read_stages(read_architecture(network)), Metrics(side, count), room)


# stages


@pytest.mark.parametrize("network", CATALOG)
def test_every_layer_but_dropout_is_in_one_stage(network: str):
    layers = read_architecture(network)
    shown = [layer for stage in read_stages(layers) for layer in stage.all_layers]
    assert shown == [layer for layer in layers if layer.kind != DROPOUT]


def test_the_stages_of_alexnet_begin_where_there_are_weights():
    stages = read_stages(read_architecture("alexnet2012"))
    assert [stage.title for stage in stages] == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
    assert [layer.name for layer in stages[0].layers] == ["conv1", "relu1", "norm1", "pool1"]
    assert stages[0].convolution is stages[0].layers[0]
    assert stages[5].layers[0].kind == FLATTEN, "flatten belongs to what reads it"
    assert stages[5].convolution is None


def test_a_block_of_branches_is_a_stage_with_a_lane_for_each():
    blocks = [stage for stage in read_stages(read_architecture("googlenet")) if stage.lanes]
    assert len(blocks) == 9
    for stage in blocks:
        assert len(stage.lanes) == 4
        assert [layer.kind for layer in stage.layers] == [CONCATENATION]
        assert stage.convolution is None
        assert {lane[-1].name for lane in stage.lanes} == set(stage.layers[0].inputs)
        for lane in stage.lanes:
            assert {layer.branch.number for layer in lane if layer.branch} == {lane[0].branch.number}
    title, layer = blocks[0].title, blocks[0].lanes[0][0]
    assert layer.label.startswith(title + ".")
    assert blocks[0].short_label(layer) == layer.label.removeprefix(title + ".")


def test_no_layers_make_no_stages():
    assert read_stages(()) == ()


# layout


@pytest.mark.parametrize("network", CATALOG)
@pytest.mark.parametrize("side", [LEAST_SIDE, FULL_SIDE])
def test_nothing_overlaps_and_all_is_inside(network: str, side: float):
    layout = layout_of(network, side)
    area = QRectF(0, 0, layout.size.width(), layout.size.height())
    solid = [layout.image, layout.answer, *(frame.rect for frame in layout.frames)]
    assert all(area.contains(rect) for rect in solid)
    assert not any(one.intersects(other) for one, other in combinations(solid, 2))
    for frame in layout.frames:
        cards = [layout.cards[index] for index in frame.cards]
        assert all(frame.rect.contains(card.rect) for card in cards)
        assert not any(one.rect.intersects(other.rect) for one, other in combinations(cards, 2))
        for card in cards:
            assert all(card.rect.contains(rect) for rect in card.maps)
            assert card.maps or card.rect.contains(card.vector)
    assert [card.layer for card in layout.cards] == [
        layer for stage in read_stages(read_architecture(network)) for layer in stage.all_layers
    ]


@pytest.mark.parametrize("network", ["alexnet2012", "googlenet"])
def test_the_line_leads_from_the_picture_through_all_stages_to_the_answer(network: str):
    layout = layout_of(network)
    reached = {
        index
        for index, rect in enumerate([*(frame.rect for frame in layout.frames), layout.answer])
        for points, head in layout.wires
        if head and abs(points[-1].x() - rect.left()) < 1 and rect.top() < points[-1].y() < rect.bottom()
    }
    assert reached == set(range(len(layout.frames) + 1))


def test_a_block_s_lanes_fork_and_meet():
    layout = layout_of("googlenet")
    frame = next(frame for frame in layout.frames if frame.stage.lanes)
    join = layout.cards[frame.cards[-1]].rect
    forks = [points for points, _head in layout.wires if abs(points[0].x() - frame.rect.left()) < 1 and len(points) == 4
             and frame.rect.contains(points[-1])]  # fmt: skip
    meets = [points for points, _head in layout.wires if points[-1] == QPointF(join.left(), join.center().y())]
    assert len(forks) == len(meets) == 4


def test_the_answer_is_seen_whole_and_what_is_in_it_too():
    layout = layout_of("alexnet2012")
    for target in (Target("image"), Target("answer"), Target("filters", 0), Target("map", 0, 2), Target("card", 3)):
        rect = layout.rect(target)
        assert not rect.isEmpty()
        inside = rect.center() if target.part != "card" else QPointF(rect.center().x(), rect.top() + 2)
        assert layout.at(inside) == target
    fc8 = layout.card_named("fc8")
    assert fc8 is not None
    for unit in (0, 500, 999):
        target = Target("vector", fc8, unit)
        assert layout.at(layout.rect(target).center()) == target
    assert layout.at(QPointF(-5, -5)) is None
    assert layout.card_named("drop6") is None
    frame = layout.frames[0]
    assert layout.at(frame.rect.topLeft() + QPointF(1, frame.rect.height() - 1)) is None, "a stage's own rim"


def test_a_vector_s_last_row_may_be_short():
    rows, columns = vector_grid(1000)
    assert rows * columns > 1000
    layout = layout_of("alexnet2012", 96)
    card = layout.cards[layout.card_named("fc8") or 0]
    corner = card.vector.bottomRight() - QPointF(0.1, 0.1)
    assert card.unit_at(corner) == 999
    assert layout.cards[0].unit_at(layout.cards[0].rect.center()) is None


def test_the_largest_maps_with_which_all_is_seen_are_found():
    stages = read_stages(read_architecture("alexnet2012"))
    for room in (QSizeF(900, 560), QSizeF(1600, 1000), QSizeF(2300, 1300)):
        metrics = best_metrics(stages, room, (4, 3, 2), LEAST_SIDE)
        size = lay_out(stages, metrics, room).size
        assert size.width() <= room.width()
        assert size.height() <= room.height()
    wide = best_metrics(stages, QSizeF(2300, 1300), (4, 3, 2))
    assert wide.side > best_metrics(stages, QSizeF(1200, 800), (4, 3, 2)).side
    tiny = best_metrics(stages, QSizeF(300, 200), (4, 3, 2))
    assert tiny.side >= FULL_SIDE, "what can be judged is worth scrolling"
    assert tiny.count == 4


def test_no_more_maps_are_shown_than_there_are():
    layers = read_architecture("googlenet")
    inside = next(layer for layer in layers if layer.branch is not None and layer.branch.number is not None)
    assert maps_shown(layers[0], 4, compact=False) == 4
    assert maps_shown(layers[0], 100, compact=False) == 64
    assert maps_shown(inside, 4, compact=True) == 1
    assert maps_shown(layers[-1], 4, compact=False) == 0


def test_no_layers_are_laid_out_too():
    layout = lay_out((), Metrics(FULL_SIDE, 4), ROOM)
    assert not layout.image.isEmpty()
    assert not layout.answer.isEmpty()
    assert edge(layout, last=False) == Target("answer")


# the keys


@pytest.mark.parametrize("network", CATALOG)
@pytest.mark.parametrize("side", [LEAST_SIDE, FULL_SIDE])
def test_the_right_key_reaches_the_answer_and_the_left_key_the_first_card(network: str, side: float):
    layout = layout_of(network, side)
    target, visited = edge(layout, last=False), []
    while target.part != "answer":
        assert target not in visited
        visited.append(target)
        target = step(layout, target, 0, 1)
    assert step(layout, target, 0, 1) == target
    for _move in range(200):
        target = step(layout, target, 0, -1)
    assert target == Target("card", 0)
    assert edge(layout, last=True) == Target("answer")


def test_up_and_down_go_through_a_card_s_maps():
    layout = layout_of("alexnet2012")
    down = [Target("filters", 0)]
    for _move in range(5):
        down.append(step(layout, down[-1], 1, 0))
    assert down == [Target("filters", 0), Target("card", 0), *(Target("map", 0, place) for place in range(4))]
    below = step(layout, down[-1], 1, 0)
    assert below.card != 0
    assert layout.rect(below).top() > layout.rect(down[-1]).bottom()
    back = step(layout, below, -1, 0)
    assert layout.rect(back).bottom() < layout.rect(below).top()
    assert step(layout, Target("filters", 0), -1, 0) == Target("filters", 0), "nothing lies above"


def test_to_the_side_the_same_map_is_kept():
    layout = layout_of("alexnet2012")
    assert step(layout, Target("map", 0, 2), 0, 1) == Target("map", 1, 2)
    fc6 = layout.card_named("fc6") or 0
    assert step(layout, Target("map", fc6 - 2, 2), 0, 1).part == "card", "a vector has no maps"


def test_every_card_of_the_branches_is_reached():
    layout = layout_of("googlenet", count=1)
    seen, waiting = set(), [edge(layout, last=False)]
    while waiting:
        target = waiting.pop()
        if target not in seen:
            seen.add(target)
            waiting += [step(layout, target, *way) for way in ((0, 1), (0, -1), (1, 0), (-1, 0))]
    assert {target.card for target in seen if target.part == "card"} == set(range(len(layout.cards)))
