"""The buttons of dialogs."""

from __future__ import annotations

from pathlib import Path

import cnnexplorer.ui

FOLDER = Path(cnnexplorer.ui.__file__).parent


def test_no_dialog_has_the_icons_of_the_style():
    """They are there only on a real screen, and black in a dark window: `Buttons` has none."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py")}
    assert not [name for name, text in texts.items() if "= QDialogButtonBox(" in text]
    assert sum("= Buttons(" in text for text in texts.values()) > 5
