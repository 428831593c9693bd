"""Names of files from templates: what is missing leaves no gap, and every result is a name on every system."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from cnnexplorer.core import SettingError
from cnnexplorer.core.file_names import FIELDS, MAX_LENGTH, clean_stem, file_stem, free_path

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 9, 7, 5, 2)
WORDS = {"name": "alexnet2012_conv1_007", "network": "alexnet2012", "layer": "conv1", "channel": "007", "view": "map"}


@pytest.mark.parametrize(
    ("template", "words", "stem"),
    [
        ("{name}", WORDS, "alexnet2012_conv1_007"),
        ("{network}-{layer}-{channel}", WORDS, "alexnet2012-conv1-007"),
        ("{date} {time}", WORDS, "2026-03-09 070502"),
        ("Figure 3 {view} ñ", WORDS, "Figure 3 map ñ"),
        ("{network}_{layer}_{view}", {"layer": "conv1", "view": "map"}, "conv1_map"),
        ("{network}_{layer}_{channel}", {"network": "vgg16"}, "vgg16"),
        ("{layer}_{channel}_{view}", {"layer": "conv1", "view": "map"}, "conv1_map"),
        ("a{channel}b", {}, "ab"),
        ("{channel}", {}, "figure"),
        ("", {}, "figure"),
        ("{layer}", {"layer": "../../etc/passwd"}, "-..-etc-passwd"),
        ("{layer}", {"layer": 'a<b>c:d"e|f?g*h\\i'}, "a-b-c-d-e-f-g-h-i"),
        ("{layer}", {"layer": "a\u202eb\u0000c\u200bd"}, "ab-cd"),
        ("{layer}", {"layer": "NUL.txt"}, "NUL.txt_"),
        ("{layer}", {"layer": "con .txt"}, "con .txt_"),
        ("{layer}.", {"layer": "conv"}, "conv"),
    ],
)
def test_a_template_becomes_a_name(template: str, words: dict[str, str], stem: str) -> None:
    assert file_stem(template, words, NOW) == stem


def test_a_name_is_never_too_long() -> None:
    assert len(clean_stem("n" * 900)) == MAX_LENGTH
    for sign in "ñ猫😀":
        stem = clean_stem(sign * 900)
        assert set(stem) == {sign}
        assert len(f"{stem}_alexnet2012_inception4e.branch5x5.conv_filters_4096_plane512.png".encode()) < 255


@pytest.mark.parametrize("template", ["{nothing}", "{name", "name}", "{{name}}", "{}", "{0}", "{name.__class__}"])
def test_a_wrong_template_is_told(template: str) -> None:
    with pytest.raises(SettingError) as caught:
        file_stem(template, WORDS, NOW)
    assert any(sign in str(caught.value) for sign in "{}")


def test_the_sentence_names_all_fields() -> None:
    with pytest.raises(SettingError) as caught:
        file_stem("{nothing}", WORDS, NOW)
    assert all(f"{{{name}}}" in str(caught.value) for name in FIELDS)


def test_a_free_path_is_found(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    assert free_path(path) == path
    path.write_bytes(b"")
    (tmp_path / "map_2.png").mkdir()
    (tmp_path / "map_3.png").symlink_to(tmp_path / "gone")
    assert free_path(path) == tmp_path / "map_4.png"
