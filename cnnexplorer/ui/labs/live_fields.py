"""Answers that are given on the live workspaces: cells, states, filters, measurements and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from cnnexplorer.core import NumberError
from cnnexplorer.core.messages import mark
from cnnexplorer.labs.answers import read_cell
from cnnexplorer.ui.language import _, language

from .fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnnexplorer.labs.model import ClickTask, FigureTask, FindTask, MeasureTask, ReachTask
    from cnnexplorer.labs.progress import Figure

    from .bench import Bench, Cell

MOST_NAMED = 8
THUMBNAIL = 120


class SteadyLabel(QLabel):
    """Says one thing or another, and keeps the height of the longest: what lies below it stays in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._longest = ""

    def say_one_of(self, text: str, longest: str) -> None:
        """Say a text where the longest text could be said as well."""
        self._longest = longest
        self.setText(text)
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the longest text."""
        room = QRect(0, 0, max(width, 1), 10_000)
        longest = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self._longest).height()
        return max(super().heightForWidth(width), longest)


class ClickField(Field):
    """Says which cells are marked in the live map."""

    def __init__(self, task: ClickTask, bench: Bench) -> None:
        super().__init__()
        self._task, self._bench = task, bench
        self._cells: set[Cell] = set()
        self._says = SteadyLabel()
        self.clear = QPushButton()
        self.say(self.clear.setText, mark("Clear"))
        self.tip(self.clear, mark("Mark no cell"))
        self.clear.clicked.connect(lambda: bench.set_cells(set()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._says, 1)
        row.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignTop)
        bench.cells_picked.connect(self._take)
        self.setFocusProxy(self.clear)
        self.retranslate()

    def answer(self) -> object:
        """Return the marked cells."""
        return set(self._cells)

    def written(self) -> str:
        """Return the marked cells by row and column."""
        return _named(self._cells)

    def retranslate(self) -> None:
        """Say what is marked, or how to mark."""
        self.clear.setEnabled(bool(self._cells))
        how = (
            _("Click in the image, or drag over several cells. With the keys: arrows, then Enter; Shift+Enter "
              "marks as far as there.")
            if self._task.view < 0
            else _("Click in the map of stage {stage}, or drag over several cells. With the keys: arrows, then Enter; "
                   "Shift+Enter marks as far as there.").format(stage=self._task.view + 1)
        )  # fmt: skip
        marked = _("Marked (row, column): {cells}").format(cells=_named(self._cells))
        self._says.say_one_of(marked if self._cells else how, how)

    def draft(self) -> tuple[str, ...]:
        """Return the marked cells."""
        return tuple(f"{row},{column}" for row, column in sorted(self._cells))

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Mark the cells again."""
        try:
            self._bench.set_cells({read_cell(part) for part in draft})
        except NumberError:
            return

    def _take(self, cells: set[Cell]) -> None:
        if cells != self._cells:
            self._cells = set(cells)
            self.retranslate()
            self.edited.emit()


def _named(cells: set[Cell]) -> str:
    named = ", ".join(f"({row}, {column})" for row, column in sorted(cells)[:MOST_NAMED])
    return named if len(cells) <= MOST_NAMED else f"{named}, … ({len(cells)})"


