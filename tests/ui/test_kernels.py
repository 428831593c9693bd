"""Kernels in the window: the matrix, the bank, presets, tools, planes, correlation and true convolution."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QLineEdit

from cnnexplorer.core import Convolution
from cnnexplorer.core.kernels import KERNEL_TOOLS, PRESETS

from .helpers import CONTROL, click_cell, enter, pick, press, set_image, settled, type_text, wheel

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def page(window):
    return window.conv.inspector.convolution


def stage(window) -> Convolution:
    return window.conv.model.experiment.stages[0]


def weights(window, number=0):
    return stage(window).weight[number, 0].tolist()


def bank_key(window, key):
    page(window).bank.setFocus()
    press(page(window).bank, key)


def test_a_weight_is_typed_and_every_map_follows(qtbot, window):
    before = window.conv.model.result.outputs
    matrix = page(window).matrix
    click_cell(qtbot, matrix, 0, 1)
    type_text(matrix, "−")
    type_text(matrix.editor, "4,5")
    press(matrix.editor, Key.Key_Tab)
    assert weights(window)[0] == [-1, -4.5, 1]
    after = window.conv.model.result.outputs
    assert all((one != other).any() for one, other in zip(before, after, strict=True))
    assert (window.conv.strip.cards["stage", 0].shown == after[0][0]).all()
    assert window.conv.arithmetic.text() == window.conv.step.expression(2)
    assert "-4.5" in window.conv.arithmetic.text()


def test_two_numbers_typed_are_two_steps_of_undo(qtbot, window):
    matrix = page(window).matrix
    for number in ("5", "7"):
        click_cell(qtbot, matrix, 0, 0)
        type_text(matrix, number)
        press(matrix.editor, Key.Key_Return)
    assert weights(window)[0][0] == 7
    window.actions_["undo"].trigger()
    assert weights(window)[0][0] == 5
    window.actions_["undo"].trigger()
    assert weights(window)[0][0] == -1


def test_a_row_of_nudges_is_one_step_of_undo(qtbot, window):
    matrix = page(window).matrix
    click_cell(qtbot, matrix, 0, 0)
    for _turn in range(5):
        wheel(matrix, matrix.cell_rect(0, 0).center().toPoint())
    assert weights(window)[0][0] == 4
    window.actions_["undo"].trigger()
    assert weights(window)[0][0] == -1
    assert matrix.value()[0, 0] == -1
    window.actions_["redo"].trigger()
    assert weights(window)[0][0] == 4


@pytest.mark.parametrize("text", ["abc", "nan", "1/0", "--1"])
def test_a_weight_that_is_no_number(qtbot, window, text):
    before = window.conv.model.experiment
    matrix = page(window).matrix
    click_cell(qtbot, matrix, 0, 0)
    type_text(matrix, text[0])
    type_text(matrix.editor, text[1:])
    press(matrix.editor, Key.Key_Return)
    assert window.conv.model.experiment is before
    assert text in window.banner.text


def test_a_pasted_matrix_gives_the_bank_its_size(window):
    QGuiApplication.clipboard().setText("1\t2\t3\t4\t5\n0\t0,5\t0\t0\t−1")
    page(window).matrix.setFocus()
    press(page(window).matrix, Key.Key_V, CONTROL)
    assert weights(window) == [[1, 2, 3, 4, 5], [0, 0.5, 0, 0, -1]]
    assert page(window).kernel_size.value() == (2, 5)


@pytest.mark.parametrize(("text", "part"), [("hello", "hello"), ("1 2\n3", "row 2"),
                                            ("\n".join(["1 " * 16] * 3), "16")])  # fmt: skip
def test_a_paste_that_cannot_be_a_kernel(window, text, part):
    before = window.conv.model.experiment
    QGuiApplication.clipboard().setText(text)
    page(window).matrix.setFocus()
    press(page(window).matrix, Key.Key_V, CONTROL)
    assert window.conv.model.experiment is before
    assert part in window.banner.text.lower()
    english = window.banner.text
    window.set_language("es")
    assert window.banner.text != english


@pytest.mark.parametrize("size", [(1, 1), (15, 15), (1, 15), (5, 3), (2, 2)])
def test_every_size_from_1_to_15(window, size):
    set_image(window, np.random.default_rng(1).random((20, 20)), stage(window))
    page(window).kernel_size.link.setChecked(False)
    for field, number in zip(page(window).kernel_size.fields, size, strict=True):
        enter(field, str(number))
    assert stage(window).kernel_size == size
    assert page(window).matrix.value().shape == size


@pytest.mark.parametrize("text", ["0", "16", "2,5", "abc"])
def test_sizes_that_cannot_be(window, text):
    before = window.conv.model.experiment
    enter(page(window).kernel_size.fields[0], text)
    assert window.conv.model.experiment is before
    assert text in window.banner.text
    assert page(window).kernel_size.value() == (3, 3)


@pytest.mark.parametrize("name", KERNEL_TOOLS)
def test_tools(qtbot, window, name):
    QGuiApplication.clipboard().setText("1 2 3\n4 5 6\n7 8 10")
    page(window).matrix.paste()
    before = stage(window).weight[0, 0]
    qtbot.mouseClick(page(window).tool_buttons[name], LEFT)
    assert (stage(window).weight[0, 0] == KERNEL_TOOLS[name](before)).all()
    assert (stage(window).weight[0, 0] != before).any()
    window.actions_["undo"].trigger()
    assert (stage(window).weight[0, 0] == before).all()


def test_the_tools_are_those_of_the_requirement():
    assert set(KERNEL_TOOLS) == {"normalise", "negate", "flip_horizontal", "flip_vertical", "rotate", "transpose",
                                 "zero"}  # fmt: skip


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets(window, preset):
    set_image(window, np.random.default_rng(1).random((20, 20)), stage(window))
    pick(page(window).presets, preset.id)
    assert weights(window) == [list(row) for row in preset.matrix]
    assert page(window).presets.value() == preset.id, "the list names the kernel that is shown"
    page(window).matrix.edited.emit(0, 0, 12.5)
    assert page(window).presets.currentIndex() == 0


def name_preset(window, text):
    page(window)._ask_preset_name()
    dialog = window.findChild(QInputDialog)
    enter(dialog.findChild(QLineEdit), text)
    settled(window)


def test_a_preset_of_one_s_own_is_saved_chosen_and_deleted(qtbot, window, settings):
    before = weights(window)
    name_preset(window, "  mine ")
    pick(page(window).presets, "box3" if page(window).presets.findData("box3") >= 0 else PRESETS[1].id)
    assert weights(window) != before
    pick(page(window).presets, "my:0")
    assert weights(window) == before
    assert [preset.title for preset in settings.my_presets()] == ["mine"]
    page(window).forget_preset("mine")
    assert page(window).presets.findData("my:0") < 0


def test_a_preset_needs_a_name(window, settings):
    name_preset(window, "   ")
    assert "name" in window.banner.text
    assert not settings.my_presets()


def test_the_bank_grows_to_16_and_shrinks_to_1(qtbot, window):
    for number in range(2, 17):
        qtbot.mouseClick(page(window).add_button, LEFT)
        assert stage(window).out_channels == number
        assert page(window).filter_index == number - 1
    assert not page(window).add_button.isEnabled()
    assert len(page(window).bank) == 16
    assert len(window.conv.strip.cards["stage", 0].thumbnails) == 16
    for number in range(15, 0, -1):
        qtbot.mouseClick(page(window).remove_button, LEFT)
        assert stage(window).out_channels == number
    assert not page(window).remove_button.isEnabled()


def test_each_filter_has_a_kernel_a_bias_and_a_map_of_its_own(qtbot, window):
    qtbot.mouseClick(page(window).add_button, LEFT)
    qtbot.mouseClick(page(window).tool_buttons["negate"], LEFT)
    enter(page(window).bias, "1,5")
    assert stage(window).bias.tolist() == [0, 1.5]
    first, second = stage(window).weight[:, 0]
    assert (second == -first).all()
    bank_key(window, Key.Key_Left)
    assert page(window).filter_index == 0
    assert (page(window).matrix.value() == first).all()
    assert page(window).bias.value() == 0
    card = window.conv.strip.cards["stage", 0]
    assert (card.shown == window.conv.model.result.outputs[0][0]).all()
    bank_key(window, Key.Key_Right)
    assert page(window).bias.value() == 1.5
    assert (card.shown == window.conv.model.result.outputs[0][1]).all()


@pytest.mark.parametrize("text", ["abc", "nan", ""])
def test_a_bias_that_is_no_number(window, text):
    before = window.conv.model.experiment
    enter(page(window).bias, text or " ")
    assert window.conv.model.experiment is before
    assert window.banner.isVisible()


def test_one_plane_per_input_channel(qtbot, window):
    set_image(window, np.random.default_rng(1).random((3, 8, 8)), Convolution(np.ones((1, 3, 3, 3))))
    planes = page(window).planes
    assert planes.isVisible()
    assert [planes.tabText(index) for index in range(planes.count())] == ["All", "R", "G", "B"]
    planes.setCurrentIndex(2)
    qtbot.mouseClick(page(window).tool_buttons["zero"], LEFT)
    assert stage(window).weight[0].sum(axis=(1, 2)).tolist() == [9, 0, 9]
    planes.setCurrentIndex(0)
    qtbot.mouseClick(page(window).tool_buttons["negate"], LEFT)
    assert stage(window).weight[0].sum(axis=(1, 2)).tolist() == [-9, 0, -9]


def test_correlation_and_true_convolution(window):
    kernel = np.arange(9.0).reshape(1, 1, 3, 3)
    image = np.random.default_rng(1).random((5, 5))
    set_image(window, image, Convolution(kernel))
    assert window.conv.model.result.outputs[0][0, 0, 0] == pytest.approx((image[:3, :3] * kernel[0, 0]).sum())
    pick(page(window).flip, "convolution")
    assert stage(window).flip
    flipped = kernel[0, 0, ::-1, ::-1]
    assert window.conv.model.result.outputs[0][0, 0, 0] == pytest.approx((image[:3, :3] * flipped).sum())
    assert (window.conv.step.weights[0] == flipped).all()
    pick(page(window).flip, "correlation")
    assert not stage(window).flip


def test_groups(window):
    set_image(window, np.ones((4, 6, 6)), Convolution(np.ones((4, 4, 3, 3))))
    enter(page(window).groups, "2")
    assert stage(window).weight.shape == (4, 2, 3, 3)
    before = window.conv.model.experiment
    enter(page(window).groups, "3")
    assert window.conv.model.experiment is before
    assert page(window).groups.value() == 2
    assert "3" in window.banner.text


def test_random_weights_differ_each_time(qtbot, window):
    seen = []
    for _turn in range(3):
        qtbot.mouseClick(page(window).random_button, LEFT)
        seen.append(stage(window).weight.tobytes())
    assert len(set(seen)) == 3
