"""Choosing weights: those that come with the program, ImageNet's, a file's, or random ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core.messages import mark
from cnnexplorer.nets import CATALOG, DownloadCancelled, has_bundled_weights, imagenet_file, imagenet_url
from cnnexplorer.ui.folders import first_folder
from cnnexplorer.ui.language import Speaking, _, plain
from cnnexplorer.ui.trouble import told
from cnnexplorer.ui.widgets.buttons import Buttons
from cnnexplorer.ui.widgets.number_field import NumberField

from .fetching import Download
from .names import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnexplorer.core import UserError
    from cnnexplorer.ui.settings import Settings

    from .state import Chosen

PATTERN = "*.pth *.pt *.safetensors"
EXPLANATIONS = {
    "bundled": mark("Comes with the program: its first filters look as a trained network's do, and it names classes."),
    "imagenet": mark("What torchvision publishes: trained on 1.3 million photographs of 1000 classes."),
    "file": mark("A state dict of your own: .pth, .pt or .safetensors. Nothing in it is ever executed."),
    "random": mark("Where training begins: the same seed gives the same numbers."),
}


class WeightsDialog(Speaking, QDialog):
    """Asks for the weights of a network; `chosen` is the answer.

    The chosen weights are loaded by the caller: a file that does not fit leaves the network in use as it is.
    """

    def __init__(self, chosen: Chosen, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen, self._settings = chosen, settings
        self._path = Path(chosen.weights) if chosen.weights not in WEIGHTS else None
        self.buttons: dict[str, QRadioButton] = {}
        self.setMinimumWidth(560)
        self.setWindowTitle(_("Weights of {network}").format(network=CATALOG[chosen.network].title))
        self._group = QButtonGroup(self)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(6)
        self._published = CATALOG[chosen.network].published is not None
        url = imagenet_url(chosen.network) if self._published else ""
        self._target = imagenet_file(chosen.network) if self._published else Path()
        self.download = Download(url, self._target, self)
        style = self.style()
        self._indent = style.pixelMetric(style.PixelMetric.PM_ExclusiveIndicatorWidth) + style.pixelMetric(
            style.PixelMetric.PM_RadioButtonLabelSpacing
        )
        self._add("bundled", mark("Trained on drawn pictures (not ImageNet)"), has_bundled_weights(chosen.network))
        self._add("imagenet", mark("ImageNet, as published by torchvision"), self._published)
        self._build_download(url)
        self._add("file", mark("From a file"), True)
        self._build_file()
        self._add("random", mark("Random, not trained"), True)
        self._build_seed()
        self._box = Buttons(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._use = self._box.button(QDialogButtonBox.StandardButton.Ok)
        self._use.setText(_("Use these weights"))
        self._box.accepted.connect(self.accept)
        self._box.rejected.connect(self.reject)
        self._layout.addSpacing(8)
        self._layout.addStretch(1)
        self._layout.addWidget(self._box)
        self.finished.connect(self.download.close)
        self.buttons[chosen.weights if chosen.weights in WEIGHTS else "file"].setChecked(True)
        self._group.buttonToggled.connect(self._refresh)
        self._refresh()

    @property
    def chosen(self) -> Chosen:
        """The network with the weights that are chosen here."""
        kind = self.kind
        weights = str(self._path) if kind == "file" else kind
        return replace(self._chosen, weights=weights, seed=int(self.seed.value()))

    @property
    def kind(self) -> str:
        """Which of the four is chosen."""
        return next((kind for kind, button in self.buttons.items() if button.isChecked()), "random")

    def set_file(self, path: Path) -> None:
        """Choose a file."""
        self._path = path
        self._settings.set("weights_folder", str(path.absolute().parent))
        self.buttons["file"].setChecked(True)
        self._refresh()

    def _add(self, kind: str, title: str, possible: bool) -> None:
        button = self.buttons[kind] = QRadioButton(_(title))
        button.setToolTip(_(EXPLANATIONS[kind]))
        font = button.font()
        font.setBold(True)
        button.setFont(font)
        button.setEnabled(possible)
        self._group.addButton(button)
        self._layout.addSpacing(4)
        self._layout.addWidget(button)
        text = EXPLANATIONS[kind]
        if not possible:
            missing = {
                "bundled": mark("None of this network come with the program."),
                "imagenet": mark("There are none of this network: torchvision publishes those of the others."),
            }
            text = missing[kind]
        label = _label(_(text))
        label.setContentsMargins(self._indent, 0, 0, 0)
        label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
        self._layout.addWidget(label)

    def _build_download(self, url: str) -> None:
        self.state = _label("")
        self.fetch = QPushButton(_("Download…"))
        self.fetch.setToolTip(url)
        self.fetch.clicked.connect(self._fetch)
        self.stop = QPushButton(_("Stop"))
        self.stop.setToolTip(_("What has arrived is kept: the next try goes on from there"))
        self.stop.clicked.connect(self._stop)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(_("Progress of the download"))
        row = QHBoxLayout()
        row.setContentsMargins(self._indent, 0, 0, 0)
        row.addWidget(self.state, 1)
        row.addWidget(self.bar, 1)
        row.addWidget(self.fetch)
        row.addWidget(self.stop)
        self._layout.addLayout(row)
        self._size: float | None = None
        self.bar.hide()
        self.stop.hide()
        self.download.size_known.connect(self._size_known)
        self.download.progressed.connect(self._progressed)
        self.download.finished.connect(self._fetched)
        self.download.failed.connect(self._fetch_failed)

    def _build_file(self) -> None:
        self.file = _label("")
        choose = QPushButton(_("Choose…"))
        choose.setToolTip(_("Choose a file of weights"))
        choose.setAccessibleName(_("Choose a file of weights"))
        choose.clicked.connect(self._ask_file)
        row = QHBoxLayout()
        row.setContentsMargins(self._indent, 0, 0, 0)
        row.addWidget(self.file, 1)
        row.addWidget(choose)
        self._layout.addLayout(row)

    def _build_seed(self) -> None:
        self.seed = NumberField(self._chosen.seed, whole=True, minimum=0, maximum=2**31 - 1)
        self.seed.setAccessibleName(_("Seed"))
        self.seed.setToolTip(_("The same seed gives the same weights"))
        self.seed.setFixedWidth(120)
        self.seed.edited.connect(self._seed_edited)
        self.seed.refused.connect(lambda error: self._say_seed(told(error)))
        self.seed_trouble = _label("")
        another = QPushButton(_("Another seed"))
        another.setToolTip(_("Take the next seed"))
        another.clicked.connect(self._another_seed)
        row = QHBoxLayout()
        row.setContentsMargins(self._indent, 0, 0, 0)
        row.addWidget(QLabel(_("Seed")))
        row.addWidget(self.seed)
        row.addWidget(another)
        row.addWidget(self.seed_trouble, 1)
        self._layout.addLayout(row)

    def _refresh(self, *_changed: object) -> None:
        cached = self._published and self._target.is_file()
        idle = self._published and not self.download.running
        self.fetch.setVisible(idle and not cached)
        if cached:
            self.state.setText(_("Downloaded: {file}").format(file=self._target.name))
        elif idle and not self.state.text():
            self.state.setText(_("Not downloaded yet. Its size is told before anything is fetched."))
        self.state.setVisible(self._published and not self.bar.isVisible())
        name = _("No file chosen yet") if self._path is None else self._path.name
        self.file.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 380))
        self.file.setToolTip("" if self._path is None else plain(str(self._path)))
        ready = {"imagenet": cached, "file": self._path is not None}
        self._use.setEnabled(self.buttons[self.kind].isEnabled() and ready.get(self.kind, True))
        self._grow()

    def _grow(self) -> None:
        """Become as high as the texts need: a dialog does not by itself follow a text that takes more lines."""
        if self.isVisible():
            self.resize(self.width(), max(self.height(), self._layout.totalHeightForWidth(self.width())))

    def _ask_file(self) -> None:
        title, everything = _("Weights"), _("All files")
        name, _filter = QFileDialog.getOpenFileName(
            self,
            _("Open weights"),
            str(first_folder(self._settings.get("weights_folder", ""))),
            f"{title} ({PATTERN});;{everything} (*)",
        )
        if name:
            self.set_file(Path(name))

    def _another_seed(self) -> None:
        self.seed.stepBy(1)
        self.buttons["random"].setChecked(True)

    def _seed_edited(self) -> None:
        """Take random weights, or a file's: there a seed is of use to the layers that the file lacks."""
        self._say_seed("")
        if self.kind != "file":
            self.buttons["random"].setChecked(True)

    def _say_seed(self, text: str) -> None:
        self.seed_trouble.setText(text)
        self._grow()

    # the download

    def _fetch(self) -> None:
        self.buttons["imagenet"].setChecked(True)
        self.fetch.setEnabled(False)
        if self._size is None:
            self.state.setText(_("Asking how large it is…"))
            self.download.ask_size()
        else:
            self._begin()

    def _size_known(self, size: float) -> None:
        self._size = size
        self.fetch.setEnabled(True)
        if size < 0:
            self.state.setText(_("The server does not tell how large the file is."))
            self.fetch.setText(_("Download"))
        else:
            self.state.setText(_("{size} MB will be fetched and kept in torch's cache.").format(size=_megabytes(size)))
            self.fetch.setText(_("Download {size} MB").format(size=_megabytes(size)))
        self._refresh()

    def _begin(self) -> None:
        self.state.setText("")
        self.bar.setValue(0)
        self.bar.setFormat(_("connecting…"))
        for widget, shown in ((self.fetch, False), (self.state, False), (self.bar, True), (self.stop, True)):
            widget.setVisible(shown)
        self.stop.setEnabled(True)
        self.download.start()

    def _stop(self) -> None:
        self.stop.setEnabled(False)  # until a silent server lets go
        self.bar.setFormat(_("stopping…"))
        self.download.cancel()

    def _progressed(self, have: float, total: float) -> None:
        if total > 0:
            self.bar.setValue(round(1000 * have / total))
            self.bar.setFormat(_("{have} of {total} MB").format(have=_megabytes(have), total=_megabytes(total)))
        else:
            self.bar.setFormat(_("{have} MB").format(have=_megabytes(have)))

    def _fetched(self) -> None:
        self._end("")

    def _fetch_failed(self, error: UserError) -> None:
        stopped = isinstance(error, DownloadCancelled)
        text = _("Stopped; the next try goes on from there.") if stopped else told(error)
        self.fetch.setText(_("Go on") if stopped else _("Try again"))
        self._end(text)

    def _end(self, text: str) -> None:
        self.bar.hide()
        self.stop.hide()
        self.fetch.setEnabled(True)
        self.state.setText(text)
        self._refresh()


def ask_weights(chosen: Chosen, settings: Settings, use: Callable[[Chosen], object], parent: QWidget) -> WeightsDialog:
    """Open the dialog; `use` gets what was chosen."""
    dialog = WeightsDialog(chosen, settings, parent)
    dialog.accepted.connect(lambda: use(dialog.chosen))
    dialog.download.closed.connect(dialog.deleteLater)
    dialog.open()
    return dialog


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _megabytes(size: float) -> str:
    return f"{size / 1e6:.1f}" if size < 1e8 else f"{size / 1e6:.0f}"
