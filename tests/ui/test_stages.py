"""The strip of stages: adding, removing, ordering, shapes, formulas, and what is never read."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnexplorer.core import Activation, Convolution, Experiment, Flatten, Pooling
from cnnexplorer.ui.conv.shown import view_keys

from .helpers import NONE, SHIFT, cell_pixels, double_click, enter, grab, pick, pictured, press, set_image, settled

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
BOX = np.ones((1, 1, 3, 3))


def stages(window):
    return window.conv.model.experiment.stages


def kinds(window):
    return [type(stage).__name__ for stage in stages(window)]


def card(window, kind, index):
    return window.conv.strip.cards[kind, index]


def texts(card):
    return {"title": card.content.title, "shape": card._shape.text(), "formula": card._formula.text(),
            "note": card._note.text()}  # fmt: skip


def test_a_new_user_sees_convolution_relu_and_max_pooling(window):
    assert kinds(window) == ["Convolution", "Activation", "Pooling"]
    assert stages(window)[1].name == "relu"
    assert (stages(window)[2].kind, stages(window)[2].kernel) == ("max", (2, 2))
    assert list(window.conv.strip.cards) == [("input", -1), ("padding", 0), ("stage", 0), ("stage", 1), ("stage", 2)]
    assert all(card.isVisible() for card in window.conv.strip.cards.values())
    titles = [card.content.title for card in window.conv.strip.cards.values()]
    assert titles == ["Input", "Padding", "Convolution", "ReLU", "Max pooling"]


def test_each_card_shows_its_own_map(window):
    result = window.conv.model.result
    for index, output in enumerate(result.outputs):
        assert (card(window, "stage", index).shown == output[0]).all()
    assert (card(window, "input", -1).shown == result.experiment.image[0]).all()


@pytest.mark.parametrize("number", range(5))
def test_plus_adds_each_kind_at_the_end(window, number):
    action = window.conv.strip.add_button.menu().actions()[number]
    action.trigger()
    assert kinds(window)[3] == ["Convolution", "Activation", "Pooling", "Pooling", "Flatten"][number]
    assert window.conv.selected == ("stage", 3)
    window.actions_["undo"].trigger()
    assert len(stages(window)) == 3


@pytest.mark.parametrize(("key", "entry", "place"), [(("stage", 1), 0, 1), (("stage", 1), 1, 2), (("input", -1), 0, 0),
                                                      (("padding", 0), 0, 0), (("padding", 0), 1, 0)])  # fmt: skip
def test_a_card_s_menu_inserts_before_and_after(window, key, entry, place):
    menu = window.conv.strip.cards[key].menu()
    inserted = menu.actions()[entry].menu().actions()[3]  # average pooling
    inserted.trigger()
    menu.deleteLater()
    assert [isinstance(stage, Pooling) and stage.kind == "average" for stage in stages(window)].index(True) == place


def test_delete_removes_and_the_keyboard_moves(window):
    target = card(window, "stage", 2)
    target.setFocus()
    press(target, Key.Key_Left, SHIFT)
    assert kinds(window) == ["Convolution", "Pooling", "Activation"]
    target = card(window, "stage", 0)
    target.setFocus()
    press(target, Key.Key_Left, SHIFT)
    assert kinds(window) == ["Convolution", "Pooling", "Activation"], "the first cannot go further left"
    press(target, Key.Key_Delete)
    assert kinds(window) == ["Pooling", "Activation"]
    assert ("padding", 0) not in window.conv.strip.cards


def test_a_card_is_dragged_to_another_place(qtbot, window):
    source, target = card(window, "stage", 2), card(window, "stage", 0)
    title = source._title.geometry().center()
    end = source.mapFromGlobal(target.mapToGlobal(target.rect().center())) - source.rect().center() + title
    end.setX(end.x() - target.width())
    qtbot.mousePress(source, LEFT, NONE, title)
    qtbot.mouseMove(source, end)
    qtbot.mouseRelease(source, LEFT, NONE, end)
    assert kinds(window) == ["Pooling", "Convolution", "Activation"]


def test_without_stages_the_window_still_stands(qtbot, window):
    for _stage in range(3):
        press(card(window, "stage", 0), Key.Key_Delete)
    assert stages(window) == ()
    assert window.conv.step is None
    for name in ("play", "forward", "back", "first", "last", "copy_arithmetic", "enlarge", "fit"):
        window.actions_[name].trigger()
    assert not window.conv.player.playing
    grab(window)
    window.conv.strip.add_button.menu().actions()[1].trigger()
    assert kinds(window) == ["Activation"]
    assert window.conv.step is not None


def test_a_stage_that_does_not_fit_is_refused(window):
    set_image(window, np.ones((2, 2)), Flatten())
    before = window.conv.model.experiment
    window.conv.strip.add_button.menu().actions()[0].trigger()
    assert window.conv.model.experiment is before
    assert window.banner.isVisible()


def test_clicking_a_card_shows_its_settings(qtbot, window):
    pages = {("input", -1): "input", ("padding", 0): "padding", ("stage", 0): "convolution",
             ("stage", 1): "activation", ("stage", 2): "pooling"}  # fmt: skip
    for key, name in pages.items():
        target = window.conv.strip.cards[key]
        qtbot.mouseClick(target, LEFT, NONE, target._title.geometry().center())
        assert window.conv.selected == key
        for other in window.conv.inspector.pages:
            assert other.isVisible() is (other is getattr(window.conv.inspector, name)), name


def test_a_card_is_enlarged_and_made_small_again(qtbot, window):
    target = card(window, "stage", 0)
    width = target.view.width()
    double_click(target, target._title.geometry().center())
    settled(window)
    assert target.view.width() > width
    assert not card(window, "stage", 1).isVisible()
    window.actions_["enlarge"].trigger()
    assert card(window, "stage", 1).isVisible()


# shapes and formulas

FORMULAS = [
    ((8, 8), Convolution(BOX), "1 × 6 × 6", "8 - 3 + 2·0 = 5,  5 + 1 = 6", ""),
    ((8, 8), Convolution(BOX, padding=1), "1 × 8 × 8", "8 - 3 + 2·1 = 7,  7 + 1 = 8", ""),
    ((8, 8), Convolution(BOX, stride=2), "1 × 3 × 3", "8 - 3 + 2·0 = 5,  ⌊5/2⌋ = ⌊2.5⌋ = 2,  2 + 1 = 3", "row 7"),
    ((7, 7), Convolution(BOX, stride=2), "1 × 3 × 3", "7 - 3 + 2·0 = 4,  4/2 = 2,  2 + 1 = 3", ""),
    ((9, 9), Convolution(BOX, dilation=2), "1 × 5 × 5", "9 - (2·(3 - 1) + 1) + 2·0 = 4,  4 + 1 = 5", ""),
    ((7, 7), Pooling("max", 2), "1 × 3 × 3", "7 - 2 + 2·0 = 5,  ⌊5/2⌋ = ⌊2.5⌋ = 2,  2 + 1 = 3", "row 6"),
    ((7, 7), Pooling("max", 2, ceil_mode=True), "1 × 4 × 4", "⌈5/2⌉ = ⌈2.5⌉ = 3,  3 + 1 = 4", ""),
    ((8, 6), Pooling("average", 2), "1 × 4 × 3", "height: 8 - 2 + 2·0 = 6,  6/2 = 3,  3 + 1 = 4", ""),
    ((3, 4), Flatten(), "12", "1 · 3 · 4 = 12", ""),
    ((3, 4), Activation("relu"), "1 × 3 × 4", "", ""),
]


@pytest.mark.parametrize(("size", "stage", "shape", "formula", "note"), FORMULAS)
def test_shape_and_formula_have_the_present_numbers_in_them(window, size, stage, shape, formula, note):
    set_image(window, np.ones(size), stage)
    shown = {name: text.replace("\u00a0", " ") for name, text in texts(card(window, "stage", 0)).items()}
    assert shown["shape"] == shape
    assert formula in shown["formula"]
    if formula == "":
        assert not shown["formula"]
    where = texts(card(window, "padding", 0)) if isinstance(stage, Convolution) else shown
    assert note in where["note"]
    assert bool(where["note"]) is bool(note)


def test_the_padding_card_shows_what_it_adds(window):
    set_image(window, np.ones((8, 6)), Convolution(BOX, padding=(1, 0, 2, 3)))
    shown = texts(card(window, "padding", 0))
    assert shown["shape"] == "1 × 9 × 11"
    assert "1 + 8 + 0 = 9" in shown["formula"]
    assert "2 + 6 + 3 = 11" in shown["formula"]


def hatched(shot, place) -> bool:
    part = cell_pixels(shot, place, 3)
    return bool((part != part[0, 0]).any(axis=2).mean() > 0.05)


def test_never_read_rows_and_columns_are_hatched_and_named(window):
    set_image(window, np.full((6, 9), -0.123456789), Convolution(np.ones((1, 1, 2, 2)), stride=(3, 4)))
    window.conv.select(("input", -1))
    enter(window.conv.inspector.display.decimals, "8")  # numbers do not fit, so that only the hatching is seen
    window.actions_["spotlight"].trigger()
    target = card(window, "padding", 0)
    note = target._note.text()
    assert "rows 2, 5" in note
    assert "columns 2, 3, 6, 7, 8" in note or "columns 2, 3, 6–8" in note
    target.view.zoom_to(24)
    shot = grab(target.view)
    with pictured("never-read", shot):
        for row in range(6):
            for column in range(9):
                expected = row in (2, 5) or column in (2, 3, 6, 7, 8)
                assert hatched(shot, target.view.placement.rect(row, column)) is expected, (row, column)


def test_what_a_padded_pooling_never_reads_is_named_as_it_is_seen(window):
    """A pooling's padding is not shown: the row that is hatched is the row that is named."""
    set_image(window, np.ones((6, 6)), Activation("relu"), Pooling("max", 3, stride=3, padding=1))
    assert card(window, "stage", 0).view._unvisited == ((5,), (5,))
    note = card(window, "stage", 1)._note.text()
    assert "5" in note
    assert "6" not in note


