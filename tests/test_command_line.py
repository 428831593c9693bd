"""Command lines speak one language: argparse's own words are translated with the program's."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

import pytest

import cnnexplorer.__main__ as program
from cnnexplorer.labs import check_command, grade_command
from cnnexplorer.ui import render_options

if TYPE_CHECKING:
    from cnnexplorer.command_line import Parse

PLAIN = re.compile(r"«[^«»]*»|%\(.*?\)s")


def marked(text: str) -> str:
    """Return a text as a catalogue would that marks every one."""
    return f"«{text}»"


@pytest.mark.parametrize(
    "parse", [program.parse, render_options.parse, check_command._parsed, grade_command._parsed]
)  # fmt: skip
def test_no_word_of_help_is_left_in_english(capsys: pytest.CaptureFixture[str], parse: Parse):
    with pytest.raises(SystemExit):
        parse(["--help"], marked)
    told = capsys.readouterr().out
    for word in ("usage: ", "positional arguments", "options", "show this help message and exit"):
        assert word in told
        assert word not in PLAIN.sub("", " ".join(told.split()))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("a", "«the following arguments are required: --out»"),
        ("a --out b --scale 9", "«argument --scale: 9: 1 ≤ N ≤ 4»"),
        ("a --out b --scale x", "«argument --scale: x: 1 ≤ N ≤ 4»"),
        ("a --out b --size 3", "«argument --size: 3: WxH»"),
        ("a --out b --speed x", "«argument --speed: «invalid float value: 'x'»»"),
        ("a --out b --lang fr", "«argument --lang: «invalid choice: 'fr' (choose from "),
        ("a --out b --pauses 1", "«argument --pauses: «expected 2 arguments»»"),
        ("a --out", "«argument --out: «expected one argument»»"),
        ("a --out b --bad", "«unrecognized arguments: --bad»"),
    ],
)
def test_no_word_of_trouble_is_left_in_english(capsys: pytest.CaptureFixture[str], arguments: str, words: str):
    with pytest.raises(SystemExit) as ended:
        render_options.parse(arguments.split(), marked)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert "«usage: »" in told
    assert "«cnnexplorer render: error: " in told
    assert words in told


def test_other_programs_words_stay_their_own():
    before = vars(argparse)["_"]
    render_options.parse(["a", "--out", "b"], marked)
    assert vars(argparse)["_"] is before
