"""The command palette, the page of shortcuts, the tour and the page about the program."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import unicodedata
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QRegion
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer import __version__
from cnnexplorer.core.messages import mark

from .actions import ACTIONS, MENUS, plain, shortcut_text
from .language import Speaking, _
from .theme import colours
from .widgets.buttons import Buttons

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QPaintEvent

    from .actions import Actions

TOUR = (
    ("input", mark("This is the input"),
     mark("Draw on it, type a number into a cell, or open a picture. The page on the right has the tools.")),
    ("kernel", mark("This is the kernel"),
     mark("Change a number, or choose a kernel by name: every map follows at once.")),
    ("stages", mark("These are the stages"),
     mark("From left to right each makes a new map. Point at any cell to see what it was made from; + adds a stage.")),
    ("arithmetic", mark("This is the arithmetic"),
     mark("Each product of the present step, and their sum, in the colours of the maps.")),
    ("transport", mark("These are the steps"),
     mark("Play, pause, step forward and back, or drag to any step of any stage. Click an output cell to go to it.")),
)  # fmt: skip


def folded(text: str) -> str:
    """Return a text without accents and capitals, so that it can be found by either.

    >>> folded("Convolución")
    'convolucion'
    """
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


class CommandPalette(Speaking, QDialog):
    """Finds an action by its name and runs it."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(520, 380)
        self.say(self.setWindowTitle, "Find an action")
        self.search = QLineEdit()
        self.say(self.search.setPlaceholderText, "Type part of a name…")
        self.say(self.search.setAccessibleName, "Find an action")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.itemActivated.connect(self._run)
        self.list.itemClicked.connect(self._run)
        layout = QVBoxLayout(self)
        self.nothing = QLabel()
        self.say(self.nothing.setText, "No action of that name.")
        layout.addWidget(self.search)
        layout.addWidget(self.nothing)
        layout.addWidget(self.list)
        for spec in ACTIONS:
            action = actions[spec.id]
            if not action.isVisible():  # of another workspace
                continue
            keys = shortcut_text(spec)
            item = QListWidgetItem(action.icon(), plain(action.text()) + (f"    {keys}" if keys else ""))
            item.setData(Qt.ItemDataRole.UserRole, spec.id)
            item.setToolTip(_(spec.tip))
            if not action.isEnabled():
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self._filter("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list while typing."""
        if event.type() == QEvent.Type.KeyPress:
            key_event: QKeyEvent = event  # type: ignore[assignment]
            key = Qt.Key(key_event.key())
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._move(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        words = folded(text).split()
        items = [self.list.item(row) for row in range(self.list.count())]
        found = [item for item in items if all(word in folded(item.text()) for word in words)]
        if not found:  # then what the actions do
            found = [item for item in items if all(word in folded(item.toolTip()) for word in words)]
        for item in items:
            item.setHidden(not any(item is other for other in found))
        self.nothing.setVisible(not found)
        enabled = [item for item in found if item.flags() & Qt.ItemFlag.ItemIsEnabled]
        self.list.setCurrentRow(self.list.row(enabled[0]) if enabled else -1)

    def _move(self, by: int) -> None:
        row = self.list.currentRow() + by
        while 0 <= row < self.list.count():
            item = self.list.item(row)
            if not item.isHidden() and item.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.list.setCurrentRow(row)
                return
            row += by

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        action = self._actions[item.data(Qt.ItemDataRole.UserRole)]
        self.close()
        action.trigger()


class ShortcutsPage(Speaking, QDialog):
    """Every shortcut in a table."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 560)
        self.say(self.setWindowTitle, "Keyboard shortcuts")
        rows = [
            (plain(_(MENUS[spec.menu])), plain(_(spec.text)), shortcut_text(spec)) for spec in ACTIONS if spec.shortcuts
        ]
        here = [
            (_("In a map"), _("Go from cell to cell"), _("Arrow keys")),
            (_("In a map"), _("Go to the step of the cell, or type into it"), _("Enter, digits")),
            (_("In a map"), _("Zoom, pan"), _("Wheel, drag, pinch, +")),
            (_("In a matrix"), _("Nudge by 1, by 0.1"), _("Wheel, Shift+wheel")),
            (_("In a matrix"), _("Copy, paste"), "Ctrl+C, Ctrl+V"),
            (_("On a stage"), _("Move it, remove it"), _("Shift+arrow keys, Del")),
        ]
        table = QTableWidget(len(rows) + len(here), 3)
        table.setHorizontalHeaderLabels([_("Where"), _("What"), _("Keys")])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        for number, (where, what, keys) in enumerate([*rows, *here]):
            for column, text in enumerate((where, what, keys)):
                table.setItem(number, column, QTableWidgetItem(text))
        table.resizeColumnsToContents()
        table.horizontalHeader().setStretchLastSection(True)
        buttons = Buttons(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(table)
        layout.addWidget(buttons)


class AboutPage(Speaking, QDialog):
    """Version, parts, and where the log lies."""

    def __init__(self, log_path: Path | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self.say(self.setWindowTitle, "About CNN Explorer")
        torch = _part("torch") or _("not installed: the networks will need it (pip install torch torchvision)")
        lines = [
            f"CNN Explorer {__version__}",
            _("See how a convolutional network works, step by step. MIT licence."),
            "",
            f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, NumPy {_part('numpy')}",
            f"torch: {torch}",
            _("Log file: {path}").format(path=log_path or "-"),
        ]
        label = QLabel("\n".join(lines))
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setWordWrap(True)
        buttons = Buttons(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(label)
        layout.addWidget(buttons)


def _part(name: str) -> str | None:
    """Return the version of an installed package without importing it."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def has_torch() -> bool:
    """Tell whether torch is installed, without the seconds that importing it takes."""
    return importlib.util.find_spec("torch") is not None


class Tour(Speaking, QWidget):
    """Shows the window in five steps: one part is lit, and a card tells what it is.

    Signals: `shown(id)` when a step is shown, `finished()`.

    Parameters
    ----------
    targets
        For each id of `TOUR`, a function that gives the widget to light.
    """

    shown = Signal(str)
    finished = Signal()

    def __init__(self, targets: dict[str, Callable[[], QWidget]], window: QWidget) -> None:
        super().__init__(window)
        self._targets, self._window = targets, window
        self._step = 0
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._card = QFrame(self)
        self._card.setFrameShape(QFrame.Shape.StyledPanel)
        self._card.setAutoFillBackground(True)
        self._card.setFixedWidth(340)
        self._title = QLabel()
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._title.setFont(font)
        self._title.setWordWrap(True)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._count = QLabel()
        self.skip = QPushButton()
        self.say(self.skip.setText, "Skip")
        self.skip.clicked.connect(self.end)
        self.back = QPushButton()
        self.say(self.back.setText, "Back")
        self.back.clicked.connect(lambda: self.show_step(self._step - 1))
        self.next = QPushButton()
        self.next.setDefault(True)
        self.next.clicked.connect(lambda: self.show_step(self._step + 1))
        row = QHBoxLayout()
        row.addWidget(self._count)
        row.addStretch(1)
        for button in (self.skip, self.back, self.next):
            row.addWidget(button)
        layout = QVBoxLayout(self._card)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(6)
        layout.addLayout(row)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show_step(0)
        self.show()
        self.raise_()
        self.next.setFocus()

    @property
    def step(self) -> int:
        """Which step is shown, from 0."""
        return self._step

    def show_step(self, step: int) -> None:
        """Show a step; past the last one the tour ends."""
        if step >= len(TOUR):
            self.end()
            return
        self._step = max(step, 0)
        self.shown.emit(TOUR[self._step][0])
        self.retranslate()
        self._place()

    def end(self) -> None:
        """End the tour."""
        self._window.removeEventFilter(self)
        self.close()
        self.finished.emit()

    def retranslate(self) -> None:
        """Say the step's text."""
        _id, title, text = TOUR[self._step]
        self._title.setText(_(title))
        self._text.setText(_(text))
        self._count.setText(f"{self._step + 1} / {len(TOUR)}")
        self.back.setEnabled(self._step > 0)
        self.next.setText(_("Done") if self._step == len(TOUR) - 1 else _("Next"))
        self._card.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self.setGeometry(self._window.rect())
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave with Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim the window but for the part that is told of."""
        painter = QPainter(self)
        theme = colours(self)
        lit = self._lit()
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(lit)))
        painter.fillRect(self.rect(), theme.colour("window", 0.72))
        painter.setClipping(False)
        painter.setPen(QPen(theme.colour("accent"), 3))
        painter.drawRect(lit.adjusted(1, 1, -2, -2))

    def _lit(self) -> QRect:
        widget = self._targets[TOUR[self._step][0]]()
        visible = self.rect()
        part: QWidget | None = widget
        while part is not None and part is not self._window:  # what every widget around it lets be seen
            visible &= QRect(part.mapTo(self._window, QPoint()), part.size())
            part = part.parentWidget()
        return visible

    def _place(self) -> None:
        """Put the card beside what is lit: where there is most room."""
        lit, size = self._lit(), self._card.sizeHint()
        size.setWidth(self._card.width())
        size.setHeight(max(size.height(), self._card.heightForWidth(size.width())))
        self._card.resize(size)
        places = {
            self.width() - lit.right(): QPoint(lit.right() + 16, lit.top()),
            lit.left(): QPoint(lit.left() - size.width() - 16, lit.top()),
            self.height() - lit.bottom(): QPoint(lit.left(), lit.bottom() + 16),
            lit.top(): QPoint(lit.left(), lit.top() - size.height() - 16),
        }
        point = places[max(places)]
        x = min(max(point.x(), 8), self.width() - size.width() - 8)
        y = min(max(point.y(), 8), self.height() - size.height() - 8)
        self._card.move(x, y)
        self.update()
