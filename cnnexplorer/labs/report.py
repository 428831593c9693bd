"""The student's report: one HTML file that holds everything, signed so that a careless edit shows.

The signature is an HMAC over the whole file, keyed by the lab. Whoever has the lab and this program can make one: it is
no proof of who wrote what, and the report says so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import re
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from cnnexplorer.core import format_number
from cnnexplorer.core.files import write_file
from cnnexplorer.core.messages import mark

from .markdown import as_html, parse_markdown
from .mistake_names import recognised
from .model import MOST_STEPS, TextTask
from .moments import moment
from .progress import score, scoring, step_score
from .sayings import ReportError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .loading import LabFile
    from .model import Step
    from .progress import Progress, StepProgress

FORMAT = 1
LARGEST_REPORT = 60_000_000  # bytes
LARGEST_SUMMARY = 400_000  # characters

_SUMMARY = re.compile(rf'<meta name="cnnexplorer-report" content="([A-Za-z0-9+/=]{{1,{LARGEST_SUMMARY}}})">')
_SIGNATURE = re.compile(rb"\n<!-- cnnexplorer-signature: ([0-9a-f]{64}) -->\n*\Z")

ShortText = Annotated[str, Meta(max_length=300)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Points = Annotated[float, Meta(ge=0, le=100)]
Total = Annotated[float, Meta(ge=0, le=100 * MOST_STEPS)]


class StepSummary(Struct, frozen=True):
    """One step, as a machine reads it."""

    status: Literal["open", "solved", "noted", "shown", "read"]
    marked: bool
    earned: Points
    points: Points
    tries: Count
    hints: Count
    seconds: Annotated[float, Meta(ge=0, le=1e9)]
    figures: Count
    mistakes: tuple[ShortText, ...] = ()


class Summary(Struct, frozen=True):
    """A report, as a machine reads it."""

    format: int
    lab: ShortText
    digest: ShortText
    title: ShortText
    student: ShortText
    started: ShortText
    changed: ShortText
    version: ShortText
    earned: Total
    points: Total
    steps: Annotated[tuple[StepSummary, ...], Meta(max_length=MOST_STEPS)]

    @property
    def percent(self) -> float:
        """The score, 0 to 100."""
        return 100 * self.earned / self.points if self.points else 0.0

    @property
    def seconds(self) -> float:
        """The time spent."""
        return sum(step.seconds for step in self.steps)


class ReadReport(Struct, frozen=True):
    """A report that was read back: its summary, and the digest that its signature is checked against."""

    summary: Summary
    data: bytes

    def signed_by(self, key: bytes) -> bool:
        """Tell whether the signature is right for a lab's key: nothing was changed since the report was written."""
        body, signature = _split(self.data)
        return signature is not None and hmac.compare_digest(signature, _signature(body, key))


def lab_key(digest: str) -> bytes:
    """Return the key of a lab's reports, from the digest of its file."""
    return hashlib.sha256(b"cnnexplorer lab report\0" + digest.encode()).digest()


def summarise(lab: LabFile, progress: Progress, language: str, version: str) -> Summary:
    """Return what a report says, for machines."""
    earned, points = score(lab.lab, progress)
    steps = tuple(
        StepSummary(
            done.status, step.is_marked, step_score(step, done), step.points if step.is_marked else 0.0, done.tries,
            done.hints, round(done.seconds, 1), len(done.figures),
            tuple(dict.fromkeys(mistake for one in done.answers for mistake in one.mistakes)),
        )
        for step, done in zip(lab.lab.steps, progress.steps, strict=True)
    )  # fmt: skip
    return Summary(
        FORMAT, lab.id, lab.digest, lab.lab.title.of(language)[:300], progress.student[:300], progress.started,
        progress.changed, version, earned, points, steps,
    )  # fmt: skip


