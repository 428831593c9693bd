"""The student's report, and a class in one table: read back by independent readers."""

from __future__ import annotations

import base64
import csv
import errno
import hashlib
import hmac
import io
import json
import math
import os
import random
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from cnnexplorer.core import SaveError
from cnnexplorer.labs import ReportError, Verdict, lab_from_text, mistakes
from cnnexplorer.labs.check_command import run as check_lab
from cnnexplorer.labs.grade_command import run as grade
from cnnexplorer.labs.grading import grade_folder, guarded, passed_over, table
from cnnexplorer.labs.mistake_names import MISTAKE_NAMES, WITHOUT_NAME
from cnnexplorer.labs.progress import Figure, answered, figure_taken, hint_taken, new_progress, spent
from cnnexplorer.labs.report import duration, lab_key, read_report, report_html, write_report

SOURCE = """format = 1
title = { en = "A < lab > & more", es = "Un laboratorio" }
[[steps]]
title.en = "First"
text = { en = "What is **2 + 2**?", es = "¿Cuánto es **2 + 2**?" }
[steps.task]
kind = "number"
answer = 4
[[steps]]
text.en = "A figure."
[steps.task]
kind = "figure"
[[steps]]
text.en = "Words."
[steps.task]
kind = "text"
"""
LAB = lab_from_text(SOURCE, "sums.toml")


def png(colour: int) -> bytes:
    file = io.BytesIO()
    Image.new("L", (3, 2), colour).save(file, "PNG")
    return file.getvalue()


def done(student: str = "Ana <script>alert(1)</script>"):
    progress = new_progress(LAB, student, "2026-01-01T10:00")
    progress = answered(progress, 0, "5 <img src=x onerror=y>", Verdict("wrong", mistakes=("sum",)))
    progress = answered(hint_taken(progress, 0), 0, "4", Verdict("right"))
    progress = figure_taken(progress, 1, Figure('a "caption" <b>', png(90)))
    progress = answered(progress, 1, "1", Verdict("right"))
    return spent(answered(progress, 2, "=1+1\nsecond line", Verdict("noted")), 0, 75)


def html(student="Ana", language="en"):
    return report_html(LAB, done(student), language, str, "0.1")


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[str] = []
        self.text = ""
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _value in attrs}
        if tag == "img":
            self.images.append(dict(attrs)["src"])

    def handle_data(self, data):
        self.text += data


def test_the_page_holds_everything_and_nothing_foreign():
    reader = Reader()
    reader.feed(report_html(LAB, done(), "en", str, "0.1").decode())
    assert "script" not in reader.tags
    assert not {"onerror", "onload", "href"} & reader.attributes
    assert "Ana <script>alert(1)</script>" in reader.text
    assert "5 <img src=x onerror=y>" in reader.text
    assert "=1+1" in reader.text
    assert "1:15" in reader.text
    [image] = reader.images
    picture = Image.open(io.BytesIO(base64.b64decode(image.removeprefix("data:image/png;base64,"))))
    assert picture.size == (3, 2)
    assert picture.getpixel((0, 0)) == 90
    assert not re.search(r"https?://", reader.text)


def test_read_back():
    report = read_report(html())
    summary = report.summary
    assert (summary.student, summary.lab, summary.version) == ("Ana", "sums", "0.1")
    assert (summary.earned, summary.points) == (pytest.approx(1.65), 2)
    assert summary.percent == pytest.approx(82.5)
    assert [step.status for step in summary.steps] == ["solved", "solved", "noted"]
    assert summary.steps[0].mistakes == ("sum",)
    assert summary.seconds == 75
    assert report.signed_by(lab_key(LAB.digest))
    assert not report.signed_by(lab_key("other"))


def test_times_in_the_file_and_beside_it_are_the_same():
    progress = spent(spent(new_progress(LAB), 0, 7.46), 1, 1.44)
    summary = read_report(report_html(LAB, progress, "en", str, "0.1")).summary
    assert [duration(step.seconds) for step in summary.steps] == [duration(step.seconds) for step in progress.steps]
    assert duration(summary.seconds) == duration(progress.seconds) == "0:09"


