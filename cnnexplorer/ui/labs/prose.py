"""A text of a lab: the small Markdown, as high as it needs to be."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser

from cnnexplorer.core import UserError, load_image
from cnnexplorer.labs import LabError, Text, as_html, as_text, parse_markdown, said
from cnnexplorer.labs.places import file_in
from cnnexplorer.ui.language import Speaking, _, language
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.theme import colours

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QResizeEvent, QWheelEvent

    from cnnexplorer.labs.verdict import Said

LONGEST_SIDE = 900  # pixels of a picture in a text


class Prose(Speaking, QTextBrowser):
    """Shows texts of a lab in the language in use. Nothing in it is fetched, followed or run.

    Parameters
    ----------
    folder
        The lab's folder, where the pictures lie that the texts name.
    """

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._folder = folder
        self._sayings: tuple[Said, ...] = ()
        self._pictures: dict[str, QImage] = {}
        self._wanted: set[str] = set()
        self._task = LatestTask(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.viewport().setAutoFillBackground(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.document().setDocumentMargin(0)

    def set_folder(self, folder: Path | None) -> None:
        """Take pictures from another folder."""
        if folder != self._folder:
            self._folder = folder
            self._pictures.clear()
            self._wanted.clear()

    def show_texts(self, *sayings: Said) -> None:
        """Show texts below each other."""
        self._sayings = sayings
        self.retranslate()

    def retranslate(self) -> None:
        """Show the texts in the language in use."""
        parts, spoken = [], []
        for saying in self._sayings:
            text = said(saying, language(), _)
            if not isinstance(saying, Text):
                parts.append(f"<p>{html.escape(text)}</p>".replace("\n", "<br>"))
                spoken.append(text)
                continue
            try:
                blocks = parse_markdown(text)
            except LabError:  # the editor shows a text that is being written
                parts.append(f"<p>{html.escape(text)}</p>")
                spoken.append(text)
            else:
                parts.append(as_html(blocks, self._address))
                spoken.append(as_text(blocks))
        self.setAccessibleName("\n".join(spoken))
        theme = colours(self)
        self.document().setDefaultStyleSheet(
            f"pre {{ background-color: {theme.base}; }} p {{ margin-top: 0px; margin-bottom: 6px; }}"
            f"code {{ color: {theme.accent}; }}"
        )
        self.setHtml("".join(parts))
        self._fit()
        self._load_pictures()

    def restyle(self) -> None:
        """Take the theme's colours."""
        self.retranslate()

    def loadResource(self, kind: int, url: QUrl | str) -> object:
        """Give pictures of the lab's folder, which are decoded by the program's own reader; and nothing else."""
        url = QUrl(url)
        if QTextDocument.ResourceType(kind) == QTextDocument.ResourceType.ImageResource and url.scheme() == "lab":
            return self._pictures.get(url.path(), QImage())
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the panel."""
        event.ignore()

    def sizeHint(self) -> QSize:
        """Return the size of the text."""
        return QSize(280, self.height())

    def _fit(self) -> None:
        document = self.document()
        document.setTextWidth(max(self.viewport().width(), 40))
        wide = document.size().width() > self.viewport().width() + 1
        bar = self.horizontalScrollBar().sizeHint().height() if wide else 0
        self.setFixedHeight(math.ceil(document.size().height()) + bar + 1)

    def _address(self, file: str) -> str:
        """Return the address of a picture; its words stand there until it is loaded, or where it cannot be."""
        known = self._pictures.get(file)
        if known is None:
            self._wanted.add(file)
        return "" if known is None or known.isNull() else f"lab:{file}"

    def _load_pictures(self) -> None:
        """Load what the text names, off the GUI thread, and show the text again."""
        folder, wanted = self._folder, frozenset(self._wanted)
        if not wanted:
            return

        def loaded(found: dict[str, QImage]) -> None:
            self._wanted -= wanted
            if folder == self._folder:
                self._pictures.update(found)
                self.retranslate()

        def failed(error: BaseException) -> None:
            raise error

        self._task.start(lambda: {file: _load(folder, file) for file in wanted}, loaded, failed)


def _load(folder: Path | None, file: str) -> QImage:
    """Return a picture of a lab's folder; a null one where it cannot be had: then its words stand there."""
    try:
        pixels = load_image(file_in(folder, file), max_side=LONGEST_SIDE)
    except UserError:
        return QImage()
    data = (pixels.transpose(1, 2, 0) * 255).round().astype("uint8").copy()
    height, width = data.shape[:2]
    colour = QImage.Format.Format_RGB888 if data.shape[2] == 3 else QImage.Format.Format_Grayscale8
    return QImage(data.data, width, height, width * data.shape[2], colour).copy()
