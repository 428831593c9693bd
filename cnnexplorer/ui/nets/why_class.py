"""Which class is to be explained: the most probable, one of the five, or any other by number or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from cnnexplorer.core.messages import SettingError, mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import icon

from .names import class_title, percent_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.nets import Computed

_FOLLOW = -1

MAX_DIGITS = 18  # what is longer is no class's number, and Python refuses to read very long ones


class _Classes(QComboBox):
    closed = Signal()

    def hidePopup(self) -> None:
        """Tell that the list is closed."""
        super().hidePopup()
        self.closed.emit()

    def wheelEvent(self, event: object) -> None:
        """Leave the wheel to scrolling: a list passed by the mouse must not change."""
        event.ignore()  # type: ignore[attr-defined]


class ClassPicker(Speaking, QWidget):
    """The most probable classes in a list, and a line that finds any other.

    Signals: `chosen(class index, or None for the most probable)`, `refused(error)`.
    """

    chosen = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._computed: Computed | None = None
        self._index: int | None = None
        self._titles: tuple[str, ...] = ()
        self.label, self.choice, self.search = QLabel(), _Classes(), QLineEdit()
        self.say(self.label.setText, mark("Class"))
        self.label.setBuddy(self.choice)
        self.tip(self.choice, mark("The class to explain; the most probable one follows the picture"))
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(14)
        self.choice.activated.connect(self._activate)
        # queued: what was chosen comes first
        self.choice.closed.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self.say(self.search.setPlaceholderText, mark("Any class: number or name"))
        self.say(self.search.setAccessibleName, mark("Search a class"))
        self.say(self.search.setToolTip, mark("Search any class of the network by its number or a part of its name"))
        self.search.setClearButtonEnabled(True)
        self._glass = self.search.addAction(icon("magnify", self, "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.choice.setMaximumWidth(460)
        self.search.setMaximumWidth(320)
        self._names = QStringListModel(self)
        self.completer = QCompleter(self._names, self)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setMaxVisibleItems(12)
        self.search.setCompleter(self.completer)
        # queued: the line takes the text itself first
        self.completer.activated[str].connect(self._take, Qt.ConnectionType.QueuedConnection)  # type: ignore[index]
        self.search.returnPressed.connect(lambda: self._take(self.search.text()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.choice, 3)
        row.addWidget(self.search, 2)
        row.addStretch()
        self.setEnabled(False)

    @property
    def index(self) -> int | None:
        """The class that was chosen; None while the most probable is followed."""
        return self._index

    def show_classes(self, computed: Computed | None, index: int | None) -> None:
        """Offer the classes of a network, with what it makes of the picture."""
        if self._computed is None or computed is None or computed.network is not self._computed.network:
            self._titles = ()
        self._computed, self._index = computed, index
        self.setEnabled(computed is not None)
        if computed is not None and not self._titles:
            names: Sequence[str | None] = computed.network.categories or (None,) * len(computed.probabilities)
            self._titles = tuple(class_title(place, name) for place, name in enumerate(names))
            self._names.setStringList(self._entries())
        self._show()

    def retranslate(self) -> None:
        """Name the classes again."""
        computed, self._titles = self._computed, ()
        self.show_classes(computed, self._index)

    def restyle(self) -> None:
        """Take the icon from the theme."""
        self._glass.setIcon(icon("magnify", self, "muted"))

    def title(self, index: int) -> str:
        """Return what a class is called."""
        return self._titles[index]

    def class_of(self, text: str) -> int:
        """Return the class of a number, of a name, or the only one with a text in its name.

        Raises
        ------
        SettingError
            There is none, or more than one.
        """
        wanted = " ".join(text.split()).casefold()
        number = wanted.partition(" · ")[0]
        last = len(self._titles) - 1
        if number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS:
            if int(number) > last:
                raise SettingError("there is no class {index}: use 0 to {last}", index=int(number), last=last)
            return int(number)
        names = [title.casefold() for title in self._titles]
        found = [place for place, name in enumerate(names) if name == wanted]
        found = found or [place for place, name in enumerate(names) if wanted in name]
        if not found:
            raise SettingError(
                "no class is called “{text}”: type a number from 0 to {last}, or a part of a name",
                text=text.strip()[:40],
                last=last,
            )
        if len(found) > 1:
            raise SettingError(
                "{count} classes have “{text}” in their names: choose one of the list, or type its number",
                count=len(found),
                text=text.strip()[:40],
            )
        return found[0]

    def _entries(self) -> list[str]:
        return [
            title if str(place) in title.split() else f"{place} · {title}" for place, title in enumerate(self._titles)
        ]

    def _show(self) -> None:
        if self.choice.view().isVisible():  # a live picture must not change the list under the mouse
            return
        computed = self._computed
        entries = []
        if computed is not None:
            best = computed.guesses[0].index
            entries = [(_("Most probable: {name}").format(name=self.title(best)), _FOLLOW)]
            entries += [(self._entry(computed, guess.index), guess.index) for guess in computed.guesses]
            if self._index is not None and self._index not in [index for _text, index in entries]:
                entries.append((self._entry(computed, self._index), self._index))
        if entries != [
            (self.choice.itemText(place), self.choice.itemData(place)) for place in range(self.choice.count())
        ]:
            self.choice.clear()
            for text, index in entries:
                self.choice.addItem(text, index)
        self.choice.setCurrentIndex(self.choice.findData(_FOLLOW if self._index is None else self._index))

    def _entry(self, computed: Computed, index: int) -> str:
        return f"{self.title(index)}: {percent_text(float(computed.probabilities[index]))}"

    def _activate(self, _place: int) -> None:
        index = self.choice.currentData()
        self.chosen.emit(None if index == _FOLLOW else index)

    def _take(self, text: str) -> None:
        if not text.strip():
            return
        try:
            index = self.class_of(text)
        except SettingError as error:
            self.refused.emit(error)
            return
        self.chosen.emit(index)
        self.search.setText("")
