"""Where answers are given: numbers, sizes, choices and free text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnexplorer.core.messages import mark
from cnnexplorer.labs import Text, as_text, parse_markdown
from cnnexplorer.ui.language import Speaking, _, language, translate_count

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from cnnexplorer.labs import Verdict
    from cnnexplorer.labs.model import ChoiceTask


class Field(Speaking, QWidget):
    """Where the answer to a task is given.

    Signals: `given()` when the answer is to be checked; `edited()` when it is another; `refused(error)`.
    """

    given = Signal()
    edited = Signal()
    refused = Signal(object)

    def answer(self) -> object:
        """Return the answer, as `PreparedStep.check` takes it."""
        return None

    def written(self) -> str:
        """Return the answer as people read it."""
        return str(self.answer())

    def draft(self) -> tuple[str, ...]:
        """Return what stands in the field, as texts that `bring_back` takes; empty where nothing does."""
        return ()

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Show again what stood in the field; what does not fit is left out."""

    def show_verdict(self, verdict: Verdict) -> None:
        """Show in the field what is wrong with the answer."""

    def begin(self) -> None:
        """Let typing begin here."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)


class LineField(Field):
    """A line for a number, a size, or the number of a filter."""

    def __init__(self, name: str, example: str, unit: Text = Text()) -> None:  # noqa: B008  # frozen
        super().__init__()
        self._unit_text = unit
        self.line = QLineEdit()
        self.line.setMaxLength(200)
        self.tip(self.line, name)
        self.say(self.line.setPlaceholderText, example)
        self.line.returnPressed.connect(self.given)
        self.line.textChanged.connect(self.edited)
        self._unit = QLabel()
        self._unit.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self._unit)
        self.setFocusProxy(self.line)
        self.retranslate()

    def answer(self) -> object:
        """Return what was typed."""
        return self.line.text()

    def draft(self) -> tuple[str, ...]:
        """Return what was typed."""
        return (self.line.text(),)

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Show again what was typed."""
        self.line.setText(draft[0])

    def retranslate(self) -> None:
        """Name the unit."""
        self._unit.setText(self._unit_text.of(language()))
        self._unit.setVisible(bool(self._unit.text()))

    def begin(self) -> None:
        """Let what is there be typed over."""
        super().begin()
        self.line.selectAll()


SIGNS = {"+": mark("above 0 (+)"), "0": mark("exactly 0"), "-": mark("below 0 (−)")}


class SignField(Field):
    """Above 0, below 0, or 0."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.buttons: dict[str, QRadioButton] = {}
        for sign, text in SIGNS.items():
            button = self.buttons[sign] = QRadioButton()
            self.say(button.setText, text)
            button.toggled.connect(self.edited)
            column.addWidget(button)
        self.setFocusProxy(self.buttons["+"])

    def answer(self) -> object:
        """Return the sign; an empty text while none is chosen."""
        return next((sign for sign, button in self.buttons.items() if button.isChecked()), "")

    def draft(self) -> tuple[str, ...]:
        """Return the sign."""
        return (str(self.answer()),)

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Choose the sign again."""
        if draft[0] in self.buttons:
            self.buttons[draft[0]].setChecked(True)


class ChoiceField(Field):
    """Options, of which one or several are chosen.

    Parameters
    ----------
    order
        In which order the options are shown.
    """

    def __init__(self, task: ChoiceTask, order: tuple[int, ...]) -> None:
        super().__init__()
        self._task = task
        self._group = QButtonGroup(self)
        self._group.setExclusive(not task.several)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.options: dict[int, _Option] = {}
        for index in order:
            option = self.options[index] = _Option(task.options[index].text, task.several)
            self._group.addButton(option.button)
            option.button.toggled.connect(self.edited)
            column.addWidget(option)
        self.setFocusProxy(self.options[order[0]].button)

    def answer(self) -> object:
        """Return the indices of what is chosen, as the file counts them."""
        return {index for index, option in self.options.items() if option.button.isChecked()}

    def written(self) -> str:
        """Return the texts of what is chosen."""
        return "; ".join(option.text() for option in self.options.values() if option.button.isChecked())

    def draft(self) -> tuple[str, ...]:
        """Return the indices of what is chosen."""
        return tuple(str(index) for index, option in self.options.items() if option.button.isChecked())

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Choose again."""
        for index, option in self.options.items():
            if str(index) in draft:
                option.button.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Check with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.given.emit()
        else:
            super().keyPressEvent(event)


class _Option(Speaking, QWidget):
    """A button with a text that may take several lines."""

    def __init__(self, text: Text, several: bool) -> None:
        super().__init__()
        self._source = text
        self.button = QCheckBox() if several else QRadioButton()
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self.retranslate()

    def text(self) -> str:
        return as_text(parse_markdown(self._source.of(language())))

    def retranslate(self) -> None:
        self._label.setText(self.text())
        self.button.setAccessibleName(self.text())
        self.button.setToolTip(_("Choose this answer"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.button.click()
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)


class TextField(Field):
    """Free text; it says how many words are wanted, and how many there are.

    Parameters
    ----------
    words
        How many there are to be at least.
    """

    def __init__(self, words: int) -> None:
        super().__init__()
        self._words = words
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(90)
        self.text.setMaximumHeight(160)
        self.text.textChanged.connect(self._edit)
        self.tip(self.text, mark("Your answer in your own words"))
        self.say(self.text.setPlaceholderText, mark("Write your answer here; your teacher reads it"))
        self.count = QLabel()
        self.count.setEnabled(False)  # muted
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.text)
        column.addWidget(self.count)
        self.setFocusProxy(self.text)
        self.retranslate()

    def answer(self) -> object:
        """Return the text."""
        return self.text.toPlainText()

    def draft(self) -> tuple[str, ...]:
        """Return the text."""
        return (self.text.toPlainText(),)

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Show the text again."""
        self.text.setPlainText(draft[0])

    def retranslate(self) -> None:
        """Say how many words there are."""
        written = len(self.text.toPlainText().split())
        self.count.setText(
            translate_count("{count} word or more; now {written}", "{count} words or more; now {written}", self._words,
                            written=written)
        )  # fmt: skip

    def _edit(self) -> None:
        self.retranslate()
        self.edited.emit()
