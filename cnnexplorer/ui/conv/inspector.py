"""The inspector: the settings of the chosen stage, and how its map is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnnexplorer.core import Activation, Convolution, Flatten

from .convolution_panel import ConvolutionPanel
from .display_panel import DisplayPanel
from .input_panel import InputPanel
from .stage_panels import ActivationPanel, FlattenPanel, PaddingPanel, PoolingPanel, StagePanel

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from cnnexplorer.core import Experiment
    from cnnexplorer.ui.settings import Settings

    from .model import ConvModel
    from .shown import ViewKey

WIDTH = 300


class Inspector(QScrollArea):
    """Shows one page at a time, and the display page below it.

    Emits `refused(error)`.
    """

    refused = Signal(object)

    def __init__(
        self, model: ConvModel, settings: Settings, file_actions: list[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.input = InputPanel(model, file_actions)
        self.convolution = ConvolutionPanel(model, settings)
        self.padding = PaddingPanel(model)
        self.activation = ActivationPanel(model)
        self.pooling = PoolingPanel(model)
        self.flatten = FlattenPanel(model)
        self.display = DisplayPanel()
        self.pages: list[InputPanel | ConvolutionPanel | StagePanel] = [
            self.input,
            self.convolution,
            self.padding,
            self.activation,
            self.pooling,
            self.flatten,
        ]
        self._shown: InputPanel | ConvolutionPanel | StagePanel = self.input
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(12)
        for page in self.pages:
            page.refused.connect(self.refused)
            page.setVisible(page is self.input)
            layout.addWidget(page)
        self.display.refused.connect(self.refused)
        layout.addWidget(self.display)
        layout.addStretch(1)
        self.setWidget(column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(WIDTH)

    def sizeHint(self) -> QSize:
        """Return the usual width."""
        return QSize(WIDTH, 500)

    def show_view(self, key: ViewKey) -> None:
        """Show the page of a view."""
        kind, index = key
        page = self._page_of(kind, index)
        if isinstance(page, ConvolutionPanel | StagePanel):
            page.set_stage(index)
        else:
            page.refresh(self._model.experiment)
        if page is not self._shown:
            self._shown.hide()
            page.show()
            self._shown = page
            self.verticalScrollBar().setValue(0)

    def refresh(self, experiment: Experiment) -> None:
        """Show what an experiment's settings are now."""
        self._shown.refresh(experiment)

    def _page_of(self, kind: str, index: int) -> InputPanel | ConvolutionPanel | StagePanel:
        if kind == "input":
            return self.input
        if kind == "padding":
            return self.padding
        stage = self._model.experiment.stages[index]
        if isinstance(stage, Convolution):
            return self.convolution
        if isinstance(stage, Activation):
            return self.activation
        return self.flatten if isinstance(stage, Flatten) else self.pooling
