"""Lab files: good ones, damaged ones and hostile ones."""

from __future__ import annotations

import os
import random
import re
from dataclasses import replace
from importlib.resources import files

import pytest

from cnnexplorer.core import Experiment, SaveError
from cnnexplorer.core.messages import UserError
from cnnexplorer.core.session import save_session
from cnnexplorer.core.session_state import Session
from cnnexplorer.labs import (
    BrokenLab,
    LabError,
    LabFile,
    PreparedStep,
    built_in_labs,
    check_file,
    lab_from_text,
    labs_in,
    load_lab,
    problems_in,
)
from cnnexplorer.labs.lines import FieldLines, field_lines
from cnnexplorer.labs.loading import lab_from_bytes
from cnnexplorer.labs.model import FORMAT, MatrixTask, NumberTask, ShapeTask
from cnnexplorer.labs.places import is_file_name
from cnnexplorer.labs.reading import LARGEST_FILE

FOLDER = files("cnnexplorer.resources").joinpath("labs")
GOOD = """format = 1
title.en = "A lab"
[[steps]]
text.en = "Look."
[[steps]]
text.en = '''
What comes out?
'''
[steps.setup]
workspace = "convolution"
image = "patch"
stages = [{ kind = "convolution", filters = ["plus"] }, { kind = "pooling", size = 1 }]
[steps.task]
kind = "number"
of = { stage = 0 }
tolerance = 0.1
"""


def with_task(task: str, setup: str = "") -> str:
    return f'format = 1\ntitle.en = "A lab"\n[[steps]]\ntext.en = "?"\n{setup}\n{task}\n'


CONVOLUTION = """[steps.setup]
workspace = "convolution"
image = "digit"
stages = [{ kind = "convolution", filters = ["plus"] }, { kind = "pooling" }, { kind = "flatten" }]"""


def test_a_good_lab():
    lab = lab_from_text(GOOD, "good.toml")
    assert (lab.id, lab.folder, lab.built_in, len(lab.digest)) == ("good", None, False, 64)
    assert lab.lab.steps[1].task.tolerance == 0.1
    assert problems_in(GOOD, "good.toml") == ()


BUILT_IN = [entry.name for entry in FOLDER.iterdir() if re.match(r"[0-9].*[.]toml", entry.name)]


@pytest.mark.parametrize("name", BUILT_IN)
def test_nothing_is_wrong_with_the_labs_of_the_program(name):
    """They are looked at here, and not at each start."""
    assert problems_in(FOLDER.joinpath(name).read_text(encoding="utf-8"), name) == ()


def test_the_labs_of_the_program_are_those():
    assert sorted(f"{lab.id}.toml" for lab in built_in_labs()) == sorted(BUILT_IN)
    for lab in built_in_labs():
        data = FOLDER.joinpath(f"{lab.id}.toml").read_bytes()
        assert lab == replace(lab_from_bytes(data, f"{lab.id}.toml"), built_in=True)


