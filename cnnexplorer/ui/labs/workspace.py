"""The list of labs: what there is, how far each is, and the way into it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import BrokenLab
from cnnexplorer.labs.reading import is_lab_name, lab_id
from cnnexplorer.ui.actions import ACTIONS
from cnnexplorer.ui.folders import first_folder
from cnnexplorer.ui.language import SaidWhenSeen, Speaking, _
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.theme import icon

from .about import AboutLab
from .lab_tree import LabTree
from .shelf import Entry, Group, find_labs

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent

    from cnnexplorer.ui.actions import Actions
    from cnnexplorer.ui.settings import Settings

    from .store import Store

ROOM_FOR_ICONS = 1000  # pixels
ACTION_ICONS = {spec.id: spec.icon for spec in ACTIONS}


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
        self._wanted: str | None = None
        self.setAcceptDrops(True)
        self.tree = LabTree()
        self.about = AboutLab()
        self.add, self.remove, self.edit = QPushButton(), QPushButton(), QPushButton()
        self._icons: dict[QPushButton, str] = {}
        self._is_narrow = False
        self._build()
        self._connect()
        self.restyle()
        self._choose()

    @property
    def entry(self) -> Entry | None:
        """The chosen lab."""
        return self.tree.entry

    @property
    def foot_height(self) -> int:
        """How high the row of buttons below the list is, in pixels, with what lies around it."""
        return self.height() - self._foot.geometry().top() if self._foot.geometry().isValid() else 0

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
        self.refresh(None if path.is_dir() else lab_id(path.name))

    def close_work(self) -> None:
        """Wait for work under way; to be called before the program ends."""
        self._task.close()

    # Qt's side

    def restyle(self) -> None:
        """Take icons from the theme, but where the texts need the room."""
        for button, name in self._icons.items():
            button.setIcon(QIcon() if self._is_narrow else icon(name, self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the buttons' icons out where there is little room."""
        super().resizeEvent(event)
        if self._is_narrow != (self.width() < ROOM_FOR_ICONS):
            self._is_narrow = not self._is_narrow
            self.restyle()

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
        for button, name, text, tip in (
            (self.add, "folder-plus-outline", mark("Add a folder…"),
             mark("Put a folder of labs into the list, also one on the network")),
            (self.remove, "folder-remove-outline", mark("Take out"),
             mark("Take the chosen folder or file out of the list; nothing is deleted")),
            (self.edit, "pencil-outline", mark("Edit…"),
             mark("Open the chosen lab in the editor; one of the program as a copy")),
        ):  # fmt: skip
            self.say(button.setText, text)
            self.tip(button, tip)
            self._icons[button] = name
        self._foot = tools = QHBoxLayout()
        tools.setSpacing(4)
        for id_ in ("practice", "new_lab"):
            button = QPushButton()
            action = self._actions[id_]
            button.clicked.connect(action.trigger)
            self._follow(button, id_)
            self._icons[button] = ACTION_ICONS[id_]
            tools.addWidget(button)
        tools.addWidget(self.edit)
        tools.addStretch(1)
        tools.addWidget(self.remove)
        tools.addWidget(self.add)
        left = QVBoxLayout()
        left.setContentsMargins(12, 12, 12, 12)
        left.setSpacing(8)
        left.addWidget(self.tree, 1)
        left.addLayout(tools)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.about)

    def _follow(self, button: QPushButton, id_: str) -> None:
        """Let a button look like an action."""
        action = self._actions[id_]

        def show() -> None:
            button.setText(action.text().replace("&", ""))
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
        wanted, self._wanted = self._wanted, None
        self.tree.show_groups(groups, wanted)

    def _choose(self) -> None:
        entry, group = self.entry, self.tree.group
        self.about.show_entry(entry)
        self.edit.setEnabled(entry is not None)
        removable = (group is not None and group.folder is not None) or self._is_single(entry)
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
        start = first_folder(self._settings.get("labs_folder", ""))
        name = QFileDialog.getExistingDirectory(self, _("Add a folder of labs"), str(start))
        if name:
            self._settings.set("labs_folder", name)
            self.add_place(Path(name))

    def _take_out(self) -> None:
        entry, group = self.entry, self.tree.group
        place = group.folder if group is not None else None if entry is None else entry.path
        self._settings.set_lab_places([other for other in self._settings.lab_places() if other != place])
        self.refresh()

    def _edit(self) -> None:
        if self.entry is not None:
            self.edit_asked.emit(self.entry)

    def _failed(self, error: BaseException) -> None:
        raise error


def _is_place(path: Path) -> bool:
    return is_lab_name(path.name) or path.is_dir()
