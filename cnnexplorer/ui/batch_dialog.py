"""The dialog that saves whole layers: chosen by check boxes, written off the GUI thread, and stopped at any time."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnnexplorer.core import UserError
from cnnexplorer.core.batch import BatchRequest, estimate, existing, same_name, targets
from cnnexplorer.core.batch_run import run_batch
from cnnexplorer.core.data_files import unique_names
from cnnexplorer.core.file_names import clean_stem
from cnnexplorer.core.messages import mark

from .batch_controls import BatchControls
from .batch_facts import describer, letters
from .batch_list import BatchList
from .batch_texts import progress_text, report_text, summary_text
from .language import _, translate_count
from .long_dialog import LongDialog
from .saving import may_overwrite
from .tasks import LatestTask

if TYPE_CHECKING:
    from pathlib import Path

    from cnnexplorer.core.batch_run import BatchReport

    from .batch_offer import BatchOffer
    from .settings import Settings

_TELL_SECONDS = 0.05  # the worker tells of its progress no more often


class BatchDialog(LongDialog):
    """Asks what is to be saved, and saves it."""

    _progressed = Signal(int, int)

    def __init__(self, offer: BatchOffer, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(
            mark("Save whole layers"),
            mark("Progress of the saving"),
            mark("Save the files"),
            mark("Stop: what is saved already stays, and no file is left half-written"),
            parent,
        )
        self._offer = offer
        self._task, self._lister = LatestTask(self), LatestTask(self)
        self._stop = threading.Event()
        self._began = 0.0
        self.bar.setRange(0, 1000)
        self.layers = BatchList(offer)
        self.layers.kind_changed.connect(self._show_kind)
        self.layers.changed.connect(self._refresh)
        self.controls = BatchControls(settings)
        self.controls.setMinimumWidth(340)
        self.controls.changed.connect(self._refresh)
        self.controls.pictures_wanted.connect(self._list_pictures)
        columns = QHBoxLayout()
        columns.setSpacing(18)
        columns.addWidget(self.layers, 1)
        columns.addWidget(self.controls)
        self.build(columns, (self.layers, self.controls))
        self.start_button.clicked.connect(self._save)
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
            template=controls.name.template,
            words=self._offer.words,
            now=datetime.now(),
        )

    @property
    def busy(self) -> bool:
        """Whether files are being saved."""
        return self._task.busy

    def stop_work(self) -> None:
        """Begin to stop."""
        self._stop.set()

    def reject(self) -> None:
        """Close; a list of pictures is not waited for, and what is being saved is stopped first."""
        if not self.busy:
            self._lister.cancel()
        super().reject()

    def close_work(self) -> None:
        """Stop and wait for work under way, before the program ends."""
        self._stop.set()
        self._lister.close()
        self._task.close()

    def retranslate(self) -> None:
        """Say again what depends on what is chosen."""
        self._refresh()

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
        self.fail(error)

    def _refresh(self) -> None:
        """Say what would be saved, or what is missing."""
        self.controls.suit_layers(len(self.layers.groups()))
        request = self.request()
        self.start_button.setEnabled(request is not None)
        self.start_button.setText(_("Save"))
        if request is not None:
            self._announce(request)
        elif not self.layers.groups():
            self.tell(_("Check a layer."))
        elif self.controls.of_folder and not self.controls.files:
            self.tell(_("Choose the folder with the pictures."))
        else:
            self.tell(_("Choose the folder that the files are saved in."))

    def _announce(self, request: BatchRequest) -> None:
        """Say what would be saved, or why no file can be called that."""
        files, size = estimate(request)
        self.start_button.setText(translate_count("Save {count} file", "Save {count} files", files))
        try:
            example, *others = islice(targets(request), 2)
            if example in others:
                raise same_name(example)
        except UserError as error:
            self.start_button.setEnabled(False)
            self.complain(error)
        else:
            self.tell(summary_text(files, size, str(example.relative_to(request.folder))))

    # saving

    def _save(self) -> None:
        request = self.request()
        if request is None:
            return
        self.controls.remember()
        self.begin()
        self.tell(_("Looking for files of these names…"))
        self._task.start(
            lambda: existing(request, self._stop.is_set), lambda found: self._begin(request, found), self.fail
        )

    def _begin(self, request: BatchRequest, found: list[Path]) -> None:
        if self._stop.is_set() or (found and not may_overwrite(self, [path.name for path in found])):
            self.end()
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
            self.fail,
        )
        self._show_progress(0, estimate(request)[0])

    def _show_progress(self, done: int, total: int) -> None:
        if self._task.busy and not self._stop.is_set():
            self.bar.setValue(round(1000 * done / max(total, 1)))
            self.tell(progress_text(done, total, time.monotonic() - self._began))

    def _finish(self, report: BatchReport, folder: Path) -> None:
        self.end()
        self.tell(report_text(report, folder), trouble=report.trouble is not None or bool(report.skipped))

    def _show_busy(self, busy: bool) -> None:
        self._stop.clear()
        super()._show_busy(busy)


def ask_batch(offer: BatchOffer, settings: Settings, parent: QWidget) -> BatchDialog:
    """Open the dialog over a window."""
    dialog = BatchDialog(offer, settings, parent)
    dialog.closed.connect(dialog.deleteLater)
    dialog.open()
    return dialog
