"""The list of labs: what there is, how far each is, and the way into it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import BrokenLab
from cnnexplorer.ui.language import SaidWhenSeen, Speaking, _, language
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.theme import colours, icon

from .about import LEVELS, AboutLab, progress_text
from .shelf import OF_PROGRAM, SINGLE, Entry, Group, find_labs

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from cnnexplorer.labs.progress import Progress
    from cnnexplorer.ui.actions import Actions
    from cnnexplorer.ui.settings import Settings

    from .store import Store

ROW = 30  # pixels
ENTRY = Qt.ItemDataRole.UserRole
HEADERS = (mark("Lab"), mark("Level"), mark("Minutes"), mark("Progress"))


class LabsWorkspace(SaidWhenSeen, Speaking, QWidget):
    """Lists the labs.

    Signals: `start_asked(entry, anew)`, `report_asked(entry)`, `edit_asked(path)`, `refused(error)`.
    """

    start_asked = Signal(object, bool)
    report_asked = Signal(object)
    edit_asked = Signal(object)
    refused = Signal(object)

    def __init__(self, actions: Actions, settings: Settings, store: Store, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions, self._settings, self._store = actions, settings, store
        self._task = LatestTask(self)
        self._groups: tuple[Group, ...] = ()
        self._wanted: str | None = None
        self.setAcceptDrops(True)
        self.tree = QTreeWidget()
        self.about = AboutLab()
        self.add, self.remove, self.edit = QPushButton(), QPushButton(), QPushButton()
        self._build()
        self._connect()
        self.restyle()

    @property
    def entry(self) -> Entry | None:
        """The chosen lab."""
        item = self.tree.currentItem()
        found = None if item is None else item.data(0, ENTRY)
        return found if isinstance(found, Entry) else None

    def refresh(self, wanted: str | None = None) -> None:
        """Look for labs again, off the GUI thread; `wanted` is the id of the one to choose then."""
        self._wanted = wanted or self._wanted
        places = self._settings.lab_places()
        self._task.start(lambda: find_labs(places, self._store), self._show, self._failed)

    def add_place(self, path: Path) -> None:
        """Put a folder of labs, or a lab's file, into the list."""
        path = path.absolute()
        places = self._settings.lab_places()
        if path not in places:
            self._settings.set_lab_places([*places, path])
        self.refresh(None if path.is_dir() else path.name.removesuffix(".toml"))

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._task.close()

    # Qt's side

    def retranslate(self) -> None:
        """Say the names of the labs."""
        self.tree.setHeaderLabels([_(text) for text in HEADERS])
        self._fill()

    def restyle(self) -> None:
        """Take icons from the theme."""
        for button, name in ((self.add, "folder-plus-outline"), (self.remove, "folder-remove-outline"),
                             (self.edit, "pencil-outline")):  # fmt: skip
            button.setIcon(icon(name, self))
        self._fill()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept folders and lab files."""
        if any(_is_place(Path(url.toLocalFile())) for url in event.mimeData().urls() if url.isLocalFile()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take folders and lab files in."""
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            if url.isLocalFile() and _is_place(path):
                self.add_place(path)
                event.acceptProposedAction()

    # building

    def _build(self) -> None:
        self.tree.setColumnCount(len(HEADERS))
        self.tree.setRootIsDecorated(True)
        self.tree.setUniformRowHeights(False)
        self.tip(self.tree, mark("The labs; Enter or a double click begins one"))
        header = self.tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 110), (2, 80), (3, 240)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width)
        header.setStretchLastSection(False)
        for button, text, tip in (
            (self.add, mark("Add a folder…"), mark("Put a folder of labs into the list, also one on the network")),
            (
                self.remove,
                mark("Take out"),
                mark("Take the chosen folder or file out of the list; nothing is deleted"),
            ),
            (self.edit, mark("Edit…"), mark("Open the chosen lab in the editor; one of the program as a copy")),
        ):
            self.say(button.setText, text)
            self.tip(button, tip)
        tools = QHBoxLayout()
        for id_ in ("practice", "new_lab"):
            button = QPushButton()
            action = self._actions[id_]
            button.clicked.connect(action.trigger)
            self._follow(button, id_)
            tools.addWidget(button)
        tools.addWidget(self.edit)
        tools.addStretch(1)
        tools.addWidget(self.remove)
        tools.addWidget(self.add)
        left = QVBoxLayout()
        left.setContentsMargins(14, 12, 14, 12)
        left.setSpacing(8)
        left.addWidget(self.tree, 1)
        left.addLayout(tools)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.about)
        self.tree.setHeaderLabels([_(text) for text in HEADERS])

    def _follow(self, button: QPushButton, id_: str) -> None:
        """Let a button look like an action."""
        action = self._actions[id_]

        def show() -> None:
            button.setText(action.text().replace("&", ""))
            button.setIcon(action.icon())
            button.setToolTip(action.toolTip())
            button.setAccessibleName(action.text().replace("&", ""))

        action.changed.connect(show)
        show()

    def _connect(self) -> None:
        self.tree.currentItemChanged.connect(lambda *_items: self._choose())
        self.tree.itemActivated.connect(lambda *_item: self._start(False))
        self.add.clicked.connect(self._ask_folder)
        self.remove.clicked.connect(self._take_out)
        self.edit.clicked.connect(self._edit)
        self.about.start.clicked.connect(partial(self._start, False))
        self.about.again.clicked.connect(partial(self._start, True))
        self.about.report.clicked.connect(self._report)

    # what is shown

    def _show(self, groups: tuple[Group, ...]) -> None:
        self._groups = groups
        self._fill()

    def _fill(self) -> None:
        chosen = self._wanted or _id_of(self.entry)
        self._wanted = None if self._groups else self._wanted
        self.tree.clear()
        for group in self._groups:
            title = _(group.title) if group.title in (OF_PROGRAM, SINGLE) else group.title
            top = QTreeWidgetItem([title])
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            top.setSizeHint(0, QSize(0, ROW))
            top.setData(0, ENTRY, group)
            if group.folder is not None:
                top.setToolTip(0, str(group.folder))
            self.tree.addTopLevelItem(top)
            top.setFirstColumnSpanned(True)
            top.setExpanded(True)
            if group.error is not None:
                top.addChild(self._trouble_item(group.error.sentence(_)))
            for entry in group.entries:
                item = self._item(entry)
                top.addChild(item)
                if _id_of(entry) == chosen:
                    self.tree.setCurrentItem(item)
        program = self.tree.topLevelItem(0)
        first = None if program is None else program.child(0)
        if self.tree.currentItem() is None and first is not None:
            self.tree.setCurrentItem(first)
        if not self._groups:
            self.tree.addTopLevelItem(QTreeWidgetItem([_("Looking for labs…")]))
        self._choose()

    def _item(self, entry: Entry) -> QTreeWidgetItem:
        lab = entry.lab
        if isinstance(lab, BrokenLab):
            item = self._trouble_item(lab.name)
            item.setToolTip(0, lab.error.sentence(_))
        else:
            item = QTreeWidgetItem(
                [lab.lab.title.of(language()), _(LEVELS[lab.lab.level]), str(lab.lab.minutes), progress_text(entry)]
            )
            if entry.progress is not None:
                item.setIcon(3, icon(*_sign_of(entry.progress, self)))
                item.setToolTip(3, progress_text(entry))
        item.setData(0, ENTRY, entry)
        for column in range(len(HEADERS)):
            item.setSizeHint(column, QSize(0, ROW))
        return item

    def _trouble_item(self, text: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text])
        item.setIcon(0, icon("alert-circle-outline", self, "error"))
        item.setForeground(0, QBrush(colours(self).colour("error")))
        return item

    def _choose(self) -> None:
        entry, item = self.entry, self.tree.currentItem()
        group = None if item is None else item.data(0, ENTRY)
        self.about.show_entry(entry)
        self.edit.setEnabled(entry is not None)
        removable = (isinstance(group, Group) and group.folder is not None) or self._is_single(entry)
        self.remove.setEnabled(removable)

    def _is_single(self, entry: Entry | None) -> bool:
        return entry is not None and entry.path is not None and entry.path in self._settings.lab_places()

    # what is done

    def _start(self, anew: bool) -> None:
        entry = self.entry
        if entry is not None and not isinstance(entry.lab, BrokenLab):
            self.start_asked.emit(entry, anew)

    def _report(self) -> None:
        if self.entry is not None:
            self.report_asked.emit(self.entry)

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, _("Add a folder of labs"), self._settings.get("labs_folder", ""))
        if name:
            self._settings.set("labs_folder", name)
            self.add_place(Path(name))

    def _take_out(self) -> None:
        item = self.tree.currentItem()
        found = None if item is None else item.data(0, ENTRY)
        place = found.folder if isinstance(found, Group) else found.path if isinstance(found, Entry) else None
        self._settings.set_lab_places([other for other in self._settings.lab_places() if other != place])
        self.refresh()

    def _edit(self) -> None:
        if self.entry is not None:
            self.edit_asked.emit(self.entry)

    def _failed(self, error: BaseException) -> None:
        raise error


def _is_place(path: Path) -> bool:
    return path.suffix.lower() == ".toml" or path.is_dir()


def _sign_of(progress: Progress, widget: QWidget) -> tuple[str, QWidget, str]:
    """Return icon, widget and colour for how far a lab is; answers that were shown are no solved ones."""
    if not progress.finished:
        return "progress-check", widget, "muted"
    shown = any(step.status == "shown" for step in progress.steps)
    return ("eye-check-outline", widget, "kernel") if shown else ("check-circle", widget, "output")


def _id_of(entry: Entry | None) -> str | None:
    if entry is None:
        return None
    return entry.lab.name.removesuffix(".toml") if isinstance(entry.lab, BrokenLab) else entry.lab.id