def test_a_pooling_of_the_input_hatches_the_input(window):
    set_image(window, np.ones((5, 5)), Pooling("max", 2))
    assert card(window, "input", -1).view._unvisited == ((4,), (4,))
    assert "row 4" in card(window, "stage", 0)._note.text()


# settings of the stages


def test_padding_kinds_sides_and_modes(window):
    window.conv.select(("padding", 0))
    page = window.conv.inspector.padding
    pick(page.kind, "same")
    assert stages(window)[0].sides == (1, 1, 1, 1)
    pick(page.kind, "number")
    enter(page.sides[0], "2")
    assert stages(window)[0].sides == (2, 2, 2, 2)
    page.link.click()
    enter(page.sides[3], "0")
    assert stages(window)[0].sides == (2, 2, 2, 0)
    for mode in ("reflect", "replicate", "circular", "zeros"):
        pick(page.mode, mode)
        assert stages(window)[0].padding_mode == mode
    pick(page.kind, "full")
    assert stages(window)[0].sides == (2, 2, 2, 2)
    pick(page.kind, "valid")
    assert stages(window)[0].sides == (0, 0, 0, 0)


def check_refused(window, before, *parts):
    assert window.conv.model.experiment is before
    english = window.banner.text
    for part in parts:
        assert part in english
    window.set_language("es")
    assert window.banner.text not in ("", english)
    for part in parts:
        if part.isdigit():
            assert part in window.banner.text