def test_the_table_names_steps_mistakes_and_times_as_people_do():
    reader = Reader()
    progress = answered(done("Ana"), 0, "9", Verdict("right"))
    reader.feed(report_html(LAB, progress, "en", str, "0.1").decode())
    assert "1 January 2026, 10:00" in reader.text
    assert "1. First" in reader.text
    assert "5 <img src=x onerror=y> (the sum instead of the average)" in reader.text
    assert "25 %" in reader.text


def test_every_mistake_has_a_name():
    folder = Path(mistakes.__file__).parent
    made = set()
    for name in ("mistakes", "size_mistakes"):
        made |= set(re.findall(r'\b(?:Mistake|Changed|changed)\(\s*"(\w+)"', (folder / f"{name}.py").read_text()))
    for name in ("tasks", "live_tasks", "diagnosis"):
        text = (folder / f"{name}.py").read_text()
        made |= set(re.findall(r',\)?\)?,? \("(\w+)",\)', text)) | set(re.findall(r'\("(\w+)",(?: \*[\w.]+)?\)', text))
    assert len(made) > 40
    assert made - {"maps"} <= set(MISTAKE_NAMES) | WITHOUT_NAME


def test_languages():
    page = report_html(LAB, done(), "es", lambda text: {"Student": "Estudiante"}.get(text, text), "0.1").decode()
    assert "Un laboratorio" in page
    assert "¿Cuánto es <strong>2 + 2</strong>?" in page
    assert "Estudiante" in page
    assert '<html lang="es">' in page


@pytest.mark.parametrize("number", range(30))
def test_every_edit_shows(number):
    data = html()
    dice = random.Random(number)
    place = dice.randrange(len(data))
    other = bytes([(data[place] + dice.randrange(1, 255)) % 256])
    edited = data[:place] + other + data[place + 1 :]
    if edited.replace(b"\r\n", b"\n") == data:
        return
    try:
        report = read_report(edited)
    except ReportError:
        return
    assert not report.signed_by(lab_key(LAB.digest))


def test_a_changed_score_shows_and_mail_does_not_matter():
    data = html()
    assert not read_report(data.replace(b"1.65 / 2", b"2 / 2")).signed_by(lab_key(LAB.digest))
    assert read_report(data.replace(b"\n", b"\r\n")).signed_by(lab_key(LAB.digest))
    assert not read_report(data.partition(b"\n<!-- cnnexplorer-signature")[0]).signed_by(lab_key(LAB.digest))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\xff\xfe", b'<meta name="cnnexplorer-report" content="">', b"<html>" * 1000,
     b'<meta name="cnnexplorer-report" content="bm9wZQ==">',
     b'<meta name="cnnexplorer-report" content="' + base64.b64encode(b"[" * 50_000) + b'">',
     b'<meta name="cnnexplorer-report" content="' + base64.b64encode(b"{}") + b'">'],
)  # fmt: skip
def test_what_is_no_report(data):
    with pytest.raises(ReportError):
        read_report(data)


def test_a_newer_report():
    data = html()
    summary = re.search(rb'content="([A-Za-z0-9+/=]+)">', data)
    newer = base64.b64encode(base64.b64decode(summary[1]).replace(b'"format":1', b'"format":2'))
    with pytest.raises(ReportError, match="newer version"):
        read_report(data.replace(summary[1], newer))


def test_writing(tmp_path):
    path = tmp_path / "ana.html"
    write_report(path, LAB, done("Ana"), "en", str, "0.1")
    assert read_report(path.read_bytes()).signed_by(lab_key(LAB.digest))
    with pytest.raises(SaveError):
        write_report(tmp_path / "nowhere" / "ana.html", LAB, done(), "en", str, "0.1")


