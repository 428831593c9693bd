"""What is asked for in the dialog that saves whole layers: which files, of which pictures, in which colours, where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from cnnexplorer.core.batch import FORMS, PICTURE
from cnnexplorer.core.batch_pictures import Paint
from cnnexplorer.core.data_files import DATA_FORMATS
from cnnexplorer.core.file_names import DEFAULT
from cnnexplorer.core.messages import mark

from .folders import PICTURES, first_folder
from .language import Speaking, _, plain, translate_count
from .saving import FOLDER
from .widgets.form import Choice, Form
from .widgets.painting import COLOUR_MAPS, colour_table
from .widgets.template_field import TemplateField

if TYPE_CHECKING:
    from .settings import Settings

_PICTURES = {"present": mark("The present one"), "folder": mark("All of a folder")}
_PLACES = {"apart": mark("A sub-folder for each picture"), "prefix": mark("The picture's name first")}
_RANGES = {"map": mark("Each its own range"), "shared": mark("One range for a layer")}
_COLOURS = {"auto": mark("Automatic colours")} | {id_: title for id_, (_name, title) in COLOUR_MAPS.items()}
_SCALES = {"auto": mark("Automatic"), "1": "1", "2": "2", "4": "4", "8": "8", "16": "16"}
_FORMAT_TITLES = {PICTURE: mark("Picture in colours (PNG)")} | {id_: form.label for id_, form in DATA_FORMATS.items()}
_SIGNED, _UNSIGNED = "diverging", "magma"
_RANGED = (PICTURE, "png8", "png16")


class FolderField(Speaking, QWidget):
    """A folder that is chosen in a dialog. Signal: `chosen(Path)`."""

    chosen = Signal(object)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._path: Path | None = None
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = QPushButton()
        self.say(self.button.setText, mark("Choose…"))
        self.tip(self.button, title)
        self.button.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.button)
        self.retranslate()

    @property
    def path(self) -> Path | None:
        """The folder; None before one is chosen."""
        return self._path

    def set_path(self, path: Path | None) -> None:
        """Show a folder, without a signal."""
        self._path = path
        self.retranslate()

    def retranslate(self) -> None:
        """Say which folder it is."""
        text = _("No folder chosen yet") if self._path is None else self._path.name or str(self._path)
        self.label.setText(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 190))
        self.label.setToolTip("" if self._path is None else plain(str(self._path)))

    def _ask(self) -> None:
        start = str(self._path or first_folder(usual=PICTURES))
        name = QFileDialog.getExistingDirectory(self.window(), _(self._title), start)
        if name:
            self.set_path(Path(name))
            self.chosen.emit(self._path)


class BatchControls(Form):
    """The fields. Signals: `changed()`, `pictures_wanted(folder)`."""

    changed = Signal()
    pictures_wanted = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.files: tuple[Path, ...] = ()
        self._decided = False  # whether the user said if layers have folders
        self._build_pictures()
        self._build_files()
        self.name = TemplateField(settings.get("batch/template", DEFAULT) or DEFAULT)
        self.name.edited.connect(self.changed)
        self.row(mark("Name"), self.name).setBuddy(self.name.line)
        folder = settings.get(FOLDER, "")
        self.folder = FolderField(mark("The folder that the files are saved in"))
        self.folder.set_path(Path(folder) if folder and Path(folder).is_dir() else None)
        self.folder.chosen.connect(self._choose_folder)
        self.row(mark("Folder"), self.folder)
        self.apart = QCheckBox()
        self.say(self.apart.setText, mark("In a folder of their own for each layer"))
        self.tip(self.apart, mark("Put the files of each layer into a sub-folder that is called after it"))
        self.apart.clicked.connect(self._choose_apart)
        self.wide(self.apart)
        self.layout_.addStretch(1)
        self._restore()
        self.offer_pictures(False)
        self._suit()

    def offer_pictures(self, offered: bool) -> None:
        """Show or hide the choice of pictures."""
        self._offered = offered
        several = offered and self.pictures.value() == "folder"
        self.pictures_heading.setVisible(offered)
        self.set_row_visible(self.pictures, offered)
        for field in (self.source, self.place):
            self.set_row_visible(field, several)
        self.found.setVisible(several and bool(self.found.text()))

    def show_files(self, files: tuple[Path, ...]) -> None:
        """Take the pictures of the folder."""
        self.files = files
        self.retranslate()
        self.offer_pictures(self._offered)
        self.changed.emit()

    @property
    def of_folder(self) -> bool:
        """Whether all pictures of a folder are wanted."""
        return self._offered and self.pictures.value() == "folder"

    @property
    def shared(self) -> bool:
        """Whether a layer has one range of values."""
        return self.range.value() == "shared"

    @property
    def by_layer(self) -> bool:
        """Whether the files of each layer have a folder of their own."""
        return self.apart.isChecked()

    @property
    def pixels(self) -> int | None:
        """Pixels a cell; None for as many as are needed."""
        return None if self.scale.value() == "auto" else int(self.scale.value())

    def suit_layers(self, count: int) -> None:
        """Propose folders for several layers, until the user has said what is wanted."""
        if not self._decided:
            self.apart.setChecked(count > 1)

    def paints(self) -> tuple[Paint, Paint]:
        """Return the colours of layers with and without negative values."""
        names = self.colour_maps()
        return _paint(names["signed"]), _paint(names["unsigned"])

    def colour_maps(self) -> dict[str, str]:
        """Return the ids of the colour maps of layers with and without negative values."""
        chosen = self.colours.value()
        names = (_SIGNED, _UNSIGNED) if chosen == "auto" else (chosen, chosen)
        return dict(zip(("signed", "unsigned"), names, strict=True))

    def line(self) -> str:
        """Return what a contact sheet says of its values, with fields for the lowest and the highest."""
        if self.shared:
            return _("one range of colours for all, from {low} to {high}")
        return _("each in its own range of colours; all values lie from {low} to {high}")

    def remember(self) -> None:
        """Keep what was chosen for the next time."""
        for key, choice in self._remembered().items():
            self._settings.set(f"batch/{key}", choice.value())
        self._settings.set("batch/template", self.name.template)
        if self.folder.path is not None:
            self._settings.set(FOLDER, str(self.folder.path))

    def retranslate(self) -> None:
        """Say how many pictures there are."""
        count = len(self.files)
        self.found.setText(translate_count("{count} picture", "{count} pictures", count) if count else "")

    # building

    def _build_pictures(self) -> None:
        self.pictures_heading = self.heading(mark("Pictures"))
        self.pictures = Choice(_PICTURES)
        self.pictures.activated.connect(self._choose_pictures)
        self.row(mark("Which"), self.pictures, mark("Of which pictures the maps are"))
        self.source = FolderField(mark("The folder with the pictures"))
        self.source.chosen.connect(self.pictures_wanted)
        self.row(mark("From"), self.source)
        self.place = Choice(_PLACES)
        self.place.activated.connect(self.changed)
        self.row(mark("Names"), self.place, mark("How the files of one picture are told from those of another"))
        self.found = self.hint()

    def _build_files(self) -> None:
        self.heading(mark("Files"))
        self.form_choice = Choice({id_: title for id_, (title, _formats) in FORMS.items()}).show_whole()
        self.form_choice.activated.connect(self._suit)
        self.row(mark("How many"), self.form_choice, mark("What one file holds"))
        self.format = Choice({}).show_whole()
        self.format.activated.connect(self._suit)
        self.row(mark("Format"), self.format, mark("Pictures to look at, or data to compute with"))
        self.colours = Choice(_COLOURS).show_whole()
        self.colours.activated.connect(self.changed)
        self.row(
            mark("Colours"),
            self.colours,
            mark("Automatic: diverging around zero where there are negative values, else from dark to bright"),
        )
        self.range = Choice(_RANGES)
        self.range.activated.connect(self.changed)
        self.row(mark("Range"), self.range, mark("The values that the ends of the colours stand for"))
        self.scale = Choice(_SCALES)
        self.scale.activated.connect(self.changed)
        self.row(
            mark("Pixels a cell"),
            self.scale,
            mark("How many pixels wide and high a value is; automatic: so many that a small map can be seen"),
        )

    def _remembered(self) -> dict[str, Choice]:
        return {
            "form": self.form_choice,
            "format": self.format,
            "colours": self.colours,
            "range": self.range,
            "scale": self.scale,
            "place": self.place,
        }

    def _restore(self) -> None:
        for key, choice in self._remembered().items():
            value = self._settings.get(f"batch/{key}", "")
            if key == "format":
                self._offer_formats()
            if choice.findData(value) >= 0:
                choice.setValue(value)

    # what is entered

    def _offer_formats(self) -> None:
        self.format.setChoices({id_: _FORMAT_TITLES[id_] for id_ in FORMS[self.form_choice.value()][1]})

    def _suit(self) -> None:
        """Show the fields that the form and the format have."""
        self._offer_formats()
        chosen = self.format.value()
        self.set_row_visible(self.colours, chosen == PICTURE)
        self.set_row_visible(self.range, chosen in _RANGED)
        each = self.form_choice.value() == "each"
        self.set_row_visible(self.scale, chosen == PICTURE and each)
        self.apart.setVisible(each)
        self.changed.emit()

    def _choose_pictures(self) -> None:
        self.offer_pictures(self._offered)
        self.changed.emit()

    def _choose_apart(self) -> None:
        self._decided = True
        self.changed.emit()

    def _choose_folder(self, path: Path) -> None:
        self._settings.set(FOLDER, str(path))
        self.changed.emit()


def _paint(name: str) -> Paint:
    """Return a colour map as a table (256, 3)."""
    colours = np.array(colour_table(name), np.int64)
    table = np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)
    return Paint(table, name == _SIGNED)
