"""Items that are put in order, by dragging or with the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import as_text, parse_markdown
from cnnexplorer.ui.language import language
from cnnexplorer.ui.theme import icon

from .fields import Field

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from cnnexplorer.labs.model import OrderTask

_ITEM = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class OrderField(Field):
    """A list whose items are moved.

    Parameters
    ----------
    order
        In which order the items are shown at first.
    """

    def __init__(self, task: OrderTask, order: tuple[int, ...]) -> None:
        super().__init__()
        self._task = task
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tip(self.list, mark("Drag the items into order, or move the chosen one with Ctrl+Up and Ctrl+Down"))
        for index in order:
            item = QListWidgetItem()
            item.setData(_ITEM, index)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.installEventFilter(self)
        self.list.model().rowsInserted.connect(lambda *_rows: self.edited.emit())
        self.list.model().rowsMoved.connect(lambda *_rows: self.edited.emit())
        self.up, self.down = QToolButton(), QToolButton()
        self.tip(self.up, mark("Move the chosen item up"))
        self.tip(self.down, mark("Move the chosen item down"))
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        buttons = QVBoxLayout()
        buttons.addWidget(self.up)
        buttons.addWidget(self.down)
        buttons.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.list, 1)
        row.addLayout(buttons)
        self.setFocusProxy(self.list)
        self.retranslate()
        self.restyle()

    def answer(self) -> object:
        """Return the indices of the items in the order in which they stand."""
        return tuple(self.list.item(row).data(_ITEM) for row in range(self.list.count()))

    def written(self) -> str:
        """Return the items in the order in which they stand."""
        return " → ".join(self.list.item(row).text() for row in range(self.list.count()))

    def draft(self) -> tuple[str, ...]:
        """Return the indices in the order in which the items stand."""
        return tuple(str(self.list.item(row).data(_ITEM)) for row in range(self.list.count()))

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Put the items in that order again."""
        if sorted(draft) != sorted(self.draft()):
            return
        items = {str(item.data(_ITEM)): item for item in (self.list.takeItem(0) for _row in range(self.list.count()))}
        for part in draft:
            self.list.addItem(items[part])
        self.list.setCurrentRow(0)

    def retranslate(self) -> None:
        """Name the items."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setText(as_text(parse_markdown(self._task.items[item.data(_ITEM)].of(language()))))
        height = sum(max(self.list.sizeHintForRow(row), 24) for row in range(self.list.count()))
        self.list.setFixedHeight(min(height + 34, 340))

    def restyle(self) -> None:
        """Take the icons from the theme."""
        self.up.setIcon(icon("arrow-up", self))
        self.down.setIcon(icon("arrow-down", self))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the chosen item with the keys; check with Enter."""
        if watched is self.list and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            pressed: QKeyEvent = event  # type: ignore[assignment]
            key = Qt.Key(pressed.key())
            moves = bool(pressed.modifiers() & Qt.KeyboardModifier.ControlModifier) and key in _MOVES
            if event.type() == QEvent.Type.ShortcutOverride:  # the same keys change the speed of the steps elsewhere
                event.setAccepted(moves)
                return moves
            if moves:
                self._move(_MOVES[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.given.emit()
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        target = row + by
        if row >= 0 and 0 <= target < self.list.count():
            self.list.insertItem(target, self.list.takeItem(row))
            self.list.setCurrentRow(target)
