"""The dialog that saves whole layers: chosen by check boxes, written off the GUI thread, and stopped at any time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core import UserError
from cnnexplorer.core.batch import BatchRequest, estimate, existing, targets
from cnnexplorer.core.batch_run import run_batch
from cnnexplorer.core.data_files import unique_names
from cnnexplorer.core.file_names import clean_stem
from cnnexplorer.core.messages import mark

from .batch_controls import BatchControls
from .batch_facts import describer, letters
from .batch_list import BatchList
from .batch_texts import progress_text, report_text, summary_text
from .language import Speaking, _, translate_count
from .saving import may_overwrite
from .tasks import LatestTask
from .theme import colours
from .trouble import told
from .widgets.buttons import Buttons

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent

    from cnnexplorer.core.batch_run import BatchReport

    from .batch_offer import BatchOffer
    from .settings import Settings

_TELL_SECONDS = 0.05  # the worker tells of its progress no more often


class BatchDialog(Speaking, QDialog):
    """Asks what is to be saved, and saves it.

    Signals: `closed()` once it is closed and nothing is under way any more.
    """

    closed = Signal()
    _progressed = Signal(int, int)

    def __init__(self, offer: BatchOffer, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self._task, self._lister = LatestTask(self), LatestTask(self)
        self._stop = threading.Event()
        self._began = 0.0
        self._leaving = False
        self.say(self.setWindowTitle, mark("Save whole layers"))
        self.layers = BatchList(offer)
        self.layers.kind_changed.connect(self._show_kind)
        self.layers.changed.connect(self._refresh)
        self.controls = BatchControls(settings)
        self.controls.setMinimumWidth(340)
        self.controls.changed.connect(self._refresh)
        self.controls.pictures_wanted.connect(self._list_pictures)
        self._build_foot()
        columns = QHBoxLayout()
        columns.setSpacing(18)
        columns.addWidget(self.layers, 1)
        columns.addWidget(self.controls)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(columns, 1)
        layout.addWidget(self.summary)
        layout.addWidget(self.bar)
        layout.addWidget(self.box)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a list of choices must not save
        self._progressed.connect(self._show_progress)
        self._show_kind()
        self.resize(780, 580)
        self.layers.list.setFocus()

    # what is asked for

    def request(self) -> BatchRequest | None:
        """Return what is asked for; None while something is missing."""
        controls, kind, groups = self.controls, self.layers.kind, self.layers.groups()
        files = controls.files if controls.of_folder else ()
        if not groups or controls.folder.path is None or (controls.of_folder and not files):
            return None
        signed, unsigned = controls.paints()
        return BatchRequest(
            folder=controls.folder.path,
            prefix=self._offer.prefix,
            form=controls.form_choice.value(),
            format=controls.format.value(),
            groups=groups,
            pictures=tuple(unique_names([path.stem for path in files], clean_stem)) or ("",),
            apart=controls.place.value() == "apart",
            whole=kind.whole,
            by_group=controls.by_layer,
            shared=controls.shared,
            scale=controls.pixels,
            signed=signed,
            unsigned=unsigned,
            describe=describer(kind, files, controls.colour_maps(), controls.shared),
            line=controls.line(),
            letters=letters(self.font()),
        )

    def reject(self) -> None:
        """Close; what is under way is stopped first."""
        if self._task.busy:
            self._leaving = True
            self._ask_to_stop()
            return
        self._lister.cancel()
        super().reject()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus, and no other."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(button := self.focusWidget(), QPushButton):
            button.click()

    def close_work(self) -> None:
        """Stop and wait for work under way, before the program ends."""
        self._stop.set()
        self._lister.close()
        self._task.close()

    def retranslate(self) -> None:
        """Say again what depends on what is chosen."""
        self._refresh()

    # building

    def _build_foot(self) -> None:
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.summary.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.say(self.bar.setAccessibleName, mark("Progress of the saving"))
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # else the list would change its height
        self.bar.setSizePolicy(policy)
        self.bar.hide()
        self.box = Buttons(QDialogButtonBox.StandardButton.Close)
        self.close_button = self.box.button(QDialogButtonBox.StandardButton.Close)
        self.save_button = self.box.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.tip(self.save_button, mark("Save the files"))
        self.stop_button = self.box.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self.say(self.stop_button.setText, mark("Stop"))
        self.tip(self.stop_button, mark("Stop: what is saved already stays, and no file is left half-written"))
        self.stop_button.hide()
        self.save_button.clicked.connect(self._save)
        self.stop_button.clicked.connect(self._ask_to_stop)
        self.box.rejected.connect(self.reject)

    # choosing

    def _show_kind(self) -> None:
        self.controls.offer_pictures(self.layers.kind.of_pictures and self._offer.list_pictures is not None)
        self._refresh()

    def _list_pictures(self, folder: Path) -> None:
        assert self._offer.list_pictures is not None
        list_pictures = self._offer.list_pictures
        self._lister.start(lambda: list_pictures(folder), self.controls.show_files, self._no_pictures)

    def _no_pictures(self, error: BaseException) -> None:
        self.controls.show_files(())
        self._fail(error)

    def _refresh(self) -> None:
        """Say what would be saved, or what is missing."""
        self.controls.suit_layers(len(self.layers.groups()))
        request = self.request()
        self.save_button.setEnabled(request is not None)
        self.save_button.setText(_("Save"))
        if request is not None:
            files, size = estimate(request)
            self.save_button.setText(translate_count("Save {count} file", "Save {count} files", files))
            example = next(targets(request))
            self._say(summary_text(files, size, str(example.relative_to(request.folder))))
        elif not self.layers.groups():
            self._say(_("Check a layer."))
        elif self.controls.of_folder and not self.controls.files:
            self._say(_("Choose the folder with the pictures."))
        else:
            self._say(_("Choose the folder that the files are saved in."))

    # saving

    def _save(self) -> None:
        request = self.request()
        if request is None:
            return
        self.controls.remember()
        self._set_busy(True)
        self._say(_("Looking for files of these names…"))
        self._task.start(
            lambda: existing(request, self._stop.is_set), lambda found: self._begin(request, found), self._fail
        )

    def _begin(self, request: BatchRequest, found: list[Path]) -> None:
        if self._stop.is_set() or (found and not may_overwrite(self, [path.name for path in found])):
            self._end()
            self._refresh()
            return
        files = self.controls.files if self.controls.of_folder else ()
        opener, progressed, stop = self.layers.kind.open(files), self._progressed, self._stop
        last = [0.0]

        def tell(done: int, total: int) -> None:
            now = time.monotonic()
            if done == total or now - last[0] >= _TELL_SECONDS:
                last[0] = now
                progressed.emit(done, total)

        self._began = time.monotonic()
        self._task.start(
            lambda: run_batch(request, opener, tell, stop.is_set),
            lambda report: self._finish(report, request.folder),
            self._fail,
        )
        self._show_progress(0, estimate(request)[0])

    def _show_progress(self, done: int, total: int) -> None:
        if self._task.busy and not self._stop.is_set():
            self.bar.setValue(round(1000 * done / max(total, 1)))
            self._say(progress_text(done, total, time.monotonic() - self._began))

    def _ask_to_stop(self) -> None:
        self._stop.set()
        self.stop_button.setEnabled(False)
        self._say(_("Stopping…"))

    def _finish(self, report: BatchReport, folder: Path) -> None:
        self._end()
        self._say(report_text(report, folder), trouble=report.trouble is not None or bool(report.skipped))

    def _fail(self, error: BaseException) -> None:
        self._end()
        if not isinstance(error, UserError):
            raise error
        self._say(told(error), trouble=True)

    def _end(self) -> None:
        self._set_busy(False)
        if self._leaving:
            self.reject()

    def _set_busy(self, busy: bool) -> None:
        self._stop.clear()
        for widget in (self.layers, self.controls):
            widget.setEnabled(not busy)
        self.bar.setValue(0)
        self.bar.setVisible(busy)
        self.save_button.setVisible(not busy)
        self.stop_button.setVisible(busy)
        self.stop_button.setEnabled(busy)
        (self.stop_button if busy else self.save_button).setFocus()

    def _say(self, text: str, trouble: bool = False) -> None:
        palette = self.summary.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("error" if trouble else "text"))
        self.summary.setPalette(palette)
        self.summary.setText(text)


def ask_batch(offer: BatchOffer, settings: Settings, parent: QWidget) -> BatchDialog:
    """Open the dialog over a window."""
    dialog = BatchDialog(offer, settings, parent)
    dialog.closed.connect(dialog.deleteLater)
    dialog.open()
    return dialog
