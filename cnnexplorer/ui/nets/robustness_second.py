"""Choosing the picture that the present one is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton

from cnnexplorer.core.messages import mark
from cnnexplorer.core.samples import SAMPLES
from cnnexplorer.ui.language import _
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice, Form

from .robustness_sheet import Second
from .robustness_texts import perturbation_text
from .sources import PictureSources

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.ui.settings import Settings

    from .model import NetModel
    from .state import Source


class SecondForm(Form):
    """A sample, a file, or the present picture as it is now. Signals: `changed()` and `refused(error)`."""

    changed = Signal()
    refused = Signal(object)

    def __init__(self, model: NetModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._second: Second | None = None
        self.sources: PictureSources | None = None
        self.heading(mark("The other picture"))
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.wide(self.title)
        self.samples = Choice({"": mark("Choose a sample…")} | {s.id: s.title for s in SAMPLES.values()})
        self.tip(self.samples, mark("A sample to compare the present picture with"))
        self.samples.activated.connect(self._choose_sample)
        self.wide(self.samples)
        self.file, self.pin = QPushButton(), QPushButton()
        self.say(self.file.setText, mark("Open a file…"))
        self.say(self.file.setToolTip, mark("Open a picture to compare the present one with"))
        self.say(self.pin.setText, mark("Keep the present picture"))
        self.say(
            self.pin.setToolTip,
            mark("Keep the present picture, with its disturbance, as the other one; then choose another picture"),
        )
        self.file.clicked.connect(self._ask_file)
        self.pin.clicked.connect(self._keep)
        self.wide(self.file)
        self.wide(self.pin)
        self.retranslate()
        self.restyle()

    def use_settings(self, settings: Settings) -> None:
        """Read files, from the folder that was used last."""
        self.sources = PictureSources(settings, self)
        self.sources.taken.connect(self._take)
        self.sources.refused.connect(self.refused)

    def close_work(self) -> None:
        """Wait for work under way."""
        if self.sources is not None:
            self.sources.close()

    @property
    def second(self) -> Second | None:
        """What was chosen; None until something is."""
        return self._second

    @property
    def name(self) -> str:
        """What the chosen picture is called."""
        if self._second is None:
            return ""
        title, disturbance = _(self._second.source.title), perturbation_text(self._second.perturbation)
        return f"{title} ({disturbance})" if disturbance else title

    def retranslate(self) -> None:
        """Name what is chosen."""
        self.title.setText(self.name or _("None is chosen yet."))

    def restyle(self) -> None:
        """Take icons from the theme."""
        super().restyle()
        if hasattr(self, "pin"):
            self.file.setIcon(icon("folder-open-outline", self))
            self.pin.setIcon(icon("pin-outline", self))

    def _choose_sample(self) -> None:
        if self.sources is not None and self.samples.value():
            self.sources.use_sample(self.samples.value())

    def _ask_file(self) -> None:
        if self.sources is not None:
            self.sources.ask(self)

    def _keep(self) -> None:
        if self.sources is not None:
            self.sources.let_go()  # what is still being read must not take its place
        self._show(Second(self._model.source, self._model.perturbation))

    def _take(self, source: Source) -> None:
        self._show(Second(source))

    def _show(self, second: Second) -> None:
        self._second = second
        sample = next((id_ for id_, sample in SAMPLES.items() if sample.title == second.source.title), "")
        self.samples.setValue(sample)
        self.retranslate()
        self.changed.emit()
