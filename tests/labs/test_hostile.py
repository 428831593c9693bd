"""Files of labs that are made to do harm: none takes long, or much memory, or the other labs along."""

from __future__ import annotations

import os
import struct
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cnnexplorer.core import Convolution, Experiment, Session, SettingError, save_session
from cnnexplorer.labs import BrokenLab, LabError, LabFile, check_file, labs_in, load_lab, loading, problems_in
from cnnexplorer.labs.check_command import run as check_lab
from cnnexplorer.labs.reading import LARGEST_FILE, MOST_LINES, lab_paths
from cnnexplorer.labs.setups import session_of
from cnnexplorer.labs.work import MOST_ALL_VALUES, MOST_PRODUCTS, MOST_VALUES

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'format = 1\ntitle.en = "A lab"\n'
STEP = HEAD + '[[steps]]\ntext.en = "?"\n'
MOST_BYTES = 64 * 2**20

SLOW = {
    "words": "\n".join(["x" * 7990] * 49),
    "one line": "x" * 100_000,
    "one long key": "x." * 50_000 + "y = 1",
    "quotation marks": HEAD + ("\"'" * 3990 + "\n") * 49,
    "spaces": HEAD + ("a" + " " * 7900 + "\n") * 49,
    "dots": HEAD + ("a . " * 1990 + "\n") * 49,
    "unknown keys": HEAD + "".join(f"k{number} = 1\n" for number in range(MOST_LINES - 10)),
    "unknown tables": HEAD + "".join(f"[t{number}]\na = 1\n" for number in range(MOST_LINES // 2 - 10)),
    "deep keys": HEAD + "".join(f"a{number}.b.c.d.e.f.g.h.i.j.k = 1\n" for number in range(MOST_LINES // 2)),
    "empty lines": HEAD + "\n" * (LARGEST_FILE - len(HEAD)),
    "too much of all": HEAD * 100_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_no_text_takes_long_or_much_memory(text):
    """The editor checks what is in it as well: there the text comes from no file."""
    began = time.process_time()
    problems = problems_in(text, "a.toml")
    assert time.process_time() - began < 1
    assert 0 < len(problems) <= 40


LONG = "9" * 400
NUMBERS = [
    'conditions = [{ what = "stride", equals = [%s, 1] }]',
    'conditions = [{ what = "value", equals = %s }]',
    'conditions = [{ what = "output", equals = [[%s, 1]] }]',
    'conditions = [{ what = "size", one_of = [[1, 1], [%s, 1]] }]',
    'conditions = [{ what = "value", at_least = %s }]',
]


@pytest.mark.parametrize("conditions", NUMBERS)
@pytest.mark.parametrize("number", [LONG, f"-{LONG}", "0x" + "f" * 5000])
def test_whole_numbers_that_are_too_long(conditions, number):
    setup = '[steps.setup]\nworkspace = "convolution"\nstages = [{ kind = "convolution" }]\n'
    text = f'{STEP}{setup}[steps.task]\nkind = "reach"\n{conditions % number}'
    [problem] = problems_in(text, "a.toml")
    assert "at most 15 digits" in str(problem)
    assert problem.field.startswith("steps[1].task.conditions[1].")
    assert problem.line == text.count("\n") + 1


@pytest.mark.parametrize("format_", [10**14, "0x" + "f" * 5000])
def test_formats_far_in_the_future(format_):
    [problem] = problems_in(f"format = {format_}", "a.toml")
    assert problem.field == "format"


def inline(padding: int, task: str = "") -> str:
    return f"""[[steps]]
text.en = "?"
[steps.setup]
workspace = "convolution"
image = [[1]]
stages = [{{ kind = "convolution", filters = [[[1]]], padding = {padding} }}]
{task}
"""


FIELD = "receptive_field_of = { stage = 1 }"
CLICK = '[steps.task]\nkind = "click"\nview = 0\nlargest = true'


def checked_in_little_memory(path: Path) -> list[LabError]:
    began = time.process_time()
    tracemalloc.start()
    try:
        found = list(check_file(path))
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 1
    return found


def test_a_set_up_that_takes_gigabytes_is_refused_before_it_is_computed(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(HEAD + inline(6000, CLICK))
    [problem] = checked_in_little_memory(path)
    assert "289 million numbers, and 6 million are the most" in str(problem)
    assert problem.field == "steps[1].setup"


def test_many_set_ups_are_counted_together():
    side = 2 * 800 + 1
    steps = MOST_ALL_VALUES // (2 * side**2) + 1
    assert problems_in(HEAD + inline(800) * (steps - 1), "a.toml") == ()
    problems = problems_in(HEAD + inline(800) * (steps + 3), "a.toml")
    assert [problem.field for problem in problems] == [f"steps[{steps}].setup"]
    assert "together" in str(problems[0])


def test_products_are_counted_together():
    step = """[[steps]]
text.en = "?"
[steps.setup]
workspace = "convolution"
image = "scene"
stages = [{ kind = "convolution", filters = [KERNEL, KERNEL, KERNEL, KERNEL] }]
""".replace("KERNEL", str([[1] * 5] * 5))
    each = 4 * 75 * 220**2
    steps = MOST_PRODUCTS // each + 1
    assert problems_in(HEAD + step * (steps - 1), "a.toml") == ()
    [problem] = problems_in(HEAD + step * 40, "a.toml")
    assert f"take {-(-steps * each // 10**6)} million products together" in str(problem)
    assert problem.field == f"steps[{steps}].setup"


def test_an_example_counts_too():
    task = '[steps.task]\nkind = "reach"\nconditions = [{ what = "stride", equals = 2 }]\nexample = '
    example = (
        '{ workspace = "convolution", image = [[1]], stages = [{ kind = "convolution", filters = [[[1]]], '
        "padding = 6000, stride = 2 }] }"
    )
    [problem] = problems_in(HEAD + inline(0, task + example), "a.toml")
    assert (problem.field, "million" in str(problem)) == ("steps[1].task.example", True)


@pytest.mark.parametrize(
    "task", [CLICK, CLICK.replace("largest", "smallest"), CLICK.replace("view = 0\nlargest = true", FIELD)]
)
def test_no_task_asks_for_very_many_cells(tmp_path, task):
    path = tmp_path / "a.toml"
    setup = 'image = "scene"\nstages = [{ kind = "convolution", filters = [[[0]]] }, { kind = "pooling", size = 200 }]'
    path.write_text(f'{STEP}[steps.setup]\nworkspace = "convolution"\n{setup}\n{task}')
    [problem] = checked_in_little_memory(path)
    assert "cells are right, and 10000 are the most" in str(problem)
    assert problem.field == "steps[1].task"


@pytest.mark.parametrize(("side", "count"), [(3000, 1), (1000, 9)])
def test_pictures_that_take_long_to_be_read(tmp_path, side, count):
    """Of a large one only the header is read; many that are not large are refused together."""
    (tmp_path / "a.png").write_bytes(header(side))
    step = '[[steps]]\ntext.en = "?"\n[steps.setup]\nworkspace = "convolution"\nimage = "a.png"\n'
    (tmp_path / "a.toml").write_text(HEAD + step * (count + 5))
    *others, problem = checked_in_little_memory(tmp_path / "a.toml")
    assert "takes too long" in str(problem)
    assert problem.field == f"steps[{count}].setup"
    assert len(others) == count - 1


def header(side: int) -> bytes:
    """Return how the PNG file of a picture begins that is as high as it is wide."""
    head = b"IHDR" + struct.pack(">2L5B", side, side, 8, 0, 0, 0, 0)
    data = b"IDAT"
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + head + struct.pack(">L", zlib.crc32(head))
        + struct.pack(">L", 0) + data + struct.pack(">L", zlib.crc32(data))
    )  # fmt: skip


def session_lab(folder: Path, image: np.ndarray, *stages: Convolution, task: str = CLICK) -> Path:
    save_session(Session(Experiment(image, stages)), folder / "a.cnnx")
    path = folder / "a.toml"
    path.write_text(f'{STEP}[steps.setup]\nworkspace = "session"\nfile = "a.cnnx"\n{task}')
    return path


def test_sessions_are_counted_as_well(tmp_path):
    path = session_lab(tmp_path, np.ones((1, 4, 4)), Convolution(np.ones((1, 1, 1, 1)), padding=8000))
    [problem] = checked_in_little_memory(path)
    assert "million products, and 300 million" in str(problem)
    assert problem.field == "steps[1].setup"


def test_of_a_session_with_too_many_numbers_nothing_is_read(tmp_path):
    path = session_lab(tmp_path, np.ones((1, 1, MOST_VALUES + 1)), task="")
    [problem] = checked_in_little_memory(path)
    assert "7 million numbers, and 6 million are the most here" in str(problem)
    assert problem.field == "steps[1].setup.file"


def test_whoever_plays_a_session_that_was_changed_meanwhile_is_told(tmp_path):
    lab = load_lab(session_lab(tmp_path, np.ones((1, 4, 4)), task=""))
    session_lab(tmp_path, np.ones((1, 4, 4)), Convolution(np.ones((1, 1, 1, 1)), padding=2000), task="")
    with pytest.raises(SettingError, match="million numbers"):
        session_of(lab.lab.steps[0].setup, lab.folder)


GOOD = STEP + '[steps.task]\nkind = "number"\nanswer = 12\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Labs, and what is none."""
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "z.TOML").write_text(GOOD)
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.toml").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
    return tmp_path


def test_pipes_and_devices_hinder_nothing(folder):
    found = {path.name: lab for path, lab in zip(lab_paths(folder), labs_in(folder), strict=True)}
    assert {name for name, lab in found.items() if isinstance(lab, LabFile)} == {"a.toml", "z.TOML"}
    for name in {"zero.toml", "pipe.toml"} & set(found):
        assert "a device or a pipe" in str(found[name].error)
        assert "a device or a pipe" in str(check_file(folder / name)[0])
    assert "cannot be read" in str(found["gone.toml"].error)


def test_capital_letters_make_no_difference(folder, capsys):
    lab = load_lab(folder / "z.TOML")
    assert lab.id == "z"
    (folder / "z.TOML").write_text("format = ")
    assert check_lab([str(folder), "--lang", "en"]) == 1
    told = capsys.readouterr().out
    assert "a.toml: nothing is wrong" in told
    assert "z.TOML:1" in told


def test_a_lab_over_which_the_program_stumbles_does_not_take_the_others_along(folder, monkeypatch, caplog):
    check = loading.problems_of

    def stumbles(lab, place):
        if lab.title.en == "B":
            raise ZeroDivisionError
        return check(lab, place)

    monkeypatch.setattr(loading, "problems_of", stumbles)
    (folder / "b.toml").write_text(GOOD.replace("A lab", "B"))
    first, second, *_others, last = labs_in(folder)
    assert isinstance(first, LabFile)
    assert isinstance(last, BrokenLab | LabFile)
    assert isinstance(second, BrokenLab)
    assert (second.name, "ZeroDivisionError" in str(second.error)) == ("b.toml", True)
    assert "ZeroDivisionError" in caplog.text
    assert check_file(folder / "b.toml")[0].file == "b.toml"
    assert check_file(folder / "a.toml") == ()
