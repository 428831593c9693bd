"""The list of what is wrong with a lab, in the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from cnnexplorer.core.messages import mark
from cnnexplorer.ui.language import Speaking, _
from cnnexplorer.ui.trouble import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnexplorer.labs import LabError

HEADERS = (mark("Line"), mark("Where"), mark("What is wrong"))
MARGIN = 6  # pixels around the text of a row
_LINE = Qt.ItemDataRole.UserRole


class Problems(Speaking, QTreeWidget):
    """Lists problems: line, field, sentence.

    Signals: `line_asked(line)`.
    """

    line_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setWordWrap(True)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.sectionResized.connect(lambda *_section: self._fit_rows())
        self.tip(self, mark("What is wrong; Enter or a double click goes to the line"))
        self.itemActivated.connect(self._ask)
        self.retranslate()
        header.setSectionResizeMode(len(HEADERS) - 1, QHeaderView.ResizeMode.Stretch)

    def show_problems(self, problems: Sequence[LabError]) -> None:
        """List problems."""
        self.clear()
        for problem in problems:
            item = QTreeWidgetItem([str(problem.line or ""), problem.field, told(problem)])
            item.setData(0, _LINE, problem.line)
            for column in range(len(HEADERS)):
                item.setTextAlignment(column, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            self.addTopLevelItem(item)
        self._fit_rows()

    def retranslate(self) -> None:
        """Name the columns."""
        self.setHeaderLabels([_(text) for text in HEADERS])

    def _ask(self, item: QTreeWidgetItem) -> None:
        line = item.data(0, _LINE)
        if line is not None:
            self.line_asked.emit(line)

    def _fit_rows(self) -> None:
        """Make room for sentences of several lines: a tree asks for the height of one."""
        last = len(HEADERS) - 1
        room = QRect(0, 0, max(self.columnWidth(last) - 2 * MARGIN, 40), 10_000)
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            assert item is not None
            height = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text(last)).height()
            item.setSizeHint(last, QSize(0, height + MARGIN))
