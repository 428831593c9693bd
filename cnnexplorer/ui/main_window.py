"""The window: rail, workspace, menus, banner and status bar."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QActionGroup, QContextMenuEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.catalogue import LANGUAGES
from cnnexplorer.core import Activation, Convolution, Experiment, ImageError, UserError
from cnnexplorer.core.messages import mark
from cnnexplorer.core.metadata import session_in_png
from cnnexplorer.core.session import is_session, session_bytes

from .actions import ACTIONS, MENUS, Actions, plain
from .conv.workspace import ConvWorkspace
from .desk import Desk
from .documents import Document, ask_file, damaged_session
from .field_keys import FieldKeys
from .figures.desk import FigureDesk
from .help_pages import AboutPage, CommandPalette, ShortcutsPage, Tour, has_torch
from .lab_room import LabRoom
from .language import Speaking, _, language, use_language
from .nets.entrance import NetEntrance
from .recent_menu import RecentMenu
from .side_room import SideRoom, needs_picture, needs_settings, room_for_inspector, room_for_picture
from .theme import THEMES, icon, use_theme
from .trouble import Banner

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent

    from .figures.takeaway import Takeaway
    from .nets.workspace import NetWorkspace
    from .settings import Settings

    Pair = tuple[int, int]

# before these, a line in the menu
SEPARATED = (
    "quit", "theme_system", "language_en", "enlarge", "first", "slower", "palette", "paste", "add_convolution",
    "copy_figure", "save_figure", "folder", "page_overview", "go_back", "lab_next", "lab_report", "fit",
)  # fmt: skip


LEAST, WITH_LAB = 900, 1016  # pixels: the window's least width, alone and with a lab's column
BESIDE_LAB = 620  # pixels: the least width of a workspace beside that column
# what every workspace does in its own way
SHARED = ("paste", "undo", "redo", "fit", "save_layers", "record")
LIVE = mark("picture of the Convolution workspace")
LIVE_SCALED = mark("picture of the Convolution workspace, its values brought to 0 to 1")
RAIL_ICONS = {spec.id: spec.icon for spec in ACTIONS if spec.id.startswith("workspace_")}
ACTION_TEXTS = {spec.id: spec.text for spec in ACTIONS}
ACTION_TIPS = {spec.id: spec.tip for spec in ACTIONS}


class MainWindow(Speaking, QMainWindow):
    """The program's window."""

    def __init__(self, settings: Settings, log_path: Path | None = None) -> None:
        super().__init__()
        self._settings, self._log_path = settings, log_path
        self.tour: Tour | None = None
        self._workspace: Literal["conv", "net", "labs"] = "conv"
        self._scale = 0.0
        self._took = {"conv": 0.0, "net": 0.0, "labs": 0.0}
        self._device = ""
        self._panel_width = 0
        self.setMinimumSize(LEAST, 560)
        self.setAcceptDrops(True)
        self.actions_ = Actions(self)
        self._field_keys = FieldKeys(self, self.actions_)
        self.banner = Banner()
        self.conv = ConvWorkspace(self.actions_, settings)
        self.net = NetEntrance(self.actions_, settings)
        self.desk = Desk(self.conv, self.net, self.actions_, self)
        self.document = Document(self.desk, settings, self)
        self.labs = LabRoom(self.conv, self.net, self.desk, self.actions_, settings, self)
        self._side = SideRoom(self.actions_["inspector"], self.labs, room_for_inspector, needs_settings)
        self._column = SideRoom(self.actions_["column"], self.labs, room_for_picture, needs_picture)
        self._workspaces = QStackedWidget()
        for workspace in (self.conv, self.net, self.labs.workspace):
            self._workspaces.addWidget(workspace)
        self.figures = FigureDesk(self, settings, self.takeaways, self._take_session)
        self._build()
        self._build_menus()
        self._build_status()
        self._connect()
        self._restore()

    def open_file(self, path: Path) -> None:
        """Open a picture or a session, as from the command line."""
        self.banner.clear()
        self.document.cancel()
        if self.labs.takes(path, self._workspace == "labs"):
            self.labs.add(path)
            self.show_workspace("labs")
        elif is_session(path):
            self.document.open(path)
        elif (carried := session_in_png(path)) is not None:
            self.document.open_bytes(carried, path.name, lambda: self._open_picture(path, damaged_session(path)))
        else:
            self._open_picture(path)

    def _open_picture(self, path: Path, note: UserError | None = None) -> None:
        """Open a picture in the workspace in front; then there may be something to tell of it."""

        def opened() -> None:
            if note is not None:
                self.show_trouble(note)

        if self._workspace == "net" and self.net.workspace is not None:
            self.net.workspace.open_file(path, opened)
        else:
            self.conv.pictures.open(path, self, opened)

    def show_trouble(self, error: UserError) -> None:
        """Tell of expected trouble."""
        self.banner.show_error(error)
        self._place_banner()

    def save_figure(self, widget: QWidget | None = None, data: bool = False) -> None:
        """Ask which view is saved, and how; what a widget shows is chosen already, or the numbers behind it."""
        self.conv.player.pause()
        self.figures.save(widget, data)

    def start_tour(self) -> None:
        """Show the window in five steps."""
        if self.tour is not None:
            return
        self.show_workspace("conv")
        self.conv.player.pause()
        self.actions_["inspector"].setChecked(True)
        self._show_columns()
        targets = {
            "input": lambda: self.conv.strip.cards["input", -1],
            "kernel": lambda: self.conv.inspector.convolution.matrix,
            "stages": lambda: self.conv.strip,
            "arithmetic": lambda: self.conv.arithmetic,
            "transport": lambda: self.conv.transport,
        }
        self.tour = Tour(targets, self)
        self.tour.shown.connect(self._show_tour_page)
        self._show_tour_page("input")
        self.tour.finished.connect(self._end_tour)

    # Qt's side

    def retranslate(self) -> None:
        """Say the menus' and the actions' texts."""
        self.actions_.retranslate()
        for id_, menu in self._menus.items():
            menu.setTitle(_(MENUS[id_]))
        self.recent.setTitle(_("Open &recent"))
        for id_, button in self._rail.items():
            button.setText(plain(_(ACTION_TEXTS[id_])))
        self._show_title()
        self._show_status()
        self._show_history()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.actions_.restyle()
        self.actions_.show_playing(self.conv.player.playing)
        for id_, button in self._rail.items():
            role = "accent" if id_ == f"workspace_{self._workspace}" else "muted"
            button.setIcon(icon(RAIL_ICONS[id_], self, role))
        self.theme_button.setIcon(icon("theme-light-dark", self, "muted"))
        self.language_button.setIcon(icon("translate", self, "muted"))
        self.help_button.setIcon(icon("help-circle-outline", self, "muted"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the action of a plain key that no widget wanted."""
        if not self.actions_.take_key(event):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be taken of the view under the mouse, where it has no menu of its own."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        widget = QApplication.focusWidget() if by_key else self.childAt(self.mapFromGlobal(event.globalPos()))
        if widget is not None:
            self.figures.popup(widget, event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files, pictures and text."""
        data = event.mimeData()
        if data.hasUrls() or data.hasImage() or data.hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what is dropped."""
        self.banner.clear()
        file = next((Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()), None)
        if file is not None:
            self.open_file(file)
            event.acceptProposedAction()
            return
        net = self.net.workspace if self._workspace == "net" else None
        if net.take(event.mimeData()) if net is not None else self.conv.pictures.take(event.mimeData(), self):
            event.acceptProposedAction()
        else:
            self.show_trouble(ImageError("nothing that was dropped is a picture: drop a picture file"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is not saved; remember the settings, and wait for work under way."""
        if not self.labs.desk.close_editors():
            event.ignore()
            return
        if self.document.is_modified or self.document.is_saving:
            event.ignore()
            self.document.ask_to_leave(self._leave)
            return
        self.conv.save_settings()
        if self.net.workspace is not None:
            self.net.workspace.save_settings()
        self._settings.set_bytes("geometry", self.saveGeometry())
        self._settings.set("inspector", self._side.wished)
        self._settings.set("column", self._column.wished)
        self.hide()  # work under way may take seconds to end
        self.labs.close_work()
        self.document.close_work()
        self.desk.close_work()
        self.conv.close_work()
        self.net.close_work()
        self.figures.close_work()
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the banner over the lower edge of the window's middle."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place_banner()
        return super().eventFilter(watched, event)

    # building

    def _build(self) -> None:
        rail = QWidget()
        column = QVBoxLayout(rail)
        column.setContentsMargins(3, 8, 3, 8)
        column.setSpacing(6)
        self._rail: dict[str, QToolButton] = {}
        for id_ in RAIL_ICONS:
            button = self._rail[id_] = QToolButton()
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(QSize(24, 24))
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.clicked.connect(self.actions_[id_].trigger)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.tip(button, ACTION_TIPS[id_])
            column.addWidget(button)
        self.theme_button = self._rail_menu(mark("Light or dark"))
        self.language_button = self._rail_menu(mark("Language"))
        self.help_button = self._rail_menu(mark("Help"))
        column.addStretch(1)
        for button in (self.theme_button, self.language_button, self.help_button):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        center = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(rail)
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(self.labs.panel)
        self._columns.addWidget(self._workspaces)
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._workspaces.setMinimumWidth(BESIDE_LAB)  # else the widest page takes from the lab's column
        row.addWidget(self._columns, 1)
        layout = QVBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.banner.setParent(center)
        for followed in (center, self._workspaces):
            followed.installEventFilter(self)
        self._center = center
        layout.addLayout(row, 1)
        self.setCentralWidget(center)

    def _rail_menu(self, tip: str) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setIconSize(QSize(22, 22))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(QMenu(button))
        self.tip(button, tip)
        return button

    def _build_menus(self) -> None:
        self.recent = RecentMenu(self._settings, self)
        self._menus = {id_: self.menuBar().addMenu(_(title)) for id_, title in MENUS.items()}
        for spec in ACTIONS:
            if spec.id in SEPARATED:
                self._menus[spec.menu].addSeparator()
            self._menus[spec.menu].addAction(self.actions_[spec.id])
            if spec.id == "open":
                self._menus["file"].addMenu(self.recent)
        workspaces = QActionGroup(self)
        for id_ in RAIL_ICONS:
            workspaces.addAction(self.actions_[id_])
        pages = QActionGroup(self)
        for spec in ACTIONS:
            if spec.id.startswith("page_"):
                pages.addAction(self.actions_[spec.id])
        for ids, button in (
            ([f"theme_{name}" for name in THEMES], self.theme_button),
            ([f"language_{code}" for code in LANGUAGES], self.language_button),
        ):
            group = QActionGroup(self)
            for id_ in ids:
                group.addAction(self.actions_[id_])
            button.menu().addActions(group.actions())
        self.help_button.menu().addActions([self.actions_[id_] for id_ in ("palette", "shortcuts", "tour", "about")])

    def _build_status(self) -> None:
        self.status_cell, self.status_time, self.status_zoom = QLabel(), QLabel(), QLabel()
        self.status_device = QLabel()
        self.status_cell.setTextFormat(Qt.TextFormat.PlainText)  # a class's name may look like HTML
        self.status_cell.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.status_cell, 1)
        for label in (self.status_zoom, self.status_time, self.status_device):
            bar.addPermanentWidget(label)
        self.tip(self.status_device, "Where the maps are computed")
        self.tip(self.status_time, "Time of the last computation")
        self.tip(self.status_zoom, "Zoom of the map used last")

    def _connect(self) -> None:
        conv = self.conv.slots()
        slots: dict[str, Callable[[], object]] = {
            **{id_: slot for id_, slot in conv.items() if id_ not in SHARED},
            **{id_: partial(self._run_shared, id_) for id_ in SHARED},
            "workspace_conv": partial(self.show_workspace, "conv"),
            "workspace_net": partial(self.show_workspace, "net"),
            "workspace_labs": partial(self.show_workspace, "labs"),
            **self.labs.slots(),
            "save_figure": self.save_figure,
            "copy_figure": self.figures.copy,
            "new": self.document.new,
            "open": self._ask_file,
            "save": self.document.save,
            "save_as": self.document.save_as,
            "quit": self.close,
            "inspector": self._show_columns,
            "palette": lambda: CommandPalette(self.actions_, self).open(),
            "shortcuts": lambda: ShortcutsPage(self).open(),
            "tour": self.start_tour,
            "about": lambda: AboutPage(self._log_path, self).open(),
            **{f"theme_{name}": partial(self.set_theme, name) for name in THEMES},
            **{f"language_{code}": partial(self.set_language, code) for code in LANGUAGES},
        }
        self.actions_.connect_all(slots)
        self.actions_["column"].toggled.connect(self._show_columns)
        self.conv.refused.connect(self.show_trouble)
        self.conv.model.changed.connect(self._begin_timing)
        self.conv.model.computed.connect(self._show_time)
        self.conv.told.connect(self.status_cell.setText)
        for source in (self.conv.model, self.conv.pictures):
            source.busy_changed.connect(self._show_busy)
        self.conv.zoomed.connect(self._show_zoom)
        self.conv.model.history_changed.connect(self._show_history)
        self.figures.told.connect(self.status_cell.setText)
        self.figures.asked.connect(self.save_figure)
        self.conv.figure_asked.connect(self.save_figure)
        self.conv.menu_opened.connect(self.figures.add_to)
        self.net.refused.connect(self.show_trouble)
        self.net.ready.connect(self._adopt_network)
        self.desk.front_asked.connect(self.show_workspace)
        self.labs.front_asked.connect(self.show_workspace)
        self.labs.changed.connect(self._show_lab)
        self.labs.refused.connect(self.show_trouble)
        self.document.refused.connect(self.show_trouble)
        self.document.changed.connect(self._show_title)
        self.recent.chosen.connect(self.open_file)
        self._began = time.perf_counter()

    def _restore(self) -> None:
        room = self.screen().availableGeometry()
        self.resize(min(1280, room.width()), min(800, room.height()))
        self.restoreGeometry(self._settings.bytes("geometry"))
        self.actions_["inspector"].setChecked(self._settings.get("inspector", True))
        self.actions_["column"].setChecked(self._settings.get("column", True))
        self._show_columns()
        theme = self._settings.get("theme", "system")
        self.actions_[f"theme_{theme if theme in THEMES else 'system'}"].setChecked(True)
        self.actions_[f"language_{language()}"].setChecked(True)
        self.show_workspace("conv")
        self.retranslate()
        self.restyle()
        if not has_torch():
            self.show_trouble(
                UserError(
                    "torch is not installed, so networks are not available: run pip install torch torchvision; "
                    "everything else works"
                )
            )

    # what the actions do

    def set_theme(self, name: str) -> None:
        """Switch the theme and remember it."""
        self._settings.set("theme", name)
        self.actions_[f"theme_{name}"].setChecked(True)
        use_theme(name)

    def set_language(self, code: str) -> None:
        """Switch the language and remember it."""
        self._settings.set("language", code)
        self.actions_[f"language_{code}"].setChecked(True)
        self.setUpdatesEnabled(False)  # all is painted in a turn of its own: both at once would take too long
        use_language(code)
        QTimer.singleShot(0, self, lambda: self.setUpdatesEnabled(True))

    def show_workspace(self, id_: Literal["conv", "net", "labs"]) -> None:
        """Show a workspace, "conv", "net" or "labs"; its actions take the place of the others'."""
        if id_ != self._workspace:
            self.banner.clear()  # it told of what was in front
        self._workspace = id_
        if id_ != "labs":
            self.desk.front = id_
        self.labs.show_front(id_)
        self.actions_[f"workspace_{id_}"].setChecked(True)
        for name, button in self._rail.items():
            button.setChecked(name == f"workspace_{id_}")
        self.actions_.show_workspace(id_, self.labs.active)
        for menu, shown in (("steps", id_ == "conv"), ("network", id_ == "net"), ("lab", self.labs.active)):
            self._menus[menu].menuAction().setVisible(shown)
        self.status_cell.clear()
        if id_ != "conv":
            self.conv.player.pause()
        self._workspaces.setCurrentWidget({"conv": self.conv, "net": self.net, "labs": self.labs.workspace}[id_])
        if id_ == "net":
            self.net.open()
        self._fit_columns()
        self._show_history()
        self._show_status()
        self.restyle()
        self._place_banner()

    def _adopt_network(self, workspace: NetWorkspace) -> None:
        """Join the Network workspace, now that it is there."""
        self.actions_.connect_all({id_: slot for id_, slot in workspace.slots().items() if id_ not in SHARED})
        workspace.refused.connect(self.show_trouble)
        workspace.told.connect(self._tell_network)
        workspace.history_changed.connect(self._show_history)
        workspace.device_changed.connect(self._show_device)
        workspace.timed.connect(self._show_network_time)
        workspace.busy_changed.connect(self._show_busy)
        workspace.live_changed.connect(self._show_live)
        workspace.convolution_asked.connect(self._open_in_convolution)
        workspace.menu_opened.connect(self.figures.add_to)
        workspace.model.settings_changed.connect(self.banner.clear)
        workspace.model.place_changed.connect(self.banner.clear)
        workspace.model.filters_changed.connect(self.banner.clear)
        self.conv.model.changed.connect(lambda _old, _new: self._send_live())
        self.show_workspace(self._workspace)
        self.desk.adopt(workspace)
        self.labs.bench.adopt(workspace)

    def _show_lab(self) -> None:
        """Follow a lab that begins or ends."""
        self.show_workspace(self._workspace)
        wide = WITH_LAB if self.labs.active else LEAST
        self.setMinimumSize(min(wide, self.screen().availableGeometry().width()), 560)
        self._panel_width = 0
        self._fit_panel()

    def _ask_file(self) -> None:
        """Let the user choose a picture or a session."""
        path = ask_file(self, self._settings)
        if path is not None:
            self.open_file(path)

    def _leave(self) -> None:
        """Close the window without what is not saved, or with all saved."""
        self.document.give_up()
        self.close()

    def _show_title(self) -> None:
        name = self.document.title.replace("[*]", "[*][*]")  # one alone is where Qt puts the mark
        self.setWindowTitle(f"{name}[*]")
        self.setWindowModified(self.document.is_modified)

    def _run_shared(self, id_: str) -> None:
        """Run an action that every workspace has its own way to do."""
        net = self.net.workspace
        if self._workspace == "conv":
            self.conv.slots()[id_]()
        elif self._workspace == "net" and net is not None:
            net.slots()[id_]()

    def takeaways(self) -> list[Takeaway]:
        """Return what can be taken of the workspace in front."""
        if self._workspace == "conv":
            return self.conv.takeaways()
        net = self.net.workspace if self._workspace == "net" else None
        return [] if net is None else net.takeaways()

    def _take_session(self) -> tuple[Callable[[], bytes], str]:
        """Return what makes the bytes of the session as it is now, off the GUI thread, and the name of its file."""
        take, path = self.desk.take_shown(), None if self.labs.active else self.document.path
        return lambda: session_bytes(take()), "" if path is None else path.name

    def _show_history(self) -> None:
        """Enable undo and redo as the workspace in front has something to undo."""
        fronts = {"conv": self.conv, "net": self.net.workspace}
        front = fronts.get(self._workspace)
        states = ("", "") if front is None else front.undo_state()
        for name, label in zip(("undo", "redo"), states, strict=True):
            self.actions_[name].setEnabled(bool(label))
            self.actions_[name].setStatusTip(label)

    def _show_live(self, on: bool) -> None:
        if on:
            self._send_live()

    def _send_live(self) -> None:
        """Let the networks see the Convolution workspace's picture, if that is wanted."""
        if self.net.workspace is None or not self.actions_["live"].isChecked():
            return
        image, title = self.conv.model.experiment.image / self.conv.pictures.peak, LIVE
        low, high = float(image.min()), float(image.max())
        if low < 0 or high > 1:  # no picture's values, such as what a layer of a network reads
            image, title = (image - low) / max(high - low, 1e-12), LIVE_SCALED
        self.net.workspace.take_live(image, title)

    def _open_in_convolution(
        self,
        image: NDArray[np.float64],
        weight: NDArray[np.float64],
        bias: NDArray[np.float64],
        stride: Pair,
        padding: Pair,
        cell: Pair,
    ) -> None:
        """Carry a filter and what it reads to the Convolution workspace, and go to the step that makes a cell."""
        self.show_workspace("conv")
        convolution = Convolution(weight, bias, stride=stride, padding=padding)
        experiment = Experiment(image, (convolution, Activation("relu")))
        self.conv.open_experiment(experiment, cell, mark("open a filter of a network"))

    def _tell_network(self, text: str) -> None:
        if self._workspace == "net":
            self.status_cell.setText(text)

    def _show_device(self, text: str) -> None:
        self._device = text
        self._show_status()

    def _show_network_time(self, milliseconds: float) -> None:
        self._took["net"] = milliseconds
        self._show_status()

    def _place_banner(self) -> None:
        """Put the banner over the workspace's lower edge, above the controls that lie there."""
        area = QRect(self._workspaces.mapTo(self._center, QPoint(0, 0)), self._workspaces.size())
        width = min(area.width() - 40, 860)
        height = self.banner.heightForWidth(width)
        feet = {"conv": self.conv.transport.height(), "labs": self.labs.workspace.foot_height}
        bottom = area.y() + area.height() - feet.get(self._workspace, 0) - 10
        self.banner.setGeometry(area.x() + (area.width() - width) // 2, bottom - height, width, height)
        self.banner.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let columns step aside where they find no room beside a lab."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        for side in (self._side, self._column):
            side.fit(self._workspace, self.width())
        self._show_columns()
        self._fit_panel()

    def _fit_panel(self) -> None:
        """Give a lab's column its width, once that is another: its buttons stay in their places from step to step."""
        width = self.labs.panel.width_in(self.width())
        if self.labs.active and width != self._panel_width:
            self._panel_width = width
            self._columns.setSizes([width, self._columns.width() - width])

    def _show_columns(self, _checked: bool = False) -> None:
        visible = self.actions_["inspector"].isChecked()
        self.conv.inspector.setVisible(visible)
        if self.net.workspace is not None:
            self.net.workspace.show_inspector(visible)
            self.net.workspace.show_column(self.actions_["column"].isChecked())

    def _show_tour_page(self, id_: str) -> None:
        """Let the inspector show what the tour tells of."""
        self.conv.select(("input", -1) if id_ == "input" else ("stage", 0))

    def _end_tour(self) -> None:
        self.tour = None
        self._settings.set("tour_seen", True)
        self.conv.setFocus(Qt.FocusReason.OtherFocusReason)
        self.conv.player.play()

    def _begin_timing(self) -> None:
        self._began = time.perf_counter()
        self.banner.clear()

    def _show_time(self) -> None:
        self._took["conv"] = 1000 * (time.perf_counter() - self._began)
        self._show_status()

    def _show_zoom(self, scale: float) -> None:
        self._scale = scale
        self._show_status()

    def _show_busy(self, busy: bool) -> None:
        if busy:
            self.status_time.setText(_("working…"))
        else:
            self._show_status()

    def _show_status(self) -> None:
        """Say zoom, time and device, in the language in use."""
        front, took = self._workspace == "conv", self._took[self._workspace]
        scale = self._scale if front else 0.0
        self.status_zoom.setText(_("{pixels} px a cell").format(pixels=f"{scale:.3g}") if scale else "")
        self.status_time.setText(_("computed in {time} ms").format(time=f"{took:.1f}") if took else "")
        self.status_device.setText((self._device if not front and self._device else _("on the CPU")) + "  ")


def begin(window: MainWindow, settings: Settings, file: Path | None) -> None:
    """Show the window and begin: the first kernel slides, and at the first start the tour opens.

    Work that a crash left behind is offered.
    """
    window.show()
    # else the first button has the focus, and takes Space for itself
    window.conv.setFocus(Qt.FocusReason.OtherFocusReason)
    if file is not None:
        window.open_file(file)

    def play() -> None:
        if not window.desk.brought_back:
            window.conv.player.play()

    def start() -> None:
        if settings.get("tour_seen", False):
            QTimer.singleShot(600, window, play)
        else:
            QTimer.singleShot(300, window, window.start_tour)

    window.document.offer_lost_work(start)  # nothing moves behind the question
    window.labs.return_to_lost()