class ReachField(Field):
    """Says that the live workspace is looked at."""

    def __init__(self, task: ReachTask, bench: Bench) -> None:
        super().__init__()
        self._task, self._bench = task, bench
        says = QLabel()
        says.setWordWrap(True)
        text = mark("Work in the workspace: it is checked as you go. “Check” tells what is missing; that costs "
                    "nothing.")  # fmt: skip
        self.say(says.setText, text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(says)

    def written(self) -> str:
        """Return the settings of the workspace."""
        return self._bench.in_words(self._task) or _("the state of the workspace")


class FindField(Field):
    """A filter: the one that the Network workspace shows, or a number that is typed."""

    def __init__(self, task: FindTask, bench: Bench) -> None:
        super().__init__()
        self._task, self._bench = task, bench
        self.line = QLineEdit()
        self.line.setMaxLength(40)
        self.tip(self.line, mark("The number of the filter, counted from 0; empty for the one that is chosen now"))
        self.line.returnPressed.connect(self.given)
        self.line.textChanged.connect(self.edited)
        self._says = SteadyLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._says)
        column.addWidget(self.line)
        self.setFocusProxy(self.line)
        bench.changed.connect(self.retranslate)
        self.retranslate()

    def answer(self) -> object:
        """Return the typed number; None for the filter that is chosen."""
        return self.line.text().strip() or None

    def draft(self) -> tuple[str, ...]:
        """Return what was typed."""
        return (self.line.text(),)

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Show again what was typed."""
        self.line.setText(draft[0])

    def written(self) -> str:
        """Return the number of the filter."""
        view = self._bench.state().network
        return self.line.text().strip() or ("" if view is None else f"{view.layer}: {view.unit}")

    def retranslate(self) -> None:
        """Say which filter is chosen."""
        view = self._bench.state().network
        self.line.setPlaceholderText(_("or type its number"))
        choose = _("Choose a filter of {layer} in the Network workspace.").format(layer=self._task.layer)
        text = choose
        if view is not None and view.layer == self._task.layer:
            text = _("Chosen now: filter {unit} of {layer}").format(unit=view.unit, layer=view.layer)
        self._says.say_one_of(text, choose)


class MeasureField(Field):
    """A number for each layer, read off the Robustness page."""

    def __init__(self, task: MeasureTask) -> None:
        super().__init__()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        self.lines: list[QLineEdit] = []
        for layer in task.layers:
            line = QLineEdit()
            line.setMaxLength(80)
            line.setAccessibleName(layer)
            self.say(line.setToolTip, mark("The number of this layer, as the page shows it"))
            line.returnPressed.connect(self.given)
            line.textChanged.connect(self.edited)
            name = QLabel(layer)
            name.setTextFormat(Qt.TextFormat.PlainText)
            name.setBuddy(line)
            form.addRow(name, line)
            self.lines.append(line)
        self._layers = task.layers
        self.setFocusProxy(self.lines[0])

    def answer(self) -> object:
        """Return what was typed for each layer."""
        return [line.text() for line in self.lines]

    def draft(self) -> tuple[str, ...]:
        """Return what was typed for each layer."""
        return tuple(line.text() for line in self.lines)

    def bring_back(self, draft: tuple[str, ...]) -> None:
        """Show again what was typed."""
        for line, text in zip(self.lines, draft, strict=False):
            line.setText(text)

    def written(self) -> str:
        """Return layers and numbers."""
        return ", ".join(f"{layer}: {line.text()}" for layer, line in zip(self._layers, self.lines, strict=True))


class FigureField(Field):
    """Takes figures of the live workspace."""

    def __init__(self, task: FigureTask, taken: Callable[[], Sequence[Figure]], take: Callable[[], object]) -> None:
        super().__init__()
        self._task, self._taken = task, taken
        self._says = QLabel()
        self._says.setTextFormat(Qt.TextFormat.PlainText)
        self._says.setWordWrap(True)
        self._pictures = QLabel()
        self.button = QPushButton()
        self.say(self.button.setText, mark("Take a figure"))
        self.tip(self.button, mark("Put a picture of the workspace, as it is now, into the report"))
        self.button.clicked.connect(take)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._says)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._pictures)
        self.setFocusProxy(self.button)
        self.retranslate()

    def answer(self) -> object:
        """Return how many were taken."""
        return len(self._taken())

    def written(self) -> str:
        """Return how many were taken, in words."""
        return _("{count} figures").format(count=len(self._taken()))

    def retranslate(self) -> None:
        """Say what is to be taken and how many there are."""
        figures = self._taken()
        text = _("Taken: {taken} of {count}").format(taken=len(figures), count=self._task.count)
        about = self._task.of.of(language())
        self._says.setText(f"{about}\n{text}" if about else text)
        picture = QPixmap()
        if figures:
            picture.loadFromData(figures[-1].png)
            picture = picture.scaledToWidth(THUMBNAIL * 2, Qt.TransformationMode.SmoothTransformation)
        self._pictures.setPixmap(picture)
        self._pictures.setVisible(bool(figures))
