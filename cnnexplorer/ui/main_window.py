"""The window: rail, workspace, menus, banner and status bar."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.catalogue import LANGUAGES
from cnnexplorer.core import ImageError, UserError
from cnnexplorer.core.messages import mark

from .actions import ACTIONS, MENUS, Actions
from .conv.workspace import ConvWorkspace
from .help_pages import AboutPage, CommandPalette, ShortcutsPage, Tour, has_torch
from .language import Speaking, _, language, use_language
from .theme import THEMES, icon, use_theme
from .trouble import Banner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent

    from .settings import Settings


# before these, a line in the menu
SEPARATED = (
    "quit", "theme_system", "language_en", "enlarge", "first", "slower", "palette", "adjust", "add_convolution",
    "copy_arithmetic",
)  # fmt: skip


class MainWindow(Speaking, QMainWindow):
    """The program's window."""

    def __init__(self, settings: Settings, log_path: Path | None = None) -> None:
        super().__init__()
        self._settings, self._log_path = settings, log_path
        self.tour: Tour | None = None
        self._took = self._scale = 0.0
        self.setWindowTitle("CNN Explorer")
        self.setMinimumSize(900, 560)
        self.setAcceptDrops(True)
        self.actions_ = Actions(self)
        self.banner = Banner()
        self.conv = ConvWorkspace(self.actions_, settings)
        self._workspaces = QStackedWidget()
        self._workspaces.addWidget(self.conv)
        self._build()
        self._build_menus()
        self._build_status()
        self._connect()
        self._restore()

    def open_file(self, path: Path) -> None:
        """Open a picture, as from the command line."""
        self.banner.clear()
        self.conv.pictures.open(path, self)

    def show_trouble(self, error: UserError) -> None:
        """Tell of expected trouble."""
        self.banner.show_error(error)
        self._place_banner()

    def start_tour(self) -> None:
        """Show the window in five steps."""
        if self.tour is not None:
            return
        self.conv.player.pause()
        self.actions_["inspector"].setChecked(True)
        self._show_inspector()
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
        self._recent.setTitle(_("Open &recent"))
        self._rail_conv.setText(_("Convolution"))
        self._fill_recent()
        self._show_status()

    def restyle(self) -> None:
        """Take icons from the theme."""
        self.actions_.restyle()
        self.actions_.show_playing(self.conv.player.playing)
        self._rail_conv.setIcon(icon("grid", self, "accent"))
        self.theme_button.setIcon(icon("theme-light-dark", self, "muted"))
        self.language_button.setIcon(icon("translate", self, "muted"))
        self.help_button.setIcon(icon("help-circle-outline", self, "muted"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the action of a plain key that no widget wanted."""
        if not self.actions_.take_key(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files, pictures and text."""
        data = event.mimeData()
        if data.hasUrls() or data.hasImage() or data.hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what is dropped."""
        self.banner.clear()
        if self.conv.pictures.take(event.mimeData(), self):
            event.acceptProposedAction()
        else:
            self.show_trouble(ImageError("nothing that was dropped is a picture: drop a picture file"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the settings, and wait for work under way."""
        self.conv.save_settings()
        self._settings.set_bytes("geometry", self.saveGeometry())
        self._settings.set("inspector", self.actions_["inspector"].isChecked())
        self.hide()  # work under way may take seconds to end
        self.conv.close_work()
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
        self._rail_conv = QToolButton()
        self._rail_conv.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self._rail_conv.setIconSize(QSize(24, 24))
        self._rail_conv.setCheckable(True)
        self._rail_conv.setChecked(True)
        self._rail_conv.setAutoRaise(True)
        self._rail_conv.setAutoExclusive(True)
        # alone in its group, Qt would let a second click switch it off
        self._rail_conv.clicked.connect(lambda: self._rail_conv.setChecked(True))
        self._rail_conv.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._rail_conv.setText(_("Convolution"))
        self.tip(self._rail_conv, "The Convolution workspace")
        self.theme_button = self._rail_menu(mark("Light or dark"))
        self.language_button = self._rail_menu(mark("Language"))
        self.help_button = self._rail_menu(mark("Help"))
        column.addWidget(self._rail_conv)
        column.addStretch(1)
        for button in (self.theme_button, self.language_button, self.help_button):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        center = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(rail)
        row.addWidget(self._workspaces, 1)
        layout = QVBoxLayout(center)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.banner.setParent(center)
        center.installEventFilter(self)
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
        self._menus = {id_: self.menuBar().addMenu(_(title)) for id_, title in MENUS.items()}
        for spec in ACTIONS:
            if spec.id in SEPARATED:
                self._menus[spec.menu].addSeparator()
            self._menus[spec.menu].addAction(self.actions_[spec.id])
            if spec.id == "open":
                self._recent = self._menus["file"].addMenu(_("Open &recent"))
        self._recent.aboutToShow.connect(self._fill_recent)
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
        slots: dict[str, Callable[[], object]] = {
            **self.conv.slots(),
            "quit": self.close,
            "inspector": self._show_inspector,
            "palette": lambda: CommandPalette(self.actions_, self).open(),
            "shortcuts": lambda: ShortcutsPage(self).open(),
            "tour": self.start_tour,
            "about": lambda: AboutPage(self._log_path, self).open(),
            **{f"theme_{name}": partial(self.set_theme, name) for name in THEMES},
            **{f"language_{code}": partial(self.set_language, code) for code in LANGUAGES},
        }
        self.actions_.connect_all(slots)
        self.conv.refused.connect(self.show_trouble)
        self.conv.model.changed.connect(self._begin_timing)
        self.conv.model.computed.connect(self._show_time)
        self.conv.told.connect(self.status_cell.setText)
        for source in (self.conv.model, self.conv.pictures):
            source.busy_changed.connect(self._show_busy)
        self.conv.zoomed.connect(self._show_zoom)
        self._began = time.perf_counter()

    def _restore(self) -> None:
        room = self.screen().availableGeometry()
        self.resize(min(1280, room.width()), min(800, room.height()))
        self.restoreGeometry(self._settings.bytes("geometry"))
        self.actions_["inspector"].setChecked(self._settings.get("inspector", True))
        self._show_inspector()
        theme = self._settings.get("theme", "system")
        self.actions_[f"theme_{theme if theme in THEMES else 'system'}"].setChecked(True)
        self.actions_[f"language_{language()}"].setChecked(True)
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
        use_language(code)

    def _place_banner(self) -> None:
        width = min(self._center.width() - 40, 860)
        height = self.banner.heightForWidth(width) if self.banner.hasHeightForWidth() else 0
        height = max(height, self.banner.sizeHint().height())
        top = self._center.height() - self.conv.transport.height() - height - 10
        self.banner.setGeometry((self._center.width() - width) // 2, top, width, height)
        self.banner.raise_()

    def _show_inspector(self) -> None:
        self.conv.inspector.setVisible(self.actions_["inspector"].isChecked())

    def _show_tour_page(self, id_: str) -> None:
        """Let the inspector show what the tour tells of."""
        self.conv.select(("input", -1) if id_ == "input" else ("stage", 0))

    def _end_tour(self) -> None:
        self.tour = None
        self._settings.set("tour_seen", True)
        self.conv.setFocus(Qt.FocusReason.OtherFocusReason)
        self.conv.player.play()

    def _fill_recent(self) -> None:
        self._recent.clear()
        files = self._settings.recent_files()
        for path in files:
            self._recent.addAction(path.name.replace("&", "&&"), partial(self.open_file, path)).setStatusTip(str(path))
        if files:
            self._recent.addSeparator()
            self._recent.addAction(_("Clear this list"), self._settings.forget_recent)
        if not files:
            none = QAction(_("None yet"), self._recent)
            none.setEnabled(False)
            self._recent.addAction(none)

    def _begin_timing(self) -> None:
        self._began = time.perf_counter()
        self.banner.clear()

    def _show_time(self) -> None:
        self._took = 1000 * (time.perf_counter() - self._began)
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
        self.status_zoom.setText(_("{pixels} px a cell").format(pixels=f"{self._scale:.3g}") if self._scale else "")
        self.status_time.setText(_("computed in {time} ms").format(time=f"{self._took:.1f}") if self._took else "")
        self.status_device.setText(_("on the CPU") + "  ")


def begin(window: MainWindow, settings: Settings, file: Path | None) -> None:
    """Show the window and begin: the first kernel slides, and at the first start the tour opens."""
    window.show()
    # else the first button has the focus, and takes Space for itself
    window.conv.setFocus(Qt.FocusReason.OtherFocusReason)
    if file is not None:
        window.open_file(file)
    if settings.get("tour_seen", False):
        QTimer.singleShot(600, window, window.conv.player.play)
    else:
        QTimer.singleShot(300, window, window.start_tour)
