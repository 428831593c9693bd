"""Kernels from files, into files, and as text for Python: the entries of the kernel's menu."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cnnexplorer.core import Convolution, UserError
from cnnexplorer.core.data_files import DATA_FORMATS, formats_for, save_arrays
from cnnexplorer.core.data_reading import SUFFIXES, read_array
from cnnexplorer.core.data_text import python_text
from cnnexplorer.core.editing import with_stage
from cnnexplorer.core.importing import with_kernels
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.folders import first_folder
from cnnexplorer.ui.language import _
from cnnexplorer.ui.saving import Saver, ask_where, saved_text
from cnnexplorer.ui.tasks import LatestTask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnnexplorer.ui.settings import Settings

    from .model import ConvModel

    Place = tuple[int, int, int | None]  # stage, filter, plane


class KernelFiles(QObject):
    """Loads, saves and copies the kernel, or the bank, of a convolution.

    Signals: `refused(error)`, `told(text)`.
    """

    refused = Signal(object)
    told = Signal(str)

    def __init__(self, model: ConvModel, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._model, self._settings, self._window = model, settings, window
        self._task, self._saver = LatestTask(self), Saver(self)
        self._saver.saved.connect(lambda path, notes: self.told.emit(saved_text(path, notes)))
        self._saver.refused.connect(self.refused)

    def fill(self, menu: QMenu, place: Place) -> None:
        """Put the entries into a menu, for the kernel at a place."""
        menu.addAction(_("Load kernels from a file…"), partial(self.ask, place))
        menu.addAction(_("Save the kernel…"), partial(self.save_kernel, place))
        menu.addAction(_("Save the whole bank…"), partial(self.save_bank, place))
        menu.addSeparator()
        menu.addAction(_("Copy for NumPy"), partial(self.copy, place, "np"))
        menu.addAction(_("Copy for PyTorch"), partial(self.copy, place, "torch"))

    def ask(self, place: Place) -> None:
        """Let the user choose a file, and load it."""
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        filters = "{numbers} ({patterns});;{everything} (*)".format(
            numbers=_("Files of numbers"), patterns=patterns, everything=_("All files")
        )
        start = first_folder(self._settings.get("folder", ""))
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Load kernels from a file"), str(start), filters)
        if name:
            self._settings.set("folder", str(Path(name).absolute().parent))
            self.load(Path(name), place)

    def load(self, path: Path, place: Place) -> None:
        """Put the weights of a file in place of the kernel, the filter or the bank."""
        self._task.start(lambda: read_array(path), lambda array: self._take(array, path.name, place), self._fail)

    def save_kernel(self, place: Place) -> None:
        """Let the user choose a file and a format for the kernel."""
        stage = self._stage(place)
        if stage is not None:
            kernel = stage.weight[place[1], place[2] or 0]
            self._save({"kernel": kernel}, _("Save the kernel"), f"stage{place[0] + 1}_kernel{place[1] + 1}")

    def save_bank(self, place: Place) -> None:
        """Let the user choose a file and a format for all weights and biases of the convolution."""
        stage = self._stage(place)
        if stage is not None:
            arrays = {"weight": stage.weight} if stage.bias is None else {"weight": stage.weight, "bias": stage.bias}
            self._save(arrays, _("Save the whole bank"), f"stage{place[0] + 1}_bank")

    def copy(self, place: Place, library: str) -> None:
        """Copy the kernel as text that Python understands."""
        stage = self._stage(place)
        if stage is not None:
            QGuiApplication.clipboard().setText(python_text(stage.weight[place[1], place[2] or 0], library))
            self.told.emit(_("The kernel is in the clipboard"))

    def close_work(self) -> None:
        """Wait for what is being read or written."""
        self._task.close()
        self._saver.close()

    def _stage(self, place: Place) -> Convolution | None:
        """Return the convolution at a place, if it is still there and has that filter and plane."""
        index, filter_index, plane = place
        stages = self._model.experiment.stages
        stage = stages[index] if index < len(stages) else None
        fits = isinstance(stage, Convolution) and filter_index < len(stage.weight)
        return stage if fits and (plane or 0) < stage.weight.shape[1] else None  # type: ignore[union-attr,return-value]

    def _take(self, array: NDArray[np.float64], name: str, place: Place) -> None:
        stage = self._stage(place)
        if stage is None:
            return
        try:
            changed, note = with_kernels(stage, place[1], place[2], array, name)
        except UserError as error:
            self.refused.emit(error)
            return
        if self._model.edit(lambda e: with_stage(e, place[0], changed), mark("load kernels from a file")):
            self.told.emit(note.sentence(_))

    def _save(self, arrays: dict[str, NDArray[np.float64]], title: str, stem: str) -> None:
        kinds = {format_.id: (_(format_.label), format_.suffix) for format_ in formats_for(arrays)}
        where = ask_where(self._window.window(), self._settings, title, stem, kinds)
        if where is not None:
            path, kind = where
            self._saver.save(path, lambda: save_arrays(path, DATA_FORMATS[kind].id, arrays))

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self.refused.emit(error)
