"""The tree that lists the labs by where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import BrokenLab
from cnnexplorer.labs.reading import lab_id
from cnnexplorer.ui.language import Speaking, _, language, plain
from cnnexplorer.ui.theme import colours, icon
from cnnexplorer.ui.trouble import told

from .about import LEVELS, broken_text, progress_text
from .shelf import OF_PROGRAM, SINGLE, Entry, Group

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

    from cnnexplorer.labs.progress import Progress

ENTRY = Qt.ItemDataRole.UserRole
HEADERS = (mark("Lab"), mark("Level"), mark("Minutes"), mark("Progress"))
TITLE, LEVEL, MINUTES, PROGRESS = range(len(HEADERS))
WIDTHS = {LEVEL: 110, MINUTES: 80, PROGRESS: 240}  # pixels
NARROW_PROGRESS = 190
ROOM_FOR_ALL = 760  # pixels: the least width for all columns; what the others say is told beside the tree as well
ROW, MARGIN = 30, 6  # pixels: a row of one line, and what lies around a text


class LabTree(Speaking, QTreeWidget):
    """Lists labs. A title that is longer than its column takes several lines."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: tuple[Group, ...] = ()
        self.setColumnCount(len(HEADERS))
        self.setWordWrap(True)
        self.setUniformRowHeights(False)
        self.tip(self, mark("The labs; Enter or a double click begins one"))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TITLE, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        header.sectionResized.connect(lambda *_section: self._fit_rows())
        self.retranslate()

    @property
    def entry(self) -> Entry | None:
        """The chosen lab."""
        found = self._found()
        return found if isinstance(found, Entry) else None

    @property
    def group(self) -> Group | None:
        """The chosen group of labs."""
        found = self._found()
        return found if isinstance(found, Group) else None

    def show_groups(self, groups: Sequence[Group], wanted: str | None = None) -> None:
        """List labs; `wanted` is the id of the one to choose, else that which was chosen stays so."""
        self._groups = tuple(groups)
        self._fill(wanted)

    def retranslate(self) -> None:
        """Say the names of the labs."""
        self.setHeaderLabels([_(text) for text in HEADERS])
        self._fill()

    def restyle(self) -> None:
        """Take icons and colours from the theme."""
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the titles the room where there is little."""
        super().resizeEvent(event)
        narrow = self.width() < ROOM_FOR_ALL
        if narrow != self.isColumnHidden(LEVEL):
            for column in (LEVEL, MINUTES):
                self.setColumnHidden(column, narrow)
            self.header().resizeSection(PROGRESS, NARROW_PROGRESS if narrow else WIDTHS[PROGRESS])

    # the inside

    def _found(self) -> object:
        item = self.currentItem()
        return None if item is None else item.data(0, ENTRY)

    def _fill(self, wanted: str | None = None) -> None:
        chosen = wanted or id_of(self.entry)
        self.clear()
        for group in self._groups:
            top = self._top(group)
            self.addTopLevelItem(top)
            top.setFirstColumnSpanned(True)
            top.setExpanded(True)
            if group.error is not None:
                top.addChild(self._trouble_item(told(group.error)))
            for entry in group.entries:
                item = self._item(entry)
                top.addChild(item)
                if id_of(entry) == chosen:
                    self.setCurrentItem(item)
        program = self.topLevelItem(0)
        first = None if program is None else program.child(0)
        if self.currentItem() is None and first is not None:
            self.setCurrentItem(first)
        if not self._groups:
            self.addTopLevelItem(QTreeWidgetItem([_("Looking for labs…")]))
        self._fit_rows()

    def _top(self, group: Group) -> QTreeWidgetItem:
        top = QTreeWidgetItem([_(group.title) if group.title in (OF_PROGRAM, SINGLE) else group.title])
        font = top.font(TITLE)
        font.setBold(True)
        top.setFont(TITLE, font)
        top.setSizeHint(TITLE, QSize(0, ROW))
        top.setData(0, ENTRY, group)
        if group.folder is not None:
            top.setToolTip(TITLE, plain(str(group.folder)))
        return top

    def _item(self, entry: Entry) -> QTreeWidgetItem:
        lab = entry.lab
        if isinstance(lab, BrokenLab):
            item = self._trouble_item(lab.name)
            item.setToolTip(TITLE, plain(broken_text(lab.error)))
        else:
            item = QTreeWidgetItem(
                [lab.lab.title.of(language()), _(LEVELS[lab.lab.level]), str(lab.lab.minutes), progress_text(entry)]
            )
            if entry.progress is not None:
                item.setIcon(PROGRESS, icon(*_sign_of(entry.progress, self)))
                item.setToolTip(PROGRESS, progress_text(entry))
        item.setData(0, ENTRY, entry)
        return item

    def _trouble_item(self, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text])
        item.setIcon(TITLE, icon("alert-circle-outline", self, "error"))
        item.setForeground(TITLE, QBrush(colours(self).colour("error")))
        return item

    def _fit_rows(self) -> None:
        """Make room for texts of several lines: a tree asks for the height of one."""
        beside = {TITLE: 2 * self.indentation(), PROGRESS: self.iconSize().width() + MARGIN}
        for item in self._items():
            height = ROW
            for column, taken in beside.items():
                taken += 0 if column == PROGRESS or item.icon(column).isNull() else self.iconSize().width() + MARGIN
                room = QRect(0, 0, max(self.columnWidth(column) - taken - 2 * MARGIN, 40), 10_000)
                text = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text(column))
                height = max(height, text.height() + 2 * MARGIN)
            for column in range(len(HEADERS)):
                item.setSizeHint(column, QSize(0, height))

    def _items(self) -> Iterator[QTreeWidgetItem]:
        for place in range(self.topLevelItemCount()):
            top = self.topLevelItem(place)
            assert top is not None
            for row in range(top.childCount()):
                child = top.child(row)
                assert child is not None
                yield child


def id_of(entry: Entry | None) -> str | None:
    """Return what a lab in the list is called in settings and reports; None where there is none."""
    if entry is None:
        return None
    return lab_id(entry.lab.name) if isinstance(entry.lab, BrokenLab) else entry.lab.id


def _sign_of(progress: Progress, widget: QWidget) -> tuple[str, QWidget, str]:
    """Return icon, widget and colour for how far a lab is; answers that were shown are no solved ones."""
    if not progress.finished:
        return "progress-check", widget, "muted"
    shown = any(step.status == "shown" for step in progress.steps)
    return ("eye-check-outline", widget, "kernel") if shown else ("check-circle", widget, "output")
