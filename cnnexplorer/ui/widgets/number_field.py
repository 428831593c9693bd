"""Fields for numbers, typed with a point or a comma, that never turn one number into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from cnnexplorer.core import NumberError, format_number, parse_number
from cnnexplorer.ui.language import Speaking
from cnnexplorer.ui.theme import colours, icon

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent


class NumberField(QAbstractSpinBox):
    """A field for one number, with arrows to nudge it.

    Emits `edited(value)` when the user has entered another number that is legal, `refused(error)` when what was typed
    is none: then the field turns to the number that it had.

    Parameters
    ----------
    whole
        Only whole numbers.
    minimum, maximum
        Bounds, or None.
    step
        What an arrow adds.
    """

    edited = Signal(float)
    refused = Signal(object)

    def __init__(
        self,
        value: float = 0.0,
        *,
        whole: bool = False,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float = 1.0,
        decimals: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole, self._step, self._decimals = whole, step, decimals
        self._minimum, self._maximum = minimum, maximum
        self._value = value
        self._typing = False  # not the line's own modified flag: Qt clears that on Enter, before it says so
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.lineEdit().textEdited.connect(self._begin_typing)
        self.editingFinished.connect(self._commit)
        self._show()

    def value(self) -> float:
        """Return the number in the field."""
        return self._value

    def setValue(self, value: float) -> None:
        """Show a number, without a signal; what is being typed is left alone."""
        if value == self._value and self._typing and self.hasFocus():
            return
        self._value = value
        self._show()

    def setRange(self, minimum: float | None, maximum: float | None) -> None:
        """Set the bounds."""
        self._minimum, self._maximum = minimum, maximum
        self.update()

    def parse(self, text: str) -> float:
        """Return the number that a text stands for, where it is legal here; else raise `NumberError`."""
        number = parse_number(text)
        if self._whole and not number.is_integer():
            raise NumberError("{number} is not a whole number: type one", number=text.strip())
        if self._minimum is not None and number < self._minimum:
            raise NumberError(
                "{number} is too small: type {minimum} or more",
                number=text.strip(),
                minimum=format_number(self._minimum, self._decimals),
            )
        if self._maximum is not None and number > self._maximum:
            raise NumberError(
                "{number} is too large: type {maximum} or less",
                number=text.strip(),
                maximum=format_number(self._maximum, self._decimals),
            )
        return number

    def sizeHint(self) -> QSize:
        """Return room for a number of eight digits."""
        return QSize(self.fontMetrics().horizontalAdvance("-0.000000") + 34, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for a number of three digits."""
        return QSize(self.fontMetrics().horizontalAdvance("000") + 30, super().minimumSizeHint().height())

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Let everything be typed; it is judged when the typing ends."""
        return QValidator.State.Acceptable, text, position

    def fixup(self, text: str) -> str:
        """Leave what was typed as it is."""
        return text

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Tell which arrows lead somewhere."""
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if self._maximum is None or self._value < self._maximum:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if self._minimum is None or self._value > self._minimum:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def stepBy(self, steps: int) -> None:
        """Nudge the number."""
        value = round(self._value + steps * self._step, 9)
        if self._minimum is not None:
            value = max(value, self._minimum)
        if self._maximum is not None:
            value = min(value, self._maximum)
        self._take(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nudge with the wheel only where the user is at work, so that scrolling past changes nothing."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes what was typed, Escape gives the number back that was there."""
        if event.key() == Qt.Key.Key_Escape and self._typing:
            self._show()
            return
        entering = self._typing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        super().keyPressEvent(event)
        if entering:  # this Enter is the field's: a dialog's default button must not take it too
            event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the number, so that typing replaces it."""
        super().focusInEvent(event)
        self.selectAll()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._mark_validity(self.text())

    def _begin_typing(self, text: str) -> None:
        self._typing = True
        self._mark_validity(text)

    def _commit(self) -> None:
        if not self._typing:
            return
        try:
            value = self.parse(self.text())
        except NumberError as error:
            self._show()
            self.refused.emit(error)
            return
        self._take(value)

    def _take(self, value: float) -> None:
        changed = value != self._value
        self._value = value
        self._show()
        if changed:
            self.edited.emit(value)

    def _show(self) -> None:
        text = format_number(self._value, self._decimals)
        # a number that is not shown whole must not be read back as another one: `_typing` guards it
        if text != self.lineEdit().text():
            self.lineEdit().setText(text)
        self._typing = False
        self._mark_validity(text)
        self.update()

    def _mark_validity(self, text: str) -> None:
        try:
            self.parse(text)
        except NumberError:
            wrong = True
        else:
            wrong = False
        line = self.lineEdit()
        base = colours(self).colour("invalid" if wrong else "base")
        if line.palette().color(QPalette.ColorRole.Base) != base:
            own = line.palette()
            own.setColor(QPalette.ColorRole.Base, base)
            line.setPalette(own)


class PairField(Speaking, QWidget):
    """Two whole numbers, for height and width; a link keeps them equal.

    Emits `edited((height, width))` and `refused(error)`.
    """

    edited = Signal(object)
    refused = Signal(object)

    def __init__(self, value: tuple[int, int], minimum: int, maximum: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = [NumberField(number, whole=True, minimum=minimum, maximum=maximum) for number in value]
        self._link = QToolButton()
        self._link.setCheckable(True)
        self._link.setAutoRaise(True)
        self._link.setChecked(value[0] == value[1])
        self.tip(self._link, "Keep height and width equal")
        self._link.toggled.connect(self.restyle)
        self.tip(self._fields[0], "Height")
        self.tip(self._fields[1], "Width")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._fields[0], 1)
        layout.addWidget(self._link)
        layout.addWidget(self._fields[1], 1)
        for index, field in enumerate(self._fields):
            field.edited.connect(lambda number, index=index: self._edit(index, int(number)))
            field.refused.connect(self.refused)
        self.restyle()

    @property
    def fields(self) -> list[NumberField]:
        """The two fields, height first."""
        return self._fields

    @property
    def link(self) -> QToolButton:
        """The button that links them."""
        return self._link

    def value(self) -> tuple[int, int]:
        """Return (height, width)."""
        return int(self._fields[0].value()), int(self._fields[1].value())

    def setValue(self, value: tuple[int, int]) -> None:
        """Show two numbers, without a signal; unequal ones open the link."""
        for field, number in zip(self._fields, value, strict=True):
            field.setValue(number)
        if value[0] != value[1]:
            self._link.setChecked(False)

    def setRange(self, minimum: int, maximum: int) -> None:
        """Set the bounds of both."""
        for field in self._fields:
            field.setRange(minimum, maximum)

    def restyle(self) -> None:
        """Show whether the two are linked."""
        linked = self._link.isChecked()
        self._link.setIcon(
            icon("link-variant" if linked else "link-variant-off", self, "accent" if linked else "muted")
        )

    def _edit(self, index: int, number: int) -> None:
        if self._link.isChecked():
            self._fields[1 - index].setValue(number)
        self.edited.emit(self.value())