def class_of(folder):
    """Write what a class hands in."""
    (folder / "monday").mkdir(parents=True)
    (folder / "ana.html").write_bytes(html("Ana"))
    (folder / "monday" / "bea.HTM").write_bytes(html('=HYPERLINK("http://x.org";"x")'))
    (folder / "carl.html").write_bytes(html("Carl").replace(b"1.65", b"2.00"))
    (folder / "dora.html").write_bytes(b"my dog ate it")
    (folder / "photo.png").write_bytes(b"no report")
    for name in ("finn.PDF", "ana.pdf", "monday/bea.pdf"):  # two of them hand in the page, too
        (folder / name).write_bytes(b"%PDF-1.4")
    other = lab_from_text(SOURCE.replace("answer = 4", "answer = 5"), "sums.toml")
    (folder / "eve.html").write_bytes(report_html(other, done("Eve"), "en", str, "0.1"))


def test_a_class(tmp_path):
    class_of(tmp_path)
    rows = {row.file: row for row in grade_folder(tmp_path, [LAB])}
    assert list(rows) == sorted(["ana.html", "carl.html", "dora.html", "eve.html", "finn.PDF", "monday/bea.HTM"])
    signatures = {name.split(".")[0]: row.signature for name, row in rows.items()}
    assert signatures == {
        "ana": "right",
        "carl": "wrong",
        "dora": None,
        "eve": "unknown",
        "finn": None,
        "monday/bea": "right",
    }
    text = table(tuple(rows.values()), str)
    read = list(csv.DictReader(io.StringIO(text)))
    assert read[0]["Student"] == "Ana"
    assert read[0]["Score in %"] == "82.5"
    assert (read[0]["Step 1"], read[0]["Step 2"], read[0]["Step 3"]) == ("0.65", "1", "")
    assert read[1]["Signature"] == "changed by hand"
    assert "no summary" in read[2]["Remark"]
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@"))
    assert "ask for the page" in read[4]["Remark"]
    assert passed_over(tmp_path) == ("photo.png",)
    assert read[5]["Student"].startswith("'=HYPERLINK")