def test_reflect_padding_larger_than_the_image(window):
    set_image(window, np.ones((3, 3)), Convolution(BOX, padding=1, padding_mode="reflect"))
    window.conv.select(("padding", 0))
    before = window.conv.model.experiment
    enter(window.conv.inspector.padding.sides[0], "3")
    check_refused(window, before, "3")
    assert window.conv.inspector.padding.sides[0].value() == 1


def test_a_kernel_larger_than_the_padded_input(window):
    set_image(window, np.ones((4, 4)), Convolution(BOX))
    window.conv.select(("stage", 0))
    before = window.conv.model.experiment
    enter(window.conv.inspector.convolution.kernel_size.fields[0], "5")
    check_refused(window, before, "5", "4", "padding")
    assert window.conv.inspector.convolution.kernel_size.value() == (3, 3)


@pytest.mark.parametrize("text", ["0", "−1", "abc", "1,5", "nan", "1e3"])
@pytest.mark.parametrize("name", ["stride", "dilation", "kernel_size"])
def test_settings_of_a_convolution_that_cannot_be(window, name, text):
    before = window.conv.model.experiment
    field = getattr(window.conv.inspector.convolution, name)
    value = field.value()
    enter(field.fields[0], text)
    assert field.value() == value
    check_refused(window, before, text)