def report_html(
    lab: LabFile,
    progress: Progress,
    language: str,
    translate: Callable[[str], str],
    version: str,
    printed: bool = False,
) -> bytes:
    """Return the report as a self-contained HTML file, signed.

    Every text of the student and of the lab is escaped; there is no script and nothing is fetched. The HTML is plain
    enough for Qt's rich text, so that the same page can be printed as PDF.

    Parameters
    ----------
    language, translate
        Which of the lab's texts are taken, and how the program's own are said.
    version
        The program's version, for the record.
    printed
        Whether a PDF is made of it, which cannot be checked any more, and says so.
    """
    summary = summarise(lab, progress, language, version)
    packed = base64.b64encode(msgspec.json.encode(summary)).decode("ascii")
    title = html.escape(f"{summary.title}: {progress.student}" if progress.student else summary.title)
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{language}"><head><meta charset="utf-8">',
        f'<meta name="cnnexplorer-report" content="{packed}">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(summary.title)}</h1>",
        _head(summary, translate),
        _table(
            summary, [_title(index, step, language, translate) for index, step in enumerate(lab.lab.steps)], translate
        ),
        f"<p><small>{html.escape(scoring(translate))}</small></p>",
    ]
    for index, (step, done) in enumerate(zip(lab.lab.steps, progress.steps, strict=True)):
        parts.append(_step(index, step, done, language, translate))
    parts.append(f"<hr><p><small>{html.escape(translate(_NOTE_PRINTED if printed else _NOTE))}</small></p>")
    parts.append("</body></html>")
    body = "\n".join(part for part in parts if part).encode()
    return body + b"\n<!-- cnnexplorer-signature: " + _signature(body, lab_key(lab.digest)) + b" -->\n"


def write_report(
    path: Path, lab: LabFile, progress: Progress, language: str, translate: Callable[[str], str], version: str
) -> None:
    """Write the report, whole or not at all; see `report_html`. Raises `SaveError`."""
    write_file(path, report_html(lab, progress, language, translate, version))


def read_report(data: bytes) -> ReadReport:
    """Read a report back.

    Raises
    ------
    ReportError
        It is no report of this program, or it was damaged so that its summary cannot be read.
    """
    if len(data) > LARGEST_REPORT:
        raise ReportError("the file is too large for a report")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ReportError("this is no report of CNN Explorer: it is not UTF-8 text") from None
    found = _SUMMARY.search(text)
    if found is None:
        raise ReportError("this is no report of CNN Explorer: there is no summary in it")
    try:
        summary = msgspec.json.decode(base64.b64decode(found[1], validate=True), type=Summary)
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise ReportError("the summary of this report is damaged") from error
    if summary.format > FORMAT:
        raise ReportError("the report was written by a newer version of the program: update CNN Explorer")
    return ReadReport(summary, data)


def _split(data: bytes) -> tuple[bytes, bytes | None]:
    """Return a report without its signature, and that; ends of lines may have been changed on the way by mail."""
    plain = data.replace(b"\r\n", b"\n")
    found = _SIGNATURE.search(plain)
    return (plain, None) if found is None else (plain[: found.start()], found[1])


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body.replace(b"\r\n", b"\n"), hashlib.sha256).hexdigest().encode("ascii")


_NOTE = mark(
    "Signed by the program over the whole page, with the lab as the key: an edit by hand shows when it is graded. That "
    "is all the signature says; it is no proof of who did the work."
)
_NOTE_PRINTED = mark(
    "This is a copy to be read or printed: nobody can check whether it was changed. The page (HTML), which the program "
    "saves too, is what can be checked and graded."
)
_STYLE = (
    "body{font-family:sans-serif;max-width:50em;margin:2em auto;padding:0 1em;color:#1d2733}"
    "table{border-collapse:collapse}td,th{border:1px solid #b8c2cc;padding:.25em .6em;text-align:left}"
    "pre{background:#f2f4f7;padding:.6em}img{max-width:100%}h2{margin-top:1.6em}.right{color:#1a7f37}.wrong{color:#b3261e}"
)
_STEPS, _ANSWERS = mark("Steps"), mark("Answers")
_DRAFT = mark("Draft, not handed in with “Check”")
_STATUS = {
    "open": mark("not solved"),
    "solved": mark("solved"),
    "noted": mark("answered"),
    "shown": mark("the answer was shown"),
    "read": mark("read"),
}