def test_a_pdf_beside_its_page_is_no_trouble(tmp_path):
    (tmp_path / "ana.html").write_bytes(html("Ana"))
    (tmp_path / "ana.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "sums.toml").write_text(SOURCE)
    table_of = ["--out", str(tmp_path / "table.csv"), "--labs", str(tmp_path / "labs"), "--lang", "en"]
    assert grade([str(tmp_path), *table_of]) == 0
    (tmp_path / "ana.html").rename(tmp_path / "bea.html")
    assert [row.file for row in grade_folder(tmp_path, [])] == ["ana.pdf", "bea.html"]


def test_what_is_printed_claims_no_signature():
    words = {}
    for printed in (False, True):
        reader = Reader()
        reader.feed(report_html(LAB, done("Ana"), "en", str, "0.1", printed).decode())
        words[printed] = reader.text
    assert "Signed by the program" in words[False]
    assert "Signed" not in words[True]
    assert "nobody can check" in words[True]


@pytest.mark.parametrize(
    "cell",
    ["=1", "+1", "-1", "@SUM(1)", " =1", "\t=1", "\r=1", "|x", "%x", "＝1+1", "＋1", "－1", "＠SUM(1)", '"=1"',
     "\u3000=1", "\u200b=1"],
)  # fmt: skip
def test_formulas_are_guarded(cell):
    assert guarded(cell).startswith("'")
    assert "\t" not in guarded(cell)


@pytest.mark.parametrize("name", ["Ana;=1+1", "Ana; =1+1", "Ana;;＝1+1;b", 'Ana";"=1+1', "Ana;\t@SUM(1)"])
def test_formulas_are_guarded_where_cells_are_split_at_semicolons_too(tmp_path, name):
    (tmp_path / "ana.html").write_bytes(html(name))
    [_head, *lines] = table(grade_folder(tmp_path, [LAB]), str).splitlines()
    for line in lines:
        for cell in line.split(";"):
            assert cell.lstrip(' "')[:1] not in tuple("=+-@＝")


def forged(**changed) -> bytes:
    """Return a report with other numbers, signed as the program does; `step` changes the first step."""
    data = html()
    packed = re.search(rb'content="([A-Za-z0-9+/=]+)">', data)[1]
    summary = json.loads(base64.b64decode(packed))
    summary["steps"][0] |= changed.pop("step", {})
    summary |= changed
    body = data.replace(packed, base64.b64encode(json.dumps(summary).encode())).rpartition(b"\n<!--")[0]
    sign = hmac.new(lab_key(LAB.digest), body, hashlib.sha256).hexdigest()
    return body + f"\n<!-- cnnexplorer-signature: {sign} -->\n".encode()


FORGED = {
    "nothing": ({}, "right"),
    "total": ({"earned": 2.0}, "wrong"),
    "points of nothing": ({"points": 3.0}, "wrong"),
    "too many points": ({"earned": 11.0, "points": 11.0, "step": {"earned": 10.0, "points": 10.0}}, "wrong"),
    "a step": ({"earned": 2.0, "step": {"earned": 1.0}}, "wrong"),
    "fewer tries": ({"step": {"tries": 1}}, "wrong"),
    "honestly better": ({"earned": 1.9, "step": {"tries": 1, "earned": 0.9}}, "right"),
    "not solved": ({"step": {"status": "shown"}}, "wrong"),
    "not marked": ({"step": {"marked": False}}, "wrong"),
    "negative": ({"earned": -1.0}, None),
    "500000 %": ({"earned": 10_000.0}, None),
    "negative points": ({"step": {"earned": -1.0}}, None),
    "a number of very many digits": ({"step": {"tries": 10**4290}}, None),
    "negative hints": ({"step": {"hints": -3}}, None),
    "endless time": ({"step": {"seconds": 1e300}}, None),
    "steps": ({"steps": []}, "wrong"),
}


@pytest.mark.parametrize("name", FORGED)
def test_numbers_that_cannot_be_are_not_believed(tmp_path, name):
    changed, signature = FORGED[name]
    (tmp_path / "ana.html").write_bytes(forged(**changed))
    [row] = grade_folder(tmp_path, [LAB])
    assert row.signature == signature
    assert (row.error is not None) == (signature is None)
    [unknown] = grade_folder(tmp_path, [])
    if name not in ("points of nothing", "too many points", "steps"):
        assert unknown.signature == ("unknown" if signature == "right" else signature)


def test_an_infinite_number_is_not_believed(tmp_path):
    (tmp_path / "ana.html").write_bytes(forged(earned=math.inf))
    [row] = grade_folder(tmp_path, [LAB])
    assert row.error is not None


def test_the_same_work_under_other_names_is_noticed(tmp_path):
    for name in ("ana", "copy"):
        (tmp_path / f"{name}.html").write_bytes(html("Ana"))
    (tmp_path / "eve.html").write_bytes(html("Eve"))
    (tmp_path / "luis.html").write_bytes(report_html(LAB, spent(done("Luis"), 0, 1), "en", str, "0.1"))
    rows = grade_folder(tmp_path, [LAB])
    assert [(row.file, row.same_as) for row in rows] == [
        ("ana.html", ""), ("copy.html", "ana.html"), ("eve.html", "ana.html"), ("luis.html", ""),
    ]  # fmt: skip
    remarks = [row["Remark"] for row in csv.DictReader(io.StringIO(table(rows, str)))]
    assert remarks == ["", "the same work as in ana.html", "the same work as in ana.html", ""]


def test_folders_that_cannot_be_graded(tmp_path):
    with pytest.raises(ReportError, match="no folder"):
        grade_folder(tmp_path / "nowhere", [])
    assert grade_folder(tmp_path, []) == ()
    assert table((), str).startswith("File,Student")


def test_the_command(tmp_path, capsys):
    class_of(tmp_path / "class")
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "sums.toml").write_text(SOURCE)
    out = tmp_path / "table.csv"
    arguments = [str(tmp_path / "class"), "--out", str(out), "--labs", str(tmp_path / "labs"), "--lang", "en"]
    assert grade(arguments) == 1  # some are broken or changed
    told = capsys.readouterr().err
    assert "6 reports, 4 of them" in told
    assert "finn.PDF: this is a PDF" in told
    assert "photo.png: not graded" in told
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    assert next(row["Student"] for row in rows if row["Signature"] == "unchanged") == "Ana"
    assert grade(arguments) == 1
    assert "already" in capsys.readouterr().err
    before = out.stat().st_mtime_ns
    assert grade([*arguments, "--force"]) == 1
    assert out.stat().st_mtime_ns >= before
    assert grade([str(tmp_path / "class"), "--lang", "es"]) == 1
    assert "Ana" in capsys.readouterr().out
    assert grade([str(tmp_path / "nowhere"), "--lang", "en"]) == 1
    assert "no folder" in capsys.readouterr().err


