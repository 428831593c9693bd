"""Asking for a file to save to; nothing that is there is overwritten without a question."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog

from cnnexplorer.ui.language import _
from cnnexplorer.ui.questions import CANCEL, DISCARD, Answer, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


def first_folder(remembered: str) -> Path:
    """Return where to save: in the folder that was used last, else among the documents, else at home."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return next((Path(place) for place in (remembered, documents) if place and Path(place).is_dir()), Path.home())


def ask_where(
    window: QWidget, title: str, start: Path, kind: str, then: Callable[[Path], object], own: Path | None = None
) -> None:
    """Ask for a file with the ending of `start`, and do `then` with it.

    Parameters
    ----------
    kind
        What such files are called.
    own
        The file that is written anew without a question.
    """
    suffix = start.suffix
    name, _filter = QFileDialog.getSaveFileName(
        window,
        title,
        str(start),
        f"{kind} (*{suffix})",
        options=QFileDialog.Option.DontConfirmOverwrite,  # asked here: the ending may be added
    )
    if not name:
        return
    path = Path(name).absolute()
    path = path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
    if not os.path.lexists(path) or path == own:
        then(path)
        return
    Question(
        window,
        title,
        _("{file} is there already.").format(file=path.name),
        _("What is in it now would be lost."),
        (
            Answer("cancel", _("Cancel"), CANCEL),
            Answer("overwrite", _("&Overwrite"), DISCARD, lambda: then(path)),
        ),
    ).open()
