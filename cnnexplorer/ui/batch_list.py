"""The layers that are saved whole: maps or filters, chosen by check boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from cnnexplorer.core.messages import mark

from .language import Speaking
from .widgets.form import Choice

if TYPE_CHECKING:
    from cnnexplorer.core.batch import Group

    from .batch_offer import BatchKind, BatchOffer


class CheckList(QListWidget):
    """A list whose entries have check boxes; the theme gives it a palette in which empty ones are seen."""


class BatchList(Speaking, QWidget):
    """The choice of kind and layers. Signals: `kind_changed()`, and `changed()` when another layer is chosen."""

    changed = Signal()
    kind_changed = Signal()

    def __init__(self, offer: BatchOffer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds = {kind.id: kind for kind in offer.kinds}
        self._chosen = {kind.id: set(kind.chosen) for kind in offer.kinds}
        self.kinds = Choice({kind.id: kind.title for kind in offer.kinds})
        self.tip(self.kinds, mark("What is saved of the layers"))
        self.kinds.activated.connect(self._show_kind)
        self.list = CheckList()
        self.list.setAlternatingRowColors(True)
        self.list.setSpacing(1)
        self.tip(self.list, mark("The layers: Space checks or unchecks one"))
        self.list.itemChanged.connect(self._check)
        self.all_button, self.none_button = QPushButton(), QPushButton()
        self.say(self.all_button.setText, mark("All of them"))
        self.tip(self.all_button, mark("Choose all layers"))
        self.say(self.none_button.setText, mark("None of them"))
        self.tip(self.none_button, mark("Choose no layer"))
        self.all_button.clicked.connect(lambda: self._check_all(Qt.CheckState.Checked))
        self.none_button.clicked.connect(lambda: self._check_all(Qt.CheckState.Unchecked))
        row = QHBoxLayout()
        row.addWidget(self.all_button)
        row.addWidget(self.none_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.kinds)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self._fill()

    @property
    def kind(self) -> BatchKind:
        """Maps or filters, as chosen."""
        return self._kinds[self.kinds.value()]

    def groups(self) -> tuple[Group, ...]:
        """Return what is checked."""
        kind = self.kind
        return tuple(group for group in kind.groups if group.name in self._chosen[kind.id])

    def _show_kind(self) -> None:
        self._fill()
        self.kind_changed.emit()

    def _fill(self) -> None:
        kind = self.kind
        with QSignalBlocker(self.list):
            self.list.clear()
            for group, label in zip(kind.groups, kind.labels, strict=True):
                item = QListWidgetItem(label, self.list)
                item.setData(Qt.ItemDataRole.UserRole, group.name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                checked = group.name in self._chosen[kind.id]
                item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
                if checked and self.list.currentRow() < 0:
                    self.list.setCurrentItem(item)
        self.list.scrollToItem(self.list.currentItem())

    def _check(self, item: QListWidgetItem) -> None:
        names, name = self._chosen[self.kind.id], item.data(Qt.ItemDataRole.UserRole)
        if item.checkState() == Qt.CheckState.Checked:
            names.add(name)
        else:
            names.discard(name)
        self.changed.emit()

    def _check_all(self, state: Qt.CheckState) -> None:
        with QSignalBlocker(self.list):
            for row in range(self.list.count()):
                self.list.item(row).setCheckState(state)
        everything = {group.name for group in self.kind.groups}
        self._chosen[self.kind.id] = everything if state == Qt.CheckState.Checked else set()
        self.changed.emit()