def test_checking_labs(tmp_path, capsys):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(SOURCE)
    bad.write_text(SOURCE.replace("answer = 4", 'answer = "four"'))
    assert check_lab([str(good), "--lang", "en"]) == 0
    assert capsys.readouterr().out == "good.toml: nothing is wrong\n"
    assert check_lab([str(tmp_path), "--lang", "en"]) == 1
    assert "bad.toml:8: steps[1].task.answer: a number is needed" in capsys.readouterr().out
    assert check_lab([str(tmp_path / "nowhere.toml"), "--lang", "en"]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_checking_folders_without_labs(tmp_path, capsys, monkeypatch):
    (tmp_path / "empty").mkdir()
    assert check_lab([str(tmp_path / "empty"), "--lang", "en"]) == 1
    assert "empty: there is no lab in this folder" in capsys.readouterr().out
    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert check_lab([str(tmp_path / "empty"), "--lang", "en"]) == 1
    assert "empty: it cannot be read: Permission denied" in capsys.readouterr().out


def test_grading_a_folder_that_nobody_may_look_into(tmp_path, capsys, monkeypatch):
    (tmp_path / "monday").mkdir()
    monkeypatch.setattr(Path, "iterdir", lambda path: forbidden(path) if path.name == "monday" else iter([monday]))
    monday = tmp_path / "monday"
    for folder in (tmp_path, monday):
        assert grade([str(folder), "--lang", "en"]) == 1
        assert "the folder cannot be read: Permission denied" in capsys.readouterr().err


def forbidden(_folder: Path) -> None:
    """Be a folder that nobody may look into: root may look into all that there are."""
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_what_steers_a_terminal_is_never_printed(tmp_path, capsys):
    (tmp_path / "red\x1b[31m.toml").write_text(SOURCE + '"\\u001b[31mRED\\u0007\\u202e" = 1\n')
    (tmp_path / "good\x1b[31m.toml").write_text(SOURCE)
    assert check_lab([str(tmp_path), "--lang", "en"]) == 1
    told = capsys.readouterr().out
    assert "RED" in told
    assert all(line.isprintable() for line in told.splitlines())


@pytest.mark.parametrize(("command", "says"), [("check-lab", "todo est\\xe1 bien"), ("grade", "0 informes")])
def test_as_a_program_whose_console_knows_few_signs(command, says, tmp_path):
    (tmp_path / "a.toml").write_text(SOURCE)
    done_ = subprocess.run(
        [sys.executable, "-m", "cnnexplorer", command, str(tmp_path), "--lang", "es"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        text=True,
        check=False,
    )
    assert done_.returncode == 0
    assert "Traceback" not in done_.stderr
    assert says in done_.stdout + done_.stderr
