"""Questions before something that cannot be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnexplorer.ui.language import _
from cnnexplorer.ui.questions import CANCEL, DISCARD, Answer, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


def ask_to_show(window: QWidget, show: Callable[[], object]) -> None:
    """Ask whether the answer of a step is to be shown for no points, and show it."""
    Question(
        window,
        _("Show the answer"),
        _("Show the answer?"),
        _("This step then gives no points. Another try, or a hint, costs less."),
        (Answer("cancel", _("&Try on"), CANCEL), Answer("show", _("&Show the answer"), DISCARD, show)),
    ).open()


def ask_without_name(window: QWidget, type_it: Callable[[], object], save: Callable[[], object]) -> None:
    """Ask whether a report is to be saved without a name."""
    Question(
        window,
        _("Save the report"),
        _("Save the report without a name?"),
        _("Your teacher cannot tell whose it is."),
        (
            Answer("name", _("&Type the name"), CANCEL, type_it),
            Answer("save", _("&Save without a name"), DISCARD, save),
        ),
    ).open()
