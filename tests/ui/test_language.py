"""English and Spanish: catalogues that are complete, and no English left in any corner of the Spanish window."""

from __future__ import annotations

import ast
import gettext
import io
import re
import string

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTabBar,
    QTableWidget,
    QWidget,
)

from cnnexplorer.core import Convolution, Experiment, Flatten, Pooling, Session, SessionError
from cnnexplorer.core.messages import UserError
from cnnexplorer.core.samples import make_sample
from cnnexplorer.core.session import session_bytes, session_from_bytes
from cnnexplorer.ui import language
from cnnexplorer.ui.conv.picture_dialog import Picture, PictureDialog
from cnnexplorer.ui.help_pages import TOUR, AboutPage, CommandPalette, ShortcutsPage
from cnnexplorer.ui.language import system_language, translate, translate_count, use_language
from cnnexplorer.ui.tasks import LatestTask
from cnnexplorer.ui.trouble import BugDialog
from tests.translations import FOLDER, ROOT, compiled, errors, extracted, read

from .helpers import catch_up, hover_cell, set_image

# catalogues


def fields(text: str) -> set[str]:
    return {name for _literal, name, _form, _conversion in string.Formatter().parse(text) if name is not None}


def forms(text: object) -> list[str]:
    return list(text) if isinstance(text, list | tuple) else [text]


@pytest.fixture(scope="module")
def spanish():
    return read("es")


def test_every_text_is_in_the_catalogue_and_translated(spanish):
    missing = [
        message.id
        for message in extracted()
        if message.id and ((found := spanish.get(message.id, message.context)) is None or not all(forms(found.string)))
    ]
    assert not missing, f"{len(missing)} texts without Spanish: python -m tests.translations, then translate"


def test_sentences_of_every_kind_of_trouble_are_among_the_texts():
    kinds, seen = [UserError], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__.startswith("cnnexplorer."):
            seen.add(kind.__name__)
    assert {"SessionError", "SettingError", "SaveError"} <= seen <= errors()
    assert "{file} is damaged ({what}): open an earlier copy of it" in [message.id for message in extracted()]


def test_no_text_is_hidden_from_the_extraction():
    """Inside of an f-string Babel does not see a call."""
    found = {text for message in extracted() for text in forms(message.id)}
    said = {
        node.args[0].value
        for path in (ROOT / "cnnexplorer").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "mark")
        if isinstance(node.args[0], ast.Constant)
    }
    assert len(said) > 500
    assert not said - found


@pytest.mark.parametrize("cut", [0, 3, 40, -1])
def test_a_session_that_was_cut_is_told_in_one_language(spanish, cut: int):
    whole = session_bytes(Session(Experiment([[[1.0, -2.0]]], (Flatten(),))))
    with pytest.raises(SessionError) as caught:
        session_from_bytes(whole[:cut], "cut.cnnx")
    told = caught.value.sentence(lambda text: spanish[text].string if text in spanish else "")
    assert "cut.cnnx" in told
    assert not re.search(r"\b(is|its|the|of|open|choose)\b", told)


def test_the_catalogue_holds_nothing_that_is_no_longer_said(spanish):
    said = {(str(message.id), message.context) for message in extracted()}
    assert not [message.id for message in spanish if message.id and (str(message.id), message.context) not in said]


def test_translations_have_the_same_placeholders(spanish):
    wrong = []
    for message in spanish:
        wanted = set().union(*(fields(text) for text in forms(message.id)))
        wrong += [text for text in forms(message.string) if text and fields(text) != wanted]
    assert not wrong


def test_translations_keep_the_marks_of_keys_and_dots(spanish):
    for message in spanish:
        for one, other in zip(forms(message.id), forms(message.string), strict=False):
            if other and one:
                assert one.count("…") == other.count("…"), one
                assert ("&" in one) == ("&" in other), one


def test_no_translation_is_fuzzy(spanish):
    assert not [message.id for message in spanish if message.id and message.fuzzy]


def test_the_compiled_catalogue_is_that_of_the_texts(spanish):
    found, expected = (
        {key: text for key, text in gettext.GNUTranslations(io.BytesIO(data))._catalog.items() if key}
        for data in ((FOLDER / "es.mo").read_bytes(), compiled(spanish))
    )  # the header aside: Babel writes the time into it
    assert found == expected


# the window


