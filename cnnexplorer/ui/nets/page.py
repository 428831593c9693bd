"""What the pages of the Network workspace have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import SaidWhenSeen, Speaking, _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.core import session_pages as states
    from cnnexplorer.nets import LayerInfo
    from cnnexplorer.ui.settings import Settings

    from .model import NetModel
    from .state import Place

    PageState = (
        states.OverviewState
        | states.ArchitectureState
        | states.FiltersState
        | states.MapsState
        | states.RobustnessState
        | states.WhyState
    )

SIDE_WIDTH = 300


class Side(QScrollArea):
    """The column at the right of a page: a form that scrolls."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = Form()
        self.form.layout_.setContentsMargins(14, 12, 14, 12)
        self.setWidget(self.form)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(SIDE_WIDTH)

    def sizeHint(self) -> QSize:
        """Return the usual width."""
        return QSize(SIDE_WIDTH, 500)


class Page(SaidWhenSeen, Speaking, QWidget):
    """A page: a row of controls at the top, the main part, and a column of details at the right.

    The workspace calls `enter` when the page is shown and `leave` when another is; a page asks the model for derived
    values only in between. It follows `model.place` itself.

    Signals: `told(text)` with what lies under the mouse, for the status bar; `layers_wanted()` when whole layers are to
    be saved; `menu_opened(menu, widget)` for what others add to the menu of a widget.

    Attributes
    ----------
    tools
        The layout of the controls at the top.
    body
        The layout of the main part.
    side
        The column at the right; hidden with the action "inspector".
    """

    told = Signal(str)
    layers_wanted = Signal()
    menu_opened = Signal(object, object)

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.active = False
        self._unsaid = False
        self.side = Side()
        self.tools = QHBoxLayout()
        self.tools.setContentsMargins(10, 6, 10, 6)
        self.tools.setSpacing(8)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.tools)
        column.addLayout(self.body, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(self.side)

    def enter(self) -> None:
        """Show what the model has now, and follow it."""
        self.active = True
        if self._unsaid:
            self._unsaid = False
            QApplication.sendEvent(self, QEvent(QEvent.Type.LanguageChange))

    def leave(self) -> None:
        """Follow the model no more."""
        self.active = False

    def event(self, event: QEvent) -> bool:
        """Put off another language until the page is seen: all pages at once would hold the window up."""
        if event.type() == QEvent.Type.LanguageChange and not self.active:
            self._unsaid = True
            return True
        return super().event(event)

    def take_focus(self) -> None:
        """Let the keys go to what the page is about."""

    def fit(self) -> None:
        """Show the page's view as large as it goes; for pages that zoom."""

    def use_settings(self, settings: Settings) -> None:
        """Take what the program remembers; for pages that read files."""

    def page_state(self) -> PageState | None:
        """Return what the page is set to, for a session; None for pages without settings of their own."""
        return None

    def show_page_state(self, state: Any) -> None:  # noqa: ANN401  # each page has a state of its own
        """Take what the page is set to from a session; what is unknown here stays as it is."""

    def close_work(self) -> None:
        """Wait for work under way, before the program ends; for pages that have some of their own."""


class LayersButton(Speaking, QToolButton):
    """Opens the dialog that saves whole layers."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.setAutoRaise(True)
        self.tip(self, mark("Save whole layers: every map or filter, as pictures, contact sheets or data"))
        self.clicked.connect(page.layers_wanted)
        self.restyle()

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self.setIcon(icon("content-save-all-outline", self))


class LayerPicker(Speaking, QWidget):
    """A list of the network's layers with buttons to the one before and the one behind; it follows the model's place.

    Parameters
    ----------
    accepts
        Which layers the page can show.
    """

    def __init__(
        self, model: NetModel, accepts: Callable[[LayerInfo], bool] = lambda _layer: True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._accepts = model, accepts
        self._layers: tuple[LayerInfo, ...] = ()
        self.choice = QComboBox()
        self.choice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(24)
        self.choice.setMinimumWidth(130)
        self.choice.setMaxVisibleItems(30)
        self.tip(self.choice, mark("Layer"))
        self.before, self.behind = QToolButton(), QToolButton()
        self.tip(self.before, mark("The layer before"))
        self.tip(self.behind, mark("The layer behind"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for widget in (self.before, self.choice, self.behind):
            row.addWidget(widget)
        for button, step in ((self.before, -1), (self.behind, 1)):
            button.setAutoRaise(True)
            button.clicked.connect(lambda _checked=False, step=step: self._step(step))
        self.choice.activated.connect(self._choose)
        model.network_changed.connect(self.refresh)
        model.computed.connect(self.refresh)
        model.place_changed.connect(self._follow)
        self.refresh()
        self.restyle()

    def refresh(self) -> None:
        """Name the layers of the network in use."""
        layers = tuple(layer for layer in self._model.layers if self._accepts(layer))
        if layers != self._layers:
            self._layers = layers
            self.retranslate()

    def retranslate(self) -> None:
        """Name the layers again."""
        self.choice.clear()
        for layer in self._layers:
            self.choice.addItem(layer_title(layer), layer.name)
        self._show()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.before.setIcon(icon("chevron-left", self))
        self.behind.setIcon(icon("chevron-right", self))

    def _follow(self, _old: Place, _new: Place) -> None:
        self._show()

    def _show(self) -> None:
        index = self.choice.findData(self._model.place.layer)
        self.choice.setCurrentIndex(index)
        self.before.setEnabled(index > 0)
        self.behind.setEnabled(index < len(self._layers) - 1)

    def _choose(self) -> None:
        self._model.visit(layer=self.choice.currentData())

    def _step(self, step: int) -> None:
        index = min(max(self.choice.currentIndex() + step, 0), len(self._layers) - 1)
        self._model.visit(layer=self._layers[index].name)


def layer_title(layer: LayerInfo) -> str:
    """Return what a layer is called: its name and, where that does not tell, its kind."""
    return f"{layer.label} · {_(layer.kind)}"


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as it is written.

    >>> shape_text((96, 55, 55))
    '96 × 55 × 55'
    """
    return " × ".join(map(str, shape))
