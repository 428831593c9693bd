"""How a figure is saved: format, size, ground, caption, name and folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QWidget

from cnnexplorer.core.data_files import DATA_FORMATS
from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import _, plain
from cnnexplorer.ui.theme import icon
from cnnexplorer.ui.widgets.form import Choice, Form
from cnnexplorer.ui.widgets.template_field import TemplateField

from .choices import Choices
from .rendering import MAX_SCALE, FigureWish
from .saving import PICTURES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

SCALES = {
    "1": mark("1 × as on screen"),
    "2": mark("2 × for slides"),
    "3": mark("3 ×"),
    "4": mark("4 × for print"),
}
assert len(SCALES) == MAX_SCALE
GROUNDS = {"theme": mark("As on screen"), "none": mark("Transparent")}
_FOLDER_ROOM = 190


class Formats(Choice):
    """The formats: those of pictures, and those of numbers where a view has numbers that fit them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__({**PICTURES, **{id_: format_.label for id_, format_ in DATA_FORMATS.items()}}, parent)
        self.insertSeparator(len(PICTURES))
        self.setMaxVisibleItems(20)

    def set_possible(self, possible: Collection[str]) -> None:
        """Let only some formats of numbers be chosen."""
        for id_ in DATA_FORMATS:
            item = self.model().item(self.findData(id_))  # type: ignore[attr-defined]
            item.setEnabled(id_ in possible)

    def is_possible(self, id_: str) -> bool:
        """Tell whether a format can be chosen."""
        index = self.findData(id_)
        return index >= 0 and bool(self.model().item(index).isEnabled())  # type: ignore[attr-defined]

    def retranslate(self) -> None:
        """Name the formats."""
        for id_, title in self._choices.items():
            self.setItemText(self.findData(id_), _(title))


class FigureForm(Form):
    """Asks for all of it. Signals: `changed()`; `folder_asked()`."""

    changed = Signal()
    folder_asked = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = choices.folder
        self.setMinimumWidth(310)
        self.format = Formats()
        self.scale = Choice(SCALES)
        self.ground = Choice(GROUNDS)
        self.caption = QCheckBox()
        self.name = TemplateField(choices.template)
        self.folder = QPushButton()
        self.result = QLabel()
        self._build()
        self.format.setValue(choices.format_id if self.format.findData(choices.format_id) >= 0 else "png")
        self.scale.setValue(str(choices.wish.scale))
        self.ground.setValue("none" if choices.wish.transparent else "theme")
        self.caption.setChecked(choices.wish.caption)
        self.format.show_whole()
        for choice in (self.format, self.scale, self.ground):
            choice.currentIndexChanged.connect(self._change)
        self.caption.toggled.connect(self._change)
        self.name.edited.connect(self._change)
        self._show_rows()
        self.restyle()
        self.retranslate()

    @property
    def choices(self) -> Choices:
        """What is chosen."""
        wish = FigureWish(int(self.scale.value()), self.ground.value() == "none", self.caption.isChecked())
        return Choices(self.format.value(), wish, self.name.template, self._folder)

    def set_folder(self, folder: Path) -> None:
        """Save into another folder."""
        self._folder = folder
        self.retranslate()
        self._change()

    def show_result(self, name: str) -> None:
        """Show the name that the template gives."""
        self.result.setText(name)
        self.result.setToolTip(plain(name))

    def retranslate(self) -> None:
        """Name the folder again."""
        metrics = QFontMetricsF(self.folder.font())
        name = self._folder.name or str(self._folder)
        self.folder.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _FOLDER_ROOM).replace("&", "&&"))
        self.folder.setToolTip(plain(str(self._folder)))

    def restyle(self) -> None:
        """Take the icon from the theme."""
        super().restyle()
        self.folder.setIcon(icon("folder-outline", self))

    def _build(self) -> None:
        self.heading(mark("Format"))
        self.row(mark("Save as"), self.format, mark("A picture of what is seen, or the numbers behind it"))
        self.row(mark("Size"), self.scale, mark("Pixels of the picture for each of the screen"))
        self.row(mark("Background"), self.ground, mark("What is behind the view"))
        self.say(self.caption.setText, mark("Title and facts below it"))
        self.say(self.caption.setToolTip, mark("They are in the file's metadata in any case"))
        self.wide(self.caption)
        self.heading(mark("File"))
        label = self.row(mark("Name"), self.name)
        label.setBuddy(self.name.line)
        self.row(mark("Folder"), self.folder)
        self.say(self.folder.setAccessibleName, mark("Folder to save into"))
        self.folder.setAutoDefault(False)
        self.folder.clicked.connect(self.folder_asked)
        self.result.setWordWrap(True)
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.setMinimumWidth(40)
        self._muted.append(self.result)
        self.wide(self.result)
        self.layout_.addStretch(1)

    def _change(self) -> None:
        self._show_rows()
        self.changed.emit()

    def _show_rows(self) -> None:
        """Ask only what matters for the format."""
        picture = self.format.value() in PICTURES
        self.set_row_visible(self.scale, self.format.value() == "png")
        self.set_row_visible(self.ground, picture)
        self.caption.setVisible(picture)
