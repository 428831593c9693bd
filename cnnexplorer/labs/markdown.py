"""A small subset of Markdown: headings, paragraphs, bold, italic, code, lists, formulas. No HTML, no links.

A formula is a fenced block of code, shown as it is written. A picture, `![what it shows](name.png)` on a line of its
own, must lie in the lab's folder.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .places import is_file_name
from .sayings import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_BLOCKS = 200
_FENCE = "```"
_HEADING = re.compile(r"(#{1,3})\s+(.+)")
_BULLET = re.compile(r"[-*]\s+(.+)")
_NUMBERED = re.compile(r"[0-9]{1,3}[.)]\s+(.+)")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\(([^)\n]*)\)")
# nothing here looks further than to the next sign that opens: so hostile texts take no longer than others
_LINK = re.compile(r"\[[^\[\]\n]*\]\s?(?:\([^()\n]*[()]|\[[^\[\]\n]*\])|<[a-z][a-z0-9+.-]*:[^<>\n]*>", re.IGNORECASE)
_HTML = re.compile(r"<(?:[a-z!?]|/\s*[a-z])|&(?:#[0-9]|#x[0-9a-f]|[a-z]{2,}[0-9]*;)", re.IGNORECASE)
_CODE = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True)
class Span:
    """A run of text in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Paragraph:
    """Lines that flow."""

    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Listing:
    """A list; its items are numbered from 1 where it is `ordered`."""

    ordered: bool
    items: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class Formula:
    """Lines that are shown as they are, in letters of equal width: a formula, a matrix, code."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A picture file in the lab's folder, and what it shows in words."""

    file: str
    about: str


Block = Heading | Paragraph | Listing | Formula | Picture


def parse_markdown(text: str) -> tuple[Block, ...]:
    """Read a text into blocks.

    Raises
    ------
    LabError
        HTML, a link, a picture from elsewhere, a formula that does not end, or far too many blocks.

    Examples
    --------
    >>> parse_markdown("Slide the **kernel**.")
    (Paragraph(spans=(Span(text='Slide the ', bold=False, italic=False, code=False), \
Span(text='kernel', bold=True, italic=False, code=False), Span(text='.', bold=False, italic=False, code=False))),)
    """
    blocks: list[Block] = []
    for block in _blocks(text):
        blocks.append(block)
        if len(blocks) > MOST_BLOCKS:
            raise LabError("the text has more than {limit} paragraphs: make several steps of it", limit=MOST_BLOCKS)
    return tuple(blocks)


def as_html(blocks: tuple[Block, ...], picture: Callable[[str], str] = lambda _file: "") -> str:
    """Write blocks as HTML, every foreign sign escaped; `picture` gives the address of a picture file ("" for none).

    >>> as_html(parse_markdown("a < b and `x`"))
    '<p>a &lt; b and <code>x</code></p>'
    """
    return "\n".join(_block_html(block, picture) for block in blocks)