@pytest.mark.parametrize("text", ["0", "abc", "2,5"])
@pytest.mark.parametrize("name", ["window_size", "stride"])
def test_settings_of_a_pooling_that_cannot_be(window, name, text):
    window.conv.select(("stage", 2))
    before = window.conv.model.experiment
    enter(getattr(window.conv.inspector.pooling, name).fields[0], text)
    check_refused(window, before, text)


def test_pooling_larger_than_its_input(window):
    set_image(window, np.ones((4, 4)), Pooling("max", 2))
    window.conv.select(("stage", 0))
    before = window.conv.model.experiment
    enter(window.conv.inspector.pooling.window_size.fields[0], "9")
    check_refused(window, before, "4")


def test_pooling_settings(window):
    window.conv.select(("stage", 2))
    page = window.conv.inspector.pooling
    enter(page.window_size.fields[0], "3")
    assert (stages(window)[2].kernel, stages(window)[2].strides) == ((3, 3), (3, 3)), "the stride follows the window"
    enter(page.stride.fields[0], "1")
    enter(page.padding.fields[0], "1")
    pick(page.kind, "average")
    pick(page.rounding, "ceil")
    assert page.count.isVisible()
    pick(page.count, "no")
    stage = stages(window)[2]
    assert (stage.kind, stage.kernel, stage.strides, stage.ceil_mode, stage.count_include_pad) == (
        "average", (3, 3), (1, 1), True, False)  # fmt: skip
    assert stage.sides == (1, 1, 1, 1)


@pytest.mark.parametrize("name", ["leaky_relu", "relu6", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus",
                                  "hardtanh", "abs", "step", "identity", "relu"])  # fmt: skip
def test_activations(window, name):
    window.conv.select(("stage", 1))
    page = window.conv.inspector.activation
    if name == "relu":
        pick(page.function, "tanh")
    pick(page.function, name)
    assert stages(window)[1].name == name
    shown = {key for key, field in page.fields.items() if field.isVisible()}
    assert shown | ({"approximate"} if page.approximation.isVisible() else set()) == set(stages(window)[1].parameters)
    assert page.formula.text().startswith("f(x) = ")


def test_parameters_of_an_activation(window):
    window.conv.select(("stage", 1))
    page = window.conv.inspector.activation
    pick(page.function, "leaky_relu")
    enter(page.fields["negative_slope"], "0,2")
    assert stages(window)[1].parameters["negative_slope"] == 0.2
    before = window.conv.model.experiment
    enter(page.fields["negative_slope"], "abc")
    check_refused(window, before, "abc")


MANY = Experiment(np.ones((1, 4, 4)), (Convolution([[[[1.0]]]]), *(Activation("relu") for _number in range(40))))


def test_many_stages_are_opened_bit_by_bit(qtbot, window):
    conv, done, before = window.conv, [], list(window.conv.strip.cards)
    conv.model.open(MANY, lambda: done.append(True))
    assert not done
    qtbot.waitUntil(lambda: bool(conv.strip._ready))
    assert list(conv.strip.cards) == before, "nothing changes until all is ready"
    assert not any(card.isVisible() for card in conv.strip._ready.values())
    qtbot.waitUntil(lambda: bool(done))
    assert list(conv.strip.cards) == view_keys(MANY)
    assert all(card.isVisible() for card in conv.strip.cards.values())
    assert conv.strip.cards["stage", 40].content.title == "ReLU 40"
    assert not conv.strip._ready


def test_what_is_edited_while_many_stages_are_opened_stays(qtbot, window):
    conv, done = window.conv, []
    conv.model.open(MANY, lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(conv.strip._ready))
    set_image(window, np.ones((5, 5)), Activation("relu"))
    edited = conv.model.experiment
    assert list(conv.strip.cards) == view_keys(edited)
    assert not conv.strip._ready
    settled(window)
    assert conv.model.experiment is edited
    assert not done
