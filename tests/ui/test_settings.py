"""What is remembered from one start to the next, themes, and settings files that are odd."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cnnexplorer.ui.language import language, use_language
from cnnexplorer.ui.main_window import MainWindow
from cnnexplorer.ui.settings import MAX_RECENT, MyPreset, Settings
from cnnexplorer.ui.theme import DARK, LIGHT, palette, use_theme

from .helpers import enter, grab, pick, settled


@pytest.fixture
def again(settings):
    """Open the program anew on the same settings."""
    windows = []

    def start() -> MainWindow:
        use_language(settings.get("language", "") or "en")
        use_theme(settings.get("theme", "system"))
        windows.append(MainWindow(settings))
        windows[-1].show()
        return windows[-1]

    yield start
    for window in windows:
        window.close()
        window.deleteLater()


def test_everything_chosen_is_there_at_the_next_start(window, again):
    window.set_theme("dark")
    window.set_language("es")
    for name in ("loop", "fill", "spotlight", "inspector"):
        window.actions_[name].trigger()
    window.conv.transport.speed.setValue(70)
    window.conv.select(("stage", 0))
    pick(window.conv.inspector.display.colour_map, "viridis")
    enter(window.conv.inspector.display.decimals, "4")
    window.conv.inspector.convolution.save_preset("mine")
    window.resize(900, 700)  # the offscreen screen is 800 high
    window.close()
    new = again()
    assert language() == "es"
    assert new.actions_["theme_dark"].isChecked()
    assert QApplication.palette().window().color().name() == DARK.window
    for name in ("loop", "fill", "spotlight", "inspector"):
        assert new.actions_[name].isChecked() is window.actions_[name].isChecked(), name
    assert new.conv.player.loop is window.conv.player.loop
    assert new.conv.player.speed == window.conv.player.speed
    look = new.conv.strip.cards["stage", 0].content.look
    assert (look.colour_map, look.decimals) == ("viridis", 4)
    assert new.conv.step_view._decimals == 4
    assert new.conv.arithmetic._decimals == 4
    assert new.conv.inspector.convolution.presets.findText("mine") >= 0
    assert new.height() == 700
    assert not new.conv.inspector.isVisible()


def test_settings_keep_their_types_in_another_process(tmp_path):
    path = tmp_path / "s.ini"
    settings = Settings(path)
    for key, value in (("yes", True), ("no", False), ("n", 3), ("x", 0.5), ("t", "1")):
        settings.set(key, value)
    settings.set_my_presets([MyPreset("ñ", ((1.5, -2.0),))])
    settings.add_recent(Path("/tmp/a b.png"))
    settings._store.sync()
    code = (
        "import sys; from pathlib import Path; from cnnexplorer.ui.settings import Settings;"
        "s = Settings(Path(sys.argv[1]));"
        "print([s.get('yes', False), s.get('no', True), s.get('n', 0), s.get('x', 0.0), s.get('t', ''),"
        "s.get('gone', 7),"
        "s.my_presets()[0].matrix, s.recent_files()])"
    )
    told = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[True, False, 3, 0.5, '1', 7, ((1.5, -2.0),), [PosixPath('/tmp/a b.png')]]"


ODD = [
    "speed=0", "speed=abc", "speed=-3", "speed=1e300", "speed=nan", "theme=purple", "language=xx", "peak=7", "peak=nan",
    "loop=perhaps", "presets=not json", 'presets="[{\\"title\\":1}]"', "recent=", "geometry=abc",
    "[look]\nconvolution\\colours=plaid", "[look]\nconvolution\\decimals=99", "[look]\ninput\\decimals=-5",
    "[look]\ninput\\decimals=many",
]  # fmt: skip


@pytest.mark.parametrize("line", ODD)
def test_an_odd_settings_file_keeps_nobody_out(qtbot, tmp_path, line):
    path = tmp_path / "odd.ini"
    head = "" if line.startswith("[") else "[General]\n"
    path.write_text(f"{head}{line}\n", "utf-8")
    settings = Settings(path)
    window = MainWindow(settings)
    window.show()
    grab(window)
    assert 0.5 <= window.conv.player.speed <= 120
    window.conv.inspector.convolution.tool_buttons["negate"].click()
    window.close()
    window.deleteLater()


def test_recent_files_are_ten_without_doubles(settings):
    for number in range(15):
        settings.add_recent(Path(f"/x/{number}.png"))
    settings.add_recent(Path("/x/12.png"))
    found = settings.recent_files()
    assert len(found) == MAX_RECENT == 10
    assert found[:3] == [Path("/x/12.png"), Path("/x/14.png"), Path("/x/13.png")]
    settings.forget_recent(Path("/x/14.png"))
    assert Path("/x/14.png") not in settings.recent_files()
    settings.forget_recent()
    assert settings.recent_files() == []


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_texts_can_be_read_on_their_grounds(theme):
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    for text, ground in (
        (theme.text, theme.window),
        (theme.text, theme.base),
        (theme.muted, theme.panel),
        (theme.warning_text, theme.warning),
        (theme.on_accent, theme.accent),
        (theme.text, theme.invalid),
    ):
        assert contrast(text, ground) >= 4.5, (text, ground)
    for role in (theme.input, theme.kernel, theme.output, theme.error):
        assert contrast(role, theme.panel) >= 3


def test_the_theme_reaches_every_widget(window):
    for name, theme in (("dark", DARK), ("light", LIGHT)):
        window.actions_[f"theme_{name}"].trigger()
        settled(window)
        shot = grab(window)
        ground = [int(theme.window[i : i + 2], 16) for i in (1, 3, 5)]
        panel = [int(theme.panel[i : i + 2], 16) for i in (1, 3, 5)]
        base = [int(theme.base[i : i + 2], 16) for i in (1, 3, 5)]
        share = sum((shot == colour).all(axis=2).mean() for colour in (ground, panel, base))
        assert share > 0.6, name
        wrong = DARK.window if name == "light" else LIGHT.window
        assert (shot == [int(wrong[i : i + 2], 16) for i in (1, 3, 5)]).all(axis=2).mean() < 0.001


def test_palettes_name_every_role():
    for theme in (LIGHT, DARK):
        found = palette(theme)
        for role in ("Link", "PlaceholderText", "ToolTipText", "Highlight", "Text", "ButtonText"):
            assert found.color(getattr(found.ColorRole, role)).isValid()


def test_icons_follow_the_theme(window):
    def ink() -> float:
        pixmap = window.actions_["open"].icon().pixmap(24, 24).toImage()
        tones = [pixmap.pixelColor(x, y) for x in range(24) for y in range(24)]
        seen = [tone.lightness() for tone in tones if tone.alpha() > 200]
        return sum(seen) / len(seen)

    window.set_theme("light")
    settled(window)
    light = ink()
    window.set_theme("dark")
    settled(window)
    assert light < 90 < 160 < ink()
