"""A column of labelled fields, in sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.theme import colours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QHelpEvent


class Choice(Speaking, QComboBox):
    """A list of named choices; `value()` is the id of the chosen one."""

    def __init__(self, choices: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = dict(choices)
        for id_, title in self._choices.items():
            self.addItem(_(title), id_)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(6)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def show_whole(self) -> Choice:
        """Take the room of the longest title, so that none is cut."""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return self

    def value(self) -> str:
        """Return the chosen id."""
        return str(self.currentData())

    def setValue(self, id_: str) -> None:
        """Choose, without `activated`."""
        index = self.findData(id_)
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def setKnownValue(self, id_: str) -> None:
        """Choose what is among the choices, without `activated`; anything else changes nothing."""
        if self.findData(id_) >= 0:
            self.setValue(id_)

    def setChoices(self, choices: Mapping[str, str]) -> None:
        """Offer other choices; the chosen one stays where it is among them, else the first is chosen."""
        if choices == self._choices:
            return
        chosen, self._choices = self.value(), dict(choices)
        self.clear()
        for id_, title in choices.items():
            self.addItem(_(title), id_)
        self.setCurrentIndex(max(self.findData(chosen), 0))

    def shown_text(self) -> str:
        """Return the chosen title as far as there is room for it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())

    def paintEvent(self, _event: object) -> None:
        """Paint as the style does, and end a title that is too long with dots."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def event(self, event: QEvent) -> bool:
        """Tell a title that is too long in the tooltip."""
        if event.type() == QEvent.Type.ToolTip and self.shown_text() != self.currentText():
            asked: QHelpEvent = event  # type: ignore[assignment]
            QToolTip.showText(asked.globalPos(), f"{self.toolTip()}: {self.currentText()}", self)
            return True
        return super().event(event)

    def wheelEvent(self, event: object) -> None:
        """Leave the wheel to scrolling: a list passed by the mouse must not change."""
        event.ignore()  # type: ignore[attr-defined]

    def retranslate(self) -> None:
        """Name the choices."""
        for index, title in enumerate(self._choices.values()):
            self.setItemText(index, _(title))


class Form(Speaking, QWidget):
    """A column of rows with a label before each field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._muted: list[QLabel] = []
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(0, 0, 0, 0)
        self.layout_.setSpacing(6)
        self._form: QFormLayout | None = None

    def heading(self, text: str) -> QLabel:
        """Begin a section."""
        label = QLabel()
        font = label.font()
        font.setBold(True)
        label.setFont(font)
        self.say(label.setText, text)
        if self.layout_.count():
            self.layout_.addSpacing(6)
        self.layout_.addWidget(label)
        self._form = None
        return label

    def row(self, text: str, field: QWidget, tip: str = "") -> QLabel:
        """Add a field with a label before it."""
        if self._form is None:
            self._form = QFormLayout()
            self._form.setContentsMargins(0, 0, 0, 0)
            self._form.setHorizontalSpacing(10)
            self._form.setVerticalSpacing(5)
            self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
            self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
            self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.layout_.addLayout(self._form)
        label = QLabel()
        label.setBuddy(field)
        label.setMinimumWidth(84)
        self.say(label.setText, text)
        self.say(field.setAccessibleName, text)
        self.say(field.setToolTip, tip or text)
        self._form.addRow(label, field)
        return label

    def set_row_visible(self, field: QWidget, visible: bool) -> None:
        """Show or hide a row by its field."""
        for child in self.findChildren(QFormLayout):
            if child.indexOf(field) >= 0:
                child.setRowVisible(field, visible)

    def wide(self, widget: QWidget) -> None:
        """Add a widget over the whole width."""
        self.layout_.addWidget(widget)
        self._form = None

    def hint(self, text: str = "") -> QLabel:
        """Add a line of explanation."""
        label = QLabel()
        label.setWordWrap(True)
        label.setMinimumWidth(40)
        if text:
            self.say(label.setText, text)
        self._muted.append(label)
        self.wide(label)
        self.restyle()
        return label

    def restyle(self) -> None:
        """Mute the explanations."""
        for label in self._muted:
            palette = label.palette()
            palette.setColor(palette.ColorRole.WindowText, colours(self).colour("muted"))
            label.setPalette(palette)