# what is changed in the good lab, where the trouble is said to be, on which line, and a part of the sentence
FIELDS = [
    ("tolerance = 0.1", 'tolerance = "much"', "steps[2].task.tolerance", 16, "a number is needed"),
    ("tolerance = 0.1", "tolerance = -1", "steps[2].task.tolerance", 16, "0 or more"),
    ("tolerance = 0.1", "tolerance = inf", "steps[2].task.tolerance", 16, "finite"),
    ("tolerance = 0.1", "tolerance = nan", "steps[2].task.tolerance", 16, "needed"),
    ("tolerance = 0.1", "tolerence = 0.1", "steps[2].task.tolerence", 16, "misspelt"),
    ('kind = "number"', 'kind = "riddle"', "steps[2].task.kind", 14, "none of the words"),
    ('kind = "number"\n', "", "steps[2].task.kind", 13, "missing"),
    ("of = { stage = 0 }", "of = { stage = 5 }", "steps[2].task.of", 15, "no stage 5"),
    ("of = { stage = 0 }", "of = { stage = 0, row = 1 }", "steps[2].task.of", 15, "no cell"),
    ("of = { stage = 0 }", "of = { stage = 0.5 }", "steps[2].task.of.stage", 15, "whole number"),
    ("of = { stage = 0 }", "of = { stage = 0, colour = 1 }", "steps[2].task.of.colour", 15, "no such field"),
    ("of = { stage = 0 }", "", "steps[2].task", 13, "one of these is needed"),
    ("of = { stage = 0 }", "of = { stage = 0 }\nanswer = 12", "steps[2].task.of", 15, "only one of these"),
    ("of = { stage = 0 }", "sign = true\nanswer = 12", "steps[2].task.sign", 15, "goes with"),
    ('image = "patch"', 'image = "nothing"', "steps[2].setup.image", 11, "no picture “nothing”"),
    ('image = "patch"', 'image = "../a.png"', "steps[2].setup.image", 11, "no picture"),
    ('image = "patch"', 'image = "a.png"', "steps[2].setup.image", 11, "save the lab in a folder"),
    ('image = "patch"', "image = 7", "steps[2].setup.image", 11, "a text in quotation marks or a list"),
    ('image = "patch"', "image = [[1, 2], [3]]", "steps[2].setup", 9, "different lengths"),
    ('image = "patch"', 'image = [["a"]]', "steps[2].setup", 9, "no real numbers"),
    ('"plus"', '"pluss"', "steps[2].setup.stages[1]", 12, "no kernel preset"),
    ('"plus"', "[[1, 2], [3, 4, 5]]", "steps[2].setup.stages[1]", 12, "different lengths"),
    ('"plus"', '"gaussian5"', "steps[2].setup.stages[1]", 12, "padding 1 or more"),
    ('"plus"] }', '"plus"], padding = 5000 }', "steps[2].setup", 9, "million products"),
    ("size = 1", "size = 9", "steps[2].setup.stages[2]", 12, "does not fit"),
    ("size = 1", 'size = "big"', "steps[2].setup.stages[2].size", 12, "a whole number or a list"),
    ('image = "patch"', f"image = {[[0] * 1025]}", "steps[2].setup", 9, "sides of 1024 at most"),
    ('image = "patch"', f"image = {[[[0]]] * 513}", "steps[2].setup", 9, "512 planes at most"),
    ("tolerance = 0.1", 'unit.en = "0"', "steps[2].task.unit", 16, "part of a number"),
    ("format = 1", "format = true", "format", 1, "whole number"),
    ("format = 1", f"format = {FORMAT + 1}", "format", 1, "newer version"),
    ("format = 1\n", "", "format", None, "missing"),
    ("format = 1", "format = 0", "format", 1, "1 or more"),
    ('title.en = "A lab"', 'title.en = ""', "title", 2, "a title is needed"),
    ('title.en = "A lab"', 'title.fr = "Un labo"', "title.fr", 2, "no such field"),
    ('title.en = "A lab"', "title = 5", "title", 2, "a table is needed"),
    ('title.en = "A lab"', 'title = "My lab"', "title", 2, 'write { en = "…", es = "…" }'),
    ('text.en = "Look."', 'text.en = "a <b>b</b>"', "steps[1].text.en", 4, "HTML is not possible"),
    ('text.en = "Look."', 'text.es = "[a](http://x)"', "steps[1].text.es", 4, "links"),
    ('text.en = "Look."', 'text.en = ""', "steps[1].text", 4, "a text is needed"),
    ('text.en = "Look."', f'text.en = "{"a" * 6001}"', "steps[1].text.en", 4, "6000 characters are the most"),
    ('text.en = "Look."', 'text.en = "Look."\nlocked = ["imag"]', "steps[1].locked[1]", 5, "none of the words"),
    ('text.en = "Look."', 'text.en = "Look."\nlocked = []\nfree = []', "steps[1].free", 6, "exclude each other"),
    ('text.en = "Look."', 'text.en = "Look."\npoints = 1000', "steps[1].points", 5, "100 or less"),
    ('text.en = "Look."', 'text.en = "Look."\nhints = ["a"]', "steps[1].hints[1]", 5, "write { en ="),
    ('stages = [', 'hide = [4]\nstages = [', "steps[2].setup.hide[1]", 12, "no stage 4"),
    ('stages = [', 'at = { stage = 0, row = 7 }\nstages = [', "steps[2].setup.at", 12, "no cell"),
    ('workspace = "convolution"', 'workspace = "labs"', "steps[2].setup.workspace", 10, "none of the words"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field", "line", "part"), FIELDS, ids=[f"{case[2]}-{case[4]}" for case in FIELDS]
)
def test_what_is_wrong_is_told_with_field_and_line(old, new, field, line, part):
    assert old in GOOD
    [first, *_rest] = problems_in(GOOD.replace(old, new, 1), "a.toml")
    assert (first.file, first.field, first.line) == ("a.toml", field, line)
    assert part in str(first)
    assert first.place() == (f"a.toml:{line}: {field}" if line else f"a.toml: {field}")


HUGE = """[steps.setup]
workspace = "convolution"
image = [[1e200]]
stages = [{ kind = "convolution", filters = [[[1e200]]] }]
"""
MISTAKES = [
    ('[steps.task]\nkind = "number"\nof = { stage = 0 }', "", "set-up of the Convolution workspace"),
    ('[steps.task]\nkind = "number"\nanswer = 2\nmistakes = [{ answer = 2, says.en = "no" }]', "", "it is no mistake"),
    ('[steps.task]\nkind = "number"\nanswer = 2\nmistakes = [{ answer = [2, 2], says.en = "no" }]', "", "own kind"),
    *((f'[steps.task]\nkind = "number"\nanswer = 2\nunit.es = "{unit}"', "", "part of a number")
      for unit in ("2", "2 m", "+", "−", ".", ",5", "e", "E", "/", "-x", "٣")),
    ('[steps.task]\nkind = "number"\nof = { stage = 0 }', HUGE, "no finite number"),
    ('[steps.task]\nkind = "number"\nof = { stage = 0 }\nsign = true', HUGE, "no finite number"),
    ('[steps.task]\nkind = "matrix"\nstage = 0', HUGE, "no finite number"),
    ('[steps.task]\nkind = "click"\nview = 0\nlargest = true', HUGE, "no finite number"),
    *(('[steps.task]\nkind = "text"', f'[steps.setup]\nworkspace = "network"\nperturbation = {{ {what} }}', part)
      for what, part in (
          ("noise = 1e308", "10 or less"), ("blur = 1e308", "100 or less"), ("brightness = -1e308", "-10 or more"),
          ("rotation = 1e308", "3600 or less"), ("shift = [99999, 0]", "16384 or less"),
          ("shift = [1]", "exactly 2"), ("patch = [2, 0.5]", "1 or less"), ("patch_size = 99999", "16384 or less"),
      )),
    ('[steps.task]\nkind = "shape"\nanswer = [2]', "", "a list of 2 or more"),
    ('[steps.task]\nkind = "shape"\nstage = 2', CONVOLUTION, "row of numbers"),
    ('[steps.task]\nkind = "matrix"\nanswer = [[1, 2], [3]]', "", "different lengths"),
    (f'[steps.task]\nkind = "matrix"\nanswer = {[[0] * 9] * 9}', "", "at most 64"),
    ('[steps.task]\nkind = "matrix"\nstage = 0', CONVOLUTION.replace('"digit"', '"digit28_3"'),
     "too large to be typed"),
    ('[steps.task]\nkind = "choice"\noptions = [{ text.en = "a" }, { text.en = "b" }]', "", "must be right"),
    ('[steps.task]\nkind = "choice"\noptions = [{ text.en = "a", right = true }, { text.en = "b", right = true }]', "",
     "several options are right"),
    ('[steps.task]\nkind = "choice"\noptions = [{ text.en = "a", right = true }, { text.es = "" }]', "",
     "a text is needed"),
    ('[steps.task]\nkind = "choice"\noptions = [{ text.en = "a", right = true }]', "", "a list of 2 or more"),
    ('[steps.task]\nkind = "order"\nitems = [{ en = "a" }, { en = "a" }]', "", "a text of its own"),
    ('[steps.task]\nkind = "click"\ncells = [[0, 0]]', "", "set-up of the Convolution workspace"),
    ('[steps.task]\nkind = "click"', CONVOLUTION, "one of these is needed"),
    ('[steps.task]\nkind = "click"\ncells = [[8, 0]]', CONVOLUTION, "no cell (8, 0)"),
    ('[steps.task]\nkind = "click"\ncells = [[0, 0, 0]]', CONVOLUTION, "the list is too long"),
    ('[steps.task]\nkind = "click"\nview = 2\nlargest = true', CONVOLUTION, "no map to be clicked"),
    ('[steps.task]\nkind = "click"\nchannel = 1\nlargest = true', CONVOLUTION, "no map 1"),
    ('[steps.task]\nkind = "click"\nwinner_of = { stage = 0 }', CONVOLUTION, "only a max pooling"),
    ('[steps.task]\nkind = "click"\nwinner_of = { stage = 1 }', CONVOLUTION, "view = 0"),
    ('[steps.task]\nkind = "click"\nview = 0\nreceptive_field_of = { stage = 1 }', CONVOLUTION, "view = -1"),
    ('[steps.task]\nkind = "reach"\nconditions = []', "", "a list of 1 or more"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "size" }]', "", "one of these is needed"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "size", equals = [1, 2, 3] }]', "", "cannot be compared"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "flip", equals = 3 }]', "", "cannot be compared"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "page", at_least = 3 }]', "", "cannot be compared"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "kernel", equals = "plusss" }]', "", "no kernel preset"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "size", all_zero = true }]', "", "goes with"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "size", equals = [6, 6] }]', CONVOLUTION,
     "in this state already"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "size", equals = [8, 8] }]\n'
     '[steps.task.example]\nworkspace = "convolution"\nimage = "digit"', CONVOLUTION, "the example does not meet"),
    ('[steps.task]\nkind = "reach"\nconditions = [{ what = "size", equals = [8, 8] }]\n'
     '[steps.task.example]\nworkspace = "convolution"\nimage = "digits"', CONVOLUTION, "no picture “digits”"),
    ('[steps.task]\nkind = "find"\nlayer = "conv1"', "", "one of these is needed"),
    ('[steps.task]\nkind = "find"\nlayer = "conv1"\nmeasure = "similarity"', "", "goes with the measure"),
    ('[steps.task]\nkind = "find"\nlayer = "conv1"\nmeasure = "norm"\nkernel = "plus"', "", "goes with the measure"),
    ('[steps.task]\nkind = "find"\nlayer = "conv1"\nmeasure = "similarity"\nkernel = "x"', "", "no kernel preset"),
    ('[steps.task]\nkind = "measure"\nlayers = ["conv1"]\nanswers = [1, 2]', "", "one answer for each layer"),
    ('[steps.task]\nkind = "text"', '[steps.setup]\nworkspace = "network"\npicture = "http://x.org/a.png"',
     "no picture"),
    ('[steps.task]\nkind = "text"', '[steps.setup]\nworkspace = "network"\npicture = "a.png"', "save the lab"),
    ('[steps.task]\nkind = "text"', '[steps.setup]\nworkspace = "session"\nfile = "../a.cnnx"', "its name alone"),
    ('[steps.task]\nkind = "text"', CONVOLUTION.replace("filters", "bias = [1, 2], filters"), "does not fit 1 filters"),
    ('[steps.task]\nkind = "text"', CONVOLUTION.replace('"plus"', "[[[1]], [[1]]], [[[1]]]"),
     "different numbers of planes"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "setup", "part"), MISTAKES, ids=[case[2] + str(n) for n, case in enumerate(MISTAKES)])