def _head(summary: Summary, translate: Callable[[str], str]) -> str:
    rows = (
        (mark("Student"), summary.student or "–"),
        (mark("Score"), f"{format_number(summary.earned, 2)} / {format_number(summary.points, 2)} "
                        f"({format_number(summary.percent, 0)} %)"),
        (mark("Time"), duration(summary.seconds)),
        (mark("Begun"), moment(summary.started, translate) or "–"),
        (mark("Last change"), moment(summary.changed, translate) or "–"),
        (mark("Lab"), f"{summary.lab} ({summary.digest[:12]})"),
        (mark("Program"), f"CNN Explorer {summary.version}"),
    )  # fmt: skip
    cells = "".join(
        f"<tr><th>{html.escape(translate(name))}</th><td>{html.escape(value)}</td></tr>" for name, value in rows
    )
    return f"<table>{cells}</table>"


def _table(summary: Summary, titles: list[str], translate: Callable[[str], str]) -> str:
    names = (mark("Step of the lab"), mark("State"), mark("Tries"), mark("Hints"), mark("Time"), mark("Points"),
             mark("Mistakes that were recognised"))  # fmt: skip
    head = "".join(f"<th>{html.escape(translate(name))}</th>" for name in names)
    rows = []
    for title, step in zip(titles, summary.steps, strict=True):
        points = f"{format_number(step.earned, 2)} / {format_number(step.points, 2)}" if step.marked else "–"
        cells = (
            title,
            translate(_STATUS[step.status]),
            str(step.tries),
            str(step.hints),
            duration(step.seconds),
            points,
            recognised(step.mistakes, translate) or "–",
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    return f"<h2>{html.escape(translate(_STEPS))}</h2><table><tr>{head}</tr>{''.join(rows)}</table>"


def _title(index: int, step: Step, language: str, translate: Callable[[str], str]) -> str:
    name = step.title.of(language)
    return f"{index + 1}. {name}" if name else translate(mark("Step {number}")).format(number=index + 1)


def _step(index: int, step: Step, done: StepProgress, language: str, translate: Callable[[str], str]) -> str:
    title = html.escape(_title(index, step, language, translate))
    parts = [f"<h2>{title}</h2>", as_html(parse_markdown(step.text.of(language)))]
    if done.answers:
        rows = []
        for one in done.answers:
            kind = "right" if one.right else "wrong"
            sign = "✓" if one.right else "✗"
            answer = html.escape(one.answer).replace("\n", "<br>")
            mistakes = html.escape(recognised(one.mistakes, translate))
            more = f" <small>({mistakes})</small>" if mistakes else ""
            rows.append(f'<li><span class="{kind}">{sign}</span> {answer}{more}</li>')
        parts.append(f"<p><b>{html.escape(translate(_ANSWERS))}</b></p><ul>{''.join(rows)}</ul>")
    if isinstance(step.task, TextTask) and any(done.draft) and not done.judged:
        draft = html.escape(done.draft[0]).replace("\n", "<br>")
        parts.append(f"<p><b>{html.escape(translate(_DRAFT))}</b></p><p>{draft}</p>")
    if done.status == "shown":
        parts.append(f"<p>{html.escape(translate(_STATUS['shown']))}</p>")
    for figure in done.figures:
        data = base64.b64encode(figure.png).decode("ascii")
        caption = html.escape(figure.caption).replace("\n", "<br>")
        parts.append(f'<p><img src="data:image/png;base64,{data}" alt=""><br><small>{caption}</small></p>')
    return "\n".join(parts)


def duration(seconds: float) -> str:
    """Write a time as minutes and seconds.

    A file holds tenths of a second: what is rounded to them first is written the same.

    >>> duration(0), duration(75.4), duration(3725), duration(7.46) == duration(7.5)
    ('0:00', '1:15', '62:05', True)
    """
    whole = round(round(min(max(seconds, 0.0), 359_999.0), 1))
    return f"{whole // 60}:{whole % 60:02d}"