def texts_of(root: QWidget) -> set[str]:
    """Return every text that a widget and all in it show, tell on hovering, or say to a screen reader."""
    found: set[str] = set()
    for widget in [root, *root.findChildren(QWidget)]:
        if isinstance(widget.parent(), QTabBar):
            continue  # Qt's own buttons to scroll with
        own = [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.statusTip()]
        if widget.isWindow():
            own.append(widget.windowTitle())
        standard = isinstance(widget.parent(), QDialogButtonBox) and widget.parent().standardButton(
            widget
        ) != QDialogButtonBox.StandardButton.NoButton if isinstance(widget, QAbstractButton) else False  # fmt: skip
        if isinstance(widget, QLabel) or (isinstance(widget, QAbstractButton) and not standard):
            own.append(widget.text())
        if isinstance(widget, QLineEdit):
            own.append(widget.placeholderText())
        if isinstance(widget, QComboBox):
            own += [widget.itemText(index) for index in range(widget.count())]
            own += [widget.itemData(index, Qt.ItemDataRole.ToolTipRole) or "" for index in range(widget.count())]
        if isinstance(widget, QTabBar):
            own += [widget.tabText(index) for index in range(widget.count())]
        if isinstance(widget, QMenu):
            own += [widget.title(), *(action.text() for action in widget.actions())]
            own += [action.toolTip() for action in widget.actions()]
        if isinstance(widget, QListWidget):
            for row in range(widget.count()):
                own += [widget.item(row).text().partition("    ")[0], widget.item(row).toolTip()]
        if isinstance(widget, QTableWidget):
            for row in range(widget.rowCount()):
                own += [widget.item(row, column).text() for column in (0, 1)]
            own += [widget.horizontalHeaderItem(column).text() for column in range(3)]
        own += [text for action in widget.actions() for text in (action.text(), action.toolTip(), action.statusTip())]
        found |= {text for text in own if text}
    return found


def walk(qtbot, window, tmp_path) -> set[str]:
    """Return the texts of every page and dialog."""
    found: set[str] = set()

    def look(widget: QWidget) -> None:
        found.update(texts_of(widget))

    catch_up(window)
    look(window)
    conv = window.conv
    for key, card in list(conv.strip.cards.items()):
        conv.select(key)
        look(window)
        hover_cell(qtbot, card.view, 0, 0)
        found.add(window.status_cell.text().partition(": ")[0])
        menu = card.menu()
        look(menu)
        menu.deleteLater()
    for index in (1, 2):
        conv.select(("stage", index))
        page = conv.inspector.activation if index == 1 else conv.inspector.pooling
        choice = page.function if index == 1 else page.kind
        for place in range(choice.count()):
            choice.setCurrentIndex(place)
            choice.activated.emit(place)
            look(window)
    conv.select(("stage", 0))
    conv.inspector.convolution.save_preset("xyz")
    conv.inspector.convolution._open_more(QPoint())
    for menu in conv.inspector.convolution.findChildren(QMenu):
        look(menu)
    window.recent.aboutToShow.emit()
    look(window.recent)
    info = type("Info", (), {"name": "x.png", "format": "PNG", "width": 4000, "height": 9, "frames": 3,
                             "has_alpha": True, "channels": "rgb"})()  # fmt: skip
    import numpy as np

    class Still(Picture):
        def load(self, max_side: int | None = None) -> np.ndarray:
            return np.zeros((3, 4, 4))

    dialogs = [CommandPalette(window.actions_, window), ShortcutsPage(window), AboutPage(None, window),
               BugDialog("x", None, window), PictureDialog(Still(b"", info), LatestTask(window), window)]  # fmt: skip
    for dialog in dialogs:
        dialog.show()
        look(dialog)
        dialog.reject()
        dialog.deleteLater()
    window.actions_["tour"].trigger()
    for step in range(len(TOUR)):
        window.tour.show_step(step)
        look(window.tour)
    window.tour.end()
    return found


@pytest.fixture
def busy_window(window):
    """A window in which as many texts as possible are seen."""
    set_image(window, make_sample("digit")[:, :9, :8], *window.conv.model.experiment.stages, Flatten())
    window.conv.model.edit(
        lambda e: type(e)(e.image, (Convolution(e.stages[0].weight, stride=2, padding=(1, 0, 0, 2)), e.stages[1],
                                    Pooling("average", 2), Flatten())), "x",
    )  # fmt: skip
    return window


def pattern_of(text: str) -> re.Pattern[str]:
    parts = [re.escape(literal) + (".+?" if name is not None else "") for literal, name, *_ in
             string.Formatter().parse(text)]  # fmt: skip
    return re.compile("".join(parts), re.DOTALL)


@pytest.fixture
def still_menus(monkeypatch):
    """Menus are made and read, but not shown: the offscreen screen cannot."""
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)