def test_tasks_that_cannot_be(task, setup, part):
    found = problems_in(with_task(task, setup), "a.toml")
    assert found
    assert part in str(found[0])
    assert found[0].field.startswith("steps[1].")
    assert found[0].line is not None
    assert found[0].line >= 4


MANY = """format = 1
minutes = "many"
title.en = "A lab"
colour = "red"
[[steps]]
texxt.en = "Look."
points = 1000
[[steps]]
text.en = "Choose."
[steps.task]
kind = "choice"
options = [{ text = 5 }, { text.en = "a", right = "yes" }]
shufle = true
[[steps]]
text.en = "Whole, but <b>"
[[steps]]
text.en = "What?"
[steps.task]
kind = "riddle"
[[steps]]
text.en = "Reach."
hints = ["a", { en = "b" }, "c"]
[steps.task]
kind = "reach"
conditions = [{ what = "size" }, { stage = 1 }, { what = "siize" }]
"""


def test_wrong_fields_of_all_steps_are_told_at_once():
    found = problems_in(MANY, "a.toml")
    fields = [(problem.field, problem.line) for problem in found]
    assert sorted(fields) == sorted([
        ("minutes", 2), ("colour", 4), ("steps[1].texxt", 6), ("steps[1].text", 5), ("steps[1].points", 7),
        ("steps[2].task.options[1].text", 12), ("steps[2].task.options[2].right", 12), ("steps[2].task.shufle", 13),
        ("steps[3].text.en", 15), ("steps[4].task.kind", 19), ("steps[5].hints[1]", 22), ("steps[5].hints[3]", 22),
        ("steps[5].task.conditions[2].what", 25), ("steps[5].task.conditions[3].what", 25),
    ])  # fmt: skip
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_very_many_wrong_fields_end():
    text = GOOD + "".join(f"unknown{number} = {number}\n" for number in range(2000))
    assert 10 < len(problems_in(text, "a.toml")) <= 40


