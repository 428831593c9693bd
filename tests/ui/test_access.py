"""Every control has a name, a tooltip, and is reached by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QSlider,
    QTabBar,
    QWidget,
)

from cnnexplorer.core import Activation, Convolution, Flatten, Pooling
from cnnexplorer.ui.actions import ACTIONS
from cnnexplorer.ui.conv.card import Card
from cnnexplorer.ui.conv.transport import Scrubber
from cnnexplorer.ui.widgets.figures import Thumbnails
from cnnexplorer.ui.widgets.map_view import MapView
from cnnexplorer.ui.widgets.matrix_editor import MatrixEditor

from .helpers import press, set_image

CONTROLS = (QAbstractButton, QComboBox, QAbstractSpinBox, QSlider, QTabBar, MapView, MatrixEditor, Thumbnails, Scrubber)
KEYS = [("input", -1), ("padding", 0), ("stage", 0), ("stage", 1), ("stage", 2), ("stage", 3)]


@pytest.fixture
def rich(window):
    """A window with every kind of stage, three channels and two filters, so that every control is there."""
    import numpy as np

    set_image(window, np.random.default_rng(1).random((3, 8, 8)), Convolution(np.ones((2, 3, 3, 3))),
              Activation("leaky_relu"), Pooling("average", 2), Flatten())  # fmt: skip
    return window


def controls(window) -> list[QWidget]:
    found = []
    for widget in window.findChildren(QWidget):
        inside = isinstance(widget, QLineEdit) or isinstance(widget.parent(), QComboBox | QTabBar | QAbstractSpinBox)
        own = widget.metaObject().className().startswith("Q") and widget.objectName().startswith("qt_")
        if isinstance(widget, CONTROLS) and widget.isVisible() and not inside and not own:
            found.append(widget)
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_control_has_a_name_and_a_tooltip(rich, key):
    rich.conv.select(key)
    nameless, tipless = [], []
    for widget in controls(rich):
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if not name:
            nameless.append(widget)
        says_it = isinstance(widget, QAbstractButton) and widget.text()
        if not widget.toolTip() and not isinstance(widget, MapView) and not says_it:
            tipless.append((widget, name))
    assert not nameless
    assert not tipless


@pytest.mark.parametrize("key", KEYS)
def test_tab_reaches_every_control(rich, key):
    rich.conv.select(key)
    start = rich.conv.strip.cards["input", -1].view
    start.setFocus()
    reached, widget = set(), start
    for _step in range(400):
        reached.add(widget)
        press(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget is start:
            break
    else:
        raise AssertionError("Tab never comes round")
    skipped = [
        widget
        for widget in [*controls(rich), *rich.findChildren(Card)]
        if widget.isEnabled() and widget not in reached and not in_group(widget, reached)
    ]
    assert not skipped


def in_group(widget: QWidget, reached: set[QWidget]) -> bool:
    """Of buttons of which one is chosen, Tab reaches the chosen one; the arrow keys reach the rest."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return group is not None and any(button in reached for button in group.buttons())


def test_what_tab_reaches_can_be_seen(rich):
    """The inspector scrolls to the field that has the focus."""
    rich.resize(1000, 560)
    rich.conv.select(("stage", 0))
    area = rich.conv.inspector
    assert isinstance(area, QScrollArea)
    widget = rich.conv.inspector.convolution.matrix
    widget.setFocus()
    for _step in range(60):
        press(widget, Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if not area.isAncestorOf(widget):
            break
        top = widget.mapTo(area.viewport(), widget.rect().topLeft()).y()
        assert top < area.viewport().height()
        assert top + widget.height() > 0


def test_no_two_actions_share_a_shortcut():
    keys = [key for spec in ACTIONS for key in spec.shortcuts]
    assert len(keys) == len(set(keys))


def test_every_action_has_a_tip_and_does_something(window):
    for spec in ACTIONS:
        action = window.actions_[spec.id]
        assert action.toolTip()
        assert action.text()
        assert action.receivers("2triggered(bool)") >= 1, spec.id


def test_every_action_is_in_a_menu(window):
    found = [action for menu in window._menus.values() for action in menu.actions()]
    assert all(window.actions_[spec.id] in found for spec in ACTIONS)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("code", ["en", "es"])
def test_no_text_of_the_inspector_is_cut(rich, key, code):
    """Labels are as wide as their words, at the smallest window."""
    rich.set_language(code)
    rich.resize(rich.minimumSize())
    rich.conv.select(key)
    QApplication.processEvents()
    for button in rich.conv.inspector.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and not isinstance(button.parent(), QTabBar):
            needed = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
            assert button.width() >= needed, button.text()
