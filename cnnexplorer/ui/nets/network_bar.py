"""The bar above the pages: which network, with which weights, computed where."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QSizePolicy, QToolButton, QWidget
from superqt import QElidingLabel

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG, available_devices, has_bundled_weights, imagenet_file
from cnnexplorer.ui.language import Speaking, _, plain
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice

from .names import device_title, weights_title
from .state import Chosen

if TYPE_CHECKING:
    from .model import NetModel

ALL_DEVICES = ("auto", "cpu", "cuda", "mps")
PATIENCE = 250  # milliseconds


class NetworkBar(Speaking, QWidget):
    """Chooses network, weights and device; shows always what is in use.

    Signals: `weights_asked()` for the dialog of weights.
    """

    weights_asked = Signal()

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.network = Choice({entry.id: entry.title for entry in CATALOG.values()})
        self.network.setMinimumContentsLength(20)
        self.network.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.tip(self.network, mark("Network"))
        self.network.activated.connect(self._choose)
        self.weights = QToolButton()
        self.weights.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.weights.clicked.connect(self.weights_asked)
        self.device = QToolButton()
        self.device.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.device.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.device)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill_devices)
        self._devices = QActionGroup(menu)
        self.device.setMenu(menu)
        self.about = QElidingLabel()
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        for widget in (self.network, self.weights, self.device):
            row.addWidget(widget)
        row.addWidget(self.about, 1)
        self._build_progress(row)
        model.network_changed.connect(self._follow_network)
        model.computed.connect(self._follow_device)
        self._asked: Chosen | None = None  # on its way
        self._device = ""
        self.retranslate()
        self.restyle()

    def _build_progress(self, row: QHBoxLayout) -> None:
        """Show in place of the line about the network that one is loaded, once that has taken a while."""
        self.progress, self.cancel = QProgressBar(), QPushButton()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setMaximumWidth(200)
        self.say(self.progress.setAccessibleName, mark("The network is being loaded"))
        self.say(self.cancel.setText, mark("Cancel"))
        self.tip(self.cancel, mark("Stay with the network in use"))
        self.cancel.clicked.connect(self._model.cancel_loading)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(lambda: self._show_progress(True))
        self._model.loading_changed.connect(self._follow_loading)
        self._show_progress(False)

    def _follow_loading(self, loading: bool) -> None:
        if loading:
            self._patience.start()
        else:
            self._patience.stop()
            self._show_progress(False)

    def _show_progress(self, on: bool) -> None:
        self.about.setVisible(not on)
        self.progress.setVisible(on)
        self.cancel.setVisible(on and self._model.network is not None)

    def retranslate(self) -> None:
        """Say what is in use."""
        chosen = self._model.chosen
        self.network.setValue(chosen.network)
        entry = CATALOG[chosen.network]
        self.network.setToolTip("\n\n".join([_(entry.about), *(_(note) for note in entry.notes), entry.paper]))
        self.about.setText(_(entry.about))
        self.about.setToolTip(self.network.toolTip())
        title = weights_title(chosen)
        short = self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, 280)
        self.weights.setText(short.replace("&", "&&"))  # of a file's name: no shortcut
        missing = () if self._model.network is None else self._model.network.missing
        tip = _("Weights: {weights}. Click to choose others.").format(weights=title)
        if missing and chosen.weights not in ("random", "bundled"):
            tip += "\n" + _("The file lacks these layers, which are random: {layers}").format(layers=", ".join(missing))
        self.weights.setToolTip(plain(tip))
        self.weights.setAccessibleName(tip)
        self._show_device()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.weights.setIcon(icon("tray-arrow-down", self, "muted"))
        self.device.setIcon(icon("chip", self, "muted"))

    def _choose(self) -> None:
        id_, present = self.network.value(), self._model.chosen
        wanted = self._asked or present
        if id_ != wanted.network and id_ == present.network and self._model.network is not None:
            self._model.cancel_loading()  # not the other one, after all
        elif id_ != wanted.network:
            self._ask(Chosen(id_, best_weights(id_), 0, wanted.device, None, wanted.autocast))

    def _ask(self, chosen: Chosen) -> None:
        self._asked = chosen
        self._model.choose(chosen)

    def _follow_network(self) -> None:
        self._asked = None
        self.retranslate()

    def _follow_device(self) -> None:
        if self._model.network is not None and str(self._model.network.device) != self._device:
            self._show_device()

    def _show_device(self) -> None:
        network = self._model.network
        self._device = "" if network is None else str(network.device)
        name = device_title(self._device or "cpu")
        self.device.setText(name)
        tip = _("Computed on: {device}. Click for another.").format(device=name)
        self.device.setToolTip(tip)
        self.device.setAccessibleName(tip)

    def _fill_devices(self) -> None:
        menu, chosen, available = self.device.menu(), self._model.chosen, available_devices()
        menu.clear()
        for device in ALL_DEVICES:
            text = _("Automatic ({device})").format(device=device_title(available[0]))
            action = menu.addAction(text if device == "auto" else device_title(device))
            action.setCheckable(True)
            action.setChecked(device == chosen.device)
            action.setEnabled(device == "auto" or device in available)
            action.triggered.connect(partial(self._move_to, device))
            self._devices.addAction(action)
        menu.addSeparator()
        half = menu.addAction(_("Mixed precision (float16)"))
        half.setCheckable(True)
        half.setChecked(chosen.autocast)
        half.setEnabled(self._device.partition(":")[0] in ("cuda", "mps"))
        half.setToolTip(_("Faster on GPUs; the values are then less exact"))
        half.triggered.connect(self._switch_precision)

    def _move_to(self, device: str) -> None:
        if self._asked is None:
            self._model.move_to(device)
        else:
            self._ask(replace(self._asked, device=device))

    def _switch_precision(self, on: bool) -> None:
        self._ask(replace(self._asked or self._model.chosen, autocast=on))


def best_weights(id_: str) -> str:
    """Return the weights that a network is opened with: trained ones where some are at hand, else random."""
    if has_bundled_weights(id_):
        return "bundled"
    if CATALOG[id_].published is not None and imagenet_file(id_).is_file():
        return "imagenet"
    return "random"