def as_text(blocks: tuple[Block, ...]) -> str:
    """Write blocks as plain text, for a screen reader or a list."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Formula):
            lines.append(block.text)
        elif isinstance(block, Listing):
            lines += [
                f"{f'{n}.' if block.ordered else '•'} {''.join(s.text for s in item)}"
                for n, item in enumerate(block.items, 1)
            ]
        elif isinstance(block, Picture):
            lines.append(block.about)
        else:
            lines.append("".join(span.text for span in block.spans))
    return "\n".join(lines)


def parse_spans(line: str) -> tuple[Span, ...]:
    """Read one line of running text: **bold**, *italic*, `code`; a sign after a backslash stands for itself.

    >>> [span.text for span in parse_spans("2 * 3 * 4 is *not* italic")]
    ['2 * 3 * 4 is ', 'not', ' italic']
    """
    _refuse_foreign(_CODE.sub("", line))
    return tuple(_spans(line, False, False))


def _blocks(text: str) -> Iterator[Block]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    place = 0
    while place < len(lines):
        line = lines[place].strip()
        if not line:
            place += 1
        elif line.startswith(_FENCE):
            end = next((n for n in range(place + 1, len(lines)) if lines[n].strip().startswith(_FENCE)), None)
            if end is None:
                raise LabError("a formula begins with ``` and does not end: put ``` on a line of its own after it")
            yield Formula("\n".join(row.rstrip() for row in lines[place + 1 : end]))
            place = end + 1
        elif found := _HEADING.fullmatch(line):
            yield Heading(len(found[1]), parse_spans(found[2]))
            place += 1
        elif found := _IMAGE.fullmatch(line):
            yield _picture(found[1], found[2])
            place += 1
        elif _item(line) is not None:
            ordered = bool(_NUMBERED.fullmatch(line))
            items, place = _gather_items(lines, place, ordered)
            yield Listing(ordered, tuple(parse_spans(item) for item in items))
        else:
            flowing = [line]
            place += 1
            while place < len(lines) and not _begins_block(lines[place].strip()):
                flowing.append(lines[place].strip())
                place += 1
            yield Paragraph(parse_spans(" ".join(flowing)))


def _item(line: str) -> str | None:
    found = _BULLET.fullmatch(line) or _NUMBERED.fullmatch(line)
    return found[1] if found else None


def _gather_items(lines: list[str], place: int, ordered: bool) -> tuple[list[str], int]:
    items: list[str] = []
    while place < len(lines):
        line = lines[place].strip()
        item = _item(line)
        if item is not None and bool(_NUMBERED.fullmatch(line)) == ordered:
            items.append(item)
        elif item is None and line and items and lines[place].startswith(" ") and not _begins_block(line):
            items[-1] += " " + line  # an item goes on where its lines are indented
        else:
            break
        place += 1
    return items, place


def _begins_block(line: str) -> bool:
    return (
        not line
        or line.startswith(_FENCE)
        or bool(_HEADING.fullmatch(line) or _IMAGE.fullmatch(line))
        or _item(line) is not None
    )


def _picture(about: str, file: str) -> Picture:
    if not is_file_name(file) or file.rpartition(".")[2].lower() not in ("png", "jpg", "jpeg", "gif", "webp", "bmp"):
        raise LabError("the picture “{name}” is not a picture file in the lab's folder: give its name alone", name=file)
    return Picture(file, about)


def _refuse_foreign(line: str) -> None:
    if found := _LINK.search(line):
        raise LabError("links and pictures within a line are not possible here: “{text}”", text=found[0][:60])
    if found := _HTML.search(line):
        raise LabError("HTML is not possible here: “{text}”; write **bold**, *italic* or `code`",
                       text=line[found.start() : found.start() + 20])  # fmt: skip


_MARKS = re.compile(r"\\([\\`*#\[\]_-])|`([^`\n]+)`|\*\*(?=\S)|\*(?=[^\s*])([^*\n]*?[^\s*])\*(?!\*)")
_BOLD_END = re.compile(r"(?<=\S)(?=\*\*)")


def _spans(line: str, bold: bool, italic: bool) -> Iterator[Span]:
    ends = [found.start() for found in _BOLD_END.finditer(line)]
    plain, place = "", 0
    while found := _MARKS.search(line, place):
        start, is_bold = found.start(), found.lastindex is None
        plain += line[place:start]
        place = found.end()
        end = bisect_left(ends, start + 3)
        if found[1] is not None or (is_bold and end == len(ends)):  # a sign that stands for itself
            plain += found[1] or "*"
            place = start + 1 if is_bold else place
            continue
        if plain:
            yield Span(plain, bold, italic)
            plain = ""
        if found[2] is not None:
            yield Span(found[2], bold, italic, code=True)
        elif is_bold:
            yield from _spans(line[place : ends[end]], True, italic)
            place = ends[end] + 2
        else:
            yield from _spans(found[3], bold, True)
    plain += line[place:]
    if plain:
        yield Span(plain, bold, italic)


def _block_html(block: Block, picture: Callable[[str], str]) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{_spans_html(block.spans)}</h{block.level + 1}>"
    if isinstance(block, Formula):
        return f"<pre>{html.escape(block.text)}</pre>"
    if isinstance(block, Listing):
        kind = "ol" if block.ordered else "ul"
        items = "".join(f"<li>{_spans_html(item)}</li>" for item in block.items)
        return f"<{kind}>{items}</{kind}>"
    if isinstance(block, Picture):
        address = picture(block.file)
        about = html.escape(block.about)
        return f'<p><img src="{html.escape(address)}" alt="{about}"></p>' if address else f"<p>[{about}]</p>"
    return f"<p>{_spans_html(block.spans)}</p>"


def _spans_html(spans: tuple[Span, ...]) -> str:
    parts = []
    for span in spans:
        text = html.escape(span.text)
        text = f"<code>{text}</code>" if span.code else text
        text = f"<em>{text}</em>" if span.italic else text
        parts.append(f"<strong>{text}</strong>" if span.bold else text)
    return "".join(parts)