def test_all_problems_are_told_at_once_in_order():
    text = (
        GOOD.replace('"Look."', '"<b>"').replace("tolerance = 0.1", "tolerance = inf").replace("stage = 0", "stage = 9")
    )
    assert [problem.line for problem in problems_in(text, "a.toml")] == [4, 15, 16]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"\xff\xfe\x00a", "not UTF-8"),
        (b"", "missing"),
        (b"format = ", "not TOML: a value is missing"),
        (b"format = 1\nformat = 1", "not TOML"),
        (b"[" * 3000, "not TOML"),
        (b"a = " + b"[" * 3000, "nested too deeply"),
        (b"a = " + b"{b=" * 2000, "nested too deeply"),
        (b"a" + b".a" * 3000 + b" = 1", "nested too deeply"),
        (b"a = " + b"9" * 5000, "cannot be read"),
        (b"a = 2024-99-99", "not TOML"),
        (b"a" * (LARGEST_FILE + 1), "at most 400 kB"),
        (b"a = '" + b"x" * 9000 + b"'", "a line has 9006 characters"),
        (b"\x00\x01\x02", "not TOML"),
        (b"steps = 3\nformat = 1\ntitle.en = 'a'", "a list in brackets"),
        (b"format = 1\ntitle.en = 'a'\nsteps = []", "a list of 1 or more"),
        (b"format = 1\ntitle.en = 'a'\n" + b"[[steps]]\ntext.en = 'a'\n" * 41, "40 are the most"),
    ],
)
def test_files_that_are_no_labs(tmp_path, data, part):
    path = tmp_path / "broken.toml"
    path.write_bytes(data)
    [problem, *_rest] = check_file(path)
    assert part in str(problem)
    assert problem.file == "broken.toml"
    with pytest.raises(LabError):
        load_lab(path)


