"""The dialog that saves and copies: what on the left, how on the right."""

from __future__ import annotations

import os
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core import UserError
from cnnexplorer.core.data_files import DATA_FORMATS, formats_for
from cnnexplorer.core.file_names import file_stem, free_path
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.questions import CANCEL, DISCARD, Answer, Question
from cnnexplorer.ui.theme import colours
from cnnexplorer.ui.trouble import told
from cnnexplorer.ui.widgets.buttons import Buttons

from .choices import remember, remembered
from .form import FigureForm
from .preview import Preview
from .rendering import DOTS, Figure, FigureWish
from .saving import PICTURES, begin_picture, no_session, notes_of, save_data, save_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QSize

    from cnnexplorer.core.data_files import Arrays
    from cnnexplorer.core.messages import Note
    from cnnexplorer.ui.settings import Settings
    from cnnexplorer.ui.tasks import LatestTask

    from .saving import Session
    from .takeaway import Takeaway

_INCH = 25.4  # mm


class SaveDialog(Speaking, QDialog):
    """Asks which view is saved, and how.

    Parameters
    ----------
    takeaways, place
        What can be saved, and which of it is chosen at first.
    tasks
        What reads numbers, and what writes files; they may outlive the dialog.
    data
        Whether the numbers are asked for, not the picture.

    Attributes
    ----------
    session, session_file
        The session that travels in pictures, and the name of the file in which it is kept, if it is.

    Signals: `saved(path, notes)` when a file is written; `copy_asked(takeaway, wish)`.
    """

    saved = Signal(object, object)
    copy_asked = Signal(object, object)

    def __init__(
        self,
        takeaways: Sequence[Takeaway],
        place: int,
        settings: Settings,
        tasks: tuple[LatestTask, LatestTask],
        data: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._takeaways, self._settings = tuple(takeaways), settings
        self.session: Session = no_session
        self.session_file = ""
        self._arrays: Arrays | None = None
        self._previewed: tuple[Takeaway, FigureWish] | None = None
        self._cancelled = Event()
        self._looking, self._saving = tasks
        self.resize(940, 560)
        self.list = QListWidget()
        self.list.addItems([takeaway.title for takeaway in self._takeaways])
        self._lists_numbers = False
        self.tip(self.list, mark("What is on screen"))
        self.preview, self.size_label = Preview(), QLabel()
        self.form = FigureForm(remembered(settings, data))
        self.trouble = QLabel()
        self.copy_button, self.save_button = QPushButton(), QPushButton()
        self._build()
        self.list.setCurrentRow(place)
        self.list.setFocus()
        self.list.currentRowChanged.connect(self._choose)
        self.form.changed.connect(self._refresh)
        self.form.folder_asked.connect(self._ask_folder)
        self._choose()

    @property
    def takeaway(self) -> Takeaway:
        """What is chosen."""
        return self._takeaways[max(self.list.currentRow(), 0)]

    @property
    def path(self) -> Path:
        """The file that is going to be written; raises `SettingError` for a template that gives no name."""
        choices = self.form.choices
        takeaway = self.takeaway
        stem = file_stem(choices.template, {"name": takeaway.name, **takeaway.words}, datetime.now())
        data = DATA_FORMATS.get(choices.format_id)
        return choices.folder / f"{stem}{data.suffix if data is not None else f'.{choices.format_id}'}"

    def done(self, result: int) -> None:
        """Remember what was chosen; a file under way is not written any more."""
        remember(self._settings, self.form.choices)
        self._looking.cancel()
        if self._saving.busy:
            self._cancelled.set()
            self._saving.cancel()
        super().done(result)

    def retranslate(self) -> None:
        """Say what depends on more than the language."""
        self._refresh()

    # building

    def _build(self) -> None:
        self.trouble.setWordWrap(True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.hide()
        self.size_label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.list.setFixedWidth(240)
        self.list.setSpacing(2)
        middle = QVBoxLayout()
        middle.addWidget(self.preview, 1)
        middle.addWidget(self.size_label)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addWidget(self.list)
        columns.addLayout(middle, 1)
        columns.addWidget(self.form)
        box = Buttons(QDialogButtonBox.StandardButton.Cancel)
        box.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(self.save_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.say(self.copy_button.setText, mark("&Copy the picture"))
        self.say(self.copy_button.setToolTip, mark("Put the picture onto the clipboard"))
        self.say(self.save_button.setText, mark("&Save"))
        self.say(self.save_button.setToolTip, mark("Write the file"))
        self.copy_button.setAutoDefault(False)
        box.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.save_button.setDefault(True)
        box.accepted.connect(self._save)
        box.rejected.connect(self.reject)
        self.copy_button.clicked.connect(self._copy)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(columns, 1)
        layout.addWidget(self.trouble)
        layout.addWidget(box)

    # choosing

    def _choose(self) -> None:
        """Look at another view: which formats its numbers fit is found out off the GUI thread."""
        self._arrays = None
        self.form.format.set_possible(())
        arrays = self.takeaway.arrays
        if arrays is not None:
            self._looking.start(arrays, self._take_arrays, self._fail)
        else:
            self._looking.cancel()
            self._leave_data()
        self._refresh()

    def _take_arrays(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self.form.format.set_possible([format_.id for format_ in formats_for(arrays)])
        if not self.form.format.is_possible(self.form.format.value()):
            possible = [format_.id for format_ in formats_for(arrays)]
            self.form.format.setValue(possible[0] if possible else remembered(self._settings).format_id)
        self._refresh()

    def _leave_data(self) -> None:
        if self.form.format.value() in DATA_FORMATS:
            self.form.format.setValue(remembered(self._settings).format_id)

    def _refresh(self) -> None:
        """Show the picture, its size and the file's name as they are going to be."""
        choices = self.form.choices
        picture = choices.format_id in PICTURES
        self._list(not picture)
        wish = choices.wish if picture else FigureWish()
        shown = self.takeaway, FigureWish(1, wish.transparent, wish.caption)
        if shown != self._previewed:
            figure = Figure(*shown)
            self.preview.set_image(figure.image(), figure.size)
            self._previewed = shown
        self.size_label.setText(self._size_text(self.preview.size_on_screen))
        self.copy_button.setEnabled(picture)
        self.setWindowTitle(_("Save a figure") if picture else _("Save the numbers"))
        try:
            self.form.show_result(self.path.name)
        except UserError as error:
            self.form.show_result("")
            self._complain(error)
        else:
            self._complain(None)
        self._show_busy()

    def _list(self, numbers: bool) -> None:
        """List what can be saved: all views, or the numbers that there are, each once."""
        if numbers == self._lists_numbers:
            return
        self._lists_numbers = numbers
        listed = {self.takeaway.numbers or self.takeaway.title}
        for row, takeaway in enumerate(self._takeaways):
            title = (takeaway.numbers or takeaway.title) if numbers else takeaway.title
            again = takeaway.arrays is None or title in listed
            self.list.item(row).setText(title)
            self.list.item(row).setHidden(numbers and again and takeaway is not self.takeaway)
            listed.add(title)

    def _size_text(self, size: QSize) -> str:
        choices = self.form.choices
        if choices.format_id == "png":
            scale = choices.wish.scale
            return _("{width} × {height} pixels").format(width=size.width() * scale, height=size.height() * scale)
        if choices.format_id in PICTURES:
            width, height = (f"{side / DOTS * _INCH:.0f}" for side in (size.width(), size.height()))
            return _("{width} × {height} mm").format(width=width, height=height)
        if self._arrays is None:
            return _("Reading the numbers…")
        shapes = [" × ".join(map(str, array.shape)) for array in self._arrays.values()]
        return ", ".join(shapes) if len(shapes) <= 3 else _("{count} arrays").format(count=len(shapes))

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("Folder to save into"), str(self.form.choices.folder))
        if folder:
            self.form.set_folder(Path(folder))

    # doing

    def _copy(self) -> None:
        self.copy_asked.emit(self.takeaway, self.form.choices.wish)

    def _save(self) -> None:
        try:
            path = self.path
        except UserError as error:
            self._complain(error)
            return
        if os.path.lexists(path):
            self._ask_which(path)
        else:
            self._write(path)

    def _ask_which(self, path: Path) -> None:
        """Ask before anything is overwritten."""
        free = free_path(path)
        Question(
            self,
            self.windowTitle(),
            _("{name} is there already.").format(name=path.name),
            "",
            [
                Answer("beside", _("Save as {name}").format(name=free.name), then=partial(self._write, free)),
                Answer("replace", _("&Replace it"), DISCARD, partial(self._write, path)),
                Answer("cancel", _("Cancel"), CANCEL),
            ],
        ).open()

    def _write(self, path: Path) -> None:
        choices = self.form.choices
        remember(self._settings, choices)
        self._saving.start(self._job(path), partial(self._finish, path), self._fail)
        self._show_busy()

    def _job(self, path: Path) -> Callable[[], tuple[Note, ...]]:
        choices, takeaway = self.form.choices, self.takeaway
        if choices.format_id in PICTURES:
            pack = begin_picture(takeaway, choices.wish, choices.format_id, self.session, self.session_file)
            return partial(save_picture, pack, path, self._cancelled)
        assert self._arrays is not None, "numbers that have not come yet"
        format_, notes = DATA_FORMATS[choices.format_id], notes_of(takeaway)
        return partial(save_data, takeaway, format_, self._arrays, path, notes, self._cancelled)

    def _finish(self, path: Path, notes: tuple[Note, ...]) -> None:
        self.saved.emit(path, notes)
        self.accept()

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self._show_busy()
        self._complain(error)

    def _complain(self, error: UserError | None) -> None:
        palette = self.trouble.palette()
        palette.setColor(palette.ColorRole.WindowText, colours(self).colour("error"))
        self.trouble.setPalette(palette)
        self.trouble.setText("" if error is None else told(error))
        self.trouble.setVisible(error is not None)

    def _show_busy(self) -> None:
        busy = self._saving.busy
        waiting = self.form.choices.format_id in DATA_FORMATS and self._arrays is None
        self.save_button.setEnabled(not busy and not waiting)
        self.save_button.setText(_("Saving…") if busy else _("&Save"))
