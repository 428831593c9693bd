"""Light and dark: palettes, the colours of the roles, and icons.

Input is blue, kernel orange, output green, in every view.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

import qtawesome
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPalette
from PySide6.QtWidgets import QApplication
from qtawesome.iconic_font import IconicFont

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Colours:
    """The colours of a theme, as #rrggbb."""

    window: str
    panel: str
    base: str
    text: str
    muted: str
    line: str
    button: str
    accent: str
    on_accent: str
    input: str
    kernel: str
    output: str
    hover: str
    warning: str
    warning_text: str
    error: str
    invalid: str

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        """Return a role's colour, at an opacity from 0 to 1."""
        colour = QColor(getattr(self, role))
        colour.setAlphaF(alpha)
        return colour


LIGHT = Colours(
    window="#f3f4f6", panel="#fbfbfc", base="#ffffff", text="#1b1f24", muted="#5b6470", line="#d3d8de",
    button="#f7f8fa", accent="#2563c9", on_accent="#ffffff", input="#1f6fd6", kernel="#c75f00", output="#15803d",
    hover="#a21caf", warning="#fff4d6", warning_text="#6b4a00", error="#c02626", invalid="#fbe3e3",
)  # fmt: skip
DARK = Colours(
    window="#1c1f24", panel="#22262c", base="#15181c", text="#e7eaee", muted="#9aa4b0", line="#3a414a",
    button="#2b3037", accent="#5b9bff", on_accent="#0d1117", input="#63a8ff", kernel="#ffa04d", output="#4fce80",
    hover="#e879f9", warning="#40340f", warning_text="#ffdf8a", error="#ff7b72", invalid="#4a2326",
)  # fmt: skip
BOX_FRAME = "#747d87"  # made darker by Fusion
assert len(fields(LIGHT)) == len(fields(DARK))


def colours(widget: QWidget) -> Colours:
    """Return the colours that go with a widget's palette."""
    return DARK if widget.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def use_theme(name: str) -> None:
    """Switch to "light", "dark", or what the system prefers ("system")."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    hints = app.styleHints()
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    hints.setColorScheme(schemes.get(name, Qt.ColorScheme.Unknown))
    dark = name == "dark" or (name == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    app.setPalette(palette(DARK if dark else LIGHT))
    boxes = palette(DARK if dark else LIGHT)
    if dark:  # Fusion draws the frame of an empty box darker than the window: there would be none
        boxes.setColor(QPalette.ColorRole.Window, QColor(BOX_FRAME))
    for widget in ("QCheckBox", "QRadioButton", "CheckList"):
        QApplication.setPalette(boxes, widget)  # type: ignore[arg-type]  # takes a str, and no bytes as it says


def palette(theme: Colours) -> QPalette:
    """Return a full palette: on a bare X server the colour scheme alone changes nothing."""
    role = QPalette.ColorRole
    result = QPalette()
    for name, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.panel),
        (role.Text, theme.text),
        (role.Button, theme.button),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.ToolTipBase, theme.panel),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.hover),
        (role.PlaceholderText, theme.muted),
        (role.Light, theme.panel),
        (role.Midlight, theme.button),
        (role.Mid, theme.line),
        (role.Dark, theme.line),
        (role.Shadow, "#000000"),
    ):
        result.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.muted))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    return result


def icon(name: str, widget: QWidget, role: str = "text") -> QIcon:
    """Return an icon in a colour of the widget's theme; `name` is one of Material Design's.

    On a chosen row of a list it has the colour of the text there.
    """
    theme = colours(widget)
    return _icon(name, getattr(theme, role), theme.muted, theme.on_accent)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled: str, chosen: str) -> QIcon:
    return _icon_font().icon(  # type: ignore[no-any-return]
        f"mdi6.{name}", color=colour, color_disabled=disabled, color_selected=chosen
    )


@lru_cache(maxsize=1)
def _icon_font() -> IconicFont:
    """Load one family of icons: qtawesome's own `icon` would load all twelve, a tenth of the time to the window."""
    return IconicFont(*(family for family in qtawesome._BUNDLED_FONTS if family[0] == "mdi6"))


def number_font(pixels: float) -> QFont:
    """Return the font of numbers in cells, of a height in pixels."""
    return QFont(_number_font(max(round(pixels), 1)))  # the caller may make it bold


@lru_cache(maxsize=64)
def _number_font(pixels: int) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(pixels)
    return font


def code_font() -> QFont:
    """Return the fixed-width font of written arithmetic."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
