"""What the tests of the Network workspace share."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication

from cnnexplorer.ui import language
from cnnexplorer.ui.nets.state import Chosen

if TYPE_CHECKING:
    import pytest
    from PySide6.QtWidgets import QWidget


IN_USE = Chosen("alexnet2012", "random", seed=1, device="cpu")


class Marked(gettext.NullTranslations):
    """A catalogue of a language in which every text is marked: what is not, was not translated."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


def speak_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch to a language in which every text is marked."""
    with monkeypatch.context() as patch:
        patch.setattr(language, "load_catalogue", lambda _code: Marked())
        language.use_language("es")


def tooltip(widget: QWidget, point: QPoint, module: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rest with the mouse on a point of a widget; return what its module has shown as a tooltip, empty for nothing."""
    shown = [""]

    class Shown:
        @staticmethod
        def showText(_place: QPoint, text: str, *_where: object) -> None:
            shown.append(text)

        @staticmethod
        def hideText() -> None:
            shown.append("")

    monkeypatch.setattr(module, "QToolTip", Shown)
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, point, widget.mapToGlobal(point)))
    return shown[-1]