def test_one_broken_lab_does_not_hinder_the_others(tmp_path):
    (tmp_path / "b.toml").write_text("format = ")
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "c.txt").write_text("no lab")
    (tmp_path / "d.toml").mkdir()
    first, second = labs_in(tmp_path)
    assert isinstance(first, LabFile)
    assert isinstance(second, BrokenLab)
    assert (second.name, second.error.file) == ("b.toml", "b.toml")
    with pytest.raises(LabError):
        labs_in(tmp_path / "nowhere")
    with pytest.raises(LabError, match="cannot be read"):
        load_lab(tmp_path / "nowhere.toml")


def test_files_outside_the_folder_are_never_read(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "labs"
    for folder in (outside, inside):
        folder.mkdir()
    picture = outside / "secret.png"
    picture.write_bytes(b"not for labs")
    (inside / "link.png").symlink_to(picture)
    (inside / "pipe.png").mkdir()
    for name in ("link.png", "pipe.png", "nothing.png", "..", "secret.png"):
        [problem] = problems_in(GOOD.replace('"patch"', f'"{name}"'), "a.toml", inside)
        assert any(part in str(problem) for part in ("leads out", "no file", "no picture"))
    text = GOOD.replace('"Look."', '"![a](link.png)"')
    assert "leads out" in str(problems_in(text, "a.toml", inside)[0])
    if hasattr(os, "mkfifo"):  # reading one would wait for ever
        os.mkfifo(inside / "fifo.png")
        assert "no file" in str(problems_in(GOOD.replace('"patch"', '"fifo.png"'), "a.toml", inside)[0])


@pytest.mark.parametrize(
    "name",
    ["../a.png", "/a.png", "a/b.png", "a\\b.png", "C:a.png", "file:a.png", "https://x.org/a.png", "a", ".a.png", "a.",
     "con.png", "NUL.txt", "a\n.png", "a\0.png", "~/a.png", "a?.png", "x" * 200 + ".png"],
)  # fmt: skip
def test_names_that_lead_elsewhere(name):
    assert not is_file_name(name)
    problems = problems_in(GOOD.replace('image = "patch"', f"image = {name!r}"), "a.toml")
    assert problems


def test_a_session_as_set_up(tmp_path):
    experiment = Experiment([[[1, 2], [3, 4]]], ())
    save_session(Session(experiment), tmp_path / "start.cnnx")
    text = with_task(
        '[steps.task]\nkind = "click"\nlargest = true', '[steps.setup]\nworkspace = "session"\nfile = "start.cnnx"'
    )
    (tmp_path / "a.toml").write_text(text)
    lab = load_lab(tmp_path / "a.toml")
    assert PreparedStep(lab.lab.steps[0], lab.folder).check([(1, 1)]).correct
    (tmp_path / "start.cnnx").write_bytes(b"damaged")
    [problem] = check_file(tmp_path / "a.toml")
    assert problem.field == "steps[1].setup.file"
    (tmp_path / "start.cnnx").unlink()
    assert "no file" in str(check_file(tmp_path / "a.toml")[0])


def test_a_picture_beside_the_lab(tmp_path):
    from PIL import Image

    Image.new("L", (5, 4), 255).save(tmp_path / "white.png")
    lab = lab_from_text(GOOD.replace('"patch"', '"white.png"'), "a.toml", tmp_path)
    assert PreparedStep(lab.lab.steps[1], tmp_path).experiment.image.shape == (3, 4, 5)
    (tmp_path / "white.png").write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    assert problems_in(GOOD.replace('"patch"', '"white.png"'), "a.toml", tmp_path)[0].field == "steps[2].setup.image"


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Damage a file as disks, mail and hurried hands do."""
    place = dice.randrange(len(data))
    match dice.randrange(8):
        case 0:  # cut off
            return data[:place]
        case 1:  # some bytes are others
            return data[:place] + bytes(dice.randrange(256) for _ in range(4)) + data[place + 4 :]
        case 2:  # a piece is gone
            return data[:place] + data[place + dice.randrange(1, 200) :]
        case 3:  # a piece is there twice
            return data[:place] + data[place : place + 300] + data[place:]
        case 4:  # a line is gone
            lines = data.split(b"\n")
            del lines[dice.randrange(len(lines))]
            return b"\n".join(lines)
        case 5:  # two lines are swapped
            lines = data.split(b"\n")
            a, b = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[a], lines[b] = lines[b], lines[a]
            return b"\n".join(lines)
        case 6:  # a number is another kind of thing
            numbers = list(re.finditer(rb"= (\d+)", data))
            if not numbers:
                return data[:place]
            found = dice.choice(numbers)
            other = dice.choice(
                [b"-1", b"1e999", b"nan", b'"a"', b"[]", b"{}", b"true", b"99999999999999999999", b"0x1F"]
            )
            return data[: found.start(1)] + other + data[found.end(1) :]
        case _:  # a word is another
            words = list(re.finditer(rb'= "(\w+)"', data))
            if not words:
                return data[place:]
            found = dice.choice(words)
            other = dice.choice(
                [b"", b"nothing", b"../a.png", b"a.png", b"<script>", b"x" * 7000, "ñ".encode(), b"zeros"]
            )
            return data[: found.start(1)] + other + data[found.end(1) :]


@pytest.mark.parametrize("part", range(10))
def test_three_hundred_damaged_files(tmp_path, part):
    labs = sorted((entry for entry in FOLDER.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    refused = 0
    for number in range(30):
        dice = random.Random(1000 * part + number)
        name, data = (chosen := dice.choice(labs)).name, chosen.read_bytes()
        for _ in range(dice.randint(1, 4)):
            data = mutated(data, dice) or b"x"
        path = tmp_path / name
        path.write_bytes(data)
        problems = check_file(path)
        for problem in problems:
            assert isinstance(problem, LabError)
            assert problem.file == name
            assert 0 < len(str(problem)) < 1500
            assert "\n" not in str(problem)
            assert "{" not in problem.sentence(lambda text: text) or "{" in str(problem.values)
        refused += bool(problems)
        if not problems:  # damage that nobody notices must leave a lab that can be played
            for step in lab_from_bytes(data, name, tmp_path).lab.steps:
                if isinstance(step.task, NumberTask | ShapeTask | MatrixTask):
                    PreparedStep(step, tmp_path).check("1")
    assert refused >= 12


def test_errors_are_of_the_programs_own_kind():
    assert issubclass(LabError, UserError)
    assert not issubclass(LabError, SaveError)


def test_lines():
    text = 'a = 1\n[x]\nb = """\nc = 2\n[y]\n"""\n"d e".f = 3\n[[x.y]]\n[[x.y]]\ng = [\n  [1, 2],\n  [3]\n]\nh = 4\n'
    lines = field_lines(text)
    assert lines[("a",)] == 1
    assert lines[("x", "b")] == 3
    assert ("x", "c") not in lines
    assert lines[("x", "d e", "f")] == 7
    assert lines[("x", "y", 1)] == 9
    assert lines[("x", "y", 1, "h")] == 14
    assert FieldLines(text).of(("x", "y", 1, "g", 0, 1)) == 10
    assert FieldLines(text).of(("nothing",)) is None


@pytest.mark.parametrize("unit", ["million", "%", "MB/s", "m2", "elements", "é", "°", "×", "kilo-products"])
def test_units_that_no_number_ends_with_are_cut_off_the_answer(unit):
    lab = lab_from_text(with_task(f'[steps.task]\nkind = "number"\nanswer = 22\nunit.en = "{unit}"'), "a.toml")
    prepared = PreparedStep(lab.lab.steps[0])
    assert [prepared.check(f"{number}{unit}").outcome for number in ("22", "22 ", "2", "")] == [
        "right", "right", "wrong", "again",
    ]  # fmt: skip
