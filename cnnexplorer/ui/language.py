"""English and Spanish, switched while the program runs.

English is in the source; other languages are gettext catalogues in resources/translations.
"""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QApplication

from cnnexplorer.catalogue import LANGUAGES, load_catalogue
from cnnexplorer.core.messages import mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent
    from PySide6.QtWidgets import QWidget


class _Voice:
    """The catalogue in use; the one thing here that changes."""

    code = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()
    qt: tuple[QTranslator, ...] = ()


# what a dialog of Qt's own says that Qt's catalogue leaves in English
QT_WORDS = frozenset((mark("&Look in:"), mark("Files of &type:")))


class _QtWords(QTranslator):
    """Says the words of Qt's dialogs that its own catalogue lacks."""

    def translate(self, _context: str, text: str, _disambiguation: str | None = None, _count: int = -1) -> str | None:
        """Return one of these words in the language in use; None lets another translator say it."""
        return _Voice.catalogue.gettext(text) if text in QT_WORDS else None


def translate(text: str) -> str:
    """Return an English text in the language in use."""
    return _Voice.catalogue.gettext(text) if text else ""


def translate_count(one: str, many: str, count: int, **values: object) -> str:
    """Return the text for one or for many in the language in use, with {count} and other values put in."""
    return _Voice.catalogue.ngettext(one, many, count).format(count=count, **values)


_ = translate


def language() -> str:
    """Return the code of the language in use."""
    return _Voice.code


def system_language() -> str:
    """Return the system's language where the program speaks it, else English."""
    code = QLocale.system().name()[:2]
    return code if code in LANGUAGES else "en"


def use_language(code: str) -> None:
    """Switch to a language, and let every widget say its texts again."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    _Voice.code = code
    _Voice.catalogue = load_catalogue(code)
    for old in _Voice.qt:
        app.removeTranslator(old)
    _Voice.qt = ()
    if code != "en":
        translator = QTranslator(app)
        translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        _Voice.qt = (translator, _QtWords(app))
        for new in _Voice.qt:
            app.installTranslator(new)
    # Qt would post this event for its own translator only, and later: widgets must agree at once.
    for widget in app.topLevelWidgets():
        app.sendEvent(widget, QEvent(QEvent.Type.LanguageChange))


def plain(text: str) -> str:
    """Return a text for a tooltip that Qt shows letter by letter, though a foreign name in it may look like HTML.

    >>> plain("photo.png")
    'photo.png'
    """
    if not Qt.mightBeRichText(text):
        return text
    return str(Qt.convertFromPlainText(text, Qt.WhiteSpaceMode.WhiteSpaceNormal))


class Speaking:
    """A widget whose texts follow the language, and whose icons follow the theme.

    Mixed in before the Qt class. `say` and `tip` give a text once for all languages; what depends on more than the
    language belongs into `retranslate`, what depends on colours into `restyle`.
    """

    def say(self, setter: Callable[[str], object], text: str) -> None:
        """Hand a text to a setter, now and after each change of language."""
        self.__dict__.setdefault("_texts", []).append((setter, text))
        setter(translate(text))

    def tip(self, widget: QWidget, text: str) -> None:
        """Give a control its tooltip and its accessible name."""
        self.say(widget.setToolTip, text)
        self.say(widget.setAccessibleName, text)

    def retranslate(self) -> None:
        """Say again what `say` cannot know."""

    def restyle(self) -> None:
        """Take colours and icons from the theme again."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the palette."""
        if event.type() == QEvent.Type.LanguageChange:
            for setter, text in self.__dict__.get("_texts", ()):
                setter(translate(text))
            self.retranslate()
        elif event.type() == QEvent.Type.PaletteChange:
            self.restyle()
        super().changeEvent(event)  # type: ignore[misc]  # the Qt class comes next


class SaidWhenSeen:
    """A large part of the window that follows the language when it is next seen: all at once would hold it up.

    Mixed in before the Qt class.
    """

    _unsaid = False

    def event(self, event: QEvent) -> bool:
        """Put off another language while hidden."""
        if event.type() == QEvent.Type.LanguageChange and not self.isVisible():  # type: ignore[attr-defined]
            self._unsaid = True
            return True
        return bool(super().event(event))  # type: ignore[misc]  # the Qt class comes next

    def showEvent(self, event: QShowEvent) -> None:
        """Say what was put off."""
        super().showEvent(event)  # type: ignore[misc]
        self.catch_up()

    def catch_up(self) -> None:
        """Say what was put off, if anything was; parts in it that are hidden put it off further."""
        if self._unsaid:
            self._unsaid = False
            super().event(QEvent(QEvent.Type.LanguageChange))  # type: ignore[misc]