def test_the_spanish_window_has_no_english_left(qtbot, busy_window, tmp_path, spanish, still_menus):
    english = [
        text
        for message in spanish
        for text, other in zip(forms(message.id), forms(message.string), strict=False)
        if text and other and text != other
    ]
    same = {other for message in spanish for other in forms(message.string)}
    patterns = [
        pattern_of(text)
        for text in english
        if text not in same and (not fields(text) or len(re.sub(r"\{.*?\}|\W", "", text)) >= 4)
    ]
    assert len(patterns) > 300, "the catalogue is not translated"
    busy_window.actions_["language_es"].trigger()
    left = []
    for text in walk(qtbot, busy_window, tmp_path):
        for part in {text, re.sub(r" \([^()]*\)$", "", text)}:
            left += [part for pattern in patterns if pattern.fullmatch(part)]
    assert not left


class Brackets(gettext.NullTranslations):
    """A language in which every translated text stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"


# what has one name in every language, and what Qt or the system names
WORDS = (
    r"ReLU\d?|GELU|ELU|SiLU|tanh|erf|exp|max|min|sqrt|ln|log|RGB|PNG|Ctrl|Shift|Home|End|Left|Right|Up|Down|Space|"
    r"Python|PySide6|NumPy|torch|CNN Explorer|px|PgUp|PgDown|Del|ms|F1|cuda|unknown"
)
NAMES = {"English", "Español", "CPU", "CNN Explorer", "Leaky ReLU", "Softplus", "Hardtanh", "xyz", "tanh", "None"}


def test_no_text_bypasses_the_catalogue(qtbot, busy_window, tmp_path, monkeypatch, still_menus):
    """In a made-up language that brackets what it translates, every word on screen stands in brackets."""
    monkeypatch.setattr(
        language, "load_catalogue", lambda code: Brackets() if code == "es" else gettext.NullTranslations()
    )
    use_language("es")
    bare = []
    for text in walk(qtbot, busy_window, tmp_path):
        text = re.sub(r" \([^()]*\)$", "", text)  # the keys of a shortcut, as the system names them
        rest = text
        while "⟦" in rest:
            rest = re.sub(r"⟦[^⟦⟧]*⟧", "", rest)
        rest = re.sub(rf"\b({WORDS})\b", "", rest)
        if rest.strip() not in NAMES and text not in NAMES and re.search(r"[A-Za-zÀ-ÿ]{3,}", rest):
            bare.append(text)
    assert not bare


def test_switching_back_gives_the_same_english(qtbot, busy_window):
    figures = busy_window.conv.inspector.display
    qtbot.waitUntil(lambda: not figures._count.isActive() and figures.figures["mean"].text() != "", timeout=3000)
    before = texts_of(busy_window)
    busy_window.actions_["language_es"].trigger()
    during = texts_of(busy_window)
    busy_window.actions_["language_en"].trigger()
    assert texts_of(busy_window) == before
    assert len(during - before) > 100


def test_qt_s_own_buttons_speak_spanish_too(window):
    use_language("es")
    page = ShortcutsPage(window)
    assert "Cerrar" in page.findChild(QDialogButtonBox).buttons()[0].text()
    page.deleteLater()


def test_a_message_that_is_open_is_said_again(window):
    window.show_trouble(UserError("nothing that was dropped is a picture: drop a picture file"))
    english = window.banner.text
    window.actions_["language_es"].trigger()
    assert window.banner.text not in ("", english)


def test_counts_have_their_forms(qapp):
    for code in ("en", "es"):
        use_language(code)
        assert translate_count("row", "rows", 1) != translate_count("row", "rows", 2)
    assert translate("") == ""


def test_the_first_start_follows_the_system():
    assert system_language() in ("en", "es")


def test_arithmetic_has_the_decimal_point_in_spanish(window):
    window.conv.inspector.convolution.matrix.edited.emit(0, 0, 0.25)
    before = window.conv.arithmetic.text()
    window.actions_["language_es"].trigger()
    assert window.conv.arithmetic.text() == before
    assert "0.25" in before


@pytest.mark.parametrize(("hidden", "shown"), [("conv", "net"), ("labs", "conv")])
def test_a_workspace_that_is_hidden_speaks_when_it_is_seen(window, hidden: str, shown: str):
    window.show_workspace(hidden)
    found = window.conv if hidden == "conv" else window.labs.workspace
    texts = texts_of(found)
    window.show_workspace(shown)
    window.actions_["language_es"].trigger()
    unsaid = texts_of(found) & texts
    window.show_workspace(hidden)
    assert len(unsaid - texts_of(found)) > (50 if hidden == "conv" else 5)


def test_words_that_qt_leaves_in_english_are_the_programs(qtbot):
    for code in ("es", "en"):
        use_language(code)
        dialog = QFileDialog()
        qtbot.addWidget(dialog)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        shown = {label.text() for label in dialog.findChildren(QLabel)}
        assert {translate(word) for word in language.QT_WORDS} <= shown
        assert QCoreApplication.translate("QFileDialog", "&Save") == {"es": "&Guardar", "en": "&Save"}[code]
